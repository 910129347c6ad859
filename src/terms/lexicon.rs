//! One automaton over every word and phrase that any list, rule or guard names.
//! A post is read once; what was found is then asked for by pattern or by list.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::list::{Term, TermList};
use crate::text::{Kind, Text, key, tokenise};

/// Number of a pattern: a run of words.
pub type PatternId = usize;
/// Number of a term list.
pub type ListId = usize;

/// Collects patterns; [`LexiconBuilder::build`] makes the automaton.
#[derive(Default)]
pub struct LexiconBuilder {
    patterns: Vec<String>,
    known: HashMap<String, PatternId>,
    hashtags: HashMap<String, Vec<PatternId>>,
    lists: Vec<String>,
    terms: Vec<Vec<TermUse>>,
}

/// A term that a pattern stands for, with its guards.
struct TermUse {
    list: ListId,
    term: usize,
    /// Which of its words must be written with a capital.
    capitals: Vec<bool>,
    not_before: Vec<String>,
    not_after: Vec<String>,
}

/// The compiled automaton.
pub struct Lexicon {
    automaton: AhoCorasick,
    hashtags: HashMap<String, Vec<PatternId>>,
    lists: Vec<String>,
    terms: Vec<Vec<TermUse>>,
}

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

impl LexiconBuilder {
    /// Adds the words of `phrase` as one pattern; `None` if it holds no word.
    pub fn add(&mut self, phrase: &str) -> Option<PatternId> {
        let (tokens, hashtags) = tokenise(phrase);
        let words: Vec<&str> = tokens.iter().map(|t| t.key.as_str()).collect();
        let spaced = if let ([tag], true) = (hashtags.as_slice(), phrase.starts_with('#')) {
            tag.key.clone()
        } else if words.is_empty() {
            return None;
        } else {
            words.join(" ")
        };
        if let Some(&id) = self.known.get(&spaced) {
            return Some(id);
        }
        let id = self.patterns.len();
        let squeezed = words.concat().replace(['\'', '’'], "");
        let squeezed = if spaced.starts_with('#') { spaced.clone() } else { format!("#{squeezed}") };
        self.hashtags.entry(squeezed).or_default().push(id);
        self.patterns.push(format!(" {spaced} "));
        self.known.insert(spaced, id);
        self.terms.push(Vec::new());
        Some(id)
    }

    /// Adds every spelling of every term of `list`.
    pub fn add_list(&mut self, list: &TermList) -> ListId {
        let id = self.lists.len();
        self.lists.push(list.id.clone());
        for (number, term) in list.terms.iter().enumerate() {
            for spelling in term.spellings() {
                if let Some(pattern) = self.add(spelling) {
                    self.terms[pattern].push(TermUse::new(id, number, term, spelling));
                }
            }
        }
        id
    }

    /// The list called `name`.
    pub fn list(&self, name: &str) -> Option<ListId> {
        self.lists.iter().position(|list| list == name)
    }

    /// Compiles the automaton.
    pub fn build(self) -> Lexicon {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&self.patterns)
            .expect("the patterns of a catalogue fit in an automaton");
        Lexicon { automaton, hashtags: self.hashtags, lists: self.lists, terms: self.terms }
    }
}

impl TermUse {
    fn new(list: ListId, term: usize, of: &Term, spelling: &str) -> Self {
        let keys = |words: &[String]| words.iter().map(|word| key(word)).collect();
        let capitals =
            if of.cased { tokenise(spelling).0.iter().map(|token| token.capital).collect() } else { Vec::new() };
        Self { list, term, capitals, not_before: keys(&of.not_before), not_after: keys(&of.not_after) }
    }

    /// Whether the guards let the term stand at `first..end` of `text`.
    fn allows(&self, text: &Text, first: usize, end: usize) -> bool {
        let tokens = text.tokens();
        let sentence = tokens[first].sentence;
        let neighbour = |at: Option<usize>| {
            at.and_then(|at| tokens.get(at)).filter(|t| t.sentence == sentence).map(|t| t.key.as_str())
        };
        let is_tag = matches!(tokens[first].kind, Kind::HashtagPart | Kind::Handle);
        let bars = |list: &[String], word: Option<&str>| word.is_some_and(|w| list.iter().any(|l| l == w));
        (is_tag || tokens[first..end].iter().zip(&self.capitals).all(|(token, capital)| token.capital || !capital))
            && !bars(&self.not_before, neighbour(Some(end)))
            && !bars(&self.not_after, neighbour(first.checked_sub(1)))
    }
}

impl Lexicon {
    /// The list called `name`.
    pub fn list(&self, name: &str) -> Option<ListId> {
        self.lists.iter().position(|list| list == name)
    }

    /// Everything the lexicon knows that stands in `text`.
    pub fn scan(&self, text: &Text) -> Hits {
        let mut hits = self.hits(text);
        hits.sort_unstable();
        hits.dedup();
        let mut terms: Vec<TermHit> = hits
            .iter()
            .flat_map(|hit| self.terms[hit.pattern].iter().map(move |term| (hit, term)))
            .filter(|(hit, term)| term.allows(text, hit.first, hit.end))
            .map(|(hit, term)| TermHit { list: term.list, first: hit.first, end: hit.end, term: term.term })
            .collect();
        terms.sort_unstable();
        let mut present = vec![0; self.terms.len().div_ceil(64)];
        for hit in &hits {
            present[hit.pattern / 64] |= 1 << (hit.pattern % 64);
        }
        Hits { patterns: hits, present, terms }
    }

    fn hits(&self, text: &Text) -> Vec<Hit> {
        let tokens = text.tokens();
        let mut line = String::with_capacity(text.as_str().len() + 2);
        let mut starts = Vec::with_capacity(tokens.len());
        line.push(' ');
        for token in tokens {
            starts.push(line.len());
            line.push_str(&token.key);
            line.push(' ');
        }
        let whole = |first: usize, end: usize| tokens[first].sentence == tokens[end - 1].sentence;
        let mut hits: Vec<Hit> = self
            .automaton
            .find_overlapping_iter(&line)
            .map(|found| Hit {
                pattern: found.pattern().as_usize(),
                first: starts.partition_point(|&start| start <= found.start()),
                end: starts.partition_point(|&start| start < found.end()),
            })
            .filter(|hit| whole(hit.first, hit.end))
            .collect();
        for tag in text.hashtags() {
            let patterns = self.hashtags.get(&tag.key).map_or(&[][..], Vec::as_slice);
            hits.extend(patterns.iter().map(|&pattern| Hit { pattern, first: tag.first, end: tag.end }));
        }
        hits
    }
}

impl Hits {
    /// Where `pattern` stands, in order.
    pub fn of(&self, pattern: PatternId) -> &[Hit] {
        if self.present[pattern / 64] & (1 << (pattern % 64)) == 0 {
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

    fn list(toml: &str) -> TermList {
        let head = "summary = 's'\nchecked = '2026-01-01'\nsource = 's'\n";
        let mut list: TermList = toml::from_str(&format!("{head}{toml}")).unwrap();
        list.id = "test".to_owned();
        list
    }

    fn found(toml: &str, text: &str) -> Vec<String> {
        let mut builder = LexiconBuilder::default();
        let id = builder.add_list(&list(toml));
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
        let toml = "[[term]]\ntext = 'Britain First'\ncased = true";
        assert_eq!(
            found(toml, "Put Britain first. Britain First marched. #britainfirst"),
            ["Britain First", "#britainfirst"]
        );
    }
}
