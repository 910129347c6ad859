//! What a rule finds in a draft, and on which occasion it was looked for.

use std::sync::Arc;

use jiff::civil::Date;

use super::rule::{Account, Level, Rule};
use super::voice::Lowered;
use crate::calendar::Poll;
use crate::span::Span;
use crate::suppress::Suppressed;

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
