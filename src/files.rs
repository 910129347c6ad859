//! The data files: those built into the binary and those of a folder, read the
//! same way, with errors that name file and line.

use std::borrow::Cow;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/rules");
static TERMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/terms");
static GUIDANCE: &str = include_str!("../data/guidance.toml");
static REASONS: &str = include_str!("../data/reasons.toml");

/// The files a catalogue is made of.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    /// Rule files; the path is the rule's id.
    pub rules: Vec<Entry<'a>>,
    /// Term lists.
    pub terms: Vec<Entry<'a>>,
    /// Official documents and clauses.
    pub guidance: Entry<'a>,
    /// What to tell the writer where the model stopped.
    pub reasons: Entry<'a>,
}

impl Sources<'static> {
    /// The files built into the binary.
    pub fn built_in() -> Self {
        let file = |path: &str, text| Entry { path: path.to_owned(), text: Cow::Borrowed(text) };
        Self {
            rules: embedded(&RULES),
            terms: embedded(&TERMS),
            guidance: file("guidance.toml", GUIDANCE),
            reasons: file("reasons.toml", REASONS),
        }
    }
}

/// A data file: its path below the folder it was found in, and its text.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// `party/slogan.toml`, with `/` on every system.
    pub path: String,
    /// What stands in it.
    pub text: Cow<'a, str>,
}

impl Entry<'_> {
    /// The path without `.toml`.
    pub fn stem(&self) -> &str {
        self.path.strip_suffix(".toml").unwrap_or(&self.path)
    }
}

fn embedded(dir: &'static Dir<'_>) -> Vec<Entry<'static>> {
    let mut found = Vec::new();
    let mut folders = vec![dir];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files().filter(|file| is_toml(file.path())) {
            let text = file.contents_utf8().expect("data files are UTF-8: a test reads each one");
            found.push(Entry { path: slashed(file.path()), text: Cow::Borrowed(text) });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Reads a TOML file into `T`.
///
/// # Errors
/// [`Error::Data`] with the line and key at fault.
pub fn parse_toml<T: DeserializeOwned>(entry: &Entry<'_>) -> Result<T> {
    toml::from_str(&entry.text).map_err(|fault| Error::Data {
        file: entry.path.clone(),
        line: fault.span().map(|span| entry.text[..span.start].matches('\n').count() + 1),
        problem: fault.message().trim().replace('\n', "; "),
    })
}
