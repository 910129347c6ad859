//! Which rules and phrases may fire on a text at all: those of which a word that they
//! cannot do without stands in it. Most are never looked at.

use crate::ahead::program::Program;
use crate::terms::Hits;

/// The rules and phrases that may fire on one text, as bits.
pub struct Candidates {
    rules: Vec<u64>,
    phrases: Vec<u64>,
}

impl Candidates {
    /// Those of `program` that may fire on the text that `hits` are of.
    pub fn new(program: &Program, hits: &Hits) -> Self {
        let (rules, phrases) = (program.len().div_ceil(64), program.phrases.len().div_ceil(64));
        let mut candidates = Self { rules: vec![0; rules], phrases: vec![0; phrases] };
        set(&mut candidates.rules, &program.always);
        set(&mut candidates.phrases, &program.keyless);
        for group in hits.all().chunk_by(|a, b| a.pattern == b.pattern) {
            candidates.call(program, program.by_pattern.get(group[0].pattern));
        }
        for group in hits.terms().chunk_by(|a, b| a.list == b.list) {
            candidates.call(program, program.by_list.get(group[0].list));
            set(&mut candidates.rules, program.users.get(group[0].list));
        }
        candidates
    }

    /// Whether rule `number` may fire.
    pub fn has_rule(&self, number: usize) -> bool {
        is_set(&self.rules, number)
    }

    /// Whether phrase `number`, which makes a rule fire, may stand.
    pub fn has_phrase(&self, number: usize) -> bool {
        is_set(&self.phrases, number)
    }

    fn call(&mut self, program: &Program, phrases: &[u32]) {
        set(&mut self.phrases, phrases);
        for &phrase in phrases {
            set(&mut self.rules, &[program.owners[phrase as usize]]);
        }
    }
}

fn set(bits: &mut [u64], numbers: &[u32]) {
    for &number in numbers {
        bits[number as usize / 64] |= 1 << (number % 64);
    }
}

fn is_set(bits: &[u64], number: usize) -> bool {
    bits[number / 64] & (1 << (number % 64)) != 0
}
