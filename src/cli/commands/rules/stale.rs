//! `crossbench rules --stale`: what nobody has checked for more than a year. A list that
//! dates holders of offices counts from the day to which it knows them.

use std::io::Write;

use jiff::civil::Date;

use crate::cli::Outcome;
use crate::report::human::day;
use crate::rules::Catalogue;

/// Runs the command for `today`: the exit code is 1 where something is stale.
///
/// # Errors
/// If standard output cannot be written.
pub fn run(catalogue: &Catalogue, today: Date) -> anyhow::Result<Outcome> {
    let limit = today.saturating_sub(jiff::Span::new().years(1));
    let lists = catalogue.lists().iter().map(|list| (format!("terms/{}.toml", list.id), list.known_until()));
    let calendar = ("calendar.toml".to_owned(), catalogue.calendar().checked);
    let mut files: Vec<(String, Date)> = lists.chain([calendar]).collect();
    let all = files.len();
    files.retain(|(_, checked)| *checked < limit);
    files.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    let mut out = anstream::stdout().lock();
    for (file, checked) in &files {
        writeln!(out, "{file}  checked {}", day(*checked))?;
    }
    writeln!(out, "{} of {all} dated files were last checked before {}", files.len(), day(limit))?;
    Ok(if files.is_empty() { Outcome::Clean } else { Outcome::Failed })
}
