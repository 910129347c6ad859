//! The parts of a workbook before any of it is believed: none may unpack to more than it
//! should, and which rows are hidden, which the reader of cells does not say.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufReader, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::super::feed_fault;
use super::super::members::Members;
use crate::error::{Error, Result};

/// The part that names the sheets.
pub(super) const WORKBOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
/// Most bytes that one part may unpack to: 256 MiB.
const PART_LIMIT: u64 = 256 << 20;

/// The hidden rows of each sheet.
#[derive(Default)]
pub(super) struct Hidden(HashMap<String, HashSet<u32>>);

impl Hidden {
    /// Whether row `number` of `sheet` is hidden.
    pub fn holds(&self, sheet: &str, number: u32) -> bool {
        self.0.get(sheet).is_some_and(|rows| rows.contains(&number))
    }
}

/// The hidden rows of a workbook, all of whose parts have been unpacked once to see that
/// they can be.
pub(super) fn hidden(members: &Members) -> Result<Hidden> {
    let mut sheets = Vec::new();
    let mut targets = HashMap::new();
    let mut rows: HashMap<String, HashSet<u32>> = HashMap::new();
    for name in members.names() {
        match name {
            WORKBOOK => scan(members, name, |tag| {
                if tag.local_name().as_ref() == "sheet"
                    && let (Some(name), Some(id)) = (attribute(tag, "name"), attribute(tag, "id"))
                {
                    sheets.push((name, id));
                }
            })?,
            RELATIONS => scan(members, name, |tag| {
                if let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target")) {
                    targets.insert(id, target);
                }
            })?,
            name if name.strip_prefix("xl/worksheets/").is_some_and(|name| name.strip_suffix(".xml").is_some()) => {
                let found = rows.entry(name.to_owned()).or_default();
                let mut number = 0;
                scan(members, name, |tag| {
                    if tag.local_name().as_ref() == "row" {
                        number = attribute(tag, "r").and_then(|number| number.parse().ok()).unwrap_or(number + 1);
                        let is_hidden = attribute(tag, "hidden").is_some_and(|value| value == "1" || value == "true");
                        if is_hidden {
                            found.insert(number);
                        }
                    }
                })?;
            }
            name => drain(members, name)?,
        }
    }
    let rows_of = |id: String| {
        let target = targets.get(&id)?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        rows.get(&path).cloned()
    };
    Ok(Hidden(sheets.into_iter().filter_map(|(name, id)| Some((name, rows_of(id)?))).collect()))
}

/// Shows each opening tag of the part `name` to `see`. Faults in it are left to be told
/// when it is read for good, but not those of its size.
fn scan(members: &Members, name: &str, mut see: impl FnMut(&BytesStart<'_>)) -> Result<()> {
    let limited = Limited { inner: members.open(name)?, left: PART_LIMIT };
    let mut xml = quick_xml::Reader::from_reader(BufReader::with_capacity(1 << 16, limited));
    xml.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => see(&tag),
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::DocType(_)) => {
                let problem = "it declares entities, as no spreadsheet does: not read";
                return Err(feed_fault(&format!("{}!{name}", members.name()), problem));
            }
            Ok(_) => {}
            Err(quick_xml::Error::Io(fault)) => {
                let fault = io::Error::new(fault.kind(), fault.to_string());
                return Err(Error::io(format!("{}!{name}", members.name()), fault));
            }
            Err(_) => {
                let mut rest = xml.into_inner();
                return passed(io::copy(&mut rest, &mut io::sink()), members, name);
            }
        }
    }
}

/// Unpacks the part `name` and keeps nothing of it.
fn drain(members: &Members, name: &str) -> Result<()> {
    let mut limited = Limited { inner: members.open(name)?, left: PART_LIMIT };
    passed(io::copy(&mut limited, &mut io::sink()), members, name)
}

fn passed(copied: io::Result<u64>, members: &Members, name: &str) -> Result<()> {
    copied.map(|_| ()).map_err(|fault| Error::io(format!("{}!{name}", members.name()), fault))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// Fails where more than `left` bytes come.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(into)?;
        let Some(left) = self.left.checked_sub(taken as u64) else {
            return Err(io::Error::other(format!("unpacks to more than {} MiB: save it as CSV", PART_LIMIT >> 20)));
        };
        self.left = left;
        Ok(taken)
    }
}
