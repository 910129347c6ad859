//! The encoder on candle, in floats: BERT with posts laid end to end. The reference
//! that the fast engine is measured against.

use candle_core::{Device, Tensor};

use super::config::Config;
use super::head::{Depth, Gate, Logits};
use super::layers::{Layer, Stack};
use super::ops::{add_norm, attention, linear};
use super::weights::{Rows, Weights};

/// A loaded encoder.
pub struct Encoder {
    stack: Stack<Dense>,
    device: Device,
}

struct Dense {
    /// Inputs × outputs.
    weight: Tensor,
    bias: Tensor,
}

impl Encoder {
    /// Builds the encoder that `config` describes from `weights`.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(config: Config, weights: &Weights<'_>, device: Device) -> Result<Self, String> {
        let dense = |rows: &Rows<'_>, bias| Dense::new(rows, bias, &device).map_err(|fault| fault.to_string());
        Ok(Self { stack: Stack::load(config, weights, dense)?, device })
    }

    /// The shape of the encoder.
    pub fn config(&self) -> &Config {
        &self.stack.config
    }

    /// Scores windows of token ids, each on its own, whatever else is in the batch. Every
    /// window goes through every layer, and what it would have left with is picked then.
    ///
    /// # Errors
    /// If a window is empty or too long, an id unknown, or candle fails.
    pub fn forward(&self, windows: &[(&[u32], Depth)], gates: &[Gate]) -> candle_core::Result<Vec<Logits>> {
        if windows.is_empty() {
            return Ok(Vec::new());
        }
        self.stack.config.check_windows(windows.iter().map(|(ids, _)| *ids)).map_err(candle_core::Error::Msg)?;
        let lengths: Vec<usize> = windows.iter().map(|(ids, _)| ids.len()).collect();
        let hidden = self.stack.config.hidden;
        let mut x = self.embed(windows)?;
        let mut logits: Vec<Option<Logits>> = vec![None; windows.len()];
        let mut passed: Vec<Option<Box<Logits>>> = vec![None; windows.len()];
        for (layer, number) in self.stack.layers.iter().zip(1..) {
            x = layer.forward(&x, &lengths, self.stack.config.heads)?;
            let Some(head) = self.stack.heads.iter().find(|head| head.after() == number) else { continue };
            let states = x.flatten_all()?.to_vec1::<f32>()?;
            let mut rest = states.as_slice();
            for (((slot, passed), (_, depth)), length) in logits.iter_mut().zip(&mut passed).zip(windows).zip(&lengths)
            {
                let (own, others) = rest.split_at(length * hidden);
                rest = others;
                if slot.is_none() {
                    let mut found = head.logits(own);
                    if number == self.stack.layers.len() || head.lets_out(*depth, gates, &found) {
                        found.passed = passed.take();
                        *slot = Some(found);
                    } else {
                        passed.get_or_insert_with(|| Box::new(found));
                    }
                }
            }
        }
        Ok(logits.into_iter().map(|logits| logits.expect("every window leaves after the last layer")).collect())
    }

    fn embed(&self, windows: &[(&[u32], Depth)]) -> candle_core::Result<Tensor> {
        let hidden = self.stack.config.hidden;
        let tokens: usize = windows.iter().map(|(ids, _)| ids.len()).sum();
        let mut words = vec![0.0; tokens * hidden];
        let mut places = Vec::with_capacity(tokens * hidden);
        let mut out = words.chunks_exact_mut(hidden);
        for (ids, _) in windows {
            for &id in *ids {
                self.stack.words.copy_row(id as usize, out.next().expect("one row a token"));
            }
            places.extend_from_slice(&self.stack.positions[..ids.len() * hidden]);
        }
        let shape = (tokens, hidden);
        let words = Tensor::from_vec(words, shape, &self.device)?;
        add_norm(&words, &Tensor::from_vec(places, shape, &self.device)?, &self.stack.norm)
    }
}

impl Layer<Dense> {
    fn forward(&self, x: &Tensor, lengths: &[usize], heads: usize) -> candle_core::Result<Tensor> {
        let context = attention(&self.qkv.forward(x, false)?, lengths, heads)?;
        let x = add_norm(x, &self.attention_out.forward(&context, false)?, &self.attention_norm)?;
        let inner = self.ffn_in.forward(&x, true)?;
        add_norm(&x, &self.ffn_out.forward(&inner, false)?, &self.ffn_norm)
    }
}

impl Dense {
    fn new(rows: &Rows<'_>, bias: Vec<f32>, device: &Device) -> candle_core::Result<Self> {
        let outputs = bias.len();
        Ok(Self { weight: turned(rows, device)?, bias: Tensor::from_vec(bias, outputs, device)? })
    }

    fn forward(&self, x: &Tensor, gelu: bool) -> candle_core::Result<Tensor> {
        linear(x, &self.weight, &self.bias, gelu)
    }
}

/// The whole matrix as floats, turned to `cols × rows`: the product reads it row by
/// row, which for a short batch is twice as fast.
fn turned(weight: &Rows<'_>, device: &Device) -> candle_core::Result<Tensor> {
    let (rows, cols) = (weight.len(), weight.cols());
    let mut out = vec![0.0; rows * cols];
    for at in 0..rows {
        let (row, scale) = weight.row(at);
        for (col, &value) in row.iter().enumerate() {
            out[col * rows + at] = f32::from(value) * scale;
        }
    }
    Tensor::from_vec(out, (cols, rows), device)
}
