//! What is compiled before a post is read: words, phrases and rules become flat tables.
//! `build.rs` includes this folder and compiles the built-in data with it; data of a
//! folder is compiled by the same code at run time. Knows nothing of posts: how the
//! tables are read stands where they are used.

pub mod lexicon;
pub mod lists;
pub mod pack;
pub mod phrase;
pub mod program;
pub mod vocab;
pub mod words;

/// Kinds of accounts, by the bit that stands for each.
pub const ACCOUNTS: [&str; 6] = ["department", "council", "staff-network", "individual", "regulator", "police"];
/// Kinds of polls, by the bit that stands for each.
pub const POLLS: [&str; 5] = ["general", "devolved", "local", "european", "referendum"];

/// The bits of what `words` name among `names`; the first word that is none of them is
/// the error.
pub fn bits<'w>(names: &[&str], words: impl IntoIterator<Item = &'w str>) -> Result<u32, &'w str> {
    words
        .into_iter()
        .try_fold(0, |bits, word| names.iter().position(|name| *name == word).map(|at| bits | (1 << at)).ok_or(word))
}
