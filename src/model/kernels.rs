//! The arithmetic of the encoder that stock operators do slowly: a product with
//! packed rows, GELU, softmax and layer norm without scalar `erf` and `exp`.
//!
//! Every result of a row depends on that row alone: a post scores the same in any
//! batch. Its `unsafe` is a call into `gemm` behind checks; the rest of it is in `engine/dot.rs`.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use gemm::Parallelism;

/// A matrix inside a slice: `rows × cols`, rows `stride` apart, from `offset`.
#[derive(Clone, Copy)]
pub struct View {
    /// Index of the first element.
    pub offset: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Elements from one row to the next; at least `cols`.
    pub stride: usize,
}

impl View {
    /// A dense matrix from the start of a slice.
    pub fn dense(rows: usize, cols: usize) -> Self {
        Self { offset: 0, rows, cols, stride: cols }
    }

    fn fits(self, len: usize) -> bool {
        self.cols <= self.stride
            && self.rows > 0
            && self.cols > 0
            && self.offset + (self.rows - 1) * self.stride + self.cols <= len
    }
}

/// `out ← out + left · right` or, with `transposed`, `out ← out + left · rightᵀ`; on this thread alone.
///
/// # Panics
/// If the shapes do not match or a view does not lie inside its slice.
#[expect(unsafe_code, reason = "gemm takes raw pointers; every index it derives is checked here")]
pub fn add_product(out: (&mut [f32], View), left: (&[f32], View), right: (&[f32], View), transposed: bool) {
    let (out, place) = out;
    let (left, rows) = left;
    let (right, cols) = right;
    let (inner, width) = if transposed { (cols.cols, cols.rows) } else { (cols.rows, cols.cols) };
    assert!(rows.cols == inner && place.rows == rows.rows && place.cols == width, "shapes of a product must match");
    let inside = place.fits(out.len()) && rows.fits(left.len()) && cols.fits(right.len());
    assert!(inside, "a view must lie inside its slice");
    let stride = |view: View| isize::try_from(view.stride).expect("a slice is shorter than isize::MAX");
    let (right_row, right_col) = if transposed { (1, stride(cols)) } else { (stride(cols), 1) };
    // SAFETY: `fits` shows that every element of the three views lies inside its
    // slice; `out` is borrowed mutably, so it overlaps neither `left` nor `right`.
    unsafe {
        gemm::gemm(
            place.rows,
            place.cols,
            inner,
            out.as_mut_ptr().add(place.offset),
            1,
            stride(place),
            true,
            left.as_ptr().add(rows.offset),
            1,
            stride(rows),
            right.as_ptr().add(cols.offset),
            right_col,
            right_row,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// GELU with the exact error function (to 2e-7), in place.
pub fn gelu(values: &mut [f32]) {
    pulp::Arch::new().dispatch(|| {
        for value in values.iter_mut() {
            *value = 0.5 * *value * (1.0 + erf(*value * std::f32::consts::FRAC_1_SQRT_2));
        }
    });
}

/// Softmax of `scale · row` over each row of a dense matrix, in place.
pub fn softmax_rows(values: &mut [f32], cols: usize, scale: f32) {
    pulp::Arch::new().dispatch(|| {
        for row in values.chunks_exact_mut(cols) {
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for value in row.iter_mut() {
                *value = exp((*value - top) * scale);
            }
            let total = sum(row);
            for value in row.iter_mut() {
                *value /= total;
            }
        }
    });
}

/// Layer norm over each row of a dense matrix, in place.
pub fn norm_rows(values: &mut [f32], weight: &[f32], bias: &[f32], eps: f32) {
    let cols = weight.len();
    pulp::Arch::new().dispatch(|| {
        for row in values.chunks_exact_mut(cols) {
            let mean = sum(row) / cols as f32;
            for value in row.iter_mut() {
                *value -= mean;
            }
            let scale = 1.0 / (sum_of_squares(row) / cols as f32 + eps).sqrt();
            for ((value, w), b) in row.iter_mut().zip(weight).zip(bias) {
                *value = *value * scale * w + b;
            }
        }
    });
}

/// Lanes that sums are split over, so that the compiler may use vectors.
const LANES: usize = 16;

#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    fold(row, |value| value)
}

#[inline(always)]
fn sum_of_squares(row: &[f32]) -> f32 {
    fold(row, |value| value * value)
}

#[inline(always)]
fn fold(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let chunks = row.chunks_exact(LANES);
    let tail: f32 = chunks.remainder().iter().map(|&value| of(value)).sum();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += of(value);
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// `eˣ` to 2 units in the last place for `x` in −87…88, clamped outside. After Cephes `expf`.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E + 0.5).floor();
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5e-1;
    let p = p * r * r + r + 1.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "n lies in -126..=127")]
    let power = f32::from_bits(((n as i32 + 127) as u32) << 23);
    p * power
}

/// The error function to 2e-7. Abramowitz and Stegun, formula 7.1.26.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let a = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * a);
    let p = 1.061_405_4;
    let p = p * t - 1.453_152_1;
    let p = p * t + 1.421_413_8;
    let p = p * t - 0.284_496_72;
    let p = p * t + 0.254_829_6;
    (1.0 - p * t * exp(-a * a)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours() {
        let (inner, cols) = (1536, 384);
        let (left, right) = (noise(300 * inner, 1), noise(cols * inner, 2));
        for transposed in [false, true] {
            let view = if transposed { View::dense(cols, inner) } else { View::dense(inner, cols) };
            let product = |first: usize, rows: usize| {
                let mut out = vec![0.0; rows * cols];
                let left = (&left[first * inner..], View::dense(rows, inner));
                add_product((&mut out, View::dense(rows, cols)), left, (&right, view), transposed);
                out
            };
            let whole = product(0, 300);
            for (first, rows) in [(0, 2), (5, 3), (17, 33), (40, 128), (100, 200), (298, 2)] {
                let part = product(first, rows);
                assert_eq!(part, whole[first * cols..(first + rows) * cols], "rows {first}..{}", first + rows);
            }
        }
    }

    #[test]
    fn products_agree_with_the_plain_loop() {
        let (rows, inner, cols) = (7, 33, 5);
        let (left, right) = (noise(rows * inner, 3), noise(cols * inner, 4));
        let mut out = vec![1.0; rows * cols];
        let (left_view, right_view) = (View::dense(rows, inner), View::dense(cols, inner));
        add_product((&mut out, View::dense(rows, cols)), (&left, left_view), (&right, right_view), true);
        for (at, value) in out.iter().enumerate() {
            let (row, col) = (&left[at / cols * inner..], &right[at % cols * inner..]);
            let plain: f32 = 1.0 + row[..inner].iter().zip(&col[..inner]).map(|(x, y)| x * y).sum::<f32>();
            assert!((value - plain).abs() < 1e-5);
        }
    }

    #[test]
    #[should_panic(expected = "inside its slice")]
    fn a_view_outside_its_slice_is_refused() {
        add_product(
            (&mut [0.0; 3], View::dense(2, 2)),
            (&[0.0; 4], View::dense(2, 2)),
            (&[0.0; 4], View::dense(2, 2)),
            true,
        );
    }

    #[test]
    fn functions_agree_with_the_exact_ones() {
        for step in -400..=400 {
            let x = step as f32 / 50.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-6, "exp({x})");
        }
        for (x, exact) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (-2.0, -0.995_322_3), (4.0, 1.0)] {
            assert!((erf(x) - exact).abs() < 3e-7, "erf({x})");
        }
        let mut row = vec![1.0, 2.0, 3.0, -1e9];
        softmax_rows(&mut row, 4, 1.0);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6 && row[3] < 1e-30);
    }
}
