//! The encoder: BERT with posts laid end to end, mean pooling, one linear head.

use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::ops::{Norm, add_norm, attention, linear};
use super::weights::{Rows, Weights};

/// `config.json`: the shape of the encoder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Always `bert`.
    pub architecture: String,
    /// Number of layers.
    pub layers: usize,
    /// Features of a token.
    pub hidden: usize,
    /// Attention heads.
    pub heads: usize,
    /// Features inside the feed-forward block.
    pub ffn: usize,
    /// Size of the vocabulary.
    pub vocab: usize,
    /// Longest window, in tokens.
    pub positions: usize,
    /// Added to the variance in layer norms.
    pub norm_eps: f32,
    /// Always `mean`.
    pub pooling: String,
    /// Names of the head's outputs, in order.
    pub outputs: Vec<String>,
}

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

/// One logit for each output of the head.
pub type Logits = Vec<f32>;

impl Encoder {
    /// Builds the encoder that `config` describes from `weights`.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(config: Config, weights: &Weights<'_>, device: Device) -> Result<Self, String> {
        if config.architecture != "bert" || config.pooling != "mean" || !config.hidden.is_multiple_of(config.heads) {
            return Err("only `bert` with `mean` pooling is known".to_owned());
        }
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
        let outputs = config.outputs.len();
        let head = Head {
            weight: weights.floats("head.weight", &[outputs, hidden])?,
            bias: weights.floats("head.bias", &[outputs])?,
        };
        Ok(Self {
            words: weights.rows("embeddings.word.weight", config.vocab, hidden)?,
            positions: weights.floats("embeddings.position.weight", &[config.positions, hidden])?,
            norm: norm("embeddings.norm")?,
            layers: (0..config.layers).map(layer).collect::<Result<_, _>>()?,
            head,
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
            if ids.is_empty() || ids.len() > self.config.positions {
                candle_core::bail!("a window has {} tokens, not 1 to {}", ids.len(), self.config.positions);
            }
            for &id in *ids {
                let id = id as usize;
                if id >= self.words.len() {
                    candle_core::bail!("token id {id} is outside the vocabulary");
                }
                self.words.copy_row(id, out.next().expect("one row a token"));
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
            weight: weight.to_turned_tensor(device).map_err(|fault| fault.to_string())?,
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

/// The linear head, in plain sums: a product of so few columns would take another
/// path through `gemm` for a short batch than for a long one.
struct Head {
    /// Outputs × hidden.
    weight: Vec<f32>,
    /// One for each output.
    bias: Vec<f32>,
}

impl Head {
    fn logits(&self, mean: &[f32]) -> Logits {
        let rows = self.weight.chunks_exact(mean.len());
        rows.zip(&self.bias).map(|(row, bias)| row.iter().zip(mean).map(|(w, x)| w * x).sum::<f32>() + bias).collect()
    }
}

/// The mean of the next `length` token states.
fn mean<'s>(states: &mut impl Iterator<Item = &'s [f32]>, length: usize) -> Vec<f32> {
    let mut total: Vec<f32> = Vec::new();
    for state in states.take(length) {
        total.resize(state.len(), 0.0);
        for (sum, value) in total.iter_mut().zip(state) {
            *sum += value;
        }
    }
    total.iter().map(|sum| sum / length as f32).collect()
}
