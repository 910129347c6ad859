//! Held-out logits: JSON Lines of `id` and `logits`, each from a model that did
//! not see the post, in the order of the encoder's outputs.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::records::{Record, records};
use crate::error::{Error, Result};
use crate::rules::CODES;
use crate::screener::ORDINALS;

/// The logits of each post, by its id.
pub struct HeldOut {
    by_id: BTreeMap<String, Vec<f64>>,
    file: String,
}

impl HeldOut {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Record`] for the first line that cannot be used:
    /// a fit on part of the logits would not be the fit that was asked for.
    pub fn read(path: &Path) -> Result<Self> {
        Self::new(path, records(path)?)
    }

    fn new(path: &Path, records: Vec<Result<Record>>) -> Result<Self> {
        let mut by_id = BTreeMap::new();
        for record in records {
            let record = record?;
            let id = record.string("id")?.ok_or_else(|| record.fault("id", "is missing"))?;
            if by_id.insert(id.to_owned(), numbers(&record)?).is_some() {
                return Err(record.fault("id", "an earlier line has the same"));
            }
        }
        Ok(Self { by_id, file: path.display().to_string() })
    }

    /// The logits of the post called `id`.
    pub fn of(&self, id: &str) -> Option<&[f64]> {
        self.by_id.get(id).map(Vec::as_slice)
    }

    /// How many posts have logits.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Checks that every id is one of `known`.
    ///
    /// # Errors
    /// [`Error::Feed`] with the first that is not.
    pub fn check(&self, known: impl Fn(&str) -> bool) -> Result<()> {
        let unknown: Vec<&String> = self.by_id.keys().filter(|id| !known(id)).collect();
        let Some(first) = unknown.first() else { return Ok(()) };
        let problem = format!("{} ids are not in the labelled file, first `{first}`", unknown.len());
        Err(Error::Feed { file: self.file.clone(), problem })
    }
}

fn numbers(record: &Record) -> Result<Vec<f64>> {
    let expected = ORDINALS + CODES.len();
    let fault = || record.fault("logits", format!("must be a list of {expected} numbers"));
    let Some(Value::Array(values)) = record.value("logits") else { return Err(fault()) };
    let numbers: Vec<f64> = values.iter().map(Value::as_f64).collect::<Option<_>>().ok_or_else(fault)?;
    if numbers.len() == expected { Ok(numbers) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::records::parse;

    fn read(lines: &str) -> Result<HeldOut, String> {
        HeldOut::new(Path::new("l.jsonl"), parse("l.jsonl", lines.as_bytes())).map_err(|fault| fault.to_string())
    }

    fn line(id: &str, n: usize) -> String {
        format!("{{\"id\":\"{id}\",\"logits\":{:?}}}\n", vec![0.5; n])
    }

    #[test]
    fn lines_are_kept_by_id() {
        let logits = read(&(line("a", 24) + &line("b", 24))).unwrap();
        assert_eq!((logits.len(), logits.of("b"), logits.of("c")), (2, Some([0.5; 24].as_slice()), None));
        assert!(logits.check(|id| id < "c").is_ok());
        let fault = logits.check(|id| id == "a").unwrap_err().to_string();
        assert_eq!(fault, "l.jsonl: 1 ids are not in the labelled file, first `b`");
    }

    #[test]
    fn a_short_list_and_a_double_are_faults() {
        let short = read(&line("a", 23)).err().unwrap();
        assert_eq!(short, "l.jsonl:1: field `logits`: must be a list of 24 numbers");
        let double = read(&(line("a", 24) + &line("a", 24))).err().unwrap();
        assert_eq!(double, "l.jsonl:2: field `id`: an earlier line has the same");
    }
}
