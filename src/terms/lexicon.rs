//! Reads a text with a lexicon, once; what was found is then asked for by pattern or by
//! list. How a lexicon is made: `ahead/lexicon.rs`.

use std::ops::Range;

use crate::ahead::lexicon::{Lexicon, ListId, PatternId, ROOT, USE, high, low, run_together};
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
    /// The tokens of each name, in order: see [`Hits::around_names`].
    names: Vec<Range<usize>>,
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
    opens_not_before: &'l [u32],
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
        let present = vec![0; self.uses.len().div_ceil(64)];
        Hits { patterns: hits, present, terms, names: Vec::new() }.marked()
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
            let whole = self.run_together(&tag.key);
            hits.extend(whole.map(|pattern| Hit { pattern, first: tag.first, end: tag.end }));
            if self.uses.is_blank() {
                continue; // the words of rules, no terms
            }
            // a term that its capitals cut otherwise than its words: `#ThankYouMcGuinness`
            for first in tag.first..tag.end {
                for end in first + 1..=tag.end {
                    let words = tokens[first].span.join(tokens[end - 1].span);
                    let patterns = self.run_together(&reading.text.as_str()[words.start..words.end]);
                    let terms = patterns.filter(|&pattern| !self.uses.get(pattern).is_empty());
                    hits.extend(terms.map(|pattern| Hit { pattern, first, end }));
                }
            }
        }
        hits
    }

    /// The patterns that read like `tag` in a hashtag.
    fn run_together(&self, tag: &str) -> impl Iterator<Item = PatternId> {
        let hash = run_together(tag);
        let key = [high(hash), low(hash)];
        let hashtags: &[[u32; 3]] = bytemuck::cast_slice(&self.hashtags);
        let from = hashtags.partition_point(|other| other[..2] < key[..]);
        hashtags[from..].iter().take_while(move |other| other[..2] == key).map(|other| other[2] as usize)
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
            let guards = guards.map(|number| self.guards.get(number as usize));
            let [capitals, not_before, not_after, opens_before, opens_not_before] = guards;
            let (list, term) = (list as usize, term as usize);
            Use { list, term, capitals, not_before, not_after, opens_before, opens_not_before }
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
            && (before.is_some() || !bars(self.opens_not_before, after))
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

    /// What remains when each of `names` is one word: nothing that lies in a name or crosses
    /// its edge, whatever the words of the name mean elsewhere. `names` are terms in order,
    /// none overlapping; a shorter spelling of the same term may lie in one.
    #[must_use]
    pub fn around_names(mut self, names: &[TermHit]) -> Self {
        if names.is_empty() {
            return self;
        }
        let same = |name: &TermHit, first: usize, end: usize| {
            let hit = TermHit { first, end, ..*name };
            name.first <= first && end <= name.end && self.terms.binary_search(&hit).is_ok()
        };
        let whole = |first: usize, end: usize| {
            let from = names.partition_point(|name| name.end <= first);
            let cut = |name: &&TermHit| name.first < first || end < name.end;
            names[from..].iter().take_while(|name| name.first < end).filter(cut).all(|name| same(name, first, end))
        };
        self.patterns.retain(|hit| whole(hit.first, hit.end));
        self.terms = self.terms.iter().filter(|hit| whole(hit.first, hit.end)).copied().collect();
        self.names = names.iter().map(|name| name.first..name.end).collect();
        self.marked()
    }

    /// With the patterns that stand marked as present.
    fn marked(mut self) -> Self {
        self.present.fill(0);
        for hit in &self.patterns {
            self.present[hit.pattern / 64] |= 1 << (hit.pattern % 64);
        }
        self
    }

    /// The tokens of the name that token `at` belongs to.
    pub fn name_at(&self, at: usize) -> Option<&Range<usize>> {
        let from = self.names.partition_point(|name| name.end <= at);
        self.names.get(from).filter(|name| name.start <= at)
    }

    /// The token after the one at `at`, a name being one.
    pub fn after(&self, at: usize) -> usize {
        self.name_at(at).map_or(at + 1, |name| name.end)
    }

    /// The token `count` before the one at `at`, a name being one; the first if there are fewer.
    pub fn before(&self, at: usize, count: usize) -> usize {
        let step = |at: usize| at.checked_sub(1).map_or(0, |at| self.name_at(at).map_or(at, |name| name.start));
        (0..count).fold(at, |at, _| step(at))
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
    fn terms_in_hashtags_are_found_however_they_are_cut() {
        let toml = "[[term]]\ntext = 'McGuinness'\n[[term]]\ntext = \"People's Party\"\n[[term]]\ntext = 'Sinn Féin'";
        assert_eq!(found(toml, "#ThankYouMcGuinness #PeoplesParty"), ["McGuinness", "#PeoplesParty"]);
        assert_eq!(found(toml, "#SinnFéin #SinnFein #OutSinnFéin"), ["#SinnFéin", "#SinnFein", "SinnFéin"]);
    }

    #[test]
    fn a_name_is_one_word() {
        let mut builder = LexiconBuilder::default();
        let [inside, across, around] =
            ["reckless", "reckless driving", "ask mark reckless"].map(|p| builder.add(p).unwrap());
        let list = builder.add_list("test", &list("[[term]]\ntext = 'Mark Reckless'").terms);
        let read = Text::new("Ask Mark Reckless: driving was reckless");
        let hits = builder.build().scan(&read);
        let names = hits.of_list(list).to_vec();
        assert_eq!((hits.of(inside).len(), hits.of(across).len()), (2, 1));
        let hits = hits.around_names(&names);
        assert_eq!([inside, across, around].map(|pattern| hits.of(pattern).len()), [1, 0, 1]);
        assert!(!hits.has(across) && hits.of_list(list) == names);
        assert_eq!((hits.after(0), hits.after(1), hits.after(2)), (1, 3, 3));
        assert_eq!((hits.before(4, 1), hits.before(4, 2), hits.before(4, 9)), (3, 1, 0));
    }

    #[test]
    fn guards_keep_homonyms_apart() {
        let toml = "[[term]]\ntext = 'Labour'\ncased = true\nnot_before = ['market']\nnot_after = ['child']";
        assert_eq!(found(toml, "Labour said the labour of it; Labour Market; Child Labour"), ["Labour"]);
        let toml = "[[term]]\ntext = 'Plaid'\ncased = true\nopens_before = ['said']";
        assert_eq!(found(toml, "Plaid is in. Plaid said so, and Plaid is right."), ["Plaid", "Plaid"]);
        let toml = "[[term]]\ntext = 'Reform UK'\ncased = true\nopens_not_before = ['law']";
        assert_eq!(found(toml, "Reform UK law now. The Reform UK law team."), ["Reform UK"]);
        let toml = "[[term]]\ntext = 'Britain First'\ncased = true";
        assert_eq!(
            found(toml, "Put Britain first. Britain First marched. #britainfirst"),
            ["Britain First", "#britainfirst"]
        );
    }
}
