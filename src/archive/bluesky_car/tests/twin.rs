//! Repositories of our own making, whole or with blocks changed on purpose.

use sha2::{Digest, Sha256};

use super::super::{POST, REPOST};

pub(super) const DID: &str = "did:plc:abcdefghijklmnopqrstuvwx";

/// Changes the bytes of a block before its content id is made of them.
pub(super) type Change<'c> = &'c mut dyn FnMut(&mut Vec<u8>);

/// A repository in the making.
pub(super) struct Repository<'c> {
    blocks: Vec<Vec<u8>>,
    change: Change<'c>,
}

pub(super) fn head(major: u8, number: usize) -> Vec<u8> {
    let major = major << 5;
    match number {
        0..24 => vec![major + u8::try_from(number).unwrap()],
        24..256 => vec![major + 24, u8::try_from(number).unwrap()],
        _ => [&[major + 26][..], &u32::try_from(number).unwrap().to_be_bytes()].concat(),
    }
}

pub(super) fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

pub(super) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

pub(super) fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let pairs = pairs.iter().map(|(key, value)| [text(key), value.clone()].concat());
    [head(5, pairs.len()), pairs.collect::<Vec<_>>().concat()].concat()
}

pub(super) fn list(values: &[Vec<u8>]) -> Vec<u8> {
    [head(4, values.len()), values.concat()].concat()
}

/// A link to the block `id`; `null` for none.
pub(super) fn link(id: Option<&[u8]>) -> Vec<u8> {
    id.map_or(vec![0xf6], |id| [&[0xd8, 42][..], &bytes(&[&[0], id].concat())].concat())
}

pub(super) fn varint(mut number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while number > 0x7f {
        out.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap());
    out
}

pub(super) fn framed(content: &[u8]) -> Vec<u8> {
    [varint(content.len()), content.to_vec()].concat()
}

impl<'c> Repository<'c> {
    pub fn new(change: Change<'c>) -> Self {
        Self { blocks: Vec::new(), change }
    }

    /// Adds a block and says its content id.
    pub fn block(&mut self, mut content: Vec<u8>) -> Vec<u8> {
        (self.change)(&mut content);
        let id = [&[1, 0x71, 0x12, 0x20][..], &Sha256::digest(&content)].concat();
        self.blocks.push(framed(&[id.clone(), content].concat()));
        id
    }

    /// Adds the nodes of a tree over `keys` and says its root.
    pub fn tree(&mut self, keys: &[(String, Vec<u8>)]) -> Vec<u8> {
        let below = keys.len() > 3;
        let size = if below { keys.len().div_ceil(3) } else { 1 };
        let (mut left, mut entries, mut before) = (None, Vec::new(), Vec::new());
        for (number, chunk) in keys.chunks(size).enumerate() {
            let ((key, record), rest) = chunk.split_first().unwrap();
            if number == 0 && below {
                left = Some(self.tree(&chunk[..1]));
                if rest.is_empty() {
                    continue;
                }
                let ((key, record), rest) = rest.split_first().unwrap();
                entries.push(self.entry(key, record, rest, &mut before));
                continue;
            }
            entries.push(self.entry(key, record, rest, &mut before));
        }
        self.block(map(&[("e", list(&entries)), ("l", link(left.as_deref()))]))
    }

    fn entry(&mut self, key: &str, record: &[u8], rest: &[(String, Vec<u8>)], before: &mut Vec<u8>) -> Vec<u8> {
        let kept = before.iter().zip(key.as_bytes()).take_while(|(a, b)| a == b).count();
        *before = key.as_bytes().to_vec();
        let right = if rest.is_empty() { None } else { Some(self.tree(rest)) };
        map(&[
            ("k", bytes(&key.as_bytes()[kept..])),
            ("p", head(0, kept)),
            ("t", link(right.as_deref())),
            ("v", link(Some(record))),
        ])
    }

    /// The file: a header, then the blocks; the commit's last, or in the order it says.
    pub fn file(mut self, tree: &[u8], order: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
        let commit = map(&[
            ("did", text(DID)),
            ("rev", text("3k")),
            ("sig", bytes(&[7; 64])),
            ("data", link(Some(tree))),
            ("prev", link(None)),
            ("version", head(0, 3)),
        ]);
        let root = self.block(commit);
        order(&mut self.blocks);
        let header = map(&[("roots", list(&[link(Some(&root))])), ("version", head(0, 1))]);
        [framed(&header), self.blocks.concat()].concat()
    }
}

pub(super) fn post(number: usize) -> Vec<u8> {
    map(&[
        ("text", text(&format!("Notice {number}: the bridge is open"))),
        ("$type", text(POST)),
        ("langs", list(&[text("en")])),
        ("createdAt", text("2026-05-01T09:00:00.000Z")),
    ])
}

/// A repository of `count` posts, two reposts, a like and a profile.
pub(super) fn repository(count: usize, change: Change<'_>, order: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut repository = Repository::new(change);
    let mut keys = Vec::new();
    let profile = repository.block(map(&[("displayName", text("Roads"))]));
    keys.push(("app.bsky.actor.profile/self".to_owned(), profile));
    let like = repository.block(map(&[("$type", text("app.bsky.feed.like"))]));
    keys.push(("app.bsky.feed.like/3k".to_owned(), like));
    for number in 0..count {
        let id = repository.block(post(number));
        keys.push((format!("{POST}/3k{number:06}"), id));
    }
    for number in 0..2 {
        let subject = map(&[("uri", text("at://did:plc:other/app.bsky.feed.post/9")), ("cid", text("x"))]);
        let id =
            repository.block(map(&[("subject", subject), ("createdAt", text(&format!("2026-05-0{}", number + 1)))]));
        keys.push((format!("{REPOST}/3k{number}"), id));
    }
    let tree = repository.tree(&keys);
    repository.file(&tree, order)
}

pub(super) fn sound(count: usize) -> Vec<u8> {
    repository(count, &mut |_| {}, |_| {})
}
