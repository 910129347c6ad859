//! The formats of a scan's output, and a report in each.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Report;
use super::csv::Csv;
use super::github::Github;
use super::junit::Junit;
use super::markdown::Markdown;
use super::sarif::{GITHUB_LIMIT, Sarif};
use crate::config::FailOn;

/// How a scan writes what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum)]
pub enum OutputFormat {
    /// One JSON object a post, with everything
    #[default]
    #[value(alias = "ndjson")]
    Jsonl,
    /// A table for spreadsheets
    Csv,
    /// A table for data tools
    Parquet,
    /// A log for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A test report
    Junit,
    /// A page to look through
    Html,
    /// A summary to paste
    #[value(alias = "md")]
    Markdown,
}

impl OutputFormat {
    /// The word used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }

    /// The usual ending of a file, without the dot; `None` for what is no file.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Jsonl => Some("jsonl"),
            Self::Csv => Some("csv"),
            Self::Parquet => Some("parquet"),
            Self::Sarif => Some("sarif"),
            Self::Github => None,
            Self::Junit => Some("xml"),
            Self::Html => Some("html"),
            Self::Markdown => Some("md"),
        }
    }

    /// The format that the ending of `path` stands for.
    pub fn from_extension(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match &*ending {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            "sarif" => Some(Self::Sarif),
            // `scan.sarif.json`, as some tools want it
            "json" if path.with_extension("").extension()?.eq_ignore_ascii_case("sarif") => Some(Self::Sarif),
            "xml" => Some(Self::Junit),
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// What reports are asked for beyond their format.
#[derive(Debug, Clone)]
pub struct Settings {
    /// CSV begins with the mark by which Excel knows UTF-8.
    pub excel: bool,
    /// From which level a post of a test report fails.
    pub fail_on: FailOn,
    /// A log for code scanning has findings that may stay, marked as such.
    pub suppressed: bool,
    /// Results of such a log.
    pub limit: usize,
    /// The file that the summary of a job is added to.
    pub step_summary: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { excel: false, fail_on: FailOn::default(), suppressed: true, limit: GITHUB_LIMIT, step_summary: None }
    }
}

/// A report in `format` that writes to `out`, which may be given many small pieces.
///
/// # Errors
/// What `out` says, or [`io::ErrorKind::Unsupported`] for a format that is not made from
/// records one at a time (`jsonl`, which the scan writes itself) or not part of this build.
pub fn open(format: OutputFormat, out: Box<dyn Write + Send>, settings: &Settings) -> io::Result<Box<dyn Report>> {
    Ok(match format {
        OutputFormat::Csv => Box::new(Csv::new(out, settings.excel)),
        #[cfg(feature = "parquet")]
        OutputFormat::Parquet => Box::new(super::parquet::Parquet::new(out)?),
        OutputFormat::Sarif => Box::new(Sarif::new(out, settings.suppressed, settings.limit)),
        OutputFormat::Github => Box::new(Github::new(out, settings.step_summary.clone())),
        OutputFormat::Junit => Box::new(Junit::new(out, settings.fail_on)),
        OutputFormat::Markdown => Box::new(Markdown::new(out)),
        #[cfg_attr(feature = "parquet", expect(unreachable_patterns, reason = "Parquet has its own arm"))]
        OutputFormat::Jsonl | OutputFormat::Html | OutputFormat::Parquet => {
            let problem = format!("{} cannot be written by this build", format.name());
            return Err(io::Error::new(io::ErrorKind::Unsupported, problem));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sink, every_kind, run};
    use super::*;

    #[test]
    fn a_format_has_its_name_and_ending() {
        for &format in OutputFormat::value_variants() {
            assert_eq!(OutputFormat::from_str(format.name(), false), Ok(format));
            if let Some(ending) = format.extension() {
                assert_eq!(OutputFormat::from_extension(Path::new(&format!("a.b.{ending}"))), Some(format));
            }
        }
        let of = |path: &str| OutputFormat::from_extension(Path::new(path));
        assert_eq!(of("a.CSV"), Some(OutputFormat::Csv));
        assert_eq!(of("a.sarif.json"), Some(OutputFormat::Sarif));
        assert_eq!([of("a.json"), of("csv"), of("a.txt")], [None; 3]);
    }

    #[test]
    fn the_same_records_make_the_same_bytes_and_show_no_text_that_is_left_out() {
        let written = |format| {
            let sink = Sink::default();
            let mut report = open(format, Box::new(sink.clone()), &Settings::default()).ok()?;
            for sample in every_kind() {
                report.record(&sample.without_text().record()).unwrap();
            }
            report.finish(&run()).unwrap();
            Some(sink.bytes())
        };
        let mut opened = 0;
        for &format in OutputFormat::value_variants() {
            let Some(bytes) = written(format) else { continue };
            opened += 1;
            assert_eq!(Some(&bytes), written(format).as_ref());
            for word in ["shambles", "Bonjour", "HYPERLINK", "someone", "zwölf"] {
                assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word} in {}", format.name());
            }
        }
        assert_eq!(opened, if cfg!(feature = "parquet") { 6 } else { 5 });
    }
}
