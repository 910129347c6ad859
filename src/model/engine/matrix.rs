//! A dense layer on bytes: weights packed into panels once, activations as bytes
//! with a scale and a least value for each row.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use super::dot::{Dot, GROUP, PANEL, ROWS};
use super::float;
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

    /// Writes row `at`.
    #[inline(always)]
    pub fn set(&mut self, at: usize, row: &[f32]) {
        self.rows[at] = float::quantise(row, &mut self.values[at * self.stride..][..row.len()]);
    }
}

/// A dense layer: outputs = weights · inputs + bias.
pub struct Dense {
    /// One panel after the other; the last one is filled up with zeros.
    panels: Vec<i8>,
    /// Weights of a panel.
    size: usize,
    outputs: usize,
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
            scales[output] = scale;
            sums[output] = row.iter().map(|&w| i32::from(w)).sum::<i32>() as f32 * scale;
            biases[output] = bias[output];
        }
        Self { panels, size, outputs, scales, sums, bias: biases }
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The outputs for each row of `x`, each passed through `then`, into `out`: rows × outputs.
    #[inline(always)]
    pub fn forward<D: Dot>(&self, dot: D, x: &Bytes, out: &mut [f32], then: impl Fn(f32) -> f32 + Copy) {
        let rows = x.rows.len();
        let mut sums = [[0; PANEL]; ROWS];
        for panel in 0..self.panels.len() / self.size {
            let tile = Tile { layer: self, panel, x, then };
            let sums = &mut sums;
            let mut row = 0;
            while row + ROWS <= rows {
                tile.rows::<D, ROWS>(dot, row, sums, out);
                row += ROWS;
            }
            match rows - row {
                1 => tile.rows::<D, 1>(dot, row, sums, out),
                2 => tile.rows::<D, 2>(dot, row, sums, out),
                3 => tile.rows::<D, 3>(dot, row, sums, out),
                4 => tile.rows::<D, 4>(dot, row, sums, out),
                5 => tile.rows::<D, 5>(dot, row, sums, out),
                _ => {}
            }
        }
    }
}

/// A panel of a layer and what it is multiplied with.
struct Tile<'a, F> {
    layer: &'a Dense,
    panel: usize,
    x: &'a Bytes,
    then: F,
}

impl<F: Fn(f32) -> f32 + Copy> Tile<'_, F> {
    /// The outputs of the panel for `M` rows from `first`.
    #[inline(always)]
    fn rows<D: Dot, const M: usize>(&self, dot: D, first: usize, sums: &mut [[i32; PANEL]; ROWS], out: &mut [f32]) {
        let Self { layer, panel, x, then } = self;
        let sums = sums.first_chunk_mut::<M>().expect("a tile has at most `ROWS` rows");
        let weights = &layer.panels[panel * layer.size..][..layer.size];
        dot.tile(&x.values[first * x.stride..], x.stride, weights, sums);
        let start = panel * PANEL;
        let width = PANEL.min(layer.outputs - start);
        let [scales, zeros, bias] = [&layer.scales, &layer.sums, &layer.bias].map(|all| &all[start..][..width]);
        for ((row, sums), &(scale, least)) in (first..).zip(&*sums).zip(&x.rows[first..]) {
            let out = &mut out[row * layer.outputs + start..][..width];
            for ((((out, &sum), s), z), b) in out.iter_mut().zip(sums).zip(scales).zip(zeros).zip(bias) {
                *out = then(sum as f32 * (scale * s) + (least * z + b));
            }
        }
    }
}
