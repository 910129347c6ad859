//! Whether the words a flag points at carried it: leaving them out must lower the score
//! more than leaving out as many other words does.

use std::fmt;

use serde::Serialize;

use super::measures::rounded;
use super::metrics::ratio;
use super::table::figure;
use crate::error::Result;
use crate::model::{Depth, Scorer, Window};
use crate::post::Post;
use crate::rules::{Dimension, Finding};
use crate::screener::{Screener, flag_output};
use crate::span::Span;
use crate::text::{Text, is_function_word};

/// Posts screened at once.
const CHUNK: usize = 1024;

/// The test of the marked words, over every dimension the model flags with its own words.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Faithfulness {
    /// Flags tested: those with as many other content words as marked ones.
    pub flags: usize,
    /// Mean loss of the flag logit when the marked words are left out.
    pub marked: Option<f64>,
    /// Mean loss when as many other content words are left out.
    pub others: Option<f64>,
    /// Share of the flags in which the marked words cost more than the others.
    pub won: Option<f64>,
}

impl Faithfulness {
    /// Tests every flag of `posts`.
    ///
    /// # Errors
    /// [`crate::Error::Encoder`].
    pub fn new(screener: &Screener, posts: &[Post]) -> Result<Self> {
        let Some(scorer) = screener.scorer() else { return Ok(Self::of(&[])) };
        let mut losses = Vec::new();
        for chunk in posts.chunks(CHUNK) {
            for (post, verdict) in chunk.iter().zip(screener.screen_batch(chunk)) {
                let verdict = verdict?;
                for d in Dimension::ALL {
                    let own = |finding: &&Finding| finding.rule.dimension == d && finding.rule.id.starts_with("model/");
                    let marked: Vec<Span> = verdict.findings.iter().filter(own).map(|finding| finding.span).collect();
                    losses.extend(trial(screener, scorer, post, d, &marked)?);
                }
            }
        }
        Ok(Self::of(&losses))
    }

    fn of(losses: &[(f64, f64)]) -> Self {
        let mean = |of: fn(&(f64, f64)) -> f64| {
            (!losses.is_empty()).then(|| rounded(losses.iter().map(of).sum::<f64>() / losses.len() as f64))
        };
        let won = losses.iter().filter(|(marked, others)| marked > others).count();
        Self {
            flags: losses.len(),
            marked: mean(|l| l.0),
            others: mean(|l| l.1),
            won: ratio(won, losses.len()).map(rounded),
        }
    }
}

/// What the logit loses without the marked words, and without as many others; `None`
/// where the draft is read in passages, nothing is marked, or too little is left.
fn trial(
    screener: &Screener,
    scorer: &Scorer,
    post: &Post,
    d: Dimension,
    marked: &[Span],
) -> Result<Option<(f64, f64)>> {
    let read = screener.read(&post.text, None);
    let [window] = read.windows() else { return Ok(None) };
    let text = Text::new(&post.text);
    let content = text.tokens().iter().filter(|token| !is_function_word(&token.key));
    let words: Vec<Span> = content.map(|token| text.aligned().origin(token.span)).collect();
    let (inside, outside): (Vec<Span>, Vec<Span>) =
        words.into_iter().partition(|word| marked.iter().any(|span| span.overlaps(*word)));
    if inside.is_empty() || outside.len() < inside.len() {
        return Ok(None);
    }
    // As many others, spread evenly: the choice is fixed, and favours no place.
    let others: Vec<Span> = (0..inside.len()).map(|at| outside[at * outside.len() / inside.len()]).collect();
    let without = |words: &[Span]| words.iter().fold(window.clone(), |window, word| window.without(*word));
    let trials: [Window; 3] = [window.clone(), without(&inside), without(&others)];
    let logits = scorer.score(&trials.each_ref().map(|window| (window, Depth::Whole)), &[])?;
    let at = flag_output(d);
    let loss = |trial: usize| f64::from(logits[0][at] - logits[trial][at]);
    Ok(Some((loss(1), loss(2))))
}

impl fmt::Display for Faithfulness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flags, marked, others, won } = self;
        writeln!(
            f,
            "leaving out the marked words costs the flag logit {} on average, as many others {}; the marked cost more in {} of {flags} flags",
            figure(*marked),
            figure(*others),
            figure(*won)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::records::parse;

    #[test]
    fn marked_words_carry_the_flags_of_the_authored_posts() {
        let lines = parse("party.jsonl", include_bytes!("../../data/cases/party.jsonl"));
        let posts: Vec<Post> = lines
            .into_iter()
            .map(|record| record.unwrap())
            .filter(|record| record.value("controversy").and_then(serde_json::Value::as_u64) > Some(0))
            .take(60)
            .map(|record| Post::new(record.id().unwrap(), record.text().unwrap()))
            .collect();
        let found = Faithfulness::new(&Screener::built_in().unwrap(), &posts).unwrap();
        assert!(found.flags >= 15, "{found:?}");
        assert!(found.marked.unwrap() > 2.0 * found.others.unwrap().max(0.0), "{found:?}");
        assert!(found.won.unwrap() > 0.8, "{found:?}");
    }
}
