//! One screened post as the scan wrote it: the line of `crossbench/verdict/1` read back.
//! Reporters are given these, so that a report can be made from a run of long ago as from
//! one that has just ended. Keys that no reporter needs are passed over.

use jiff::civil::Date;
use serde::Deserialize;

use crate::post::{Audience, Kind, Place};
use crate::rules::{Basis, Dimension, Level, Lowered};

/// A verdict, and the post it is on.
#[derive(Clone, Deserialize)]
pub struct Record {
    /// Id of the post.
    pub id: String,
    /// The post; `None` in a verdict that came from no feed.
    #[serde(default)]
    pub post: Option<Source>,
    /// Day it was judged for.
    #[serde(default)]
    pub date: Option<Date>,
    /// Pre-election periods the day falls into.
    #[serde(default)]
    pub periods: Vec<Period>,
    /// The higher level of both dimensions.
    pub verdict: Level,
    /// Political impartiality.
    pub controversy: Judged,
    /// How claims are made.
    pub misleading: Judged,
    /// Why the model flags.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What rules or model stop at, by place.
    #[serde(default)]
    pub findings: Vec<Found>,
    /// What is wrong with the markers in the text.
    #[serde(default)]
    pub notices: Vec<Marker>,
    /// The passage that decided, where the text was read in passages.
    #[serde(default)]
    pub passage: Option<Words>,
    /// Why nothing could be said, where the level is `unscreened`.
    #[serde(default)]
    pub unscreened: Option<String>,
}

/// A post as its feed has it.
#[derive(Clone, Deserialize)]
pub struct Source {
    /// The words; `None` in a scan that leaves them out.
    #[serde(default)]
    pub text: Option<String>,
    /// When it goes or went out, as the feed writes it.
    #[serde(default)]
    pub time: Option<String>,
    /// Account or person.
    #[serde(default)]
    pub author: Option<String>,
    /// Where it can be seen.
    #[serde(default)]
    pub url: Option<String>,
    /// What it is to the account.
    #[serde(default)]
    pub kind: Kind,
    /// Who could see it.
    #[serde(default)]
    pub audience: Audience,
    /// The language the platform says it is in.
    #[serde(default)]
    pub lang: Option<String>,
    /// Facts of the source that a reader should know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Id of the first post with the same words, whose verdict this is.
    #[serde(default)]
    pub same_as: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub place: Place,
}

/// The level of one dimension.
#[derive(Clone, Deserialize)]
pub struct Judged {
    /// The level.
    pub level: Level,
    /// Calibrated P(label ≥ 1), if the model was asked.
    #[serde(default)]
    pub risk: Option<f64>,
    /// Calibrated P(label = 2), if the model was asked.
    #[serde(default)]
    pub hold: Option<f64>,
    /// Whether the model says it does not know.
    #[serde(default)]
    pub unsure: bool,
}

/// A reason of the model.
#[derive(Clone, Deserialize)]
pub struct Reason {
    /// Its code.
    pub code: char,
    /// What it means.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// Calibrated probability.
    pub probability: f64,
}

/// A finding.
#[derive(Clone, Deserialize)]
pub struct Found {
    /// Id of the rule.
    pub rule: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// Its level here.
    pub level: Level,
    /// Where the words are in the text.
    pub span: Words,
    /// The words; `None` in a scan that leaves them out.
    #[serde(default)]
    pub quote: Option<String>,
    /// What they read as.
    pub message: String,
    /// Why the level is one below the rule's, if it is.
    #[serde(default)]
    pub lowered: Option<Lowered>,
    /// Why it matters.
    pub why: String,
    /// What to write instead.
    pub advice: String,
    /// A safer wording of these words.
    #[serde(default)]
    pub wording: Option<String>,
    /// What to ask the writer.
    #[serde(default)]
    pub question: Option<String>,
    /// The clauses it rests on.
    #[serde(default)]
    pub cites: Vec<Clause>,
    /// Names the finding in a suppression file.
    pub fingerprint: String,
    /// Why it may stay, if it may.
    #[serde(default)]
    pub suppressed: Option<Allowed>,
}

impl Found {
    /// Whether it counts towards the level.
    pub fn counts(&self) -> bool {
        self.suppressed.is_none()
    }
}

/// A marker in a text that does not do what it should.
#[derive(Clone, Deserialize)]
pub struct Marker {
    /// Where it stands.
    pub span: Words,
    /// What is wrong with it.
    pub problem: String,
}

/// Where words are in a text: bytes, UTF-16 units, and line and column from 1.
#[derive(Clone, Deserialize)]
pub struct Words {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The same in UTF-16 code units.
    pub utf16: [usize; 2],
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A clause of an official document.
#[derive(Clone, Deserialize)]
pub struct Clause {
    /// Title of the document.
    pub document: String,
    /// The clause.
    pub clause: String,
    /// What the rule makes of it.
    pub basis: Basis,
    /// Where it can be read.
    #[serde(default)]
    pub url: Option<String>,
}

/// Why a finding may stay.
#[derive(Clone, Deserialize)]
pub struct Allowed {
    /// The reason that was given.
    pub reason: String,
    /// Who gave it.
    #[serde(default)]
    pub approver: Option<String>,
    /// Where it was given.
    pub place: String,
}

/// A pre-election period.
#[derive(Clone, Deserialize)]
pub struct Period {
    /// Id of the poll.
    pub id: String,
    /// Name of the poll.
    pub name: String,
    /// First day of the period.
    pub from: Date,
    /// Day of the poll.
    pub day: Date,
}
