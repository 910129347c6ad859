//! Documents, tables and GOV.UK content through the public door; real samples where they
//! are at hand.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crossbench::archive::{DateOrder, Feed, Format, Reading, Split, from_reader, open};
use crossbench::error::Error;
use crossbench::post::{Kind, Post};

/// The real sample `name`, unless there are none here.
fn sample(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/archives");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared/archives is not here");
        return None;
    }
    Some(folder.join(name))
}

fn all(feed: Feed) -> Vec<Post> {
    feed.map(|post| post.unwrap_or_else(|fault| panic!("{fault}"))).collect()
}

#[test]
fn govuk_documents_are_read_with_what_their_publisher_says_of_them() {
    let Some(folder) = sample("govuk") else { return };
    let read = |name: &str| {
        let feed = open(&folder.join(name), &Reading::default()).unwrap();
        assert_eq!(feed.format(), Format::Govuk, "{name}");
        let mut posts = all(feed);
        assert_eq!(posts.len(), 1, "{name}");
        let post = posts.remove(0);
        assert!(post.text.len() > 200 && !post.text.contains("<p>") && !post.text.contains("</"), "{name}");
        assert_eq!(
            (post.kind, post.lang.as_deref(), post.platform),
            (Kind::Original, Some("en"), Some("govuk")),
            "{name}"
        );
        assert!(post.url.as_deref().is_some_and(|url| url.starts_with("https://www.gov.uk/")), "{name}");
        assert!(post.date().is_some() && post.author.is_some(), "{name}");
        post
    };
    let history = read("news_article_history_mode.json");
    assert!(history.notes.iter().any(|note| note.starts_with("history mode: 2010 to 2015")), "{:?}", history.notes);
    let withdrawn = read("news_article_withdrawn.json");
    assert_eq!(withdrawn.notes, ["withdrawn: 2019-08-22", "political: so marked by its publisher"]);
    assert!(read("best-practice-press-release.json").notes.is_empty());
    let speech = read("speech.json");
    assert!(speech.text.starts_with("Andrea Leadsom's speech"));
    assert_eq!(read("open_consultation.json").notes, ["political: so marked by its publisher"]);
}

#[test]
fn lines_of_govuk_documents_count_as_many() {
    let Some(folder) = sample("govuk") else { return };
    let mut lines = String::new();
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let json: serde_json::Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        lines += &(json.to_string() + "\n");
        files += 1;
    }
    let feed = from_reader("-", Box::new(io::Cursor::new(lines)), &Reading::default()).unwrap();
    assert_eq!(feed.format(), Format::Govuk);
    assert_eq!(all(feed).len(), files);
}

#[test]
fn every_sample_cut_short_is_an_error_and_no_panic() {
    let Some(folder) = sample("govuk") else { return };
    let whole = fs::read(folder.join("speech.json")).unwrap();
    for part in 1..20 {
        let cut = whole[..whole.len() * part / 20].to_vec();
        let feed = from_reader(
            "f",
            Box::new(io::Cursor::new(cut)),
            &Reading { format: Some(Format::Govuk), ..Reading::default() },
        );
        assert!(feed.is_err() || feed.unwrap().any(|post| post.is_err()), "{part}");
    }
}

#[test]
fn every_kind_of_document_is_told_from_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let document = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let feed = open(&path, &Reading::default()).unwrap();
        let format = feed.format();
        let posts = all(feed);
        assert_eq!(posts.len(), 1, "{name}");
        (format, posts.into_iter().next().unwrap())
    };
    let (format, post) = document("a.md", b"# Pools\n\nBoth [open](https://example.org).\n");
    assert_eq!((format, post.text.as_str(), post.id.as_str()), (Format::Markdown, "Pools\n\nBoth open.", "a.md"));
    let (format, post) = document("page", b"<!doctype html><title>Pools</title><p>Both open.");
    assert_eq!((format, post.text.as_str()), (Format::Html, "Pools\n\nBoth open."));
    let at = post.text.find("open").unwrap();
    assert!(post.original.is_some() && post.original_span(crossbench::span::Span::new(at, at + 4)).start > at);
    let (format, _) =
        document("f", b"<rss version=\"2.0\"><channel><title>t</title><item><title>a</title></item></channel></rss>");
    assert_eq!(format, Format::Feed);
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<w:document><w:body><w:p><w:r><w:t>Both open.</w:t></w:r></w:p></w:body></w:document>").unwrap();
    let (format, post) = document("release", &zip.finish().unwrap().into_inner());
    assert_eq!((format, post.text.as_str()), (Format::Docx, "Both open."));
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let refused = |bytes: &[u8]| {
        let reader = Box::new(io::Cursor::new(bytes.to_vec()));
        from_reader("f", reader, &Reading::default()).unwrap_err().to_string()
    };
    assert!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("save it as .xlsx or .docx"));
    assert!(refused(b"%PDF-1.7\n").contains("a PDF"));
    assert!(refused(b"i\0d\0,\0").contains("--encoding utf-16le"));
}

/// A line that has no end, and is never held.
struct Endless {
    head: &'static [u8],
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            return self.head.read(into);
        }
        let count = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        into[..count].fill(b'x');
        self.left -= count as u64;
        Ok(count)
    }
}

#[test]
fn a_gibibyte_without_a_line_end_is_one_fault() {
    let cases: [(&'static [u8], Format, Option<&str>); 6] = [
        (b"id,text\n1,", Format::Csv, None),
        (b"id,text\n1,", Format::Csv, Some("windows-1252")),
        (b"# ", Format::Markdown, None),
        (b"<html><p>", Format::Html, None),
        (b"<rss version=\"2.0\"><channel><item><title>", Format::Feed, None),
        (b"{\"schema_name\": \"x\", \"document_type\": \"y\", \"title\": \"", Format::Govuk, None),
    ];
    for (head, format, encoding) in cases {
        let reading = Reading {
            format: Some(format),
            encoding: encoding.map(|name| name.parse().unwrap()),
            ..Reading::default()
        };
        let faults = match from_reader("f", Box::new(Endless { head, left: 1 << 30 }), &reading) {
            Err(fault) => vec![fault],
            Ok(feed) => feed.filter_map(Result::err).collect(),
        };
        let shown: Vec<_> = faults.iter().map(Error::to_string).collect();
        assert!(matches!(shown.as_slice(), [one] if one.contains("longer than")), "{format}: {shown:?}");
    }
}

#[test]
fn readings_decide_what_the_file_does_not_say() {
    let read = |text: &str, reading: &Reading| {
        all(from_reader("f", Box::new(io::Cursor::new(text.to_owned())), reading).unwrap())
    };
    let us = Reading { date_order: DateOrder::Mdy, ..Reading::default() };
    let table = "text,date\nPools reopen,05/03/2026 9:00 AM\n";
    assert_eq!(read(table, &us)[0].date().unwrap().to_string(), "2026-05-03");
    assert_eq!(read(table, &Reading::default())[0].date().unwrap().to_string(), "2026-03-05");
    let parts = Reading { split: Split::BlankLine, ..Reading::default() };
    let posts = read("One,\nstill one.\n\nTwo.\n", &parts);
    assert_eq!(posts.iter().map(|post| post.text.as_str()).collect::<Vec<_>>(), ["One,\nstill one.", "Two."]);
}
