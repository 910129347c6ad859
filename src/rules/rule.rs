//! What a rule file says. One TOML file is one rule; its path is its id.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::matching::Matching;
use crate::calendar::PollKind;
use crate::error::{Error, Result};
use crate::files::{self, Entry};
use crate::guidance::Guidance;

/// How serious a finding or verdict is. `Unscreened` ranks between `Note` and
/// `Review`: what could not be judged is no clear, and no proof of a fault either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It can go out as it is.
    Clear,
    /// The writer should know something.
    Note,
    /// It could not be judged.
    Unscreened,
    /// A second pair of eyes should see it first.
    Review,
    /// It must not go out as it stands.
    Hold,
}

impl Level {
    /// The word used in reports and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Note => "note",
            Self::Unscreened => "unscreened",
            Self::Review => "review",
            Self::Hold => "hold",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// Political impartiality.
    Controversy,
    /// How a claim is made.
    Misleading,
}

impl Dimension {
    /// Both, in the order of every table.
    pub const ALL: [Self; 2] = [Self::Controversy, Self::Misleading];

    /// The word used in reports and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Controversy => "controversy",
            Self::Misleading => "misleading",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whose account a post goes out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Account {
    /// A government department or agency.
    Department,
    /// A local authority.
    Council,
    /// A network of staff.
    StaffNetwork,
    /// A serving official's own account.
    Individual,
    /// A regulator or statistical body.
    Regulator,
    /// A police force.
    Police,
}

impl Account {
    /// The word used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Council => "council",
            Self::StaffNetwork => "staff-network",
            Self::Individual => "individual",
            Self::Regulator => "regulator",
            Self::Police => "police",
        }
    }
}

/// How a rule stands to the clause it cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The clause says so.
    Stated,
    /// A published case was criticised under it.
    Precedent,
    /// It is our reading of the clause.
    Reading,
}

/// A clause of an official document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cite {
    /// Id of the document in `data/guidance.toml`.
    pub document: String,
    /// Name of the clause there.
    pub clause: String,
    /// How the rule stands to it.
    pub basis: Basis,
}

/// One rule, as its file says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `family/name`, from the path.
    #[serde(skip)]
    pub id: String,
    /// A few words, as a press officer would say it.
    pub summary: String,
    /// What it judges.
    pub dimension: Dimension,
    /// How serious a hit is: `note`, `review` or `hold`.
    pub level: Level,
    /// The reason code of the rubric it mirrors.
    pub reason: char,
    /// Whom it binds; empty = everyone.
    #[serde(default)]
    pub accounts: Vec<Account>,
    /// Where the rule comes from.
    pub cites: Vec<Cite>,
    /// What the words read as: completes "reads as …".
    pub reads: String,
    /// Why it matters.
    pub why: String,
    /// What to write instead.
    pub advice: String,
    /// Safer wording for the matched words, where one always fits.
    pub rewrite: Option<String>,
    /// What to ask the writer, where no wording fits without knowing more.
    pub question: Option<String>,
    /// It binds only in pre-election periods of these kinds; empty = always.
    #[serde(default)]
    pub when: Vec<PollKind>,
    /// What makes it fire; `None` for a reason that the model gives.
    #[serde(rename = "match")]
    pub matching: Option<Matching>,
    /// Its tests; `None` likewise.
    pub cases: Option<Cases>,
}

/// The tests a rule carries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// Posts it fires on; `«»` marks the words.
    pub fires: Vec<String>,
    /// Posts it stays silent on.
    pub quiet: Vec<Quiet>,
    /// Day on which all of them go out, for a rule that binds in some periods only.
    pub date: Option<Date>,
}

/// A post a rule stays silent on.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Quiet {
    /// No rule fires at all.
    Text(String),
    /// Other rules may.
    Except {
        /// The post.
        text: String,
        /// The rules that may fire.
        fires: Vec<String>,
    },
}

impl Quiet {
    /// The post, and the rules that may fire on it.
    pub fn parts(&self) -> (&str, &[String]) {
        match self {
            Self::Text(text) => (text, &[]),
            Self::Except { text, fires } => (text, fires),
        }
    }
}

impl Rule {
    /// Reads the rule in `entry` and checks it against `guidance`.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key.
    pub fn parse(entry: &Entry<'_>, guidance: &Guidance) -> Result<Self> {
        let rule = Self::read(entry)?;
        rule.check(&entry.path, guidance)?;
        Ok(rule)
    }

    /// Reads the rule in `entry`, which was checked when it was built in.
    pub(super) fn read(entry: &Entry<'_>) -> Result<Self> {
        let mut rule: Self = files::parse_toml(entry)?;
        rule.id.clone_from(&entry.id);
        Ok(rule)
    }

    /// Whether the rule binds `account`; every rule binds an account that is not named.
    pub fn binds(&self, account: Option<Account>) -> bool {
        account.is_none_or(|account| self.accounts.is_empty() || self.accounts.contains(&account))
    }

    fn check(&self, file: &str, guidance: &Guidance) -> Result<()> {
        let fault = |problem: &str| Err(Error::data(file, problem));
        if !matches!(self.level, Level::Note | Level::Review | Level::Hold) {
            return fault("level: must be `note`, `review` or `hold`");
        }
        if self.dimension
            != super::reasons::dimension(self.reason)
                .ok_or_else(|| Error::data(file, format!("reason: `{}` is no reason code", self.reason)))?
        {
            return fault("reason: this code belongs to the other dimension");
        }
        if self.cites.is_empty() {
            return fault("cites: a rule needs at least one official clause");
        }
        for cite in &self.cites {
            guidance.check(file, &cite.document, &cite.clause)?;
        }
        let (Some(matching), Some(cases)) = (&self.matching, &self.cases) else {
            return fault("a rule needs a `[match]` and a `[cases]` table");
        };
        let words = !matching.terms.is_empty() || !matching.phrases.is_empty();
        if words == matching.detector.is_some() {
            return fault("match: give either `terms`/`phrases` or a `detector`");
        }
        if cases.fires.len() < 2 || cases.quiet.len() < 2 {
            return fault("cases: at least two of `fires` and two of `quiet`");
        }
        if self.when.is_empty() != cases.date.is_none() {
            return fault("cases: `date` is for rules with `when`, and they need one inside such a period");
        }
        if cases.fires.iter().any(|case| marked(case).1.is_empty()) {
            return fault("cases: every one of `fires` marks its words with «»");
        }
        Ok(())
    }
}

impl FromStr for Dimension {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|d| d.name() == name).ok_or_else(|| format!("`{name}` is no dimension"))
    }
}

/// A case without its marks, and the byte ranges they stood around.
pub fn marked(case: &str) -> (String, Vec<crate::span::Span>) {
    let mut text = String::with_capacity(case.len());
    let mut spans = Vec::new();
    let mut start = 0;
    for c in case.chars() {
        match c {
            '«' => start = text.len(),
            '»' => spans.push(crate::span::Span::new(start, text.len())),
            other => text.push(other),
        }
    }
    (text, spans)
}
