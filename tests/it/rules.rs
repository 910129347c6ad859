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
