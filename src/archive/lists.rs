//! The JSON lists of a feed, one file after the other: the file that was given, or those
//! members of an archive that are wanted. Knows nothing of what stands in the lists.

use std::vec::IntoIter;

use super::elements::{Element, Elements};
use super::input::Input;
use super::members::Members;
use super::{Fault, Posts, feed_fault};
use crate::error::Result;
use crate::post::{Place, Post};

/// Elements of several files.
pub(super) struct Lists {
    place: Place,
    keys: &'static [&'static str],
    members: Option<Members>,
    waiting: IntoIter<String>,
    now: Option<Elements>,
}

impl Lists {
    /// The lists of `input`, which stand in files themselves or under `keys` of their object;
    /// of an archive, those of the members that are `wanted`. Fails where it has none.
    pub fn new(input: Input, keys: &'static [&'static str], wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let place = input.place();
        if input.members().is_none() {
            let now = Some(Elements::new(place.clone(), input.into_source()?, keys));
            return Ok(Self { place, keys, members: None, waiting: Vec::new().into_iter(), now });
        }
        let members = input.into_members("an archive")?;
        let mut names: Vec<String> = members.names().filter(|name| wanted(name)).map(str::to_owned).collect();
        if names.is_empty() {
            return Err(feed_fault(members.name(), "none of the files that hold posts is in it"));
        }
        names.sort_by(|a, b| numbered(a).cmp(&numbered(b)));
        Ok(Self { place, keys, members: Some(members), waiting: names.into_iter(), now: None })
    }

    /// The posts that `read` makes of the elements. Their place is filled in here.
    pub fn posts(mut self, mut read: impl FnMut(&Element<'_>) -> Result<Post, Fault> + Send + 'static) -> Posts {
        Box::new(std::iter::from_fn(move || self.next(&mut read)))
    }

    fn next(&mut self, read: &mut impl FnMut(&Element<'_>) -> Result<Post, Fault>) -> Option<Result<Post>> {
        loop {
            if let Some(elements) = &mut self.now {
                let item = match elements.next() {
                    Some(Ok(element)) => Some((read(&element), element.number)),
                    Some(Err(fault)) => return Some(Err(fault)),
                    None => None,
                };
                if let Some((read, number)) = item {
                    let place = elements.place_of(number);
                    return Some(match read {
                        Ok(post) => Ok(Post { place: Some(place), ..post }),
                        Err(fault) => Err(fault.in_place(place)),
                    });
                }
            }
            let member = self.waiting.next()?;
            let source = match self.members.as_ref()?.open(&member) {
                Ok(source) => source,
                Err(fault) => return Some(Err(fault)),
            };
            self.now = Some(Elements::new(self.place.clone().inside(&member), source, self.keys));
        }
    }
}

/// A name cut so that `posts_2` comes before `posts_10`.
fn numbered(name: &str) -> (&str, u64, &str) {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let head = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    (head, stem[head.len()..].parse().unwrap_or_default(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_the_order_of_their_numbers() {
        let mut names = ["p/posts_10.json", "p/posts_2.json", "p/posts.json", "a/posts_3.json", "p/posts_1.json"];
        names.sort_by(|a, b| numbered(a).cmp(&numbered(b)));
        assert_eq!(names, ["a/posts_3.json", "p/posts.json", "p/posts_1.json", "p/posts_2.json", "p/posts_10.json"]);
    }
}
