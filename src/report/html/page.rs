//! The page from top to bottom: headline, charts, rules, posts with their filter, and how it
//! was made. Written in pieces, a card at a time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use super::escape::{clip, plain};
use super::policy::{SCRIPT, STYLE, policy};
use super::table::counted;
use super::tally::Tally;
use super::worst::Worst;
use super::{accounts, posts, sections, time};
use crate::calendar::Poll;
use crate::report::Run;
use crate::report::summary::grouped;
use crate::rules::Level;

const STRING: &str = "writing to a String cannot fail";

/// What a page is made of.
pub(super) struct Page<'r> {
    pub tally: &'r Tally,
    pub worst: &'r Worst,
    pub unjudged: &'r Worst,
    pub polls: &'r [Arc<Poll>],
    pub run: &'r Run,
}

/// Fills of the bars: a pattern for each level, so that colour says nothing alone.
const PATTERNS: &str = "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>\
    <pattern id=\"x-review\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
    <rect class=\"c-review\" width=\"6\" height=\"6\"/><rect class=\"c-bg\" width=\"2\" height=\"6\"/></pattern>\
    <pattern id=\"x-unscreened\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
    <rect class=\"c-unscreened\" width=\"5\" height=\"5\"/><circle class=\"c-bg\" cx=\"2.5\" cy=\"2.5\" r=\"1.2\"/></pattern>\
    <pattern id=\"x-note\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">\
    <rect class=\"c-note\" width=\"4\" height=\"4\"/><rect class=\"c-bg\" width=\"4\" height=\"1.5\"/></pattern></defs></svg>";

/// Writes `page`.
///
/// # Errors
/// What `out` says.
pub(super) fn write(out: &mut dyn Write, page: &Page<'_>) -> io::Result<()> {
    let title = format!("Crossbench: {}", counted(page.tally.levels.total(), "post"));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"{}\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" \
         content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#posts\">Go to the posts</a>\n{PATTERNS}\n",
        policy()
    )?;
    out.write_all(sections::head(page).as_bytes())?;
    out.write_all(b"<main>\n")?;
    out.write_all(sections::glance(page).as_bytes())?;
    section(out, "when", "When", &time::figure(page.tally, page.polls))?;
    section(out, "who", "Which accounts", &accounts::figure(page.tally))?;
    section(out, "rules", "Which rules", &sections::rules(page))?;
    cards(out, page)?;
    if page.tally.stay_count > 0 {
        section(out, "stay", "What may stay", &sections::stays(page.tally))?;
    }
    section(out, "made", "How this was made", &sections::provenance(page))?;
    write!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

fn section(out: &mut dyn Write, id: &str, title: &str, html: &str) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>\n{html}</section>")
}

fn cards(out: &mut dyn Write, page: &Page<'_>) -> io::Result<()> {
    write!(
        out,
        "<section aria-labelledby=\"posts\"><h2 id=\"posts\" tabindex=\"-1\">The worst posts</h2>\n<p>{}</p>\n{}\n",
        shown(page),
        filter(page)
    )?;
    for (at, card) in page.worst.cards().enumerate() {
        out.write_all(posts::html(card, &format!("p{}", at + 1), page.tally).as_bytes())?;
    }
    out.write_all(b"</section>\n")?;
    if page.unjudged.offered == 0 {
        return Ok(());
    }
    let left = page.unjudged.offered - page.unjudged.shown();
    let more = if left > 0 {
        format!(" {} more are not shown: the verdicts (JSONL or CSV) have them.", grouped(left))
    } else {
        String::new()
    };
    write!(
        out,
        "<section aria-labelledby=\"unjudged\"><h2 id=\"unjudged\">Posts that could not be judged</h2>\n\
         <p>Neither clear nor faulty: somebody has to read them.{more}</p>\n"
    )?;
    for (at, card) in page.unjudged.cards().enumerate() {
        out.write_all(posts::html(card, &format!("u{}", at + 1), page.tally).as_bytes())?;
    }
    out.write_all(b"</section>\n")
}

/// How many posts the cards stand for, and where the others are.
fn shown(page: &Page<'_>) -> String {
    let shown = page.worst.shown();
    let stopped: u64 =
        page.worst.cards().filter(|card| card.level >= Level::Review).map(|card| 1 + card.again.count).sum();
    let notes = shown - stopped;
    let cards = page.worst.cards().count() as u64;
    let mut said = if shown == 0 {
        "No post is on hold, in need of a second pair of eyes, or noted.".to_owned()
    } else {
        let notes = if notes > 0 { format!(" and {} with notes only", grouped(notes)) } else { String::new() };
        let same = if cards < shown { "; posts with the same words are one card" } else { "" };
        format!(
            "The gravest first: {} on hold or review{notes}, on {}{same}.",
            grouped(stopped),
            counted(cards, "card")
        )
    };
    let left = page.tally.levels.stopped().saturating_sub(stopped);
    let notes_left = page.tally.levels.of(Level::Note).saturating_sub(notes);
    let mut more = Vec::new();
    if left > 0 {
        more.push(format!("<strong>{} more on hold or review are not shown</strong>", grouped(left)));
    }
    if notes_left > 0 {
        let also = if left > 0 { "nor are" } else { "Not shown are" };
        more.push(format!("{also} {} with notes only", grouped(notes_left)));
    }
    if !more.is_empty() {
        write!(said, " {}: the verdicts (JSONL or CSV) have every post.", more.join(", ")).expect(STRING);
    }
    said
}

/// The form that filters the cards; the script shows it.
fn filter(page: &Page<'_>) -> String {
    let cards = || page.worst.cards().chain(page.unjudged.cards());
    let levels: BTreeSet<_> = cards().map(|card| std::cmp::Reverse(card.level)).collect();
    let mut names: Vec<(String, String)> = cards()
        .flat_map(posts::accounts_of)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|number| (number.to_string(), clip(accounts::name(page.tally, number), 60)))
        .collect();
    names.sort_by(|a, b| a.1.cmp(&b.1));
    let months: BTreeSet<String> = cards().flat_map(posts::months).collect();
    let rules: BTreeSet<&str> = cards().flat_map(|card| card.groups.iter().map(|group| group.rule.as_str())).collect();
    let same = |value: &str| (value.to_owned(), value.to_owned());
    let mut out = String::from("<form id=\"filter\" role=\"search\" aria-label=\"Filter the posts\" hidden>");
    let levels: Vec<_> = levels.iter().map(|level| same(level.0.name())).collect();
    select(&mut out, "level", "Level", &levels);
    select(&mut out, "dimension", "Dimension", &[same("controversy"), same("misleading")]);
    select(&mut out, "account", "Account", &names);
    let month = |month: &String| (month.clone(), if month == "none" { "no day" } else { month }.to_owned());
    select(&mut out, "month", "Month", &months.iter().rev().map(month).collect::<Vec<_>>());
    select(&mut out, "rule", "Rule", &rules.iter().map(|rule| same(rule)).collect::<Vec<_>>());
    out.push_str(
        "<label class=\"wide\"><span>Search <kbd>/</kbd></span><input type=\"search\" name=\"q\" autocomplete=\"off\" \
         spellcheck=\"false\"></label><button type=\"reset\">Show all</button><p id=\"shown\" role=\"status\"></p></form>",
    );
    out
}

fn select(out: &mut String, name: &str, label: &str, options: &[(String, String)]) {
    write!(out, "<label>{label}<select name=\"{name}\"><option value=\"\">all</option>").expect(STRING);
    for (value, shown) in options {
        write!(out, "<option value=\"{}\">{}</option>", plain(value), plain(shown)).expect(STRING);
    }
    out.push_str("</select></label>");
}
