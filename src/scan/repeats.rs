//! Posts that come again: the same post of a platform, which is left out, and the same
//! words in another post, which are screened once and reported for each.
//!
//! Both memories are bounded and forget by count alone, so that what is remembered depends on
//! the order of the posts and on nothing else. What was forgotten is screened again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use crate::post::Post;

/// Most verdicts that are remembered.
const VERDICTS: usize = 1 << 13;
/// Most bytes of a verdict that is remembered.
const TAIL: usize = 1 << 14;
/// Most ids that are remembered: 64 bits each.
const IDS: usize = 1 << 20;

/// What names the words of a post and all else that its verdict depends on.
pub type Key = [u8; 16];

/// The first post with some words.
pub struct First {
    /// Its id.
    pub id: String,
    tail: OnceLock<String>,
}

impl First {
    /// Its verdict without what belongs to the post alone; `None` if it has none, or one that
    /// is too long to be kept.
    pub fn tail(&self) -> Option<&str> {
        self.tail.get().map(String::as_str)
    }

    /// Its verdict is there.
    pub fn settle(&self, tail: &str) {
        if tail.len() <= TAIL {
            let _ = self.tail.set(tail.to_owned()); // a verdict does not change
        }
    }
}

/// Whether the words of a post came before.
pub enum Seen {
    /// They did not; its verdict is to be told to [`First::settle`].
    New(Arc<First>),
    /// They did.
    Again(Arc<First>),
}

/// The posts that a scan has seen.
#[derive(Default)]
pub struct Repeats {
    known: HashMap<Key, Arc<First>>,
    ids: HashSet<u64>,
}

impl Repeats {
    /// The key of a post that is judged in the pre-election periods named by `periods`.
    pub fn key(post: &Post, periods: &str) -> Key {
        let mut hash = Sha256::new();
        for part in [post.text.as_str(), periods, post.lang.as_deref().unwrap_or_default()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        if let Some(original) = &post.original {
            original.origins().for_each(|(start, end)| {
                hash.update(start.to_le_bytes());
                hash.update(end.to_le_bytes());
            });
        }
        hash.finalize()[..16].try_into().expect("a digest has 32 bytes")
    }

    /// Whether words with `key` came before; if not, the post called `id` is the first.
    pub fn see(&mut self, key: Key, id: &str) -> Seen {
        if let Some(first) = self.known.get(&key) {
            return Seen::Again(Arc::clone(first));
        }
        if self.known.len() >= VERDICTS {
            self.known.clear();
        }
        let first = Arc::new(First { id: id.to_owned(), tail: OnceLock::new() });
        self.known.insert(key, Arc::clone(&first));
        Seen::New(first)
    }

    /// Whether the same post of the same platform came before. Posts without a platform are
    /// never the same: their ids may be anything.
    pub fn is_again(&mut self, post: &Post) -> bool {
        let Some(platform) = post.platform else { return false };
        let mut hash = Sha256::new();
        for part in [platform, &post.id, post.kind.name()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let id = u64::from_le_bytes(hash.finalize()[..8].try_into().expect("a digest has 32 bytes"));
        if self.ids.len() >= IDS {
            self.ids.clear();
        }
        !self.ids.insert(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Kind;

    fn key(text: &str) -> Key {
        Repeats::key(&Post::new("", text), "")
    }

    #[test]
    fn words_periods_and_language_make_the_key() {
        let post = Post::new("1", "The pool is closed.");
        let key = Repeats::key(&post, "");
        assert_eq!(key, Repeats::key(&Post::new("2", "The pool is closed."), ""));
        assert_ne!(key, Repeats::key(&post, "uk-2024"));
        assert_ne!(key, Repeats::key(&Post { lang: Some("cy".into()), ..post.clone() }, ""));
        assert_ne!(key, Repeats::key(&Post::new("1", "The pool is closed"), "."));
    }

    #[test]
    fn the_first_is_told_and_the_memory_bounded() {
        let mut repeats = Repeats::default();
        let Seen::New(first) = repeats.see(key("a"), "1") else { panic!("nothing came before") };
        let Seen::Again(again) = repeats.see(key("a"), "2") else { panic!("it came before") };
        assert_eq!((again.id.as_str(), again.tail()), ("1", None));
        first.settle(",\"verdict\":\"clear\"}");
        assert_eq!(again.tail(), Some(",\"verdict\":\"clear\"}"));
        for n in 0..2 * VERDICTS {
            repeats.see(key(&n.to_string()), "n");
            assert!(repeats.known.len() <= VERDICTS);
        }
        assert!(matches!(repeats.see(key("a"), "3"), Seen::New(_)));
        let Seen::New(long) = repeats.see(key("long"), "4") else { panic!("nothing came before") };
        long.settle(&"x".repeat(TAIL + 1));
        assert_eq!(long.tail(), None);
    }

    #[test]
    fn only_platforms_have_the_same_post_twice() {
        let mut repeats = Repeats::default();
        let post = Post { platform: Some("x"), ..Post::new("1", "a") };
        assert!(!repeats.is_again(&post) && repeats.is_again(&post));
        assert!(!repeats.is_again(&Post { kind: Kind::Repost, ..post.clone() }));
        let plain = Post::new("1", "a");
        assert!(!repeats.is_again(&plain) && !repeats.is_again(&plain));
    }
}
