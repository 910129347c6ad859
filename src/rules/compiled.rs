//! One rule, compiled: its words, companions and guards, and where it fires in a text.

use std::sync::Arc;

use super::detectors::{self, Detector};
use super::house::{self, House};
use super::phrase::Phrase;
use super::rule::{Matching, Rule};
use crate::error::{Error, Result};
use crate::files::Entry;
use crate::guidance::Guidance;
use crate::terms::{Hits, LexiconBuilder, ListId, TermList};
use crate::text::Text;

/// A rule with its words compiled.
pub struct Compiled {
    /// What its file says.
    pub rule: Arc<Rule>,
    /// The file it was read from.
    pub file: String,
    /// Its term lists.
    pub lists: Vec<ListId>,
    /// Its phrases.
    pub phrases: Vec<Phrase>,
    /// Its detector.
    pub detector: Option<Detector>,
    with: Vec<Phrase>,
    unless: Vec<Phrase>,
    unless_post: Vec<Phrase>,
    with_post: Vec<Phrase>,
    unless_negated: bool,
    /// Whether attributed quotations count in full.
    pub even_quoted: bool,
    /// Words within which a hit is harmless in this house.
    allowed: Vec<Phrase>,
}

/// A stretch of tokens, and the term it matched.
pub struct Found {
    /// First token.
    pub first: usize,
    /// One past the last.
    pub end: usize,
    /// The list and the number of the term in it.
    pub term: Option<(ListId, usize)>,
}

impl Compiled {
    /// Compiles the rule in `entry`, its words added to `builder`; its detector comes later.
    pub fn new(entry: &Entry<'_>, guidance: &Guidance, builder: &mut LexiconBuilder) -> Result<Self> {
        let rule = Rule::parse(entry, guidance)?;
        let fault = |problem: String| Error::data(&entry.path, problem);
        let mut phrases = |key: &str, sources: &[String]| {
            sources
                .iter()
                .map(|source| Phrase::compile(source, builder))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|problem| fault(format!("match.{key}: {problem}")))
        };
        let none = Matching::default();
        let matching = rule.matching.as_ref().unwrap_or(&none);
        let hits = phrases("phrases", &matching.phrases)?;
        let with = phrases("with", &matching.with)?;
        let unless = phrases("unless", &matching.unless)?;
        let unless_post = phrases("unless_post", &matching.unless_post)?;
        let with_post = phrases("with_post", &matching.with_post)?;
        let lists = matching
            .terms
            .iter()
            .map(|name| builder.list(name).ok_or_else(|| fault(format!("match.terms: no list `{name}` in terms/"))))
            .collect::<Result<_>>()?;
        let (unless_negated, even_quoted) = (matching.unless_negated, matching.even_quoted);
        Ok(Self {
            rule: Arc::new(rule),
            file: entry.path.clone(),
            lists,
            phrases: hits,
            detector: None,
            with,
            unless,
            unless_post,
            with_post,
            unless_negated,
            even_quoted,
            allowed: Vec::new(),
        })
    }

    /// Adds the detector that the rule names, which may look at `lists`.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that name.
    pub fn detect(&mut self, lists: &[TermList], builder: &mut LexiconBuilder) -> Result<()> {
        let Some(name) = self.rule.matching.as_ref().and_then(|matching| matching.detector.as_deref()) else {
            return Ok(());
        };
        let detector = detectors::named(name, builder, lists).ok_or_else(|| {
            let hint = crate::error::did_you_mean(name, detectors::NAMES);
            Error::data(&self.file, format!("match.detector: no detector `{name}`{hint}"))
        })?;
        self.detector = Some(detector);
        Ok(())
    }

    /// Takes on what `house` says of the rule.
    pub fn settle(&mut self, house: &House, builder: &mut LexiconBuilder) {
        let id = self.rule.id.clone();
        if let Some(level) = house.level_of(&id).and_then(|set| set.level) {
            Arc::make_mut(&mut self.rule).level = level;
        }
        let words = house.allowed(&id).flat_map(|allow| &allow.words);
        self.allowed = words.filter_map(|words| Phrase::plain(&house::plain(&words.value), builder)).collect();
    }

    /// Where the rule fires, overlapping hits joined to the longest.
    pub fn find(&self, text: &Text, hits: &Hits) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for &list in &self.lists {
            found.extend(hits.of_list(list).iter().map(|hit| Found {
                first: hit.first,
                end: hit.end,
                term: Some((list, hit.term)),
            }));
        }
        let phrases = self.phrases.iter().flat_map(|phrase| phrase.find(text, hits));
        let detected = self.detector.iter().flat_map(|detector| detector.find(text, hits));
        found.extend(phrases.chain(detected).map(|(first, end)| Found { first, end, term: None }));
        if !self.allowed.is_empty() {
            let harmless: Vec<_> = self.allowed.iter().flat_map(|phrase| phrase.find(text, hits)).collect();
            found.retain(|hit| !harmless.iter().any(|&(first, end)| first <= hit.first && hit.end <= end));
        }
        let stands = |phrase: &Phrase| phrase.stands(text, hits);
        if found.is_empty()
            || self.unless_post.iter().any(stands)
            || !(self.with_post.is_empty() || self.with_post.iter().any(stands))
        {
            return Vec::new();
        }
        if self.unless_negated {
            found.retain(|hit| !is_negated(text, hits, hit.first));
        }
        self.keep_guarded(&mut found, text, hits);
        longest(found)
    }

    /// Drops hits without their companion or with a guard in the same sentence.
    fn keep_guarded(&self, found: &mut Vec<Found>, text: &Text, hits: &Hits) {
        let sentences = |phrases: &[Phrase]| -> Vec<u32> {
            let places = phrases.iter().flat_map(|phrase| phrase.find(text, hits));
            places.map(|(first, _)| text.tokens()[first].sentence).collect()
        };
        let companions = sentences(&self.with);
        let guards = sentences(&self.unless);
        found.retain(|hit| {
            let sentence = text.tokens()[hit.first].sentence;
            (self.with.is_empty() || companions.contains(&sentence)) && !guards.contains(&sentence)
        });
    }
}

/// The rules that the denied words of `house` become.
pub fn denied(house: &House, builder: &mut LexiconBuilder) -> Vec<Compiled> {
    let mut compiled = |(rule, deny): (Rule, &house::Deny)| Compiled {
        rule: Arc::new(rule),
        file: house.place(deny.line),
        lists: Vec::new(),
        phrases: deny.words.iter().filter_map(|at| Phrase::plain(&house::plain(&at.value), builder)).collect(),
        detector: None,
        with: Vec::new(),
        unless: Vec::new(),
        unless_post: Vec::new(),
        with_post: Vec::new(),
        unless_negated: false,
        even_quoted: true,
        allowed: Vec::new(),
    };
    house.rules().into_iter().zip(&house.deny).map(&mut compiled).collect()
}

/// Words that deny what follows them.
const NEGATORS: &[&str] = &[
    "not",
    "never",
    "no",
    "nor",
    "neither",
    "without",
    "cannot",
    "can't",
    "isn't",
    "aren't",
    "wasn't",
    "weren't",
    "don't",
    "doesn't",
    "didn't",
    "won't",
    "wouldn't",
    "shouldn't",
    "couldn't",
    "hasn't",
    "haven't",
];
/// How many words before the hit may deny it.
const NEGATION_REACH: usize = 3;

/// Whether the words before token `first` deny it.
fn is_negated(text: &Text, hits: &Hits, first: usize) -> bool {
    let tokens = text.tokens();
    let before = (hits.before(first, NEGATION_REACH)..first).filter(|&at| hits.name_at(at).is_none());
    let same = before.map(|at| &tokens[at]).filter(|token| token.sentence == tokens[first].sentence);
    same.into_iter().any(|token| NEGATORS.contains(&token.key.as_str()))
}

/// Overlapping hits joined to one; a term's identity stays with the longest.
fn longest(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|hit| (hit.first, usize::MAX - hit.end));
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    for hit in found {
        match kept.last_mut() {
            Some(last) if hit.first < last.end => last.end = last.end.max(hit.end),
            _ => kept.push(hit),
        }
    }
    kept
}
