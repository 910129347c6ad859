//! `cash-or-real-terms`: public money said to grow, in a post that says neither whether the
//! sum is cash or real nor what it is a head.

use super::cues::Cues;
use crate::terms::Hits;
use crate::text::Text;

const GROWTH: &[&str] = &[
    "increase",
    "increased",
    "increasing",
    "rise",
    "rises",
    "rising",
    "rose",
    "up",
    "boost",
    "boosted",
    "boosting",
    "record",
    "more",
    "extra",
    "additional",
    "biggest",
    "largest",
    "highest",
    "growing",
    "uplift",
];
const SPENDING: &[&str] =
    &["funding", "budget", "budgets", "spending", "spend", "investment", "grant", "grants", "settlement", "resources"];
const TERMS: &[&[&str]] = &[
    &["real", "terms"],
    &["real-terms"],
    &["cash", "terms"],
    &["in", "cash"],
    &["inflation"],
    &["nominal"],
    &["per", "pupil"],
    &["per", "head"],
    &["per", "person"],
    &["per", "patient"],
];

pub fn find(cues: &Cues, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let tokens = text.tokens();
    let mut sums = cues.large_sums(text, hits);
    let says_terms = || {
        TERMS
            .iter()
            .any(|words| tokens.windows(words.len()).any(|run| run.iter().zip(*words).all(|(t, w)| t.key == *w)))
    };
    if sums.is_empty() || says_terms() {
        return Vec::new();
    }
    sums.retain(|&(first, _)| {
        let sentence = text.sentence(tokens[first].sentence);
        let is = |at: usize, words: &[&str]| hits.name_at(at).is_none() && words.contains(&tokens[at].key.as_str());
        let has = |words: &[&str]| sentence.clone().any(|at| is(at, words));
        has(GROWTH) && has(SPENDING)
    });
    sums
}
