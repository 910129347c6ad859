//! The term lists as tables: their words, their neutral wordings, and the names that make
//! a text blind to who (`actors.rs`) and betray a campaign's hashtag.

use std::collections::{BTreeMap, BTreeSet};

use super::lexicon::{Lexicon, LexiconBuilder, ListId};
use super::pack::{Map, Numbers, Pack, Rows, Strings, Unpack, index};
use crate::terms::Term;
use crate::text::key;

/// Lists whose single-word names campaigns glue into hashtags, in the order of `masks`.
const GLUED: [&str; 2] = ["parties", "politicians"];
/// Lists each term of which is told in words of its own.
pub const TOLD: [&str; 2] = ["sides", "homonyms"];
/// Lists of the names of parties.
const PARTIES: [&str; 2] = ["parties", "nicknames"];

/// A list by name, and its terms.
pub type Named<'l> = (&'l str, &'l [Term]);

/// Every term list, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    /// Their words.
    pub lexicon: Lexicon,
    /// For each list the number plus one of each term's neutral wording, or 0.
    neutral: Rows,
    wordings: Strings,
    /// Single-word names of parties and politicians.
    pub names: Map,
    /// What each of them is: a number in [`GLUED`].
    pub masks: Numbers,
    /// What the terms of each list of [`TOLD`] are told as.
    pub told: [Strings; 2],
    /// Names of parties, run together in lower case.
    pub parties: Map,
}

impl Lists {
    /// Compiles `lists`.
    pub fn compile(lists: &[Named<'_>]) -> Self {
        let mut builder = LexiconBuilder::default();
        let (mut neutral, mut wordings) = (Vec::new(), Vec::new());
        for (name, terms) in lists {
            builder.add_list(name, terms);
            let numbers = terms.iter().map(|term| {
                term.neutral.as_ref().map_or(0, |wording| {
                    wordings.push(wording);
                    index(wordings.len())
                })
            });
            neutral.push(numbers.collect::<Vec<u32>>());
        }
        let of =
            |name: &str| lists.iter().filter(move |list| list.0 == name).flat_map(|list| list.1).collect::<Vec<_>>();
        let mut names = BTreeMap::new();
        for (mask, list) in (0..).zip(GLUED) {
            let spellings = of(list).into_iter().flat_map(Term::spellings);
            let single = spellings.filter(|s| s.len() > 3 && !s.contains([' ', '-', '@', '#']));
            names.extend(single.map(|name| (key(name), mask)));
        }
        let told = |name| of(name).into_iter().map(|term| term.neutral.as_deref().unwrap_or(&term.text)).collect();
        let parties = PARTIES.into_iter().flat_map(of).flat_map(Term::spellings).map(run_together);
        let parties: BTreeSet<String> = parties.filter(|name| name.len() > 2).collect();
        Self {
            lexicon: builder.build(),
            neutral: neutral.iter().collect(),
            wordings: wordings.iter().collect(),
            names: names.keys().collect(),
            masks: names.into_values().collect(),
            told: TOLD.map(told),
            parties: parties.iter().collect(),
        }
    }

    /// The lists that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        Self {
            lexicon: Lexicon::read(pack),
            neutral: Rows::read(pack),
            wordings: Strings::read(pack),
            names: Map::read(pack),
            masks: pack.numbers(),
            told: [Strings::read(pack), Strings::read(pack)],
            parties: Map::read(pack),
        }
    }

    /// Puts the lists into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        self.lexicon.write(pack);
        self.neutral.write(pack);
        self.wordings.write(pack);
        self.names.write(pack);
        pack.numbers(&self.masks);
        self.told.iter().for_each(|strings| strings.write(pack));
        self.parties.write(pack);
    }

    /// The neutral wording for a term, where its list knows one.
    pub fn neutral(&self, list: ListId, term: usize) -> Option<&str> {
        let number = (self.neutral.get(list)[term] as usize).checked_sub(1)?;
        Some(self.wordings.get(number))
    }
}

/// Letters and digits of `words`, in lower case.
fn run_together(words: &str) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
