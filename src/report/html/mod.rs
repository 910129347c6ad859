//! The report a director reads: one HTML file with everything in it, counts first, then the
//! worst posts. It asks nothing of a network, and its content security policy lets nothing in:
//! script and style are named by their hashes. Without JavaScript all of it can be read; with
//! it the posts can be filtered and searched.
//!
//! Memory is bounded however long the run: counts, and cards of the worst posts alone. The
//! same records make the same bytes: it holds no time of day.

mod accounts;
mod axis;
mod card;
mod escape;
mod marks;
mod page;
mod policy;
mod posts;
mod sections;
mod table;
mod tally;
mod time;
mod worst;

use std::io::{self, Write};
use std::sync::Arc;

use super::{Record, Report, Run};
use crate::calendar::Poll;
use crate::date;
use crate::rules::Level;
use tally::Tally;
use worst::Worst;

/// Posts that are shown if nothing else is asked for.
pub const WORST: usize = 500;
/// Posts that could not be judged and are shown.
const UNJUDGED: usize = 100;

/// Writes the report of a run as HTML.
pub struct Html {
    out: Box<dyn Write + Send>,
    polls: Vec<Arc<Poll>>,
    tally: Tally,
    worst: Worst,
    unjudged: Worst,
    read: u64,
}

impl Html {
    /// A report to `out` that shows the pre-election periods of `polls`, usually those of
    /// [`Calendar::polls`](crate::calendar::Calendar::polls), and the [`WORST`] posts.
    pub fn new(out: Box<dyn Write + Send>, polls: Vec<Arc<Poll>>) -> Self {
        let (worst, unjudged) = (Worst::new(WORST), Worst::new(UNJUDGED));
        Self { out, polls, tally: Tally::new(), worst, unjudged, read: 0 }
    }

    /// With the `worst` posts, and no more than these in memory.
    #[must_use]
    pub fn showing(self, worst: usize) -> Self {
        Self { worst: Worst::new(worst), ..self }
    }
}

impl Report for Html {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let day = match &record.post {
            Some(post) => post.time.as_deref().and_then(date::day),
            None => record.date,
        };
        let account = self.tally.add(record, day);
        match record.verdict {
            Level::Clear => {}
            Level::Unscreened => self.unjudged.offer(record, self.read, day, account),
            Level::Note | Level::Review | Level::Hold => self.worst.offer(record, self.read, day, account),
        }
        self.read += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>, run: &Run) -> io::Result<()> {
        page::write(
            &mut self.out,
            &page::Page { tally: &self.tally, worst: &self.worst, unjudged: &self.unjudged, polls: &self.polls, run },
        )?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::{Counts, Input};
    use serde_json::{Value, json};
    use std::sync::Mutex;

    /// A record with `fields`; what is left out is clear and empty.
    #[expect(clippy::needless_pass_by_value, reason = "callers make the value in place")]
    pub(super) fn record(fields: Value) -> Record {
        let mut all = json!({"id": "x", "verdict": "clear", "controversy": {"level": "clear"},
            "misleading": {"level": "clear"}});
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    /// A finding of `rule` at bytes `start..end`.
    pub(super) fn found(rule: &str, level: &str, start: usize, end: usize) -> Value {
        json!({"rule": rule, "dimension": "controversy", "level": level, "quote": "words", "message": "reads as praise",
            "why": "It takes a side.", "advice": "Leave it out.", "fingerprint": "f",
            "span": {"start": start, "end": end, "utf16": [start, end], "line": 1, "column": 1}})
    }

    /// What a report wrote.
    #[derive(Clone, Default)]
    pub(super) struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Page {
        pub(super) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn html(records: &[Record], run: &Run, worst: usize) -> String {
        let page = Page::default();
        let mut report: Box<dyn Report> = Box::new(Html::new(Box::new(page.clone()), Vec::new()).showing(worst));
        for record in records {
            report.record(record).unwrap();
        }
        report.finish(run).unwrap();
        page.text()
    }

    fn posts(count: u64) -> Vec<Record> {
        let level = |at: u64| ["hold", "review", "note", "clear", "unscreened"][usize::try_from(at).unwrap() % 5];
        (0..count)
            .map(|at| {
                record(json!({"id": format!("id-{at}"), "verdict": level(at),
                    "controversy": {"level": level(at), "risk": 0.3, "hold": 0.1},
                    "post": {"text": "Some words here", "time": "2024-06-09", "author": "press", "place": {"file": "f"}},
                    "findings": [found("a/b", "review", 5, 10)]}))
            })
            .collect()
    }

    #[test]
    fn what_is_not_shown_is_said() {
        let run = Run { counts: Counts { read: 1_003, screened: 1_000, ..Counts::default() }, ..Run::default() };
        let html = html(&posts(1_000), &run, 50);
        assert_eq!(html.matches("<article").count(), 50 + UNJUDGED);
        assert!(html.contains("1,003 posts read; <strong>400 must be looked at</strong>: 200 must not"), "no headline");
        assert!(html.contains("350 more on hold or review are not shown"), "no word of what is not shown");
        assert!(html.len() < 400_000, "{} bytes", html.len());
    }

    #[test]
    fn the_same_records_make_the_same_bytes() {
        assert_eq!(html(&posts(300), &Run::default(), 20), html(&posts(300), &Run::default(), 20));
    }

    #[test]
    fn a_run_without_posts_has_a_page() {
        let fault = Input { path: "<x>.csv".into(), fault: Some("cut short".into()), ..Input::default() };
        let html = html(&[], &Run { inputs: vec![fault], ..Run::default() }, 10);
        assert!(html.contains("0 posts read") && html.contains("&lt;x&gt;.csv") && html.contains("cut short"));
        assert!(html.ends_with("</html>\n"));
    }

    #[test]
    fn a_report_that_was_not_given_all_says_so() {
        let run = Run { counts: Counts { read: 9, screened: 9, ..Counts::default() }, ..Run::default() };
        assert!(html(&posts(5), &run, 10).contains("5 of the 9 judged posts"));
    }

    #[test]
    fn page_is_one_document_with_unique_ids() {
        let html = html(&posts(40), &Run::default(), 10);
        let mut ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| &rest[..rest.find('"').unwrap()]).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en-GB\">"));
        assert!(!html.contains(" style=") && !html.contains(" onclick") && !html.contains("src="));
        assert_eq!(html.matches("<h1").count(), 1);
    }

    /// The page of verdicts that a scan wrote, to be looked at: `CROSSBENCH_VERDICTS` is a file
    /// of them, `CROSSBENCH_HTML` where the page goes.
    #[test]
    #[ignore = "writes a file"]
    fn writes_the_page_of_a_scan() {
        use crate::report::run::{Named, Rules};
        let path = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let verdicts = std::fs::read_to_string(path("CROSSBENCH_VERDICTS")).unwrap();
        let out = std::fs::File::create(path("CROSSBENCH_HTML")).unwrap();
        let mut report: Box<dyn Report> = Box::new(Html::new(Box::new(io::BufWriter::new(out)), polls()));
        let mut counts = Counts::default();
        for line in verdicts.lines() {
            report.record(&serde_json::from_str(line).unwrap()).unwrap();
            counts.screened += 1;
        }
        counts.skipped = [("not JSON".to_owned(), 3), ("too long".to_owned(), 1)].into();
        counts.read = counts.screened + 4;
        let input = Input {
            path: "feeds/harbours.jsonl".into(),
            format: "jsonl".into(),
            bytes: Some(727_193),
            sha256: Some("0".repeat(64)),
            records: counts.read,
            fault: None,
        };
        let broken =
            Input { path: "feeds/old.zip".into(), fault: Some("ends in the middle".into()), ..Input::default() };
        let run = Run {
            version: "0.1.0".into(),
            inputs: vec![input, broken],
            model: Some(Named { name: "sample".into(), sha256: "1".repeat(64) }),
            rules: Rules { sha256: "2".repeat(64), count: 234 },
            settings: [("account".to_owned(), "department".to_owned()), ("point".to_owned(), "balanced".to_owned())]
                .into(),
            counts,
            ..Run::default()
        };
        report.finish(&run).unwrap();
    }

    fn polls() -> Vec<Arc<Poll>> {
        let sources = crate::Sources::built_in();
        let guidance = crate::guidance::Guidance::parse(&sources.guidance).unwrap();
        crate::calendar::Calendar::parse(&sources.calendar, &guidance).unwrap().polls().cloned().collect()
    }
}
