//! Held-out logits: JSON Lines of `id`, `logits` and, where the encoder has exits, `exits`
//! with the ordinal logits after each of their layers, all from a model that did not see
//! the post, in the order of the encoder's outputs.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::records::{Record, records};
use crate::error::{Error, Result};
use crate::model::FLAGS;
use crate::rules::CODES;
use crate::screener::ORDINALS;

/// The logits of each post, by its id.
pub struct HeldOut {
    by_id: BTreeMap<String, Logits>,
    exits: Vec<usize>,
    file: String,
}

/// The logits of one post.
#[derive(Debug, PartialEq)]
pub struct Logits {
    /// After the last layer.
    pub last: Vec<f64>,
    /// Those of the two flags at each exit.
    pub early: Vec<[f64; 2]>,
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
        let mut exits = None;
        for record in records {
            let record = record?;
            let (layers, early) = early(&record)?;
            if exits.get_or_insert_with(|| layers.clone()) != &layers {
                return Err(record.fault("exits", "must follow the same layers as on the first line"));
            }
            let id = record.string("id")?.ok_or_else(|| record.fault("id", "is missing"))?;
            let last = numbers(record.value("logits"), ORDINALS + CODES.len())
                .map_err(|problem| record.fault("logits", problem))?;
            if by_id.insert(id.to_owned(), Logits { last, early }).is_some() {
                return Err(record.fault("id", "an earlier line has the same"));
            }
        }
        Ok(Self { by_id, exits: exits.unwrap_or_default(), file: path.display().to_string() })
    }

    /// The logits of the post called `id`.
    pub fn of(&self, id: &str) -> Option<&Logits> {
        self.by_id.get(id)
    }

    /// The layers that the exits follow.
    pub fn exits(&self) -> &[usize] {
        &self.exits
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

/// The layers of the exits, and the logits of the flags there.
fn early(record: &Record) -> Result<(Vec<usize>, Vec<[f64; 2]>)> {
    let fault = |problem: String| record.fault("exits", problem);
    let exits = match record.value("exits") {
        None => return Ok(Default::default()),
        Some(Value::Object(exits)) => exits,
        Some(_) => return Err(fault("must be an object with a list for each layer".to_owned())),
    };
    let mut by_layer = BTreeMap::new();
    for (layer, values) in exits {
        let layer: usize = layer.parse().map_err(|_| fault(format!("`{layer}` is not the number of a layer")))?;
        let values = numbers(Some(values), ORDINALS).map_err(fault)?;
        by_layer.insert(layer, FLAGS.map(|flag| values[flag]));
    }
    Ok(by_layer.into_iter().unzip())
}

fn numbers(value: Option<&Value>, expected: usize) -> Result<Vec<f64>, String> {
    let numbers: Option<Vec<f64>> =
        value.and_then(Value::as_array).and_then(|values| values.iter().map(Value::as_f64).collect());
    numbers.filter(|numbers| numbers.len() == expected).ok_or_else(|| format!("must be a list of {expected} numbers"))
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
        let of_b = Logits { last: vec![0.5; 24], early: Vec::new() };
        assert_eq!((logits.len(), logits.of("b"), logits.of("c")), (2, Some(&of_b), None));
        assert!(logits.check(|id| id < "c").is_ok());
        let fault = logits.check(|id| id == "a").unwrap_err().to_string();
        assert_eq!(fault, "l.jsonl: 1 ids are not in the labelled file, first `b`");
    }

    #[test]
    fn exits_are_kept_by_layer_and_must_be_the_same_everywhere() {
        let line = |id: &str, exits: &str| line(id, 24).replace("}\n", &format!(",\"exits\":{{{exits}}}}}\n"));
        let both = "\"10\":[1,2,3,4],\"2\":[5,6,7,8]";
        let logits = read(&(line("a", both) + &line("b", both))).unwrap();
        assert_eq!(
            (logits.exits(), logits.of("a").unwrap().early.as_slice()),
            (&[2, 10][..], &[[5.0, 7.0], [1.0, 3.0]][..])
        );
        let fault = read(&(line("a", both) + &line("b", "\"2\":[5,6,7,8]"))).err().unwrap();
        assert_eq!(fault, "l.jsonl:2: field `exits`: must follow the same layers as on the first line");
        let short = read(&line("a", "\"2\":[5,6,7]")).err().unwrap();
        assert_eq!(short, "l.jsonl:1: field `exits`: must be a list of 4 numbers");
    }

    #[test]
    fn a_short_list_and_a_double_are_faults() {
        let short = read(&line("a", 23)).err().unwrap();
        assert_eq!(short, "l.jsonl:1: field `logits`: must be a list of 24 numbers");
        let double = read(&(line("a", 24) + &line("a", 24))).err().unwrap();
        assert_eq!(double, "l.jsonl:2: field `id`: an earlier line has the same");
    }
}
