//! Self-attention inside one window, head by head, in floats.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use super::float::{self, LANES};

/// Rows computed together.
const ROWS: usize = 6;

/// Room for one head of one window.
#[derive(Default)]
pub struct Room {
    /// Keys, turned: features × tokens, filled up to whole lanes.
    keys: Vec<f32>,
    /// Weights: tokens × tokens, rows filled up to whole lanes.
    weights: Vec<f32>,
    /// One over the sum of each row.
    inverses: Vec<f32>,
}

/// Attention of the `tokens` rows of `qkv` (queries, keys, values, each `heads · SIZE`
/// wide) into `out`: tokens × hidden. `SIZE` is a multiple of [`LANES`].
#[inline(always)]
pub fn window<const SIZE: usize>(qkv: &[f32], out: &mut [f32], heads: usize, room: &mut Room) {
    let hidden = heads * SIZE;
    let tokens = out.len() / hidden;
    let width = tokens.next_multiple_of(LANES);
    let scale = 1.0 / (SIZE as f32).sqrt();
    room.keys.clear();
    room.keys.resize(SIZE * width, 0.0);
    room.weights.resize(tokens * width, 0.0);
    room.inverses.resize(tokens, 0.0);
    for head in 0..heads {
        let start = head * SIZE;
        for (token, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            for (feature, key) in row[hidden + start..][..SIZE].iter().enumerate() {
                room.keys[feature * width + token] = *key;
            }
        }
        let queries = Matrix { values: &qkv[start..], stride: 3 * hidden };
        let keys = Matrix { values: &room.keys, stride: width };
        product(tokens, width, SIZE, queries, keys, (&mut room.weights, width));
        for (row, inverse) in room.weights.chunks_exact_mut(width).zip(&mut room.inverses) {
            *inverse = float::softmax(row, tokens, scale);
        }
        let weights = Matrix { values: &room.weights, stride: width };
        let values = Matrix { values: &qkv[2 * hidden + start..], stride: 3 * hidden };
        product(tokens, SIZE, tokens, weights, values, (&mut out[start..], hidden));
        for (row, inverse) in out.chunks_exact_mut(hidden).zip(&room.inverses) {
            for value in &mut row[start..][..SIZE] {
                *value *= inverse;
            }
        }
    }
}

/// Rows of floats, `stride` apart.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    values: &'a [f32],
    stride: usize,
}

/// `out = left · right`: rows × cols, `cols` a multiple of [`LANES`], over `inner`.
#[inline(always)]
fn product(
    rows: usize,
    cols: usize,
    inner: usize,
    left: Matrix<'_>,
    right: Matrix<'_>,
    (out, stride): (&mut [f32], usize),
) {
    for col in (0..cols).step_by(LANES) {
        let right = Matrix { values: &right.values[col..], ..right };
        let mut row = 0;
        while row < rows {
            let left = Matrix { values: &left.values[row * left.stride..], ..left };
            let out = (&mut out[row * stride + col..], stride);
            match rows - row {
                1 => tile::<1>(inner, left, right, out),
                2 => tile::<2>(inner, left, right, out),
                3 => tile::<3>(inner, left, right, out),
                4 => tile::<4>(inner, left, right, out),
                5 => tile::<5>(inner, left, right, out),
                _ => tile::<ROWS>(inner, left, right, out),
            }
            row += ROWS;
        }
    }
}

/// `M` rows and [`LANES`] columns of a product. Each sum runs over `inner` in order.
#[inline(always)]
fn tile<const M: usize>(inner: usize, left: Matrix<'_>, right: Matrix<'_>, (out, stride): (&mut [f32], usize)) {
    let rows: [&[f32]; M] = std::array::from_fn(|row| &left.values[row * left.stride..][..inner]);
    let mut sums = [[0.0; LANES]; M];
    for at in 0..inner {
        let right: &[f32; LANES] = right.values[at * right.stride..].first_chunk().expect("a row is whole lanes");
        for (sums, row) in sums.iter_mut().zip(rows) {
            for (sum, value) in sums.iter_mut().zip(right) {
                *sum += row[at] * value;
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        out[row * stride..][..LANES].copy_from_slice(sums);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_plain_formula() {
        const SIZE: usize = 16;
        let (tokens, heads) = (9, 2);
        let hidden = heads * SIZE;
        let qkv: Vec<f32> = (0..tokens * 3 * hidden).map(|n| ((n * 37 % 101) as f32 / 50.0 - 1.0) * 0.8).collect();
        let mut out = vec![0.0; tokens * hidden];
        window::<SIZE>(&qkv, &mut out, heads, &mut Room::default());
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
