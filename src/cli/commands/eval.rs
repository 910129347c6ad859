//! `crossbench eval`.

use crate::cli::Outcome;
use crate::cli::args::Eval;

/// Runs the command.
pub fn run(_args: &Eval) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
