//! `change-without-baseline`: "up 20%", "fallen by a third", "doubled", in a
//! sentence that says neither since when nor against what.

use super::cues::Cues;
use crate::terms::Hits;
use crate::text::{Text, Token};

/// Verbs and particles of change that a quantity follows.
const MOVES: &[&str] = &[
    "up",
    "down",
    "rose",
    "risen",
    "rising",
    "grew",
    "grown",
    "increased",
    "fell",
    "fallen",
    "falling",
    "dropped",
    "decreased",
    "reduced",
    "cut",
    "soared",
    "jumped",
    "declined",
    "plummeted",
    "slashed",
    "improved",
];
/// Verbs that are a quantity of change in themselves.
const MULTIPLES: &[&str] = &["doubled", "trebled", "tripled", "quadrupled", "halved"];
/// Fractions after `by a`.
const FRACTIONS: &[&str] = &["third", "quarter", "half", "fifth", "tenth"];

pub fn find(cues: &Cues, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let percentages = cues.percentages(text, hits);
    let tokens = text.tokens();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let word = token.key.as_str();
        let opens = at == 0 || tokens[at - 1].sentence != token.sentence; // "Doubled yellow lines"
        let end = if MULTIPLES.contains(&word) && !opens {
            Some(at + 1)
        } else if MOVES.contains(&word) {
            quantity_end(tokens, &percentages, at + 1)
        } else {
            None
        };
        if let Some(end) = end.filter(|_| !cues.dated(token.sentence, text, hits)) {
            found.push((at, end));
        }
    }
    found
}

/// The end of the quantity at `at`, after an optional `by`, `by almost`, `by over`.
fn quantity_end(tokens: &[Token], percentages: &[(usize, usize)], mut at: usize) -> Option<usize> {
    let key = |at: usize| tokens.get(at).map(|token| token.key.as_str());
    while matches!(key(at), Some("by" | "almost" | "over" | "nearly" | "about" | "around" | "more" | "than")) {
        at += 1;
    }
    if let Some(&(_, end)) = percentages.iter().find(|&&(first, _)| first == at) {
        return Some(end);
    }
    let fraction = matches!(key(at), Some("a" | "one")) && key(at + 1).is_some_and(|word| FRACTIONS.contains(&word));
    fraction.then_some(at + 2)
}
