//! Every rule, compiled over one automaton, and what they find in a post.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::detectors::{self, Detector};
use super::house::{self, House};
use super::index::Index;
use super::phrase::Phrase;
use super::reasons::Reasons;
use super::rule::{Account, Level, Rule};
use super::voice::{self, Lowered};
use crate::actors::Actors;
use crate::calendar::{Calendar, Poll};
use crate::error::{Error, Result};
use crate::files::{Entry, Sources};
use crate::guidance::Guidance;
use crate::span::Span;
use crate::suppress::{Suppressed, fingerprint};
use crate::terms::{Hits, Lexicon, LexiconBuilder, ListId, TermList};
use crate::text::Text;
use jiff::civil::Date;

/// The rules that are in force, ready to read posts.
pub struct Catalogue {
    rules: Vec<Compiled>,
    index: Index,
    /// Rules that the house turned off.
    off: Vec<Arc<Rule>>,
    house: House,
    guidance: Guidance,
    reasons: Reasons,
    calendar: Calendar,
    lists: Vec<TermList>,
    lexicon: Lexicon,
    actors: Actors,
    sha256: String,
}

/// From whose account, and on which day, a post goes out: what decides which rules bind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Occasion {
    /// The kind of account; every rule binds one that is not named.
    pub account: Option<Account>,
    /// The day; rules for pre-election periods do not bind where it is not known.
    pub date: Option<Date>,
}

/// Words of a draft that a rule stops at.
#[derive(Clone)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<Rule>,
    /// How serious it is: the rule's level, or one less.
    pub level: Level,
    /// Why it is one less.
    pub lowered: Option<Lowered>,
    /// The poll in whose period the rule binds, where it binds in periods only.
    pub poll: Option<Arc<Poll>>,
    /// The words, as a span of the original text.
    pub span: Span,
    /// Neutral wording for them, where the term list knows one.
    pub neutral: Option<String>,
    /// What names it from one run to the next.
    pub fingerprint: String,
    /// Why it may stay; it does not count then.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// Safer wording for the words, where one is known.
    pub fn wording(&self) -> Option<&str> {
        self.neutral.as_deref().or(self.rule.rewrite.as_deref())
    }

    /// Whether it counts: it is not suppressed.
    pub fn counts(&self) -> bool {
        self.suppressed.is_none()
    }

    /// What the words read as, as surely as the level allows: `may read as …` below hold.
    pub fn reading(&self) -> String {
        let sure = self.level == Level::Hold;
        format!("{} {}", if sure { "reads as" } else { "may read as" }, self.rule.reads)
    }
}

struct Compiled {
    rule: Arc<Rule>,
    /// The file it was read from.
    file: String,
    lists: Vec<ListId>,
    phrases: Vec<Phrase>,
    detector: Option<Detector>,
    with: Vec<Phrase>,
    unless: Vec<Phrase>,
    unless_post: Vec<Phrase>,
    with_post: Vec<Phrase>,
    unless_negated: bool,
    even_quoted: bool,
    /// Words within which a hit is harmless in this house.
    allowed: Vec<Phrase>,
}

/// A stretch of tokens, and the term it matched.
struct Found {
    first: usize,
    end: usize,
    term: Option<(ListId, usize)>,
}

impl Catalogue {
    /// The catalogue built into the binary.
    ///
    /// # Errors
    /// [`Error::Data`]; a test sees to it that this never happens in a release.
    pub fn built_in() -> Result<Self> {
        Self::new(&Sources::built_in())
    }

    /// Compiles the rules of `sources`.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key of the first fault.
    pub fn new(sources: &Sources<'_>) -> Result<Self> {
        Self::with_house(sources, &House::default())
    }

    /// Compiles the rules of `sources` with what `house` changes in them.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key of the first fault.
    pub fn with_house(sources: &Sources<'_>, house: &House) -> Result<Self> {
        let Sources { rules, terms, guidance, reasons, calendar } = sources;
        let mut sha256 = Sha256::new();
        for entry in rules.iter().chain(terms).chain([guidance, reasons, calendar]) {
            for part in [entry.id.as_bytes(), entry.text.as_bytes()] {
                sha256.update((part.len() as u64).to_le_bytes());
                sha256.update(part);
            }
        }
        if !house.is_empty() {
            sha256.update(house.bytes());
        }
        let guidance = Guidance::parse(guidance)?;
        let reasons = Reasons::parse(reasons, &guidance)?;
        let calendar = Calendar::parse(calendar, &guidance)?;
        let lists: Vec<TermList> = terms.iter().map(TermList::parse).collect::<Result<_>>()?;
        let mut builder = LexiconBuilder::default();
        for list in &lists {
            builder.add_list(list);
        }
        let ids: Vec<&str> = rules.iter().map(|entry| entry.id.as_str()).collect();
        let mut rules = rules
            .iter()
            .map(|entry| Compiled::new(entry, &guidance, &lists, &mut builder))
            .collect::<Result<Vec<_>>>()?;
        house.check(&ids)?;
        rules.extend(denied(house, &mut builder));
        for compiled in &mut rules {
            compiled.settle(house, &mut builder);
        }
        for (at, rule) in rules.iter().enumerate() {
            let other = rules[..at].iter().find(|other| other.rule.id == rule.rule.id);
            if let Some(other) = other {
                let problem = format!("the id `{}` is taken by {}", rule.rule.id, other.file);
                return Err(Error::data(&rule.file, problem));
            }
        }
        let is_off = |id: &str| house.level_of(id).is_some_and(|set| set.level.is_none());
        let (off, rules): (Vec<_>, Vec<_>) = rules.into_iter().partition(|compiled| is_off(&compiled.rule.id));
        let off = off.into_iter().map(|compiled| compiled.rule).collect();
        let house = house.clone();
        let mut index = Index::default();
        for rule in &rules {
            index.add(&rule.lists, &rule.phrases, rule.detector.is_some());
        }
        let actors = Actors::new(&builder, &lists)?;
        let lexicon = builder.build();
        let sha256 = hex(&sha256.finalize());
        Ok(Self { rules, index, off, house, guidance, reasons, calendar, lists, lexicon, actors, sha256 })
    }

    /// Every rule, by id.
    pub fn rules(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// The rule called `id`.
    pub fn rule(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules().find(|rule| rule.id == id)
    }

    /// The rules that the house turned off; they bind nobody.
    pub fn off(&self) -> &[Arc<Rule>] {
        &self.off
    }

    /// What the department changes in the rules.
    pub fn house(&self) -> &House {
        &self.house
    }

    /// The documents that rules cite.
    pub fn guidance(&self) -> &Guidance {
        &self.guidance
    }

    /// What to tell the writer where the model stopped.
    pub fn reasons(&self) -> &Reasons {
        &self.reasons
    }

    /// Polls and the periods before them.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The dated term lists.
    pub fn lists(&self) -> &[TermList] {
        &self.lists
    }

    /// Masks the names of parties and politicians.
    pub fn actors(&self) -> &Actors {
        &self.actors
    }

    /// SHA-256 of every rule, list and guidance file and of what the house changes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Everything the lists and rules know that stands in `text`.
    pub fn scan(&self, text: &Text) -> Hits {
        self.lexicon.scan(text)
    }

    /// The polls in whose pre-election period `occasion` lies.
    pub fn polls(&self, occasion: Occasion) -> Vec<Arc<Poll>> {
        let date = occasion.date.into_iter();
        date.flat_map(|date| self.calendar.on(date, occasion.account)).map(Arc::clone).collect()
    }

    /// What the rules that bind on `occasion` find in `text`, by place, then by rule id.
    pub fn findings(&self, text: &Text, hits: &Hits, occasion: Occasion) -> Vec<Finding> {
        if text.tokens().is_empty() {
            return Vec::new();
        }
        let polls = self.polls(occasion);
        let mut findings: Vec<Finding> = Vec::new();
        let candidates = self.index.candidates(hits);
        let candidate = |number: &usize| candidates[number / 64] & (1 << (number % 64)) != 0;
        for number in (0..self.rules.len()).filter(candidate) {
            let compiled = &self.rules[number];
            if !compiled.rule.binds(occasion.account) {
                continue;
            }
            let kinds = &compiled.rule.when;
            let poll = polls.iter().find(|poll| kinds.contains(&poll.kind));
            if kinds.is_empty() || poll.is_some() {
                let found = compiled.find(text, hits);
                findings.extend(found.into_iter().map(|found| self.finding(compiled, &found, text, poll)));
            }
        }
        findings.sort_by(|a, b| (a.span, &a.rule.id).cmp(&(b.span, &b.rule.id)));
        findings
    }

    fn finding(&self, compiled: &Compiled, found: &Found, text: &Text, poll: Option<&Arc<Poll>>) -> Finding {
        let neutral = found.term.and_then(|(list, term)| self.lists[list].terms[term].neutral.clone());
        let rule = &compiled.rule;
        let full = compiled.even_quoted || rule.level == Level::Note;
        let lowered = if full { None } else { voice::lowered(text, found.first, found.end) };
        let level = match (lowered, rule.level) {
            (Some(_), Level::Hold) => Level::Review,
            (Some(_), _) => Level::Note,
            (None, level) => level,
        };
        Finding {
            rule: Arc::clone(rule),
            level,
            lowered,
            poll: poll.cloned(),
            span: text.origin_of_tokens(found.first, found.end),
            neutral,
            fingerprint: fingerprint(&rule.id, text, found.first),
            suppressed: None,
        }
    }
}

impl Compiled {
    fn new(entry: &Entry<'_>, guidance: &Guidance, known: &[TermList], builder: &mut LexiconBuilder) -> Result<Self> {
        let rule = Rule::parse(entry, guidance)?;
        let fault = |problem: String| Error::data(&entry.path, problem);
        let mut phrases = |key: &str, sources: &[String]| {
            sources
                .iter()
                .map(|source| Phrase::compile(source, builder))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|problem| fault(format!("match.{key}: {problem}")))
        };
        let matching = rule.matching.clone().unwrap_or_default();
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
        let detector = matching
            .detector
            .as_deref()
            .map(|name| {
                detectors::named(name, builder, known).ok_or_else(|| {
                    let hint = crate::error::did_you_mean(name, detectors::NAMES);
                    fault(format!("match.detector: no detector `{name}`{hint}"))
                })
            })
            .transpose()?;
        Ok(Self {
            rule: Arc::new(rule),
            file: entry.path.clone(),
            lists,
            phrases: hits,
            detector,
            with,
            unless,
            unless_post,
            with_post,
            unless_negated: matching.unless_negated,
            even_quoted: matching.even_quoted,
            allowed: Vec::new(),
        })
    }

    /// Takes on what `house` says of the rule.
    fn settle(&mut self, house: &House, builder: &mut LexiconBuilder) {
        let id = self.rule.id.clone();
        if let Some(level) = house.level_of(&id).and_then(|set| set.level) {
            Arc::make_mut(&mut self.rule).level = level;
        }
        let words = house.allowed(&id).flat_map(|allow| &allow.words);
        self.allowed = words.filter_map(|words| Phrase::plain(&house::plain(&words.value), builder)).collect();
    }

    /// Where the rule fires, overlapping hits joined to the longest.
    fn find(&self, text: &Text, hits: &Hits) -> Vec<Found> {
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
            found.retain(|hit| !is_negated(text, hit.first));
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
fn denied(house: &House, builder: &mut LexiconBuilder) -> Vec<Compiled> {
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
fn is_negated(text: &Text, first: usize) -> bool {
    let tokens = text.tokens();
    let before = tokens[..first].iter().rev().take(NEGATION_REACH);
    before.take_while(|token| token.sentence == tokens[first].sentence).any(|t| NEGATORS.contains(&t.key.as_str()))
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

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
        out
    })
}
