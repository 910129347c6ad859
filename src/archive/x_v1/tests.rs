//! Synthetic answers in every layout, and broken ones.

use std::io::Cursor;

use super::super::{Feed, Format, Reading, from_reader};
use super::*;
use crate::span::Span;

fn opened(json: impl Into<Vec<u8>>) -> Feed {
    let feed = from_reader("f", Box::new(Cursor::new(json.into())), &Reading::default()).unwrap();
    assert_eq!(feed.format(), Format::XV1);
    feed
}

fn shown(feed: Feed) -> Vec<String> {
    let one = |item: Result<Post>| match item {
        Ok(post) => format!("{} {} {} {:?}", post.id, post.kind.name(), post.text, post.notes),
        Err(fault) => fault.to_string(),
    };
    feed.map(one).collect()
}

fn status(id: u64, text: &str, more: &str) -> String {
    format!(
        "{{\"created_at\": \"Thu Nov 03 08:50:26 +0000 2022\", \"id\": {id}, \"id_str\": \"{id}\", \"text\": \"{text}\",
         \"user\": {{\"id\": 7, \"screen_name\": \"roads\"}}, \"in_reply_to_status_id\": null, \"retweet_count\": 0{more}}}"
    )
    .replace('\n', "")
}

fn statuses() -> Vec<String> {
    let full = r#"{"text": "Th…", "truncated": true, "extended_tweet": {"full_text": "The bridge is open &gt; 5 t"}}"#;
    vec![
        status(11, "Q&amp;A at six", ", \"lang\": \"en\""),
        status(12, "RT @bridge: Th…", &format!(", \"retweeted_status\": {full}")),
        status(13, "RT @gone: cut…", ""),
        status(14, "Yes", ", \"in_reply_to_status_id_str\": \"5\", \"is_quote_status\": true"),
        status(15, "This", ", \"is_quote_status\": true, \"quoted_status\": {\"id\": 1}"),
        status(16, "Lo…", ", \"truncated\": true, \"extended_tweet\": {\"full_text\": \"Long\"}"),
        status(17, "Lo…", ", \"truncated\": false, \"full_text\": \"Longer\", \"display_text_range\": [0, 9]"),
        status(18, "Lo…", ", \"truncated\": true, \"retweeted_status\": null"),
    ]
}

const POSTS: [&str; 8] = [
    "11 original Q&A at six []",
    "12 repost The bridge is open > 5 t []",
    "13 repost RT @gone: cut… [\"cut short in the file\"]",
    "14 reply Yes []",
    "15 quote This []",
    "16 original Long []",
    "17 original Longer []",
    "18 original Lo… [\"cut short in the file\"]",
];

#[test]
fn posts_are_read_in_every_layout() {
    let statuses = statuses();
    let printed = statuses.join(",\n  ");
    for layout in [
        statuses.join("\n"),
        format!("[{printed}]"),
        format!("{{\"statuses\": [{}], \"search_metadata\": {{\"count\": 8}}}}", statuses.join(",")),
        format!("{{\"results\": [{}], \"next\": \"x\"}}", statuses.join(",")),
        format!("{{\n \"search_metadata\": {{}},\n \"statuses\": [\n  {printed}\n ]\n}}\n"),
    ] {
        assert_eq!(shown(opened(layout)), POSTS);
    }
    let pretty = statuses[0].replace(", ", ",\n ").replace('{', "{\n");
    assert_eq!(shown(opened(format!("{pretty}\n{pretty}"))), [POSTS[0], POSTS[0]]);
    let posts: Vec<Post> = opened(statuses.join("\n")).map(std::result::Result::unwrap).collect();
    assert_eq!(posts[0].url.as_deref(), Some("https://x.com/roads/status/11"));
    assert_eq!((posts[0].platform, posts[0].lang.as_deref()), (Some("x"), Some("en")));
    assert_eq!(posts[0].original_span(Span::new(1, 2)), Span::new(1, 6));
    assert_eq!(posts[0].date(), Some(jiff::civil::date(2022, 11, 3)));
}

#[test]
fn lines_that_are_no_posts_are_counted() {
    let first = status(1_234_567_890_123_456_789, "One", "").replace("\"id_str\": \"1234567890123456789\", ", "");
    let shy = status(2, "Two", "").replace("\"roads\"", "\"roads\", \"protected\": true");
    let feed = format!(
        "{first}\n{{\"delete\": {{\"status\": {{\"id\": 1}}}}}}\n{{\"statuses\": []}}\n{{\"id\": 3, \"text\": [\"Zanzibar\"]}}\n\
         {{\"text\": \"Zanzibar\n{shy}"
    );
    let seen = shown(opened(feed.as_str()));
    assert_eq!(
        seen,
        [
            "1234567890123456789 original One []",
            "2 other  [\"no post\"]",
            "3 other  [\"an empty page\"]",
            "f:4: field `text`: no string",
            "f:5: the JSON ends early, at column 18",
            "2 original Two []",
        ]
    );
    let shy = opened(feed).last().unwrap().unwrap();
    assert_eq!(shy.audience, Audience::Followers);
}

#[test]
fn a_list_that_is_cut_gives_its_whole_records() {
    let whole = format!("[{}]", statuses().join(","));
    let seen = shown(opened(&whole.as_bytes()[..whole.len() - 9]));
    assert_eq!(seen[..7], POSTS[..7]);
    assert_eq!(seen[7..], ["f: the file ends in the middle, after 8 whole records"]);
}

#[test]
fn what_is_not_of_this_api_is_left_to_others() {
    let told = |json: &str| claims(&Ahead::new("f", json.as_bytes())).is_some();
    for theirs in [
        r#"{"created_at": "x", "text": "A draft", "user": "desk"}"#,
        r#"{"results": [{"title": "A page", "link": "/x"}]}"#,
        r#"[{"id": 1, "text": "A draft"}]"#,
    ] {
        assert!(!told(theirs), "{theirs}");
    }
}
