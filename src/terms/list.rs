//! What a file in `data/terms/` says: words and phrases of one kind, dated.

use jiff::civil::Date;
use serde::Deserialize;

use super::office::{Offices, Tenure};
use super::term::Term;
use crate::error::{Error, Result};
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
    /// The offices whose holders it dates, where it does.
    pub offices: Option<Offices>,
    /// The terms.
    #[serde(rename = "term")]
    pub terms: Vec<Term>,
    /// Who of them held which office when, by office, then by first day.
    #[serde(skip)]
    pub tenures: Vec<Tenure>,
}

impl TermList {
    /// Reads the list in `entry`.
    ///
    /// # Errors
    /// [`Error::Data`] with file and line where the format is broken, or file and term where
    /// a time in an office cannot be.
    pub fn parse(entry: &Entry<'_>) -> Result<Self> {
        let mut list: Self = files::parse_toml(entry)?;
        list.id.clone_from(&entry.id);
        let tenures = Tenure::all(list.offices.as_ref(), &list.terms);
        list.tenures = tenures.map_err(|problem| Error::data(&entry.path, problem))?;
        Ok(list)
    }

    /// Who held an office on `date`, by office; nobody before the day from which the list
    /// dates them. After [`Offices::to`] those who held it last.
    pub fn in_office(&self, date: Date) -> impl Iterator<Item = &Tenure> {
        let dated = self.offices.as_ref().is_some_and(|offices| offices.from.first <= date);
        self.tenures.iter().filter(move |tenure| dated && tenure.covers(date))
    }

    /// The day to which it is known: the day it was checked, or the day to which it knows who
    /// held an office, where that is earlier.
    pub fn known_until(&self) -> Date {
        self.offices.as_ref().map_or(self.checked, |offices| self.checked.min(offices.to.last))
    }
}
