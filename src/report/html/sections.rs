//! The sections in words and tables: headline, levels, rules, what may stay, provenance.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::escape::{body, clip, plain};
use super::page::Page;
use super::posts::clause;
use super::table::{badge, counted, share};
use super::tally::{Firing, LEVELS, Tally};
use crate::report::plain::reasoned as reasoned_as;
use crate::report::summary::grouped;
use crate::rules::Level;

const STRING: &str = "writing to a String cannot fail";
/// Rules that are listed, and reasons of the model.
const RULES: usize = 20;
const REASONS: usize = 10;
/// Inputs that are listed.
const INPUTS: usize = 1_000;
/// What the ids of the model's reasons begin with.
const MODEL: &str = "model/";

/// Title, headline and what else must be said first.
pub(super) fn head(page: &Page<'_>) -> String {
    let tally = page.tally;
    let judged = tally.levels.total();
    let read = page.run.counts.read.max(judged);
    let (hold, review) = (tally.levels.of(Level::Hold), tally.levels.of(Level::Review));
    let must = match hold + review {
        0 => "none is on hold or needs a second pair of eyes".to_owned(),
        stopped => format!(
            "<strong>{} must be looked at</strong>: {} must not go out as {}, {} a second pair of eyes",
            grouped(stopped),
            grouped(hold),
            if hold == 1 { "it stands" } else { "they stand" },
            if review == 1 { "1 needs".to_owned() } else { format!("{} need", grouped(review)) }
        ),
    };
    let mut out = format!(
        "<header><h1>What crossbench found</h1>\n<p class=\"lead\">{} read; {must}.</p>\n<ul class=\"brief\">",
        counted(read, "post")
    );
    for line in brief(page, judged) {
        write!(out, "<li>{line}</li>").expect(STRING);
    }
    out.push_str("</ul>\n<nav aria-label=\"Sections\"><ul>");
    let mut links =
        vec![("glance", "At a glance"), ("when", "When"), ("who", "Which accounts"), ("rules", "Which rules")];
    links.push(("posts", "The worst posts"));
    if page.unjudged.offered > 0 {
        links.push(("unjudged", "Not judged"));
    }
    if tally.stay_count > 0 {
        links.push(("stay", "What may stay"));
    }
    links.push(("made", "How this was made"));
    for (id, name) in links {
        write!(out, "<li><a href=\"#{id}\">{name}</a></li>").expect(STRING);
    }
    out.push_str("</ul></nav></header>\n");
    out
}

fn brief(page: &Page<'_>, judged: u64) -> Vec<String> {
    let (tally, counts) = (page.tally, &page.run.counts);
    let mut lines = Vec::new();
    if counts.screened > 0 && counts.screened != judged {
        lines.push(format!(
            "<strong>This report was given {} of the {}.</strong>",
            grouped(judged),
            counted(counts.screened, "judged post")
        ));
    }
    if !tally.unscreened.is_empty() {
        let count = tally.unscreened.values().sum();
        lines.push(format!("{} could not be judged: {}.", grouped(count), reasoned(&tally.unscreened)));
    }
    let skipped: u64 = counts.skipped.values().sum();
    if skipped > 0 {
        lines.push(format!("{} skipped: {}.", counted(skipped, "record"), listed(&counts.skipped)));
    }
    let faults = page.run.inputs.iter().filter(|input| input.fault.is_some()).count() as u64;
    if faults > 0 {
        lines.push(format!(
            "{} could not be read, or not to the end: see <a href=\"#made\">how this was made</a>.",
            counted(faults, "file")
        ));
    }
    let before = tally.before_polls;
    if before.total() > 0 {
        lines.push(format!(
            "{} in a pre-election period; {} of these must be looked at.",
            counted(before.total(), "post"),
            grouped(before.stopped())
        ));
    }
    if tally.undated.total() > 0 {
        lines.push(format!(
            "{} no day that can be read: counted everywhere but in the chart over time.",
            if tally.undated.total() == 1 {
                "1 post has".to_owned()
            } else {
                format!("{} posts have", grouped(tally.undated.total()))
            }
        ));
    }
    if tally.unsure > 0 {
        lines.push(format!("On {} the model says that it does not know.", counted(tally.unsure, "post")));
    }
    if tally.repeated > 0 {
        lines.push(format!(
            "{} the words of an earlier one.",
            if tally.repeated == 1 {
                "1 post has".to_owned()
            } else {
                format!("{} posts have", grouped(tally.repeated))
            }
        ));
    }
    if !counts.notes.is_empty() {
        lines.push(format!("The sources say: {}.", listed(&counts.notes)));
    }
    lines
}

/// `it reads as Welsh (21), too short (2)`, the most first; without a count if there is but one.
fn reasoned(counts: &BTreeMap<String, u64>) -> String {
    let mut order: Vec<_> = counts.iter().collect();
    order.sort_by_key(|(_, count)| Reverse(**count));
    let said = |(why, count): &(&String, &u64)| match order.len() {
        1 => body(why),
        _ => format!("{} ({})", body(&clip(why, 120)), grouped(**count)),
    };
    let mut parts: Vec<String> = order.iter().take(6).map(said).collect();
    if order.len() > 6 {
        parts.push(format!("and {} more", counted(order.len() as u64 - 6, "reason")));
    }
    parts.join(", ")
}

/// `12 too long, 3 not JSON`, the most first.
fn listed(counts: &BTreeMap<String, u64>) -> String {
    let mut order: Vec<_> = counts.iter().collect();
    order.sort_by_key(|(_, count)| Reverse(**count));
    let more = order.len().saturating_sub(6);
    let mut parts: Vec<String> =
        order.iter().take(6).map(|(why, count)| body(&reasoned_as(**count, &clip(why, 120)))).collect();
    if more > 0 {
        parts.push(format!("and {} more", counted(more as u64, "reason")));
    }
    parts.join(", ")
}

/// Posts by level.
pub(super) fn glance(page: &Page<'_>) -> String {
    let tally = page.tally;
    let all = tally.levels.total();
    let mut out = String::from(
        "<section aria-labelledby=\"glance\"><h2 id=\"glance\">At a glance</h2>\n<div class=\"scroll\" tabindex=\"0\" \
         role=\"region\" aria-label=\"Table: posts by level\"><table class=\"glance\"><caption>Posts by level: of the post, which is the higher \
         one, and by dimension</caption><thead><tr><th scope=\"col\">Level and what it means<th scope=\"col\" \
         class=\"n\">Posts<th scope=\"col\" class=\"n\">Share<th scope=\"col\" class=\"n\">Controversy<th scope=\"col\" \
         class=\"n\">Misleading</tr></thead><tbody>",
    );
    for level in LEVELS {
        let count = tally.levels.of(level);
        write!(
            out,
            "<tr><th scope=\"row\">{} <span class=\"soft\">{}</span><td class=\"n big\">{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}</tr>",
            badge(level),
            meaning(level),
            grouped(count),
            share(count, all),
            grouped(tally.dimensions[0].of(level)),
            grouped(tally.dimensions[1].of(level))
        )
        .expect(STRING);
    }
    out.push_str(
        "</tbody></table></div>\n<p class=\"soft\"><b>Controversy</b> asks whether a post is politically impartial, \
         <b>misleading</b> whether a claim is made in a way people can rely on.</p></section>\n",
    );
    out
}

fn meaning(level: Level) -> &'static str {
    match level {
        Level::Clear => "can go out",
        Level::Note => "can go out; the writer should know something",
        Level::Unscreened => "could not be judged: somebody has to read it",
        Level::Review => "a second pair of eyes should see it first",
        Level::Hold => "must not go out as it stands",
    }
}

/// The rules that found most, and the model's reasons where no rule did.
pub(super) fn rules(page: &Page<'_>) -> String {
    let mut all: Vec<(&str, &Firing)> = page.tally.rules.iter().map(|(id, firing)| (id.as_str(), firing)).collect();
    all.sort_by_key(|(_, firing)| (Reverse(firing.posts.stopped()), Reverse(firing.posts.total())));
    let (model, rules): (Vec<_>, Vec<_>) = all.into_iter().partition(|(id, _)| id.starts_with(MODEL));
    let mut out = String::new();
    if rules.is_empty() {
        out.push_str("<p>No rule found anything.</p>");
    } else {
        let caption = format!(
            "{} of {} that found something, those with most posts on hold or review first",
            rules.len().min(RULES),
            counted(rules.len() as u64, "rule")
        );
        firings(&mut out, page, &caption, &rules[..rules.len().min(RULES)]);
    }
    if !model.is_empty() {
        firings(
            &mut out,
            page,
            "Reasons of the model where no rule stopped the post",
            &model[..model.len().min(REASONS)],
        );
    }
    out
}

fn firings(out: &mut String, page: &Page<'_>, caption: &str, rules: &[(&str, &Firing)]) {
    write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {caption}\"><table class=\"rules\"><caption>{caption}\
         </caption><thead><tr><th scope=\"col\">Rule<th scope=\"col\" class=\"n\">Hold<th scope=\"col\" class=\"n\">Review\
         <th scope=\"col\" class=\"n\">Note<th scope=\"col\">What it found, and why it matters<th scope=\"col\">Clauses</tr></thead><tbody>"
    )
    .expect(STRING);
    for (id, firing) in rules {
        let shown = page.worst.cards().any(|card| card.groups.iter().any(|group| group.rule == *id));
        let name = body(id);
        let name = if shown {
            format!("<a href=\"#posts\" data-filter=\"rule={}\"><code>{name}</code></a>", plain(id))
        } else {
            format!("<code>{name}</code>")
        };
        let cites: Vec<String> = firing.cites.iter().map(clause).collect();
        write!(
            out,
            "<tr><th scope=\"row\">{name}<br><span class=\"soft\">{}</span><td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}\
             <td>{} <span class=\"soft\">{}</span><td>{}</tr>",
            firing.dimension,
            grouped(firing.posts.of(Level::Hold)),
            grouped(firing.posts.of(Level::Review)),
            grouped(firing.posts.of(Level::Note)),
            body(&capital(&firing.message)),
            body(&firing.why),
            cites.join("<br>")
        )
        .expect(STRING);
    }
    out.push_str("</tbody></table></div>\n");
}

/// `reads as praise` as a sentence.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// Findings that may stay, with who said so and why.
pub(super) fn stays(tally: &Tally) -> String {
    let left = tally.stay_count - tally.stays.len() as u64;
    let more = if left > 0 { format!(" {} more are in the verdicts.", grouped(left)) } else { String::new() };
    let mut out = format!(
        "<p>{} suppressed with a reason; {} to no level.{more}</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Table: findings that may stay\"><table><caption>Findings that may stay</caption><thead><tr>\
         <th scope=\"col\">Post<th scope=\"col\">Rule<th scope=\"col\">Words<th scope=\"col\">Reason<th scope=\"col\">Who\
         <th scope=\"col\">Where</tr></thead><tbody>",
        counted(tally.stay_count, "finding"),
        if tally.stay_count == 1 { "it adds" } else { "they add" }
    );
    for (id, stay) in &tally.stays {
        write!(
            out,
            "<tr><th scope=\"row\">{}<td>{} <code>{}</code><td>{}<td>{}<td>{}<td>{}</tr>",
            body(id),
            badge(stay.level),
            body(&stay.rule),
            stay.quote.as_deref().map(|quote| format!("<q>{}</q>", body(quote))).unwrap_or_default(),
            body(&stay.reason),
            stay.approver.as_deref().map(body).unwrap_or_default(),
            body(&stay.place)
        )
        .expect(STRING);
    }
    out.push_str("</tbody></table></div>");
    out
}

/// Inputs, model, rules, settings, and what the report cannot say.
pub(super) fn provenance(page: &Page<'_>) -> String {
    let run = page.run;
    let mut out = String::from("<dl class=\"facts\">");
    let mut fact = |name: &str, html: &str| write!(out, "<div><dt>{name}</dt><dd>{html}</dd></div>").expect(STRING);
    let hash = |hash: &str| format!("<code class=\"hash\">{}</code>", body(hash));
    fact("Version", &format!("crossbench {}", body(&run.version)));
    let model = run.model.as_ref().map(|model| format!("{}, SHA-256 {}", body(&model.name), hash(&model.sha256)));
    fact("Model", &model.unwrap_or_else(|| "none: the rules were asked alone".to_owned()));
    fact("Rules", &format!("{}, SHA-256 {}", counted(run.rules.count as u64, "rule"), hash(&run.rules.sha256)));
    let skipped: u64 = run.counts.skipped.values().sum();
    let [read, screened, left] = [run.counts.read, run.counts.screened, skipped].map(grouped);
    fact("Records", &format!("{read} read = {screened} judged + {left} skipped"));
    for (name, value) in &run.settings {
        fact(&body(name), &body(value));
    }
    out.push_str("</dl>");
    inputs(&mut out, page);
    out.push_str(
        "<h3>How to read it</h3><ul><li><b>Risk</b> is the calibrated probability that a careful reader would ask for a \
         second look, <b>hold</b> that they would stop the post.</li><li><b>Clear</b> means that neither a rule nor the model \
         saw a reason to stop. The person who clears a post remains the one who clears it.</li><li>It asks how a claim is \
         made, not whether it is true.</li><li>The wording of rules is not official; the clause it names is.</li></ul>",
    );
    out
}

fn inputs(out: &mut String, page: &Page<'_>) {
    let inputs = &page.run.inputs;
    if inputs.is_empty() {
        return;
    }
    let left = inputs.len().saturating_sub(INPUTS);
    out.push_str(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: what was read\"><table><caption>What was \
         read</caption><thead><tr><th scope=\"col\">File<th scope=\"col\">Format<th scope=\"col\" class=\"n\">Records<th \
         scope=\"col\" class=\"n\">Bytes<th scope=\"col\">SHA-256, or what was wrong</tr></thead><tbody>",
    );
    // Files with faults first: what is cut off must not hide them.
    let (bad, good): (Vec<_>, Vec<_>) = inputs.iter().partition(|input| input.fault.is_some());
    for input in bad.into_iter().chain(good).take(INPUTS) {
        let fault = input.fault.as_deref().map(|why| format!("<strong>{}</strong> ", body(why))).unwrap_or_default();
        write!(
            out,
            "<tr><th scope=\"row\" class=\"place\">{}<td>{}<td class=\"n\">{}<td class=\"n\">{}<td>{fault}<code class=\"hash\">{}</code></tr>",
            body(&input.path),
            body(&input.format),
            grouped(input.records),
            input.bytes.map(grouped).unwrap_or_default(),
            input.sha256.as_deref().map(body).unwrap_or_default()
        )
        .expect(STRING);
    }
    out.push_str("</tbody></table></div>");
    if left > 0 {
        write!(out, "<p>{} more are not listed.</p>", counted(left as u64, "file")).expect(STRING);
    }
}
