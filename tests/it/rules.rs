//! Every rule is tested by the cases in its own file.

use crossbench::post::Post;
use crossbench::rules::{Rule, marked};
use crossbench::screener::Screener;
use crossbench::span::Span;

fn found(screener: &Screener, text: &str) -> Vec<(String, Span)> {
    let verdict = screener.screen(&Post::new("case", text)).unwrap();
    verdict.findings.into_iter().map(|finding| (finding.rule.id.clone(), finding.span)).collect()
}

fn words(text: &str, spans: &[Span]) -> Vec<String> {
    spans.iter().map(|span| span.of(text).to_owned()).collect()
}

/// What is wrong with the cases of one rule.
fn faults(screener: &Screener, rule: &Rule) -> Vec<String> {
    let mut faults = Vec::new();
    let cases = rule.cases.as_ref().expect("a rule of the catalogue has cases");
    for case in &cases.fires {
        let (text, expected) = marked(case);
        let spans: Vec<Span> =
            found(screener, &text).into_iter().filter(|(id, _)| *id == rule.id).map(|(_, span)| span).collect();
        if spans != expected {
            faults.push(format!("{}: `{case}`: fired on {:?}", rule.id, words(&text, &spans)));
        }
    }
    for case in &cases.quiet {
        let (text, allowed) = case.parts();
        for (id, span) in found(screener, text) {
            if id == rule.id || !allowed.contains(&id) {
                faults.push(format!("{}: quiet `{text}`: {id} fired on {:?}", rule.id, span.of(text)));
            }
        }
    }
    faults
}

#[test]
fn every_rule_passes_its_cases() {
    let screener = Screener::rules_only().unwrap();
    let faults: Vec<String> = screener.catalogue().rules().flat_map(|rule| faults(&screener, rule)).collect();
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
