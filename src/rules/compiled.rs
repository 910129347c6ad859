//! One rule, compiled: its words, companions and guards, and where it fires in a text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::detectors::{Aids, Detector};
use super::index::Candidates;
use super::phrase::Phrases;
use super::rule::Rule;
use crate::ahead::program::{Head, Program};
use crate::files::Entry;
use crate::terms::{Hits, ListId};
use crate::text::Text;

/// A rule with its words compiled.
pub struct Compiled {
    /// Its number in the program.
    pub number: usize,
    /// `family/name`.
    id: Cow<'static, str>,
    /// What its file says, once somebody has asked.
    rule: OnceLock<Arc<Rule>>,
    head: Head,
    detector: Option<Detector>,
}

/// What a rule is looked for with.
#[derive(Clone, Copy)]
pub struct Search<'c> {
    /// The words and phrases of all rules.
    pub program: &'c Program,
    /// What detectors need of the lists.
    pub aids: Aids<'c>,
    /// The post.
    pub text: &'c Text,
    /// What stands in it.
    pub hits: &'c Hits,
    /// What may fire on it.
    pub candidates: &'c Candidates,
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
    /// Rule `number` of `program`, which is `rule`.
    pub fn new(number: usize, program: &Program, rule: Rule) -> Self {
        let id = Cow::Owned(rule.id.clone());
        Self { rule: OnceLock::from(Arc::new(rule)), ..Self::unread(number, program, id) }
    }

    /// The built-in rule `number`, called `id`, whose file is read when it is asked for.
    pub fn unread(number: usize, program: &Program, id: Cow<'static, str>) -> Self {
        let mut head = program.head(number);
        let detector = head.detector.map(|detector| Detector::new(detector, std::mem::take(&mut head.groups)));
        Self { number, id, rule: OnceLock::new(), head, detector }
    }

    /// `family/name`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What its file says.
    pub fn rule(&self) -> &Arc<Rule> {
        self.rule.get_or_init(|| {
            let entry = Entry::built_in_rule(self.number);
            Arc::new(Rule::read(&entry).expect("a test reads every built-in rule"))
        })
    }

    /// Kinds of accounts it binds, as bits; 0 = everyone.
    pub fn accounts(&self) -> u32 {
        self.head.accounts
    }

    /// Kinds of polls in whose periods it binds, as bits; 0 = always.
    pub fn when(&self) -> u32 {
        self.head.when
    }

    /// Whether attributed quotations count in full.
    pub fn even_quoted(&self) -> bool {
        self.head.even_quoted
    }

    /// Where the rule fires, overlapping hits joined to the longest.
    pub fn find(&self, search: Search<'_>) -> Vec<Found> {
        let Search { program, aids, text, hits, candidates } = search;
        let all = Phrases(&program.phrases);
        let mut found: Vec<Found> = Vec::new();
        for list in program.lists.get(self.number).iter().map(|&list| list as usize) {
            found.extend(hits.of_list(list).iter().map(|hit| Found {
                first: hit.first,
                end: hit.end,
                term: Some((list, hit.term)),
            }));
        }
        let phrases = self.head.phrases.clone().filter(|&phrase| candidates.has_phrase(phrase));
        let phrases = phrases.flat_map(|phrase| all.find(phrase, text, hits));
        let detected = self.detector.iter().flat_map(|detector| detector.find(all, aids, text, hits));
        found.extend(phrases.chain(detected).map(|(first, end)| Found { first, end, term: None }));
        if found.is_empty() {
            return found;
        }
        if !self.head.allowed.is_empty() {
            let harmless: Vec<_> = self.head.allowed.clone().flat_map(|phrase| all.find(phrase, text, hits)).collect();
            found.retain(|hit| !harmless.iter().any(|&(first, end)| first <= hit.first && hit.end <= end));
        }
        let stands = |phrase: usize| all.stands(phrase, text, hits);
        let Head { unless_post, with_post, .. } = &self.head;
        if found.is_empty()
            || unless_post.clone().any(stands)
            || !(with_post.is_empty() || with_post.clone().any(stands))
        {
            return Vec::new();
        }
        if self.head.unless_negated {
            found.retain(|hit| !is_negated(text, hits, hit.first));
        }
        self.keep_guarded(&mut found, all, text, hits);
        longest(found)
    }

    /// Drops hits without their companion or with a guard in the same sentence.
    fn keep_guarded(&self, found: &mut Vec<Found>, all: Phrases<'_>, text: &Text, hits: &Hits) {
        let sentences = |phrases: &Range<usize>| -> Vec<u32> {
            let places = phrases.clone().flat_map(|phrase| all.find(phrase, text, hits));
            places.map(|(first, _)| text.tokens()[first].sentence).collect()
        };
        let companions = sentences(&self.head.with);
        let guards = sentences(&self.head.unless);
        found.retain(|hit| {
            let sentence = text.tokens()[hit.first].sentence;
            (self.head.with.is_empty() || companions.contains(&sentence)) && !guards.contains(&sentence)
        });
    }
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
