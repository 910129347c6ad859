//! `check --suggest`: safer wording as a difference, and what is left to ask.

use assert_cmd::Command;
use serde_json::Value;

fn stdout(args: &[&str]) -> String {
    let mut command = Command::cargo_bin("crossbench").unwrap();
    String::from_utf8(command.args(["check", "--rules-only", "--suggest"]).args(args).output().unwrap().stdout).unwrap()
}

#[test]
fn a_known_wording_is_put_in_its_place() {
    let report = stdout(&["Doors open at six.\nIllegal migrants may not apply."]);
    assert!(report.contains("- Illegal migrants may not apply."), "{report}");
    assert!(report.contains("+ People who arrive without permission may not apply."), "{report}");
    assert!(!report.contains("- Doors") && !report.contains("+ Doors"), "{report}");
    let object: Value =
        serde_json::from_str(&stdout(&["--format", "json", "Illegal migrants may not apply."])).unwrap();
    assert_eq!(object["suggestion"], "People who arrive without permission may not apply.");
}

#[test]
fn where_no_wording_is_known_the_writer_is_asked() {
    let report = stdout(&["Thefts are down 20%."]);
    assert!(report.lines().any(|line| line.trim_start().starts_with("? ") && line.ends_with('?')), "{report}");
    assert!(stdout(&["The hall is open."]).contains("nothing to mend"));
}
