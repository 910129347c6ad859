//! The tests that every rule carries: posts it fires on, with the words marked, and
//! posts that pass in silence.

use super::catalogue::Catalogue;
use super::finding::Occasion;
use super::rule::{Rule, marked};
use crate::span::Span;
use crate::suggest::in_place;
use crate::terms::TermList;
use crate::text::Text;

/// What the catalogue finds in a case, as rule ids and words.
fn found(catalogue: &Catalogue, text: &str, occasion: Occasion) -> Vec<(String, Span)> {
    let read = Text::new(text);
    let findings = catalogue.findings(&read, &catalogue.scan(&read), occasion);
    findings.into_iter().map(|finding| (finding.rule.id.clone(), finding.span)).collect()
}

/// Whether the wording suggested for each hit in `text` leaves the rule nothing to stop at.
fn unmended(catalogue: &Catalogue, rule: &Rule, text: &str, occasion: Occasion) -> Option<String> {
    let read = Text::new(text);
    let findings = catalogue.findings(&read, &catalogue.scan(&read), occasion);
    let mut mended = text.to_owned();
    let own = findings.iter().filter(|finding| finding.rule.id == rule.id);
    for finding in own.rev() {
        let wording = in_place(finding.span.of(text), finding.wording()?);
        mended.replace_range(finding.span.start..finding.span.end, &wording);
    }
    let again = found(catalogue, &mended, occasion).iter().any(|(id, _)| *id == rule.id);
    again.then(|| format!("{}: `{text}`: still fires on the suggested `{mended}`", rule.id))
}

/// Neutral wordings in the term lists of `rule` that it stops at itself.
fn unneutral(catalogue: &Catalogue, rule: &Rule, occasion: Occasion) -> Vec<String> {
    let used = |list: &&TermList| rule.matching.as_ref().is_some_and(|matching| matching.terms.contains(&list.id));
    let neutral =
        catalogue.lists().iter().filter(used).flat_map(|list| &list.terms).filter_map(|term| term.neutral.as_ref());
    let stopped = neutral.filter(|wording| found(catalogue, wording, occasion).iter().any(|(id, _)| *id == rule.id));
    stopped.map(|wording| format!("{}: fires on the neutral wording `{wording}`", rule.id)).collect()
}

/// What is wrong with the cases of `rule`, one line a fault.
pub fn faults(catalogue: &Catalogue, rule: &Rule) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(cases) = &rule.cases else { return faults };
    let occasion = Occasion { account: rule.accounts.first().copied(), date: cases.date };
    faults.extend(unneutral(catalogue, rule, occasion));
    for case in &cases.fires {
        let (text, expected) = marked(case);
        let own = |(id, span): (String, Span)| (id == rule.id).then_some(span);
        let spans: Vec<Span> = found(catalogue, &text, occasion).into_iter().filter_map(own).collect();
        if spans != expected {
            let words: Vec<&str> = spans.iter().map(|span| span.of(&text)).collect();
            faults.push(format!("{}: `{case}`: fired on {words:?}", rule.id));
        }
        faults.extend(unmended(catalogue, rule, &text, occasion));
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
