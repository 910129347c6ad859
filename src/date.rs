//! The day a post goes out, from a time as feeds write it. Days are those of the
//! United Kingdom: an instant shortly before midnight UTC in summer is the next day.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Times with a zone, as `strptime` reads them.
const ZONED: &[&str] = &["%a %b %d %H:%M:%S %z %Y"];
/// Times and days without a zone; where day and month could be either, the day comes first.
const LOCAL: &[&str] =
    &["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y"];

/// The zone of the United Kingdom since 1996, by its rule.
fn london() -> TimeZone {
    TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").expect("the rule is well formed")
}

/// Today in the United Kingdom.
pub fn today() -> Date {
    Timestamp::now().to_zoned(london()).date()
}

/// The day that `written` falls on; `None` if it is in no known form.
pub fn day(written: &str) -> Option<Date> {
    let written = written.trim();
    if let Some(instant) = instant(written) {
        return Some(instant.to_zoned(london()).date());
    }
    if let Ok(local) = written.parse::<DateTime>() {
        return Some(local.date());
    }
    if let Ok(day) = written.parse::<Date>() {
        return Some(day);
    }
    let head = written.split_once(|c: char| c == 'T' || c == ',' && !written.starts_with(char::is_alphabetic));
    let head = head.map_or(written, |(head, _)| head);
    let part = |words: usize| head.split_whitespace().take(words).collect::<Vec<_>>().join(" ");
    LOCAL.iter().find_map(|form| {
        let words = form.split(' ').count();
        Date::strptime(form, part(words).trim_end_matches(',')).ok()
    })
}

/// The instant that `written` names with its zone; `None` if it names none.
pub(crate) fn instant(written: &str) -> Option<Timestamp> {
    written.parse::<Timestamp>().ok().or_else(|| epoch(written)).or_else(|| zoned(written))
}

fn zoned(written: &str) -> Option<Timestamp> {
    let rfc = || jiff::fmt::rfc2822::parse(written).ok().map(|zoned: Zoned| zoned.timestamp());
    ZONED.iter().find_map(|form| Timestamp::strptime(form, written).ok()).or_else(rfc)
}

/// Seconds or milliseconds since 1970.
fn epoch(written: &str) -> Option<Timestamp> {
    let digits = written.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = written.parse().ok().filter(|_| digits)?;
    match written.len() {
        9 | 10 => Timestamp::from_second(number).ok(),
        12 | 13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_feeds_use() {
        for written in [
            "2024-06-09",
            "2024-06-09T10:00:00Z",
            "2024-06-08T23:30:00.000Z",
            "2024-06-09 10:00:00",
            "2024-06-09 10:00:00+00:00",
            "2024-06-09T10:00",
            "2024-06-09 2:30 PM",
            "Sun Jun 09 10:00:00 +0000 2024",
            "Sun, 09 Jun 2024 10:00:00 +0100",
            "09/06/2024",
            "09/06/2024 10:00",
            "9 June 2024",
            "9 Jun 2024, 10:00",
            "June 9, 2024",
            "1717927200",
            "1717927200000",
        ] {
            assert_eq!(day(written), Some(jiff::civil::date(2024, 6, 9)), "{written}");
        }
        for written in ["", "tomorrow", "31/02/2024", "20240", "2024", "Monday"] {
            assert_eq!(day(written), None, "{written}");
        }
    }
}
