//! Whose words they are: the account's own, somebody's in quotation marks, or
//! somebody's that are reported. Words that are plainly somebody else's stop a post one
//! level lower, because passing on is not the same as saying.

use std::ops::Range;

use serde::Deserialize;

use crate::terms::Hits;
use crate::text::Text;

/// Why a finding counts one level lower than its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lowered {
    /// The words stand in quotation marks and are attributed.
    Quoted,
    /// The words are reported as somebody's.
    Reported,
}

impl Lowered {
    /// The word on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::Reported => "reported",
        }
    }

    /// What a report says of it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Quoted => "one level lower, because the words are quoted and attributed",
            Self::Reported => "one level lower, because the words are reported as somebody's",
        }
    }
}

/// Verbs that attribute words to somebody.
const SAYING: &[&str] = &[
    "said",
    "says",
    "say",
    "told",
    "tells",
    "wrote",
    "writes",
    "tweeted",
    "posted",
    "added",
    "adds",
    "claimed",
    "claims",
    "argued",
    "argues",
    "called",
    "calls",
    "described",
    "describes",
    "replied",
    "asked",
    "warned",
    "warns",
    "insisted",
    "insists",
    "stated",
    "states",
    "commented",
    "quoted",
    "alleged",
    "alleges",
    "denied",
    "denies",
];
/// Those of them that are nouns where one of [`AFTER_NOUN`] follows: `hoax calls have …`.
const NOUNS: &[&str] = &["calls", "claims", "states", "adds", "posts"];
const AFTER_NOUN: &[&str] = &[
    "have", "has", "had", "are", "is", "were", "was", "will", "would", "can", "may", "to", "from", "about", "of",
    "for", "and", "per", "in", "by", "on", "that", "which", "handled", "made", "rose", "fell", "soared", "against",
];
/// Nouns and participles that attribute a label.
const NAMED: &[&[&str]] = &[
    &["according", "to"],
    &["so", "called"],
    &["known", "as"],
    &["referred", "to", "as"],
    &["in", "the", "words", "of"],
    &["headline"],
    &["headlined"],
    &["entitled"],
    &["titled"],
];
/// Words between a subject and its verb.
const HELPING: &[&str] =
    &["have", "has", "had", "also", "already", "just", "now", "then", "always", "repeatedly", "recently"];
/// Subjects that are the account itself.
const OWN: &[&str] = &["we", "i", "us", "our", "my", "me", "council", "department", "force"];
/// Tokens between the start of reported speech and the words, at most.
const REACH: usize = 25;
/// The longest quotation, in bytes: beyond it a mark was left open.
const LONGEST: usize = 600;

/// How the tokens `first..end` are lowered, if they are somebody else's words.
pub fn lowered(text: &Text, hits: &Hits, first: usize, end: usize) -> Option<Lowered> {
    let tokens = text.tokens();
    let span = tokens[first].span.join(tokens[end - 1].span);
    let quotation = quotations(text.as_str()).into_iter().find(|q| q.start <= span.start && span.end <= q.end);
    if let Some(quotation) = quotation {
        return is_attributed(text, hits, &quotation).then_some(Lowered::Quoted);
    }
    is_reported(text, hits, first).then_some(Lowered::Reported)
}

/// The stretches between quotation marks, without nesting, none across an empty line.
fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
        match open {
            Some((mark, start)) if c == mark && (mark == '"' || closes(before, after)) => {
                if at - start <= LONGEST {
                    found.push(start..at);
                }
                open = None;
            }
            Some(_) if c == '\n' && after == '\n' => open = None,
            None if c == '"' || (c == '\'' && opens(before, after)) => open = Some((c, at + 1)),
            _ => {}
        }
        before = c;
    }
    found
}

fn opens(before: char, after: char) -> bool {
    !before.is_alphanumeric() && after.is_alphanumeric()
}

fn closes(before: char, after: char) -> bool {
    !before.is_whitespace() && !after.is_alphanumeric()
}

/// Whether somebody is named as the speaker just before or after the quotation.
fn is_attributed(text: &Text, hits: &Hits, quotation: &Range<usize>) -> bool {
    let tokens = text.tokens();
    let inside_first = tokens.partition_point(|token| token.span.start < quotation.start);
    let inside_end = tokens.partition_point(|token| token.span.end <= quotation.end);
    let before = hits.before(inside_first, 8)..inside_first;
    let after = inside_end..tokens.len().min((0..8).fold(inside_end, |at, _| hits.after(at)));
    // `The Secretary of State: "…"`, `– the Prime Minister`
    let lead = text.as_str()[..quotation.start - 1].trim_end();
    let own = before.clone().rev().take(3).any(|at| is_own(text, hits, at));
    let introduced = lead.ends_with(':') && !before.is_empty() && !own;
    let tail = text.as_str()[quotation.end..].trim_start_matches(['"', '\'', '.', ',', '!', '?', ' ', '\n']);
    let signed = tail.starts_with(['-', '–', '—']);
    introduced
        || signed
        || [before, after].into_iter().any(|range| says(text, hits, range.clone()).is_some() || is_named(text, range))
}

/// Where in `range` somebody other than the account says something.
fn says(text: &Text, hits: &Hits, range: Range<usize>) -> Option<usize> {
    let tokens = text.tokens();
    range.clone().find(|&at| {
        SAYING.contains(&tokens[at].key.as_str()) && hits.name_at(at).is_none() && {
            let before = (range.start..at).rev().take_while(|&before| tokens[before].sentence == tokens[at].sentence);
            let subject = before.into_iter().find(|&before| !HELPING.contains(&tokens[before].key.as_str()));
            let follows = |word: &crate::text::Token| AFTER_NOUN.contains(&word.key.as_str());
            let noun = NOUNS.contains(&tokens[at].key.as_str()) && tokens.get(at + 1).is_some_and(follows);
            let inverted = subject.is_none();
            let own = subject.is_some_and(|subject| is_own(text, hits, subject));
            let own_after = || at + 1 < tokens.len() && is_own(text, hits, at + 1);
            !(noun || own || inverted && own_after())
        }
    })
}

fn is_own(text: &Text, hits: &Hits, at: usize) -> bool {
    hits.name_at(at).is_none() && OWN.contains(&text.tokens()[at].key.as_str())
}

fn is_named(text: &Text, range: Range<usize>) -> bool {
    let keys: Vec<&str> = text.tokens()[range].iter().map(|token| token.key.as_str()).collect();
    NAMED.iter().any(|words| keys.windows(words.len()).any(|run| run == *words))
}

/// Whether the sentence reports the words as somebody's: `critics say that …`.
fn is_reported(text: &Text, hits: &Hits, first: usize) -> bool {
    let tokens = text.tokens();
    let sentence = text.sentence(tokens[first].sentence);
    let range = sentence.start.max(hits.before(first, REACH))..first;
    let Some(verb) = says(text, hits, range.clone()) else { return false };
    // a verb with a subject before it, and not `said to be`, `told us`, `calls on`
    let subject = verb > range.start;
    let next = tokens.get(verb + 1).map(|token| token.key.as_str());
    subject && !matches!(next, Some("to" | "on" | "for" | "us" | "goodbye" | "thank" | "thanks" | "hello"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, words: &str) -> Option<Lowered> {
        let at = text.find(words).unwrap();
        let read = Text::new(text);
        let first = read.tokens().partition_point(|token| token.span.start < at);
        let end = read.tokens().partition_point(|token| token.span.end <= at + words.len());
        let hits = crate::terms::LexiconBuilder::default().build().scan(&read);
        lowered(&read, &hits, first, end)
    }

    #[test]
    fn quoted_and_attributed() {
        for text in [
            "The Secretary of State said: \"We will stick to the plan.\"",
            "\"We will stick to the plan,\" the Minister told the House.",
            "The charge, sometimes known as the 'stick to the plan' levy, rises.",
            "Prime Minister: \u{201c}Now stick to the plan.\u{201d}",
        ] {
            assert_eq!(of(text, "stick to the plan"), Some(Lowered::Quoted), "{text}");
        }
        for text in [
            "Let's \"stick to the plan\" this winter.",
            "We said: \"stick to the plan\".",
            "It's time. We'll stick to the plan, as drivers' groups know.",
        ] {
            assert_eq!(of(text, "stick to the plan"), None, "{text}");
        }
    }

    #[test]
    fn reported() {
        assert_eq!(of("Critics say the scheme is a shambles.", "a shambles"), Some(Lowered::Reported));
        for text in [
            "We say the scheme is a shambles.",
            "The scheme is a shambles, critics know.",
            "She called on us. What a shambles.",
            "Hoax calls have become a shambles.",
            "We have told you this is a shambles.",
        ] {
            assert_eq!(of(text, "a shambles"), None, "{text}");
        }
    }
}
