//! A Word document as one post: its paragraphs as they read once every tracked change is
//! accepted, then its footnotes. Comments, headers and what is hidden are not read; there
//! is no way back to the file, which holds no words in one piece.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::input::{DOCUMENT_LIMIT, Input};
use super::members::Members;
use super::{Posts, Reading, feed_fault, name_of};
use crate::error::{Error, Result};
use crate::post::Post;

/// Most bytes that one part of the document may unpack to.
const PART_LIMIT: u64 = 128 << 20;
/// Elements whose content is not shown, or belongs to what was deleted or moved away.
const SKIPPED: &[&str] =
    &["del", "moveFrom", "delText", "instrText", "delInstrText", "Fallback", "pPr", "sectPr", "tblPr", "trPr", "tcPr"];

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    document(members).map(|name| format!("it holds {name}, as Word documents do"))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (file, place) = (input.name().to_owned(), input.place());
    let members = input.into_members("a Word document")?;
    let Some(document) = document(&members) else {
        return Err(feed_fault(&file, "no Word document: there is no word/document.xml in it"));
    };
    let mut words = Words::default();
    for part in [document, "word/footnotes.xml", "word/endnotes.xml"] {
        if members.names().any(|name| name == part) {
            words.read(&members, part)?;
        }
    }
    let mut post = Post { id: name_of(&file), text: words.text, place: Some(place), ..Post::default() };
    let notes = [
        (words.changes, "tracked changes: read as accepted"),
        (words.hides, "hidden text: not read"),
        (words.comments, "comments: not read"),
    ];
    post.notes.extend(notes.into_iter().filter(|note| note.0).map(|note| note.1.to_owned()));
    Ok(Box::new(std::iter::once(Ok(post))))
}

/// The name of the main part.
fn document(members: &Members) -> Option<&str> {
    let is_it = |name: &&str| {
        let number = name.strip_prefix("word/document").and_then(|rest| rest.strip_suffix(".xml"));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    members.names().find(is_it)
}

/// The words of a document under way.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one element whether it is open")]
struct Words {
    text: String,
    /// Line ends owed before the next word.
    breaks: usize,
    depth: usize,
    /// Depth of the element inside which nothing is read.
    skips: Option<usize>,
    runs: usize,
    in_text: bool,
    /// The run is not shown.
    hidden: bool,
    changes: bool,
    hides: bool,
    comments: bool,
}

impl Words {
    fn read(&mut self, members: &Members, part: &str) -> Result<()> {
        let name = format!("{}!{part}", members.name());
        let mut xml = Reader::from_reader(BufReader::new(members.open(part)?.take(PART_LIMIT)));
        let mut buffer = Vec::new();
        self.breaks = 2;
        loop {
            buffer.clear();
            let event = match xml.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(quick_xml::Error::Io(fault)) => {
                    return Err(Error::io(&name, std::io::Error::new(fault.kind(), fault.to_string())));
                }
                Err(_) => {
                    let problem = format!("broken XML before byte {}", xml.buffer_position() + 1);
                    return Err(feed_fault(&name, problem));
                }
            };
            match event {
                Event::Eof if self.depth > 0 => {
                    let problem = if xml.buffer_position() >= PART_LIMIT {
                        format!("unpacks to more than {} MiB", PART_LIMIT >> 20)
                    } else {
                        "the document ends in the middle".to_owned()
                    };
                    return Err(feed_fault(&name, problem));
                }
                Event::Eof => return Ok(()),
                Event::DocType(_) => {
                    return Err(feed_fault(&name, "it declares entities, as no Word document does: not read"));
                }
                event => self.event(&event),
            }
            if self.text.len() > DOCUMENT_LIMIT {
                return Err(feed_fault(&name, format!("more than {} MiB of words", DOCUMENT_LIMIT >> 20)));
            }
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.skips.is_none() {
                    self.start(tag);
                }
            }
            Event::End(tag) => {
                if self.skips.is_none() {
                    self.end(tag.local_name().as_ref());
                }
                self.skips = self.skips.filter(|&depth| depth < self.depth);
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Empty(tag) if self.skips.is_none() => self.empty(tag),
            _ if self.skips.is_some() || !self.in_text => {}
            Event::Text(text) => self.push(&text.xml10_content()),
            Event::CData(text) => self.push(&text.xml10_content()),
            Event::GeneralRef(name) => self.push(&entity(name)),
            _ => {}
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = tag.local_name();
        match name.as_ref() {
            "r" => {
                self.runs += 1;
                self.hidden = false;
            }
            "t" => self.in_text = true,
            name if SKIPPED.contains(&name) => {
                self.changes |= matches!(name, "del" | "moveFrom");
                self.skips = Some(self.depth);
            }
            _ => self.mark(tag),
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "r" => {
                self.runs = self.runs.saturating_sub(1);
                self.hidden = false;
            }
            "t" => self.in_text = false,
            "p" => self.breaks = 2,
            _ => {}
        }
    }

    fn empty(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().as_ref() {
            "p" => self.breaks = 2,
            "tab" if self.runs > 0 => self.push("\t"),
            "br" | "cr" if self.runs > 0 => self.breaks = self.breaks.max(1),
            "noBreakHyphen" => self.push("-"),
            _ => self.mark(tag),
        }
    }

    /// What an element says of the words around it.
    fn mark(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().as_ref() {
            "ins" | "moveTo" => self.changes = true,
            "commentReference" => self.comments = true,
            "vanish" if self.runs > 0 => {
                let value = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == "val");
                self.hidden = !value.is_some_and(|value| matches!(value.value.as_ref(), "0" | "false" | "off"));
                self.hides |= self.hidden;
            }
            _ => {}
        }
    }

    fn push(&mut self, words: &str) {
        if self.hidden || words.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(&"\n\n"[..self.breaks]);
        }
        self.breaks = 0;
        self.text.push_str(words);
    }
}

/// What `&name;` stands for; no entity but those of XML itself is known.
fn entity(name: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return c.to_string();
    }
    match name.xml10_content().as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::{Format, open as open_feed};
    use super::*;

    /// A document with `body`, and its other parts.
    fn file(body: &str, others: &[(&str, &str)]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        let document = if body.starts_with("<!") { body.to_owned() } else { part("document", body) };
        for (name, content) in [("word/document.xml", document.as_str())].iter().chain(others) {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    fn part(root: &str, body: &str) -> String {
        format!("<?xml version=\"1.0\"?><w:{root} xmlns:w=\"w\"><w:body>{body}</w:body></w:{root}>")
    }

    fn read(body: &str, others: &[(&str, &str)]) -> Result<Post> {
        let file = file(body, others);
        let mut feed = open_feed(file.path(), &Reading::default())?;
        assert_eq!(feed.format(), Format::Docx);
        let post = feed.next().unwrap();
        assert!(feed.next().is_none());
        post
    }

    fn shown(body: &str) -> String {
        read(body, &[]).unwrap().text
    }

    #[test]
    fn runs_are_joined_and_paragraphs_parted() {
        let body = "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>Ro</w:t></w:r><w:r><w:t xml:space=\"preserve\">ads </w:t></w:r>\
            <w:r><w:t>&amp; &#8220;rails&#x201D;</w:t><w:tab/><w:t>now</w:t><w:br/><w:t>open</w:t></w:r></w:p><w:p/>\
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>one</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>two</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
            <w:p><w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t></w:r></w:p>";
        assert_eq!(shown(body), "Roads & “rails”\tnow\nopen\n\none\n\ntwo\n\nco-op");
    }

    #[test]
    fn tracked_changes_are_read_as_accepted() {
        let body = "<w:p><w:r><w:t>We </w:t></w:r><w:del><w:r><w:delText>never </w:delText><w:t>ever </w:t></w:r></w:del>\
            <w:ins w:id=\"1\"><w:r><w:rPr><w:ins/></w:rPr><w:t>will </w:t></w:r></w:ins><w:moveFrom><w:r><w:t>away </w:t></w:r></w:moveFrom>\
            <w:moveTo><w:r><w:t>here </w:t></w:r></w:moveTo><w:r><w:t>open.</w:t><w:commentReference w:id=\"0\"/></w:r></w:p>";
        let post =
            read(body, &[("word/comments.xml", "<w:comments><w:p><w:r><w:t>No!</w:t></w:r></w:p></w:comments>")])
                .unwrap();
        assert_eq!(post.text, "We will here open.");
        assert_eq!(post.notes, ["tracked changes: read as accepted", "comments: not read"]);
    }

    #[test]
    fn fields_hidden_words_and_copies_are_left_out() {
        let body = "<w:p><w:r><w:instrText>HYPERLINK \"https://example.org\"</w:instrText></w:r><w:r><w:t>See</w:t></w:r>\
            <w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t> us</w:t></w:r>\
            <mc:AlternateContent><mc:Choice><w:r><w:t> box</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t> box</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>";
        let post = read(body, &[]).unwrap();
        assert_eq!(post.text, "See us box");
        assert_eq!(post.notes, ["hidden text: not read"]);
    }

    #[test]
    fn footnotes_follow() {
        let notes = part("footnotes", "<w:footnote><w:p><w:r><w:t>Source: survey</w:t></w:r></w:p></w:footnote>");
        let body = "<w:p><w:r><w:t>Up a tenth</w:t><w:footnoteReference w:id=\"1\"/></w:r></w:p>";
        assert_eq!(read(body, &[("word/footnotes.xml", &notes)]).unwrap().text, "Up a tenth\n\nSource: survey");
    }

    #[test]
    fn hostile_documents_are_errors() {
        let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><w:document><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>";
        let why = read(bomb, &[]).unwrap_err().to_string();
        assert!(why.contains("declares entities"), "{why}");
        assert_eq!(shown("<w:p><w:r><w:t>a&bomb;b</w:t></w:r></w:p>"), "ab");
        let why = read("<!--x--><w:document><w:body><w:p><w:r><w:t>Zanzibar", &[]).unwrap_err().to_string();
        assert!(why.contains("ends in the middle") && !why.contains("Zanzibar"), "{why}");
        let why = read("<w:p></w:q>Zanzibar", &[]).unwrap_err().to_string();
        assert!(why.contains("broken XML") && !why.contains("Zanzibar"), "{why}");
        let long = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "a ".repeat(40 << 20));
        let why = read(&long, &[]).unwrap_err().to_string();
        assert!(why.contains("zip bomb"), "{why}");
    }
}
