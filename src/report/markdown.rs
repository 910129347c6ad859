//! A summary of a run in Markdown, short enough to paste: posts by level, the rules that
//! found most with their clause, and the worst posts with the words and what to do.
//! Nothing of a post is taken for markup, and nobody is told of it: names after `@` and
//! numbers after `#` do not become links.

mod digest;
mod escape;

use std::io::{self, Write};

use super::{Record, Report, Run};
pub(super) use digest::Digest;
use escape::target;
pub(super) use escape::{escaped, linked};

/// Writes a summary.
pub struct Markdown {
    out: Box<dyn Write + Send>,
    digest: Digest,
}

impl Markdown {
    /// Writes to `out`, at the end.
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, digest: Digest::default() }
    }
}

impl Report for Markdown {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.digest.add(record);
        Ok(())
    }

    fn finish(mut self: Box<Self>, run: &Run) -> io::Result<()> {
        self.out.write_all(self.digest.page(run).as_bytes())?;
        self.out.flush()
    }
}
