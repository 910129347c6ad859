//! `campaign-hashtag`: a hashtag that puts any party's name beside a word of campaigning
//! (`#VoteX`, `#XOut`, `#bothvotesX`), or asks for a vote for whatever follows.

use std::collections::HashSet;

use crate::terms::TermList;
use crate::text::Text;

/// Words before a party's name that make it a campaign.
const BEFORE: &[&str] =
    &["vote", "votes", "voting", "voted", "bothvotes", "never", "stop", "sack", "kick", "back", "backing", "defund", "join", "imwith", "iamvoting", "imvoting"];
/// Words after it.
const AFTER: &[&str] = &[
    "out", "outnow", "in", "win", "wins", "winning", "gain", "gains", "surge", "cuts", "lies", "liars", "sleaze", "chaos",
    "failed", "failing", "failure", "mess", "doorstep", "canvass", "victory", "landslide", "wipeout", "corruption", "shambles",
];
/// What may follow `vote` in the hashtags of those who run polls.
const PROCEDURE: &[&str] = &[
    "early", "ready", "by", "bypost", "byproxy", "today", "count", "counts", "local", "safely", "id", "2024", "2025", "2026", "2027", "for", "r",
    "rs", "rid", "now", "tomorrow", "here", "on", "in", "100",
];
const PROCEDURE_WHOLE: &[&str] = &["#votesforwomen", "#voteatpollingstation", "#voterid", "#voterregistration"];

/// The names of parties, run together in lower case.
pub struct Names(HashSet<String>);

impl Names {
    /// The names and nicknames in `lists`.
    pub fn new(lists: &[TermList]) -> Self {
        let named = lists.iter().filter(|list| matches!(list.id.as_str(), "parties" | "nicknames"));
        let spellings = named.flat_map(|list| &list.terms).flat_map(crate::terms::Term::spellings);
        Self(spellings.map(squeezed).filter(|name| name.len() > 2).collect())
    }
}

fn squeezed(words: &str) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub fn find(names: &Names, text: &Text) -> Vec<(usize, usize)> {
    let tags = text.hashtags().iter();
    tags.filter(|tag| is_campaign(names, &tag.key, text, tag.first, tag.end)).map(|tag| (tag.first, tag.end)).collect()
}

fn is_campaign(names: &Names, key: &str, text: &Text, first: usize, end: usize) -> bool {
    let body = &key[1..];
    let known = |name: &str| names.0.contains(name);
    let after = BEFORE.iter().filter_map(|word| body.strip_prefix(word)).any(known);
    let before = AFTER.iter().filter_map(|word| body.strip_suffix(word)).any(known);
    // `#VoteSomething`, written so that the parts can be told
    let parts = &text.tokens()[first..end];
    let asks = matches!(parts, [vote, next, ..] if vote.key == "vote" && next.capital)
        && !PROCEDURE.contains(&parts[1].key.as_str())
        && !PROCEDURE_WHOLE.contains(&key);
    after || before || asks
}
