//! Facebook's "Download your information", of a person or a page: the posts it holds as JSON
//! lists, in one file or several.
//!
//! A record has no id and no address; it is called by a hash of its time, words and number.
//! `title` is what the platform says ("… updated his status"), not the account's words. Names,
//! addresses and coordinates beside the posts are not read.

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

/// What the names of the files begin with; pages have the second.
const NAMES: [&str; 2] = ["your_posts", "profile_posts"];

#[derive(Deserialize)]
struct Record {
    #[serde(default, deserialize_with = "digits")]
    timestamp: Option<String>,
    #[serde(default, deserialize_with = "list")]
    data: Vec<Datum>,
    #[serde(default, deserialize_with = "list")]
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
struct Datum {
    #[serde(default, deserialize_with = "string")]
    post: Option<String>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(default, deserialize_with = "list")]
    data: Vec<Attached>,
}

#[derive(Deserialize)]
struct Attached {
    media: Option<Media>,
    note: Option<Note>,
}

#[derive(Deserialize)]
struct Media {
    #[serde(default, deserialize_with = "string")]
    description: Option<String>,
}

#[derive(Deserialize)]
struct Note {
    #[serde(default, deserialize_with = "string")]
    title: Option<String>,
    #[serde(default, deserialize_with = "string")]
    text: Option<String>,
}

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    if meta::is_html_form(ahead) {
        return Some("it is a page of a Facebook or Instagram download".to_owned());
    }
    let first = ahead.json.as_ref().filter(|first| first.in_list && first.has("timestamp"))?;
    let is_post = first.has("data") || first.has("attachments");
    is_post.then(|| "it is a list of records with `timestamp` and `data`, as Facebook writes posts".to_owned())
}

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let usual = |name: &&str| meta::folder_and_file(name).0 == "posts" && is_posts(name);
    let alone = || members.names().all(is_posts).then(|| members.names().next()).flatten();
    let html = |name: &&str| meta::folder_and_file(name).0 == "posts" && is_named(name, ".html");
    let found = members.names().find(usual).or_else(alone).or_else(|| members.names().find(html))?;
    Some(format!("`{found}` is in it, as in a Facebook download"))
}

fn is_posts(name: &str) -> bool {
    is_named(name, ".json")
}

fn is_named(name: &str, end: &str) -> bool {
    let (_, file) = meta::folder_and_file(name);
    file.ends_with(end) && NAMES.iter().any(|start| file.starts_with(start))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    if meta::is_html(&input, is_posts) {
        return Err(feed_fault(input.name(), meta::HTML_FORM));
    }
    Ok(Lists::new(input, &[], is_posts)?.posts(read))
}

fn read(element: &Element<'_>) -> Result<Post, Fault> {
    let record: Record = serde_json::from_str(element.json).map_err(|fault| json_fault(&fault))?;
    let mut words = Words::default();
    record.data.iter().filter_map(|datum| datum.post.as_deref()).for_each(|post| words.add(post));
    for attached in record.attachments.iter().flat_map(|attachment| &attachment.data) {
        let caption = attached.media.as_ref().and_then(|media| media.description.as_deref());
        let note = attached.note.as_ref();
        let parts = [caption, note.and_then(|note| note.title.as_deref()), note.and_then(|note| note.text.as_deref())];
        parts.into_iter().flatten().for_each(|part| words.add(part));
    }
    let mut post = Post { time: record.timestamp, ..Post::default() };
    words.put(&mut post);
    post.id = meta::hashed(&[post.time.as_deref().unwrap_or_default(), &post.text, &element.number.to_string()]);
    Ok(post)
}

#[cfg(test)]
mod tests;
