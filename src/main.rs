//! The `crossbench` command.

use std::process::ExitCode;

/// Loading the catalogue is mostly small allocations, from two threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    crossbench::cli::run()
}
