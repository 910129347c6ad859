//! The phrase language of rule files: words, `(a|b)`, `(a)?`, `*`, `{class}`.
//! A phrase is compiled once, when the catalogue is loaded.

use crate::terms::{Hits, LexiconBuilder, ListId, PatternId};
use crate::text::{Kind, Text};

/// Words a `*` may stand for, at most.
const GAP: usize = 3;

/// A phrase, compiled: its elements, one after the other.
#[derive(Debug)]
pub struct Phrase(Vec<Element>);

#[derive(Debug, Clone, PartialEq)]
enum Element {
    /// Any of these runs of words; none at all if it is optional.
    Words {
        any: Vec<PatternId>,
        optional: bool,
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
        elements.map(Self).map_err(|problem| format!("phrase `{source}`: {problem}"))
    }

    /// The words of `source` as they stand, no sign of the phrase language meant; `None` if
    /// it holds no word.
    pub fn plain(source: &str, lexicon: &mut LexiconBuilder) -> Option<Self> {
        lexicon.add(source).map(|pattern| Self(vec![Element::Words { any: vec![pattern], optional: false }]))
    }

    /// Where the phrase stands, as token ranges, in order.
    pub fn find(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut elements = self.0.as_slice();
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
}

/// Where `element` stands anywhere in the text.
fn starts(element: &Element, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    match element {
        Element::Words { any, .. } => {
            any.iter().flat_map(|&pattern| hits.of(pattern)).map(|hit| (hit.first, hit.end)).collect()
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
        Element::Gap => (at..=at + GAP).find_map(|next| rest(after, next, text, hits)),
        Element::Words { any, optional } => {
            let here = any.iter().flat_map(|&pattern| hits.of(pattern)).filter(|hit| hit.first == at);
            let longest = here.filter_map(|hit| rest(after, hit.end, text, hits)).max();
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
    let mut pattern = |words: &str| lexicon.add(words).ok_or_else(|| format!("`{}` holds no word", words.trim()));
    let mut elements = Vec::new();
    let mut slots = Vec::new();
    let mut rest = source.trim();
    while let Some(c) = rest.chars().next() {
        let closing = |bracket: char| rest.find(bracket).ok_or_else(|| format!("a `{c}` is not closed"));
        let used = match c {
            '(' => {
                let close = closing(')')?;
                let any = rest[1..close].split('|').map(&mut pattern).collect::<Result<_, _>>()?;
                let optional = rest[close + 1..].starts_with('?');
                elements.push(Element::Words { any, optional });
                close + 1 + usize::from(optional)
            }
            '{' => {
                let close = closing('}')?;
                slots.push((elements.len(), &rest[1..close]));
                elements.push(Element::Gap); // becomes a class or a list below
                close + 1
            }
            '*' => {
                elements.push(Element::Gap);
                1
            }
            _ => {
                let end = rest.find(['(', '{', '*']).unwrap_or(rest.len());
                elements.push(Element::Words { any: vec![pattern(&rest[..end])?], optional: false });
                end
            }
        };
        rest = rest[used..].trim_start();
    }
    for (at, name) in slots {
        elements[at] = match (Class::named(name), lexicon.list(name)) {
            (Some(class), _) => Element::Class(class),
            (None, Some(list)) => Element::List(list),
            (None, None) => return Err(format!("`{{{name}}}` is neither a class nor a term list")),
        };
    }
    Ok(elements)
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
    }

    #[test]
    fn slips_are_named() {
        let fault = |phrase| Phrase::compile(phrase, &mut LexiconBuilder::default()).unwrap_err();
        assert!(fault("thanks (to").contains("not closed"));
        assert!(fault("{nothing} here").contains("neither a class nor a term list"));
        assert!(fault("* deal").contains("starts with"));
        assert!(fault("").contains("empty"));
    }
}
