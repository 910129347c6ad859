//! What the readers' tests share: feeds from bytes, archives packed in the three ways, and
//! inputs that are too long to be held.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use super::{Feed, Format, Reading, from_reader, open};
use crate::error::{Error, Result};
use crate::post::Post;

/// The items of `bytes`, which must be told as `format` by themselves.
pub(super) fn items(bytes: impl AsRef<[u8]>, format: Format) -> Vec<Result<Post>> {
    let feed = from_reader("feed", Box::new(Cursor::new(bytes.as_ref().to_vec())), &Reading::default()).unwrap();
    assert_eq!(feed.format(), format, "{}", feed.why());
    feed.collect()
}

/// The posts among `items` of a feed without faults.
pub(super) fn posts(items: Vec<Result<Post>>) -> Vec<Post> {
    items.into_iter().map(|item| item.unwrap_or_else(|fault| panic!("{fault}"))).collect()
}

/// The faults of `items`, as they are shown, and how many posts there are.
pub(super) fn faults(items: Vec<Result<Post>>) -> (Vec<String>, usize) {
    let (posts, faults): (Vec<_>, Vec<_>) = items.into_iter().partition(Result::is_ok);
    (faults.into_iter().map(|fault| fault.unwrap_err().to_string()).collect(), posts.len())
}

/// Why `bytes` cannot be read as `format` at all, or what the last item says.
pub(super) fn refused(bytes: impl AsRef<[u8]>, format: Format) -> String {
    let reading = Reading { format: Some(format), ..Reading::default() };
    match from_reader("feed", Box::new(Cursor::new(bytes.as_ref().to_vec())), &reading) {
        Err(fault) => fault.to_string(),
        Ok(feed) => feed.last().expect("an item").unwrap_err().to_string(),
    }
}

/// The feed at `path`, which must be told as `format` by itself.
pub(super) fn at(path: &Path, format: Format) -> Feed {
    let feed = open(path, &Reading::default()).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(feed.format(), format, "{}", feed.why());
    feed
}

/// `files` as a zip, as a gzipped tar and as a folder, in one temporary folder.
pub(super) fn packed(files: &[(&str, &[u8])]) -> (tempfile::TempDir, [std::path::PathBuf; 3]) {
    let home = tempfile::tempdir().unwrap();
    let paths = ["export.zip", "export.tar.gz", "export"].map(|name| home.path().join(name));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&paths[0]).unwrap());
    let gz = flate2::write::GzEncoder::new(std::fs::File::create(&paths[1]).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        if name.starts_with("../") {
            continue; // a zip can be written so, the others cannot
        }
        tar.append_data(&mut header, name, *content).unwrap();
        let path = paths[2].join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    zip.finish().unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    (home, paths)
}

/// The items of `head`, `bytes` of `x` and `tail`, none of which is held.
pub(super) fn endless(head: &'static str, bytes: u64, tail: &'static str, format: Format) -> Vec<Result<Post>> {
    let reader = head.as_bytes().chain(io::repeat(b'x').take(bytes)).chain(tail.as_bytes());
    let feed = from_reader("feed", Box::new(reader), &Reading::default()).unwrap();
    assert_eq!(feed.format(), format, "{}", feed.why());
    feed.collect()
}

/// Every beginning of `bytes` that is `step` longer than the one before is read without a
/// panic, ends in posts and at most one fault of the file, and shows no `secret`.
pub(super) fn cut_everywhere(bytes: &[u8], step: usize, format: Format, secret: &str) {
    for end in (0..bytes.len()).step_by(step) {
        let reading = Reading { format: Some(format), ..Reading::default() };
        match from_reader("feed", Box::new(Cursor::new(bytes[..end].to_vec())), &reading) {
            Err(fault) => assert!(!fault.to_string().contains(secret)),
            Ok(feed) => {
                for item in feed {
                    match item {
                        Ok(post) => assert!(!format!("{post:?}").contains(secret)),
                        Err(fault @ (Error::Record { .. } | Error::Feed { .. })) => {
                            assert!(!fault.to_string().contains(secret), "{fault}");
                        }
                        Err(fault) => panic!("{fault}"),
                    }
                }
            }
        }
    }
}
