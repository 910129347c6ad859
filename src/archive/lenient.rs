//! Small parts of JSON records that are written in more than one way, and what is said of
//! records that are not in their form. What serde says of a wrong type quotes the value,
//! which may be a draft: it is never passed on.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::error::Category;

use super::Fault;

/// What to say of a record that serde could not read.
pub(super) fn json_fault(fault: &serde_json::Error) -> Fault {
    let (line, column) = (fault.line(), fault.column());
    let place =
        if line > 1 { format!("line {line} of the record, column {column}") } else { format!("column {column}") };
    Fault::new(match fault.classify() {
        Category::Data => format!("something else than such a record holds, at {place}"),
        Category::Eof => format!("the JSON ends early, at {place}"),
        Category::Syntax | Category::Io => format!("broken JSON at {place}"),
    })
}

/// A whole number or a string as a string; anything else is nothing.
pub(super) fn digits<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    })
}

/// A string, or nothing.
pub(super) fn string<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    })
}

/// The strings of a list, or one string, or nothing.
pub(super) fn strings<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => vec![text],
        Value::Array(list) => list.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    })
}

/// A list, where `null` is an empty one.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Form {
        #[serde(default, deserialize_with = "digits")]
        id: Option<String>,
        #[serde(default, deserialize_with = "strings")]
        to: Vec<String>,
        #[serde(default, deserialize_with = "list")]
        list: Vec<u8>,
        #[serde(default, deserialize_with = "string")]
        title: Option<String>,
    }

    fn read(json: &str) -> Result<Form, String> {
        serde_json::from_str(json).map_err(|fault| json_fault(&fault).problem)
    }

    #[test]
    fn parts_are_read_however_they_are_written() {
        let form = read(r#"{"id": 9007199254740993, "to": "a", "list": null, "title": 5}"#).unwrap();
        assert_eq!(
            (form.id.as_deref(), form.to.as_slice(), form.list.len()),
            (Some("9007199254740993"), &["a".to_owned()][..], 0)
        );
        assert_eq!(form.title, None);
        let form = read(r#"{"id": 1.5, "to": ["a", 5, "b"], "list": [1], "title": "T"}"#).unwrap();
        assert_eq!((form.id, form.to.len(), form.list, form.title.as_deref()), (None, 2, vec![1], Some("T")));
        assert!(read("{}").is_ok());
    }

    #[test]
    fn faults_tell_the_place_and_no_words() {
        let why = |json| read(json).err().unwrap();
        assert_eq!(why(r#"{"list": "secret"}"#), "something else than such a record holds, at column 17");
        assert_eq!(why("{\"id\":\n secret}"), "broken JSON at line 2 of the record, column 2");
        assert_eq!(why(r#"{"id": "secret"#), "the JSON ends early, at column 14");
    }
}
