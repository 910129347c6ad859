//! Plain text: one post a line, a paragraph, a part between rules or the whole document, as
//! asked. A post is called by the line it begins on.

use std::ops::ControlFlow;

use clap::ValueEnum;

use super::input::Input;
use super::lines::{Lines, RECORD_LIMIT, TOO_LONG};
use super::{Fault, Posts, Reading, Said};
use crate::error::{Error, Result};
use crate::post::Post;

/// Where one post of plain text ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Split {
    /// Each line is a post
    #[default]
    Line,
    /// Blank lines stand between posts
    BlankLine,
    /// Lines of three or more hyphens stand between posts
    #[value(alias = "---")]
    Rule,
    /// The whole file is one post
    Document,
}

/// The posts of `input`.
pub(super) fn open(input: Input, reading: &Reading) -> Result<Posts> {
    if reading.split == Split::Document {
        let file = input.name().to_owned();
        let text = input.into_text()?;
        let said = Said { text, id: Some(super::name_of(&file)), ..Said::default() };
        let post = (!said.text.trim().is_empty()).then(|| Ok(said.at(&file, 1)));
        return Ok(Box::new(post.into_iter()));
    }
    Ok(Box::new(Records { lines: input.into_lines()?, split: reading.split }))
}

/// Reads posts from lines of text.
struct Records {
    lines: Lines,
    split: Split,
}

impl Records {
    /// Whether `line` stands between two posts.
    fn parts(&self, line: &str) -> bool {
        let line = line.trim();
        match self.split {
            Split::Rule => line.len() >= 3 && line.bytes().all(|byte| byte == b'-'),
            _ => line.is_empty(),
        }
    }
}

/// The lines of one post.
#[derive(Default)]
struct Part {
    text: String,
    start: u64,
    fault: Option<Error>,
}

impl Part {
    fn add(&mut self, number: u64, line: &str, file: &str) {
        if self.text.is_empty() {
            if line.trim().is_empty() {
                return;
            }
            self.start = number;
        } else {
            self.text.push('\n');
        }
        if self.text.len() + line.len() > RECORD_LIMIT {
            self.fault.get_or_insert_with(|| Fault::new(TOO_LONG).at(file, self.start));
        } else {
            self.text.push_str(line);
        }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.fault.is_none()
    }

    fn post(self, file: &str) -> Result<Post> {
        let text = self.text.trim_end().to_owned();
        self.fault.map_or_else(|| Ok(Said { text, ..Said::default() }.at(file, self.start)), Err)
    }
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut part = Part::default();
        let file = self.lines.file().to_owned();
        loop {
            let step = match self.lines.next_str() {
                None => ControlFlow::Break(None),
                Some(Ok((number, line))) => ControlFlow::Continue((number, line.to_owned())),
                Some(Err(fault @ Error::Record { .. })) if self.split != Split::Line => {
                    part.fault.get_or_insert(fault);
                    continue;
                }
                Some(Err(fault)) => ControlFlow::Break(Some(fault)),
            };
            match step {
                ControlFlow::Break(Some(fault)) => return Some(Err(fault)),
                ControlFlow::Break(None) if part.is_empty() => return None,
                ControlFlow::Break(None) => return Some(part.post(&file)),
                ControlFlow::Continue((_, line)) if self.parts(&line) => {
                    if !part.is_empty() {
                        return Some(part.post(&file));
                    }
                }
                ControlFlow::Continue((number, line)) if self.split == Split::Line => {
                    return Some(Ok(Said { text: line, ..Said::default() }.at(&file, number)));
                }
                ControlFlow::Continue((number, line)) => part.add(number, &line, &file),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::{Format, from_reader};
    use super::*;

    fn read(text: &[u8], split: Split) -> Vec<String> {
        let reading = Reading { format: Some(Format::Text), split, ..Reading::default() };
        let feed = from_reader("in/feed.txt", Box::new(Cursor::new(text.to_vec())), &reading).unwrap();
        feed.map(|post| match post {
            Ok(post) => format!("{} {} {}", post.place.unwrap().line.unwrap(), post.id, post.text),
            Err(fault) => fault.to_string(),
        })
        .collect()
    }

    #[test]
    fn posts_end_where_they_are_told_to() {
        let text = b"\n\none\ntwo\n \n\nthree  \n---\nfour\n-----\n\n";
        assert_eq!(read(text, Split::BlankLine), ["3 3 one\ntwo", "7 7 three  \n---\nfour\n-----"]);
        assert_eq!(read(text, Split::Rule), ["3 3 one\ntwo\n \n\nthree", "9 9 four"]);
        assert_eq!(read(text, Split::Line).len(), 6);
        assert_eq!(read(b"one\r\n\r\ntwo\r\n", Split::Document), ["1 feed.txt one\r\n\r\ntwo\r\n"]);
        for split in [Split::BlankLine, Split::Rule, Split::Document] {
            assert!(read(b" \n\n", split).is_empty());
        }
    }

    #[test]
    fn a_part_with_a_fault_is_passed_over_whole() {
        let text = b"one\nca\xe9\nthree\n\nfour";
        let shown = read(text, Split::BlankLine);
        assert!(shown[0].starts_with("in/feed.txt:2: not UTF-8 at byte 3"), "{shown:?}");
        assert_eq!(shown[1..], ["5 5 four"]);
        let long = format!("{}\n\nshort", "word\n".repeat(RECORD_LIMIT / 4));
        assert_eq!(
            read(long.as_bytes(), Split::BlankLine),
            ["in/feed.txt:1: longer than 1 MiB", &format!("{} {0} short", RECORD_LIMIT / 4 + 3)]
        );
    }
}
