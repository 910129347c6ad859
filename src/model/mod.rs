//! The encoder and what surrounds it: manifest, tokenizer, batches, scorer.
//! Knows nothing of rules or verdicts.

mod batch;
mod config;
mod encoder;
mod engine;
mod head;
mod kernels;
mod layers;
mod manifest;
mod ops;
mod scorer;
mod tokenise;
mod weights;
mod wordpiece;

pub use batch::{BUDGET, plan};
pub use config::Config;
pub use engine::{Path, Peak};
pub use head::{Depth, FLAGS, Gate, Logits};
pub use manifest::{Folder, Manifest};
pub use scorer::{Engine, Scorer};
pub use tokenise::{Sizes, Tokeniser, Window};
