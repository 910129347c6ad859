//! The files inside an archive: a zip, a gzipped tar, or a folder that one was unpacked
//! into. Nothing is written to disk, names that lead out of the archive are passed over
//! and counted, and no file may unpack to much more than it is packed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::{DeflateDecoder, GzDecoder};

use super::encoding::Encoding;
use super::feed_fault;
use super::source::Source;
use crate::error::{Error, Result};

/// Most files in an archive.
const ENTRIES: usize = 1_000_000;
/// Deepest folder that is looked into.
const DEPTH: usize = 8;
/// A file may unpack to this many times its packed size, …
const RATIO: u64 = 200;
/// … or to this many bytes, whatever its packed size.
const FREE: u64 = 64 << 20;

/// The files inside an archive.
pub(super) struct Members {
    path: PathBuf,
    name: String,
    kind: Kind,
    files: Vec<Member>,
    unsafe_names: usize,
    bytes: Arc<AtomicU64>,
    encoding: Option<Encoding>,
}

/// Ends of the names of files that hold text in whatever encoding; exports of platforms and
/// parts of documents are UTF-8, or say what they are.
const TEXTS: &[&str] = &["csv", "tsv", "tab", "txt", "text", "md", "markdown", "html", "htm", "jsonl", "ndjson"];

/// The end of `name` after its last `.`, in small letters.
pub(super) fn extension(name: &str) -> Option<String> {
    Some(Path::new(name).extension()?.to_str()?.to_ascii_lowercase())
}

/// Whether the file called `name` holds text.
pub(super) fn is_text(name: &str) -> bool {
    extension(name).is_some_and(|end| TEXTS.contains(&end.as_str()))
}

enum Kind {
    Zip,
    TarGz,
    Folder,
}

struct Member {
    name: String,
    /// Where its bytes begin and how many they are, in a zip.
    packed: Option<(u64, u64)>,
    method: Method,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
    Other,
    Encrypted,
}

impl Members {
    /// The files of the zip at `path`.
    pub fn of_zip(path: &Path, bytes: Arc<AtomicU64>) -> Result<Self> {
        let name = path.to_string_lossy().into_owned();
        let broken = |fault: zip::result::ZipError| feed_fault(&name, format!("a broken zip archive: {fault}"));
        let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
        let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        if zip.len() > ENTRIES {
            return Err(feed_fault(&name, format!("more than {ENTRIES} files in one archive")));
        }
        let mut files = Vec::new();
        let mut unsafe_names = 0;
        for at in 0..zip.len() {
            let entry = zip.by_index_raw(at).map_err(broken)?;
            if entry.is_dir() {
                continue;
            }
            let Some(inside) = entry.enclosed_name() else {
                unsafe_names += 1;
                continue;
            };
            let method = match entry.compression() {
                _ if entry.encrypted() => Method::Encrypted,
                zip::CompressionMethod::Stored => Method::Stored,
                zip::CompressionMethod::Deflated => Method::Deflated,
                _ => Method::Other,
            };
            let start = entry.data_start().unwrap_or_default();
            files.push(Member { name: slashed(&inside), packed: Some((start, entry.compressed_size())), method });
        }
        Ok(Self { path: path.to_owned(), name, kind: Kind::Zip, files, unsafe_names, bytes, encoding: None })
    }

    /// The files of the gzipped tar at `path`.
    pub fn of_tar_gz(path: &Path, bytes: Arc<AtomicU64>) -> Result<Self> {
        let name = path.to_string_lossy().into_owned();
        let broken = |fault: io::Error| feed_fault(&name, format!("a broken tar archive: {fault}"));
        let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
        let size = file.metadata().map_or(0, |about| about.len());
        let mut tar = tar::Archive::new(capped(GzDecoder::new(BufReader::new(file)), size));
        let mut files = Vec::new();
        let mut unsafe_names = 0;
        for entry in tar.entries().map_err(broken)? {
            let entry = entry.map_err(broken)?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            if files.len() == ENTRIES {
                return Err(feed_fault(&name, format!("more than {ENTRIES} files in one archive")));
            }
            let inside = entry.path().map_err(broken)?.into_owned();
            if inside
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir))
            {
                files.push(Member { name: slashed(&inside), packed: None, method: Method::Stored });
            } else {
                unsafe_names += 1;
            }
        }
        Ok(Self { path: path.to_owned(), name, kind: Kind::TarGz, files, unsafe_names, bytes, encoding: None })
    }

    /// The files of the folder at `path`, as many levels down as archives have.
    pub fn of_folder(path: &Path, bytes: Arc<AtomicU64>) -> Result<Self> {
        let mut files = Vec::new();
        list(path, path, 0, &mut files).map_err(|fault| Error::io(path, fault))?;
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let name = path.to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), name, kind: Kind::Folder, files, unsafe_names: 0, bytes, encoding: None })
    }

    /// The same, with files of text in `encoding` where no mark says otherwise.
    #[must_use]
    pub fn in_encoding(self, encoding: Option<Encoding>) -> Self {
        Self { encoding, ..self }
    }

    /// Whether it is a folder, and no one file.
    pub fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder)
    }

    /// Whether it is one file that other readers of zips can open.
    pub fn is_zip(&self) -> bool {
        matches!(self.kind, Kind::Zip)
    }

    /// What errors call the archive.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its files, with `/` between folders.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// The one file whose name ends with `end`, after a `/` or whole; the shortest of several.
    pub fn find(&self, end: &str) -> Option<&str> {
        let fits = |name: &&str| name.strip_suffix(end).is_some_and(|head| head.is_empty() || head.ends_with('/'));
        self.names().filter(fits).min_by_key(|name| (name.len(), *name))
    }

    /// How many files have names that lead out of the archive.
    pub fn unsafe_names(&self) -> usize {
        self.unsafe_names
    }

    /// The bytes of `member`, unpacked as they are read; text as UTF-8 without a mark.
    pub fn open(&self, member: &str) -> Result<Source> {
        let fault = |problem: &str| feed_fault(&format!("{}!{member}", self.name), problem);
        let file = self.files.iter().find(|file| file.name == member).ok_or_else(|| fault("not in the archive"))?;
        let io = |fault| Error::io(format!("{}!{member}", self.name), fault);
        let opened = || File::open(&self.path).map_err(io);
        let reader: Box<dyn Read + Send> = match (&self.kind, file.packed) {
            (Kind::Folder, _) => Box::new(File::open(self.path.join(member)).map_err(io)?),
            (Kind::TarGz, _) => Box::new(TarMember::open(opened()?, &file.name).map_err(io)?),
            (Kind::Zip, packed) => {
                let (start, size) = packed.expect("files of a zip have a place");
                let mut zip = opened()?;
                zip.seek(SeekFrom::Start(start)).map_err(io)?;
                let raw = Counted {
                    reader: BufReader::with_capacity(1 << 16, zip).take(size),
                    bytes: Arc::clone(&self.bytes),
                };
                match file.method {
                    Method::Stored => Box::new(raw),
                    Method::Deflated => Box::new(capped(DeflateDecoder::new(raw), size)),
                    Method::Other => {
                        return Err(fault("packed in a way that is not known: pack it again as plain zip"));
                    }
                    Method::Encrypted => return Err(fault("locked with a password: unlock it first")),
                }
            }
        };
        let bytes = if matches!(self.kind, Kind::Zip) { Arc::default() } else { Arc::clone(&self.bytes) };
        let mut source = Source::new(reader, bytes);
        source.peek().map_err(io)?;
        if !is_text(member) {
            source.skip_bom();
            return Ok(source);
        }
        let marked = Encoding::of_mark(source.peeked());
        source.skip(marked.map_or(0, |(_, len)| len));
        match marked.map(|marked| marked.0).or(self.encoding) {
            Some(encoding) if !encoding.is_utf8() => source.transcoded(encoding).map_err(io),
            _ => Ok(source),
        }
    }
}

fn list(root: &Path, folder: &Path, depth: usize, files: &mut Vec<Member>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?; // a link is not followed
        if kind.is_dir() && depth < DEPTH {
            list(root, &entry.path(), depth + 1, files)?;
        } else if kind.is_file() && files.len() < ENTRIES {
            let path = entry.path();
            let name = slashed(path.strip_prefix(root).expect("it is below the folder"));
            files.push(Member { name, packed: None, method: Method::Stored });
        }
    }
    Ok(())
}

fn slashed(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        std::path::Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

struct Counted<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let taken = self.reader.read(into)?;
        self.bytes.fetch_add(taken as u64, Ordering::Relaxed);
        Ok(taken)
    }
}

/// A file of a tar, which is found by reading all that is before it.
struct TarMember {
    reader: Box<dyn Read + Send>,
    left: u64,
}

impl TarMember {
    fn open(file: File, member: &str) -> io::Result<Self> {
        let packed = file.metadata()?.len();
        let mut tar = tar::Archive::new(capped(GzDecoder::new(BufReader::new(file)), packed));
        let mut size = None;
        for entry in tar.entries()? {
            let entry = entry?;
            if entry.header().entry_type().is_file() && slashed(&entry.path()?) == member {
                size = Some(entry.size());
                break;
            }
        }
        // The entry's bytes come next: its header has been read and nothing after it.
        let left = size.ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { reader: Box::new(tar.into_inner()), left })
    }
}

impl Read for TarMember {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let taken = self.reader.read(&mut into[..room])?;
        if taken == 0 && room > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside this file"));
        }
        self.left -= taken as u64;
        Ok(taken)
    }
}

/// Unpacks no more than a file of `packed` bytes should hold.
struct Capped<R> {
    reader: R,
    left: u64,
}

fn capped<R: Read>(reader: R, packed: u64) -> Capped<R> {
    Capped { reader, left: FREE.max(packed.saturating_mul(RATIO)) }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let taken = self.reader.read(into)? as u64;
        let Some(left) = self.left.checked_sub(taken) else {
            return Err(io::Error::other(
                "unpacks to far more than it is packed, as a zip bomb does; unpack it by hand if it is whole",
            ));
        };
        self.left = left;
        Ok(usize::try_from(taken).expect("it fits the buffer"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        for (name, content) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    fn tarred(files: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let packed = flate2::write::GzEncoder::new(file.reopen().unwrap(), flate2::Compression::fast());
        let mut tar = tar::Builder::new(packed);
        for (name, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, name, *content).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
        file
    }

    fn read(members: &Members, name: &str) -> io::Result<String> {
        let mut text = String::new();
        members.open(name).map_err(io::Error::other)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn zip_tar_and_folder_are_read_alike() {
        let files: &[(&str, &[u8])] =
            &[("data/a.js", b"first"), ("data/b.js", &[b'x'; 5000]), ("outbox.json", b"\xef\xbb\xbf{}")];
        let (zip, tar, folder) = (zipped(files), tarred(files), tempfile::tempdir().unwrap());
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        for members in [
            Members::of_zip(zip.path(), Arc::default()).unwrap(),
            Members::of_tar_gz(tar.path(), Arc::default()).unwrap(),
            Members::of_folder(folder.path(), Arc::default()).unwrap(),
        ] {
            assert_eq!(members.names().collect::<Vec<_>>(), ["data/a.js", "data/b.js", "outbox.json"]);
            assert_eq!(read(&members, "data/a.js").unwrap(), "first");
            assert_eq!(read(&members, "data/b.js").unwrap().len(), 5000);
            assert_eq!(read(&members, "outbox.json").unwrap(), "{}");
            assert_eq!((members.find("b.js"), members.find(".js")), (Some("data/b.js"), None));
            assert!(members.open("data/c.js").is_err());
        }
    }

    #[test]
    fn names_that_lead_out_are_not_opened() {
        let zip = zipped(&[("../escape.json", b"{}"), ("/root.json", b"{}"), ("in.json", b"{}")]);
        let members = Members::of_zip(zip.path(), Arc::default()).unwrap();
        assert!(members.unsafe_names() >= 1);
        assert!(members.names().all(|name| !name.contains("..") && !name.starts_with('/')));
    }

    #[test]
    fn a_bomb_is_an_error() {
        let zip = zipped(&[("bomb.json", &vec![b' '; 80 << 20])]);
        let members = Members::of_zip(zip.path(), Arc::default()).unwrap();
        let mut source = members.open("bomb.json").unwrap();
        let fault = io::copy(&mut source, &mut io::sink()).unwrap_err();
        assert!(fault.to_string().contains("zip bomb"), "{fault}");
    }

    #[test]
    fn a_cut_archive_is_an_error() {
        let zip = zipped(&[("a.json", b"{}")]);
        let bytes = std::fs::read(zip.path()).unwrap();
        std::fs::write(zip.path(), &bytes[..bytes.len() - 30]).unwrap();
        assert!(Members::of_zip(zip.path(), Arc::default()).is_err());
        let tar = tarred(&[("a.json", &[b'x'; 9000])]);
        let bytes = std::fs::read(tar.path()).unwrap();
        std::fs::write(tar.path(), &bytes[..bytes.len() - 20]).unwrap();
        assert!(Members::of_tar_gz(tar.path(), Arc::default()).is_err());
    }
}
