//! The tree of a repository: from the commit down, every key with the content id of its
//! record, in the order of the keys. Keys ascend, no node is met more often than there are
//! blocks, and depth and sizes have limits, so that a hostile tree comes to an end.

use std::vec::IntoIter;

use super::super::{Fault, feed_fault};
use super::car::{Car, Cid};
use super::cbor::Value;
use crate::error::{Error, Result};
use crate::post::Place;

/// Most bytes of a node: 256 KiB. Sound ones have a few thousand.
const NODE_LIMIT: u64 = 256 << 10;
/// Deepest node. Each level holds about four times as many keys as the one above.
const DEPTH: usize = 64;
/// Longest key in bytes.
const KEY_LIMIT: usize = 1 << 10;

/// Goes through a tree.
pub(in super::super) struct Walk {
    stack: Vec<Node>,
    /// The last key that was handed out.
    last: Vec<u8>,
    nodes_left: usize,
    place: Place,
}

/// A key and its record.
pub(in super::super) struct Entry {
    /// `collection/rkey`.
    pub key: String,
    pub record: Cid,
}

struct Node {
    steps: IntoIter<Step>,
    /// The key before the next one in this node.
    key: Vec<u8>,
}

enum Step {
    Below(Cid),
    /// So many bytes of the key before, then these.
    Key(usize, Vec<u8>, Cid),
}

impl Walk {
    /// The walk from the commit that `car` has as its root, and the account it is from.
    ///
    /// # Errors
    /// If the root is no commit, or not in the file.
    pub fn new(car: &mut Car) -> Result<(Self, String)> {
        let name = car.name().to_owned();
        let fault = |problem: &str| feed_fault(&name, format!("the commit it begins with: {problem}"));
        let block = car.block(car.root(), NODE_LIMIT)?.map_err(|problem| fault(&problem))?;
        let commit = Value::of(&block).map_err(|broken| fault(broken.0))?;
        let did = commit.get("did").and_then(Value::text).ok_or_else(|| fault("it names no account"))?;
        let tree = link(commit.get("data")).ok().flatten().ok_or_else(|| fault("it names no tree"))?;
        let root = Node { steps: vec![Step::Below(tree)].into_iter(), key: Vec::new() };
        let place = Place { file: name.clone(), ..Place::default() };
        let walk = Self { stack: vec![root], last: Vec::new(), nodes_left: car.blocks(), place };
        Ok((walk, did.to_owned()))
    }

    /// The next key; `None` at the end. A part of the tree that cannot be read is an
    /// [`Error::Record`] in its place.
    pub fn next(&mut self, car: &mut Car) -> Option<Result<Entry>> {
        loop {
            let node = self.stack.last_mut()?;
            match node.steps.next() {
                None => {
                    self.stack.pop();
                }
                Some(Step::Below(id)) => {
                    if let Err(fault) = self.descend(car, id) {
                        return Some(Err(fault));
                    }
                }
                Some(Step::Key(kept, rest, record)) => {
                    if kept > node.key.len() || kept + rest.len() > KEY_LIMIT {
                        return Some(Err(self.fatal("a key that is cut wrongly or too long")));
                    }
                    node.key.truncate(kept);
                    node.key.extend(rest);
                    if node.key <= self.last {
                        return Some(Err(self.fatal("its keys are not in their order")));
                    }
                    self.last.clone_from(&node.key);
                    return Some(match String::from_utf8(node.key.clone()) {
                        Ok(key) => Ok(Entry { key, record }),
                        Err(_) => Err(self.gap("a key is not UTF-8")),
                    });
                }
            }
        }
    }

    fn descend(&mut self, car: &mut Car, id: Cid) -> Result<()> {
        if self.stack.len() > DEPTH || self.nodes_left == 0 {
            return Err(self.fatal("it is deeper than any sound one, or goes in circles"));
        }
        let block = car.block(id, NODE_LIMIT)?;
        self.nodes_left -= 1;
        let steps = block.and_then(|block| {
            let node = Value::of(&block).map_err(|broken| broken.0.to_owned())?;
            steps(&node).ok_or_else(|| "not in the form of a node".to_owned())
        });
        let steps = steps.map_err(|problem| self.gap(&format!("a part of the tree cannot be read: {problem}")))?;
        self.stack.push(Node { steps: steps.into_iter(), key: Vec::new() });
        Ok(())
    }

    /// An error after which the walk goes on.
    fn gap(&self, problem: &str) -> Error {
        let last = String::from_utf8_lossy(&self.last);
        let item = if last.is_empty() { "before the first key".to_owned() } else { format!("after {last}") };
        Fault::new(problem).in_place(Place { item: Some(item), ..self.place.clone() })
    }

    /// An error that ends the walk.
    fn fatal(&mut self, problem: &str) -> Error {
        self.stack.clear();
        feed_fault(&self.place.file, format!("the tree of the repository: {problem}"))
    }
}

/// Something else where a link should be.
struct NoLink;

/// A link; `None` for what is left out or `null`.
fn link(value: Option<&Value<'_>>) -> Result<Option<Cid>, NoLink> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Link(id)) => Cid::of(id).map(Some).ok_or(NoLink),
        Some(_) => Err(NoLink),
    }
}

/// What is to be done for a node, in order; `None` if it is none.
fn steps(node: &Value<'_>) -> Option<Vec<Step>> {
    let mut steps: Vec<Step> = link(node.get("l")).ok()?.map(Step::Below).into_iter().collect();
    let Value::List(entries) = node.get("e")? else { return None };
    for entry in entries {
        let (Value::Int(kept), Value::Bytes(rest)) = (entry.get("p")?, entry.get("k")?) else { return None };
        steps.push(Step::Key(usize::try_from(*kept).ok()?, rest.to_vec(), link(entry.get("v")).ok()??));
        steps.extend(link(entry.get("t")).ok()?.map(Step::Below));
    }
    Some(steps)
}
