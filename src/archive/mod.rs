//! Feeds of draft posts: JSON lines, tables (CSV) and plain text, from a file or
//! from standard input. A [`Feed`] hands out one [`Post`] at a time and holds one
//! record at a time, however long the feed is.
//!
//! A record that cannot be read is an [`Error::Record`] in its place, and the
//! records after it are still read. Nothing here judges a post, drops doubles or
//! follows links, and no error holds the text of a draft.

mod ahead;
mod atproto;
mod bluesky_car;
mod bluesky_feed;
mod captions;
mod columns;
mod csv;
mod detect;
mod docx;
mod elements;
mod encoding;
mod facebook;
mod feed;
mod fields;
mod files;
mod format;
mod govuk;
mod header;
mod html;
mod html_page;
mod input;
mod instagram;
mod joined;
mod jsonl;
#[cfg(test)]
mod kit;
mod lenient;
mod lines;
mod linkedin;
mod lists;
mod markdown;
mod mastodon;
mod members;
mod meta;
mod mojibake;
mod shown;
mod snscrape;
mod source;
mod table;
mod text;
mod twarc;
pub mod walk;
mod when;
mod x;
mod x_archive;
mod x_v1;
mod x_v2;
mod xlsx;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use columns::{Column, Table};
pub use encoding::{Encoding, UnknownEncoding};
pub use fields::{Field, FieldMap, FieldMapError};
pub use format::{Format, UnknownFormat};
pub use lines::RECORD_LIMIT;
pub use text::Split;
pub use when::DateOrder;

use crate::error::{Error, Result};
use crate::post::{Kind, Place, Post};
use ahead::Ahead;
use columns::Survey;
use detect::Detected;
use input::{Input, Reader};
use members::Members;
use source::Source;

/// How to read a feed.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The format; left out, it is told from the content.
    pub format: Option<Format>,
    /// Which columns or keys hold what; left out, they are told by their usual names.
    pub map: FieldMap,
    /// The character encoding of what has no byte order mark; left out, UTF-8.
    pub encoding: Option<Encoding>,
    /// What comes first where a date of a table could be read both ways.
    pub date_order: DateOrder,
    /// Where one post of plain text ends and the next begins.
    pub split: Split,
}

/// Posts in the order of the feed, and the faults of records in their places.
pub(crate) type Posts = Box<dyn Iterator<Item = Result<Post>> + Send>;

/// The posts of one feed, in their order.
///
/// After an [`Error::Record`] the feed goes on; after another fault it is at its end.
pub struct Feed {
    file: String,
    detected: Detected,
    posts: Posts,
    survey: Survey,
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
    broken: bool,
}

impl Feed {
    /// What errors and places call it.
    pub fn name(&self) -> &str {
        &self.file
    }

    /// The format it is read as.
    pub fn format(&self) -> Format {
        self.detected.format
    }

    /// Why it is taken for that format.
    pub fn why(&self) -> &str {
        &self.detected.why
    }

    /// What the columns of its tables are read as: of those that were met so far. Formats
    /// that are no tables have none.
    pub fn tables(&self) -> Vec<Table> {
        self.survey.tables()
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
            .field("format", &self.format())
            .field("bytes_read", &self.bytes_read())
            .field("total_bytes", &self.total)
            .finish_non_exhaustive()
    }
}

/// Opens the feed at `path`; `-` is standard input. A folder is read where it is an
/// archive that was unpacked.
///
/// # Errors
///
/// [`Error::Io`] where the file cannot be opened or its beginning read, and
/// [`Error::Feed`] where its format, its encoding or its header cannot be used.
pub fn open(path: &Path, reading: &Reading) -> Result<Feed> {
    if path == Path::new("-") {
        return from_reader("-", Box::new(io::stdin()), reading);
    }
    let name = path.to_string_lossy().into_owned();
    let about = std::fs::metadata(path).map_err(|fault| Error::io(path, fault))?;
    let bytes = Arc::default();
    if about.is_dir() {
        let members = Members::of_folder(path, Arc::clone(&bytes))?.in_encoding(reading.encoding);
        return of_members(&name, path, members, bytes, reading);
    }
    let total = about.is_file().then_some(about.len());
    let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
    let mut source = Source::new(Box::new(file), Arc::clone(&bytes));
    source.peek().map_err(|fault| Error::io(path, fault))?;
    let packed = match source.peeked() {
        [b'P', b'K', 3, 4, ..] => Some(Members::of_zip(path, Arc::clone(&bytes))?),
        [0x1f, 0x8b, ..] => Some(Members::of_tar_gz(path, Arc::clone(&bytes))?),
        _ => None,
    };
    let feed = match packed {
        Some(members) => of_members(&name, path, members.in_encoding(reading.encoding), bytes, reading)?,
        None => of_stream(&name, Some(path), source, bytes, reading)?,
    };
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
    of_stream(name, None, source, bytes, reading)
}

/// Whether the folder at `path` is an archive that was unpacked, and not a folder of feeds.
///
/// # Errors
/// [`Error::Io`].
pub fn is_unpacked_archive(path: &Path) -> Result<bool> {
    Ok(detect::members(&Members::of_folder(path, Arc::default())?).is_some())
}

fn of_members(name: &str, path: &Path, members: Members, bytes: Arc<AtomicU64>, reading: &Reading) -> Result<Feed> {
    let told = reading.format.map(Detected::given).or_else(|| detect::members(&members));
    let detected = told.ok_or_else(|| feed_fault(name, detect::unknown_members(&members)))?;
    let unsafe_names = members.unsafe_names();
    let is_files = !members.is_folder() && files::reads(detected.format);
    let input = Input::of_members(name, path, members);
    let survey = input.survey().clone();
    let mut posts = if is_files { files::open(input, reading)? } else { reader(detected.format)(input, reading)? };
    if unsafe_names > 0 {
        let problem = format!("files whose names lead out of the archive, not opened: {unsafe_names}");
        let place = Place { file: name.to_owned(), ..Place::default() };
        posts = Box::new(posts.chain(std::iter::once(Err(Error::record(place, None, problem)))));
    }
    Ok(Feed { file: name.to_owned(), detected, posts, survey, bytes, total: None, broken: false })
}

fn of_stream(
    name: &str,
    path: Option<&Path>,
    source: Source,
    bytes: Arc<AtomicU64>,
    reading: &Reading,
) -> Result<Feed> {
    let (detected, source) = told(name, source, reading)?;
    let input = Input::of_stream(name, path, source);
    let survey = input.survey().clone();
    let posts = reader(detected.format)(input, reading)?;
    Ok(Feed { file: name.to_owned(), detected, posts, survey, bytes, total: None, broken: false })
}

/// The posts of the file `member` of an archive, whose tables are noted in `survey`.
fn of_member(member: &str, source: Source, reading: &Reading, survey: Survey) -> Result<Posts> {
    let (detected, source) = told(member, source, reading)?;
    reader(detected.format)(Input::of_stream(member, None, source).surveyed(survey), reading)
}

/// The format of `source`, and the same as UTF-8.
fn told(name: &str, source: Source, reading: &Reading) -> Result<(Detected, Source)> {
    let mut source = in_utf8(name, source, reading)?;
    source.peek_document().map_err(|fault| Error::io(name, fault))?;
    let told = || detect::stream(&Ahead::new(name, source.peeked()), &reading.map);
    let detected = reading.format.map_or_else(told, Detected::given);
    Ok((detected, source))
}

/// The source as UTF-8, without a byte order mark.
fn in_utf8(name: &str, mut source: Source, reading: &Reading) -> Result<Source> {
    let marked = Encoding::of_mark(source.peeked());
    if let Some((_, len)) = marked {
        source.skip(len);
    } else if let Some(problem) = detect::unreadable(source.peeked(), reading.encoding) {
        return Err(feed_fault(name, problem));
    }
    let is_binary = || bluesky_car::claims(&Ahead::new(name, source.peeked())).is_some();
    match marked.map(|marked| marked.0).or(reading.encoding) {
        Some(encoding) if !encoding.is_utf8() && !is_binary() => {
            source.transcoded(encoding).map_err(|fault| Error::io(name, fault))
        }
        _ => Ok(source),
    }
}

fn reader(format: Format) -> Reader {
    match format {
        Format::Jsonl => jsonl::open,
        Format::Csv => csv::open,
        Format::Text => text::open,
        Format::XArchive => x_archive::open,
        Format::XV2 => x_v2::open,
        Format::XV1 => x_v1::open,
        Format::Twarc => twarc::open,
        Format::Snscrape => snscrape::open,
        Format::Mastodon => mastodon::open,
        Format::BlueskyCar => bluesky_car::open,
        Format::BlueskyFeed => bluesky_feed::open,
        Format::Facebook => facebook::open,
        Format::Instagram => instagram::open,
        Format::LinkedIn => linkedin::open,
        Format::Xlsx => xlsx::open,
        Format::Feed => feed::open,
        Format::Govuk => govuk::open,
        Format::Markdown => markdown::open,
        Format::Html => html_page::open,
        Format::Docx => docx::open,
        Format::Captions => captions::open,
        Format::Files => files::open,
    }
}

/// What a record says, before it is a [`Post`].
#[derive(Default)]
struct Said {
    text: String,
    id: Option<String>,
    time: Option<String>,
    author: Option<String>,
    url: Option<String>,
    kind: Kind,
    lang: Option<String>,
    notes: Vec<String>,
}

impl Said {
    /// The post at `line` of `file`; one without an id is called by its line.
    fn at(self, file: &str, line: u64) -> Post {
        self.in_place(line, Place::line(file, line))
    }

    /// The post at `place`, record `number` of its table.
    fn in_place(self, number: u64, place: Place) -> Post {
        Post {
            id: self.id.unwrap_or_else(|| number.to_string()),
            text: self.text,
            time: self.time,
            author: self.author,
            url: self.url,
            kind: self.kind,
            lang: self.lang,
            notes: self.notes,
            place: Some(place),
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
        Error::record(place, self.field, self.problem)
    }
}

/// What a document without a name of its own is called: the last part of its file's.
fn name_of(file: &str) -> String {
    let last = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned());
    last.unwrap_or_else(|| file.to_owned())
}

fn feed_fault(file: &str, problem: impl Into<String>) -> Error {
    Error::Feed { file: file.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests;
