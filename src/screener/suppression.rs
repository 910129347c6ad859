//! What suppressions do to a verdict.

use std::sync::Arc;

use crate::rules::{Catalogue, Dimension, Finding, Level, Rule};
use crate::span::Span;
use crate::suppress::{Marker, Notice, Suppressed, fingerprint, is_known};
use crate::text::Text;
use crate::verdict::{Judgement, Verdict};

/// A finding of the model at `span`.
pub(super) fn of_model(rule: &Arc<Rule>, span: Span, text: &Text) -> Finding {
    let origin = |token: &crate::text::Token| text.aligned().origin(token.span);
    let token = text.tokens().partition_point(|token| origin(token).end <= span.start);
    Finding {
        rule: Arc::clone(rule),
        level: rule.level,
        lowered: None,
        poll: None,
        span,
        neutral: None,
        fingerprint: fingerprint(&rule.id, text, token),
        suppressed: None,
    }
}

/// The marker in the draft that lets `finding` stay.
pub(super) fn in_text(finding: &Finding, markers: &[Marker], draft: &str, catalogue: &Catalogue) -> Option<Suppressed> {
    let speaks = |marker: &&Marker| {
        marker.scope.overlaps(finding.span)
            && marker.rules.contains(&finding.rule.id)
            && is_known(&finding.rule.id, catalogue)
    };
    markers.iter().filter(speaks).find_map(|marker| {
        let (line, _) = marker.span.line_column(draft);
        let reason = Arc::from(marker.reason.as_deref()?);
        Some(Suppressed { reason, approver: None, place: Arc::from(format!("line {line}")) })
    })
}

/// Where all that the model stopped at on `d` may stay, the rules alone decide there.
pub(super) fn settle(verdict: &mut Verdict, d: Dimension) {
    let own = |finding: &&Finding| finding.rule.dimension == d;
    let of_model = |finding: &&Finding| finding.rule.matching.is_none();
    if verdict.findings.iter().filter(own).filter(of_model).any(Finding::counts) {
        return;
    }
    let counting = verdict.findings.iter().filter(own).filter(|finding| finding.counts());
    let level = counting.map(|finding| finding.level).max().unwrap_or(Level::Clear);
    let judgement = verdict.judgements.of_mut(d);
    *judgement = Judgement { level, unsure: false, ..*judgement };
    verdict.reasons.retain(|reason| reason.dimension != d);
}

/// What is wrong with the markers: no rule, an unknown one, no reason, nothing to silence.
pub(super) fn notices(verdict: &Verdict, markers: &[Marker], catalogue: &Catalogue) -> Vec<Notice> {
    let mut notices = Vec::new();
    for marker in markers {
        let mut tell = |problem: String| notices.push(Notice { span: marker.span, problem });
        if marker.rules.is_empty() {
            tell("names no rule: `crossbench: ignore RULE because REASON`".to_owned());
        }
        for id in &marker.rules {
            if !is_known(id, catalogue) {
                let hint = crate::error::did_you_mean(id, catalogue.rules().map(|rule| &rule.id));
                tell(format!("there is no rule `{id}`{hint}"));
            } else if marker.reason.is_none() {
                tell(format!("gives no reason, so `{id}` still counts"));
            } else if !verdict.findings.iter().any(|f| f.rule.id == *id && f.span.overlaps(marker.scope)) {
                tell(format!("`{id}` stops at nothing here: the marker can go"));
            }
        }
    }
    notices
}
