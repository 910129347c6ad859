//! `crossbench fit`.

use crate::cli::Outcome;
use crate::cli::args::Fit;

/// Runs the command.
pub fn run(_args: &Fit) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
