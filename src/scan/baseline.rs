//! An earlier run, so that only what is new since then is reported.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::post::Place;
use crate::report::Record;
use crate::rules::Level;

/// What an earlier run said of each post.
pub struct Baseline {
    posts: HashMap<u64, Said>,
}

struct Said {
    level: Level,
    findings: HashSet<u64>,
}

impl Baseline {
    /// Reads the JSONL that an earlier scan wrote.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Record`] naming the first line that is no verdict.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
        let mut posts: HashMap<u64, Said> = HashMap::new();
        for (line, number) in BufReader::new(file).lines().zip(1..) {
            let line = line.map_err(|fault| Error::io(path, fault))?;
            if line.trim().is_empty() {
                continue;
            }
            let record: Record = serde_json::from_str(&line).map_err(|fault| {
                let problem =
                    format!("no verdict of a scan (column {}): name the JSONL of an earlier one", fault.column());
                Error::record(Place::line(path.display().to_string(), number), None, problem)
            })?;
            let blank = Said { level: Level::Clear, findings: HashSet::new() };
            let said = posts.entry(key(&record)).or_insert(blank);
            said.level = said.level.max(record.verdict);
            said.findings.extend(counting(&record));
        }
        Ok(Self { posts })
    }

    /// Whether the earlier run said all that `record` says: the same post or the same words,
    /// stopped no less, for no less.
    pub fn knows(&self, record: &Record) -> bool {
        self.posts.get(&key(record)).is_some_and(|said| {
            said.level >= record.verdict && counting(record).all(|finding| said.findings.contains(&finding))
        })
    }
}

/// What a post is known by: its words or, in a scan that leaves them out, file and id. An id
/// may be a line number, which says little once the file has changed.
fn key(record: &Record) -> u64 {
    let post = record.post.as_ref();
    match post.and_then(|post| post.text.as_deref()) {
        Some(text) => hash(&["text", text]),
        None => hash(&["id", post.map_or("", |post| post.place.file.as_str()), &record.id]),
    }
}

fn counting(record: &Record) -> impl Iterator<Item = u64> {
    let found = record.findings.iter().filter(|found| found.counts() && found.level >= Level::Review);
    found.map(|found| hash(&[&found.rule, &found.fingerprint]))
}

fn hash(parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    u64::from_le_bytes(hash.finalize()[..8].try_into().expect("a digest has 32 bytes"))
}
