//! The draft with the safer wordings that its findings know, and what is left to ask.

use crate::rules::Finding;
use crate::span::Span;
use crate::verdict::Verdict;

/// A draft mended as far as wordings are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The draft with every known wording in place.
    pub text: String,
    /// How many stretches were replaced.
    pub replaced: usize,
}

/// The suggestion for `verdict`; `None` if no finding that counts knows a wording.
pub fn suggestion(verdict: &Verdict) -> Option<Suggestion> {
    let mut wordings: Vec<(Span, &str)> = verdict
        .findings
        .iter()
        .filter(|finding| finding.counts())
        .filter_map(|finding| Some((finding.span, finding.wording()?)))
        .collect();
    // where two overlap, the longer one is mended
    wordings.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut text = String::with_capacity(verdict.text.len());
    let (mut at, mut replaced) = (0, 0);
    for (span, wording) in wordings {
        if span.start < at {
            continue;
        }
        text.push_str(&verdict.text[at..span.start]);
        text.push_str(&in_place(span.of(&verdict.text), wording));
        (at, replaced) = (span.end, replaced + 1);
    }
    text.push_str(&verdict.text[at..]);
    (replaced > 0).then_some(Suggestion { text, replaced })
}

/// The questions that findings without a wording leave for the writer, each once.
pub fn questions(verdict: &Verdict) -> Vec<&str> {
    let open = |finding: &&Finding| finding.counts() && finding.wording().is_none();
    let mut questions: Vec<&str> = Vec::new();
    for question in verdict.findings.iter().filter(open).filter_map(|finding| finding.rule.question.as_deref()) {
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    questions
}

/// `wording` with a capital first letter where `words` have one.
pub fn in_place(words: &str, wording: &str) -> String {
    let capital = words.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase);
    let mut chars = wording.chars();
    match chars.next() {
        Some(first) if capital => first.to_uppercase().chain(chars).collect(),
        _ => wording.to_owned(),
    }
}
