//! One answer of Twitter API v2, and the posts in it: reposts filled from what the page
//! includes, long forms before short ones, names of authors by their ids.

use std::collections::HashMap;

use serde::Deserialize;

use super::super::Fault;
use super::super::x::{self, Flag, Many, Present, Word, Words};
use crate::error::Error;
use crate::post::{Audience, Kind, Place, Post};

/// A page, or what stands in one, or alone on a line: a post, a user, a count, an error.
#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, default)]
    data: Many<Item<'a>>,
    #[serde(borrow, default)]
    includes: Option<Includes<'a>>,
    #[serde(default)]
    errors: Present,
    #[serde(borrow, default)]
    id: Word<'a>,
    #[serde(borrow, default)]
    text: Word<'a>,
    #[serde(borrow, default)]
    note_tweet: Option<Long<'a>>,
    #[serde(borrow, default)]
    created_at: Word<'a>,
    #[serde(borrow, default)]
    author_id: Word<'a>,
    #[serde(borrow, default)]
    author: Option<Box<Item<'a>>>,
    #[serde(borrow, default)]
    lang: Word<'a>,
    #[serde(borrow, default)]
    in_reply_to_user_id: Word<'a>,
    #[serde(borrow, default)]
    referenced_tweets: Many<Item<'a>>,
    #[serde(borrow, default)]
    edit_history_tweet_ids: Many<Word<'a>>,
    /// What a reference is to the post: `retweeted`, `quoted`, `replied_to`.
    #[serde(borrow, default, rename = "type")]
    role: Word<'a>,
    #[serde(borrow, default)]
    title: Word<'a>,
    #[serde(borrow, default)]
    username: Word<'a>,
    #[serde(default)]
    protected: Flag,
    #[serde(default)]
    tweet_count: Present,
}

#[derive(Deserialize)]
struct Includes<'a> {
    #[serde(borrow, default)]
    users: Many<Item<'a>>,
    #[serde(borrow, default)]
    tweets: Many<Item<'a>>,
}

#[derive(Deserialize)]
struct Long<'a> {
    #[serde(borrow, default)]
    text: Word<'a>,
}

/// What a page includes, by id.
#[derive(Default)]
struct Included<'p> {
    users: HashMap<&'p str, &'p Item<'p>>,
    tweets: HashMap<&'p str, &'p Item<'p>>,
}

/// What one answer holds.
pub(super) struct Page {
    posts: Vec<Result<Post, Fault>>,
    is_list: bool,
}

impl Page {
    /// The posts of the answer that stands at `place`, and what is at fault in it.
    pub fn placed(self, place: &Place) -> impl Iterator<Item = Result<Post, Error>> {
        let is_list = self.is_list;
        let at = move |number: usize| {
            let outer = place.item.as_ref().map(|item| format!("{item}, ")).unwrap_or_default();
            let item = is_list.then(|| format!("{outer}post {}", number + 1));
            Place { item: item.or_else(|| place.item.clone()), ..place.clone() }
        };
        self.posts.into_iter().enumerate().map(move |(number, read)| match read {
            Ok(post) => Ok(x::placed(post, at(number))),
            Err(fault) => Err(fault.in_place(at(number))),
        })
    }
}

/// Reads one answer; every one has at least one post, though it may be none of anybody's.
pub(super) fn read(json: &str) -> Result<Page, Fault> {
    let answer: Item<'_> = serde_json::from_str(json).map_err(|error| x::fault(&error))?;
    let alone = |read| Ok(Page { posts: vec![read], is_list: false });
    if !answer.data.is_there {
        let is_error = answer.errors.0 || (answer.title.get().is_some() && answer.text.get().is_none());
        return alone(if is_error {
            Ok(x::other("an error of the service"))
        } else {
            item(&answer, &Included::default())
        });
    }
    if answer.data.items.is_empty() {
        return alone(Ok(x::other("an empty page")));
    }
    let included = answer.includes.as_ref().map(Included::of).unwrap_or_default();
    let posts = answer.data.items.iter().map(|part| item(part, &included)).collect();
    Ok(Page { posts, is_list: answer.data.is_list })
}

impl<'p> Included<'p> {
    fn of(includes: &'p Includes<'p>) -> Self {
        fn by_id<'p>(items: &'p Many<Item<'p>>) -> HashMap<&'p str, &'p Item<'p>> {
            items.items.iter().filter_map(|item| Some((item.id.get()?, item))).collect()
        }
        Self { users: by_id(&includes.users), tweets: by_id(&includes.tweets) }
    }
}

impl Item<'_> {
    /// The words, the long form before the short one; `None` where there are none.
    fn words(&self) -> Option<Words> {
        let long = self.note_tweet.as_ref().and_then(|long| long.text.filled());
        // Whether long forms are escaped is not said anywhere.
        long.map(Words::perhaps_escaped).or_else(|| self.text.get().map(Words::escaped))
    }

    /// What it refers to as `role`.
    fn reference(&self, role: &str) -> Option<&Self> {
        self.referenced_tweets.items.iter().find(|other| other.role.get() == Some(role))
    }
}

/// The post that `item` is, or what it is instead.
fn item(item: &Item<'_>, included: &Included<'_>) -> Result<Post, Fault> {
    let Some(mut words) = item.words() else {
        if item.text.is_odd() {
            return Err(Fault::of("text", "no string"));
        }
        return Ok(x::other(match () {
            () if item.username.get().is_some() => "a user",
            () if item.tweet_count.0 => "a count",
            () => "no post",
        }));
    };
    let inlined = item.author.as_deref();
    let author = item.author_id.get().and_then(|id| included.users.get(id).copied()).or(inlined);
    let mut post = x::post(item.id.filled(), author.and_then(|author| author.username.get()));
    if author.is_some_and(|author| author.protected.0) {
        post.audience = Audience::Followers;
    }
    let retweeted = item.reference("retweeted");
    post.kind = match retweeted {
        Some(_) => Kind::Repost,
        None if x::is_repost(&words.text) => Kind::Repost,
        None if item.reference("replied_to").is_some() => Kind::Reply,
        None if item.reference("quoted").is_some() => Kind::Quote,
        None if item.in_reply_to_user_id.filled().is_some() => Kind::Reply,
        None => Kind::Original,
    };
    if post.kind == Kind::Repost {
        let of_page = retweeted.and_then(|other| included.tweets.get(other.id.get()?).copied());
        match of_page.or(retweeted).and_then(Item::words) {
            Some(full) => words = full,
            None if x::stub(&words.text).is_some() => post.notes.push(x::CUT.to_owned()),
            None => {}
        }
    } else if item.note_tweet.is_none() && x::stub(&words.text).is_some_and(x::is_whole_stub) {
        post.notes.push(x::UNJOINED.to_owned());
    }
    if item.id.get().is_some_and(|id| x::is_superseded(id, &item.edit_history_tweet_ids.items)) {
        post.kind = Kind::Version;
    }
    Ok(words.into_post(Post { time: item.created_at.owned(), lang: item.lang.get().and_then(x::lang), ..post }))
}
