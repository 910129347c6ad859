//! Labelled files: JSON Lines of `text`, `controversy` and `misleading` (0, 1 or
//! 2) and, where known, `id`, `source` and `reasons` (codes of the rubric).

use std::path::Path;

use serde_json::Value;

use super::records::{Record, records};
use crate::error::{Error, Result};
use crate::fusion::Each;
use crate::post::{Place, Post};
use crate::rules::{CODES, Dimension};

/// Sources written by public bodies, or from their accounts.
const OFFICIAL: [&str; 11] = [
    "govuk_blog",
    "petition_reply",
    "petition_reply_summary",
    "pm_tweet",
    "pm_speech",
    "police_tweet",
    "covid_statement",
    "covid_page",
    "govuk_page",
    "govuk_publication",
    "crisis_gov_tweet",
];

/// A post and what careful readers said of it.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// The post.
    pub post: Post,
    /// Where it was found, such as `pm_speech`.
    pub source: Option<String>,
    /// 0 clear, 1 review, 2 hold; `None` where nobody read it on that dimension.
    pub labels: Each<Option<u8>>,
    /// Reason codes; `None` where the file does not give them.
    pub reasons: Option<Vec<char>>,
}

/// The labelled posts of one file.
#[derive(Debug)]
pub struct LabelledFile {
    /// In the order of the file.
    pub posts: Vec<Labelled>,
    /// The lines that could not be read.
    pub faults: Vec<Error>,
}

impl LabelledFile {
    /// Reads the file at `path`; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Feed`] where no line holds a labelled post.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, true)
    }

    /// The same of a file whose posts need no labels.
    ///
    /// # Errors
    /// As [`LabelledFile::read`].
    pub fn read_texts(path: &Path) -> Result<Self> {
        Self::read_with(path, false)
    }

    fn read_with(path: &Path, needs_labels: bool) -> Result<Self> {
        let read = records(path)?.into_iter().map(|record| Labelled::new(path, &record?, needs_labels));
        let mut file = Self { posts: Vec::new(), faults: Vec::new() };
        for labelled in read {
            match labelled {
                Ok(labelled) => file.posts.push(labelled),
                Err(fault) => file.faults.push(fault),
            }
        }
        if file.posts.is_empty() {
            let first = file.faults.first().map(|fault| format!("; first fault: {fault}")).unwrap_or_default();
            let wanted = if needs_labels { "a text and a label" } else { "a text" };
            let problem = format!("no line holds {wanted}{first}");
            return Err(Error::Feed { file: path.display().to_string(), problem });
        }
        Ok(file)
    }
}

impl Labelled {
    /// Whether a public body wrote it, or its account.
    pub fn is_official(&self) -> bool {
        self.source.as_deref().is_some_and(|source| OFFICIAL.contains(&source))
    }

    fn new(file: &Path, record: &Record, needs_labels: bool) -> Result<Self> {
        let labels = Each {
            controversy: label(record, Dimension::Controversy)?,
            misleading: label(record, Dimension::Misleading)?,
        };
        if needs_labels && labels.controversy.is_none() && labels.misleading.is_none() {
            return Err(record.fault("", "it has neither `controversy` nor `misleading`"));
        }
        let place = Place::line(file.display().to_string(), record.line());
        let post = Post { place: Some(place), ..Post::new(record.id()?, record.text()?) };
        let source = record.string("source")?.map(str::to_owned);
        Ok(Self { post, source, labels, reasons: reasons(record)? })
    }

    /// The codes of `dimension` that the label was given for; `None` where the file has none.
    pub fn reasons_of(&self, dimension: Dimension) -> Option<Vec<char>> {
        let codes = self.reasons.as_ref()?.iter().copied();
        Some(codes.filter(|&code| crate::rules::dimension(code) == Some(dimension)).collect())
    }
}

fn label(record: &Record, dimension: Dimension) -> Result<Option<u8>> {
    let field = dimension.name();
    record
        .value(field)
        .map(|value| match value.as_u64() {
            Some(0) => Ok(0),
            Some(1) => Ok(1),
            Some(2) => Ok(2),
            _ => Err(record.fault(field, "must be 0, 1 or 2")),
        })
        .transpose()
}

fn reasons(record: &Record) -> Result<Option<Vec<char>>> {
    let Some(value) = record.value("reasons") else { return Ok(None) };
    let Value::String(letters) = value else { return Err(record.fault("reasons", "is not a string of codes")) };
    let codes: Vec<char> = letters.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    if codes.iter().all(|code| CODES.contains(code)) {
        return Ok(Some(codes));
    }
    let known: String = CODES.iter().collect();
    Err(record.fault("reasons", format!("holds a letter that is no code; the codes are {known}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::records::parse;

    fn read(line: &str) -> Result<Labelled, String> {
        let record = parse("x.jsonl", line.as_bytes()).remove(0).map_err(|fault| fault.to_string())?;
        Labelled::new(Path::new("x.jsonl"), &record, true).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_line_is_read_whole() {
        let line = r#"{"id":"a1","source":"s","text":"Open at 9.","controversy":1,"misleading":0,"reasons":"P k"}"#;
        let read = read(line).unwrap();
        assert_eq!((read.post.id.as_str(), read.source.as_deref()), ("a1", Some("s")));
        assert_eq!(read.labels, Each { controversy: Some(1), misleading: Some(0) });
        assert_eq!(read.reasons_of(Dimension::Misleading), Some(vec!['k']));
    }

    #[test]
    fn one_dimension_is_enough_and_a_dash_is_no_reason() {
        let read = read(r#"{"text":"Open at 9.","controversy":null,"misleading":2,"reasons":"-"}"#).unwrap();
        assert_eq!(read.labels, Each { controversy: None, misleading: Some(2) });
        assert_eq!((read.post.id.as_str(), read.reasons), ("1", Some(Vec::new())));
    }

    #[test]
    fn faults_name_line_and_field() {
        for (line, expected) in [
            (r#"{"controversy":1,"misleading":0}"#, "x.jsonl:1: field `text`: is missing"),
            (r#"{"text":["secret"],"controversy":1}"#, "x.jsonl:1: field `text`: is not a string"),
            (r#"{"text":"secret","controversy":3}"#, "x.jsonl:1: field `controversy`: must be 0, 1 or 2"),
            (r#"{"text":"secret","misleading":"1"}"#, "x.jsonl:1: field `misleading`: must be 0, 1 or 2"),
            (r#"{"text":"secret"}"#, "x.jsonl:1: it has neither `controversy` nor `misleading`"),
        ] {
            assert_eq!(read(line).unwrap_err(), expected);
        }
        let odd = read(r#"{"text":"secret","controversy":1,"reasons":"PZ"}"#).unwrap_err();
        assert!(odd.starts_with("x.jsonl:1: field `reasons`: holds a letter that is no code"), "{odd}");
    }
}
