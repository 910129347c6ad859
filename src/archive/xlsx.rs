//! Spreadsheets (.xlsx): the rows of every sheet that has a column for the words. A cell
//! counts for what it last showed; nothing is computed. Cells are read one after the other
//! and never laid out, so that a sheet with one cell in its far corner stays small.

mod parts;

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xlsx};

use super::columns::{Survey, of_header};
use super::csv::survey_of_bulk;
use super::header::{Columns, has_text, known};
use super::input::Input;
use super::lines::{RECORD_LIMIT, TOO_LONG};
use super::members::Members;
use super::{Fault, Posts, Reading, feed_fault, table};
use crate::error::{Error, Result};
use crate::post::{Kind, Place, Post};
use parts::Hidden;

/// Rows at the top of a sheet among which the header is looked for; titles may come first.
const HEAD: usize = 5;
/// Most columns of a sheet that are looked at.
const COLUMNS: u32 = 1024;
/// Most bytes of words that are kept of a workbook: 128 MiB.
const KEPT: usize = 128 << 20;
const BROKEN: &str = "a broken spreadsheet: open it in Excel and save it again";

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let is_workbook = members.is_zip() && members.names().any(|name| name == parts::WORKBOOK);
    is_workbook.then(|| format!("it holds {}, as Excel workbooks do", parts::WORKBOOK))
}

/// The posts of `input`.
pub(super) fn open(input: Input, reading: &Reading) -> Result<Posts> {
    let file = input.name().to_owned();
    let path = input.path().map(std::path::Path::to_owned);
    let survey = input.survey().clone();
    let members = input.into_members("a spreadsheet")?;
    let path = path.filter(|_| members.is_zip()).ok_or_else(|| feed_fault(&file, "a spreadsheet must be one file"))?;
    let hidden = parts::hidden(&members)?;
    let source = File::open(&path).map_err(|fault| Error::io(&path, fault))?;
    // What calamine says of a fault may quote a cell.
    let broken = |_| feed_fault(&file, BROKEN);
    let mut book = Xlsx::new(BufReader::new(source)).map_err(broken)?;
    let sheets: Vec<Sheet> = book.sheets_metadata().to_vec();
    let mut tables = Tables { file: &file, reading, survey, hidden, posts: Vec::new(), kept: 0, without: Vec::new() };
    let mut found = 0;
    for sheet in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        found += usize::from(tables.read(&mut book, sheet)?);
    }
    if found == 0 && !tables.without.is_empty() {
        return Err(tables.no_text());
    }
    Ok(Box::new(tables.posts.into_iter()))
}

/// A row: its number from 1, and its cells from the first column on.
struct Row {
    number: u32,
    cells: Vec<String>,
    bytes: usize,
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The tables of a workbook.
struct Tables<'r> {
    file: &'r str,
    reading: &'r Reading,
    survey: Survey,
    hidden: Hidden,
    posts: Vec<Result<Post>>,
    kept: usize,
    /// Sheets that have cells but no column for the words, and why they have none.
    without: Vec<(String, String)>,
}

impl Tables<'_> {
    /// Reads one sheet; whether there is a table in it.
    fn read(&mut self, book: &mut Xlsx<BufReader<File>>, sheet: &Sheet) -> Result<bool> {
        let broken = || feed_fault(self.file, format!("sheet {}: {BROKEN}", sheet.name));
        let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(|_| broken())?;
        let mut rows = std::iter::from_fn({
            let mut next: Option<(u32, u32, String)> = None;
            let mut ended = false;
            move || {
                let mut row = next.take().map(|(number, at, cell)| row_with(number, at, cell));
                while !ended {
                    let cell = match cells.next_cell() {
                        Ok(Some(cell)) => cell,
                        Ok(None) => {
                            ended = true;
                            break;
                        }
                        Err(_) => {
                            ended = true;
                            return Some(Err(()));
                        }
                    };
                    let (number, at) = cell.get_position();
                    let value = shown(cell.get_value());
                    if value.is_empty() || at >= COLUMNS {
                        continue;
                    }
                    match &mut row {
                        None => row = Some(row_with(number, at, value)),
                        Some(row) if row.number == number + 1 => put(row, at, value),
                        Some(_) => {
                            next = Some((number, at, value));
                            break;
                        }
                    }
                }
                row.map(Ok)
            }
        });
        let mut head = Vec::new();
        for row in rows.by_ref() {
            let row = row.map_err(|()| broken())?;
            if !row.is_blank() {
                head.push(row);
            }
            if head.len() == HEAD {
                break;
            }
        }
        let Some((columns, start)) = self.columns(sheet, &head)? else { return Ok(false) };
        for row in head.drain(start..) {
            self.add(sheet, &columns, &row)?;
        }
        for row in rows {
            let row = row.map_err(|()| feed_fault(self.file, format!("sheet {}: {BROKEN}", sheet.name)))?;
            self.add(sheet, &columns, &row)?;
        }
        Ok(true)
    }

    /// The columns of a sheet that begins with the rows `head`, and the index of the first
    /// of them that is a record; `None` for a sheet without words.
    fn columns(&mut self, sheet: &Sheet, head: &[Row]) -> Result<Option<(Columns, usize)>> {
        let map = &self.reading.map;
        let name = || Some(format!("sheet {}", sheet.name));
        let known = |at: &usize| (known(&head[*at].cells, map), std::cmp::Reverse(*at));
        let header = (0..head.len()).filter(|&at| has_text(&head[at].cells, map)).max_by_key(known);
        let fault = |why: String| feed_fault(self.file, format!("sheet {}: {why}", sheet.name));
        match (header, head.first()) {
            (Some(at), _) => {
                let columns = Columns::find(&head[at].cells, map).map_err(fault)?;
                self.survey.note(name(), of_header(&head[at].cells, map, &columns));
                Ok(Some((columns, at + 1)))
            }
            (None, None) => Ok(None),
            (None, Some(first)) => {
                let mut row = first.cells.clone();
                row.resize(row.len().max(3), String::new());
                if let Some(columns) = Columns::of_bulk(&row).filter(|_| map.is_empty()) {
                    self.survey.note(name(), survey_of_bulk());
                    return Ok(Some((columns, 0)));
                }
                let why = Columns::find(&first.cells, map).err().unwrap_or_default();
                self.survey.note(name(), Vec::new());
                self.without.push((sheet.name.clone(), why));
                // It is counted, and shown to be no post.
                let place = Place::item(self.file, format!("sheet {}", sheet.name));
                let notes = vec!["sheet without a column for the words".to_owned()];
                let post =
                    Post { id: sheet.name.clone(), kind: Kind::Other, notes, place: Some(place), ..Post::default() };
                self.posts.push(Ok(post));
                Ok(None)
            }
        }
    }

    fn add(&mut self, sheet: &Sheet, columns: &Columns, row: &Row) -> Result<()> {
        let is_long = row.bytes > RECORD_LIMIT;
        if row.is_blank() && !is_long {
            return Ok(());
        }
        let place = Place::item(self.file, format!("sheet {} row {}", sheet.name, row.number));
        let cell = |at: usize| {
            if is_long { Err(Fault::new(TOO_LONG)) } else { Ok(row.cells.get(at).cloned().unwrap_or_default()) }
        };
        let post = table::said(columns, self.reading.date_order, cell).map(|mut said| {
            said.id.get_or_insert_with(|| format!("{}!{}", sheet.name, row.number));
            if sheet.visible != SheetVisible::Visible {
                said.notes.push("hidden sheet".to_owned());
            }
            if self.hidden.holds(&sheet.name, row.number) {
                said.notes.push("hidden row".to_owned());
            }
            said.in_place(row.number.into(), place.clone())
        });
        self.kept += row.bytes.min(RECORD_LIMIT) + size_of::<Post>();
        if self.kept > KEPT {
            return Err(feed_fault(self.file, format!("more than {} MiB of words: save it as CSV", KEPT >> 20)));
        }
        self.posts.push(post.map_err(|fault| fault.in_place(place)));
        Ok(())
    }

    /// What to say where no sheet has a column for the words.
    fn no_text(&self) -> Error {
        if let [(name, why)] = self.without.as_slice() {
            return feed_fault(self.file, format!("sheet {name}: {why}"));
        }
        let names: Vec<_> = self.without.iter().map(|(name, _)| name.as_str()).collect();
        let why = format!(
            "none of the sheets {} has a column whose name says text; name it with `--map text=COLUMN`",
            names.join(", ")
        );
        feed_fault(self.file, why)
    }
}

fn row_with(number: u32, at: u32, cell: String) -> Row {
    let mut row = Row { number: number + 1, cells: Vec::new(), bytes: 0 };
    put(&mut row, at, cell);
    row
}

fn put(row: &mut Row, at: u32, cell: String) {
    row.bytes += cell.len();
    if row.bytes > RECORD_LIMIT {
        return; // the row is a fault
    }
    let at = at as usize;
    row.cells.resize(row.cells.len().max(at + 1), String::new());
    row.cells[at] = cell;
}

/// A cell as the post shall have it: a whole number as its digits, unless Excel, which
/// keeps fifteen, lost some; a day or time as ISO 8601.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() >= 1e15 => format!("{number:E}").replace('E', "E+"),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string().to_uppercase(),
        DataRef::DateTime(at) => time(at),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn time(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    match at.as_f64() {
        number if number < 1.0 => clock,
        number if number.fract() == 0.0 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {clock}"),
    }
}

#[cfg(test)]
mod tests;
