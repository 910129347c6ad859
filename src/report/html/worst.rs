//! The worst posts of a run: the gravest level first, then how sure the model is, then how
//! much rules found, then the order of the input. As many as asked for are kept, no more.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::card::{Card, NAME};
use super::escape::clip;
use crate::report::Record;
use crate::rules::Level;

/// Where a post stands among the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    level: Reverse<Level>,
    hold: Reverse<u32>,
    risk: Reverse<u32>,
    findings: Reverse<usize>,
    at: u64,
}

impl Rank {
    /// Of the post that is the `at`th of the run.
    pub(super) fn of(record: &Record, at: u64) -> Self {
        let most = |of: fn(&crate::report::record::Judged) -> Option<f64>| {
            let both = [of(&record.controversy), of(&record.misleading)];
            Reverse(both.into_iter().flatten().map(millionths).max().unwrap_or(0))
        };
        let findings = record.findings.iter().filter(|found| found.counts() && found.level >= Level::Review).count();
        Self {
            level: Reverse(record.verdict),
            hold: most(|judged| judged.hold),
            risk: most(|judged| judged.risk),
            findings: Reverse(findings),
            at,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1 000 000; NaN is 0")]
fn millionths(probability: f64) -> u32 {
    (probability.clamp(0.0, 1.0) * 1e6) as u32
}

/// At most so many posts, the worst of all that were offered.
pub(super) struct Worst {
    most: usize,
    kept: BTreeMap<Rank, Card>,
    ids: BTreeMap<String, Rank>,
    /// Posts that were offered, those with the same words as an earlier one included.
    pub offered: u64,
}

impl Worst {
    /// Keeps `most` posts.
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: BTreeMap::new(), ids: BTreeMap::new(), offered: 0 }
    }

    /// Keeps `record` if it is among the worst so far; with an earlier post of the same words
    /// and level, it is counted there. Such a post is never worse than the earlier one, so
    /// that it is not kept where that was not.
    pub(super) fn offer(&mut self, record: &Record, at: u64, day: Option<Date>, account: usize) {
        self.offered += 1;
        let first = record.post.as_ref().and_then(|post| post.same_as.as_ref());
        let earlier = first.and_then(|id| self.ids.get(&clip(id, NAME))).and_then(|rank| self.kept.get_mut(rank));
        if let Some(card) = earlier.filter(|card| card.level == record.verdict) {
            card.again.add(record, day, account);
            return;
        }
        let rank = Rank::of(record, at);
        let full = self.kept.len() >= self.most;
        if full && self.kept.last_key_value().is_none_or(|(last, _)| *last < rank) {
            return;
        }
        if full
            && let Some((rank, card)) = self.kept.pop_last()
            && self.ids.get(&card.id) == Some(&rank)
        {
            self.ids.remove(&card.id);
        }
        let card = Card::of(record, day, account);
        self.ids.entry(card.id.clone()).or_insert(rank);
        self.kept.insert(rank, card);
    }

    /// The cards, the worst first.
    pub(super) fn cards(&self) -> impl Iterator<Item = &Card> + Clone {
        self.kept.values()
    }

    /// How many posts the cards stand for.
    pub(super) fn shown(&self) -> u64 {
        self.kept.values().map(|card| 1 + card.again.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, record};
    use super::*;
    use serde_json::json;

    fn ids(worst: &Worst) -> Vec<&str> {
        worst.cards().map(|card| card.id.as_str()).collect()
    }

    #[test]
    fn the_order_is_level_then_hold_then_risk_then_findings_then_input() {
        let mut worst = Worst::new(5);
        let judged = |level: &str, risk: f64, hold: f64| json!({"level": level, "risk": risk, "hold": hold});
        let posts = [
            json!({"id": "clear", "verdict": "clear"}),
            json!({"id": "review", "verdict": "review", "controversy": judged("review", 0.99, 0.9)}),
            json!({"id": "first", "verdict": "hold", "controversy": judged("hold", 0.5, 0.5)}),
            json!({"id": "second", "verdict": "hold", "misleading": judged("hold", 0.5, 0.5)}),
            json!({"id": "found", "verdict": "hold", "controversy": judged("hold", 0.5, 0.5),
                "findings": [found("a/b", "hold", 0, 3)]}),
            json!({"id": "risky", "verdict": "hold", "controversy": judged("hold", 0.6, 0.5)}),
            json!({"id": "sure", "verdict": "hold", "controversy": judged("hold", 0.1, 0.8)}),
        ];
        for (at, post) in posts.iter().enumerate() {
            worst.offer(&record(post.clone()), at as u64, None, 0);
        }
        assert_eq!(ids(&worst), ["sure", "risky", "found", "first", "second"]);
        assert_eq!((worst.offered, worst.shown()), (7, 5));
    }

    #[test]
    fn the_same_words_are_one_card() {
        let mut worst = Worst::new(2);
        let post = |id: &str, level: &str, same: Option<&str>| {
            record(json!({"id": id, "verdict": level,
                "post": {"text": "w", "same_as": same, "place": {"file": "f"}}}))
        };
        worst.offer(&post("a", "review", None), 0, None, 0);
        worst.offer(&post("b", "review", Some("a")), 1, None, 3);
        worst.offer(&post("c", "hold", Some("a")), 2, None, 0);
        worst.offer(&post("d", "hold", None), 3, None, 0);
        worst.offer(&post("e", "review", Some("a")), 4, None, 0);
        assert_eq!(ids(&worst), ["c", "d"]);
        worst.offer(&post("f", "hold", Some("c")), 5, None, 7);
        let again = &worst.cards().next().unwrap().again;
        assert_eq!((again.count, again.first[0].0.as_str(), again.accounts.contains(&7)), (1, "f", true));
    }

    #[test]
    fn no_more_than_asked_for_is_kept() {
        for most in [0, 1, 7] {
            let mut worst = Worst::new(most);
            for at in 0..100 {
                worst.offer(&record(json!({"id": at.to_string(), "verdict": "hold"})), at, None, 0);
            }
            assert_eq!((worst.kept.len(), worst.ids.len()), (most, most));
        }
    }
}
