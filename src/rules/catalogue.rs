//! Every rule, compiled over one tree of words, and what they find in a post.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::compiled::{Compiled, Found, denied};
use super::finding::{Finding, Occasion};
use super::house::House;
use super::index::Index;
use super::reasons::Reasons;
use super::rule::{Level, Rule};
use super::voice;
use crate::actors::Actors;
use crate::calendar::{Calendar, Poll};
use crate::error::{Error, Result};
use crate::files::{Entry, Sources};
use crate::guidance::Guidance;
use crate::suppress::fingerprint;
use crate::terms::{Hits, Lexicon, LexiconBuilder, TermList};
use crate::text::Text;

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
    /// The words of the rules.
    lexicon: Lexicon,
    /// The words of the term lists.
    terms: Lexicon,
    actors: Actors,
    sha256: String,
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
        let ids: Vec<&str> = rules.iter().map(|entry| entry.id.as_str()).collect();
        let names = terms.iter().map(|entry| entry.id.clone()).collect();
        let (listed, compiled) = std::thread::scope(|scope| {
            let listed = scope.spawn(|| read_lists(terms));
            let compiled = compile(rules, &guidance, names);
            (listed.join().expect("reading a list does not panic"), compiled)
        });
        let ((lists, list_builder), (mut rules, mut builder)) = (listed?, compiled?);
        for rule in &mut rules {
            rule.detect(&lists, &mut builder)?;
        }
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
        let index = Index::new(&rules);
        let actors = Actors::new(&list_builder, &lists)?;
        let lexicon = builder.build();
        let terms = list_builder.build();
        let sha256 = hex(&sha256.finalize());
        Ok(Self { rules, index, off, house, guidance, reasons, calendar, lists, lexicon, terms, actors, sha256 })
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

    /// Everything the lists and rules know that stands in `text`, each name of an actor
    /// being one word: no rule can tell a party by the words in its name.
    pub fn scan(&self, text: &Text) -> Hits {
        let terms = self.terms.scan(text);
        let names = self.actors.names(text, &terms);
        self.lexicon.scan(text).with_terms_of(terms).around_names(&names)
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
                let found = found.into_iter();
                findings.extend(found.map(|found| self.finding(compiled, &found, text, hits, poll)));
            }
        }
        findings.sort_by(|a, b| (a.span, &a.rule.id).cmp(&(b.span, &b.rule.id)));
        findings
    }

    fn finding(
        &self,
        compiled: &Compiled,
        found: &Found,
        text: &Text,
        hits: &Hits,
        poll: Option<&Arc<Poll>>,
    ) -> Finding {
        let neutral = found.term.and_then(|(list, term)| self.lists[list].terms[term].neutral.clone());
        let rule = &compiled.rule;
        let full = compiled.even_quoted || rule.level == Level::Note;
        let lowered = if full { None } else { voice::lowered(text, hits, found.first, found.end) };
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

/// The term lists in `entries`, and their words.
fn read_lists(entries: &[Entry<'_>]) -> Result<(Vec<TermList>, LexiconBuilder)> {
    let lists: Vec<TermList> = entries.iter().map(TermList::parse).collect::<Result<_>>()?;
    let mut builder = LexiconBuilder::default();
    for list in &lists {
        builder.add_list(list);
    }
    Ok((lists, builder))
}

/// The rules in `entries`, and their words; `lists` are the names of the term lists.
fn compile(entries: &[Entry<'_>], guidance: &Guidance, lists: Vec<String>) -> Result<(Vec<Compiled>, LexiconBuilder)> {
    let mut builder = LexiconBuilder::beside(lists);
    let rules = entries.iter().map(|entry| Compiled::new(entry, guidance, &mut builder)).collect::<Result<_>>()?;
    Ok((rules, builder))
}

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
        out
    })
}
