//! `crossbench encode`.

use crate::cli::Outcome;
use crate::cli::args::Encode;

/// Runs the command.
pub fn run(_args: &Encode) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet written")
}
