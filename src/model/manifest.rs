//! A model folder: its manifest and files, built in or on disk, and the check
//! that they are what the manifest says.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::weights::Weights;
use crate::ahead::vocab::Vocab;
use crate::built;
use crate::error::{Error, Result};
use crate::rules::hex;

/// Files a model needs.
const NEEDED: [&str; 4] = ["config.json", "tokenizer.json", "weights.safetensors", "calibration.json"];

/// `manifest.toml`: what the model is and the SHA-256 of each of its files.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it judges.
    pub description: String,
    /// The weights it was fine-tuned from.
    pub base: String,
    /// Licence of the weights.
    pub licence: String,
    /// Drafts up to this many tokens are read at once.
    pub window: usize,
    /// Longer ones are read in passages of whole sentences up to this many tokens.
    pub passage: usize,
    /// SHA-256 of each file, in hexadecimal.
    pub files: BTreeMap<String, String>,
}

/// A model folder in memory.
pub struct Folder {
    /// Folder or `built-in`, for messages.
    pub place: String,
    /// The manifest.
    pub manifest: Manifest,
    /// The model card, in Markdown; empty if the folder has none.
    pub card: String,
    /// SHA-256 of the manifest, which holds those of all files: the model's identity.
    pub sha256: String,
    files: BTreeMap<&'static str, Cow<'static, [u8]>>,
}

impl Folder {
    /// The model built into the binary. Its hashes are checked by a test, not at every start.
    ///
    /// # Errors
    /// [`Error::Model`]; a test sees to it that this never happens in a release.
    pub fn built_in() -> Result<Self> {
        macro_rules! file {
            ($name:literal) => {
                Cow::Borrowed(include_bytes!(concat!("../../models/crossbench-l4/", $name)).as_slice())
            };
        }
        let contents =
            [file!("config.json"), file!("tokenizer.json"), file!("weights.safetensors"), file!("calibration.json")];
        let files = NEEDED.into_iter().zip(contents).collect();
        let card = include_str!("../../models/crossbench-l4/MODEL_CARD.md").to_owned();
        Self::new("built-in".to_owned(), &file!("manifest.toml"), files, card)
    }

    /// Reads the model in the folder `path` and checks every hash.
    ///
    /// # Errors
    /// [`Error::Model`] or [`Error::Io`] naming the file at fault.
    pub fn read(path: &Path) -> Result<Self> {
        let read = |name: &str| {
            let file = path.join(name);
            std::fs::read(&file).map_err(|source| Error::io(file, source))
        };
        let manifest = read("manifest.toml")?;
        let files: BTreeMap<_, _> =
            NEEDED.into_iter().map(|name| Ok((name, Cow::Owned(read(name)?)))).collect::<Result<_>>()?;
        let card = std::fs::read_to_string(path.join("MODEL_CARD.md")).unwrap_or_default();
        let folder = Self::new(path.display().to_string(), &manifest, files, card)?;
        folder.check()?;
        Ok(folder)
    }

    fn new(
        place: String,
        manifest: &[u8],
        files: BTreeMap<&'static str, Cow<'static, [u8]>>,
        card: String,
    ) -> Result<Self> {
        let fault = |problem: String| Error::Model { model: place.clone(), file: "manifest.toml".to_owned(), problem };
        let text = std::str::from_utf8(manifest).map_err(|_| fault("it is not UTF-8".to_owned()))?;
        let parsed: Manifest = toml::from_str(text).map_err(|e| fault(e.message().to_owned()))?;
        if parsed.window < 8 || parsed.passage < 8 || parsed.passage > parsed.window {
            return Err(fault("`window` and `passage` must be at least 8, and `passage` no longer".to_owned()));
        }
        Ok(Self { manifest: parsed, sha256: hex(&Sha256::digest(manifest)), files, place, card })
    }

    /// The bytes of one of the files a model needs.
    pub fn file(&self, name: &str) -> &[u8] {
        self.files.get(name).map_or(&[], |bytes| bytes)
    }

    /// The weights.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(super) fn weights(&self) -> Result<Weights<'_>, String> {
        match &self.files["weights.safetensors"] {
            Cow::Borrowed(bytes) => Weights::open_built_in(bytes),
            Cow::Owned(bytes) => Weights::open(bytes),
        }
    }

    /// The vocabulary of its tokenizer, if that is of the shape that our own engine knows;
    /// that of the built-in model was made by `build.rs`.
    pub(super) fn vocab(&self) -> Option<Vocab> {
        match self.files.get("tokenizer.json")? {
            Cow::Borrowed(_) => built::vocab().map(|mut pack| Vocab::read(&mut pack)),
            Cow::Owned(json) => Vocab::compile(json),
        }
    }

    /// An [`Error::Model`] about `file`.
    pub fn fault(&self, file: &str, problem: impl Into<String>) -> Error {
        Error::Model { model: self.place.clone(), file: file.to_owned(), problem: problem.into() }
    }

    /// Checks every needed file against its hash in the manifest.
    ///
    /// # Errors
    /// [`Error::Model`] naming the first file that differs.
    pub fn check(&self) -> Result<()> {
        for name in NEEDED {
            let expected =
                self.manifest.files.get(name).ok_or_else(|| self.fault(name, "the manifest has no hash for it"))?;
            if &hex(&Sha256::digest(self.file(name))) != expected {
                return Err(self.fault(name, "its SHA-256 is not the one in the manifest"));
            }
        }
        Ok(())
    }
}
