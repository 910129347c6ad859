//! What the weights of an encoder are called, and how they hang together: the same for
//! both engines, which differ in what a dense layer is.

use super::config::Config;
use super::head::Head;
use super::weights::{Rows, Weights};

/// A layer norm.
pub struct Norm {
    /// One for each feature.
    pub weight: Vec<f32>,
    /// One for each feature.
    pub bias: Vec<f32>,
    /// Added to the variance.
    pub eps: f32,
}

/// One layer; `D` is a dense layer.
pub struct Layer<D> {
    pub qkv: D,
    pub attention_out: D,
    pub attention_norm: Norm,
    pub ffn_in: D,
    pub ffn_out: D,
    pub ffn_norm: Norm,
}

/// An encoder but for how it is run.
pub struct Stack<D> {
    pub config: Config,
    pub words: Rows<'static>,
    /// Positions × hidden.
    pub positions: Vec<f32>,
    pub norm: Norm,
    pub layers: Vec<Layer<D>>,
    /// By the layers they follow.
    pub heads: Vec<Head>,
}

impl<D> Stack<D> {
    /// Builds the encoder that `config` describes from `weights`; `dense` makes a dense
    /// layer of its rows, one for each output, and its bias.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(
        config: Config,
        weights: &Weights<'_>,
        dense: impl Fn(&Rows<'_>, Vec<f32>) -> Result<D, String>,
    ) -> Result<Self, String> {
        config.check()?;
        let hidden = config.hidden;
        let dense = |name: &str, rows, cols| {
            let bias = weights.floats(&format!("{name}.bias"), &[rows])?;
            dense(&weights.rows(&format!("{name}.weight"), rows, cols)?, bias)
        };
        let norm = |name: &str| {
            let part = |part: &str| weights.floats(&format!("{name}.{part}"), &[hidden]);
            Ok::<_, String>(Norm { weight: part("weight")?, bias: part("bias")?, eps: config.norm_eps })
        };
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
            words: weights.lasting_rows("embeddings.word.weight", config.vocab, hidden)?,
            positions: weights.floats("embeddings.position.weight", &[config.positions, hidden])?,
            norm: norm("embeddings.norm")?,
            layers: (0..config.layers).map(layer).collect::<Result<_, _>>()?,
            heads: Head::load(weights, &config)?,
            config,
        })
    }
}
