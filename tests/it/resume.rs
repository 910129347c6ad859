//! Scans that are stopped and go on: the output is the same to the byte.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn scan(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("crossbench"));
        command.current_dir(self.0.path()).args(["scan", "--rules-only", "--date", "2024-06-09"]).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.scan(args).output().unwrap()
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Posts of which some come again, some are broken and some are heated.
fn feed(count: usize) -> String {
    let line = |n: usize| match n % 7 {
        0 => format!("What utter nonsense about bridge {}.", n % 50),
        3 => "The pool is closed.".to_owned(),
        _ => format!("Bridge {n} carries 1,200 vans a day and reopens at six. ").repeat(1 + n % 9),
    };
    let mut feed = String::new();
    for n in 0..count {
        feed += &(serde_json::json!({"id": format!("p{n}"), "text": line(n)}).to_string() + "\n");
        if n % 100 == 41 {
            feed += "{\"id\": broken\n";
        }
    }
    feed
}

/// Verdicts in the journal, whole or not.
fn journalled(desk: &Desk) -> u64 {
    fs::metadata(desk.path("out.jsonl.journal/verdicts.jsonl")).map_or(0, |about| about.len())
}

/// Kills the scan once its journal holds more than `bytes`; `None` if it was done before.
fn kill_at(desk: &Desk, mut child: Child, bytes: u64) -> Option<()> {
    let start = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        if journalled(desk) > bytes {
            child.kill().unwrap(); // SIGKILL: nothing can be tidied up
            child.wait().unwrap();
            return Some(());
        }
        assert!(start.elapsed() < Duration::from_secs(120), "nothing is written");
        std::thread::sleep(Duration::from_micros(300));
    }
}

#[test]
fn a_scan_that_was_killed_anywhere_goes_on_to_the_same_bytes() {
    let desk = Desk::new();
    fs::write(desk.path("feed.jsonl"), feed(4000)).unwrap();
    let whole = desk.run(&["feed.jsonl", "-o", "whole.jsonl", "--quiet"]);
    assert_eq!(whole.status.code(), Some(3), "{}", said(&whole));
    let (whole, manifest) = (desk.read("whole.jsonl"), desk.read("whole.run.json"));
    let mut kills = 0;
    // Places that have nothing to do with chunks or lines.
    for part in [1_u64, 17, 36, 55, 83] {
        let args = ["feed.jsonl", "-o", "out.jsonl", "--quiet", "--restart"];
        let mut started = desk.scan(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut at = whole.len() as u64 * part / 100;
        // The same scan is killed again on its way.
        while kill_at(&desk, started, at).is_some() {
            kills += 1;
            assert!(!desk.path("out.jsonl").exists());
            at += whole.len() as u64 / 4;
            let args = ["feed.jsonl", "-o", "out.jsonl", "--quiet", "--resume"];
            started = desk.scan(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        }
        assert!(desk.read("out.jsonl") == whole, "killed at {part} %");
        assert!(desk.read("out.run.json") == manifest);
        fs::remove_file(desk.path("out.jsonl")).unwrap();
    }
    assert!(kills >= 5, "{kills} kills");
}

#[test]
fn a_journal_cut_anywhere_is_gone_on_from() {
    let desk = Desk::new();
    fs::write(desk.path("feed.jsonl"), feed(3000)).unwrap();
    desk.run(&["feed.jsonl", "-o", "whole.jsonl"]);
    let whole = desk.read("whole.jsonl");
    let args = ["feed.jsonl", "-o", "out.jsonl"];
    let child = desk.scan(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    assert!(kill_at(&desk, child, 1).is_some(), "it ended before it could be killed");
    let about = desk.read("out.jsonl.journal/about.json");
    let journal = |bytes: &[u8]| {
        fs::create_dir_all(desk.path("out.jsonl.journal")).unwrap();
        fs::write(desk.path("out.jsonl.journal/about.json"), &about).unwrap();
        fs::write(desk.path("out.jsonl.journal/verdicts.jsonl"), bytes).unwrap();
    };
    for cut in [0, 1, 700, whole.len() / 2, whole.len() - 1, whole.len()] {
        journal(&whole[..cut]);
        let refused = desk.run(&args);
        assert_eq!(refused.status.code(), Some(2), "an unfinished scan is not overwritten");
        let output = desk.run(&["feed.jsonl", "-o", "out.jsonl", "--resume"]);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(desk.read("out.jsonl") == whole, "cut at {cut}");
        assert!(!desk.path("out.jsonl.journal").exists());
    }
    // A journal of other posts is found out, and so is another setting.
    let other = String::from_utf8(whole.clone()).unwrap().replacen("\"p0\"", "\"q0\"", 1);
    journal(other.as_bytes());
    let output = desk.run(&["feed.jsonl", "-o", "out.jsonl", "--resume"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("the journal has another post here: --restart begins anew"), "{}", said(&output));
    let output = desk.run(&["feed.jsonl", "-o", "out.jsonl", "--resume", "--no-text"]);
    assert!(said(&output).contains("`no-text` was not set, now it is `true`"), "{}", said(&output));
    fs::write(desk.path("feed.jsonl"), feed(3001)).unwrap();
    let output = desk.run(&["feed.jsonl", "-o", "out.jsonl", "--resume"]);
    assert!(said(&output).contains("feed.jsonl has changed"), "{}", said(&output));
    let output = desk.run(&["feed.jsonl", "-o", "out.jsonl", "--restart"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
}

#[test]
fn an_interruption_says_how_to_go_on() {
    let desk = Desk::new();
    fs::write(desk.path("feed.jsonl"), feed(20_000)).unwrap();
    let args = ["feed.jsonl", "-o", "out.jsonl"];
    for signal in ["-INT", "-TERM"] {
        let child = desk.scan(&args).stderr(Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        while journalled(&desk) == 0 {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_micros(300));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        assert!(said(&output).contains("out.jsonl is not written yet: --resume goes on from"), "{}", said(&output));
        let names: Vec<_> = fs::read_dir(desk.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        fs::remove_dir_all(desk.path("out.jsonl.journal")).unwrap();
    }
}
