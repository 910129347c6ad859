//! `crossbench config show`: the settings in force, and where they are from.

use std::io::Write;

use crate::cli::args::{Config, ConfigAction};
use crate::cli::{Outcome, settings};

/// Runs the command.
///
/// # Errors
/// If the settings, or the rules that they name, are broken.
pub fn run(args: &Config) -> anyhow::Result<Outcome> {
    let ConfigAction::Show { origin, fail_on, screening } = &args.action;
    let settings = settings::settings(screening, *fail_on)?;
    settings.catalogue(None)?; // so that a broken setting is told here too
    write!(anstream::stdout(), "{}", settings.dump(*origin))?;
    Ok(Outcome::Clean)
}
