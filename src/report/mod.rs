//! Reporters: one file a format. Those that make a report of a whole run are given
//! [`Record`]s one at a time and hold no more of them than they must.

pub mod csv;
pub mod github;
pub mod html;
pub mod human;
mod issue;
pub mod junit;
pub mod manual;
pub mod markdown;
pub mod output;
#[cfg(feature = "parquet")]
pub mod parquet;
pub(crate) mod plain;
pub mod record;
mod row;
pub mod run;
#[cfg(test)]
mod samples;
pub mod sarif;
pub mod summary;
mod worst;

use std::io;

pub use record::Record;
pub use run::Run;

/// A report of a run that is being written.
pub trait Report {
    /// Takes the next post, in the order of the input.
    ///
    /// # Errors
    /// What the file or pipe it writes to says.
    fn record(&mut self, record: &Record) -> io::Result<()>;

    /// Writes what is still to be written and flushes.
    ///
    /// # Errors
    /// What the file or pipe it writes to says.
    fn finish(self: Box<Self>, run: &Run) -> io::Result<()>;
}
