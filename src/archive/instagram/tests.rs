use super::super::Format::Instagram;
use super::super::kit::{at, cut_everywhere, endless, faults, items, packed, posts, refused};
use super::*;
use crate::post::Kind;

fn media(uri: &str, title: &str) -> String {
    format!(
        r#"{{"uri": "{uri}", "creation_timestamp": 1777626000, "title": "{title}", "media_metadata":
        {{"photo_metadata": {{"exif_data": [{{"latitude": 51.501, "upload_ip": "203.0.113.9"}}]}}}}}}"#
    )
}

fn single(title: &str) -> String {
    format!(r#"{{"media": [{}]}}"#, media("media/posts/1.jpg", title))
}

fn one(record: &str) -> Post {
    let mut posts = posts(items(format!("[{record}]"), Instagram));
    assert_eq!(posts.len(), 1);
    posts.remove(0)
}

#[test]
fn one_picture_has_the_words_and_the_time() {
    let post = one(&single("Caf\\u00c3\\u00a9 opens"));
    assert_eq!((post.text.as_str(), post.time.as_deref()), ("Café opens", Some("1777626000")));
    assert_eq!((post.kind, post.notes.as_slice()), (Kind::Original, &["mojibake repaired".to_owned()][..]));
    assert!(post.id.len() == 16 && post.platform.is_none() && post.date().is_some());
    let all = format!("{post:?} {:?} {:?}", post.notes, post.url);
    assert!(!all.contains("203.0.113.9") && !all.contains("51.5"));
}

#[test]
fn several_pictures_have_the_words_above_them() {
    let both = format!(
        r#"{{"title": "Roads", "creation_timestamp": 1777626009, "media": [{}, {}, {}]}}"#,
        media("a", ""),
        media("b", "Roads"),
        media("c", "A bridge")
    );
    let post = one(&both);
    assert_eq!((post.text.as_str(), post.time.as_deref()), ("Roads\n\nA bridge", Some("1777626009")));
    let none = one(&format!(r#"{{"media": [{}]}}"#, media("a", "")));
    assert_eq!((none.text.as_str(), none.time.as_deref()), ("", Some("1777626000")));
}

#[test]
fn ids_stay_the_same_wherever_a_post_stands() {
    let (a, b) = (single("a"), single("b"));
    let first = posts(items(format!("[{a},{b}]"), Instagram));
    let second = posts(items(format!("[{b},{a}]"), Instagram));
    assert_eq!((&first[0].id, &first[1].id), (&second[1].id, &second[0].id));
    assert_ne!(first[0].id, first[1].id);
}

#[test]
fn posts_and_reels_of_a_download_are_read() {
    let posts_1 = format!("[{}]", single("post"));
    let reels = format!(r#"{{"ig_reels_media": [{}]}}"#, single("reel"));
    assert_eq!(items(&reels, Instagram).len(), 1);
    for folder in ["content", "your_instagram_activity/media"] {
        let names =
            ["posts_1.json", "posts_2.json", "reels.json", "stories.json"].map(|name| format!("{folder}/{name}"));
        let files: Vec<(&str, &[u8])> = names
            .iter()
            .map(String::as_str)
            .zip([posts_1.as_bytes(), posts_1.as_bytes(), reels.as_bytes(), b"secret"])
            .collect();
        let (_home, paths) = packed(&files);
        for path in &paths {
            let texts: Vec<_> = posts(at(path, Instagram).collect()).into_iter().map(|post| post.text).collect();
            assert_eq!(texts, ["post", "post", "reel"]);
        }
    }
    let (_home, paths) = packed(&[("posts_1.json", posts_1.as_bytes())]);
    assert_eq!(at(&paths[2], Instagram).count(), 1);
    let (_home, paths) = packed(&[("content/posts_1.html", b"<html>"), ("index.html", b"<html>")]);
    let fault = super::super::open(&paths[0], &super::super::Reading::default()).unwrap_err();
    assert!(fault.to_string().contains("JSON format"), "{fault}");
}

#[test]
fn hostile_inputs_end_in_an_error() {
    let whole = format!("[{}, {}]", single("Zanzibar"), single("Zanzibar"));
    cut_everywhere(whole.as_bytes(), 1, Instagram, "Zanzibar");
    let (told, posts) = faults(items(format!("[{}, {{\"media\": \"secret\"}}, {{}}]", single("a")), Instagram));
    assert_eq!(
        (told.as_slice(), posts),
        (&["feed, record 2: something else than such a record holds, at column 18".to_owned()][..], 2)
    );
    assert_eq!(refused("", Instagram), "feed: there is no JSON in it");
    let long = endless("[{\"media\":[{\"creation_timestamp\":1,\"title\":\"", 1 << 26, "\"}]},{}]", Instagram);
    assert_eq!(faults(long).1, 1);
}
