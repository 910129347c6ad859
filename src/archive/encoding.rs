//! Feeds that are not UTF-8: told from a byte order mark or named by the user, turned into
//! UTF-8 as they are read. No encoding is guessed, and no byte is replaced: what has no
//! meaning in the encoding becomes [`MALFORMED`], which makes its record a fault.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::str::FromStr;

use encoding_rs::{Decoder, DecoderResult};

use super::source::Source;

/// What stands for bytes without a meaning: never UTF-8, so that the record is told of.
pub(super) const MALFORMED: &[u8] = b"\xff\xfe\xff";
/// Bytes of UTF-8 made at a time.
const CHUNK: usize = 64 << 10;

/// A character encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(Scheme);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Named(&'static encoding_rs::Encoding),
    Utf32 { big_endian: bool },
}

impl Encoding {
    /// The encoding that a byte order mark at the start of `bytes` says, and its length.
    pub(super) fn of_mark(bytes: &[u8]) -> Option<(Self, usize)> {
        let (scheme, len) = match bytes {
            [0xff, 0xfe, 0, 0, ..] => (Scheme::Utf32 { big_endian: false }, 4),
            [0, 0, 0xfe, 0xff, ..] => (Scheme::Utf32 { big_endian: true }, 4),
            [0xff, 0xfe, ..] => (Scheme::Named(encoding_rs::UTF_16LE), 2),
            [0xfe, 0xff, ..] => (Scheme::Named(encoding_rs::UTF_16BE), 2),
            [0xef, 0xbb, 0xbf, ..] => (Scheme::Named(encoding_rs::UTF_8), 3),
            _ => return None,
        };
        Some((Self(scheme), len))
    }

    /// Whether nothing has to be turned.
    pub(super) fn is_utf8(self) -> bool {
        self.0 == Scheme::Named(encoding_rs::UTF_8)
    }

    /// `bytes` as text; `None` where they mean nothing in this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        let mut text = Vec::new();
        let mut state = State::of(self);
        state.decode(bytes, true, &mut text);
        String::from_utf8(text).ok()
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scheme::Named(named) => f.write_str(&named.name().to_ascii_lowercase()),
            Scheme::Utf32 { big_endian: true } => f.write_str("utf-32be"),
            Scheme::Utf32 { big_endian: false } => f.write_str("utf-32le"),
        }
    }
}

/// A name that is no [`Encoding`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding `{0}`: utf-8, utf-16le, utf-16be, windows-1252 and others of the web are known")]
pub struct UnknownEncoding(String);

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let scheme = match name.trim().to_ascii_lowercase().as_str() {
            "utf-32" | "utf-32le" => Some(Scheme::Utf32 { big_endian: false }),
            "utf-32be" => Some(Scheme::Utf32 { big_endian: true }),
            "cp1252" => Some(Scheme::Named(encoding_rs::WINDOWS_1252)),
            label => encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Scheme::Named),
        };
        scheme.map(Self).ok_or_else(|| UnknownEncoding(name.to_owned()))
    }
}

/// Reads a source of another encoding as UTF-8.
pub(super) struct Transcoder {
    source: Source,
    state: State,
    out: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Transcoder {
    pub fn new(source: Source, encoding: Encoding) -> Self {
        Self { source, state: State::of(encoding), out: Vec::new(), at: 0, ended: false }
    }
}

impl Read for Transcoder {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            self.out.clear();
            self.at = 0;
            let ahead = self.source.fill_buf()?;
            self.ended = ahead.is_empty();
            self.state.decode(ahead, self.ended, &mut self.out);
            let taken = ahead.len();
            self.source.consume(taken);
        }
        let taken = (&self.out[self.at..]).read(into)?;
        self.at += taken;
        Ok(taken)
    }
}

/// What of a character has been seen.
enum State {
    Named(Box<Decoder>),
    Utf32 { big_endian: bool, bytes: Vec<u8> },
}

impl State {
    fn of(encoding: Encoding) -> Self {
        match encoding.0 {
            Scheme::Named(named) => Self::Named(Box::new(named.new_decoder_without_bom_handling())),
            Scheme::Utf32 { big_endian } => Self::Utf32 { big_endian, bytes: Vec::with_capacity(4) },
        }
    }

    /// Appends what `bytes` mean to `out`; `last` says that no more will come.
    fn decode(&mut self, mut bytes: &[u8], last: bool, out: &mut Vec<u8>) {
        match self {
            Self::Named(decoder) => loop {
                let from = out.len();
                out.resize(from + CHUNK, 0);
                let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut out[from..], last);
                out.truncate(from + written);
                bytes = &bytes[read..];
                match result {
                    DecoderResult::InputEmpty => return,
                    DecoderResult::OutputFull => {}
                    DecoderResult::Malformed(..) => out.extend_from_slice(MALFORMED),
                }
            },
            Self::Utf32 { big_endian, bytes: unit } => {
                for &byte in bytes {
                    unit.push(byte);
                    let Ok(whole) = <[u8; 4]>::try_from(unit.as_slice()) else { continue };
                    unit.clear();
                    let number = if *big_endian { u32::from_be_bytes(whole) } else { u32::from_le_bytes(whole) };
                    match char::from_u32(number) {
                        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                        None => out.extend_from_slice(MALFORMED),
                    }
                }
                if last && !unit.is_empty() {
                    out.extend_from_slice(MALFORMED);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const WORDS: &str = "Caf\u{e9} – open “now” 😀\n";

    fn through(name: &str, bytes: Vec<u8>) -> Vec<u8> {
        let source = Source::new(Box::new(io::Cursor::new(bytes)), Arc::default());
        let mut out = Vec::new();
        Transcoder::new(source, name.parse().unwrap()).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn each_encoding_becomes_the_same_words() {
        let units: Vec<u16> = WORDS.encode_utf16().collect();
        let le: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let be: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let wide: Vec<u8> = WORDS.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (name, bytes) in [("UTF-16LE", le), ("utf-16be", be), ("utf-32le", wide)] {
            assert_eq!(String::from_utf8(through(name, bytes)).unwrap(), WORDS, "{name}");
        }
        assert_eq!(through("cp1252", b"\x93caf\xe9\x94".to_vec()), "“café”".as_bytes());
        let many = "é".repeat(200_000);
        assert_eq!(through("latin1", vec![0xe9; 200_000]), many.as_bytes());
    }

    #[test]
    fn what_means_nothing_is_never_text() {
        for (name, bytes) in [
            ("utf-16le", &b"a\0\0\xd8b\0"[..]),
            ("utf-16le", b"a\0b"),
            ("utf-32", b"a\0\0\0\0\0\x11\0"),
            ("utf-32", b"a\0\0\0b\0"),
            ("shift_jis", b"a\xff"),
        ] {
            let out = through(name, bytes.to_vec());
            assert!(memchr::memmem::find(&out, MALFORMED).is_some(), "{name}");
            let encoding: Encoding = name.parse().unwrap();
            assert_eq!(encoding.decode(bytes), None);
        }
    }

    #[test]
    fn names_and_marks() {
        let named = |name: &str| name.parse::<Encoding>().map(|encoding| encoding.to_string());
        assert_eq!(named("Windows-1252").as_deref(), Ok("windows-1252"));
        assert_eq!(named("utf-32be").as_deref(), Ok("utf-32be"));
        assert!(named("ebcdic").unwrap_err().to_string().contains("`ebcdic`"));
        let mark = |bytes: &[u8]| Encoding::of_mark(bytes).map(|(encoding, len)| (encoding.to_string(), len));
        assert_eq!(mark(b"\xff\xfea\0"), Some(("utf-16le".into(), 2)));
        assert_eq!(mark(b"\xff\xfe\0\0a\0\0\0"), Some(("utf-32le".into(), 4)));
        assert_eq!(mark(b"\0\0\xfe\xff"), Some(("utf-32be".into(), 4)));
        assert_eq!(mark(b"id,text"), None);
    }
}
