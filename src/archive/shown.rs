//! The words of a record that stand in several of its strings: a warning, the post, what a
//! picture shows. They are put in the order a reader meets them, a blank line between.
//!
//! The way back leads into those strings set one after the other in the same order, two
//! bytes between them. Strings without words are left out of both.

use crate::post::Post;
use crate::span::Span;
use crate::text::Aligned;

const GAP: &str = "\n\n";

/// Words of one record, in order.
#[derive(Default)]
pub(super) struct Shown {
    parts: Vec<Part>,
}

enum Part {
    /// Shown as it is written.
    Plain(String),
    /// Decoded from a string of so many bytes.
    Decoded(Aligned, usize),
}

impl Part {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Decoded(text, _) => text.as_str(),
        }
    }

    fn raw(&self) -> usize {
        match self {
            Self::Plain(text) => text.len(),
            Self::Decoded(_, raw) => *raw,
        }
    }
}

impl Shown {
    /// Adds a string that is shown as it is written.
    pub fn plain(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.parts.push(Part::Plain(text.to_owned()));
        }
    }

    /// Adds `raw` without the blanks around it.
    pub fn trimmed(&mut self, raw: &str) {
        self.decoded_or_plain(raw, None);
    }

    /// Adds what was decoded from `raw`, without the blanks around it.
    pub fn decoded_trimmed(&mut self, raw: &str, text: &Aligned) {
        self.decoded_or_plain(raw, Some(text));
    }

    /// Adds `text`, or `raw` itself, without the blanks around it.
    fn decoded_or_plain(&mut self, raw: &str, text: Option<&Aligned>) {
        let whole = text.map_or(raw, Aligned::as_str);
        let words = whole.trim();
        let start = whole.len() - whole.trim_start().len();
        match text.filter(|text| text.as_str() != raw) {
            None if words.len() == raw.len() => self.plain(raw),
            None => {
                let mut kept = Aligned::with_capacity(words.len());
                for (at, c) in words.char_indices() {
                    kept.push(&words[at..at + c.len_utf8()], Span::new(start + at, start + at + c.len_utf8()));
                }
                self.decoded(raw, kept);
            }
            Some(text) => {
                let mut kept = Aligned::with_capacity(words.len());
                kept.push_from(text, Span::new(start, start + words.len()));
                self.decoded(raw, kept);
            }
        }
    }

    /// The words of the last part; none before the first.
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", Part::text)
    }

    /// Adds what was decoded from `raw`.
    pub fn decoded(&mut self, raw: &str, text: Aligned) {
        if !text.as_str().trim().is_empty() {
            self.parts.push(Part::Decoded(text, raw.len()));
        }
    }

    /// Whether these words are there already, as a part of their own.
    pub fn has(&self, text: &str) -> bool {
        self.parts.iter().any(|part| part.text().trim() == text.trim())
    }

    /// These words and then those of `other`.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Makes it the text of `post`.
    pub fn put(mut self, post: &mut Post) {
        if self.parts.iter().all(|part| matches!(part, Part::Plain(_))) {
            let texts: Vec<String> = self.parts.into_iter().map(|part| part.text().to_owned()).collect();
            post.text = texts.join(GAP);
            return;
        }
        let joined = match self.parts.pop() {
            Some(Part::Decoded(text, _)) if self.parts.is_empty() => text,
            last => {
                self.parts.extend(last);
                self.join()
            }
        };
        joined.as_str().clone_into(&mut post.text);
        post.original = Some(joined);
    }

    fn join(&self) -> Aligned {
        let mut out = Aligned::default();
        let mut base = 0;
        for part in &self.parts {
            if base > 0 {
                out.push(GAP, Span::new(base, base + GAP.len()));
                base += GAP.len();
            }
            let text = part.text();
            for (at, c) in text.char_indices() {
                let here = Span::new(at, at + c.len_utf8());
                let from = match part {
                    Part::Plain(_) => here,
                    Part::Decoded(aligned, _) => aligned.origin(here),
                };
                out.push(here.of(text), Span::new(base + from.start, base + from.end));
            }
            base += part.raw();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::html;
    use super::*;

    fn put(shown: Shown) -> Post {
        let mut post = Post::default();
        shown.put(&mut post);
        post
    }

    #[test]
    fn plain_words_need_no_way_back() {
        let mut shown = Shown::default();
        shown.plain("Roads reopen");
        shown.plain(" \n");
        shown.plain("A lorry on a bridge");
        assert!(shown.has(" Roads reopen") && !shown.has("Roads"));
        let post = put(shown);
        assert_eq!((post.text.as_str(), post.original.is_none()), ("Roads reopen\n\nA lorry on a bridge", true));
        assert_eq!(put(Shown::default()).text, "");
    }

    #[test]
    fn blanks_around_words_are_left_out_and_counted() {
        let (title, body) = ("\u{a0} Roads ", "<p>&nbsp;Fees &lt; fines </p>");
        let mut shown = Shown::default();
        shown.trimmed(title);
        shown.decoded_trimmed(body, &html::text(body));
        shown.trimmed("plain");
        let post = put(shown);
        assert_eq!(post.text, "Roads\n\nFees < fines\n\nplain");
        let raw = [title, body, "plain"].join("\n\n");
        for (words, origin) in [("Roads", "Roads"), ("<", "&lt;"), ("fines", "fines"), ("plain", "plain")] {
            let at = post.text.find(words).unwrap();
            assert_eq!(post.original_span(Span::new(at, at + words.len())).of(&raw), origin);
        }
        let mut bare = Shown::default();
        bare.trimmed("Roads");
        assert!(put(bare).original.is_none());
    }

    #[test]
    fn every_part_leads_back_to_its_own_string() {
        let (warning, content, alt) = ("Élection", "<p>Fees &amp; fines</p>", "A queue");
        let mut shown = Shown::default();
        shown.plain(warning);
        shown.decoded(content, html::text(content));
        shown.decoded("<p></p>", html::text("<p></p>"));
        shown.plain(alt);
        let post = put(shown);
        assert_eq!(post.text, "Élection\n\nFees & fines\n\nA queue");
        let raw = [warning, content, alt].join("\n\n");
        let original = |words: &str| {
            let at = post.text.find(words).unwrap();
            post.original_span(Span::new(at, at + words.len())).of(&raw)
        };
        assert_eq!((original("lection"), original("& fines"), original("queue")), ("lection", "&amp; fines", "queue"));
    }
}
