//! Instagram's download: posts and reels it holds as JSON lists, in one file or several.
//!
//! A post with one picture has its caption and time on the picture. A record has no id and no
//! address; it is called by a hash of its time, its words and its first file. Names, addresses
//! and coordinates beside the posts are not read, nor are stories.

use serde::Deserialize;

use super::ahead::Ahead;
use super::elements::Element;
use super::input::Input;
use super::lenient::{digits, json_fault, list, string};
use super::lists::Lists;
use super::members::Members;
use super::meta::{self, Words};
use super::{Fault, Posts, Reading, feed_fault};
use crate::error::Result;
use crate::post::Post;

/// Key of the list of reels; posts stand in a list without one.
const REELS: &str = "ig_reels_media";
/// Folders that hold what was published.
const FOLDERS: [&str; 2] = ["content", "media"];

#[derive(Deserialize)]
struct Record {
    #[serde(default, deserialize_with = "string")]
    title: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    creation_timestamp: Option<String>,
    #[serde(default, deserialize_with = "list")]
    media: Vec<Media>,
}

#[derive(Deserialize)]
struct Media {
    #[serde(default, deserialize_with = "string")]
    title: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    creation_timestamp: Option<String>,
    #[serde(default, deserialize_with = "string")]
    uri: Option<String>,
}

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let first = ahead.json.as_ref().filter(|_| ahead.contains("\"creation_timestamp\""))?;
    if !first.in_list && first.has(REELS) {
        return Some(format!("it holds `{REELS}`, as Instagram writes reels"));
    }
    let is_post = first.in_list && first.has("media");
    is_post
        .then(|| "it is a list of records with `media` and `creation_timestamp`, as Instagram writes posts".to_owned())
}

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let usual = |end| move |name: &&str| FOLDERS.contains(&meta::folder_and_file(name).0) && is_named(name, end);
    let alone = || members.names().all(is_posts).then(|| members.names().next()).flatten();
    let html = || members.names().find(usual(".html"));
    let found = members.names().find(usual(".json")).or_else(alone).or_else(html)?;
    Some(format!("`{found}` is in it, as in an Instagram download"))
}

fn is_posts(name: &str) -> bool {
    is_named(name, ".json")
}

fn is_named(name: &str, end: &str) -> bool {
    let Some(stem) = meta::folder_and_file(name).1.strip_suffix(end) else { return false };
    let number = stem.strip_prefix("posts_").or_else(|| stem.strip_prefix("reels_"));
    stem == "reels" || number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    if meta::is_html(&input, is_posts) {
        return Err(feed_fault(input.name(), meta::HTML_FORM));
    }
    Ok(Lists::new(input, &[REELS], is_posts)?.posts(read))
}

fn read(element: &Element<'_>) -> Result<Post, Fault> {
    let record: Record = serde_json::from_str(element.json).map_err(|fault| json_fault(&fault))?;
    let mut words = Words::default();
    let captions = record.media.iter().filter_map(|media| media.title.as_deref());
    record.title.as_deref().into_iter().chain(captions).for_each(|caption| words.add(caption));
    let of_media = || record.media.iter().find_map(|media| media.creation_timestamp.clone());
    let mut post = Post { time: record.creation_timestamp.clone().or_else(of_media), ..Post::default() };
    words.put(&mut post);
    let number = element.number.to_string();
    let file = record.media.iter().find_map(|media| media.uri.as_deref()).unwrap_or(&number);
    post.id = meta::hashed(&[post.time.as_deref().unwrap_or_default(), &post.text, file]);
    Ok(post)
}

#[cfg(test)]
mod tests;
