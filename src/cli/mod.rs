//! The command line: what was typed (`args`), what it means (`commands/`), and how
//! it ends. Drafts never appear in its errors.

mod args;
mod commands;
mod draft;
mod priority;
mod settings;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Screening};

use crate::error::{Error, Result};
use crate::model::Folder;
use crate::screener::Screener;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Something is at or above it.
    Failed,
    /// Part of the input could not be read.
    Incomplete,
    /// The user interrupted it.
    Interrupted,
}

/// Runs the command that was typed.
pub fn run() -> ExitCode {
    let cli = Cli::parse(); // ends with 2 where the usage is wrong
    match dispatch(cli.command) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Ok(Outcome::Incomplete) => ExitCode::from(3),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(fault) if is_broken_pipe(&fault) => ExitCode::SUCCESS, // the reader had enough
        Err(fault) => {
            anstream::eprintln!("crossbench: {fault:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Check(args) => commands::check::run(&args),
        Command::Scan(args) => commands::scan::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Watch(args) => commands::watch::run(&args),
        Command::Rules(args) => commands::rules::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Calendar(args) => commands::calendar::run(&args),
        Command::Eval(args) => commands::eval::run(&args),
        Command::Model(args) => commands::model::run(&args),
        Command::Bench(args) => commands::bench::run(&args),
        Command::Encode(args) => commands::encode::run(&args),
        Command::Fit(args) => commands::fit::run(&args),
        Command::Init(args) => commands::init::run(&args),
        Command::Config(args) => commands::config::run(&args),
    }
}

/// The screener that the options and the settings below them ask for.
fn screener(options: &Screening) -> Result<Screener> {
    settings::screener(&settings::settings(options, None)?, options.date, options.running)
}

/// The model folder at `path`, or the built-in one.
fn folder(path: Option<&std::path::Path>) -> Result<Folder> {
    path.map_or_else(Folder::built_in, Folder::read)
}

fn is_broken_pipe(fault: &anyhow::Error) -> bool {
    fault.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().or_else(|| match cause.downcast_ref::<Error>() {
            Some(Error::Io { source, .. }) => Some(source),
            _ => None,
        });
        io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|json| json.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}
