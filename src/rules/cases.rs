//! The tests that every rule carries: posts it fires on, with the words marked, and
//! posts that pass in silence.

use super::catalogue::{Catalogue, Occasion};
use super::rule::{Rule, marked};
use crate::span::Span;
use crate::text::Text;

/// What the catalogue finds in a case, as rule ids and words.
fn found(catalogue: &Catalogue, text: &str, occasion: Occasion) -> Vec<(String, Span)> {
    let read = Text::new(text);
    let findings = catalogue.findings(&read, &catalogue.scan(&read), occasion);
    findings.into_iter().map(|finding| (finding.rule.id.clone(), finding.span)).collect()
}

/// What is wrong with the cases of `rule`, one line a fault.
pub fn faults(catalogue: &Catalogue, rule: &Rule) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(cases) = &rule.cases else { return faults };
    let occasion = Occasion { account: rule.accounts.first().copied(), date: cases.date };
    for case in &cases.fires {
        let (text, expected) = marked(case);
        let own = |(id, span): (String, Span)| (id == rule.id).then_some(span);
        let spans: Vec<Span> = found(catalogue, &text, occasion).into_iter().filter_map(own).collect();
        if spans != expected {
            let words: Vec<&str> = spans.iter().map(|span| span.of(&text)).collect();
            faults.push(format!("{}: `{case}`: fired on {words:?}", rule.id));
        }
        if cases.date.is_some() && found(catalogue, &text, Occasion::default()).iter().any(|(id, _)| *id == rule.id) {
            faults.push(format!("{}: `{case}`: fired outside every period", rule.id));
        }
    }
    for case in &cases.quiet {
        let (text, allowed) = case.parts();
        for (id, span) in found(catalogue, text, Occasion { account: None, ..occasion }) {
            if id == rule.id || !allowed.contains(&id) {
                faults.push(format!("{}: quiet `{text}`: {id} fired on {:?}", rule.id, span.of(text)));
            }
        }
    }
    faults
}
