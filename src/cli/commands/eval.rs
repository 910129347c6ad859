//! `crossbench eval`: how well rules, model and both agree with a labelled file.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::args::Eval;
use crate::cli::{Outcome, folder};
use crate::eval::{Card, LabelledFile, Report, SwapReport};
use crate::screener::Screener;

/// Runs the command.
pub fn run(args: &Eval) -> anyhow::Result<Outcome> {
    let file = LabelledFile::read(&args.file)?;
    for fault in &file.faults {
        anstream::eprintln!("crossbench: {fault}");
    }
    let folder = folder(args.card.as_deref().or(args.model.as_deref()))?;
    let screener = Screener::rules_only()?.with_engine(&folder, args.running.engine)?;
    let screener = screener.thorough(args.running.thorough).scores_alone();
    if let Some(place) = &args.card {
        Card::new(&screener, &folder, &file, place)?.write(place)?;
        writeln!(io::stdout(), "wrote MODEL_CARD.md and calibration.svg into {}", place.display())?;
    } else if args.swap {
        print(&SwapReport::new(&screener, &file.posts)?, args.json)?;
    } else {
        print(&Report::new(&screener, &file)?, args.json)?;
    }
    Ok(if file.faults.is_empty() { Outcome::Clean } else { Outcome::Incomplete })
}

fn print<T: Serialize + std::fmt::Display>(report: &T, json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(report)?)?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(())
}
