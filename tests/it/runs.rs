//! What is made of whole runs: several outputs, the manifest, baselines, differences, folders.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command: Command = assert_cmd::cargo::cargo_bin_cmd!("crossbench");
        command.current_dir(self.0.path()).args(args).output().unwrap()
    }

    fn scan(&self, args: &[&str]) -> Output {
        self.run(&[&["scan", "--rules-only", "--date", "2024-06-09"], args].concat())
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        fs::read_to_string(self.path(name)).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const WEEK: &str = concat!(
    "{\"id\": \"a\", \"text\": \"The depot opens on Monday.\", \"date\": \"2024-06-03\"}\n",
    "{\"id\": \"b\", \"text\": \"Shame on the depot.\", \"date\": \"2024-06-04\"}\n",
    "{\"id\": \"c\", \"text\": \"Shame on the depot.\", \"date\": \"2024-06-05\"}\n",
);

#[test]
fn the_same_words_are_screened_once_and_reported_for_each() {
    let desk = Desk::new();
    desk.file("week.jsonl", WEEK);
    let output = desk.scan(&["week.jsonl", "-o", "run.jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let lines = desk.lines("run.jsonl");
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[2]["id"], &lines[2]["post"]["same_as"]), (&"c".into(), &"b".into()));
    assert_eq!((&lines[1]["findings"], &lines[1]["verdict"]), (&lines[2]["findings"], &lines[2]["verdict"]));
    assert_eq!((&lines[2]["date"], &lines[2]["post"]["place"]["line"]), (&"2024-06-05".into(), &3.into()));
    assert!(lines[1]["post"].get("same_as").is_none());
}

#[test]
fn the_manifest_says_what_was_done() {
    let desk = Desk::new();
    desk.file("week.jsonl", &format!("{WEEK}{{\"id\": 4}}\n"));
    desk.scan(&["week.jsonl", "none.csv", "-o", "run.jsonl", "--since", "2024-06-04"]);
    let run: Value = serde_json::from_slice(&fs::read(desk.path("run.run.json")).unwrap()).unwrap();
    assert_eq!(run["schema"], "crossbench/run/1");
    assert_eq!(run["inputs"][0]["path"], "week.jsonl");
    assert_eq!(run["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!((&run["inputs"][0]["records"], &run["inputs"][0]["format"]), (&4.into(), &"jsonl".into()));
    assert!(run["inputs"][1]["fault"].is_string());
    let counts = &run["counts"];
    assert_eq!((&counts["read"], &counts["screened"], &counts["repeated"]), (&4.into(), &2.into(), &1.into()));
    assert_eq!(counts["skipped"], serde_json::json!({"no text": 1, "outside --since and --until": 1}));
    assert_eq!((&run["settings"]["since"], &run["settings"]["day"]), (&"2024-06-04".into(), &"2024-06-09".into()));
    assert!(run["model"].is_null() && run["rules"]["sha256"].is_string());
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let desk = Desk::new();
    desk.file("week.jsonl", WEEK);
    desk.scan(&["week.jsonl", "-o", "old.jsonl"]);
    let new = "{\"id\": \"d\", \"text\": \"Utter nonsense from the depot.\"}\n";
    desk.file("next.jsonl", &format!("{{\"id\": \"z\", \"text\": \"Shame on the depot.\"}}\n{new}"));
    let output = desk.scan(&["next.jsonl", "-o", "new.jsonl", "--baseline", "old.jsonl", "--fail-on", "review"]);
    assert_eq!(output.status.code(), Some(1));
    let ids: Vec<Value> = desk.lines("new.jsonl").iter().map(|line| line["id"].clone()).collect();
    assert_eq!(ids, ["d"]);
    assert!(said(&output).contains("1 of the screened is as in the baseline and not reported, 1 is new"));
    let output = desk.scan(&["week.jsonl", "--baseline", "old.jsonl", "--fail-on", "review"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let output = desk.scan(&["week.jsonl", "--baseline", "week.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("week.jsonl:1: no verdict of a scan"), "{}", said(&output));
    assert!(!said(&output).contains("depot"));
}

#[test]
fn two_runs_are_compared() {
    let desk = Desk::new();
    desk.file("week.jsonl", WEEK);
    desk.scan(&["week.jsonl", "-o", "a.jsonl"]);
    desk.file("week.jsonl", &WEEK.replace("The depot opens on Monday.", "Utter nonsense about Monday."));
    desk.scan(&["week.jsonl", "-o", "b.jsonl"]);
    let same = desk.run(&["diff", "a.jsonl", "a.jsonl"]);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert!(printed(&same).starts_with("3 posts in both runs, 0 moved\n"));
    let other = desk.run(&["diff", "a.jsonl", "b.jsonl"]);
    assert_eq!(other.status.code(), Some(1));
    let printed = printed(&other);
    assert!(printed.contains("clear → review") && printed.contains("+ polemic/heated-words"), "{printed}");
    assert!(printed.contains("week.jsonl:1") && printed.contains("its words are others"), "{printed}");
    let json = desk.run(&["diff", "a.jsonl", "b.jsonl", "--json"]);
    let found: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(found["moved"][0]["id"], "a");
    assert_eq!(desk.run(&["diff", "a.jsonl", "none.jsonl"]).status.code(), Some(2));
}

#[test]
fn folders_and_patterns_are_walked() {
    let desk = Desk::new();
    desk.file("feeds/b.jsonl", WEEK);
    desk.file("feeds/2023/a.txt", "The pool is closed.\n");
    desk.file("feeds/photo.png", "\u{89}PNG");
    desk.file("feeds/.gitignore", "ignored.txt\n");
    desk.file("feeds/ignored.txt", "Shame on you.\n");
    let output = desk.scan(&["feeds"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let files: Vec<Value> = printed(&output)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["post"]["place"]["file"].clone())
        .collect();
    assert_eq!(files, ["feeds/2023/a.txt", "feeds/b.jsonl", "feeds/b.jsonl", "feeds/b.jsonl"]);
    assert!(said(&output).contains("feeds/photo.png: passed over: not a kind of file that is read"));
    let output = desk.scan(&["feeds/**/*.txt", "--quiet"]);
    assert_eq!(printed(&output).lines().count(), 2, "a pattern names files, as a shell would");
    let output = desk.scan(&["feeds/*.docx"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("feeds/*.docx: no file fits this pattern"), "{}", said(&output));
}

#[test]
fn inspect_says_what_a_feed_is_taken_for() {
    let desk = Desk::new();
    desk.file("week.jsonl", WEEK);
    desk.file("table.csv", "Message,Caption\nWords here.,Other words.\n");
    let output = desk.run(&["inspect", "week.jsonl", "table.csv"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let printed = printed(&output);
    for line in [
        "  format    jsonl: it begins with a JSON object",
        "  place     week.jsonl:1",
        "  time      2024-06-03 (3 June 2024)",
        "  text      The depot opens on Monday.",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
    assert!(
        printed.contains("`Message`") && printed.contains("`Caption`") && printed.contains("--map text="),
        "{printed}"
    );
    let without = desk.run(&["inspect", "week.jsonl", "--no-text"]);
    assert!(!self::printed(&without).contains("depot"));
}

#[test]
fn inspect_says_what_each_column_is_read_as() {
    let desk = Desk::new();
    desk.file(
        "queue.csv",
        "Post ID,Go live,Copy,Likes,Any other remarks for the team\n7,2024-06-03,Words here.,5,no\n",
    );
    desk.file("keys.jsonl", "{\"likes\": 5}\n{\"ref\": \"A\", \"copy\": \"Words here.\", \"likes\": 5}\n");
    desk.file("bulk.csv", "01/05/2026 09:00,Our clinic opens,https://example.org/c\n");
    let printed = |args: &[&str]| self::printed(&desk.run(&[&["inspect"], args].concat()));
    let shown = printed(&["queue.csv", "--map", "time=go live"]);
    let expected = "  columns   Post ID                         id        a usual name for it
            Go live                         time      named by --map
            Copy                            text      a usual name for it
            Likes                           not read  no name that is known
            Any other remarks for the team  not read  no name that is known
  place     queue.csv:2\n";
    assert!(shown.contains(expected), "{shown}");
    assert!(printed(&["queue.csv", "--no-text"]).contains("  column 5 (not a name)  not read"), "{shown}");
    let shown = printed(&["keys.jsonl"]);
    let expected = "  columns   of line 2
            ref    id        a usual name for it
            copy   text      a usual name for it
            likes  not read  no name that is known
  fault     keys.jsonl:1: field `text`: missing (`--map text=FIELD` names another)
  before    1 record without a post that has words\n";
    assert!(shown.contains(expected), "{shown}");
    let shown = printed(&["bulk.csv"]);
    assert!(shown.contains("column 2  text      no header: the words between time and link"), "{shown}");
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    use sha2::{Digest, Sha256};
    let desk = Desk::new();
    desk.file("week.jsonl", WEEK);
    let left = |output: &str| {
        let hash = u64::from_be_bytes(Sha256::digest(output)[..8].try_into().unwrap());
        let name = format!(".crossbench-{hash:016x}-abcdefABCDEF.part");
        desk.file(&name, "half a line");
        name
    };
    let (ours, manifest, others) = (left("run.jsonl"), left("run.run.json"), left("other.jsonl"));
    let output = desk.scan(&["week.jsonl", "-o", "run.jsonl", "--quiet"]);
    assert!(desk.path("run.jsonl").exists() && desk.path("run.run.json").exists(), "{}", said(&output));
    assert_eq!([ours, manifest, others].map(|name| desk.path(&name).exists()), [false, false, true]);
}

#[test]
fn formats_are_told_apart() {
    let desk = Desk::new();
    desk.file("week.jsonl", WEEK);
    let output = desk.scan(&["week.jsonl", "--format", "mastodon"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("`--from mastodon` reads them so"), "{}", said(&output));
    let output = desk.scan(&["week.jsonl", "--format", "markdwn"]);
    assert!(said(&output).contains("did you mean `markdown`?"), "{}", said(&output));
    let output = desk.scan(&["week.jsonl", "-o", "run.jpg"]);
    assert!(said(&output).contains("`.jpg` says no format"), "{}", said(&output));
}

#[test]
fn a_folder_of_drafts_is_screened() {
    let desk = Desk::new();
    desk.file("drafts/line.txt", "Shame on the depot.\nIt opens on Monday.\n");
    desk.file("drafts/~lock.txt", "Shame.\n");
    desk.file("drafts/notes.csv", "a,b\n");
    let output = desk.run(&["watch", "drafts", "--once", "--rules-only"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let printed = printed(&output);
    assert!(printed.contains("── drafts/line.txt ──\nREVIEW") && printed.matches("──\n").count() == 1, "{printed}");
}
