//! CAR files, version 1: a header that names the root, then blocks in any order. One pass
//! notes where each block stands, 16 bytes a block; contents are read when they are asked
//! for, and checked against their content id. Knows nothing of what the blocks hold.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::feed_fault;
use super::super::source::Source;
use super::cbor::Value;
use crate::error::{Error, Result};

/// Most bytes of a block that is read: 2 MiB. Records may have 1 MiB.
pub(in super::super) const BLOCK_LIMIT: u64 = 2 << 20;
/// Most bytes of a header.
const HEADER_LIMIT: usize = 4 << 10;
/// Most blocks of a file.
const BLOCKS: usize = 1 << 22;
/// Most blocks looked at for one content id: others share the beginning of its hash.
const ALIKE: usize = 16;
/// Version 1, DAG-CBOR, SHA-256 of 32 bytes.
const PREFIX: [u8; 4] = [1, 0x71, 0x12, 0x20];

/// The content id of a DAG-CBOR block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Cid([u8; 32]);

impl Cid {
    const LEN: usize = PREFIX.len() + 32;

    /// The id that `bytes` begin with; `None` if it is of another kind.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.strip_prefix(&PREFIX)?.first_chunk().copied().map(Self)
    }

    fn head(&self) -> u64 {
        u64::from_be_bytes(*self.0.first_chunk().expect("a hash has 32 bytes"))
    }
}

/// The root that a header names, and the length of both; `None` if no CAR file begins here.
pub(in super::super) fn header(bytes: &[u8]) -> Option<(Option<Cid>, usize)> {
    let (length, used) = varint(bytes)?;
    let end = used.checked_add(usize::try_from(length).ok().filter(|length| *length <= HEADER_LIMIT)?)?;
    let header = Value::of(bytes.get(used..end)?).ok()?;
    let Some(Value::List(roots)) = header.get("roots") else { return None };
    let root = roots.first().and_then(|root| if let Value::Link(id) = root { Cid::of(id) } else { None });
    (header.get("version") == Some(&Value::Int(1))).then_some((root, end))
}

/// A number of one to nine bytes, and how many they are.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
    }
    None
}

/// A CAR file whose blocks can be read.
pub(in super::super) struct Car {
    name: String,
    file: BufReader<File>,
    root: Cid,
    /// Beginning of the hash, and where the block stands; in that order.
    index: Vec<(u64, u64)>,
    problem: Option<String>,
}

impl Car {
    /// Notes the blocks of `source`, which is the file at `path`.
    ///
    /// # Errors
    /// If it is not a CAR file of version 1, names no root, or has too many blocks.
    pub fn open(name: &str, path: &Path, source: Source) -> Result<Self> {
        let mut scan = Scan { name, source, at: 0 };
        let root = scan.header()?;
        let root = root.ok_or_else(|| feed_fault(name, "its header names no root of a kind that is known"))?;
        let mut index = Vec::new();
        let problem = loop {
            let start = scan.at;
            match scan.block()? {
                Ok(Passed::End) => break None,
                Ok(Passed::Foreign) => {}
                Ok(Passed::Block(_)) if index.len() == BLOCKS => {
                    return Err(feed_fault(name, format!("more than {BLOCKS} blocks in one file")));
                }
                Ok(Passed::Block(id)) => index.push((id.head(), start)),
                Err(problem) => break Some(format!("{problem}, after {} whole blocks", index.len())),
            }
        };
        index.sort_unstable();
        let file = File::open(path).map_err(|fault| Error::io(path, fault))?;
        Ok(Self { name: name.to_owned(), file: BufReader::with_capacity(8 << 10, file), root, index, problem })
    }

    /// What errors and places call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The block that all others hang on.
    pub fn root(&self) -> Cid {
        self.root
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> usize {
        self.index.len()
    }

    /// Why the file could not be read to its end, if so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// The content of block `id`, or why there is none.
    pub fn block(&mut self, id: Cid, limit: u64) -> Result<Result<Vec<u8>, String>> {
        let from = self.index.partition_point(|(head, _)| *head < id.head());
        let alike = self.index[from..].iter().take_while(|(head, _)| *head == id.head()).take(ALIKE);
        for (_, at) in alike {
            let read = read_block(&mut self.file, *at, id, limit);
            if let Some(content) = read.map_err(|fault| Error::io(&self.name, fault))? {
                return Ok(content);
            }
        }
        Ok(Err("its block is not in the file".to_owned()))
    }
}

/// The content of the block at `at`, if it is `id`.
fn read_block(
    file: &mut BufReader<File>,
    at: u64,
    id: Cid,
    limit: u64,
) -> std::io::Result<Option<Result<Vec<u8>, String>>> {
    file.seek(SeekFrom::Start(at))?;
    let mut head = Vec::with_capacity(64);
    file.take(9 + Cid::LEN as u64).read_to_end(&mut head)?;
    let Some((length, used)) = varint(&head) else { return Ok(None) };
    if Cid::of(&head[used..]) != Some(id) {
        return Ok(None);
    }
    let Some(length) = length.checked_sub(Cid::LEN as u64) else { return Ok(None) };
    if length > limit {
        return Ok(Some(Err(format!("its block is longer than {} KiB", limit >> 10))));
    }
    file.seek(SeekFrom::Start(at + (used + Cid::LEN) as u64))?;
    let mut content = Vec::new();
    file.take(length).read_to_end(&mut content)?;
    let is_it = Sha256::digest(&content).as_slice() == id.0;
    Ok(Some(if is_it { Ok(content) } else { Err("its block is not what its content id says".to_owned()) }))
}

/// What the pass over the file met.
enum Passed {
    Block(Cid),
    /// A block whose id is of another kind: a picture, or an old form.
    Foreign,
    End,
}

/// The pass over the file.
struct Scan<'n> {
    name: &'n str,
    source: Source,
    at: u64,
}

impl Scan<'_> {
    fn header(&mut self) -> Result<Option<Cid>> {
        let mut ahead = Vec::new();
        let most = HEADER_LIMIT as u64 + 9;
        (&mut self.source).take(most).read_to_end(&mut ahead).map_err(|fault| Error::io(self.name, fault))?;
        let (root, end) = header(&ahead).ok_or_else(|| feed_fault(self.name, "not a CAR file of version 1"))?;
        self.source.unread(&ahead[end..]);
        self.at = end as u64;
        Ok(root)
    }

    /// Passes over one block; fails inside where the rest of the file cannot be read.
    fn block(&mut self) -> Result<Result<Passed, &'static str>> {
        const CUT: &str = "the file ends in the middle";
        let mut head = [0; 9 + Cid::LEN];
        let mut used = 0;
        // The length, byte by byte, because nothing may follow it.
        let (length, varint_len) = loop {
            let Some(byte) = self.byte()? else {
                return Ok(if used == 0 { Ok(Passed::End) } else { Err(CUT) });
            };
            head[used] = byte;
            used += 1;
            match varint(&head[..used]) {
                Some(found) => break found,
                None if used == 9 => return Ok(Err("the length of a block is none")),
                None => {}
            }
        };
        if length == 0 {
            return Ok(Err("a block without a content id"));
        }
        let room = usize::try_from(length).unwrap_or(usize::MAX).min(Cid::LEN);
        for slot in &mut head[varint_len..varint_len + room] {
            let Some(byte) = self.byte()? else { return Ok(Err(CUT)) };
            *slot = byte;
        }
        let whole = self.skip(length - room as u64)?;
        let id = Cid::of(&head[varint_len..varint_len + room]);
        Ok(if whole { Ok(id.map_or(Passed::Foreign, Passed::Block)) } else { Err(CUT) })
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let ahead = self.source.fill_buf().map_err(|fault| Error::io(self.name, fault))?;
        let byte = ahead.first().copied();
        if byte.is_some() {
            self.source.consume(1);
            self.at += 1;
        }
        Ok(byte)
    }

    /// Passes over `count` bytes; `false` if there are fewer.
    fn skip(&mut self, mut count: u64) -> Result<bool> {
        while count > 0 {
            let ahead = self.source.fill_buf().map_err(|fault| Error::io(self.name, fault))?;
            if ahead.is_empty() {
                return Ok(false);
            }
            let taken = usize::try_from(count).unwrap_or(usize::MAX).min(ahead.len());
            self.source.consume(taken);
            self.at += taken as u64;
            count -= taken as u64;
        }
        Ok(true)
    }
}
