//! `percentage-of-what`: a share of people who think or do something, with no word of who
//! was asked or counted.

use super::cues::Cues;
use crate::terms::Hits;
use crate::text::Text;

const VERDICTS: &[&str] = &[
    "say", "said", "agree", "agreed", "feel", "felt", "want", "wanted", "believe", "back", "backed", "support", "supported", "satisfied", "happy",
    "approve", "approval", "satisfaction", "success", "successful", "effective", "recommend", "think", "prefer", "favour", "positive", "happier",
    "would", "rate", "rated", "compliance", "accuracy", "accurate",
];

pub fn find(cues: &Cues, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let tokens = text.tokens();
    let mut shares = cues.percentages(text, hits);
    if shares.is_empty() || cues.sourced(text, hits) {
        return Vec::new();
    }
    shares.retain(|&(first, end)| {
        let sentence = tokens[first].sentence;
        let next = |at: usize| tokens.get(at).filter(|token| token.sentence == sentence).map(|token| token.key.as_str());
        let verdict = next(end).is_some_and(|word| VERDICTS.contains(&word));
        let whole = (end..end + 4).any(|at| matches!(next(at), Some("of" | "in")));
        verdict && !whole
    });
    shares
}
