//! The formats a feed can be in, and their names on the command line.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

use crate::error::did_you_mean;

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// One JSON object a line.
    #[value(alias = "ndjson")]
    Jsonl,
    /// A table with a header, its cells parted by `,`, `;`, `|` or tabs.
    #[value(alias = "tsv")]
    Csv,
    /// One post a line.
    #[value(alias = "txt")]
    Text,
    /// The archive of an X (Twitter) account, zipped or unpacked.
    #[value(alias = "twitter-archive")]
    XArchive,
    /// Twitter API v2 as JSON lines: pages, single posts, a stream.
    #[value(name = "x-v2")]
    XV2,
    /// Twitter API v1.1 as JSON or JSON lines.
    #[value(name = "x-v1")]
    XV1,
    /// A table that twarc made.
    Twarc,
    /// JSON lines of snscrape.
    Snscrape,
    /// `outbox.json` of a Mastodon export, or the export whole.
    Mastodon,
    /// The repository of a Bluesky account (CAR).
    BlueskyCar,
    /// A Bluesky author feed as JSON.
    BlueskyFeed,
    /// Facebook's "Download your information" as JSON.
    Facebook,
    /// Instagram's download as JSON.
    Instagram,
    /// `Shares.csv` of a `LinkedIn` export.
    #[value(name = "linkedin")]
    LinkedIn,
    /// A spreadsheet.
    Xlsx,
    /// RSS, Atom or JSON Feed.
    #[value(aliases = ["rss", "atom", "json-feed"])]
    Feed,
    /// GOV.UK content as JSON.
    Govuk,
    /// One Markdown document.
    #[value(alias = "md")]
    Markdown,
    /// One HTML document.
    Html,
    /// One Word document.
    Docx,
    /// The captions of one video.
    #[value(aliases = ["srt", "vtt"])]
    Captions,
    /// Files of text in a zip or `.tar.gz`, each as by itself.
    Files,
}

impl Format {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Text => "text",
            Self::XArchive => "x-archive",
            Self::XV2 => "x-v2",
            Self::XV1 => "x-v1",
            Self::Twarc => "twarc",
            Self::Snscrape => "snscrape",
            Self::Mastodon => "mastodon",
            Self::BlueskyCar => "bluesky-car",
            Self::BlueskyFeed => "bluesky-feed",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::LinkedIn => "linkedin",
            Self::Xlsx => "xlsx",
            Self::Feed => "feed",
            Self::Govuk => "govuk",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Captions => "captions",
            Self::Files => "files",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no [`Format`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`{hint}: {known} are known",
    hint = did_you_mean(.0, Format::value_variants().iter().map(|format| format.name())),
    known = Format::value_variants().iter().map(|format| format.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        <Self as ValueEnum>::from_str(name, true).map_err(|_| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for format in Format::value_variants() {
            let value = format.to_possible_value().unwrap();
            assert_eq!(value.get_name(), format.name());
            assert_eq!(format.name().parse(), Ok(*format));
        }
        assert_eq!("RSS".parse(), Ok(Format::Feed));
        let fault = "mastadon".parse::<Format>().unwrap_err().to_string();
        assert!(fault.contains("did you mean `mastodon`?"), "{fault}");
    }
}
