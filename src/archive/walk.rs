//! The feeds below what the user named: files as they are, patterns as the shell would
//! have it, folders walked in the order of their names. Ignore files are honoured;
//! an unpacked archive is one feed. What is passed over is named.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::is_unpacked_archive;
use crate::error::{Error, Result};

/// Ends of the names of files that may be feeds.
const FEEDS: &[&str] = &[
    "jsonl", "ndjson", "json", "js", "csv", "tsv", "tab", "txt", "text", "md", "markdown", "html", "htm", "docx",
    "xlsx", "xlsm", "xml", "rss", "atom", "car", "zip", "gz", "tgz",
];
/// A file of this name in a folder says what is passed over there, as `.gitignore` does.
const IGNORE: &str = ".crossbenchignore";

/// What was found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Feeds, in the order they were named, and by name below a folder.
    pub feeds: Vec<PathBuf>,
    /// Files below a folder that are no feeds, and why.
    pub passed_over: Vec<(PathBuf, &'static str)>,
}

/// Finds the feeds that `named` stands for; `outputs` are files the scan will write.
///
/// # Errors
/// [`Error::Feed`] for a pattern that fits no file, [`Error::Io`] for a folder that cannot
/// be read.
pub fn walk(named: &[PathBuf], outputs: &[PathBuf]) -> Result<Walk> {
    let mut found = Walk::default();
    for path in named {
        if path.is_dir() && !is_unpacked_archive(path)? {
            below(path, None, outputs, &mut found)?;
        } else if !path.exists() && is_pattern(path) {
            fitting(path, outputs, &mut found)?;
        } else {
            found.feeds.push(path.clone()); // also one that is not there: the error names it
        }
    }
    Ok(found)
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{'])
}

/// The files that fit the pattern `path`.
fn fitting(path: &Path, outputs: &[PathBuf], found: &mut Walk) -> Result<()> {
    let parts: Vec<_> = path.components().collect();
    let plain = parts.iter().take_while(|part| !is_pattern(Path::new(part))).count();
    let root: PathBuf = parts[..plain].iter().collect();
    let root = if plain == 0 { PathBuf::from(".") } else { root };
    let pattern: PathBuf = parts[plain..].iter().collect();
    let pattern = format!("/{}", pattern.to_string_lossy().replace('\\', "/"));
    let before = found.feeds.len();
    below(&root, Some(&pattern), outputs, found)?;
    if found.feeds.len() == before {
        let problem = "no file fits this pattern".to_owned();
        return Err(Error::Feed { file: path.display().to_string(), problem });
    }
    Ok(())
}

fn below(root: &Path, pattern: Option<&str>, outputs: &[PathBuf], found: &mut Walk) -> Result<()> {
    let archives = Arc::new(Mutex::new(Vec::new()));
    let mut walker = WalkBuilder::new(root);
    walker.require_git(false).add_custom_ignore_filename(IGNORE).sort_by_file_name(Ord::cmp);
    if let Some(pattern) = pattern {
        let file = |fault: ignore::Error| Error::Feed { file: pattern.to_owned(), problem: fault.to_string() };
        let mut only = OverrideBuilder::new(root);
        only.add(pattern).map_err(file)?;
        walker.overrides(only.build().map_err(file)?);
    }
    let seen = Arc::clone(&archives);
    walker.filter_entry(move |entry| {
        let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
        if !is_folder {
            return true;
        }
        let is_archive = is_unpacked_archive(entry.path()).unwrap_or(false);
        if is_archive {
            seen.lock().expect("nobody panics with it").push(entry.path().to_owned());
        }
        !is_archive && entry.path().extension().is_none_or(|end| end != "journal")
    });
    let mut feeds = Vec::new();
    for entry in walker.build() {
        let entry = entry.map_err(|fault| {
            let source = std::io::Error::other(fault.to_string());
            Error::io(root, source)
        })?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.into_path();
        match passed_over(&path, outputs, pattern.is_some()) {
            Some(why) => found.passed_over.push((path, why)),
            None => feeds.push(path),
        }
    }
    feeds.append(&mut archives.lock().expect("nobody panics with it"));
    feeds.sort();
    found.feeds.append(&mut feeds);
    Ok(())
}

/// Why a file below a folder is no feed, if it is none.
fn passed_over(path: &Path, outputs: &[PathBuf], asked_for: bool) -> Option<&'static str> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_output = std::fs::canonicalize(path).is_ok_and(|path| outputs.contains(&path));
    if is_output || name.ends_with(".run.json") {
        return Some("written by a scan");
    }
    let end = Path::new(&name).extension().and_then(|end| end.to_str()).unwrap_or_default();
    (!asked_for && !FEEDS.contains(&end)).then_some("not a kind of file that is read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(files: &[&str]) -> tempfile::TempDir {
        let desk = tempfile::tempdir().unwrap();
        for file in files {
            let path = desk.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        desk
    }

    fn names(desk: &tempfile::TempDir, paths: &[PathBuf]) -> Vec<String> {
        paths.iter().map(|path| path.strip_prefix(desk.path()).unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn folders_are_walked_by_name_and_ignore_files_honoured() {
        let desk =
            desk(&["b.csv", "a/z.md", "a/y.png", "drafts/old.txt", ".hidden.txt", "out.run.json", "a.journal/v.jsonl"]);
        std::fs::write(desk.path().join(".crossbenchignore"), "drafts/\n").unwrap();
        let found = walk(&[desk.path().to_owned()], &[]).unwrap();
        assert_eq!(names(&desk, &found.feeds), ["a/z.md", "b.csv"]);
        let passed: Vec<PathBuf> = found.passed_over.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(names(&desk, &passed), ["a/y.png", "out.run.json"]);
        let named = walk(&[desk.path().join("a/y.png"), desk.path().join("none.csv")], &[]).unwrap();
        assert_eq!(names(&desk, &named.feeds), ["a/y.png", "none.csv"]);
    }

    #[test]
    fn patterns_are_those_of_a_shell() {
        let desk = desk(&["a/1.txt", "a/2.txt", "a/3.csv", "b/1.txt"]);
        let found = |pattern: &str| Ok(names(&desk, &walk(&[desk.path().join(pattern)], &[])?.feeds)) as Result<_>;
        assert_eq!(found("a/*.txt").unwrap(), ["a/1.txt", "a/2.txt"]);
        assert_eq!(found("*/1.txt").unwrap(), ["a/1.txt", "b/1.txt"]);
        assert_eq!(found("**/*.csv").unwrap(), ["a/3.csv"]);
        assert!(found("a/*.docx").unwrap_err().to_string().contains("no file fits"));
    }
}
