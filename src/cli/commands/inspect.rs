//! `crossbench inspect`: what feeds are taken for and why, and the first post of each as it
//! is read. Nothing is screened.

use std::io::Write;
use std::path::Path;

use crate::archive::walk::{Walk, walk};
use crate::archive::{self, Feed};
use crate::cli::Outcome;
use crate::cli::args::Inspect;
use crate::error::Error;
use crate::post::Post;
use crate::report::human::day;

/// Most records that are looked at for a post that can be shown.
const LOOKED_AT: usize = 200;
/// Most faults that are told of one feed.
const TOLD: usize = 3;
/// Most characters of its text that are shown.
const SHOWN: usize = 400;

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
    let (mut passed, mut faults) = (0, 0);
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
                faults += 1;
                if faults <= TOLD {
                    writeln!(out, "  fault     {fault}")?;
                }
            }
        }
    }
    if faults > TOLD {
        writeln!(out, "  fault     … and {} more like these", faults - TOLD)?;
    }
    let Some(post) = chosen else {
        writeln!(out, "  post      none with words among the first {passed} records")?;
        return Ok(outcome);
    };
    if passed > 0 {
        writeln!(out, "  before    {passed} records without a post that has words")?;
    }
    write_post(out, &post, no_text)?;
    Ok(outcome)
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
