use std::io::Read;

use serde_json::json;

use super::super::Format::BlueskyFeed;
use super::super::kit::{cut_everywhere, endless, faults, items, posts, refused};
use super::*;

/// The beginning of a page that goes on inside a string.
const LONG: &str = "{\"feed\":[],\"a\":\"app.bsky.x\",\"x\":\"";
const URI: &str = "at://did:plc:abc/app.bsky.feed.post/3k1";

fn view(rkey: &str, text: &str) -> Value {
    json!({
        "uri": format!("at://did:plc:abc/app.bsky.feed.post/{rkey}"), "cid": "bafy",
        "author": {"did": "did:plc:abc", "handle": "roads.example", "displayName": "Zanzibar"},
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2020-01-01T00:00:00Z", "langs": ["en"]},
        "indexedAt": "2026-05-01T09:00:00Z", "likeCount": 4, "labels": []
    })
}

fn page(feed: &[Value]) -> Value {
    json!({"feed": feed, "cursor": "next"})
}

fn all(document: &Value) -> Vec<Post> {
    let line = posts(items(document.to_string(), BlueskyFeed));
    let pretty = posts(items(serde_json::to_string_pretty(document).unwrap(), BlueskyFeed));
    assert_eq!(line.len(), pretty.len());
    assert!(line.iter().zip(&pretty).all(|(line, pretty)| line.text == pretty.text));
    line
}

#[test]
fn posts_of_a_feed_are_read() {
    let reply = json!({"post": view("3k2", "Yes"), "reply": {"root": {}, "parent": {}}});
    let posts = all(&page(&[json!({"post": view("3k1", "Roads reopen")}), reply]));
    let post = &posts[0];
    assert_eq!((post.id.as_str(), post.text.as_str(), post.platform), (URI, "Roads reopen", Some("bluesky")));
    assert_eq!((post.time.as_deref(), post.author.as_deref()), (Some("2026-05-01T09:00:00Z"), Some("roads.example")));
    assert_eq!((post.lang.as_deref(), post.kind), (Some("en"), Kind::Original));
    assert_eq!(post.url.as_deref(), Some("https://bsky.app/profile/did:plc:abc/post/3k1"));
    let place = post.place.as_ref().unwrap();
    assert_eq!((place.line, place.item.as_deref()), (Some(1), Some("post 1")));
}

#[test]
fn what_was_passed_on_and_what_is_pinned() {
    let repost = json!({"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2026-05-03T09:00:00Z",
        "by": {"did": "did:plc:me", "handle": "desk.example"}});
    let pin = json!({"$type": "app.bsky.feed.defs#reasonPin"});
    let posts = all(&page(&[
        json!({"post": view("3k1", "Pinned"), "reason": pin}),
        json!({"post": view("3k1", "Pinned"), "reason": repost}),
        json!({"post": view("3k1", "Pinned")}),
    ]));
    assert_eq!((posts[0].id.as_str(), posts[0].notes.as_slice()), (URI, &["pinned".to_owned()][..]));
    assert_eq!((posts[2].id.as_str(), posts[2].kind), (URI, Kind::Original));
    let passed = &posts[1];
    assert_eq!((passed.kind, passed.id.as_str()), (Kind::Repost, "at://did:plc:abc/app.bsky.feed.post/3k1#repost"));
    assert_eq!(
        (passed.author.as_deref(), passed.time.as_deref()),
        (Some("desk.example"), Some("2026-05-03T09:00:00Z"))
    );
    assert_eq!(
        (passed.notes.as_slice(), passed.text.as_str()),
        (&["first posted by: roads.example".to_owned()][..], "Pinned")
    );
}

#[test]
fn pages_one_a_line_go_on_after_a_fault() {
    let pages = [
        page(&[json!({"post": view("3k1", "One")}), json!({"post": {"uri": URI}}), json!(5)]).to_string(),
        "{\"feed\": [{\"post\": ".to_owned(),
        String::new(),
        json!({"error": "RateLimitExceeded", "message": "Zanzibar"}).to_string(),
        page(&[json!({"post": view("3k2", "Two")})]).to_string(),
        page(&[]).to_string(),
    ];
    let (told, posts) = faults(items(pages.join("\n"), BlueskyFeed));
    let expected = [
        "feed:1, post 2: neither a page, a thread nor a record of Bluesky",
        "feed:1, post 3: neither a page, a thread nor a record of Bluesky",
        "feed:2: the JSON ends early, at column 19",
        "feed:4: an error of the server, where a page should be",
    ];
    assert_eq!((told.as_slice(), posts), (&expected.map(str::to_owned)[..], 2));
}

#[test]
fn pages_may_stand_one_after_the_other_or_in_a_list() {
    let page = |rkey| page(&[json!({"post": view(rkey, "Words")})]);
    let pretty = |rkey| serde_json::to_string_pretty(&page(rkey)).unwrap();
    let after = posts(items(format!("{}\n{}", pretty("3k1"), pretty("3k2")), BlueskyFeed));
    assert_eq!(after[1].place.as_ref().unwrap().item.as_deref(), Some("record 2, post 1"));
    let list = json!([page("3k1"), page("3k2"), json!({"post": view("3k3", "Words")})]);
    assert_eq!(all(&list).len(), 3);
}

#[test]
fn threads_records_and_posts_are_read() {
    let gone =
        json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x/app.bsky.feed.post/0", "notFound": true});
    let thread = json!({"thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": view("3k2", "Middle"),
        "parent": {"post": view("3k1", "Top"), "parent": gone}, "replies": [{"post": view("3k3", "Low"), "replies": []}]}});
    let texts: Vec<_> = all(&thread).into_iter().map(|post| (post.text, post.kind)).collect();
    let expected = [("", Kind::Other), ("Top", Kind::Original), ("Middle", Kind::Original), ("Low", Kind::Original)];
    assert_eq!(texts, expected.map(|(text, kind)| (text.to_owned(), kind)));

    let record = |uri: &str, value: Value| json!({"uri": uri, "cid": "b", "value": value});
    let post = json!({"$type": "app.bsky.feed.post", "text": "Roads", "createdAt": "2026-05-01T09:00:00Z"});
    let like = json!({"$type": "app.bsky.feed.like", "createdAt": "2026-05-01T09:00:00Z"});
    let one = all(&record(URI, post.clone()));
    assert_eq!((one[0].text.as_str(), one[0].author.as_deref()), ("Roads", Some("did:plc:abc")));
    let liked = all(&record("at://did:plc:abc/app.bsky.feed.like/3k", like));
    assert_eq!((liked[0].kind, liked[0].text.as_str()), (Kind::Other, ""));
    assert_eq!(all(&json!({"records": [record(URI, post.clone())], "cursor": ""})).len(), 1);
    assert_eq!(all(&json!({"accountMeta": {}, "postRecords": [record(URI, post.clone())]})).len(), 1);
    assert_eq!(all(&json!({"posts": [view("3k1", "a"), view("3k2", "b")]})).len(), 2);
    let bare = posts(items(format!("{post}\n{post}\n"), BlueskyFeed));
    assert_eq!((bare[0].id.as_str(), bare[1].id.as_str(), bare[1].platform), ("1", "2", None));
}

#[test]
fn others_keep_what_is_theirs() {
    for other in [
        r#"{"text": "We are on app.bsky.social", "id": 1}"#,
        r#"{"uri": "at://did:plc:abc/app.bsky.feed.post/3k1", "text": "a flat table"}"#,
        r#"{"feed": "news", "text": "words"}"#,
    ] {
        let feed = super::super::from_reader("feed", Box::new(other.as_bytes()), &Reading::default()).unwrap();
        assert_eq!(feed.format(), super::super::Format::Jsonl, "{other}");
    }
}

#[test]
fn hostile_inputs_end_in_an_error() {
    let whole = page(&[json!({"post": view("3k1", "Zanzibar")}), json!({"post": view("3k2", "Zanzibar")})]);
    cut_everywhere(whole.to_string().as_bytes(), 3, BlueskyFeed, "Zanzibar");
    cut_everywhere(serde_json::to_string_pretty(&whole).unwrap().as_bytes(), 3, BlueskyFeed, "Zanzibar");
    assert_eq!(refused("", BlueskyFeed), "feed: there is no JSON in it");
    assert!(refused("Zanzibar", BlueskyFeed).starts_with("feed: there is no JSON in it"));
    let deep = format!("{{\"thread\": {}", "{\"parent\": ".repeat(100_000));
    assert!(refused(deep, BlueskyFeed).starts_with("feed:1: broken JSON at column "));
    let nested = format!("{{\"thread\": {}1{}, \"x\": \"app.bsky.\"}}", "{\"parent\": ".repeat(500), "}".repeat(500));
    assert!(refused(nested, BlueskyFeed).starts_with("feed:1: broken JSON at column "));
    let (told, posts) = faults(endless(LONG, 1 << 28, "\"}\n{\"feed\":[]}", BlueskyFeed));
    assert_eq!((told.as_slice(), posts), (&["feed:1: longer than 64 MiB".to_owned()][..], 0));
    let long = std::io::repeat(b' ').take(1 << 28).chain(&b"\n{\"error\":1}\n"[..]);
    let reader = Box::new(b"{\"feed\":[],\"x\":\"app.bsky.\"}\n".chain(long));
    let reading = Reading { format: Some(BlueskyFeed), ..Reading::default() };
    let feed = super::super::from_reader("feed", reader, &reading).unwrap();
    let (told, _) = faults(feed.collect());
    assert_eq!(told, ["feed:2: longer than 64 MiB", "feed:3: an error of the server, where a page should be"]);
}
