//! What makes a rule fire, as its file says it; `build.rs` includes this file.

use serde::Deserialize;

/// What makes a rule fire. See `docs/rules-format.md` for the phrase language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// Term lists, any term of which is a hit.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Phrases, any of which is a hit.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// A detector in Rust instead of words.
    pub detector: Option<String>,
    /// At least one of these must stand in the same sentence.
    #[serde(default)]
    pub with: Vec<String>,
    /// Any of these in the same sentence makes the hit harmless.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Any of these anywhere in the post makes the hit harmless.
    #[serde(default)]
    pub unless_post: Vec<String>,
    /// At least one of these must stand somewhere in the post.
    #[serde(default)]
    pub with_post: Vec<String>,
    /// A hit that the sentence denies ("is not", "never") is harmless.
    #[serde(default)]
    pub unless_negated: bool,
    /// Words in an attributed quotation count in full: a tag, link or marking works whoever is quoted.
    #[serde(default)]
    pub even_quoted: bool,
}
