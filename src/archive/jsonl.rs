//! JSON lines: each line is one object, of which only the keys that hold a part of
//! a post are kept. Knows no platform's nesting; a key is looked for at the top.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::columns::{self, Column, Survey};
use super::detect::first_line;
use super::fields::{self, Field, FieldMap, settles};
use super::input::Input;
use super::lines::Lines;
use super::{Fault, Posts, Reading, Said, feed_fault};
use crate::error::Result;
use crate::post::Post;

/// The posts of `input`.
pub(super) fn open(input: Input, reading: &Reading) -> Result<Posts> {
    let survey = input.survey().clone();
    Ok(Box::new(Records::new(input.into_lines()?, reading.map.clone(), survey)?))
}

/// Reads posts from lines of JSON.
pub(super) struct Records {
    lines: Lines,
    keys: Keys,
    /// Where the keys of the first object with words are noted, until they are.
    survey: Option<Survey>,
}

impl Records {
    /// Fails where the feed is JSON, but not one object a line.
    pub fn new(lines: Lines, map: FieldMap, survey: Survey) -> Result<Self> {
        let ahead = lines.peeked().trim_ascii_start();
        let list = ahead.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        if list.is_some_and(|list| list.starts_with(b"{")) {
            let why = "this is one JSON list: put one object on each line (`jq -c '.[]'` does)";
            return Err(feed_fault(lines.file(), why));
        }
        if first_line(ahead).trim_ascii_end() == b"{" {
            let why = "an object stretches over several lines: put each on one (`jq -c .` does)";
            return Err(feed_fault(lines.file(), why));
        }
        Ok(Self { lines, keys: Keys::new(map), survey: Some(survey) })
    }
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (line, read) = match self.lines.next_str()? {
                Ok((_, "")) => continue,
                Ok((line, object)) => {
                    let read = read(object, &mut self.keys);
                    if let Some(survey) = self.survey.take_if(|_| read.is_ok()) {
                        survey.note(Some(format!("line {line}")), survey_of(object, &self.keys.map));
                    }
                    (line, read)
                }
                Err(fault) => return Some(Err(fault)),
            };
            let file = self.lines.file();
            return Some(read.map(|said| said.at(file, line)).map_err(|fault| fault.at(file, line)));
        }
    }
}

/// Most keys that are remembered: a feed that names its records by their keys has any number.
const REMEMBERED: usize = 1024;

/// A key, and which fields it may hold with which rank.
type Ranked = (Arc<str>, Vec<(Field, usize)>);

/// The keys that were met, so that each is looked into once.
struct Keys {
    map: FieldMap,
    met: FxHashMap<Box<str>, Option<Ranked>>,
}

impl Keys {
    fn new(map: FieldMap) -> Self {
        Self { map, met: FxHashMap::default() }
    }

    /// What `key` may hold, if anything.
    fn ranks(&mut self, key: &str) -> Option<Ranked> {
        if let Some(known) = self.met.get(key) {
            return known.clone();
        }
        let ranks = self.map.ranks(key);
        let ranked = (!ranks.is_empty()).then(|| (Arc::from(key), ranks));
        if self.met.len() < REMEMBERED {
            self.met.insert(key.into(), ranked.clone());
        }
        ranked
    }
}

/// Reads a key as what it may hold.
impl<'de> DeserializeSeed<'de> for &mut Keys {
    type Value = Option<Ranked>;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Option<Ranked>, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for &mut Keys {
    type Value = Option<Ranked>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<Ranked>, E> {
        Ok(self.ranks(key))
    }
}

fn read(object: &str, keys: &mut Keys) -> Result<Said, Fault> {
    if object.trim().is_empty() {
        return Err(Fault::new("a line of blanks, where an object should be"));
    }
    let mut parser = serde_json::Deserializer::from_str(object);
    let found = Wanted(keys).deserialize(&mut parser).and_then(|found| parser.end().map(|()| found));
    // What serde says of a wrong type quotes the value, which may be a draft.
    let mut found = found.map_err(|fault| match fault.classify() {
        Category::Data => Fault::new("not a JSON object"),
        Category::Eof => Fault::new(format!("the JSON ends early, at column {}", fault.column())),
        Category::Syntax | Category::Io => Fault::new(format!("broken JSON at column {}", fault.column())),
    })?;
    found.sort_by_key(|part| part.rank);
    Ok(Said {
        id: pick(&found, Field::Id),
        time: pick(&found, Field::Time),
        author: pick(&found, Field::Author),
        url: pick(&found, Field::Url),
        kind: pick(&found, Field::Kind).as_deref().map_or_else(Default::default, fields::kind),
        lang: pick(&found, Field::Lang),
        notes: Vec::new(),
        text: text(found, &keys.map)?,
    })
}

/// What the keys of `object` are read as; an object that cannot be read has none.
fn survey_of(object: &str, map: &FieldMap) -> Vec<Column> {
    let Ok(Value::Object(object)) = serde_json::from_str(object) else { return Vec::new() };
    let (names, values): (Vec<&String>, Vec<&Value>) = object.iter().unzip();
    let read = |field: Field| {
        let rank = |at: &usize| map.ranks(names[*at]).into_iter().find(|rank| rank.0 == field).map(|rank| rank.1);
        let mut ranked: Vec<(usize, usize)> = (0..names.len()).filter_map(|at| Some((rank(&at)?, at))).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, at)| at).find(|at| reader(field)(values[*at]).is_some())
    };
    columns::of_names(&names, map, read)
}

/// What turns a value into that part of a post.
fn reader(field: Field) -> fn(&Value) -> Option<String> {
    match field {
        Field::Id => id,
        Field::Time => string_or_number,
        Field::Text | Field::Author | Field::Url | Field::Kind | Field::Lang => string,
    }
}

/// A key that may hold a part of a post.
struct Part {
    field: Field,
    rank: usize,
    key: Arc<str>,
    value: Value,
}

/// Takes the parts of a post out of an object and passes over all else.
struct Wanted<'a>(&'a mut Keys);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Vec<Part>;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Vec<Part>, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<Part>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Vec<Part>, A::Error> {
        let mut parts = Vec::new();
        while let Some(ranked) = object.next_key_seed(&mut *self.0)? {
            let Some((key, ranks)) = ranked else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            let value: Value = object.next_value()?;
            for (field, rank) in ranks {
                parts.push(Part { field, rank, key: Arc::clone(&key), value: value.clone() });
            }
        }
        Ok(parts)
    }
}

/// The best-ranked value of `field` that can be used.
fn pick(parts: &[Part], field: Field) -> Option<String> {
    parts.iter().filter(|part| part.field == field).find_map(|part| reader(field)(&part.value))
}

fn string(value: &Value) -> Option<String> {
    value.as_str().filter(|string| !string.trim().is_empty()).map(str::to_owned)
}

fn string_or_number(value: &Value) -> Option<String> {
    string(value).or_else(|| value.as_number().map(ToString::to_string))
}

/// A whole number is kept as its digits. One that was rounded on its way names the
/// wrong post, or several, and is not used.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) if number.is_f64() => None,
        value => string_or_number(value).map(|id| id.trim().to_owned()),
    }
}

/// The words, or why there are none. `parts` are in the order of their rank.
fn text(parts: Vec<Part>, map: &FieldMap) -> Result<String, Fault> {
    let name = map.get(Field::Text).unwrap_or(Field::Text.name());
    let mut problem = None;
    let mut found: Option<(Arc<str>, String)> = None;
    for Part { key, value, .. } in parts.into_iter().filter(|part| part.field == Field::Text) {
        let text = match value {
            Value::String(text) if !text.trim().is_empty() => text,
            Value::Null => continue,
            other => {
                problem.get_or_insert_with(|| Fault::of(&*key, unusable(&other)));
                continue;
            }
        };
        let Some((first, words)) = &found else {
            found = Some((key, text));
            continue;
        };
        if map.text.is_none() && *words != text && !settles(first, &key) {
            return Err(Fault::new(format!(
                "`{first}` and `{key}` could both be the text: choose with `--map text=FIELD`"
            )));
        }
    }
    let missing = || Fault::of(name, "missing (`--map text=FIELD` names another)");
    found.map(|found| found.1).ok_or_else(|| problem.unwrap_or_else(missing))
}

fn unusable(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "empty",
        Value::Array(_) => "a list, not a string",
        Value::Object(_) => "an object, not a string",
        Value::Number(_) => "a number, not a string",
        Value::Bool(_) => "true or false, not a string",
        Value::Null => "null, not a string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(object: &str, map: &str) -> Result<Said, String> {
        let map = if map.is_empty() { FieldMap::default() } else { map.parse().unwrap() };
        read(object, &mut Keys::new(map)).map_err(|fault| match fault.field {
            Some(field) => format!("{field}: {}", fault.problem),
            None => fault.problem,
        })
    }

    fn said(object: &str) -> Said {
        with(object, "").map_err(|why| panic!("{why}")).unwrap()
    }

    fn why(object: &str) -> String {
        with(object, "").err().unwrap()
    }

    #[test]
    fn usual_keys_are_found_and_others_passed_over() {
        let said = said(
            r#"{"likes": [1, {"text": "no"}], "Caption": "Roads\nreopen", "Ref": "A-1",
                "Created_At": "2026-05-01", "account": "roads", "user": {"name": "x"}}"#,
        );
        assert_eq!(said.text, "Roads\nreopen");
        assert_eq!(said.id.as_deref(), Some("A-1"));
        assert_eq!(said.time.as_deref(), Some("2026-05-01"));
        assert_eq!(said.author.as_deref(), Some("roads"));
    }

    #[test]
    fn a_mapped_key_is_the_only_text() {
        let object = r#"{"text": "first", "Copy": "second", "Key": 7}"#;
        let said = with(object, "text=Copy,id=key").ok().unwrap();
        assert_eq!((said.text.as_str(), said.id.as_deref()), ("second", Some("7")));
        let why = with(object, "text=Wording").err().unwrap();
        assert_eq!(why, "Wording: missing (`--map text=FIELD` names another)");
    }

    #[test]
    fn the_keys_that_are_read_are_those_of_the_post() {
        let shown = |object: &str, map: &str| -> Vec<String> {
            let map = if map.is_empty() { FieldMap::default() } else { map.parse().unwrap() };
            let show = |column: Column| format!("{}|{}|{}", column.name, column.read_as.join("+"), column.why);
            survey_of(object, &map).into_iter().map(show).collect()
        };
        let object =
            r#"{"likes": [1], "id": 1.5, "Ref": "A", "body": "b", "text": "words", "author": 5, "user": "desk"}"#;
        assert_eq!(
            shown(object, ""),
            [
                "likes||no name that is known",
                "id||`Ref` is taken for the id",
                "Ref|id|a usual name for it",
                "body||`text` is taken for the text",
                "text|text|a usual name for it",
                "author||`user` is taken for the author",
                "user|author|a usual name for it",
            ]
        );
        assert_eq!(shown(r#"{"text": "a", "Copy": "b"}"#, "text=Copy")[0], "text||--map names another for the text");
        assert_eq!(shown(r#"{"text": "a", "lang": null}"#, "")[1], "lang||nothing in it that can be used");
    }

    #[test]
    fn a_number_id_keeps_its_digits() {
        let id = |id: &str| said(&format!(r#"{{"id": {id}, "text": "x"}}"#)).id;
        assert_eq!(id("1234567890123456789").as_deref(), Some("1234567890123456789"));
        assert_eq!(id("18446744073709551615").as_deref(), Some("18446744073709551615"));
        assert_eq!(id("-5").as_deref(), Some("-5"));
        assert_eq!(id(r#"" A 1 ""#).as_deref(), Some("A 1"));
        for lost in ["1.72E+18", "18446744073709551616", "null", "[]", "true", r#"" ""#] {
            assert_eq!(id(lost), None, "{lost}");
        }
        let both = r#"{"id": 17, "id_str": "18", "text": "x"}"#;
        assert_eq!(said(both).id.as_deref(), Some("18"));
        let next = r#"{"id": null, "url": "https://example.org/1", "text": "x"}"#;
        assert_eq!(said(next).id.as_deref(), Some("https://example.org/1"));
    }

    #[test]
    fn only_strings_are_authors_and_a_time_may_be_a_number() {
        let said = said(r#"{"text": "x", "author": 5, "user": "desk", "timestamp": 1777624200}"#);
        assert_eq!(said.author.as_deref(), Some("desk"));
        assert_eq!(said.time.as_deref(), Some("1777624200"));
    }

    #[test]
    fn a_text_that_is_none_is_named() {
        assert_eq!(why(r#"{"id": 1}"#), "text: missing (`--map text=FIELD` names another)");
        assert_eq!(why(r#"{"text": null}"#), "text: missing (`--map text=FIELD` names another)");
        assert_eq!(why(r#"{"body": " \n"}"#), "body: empty");
        assert_eq!(why(r#"{"Text": 12}"#), "Text: a number, not a string");
        assert_eq!(why(r#"{"text": ["a"]}"#), "text: a list, not a string");
        assert_eq!(said(r#"{"text": "", "body": "b"}"#).text, "b");
    }

    #[test]
    fn two_texts_are_not_guessed_between() {
        assert_eq!(
            why(r#"{"message": "one", "caption": "two"}"#),
            "`message` and `caption` could both be the text: choose with `--map text=FIELD`"
        );
        assert!(why(r#"{"text": "one", "text": "two"}"#).contains("could both be"));
        assert_eq!(said(r#"{"message": "one", "caption": "one"}"#).text, "one");
        assert_eq!(said(r#"{"text": "shor…", "full_text": "shorter"}"#).text, "shorter");
        assert_eq!(said(r#"{"body": "Council", "text": "words"}"#).text, "words");
        assert_eq!(said(r#"{"content": "a…", "rawContent": "a b"}"#).text, "a b");
    }

    #[test]
    fn broken_json_is_told_without_its_words() {
        assert_eq!(why(r#"{"text": "secret" "#), "the JSON ends early, at column 18");
        assert_eq!(why(r#"{"text": secret}"#), "broken JSON at column 10");
        assert_eq!(why(r#"{"text": "secret"} {}"#), "broken JSON at column 20");
        assert_eq!(why(r#""secret""#), "not a JSON object");
        assert_eq!(why(r#"["secret"]"#), "not a JSON object");
        assert_eq!(why("  "), "a line of blanks, where an object should be");
        assert!(why(&"{\"text\":".repeat(500)).starts_with("broken JSON at column "));
    }
}
