//! Rules: what a rule file says, how its words are found, and the catalogue of
//! them all. Knows nothing of the model.

mod cases;
mod catalogue;
mod compiled;
mod detectors;
mod finding;
pub mod house;
mod index;
mod matching;
mod phrase;
mod reasons;
mod rule;
mod voice;

pub use cases::faults;
pub use catalogue::Catalogue;
pub(crate) use catalogue::hex;
pub use finding::{Finding, Occasion};
pub use house::House;
pub use matching::Matching;
pub use reasons::{CODES, Reasons, dimension};
pub use rule::{Account, Basis, Cases, Cite, Dimension, Level, Quiet, Rule, marked};
pub use voice::Lowered;
