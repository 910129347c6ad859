//! The repository of a Bluesky account, as its server exports it: one item for every record
//! of the tree, in the order of its keys. Posts have words; what was passed on has the
//! address of it; likes, follows and the like are no posts. Blocks that the tree does not
//! lead to (earlier commits, what was deleted) are passed over.

use super::ahead::Ahead;
use super::atproto::car::{self, BLOCK_LIMIT, Car};
use super::atproto::cbor::Value;
use super::atproto::mst::{Entry, Walk};
use super::atproto::record::{self, POST, REPOST};
use super::input::Input;
use super::{Fault, Posts, Reading, feed_fault};
use crate::error::Result;
use crate::post::{Kind, Place, Post};

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(ahead: &Ahead<'_>) -> Option<String> {
    car::header(ahead.bytes).map(|_| "it begins with the header of a CAR file".to_owned())
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    let name = input.name().to_owned();
    let path = input.path().filter(|path| path.is_file()).map(std::path::Path::to_owned);
    let Some(path) = path else {
        let problem = "a CAR file can be read from a file but not from a pipe or an archive: save it by itself first";
        return Err(feed_fault(&name, problem));
    };
    let mut car = Car::open(&name, &path, input.into_source()?)?;
    let begun = Walk::new(&mut car);
    if begun.is_err()
        && let Some(problem) = car.problem()
    {
        return Err(feed_fault(&name, problem));
    }
    let (walk, did) = begun?;
    Ok(Box::new(Records { car, walk, did, ended: false }))
}

struct Records {
    car: Car,
    walk: Walk,
    did: String,
    ended: bool,
}

impl Iterator for Records {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.walk.next(&mut self.car) {
            Some(Ok(entry)) => Some(self.read(&entry)),
            Some(Err(fault)) => Some(Err(fault)),
            None => {
                self.ended = true;
                let problem = self.car.problem()?;
                Some(Err(feed_fault(self.car.name(), problem)))
            }
        }
    }
}

impl Records {
    fn read(&mut self, entry: &Entry) -> Result<Post> {
        let place = Place::item(self.car.name(), &entry.key);
        let uri = format!("at://{}/{}", self.did, entry.key);
        let collection = entry.key.split('/').next().unwrap_or_default();
        if collection != POST && collection != REPOST {
            let about = Post { kind: Kind::Other, place: Some(place), ..record::named(&uri) };
            return Ok(Post { author: Some(self.did.clone()), ..about });
        }
        let block = self.car.block(entry.record, BLOCK_LIMIT)?;
        let post = block.map_err(Fault::new).and_then(|block| {
            let value = Value::of(&block).map_err(|broken| Fault::new(broken.0))?;
            if collection == POST { record::post(&uri, value.into_json()) } else { repost(&uri, &value) }
        });
        match post {
            Ok(post) => Ok(Post { author: Some(self.did.clone()), place: Some(place), ..post }),
            Err(fault) => Err(fault.in_place(place)),
        }
    }
}

fn repost(uri: &str, value: &Value<'_>) -> Result<Post, Fault> {
    let subject = value.get("subject").and_then(|subject| subject.get("uri")).and_then(Value::text);
    let subject = subject.ok_or_else(|| Fault::of("subject", "missing"))?;
    Ok(Post {
        kind: Kind::Repost,
        time: value.get("createdAt").and_then(Value::text).map(str::to_owned),
        url: record::url(subject),
        ..record::named(uri)
    })
}

#[cfg(test)]
mod tests;
