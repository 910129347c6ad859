//! What follows a layer: the mean over the tokens and a linear head. One head stands
//! after the last layer, and one at each exit.

#![expect(clippy::inline_always, reason = "the int8 engine compiles a head for its instructions")]

use serde::{Deserialize, Serialize};

use super::config::Config;
use super::weights::Weights;

/// Outputs of a head that say whether a text is stopped at all, one for each dimension.
pub const FLAGS: [usize; 2] = [0, 2];
/// Partial sums of a product, so that it can be computed on vectors.
const LANES: usize = 16;

/// How far a window is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Through every layer.
    Whole,
    /// To the first exit at which it is surely clear, or through every layer.
    Early,
    /// To the exit after this layer, whatever it says there.
    To(usize),
}

/// Where a window that is surely clear may leave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Number of the layer that it follows.
    pub after: usize,
    /// A window leaves if the logits of both flags are below this.
    pub below: f64,
}

/// What the encoder says of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    /// One for each output of the head.
    pub values: Vec<f32>,
    /// What each token adds to the logits of the two flags; with the bias of the head
    /// they sum to the logits.
    pub shares: Vec<[f32; 2]>,
    /// Layers that the window was read through.
    pub layers: usize,
    /// What the first exit that it passed says of it, if it passed any.
    pub passed: Option<Box<Logits>>,
}

impl Logits {
    /// What the first head that it came to says of it.
    pub fn earliest(&self) -> &Self {
        self.passed.as_deref().unwrap_or(self)
    }

    /// The logits of the two flags.
    pub fn flags(&self) -> [f32; 2] {
        FLAGS.map(|output| self.values[output])
    }
}

impl std::ops::Index<usize> for Logits {
    type Output = f32;

    fn index(&self, output: usize) -> &f32 {
        &self.values[output]
    }
}

/// A linear head, in plain sums: a product of so few columns would take another
/// path through `gemm` for a short batch than for a long one.
pub struct Head {
    /// The layer it follows.
    after: usize,
    /// Outputs × hidden.
    weight: Vec<f32>,
    /// One for each output.
    bias: Vec<f32>,
    hidden: usize,
}

impl Head {
    /// The heads of an encoder, by the layers they follow; the last one follows the last layer.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(weights: &Weights<'_>, config: &Config) -> Result<Vec<Self>, String> {
        let (outputs, hidden) = (config.outputs.len(), config.hidden);
        let head = |after, name: &str| {
            Ok(Self {
                after,
                weight: weights.floats(&format!("{name}.weight"), &[outputs, hidden])?,
                bias: weights.floats(&format!("{name}.bias"), &[outputs])?,
                hidden,
            })
        };
        let exits = config.exits.iter().map(|&after| head(after, &format!("exits.{after}")));
        exits.chain([head(config.layers, "head")]).collect()
    }

    /// The layer it follows.
    pub fn after(&self) -> usize {
        self.after
    }

    /// The logits of a window from the states of its tokens, `tokens × hidden`.
    #[inline(always)]
    pub fn logits(&self, states: &[f32]) -> Logits {
        let tokens = states.len() / self.hidden;
        let mut mean = vec![0.0; self.hidden];
        for state in states.chunks_exact(self.hidden) {
            for (sum, value) in mean.iter_mut().zip(state) {
                *sum += value;
            }
        }
        for sum in &mut mean {
            *sum /= tokens as f32;
        }
        let row = |output: usize| &self.weight[output * self.hidden..][..self.hidden];
        let share = |state| FLAGS.map(|output| dot(row(output), state) / tokens as f32);
        Logits {
            values: self.bias.iter().enumerate().map(|(output, bias)| dot(row(output), &mean) + bias).collect(),
            shares: states.chunks_exact(self.hidden).map(share).collect(),
            layers: self.after,
            passed: None,
        }
    }

    /// Whether a window read to `depth` leaves here, given what it would leave with.
    pub fn lets_out(&self, depth: Depth, gates: &[Gate], logits: &Logits) -> bool {
        match depth {
            Depth::Whole => false,
            Depth::To(layer) => layer == self.after,
            Depth::Early => gates.iter().any(|gate| {
                gate.after == self.after && logits.flags().iter().all(|&flag| f64::from(flag) < gate.below)
            }),
        }
    }
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let hidden = 20;
        let weight = (0..4 * hidden).map(|n| (n as f32 * 0.37).sin()).collect();
        Head { after: 2, weight, bias: vec![0.5, -1.0, 0.25, 0.0], hidden }
    }

    #[test]
    fn shares_and_bias_sum_to_the_logits_of_the_flags() {
        let states: Vec<f32> = (0..7 * 20).map(|n| (n as f32 * 0.11).cos()).collect();
        let logits = head().logits(&states);
        assert_eq!((logits.values.len(), logits.shares.len(), logits.layers), (4, 7, 2));
        for (at, flag) in FLAGS.into_iter().enumerate() {
            let sum = head().bias[flag] + logits.shares.iter().map(|share| share[at]).sum::<f32>();
            assert!((sum - logits[flag]).abs() < 1e-5, "{sum} {}", logits[flag]);
        }
    }

    #[test]
    fn a_window_leaves_only_where_both_flags_are_below_the_gate() {
        let logits = |flags: [f32; 2]| Logits {
            values: vec![flags[0], 9.0, flags[1], 9.0],
            shares: vec![],
            layers: 2,
            passed: None,
        };
        let (head, gates) = (head(), [Gate { after: 2, below: -4.0 }, Gate { after: 3, below: 9.0 }]);
        let leaves = |depth, flags| head.lets_out(depth, &gates, &logits(flags));
        assert!(leaves(Depth::Early, [-4.5, -5.0]));
        assert!(!leaves(Depth::Early, [-4.5, -3.0]) && !leaves(Depth::Early, [-3.9, -5.0]));
        assert!(!leaves(Depth::Whole, [-9.0, -9.0]) && !leaves(Depth::To(3), [-9.0, -9.0]));
        assert!(leaves(Depth::To(2), [9.0, 9.0]));
    }
}
