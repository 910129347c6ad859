//! `eval`, `fit` and `encode` from the outside, on small files written for them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const LABELLED: &str = r#"{"id":"t1","source":"police_tweet","text":"Our front counter is open from 9am to 5pm on weekdays.","controversy":0,"misleading":0,"reasons":"-"}
{"id":"t2","source":"police_tweet","text":"Flood warning issued for the river at the old mill this evening.","controversy":0,"misleading":0,"reasons":"-"}
{"id":"t3","source":"party_ad","text":"Only a fool would trust the Labour Party with our money. Vote Conservative!","controversy":2,"misleading":0,"reasons":"P"}
{"id":"t4","source":"party_ad","text":"Our world-leading plan has created more jobs than any other country.","controversy":1,"misleading":1,"reasons":"G s"}
{"id":"t5","source":"party_ad","text":"Nobody will ever lose out, thanks to our deal. This is 100% guaranteed.","controversy":1,"misleading":2,"reasons":"C a"}
{"id":"s1","text":"Les bureaux seront fermés lundi prochain en raison des travaux dans la rue principale.","controversy":0,"misleading":0,"reasons":"-"}
"#;

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(verb: &str, file: &Path, rest: &[&str]) -> Output {
    cargo_bin_cmd!("crossbench").arg(verb).arg(file).args(rest).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn eval_prints_both_dimensions_and_counts_what_it_left_out() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "labelled.jsonl", LABELLED);
    let output = run("eval", &file, &[]);
    let printed = out(&output);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(printed.contains("controversy: 5 posts (2 clear, 2 review, 1 hold), 1 unscreened"), "{printed}");
    assert!(printed.contains("misleading: 5 posts (3 clear, 1 review, 1 hold), 1 unscreened"), "{printed}");
    for name in ["AUC of risk", "macro-F1", "police_tweet", "official voice"] {
        assert!(printed.contains(name), "{name}: {printed}");
    }
}

#[test]
fn eval_as_json_has_the_same_keys_in_the_same_order() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "labelled.jsonl", LABELLED);
    let printed = out(&run("eval", &file, &["--json"]));
    assert_eq!(printed, out(&run("eval", &file, &["--json"])));
    let report: Value = serde_json::from_str(&printed).unwrap();
    let keys: Vec<&str> = report["dimensions"]["misleading"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["labels", "unscreened", "rules", "model", "fused", "reasons"]);
    assert_eq!(report["dimensions"]["controversy"]["labels"], json!([2, 2, 1]));
    assert_eq!((&report["unscreened"], &report["sources"][1]["source"]), (&json!(1), &json!("police_tweet")));
}

#[test]
fn a_line_that_cannot_be_read_is_named_counted_and_not_quoted() {
    let folder = TempDir::new().unwrap();
    let broken = "{\"text\":\"a secret draft\",\"controversy\":5}\n{\"text\":\"a secret\n";
    let file = write(&folder, "labelled.jsonl", &format!("{LABELLED}{broken}"));
    let output = run("eval", &file, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains(":7: field `controversy`: must be 0, 1 or 2"), "{}", err(&output));
    assert!(err(&output).contains(":8: the JSON ends early") && !err(&output).contains("secret"), "{}", err(&output));
    assert!(out(&output).contains("2 lines unread"));
}

#[test]
fn a_file_without_labels_is_an_error() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "plain.jsonl", "{\"text\":\"a secret draft\"}\n");
    let output = run("eval", &file, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("no line holds a text and a label") && !err(&output).contains("secret"));
}

#[test]
fn encode_writes_ids_in_place_of_words() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "labelled.jsonl", LABELLED);
    let output = run("encode", &file, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("6 lines: 5 written, 1 unscreened, 0 unread; 0 cut"), "{}", err(&output));
    let printed = out(&output);
    let first: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    let keys: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "ids", "source", "controversy", "misleading", "reasons"]);
    assert!(first["ids"].as_array().unwrap().len() > 10);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/crossbench-l4/tokenizer.json");
    assert_eq!(printed, out(&run("encode", &file, &["--tokenizer", own.to_str().unwrap()])));
}

/// Posts `t0`… with labels from 0 to 2, and logits that tell them apart.
fn training(folder: &TempDir, n: usize) -> (PathBuf, PathBuf) {
    let (mut posts, mut logits) = (String::new(), String::new());
    for at in 0..n {
        let label = at % 3;
        let reasons = ["-", "G k", "P a"][label];
        let text = format!("The desk in room {at} opens at nine and closes at five.");
        let post = json!({"id": format!("t{at}"), "text": text, "controversy": label, "misleading": label, "reasons": reasons});
        let flag = [-3.0, 1.0, 4.0][label];
        let hold = [-6.0, -2.0, 2.0][label];
        let values: Vec<f64> = [flag, hold, flag, hold].into_iter().chain([-3.0; 20]).collect();
        writeln!(posts, "{post}").unwrap();
        writeln!(logits, "{}", json!({"id": format!("t{at}"), "logits": values})).unwrap();
    }
    (write(folder, "train.jsonl", &posts), write(folder, "logits.jsonl", &logits))
}

const MANIFEST: &str = r#"name = "toy"
version = "1"
description = "a toy"
base = "none"
licence = "MIT"
window = 16
passage = 8

[files] # kept
"calibration.json" = "00"
"config.json" = "11"
"#;

#[test]
fn fit_writes_the_calibration_and_its_hash() {
    let folder = TempDir::new().unwrap();
    let (posts, logits) = training(&folder, 60);
    let manifest = write(&folder, "manifest.toml", MANIFEST);
    let rest = ["--logits", logits.to_str().unwrap(), "--ids", "t", "--model", folder.path().to_str().unwrap()];
    let output = run("fit", &posts, &rest);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("60 posts: 60 used, 0 without logits, 0 unscreened"), "{}", out(&output));
    let written = std::fs::read_to_string(folder.path().join("calibration.json")).unwrap();
    let hash: String = Sha256::digest(written.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    assert_eq!(std::fs::read_to_string(manifest).unwrap(), MANIFEST.replace("\"00\"", &format!("\"{hash}\"")));
    let calibration: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(calibration["fitted_on"], "60 posts drawn at random, with held-out logits");
    assert!(written.ends_with("}\n"));
}

#[test]
fn gates_are_set_on_posts_without_labels_and_the_rest_of_the_calibration_stays() {
    let folder = TempDir::new().unwrap();
    let (posts, logits) = training(&folder, 60);
    write(&folder, "manifest.toml", MANIFEST);
    let model = folder.path().to_str().unwrap().to_owned();
    assert_eq!(run("fit", &posts, &["--logits", logits.to_str().unwrap(), "--model", &model]).status.code(), Some(0));
    let calibration = || -> Value {
        serde_json::from_slice(&std::fs::read(folder.path().join("calibration.json")).unwrap()).unwrap()
    };
    let mut before = calibration();

    let (mut texts, mut read) = (String::new(), String::new());
    for at in 0..40 {
        let [early, flag] = if at % 4 == 0 { [1.0, 6.0] } else { [f64::from(at % 4) - 3.5, -6.0] };
        writeln!(texts, "{}", json!({"id": format!("u{at}"), "text": "The desk opens at nine."})).unwrap();
        let values: Vec<f64> = [flag, flag, flag, flag].into_iter().chain([-3.0; 20]).collect();
        let exits = json!({"2": [early, -9.0, early, -9.0]});
        writeln!(read, "{}", json!({"id": format!("u{at}"), "logits": values, "exits": exits})).unwrap();
    }
    let texts = write(&folder, "texts.jsonl", &texts);
    let read = write(&folder, "read.jsonl", &read);
    let output = run("fit", &texts, &["--gates-alone", "--logits", read.to_str().unwrap(), "--model", &model]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("after layer 2, 75 % of posts leave"), "{}", out(&output));
    assert!(out(&output).contains("of 10 held-out posts"), "{}", out(&output));
    let after = calibration();
    assert_eq!(after["early"]["gates"], json!([{"after": 2, "below": 1.0}]));
    before["early"] = after["early"].clone();
    assert_eq!(before, after);

    let output = run("fit", &texts, &["--logits", read.to_str().unwrap(), "--model", &model]);
    assert!(err(&output).contains("no line holds a text and a label"), "{}", err(&output));
}

#[test]
fn fit_refuses_logits_of_unknown_posts() {
    let folder = TempDir::new().unwrap();
    let (posts, _) = training(&folder, 3);
    let other = TempDir::new().unwrap();
    let (_, logits) = training(&other, 6);
    let rest = ["--logits", logits.to_str().unwrap(), "--model", folder.path().to_str().unwrap()];
    let output = run("fit", &posts, &rest);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("3 ids are not in the labelled file, first `t3`"), "{}", err(&output));
}

#[test]
fn a_swap_is_measured_and_names_no_text() {
    let folder = TempDir::new().unwrap();
    let secret = r#"{"id":"a","text":"Only Labour can save the secret hospital.","controversy":2,"misleading":0}"#;
    let file = write(&folder, "labelled.jsonl", secret);
    let printed = out(&run("eval", &file, &["--swap"]));
    assert!(printed.contains("parties") && printed.contains("same level") && !printed.contains("secret"), "{printed}");
    let report: Value = serde_json::from_str(&out(&run("eval", &file, &["--swap", "--json"]))).unwrap();
    assert_eq!((&report["all"]["groups"], &report["all"]["same_level"]), (&json!(1), &json!(1)));
    assert!(report["parties"].as_array().unwrap().len() > 50);
}
