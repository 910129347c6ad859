//! JSON lines as snscrape writes them of X. Ids are numbers beyond what a float can hold,
//! and are read as their digits.

use serde::Deserialize;

use super::ahead::Ahead;
use super::input::Input;
use super::x::{self, Documents, Flag, Many, Present, Word, Words};
use super::{Fault, Posts, Reading};
use crate::error::Result;
use crate::post::{Audience, Kind, Post};

/// How the names of the things it collected from X begin.
const TYPE: &str = "snscrape.modules.twitter.";

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let shape = ahead.json.as_ref()?;
    // Early versions wrote no type.
    let is_old = shape.has_all(&["url", "date", "id", "user", "conversationId"])
        && ["rawContent", "content", "renderedContent"].iter().any(|key| shape.has(key));
    let is_typed = ahead.contains(TYPE) && (shape.has("_type") || is_old);
    (is_typed || is_old).then(|| "it begins with a post that snscrape collected".to_owned())
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    Ok(Box::new(Tweets(Documents::open(input, &[])?)))
}

struct Tweets(Documents);

impl Iterator for Tweets {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next(read)?.and_then(|(place, read)| match read {
            Ok(post) => Ok(x::placed(post, place)),
            Err(fault) => Err(fault.in_place(place)),
        }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow, default, rename = "_type")]
    kind: Word<'a>,
    #[serde(borrow, default)]
    url: Word<'a>,
    #[serde(borrow, default)]
    date: Word<'a>,
    #[serde(borrow, default)]
    raw_content: Word<'a>,
    #[serde(borrow, default)]
    content: Word<'a>,
    #[serde(borrow, default)]
    rendered_content: Word<'a>,
    #[serde(borrow, default)]
    id: Word<'a>,
    #[serde(borrow, default)]
    user: Option<User<'a>>,
    #[serde(borrow, default)]
    lang: Word<'a>,
    #[serde(borrow, default)]
    retweeted_tweet: Many<Line<'a>>,
    #[serde(default)]
    quoted_tweet: Present,
    #[serde(default)]
    in_reply_to_tweet_id: Present,
    #[serde(default)]
    in_reply_to_user: Present,
}

#[derive(Deserialize)]
struct User<'a> {
    #[serde(borrow, default)]
    username: Word<'a>,
    #[serde(default)]
    protected: Flag,
}

impl Line<'_> {
    fn raw(&self) -> Option<&str> {
        let texts = [&self.raw_content, &self.content, &self.rendered_content];
        let mut filled = texts.into_iter().filter_map(Word::filled);
        filled.next().or_else(|| texts.into_iter().find_map(Word::get))
    }
}

fn read(json: &str) -> Result<Post, Fault> {
    let tweet: Line<'_> = serde_json::from_str(json).map_err(|error| x::fault(&error))?;
    let is_tweet = tweet.kind.get().is_none_or(|kind| kind.rsplit('.').next() == Some("Tweet"));
    let Some(raw) = tweet.raw().filter(|_| is_tweet) else {
        let is_odd = tweet.raw_content.is_odd() || tweet.content.is_odd();
        return if is_tweet && is_odd { Err(Fault::of("rawContent", "no string")) } else { Ok(x::other("no post")) };
    };
    let mut words = Words::perhaps_escaped(raw);
    let user = tweet.user.as_ref();
    // An id that was rounded on its way may still stand whole at the end of the link.
    let of_url = tweet.url.get().and_then(|url| url.rsplit_once("/status/")).map(|(_, id)| id);
    let id = tweet.id.filled().or(of_url);
    let mut post = x::post(id, user.and_then(|user| user.username.get()));
    post.url = tweet.url.owned().or(post.url);
    let reposted = tweet.retweeted_tweet.items.first();
    post.kind = if tweet.retweeted_tweet.is_there || x::is_repost(&words.text) {
        Kind::Repost
    } else if tweet.in_reply_to_tweet_id.0 || tweet.in_reply_to_user.0 {
        Kind::Reply
    } else if tweet.quoted_tweet.0 {
        Kind::Quote
    } else {
        Kind::Original
    };
    if post.kind == Kind::Repost {
        match reposted.and_then(Line::raw) {
            Some(full) => words = Words::perhaps_escaped(full),
            None if x::stub(&words.text).is_some() => post.notes.push(x::CUT.to_owned()),
            None => {}
        }
    } else if x::stub(&words.text).is_some_and(x::is_whole_stub) {
        post.notes.push(x::UNJOINED.to_owned());
    }
    if user.is_some_and(|user| user.protected.0) {
        post.audience = Audience::Followers;
    }
    Ok(words.into_post(Post { time: tweet.date.owned(), lang: tweet.lang.get().and_then(x::lang), ..post }))
}

#[cfg(test)]
mod tests;
