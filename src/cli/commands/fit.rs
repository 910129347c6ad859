//! `crossbench fit`: calibration and thresholds from held-out logits, or the gates of the
//! exits alone, written into a model folder.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::cli::Outcome;
use crate::cli::args::Fit;
use crate::error::{Error, Result};
use crate::eval::{Examples, FitReport, HeldOut, Labelled, LabelledFile, install, installed, with_gates};
use crate::screener::Screener;

/// Runs the command.
pub fn run(args: &Fit) -> anyhow::Result<Outcome> {
    let file = if args.gates_alone { LabelledFile::read_texts(&args.file) } else { LabelledFile::read(&args.file) }?;
    for fault in &file.faults {
        anstream::eprintln!("crossbench: {fault}");
    }
    let logits = HeldOut::read(&args.logits)?;
    let known = ids(&file.posts)?;
    logits.check(|id| known.contains(id))?;
    let examples = Examples::gather(&Screener::rules_only()?, &file.posts, &logits, &args.ids)?;
    let mut out = io::stdout().lock();
    if args.gates_alone {
        let calibration = with_gates(&installed(&args.model)?, &examples);
        install(&calibration, &args.model)?;
        write!(out, "{}", calibration.early)?;
    } else {
        examples.check_reasons(&file.posts)?;
        let drawn = examples.rows.iter().filter(|row| row.drawn).count();
        let report = FitReport::new(&examples, &format!("{drawn} posts drawn at random, with held-out logits"));
        install(&report.calibration, &args.model)?;
        write!(out, "{report}")?;
    }
    let Examples { rows, unscreened, missing, .. } = &examples;
    let (posts, used, unread) = (file.posts.len(), rows.len(), file.faults.len());
    writeln!(
        out,
        "\n{posts} posts: {used} used, {missing} without logits, {unscreened} unscreened; {unread} lines unread"
    )?;
    Ok(if file.faults.is_empty() { Outcome::Clean } else { Outcome::Incomplete })
}

/// The ids of `posts`; logits are found by them, so no two may be the same.
fn ids(posts: &[Labelled]) -> Result<HashSet<&str>> {
    let mut ids = HashSet::new();
    let double = posts.iter().map(|labelled| &labelled.post).find(|post| !ids.insert(post.id.as_str()));
    let Some(place) = double.and_then(|post| post.place.as_ref()) else { return Ok(ids) };
    Err(Error::record(place.clone(), Some("id".to_owned()), "an earlier line has the same"))
}
