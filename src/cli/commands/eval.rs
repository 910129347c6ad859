//! `crossbench eval`: how well rules, model and both agree with a labelled file.

use std::io::{self, Write};

use crate::cli::args::Eval;
use crate::cli::{Outcome, folder};
use crate::eval::{LabelledFile, Report};
use crate::screener::Screener;

/// Runs the command.
pub fn run(args: &Eval) -> anyhow::Result<Outcome> {
    let file = LabelledFile::read(&args.file)?;
    for fault in &file.faults {
        anstream::eprintln!("crossbench: {fault}");
    }
    let screener = Screener::rules_only()?.with_model(&folder(args.model.as_deref())?)?.scores_alone();
    let report = Report::new(&screener, &file)?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(if file.faults.is_empty() { Outcome::Clean } else { Outcome::Incomplete })
}
