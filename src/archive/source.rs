//! The bytes of a feed: counted as they are taken, with a look ahead that tells
//! the format and a way to give bytes back. Knows nothing of lines or records.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::encoding::{Encoding, Transcoder};

/// Most bytes looked at to tell the format.
const PEEK: usize = 64 << 10;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A buffered reader that takes bytes back.
pub(super) struct Source {
    /// Bytes to be read before those of `inner`, from `at` on.
    front: Vec<u8>,
    at: usize,
    inner: BufReader<Counted>,
}

struct Counted {
    reader: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let taken = self.reader.read(into)?;
        self.bytes.fetch_add(taken as u64, Ordering::Relaxed);
        Ok(taken)
    }
}

impl Source {
    /// A source that adds what it takes from `reader` to `bytes`.
    pub fn new(reader: Box<dyn Read + Send>, bytes: Arc<AtomicU64>) -> Self {
        let inner = BufReader::with_capacity(PEEK, Counted { reader, bytes });
        Self { front: Vec::new(), at: 0, inner }
    }

    /// Reads ahead until the first line that is not blank is whole, so that a
    /// slow pipe is not waited for longer than it takes to tell the format.
    pub fn peek(&mut self) -> io::Result<()> {
        while self.front.len() < PEEK && !has_whole_line(&self.front) {
            if !self.read_ahead()? {
                break;
            }
        }
        Ok(())
    }

    /// Takes in what the reader gives next; false at its end.
    fn read_ahead(&mut self) -> io::Result<bool> {
        let chunk = loop {
            match self.inner.fill_buf() {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                chunk => break chunk?,
            }
        };
        let taken = chunk.len();
        self.front.extend_from_slice(chunk);
        self.inner.consume(taken);
        Ok(taken > 0)
    }

    /// Reads further ahead where the first line alone says little: a document of JSON or
    /// XML over many lines, or a binary file.
    pub fn peek_document(&mut self) -> io::Result<()> {
        let start = self.peeked().trim_ascii_start();
        let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        let is_object = line.starts_with(b"{") && line.ends_with(b"}") && line.len() > 2;
        let is_document =
            matches!(start.first(), Some(b'{' | b'[' | b'<' | b'#' | b'-')) || start.starts_with(b"window.");
        while is_document && !is_object && self.front.len() - self.at < PEEK {
            if !self.read_ahead()? {
                break;
            }
        }
        Ok(())
    }

    /// What is ahead and already in memory, at most 64 KiB of it.
    pub fn peeked(&self) -> &[u8] {
        let ahead = &self.front[self.at..];
        &ahead[..ahead.len().min(PEEK)]
    }

    /// Passes over a UTF-8 byte order mark, if one is next.
    pub fn skip_bom(&mut self) {
        if self.peeked().starts_with(BOM) {
            self.skip(BOM.len());
        }
    }

    /// Passes over `count` bytes of those that were looked at.
    pub fn skip(&mut self, count: usize) {
        self.at += count.min(self.peeked().len());
    }

    /// The same in UTF-8, with its beginning looked at. Bytes are counted as they are taken
    /// from the file.
    pub fn transcoded(self, encoding: Encoding) -> io::Result<Self> {
        let mut source = Self::new(Box::new(Transcoder::new(self, encoding)), Arc::default());
        source.peek()?;
        Ok(source)
    }

    /// Gives back bytes that were just read; they will be read again.
    pub fn unread(&mut self, bytes: &[u8]) {
        self.front = [bytes, &self.front[self.at..]].concat();
        self.at = 0;
    }
}

fn has_whole_line(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    bytes.trim_ascii_start().contains(&b'\n')
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let taken = self.fill_buf()?.read(into)?;
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.front.len() { Ok(&self.front[self.at..]) } else { self.inner.fill_buf() }
    }

    fn consume(&mut self, count: usize) {
        if self.at < self.front.len() { self.at += count } else { self.inner.consume(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte a call, as the slowest pipe would.
    struct Drip(&'static [u8]);

    impl Read for Drip {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(into.len()).min(1);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn looks_no_further_than_the_first_line_with_words() {
        let bytes = Arc::new(AtomicU64::new(0));
        let feed = Drip(b"\xef\xbb\xbf\n \none\ntwo\nthree");
        let mut source = Source::new(Box::new(feed), Arc::clone(&bytes));
        source.peek().unwrap();
        assert_eq!(bytes.load(Ordering::Relaxed), 10);
        source.skip_bom();
        assert_eq!(source.peeked(), b"\n \none\n");
        let mut rest = String::new();
        source.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "\n \none\ntwo\nthree");
    }

    #[test]
    fn bytes_given_back_come_first() {
        let mut source = Source::new(Box::new(&b"one two"[..]), Arc::default());
        source.peek().unwrap();
        let mut word = [0; 3];
        source.read_exact(&mut word).unwrap();
        source.unread(b"ne");
        let mut rest = String::new();
        source.read_to_string(&mut rest).unwrap();
        assert_eq!((&word, rest.as_str()), (b"one", "ne two"));
    }
}
