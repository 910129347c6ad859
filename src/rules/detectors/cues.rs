//! The words that statistical detectors share: what makes a number a claim, and
//! what gives a claim its source, period and comparator.

use std::ops::Range;

use super::super::phrase::Phrases;
use super::Sight;
use crate::terms::Hits;
use crate::text::{Kind, Text};

/// The phrases, as they stand in the catalogue.
pub struct Cues<'c> {
    phrases: Phrases<'c>,
    claim: Range<usize>,
    source: Range<usize>,
    period: Range<usize>,
    percent: usize,
    money: usize,
}

impl<'c> Cues<'c> {
    /// The groups of phrases in `sight`, in the order of `ahead/words.rs`.
    pub fn new(sight: &Sight<'c>) -> Self {
        let [claim, source, period, percent, money] = sight.groups();
        Self { phrases: sight.phrases, claim, source, period, percent: percent.start, money: money.start }
    }

    /// Whether the sentence makes a claim of change, level or achievement.
    pub fn claims(&self, sentence: u32, text: &Text, hits: &Hits) -> bool {
        self.stands_in(&self.claim, sentence, text, hits)
    }

    /// Whether the sentence says when or against what.
    pub fn dated(&self, sentence: u32, text: &Text, hits: &Hits) -> bool {
        self.stands_in(&self.period, sentence, text, hits)
    }

    /// Whether the post names or links a source anywhere.
    pub fn sourced(&self, text: &Text, hits: &Hits) -> bool {
        text.tokens().iter().any(|token| token.kind == Kind::Address)
            || self.source.clone().any(|phrase| self.phrases.stands(phrase, text, hits))
    }

    /// Percentages, as token ranges.
    pub fn percentages(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        self.phrases.find(self.percent, text, hits)
    }

    /// Sums of a million or more, as token ranges.
    pub fn large_sums(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let scaled = |&(first, end): &(usize, usize)| end - first == 3 || number_at(text, first + 1) >= 1e6;
        self.phrases.find(self.money, text, hits).into_iter().filter(scaled).collect()
    }

    /// Plain numbers of a thousand or more, or followed by `million` and the like.
    pub fn large_counts(text: &Text) -> Vec<(usize, usize)> {
        let tokens = text.tokens();
        let scale = |at: usize| {
            tokens.get(at).is_some_and(|t| matches!(t.key.as_str(), "million" | "billion" | "m" | "bn" | "thousand"))
        };
        let money = |at: usize| at > 0 && tokens[at - 1].kind == Kind::Sign;
        (0..tokens.len())
            .filter(|&at| tokens[at].kind == Kind::Number && !money(at))
            .filter_map(|at| {
                let grouped = text.as_str()[tokens[at].span.start..tokens[at].span.end].contains(',');
                let large = grouped || number_at(text, at) >= 10_000.0;
                (scale(at + 1) || large).then_some((at, at + 1 + usize::from(scale(at + 1))))
            })
            .collect()
    }

    fn stands_in(&self, group: &Range<usize>, sentence: u32, text: &Text, hits: &Hits) -> bool {
        let mut places = group.clone().flat_map(|phrase| self.phrases.find(phrase, text, hits));
        places.any(|(first, _)| text.tokens()[first].sentence == sentence)
    }
}

fn number_at(text: &Text, at: usize) -> f64 {
    text.tokens().get(at).and_then(|token| token.key.parse().ok()).unwrap_or(0.0)
}
