//! Which column of a table or key of an object holds which part of a post: what
//! the user said with `--map`, and else the names that are in common use.

use std::fmt;
use std::str::FromStr;

use crate::post::Kind;

/// A part of a post that a feed can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The words.
    Text,
    /// Its name.
    Id,
    /// When it goes or went out.
    Time,
    /// Who it is from.
    Author,
    /// Where it can be seen.
    Url,
    /// Whether it is a post, a reply, a quote or a repost.
    Kind,
    /// The language it is in.
    Lang,
}

impl Field {
    /// Every field, in the order they are shown.
    pub const ALL: [Self; 7] = [Self::Text, Self::Id, Self::Time, Self::Author, Self::Url, Self::Kind, Self::Lang];

    /// Its name in `--map`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Time => "time",
            Self::Author => "author",
            Self::Url => "url",
            Self::Kind => "kind",
            Self::Lang => "lang",
        }
    }

    /// Names in common use, as [`plain`] writes them, the best first.
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::Text => TEXT,
            Self::Id => ID,
            Self::Time => TIME,
            Self::Author => AUTHOR,
            Self::Url => URL,
            Self::Kind => KIND,
            Self::Lang => LANG,
        }
    }
}

#[rustfmt::skip]
const TEXT: &[&str] = &[
    "fulltext", "text", "rawcontent", "content", "body", "copy", "message", "post", "caption",
    "tweet", "tweettext", "fulltweet", "posttext", "postcopy", "postbody", "postcontent",
    "postmessage", "posttitle", "messagetext", "messagebody", "commentary", "sharecommentary",
    "draft", "drafttext", "status", "statustext", "renderedcontent",
];
#[rustfmt::skip]
const ID: &[&str] = &[
    "idstr", "id", "ref", "reference", "postid", "tweetid", "statusid", "messageid", "permalinkid",
    "uuid", "guid", "uri", "url", "permalink", "postlink", "posturl", "tweetpermalink", "tweeturl",
];
/// When it goes out comes before when it was written.
#[rustfmt::skip]
const TIME: &[&str] = &[
    "published", "publishedat", "publishdate", "publisheddate", "publishtime", "publishat", "scheduled",
    "scheduledat", "scheduledfor", "scheduleddate", "scheduledtime", "scheduledate", "posted",
    "postedat", "postdate", "posttime", "postatspecifictime", "postingtime", "golive", "sentat", "date",
    "datetime", "createdat", "created", "createddate", "time", "timestamp",
];
#[rustfmt::skip]
const AUTHOR: &[&str] = &[
    "author", "username", "authorusername", "userusername", "account", "user", "screenname",
    "userscreenname", "handle", "accountname", "authorname", "profile", "profilename", "page",
    "pagename", "postedby",
];
#[rustfmt::skip]
const URL: &[&str] = &[
    "permalink", "postlink", "posturl", "tweetpermalink", "tweeturl", "sharelink", "url", "link",
];
const KIND: &[&str] = &["kind", "posttype", "messagetype", "tweettype", "type"];
const LANG: &[&str] = &["lang", "language", "locale", "postlanguage"];

/// The kind of post that a cell or key names; what is not known (`photo`, `carousel`) is
/// the account's own.
pub(super) fn kind(name: &str) -> Kind {
    match plain(name).as_str() {
        "reply" | "repliedto" | "comment" => Kind::Reply,
        "quote" | "quoted" | "quotetweet" | "quotepost" => Kind::Quote,
        "retweet" | "retweeted" | "repost" | "reposted" | "reblog" | "boost" | "rt" => Kind::Repost,
        "version" => Kind::Version,
        _ => Kind::Original,
    }
}

/// Names that one record uses side by side for cuts of the same words.
const CUTS: &[&str] = &["rawcontent", "content", "renderedcontent"];

/// Whether an object with words under both keys means `first`, the better of the
/// two: a key that is called text is the text, whatever `other` holds (`body` may be
/// the public body). Tables are asked about all the same: a header is seen once.
pub(super) fn settles(first: &str, other: &str) -> bool {
    let (first, other) = (plain(first), plain(other));
    let is_text = matches!(first.as_str(), "text" | "fulltext");
    let are_cuts = || CUTS.contains(&first.as_str()) && CUTS.contains(&other.as_str());
    first != other && (is_text || are_cuts())
}

/// `name` in small letters, with letters and digits only: `Created_At` is `createdat`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Columns or keys that the user named: `text=Copy,id=Ref`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldMap {
    /// Where the words are.
    pub text: Option<String>,
    /// Where the id is.
    pub id: Option<String>,
    /// Where the time is.
    pub time: Option<String>,
    /// Where the author is.
    pub author: Option<String>,
    /// Where the address of the post is.
    pub url: Option<String>,
    /// Where its kind is: `reply`, `quote`, `retweet`.
    pub kind: Option<String>,
    /// Where its language is.
    pub lang: Option<String>,
}

impl FieldMap {
    /// The name given for `field`.
    pub fn get(&self, field: Field) -> Option<&str> {
        match field {
            Field::Text => self.text.as_deref(),
            Field::Id => self.id.as_deref(),
            Field::Time => self.time.as_deref(),
            Field::Author => self.author.as_deref(),
            Field::Url => self.url.as_deref(),
            Field::Kind => self.kind.as_deref(),
            Field::Lang => self.lang.as_deref(),
        }
    }

    /// Whether nothing was named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn slot(&mut self, field: Field) -> &mut Option<String> {
        match field {
            Field::Text => &mut self.text,
            Field::Id => &mut self.id,
            Field::Time => &mut self.time,
            Field::Author => &mut self.author,
            Field::Url => &mut self.url,
            Field::Kind => &mut self.kind,
            Field::Lang => &mut self.lang,
        }
    }

    /// The fields that a column called `name` may hold, each with the rank of the
    /// name among those for the field; 0 is best. A name that the user gave to one
    /// field is not taken for another.
    pub(super) fn ranks(&self, name: &str) -> Vec<(Field, usize)> {
        let plain_name = plain(name);
        let given = |field| {
            let given = self.get(field)?;
            let alike = !plain_name.is_empty() && plain(given) == plain_name;
            if given == name { Some(0) } else { alike.then_some(1) }
        };
        let by_user: Vec<_> = Field::ALL.into_iter().filter_map(|field| Some((field, given(field)?))).collect();
        if !by_user.is_empty() {
            return by_user;
        }
        let usual = |field: Field| field.synonyms().iter().position(|usual| *usual == plain_name);
        Field::ALL
            .into_iter()
            .filter(|field| self.get(*field).is_none())
            .filter_map(|field| Some((field, usual(field)?)))
            .collect()
    }
}

impl fmt::Display for FieldMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for field in Field::ALL {
            if let Some(name) = self.get(field) {
                write!(f, "{comma}{}={name}", field.name())?;
                comma = ",";
            }
        }
        Ok(())
    }
}

/// What is wrong with a `--map`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldMapError {
    /// A part that is not `FIELD=COLUMN`.
    #[error("`{0}` is not FIELD=COLUMN, as in text=Copy,id=Ref")]
    Shape(String),
    /// A field that posts do not have.
    #[error("unknown field `{0}`: text, id, time, author, url, kind and lang can be mapped")]
    Unknown(String),
    /// A field that is mapped twice.
    #[error("field `{0}` is mapped twice")]
    Twice(&'static str),
}

impl FromStr for FieldMap {
    type Err = FieldMapError;

    fn from_str(given: &str) -> Result<Self, FieldMapError> {
        let mut map = Self::default();
        for part in given.split(',') {
            let shape = || FieldMapError::Shape(part.trim().to_owned());
            let (name, column) = part.split_once('=').ok_or_else(shape)?;
            let (name, column) = (name.trim(), column.trim());
            if name.is_empty() || column.is_empty() {
                return Err(shape());
            }
            let field = Field::ALL.into_iter().find(|field| name.eq_ignore_ascii_case(field.name()));
            let field = field.ok_or_else(|| FieldMapError::Unknown(name.to_owned()))?;
            if map.slot(field).replace(column.to_owned()).is_some() {
                return Err(FieldMapError::Twice(field.name()));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_says_what_it_was_told() {
        let map: FieldMap = "text=Copy, id=Ref,Time=Go live".parse().unwrap();
        assert_eq!(map.text.as_deref(), Some("Copy"));
        assert_eq!(map.time.as_deref(), Some("Go live"));
        assert_eq!(map.to_string(), "text=Copy,id=Ref,time=Go live");
        assert_eq!(map.to_string().parse(), Ok(map));
    }

    #[test]
    fn a_wrong_map_says_why() {
        let problem = |given: &str| given.parse::<FieldMap>().unwrap_err().to_string();
        assert_eq!(problem("Copy"), "`Copy` is not FIELD=COLUMN, as in text=Copy,id=Ref");
        assert_eq!(problem("text="), "`text=` is not FIELD=COLUMN, as in text=Copy,id=Ref");
        assert_eq!(problem(""), "`` is not FIELD=COLUMN, as in text=Copy,id=Ref");
        assert_eq!(
            problem("txt=Copy"),
            "unknown field `txt`: text, id, time, author, url, kind and lang can be mapped"
        );
        assert_eq!(problem("id=a,id=b"), "field `id` is mapped twice");
    }

    #[test]
    fn usual_names_are_known_however_they_are_written() {
        let map = FieldMap::default();
        for (name, field) in [
            ("Tweet Text", Field::Text),
            ("full_text", Field::Text),
            ("CAPTION", Field::Text),
            ("id_str", Field::Id),
            ("Post ID", Field::Id),
            ("createdAt", Field::Time),
            ("author.username", Field::Author),
            ("screen-name", Field::Author),
        ] {
            let ranks = map.ranks(name);
            assert_eq!(ranks.iter().map(|rank| rank.0).collect::<Vec<_>>(), [field], "{name}");
        }
        assert_eq!(map.ranks("label"), []);
        assert_eq!(map.ranks("…"), []);
    }

    #[test]
    fn the_user_comes_before_usage() {
        let map: FieldMap = "text=Post,author=text".parse().unwrap();
        assert_eq!(map.ranks("Post"), [(Field::Text, 0)]);
        assert_eq!(map.ranks("post"), [(Field::Text, 1)]);
        assert_eq!(map.ranks("text"), [(Field::Author, 0)]);
        assert_eq!(map.ranks("body"), []);
        assert_eq!(map.ranks("id"), [(Field::Id, 1)]);
    }

    #[test]
    fn no_name_is_listed_for_two_fields() {
        let map = FieldMap::default();
        for name in [TEXT, ID, TIME, AUTHOR, URL, KIND, LANG].concat() {
            assert_eq!(plain(name), name);
            // An address may stand for an id that is not there.
            let addresses = usize::from(ID.contains(&name) && URL.contains(&name));
            assert_eq!(map.ranks(name).len(), 1 + addresses, "{name}");
        }
    }

    #[test]
    fn kinds_are_known_however_they_are_written() {
        assert_eq!(kind("replied_to"), Kind::Reply);
        assert_eq!(kind("Quote Tweet"), Kind::Quote);
        assert_eq!(kind("RETWEET"), Kind::Repost);
        assert_eq!(kind("photo"), Kind::Original);
        let map: FieldMap = "text=Copy,url=Live,kind=Sort,lang=Tongue".parse().unwrap();
        assert_eq!(map.ranks("sort"), [(Field::Kind, 1)]);
        assert_eq!(map.to_string(), "text=Copy,url=Live,kind=Sort,lang=Tongue");
    }
}
