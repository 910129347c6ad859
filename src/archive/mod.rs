//! Feeds of draft posts: JSON lines, tables (CSV) and plain text, from a file or
//! from standard input. A [`Feed`] hands out one [`Post`] at a time and holds one
//! record at a time, however long the feed is.
//!
//! A record that cannot be read is an [`Error::Record`] in its place, and the
//! records after it are still read. Nothing here judges a post, drops doubles or
//! follows links, and no error holds the text of a draft.

mod csv;
mod detect;
mod fields;
mod header;
mod jsonl;
mod lines;
mod source;
mod text;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use fields::{Field, FieldMap, FieldMapError};
pub use lines::RECORD_LIMIT;

use crate::error::{Error, Result};
use crate::post::{Place, Post};
use lines::Lines;
use source::Source;

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// One JSON object a line.
    #[value(alias = "ndjson")]
    Jsonl,
    /// A table with a header, its cells parted by `,`, `;`, `|` or tabs.
    #[value(alias = "tsv")]
    Csv,
    /// One post a line.
    #[value(alias = "txt")]
    Text,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Text => "text",
        })
    }
}

/// A name that is no [`Format`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`: jsonl, csv and text are known")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        <Self as clap::ValueEnum>::from_str(name, true).map_err(|_| UnknownFormat(name.to_owned()))
    }
}

/// How to read a feed.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The format; left out, it is told from the content.
    pub format: Option<Format>,
    /// Which columns or keys hold what; left out, they are told by their usual names.
    pub map: FieldMap,
}

/// The posts of one feed, in their order.
///
/// After an [`Error::Record`] the feed goes on; after an [`Error::Io`] it is at its end.
pub struct Feed {
    file: String,
    format: Format,
    posts: Box<dyn Iterator<Item = Result<Post>> + Send>,
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
    broken: bool,
}

impl Feed {
    /// The format it is read as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Bytes taken from the file so far; a little ahead of the posts handed out.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Size of the file in bytes; `None` where it cannot be known, as for a pipe.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }
}

impl Iterator for Feed {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let item = self.posts.next();
        self.broken = !matches!(item, Some(Ok(_) | Err(Error::Record { .. })));
        item
    }
}

impl std::iter::FusedIterator for Feed {}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("file", &self.file)
            .field("format", &self.format)
            .field("bytes_read", &self.bytes_read())
            .field("total_bytes", &self.total)
            .finish_non_exhaustive()
    }
}

/// Opens the feed at `path`; `-` is standard input.
///
/// # Errors
///
/// [`Error::Io`] where the file cannot be opened or its beginning read, and
/// [`Error::Feed`] where its encoding or its header cannot be used.
pub fn open(path: &Path, reading: &Reading) -> Result<Feed> {
    if path == Path::new("-") {
        return from_reader("-", Box::new(io::stdin()), reading);
    }
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let total = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
    let feed = from_reader(&path.to_string_lossy(), Box::new(file), reading)?;
    Ok(Feed { total, ..feed })
}

/// Reads a feed from `reader`; `name` stands for it in errors and places, and its
/// extension is a hint at the format.
///
/// # Errors
///
/// As [`open`].
pub fn from_reader(name: &str, reader: Box<dyn Read + Send>, reading: &Reading) -> Result<Feed> {
    let bytes = Arc::new(AtomicU64::new(0));
    let mut source = Source::new(reader, Arc::clone(&bytes));
    source.peek().map_err(|fault| Error::io(name, fault))?;
    if let Some(problem) = detect::unreadable(source.peeked()) {
        return Err(feed_fault(name, problem));
    }
    source.skip_bom();
    let format = reading.format.unwrap_or_else(|| detect::format(name, source.peeked(), &reading.map));
    let lines = Lines::new(name, source);
    let map = reading.map.clone();
    let posts: Box<dyn Iterator<Item = Result<Post>> + Send> = match format {
        Format::Jsonl => Box::new(jsonl::Records::new(lines, map)?),
        Format::Csv => Box::new(csv::Records::new(lines, &map)?),
        Format::Text => Box::new(text::Records::new(lines)),
    };
    Ok(Feed { file: name.to_owned(), format, posts, bytes, total: None, broken: false })
}

/// What a record says, before it is a [`Post`].
struct Said {
    text: String,
    id: Option<String>,
    time: Option<String>,
    author: Option<String>,
}

impl Said {
    /// The post at `line` of `file`; one without an id is called by its line.
    fn at(self, file: &str, line: u64) -> Post {
        Post {
            id: self.id.unwrap_or_else(|| line.to_string()),
            text: self.text,
            time: self.time,
            author: self.author,
            place: Some(Place::line(file, line)),
            ..Post::default()
        }
    }
}

/// What is wrong with one record, and with which field of it.
struct Fault {
    field: Option<String>,
    problem: String,
}

impl Fault {
    fn new(problem: impl Into<String>) -> Self {
        Self { field: None, problem: problem.into() }
    }

    fn of(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: Some(field.into()), problem: problem.into() }
    }

    fn at(self, file: &str, line: u64) -> Error {
        self.in_place(Place::line(file, line))
    }

    fn in_place(self, place: Place) -> Error {
        Error::Record { place, field: self.field, problem: self.problem }
    }
}

fn feed_fault(file: &str, problem: impl Into<String>) -> Error {
    Error::Feed { file: file.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests;
