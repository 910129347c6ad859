//! `crossbench scan`.

use crate::cli::Outcome;
use crate::cli::args::Scan;

/// Runs the command.
pub fn run(_args: &Scan) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
