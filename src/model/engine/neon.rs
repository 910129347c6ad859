//! The operations in the vector instructions of aarch64. Every such machine has NEON; the
//! products of bytes are those of the dot product extension, which must be detected.
//!
//! `unsafe` is for calls into functions compiled for what was detected first, for one
//! instruction that the language has no stable name for, and for vector loads inside
//! slices whose lengths were checked first.

#![expect(unsafe_code, reason = "vector instructions behind detection and length checks")]
#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use std::arch::aarch64::{
    float32x4_t, int8x16_t, int32x4_t, vaddq_f32, vaddq_s32, vbslq_f32, vcgtq_f32, vcltq_f32, vcvtq_f32_s32,
    vdupq_n_f32, vdupq_n_s8, vdupq_n_s32, veorq_s8, vfmaq_f32, vld1q_f32, vld1q_s8, vld1q_s32, vmulq_f32,
    vreinterpretq_f32_s32, vreinterpretq_s8_s32, vreinterpretq_s32_f32, vshlq_n_s32, vst1q_f32, vst1q_s32, vsubq_f32,
};
use std::arch::asm;
use std::hint::black_box;
use std::ops::{Add, Mul, Sub};

use super::path::Path;
use super::simd::{GROUP, LANES, Lanes, PANEL, Panel, SUMS, Simd, Work, fits};

/// Runs `work` compiled for `path`, or gives it back where the machine lacks it.
pub fn run<W: Work>(path: Path, work: W) -> Result<W::Output, W> {
    if path != Path::Neon || !path.is_available() {
        return Err(work);
    }
    // SAFETY: the instructions were just detected.
    Ok(unsafe { with_neon(work) })
}

#[target_feature(enable = "neon,dotprod")]
fn with_neon<W: Work>(work: W) -> W::Output {
    work.run(Neon(()))
}

/// Proof that NEON with dot products was detected.
#[derive(Clone, Copy)]
struct Neon(());

impl Simd for Neon {
    type Lanes = Quarters;

    const RUNS: usize = 1;

    #[inline(always)]
    fn splat(self, value: f32) -> Quarters {
        // SAFETY: every such machine has the instructions, here and below.
        unsafe { Quarters([vdupq_n_f32(value); 4]) }
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> Quarters {
        // SAFETY: the array holds what is read.
        Quarters([0, 4, 8, 12].map(|at| unsafe { vld1q_f32(values.as_ptr().add(at)) }))
    }

    #[inline(always)]
    fn load_integers(self, values: &[i32; LANES]) -> Quarters {
        // SAFETY: as above.
        Quarters([0, 4, 8, 12].map(|at| unsafe { vcvtq_f32_s32(vld1q_s32(values.as_ptr().add(at))) }))
    }

    #[inline(always)]
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: Panel<'_>, out: &mut [[i32; PANEL]; M]) {
        let inner = panel.inner();
        assert!(fits(x.len(), M, stride, inner), "every row must lie inside its slice");
        // SAFETY: `self` proves the instructions; the rows lie inside `x`, and
        // `inner / GROUP` groups of `GROUP * PANEL` weights inside the panel.
        unsafe { tile_dot(x.as_ptr(), stride, panel, inner / GROUP, out) }
    }

    #[inline(always)]
    fn burn_int8(self, rounds: usize) -> usize {
        // SAFETY: `self` proves the instructions.
        unsafe { burn_dot(rounds) }
    }

    #[inline(always)]
    fn burn_float(self, rounds: usize) -> usize {
        // SAFETY: every such machine has the instructions.
        unsafe {
            let w = black_box(vdupq_n_f32(0.5));
            let mut sums = black_box([vdupq_n_f32(1.0); SUMS]);
            for _ in 0..rounds {
                for sum in &mut sums {
                    *sum = vfmaq_f32(w, *sum, w);
                }
            }
            black_box(sums);
        }
        rounds * SUMS * 4 * 2
    }
}

/// `sum` and, in each lane, the four products of `a` with `b`.
#[target_feature(enable = "neon,dotprod")]
fn dot(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: the instruction is one that the function is compiled for, and touches registers alone.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {a:v}.16b, {b:v}.16b",
            sum = inout(vreg) sum, a = in(vreg) a, b = in(vreg) b,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

/// The instruction multiplies signed bytes alone: from each byte of `x` 128 is taken, and
/// 128 times the sum of an output's weights added in the end.
///
/// # Safety
/// `steps` groups of 4 bytes must be readable in each of `M` rows `stride` apart
/// from `x`, and `steps` groups of 256 bytes from the panel's weights.
#[target_feature(enable = "neon,dotprod")]
unsafe fn tile_dot<const M: usize>(
    x: *const u8,
    stride: usize,
    panel: Panel<'_>,
    steps: usize,
    out: &mut [[i32; PANEL]; M],
) {
    const PART: usize = 16; // outputs whose sums fit into the registers
    let weights = panel.weights.as_ptr();
    let half = vdupq_n_s8(i8::MIN);
    for part in 0..PANEL / PART {
        let mut sums = [[vdupq_n_s32(0); 4]; M];
        for step in 0..steps {
            // SAFETY: the caller's; `step < steps`, `row < M`, and a part of a group is 64 bytes.
            unsafe {
                let at = weights.add(step * GROUP * PANEL + part * GROUP * PART);
                // Not by a closure: that would not be inlined here.
                let w = [vld1q_s8(at), vld1q_s8(at.add(16)), vld1q_s8(at.add(32)), vld1q_s8(at.add(48))];
                for (row, sums) in sums.iter_mut().enumerate() {
                    let x = x.add(row * stride + step * GROUP).cast::<i32>().read_unaligned();
                    let x = veorq_s8(vreinterpretq_s8_s32(vdupq_n_s32(x)), half);
                    for (sum, w) in sums.iter_mut().zip(w) {
                        *sum = dot(*sum, w, x);
                    }
                }
            }
        }
        let totals = panel.totals[part * PART..].as_chunks::<4>().0;
        for (out, sums) in out.iter_mut().zip(sums) {
            for ((out, sum), totals) in out[part * PART..].as_chunks_mut::<4>().0.iter_mut().zip(sums).zip(totals) {
                // SAFETY: both arrays hold 4 integers.
                unsafe {
                    let shift = vshlq_n_s32::<7>(vld1q_s32(totals.as_ptr()));
                    vst1q_s32(out.as_mut_ptr(), vaddq_s32(sum, shift));
                }
            }
        }
    }
}

#[target_feature(enable = "neon,dotprod")]
fn burn_dot(rounds: usize) -> usize {
    let [x, w] = black_box([vdupq_n_s8(1), vdupq_n_s8(2)]);
    let mut sums = [vdupq_n_s32(0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = dot(*sum, x, w);
        }
    }
    black_box(sums);
    rounds * SUMS * 16 * 2
}

/// Sixteen floats in four registers.
#[derive(Clone, Copy)]
struct Quarters([float32x4_t; 4]);

impl Quarters {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
        Self(std::array::from_fn(|part| of(self.0[part], other.0[part])))
    }
}

impl Add for Quarters {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: every such machine has the instruction, here and below.
        self.each(other, |a, b| unsafe { vaddq_f32(a, b) })
    }
}

impl Sub for Quarters {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: as above.
        self.each(other, |a, b| unsafe { vsubq_f32(a, b) })
    }
}

impl Mul for Quarters {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: as above.
        self.each(other, |a, b| unsafe { vmulq_f32(a, b) })
    }
}

impl Lanes for Quarters {
    #[inline(always)]
    fn fused(self, b: Self, c: Self) -> Self {
        // SAFETY: as above.
        Self(std::array::from_fn(|part| unsafe { vfmaq_f32(c.0[part], self.0[part], b.0[part]) }))
    }

    #[inline(always)]
    fn least(self, other: Self) -> Self {
        // SAFETY: as above.
        self.each(other, |a, b| unsafe { vbslq_f32(vcltq_f32(a, b), a, b) })
    }

    #[inline(always)]
    fn most(self, other: Self) -> Self {
        // SAFETY: as above.
        self.each(other, |a, b| unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) })
    }

    #[inline(always)]
    fn power(self) -> Self {
        // SAFETY: as above.
        Self(self.0.map(|part| unsafe {
            let n = vaddq_s32(vreinterpretq_s32_f32(part), vdupq_n_s32(127));
            vreinterpretq_f32_s32(vshlq_n_s32::<23>(n))
        }))
    }

    #[inline(always)]
    fn last_bytes(self) -> [u8; LANES] {
        let mut floats = [0.0f32; LANES];
        self.store(&mut floats);
        floats.map(|x| x.to_bits().to_le_bytes()[0])
    }

    #[inline(always)]
    fn store(self, out: &mut [f32; LANES]) {
        for (part, at) in self.0.into_iter().zip([0, 4, 8, 12]) {
            // SAFETY: the array has room for four times 4 floats.
            unsafe { vst1q_f32(out.as_mut_ptr().add(at), part) }
        }
    }
}
