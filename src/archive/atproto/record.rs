//! A Bluesky post record, from a repository or a feed, as a [`Post`]: its words, then what
//! its pictures and video show. Links stand in the words as they are shown; where facets
//! lead and what cards of linked pages say is not the account's text and not read.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::Fault;
use super::super::lenient::{list, string, strings};
use super::super::shown::Shown;
use crate::post::{Kind, Post};

/// The collection of posts.
pub(in super::super) const POST: &str = "app.bsky.feed.post";
/// The collection of what was passed on.
pub(in super::super) const REPOST: &str = "app.bsky.feed.repost";

#[derive(Deserialize)]
struct Record {
    text: Option<String>,
    #[serde(rename = "createdAt", default, deserialize_with = "string")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "strings")]
    langs: Vec<String>,
    reply: Option<IgnoredAny>,
    #[serde(default)]
    embed: Option<Embed>,
}

/// What is shown with a post; a quote with pictures has those under `media`.
#[derive(Deserialize)]
struct Embed {
    #[serde(rename = "$type", default, deserialize_with = "string")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "list")]
    images: Vec<Described>,
    #[serde(default, deserialize_with = "string")]
    alt: Option<String>,
    media: Option<Box<Embed>>,
    #[serde(default)]
    record: Value,
}

#[derive(Deserialize)]
struct Described {
    #[serde(default, deserialize_with = "string")]
    alt: Option<String>,
}

impl Embed {
    fn descriptions(&self) -> Vec<&str> {
        let own = self.images.iter().map(|image| image.alt.as_deref()).chain([self.alt.as_deref()]);
        let media = self.media.iter().flat_map(|media| media.descriptions());
        own.flatten().chain(media).collect()
    }

    /// Whether somebody's post is shown, and not a feed or a list.
    fn is_quote(&self) -> bool {
        let is_record = self.kind.as_deref().is_some_and(|kind| kind.starts_with("app.bsky.embed.record"));
        let uri = [&self.record["uri"], &self.record["record"]["uri"]].into_iter().find_map(Value::as_str);
        is_record && uri.is_none_or(|uri| uri.contains(POST))
    }
}

/// The post that `record` is. Its place, and when it was first seen, are the caller's.
pub(in super::super) fn post(uri: &str, record: Value) -> Result<Post, Fault> {
    // Of what is wrong only the fact is told: serde quotes values.
    let record: Record = serde_json::from_value(record).map_err(|_| Fault::new("not in the form of a post"))?;
    let text = record.text.ok_or_else(|| Fault::of("text", "missing"))?;
    let mut post = named(uri);
    post.time = record.created_at;
    post.lang = match record.langs.as_slice() {
        [lang] => Some(lang.clone()),
        _ => None,
    };
    let is_quote = record.embed.as_ref().is_some_and(Embed::is_quote);
    post.kind = match (record.reply, is_quote) {
        (Some(_), _) => Kind::Reply,
        (None, true) => Kind::Quote,
        (None, false) => Kind::Original,
    };
    let mut shown = Shown::default();
    shown.plain(&text);
    let descriptions = record.embed.as_ref().map(Embed::descriptions).unwrap_or_default();
    if !descriptions.is_empty() {
        for words in &descriptions {
            shown.plain(words);
        }
        post.notes.push(format!("descriptions of pictures: {}", descriptions.len()));
    }
    shown.put(&mut post);
    Ok(post)
}

/// A post of which only the name is known: `at://did/collection/rkey`.
pub(in super::super) fn named(uri: &str) -> Post {
    Post { id: uri.to_owned(), url: url(uri), platform: Some("bluesky"), ..Post::default() }
}

/// Where a post can be seen.
pub(in super::super) fn url(uri: &str) -> Option<String> {
    let (did, rest) = uri.strip_prefix("at://")?.split_once('/')?;
    let rkey = rest.strip_prefix(POST)?.strip_prefix('/')?;
    Some(format!("https://bsky.app/profile/{did}/post/{rkey}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URI: &str = "at://did:plc:abc/app.bsky.feed.post/3k";

    fn read(record: Value) -> Post {
        post(URI, record).unwrap_or_else(|fault| panic!("{}", fault.problem))
    }

    #[test]
    fn a_post_is_its_words_and_what_its_pictures_show() {
        let facets = json!([{"index": {"byteStart": 5, "byteEnd": 9999}, "features": []}]);
        let images = json!({"$type": "app.bsky.embed.images", "images": [{"alt": "A bridge"}, {"alt": ""}, {}]});
        let record = json!({"text": "Roads reopen", "createdAt": "2026-05-01T09:00:00Z", "langs": ["en"],
            "facets": facets, "embed": images});
        let post = read(record);
        assert_eq!((post.text.as_str(), post.kind), ("Roads reopen\n\nA bridge", Kind::Original));
        assert_eq!((post.lang.as_deref(), post.time.as_deref()), (Some("en"), Some("2026-05-01T09:00:00Z")));
        assert_eq!(post.url.as_deref(), Some("https://bsky.app/profile/did:plc:abc/post/3k"));
        assert_eq!(post.notes, ["descriptions of pictures: 1"]);
    }

    #[test]
    fn replies_and_quotes_are_told_apart() {
        let quote = |uri: &str| json!({"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": "x"}});
        let kind = |record| read(record).kind;
        assert_eq!(kind(json!({"text": "", "embed": quote("at://d/app.bsky.feed.post/1")})), Kind::Quote);
        assert_eq!(kind(json!({"text": "", "embed": quote("at://d/app.bsky.graph.list/1")})), Kind::Original);
        assert_eq!(kind(json!({"text": "", "reply": {"root": {}}, "embed": quote(URI)})), Kind::Reply);
        let with_media = json!({"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": URI}},
            "media": {"$type": "app.bsky.embed.video", "alt": "A queue"}});
        let post = read(json!({"text": "See", "embed": with_media, "langs": ["en", "cy"]}));
        assert_eq!((post.kind, post.text.as_str(), post.lang), (Kind::Quote, "See\n\nA queue", None));
    }

    #[test]
    fn what_is_no_post_is_said_so_without_its_words() {
        assert_eq!(post(URI, json!({"text": ["secret"]})).unwrap_err().problem, "not in the form of a post");
        assert_eq!(post(URI, json!({})).unwrap_err().field.as_deref(), Some("text"));
        assert_eq!(post(URI, json!("secret")).unwrap_err().problem, "not in the form of a post");
    }
}
