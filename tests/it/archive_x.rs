//! The readers of X's formats on real files, which are not part of this repository.

use std::path::{Path, PathBuf};

use crossbench::archive::{Format, Reading, open};
use crossbench::error::Error;
use crossbench::post::{Kind, Post};
use crossbench::span::Span;
use serde_json::Value;

/// The folder of samples called `name`; says so where there is none.
fn samples(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/archives").join(name);
    if !folder.is_dir() {
        eprintln!("skipped: ../shared/archives is not here");
    }
    folder.is_dir().then_some(folder)
}

/// The posts of a file, and how many of its records are at fault.
fn read(path: &Path, format: Format) -> (Vec<Post>, usize) {
    let feed = open(path, &Reading::default()).unwrap();
    assert_eq!(feed.format(), format, "{}", path.display());
    let (mut posts, mut faults) = (Vec::new(), 0);
    for item in feed {
        match item {
            Ok(post) => posts.push(post),
            Err(Error::Record { .. }) => faults += 1,
            Err(fault) => panic!("{fault}"),
        }
    }
    for post in posts.iter().filter(|post| post.kind != Kind::Other) {
        assert!(post.date().is_some() && post.platform == Some("x") && post.url.is_some(), "{post:?}");
        let all = post.original_span(Span::new(0, post.text.len()));
        assert!(all.end >= post.text.len(), "{post:?}");
        assert!(!post.text.contains("&amp;") && !post.text.contains("&lt;"), "{post:?}");
    }
    (posts, faults)
}

fn count(posts: &[Post], kind: Kind) -> usize {
    posts.iter().filter(|post| post.kind == kind).count()
}

fn noted(posts: &[Post], note: &str) -> usize {
    posts.iter().filter(|post| post.notes.iter().any(|known| known == note)).count()
}

#[test]
fn the_archive_of_an_account() {
    let Some(folder) = samples("x-archive") else { return };
    let (posts, faults) = read(&folder.join("x-archive.trimmed.zip"), Format::XArchive);
    assert_eq!((posts.len(), faults), (33, 0));
    assert_eq!((count(&posts, Kind::Repost), noted(&posts, "long form joined")), (4, 8));
    assert_eq!((noted(&posts, "long form not found"), noted(&posts, "long form without its post")), (1, 0));
    assert!(posts[0].author.is_some() && posts.iter().all(|post| post.author == posts[0].author));
    let (posts, faults) = read(&folder.join("tweets.trimmed.js"), Format::XArchive);
    assert_eq!((posts.len(), faults, noted(&posts, "long form not found")), (33, 0, 9));
}

#[test]
fn answers_of_api_v2() {
    let Some(folder) = samples("twitter-v2-jsonl") else { return };
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let of_line = |line: &str| match serde_json::from_str::<Value>(line) {
            Ok(answer) => (answer["data"].as_array().map_or(1, Vec::len), 0),
            Err(_) => (0, 1),
        };
        let expected = text.lines().map(of_line).fold((0, 0), |sum, line| (sum.0 + line.0, sum.1 + line.1));
        let (posts, faults) = read(&path, Format::XV2);
        assert_eq!((posts.len(), faults), expected, "{}", path.display());
        let reposts = posts.iter().filter(|post| post.kind == Kind::Repost);
        assert!(reposts.into_iter().all(|post| !post.text.starts_with("RT @")), "{}", path.display());
        assert!(posts.iter().all(|post| post.author.is_some()), "{}", path.display());
    }
}

#[test]
fn answers_of_api_v1() {
    let Some(folder) = samples("twitter-v1") else { return };
    for (name, expected, reposts) in [
        ("premium_search_emoji.json", 100, 51),
        ("retweet.json", 1, 1),
        ("retweets.json", 1, 1),
        ("status.json", 1, 0),
        ("statuses.json", 20, 6),
        ("user_timeline.json", 1, 0),
    ] {
        let (posts, faults) = read(&folder.join(name), Format::XV1);
        assert_eq!((posts.len(), faults, count(&posts, Kind::Repost)), (expected, 0, reposts), "{name}");
        assert_eq!(noted(&posts, "cut short in the file"), 0, "{name}");
    }
}
