//! The formats a run can be reported in.

use std::io::{self, Write};

use clap::ValueEnum;

use super::Report;

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub enum OutputFormat {
    /// The verdicts, one JSON object a line
    Jsonl,
    /// A table, one post a row
    Csv,
    /// The page for people
    Html,
}

/// What reporters need to know besides the posts.
#[derive(Default)]
pub struct Settings {}

impl OutputFormat {
    /// What names of files in this format end with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    /// The format of files whose names end with `end`.
    pub fn from_extension(end: &str) -> Option<Self> {
        Self::value_variants().iter().copied().find(|format| format.extension().eq_ignore_ascii_case(end))
    }
}

/// A report in `format` that is written to `out`.
///
/// # Errors
/// What `out` says.
pub fn open(format: OutputFormat, out: Box<dyn Write + Send>, settings: &Settings) -> io::Result<Box<dyn Report>> {
    let _ = (format, out, settings);
    Err(io::Error::other("not written yet"))
}
