//! Flat tables: numbers in one run and text in another, so that what `build.rs` compiled
//! is read in place, without a copy or an allocation an entry. Knows nothing of what the
//! tables hold; `build.rs` includes this file.

use std::borrow::Cow;

/// A table of numbers, built in or made at run time.
pub type Numbers = Cow<'static, [u32]>;
/// A run of text, built in or made at run time.
pub type Run = Cow<'static, str>;

/// Two runs that hold any number of tables, one after the other.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pack {
    numbers: Vec<u32>,
    text: String,
}

/// Reads the tables of a [`Pack`] in the order they were put in.
#[derive(Debug, Clone)]
pub struct Unpack {
    numbers: &'static [u32],
    text: &'static str,
}

/// Strings by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strings {
    /// String `n` ends at `ends[n]` and starts where the one before it ends.
    ends: Numbers,
    text: Run,
}

/// Runs of numbers by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Row `n` ends at `ends[n]` and starts where the one before it ends.
    ends: Numbers,
    cells: Numbers,
}

/// A set of strings, each with a number, found by hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// Number of a string plus one, or 0; a power of two of them.
    slots: Numbers,
    strings: Strings,
}

impl Pack {
    /// Puts in one table of numbers.
    pub fn numbers(&mut self, table: &[u32]) {
        self.numbers.push(index(table.len()));
        self.numbers.extend_from_slice(table);
    }

    /// Puts in one run of text.
    pub fn text(&mut self, run: &str) {
        self.numbers.push(index(run.len()));
        self.text.push_str(run);
    }

    /// The numbers as the bytes that a machine of this byte order reads, and the text.
    pub fn bytes(&self, little_endian: bool) -> (Vec<u8>, &str) {
        let bytes = |n: &u32| if little_endian { n.to_le_bytes() } else { n.to_be_bytes() };
        (self.numbers.iter().flat_map(bytes).collect(), &self.text)
    }
}

impl Unpack {
    /// Reads the runs of a [`Pack`].
    pub fn new(numbers: &'static [u32], text: &'static str) -> Self {
        Self { numbers, text }
    }

    /// The next table of numbers.
    pub fn numbers(&mut self) -> Numbers {
        let (table, rest) = self.numbers[1..].split_at(self.numbers[0] as usize);
        self.numbers = rest;
        Cow::Borrowed(table)
    }

    /// The next run of text.
    pub fn text(&mut self) -> Run {
        let (run, rest) = self.text.split_at(self.numbers[0] as usize);
        (self.text, self.numbers) = (rest, &self.numbers[1..]);
        Cow::Borrowed(run)
    }

    /// Whether every table was read.
    pub fn is_done(&self) -> bool {
        self.numbers.is_empty() && self.text.is_empty()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let (mut ends, mut text) = (Vec::new(), String::new());
        for string in strings {
            text.push_str(string.as_ref());
            ends.push(index(text.len()));
        }
        Self { ends: ends.into(), text: text.into() }
    }
}

impl Strings {
    /// The strings that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        Self { ends: pack.numbers(), text: pack.text() }
    }

    /// Puts the strings into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        pack.numbers(&self.ends);
        pack.text(&self.text);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// String `number`.
    pub fn get(&self, number: usize) -> &str {
        &self.text[self.range(number)]
    }

    /// String `number` where the strings are built in.
    pub fn built_in(&self, number: usize) -> Option<&'static str> {
        match self.text {
            Cow::Borrowed(text) => Some(&text[self.range(number)]),
            Cow::Owned(_) => None,
        }
    }

    /// Every string, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|number| self.get(number))
    }

    fn range(&self, number: usize) -> std::ops::Range<usize> {
        range(&self.ends, number)
    }
}

impl<R: AsRef<[u32]>> FromIterator<R> for Rows {
    fn from_iter<I: IntoIterator<Item = R>>(rows: I) -> Self {
        let (mut ends, mut cells) = (Vec::new(), Vec::new());
        for row in rows {
            cells.extend_from_slice(row.as_ref());
            ends.push(index(cells.len()));
        }
        Self { ends: ends.into(), cells: cells.into() }
    }
}

impl Rows {
    /// The rows that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        Self { ends: pack.numbers(), cells: pack.numbers() }
    }

    /// Puts the rows into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        pack.numbers(&self.ends);
        pack.numbers(&self.cells);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no row holds a number.
    pub fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }

    /// Row `number`.
    pub fn get(&self, number: usize) -> &[u32] {
        &self.cells[range(&self.ends, number)]
    }
}

impl Default for Map {
    fn default() -> Self {
        std::iter::empty::<&str>().collect()
    }
}

/// Strings are numbered as they come; each must come once.
impl<S: AsRef<str>> FromIterator<S> for Map {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let strings: Strings = strings.into_iter().collect();
        let mut slots = vec![0; (strings.len() * 2).next_power_of_two().max(1)];
        for (number, string) in strings.iter().enumerate() {
            let mut at = slot(hash(START, string.as_bytes()), slots.len());
            while slots[at] != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = index(number + 1);
        }
        Self { slots: slots.into(), strings }
    }
}

impl Map {
    /// The map that `pack` holds next.
    pub fn read(pack: &mut Unpack) -> Self {
        Self { slots: pack.numbers(), strings: Strings::read(pack) }
    }

    /// Puts the map into `pack`.
    pub fn write(&self, pack: &mut Pack) {
        pack.numbers(&self.slots);
        self.strings.write(pack);
    }

    /// Its strings, by number.
    pub fn strings(&self) -> &Strings {
        &self.strings
    }

    /// The number of `string`, if it is one of them.
    pub fn get(&self, string: &str) -> Option<usize> {
        self.find(hash(START, string.as_bytes()), |known| known == string)
    }

    /// The number of the string with this [`hash`] of which `is_it` holds.
    pub fn find(&self, hash: u32, is_it: impl Fn(&str) -> bool) -> Option<usize> {
        let mut at = slot(hash, self.slots.len());
        loop {
            let number = (self.slots[at] as usize).checked_sub(1)?;
            if is_it(self.strings.get(number)) {
                return Some(number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

/// The hash of no bytes.
pub const START: u32 = 0x811c_9dc5;

/// The hash, FNV-1a, of the bytes behind `before` and then `bytes`.
pub fn hash(before: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(before, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Where a string is looked for first: the low bits, with the better mixed high ones.
fn slot(hash: u32, slots: usize) -> usize {
    (hash ^ (hash >> 15)) as usize & (slots - 1)
}

fn range(ends: &[u32], number: usize) -> std::ops::Range<usize> {
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[number] as usize
}

/// A length or number as the tables hold it.
pub fn index(number: usize) -> u32 {
    u32::try_from(number).expect("a table is shorter than 2^32")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out() {
        let words = ["", "a", "é", "long enough", "b"];
        let map: Map = words.iter().collect();
        let rows: Rows = [vec![], vec![1, 2], vec![], vec![7]].iter().collect();
        let mut pack = Pack::default();
        map.write(&mut pack);
        rows.write(&mut pack);
        let Pack { numbers, text } = pack;
        let mut unpack = Unpack::new(numbers.leak(), text.leak());
        assert_eq!((Map::read(&mut unpack), Rows::read(&mut unpack)), (map.clone(), rows.clone()));
        assert!(unpack.is_done());
        assert!(words.iter().enumerate().all(|(n, word)| map.get(word) == Some(n) && map.strings().get(n) == *word));
        assert!(map.get("c").is_none() && Map::default().get("").is_none());
        assert_eq!(
            (rows.len(), rows.get(1), rows.get(2), rows.get(3)),
            (4, [1, 2].as_slice(), [].as_slice(), [7].as_slice())
        );
    }
}
