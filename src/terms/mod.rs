//! Words and phrases: the dated lists of `data/terms/` and the one automaton that
//! finds them all in a post. Knows nothing of rules.

mod lexicon;
mod list;
mod office;
mod term;
mod when;

pub use crate::ahead::lexicon::{Lexicon, LexiconBuilder, ListId, PatternId};
pub use lexicon::{Hit, Hits, TermHit};
pub use list::TermList;
pub use office::{Offices, Tenure};
pub use term::{Held, Term};
pub use when::When;
