//! Who and when: which rules bind depends on the account and on the day.

use assert_cmd::Command;
use serde_json::Value;

const LAUNCH: &str = "Today we are launching a new £20 million scheme for village halls.";

fn crossbench(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("crossbench").unwrap();
    command.args(args);
    command
}

fn check(args: &[&str], draft: &str) -> Value {
    let output = crossbench(&["check", "--rules-only", "--format", "json"]).args(args).arg(draft).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn election_rules(verdict: &Value) -> usize {
    let findings = verdict["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["poll"]["id"] == "general-2024").count()
}

#[test]
fn a_day_before_an_election_brings_its_rules() {
    let within = check(&["--account", "department", "--date", "2024-06-09"], LAUNCH);
    assert_eq!(within["date"], "2024-06-09");
    assert_eq!(within["periods"][0]["id"], "general-2024");
    assert!(election_rules(&within) > 0 && within["verdict"] == "hold", "{within}");
    let after = check(&["--account", "department", "--date", "2024-12-01"], LAUNCH);
    assert!(after.get("periods").is_none() && election_rules(&after) == 0, "{after}");
}

#[test]
fn each_post_of_a_feed_is_judged_on_its_own_day() {
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("feed.jsonl");
    let line = |id: &str, time: &str| serde_json::json!({"id": id, "text": LAUNCH, "created_at": time}).to_string();
    let lines =
        [line("in", "Sun Jun 09 10:00:00 +0000 2024"), line("out", "2024-12-01T10:00:00Z"), line("odd", "soon")];
    std::fs::write(&feed, lines.join("\n")).unwrap();
    let output = crossbench(&["scan", "--rules-only", "--date", "2024-06-10"]).arg(&feed).output().unwrap();
    let verdicts: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let days: Vec<&str> = verdicts.iter().map(|verdict| verdict["date"].as_str().unwrap()).collect();
    assert_eq!(days, ["2024-06-09", "2024-12-01", "2024-06-10"]);
    let stopped: Vec<bool> = verdicts.iter().map(|verdict| election_rules(verdict) > 0).collect();
    assert_eq!(stopped, [true, false, true]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1 post has a time that cannot be read as a day; judged as of 10 June 2024"), "{said}");
}

#[test]
fn the_calendar_says_what_applies_and_why() {
    let said = |args: &[&str]| String::from_utf8(crossbench(args).output().unwrap().stdout).unwrap();
    let within = said(&["calendar", "2024-06-09"]);
    for part in ["general election of 4 July 2024", "25 May 2024", "General election guidance 2024", "election/"] {
        assert!(within.contains(part), "`{part}` is missing in:\n{within}");
    }
    let without = said(&["calendar", "2024-12-01"]);
    assert!(without.contains("no pre-election period") && without.contains("4 July 2024"), "{without}");
    assert!(said(&["calendar", "2022-04-01", "--account", "council"]).contains("14 March 2022"));
    assert!(!said(&["calendar", "2022-03-20", "--account", "department"]).contains("is in the period"));
    let all: Value = serde_json::from_str(&said(&["calendar", "--all", "--json"])).unwrap();
    assert!(all.as_array().unwrap().len() > 60);
    crossbench(&["calendar", "2024-13-01"]).assert().code(2);
}

#[test]
fn the_calendar_says_who_held_which_office() {
    let said = |args: &[&str]| String::from_utf8(crossbench(args).output().unwrap().stdout).unwrap();
    let within = said(&["calendar", "2024-06-09"]);
    let (periods, offices) = within.split_once("\nIn office on 9 June 2024:\n").unwrap();
    assert!(periods.contains("general election of 4 July 2024"), "{within}");
    let row = |office: &str| offices.lines().find(|line| line.starts_with(&format!("  {office}  "))).unwrap();
    assert!(row("Prime Minister").contains("  Rishi Sunak"), "{offices}");
    assert!(row("Leader of the Opposition").ends_with("  since 4 April 2020"), "{offices}");
    assert!(offices.lines().last().unwrap().contains("from general knowledge"), "{offices}");
    let months = said(&["calendar", "2024-09-15"]);
    assert!(months.contains("until September 2024 (day not known)"), "{months}");
    let later = said(&["calendar", "2026-11-22"]);
    assert!(later.contains("In office on 22 November 2026, as last known in February 2026:"), "{later}");
    assert!(
        !said(&["calendar", "1990-01-01"]).contains("In office") && !said(&["calendar", "--all"]).contains("In office")
    );

    let day: Value = serde_json::from_str(&said(&["calendar", "2022-09-06", "--json"])).unwrap();
    assert!(day["date"] == "2022-09-06" && day["periods"].as_array().unwrap().is_empty(), "{day}");
    let prime: Vec<_> =
        day["offices"].as_array().unwrap().iter().filter(|held| held["office"] == "Prime Minister").collect();
    let days: Vec<_> = prime.iter().map(|held| [&held["name"], &held["from"], &held["to"]]).collect();
    assert_eq!(
        days,
        [["Boris Johnson", "2019-07-24", "2022-09-06"], ["Liz Truss", "2022-09-06", "2022-10-25"]],
        "{day}"
    );
    assert!(prime.iter().all(|held| held["certain"] == true && held["acting"] == false), "{day}");
}

#[test]
fn quoted_words_count_one_level_less_and_say_so() {
    let own = check(&[], "Let's stick to the plan.");
    let quoted = check(&[], "The Minister said: \"We will stick to the plan.\"");
    assert_eq!((&own["verdict"], &quoted["verdict"]), (&Value::from("hold"), &Value::from("review")));
    assert_eq!(quoted["findings"][0]["lowered"], "quoted");
    assert!(quoted["findings"][0]["message"].as_str().unwrap().starts_with("may read as"));
    assert!(own["findings"][0]["message"].as_str().unwrap().starts_with("reads as"));
}
