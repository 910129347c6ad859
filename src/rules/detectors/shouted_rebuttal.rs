//! `shouted-rebuttal`: FALSE, WRONG or the like in capitals about somebody's article,
//! claim or post, in a draft that is not written in capitals throughout.

use crate::text::{Kind, Text};

const SHOUTS: &[&str] = &["false", "wrong", "fake", "untrue", "lies", "lie", "nonsense", "misleading", "incorrect", "rubbish", "myth", "fiction"];
/// Whose words are rebutted.
const TARGETS: &[&str] = &[
    "article", "story", "stories", "claim", "claims", "claimed", "report", "reports", "reporting", "reported", "headline", "headlines",
    "journalist", "journalists", "newspaper", "newspapers", "paper", "press", "media", "column", "columnist", "tweet", "tweets", "post",
    "campaigners", "charity", "activists", "suggests", "suggesting", "suggestion",
];
/// Share of words in capitals from which capitals are no shout.
const THROUGHOUT: f64 = 0.4;

pub fn find(text: &Text) -> Vec<(usize, usize)> {
    let tokens = text.tokens();
    let written = |at: usize| &text.as_str()[tokens[at].span.start..tokens[at].span.end];
    let words: Vec<usize> = (0..tokens.len()).filter(|&at| tokens[at].kind == Kind::Word).collect();
    let in_capitals = |at: usize| written(at).chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) && written(at).len() > 1;
    let shouted: Vec<usize> =
        words.iter().copied().filter(|&at| in_capitals(at) && SHOUTS.contains(&tokens[at].key.as_str())).collect();
    if shouted.is_empty() {
        return Vec::new();
    }
    let capitals = words.iter().filter(|&&at| in_capitals(at)).count();
    let throughout = words.len() > 3 && capitals as f64 / words.len() as f64 > THROUGHOUT;
    let aimed = tokens.iter().any(|token| token.kind == Kind::Handle || TARGETS.contains(&token.key.as_str()));
    if throughout || !aimed {
        return Vec::new();
    }
    shouted.into_iter().map(|at| (at, at + 1)).collect()
}
