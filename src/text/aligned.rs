//! A text derived from another, with the way back: every byte knows which
//! bytes of the original it came from.

use crate::span::Span;

/// Derived text and, for each of its bytes, the span of the original it stands for.
///
/// Several bytes may share one origin (an entity that was decoded, a name that
/// was masked) and an origin may be longer or shorter than what it became.
#[derive(Clone, Default)]
pub struct Aligned {
    text: String,
    origins: Vec<(u32, u32)>,
}

impl Aligned {
    /// An empty text with room for `bytes`.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), origins: Vec::with_capacity(bytes) }
    }

    /// Appends `piece`, all of which stands for `origin`.
    pub fn push(&mut self, piece: &str, origin: Span) {
        self.text.push_str(piece);
        let origin = (offset(origin.start), offset(origin.end));
        self.origins.extend(std::iter::repeat_n(origin, piece.len()));
    }

    /// Appends the bytes `range` of `other` with their origins.
    pub fn push_from(&mut self, other: &Self, range: Span) {
        self.text.push_str(&other.text[range.start..range.end]);
        self.origins.extend_from_slice(&other.origins[range.start..range.end]);
    }

    /// The derived text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For each byte, where in the original that stands which it is for: start and end.
    pub fn origins(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.origins.iter().copied()
    }

    /// The span of the original that `span` of the derived text stands for.
    ///
    /// An empty span maps to the empty span before the byte it stands at.
    pub fn origin(&self, span: Span) -> Span {
        let Some(covered) = self.origins.get(span.start..span.end).filter(|c| !c.is_empty()) else {
            let at = match self.origins.get(span.start) {
                Some(&(start, _)) => start,
                None => self.origins.last().map_or(0, |&(_, end)| end),
            };
            return Span::new(at as usize, at as usize);
        };
        let start = covered.iter().map(|&(start, _)| start).min().expect("not empty");
        let end = covered.iter().map(|&(_, end)| end).max().expect("not empty");
        Span::new(start as usize, end as usize)
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a post is shorter than 4 GiB: readers refuse longer records")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_back_through_replacements() {
        let mut aligned = Aligned::default();
        aligned.push("a", Span::new(0, 1));
        aligned.push("&", Span::new(1, 6)); // &amp;
        aligned.push("b", Span::new(6, 7));
        assert_eq!(aligned.as_str(), "a&b");
        assert_eq!(aligned.origin(Span::new(1, 2)), Span::new(1, 6));
        assert_eq!(aligned.origin(Span::new(0, 3)), Span::new(0, 7));
        assert_eq!(aligned.origin(Span::new(3, 3)), Span::new(7, 7));
    }
}
