//! `money-without-period`: a sum of a million or more for funding or spending,
//! in a sentence that names no year and no span.

use super::cues::Cues;
use crate::terms::Hits;
use crate::text::Text;

/// Words that make a sum public money.
const FUNDING: &[&str] = &[
    "funding",
    "fund",
    "funds",
    "funded",
    "investment",
    "invest",
    "invested",
    "investing",
    "spend",
    "spending",
    "spent",
    "boost",
    "package",
    "budget",
    "putting",
    "into",
    "backed",
    "injection",
    "extra",
    "cash",
    "support",
    "grant",
    "grants",
];

pub fn find(cues: &Cues, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let funding = |sentence: u32| {
        let names_it = |at| hits.name_at(at).is_none() && FUNDING.contains(&text.tokens()[at].key.as_str());
        text.sentence(sentence).any(names_it)
    };
    let mut sums = cues.large_sums(text, hits);
    sums.retain(|&(first, _)| {
        let sentence = text.tokens()[first].sentence;
        funding(sentence) && !cues.dated(sentence, text, hits)
    });
    sums
}
