//! Rules: what a rule file says, how its words are found, and the catalogue of
//! them all. Knows nothing of the model.

mod catalogue;
mod detectors;
mod phrase;
mod reasons;
mod rule;

pub(crate) use catalogue::hex;
pub use catalogue::{Catalogue, Finding};
pub use reasons::{CODES, Reasons, dimension};
pub use rule::{Account, Basis, Cases, Cite, Dimension, Level, Matching, Quiet, Rule, marked};
