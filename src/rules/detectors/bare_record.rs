//! `record-without-series`: a superlative ("record", "highest ever", "biggest in
//! a generation") about public results with no series, date or source.

use super::cues::Cues;
use crate::terms::Hits;
use crate::text::Text;

/// Superlatives that stand for a comparison over time.
const RECORDS: &[&[&str]] = &[
    &["record", "high"],
    &["record", "low"],
    &["record", "numbers"],
    &["record", "number"],
    &["record", "levels"],
    &["record", "level"],
    &["record", "investment"],
    &["record", "funding"],
    &["record", "spending"],
    &["record", "amount"],
    &["record", "employment"],
    &["record", "breaking"],
    &["highest", "ever"],
    &["lowest", "ever"],
    &["biggest", "ever"],
    &["largest", "ever"],
    &["best", "ever"],
    &["highest", "on", "record"],
    &["lowest", "on", "record"],
    &["largest", "on", "record"],
    &["biggest", "on", "record"],
    &["highest", "in", "history"],
    &["lowest", "in", "history"],
    &["all", "time", "high"],
    &["all", "time", "low"],
    &["in", "a", "generation"],
    &["never", "been", "higher"],
    &["never", "been", "lower"],
    &["more", "than", "ever", "before"],
    &["most", "ever"],
    &["fastest", "growing"],
    &["fastest", "ever"],
    &["world", "leading"],
    &["world", "beating"],
    &["record", "results"],
    &["record", "year"],
];

pub fn find(cues: &Cues, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
    let tokens = text.tokens();
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let matched = RECORDS.iter().find(|words| {
            let run = tokens.get(at..at + words.len());
            run.is_some_and(|run| {
                run.iter().zip(**words).all(|(token, word)| token.key == *word)
                    && run[0].sentence == run[run.len() - 1].sentence
            })
        });
        if let Some(words) = matched {
            found.push((at, at + words.len()));
        }
    }
    if found.is_empty() || cues.sourced(text, hits) {
        return Vec::new();
    }
    found.retain(|&(first, _)| !cues.dated(tokens[first].sentence, text, hits));
    found
}
