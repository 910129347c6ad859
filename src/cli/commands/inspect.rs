//! `crossbench inspect`: what feeds are taken for and why, what each column of their tables is
//! read as, and the first post of each as it is read. Nothing is screened.

use std::io::Write;
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::archive::walk::{Walk, walk};
use crate::archive::{self, Feed, Table};
use crate::cli::Outcome;
use crate::cli::args::Inspect;
use crate::error::Error;
use crate::post::Post;
use crate::report::human::day;
use crate::report::plain::{one_line, plural};

/// Most records that are looked at for a post that can be shown.
const LOOKED_AT: usize = 200;
/// Most faults that are told of one feed.
const TOLD: usize = 3;
/// Most characters of its text that are shown.
const SHOWN: usize = 400;
/// Most columns of a table that are shown, and most characters of the name of one.
const COLUMNS: usize = 60;
const NAME: usize = 40;

/// Runs the command.
///
/// # Errors
/// If there is nothing to look at, or nobody to show it to.
pub fn run(args: &Inspect) -> anyhow::Result<Outcome> {
    let Walk { feeds, passed_over } = walk(&args.feeds, &[])?;
    let reading = args.reading.reading();
    let mut out = anstream::stdout().lock();
    let mut outcome = Outcome::Clean;
    for path in &feeds {
        writeln!(out, "{}", path.display())?;
        match archive::open(path, &reading) {
            Ok(feed) => outcome = outcome.max(show(&mut out, feed, args.no_text)?),
            Err(fault) => {
                writeln!(out, "  fault     {}", without_file(&fault, path))?;
                outcome = Outcome::Incomplete;
            }
        }
        writeln!(out)?;
    }
    for (path, why) in passed_over {
        writeln!(out, "{}\n  passed over: {why}\n", path.display())?;
    }
    Ok(outcome)
}

/// What `fault` says after the name of its file, which stands above it.
fn without_file(fault: &Error, path: &Path) -> String {
    let said = fault.to_string();
    said.strip_prefix(&format!("{}: ", path.display())).map(str::to_owned).unwrap_or(said)
}

fn show(out: &mut impl Write, mut feed: Feed, no_text: bool) -> std::io::Result<Outcome> {
    writeln!(out, "  format    {}: {}", feed.format(), feed.why())?;
    let mut outcome = Outcome::Clean;
    let (mut passed, mut faults) = (0, Vec::new());
    let mut chosen: Option<Post> = None;
    for record in feed.by_ref().take(LOOKED_AT) {
        match record {
            Ok(post) if !post.text.trim().is_empty() => {
                chosen = Some(post);
                break;
            }
            Ok(_) => passed += 1,
            Err(fault) => {
                outcome = Outcome::Incomplete;
                passed += 1;
                faults.push(fault);
            }
        }
    }
    for table in feed.tables() {
        write_table(out, &table, no_text)?;
    }
    for fault in faults.iter().take(TOLD) {
        writeln!(out, "  fault     {fault}")?;
    }
    if faults.len() > TOLD {
        writeln!(out, "  fault     … and {} more like these", faults.len() - TOLD)?;
    }
    let Some(post) = chosen else {
        writeln!(out, "  post      none with words among the first {}", plural(passed, "record"))?;
        return Ok(outcome);
    };
    if passed > 0 {
        writeln!(out, "  before    {} without a post that has words", plural(passed, "record"))?;
    }
    write_post(out, &post, no_text)?;
    Ok(outcome)
}

/// What each column is read as, and why. A table without a header may have a draft for one, so
/// that without texts a name that looks like none is left out.
fn write_table(out: &mut impl Write, table: &Table, no_text: bool) -> std::io::Result<()> {
    let mut lead = "columns";
    if let Some(name) = &table.name {
        let none = if table.columns.is_empty() { ": none for the words, not read" } else { "" };
        writeln!(out, "  columns   of {}{none}", one_line(name, NAME * 2))?;
        lead = "";
    }
    let name = |(at, name): (usize, &str)| {
        let is_name = name.chars().count() <= NAME && name.split_whitespace().count() <= 4;
        if no_text && !is_name { format!("column {} (not a name)", at + 1) } else { one_line(name, NAME) }
    };
    let columns = table.columns.iter().take(COLUMNS);
    let names: Vec<String> = columns.clone().map(|column| &*column.name).enumerate().map(name).collect();
    let width = |shown: &str| UnicodeWidthStr::width(shown);
    let names_width = names.iter().map(|name| width(name)).max().unwrap_or_default();
    for (column, name) in columns.zip(names) {
        let blanks = " ".repeat(names_width - width(&name));
        let read_as = if column.read_as.is_empty() { "not read".to_owned() } else { column.read_as.join(", ") };
        writeln!(out, "  {lead:<8}  {name}{blanks}  {read_as:<9} {}", one_line(&column.why, NAME * 3))?;
        lead = "";
    }
    let more = table.columns.len().saturating_sub(COLUMNS);
    if more > 0 {
        writeln!(out, "            … and {more} more")?;
    }
    Ok(())
}

fn write_post(out: &mut impl Write, post: &Post, no_text: bool) -> std::io::Result<()> {
    let mut line = |name: &str, value: &str| writeln!(out, "  {name:<8}  {value}");
    if let Some(place) = &post.place {
        line("place", &place.to_string())?;
    }
    line("id", &post.id)?;
    if let Some(time) = &post.time {
        let read = post.date().map_or_else(|| "which cannot be read as a day".to_owned(), day);
        line("time", &format!("{time} ({read})"))?;
    }
    for (name, value) in [("author", &post.author), ("url", &post.url), ("lang", &post.lang)] {
        if let Some(value) = value {
            line(name, value)?;
        }
    }
    line("kind", post.kind.name())?;
    if !post.audience.is_public() {
        line("audience", "not public")?;
    }
    for note in &post.notes {
        line("note", note)?;
    }
    if !no_text {
        let cut = post.text.char_indices().nth(SHOWN).map(|(at, _)| at);
        let shown = &post.text[..cut.unwrap_or(post.text.len())];
        let more = if cut.is_some() { " …" } else { "" };
        line("text", &format!("{}{more}", shown.replace('\n', "\n            ")))?;
    }
    Ok(())
}
