//! One thing to be screened: a draft post, a press line, an event notice.

use std::fmt;

use jiff::civil::Date;

use crate::date;

/// A post and where it came from.
///
/// `Debug` shows everything but the text, which is private.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Post {
    /// Name of the post: its own id, or one made from its place in the feed.
    pub id: String,
    /// The words, as they were in the file.
    pub text: String,
    /// When it was or will be published, as written in the feed.
    pub time: Option<String>,
    /// Account or person it is from, as written in the feed.
    pub author: Option<String>,
    /// Where in which file it stands.
    pub place: Option<Place>,
}

/// Place of a post in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, or `-` for standard input.
    pub file: String,
    /// Line the record starts on, from 1.
    pub line: u64,
}

impl Post {
    /// A post that came from no file.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The day it goes out, in the United Kingdom; `None` without a time, or with one that
    /// is in no known form.
    pub fn date(&self) -> Option<Date> {
        self.time.as_deref().and_then(date::day)
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("id", &self.id)
            .field("text", &format_args!("<{} bytes>", self.text.len()))
            .field("time", &self.time)
            .field("author", &self.author)
            .field("place", &self.place)
            .finish()
    }
}
