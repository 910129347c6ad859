//! `suppressions.toml`: findings that may stay, each named by rule and fingerprint, with
//! why, who approved it and until when.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{Suppressed, is_known};
use crate::error::{Error, Result, did_you_mean};
use crate::rules::Catalogue;

/// The suppressions of one file.
#[derive(Debug, Default)]
pub struct SuppressionFile {
    entries: Vec<Entry>,
}

/// One suppression.
#[derive(Debug)]
struct Entry {
    rule: String,
    finding: String,
    suppressed: Suppressed,
    expires: Option<Date>,
    used: AtomicBool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "suppress")]
    entries: Vec<Spanned<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rule: String,
    finding: String,
    reason: String,
    approver: String,
    expires: Option<Date>,
}

impl SuppressionFile {
    /// Reads the file at `path`, whose rules must be in `catalogue`.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Data`] naming file, line and key.
    pub fn read(path: &Path, catalogue: &Catalogue) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|fault| Error::io(path, fault))?;
        Self::parse(&path.display().to_string(), &text, catalogue)
    }

    /// Reads `text`, which stands in `file`.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key.
    pub fn parse(file: &str, text: &str, catalogue: &Catalogue) -> Result<Self> {
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        let written: File = toml::from_str(text).map_err(|fault| Error::Data {
            file: file.to_owned(),
            line: fault.span().map(|span| line(span.start)),
            problem: fault.message().trim().replace('\n', "; "),
        })?;
        let mut entries: Vec<Entry> = Vec::new();
        for entry in written.entries {
            let at = line(entry.span().start);
            let entry = Entry::new(entry.into_inner(), &format!("{file}:{at}"), catalogue)
                .and_then(|new| match entries.iter().find(|old| old.rule == new.rule && old.finding == new.finding) {
                    Some(old) => Err(format!("finding: the same finding is suppressed at {}", old.suppressed.place)),
                    None => Ok(new),
                })
                .map_err(|problem| Error::Data { file: file.to_owned(), line: Some(at), problem })?;
            entries.push(entry);
        }
        Ok(Self { entries })
    }

    /// Why the finding `fingerprint` of `rule` may stay on `today`, if it may.
    pub fn find(&self, rule: &str, fingerprint: &str, today: Date) -> Option<&Suppressed> {
        let entry = self.entries.iter().find(|entry| entry.rule == rule && entry.finding == fingerprint)?;
        entry.used.store(true, Ordering::Relaxed);
        (!entry.is_expired(today)).then_some(&entry.suppressed)
    }

    /// What is to be told when everything has been screened: entries that are past their
    /// day, and entries that matched nothing.
    pub fn notices(&self, today: Date) -> Vec<String> {
        let told = |entry: &Entry| {
            let (place, rule) = (&entry.suppressed.place, &entry.rule);
            if entry.is_expired(today) {
                let day = entry.expires.map(|day| day.to_string()).unwrap_or_default();
                Some(format!("{place}: the suppression of {rule} expired on {day}; its finding counts again"))
            } else if entry.used.load(Ordering::Relaxed) {
                None
            } else {
                Some(format!("{place}: the suppression of {rule} matched nothing here"))
            }
        };
        self.entries.iter().filter_map(told).collect()
    }
}

impl Entry {
    fn new(written: Written, place: &str, catalogue: &Catalogue) -> Result<Self, String> {
        let Written { rule, finding, reason, approver, expires } = written;
        if !is_known(&rule, catalogue) {
            let hint = did_you_mean(&rule, catalogue.rules().map(|rule| &rule.id));
            return Err(format!("rule: no rule `{rule}`{hint}"));
        }
        if finding.len() != super::DIGITS || !finding.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("finding: `{finding}` is no fingerprint: 16 hexadecimal digits, as `check --format json` shows them"));
        }
        for (key, value) in [("reason", &reason), ("approver", &approver)] {
            if value.trim().is_empty() {
                return Err(format!("{key}: is empty"));
            }
        }
        let suppressed =
            Suppressed { reason: Arc::from(reason), approver: Some(Arc::from(approver)), place: Arc::from(place) };
        Ok(Self { rule, finding: finding.to_lowercase(), suppressed, expires, used: AtomicBool::new(false) })
    }

    /// Whether its last day is over.
    fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|day| day < today)
    }
}
