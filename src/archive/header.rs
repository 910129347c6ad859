//! The header of a table: which sign parts its cells, and which column is which.
//! Never guesses between two columns that could both be the text.

use super::csv::Cells;
use super::fields::{Field, FieldMap};
use super::when::is_date_and_time;

/// Signs that may part the cells of a table; the first is taken where two fit.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// Most columns an error names.
const LISTED: usize = 30;

/// Where in a record the parts of a post are, as indices of cells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub text: usize,
    pub id: Option<usize>,
    pub time: Option<usize>,
    pub author: Option<usize>,
    pub url: Option<usize>,
    pub kind: Option<usize>,
    pub lang: Option<usize>,
}

impl Columns {
    /// Finds the columns in a header, or says what is wrong with it.
    pub fn find(names: &[String], map: &FieldMap) -> Result<Self, String> {
        let best = |field| -> Result<Option<usize>, String> {
            let candidates = candidates(names, field, map);
            let rank = candidates.iter().map(|candidate| candidate.1).min();
            let mut best = candidates.iter().filter(|candidate| Some(candidate.1) == rank);
            let first = best.next().map(|candidate| candidate.0);
            match map.get(field) {
                Some(given) if first.is_none() => Err(absent(given, names)),
                Some(given) if best.next().is_some() => Err(format!("more than one column is called `{given}`")),
                _ => Ok(first),
            }
        };
        if map.text.is_none() {
            let texts = candidates(names, Field::Text, map);
            if texts.len() > 1 {
                return Err(ambiguous(&texts, names));
            }
        }
        Ok(Self {
            text: best(Field::Text)?.ok_or_else(|| no_text(names))?,
            id: best(Field::Id)?,
            time: best(Field::Time)?,
            author: best(Field::Author)?,
            url: best(Field::Url)?,
            kind: best(Field::Kind)?,
            lang: best(Field::Lang)?,
        })
    }

    /// The column of `field`.
    pub fn get(&self, field: Field) -> Option<usize> {
        match field {
            Field::Text => Some(self.text),
            Field::Id => self.id,
            Field::Time => self.time,
            Field::Author => self.author,
            Field::Url => self.url,
            Field::Kind => self.kind,
            Field::Lang => self.lang,
        }
    }

    /// The columns of a table for a bulk composer, which has no header: date and time,
    /// message, link. `None` where `first`, its first row, could be anything else.
    pub fn of_bulk(first: &[String]) -> Option<Self> {
        let [time, message, link] = first else { return None };
        let is_link =
            link.trim().is_empty() || link.trim().starts_with("http://") || link.trim().starts_with("https://");
        let is_bulk = is_date_and_time(time) && !message.trim().is_empty() && !is_date_and_time(message) && is_link;
        is_bulk.then_some(Self { text: 1, time: Some(0), ..Self::default() })
    }
}

/// How many parts of a post the columns `names` are known to hold.
pub(super) fn known(names: &[String], map: &FieldMap) -> usize {
    Field::ALL.into_iter().filter(|field| !candidates(names, *field, map).is_empty()).count()
}

/// Whether one of the columns `names` may hold the words.
pub(super) fn has_text(names: &[String], map: &FieldMap) -> bool {
    !candidates(names, Field::Text, map).is_empty()
}

/// Columns that may hold `field`, with the rank of their names.
fn candidates(names: &[String], field: Field, map: &FieldMap) -> Vec<(usize, usize)> {
    let rank = |name: &str| map.ranks(name).into_iter().find(|rank| rank.0 == field);
    let at = |(at, name): (usize, &String)| Some((at, rank(name)?.1));
    names.iter().enumerate().filter_map(at).collect()
}

fn absent(given: &str, names: &[String]) -> String {
    format!("no column is called `{given}`; the columns are {}", list(names))
}

fn ambiguous(texts: &[(usize, usize)], names: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|&(at, _)| names[at].clone()).collect();
    format!(
        "more than one column could be the text: {}; choose with `--map text=COLUMN` (the columns are {})",
        list(&texts),
        list(names)
    )
}

fn no_text(names: &[String]) -> String {
    let way_out = match names.first() {
        Some(first) if is_date_and_time(first) => {
            "there seems to be no header: put a line such as `time,text,link` above the first"
        }
        _ => "name it with `--map text=COLUMN`",
    };
    format!("the first line must name the columns, and none of these names says text: {}; {way_out}", list(names))
}

/// The names for an error. A table without a header has a draft where the names
/// should be, so what does not look like a name is not shown.
fn list(names: &[String]) -> String {
    let shown = |(at, name): (usize, &String)| {
        let name = name.trim();
        if !name.is_empty() && name.len() <= 32 && name.split_whitespace().count() <= 3 {
            format!("`{name}`")
        } else {
            format!("column {} (not a name)", at + 1)
        }
    };
    let mut list: Vec<_> = names.iter().enumerate().take(LISTED).map(shown).collect();
    if names.len() > LISTED {
        list.push(format!("and {} more", names.len() - LISTED));
    }
    list.join(", ")
}

/// A first line read as a header.
pub(super) struct Guess {
    /// The sign that parts its cells best.
    pub delimiter: u8,
    names: Vec<String>,
    texts: usize,
    known: usize,
}

impl Guess {
    /// Reads `line` with the sign under which most of it is known.
    pub fn new(line: &[u8], map: &FieldMap) -> Self {
        let guesses = DELIMITERS.map(|delimiter| Self::with(delimiter, line, map));
        let score = |guess: &Self| (guess.texts > 0, guess.known, guess.names.len());
        let best = guesses.into_iter().rev().max_by_key(score);
        best.expect("there is more than one delimiter")
    }

    fn with(delimiter: u8, line: &[u8], map: &FieldMap) -> Self {
        let mut cells = Cells::default();
        // A quote at fault is reported when the header is read for good.
        let _ = cells.add(line, delimiter);
        cells.close();
        let name = |at| String::from_utf8_lossy(cells.get(at)).into_owned();
        let names: Vec<String> = (0..cells.len()).map(name).collect();
        let has = |field| candidates(&names, field, map).len();
        let bulk = 3 * usize::from(Columns::of_bulk(&names).is_some());
        Self { delimiter, texts: has(Field::Text), known: known(&names, map) + bulk, names }
    }

    /// Whether this is the first row of a table for a bulk composer, which has no header.
    pub fn is_bulk(&self) -> bool {
        Columns::of_bulk(&self.names).is_some()
    }

    /// Whether this is a header even where no extension says so, and not a line of
    /// prose that begins with "Post, call or write".
    pub fn is_surely_a_header(&self, map: &FieldMap) -> bool {
        let is_name = |name: &String| {
            name.len() <= 40 && name.split_whitespace().count() <= 5 && !name.ends_with(['.', '!', '?'])
        };
        let parted = self.names.len() > 1 && (self.known > 1 || !self.names.iter().any(|name| name.starts_with(' ')));
        self.texts > 0 && self.names.iter().all(is_name) && (parted || map.text.is_some())
    }
}

/// The sign that a line such as `sep=;`, which Excel reads, sets for the table.
pub(super) fn separator_line(line: &[u8]) -> Option<u8> {
    let (key, sign) = line.split_at_checked(4)?;
    let &[sign] = sign else { return None };
    (key.eq_ignore_ascii_case(b"sep=") && DELIMITERS.contains(&sign)).then_some(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(names: &str, map: &str) -> Result<Columns, String> {
        let names: Vec<_> = names.split(',').map(str::to_owned).collect();
        let map = if map.is_empty() { FieldMap::default() } else { map.parse().unwrap() };
        Columns::find(&names, &map)
    }

    #[test]
    fn columns_are_found_by_their_usual_names() {
        let columns = Columns { text: 2, id: Some(0), time: Some(1), author: Some(3), ..Columns::default() };
        assert_eq!(find("Post ID,Publish date,Message,Profile,Likes", ""), Ok(columns));
        let columns = Columns { text: 1, id: Some(2), url: Some(0), ..Columns::default() };
        assert_eq!(find("url,copy,id", ""), Ok(columns));
        let columns = Columns { text: 2, time: Some(1), kind: Some(3), lang: Some(4), ..Columns::default() };
        assert_eq!(find("Created,Scheduled,Copy,Post Type,Language", ""), Ok(columns));
    }

    #[test]
    fn columns_are_found_as_mapped() {
        let columns = Columns { text: 1, id: Some(3), time: Some(2), ..Columns::default() };
        assert_eq!(find("text,Wording,Go live,id", "text=wording"), Ok(columns));
        let columns = Columns { text: 1, ..Columns::default() };
        assert_eq!(find("TEXT,text", "text=text"), Ok(columns));
    }

    #[test]
    fn a_header_without_a_text_says_how_to_name_it() {
        let why = "the first line must name the columns, and none of these names says text: \
                   `Ref`, `Wording`; name it with `--map text=COLUMN`";
        assert_eq!(find("Ref,Wording", ""), Err(why.to_owned()));
    }

    #[test]
    fn two_texts_are_not_guessed_between() {
        let why = "more than one column could be the text: `body`, `Caption`; choose with \
                   `--map text=COLUMN` (the columns are `id`, `body`, `Caption`)";
        assert_eq!(find("id,body,Caption", ""), Err(why.to_owned()));
        assert!(find("text,text", "").is_err());
        let why = "more than one column is called `Copy`";
        assert_eq!(find("Copy,Copy", "text=Copy"), Err(why.to_owned()));
    }

    #[test]
    fn a_mapped_column_that_is_not_there_is_an_error() {
        let why = "no column is called `Ref`; the columns are `id`, `text`";
        assert_eq!(find("id,text", "id=Ref"), Err(why.to_owned()));
    }

    #[test]
    fn a_draft_in_place_of_a_header_is_not_shown() {
        let why = find("01/05/2026 09:00,Our new clinic opens on Monday", "").unwrap_err();
        assert!(why.contains("`01/05/2026 09:00`, column 2 (not a name)"), "{why}");
        assert!(!why.contains("clinic"));
    }

    #[test]
    fn a_bulk_table_is_known_only_where_nothing_else_fits() {
        let bulk = |row: &[&str]| Columns::of_bulk(&row.iter().map(ToString::to_string).collect::<Vec<_>>()).is_some();
        assert!(bulk(&["01/05/2026 09:00", "Our new clinic opens", "https://example.org/clinic"]));
        assert!(bulk(&["2026-05-01 09:00", "Our new clinic opens", ""]));
        assert!(!bulk(&["01/05/2026", "Our new clinic opens", ""]));
        assert!(!bulk(&["01/05/2026 09:00", "Our new clinic opens"]));
        assert!(!bulk(&["01/05/2026 09:00", "Our new clinic opens", "Ann"]));
        assert!(!bulk(&["01/05/2026 09:00", "01/05/2026 10:00", ""]));
        let why = find("01/05/2026 09:00,Our new clinic opens on Monday,Ann", "").unwrap_err();
        assert!(why.contains("`time,text,link`"), "{why}");
    }

    #[test]
    fn the_sign_between_cells_is_the_one_that_makes_names() {
        let sign = |line: &str| Guess::new(line.as_bytes(), &FieldMap::default()).delimiter as char;
        assert_eq!(sign("id,text"), ',');
        assert_eq!(sign("id;text;likes, shares, replies"), ';');
        assert_eq!(sign("id\ttext"), '\t');
        assert_eq!(sign("\"id\"|\"text\""), '|');
        assert_eq!(sign("text"), ',');
        assert_eq!(sign("Ref;Wording"), ';');
    }

    #[test]
    fn a_separator_line_is_one_sign_long() {
        assert_eq!(separator_line(b"sep=;"), Some(b';'));
        assert_eq!(separator_line(b"SEP=\t"), Some(b'\t'));
        assert_eq!(separator_line(b"sep=x"), None);
        assert_eq!(separator_line(b"sep=;;"), None);
        assert_eq!(separator_line(b"id"), None);
    }
}
