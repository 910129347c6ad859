//! A TOML file read key by key, so that every fault has a line and a key. Knows what a
//! table and a value are, not what they mean.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{choices, pick};
use crate::error::{Error, Result, did_you_mean};
use crate::rules::house::At;

/// A file and its text.
pub(super) struct Page<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

/// A table whose keys are all known.
pub(super) struct Keys<'p> {
    page: &'p Page<'p>,
    /// How errors name it; empty for the whole file.
    name: &'static str,
    start: usize,
    table: &'p DeTable<'p>,
}

/// What stands behind a key.
pub(super) struct Value<'p> {
    page: &'p Page<'p>,
    /// The whole key: `allow.words`.
    key: String,
    start: usize,
    data: &'p DeValue<'p>,
}

impl<'t> Page<'t> {
    /// The tables of the file.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'t>>> {
        DeTable::parse(self.text).map_err(|fault| {
            let problem = fault.message().trim().replace('\n', "; ");
            match fault.span() {
                Some(span) => self.fault(span.start, self.slip(&span, &problem)),
                None => Error::data(self.file, problem),
            }
        })
    }

    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
    }

    fn fault(&self, at: usize, problem: String) -> Error {
        Error::Data { file: self.file.to_owned(), line: Some(self.line(at)), problem }
    }

    /// What the parser says of the stretch `span`, with the key that stands there.
    fn slip(&self, span: &Range<usize>, problem: &str) -> String {
        let line = self.text.lines().nth(self.line(span.start) - 1).unwrap_or_default();
        let Some((key, _)) = line.split_once('=') else { return problem.to_owned() };
        let key = key.trim();
        let bare = key.contains('/') && !key.contains(['"', '\'']);
        let hint = if bare { "; put the id of a rule in quotation marks" } else { "" };
        format!("{}: {problem}{hint}", key.trim_matches('"'))
    }
}

impl<'p> Keys<'p> {
    /// The `table` called `name` that starts at `start` and has no key but the `known` ones;
    /// one of `elsewhere` stands in the wrong table.
    pub(super) fn new(
        page: &'p Page<'p>,
        (name, start): (&'static str, usize),
        table: &'p DeTable<'p>,
        known: &[&str],
        elsewhere: &[&str],
    ) -> Result<Self> {
        let keys = Self { page, name, start, table };
        match keys.all().into_iter().find(|(key, _)| !known.contains(key)) {
            None => Ok(keys),
            Some((key, value)) => {
                let hint = if elsewhere.contains(&key) {
                    "; it belongs above the first `[` of the file".to_owned()
                } else {
                    did_you_mean(key, known)
                };
                Err(page.fault(value.start, format!("unknown key `{}`{hint}", keys.whole(key))))
            }
        }
    }

    /// Every key and its value, as they stand in the file.
    pub(super) fn all(&self) -> Vec<(&'p str, Value<'p>)> {
        let mut all: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                let start = key.span().start;
                let (key, value) = (key.get_ref().as_ref(), value.get_ref());
                (key, Value { page: self.page, key: self.whole(key), start, data: value })
            })
            .collect();
        all.sort_by_key(|(_, value)| value.start);
        all
    }

    pub(super) fn get(&self, key: &str) -> Option<Value<'p>> {
        self.all().into_iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    pub(super) fn need(&self, key: &str) -> Result<Value<'p>> {
        self.get(key).ok_or_else(|| self.page.fault(self.start, format!("{}: is missing", self.whole(key))))
    }

    pub(super) fn line(&self) -> usize {
        self.page.line(self.start)
    }

    fn whole(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

impl<'p> Value<'p> {
    pub(super) fn line(&self) -> usize {
        self.page.line(self.start)
    }

    pub(super) fn fault(&self, problem: impl AsRef<str>) -> Error {
        self.page.fault(self.start, format!("{}: {}", self.key, problem.as_ref()))
    }

    /// Some words in quotation marks.
    pub(super) fn text(&self) -> Result<&'p str> {
        match self.data {
            DeValue::String(text) if text.trim().is_empty() => Err(self.fault("it is empty")),
            DeValue::String(text) => Ok(text.as_ref()),
            other => Err(self.fault(format!("give words in quotation marks, not {}", kind(other)))),
        }
    }

    /// One of the names of `T`.
    pub(super) fn choice<T: clap::ValueEnum + Clone>(&self) -> Result<T> {
        self.one_of(&choices())
    }

    /// One of `choices`.
    pub(super) fn one_of<T: Clone, S: AsRef<str>>(&self, choices: &[(S, T)]) -> Result<T> {
        pick(self.text()?, choices).map_err(|problem| self.fault(problem))
    }

    /// A list of some words, each in quotation marks; not an empty one.
    pub(super) fn texts(&self) -> Result<Vec<At<String>>> {
        let texts = self.items("a list: [\"…\", \"…\"]")?.into_iter();
        let texts: Vec<_> =
            texts.map(|item| Ok(At { value: item.text()?.to_owned(), line: item.line() })).collect::<Result<_>>()?;
        if texts.is_empty() { Err(self.fault("it is empty")) } else { Ok(texts) }
    }

    /// A table whose keys are not checked.
    pub(super) fn table(&self, name: &'static str) -> Result<Keys<'p>> {
        match self.data {
            DeValue::Table(table) => Ok(Keys { page: self.page, name, start: self.start, table }),
            other => Err(self.fault(format!("give a table `[{name}]`, not {}", kind(other)))),
        }
    }

    /// Tables, each with no key but the `known` ones.
    pub(super) fn tables(&self, name: &'static str, known: &[&str], elsewhere: &[&str]) -> Result<Vec<Keys<'p>>> {
        let items = self.items(&format!("entries that each start with `[[{name}]]`"))?.into_iter();
        items
            .map(|item| match item.data {
                DeValue::Table(table) => Keys::new(item.page, (name, item.start), table, known, elsewhere),
                other => Err(item.fault(format!("give entries `[[{name}]]`, not {}", kind(other)))),
            })
            .collect()
    }

    fn items(&self, shape: &str) -> Result<Vec<Value<'p>>> {
        let DeValue::Array(items) = self.data else {
            return Err(self.fault(format!("give {shape}, not {}", kind(self.data))));
        };
        let item = |item: &'p Spanned<DeValue<'p>>| Value {
            page: self.page,
            key: self.key.clone(),
            start: item.span().start,
            data: item.get_ref(),
        };
        Ok(items.iter().map(item).collect())
    }
}

/// What `value` is, with its article.
fn kind(value: &DeValue<'_>) -> String {
    let kind = value.type_str();
    format!("{} {kind}", if kind.starts_with(['a', 'i']) { "an" } else { "a" })
}
