//! `crossbench rules --stats`: how often each rule fires on labelled posts, and how
//! often readers agree with it.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::cli::Outcome;
use crate::cli::args::Rules;
use crate::eval::{Firing, LabelledFile, firings};
use crate::report::{human::style, manual, plain::plural};
use crate::rules::Catalogue;

/// Runs the command.
///
/// # Errors
/// If the file cannot be read, or the manual not be written.
pub fn run(args: &Rules, catalogue: &Catalogue, labelled: &Path) -> anyhow::Result<Outcome> {
    let file = LabelledFile::read(labelled)?;
    for fault in &file.faults {
        anstream::eprintln!("crossbench: {fault}");
    }
    let family = args.family.as_deref().unwrap_or_default();
    let mut firings = firings(catalogue, &file.posts);
    firings.retain(|firing| firing.rule.starts_with(family));
    if let Some(path) = &args.write {
        let manual = manual::text(catalogue, &firings, file.posts.len());
        std::fs::write(path, manual).with_context(|| path.display().to_string())?;
    }
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&firings)?)?;
    } else {
        table(&mut out, &firings, file.posts.len())?;
    }
    Ok(if file.faults.is_empty() { Outcome::Clean } else { Outcome::Incomplete })
}

fn table(out: &mut impl Write, firings: &[Firing], posts: usize) -> std::io::Result<()> {
    let width = firings.iter().map(|firing| firing.rule.len()).max().unwrap_or(0);
    writeln!(out, "{:<width$}  level   fired  flagged  held", "rule")?;
    for firing in firings.iter().filter(|firing| firing.fired > 0) {
        let style = style(firing.level);
        let share = |count: usize| count as f64 / firing.fired as f64;
        let (flagged, held) = (share(firing.flagged), share(firing.held));
        let mark = if firing.is_distrusted() { "  readers disagree: make it a note" } else { "" };
        writeln!(
            out,
            "{:<width$}  {style}{:<6}{style:#}  {:>5}  {flagged:>7.2}  {held:>4.2}{mark}",
            firing.rule, firing.level, firing.fired
        )?;
    }
    let silent = firings.iter().filter(|firing| firing.fired == 0).count();
    writeln!(out, "\n{}; {} fired on none of them", plural(posts as u64, "post"), plural(silent as u64, "rule"))
}
