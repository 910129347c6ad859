//! `crossbench explain`.

use crate::cli::Outcome;
use crate::cli::args::Explain;

/// Runs the command.
pub fn run(_args: &Explain) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
