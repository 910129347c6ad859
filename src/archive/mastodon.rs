//! A Mastodon export: `outbox.json` by itself, or the archive or folder that it is in.
//!
//! The export writes the key `orderedItems` twice, first with an empty list: every list
//! under it is read. A post's text is what a reader meets: the content warning, the words,
//! the options of a poll, what its pictures show. The warning is judged with the words,
//! because it is what everybody sees, and often all that is seen. What was passed on is
//! named by its address only; its words are not in the export.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ahead::Ahead;
use super::elements::Element;
use super::input::Input;
use super::lenient::{json_fault, list, string, strings};
use super::lists::Lists;
use super::members::Members;
use super::shown::Shown;
use super::{Fault, Posts, Reading, html};
use crate::error::Result;
use crate::post::{Audience, Kind, Post};

const OUTBOX: &str = "outbox.json";
const ACTOR: &str = "actor.json";
/// Whom a post is to when it is to everybody.
const PUBLIC: [&str; 3] = ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];
/// Most bytes of `actor.json` that are read.
const ACTOR_LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct Activity<'a> {
    #[serde(rename = "type", default, deserialize_with = "string")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "string")]
    id: Option<String>,
    #[serde(default, deserialize_with = "string")]
    actor: Option<String>,
    #[serde(default, deserialize_with = "string")]
    published: Option<String>,
    #[serde(default, deserialize_with = "strings")]
    to: Vec<String>,
    #[serde(default, deserialize_with = "strings")]
    cc: Vec<String>,
    #[serde(borrow)]
    object: Option<Object<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Object<'a> {
    Link(String),
    #[serde(borrow)]
    Note(Box<Note<'a>>),
    Unknown(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note<'a> {
    #[serde(default, deserialize_with = "string")]
    id: Option<String>,
    #[serde(default, deserialize_with = "string")]
    summary: Option<String>,
    in_reply_to: Option<IgnoredAny>,
    quote: Option<IgnoredAny>,
    quote_uri: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "string")]
    published: Option<String>,
    #[serde(default, deserialize_with = "string")]
    updated: Option<String>,
    #[serde(default, deserialize_with = "string")]
    url: Option<String>,
    #[serde(default, deserialize_with = "string")]
    attributed_to: Option<String>,
    #[serde(default, deserialize_with = "strings")]
    to: Vec<String>,
    #[serde(default, deserialize_with = "strings")]
    cc: Vec<String>,
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    content_map: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, deserialize_with = "list")]
    attachment: Vec<Named>,
    #[serde(default, deserialize_with = "list")]
    one_of: Vec<Named>,
    #[serde(default, deserialize_with = "list")]
    any_of: Vec<Named>,
}

/// A picture with its description, or an option of a poll.
#[derive(Deserialize)]
struct Named {
    #[serde(default, deserialize_with = "string")]
    name: Option<String>,
}

/// Whose export it is, as far as it says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Actor {
    id: String,
    preferred_username: String,
}

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let first = ahead.json.as_ref().filter(|first| !first.in_list && first.has("orderedItems"))?;
    let is_streams = first.has("@context") && ahead.contains("www.w3.org/ns/activitystreams");
    is_streams
        .then(|| "it is an ActivityStreams collection with `orderedItems`, as Mastodon writes outboxes".to_owned())
}

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let outbox = members.find(OUTBOX)?;
    let actor = beside(outbox);
    let is_whole = members.names().any(|name| name == actor);
    let is_alone = || members.names().count() == 1;
    (is_whole || is_alone()).then(|| format!("`{outbox}` is in it, as in a Mastodon export"))
}

/// The name of the actor's file beside `outbox`.
fn beside(outbox: &str) -> String {
    format!("{}{ACTOR}", &outbox[..outbox.len() - OUTBOX.len()])
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let outbox = input.members().and_then(|members| members.find(OUTBOX)).unwrap_or(OUTBOX).to_owned();
    let owner = input.members().and_then(|members| actor(members, &beside(&outbox)));
    let lists = Lists::new(input, &["orderedItems"], |name| name == outbox)?;
    Ok(lists.posts(move |element| read(element, owner.as_ref())))
}

/// What `actor.json` says, if it is there and says it; the posts can be read without.
fn actor(members: &Members, name: &str) -> Option<Actor> {
    let mut json = String::new();
    members.open(name).ok()?.take(ACTOR_LIMIT).read_to_string(&mut json).ok()?;
    serde_json::from_str(&json).ok()
}

fn read(element: &Element<'_>, owner: Option<&Actor>) -> Result<Post, Fault> {
    let activity: Activity = serde_json::from_str(element.json).map_err(|fault| json_fault(&fault))?;
    let mut post = Post {
        id: activity.id.unwrap_or_else(|| element.number.to_string()),
        time: activity.published,
        author: activity.actor.map(|actor| handle(&actor, owner)),
        audience: audience(&activity.to, &activity.cc),
        platform: Some("mastodon"),
        ..Post::default()
    };
    let kind = activity.kind.as_deref();
    match (kind, activity.object) {
        (Some("Create"), Some(Object::Note(note))) => note.put(&mut post, owner),
        (Some("Create"), _) => return Err(Fault::of("object", "not a post")),
        (Some("Announce"), object) => {
            post.kind = Kind::Repost;
            match object {
                Some(Object::Link(url)) => post.url = Some(url),
                Some(Object::Note(note)) => {
                    post.url.clone_from(&note.url);
                    note.words(&mut post);
                }
                _ => return Err(Fault::of("object", "neither a post nor its address")),
            }
        }
        (Some(_), _) => post.kind = Kind::Other,
        (None, _) => return Err(Fault::of("type", "missing, so that it is not known what this is")),
    }
    Ok(post)
}

impl Note<'_> {
    /// Makes `post` this one.
    fn put(&self, post: &mut Post, owner: Option<&Actor>) {
        if let Some(id) = &self.id {
            post.id.clone_from(id);
        }
        post.url.clone_from(&self.url);
        post.time = self.published.clone().or_else(|| post.time.take());
        if let Some(author) = &self.attributed_to {
            post.author = Some(handle(author, owner));
        }
        if !(self.to.is_empty() && self.cc.is_empty()) {
            post.audience = audience(&self.to, &self.cc);
        }
        post.kind = match (&self.in_reply_to, self.quote.as_ref().or(self.quote_uri.as_ref())) {
            (Some(_), _) => Kind::Reply,
            (None, Some(_)) => Kind::Quote,
            (None, None) => Kind::Original,
        };
        post.notes.extend(self.updated.as_ref().map(|updated| format!("edited: {updated}")));
        self.words(post);
    }

    /// Gives `post` the words, and says what they are made of.
    fn words(&self, post: &mut Post) {
        let mut shown = Shown::default();
        if let Some(warning) = &self.summary {
            shown.plain(warning);
            post.notes.push("content warning".to_owned());
        }
        let content = self.content.as_deref().or_else(|| self.content_map.as_ref()?.values().next()?.as_deref());
        if let Some(content) = content {
            shown.decoded(content, html::text(content));
        }
        let options: Vec<&str> = self.one_of.iter().chain(&self.any_of).filter_map(|one| one.name.as_deref()).collect();
        if !options.is_empty() {
            shown.plain(&options.join("\n"));
            post.notes.push(format!("options of a poll: {}", options.len()));
        }
        let described: Vec<&str> = self.attachment.iter().filter_map(|one| one.name.as_deref()).collect();
        if !described.is_empty() {
            for words in &described {
                shown.plain(words);
            }
            post.notes.push(format!("descriptions of pictures: {}", described.len()));
        }
        post.lang = self.lang(content);
        shown.put(post);
    }

    /// The language of the words: the only one there is, or the one they stand under.
    fn lang(&self, content: Option<&str>) -> Option<String> {
        let map = self.content_map.as_ref()?;
        let mut fits = map.iter().filter(|(_, words)| map.len() == 1 || words.as_deref() == content);
        let (lang, _) = fits.next()?;
        (fits.next().is_none() && lang != "und").then(|| lang.clone())
    }
}

/// Who could see what is addressed to `to` and `cc`; everybody, where both are empty.
fn audience(to: &[String], cc: &[String]) -> Audience {
    let public = |whom: &[String]| whom.iter().any(|one| PUBLIC.contains(&one.as_str()));
    let followers = || to.iter().chain(cc).any(|one| one.ends_with("/followers"));
    if public(to) || to.is_empty() && cc.is_empty() {
        Audience::Public
    } else if public(cc) {
        Audience::Unlisted
    } else if followers() {
        Audience::Followers
    } else {
        Audience::Direct
    }
}

/// The account at `address` as people write it, `@name@host`, where the address or the
/// owner's own file says the name; else the address.
fn handle(address: &str, owner: Option<&Actor>) -> String {
    let parts = || {
        let (host, path) = address.strip_prefix("https://")?.split_once('/')?;
        let of_owner = owner.filter(|owner| owner.id == address).map(|owner| owner.preferred_username.as_str());
        let name = of_owner.or_else(|| path.strip_prefix("users/")).or_else(|| path.strip_prefix('@'))?;
        (!name.is_empty() && !name.contains('/')).then(|| format!("@{name}@{host}"))
    };
    parts().unwrap_or_else(|| address.to_owned())
}

#[cfg(test)]
mod tests;
