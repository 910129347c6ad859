//! Verdicts as JSON lines: one wire object a line, in the order they come.

use std::io::{self, Write};

use crate::verdict::Verdict;
use crate::wire::Wire;

/// Writes one verdict a line.
pub struct Jsonl<'s, W> {
    wire: Wire<'s>,
    out: W,
}

impl<'s, W: Write> Jsonl<'s, W> {
    /// Writes what `wire` makes of verdicts to `out`, many small pieces a line.
    pub fn new(wire: Wire<'s>, out: W) -> Self {
        Self { wire, out }
    }

    /// Writes the line of `verdict`.
    ///
    /// # Errors
    /// What `out` says, of the same [`io::ErrorKind`].
    pub fn write(&mut self, verdict: &Verdict) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &self.wire.of(verdict))?;
        self.out.write_all(b"\n")
    }

    /// Hands on what is held back.
    ///
    /// # Errors
    /// What `out` says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The writer, not flushed.
    pub fn into_inner(self) -> W {
        self.out
    }
}
