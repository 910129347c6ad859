//! The authored posts and the readings are whole, and what is said of a post is never
//! said without a reason.

use std::collections::{BTreeMap, HashSet};

use crossbench::post::Post;
use crossbench::report::human::Human;
use crossbench::rules::{CODES, Dimension, Level, dimension};
use crossbench::screener::Screener;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    source: String,
    text: String,
    controversy: u8,
    misleading: u8,
    reasons: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    sha256: String,
    controversy: u8,
    misleading: u8,
    reasons: String,
}

fn lines<T: for<'de> Deserialize<'de>>(folder: &str) -> Vec<T> {
    let folder = format!("{}/data/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn reasons_fit(reasons: &str, controversy: u8, misleading: u8) -> bool {
    reasons.chars().all(|code| match dimension(code) {
        Some(Dimension::Controversy) => controversy > 0,
        Some(Dimension::Misleading) => misleading > 0,
        None => false,
    })
}

#[test]
fn authored_posts_are_many_and_cover_every_reason() {
    let cases: Vec<Case> = lines("cases");
    assert!(cases.len() >= 2000, "{}", cases.len());
    let distinct = |of: fn(&Case) -> &str| cases.iter().map(of).collect::<HashSet<_>>().len();
    assert_eq!((distinct(|case| &case.id), distinct(|case| &case.text)), (cases.len(), cases.len()));
    let mut given: BTreeMap<char, usize> = BTreeMap::new();
    for case in &cases {
        assert!(case.controversy <= 2 && case.misleading <= 2 && case.source == "authored", "{}", case.id);
        assert!(reasons_fit(&case.reasons, case.controversy, case.misleading), "{}", case.id);
        case.reasons.chars().for_each(|code| *given.entry(code).or_default() += 1);
    }
    for code in CODES {
        assert!(given.get(&code).is_some_and(|n| *n >= 10), "{code}: {given:?}");
    }
}

#[test]
fn readings_are_whole_and_hold_no_text() {
    let readings: Vec<Reading> = lines("readings");
    let names: HashSet<&str> = readings.iter().map(|reading| reading.sha256.as_str()).collect();
    assert_eq!(names.len(), readings.len());
    for Reading { sha256, controversy, misleading, reasons } in &readings {
        assert!(sha256.len() == 12 && sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{sha256}");
        assert!(*controversy <= 2 && *misleading <= 2 && reasons_fit(reasons, *controversy, *misleading), "{sha256}");
    }
}

#[test]
fn a_flag_has_words_and_a_reason_and_doubt_is_said() {
    let screener = Screener::built_in().unwrap();
    let cases: Vec<Case> = lines("cases");
    let posts: Vec<Post> = cases.iter().step_by(4).map(|case| Post::new(&*case.id, &*case.text)).collect();
    let human = Human::new(screener.catalogue(), 100);
    let mut doubts = 0;
    for verdict in screener.screen_batch(&posts).into_iter().map(Result::unwrap) {
        for d in Dimension::ALL {
            let judgement = verdict.judgements.of(d);
            let pointed = verdict
                .findings
                .iter()
                .any(|finding| finding.rule.dimension == d && finding.span.start < finding.span.end);
            assert!(judgement.level < Level::Review || pointed, "{}, {d}", verdict.id);
        }
        let unsure = Dimension::ALL.into_iter().any(|d| verdict.judgements.of(d).unsure);
        assert_eq!(unsure, human.report(&verdict).contains("The model does not know"), "{}", verdict.id);
        doubts += usize::from(unsure);
    }
    assert!(doubts > 0, "no post of {} is in doubt", posts.len());
}
