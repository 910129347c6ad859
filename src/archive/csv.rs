//! Tables: a header, then one record a line, or several where a quoted cell holds
//! line ends.
//!
//! The cells are parted here and not by the `csv` crate, because that one reads a
//! record of any length into memory and does not say that a quote was left open:
//! the rest of the feed would vanish into one cell. Here such a record is a fault of
//! the line it begins on, and reading goes on at the line after.

use super::columns::{self, Column};
use super::fields::FieldMap;
use super::header::{Columns, Guess, separator_line};
use super::input::Input;
use super::lines::{Got, Lines, TOO_LONG, utf8, without_end};
use super::when::DateOrder;
use super::{Fault, Posts, Reading, Said, detect, feed_fault, table};
use crate::error::{Error, Result};
use crate::post::Post;

const STRAY_QUOTE: &str = "a quote inside a quoted cell is not doubled, or one is left open";
const OPEN_QUOTE: &str = "a quote is left open";

/// The posts of `input`.
pub(super) fn open(input: Input, reading: &Reading) -> Result<Posts> {
    let survey = input.survey().clone();
    let records = Records::new(input.into_lines()?, reading)?;
    if let Some(columns) = records.survey(&reading.map) {
        survey.note(None, columns);
    }
    Ok(Box::new(records))
}

/// The columns of a table for a bulk composer, which has no header.
pub(super) fn survey_of_bulk() -> Vec<Column> {
    vec![
        Column::read("column 1", "time", "no header: a date and time stands in it"),
        Column::read("column 2", "text", "no header: the words between time and link"),
        Column::unread("column 3", "a link that goes with the words"),
    ]
}

/// Reads posts from the rows of a table.
pub(super) struct Records {
    rows: Rows,
    names: Vec<String>,
    /// `None` in a feed without a first row, which is empty.
    columns: Option<Columns>,
    /// Line of the first row where that is no header and still to be handed out.
    first: Option<u64>,
    order: DateOrder,
}

impl Records {
    /// Reads the header; fails where it does not say which column is the text.
    pub fn new(mut lines: Lines, reading: &Reading) -> Result<Self> {
        let (map, order): (&FieldMap, _) = (&reading.map, reading.date_order);
        let line = detect::first_line(lines.peeked());
        let separator = separator_line(line);
        let delimiter = separator.unwrap_or_else(|| Guess::new(line, map).delimiter);
        if separator.is_some() {
            // Blank lines may come before it.
            let is_blank = |line: Result<(u64, &str)>| line.is_ok_and(|(_, line)| line.trim().is_empty());
            while lines.next_str().is_some_and(is_blank) {}
        }
        let mut rows = Rows::new(lines, delimiter);
        let file = rows.lines.file().to_owned();
        let header = match rows.next() {
            None => return Ok(Self { rows, names: Vec::new(), columns: None, first: None, order }),
            Some(Err(Error::Record { place, problem, .. })) => {
                let line = place.line.unwrap_or(1);
                Err(feed_fault(&file, format!("the header on line {line}: {problem}")))
            }
            Some(row) => row.map(|line| (line, &rows.cells)),
        }?;
        let (line, header) = header;
        let names: Result<Vec<_>, _> = (0..header.len()).map(|at| utf8(header.get(at)).map(str::to_owned)).collect();
        let names = names.map_err(|why| feed_fault(&file, format!("the header is {why}")))?;
        if let Some(columns) = Columns::of_bulk(&names).filter(|_| map.is_empty()) {
            let names = ["time", "message", "link"].map(str::to_owned).to_vec();
            return Ok(Self { rows, names, columns: Some(columns), first: Some(line), order });
        }
        let columns = Columns::find(&names, map).map_err(|why| feed_fault(&file, why))?;
        Ok(Self { rows, names, columns: Some(columns), first: None, order })
    }

    /// What its columns are read as; `None` for an empty feed.
    fn survey(&self, map: &FieldMap) -> Option<Vec<Column>> {
        let columns = self.columns.as_ref()?;
        let is_bulk = self.first.is_some();
        Some(if is_bulk { survey_of_bulk() } else { columns::of_header(&self.names, map, columns) })
    }

    /// The post in the row that was just read from line `start`.
    fn said(&self, columns: &Columns, start: u64) -> Result<Said, Fault> {
        let (cells, width) = (&self.rows.cells, self.names.len());
        if cells.len() != width {
            let last = self.rows.lines.number() - 1;
            let to = if last > start { format!("; it ends on line {last}") } else { String::new() };
            let has = cells.len();
            return Err(Fault::new(format!("cells in the row: {has}, in the header: {width}{to}")));
        }
        let cell = |at: usize| utf8(cells.get(at)).map_err(|problem| Fault::of(self.names[at].trim(), problem));
        table::said(columns, self.order, |at| cell(at).map(str::to_owned))
    }
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        let columns = self.columns.take()?;
        let row = self.first.take().map(Ok).or_else(|| self.rows.next());
        let item = row.map(|row| {
            let (start, file) = (row?, self.rows.lines.file());
            let said = self.said(&columns, start);
            said.map(|said| said.at(file, start)).map_err(|fault| fault.at(file, start))
        });
        self.columns = Some(columns);
        item
    }
}

/// Whether a spreadsheet rounded the id to `1.72E+18`, so that it names the wrong
/// post, or several.
pub(super) fn is_rounded(id: &str) -> bool {
    id.split_once("E+").is_some_and(|(digits, exponent)| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            && !exponent.is_empty()
            && exponent.chars().all(|c| c.is_ascii_digit())
    })
}

/// The rows of a table that are not blank, one at a time.
pub(super) struct Rows {
    lines: Lines,
    delimiter: u8,
    /// The lines of the row.
    raw: Vec<u8>,
    /// The cells of the row.
    pub cells: Cells,
}

impl Rows {
    /// The rows of `lines`, whose cells `delimiter` parts.
    pub fn new(lines: Lines, delimiter: u8) -> Self {
        Self { lines, delimiter, raw: Vec::new(), cells: Cells::default() }
    }

    /// Name of the feed.
    pub fn file(&self) -> &str {
        self.lines.file()
    }

    /// The cells of the row that was just read.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Reads a row and returns the line it starts on; `None` at the end of the feed.
    pub fn next(&mut self) -> Option<Result<u64>> {
        loop {
            let start = self.lines.number();
            let problem = match self.read() {
                Err(fault) => return Some(Err(fault)),
                Ok(Row::End) => return None,
                Ok(Row::Whole) if self.cells.are_blank() => continue,
                Ok(Row::Whole) => return Some(Ok(start)),
                Ok(Row::Bad(problem)) => problem,
            };
            let resumed = self.lines.resume(&self.raw, start);
            return Some(resumed.and(Err(Fault::new(problem).at(self.lines.file(), start))));
        }
    }

    fn read(&mut self) -> Result<Row> {
        self.raw.clear();
        self.cells.clear();
        loop {
            let from = self.raw.len();
            match self.lines.read(&mut self.raw)? {
                Got::End if from == 0 => return Ok(Row::End),
                Got::End => return Ok(Row::Bad(OPEN_QUOTE.into())),
                Got::TooLong if from == 0 => return Ok(Row::Bad(TOO_LONG.into())),
                Got::TooLong => return Ok(Row::Bad(format!("{TOO_LONG}, or {OPEN_QUOTE}"))),
                Got::Line => {}
            }
            let line = &self.raw[from..];
            let content = without_end(line);
            if self.cells.add(content, self.delimiter).is_err() {
                return Ok(Row::Bad(STRAY_QUOTE.into()));
            }
            if !self.cells.is_quoted() {
                self.cells.close();
                return Ok(Row::Whole);
            }
            self.cells.bytes.extend_from_slice(&line[content.len()..]);
        }
    }
}

/// What [`Rows::read`] found.
enum Row {
    Whole,
    Bad(String),
    End,
}

/// The cells of one row, without their quotes.
#[derive(Default)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    /// Where in `bytes` each cell ends.
    ends: Vec<usize>,
    state: State,
}

/// Where in a row the next byte stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    #[default]
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: the last one, or the first of a double.
    Quote,
    /// In blanks after the last quote.
    After,
}

/// A quote that neither begins nor ends a cell, and is not doubled.
#[derive(Debug)]
pub(super) struct Stray;

impl Cells {
    /// Adds a line, without its end, to the row.
    pub fn add(&mut self, line: &[u8], delimiter: u8) -> Result<(), Stray> {
        use State::{After, Plain, Quote, Quoted, Start};
        for &byte in line {
            self.state = match self.state {
                Start | Plain | Quote | After if byte == delimiter => {
                    self.ends.push(self.bytes.len());
                    Start
                }
                Start | Quoted if byte == b'"' => {
                    if self.state == Start {
                        Quoted
                    } else {
                        Quote
                    }
                }
                Quote | After if byte != b'"' => match byte {
                    b' ' | b'\t' => After,
                    _ => return Err(Stray),
                },
                After => return Err(Stray),
                state => {
                    self.bytes.push(byte);
                    if matches!(state, Quote | Quoted) { Quoted } else { Plain }
                }
            };
        }
        Ok(())
    }

    /// Ends the last cell, and with it the row.
    pub fn close(&mut self) {
        self.ends.push(self.bytes.len());
        self.state = State::Start;
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell at `index`.
    pub fn get(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[index]]
    }

    fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    fn are_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.state = State::Start;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::source::Source;
    use super::*;

    /// Every row of `feed`, or `None` where one is at fault.
    fn rows(feed: &[u8]) -> Option<Vec<Vec<Vec<u8>>>> {
        let mut source = Source::new(Box::new(std::io::Cursor::new(feed.to_vec())), Arc::default());
        source.peek().unwrap();
        let lines = Lines::new("feed", source);
        let mut rows = Rows::new(lines, b',');
        let mut all = Vec::new();
        while let Some(row) = rows.next() {
            row.ok()?;
            all.push((0..rows.cells.len()).map(|at| rows.cells.get(at).to_vec()).collect());
        }
        Some(all)
    }

    #[test]
    fn parts_cells_as_the_csv_crate_does() {
        let alphabet = *b"a,\"\n";
        let mut compared = 0;
        for length in 0..=6 {
            for number in 0..4_usize.pow(length) {
                let sign = |at| alphabet[number / 4_usize.pow(at) % 4];
                let feed: Vec<u8> = (0..length).map(sign).collect();
                let Some(ours) = rows(&feed) else { continue };
                let theirs: Vec<Vec<Vec<u8>>> = ::csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(feed.as_slice())
                    .byte_records()
                    .map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect())
                    .filter(|row: &Vec<Vec<u8>>| !row.concat().trim_ascii().is_empty())
                    .collect();
                assert_eq!(ours, theirs, "{:?}", String::from_utf8_lossy(&feed));
                compared += 1;
            }
        }
        assert!(compared > 2_000, "{compared}");
    }

    #[test]
    fn blanks_after_a_quoted_cell_are_not_part_of_it() {
        assert_eq!(rows(b"\"a\" ,\"b\"\t\n").unwrap(), [[b"a", b"b"]]);
        assert!(rows(b"\"a\" b\n").is_none());
        assert!(rows(b"\"a\" \"b\"\n").is_none());
    }

    #[test]
    fn ids_rounded_by_a_spreadsheet_are_known() {
        assert!(is_rounded("1.72E+18"));
        assert!(is_rounded("1,72E+18"));
        for id in ["172", "A1E+B", "E+18", "1.72E+", "1e5"] {
            assert!(!is_rounded(id), "{id}");
        }
    }
}
