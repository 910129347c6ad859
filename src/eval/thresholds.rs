//! Thresholds that make the three levels agree best with labels. Pure.

use std::collections::BTreeMap;

use super::metrics::Confusion;
use crate::fusion::Thresholds;

/// Thresholds tried: hundredths between 0 and 1.
const GRID: std::ops::RangeInclusive<u8> = 1..=99;

/// What is within this of the best counts as being as good as it.
const PLATEAU: f64 = 0.003;

/// What macro-F1 may cost for silence: a noisy tool is switched off.
const SILENCE: f64 = 0.006;

/// A labelled post as thresholds see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// 0, 1 or 2.
    pub label: u8,
    /// P(label ≥ 1).
    pub risk: f64,
    /// P(label = 2).
    pub hold: f64,
    /// The level that it has whatever the thresholds are, as a label.
    pub floor: u8,
}

/// For hold, the centre of all thresholds whose macro-F1 is as good as the best: the
/// best itself is where luck is largest. For review, the quietest that goes with it.
pub(super) fn balance(points: &[Point]) -> Thresholds {
    let mut cells: BTreeMap<(u8, u8, u8, u8), usize> = BTreeMap::new();
    for point in points {
        *cells.entry((step(point.risk), step(point.hold), point.floor, point.label)).or_default() += 1;
    }
    let pairs = GRID.flat_map(|review| GRID.map(move |hold| (review, hold)));
    let tried: Vec<([f64; 2], f64)> = pairs
        .map(|(review, hold)| {
            let mut confusion = Confusion::default();
            for (&(risk_step, hold_step, floor, label), &n) in &cells {
                let level = if hold_step >= hold { 2 } else { u8::from(risk_step >= review) };
                confusion.add(label, level.max(floor), n);
            }
            ([probability(review), probability(hold)], confusion.macro_f1().unwrap_or(0.0))
        })
        .collect();
    let [centre, hold] = centre(&tried);
    let best = tried.iter().fold(f64::MIN, |best, (_, value)| best.max(*value));
    let beside = tried.iter().filter(|([_, at], value)| (at - hold).abs() <= 0.006 && *value >= best - SILENCE);
    let review = beside.map(|([review, _], _)| *review).fold(centre, f64::max);
    Thresholds { review, hold }
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
    let good: Vec<&[f64; N]> = tried.iter().filter(|(_, value)| *value >= most - PLATEAU).map(|(at, _)| at).collect();
    std::array::from_fn(|axis| good.iter().map(|at| at[axis]).sum::<f64>() / good.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn hold_lies_in_the_middle_of_its_gap_and_review_at_its_quiet_end() {
        let point = |label, risk, hold| Point { label, risk, hold, floor: 0 };
        let points =
            [point(0, 0.1, 0.0), point(0, 0.2, 0.1), point(1, 0.4, 0.1), point(1, 0.9, 0.3), point(2, 0.9, 0.7)];
        let found = balance(&points);
        close(found.review, 0.40); // every threshold from 0.21 to 0.40 parts 0 from 1
        close(found.hold, 0.505); // from 0.31 to 0.70
    }

    #[test]
    fn a_level_that_rules_give_is_not_blamed_on_thresholds() {
        let point = |label, risk, floor| Point { label, risk, hold: 0.0, floor };
        // The low post is flagged by a rule in any case; only 0.6 and 0.5 matter.
        let points = [point(1, 0.05, 1), point(1, 0.6, 0), point(0, 0.5, 0), point(0, 0.1, 0)];
        close(balance(&points).review, 0.60);
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
