//! Small parts that several sections of the page share: tables of levels, their legend,
//! badges, counts in words.

use std::fmt::Write;

use super::escape::body;
use super::tally::{LEVELS, Levels};
use crate::report::summary::grouped;
use crate::rules::Level;

const STRING: &str = "writing to a String cannot fail";

/// `3 posts: 1 hold, 2 clear`.
pub(super) fn in_words(posts: Levels) -> String {
    let parts: Vec<String> = LEVELS
        .iter()
        .zip(posts.0)
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| format!("{} {level}", grouped(count)))
        .collect();
    let total = posts.total();
    format!("{}: {}", counted(total, "post"), parts.join(", "))
}

/// `1 post`, `2 posts`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `count` of `all` in whole percent; never 0 of something, never 100 of not all.
pub(super) fn share(count: u64, all: u64) -> String {
    let percent = count as f64 * 100.0 / all.max(1) as f64;
    match percent {
        p if count > 0 && p < 1.0 => "<1 %".to_owned(),
        p if count < all && p > 99.0 => ">99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// The level in words and with a sign, so that colour says nothing alone.
pub(super) fn badge(level: Level) -> String {
    format!("<span class=\"badge {level}\"><span aria-hidden=\"true\">{}</span> {level}</span>", sign(level))
}

fn sign(level: Level) -> &'static str {
    match level {
        Level::Hold => "■",
        Level::Review => "▲",
        Level::Unscreened => "?",
        Level::Note => "●",
        Level::Clear => "✓",
    }
}

/// What the fills of the bars mean.
pub(super) fn legend() -> String {
    let mut out = String::new();
    for level in LEVELS {
        write!(
            out,
            "<span class=\"key\"><svg class=\"sw\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"f {level}\" width=\"14\" height=\"14\"/></svg> {level}</span> "
        )
        .expect(STRING);
    }
    out
}

/// A table of levels; the names are escaped here.
pub(super) fn levels(caption: &str, head: &str, rows: &[(String, Levels)]) -> String {
    let mut out = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {caption}\"><table><caption>{caption}</caption><thead><tr><th scope=\"col\">{head}"
    );
    for level in LEVELS {
        write!(out, "<th scope=\"col\" class=\"n\">{level}").expect(STRING);
    }
    out.push_str("<th scope=\"col\" class=\"n\">all</tr></thead><tbody>");
    for (name, posts) in rows {
        write!(out, "<tr><th scope=\"row\">{}", body(name)).expect(STRING);
        for count in posts.0.into_iter().chain([posts.total()]) {
            write!(out, "<td class=\"n\">{}", grouped(count)).expect(STRING);
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_never_hide_a_post() {
        assert_eq!(
            [(0, 10), (1, 1000), (999, 1000), (5, 10), (10, 10)].map(|(count, all)| share(count, all)),
            ["0 %", "<1 %", ">99 %", "50 %", "100 %"]
        );
        assert_eq!(in_words(Levels([1, 0, 0, 0, 1_200])), "1,201 posts: 1 hold, 1,200 clear");
    }
}
