//! Plain text: each line that is not blank is one post, called by its line.

use super::input::Input;
use super::lines::Lines;
use super::{Posts, Reading, Said};
use crate::error::Result;
use crate::post::Post;

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    Ok(Box::new(Records::new(input.into_lines()?)))
}

/// Reads posts from lines of text.
pub(super) struct Records {
    lines: Lines,
}

impl Records {
    pub fn new(lines: Lines) -> Self {
        Self { lines }
    }
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (line, text) = match self.lines.next_str()? {
                Ok((_, text)) if text.trim().is_empty() => continue,
                Ok((line, text)) => (line, text.to_owned()),
                Err(fault) => return Some(Err(fault)),
            };
            let said = Said { text, id: None, time: None, author: None };
            return Some(Ok(said.at(self.lines.file(), line)));
        }
    }
}
