use super::super::Format::LinkedIn;
use super::super::kit::{at, cut_everywhere, endless, faults, items, packed, posts, refused};
use super::*;

const HEADER: &str = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n";
const LINK: &str = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7000";

/// A share whose cell holds `cell`, quotes doubled as in the file.
fn share(cell: &str, media: &str, visibility: &str) -> String {
    format!("2026-05-01 09:00:00,{LINK},{cell},\"\",{media},{visibility}\n")
}

fn one(row: &str) -> Post {
    let mut posts = posts(items(format!("{HEADER}{row}"), LinkedIn));
    assert_eq!(posts.len(), 1);
    posts.remove(0)
}

#[test]
fn a_share_is_read() {
    let post = one(&share("Roads reopen", "\"\"", "MEMBER_NETWORK"));
    assert_eq!(
        (post.text.as_str(), post.id.as_str(), post.platform),
        ("Roads reopen", "urn:li:share:7000", Some("linkedin"))
    );
    assert_eq!((post.url.as_deref(), post.time.as_deref()), (Some(LINK), Some("2026-05-01 09:00:00")));
    assert_eq!((post.kind, post.audience, post.date().is_some()), (Kind::Original, Audience::Public, true));
    assert_eq!(post.place.unwrap(), Place::line("feed", 2));
    assert_eq!(one(&share("x", "", "CONNECTIONS")).audience, Audience::Followers);
}

#[test]
fn line_ends_lose_the_quotes_that_the_export_puts_around_them() {
    let post = one(&share("\"One.\"\"\n\"\"\"\"\n\"\"Two \"\"quoted\"\" words\"\"\n\"\"Three\"", "\"\"", "PUBLIC"));
    assert_eq!(post.text, "One.\n\nTwo \"quoted\" words\nThree");
    let cell = "One.\"\n\"\"\n\"Two \"quoted\" words\"\n\"Three";
    let at = post.text.find("words\nThree").unwrap();
    assert_eq!(post.original_span(Span::new(at, at + 11)).of(cell), "words\"\n\"Three");
    let windows = share("\"One.\"\"\r\n\"\"Two\"", "", "");
    assert_eq!(one(&windows).text, "One.\nTwo");
}

#[test]
fn quotes_that_were_typed_stay() {
    for (cell, text) in [
        ("\"He said \"\"no\"\"\nand \"\"yes\"\"\"", "He said \"no\"\nand \"yes\""),
        ("\"One\"\"\n\"\"two\nthree\"", "One\"\n\"two\nthree"),
        ("\"\"\"\n\"", "\"\n"),
    ] {
        let post = one(&share(cell, "", ""));
        assert_eq!((post.text.as_str(), post.original.is_none()), (text, true));
    }
    assert!(joined("a\"\n\"\n\"b").is_none());
}

#[test]
fn shares_without_words_are_passed_on() {
    assert_eq!(one(&share("\"\"", "\"\"", "")).kind, Kind::Repost);
    assert_eq!(one(&share("\"\"", "https://m.example/1", "")).kind, Kind::Original);
    let nameless = "2026-05-01 09:00:00,\"\",Words,\"\",\"\",\n";
    assert_eq!((one(nameless).id.as_str(), one(nameless).platform), ("2", None));
}

#[test]
fn comments_are_replies() {
    let link = LINK.replace("share", "activity");
    let feed = format!(
        "Date,Link,Message\n2026-05-01 09:00:00,{link},\"Thanks.\"\"\n\"\"Bye\"\n2026-05-01 09:00:01,{link},No\n"
    );
    let posts = posts(items(feed, LinkedIn));
    assert_eq!((posts[0].kind, posts[0].text.as_str(), posts[0].platform), (Kind::Reply, "Thanks.\nBye", None));
    assert_ne!(posts[0].id, posts[1].id);
    let other =
        super::super::from_reader("-", Box::new(&b"Date,Link,Message\n1,2,3\n"[..]), &Reading::default()).unwrap();
    assert_eq!(other.format(), super::super::Format::Csv);
}

#[test]
fn an_export_is_read_and_its_messages_are_not() {
    let (shares, comments) =
        (format!("{HEADER}{}", share("Words", "", "")), format!("Date,Link,Message\n2026-05-01,{LINK},Yes\n"));
    let (_home, paths) = packed(&[
        ("Comments.csv", comments.as_bytes()),
        ("Connections.csv", b"secret"),
        ("Shares.csv", shares.as_bytes()),
        ("messages.csv", b"secret"),
    ]);
    for path in &paths {
        let posts = posts(at(path, LinkedIn).collect());
        let told: Vec<_> = posts
            .iter()
            .map(|post| (post.place.as_ref().unwrap().member.as_deref().unwrap(), post.text.as_str()))
            .collect();
        assert_eq!(told, [("Shares.csv", "Words"), ("Comments.csv", "Yes")]);
    }
    let (_home, paths) = packed(&[("Shares.csv", shares.as_bytes()), ("week.csv", b"text\n")]);
    assert!(!super::super::is_unpacked_archive(&paths[2]).unwrap());
}

#[test]
fn hostile_inputs_end_in_an_error() {
    let rows = [share("\"Zanzibar\"\"\n\"\"x\"", "", ""), share("Zanzibar", "", "")].concat();
    cut_everywhere(format!("{HEADER}{rows}").as_bytes(), 1, LinkedIn, "Zanzibar");
    let feed = [HEADER.as_bytes(), b"1,2\n", share("caf", "", "").as_bytes(), b"d,l,caf\xe9,,,\n", b"d,l,\"open,,,\n"]
        .concat();
    let (told, posts) = faults(items(feed, LinkedIn));
    let expected = [
        "feed:2: cells in the row: 2, in the header: 6",
        "feed:4: field `ShareCommentary`: not UTF-8 at byte 4 (older Windows programs: `--encoding windows-1252`)",
        "feed:5: a quote is left open",
    ];
    assert_eq!((told.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), posts), (&expected[..], 1));
    assert!(refused("id,text\n", LinkedIn).contains("does not name the columns"));
    assert_eq!(items(HEADER, LinkedIn).len(), 0);
    let (told, posts) = faults(endless("Date,ShareLink,ShareCommentary\nd,l,", 1 << 26, "\nd,l,x\n", LinkedIn));
    assert_eq!((told.as_slice(), posts), (&["feed:2: longer than 1 MiB".to_owned()][..], 1));
}

#[test]
fn the_encoding_reaches_tables_in_an_archive() {
    let shares = format!("{HEADER}{}", share("Caf\u{e9} \u{2013} open", "", ""));
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&shares);
    let (_home, paths) = packed(&[("Shares.csv", &latin), ("Connections.csv", b"")]);
    let reading = Reading { encoding: "windows-1252".parse().ok(), ..Reading::default() };
    for path in paths {
        let mut feed = super::super::open(&path, &reading).unwrap();
        assert_eq!((feed.format(), feed.next().unwrap().unwrap().text.as_str()), (LinkedIn, "Caf\u{e9} \u{2013} open"));
        let table = &feed.tables()[0];
        assert_eq!(table.name.as_deref(), Some("Shares.csv"));
        let read: Vec<String> = table.columns.iter().map(|column| column.read_as.join("+")).collect();
        assert_eq!(read, ["time", "id+url", "text", "", "kind", "audience"]);
    }
}
