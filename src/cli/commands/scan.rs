//! `crossbench scan`: feeds of posts in, one line of JSON a post out, and what was
//! found in numbers at the end.
//!
//! A record that cannot be read is told, counted and passed over. Every record is
//! either screened or skipped, in the order of the feeds.

mod chunks;
mod output;
mod progress;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use rayon::{ThreadPool, ThreadPoolBuilder};

use chunks::{Chunk, Chunks, Next};
use output::Output;
use progress::Progress;

use crate::archive::Reading;
use crate::cli::args::{FailOn, Scan};
use crate::cli::{Outcome, screener};
use crate::date;
use crate::error::{Error, Result};
use crate::post::Post;
use crate::report::human::day;
use crate::report::jsonl::Jsonl;
use crate::report::summary::Summary;
use crate::screener::Screener;
use crate::verdict::Verdict;
use crate::wire::Wire;

/// How long an interruption waits where no chunk comes.
const PATIENCE: Duration = Duration::from_millis(50);

/// Runs the command.
///
/// # Errors
/// If rules or model cannot be loaded, or the output not be written.
pub fn run(args: &Scan) -> anyhow::Result<Outcome> {
    ensure!(args.jobs != Some(0), "--jobs 0: at least one thread is needed");
    let stop = stop_flag()?;
    let output = Output::open(args.output.as_deref(), &args.feeds)?;
    let screener = screener(&args.screening)?;
    let mut run = Run {
        pool: ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build()?,
        progress: Progress::new(&args.feeds, !args.quiet && progress::is_watched(!output.is_pending())),
        name: output.name().to_owned(),
        lines: Jsonl::new(Wire::new(&screener).without_text(args.no_text), output),
        screener: &screener,
        summary: Summary::default(),
        fail_on: args.fail_on,
        outcome: Outcome::Clean,
    };
    let reading = Reading {
        format: args.format,
        map: args.map.clone().unwrap_or_default(),
        encoding: args.encoding,
        date_order: args.date_order,
        split: args.split,
    };
    let mut chunks = Chunks::of(args.feeds.clone(), reading, run.pool.current_num_threads());
    while !stop.load(Ordering::Relaxed) {
        match chunks.next(PATIENCE) {
            Next::Chunk(chunk) => run.screen(chunk)?,
            Next::Waiting => {}
            Next::End => return run.finish(args),
        }
    }
    Ok(run.interrupted())
}

/// Set when the user interrupts.
fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    Ok(stop)
}

/// A scan under way.
struct Run<'s> {
    pool: ThreadPool,
    screener: &'s Screener,
    /// What errors call the output.
    name: String,
    lines: Jsonl<'s, Output>,
    summary: Summary,
    progress: Progress,
    fail_on: FailOn,
    outcome: Outcome,
}

impl Run<'_> {
    /// Screens a chunk and writes its verdicts.
    fn screen(&mut self, chunk: Chunk) -> anyhow::Result<()> {
        let posts = self.posts(chunk.records);
        for (post, verdict) in posts.iter().zip(self.verdicts(&posts)) {
            match verdict {
                Ok(verdict) => self.write(&verdict)?,
                Err(fault) => self.skip(&fault, &place(post)),
            }
        }
        self.lines.flush().with_context(|| self.name.clone())?;
        self.progress.reach(chunk.bytes, self.summary.posts());
        Ok(())
    }

    /// The posts among `records`; the others are told and counted.
    fn posts(&mut self, records: Vec<Result<Post>>) -> Vec<Post> {
        let mut posts = Vec::with_capacity(records.len());
        for record in records {
            match record {
                Ok(post) => {
                    self.summary.read();
                    if post.time.is_some() && post.date().is_none() {
                        self.summary.undated();
                    }
                    posts.push(post);
                }
                Err(fault @ Error::Record { .. }) => {
                    self.summary.read();
                    self.skip(&fault, "");
                }
                Err(fault) => {
                    self.summary.feed_failed();
                    self.progress.say(fault);
                }
            }
        }
        posts
    }

    /// Where the encoder fails on a chunk, each post is tried alone, so that one post
    /// does not take a thousand with it.
    fn verdicts(&self, posts: &[Post]) -> Vec<Result<Verdict>> {
        self.pool.install(|| {
            let verdicts = self.screener.screen_batch(posts);
            verdicts.into_iter().zip(posts).map(|(v, post)| v.or_else(|_| self.screener.screen(post))).collect()
        })
    }

    fn write(&mut self, verdict: &Verdict) -> anyhow::Result<()> {
        self.lines.write(verdict).with_context(|| self.name.clone())?;
        self.summary.screened(verdict);
        if self.fail_on.fails(verdict.level()) {
            self.outcome = self.outcome.max(Outcome::Failed);
        }
        Ok(())
    }

    fn skip(&mut self, fault: &Error, place: &str) {
        self.summary.skipped(fault);
        self.progress.fault(format_args!("{place}{fault}"));
    }

    fn finish(self, args: &Scan) -> anyhow::Result<Outcome> {
        self.progress.end();
        let output = self.lines.into_inner();
        let is_all_lost = self.summary.failed_feeds() == args.feeds.len() && self.summary.posts() == 0;
        if is_all_lost && output.is_pending() {
            self.progress.say(format_args!("no feed could be read; {} is not written", self.name));
        } else {
            output.keep()?;
        }
        let tables = self.summary.tables(self.progress.elapsed());
        if !args.quiet {
            let _ = std::io::stderr().write_all(tables.as_bytes()); // as in `Progress::say`
        }
        let day = day(args.screening.date.unwrap_or_else(date::today));
        match self.summary.undated_posts() {
            0 => {}
            1 => self.progress.say(format!("1 post has a time that cannot be read as a day; judged as of {day}")),
            posts => {
                let posts = crate::report::summary::grouped(posts);
                self.progress
                    .say(format!("{posts} posts have a time that cannot be read as a day; judged as of {day}"));
            }
        }
        for notice in self.screener.suppression_notices() {
            self.progress.say(notice);
        }
        let complete = if self.summary.is_complete() { Outcome::Clean } else { Outcome::Incomplete };
        Ok(self.outcome.max(complete))
    }

    /// Dropping the output removes what was written of it.
    fn interrupted(self) -> Outcome {
        self.progress.end();
        let posts = crate::report::summary::grouped(self.summary.posts());
        let pending = self.lines.into_inner().is_pending();
        let fate = if pending { format!("; {} is not written", self.name) } else { String::new() };
        self.progress.say(format_args!("interrupted after {posts} posts{fate}"));
        Outcome::Interrupted
    }
}

/// Where it stands, for a fault that does not say it itself.
fn place(post: &Post) -> String {
    post.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default()
}
