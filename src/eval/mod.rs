//! Measures: how well rules, model and both together agree with labels, and the
//! fit of calibration and thresholds on held-out logits. Judges no post itself.

mod card;
mod examples;
mod exits;
mod faithful;
mod firing;
mod fit;
mod fit_report;
mod held_out;
mod install;
mod labelled;
mod logistic;
mod measures;
mod metrics;
mod plot;
mod reasons;
mod records;
mod report;
mod swap;
mod table;
mod thresholds;

pub use card::{Card, measured_with};
pub use examples::{Example, Examples};
pub use exits::with_gates;
pub use faithful::Faithfulness;
pub use firing::{ENOUGH, Firing, TRUSTED, firings};
pub use fit::fit;
pub use fit_report::FitReport;
pub use held_out::HeldOut;
pub use install::{install, installed};
pub use labelled::{Labelled, LabelledFile};
pub use measures::{Measures, Rated, Sides};
pub use records::{Record, records};
pub use report::Report;
pub use swap::SwapReport;
