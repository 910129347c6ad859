//! Logistic regression by Newton's method with a small ridge. Pure.

use crate::fusion::Logistic;

/// Ridge on the weights, as a prior of one standard deviation of 1: far less than
/// thousands of posts say, enough to keep a rule that never erred finite.
const RIDGE: f64 = 1.0;

/// Ridge on the bias, only so that data of one class have an answer.
const BIAS_RIDGE: f64 = 1e-6;

/// Newton steps; it stops far earlier.
const STEPS: usize = 100;

/// A step smaller than this is the last.
const ENOUGH: f64 = 1e-10;

/// Fits P(label) from `features`, one row a label. The first `free` weights may be
/// of any sign, the others are at least 0: a feature that would lower the
/// probability gets weight 0 and the rest are fitted without it.
pub(super) fn fit(features: &[Vec<f64>], labels: &[bool], free: usize) -> Logistic {
    let width = features.first().map_or(0, Vec::len);
    let mut used: Vec<usize> = (0..width).collect();
    loop {
        let rows: Vec<Vec<f64>> = features.iter().map(|row| with_bias(row, &used)).collect();
        let solution = newton(&rows, labels, used.len() + 1);
        let lowering = used.iter().zip(&solution[1..]).filter(|(at, weight)| **at >= free && **weight < 0.0);
        let Some(worst) = lowering.min_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| *at) else {
            let mut weights = vec![0.0; width];
            used.iter().zip(&solution[1..]).for_each(|(&at, &weight)| weights[at] = weight);
            return Logistic { bias: solution[0], weights };
        };
        used.retain(|&at| at != worst);
    }
}

fn with_bias(row: &[f64], used: &[usize]) -> Vec<f64> {
    std::iter::once(1.0).chain(used.iter().map(|&at| row[at])).collect()
}

/// The weights with the least penalised loss, found from zero.
fn newton(rows: &[Vec<f64>], labels: &[bool], width: usize) -> Vec<f64> {
    let mut weights = vec![0.0; width];
    let mut least = loss(rows, labels, &weights);
    for _ in 0..STEPS {
        let direction = step(rows, labels, &weights);
        let mut share = 1.0;
        let (next, reached) = loop {
            let next: Vec<f64> = weights.iter().zip(&direction).map(|(w, d)| w - share * d).collect();
            let reached = loss(rows, labels, &next);
            if reached <= least || share < ENOUGH {
                break (next, reached);
            }
            share /= 2.0;
        };
        let moved = direction.iter().fold(0.0_f64, |most, d| most.max((share * d).abs()));
        (weights, least) = (next, reached.min(least));
        if moved < ENOUGH {
            break;
        }
    }
    weights
}

fn ridge(at: usize) -> f64 {
    if at == 0 { BIAS_RIDGE } else { RIDGE }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn loss(rows: &[Vec<f64>], labels: &[bool], weights: &[f64]) -> f64 {
    let penalty: f64 = weights.iter().enumerate().map(|(at, w)| ridge(at) * w * w / 2.0).sum();
    let fault = |(row, &label): (&Vec<f64>, &bool)| {
        let z = if label { -dot(row, weights) } else { dot(row, weights) };
        z.max(0.0) + (-z.abs()).exp().ln_1p()
    };
    penalty + rows.iter().zip(labels).map(fault).sum::<f64>()
}

/// Inverse Hessian times gradient at `weights`.
fn step(rows: &[Vec<f64>], labels: &[bool], weights: &[f64]) -> Vec<f64> {
    let width = weights.len();
    let mut gradient: Vec<f64> = weights.iter().enumerate().map(|(at, w)| ridge(at) * w).collect();
    let mut hessian = vec![vec![0.0; width]; width];
    (0..width).for_each(|at| hessian[at][at] = ridge(at));
    for (row, &label) in rows.iter().zip(labels) {
        let p = 1.0 / (1.0 + (-dot(row, weights)).exp());
        let excess = p - f64::from(u8::from(label));
        for (i, (sum, line)) in gradient.iter_mut().zip(&mut hessian).enumerate() {
            *sum += excess * row[i];
            let curve = p * (1.0 - p) * row[i];
            line.iter_mut().zip(row).for_each(|(cell, value)| *cell += curve * value);
        }
    }
    solve(hessian, gradient)
}

/// Solves `matrix · x = right` for a positive definite matrix, by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for at in 0..n {
        let (above, below) = matrix.split_at_mut(at + 1);
        let pivot = &above[at];
        for (offset, line) in below.iter_mut().enumerate() {
            let share = line[at] / pivot[at];
            line.iter_mut().zip(pivot).skip(at).for_each(|(cell, lead)| *cell -= share * lead);
            right[at + 1 + offset] -= share * right[at];
        }
    }
    for at in (0..n).rev() {
        let known = dot(&matrix[at][at + 1..], &right[at + 1..]);
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between 0 and 1 that look random and are the same everywhere.
    fn noise(seed: u64) -> impl Iterator<Item = f64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1_u32 << 31)
        })
    }

    fn planted(truth: &Logistic, n: usize) -> (Vec<Vec<f64>>, Vec<bool>) {
        let mut noise = noise(7);
        let mut draw = || noise.next().unwrap();
        let rows: Vec<Vec<f64>> =
            (0..n).map(|_| vec![4.0 * draw() - 2.0, 4.0 * draw() - 2.0, draw().round()]).collect();
        let labels = rows.iter().map(|row| draw() < truth.probability(row)).collect();
        (rows, labels)
    }

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() < within, "{found} is not {expected}");
    }

    #[test]
    fn planted_weights_are_recovered() {
        let truth = Logistic { bias: -0.7, weights: vec![1.5, -0.8, 0.9] };
        let (rows, labels) = planted(&truth, 40_000);
        let found = fit(&rows, &labels, 2);
        close(found.bias, truth.bias, 0.06);
        for (found, expected) in found.weights.iter().zip(&truth.weights) {
            close(*found, *expected, 0.06);
        }
    }

    #[test]
    fn a_feature_that_may_only_raise_gets_no_negative_weight() {
        let truth = Logistic { bias: 0.2, weights: vec![1.0, -0.5, -1.5] };
        let (rows, labels) = planted(&truth, 5_000);
        let found = fit(&rows, &labels, 2);
        assert!(found.weights[2].abs() < f64::EPSILON && found.weights[1] < -0.3);
        let without: Vec<Vec<f64>> = rows.iter().map(|row| row[..2].to_vec()).collect();
        close(fit(&without, &labels, 2).bias, found.bias, 1e-9);
    }

    #[test]
    fn the_bias_alone_gives_the_share() {
        let labels: Vec<bool> = (0..100).map(|at| at < 20).collect();
        let found = fit(&vec![Vec::new(); 100], &labels, 0);
        close(found.probability(&[]), 0.2, 1e-6);
    }

    #[test]
    fn one_class_and_clean_splits_stay_finite() {
        let rows: Vec<Vec<f64>> = (0..50).map(|at| vec![f64::from(at) - 24.5]).collect();
        let split: Vec<bool> = rows.iter().map(|row| row[0] > 0.0).collect();
        let found = fit(&rows, &split, 1);
        assert!(found.weights[0].is_finite() && found.probability(&[5.0]) > 0.95);
        let never = fit(&rows, &[false; 50], 1);
        assert!(never.bias.is_finite() && never.probability(&[0.0]) < 0.01);
        assert!(fit(&[], &[], 0).bias.abs() < f64::EPSILON);
    }
}
