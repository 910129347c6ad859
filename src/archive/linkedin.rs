//! A `LinkedIn` export: `Shares.csv` and `Comments.csv`, by themselves or in the archive or
//! folder they came in. No other file of an export is opened.
//!
//! The export ends a line inside a cell with a quote and begins the next one with a quote;
//! both are taken away where every line end of the cell has them. A share without words is
//! somebody else's post passed on.

use super::ahead::Ahead;
use super::columns::{Column, Survey};
use super::csv::Rows;
use super::input::Input;
use super::lines::{Lines, utf8};
use super::members::Members;
use super::meta::hashed;
use super::{Fault, Posts, Reading, feed_fault};
use crate::error::{Error, Result};
use crate::post::{Audience, Kind, Place, Post};
use crate::span::Span;
use crate::text::Aligned;

const SHARES: &str = "Shares.csv";
const COMMENTS: &str = "Comments.csv";
/// Files that tell an export from a folder that happens to hold a table of one of those names.
pub(super) const BESIDE: [&str; 4] = ["Connections.csv", "Profile.csv", "Reactions.csv", "Positions.csv"];

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let names = std::str::from_utf8(ahead.first_line()).ok()?.split(',').map(|name| name.trim().trim_matches('"'));
    let table = Table::of(&names.collect::<Vec<_>>())?;
    let is_ours = !table.is_comments || ahead.contains("www.linkedin.com/");
    is_ours.then(|| format!("its columns are those of `{}` in a LinkedIn export", table.name()))
}

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let found: Vec<&str> = [SHARES, COMMENTS].into_iter().filter_map(|file| members.find(file)).collect();
    let is_export = BESIDE.iter().any(|file| members.find(file).is_some()) || members.names().count() == found.len();
    let first = found.first().filter(|_| is_export)?;
    Some(format!("`{first}` is in it, as in a LinkedIn export"))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let survey = input.survey().clone();
    if input.members().is_none() {
        return Ok(Box::new(Records::new(input.into_lines()?, None, &survey)?));
    }
    let members = input.into_members("an export")?;
    let found: Vec<String> =
        [SHARES, COMMENTS].into_iter().filter_map(|file| members.find(file)).map(str::to_owned).collect();
    if found.is_empty() {
        return Err(feed_fault(members.name(), format!("neither `{SHARES}` nor `{COMMENTS}` is in it")));
    }
    let mut waiting = found.into_iter();
    let mut now: Option<Records> = None;
    Ok(Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(item) = now.as_mut().and_then(Iterator::next) {
                return Some(item);
            }
            let member = waiting.next()?;
            let lines = members.open(&member).map(|source| Lines::new(members.name(), source));
            let survey = survey.of_member(&member);
            match lines.and_then(|lines| Records::new(lines, Some(member), &survey)) {
                Ok(records) => now = Some(records),
                Err(fault) => return Some(Err(fault)),
            }
        }
    })))
}

/// Which columns hold what.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    is_comments: bool,
    width: usize,
    date: usize,
    link: usize,
    text: usize,
    media: Option<usize>,
    visibility: Option<usize>,
}

impl Table {
    /// The table whose columns have these names, if it is one of ours.
    fn of(names: &[&str]) -> Option<Self> {
        let column = |name| names.iter().position(|known| known.eq_ignore_ascii_case(name));
        let is_comments = names.len() == 3 && column("Message").is_some();
        let (link, text) = if is_comments { ("Link", "Message") } else { ("ShareLink", "ShareCommentary") };
        Some(Self {
            is_comments,
            width: names.len(),
            date: column("Date")?,
            link: column(link)?,
            text: column(text)?,
            media: column("MediaUrl"),
            visibility: column("Visibility"),
        })
    }

    fn name(&self) -> &'static str {
        if self.is_comments { COMMENTS } else { SHARES }
    }

    /// What the columns `names` are read as.
    fn survey(&self, names: &[&str]) -> Vec<Column> {
        let column = |(at, name): (usize, &&str)| {
            let read_as = match at {
                at if at == self.date => vec!["time"],
                at if at == self.link && self.is_comments => vec!["url"],
                at if at == self.link => vec!["id", "url"],
                at if at == self.text => vec!["text"],
                at if Some(at) == self.media => vec!["kind"],
                at if Some(at) == self.visibility => vec!["audience"],
                _ => return Column::unread(name, "nothing in it is part of a post"),
            };
            let why = match at {
                at if Some(at) == self.media => "a share without words or media is passed on",
                _ => "LinkedIn's name for it",
            };
            Column { name: (*name).to_owned(), read_as, why: why.to_owned() }
        };
        names.iter().enumerate().map(column).collect()
    }
}

/// Reads posts from one table.
struct Records {
    rows: Rows,
    member: Option<String>,
    /// `None` in a table without rows.
    table: Option<Table>,
}

impl Records {
    fn new(lines: Lines, member: Option<String>, survey: &Survey) -> Result<Self> {
        let mut rows = Rows::new(lines, b',');
        let table = match rows.next() {
            None => None,
            Some(Err(Error::Record { place, problem, .. })) => {
                let problem = format!("the header on line {}: {problem}", place.line.unwrap_or(1));
                return Err(feed_fault(&named(rows.file(), member.as_deref()), problem));
            }
            Some(row) => {
                row?;
                let cells = rows.cells();
                let names: Vec<&str> =
                    (0..cells.len()).map(|at| utf8(cells.get(at)).unwrap_or_default().trim()).collect();
                let table = Table::of(&names);
                let problem = "the first line does not name the columns of LinkedIn's `Shares.csv` (Date, ShareLink, \
                               ShareCommentary) or `Comments.csv` (Date, Link, Message)";
                let table = table.ok_or_else(|| feed_fault(&named(rows.file(), member.as_deref()), problem))?;
                survey.note(None, table.survey(&names));
                Some(table)
            }
        };
        Ok(Self { rows, member, table })
    }

    fn place(&self, line: u64) -> Place {
        Place { member: self.member.clone(), ..Place::line(self.rows.file(), line) }
    }

    fn post(&self, table: &Table, line: u64) -> Result<Post, Fault> {
        let cells = self.rows.cells();
        if cells.len() != table.width {
            let problem = format!("cells in the row: {}, in the header: {}", cells.len(), table.width);
            return Err(Fault::new(problem));
        }
        let cell = |at: usize, name: &str| utf8(cells.get(at)).map_err(|problem| Fault::of(name, problem));
        let filled =
            |at: usize, name: &str| cell(at, name).map(|cell| Some(cell.trim()).filter(|cell| !cell.is_empty()));
        let raw = cell(table.text, if table.is_comments { "Message" } else { "ShareCommentary" })?;
        let address = filled(table.link, "ShareLink")?;
        let mut post = Post {
            time: filled(table.date, "Date")?.map(str::to_owned),
            url: address.map(str::to_owned),
            place: Some(self.place(line)),
            ..Post::default()
        };
        match joined(raw) {
            Some(aligned) => {
                aligned.as_str().clone_into(&mut post.text);
                post.original = Some(aligned);
            }
            None => raw.clone_into(&mut post.text),
        }
        if table.is_comments {
            // The link is that of the post which was commented on, perhaps more than once.
            post.kind = Kind::Reply;
            let time = post.time.as_deref().unwrap_or_default();
            post.id = hashed(&[time, address.unwrap_or_default(), &post.text]);
            return Ok(post);
        }
        post.id = address.and_then(urn).unwrap_or_else(|| line.to_string());
        post.platform = address.and_then(urn).map(|_| "linkedin");
        let media = table.media.map(|at| filled(at, "MediaUrl")).transpose()?.flatten();
        if post.text.trim().is_empty() && media.is_none() {
            post.kind = Kind::Repost;
        }
        let visibility = table.visibility.map(|at| filled(at, "Visibility")).transpose()?.flatten();
        if visibility.is_some_and(|visibility| visibility.to_ascii_uppercase().contains("CONNECTIONS")) {
            post.audience = Audience::Followers;
        }
        Ok(post)
    }
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        let table = self.table.as_ref()?;
        Some(match self.rows.next()? {
            Ok(line) => self.post(table, line).map_err(|fault| fault.in_place(self.place(line))),
            Err(Error::Record { place, field, problem }) => {
                Err(Error::record(Place { member: self.member.clone(), ..*place }, field, problem))
            }
            Err(fault) => Err(fault),
        })
    }
}

fn named(file: &str, member: Option<&str>) -> String {
    member.map_or_else(|| file.to_owned(), |member| format!("{file}!{member}"))
}

/// The name of the share in its address: `urn:li:share:7345`.
fn urn(link: &str) -> Option<String> {
    let (_, urn) = link.split_once("/update/")?;
    let urn = urn.split(['?', '/', '#']).next()?.replace("%3A", ":").replace("%3a", ":");
    let rest = urn.strip_prefix("urn:li:")?;
    rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_')).then_some(urn)
}

/// `cell` without the quotes around its line ends, if every one of them has both.
fn joined(cell: &str) -> Option<Aligned> {
    let bytes = cell.as_bytes();
    let mut ends = memchr::memchr_iter(b'\n', bytes).peekable();
    ends.peek()?;
    let quoted = |end: usize| {
        let start = if end > 0 && bytes[end - 1] == b'\r' { end - 1 } else { end };
        let has_both = start > 0 && bytes[start - 1] == b'"' && bytes.get(end + 1) == Some(&b'"');
        has_both.then(|| Span::new(start - 1, end + 2))
    };
    let ends: Vec<Span> = ends.map(quoted).collect::<Option<_>>()?;
    // One quote cannot stand after one line end and before the next.
    if ends.windows(2).any(|pair| pair[0].overlaps(pair[1])) {
        return None;
    }
    let mut out = Aligned::with_capacity(cell.len());
    let mut at = 0;
    let tail = Span::new(cell.len(), cell.len());
    for end in ends.into_iter().chain([tail]) {
        for (offset, c) in cell[at..end.start].char_indices() {
            let here = Span::new(at + offset, at + offset + c.len_utf8());
            out.push(here.of(cell), here);
        }
        if end != tail {
            out.push("\n", end);
        }
        at = end.end;
    }
    Some(out)
}

#[cfg(test)]
mod tests;
