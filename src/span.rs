//! A stretch of a draft, counted in bytes of the original text, and the other
//! ways readers count: UTF-16 units for editors, lines and columns for people.

use serde::Serialize;

/// Half-open byte range `start..end` of the original text, on `char` boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The words of `original` that the span covers.
    pub fn of(self, original: &str) -> &str {
        &original[self.start..self.end]
    }

    /// Start and end in UTF-16 code units of `original`.
    pub fn to_utf16(self, original: &str) -> [usize; 2] {
        let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
        let start = units(&original[..self.start]);
        [start, start + units(self.of(original))]
    }

    /// Line and column of the start, both from 1; the column counts `char`s.
    /// Lines end at `\n`, `\r\n` or `\r`.
    pub fn line_column(self, original: &str) -> (usize, usize) {
        let before = &original.as_bytes()[..self.start];
        let mut line = 1;
        let mut line_start = 0;
        for (at, &byte) in before.iter().enumerate() {
            let crlf = byte == b'\r' && original.as_bytes().get(at + 1) == Some(&b'\n');
            if byte == b'\n' || (byte == b'\r' && !crlf) {
                line += 1;
                line_start = at + 1;
            }
        }
        (line, original[line_start..self.start].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_editors_do() {
        let text = "a😀b\r\nzwölf words";
        let span = Span::new(text.find("words").unwrap(), text.len());
        assert_eq!(span.to_utf16(text), [12, 17]);
        assert_eq!(span.line_column(text), (2, 7));
        assert_eq!(span.of(text), "words");
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("one{end}two");
            assert_eq!(Span::new(3 + end.len(), text.len()).line_column(&text), (2, 1));
        }
    }
}
