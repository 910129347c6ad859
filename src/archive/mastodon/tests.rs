use super::super::Format::Mastodon;
use super::super::kit::{at, cut_everywhere, endless, faults, items, packed, posts, refused};
use super::*;
use crate::span::Span;

const EVERYBODY: &str = "https://www.w3.org/ns/activitystreams#Public";
const BIRDS: &str = "https://town.example/users/roads";

/// An outbox as exports write it, with `items` in its second list.
fn outbox(items: &[String]) -> String {
    format!(
        "{{\"@context\":[\"https://www.w3.org/ns/activitystreams\",{{\"x\":\"[\"}}],\"id\":\"outbox.json\",\
         \"type\":\"OrderedCollection\",\"totalItems\":99,\"orderedItems\":[],\"orderedItems\":[{}]}}",
        items.join(",")
    )
}

fn create(number: u32, note: &str) -> String {
    format!(
        r#"{{"id":"{BIRDS}/statuses/{number}/activity","type":"Create","actor":"{BIRDS}",
        "published":"2026-05-01T09:00:00Z","to":["{EVERYBODY}"],"cc":["{BIRDS}/followers"],
        "object":{{"id":"{BIRDS}/statuses/{number}","type":"Note","published":"2026-05-01T09:00:00Z",
        "url":"https://town.example/@roads/{number}","attributedTo":"{BIRDS}",{note}}}}}"#
    )
}

fn note(more: &str) -> String {
    create(1, &format!(r#""summary":null,"inReplyTo":null,"content":"<p>Roads</p>",{more}"attachment":[]"#))
}

fn one(item: &str) -> Post {
    let mut posts = posts(items(outbox(&[item.to_owned()]), Mastodon));
    assert_eq!(posts.len(), 1);
    posts.remove(0)
}

#[test]
fn the_list_that_comes_second_is_read() {
    let post = one(&note(r#""contentMap":{"en":"<p>Roads</p>"},"#));
    assert_eq!(post.id, "https://town.example/users/roads/statuses/1");
    assert_eq!((post.text.as_str(), post.lang.as_deref(), post.platform), ("Roads", Some("en"), Some("mastodon")));
    assert_eq!(
        (post.time.as_deref(), post.author.as_deref()),
        (Some("2026-05-01T09:00:00Z"), Some("@roads@town.example"))
    );
    assert_eq!(post.url.as_deref(), Some("https://town.example/@roads/1"));
    assert_eq!((post.kind, post.audience), (Kind::Original, Audience::Public));
    assert_eq!(post.place.as_ref().unwrap().item.as_deref(), Some("record 1"));
    assert!(post.notes.is_empty() && post.date().is_some());
}

#[test]
fn text_is_what_a_reader_meets_and_leads_back() {
    let content = "<p>Fees &amp; fines: <a href=\\\"x\\\"><span class=\\\"invisible\\\">https://</span><span>gov.uk/fees</span></a></p><p>New</p>";
    let post = one(&create(
        2,
        &format!(
            r#""summary":"Money","content":"{content}","updated":"2026-05-02T08:00:00Z","sensitive":true,
            "attachment":[{{"name":"A queue"}},{{"name":null}},{{}}],"oneOf":[{{"name":"Yes","replies":{{}}}},{{"name":"No"}}]"#
        ),
    ));
    assert_eq!(post.text, "Money\n\nFees & fines: https://gov.uk/fees\n\nNew\n\nYes\nNo\n\nA queue");
    let notes =
        ["edited: 2026-05-02T08:00:00Z", "content warning", "options of a poll: 2", "descriptions of pictures: 1"];
    assert_eq!(post.notes, notes);
    let raw = format!("Money\n\n{}\n\nYes\nNo\n\nA queue", content.replace("\\\"", "\""));
    for (words, original) in [("& fines", "&amp; fines"), ("Money", "Money"), ("No", "No"), ("queue", "queue")] {
        let at = post.text.rfind(words).unwrap();
        assert_eq!(post.original_span(Span::new(at, at + words.len())).of(&raw), original);
    }
}

#[test]
fn audience_is_told_by_whom_it_is_to() {
    let to = |to: &str, cc: &str| one(&note(&format!(r#""to":{to},"cc":{cc},"#))).audience;
    let followers = format!("[\"{BIRDS}/followers\"]");
    let everybody = format!("[\"{EVERYBODY}\"]");
    assert_eq!(to(&everybody, &followers), Audience::Public);
    assert_eq!(to(&format!("\"{EVERYBODY}\""), "null"), Audience::Public);
    assert_eq!(to(&followers, &everybody), Audience::Unlisted);
    assert_eq!(to(&followers, "[]"), Audience::Followers);
    assert_eq!(to("[\"https://town.example/users/mayor\"]", "[]"), Audience::Direct);
    assert_eq!(to("[]", "[]"), Audience::Public);
}

#[test]
fn replies_quotes_and_what_was_passed_on() {
    assert_eq!(one(&create(1, r#""inReplyTo":"https://a.example/1","content":"<p>Yes</p>""#)).kind, Kind::Reply);
    assert_eq!(one(&note(r#""quote":"https://a.example/1","#)).kind, Kind::Quote);
    let boost = format!(
        r#"{{"id":"{BIRDS}/statuses/3/activity","type":"Announce","actor":"{BIRDS}","published":"2026-05-03T09:00:00Z",
        "to":["{EVERYBODY}"],"cc":[],"object":"https://other.example/9"}}"#
    );
    let post = one(&boost);
    assert_eq!(
        (post.kind, post.text.as_str(), post.url.as_deref()),
        (Kind::Repost, "", Some("https://other.example/9"))
    );
    assert_eq!(post.id, format!("{BIRDS}/statuses/3/activity"));
    let own = boost.replace("\"https://other.example/9\"", r#"{"id":"x","content":"<p>Own</p>"}"#);
    assert_eq!((one(&own).kind, one(&own).text.as_str()), (Kind::Repost, "Own"));
    let gone = format!(r#"{{"id":"d","type":"Delete","actor":"{BIRDS}","object":"x"}}"#);
    assert_eq!((one(&gone).kind, one(&gone).text.as_str()), (Kind::Other, ""));
}

#[test]
fn the_language_is_the_only_one_or_that_of_the_words() {
    let lang = |map: &str| one(&note(&format!("\"contentMap\":{map},"))).lang;
    assert_eq!(lang(r#"{"cy":"<p>Ffyrdd</p>","en":"<p>Roads</p>"}"#).as_deref(), Some("en"));
    assert_eq!(lang(r#"{"cy":"<p>Roads</p>","en":"<p>Roads</p>"}"#), None);
    assert_eq!((lang("{}"), lang("null"), lang(r#"{"und":"<p>Roads</p>"}"#)), (None, None, None));
    assert_eq!(one(&create(1, r#""contentMap":{"en":"<p>Only here</p>"}"#)).text, "Only here");
}

#[test]
fn accounts_are_named_as_people_write_them() {
    let owner = Actor { id: "https://town.example/ap/users/7".into(), preferred_username: "roads".into() };
    assert_eq!(handle("https://town.example/ap/users/7", Some(&owner)), "@roads@town.example");
    assert_eq!(handle("https://town.example/ap/users/7", None), "https://town.example/ap/users/7");
    assert_eq!(handle("https://town.example/@roads", None), "@roads@town.example");
    assert_eq!(handle("tag:x", None), "tag:x");
}

#[test]
fn records_that_cannot_be_read_are_told_in_their_places() {
    let broken = [
        note(""),
        "5".into(),
        r#"{"id":"secret"}"#.into(),
        r#"{"id":"x","type":"Create","object":"secret"}"#.into(),
        r#"{"id":"x","type":"Create","object":{"content":["secret"]}}"#.into(),
        r#"{"id":"x","type":"Announce"}"#.into(),
        r#"{"id":"x","type":secret}"#.into(),
        note(""),
    ];
    let (faults, posts) = faults(items(outbox(&broken), Mastodon));
    assert_eq!(posts, 2);
    let expected = [
        "feed, record 2: something else than such a record holds, at column 1",
        "feed, record 3: field `type`: missing, so that it is not known what this is",
        "feed, record 4: field `object`: not a post",
        "feed, record 5: field `object`: not a post",
        "feed, record 6: field `object`: neither a post nor its address",
        "feed, record 7: broken JSON at column 18",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn an_export_is_read_packed_or_unpacked() {
    let outbox = outbox(&[note("")]);
    let actor = format!(r#"{{"id":"{BIRDS}","type":"Person","preferredUsername":"roadworks"}}"#);
    let (_home, paths) =
        packed(&[("e/outbox.json", outbox.as_bytes()), ("e/actor.json", actor.as_bytes()), ("e/likes.json", b"{}")]);
    for path in &paths {
        let posts = posts(at(path, Mastodon).collect());
        assert_eq!((posts.len(), posts[0].author.as_deref()), (1, Some("@roadworks@town.example")));
        let place = posts[0].place.as_ref().unwrap();
        assert_eq!((place.member.as_deref(), place.item.as_deref()), (Some("e/outbox.json"), Some("record 1")));
    }
    assert!(super::super::is_unpacked_archive(&paths[2]).unwrap());
    let (_home, paths) = packed(&[("outbox.json", outbox.as_bytes()), ("week.csv", b"text\n")]);
    assert!(!super::super::is_unpacked_archive(&paths[2]).unwrap());
}

#[test]
fn hostile_inputs_end_in_an_error() {
    let whole = outbox(&[note(""), create(2, r#""summary":"Zanzibar","content":"<p>Zanzibar &amp; x</p>""#)]);
    cut_everywhere(whole.as_bytes(), 7, Mastodon, "Zanzibar");
    let why = refused(&whole[..whole.len() - 20], Mastodon);
    assert_eq!(why, "feed: the file ends in the middle, after 2 whole records");
    assert_eq!(refused("", Mastodon), "feed: there is no JSON in it");
    assert!(refused(whole.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), Mastodon).contains("UTF-16"));
    let mut latin = outbox(&[note(""), note("")]).into_bytes();
    let word = latin.windows(5).position(|word| word == b"Roads").unwrap();
    latin[word + 4] = 0xe9;
    let (told, posts) = faults(items(latin, Mastodon));
    assert!(posts == 1 && told[0].starts_with("feed, record 1: not UTF-8 at byte "), "{told:?}");

    let bomb = vec![b' '; 80 << 20];
    let (_home, paths) = packed(&[("outbox.json", &bomb), ("actor.json", b"{}"), ("../outbox.json", b"[]")]);
    let mut bombs = at(&paths[0], Mastodon);
    assert!(bombs.next().unwrap().unwrap_err().to_string().contains("zip bomb"));
    assert!(bombs.next().is_none());
}

#[test]
fn a_record_of_a_gibibyte_is_passed_over() {
    const HEAD: &str = "{\"@context\":[\"https://www.w3.org/ns/activitystreams\"],\"orderedItems\":[{\"a\":\"";
    const TAIL: &str = "\"},{\"id\":\"d\",\"type\":\"Delete\"}]}";
    let (faults, posts) = faults(endless(HEAD, 1 << 30, TAIL, Mastodon));
    assert_eq!((faults.as_slice(), posts), (&["feed, record 1: longer than 16 MiB".to_owned()][..], 1));
}
