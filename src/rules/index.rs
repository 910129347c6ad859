//! Which rules may fire on a text at all: those of which a word that they cannot do
//! without stands in it. Most rules are never looked at.

use super::phrase::{Key, Phrase};
use crate::terms::{Hits, ListId};

/// From words to the rules that need them.
#[derive(Default)]
pub struct Index {
    /// For each pattern, the rules.
    by_pattern: Vec<Vec<u32>>,
    /// For each term list, the rules.
    by_list: Vec<Vec<u32>>,
    /// Rules that may fire on any text.
    always: Vec<u32>,
    rules: usize,
}

impl Index {
    /// Adds the next rule: what it looks for.
    pub fn add(&mut self, lists: &[ListId], phrases: &[Phrase], detects: bool) {
        let rule = u32::try_from(self.rules).expect("a catalogue has fewer than 2^32 rules");
        self.rules += 1;
        let keys: Vec<Key<'_>> = phrases.iter().map(Phrase::key).collect();
        if detects || keys.contains(&Key::None) {
            self.always.push(rule);
            return;
        }
        for key in keys.into_iter().chain(lists.iter().map(|&list| Key::List(list))) {
            match key {
                Key::Patterns(any) => any.iter().for_each(|&pattern| put(&mut self.by_pattern, pattern, rule)),
                Key::List(list) => put(&mut self.by_list, list, rule),
                Key::None => {}
            }
        }
    }

    /// The rules that may fire on the text that `hits` are of, as bits.
    pub fn candidates(&self, hits: &Hits) -> Vec<u64> {
        let mut bits = vec![0_u64; self.rules.div_ceil(64)];
        let mut set = |rules: &[u32]| rules.iter().for_each(|&rule| bits[rule as usize / 64] |= 1 << (rule % 64));
        set(&self.always);
        for group in hits.all().chunk_by(|a, b| a.pattern == b.pattern) {
            set(self.by_pattern.get(group[0].pattern).map_or(&[], Vec::as_slice));
        }
        for group in hits.terms().chunk_by(|a, b| a.list == b.list) {
            set(self.by_list.get(group[0].list).map_or(&[], Vec::as_slice));
        }
        bits
    }
}

fn put(table: &mut Vec<Vec<u32>>, at: usize, rule: u32) {
    if table.len() <= at {
        table.resize_with(at + 1, Vec::new);
    }
    if table[at].last() != Some(&rule) {
        table[at].push(rule);
    }
}
