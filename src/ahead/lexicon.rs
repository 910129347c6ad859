//! One tree of words over every phrase that any list, rule or guard names, as flat
//! tables, and the builder that makes them. How a text is read with it:
//! `terms/lexicon.rs`.

use std::collections::HashMap as StdHashMap;

use rustc_hash::{FxBuildHasher, FxHashMap as HashMap};
use unicode_normalization::UnicodeNormalization;

use super::pack::{Map, Numbers, Pack, Rows, Strings, Unpack, index};
use crate::terms::Term;
use crate::text::{key, tokenise};

/// Number of a pattern: a run of words.
pub type PatternId = usize;
/// Number of a term list.
pub type ListId = usize;

/// The compiled tree. Nodes are numbered level by level, the words that lead on from one
/// in order, so that the node behind word `n` of `words_on` is node `n + 1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicon {
    /// Every word of a pattern or guard.
    pub(crate) words: Map,
    /// The node that each word leads to from the root, or 0.
    pub(crate) firsts: Numbers,
    /// Where in `words_on` the words that lead on from each node end.
    pub(crate) ends: Numbers,
    /// Words that lead on, node by node.
    pub(crate) words_on: Numbers,
    /// Number plus one of the pattern that ends at each node, or 0.
    pub(crate) patterns: Numbers,
    /// Every pattern by its words [`squeezed`], and those of terms by their spellings
    /// [`run_together`]: both halves of the hash, then the pattern.
    pub(crate) hashtags: Numbers,
    /// Names of the term lists.
    pub(crate) lists: Strings,
    /// Terms that each pattern stands for, [`USE`] numbers each.
    pub(crate) uses: Rows,
    /// Sets of words, and of places of capitals, that uses name by number.
    pub(crate) guards: Rows,
}

/// Numbers of a use: list, term, places of capitals, and the words of `not_before`,
/// `not_after`, `opens_before` and `opens_not_before`.
pub const USE: usize = 7;

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
    /// Every pattern by its words [`squeezed`], and those of terms [`run_together`].
    hashtags: Vec<(u64, PatternId)>,
    lists: Vec<String>,
    uses: Vec<Vec<u32>>,
    guards: StdHashMap<Vec<u32>, u32>,
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
            uses: Vec::new(),
            guards: StdHashMap::from([(Vec::new(), 0)]),
        }
    }
}

impl LexiconBuilder {
    /// A builder for phrases that name the term lists called `lists`, whose words stand in
    /// another lexicon.
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
                let fresh = self.uses.len();
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
        let fresh = self.uses.len();
        let id = (node != ROOT).then(|| *self.ends[node as usize].get_or_insert(fresh))?;
        Some(self.known_or_new(id, squeezed(words)))
    }

    /// Makes room for pattern `id` if it is new.
    fn known_or_new(&mut self, id: PatternId, squeezed: u64) -> PatternId {
        if id == self.uses.len() {
            self.hashtags.push((squeezed, id));
            self.uses.push(Vec::new());
        }
        id
    }

    /// Adds every spelling of every one of `terms`, which are the list called `name`.
    pub fn add_list(&mut self, name: &str, terms: &[Term]) -> ListId {
        let id = self.lists.len();
        self.lists.push(name.to_owned());
        for (number, term) in terms.iter().enumerate() {
            let Term { not_before, not_after, opens_before, opens_not_before, .. } = term;
            let guards = [not_before, not_after, opens_before, opens_not_before].map(|words| self.keys(words));
            for spelling in term.spellings() {
                if let Some(pattern) = self.add(spelling) {
                    let capitals = if term.cased { self.guard(capitals(spelling)) } else { 0 };
                    let [not_before, not_after, opens_before, opens_not_before] = guards;
                    let numbers: [u32; USE] =
                        [index(id), index(number), capitals, not_before, not_after, opens_before, opens_not_before];
                    self.uses[pattern].extend(numbers);
                    if !spelling.contains(['@', '.']) {
                        self.hashtags.push((run_together(spelling), pattern));
                    }
                }
            }
        }
        id
    }

    /// The set of the keys of `words`.
    fn keys(&mut self, words: &[String]) -> u32 {
        let words = words.iter().map(|word| self.word(&key(word))).collect();
        self.guard(words)
    }

    fn guard(&mut self, numbers: Vec<u32>) -> u32 {
        let fresh = index(self.guards.len());
        *self.guards.entry(numbers).or_insert(fresh)
    }

    /// The list called `name`.
    pub fn list(&self, name: &str) -> Option<ListId> {
        self.lists.iter().position(|list| list == name)
    }

    /// The names of the lists.
    pub fn lists(&self) -> &[String] {
        &self.lists
    }

    /// How many patterns there are.
    pub fn patterns(&self) -> usize {
        self.uses.len()
    }

    /// Compiles the tree.
    pub fn build(self) -> Lexicon {
        let Self { words, edges, ends, mut hashtags, lists, uses, guards, .. } = self;
        hashtags.sort_unstable();
        hashtags.dedup();
        let halves = |(hash, id): (u64, PatternId)| [high(hash), low(hash), index(id)];
        let mut edges: Vec<(u32, u32, u32)> = edges.into_iter().map(|((from, word), to)| (from, word, to)).collect();
        edges.sort_unstable();
        let (mut order, mut word_ends, mut words_on) = (vec![ROOT], Vec::with_capacity(ends.len()), Vec::new());
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            let from = edges.partition_point(|edge| edge.0 < node);
            for &(_, word, to) in edges[from..].iter().take_while(|edge| edge.0 == node) {
                words_on.push(word);
                order.push(to);
            }
            word_ends.push(index(words_on.len()));
            at += 1;
        }
        let mut firsts = vec![0; words.len()];
        for (at, word) in words_on[..word_ends[0] as usize].iter().enumerate() {
            firsts[*word as usize] = index(at + 1);
        }
        let pattern = |node: &u32| ends[*node as usize].map_or(0, |id| index(id + 1));
        Lexicon {
            words: in_order(words).iter().collect(),
            firsts: firsts.into(),
            ends: word_ends.into(),
            words_on: words_on.into(),
            patterns: order.iter().map(pattern).collect(),
            hashtags: hashtags.into_iter().flat_map(halves).collect(),
            lists: lists.iter().collect(),
            uses: uses.iter().collect(),
            guards: in_order(guards).iter().collect(),
        }
    }

    /// The node that `word` leads to from `node`, made where there is none.
    fn step(&mut self, node: u32, word: &str) -> u32 {
        let word = self.word(word);
        let fresh = index(self.ends.len());
        let next = *self.edges.entry((node, word)).or_insert(fresh);
        if next == fresh {
            self.ends.push(None);
        }
        next
    }

    fn word(&mut self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or_else(|| {
            let fresh = index(self.words.len());
            *self.words.entry(word.to_owned()).or_insert(fresh)
        })
    }
}

impl Lexicon {
    /// The lexicon that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        Self {
            words: Map::read(pack),
            firsts: pack.numbers(),
            ends: pack.numbers(),
            words_on: pack.numbers(),
            patterns: pack.numbers(),
            hashtags: pack.numbers(),
            lists: Strings::read(pack),
            uses: Rows::read(pack),
            guards: Rows::read(pack),
        }
    }

    /// Puts the lexicon into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        self.words.write(pack);
        for table in [&self.firsts, &self.ends, &self.words_on, &self.patterns, &self.hashtags] {
            pack.numbers(table);
        }
        self.lists.write(pack);
        self.uses.write(pack);
        self.guards.write(pack);
    }

    /// The list called `name`.
    pub fn list(&self, name: &str) -> Option<ListId> {
        self.lists.iter().position(|list| list == name)
    }
}

/// The keys of `numbered` by their numbers.
fn in_order<K>(numbered: impl IntoIterator<Item = (K, u32)>) -> Vec<K> {
    let mut keys: Vec<(u32, K)> = numbered.into_iter().map(|(key, number)| (number, key)).collect();
    keys.sort_unstable_by_key(|(number, _)| *number);
    keys.into_iter().map(|(_, key)| key).collect()
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
pub fn squeezed<'w>(words: impl Iterator<Item = &'w str>) -> u64 {
    words.flat_map(str::bytes).filter(|byte| *byte != b'\'').fold(EMPTY, fold)
}

/// [`squeezed`] for words as they are written: their letters and digits, without accents.
pub fn run_together(words: &str) -> u64 {
    if words.is_ascii() {
        let plain = words.bytes().filter(u8::is_ascii_alphanumeric);
        return plain.map(|byte| byte.to_ascii_lowercase()).fold(EMPTY, fold);
    }
    let plain = words.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    plain.fold(EMPTY, |hash, c| c.encode_utf8(&mut [0; 4]).bytes().fold(hash, fold))
}

/// The hash of no bytes.
const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of one byte more.
fn fold(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// The upper half of a hash.
pub fn high(hash: u64) -> u32 {
    u32::try_from(hash >> 32).expect("half of it is left")
}

/// The lower half of a hash.
pub fn low(hash: u64) -> u32 {
    u32::try_from(hash & u64::from(u32::MAX)).expect("half of it is left")
}

/// Room for the words, and the steps between them, of a catalogue as large as our own.
const WORDS: usize = 1 << 14;
const EDGES: usize = 1 << 15;

/// The node that no word leads to.
pub const ROOT: u32 = 0;

/// Numbers of the words of a spelling that have a capital.
fn capitals(spelling: &str) -> Vec<u32> {
    (0..).zip(tokenise(spelling).0).filter(|(_, token)| token.capital).map(|(at, _)| at).collect()
}
