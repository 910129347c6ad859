//! What the system knows of a process: its memory, and how long one takes.

use std::process::{Command, Stdio};
use std::time::Instant;

/// Most memory this process held, in MiB.
pub fn peak_memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// Median seconds of `crossbench check` on one post, from process start to its end.
pub fn first_verdict(passes: usize) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let mut times = Vec::new();
    for _ in 0..passes {
        let mut check = Command::new(&program);
        check.args(["check", "--no-config", "--fail-on", "never", "--text", "The library opens at 9am on Monday."]);
        let start = Instant::now();
        let status = check.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
        status.success().then_some(())?;
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times.get(passes / 2).copied()
}
