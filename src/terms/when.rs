//! A day as far as it is known: the day, or the month or year that it lies in.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;

/// A day, or the month or year that it lies in where no more is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct When {
    /// The earliest day that it can be.
    pub first: Date,
    /// The latest.
    pub last: Date,
}

impl When {
    /// As files have it: `2007-06-27`, `2007-06` or `2007`.
    pub fn iso(self) -> String {
        self.shown("%Y-%m-%d", "%Y-%m", "%Y")
    }

    fn shown(self, day: &str, month: &str, year: &str) -> String {
        let form = match self {
            Self { first, last } if first == last => day,
            Self { first, last } if first.month() == last.month() => month,
            _ => year,
        };
        self.first.strftime(form).to_string()
    }
}

/// In words: `27 June 2007`, `June 2007` or `2007`.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown("%-d %B %Y", "%B %Y", "%Y"))
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let whole = match written.len() {
            4 => format!("{written}-01-01"),
            7 => format!("{written}-01"),
            _ => written.to_owned(),
        };
        let first = whole.parse::<Date>().ok().filter(|day| day.to_string() == whole);
        let first = first.ok_or_else(|| format!("`{written}` is no day (YYYY-MM-DD), month or year"))?;
        let last = match written.len() {
            4 => first.last_of_year(),
            7 => first.last_of_month(),
            _ => first,
        };
        Ok(Self { first, last })
    }
}

impl TryFrom<String> for When {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        written.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_a_month_and_a_year() {
        let read = |written: &str| written.parse::<When>().unwrap();
        assert_eq!(read("2007-06-27"), When { first: date(2007, 6, 27), last: date(2007, 6, 27) });
        assert_eq!(read("2024-02"), When { first: date(2024, 2, 1), last: date(2024, 2, 29) });
        assert_eq!(read("2007"), When { first: date(2007, 1, 1), last: date(2007, 12, 31) });
        for (written, words) in [("2007-06-27", "27 June 2007"), ("2024-02", "February 2024"), ("2007", "2007")] {
            assert_eq!((read(written).iso().as_str(), read(written).to_string().as_str()), (written, words));
        }
    }

    #[test]
    fn what_is_no_day() {
        for written in ["", "soon", "07", "2007-13", "2007-00", "2023-02-29", "2007-6-27", "20070627", "2007-06-27T10"]
        {
            let problem = written.parse::<When>().unwrap_err();
            assert!(problem.contains(written) && problem.contains("is no day"), "{problem}");
        }
    }
}
