//! The phrase language of rule files: words, `(a|b)`, `(a)?`, `*`, `{class}`.
//! A phrase is expanded to plain sequences once, when the catalogue is loaded.

use crate::terms::{Hits, LexiconBuilder, ListId, PatternId};
use crate::text::{Kind, Text};

/// Words a `*` may stand for, at most.
const GAP: usize = 3;
/// Sequences one phrase may expand to; more is a slip of the pen.
const MAX_SEQUENCES: usize = 512;

/// A phrase, compiled: any of its sequences is a match.
#[derive(Debug)]
pub struct Phrase(Vec<Vec<Element>>);

#[derive(Debug, Clone, PartialEq)]
enum Element {
    Words(PatternId),
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

/// One piece of a phrase before it is compiled.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Words(String),
    Gap,
    Slot(String),
}

impl Phrase {
    /// Compiles `source`, adding its words to `lexicon`.
    ///
    /// # Errors
    /// What is wrong with it, in words for the author of the rule.
    pub fn compile(source: &str, lexicon: &mut LexiconBuilder) -> Result<Self, String> {
        let sequences = expand(source)?;
        let compiled: Result<Vec<_>, String> =
            sequences.into_iter().map(|pieces| compile_sequence(&pieces, lexicon)).collect();
        Ok(Self(compiled.map_err(|problem| format!("phrase `{source}`: {problem}"))?))
    }

    /// Where the phrase stands, as token ranges, in order.
    pub fn find(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for sequence in &self.0 {
            for (first, end) in starts(&sequence[0], text, hits) {
                if let Some(end) = rest(&sequence[1..], end, text, hits) {
                    let tokens = text.tokens();
                    if tokens[first].sentence == tokens[end - 1].sentence {
                        found.push((first, end));
                    }
                }
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
        Element::Words(pattern) => hits.of(*pattern).iter().map(|hit| (hit.first, hit.end)).collect(),
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
        Element::Words(pattern) => hits
            .of(*pattern)
            .iter()
            .filter(|hit| hit.first == at)
            .find_map(|hit| rest(after, hit.end, text, hits)),
        Element::List(list) => hits
            .of_list(*list)
            .iter()
            .filter(|hit| hit.first == at)
            .find_map(|hit| rest(after, hit.end, text, hits)),
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

fn compile_sequence(pieces: &[Piece], lexicon: &mut LexiconBuilder) -> Result<Vec<Element>, String> {
    let mut elements = Vec::with_capacity(pieces.len());
    for piece in pieces {
        elements.push(match piece {
            Piece::Gap => Element::Gap,
            Piece::Words(words) => {
                Element::Words(lexicon.add(words).ok_or_else(|| format!("`{words}` holds no word"))?)
            }
            Piece::Slot(name) => match (Class::named(name), lexicon.list(name)) {
                (Some(class), _) => Element::Class(class),
                (None, Some(list)) => Element::List(list),
                (None, None) => return Err(format!("`{{{name}}}` is neither a class nor a term list")),
            },
        });
    }
    match elements.first() {
        None => Err("it is empty".to_owned()),
        Some(Element::Gap) => Err("it starts with `*`".to_owned()),
        _ if elements.last() == Some(&Element::Gap) => Err("it ends with `*`".to_owned()),
        _ => Ok(elements),
    }
}

/// Every plain sequence that `source` stands for.
fn expand(source: &str) -> Result<Vec<Vec<Piece>>, String> {
    let mut sequences: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut rest = source.trim();
    while let Some(c) = rest.chars().next() {
        let (choices, used): (Vec<Option<Piece>>, usize) = match c {
            '(' => {
                let close = rest.find(')').ok_or_else(|| format!("phrase `{source}`: a `(` is not closed"))?;
                let words = rest[1..close].split('|').map(|w| Some(Piece::Words(w.trim().to_owned())));
                let optional = rest[close + 1..].starts_with('?');
                let choices = words.chain(optional.then_some(None)).collect();
                (choices, close + 1 + usize::from(optional))
            }
            '{' => {
                let close = rest.find('}').ok_or_else(|| format!("phrase `{source}`: a `{{` is not closed"))?;
                (vec![Some(Piece::Slot(rest[1..close].to_owned()))], close + 1)
            }
            '*' => (vec![Some(Piece::Gap)], 1),
            _ => {
                let end = rest.find(['(', '{', '*']).unwrap_or(rest.len());
                (vec![Some(Piece::Words(rest[..end].trim().to_owned()))], end)
            }
        };
        rest = rest[used..].trim_start();
        sequences = sequences
            .iter()
            .flat_map(|sequence| choices.iter().map(move |choice| extended(sequence, choice.as_ref())))
            .collect();
        if sequences.len() > MAX_SEQUENCES {
            return Err(format!("phrase `{source}`: it stands for over {MAX_SEQUENCES} sequences"));
        }
    }
    Ok(sequences)
}

/// `sequence` with `choice` after it; words next to words become one run.
fn extended(sequence: &[Piece], choice: Option<&Piece>) -> Vec<Piece> {
    let mut out = sequence.to_vec();
    match (out.last_mut(), choice) {
        (_, None) => {}
        (Some(Piece::Words(before)), Some(Piece::Words(words))) => {
            before.push(' ');
            before.push_str(words);
        }
        (_, Some(piece)) => out.push(piece.clone()),
    }
    out
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
