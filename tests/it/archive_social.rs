//! The real samples of Mastodon, Bluesky, Facebook, Instagram and `LinkedIn`, where they are at
//! hand: every record is told, as a post or as a fault in its place.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use crossbench::archive::{self, Format, Reading};
use crossbench::post::{Kind, Post};

/// The sample at `name`, or `None` with a word about it.
fn sample(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/archives");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared/archives is not here");
        return None;
    }
    Some(folder.join(name))
}

/// Posts and faults of the feed at `path`, which must be told as `format`.
fn read(path: &Path, format: Format) -> (Vec<Post>, Vec<String>) {
    let feed = archive::open(path, &Reading::default()).unwrap();
    assert_eq!(feed.format(), format, "{}: {}", path.display(), feed.why());
    let (mut posts, mut faults) = (Vec::new(), Vec::new());
    for item in feed {
        match item {
            Ok(post) => posts.push(post),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    for post in &posts {
        assert!(!post.id.is_empty() && post.place.is_some(), "{post:?}");
        assert!(post.time.is_none() || post.date().is_some(), "{post:?}");
        if let Some(original) = &post.original {
            assert_eq!(original.as_str(), post.text);
        }
    }
    (posts, faults)
}

fn kinds(posts: &[Post]) -> BTreeMap<Kind, usize> {
    posts.iter().fold(BTreeMap::new(), |mut kinds, post| {
        *kinds.entry(post.kind).or_default() += 1;
        kinds
    })
}

/// `files` as a zip, a gzipped tar and a folder.
fn packed(files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, [PathBuf; 3]) {
    let home = tempfile::tempdir().unwrap();
    let paths = ["a.zip", "a.tar.gz", "a"].map(|name| home.path().join(name));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&paths[0]).unwrap());
    let gz = flate2::write::GzEncoder::new(std::fs::File::create(&paths[1]).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content.as_slice()).unwrap();
        let path = paths[2].join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    zip.finish().unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    (home, paths)
}

/// The sample `name` reads alike by itself and as `member` of an archive with `others`.
fn reads_alike_packed(name: &str, format: Format, member: &str, others: &[(&str, &str)]) -> Option<Vec<Post>> {
    let path = sample(name)?;
    let (bare, faults) = read(&path, format);
    assert!(faults.is_empty(), "{faults:?}");
    let mut files = vec![(member, std::fs::read(&path).unwrap())];
    for (member, name) in others {
        files.push((member, std::fs::read(sample(name)?).unwrap()));
    }
    let (_home, paths) = packed(&files);
    for path in &paths {
        let (posts, faults) = read(path, format);
        assert!(faults.is_empty(), "{faults:?}");
        let told = |posts: &[Post]| posts.iter().map(|post| (post.id.clone(), post.text.clone())).collect::<Vec<_>>();
        assert_eq!(told(&posts), told(&bare));
        assert!(posts.iter().all(|post| post.place.as_ref().unwrap().member.as_deref() == Some(member)));
    }
    Some(bare)
}

#[test]
fn mastodon_outbox() {
    let others = [("actor.json", "mastodon/actor.json")];
    let read = reads_alike_packed("mastodon/outbox.trimmed.json", Format::Mastodon, "outbox.json", &others);
    let Some(posts) = read else { return };
    assert_eq!(posts.len(), 60);
    assert_eq!(kinds(&posts)[&Kind::Repost], 8);
    assert!(posts.iter().all(|post| post.audience.is_public() && (post.kind == Kind::Repost) == post.text.is_empty()));
    assert!(posts.iter().all(|post| !["<p>", "<span", "&amp;", "&#39;"].iter().any(|html| post.text.contains(html))));
    assert!(posts.iter().all(|post| post.kind == Kind::Repost || post.lang.as_deref() == Some("en")));
    assert!(posts.iter().all(|post| post.author.as_deref() == Some("@dealingwith@indieweb.social")));
    assert!(posts.iter().filter(|post| post.notes.iter().any(|note| note == "content warning")).count() == 1);
}

#[test]
fn bluesky_repositories() {
    let Some(folder) = sample("bluesky") else { return };
    for (name, all, originals, reposts) in [
        ("fakermaker.repo.car", 142, 26, 15),
        ("paul_staging.repo.car", 185, 101, 15),
        ("greenground.repo.car", 2, 0, 0),
    ] {
        let (posts, faults) = read(&folder.join(name), Format::BlueskyCar);
        assert!(faults.is_empty(), "{faults:?}");
        let kinds = kinds(&posts);
        let of = |kind| kinds.get(&kind).copied().unwrap_or_default();
        assert_eq!((posts.len(), of(Kind::Repost)), (all, reposts), "{name}");
        assert_eq!(of(Kind::Original) + of(Kind::Reply) + of(Kind::Quote), originals, "{name}");
        assert!(posts.iter().all(|post| post.id.starts_with("at://did:plc:")));
    }
    // A slice of a repository: most of what its tree names is not in it.
    let (posts, faults) = read(&folder.join("repo_slice.car"), Format::BlueskyCar);
    assert_eq!((kinds(&posts)[&Kind::Other], posts.len(), faults.len()), (1, 2, 4));
    assert_eq!(faults.iter().filter(|fault| fault.ends_with("its block is not in the file")).count(), 4);
}

#[test]
fn bluesky_pages_and_records() {
    let Some(folder) = sample("bluesky") else { return };
    for (name, all, others) in [
        ("capture_atprotocom.json", 20, 0),
        ("post_record.json", 1, 0),
        ("extended_post_record.json", 1, 0),
        ("feed_record.json", 1, 1),
        ("like_record.json", 1, 1),
    ] {
        let (posts, faults) = read(&folder.join(name), Format::BlueskyFeed);
        assert!(faults.is_empty(), "{faults:?}");
        let kinds = kinds(&posts);
        assert_eq!((posts.len(), kinds.get(&Kind::Other).copied().unwrap_or_default()), (all, others), "{name}");
        if name.starts_with("capture") {
            assert_eq!((kinds[&Kind::Quote] + kinds[&Kind::Reply] > 4, posts[0].lang.as_deref()), (true, Some("en")));
        }
    }
    let (posts, faults) = read(&folder.join("thread_view_post_with_embed_media.json"), Format::BlueskyFeed);
    assert_eq!((posts.len(), faults.len(), posts[0].kind, posts[0].text.as_str()), (1, 0, Kind::Quote, ""));
}

#[test]
fn facebook_posts() {
    let name = "facebook/your_posts_1.json";
    let Some(posts) = reads_alike_packed(name, Format::Facebook, "posts/your_posts_1.json", &[]) else { return };
    assert_eq!(posts.len(), 31);
    assert!(posts.iter().all(|post| !post.text.contains('\u{c4}') && !post.text.contains('\u{c5}')));
    let mut ids: Vec<_> = posts.iter().map(|post| &post.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 31);
}

#[test]
fn instagram_posts() {
    let name = "instagram/posts_1.trimmed.json";
    let Some(posts) = reads_alike_packed(name, Format::Instagram, "content/posts_1.json", &[]) else { return };
    assert_eq!(posts.len(), 22);
    assert!(posts.iter().all(|post| post.time.is_some()));
    assert!(posts.iter().filter(|post| post.notes.iter().any(|note| note == "mojibake repaired")).count() > 5);
    assert!(posts.iter().all(|post| !post.text.contains('\u{f0}') && !post.text.contains('\u{e2}')));
}

#[test]
fn linkedin_shares() {
    let name = "linkedin/Shares.head15.csv";
    let Some(posts) = reads_alike_packed(name, Format::LinkedIn, "Shares.csv", &[]) else { return };
    assert_eq!(posts.len(), 15);
    assert!(posts.iter().all(|post| post.audience.is_public() && post.id.starts_with("urn:li:")));
    assert!(posts.iter().all(|post| !post.text.contains("\"\n\"")));
    assert!(posts[0].text.contains("program.\n\n"));
}
