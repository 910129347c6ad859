//! A draft as the rest of the house reads it: normalised, cut into tokens, with
//! the way back to every byte of the original. Knows nothing of rules or models.

mod aligned;
mod language;
mod normalise;
mod tokens;

pub use aligned::Aligned;
pub use language::{Language, declared_language, is_function_word, language};
pub use normalise::normalise;
pub use tokens::{Hashtag, Kind, Token, key, tokenise};

use crate::span::Span;

/// A normalised, tokenised draft.
pub struct Text {
    aligned: Aligned,
    tokens: Vec<Token>,
    hashtags: Vec<Hashtag>,
}

impl Text {
    /// Reads `original`.
    pub fn new(original: &str) -> Self {
        let aligned = normalise(original);
        let (tokens, hashtags) = tokenise(aligned.as_str());
        Self { aligned, tokens, hashtags }
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        self.aligned.as_str()
    }

    /// The normalised text with its origins.
    pub fn aligned(&self) -> &Aligned {
        &self.aligned
    }

    /// Its tokens, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Its hashtags, in order.
    pub fn hashtags(&self) -> &[Hashtag] {
        &self.hashtags
    }

    /// The span in the original of the tokens `first..end`.
    pub fn origin_of_tokens(&self, first: usize, end: usize) -> Span {
        let span = self.tokens[first].span.join(self.tokens[end - 1].span);
        self.aligned.origin(span)
    }

    /// Bytes of the original at which sentences start, in order.
    pub fn sentence_starts(&self) -> Vec<usize> {
        let firsts = self.tokens.chunk_by(|a, b| a.sentence == b.sentence).map(|sentence| &sentence[0]);
        firsts.map(|token| self.aligned.origin(token.span).start).collect()
    }

    /// The tokens of one sentence, as a range of token numbers.
    pub fn sentence(&self, number: u32) -> std::ops::Range<usize> {
        let first = self.tokens.partition_point(|t| t.sentence < number);
        let end = self.tokens.partition_point(|t| t.sentence <= number);
        first..end
    }
}
