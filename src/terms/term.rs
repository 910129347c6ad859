//! One entry of a term list; `build.rs` includes this file.

use serde::Deserialize;

/// One term and its other spellings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The usual spelling.
    pub text: String,
    /// Other spellings, nicknames, `@handles`.
    #[serde(default)]
    pub forms: Vec<String>,
    /// The party it belongs to, where it does.
    pub party: Option<String>,
    /// First year it was in use.
    pub from: Option<String>,
    /// Last year it was in use.
    pub to: Option<String>,
    /// Matches only when its words have the capitals that they have here.
    #[serde(default)]
    pub cased: bool,
    /// Does not match when one of these words follows.
    #[serde(default)]
    pub not_before: Vec<String>,
    /// Does not match when one of these words stands before it.
    #[serde(default)]
    pub not_after: Vec<String>,
    /// At the start of a sentence, where any word has a capital, matches only when one of
    /// these words follows.
    #[serde(default)]
    pub opens_before: Vec<String>,
    /// At the start of a sentence does not match when one of these words follows.
    #[serde(default)]
    pub opens_not_before: Vec<String>,
    /// Neutral wording to prefer.
    pub neutral: Option<String>,
    /// When the person it names held which office.
    #[serde(default)]
    pub held: Vec<Held>,
}

/// A time in an office as its file has it: a day is `YYYY-MM-DD`, or `YYYY-MM` or `YYYY`
/// where no more is known of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The office, by a name that the list knows.
    pub office: String,
    /// First day.
    pub from: String,
    /// Last day; none where the list knows of no end.
    pub to: Option<String>,
    /// Whether it was held until somebody was chosen.
    #[serde(default)]
    pub acting: bool,
}

impl Term {
    /// Every spelling, the usual one first.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.text.as_str()).chain(self.forms.iter().map(String::as_str))
    }
}
