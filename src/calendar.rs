//! Polls and referendums, and the periods before them in which official bodies hold
//! back (`data/calendar.toml`). What a day falls into, and why.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files::{self, Entry};
use crate::guidance::{Guidance, Seen};
use crate::rules::Account;

/// What is voted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PollKind {
    /// The House of Commons.
    General,
    /// A devolved parliament or assembly.
    Devolved,
    /// Councils, mayors, police and crime commissioners.
    Local,
    /// The European Parliament.
    European,
    /// A question put to voters.
    Referendum,
}

impl PollKind {
    /// The word used in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Devolved => "devolved",
            Self::Local => "local",
            Self::European => "european",
            Self::Referendum => "referendum",
        }
    }
}

/// A part of the United Kingdom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nation {
    /// England.
    England,
    /// Scotland.
    Scotland,
    /// Wales.
    Wales,
    /// Northern Ireland.
    NorthernIreland,
}

impl fmt::Display for Nation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::England => "England",
            Self::Scotland => "Scotland",
            Self::Wales => "Wales",
            Self::NorthernIreland => "Northern Ireland",
        })
    }
}

/// How the first day of a period is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// Official guidance named it.
    Stated,
    /// The statute's count of days back from polling day.
    Counted,
    /// The usual length before such polls; check the guidance of that poll.
    Usual,
}

/// A poll and the period before it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// Short name, never reused: `general-2024`.
    pub id: String,
    /// What was or will be voted on, in words.
    pub name: String,
    /// What kind of poll it is.
    pub kind: PollKind,
    /// Where people vote.
    pub nations: Vec<Nation>,
    /// First day of the period.
    pub from: Date,
    /// First day for councils, where theirs is earlier.
    pub councils: Option<Date>,
    /// Polling day, the last day of the period.
    pub day: Date,
    /// How the first day is known.
    pub start: Start,
    /// Document in `guidance.toml` that asks bodies to hold back.
    pub document: String,
    /// Its clause.
    pub clause: String,
    /// How well the dates were seen when the list was made.
    pub seen: Seen,
}

/// Every poll, by first day.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Day somebody last checked it.
    pub checked: Date,
    polls: Vec<Arc<Poll>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    checked: Date,
    #[serde(rename = "poll")]
    polls: Vec<Poll>,
}

impl Poll {
    /// First day of the period for `account`.
    pub fn first_day(&self, account: Option<Account>) -> Date {
        self.councils.filter(|_| account == Some(Account::Council)).unwrap_or(self.from)
    }
}

impl Calendar {
    /// Reads a calendar file and checks what it cites.
    ///
    /// # Errors
    /// [`Error::Data`] naming file and poll.
    pub fn parse(entry: &Entry<'_>, guidance: &Guidance) -> Result<Self> {
        let File { checked, mut polls } = files::parse_toml(entry)?;
        polls.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        for (at, poll) in polls.iter().enumerate() {
            let fault = |problem: &str| Err(Error::data(&entry.path, format!("poll `{}`: {problem}", poll.id)));
            if poll.from > poll.day || poll.councils.is_some_and(|first| first > poll.from) {
                return fault("`councils`, `from` and `day` must follow each other");
            }
            if poll.nations.is_empty() {
                return fault("`nations` is empty");
            }
            if polls[..at].iter().any(|other| other.id == poll.id) {
                return fault("the id is used twice");
            }
            guidance.check(&entry.path, &poll.document, &poll.clause)?;
        }
        Ok(Self { checked, polls: polls.into_iter().map(Arc::new).collect() })
    }

    /// Every poll, by first day of its period.
    pub fn polls(&self) -> impl Iterator<Item = &Arc<Poll>> {
        self.polls.iter()
    }

    /// The polls in whose period `date` lies for `account`, first and last day included.
    pub fn on(&self, date: Date, account: Option<Account>) -> impl Iterator<Item = &Arc<Poll>> {
        self.polls.iter().filter(move |poll| poll.first_day(account) <= date && date <= poll.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Sources;
    use jiff::civil::date;

    fn built_in() -> Calendar {
        let sources = Sources::built_in();
        Calendar::parse(&sources.calendar, &Guidance::parse(&sources.guidance).unwrap()).unwrap()
    }

    #[test]
    fn a_day_falls_into_the_periods_around_it() {
        let calendar = built_in();
        let ids = |day| calendar.on(day, None).map(|poll| poll.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids(date(2024, 6, 9)), ["general-2024"]);
        assert_eq!(ids(date(2024, 7, 4)), ["general-2024"]);
        assert!(ids(date(2024, 7, 5)).is_empty() && ids(date(2024, 12, 1)).is_empty());
        assert!(ids(date(2016, 6, 23)).contains(&"eu-referendum-2016"));
    }

    #[test]
    fn every_statutory_count_is_twenty_eight_days() {
        for poll in built_in().polls().filter(|poll| poll.start == Start::Counted) {
            assert_eq!(poll.from.until(poll.day).unwrap().get_days(), 27, "{}", poll.id);
        }
    }
}
