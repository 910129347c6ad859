//! Where the phrases of rules stand in a text. The phrase language, and how a phrase is
//! compiled: `ahead/phrase.rs`.

use crate::ahead::pack::Rows;
use crate::ahead::phrase::{Class, Element, Key, next, read};
use crate::terms::Hits;
use crate::text::{Kind, Text};

/// Words a `*` may stand for, at most.
const GAP: usize = 3;

/// Compiled phrases, by number.
#[derive(Clone, Copy)]
pub struct Phrases<'c>(pub &'c Rows);

impl Phrases<'_> {
    /// Where phrase `number` stands, as token ranges, in order.
    pub fn find(self, number: usize, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let (mut elements, key) = read(self.0.get(number));
        if is_absent(key, hits) {
            return found;
        }
        while let Some((element, after)) = next(elements) {
            for (first, end) in starts(element, text, hits) {
                let end = rest(after, end, text, hits);
                let tokens = text.tokens();
                found.extend(
                    end.filter(|&end| tokens[first].sentence == tokens[end - 1].sentence).map(|end| (first, end)),
                );
            }
            match element {
                Element::Words { optional: true, .. } => elements = after,
                _ => break,
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether phrase `number` stands anywhere.
    pub fn stands(self, number: usize, text: &Text, hits: &Hits) -> bool {
        !self.find(number, text, hits).is_empty()
    }
}

/// Whether the text lacks what a phrase with this key cannot stand without.
fn is_absent(key: Key<'_>, hits: &Hits) -> bool {
    match key {
        Key::Patterns(any) => any.iter().all(|&pattern| !hits.has(pattern as usize)),
        Key::List(list) => hits.of_list(list).is_empty(),
        Key::None => false,
    }
}

/// Where `element` stands anywhere in the text.
fn starts(element: Element<'_>, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    match element {
        Element::Words { any, more, .. } => {
            let words = any.iter().flat_map(|&pattern| hits.of(pattern as usize)).map(|hit| (hit.first, hit.end));
            let sequences = more.iter().filter_map(next).flat_map(|(element, after)| {
                let starts = starts(element, text, hits).into_iter();
                starts.filter_map(move |(first, end)| Some((first, rest(after, end, text, hits)?)))
            });
            words.chain(sequences).collect()
        }
        Element::List(list) => hits.of_list(list).iter().map(|hit| (hit.first, hit.end)).collect(),
        Element::Class(class) => {
            (0..text.tokens().len()).filter_map(|at| Some((at, class_end(class, at, text)?))).collect()
        }
        Element::Gap => Vec::new(),
    }
}

/// The end of `elements` if they stand one after the other from token `at`.
fn rest(elements: &[u32], at: usize, text: &Text, hits: &Hits) -> Option<usize> {
    let Some((element, after)) = next(elements) else { return Some(at) };
    match element {
        Element::Gap => {
            let words = std::iter::successors(Some(at), |&word| Some(hits.after(word))).take(GAP + 1);
            words.into_iter().find_map(|next| rest(after, next, text, hits))
        }
        Element::Words { any, more, optional } => {
            let words = any.iter().flat_map(|&pattern| hits.of(pattern as usize)).filter(|hit| hit.first == at);
            let sequences = more.iter().filter_map(|sequence| rest(sequence, at, text, hits));
            let ends = words.map(|hit| hit.end).chain(sequences);
            let longest = ends.filter_map(|end| rest(after, end, text, hits)).max();
            longest.or_else(|| optional.then(|| rest(after, at, text, hits)).flatten())
        }
        Element::List(list) => {
            let here = hits.of_list(list).iter().filter(|hit| hit.first == at);
            here.filter_map(|hit| rest(after, hit.end, text, hits)).max()
        }
        Element::Class(class) => rest(after, class_end(class, at, text)?, text, hits),
    }
}

/// The end of the class if it starts at token `at`.
fn class_end(class: Class, at: usize, text: &Text) -> Option<usize> {
    let tokens = text.tokens();
    let token = tokens.get(at)?;
    let key = |at: usize| tokens.get(at).map(|t| t.key.as_str());
    let number = |at: usize| tokens.get(at).is_some_and(|t| t.kind == Kind::Number);
    match class {
        Class::Number => (token.kind == Kind::Number).then_some(at + 1),
        Class::Year => {
            let year = token.key.len() == 4 && (token.key.starts_with("19") || token.key.starts_with("20"));
            (number(at) && year).then_some(at + 1)
        }
        Class::Percent => match (number(at), key(at + 1), key(at + 2)) {
            (true, Some("%" | "percent" | "pc"), _) => Some(at + 2),
            (true, Some("per"), Some("cent")) => Some(at + 3),
            _ => None,
        },
        Class::Money => {
            let sign = token.kind == Kind::Sign && matches!(token.key.as_str(), "£" | "$" | "€");
            let end = (sign && number(at + 1)).then_some(at + 2)?;
            let scale = matches!(key(end), Some("m" | "bn" | "k" | "tn" | "million" | "billion" | "trillion"));
            Some(end + usize::from(scale))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::lexicon::LexiconBuilder;
    use crate::ahead::phrase::compile;

    fn found(phrase: &str, text: &str) -> Vec<String> {
        let mut builder = LexiconBuilder::default();
        let phrases = [compile(phrase, &mut builder).unwrap()].iter().collect();
        let lexicon = builder.build();
        let read = Text::new(text);
        Phrases(&phrases)
            .find(0, &read, &lexicon.scan(&read))
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
        let fault = |phrase| compile(phrase, &mut LexiconBuilder::default()).unwrap_err();
        assert!(fault("thanks (to").contains("not closed"));
        assert!(fault("{nothing} here").contains("neither a class nor a term list"));
        assert!(fault("(a|(b) deal").contains("do not nest") && fault("(a|* b) deal").contains("starts or ends"));
        assert!(fault("* deal").contains("starts with"));
        assert!(fault("").contains("empty"));
    }
}
