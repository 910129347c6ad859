//! What Twitter API v2 answers, as JSON lines or one document: pages with what they refer
//! to, posts that were flattened, the lines of a stream, errors among them; line by line
//! whatever it is. A page is held while its posts are handed out.

mod records;

use std::collections::VecDeque;

use super::ahead::{Ahead, Shape};
use super::input::Input;
use super::x::Documents;
use super::{Posts, Reading};
use crate::error::Result;
use crate::post::Post;

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let shape = ahead.json.as_ref()?;
    let told = |why: &str| Some(format!("it begins with {why} of Twitter API v2"));
    if shape.has("data") && is_page(ahead, shape) {
        return told("a page");
    }
    if shape.has_all(&["id", "text"]) && is_flat(shape) {
        return told("a post");
    }
    let problems = ["api.twitter.com/2/problems", "api.x.com/2/problems"];
    if (shape.has("errors") || shape.has_all(&["title", "type"])) && problems.iter().any(|url| ahead.contains(url)) {
        return told("an error");
    }
    if shape.has_all(&["id", "username", "name"]) && shape.has("__twarc") {
        return told("a user");
    }
    None
}

/// Whether an object with `data` is a page: by its other keys, or where those are too far
/// away, by what only posts of this API have.
fn is_page(ahead: &Ahead<'_>, shape: &Shape) -> bool {
    let keys = ["includes", "matching_rules", "__twarc"];
    let inside = |words: &[&str]| words.iter().all(|word| ahead.contains(word));
    keys.iter().any(|key| shape.has(key))
        || (shape.has("meta") && (inside(&["\"result_count\""]) || inside(&["\"total_tweet_count\""])))
        || inside(&["\"edit_history_tweet_ids\""])
        || inside(&["\"author_id\"", "\"conversation_id\""])
        || inside(&["\"author_id\"", "\"public_metrics\""])
}

fn is_flat(shape: &Shape) -> bool {
    let keys = ["conversation_id", "public_metrics", "referenced_tweets", "reply_settings"];
    shape.has("edit_history_tweet_ids")
        || shape.has("__twarc")
        || (shape.has("author_id") && keys.iter().any(|key| shape.has(key)))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    Ok(Box::new(Pages { documents: Documents::open(input, &[])?, posts: VecDeque::new() }))
}

/// Hands out the posts of one page after the other.
struct Pages {
    documents: Documents,
    /// What is left of the page that was read last.
    posts: VecDeque<Result<Post>>,
}

impl Iterator for Pages {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.posts.is_empty() {
            match self.documents.next(records::read)? {
                Err(fault) => return Some(Err(fault)),
                Ok((place, Err(fault))) => return Some(Err(fault.in_place(place))),
                Ok((place, Ok(page))) => self.posts.extend(page.placed(&place)),
            }
        }
        self.posts.pop_front()
    }
}

#[cfg(test)]
mod tests;
