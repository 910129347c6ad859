//! What a file in `data/terms/` says: words and phrases of one kind, dated.

use jiff::civil::Date;
use serde::Deserialize;

use super::term::Term;
use crate::error::Result;
use crate::files::{self, Entry};

/// A dated list of terms. Its id is the file name without `.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermList {
    /// File name without its ending.
    #[serde(skip)]
    pub id: String,
    /// What the list holds.
    pub summary: String,
    /// Day (`YYYY-MM-DD`) somebody last checked it.
    pub checked: Date,
    /// Where its facts are from.
    pub source: String,
    /// The terms.
    #[serde(rename = "term")]
    pub terms: Vec<Term>,
}

impl TermList {
    /// Reads the list in `entry`.
    ///
    /// # Errors
    /// [`crate::Error::Data`] with file and line where the format is broken.
    pub fn parse(entry: &Entry<'_>) -> Result<Self> {
        let mut list: Self = files::parse_toml(entry)?;
        list.id.clone_from(&entry.id);
        Ok(list)
    }
}
