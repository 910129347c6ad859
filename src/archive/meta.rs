//! What the downloads of Facebook and Instagram have in common: both come as JSON or as
//! HTML, name no post, and write their words as mojibake.

use sha2::{Digest, Sha256};

use super::ahead::Ahead;
use super::input::Input;
use super::mojibake;
use super::shown::Shown;
use crate::post::Post;

/// What to say of a download in its HTML form.
pub(super) const HTML_FORM: &str =
    "this is the HTML form of the download, which cannot be read: ask for the download again in the JSON format";
/// A class of the pages that both make.
const PAGE_CLASS: &str = "class=\"_a6-g";

/// Whether a page of a download begins here.
pub(super) fn is_html_form(ahead: &Ahead<'_>) -> bool {
    ahead.bytes.trim_ascii_start().starts_with(b"<") && ahead.contains(PAGE_CLASS)
}

/// Whether `input` is the HTML form: it begins as a page, or has pages and no member that is
/// `wanted`.
pub(super) fn is_html(input: &Input, wanted: impl Fn(&str) -> bool) -> bool {
    match input.members() {
        Some(members) => !members.names().any(wanted) && members.names().any(is_page),
        None => input.ahead().trim_ascii_start().starts_with(b"<"),
    }
}

fn is_page(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end == "html")
}

/// The folder right above a member, and its own name.
pub(super) fn folder_and_file(name: &str) -> (&str, &str) {
    let (above, file) = name.rsplit_once('/').unwrap_or(("", name));
    (above.rsplit('/').next().unwrap_or_default(), file)
}

/// Words of a record, mended where they are mojibake and told once where several strings
/// say the same.
#[derive(Default)]
pub(super) struct Words {
    shown: Shown,
    mended: bool,
}

impl Words {
    /// Adds `raw`, unless its words are there already.
    pub fn add(&mut self, raw: &str) {
        let mended = mojibake::repaired(raw);
        if self.shown.has(mended.as_ref().map_or(raw, |mended| mended.as_str())) {
            return;
        }
        match mended {
            Some(mended) => {
                self.mended = true;
                self.shown.decoded(raw, mended);
            }
            None => self.shown.plain(raw),
        }
    }

    /// Makes them the text of `post`.
    pub fn put(self, post: &mut Post) {
        self.shown.put(post);
        if self.mended {
            post.notes.push("mojibake repaired".to_owned());
        }
    }
}

/// A name for a record without one: the beginning of the SHA-256 of `parts`, in hexadecimal.
pub(super) fn hashed(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let first = hash.finalize().first_chunk().copied().expect("a hash has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_tell_parts_apart() {
        assert_eq!(hashed(&["a", "b"]), hashed(&["a", "b"]));
        assert_ne!(hashed(&["a", "b"]), hashed(&["ab", ""]));
        assert_eq!(hashed(&[]).len(), 16);
    }

    #[test]
    fn words_are_mended_and_told_once() {
        let mut words = Words::default();
        words.add("caf\u{c3}\u{a9}");
        words.add("café ");
        words.add("queue");
        let mut post = Post::default();
        words.put(&mut post);
        assert_eq!(
            (post.text.as_str(), post.notes.as_slice()),
            ("café\n\nqueue", &["mojibake repaired".to_owned()][..])
        );
        assert_eq!(post.original_span(crate::span::Span::new(3, 5)), crate::span::Span::new(3, 7));
    }
}
