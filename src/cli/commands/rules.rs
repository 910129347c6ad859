//! `crossbench rules`.

use crate::cli::Outcome;
use crate::cli::args::Rules;

/// Runs the command.
pub fn run(_args: &Rules) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
