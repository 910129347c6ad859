//! The words that statistical detectors share: what makes a number a claim, and
//! what gives a claim its source, period and comparator.

use super::super::phrase::Phrase;
use crate::terms::{Hits, LexiconBuilder};
use crate::text::{Kind, Text};

/// Words that make a number a claim about change, level or achievement.
const CLAIM: &[&str] = &[
    "(rose|risen|rising|grew|grown|growing|increased|increase|increasing|soared|jumped|climbed|doubled|trebled|tripled)",
    "(fell|fallen|falling|dropped|drop|decreased|decrease|reduced|reduction|reducing|cut|cutting|slashed|halved|declined|plummeted)",
    "(more|fewer|less|higher|lower|extra|additional) (than)?",
    "(up|down) (by)?",
    "(created|delivered|supported|helped|benefited|saved|secured|boosted|protected|prevented)",
    "(record|highest|lowest|largest|biggest|fastest|best|worst|most)",
    "(people|families|households|jobs|patients|pupils|businesses|children|homes) (are|were|have|has|now) (been)? (better|worse|helped|lifted|out)",
    "(reached|brings|bring|brought|contributes|contributed|generates|worth|now)",
    "(one|two|three|four|nine) (in|out of) (five|ten|three|four|10|5)",
];

/// Words that point to where a figure is from.
const SOURCE: &[&str] = &[
    "{sources}",
    "source",
    "sources",
    "according to",
    "(figures|statistics|data|estimates|findings|results) (from|by|published|released|show)",
    "(survey|census|study|report|review|evaluation|analysis) (by|from|of|shows|found|published)",
    "(read|see) the (full)? (report|release|data|statistics|bulletin)",
    "official statistics",
    "(published|full) (table|tables|data|release|figures)",
    "provisional",
    "management information",
    "read more",
    "find out more",
    "more information",
];

/// Words that say when, or against what.
const PERIOD: &[&str] = &[
    "{year}",
    "since",
    "compared (with|to)",
    "than (in)? (last|the|a) (year|month|quarter|week|previous|same)",
    "year on year",
    "on the year",
    "(in|over|during|for) the (last|past|year|month|quarter|three months|six months|12 months|week|same)",
    "(last|this|previous|next|per|each|every|a) (year|month|quarter|week|day|decade|winter|summer|spring|autumn)",
    "annually",
    "yearly",
    "between * and",
    "from * to",
    "(over|across|for|within) (the)? (next|last|coming)? * (years|months|weeks|days)",
    "(in|by|to|until|from|during) (january|february|march|april|may|june|july|august|september|october|november|december)",
    "(so far|to date|overnight)",
    "per (cent)? (person|head|pupil|household|annum)",
    "spending review",
    "financial year",
];

/// The compiled words.
pub struct Cues {
    claim: Vec<Phrase>,
    source: Vec<Phrase>,
    period: Vec<Phrase>,
    percent: Phrase,
    money: Phrase,
}

impl Cues {
    /// Compiles the words into `lexicon`.
    pub fn compile(lexicon: &mut LexiconBuilder) -> Self {
        let mut all = |sources: &[&str]| {
            sources.iter().map(|s| Phrase::compile(s, lexicon).expect("a test compiles every cue")).collect()
        };
        let (claim, source, period) = (all(CLAIM), all(SOURCE), all(PERIOD));
        let mut one = |s| Phrase::compile(s, lexicon).expect("a test compiles every cue");
        Self { claim, source, period, percent: one("{percent}"), money: one("{money}") }
    }

    /// Whether the sentence makes a claim of change, level or achievement.
    pub fn claims(&self, sentence: u32, text: &Text, hits: &Hits) -> bool {
        stands_in(&self.claim, sentence, text, hits)
    }

    /// Whether the sentence says when or against what.
    pub fn dated(&self, sentence: u32, text: &Text, hits: &Hits) -> bool {
        stands_in(&self.period, sentence, text, hits)
    }

    /// Whether the post names or links a source anywhere.
    pub fn sourced(&self, text: &Text, hits: &Hits) -> bool {
        text.tokens().iter().any(|token| token.kind == Kind::Address)
            || self.source.iter().any(|phrase| !phrase.find(text, hits).is_empty())
    }

    /// Percentages, as token ranges.
    pub fn percentages(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        self.percent.find(text, hits)
    }

    /// Sums of a million or more, as token ranges.
    pub fn large_sums(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let scaled = |&(first, end): &(usize, usize)| end - first == 3 || number_at(text, first + 1) >= 1e6;
        self.money.find(text, hits).into_iter().filter(scaled).collect()
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
}

fn stands_in(phrases: &[Phrase], sentence: u32, text: &Text, hits: &Hits) -> bool {
    phrases
        .iter()
        .any(|phrase| phrase.find(text, hits).iter().any(|&(first, _)| text.tokens()[first].sentence == sentence))
}

fn number_at(text: &Text, at: usize) -> f64 {
    text.tokens().get(at).and_then(|token| token.key.parse().ok()).unwrap_or(0.0)
}
