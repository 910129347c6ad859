//! Verdicts of the screener as the scan writes them, read back and reported in every format.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use clap::ValueEnum;
use crossbench::post::{Place, Post};
use crossbench::report::output::{OutputFormat, Settings, open};
use crossbench::report::{Record, Run};
use crossbench::rules::Level;
use crossbench::screener::Screener;
use crossbench::wire::Wire;

use crate::drafts::DRAFTS;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn records(without_text: bool) -> Vec<Record> {
    let screener = Screener::rules_only().unwrap();
    let wire = Wire::new(&screener).without_text(without_text);
    let post = |(at, draft): (usize, &&str)| Post {
        place: Some(Place::line("drafts.txt", at as u64 + 1)),
        time: Some("2024-06-09".to_owned()),
        ..Post::new(at.to_string(), *draft)
    };
    let record = |post: Post| {
        let verdict = screener.screen(&post).unwrap();
        let line = wire.head(&post, verdict.date, None) + &wire.tail(&verdict, &post);
        serde_json::from_str(&line).unwrap()
    };
    DRAFTS.iter().enumerate().map(post).map(record).collect()
}

/// What every format that is made of records writes.
fn reports(records: &[Record]) -> Vec<(OutputFormat, String)> {
    let mut reports = Vec::new();
    for &format in OutputFormat::value_variants() {
        let sink = Sink::default();
        let Ok(mut report) = open(format, Box::new(sink.clone()), &Settings::default()) else { continue };
        for record in records {
            report.record(record).unwrap();
        }
        report.finish(&Run::default()).unwrap();
        let bytes = sink.0.lock().unwrap().clone();
        reports.push((format, String::from_utf8_lossy(&bytes).into_owned()));
    }
    reports
}

#[test]
fn every_format_reports_what_the_screener_says() {
    let records = records(false);
    let mut findings = records.iter().flat_map(|record| &record.findings);
    let found = findings.find(|found| found.level == Level::Hold).expect("a draft must be held");
    // Words in Parquet are packed.
    for (format, report) in reports(&records).into_iter().filter(|(format, _)| *format != OutputFormat::Parquet) {
        assert!(report.contains(&found.rule), "{} does not name {}", format.name(), found.rule);
    }
}

#[test]
fn no_format_has_words_that_were_left_out() {
    let reports = reports(&records(true));
    assert!(reports.len() >= 5);
    for (format, report) in reports {
        for words in DRAFTS.iter().flat_map(|draft| {
            let words: Vec<&str> = draft.split_whitespace().collect();
            words.windows(4).map(|words| words.join(" ")).collect::<Vec<_>>()
        }) {
            assert!(!report.contains(&words), "`{words}` is in {}", format.name());
        }
    }
}
