//! Verdicts as Parquet: the columns of the CSV with their types, lists as lists, and every
//! finding, those that may stay among them, in the list `findings`. A group of rows is held
//! until it is full; nothing else grows with the run.

mod leaf;

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use super::record::Found;
use super::row::{Column, FINDING, Kind, POST};
use super::{Record, Report, Run};
use leaf::Leaf;

/// Rows of a group, and bytes of words in it: whichever is reached first.
const ROWS: usize = 1 << 16;
const BYTES: usize = 16 << 20;

/// Name of the list of findings.
const FINDINGS: &str = "findings";

/// Writes groups of rows, one row a post.
pub struct Parquet {
    to: SerializedFileWriter<Box<dyn Write + Send>>,
    /// The columns of a post, then those of a finding.
    leaves: Vec<Leaf>,
    rows: usize,
    bytes: usize,
}

impl Parquet {
    /// Writes to `out`.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(out: Box<dyn Write + Send>) -> io::Result<Self> {
        let schema = parse_message_type(&schema()).expect("a test reads the schema");
        let about = WriterProperties::builder()
            .set_created_by(concat!("crossbench ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .build();
        let to = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(about)).map_err(fault)?;
        Ok(Self { to, leaves: leaves(), rows: 0, bytes: 0 })
    }

    fn group(&mut self) -> io::Result<()> {
        let mut group = self.to.next_row_group().map_err(fault)?;
        for leaf in &mut self.leaves {
            let mut column = group.next_column().map_err(fault)?.expect("there is a column for each leaf");
            leaf.write(&mut column).map_err(fault)?;
            column.close().map_err(fault)?;
        }
        group.close().map_err(fault)?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Report for Parquet {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let (post, finding) = self.leaves.split_at_mut(POST.len());
        for (leaf, column) in post.iter_mut().zip(&POST) {
            self.bytes += leaf.push((column.cell)(record));
        }
        for (leaf, column) in finding.iter_mut().zip(&FINDING) {
            if record.findings.is_empty() {
                leaf.push_none();
            }
            for (at, found) in record.findings.iter().enumerate() {
                self.bytes += leaf.push_entry((column.cell)(found), at == 0);
            }
        }
        self.rows += 1;
        if self.rows == ROWS || self.bytes >= BYTES { self.group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>, _run: &Run) -> io::Result<()> {
        if self.rows > 0 {
            self.group()?;
        }
        self.to.into_inner().map_err(fault)?.flush()
    }
}

/// A fault of the writer as what `out` said, where it said something.
fn fault(fault: ParquetError) -> io::Error {
    match fault {
        ParquetError::External(fault) => match fault.downcast::<io::Error>() {
            Ok(fault) => *fault,
            Err(fault) => io::Error::other(fault),
        },
        fault => io::Error::other(fault),
    }
}

/// One leaf a column, those of findings one list deeper.
fn leaves() -> Vec<Leaf> {
    let post = POST.iter().map(|column| Leaf::new(column.kind, false));
    post.chain(FINDING.iter().map(|column: &Column<Found>| Leaf::new(column.kind, true))).collect()
}

/// The schema in the words of the format.
fn schema() -> String {
    let field = |name: &str, kind: Kind| match kind {
        Kind::Word => format!("required binary {name} (STRING);"),
        Kind::Text => format!("optional binary {name} (STRING);"),
        Kind::List => {
            format!("required group {name} (LIST) {{ repeated group list {{ required binary element (STRING); }} }}")
        }
        Kind::Number => format!("optional double {name};"),
        Kind::Count => format!("optional int64 {name};"),
        Kind::Day => format!("optional int32 {name} (DATE);"),
        Kind::Flag => format!("required boolean {name};"),
    };
    let post: String = POST.iter().map(|column| field(column.name, column.kind)).collect();
    let finding: String = FINDING.iter().map(|column| field(column.name, column.kind)).collect();
    format!(
        "message post {{ {post} required group {FINDINGS} (LIST) {{ repeated group list {{ required group element \
         {{ {finding} }} }} }} }}"
    )
}

#[cfg(test)]
mod tests {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::{Field, Row};

    use super::super::samples::{Finding, NASTY, Sample, every_kind, finding, run, written};
    use super::*;
    use crate::rules::Level;

    fn read(samples: Vec<Sample>) -> (usize, Vec<Row>) {
        let bytes = written(|out| Parquet::new(out).unwrap(), samples, &run());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        (reader.num_row_groups(), reader.get_row_iter(None).unwrap().map(Result::unwrap).collect())
    }

    fn field<'r>(row: &'r Row, name: &str) -> &'r Field {
        row.get_column_iter().find(|(n, _)| *n == name).unwrap().1
    }

    #[test]
    fn every_post_reads_back_word_for_word() {
        let all = every_kind();
        let (_, rows) = read(all.clone());
        assert_eq!(rows.len(), all.len());
        for (row, nasty) in rows.iter().zip(NASTY) {
            assert_eq!(*field(row, "text"), Field::Str(nasty.to_owned()));
        }
        let by = |id: &str| rows.iter().find(|row| *field(row, "id") == Field::Str(id.to_owned())).unwrap();
        assert_eq!(*field(by("hidden"), "text"), Field::Null);
        assert_eq!(*field(by("clear"), "controversy_risk"), Field::Double(0.02));
        assert_eq!(*field(by("foreign"), "controversy_risk"), Field::Null);
        assert_eq!(*field(by("piped"), "line"), Field::Long(4));
        assert_eq!(*field(by("archived"), "line"), Field::Null);
        assert_eq!(field(by("clear"), "rules").to_string(), "[]");
    }

    #[test]
    fn findings_are_a_list_of_their_own_parts() {
        let found = finding("polemic/a", Level::Review, "farce");
        let stays = finding("polemic/b", Level::Hold, "joke").suppressed("a title");
        let none = Sample::new("1", "Bins.");
        let two = Sample::new("2", "A farce, a joke.").finds(found.clone()).finds(stays);
        let one = Sample::new("3", "A farce.").finds(found).without_text();
        let (_, rows) = read(vec![none, two, one]);
        let rules = |row: &Row| {
            let Field::ListInternal(list) = field(row, FINDINGS) else { panic!("no list") };
            let part = |group: &Field, name: &str| {
                let Field::Group(group) = group else { panic!("no group") };
                field(group, name).to_string()
            };
            let shown = |group: &Field| ["rule", "quote", "suppressed"].map(|name| part(group, name)).join(" ");
            list.elements().iter().map(shown).collect::<Vec<_>>()
        };
        assert!(rules(&rows[0]).is_empty());
        let expected = ["\"polemic/a\" \"farce\" null".to_owned(), "\"polemic/b\" \"joke\" \"a title\"".to_owned()];
        assert_eq!(rules(&rows[1]), expected);
        assert_eq!(rules(&rows[2]), ["\"polemic/a\" null null"]);
    }

    #[test]
    fn a_run_without_posts_is_a_table_without_rows() {
        assert_eq!(read(vec![]), (0, vec![]));
    }

    #[test]
    fn a_full_group_is_written_and_the_next_begun() {
        let long = Sample::new("1", &"x".repeat(BYTES / 2));
        let (groups, rows) = read(vec![long.clone(), long.clone(), long]);
        assert_eq!((groups, rows.len()), (2, 3));
    }
}
