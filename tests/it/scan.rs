//! `crossbench scan`, from the outside: what goes in comes out, or is counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with feeds in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    /// Runs `scan` in the folder, rules only.
    fn scan(&self, args: &[&str]) -> Output {
        self.scan_with_model(&[args, &["--rules-only"]].concat())
    }

    fn scan_with_model(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("crossbench");
        command.current_dir(self.0.path()).arg("scan").args(args);
        command
    }

    /// Names of the files in the folder, hidden ones too.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn lines(jsonl: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(jsonl).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(jsonl: &[u8]) -> Vec<String> {
    lines(jsonl).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// `count` posts, of which every tenth is heated.
fn feed(count: usize) -> String {
    let text = |n: usize| match n % 10 {
        0 => format!("What utter nonsense about bridge {n}."),
        7 => format!("Bridge {n} carries 1,200 vans a day. ").repeat(1 + n % 40),
        _ => format!("Bridge {n} reopens at six tomorrow."),
    };
    (0..count).map(|n| serde_json::json!({"id": format!("p{n}"), "text": text(n)}).to_string() + "\n").collect()
}

const BROKEN: &str = concat!(
    "{\"id\": \"a\", \"text\": \"The depot opens on Monday.\"}\n",
    "{\"id\": \"b\", \"text\": \"The depot\n",
    "{\"id\": \"c\", \"text\": \"Shame on the depot.\"}\n",
    "{\"id\": \"d\"}\n",
    "{\"id\": \"e\", \"text\": 5}\n",
    "{\"id\": \"a\", \"text\": \"The depot closes on Friday.\"}\n",
);

#[test]
fn what_comes_in_goes_out_or_is_counted() {
    let desk = Desk::new();
    let feed = desk.file("week.jsonl", BROKEN);
    let output = desk.scan(&[&feed]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(ids(&output.stdout), ["a", "c", "a"]);
    let verdicts: Vec<Value> = lines(&output.stdout).iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["clear", "review", "clear"]);
    let said = said(&output);
    for line in [
        "crossbench: week.jsonl:2: the JSON ends early, at column 30",
        "crossbench: week.jsonl:4: field `text`: missing (`--map text=FIELD` names another)",
        "crossbench: week.jsonl:5: field `text`: a number, not a string",
        "clear                  2             2             3",
        "review                 1             1             0",
        "          1  review  polemic/heated-words  heated words",
        "6 read = 3 screened + 3 skipped (2 no text, 1 not JSON)",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}\n{said}");
    }
    assert!(!said.to_lowercase().contains("depot"), "{said}");
}

#[test]
fn only_the_first_faults_are_told() {
    let desk = Desk::new();
    let feed = desk.file("week.jsonl", "{\"id\": 1}\n".repeat(1234));
    let output = desk.scan(&[&feed, "--quiet"]);
    let said = said(&output);
    assert_eq!(said.lines().count(), 21, "{said}");
    assert!(said.ends_with(
        "week.jsonl:20: field `text`: missing (`--map text=FIELD` names another)\ncrossbench: … and 1,214 more\n"
    ));
}

#[test]
fn a_table_is_read_by_its_usual_names_or_by_a_map() {
    let desk = Desk::new();
    let usual = desk.file("usual.csv", "Post ID;Message\nx1;\"Roads reopen;\nmostly.\"\nx2;Shame on them.\nx3;\n");
    let output = desk.scan(&[&usual]);
    assert_eq!((output.status.code(), ids(&output.stdout)), (Some(0), vec!["x1".into(), "x2".into()]));
    assert!(said(&output).contains("3 read = 2 screened + 1 skipped (1 no words)\n"), "{}", said(&output));

    let own = desk.file("own.csv", "Ref,Wording\n17,Shame on them.\n");
    let output = desk.scan(&[&own, "--map", "text=Wording,id=Ref"]);
    assert_eq!((output.status.code(), ids(&output.stdout)), (Some(0), vec!["17".into()]));
    let output = desk.scan(&[&own]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    assert!(said(&output).contains("--map text=COLUMN"), "{}", said(&output));
}

#[test]
fn standard_input_may_be_plain_text() {
    let desk = Desk::new();
    let mut command = desk.command(&["-", "--rules-only"]);
    let output = command.write_stdin("The pool is closed.\n\nShame on the pool.\n").output().unwrap();
    assert_eq!((output.status.code(), ids(&output.stdout)), (Some(0), vec!["1".into(), "3".into()]));
    assert!(said(&output).contains("2 read = 2 screened + 0 skipped\n"));
}

#[test]
fn threads_and_chunks_do_not_matter() {
    let desk = Desk::new();
    let all = desk.file("all.jsonl", feed(2500));
    let one = desk.file("one.jsonl", "{\"id\": \"first\", \"text\": \"Hello.\"}\n");
    let whole = desk.scan(&[&all, "--jobs", "1"]);
    assert_eq!((whole.status.code(), lines(&whole.stdout).len()), (Some(0), 2500));
    assert_eq!(desk.scan(&[&all, "--jobs", "2"]).stdout, whole.stdout);
    // One post before it moves every post to another place in its chunk.
    let moved = desk.scan(&[&one, &all]).stdout;
    let second = moved.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    assert!(moved[second..] == whole.stdout);
}

#[test]
fn threads_and_chunks_do_not_matter_to_the_model() {
    let desk = Desk::new();
    let all = desk.file("all.jsonl", feed(60));
    let one = desk.file("one.jsonl", "{\"id\": \"first\", \"text\": \"Hello.\"}\n");
    let whole = desk.scan_with_model(&[&all, "--jobs", "1"]);
    assert_eq!((whole.status.code(), lines(&whole.stdout).len()), (Some(0), 60), "{}", said(&whole));
    let moved = desk.scan_with_model(&[&one, &all, "--jobs", "2"]).stdout;
    let second = moved.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    assert!(moved[second..] == whole.stdout);
}

#[test]
fn risk_is_known_only_with_the_model() {
    let desk = Desk::new();
    let feed = desk.file("week.txt", "Shame on the pool.\nBydd y llyfrgell ar agor heddiw.\n");
    let without = lines(&desk.scan(&[&feed]).stdout);
    assert!(without[0]["controversy"]["risk"].is_null() && without[0]["model"].is_null());
    let with = lines(&desk.scan_with_model(&[&feed]).stdout);
    assert!(with[0]["controversy"]["risk"].is_f64() && with[0]["model"].is_object());
    assert!(with[1]["controversy"]["risk"].is_null());
}

#[test]
fn what_cannot_be_judged_is_counted() {
    let desk = Desk::new();
    let feed = desk.file("week.txt", "Bydd y llyfrgell ar agor heddiw.\nThe library is open today.\n🎉\n");
    let output = desk.scan(&[&feed]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(lines(&output.stdout)[0]["verdict"], "unscreened");
    assert!(said.contains("unscreened             2             2             2\n"), "{said}");
    assert!(said.contains("          1  it reads as Welsh\n"), "{said}");
    assert!(said.contains("          1  there are no words in it\n"), "{said}");
}

#[test]
fn no_text_leaves_no_word_of_a_draft() {
    let desk = Desk::new();
    let feed =
        desk.file("week.txt", "Shame on Quenbury and its utter nonsense.\nIn Quenbury we will stick to the plan.\n");
    let with = String::from_utf8(desk.scan(&[&feed]).stdout).unwrap();
    assert!(with.contains("\"quote\"") && with.to_lowercase().contains("shame on"), "{with}");
    let output = desk.scan(&[&feed, "--no-text"]);
    let without = String::from_utf8(output.stdout.clone()).unwrap().to_lowercase();
    assert_eq!(lines(&output.stdout).iter().filter(|line| line["findings"][0].is_object()).count(), 2);
    for word in ["\"quote\"", "quenbury", "shame", "nonsense", "stick to"] {
        assert!(!without.contains(word) && !said(&output).to_lowercase().contains(word), "{word}: {without}");
    }
}

#[test]
fn an_output_appears_whole_or_not_at_all() {
    let desk = Desk::new();
    let feed = desk.file("week.jsonl", BROKEN);
    let out = desk.file("out.jsonl", "as before\n");
    let is_untouched = || {
        assert_eq!(fs::read_to_string(desk.path("out.jsonl")).unwrap(), "as before\n");
        assert_eq!(desk.names(), ["out.jsonl", "week.jsonl"]);
    };

    let output = desk.scan(&["none.jsonl", "nor-this.csv", "-o", &out]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("crossbench: none.jsonl: "), "{}", said(&output));
    assert!(said(&output).contains("crossbench: no feed could be read; out.jsonl is not written\n"));
    assert!(said(&output).contains("\n2 feeds could not be read, or not to their end\n"), "{}", said(&output));
    is_untouched();
    assert_eq!(desk.scan(&[&feed, "-o", &out, "--jobs", "0"]).status.code(), Some(2));
    assert_eq!(desk.scan_with_model(&[&feed, "-o", &out, "--model", "none"]).status.code(), Some(2));
    is_untouched();

    let output = desk.scan(&[&feed, "none.jsonl", &feed, "--output", &out]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    assert_eq!(ids(&fs::read(desk.path("out.jsonl")).unwrap()), ["a", "c", "a", "a", "c", "a"]);
    assert!(said(&output).contains("\n12 read = 6 screened + 6 skipped (4 no text, 2 not JSON)\n"));
    assert!(said(&output).contains("\n3 of the screened have the words of an earlier post\n"));
    assert_eq!(desk.names(), ["out.jsonl", "out.run.json", "week.jsonl"]);
}

#[test]
fn an_output_that_cannot_be_is_refused() {
    let desk = Desk::new();
    let feed = desk.file("week.jsonl", BROKEN);
    fs::create_dir(desk.path("folder")).unwrap();
    for (out, why) in [
        ("./week.jsonl", "--output ./week.jsonl: is one of the feeds and would be overwritten; name another file"),
        ("folder/../week.jsonl", "is one of the feeds"),
        ("folder", "--output folder: is a folder; name a file in it"),
        ("none/out.jsonl", "--output none/out.jsonl: no file can be written there: "),
    ] {
        let output = desk.scan(&[&feed, "-o", out]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    assert_eq!(fs::read_to_string(desk.path("week.jsonl")).unwrap(), BROKEN);
}

#[test]
fn an_empty_feed_has_an_empty_output() {
    let desk = Desk::new();
    let feed = desk.file("week.jsonl", "");
    let output = desk.scan(&[&feed, "-o", "out.jsonl"]);
    assert_eq!((output.status.code(), fs::read(desk.path("out.jsonl")).unwrap().len()), (Some(0), 0));
    assert!(said(&output).starts_with("0 read = 0 screened + 0 skipped\n"), "{}", said(&output));
}

#[test]
fn the_exit_code_says_the_worst() {
    let desk = Desk::new();
    let feed = desk.file("week.txt", "Shame on the pool.\n");
    let code = |args: &[&str]| desk.scan(&[&["week.txt"], args].concat()).status.code();
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--fail-on", "hold"]), Some(0));
    assert_eq!(code(&["--fail-on", "review"]), Some(1));
    assert_eq!(code(&["none.txt", "--fail-on", "review"]), Some(3));
    let quiet = desk.scan(&[&feed, "-q", "--fail-on", "note"]);
    assert_eq!((quiet.status.code(), said(&quiet).as_str()), (Some(1), ""));
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    fn spawn(desk: &Desk, args: &[&str]) -> Child {
        Command::new(assert_cmd::cargo::cargo_bin!("crossbench"))
            .current_dir(desk.0.path())
            .args([&["scan", "--rules-only"], args].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits until `done`, at most a minute.
    fn wait_until(done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn an_interruption_before_the_first_verdict_leaves_no_trace() {
        let desk = Desk::new();
        let mut child = spawn(&desk, &["-", "-o", "out.jsonl"]);
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"The pool is closed.\n").unwrap(); // and the feed stays open
        wait_until(|| desk.names().iter().any(|name| name == "out.jsonl.journal"));
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        assert_eq!(said(&output), "crossbench: interrupted after 0 posts; out.jsonl is not written\n");
        assert_eq!(desk.names(), Vec::<String>::new());
    }

    #[test]
    fn a_reader_who_has_enough_is_no_fault() {
        let desk = Desk::new();
        let all = desk.file("all.jsonl", feed(3000));
        let mut child = spawn(&desk, &[&all]);
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert_eq!(ids(first.as_bytes()), ["p0"]);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
    }

    #[test]
    fn an_output_is_private_unless_it_was_not() {
        let desk = Desk::new();
        let feed = desk.file("week.jsonl", BROKEN);
        let mode = |name: &str| fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777;
        desk.scan(&[&feed, "-o", "new.jsonl"]);
        assert_eq!(mode("new.jsonl"), 0o600);
        desk.file("old.jsonl", "");
        fs::set_permissions(desk.path("old.jsonl"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("old.jsonl", desk.path("link.jsonl")).unwrap();
        desk.scan(&[&feed, "-o", "link.jsonl"]);
        assert_eq!((mode("old.jsonl"), fs::read(desk.path("old.jsonl")).unwrap().is_empty()), (0o640, false));
        assert!(fs::symlink_metadata(desk.path("link.jsonl")).unwrap().is_symlink());
    }

    #[test]
    fn a_pipe_is_written_to_and_not_replaced() {
        let desk = Desk::new();
        let feed = desk.file("week.jsonl", BROKEN);
        let pipe = desk.path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        desk.scan(&[&feed, "-o", "pipe"]);
        assert_eq!(ids(&reader.join().unwrap()), ["a", "c", "a"]);
        assert!(!fs::metadata(Path::new(&pipe)).unwrap().is_file());
    }
}
