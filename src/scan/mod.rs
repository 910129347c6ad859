//! What a scan of feeds needs besides the verdicts: which posts are judged, which are
//! the same again, what has been done when it is stopped, and where it all goes.
//! `cli/commands/scan.rs` puts the parts together.

pub mod baseline;
pub mod diff;
pub mod journal;
pub mod repeats;
pub mod selection;
pub mod targets;

pub use baseline::Baseline;
pub use journal::Journal;
pub use repeats::{Repeats, Seen};
pub use selection::{Include, Selection};
pub use targets::Targets;
