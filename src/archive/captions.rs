//! Captions of a video (`SubRip`, `WebVTT`) as one post: what is said, joined over the ends of
//! cues so that sentences are whole. Numbers, times, marks of style and the lines that
//! automatic captions show twice go; every word leads back to its cue.

use super::ahead::Ahead;
use super::input::Input;
use super::joined::Joined;
use super::{Posts, Reading, html, name_of};
use crate::error::Result;
use crate::post::Post;
use crate::span::Span;
use crate::text::Aligned;

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    if ahead.first_line().starts_with(b"WEBVTT") {
        return Some("it begins as WebVTT captions do".to_owned());
    }
    let start = String::from_utf8_lossy(ahead.bytes);
    let mut lines = start.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_number = lines.next().is_some_and(|line| line.parse::<u32>().is_ok());
    (is_number && lines.next().is_some_and(is_timing)).then(|| "it begins with a numbered and timed cue".to_owned())
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (id, place) = (name_of(input.name()), input.place());
    let source = input.into_text()?;
    let text = text(&source);
    let post = Post {
        id,
        text: text.as_str().to_owned(),
        original: Some(text),
        notes: vec!["captions: read as one text".to_owned()],
        place: Some(place),
        ..Post::default()
    };
    let post = (!source.trim().is_empty()).then_some(Ok(post));
    Ok(Box::new(post.into_iter()))
}

/// What is said in `source`.
fn text(source: &str) -> Aligned {
    let mut out = Joined::default();
    let mut in_cue = false;
    let mut last = String::new();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim().is_empty() {
            in_cue = false;
        } else if is_timing(line.trim()) {
            in_cue = true;
        } else if in_cue {
            let said = said(line, start);
            let words = said.as_str().trim();
            // Rolling captions show the line before once more.
            if words.is_empty() || words == last {
                continue;
            }
            words.clone_into(&mut last);
            if !out.is_empty() {
                out.push(" ", Span::new(start, start));
            }
            let from = said.as_str().len() - said.as_str().trim_start().len();
            let mut piece = Aligned::default();
            piece.push_from(&said, Span::new(from, from + words.len()));
            out.push_aligned(&piece, 0);
        }
    }
    out.finish()
}

/// Whether `line` is `00:00:01,000 --> 00:00:04,000`, with or without settings.
fn is_timing(line: &str) -> bool {
    let is_clock = |clock: Option<&str>| {
        clock.is_some_and(|clock| {
            clock.contains(':') && clock.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b','))
        })
    };
    line.split_once("-->").is_some_and(|(from, to)| {
        is_clock(from.split_whitespace().next_back()) && is_clock(to.split_whitespace().next())
    })
}

/// The words of a line that stands at byte `start`, without `<c>`, `<00:00:01.500>`, `{\an8}`.
fn said(line: &str, start: usize) -> Aligned {
    let mut out = Joined::default();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let mark = match rest.as_bytes() {
            [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', ..] => rest.find('>'),
            [b'{', b'\\', ..] => rest.find('}'),
            _ => None,
        };
        if let Some(end) = mark {
            at += end + 1;
            continue;
        }
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let len = rest[first..].find(['<', '{']).map_or(rest.len(), |next| first + next);
        out.push_aligned(&html::entities(&rest[..len]), start + at);
        at += len;
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_joined_over_cues() {
        let srt = "1\r\n00:00:01,000 --> 00:00:04,000\r\n<i>Both pools</i>\r\nwill open\r\n\r\n2\r\n00:00:04,000 --> 00:00:06,000\r\n{\\an8}on Monday.\r\n";
        let text = text(srt);
        assert_eq!(text.as_str(), "Both pools will open on Monday.");
        let at = text.as_str().find("Monday").unwrap();
        assert_eq!(text.origin(Span::new(at, at + 6)).of(srt), "Monday");
    }

    #[test]
    fn rolling_captions_are_read_once() {
        let vtt = "WEBVTT\nKind: captions\n\nNOTE by hand\n\n00:01.000 --> 00:02.000 align:start\nboth<00:01.500><c> pools</c>\n\n\
                   00:02.000 --> 00:03.000\nboth pools\nopen &amp; free\n\n00:03.000 --> 00:04.000\nopen &amp; free\n\n";
        assert_eq!(text(vtt).as_str(), "both pools open & free");
    }

    #[test]
    fn captions_are_known_by_their_beginning() {
        let claimed = |bytes: &str| claims(&Ahead::new("-", bytes.as_bytes())).is_some();
        assert!(claimed("WEBVTT\n") && claimed("\n1\n00:00:01,000 --> 00:00:04,000\nwords"));
        assert!(!claimed("1\nfirst --> last\n") && !claimed("00:00:01,000 --> 00:00:04,000") && !claimed(""));
        for broken in ["00:01 --> 00:02\n<", "00:01 --> 00:02\n<c", "00:01 --> 00:02\n{\\", "00:01 --> 00:02\né<é>{é}"]
        {
            let _ = text(broken);
        }
        assert_eq!(text("00:01 --> 00:02\n5 < 6 {ok}").as_str(), "5 < 6 {ok}");
    }
}
