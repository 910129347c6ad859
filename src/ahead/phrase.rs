//! The phrase language of rule files: words, `(a|b)`, `(a)?`, `*`, `{class}`, compiled to
//! numbers. How a phrase is found in a text: `rules/phrase.rs`.
//!
//! A compiled phrase is the place of its key plus one, or 0, and then its elements, one
//! after the other. An element is its kind, whether it is optional, and its length or what
//! it names, in one number; behind `Words` follow how many patterns there are, the
//! patterns, and each of the sequences after its length.

use super::lexicon::{LexiconBuilder, ListId, PatternId};
use super::pack::index;

/// How rare the terms of a list are, as letters of a word.
const LIST_RARITY: usize = 8;

/// What must stand in a text for a phrase to stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'p> {
    /// One of these patterns.
    Patterns(&'p [u32]),
    /// A term of this list.
    List(ListId),
    /// Nothing that the lexicon knows: a number, a sum.
    None,
}

/// One part of a compiled phrase.
#[derive(Debug, Clone, Copy)]
pub enum Element<'p> {
    /// Any of these runs of words, or of these sequences; nothing at all if it is optional.
    Words {
        /// Patterns.
        any: &'p [u32],
        /// Sequences, which name classes or lists.
        more: Sequences<'p>,
        /// Whether it may be left out.
        optional: bool,
    },
    /// A few tokens of any kind.
    Gap,
    /// Tokens of a kind.
    Class(Class),
    /// A term of a list.
    List(ListId),
}

/// Sequences of elements.
#[derive(Debug, Clone, Copy)]
pub struct Sequences<'p>(&'p [u32]);

/// Tokens that stand for a number, or for more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Any number.
    Number,
    /// A percentage.
    Percent,
    /// A sum.
    Money,
    /// A year.
    Year,
}

const CLASSES: [(&str, Class); 4] =
    [("number", Class::Number), ("percent", Class::Percent), ("money", Class::Money), ("year", Class::Year)];

/// Kinds of elements; `Words` is 0.
const WORDS: u32 = 0;
const GAP: u32 = 1;
const CLASS: u32 = 2;
const LIST: u32 = 3;
const OPTIONAL: u32 = 4;
/// Bits of a number before what it names.
const SHIFT: u32 = 3;

/// An element as it is read from a rule file.
enum Part {
    Words {
        any: Vec<PatternId>,
        more: Vec<Vec<Part>>,
        optional: bool,
        /// Letters of the shortest: the longer, the rarer.
        letters: usize,
    },
    Gap,
    Class(Class),
    List(ListId),
}

/// Compiles `source`, adding its words to `lexicon`.
///
/// # Errors
/// What is wrong with it, in words for the author of the rule.
pub fn compile(source: &str, lexicon: &mut LexiconBuilder) -> Result<Vec<u32>, String> {
    let parts = parse(source, lexicon).and_then(|parts| {
        let needed = |part: &Part| !matches!(part, Part::Gap | Part::Words { optional: true, .. });
        match (parts.first(), parts.last()) {
            (None, _) => Err("it is empty".to_owned()),
            (Some(Part::Gap), _) => Err("it starts with `*`".to_owned()),
            (_, Some(Part::Gap)) => Err("it ends with `*`".to_owned()),
            _ if !parts.iter().any(needed) => Err("every part of it is optional".to_owned()),
            _ => Ok(parts),
        }
    });
    parts.map(|parts| with_key(&parts)).map_err(|problem| format!("phrase `{source}`: {problem}"))
}

/// The words of `source` as they stand, no sign of the phrase language meant; `None` if
/// it holds no word.
pub fn plain(source: &str, lexicon: &mut LexiconBuilder) -> Option<Vec<u32>> {
    let any = vec![lexicon.add(source)?];
    Some(with_key(&[Part::Words { any, more: Vec::new(), optional: false, letters: source.len() }]))
}

/// The place of the rarest element without which `parts` cannot stand, and their code.
fn with_key(parts: &[Part]) -> Vec<u32> {
    let rarity = |part: &Part| match part {
        Part::Words { optional: false, letters, more, .. } if more.is_empty() => Some(*letters),
        Part::List(_) => Some(LIST_RARITY),
        _ => None,
    };
    let rarest = parts.iter().enumerate().filter_map(|(at, part)| Some((rarity(part)?, at)));
    let key = rarest.max_by_key(|&(rarity, at)| (rarity, std::cmp::Reverse(at))).map(|(_, at)| at);
    let mut code = vec![0];
    for (at, part) in parts.iter().enumerate() {
        if key == Some(at) {
            code[0] = index(code.len() + 1);
        }
        part.encode(&mut code);
    }
    code
}

impl Part {
    fn encode(&self, code: &mut Vec<u32>) {
        match self {
            Self::Words { any, more, optional, .. } => {
                let head = code.len();
                code.extend([0, index(any.len())]);
                code.extend(any.iter().map(|&pattern| index(pattern)));
                for sequence in more {
                    let length = code.len();
                    code.push(0);
                    for part in sequence {
                        part.encode(code);
                    }
                    code[length] = index(code.len() - length - 1);
                }
                let optional = if *optional { OPTIONAL } else { 0 };
                code[head] = (index(code.len() - head) << SHIFT) | optional;
            }
            Self::Gap => code.push(GAP),
            Self::Class(class) => code.push((class.number() << SHIFT) | CLASS),
            Self::List(list) => code.push((index(*list) << SHIFT) | LIST),
        }
    }
}

/// The elements of a compiled phrase, and what must stand in a text for it to stand there.
pub fn read(phrase: &[u32]) -> (&[u32], Key<'_>) {
    let key = (phrase[0] as usize).checked_sub(1).and_then(|at| next(&phrase[at..]));
    let key = match key {
        Some((Element::Words { any, .. }, _)) => Key::Patterns(any),
        Some((Element::List(list), _)) => Key::List(list),
        _ => Key::None,
    };
    (&phrase[1..], key)
}

/// The first of some elements, and the others.
pub fn next(elements: &[u32]) -> Option<(Element<'_>, &[u32])> {
    let head = *elements.first()?;
    let named = (head >> SHIFT) as usize;
    let element = match head & (OPTIONAL - 1) {
        WORDS => {
            let (element, after) = elements.split_at(named);
            let (any, more) = element[2..].split_at(element[1] as usize);
            return Some((Element::Words { any, more: Sequences(more), optional: head & OPTIONAL != 0 }, after));
        }
        GAP => Element::Gap,
        CLASS => Element::Class(CLASSES[named].1),
        _ => Element::List(named),
    };
    Some((element, &elements[1..]))
}

impl<'p> Sequences<'p> {
    /// The elements of each, in order.
    pub fn iter(self) -> impl Iterator<Item = &'p [u32]> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let (length, rest) = left.split_first()?;
            let (sequence, rest) = rest.split_at(*length as usize);
            left = rest;
            Some(sequence)
        })
    }
}

impl Class {
    fn named(name: &str) -> Option<Self> {
        CLASSES.iter().find(|(known, _)| *known == name).map(|(_, class)| *class)
    }

    fn number(self) -> u32 {
        index(CLASSES.iter().position(|(_, class)| *class == self).expect("every class has a name"))
    }
}

/// The elements of `source`.
fn parse(source: &str, lexicon: &mut LexiconBuilder) -> Result<Vec<Part>, String> {
    let mut elements = Vec::new();
    let mut rest = source.trim();
    while let Some(c) = rest.chars().next() {
        let closing = |bracket: char| rest.find(bracket).ok_or_else(|| format!("a `{c}` is not closed"));
        let used = match c {
            '(' => {
                let close = closing(')')?;
                let optional = rest[close + 1..].starts_with('?');
                elements.push(alternatives(&rest[1..close], optional, lexicon)?);
                close + 1 + usize::from(optional)
            }
            '{' => {
                let close = closing('}')?;
                elements.push(slot(&rest[1..close], lexicon)?);
                close + 1
            }
            '*' => {
                elements.push(Part::Gap);
                1
            }
            _ => {
                let end = rest.find(['(', '{', '*']).unwrap_or(rest.len());
                elements.push(alternatives(&rest[..end], false, lexicon)?);
                end
            }
        };
        rest = rest[used..].trim_start();
    }
    Ok(elements)
}

/// A class or a term list.
fn slot(name: &str, lexicon: &LexiconBuilder) -> Result<Part, String> {
    match (Class::named(name), lexicon.list(name)) {
        (Some(class), _) => Ok(Part::Class(class)),
        (None, Some(list)) => Ok(Part::List(list)),
        (None, None) => Err(format!("`{{{name}}}` is neither a class nor a term list")),
    }
}

/// What stands between `|`: runs of words, and sequences that name a class or list.
fn alternatives(body: &str, optional: bool, lexicon: &mut LexiconBuilder) -> Result<Part, String> {
    let (mut any, mut more) = (Vec::with_capacity(body.len() / 8 + 1), Vec::new());
    let mut letters = usize::MAX;
    let is_plain = !body.bytes().any(|byte| matches!(byte, b'(' | b'{' | b'*'));
    for words in body.split('|') {
        letters = letters.min(words.trim_ascii().len());
        if is_plain {
            any.push(lexicon.add(words).ok_or_else(|| format!("`{}` holds no word", words.trim()))?);
        } else if words.contains('(') {
            return Err(format!("`({body})`: brackets do not nest; write two phrases"));
        } else if words.contains(['{', '*']) {
            let sequence = parse(words, lexicon)?;
            if matches!(sequence.first(), None | Some(Part::Gap)) || matches!(sequence.last(), Some(Part::Gap)) {
                return Err(format!("`{}` starts or ends with `*`", words.trim()));
            }
            more.push(sequence);
        } else {
            any.push(lexicon.add(words).ok_or_else(|| format!("`{}` holds no word", words.trim()))?);
        }
    }
    Ok(Part::Words { any, more, optional, letters })
}
