//! A row of a table, whatever file the table is in: which parts of a post its cells hold.

use super::csv::is_rounded;
use super::fields::kind;
use super::header::Columns;
use super::when::{self, DateOrder};
use super::{Fault, Said};

/// What the row says whose cells `cell` hands out; a row may have no words.
pub(super) fn said(
    columns: &Columns,
    order: DateOrder,
    cell: impl Fn(usize) -> Result<String, Fault>,
) -> Result<Said, Fault> {
    let filled = |at: Option<usize>| -> Result<Option<String>, Fault> {
        Ok(at.map(&cell).transpose()?.filter(|cell| !cell.trim().is_empty()))
    };
    let trimmed = |at| Ok::<_, Fault>(filled(at)?.map(|cell| cell.trim().to_owned()));
    let mut notes = Vec::new();
    let mut id = trimmed(columns.id)?;
    if id.as_deref().is_some_and(is_rounded) {
        id = None;
        notes.push("id rounded by a spreadsheet: the row stands for it".to_owned());
    }
    let time = filled(columns.time)?.map(|written| {
        let (time, note) = when::time(&written, order);
        notes.extend(note);
        time
    });
    let text = cell(columns.text)?;
    Ok(Said {
        text: if text.trim().is_empty() { String::new() } else { text },
        id,
        time,
        author: filled(columns.author)?,
        url: trimmed(columns.url)?,
        kind: trimmed(columns.kind)?.as_deref().map_or_else(Default::default, kind),
        lang: trimmed(columns.lang)?,
        notes,
    })
}
