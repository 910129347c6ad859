//! The arithmetic between the products: GELU, the exponential, layer norm, and rows of
//! floats as rows of bytes. Rows are whole lanes.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use super::simd::{LANES, Lanes, Simd};

/// Added to a float from 0 to 2²², it leaves the nearest integer in the low bits.
const ROUND: f32 = 8_388_608.0;

/// GELU to 7e-5, and 1e-5 of `x` beyond ±4.5: `x · Φ(x)` with Φ − ½ as a polynomial, flat from ±4.5 on. What it
/// gives is rounded to 8 bits next.
#[inline(always)]
pub fn gelu<S: Simd>(simd: S, x: S::Lanes) -> S::Lanes {
    const FLAT: f32 = 4.5;
    const POLYNOMIAL: [f32; 8] = [
        -3.314_643_7e-9,
        1.590_990_7e-7,
        -4.451_717e-6,
        8.142_502e-5,
        -0.001_037_590_2,
        0.009_585_199,
        -0.065_984_65,
        0.398_712_6,
    ];
    let a = x.most(simd.splat(-FLAT)).least(simd.splat(FLAT));
    let t = a * a;
    let mut p = simd.splat(3.036_400_3e-11);
    for c in POLYNOMIAL {
        p = p.fused(t, simd.splat(c));
    }
    x * a.fused(p, simd.splat(0.5))
}

/// `eˣ` to 2 units in the last place for `x` in −80…80, clamped outside: a sum of them over
/// a window is finite. After Cephes `expf`.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::Lanes) -> S::Lanes {
    const FAR: f32 = 80.0;
    const NEAREST: f32 = 12_582_912.0; // as `ROUND`, for negative numbers too
    const POLYNOMIAL: [f32; 5] = [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1];
    let x = x.most(simd.splat(-FAR)).least(simd.splat(FAR));
    let shifted = x.fused(simd.splat(std::f32::consts::LOG2_E), simd.splat(NEAREST));
    let n = shifted - simd.splat(NEAREST);
    let r = n.fused(simd.splat(-0.693_359_4), x);
    let r = n.fused(simd.splat(2.121_944_4e-4), r);
    let mut p = simd.splat(1.987_569_1e-4);
    for c in POLYNOMIAL {
        p = p.fused(r, simd.splat(c));
    }
    let p = (p * r).fused(r, r + simd.splat(1.0));
    p * shifted.power()
}

/// Least and greatest value of a row.
pub type Bounds = (f32, f32);

/// Layer norm of `x + y`, into `x`; gives its bounds.
#[inline(always)]
pub fn add_norm<S: Simd>(simd: S, x: &mut [f32], y: &[f32], (weight, bias): (&[f32], &[f32]), eps: f32) -> Bounds {
    let len = x.len() as f32;
    let (x, y) = (x.as_chunks_mut::<LANES>().0, y.as_chunks::<LANES>().0);
    let mut sum = simd.splat(0.0);
    for (x, y) in x.iter_mut().zip(y) {
        let value = simd.load(x) + simd.load(y);
        sum = sum + value;
        value.store(x);
    }
    let mean = simd.splat(across(sum, |a, b| a + b) / len);
    let mut squares = simd.splat(0.0);
    for x in x.iter_mut() {
        let value = simd.load(x) - mean;
        squares = value.fused(value, squares);
        value.store(x);
    }
    let scale = simd.splat(1.0 / (across(squares, |a, b| a + b) / len + eps).sqrt());
    let (mut least, mut most) = (simd.splat(f32::INFINITY), simd.splat(f32::NEG_INFINITY));
    let affine = weight.as_chunks::<LANES>().0.iter().zip(bias.as_chunks::<LANES>().0);
    for (x, (weight, bias)) in x.iter_mut().zip(affine) {
        let value = (simd.load(x) * scale).fused(simd.load(weight), simd.load(bias));
        (least, most) = (value.least(least), value.most(most));
        value.store(x);
    }
    (across(least, f32::min), across(most, f32::max))
}

/// The bounds of a row.
#[inline(always)]
pub fn bounds<S: Simd>(simd: S, row: &[f32]) -> Bounds {
    let (mut least, mut most) = (simd.splat(f32::INFINITY), simd.splat(f32::NEG_INFINITY));
    for chunk in row.as_chunks::<LANES>().0 {
        let value = simd.load(chunk);
        (least, most) = (value.least(least), value.most(most));
    }
    (across(least, f32::min), across(most, f32::max))
}

/// Writes `row` as bytes: a value is about `least + scale · byte`; gives `(scale, least)`.
#[inline(always)]
pub fn quantise<S: Simd>(simd: S, row: &[f32], (least, most): Bounds, bytes: &mut [u8]) -> (f32, f32) {
    let scale = (most - least) / 255.0;
    let inverse = simd.splat(if scale > 0.0 { 1.0 / scale } else { 0.0 });
    for (bytes, chunk) in bytes.as_chunks_mut::<LANES>().0.iter_mut().zip(row.as_chunks::<LANES>().0) {
        let shifted = (simd.load(chunk) - simd.splat(least)).fused(inverse, simd.splat(ROUND));
        *bytes = shifted.last_bytes();
    }
    (scale, least)
}

/// The lanes joined: halves of them, again and again.
#[inline(always)]
fn across<L: Lanes>(lanes: L, join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut all = [0.0; LANES];
    lanes.store(&mut all);
    let eight: [f32; 8] = std::array::from_fn(|n| join(all[n], all[n + 8]));
    let four: [f32; 4] = std::array::from_fn(|n| join(eight[n], eight[n + 4]));
    join(join(four[0], four[2]), join(four[1], four[3]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::engine::plain::Plain;

    fn of(f: impl Fn(Plain, <Plain as Simd>::Lanes) -> <Plain as Simd>::Lanes, x: f32) -> f32 {
        let mut out = [0.0; LANES];
        f(Plain::new(), Plain::new().splat(x)).store(&mut out);
        out[LANES - 1]
    }

    #[test]
    fn functions_agree_with_the_exact_ones() {
        for step in -4000i16..=4000 {
            let x = f32::from(step) / 50.0;
            assert!((of(exp, x) / x.exp() - 1.0).abs() < 1e-6, "exp({x})");
        }
        for (x, exact) in
            [(0.0, 0.0), (1.0, 0.841_344_7), (-2.0, -0.045_500_3), (4.0, 3.999_873), (-9.0, 0.0), (20.0, 20.0)]
        {
            let found = of(gelu, x);
            assert!((found - exact).abs() < 7e-5 + 1e-5 * x.abs(), "gelu({x}) = {found}");
        }
    }

    #[test]
    fn bytes_stand_for_their_values() {
        const LEN: usize = 3 * LANES;
        let row: Vec<f32> = (0..LEN).map(|n| (n as f32 * 0.7).sin() * 3.0 + 1.0).collect();
        let mut bytes = vec![0; LEN];
        let (scale, least) = quantise(Plain::new(), &row, bounds(Plain::new(), &row), &mut bytes);
        assert!(bytes.contains(&0) && bytes.contains(&255));
        for (value, byte) in row.iter().zip(&bytes) {
            assert!((least + scale * f32::from(*byte) - value).abs() <= scale * 0.5001);
        }
        let mut flat = [9; LANES];
        assert_eq!(quantise(Plain::new(), &[2.5; LANES], (2.5, 2.5), &mut flat), (0.0, 2.5));
        assert_eq!(flat, [0; LANES]);
    }

    #[test]
    fn a_normed_row_has_mean_0_and_variance_1() {
        const LEN: usize = 3 * LANES;
        let mut x: Vec<f32> = (0..LEN).map(|n| (n * n % 23) as f32).collect();
        let found = add_norm(Plain::new(), &mut x, &[0.5; LEN], (&[1.0; LEN], &[0.0; LEN]), 1e-12);
        let mean = x.iter().sum::<f32>() / LEN as f32;
        let variance = x.iter().map(|value| value * value).sum::<f32>() / LEN as f32;
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{mean} {variance}");
        assert_eq!(found, bounds(Plain::new(), &x));
    }
}
