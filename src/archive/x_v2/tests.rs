//! Synthetic answers in every layout, and broken ones.

use std::io::{Cursor, Read};

use super::super::{Feed, Format, Reading, from_reader};
use super::*;
use crate::post::{Audience, Kind};

fn opened(json: impl Into<Vec<u8>>) -> Feed {
    let feed = from_reader("f", Box::new(Cursor::new(json.into())), &Reading::default()).unwrap();
    assert_eq!(feed.format(), Format::XV2);
    feed
}

fn shown(feed: Feed) -> Vec<String> {
    let one = |item: Result<Post>| match item {
        Ok(post) => format!("{} {} {} {:?}", post.id, post.kind.name(), post.text, post.notes),
        Err(fault) => fault.to_string(),
    };
    feed.map(one).collect()
}

/// A page with every kind of post, over many lines as a printer breaks them.
const PAGE: &str = r#"{
  "data": [
    {"id": "11", "text": "Q&amp;A at six", "author_id": "7", "created_at": "2022-11-03T08:50:26.000Z", "lang": "en",
     "edit_history_tweet_ids": ["11"], "edit_controls": {"edits_remaining": "5"}},
    {"id": "12", "text": "RT @bridge: The bridge is…", "author_id": "7",
     "referenced_tweets": [{"type": "retweeted", "id": "91"}]},
    {"id": "13", "text": "RT @gone: The page does…", "author_id": "8",
     "referenced_tweets": [{"type": "retweeted", "id": "92"}]},
    {"id": "14", "text": "Yes", "referenced_tweets": [{"type": "quoted", "id": "91"}, {"type": "replied_to", "id": "93"}]},
    {"id": "15", "text": "This", "referenced_tweets": [{"type": "quoted", "id": "91"}], "lang": "und",
     "edit_controls": {"edits_remaining": 5}},
    {"id": "16", "text": "Open form Monday", "edit_history_tweet_ids": ["16", "17"]},
    {"id": "17", "text": "Long…", "note_tweet": {"text": "Long and whole", "entities": {}}, "edit_history_tweet_ids": ["16", "17"]}
  ],
  "includes": {
    "users": [{"id": "7", "username": "roads", "name": "Roads"}, {"id": "8", "username": "shy", "protected": true}],
    "tweets": [{"id": "91", "text": "The bridge is open &gt; 5 t", "author_id": "9"}],
    "places": [{"id": "x", "geo": {"type": "Feature"}}]
  },
  "errors": [{"detail": "Could not find tweet"}],
  "meta": {"result_count": 7}
}"#;

const POSTS: [&str; 7] = [
    "11 original Q&A at six []",
    "12 repost The bridge is open > 5 t []",
    "13 repost RT @gone: The page does… [\"cut short in the file\"]",
    "14 reply Yes []",
    "15 quote This []",
    "16 version Open form Monday []",
    "17 original Long and whole []",
];

#[test]
fn a_page_is_read_in_every_layout() {
    let line = PAGE.replace('\n', " ");
    assert_eq!(shown(opened(PAGE)), POSTS);
    assert_eq!(shown(opened(line.as_str())), POSTS);
    assert_eq!(shown(opened(format!("[{PAGE}, {line}]"))), [POSTS, POSTS].concat());
    assert_eq!(shown(opened(format!("{PAGE}\n{PAGE}"))), [POSTS, POSTS].concat());
    assert_eq!(shown(opened(format!("\u{feff}{line}\r\n\r\n{line}\r\n"))), [POSTS, POSTS].concat());
    let posts: Vec<Post> = opened(line).map(std::result::Result::unwrap).collect();
    assert_eq!(posts[0].url.as_deref(), Some("https://x.com/roads/status/11"));
    assert_eq!((posts[0].author.as_deref(), posts[0].lang.as_deref()), (Some("roads"), Some("en")));
    assert_eq!((posts[0].platform, posts[4].lang.as_deref()), (Some("x"), None));
    assert_eq!((posts[2].audience, posts[3].audience), (Audience::Followers, Audience::Public));
    assert_eq!(posts[1].place.as_ref().unwrap().to_string(), "f:1, post 2");
    assert_eq!(posts[1].original_span(crate::span::Span::new(19, 20)), crate::span::Span::new(19, 23));
    assert_eq!(posts[0].date(), Some(jiff::civil::date(2022, 11, 3)));
}

#[test]
fn layouts_may_change_from_line_to_line() {
    let feed = concat!(
        r#"{"data": {"id": "1", "text": "Of a stream"}, "includes": {}, "matching_rules": [{"id": 5}]}"#,
        "\n",
        r#"{"id": "2", "text": "RT @a: cut…", "author": {"username": "roads"}, "#,
        r#""referenced_tweets": [{"type": "retweeted", "id": "9", "text": "Inlined and whole"}], "__twarc": {}}"#,
        "\n",
        r#"{"errors": [{"title": "operational-disconnect", "detail": "Zanzibar"}]}"#,
        "\n",
        r#"{"title": "Too Many Requests", "status": 429}"#,
        "\n",
        r#"{"data": [{"id": "3", "username": "roads", "name": "Roads"}], "meta": {"result_count": 1}}"#,
        "\n",
        r#"{"data": [{"start": "2022-01-01", "end": "2022-01-02", "tweet_count": 5}], "meta": {"total_tweet_count": 5}}"#,
        "\n",
        r#"{"meta": {"result_count": 0}}"#,
        "\n",
        r#"{"data": [], "meta": {"result_count": 0}}"#,
        "\n",
        r#"{"data": {"id": "4", "text": "cut o"#,
        "\n",
        r#"{"data": [{"id": "5", "text": ["Zanzibar"]}, {"id": "6", "text": "Beside it"}]}"#,
        "\n",
        r#"{"data": {"id": 1234567890123456789, "text": "A number for an id"}}"#,
    );
    assert_eq!(
        shown(opened(feed)),
        [
            "1 original Of a stream []",
            "2 repost Inlined and whole []",
            "3 other  [\"an error of the service\"]",
            "4 other  [\"an error of the service\"]",
            "5 post 1 other  [\"a user\"]",
            "6 post 1 other  [\"a count\"]",
            "7 other  [\"no post\"]",
            "8 other  [\"an empty page\"]",
            "f:9: the JSON ends early, at column 35",
            "f:10, post 1: field `text`: no string",
            "6 original Beside it []",
            "1234567890123456789 original A number for an id []",
        ]
    );
}

#[test]
fn no_fault_shows_a_draft() {
    let first = "{\"data\": {\"id\": \"1\", \"text\": \"One\"}, \"includes\": {}}\n";
    for broken in [
        "{\"data\": \"Zanzibar\"}",
        "{\"data\": {\"text\": \"Zanzibar\" nonsense}}",
        "{\"id\": \"5\", \"text\": [\"Zanzibar\"]}",
        "\"Zanzibar\"",
        "[\"Zanzibar\"]",
        "Zanzibar",
        "{\"text\": \"Zanzibar\", \"text\": \"Zanzibar\"}",
    ] {
        let seen = shown(opened(format!("{first}{broken}\n{first}")));
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(seen[1].starts_with("f:2: ") && !seen[1].contains("Zanzibar"), "{seen:?}");
    }
}

#[test]
fn a_document_that_is_cut_is_an_error_of_the_file() {
    let seen = shown(opened(format!("{PAGE}\n{}", &PAGE[..PAGE.len() / 2])));
    assert_eq!(seen[..7], POSTS);
    assert_eq!(seen[7..], ["f: the file ends in the middle, after 1 whole records"]);
    let seen = shown(opened(PAGE.replacen("\"lang\": \"en\",", "\"lang\": Zanzibar,", 1)));
    assert_eq!(seen, ["f: broken JSON, after 0 whole records"]);
}

#[test]
fn a_line_of_a_gibibyte_is_passed_over() {
    let first = &b"{\"data\": {\"id\": \"1\", \"text\": \"One\"}, \"includes\": {}}\n{\"data\": {\"text\": \""[..];
    let last = &b"\"}}\n{\"data\": {\"id\": \"2\", \"text\": \"Two\"}}\n"[..];
    let endless = first.chain(std::io::repeat(b'x').take(1 << 30)).chain(last);
    let feed = from_reader("f", Box::new(endless), &Reading::default()).unwrap();
    assert_eq!(shown(feed), ["1 original One []", "f:2: longer than 32 MiB", "2 original Two []"]);
}

#[test]
fn long_posts_that_were_collected_short_are_marked() {
    let words = "word ".repeat(54);
    let line = format!("{{\"id\": \"1\", \"text\": \"{words}… https://t.co/a\", \"edit_history_tweet_ids\": [\"1\"]}}");
    let post = opened(line).next().unwrap().unwrap();
    assert_eq!((post.kind, post.notes.as_slice()), (Kind::Original, &["long form not found".to_owned()][..]));
}

#[test]
fn what_is_not_of_this_api_is_left_to_others() {
    let told = |json: &str| claims(&Ahead::new("f", json.as_bytes())).is_some();
    for theirs in [
        r#"{"id": "1", "text": "A draft"}"#,
        r#"{"id": 1, "text": "A draft", "author_id": 5}"#,
        r#"{"data": [{"post": "Words"}], "timestamp": 5}"#,
        r#"{"data": {"text": "Words"}}"#,
        r#"{"errors": [{"detail": "x"}]}"#,
        r#"{"title": "A page", "type": "press_release"}"#,
        "data",
    ] {
        assert!(!told(theirs), "{theirs}");
    }
    // A page that is longer than what can be seen of it.
    let long =
        format!("{{\"data\": [{{\"author_id\": \"1\", \"conversation_id\": \"2\", \"text\": \"{}", "x".repeat(9000));
    assert!(told(&long));
    assert!(told(r#"{"errors": [{"type": "https://api.twitter.com/2/problems/x"}]}"#));
}
