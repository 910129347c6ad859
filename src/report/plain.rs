//! Words of a post as one line that does no harm where it is shown: no control
//! characters, no marks that turn the direction of writing, not without end.
//! Each format still has to escape what means something to it.

/// Characters shown of a quote.
pub(super) const QUOTE: usize = 240;

/// `text` on one line of at most `limit` characters, `…` at the end of what was cut.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * limit));
    let mut shown = 0;
    let mut blank = false;
    for c in text.chars().filter(|&c| !is_hidden(c)) {
        if c.is_whitespace() || c.is_control() {
            blank = shown > 0;
            continue;
        }
        if shown + 1 + usize::from(blank) > limit {
            out.truncate(out.trim_end_matches(is_joiner).len());
            out.push('…');
            break;
        }
        if blank {
            out.push(' ');
        }
        shown += 1 + usize::from(blank);
        blank = false;
        out.push(c);
    }
    out
}

/// Marks without a shape that change how what follows is read. Joiners stay: emoji are
/// made with them.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}')
}

/// `1 post`, `2,000 posts`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    let number = super::summary::grouped(count);
    if count == 1 { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}

/// `1 reply`, `2 replies`, `1 not public`: records that were left out, and why.
pub(crate) fn reasoned(count: u64, reason: &str) -> String {
    let one = match reason {
        "replies" => "reply",
        "quotes" => "quote",
        "reposts" => "repost",
        "earlier wordings" => "earlier wording",
        other => other,
    };
    format!("{} {}", super::summary::grouped(count), if count == 1 { one } else { reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_stays_on_one_line_and_reads_one_way() {
        assert_eq!(one_line(" a\r\n\tb\u{0}c \u{202e}d\u{2066}\u{2028}e ", 80), "a b c d e");
        assert_eq!(one_line("👨\u{200d}👩\u{200d}👧 ok", 80), "👨\u{200d}👩\u{200d}👧 ok");
    }

    #[test]
    fn one_is_not_several() {
        assert_eq!([0, 1, 2000].map(|count| plural(count, "post")), ["0 posts", "1 post", "2,000 posts"]);
        assert_eq!([1, 2].map(|count| reasoned(count, "replies")), ["1 reply", "2 replies"]);
        assert_eq!([1, 2].map(|count| reasoned(count, "not public")), ["1 not public", "2 not public"]);
    }

    /// Every reason that a selection counts in the plural has a singular.
    #[test]
    fn every_kind_that_is_left_out_has_a_singular() {
        use crate::post::{Kind, Post};
        let reasons = [Kind::Reply, Kind::Quote, Kind::Repost, Kind::Version]
            .map(|kind| crate::scan::Selection::default().leaves_out(&Post { kind, ..Post::new("1", "a") }).unwrap());
        assert_eq!(reasons.map(|reason| reasoned(1, reason)), ["1 reply", "1 quote", "1 repost", "1 earlier wording"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(one_line("äöü", 3), "äöü");
        assert_eq!(one_line("äöüß", 3), "äöü…");
        assert_eq!(one_line("ab cd", 3), "ab…");
        assert_eq!(one_line("a👨\u{200d}👩", 3), "a👨…");
        assert_eq!(one_line("", 3), "");
    }
}
