//! Words and phrases: the dated lists of `data/terms/` and the one automaton that
//! finds them all in a post. Knows nothing of rules.

mod lexicon;
mod list;

pub use lexicon::{Hit, Hits, Lexicon, LexiconBuilder, ListId, PatternId, TermHit};
pub use list::{Term, TermList};
