//! What is said of a post: levels, probabilities, reasons and findings.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::calendar::Poll;
use crate::fusion::Each;
use crate::rules::{Dimension, Finding, Level};
use crate::span::Span;
use crate::suppress::Notice;

/// The verdict on one post. `Debug` does not show the text.
#[derive(Clone)]
pub struct Verdict {
    /// Id of the post.
    pub id: String,
    /// The day it goes out, where that is known.
    pub date: Option<Date>,
    /// The polls in whose pre-election period it goes out.
    pub polls: Vec<Arc<Poll>>,
    /// The draft, as it came in.
    pub text: Arc<str>,
    /// Both dimensions.
    pub judgements: Each<Judgement>,
    /// Why, likeliest first within a dimension; only for dimensions that the model flags.
    pub reasons: Vec<ReasonGiven>,
    /// The words that rules, or the model, stop at; by place.
    pub findings: Vec<Finding>,
    /// What is wrong with the markers in the draft.
    pub notices: Vec<Notice>,
    /// Where a draft was too long to be read at once: the passage that decided.
    pub passage: Option<Span>,
    /// Why nothing could be said, where the level is `unscreened`.
    pub unscreened: Option<String>,
    /// What stands behind the numbers; `None` if the model was not asked.
    pub detail: Option<Detail>,
}

/// What is said on one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// The level.
    pub level: Level,
    /// Calibrated P(label ≥ 1); `None` if the model was not asked.
    pub risk: Option<f64>,
    /// Calibrated P(label = 2); `None` if the model was not asked.
    pub hold: Option<f64>,
    /// The model does not know: of posts with such a risk readers flag about half, and no
    /// rule settles it.
    pub unsure: bool,
}

/// A reason the model gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReasonGiven {
    /// Its code.
    pub code: char,
    /// Its dimension.
    pub dimension: Dimension,
    /// Calibrated probability.
    pub probability: f64,
}

/// What stands behind the numbers, for `--explain`.
#[derive(Clone)]
pub struct Detail {
    /// For each dimension: probabilities from the model alone and the rules alone, as (risk, hold).
    pub apart: Each<[(f64, f64); 2]>,
    /// Every reason with its probability, in the order of the codes.
    pub reasons: Vec<ReasonGiven>,
    /// For each dimension, what each word of the deciding passage adds to the flag
    /// logit: how much the logit loses when the word is left out.
    pub words: Each<Vec<(Span, f64)>>,
    /// For each dimension, the flag logit of the deciding passage.
    pub logits: Each<f64>,
}

impl Verdict {
    /// The level of the post: the higher of its dimensions'.
    pub fn level(&self) -> Level {
        self.judgements.controversy.level.max(self.judgements.misleading.level)
    }

    /// The level of one dimension.
    pub fn level_of(&self, dimension: Dimension) -> Level {
        self.judgements.of(dimension).level
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdict")
            .field("id", &self.id)
            .field("text", &format_args!("<{} bytes>", self.text.len()))
            .field("judgements", &self.judgements)
            .field("reasons", &self.reasons)
            .field("findings", &self.findings.len())
            .finish_non_exhaustive()
    }
}
