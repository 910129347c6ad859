//! What follows the last layer: the mean over the tokens and one linear head.

use super::weights::Weights;

/// One logit for each output of the head.
pub type Logits = Vec<f32>;

/// The linear head, in plain sums: a product of so few columns would take another
/// path through `gemm` for a short batch than for a long one.
pub struct Head {
    /// Outputs × hidden.
    weight: Vec<f32>,
    /// One for each output.
    bias: Vec<f32>,
}

impl Head {
    /// Reads the head of an encoder `hidden` features wide.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(weights: &Weights<'_>, outputs: usize, hidden: usize) -> Result<Self, String> {
        Ok(Self {
            weight: weights.floats("head.weight", &[outputs, hidden])?,
            bias: weights.floats("head.bias", &[outputs])?,
        })
    }

    /// The logits for a mean over tokens.
    pub fn logits(&self, mean: &[f32]) -> Logits {
        let rows = self.weight.chunks_exact(mean.len());
        rows.zip(&self.bias).map(|(row, bias)| row.iter().zip(mean).map(|(w, x)| w * x).sum::<f32>() + bias).collect()
    }
}

/// The mean of the next `length` token states.
pub fn mean<'s>(states: &mut impl Iterator<Item = &'s [f32]>, length: usize) -> Vec<f32> {
    let mut total: Vec<f32> = Vec::new();
    for state in states.take(length) {
        total.resize(state.len(), 0.0);
        for (sum, value) in total.iter_mut().zip(state) {
            *sum += value;
        }
    }
    total.iter().map(|sum| sum / length as f32).collect()
}
