//! The words that carried a score: stretches of a window are left out in turn, and
//! what the logit loses is the stretch's share. Slow but true by construction.

use std::ops::Range;

use crate::model::Window;
use crate::span::Span;
use crate::text::{Text, is_function_word};

/// The most stretches shown for one dimension.
const MOST: usize = 3;
/// A stretch is shown if its share is at least this part of the strongest one's.
const PART: f64 = 0.5;

/// Content words left out together to find a finding's words: phrases read better
/// than words, and cost a third.
const PHRASE: usize = 3;
/// Phrases that are left out to find a finding's words: those with the greatest shares in
/// the mean that the first head reads, where tokens are least mixed with each other. The
/// share says which are worth a pass, not what is shown.
const TRIED: usize = 5;

/// A window to be scored again without one stretch after the other.
pub struct Trial {
    /// The words, in order, as spans of the original.
    words: Vec<Span>,
    /// The words left out together, and the window without them.
    left_out: Vec<(Range<usize>, Window)>,
}

/// What a word, or the stretch it was left out with, adds to a logit.
pub type Share = (Span, f64);

/// The trial of every content word of `window`, alone; a function word is left out only if
/// there are no others.
pub fn trial(text: &Text, window: &Window) -> Trial {
    let (words, chunks) = chunks(text, window, 1);
    Trial::of(window, words, chunks)
}

/// The trial of the few phrases of `window` whose tokens have the greatest `share`s.
pub fn short_trial(text: &Text, window: &Window, share: impl Fn(usize) -> f32) -> Trial {
    let (words, mut chunks) = chunks(text, window, PHRASE);
    let weight = |chunk: &Range<usize>| -> f32 {
        let stretch = words[chunk.start].join(words[chunk.end - 1]);
        let inside = window.origins.iter().enumerate().filter(|(_, origin)| origin.overlaps(stretch));
        inside.map(|(token, _)| share(token)).sum()
    };
    chunks.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.start.cmp(&b.start)));
    chunks.truncate(TRIED);
    chunks.sort_by_key(|chunk| chunk.start);
    Trial::of(window, words, chunks)
}

/// The words of `window`, and the ranges of them that are left out `together` content words
/// at a time, function words with their neighbours.
fn chunks(text: &Text, window: &Window, together: usize) -> (Vec<Span>, Vec<Range<usize>>) {
    let within = window.span();
    let tokens: Vec<(Span, bool)> = text
        .tokens()
        .iter()
        .map(|token| (text.aligned().origin(token.span), is_function_word(&token.key)))
        .filter(|(span, _)| span.overlaps(within))
        .collect();
    let bare = tokens.iter().all(|(_, function)| *function);
    let content: Vec<usize> = (0..tokens.len()).filter(|&word| bare || !tokens[word].1).collect();
    let chunks = content.chunks(together).map(|chunk| chunk[0]..chunk[chunk.len() - 1] + 1).collect();
    (tokens.into_iter().map(|(span, _)| span).collect(), chunks)
}

impl Trial {
    fn of(window: &Window, words: Vec<Span>, chunks: Vec<Range<usize>>) -> Self {
        let left_out = chunks.into_iter().map(|range| {
            let stretch = words[range.start].join(words[range.end - 1]);
            (range, window.without(stretch))
        });
        Self { left_out: left_out.collect(), words }
    }

    /// The windows to be scored.
    pub fn windows(&self) -> impl Iterator<Item = &Window> {
        self.left_out.iter().map(|(_, window)| window)
    }

    /// The share of every word, in order, from the logit of the whole window and
    /// those of [`Trial::windows`]; a word that was not left out has the share 0.
    pub fn shares(&self, whole: f32, without: impl Iterator<Item = f32>) -> Vec<Share> {
        let mut shares: Vec<Share> = self.words.iter().map(|&span| (span, 0.0)).collect();
        for ((range, _), logit) in self.left_out.iter().zip(without) {
            for (_, share) in &mut shares[range.clone()] {
                *share = f64::from(whole - logit);
            }
        }
        shares
    }
}

/// The stretches that carried a score, by place: the strongest words, neighbours
/// joined. `whole` is used where no word carries it alone.
pub fn spans(shares: &[Share], whole: Span) -> Vec<Span> {
    let top = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let strong = (0..shares.len()).filter(|&w| top > 0.0 && shares[w].1 >= PART * top);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for word in strong {
        match runs.last_mut() {
            Some((_, last)) if word - *last <= 1 => *last = word,
            _ => runs.push((word, word)),
        }
    }
    let weight = |&(first, last): &(usize, usize)| shares[first..=last].iter().map(|(_, s)| s).sum::<f64>();
    runs.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.cmp(b)));
    runs.truncate(MOST);
    runs.sort_unstable();
    let mut spans: Vec<Span> = runs.into_iter().map(|(first, last)| shares[first].0.join(shares[last].0)).collect();
    if spans.is_empty() {
        spans.push(whole);
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(values: &[f64]) -> Vec<Share> {
        values.iter().enumerate().map(|(at, &share)| (Span::new(at * 10, at * 10 + 9), share)).collect()
    }

    #[test]
    fn strong_neighbours_are_joined() {
        let whole = Span::new(0, 99);
        assert_eq!(
            spans(&shares(&[0.0, 1.0, 0.9, 0.1, 0.0, 0.0, 0.0, 0.6]), whole),
            [Span::new(10, 29), Span::new(70, 79)]
        );
        assert_eq!(spans(&shares(&[-0.5, 0.0]), whole), [whole]);
        assert_eq!(spans(&[], whole), [whole]);
    }
}
