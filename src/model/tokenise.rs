//! Masked text → token ids in windows the encoder can take, each id with the
//! bytes of the draft it stands for.

use tokenizers::Tokenizer;

use super::manifest::Folder;
use super::wordpiece::{Piece, pieces};
use crate::ahead::vocab::Vocab;
use crate::span::Span;
use crate::text::Aligned;

/// Tokens by which consecutive windows of one very long sentence overlap.
const OVERLAP: usize = 16;

/// A `WordPiece` tokenizer and the sizes of its windows.
pub struct Tokeniser {
    engine: Engine,
    sizes: Sizes,
    start: u32,
    end: u32,
}

/// What cuts a text into pieces.
enum Engine {
    /// Our own, for a tokenizer of the shape that it knows.
    Own(Vocab),
    /// The tokenizers library, for any other.
    Library(Box<Tokenizer>),
}

/// Window sizes in tokens, the two special ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Drafts up to this length are read at once.
    pub window: usize,
    /// Longer ones are read in passages of whole sentences up to this length.
    pub passage: usize,
}

/// One stretch of a draft as the encoder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Token ids, `[CLS]` first and `[SEP]` last; at least 2.
    pub ids: Vec<u32>,
    /// For each id, the bytes of the original it stands for; empty for the special ones.
    pub origins: Vec<Span>,
}

impl Window {
    /// The bytes of the original that the window covers.
    pub fn span(&self) -> Span {
        let inner = &self.origins[1..self.origins.len() - 1];
        inner.iter().copied().reduce(Span::join).unwrap_or(Span::new(0, 0))
    }

    /// The window with the tokens left out that stand for bytes of `word`.
    #[must_use]
    pub fn without(&self, word: Span) -> Self {
        let kept = self.ids.iter().zip(&self.origins).filter(|(_, origin)| !origin.overlaps(word));
        let (ids, origins) = kept.unzip();
        Self { ids, origins }
    }
}

impl Tokeniser {
    /// Takes the tokenizer of `folder`.
    ///
    /// # Errors
    /// What is wrong with it, in the words of the tokenizers library.
    pub fn load(folder: &Folder, sizes: Sizes) -> Result<Self, String> {
        folder.vocab().map_or_else(
            || Self::of_library(folder.file("tokenizer.json"), sizes),
            |vocab| Self::new(Engine::Own(vocab), sizes),
        )
    }

    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn from_bytes(json: &[u8], sizes: Sizes) -> Result<Self, String> {
        Vocab::compile(json).map_or_else(|| Self::of_library(json, sizes), |vocab| Self::new(Engine::Own(vocab), sizes))
    }

    fn of_library(json: &[u8], sizes: Sizes) -> Result<Self, String> {
        Self::new(Engine::Library(Box::new(library(json)?)), sizes)
    }

    fn new(engine: Engine, sizes: Sizes) -> Result<Self, String> {
        let id = |token: &str| engine.id(token).ok_or_else(|| format!("it has no {token} token"));
        let (start, end) = (id("[CLS]")?, id("[SEP]")?);
        id(crate::actors::PARTY)?;
        id(crate::actors::POLITICIAN)?;
        Ok(Self { engine, sizes, start, end })
    }

    /// The windows of a masked text; `sentences` are the byte offsets of the
    /// original where its sentences start, in order.
    pub fn windows(&self, masked: &Aligned, sentences: &[usize]) -> Vec<Window> {
        let (ids, origins): (Vec<u32>, Vec<Span>) =
            self.engine.pieces(masked.as_str()).map(|piece| (piece.id, masked.origin(piece.span))).unzip();
        let ranges = cuts(&origins, sentences, self.sizes).into_iter();
        ranges.map(|range| self.window(&ids[range.clone()], &origins[range])).collect()
    }

    fn window(&self, ids: &[u32], origins: &[Span]) -> Window {
        let edge = Span::new(0, 0);
        Window { ids: [&[self.start], ids, &[self.end]].concat(), origins: [&[edge], origins, &[edge]].concat() }
    }
}

/// Reads a `tokenizer.json` with the tokenizers library.
fn library(json: &[u8]) -> Result<Tokenizer, String> {
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(|fault| fault.to_string())?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|fault| fault.to_string())?;
    Ok(tokenizer)
}

impl Engine {
    fn id(&self, token: &str) -> Option<u32> {
        match self {
            Self::Own(vocab) => vocab.id(token),
            Self::Library(tokenizer) => tokenizer.token_to_id(token),
        }
    }

    fn pieces(&self, text: &str) -> impl Iterator<Item = Piece> {
        let pieces = match self {
            Self::Own(vocab) => pieces(vocab, text),
            Self::Library(tokenizer) => {
                let encoding =
                    tokenizer.encode(text, false).expect("a WordPiece tokenizer without truncation takes any text");
                let spans = encoding.get_offsets().iter().map(|&(start, end)| Span::new(start, end));
                encoding.get_ids().iter().zip(spans).map(|(&id, span)| Piece { id, span }).collect()
            }
        };
        pieces.into_iter()
    }
}

/// Ranges of pieces that go into one window each.
fn cuts(origins: &[Span], sentences: &[usize], sizes: Sizes) -> Vec<std::ops::Range<usize>> {
    let room = sizes.window - 2;
    if origins.len() <= room {
        return std::iter::once(0..origins.len()).collect();
    }
    let sentence_of = |origin: &Span| sentences.partition_point(|&start| start <= origin.start);
    let bounds: Vec<std::ops::Range<usize>> = origins
        .chunk_by(|a, b| sentence_of(a) == sentence_of(b))
        .scan(0, |at, chunk| {
            let start = *at;
            *at += chunk.len();
            Some(start..*at)
        })
        .collect();
    let mut out = Vec::new();
    let mut first = 0;
    while first < bounds.len() {
        let start = bounds[first].start;
        let fits = |end: usize| end - start <= sizes.passage - 2;
        let last = first + bounds[first + 1..].iter().take_while(|s| fits(s.end)).count();
        split_long(start..bounds[last].end, room, &mut out);
        if last + 1 >= bounds.len() {
            break;
        }
        first = if last > first { last } else { last + 1 }; // overlap by one sentence
    }
    out
}

/// A sentence longer than the window becomes overlapping windows.
fn split_long(range: std::ops::Range<usize>, room: usize, out: &mut Vec<std::ops::Range<usize>>) {
    let mut start = range.start;
    while range.end - start > room {
        out.push(start..start + room);
        start += room - OVERLAP;
    }
    out.push(start..range.end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(n: usize) -> Vec<Span> {
        (0..n).map(|at| Span::new(at, at + 1)).collect()
    }

    #[test]
    fn short_drafts_are_read_at_once() {
        let sizes = Sizes { window: 12, passage: 6 };
        assert_eq!(cuts(&origins(10), &[0, 5], sizes), vec![0..10]);
        assert_eq!(cuts(&[], &[], sizes), vec![0..0]);
    }

    #[test]
    fn long_drafts_overlap_by_a_sentence() {
        let sizes = Sizes { window: 12, passage: 8 };
        assert_eq!(cuts(&origins(14), &[0, 3, 6, 9, 12], sizes), vec![0..6, 3..9, 6..12, 9..14]);
    }

    #[test]
    fn every_piece_is_read_whatever_the_sentences() {
        let sizes = Sizes { window: 40, passage: 30 };
        for n in [39, 60, 100, 333] {
            for starts in [vec![0], vec![0, 50], (0..n).step_by(7).collect::<Vec<_>>()] {
                let windows = cuts(&origins(n), &starts, sizes);
                let mut seen = vec![false; n];
                for window in &windows {
                    assert!(window.len() <= sizes.window - 2);
                    window.clone().for_each(|at| seen[at] = true);
                }
                assert!(seen.into_iter().all(|s| s), "{n} {starts:?}");
            }
        }
    }
}
