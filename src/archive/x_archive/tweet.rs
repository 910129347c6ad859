//! One post of an X archive. Everything in it is a string, numbers too; `retweeted` and
//! `truncated` are always false and say nothing.

use serde::Deserialize;

use super::super::Fault;
use super::super::x::{self, Many, Word, Words};
use super::manifest::Holds;
use super::notes::Notes;
use crate::post::{Kind, Place, Post};

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    tweet: Option<Tweet<'a>>,
}

#[derive(Deserialize)]
struct Tweet<'a> {
    #[serde(borrow, default)]
    id_str: Word<'a>,
    #[serde(borrow, default)]
    id: Word<'a>,
    #[serde(borrow, default)]
    full_text: Word<'a>,
    #[serde(borrow, default)]
    text: Word<'a>,
    #[serde(borrow, default)]
    created_at: Word<'a>,
    #[serde(borrow, default)]
    lang: Word<'a>,
    #[serde(borrow, default)]
    in_reply_to_status_id_str: Word<'a>,
    #[serde(borrow, default)]
    in_reply_to_status_id: Word<'a>,
    #[serde(borrow, default)]
    in_reply_to_user_id_str: Word<'a>,
    #[serde(borrow, default)]
    entities: Option<Entities<'a>>,
    #[serde(borrow, default)]
    edit_info: Option<EditInfo<'a>>,
}

#[derive(Deserialize)]
struct Entities<'a> {
    #[serde(borrow, default)]
    urls: Many<Link<'a>>,
}

#[derive(Deserialize)]
struct Link<'a> {
    #[serde(borrow, default)]
    expanded_url: Word<'a>,
}

#[derive(Deserialize)]
struct EditInfo<'a> {
    #[serde(borrow, default)]
    initial: Option<Edits<'a>>,
    #[serde(borrow, default)]
    edit: Option<Edits<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Edits<'a> {
    #[serde(borrow, default)]
    edit_tweet_ids: Many<Word<'a>>,
    #[serde(borrow, default)]
    edit_control_initial: Option<Box<Edits<'a>>>,
}

impl Edits<'_> {
    /// Whether `id` was edited later.
    fn supersede(&self, id: &str) -> bool {
        let inner = self.edit_control_initial.as_ref();
        x::is_superseded(id, &self.edit_tweet_ids.items) || inner.is_some_and(|inner| inner.supersede(id))
    }
}

/// The post `json` of the account `owner`, with its long form if `notes` have it.
pub(super) fn post(json: &str, owner: Option<&str>, notes: &mut Notes) -> Result<Post, Fault> {
    let fault = |error| x::fault(&error);
    let Wrapped { tweet } = serde_json::from_str(json).map_err(fault)?;
    // Old archives have the post without a wrapper.
    let tweet = tweet.map_or_else(|| serde_json::from_str(json).map_err(fault), Ok)?;
    let id = tweet.id_str.filled().or(tweet.id.filled());
    let mut post = x::post(id, owner);
    let raw = match (&tweet.full_text, &tweet.text) {
        (Word::Is(text), _) | (Word::None, Word::Is(text)) => text,
        (Word::Odd, _) | (_, Word::Odd) => return Err(Fault::of("full_text", "no string")),
        // A post that was deleted may have lost its words.
        (Word::None, Word::None) if id.is_some() => "",
        (Word::None, Word::None) => return Err(Fault::of("full_text", "missing")),
    };
    let mut words = Words::escaped(raw);
    post.kind = kind(&tweet, &words.text);
    if post.kind == Kind::Repost {
        if x::stub(&words.text).is_some() {
            post.notes.push(x::CUT.to_owned());
        }
    } else if let Some(stub) = x::stub(&words.text) {
        match notes.join(tweet.created_at.get().unwrap_or_default(), stub) {
            Some(long) => {
                words = Words::perhaps_escaped(&long);
                post.notes.push(x::JOINED.to_owned());
            }
            None if x::is_whole_stub(stub) => post.notes.push(x::UNJOINED.to_owned()),
            None => {}
        }
    }
    if id.zip(tweet.edit_info.as_ref()).is_some_and(|(id, edits)| is_superseded(edits, id)) {
        post.kind = Kind::Version;
    }
    let (time, lang) = (tweet.created_at.owned(), tweet.lang.get().and_then(x::lang));
    Ok(words.into_post(Post { time, lang, ..post }))
}

/// The post at its place, marked with what only the part it is in says.
pub(super) fn placed(mut post: Post, holds: Holds, place: Place) -> Post {
    match holds {
        Holds::Deleted => post.notes.push("deleted by the account".to_owned()),
        Holds::Community => post.notes.push("posted to a community".to_owned()),
        Holds::Posts | Holds::Notes => {}
    }
    x::placed(post, place)
}

fn kind(tweet: &Tweet<'_>, text: &str) -> Kind {
    let answers = [&tweet.in_reply_to_status_id_str, &tweet.in_reply_to_status_id, &tweet.in_reply_to_user_id_str];
    let mut links = tweet.entities.iter().flat_map(|entities| &entities.urls.items);
    if x::is_repost(text) {
        Kind::Repost
    } else if answers.iter().any(|field| field.filled().is_some()) {
        Kind::Reply
    } else if links.any(|link| link.expanded_url.get().is_some_and(x::is_status_url)) {
        Kind::Quote
    } else {
        Kind::Original
    }
}

fn is_superseded(edits: &EditInfo<'_>, id: &str) -> bool {
    [&edits.initial, &edits.edit].into_iter().flatten().any(|edits| edits.supersede(id))
}
