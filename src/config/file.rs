//! What stands in a `crossbench.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use super::page::{Keys, Page, Value};
use super::{ModelChoice, Origin, Set, Settings, beside};
use crate::error::{Error, Result};
use crate::rules::house::{Allow, At, Deny, House, LevelOf};
use crate::rules::{Dimension, Level};

const KEYS: &[&str] = &["account", "point", "model", "fail-on", "rules", "suppressions", "levels", "allow", "deny"];
const ALLOW: &[&str] = &["words", "rules", "because"];
const DENY: &[&str] = &["words", "level", "dimension", "because", "advice", "question"];
const LEVELS: [(&str, Level); 3] = [("note", Level::Note), ("review", Level::Review), ("hold", Level::Hold)];
const DIMENSIONS: [(&str, Dimension); 2] =
    [("controversy", Dimension::Controversy), ("misleading", Dimension::Misleading)];

/// Reads the settings file at `path`; paths in it start from its folder.
///
/// # Errors
/// [`Error::Io`], or [`Error::Data`] with line and key of the first fault.
pub(super) fn read(path: &Path) -> Result<Settings> {
    let bytes = fs::read(path).map_err(|fault| Error::io(path, fault))?;
    let shown = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| Error::data(&shown, "not UTF-8 text"))?;
    let page = Page { file: &shown, text: text.strip_prefix('\u{FEFF}').unwrap_or(&text) };
    settings(&page, path.parent().unwrap_or(Path::new("")))
}

fn settings(page: &Page<'_>, folder: &Path) -> Result<Settings> {
    let table = page.parse()?;
    let keys = Keys::new(page, ("", 0), table.get_ref(), KEYS, &[])?;
    let set = |value: Value<'_>| -> Result<Set<PathBuf>> {
        Ok(Set { value: beside(folder, value.text()?), origin: origin(page, value.line()) })
    };
    let path = |key: &str| keys.get(key).map(set).transpose();
    let model = path("model")?.map(|Set { value, origin }| Set { value: ModelChoice::Folder(value), origin });
    let house = House {
        file: page.file.to_owned(),
        levels: keys.get("levels").map_or_else(|| Ok(Vec::new()), |value| levels(&value))?,
        allow: entries(&keys, "allow", ALLOW, allow)?,
        deny: entries(&keys, "deny", DENY, deny)?,
    };
    Ok(Settings {
        account: choice(page, &keys, "account")?,
        point: choice(page, &keys, "point")?,
        model,
        fail_on: choice(page, &keys, "fail-on")?,
        rules: keys.get("rules").map_or_else(|| Ok(Vec::new()), |value| folders(page, &value, folder))?,
        suppressions: path("suppressions")?,
        house,
    })
}

fn origin(page: &Page<'_>, line: usize) -> Origin {
    Origin::File { file: page.file.to_owned(), line }
}

fn choice<T: clap::ValueEnum + Clone>(page: &Page<'_>, keys: &Keys<'_>, key: &str) -> Result<Option<Set<T>>> {
    let set = |value: Value<'_>| Ok(Set { value: value.choice()?, origin: origin(page, value.line()) });
    keys.get(key).map(set).transpose()
}

/// The folders of own rules; each is there, and named once.
fn folders(page: &Page<'_>, value: &Value<'_>, folder: &Path) -> Result<Vec<Set<PathBuf>>> {
    let mut folders: Vec<Set<PathBuf>> = Vec::new();
    for At { value: written, line } in value.texts()? {
        let fault = |problem: String| {
            Err(Error::Data { file: page.file.to_owned(), line: Some(line), problem: format!("rules: {problem}") })
        };
        let path = beside(folder, &written);
        if path.is_file() {
            return fault(format!("`{written}` is a file; name the folder it is in"));
        }
        if !path.is_dir() {
            return fault(format!("no folder `{written}`"));
        }
        if folders.iter().any(|other| other.value == path) {
            return fault(format!("`{written}` is named twice"));
        }
        folders.push(Set { value: path, origin: origin(page, line) });
    }
    Ok(folders)
}

fn levels(value: &Value<'_>) -> Result<Vec<LevelOf>> {
    let off = LEVELS.map(|(name, level)| (name, Some(level))).into_iter().chain([("off", None)]);
    let choices: Vec<(&str, Option<Level>)> = off.collect();
    let level = |(rule, value): (&str, Value<'_>)| {
        if KEYS.contains(&rule) {
            return Err(value.fault("it belongs above the first `[` of the file"));
        }
        let rule = At { value: rule.to_owned(), line: value.line() };
        Ok(LevelOf { rule, level: value.one_of(&choices)? })
    };
    value.table("levels")?.all().into_iter().map(level).collect()
}

fn entries<T>(
    keys: &Keys<'_>,
    name: &'static str,
    known: &[&str],
    read: impl Fn(&Keys<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let elsewhere: Vec<&str> = KEYS.iter().copied().filter(|key| !known.contains(key)).collect();
    let Some(value) = keys.get(name) else { return Ok(Vec::new()) };
    value.tables(name, known, &elsewhere)?.iter().map(read).collect()
}

fn allow(keys: &Keys<'_>) -> Result<Allow> {
    Ok(Allow {
        words: keys.need("words")?.texts()?,
        rules: keys.need("rules")?.texts()?,
        because: keys.need("because")?.text()?.to_owned(),
        line: keys.line(),
    })
}

fn deny(keys: &Keys<'_>) -> Result<Deny> {
    let text = |key: &str| keys.get(key).map(|value| value.text().map(str::to_owned)).transpose();
    Ok(Deny {
        words: keys.need("words")?.texts()?,
        level: keys.need("level")?.one_of(&LEVELS)?,
        dimension: keys.get("dimension").map_or(Ok(Dimension::Controversy), |value| value.one_of(&DIMENSIONS))?,
        because: keys.need("because")?.text()?.to_owned(),
        advice: text("advice")?,
        question: text("question")?,
        line: keys.line(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        settings(&Page { file: "crossbench.toml", text }, Path::new("")).unwrap_err().to_string()
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["=", "[", "[[allow", "\"", "a.b.c", "levels = []", "allow = 1", "deny = [1]", "rules = [[]]", "\0"]
        {
            assert!(fault(text).starts_with("crossbench.toml:1: "), "{text}: {}", fault(text));
        }
    }

    #[test]
    fn a_key_in_the_wrong_table_is_told_where_it_belongs() {
        let deny = "[[deny]]\nwords = ['synergy']\npoint = 'strict'\n";
        assert!(fault(deny).starts_with("crossbench.toml:3: unknown key `deny.point`; it belongs above"));
        assert!(fault("[levels]\nfail-on = 'hold'").starts_with("crossbench.toml:2: levels.fail-on: it belongs above"));
    }
}
