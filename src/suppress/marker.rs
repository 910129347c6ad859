//! Markers in a draft: `<!-- crossbench: ignore claims/rank because … -->`, or a line
//! `crossbench:ignore[claims/rank] …`. The same words inside a sentence are prose.
//!
//! A marker speaks of its own line; one that stands alone, of the paragraph after it.
//! It is no part of what is judged.

use std::borrow::Cow;

use crate::span::Span;

/// A marker in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Where it stands.
    pub span: Span,
    /// What it speaks of.
    pub scope: Span,
    /// The rules it silences there.
    pub rules: Vec<String>,
    /// Why; without one it silences nothing.
    pub reason: Option<String>,
}

/// The draft as it is to be judged, with blanks in place of markers, and the markers.
pub fn markers(draft: &str) -> (Cow<'_, str>, Vec<Marker>) {
    let mut found: Vec<(Span, Vec<String>, Option<String>)> = Vec::new();
    if draft.contains("crossbench:") {
        comments(draft, &mut found);
        lines(draft, &mut found);
    }
    if found.is_empty() {
        return (Cow::Borrowed(draft), Vec::new());
    }
    found.sort_by_key(|(span, ..)| *span);
    let mut judged = draft.to_owned();
    for (span, ..) in &found {
        let blank: String = span.of(draft).bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        judged.replace_range(span.start..span.end, &blank);
    }
    let markers = found.into_iter().map(|(span, rules, reason)| Marker { span, scope: scope(&judged, span), rules, reason });
    let markers = markers.collect();
    (Cow::Owned(judged), markers)
}

type Found = Vec<(Span, Vec<String>, Option<String>)>;

/// HTML comments that begin with `crossbench:`.
fn comments(draft: &str, found: &mut Found) {
    let mut at = 0;
    while let Some(start) = draft[at..].find("<!--").map(|offset| at + offset) {
        let Some(end) = draft[start..].find("-->").map(|offset| start + offset + 3) else { return };
        at = end;
        let body = draft[start + 4..end - 3].trim();
        if let Some(order) = body.strip_prefix("crossbench:") {
            let (rules, reason) = order_of(order.trim());
            found.push((Span::new(start, end), rules, reason));
        }
    }
}

/// Lines that are `crossbench:ignore[…] reason`, perhaps after a comment sign.
fn lines(draft: &str, found: &mut Found) {
    let mut start = 0;
    for line in draft.split_inclusive('\n') {
        let words = line.trim_end();
        let order = words.trim_start().trim_start_matches(['#', '/', '%', ';', '>']).trim_start();
        if let Some(order) = order.strip_prefix("crossbench:").filter(|order| order.starts_with("ignore[")) {
            let (rules, reason) = order_of(order);
            found.push((Span::new(start, start + words.len()), rules, reason));
        }
        start += line.len();
    }
}

/// The rules and the reason of `ignore RULE, RULE because …` or `ignore[RULE, RULE] …`.
fn order_of(order: &str) -> (Vec<String>, Option<String>) {
    let Some(rest) = order.strip_prefix("ignore") else { return (Vec::new(), None) };
    let (rules, reason) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or((rest, "")),
        None => rest.split_once(" because ").unwrap_or_else(|| (rest.trim_end().trim_end_matches(" because"), "")),
    };
    let rules = rules.split([',', ' ', '\n']).map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    let reason = reason.trim().trim_start_matches("because ").trim();
    (rules, (!reason.is_empty()).then(|| reason.to_owned()))
}

/// The line of the marker; if nothing else stands on it, the paragraph after it.
fn scope(judged: &str, marker: Span) -> Span {
    let start = judged[..marker.start].rfind('\n').map_or(0, |at| at + 1);
    let end = judged[marker.end..].find('\n').map_or(judged.len(), |at| marker.end + at);
    if !judged[start..end].trim().is_empty() {
        return Span::new(start, end);
    }
    let mut at = end;
    let mut begun = false;
    for line in judged[end..].split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        if begun && is_blank {
            break;
        }
        begun |= !is_blank;
        at += line.len();
    }
    Span::new(start, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(draft: &str) -> Vec<(Vec<String>, Option<String>, String)> {
        let (judged, found) = markers(draft);
        assert_eq!(judged.len(), draft.len());
        assert!(!judged.contains("crossbench: ignore") && !judged.contains("crossbench:ignore[") || found.is_empty());
        found.into_iter().map(|m| (m.rules, m.reason, m.scope.of(draft).to_owned())).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line() {
        let found = read("One.\nUp 4%. <!-- crossbench: ignore claims/rank, claims/up-to because the table is below -->\nTwo.");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, ["claims/rank", "claims/up-to"]);
        assert_eq!(found[0].1.as_deref(), Some("the table is below"));
        assert!(found[0].2.starts_with("Up 4%.") && !found[0].2.contains("Two"));
    }

    #[test]
    fn one_alone_speaks_of_the_paragraph_after_it() {
        let found = read("One.\n\n# crossbench:ignore[claims/rank] the table is below\nTwo.\nThree.\n\nFour.");
        assert_eq!(found[0].0, ["claims/rank"]);
        assert_eq!(found[0].1.as_deref(), Some("the table is below"));
        assert!(found[0].2.contains("Two.\nThree.") && !found[0].2.contains("Four") && !found[0].2.contains("One"));
    }

    #[test]
    fn a_reason_is_needed_and_a_slip_is_kept() {
        assert_eq!(read("<!-- crossbench: ignore claims/rank -->\nBest.")[0].1, None);
        assert_eq!(read("crossbench:ignore[claims/rank]\nBest.")[0].1, None);
        assert_eq!(read("<!-- crossbench: ignore claims/rank because -->")[0], (vec!["claims/rank".into()], None, "<!-- crossbench: ignore claims/rank because -->".into()));
        assert_eq!(read("<!-- crossbench: off -->")[0], (Vec::new(), None, "<!-- crossbench: off -->".into()));
    }

    #[test]
    fn prose_is_prose() {
        for draft in [
            "Write crossbench:ignore[claims/rank] where you need it.",
            "crossbench: ignore the noise",
            "Our tool, crossbench: ignore it if you like.",
            "<!-- a note on crossbench: ignore claims/rank because -->",
            "<!-- crossbench: ignore claims/rank because it never ends",
        ] {
            let (judged, found) = markers(draft);
            assert!(found.is_empty() && judged == draft, "{draft}");
        }
    }
}
