//! `crossbench check` as a press officer, a script and a pipe use it.

use assert_cmd::Command;
use serde_json::Value;

use crate::drafts::LONG;

const RISKY: &str = "Household bills will come down because of our new energy plan.";
const PLAIN: &str = "The library on Mill Lane opens at 9am on Monday.";

fn check(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("crossbench").unwrap();
    command.arg("check").args(args);
    command
}

fn offset(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn stderr(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

#[test]
fn a_person_sees_verdict_words_rule_clause_and_advice() {
    let report = stdout(check(&[RISKY]).env("COLUMNS", "100"));
    for part in [
        "HOLD",
        "controversy",
        "misleading",
        "risk",
        "because of our new energy plan",
        "^^^^",
        "claims/credit-without-baseline",
        "Code of Practice for Statistics",
        "standard 2",
        "mend",
    ] {
        assert!(report.contains(part), "`{part}` is missing in:\n{report}");
    }
    assert!(!report.contains('\u{1b}'), "no colour outside a terminal");
}

#[test]
fn the_marks_stand_below_the_words() {
    let report = stdout(&mut check(&["--rules-only", "😀 Then, all together: let's stick to the plan!"]));
    let rows: Vec<&str> = report.lines().collect();
    let at = rows.iter().position(|row| row.contains("Then, all")).unwrap();
    let before = |row: &str, at: usize| unicode_width::UnicodeWidthStr::width(&row[..at]);
    let marks = before(rows[at + 1], rows[at + 1].find('^').unwrap());
    let words = before(rows[at], rows[at].find("let's").unwrap().min(rows[at].find("stick").unwrap()));
    let stick = before(rows[at], rows[at].find("stick").unwrap());
    assert!(marks == words || marks == stick, "{report}");
}

#[test]
fn exit_codes() {
    check(&[PLAIN]).assert().code(0);
    check(&[RISKY]).assert().code(1);
    check(&["--fail-on", "never", RISKY]).assert().code(0);
    check(&["--rules-only", "--fail-on", "hold", "We deserve credit for our world-leading work"]).assert().code(0);
    check(&["no-such-draft.txt"]).assert().code(2);
    check(&["--format", "xml", PLAIN]).assert().code(2);
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("draft.txt");
    std::fs::write(&broken, [0x50, 0xff, 0xfe, 0x20]).unwrap();
    check(&[broken.to_str().unwrap()]).assert().code(3);
    check(&[broken.to_str().unwrap(), RISKY]).assert().code(3);
}

#[test]
fn a_mistyped_file_is_not_judged_as_a_text() {
    let message = stderr(&mut check(&["drafts/friday.md"]));
    assert!(
        message.contains("drafts/friday.md") && message.contains("no such file") && message.contains("--text"),
        "{message}"
    );
}

#[test]
fn an_error_names_the_file_and_never_the_draft() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.txt");
    std::fs::write(&path, b"confidential words \xff").unwrap();
    let message = stderr(&mut check(&[path.to_str().unwrap()]));
    assert!(
        message.contains("secret.txt") && message.contains("UTF-8") && !message.contains("confidential"),
        "{message}"
    );
}

#[test]
fn files_and_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.txt");
    std::fs::write(&path, format!("\u{FEFF}{RISKY}\n")).unwrap();
    check(&[path.to_str().unwrap()]).assert().code(1);
    check(&["-"]).write_stdin(RISKY).assert().code(1);
    let both = stdout(check(&["-", path.to_str().unwrap(), "--format", "jsonl"]).write_stdin(PLAIN));
    let ids: Vec<Value> = both.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(ids, [Value::from("-"), Value::from(path.to_str().unwrap())]);
}

#[test]
fn json_is_one_object_or_an_array() {
    let one: Value = serde_json::from_str(&stdout(&mut check(&["--format", "json", RISKY]))).unwrap();
    assert_eq!(one["schema"], "crossbench/verdict/1");
    assert_eq!(one["verdict"], "hold");
    let span = &one["findings"][0]["span"];
    let (start, end) = (offset(&span["start"]), offset(&span["end"]));
    assert_eq!(RISKY[start..end], *one["findings"][0]["quote"].as_str().unwrap());
    let two: Value = serde_json::from_str(&stdout(&mut check(&["--format", "json", RISKY, PLAIN]))).unwrap();
    assert_eq!(two.as_array().unwrap().len(), 2);
}

#[test]
fn a_long_draft_says_which_passage_decided() {
    let report = stdout(check(&["-"]).write_stdin(LONG));
    assert!(report.contains("read in passages") && report.contains("decided"), "{report}");
    let object: Value = serde_json::from_str(&stdout(check(&["-", "--format", "json"]).write_stdin(LONG))).unwrap();
    let passage = &object["passage"];
    let (start, end) = (offset(&passage["start"]), offset(&passage["end"]));
    assert!(LONG[start..end].contains("last government"), "{}", &LONG[start..end]);
    assert_eq!(object["verdict"], "hold");
}

#[test]
fn rules_alone_give_no_probability() {
    let object: Value =
        serde_json::from_str(&stdout(&mut check(&["--rules-only", "--format", "json", RISKY]))).unwrap();
    assert!(object["misleading"]["risk"].is_null() && object["model"].is_null());
    assert_eq!(object["misleading"]["level"], "hold");
}

#[test]
fn explain_shows_scores_reasons_and_words() {
    let report = stdout(&mut check(&["--explain", RISKY]));
    for part in ["model alone", "rules alone", "together", "reasons", "what each word adds to misleading"] {
        assert!(report.contains(part), "`{part}` is missing in:\n{report}");
    }
    let object: Value = serde_json::from_str(&stdout(&mut check(&["--explain", "--format", "json", RISKY]))).unwrap();
    assert_eq!(object["explain"]["reasons"].as_array().unwrap().len(), 20);
    assert!(!object["explain"]["misleading"]["words"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_not_english_is_unscreened() {
    let welsh = "Mae'r cyngor wedi cyhoeddi ei gynllun ar gyfer y flwyddyn nesaf.";
    let object: Value = serde_json::from_str(&stdout(&mut check(&["--format", "json", welsh]))).unwrap();
    assert_eq!(object["verdict"], "unscreened");
    assert!(object["unscreened"].as_str().unwrap().contains("Welsh"));
    let empty: Value = serde_json::from_str(&stdout(check(&["--format", "json", "-"]).write_stdin(" \n"))).unwrap();
    assert_eq!(empty["verdict"], "unscreened");
}

#[test]
fn rules_explain_and_model_print_what_is_there() {
    let run = |args: &[&str]| stdout(Command::cargo_bin("crossbench").unwrap().args(args));
    let rules = run(&["rules"]);
    assert!(rules.contains("party/slogan") && rules.contains("rules;"), "{rules}");
    let rule = run(&["explain", "party/slogan"]);
    for part in ["Why", "Advice", "Sources", "propriety guidance", "What makes it fire", "Fires on", "Stays silent on"]
    {
        assert!(rule.contains(part), "`{part}` is missing in:\n{rule}");
    }
    assert!(run(&["explain", "model/S"]).contains("takes a side"));
    let typo = Command::cargo_bin("crossbench").unwrap().args(["explain", "party/slogans"]).output().unwrap();
    assert_eq!(typo.status.code(), Some(2));
    assert!(String::from_utf8(typo.stderr).unwrap().contains("did you mean `party/slogan`"));
    let model = run(&["model"]);
    assert!(model.contains("crossbench-l4") && model.contains("review from risk"), "{model}");
}
