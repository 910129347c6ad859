//! The `crossbench` command.

use std::process::ExitCode;

/// Reading posts is many small allocations, on every core.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    crossbench::cli::run()
}
