//! The two sets of operations that the engine is made of, for every set of instructions:
//! products of unsigned by signed 8-bit integers, summed in 32 bits, and arithmetic on
//! sixteen floats at a time. And the choice among them.
//!
//! Every set gives the same bits: integers are exact, each operation on floats rounds once
//! as IEEE 754 says, and the order of operations is that of the caller.

#![cfg_attr(
    test,
    expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")
)]

use std::ops::{Add, Mul, Sub};

use super::path::Path;
use super::plain::Plain;

/// Outputs computed together: the width of a panel of weights.
pub const PANEL: usize = 64;
/// Inputs that one 32-bit lane multiplies at once.
pub const GROUP: usize = 4;
/// Rows computed together, at most.
pub const ROWS: usize = 6;
/// Floats computed together.
pub const LANES: usize = 16;
/// Sums that a loop which only burns keeps apart: enough to hide the latency of an addition.
pub const SUMS: usize = 12;

/// The weights of [`PANEL`] outputs: for each group of [`GROUP`] inputs, those of one
/// output after the other.
#[derive(Clone, Copy)]
pub struct Panel<'a> {
    /// [`GROUP`] · [`PANEL`] for each group.
    pub weights: &'a [i8],
    /// Sum of the weights of each output.
    #[cfg_attr(
        not(target_arch = "aarch64"),
        expect(dead_code, reason = "other machines multiply bytes without a sign")
    )]
    pub totals: &'a [i32; PANEL],
    /// Whether [`are_light`] holds for the weights.
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "AVX2 alone sums in 16 bits"))]
    pub light: bool,
}

impl Panel<'_> {
    /// Inputs, with those that the last group is filled up with.
    pub fn inner(self) -> usize {
        self.weights.len() / PANEL / GROUP * GROUP
    }
}

/// Whether the two weights of each pair, each multiplied with any byte, sum to what 16 bits hold.
pub fn are_light(weights: &[i8]) -> bool {
    const MOST: i16 = i16::MAX / u8::MAX as i16;
    // Every pair is looked at, so that the compiler can take many at once.
    weights.as_chunks().0.iter().fold(true, |light, pair: &[i8; 2]| {
        let [a, b] = pair.map(i16::from);
        light & (a.max(0) + b.max(0) <= MOST) & (a.min(0) + b.min(0) >= -MOST)
    })
}

/// Work to be compiled once for each set of instructions; what it calls must be inlined into it.
pub trait Work {
    /// What it gives.
    type Output;

    /// Does it.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// A set of instructions; only [`dispatch`] gives one out, where the machine has them.
pub trait Simd: Copy {
    /// Its floats.
    type Lanes: Lanes;

    /// Runs of [`LANES`] that, [`ROWS`] times, fit into the registers as sums.
    const RUNS: usize;

    /// The same float in each lane.
    fn splat(self, value: f32) -> Self::Lanes;

    /// These floats.
    fn load(self, values: &[f32; LANES]) -> Self::Lanes;

    /// These integers as floats.
    fn load_integers(self, values: &[i32; LANES]) -> Self::Lanes;

    /// `out[r][n] = Σ x[r · stride + k] · panel[n, k]`, k below [`Panel::inner`].
    ///
    /// # Panics
    /// If a row does not lie inside `x`.
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: Panel<'_>, out: &mut [[i32; PANEL]; M]);

    /// Multiplies and adds integers in registers for `rounds`; gives the operations, two a product.
    fn burn_int8(self, rounds: usize) -> usize;

    /// Multiplies and adds floats in registers for `rounds`; gives the operations, two a product.
    fn burn_float(self, rounds: usize) -> usize;
}

/// Sixteen floats, on which operations work lane by lane.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// `self · b + c`, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;

    /// The lesser; `other` where they are equal.
    fn least(self, other: Self) -> Self;

    /// The greater; `other` where they are equal.
    fn most(self, other: Self) -> Self;

    /// `2ⁿ` for an `n` that was added to a number so large that its last bits are integers.
    fn power(self) -> Self;

    /// The last eight bits of each float.
    fn last_bytes(self) -> [u8; LANES];

    /// The floats.
    fn store(self, out: &mut [f32; LANES]);
}

/// Runs `work` compiled for `path`, or for plain Rust where the machine lacks it.
pub fn dispatch<W: Work>(path: Path, work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    use super::x86 as vectors;

    #[cfg(target_arch = "aarch64")]
    use super::neon as vectors;

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    let work = match vectors::run(path, work) {
        Ok(output) => return output,
        Err(work) => work,
    };
    let _ = path;
    work.run(Plain::new())
}

/// Whether `rows` rows of `inner` inputs, `stride` apart, lie inside `len` bytes.
pub fn fits(len: usize, rows: usize, stride: usize, inner: usize) -> bool {
    rows == 0 || (rows - 1).checked_mul(stride).and_then(|start| start.checked_add(inner)).is_some_and(|end| end <= len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Tile<'a, const M: usize> {
        x: &'a [u8],
        stride: usize,
        panel: Panel<'a>,
    }

    impl<const M: usize> Work for Tile<'_, M> {
        type Output = [[i32; PANEL]; M];

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Self::Output {
            let mut out = [[7; PANEL]; M];
            simd.tile(self.x, self.stride, self.panel, &mut out);
            out
        }
    }

    fn plain<const M: usize>(x: &[u8], stride: usize, panel: Panel<'_>) -> [[i32; PANEL]; M] {
        let weight = |n: usize, k: usize| i32::from(panel.weights[k / GROUP * GROUP * PANEL + n * GROUP + k % GROUP]);
        std::array::from_fn(|row| {
            std::array::from_fn(|n| (0..panel.inner()).map(|k| i32::from(x[row * stride + k]) * weight(n, k)).sum())
        })
    }

    fn agrees<const M: usize>(x: &[u8], stride: usize, weights: &[i8]) {
        let light = are_light(weights);
        let mut totals = [0; PANEL];
        for (at, &weight) in weights.iter().enumerate() {
            totals[at / GROUP % PANEL] += i32::from(weight);
        }
        let panel = Panel { weights, totals: &totals, light };
        let expected = plain::<M>(x, stride, panel);
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            let tile = dispatch(path, Tile::<M> { x, stride, panel });
            assert!(tile == expected, "{} differs: {M} rows, stride {stride}", path.name());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_path_gives_the_same_integers(groups in 0usize..40, gap in 0usize..9, seed: u64) {
            let mut state = seed | 1;
            let mut byte = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            };
            let stride = groups * GROUP + gap;
            let x: Vec<u8> = (0..stride * 5 + groups * GROUP).map(|_| byte()).collect();
            let any: Vec<i8> = (0..groups * GROUP * PANEL).map(|_| byte().cast_signed()).collect();
            let light: Vec<i8> = any.iter().map(|w| w / 2).collect();
            for weights in [&any, &light] {
                agrees::<1>(&x, stride, weights);
                agrees::<2>(&x, stride, weights);
                agrees::<4>(&x, stride, weights);
                agrees::<5>(&x, stride, weights);
                agrees::<ROWS>(&x, stride, weights);
            }
        }
    }

    #[test]
    fn the_largest_values_do_not_overflow() {
        let inner = 1536;
        for weight in [-128i8, -64, 64, 127] {
            agrees::<3>(&vec![255; 3 * inner], inner, &vec![weight; inner * PANEL]);
        }
        for pair in [[127i8, 1], [1, 127], [-127, -1], [127, -128], [-128, 0], [100, 28]] {
            assert!(are_light(&pair), "{pair:?}");
            agrees::<3>(&vec![255; 3 * inner], inner, &pair.repeat(inner * PANEL / 2));
        }
        assert!(!are_light(&[127, 2]) && !are_light(&[-128, -1]));
    }

    #[test]
    fn a_row_outside_its_slice_is_refused() {
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            let panel = Panel { weights: &[0; 8 * PANEL], totals: &[0; PANEL], light: true };
            let short = || dispatch(path, Tile::<2> { x: &[0; 15], stride: 8, panel });
            assert!(std::panic::catch_unwind(short).is_err(), "{}", path.name());
        }
    }

    /// Every operation on floats, one after the other.
    struct Floats<'a>([&'a [f32; LANES]; 3]);

    impl Work for Floats<'_> {
        type Output = Vec<u32>;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Self::Output {
            let [a, b, c] = self.0.map(|values| simd.load(values));
            let integers = [
                0,
                1,
                -1,
                7,
                255,
                -256,
                65_537,
                16_777_217,
                -16_777_219,
                99_999_999,
                i32::MAX,
                i32::MIN,
                3,
                -5,
                12,
                77,
            ];
            let shifted = a + simd.splat(12_582_912.0);
            let results = [
                a.fused(b, c),
                a + b,
                a - b,
                a * b,
                a.least(b),
                a.most(b),
                shifted.power(),
                simd.load_integers(&integers),
            ];
            let mut out = [0.0; LANES];
            let mut bits: Vec<u32> = shifted.last_bytes().map(u32::from).to_vec();
            for result in results {
                result.store(&mut out);
                bits.extend(out.map(f32::to_bits));
            }
            bits
        }
    }

    proptest! {
        #[test]
        fn every_path_gives_the_same_floats(a: [i32; LANES], b: [i32; LANES], c: [i32; LANES]) {
            let [a, b, c] = [a, b, c].map(|values| values.map(|value| value as f32 / 16_777_216.0));
            let plain = dispatch(Path::Portable, Floats([&a, &b, &c]));
            prop_assert_eq!(plain[LANES], a[0].mul_add(b[0], c[0]).to_bits());
            for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
                prop_assert_eq!(&dispatch(path, Floats([&a, &b, &c])), &plain, "{}", path.name());
            }
        }
    }
}
