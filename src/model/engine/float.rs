//! The arithmetic between the products: GELU, softmax, layer norm, and rows of
//! floats as rows of bytes.
//!
//! Plain Rust that the compiler turns into vectors inside a dispatch. No operation
//! is fused with another and every sum has a fixed order, so the bits are the same
//! on every path and machine.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

/// Lanes that sums are split over, so that the compiler may use vectors.
pub const LANES: usize = 16;

/// Added to a float from 0 to 2²², it leaves the nearest integer in the low bits.
const ROUND: f32 = 8_388_608.0;

/// GELU to 7e-5, and 1e-5 of `x` beyond ±4.5: `x · Φ(x)` with Φ − ½ as a polynomial, flat from ±4.5 on. What it
/// gives is rounded to 8 bits next.
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    const FLAT: f32 = 4.5;
    let a = clamp(x, -FLAT, FLAT);
    let t = a * a;
    let p = 3.036_400_3e-11;
    let p = p * t - 3.314_643_7e-9;
    let p = p * t + 1.590_990_7e-7;
    let p = p * t - 4.451_717e-6;
    let p = p * t + 8.142_502e-5;
    let p = p * t - 0.001_037_590_2;
    let p = p * t + 0.009_585_199;
    let p = p * t - 0.065_984_65;
    let p = p * t + 0.398_712_6;
    x * (0.5 + a * p)
}

/// `eˣ` to 2 units in the last place for `x` in −87…0, clamped outside. After Cephes `expf`.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const NEAREST: f32 = 12_582_912.0; // as `ROUND`, for negative numbers too
    let x = clamp(x, -87.0, 0.0);
    let shifted = x * std::f32::consts::LOG2_E + NEAREST;
    let n = shifted - NEAREST;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5e-1;
    let p = p * r * r + r + 1.0;
    p * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

#[inline(always)]
fn clamp(x: f32, least: f32, most: f32) -> f32 {
    least_of(most_of(x, least), most)
}

#[inline(always)]
fn least_of(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
fn most_of(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// `e^(scale · (x − greatest x))` of the first `len` of `row`, the rest 0, in place;
/// gives one over their sum. `row` is a multiple of [`LANES`] long.
#[inline(always)]
pub fn softmax(row: &mut [f32], len: usize, scale: f32) -> f32 {
    row[len..].fill(f32::NEG_INFINITY);
    let top = fold(row, f32::NEG_INFINITY, |value| value, most_of);
    for value in row.iter_mut() {
        *value = exp((*value - top) * scale);
    }
    row[len..].fill(0.0);
    1.0 / fold(row, 0.0, |value| value, |a, b| a + b)
}

/// Layer norm of `x + y`, into `x`.
#[inline(always)]
pub fn add_norm(x: &mut [f32], y: &[f32], (weight, bias): (&[f32], &[f32]), eps: f32) {
    let len = x.len() as f32;
    for (x, y) in x.iter_mut().zip(y) {
        *x += y;
    }
    let mean = fold(x, 0.0, |value| value, |a, b| a + b) / len;
    for value in x.iter_mut() {
        *value -= mean;
    }
    let variance = fold(x, 0.0, |value| value * value, |a, b| a + b) / len;
    let scale = 1.0 / (variance + eps).sqrt();
    for ((value, w), b) in x.iter_mut().zip(weight).zip(bias) {
        *value = *value * scale * w + b;
    }
}

/// Writes `row` as bytes: a value is about `least + scale · byte`; gives `(scale, least)`.
#[inline(always)]
pub fn quantise(row: &[f32], bytes: &mut [u8]) -> (f32, f32) {
    let least = fold(row, f32::INFINITY, |value| value, least_of);
    let most = fold(row, f32::NEG_INFINITY, |value| value, most_of);
    let scale = (most - least) / 255.0;
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    for (byte, value) in bytes.iter_mut().zip(row) {
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are the integer, from 0 to 255")]
        let low = ((value - least) * inverse + ROUND).to_bits() as u8;
        *byte = low;
    }
    (scale, least)
}

/// Folds `of` each value, lane by lane and then across the lanes.
#[inline(always)]
fn fold(row: &[f32], start: f32, of: impl Fn(f32) -> f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let (chunks, tail) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = join(*lane, of(value));
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(tail) {
        *lane = join(*lane, of(value));
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] = join(lanes[lane], lanes[lane + width]);
        }
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_agree_with_the_exact_ones() {
        for step in 0..=4000 {
            let x = -step as f32 / 50.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-6, "exp({x})");
        }
        for (x, exact) in
            [(0.0, 0.0), (1.0, 0.841_344_7), (-2.0, -0.045_500_3), (4.0, 3.999_873), (-9.0, 0.0), (20.0, 20.0)]
        {
            assert!((gelu(x) - exact).abs() < 7e-5 + 1e-5 * x.abs(), "gelu({x}) = {}", gelu(x));
        }
    }

    #[test]
    fn softmax_leaves_out_what_is_beyond_the_length() {
        let mut row = [3.0; LANES];
        row[..3].copy_from_slice(&[1.0, 2.0, -1e9]);
        let inverse = softmax(&mut row, 3, 1.0);
        let weights: Vec<f32> = row.iter().map(|value| value * inverse).collect();
        assert!((weights[1] - 0.731_058_6).abs() < 1e-6 && (weights[0] + weights[1] - 1.0).abs() < 1e-6);
        assert!(weights[2] < 1e-30 && weights[3..].iter().all(|w| *w == 0.0));
    }

    #[test]
    fn bytes_stand_for_their_values() {
        let row: Vec<f32> = (0..37).map(|n| (n as f32 * 0.7).sin() * 3.0 + 1.0).collect();
        let mut bytes = vec![0; 37];
        let (scale, least) = quantise(&row, &mut bytes);
        assert!(bytes.contains(&0) && bytes.contains(&255));
        for (value, byte) in row.iter().zip(&bytes) {
            assert!((least + scale * f32::from(*byte) - value).abs() <= scale * 0.5001);
        }
        let mut flat = [9; 3];
        assert_eq!(quantise(&[2.5; 3], &mut flat), (0.0, 2.5));
        assert_eq!(flat, [0; 3]);
    }

    #[test]
    fn a_normed_row_has_mean_0_and_variance_1() {
        let mut x: Vec<f32> = (0..50).map(|n| (n * n % 23) as f32).collect();
        add_norm(&mut x, &[0.5; 50], (&[1.0; 50], &[0.0; 50]), 1e-12);
        let mean = x.iter().sum::<f32>() / 50.0;
        let variance = x.iter().map(|value| value * value).sum::<f32>() / 50.0;
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{mean} {variance}");
    }
}
