//! The data files: those built into the binary and those of a folder, read the
//! same way, with errors that name file and line.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::ahead::pack::Strings;
use crate::built;
use crate::error::{Error, Result};

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/rules");
static TERMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/terms");
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
        let built::Catalogue { rules, rule_texts, lists, list_texts, .. } = built::catalogue();
        let whole = |entry: Entry<'static>, text| Entry { text: Cow::Borrowed(text), ..entry };
        Self {
            rules: embedded(&RULES, &rules, &rule_texts),
            terms: embedded(&TERMS, &lists.lexicon.lists, &list_texts),
            guidance: whole(Entry::guidance(), GUIDANCE),
            reasons: whole(Entry::reasons(), REASONS),
            calendar: whole(Entry::calendar(), CALENDAR),
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

impl Sources<'_> {
    /// Whether the lists are those that `build.rs` compiled, and no more.
    pub(crate) fn has_built_in_lists(&self) -> bool {
        let names = built::catalogue().lists.lexicon.lists;
        names.len() == self.terms.len()
            && self.terms.iter().enumerate().all(|(number, list)| list.json.is_some() && list.id == names.get(number))
    }

    /// The hash of everything in them, which more may be added to.
    pub(crate) fn sha256(&self) -> Sha256 {
        let Self { rules, terms, guidance, reasons, calendar } = self;
        let mut sha256 = Sha256::new();
        for entry in rules.iter().chain(terms).chain([guidance, reasons, calendar]) {
            for part in [entry.id.as_bytes(), entry.text.as_bytes()] {
                sha256.update((part.len() as u64).to_le_bytes());
                sha256.update(part);
            }
        }
        sha256
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

impl Entry<'static> {
    /// The built-in rule with this number, without its TOML.
    pub(crate) fn built_in_rule(number: usize) -> Self {
        let built::Catalogue { rules, rule_texts, .. } = built::catalogue();
        Self::of_json(rules.get(number), rule_texts.built_in(number))
    }

    /// The built-in term list with this number, without its TOML.
    pub(crate) fn built_in_list(number: usize) -> Self {
        let built::Catalogue { lists, list_texts, .. } = built::catalogue();
        Self::of_json(lists.lexicon.lists.get(number), list_texts.built_in(number))
    }

    /// The built-in guidance file, without its TOML.
    pub(crate) fn guidance() -> Self {
        Self::of_json("guidance", built::catalogue().others.built_in(0))
    }

    /// The built-in reasons, without their TOML.
    pub(crate) fn reasons() -> Self {
        Self::of_json("reasons", built::catalogue().others.built_in(1))
    }

    /// The built-in calendar, without its TOML.
    pub(crate) fn calendar() -> Self {
        Self::of_json("calendar", built::catalogue().others.built_in(2))
    }

    fn of_json(id: &str, json: Option<&'static str>) -> Self {
        Self { path: format!("{id}.toml"), id: id.to_owned(), text: Cow::Borrowed(""), json }
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

/// The files of `dir`, whose ids and JSON `build.rs` packed in the same order.
fn embedded(dir: &'static Dir<'_>, ids: &Strings, json: &Strings) -> Vec<Entry<'static>> {
    let mut found = Vec::new();
    let mut folders = vec![dir];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files().filter(|file| is_toml(file.path())) {
            let text = file.contents_utf8().expect("data files are UTF-8: a test reads each one");
            let path = slashed(file.path());
            found.push(Entry::new(path.clone(), &path, Cow::Borrowed(text)));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    for (number, entry) in found.iter_mut().enumerate() {
        entry.json = (ids.get(number) == entry.id).then(|| json.built_in(number)).flatten();
    }
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
