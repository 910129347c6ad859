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
fn the_catalogue_is_wide_enough() {
    let screener = Screener::rules_only().unwrap();
    let ids: Vec<&str> = screener.catalogue().rules().map(|rule| rule.id.as_str()).collect();
    let mut families: Vec<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
    families.dedup();
    assert!(ids.len() >= 30 && families.len() >= 8, "{} rules in {} families", ids.len(), families.len());
}
