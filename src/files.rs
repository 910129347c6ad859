//! The data files: those built into the binary and those of a folder, read the
//! same way, with errors that name file and line.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/rules");
static TERMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/terms");
/// The same files as JSON, for `build.rs` has turned them.
static JSON: Dir<'_> = include_dir!("$OUT_DIR/json");
static GUIDANCE: &str = include_str!("../data/guidance.toml");
static CALENDAR: &str = include_str!("../data/calendar.toml");
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
    /// Polls and the periods before them.
    pub calendar: Entry<'a>,
}

impl Sources<'static> {
    /// The files built into the binary.
    pub fn built_in() -> Self {
        let json = json();
        let file = |path: &str, text| {
            let json = json.get(Path::new(path).with_extension("").as_path()).copied();
            Entry { json, ..Entry::new(path, path, Cow::Borrowed(text)) }
        };
        Self {
            rules: embedded(&RULES, "rules", &json),
            terms: embedded(&TERMS, "terms", &json),
            guidance: file("guidance.toml", GUIDANCE),
            reasons: file("reasons.toml", REASONS),
            calendar: file("calendar.toml", CALENDAR),
        }
    }

    /// The files of the data folder `dir`, laid out as the project's own `data/`.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Data`] naming the file.
    pub fn of_folder(dir: &Path) -> Result<Self> {
        let file = |name: &str| read(&dir.join(name), name);
        Ok(Self {
            rules: read_folder(&dir.join("rules"))?,
            terms: read_folder(&dir.join("terms"))?,
            guidance: file("guidance.toml")?,
            reasons: file("reasons.toml")?,
            calendar: file("calendar.toml")?,
        })
    }

    /// Adds the rules in `dir`, whose ids are their paths below it, and the lists in its
    /// folder `terms`, if it has one.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Data`] naming the file.
    pub fn add_rules(&mut self, dir: &Path) -> Result<()> {
        let (terms, rules): (Vec<_>, Vec<_>) =
            read_folder(dir)?.into_iter().partition(|entry| entry.id.starts_with("terms/"));
        if rules.is_empty() {
            return Err(Error::data(dir.display().to_string(), "there is no rule in it (`FAMILY/RULE.toml`)"));
        }
        self.rules.extend(rules);
        for mut list in terms {
            list.id.drain(.."terms/".len());
            self.terms.push(list);
        }
        Ok(())
    }
}

/// A data file.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The file as errors name it.
    pub path: String,
    /// Its path below the folder it was found in, with `/` on every system and without
    /// `.toml`: `party/slogan`.
    pub id: String,
    /// What stands in it.
    pub text: Cow<'a, str>,
    /// The same as JSON, where the binary holds that too.
    json: Option<&'static str>,
}

impl<'a> Entry<'a> {
    /// The file shown as `path` whose path below its folder is `below`.
    pub fn new(path: impl Into<String>, below: &str, text: Cow<'a, str>) -> Self {
        Self { path: path.into(), id: below.strip_suffix(".toml").unwrap_or(below).to_owned(), text, json: None }
    }
}

fn read(path: &Path, below: &str) -> Result<Entry<'static>> {
    let bytes = fs::read(path).map_err(|fault| Error::io(path, fault))?;
    let shown = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| Error::data(&shown, "not UTF-8 text"))?;
    Ok(Entry::new(shown, below, Cow::Owned(text)))
}

/// Every `.toml` file below `dir`, by path; hidden files and folders are passed over.
fn read_folder(dir: &Path) -> Result<Vec<Entry<'static>>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let fault = |fault| Error::io(&folder, fault);
        for item in fs::read_dir(&folder).map_err(fault)? {
            let path = item.map_err(fault)?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if is_toml(&path) {
                let below = slashed(path.strip_prefix(dir).expect("it was found below it"));
                found.push(read(&path, &below)?);
            }
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// The JSON of every built-in file, by its path without the ending.
fn json() -> FxHashMap<PathBuf, &'static str> {
    let mut found = FxHashMap::default();
    let mut folders = vec![&JSON];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        let texts = folder.files().filter_map(|file| Some((file.path().with_extension(""), file.contents_utf8()?)));
        found.extend(texts);
    }
    found
}

fn embedded(dir: &'static Dir<'_>, name: &str, json: &FxHashMap<PathBuf, &'static str>) -> Vec<Entry<'static>> {
    let mut found = Vec::new();
    let mut folders = vec![dir];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files().filter(|file| is_toml(file.path())) {
            let text = file.contents_utf8().expect("data files are UTF-8: a test reads each one");
            let path = slashed(file.path());
            let json = json.get(Path::new(name).join(&path).with_extension("").as_path()).copied();
            found.push(Entry { json, ..Entry::new(path.clone(), &path, Cow::Borrowed(text)) });
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
    if let Some(read) = entry.json.and_then(|json| serde_json::from_str(json).ok()) {
        return Ok(read);
    }
    toml::from_str(&entry.text).map_err(|fault| Error::Data {
        file: entry.path.clone(),
        line: fault.span().map(|span| entry.text[..span.start].matches('\n').count() + 1),
        problem: fault.message().trim().replace('\n', "; "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_says_what_the_toml_says() {
        let Sources { rules, terms, guidance, reasons, calendar } = Sources::built_in();
        for entry in rules.into_iter().chain(terms).chain([guidance, reasons, calendar]) {
            let json: serde_json::Value = serde_json::from_str(entry.json.expect(&entry.path)).unwrap();
            let toml: serde_json::Value = toml::from_str(&entry.text).unwrap();
            assert!(json == toml, "{}", entry.path);
        }
    }
}
