//! What the rules look for, compiled: the tree of their words, their phrases, and which
//! phrases a word calls for. How a rule fires: `rules/compiled.rs`.

use std::ops::Range;

use super::lexicon::{Lexicon, LexiconBuilder, PatternId};
use super::pack::{Numbers, Pack, Rows, Unpack, index};
use super::phrase::{self, Key};
use super::words;
use crate::rules::Matching;

/// A rule to be compiled.
pub struct Input<'r> {
    /// What makes it fire.
    pub matching: &'r Matching,
    /// Words that make it fire as they stand.
    pub plain: Vec<String>,
    /// Words within which a hit is harmless.
    pub allowed: Vec<String>,
    /// Kinds of accounts it binds, as bits; 0 = everyone.
    pub accounts: u32,
    /// Kinds of polls in whose periods it binds, as bits; 0 = always.
    pub when: u32,
}

/// Every rule, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The words of the rules.
    pub lexicon: Lexicon,
    /// Every phrase of every rule.
    pub phrases: Rows,
    /// What is to be known of each rule: see [`Head`].
    heads: Rows,
    /// The term lists of each rule.
    pub lists: Rows,
    /// Phrases by the patterns one of which they cannot stand without.
    pub by_pattern: Rows,
    /// Phrases by the list without a term of which they cannot stand.
    pub by_list: Rows,
    /// Rules by the lists any term of which is a hit.
    pub users: Rows,
    /// Phrases that need no word the lexicon knows.
    pub keyless: Numbers,
    /// Rules that may fire on any text.
    pub always: Numbers,
    /// The rule of each phrase.
    pub owners: Numbers,
}

/// One rule, compiled, as its row of numbers says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// A hit that the sentence denies is harmless.
    pub unless_negated: bool,
    /// Words in an attributed quotation count in full.
    pub even_quoted: bool,
    /// Kinds of accounts it binds, as bits; 0 = everyone.
    pub accounts: u32,
    /// Kinds of polls in whose periods it binds, as bits; 0 = always.
    pub when: u32,
    /// Number of its detector in [`words::NAMES`].
    pub detector: Option<usize>,
    /// Its phrases, any of which is a hit.
    pub phrases: Range<usize>,
    /// Companions, in the same sentence.
    pub with: Range<usize>,
    /// Guards, in the same sentence.
    pub unless: Range<usize>,
    /// Guards, anywhere in the post.
    pub unless_post: Range<usize>,
    /// Companions, anywhere in the post.
    pub with_post: Range<usize>,
    /// Phrases within which a hit is harmless in this house.
    pub allowed: Range<usize>,
    /// Groups of phrases of its detector.
    pub groups: Vec<Range<usize>>,
}

/// Numbers of a head before the ends of its groups of phrases.
const FIXED: usize = 5;
/// Groups of phrases that every rule has.
const GROUPS: usize = 6;

/// A program in the making.
struct Builder {
    lexicon: LexiconBuilder,
    phrases: Vec<Vec<u32>>,
}

impl Program {
    /// Compiles `rules`, which may name `lists`.
    ///
    /// # Errors
    /// The number of the first rule at fault, and what is wrong with which key.
    pub fn compile(rules: &[Input<'_>], lists: Vec<String>) -> Result<Self, (usize, String)> {
        let mut builder = Builder { lexicon: LexiconBuilder::beside(lists), phrases: Vec::new() };
        let (mut heads, mut rule_lists, mut owners) = (Vec::new(), Vec::new(), Vec::new());
        for (number, rule) in rules.iter().enumerate() {
            heads.push(builder.head(rule).map_err(|problem| (number, problem))?);
            rule_lists.push(builder.lists(rule.matching).map_err(|problem| (number, problem))?);
            owners.resize(builder.phrases.len(), index(number));
        }
        let mut calls = Index::new(&builder);
        for (number, head) in heads.iter().map(|row| Head::read(row)).enumerate() {
            calls.add(number, &head, &rule_lists[number], &builder);
        }
        let Index { by_pattern, by_list, users, keyless, always } = calls;
        Ok(Self {
            lexicon: builder.lexicon.build(),
            phrases: builder.phrases.iter().collect(),
            heads: heads.iter().collect(),
            lists: rule_lists.iter().collect(),
            by_pattern: by_pattern.iter().collect(),
            by_list: by_list.iter().collect(),
            users: users.iter().collect(),
            keyless: keyless.into(),
            always: always.into(),
            owners: owners.into(),
        })
    }

    /// The program that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        let lexicon = Lexicon::read(pack);
        let [phrases, heads, lists, by_pattern, by_list, users] = std::array::from_fn(|_| Rows::read(pack));
        let [keyless, always, owners] = std::array::from_fn(|_| pack.numbers());
        Self { lexicon, phrases, heads, lists, by_pattern, by_list, users, keyless, always, owners }
    }

    /// Puts the program into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        self.lexicon.write(pack);
        for rows in [&self.phrases, &self.heads, &self.lists, &self.by_pattern, &self.by_list, &self.users] {
            rows.write(pack);
        }
        for numbers in [&self.keyless, &self.always, &self.owners] {
            pack.numbers(numbers);
        }
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// What is to be known of rule `number`.
    pub fn head(&self, number: usize) -> Head {
        Head::read(self.heads.get(number))
    }
}

impl Builder {
    /// Compiles the phrases of `rule`, and what is to be known of it.
    fn head(&mut self, rule: &Input<'_>) -> Result<Vec<u32>, String> {
        let matching = rule.matching;
        let groups = match &matching.detector {
            Some(name) => words::of(name).ok_or_else(|| format!("match.detector: no detector `{name}`"))?,
            None => &[],
        };
        let number = matching.detector.as_ref().and_then(|name| words::NAMES.iter().position(|known| known == name));
        let flags = u32::from(matching.unless_negated) | (u32::from(matching.even_quoted) << 1);
        let detector = number.map_or(0, |number| index(number + 1));
        let mut head = vec![flags, rule.accounts, rule.when, detector, index(self.phrases.len())];
        let keyed = [
            ("phrases", &matching.phrases),
            ("with", &matching.with),
            ("unless", &matching.unless),
            ("unless_post", &matching.unless_post),
            ("with_post", &matching.with_post),
        ];
        for (key, sources) in keyed {
            for source in sources {
                let phrase = phrase::compile(source, &mut self.lexicon);
                self.phrases.push(phrase.map_err(|problem| format!("match.{key}: {problem}"))?);
            }
            if key == "phrases" {
                self.plain(&rule.plain);
            }
            head.push(index(self.phrases.len()));
        }
        self.plain(&rule.allowed);
        head.push(index(self.phrases.len()));
        for group in groups {
            for source in *group {
                self.phrases.push(phrase::compile(source, &mut self.lexicon)?);
            }
            head.push(index(self.phrases.len()));
        }
        Ok(head)
    }

    fn plain(&mut self, words: &[String]) {
        self.phrases.extend(words.iter().filter_map(|words| phrase::plain(words, &mut self.lexicon)));
    }

    /// The numbers of the lists that `matching` names.
    fn lists(&self, matching: &Matching) -> Result<Vec<u32>, String> {
        let list = |name: &String| {
            self.lexicon.list(name).map(index).ok_or_else(|| format!("match.terms: no list `{name}` in terms/"))
        };
        matching.terms.iter().map(list).collect()
    }
}

impl Head {
    fn read(row: &[u32]) -> Self {
        let (fixed, ends) = row.split_at(FIXED);
        let starts = fixed[FIXED - 1..].iter().chain(ends);
        let mut ranges = starts.zip(ends).map(|(&start, &end)| start as usize..end as usize);
        let [phrases, with, unless, unless_post, with_post, allowed]: [Range<usize>; GROUPS] =
            std::array::from_fn(|_| ranges.next().expect("every rule has these groups"));
        Self {
            unless_negated: fixed[0] & 1 != 0,
            even_quoted: fixed[0] & 2 != 0,
            accounts: fixed[1],
            when: fixed[2],
            detector: (fixed[3] as usize).checked_sub(1),
            phrases,
            with,
            unless,
            unless_post,
            with_post,
            allowed,
            groups: ranges.collect(),
        }
    }
}

/// From words to the phrases and rules that need them, in the making.
struct Index {
    by_pattern: Vec<Vec<u32>>,
    by_list: Vec<Vec<u32>>,
    users: Vec<Vec<u32>>,
    keyless: Vec<u32>,
    always: Vec<u32>,
}

impl Index {
    fn new(builder: &Builder) -> Self {
        let lists = builder.lexicon.lists().len();
        Self {
            by_pattern: vec![Vec::new(); builder.lexicon.patterns()],
            by_list: vec![Vec::new(); lists],
            users: vec![Vec::new(); lists],
            keyless: Vec::new(),
            always: Vec::new(),
        }
    }

    /// Adds the rule with this number.
    fn add(&mut self, number: usize, head: &Head, lists: &[u32], builder: &Builder) {
        let mut always = head.detector.is_some();
        for at in head.phrases.clone() {
            match phrase::read(&builder.phrases[at]).1 {
                Key::Patterns(any) => {
                    for &pattern in any {
                        self.by_pattern[pattern as PatternId].push(index(at));
                    }
                }
                Key::List(list) => self.by_list[list].push(index(at)),
                Key::None => {
                    self.keyless.push(index(at));
                    always = true;
                }
            }
        }
        for &list in lists {
            self.users[list as usize].push(index(number));
        }
        if always {
            self.always.push(index(number));
        }
    }
}
