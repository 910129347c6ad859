//! The times that tables hold: numbers of a spreadsheet, and dates of which the day or the
//! month may come first. They are written anew only where [`crate::date::day`] would not
//! read them as meant.

use clap::ValueEnum;
use jiff::Span;
use jiff::civil::{Date, DateTime, Time, date};

/// Which comes first in a date of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DateOrder {
    /// Day, month, year, as in the United Kingdom
    #[default]
    Dmy,
    /// Month, day, year
    Mdy,
}

/// Days that a five-digit number is taken for, from February 1982 to 2064.
const SERIALS: std::ops::RangeInclusive<f64> = 30_000.0..=60_000.0;

/// A time as the post shall have it, and what to note of it.
pub(super) fn time(written: &str, order: DateOrder) -> (String, Option<String>) {
    let written = written.trim();
    if let Some(serial) = written.parse().ok().and_then(serial).filter(|_| is_serial(written)) {
        return (serial, None);
    }
    let Some((first, second, year, rest)) = numbers(written) else { return (written.to_owned(), None) };
    let day_first = date_of(year, second, first);
    let month_first = date_of(year, first, second);
    let (read, note) = match (day_first, month_first, order) {
        (Some(a), Some(b), _) if a == b => (a, None),
        (Some(day), Some(_), DateOrder::Dmy) | (Some(_), Some(day), DateOrder::Mdy) => {
            (day, Some(format!("day and month could be either: read as {day}")))
        }
        (Some(day), None, DateOrder::Mdy) => (day, Some(format!("day before month: read as {day}"))),
        (None, Some(day), DateOrder::Dmy) => (day, Some(format!("month before day: read as {day}"))),
        (Some(day), None, _) | (None, Some(day), _) => (day, None),
        (None, None, _) => return (written.to_owned(), None),
    };
    (format!("{read}{rest}"), note)
}

/// Whether `written` is a date of numbers and a time of day, and so no word of a draft.
pub(super) fn is_date_and_time(written: &str) -> bool {
    let Some((_, rest)) = split(written.trim()) else { return false };
    let rest = rest.trim_start_matches([' ', 'T', ',']).trim();
    let (hour, minute) = rest.split_once(':').unwrap_or(("", ""));
    let is_number = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    is_number(hour) && is_number(minute.get(..2).unwrap_or_default()) && rest.len() <= 20
}

/// The day and time that a spreadsheet counts as `serial` days; `None` for other numbers.
pub(super) fn serial(serial: f64) -> Option<String> {
    SERIALS.contains(&serial).then_some(())?;
    #[expect(clippy::cast_possible_truncation, reason = "five digits, and seconds of one day")]
    let (days, seconds) = (serial.trunc() as i64, (serial.fract() * 86_400.0).round() as i64);
    let midnight = DateTime::from_parts(date(1899, 12, 30), Time::midnight());
    let at = midnight.checked_add(Span::new().days(days).seconds(seconds)).ok()?;
    Some(if seconds == 0 { at.date().to_string() } else { at.strftime("%Y-%m-%d %H:%M:%S").to_string() })
}

fn is_serial(written: &str) -> bool {
    let (whole, part) = written.split_once('.').unwrap_or((written, "0"));
    whole.len() == 5 && [whole, part].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The first, second and third number of a date that ends with the year, and what follows.
fn numbers(written: &str) -> Option<(i8, i8, i16, &str)> {
    let (parts, rest) = split(written)?;
    let [first, second, year] = parts;
    let year: i16 = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    (first.len() <= 2 && second.len() <= 2).then_some((first.parse().ok()?, second.parse().ok()?, year, rest))
}

/// The three numbers that `written` begins with, and what follows.
fn split(written: &str) -> Option<([&str; 3], &str)> {
    let end = written.find(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.')).unwrap_or(written.len());
    let (head, rest) = written.split_at(end);
    if !(rest.is_empty() || rest.starts_with([' ', 'T', ','])) {
        return None;
    }
    let sign = head.find(|c: char| !c.is_ascii_digit())?;
    let mut parts = head.split(char::from(head.as_bytes()[sign]));
    let numbers = [parts.next()?, parts.next()?, parts.next()?];
    let whole = parts.next().is_none()
        && numbers.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    whole.then_some((numbers, rest))
}

fn date_of(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str, order: DateOrder) -> String {
        let (time, note) = time(written, order);
        assert!(crate::date::day(&time).is_some(), "{time}");
        note.map_or(time.clone(), |note| format!("{time} ({note})"))
    }

    #[test]
    fn the_order_decides_what_could_be_either() {
        use DateOrder::{Dmy, Mdy};
        let either = "day and month could be either: read as";
        assert_eq!(read("03/04/2026 09:00", Dmy), format!("2026-04-03 09:00 ({either} 2026-04-03)"));
        assert_eq!(read("03/04/2026 09:00", Mdy), format!("2026-03-04 09:00 ({either} 2026-03-04)"));
        assert_eq!(read("04/04/2026", Mdy), "2026-04-04");
        assert_eq!(read("25/04/26 2:30 PM", Dmy), "2026-04-25 2:30 PM");
        assert_eq!(read("04/25/2026", Mdy), "2026-04-25");
        assert_eq!(read("04/25/2026", Dmy), "2026-04-25 (month before day: read as 2026-04-25)");
        assert_eq!(read("25.04.2026", Mdy), "2026-04-25 (day before month: read as 2026-04-25)");
    }

    #[test]
    fn numbers_of_a_spreadsheet_are_days() {
        assert_eq!(read("45352", DateOrder::Dmy), "2024-03-01");
        assert_eq!(read("45352.75", DateOrder::Dmy), "2024-03-01 18:00:00");
        for other in ["20240", "453521", "1717927200", "4.5e4", "45352.7.5"] {
            assert_eq!(time(other, DateOrder::Dmy), (other.to_owned(), None));
        }
    }

    #[test]
    fn other_forms_are_left_alone() {
        for written in ["2026-04-03", "2026-04-03T09:00:00Z", "3 April 2026", "31/02/2026", "99/99/99", "1/2", "soon"] {
            assert_eq!(time(written, DateOrder::Mdy), (written.to_owned(), None));
        }
    }

    #[test]
    fn a_date_with_a_time_is_no_draft() {
        for written in ["01/05/2026 09:00", "2026-05-01 9:05", "5/1/26 09:00 AM", "2026-05-01T09:00:00Z"] {
            assert!(is_date_and_time(written), "{written}");
        }
        for written in ["01/05/2026", "1 May 2026 09:00", "1/5 is open from 9:00", "01/05/2026 at 09:00 we open", ""] {
            assert!(!is_date_and_time(written), "{written}");
        }
    }
}
