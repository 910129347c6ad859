//! Where a result is: a line of a file, or an item of an archive. Columns are given only
//! where the line is the post, that is in plain text; in JSON or a table they would point
//! at something else.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::uri;
use crate::archive::Format;
use crate::post::Place;
use crate::report::record::Found;
use crate::report::{Record, Run};

/// The files that were read as plain text.
pub(super) struct Texts<'r>(HashSet<&'r str>);

impl<'r> Texts<'r> {
    /// Those of `run`.
    pub fn of(run: &'r Run) -> Self {
        let text = Format::Text.to_string();
        Self(run.inputs.iter().filter(|input| input.format == text).map(|input| &*input.path).collect())
    }
}

/// The place of an issue.
pub(super) struct Site {
    id: String,
    place: Option<Place>,
    /// The words in UTF-16 units of a post of one line.
    words: Option<[usize; 2]>,
}

impl Site {
    /// Of `found`, if that is what the issue is, in the post of `record`.
    pub fn new(record: &Record, found: Option<&Found>) -> Self {
        let post = record.post.as_ref();
        let is_one_line = post.and_then(|post| post.text.as_ref()).is_none_or(|text| !text.contains(['\r', '\n']));
        let words = found.filter(|found| found.span.line == 1 && is_one_line).map(|found| found.span.utf16);
        Self { id: record.id.clone(), place: post.map(|post| post.place.clone()), words }
    }

    /// As a location.
    pub fn location(&self, texts: &Texts<'_>) -> Value {
        let mut logical = json!({"name": self.id});
        let mut location = json!({});
        if let Some(place) = &self.place {
            let parts: Vec<&str> = [&place.member, &place.item].into_iter().flatten().map(String::as_str).collect();
            if !parts.is_empty() {
                logical["fullyQualifiedName"] = json!(format!("{}!{}", place.file, parts.join("/")));
            }
            let mut physical = json!({"artifactLocation": uri::artifact(&place.file)});
            if let Some(region) = self.region(texts).or_else(|| line(place).map(|line| json!({"startLine": line}))) {
                physical["region"] = region;
            }
            location["physicalLocation"] = physical;
        }
        location["logicalLocations"] = json!([logical]);
        location
    }

    /// The file and the region of the words themselves.
    pub fn words(&self, texts: &Texts<'_>) -> Option<(Value, Value)> {
        let place = self.place.as_ref().filter(|place| place.file != "-")?;
        Some((uri::artifact(&place.file), self.region(texts)?))
    }

    fn region(&self, texts: &Texts<'_>) -> Option<Value> {
        let place = self.place.as_ref().filter(|place| place.item.is_none() && texts.0.contains(&*place.file))?;
        let (line, [start, end]) = (line(place)?, self.words?);
        Some(json!({"startLine": line, "startColumn": start + 1, "endLine": line, "endColumn": end + 1}))
    }
}

/// The line of the file; a line of a member is none of the archive's.
fn line(place: &Place) -> Option<u64> {
    place.line.filter(|_| place.member.is_none())
}
