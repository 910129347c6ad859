//! The operations in plain Rust, which the compiler may turn into any machine's vectors.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use std::hint::black_box;
use std::ops::{Add, Mul, Sub};

use super::simd::{GROUP, LANES, Lanes, PANEL, Panel, SUMS, Simd};

/// No instructions but those every machine has.
#[derive(Clone, Copy)]
pub struct Plain(());

impl Plain {
    /// Every machine has them.
    pub fn new() -> Self {
        Self(())
    }
}

impl Simd for Plain {
    type Lanes = Floats;

    const RUNS: usize = 1;

    #[inline(always)]
    fn splat(self, value: f32) -> Floats {
        Floats([value; LANES])
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> Floats {
        Floats(*values)
    }

    #[inline(always)]
    fn load_integers(self, values: &[i32; LANES]) -> Floats {
        Floats(values.map(|value| value as f32))
    }

    #[inline(always)]
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: Panel<'_>, out: &mut [[i32; PANEL]; M]) {
        let inner = panel.inner();
        for (row, out) in out.iter_mut().enumerate() {
            *out = [0; PANEL];
            let x = &x[row * stride..][..inner];
            for (x, weights) in x.chunks_exact(GROUP).zip(panel.weights.chunks_exact(GROUP * PANEL)) {
                for (out, w) in out.iter_mut().zip(weights.chunks_exact(GROUP)) {
                    let pair = |at: usize| i32::from(i16::from(x[at])) * i32::from(i16::from(w[at]));
                    *out += (pair(0) + pair(1)) + (pair(2) + pair(3));
                }
            }
        }
    }

    #[inline(always)]
    fn burn_int8(self, rounds: usize) -> usize {
        const WIDE: usize = 4;
        let [x, w] = black_box([[3; WIDE], [5; WIDE]]);
        let mut sums = [[0i32; WIDE]; SUMS];
        for _ in 0..rounds {
            for sum in sums.iter_mut().flat_map(|sums| sums.iter_mut().zip(x).zip(w)) {
                let ((sum, x), w) = sum;
                *sum = sum.wrapping_add(i32::wrapping_mul(black_box(x), w));
            }
        }
        black_box(sums);
        rounds * SUMS * WIDE * 2
    }

    #[inline(always)]
    fn burn_float(self, rounds: usize) -> usize {
        const WIDE: usize = 4;
        let w = black_box([0.5f32; WIDE]);
        let mut sums = black_box([[1.0f32; WIDE]; SUMS]);
        for _ in 0..rounds {
            for (sum, w) in sums.iter_mut().flat_map(|sums| sums.iter_mut().zip(w)) {
                *sum = *sum * w + w;
            }
        }
        black_box(sums);
        rounds * SUMS * WIDE * 2
    }
}

/// Sixteen floats in an array.
#[derive(Clone, Copy)]
pub struct Floats([f32; LANES]);

impl Floats {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|n| of(self.0[n], other.0[n])))
    }
}

impl Add for Floats {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }
}

impl Sub for Floats {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }
}

impl Mul for Floats {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }
}

impl Lanes for Floats {
    #[inline(always)]
    fn fused(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|n| self.0[n].mul_add(b.0[n], c.0[n])))
    }

    #[inline(always)]
    fn least(self, other: Self) -> Self {
        self.each(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn most(self, other: Self) -> Self {
        self.each(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn power(self) -> Self {
        Self(self.0.map(|x| f32::from_bits(x.to_bits().wrapping_add(127) << 23)))
    }

    #[inline(always)]
    fn last_bytes(self) -> [u8; LANES] {
        self.0.map(|x| x.to_bits().to_le_bytes()[0])
    }

    #[inline(always)]
    fn store(self, out: &mut [f32; LANES]) {
        *out = self.0;
    }
}
