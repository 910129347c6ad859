//! The phrase language of rule files: words, `(a|b)`, `(a)?`, `*`, `{class}`.
//! A phrase is compiled once, when the catalogue is loaded.

use crate::terms::{Hits, LexiconBuilder, ListId, PatternId};
use crate::text::{Kind, Text};

/// How rare the terms of a list are, as letters of a word.
const LIST_RARITY: usize = 8;
/// Words a `*` may stand for, at most.
const GAP: usize = 3;

/// A phrase, compiled: its elements, one after the other.
#[derive(Debug)]
pub struct Phrase {
    elements: Vec<Element>,
    /// Number of the element without which it cannot stand, and which is the rarest.
    key: Option<usize>,
}

/// What must stand in a text for a phrase to stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'p> {
    /// One of these patterns.
    Patterns(&'p [PatternId]),
    /// A term of this list.
    List(ListId),
    /// Nothing that the lexicon knows: a number, a sum.
    None,
}

#[derive(Debug, Clone, PartialEq)]
enum Element {
    /// Any of these runs of words; nothing at all if it is optional.
    Words {
        any: Vec<PatternId>,
        /// Or any of these sequences, which name classes or lists.
        more: Vec<Vec<Element>>,
        optional: bool,
        /// Letters of the shortest: the longer, the rarer.
        letters: usize,
    },
    /// Up to [`GAP`] tokens.
    Gap,
    Class(Class),
    List(ListId),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    Number,
    Percent,
    Money,
    Year,
}

impl Phrase {
    /// Compiles `source`, adding its words to `lexicon`.
    ///
    /// # Errors
    /// What is wrong with it, in words for the author of the rule.
    pub fn compile(source: &str, lexicon: &mut LexiconBuilder) -> Result<Self, String> {
        let elements = parse(source, lexicon).and_then(|elements| {
            let needed = |e: &Element| !matches!(e, Element::Gap | Element::Words { optional: true, .. });
            match (elements.first(), elements.last()) {
                (None, _) => Err("it is empty".to_owned()),
                (Some(Element::Gap), _) => Err("it starts with `*`".to_owned()),
                (_, Some(Element::Gap)) => Err("it ends with `*`".to_owned()),
                _ if !elements.iter().any(needed) => Err("every part of it is optional".to_owned()),
                _ => Ok(elements),
            }
        });
        let phrase = elements.map(|elements| {
            let rarity = |element: &Element| match element {
                Element::Words { optional: false, letters, more, .. } if more.is_empty() => Some(*letters),
                Element::List(_) => Some(LIST_RARITY),
                _ => None,
            };
            let rarest = elements.iter().enumerate().filter_map(|(at, element)| Some((rarity(element)?, at)));
            let key = rarest.max_by_key(|&(rarity, at)| (rarity, std::cmp::Reverse(at))).map(|(_, at)| at);
            Self { elements, key }
        });
        phrase.map_err(|problem| format!("phrase `{source}`: {problem}"))
    }

    /// What must stand in a text for the phrase to stand there.
    pub fn key(&self) -> Key<'_> {
        match self.key.map(|at| &self.elements[at]) {
            Some(Element::Words { any, .. }) => Key::Patterns(any),
            Some(Element::List(list)) => Key::List(*list),
            _ => Key::None,
        }
    }

    /// Whether the text lacks what the phrase cannot stand without.
    fn is_absent(&self, hits: &Hits) -> bool {
        match self.key() {
            Key::Patterns(any) => any.iter().all(|&pattern| !hits.has(pattern)),
            Key::List(list) => hits.of_list(list).is_empty(),
            Key::None => false,
        }
    }

    /// The words of `source` as they stand, no sign of the phrase language meant; `None` if
    /// it holds no word.
    pub fn plain(source: &str, lexicon: &mut LexiconBuilder) -> Option<Self> {
        let pattern = lexicon.add(source)?;
        let words = Element::Words { any: vec![pattern], more: Vec::new(), optional: false, letters: source.len() };
        Some(Self { elements: vec![words], key: Some(0) })
    }

    /// Where the phrase stands, as token ranges, in order.
    pub fn find(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        if self.is_absent(hits) {
            return found;
        }
        let mut elements = self.elements.as_slice();
        loop {
            for (first, end) in starts(&elements[0], text, hits) {
                let end = rest(&elements[1..], end, text, hits);
                let tokens = text.tokens();
                found.extend(
                    end.filter(|&end| tokens[first].sentence == tokens[end - 1].sentence).map(|end| (first, end)),
                );
            }
            match elements[0] {
                Element::Words { optional: true, .. } => elements = &elements[1..],
                _ => break,
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether the phrase stands anywhere.
    pub fn stands(&self, text: &Text, hits: &Hits) -> bool {
        !self.find(text, hits).is_empty()
    }
}

/// Where `element` stands anywhere in the text.
fn starts(element: &Element, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    match element {
        Element::Words { any, more, .. } => {
            let words = any.iter().flat_map(|&pattern| hits.of(pattern)).map(|hit| (hit.first, hit.end));
            let sequences = more.iter().flat_map(|sequence| {
                let starts = starts(&sequence[0], text, hits).into_iter();
                starts.filter_map(|(first, end)| Some((first, rest(&sequence[1..], end, text, hits)?)))
            });
            words.chain(sequences).collect()
        }
        Element::List(list) => hits.of_list(*list).iter().map(|hit| (hit.first, hit.end)).collect(),
        Element::Class(class) => {
            (0..text.tokens().len()).filter_map(|at| Some((at, class.end_at(at, text)?))).collect()
        }
        Element::Gap => Vec::new(),
    }
}

/// The end of `elements` if they stand one after the other from token `at`.
fn rest(elements: &[Element], at: usize, text: &Text, hits: &Hits) -> Option<usize> {
    let Some((element, after)) = elements.split_first() else { return Some(at) };
    match element {
        Element::Gap => {
            let words = std::iter::successors(Some(at), |&word| Some(hits.after(word))).take(GAP + 1);
            words.into_iter().find_map(|next| rest(after, next, text, hits))
        }
        Element::Words { any, more, optional, .. } => {
            let words = any.iter().flat_map(|&pattern| hits.of(pattern)).filter(|hit| hit.first == at);
            let sequences = more.iter().filter_map(|sequence| rest(sequence, at, text, hits));
            let ends = words.map(|hit| hit.end).chain(sequences);
            let longest = ends.filter_map(|end| rest(after, end, text, hits)).max();
            longest.or_else(|| optional.then(|| rest(after, at, text, hits)).flatten())
        }
        Element::List(list) => {
            let here = hits.of_list(*list).iter().filter(|hit| hit.first == at);
            here.filter_map(|hit| rest(after, hit.end, text, hits)).max()
        }
        Element::Class(class) => rest(after, class.end_at(at, text)?, text, hits),
    }
}

impl Class {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "number" => Self::Number,
            "percent" => Self::Percent,
            "money" => Self::Money,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The end of the class if it starts at token `at`.
    fn end_at(self, at: usize, text: &Text) -> Option<usize> {
        let tokens = text.tokens();
        let token = tokens.get(at)?;
        let key = |at: usize| tokens.get(at).map(|t| t.key.as_str());
        let number = |at: usize| tokens.get(at).is_some_and(|t| t.kind == Kind::Number);
        match self {
            Self::Number => (token.kind == Kind::Number).then_some(at + 1),
            Self::Year => {
                let year = token.key.len() == 4 && (token.key.starts_with("19") || token.key.starts_with("20"));
                (number(at) && year).then_some(at + 1)
            }
            Self::Percent => match (number(at), key(at + 1), key(at + 2)) {
                (true, Some("%" | "percent" | "pc"), _) => Some(at + 2),
                (true, Some("per"), Some("cent")) => Some(at + 3),
                _ => None,
            },
            Self::Money => {
                let sign = token.kind == Kind::Sign && matches!(token.key.as_str(), "£" | "$" | "€");
                let end = (sign && number(at + 1)).then_some(at + 2)?;
                let scale = matches!(key(end), Some("m" | "bn" | "k" | "tn" | "million" | "billion" | "trillion"));
                Some(end + usize::from(scale))
            }
        }
    }
}

/// The elements of `source`.
fn parse(source: &str, lexicon: &mut LexiconBuilder) -> Result<Vec<Element>, String> {
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
                elements.push(Element::Gap);
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
fn slot(name: &str, lexicon: &LexiconBuilder) -> Result<Element, String> {
    match (Class::named(name), lexicon.list(name)) {
        (Some(class), _) => Ok(Element::Class(class)),
        (None, Some(list)) => Ok(Element::List(list)),
        (None, None) => Err(format!("`{{{name}}}` is neither a class nor a term list")),
    }
}

/// What stands between `|`: runs of words, and sequences that name a class or list.
fn alternatives(body: &str, optional: bool, lexicon: &mut LexiconBuilder) -> Result<Element, String> {
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
            if matches!(sequence.first(), None | Some(Element::Gap)) || matches!(sequence.last(), Some(Element::Gap)) {
                return Err(format!("`{}` starts or ends with `*`", words.trim()));
            }
            more.push(sequence);
        } else {
            any.push(lexicon.add(words).ok_or_else(|| format!("`{}` holds no word", words.trim()))?);
        }
    }
    Ok(Element::Words { any, more, optional, letters })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: &str, text: &str) -> Vec<String> {
        let mut builder = LexiconBuilder::default();
        let phrase = Phrase::compile(phrase, &mut builder).unwrap();
        let lexicon = builder.build();
        let read = Text::new(text);
        phrase
            .find(&read, &lexicon.scan(&read))
            .into_iter()
            .map(|(first, end)| read.origin_of_tokens(first, end).of(text).to_owned())
            .collect()
    }

    #[test]
    fn alternatives_options_and_gaps() {
        let text = "Cheaper thanks to our new deal. Thanks to deal. Thanks to the one two three four deal";
        assert_eq!(found("thanks to (our|the) * deal", text), ["thanks to our new deal"]);
        assert_eq!(found("thanks to (our new)? deal", text), ["thanks to our new deal", "Thanks to deal"]);
    }

    #[test]
    fn classes() {
        assert_eq!(found("up {percent}", "up 2.3% and up 4 per cent, up 5 places"), ["up 2.3%", "up 4 per cent"]);
        assert_eq!(found("{money}", "£14bn, $2.5 million, 30 and £5"), ["£14bn", "$2.5 million", "£5"]);
        assert_eq!(found("since {year}", "since 2010 and since 14"), ["since 2010"]);
        let text = "for decades, for 12 long years and for 4";
        assert_eq!(found("for (decades|{number} * years)", text), ["for decades", "for 12 long years"]);
    }

    #[test]
    fn slips_are_named() {
        let fault = |phrase| Phrase::compile(phrase, &mut LexiconBuilder::default()).unwrap_err();
        assert!(fault("thanks (to").contains("not closed"));
        assert!(fault("{nothing} here").contains("neither a class nor a term list"));
        assert!(fault("(a|(b) deal").contains("do not nest") && fault("(a|* b) deal").contains("starts or ends"));
        assert!(fault("* deal").contains("starts with"));
        assert!(fault("").contains("empty"));
    }
}
