//! A dense layer on bytes: weights packed into panels once, activations as bytes
//! with a scale and a least value for each row.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use std::marker::PhantomData;

use super::float::{self, Bounds};
use super::simd::{GROUP, LANES, Lanes, PANEL, Panel, ROWS, Simd, are_light};
use crate::model::weights::Rows;

/// A matrix of activations as bytes: `value ≈ least + scale · byte`.
#[derive(Default)]
pub struct Bytes {
    values: Vec<u8>,
    /// Bytes from one row to the next, a multiple of [`GROUP`].
    stride: usize,
    /// Scale and least value of each row.
    rows: Vec<(f32, f32)>,
}

impl Bytes {
    /// Makes room for `rows` rows of `cols` values.
    pub fn reset(&mut self, rows: usize, cols: usize) {
        self.stride = cols.next_multiple_of(GROUP);
        self.values.resize(rows * self.stride, 0);
        self.rows.resize(rows, (0.0, 0.0));
    }

    /// Moves rows to where row `to` and those after it are.
    pub fn copy_within(&mut self, rows: std::ops::Range<usize>, to: usize) {
        self.values.copy_within(rows.start * self.stride..rows.end * self.stride, to * self.stride);
        self.rows.copy_within(rows, to);
    }

    /// Writes row `at`, whose values are within `bounds`.
    #[inline(always)]
    pub fn set<S: Simd>(&mut self, simd: S, at: usize, row: &[f32], bounds: Bounds) {
        let bytes = &mut self.values[at * self.stride..][..row.len()];
        self.rows[at] = float::quantise(simd, row, bounds, bytes);
    }
}

/// A dense layer: outputs = weights · inputs + bias.
pub struct Dense {
    /// One panel after the other; the last one is filled up with zeros.
    panels: Vec<i8>,
    /// Weights of a panel.
    size: usize,
    /// As [`Panel::light`], of all panels.
    light: bool,
    outputs: usize,
    /// Sums of the weights of each output, for each panel.
    totals: Vec<[i32; PANEL]>,
    /// For each output, also those the last panel is filled up with: the scale of its
    /// weights, what the least value of a row is multiplied by, and the bias.
    scales: Vec<f32>,
    sums: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    /// Packs the rows of `weight`, one for each output.
    pub fn pack(weight: &Rows<'_>, bias: &[f32]) -> Self {
        let (outputs, cols) = (weight.len(), weight.cols());
        let size = cols.next_multiple_of(GROUP) * PANEL;
        let padded = outputs.next_multiple_of(PANEL);
        let mut panels = vec![0; padded / PANEL * size];
        let mut totals = vec![[0; PANEL]; padded / PANEL];
        let [mut scales, mut sums, mut biases] = [(); 3].map(|()| vec![0.0; padded]);
        for output in 0..outputs {
            let (row, scale) = weight.row(output);
            let start = output / PANEL * size + output % PANEL * GROUP;
            let (groups, tail) = row.as_chunks::<GROUP>();
            let (places, _) = panels[start..].as_chunks_mut::<GROUP>();
            for (place, group) in places.iter_mut().step_by(PANEL).zip(groups) {
                *place = *group;
            }
            if !tail.is_empty() {
                places[groups.len() * PANEL][..tail.len()].copy_from_slice(tail);
            }
            let total = row.iter().map(|&w| i32::from(w)).sum();
            totals[output / PANEL][output % PANEL] = total;
            scales[output] = scale;
            sums[output] = total as f32 * scale;
            biases[output] = bias[output];
        }
        let light = are_light(&panels);
        Self { panels, size, light, outputs, totals, scales, sums, bias: biases }
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The outputs for each row of `x`, each passed through `T`, into `out`: rows × outputs.
    #[inline(always)]
    pub fn forward<S: Simd, T: Then>(&self, simd: S, x: &Bytes, out: &mut [f32]) {
        let rows = x.rows.len();
        let mut sums = [[0; PANEL]; ROWS];
        for panel in 0..self.panels.len() / self.size {
            let tile = Tile::<T> { layer: self, panel, x, then: PhantomData };
            let sums = &mut sums;
            let mut row = 0;
            while row + ROWS <= rows {
                tile.rows::<S, ROWS>(simd, row, sums, out);
                row += ROWS;
            }
            match rows - row {
                1 => tile.rows::<S, 1>(simd, row, sums, out),
                2 => tile.rows::<S, 2>(simd, row, sums, out),
                3 => tile.rows::<S, 3>(simd, row, sums, out),
                4 => tile.rows::<S, 4>(simd, row, sums, out),
                5 => tile.rows::<S, 5>(simd, row, sums, out),
                _ => {}
            }
        }
    }
}

/// What becomes of an output. A trait, since a closure would not be compiled for the
/// instructions of what calls it.
pub trait Then {
    /// Its value.
    fn of<S: Simd>(simd: S, x: S::Lanes) -> S::Lanes;
}

/// The output as it is.
pub struct Same;

impl Then for Same {
    #[inline(always)]
    fn of<S: Simd>(_: S, x: S::Lanes) -> S::Lanes {
        x
    }
}

/// [`float::gelu`] of it.
pub struct Gelu;

impl Then for Gelu {
    #[inline(always)]
    fn of<S: Simd>(simd: S, x: S::Lanes) -> S::Lanes {
        float::gelu(simd, x)
    }
}

/// A panel of a layer and what it is multiplied with.
struct Tile<'a, T> {
    layer: &'a Dense,
    panel: usize,
    x: &'a Bytes,
    then: PhantomData<T>,
}

impl<T: Then> Tile<'_, T> {
    /// The outputs of the panel for `M` rows from `first`.
    #[inline(always)]
    fn rows<S: Simd, const M: usize>(&self, simd: S, first: usize, sums: &mut [[i32; PANEL]; ROWS], out: &mut [f32]) {
        let Self { layer, panel, x, .. } = self;
        let sums = sums.first_chunk_mut::<M>().expect("a tile has at most `ROWS` rows");
        let weights = &layer.panels[panel * layer.size..][..layer.size];
        let weights = Panel { weights, totals: &layer.totals[*panel], light: layer.light };
        simd.tile(&x.values[first * x.stride..], x.stride, weights, sums);
        let start = panel * PANEL;
        let width = PANEL.min(layer.outputs - start);
        let [scales, zeros, biases] = [&layer.scales, &layer.sums, &layer.bias].map(|all| &all[start..][..PANEL]);
        for ((row, sums), &(scale, least)) in (first..).zip(&*sums).zip(&x.rows[first..]) {
            let (scale, least) = (simd.splat(scale), simd.splat(least));
            let out = &mut out[row * layer.outputs + start..][..width];
            for (at, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                let sum = simd.load_integers(&sums.as_chunks().0[at]);
                let value =
                    sum.fused(scale * run(simd, scales, at), least.fused(run(simd, zeros, at), run(simd, biases, at)));
                T::of(simd, value).store(out);
            }
        }
    }
}

/// The floats of run `at`.
#[inline(always)]
fn run<S: Simd>(simd: S, values: &[f32], at: usize) -> S::Lanes {
    simd.load(&values.as_chunks().0[at])
}
