//! The fast engine: the same encoder on 8-bit integers. Weights are the rows of the
//! model file, packed once; activations become bytes row by row.
//!
//! The bits of a window's logits depend on its ids alone: not on the batch, the
//! threads, the path or the machine. Candle stays beside it as the reference.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

mod attention;
mod float;
mod matrix;
#[cfg(target_arch = "aarch64")]
mod neon;
mod path;
mod peak;
mod plain;
mod simd;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::Mutex;

use super::config::Config;
use super::head::{Depth, Gate, Logits};
use super::layers::{Layer, Norm, Stack};
use super::weights::Weights;
use attention::Room;
use matrix::{Bytes, Dense, Gelu, Same};
use simd::{LANES, Simd, Work, dispatch};

pub use path::Path;
pub use peak::Peak;

/// Features of a head.
const HEAD: usize = 32;

/// A loaded encoder on 8-bit integers.
pub struct Int8 {
    stack: Stack<Dense>,
    path: Path,
    /// Rooms that no batch is using.
    idle: Mutex<Vec<Scratch>>,
}

/// Room for the activations of a batch.
#[derive(Default)]
struct Scratch {
    /// The state of each token.
    states: Vec<f32>,
    /// The state as bytes, or what takes its place before `attention_out`.
    bytes: Bytes,
    /// Queries, keys and values; then the inside of the feed-forward block.
    wide: Vec<f32>,
    /// The same as bytes.
    wide_bytes: Bytes,
    /// What is added to the state.
    update: Vec<f32>,
    room: Room,
}

impl Int8 {
    /// Builds the encoder that `config` describes from `weights`, to be run on `path`,
    /// or in plain Rust where the machine lacks it.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn load(config: Config, weights: &Weights<'_>, path: Path) -> Result<Self, String> {
        if config.hidden != config.heads * HEAD {
            return Err(format!("the int8 engine knows heads of {HEAD} features alone; use `--engine candle`"));
        }
        if !config.ffn.is_multiple_of(LANES) {
            return Err(format!("the int8 engine knows multiples of {LANES} inner units alone; use `--engine candle`"));
        }
        Ok(Self {
            stack: Stack::load(config, weights, |rows, bias| Ok(Dense::pack(rows, &bias)))?,
            path: if path.is_available() { path } else { Path::Portable },
            idle: Mutex::default(),
        })
    }

    /// The shape of the encoder.
    pub fn config(&self) -> &Config {
        &self.stack.config
    }

    /// How its products are computed.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Scores windows of token ids, each on its own, whatever else is in the batch.
    ///
    /// # Errors
    /// If a window is empty or too long, or an id unknown.
    pub fn forward(&self, windows: &[(&[u32], Depth)], gates: &[Gate]) -> Result<Vec<Logits>, String> {
        self.stack.config.check_windows(windows.iter().map(|(ids, _)| *ids))?;
        let mut scratch = self.idle().pop().unwrap_or_default();
        let logits = dispatch(self.path, Forward { stack: &self.stack, windows, gates, scratch: &mut scratch });
        self.idle().push(scratch);
        Ok(logits)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner) // any state of it is sound
    }
}

/// One batch on its way.
struct Forward<'a> {
    stack: &'a Stack<Dense>,
    windows: &'a [(&'a [u32], Depth)],
    gates: &'a [Gate],
    scratch: &'a mut Scratch,
}

impl Work for Forward<'_> {
    type Output = Vec<Logits>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<Logits> {
        let Self { stack, windows, gates, scratch } = self;
        let hidden = stack.config.hidden;
        stack.embed(simd, windows, scratch);
        let mut heads = stack.heads.iter().peekable();
        let mut logits: Vec<Option<Logits>> = vec![None; windows.len()];
        let mut inside: Vec<Inside> = windows
            .iter()
            .enumerate()
            .map(|(at, (ids, depth))| Inside { at, length: ids.len(), depth: *depth, passed: None })
            .collect();
        for (layer, number) in stack.layers.iter().zip(1..) {
            layer.forward(simd, &inside, stack.config.heads, scratch);
            let Some(head) = heads.next_if(|head| head.after() == number) else { continue };
            let last = heads.peek().is_none();
            let (mut start, mut kept) = (0, 0);
            inside.retain_mut(|window| {
                let end = start + window.length;
                let mut found = head.logits(&scratch.states[start * hidden..end * hidden]);
                let leaves = last || head.lets_out(window.depth, gates, &found);
                if leaves {
                    found.passed = window.passed.take();
                    logits[window.at] = Some(found);
                } else {
                    window.passed.get_or_insert_with(|| Box::new(found));
                    scratch.keep(start..end, kept, hidden);
                    kept += window.length;
                }
                start = end;
                !leaves
            });
            scratch.cut(kept, hidden);
            if inside.is_empty() {
                break;
            }
        }
        logits.into_iter().map(|logits| logits.expect("every window leaves at the last head")).collect()
    }
}

/// A window on its way: its number in the batch, its tokens, how far it goes, and what
/// the first exit that it passed says of it.
struct Inside {
    at: usize,
    length: usize,
    depth: Depth,
    passed: Option<Box<Logits>>,
}

impl Scratch {
    /// Moves the tokens of a window to where those that go on are gathered.
    fn keep(&mut self, tokens: std::ops::Range<usize>, to: usize, hidden: usize) {
        if tokens.start != to {
            self.states.copy_within(tokens.start * hidden..tokens.end * hidden, to * hidden);
            self.bytes.copy_within(tokens, to);
        }
    }

    /// Leaves the first `tokens`.
    fn cut(&mut self, tokens: usize, hidden: usize) {
        self.states.truncate(tokens * hidden);
        self.bytes.reset(tokens, hidden);
    }
}

impl Stack<Dense> {
    #[inline(always)]
    fn embed<S: Simd>(&self, simd: S, windows: &[(&[u32], Depth)], scratch: &mut Scratch) {
        let hidden = self.config.hidden;
        let tokens = windows.iter().map(|(ids, _)| ids.len()).sum();
        scratch.states.resize(tokens * hidden, 0.0);
        scratch.bytes.reset(tokens, hidden);
        let ids = windows.iter().flat_map(|(ids, _)| ids.iter().zip(self.positions.chunks_exact(hidden)));
        for (at, (state, (&id, place))) in scratch.states.chunks_exact_mut(hidden).zip(ids).enumerate() {
            self.words.copy_row(id as usize, state);
            self.norm.add(simd, at, state, place, &mut scratch.bytes);
        }
    }
}

impl Layer<Dense> {
    #[inline(always)]
    fn forward<S: Simd>(&self, simd: S, windows: &[Inside], heads: usize, scratch: &mut Scratch) {
        let Scratch { states, bytes, wide, wide_bytes, update, room } = scratch;
        let hidden = self.attention_out.outputs();
        let tokens = states.len() / hidden;
        wide.resize(tokens * self.qkv.outputs().max(self.ffn_in.outputs()), 0.0);
        update.resize(tokens * hidden, 0.0);
        self.qkv.forward::<S, Same>(simd, bytes, wide);
        let mut first = 0;
        for window in windows {
            let last = first + window.length;
            let qkv = &wide[first * 3 * hidden..last * 3 * hidden];
            attention::window::<S, HEAD>(simd, qkv, &mut update[first * hidden..last * hidden], heads, room);
            first = last;
        }
        for (at, row) in update.chunks_exact(hidden).enumerate() {
            bytes.set(simd, at, row, float::bounds(simd, row));
        }
        self.attention_out.forward::<S, Same>(simd, bytes, update);
        self.attention_norm.settle(simd, states, update, bytes);
        self.ffn_in.forward::<S, Gelu>(simd, bytes, wide);
        let inner = self.ffn_in.outputs();
        wide_bytes.reset(tokens, inner);
        for (at, row) in wide.chunks_exact(inner).take(tokens).enumerate() {
            wide_bytes.set(simd, at, row, float::bounds(simd, row));
        }
        self.ffn_out.forward::<S, Same>(simd, wide_bytes, update);
        self.ffn_norm.settle(simd, states, update, bytes);
    }
}

impl Norm {
    /// Layer norm of `x + y`, into `x` and as row `at` of `bytes`.
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, at: usize, x: &mut [f32], y: &[f32], bytes: &mut Bytes) {
        let bounds = float::add_norm(simd, x, y, (&self.weight, &self.bias), self.eps);
        bytes.set(simd, at, x, bounds);
    }

    /// The same for every token, `update` being what is added.
    #[inline(always)]
    fn settle<S: Simd>(&self, simd: S, states: &mut [f32], update: &[f32], bytes: &mut Bytes) {
        let hidden = self.weight.len();
        for (at, (state, update)) in states.chunks_exact_mut(hidden).zip(update.chunks_exact(hidden)).enumerate() {
            self.add(simd, at, state, update, bytes);
        }
    }
}
