//! One thing to be screened: a draft post, a press line, an event notice.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::date;
use crate::span::Span;
use crate::text::Aligned;

/// A post and where it came from.
///
/// `Debug` shows everything but the text, which is private.
#[derive(Clone, Default)]
pub struct Post {
    /// Name of the post: its own id, or one made from its place in the feed.
    pub id: String,
    /// The words, as a reader sees them.
    pub text: String,
    /// When it was or will be published, as written in the feed.
    pub time: Option<String>,
    /// Account or person it is from, as written in the feed.
    pub author: Option<String>,
    /// Where it can be seen, as the feed says or as its platform builds it.
    pub url: Option<String>,
    /// What it is to the account it is from.
    pub kind: Kind,
    /// Who could see it.
    pub audience: Audience,
    /// The language the platform says it is in.
    pub lang: Option<String>,
    /// The feed's own name for itself, by which ids are told apart (`x`, `mastodon`); `None`
    /// where ids mean nothing outside the file.
    pub platform: Option<&'static str>,
    /// Facts of the source that a reader of the verdict should know, each a fixed phrase and,
    /// after a colon, what varies: `withdrawn: 2021-03-04`. Never words of the post.
    pub notes: Vec<String>,
    /// Where the words were decoded from the record's own string: the way back to it.
    pub original: Option<Aligned>,
    /// Where in which file it stands.
    pub place: Option<Place>,
}

/// What a post is to the account it is from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The account's own words.
    #[default]
    Original,
    /// Its own words, to somebody.
    Reply,
    /// Its own words, over somebody's post.
    Quote,
    /// Somebody else's words, passed on.
    Repost,
    /// An earlier wording of a post that was edited later.
    Version,
    /// No post at all: a line of counts, a user, what the platform says of itself.
    Other,
}

impl Kind {
    /// Its name in `--kind` and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Reply => "reply",
            Self::Quote => "quote",
            Self::Repost => "repost",
            Self::Version => "version",
            Self::Other => "other",
        }
    }
}

/// Who could see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everybody, or the feed does not say.
    #[default]
    Public,
    /// Everybody who has the link.
    Unlisted,
    /// Followers, friends or members only.
    Followers,
    /// Those it was sent to.
    Direct,
}

impl Audience {
    /// Whether the public could see it.
    pub fn is_public(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }
}

/// Place of a record in its file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// The file, or `-` for standard input.
    pub file: String,
    /// The file inside the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Line the record starts on, from 1, where the file has lines that mean something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Which record of the file: `record 12`, `sheet Queue row 3`, a repository key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

impl Place {
    /// Line `line` of `file`.
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Self { file: file.into(), line: Some(line), ..Self::default() }
    }

    /// The record called `item` in `file`.
    pub fn item(file: impl Into<String>, item: impl Into<String>) -> Self {
        Self { file: file.into(), item: Some(item.into()), ..Self::default() }
    }

    /// The same place inside `member` of the archive.
    #[must_use]
    pub fn inside(self, member: impl Into<String>) -> Self {
        Self { member: Some(member.into()), ..self }
    }
}

impl fmt::Display for Place {
    /// `FILE`, `FILE:LINE`, `ARCHIVE!MEMBER, record 12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(member) = &self.member {
            write!(f, "!{member}")?;
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(item) = &self.item {
            write!(f, ", {item}")?;
        }
        Ok(())
    }
}

impl Post {
    /// A post that came from no file.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The bytes of the record's own string that `span` of the text stands for; the same
    /// bytes where nothing was decoded.
    pub fn original_span(&self, span: Span) -> Span {
        self.original.as_ref().map_or(span, |aligned| aligned.origin(span))
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
            .field("kind", &self.kind)
            .field("audience", &self.audience)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
