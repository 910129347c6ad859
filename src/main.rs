//! The `crossbench` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    crossbench::cli::run()
}
