mod fuzz;
mod twin;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::super::Format::BlueskyCar;
use super::super::kit::{at, faults, posts};
use super::super::{Reading, open};
use super::*;
use crate::error::Error;
use twin::{DID, Repository, bytes, framed, head, link, list, map, repository, sound};

fn saved(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("repo.car");
    std::fs::write(&path, bytes).unwrap();
    (home, path)
}

/// The faults and the number of posts of a repository that is told as one.
fn told(bytes: &[u8]) -> (Vec<String>, usize) {
    let (_home, path) = saved(bytes);
    let (told, posts) = faults(at(&path, BlueskyCar).collect());
    let name = path.to_string_lossy().into_owned();
    (told.into_iter().map(|fault| fault.replace(&name, "repo")).collect(), posts)
}

fn refused(bytes: &[u8]) -> String {
    let (_home, path) = saved(bytes);
    let reading = Reading { format: Some(BlueskyCar), ..Reading::default() };
    match open(&path, &reading) {
        Ok(feed) => feed.last().unwrap().unwrap_err(),
        Err(fault) => fault,
    }
    .to_string()
    .replace(&path.to_string_lossy().into_owned(), "repo")
}

#[test]
fn every_record_of_the_tree_is_told_in_the_order_of_its_key() {
    for count in [0, 1, 2, 5, 60] {
        let (_home, path) = saved(&sound(count));
        let posts = posts(at(&path, BlueskyCar).collect());
        assert_eq!(posts.len(), count + 4);
        assert!(posts.is_sorted_by(|a, b| a.id < b.id));
        let kinds = |kind| posts.iter().filter(|post| post.kind == kind).count();
        assert_eq!((kinds(Kind::Original), kinds(Kind::Repost), kinds(Kind::Other)), (count, 2, 2));
    }
    let (_home, path) = saved(&sound(3));
    let posts = posts(at(&path, BlueskyCar).collect());
    let post = &posts[2];
    assert_eq!(
        (post.id.as_str(), post.text.as_str()),
        (format!("at://{DID}/{POST}/3k000000").as_str(), "Notice 0: the bridge is open")
    );
    assert_eq!((post.author.as_deref(), post.lang.as_deref(), post.platform), (Some(DID), Some("en"), Some("bluesky")));
    assert_eq!(post.url.clone().unwrap(), format!("https://bsky.app/profile/{DID}/post/3k000000"));
    assert_eq!(post.place.clone().unwrap().item.unwrap(), format!("{POST}/3k000000"));
    let repost = &posts[5];
    assert_eq!((repost.kind, repost.time.as_deref(), repost.text.as_str()), (Kind::Repost, Some("2026-05-01"), ""));
    assert_eq!(repost.url.as_deref(), Some("https://bsky.app/profile/did:plc:other/post/9"));
}

#[test]
fn blocks_may_come_in_any_order_and_twice() {
    let expected: Vec<String> = {
        let (_home, path) = saved(&sound(40));
        posts(at(&path, BlueskyCar).collect()).into_iter().map(|post| post.id + &post.text).collect()
    };
    let reverse = |blocks: &mut Vec<Vec<u8>>| blocks.reverse();
    let doubled = |blocks: &mut Vec<Vec<u8>>| *blocks = [blocks.clone(), blocks.clone()].concat();
    let foreign = |blocks: &mut Vec<Vec<u8>>| {
        let raw = [&[1, 0x55, 0x12, 0x20][..], &[9; 32], b"a picture"].concat();
        blocks.insert(0, framed(&raw));
        blocks.insert(0, framed(b"\x12\x20old"));
    };
    for bytes in [
        repository(40, &mut |_| {}, reverse),
        repository(40, &mut |_| {}, doubled),
        repository(40, &mut |_| {}, foreign),
    ] {
        let (_home, path) = saved(&bytes);
        let ids: Vec<String> =
            posts(at(&path, BlueskyCar).collect()).into_iter().map(|post| post.id + &post.text).collect();
        assert_eq!(ids, expected);
    }
}

#[test]
fn what_is_missing_or_altered_is_told_in_its_place() {
    // The post 2 is left out, post 4 is altered after its id was made.
    let bytes = repository(6, &mut |_| {}, |blocks| {
        let of = |blocks: &[Vec<u8>], words: &str| {
            blocks.iter().position(|block| block.windows(words.len()).any(|at| at == words.as_bytes())).unwrap()
        };
        blocks.remove(of(blocks, "Notice 2"));
        let altered = of(blocks, "Notice 4");
        let end = blocks[altered].len() - 1;
        blocks[altered][end] ^= 1;
    });
    let (faults, posts) = told(&bytes);
    let expected = [
        format!("repo, {POST}/3k000002: its block is not in the file"),
        format!("repo, {POST}/3k000004: its block is not what its content id says"),
    ];
    assert_eq!((faults.as_slice(), posts), (&expected[..], 8));

    // Without one node of the tree the other parts are read.
    let nodes = |blocks: &[Vec<u8>]| blocks.iter().filter(|block| block.windows(3).any(|at| at == b"\xa2ae")).count();
    let mut removed = 0;
    let bytes = sound(40);
    for number in 0..5 {
        let cut = repository(40, &mut |_| {}, |blocks| {
            let at = blocks.iter().enumerate().filter(|(_, block)| block.windows(3).any(|at| at == b"\xa2ae"));
            let at = at.map(|(at, _)| at).nth(number).unwrap();
            assert!(nodes(blocks) > 5);
            blocks.remove(at);
        });
        assert!(cut.len() < bytes.len());
        let (faults, posts) = told(&cut);
        assert!(faults.len() == 1 && faults[0].contains("a part of the tree cannot be read"), "{faults:?}");
        removed += 44 - posts;
    }
    assert!(removed > 0);
}

#[test]
fn a_file_that_is_cut_says_so_after_its_whole_records() {
    let bytes = repository(20, &mut |_| {}, |blocks| blocks.reverse());
    let mut seen = BTreeSet::new();
    for end in (60..bytes.len()).step_by(5) {
        let (_home, path) = saved(&bytes[..end]);
        let reading = Reading { format: Some(BlueskyCar), ..Reading::default() };
        let items: Vec<_> = match open(&path, &reading) {
            Ok(feed) => feed.collect(),
            Err(fault) => vec![Err(fault)],
        };
        let last = items.last().unwrap();
        if let Err(fault) = last {
            seen.insert(items.len());
            assert!(matches!(fault, Error::Feed { .. }), "{fault}");
        } else {
            // Cut between two blocks: what is missing is told record by record, where it was
            // to be read at all.
            let missing = items.iter().filter(|item| item.is_err()).count();
            assert!(missing > 0 || bytes.len() - end < 200);
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
    assert!(refused(&bytes[..bytes.len() - 3]).contains("the file ends in the middle, after "));
}

#[test]
fn what_is_no_repository_is_refused() {
    assert_eq!(refused(b""), "repo: not a CAR file of version 1");
    assert_eq!(refused(b"plain words\n"), "repo: not a CAR file of version 1");
    let header = |roots: &[Vec<u8>], version| framed(&map(&[("roots", list(roots)), ("version", head(0, version))]));
    assert_eq!(refused(&header(&[], 2)), "repo: not a CAR file of version 1");
    assert_eq!(refused(&header(&[], 1)), "repo: its header names no root of a kind that is known");
    let absent = [&[1, 0x71, 0x12, 0x20][..], &[5; 32]].concat();
    let why = refused(&header(&[link(Some(&absent))], 1));
    assert_eq!(why, "repo: the commit it begins with: its block is not in the file");
    assert_eq!(refused(&[0xff; 200]), "repo: not a CAR file of version 1");
    let pipe = super::super::from_reader("-", Box::new(std::io::Cursor::new(sound(1))), &Reading::default());
    assert!(pipe.unwrap_err().to_string().contains("from a file but not from a pipe"));
}

/// Nodes of one tree, from the lowest up, each made by `node` of the one below.
fn chain(depth: usize, node: impl Fn(usize, Option<&[u8]>) -> Vec<u8>) -> Vec<u8> {
    let mut change = |_: &mut Vec<u8>| {};
    let mut repository = Repository::new(&mut change);
    let mut below = None;
    for level in 0..depth {
        below = Some(repository.block(node(level, below.as_deref())));
    }
    repository.file(&below.unwrap(), |_| {})
}

#[test]
fn hostile_trees_come_to_an_end() {
    let record = [&[1, 0x71, 0x12, 0x20][..], &[5; 32]].concat();
    let entry = |key: &str, kept: usize, right: Option<&[u8]>| {
        map(&[("k", bytes(key.as_bytes())), ("p", head(0, kept)), ("t", link(right)), ("v", link(Some(&record)))])
    };
    let node = |entries: &[Vec<u8>], left: Option<&[u8]>| map(&[("e", list(entries)), ("l", link(left))]);

    let deep = chain(1000, |_, below| node(&[], below));
    assert!(refused(&deep).contains("deeper than any sound one"));
    // Every level leads to the one below many times over.
    let wide = chain(30, |_, below| {
        let entries: Vec<_> = (0..50).map(|number| entry(&format!("a/{number:03}"), 0, below)).collect();
        node(&entries, below)
    });
    let why = refused(&wide);
    assert!(why.contains("not in their order") || why.contains("goes in circles"), "{why}");
    let empty = chain(30, |level, below| {
        let entries: Vec<_> = (0..50).map(|number| entry(&format!("{level:02}/{number:03}"), 0, below)).collect();
        node(if level == 29 { &entries } else { &[] }, below)
    });
    assert!(refused(&empty).contains("goes in circles"));
    // Keys grow by what they keep of the one before.
    let keys: Vec<_> = (0..300).map(|number| entry("aaaaaaaaa", number * 9, None)).collect();
    assert!(refused(&chain(1, |_, _| node(&keys, None))).contains("cut wrongly or too long"));
    assert!(refused(&chain(1, |_, _| node(&[entry("a/b", 5, None)], None))).contains("cut wrongly or too long"));
    let huge = chain(1, |_, _| node(&[entry(&"a".repeat(300 << 10), 0, None)], None));
    assert!(refused(&huge).contains("longer than 256 KiB"));
    let lies = chain(1, |_, _| [&b"\xa2\x61e\x9b\xff\xff\xff\xff\xff\xff\xff\xff"[..], b"\x61l\xf6"].concat());
    assert!(refused(&lies).contains("ends in the middle of a value"));
}

#[test]
fn no_fault_shows_a_draft() {
    let secret = "Notice";
    let mut number = 0;
    let mut change = |block: &mut Vec<u8>| {
        number += 1;
        if number % 2 == 0
            && let Some(at) = block.windows(6).position(|word| word == secret.as_bytes())
        {
            block[at - 6] = 0x62; // the key `text` becomes a shorter one
        }
    };
    let (faults, posts) = told(&repository(20, &mut change, |_| {}));
    assert!(!faults.is_empty() && faults.len() + posts == 24);
    assert!(faults.iter().all(|fault| !fault.contains(secret)), "{faults:?}");
}
