//! `crossbench check`: one draft, or a few, answered for a person or a program.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use crate::cli::args::{Check, CheckFormat};
use crate::cli::{Outcome, draft, settings};
use crate::error::Error;
use crate::post::Post;
use crate::report::human::Human;
use crate::screener::Screener;
use crate::verdict::Verdict;
use crate::wire::Wire;

/// Columns where the terminal does not say.
const WIDTH: usize = 100;

/// Runs the command.
///
/// # Errors
/// If rules or model cannot be loaded, or an argument looks like a file that is not there.
pub fn run(args: &Check) -> anyhow::Result<Outcome> {
    let settings = settings::settings(&args.screening, args.fail_on)?;
    let fail_on = settings.fail_on.as_ref().map(|set| set.value).unwrap_or_default();
    let mut posts = Vec::new();
    let mut outcome = Outcome::Clean;
    for (number, draft) in args.drafts.iter().enumerate() {
        match post(draft, number, args) {
            Ok(post) => posts.push(post),
            Err(Fault::Usage(problem)) => anyhow::bail!(problem),
            Err(Fault::Unread(fault)) => {
                anstream::eprintln!("crossbench: {fault}");
                outcome = Outcome::Incomplete;
            }
        }
    }
    let screener = settings::screener(&settings, args.screening.date, args.screening.running)?.explaining(args.explain);
    let verdicts: Vec<Verdict> = screener.screen_batch(&posts).into_iter().collect::<Result<_, _>>()?;
    print(args, &screener, &verdicts).context("standard output")?;
    for notice in screener.suppression_notices() {
        anstream::eprintln!("crossbench: {notice}");
    }
    let failed = verdicts.iter().any(|verdict| fail_on.fails(verdict.level()));
    Ok(outcome.max(if failed { Outcome::Failed } else { Outcome::Clean }))
}

enum Fault {
    /// The command line is wrong.
    Usage(String),
    /// A file cannot be read; the others still can.
    Unread(Error),
}

/// The post that an argument stands for.
fn post(written: &str, number: usize, args: &Check) -> Result<Post, Fault> {
    let id = if args.drafts.len() == 1 { "draft".to_owned() } else { format!("draft-{}", number + 1) };
    if args.text {
        return Ok(Post::new(id, written));
    }
    if written == "-" {
        return draft::of_reader("-", io::stdin().lock()).map(|text| Post::new("-", text)).map_err(Fault::Unread);
    }
    let path = Path::new(written);
    if path.is_file() {
        return draft::of_file(path).map_err(Fault::Unread);
    }
    if path.is_dir() {
        return Err(Fault::Usage(format!("{written}: is a folder; name the files in it, or use `scan` for a feed")));
    }
    if looks_like_a_path(written) {
        return Err(Fault::Usage(format!("{written}: no such file (to check it as a text, add --text)")));
    }
    Ok(Post::new(id, written))
}

/// Whether an argument was surely meant as a file: a mistyped name must not come out clear.
fn looks_like_a_path(draft: &str) -> bool {
    let ending = Path::new(draft).extension().and_then(|e| e.to_str()).unwrap_or_default();
    let known = ["txt", "md", "markdown", "html", "htm", "docx", "json", "jsonl", "csv", "rtf", "odt", "pdf"];
    !draft.contains(char::is_whitespace)
        && !draft.contains("://")
        && (known.contains(&ending.to_ascii_lowercase().as_str()) || draft.starts_with(['/', '.', '~']))
}

fn print(args: &Check, screener: &Screener, verdicts: &[Verdict]) -> anyhow::Result<()> {
    let wire = Wire::new(screener).without_text(args.no_text).explained(args.explain).suggesting(args.suggest);
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    match args.format {
        CheckFormat::Human => {
            let human = Human::new(screener.catalogue(), terminal_width())
                .without_text(args.no_text)
                .explained(args.explain)
                .suggesting(args.suggest);
            for (at, verdict) in verdicts.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                if args.drafts.len() > 1 {
                    writeln!(out, "── {} ──", verdict.id)?;
                }
                write!(out, "{}", human.report(verdict))?;
            }
        }
        CheckFormat::Json => {
            let objects: Vec<_> = verdicts.iter().map(|verdict| wire.of(verdict)).collect();
            let json = match &objects[..] {
                [object] if args.drafts.len() == 1 => serde_json::to_string_pretty(object)?,
                objects => serde_json::to_string_pretty(objects)?,
            };
            writeln!(out, "{json}")?;
        }
        CheckFormat::Jsonl => {
            for verdict in verdicts {
                writeln!(out, "{}", serde_json::to_string(&wire.of(verdict))?)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// Columns of the terminal, or as many as are usual.
pub fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}
