//! Levels by account as bars, those with most to look at first; and as a table.

use std::cmp::Reverse;
use std::fmt::Write;

use super::escape::{clip, plain};
use super::table;
use super::tally::{LEVELS, Levels, Tally};
use crate::report::summary::grouped;

/// Accounts with a bar of their own, and with a row of their own.
const BARS: usize = 15;
const ROWS: usize = 100;
const WIDTH: f64 = 960.0;
const LEFT: f64 = 210.0;
const PLOT: f64 = 530.0;
const ROW: f64 = 28.0;
const STRING: &str = "writing to a String cannot fail";

/// What a post is said to be from.
pub(super) fn name(tally: &Tally, account: usize) -> &str {
    match tally.accounts.get(account) {
        Some((Some(name), _)) => name,
        Some((None, _)) => "no account given",
        None => "an account further on",
    }
}

/// The chart with its table.
pub(super) fn figure(tally: &Tally) -> String {
    let mut order: Vec<usize> = (0..tally.accounts.len()).filter(|&at| tally.accounts[at].1.total() > 0).collect();
    order.sort_by_key(|&at| {
        let levels = tally.accounts[at].1;
        (Reverse(levels.stopped()), Reverse(levels.total()), name(tally, at))
    });
    let mut out = String::new();
    if order.len() == 1 && order[0] == 0 && tally.crowd.total() == 0 {
        out.push_str("<p>No post says which account it is from.</p>");
        return out;
    }
    chart(&mut out, &rows(tally, &order, BARS));
    write!(
        out,
        "<details><summary>Table: posts by account and level</summary>{}</details>",
        table::levels("Posts by account and level", "Account", &rows(tally, &order, ROWS))
    )
    .expect(STRING);
    out
}

/// The first `most` of `order`, and the others together.
fn rows(tally: &Tally, order: &[usize], most: usize) -> Vec<(String, Levels)> {
    let (own, others) = order.split_at(most.min(order.len()));
    let mut rows: Vec<_> = own.iter().map(|&at| (clip(name(tally, at), 80), tally.accounts[at].1)).collect();
    let rest = others.iter().fold(tally.crowd, |sum, &at| sum.and(tally.accounts[at].1));
    if rest.total() > 0 {
        let count = if tally.crowd.total() > 0 { "more".to_owned() } else { grouped(others.len() as u64) };
        rows.push((format!("{count} others"), rest));
    }
    rows
}

fn chart(out: &mut String, rows: &[(String, Levels)]) {
    let height = ROW * rows.len() as f64 + 4.0;
    let most = rows.iter().map(|(_, levels)| levels.total()).max().unwrap_or(1).max(1);
    let first = rows.first().map_or("", |(name, _)| name);
    write!(
        out,
        "<figure><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chart: posts by account and level\">\
         <svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"t-accounts d-accounts\">\
         <title id=\"t-accounts\">Posts by account and level</title><desc id=\"d-accounts\">{} accounts or groups; the one \
         with most posts on hold or review is {}. The table below has the figures.</desc>",
        rows.len(),
        plain(first)
    )
    .expect(STRING);
    for (at, (name, levels)) in rows.iter().enumerate() {
        let y = 2.0 + ROW * at as f64;
        write!(
            out,
            "<text class=\"ax end\" x=\"{}\" y=\"{}\">{}</text><g><title>{}: {}</title>",
            LEFT - 8.0,
            y + 17.0,
            plain(&clip(name, 28)),
            plain(name),
            table::in_words(*levels)
        )
        .expect(STRING);
        let mut sum = 0;
        for (level, posts) in LEVELS.iter().zip(levels.0).filter(|(_, posts)| *posts > 0) {
            let (from, to) = (PLOT * sum as f64 / most as f64, PLOT * (sum + posts) as f64 / most as f64);
            write!(
                out,
                "<rect class=\"f {level}\" x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" height=\"20\"/>",
                LEFT + from,
                y + 3.0,
                (to - from).max(0.5)
            )
            .expect(STRING);
            if to - from > 15.0 {
                let letter = level.name()[..1].to_uppercase();
                let middle = LEFT + f64::midpoint(from, to);
                write!(out, "<text class=\"in\" x=\"{middle:.1}\" y=\"{}\">{letter}</text>", y + 17.5).expect(STRING);
            }
            sum += posts;
        }
        write!(
            out,
            "</g><text class=\"ax\" x=\"{:.1}\" y=\"{}\">{}, {} to look at</text>",
            LEFT + PLOT * sum as f64 / most as f64 + 8.0,
            y + 17.0,
            table::counted(levels.total(), "post"),
            table::share(levels.stopped(), levels.total())
        )
        .expect(STRING);
    }
    out.push_str("</svg></div><figcaption>");
    out.push_str(&table::legend());
    out.push_str("</figcaption></figure>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_accounts_and_the_others() {
        let mut tally = Tally::new();
        for at in 0..20_u64 {
            tally.accounts.push((Some(format!("<b>{at:02}")), Levels([at, 0, 0, 0, 20])));
        }
        let html = figure(&tally);
        let (chart, table) = html.split_once("<details>").unwrap();
        assert_eq!(chart.matches("<g>").count(), BARS + 1);
        assert!(chart.contains("5 others: 110 posts: 10 hold, 100 clear"), "{chart}");
        assert!(chart.find("&lt;b&gt;19").unwrap() < chart.find("&lt;b&gt;18").unwrap());
        assert!(table.contains("&lt;b&gt;00") && !html.contains("<b>"));
    }
}
