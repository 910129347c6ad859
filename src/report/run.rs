//! What a scan did, for the record: which files it read, with what model, rules and
//! settings, and what became of every record. It holds counts and names, no words of a
//! post and no time of day: the same inputs make the same bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name and version of the shape.
pub const SCHEMA: &str = "crossbench/run/1";

/// The manifest of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Run {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of crossbench.
    pub version: String,
    /// What was read, in the order it was read.
    pub inputs: Vec<Input>,
    /// The model; `None` where the rules were asked alone.
    pub model: Option<Named>,
    /// The rules.
    pub rules: Rules,
    /// The settings that bear on verdicts, by name.
    pub settings: BTreeMap<String, String>,
    /// What became of the records.
    pub counts: Counts,
}

/// A file that was read.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Input {
    /// The path as it was given, or found in a folder that was given.
    pub path: String,
    /// The format it was read as.
    pub format: String,
    /// Size in bytes; `None` for a pipe or a folder.
    pub bytes: Option<u64>,
    /// SHA-256 of its bytes in hex; `None` for a pipe or a folder.
    pub sha256: Option<String>,
    /// Records in it.
    pub records: u64,
    /// Why it could not be read, or not to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A model.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// SHA-256 of its manifest.
    pub sha256: String,
}

/// A catalogue of rules.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Rules {
    /// SHA-256 of its files.
    pub sha256: String,
    /// How many rules it has.
    pub count: usize,
}

/// What became of the records: `read` = `screened` + the sum of `skipped`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Counts {
    /// Records read.
    pub read: u64,
    /// Posts with a verdict.
    pub screened: u64,
    /// Of these, posts whose words an earlier post had, whose verdict they share.
    pub repeated: u64,
    /// Records without a verdict, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Posts by level.
    pub levels: BTreeMap<String, u64>,
    /// Posts by fact of the source (`withdrawn`, `mojibake repaired`).
    pub notes: BTreeMap<String, u64>,
}
