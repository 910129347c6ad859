//! Synthetic archives with every quirk that was seen in a real one, and hostile ones.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use super::super::{Feed, Format, Reading, from_reader, open as open_path};
use super::*;
use crate::post::{Audience, Kind};
use crate::span::Span;

const MANIFEST: &str = r#"window.__THAR_CONFIG = {
  "userInfo": {"accountId": "7", "userName": "roads_dept", "displayName": "Roads"},
  "archiveInfo": {"isPartialArchive": false},
  "dataTypes": {
    "account": {"files": [{"fileName": "data/account.js", "count": "1"}]},
    "directMessages": {"files": [{"fileName": "data/direct-messages.js", "count": "9"}]},
    "deletedTweets": {"files": [{"fileName": "data/deleted-tweets.js", "count": "3"}]},
    "tweets": {"mediaDirectory": "data/tweets_media", "files": [
      {"fileName": "data/tweets.js", "globalName": "YTD.tweets.part0", "count": "6"},
      {"fileName": "data/tweets-part1.js", "globalName": "YTD.tweets.part1", "count": "1"}]}
  }
}"#;

const STUB: &str = "Roadworks on the northern ring begin on Monday and last for six weeks, in three stages";

fn tweet(id: u64, second: u8, text: &str, more: &str) -> String {
    format!(
        r#"{{"tweet": {{"retweeted": false, "truncated": false, "id_str": "{id}", "id": "{id}", "lang": "en",
        "display_text_range": ["0", "9"], "created_at": "Thu Nov 03 08:50:{second:02} +0000 2022",
        "full_text": "{text}"{more}}}}}"#
    )
}

fn note(id: u64, second: u8, text: &str) -> String {
    format!(
        r#"{{"noteTweet": {{"noteTweetId": "{id}", "updatedAt": "2022-11-03T08:50:{second:02}.000Z",
        "createdAt": "2022-11-03T08:50:{second:02}.000Z", "core": {{"urls": [], "text": "{text}"}}}}}}"#
    )
}

fn script(name: &str, elements: &[String]) -> String {
    format!("window.YTD.{name}.part0 = [\n  {}\n]", elements.join(",\n  "))
}

fn files() -> Vec<(&'static str, String)> {
    let reply = r#", "in_reply_to_status_id_str": "5", "in_reply_to_screen_name": "a""#;
    let quote =
        r#", "entities": {"urls": [{"expanded_url": "https://twitter.com/a/status/77", "indices": ["1", "2"]}]}"#;
    let edit = r#", "edit_info": {"initial": {"editTweetIds": ["104", "105"], "editsRemaining": "4"}}"#;
    let last =
        r#", "edit_info": {"edit": {"initialTweetId": "104", "editControlInitial": {"editTweetIds": ["104", "105"]}}}"#;
    vec![
        ("data/manifest.js", MANIFEST.to_owned()),
        (
            "data/tweets.js",
            script(
                "tweets",
                &[
                    tweet(101, 1, "Q&amp;A at six: wait &lt; 5 minutes", ""),
                    tweet(102, 2, "RT @bridge: The bridge is open again and traffic is…", ""),
                    tweet(103, 3, "@a Yes, it is", reply),
                    tweet(104, 4, "Open form Monday", edit),
                    tweet(105, 5, "Open from Monday", last),
                    tweet(106, 6, "This is how it was done https://t.co/a", quote),
                ],
            ),
        ),
        (
            "data/tweets-part1.js",
            script(
                "tweets",
                &[
                    tweet(107, 7, &format!("@a @b {STUB}… https://t.co/x"), ""),
                    tweet(108, 7, "2. And the second stage is the longest of them all, with nights closed…", ""),
                    tweet(109, 9, "And so on…", ""),
                ],
            ),
        ),
        (
            "data/note-tweet.js",
            script(
                "note_tweet",
                &[
                    note(
                        901,
                        7,
                        "2. And the second stage is the longest of them all, with nights closed for <two> weeks",
                    ),
                    note(902, 7, &format!("{STUB}, and buses go round")),
                    note(903, 30, "A long one whose post is not here"),
                ],
            ),
        ),
        ("data/community-tweet.js", "window.YTD.community_tweet.part0 = [ ]".to_owned()),
        ("data/deleted-tweets.js", script("deleted_tweets", &[tweet(1, 1, "Zanzibar", "")])),
        (
            "data/direct-messages.js",
            "window.YTD.direct_messages.part0 = [ {\"dmConversation\": \"Zanzibar\"} ]".to_owned(),
        ),
    ]
}

fn zipped(files: &[(&str, String)]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    file
}

fn opened(path: &Path) -> Feed {
    let feed = open_path(path, &Reading::default()).unwrap();
    assert_eq!(feed.format(), Format::XArchive);
    feed
}

fn script_alone(content: impl Into<Vec<u8>>) -> Result<Feed> {
    from_reader("tweets.js", Box::new(Cursor::new(content.into())), &Reading::default())
}

fn shown(feed: Feed) -> Vec<String> {
    let one = |item: Result<Post>| match item {
        Ok(post) => format!("{} {} {} {:?}", post.id, post.kind.name(), post.text, post.notes),
        Err(fault) => fault.to_string().rsplit('!').next().unwrap().to_owned(),
    };
    feed.map(one).collect()
}

#[test]
fn zip_and_folder_are_read_whole_and_alike() {
    let zip = zipped(&files());
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files() {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let expected = [
        "deleted other  [\"deleted posts, not read: 3\"]".to_owned(),
        "101 original Q&A at six: wait < 5 minutes []".to_owned(),
        "102 repost RT @bridge: The bridge is open again and traffic is… [\"cut short in the file\"]".to_owned(),
        "103 reply @a Yes, it is []".to_owned(),
        "104 version Open form Monday []".to_owned(),
        "105 original Open from Monday []".to_owned(),
        "106 quote This is how it was done https://t.co/a []".to_owned(),
        format!("107 original {STUB}, and buses go round [\"long form joined\"]"),
        "108 original 2. And the second stage is the longest of them all, with nights closed for <two> weeks \
         [\"long form joined\"]"
            .to_owned(),
        "109 original And so on… []".to_owned(),
        "903 original A long one whose post is not here [\"long form without its post\"]".to_owned(),
    ];
    for path in [zip.path(), folder.path()] {
        assert_eq!(shown(opened(path)), expected);
    }
    assert_eq!(shown(opened(&folder.path().join("data"))), expected);
    assert!(super::super::is_unpacked_archive(folder.path()).unwrap());
}

#[test]
fn a_post_says_whose_where_and_when() {
    let zip = zipped(&files());
    let posts: Vec<Post> = opened(zip.path()).map(Result::unwrap).collect();
    let post = &posts[1];
    assert_eq!(post.url.as_deref(), Some("https://x.com/roads_dept/status/101"));
    assert_eq!((post.author.as_deref(), post.lang.as_deref()), (Some("roads_dept"), Some("en")));
    assert_eq!((post.platform, post.audience), (Some("x"), Audience::Public));
    assert_eq!(post.date(), Some(jiff::civil::date(2022, 11, 3)));
    assert_eq!(post.original_span(Span::new(1, 2)), Span::new(1, 6));
    assert!(post.place.as_ref().unwrap().to_string().ends_with("!data/tweets.js, record 1"));
    let without = posts.last().unwrap();
    assert_eq!((without.platform, &without.url, without.kind), (None, &None, Kind::Original));
}

#[test]
fn private_files_are_not_opened_whatever_the_manifest_says() {
    let mut files = files();
    files[0].1 = MANIFEST.replace("data/tweets-part1.js", "data/direct-messages.js");
    files.push(("../tweets.js", script("tweets", &[tweet(1, 1, "Zanzibar", "")])));
    let zip = zipped(&files);
    let shown = shown(opened(zip.path()));
    assert!(shown.iter().all(|line| !line.contains("Zanzibar")), "{shown:?}");
    assert!(shown[0].contains("names that lead out of the archive, not opened: 1"), "{shown:?}");
    assert!(shown[1].starts_with("data/direct-messages.js: the manifest names this part"), "{shown:?}");
}

#[test]
fn a_missing_part_is_told_and_the_others_read() {
    let mut files = files();
    files.retain(|(name, _)| *name != "data/tweets-part1.js");
    let shown = shown(opened(zipped(&files).path()));
    assert_eq!(shown[0], "data/tweets-part1.js: the manifest names this part, and it is not in the archive");
    assert_eq!(shown.len(), 1 + 1 + 6 + 3);
}

#[test]
fn without_a_manifest_the_names_of_files_do() {
    let account = r#"window.YTD.account.part0 = [{"account": {"email": "Zanzibar", "username": "roads_dept"}}]"#;
    for manifest in [None, Some("window.__THAR_CONFIG = {\"userInfo\": 5"), Some("")] {
        let mut files = vec![
            ("twitter-2019/account.js", account.to_owned()),
            ("twitter-2019/tweet.js", script("tweet", &[tweet(101, 1, "Old", "")])),
        ];
        files.extend(manifest.map(|text| ("twitter-2019/manifest.js", text.to_owned())));
        let posts: Vec<Post> = opened(zipped(&files).path()).map(Result::unwrap).collect();
        assert_eq!(posts.len(), 1);
        assert_eq!(posts[0].author.as_deref(), Some("roads_dept"));
    }
}

#[test]
fn a_script_alone_is_read() {
    let bare =
        script("tweets", &[tweet(101, 1, "One", ""), "{\"id_str\": \"102\", \"full_text\": \"No wrapper\"}".into()]);
    let feed = script_alone(format!("\u{feff}{bare};\n")).unwrap();
    assert_eq!(shown(feed), ["101 original One []", "102 original No wrapper []"]);
    let posts: Vec<Post> = script_alone(bare).unwrap().map(Result::unwrap).collect();
    assert_eq!(posts[0].url.as_deref(), Some("https://x.com/i/web/status/101"));
    let deleted = script("deleted_tweets", &[tweet(1, 1, "Gone", ""), "{\"tweet\": {\"id_str\": \"2\"}}".into()]);
    assert_eq!(
        shown(script_alone(deleted).unwrap()),
        ["1 original Gone [\"deleted by the account\"]", "2 original  [\"deleted by the account\"]"]
    );
    for private in
        ["window.YTD.direct_messages.part0 = [ {\"x\": \"Zanzibar\"} ]", "window.__THAR_CONFIG = {\"x\": \"Zanzibar\"}"]
    {
        let why = script_alone(private).unwrap_err().to_string();
        assert!(why.contains("holds no posts") && !why.contains("Zanzibar"), "{why}");
    }
}

#[test]
fn records_at_fault_are_told_and_the_rest_is_read() {
    let elements = [
        tweet(101, 1, "One", ""),
        "{\"tweet\": {\"id_str\": \"102\", \"full_text\": [\"Zanzibar\"]}}".to_owned(),
        "{\"tweet\": {\"lang\": \"en\"}}".to_owned(),
        "{\"tweet\": \"Zanzibar\"}".to_owned(),
        "{\"tweet\": {\"full_text\": \"Zanzibar\" nonsense}}".to_owned(),
        "5".to_owned(),
        "{\"tweet\": {\"full_text\": \"No id\"}}".to_owned(),
    ];
    let shown = shown(script_alone(script("tweets", &elements)).unwrap());
    assert_eq!(shown[0], "101 original One []");
    assert_eq!(shown[1], "tweets.js, record 2: field `full_text`: no string");
    assert_eq!(shown[2], "tweets.js, record 3: field `full_text`: missing");
    assert!(shown[3..6].iter().all(|line| line.starts_with("tweets.js, record ")), "{shown:?}");
    assert_eq!(shown[6], "record 7 original No id []");
    assert!(shown.iter().all(|line| !line.contains("Zanzibar")), "{shown:?}");
}

#[test]
fn a_cut_part_gives_its_whole_records_and_the_other_parts_first() {
    let mut files = files();
    let whole = &files[1].1;
    files[1].1 = whole[..whole.len() - 40].to_owned();
    let shown = shown(opened(zipped(&files).path()));
    assert_eq!(shown.len(), 1 + 5 + 3 + 1 + 1);
    assert_eq!(shown.last().unwrap(), "data/tweets.js: the file ends in the middle, after 6 whole records");
    for empty in ["window.YTD.tweets.part0 = []", "window.YTD.tweets.part0 = [ ];"] {
        assert!(script_alone(empty).unwrap().next().is_none());
    }
    for broken in ["window.YTD.tweets.part0 = ", "window.YTD.tweets.part0 = {}"] {
        assert!(script_alone(broken).unwrap().next().unwrap().is_err());
    }
}

#[test]
fn bytes_that_are_not_utf8_cost_one_record() {
    let script = script("tweets", &[tweet(101, 1, "caf#", ""), tweet(102, 2, "Two", "")]);
    let at = script.find('#').unwrap();
    let mut bytes = script.into_bytes();
    bytes[at] = 0xe9;
    let shown = shown(script_alone(bytes).unwrap());
    assert!(shown[0].contains("not UTF-8"), "{shown:?}");
    assert_eq!(shown[1], "102 original Two []");
    let whole = format!("\u{feff}{}", self::script("tweets", &[tweet(103, 3, "Three", "")]));
    let utf16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(self::shown(script_alone(utf16).unwrap()), ["103 original Three []"]);
}

#[test]
fn a_bomb_is_an_error_and_no_memory() {
    let bomb = format!("window.YTD.tweets.part0 = [{}", " ".repeat(80 << 20));
    let shown = shown(opened(zipped(&[("data/tweets.js", bomb)]).path()));
    assert_eq!(shown.len(), 1);
    assert!(shown[0].contains("zip bomb"), "{shown:?}");
}

#[test]
fn a_record_of_a_gibibyte_is_passed_over() {
    let head = &b"window.YTD.tweets.part0 = [\n{\"tweet\": {\"id_str\": \"1\", \"full_text\": \""[..];
    let tail = Cursor::new(format!("\"}}}},\n{}]", tweet(102, 2, "Two", "")).into_bytes());
    let endless = head.chain(std::io::repeat(b'x').take(1 << 30)).chain(tail);
    let feed = from_reader("tweets.js", Box::new(endless), &Reading::default()).unwrap();
    assert_eq!(shown(feed), ["tweets.js, record 1: longer than 16 MiB", "102 original Two []"]);
}

#[test]
fn other_archives_are_left_to_others() {
    let zip = zipped(&[("src/tweet.js", "export const tweet = 1;".to_owned())]);
    let why = open_path(zip.path(), &Reading::default()).unwrap_err().to_string();
    assert!(why.contains("no archive of a kind that is known"), "{why}");
    let asked = Reading { format: Some(Format::XArchive), ..Reading::default() };
    let zip = zipped(&[("readme.txt", String::new())]);
    assert!(open_path(zip.path(), &asked).unwrap_err().to_string().contains("no `tweets.js` in it"));
}
