//! One tree of words over every phrase that any list, rule or guard names. A post is
//! read once; what was found is then asked for by pattern or by list.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap as HashMap};
use unicode_normalization::UnicodeNormalization;

use super::list::{Term, TermList};
use crate::text::{Kind, Text, key, tokenise};

/// Number of a pattern: a run of words.
pub type PatternId = usize;
/// Number of a term list.
pub type ListId = usize;

/// Collects patterns; [`LexiconBuilder::build`] makes the lexicon.
pub struct LexiconBuilder {
    /// Every phrase that was added, as it was written.
    known: HashMap<String, PatternId>,
    words: HashMap<String, u32>,
    /// From a node by a word to the next.
    edges: HashMap<(u32, u32), u32>,
    /// The pattern that ends at each node.
    ends: Vec<Option<PatternId>>,
    /// Patterns that are one hashtag as a whole.
    tags: HashMap<String, PatternId>,
    /// Every pattern by its words [`squeezed`].
    hashtags: Vec<(u64, PatternId)>,
    lists: Vec<String>,
    terms: Vec<Vec<TermUse>>,
}

/// A term that a pattern stands for, with its guards.
struct TermUse {
    list: ListId,
    term: usize,
    /// Which of its words must be written with a capital.
    capitals: Vec<bool>,
    not_before: Arc<[String]>,
    not_after: Arc<[String]>,
    opens_before: Arc<[String]>,
    opens_not_before: Arc<[String]>,
}

impl Default for LexiconBuilder {
    fn default() -> Self {
        Self {
            known: HashMap::with_capacity_and_hasher(WORDS, FxBuildHasher),
            words: HashMap::with_capacity_and_hasher(WORDS, FxBuildHasher),
            edges: HashMap::with_capacity_and_hasher(EDGES, FxBuildHasher),
            ends: vec![None],
            tags: HashMap::default(),
            hashtags: Vec::new(),
            lists: Vec::new(),
            terms: Vec::new(),
        }
    }
}

/// The compiled tree.
pub struct Lexicon {
    words: HashMap<String, u32>,
    edges: HashMap<(u32, u32), u32>,
    ends: Vec<Option<PatternId>>,
    hashtags: Vec<(u64, PatternId)>,
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
    /// The tokens of each name, in order: see [`Hits::around_names`].
    names: Vec<Range<usize>>,
}

impl LexiconBuilder {
    /// A builder for phrases that name the term lists called `lists`, whose words stand in
    /// another lexicon: see [`Hits::with_terms_of`].
    pub fn beside(lists: Vec<String>) -> Self {
        Self { lists, ..Self::default() }
    }

    /// Adds the words of `phrase` as one pattern; `None` if it holds no word.
    pub fn add(&mut self, phrase: &str) -> Option<PatternId> {
        let phrase = phrase.trim_ascii();
        if let Some(&id) = self.known.get(phrase) {
            return Some(id); // most phrases of rules stand in many of them
        }
        let id = self.add_new(phrase)?;
        self.known.insert(phrase.to_owned(), id);
        Some(id)
    }

    fn add_new(&mut self, phrase: &str) -> Option<PatternId> {
        if is_plain(phrase) {
            return self.add_words(phrase.to_ascii_lowercase().split_ascii_whitespace());
        }
        let (tokens, hashtags) = tokenise(phrase);
        match hashtags.as_slice() {
            [tag] if phrase.starts_with('#') => {
                let fresh = self.terms.len();
                let id = *self.tags.entry(tag.key.clone()).or_insert(fresh);
                Some(self.known_or_new(id, squeezed([&tag.key[1..]].into_iter())))
            }
            _ => self.add_words(tokens.iter().map(|token| token.key.as_str())),
        }
    }

    fn add_words<'w>(&mut self, words: impl Iterator<Item = &'w str> + Clone) -> Option<PatternId> {
        let mut node = ROOT;
        for word in words.clone() {
            node = self.step(node, word);
        }
        let fresh = self.terms.len();
        let id = (node != ROOT).then(|| *self.ends[node as usize].get_or_insert(fresh))?;
        Some(self.known_or_new(id, squeezed(words)))
    }

    /// Makes room for pattern `id` if it is new.
    fn known_or_new(&mut self, id: PatternId, squeezed: u64) -> PatternId {
        if id == self.terms.len() {
            self.hashtags.push((squeezed, id));
            self.terms.push(Vec::new());
        }
        id
    }

    /// Adds every spelling of every term of `list`.
    pub fn add_list(&mut self, list: &TermList) -> ListId {
        let id = self.lists.len();
        self.lists.push(list.id.clone());
        for (number, term) in list.terms.iter().enumerate() {
            let keys = |words: &[String]| -> Arc<[String]> { words.iter().map(|word| key(word)).collect() };
            let Term { not_before, not_after, opens_before, opens_not_before, .. } = term;
            let guards = [not_before, not_after, opens_before, opens_not_before].map(|words| keys(words));
            for spelling in term.spellings() {
                if let Some(pattern) = self.add(spelling) {
                    let capitals = if term.cased { capitals(spelling) } else { Vec::new() };
                    let [not_before, not_after, opens_before, opens_not_before] = guards.clone();
                    self.terms[pattern].push(TermUse {
                        list: id,
                        term: number,
                        capitals,
                        not_before,
                        not_after,
                        opens_before,
                        opens_not_before,
                    });
                    if !spelling.contains(['@', '.']) {
                        self.hashtags.push((run_together(spelling), pattern));
                    }
                }
            }
        }
        id
    }

    /// The list called `name`.
    pub fn list(&self, name: &str) -> Option<ListId> {
        self.lists.iter().position(|list| list == name)
    }

    /// Compiles the tree.
    pub fn build(self) -> Lexicon {
        let Self { words, edges, ends, mut hashtags, lists, terms, .. } = self;
        hashtags.sort_unstable();
        hashtags.dedup();
        Lexicon { words, edges, ends, hashtags, lists, terms }
    }

    /// The node that `word` leads to from `node`, made where there is none.
    fn step(&mut self, node: u32, word: &str) -> u32 {
        let word = self.words.get(word).copied().unwrap_or_else(|| {
            let fresh = number(self.words.len());
            *self.words.entry(word.to_owned()).or_insert(fresh)
        });
        let fresh = number(self.ends.len());
        let next = *self.edges.entry((node, word)).or_insert(fresh);
        if next == fresh {
            self.ends.push(None);
        }
        next
    }
}

/// Whether a phrase is cut at its spaces and nowhere else: plain letters, none
/// stretched or spaced out.
fn is_plain(phrase: &str) -> bool {
    let bytes = phrase.as_bytes();
    bytes.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b' ')
        && !bytes.windows(3).any(|run| run.iter().all(|byte| byte.eq_ignore_ascii_case(&run[0])))
        && phrase.split(' ').filter(|word| word.len() == 1).count() < 4
}

/// The 64-bit FNV-1a hash of the words run together without apostrophes, as in a hashtag.
fn squeezed<'w>(words: impl Iterator<Item = &'w str>) -> u64 {
    let bytes = words.flat_map(str::bytes).filter(|byte| *byte != b'\'');
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// [`squeezed`] for words as they are written: their letters and digits, without accents.
fn run_together(words: &str) -> u64 {
    let plain = words.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let plain: String = plain.collect();
    squeezed(std::iter::once(plain.as_str()))
}

/// Room for the words, and the steps between them, of a catalogue as large as our own.
const WORDS: usize = 1 << 14;
const EDGES: usize = 1 << 15;

/// The node that no word leads to.
const ROOT: u32 = 0;

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a catalogue has fewer than 2^32 words")
}

/// Which words of a spelling have a capital.
fn capitals(spelling: &str) -> Vec<bool> {
    tokenise(spelling).0.iter().map(|token| token.capital).collect()
}

impl TermUse {
    /// Whether the guards let the term stand at `first..end` of `text`.
    fn allows(&self, text: &Text, first: usize, end: usize) -> bool {
        let tokens = text.tokens();
        let sentence = tokens[first].sentence;
        let neighbour = |at: Option<usize>| {
            at.and_then(|at| tokens.get(at)).filter(|t| t.sentence == sentence).map(|t| t.key.as_str())
        };
        let before = neighbour(first.checked_sub(1));
        let is_tag = matches!(tokens[first].kind, Kind::HashtagPart | Kind::Handle);
        let bars = |list: &[String], word: Option<&str>| word.is_some_and(|w| list.iter().any(|l| l == w));
        (is_tag || tokens[first..end].iter().zip(&self.capitals).all(|(token, capital)| token.capital || !capital))
            && (self.opens_before.is_empty() || before.is_some() || bars(&self.opens_before, neighbour(Some(end))))
            && (before.is_some() || !bars(&self.opens_not_before, neighbour(Some(end))))
            && !bars(&self.not_before, neighbour(Some(end)))
            && !bars(&self.not_after, before)
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
        let present = vec![0; self.terms.len().div_ceil(64)];
        Hits { patterns: hits, present, terms, names: Vec::new() }.marked()
    }

    fn hits(&self, text: &Text) -> Vec<Hit> {
        let tokens = text.tokens();
        let words: Vec<Option<u32>> = tokens.iter().map(|token| self.words.get(&*token.key).copied()).collect();
        let mut hits = Vec::new();
        for first in 0..tokens.len() {
            let mut node = ROOT;
            for at in first..tokens.len() {
                let Some(word) = words[at].filter(|_| tokens[at].sentence == tokens[first].sentence) else { break };
                let Some(&next) = self.edges.get(&(node, word)) else { break };
                node = next;
                if let Some(pattern) = self.ends[node as usize] {
                    hits.push(Hit { pattern, first, end: at + 1 });
                }
            }
        }
        for tag in text.hashtags() {
            let whole = self.run_together(&tag.key);
            hits.extend(whole.map(|pattern| Hit { pattern, first: tag.first, end: tag.end }));
            // a term that its capitals cut otherwise than its words: `#ThankYouMcGuinness`
            for first in tag.first..tag.end {
                for end in first + 1..=tag.end {
                    let words = text.tokens()[first].span.join(text.tokens()[end - 1].span);
                    let patterns = self.run_together(&text.as_str()[words.start..words.end]);
                    let terms = patterns.filter(|&pattern| !self.terms[pattern].is_empty());
                    hits.extend(terms.map(|pattern| Hit { pattern, first, end }));
                }
            }
        }
        hits
    }

    /// The patterns that read like `tag` in a hashtag.
    fn run_together(&self, tag: &str) -> impl Iterator<Item = PatternId> {
        let key = run_together(tag);
        let from = self.hashtags.partition_point(|(other, _)| *other < key);
        self.hashtags[from..].iter().take_while(move |(other, _)| *other == key).map(|&(_, pattern)| pattern)
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
        let same = |name: &TermHit, first: usize, end: usize| {
            let hit = TermHit { first, end, ..*name };
            name.first <= first && end <= name.end && self.terms.binary_search(&hit).is_ok()
        };
        let whole = |first: usize, end: usize| {
            let from = names.partition_point(|name| name.end <= first);
            let cut = |name: &&TermHit| name.first < first || end < name.end;
            names[from..].iter().take_while(|name| name.first < end).filter(cut).all(|name| same(name, first, end))
        };
        let patterns = self.patterns.iter().filter(|hit| whole(hit.first, hit.end)).copied().collect();
        let terms = self.terms.iter().filter(|hit| whole(hit.first, hit.end)).copied().collect();
        self.patterns = patterns;
        self.terms = terms;
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
        let list = builder.add_list(&list("[[term]]\ntext = 'Mark Reckless'"));
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
