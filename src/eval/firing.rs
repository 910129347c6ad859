//! How often each rule fires on labelled posts, and how often readers agree with it.

use rayon::prelude::*;
use serde::Serialize;

use super::labelled::Labelled;
use crate::rules::{Catalogue, Level, Occasion};
use crate::text::Text;

/// A rule that stops posts must be agreed with in at least this share of them…
pub const TRUSTED: f64 = 0.6;
/// …where it fired on at least so many.
pub const ENOUGH: usize = 8;

/// One rule on a labelled file. Posts are counted once, however often the rule fires.
#[derive(Debug, Clone, Serialize)]
pub struct Firing {
    /// Id of the rule.
    pub rule: String,
    /// Its level.
    pub level: Level,
    /// Labelled posts it fired on.
    pub fired: usize,
    /// Those that readers flagged on its dimension (label 1 or 2).
    pub flagged: usize,
    /// Those that readers held (label 2).
    pub held: usize,
    /// Ids of those that readers left clear.
    pub clear: Vec<String>,
}

impl Firing {
    /// Share of the posts it fired on that readers flagged; `None` if it never fired.
    pub fn precision(&self) -> Option<f64> {
        (self.fired > 0).then(|| self.flagged as f64 / self.fired as f64)
    }

    /// Whether it stops posts that readers leave clear, often enough to be sure of it.
    pub fn is_distrusted(&self) -> bool {
        self.level >= Level::Review && self.fired >= ENOUGH && self.precision().is_some_and(|share| share < TRUSTED)
    }
}

/// Every rule of `catalogue` on `posts`, in the order of the catalogue. A lowered finding
/// does not count.
pub fn firings(catalogue: &Catalogue, posts: &[Labelled]) -> Vec<Firing> {
    let fired: Vec<Vec<usize>> = posts
        .par_iter()
        .map(|labelled| {
            let text = Text::new(&labelled.post.text);
            let occasion = Occasion { account: None, date: labelled.post.date() };
            let findings = catalogue.findings(&text, &catalogue.scan(&text), occasion);
            let full = findings.iter().filter(|finding| finding.level == finding.rule.level);
            let number = |id: &str| catalogue.rules().position(|rule| rule.id == id).expect("it is of this catalogue");
            let mut rules: Vec<usize> = full.map(|finding| number(&finding.rule.id)).collect();
            rules.sort_unstable();
            rules.dedup();
            rules
        })
        .collect();
    let none = |rule: &std::sync::Arc<crate::rules::Rule>| Firing {
        rule: rule.id.clone(),
        level: rule.level,
        fired: 0,
        flagged: 0,
        held: 0,
        clear: Vec::new(),
    };
    let mut firings: Vec<Firing> = catalogue.rules().map(none).collect();
    let dimensions: Vec<_> = catalogue.rules().map(|rule| rule.dimension).collect();
    for (labelled, rules) in posts.iter().zip(fired) {
        for rule in rules {
            let Some(label) = *labelled.labels.of(dimensions[rule]) else { continue };
            let firing = &mut firings[rule];
            firing.fired += 1;
            firing.flagged += usize::from(label > 0);
            firing.held += usize::from(label == 2);
            if label == 0 {
                firing.clear.push(labelled.post.id.clone());
            }
        }
    }
    firings
}
