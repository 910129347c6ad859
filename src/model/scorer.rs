//! The scorer: a model folder made ready to score windows. The only file that
//! names a device.

use candle_core::Device;

use super::encoder::{Config, Encoder, Logits};
use super::manifest::{Folder, Manifest};
use super::tokenise::{Sizes, Tokeniser, Window};
use super::weights::Weights;
use crate::error::Result;
use crate::span::Span;
use crate::text::Aligned;

/// Scores windows of text. Shared between threads; each call runs on its own.
pub struct Scorer {
    encoder: Encoder,
    tokeniser: Tokeniser,
    manifest: Manifest,
    sha256: String,
}

impl Scorer {
    /// Loads the model in `folder`.
    ///
    /// # Errors
    /// [`crate::Error::Model`] naming the file at fault.
    pub fn load(folder: &Folder) -> Result<Self> {
        let config: Config = serde_json::from_slice(folder.file("config.json"))
            .map_err(|fault| folder.fault("config.json", fault.to_string()))?;
        let sizes = Sizes { window: folder.manifest.window, passage: folder.manifest.passage };
        if sizes.window > config.positions {
            return Err(folder.fault("manifest.toml", "`window` is longer than the encoder's positions"));
        }
        let tokeniser = Tokeniser::load(folder, sizes).map_err(|problem| folder.fault("tokenizer.json", problem))?;
        let in_weights = |problem: String| folder.fault("weights.safetensors", problem);
        let weights = Weights::open(folder.file("weights.safetensors")).map_err(in_weights)?;
        let encoder = Encoder::load(config, &weights, Device::Cpu).map_err(in_weights)?;
        Ok(Self { encoder, tokeniser, manifest: folder.manifest.clone(), sha256: folder.sha256.clone() })
    }

    /// What the model is.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The shape of the encoder and the names of its outputs.
    pub fn config(&self) -> &Config {
        self.encoder.config()
    }

    /// SHA-256 of the manifest: the model's identity.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The windows a masked text is read in.
    pub fn windows(&self, masked: &Aligned, sentences: &[usize]) -> Vec<Window> {
        self.tokeniser.windows(masked, sentences)
    }

    /// `window` with the token ids that stand for bytes of `word` hidden.
    pub fn hide(&self, window: &Window, word: Span) -> Window {
        let mask = self.tokeniser.mask();
        let ids = window.ids.iter().zip(&window.origins);
        let ids = ids.map(|(&id, origin)| if origin.overlaps(word) { mask } else { id }).collect();
        Window { ids, origins: window.origins.clone() }
    }

    /// Scores windows, each on its own, whatever else is in the batch.
    ///
    /// # Errors
    /// [`crate::Error::Encoder`].
    pub fn score(&self, windows: &[&Window]) -> Result<Vec<Logits>> {
        let ids: Vec<&[u32]> = windows.iter().map(|window| window.ids.as_slice()).collect();
        Ok(self.encoder.forward(&ids)?)
    }
}
