//! The time axis of a report: which stretch of time it shows, cut into months, quarters or
//! years, and where on it a day lies.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::tally::Levels;

/// Most months, and most quarters, that are told apart; beyond, the next wider unit is used.
const MONTHS: i32 = 36;
const QUARTERS: i32 = 48;
/// Most years an axis shows: a feed with one post of 1970 and one of 9999 is no reason for more.
const YEARS: i32 = 60;

/// A stretch of time of the axis.
pub(super) struct Slot {
    pub from: Date,
    /// The day after the last.
    pub to: Date,
    /// Its name, in full.
    pub name: String,
    /// What stands below it, if there is room for it.
    pub label: Option<String>,
    pub posts: Levels,
}

/// The axis.
pub(super) struct Axis {
    /// `month`, `quarter` or `year`.
    pub unit: &'static str,
    pub slots: Vec<Slot>,
    /// Posts outside the stretch that is shown.
    pub outside: u64,
}

impl Axis {
    /// For posts by year and month; `None` where there are none.
    pub(super) fn of(months: &BTreeMap<(i16, i8), Levels>) -> Option<Self> {
        let (first, last) = window(months)?;
        let (unit, step) = match last - first + 1 {
            count if count <= MONTHS => ("month", 1),
            count if count <= QUARTERS * 3 => ("quarter", 3),
            _ => ("year", 12),
        };
        let start = first.div_euclid(step) * step;
        let count = (last - start).div_euclid(step) + 1;
        let mut slots: Vec<Slot> = (0..count).map(|at| slot(start + at * step, step)).collect();
        label(&mut slots, step);
        let mut outside = 0;
        for (&(year, month), posts) in months {
            let at = number(year, month);
            if (first..=last).contains(&at) {
                let slot = &mut slots[usize::try_from((at - start) / step).expect("inside the window")];
                slot.posts = slot.posts.and(*posts);
            } else {
                outside += posts.total();
            }
        }
        Some(Self { unit, slots, outside })
    }

    /// The first day.
    pub(super) fn from(&self) -> Date {
        self.slots[0].from
    }

    /// The day after the last.
    pub(super) fn to(&self) -> Date {
        self.slots[self.slots.len() - 1].to
    }

    /// Where the beginning of `day` lies, from 0 to 1.
    pub(super) fn at(&self, day: Date) -> f64 {
        let length = f64::from(days(self.from(), self.to())).max(1.0);
        (f64::from(days(self.from(), day)) / length).clamp(0.0, 1.0)
    }

    /// The posts of the slot with the most.
    pub(super) fn highest(&self) -> u64 {
        self.slots.iter().map(|slot| slot.posts.total()).max().unwrap_or(0)
    }
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn number(year: i16, month: i8) -> i32 {
    i32::from(year) * 12 + i32::from(month) - 1
}

/// The first day of month `number`; the last known day where there is no such month.
fn first_day(number: i32) -> Date {
    let year = i16::try_from(number.div_euclid(12)).unwrap_or(i16::MAX);
    let month = i8::try_from(number.rem_euclid(12) + 1).expect("1 to 12");
    Date::new(year, month, 1).unwrap_or(Date::MAX)
}

/// First and last month of the [`YEARS`] with the most posts: of several, the earliest.
fn window(months: &BTreeMap<(i16, i8), Levels>) -> Option<(i32, i32)> {
    let all: Vec<(i32, u64)> =
        months.iter().map(|(&(year, month), posts)| (number(year, month), posts.total())).collect();
    let (mut best, mut most, mut sum, mut low) = (None, 0, 0, 0);
    for (at, posts) in &all {
        sum += posts;
        while at - all[low].0 >= YEARS * 12 {
            sum -= all[low].1;
            low += 1;
        }
        if sum > most {
            (best, most) = (Some((all[low].0, *at)), sum);
        }
    }
    best
}

fn slot(from: i32, step: i32) -> Slot {
    let day = first_day(from);
    let name = match step {
        1 => day.strftime("%B %Y").to_string(),
        3 => format!("Q{} {}", from.rem_euclid(12) / 3 + 1, day.year()),
        _ => day.year().to_string(),
    };
    Slot { from: day, to: first_day(from + step), name, label: None, posts: Levels::default() }
}

/// Labels as many slots as there is room for: about twelve.
fn label(slots: &mut [Slot], step: i32) {
    let every = match step {
        3 => 4 * slots.len().div_ceil(4 * 13),
        _ => slots.len().div_ceil(12),
    };
    let first = if step == 3 { slots.iter().position(|slot| slot.from.month() == 1).unwrap_or(0) } else { 0 };
    for slot in slots.iter_mut().skip(first).step_by(every) {
        let form = if step == 1 { "%b %Y" } else { "%Y" };
        slot.label = Some(slot.from.strftime(form).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(months: &[(i16, i8)]) -> Axis {
        Axis::of(&months.iter().map(|&month| (month, Levels([1, 0, 0, 0, 2]))).collect()).unwrap()
    }

    #[test]
    fn the_unit_follows_the_length() {
        for (last, unit, slots, first) in [
            ((2020, 2), "month", 1, "February 2020"),
            ((2023, 1), "month", 36, "February 2020"),
            ((2023, 2), "quarter", 13, "Q1 2020"),
            ((2031, 12), "quarter", 48, "Q1 2020"),
            ((2032, 2), "year", 13, "2020"),
        ] {
            let axis = axis(&[(2020, 2), last]);
            assert_eq!((axis.unit, axis.slots.len(), axis.slots[0].name.as_str()), (unit, slots, first));
            assert!(axis.slots.windows(2).all(|pair| pair[0].to == pair[1].from));
        }
    }

    #[test]
    fn months_without_posts_are_gaps() {
        let axis = axis(&[(2020, 2), (2020, 5)]);
        let posts: Vec<u64> = axis.slots.iter().map(|slot| slot.posts.total()).collect();
        assert_eq!(posts, [3, 0, 0, 3]);
        assert!((axis.at(jiff::civil::date(2020, 4, 1)) - 60.0 / 121.0).abs() < 1e-9);
    }

    #[test]
    fn days_far_off_are_counted_and_not_shown() {
        let axis = axis(&[(-9999, 1), (1970, 1), (2020, 2), (2020, 3), (9999, 12)]);
        assert_eq!((axis.outside, axis.slots.len(), axis.highest()), (6, 51, 6));
        assert_eq!(super::Axis::of(&BTreeMap::from([((9999, 12), Levels([1; 5]))])).unwrap().slots[0].to, Date::MAX);
        assert!(Axis::of(&BTreeMap::new()).is_none());
    }
}
