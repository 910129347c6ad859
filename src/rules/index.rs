//! Which rules may fire on a text at all: those of which a word that they cannot do
//! without stands in it. Most rules are never looked at.

use super::compiled::Compiled;
use super::phrase::{Key, Phrase};
use crate::terms::Hits;

/// From words to the rules that need them.
pub struct Index {
    by_pattern: Table,
    by_list: Table,
    /// Rules that may fire on any text.
    always: Vec<u32>,
    rules: usize,
}

/// Rules by a number: those of number `n` stand at `ends[n - 1]..ends[n]`.
struct Table {
    ends: Vec<u32>,
    rules: Vec<u32>,
}

impl Index {
    /// The index of `rules`.
    pub fn new(rules: &[Compiled]) -> Self {
        let (mut patterns, mut lists, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, compiled) in (0_u32..).zip(rules) {
            let keys: Vec<Key<'_>> = compiled.phrases.iter().map(Phrase::key).collect();
            if compiled.detector.is_some() || keys.contains(&Key::None) {
                always.push(rule);
                continue;
            }
            lists.extend(compiled.lists.iter().map(|&list| (list, rule)));
            for key in keys {
                match key {
                    Key::Patterns(any) => patterns.extend(any.iter().map(|&pattern| (pattern, rule))),
                    Key::List(list) => lists.push((list, rule)),
                    Key::None => {}
                }
            }
        }
        Self { by_pattern: Table::new(&patterns), by_list: Table::new(&lists), always, rules: rules.len() }
    }

    /// The rules that may fire on the text that `hits` are of, as bits.
    pub fn candidates(&self, hits: &Hits) -> Vec<u64> {
        let mut bits = vec![0_u64; self.rules.div_ceil(64)];
        let mut set = |rules: &[u32]| rules.iter().for_each(|&rule| bits[rule as usize / 64] |= 1 << (rule % 64));
        set(&self.always);
        for group in hits.all().chunk_by(|a, b| a.pattern == b.pattern) {
            set(self.by_pattern.of(group[0].pattern));
        }
        for group in hits.terms().chunk_by(|a, b| a.list == b.list) {
            set(self.by_list.of(group[0].list));
        }
        bits
    }
}

impl Table {
    /// The table of `pairs` of a number and a rule.
    fn new(pairs: &[(usize, u32)]) -> Self {
        let numbers = pairs.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        let mut ends = vec![0_u32; numbers];
        for (number, _) in pairs {
            ends[*number] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut next: Vec<u32> = std::iter::once(0).chain(ends.iter().copied()).take(numbers).collect();
        let mut rules = vec![0; pairs.len()];
        for &(number, rule) in pairs {
            rules[next[number] as usize] = rule;
            next[number] += 1;
        }
        Self { ends, rules }
    }

    /// The rules of `number`, some perhaps twice.
    fn of(&self, number: usize) -> &[u32] {
        let Some(&end) = self.ends.get(number) else { return &[] };
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rules[start as usize..end as usize]
    }
}
