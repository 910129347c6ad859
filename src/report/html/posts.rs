//! The card of a post: level, both dimensions, the words with marks, what each finding says
//! and asks for, and where the post stands. What a filter looks for is in `data-` attributes.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::civil::Date;

use super::accounts;
use super::card::{Card, Group};
use super::escape::{body, plain};
use super::marks::{self, Mark};
use super::table::{badge, counted};
use super::tally::Tally;
use crate::post::{Audience, Kind};
use crate::report::human::day;
use crate::report::record::{Clause, Judged};
use crate::report::summary::grouped;
use crate::rules::{Basis, Dimension};

const STRING: &str = "writing to a String cannot fail";

/// The card of `card`, the element id of which is `at`.
pub(super) fn html(card: &Card, at: &str, tally: &Tally) -> String {
    let mut out = format!("<article class=\"post\" id=\"{at}\" aria-labelledby=\"{at}-h\"");
    data(&mut out, card);
    write!(out, "><h3 id=\"{at}-h\">{} <span>{}</span></h3>", badge(card.level), body(&card.id)).expect(STRING);
    meta(&mut out, card, tally);
    if let Some(why) = &card.unscreened {
        paragraph(&mut out, "warn", &format!("Not judged by the model: {}.", body(why)));
    }
    if !card.periods.is_empty() {
        let polls: Vec<_> = card.periods.iter().map(|p| format!("{} of {}", body(&p.name), day(p.day))).collect();
        paragraph(&mut out, "warn", &format!("In the pre-election period of the {}.", polls.join(" and the ")));
    }
    out.push_str("<dl class=\"dims\">");
    for (dimension, judged) in Dimension::ALL.iter().zip(&card.judged) {
        write!(out, "<div><dt>{dimension}</dt><dd>{} {}</dd></div>", badge(judged.level), probabilities(judged))
            .expect(STRING);
    }
    out.push_str("</dl>");
    passage(&mut out, card);
    text(&mut out, card);
    findings(&mut out, card);
    rest(&mut out, card);
    out.push_str("</article>\n");
    out
}

/// Year and month as filters name it.
pub(super) fn month(date: Option<Date>) -> String {
    date.map_or_else(|| "none".to_owned(), |date| date.strftime("%Y-%m").to_string())
}

/// Every month in which the words of `card` went out.
pub(super) fn months(card: &Card) -> BTreeSet<String> {
    let again = card.again.months.iter().map(|(year, month)| format!("{year:04}-{month:02}"));
    again.chain([month(card.day)]).collect()
}

/// Every account the words of `card` are from.
pub(super) fn accounts_of(card: &Card) -> BTreeSet<usize> {
    card.again.accounts.iter().copied().chain([card.account]).collect()
}

fn data(out: &mut String, card: &Card) {
    let accounts: Vec<String> = accounts_of(card).iter().map(ToString::to_string).collect();
    let months: Vec<String> = months(card).into_iter().collect();
    let rules: BTreeSet<&str> = card.groups.iter().map(|group| group.rule.as_str()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let [controversy, misleading] = [card.judged[0].level, card.judged[1].level];
    for (name, value) in [
        ("level", card.level.name()),
        ("controversy", controversy.name()),
        ("misleading", misleading.name()),
        ("account", &accounts.join(" ")),
        ("month", &months.join(" ")),
        ("rule", &rules.join(" ")),
    ] {
        write!(out, " data-{name}=\"{}\"", plain(value)).expect(STRING);
    }
}

fn meta(out: &mut String, card: &Card, tally: &Tally) {
    let mut facts = vec![body(accounts::name(tally, card.account))];
    facts.push(match (card.day, &card.written) {
        (Some(date), _) => format!("<time datetime=\"{date}\">{}</time>", day(date)),
        (None, Some(written)) => format!("day not readable: {}", body(written)),
        (None, None) => "no day given".to_owned(),
    });
    if card.kind != Kind::Original {
        facts.push(card.kind.name().to_owned());
    }
    facts.extend(match card.audience {
        Audience::Public => None,
        Audience::Unlisted => Some("unlisted".to_owned()),
        Audience::Followers => Some("for followers only".to_owned()),
        Audience::Direct => Some("direct message".to_owned()),
    });
    facts.extend(card.notes.iter().map(|note| body(note)));
    facts.extend(card.place.iter().map(|place| format!("<span class=\"place\">{}</span>", body(place))));
    if let Some(url) = &card.url {
        let url = plain(url);
        facts.push(format!("<a href=\"{url}\" rel=\"noopener noreferrer\" class=\"out\">see the post</a>"));
    }
    write!(out, "<ul class=\"meta\"><li>{}</li></ul>", facts.join("</li><li>")).expect(STRING);
}

fn probabilities(judged: &Judged) -> String {
    let (Some(risk), Some(hold)) = (judged.risk, judged.hold) else {
        return "<span class=\"soft\">no probability: the model was not asked</span>".to_owned();
    };
    let doubt = if judged.unsure { "; <strong>the model does not know</strong>" } else { "" };
    let said = |value: f64| format!("{}, {}", percent(value), likely(value));
    format!("<span>risk {}; hold {}{doubt}</span>", said(risk), said(hold))
}

fn percent(value: f64) -> String {
    match value * 100.0 {
        p if p < 1.0 => "&lt;1 %".to_owned(),
        p if p > 99.0 => "&gt;99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

fn likely(value: f64) -> &'static str {
    match value {
        p if p < 0.05 => "very unlikely",
        p if p < 0.25 => "unlikely",
        p if p < 0.4 => "rather unlikely",
        p if p < 0.6 => "about even",
        p if p < 0.75 => "rather likely",
        p if p < 0.95 => "likely",
        _ => "very likely",
    }
}

/// Which part of a long text decided.
fn passage(out: &mut String, card: &Card) {
    let Some(passage) = &card.passage else { return };
    let words = passage.beginning.as_ref().map(|words| format!(", shaded: <q>{}</q>", body(words)));
    let said = format!(
        "Read in passages; the one from line {} decided{}.",
        grouped(passage.line as u64),
        words.unwrap_or_default()
    );
    paragraph(out, "soft", &said);
}

fn text(out: &mut String, card: &Card) {
    let Some(pieces) = &card.pieces else {
        paragraph(out, "soft", "The words are left out of this report.");
        return;
    };
    let marks: Vec<Mark<'_>> = card
        .groups
        .iter()
        .zip(1..)
        .flat_map(|(group, number)| {
            let mark = move |&(start, end)| Mark { start, end, number, level: group.level, rule: &group.rule };
            group.spans.iter().map(mark)
        })
        .collect();
    let deciding = card.passage.as_ref().map(|passage| (passage.start, passage.end));
    let lang = card.lang.as_ref().map(|lang| format!(" lang=\"{}\"", plain(lang))).unwrap_or_default();
    write!(out, "<blockquote dir=\"auto\"{lang}>{}</blockquote>", marks::html(pieces, card.length, &marks, deciding))
        .expect(STRING);
}

fn findings(out: &mut String, card: &Card) {
    if card.groups.is_empty() {
        return;
    }
    out.push_str("<ol class=\"found\">");
    for group in &card.groups {
        finding(out, group);
    }
    out.push_str("</ol>");
}

fn finding(out: &mut String, group: &Group) {
    let quotes: Vec<String> = group.quotes.iter().map(|quote| format!("<q>{}</q>", body(quote))).collect();
    let quotes = if quotes.is_empty() { "These words".to_owned() } else { quotes.join(", ") };
    let plural = group.quotes.len() > 1 || group.quotes.is_empty();
    let message = if plural { group.message.replacen("reads as", "read as", 1) } else { group.message.clone() };
    write!(
        out,
        "<li><p>{} {quotes} {}. <span class=\"soft\">{}, <code>{}</code></span></p><dl>",
        badge(group.level),
        body(&message),
        group.dimension,
        body(&group.rule)
    )
    .expect(STRING);
    let mut field = |name: &str, html: &str| write!(out, "<div><dt>{name}</dt><dd>{html}</dd></div>").expect(STRING);
    if let Some(lowered) = group.lowered {
        field("Level", lowered.reason());
    }
    field("Instead", &body(&group.advice));
    for wording in &group.wordings {
        field("Safer", &format!("<q>{}</q>", body(wording)));
    }
    if let Some(question) = &group.question {
        field("Ask", &body(question));
    }
    field("Why", &body(&group.why));
    if !group.cites.is_empty() {
        let cites: Vec<String> = group.cites.iter().map(clause).collect();
        field("Clause", &cites.join("<br>"));
    }
    out.push_str("</dl></li>");
}

/// A clause in words, linked where it can be read.
pub(super) fn clause(cite: &Clause) -> String {
    let basis = match cite.basis {
        Basis::Stated => "",
        Basis::Precedent => " (precedent)",
        Basis::Reading => " (our reading)",
    };
    let words = format!("{}, {}", body(&cite.document), body(&cite.clause));
    match &cite.url {
        Some(url) => {
            format!("<a href=\"{}\" rel=\"noopener noreferrer\" class=\"clause\">{words}</a>{basis}", plain(url))
        }
        None => format!("{words}{basis}"),
    }
}

fn rest(out: &mut String, card: &Card) {
    if !card.reasons.is_empty() {
        let reasons: Vec<String> = card
            .reasons
            .iter()
            .map(|reason| format!("{} ({}, {})", body(&reason.name), reason.dimension, percent(reason.probability)))
            .collect();
        paragraph(out, "", &format!("The model’s reasons: {}.", reasons.join("; ")));
    }
    for stay in &card.allowed {
        let said =
            format!("May stay: <code>{}</code>, {} ({})", body(&stay.rule), body(&stay.reason), body(&stay.place));
        paragraph(out, "soft", &said);
    }
    for (line, problem) in &card.notices {
        paragraph(out, "soft", &format!("Marker on line {}: {}.", grouped(*line as u64), body(problem)));
    }
    let again = &card.again;
    if again.count > 0 {
        let first: Vec<String> = again
            .first
            .iter()
            .map(|(id, date)| body(id) + &date.map(|date| format!(" ({})", day(date))).unwrap_or_default())
            .collect();
        let more = if again.count > first.len() as u64 { ", …" } else { "" };
        let said = format!("The same words in {}: {}{more}.", counted(again.count, "other post"), first.join(", "));
        paragraph(out, "soft", &said);
    }
}

fn paragraph(out: &mut String, class: &str, html: &str) {
    match class {
        "" => write!(out, "<p>{html}</p>").expect(STRING),
        class => write!(out, "<p class=\"{class}\">{html}</p>").expect(STRING),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, record};
    use super::*;
    use serde_json::json;

    fn card(value: serde_json::Value) -> String {
        let record = record(value);
        let mut tally = Tally::new();
        let account = tally.add(&record, None);
        html(&Card::of(&record, None, account), "p1", &tally)
    }

    #[test]
    fn nothing_of_a_post_is_markup() {
        let x = "</article><script>alert(1)</script>\" onclick='x'\u{202E}\0";
        let mut finding = found(x, "hold", 0, 5);
        for field in ["quote", "message", "why", "advice", "wording", "question"] {
            finding[field] = json!(x);
        }
        finding["cites"] = json!([{"document": x, "clause": x, "basis": "stated", "url": format!("https://x/{x}")}]);
        let mut stays = finding.clone();
        stays["suppressed"] = json!({"reason": x, "approver": x, "place": x});
        let html = card(json!({
            "id": x, "verdict": "hold", "unscreened": x, "findings": [finding, stays],
            "reasons": [{"code": "P", "name": x, "dimension": "controversy", "probability": 0.5}],
            "notices": [{"span": {"start": 0, "end": 5, "utf16": [0, 5], "line": 1, "column": 1}, "problem": x}],
            "passage": {"start": 0, "end": x.len(), "utf16": [0, 5], "line": 1, "column": 1},
            "periods": [{"id": x, "name": x, "from": "2024-05-25", "day": "2024-07-04"}],
            "post": {"text": x, "time": x, "author": x, "url": "javascript:alert(1)", "lang": x, "notes": [x],
                "same_as": x, "place": {"file": x, "member": x, "item": x}},
        }));
        assert!(!html.contains("<script") && !html.contains("onclick='") && !html.contains("javascript:"), "{html}");
        assert!(!html.contains('\0') && !html.contains('\u{202E}'));
        assert_eq!(html.matches("</article>").count(), 1);
        assert!(html.contains("<mark class=\"hold\""), "{html}");
    }

    #[test]
    fn a_card_says_what_decided_what_was_lowered_and_which_markers_do_nothing() {
        let words = "The depot is open.\nA disgrace, said Ann.\nIt closes at six.";
        let at = |start: usize, end: usize, line: usize| json!({"start": start, "end": end, "utf16": [start, end], "line": line, "column": 1});
        let mut lowered = found("a/b", "review", 19, 29);
        lowered["lowered"] = json!("quoted");
        let plain = found("a/b", "review", 0, 3);
        let mut fields = json!({"id": "a", "verdict": "review", "findings": [plain, lowered],
            "passage": at(19, 57, 2), "notices": [{"span": at(0, 3, 1), "problem": "no reason is given"}],
            "post": {"text": words, "place": {"file": "f", "line": 7}}});
        let html = card(fields.clone());
        assert!(html.contains("the one from line 2 decided, shaded: <q>A disgrace, said Ann."), "{html}");
        assert!(html.contains("<span class=\"passage\"><mark class=\"review\" data-rule=\"a/b\""), "{html}");
        assert!(html.contains("</mark></span><span class=\"passage\">, said Ann."), "{html}");
        let why = "<dt>Level</dt><dd>one level lower, because the words are quoted and attributed</dd>";
        assert_eq!((html.matches(why).count(), html.matches("<li><p>").count()), (1, 2), "{html}");
        assert!(html.contains("Marker on line 1: no reason is given."), "{html}");
        fields["post"] = json!({"place": {"file": "f"}});
        let html = card(fields);
        assert!(html.contains("the one from line 2 decided.</p>") && !html.contains("shaded"), "{html}");
    }

    #[test]
    fn a_card_without_words_says_so() {
        let html = card(json!({"id": "a", "verdict": "review", "post": {"place": {"file": "feed.jsonl", "line": 7}},
            "controversy": {"level": "review", "risk": 0.5, "hold": 0.004, "unsure": true}}));
        assert!(html.contains("The words are left out") && html.contains("feed.jsonl:7"), "{html}");
        assert!(html.contains("risk 50 %, about even; hold &lt;1 %, very unlikely; <strong>the model does not know"));
        assert!(html.contains("data-level=\"review\"") && html.contains("data-month=\"none\""));
    }
}
