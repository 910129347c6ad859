//! The shape of an encoder, and what it can take.

use serde::Deserialize;

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
    /// Names of a head's outputs, in order.
    pub outputs: Vec<String>,
    /// Layers after which a window may leave, in order.
    #[serde(default)]
    pub exits: Vec<usize>,
}

impl Config {
    /// Whether it describes an encoder that is known here.
    ///
    /// # Errors
    /// What is known, if it does not.
    pub fn check(&self) -> Result<(), String> {
        if self.architecture != "bert" || self.pooling != "mean" || !self.hidden.is_multiple_of(self.heads) {
            return Err("only `bert` with `mean` pooling is known".to_owned());
        }
        let rising = self.exits.windows(2).all(|pair| pair[0] < pair[1]);
        if !rising || self.exits.iter().any(|&after| after == 0 || after >= self.layers) {
            return Err("`exits` must be rising numbers of layers before the last".to_owned());
        }
        Ok(())
    }

    /// Whether `windows` can be encoded.
    ///
    /// # Errors
    /// If one is empty or too long, or an id unknown.
    pub fn check_windows<'w>(&self, windows: impl Iterator<Item = &'w [u32]>) -> Result<(), String> {
        for ids in windows {
            if ids.is_empty() || ids.len() > self.positions {
                return Err(format!("a window has {} tokens, not 1 to {}", ids.len(), self.positions));
            }
            if let Some(id) = ids.iter().find(|id| **id as usize >= self.vocab) {
                return Err(format!("token id {id} is outside the vocabulary"));
            }
        }
        Ok(())
    }
}
