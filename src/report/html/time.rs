//! Levels over time as stacked bars, with the pre-election periods in a strip above them
//! on the same axis; and both as tables.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use jiff::civil::Date;

use super::axis::{Axis, Slot};
use super::escape::{body, plain};
use super::table;
use super::tally::{LEVELS, Levels, Tally};
use crate::calendar::{Poll, PollKind};
use crate::report::human::day;
use crate::report::summary::grouped;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 84.0;
const PLOT: f64 = WIDTH - LEFT - 10.0;
const LANE: f64 = 16.0;
const HEIGHT: f64 = 220.0;
const STRING: &str = "writing to a String cannot fail";

/// Lanes of the strip, by kind of poll; the last is for periods that the calendar does not know.
const LANES: [(Option<PollKind>, &str); 6] = [
    (Some(PollKind::General), "General"),
    (Some(PollKind::Referendum), "Referendum"),
    (Some(PollKind::Devolved), "Devolved"),
    (Some(PollKind::Local), "Local"),
    (Some(PollKind::European), "European"),
    (None, "Other"),
];

/// A period on the axis.
struct Period<'p> {
    id: &'p str,
    name: &'p str,
    kind: Option<PollKind>,
    from: Date,
    councils: Option<Date>,
    day: Date,
    posts: Levels,
}

/// The chart with its tables.
pub(super) fn figure(tally: &Tally, polls: &[Arc<Poll>]) -> String {
    let mut out = String::new();
    let Some(axis) = Axis::of(&tally.months) else {
        out.push_str("<p>No post has a day that can be read: there is no chart over time.</p>");
        return out;
    };
    let periods = periods(&axis, tally, polls);
    chart(&mut out, &axis, &periods);
    if axis.outside > 0 {
        let (outside, are) = (table::counted(axis.outside, "post"), if axis.outside == 1 { "is" } else { "are" });
        write!(out, "<p>{outside} before or after this stretch {are} not drawn.</p>").expect(STRING);
    }
    months(&mut out, tally, &axis);
    strip_table(&mut out, &periods);
    out
}

fn periods<'p>(axis: &Axis, tally: &'p Tally, polls: &'p [Arc<Poll>]) -> Vec<Period<'p>> {
    let posts = |id: &str| tally.periods.get(id).map(|(_, posts)| *posts).unwrap_or_default();
    let known = polls.iter().map(|poll| Period {
        id: &poll.id,
        name: &poll.name,
        kind: Some(poll.kind),
        from: poll.from,
        councils: poll.councils,
        day: poll.day,
        posts: posts(&poll.id),
    });
    let ids: BTreeSet<&str> = polls.iter().map(|poll| poll.id.as_str()).collect();
    let others = tally.periods.values().filter(|(period, _)| !ids.contains(period.id.as_str()));
    let others = others.map(|(period, posts)| Period {
        id: &period.id,
        name: &period.name,
        kind: None,
        from: period.from,
        councils: None,
        day: period.day,
        posts: *posts,
    });
    let on_axis = |period: &Period<'_>| period.from < axis.to() && period.day >= axis.from();
    let mut periods: Vec<Period<'p>> = known.chain(others).filter(on_axis).collect();
    periods.sort_by(|a, b| (a.from, a.id).cmp(&(b.from, b.id)));
    periods
}

fn chart(out: &mut String, axis: &Axis, periods: &[Period<'_>]) {
    let lanes: Vec<_> = LANES.iter().filter(|(kind, _)| periods.iter().any(|period| period.kind == *kind)).collect();
    let top = 8.0 + LANE * lanes.len() as f64 + 10.0;
    let (base, height) = (top + HEIGHT, top + HEIGHT + 26.0);
    write!(
        out,
        "<figure><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart: posts by {0} and level\">\
         <svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"t-time d-time\">\
         <title id=\"t-time\">Posts by {0} and level, with pre-election periods</title>\
         <desc id=\"d-time\">{1}</desc>",
        axis.unit,
        plain(&description(axis, periods))
    )
    .expect(STRING);
    let x = |day: Date| LEFT + PLOT * axis.at(day);
    for period in periods {
        let (from, to) = (x(period.from), x(after(period.day)));
        write!(
            out,
            "<rect class=\"band\" x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{HEIGHT}\"/>",
            to - from
        )
        .expect(STRING);
    }
    for (at, (kind, name)) in lanes.iter().enumerate() {
        let y = 8.0 + LANE * at as f64;
        write!(out, "<text class=\"ax end\" x=\"{}\" y=\"{}\">{name}</text>", LEFT - 8.0, y + 10.0).expect(STRING);
        write!(out, "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{1}\" y2=\"{1}\"/>", LEFT + PLOT, y + 6.0)
            .expect(STRING);
        for period in periods.iter().filter(|period| period.kind == *kind) {
            let (from, to) = (x(period.from), x(after(period.day)));
            write!(
                out,
                "<rect class=\"period\" x=\"{from:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"12\"><title>{}</title></rect>",
                (to - from).max(2.0),
                plain(&said(period))
            )
            .expect(STRING);
        }
    }
    let step = step(axis.highest());
    let full = step * axis.highest().div_ceil(step).max(1);
    let y = |posts: u64| base - HEIGHT * posts as f64 / full as f64;
    for tick in (0..=full).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        let at = y(tick);
        write!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"ax end\" x=\"{}\" y=\"{:.1}\">{}</text>",
            LEFT + PLOT,
            LEFT - 8.0,
            at + 4.0,
            grouped(tick)
        )
        .expect(STRING);
    }
    for slot in &axis.slots {
        bar(out, slot, x(slot.from), x(slot.to), y);
        if let Some(label) = &slot.label {
            let at = x(slot.from);
            write!(
                out,
                "<line class=\"tick\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{base}\" y2=\"{}\"/>\
                 <text class=\"ax\" x=\"{:.1}\" y=\"{}\">{label}</text>",
                base + 5.0,
                at + 2.0,
                base + 18.0
            )
            .expect(STRING);
        }
    }
    out.push_str("</svg></div><figcaption>");
    out.push_str(&table::legend());
    out.push_str("<span class=\"key\"><svg class=\"sw\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"period\" width=\"14\" height=\"14\"/></svg> pre-election period</span></figcaption></figure>");
}

fn bar(out: &mut String, slot: &Slot, from: f64, to: f64, y: impl Fn(u64) -> f64) {
    if slot.posts.total() == 0 {
        return;
    }
    write!(out, "<g><title>{}: {}</title>", slot.name, table::in_words(slot.posts)).expect(STRING);
    let gap = if to - from > 6.0 { 1.5 } else { 0.2 };
    let mut sum = 0;
    for (level, posts) in LEVELS.iter().zip(slot.posts.0).filter(|(_, posts)| *posts > 0) {
        let (low, high) = (y(sum), y(sum + posts));
        write!(
            out,
            "<rect class=\"f {level}\" x=\"{:.1}\" y=\"{high:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            from + gap,
            (to - from - 2.0 * gap).max(0.5),
            low - high
        )
        .expect(STRING);
        sum += posts;
    }
    out.push_str("</g>");
}

/// A round number of posts so that four or so of them reach `highest`.
fn step(highest: u64) -> u64 {
    let mut ten = 1;
    loop {
        for step in [ten, ten * 2, ten * 5] {
            if step * 5 >= highest {
                return step;
            }
        }
        ten *= 10;
    }
}

fn after(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

fn said(period: &Period<'_>) -> String {
    format!(
        "{}: {} to {}, {}",
        period.name,
        day(period.from),
        day(period.day),
        table::counted(period.posts.total(), "post")
    )
}

fn description(axis: &Axis, periods: &[Period<'_>]) -> String {
    let highest = axis.slots.iter().max_by_key(|slot| (slot.posts.stopped(), std::cmp::Reverse(slot.from)));
    let highest = highest.expect("an axis has slots");
    let gaps = axis.slots.iter().filter(|slot| slot.posts.total() == 0).count();
    format!(
        "From {} to {}; most posts on hold or review in {}: {}. {} {}s without posts. {} pre-election periods. The tables below have the figures.",
        axis.slots[0].name,
        axis.slots[axis.slots.len() - 1].name,
        highest.name,
        grouped(highest.posts.stopped()),
        gaps,
        axis.unit,
        periods.len()
    )
}

fn months(out: &mut String, tally: &Tally, axis: &Axis) {
    let shown = |date: Date| axis.from() <= date && date < axis.to();
    let mut rows = Vec::new();
    let mut at = axis.from();
    while at < axis.to() {
        let posts = tally.months.get(&(at.year(), at.month())).copied().unwrap_or_default();
        rows.push((at.strftime("%B %Y").to_string(), posts));
        let Some(next) = at.last_of_month().tomorrow().ok().filter(|next| shown(*next)) else { break };
        at = next;
    }
    if tally.undated.total() > 0 {
        rows.push(("no day that can be read".to_owned(), tally.undated));
    }
    write!(out, "<details><summary>Table: posts by month and level</summary>{}</details>", {
        table::levels("Posts by month and level", "Month", &rows)
    })
    .expect(STRING);
}

fn strip_table(out: &mut String, periods: &[Period<'_>]) {
    if periods.is_empty() {
        return;
    }
    out.push_str(
        "<details><summary>Table: pre-election periods</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Table: pre-election periods\"><table><caption>Pre-election periods, and the posts that were judged \
         as falling into them</caption><thead><tr><th scope=\"col\">Poll<th scope=\"col\">From<th scope=\"col\">Polling \
         day<th scope=\"col\" class=\"n\">Posts<th scope=\"col\" class=\"n\">Hold or review</tr></thead><tbody>",
    );
    for period in periods {
        let councils = period.councils.map(|first| format!(" (councils {})", day(first))).unwrap_or_default();
        write!(
            out,
            "<tr><th scope=\"row\">{}<td>{}{councils}<td>{}<td class=\"n\">{}<td class=\"n\">{}</tr>",
            body(period.name),
            day(period.from),
            day(period.day),
            grouped(period.posts.total()),
            grouped(period.posts.stopped())
        )
        .expect(STRING);
    }
    out.push_str("</tbody></table></div></details>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!([0, 1, 5, 6, 11, 26, 240, 1_001].map(step), [1, 1, 1, 2, 5, 10, 50, 500]);
    }

    #[test]
    fn a_strip_shows_what_lies_on_the_axis_and_what_records_know() {
        let mut tally = Tally::new();
        tally.months.insert((2024, 6), Levels([1, 0, 0, 0, 0]));
        let day = jiff::civil::date;
        let own = crate::report::record::Period {
            id: "own".into(),
            name: "<parish> poll".into(),
            from: day(2024, 6, 1),
            day: day(2024, 6, 9),
        };
        tally.periods.insert("own".into(), (own, Levels([1, 0, 0, 0, 0])));
        let html = figure(&tally, &[]);
        assert!(html.contains("&lt;parish&gt; poll: 1 June 2024 to 9 June 2024, 1 post"), "{html}");
        assert!(html.contains(">Other</text>") && !html.contains(">General</text>"));
        assert!(html.contains("June 2024: 1 post: 1 hold"), "{html}");
        assert!(figure(&Tally::new(), &[]).contains("no chart"));
    }
}
