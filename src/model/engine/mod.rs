//! The fast engine: the same encoder on 8-bit integers. Weights are the rows of the
//! model file, packed once; activations become bytes row by row.
//!
//! The bits of a window's logits depend on its ids alone: not on the batch, the
//! threads, the path or the machine. Candle stays beside it as the reference.

#![expect(clippy::inline_always, reason = "what runs inside a dispatch must be compiled for its instructions")]

mod attention;
mod dot;
mod float;
mod matrix;
mod path;
mod peak;

use std::sync::Mutex;

use super::config::Config;
use super::head::{Head, Logits, mean};
use super::weights::{Rows, Weights};
use attention::Room;
use dot::{Dot, Work, dispatch};
use matrix::{Bytes, Dense};

pub use path::Path;
pub use peak::Peak;

/// Features of a head.
const HEAD: usize = 32;

/// A loaded encoder on 8-bit integers.
pub struct Int8 {
    config: Config,
    path: Path,
    words: Rows,
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    head: Head,
    /// Rooms that no batch is using.
    idle: Mutex<Vec<Scratch>>,
}

struct Layer {
    qkv: Dense,
    attention_out: Dense,
    attention_norm: Norm,
    ffn_in: Dense,
    ffn_out: Dense,
    ffn_norm: Norm,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    eps: f32,
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
        config.check()?;
        let hidden = config.hidden;
        if config.hidden != config.heads * HEAD {
            return Err(format!("the int8 engine knows heads of {HEAD} features alone; use `--engine candle`"));
        }
        let floats = |name: &str, len| weights.floats(name, &[len]);
        let dense = |name: &str, rows, cols| {
            let bias = floats(&format!("{name}.bias"), rows)?;
            Ok::<_, String>(Dense::pack(&weights.rows(&format!("{name}.weight"), rows, cols)?, &bias))
        };
        let norm = |name: &str| {
            let part = |part: &str| floats(&format!("{name}.{part}"), hidden);
            Ok::<_, String>(Norm { weight: part("weight")?, bias: part("bias")?, eps: config.norm_eps })
        };
        let layer = |n: usize| {
            let name = |part: &str| format!("layers.{n}.{part}");
            Ok::<_, String>(Layer {
                qkv: dense(&name("qkv"), 3 * hidden, hidden)?,
                attention_out: dense(&name("attention_out"), hidden, hidden)?,
                attention_norm: norm(&name("attention_norm"))?,
                ffn_in: dense(&name("ffn_in"), config.ffn, hidden)?,
                ffn_out: dense(&name("ffn_out"), hidden, config.ffn)?,
                ffn_norm: norm(&name("ffn_norm"))?,
            })
        };
        Ok(Self {
            words: weights.rows("embeddings.word.weight", config.vocab, hidden)?,
            positions: weights.floats("embeddings.position.weight", &[config.positions, hidden])?,
            norm: norm("embeddings.norm")?,
            layers: (0..config.layers).map(layer).collect::<Result<_, _>>()?,
            head: Head::load(weights, config.outputs.len(), hidden)?,
            path: if path.is_available() { path } else { Path::Portable },
            config,
            idle: Mutex::default(),
        })
    }

    /// The shape of the encoder.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How its products are computed.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Scores windows of token ids, each on its own, whatever else is in the batch.
    ///
    /// # Errors
    /// If a window is empty or too long, or an id unknown.
    pub fn forward(&self, windows: &[&[u32]]) -> Result<Vec<Logits>, String> {
        self.config.check_windows(windows)?;
        let mut scratch = self.idle().pop().unwrap_or_default();
        let logits = dispatch(self.path, Forward { encoder: self, windows, scratch: &mut scratch });
        self.idle().push(scratch);
        Ok(logits)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner) // any state of it is sound
    }
}

/// One batch on its way.
struct Forward<'a> {
    encoder: &'a Int8,
    windows: &'a [&'a [u32]],
    scratch: &'a mut Scratch,
}

impl Work for Forward<'_> {
    type Output = Vec<Logits>;

    #[inline(always)]
    fn run<D: Dot>(self, dot: D) -> Vec<Logits> {
        let Self { encoder, windows, scratch } = self;
        let hidden = encoder.config.hidden;
        encoder.embed(windows, scratch);
        for layer in &encoder.layers {
            layer.forward(dot, windows, encoder.config.heads, scratch);
        }
        let mut states = scratch.states.chunks_exact(hidden);
        windows.iter().map(|ids| encoder.head.logits(&mean(&mut states, ids.len()))).collect()
    }
}

impl Int8 {
    #[inline(always)]
    fn embed(&self, windows: &[&[u32]], scratch: &mut Scratch) {
        let hidden = self.config.hidden;
        let tokens = windows.iter().map(|ids| ids.len()).sum();
        scratch.states.resize(tokens * hidden, 0.0);
        scratch.bytes.reset(tokens, hidden);
        let ids = windows.iter().flat_map(|ids| ids.iter().zip(self.positions.chunks_exact(hidden)));
        for (at, (state, (&id, place))) in scratch.states.chunks_exact_mut(hidden).zip(ids).enumerate() {
            self.words.copy_row(id as usize, state);
            self.norm.add(state, place);
            scratch.bytes.set(at, state);
        }
    }
}

impl Layer {
    #[inline(always)]
    fn forward<D: Dot>(&self, dot: D, windows: &[&[u32]], heads: usize, scratch: &mut Scratch) {
        let Scratch { states, bytes, wide, wide_bytes, update, room } = scratch;
        let hidden = self.attention_out.outputs();
        let tokens = states.len() / hidden;
        wide.resize(tokens * self.qkv.outputs().max(self.ffn_in.outputs()), 0.0);
        update.resize(tokens * hidden, 0.0);
        self.qkv.forward(dot, bytes, wide, |value| value);
        let mut first = 0;
        for ids in windows {
            let last = first + ids.len();
            let qkv = &wide[first * 3 * hidden..last * 3 * hidden];
            attention::window::<HEAD>(qkv, &mut update[first * hidden..last * hidden], heads, room);
            first = last;
        }
        for (at, row) in update.chunks_exact(hidden).enumerate() {
            bytes.set(at, row);
        }
        self.attention_out.forward(dot, bytes, update, |value| value);
        self.attention_norm.settle(states, update, bytes);
        self.ffn_in.forward(dot, bytes, wide, float::gelu);
        let inner = self.ffn_in.outputs();
        wide_bytes.reset(tokens, inner);
        for (at, row) in wide.chunks_exact(inner).take(tokens).enumerate() {
            wide_bytes.set(at, row);
        }
        self.ffn_out.forward(dot, wide_bytes, update, |value| value);
        self.ffn_norm.settle(states, update, bytes);
    }
}

impl Norm {
    /// Layer norm of `x + y`, into `x`.
    #[inline(always)]
    fn add(&self, x: &mut [f32], y: &[f32]) {
        float::add_norm(x, y, (&self.weight, &self.bias), self.eps);
    }

    /// Adds `update` to the states, and writes them as bytes too.
    #[inline(always)]
    fn settle(&self, states: &mut [f32], update: &[f32], bytes: &mut Bytes) {
        let hidden = self.weight.len();
        for (at, (state, update)) in states.chunks_exact_mut(hidden).zip(update.chunks_exact(hidden)).enumerate() {
            self.add(state, update);
            bytes.set(at, state);
        }
    }
}
