//! Bluesky as its servers answer in JSON: pages of an author's feed, of records or of posts,
//! threads and single records; one document, one after the other, a list of them, or one a
//! line. A page may have 64 MiB as a line and 16 MiB as a document of its own.
//!
//! A post that is pinned comes twice, under one id. One that was passed on keeps its words
//! and is given an id of its own, so that it is not taken for the account's post. What was
//! deleted or blocked, and records that are no posts, have no words.

use std::collections::VecDeque;

use serde_json::Value;

use super::ahead::{Ahead, Shape};
use super::atproto::record::{self, POST};
use super::elements::Elements;
use super::input::Input;
use super::lenient::json_fault;
use super::lines::Lines;
use super::{Fault, Posts, Reading};
use crate::error::Result;
use crate::post::{Kind, Place, Post};

/// Keys of a page's list.
const PAGES: [&str; 4] = ["feed", "posts", "records", "postRecords"];
/// Most bytes of a page that is one line: 64 MiB.
const PAGE_LIMIT: usize = 64 << 20;

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let first = ahead.json.as_ref().filter(|_| ahead.contains("\"app.bsky."))?;
    let page = PAGES.into_iter().find(|key| first.has(key));
    let view = || (first.has("post") || first.has("author")) && ahead.contains("\"record\"");
    let is_single =
        first.has("thread") || first.has_all(&["uri", "value"]) || first.has_all(&["$type", "createdAt"]) || view();
    match page {
        Some(page) => Some(format!("it is a page with `{page}`, as Bluesky's servers answer")),
        None => is_single.then(|| "it holds records of Bluesky".to_owned()),
    }
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let (name, place) = (input.name().to_owned(), input.place());
    let first = Ahead::new(&name, input.ahead()).json;
    let pages = match first {
        Some(Shape { in_list: false, on_one_line: true, .. }) => {
            Pages::Lines(input.into_lines()?.with_limit(PAGE_LIMIT))
        }
        Some(Shape { in_list: false, .. }) => Pages::Documents(Elements::values(place, input.into_source()?)),
        _ => Pages::Documents(Elements::new(place, input.into_source()?, &[])),
    };
    Ok(Box::new(Records { pages, ready: VecDeque::new() }))
}

enum Pages {
    Lines(Lines),
    Documents(Elements),
}

struct Records {
    pages: Pages,
    /// Items of the page that was just read.
    ready: VecDeque<Result<Post>>,
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            let (page, place) = match &mut self.pages {
                Pages::Lines(lines) => {
                    let file = lines.file().to_owned();
                    match lines.next_str()? {
                        Ok((_, "")) => continue,
                        Ok((line, page)) => (serde_json::from_str(page), Place::line(file, line)),
                        Err(fault) => return Some(Err(fault)),
                    }
                }
                Pages::Documents(elements) => match elements.next()? {
                    Ok(element) => {
                        let (page, number) = (serde_json::from_str(element.json), element.number);
                        (page, elements.place_of(number))
                    }
                    Err(fault) => return Some(Err(fault)),
                },
            };
            match page {
                Ok(page) => self.ready = posts(page, &place),
                Err(fault) => return Some(Err(json_fault(&fault).in_place(place))),
            }
        }
    }
}

/// What `page` holds, each with its place.
fn posts(page: Value, place: &Place) -> VecDeque<Result<Post>> {
    let mut found = Vec::new();
    let is_page = unfold(page, &mut found);
    let of_page = |number: usize| {
        let inside = format!("post {}", number + 1);
        let item = place.item.as_ref().map_or_else(|| inside.clone(), |item| format!("{item}, {inside}"));
        Place { item: Some(item), ..place.clone() }
    };
    let placed = found.into_iter().enumerate().map(|(number, item)| {
        let place = if is_page { of_page(number) } else { place.clone() };
        match item {
            Ok(mut post) => {
                if post.id.is_empty() {
                    post.id = named(&place);
                }
                Ok(Post { place: Some(place), ..post })
            }
            Err(fault) => Err(fault.in_place(place)),
        }
    });
    placed.collect()
}

/// What to call a record that has no name: its line, or its number and that in the page.
fn named(place: &Place) -> String {
    let line = place.line.map(|line| line.to_string());
    let item = place.item.as_deref().map(|item| item.replace("record ", "").replace("post ", "").replace(", ", "."));
    [line, item].into_iter().flatten().collect::<Vec<_>>().join(".")
}

/// Adds what `value` holds to `found`; says whether that may be more than one post.
fn unfold(mut value: Value, found: &mut Vec<Result<Post, Fault>>) -> bool {
    if let Some(key) = PAGES.into_iter().find(|key| value[*key].is_array())
        && let Value::Array(list) = value[key].take()
    {
        found.extend(list.into_iter().map(item));
        return true;
    }
    if let Some(thread) = value.get_mut("thread") {
        branch(thread.take(), found);
        return true;
    }
    found.push(item(value));
    false
}

/// Adds a post of a thread with those above and below it.
fn branch(mut thread: Value, found: &mut Vec<Result<Post, Fault>>) {
    let mut take = |key| thread.get_mut(key).map(Value::take).filter(|value| !value.is_null());
    let (above, below) = (take("parent"), take("replies"));
    if let Some(above) = above {
        branch(above, found);
    }
    found.push(item(thread));
    if let Some(Value::Array(below)) = below {
        for below in below {
            branch(below, found);
        }
    }
}

/// One item of a page: a post of a feed, a post by itself, or a record.
fn item(mut item: Value) -> Result<Post, Fault> {
    let reason = item.get_mut("reason").map(Value::take).unwrap_or_default();
    let mut view = match item.get_mut("post") {
        Some(post) if post.is_object() => post.take(),
        _ => item,
    };
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
    let record = ["record", "value"].into_iter().find(|key| view.get(key).is_some()).map(|key| view[key].take());
    let uri = text(&view, "uri");
    let Some(record) = record else { return bare(view, uri) };
    let uri = uri.ok_or_else(|| Fault::of("uri", "missing"))?;
    let did = uri.strip_prefix("at://").and_then(|uri| uri.split('/').next()).map(str::to_owned);
    let is_post = record["$type"].as_str().map_or_else(|| uri.contains(POST), |kind| kind == POST);
    let time = text(&record, "createdAt");
    let mut post =
        if is_post { record::post(&uri, record)? } else { Post { kind: Kind::Other, time, ..record::named(&uri) } };
    post.time = text(&view, "indexedAt").or(post.time);
    post.author = text(&view["author"], "handle").or(did);
    match reason["$type"].as_str().and_then(|kind| kind.rsplit_once('#')).map(|(_, kind)| kind) {
        Some("reasonRepost") => {
            post.kind = Kind::Repost;
            let by = text(&reason["by"], "handle").or_else(|| text(&reason["by"], "did"));
            post.notes.extend(post.author.take().map(|author| format!("first posted by: {author}")));
            post.id = text(&reason, "uri").unwrap_or_else(|| format!("{uri}#repost"));
            post.time = text(&reason, "indexedAt").or(post.time);
            post.author = by;
        }
        Some("reasonPin") => post.notes.push("pinned".to_owned()),
        _ => {}
    }
    Ok(post)
}

/// What has no record in it: one that was deleted or blocked, a record without its envelope,
/// or the answer that there is none.
fn bare(value: Value, uri: Option<String>) -> Result<Post, Fault> {
    let kind = value["$type"].as_str().unwrap_or_default();
    match uri {
        Some(uri) if kind.ends_with("#notFoundPost") || kind.ends_with("#blockedPost") => {
            Ok(Post { kind: Kind::Other, ..record::named(&uri) })
        }
        // Without its envelope it has no name but its place.
        _ if kind == POST => record::post("", value).map(|post| Post { platform: None, ..post }),
        _ if value.get("error").is_some() => Err(Fault::new("an error of the server, where a page should be")),
        _ => Err(Fault::new("neither a page, a thread nor a record of Bluesky")),
    }
}

#[cfg(test)]
mod tests;
