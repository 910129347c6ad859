//! Records for the tests of reporters, built as the scan writes them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::run::{Counts, Input};
use super::{Record, Report, Run};
use crate::rules::Level;
use crate::span::Span;

/// Words that break a format that does not escape: each is a text on its own.
pub const NASTY: [&str; 9] = [
    "=HYPERLINK(\"http://e.example\",\"x\")",
    " \"@SUM(1+1)*cmd|' /C calc'!A0",
    "a, \"b\"; ]]> --> <b>&amp;</b> <script>alert(1)</script>",
    "first\r\nsecond\nthird\r\t::error file=x,line=1::no\u{2028}end",
    "nul\u{0} bell\u{7} esc\u{1b}[31m bidi\u{202e}gnp.exe\u{2066} \u{feff}",
    "👩\u{200d}🔬 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} “zwölf” %0A %",
    "| a | `b` | *c* | _d_ | ~~e~~ | [f](javascript:alert(1)) | ![g](h)",
    "@someone see #12 and o/r#3, GH-4, https://github.com/o/r/issues/5 www.e.example a@b.example $x$",
    "{0} {{1}} \\ ' \u{fffe}\u{ffff} −2+3",
];

/// A post and what is said of it.
#[derive(Clone)]
pub struct Sample {
    value: Value,
    text: String,
}

impl Sample {
    /// The post `id` with `text`, clear, on line 1 of `feed.txt`.
    pub fn new(id: &str, text: &str) -> Self {
        let clear = json!({"level": "clear", "risk": 0.02, "hold": 0.001});
        let value = json!({
            "schema": "crossbench/verdict/1",
            "id": id,
            "post": {"text": text, "kind": "original", "audience": "public", "place": {"file": "feed.txt", "line": 1}},
            "verdict": "clear", "controversy": clear, "misleading": clear, "reasons": [], "findings": [],
            "model": null, "rules": {"sha256": "0", "count": 1},
        });
        Self { value, text: text.to_owned() }
    }

    /// At `level` on controversy, and so as a whole.
    pub fn judged(mut self, level: Level, risk: f64) -> Self {
        self.value["verdict"] = json!(level);
        self.value["controversy"] = json!({"level": level, "risk": risk, "hold": risk / 2.0, "unsure": risk < 0.6});
        self.value["reasons"] =
            json!([{"code": "A", "name": "contested policy sold", "dimension": "controversy", "probability": risk}]);
        self
    }

    /// With `finding`; at its level, if that is higher and it counts.
    pub fn finds(mut self, finding: Value) -> Self {
        let quote = finding["quote"].as_str().unwrap();
        let start = self.text.find(quote).unwrap();
        let span = Span::new(start, start + quote.len());
        let (line, column) = span.line_column(&self.text);
        let utf16 = span.to_utf16(&self.text);
        let mut finding = finding;
        finding["span"] = json!({"start": start, "end": span.end, "utf16": utf16, "line": line, "column": column});
        let level: Level = serde_json::from_value(finding["level"].clone()).unwrap();
        let now: Level = serde_json::from_value(self.value["verdict"].clone()).unwrap();
        if finding.get("suppressed").is_none() && level > now {
            self = self.judged(level, 0.8);
        }
        self.value["findings"].as_array_mut().unwrap().push(finding);
        self
    }

    /// In a language that is not read.
    pub fn unscreened(mut self, why: &str) -> Self {
        self.value["verdict"] = json!("unscreened");
        for d in ["controversy", "misleading"] {
            self.value[d] = json!({"level": "unscreened", "risk": null, "hold": null});
        }
        self.value["unscreened"] = json!(why);
        self
    }

    /// With `value` at `key` of the post.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.value["post"][key] = value;
        self
    }

    /// With `value` at `key` of the record.
    pub fn says(mut self, key: &str, value: Value) -> Self {
        self.value[key] = value;
        self
    }

    /// As a scan writes it that leaves words of posts out.
    pub fn without_text(mut self) -> Self {
        if let Some(post) = self.value["post"].as_object_mut() {
            post.remove("text");
        }
        for finding in self.value["findings"].as_array_mut().unwrap() {
            finding.as_object_mut().unwrap().remove("quote");
        }
        self
    }

    /// The record.
    pub fn record(self) -> Record {
        serde_json::from_value(self.value).unwrap()
    }
}

/// A finding of `rule` at `quote`.
pub fn finding(rule: &str, level: Level, quote: &str) -> Value {
    let sure = if level == Level::Hold { "reads as" } else { "may read as" };
    json!({
        "rule": rule, "dimension": "controversy", "level": level, "quote": quote,
        "message": format!("{sure} heated words"), "why": "Heat argues.", "advice": "Say what happened.",
        "wording": "delay", "question": "What happened?",
        "cites": [{"document": "Propriety", "clause": "test 2", "basis": "stated", "url": "https://e.example/p?a=(b)"}],
        "fingerprint": "0123456789abcdef",
    })
}

/// What can be done to a finding.
pub trait Finding {
    /// Let stay because of `reason`.
    fn suppressed(self, reason: &str) -> Self;
}

impl Finding for Value {
    fn suppressed(mut self, reason: &str) -> Self {
        self["suppressed"] = json!({"reason": reason, "approver": "duty editor", "place": "suppressions.toml:3"});
        self
    }
}

/// One post of every kind, with nasty words: clear, note, review, hold, unscreened,
/// suppressed, in an archive, without a place, without text.
pub fn every_kind() -> Vec<Sample> {
    let nasty = |(at, text): (usize, &&str)| {
        let level = [Level::Note, Level::Review, Level::Hold][at % 3];
        Sample::new(&format!("n{at}"), text).finds(finding("polemic/heated-words", level, text))
    };
    let found = finding("claims/record", Level::Review, "a shambles");
    let archived = json!({"file": "my archive.zip", "member": "data/tweets.js", "item": "record 12"});
    let mut all: Vec<Sample> = NASTY.iter().enumerate().map(nasty).collect();
    all.extend([
        Sample::new("clear", "Bins go out on Friday."),
        Sample::new("lone", "It was a shambles.").judged(Level::Review, 0.7),
        Sample::new("foreign", "Bonjour à tous.").unscreened("not English"),
        Sample::new("stays", "It is a shambles.").finds(found.clone().suppressed("quoted from Hansard")),
        Sample::new("archived", "It is a shambles.").finds(found.clone()).with("place", archived),
        Sample::new("piped", "It is a shambles.").finds(found.clone()).with("place", json!({"file": "-", "line": 4})),
        Sample::new("bare", "It is a shambles.").finds(found.clone()).says("post", Value::Null),
        Sample::new("hidden", "It is a shambles, secretly.").finds(found).without_text(),
    ]);
    all
}

/// A run that read `feed.txt`, lost two records, and could not open another file.
pub fn run() -> Run {
    let input = |path: &str, fault: Option<&str>| Input {
        path: path.to_owned(),
        format: "text".to_owned(),
        fault: fault.map(str::to_owned),
        records: 19,
        sha256: Some("ab".repeat(32)),
        ..Input::default()
    };
    Run {
        schema: super::run::SCHEMA.to_owned(),
        version: "0.1.0".to_owned(),
        inputs: vec![input("feed.txt", None), input("gone.csv", Some("no such file"))],
        counts: Counts { read: 19, screened: 17, skipped: [("too long".to_owned(), 2)].into(), ..Counts::default() },
        ..Run::default()
    }
}

/// A place to write to that can be read afterwards.
#[derive(Clone, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    /// What was written.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `make` writes of `samples`.
pub fn written<R: Report>(make: impl FnOnce(Box<dyn Write + Send>) -> R, samples: Vec<Sample>, run: &Run) -> Vec<u8> {
    let sink = Sink::default();
    let mut report = make(Box::new(sink.clone()));
    for sample in samples {
        report.record(&sample.record()).unwrap();
    }
    Box::new(report).finish(run).unwrap();
    sink.bytes()
}

/// [`written`] as text.
pub fn text<R: Report>(make: impl FnOnce(Box<dyn Write + Send>) -> R, samples: Vec<Sample>, run: &Run) -> String {
    String::from_utf8(written(make, samples, run)).unwrap()
}
