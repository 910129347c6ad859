use super::super::Format::Facebook;
use super::super::kit::{at, cut_everywhere, endless, faults, items, packed, posts, refused};
use super::*;
use crate::date;
use crate::post::{Audience, Kind};

/// `text` as the download writes it: every byte above 0x7f as `\u00XX`.
fn mojibake(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("\\u{byte:04x}") })
        .collect()
}

fn feed(records: &[&str]) -> String {
    format!("[\n{}\n]\n", records.join(",\n"))
}

fn one(record: &str) -> Post {
    let first = r#"{"timestamp": 1, "data": []}"#;
    let mut posts = posts(items(feed(&[first, record]), Facebook));
    assert_eq!(posts.len(), 2);
    posts.remove(1)
}

#[test]
fn a_post_is_what_was_typed_and_not_what_the_platform_says() {
    let post = one(r#"{"timestamp": 1777626000, "title": "Roads updated its status.", "data":
        [{"post": "Roads reopen"}, {"update_timestamp": 1777626001}], "attachments": [{"data":
        [{"external_context": {"url": "https://a.example", "name": "A card"}}, {"place": {"name": "Home"}}]}]}"#);
    assert_eq!((post.text.as_str(), post.time.as_deref()), ("Roads reopen", Some("1777626000")));
    assert_eq!(post.time.as_deref().and_then(date::day), Some(jiff::civil::date(2026, 5, 1)));
    assert_eq!((post.kind, post.audience, post.platform, post.url), (Kind::Original, Audience::Public, None, None));
    assert_eq!((post.id.len(), post.notes.len(), post.original.is_none()), (16, 0, true));
    let empty =
        one(r#"{"timestamp": 5, "attachments": [{"data": [{"external_context": {"url": "x"}}]}], "data": [{}]}"#);
    assert_eq!(empty.text, "");
    assert_eq!(one("{}").time, None);
}

#[test]
fn captions_are_told_once() {
    let with = |post: &str, captions: &str| {
        one(&format!(r#"{{"timestamp": 2, "data": [{post}], "attachments": [{{"data": [{captions}]}}]}}"#)).text
    };
    let caption = |words: &str| format!(r#"{{"media": {{"uri": "a.jpg", "description": "{words}"}}}}"#);
    assert_eq!(with(r#"{"post": "Roads"}"#, &caption("Roads")), "Roads");
    assert_eq!(with("", &format!("{},{}", caption("Roads"), caption("Roads "))), "Roads");
    assert_eq!(with(r#"{"post": "Roads"}"#, &caption("A bridge")), "Roads\n\nA bridge");
    assert_eq!(with("", r#"{"note": {"title": "News", "text": "Roads reopen"}}"#), "News\n\nRoads reopen");
}

#[test]
fn mojibake_is_repaired_and_said() {
    let post = one(&format!(r#"{{"timestamp": 3, "data": [{{"post": "{}"}}]}}"#, mojibake("Café – “open” 🚧")));
    assert_eq!(
        (post.text.as_str(), post.notes.as_slice()),
        ("Café – “open” 🚧", &["mojibake repaired".to_owned()][..])
    );
    assert!(post.original.is_some());
    let sound = one(r#"{"timestamp": 3, "data": [{"post": "Café"}]}"#);
    assert_eq!((sound.text.as_str(), sound.notes.len()), ("Café", 0));
}

#[test]
fn nothing_private_is_carried_through() {
    let post =
        one(r#"{"timestamp": 4, "data": [{"post": "Roads"}], "attachments": [{"data": [{"media": {"uri": "p.jpg",
        "description": "Bridge", "media_metadata": {"photo_metadata": {"exif_data": [{"upload_ip": "203.0.113.9",
        "latitude": 51.501, "longitude": -0.14}]}}}}, {"place": {"coordinate": {"latitude": 51.502}}}]}],
        "tags": [{"name": "Zanzibar"}]}"#);
    let all = format!("{post:?} {} {:?} {:?} {:?}", post.text, post.notes, post.url, post.author);
    for private in ["203.0.113.9", "51.50", "0.14", "p.jpg", "Zanzibar"] {
        assert!(!all.contains(private), "{all}");
    }
}

#[test]
fn records_with_one_time_are_told_apart() {
    let record = r#"{"timestamp": 5, "data": []}"#;
    let posts = posts(items(feed(&[record, record]), Facebook));
    assert_ne!(posts[0].id, posts[1].id);
    assert_eq!(posts[1].place.as_ref().unwrap().item.as_deref(), Some("record 2"));
}

#[test]
fn several_files_are_read_in_their_order() {
    let file = |words: &str| feed(&[&format!(r#"{{"timestamp": 6, "data": [{{"post": "{words}"}}]}}"#)]);
    let names =
        ["posts/your_posts_10.json", "posts/your_posts_2.json", "posts/album/0.json", "messages/inbox/message_1.json"];
    let contents = [file("third"), file("second"), "secret".to_owned(), "[{\"timestamp\": 1, \"data\": 5}]".to_owned()];
    let files: Vec<(&str, &[u8])> = names.into_iter().zip(contents.iter().map(String::as_bytes)).collect();
    let (_home, paths) = packed(&files);
    for path in &paths {
        let posts = posts(at(path, Facebook).collect());
        assert_eq!(posts.iter().map(|post| post.text.as_str()).collect::<Vec<_>>(), ["second", "third"]);
        assert_eq!(posts[0].place.as_ref().unwrap().member.as_deref(), Some("posts/your_posts_2.json"));
    }
    let (_home, paths) = packed(&[("week.csv", b"text\n")]);
    let reading = super::super::Reading { format: Some(Facebook), ..super::super::Reading::default() };
    let fault = super::super::open(&paths[0], &reading).unwrap_err().to_string();
    assert!(fault.ends_with("none of the files that hold posts is in it"), "{fault}");
    let page = file("page");
    let long = "this_profile's_activity_across_facebook/posts/profile_posts_1.json";
    let (_home, paths) = packed(&[(long, page.as_bytes())]);
    assert_eq!(at(&paths[0], Facebook).count(), 1);
    let (_home, paths) = packed(&[("your_posts_1.json", page.as_bytes()), ("week.csv", b"text\n")]);
    assert!(!super::super::is_unpacked_archive(&paths[2]).unwrap());
}

#[test]
fn the_html_form_is_refused_with_a_way_out() {
    let page = "<html><head></head><body><div class=\"_a6-g\">Zanzibar</div></body></html>";
    let why = refused(page, Facebook);
    assert!(why.contains("JSON format") && !why.contains("Zanzibar"), "{why}");
    let told = super::super::from_reader("-", Box::new(page.as_bytes()), &super::super::Reading::default());
    assert_eq!(told.unwrap_err().to_string(), why.replace("feed", "-"));
    let (_home, paths) = packed(&[("posts/your_posts_1.html", page.as_bytes())]);
    for path in &paths {
        let fault = super::super::open(path, &super::super::Reading::default()).unwrap_err();
        assert!(fault.to_string().contains("JSON format"), "{fault}");
    }
}

#[test]
fn hostile_inputs_end_in_an_error() {
    let whole = feed(&[r#"{"timestamp": 1, "data": [{"post": "Zanzibar"}]}"#, r#"{"timestamp": 2, "data": null}"#]);
    cut_everywhere(whole.as_bytes(), 1, Facebook, "Zanzibar");
    let broken =
        feed(&[r#"{"timestamp": 1, "data": []}"#, r#"{"data": "secret"}"#, "[]", "{\"timestamp\": secret}", "{}"]);
    let (faults_, posts) = faults(items(broken, Facebook));
    let expected = [
        "feed, record 2: something else than such a record holds, at column 17",
        "feed, record 4: broken JSON at column 15",
    ];
    assert_eq!(
        (faults_[0].as_str(), faults_[faults_.len() - 1].as_str(), posts + faults_.len()),
        (expected[0], expected[1], 5)
    );
    assert_eq!(refused("{\"a\": []}", Facebook), "feed: a JSON object, where a list should be");
    assert!(refused("[{\"timestamp\": 1, \"data\"", Facebook).contains("ends in the middle"));
    let long = endless("[{\"timestamp\":1,\"data\":[{\"post\":\"", 1 << 26, "\"}]},{\"timestamp\":2}]", Facebook);
    let (faults, posts) = faults(long);
    assert_eq!((faults.len(), posts), (1, 1));
}
