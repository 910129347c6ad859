//! The elements of a JSON array, one at a time, from a file of any length: of the array
//! that the file is, or of every array under the wanted keys of the object that it is.
//! What stands before the first bracket (`window.YTD.tweets.part0 = `) is passed over.
//! Knows where values begin and end, not whether they are sound JSON.

use std::io::BufRead;

use super::source::Source;
use super::{Fault, feed_fault};
use crate::error::{Error, Result};
use crate::post::Place;

/// Most bytes of one element: 16 MiB. A longer one is an error, and is passed over.
pub(super) const ELEMENT_LIMIT: usize = 16 << 20;

/// An element, and where it stands.
pub(super) struct Element<'e> {
    /// The JSON value.
    pub json: &'e str,
    /// Number of the element among all that were wanted, from 1.
    pub number: u64,
}

/// Reads one element after the other.
pub(super) struct Elements {
    /// The file, or the archive it is in.
    place: Place,
    source: Source,
    /// Keys of the outer object whose arrays are wanted; none if the file is the array.
    keys: &'static [&'static str],
    at: At,
    number: u64,
    value: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    /// Between values that stand one after the other, in no list.
    Values,
    /// Inside the outer object, between its pairs.
    Object,
    /// Inside a wanted array; the flag says that an object is around it.
    Array {
        inside: bool,
    },
    End,
}

impl Elements {
    /// Elements of the file at `place`, read from `source`.
    pub fn new(place: Place, source: Source, keys: &'static [&'static str]) -> Self {
        Self { place, source, keys, at: At::Start, number: 0, value: Vec::new() }
    }

    /// The values of the file at `place` that stand one after the other, in no list.
    pub fn values(place: Place, source: Source) -> Self {
        Self { at: At::Values, ..Self::new(place, source, &[]) }
    }

    /// The place of element `number`.
    pub fn place_of(&self, number: u64) -> Place {
        Place { item: Some(format!("record {number}")), ..self.place.clone() }
    }

    /// The next element; `None` at the end. After a fault in an element the next call goes
    /// on behind it, after one in the file there is no more.
    pub fn next(&mut self) -> Option<Result<Element<'_>>> {
        match self.advance() {
            Ok(None) => {
                self.at = At::End;
                None
            }
            Ok(Some(())) => {
                let number = self.number;
                match std::str::from_utf8(&self.value) {
                    Ok(json) => Some(Ok(Element { json, number })),
                    Err(fault) => {
                        let problem = format!("not UTF-8 at byte {} of the record", fault.valid_up_to() + 1);
                        Some(Err(Fault::new(problem).in_place(self.place_of(number))))
                    }
                }
            }
            Err(fault @ Error::Record { .. }) => Some(Err(fault)),
            Err(fault) => {
                self.at = At::End;
                Some(Err(fault))
            }
        }
    }

    /// Reads the next element into `value`.
    fn advance(&mut self) -> Result<Option<()>> {
        loop {
            match self.at {
                At::Start => {
                    self.at = match self.skip_to(|byte| matches!(byte, b'[' | b'{'))? {
                        Some(b'[') => At::Array { inside: false },
                        Some(_) if !self.keys.is_empty() => At::Object,
                        Some(_) => return Err(self.broken("a JSON object, where a list should be")),
                        None => return Err(self.broken("there is no JSON in it")),
                    };
                }
                At::Values => {
                    let Some(first) = self.skip_to(|byte| !byte.is_ascii_whitespace())? else { return Ok(None) };
                    self.number += 1;
                    return self.take(first, true).map(Some);
                }
                At::Object => match self.skip_to(|byte| !byte.is_ascii_whitespace() && byte != b',')? {
                    Some(b'"') => self.pair()?,
                    Some(b'}') => return Ok(None),
                    Some(_) => return Err(self.broken("broken JSON between two keys")),
                    None => return Err(self.ends_early()),
                },
                At::Array { inside } => {
                    let Some(first) = self.skip_to(|byte| !byte.is_ascii_whitespace() && byte != b',')? else {
                        return Err(self.ends_early());
                    };
                    if first == b']' {
                        if !inside {
                            return Ok(None);
                        }
                        self.at = At::Object;
                        continue;
                    }
                    self.number += 1;
                    return self.take(first, true).map(Some);
                }
                At::End => return Ok(None),
            }
        }
    }

    /// Reads a key whose quote has been read, and its value, unless that is a wanted array.
    fn pair(&mut self) -> Result<()> {
        self.take(b'"', true)?;
        let key = serde_json::from_slice::<String>(&self.value).unwrap_or_default();
        let colon = self.skip_to(|byte| !byte.is_ascii_whitespace())?;
        let first = self.skip_to(|byte| !byte.is_ascii_whitespace())?;
        match (colon, first) {
            (Some(b':'), Some(b'[')) if self.keys.contains(&key.as_str()) => {
                self.at = At::Array { inside: true };
                Ok(())
            }
            (Some(b':'), Some(first)) => self.take(first, false),
            (None, _) | (_, None) => Err(self.ends_early()),
            _ => Err(self.broken("broken JSON after a key")),
        }
    }

    /// Reads on to the first byte that is `wanted` and returns it.
    fn skip_to(&mut self, wanted: impl Fn(u8) -> bool) -> Result<Option<u8>> {
        loop {
            let ahead = self.source.fill_buf().map_err(|fault| Error::io(self.place.to_string(), fault))?;
            if ahead.is_empty() {
                return Ok(None);
            }
            let found = ahead.iter().position(|&byte| wanted(byte));
            let passed = found.unwrap_or(ahead.len());
            let byte = found.map(|at| ahead[at]);
            let taken = passed + usize::from(found.is_some());
            self.source.consume(taken);
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }

    /// Reads a value whose first byte has been read; keeps it in `value` if asked.
    fn take(&mut self, first: u8, keep: bool) -> Result<()> {
        self.value.clear();
        if keep {
            self.value.push(first);
        }
        let mut scan = Scan::of(first);
        let mut long = false;
        while !scan.is_done() {
            let ahead = self.source.fill_buf().map_err(|fault| Error::io(self.place.to_string(), fault))?;
            if ahead.is_empty() {
                return if scan.may_end() { Ok(()) } else { Err(self.ends_early()) };
            }
            let taken = scan.pass(ahead);
            long |= keep && self.value.len() + taken > ELEMENT_LIMIT;
            if keep && !long {
                self.value.extend_from_slice(&ahead[..taken]);
            }
            self.source.consume(taken);
        }
        if long {
            let problem = format!("longer than {} MiB", ELEMENT_LIMIT >> 20);
            return Err(Fault::new(problem).in_place(self.place_of(self.number)));
        }
        Ok(())
    }

    fn broken(&self, problem: &str) -> Error {
        feed_fault(&self.place.to_string(), problem)
    }

    fn ends_early(&self) -> Error {
        let problem = format!("the file ends in the middle, after {} whole records", self.number);
        feed_fault(&self.place.to_string(), problem)
    }
}

/// Where in a JSON value the reading is.
#[expect(clippy::struct_excessive_bools, reason = "states of a scanner that do not go together in every way")]
struct Scan {
    depth: u32,
    string: bool,
    escaped: bool,
    /// A number, `true`, `false` or `null`, which ends before the sign that follows it.
    bare: bool,
    done: bool,
}

impl Scan {
    fn of(first: u8) -> Self {
        let depth = u32::from(matches!(first, b'{' | b'['));
        let string = first == b'"';
        Self { depth, string, escaped: false, bare: depth == 0 && !string, done: false }
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn may_end(&self) -> bool {
        self.bare
    }

    /// Passes over what of `ahead` belongs to the value and says how much that is.
    fn pass(&mut self, ahead: &[u8]) -> usize {
        if self.bare {
            let end = ahead.iter().position(|byte| matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace());
            self.done = end.is_some();
            return end.unwrap_or(ahead.len());
        }
        let mut at = 0;
        while at < ahead.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
            } else if self.string {
                let Some(next) = memchr::memchr2(b'"', b'\\', &ahead[at..]) else { return ahead.len() };
                at += next + 1;
                if ahead[at - 1] == b'\\' {
                    self.escaped = true;
                } else {
                    self.string = false;
                    self.done = self.depth == 0;
                }
            } else {
                match ahead[at] {
                    b'"' => self.string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth -= 1;
                        self.done = self.depth == 0;
                    }
                    _ => {}
                }
                at += 1;
            }
            if self.done {
                return at;
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::sync::Arc;

    /// Hands out few bytes a call, so that every cut is met.
    struct Drip(Vec<u8>, usize);

    impl Read for Drip {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = (self.0.len() - self.1).min(into.len()).min(3);
            into[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
            self.1 += count;
            Ok(count)
        }
    }

    fn all(json: impl AsRef<[u8]>, keys: &'static [&'static str]) -> Vec<String> {
        let source = Source::new(Box::new(Drip(json.as_ref().to_vec(), 0)), Arc::default());
        let mut elements = Elements::new(Place { file: "f".into(), ..Place::default() }, source, keys);
        let mut seen = Vec::new();
        while let Some(element) = elements.next() {
            seen.push(match element {
                Ok(Element { json, number }) => format!("{number} {json}"),
                Err(fault) => fault.to_string(),
            });
        }
        assert!(elements.next().is_none());
        seen
    }

    #[test]
    fn elements_of_a_script_are_found() {
        let script = "window.YTD.tweets.part0 = [\n {\"a\": \"]}\\\"{\"},\n {\"b\": [1, {}]} , 5,\"x\"\n];\n";
        assert_eq!(all(script, &[]), ["1 {\"a\": \"]}\\\"{\"}", "2 {\"b\": [1, {}]}", "3 5", "4 \"x\""]);
        assert!(all("[]", &[]).is_empty());
    }

    #[test]
    fn a_key_that_comes_twice_is_read_twice() {
        let twice =
            r#"{"n": 2, "items": [], "other": [{"items": [9]}], "s": "items", "items": [{"x":1}, null], "z": {}}"#;
        assert_eq!(all(twice, &["items"]), ["1 {\"x\":1}", "2 null"]);
        assert!(all("{}", &["items"]).is_empty());
    }

    #[test]
    fn faults_are_told_and_end_the_file() {
        assert_eq!(
            all("[{\"a\": 1}, {\"b\"", &[]),
            ["1 {\"a\": 1}", "f: the file ends in the middle, after 2 whole records"]
        );
        assert_eq!(all("[1", &[]).len(), 2);
        assert_eq!(all("plain words", &[]), ["f: there is no JSON in it"]);
        assert_eq!(all("{\"a\": 1}", &[]), ["f: a JSON object, where a list should be"]);
        assert_eq!(all("", &[]), ["f: there is no JSON in it"]);
        assert_eq!(all(b"[\"\xff\", 1]", &[]), ["f, record 1: not UTF-8 at byte 2 of the record", "2 1"]);
    }

    #[test]
    fn an_element_that_is_too_long_is_passed_over() {
        let long = format!("[\"{}\", 7]", "x".repeat(ELEMENT_LIMIT));
        let source = Source::new(Box::new(std::io::Cursor::new(long)), Arc::default());
        let mut elements = Elements::new(Place::default(), source, &[]);
        assert!(elements.next().unwrap().is_err());
        assert_eq!(elements.next().unwrap().unwrap().json, "7");
        assert!(elements.value.capacity() < 2 * ELEMENT_LIMIT);
    }
}
