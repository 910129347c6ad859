//! The archive that X gives an account of itself: a zip, the folder it was unpacked into,
//! or one of its scripts (`tweets.js`) alone.
//!
//! Only the parts that hold posts are opened, by an allow-list of their names, whatever
//! the manifest says; direct messages, addresses and advertising never are. Posts that
//! were deleted are counted as the manifest counts them, and read only where their script
//! is given alone.

mod manifest;
mod notes;
mod tweet;

use std::collections::VecDeque;

use self::manifest::{Holds, Part};
use self::notes::Notes;
use super::ahead::Ahead;
use super::elements::Elements;
use super::input::Input;
use super::members::Members;
use super::{Fault, Posts, Reading, feed_fault, x};
use crate::error::{Error, Result};
use crate::post::{Place, Post};

/// How every script of an archive begins, …
const SCRIPT: &[u8] = b"window.YTD.";
/// … but for the manifest.
const MANIFEST: &[u8] = b"window.__THAR_CONFIG";

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    let script = ahead.bytes.trim_ascii_start();
    // Its private scripts are claimed too, so that nobody else reads them as lines of text.
    (script.starts_with(SCRIPT) || script.starts_with(MANIFEST)).then(|| "it is a script of an X archive".to_owned())
}

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(members: &Members) -> Option<String> {
    let first = manifest::parts(members).into_iter().next()?;
    let source = members.open(&first.member).ok()?;
    let is_script = source.peeked().trim_ascii_start().starts_with(SCRIPT);
    is_script.then(|| format!("`{}` is a script of an X archive", first.member))
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    if input.members().is_some() {
        let place = input.place();
        let members = input.into_members("an X archive")?;
        return Ok(Box::new(Archive::new(members, place)?));
    }
    let name = input.name().to_owned();
    let holds = Holds::of_script(input.ahead()).ok_or_else(|| {
        feed_fault(&name, "a script of an X archive that holds no posts, and may hold private things: give `tweets.js`")
    })?;
    let place = input.place();
    let elements = Elements::new(place.clone(), input.into_source()?, &[]);
    Ok(Box::new(Archive {
        members: None,
        place,
        owner: None,
        parts: VecDeque::new(),
        open: Some((holds, 0, elements)),
        notes: Notes::default(),
        told: VecDeque::new(),
        broken: None,
    }))
}

/// Reads the posts of an archive, part after part.
struct Archive {
    members: Option<Members>,
    place: Place,
    /// Name of the account.
    owner: Option<String>,
    /// Parts that are still to be read, each with its number.
    parts: VecDeque<(usize, Part)>,
    open: Option<(Holds, usize, Elements)>,
    notes: Notes,
    /// What is to be said before the first post.
    told: VecDeque<Result<Post>>,
    /// The first part that could not be read to its end; told after the other parts.
    broken: Option<Error>,
}

impl Archive {
    fn new(members: Members, place: Place) -> Result<Self> {
        let parts = manifest::parts(&members);
        if parts.is_empty() {
            return Err(feed_fault(members.name(), "no `tweets.js` in it, as an X archive has"));
        }
        let about = manifest::read(&members, &parts);
        let mut told = VecDeque::new();
        if members.unsafe_names() > 0 {
            let problem = format!("names that lead out of the archive, not opened: {}", members.unsafe_names());
            told.push_back(Err(Fault::new(problem).in_place(place.clone())));
        }
        for absent in about.absent {
            let fault = Fault::new("the manifest names this part, and it is not in the archive");
            told.push_back(Err(fault.in_place(place.clone().inside(absent))));
        }
        if let Some((count, member)) = about.deleted {
            let place = Place { item: Some("deleted".into()), ..place.clone().inside(member) };
            told.push_back(Ok(x::placed(x::other(&format!("deleted posts, not read: {count}")), place)));
        }
        let parts: VecDeque<_> = parts.into_iter().enumerate().collect();
        let mut notes = Notes::default();
        for (at, part) in parts.iter().filter(|(_, part)| part.holds == Holds::Notes) {
            // What is at fault in it is told when its turn comes.
            if let Ok(source) = members.open(&part.member) {
                notes.read(*at, Elements::new(place.clone(), source, &[]));
            }
        }
        Ok(Self { members: Some(members), place, owner: about.owner, parts, open: None, notes, told, broken: None })
    }

    /// Opens the next part; `None` after the last.
    fn next_part(&mut self) -> Option<()> {
        let (at, part) = self.parts.pop_front()?;
        match self.members.as_ref()?.open(&part.member) {
            Ok(source) => {
                let elements = Elements::new(self.place.clone().inside(part.member), source, &[]);
                self.open = Some((part.holds, at, elements));
            }
            Err(fault) => {
                self.broken.get_or_insert(fault);
            }
        }
        Some(())
    }
}

impl Iterator for Archive {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(told) = self.told.pop_front() {
            return Some(told);
        }
        loop {
            let Some((holds, part, elements)) = &mut self.open else {
                if self.next_part().is_none() {
                    return self.broken.take().map(Err);
                }
                continue;
            };
            let owner = self.owner.as_deref();
            let element = match elements.next() {
                None => {
                    self.open = None;
                    continue;
                }
                Some(Err(fault @ Error::Record { .. })) => return Some(Err(fault)),
                Some(Err(fault)) => {
                    self.broken.get_or_insert(fault);
                    self.open = None;
                    continue;
                }
                Some(Ok(element)) => element,
            };
            let number = element.number;
            if *holds == Holds::Notes && self.notes.is_joined(*part, number) {
                continue;
            }
            let read = match holds {
                Holds::Notes => notes::post(element.json, owner),
                Holds::Posts | Holds::Community | Holds::Deleted => tweet::post(element.json, owner, &mut self.notes),
            };
            let place = elements.place_of(number);
            return Some(match read {
                Ok(post) => Ok(tweet::placed(post, *holds, place)),
                Err(fault) => Err(fault.in_place(place)),
            });
        }
    }
}

#[cfg(test)]
mod tests;
