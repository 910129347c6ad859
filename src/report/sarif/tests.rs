//! The log as others read it: by the types that are made from the official schema.

use serde_json::Value;

use super::*;
use crate::report::issue::UNSCREENED;
use crate::report::samples::{Finding, Sample, every_kind, finding, run, text};
use serde_json::json;

fn log(samples: Vec<Sample>, suppressed: bool, limit: usize) -> Value {
    let text = text(|out| Sarif::new(out, suppressed, limit), samples, &run());
    let log: Value = serde_json::from_str(&text).unwrap();
    checked(&log);
    log
}

/// A property that the schema does not know, or one of another type, is lost or refused
/// on the way through its types.
fn checked(log: &Value) {
    let typed: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).unwrap();
    assert_eq!(&serde_json::to_value(typed).unwrap(), log);
    let one = &log["runs"][0];
    assert_eq!(one["columnKind"], "utf16CodeUnits");
    let rules = one["tool"]["driver"]["rules"].as_array().unwrap();
    for result in one["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(uri.is_null() || !uri.as_str().unwrap().contains([' ', ':']), "{uri}");
    }
    let ids: std::collections::BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len());
}

fn results(log: &Value) -> Vec<(String, String, String)> {
    let part = |result: &Value, key: &str| result[key].as_str().unwrap().to_owned();
    let of = |result: &Value| {
        let id = result["locations"][0]["logicalLocations"][0]["name"].as_str().unwrap().to_owned();
        (id, part(result, "ruleId"), part(result, "level"))
    };
    log["runs"][0]["results"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn every_kind_of_post_is_a_valid_result_in_the_order_of_the_input() {
    let log = log(every_kind(), true, 100);
    let results = results(&log);
    let level_of = |id: &str| &results.iter().find(|(of, ..)| of == id).unwrap().2;
    assert_eq!([level_of("n0"), level_of("n1"), level_of("n2")], ["note", "warning", "error"]);
    assert_eq!([level_of("foreign"), level_of("lone")], ["note", "warning"]);
    assert!(results.iter().all(|(id, ..)| id != "clear"));
    let ids: Vec<&str> = results.iter().map(|(id, ..)| id.as_str()).collect();
    let order = ["n0", "n8", "lone", "foreign", "stays", "archived", "bare", "hidden"];
    let places = order.map(|id| ids.iter().position(|of| *of == id).unwrap());
    assert!(places.is_sorted(), "{ids:?}");
    assert!(results.contains(&("foreign".into(), UNSCREENED.into(), "note".into())));
}

#[test]
fn columns_are_those_of_the_line_in_plain_text_only() {
    let found = || finding("polemic/a", Level::Hold, "farce");
    let at =
        |file: &str| Sample::new("a", "😀 a farce.").finds(found()).with("place", json!({"file": file, "line": 3}));
    let log = log(vec![at("feed.txt"), at("feed.jsonl")], true, 100);
    let region = |at: usize| &log["runs"][0]["results"][at]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(*region(0), json!({"startLine": 3, "startColumn": 6, "endLine": 3, "endColumn": 11}));
    assert_eq!(*region(1), json!({"startLine": 3}));
    let fix = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(*fix, json!({"deletedRegion": region(0), "insertedContent": {"text": "delay"}}));
    assert!(log["runs"][0]["results"][1].get("fixes").is_none());
}

#[test]
fn what_stands_in_an_archive_is_named_by_member_and_item() {
    let log = log(every_kind(), true, 100);
    let of = |id: &str| {
        let all = log["runs"][0]["results"].as_array().unwrap().iter();
        all.map(|result| &result["locations"][0]).find(|l| l["logicalLocations"][0]["name"] == id).unwrap()
    };
    let archived = of("archived");
    assert_eq!(archived["physicalLocation"]["artifactLocation"]["uri"], "my%20archive.zip");
    assert!(archived["physicalLocation"].get("region").is_none());
    assert_eq!(archived["logicalLocations"][0]["fullyQualifiedName"], "my archive.zip!data/tweets.js/record 12");
    assert!(of("bare").get("physicalLocation").is_none());
    assert_eq!(of("piped")["physicalLocation"]["artifactLocation"]["uri"], "-");
}

#[test]
fn what_may_stay_is_marked_or_left_out() {
    let stays = || vec![Sample::new("a", "A farce.").finds(finding("a/b", Level::Hold, "farce").suppressed("a title"))];
    let marked = log(stays(), true, 100);
    let result = &marked["runs"][0]["results"][0];
    let expected = json!([{"kind": "external", "status": "accepted", "justification": "a title (duty editor)"}]);
    assert_eq!(result["suppressions"], expected);
    assert!(result.get("fixes").is_none());
    let omitted = log(stays(), false, 100);
    assert_eq!(omitted["runs"][0]["results"], json!([]));
    assert_eq!(omitted["runs"][0]["tool"]["driver"]["rules"], json!([]));
}

#[test]
fn beyond_the_limit_the_worst_are_kept_and_a_notification_says_so() {
    let post = |at: usize, level| Sample::new(&format!("p{at}"), "Words.").judged(level, 0.5);
    let levels = [Level::Note, Level::Hold, Level::Review, Level::Note, Level::Review];
    let stays = Sample::new("s", "A farce.").finds(finding("a/b", Level::Hold, "farce").suppressed("a title"));
    let mut posts = vec![stays];
    posts.extend(levels.into_iter().enumerate().map(|(at, level)| post(at, level)));
    let log = log(posts, true, 3);
    let ids: Vec<String> = results(&log).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(ids, ["p1", "p2", "p4"]);
    let notifications = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let of = |id: &str| notifications.iter().find(|n| n["descriptor"]["id"] == id).unwrap()["message"]["text"].clone();
    assert_eq!(of("crossbench/limit"), "3 results of lesser weight left out: the limit is reached");
    assert_eq!(of("crossbench/skipped"), "2 records without a verdict: too long");
    assert_eq!(of("crossbench/unread"), "gone.csv: no such file");
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_rule_says_what_its_findings_say() {
    let note = Sample::new("a", "A farce.").finds(finding("a/b", Level::Note, "farce"));
    let hold = Sample::new("b", "A farce.").finds(finding("a/b", Level::Hold, "farce"));
    let log = log(vec![note, hold], true, 100);
    let expected = json!([{
        "id": "a/b",
        "shortDescription": {"text": "heated words"},
        "defaultConfiguration": {"level": "error"},
        "fullDescription": {"text": "Heat argues."},
        "help": {
            "text": "Say what happened.\nAsk: What happened?\nSource: Propriety, test 2",
            "markdown": "Say what happened.\n\nAsk: What happened?\n\n- [Propriety, test 2](https://e.example/p?a=%28b%29)",
        },
        "helpUri": "https://e.example/p?a=(b)",
        "properties": {"tags": ["controversy"]},
    }]);
    // The level of the post as a whole is higher than that of its note: no rule of its own.
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(json!(rules.iter().filter(|rule| rule["id"] == "a/b").collect::<Vec<_>>()), expected);
}

#[test]
fn a_message_holds_no_link_and_no_argument() {
    assert_eq!(message(r"see [this](http://e.example) {0} \ }"), r"see \[this\](http://e.example) {{0}} \\ }}");
}
