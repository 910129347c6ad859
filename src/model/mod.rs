//! The encoder and what surrounds it: manifest, tokenizer, batches, scorer.
//! Knows nothing of rules or verdicts.

mod batch;
mod encoder;
mod kernels;
mod manifest;
mod ops;
mod scorer;
mod tokenise;
mod weights;
mod wordpiece;

pub use batch::{BUDGET, plan};
pub use encoder::{Config, Logits};
pub use manifest::{Folder, Manifest};
pub use scorer::Scorer;
pub use tokenise::{Sizes, Tokeniser, Window};
