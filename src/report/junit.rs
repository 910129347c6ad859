//! Verdicts as `JUnit` XML: a suite a file, a case a post. A post fails from the level at
//! which the command fails; one that could not be judged, or a record that could not be
//! read, is skipped, and a file that could not be read is an error.
//!
//! A suite begins with its counts, so its cases wait for its end in a file without a name.

mod xml;

use std::io::{self, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use super::issue::Issue;
use super::{Record, Report, Run};
use crate::config::FailOn;
use xml::{attribute, content};

/// Bytes of a suite that wait in memory; more go to disk.
const IN_MEMORY: usize = 4 << 20;

/// Writes suites.
pub struct Junit {
    out: Box<dyn Write + Send>,
    fail_on: FailOn,
    begun: bool,
    suite: Option<Suite>,
}

/// The suite that is being written.
struct Suite {
    name: String,
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
    cases: SpooledTempFile,
}

impl Junit {
    /// Writes to `out`; posts that `fail_on` fails are failures.
    pub fn new(out: Box<dyn Write + Send>, fail_on: FailOn) -> Self {
        Self { out, fail_on, begun: false, suite: None }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"crossbench\">")
    }

    fn end_suite(&mut self) -> io::Result<()> {
        self.begin()?;
        match self.suite.take() {
            Some(suite) => suite.write(&mut self.out),
            None => Ok(()),
        }
    }

    /// What has no post: files and records that could not be read.
    fn unread(run: &Run) -> io::Result<Suite> {
        let mut suite = Suite::new("not read".to_owned());
        for (input, fault) in run.inputs.iter().filter_map(|input| Some((input, input.fault.as_ref()?))) {
            suite.case(&input.path, &input.path, None)?;
            suite.errors += 1;
            suite.element("error", None, fault, "")?;
        }
        for (why, count) in run.counts.skipped.iter().filter(|(_, count)| **count > 0) {
            suite.case(why, "records without a verdict", None)?;
            suite.skipped += 1;
            suite.element("skipped", None, &super::plain::plural(*count, "record"), "")?;
        }
        Ok(suite)
    }
}

impl Report for Junit {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let place = record.post.as_ref().map(|post| &post.place);
        let file = place.map_or("posts", |place| &place.file);
        if self.suite.as_ref().is_none_or(|suite| suite.name != file) {
            self.end_suite()?;
        }
        let suite = self.suite.get_or_insert_with(|| Suite::new(file.to_owned()));
        let class = place.and_then(|place| place.member.as_deref()).map(|member| format!("{file}!{member}"));
        suite.case(&record.id, class.as_deref().unwrap_or(file), place.and_then(|place| place.line))?;
        if self.fail_on.fails(record.verdict) {
            suite.failures += 1;
            let (message, details) = failure(record);
            suite.element("failure", Some(record.verdict.name()), &message, &details)
        } else if let Some(why) = &record.unscreened {
            suite.skipped += 1;
            suite.element("skipped", None, why, "")
        } else {
            suite.done()
        }
    }

    fn finish(mut self: Box<Self>, run: &Run) -> io::Result<()> {
        self.end_suite()?;
        let unread = Self::unread(run)?;
        if unread.tests > 0 {
            unread.write(&mut self.out)?;
        }
        writeln!(self.out, "</testsuites>")?;
        self.out.flush()
    }
}

/// A line on why the post fails, and all that is told of it.
fn failure(record: &Record) -> (String, String) {
    let mut issues = Issue::of(record);
    issues.retain(|issue| issue.suppressed().is_none());
    issues.sort_by_key(|issue| std::cmp::Reverse(issue.level)); // stable: by place
    let rules: Vec<&str> = issues.iter().map(|issue| issue.rule).collect();
    let told: Vec<String> =
        issues.iter().map(|issue| format!("{} {}: {}", issue.level, issue.rule, issue.advised())).collect();
    (format!("{}: {}", record.verdict, rules.join(", ")), told.join("\n"))
}

impl Suite {
    fn new(name: String) -> Self {
        Self { name, tests: 0, failures: 0, errors: 0, skipped: 0, cases: SpooledTempFile::new(IN_MEMORY) }
    }

    /// Begins a case.
    fn case(&mut self, name: &str, class: &str, line: Option<u64>) -> io::Result<()> {
        self.tests += 1;
        write!(self.cases, "    <testcase name=\"{}\" classname=\"{}\"", attribute(name), attribute(class))?;
        line.map_or(Ok(()), |line| write!(self.cases, " line=\"{line}\""))
    }

    /// Ends a case that passes.
    fn done(&mut self) -> io::Result<()> {
        writeln!(self.cases, "/>")
    }

    /// Ends a case with the element `name`.
    fn element(&mut self, name: &str, kind: Option<&str>, message: &str, details: &str) -> io::Result<()> {
        let kind = kind.map(|kind| format!(" type=\"{kind}\"")).unwrap_or_default();
        writeln!(
            self.cases,
            ">\n      <{name} message=\"{}\"{kind}>{}</{name}>\n    </testcase>",
            attribute(message),
            content(details)
        )
    }

    fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        let Self { tests, failures, errors, skipped, .. } = self;
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
            attribute(&self.name)
        )?;
        self.cases.seek(SeekFrom::Start(0))?;
        io::copy(&mut self.cases, out)?;
        writeln!(out, "  </testsuite>")
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Finding, Sample, every_kind, finding, run, text};
    use super::*;
    use crate::rules::Level;
    use serde_json::json;

    fn xml(samples: Vec<Sample>, fail_on: FailOn, run: &Run) -> String {
        text(|out| Junit::new(out, fail_on), samples, run)
    }

    #[test]
    fn a_suite_a_file_and_a_case_a_post() {
        let found = finding("polemic/a", Level::Review, "farce");
        let in_b = |sample: Sample| sample.with("place", json!({"file": "b.jsonl", "line": 2}));
        let xml = xml(
            vec![
                Sample::new("1", "Bins."),
                Sample::new("2", "A farce.").finds(found.clone()),
                in_b(Sample::new("3", "Bonjour.").unscreened("not English")),
                in_b(Sample::new("4", "A farce.").finds(found.suppressed("a title"))),
            ],
            FailOn::Review,
            &Run::default(),
        );
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="crossbench">
  <testsuite name="feed.txt" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="1" classname="feed.txt" line="1"/>
    <testcase name="2" classname="feed.txt" line="1">
      <failure message="review: polemic/a" type="review">review polemic/a: “farce” may read as heated words. Say what happened. Safer wording: “delay”.</failure>
    </testcase>
  </testsuite>
  <testsuite name="b.jsonl" tests="2" failures="0" errors="0" skipped="1">
    <testcase name="3" classname="b.jsonl" line="2">
      <skipped message="not English"></skipped>
    </testcase>
    <testcase name="4" classname="b.jsonl" line="2"/>
  </testsuite>
</testsuites>
"#;
        assert_eq!(xml, expected);
    }

    #[test]
    fn a_post_fails_from_the_level_that_is_asked() {
        let posts = || {
            let at = |level| Sample::new("a", "Words.").judged(level, 0.5);
            vec![
                at(Level::Note),
                at(Level::Review),
                at(Level::Hold),
                Sample::new("b", "Mots.").unscreened("not English"),
            ]
        };
        for (fail_on, counts) in [
            (FailOn::Never, "failures=\"0\" errors=\"0\" skipped=\"1\""),
            (FailOn::Hold, "failures=\"1\" errors=\"0\" skipped=\"1\""),
            (FailOn::Review, "failures=\"2\" errors=\"0\" skipped=\"1\""),
            (FailOn::Note, "failures=\"4\" errors=\"0\" skipped=\"0\""),
        ] {
            assert!(xml(posts(), fail_on, &Run::default()).contains(counts), "{fail_on:?}");
        }
    }

    #[test]
    fn what_was_not_read_is_told() {
        let xml = xml(vec![], FailOn::Review, &run());
        assert!(
            xml.contains("<testsuite name=\"not read\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\">"),
            "{xml}"
        );
        assert!(xml.contains("<error message=\"no such file\">") && xml.contains("<skipped message=\"2 records\">"));
    }

    #[test]
    fn nasty_words_are_well_formed_and_none_leaks_without_text() {
        let whole = xml(every_kind(), FailOn::Note, &run());
        let parsed = xml::tests::well_formed(&whole);
        assert!(parsed.contains("“a, \"b\"; ]]> --> <b>&amp;</b> <script>alert(1)</script>”"), "{parsed}");
        let hidden = every_kind().into_iter().map(Sample::without_text).collect();
        let hidden = xml(hidden, FailOn::Note, &run());
        assert!(!hidden.contains("shambles") && !hidden.contains("script"), "{hidden}");
    }
}
