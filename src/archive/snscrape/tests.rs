//! Synthetic lines of early and late versions.

use std::io::Cursor;

use super::super::{Format, Reading, from_reader};
use super::*;

fn shown(json: &str) -> Vec<String> {
    let feed = from_reader("f", Box::new(Cursor::new(json.as_bytes().to_vec())), &Reading::default()).unwrap();
    assert_eq!(feed.format(), Format::Snscrape);
    let one = |item: Result<Post>| match item {
        Ok(post) => format!("{} {} {} {:?}", post.id, post.kind.name(), post.text, post.notes),
        Err(fault) => fault.to_string(),
    };
    feed.map(one).collect()
}

#[test]
fn every_kind_of_line() {
    let tweet = r#""_type": "snscrape.modules.twitter.Tweet""#;
    let lines = [
        format!(
            r#"{{{tweet}, "url": "https://twitter.com/roads/status/1234567890123456789", "date": "2023-03-21T14:55:57+00:00", "rawContent": "Q&amp;A", "renderedContent": "Q&A", "id": 1234567890123456789, "user": {{"username": "roads", "id": 123456789012345678}}, "retweetedTweet": null, "quotedTweet": null, "inReplyToTweetId": null}}"#
        ),
        format!(r#"{{{tweet}, "id": 2, "content": "Old & bare &amp; all", "inReplyToTweetId": 5}}"#),
        format!(
            r#"{{{tweet}, "id": 3, "rawContent": "RT @a: cut…", "retweetedTweet": {{"id": 9, "rawContent": "Whole"}}}}"#
        ),
        format!(r#"{{{tweet}, "id": 4, "rawContent": "", "renderedContent": "Shown", "quotedTweet": {{"id": 9}}}}"#),
        r#"{"_type": "snscrape.modules.twitter.Tombstone", "id": 5}"#.to_owned(),
        r#"{"_type": "snscrape.modules.twitter.User", "username": "roads", "rawDescription": "x"}"#.to_owned(),
        format!(r#"{{{tweet}, "url": "https://twitter.com/roads/status/7", "id": 1.63e18, "rawContent": "Rounded"}}"#),
        format!(r#"{{{tweet}, "id": 8, "rawContent": ["Zanzibar"]}}"#),
        format!(r#"{{{tweet}, "id": 9, "rawContent": "Zanzibar"#),
    ];
    assert_eq!(
        shown(&lines.join("\n")),
        [
            "1234567890123456789 original Q&A []",
            "2 reply Old & bare &amp; all []",
            "3 repost Whole []",
            "4 quote Shown []",
            "5 other  [\"no post\"]",
            "6 other  [\"no post\"]",
            "7 original Rounded []",
            "f:8: field `rawContent`: no string",
            "f:9: the JSON ends early, at column 76",
        ]
    );
}

#[test]
fn early_lines_without_a_type_are_known() {
    let line = r#"{"url": "https://twitter.com/a/status/1", "date": "2021-01-01T10:00:00+00:00", "content": "Words", "renderedContent": "Words", "id": 1, "user": {"username": "a", "protected": true}, "conversationId": 1}"#;
    assert_eq!(shown(line), ["1 original Words []"]);
    let told = |json: &str| claims(&Ahead::new("f", json.as_bytes())).is_some();
    assert!(!told(r#"{"url": "u", "date": "d", "content": "A draft", "id": 1}"#));
    assert!(!told(r#"{"text": "of snscrape.modules.twitter.Tweet"}"#));
}
