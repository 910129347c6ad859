//! The one error of the library. It names where a fault lies (file, line, key,
//! flag, record) and never holds the text of a draft.

use std::path::PathBuf;

use crate::post::Place;

/// `Result` with the library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and where.
///
/// No variant holds draft text: an error may be logged or shown to somebody who
/// must not see the draft.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file, or `-` for standard input.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// One record of a feed could not be read; the records after it still can.
    #[error("{place}: {}{problem}", field.as_ref().map(|name| format!("field `{name}`: ")).unwrap_or_default())]
    Record {
        /// Where the record stands.
        place: Box<Place>,
        /// The field at fault, where one is.
        field: Option<String>,
        /// What is wrong with it.
        problem: String,
    },
    /// A feed as a whole cannot be read (no text column, not UTF-8 at all).
    #[error("{file}: {problem}")]
    Feed {
        /// The feed.
        file: String,
        /// What is wrong and what would mend it.
        problem: String,
    },
    /// A rule, term list, guidance file or `crossbench.toml` breaks its format.
    #[error("{file}{}: {problem}", line.map(|n| format!(":{n}")).unwrap_or_default())]
    Data {
        /// The file, as a path below the data folder.
        file: String,
        /// Line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong, with the key it concerns.
        problem: String,
    },
    /// A variable of the environment has a value that means nothing.
    #[error("{name}: {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
    /// A model folder is incomplete, altered or of another shape than it says.
    #[error("model {model}: {file}: {problem}")]
    Model {
        /// Folder or name of the model.
        model: String,
        /// The file in it.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// The encoder failed on a tensor operation.
    #[error("encoder: {problem}")]
    Encoder {
        /// What candle said of it.
        problem: String,
    },
}

impl From<candle_core::Error> for Error {
    fn from(fault: candle_core::Error) -> Self {
        Self::Encoder { problem: fault.to_string() }
    }
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    /// An [`Error::Record`] about the record at `place`, or its `field`.
    pub fn record(place: Place, field: Option<String>, problem: impl Into<String>) -> Self {
        Self::Record { place: Box::new(place), field, problem: problem.into() }
    }

    /// An [`Error::Data`] for `file`, without a line.
    pub fn data(file: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Data { file: file.into(), line: None, problem: problem.into() }
    }
}

/// `; did you mean …?` for the candidate nearest to `typed`, or nothing.
pub fn did_you_mean<S: AsRef<str>>(typed: &str, candidates: impl IntoIterator<Item = S>) -> String {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(typed, candidate.as_ref()), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean `{}`?", candidate.as_ref()))
}
