//! Long posts. An X archive keeps their full words in a file of their own, under ids that
//! are not those of the posts; the posts hold the beginning, ending in `…`. What joins
//! them is the second they were written in and the words they share.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::super::Fault;
use super::super::elements::Elements;
use super::super::x::{self, Word, Words};
use crate::date;
use crate::post::Post;

/// Most bytes of words that are held for joining: 64 MiB. Long forms beyond it are handed
/// out as posts of their own.
const ROOM: usize = 64 << 20;
/// So many signs in common make a beginning, or all but a fifth of it if it is shorter.
const COMMON: usize = 40;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped<'a> {
    #[serde(borrow)]
    note_tweet: Long<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Long<'a> {
    #[serde(borrow, default)]
    note_tweet_id: Word<'a>,
    #[serde(borrow, default)]
    created_at: Word<'a>,
    #[serde(borrow, default)]
    core: Core<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Core<'a> {
    #[serde(borrow)]
    text: Word<'a>,
}

/// Long forms that wait for their posts.
#[derive(Default)]
pub(super) struct Notes {
    by_second: HashMap<i64, Vec<Held>>,
    bytes: usize,
    joined: HashSet<(usize, u64)>,
}

/// A long form: which of the archive it is, and its words.
struct Held {
    part: usize,
    number: u64,
    text: String,
}

impl Notes {
    /// Takes in part number `part`, as far as there is room and it can be read.
    pub fn read(&mut self, part: usize, mut elements: Elements) {
        while let Some(element) = elements.next() {
            let Ok(element) = element else { continue };
            let Ok(Wrapped { note_tweet: note }) = serde_json::from_str(element.json) else { continue };
            let (Some(text), Some(second)) = (note.core.text.filled(), note.created_at.get().and_then(second)) else {
                continue;
            };
            self.bytes += text.len();
            if self.bytes > ROOM {
                return;
            }
            let held = Held { part, number: element.number, text: text.to_owned() };
            self.by_second.entry(second).or_default().push(held);
        }
    }

    /// The long form of the post that was written at `created` and begins with `stub`.
    pub fn join(&mut self, created: &str, stub: &str) -> Option<String> {
        let of_second = self.by_second.get_mut(&second(created)?)?;
        let stub = without_mentions(stub);
        let wanted = COMMON.min(stub.chars().count() * 4 / 5).max(1);
        let best = of_second.iter().enumerate().map(|(at, held)| (common(stub, without_mentions(&held.text)), at));
        let (_, at) =
            best.filter(|(common, _)| *common >= wanted).max_by_key(|&(common, at)| (common, usize::MAX - at))?;
        let held = of_second.swap_remove(at);
        self.joined.insert((held.part, held.number));
        Some(held.text)
    }

    /// Whether long form `number` of part `part` has found its post.
    pub fn is_joined(&self, part: usize, number: u64) -> bool {
        self.joined.contains(&(part, number))
    }
}

/// The long form `json` as a post of its own.
pub(super) fn post(json: &str, owner: Option<&str>) -> Result<Post, Fault> {
    let Wrapped { note_tweet: note } = serde_json::from_str(json).map_err(|error| x::fault(&error))?;
    let words = match note.core.text {
        Word::Is(text) => Words::perhaps_escaped(&text),
        Word::None => return Err(Fault::of("core.text", "missing")),
        Word::Odd => return Err(Fault::of("core.text", "no string")),
    };
    let post = words.into_post(x::post(note.note_tweet_id.filled(), owner));
    // The id is not that of the post, which cannot be shown then.
    let notes = vec!["long form without its post".to_owned()];
    Ok(Post { time: note.created_at.owned(), platform: None, url: None, notes, ..post })
}

fn second(written: &str) -> Option<i64> {
    date::instant(written.trim()).map(jiff::Timestamp::as_second)
}

/// The words after the accounts that a reply begins with.
fn without_mentions(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('@')
        && let Some((_, after)) = rest.split_once(char::is_whitespace)
    {
        rest = after.trim_start();
    }
    rest
}

/// How many signs two texts have in common at their beginning.
fn common(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}
