//! Text put together from pieces of one document, with the way back to the document.

use crate::span::Span;
use crate::text::Aligned;

/// Text under way.
#[derive(Default)]
pub(super) struct Joined {
    out: Aligned,
    /// Line ends owed before the next word.
    breaks: usize,
}

impl Joined {
    /// Puts at least `breaks` line ends, two at most, before what comes next.
    pub fn part(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks.min(2));
    }

    /// Appends `piece`, all of which stands for `origin`.
    pub fn push(&mut self, piece: &str, origin: Span) {
        if piece.is_empty() {
            return;
        }
        if !self.out.as_str().is_empty() {
            self.out.push(&"\n\n"[..self.breaks], Span::new(origin.start, origin.start));
        }
        self.breaks = 0;
        self.out.push(piece, origin);
    }

    /// Appends `piece`, which stands at byte `at` of the document as it is.
    pub fn push_plain(&mut self, piece: &str, at: usize) {
        for (offset, c) in piece.char_indices() {
            let from = at + offset;
            self.push(&piece[offset..offset + c.len_utf8()], Span::new(from, from + c.len_utf8()));
        }
    }

    /// Appends `piece`, which was made from what stands at byte `at` of the document.
    pub fn push_aligned(&mut self, piece: &Aligned, at: usize) {
        let text = piece.as_str();
        for (offset, c) in text.char_indices() {
            let end = offset + c.len_utf8();
            let origin = piece.origin(Span::new(offset, end));
            self.push(&text[offset..end], Span::new(at + origin.start, at + origin.end));
        }
    }

    /// Whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.out.as_str().is_empty()
    }

    /// The text.
    pub fn finish(self) -> Aligned {
        self.out
    }
}
