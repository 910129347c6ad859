//! The scorer: a model folder made ready to score windows. The only file that
//! names a device.

use candle_core::Device;

use super::config::Config;
use super::encoder::Encoder;
use super::engine::{Int8, Path, Peak};
use super::head::{Depth, Gate, Logits};
use super::manifest::{Folder, Manifest};
use super::tokenise::{Sizes, Tokeniser, Window};
use super::weights::Weights;
use crate::error::{Error, Result};
use crate::text::Aligned;

/// What runs the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Engine {
    /// 8-bit integers, by the fastest instructions that the machine has
    #[default]
    Int8,
    /// The same by AVX2, for comparison
    Int8Avx2,
    /// The same in plain Rust, for comparison
    Int8Portable,
    /// Floats run by candle, the reference
    Candle,
}

enum Loaded {
    Int8(Int8),
    Candle(Encoder),
}

/// Scores windows of text. Shared between threads; each call runs on its own.
pub struct Scorer {
    encoder: Loaded,
    tokeniser: Tokeniser,
    manifest: Manifest,
    sha256: String,
}

impl Scorer {
    /// Loads the model in `folder`, to be run by the fast engine.
    ///
    /// # Errors
    /// [`crate::Error::Model`] naming the file at fault.
    pub fn load(folder: &Folder) -> Result<Self> {
        Self::load_for(folder, Engine::default())
    }

    /// Loads the model in `folder`, to be run by `engine`.
    ///
    /// # Errors
    /// [`crate::Error::Model`] naming the file at fault.
    pub fn load_for(folder: &Folder, engine: Engine) -> Result<Self> {
        match engine {
            Engine::Int8 => Self::load_on(folder, Path::best()),
            Engine::Int8Avx2 => Self::load_on(folder, Path::Avx2),
            Engine::Int8Portable => Self::load_on(folder, Path::Portable),
            Engine::Candle => Self::load_with(folder, |config, weights| {
                Encoder::load(config, weights, Device::Cpu).map(Loaded::Candle)
            }),
        }
    }

    /// Loads the model in `folder`, to be run by the fast engine on `path`, or in
    /// plain Rust where the machine lacks it.
    ///
    /// # Errors
    /// [`crate::Error::Model`] naming the file at fault.
    pub fn load_on(folder: &Folder, path: Path) -> Result<Self> {
        Self::load_with(folder, |config, weights| Int8::load(config, weights, path).map(Loaded::Int8))
    }

    fn load_with(folder: &Folder, load: impl FnOnce(Config, &Weights<'_>) -> Result<Loaded, String>) -> Result<Self> {
        let config: Config = serde_json::from_slice(folder.file("config.json"))
            .map_err(|fault| folder.fault("config.json", fault.to_string()))?;
        let sizes = Sizes { window: folder.manifest.window, passage: folder.manifest.passage };
        if sizes.window > config.positions {
            return Err(folder.fault("manifest.toml", "`window` is longer than the encoder's positions"));
        }
        let tokeniser = Tokeniser::load(folder, sizes).map_err(|problem| folder.fault("tokenizer.json", problem))?;
        let in_weights = |problem: String| folder.fault("weights.safetensors", problem);
        let weights = folder.weights().map_err(in_weights)?;
        let encoder = load(config, &weights).map_err(in_weights)?;
        Ok(Self { encoder, tokeniser, manifest: folder.manifest.clone(), sha256: folder.sha256.clone() })
    }

    /// What the model is.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The shape of the encoder and the names of its outputs.
    pub fn config(&self) -> &Config {
        match &self.encoder {
            Loaded::Int8(encoder) => encoder.config(),
            Loaded::Candle(encoder) => encoder.config(),
        }
    }

    /// What runs the encoder: `candle`, or `int8` and the path of its products.
    pub fn engine(&self) -> String {
        match &self.encoder {
            Loaded::Int8(encoder) => format!("int8 {}", encoder.path().name()),
            Loaded::Candle(_) => "candle".to_owned(),
        }
    }

    /// What this machine can do at most on `threads` threads, with the instructions of the engine.
    pub fn peak(&self, threads: usize) -> Peak {
        match &self.encoder {
            Loaded::Int8(encoder) => Peak::measure(encoder.path(), threads),
            Loaded::Candle(_) => Peak::measure(Path::best(), threads),
        }
    }

    /// SHA-256 of the manifest: the model's identity.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The windows a masked text is read in.
    pub fn windows(&self, masked: &Aligned, sentences: &[usize]) -> Vec<Window> {
        self.tokeniser.windows(masked, sentences)
    }

    /// Scores windows, each on its own, whatever else is in the batch; those read early may
    /// leave at `gates`.
    ///
    /// # Errors
    /// [`crate::Error::Encoder`].
    pub fn score(&self, windows: &[(&Window, Depth)], gates: &[Gate]) -> Result<Vec<Logits>> {
        let ids: Vec<(&[u32], Depth)> = windows.iter().map(|(window, depth)| (window.ids.as_slice(), *depth)).collect();
        match &self.encoder {
            Loaded::Int8(encoder) => encoder.forward(&ids, gates).map_err(|problem| Error::Encoder { problem }),
            Loaded::Candle(encoder) => Ok(encoder.forward(&ids, gates)?),
        }
    }
}
