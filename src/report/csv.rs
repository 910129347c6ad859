//! Verdicts as a table by RFC 4180: a header, one row a post, lists joined by ` | `. Words
//! that a spreadsheet would run as a formula are made plain with an apostrophe before them.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use super::row::{Cell, POST};
use super::{Record, Report, Run};

/// What parts the entries of a list.
const BETWEEN: &str = " | ";

/// Writes one row a post.
pub struct Csv {
    to: Writer<Marked>,
    begun: bool,
}

impl Csv {
    /// Writes to `out`; for `excel`, with the mark by which Excel knows UTF-8.
    pub fn new(out: Box<dyn Write + Send>, excel: bool) -> Self {
        let mut builder = WriterBuilder::new();
        // All words in quotes: a `;` or a tab in them would part cells where those are the separators.
        builder.terminator(Terminator::CRLF).quote_style(QuoteStyle::NonNumeric);
        Self { to: builder.from_writer(Marked { out, mark: excel }), begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        Ok(self.to.write_record(POST.iter().map(|column| column.name))?)
    }

    fn cell(&mut self, cell: Cell<'_>) -> io::Result<()> {
        match cell {
            Cell::Text(text) => self.to.write_field(safe(&text.unwrap_or_default()).as_bytes())?,
            Cell::List(entries) => self.to.write_field(safe(&entries.join(BETWEEN)).as_bytes())?,
            Cell::Number(number) => self.to.write_field(number.map(|n| n.to_string()).unwrap_or_default())?,
            Cell::Count(count) => self.to.write_field(count.map(|n| n.to_string()).unwrap_or_default())?,
            Cell::Day(day) => self.to.write_field(day.map(|day| day.to_string()).unwrap_or_default())?,
            Cell::Flag(flag) => self.to.write_field(if flag { "true" } else { "false" })?,
        }
        Ok(())
    }
}

impl Report for Csv {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.begin()?;
        for column in &POST {
            self.cell((column.cell)(record))?;
        }
        Ok(self.to.write_record(None::<&[u8]>)?)
    }

    fn finish(mut self: Box<Self>, _run: &Run) -> io::Result<()> {
        self.begin()?;
        self.to.flush()
    }
}

/// A writer whose first bytes are, where `mark` says so, the mark of UTF-8.
struct Marked {
    out: Box<dyn Write + Send>,
    mark: bool,
}

impl Write for Marked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.mark {
            self.out.write_all("\u{feff}".as_bytes())?;
            self.mark = false;
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `text` as a spreadsheet shows it and does not run it. Taking one apostrophe off what
/// [`is_formula`] without it gives the text back. NUL, at which readers stop, is replaced.
fn safe(text: &str) -> Cow<'_, str> {
    let text = if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { Cow::Borrowed(text) };
    if is_formula(&text) { format!("'{text}").into() } else { text }
}

/// Whether a spreadsheet may take `text` for a formula: it begins with one of its signs,
/// be it after blanks or quotes, or with what parts cells.
fn is_formula(text: &str) -> bool {
    let is_passed = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\u{200b}' | '\u{feff}');
    let bare = text.trim_start_matches(is_passed);
    bare.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text[..text.len() - bare.len()].contains(['\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::super::samples::{NASTY, Sample, every_kind, finding, run, text, written};
    use super::*;
    use crate::rules::Level;
    use serde_json::json;

    type Rows = Vec<::csv::StringRecord>;

    fn rows(samples: Vec<Sample>) -> (Vec<String>, Rows) {
        let bytes = written(|out| Csv::new(out, false), samples, &run());
        let mut reader = ::csv::ReaderBuilder::new().from_reader(&bytes[..]);
        let names = reader.headers().unwrap().iter().map(str::to_owned).collect();
        (names, reader.records().map(Result::unwrap).collect())
    }

    #[test]
    fn every_post_is_a_row_that_reads_back() {
        let all = every_kind();
        let (names, rows) = rows(all.clone());
        assert_eq!(rows.len(), all.len());
        let at = |name: &str| names.iter().position(|n| n == name).unwrap();
        for (row, nasty) in rows.iter().zip(NASTY) {
            let text = &row[at("text")];
            let bare = text.strip_prefix('\'').filter(|bare| is_formula(bare)).unwrap_or(text);
            assert_eq!(bare, nasty.replace('\0', "\u{fffd}"));
        }
        let row = |id: &str| rows.iter().find(|row| &row[0] == id).unwrap();
        assert_eq!(&row("archived")[at("member")], "data/tweets.js");
        assert_eq!(&row("archived")[at("line")], "");
        assert_eq!(&row("foreign")[at("controversy_risk")], "");
        assert_eq!(&row("clear")[at("controversy_risk")], "0.02");
        assert_eq!(&row("stays")[at("suppressed")], "claims/record: quoted from Hansard");
        assert_eq!(&row("hidden")[at("text")], "");
    }

    #[test]
    fn no_cell_is_a_formula() {
        let starts =
            ["=1", "+1", "-1", "@a", " =1", "\"=1", "\u{feff}=1", "\t1", "\r1", "\n1", "＝1", "'=1", " ' \"-x"];
        for start in starts {
            assert_eq!(safe(start), format!("'{start}"), "{start:?}");
        }
        for harmless in ["a=1", "'tis", "\"quoted\"", "", " a", "1-2", "😀=", "…-"] {
            assert_eq!(safe(harmless), harmless);
        }
        let sample = Sample::new("=id", "-text")
            .finds(finding("@rule", Level::Note, "-text"))
            .with("author", json!("+44"))
            .with("notes", json!(["=note"]))
            .with("url", json!("@url"))
            .with("place", json!({"file": "-", "member": "=m", "item": "+i"}));
        let (names, rows) = rows(vec![sample]);
        for (name, cell) in names.iter().zip(&rows[0]) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}");
        }
    }

    #[test]
    fn words_are_quoted_and_numbers_are_not() {
        let text = text(|out| Csv::new(out, false), vec![Sample::new("a;b", "x")], &run());
        let (header, rows) = text.split_once("\r\n").unwrap();
        assert!(header.starts_with("\"id\",\"verdict\","), "{header}");
        assert!(rows.starts_with("\"a;b\",\"clear\",\"clear\",0.02,0.001,"), "{rows}");
        assert!(rows.ends_with("\"x\"\r\n"));
    }

    #[test]
    fn an_empty_run_has_a_header_and_excel_its_mark() {
        let empty = text(|out| Csv::new(out, true), vec![], &run());
        assert!(empty.starts_with("\u{feff}\"id\",\"verdict\""), "{empty}");
        assert_eq!(empty.matches("\r\n").count(), 1);
    }
}
