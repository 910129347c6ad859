//! `crossbench scan`: feeds of posts in, their verdicts out, and what was found in numbers
//! at the end.
//!
//! Every record is either screened or skipped for a reason that is counted, in the order of
//! the feeds. Where verdicts go to a file, each is kept in a journal beside it as soon as it
//! is reached, and the file is made from the journal at the end.

mod chunks;
mod feeds;
mod progress;
mod run;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::ensure;
use clap::ValueEnum;
use jiff::civil::Date;
use rayon::ThreadPoolBuilder;

use chunks::{Chunks, Next};
use progress::Progress;
use run::{Sink, Under};

use crate::archive::walk::{Walk, walk};
use crate::archive::{DateOrder, Split};
use crate::cli::args::{FailOn, Scan};
use crate::cli::{Outcome, priority, settings};
use crate::date;
use crate::model::Engine;
use crate::report::output::Settings as ReportSettings;
use crate::report::run::{Input, Named, Rules};
use crate::scan::journal::About;
use crate::scan::targets::manifest_place;
use crate::scan::{Baseline, Journal, Selection, Targets};
use crate::screener::Screener;

/// How long an interruption waits where no chunk comes.
const PATIENCE: Duration = Duration::from_millis(50);

/// Runs the command.
///
/// # Errors
/// If rules or model cannot be loaded, or the output not be written.
pub fn run(args: &Scan) -> anyhow::Result<Outcome> {
    ensure!(args.jobs != Some(0), "--jobs 0: at least one thread is needed");
    if args.nice {
        priority::give_way()?;
    }
    let stop = stop_flag()?;
    let targets = Targets::of(&args.output, &args.format)?;
    let Walk { feeds, passed_over } = walk(&args.feeds, &targets.files())?;
    targets.check(&feeds)?;
    let baseline = args.baseline.as_deref().map(Baseline::read).transpose()?;
    let journal_at = targets.first_file();
    let day = day(args, journal_at.as_deref());
    let set = settings::settings(&args.screening, None)?;
    let screener = settings::screener(&set, Some(day), args.screening.running)?;
    let manifest = args.manifest.clone().or_else(|| journal_at.as_deref().map(manifest_place));
    let inputs: Vec<Input> = feeds.iter().map(|path| feeds::identify(path, manifest.is_some())).collect();
    let selection = Selection {
        include: args.include.clone(),
        since: args.since,
        until: args.until,
        authors: args.author.clone(),
        kinds: args.kind.clone(),
        langs: args.lang.clone(),
    };
    let about = about(args, &set, &screener, &selection, day, inputs.clone())?;
    let progress = Progress::new(&feeds, !args.quiet && progress::is_watched(targets.use_stdout()));
    for (path, why) in &passed_over {
        progress.say(format_args!("{}: passed over: {why}", path.display()));
    }
    let report = ReportSettings {
        excel: args.excel,
        fail_on: if args.fail_on == FailOn::Never { FailOn::Review } else { args.fail_on },
        step_summary: std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from),
        polls: screener.catalogue().calendar().polls().map(Arc::clone).collect(),
        ..ReportSettings::default()
    };
    let sink = match &journal_at {
        Some(path) => Sink::Journal(Box::new(journal(args, path, &about)?), targets),
        None => Sink::Direct(targets.open(&report)?),
    };
    let pool = ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build()?;
    let threads = pool.current_num_threads();
    let mut under = Under::new(args, &screener, selection, baseline, sink, progress, pool);
    let mut chunks = Chunks::of(inputs, args.reading.reading(), threads);
    while !stop.load(Ordering::Relaxed) {
        match chunks.next(PATIENCE) {
            Next::Chunk(chunk) => under.screen(chunk)?,
            Next::Waiting => {}
            Next::End => return under.finish(&about, &report, manifest.as_deref()),
        }
    }
    under.interrupted()
}

/// Set when the user, or who shuts the machine down, interrupts.
fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    Ok(stop)
}

/// The day that posts without a date are judged on: a scan that goes on the day after keeps
/// the day it was begun on.
fn day(args: &Scan, journal_at: Option<&Path>) -> Date {
    let begun = || journal_at.filter(|_| args.resume).and_then(Journal::day);
    args.screening.date.or_else(begun).unwrap_or_else(date::today)
}

fn journal(args: &Scan, path: &Path, about: &About) -> anyhow::Result<Journal> {
    if args.resume {
        return Journal::resume(path, about);
    }
    if args.restart {
        Journal::discard(path)?;
    }
    Journal::begin(path, about)
}

/// The name of a choice; empty where it is the usual one.
fn named<T: ValueEnum + PartialEq + Copy>(choice: T, usual: T) -> String {
    let value = choice.to_possible_value().filter(|_| choice != usual);
    value.map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// All that the verdicts depend on.
fn about(
    args: &Scan,
    set: &crate::config::Settings,
    screener: &Screener,
    selection: &Selection,
    day: Date,
    inputs: Vec<Input>,
) -> anyhow::Result<About> {
    let model = screener
        .scorer()
        .map(|scorer| Named { name: scorer.manifest().name.clone(), sha256: scorer.sha256().to_owned() });
    let catalogue = screener.catalogue();
    let rules = Rules { sha256: catalogue.sha256().to_owned(), count: catalogue.rules().count() };
    let list = |items: Vec<String>| items.join(",");
    let day_shown = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let suppressions = set.suppressions_file()?.map(|path| feeds::identify(path, true));
    let settings = [
        ("account", set.account.as_ref().map(|set| set.value.name().to_owned()).unwrap_or_default()),
        ("point", set.point.as_ref().map(|set| set.value.name().to_owned()).unwrap_or_default()),
        ("suppressions", suppressions.and_then(|file| file.sha256).unwrap_or_default()),
        ("engine", named(args.screening.running.engine, Engine::default())),
        ("thorough", if args.screening.running.thorough { "yes".to_owned() } else { String::new() }),
        ("from", args.reading.from.map(|format| format.to_string()).unwrap_or_default()),
        ("map", args.reading.map.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("encoding", args.reading.encoding.map(|encoding| encoding.to_string()).unwrap_or_default()),
        ("date-order", named(args.reading.date_order, DateOrder::default())),
        ("split", named(args.reading.split, Split::default())),
        ("include", list(selection.include.iter().map(|include| format!("{include:?}").to_lowercase()).collect())),
        ("since", day_shown(selection.since)),
        ("until", day_shown(selection.until)),
        ("author", list(selection.authors.clone())),
        ("kind", list(selection.kinds.iter().map(|kind| kind.name().to_owned()).collect())),
        ("lang", list(selection.langs.clone())),
        ("no-text", if args.no_text { "true".to_owned() } else { String::new() }),
    ];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(About::new(day, inputs, model, rules, settings))
}
