//! `campaign-hashtag`: a hashtag that puts any party's name beside a word of campaigning
//! (`#VoteX`, `#XOut`, `#bothvotesX`), or asks for a vote for whatever follows.

use crate::ahead::pack::Map;
use crate::text::Text;

/// Words before a party's name that make it a campaign.
const BEFORE: &[&str] = &[
    "vote",
    "votes",
    "voting",
    "voted",
    "bothvotes",
    "never",
    "stop",
    "sack",
    "kick",
    "back",
    "backing",
    "defund",
    "join",
    "imwith",
    "iamvoting",
    "imvoting",
];
/// Words after it.
const AFTER: &[&str] = &[
    "out",
    "outnow",
    "in",
    "win",
    "wins",
    "winning",
    "gain",
    "gains",
    "surge",
    "cuts",
    "lies",
    "liars",
    "sleaze",
    "chaos",
    "failed",
    "failing",
    "failure",
    "mess",
    "doorstep",
    "canvass",
    "victory",
    "landslide",
    "wipeout",
    "corruption",
    "shambles",
];
/// What may follow `vote` in the hashtags of those who run polls.
const PROCEDURE: &[&str] = &[
    "early", "ready", "by", "bypost", "byproxy", "today", "count", "counts", "local", "safely", "id", "2024", "2025",
    "2026", "2027", "for", "r", "rs", "rid", "now", "tomorrow", "here", "on", "in", "100",
];
const PROCEDURE_WHOLE: &[&str] = &["#votesforwomen", "#voteatpollingstation", "#voterid", "#voterregistration"];

pub fn find(names: &Map, text: &Text) -> Vec<(usize, usize)> {
    let tags = text.hashtags().iter();
    tags.filter(|tag| is_campaign(names, &tag.key, text, tag.first, tag.end)).map(|tag| (tag.first, tag.end)).collect()
}

fn is_campaign(names: &Map, key: &str, text: &Text, first: usize, end: usize) -> bool {
    let body = &key[1..];
    let known = |name: &str| names.get(name).is_some();
    let after = BEFORE.iter().filter_map(|word| body.strip_prefix(word)).any(known);
    let before = AFTER.iter().filter_map(|word| body.strip_suffix(word)).any(known);
    // `#VoteSomething`, written so that the parts can be told
    let parts = &text.tokens()[first..end];
    let asks = matches!(parts, [vote, next, ..] if vote.key == "vote" && next.capital)
        && !PROCEDURE.contains(&parts[1].key.as_str())
        && !PROCEDURE_WHOLE.contains(&key);
    after || before || asks
}
