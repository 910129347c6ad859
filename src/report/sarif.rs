//! Verdicts as SARIF 2.1.0: one run, a result for each issue of a post in the order of the
//! input, the rules that found something, and what could not be read as notifications.
//!
//! Code scanning takes so many results and no more, so the worst are kept and a
//! notification counts the others. Everything is written at the end: the rules and the
//! formats of the files are not known before.

mod place;
mod rules;
mod uri;

use std::io::{self, Write};

use serde_json::{Value, json};

use super::issue::Issue;
use super::plain::plural;
use super::record::Allowed;
use super::worst::{Rank, Worst, rank};
use super::{Record, Report, Run};
use crate::rules::Level;
use place::{Site, Texts};
use rules::Rules;

/// Results that code scanning of GitHub takes of a run.
pub const GITHUB_LIMIT: usize = 25_000;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// What is kept first: results that count, by level and by post.
type Weight = (bool, Level, Rank);

/// Writes a log of one run.
pub struct Sarif {
    out: Box<dyn Write + Send>,
    suppressed: bool,
    rules: Rules,
    results: Worst<Weight, Outcome>,
}

/// A result, before the formats of the files are known.
struct Outcome {
    rule: usize,
    level: Level,
    message: String,
    fingerprint: Option<String>,
    wording: Option<String>,
    /// Why it may stay.
    suppressed: Option<Allowed>,
    site: Site,
}

impl Sarif {
    /// Writes at most `limit` results to `out`, the worst where there are more; those that
    /// may stay, with their reason, only if `suppressed` says so.
    pub fn new(out: Box<dyn Write + Send>, suppressed: bool, limit: usize) -> Self {
        Self { out, suppressed, rules: Rules::default(), results: Worst::new(limit) }
    }

    fn notifications(&self, run: &Run) -> Vec<Value> {
        let tell = |id: &str, level: &str, text: String| json!({"descriptor": {"id": id}, "level": level, "message": {"text": message(&text)}});
        let faults = run.inputs.iter().filter_map(|input| {
            let mut told = tell("crossbench/unread", "error", format!("{}: {}", input.path, input.fault.as_ref()?));
            told["locations"] = json!([{"physicalLocation": {"artifactLocation": uri::artifact(&input.path)}}]);
            Some(told)
        });
        let skipped = run.counts.skipped.iter().filter(|(_, count)| **count > 0).map(|(why, &count)| {
            tell("crossbench/skipped", "warning", format!("{} without a verdict: {why}", plural(count, "record")))
        });
        let left_out = self.results.left_out();
        let cut = (left_out > 0).then(|| {
            let text = format!("{} of lesser weight left out: the limit is reached", plural(left_out, "result"));
            tell("crossbench/limit", "warning", text)
        });
        faults.chain(skipped).chain(cut).collect()
    }
}

impl Report for Sarif {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        for issue in Issue::of(record) {
            if issue.suppressed().is_some() && !self.suppressed {
                continue;
            }
            let rule = self.rules.of(&issue);
            let weight = (issue.suppressed().is_none(), issue.level, rank(record));
            self.results.offer(weight, || Outcome::new(rule, &issue, record));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, run: &Run) -> io::Result<()> {
        let invocation = json!({
            "executionSuccessful": run.inputs.iter().all(|input| input.fault.is_none()),
            "toolExecutionNotifications": self.notifications(run),
        });
        let texts = Texts::of(run);
        let artifacts: Vec<Value> = run.inputs.iter().map(uri::input).collect();
        let mut driver = json!({"name": "crossbench", "version": run.version, "rules": self.rules.descriptors()});
        if !HOME.is_empty() {
            driver["informationUri"] = json!(HOME);
        }
        let out = &mut self.out;
        write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":")?;
        serde_json::to_writer(&mut *out, &json!({"driver": driver}))?;
        write!(out, ",\"columnKind\":\"utf16CodeUnits\",\"invocations\":[")?;
        serde_json::to_writer(&mut *out, &invocation)?;
        write!(out, "],\"artifacts\":")?;
        serde_json::to_writer(&mut *out, &artifacts)?;
        write!(out, ",\"results\":[")?;
        for (at, (_, outcome)) in self.results.in_order().into_iter().enumerate() {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, &outcome.result(&self.rules, &texts))?;
        }
        writeln!(out, "\n]}}]}}")?;
        out.flush()
    }
}

impl Outcome {
    fn new(rule: usize, issue: &Issue<'_>, record: &Record) -> Self {
        Self {
            rule,
            level: issue.level,
            message: message(&issue.advised()),
            fingerprint: issue.finding.map(|finding| finding.fingerprint.clone()),
            wording: issue.finding.and_then(|finding| finding.wording.clone()),
            suppressed: issue.suppressed().cloned(),
            site: Site::new(record, issue.finding),
        }
    }

    fn result(&self, rules: &Rules, texts: &Texts<'_>) -> Value {
        let mut result = json!({
            "ruleId": rules.id(self.rule),
            "ruleIndex": self.rule,
            "level": level(self.level),
            "message": {"text": self.message},
            "locations": [self.site.location(texts)],
        });
        if let Some(fingerprint) = &self.fingerprint {
            // The first key is the one by which code scanning knows a finding again.
            result["partialFingerprints"] =
                json!({"primaryLocationLineHash": fingerprint, "crossbench/v1": fingerprint});
        }
        if let Some(why) = &self.suppressed {
            result["suppressions"] = json!([suppression(why)]);
        } else if let (Some(wording), Some((artifact, region))) = (&self.wording, self.site.words(texts)) {
            let replacement = json!({"deletedRegion": region, "insertedContent": {"text": wording}});
            result["fixes"] = json!([{
                "description": {"text": "Safer wording"},
                "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
            }]);
        }
        result
    }
}

/// Why a finding may stay, by a marker in the draft or by a file beside it.
fn suppression(why: &Allowed) -> Value {
    let by = why.approver.as_ref().map(|approver| format!(" ({approver})")).unwrap_or_default();
    let kind = if why.place.starts_with("line ") { "inSource" } else { "external" };
    json!({"kind": kind, "status": "accepted", "justification": format!("{}{by}", why.reason)})
}

/// The level of a result.
fn level(level: Level) -> &'static str {
    match level {
        Level::Hold => "error",
        Level::Review => "warning",
        Level::Unscreened | Level::Note | Level::Clear => "note",
    }
}

/// `text` as a message, in which braces stand for arguments and brackets for links.
fn message(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' | '}' => out.extend([c, c]),
            '[' | ']' | '\\' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
