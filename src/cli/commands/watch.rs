//! `crossbench watch`: drafts in a folder, screened as they are saved.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, ensure};
use notify::{Event, RecursiveMode, Watcher};

use super::check::terminal_width;
use crate::cli::args::Watch;
use crate::cli::{Outcome, draft, priority, settings};
use crate::report::human::Human;
use crate::screener::Screener;

/// Ends of the names of drafts.
const DRAFTS: &[&str] = &["txt", "text", "md", "markdown", "html", "htm", "docx"];
/// How long a folder must be quiet: a program that saves writes a file in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How long an interruption waits.
const PATIENCE: Duration = Duration::from_millis(100);

/// Runs the command.
///
/// # Errors
/// If rules or model cannot be loaded, or the folder not be watched.
pub fn run(args: &Watch) -> anyhow::Result<Outcome> {
    let name = args.folder.display();
    ensure!(args.folder.is_dir(), "{name}: is no folder");
    if args.nice {
        priority::give_way()?;
    }
    let settings = settings::settings(&args.screening, None)?;
    let screener = settings::screener(&settings, args.screening.date, args.screening.running)?;
    let mut desk = Desk { screener, no_text: args.no_text, seen: HashMap::new() };
    if args.once {
        return desk.screen(&there(&args.folder)?);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let _ = sender.send(event); // nobody listens where the command has ended
    })?;
    watcher.watch(&args.folder, RecursiveMode::Recursive).with_context(|| name.to_string())?;
    anstream::eprintln!("crossbench: watching {name}; each draft is screened when it is saved (Ctrl-C ends)");
    let mut changed = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        match events.recv_timeout(if changed.is_empty() { PATIENCE } else { QUIET }) {
            Ok(Ok(event)) if event.kind.is_create() || event.kind.is_modify() => {
                changed.extend(event.paths.into_iter().filter(|path| is_draft(path)));
            }
            Ok(Ok(_)) => {}
            Ok(Err(fault)) => anstream::eprintln!("crossbench: {name}: {fault}"),
            Err(RecvTimeoutError::Timeout) => {
                desk.screen(&std::mem::take(&mut changed))?;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(Outcome::Interrupted)
}

struct Desk {
    screener: Screener,
    no_text: bool,
    /// What each draft held when it was screened last.
    seen: HashMap<PathBuf, u64>,
}

impl Desk {
    /// Screens those of `paths` that hold something new.
    fn screen(&mut self, paths: &BTreeSet<PathBuf>) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::Clean;
        for path in paths.iter().filter(|path| path.is_file()) {
            let post = match draft::of_file(path) {
                Ok(post) => post,
                Err(fault) => {
                    anstream::eprintln!("crossbench: {fault}");
                    outcome = Outcome::Incomplete;
                    continue;
                }
            };
            let mut hash = DefaultHasher::new();
            post.text.hash(&mut hash);
            let hash = hash.finish();
            if self.seen.insert(path.clone(), hash) == Some(hash) {
                continue;
            }
            if post.text.trim().is_empty() {
                anstream::eprintln!("crossbench: {}: is empty", path.display());
                continue;
            }
            let verdict = self.screener.screen(&post)?;
            let human = Human::new(self.screener.catalogue(), terminal_width()).without_text(self.no_text);
            let mut out = anstream::stdout().lock();
            writeln!(out, "── {} ──\n{}", path.display(), human.report(&verdict))?;
            out.flush()?;
        }
        Ok(outcome)
    }
}

/// The drafts in `folder`.
fn there(folder: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let found = crate::archive::walk::walk(&[folder.to_owned()], &[])?;
    Ok(found.feeds.into_iter().filter(|path| is_draft(path)).collect())
}

/// Whether a file is a draft, and not what an editor leaves beside one.
fn is_draft(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    DRAFTS.contains(&end.as_str()) && !name.starts_with(['.', '~', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_leave_is_no_draft() {
        for name in ["line.txt", "Release.MD", "a/b/notice.docx"] {
            assert!(is_draft(Path::new(name)), "{name}");
        }
        for name in [".line.txt.swp", "~$notice.docx", "line.txt~", "#line.txt#", "photo.png", ".hidden.txt"] {
            assert!(!is_draft(Path::new(name)), "{name}");
        }
    }
}
