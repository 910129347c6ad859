//! Products of unsigned by signed 8-bit integers, summed in 32 bits, and the choice
//! of instructions for everything around them.
//!
//! The one file of the engine with `unsafe`: calls into functions compiled for
//! instructions that were detected first, and vector loads inside slices whose
//! lengths were checked first. Every path gives the same integers. Beside them, loops
//! that touch registers alone, to know what the machine can do at most.

#![expect(unsafe_code, reason = "vector instructions behind detection and length checks")]
#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use std::hint::black_box;

use super::path::Path;

/// Outputs computed together: the width of a panel of weights.
pub const PANEL: usize = 64;
/// Inputs that one 32-bit lane multiplies at once.
pub const GROUP: usize = 4;
/// Rows computed together, at most.
pub const ROWS: usize = 6;

/// Work to be compiled once for each path; what it calls must be inlined into it.
pub trait Work {
    /// What it gives.
    type Output;

    /// Does it.
    fn run<D: Dot>(self, dot: D) -> Self::Output;
}

/// A way to compute products; only [`dispatch`] makes one.
pub trait Dot: Copy {
    /// `out[r][n] = Σ x[r · stride + k] · panel[n, k]`, k below `panel.len() / PANEL`.
    ///
    /// A panel holds, for each group of [`GROUP`] inputs, those weights of one output
    /// after the other.
    ///
    /// # Panics
    /// If a row does not lie inside `x`.
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: &[i8], out: &mut [[i32; PANEL]; M]);

    /// Multiplies and adds integers in registers for `rounds`; gives the operations, two a product.
    fn burn_int8(self, rounds: usize) -> usize;

    /// Multiplies and adds floats in registers for `rounds`; gives the operations, two a product.
    fn burn_float(self, rounds: usize) -> usize;
}

/// Sums that a loop which only burns keeps apart: enough to hide the latency of an addition.
const SUMS: usize = 12;

/// Runs `work` compiled for `path`, or for plain Rust where the machine lacks it.
pub fn dispatch<W: Work>(path: Path, work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if path.is_available() {
        // SAFETY: the instructions each function is compiled for were just detected.
        match path {
            Path::Avx512 => return unsafe { x86::with_avx512(work) },
            Path::Avx2 => return unsafe { x86::with_avx2(work) },
            Path::Portable => {}
        }
    }
    let _ = path;
    work.run(Portable(()))
}

/// Whether `rows` rows of `inner` inputs, `stride` apart, lie inside `len` bytes.
fn fits(len: usize, rows: usize, stride: usize, inner: usize) -> bool {
    rows == 0 || (rows - 1).checked_mul(stride).and_then(|start| start.checked_add(inner)).is_some_and(|end| end <= len)
}

/// Plain Rust.
#[derive(Clone, Copy)]
pub struct Portable(());

impl Dot for Portable {
    #[inline(always)]
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: &[i8], out: &mut [[i32; PANEL]; M]) {
        let inner = panel.len() / PANEL;
        for (row, out) in out.iter_mut().enumerate() {
            *out = [0; PANEL];
            let x = &x[row * stride..][..inner];
            for (x, weights) in x.chunks_exact(GROUP).zip(panel.chunks_exact(GROUP * PANEL)) {
                for (out, w) in out.iter_mut().zip(weights.chunks_exact(GROUP)) {
                    let pair = |at: usize| i32::from(i16::from(x[at])) * i32::from(i16::from(w[at]));
                    *out += (pair(0) + pair(1)) + (pair(2) + pair(3));
                }
            }
        }
    }

    #[inline(always)]
    fn burn_int8(self, rounds: usize) -> usize {
        const LANES: usize = 4;
        let [x, w] = black_box([[3; LANES], [5; LANES]]);
        let mut sums = [[0i32; LANES]; SUMS];
        for _ in 0..rounds {
            for sum in sums.iter_mut().flat_map(|sums| sums.iter_mut().zip(x).zip(w)) {
                let ((sum, x), w) = sum;
                *sum = sum.wrapping_add(i32::wrapping_mul(black_box(x), w));
            }
        }
        black_box(sums);
        rounds * SUMS * LANES * 2
    }

    #[inline(always)]
    fn burn_float(self, rounds: usize) -> usize {
        const LANES: usize = 4;
        let w = black_box([0.5f32; LANES]);
        let mut sums = black_box([[1.0f32; LANES]; SUMS]);
        for _ in 0..rounds {
            for (sum, w) in sums.iter_mut().flat_map(|sums| sums.iter_mut().zip(w)) {
                *sum = *sum * w + w;
            }
        }
        black_box(sums);
        rounds * SUMS * LANES * 2
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm_loadu_si128, _mm_set1_epi32, _mm256_add_epi32, _mm256_cvtepi8_epi16,
        _mm256_cvtepu8_epi16, _mm256_fmadd_ps, _mm256_madd_epi16, _mm256_set1_epi16, _mm256_set1_ps,
        _mm256_setzero_si256, _mm256_storeu_si256, _mm256_xor_si256, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
        _mm512_loadu_si512, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512, _mm512_storeu_si512,
    };
    use std::hint::black_box;

    use super::{Dot, GROUP, PANEL, SUMS, Work, fits};

    #[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    pub fn with_avx512<W: Work>(work: W) -> W::Output {
        work.run(Avx512(()))
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn with_avx2<W: Work>(work: W) -> W::Output {
        work.run(Avx2(()))
    }

    /// Proof that AVX-512 with VNNI was detected.
    #[derive(Clone, Copy)]
    pub struct Avx512(());

    /// Proof that AVX2 was detected.
    #[derive(Clone, Copy)]
    pub struct Avx2(());

    impl Dot for Avx512 {
        #[inline(always)]
        fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: &[i8], out: &mut [[i32; PANEL]; M]) {
            let inner = panel.len() / PANEL / GROUP * GROUP;
            assert!(fits(x.len(), M, stride, inner), "every row must lie inside its slice");
            // SAFETY: `self` proves the instructions; the rows lie inside `x`, and
            // `inner / GROUP` groups of `GROUP * PANEL` weights inside `panel`.
            unsafe { tile_avx512(x.as_ptr(), stride, panel.as_ptr(), inner / GROUP, out) }
        }

        #[inline(always)]
        fn burn_int8(self, rounds: usize) -> usize {
            // SAFETY: `self` proves the instructions.
            unsafe { burn_int8_avx512(rounds) }
        }

        #[inline(always)]
        fn burn_float(self, rounds: usize) -> usize {
            // SAFETY: as above.
            unsafe { burn_float_avx512(rounds) }
        }
    }

    impl Dot for Avx2 {
        #[inline(always)]
        fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: &[i8], out: &mut [[i32; PANEL]; M]) {
            let inner = panel.len() / PANEL / GROUP * GROUP;
            assert!(fits(x.len(), M, stride, inner), "every row must lie inside its slice");
            let (x, panel, steps) = (x.as_ptr(), panel.as_ptr(), inner / GROUP);
            let (threes, rest) = out.as_chunks_mut::<3>();
            // SAFETY: as above; each part of `out` is `3` or `1` of the `M` rows.
            unsafe {
                for (at, out) in threes.iter_mut().enumerate() {
                    tile_avx2(x.add(3 * at * stride), stride, panel, steps, out);
                }
                for (at, out) in rest.iter_mut().enumerate() {
                    let row = 3 * threes.len() + at;
                    tile_avx2(x.add(row * stride), stride, panel, steps, std::array::from_mut(out));
                }
            }
        }

        #[inline(always)]
        fn burn_int8(self, rounds: usize) -> usize {
            // SAFETY: `self` proves the instructions.
            unsafe { burn_int16_avx2(rounds) }
        }

        #[inline(always)]
        fn burn_float(self, rounds: usize) -> usize {
            // SAFETY: as above.
            unsafe { burn_float_avx2(rounds) }
        }
    }

    /// Four bytes as one integer.
    ///
    /// # Safety
    /// They must be readable.
    #[inline(always)]
    unsafe fn four(x: *const u8) -> i32 {
        // SAFETY: the caller's.
        unsafe { x.cast::<i32>().read_unaligned() }
    }

    /// # Safety
    /// `steps` groups of 4 bytes must be readable in each of `M` rows `stride` apart
    /// from `x`, and `steps` groups of 256 bytes from `panel`.
    #[target_feature(enable = "avx512f,avx512vnni")]
    unsafe fn tile_avx512<const M: usize>(
        x: *const u8,
        stride: usize,
        panel: *const i8,
        steps: usize,
        out: &mut [[i32; PANEL]; M],
    ) {
        let mut sums = [[_mm512_setzero_si512(); 4]; M];
        for step in 0..steps {
            // SAFETY: the caller's; `step < steps`, `row < M`.
            unsafe {
                let at = panel.add(step * GROUP * PANEL);
                let w: [__m512i; 4] = std::array::from_fn(|n| _mm512_loadu_si512(at.add(64 * n).cast()));
                for (row, sums) in sums.iter_mut().enumerate() {
                    let x = _mm512_set1_epi32(four(x.add(row * stride + step * GROUP)));
                    for (sum, w) in sums.iter_mut().zip(w) {
                        *sum = _mm512_dpbusd_epi32(*sum, x, w);
                    }
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            for (out, sum) in out.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
                // SAFETY: `out` has room for 16 integers.
                unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), sum) };
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    fn burn_int8_avx512(rounds: usize) -> usize {
        let [x, w] = black_box([_mm512_set1_epi32(0x0101_0101), _mm512_set1_epi32(0x0202_0202)]);
        let mut sums = [_mm512_setzero_si512(); SUMS];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm512_dpbusd_epi32(*sum, x, w);
            }
        }
        black_box(sums);
        rounds * SUMS * 64 * 2
    }

    #[target_feature(enable = "avx512f")]
    fn burn_float_avx512(rounds: usize) -> usize {
        let w = black_box(_mm512_set1_ps(0.5));
        let mut sums = black_box([_mm512_set1_ps(1.0); SUMS]);
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, w, w);
            }
        }
        black_box(sums);
        rounds * SUMS * 16 * 2
    }

    #[target_feature(enable = "avx2")]
    fn burn_int16_avx2(rounds: usize) -> usize {
        let [x, w] = black_box([_mm256_set1_epi16(1), _mm256_set1_epi16(2)]);
        let mut sums = [_mm256_setzero_si256(); SUMS];
        for _ in 0..rounds {
            for sum in &mut sums {
                // The factor hangs on the sum, so that the product is not taken out of the loop.
                *sum = _mm256_add_epi32(_mm256_madd_epi16(_mm256_xor_si256(x, *sum), w), *sum);
            }
        }
        black_box(sums);
        rounds * SUMS * 16 * 2
    }

    #[target_feature(enable = "avx2,fma")]
    fn burn_float_avx2(rounds: usize) -> usize {
        let w = black_box(_mm256_set1_ps(0.5));
        let mut sums = black_box([_mm256_set1_ps(1.0); SUMS]);
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, w, w);
            }
        }
        black_box(sums);
        rounds * SUMS * 8 * 2
    }

    /// # Safety
    /// As [`tile_avx512`].
    #[target_feature(enable = "avx2")]
    unsafe fn tile_avx2<const M: usize>(
        x: *const u8,
        stride: usize,
        panel: *const i8,
        steps: usize,
        out: &mut [[i32; PANEL]; M],
    ) {
        const PART: usize = 16; // outputs whose sums fit into the registers
        for part in 0..PANEL / PART {
            let mut sums = [[_mm256_setzero_si256(); 4]; M];
            for step in 0..steps {
                // SAFETY: the caller's; `step < steps`, `row < M`, and a part of a group is 64 bytes.
                unsafe {
                    let at = panel.add(step * GROUP * PANEL + part * GROUP * PART);
                    let x: [__m256i; M] = std::array::from_fn(|row| {
                        _mm256_cvtepu8_epi16(_mm_set1_epi32(four(x.add(row * stride + step * GROUP))))
                    });
                    for n in 0..4 {
                        let w = _mm256_cvtepi8_epi16(_mm_loadu_si128(at.add(16 * n).cast()));
                        for (sums, x) in sums.iter_mut().zip(x) {
                            sums[n] = _mm256_add_epi32(sums[n], _mm256_madd_epi16(x, w));
                        }
                    }
                }
            }
            for (out, sums) in out.iter_mut().zip(sums) {
                for (out, sum) in out[part * PART..].as_chunks_mut::<4>().0.iter_mut().zip(sums) {
                    let mut pairs = [0i32; 8];
                    // SAFETY: `pairs` has room for 8 integers.
                    unsafe { _mm256_storeu_si256(pairs.as_mut_ptr().cast(), sum) };
                    *out = std::array::from_fn(|n| pairs[2 * n] + pairs[2 * n + 1]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Tile<'a, const M: usize> {
        x: &'a [u8],
        stride: usize,
        panel: &'a [i8],
    }

    impl<const M: usize> Work for Tile<'_, M> {
        type Output = [[i32; PANEL]; M];

        #[inline(always)]
        fn run<D: Dot>(self, dot: D) -> Self::Output {
            let mut out = [[7; PANEL]; M];
            dot.tile(self.x, self.stride, self.panel, &mut out);
            out
        }
    }

    fn plain<const M: usize>(x: &[u8], stride: usize, panel: &[i8]) -> [[i32; PANEL]; M] {
        let weight = |n: usize, k: usize| i32::from(panel[k / GROUP * GROUP * PANEL + n * GROUP + k % GROUP]);
        std::array::from_fn(|row| {
            std::array::from_fn(|n| {
                (0..panel.len() / PANEL).map(|k| i32::from(x[row * stride + k]) * weight(n, k)).sum()
            })
        })
    }

    fn agrees<const M: usize>(x: &[u8], stride: usize, panel: &[i8]) {
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
            let panel: Vec<i8> = (0..groups * GROUP * PANEL).map(|_| byte().cast_signed()).collect();
            agrees::<1>(&x, stride, &panel);
            agrees::<2>(&x, stride, &panel);
            agrees::<4>(&x, stride, &panel);
            agrees::<5>(&x, stride, &panel);
            agrees::<ROWS>(&x, stride, &panel);
        }
    }

    #[test]
    fn the_largest_values_do_not_overflow() {
        let inner = 1536;
        for weight in [-128i8, 127] {
            agrees::<3>(&vec![255; 3 * inner], inner, &vec![weight; inner * PANEL]);
        }
    }

    #[test]
    fn a_row_outside_its_slice_is_refused() {
        for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
            let short = || dispatch(path, Tile::<2> { x: &[0; 15], stride: 8, panel: &[0; 8 * PANEL] });
            assert!(std::panic::catch_unwind(short).is_err(), "{}", path.name());
        }
    }
}
