//! What a scan says on standard error while it runs: a bar where somebody watches,
//! and the first faults of records.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::feeds::total;
use crate::report::plain::plural;
use crate::report::summary::{grouped, rate_shown, time_shown};

/// Most faults of records that are told one by one.
const TOLD: u64 = 20;
const KNOWN: &str = "{bar:24} {bytes} of {total_bytes}, {msg}";
const UNKNOWN: &str = "{spinner} {bytes}, {msg}";

/// The bar, and how many faults were told.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    faults: u64,
}

impl Progress {
    /// A bar over the bytes of `feeds`, if it is `wanted` and a terminal shows it.
    pub fn new(feeds: &[PathBuf], wanted: bool) -> Self {
        let (total, template) = total(feeds).map_or((None, UNKNOWN), |total| (Some(total), KNOWN));
        let target = if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(total, target)
            .with_style(ProgressStyle::with_template(template).expect("a test reads the templates"))
            .with_message("no posts yet");
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, start: Instant::now(), faults: 0 }
    }

    /// `posts` are screened, with `bytes` of the feeds.
    pub fn reach(&self, bytes: u64, posts: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let elapsed = self.elapsed();
        let rate = posts as f64 / elapsed.as_secs_f64().max(1e-3);
        // From all that was done: what indicatif tells jumps with every chunk.
        let left = self.bar.length().map(|total| {
            let share = total.saturating_sub(bytes) as f64 / bytes.max(1) as f64;
            format!(", about {} left", time_shown(elapsed.mul_f64(share)))
        });
        self.bar.set_position(bytes);
        let left = left.unwrap_or_default();
        self.bar.set_message(format!("{}, {} a second{left}", plural(posts, "post"), rate_shown(rate)));
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Tells what is wrong with a record, if not too many were told of.
    pub fn fault(&mut self, fault: impl Display) {
        self.faults += 1;
        if self.faults <= TOLD {
            self.say(fault);
        }
    }

    /// Tells something whatever else was told.
    pub fn say(&self, line: impl Display) {
        // Who closed standard error does not want to hear it; the scan goes on.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "crossbench: {line}")));
    }

    /// Clears the bar, and says how many faults were not told.
    pub fn end(&self) {
        self.bar.finish_and_clear();
        if self.faults > TOLD {
            self.say(format_args!("… and {} more", grouped(self.faults - TOLD)));
        }
    }
}

/// Whether a bar would be seen, and not in the midst of the verdicts.
pub fn is_watched(to_stdout: bool) -> bool {
    io::stderr().is_terminal() && !(to_stdout && io::stdout().is_terminal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_can_be_read() {
        for template in [KNOWN, UNKNOWN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
