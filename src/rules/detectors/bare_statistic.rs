//! `unsourced-statistic`: a percentage, a sum or a large count that carries a
//! claim, in a post that names and links no source.

use super::cues::Cues;
use crate::terms::Hits;
use crate::text::Text;

pub fn find(cues: &Cues, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let mut numbers = cues.percentages(text, hits);
    numbers.extend(cues.large_sums(text, hits));
    numbers.extend(Cues::large_counts(text));
    if numbers.is_empty() || cues.sourced(text, hits) {
        return Vec::new();
    }
    numbers.retain(|&(first, _)| cues.claims(text.tokens()[first].sentence, text, hits));
    numbers.sort_unstable();
    numbers
}
