//! Files of text in a zip or a gzipped tar that is no export of a platform: each is read as it
//! would be by itself, in the order of their names. Files that begin with a dot are passed
//! over; spreadsheets, Word documents and archives inside an archive are told and not read.

use std::vec::IntoIter;

use super::columns::Survey;
use super::input::Input;
use super::members::{Members, extension, is_text};
use super::{Format, Posts, Reading, feed_fault, linkedin, of_member, x};
use crate::error::{Error, Result};
use crate::post::{Place, Post};

/// Files whose presence says that an archive is a platform's, or a document, …
const OTHERS: &[&str] = &["json", "js", "xml"];
/// … and folders that do, in which private things are.
const PRIVATE: &[&str] = &["personal_information", "messages", "inbox"];
/// Files that would be read outside an archive.
const FEEDS: &[&str] = &["docx", "xlsx", "xlsm", "zip", "gz", "tgz", "car", "rss", "atom"];

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let is_other = |name: &str| {
        extension(name).is_some_and(|end| OTHERS.contains(&end.as_str()))
            || name.split('/').any(|part| PRIVATE.contains(&part))
    };
    let is_export = linkedin::BESIDE.iter().any(|file| members.find(file).is_some());
    if members.is_folder() || is_export || members.names().any(is_other) {
        return None;
    }
    let first = members.names().filter(|name| !is_hidden(name) && is_text(name)).min()?;
    Some(format!("`{first}` is a file of text in an archive that is no platform's"))
}

/// Whether a reader of `format` takes files of text.
pub(super) fn reads(format: Format) -> bool {
    matches!(
        format,
        Format::Files | Format::Csv | Format::Jsonl | Format::Text | Format::Markdown | Format::Html | Format::Captions
    )
}

/// The posts of `input`.
pub(super) fn open(input: Input, reading: &Reading) -> Result<Posts> {
    let (place, survey) = (input.place(), input.survey().clone());
    let members = input.into_members("an archive of files")?;
    if claims_members(&members).is_none() {
        let why = "no files of text in it, or those of an export that is not looked through file by file";
        return Err(feed_fault(members.name(), why));
    }
    let shown = || members.names().filter(|name| !is_hidden(name));
    let mut names: Vec<String> = shown().filter(|name| is_text(name)).map(str::to_owned).collect();
    names.sort();
    let (feeds, others): (Vec<&str>, Vec<&str>) =
        shown().filter(|name| !is_text(name)).partition(|name| extension(name).is_some_and(|e| FEEDS.contains(&&*e)));
    let mut told: Vec<Result<Post>> = Vec::new();
    for name in feeds {
        let place = place.clone().inside(name);
        told.push(Err(Error::record(place, None, "not read inside an archive: unpack it first")));
    }
    if !others.is_empty() {
        let post = x::other(&format!("files of other kinds, not read: {}", others.len()));
        told.push(Ok(Post { id: "files of other kinds".to_owned(), place: Some(place.clone()), ..post }));
    }
    // Members hand out UTF-8, whatever the files are in.
    let format = reading.format.filter(|format| *format != Format::Files);
    let reading = Reading { format, encoding: None, ..reading.clone() };
    Ok(Box::new(Files {
        waiting: names.into_iter(),
        told: told.into_iter(),
        now: None,
        members,
        place,
        reading,
        survey,
    }))
}

/// Whether a name is one that systems hide, or macOS adds.
fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

/// Reads the posts of one file after the other.
struct Files {
    members: Members,
    waiting: IntoIter<String>,
    now: Option<(String, Posts)>,
    /// What is to be said after the last.
    told: IntoIter<Result<Post>>,
    place: Place,
    reading: Reading,
    survey: Survey,
}

impl Files {
    fn posts(&self, member: &str) -> Result<Posts> {
        of_member(member, self.members.open(member)?, &self.reading, self.survey.of_member(member))
    }

    /// `place` of a file read by itself, as a place in the archive.
    fn inside(&self, place: Option<Place>, member: &str) -> Place {
        Place { file: self.place.file.clone(), ..place.unwrap_or_default() }.inside(member)
    }

    /// A fault of `member`: reading goes on after it.
    fn fault(&self, fault: Error, member: &str) -> Error {
        match fault {
            Error::Record { place, field, problem } => Error::record(self.inside(Some(*place), member), field, problem),
            Error::Feed { problem, .. } => Error::record(self.inside(None, member), None, problem),
            Error::Io { source, .. } => Error::record(self.inside(None, member), None, source.to_string()),
            other => other,
        }
    }
}

impl Iterator for Files {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((member, mut posts)) = self.now.take() else {
                let Some(member) = self.waiting.next() else { return self.told.next() };
                match self.posts(&member) {
                    Ok(posts) => self.now = Some((member, posts)),
                    Err(fault) => return Some(Err(self.fault(fault, &member))),
                }
                continue;
            };
            let item = match posts.next() {
                None => continue,
                Some(Ok(post)) => {
                    let place = self.inside(post.place.clone(), &member);
                    Ok(Post { place: Some(place), ..post })
                }
                Some(Err(fault @ Error::Record { .. })) => Err(self.fault(fault, &member)),
                Some(Err(fault)) => return Some(Err(self.fault(fault, &member))), // it is at its end
            };
            self.now = Some((member, posts));
            return Some(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::kit::packed;
    use super::super::open as open_feed;
    use super::*;

    fn shown(path: &std::path::Path, reading: &Reading) -> Vec<String> {
        let home = path.parent().unwrap().to_string_lossy().into_owned() + "/";
        let feed = open_feed(path, reading).unwrap();
        feed.map(|item| match item {
            Ok(post) => format!("{} = {} {:?}", post.place.unwrap(), post.text, post.notes),
            Err(fault) => fault.to_string(),
        })
        .map(|shown| shown.replace(&home, ""))
        .collect()
    }

    #[test]
    fn each_file_is_read_as_by_itself() {
        let files: &[(&str, &[u8])] = &[
            ("b/queue.csv", b"id,text\n1,Roads reopen\n2,too,many\n"),
            ("a.md", b"# Pools\n\nBoth *open*."),
            ("notes.txt", b"One\nTwo\n"),
            ("x.jsonl", b"{\"text\": \"Three\"}\n"),
            (".hidden.txt", b"No"),
            ("__MACOSX/a.md", b"No"),
            ("photo.png", b"\x89PNG"),
            ("inner.zip", b"PK\x03\x04"),
        ];
        let (_home, [zip, tar, folder]) = packed(files);
        for (path, name) in [(zip, "export.zip"), (tar, "export.tar.gz")] {
            let feed = open_feed(&path, &Reading::default()).unwrap();
            assert_eq!(feed.format(), Format::Files);
            assert_eq!(
                shown(&path, &Reading::default()),
                [
                    format!("{name}!a.md = Pools\n\nBoth open. []"),
                    format!("{name}!b/queue.csv:2 = Roads reopen []"),
                    format!("{name}!b/queue.csv:3: cells in the row: 3, in the header: 2"),
                    format!("{name}!notes.txt:1 = One []"),
                    format!("{name}!notes.txt:2 = Two []"),
                    format!("{name}!x.jsonl:1 = Three []"),
                    format!("{name}!inner.zip: not read inside an archive: unpack it first"),
                    format!("{name} =  [\"files of other kinds, not read: 1\"]"),
                ]
            );
        }
        assert!(open_feed(&folder, &Reading::default()).is_err(), "a folder is walked, not read as one feed");
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_the_others() {
        let files: &[(&str, &[u8])] =
            &[("a.csv", b"message,caption\nx,y\n"), ("b.txt", b"%PDF-1.7\n"), ("c.txt", b"Words")];
        let (_home, [zip, ..]) = packed(files);
        let shown = shown(&zip, &Reading::default());
        assert!(shown[0].starts_with("export.zip!a.csv: more than one column could be the text"), "{shown:?}");
        assert!(shown[1].starts_with("export.zip!b.txt: a PDF"), "{shown:?}");
        assert_eq!(shown[2..], ["export.zip!c.txt:1 = Words []"]);
    }

    #[test]
    fn archives_of_platforms_are_not_looked_through() {
        for beside in ["data/a.json", "data/tweet.js", "Connections.csv", "x/messages/inbox/1.html"] {
            let (_home, [zip, ..]) = packed(&[("messages.csv", b"FROM,CONTENT\na,private\n"), (beside, b"{}")]);
            let why = open_feed(&zip, &Reading::default()).unwrap_err().to_string();
            assert!(why.contains("no archive of a kind that is known"), "{why}");
            let asked = Reading { format: Some(Format::Csv), ..Reading::default() };
            let why = open_feed(&zip, &asked).unwrap_err().to_string();
            assert!(why.contains("not looked through"), "{why}");
        }
    }

    #[test]
    fn the_encoding_reaches_files_of_text() {
        let wide: Vec<u8> = "\u{feff}Caf\u{e9}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let files: &[(&str, &[u8])] = &[
            ("a.csv", b"id,text\n1,Caf\xe9 \x96 open\n"),
            ("b.html", b"<p>Caf\xe9</p>"),
            ("c.jsonl", b"{\"text\": \"Caf\xe9\"}\n"),
            ("d.md", b"*Caf\xe9*"),
            ("e.txt", b"Caf\xe9\n"),
            ("marked.txt", &wide),
        ];
        let (home, [zip, tar, _]) = packed(files);
        let reading = Reading { encoding: "windows-1252".parse().ok(), ..Reading::default() };
        for path in [&zip, &tar] {
            let shown = shown(path, &reading);
            let texts: Vec<&str> = shown.iter().map(|shown| shown.split(" = ").nth(1).unwrap()).collect();
            assert_eq!(texts, ["Café – open []", "Café []", "Café []", "Café []", "Café []", "Café []"]);
        }
        let without = shown(&zip, &Reading::default());
        assert!(without[0].contains("a.csv:2: field `text`: not UTF-8 at byte 4"), "{without:?}");
        // As it reaches a file by itself.
        fs::write(home.path().join("a.csv"), files[0].1).unwrap();
        assert_eq!(shown(&home.path().join("a.csv"), &reading), ["a.csv:2 = Café – open []"]);
    }

    #[test]
    fn a_format_that_is_asked_for_is_that_of_every_file() {
        let (_home, [zip, ..]) = packed(&[("a.txt", b"Copy\nOne\n"), ("b.csv", b"text\nTwo\n")]);
        let reading = Reading { format: Some(Format::Csv), map: "text=Copy".parse().unwrap(), ..Reading::default() };
        let shown = shown(&zip, &reading);
        assert_eq!(shown[0], "export.zip!a.txt:2 = One []");
        assert!(shown[1].contains("no column is called `Copy`"), "{shown:?}");
    }
}
