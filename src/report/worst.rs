//! The worst of many, however many there are: a list that holds no more than its limit
//! and counts what it left out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Record;
use crate::rules::Level;

/// Keeps those with the highest rank; of equals, those that came first.
pub(super) struct Worst<K, T> {
    limit: usize,
    kept: BTreeMap<(Reverse<K>, u64), T>,
    seen: u64,
}

impl<K: Ord, T> Worst<K, T> {
    /// A list of at most `limit`.
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: BTreeMap::new(), seen: 0 }
    }

    /// Keeps what `make` gives, if its rank is high enough so far.
    pub fn offer(&mut self, rank: K, make: impl FnOnce() -> T) {
        let key = (Reverse(rank), self.seen);
        self.seen += 1;
        if self.kept.len() < self.limit {
            self.kept.insert(key, make());
        } else if self.kept.last_key_value().is_some_and(|(last, _)| key < *last) {
            self.kept.insert(key, make());
            self.kept.pop_last();
        }
    }

    /// How many are not in the list.
    pub fn left_out(&self) -> u64 {
        self.seen - self.kept.len() as u64
    }

    /// What was kept, the worst first.
    pub fn by_rank(self) -> impl Iterator<Item = T> {
        self.kept.into_values()
    }

    /// What was kept, in the order it came, with its rank.
    pub fn in_order(self) -> Vec<(K, T)> {
        let mut kept: Vec<_> = self.kept.into_iter().collect();
        kept.sort_by_key(|((_, at), _)| *at);
        kept.into_iter().map(|((Reverse(rank), _), value)| (rank, value)).collect()
    }
}

/// How bad a post is: its level, then P(hold) and P(review) in parts of a million.
pub(super) type Rank = (Level, u32, u32);

/// The rank of `record`.
pub(super) fn rank(record: &Record) -> Rank {
    let parts = [&record.controversy, &record.misleading];
    let most = |p: [Option<f64>; 2]| p.map(|p| millionths(p.unwrap_or(0.0))).into_iter().max().unwrap_or(0);
    (record.verdict, most(parts.map(|part| part.hold)), most(parts.map(|part| part.risk)))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1,000,000")]
fn millionths(probability: f64) -> u32 {
    (probability.clamp(0.0, 1.0) * 1e6).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_and_the_first_of_equals() {
        let mut worst = Worst::new(3);
        for (rank, name) in [(1, "a"), (2, "b"), (1, "c"), (3, "d"), (2, "e"), (1, "f")] {
            worst.offer(rank, || name);
        }
        assert_eq!(worst.left_out(), 3);
        let order: Vec<_> = worst.in_order();
        assert_eq!(order, [(2, "b"), (3, "d"), (2, "e")]);
    }

    #[test]
    fn nothing_is_made_that_is_not_kept() {
        let mut worst = Worst::new(1);
        worst.offer(2, || "a");
        worst.offer(1, || panic!("it ranks too low"));
        worst.offer(2, || panic!("an equal that came later"));
        worst.offer(3, || "b");
        assert_eq!(worst.by_rank().collect::<Vec<_>>(), ["b"]);
    }
}
