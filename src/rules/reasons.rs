//! The reason codes of the rubric: why a careful reader would stop at a post, and
//! what to tell the writer where the model, and no rule, stopped (`data/reasons.toml`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::rule::{Cite, Dimension, Level, Rule};
use crate::error::{Error, Result};
use crate::files::{self, Entry};
use crate::guidance::Guidance;

/// Every code, in the order of the model's outputs: capitals for controversy.
pub const CODES: [char; 20] =
    ['P', 'V', 'S', 'O', 'A', 'G', 'C', 'Q', 'L', 'E', 'N', 'a', 'c', 't', 'n', 's', 'u', 'd', 'p', 'k'];

/// The dimension a code belongs to, if it is one.
pub fn dimension(code: char) -> Option<Dimension> {
    let capital = code.is_ascii_uppercase();
    CODES.contains(&code).then_some(if capital { Dimension::Controversy } else { Dimension::Misleading })
}

/// What each code means and what to tell the writer.
pub struct Reasons(BTreeMap<char, [Arc<Rule>; 2]>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    name: String,
    reads: String,
    why: String,
    advice: String,
    cites: Vec<Cite>,
}

impl Reasons {
    /// Reads the reasons file and checks it against `guidance`.
    ///
    /// # Errors
    /// [`Error::Data`] naming file and code.
    pub fn parse(entry: &Entry<'_>, guidance: &Guidance) -> Result<Self> {
        let mut read: BTreeMap<char, Reason> = files::parse_toml(entry)?;
        let mut reasons = BTreeMap::new();
        for code in CODES {
            let fault = |problem: String| Error::data(&entry.path, problem);
            let reason = read.remove(&code).ok_or_else(|| fault(format!("code `{code}` is missing")))?;
            for cite in &reason.cites {
                guidance.check(&entry.path, &cite.document, &cite.clause)?;
            }
            let dimension = dimension(code).expect("it is one of the codes");
            reasons.insert(
                code,
                [Level::Review, Level::Hold].map(|level| Arc::new(reason.as_rule(code, dimension, level))),
            );
        }
        match read.keys().next() {
            Some(code) => Err(Error::data(&entry.path, format!("`{code}` is no reason code"))),
            None => Ok(Self(reasons)),
        }
    }

    /// What `code` is called.
    pub fn name(&self, code: char) -> &str {
        &self.0[&code][0].summary
    }

    /// The finding text for `code` at `level`: a rule with the id `model/<code>`.
    pub fn rule(&self, code: char, level: Level) -> &Arc<Rule> {
        &self.0[&code][usize::from(level == Level::Hold)]
    }
}

impl Reason {
    fn as_rule(&self, code: char, dimension: Dimension, level: Level) -> Rule {
        Rule {
            id: format!("model/{code}"),
            summary: self.name.clone(),
            dimension,
            level,
            reason: code,
            accounts: Vec::new(),
            cites: self.cites.clone(),
            reads: self.reads.clone(),
            question: None,
            when: Vec::new(),
            why: self.why.clone(),
            advice: self.advice.clone(),
            rewrite: None,
            matching: None,
            cases: None,
        }
    }
}
