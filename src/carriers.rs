//! The words that carried a score: the encoder's head is linear on a mean, so each
//! token's share of a logit is exact; shares of word pieces are added up by word.

use crate::model::{Output, Window};
use crate::span::Span;
use crate::text::Text;

/// The most stretches shown for one dimension.
const MOST: usize = 3;
/// A word is shown if it carries at least this part of the strongest word's share.
const PART: f64 = 0.5;
/// Weak words between two strong ones that are shown with them.
const BRIDGE: usize = 1;

/// What each word of `window` adds to the logit of `output`, in order.
pub fn words(text: &Text, window: &Window, output: &Output, at: usize) -> Vec<(Span, f64)> {
    let shares = output.contributions.iter().skip(at).step_by(output.logits.len());
    let mut words: Vec<(Span, f64)> = text
        .tokens()
        .iter()
        .map(|token| (text.aligned().origin(token.span), 0.0))
        .filter(|(span, _)| span.overlaps(window.span()))
        .collect();
    for (origin, &share) in window.origins.iter().zip(shares) {
        let nearest = words.partition_point(|(span, _)| span.end <= origin.start);
        if let Some((_, total)) = words.get_mut(nearest).filter(|(span, _)| span.overlaps(*origin)) {
            *total += f64::from(share);
        }
    }
    words
}

/// The stretches of words that carried the logit of `output`, by place.
pub fn spans(text: &Text, window: &Window, output: &Output, at: usize) -> Vec<Span> {
    let words = words(text, window, output, at);
    let mean = words.iter().map(|(_, share)| share).sum::<f64>() / words.len().max(1) as f64;
    let top = words.iter().map(|(_, share)| share - mean).fold(0.0, f64::max);
    let strong: Vec<usize> = (0..words.len()).filter(|&w| top > 0.0 && words[w].1 - mean >= PART * top).collect();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for word in strong {
        match runs.last_mut() {
            Some((_, last)) if word - *last <= BRIDGE + 1 => *last = word,
            _ => runs.push((word, word)),
        }
    }
    let weight = |&(first, last): &(usize, usize)| words[first..=last].iter().map(|(_, s)| s - mean).sum::<f64>();
    runs.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.cmp(b)));
    runs.truncate(MOST);
    runs.sort_unstable();
    let mut spans: Vec<Span> = runs.into_iter().map(|(first, last)| words[first].0.join(words[last].0)).collect();
    if spans.is_empty() {
        spans.push(window.span()); // a text of even shares: all of it carries the score
    }
    spans
}
