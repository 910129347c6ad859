//! JSON Lines whose objects know their place: what labelled files and logits are
//! made from. Faults name file, line and field, never a value: it may be a draft.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::post::Place;

/// One object and where it stands.
pub struct Record {
    file: Arc<str>,
    line: u64,
    fields: Map<String, Value>,
}

/// The objects of the file at `path`, in its order; `-` is standard input. Blank
/// lines are passed over.
///
/// # Errors
/// [`Error::Io`]; each line that is no object is an [`Error::Record`] in its place.
pub fn records(path: &Path) -> Result<Vec<Result<Record>>> {
    let bytes = bytes(path).map_err(|source| Error::io(path, source))?;
    Ok(parse(&path.to_string_lossy(), &bytes))
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The objects in `bytes`; `file` stands for them in errors.
pub(super) fn parse(file: &str, bytes: &[u8]) -> Vec<Result<Record>> {
    let file: Arc<str> = Arc::from(file);
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n').zip(1..);
    lines
        .filter(|(object, _)| !object.trim_ascii().is_empty())
        .map(|(object, line)| {
            let place = |problem| Error::record(Place::line(&*file, line), None, problem);
            let fields = object_of(object).map_err(place)?;
            Ok(Record { file: Arc::clone(&file), line, fields })
        })
        .collect()
}

fn object_of(line: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(line).map_err(|fault| match fault.classify() {
        Category::Data => "not a JSON object".to_owned(), // serde quotes the value here
        Category::Eof => format!("the JSON ends early, at column {}", fault.column()),
        Category::Syntax | Category::Io => format!("broken JSON at column {}", fault.column()),
    })
}

impl Record {
    /// Line it stands on, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Every field, in the order of the file.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Its `id`, or its line where it has none.
    ///
    /// # Errors
    /// [`Error::Record`] where it is neither a string nor a number.
    pub fn id(&self) -> Result<String> {
        match self.value("id") {
            None => Ok(self.line.to_string()),
            Some(Value::String(id)) => Ok(id.clone()),
            Some(Value::Number(id)) => Ok(id.to_string()),
            Some(_) => Err(self.fault("id", "is neither a string nor a number")),
        }
    }

    /// The string in `field`, if there is one.
    ///
    /// # Errors
    /// [`Error::Record`] where it holds something else.
    pub fn string(&self, field: &str) -> Result<Option<&str>> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::String(string)) => Ok(Some(string)),
            Some(_) => Err(self.fault(field, "is not a string")),
        }
    }

    /// The words of the draft.
    ///
    /// # Errors
    /// [`Error::Record`] where there are none.
    pub fn text(&self) -> Result<&str> {
        self.string("text")?.ok_or_else(|| self.fault("text", "is missing"))
    }

    /// The value of `field`, unless it is `null`.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    /// An [`Error::Record`] about `field`.
    pub fn fault(&self, field: &str, problem: impl Into<String>) -> Error {
        let field = Some(field.to_owned()).filter(|name| !name.is_empty());
        Error::record(Place::line(&*self.file, self.line), field, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(bytes: &[u8]) -> Vec<String> {
        parse("x.jsonl", bytes).into_iter().filter_map(|record| Some(record.err()?.to_string())).collect()
    }

    #[test]
    fn blank_lines_and_a_byte_order_mark_are_passed_over() {
        let found = parse("x.jsonl", "\u{feff}{\"id\":7}\n\n  \r\n{}\n".as_bytes());
        let found: Vec<(u64, String)> =
            found.into_iter().map(|r| r.unwrap()).map(|r| (r.line, r.id().unwrap())).collect();
        assert_eq!(found, vec![(1, "7".to_owned()), (4, "4".to_owned())]);
    }

    #[test]
    fn a_broken_line_is_named_and_never_quoted() {
        let found = faults(b"{}\n\"a secret draft\"\n{\"text\":\"a secret dr\n\xff{}\n");
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], "x.jsonl:2: not a JSON object");
        assert!(found[1].starts_with("x.jsonl:3: ") && found[2].starts_with("x.jsonl:4: "), "{found:?}");
        assert!(!found.concat().contains("secret"));
    }
}
