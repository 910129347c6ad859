//! The words of a post with what findings stop at marked. Spans may overlap, and may be
//! wrong in a file that somebody else made: those that do not fit the text are left out.

use std::fmt::Write;

use super::escape;
use crate::rules::Level;

/// Bytes of a text that are kept; of a longer one, only its beginning and what is around marks.
const LONG: usize = 4_000;
/// Bytes kept before and after a mark of a long text.
const AROUND: usize = 300;

/// A stretch of a text that is kept.
pub(super) struct Piece {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Its words.
    pub text: String,
}

/// A marked stretch: bytes `start..end` of the text.
#[derive(Clone, Copy)]
pub(super) struct Mark<'g> {
    pub start: usize,
    pub end: usize,
    /// Number of the finding in its list, from 1.
    pub number: usize,
    pub level: Level,
    pub rule: &'g str,
}

/// The pieces of `text` that are kept: all of it, or the beginning and what is around `spans`.
pub(super) fn pieces(text: &str, spans: &[(usize, usize)]) -> Vec<Piece> {
    if text.len() <= LONG {
        return vec![Piece { start: 0, text: text.to_owned() }];
    }
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let mut wanted = vec![(0, floor(AROUND * 2))];
    let mut kept = 0;
    for &(start, end) in spans.iter().filter(|(start, end)| start < end && *end <= text.len()) {
        let end = end.min(start + AROUND * 4);
        kept += end - start + AROUND * 2;
        if kept > LONG * 2 {
            break;
        }
        wanted.push((floor(start.saturating_sub(AROUND)), floor(end + AROUND)));
    }
    wanted.sort_unstable();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (start, end) in wanted {
        match ranges.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => ranges.push((start, end)),
        }
    }
    ranges.into_iter().map(|(start, end)| Piece { start, text: text[start..end].to_owned() }).collect()
}

/// The HTML of `pieces` with `marks`, and bytes `shaded` of the text shaded; `whole` is the
/// length of the text in bytes.
pub(super) fn html(pieces: &[Piece], whole: usize, marks: &[Mark<'_>], shaded: Option<(usize, usize)>) -> String {
    let mut out = String::new();
    let mut at = 0;
    for piece in pieces {
        gap(&mut out, at, piece.start);
        marked(&mut out, piece, marks, shaded);
        at = piece.start + piece.text.len();
    }
    gap(&mut out, at, whole);
    out
}

fn gap(out: &mut String, from: usize, to: usize) {
    if from < to {
        write!(out, "<span class=\"gap\"> […{} bytes not shown…] </span>", to - from).expect("String");
    }
}

fn marked(out: &mut String, piece: &Piece, marks: &[Mark<'_>], shaded: Option<(usize, usize)>) {
    let end = piece.start + piece.text.len();
    let fits = |at: usize| (piece.start..=end).contains(&at) && piece.text.is_char_boundary(at - piece.start);
    let here: Vec<Mark<'_>> =
        marks.iter().copied().filter(|mark| mark.start < mark.end && fits(mark.start) && fits(mark.end)).collect();
    let mut cuts: Vec<usize> = here.iter().flat_map(|mark| [mark.start, mark.end]).chain([piece.start, end]).collect();
    // What of the shaded bytes is in this piece.
    let shaded = shaded.map(|(start, till)| (start.max(piece.start), till.min(end)));
    let shaded = shaded.filter(|&(start, till)| start < till && fits(start) && fits(till));
    cuts.extend(shaded.into_iter().flat_map(|(start, till)| [start, till]));
    cuts.sort_unstable();
    cuts.dedup();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let words = escape::body(&piece.text[from - piece.start..to - piece.start]);
        let is_shaded = shaded.is_some_and(|(start, till)| start <= from && to <= till);
        let (opens, closes) = if is_shaded { ("<span class=\"passage\">", "</span>") } else { ("", "") };
        let mut over: Vec<&Mark<'_>> = here.iter().filter(|mark| mark.start <= from && to <= mark.end).collect();
        over.sort_by_key(|mark| mark.number);
        over.dedup_by_key(|mark| mark.number);
        let Some(level) = over.iter().map(|mark| mark.level).max() else {
            out.extend([opens, &words, closes]);
            continue;
        };
        let rules: Vec<&str> = over.iter().map(|mark| mark.rule).collect();
        let said: Vec<String> = over.iter().map(|m| format!("{}: {} {}", m.number, m.level, m.rule)).collect();
        let ending: Vec<String> =
            over.iter().filter(|mark| mark.end == to).map(|mark| mark.number.to_string()).collect();
        write!(
            out,
            "{opens}<mark class=\"{level}\" data-rule=\"{}\" title=\"{}\"",
            escape::plain(&rules.join(" ")),
            escape::plain(&said.join("; "))
        )
        .expect("String");
        if !ending.is_empty() {
            write!(out, " data-n=\"{}\"", ending.join(" ")).expect("String");
        }
        write!(out, ">{words}</mark>{closes}").expect("String");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: usize, end: usize, number: usize, level: Level) -> Mark<'static> {
        Mark { start, end, number, level, rule: ["", "a/one", "b/two"][number] }
    }

    fn bare(html: &str) -> String {
        let mut out = String::new();
        let mut tag = false;
        for c in html.chars() {
            match c {
                '<' => tag = true,
                '>' => tag = false,
                c if !tag => out.push(c),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn overlaps_are_cut_into_stretches() {
        let text = "zwölf große Lügen";
        let at = |words: &str| (text.find(words).unwrap(), text.find(words).unwrap() + words.len());
        let (one, two) = (at("zwölf große"), at("große Lügen"));
        let marks = [mark(one.0, one.1, 1, Level::Hold), mark(two.0, two.1, 2, Level::Note)];
        let html = html(&pieces(text, &[]), text.len(), &marks, None);
        assert_eq!(bare(&html), text);
        assert_eq!(html.matches("<mark").count(), 3);
        assert!(html.contains("<mark class=\"hold\" data-rule=\"a/one b/two\" title=\"1: hold a/one; 2: note b/two\" data-n=\"1\">große</mark>"), "{html}");
        assert!(
            html.contains(
                "<mark class=\"note\" data-rule=\"b/two\" title=\"2: note b/two\" data-n=\"2\"> Lügen</mark>"
            ),
            "{html}"
        );
    }

    #[test]
    fn spans_that_do_not_fit_mark_nothing() {
        let text = "zwölf";
        for (start, end) in [(0, 3), (3, 99), (4, 2), (2, 2), (usize::MAX - 1, usize::MAX)] {
            assert_eq!(
                html(&pieces(text, &[(start, end)]), 6, &[mark(start, end, 1, Level::Hold)], Some((start, end))),
                text
            );
        }
    }

    #[test]
    fn a_passage_is_shaded_in_every_piece_it_is_in() {
        let text = format!("{}The end.", "é ".repeat(5_000));
        let kept = pieces(&text, &[(9_000, 12_000)]);
        let html = html(&kept, text.len(), &[], Some((9_000, 15_008)));
        assert_eq!(html.matches("<span class=\"passage\">").count(), 1);
        assert!(!html.starts_with("<span class=\"passage\">"), "the beginning is no part of it");
    }

    #[test]
    fn of_a_long_text_the_marked_words_are_kept() {
        let text = format!("{}<b>lie</b>{}", "é ".repeat(20_000), "ö ".repeat(20_000));
        let start = text.find("<b>").unwrap();
        let kept = pieces(&text, &[(start, start + 10), (7, 3), (1, usize::MAX)]);
        assert!(kept.iter().map(|piece| piece.text.len()).sum::<usize>() < LONG);
        let html = html(&kept, text.len(), &[mark(start, start + 10, 1, Level::Hold)], None);
        assert!(html.contains(">&lt;b&gt;lie&lt;/b&gt;</mark>"), "{html}");
        assert_eq!(html.matches("bytes not shown").count(), 2);
        let spans: Vec<(usize, usize)> = (0..5_000).map(|at| (at * 10, at * 10 + 1)).collect();
        assert!(pieces(&text, &spans).iter().map(|piece| piece.text.len()).sum::<usize>() < LONG * 3);
    }
}
