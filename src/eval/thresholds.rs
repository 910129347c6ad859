//! Thresholds that cost least on labelled posts. Pure.

use std::collections::BTreeMap;

use super::exits::DOUBT;
use super::measures::rounded;
use super::metrics::upper_bound;
use crate::fusion::{Costs, Point, Thresholds};

/// Thresholds tried: hundredths between 0 and 1.
const GRID: std::ops::RangeInclusive<u8> = 1..=99;

/// What is within this of the best counts as being as good as it.
const PLATEAU: f64 = 0.003;

/// Thresholds whose cost is within this share of the least count as being as good.
const NEAR: f64 = 0.01;

/// The greatest share of the clear posts in an official voice that may be flagged on one
/// dimension at `point`, with 95 % confidence. One who asks for more stops sets none.
pub(super) fn most_alarms(point: Point) -> Option<f64> {
    (point != Point::Strict).then_some(0.03)
}

/// What mistakes cost at each operating point. Only the weight of a needless stop differs.
pub(super) fn costs(point: Point) -> Costs {
    let needless = match point {
        Point::Cautious => 2.0,
        Point::Balanced => 1.0,
        Point::Strict => 0.5,
    };
    Costs { needless, missed: 1.0, escaped: 6.0, softened: 1.5 }
}

/// A labelled post as thresholds see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rating {
    /// 0, 1 or 2.
    pub label: u8,
    /// P(label ≥ 1).
    pub risk: f64,
    /// P(label = 2).
    pub hold: f64,
    /// The level that it has whatever the thresholds are, as a label.
    pub floor: u8,
    /// Whether it is in an official voice.
    pub official: bool,
}

/// For hold, the centre of all thresholds that cost about as little as the cheapest, which
/// itself is where luck is largest; for review, the quietest that goes with it: a noisy
/// tool is switched off. Only those count that flag no more of the clear posts in an
/// official voice than `most_alarms`; `None` where none can be shown to.
pub(super) fn cheapest(points: &[Rating], costs: Costs, most_alarms: Option<f64>) -> Option<Thresholds> {
    let mut cells: BTreeMap<Cell, usize> = BTreeMap::new();
    for point in points {
        *cells.entry(Cell::of(point)).or_default() += 1;
    }
    let ordinary = || cells.iter().filter(|(cell, _)| cell.official && cell.label == 0);
    let official: usize = ordinary().map(|(_, n)| n).sum();
    let allowed = match most_alarms {
        None => official,
        Some(most) => (0..=official).take_while(|&found| upper_bound(found, official, DOUBT) <= most).last()?,
    };
    let pairs = GRID.flat_map(|review| GRID.map(move |hold| (review, hold)));
    let quiet = pairs.filter(|&at| {
        let alarms: usize = ordinary().filter(|(cell, _)| cell.level(at) > 0).map(|(_, n)| n).sum();
        alarms <= allowed
    });
    let tried: Vec<([f64; 2], f64)> = quiet
        .map(|at| {
            let cost = |(cell, &n): (&Cell, &usize)| cost_of(costs, cell.label, cell.level(at)) * n as f64;
            ([at.0, at.1].map(probability), cells.iter().map(cost).sum())
        })
        .collect();
    let least = tried.iter().map(|(_, cost)| *cost).min_by(f64::total_cmp)?;
    let near = || tried.iter().filter(|(_, cost)| *cost <= least * (1.0 + NEAR)).map(|(at, _)| at);
    let [centre, hold] = mean(near());
    let beside = near().filter(|[_, at]| (at - hold).abs() <= 0.006);
    let review = beside.map(|[review, _]| *review).fold(centre, f64::max);
    Some(Thresholds { review: rounded(review), hold: rounded(hold) })
}

/// Posts that no pair of thresholds tells apart.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    risk: u8,
    hold: u8,
    floor: u8,
    label: u8,
    official: bool,
}

impl Cell {
    fn of(&Rating { label, risk, hold, floor, official }: &Rating) -> Self {
        Self { risk: step(risk), hold: step(hold), floor, label, official }
    }

    /// The level at thresholds for review and hold, as a label.
    fn level(&self, (review, hold): (u8, u8)) -> u8 {
        let level = if self.hold >= hold { 2 } else { u8::from(self.risk >= review) };
        level.max(self.floor)
    }
}

/// What it costs to give `level` to a post with `label`, both 0, 1 or 2.
fn cost_of(costs: Costs, label: u8, level: u8) -> f64 {
    match (label, level) {
        (1, 0) => costs.missed,
        (2, 0) => costs.escaped,
        (2, 1) => costs.softened,
        _ => costs.needless * f64::from(level.saturating_sub(label)),
    }
}

/// The centre of all thresholds that `measure` finds as good as the best.
pub(super) fn best(measure: impl Fn(f64) -> f64) -> f64 {
    let tried: Vec<([f64; 1], f64)> =
        GRID.map(probability).map(|threshold| ([threshold], measure(threshold))).collect();
    let [threshold] = centre(&tried);
    threshold
}

fn probability(step: u8) -> f64 {
    f64::from(step) / 100.0
}

/// How many thresholds of the grid `probability` reaches.
fn step(reached: f64) -> u8 {
    GRID.take_while(|&step| reached >= probability(step)).last().unwrap_or(0)
}

fn centre<const N: usize>(tried: &[([f64; N], f64)]) -> [f64; N] {
    let most = tried.iter().fold(f64::MIN, |most, (_, value)| most.max(*value));
    mean(tried.iter().filter(|(_, value)| *value >= most - PLATEAU).map(|(at, _)| at))
}

fn mean<'a, const N: usize>(places: impl Iterator<Item = &'a [f64; N]>) -> [f64; N] {
    let places: Vec<&[f64; N]> = places.collect();
    std::array::from_fn(|axis| places.iter().map(|at| at[axis]).sum::<f64>() / places.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    const EVEN: Costs = Costs { needless: 1.0, missed: 1.0, escaped: 2.0, softened: 1.0 };

    #[test]
    fn hold_lies_in_the_middle_of_its_gap_and_review_at_its_quiet_end() {
        let point = |label, risk, hold| Rating { label, risk, hold, floor: 0, official: false };
        let points =
            [point(0, 0.1, 0.0), point(0, 0.2, 0.1), point(1, 0.4, 0.1), point(1, 0.9, 0.3), point(2, 0.9, 0.7)];
        let found = cheapest(&points, EVEN, None).unwrap();
        close(found.review, 0.40); // every threshold from 0.21 to 0.40 parts 0 from 1
        close(found.hold, 0.505); // from 0.31 to 0.70
    }

    #[test]
    fn a_level_that_rules_give_is_not_blamed_on_thresholds() {
        let point = |label, risk, floor| Rating { label, risk, hold: 0.0, floor, official: false };
        // The low post is flagged by a rule in any case; only 0.6 and 0.5 matter.
        let points = [point(1, 0.05, 1), point(1, 0.6, 0), point(0, 0.5, 0), point(0, 0.1, 0)];
        close(cheapest(&points, EVEN, None).unwrap().review, 0.60);
    }

    #[test]
    fn dearer_needless_stops_raise_the_thresholds() {
        let points: Vec<Rating> = (0..100)
            .map(|at| Rating {
                label: u8::from(at % 10 < at / 10),
                risk: f64::from(at) / 100.0,
                hold: 0.0,
                floor: 0,
                official: false,
            })
            .collect();
        let review = Point::ALL.map(|point| cheapest(&points, costs(point), None).unwrap().review);
        assert!(review[0] > review[1] && review[1] > review[2], "{review:?}");
    }

    #[test]
    fn a_limit_on_alarms_raises_the_threshold_or_is_out_of_reach() {
        // 1,000 clear official posts, a tenth of them from 0.30 on as the posts that readers question.
        let clear = (0..1000).map(|at| Rating {
            label: 0,
            risk: if at % 10 == 0 { 0.30 + f64::from(at) / 2000.0 } else { 0.05 },
            hold: 0.0,
            floor: 0,
            official: true,
        });
        let questioned = (0..300).map(|at| Rating {
            label: 1,
            risk: 0.30 + f64::from(at) / 600.0,
            hold: 0.0,
            floor: 0,
            official: false,
        });
        let points: Vec<Rating> = clear.chain(questioned).collect();
        let alarms = |review| points.iter().filter(|point| point.label == 0 && point.risk >= review).count();
        let free = cheapest(&points, EVEN, None).unwrap().review;
        assert_eq!(alarms(free), 100);
        let limited = cheapest(&points, EVEN, Some(0.03)).unwrap().review;
        assert!(limited > free && upper_bound(alarms(limited), 1000, DOUBT) <= 0.03, "{limited}");
        assert_eq!(cheapest(&points, EVEN, Some(0.003)), None); // of 1,000 not even none shows that
    }

    #[test]
    fn a_probability_on_the_grid_reaches_its_threshold() {
        for at in GRID {
            assert_eq!(step(probability(at)), at);
        }
        assert_eq!((step(0.0), step(1.0), step(0.555)), (0, 99, 55));
    }

    #[test]
    fn one_threshold_is_the_centre_of_its_plateau() {
        close(best(|threshold| if (0.2..0.405).contains(&threshold) { 0.9 } else { 0.5 }), 0.3);
    }
}
