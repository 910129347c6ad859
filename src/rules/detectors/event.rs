//! `event-without-sign-off` and `event-in-working-hours`: notices of staff network events
//! that name no senior official who agreed, or fall into a working day with no purpose for
//! the organisation.

use std::ops::Range;

use super::super::phrase::Phrases;
use super::Sight;
use crate::terms::Hits;
use crate::text::{Kind, Text};

/// Words that make any network one of staff.
const STAFF: &[&str] = &["staff", "employee", "colleague", "civil", "departmental"];
const WEEKEND: &[&str] = &["saturday", "sunday", "bank holiday"];

/// Working hours, in minutes since midnight.
const START: u32 = 9 * 60;
const END: u32 = 17 * 60 + 30;
/// Starts that leave an event in the lunch break.
const LUNCH: std::ops::Range<u32> = 12 * 60..14 * 60;

/// The phrases, as they stand in the catalogue.
pub struct Event<'c> {
    phrases: Phrases<'c>,
    network: Range<usize>,
    occasion: Range<usize>,
    signed: Range<usize>,
    useful: Range<usize>,
}

impl<'c> Event<'c> {
    /// The groups of phrases in `sight`, in the order of `ahead/words.rs`.
    pub fn new(sight: &Sight<'c>) -> Self {
        let [network, occasion, signed, useful] = sight.groups();
        Self { phrases: sight.phrases, network, occasion, signed, useful }
    }

    /// The network's name, if the post announces an event of one: with a day or a time.
    fn announced(&self, text: &Text, hits: &Hits) -> Option<(usize, usize)> {
        // `the Carers Network` is one of staff, `the road network` is none
        let named = |&(first, end): &(usize, usize)| {
            let tokens = text.tokens();
            let word = tokens[first..end].iter().rfind(|token| token.key.starts_with("network"));
            STAFF.contains(&tokens[first].key.as_str()) || word.is_some_and(|word| word.capital)
        };
        let network =
            self.network.clone().flat_map(|phrase| self.phrases.find(phrase, text, hits)).filter(named).min()?;
        let is_event = self.stands(&self.occasion, text, hits) && (!times(text).is_empty() || has_day(text));
        is_event.then_some(network)
    }

    /// The network's name where no senior official is said to have agreed.
    pub fn without_sign_off(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        self.announced(text, hits).filter(|_| !self.stands(&self.signed, text, hits)).into_iter().collect()
    }

    /// The time of day where it is in working hours and nothing says why.
    pub fn in_working_hours(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        let free = text.tokens().iter().any(|token| WEEKEND.contains(&token.key.as_str()));
        if free || self.announced(text, hits).is_none() || self.stands(&self.useful, text, hits) {
            return Vec::new();
        }
        let at_work = |minutes: &u32| (START..END).contains(minutes) && !LUNCH.contains(minutes);
        let first = times(text).into_iter().find(|(minutes, _)| at_work(minutes));
        first.map(|(_, place)| place).into_iter().collect()
    }

    fn stands(&self, group: &Range<usize>, text: &Text, hits: &Hits) -> bool {
        group.clone().any(|phrase| self.phrases.stands(phrase, text, hits))
    }
}

fn has_day(text: &Text) -> bool {
    const DAYS: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "tomorrow",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    text.tokens().iter().any(|token| DAYS.contains(&token.key.as_str()))
}

/// Times of day in minutes since midnight, with their tokens: `10am`, `2.30 pm`, `14:00`.
fn times(text: &Text) -> Vec<(u32, (usize, usize))> {
    let tokens = text.tokens();
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((minutes, end)) = time_at(text, at) {
            found.push((minutes, (at, end)));
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

fn time_at(text: &Text, at: usize) -> Option<(u32, usize)> {
    let tokens = text.tokens();
    let number = |at: usize| tokens.get(at).filter(|token| token.kind == Kind::Number);
    if at > 0 && tokens[at - 1].kind == Kind::Sign {
        return None; // a price
    }
    let (hours, inner) = number(at)?.key.split_once('.').unwrap_or((&number(at)?.key, ""));
    let hours: u32 = hours.parse().ok().filter(|hours| *hours < 24)?;
    let colon = |at: usize| {
        let next = number(at + 1)?;
        (text.as_str()[tokens[at].span.end..next.span.start] == *":").then_some(next.key.as_str())
    };
    let (minutes, end) = match (inner, colon(at)) {
        ("", Some(minutes)) => (minutes, at + 2),
        (inner, _) => (inner, at + 1),
    };
    let clock = minutes.len() == 2;
    let minutes: u32 = if minutes.is_empty() { 0 } else { minutes.parse().ok().filter(|m| clock && *m < 60)? };
    let half = tokens.get(end).map(|token| token.key.as_str());
    match half {
        Some("pm") => Some(((hours % 12 + 12) * 60 + minutes, end + 1)),
        Some("am") => Some((hours % 12 * 60 + minutes, end + 1)),
        _ if clock => Some((hours * 60 + minutes, end)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day() {
        let minutes = |text: &str| times(&Text::new(text)).into_iter().map(|(minutes, _)| minutes).collect::<Vec<_>>();
        assert_eq!(minutes("10am, 2.30pm and 14:00 to 16.15, room 12, £3.50"), [600, 870, 840, 975]);
        assert_eq!(minutes("12pm and 12am, 9.99 or 25:00"), [720, 0]);
    }
}
