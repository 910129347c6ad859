//! A scan under way: posts in chunks, their verdicts to where they go, and the end.

use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use rayon::ThreadPool;

use super::chunks::Chunk;
use super::progress::Progress;
use crate::cli::Outcome;
use crate::cli::args::{FailOn, Scan};
use crate::error::{Error, Result};
use crate::post::Post;
use crate::report::Record;
use crate::report::human::day;
use crate::report::output::Settings as ReportSettings;
use crate::report::plain::plural;
use crate::report::run::{Input, Run, SCHEMA};
use crate::report::summary::{Summary, grouped};
use crate::scan::journal::About;
use crate::scan::repeats::First;
use crate::scan::targets::{Writing, write_manifest};
use crate::scan::{Baseline, Journal, Repeats, Seen, Selection, Targets};
use crate::screener::Screener;
use crate::verdict::Verdict;
use crate::wire::Wire;

/// The line of a post that could not be judged.
const FAILED: &str = "{\"failed\":true}";

/// Where verdicts go as they are reached.
pub enum Sink {
    /// To be read at once.
    Direct(Vec<Writing>),
    /// To be kept, and written to the targets at the end.
    Journal(Box<Journal>, Targets),
}

/// A scan under way.
pub struct Under<'s> {
    pool: ThreadPool,
    screener: &'s Screener,
    wire: Wire<'s>,
    selection: Selection,
    baseline: Option<Baseline>,
    sink: Sink,
    repeats: Repeats,
    summary: Summary,
    progress: Progress,
    inputs: Vec<Input>,
    fail_on: FailOn,
    quiet: bool,
    outcome: Outcome,
}

/// A post of a chunk and what is known of its verdict.
struct Planned {
    post: Post,
    seen: Seen,
    /// Its whole line, from a journal.
    replayed: Option<String>,
}

impl<'s> Under<'s> {
    /// A scan at its beginning.
    pub fn new(
        args: &Scan,
        screener: &'s Screener,
        selection: Selection,
        baseline: Option<Baseline>,
        sink: Sink,
        progress: Progress,
        pool: ThreadPool,
    ) -> Self {
        Self {
            pool,
            screener,
            wire: Wire::new(screener).without_text(args.no_text),
            selection,
            baseline,
            sink,
            repeats: Repeats::default(),
            summary: Summary::default(),
            progress,
            inputs: Vec::new(),
            fail_on: args.fail_on,
            quiet: args.quiet,
            outcome: Outcome::Clean,
        }
    }

    /// Screens a chunk and hands on its verdicts.
    pub fn screen(&mut self, chunk: Chunk) -> anyhow::Result<()> {
        let posts = self.posts(chunk.records);
        let planned: Vec<Planned> = posts.into_iter().map(|post| self.plan(post)).collect::<anyhow::Result<_>>()?;
        let is_fresh = |planned: &&Planned| planned.replayed.is_none() && matches!(planned.seen, Seen::New(_));
        let fresh: Vec<Post> = planned.iter().filter(is_fresh).map(|planned| planned.post.clone()).collect();
        let mut verdicts = VecDeque::from(self.verdicts(&fresh));
        drop(fresh);
        for planned in &planned {
            let verdict = if is_fresh(&planned) { verdicts.pop_front() } else { None };
            let line = match &planned.replayed {
                Some(line) => self.again(planned, line)?,
                None => self.line(planned, verdict),
            };
            match line {
                Ok(line) => self.write(&line, planned.replayed.is_some())?,
                Err(fault) => {
                    self.skip(&fault, &place(&planned.post));
                    if planned.replayed.is_none() {
                        self.keep(FAILED)?; // so that the posts after it are found in their places
                    }
                }
            }
        }
        match &mut self.sink {
            Sink::Direct(writing) => writing.iter_mut().try_for_each(Writing::flush)?,
            Sink::Journal(journal, _) => {
                let kept = kept(journal);
                journal.flush().with_context(|| kept)?;
            }
        }
        self.inputs.extend(chunk.ended);
        self.progress.reach(chunk.bytes, self.summary.posts());
        Ok(())
    }

    /// The posts among `records` that are judged; the others are told and counted.
    fn posts(&mut self, records: Vec<Result<Post>>) -> Vec<Post> {
        let mut posts = Vec::with_capacity(records.len());
        for record in records {
            match record {
                Ok(post) => {
                    self.summary.read();
                    if let Some(reason) = self.selection.leaves_out(&post) {
                        self.summary.left_out(reason);
                    } else if self.repeats.is_again(&post) {
                        self.summary.left_out("the same post again");
                    } else {
                        if post.time.is_some() && post.date().is_none() {
                            self.summary.undated();
                        }
                        posts.push(post);
                    }
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

    fn plan(&mut self, post: Post) -> anyhow::Result<Planned> {
        let key = Repeats::key(&post, &self.screener.periods(&post));
        let seen = self.repeats.see(key, &post.id);
        let replayed = match &mut self.sink {
            Sink::Journal(journal, _) => journal.replay()?.map(str::to_owned),
            Sink::Direct(_) => None,
        };
        Ok(Planned { post, seen, replayed })
    }

    /// The line of a post without a verdict in the journal. `verdict` is there for words that
    /// are new; the verdict on others is that on the first post that had them.
    fn line(&self, planned: &Planned, verdict: Option<Result<Verdict>>) -> Result<String> {
        let Planned { post, seen, .. } = planned;
        let day = self.screener.day(post);
        if let Seen::Again(first) = seen
            && let Some(tail) = first.tail()
        {
            return Ok(self.wire.head(post, day, Some(&first.id)) + tail);
        }
        let alone = || self.pool.install(|| self.screener.screen(post));
        let tail = self.wire.tail(&verdict.unwrap_or_else(alone)?, post);
        if let Seen::New(first) = seen {
            first.settle(&tail);
        }
        Ok(self.wire.head(post, day, None) + &tail)
    }

    /// The line that a journal has for a post. It must be what this scan would write.
    fn again(&self, planned: &Planned, line: &str) -> anyhow::Result<Result<String>> {
        if line == FAILED {
            return Ok(Err(Error::Encoder { problem: "it failed before".to_owned() }));
        }
        let Planned { post, seen, .. } = planned;
        let day = self.screener.day(post);
        let first: Option<&First> = match seen {
            Seen::Again(first) if first.tail().is_some() => Some(first),
            _ => None,
        };
        let head = self.wire.head(post, day, first.map(|first| first.id.as_str()));
        let Some(tail) = line.strip_prefix(head.as_str()) else {
            bail!("{}the journal has another post here: --restart begins anew", place(post));
        };
        if let Seen::New(first) = seen {
            first.settle(tail);
        }
        let record: Record = serde_json::from_str(line).context("the journal cannot be read: --restart begins anew")?;
        for finding in record.findings.iter().filter(|finding| !finding.counts()) {
            self.screener.suppressed_earlier(&finding.rule, &finding.fingerprint);
        }
        Ok(Ok(line.to_owned()))
    }

    /// Where the encoder fails on a chunk, each post is tried alone, so that one post
    /// does not take a thousand with it.
    fn verdicts(&self, posts: &[Post]) -> Vec<Result<Verdict>> {
        self.pool.install(|| {
            let verdicts = self.screener.screen_batch(posts);
            verdicts.into_iter().zip(posts).map(|(v, post)| v.or_else(|_| self.screener.screen(post))).collect()
        })
    }

    fn write(&mut self, line: &str, replayed: bool) -> anyhow::Result<()> {
        let record: Record = serde_json::from_str(line).context("a verdict is not what it should be")?;
        self.summary.screened(&record);
        let known = self.baseline.as_ref().is_some_and(|baseline| baseline.knows(&record));
        if known {
            self.summary.known();
        } else if self.fail_on.fails(record.verdict) {
            self.outcome = self.outcome.max(Outcome::Failed);
        }
        match &mut self.sink {
            Sink::Direct(_) if known => Ok(()),
            Sink::Direct(writing) => writing.iter_mut().try_for_each(|writing| writing.take(line, &record)),
            Sink::Journal(_, _) if replayed => Ok(()),
            Sink::Journal(_, _) => self.keep(line),
        }
    }

    /// Adds a line to the journal, if there is one.
    fn keep(&mut self, line: &str) -> anyhow::Result<()> {
        let Sink::Journal(journal, _) = &mut self.sink else { return Ok(()) };
        let kept = kept(journal);
        journal.add(line).with_context(|| kept)
    }

    fn skip(&mut self, fault: &Error, place: &str) {
        self.summary.skipped(fault);
        self.progress.fault(format_args!("{place}{fault}"));
    }

    /// Writes what is still to be written and says what was found.
    ///
    /// # Errors
    /// If an output cannot be written; what was done is kept.
    pub fn finish(self, about: &About, report: &ReportSettings, manifest: Option<&Path>) -> anyhow::Result<Outcome> {
        self.progress.end();
        let run = self.run(about);
        let all_failed = self.inputs.iter().all(|input| input.fault.is_some());
        let is_all_lost = !self.inputs.is_empty() && all_failed && self.summary.posts() == 0;
        match self.sink {
            Sink::Direct(writing) => {
                writing.into_iter().try_for_each(|writing| writing.keep(&run))?;
                manifest.map_or(Ok(()), |path| write_manifest(&run, path))?;
            }
            Sink::Journal(journal, targets) if is_all_lost => {
                self.progress.say(format_args!("no feed could be read; {} is not written", targets.name()));
                journal.end()?;
            }
            Sink::Journal(mut journal, targets) => {
                let kept = kept(&journal);
                let written = written(&mut journal, &targets, report, self.baseline.as_ref(), &run);
                written.and_then(|()| manifest.map_or(Ok(()), |path| write_manifest(&run, path))).context(kept)?;
                journal.end()?;
            }
        }
        let tables = self.summary.tables(self.screener.catalogue(), self.progress.elapsed());
        if !self.quiet {
            let _ = std::io::stderr().write_all(tables.as_bytes()); // as in `Progress::say`
        }
        let day = day(about.day);
        match self.summary.undated_posts() {
            0 => {}
            1 => self.progress.say(format!("1 post has a time that cannot be read as a day; judged as of {day}")),
            posts => {
                let posts = grouped(posts);
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

    fn run(&self, about: &About) -> Run {
        let settings = about.settings.iter().filter(|(_, value)| !value.is_empty()).cloned();
        let day = ("day".to_owned(), about.day.to_string());
        Run {
            schema: SCHEMA.to_owned(),
            version: about.version.clone(),
            inputs: self.inputs.clone(),
            model: about.model.clone(),
            rules: about.rules.clone(),
            settings: settings.chain([day]).collect(),
            counts: self.summary.counts(),
        }
    }

    /// What was done stays in the journal, where there is one.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn interrupted(self) -> anyhow::Result<Outcome> {
        self.progress.end();
        let posts = plural(self.summary.posts(), "post");
        let fate = match self.sink {
            Sink::Direct(_) => String::new(),
            Sink::Journal(journal, targets) if journal.is_empty() => {
                journal.end()?;
                format!("; {} is not written", targets.name())
            }
            Sink::Journal(mut journal, targets) => {
                journal.flush()?;
                let place = path_shown(journal.folder());
                format!("; {} is not written yet: --resume goes on from {place}", targets.name())
            }
        };
        self.progress.say(format_args!("interrupted after {posts}{fate}"));
        Ok(Outcome::Interrupted)
    }
}

/// Writes every target from the journal.
fn written(
    journal: &mut Journal,
    targets: &Targets,
    report: &ReportSettings,
    baseline: Option<&Baseline>,
    run: &Run,
) -> anyhow::Result<()> {
    let mut writing = targets.open(report)?;
    journal.each(|line| {
        if line == FAILED {
            return Ok(());
        }
        let record: Record = serde_json::from_str(line)?;
        if baseline.is_some_and(|baseline| baseline.knows(&record)) {
            return Ok(());
        }
        writing.iter_mut().try_for_each(|writing| writing.take(line, &record))
    })?;
    writing.into_iter().try_for_each(|writing| writing.keep(run))
}

fn kept(journal: &Journal) -> String {
    format!("what is done is kept in {}: --resume goes on from there", path_shown(journal.folder()))
}

fn path_shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).display().to_string()
}

/// Where it stands, for a fault that does not say it itself.
fn place(post: &Post) -> String {
    post.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default()
}
