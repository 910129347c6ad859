//! Every wire object follows the schema in `docs/`.

use crossbench::post::Post;
use crossbench::screener::Screener;
use crossbench::wire::Wire;
use serde_json::{Value, json};

use crate::drafts::DRAFTS;

fn validator() -> jsonschema::Validator {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verdict.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn objects(screener: &Screener, explain: bool, without_text: bool) -> Vec<Value> {
    let wire = Wire::new(screener).explained(explain).without_text(without_text).suggesting(!without_text);
    let dated = |draft: &&str| Post { time: Some("2024-06-09".to_owned()), ..Post::new("a", *draft) };
    let verdicts = DRAFTS.iter().map(|draft| screener.screen(&dated(draft)).unwrap());
    verdicts.map(|verdict| serde_json::to_value(wire.of(&verdict)).unwrap()).collect()
}

#[test]
fn every_kind_of_verdict_follows_it() {
    let validator = validator();
    let model = Screener::built_in().unwrap().explaining(true);
    let rules = Screener::rules_only().unwrap();
    for (screener, explain, without_text) in
        [(&model, true, false), (&model, false, true), (&rules, false, false), (&rules, true, true)]
    {
        for object in objects(screener, explain, without_text) {
            let faults: Vec<String> =
                validator.iter_errors(&object).map(|fault| format!("{} {fault}", fault.instance_path())).collect();
            assert!(faults.is_empty(), "{faults:?}");
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_verdict() {
    let validator = validator();
    let mut object = objects(&Screener::rules_only().unwrap(), false, false).remove(0);
    assert!(validator.is_valid(&object));
    object["verdict"] = json!("fine");
    assert!(!validator.is_valid(&object));
}

#[test]
fn without_text_no_word_of_the_draft_is_left() {
    let screener = Screener::built_in().unwrap().explaining(true);
    for (draft, object) in DRAFTS.iter().zip(objects(&screener, true, true)) {
        assert!(object["findings"].as_array().unwrap().iter().all(|finding| finding.get("quote").is_none()));
        let whole = object.to_string();
        for words in draft.split_whitespace().collect::<Vec<_>>().windows(4) {
            let words = words.join(" ");
            assert!(!whole.contains(&words), "`{words}` is in the output");
        }
    }
}
