//! A post after everything that needs no model: its text, what the rules found, and
//! why it cannot be judged, if it cannot.

use std::sync::Arc;

use jiff::civil::Date;

use crate::actors::{PARTY, POLITICIAN};
use crate::calendar::Poll;
use crate::fusion::{Each, Evidence};
use crate::model::Window;
use crate::post::Post;
use crate::rules::{Dimension, Finding, Level};
use crate::suppress::Marker;
use crate::text::{Aligned, Language, Text, declared_language, language};
use crate::verdict::{Judgement, Verdict};

/// A post after everything that needs no model.
pub struct Read {
    /// The draft.
    pub(super) text: Text,
    /// The day it goes out.
    pub(super) date: Option<Date>,
    /// The polls in whose period it goes out.
    pub(super) polls: Vec<Arc<Poll>>,
    /// What the rules found.
    pub(super) findings: Vec<Finding>,
    /// The markers in the draft.
    pub(super) markers: Vec<Marker>,
    /// What the encoder will read; empty if the text is not English.
    pub(super) windows: Vec<Window>,
    /// Why it cannot be judged.
    pub(super) unscreened: Option<String>,
}

impl Read {
    /// The windows as the encoder reads them.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Why it cannot be judged, if it cannot.
    pub fn unscreened(&self) -> Option<&str> {
        self.unscreened.as_deref()
    }

    /// What the rules found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Why a text cannot be judged, if it cannot. What reads as another language may do so
/// only for the names in it, so the text without them is asked too.
pub(super) fn unscreened(text: &Text, declared: Option<&str>, nameless: impl FnOnce() -> Text) -> Option<String> {
    if text.tokens().is_empty() {
        return Some("there are no words in it".to_owned());
    }
    let told = match declared {
        Some(code) => declared_language(code, text.as_str(), text.tokens()),
        None => language(text.as_str(), text.tokens()),
    };
    let Language::Other(name) = told else { return None };
    if language(text.as_str(), text.tokens()) == Language::English {
        return Some(format!("its feed says that it is in {name}; only English can be judged"));
    }
    let plain = nameless();
    let english = !plain.tokens().is_empty() && language(plain.as_str(), plain.tokens()) == Language::English;
    (!english).then(|| format!("it reads as {name}; only English can be judged"))
}

/// The masked text without the masks.
pub(super) fn nameless(masked: &Aligned) -> Text {
    Text::new(&masked.as_str().replace(PARTY, "").replace(POLITICIAN, ""))
}

/// What the rules alone say of a post.
pub(super) fn unmodelled_verdict(post: &Post, read: &Read) -> Verdict {
    Verdict {
        id: post.id.clone(),
        date: read.date,
        polls: read.polls.clone(),
        text: Arc::from(post.text.as_str()),
        judgements: Each::make(|dimension| unmodelled(read, dimension)),
        reasons: Vec::new(),
        findings: read.findings.clone(),
        passage: None,
        notices: Vec::new(),
        unscreened: read.unscreened.clone(),
        detail: None,
    }
}

/// The level without the model: the rules', or `unscreened`.
pub(super) fn unmodelled(read: &Read, dimension: Dimension) -> Judgement {
    let mut evidence = Evidence::default();
    let findings = read.findings.iter().filter(|f| f.counts() && f.rule.dimension == dimension);
    findings.for_each(|finding| evidence.add(finding.level));
    let floor = if read.unscreened.is_some() { Level::Unscreened } else { Level::Clear };
    Judgement { level: evidence.rule_level().max(floor), risk: None, hold: None, unsure: false }
}
