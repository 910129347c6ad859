//! What the machine can do at most: loops of products that touch registers alone.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

use std::time::Instant;

use super::path::Path;
use super::simd::{Simd, Work, dispatch};

/// Operations a second, a multiplication and an addition counted as two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// On 8-bit integers.
    pub int8: f64,
    /// On 32-bit floats.
    pub float: f64,
}

/// Rounds of a loop that is timed: some milliseconds.
const ROUNDS: usize = 2_000_000;
/// The best of so many counts.
const PASSES: usize = 5;

impl Peak {
    /// Measures `threads` threads at once.
    pub fn measure(path: Path, threads: usize) -> Self {
        Self { int8: rate(path, threads, Kind::Int8), float: rate(path, threads, Kind::Float) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int8,
    Float,
}

fn rate(path: Path, threads: usize, kind: Kind) -> f64 {
    let pass = || -> f64 {
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..threads).map(|_| scope.spawn(|| dispatch(path, Loop(kind)))).collect();
            runs.into_iter().map(|run| run.join().expect("the loop does not panic")).sum()
        })
    };
    (0..PASSES).map(|_| pass()).fold(0.0, f64::max)
}

/// One loop; gives operations a second.
struct Loop(Kind);

impl Work for Loop {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let start = Instant::now();
        let operations = if self.0 == Kind::Int8 { simd.burn_int8(ROUNDS) } else { simd.burn_float(ROUNDS) };
        operations as f64 / start.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loop_counts_what_it_does() {
        struct Once;
        impl Work for Once {
            type Output = (usize, usize);

            #[inline(always)]
            fn run<S: Simd>(self, simd: S) -> (usize, usize) {
                (simd.burn_int8(3), simd.burn_float(3))
            }
        }
        for path in Path::ALL {
            let (int8, float) = dispatch(path, Once);
            assert!(int8 > 0 && float > 0 && int8.is_multiple_of(6) && float.is_multiple_of(6));
        }
    }
}
