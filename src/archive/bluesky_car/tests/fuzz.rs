//! Damaged and hostile repositories at random: all are read to an end.

use proptest::prelude::*;

use super::super::super::{Format, Reading, open};
use super::super::{Value as Cbor, car};
use super::saved;
use super::twin::{repository, sound};

/// One change of one byte, or the loss or doubling of a stretch.
#[derive(Debug, Clone)]
enum Mutation {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Double(prop::sample::Index, usize),
}

impl Mutation {
    fn make(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let stretch = |at: &prop::sample::Index, len: usize, bytes: &[u8]| {
            let start = at.index(bytes.len());
            start..(start + len).min(bytes.len())
        };
        match self {
            Self::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Cut(at, len) => drop(bytes.drain(stretch(at, *len, bytes))),
            Self::Double(at, len) => {
                let stretch = stretch(at, *len, bytes);
                let copy = bytes[stretch.clone()].to_vec();
                bytes.splice(stretch.start..stretch.start, copy);
            }
        }
    }
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let at = any::<prop::sample::Index>;
    let one = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        1 => (at(), 1..200_usize).prop_map(|(at, len)| Mutation::Cut(at, len)),
        1 => (at(), 1..200_usize).prop_map(|(at, len)| Mutation::Double(at, len)),
    ];
    prop::collection::vec(one, 1..6)
}

/// Reads `bytes` to the end and says how many items there were.
fn survived(bytes: &[u8]) -> usize {
    let (_home, path) = saved(bytes);
    let reading = Reading { format: Some(Format::BlueskyCar), ..Reading::default() };
    open(&path, &reading).map_or(0, Iterator::count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever is done to the file, it is read to an end, and gives no more than it had.
    #[test]
    fn a_damaged_file_is_read_to_an_end(mutations in mutations()) {
        let mut bytes = sound(12);
        for mutation in &mutations {
            mutation.make(&mut bytes);
        }
        prop_assert!(survived(&bytes) <= 2 * 16 + 8);
    }

    /// Blocks that are hostile but have the content id that fits them.
    #[test]
    fn hostile_blocks_are_read_to_an_end(mutations in mutations(), one_in in 1..12_usize) {
        let mut number = 0;
        let mut change = |block: &mut Vec<u8>| {
            number += 1;
            if number % one_in == 0 {
                for mutation in &mutations {
                    mutation.make(block);
                }
            }
        };
        let bytes = repository(12, &mut change, |_| {});
        prop_assert!(survived(&bytes) <= 10 * 16);
    }

    #[test]
    fn any_bytes_are_a_value_or_broken(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(value) = Cbor::of(&bytes) {
            let _ = value.into_json();
        }
        let _ = car::header(&bytes);
    }
}
