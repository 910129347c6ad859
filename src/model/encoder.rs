//! The encoder on candle, in floats: BERT with posts laid end to end. The reference
//! that the fast engine is measured against.

use candle_core::{Device, Tensor};

use super::config::Config;
use super::head::{Head, Logits, mean};
use super::ops::{Norm, add_norm, attention, linear};
use super::weights::{Rows, Weights};

/// A loaded encoder.
pub struct Encoder {
    config: Config,
    words: Rows,
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    head: Head,
    device: Device,
}

struct Layer {
    qkv: Dense,
    attention_out: Dense,
    attention_norm: Norm,
    ffn_in: Dense,
    ffn_out: Dense,
    ffn_norm: Norm,
}

struct Dense {
    weight: Tensor,
    bias: Tensor,
}

impl Encoder {
    /// Builds the encoder that `config` describes from `weights`.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(config: Config, weights: &Weights<'_>, device: Device) -> Result<Self, String> {
        config.check()?;
        let hidden = config.hidden;
        let dense = |name: &str, rows, cols| Dense::load(weights, name, (rows, cols), &device);
        let norm = |name: &str| Norm::load(weights, name, &config);
        let layer = |n: usize| {
            let name = |part: &str| format!("layers.{n}.{part}");
            Ok::<_, String>(Layer {
                qkv: dense(&name("qkv"), 3 * hidden, hidden)?,
                attention_out: dense(&name("attention_out"), hidden, hidden)?,
                attention_norm: norm(&name("attention_norm"))?,
                ffn_in: dense(&name("ffn_in"), config.ffn, hidden)?,
                ffn_out: dense(&name("ffn_out"), hidden, config.ffn)?,
                ffn_norm: norm(&name("ffn_norm"))?,
            })
        };
        Ok(Self {
            words: weights.rows("embeddings.word.weight", config.vocab, hidden)?,
            positions: weights.floats("embeddings.position.weight", &[config.positions, hidden])?,
            norm: norm("embeddings.norm")?,
            layers: (0..config.layers).map(layer).collect::<Result<_, _>>()?,
            head: Head::load(weights, config.outputs.len(), hidden)?,
            config,
            device,
        })
    }

    /// The shape of the encoder.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Scores windows of token ids, each on its own, whatever else is in the batch.
    ///
    /// # Errors
    /// If a window is empty or too long, an id unknown, or candle fails.
    pub fn forward(&self, windows: &[&[u32]]) -> candle_core::Result<Vec<Logits>> {
        if windows.is_empty() {
            return Ok(Vec::new());
        }
        self.config.check_windows(windows).map_err(candle_core::Error::Msg)?;
        let lengths: Vec<usize> = windows.iter().map(|ids| ids.len()).collect();
        let mut x = self.embed(windows)?;
        for layer in &self.layers {
            x = layer.forward(&x, &lengths, self.config.heads)?;
        }
        let states = x.flatten_all()?.to_vec1::<f32>()?;
        let mut states = states.chunks_exact(self.config.hidden);
        Ok(lengths.iter().map(|&length| self.head.logits(&mean(&mut states, length))).collect())
    }

    fn embed(&self, windows: &[&[u32]]) -> candle_core::Result<Tensor> {
        let hidden = self.config.hidden;
        let tokens: usize = windows.iter().map(|ids| ids.len()).sum();
        let mut words = vec![0.0; tokens * hidden];
        let mut places = Vec::with_capacity(tokens * hidden);
        let mut out = words.chunks_exact_mut(hidden);
        for ids in windows {
            for &id in *ids {
                self.words.copy_row(id as usize, out.next().expect("one row a token"));
            }
            places.extend_from_slice(&self.positions[..ids.len() * hidden]);
        }
        let shape = (tokens, hidden);
        let words = Tensor::from_vec(words, shape, &self.device)?;
        add_norm(&words, &Tensor::from_vec(places, shape, &self.device)?, &self.norm)
    }
}

impl Layer {
    fn forward(&self, x: &Tensor, lengths: &[usize], heads: usize) -> candle_core::Result<Tensor> {
        let context = attention(&self.qkv.forward(x, false)?, lengths, heads)?;
        let x = add_norm(x, &self.attention_out.forward(&context, false)?, &self.attention_norm)?;
        let inner = self.ffn_in.forward(&x, true)?;
        add_norm(&x, &self.ffn_out.forward(&inner, false)?, &self.ffn_norm)
    }
}

impl Dense {
    fn load(weights: &Weights<'_>, name: &str, (rows, cols): (usize, usize), device: &Device) -> Result<Self, String> {
        let weight = weights.rows(&format!("{name}.weight"), rows, cols)?;
        Ok(Self {
            weight: turned(&weight, device).map_err(|fault| fault.to_string())?,
            bias: vector(weights, &format!("{name}.bias"), rows, device)?,
        })
    }

    fn forward(&self, x: &Tensor, gelu: bool) -> candle_core::Result<Tensor> {
        linear(x, &self.weight, &self.bias, gelu)
    }
}

impl Norm {
    fn load(weights: &Weights<'_>, name: &str, config: &Config) -> Result<Self, String> {
        Ok(Self {
            weight: weights.floats(&format!("{name}.weight"), &[config.hidden])?,
            bias: weights.floats(&format!("{name}.bias"), &[config.hidden])?,
            eps: config.norm_eps,
        })
    }
}

fn vector(weights: &Weights<'_>, name: &str, len: usize, device: &Device) -> Result<Tensor, String> {
    Tensor::from_vec(weights.floats(name, &[len])?, len, device).map_err(|fault| fault.to_string())
}

/// The whole matrix as floats, turned to `cols × rows`: the product reads it row by
/// row, which for a short batch is twice as fast.
fn turned(weight: &Rows, device: &Device) -> candle_core::Result<Tensor> {
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
