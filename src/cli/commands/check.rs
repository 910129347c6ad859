//! `crossbench check`.

use crate::cli::Outcome;
use crate::cli::args::Check;

/// Runs the command.
pub fn run(_args: &Check) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
