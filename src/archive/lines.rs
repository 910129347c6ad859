//! The lines of a feed, numbered from 1, none held beyond [`RECORD_LIMIT`]. Lines
//! end at `\n` or `\r\n`, or at `\r` in a feed that begins without any `\n`.

use std::io::{BufRead, Read};

use super::Fault;
use super::encoding::MALFORMED;
use super::source::Source;
use crate::error::{Error, Result};

/// Most bytes of one record, its line ends counted: 1 MiB. A longer one is an error.
pub const RECORD_LIMIT: usize = 1 << 20;
pub(super) const TOO_LONG: &str = "longer than 1 MiB";

/// What [`Lines::read`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Got {
    /// A whole line.
    Line,
    /// The beginning of a line that does not fit; its rest is still to be read.
    TooLong,
    /// The end of the feed.
    End,
}

/// Reads one line after the other.
pub(super) struct Lines {
    file: String,
    source: Source,
    end: u8,
    limit: usize,
    /// Number of the line that is read next.
    number: u64,
    line: Vec<u8>,
}

impl Lines {
    pub fn new(file: &str, source: Source) -> Self {
        let ahead = source.peeked();
        // The last byte may be the first half of `\r\n`.
        let whole = ahead.split_last().map_or(ahead, |(_, rest)| rest);
        let old_mac = whole.contains(&b'\r') && !ahead.contains(&b'\n');
        let end = if old_mac { b'\r' } else { b'\n' };
        let line = Vec::new();
        Self { file: file.to_owned(), source, end, limit: RECORD_LIMIT, number: 1, line }
    }

    /// The same, with records of up to `limit` bytes.
    #[must_use]
    pub fn with_limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Name of the feed.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Number of the line that is read next.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What is ahead and already in memory.
    pub fn peeked(&self) -> &[u8] {
        self.source.peeked()
    }

    /// Appends the next line with its end to `record`, which may grow to one byte
    /// beyond the limit.
    pub fn read(&mut self, record: &mut Vec<u8>) -> Result<Got> {
        let room = (self.limit + 1).saturating_sub(record.len()) as u64;
        let taken = (&mut self.source).take(room).read_until(self.end, record);
        if taken.map_err(|fault| Error::io(&self.file, fault))? == 0 {
            return Ok(Got::End);
        }
        if record.len() > self.limit {
            return Ok(Got::TooLong);
        }
        self.number += 1;
        Ok(Got::Line)
    }

    /// After a fault in `record`, which began on line `start`: goes to the line
    /// after that one, whatever else was taken for part of the record.
    pub fn resume(&mut self, record: &[u8], start: u64) -> Result<()> {
        if let Some(end) = record.iter().position(|&byte| byte == self.end) {
            self.source.unread(&record[end + 1..]);
        } else {
            let skipped = self.source.skip_until(self.end);
            skipped.map_err(|fault| Error::io(&self.file, fault))?;
        }
        self.number = start + 1;
        Ok(())
    }

    fn too_long(&self) -> String {
        if self.limit > RECORD_LIMIT { format!("longer than {} MiB", self.limit >> 20) } else { TOO_LONG.to_owned() }
    }

    /// The next line without its end, and its number; `None` at the end of the feed.
    pub fn next_str(&mut self) -> Option<Result<(u64, &str)>> {
        let start = self.number;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let got = match self.read(&mut line) {
            Ok(Got::TooLong) => match self.resume(&line, start) {
                Ok(()) => Err(Fault::new(self.too_long()).at(&self.file, start)),
                Err(fault) => Err(fault),
            },
            got => got,
        };
        self.line = line;
        match got {
            Ok(Got::End) => None,
            Ok(_) => Some(
                utf8(without_end(&self.line))
                    .map(|line| (start, line))
                    .map_err(|problem| Fault::new(problem).at(&self.file, start)),
            ),
            Err(fault) => Some(Err(fault)),
        }
    }
}

/// `line` without the `\n`, `\r\n` or `\r` it ends with.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `bytes` as text, or what to say where they are not UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|fault| not_utf8(bytes, fault.valid_up_to()))
}

/// What to say of `bytes` that are not UTF-8 from `at` on.
pub(super) fn not_utf8(bytes: &[u8], at: usize) -> String {
    if bytes[at..].starts_with(MALFORMED) {
        return format!("broken in its encoding, at byte {} as UTF-8", at + 1);
    }
    format!("not UTF-8 at byte {} (older Windows programs: `--encoding windows-1252`)", at + 1)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use super::*;

    fn lines(feed: impl Read + Send + 'static, limit: usize) -> Lines {
        let mut source = Source::new(Box::new(feed), Arc::default());
        source.peek().unwrap();
        Lines::new("feed", source).with_limit(limit)
    }

    fn all(mut lines: Lines) -> Vec<String> {
        let mut seen = Vec::new();
        while let Some(line) = lines.next_str() {
            seen.push(match line {
                Ok((number, line)) => format!("{number} {line}"),
                Err(fault) => fault.to_string(),
            });
        }
        seen
    }

    #[test]
    fn every_kind_of_line_end() {
        for feed in ["one\ntwo\n\nfour", "one\r\ntwo\r\n\r\nfour\r\n", "one\rtwo\r\rfour\r"] {
            assert_eq!(all(lines(feed.as_bytes(), 99)), ["1 one", "2 two", "3 ", "4 four"]);
        }
    }

    #[test]
    fn a_line_at_the_limit_is_whole_and_one_beyond_it_is_not() {
        let feed = "1234\n12345\n1\n123456789\n\n12345";
        let long = |line| format!("feed:{line}: {TOO_LONG}");
        let expected = ["1 1234".into(), long(2), "3 1".into(), long(4), "5 ".into(), "6 12345".into()];
        assert_eq!(all(lines(feed.as_bytes(), 5)), expected);
    }

    #[test]
    fn an_endless_line_stays_small() {
        let feed = io::repeat(b'x').take(64 << 20).chain(&b"\nshort"[..]);
        let mut lines = lines(feed, 1000);
        assert!(lines.next_str().unwrap().is_err());
        assert_eq!(lines.next_str().unwrap().unwrap(), (2, "short"));
        assert!(lines.line.capacity() < 10_000);
        assert!(lines.next_str().is_none());
    }

    #[test]
    fn a_failing_disk_is_an_error_of_the_file() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("pulled out"))
            }
        }
        let mut lines = lines((&b"one\ntw"[..]).chain(Broken), 99);
        assert!(lines.next_str().unwrap().is_ok());
        let fault = lines.next_str().unwrap().unwrap_err();
        assert_eq!(fault.to_string(), "feed: pulled out");
    }
}
