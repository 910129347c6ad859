//! A record as one row: the columns that CSV and Parquet share. Lists hold each entry
//! once, in the order of the findings; those that may stay are named in `suppressed` only.

use std::borrow::Cow;

use jiff::civil::Date;

use super::Record;
#[cfg(feature = "parquet")]
use super::record::Clause;
use super::record::{Found, Judged, Source};
use crate::post::{Audience, Place};

/// What a cell holds.
pub(super) enum Cell<'r> {
    /// Words, of the post, its feed or the rules.
    Text(Option<Cow<'r, str>>),
    /// Several of them.
    List(Vec<Cow<'r, str>>),
    /// A probability.
    Number(Option<f64>),
    /// A number of things, or a place among them.
    Count(Option<u64>),
    /// A day.
    Day(Option<Date>),
    /// Yes or no.
    Flag(bool),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words in every row.
    Word,
    /// Words in some rows.
    Text,
    /// A list of words.
    List,
    /// A probability, in some rows.
    Number,
    /// A number in some rows.
    Count,
    /// A day in some rows.
    Day,
    /// Yes or no in every row.
    Flag,
}

/// A column of rows made from `T`.
pub(super) struct Column<T: 'static> {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    #[cfg_attr(not(any(test, feature = "parquet")), expect(dead_code, reason = "tables without types need none"))]
    pub kind: Kind,
    /// The cell of a row.
    pub cell: for<'r> fn(&'r T) -> Cell<'r>,
}

const fn column<T>(name: &'static str, kind: Kind, cell: for<'r> fn(&'r T) -> Cell<'r>) -> Column<T> {
    Column { name, kind, cell }
}

/// The columns of a post.
pub(super) static POST: [Column<Record>; 33] = [
    column("id", Kind::Word, |r| word(&r.id)),
    column("verdict", Kind::Word, |r| word(r.verdict.name())),
    column("controversy", Kind::Word, |r| word(r.controversy.level.name())),
    column("controversy_risk", Kind::Number, |r| Cell::Number(r.controversy.risk)),
    column("controversy_hold", Kind::Number, |r| Cell::Number(r.controversy.hold)),
    column("misleading", Kind::Word, |r| word(r.misleading.level.name())),
    column("misleading_risk", Kind::Number, |r| Cell::Number(r.misleading.risk)),
    column("misleading_hold", Kind::Number, |r| Cell::Number(r.misleading.hold)),
    column("unsure", Kind::Flag, |r| Cell::Flag(unsure(&r.controversy) || unsure(&r.misleading))),
    column("reasons", Kind::List, reasons),
    column("rules", Kind::List, |r| each(r, |f| Some(Cow::Borrowed(&f.rule)))),
    column("quotes", Kind::List, |r| each(r, |f| f.quote.as_deref().map(Cow::Borrowed))),
    column("advice", Kind::List, |r| each(r, |f| Some(Cow::Borrowed(&f.advice)))),
    column("wordings", Kind::List, |r| each(r, |f| f.wording.as_deref().map(Cow::Borrowed))),
    column("questions", Kind::List, |r| each(r, |f| f.question.as_deref().map(Cow::Borrowed))),
    column("clauses", Kind::List, |r| list(counting(r).flat_map(|f| &f.cites).map(|cite| Cow::Owned(cite.words())))),
    column("suppressed", Kind::List, suppressed),
    column("time", Kind::Text, |r| of_post(r, |post| post.time.as_deref())),
    column("date", Kind::Day, |r| Cell::Day(r.date)),
    column("author", Kind::Text, |r| of_post(r, |post| post.author.as_deref())),
    column("url", Kind::Text, |r| of_post(r, |post| post.url.as_deref())),
    column("kind", Kind::Text, |r| of_post(r, |post| Some(post.kind.name()))),
    column("audience", Kind::Text, |r| of_post(r, |post| Some(audience(post.audience)))),
    column("lang", Kind::Text, |r| of_post(r, |post| post.lang.as_deref())),
    column("notes", Kind::List, |r| list(r.post.iter().flat_map(|post| &post.notes).map(|n| Cow::Borrowed(&**n)))),
    column("periods", Kind::List, |r| list(r.periods.iter().map(|period| Cow::Borrowed(&*period.name)))),
    column("unscreened", Kind::Text, |r| text(r.unscreened.as_deref())),
    column("same_as", Kind::Text, |r| of_post(r, |post| post.same_as.as_deref())),
    column("file", Kind::Text, |r| text(place(r).map(|place| &*place.file))),
    column("member", Kind::Text, |r| text(place(r).and_then(|place| place.member.as_deref()))),
    column("line", Kind::Count, |r| Cell::Count(place(r).and_then(|place| place.line))),
    column("item", Kind::Text, |r| text(place(r).and_then(|place| place.item.as_deref()))),
    column("text", Kind::Text, |r| of_post(r, |post| post.text.as_deref())),
];

/// The columns of a finding.
#[cfg(feature = "parquet")]
pub(super) static FINDING: [Column<Found>; 16] = [
    column("rule", Kind::Word, |f| word(&f.rule)),
    column("dimension", Kind::Word, |f| word(f.dimension.name())),
    column("level", Kind::Word, |f| word(f.level.name())),
    column("quote", Kind::Text, |f| text(f.quote.as_deref())),
    column("message", Kind::Word, |f| word(&f.message)),
    column("why", Kind::Word, |f| word(&f.why)),
    column("advice", Kind::Word, |f| word(&f.advice)),
    column("wording", Kind::Text, |f| text(f.wording.as_deref())),
    column("question", Kind::Text, |f| text(f.question.as_deref())),
    column("clauses", Kind::Text, clauses),
    column("start", Kind::Count, |f| Cell::Count(Some(f.span.start as u64))),
    column("end", Kind::Count, |f| Cell::Count(Some(f.span.end as u64))),
    column("line", Kind::Count, |f| Cell::Count(Some(f.span.line as u64))),
    column("column", Kind::Count, |f| Cell::Count(Some(f.span.column as u64))),
    column("fingerprint", Kind::Word, |f| word(&f.fingerprint)),
    column("suppressed", Kind::Text, |f| text(f.suppressed.as_ref().map(|why| &*why.reason))),
];

fn word(word: &str) -> Cell<'_> {
    Cell::Text(Some(Cow::Borrowed(word)))
}

fn text(text: Option<&str>) -> Cell<'_> {
    Cell::Text(text.map(Cow::Borrowed))
}

fn of_post(record: &Record, field: impl Fn(&Source) -> Option<&str>) -> Cell<'_> {
    text(record.post.as_ref().and_then(field))
}

fn place(record: &Record) -> Option<&Place> {
    record.post.as_ref().map(|post| &post.place)
}

fn unsure(judged: &Judged) -> bool {
    judged.unsure
}

fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "public",
        Audience::Unlisted => "unlisted",
        Audience::Followers => "followers",
        Audience::Direct => "direct",
    }
}

fn counting(record: &Record) -> impl Iterator<Item = &Found> {
    record.findings.iter().filter(|finding| finding.counts())
}

fn each<'r>(record: &'r Record, part: impl Fn(&'r Found) -> Option<Cow<'r, str>>) -> Cell<'r> {
    list(counting(record).filter_map(part))
}

fn reasons(record: &Record) -> Cell<'_> {
    list(record.reasons.iter().map(|reason| Cow::Owned(format!("{} {}", reason.code, reason.name))))
}

#[cfg(feature = "parquet")]
fn clauses(found: &Found) -> Cell<'_> {
    let words: Vec<String> = found.cites.iter().map(Clause::words).collect();
    Cell::Text((!words.is_empty()).then(|| words.join(" | ").into()))
}

fn suppressed(record: &Record) -> Cell<'_> {
    let told = |found: &Found| found.suppressed.as_ref().map(|why| format!("{}: {}", found.rule, why.reason));
    list(record.findings.iter().filter_map(told).map(Cow::Owned))
}

/// Each of `entries` once.
fn list<'r>(entries: impl Iterator<Item = Cow<'r, str>>) -> Cell<'r> {
    let mut kept: Vec<Cow<'r, str>> = Vec::new();
    for entry in entries {
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
    Cell::List(kept)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Finding, Sample, finding};
    use super::*;
    use crate::rules::Level;

    fn cell<'r>(record: &'r Record, name: &str) -> Cell<'r> {
        (POST.iter().find(|column| column.name == name).unwrap().cell)(record)
    }

    fn entries(record: &Record, name: &str) -> Vec<String> {
        let Cell::List(entries) = cell(record, name) else { panic!("{name} is no list") };
        entries.into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn lists_hold_each_entry_once_and_no_finding_that_may_stay() {
        let found = |quote| finding("polemic/a", Level::Review, quote);
        let stays = finding("polemic/b", Level::Hold, "joke").suppressed("a title");
        let record = Sample::new("1", "Farce, shambles, joke.").finds(found("Farce")).finds(found("shambles"));
        let record = record.finds(stays).record();
        assert_eq!(entries(&record, "rules"), ["polemic/a"]);
        assert_eq!(entries(&record, "quotes"), ["Farce", "shambles"]);
        assert_eq!(entries(&record, "clauses"), ["Propriety, test 2"]);
        assert_eq!(entries(&record, "suppressed"), ["polemic/b: a title"]);
    }

    #[test]
    fn every_cell_is_of_its_column_s_kind() {
        let record = Sample::new("1", "Farce.").finds(finding("polemic/a", Level::Review, "Farce")).record();
        for column in &POST {
            let is_of_kind = match (column.cell)(&record) {
                Cell::Text(text) => column.kind == Kind::Text || column.kind == Kind::Word && text.is_some(),
                Cell::List(_) => column.kind == Kind::List,
                Cell::Number(_) => column.kind == Kind::Number,
                Cell::Count(_) => column.kind == Kind::Count,
                Cell::Day(_) => column.kind == Kind::Day,
                Cell::Flag(_) => column.kind == Kind::Flag,
            };
            assert!(is_of_kind, "{}", column.name);
        }
    }
}
