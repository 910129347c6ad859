//! Which columns of a table, or keys of an object, are read as which part of a post, and why:
//! what `crossbench inspect` shows. Readers of tables note it as they meet a header; formats
//! whose keys are nested have none.

use std::sync::{Arc, Mutex, PoisonError};

use super::fields::{Field, FieldMap};
use super::header::Columns;

/// Most tables of a feed that are noted.
const TABLES: usize = 64;

/// A table of a feed, or an object of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Which of the feed's it is: `sheet Queue`, `line 1`; `None` where there is one only.
    pub name: Option<String>,
    /// Its columns or keys, in their order; none where nothing of it is read.
    pub columns: Vec<Column>,
}

/// A column or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, as the file writes it.
    pub name: String,
    /// Names of the parts of a post that are read from it; none where it is not read.
    pub read_as: Vec<&'static str>,
    /// Why it is, or is not.
    pub why: String,
}

impl Column {
    /// The column `name`, read as `field` because of `why`.
    pub(super) fn read(name: &str, field: &'static str, why: &str) -> Self {
        Self { name: name.to_owned(), read_as: vec![field], why: why.to_owned() }
    }

    /// The column `name`, which is not read because of `why`.
    pub(super) fn unread(name: &str, why: &str) -> Self {
        Self { name: name.to_owned(), read_as: Vec::new(), why: why.to_owned() }
    }
}

/// Where readers note the tables they meet.
#[derive(Debug, Clone, Default)]
pub(super) struct Survey {
    tables: Arc<Mutex<Vec<Table>>>,
    /// The file of an archive that the tables are in.
    member: Option<String>,
}

impl Survey {
    /// The same, for the tables of `member`.
    pub fn of_member(&self, member: &str) -> Self {
        Self { member: Some(member.to_owned()), ..self.clone() }
    }

    /// Notes the table called `name`.
    pub fn note(&self, name: Option<String>, columns: Vec<Column>) {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if tables.len() < TABLES {
            let name = match (&self.member, name) {
                (Some(member), Some(name)) => Some(format!("{member}, {name}")),
                (Some(member), None) => Some(member.clone()),
                (None, name) => name,
            };
            tables.push(Table { name, columns });
        }
    }

    /// The tables that were noted.
    pub fn tables(&self) -> Vec<Table> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The columns `names` of a table, of which `found` are read.
pub(super) fn of_header(names: &[String], map: &FieldMap, found: &Columns) -> Vec<Column> {
    of_names(names, map, |field| found.get(field))
}

/// The columns `names`, of which that at `read(field)` is read as `field`.
pub(super) fn of_names<N: AsRef<str>>(
    names: &[N],
    map: &FieldMap,
    read: impl Fn(Field) -> Option<usize>,
) -> Vec<Column> {
    let column = |(at, name): (usize, &N)| {
        let name = name.as_ref();
        let fields: Vec<Field> = Field::ALL.into_iter().filter(|field| read(*field) == Some(at)).collect();
        let why = if fields.is_empty() {
            unread(name, map, |field| read(field).map(|at| names[at].as_ref()))
        } else if fields.iter().any(|field| map.get(*field).is_some()) {
            "named by --map".to_owned()
        } else {
            "a usual name for it".to_owned()
        };
        Column { name: name.trim().to_owned(), read_as: fields.into_iter().map(Field::name).collect(), why }
    };
    names.iter().enumerate().map(column).collect()
}

/// Why the column `name` is not read; `taken` is the column that holds a field.
fn unread<'n>(name: &str, map: &FieldMap, taken: impl Fn(Field) -> Option<&'n str>) -> String {
    if name.trim().is_empty() {
        return "it has no name".to_owned();
    }
    for (field, _) in map.ranks(name) {
        if let Some(taken) = taken(field) {
            return format!("`{}` is taken for the {}", taken.trim(), field.name());
        }
    }
    let usual = FieldMap::default().ranks(name);
    match usual.iter().find(|(field, _)| map.get(*field).is_some()) {
        Some((field, _)) => format!("--map names another for the {}", field.name()),
        None if usual.is_empty() => "no name that is known".to_owned(),
        None => "nothing in it that can be used".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(names: &str, map: &str) -> Vec<String> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        let map = if map.is_empty() { FieldMap::default() } else { map.parse().unwrap() };
        let columns = of_header(&names, &map, &Columns::find(&names, &map).unwrap());
        let show = |column: Column| format!("{}|{}|{}", column.name, column.read_as.join("+"), column.why);
        columns.into_iter().map(show).collect()
    }

    #[test]
    fn every_column_has_its_reason() {
        assert_eq!(
            shown("Permalink,Post ID,url, Copy ,Likes,,Ref", ""),
            [
                "Permalink|url|a usual name for it",
                "Post ID||`Ref` is taken for the id",
                "url||`Ref` is taken for the id",
                "Copy|text|a usual name for it",
                "Likes||no name that is known",
                "||it has no name",
                "Ref|id|a usual name for it",
            ]
        );
        assert_eq!(shown("url,Copy", ""), ["url|id+url|a usual name for it", "Copy|text|a usual name for it"]);
        assert_eq!(
            shown("Text,Wording,date", "text=wording"),
            ["Text||--map names another for the text", "Wording|text|named by --map", "date|time|a usual name for it"]
        );
    }

    #[test]
    fn tables_say_which_file_they_are_in() {
        let survey = Survey::default();
        let member = survey.of_member("a.csv");
        member.note(None, Vec::new());
        member.note(Some("line 1".to_owned()), Vec::new());
        survey.note(Some("sheet A".to_owned()), vec![Column::unread("x", "no name that is known")]);
        let names: Vec<_> = survey.tables().into_iter().map(|table| table.name.unwrap()).collect();
        assert_eq!(names, ["a.csv", "a.csv, line 1", "sheet A"]);
        (0..100).for_each(|_| survey.note(None, Vec::new()));
        assert_eq!(survey.tables().len(), TABLES);
    }
}
