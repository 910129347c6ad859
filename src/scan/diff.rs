//! Two runs over the same posts, compared: which posts moved, and what moved them. Made for
//! the day the rules or the model change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::post::Place;
use crate::report::Record;
use crate::rules::{Dimension, Level};

/// A change of risk or hold below this, with no change of level or findings, is no move.
const SLIGHT: f64 = 0.05;

/// What differs between two runs.
#[derive(Default, Serialize)]
pub struct Difference {
    /// Posts in both.
    pub both: u64,
    /// Ids of posts in the first alone.
    pub only_first: Vec<String>,
    /// Ids of posts in the second alone.
    pub only_second: Vec<String>,
    /// Posts by level in the first and in the second.
    pub levels: BTreeMap<Level, BTreeMap<Level, u64>>,
    /// Posts that moved, those that moved most first.
    pub moved: Vec<Moved>,
}

/// A post that moved.
#[derive(Serialize)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// Where it stands in the second run.
    pub place: Option<Place>,
    /// Its level in the first and in the second run.
    pub levels: [Level; 2],
    /// Rules that stopped it in the second run alone.
    pub gained: Vec<String>,
    /// Rules that stopped it in the first run alone.
    pub lost: Vec<String>,
    /// Scores that changed: dimension, name, before, after.
    pub scores: Vec<Score>,
    /// Whether its words are others.
    pub reworded: bool,
}

/// A score that changed.
#[derive(Serialize)]
pub struct Score {
    /// Its dimension.
    pub dimension: Dimension,
    /// `risk` or `hold`.
    pub name: &'static str,
    /// In the first run.
    pub before: Option<f64>,
    /// In the second run.
    pub after: Option<f64>,
}

/// What is kept of a post.
struct Kept {
    id: String,
    place: Option<Place>,
    level: Level,
    rules: BTreeSet<String>,
    scores: [[Option<f64>; 2]; 2],
    text: Option<u64>,
}

impl Difference {
    /// Compares the JSONL of two runs.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Record`] naming the first line that is no verdict.
    pub fn between(first: &Path, second: &Path) -> Result<Self> {
        let mut before: HashMap<(String, u64), Kept> = HashMap::new();
        let mut order = Vec::new();
        each(first, |key, kept| {
            order.push(key.clone());
            before.insert(key, kept);
        })?;
        let mut found = Self::default();
        each(second, |key, after| match before.remove(&key) {
            Some(before) => found.pair(&before, after),
            None => found.only_second.push(after.id),
        })?;
        found.only_first = order.into_iter().filter_map(|key| before.remove(&key)).map(|kept| kept.id).collect();
        // Stable: posts that moved alike stay in the order of the second run.
        found.moved.sort_by_key(|moved| {
            let [from, to] = moved.levels.map(|level| level as i8);
            (std::cmp::Reverse((to - from).abs()), std::cmp::Reverse(to))
        });
        Ok(found)
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.only_first.is_empty() && self.only_second.is_empty()
    }

    fn pair(&mut self, before: &Kept, after: Kept) {
        self.both += 1;
        *self.levels.entry(before.level).or_default().entry(after.level).or_default() += 1;
        let mut scores = Vec::new();
        for (at, dimension) in Dimension::ALL.into_iter().enumerate() {
            for (which, name) in ["risk", "hold"].into_iter().enumerate() {
                let (was, is) = (before.scores[at][which], after.scores[at][which]);
                let moved = match (was, is) {
                    (Some(was), Some(is)) => (was - is).abs() >= SLIGHT,
                    (was, is) => was.is_some() != is.is_some(),
                };
                if moved {
                    scores.push(Score { dimension, name, before: was, after: is });
                }
            }
        }
        let gained: Vec<String> = after.rules.difference(&before.rules).cloned().collect();
        let lost: Vec<String> = before.rules.difference(&after.rules).cloned().collect();
        let reworded = before.text.is_some() && after.text.is_some() && before.text != after.text;
        let levels = [before.level, after.level];
        if levels[0] != levels[1] || !gained.is_empty() || !lost.is_empty() || !scores.is_empty() || reworded {
            self.moved.push(Moved { id: after.id, place: after.place, levels, gained, lost, scores, reworded });
        }
    }
}

/// Calls `take` with what is kept of every post, named by file, id and how many posts of that
/// name came before.
fn each(path: &Path, mut take: impl FnMut((String, u64), Kept)) -> Result<()> {
    let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
    let mut seen: HashMap<String, u64> = HashMap::new();
    for (line, number) in BufReader::new(file).lines().zip(1..) {
        let line = line.map_err(|fault| Error::io(path, fault))?;
        if line.trim().is_empty() {
            continue;
        }
        let record: Record = serde_json::from_str(&line).map_err(|fault| {
            let problem = format!("no verdict of a scan (column {})", fault.column());
            Error::record(Place::line(path.display().to_string(), number), None, problem)
        })?;
        let file = record.post.as_ref().map_or("", |post| post.place.file.as_str());
        let name = format!("{file}\n{}", record.id);
        let again = seen.entry(name.clone()).or_default();
        *again += 1;
        take((name, *again), Kept::of(record));
    }
    Ok(())
}

impl Kept {
    fn of(record: Record) -> Self {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let text = record.post.as_ref().and_then(|post| post.text.as_ref()).map(|text| {
            let mut hash = DefaultHasher::new();
            text.hash(&mut hash);
            hash.finish()
        });
        let rules = record.findings.iter().filter(|found| found.counts()).map(|found| found.rule.clone()).collect();
        let scores = [&record.controversy, &record.misleading].map(|judged| [judged.risk, judged.hold]);
        let place = record.post.map(|post| post.place);
        Self { id: record.id, place, level: record.verdict, rules, scores, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, level: &str, risk: f64, rules: &[&str], text: &str) -> String {
        let findings: Vec<_> = rules
            .iter()
            .map(|rule| {
                serde_json::json!({"rule": rule, "dimension": "controversy", "level": level, "message": "", "why": "",
                    "span": {"start": 0, "end": 1, "utf16": [0, 1], "line": 1, "column": 1}, "advice": "", "fingerprint": "0"})
            })
            .collect();
        let judged = serde_json::json!({"level": level, "risk": risk, "hold": 0.1});
        serde_json::json!({"id": id, "verdict": level, "controversy": judged, "misleading": judged, "findings": findings,
            "post": {"text": text, "place": {"file": "f", "line": 1}}})
        .to_string()
    }

    fn between(first: &[String], second: &[String]) -> Difference {
        let desk = tempfile::tempdir().unwrap();
        let [a, b] = [("a", first), ("b", second)].map(|(name, lines)| {
            let path = desk.path().join(name);
            std::fs::write(&path, lines.join("\n")).unwrap();
            path
        });
        Difference::between(&a, &b).unwrap()
    }

    #[test]
    fn posts_that_moved_are_told_with_what_moved_them() {
        let found = between(
            &[
                line("1", "clear", 0.1, &[], "a"),
                line("2", "review", 0.5, &["x/y"], "b"),
                line("3", "hold", 0.9, &[], "c"),
            ],
            &[
                line("1", "hold", 0.12, &["x/z"], "a"),
                line("2", "review", 0.52, &["x/y"], "b"),
                line("4", "clear", 0.0, &[], "d"),
            ],
        );
        assert_eq!((found.both, found.moved.len()), (2, 1));
        let moved = &found.moved[0];
        assert_eq!(
            (moved.id.as_str(), moved.levels, &moved.gained[..]),
            ("1", [Level::Clear, Level::Hold], &["x/z".to_owned()][..])
        );
        assert!(moved.scores.is_empty() && moved.lost.is_empty());
        assert_eq!((found.only_first, found.only_second), (vec!["3".to_owned()], vec!["4".to_owned()]));
        assert_eq!(found.levels[&Level::Review][&Level::Review], 1);
    }

    #[test]
    fn the_same_run_differs_in_nothing() {
        let run = [line("1", "clear", 0.1, &[], "a"), line("1", "hold", 0.9, &["x/y"], "b")];
        assert!(between(&run, &run).is_empty());
        let other = [line("1", "clear", 0.3, &[], "a"), line("1", "hold", 0.9, &["x/y"], "other")];
        let found = between(&run, &other);
        assert_eq!((found.moved.len(), found.moved[1].scores.len(), found.moved[0].reworded), (2, 2, true));
    }
}
