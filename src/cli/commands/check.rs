//! `crossbench check`: one draft, or a few, answered for a person or a program.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::Context;

use crate::cli::args::{Check, CheckFormat};
use crate::cli::{Outcome, settings};
use crate::error::Error;
use crate::post::Post;
use crate::report::human::Human;
use crate::screener::Screener;
use crate::verdict::Verdict;
use crate::wire::Wire;

/// The longest draft read, in bytes.
const LONGEST: u64 = 4 << 20;
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
    let screener = settings::screener(&settings, args.screening.date, args.screening.engine)?.explaining(args.explain);
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
fn post(draft: &str, number: usize, args: &Check) -> Result<Post, Fault> {
    let id = if args.drafts.len() == 1 { "draft".to_owned() } else { format!("draft-{}", number + 1) };
    if args.text {
        return Ok(Post::new(id, draft));
    }
    if draft == "-" {
        return read("-", io::stdin().lock()).map(|text| Post::new("-", text)).map_err(Fault::Unread);
    }
    let path = Path::new(draft);
    if path.is_file() {
        let text = fs::File::open(path).map_err(|fault| Error::io(path, fault)).and_then(|file| read(draft, file));
        return text.map(|text| Post::new(draft, text)).map_err(Fault::Unread);
    }
    if path.is_dir() {
        return Err(Fault::Usage(format!("{draft}: is a folder; name the files in it, or use `scan` for a feed")));
    }
    if looks_like_a_path(draft) {
        return Err(Fault::Usage(format!("{draft}: no such file (to check it as a text, add --text)")));
    }
    Ok(Post::new(id, draft))
}

/// Whether an argument was surely meant as a file: a mistyped name must not come out clear.
fn looks_like_a_path(draft: &str) -> bool {
    let ending = Path::new(draft).extension().and_then(|e| e.to_str()).unwrap_or_default();
    let known = ["txt", "md", "markdown", "html", "htm", "docx", "json", "jsonl", "csv", "rtf", "odt", "pdf"];
    !draft.contains(char::is_whitespace)
        && !draft.contains("://")
        && (known.contains(&ending.to_ascii_lowercase().as_str()) || draft.starts_with(['/', '.', '~']))
}

fn read(name: &str, source: impl Read) -> Result<String, Error> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|fault| Error::io(name, fault))?;
    let fault = |problem: &str| Error::Feed { file: name.to_owned(), problem: problem.to_owned() };
    if bytes.len() as u64 > LONGEST {
        return Err(fault("longer than 4 MiB; is it a feed? then use `crossbench scan`"));
    }
    let text = String::from_utf8(bytes).map_err(|_| fault("not UTF-8 text; save it as plain text first"))?;
    if text.contains('\0') {
        return Err(fault("not a text file; save it as plain text first"));
    }
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

fn print(args: &Check, screener: &Screener, verdicts: &[Verdict]) -> anyhow::Result<()> {
    let wire = Wire::new(screener).without_text(args.no_text).explained(args.explain).suggesting(args.suggest);
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    match args.format {
        CheckFormat::Human => {
            let width = terminal_width().unwrap_or(WIDTH);
            let human = Human::new(screener.catalogue(), width)
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

/// Columns of the terminal, where there is one.
fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
