//! What Twitter API v1.1 answered: a list of posts, one post a line, or the answer of a
//! search (`statuses`, `results`), over lines or as one document.

use std::collections::VecDeque;

use serde::Deserialize;

use super::ahead::Ahead;
use super::input::Input;
use super::x::{self, Documents, Flag, Many, Present, Word, Words};
use super::{Fault, Posts, Reading};
use crate::error::Result;
use crate::post::{Audience, Kind, Place, Post};

/// Keys of a search's answer that hold posts.
const WRAPPERS: &[&str] = &["statuses", "results"];

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let shape = ahead.json.as_ref()?;
    let inside = |words: &[&str]| words.iter().all(|word| ahead.contains(word));
    let is_status = shape.has_all(&["created_at", "user"])
        && (shape.has("text") || shape.has("full_text"))
        && ["retweet_count", "in_reply_to_status_id", "in_reply_to_status_id_str", "retweeted"]
            .iter()
            .any(|key| shape.has(key));
    if is_status {
        return Some("it begins with a post of Twitter API v1.1".to_owned());
    }
    let is_wrapper = WRAPPERS.iter().any(|key| shape.has(key))
        && inside(&["\"created_at\"", "\"id_str\""])
        && (inside(&["\"retweet_count\""]) || inside(&["\"in_reply_to_status_id\""]));
    // A post that begins with the one it passes on may be longer than what can be seen.
    let begins_inside = shape.keys.first().is_some_and(|key| key == "retweeted_status" || key == "quoted_status");
    (is_wrapper || begins_inside).then(|| "it begins with an answer of Twitter API v1.1".to_owned())
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    Ok(Box::new(Statuses { documents: Documents::open(input, WRAPPERS)?, posts: VecDeque::new() }))
}

/// Hands out the posts of one answer after the other.
struct Statuses {
    documents: Documents,
    /// What is left of the answer that was read last.
    posts: VecDeque<Result<Post>>,
}

impl Iterator for Statuses {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.posts.is_empty() {
            match self.documents.next(read)? {
                Err(fault) => return Some(Err(fault)),
                Ok((place, Err(fault))) => return Some(Err(fault.in_place(place))),
                Ok((place, Ok(posts))) => {
                    let is_list = posts.len() > 1;
                    let at = |number: u32| {
                        let item = is_list.then(|| format!("post {number}"));
                        Place { item: item.or_else(|| place.item.clone()), ..place.clone() }
                    };
                    self.posts.extend((1..).zip(posts).map(|(number, read)| match read {
                        Ok(post) => Ok(x::placed(post, at(number))),
                        Err(fault) => Err(fault.in_place(at(number))),
                    }));
                }
            }
        }
        self.posts.pop_front()
    }
}

/// A post, or the answer of a search.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    statuses: Many<Answer<'a>>,
    #[serde(borrow, default)]
    results: Many<Answer<'a>>,
    #[serde(borrow, default)]
    id_str: Word<'a>,
    #[serde(borrow, default)]
    id: Word<'a>,
    #[serde(borrow, default)]
    extended_tweet: Option<Extended<'a>>,
    #[serde(borrow, default)]
    full_text: Word<'a>,
    #[serde(borrow, default)]
    text: Word<'a>,
    #[serde(borrow, default)]
    created_at: Word<'a>,
    #[serde(borrow, default)]
    lang: Word<'a>,
    #[serde(borrow, default)]
    user: Option<User<'a>>,
    #[serde(default)]
    truncated: Flag,
    #[serde(borrow, default)]
    retweeted_status: Option<Box<Answer<'a>>>,
    #[serde(default)]
    is_quote_status: Flag,
    #[serde(default)]
    quoted_status: Present,
    #[serde(default)]
    quoted_status_id_str: Present,
    #[serde(borrow, default)]
    in_reply_to_status_id_str: Word<'a>,
    #[serde(borrow, default)]
    in_reply_to_status_id: Word<'a>,
    #[serde(borrow, default)]
    in_reply_to_user_id: Word<'a>,
}

#[derive(Deserialize)]
struct Extended<'a> {
    #[serde(borrow, default)]
    full_text: Word<'a>,
}

#[derive(Deserialize)]
struct User<'a> {
    #[serde(borrow, default)]
    screen_name: Word<'a>,
    #[serde(default)]
    protected: Flag,
}

impl Answer<'_> {
    /// The words as they stand in the file, and whether they are cut short.
    fn raw(&self) -> Option<(&str, bool)> {
        let long = self.extended_tweet.as_ref().and_then(|extended| extended.full_text.filled());
        let long = long.or(self.full_text.get());
        long.map(|text| (text, false)).or_else(|| Some((self.text.get()?, self.truncated.0)))
    }
}

/// The posts of one answer, at least one.
fn read(json: &str) -> Result<Vec<Result<Post, Fault>>, Fault> {
    let answer: Answer<'_> = serde_json::from_str(json).map_err(|error| x::fault(&error))?;
    if !answer.statuses.is_there && !answer.results.is_there {
        return Ok(vec![post(&answer)]);
    }
    let posts: Vec<_> = answer.statuses.items.iter().chain(&answer.results.items).map(post).collect();
    Ok(if posts.is_empty() { vec![Ok(x::other("an empty page"))] } else { posts })
}

fn post(status: &Answer<'_>) -> Result<Post, Fault> {
    let Some((raw, mut is_cut)) = status.raw() else {
        let is_odd = status.text.is_odd() || status.full_text.is_odd();
        return if is_odd { Err(Fault::of("text", "no string")) } else { Ok(x::other("no post")) };
    };
    let mut words = Words::escaped(raw);
    let user = status.user.as_ref();
    let id = status.id_str.filled().or(status.id.filled());
    let mut post = x::post(id, user.and_then(|user| user.screen_name.get()));
    let answers = [&status.in_reply_to_status_id_str, &status.in_reply_to_status_id, &status.in_reply_to_user_id];
    post.kind = if status.retweeted_status.is_some() || x::is_repost(&words.text) {
        Kind::Repost
    } else if answers.iter().any(|field| field.filled().is_some()) {
        Kind::Reply
    } else if status.is_quote_status.0 || status.quoted_status.0 || status.quoted_status_id_str.0 {
        Kind::Quote
    } else {
        Kind::Original
    };
    if post.kind == Kind::Repost {
        is_cut = match status.retweeted_status.as_ref().and_then(|full| full.raw()) {
            Some((full, is_cut)) => {
                words = Words::escaped(full);
                is_cut
            }
            None => x::stub(&words.text).is_some(),
        };
    }
    if is_cut {
        post.notes.push(x::CUT.to_owned());
    }
    if user.is_some_and(|user| user.protected.0) {
        post.audience = Audience::Followers;
    }
    Ok(words.into_post(Post { time: status.created_at.owned(), lang: status.lang.get().and_then(x::lang), ..post }))
}

#[cfg(test)]
mod tests;
