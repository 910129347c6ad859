//! Tells the format of a feed from its first line, with the file's extension as a
//! hint where the line could be more than one thing. Reads nothing itself.

use std::path::Path;

use super::ahead::Ahead;
use super::encoding::Encoding;
use super::fields::FieldMap;
use super::header::{self, Guess};
use super::members::Members;
use super::{
    Format, bluesky_car, bluesky_feed, captions, docx, facebook, feed, files, govuk, html_page, instagram, linkedin,
    markdown, mastodon, snscrape, twarc, x_archive, x_v1, x_v2, xlsx,
};

/// Most members of an unknown archive that are named.
const LISTED: usize = 8;

/// Why nothing in a feed that begins with `ahead`, and not with a byte order mark, can be
/// read, if so; `encoding` is what the user says it is in.
pub(super) fn unreadable(ahead: &[u8], encoding: Option<Encoding>) -> Option<&'static str> {
    match ahead {
        [0, 0, 0, (1..), ..] | [(1..), 0, 0, 0, ..] if encoding.is_none() => {
            Some("this is UTF-32 without a byte order mark: save it as UTF-8, or say `--encoding utf-32le` (or be)")
        }
        [0, (1..), ..] | [(1..), 0, ..] if encoding.is_none() => {
            Some("this is UTF-16 without a byte order mark: save it as UTF-8, or say `--encoding utf-16le` (or be)")
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            Some("an old Excel or Word file, or one with a password: save it as .xlsx or .docx, without one")
        }
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("a PDF: save its words as text, Word or HTML first"),
        [b'P', b'K', 3, 4, ..] | [0x1f, 0x8b, ..] => {
            Some("this is packed, and can be read from a file but not from a pipe: save it first")
        }
        _ => None,
    }
}

/// The first line of `ahead` that is not blank, without the blanks before it.
pub(super) fn first_line(ahead: &[u8]) -> &[u8] {
    let ahead = ahead.trim_ascii_start();
    let end = ahead.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(ahead.len());
    &ahead[..end]
}

/// A format, and why a feed is taken for it.
pub(super) struct Detected {
    pub format: Format,
    pub why: String,
}

impl Detected {
    /// What the user said.
    pub fn given(format: Format) -> Self {
        Self { format, why: "as was asked".to_owned() }
    }
}

type Claim = fn(&Ahead<'_>) -> Option<String>;
type MembersClaim = fn(&Members) -> Option<String>;

/// Who says a file is theirs; the first that does has it.
const CLAIMS: &[(Format, Claim)] = &[
    (Format::BlueskyCar, bluesky_car::claims),
    (Format::XArchive, x_archive::claims),
    (Format::Mastodon, mastodon::claims),
    (Format::BlueskyFeed, bluesky_feed::claims),
    (Format::Snscrape, snscrape::claims),
    (Format::XV2, x_v2::claims),
    (Format::XV1, x_v1::claims),
    (Format::Facebook, facebook::claims),
    (Format::Instagram, instagram::claims),
    (Format::Govuk, govuk::claims),
    (Format::Feed, feed::claims),
    (Format::LinkedIn, linkedin::claims),
    (Format::Twarc, twarc::claims),
    (Format::Captions, captions::claims),
    (Format::Html, html_page::claims),
    (Format::Markdown, markdown::claims),
];

/// Who says an archive is theirs; the first that does has it.
const MEMBERS_CLAIMS: &[(Format, MembersClaim)] = &[
    (Format::Docx, docx::claims_members),
    (Format::Xlsx, xlsx::claims_members),
    (Format::XArchive, x_archive::claims_members),
    (Format::Mastodon, mastodon::claims_members),
    (Format::Facebook, facebook::claims_members),
    (Format::Instagram, instagram::claims_members),
    (Format::LinkedIn, linkedin::claims_members),
    (Format::Files, files::claims_members),
];

/// The format of a file that begins with `ahead`.
pub(super) fn stream(ahead: &Ahead<'_>, map: &FieldMap) -> Detected {
    let claim = |(format, claims): &(Format, Claim)| Some(Detected { format: *format, why: claims(ahead)? });
    let claimed = if map.is_empty() { CLAIMS.iter().find_map(claim) } else { None };
    claimed.unwrap_or_else(|| plain(ahead, map))
}

/// The format of an archive, if it is a known one.
pub(super) fn members(members: &Members) -> Option<Detected> {
    MEMBERS_CLAIMS.iter().find_map(|(format, claims)| Some(Detected { format: *format, why: claims(members)? }))
}

/// What to say of an archive that is none of those known.
pub(super) fn unknown_members(members: &Members) -> String {
    let mut names: Vec<&str> = members.names().take(LISTED + 1).collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    names.truncate(LISTED);
    format!("no archive of a kind that is known; in it are: {}{more}", names.join(", "))
}

/// One of the formats without a platform.
fn plain(ahead: &Ahead<'_>, map: &FieldMap) -> Detected {
    let line = first_line(ahead.bytes);
    let told = |format, why: &str| Detected { format, why: why.to_owned() };
    if is_json(ahead.bytes) {
        return told(Format::Jsonl, "it begins with a JSON object");
    }
    let guess = Guess::new(line, map);
    if header::separator_line(line).is_some() || guess.is_surely_a_header(map) {
        return told(Format::Csv, "its first line is the header of a table");
    }
    if map.is_empty() && guess.is_bulk() {
        return told(
            Format::Csv,
            "its first line is a date and time, a message and a link, as bulk composers take them",
        );
    }
    match hint(ahead.name) {
        Some(format) => told(format, "its name says so, and its first line could be anything"),
        None => told(Format::Text, "nothing says otherwise: each line is taken for a post"),
    }
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

    fn format(name: &str, ahead: &[u8], map: &FieldMap) -> Format {
        stream(&Ahead::new(name, ahead), map).format
    }

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
        let named = |ahead: &[u8], name| unreadable(ahead, None).is_some_and(|why| why.contains(name));
        assert!(named(b"i\0d\0", "UTF-16"));
        assert!(named(b"\0i\0d", "UTF-16"));
        assert!(named(b"i\0\0\0d\0\0\0", "UTF-32"));
        assert!(named(b"\0\0\0i", "UTF-32"));
        assert!(named(b"PK\x03\x04\x14", "packed"));
        assert!(named(b"\x1f\x8b\x08", "packed"));
        assert!(named(b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"));
        assert!(named(b"%PDF-1.7", "PDF"));
        assert!(unreadable(b"i\0d\0", "utf-16le".parse().ok()).is_none());
        assert!(unreadable(b"\xef\xbb\xbfid,text", None).is_none());
        assert!(unreadable(b"", None).is_none());
    }
}
