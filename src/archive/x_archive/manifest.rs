//! Which files of an X archive hold posts, in which order, and whose they are. The
//! manifest is believed where it names the account and counts what was deleted; what is
//! opened is decided by the names of the files alone.

use serde::Deserialize;

use super::super::elements::Elements;
use super::super::input::whole;
use super::super::members::Members;
use super::super::x::{Many, Word};
use super::SCRIPT;
use crate::post::Place;

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// Posts.
    Posts,
    /// Posts to a community.
    Community,
    /// Posts that were deleted.
    Deleted,
    /// Long forms of posts, which are read last: those that are joined by then are left out.
    Notes,
}

impl Holds {
    /// What a member of this name holds, if it may be opened.
    fn of_name(name: &str) -> Option<(Self, u32)> {
        let stem = name.strip_suffix(".js")?;
        let (stem, part) = match stem.rsplit_once("-part") {
            Some((head, part)) => (head, part.parse().ok()?),
            None => (stem, 0),
        };
        let holds = match stem {
            "tweet" | "tweets" => Self::Posts,
            "community-tweet" | "community-tweets" => Self::Community,
            "note-tweet" | "note-tweets" => Self::Notes,
            _ => return None,
        };
        Some((holds, part))
    }

    /// What a script that begins like this holds, if it may be read.
    pub fn of_script(ahead: &[u8]) -> Option<Self> {
        let rest = ahead.trim_ascii_start().strip_prefix(SCRIPT)?;
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')?;
        match &rest[..end] {
            b"tweet" | b"tweets" => Some(Self::Posts),
            b"community_tweet" | b"community_tweets" => Some(Self::Community),
            b"deleted_tweet" | b"deleted_tweets" => Some(Self::Deleted),
            b"note_tweet" | b"note_tweets" => Some(Self::Notes),
            _ => None,
        }
    }
}

/// A file of the archive that is opened.
pub(super) struct Part {
    pub member: String,
    pub holds: Holds,
}

/// The files of the archive that may be opened, those with posts first; none if there are
/// no posts. All are of one folder.
pub(super) fn parts(members: &Members) -> Vec<Part> {
    let split =
        |name: &str| name.rsplit_once('/').map_or((String::new(), name.to_owned()), |(a, b)| (a.into(), b.into()));
    let mut found: Vec<_> = members
        .names()
        .filter_map(|member| {
            let (folder, name) = split(member);
            let (holds, part) = Holds::of_name(&name)?;
            Some((folder, holds, part, member.to_owned()))
        })
        .collect();
    let of_posts = found.iter().filter(|(_, holds, ..)| *holds == Holds::Posts);
    let Some(folder) = of_posts.map(|(folder, ..)| folder).min_by_key(|folder| (folder.len(), *folder)).cloned() else {
        return Vec::new();
    };
    found.retain(|(of, ..)| *of == folder);
    found.sort_by(|a, b| (a.1, a.2, &a.3).cmp(&(b.1, b.2, &b.3)));
    found.into_iter().map(|(_, holds, _, member)| Part { member, holds }).collect()
}

/// What an archive says of itself.
#[derive(Default)]
pub(super) struct About {
    /// Name of the account.
    pub owner: Option<String>,
    /// Parts that it should have and does not.
    pub absent: Vec<String>,
    /// How many posts were deleted, and the file that holds them.
    pub deleted: Option<(u64, String)>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Manifest<'a> {
    #[serde(borrow)]
    user_info: Option<Named<'a>>,
    #[serde(borrow)]
    data_types: Option<Types<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow, alias = "userName")]
    username: Word<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Types<'a> {
    #[serde(borrow)]
    tweets: Many<Type<'a>>,
    #[serde(borrow)]
    tweet: Many<Type<'a>>,
    #[serde(borrow)]
    note_tweet: Many<Type<'a>>,
    #[serde(borrow)]
    community_tweet: Many<Type<'a>>,
    #[serde(borrow)]
    deleted_tweets: Many<Type<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Type<'a> {
    #[serde(borrow)]
    files: Many<Listed<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Listed<'a> {
    #[serde(borrow)]
    file_name: Word<'a>,
    #[serde(borrow)]
    count: Word<'a>,
}

/// Reads the manifest, and where it does not name the account, the script that does.
/// A manifest that is missing or broken says nothing.
pub(super) fn read(members: &Members, parts: &[Part]) -> About {
    let folder = parts.first().and_then(|part| part.member.rsplit_once('/')).map(|(folder, _)| folder);
    let beside = |name: &str| folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"));
    let text = members.open(&beside("manifest.js")).and_then(|source| whole(source, members.name()));
    let mut about = text.ok().and_then(|text| parsed(&text, parts)).unwrap_or_default();
    if about.owner.is_none() {
        about.owner = owner(members, &beside("account.js"));
    }
    about
}

fn parsed(text: &str, parts: &[Part]) -> Option<About> {
    let json = &text[text.find('{')?..];
    let manifest = Manifest::deserialize(&mut serde_json::Deserializer::from_str(json)).ok()?;
    let types = manifest.data_types.unwrap_or_default();
    let files = |types: Many<Type<'_>>| -> Vec<(String, u64)> {
        let listed = types.items.into_iter().flat_map(|data| data.files.items);
        let file = |file: Listed<'_>| {
            let count = file.count.get().and_then(|count| count.parse().ok()).unwrap_or(1);
            Some((file.file_name.owned()?, count))
        };
        listed.filter_map(file).collect()
    };
    let base = |name: &str| name.rsplit('/').next().map(str::to_owned);
    let is_there = |name: &str| parts.iter().any(|part| base(&part.member) == base(name));
    let named = [types.tweets, types.tweet, types.note_tweet, types.community_tweet].into_iter().flat_map(files);
    let absent = named.filter(|(name, count)| *count > 0 && !is_there(name)).map(|(name, _)| name).collect();
    let deleted = files(types.deleted_tweets);
    let count = deleted.iter().map(|(_, count)| count).sum::<u64>();
    let deleted = deleted.into_iter().next().filter(|_| count > 0).map(|(name, _)| (count, name));
    Some(About { owner: manifest.user_info.and_then(|user| user.username.owned()), absent, deleted })
}

/// The name of the account; nothing else of the script is kept.
fn owner(members: &Members, member: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        account: Named<'a>,
    }
    let source = members.open(member).ok()?;
    let mut elements = Elements::new(Place::default(), source, &[]);
    let element = elements.next()?.ok()?;
    serde_json::from_str::<Wrapped<'_>>(element.json).ok()?.account.username.owned()
}
