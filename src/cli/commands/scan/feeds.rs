//! The feeds of a scan before they are read: found, measured, and known by their digests.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::report::run::Input;

/// What is known of the feed at `path` before it is read. A digest is taken of files alone,
/// and if it is `wanted`; a file that cannot be read has none, and says so when it is opened.
pub fn identify(path: &Path, wanted: bool) -> Input {
    let about = path.metadata().ok().filter(std::fs::Metadata::is_file);
    Input {
        path: path.display().to_string(),
        bytes: about.as_ref().map(std::fs::Metadata::len),
        sha256: about.filter(|_| wanted).and_then(|_| sha256(path).ok()),
        ..Input::default()
    }
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = BufReader::with_capacity(1 << 18, File::open(path)?);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            taken => hash.update(&buffer[..taken]),
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
    }
    Ok(hex)
}

/// Bytes of all feeds at `paths`; `None` if one is no file of known size. One that is not
/// there has none to read.
pub fn total(paths: &[PathBuf]) -> Option<u64> {
    let size = |path: &PathBuf| match path.metadata() {
        _ if path == Path::new("-") => None,
        Ok(about) => about.is_file().then_some(about.len()),
        Err(_) => Some(0),
    };
    paths.iter().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "abc").unwrap();
        let input = identify(&path, true);
        assert_eq!(input.bytes, Some(3));
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(input.sha256.as_deref(), Some(digest));
        assert_eq!(identify(&path, false).sha256, None);
        assert_eq!(identify(folder.path(), true).bytes, None);
    }

    #[test]
    fn the_size_of_a_pipe_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let [file, none] = ["a", "none"].map(|name| folder.path().join(name));
        std::fs::write(&file, "12345").unwrap();
        assert_eq!(total(&[file.clone(), none, file.clone()]), Some(10));
        assert_eq!(total(&[file, "-".into()]), None);
    }
}
