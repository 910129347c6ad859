//! Tables that twarc made: of API v2 (`twarc2 csv`), where a repost already has the words
//! of the post it passes on and line ends are written as `\n`, and of API v1.1
//! (`json2csv`). Their names of columns are fixed, so nothing is guessed or mapped.

use std::borrow::Cow;

use super::ahead::Ahead;
use super::columns::Column;
use super::csv::{Cells, Rows, is_rounded};
use super::header::Guess;
use super::input::Input;
use super::lines::utf8;
use super::x::{self, Many, Word, Words};
use super::{Fault, Posts, Reading, detect, feed_fault};
use crate::error::{Error, Result};
use crate::post::{Audience, Kind, Place, Post};

/// Columns that only tables of API v2 have.
const OF_V2: [&str; 3] = ["author_id", "conversation_id", "text"];
/// Columns that only tables of API v1.1 have.
const OF_V1: [&str; 3] = ["tweet_type", "user_screen_name", "text"];

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let line = ahead.first_line();
    let (_, names) = header(line)?;
    let version = Version::of(&names)?;
    Some(format!("its first line is the header of a table that {} made", version.tool()))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let file = input.name().to_owned();
    let delimiter = header(detect::first_line(input.ahead())).map_or(b',', |(delimiter, _)| delimiter);
    let survey = input.survey().clone();
    let mut rows = Rows::new(input.into_lines()?, delimiter);
    let names = match rows.next() {
        None => return Ok(Box::new(std::iter::empty())),
        Some(Err(Error::Record { problem, .. })) => return Err(feed_fault(&file, format!("the header: {problem}"))),
        Some(Err(fault)) => return Err(fault),
        Some(Ok(_)) => texts(&rows.cells).map_err(|why| feed_fault(&file, format!("the header is {why}")))?,
    };
    let version = Version::of(&names)
        .ok_or_else(|| feed_fault(&file, "the first line does not name the columns of a table that twarc made"))?;
    let columns = Columns::of(&names, version);
    survey.note(None, columns.survey(&names));
    Ok(Box::new(Table { file, rows, columns }))
}

/// The sign between the cells of a header, and the names in it.
fn header(line: &[u8]) -> Option<(u8, Vec<String>)> {
    let delimiter = Guess::new(line, &super::FieldMap::default()).delimiter;
    let mut cells = Cells::default();
    cells.add(line, delimiter).ok()?;
    cells.close();
    Some((delimiter, texts(&cells).ok()?))
}

fn texts(cells: &Cells) -> Result<Vec<String>, String> {
    (0..cells.len()).map(|at| utf8(cells.get(at)).map(|name| name.trim().to_owned())).collect()
}

/// Which of the two tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

impl Version {
    fn of(names: &[String]) -> Option<Self> {
        let has = |name: &str| names.iter().any(|known| known == name);
        if OF_V1.iter().all(|name| has(name)) {
            return Some(Self::V1);
        }
        let refers = names.iter().any(|name| name.starts_with("referenced_tweets."));
        let names_authors = has("author.username") || has("__twarc.version");
        (OF_V2.iter().all(|name| has(name)) && (refers || names_authors)).then_some(Self::V2)
    }

    fn tool(self) -> &'static str {
        match self {
            Self::V1 => "twarc's json2csv",
            Self::V2 => "twarc2 csv",
        }
    }
}

/// Where in a row the parts of a post are.
struct Columns {
    version: Version,
    width: usize,
    text: Option<usize>,
    id: Option<usize>,
    time: Option<usize>,
    author: Option<usize>,
    lang: Option<usize>,
    kind: Option<usize>,
    reposts: Option<usize>,
    quotes: Option<usize>,
    answers: [Option<usize>; 2],
    edits: Option<usize>,
    protected: Option<usize>,
}

impl Columns {
    fn of(names: &[String], version: Version) -> Self {
        let at = |name: &str| names.iter().position(|known| known == name);
        let author = if version == Version::V1 { "user_screen_name" } else { "author.username" };
        Self {
            version,
            width: names.len(),
            text: at("text"),
            id: at("id"),
            time: at("created_at"),
            author: at(author),
            lang: at("lang"),
            kind: at("tweet_type"),
            reposts: at("referenced_tweets.retweeted.id"),
            quotes: at("referenced_tweets.quoted.id"),
            answers: [at("referenced_tweets.replied_to.id"), at("in_reply_to_user_id")],
            edits: at("edit_history_tweet_ids"),
            protected: at("author.protected"),
        }
    }

    /// What the columns `names` are read as.
    fn survey(&self, names: &[String]) -> Vec<Column> {
        let kinds = [self.kind, self.reposts, self.quotes, self.answers[0], self.answers[1], self.edits];
        let column = |(at, name): (usize, &String)| {
            let parts = [
                (self.text, "text"),
                (self.id, "id"),
                (self.time, "time"),
                (self.author, "author"),
                (self.lang, "lang"),
                (self.protected, "audience"),
            ];
            let part = parts.iter().find(|part| part.0 == Some(at)).map(|part| part.1);
            match part.or_else(|| kinds.contains(&Some(at)).then_some("kind")) {
                Some(part) => Column::read(name, part, &format!("the name {} gives it", self.version.tool())),
                None => Column::unread(name, "nothing in it is part of a post"),
            }
        };
        names.iter().enumerate().map(column).collect()
    }
}

/// Reads posts from the rows of a table.
struct Table {
    file: String,
    rows: Rows,
    columns: Columns,
}

impl Iterator for Table {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.rows.next()? {
            Ok(line) => line,
            Err(fault) => return Some(Err(fault)),
        };
        let place = Place::line(&self.file, line);
        Some(match self.columns.post(&self.rows.cells) {
            Ok(post) => Ok(x::placed(post, place)),
            Err(fault) => Err(fault.in_place(place)),
        })
    }
}

impl Columns {
    fn post(&self, cells: &Cells) -> Result<Post, Fault> {
        if cells.len() != self.width {
            return Err(Fault::new(format!("cells in the row: {}, in the header: {}", cells.len(), self.width)));
        }
        let cell = |at: Option<usize>, name| -> Result<&str, Fault> {
            let cell = at.map(|at| utf8(cells.get(at)).map_err(|problem| Fault::of(name, problem)));
            Ok(cell.transpose()?.unwrap_or_default())
        };
        let filled = |at, name| cell(at, name).map(|cell| Some(plain(cell)).filter(|cell| !cell.is_empty()));
        let raw = cell(self.text, "text")?;
        let words = match self.version {
            Version::V1 => Words::escaped(raw),
            Version::V2 if is_json_string(raw) => Words::decoded(raw, json_or_html).without_quotes(),
            Version::V2 => Words::decoded(raw, newline_or_html),
        };
        let id = filled(self.id, "id")?;
        let lost = id.as_deref().is_some_and(is_rounded);
        let author = filled(self.author, "author")?;
        let mut post = x::post(id.as_deref().filter(|_| !lost), author.as_deref());
        if lost {
            post.notes.push("its id was rounded by a spreadsheet".to_owned());
        }
        let has = |at: Option<usize>| at.is_some_and(|at| !cells.get(at).trim_ascii().is_empty());
        post.kind = match cell(self.kind, "tweet_type")?.trim() {
            _ if has(self.reposts) || x::is_repost(&words.text) => Kind::Repost,
            "retweet" => Kind::Repost,
            "reply" => Kind::Reply,
            "quote" => Kind::Quote,
            _ if self.answers.iter().any(|at| has(*at)) => Kind::Reply,
            _ if has(self.quotes) => Kind::Quote,
            _ => Kind::Original,
        };
        if post.kind == Kind::Repost && x::stub(&words.text).is_some() {
            post.notes.push(x::CUT.to_owned());
        }
        let edits = filled(self.edits, "edit_history_tweet_ids")?.unwrap_or_default();
        let edits = serde_json::from_str::<Many<Word<'_>>>(&edits).unwrap_or_default();
        if x::is_superseded(&post.id, &edits.items) {
            post.kind = Kind::Version;
        }
        if cell(self.protected, "author.protected")?.trim().eq_ignore_ascii_case("true") {
            post.audience = Audience::Followers;
        }
        let time = filled(self.time, "created_at")?.map(Cow::into_owned);
        let lang = filled(self.lang, "lang")?.and_then(|lang| x::lang(&lang));
        Ok(words.into_post(Post { time, lang, ..post }))
    }
}

/// A cell without blanks, and without the quotes of a table of JSON cells.
fn plain(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim();
    if !is_json_string(cell) {
        return Cow::Borrowed(cell);
    }
    serde_json::from_str(cell).map_or(Cow::Borrowed(cell), Cow::Owned)
}

fn is_json_string(cell: &str) -> bool {
    cell.len() > 1 && cell.starts_with('"') && serde_json::from_str::<Word<'_>>(cell).is_ok()
}

/// A line end as twarc2 writes it, or an escape of X.
fn newline_or_html(rest: &str) -> Option<(Cow<'static, str>, usize)> {
    if rest.starts_with("\\n") { Some((Cow::Borrowed("\n"), 2)) } else { x::escape(rest) }
}

/// An escape of JSON or of X.
fn json_or_html(rest: &str) -> Option<(Cow<'static, str>, usize)> {
    let Some(escape) = rest.strip_prefix('\\') else { return x::escape(rest) };
    let len = match escape.as_bytes().first()? {
        b'u' => {
            let is_high = escape
                .get(1..3)
                .is_some_and(|hex| matches!(hex.to_ascii_lowercase().as_str(), "d8" | "d9" | "da" | "db"));
            if is_high { 12 } else { 6 }
        }
        _ => 2,
    };
    let sign: String = serde_json::from_str(&format!("\"{}\"", rest.get(..len)?)).ok()?;
    Some((Cow::Owned(sign), len))
}

#[cfg(test)]
mod tests;
