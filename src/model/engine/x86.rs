//! The operations in the vector instructions of x86-64.
//!
//! The one file of the engine with `unsafe`: calls into functions compiled for
//! instructions that were detected first, and vector loads inside slices whose
//! lengths were checked first. Beside them, loops that touch registers alone, to know
//! what the machine can do at most.

#![expect(unsafe_code, reason = "vector instructions behind detection and length checks")]
#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use std::arch::x86_64::{
    __m256, __m256i, __m512, __m512i, _mm_loadu_si128, _mm_set1_epi32, _mm_storeu_si128, _mm256_add_epi32,
    _mm256_add_ps, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_cvtepi8_epi16, _mm256_cvtepi32_ps,
    _mm256_cvtepu8_epi16, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_maddubs_epi16, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_si256, _mm256_slli_epi32, _mm256_storeu_ps, _mm256_storeu_si256,
    _mm256_sub_ps, _mm512_add_epi32, _mm512_add_ps, _mm512_castps_si512, _mm512_castsi512_ps, _mm512_cvtepi32_epi8,
    _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_max_ps,
    _mm512_min_ps, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512, _mm512_slli_epi32,
    _mm512_storeu_ps, _mm512_storeu_si512, _mm512_sub_ps,
};
use std::hint::black_box;
use std::ops::{Add, Mul, Sub};

use super::path::Path;
use super::simd::{GROUP, LANES, Lanes, PANEL, Panel, SUMS, Simd, Work, fits};

/// Runs `work` compiled for `path`, or gives it back where the machine lacks it.
pub fn run<W: Work>(path: Path, work: W) -> Result<W::Output, W> {
    if !path.is_available() {
        return Err(work);
    }
    // SAFETY: the instructions each function is compiled for were just detected.
    match path {
        Path::Avx512 => Ok(unsafe { with_avx512(work) }),
        Path::Avx2 => Ok(unsafe { with_avx2(work) }),
        Path::Portable | Path::Neon => Err(work),
    }
}

#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn with_avx512<W: Work>(work: W) -> W::Output {
    work.run(Avx512(()))
}

#[target_feature(enable = "avx2,fma")]
fn with_avx2<W: Work>(work: W) -> W::Output {
    work.run(Avx2(()))
}

/// Proof that AVX-512 with VNNI was detected.
#[derive(Clone, Copy)]
struct Avx512(());

/// Proof that AVX2 with FMA was detected.
#[derive(Clone, Copy)]
struct Avx2(());

impl Simd for Avx512 {
    type Lanes = Wide;

    const RUNS: usize = 3;

    #[inline(always)]
    fn splat(self, value: f32) -> Wide {
        // SAFETY: `self` proves the instructions, here and below.
        unsafe { Wide(_mm512_set1_ps(value)) }
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> Wide {
        // SAFETY: the array holds what is read.
        unsafe { Wide(_mm512_loadu_ps(values.as_ptr())) }
    }

    #[inline(always)]
    fn load_integers(self, values: &[i32; LANES]) -> Wide {
        // SAFETY: as above.
        unsafe { Wide(_mm512_cvtepi32_ps(_mm512_loadu_si512(values.as_ptr().cast()))) }
    }

    #[inline(always)]
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: Panel<'_>, out: &mut [[i32; PANEL]; M]) {
        let inner = panel.inner();
        assert!(fits(x.len(), M, stride, inner), "every row must lie inside its slice");
        // SAFETY: `self` proves the instructions; the rows lie inside `x`, and
        // `inner / GROUP` groups of `GROUP * PANEL` weights inside the panel.
        unsafe { tile_avx512(x.as_ptr(), stride, panel.weights.as_ptr(), inner / GROUP, out) }
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

impl Simd for Avx2 {
    type Lanes = Halves;

    const RUNS: usize = 1;

    #[inline(always)]
    fn splat(self, value: f32) -> Halves {
        // SAFETY: `self` proves the instructions, here and below.
        unsafe { Halves([_mm256_set1_ps(value); 2]) }
    }

    #[inline(always)]
    fn load(self, values: &[f32; LANES]) -> Halves {
        // SAFETY: the array holds what is read.
        unsafe { Halves([0, 8].map(|at| _mm256_loadu_ps(values.as_ptr().add(at)))) }
    }

    #[inline(always)]
    fn load_integers(self, values: &[i32; LANES]) -> Halves {
        // SAFETY: as above.
        unsafe { Halves([0, 8].map(|at| _mm256_cvtepi32_ps(_mm256_loadu_si256(values.as_ptr().add(at).cast())))) }
    }

    #[inline(always)]
    fn tile<const M: usize>(self, x: &[u8], stride: usize, panel: Panel<'_>, out: &mut [[i32; PANEL]; M]) {
        let inner = panel.inner();
        assert!(fits(x.len(), M, stride, inner), "every row must lie inside its slice");
        let (x, light, panel, steps) = (x.as_ptr(), panel.light, panel.weights.as_ptr(), inner / GROUP);
        if light {
            // SAFETY: as above.
            return unsafe { light_tile_avx2(x, stride, panel, steps, out) };
        }
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
        unsafe { burn_int8_avx2(rounds) }
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
fn burn_int8_avx2(rounds: usize) -> usize {
    let [w, ones] = black_box([_mm256_set1_epi8(2), _mm256_set1_epi16(1)]);
    let mut sums = [_mm256_setzero_si256(); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            // A factor hangs on the sum, so that the product is not taken out of the loop.
            *sum = _mm256_add_epi32(_mm256_madd_epi16(_mm256_maddubs_epi16(*sum, w), ones), *sum);
        }
    }
    black_box(sums);
    rounds * SUMS * 32 * 2
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

/// Products of 8-bit integers, right for a light panel alone.
///
/// # Safety
/// As [`tile_avx512`].
#[target_feature(enable = "avx2")]
unsafe fn light_tile_avx2<const M: usize>(
    x: *const u8,
    stride: usize,
    panel: *const i8,
    steps: usize,
    out: &mut [[i32; PANEL]; M],
) {
    const PART: usize = 16; // outputs whose sums fit into the registers
    let ones = _mm256_set1_epi16(1);
    for part in 0..PANEL / PART {
        let mut sums = [[_mm256_setzero_si256(); 2]; M];
        for step in 0..steps {
            // SAFETY: the caller's; `step < steps`, `row < M`, and a part of a group is 64 bytes.
            unsafe {
                let at = panel.add(step * GROUP * PANEL + part * GROUP * PART);
                let w: [__m256i; 2] = std::array::from_fn(|n| _mm256_loadu_si256(at.add(32 * n).cast()));
                for (row, sums) in sums.iter_mut().enumerate() {
                    let x = _mm256_set1_epi32(four(x.add(row * stride + step * GROUP)));
                    for (sum, w) in sums.iter_mut().zip(w) {
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), ones));
                    }
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            for (out, sum) in out[part * PART..].as_chunks_mut::<8>().0.iter_mut().zip(sums) {
                // SAFETY: `out` has room for 8 integers.
                unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), sum) };
            }
        }
    }
}

/// Products of 16-bit integers, for any panel.
///
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

/// Sixteen floats in one register. Only [`Avx512`] makes one, which proves the instructions.
#[derive(Clone, Copy)]
struct Wide(__m512);

impl Add for Wide {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe { Self(_mm512_add_ps(self.0, other.0)) }
    }
}

impl Sub for Wide {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
    }
}

impl Mul for Wide {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
    }
}

impl Lanes for Wide {
    #[inline(always)]
    fn fused(self, b: Self, c: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe { Self(_mm512_fmadd_ps(self.0, b.0, c.0)) }
    }

    #[inline(always)]
    fn least(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe { Self(_mm512_min_ps(self.0, other.0)) }
    }

    #[inline(always)]
    fn most(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe { Self(_mm512_max_ps(self.0, other.0)) }
    }

    #[inline(always)]
    fn power(self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        unsafe {
            Self(_mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_add_epi32(
                _mm512_castps_si512(self.0),
                _mm512_set1_epi32(127),
            ))))
        }
    }

    #[inline(always)]
    fn last_bytes(self) -> [u8; LANES] {
        let mut bytes = [0; LANES];
        // SAFETY: a value of this type proves the instructions; the array has room for 16 bytes.
        unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(_mm512_castps_si512(self.0))) };
        bytes
    }

    #[inline(always)]
    fn store(self, out: &mut [f32; LANES]) {
        // SAFETY: a value of this type proves the instructions; the array has room for 16 floats.
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), self.0) }
    }
}

/// Sixteen floats in two registers. Only [`Avx2`] makes one, which proves the instructions.
#[derive(Clone, Copy)]
struct Halves([__m256; 2]);

impl Halves {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(__m256, __m256) -> __m256) -> Self {
        Self(std::array::from_fn(|half| of(self.0[half], other.0[half])))
    }
}

impl Add for Halves {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        self.each(other, |a, b| unsafe { _mm256_add_ps(a, b) })
    }
}

impl Sub for Halves {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        self.each(other, |a, b| unsafe { _mm256_sub_ps(a, b) })
    }
}

impl Mul for Halves {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        self.each(other, |a, b| unsafe { _mm256_mul_ps(a, b) })
    }
}

impl Lanes for Halves {
    #[inline(always)]
    fn fused(self, b: Self, c: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        Self(std::array::from_fn(|half| unsafe { _mm256_fmadd_ps(self.0[half], b.0[half], c.0[half]) }))
    }

    #[inline(always)]
    fn least(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        self.each(other, |a, b| unsafe { _mm256_min_ps(a, b) })
    }

    #[inline(always)]
    fn most(self, other: Self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        self.each(other, |a, b| unsafe { _mm256_max_ps(a, b) })
    }

    #[inline(always)]
    fn power(self) -> Self {
        // SAFETY: a value of this type proves the instructions.
        Self(self.0.map(|half| unsafe {
            let n = _mm256_add_epi32(_mm256_castps_si256(half), _mm256_set1_epi32(127));
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(n))
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
        for (half, at) in self.0.into_iter().zip([0, 8]) {
            // SAFETY: a value of this type proves the instructions; the array has room for twice 8 floats.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr().add(at), half) }
        }
    }
}
