//! What a reader is given: a file or pipe whose beginning has been looked at, or the
//! members of an archive or folder.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::columns::Survey;
use super::lines::{Lines, not_utf8};
use super::members::Members;
use super::source::Source;
use super::{Posts, Reading, feed_fault};
use crate::error::{Error, Result};
use crate::post::Place;

/// Most bytes of a document that is read whole: 32 MiB.
pub(super) const DOCUMENT_LIMIT: usize = 32 << 20;

/// A feed that is open and not yet read.
pub(super) struct Input {
    name: String,
    path: Option<PathBuf>,
    what: What,
    survey: Survey,
}

enum What {
    Stream(Source),
    Members(Members),
}

impl Input {
    pub fn of_stream(name: &str, path: Option<&Path>, source: Source) -> Self {
        let what = What::Stream(source);
        Self { name: name.to_owned(), path: path.map(Path::to_owned), what, survey: Survey::default() }
    }

    pub fn of_members(name: &str, path: &Path, members: Members) -> Self {
        let what = What::Members(members);
        Self { name: name.to_owned(), path: Some(path.to_owned()), what, survey: Survey::default() }
    }

    /// The same, whose tables are noted in `survey`.
    pub fn surveyed(self, survey: Survey) -> Self {
        Self { survey, ..self }
    }

    /// Where its tables are noted.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// What errors and places call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is; `None` for a pipe.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The place of the whole file.
    pub fn place(&self) -> Place {
        Place { file: self.name.clone(), ..Place::default() }
    }

    /// The beginning that has been read, up to 64 KiB; empty for an archive.
    pub fn ahead(&self) -> &[u8] {
        match &self.what {
            What::Stream(source) => source.peeked(),
            What::Members(_) => &[],
        }
    }

    /// The members, where it is an archive or a folder.
    pub fn members(&self) -> Option<&Members> {
        match &self.what {
            What::Members(members) => Some(members),
            What::Stream(_) => None,
        }
    }

    /// The members; fails where it is one file.
    pub fn into_members(self, wanted: &str) -> Result<Members> {
        match self.what {
            What::Members(members) => Ok(members),
            What::Stream(_) => Err(feed_fault(&self.name, format!("one file, where {wanted} should be"))),
        }
    }

    /// The bytes; fails for an archive.
    pub fn into_source(self) -> Result<Source> {
        match self.what {
            What::Stream(source) => Ok(source),
            What::Members(members) => Err(feed_fault(members.name(), "an archive or folder, where one file should be")),
        }
    }

    /// The lines; fails for an archive.
    pub fn into_lines(self) -> Result<Lines> {
        let name = self.name.clone();
        Ok(Lines::new(&name, self.into_source()?))
    }

    /// The whole document as text.
    ///
    /// # Errors
    /// If it is an archive, longer than [`DOCUMENT_LIMIT`] or not UTF-8.
    pub fn into_text(self) -> Result<String> {
        let name = self.name.clone();
        whole(self.into_source()?, &name)
    }
}

/// All that `source` still has, as text.
pub(super) fn whole(source: Source, name: &str) -> Result<String> {
    text_of(whole_bytes(source, name)?, name)
}

/// All that `source` still has.
pub(super) fn whole_bytes(source: Source, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = DOCUMENT_LIMIT as u64 + 1;
    source.take(limit).read_to_end(&mut bytes).map_err(|fault| Error::io(name, fault))?;
    if bytes.len() > DOCUMENT_LIMIT {
        return Err(feed_fault(name, format!("longer than {} MiB", DOCUMENT_LIMIT >> 20)));
    }
    Ok(bytes)
}

/// `bytes` of the document called `name` as text.
pub(super) fn text_of(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|fault| {
        let at = fault.utf8_error().valid_up_to();
        feed_fault(name, not_utf8(fault.as_bytes(), at))
    })
}

/// A reader that makes the posts of an input.
pub(super) type Reader = fn(Input, &Reading) -> Result<Posts>;
