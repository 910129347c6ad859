//! Counts of a run: posts by level, month, account, rule, pre-election period and reason
//! why nothing could be said. Every table has a bound; what is over it is counted too.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::card::{NAME, SENTENCE, Stay, clauses};
use super::escape::clip;
use crate::report::Record;
use crate::report::record::{Clause, Found, Judged, Period};
use crate::rules::{Dimension, Level};

/// Every level, the gravest first, as bars and tables show them.
pub(super) const LEVELS: [Level; 5] = [Level::Hold, Level::Review, Level::Unscreened, Level::Note, Level::Clear];
/// Most accounts that are told apart.
const ACCOUNTS: usize = 5_000;
/// Most rules, periods and reasons that are told apart.
const NAMES: usize = 2_000;
/// Most findings that may stay and are listed.
pub(super) const STAYS: usize = 200;

/// Posts by level, in the order of [`LEVELS`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Levels(pub [u64; 5]);

impl Levels {
    fn add(&mut self, level: Level) {
        let at = LEVELS.iter().position(|known| *known == level).expect("every level is listed");
        self.0[at] += 1;
    }

    /// Of `level`.
    pub(super) fn of(self, level: Level) -> u64 {
        LEVELS.iter().zip(self.0).find(|(known, _)| **known == level).map_or(0, |(_, count)| count)
    }

    /// All of them.
    pub(super) fn total(self) -> u64 {
        self.0.iter().sum()
    }

    /// Those somebody has to look at: hold and review.
    pub(super) fn stopped(self) -> u64 {
        self.of(Level::Hold) + self.of(Level::Review)
    }

    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] + other.0[at]))
    }
}

/// What a rule did.
pub(super) struct Firing {
    pub dimension: Dimension,
    /// Posts it found something in, by the gravest level it gave there.
    pub posts: Levels,
    pub message: String,
    pub why: String,
    pub cites: Vec<Clause>,
}

/// The counts.
#[derive(Default)]
pub(super) struct Tally {
    pub levels: Levels,
    pub dimensions: [Levels; 2],
    /// By year and month.
    pub months: BTreeMap<(i16, i8), Levels>,
    pub undated: Levels,
    /// Name and posts of every account, in the order of their numbers; the first has no name.
    pub accounts: Vec<(Option<String>, Levels)>,
    numbers: BTreeMap<String, usize>,
    /// Posts of accounts that are not told apart any more.
    pub crowd: Levels,
    pub rules: BTreeMap<String, Firing>,
    pub periods: BTreeMap<String, (Period, Levels)>,
    /// Posts in any pre-election period.
    pub before_polls: Levels,
    /// Posts that could not be judged, by why.
    pub unscreened: BTreeMap<String, u64>,
    pub unsure: u64,
    pub repeated: u64,
    pub stays: Vec<(String, Stay)>,
    pub stay_count: u64,
    pub without_text: u64,
}

impl Tally {
    /// With no posts yet.
    pub(super) fn new() -> Self {
        Self { accounts: vec![(None, Levels::default())], ..Self::default() }
    }

    /// Counts `record`, which is on `day`, and says the number of its account.
    pub(super) fn add(&mut self, record: &Record, day: Option<Date>) -> usize {
        let level = record.verdict;
        self.levels.add(level);
        self.dimensions[0].add(record.controversy.level);
        self.dimensions[1].add(record.misleading.level);
        match day {
            Some(day) => self.months.entry((day.year(), day.month())).or_default().add(level),
            None => self.undated.add(level),
        }
        let unsure = |judged: &Judged| judged.unsure;
        self.unsure += u64::from(unsure(&record.controversy) || unsure(&record.misleading));
        if let Some(post) = &record.post {
            self.repeated += u64::from(post.same_as.is_some());
            self.without_text += u64::from(post.text.is_none());
        }
        if let Some(why) = &record.unscreened {
            let why = clip(why.split_once(';').map_or(why.as_str(), |(why, _)| why), NAME);
            bump(&mut self.unscreened, why);
        }
        if !record.periods.is_empty() {
            self.before_polls.add(level);
        }
        for period in &record.periods {
            if self.periods.len() < NAMES || self.periods.contains_key(&period.id) {
                let kept = || (period.clone(), Levels::default());
                self.periods.entry(period.id.clone()).or_insert_with(kept).1.add(level);
            }
        }
        self.rules(&record.findings);
        self.stays(record);
        let account = self.account(record);
        match self.accounts.get_mut(account) {
            Some((_, levels)) => levels.add(level),
            None => self.crowd.add(level),
        }
        account
    }

    fn account(&mut self, record: &Record) -> usize {
        let author = record.post.as_ref().and_then(|post| post.author.as_deref()).map(str::trim);
        let Some(name) = author.filter(|name| !name.is_empty()).map(|name| clip(name, NAME)) else { return 0 };
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.accounts.len();
        if number < ACCOUNTS {
            self.numbers.insert(name.clone(), number);
            self.accounts.push((Some(name), Levels::default()));
        }
        number
    }

    fn rules(&mut self, findings: &[Found]) {
        let mut here: BTreeMap<&str, (&Found, Level)> = BTreeMap::new();
        for found in findings.iter().filter(|found| found.counts()) {
            let (gravest, level) = here.entry(&found.rule).or_insert((found, found.level));
            if found.level > *level {
                (*gravest, *level) = (found, found.level);
            }
        }
        for (id, (found, level)) in here {
            if self.rules.len() < NAMES || self.rules.contains_key(id) {
                let firing = || Firing {
                    dimension: found.dimension,
                    posts: Levels::default(),
                    message: clip(&found.message, SENTENCE),
                    why: clip(&found.why, SENTENCE),
                    cites: clauses(&found.cites),
                };
                self.rules.entry(id.to_owned()).or_insert_with(firing).posts.add(level);
            }
        }
    }

    fn stays(&mut self, record: &Record) {
        for stay in record.findings.iter().filter_map(Stay::of) {
            self.stay_count += 1;
            if self.stays.len() < STAYS {
                self.stays.push((clip(&record.id, NAME), stay));
            }
        }
    }
}

/// Counts `key`, or what is over the bound under one name.
fn bump(counts: &mut BTreeMap<String, u64>, key: String) {
    let key = if counts.len() < NAMES || counts.contains_key(&key) { key } else { "other".to_owned() };
    *counts.entry(key).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, record};
    use super::*;
    use serde_json::json;

    #[test]
    fn every_post_is_counted_once_in_every_table() {
        let mut tally = Tally::new();
        let levels = ["hold", "review", "unscreened", "note", "clear"];
        for at in 0..60_u32 {
            let author = (at % 3 > 0).then(|| format!("account {}", at % 3));
            let mut post = json!({
                "id": at.to_string(), "verdict": levels[at as usize % 5],
                "post": {"author": author, "place": {"file": "f"}},
                "findings": [found("a/b", "hold", 0, 1), found("a/b", "review", 1, 2), found("c/d", "note", 0, 1)],
            });
            if at % 2 == 0 {
                post["periods"] = json!([{"id": "p", "name": "poll", "from": "2024-05-25", "day": "2024-07-04"}]);
            }
            let day = (at % 4 > 0).then(|| jiff::civil::date(2024, 1 + (at % 12) as i8, 1));
            tally.add(&record(post), day);
        }
        assert_eq!(tally.levels, Levels([12; 5]));
        let months = tally.months.values().fold(tally.undated, |all, levels| all.and(*levels));
        let accounts = tally.accounts.iter().fold(tally.crowd, |all, (_, levels)| all.and(*levels));
        assert_eq!((months, accounts), (tally.levels, tally.levels));
        assert_eq!((tally.undated.total(), tally.before_polls.total(), tally.periods["p"].1.total()), (15, 30, 30));
        assert_eq!((tally.rules["a/b"].posts.of(Level::Hold), tally.rules["c/d"].posts.total()), (60, 60));
    }

    #[test]
    fn a_crowd_of_accounts_is_counted_together() {
        let mut tally = Tally::new();
        for at in 0..ACCOUNTS + 10 {
            let author = format!("a{at}");
            let post = json!({"id": "x", "verdict": "note", "post": {"author": author, "place": {"file": "f"}}});
            tally.add(&record(post), None);
        }
        assert_eq!((tally.accounts.len(), tally.crowd.total()), (ACCOUNTS, 11));
    }

    #[test]
    fn findings_that_may_stay_are_kept_apart() {
        let mut tally = Tally::new();
        let mut stays = found("a/b", "hold", 0, 3);
        stays["suppressed"] = json!({"reason": "a title", "approver": "head of news", "place": "s.toml:3"});
        for _ in 0..STAYS + 5 {
            tally.add(&record(json!({"id": "x", "verdict": "clear", "findings": [stays]})), None);
        }
        assert!(tally.rules.is_empty());
        assert_eq!((tally.stays.len(), tally.stay_count), (STAYS, STAYS as u64 + 5));
        assert_eq!(tally.stays[0].1.reason, "a title");
    }
}
