//! Findings that somebody lets stay, with a reason, and what is told where that fails.

use assert_cmd::Command;
use serde_json::Value;

const SLOGAN: &str = "Our play opens tonight: Stick to the Plan.";

fn check(args: &[&str], draft: &str) -> (Value, String) {
    let mut command = Command::cargo_bin("crossbench").unwrap();
    let output = command.args(["check", "--format", "json"]).args(args).arg("-").write_stdin(draft).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (serde_json::from_slice(&output.stdout).unwrap_or(Value::Null), said)
}

fn rules(draft: &str) -> Value {
    check(&["--rules-only"], draft).0
}

#[test]
fn a_marker_with_a_reason_silences_and_stays_in_the_json() {
    let verdict = rules(&format!("{SLOGAN} <!-- crossbench: ignore party/slogan because it is the title -->"));
    assert_eq!(verdict["verdict"], "clear");
    let finding = &verdict["findings"][0];
    assert_eq!((&finding["rule"], &finding["level"]), (&Value::from("party/slogan"), &Value::from("hold")));
    assert_eq!(finding["suppressed"]["reason"], "it is the title");
    assert_eq!(finding["suppressed"]["place"], "line 1");
    assert!(verdict.get("notices").is_none());
}

#[test]
fn a_marker_reaches_its_paragraph_and_no_further() {
    let marker = "crossbench:ignore[party/slogan] it is the title";
    assert_eq!(rules(&format!("{marker}\n{SLOGAN}\nBook now."))["verdict"], "clear");
    assert_eq!(rules(&format!("{marker}\nBook now.\n\n{SLOGAN}"))["verdict"], "hold");
    assert_eq!(rules(&format!("{SLOGAN}\n\n{marker}\nBook now."))["verdict"], "hold");
}

#[test]
fn what_a_marker_lacks_is_told_and_it_does_nothing() {
    for (draft, problem) in [
        (format!("{SLOGAN} <!-- crossbench: ignore party/slogan -->"), "gives no reason"),
        (format!("{SLOGAN} <!-- crossbench: ignore party/slogn because x -->"), "did you mean `party/slogan`?"),
        (format!("{SLOGAN} <!-- crossbench: off -->"), "names no rule"),
    ] {
        let verdict = rules(&draft);
        assert_eq!(verdict["verdict"], "hold", "{draft}");
        let told = verdict["notices"][0]["problem"].as_str().unwrap();
        assert!(told.contains(problem), "{told}");
    }
    let unused = rules("The hall is open. <!-- crossbench: ignore party/slogan because of the play -->");
    assert_eq!(unused["verdict"], "clear");
    assert!(unused["notices"][0]["problem"].as_str().unwrap().contains("stops at nothing here"));
}

#[test]
fn the_same_words_in_prose_do_nothing() {
    let verdict =
        rules(&format!("{SLOGAN} We write crossbench:ignore[party/slogan] for that, and crossbench: ignore it."));
    assert_eq!(verdict["verdict"], "hold");
    assert!(verdict.get("notices").is_none() && verdict["findings"][0].get("suppressed").is_none());
}

#[test]
fn a_finding_of_the_model_can_be_suppressed_too() {
    let draft = "I cannot believe how badly ministers have handled this whole sorry business.";
    let (stopped, _) = check(&[], draft);
    let of_model = |verdict: &Value| {
        let ids = verdict["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap().to_owned());
        ids.filter(|id| id.starts_with("model/")).collect::<Vec<_>>()
    };
    let ids = of_model(&stopped);
    assert!(!ids.is_empty(), "{stopped}");
    let (let_stay, _) =
        check(&[], &format!("{draft} <!-- crossbench: ignore {} because it is a quiz -->", ids.join(", ")));
    let findings = let_stay["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .filter(|f| f["rule"].as_str().unwrap().starts_with("model/"))
            .all(|f| f["suppressed"].is_object())
    );
    assert!(let_stay["controversy"]["risk"].as_f64().unwrap() > 0.3, "the score stays: {let_stay}");
    let counting = findings.iter().filter(|f| f["dimension"] == "controversy" && f.get("suppressed").is_none()).count();
    assert!(counting > 0 || let_stay["controversy"]["level"] == "clear", "{let_stay}");
}

#[test]
fn a_file_beside_it_names_rule_and_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("suppressions.toml");
    let fingerprint = rules(SLOGAN)["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let entry = |expires: &str| {
        let text = format!(
            "# ours\n[[suppress]]\nrule = \"party/slogan\"\nfinding = \"{fingerprint}\"\nreason = \"the title of a play\"\napprover = \"head of news\"\n{expires}"
        );
        std::fs::write(&path, text).unwrap();
        check(&["--rules-only", "--suppressions", path.to_str().unwrap()], SLOGAN)
    };
    let (verdict, said) = entry("");
    assert_eq!(verdict["verdict"], "clear", "{said}");
    assert_eq!(verdict["findings"][0]["suppressed"]["approver"], "head of news");
    assert!(said.is_empty(), "{said}");
    let (verdict, said) = entry("expires = \"2020-01-31\"\n");
    assert_eq!(verdict["verdict"], "hold");
    assert!(said.contains("suppressions.toml:2: the suppression of party/slogan expired on 2020-01-31"), "{said}");
    // spacing and case do not make another finding, other words do
    let args = ["--rules-only", "--suppressions", path.to_str().unwrap()];
    entry("");
    assert_eq!(check(&args, "Our play opens  tonight: STICK to the plan!").0["verdict"], "clear");
    let (verdict, said) = check(&args, "Our play closes tonight: Stick to the Plan.");
    assert_eq!(verdict["verdict"], "hold");
    assert!(said.contains("suppressions.toml:2: the suppression of party/slogan matched nothing here"), "{said}");
}

#[test]
fn a_broken_file_names_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("suppressions.toml");
    let head = "[[suppress]]\nrule = \"party/slogan\"\nfinding = \"0123456789abcdef\"\n";
    for (text, place) in [
        (format!("{head}approver = \"a\"\n"), ":1: missing field `reason`"),
        (format!("{head}reason = \"a\"\n"), ":1: missing field `approver`"),
        (format!("{head}reason = \" \"\napprover = \"a\"\n"), ":1: reason: is empty"),
        (format!("{head}reason = \"a\"\napprover = \"a\"\nuntil = 3\n"), ":6: unknown field `until`"),
        (format!("{head}reason = \"a\"\napprover = \"a\"\nexpires = \"June\"\n"), ":6: "),
        ("\n[[suppress]]\nrule = \"party/slogn\"\nfinding = \"0123456789abcdef\"\nreason = \"a\"\napprover = \"a\"\n".to_owned(), ":2: rule: no rule `party/slogn`; did you mean `party/slogan`?"),
        ("[[suppress]]\nrule = \"party/slogan\"\nfinding = \"all\"\nreason = \"a\"\napprover = \"a\"\n".to_owned(), ":1: finding: `all` is no fingerprint"),
    ] {
        std::fs::write(&path, &text).unwrap();
        let (_, said) = check(&["--rules-only", "--suppressions", path.to_str().unwrap()], SLOGAN);
        assert!(said.contains(&format!("suppressions.toml{place}")), "{text}\n{said}");
    }
    let (_, said) = check(&["--rules-only", "--suppressions", "none.toml"], SLOGAN);
    assert!(said.contains("none.toml"), "{said}");
}
