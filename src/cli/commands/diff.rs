//! `crossbench diff`: two runs over the same posts, compared. The exit code is 1 where they
//! differ.

use std::fmt::Write as _;
use std::io::Write;

use crate::cli::Outcome;
use crate::cli::args::Diff;
use crate::report::plain::plural;
use crate::report::summary::grouped;
use crate::rules::Level;
use crate::scan::diff::{Difference, Moved};

const LEVELS: [Level; 5] = [Level::Clear, Level::Note, Level::Unscreened, Level::Review, Level::Hold];
/// Most ids that are named where posts are in one run alone.
const LISTED: usize = 10;

/// Runs the command.
///
/// # Errors
/// If a run cannot be read.
pub fn run(args: &Diff) -> anyhow::Result<Outcome> {
    let found = Difference::between(&args.first, &args.second)?;
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &found)?;
        writeln!(out)?;
    } else {
        out.write_all(shown(&found, args.limit).as_bytes())?;
    }
    Ok(if found.is_empty() { Outcome::Clean } else { Outcome::Failed })
}

fn shown(found: &Difference, limit: usize) -> String {
    let mut out = String::new();
    write(&mut out, found, limit).expect("writing to a String cannot fail");
    out
}

fn write(out: &mut String, found: &Difference, limit: usize) -> std::fmt::Result {
    writeln!(out, "{} in both runs, {} moved\n", plural(found.both, "post"), grouped(found.moved.len() as u64))?;
    write!(out, "{:<18}", "first \\ second")?;
    for level in LEVELS {
        write!(out, "{level:>12}")?;
    }
    writeln!(out)?;
    for from in LEVELS {
        let Some(row) = found.levels.get(&from) else { continue };
        write!(out, "{from:<18}")?;
        for to in LEVELS {
            let count = row.get(&to).copied().unwrap_or_default();
            let count = if count == 0 { "·".to_owned() } else { grouped(count) };
            write!(out, "{count:>12}")?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    for moved in found.moved.iter().take(limit) {
        write_moved(out, moved)?;
    }
    if found.moved.len() > limit {
        writeln!(out, "… and {} more (--limit, --json)", grouped((found.moved.len() - limit) as u64))?;
    }
    for (ids, which) in [(&found.only_first, "first"), (&found.only_second, "second")] {
        if !ids.is_empty() {
            let named: Vec<&str> = ids.iter().take(LISTED).map(String::as_str).collect();
            let more = if ids.len() > LISTED { ", …" } else { "" };
            writeln!(out, "only in the {which}: {} ({}{more})", grouped(ids.len() as u64), named.join(", "))?;
        }
    }
    Ok(())
}

fn write_moved(out: &mut String, moved: &Moved) -> std::fmt::Result {
    let [from, to] = moved.levels;
    let levels = if from == to { format!("{from}") } else { format!("{from} → {to}") };
    let place = moved.place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
    writeln!(out, "{levels:<18}  {}{place}", moved.id)?;
    for (sign, rules) in [("+", &moved.gained), ("-", &moved.lost)] {
        for rule in rules {
            writeln!(out, "{:<18}  {sign} {rule}", "")?;
        }
    }
    for score in &moved.scores {
        let percent = |value: Option<f64>| value.map_or("unknown".to_owned(), |value| format!("{:.0}%", value * 100.0));
        let (before, after) = (percent(score.before), percent(score.after));
        writeln!(out, "{:<18}  {} {} {before} → {after}", "", score.dimension, score.name)?;
    }
    if moved.reworded {
        writeln!(out, "{:<18}  its words are others", "")?;
    }
    Ok(())
}
