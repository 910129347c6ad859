//! The JSON values of a file, however they are laid out: one a line, the elements of one
//! list, or documents over many lines.

use serde::de::IgnoredAny;

use super::super::ahead::Ahead;
use super::super::detect::first_line;
use super::super::elements::Elements;
use super::super::feed_fault;
use super::super::input::{DOCUMENT_LIMIT, Input};
use super::super::lines::Lines;
use crate::error::Result;
use crate::post::Place;

/// Hands out one value after the other.
pub(in super::super) enum Documents {
    /// One a line.
    Lines(Lines),
    /// Elements of a list.
    List(Elements),
    /// Documents over many lines, one after the other.
    Whole(Whole),
}

/// A text of documents that has been read whole.
pub(in super::super) struct Whole {
    place: Place,
    text: String,
    at: usize,
    number: u64,
}

impl Documents {
    /// The values of `input`; of a document over many lines that has lists under `keys`,
    /// the elements of those.
    ///
    /// # Errors
    /// Where documents over many lines are longer than [`DOCUMENT_LIMIT`] or not UTF-8.
    pub fn open(input: Input, keys: &'static [&'static str]) -> Result<Self> {
        let ahead = Ahead::new(input.name(), input.ahead());
        // A printer breaks lines after these; a line that was cut short ends anywhere.
        let broken = matches!(first_line(ahead.bytes).trim_ascii_end().last(), Some(b'{' | b'[' | b',' | b':'));
        let Some(shape) = &ahead.json else { return Ok(Self::Lines(lines(input)?)) };
        let place = input.place();
        if shape.in_list {
            return Ok(Self::List(Elements::new(place, input.into_source()?, &[])));
        }
        if shape.on_one_line || !broken {
            return Ok(Self::Lines(lines(input)?));
        }
        if keys.iter().any(|key| shape.has(key)) {
            return Ok(Self::List(Elements::new(place, input.into_source()?, keys)));
        }
        Ok(Self::Whole(Whole { place, text: input.into_text()?, at: 0, number: 0 }))
    }

    /// What `read` makes of the next value, and the place of that.
    pub fn next<T>(&mut self, read: impl FnOnce(&str) -> T) -> Option<Result<(Place, T)>> {
        match self {
            Self::Lines(lines) => loop {
                let (line, made) = match lines.next_str()? {
                    Ok((_, line)) if line.trim().is_empty() => continue,
                    Ok((number, line)) => (number, read(line)),
                    Err(fault) => return Some(Err(fault)),
                };
                return Some(Ok((Place::line(lines.file(), line), made)));
            },
            Self::List(elements) => {
                let (number, made) = match elements.next()? {
                    Ok(element) => (element.number, read(element.json)),
                    Err(fault) => return Some(Err(fault)),
                };
                Some(Ok((elements.place_of(number), made)))
            }
            Self::Whole(whole) => {
                let json = match whole.next()? {
                    Ok(json) => json,
                    Err(fault) => return Some(Err(fault)),
                };
                let made = read(&whole.text[json]);
                Some(Ok((Place { item: Some(format!("record {}", whole.number)), ..whole.place.clone() }, made)))
            }
        }
    }
}

fn lines(input: Input) -> Result<Lines> {
    Ok(input.into_lines()?.with_limit(DOCUMENT_LIMIT))
}

impl Whole {
    fn next(&mut self) -> Option<Result<std::ops::Range<usize>>> {
        let start = self.at;
        let mut values = serde_json::Deserializer::from_str(&self.text[start..]).into_iter::<IgnoredAny>();
        let value = values.next()?;
        let end = start + values.byte_offset();
        self.number += 1;
        if let Err(error) = value {
            self.at = self.text.len();
            let whole = self.number - 1;
            let what = if error.is_eof() { "the file ends in the middle" } else { "broken JSON" };
            let problem = format!("{what}, after {whole} whole records");
            return Some(Err(feed_fault(&self.place.to_string(), problem)));
        }
        self.at = end;
        Some(Ok(start..end))
    }
}
