//! `crossbench init`: a `crossbench.toml` with every key, explained and commented out.

use std::fs::File;
use std::io::{self, Write};

use anyhow::Context;

use crate::cli::Outcome;
use crate::cli::args::Init;
use crate::config::TEMPLATE;

/// Runs the command.
///
/// # Errors
/// If the file is there already or cannot be written.
pub fn run(args: &Init) -> anyhow::Result<Outcome> {
    let path = args.file.display();
    let mut file = match File::create_new(&args.file) {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            anyhow::bail!("{path}: is there already, and stays as it is; `crossbench config show` prints what it sets")
        }
        file => file.with_context(|| path.to_string())?,
    };
    file.write_all(TEMPLATE.as_bytes()).with_context(|| path.to_string())?;
    writeln!(anstream::stdout(), "wrote {path}; take the `#` from what should count")?;
    Ok(Outcome::Clean)
}
