//! Reads a text with a lexicon, once; what was found is then asked for by pattern or by
//! list. How a lexicon is made: `ahead/lexicon.rs`.

use crate::ahead::lexicon::{Lexicon, ListId, PatternId, ROOT, USE, high, low, squeezed};
use crate::ahead::pack::index;
use crate::text::{Kind, Text, Token};

/// A pattern found at the tokens `first..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The pattern.
    pub pattern: PatternId,
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub end: usize,
}

/// A term of a list found at the tokens `first..end`, its guards passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermHit {
    /// The list.
    pub list: ListId,
    /// First token.
    pub first: usize,
    /// One past the last token.
    pub end: usize,
    /// Number of the term in its list.
    pub term: usize,
}

/// All that was found in one post.
pub struct Hits {
    patterns: Vec<Hit>,
    /// One bit a pattern: most are absent, and that must cost nothing to see.
    present: Vec<u64>,
    terms: Vec<TermHit>,
}

/// A term that a pattern stands for, with its guards.
struct Use<'l> {
    list: ListId,
    term: usize,
    /// Numbers of its words that must be written with a capital.
    capitals: &'l [u32],
    not_before: &'l [u32],
    not_after: &'l [u32],
    opens_before: &'l [u32],
}

/// A text, and for each of its tokens the number of its word plus one, or 0.
struct Reading<'t> {
    text: &'t Text,
    words: Vec<u32>,
}

impl Lexicon {
    /// Everything the lexicon knows that stands in `text`.
    pub fn scan(&self, text: &Text) -> Hits {
        let word = |token: &Token| self.words.get(&token.key).map_or(0, |word| index(word + 1));
        let reading = Reading { text, words: text.tokens().iter().map(word).collect() };
        let mut hits = self.hits(&reading);
        hits.sort_unstable();
        hits.dedup();
        let mut terms: Vec<TermHit> = hits
            .iter()
            .flat_map(|hit| self.uses(hit.pattern).map(move |term| (hit, term)))
            .filter(|(hit, term)| term.allows(&reading, hit.first, hit.end))
            .map(|(hit, term)| TermHit { list: term.list, first: hit.first, end: hit.end, term: term.term })
            .collect();
        terms.sort_unstable();
        let mut present = vec![0; self.uses.len().div_ceil(64)];
        for hit in &hits {
            present[hit.pattern / 64] |= 1 << (hit.pattern % 64);
        }
        Hits { patterns: hits, present, terms }
    }

    fn hits(&self, reading: &Reading<'_>) -> Vec<Hit> {
        let tokens = reading.text.tokens();
        let mut hits = Vec::with_capacity(tokens.len());
        for (first, token) in tokens.iter().enumerate() {
            let Some(word) = reading.words[first].checked_sub(1) else { continue };
            let mut node = self.firsts[word as usize];
            let mut at = first;
            while node != ROOT {
                at += 1;
                if let Some(pattern) = self.patterns[node as usize].checked_sub(1) {
                    hits.push(Hit { pattern: pattern as usize, first, end: at });
                }
                let next = tokens.get(at).filter(|next| next.sentence == token.sentence);
                let Some(word) = next.and_then(|_| reading.words[at].checked_sub(1)) else { break };
                node = self.step(node, word);
            }
        }
        for tag in reading.text.hashtags() {
            let hash = squeezed([&tag.key[1..]].into_iter());
            let key = [high(hash), low(hash)];
            let hashtags: &[[u32; 3]] = bytemuck::cast_slice(&self.hashtags);
            let from = hashtags.partition_point(|other| other[..2] < key[..]);
            let patterns = hashtags[from..].iter().take_while(|other| other[..2] == key);
            hits.extend(patterns.map(|other| Hit { pattern: other[2] as usize, first: tag.first, end: tag.end }));
        }
        hits
    }

    /// The node that `word` leads to from `node`, or the root.
    fn step(&self, node: u32, word: u32) -> u32 {
        let (start, end) = (self.ends[node as usize - 1] as usize, self.ends[node as usize] as usize);
        self.words_on[start..end].binary_search(&word).map_or(ROOT, |at| index(start + at + 1))
    }

    /// The terms that `pattern` stands for.
    fn uses(&self, pattern: PatternId) -> impl Iterator<Item = Use<'_>> {
        let uses: &[[u32; USE]] = bytemuck::cast_slice(self.uses.get(pattern));
        uses.iter().map(|&[list, term, guards @ ..]| {
            let [capitals, not_before, not_after, opens_before] = guards.map(|number| self.guards.get(number as usize));
            Use { list: list as usize, term: term as usize, capitals, not_before, not_after, opens_before }
        })
    }
}

impl Use<'_> {
    /// Whether the guards let the term stand at `first..end` of the text.
    fn allows(&self, reading: &Reading<'_>, first: usize, end: usize) -> bool {
        let tokens = reading.text.tokens();
        let sentence = tokens[first].sentence;
        let neighbour = |at: usize| tokens.get(at).filter(|token| token.sentence == sentence).map(|_| at);
        let (before, after) = (first.checked_sub(1).and_then(neighbour), neighbour(end));
        let is_tag = matches!(tokens[first].kind, Kind::HashtagPart | Kind::Handle);
        let written = || self.capitals.iter().all(|&at| tokens[first..end].get(at as usize).is_none_or(|t| t.capital));
        let bars = |guard: &[u32], at: Option<usize>| {
            at.and_then(|at| reading.words[at].checked_sub(1)).is_some_and(|word| guard.contains(&word))
        };
        (is_tag || written())
            && (self.opens_before.is_empty() || before.is_some() || bars(self.opens_before, after))
            && !bars(self.not_before, after)
            && !bars(self.not_after, before)
    }
}

impl Hits {
    /// These patterns with the terms of `other`.
    #[must_use]
    pub fn with_terms_of(self, other: Self) -> Self {
        Self { terms: other.terms, ..self }
    }

    /// Everything that stands in the text, by pattern.
    pub fn all(&self) -> &[Hit] {
        &self.patterns
    }

    /// Every term of a list that stands there, by list.
    pub fn terms(&self) -> &[TermHit] {
        &self.terms
    }

    /// Whether `pattern` stands anywhere.
    pub fn has(&self, pattern: PatternId) -> bool {
        self.present[pattern / 64] & (1 << (pattern % 64)) != 0
    }

    /// Where `pattern` stands, in order.
    pub fn of(&self, pattern: PatternId) -> &[Hit] {
        if !self.has(pattern) {
            return &[];
        }
        let from = self.patterns.partition_point(|hit| hit.pattern < pattern);
        let to = self.patterns.partition_point(|hit| hit.pattern <= pattern);
        &self.patterns[from..to]
    }

    /// Where terms of `list` stand, in order.
    pub fn of_list(&self, list: ListId) -> &[TermHit] {
        let from = self.terms.partition_point(|hit| hit.list < list);
        let to = self.terms.partition_point(|hit| hit.list <= list);
        &self.terms[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{LexiconBuilder, TermList};

    fn list(toml: &str) -> TermList {
        let head = "summary = 's'\nchecked = '2026-01-01'\nsource = 's'\n";
        toml::from_str(&format!("{head}{toml}")).unwrap()
    }

    fn found(toml: &str, text: &str) -> Vec<String> {
        let mut builder = LexiconBuilder::default();
        let id = builder.add_list("test", &list(toml).terms);
        let lexicon = builder.build();
        let read = Text::new(text);
        lexicon
            .scan(&read)
            .of_list(id)
            .iter()
            .map(|hit| read.origin_of_tokens(hit.first, hit.end).of(text).to_owned())
            .collect()
    }

    #[test]
    fn whole_words_only_and_never_across_sentences() {
        let toml = "[[term]]\ntext = 'get it done'\n[[term]]\ntext = 'tory'";
        assert_eq!(found(toml, "Get it, done: #GetItDone #getitdone"), ["Get it, done", "#GetItDone", "#getitdone"]);
        assert!(found(toml, "Get it. Done! history, inventory, story").is_empty());
        assert_eq!(found("[[term]]\ntext = \"Michelle O'Neill\"", "#MichelleONeill spoke"), ["#MichelleONeill"]);
        assert_eq!(found(toml, "the Tory's T\u{200B}0RY"), ["Tory's", "T\u{200B}0RY"]);
    }

    #[test]
    fn guards_keep_homonyms_apart() {
        let toml = "[[term]]\ntext = 'Labour'\ncased = true\nnot_before = ['market']\nnot_after = ['child']";
        assert_eq!(found(toml, "Labour said the labour of it; Labour Market; Child Labour"), ["Labour"]);
        let toml = "[[term]]\ntext = 'Plaid'\ncased = true\nopens_before = ['said']";
        assert_eq!(found(toml, "Plaid is in. Plaid said so, and Plaid is right."), ["Plaid", "Plaid"]);
        let toml = "[[term]]\ntext = 'Britain First'\ncased = true";
        assert_eq!(
            found(toml, "Put Britain first. Britain First marched. #britainfirst"),
            ["Britain First", "#britainfirst"]
        );
    }
}
