//! Held-out logits at the exits → gates at which posts that are surely clear leave the
//! encoder, and how sure that is. Pure.

use super::examples::{Example, Examples};
use super::fit::halves;
use super::measures::rounded;
use super::metrics::{ratio, upper_bound};
use crate::fusion::{Calibration, Early, Point, Use};
use crate::model::Gate;
use crate::rules::{Dimension, Level};

/// Probability that a share lies above what is said to be its most, such as [`Early::at_most`].
pub(super) const DOUBT: f64 = 0.025;

/// `calibration` with gates set on `examples` instead of those it has.
pub fn with_gates(calibration: &Calibration, examples: &Examples) -> Calibration {
    let set = |rows: &[&Example]| {
        let gates = gates(calibration, rows, &examples.exits);
        Calibration { early: Early { gates, ..Early::default() }, ..calibration.clone() }
    };
    let all: Vec<&Example> = examples.rows.iter().collect();
    let [first, second] = halves(&examples.rows);
    let crossed = [(set(&first), &second), (set(&second), &first)];
    Calibration { early: early(set(&all).early.gates, &all, &crossed), ..calibration.clone() }
}

/// The gates that no post of `examples` leaves at which the whole encoder stops.
pub fn gates(calibration: &Calibration, examples: &[&Example], exits: &[usize]) -> Vec<Gate> {
    let mut inside: Vec<&Example> = examples.iter().copied().filter(|example| may_leave(example)).collect();
    let mut gates = Vec::new();
    for (at, &after) in exits.iter().enumerate() {
        let stops = inside.iter().filter(|example| stops(calibration, example));
        let least = stops.map(|example| top(example, at)).fold(f64::INFINITY, f64::min);
        if least.is_finite() {
            let gate = Gate { after, below: rounded(least) };
            inside.retain(|example| !leaves(example, at, gate));
            gates.push(gate);
        }
    }
    gates
}

/// What is known of the `gates` of a calibration: how many of the drawn posts among
/// `examples` leave at each, and how many stops are missed on each of the `crossed`
/// halves by the gates set on the other.
pub fn early(gates: Vec<Gate>, examples: &[&Example], crossed: &[(Calibration, &Vec<&Example>)]) -> Early {
    let drawn: Vec<&Example> = examples.iter().copied().filter(|example| example.drawn).collect();
    let mut left = vec![0; gates.len()];
    for exit in drawn.iter().filter_map(|example| exit(example, &gates)) {
        left[exit] += 1;
    }
    let (mut stopped, mut missed) = (0, 0);
    for (other, half) in crossed {
        for example in half.iter().filter(|example| may_leave(example) && stops(other, example)) {
            stopped += 1;
            missed += usize::from(exit(example, &other.early.gates).is_some());
        }
    }
    let share = |count| rounded(ratio(count, drawn.len()).unwrap_or_default());
    Early {
        left: left.into_iter().map(share).collect(),
        stops: stopped,
        missed,
        at_most: rounded(upper_bound(missed, stopped, DOUBT)),
        gates,
    }
}

/// Whether the post has nothing that a rule found: other posts never leave early.
fn may_leave(example: &Example) -> bool {
    Dimension::ALL.iter().all(|d| example.evidence.of(*d).findings == [0; 3])
}

/// Whether the whole encoder stops the post, at the point that stops most.
fn stops(calibration: &Calibration, example: &Example) -> bool {
    let strict = Calibration { point: Point::Strict, ..calibration.clone() };
    Dimension::ALL.iter().any(|d| strict.judge(*d, example.evidence.of(*d), Use::Fused).level >= Level::Review)
}

/// The greater logit of the two flags at an exit.
fn top(example: &Example, exit: usize) -> f64 {
    let [controversy, misleading] = example.early[exit];
    controversy.max(misleading)
}

fn leaves(example: &Example, exit: usize, gate: Gate) -> bool {
    top(example, exit) < gate.below
}

/// The gate at which the post leaves, if it does.
fn exit(example: &Example, gates: &[Gate]) -> Option<usize> {
    let open = |(at, gate): &(usize, &Gate)| may_leave(example) && leaves(example, *at, **gate);
    gates.iter().enumerate().find(open).map(|(at, _)| at)
}
