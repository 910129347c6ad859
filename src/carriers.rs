//! The words that carried a score: each word of a window is hidden in turn, and
//! what the logit loses is the word's share. Slow but true by construction.

use crate::model::{Scorer, Window};
use crate::span::Span;
use crate::text::{Text, is_function_word};

/// The most stretches shown for one dimension.
const MOST: usize = 3;
/// A word is shown if its share is at least this part of the strongest word's.
const PART: f64 = 0.5;
/// Weaker words between two strong ones that are shown with them.
const BRIDGE: usize = 2;

/// A window to be scored again with one word after the other hidden.
pub struct Trial {
    /// The words, in order, as spans of the original.
    pub words: Vec<Span>,
    /// For each word that is hidden: its number, and the window without it.
    pub hidden: Vec<(usize, Window)>,
}

/// What a word adds to a logit: the logit minus the one without it.
pub type Share = (Span, f64);

/// The trial of `window`; function words are hidden only if there are no others.
pub fn trial(scorer: &Scorer, text: &Text, window: &Window) -> Trial {
    let within = window.span();
    let tokens: Vec<(Span, bool)> = text
        .tokens()
        .iter()
        .map(|token| (text.aligned().origin(token.span), is_function_word(&token.key)))
        .filter(|(span, _)| span.overlaps(within))
        .collect();
    let bare = tokens.iter().all(|(_, function)| *function);
    let hidden = tokens
        .iter()
        .enumerate()
        .filter(|(_, (_, function))| bare || !function)
        .map(|(word, (span, _))| (word, scorer.hide(window, *span)))
        .collect();
    Trial { words: tokens.into_iter().map(|(span, _)| span).collect(), hidden }
}

impl Trial {
    /// The share of every word, in order, from the logit of the whole window and
    /// those of [`Trial::hidden`]; a word that was not hidden has the share 0.
    pub fn shares(&self, whole: f32, without: impl Iterator<Item = f32>) -> Vec<Share> {
        let mut shares: Vec<Share> = self.words.iter().map(|&span| (span, 0.0)).collect();
        for ((word, _), logit) in self.hidden.iter().zip(without) {
            shares[*word].1 = f64::from(whole - logit);
        }
        shares
    }
}

/// The stretches that carried a score, by place: the strongest words, with weaker
/// words between them. `whole` is used where no word carries it alone.
pub fn spans(shares: &[Share], whole: Span) -> Vec<Span> {
    let top = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let strong = (0..shares.len()).filter(|&w| top > 0.0 && shares[w].1 >= PART * top);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for word in strong {
        match runs.last_mut() {
            Some((_, last)) if word - *last <= BRIDGE + 1 => *last = word,
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
    fn strong_words_are_joined_over_short_gaps_only() {
        let whole = Span::new(0, 99);
        assert_eq!(
            spans(&shares(&[0.0, 1.0, 0.1, 0.9, 0.0, 0.0, 0.0, 0.6]), whole),
            [Span::new(10, 39), Span::new(70, 79)]
        );
        assert_eq!(spans(&shares(&[-0.5, 0.0]), whole), [whole]);
        assert_eq!(spans(&[], whole), [whole]);
    }
}
