//! Tells the format of a feed from its first line, with the file's extension as a
//! hint where the line could be more than one thing. Reads nothing itself.

use std::path::Path;

use super::Format;
use super::fields::FieldMap;
use super::header::{self, Guess};

/// Why nothing in a feed that begins with `ahead` can be read, if so.
pub(super) fn unreadable(ahead: &[u8]) -> Option<&'static str> {
    match ahead {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, (1..), ..] => {
            Some("this is UTF-32, not UTF-8: save it as UTF-8")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, (1..), ..] | [(1..), 0, ..] => {
            Some("this is UTF-16, not UTF-8: save it as UTF-8 (in Excel: CSV UTF-8)")
        }
        [b'P', b'K', 3, 4, ..] => {
            Some("this is a zip archive or an Office document: unpack it, or save the sheet as CSV UTF-8")
        }
        [0x1f, 0x8b, ..] => Some("this is compressed with gzip: unpack it first"),
        _ => None,
    }
}

/// The first line of `ahead` that is not blank, without the blanks before it.
pub(super) fn first_line(ahead: &[u8]) -> &[u8] {
    let ahead = ahead.trim_ascii_start();
    let end = ahead.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(ahead.len());
    &ahead[..end]
}

/// The format of the feed called `name` that begins with `ahead`.
pub(super) fn format(name: &str, ahead: &[u8], map: &FieldMap) -> Format {
    let line = first_line(ahead);
    if is_json(ahead) {
        return Format::Jsonl;
    }
    if header::separator_line(line).is_some() || Guess::new(line, map).is_surely_a_header(map) {
        return Format::Csv;
    }
    hint(name).unwrap_or(Format::Text)
}

fn hint(name: &str) -> Option<Format> {
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "jsonl" | "ndjson" | "json" => Some(Format::Jsonl),
        "csv" | "tsv" | "tab" => Some(Format::Csv),
        _ => None,
    }
}

/// Whether an object with keys begins here, or a list of such objects.
fn is_json(ahead: &[u8]) -> bool {
    let ahead = ahead.trim_ascii_start();
    let ahead = ahead.strip_prefix(b"[").unwrap_or(ahead).trim_ascii_start();
    let Some(inner) = ahead.strip_prefix(b"{") else { return false };
    matches!(inner.trim_ascii_start().first(), Some(b'"' | b'}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, ahead: &str) -> Format {
        format(name, ahead.as_bytes(), &FieldMap::default())
    }

    #[test]
    fn content_comes_before_the_extension() {
        assert_eq!(told("a.txt", "\n {\"text\": \"Roads reopen\"}\n"), Format::Jsonl);
        assert_eq!(told("a.csv", "{}\n"), Format::Jsonl);
        assert_eq!(told("a.jsonl", "id,text\n"), Format::Csv);
        assert_eq!(told("-", "Post ID;Message;Link\r\n"), Format::Csv);
        assert_eq!(told("-", "text,label\n"), Format::Csv);
        assert_eq!(told("-", "sep=;\nid;text\n"), Format::Csv);
        assert_eq!(told("-", "id, text"), Format::Csv);
    }

    #[test]
    fn the_extension_decides_where_the_first_line_does_not() {
        assert_eq!(told("a.jsonl", "broken\n{}\n"), Format::Jsonl);
        assert_eq!(told("a.csv", "Ref,Wording\n"), Format::Csv);
        assert_eq!(told("a.csv", "text\n"), Format::Csv);
        assert_eq!(told("a.TSV", ""), Format::Csv);
        assert_eq!(told("a.txt", ""), Format::Text);
    }

    #[test]
    fn drafts_are_not_taken_for_a_header() {
        for draft in [
            "Post, call or write: the office is open until six.",
            "Text, call, or come by",
            "{name}, your bin day is Tuesday",
            "[Update] The bridge is open again",
            "Message; body; and soul.",
            "text",
            "New tables, new charts",
        ] {
            assert_eq!(told("-", draft), Format::Text, "{draft}");
        }
    }

    #[test]
    fn a_mapped_column_makes_a_header() {
        let map: FieldMap = "text=Wording".parse().unwrap();
        assert_eq!(format("-", b"Ref,Wording\n", &map), Format::Csv);
        assert_eq!(format("-", b"Wording\n", &map), Format::Csv);
        assert_eq!(format("-", b"Ref,text\n", &map), Format::Text);
    }

    #[test]
    fn other_encodings_and_archives_are_named() {
        let named = |ahead: &[u8], name| unreadable(ahead).is_some_and(|why| why.contains(name));
        assert!(named(b"\xff\xfei\0d\0", "UTF-16"));
        assert!(named(b"\xfe\xff\0i\0d", "UTF-16"));
        assert!(named(b"i\0d\0", "UTF-16"));
        assert!(named(b"\0i\0d", "UTF-16"));
        assert!(named(b"\xff\xfe\0\0i\0\0\0", "UTF-32"));
        assert!(named(b"PK\x03\x04\x14", "Office"));
        assert!(named(b"\x1f\x8b\x08", "gzip"));
        assert!(unreadable(b"\xef\xbb\xbfid,text").is_none());
        assert!(unreadable(b"").is_none());
    }
}
