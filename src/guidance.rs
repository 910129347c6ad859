//! The official documents and clauses that rules cite (`data/guidance.toml`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::{self, Entry};

/// Every document, by its id.
#[derive(Debug, Clone)]
pub struct Guidance(BTreeMap<String, Document>);

/// One official document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its name.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Where it can be read, where that is known.
    pub url: Option<String>,
    /// How well its wording was seen when the catalogue was written.
    pub seen: Seen,
    /// What its clauses ask, in our words, by the name they are cited under.
    #[serde(default)]
    pub clauses: BTreeMap<String, String>,
}

/// How well the wording of a document was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seen {
    /// The official wording was read.
    Read,
    /// It was seen quoted or summarised elsewhere.
    Quoted,
    /// It is cited from general knowledge: check it before relying on it.
    Unseen,
}

impl Seen {
    /// What a reader should know before relying on the citation.
    pub fn caution(self) -> Option<&'static str> {
        match self {
            Self::Read => None,
            Self::Quoted => Some("seen as quoted elsewhere"),
            Self::Unseen => Some("check the official wording"),
        }
    }
}

impl Guidance {
    /// Reads a guidance file.
    ///
    /// # Errors
    /// [`Error::Data`] with file and line where the format is broken.
    pub fn parse(entry: &Entry<'_>) -> Result<Self> {
        files::parse_toml(entry).map(Self)
    }

    /// The document called `id`.
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.0.get(id)
    }

    /// Checks that `document` and `clause` exist.
    ///
    /// # Errors
    /// [`Error::Data`] for `file` with what was cited and the nearest that exists.
    pub fn check(&self, file: &str, document: &str, clause: &str) -> Result<()> {
        let Some(found) = self.document(document) else {
            let hint = crate::error::did_you_mean(document, self.0.keys());
            return Err(Error::data(file, format!("cites: no document `{document}` in guidance.toml{hint}")));
        };
        if !found.clauses.contains_key(clause) {
            let hint = crate::error::did_you_mean(clause, found.clauses.keys());
            return Err(Error::data(file, format!("cites: `{document}` has no clause `{clause}`{hint}")));
        }
        Ok(())
    }
}
