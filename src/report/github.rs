//! Verdicts as annotations of GitHub Actions, the worst first, and a summary for the page
//! of the job. A step shows ten of each kind: the others are counted in the last one.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use super::issue::Issue;
use super::markdown::Digest;
use super::plain::{one_line, plural};
use super::worst::{Rank, Worst, rank};
use super::{Record, Report, Run};
use crate::post::Place;
use crate::rules::Level;

/// Annotations of a kind that a step shows.
const SHOWN: usize = 10;
/// Characters of a message.
const MESSAGE: usize = 1000;

/// Writes annotations, and the summary to a file.
pub struct Github {
    out: Box<dyn Write + Send>,
    summary: Option<PathBuf>,
    digest: Digest,
    errors: Annotations,
    warnings: Annotations,
    notices: Annotations,
}

type Annotations = Worst<(Level, Rank), String>;

impl Github {
    /// Writes annotations to `out`, where Actions reads them, and appends the summary to the
    /// file `summary`, the one that `GITHUB_STEP_SUMMARY` names.
    pub fn new(out: Box<dyn Write + Send>, summary: Option<PathBuf>) -> Self {
        Self {
            out,
            summary,
            digest: Digest::default(),
            errors: Worst::new(SHOWN),
            warnings: Worst::new(SHOWN),
            notices: Worst::new(SHOWN - 1), // the tenth says what is left out
        }
    }
}

impl Report for Github {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.digest.add(record);
        for issue in Issue::of(record).iter().filter(|issue| issue.suppressed().is_none()) {
            let (kind, annotations) = match issue.level {
                Level::Hold => ("error", &mut self.errors),
                Level::Review => ("warning", &mut self.warnings),
                Level::Unscreened | Level::Note | Level::Clear => ("notice", &mut self.notices),
            };
            annotations.offer((issue.level, rank(record)), || annotation(kind, issue, record));
        }
        Ok(())
    }

    fn finish(self: Box<Self>, run: &Run) -> io::Result<()> {
        let Self { mut out, summary, digest, errors, warnings, notices } = *self;
        let kinds = [("error", errors.left_out()), ("warning", warnings.left_out()), ("notice", notices.left_out())];
        for line in errors.by_rank().chain(warnings.by_rank()).chain(notices.by_rank()) {
            writeln!(out, "{line}")?;
        }
        if let Some(left_out) = left_out(&kinds) {
            writeln!(out, "::notice title=crossbench::{}", message(&left_out))?;
        }
        out.flush()?;
        if let Some(path) = summary {
            // The step before may have written there too.
            let mut file = File::options().append(true).create(true).open(path)?;
            file.write_all(digest.page(run).as_bytes())?;
        }
        Ok(())
    }
}

/// What is not shown, by kind.
fn left_out(kinds: &[(&str, u64)]) -> Option<String> {
    let told: Vec<String> =
        kinds.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| plural(*count, kind)).collect();
    (!told.is_empty())
        .then(|| format!("{} more not shown here: the worst are. The report has them all.", told.join(", ")))
}

/// The line for `issue`: `::error file=a.txt,line=1,…::words`.
fn annotation(kind: &str, issue: &Issue<'_>, record: &Record) -> String {
    let mut properties = Vec::new();
    let place = record.post.as_ref().map(|post| &post.place);
    if let Some(Place { file, member, line, .. }) = place.filter(|place| place.file != "-") {
        properties.push(format!("file={}", property(file)));
        // A line alone: columns are those of the post, and a line of a member is none of the file's.
        properties.extend(line.filter(|_| member.is_none()).map(|line| format!("line={line},endLine={line}")));
    }
    properties.push(format!("title={}", property(&format!("{}: {}", issue.level, issue.rule))));
    let id = one_line(&record.id, 80);
    let said = message(&one_line(&format!("{id}: {}", issue.advised()), MESSAGE));
    format!("::{kind} {}::{said}", properties.join(","))
}

/// A message, escaped.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, escaped.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Finding, Sample, every_kind, finding, run, text};
    use super::*;
    use serde_json::json;

    fn lines(samples: Vec<Sample>) -> Vec<String> {
        text(|out| Github::new(out, None), samples, &run()).lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_annotation_names_file_line_and_rule() {
        let place = json!({"file": "a,b:c%.txt", "line": 7});
        let found = finding("polemic/a", Level::Hold, "100% farce");
        let sample = Sample::new("p1", "A 100% farce.").finds(found).with("place", place);
        let expected = "::error file=a%2Cb%3Ac%25.txt,line=7,endLine=7,title=hold%3A polemic/a::p1: “100%25 farce” reads as \
            heated words. Say what happened. Safer wording: “delay”.";
        assert_eq!(lines(vec![sample]), [expected]);
    }

    #[test]
    fn the_worst_come_first_and_the_others_are_counted() {
        let post = |at: usize, level| Sample::new(&format!("p{at}"), "Words.").judged(level, at as f64 / 100.0);
        let notes = (0..12).map(|at| post(at, Level::Note));
        let reviews = (0..15).map(|at| post(at, Level::Review));
        let holds = (0..3).map(|at| post(at, Level::Hold));
        let lines = lines(notes.chain(reviews).chain(holds).collect());
        let count = |kind: &str| lines.iter().filter(|line| line.starts_with(&format!("::{kind} "))).count();
        assert_eq!([count("error"), count("warning"), count("notice")], [3, 10, 10]);
        assert!(lines[0].contains("::p2: ") && lines[3].contains("::p14: "), "{lines:?}");
        let last = "::notice title=crossbench::5 warnings, 3 notices more not shown here: the worst are. The report has them all.";
        assert_eq!(lines.last().unwrap(), last);
    }

    #[test]
    fn no_word_of_a_post_begins_a_command() {
        let lines = lines(every_kind());
        assert!(lines.len() > 12);
        for line in &lines {
            let rest = line.strip_prefix("::").unwrap();
            assert!(["error ", "warning ", "notice "].iter().any(|kind| rest.starts_with(kind)), "{line}");
            assert!(!line.contains(['\r', '\u{2028}', '\u{202e}', '\u{0}', '\u{1b}']), "{line:?}");
        }
        assert!(lines.iter().any(|line| line.contains("file=my archive.zip,title=")), "no line of a member");
        assert!(
            lines.iter().any(|line| line.contains(" title=review%3A claims/record::piped: ")),
            "no file for a pipe"
        );
    }

    #[test]
    fn what_may_stay_is_not_shown_and_no_text_leaks() {
        let found = finding("a/b", Level::Hold, "shambles");
        let stays = Sample::new("a", "A shambles.").finds(found.clone().suppressed("a title"));
        assert!(lines(vec![stays]).is_empty());
        let hidden = lines(vec![Sample::new("b", "A shambles.").finds(found).without_text()]);
        assert!(hidden[0].ends_with("::b: This reads as heated words. Say what happened. Safer wording: “delay”."));
    }

    #[test]
    fn the_summary_is_added_to_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "before\n").unwrap();
        let path = file.path().to_owned();
        text(|out| Github::new(out, Some(path)), vec![Sample::new("a", "Bins.")], &run());
        let summary = std::fs::read_to_string(file.path()).unwrap();
        assert!(summary.starts_with("before\n## crossbench: 1 post, none to review or hold\n"), "{summary}");
    }
}
