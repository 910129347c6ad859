//! `crossbench model`.

use crate::cli::Outcome;
use crate::cli::args::ModelArgs;

/// Runs the command.
pub fn run(_args: &ModelArgs) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
