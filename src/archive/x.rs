//! What every format of X (Twitter) shares: how words are escaped, which of them are
//! somebody else's, and how a post is called. Reads no file.

mod documents;
mod loose;

use std::borrow::Cow;

pub(super) use documents::Documents;
pub(super) use loose::{Flag, Many, Present, Word, fault};

use crate::post::{Kind, Place, Post};
use crate::span::Span;
use crate::text::Aligned;

/// The long form of a post was found apart from it, and is the text.
pub(super) const JOINED: &str = "long form joined";
/// The post is the beginning of a long one that is not in the file.
pub(super) const UNJOINED: &str = "long form not found";
/// A repost whose words the file cuts short.
pub(super) const CUT: &str = "cut short in the file";

/// The signs that X escapes, and nothing else is.
const ESCAPES: [(&str, &str); 3] = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];
/// How much of a post X shows of a long one, in its own measure, less what it may cut off
/// to end on a word.
const SHOWN: usize = 240;

/// Words as a reader sees them, and the way back if they were written otherwise.
#[derive(Default)]
pub(super) struct Words {
    pub text: String,
    pub original: Option<Aligned>,
}

impl Words {
    /// Words that stand in the file as they are read.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), original: None }
    }

    /// Words that X escaped.
    pub fn escaped(raw: &str) -> Self {
        Self::decoded(raw, escape)
    }

    /// Words that X escaped or not, as the collector pleased: escaped, if no `<`, `>` or
    /// bare `&` is in them.
    pub fn perhaps_escaped(raw: &str) -> Self {
        let bare = raw.match_indices(['&', '<', '>']).any(|(at, _)| escape(&raw[at..]).is_none());
        if bare { Self::plain(raw) } else { Self::escaped(raw) }
    }

    /// `raw` with everything replaced that `find` knows at its start: what it stands for
    /// and how many bytes it is long.
    pub fn decoded(raw: &str, find: impl Fn(&str) -> Option<(Cow<'static, str>, usize)>) -> Self {
        let sign = |byte: &u8| matches!(byte, b'&' | b'\\');
        if !raw.as_bytes().iter().any(sign) {
            return Self::plain(raw);
        }
        let mut out = Aligned::with_capacity(raw.len());
        let mut at = 0;
        let mut changed = false;
        while let Some(c) = raw[at..].chars().next() {
            let found = if c.is_ascii() && sign(&(c as u8)) { find(&raw[at..]) } else { None };
            let (piece, len) = match &found {
                Some((piece, len)) => (piece.as_ref(), *len),
                None => (&raw[at..at + c.len_utf8()], c.len_utf8()),
            };
            changed |= found.is_some();
            out.push(piece, Span::new(at, at + len));
            at += len;
        }
        if changed { Self { text: out.as_str().to_owned(), original: Some(out) } } else { Self::plain(raw) }
    }

    /// The words without their first and last byte, the quotes around them.
    pub fn without_quotes(self) -> Self {
        let inner = Span::new(1, self.text.len().saturating_sub(1).max(1));
        let Some(text) = self.text.get(inner.start..inner.end).map(str::to_owned) else { return self };
        let mut out = Aligned::with_capacity(text.len());
        match &self.original {
            Some(aligned) => out.push_from(aligned, inner),
            None => text.char_indices().for_each(|(at, c)| {
                out.push(&text[at..at + c.len_utf8()], Span::new(at + 1, at + 1 + c.len_utf8()));
            }),
        }
        Self { text, original: Some(out) }
    }

    /// Puts the words into `post`.
    pub fn into_post(self, post: Post) -> Post {
        Post { text: self.text, original: self.original, ..post }
    }
}

/// The escape at the start of `rest`.
pub(super) fn escape(rest: &str) -> Option<(Cow<'static, str>, usize)> {
    ESCAPES.iter().find(|(raw, _)| rest.starts_with(raw)).map(|(raw, sign)| (Cow::Borrowed(*sign), raw.len()))
}

/// The post called `id` that `author` wrote, with nothing in it and no place.
pub(super) fn post(id: Option<&str>, author: Option<&str>) -> Post {
    let id = id.map(str::trim).filter(|id| !id.is_empty());
    let author = author.map(str::trim).filter(|author| !author.is_empty());
    Post {
        id: id.unwrap_or_default().to_owned(),
        url: id.and_then(|id| status_url(author, id)),
        author: author.map(str::to_owned),
        platform: id.map(|_| "x"),
        ..Post::default()
    }
}

/// A record that is no post.
pub(super) fn other(note: &str) -> Post {
    Post { kind: Kind::Other, notes: vec![note.to_owned()], ..Post::default() }
}

/// The post at its place; one without an id is called after that.
pub(super) fn placed(mut post: Post, place: Place) -> Post {
    if post.id.is_empty() {
        let line = place.line.map(|line| line.to_string());
        post.id = [line, place.item.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    }
    post.place = Some(place);
    post
}

/// Where the post `id` can be seen; `None` if X could not have given out that id.
fn status_url(author: Option<&str>, id: &str) -> Option<String> {
    let is_name =
        |name: &&str| name.len() <= 50 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let author = author.filter(is_name).unwrap_or("i/web");
    id.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("https://x.com/{author}/status/{id}"))
}

/// Whether `url` leads to a post, as it does in a quote.
pub(super) fn is_status_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    let Some((host, path)) = rest.split_once('/') else { return false };
    let host = host.strip_prefix("www.").or_else(|| host.strip_prefix("mobile.")).unwrap_or(host);
    let mut parts = path.split('/');
    let (_, status, id) = (parts.next(), parts.next(), parts.next());
    matches!(host, "twitter.com" | "x.com")
        && status == Some("status")
        && id.is_some_and(|id| id.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the words are somebody else's by their form, `RT @name: …`.
pub(super) fn is_repost(text: &str) -> bool {
    let name = text.strip_prefix("RT @").and_then(|rest| rest.split_once(':'));
    name.is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// What is left of the beginning of a long post without the sign that it goes on, and
/// without the links that may follow it; `None` if it does not look like one.
pub(super) fn stub(text: &str) -> Option<&str> {
    let mut rest = text.trim_end();
    while let Some((head, last)) = rest.rsplit_once(char::is_whitespace)
        && last.starts_with("https://t.co/")
    {
        rest = head.trim_end();
    }
    rest.strip_suffix('…').map(str::trim_end)
}

/// Whether the beginning of a long post is as long as X shows it; a shorter one may as
/// well end with the writer's own `…`.
pub(super) fn is_whole_stub(stub: &str) -> bool {
    let weight = |c| match c {
        '\0'..='\u{10ff}' | '\u{2000}'..='\u{200d}' | '\u{2010}'..='\u{201f}' | '\u{2032}'..='\u{2037}' => 1,
        _ => 2,
    };
    stub.chars().map(weight).sum::<usize>() >= SHOWN
}

/// The language, unless the code says that there is none (`und`, `zxx`, `qme` …).
pub(super) fn lang(code: &str) -> Option<String> {
    let none = code.is_empty() || matches!(code, "und" | "zxx") || (code.len() == 3 && code.starts_with('q'));
    (!none).then(|| code.to_owned())
}

/// Whether the post `id` was edited later: it is not the last of its `history`.
pub(super) fn is_superseded(id: &str, history: &[Word<'_>]) -> bool {
    let last = history.iter().filter_map(Word::get).next_back();
    last.is_some_and(|last| last != id) && history.iter().any(|known| known.get() == Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_signs_are_decoded_once_and_lead_back() {
        let words = Words::escaped("Q&amp;A: 1 &lt; 2 &amp;amp; &copy; é");
        assert_eq!(words.text, "Q&A: 1 < 2 &amp; &copy; é");
        assert_eq!(words.original.unwrap().origin(Span::new(1, 2)), Span::new(1, 6));
        assert!(Words::escaped("R&D").original.is_none());
        assert_eq!(Words::perhaps_escaped("a &amp; b").text, "a & b");
        assert_eq!(Words::perhaps_escaped("a &amp; b & c").text, "a &amp; b & c");
        assert_eq!(Words::perhaps_escaped("&lt; <").text, "&lt; <");
    }

    #[test]
    fn links_to_posts_are_quotes() {
        for url in [
            "https://twitter.com/a/status/12",
            "http://x.com/a_b/status/12?s=20",
            "https://mobile.twitter.com/i/status/1",
        ] {
            assert!(is_status_url(url), "{url}");
        }
        for url in ["https://x.com/a", "https://example.org/a/status/1", "https://x.com/a/status/", "x.com/a/lists/1"] {
            assert!(!is_status_url(url), "{url}");
        }
    }

    #[test]
    fn reposts_are_known_by_their_beginning() {
        assert!(is_repost("RT @roads_1: Open again") && is_repost("RT @roads:"));
        for text in ["RT @: x", "RT roads: x", "rt @roads: x", "RT @roads and others: x", "RT @roads"] {
            assert!(!is_repost(text), "{text}");
        }
    }

    #[test]
    fn beginnings_of_long_posts_are_known() {
        assert_eq!(stub("We open the…"), Some("We open the"));
        assert_eq!(stub("We open the… https://t.co/a https://t.co/b"), Some("We open the"));
        assert_eq!(stub("We open the new wing"), None);
        assert_eq!(stub("https://t.co/a"), None);
        assert!(is_whole_stub(&"word ".repeat(54)) && is_whole_stub(&"語".repeat(137)));
        assert!(!is_whole_stub("And so on"));
    }

    #[test]
    fn ids_make_links_only_where_they_are_ids() {
        let url = |id, author| post(Some(id), author).url;
        assert_eq!(url("12", Some("roads")).as_deref(), Some("https://x.com/roads/status/12"));
        assert_eq!(url("12", Some("a/../b")).as_deref(), Some("https://x.com/i/web/status/12"));
        assert_eq!(url("1.7E+18", None), None);
        let nameless = placed(post(None, None), Place::line("f", 3));
        assert_eq!((nameless.id.as_str(), nameless.platform), ("3", None));
    }

    #[test]
    fn codes_for_no_language_are_none() {
        assert_eq!(lang("cy").as_deref(), Some("cy"));
        for code in ["", "und", "zxx", "qme", "qht"] {
            assert_eq!(lang(code), None, "{code}");
        }
    }
}
