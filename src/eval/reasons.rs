//! The fit of reasons: how each code's logit becomes a probability, and from which
//! probability a reason is named. Pure.

use std::collections::BTreeMap;

use super::examples::Example;
use super::logistic;
use super::measures::rounded;
use super::thresholds::best;
use crate::fusion::Logistic;
use crate::rules::{CODES, Dimension, dimension};

/// The screener names at least one reason and at most this many.
const MOST: usize = 3;

/// For each code, P(a reader gives it) from its logit.
pub(super) fn fit(examples: &[&Example]) -> BTreeMap<char, Logistic> {
    let known: Vec<(&Example, &Vec<char>)> =
        examples.iter().filter_map(|example| Some((*example, example.reasons.as_ref()?))).collect();
    let fit = |(at, code): (usize, char)| {
        let features: Vec<Vec<f64>> = known.iter().map(|(example, _)| vec![example.reason_logits[at]]).collect();
        let given: Vec<bool> = known.iter().map(|(_, codes)| codes.contains(&code)).collect();
        let Logistic { bias, weights } = logistic::fit(&features, &given, 1);
        (code, Logistic { bias: rounded(bias), weights: weights.into_iter().map(rounded).collect() })
    };
    CODES.into_iter().enumerate().map(fit).collect()
}

/// The threshold with the best F1 of named reasons on posts of label 1 or 2.
pub(super) fn threshold(examples: &[&Example], fits: &BTreeMap<char, Logistic>) -> f64 {
    let rankings = Ranking::all(examples, fits);
    rounded(best(|threshold| Tally::new(&rankings, threshold).f1()))
}

/// How well the reasons named from `threshold` on agree with those the readers gave.
pub(super) fn tally(examples: &[&Example], fits: &BTreeMap<char, Logistic>, threshold: f64) -> Tally {
    Tally::new(&Ranking::all(examples, fits), threshold)
}

/// Reasons named and given, counted over posts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    right: usize,
    named: usize,
    given: usize,
}

impl Tally {
    fn new(rankings: &[Ranking], threshold: f64) -> Self {
        rankings.iter().fold(Self::default(), |sum, ranking| sum.and(ranking.tally(threshold)))
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self { right: self.right + other.right, named: self.named + other.named, given: self.given + other.given }
    }

    /// Micro-F1; 0 where nothing was named or given.
    pub fn f1(self) -> f64 {
        super::metrics::ratio(2 * self.right, self.named + self.given).unwrap_or(0.0)
    }
}

/// The codes of one dimension of one post: probability and whether it was given,
/// likeliest first.
struct Ranking(Vec<(f64, bool)>);

impl Ranking {
    fn all(examples: &[&Example], fits: &BTreeMap<char, Logistic>) -> Vec<Self> {
        let each = Dimension::ALL.into_iter().flat_map(|d| examples.iter().map(move |example| (d, *example)));
        each.filter_map(|(d, example)| Self::new(d, example, fits)).collect()
    }

    /// `None` where the readers saw no fault or gave no reason.
    fn new(d: Dimension, example: &Example, fits: &BTreeMap<char, Logistic>) -> Option<Self> {
        let given = example.reasons.as_ref()?;
        let flagged = example.labels.of(d).is_some_and(|label| label >= 1);
        let codes = CODES.iter().zip(&example.reason_logits).filter(|(code, _)| dimension(**code) == Some(d));
        let mut ranked: Vec<(f64, bool)> =
            codes.map(|(code, &logit)| (fits[code].probability(&[logit]), given.contains(code))).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        (flagged && ranked.iter().any(|(_, given)| *given)).then_some(Self(ranked))
    }

    fn tally(&self, threshold: f64) -> Tally {
        let above = self.0.iter().take_while(|(probability, _)| *probability >= threshold).count();
        let named = above.clamp(1, MOST);
        let given = |ranked: &[(f64, bool)]| ranked.iter().filter(|(_, given)| *given).count();
        Tally { right: given(&self.0[..named]), named, given: given(&self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_at_least_and_three_at_most_are_named() {
        let ranking = Ranking(vec![(0.8, true), (0.6, false), (0.5, true), (0.4, true), (0.1, false)]);
        assert_eq!(ranking.tally(0.9), Tally { right: 1, named: 1, given: 3 });
        assert_eq!(ranking.tally(0.5), Tally { right: 2, named: 3, given: 3 });
        assert_eq!(ranking.tally(0.0), Tally { right: 2, named: 3, given: 3 });
        assert!((ranking.tally(0.9).f1() - 0.5).abs() < 1e-12);
    }
}
