//! Every rule is tested by the cases in its own file.

use crossbench::rules::faults;
use crossbench::screener::Screener;

#[test]
fn every_rule_passes_its_cases() {
    let screener = Screener::rules_only().unwrap();
    let catalogue = screener.catalogue();
    let faults: Vec<String> = catalogue.rules().flat_map(|rule| faults(catalogue, rule)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_rule_offers_a_wording_or_a_question() {
    let screener = Screener::rules_only().unwrap();
    let catalogue = screener.catalogue();
    let mends = |rule: &&std::sync::Arc<crossbench::rules::Rule>| {
        let lists = rule.matching.iter().flat_map(|matching| &matching.terms);
        let mut lists = lists.filter_map(|id| catalogue.lists().iter().find(|list| list.id == *id));
        rule.rewrite.is_some()
            || rule.question.is_some()
            || lists.any(|list| list.terms.iter().all(|term| term.neutral.is_some()))
    };
    let without: Vec<&str> = catalogue.rules().filter(|rule| !mends(rule)).map(|rule| rule.id.as_str()).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn the_manual_is_of_these_rules_and_trusts_what_readers_trust() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap();
    let screener = Screener::rules_only().unwrap();
    let catalogue = screener.catalogue();
    assert!(
        manual.starts_with(&crossbench::report::manual::head(catalogue)),
        "docs/rules.md is stale: run `crossbench rules --stats FILE --write docs/rules.md`"
    );
    assert!(!manual.contains("readers disagree"), "a rule that readers disagree with stops posts");
    for rule in catalogue.rules() {
        assert!(manual.contains(&format!("| `{}` |", rule.id)), "{} is missing", rule.id);
    }
}

#[test]
fn every_numbered_rule_of_the_guidance_is_accounted_for() {
    let coverage = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/coverage.md")).unwrap();
    let screener = Screener::rules_only().unwrap();
    let numbers = (1..=90).map(|n| format!("R{n:02}")).chain((1..=15).map(|n| format!("P{n:02}")));
    for number in numbers {
        let rows: Vec<&str> = coverage.lines().filter(|line| line.starts_with(&format!("| {number} |"))).collect();
        assert_eq!(rows.len(), 1, "{number}");
        let cells: Vec<&str> = rows[0].split('|').map(str::trim).collect();
        let ids: Vec<&str> =
            cells[2].split(',').map(|id| id.trim().trim_matches('`')).filter(|id| *id != "–").collect();
        for id in &ids {
            assert!(screener.catalogue().rule(id).is_some(), "{number}: no rule `{id}`");
        }
        assert!(!ids.is_empty() || cells[3].len() > 20, "{number} has neither a rule nor a reason");
    }
}

#[test]
fn the_catalogue_is_wide_enough() {
    let screener = Screener::rules_only().unwrap();
    let ids: Vec<&str> = screener.catalogue().rules().map(|rule| rule.id.as_str()).collect();
    let mut families: Vec<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
    families.dedup();
    assert!(ids.len() >= 30 && families.len() >= 8, "{} rules in {} families", ids.len(), families.len());
}

const RULE: &str = r#"summary = "noise"
dimension = "controversy"
level = "review"
reason = "L"
cites = [{ document = "gcs-propriety", clause = "test 2", basis = "reading" }]
reads = "noise"
why = "It is noise."
advice = "Leave it out."

[match]
phrases = ["utter (clatter|din)"]

[cases]
fires = ["What «utter clatter» again.", "«Utter din» all night."]
quiet = ["The hall is open.", "Utterly quiet."]
"#;

/// What `rules test` says of a folder that holds `rule` as `house/noise.toml`.
fn tested(rule: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("house")).unwrap();
    std::fs::write(folder.path().join("house/noise.toml"), rule).unwrap();
    let mut command = assert_cmd::Command::cargo_bin("crossbench").unwrap();
    let output = command.args(["rules", "test"]).arg(folder.path()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn a_rule_of_ones_own_is_tested_by_its_cases() {
    assert_eq!(tested(RULE.as_bytes()), (Some(0), "1 rule, 4 cases, 0 faults\n".to_owned()));
    let (code, said) = tested(RULE.replace("Utterly quiet.", "Utter din it is.").as_bytes());
    assert_eq!(code, Some(1));
    assert!(said.contains("house/noise: quiet `Utter din it is.`: house/noise fired on \"Utter din\""), "{said}");
    let (code, said) = tested(RULE.replace("«Utter din» all", "«Utter» din all").as_bytes());
    assert!(code == Some(1) && said.contains("fired on [\"Utter din\"]"), "{said}");
    let (code, said) = tested(RULE.replace("why =", "rewrite = \"an utter din\"\nwhy =").as_bytes());
    assert!(code == Some(1) && said.contains("still fires on the suggested"), "{said}");
}

#[test]
fn a_broken_rule_names_file_and_key() {
    let with = |from: &str, to: &str| RULE.replacen(from, to, 1).into_bytes();
    for (rule, problem) in [
        (with("why =", "whyy ="), ":7: unknown field `whyy`"),
        (with("level = \"review\"", "level = \"clear\""), ": level: must be `note`, `review` or `hold`"),
        (with("level = \"review\"", "level = \"revue\""), ":3: unknown variant `revue`"),
        (with("reason = \"L\"", "reason = \"Z\""), ": reason: `Z` is no reason code"),
        (with("reason = \"L\"", "reason = \"n\""), ": reason: this code belongs to the other dimension"),
        (
            with("\"gcs-propriety\"", "\"gcs-proprety\""),
            ": cites: no document `gcs-proprety` in guidance.toml; did you mean `gcs-propriety`?",
        ),
        (with("\"test 2\"", "\"test two\""), ": cites: `gcs-propriety` has no clause `test two`"),
        (
            with("cites = [{ document = \"gcs-propriety\", clause = \"test 2\", basis = \"reading\" }]", "cites = []"),
            ": cites: a rule needs",
        ),
        (
            with("utter (clatter|din)", "utter (clatter"),
            ": match.phrases: phrase `utter (clatter`: a `(` is not closed",
        ),
        (
            with("utter (clatter|din)", "{noises} again"),
            ": match.phrases: phrase `{noises} again`: `{noises}` is neither a class nor a term list",
        ),
        (
            with("phrases = [\"utter (clatter|din)\"]", "detector = \"mockry\""),
            ": match.detector: no detector `mockry`; did you mean `mockery`?",
        ),
        (with("phrases = [\"utter (clatter|din)\"]", "terms = [\"noises\"]"), ": match.terms: no list `noises`"),
        (with("phrases = [\"utter (clatter|din)\"]", ""), ": match: give either"),
        (with("«Utter din» all night.", "Utter din all night."), ": cases: every one of `fires` marks"),
        (with("\"The hall is open.\", ", ""), ": cases: at least two"),
        (with("why =", "when = [\"general\"]\nwhy ="), ": cases: `date` is for rules with `when`"),
        (with("[cases]", "[cases]\ndate = \"2024-06-09\""), ": cases: `date` is for rules with `when`"),
        (with("summary = \"noise\"", "summary = \"noise"), ":1: "),
        (vec![0xff, 0xfe], ": not UTF-8 text"),
    ] {
        let (code, said) = tested(&rule);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(&format!("noise.toml{problem}")), "`{problem}` is not in: {said}");
    }
}

#[test]
fn a_folder_without_rules_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: &std::path::Path| {
        let mut command = assert_cmd::Command::cargo_bin("crossbench").unwrap();
        let output = command.args(["rules", "test"]).arg(path).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(folder.path()).contains("there is no rule in it"));
    assert!(said(&folder.path().join("none")).contains("none"));
    let clash = folder.path().join("party");
    std::fs::create_dir(&clash).unwrap();
    std::fs::write(clash.join("slogan.toml"), RULE).unwrap();
    assert!(said(folder.path()).contains("the id `party/slogan` is taken by party/slogan.toml"));
}
