//! Self-attention inside one window, head by head, in floats.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use super::float::exp;
use super::simd::{LANES, Lanes, ROWS, Simd};

/// Room for one head of one window.
#[derive(Default)]
pub struct Room {
    /// Queries, turned: features × tokens, filled up to whole lanes.
    queries: Vec<f32>,
    /// Weights, turned: the token read × the token that reads, filled up to whole lanes.
    weights: Vec<f32>,
    /// The sum of the weights of each token that reads.
    totals: Vec<f32>,
}

/// Calls the function for as many runs of columns as fit into the registers, until all
/// columns are done. No closure: what is inside must be compiled for its instructions.
macro_rules! by_runs {
    ($cols:expr, $col:ident => $of:ident::<S $(, $size:ident)?>($($argument:expr),+)) => {
        let mut $col = 0;
        while $col < $cols {
            let runs = (($cols - $col) / LANES).min(S::RUNS);
            match runs {
                1 => $of::<S, $($size,)? 1>($($argument),+),
                2 => $of::<S, $($size,)? 2>($($argument),+),
                _ => $of::<S, $($size,)? 3>($($argument),+),
            }
            $col += runs * LANES;
        }
    };
}

/// Calls the function for the number of rows there are, [`ROWS`] at most, until all are done.
macro_rules! by_rows {
    ($rows:expr, $row:ident => $of:ident::<S, $($size:ident),+>($($argument:expr),+)) => {
        for $row in (0..$rows).step_by(ROWS) {
            match $rows - $row {
                1 => $of::<S, $($size),+, 1>($($argument),+),
                2 => $of::<S, $($size),+, 2>($($argument),+),
                3 => $of::<S, $($size),+, 3>($($argument),+),
                4 => $of::<S, $($size),+, 4>($($argument),+),
                5 => $of::<S, $($size),+, 5>($($argument),+),
                _ => $of::<S, $($size),+, ROWS>($($argument),+),
            }
        }
    };
}

/// Attention of the `tokens` rows of `qkv` (queries, keys, values, each `heads · SIZE`
/// wide) into `out`: tokens × hidden. `SIZE` is a multiple of [`LANES`].
#[inline(always)]
pub fn window<S: Simd, const SIZE: usize>(simd: S, qkv: &[f32], out: &mut [f32], heads: usize, room: &mut Room) {
    let hidden = heads * SIZE;
    let tokens = out.len() / hidden;
    let width = tokens.next_multiple_of(LANES);
    room.queries.clear();
    room.queries.resize(SIZE * width, 0.0);
    room.weights.resize(tokens * width, 0.0);
    for head in 0..heads {
        let start = head * SIZE;
        for (token, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            for (feature, query) in row[start..][..SIZE].iter().enumerate() {
                room.queries[feature * width + token] = *query;
            }
        }
        room.totals.clear();
        room.totals.resize(width, 0.0);
        let shape = Shape { qkv, stride: 3 * hidden, tokens, width };
        by_runs!(width, col => weigh::<S, SIZE>(simd, shape, hidden + start, col, room));
        by_runs!(SIZE, col => mix::<S>(simd, shape, 2 * hidden + start + col, room, (&mut out[start + col..], hidden)));
    }
}

/// Queries, keys and values of a window, and how many columns its rows of weights have.
#[derive(Clone, Copy)]
struct Shape<'a> {
    qkv: &'a [f32],
    stride: usize,
    tokens: usize,
    width: usize,
}

/// The weights with which the `C` runs of tokens from `col` read every token, whose keys
/// begin at `start` of its row.
#[inline(always)]
fn weigh<S: Simd, const SIZE: usize, const C: usize>(
    simd: S,
    shape: Shape<'_>,
    start: usize,
    col: usize,
    room: &mut Room,
) {
    by_rows!(shape.tokens, row => weights::<S, SIZE, C>(simd, shape, start, row, col, room));
}

/// The same for the `M` tokens read from `row`. Each sum runs over the features in order.
#[inline(always)]
fn weights<S: Simd, const SIZE: usize, const C: usize, const M: usize>(
    simd: S,
    shape: Shape<'_>,
    start: usize,
    row: usize,
    col: usize,
    room: &mut Room,
) {
    let keys: [&[f32; SIZE]; M] = std::array::from_fn(|m| {
        shape.qkv[(row + m) * shape.stride + start..].first_chunk().expect("a row holds every head")
    });
    let mut sums = [[simd.splat(0.0); C]; M];
    for feature in 0..SIZE {
        let queries = runs::<S, C>(simd, &room.queries[feature * shape.width + col..]);
        for (sums, key) in sums.iter_mut().zip(keys) {
            let key = simd.splat(key[feature]);
            for (sum, query) in sums.iter_mut().zip(queries) {
                *sum = key.fused(query, *sum);
            }
        }
    }
    let scale = simd.splat(1.0 / (SIZE as f32).sqrt());
    let mut totals = runs::<S, C>(simd, &room.totals[col..]);
    for (m, sums) in sums.into_iter().enumerate() {
        let weights = room.weights[(row + m) * shape.width + col..].as_chunks_mut::<LANES>().0;
        for ((weights, total), sum) in weights.iter_mut().zip(&mut totals).zip(sums) {
            let weight = exp(simd, sum * scale);
            *total = *total + weight;
            weight.store(weights);
        }
    }
    for (out, total) in room.totals[col..].as_chunks_mut::<LANES>().0.iter_mut().zip(totals) {
        total.store(out);
    }
}

/// What every token reads of the `C` runs of values that begin at `start` of each row: their
/// mean by the weights.
#[inline(always)]
fn mix<S: Simd, const C: usize>(
    simd: S,
    shape: Shape<'_>,
    start: usize,
    room: &Room,
    (out, stride): (&mut [f32], usize),
) {
    by_rows!(shape.tokens, row => mixed::<S, C>(simd, shape, start, row, room, (&mut out[row * stride..], stride)));
}

/// The same for the `M` tokens from `row`. Each sum runs over the tokens read in order.
#[inline(always)]
fn mixed<S: Simd, const C: usize, const M: usize>(
    simd: S,
    shape: Shape<'_>,
    start: usize,
    row: usize,
    room: &Room,
    (out, stride): (&mut [f32], usize),
) {
    let mut sums = [[simd.splat(0.0); C]; M];
    let values = shape.qkv[start..].chunks(shape.stride);
    for (weights, values) in room.weights.chunks_exact(shape.width).zip(values) {
        let weights: &[f32; M] = weights[row..].first_chunk().expect("a row is whole lanes");
        let values = runs::<S, C>(simd, values);
        for (sums, weight) in sums.iter_mut().zip(weights) {
            let weight = simd.splat(*weight);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = weight.fused(value, *sum);
            }
        }
    }
    for (m, sums) in sums.into_iter().enumerate() {
        let inverse = simd.splat(1.0 / room.totals[row + m]);
        for (out, sum) in out[m * stride..].as_chunks_mut::<LANES>().0.iter_mut().zip(sums) {
            (sum * inverse).store(out);
        }
    }
}

/// The first `C` runs of a row.
#[inline(always)]
fn runs<S: Simd, const C: usize>(simd: S, row: &[f32]) -> [S::Lanes; C] {
    let runs: &[[f32; LANES]; C] = row.as_chunks().0.first_chunk().expect("a row is whole lanes");
    std::array::from_fn(|run| simd.load(&runs[run]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::engine::plain::Plain;

    #[test]
    fn agrees_with_the_plain_formula() {
        const SIZE: usize = 2 * LANES;
        let heads = 2;
        let hidden = heads * SIZE;
        for tokens in [1, 9, 34, 67] {
            let qkv: Vec<f32> = (0..tokens * 3 * hidden).map(|n| ((n * 37 % 101) as f32 / 50.0 - 1.0) * 0.8).collect();
            let mut out = vec![0.0; tokens * hidden];
            window::<_, SIZE>(Plain::new(), &qkv, &mut out, heads, &mut Room::default());
            let at = |token: usize, part: usize, feature: usize| qkv[token * 3 * hidden + part * hidden + feature];
            for head in 0..heads {
                let features = head * SIZE..(head + 1) * SIZE;
                for token in 0..tokens {
                    let score = |other: usize| -> f32 {
                        features.clone().map(|f| at(token, 0, f) * at(other, 1, f)).sum::<f32>() / (SIZE as f32).sqrt()
                    };
                    let raised: Vec<f32> = (0..tokens).map(|other| score(other).exp()).collect();
                    let total: f32 = raised.iter().sum();
                    for f in features.clone() {
                        let plain: f32 = (0..tokens).map(|other| raised[other] / total * at(other, 2, f)).sum();
                        assert!((out[token * hidden + f] - plain).abs() < 1e-5);
                    }
                }
            }
        }
    }
}
