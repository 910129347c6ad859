//! `crossbench bench`: posts a second from text to verdict, where the time goes, and
//! how that compares with what the machine can do.

mod machine;
mod posts;

use std::fmt;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use anyhow::{Context, ensure};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use serde::Serialize;

use crate::archive::{self, Reading};
use crate::cli::args::Bench;
use crate::cli::{Outcome, screener};
use crate::model::{Config, Logits, Peak};
use crate::post::Post;
use crate::rules::{Level, Occasion};
use crate::screener::{Read, Screener};
use crate::text::Text;

/// What was measured. Rates are medians over the passes; times are seconds of one pass.
#[derive(Serialize)]
struct Figures {
    engine: String,
    threads: usize,
    passes: usize,
    posts: usize,
    /// Tokens that the encoder reads in these posts, hidden words not counted.
    tokens: usize,
    /// Layers that a window is read through on average.
    layers: Option<f64>,
    /// Share of the posts that are not clear.
    flagged: f64,
    posts_per_second: f64,
    tokens_per_second: f64,
    stages: Stages,
    /// None without a model.
    machine: Option<Share>,
    /// Most memory the process held, in MiB; none where the system does not say.
    peak_memory_mib: Option<f64>,
    /// Milliseconds from process start to the end of `crossbench check` on one post.
    first_verdict_ms: Option<f64>,
}

/// Seconds of one pass.
#[derive(Serialize)]
struct Stages {
    text_and_rules: f64,
    tokens: f64,
    encoder: f64,
    /// Fusion, and finding the words that carried the scores, which asks the encoder again.
    fusion_and_words: f64,
}

/// The encoder beside the machine.
#[derive(Serialize)]
struct Share {
    /// 10⁹ operations a second of register-only loops on the same threads.
    peak_int8: f64,
    peak_f32: f64,
    /// Share of the least time that the encoder's products take at these peaks, those of
    /// the layers in 8-bit integers and attention in floats.
    of_int8: f64,
    /// The same with everything in floats; above 1, no engine on floats can do it.
    of_f32: f64,
}

/// Runs the command.
///
/// # Errors
/// If rules, model or feed cannot be loaded.
pub fn run(args: &Bench) -> anyhow::Result<Outcome> {
    ensure!(args.jobs != Some(0), "--jobs 0: at least one thread is needed");
    ensure!(args.passes > 0, "--passes 0: at least one pass is needed");
    if let Some(file) = &args.write {
        let line = |post: Post| format!("{}\n", serde_json::json!({ "id": post.id, "text": post.text }));
        let lines: String = posts::built_in().into_iter().map(line).collect();
        std::fs::write(file, lines).with_context(|| file.display().to_string())?;
        return Ok(Outcome::Clean);
    }
    let screener = screener(&args.screening)?;
    let posts = match &args.feed {
        Some(feed) => archive::open(feed, &Reading::default())?.collect::<Result<Vec<Post>, _>>()?,
        None => posts::built_in(),
    };
    ensure!(!posts.is_empty(), "there are no posts to measure on");
    let pool = ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build()?;
    let figures = pool.install(|| measure(&screener, &posts, args.passes))?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&figures)?)?;
    } else {
        write!(out, "{figures}")?;
    }
    Ok(Outcome::Clean)
}

/// Measures on the threads of the pool it is run in.
fn measure(screener: &Screener, posts: &[Post], passes: usize) -> anyhow::Result<Figures> {
    let threads = rayon::current_num_threads();
    let read = || posts.par_iter().map(|post| screener.read(&post.text, post.date())).collect::<Vec<Read>>();
    let reads = read();
    let tokens = reads.iter().flat_map(Read::windows).map(|window| window.ids.len()).sum();
    let logits = screener.encode(&reads)?; // each stage can fail here, and not while it is timed
    let verdicts: Vec<_> = screener.screen_batch(posts).into_iter().collect::<Result<_, _>>()?;
    let flagged = verdicts.iter().filter(|verdict| verdict.level() >= Level::Review).count();

    let catalogue = screener.catalogue();
    let rules = median(passes, || {
        posts.par_iter().for_each(|post| {
            let text = Text::new(&post.text);
            black_box(catalogue.findings(&text, &catalogue.scan(&text), Occasion::default()));
        });
    });
    let reading = median(passes, || drop(black_box(read())));
    let encoder = median(passes, || drop(black_box(screener.encode(&reads))));
    let whole = median(passes, || drop(black_box(screener.screen_batch(posts))));
    let machine = screener.scorer().map(|scorer| Share::of(scorer.config(), &logits, encoder, scorer.peak(threads)));
    Ok(Figures {
        engine: screener.scorer().map_or_else(|| "none".to_owned(), crate::model::Scorer::engine),
        threads,
        passes,
        posts: posts.len(),
        tokens,
        layers: layers(&logits),
        flagged: flagged as f64 / posts.len() as f64,
        posts_per_second: posts.len() as f64 / whole,
        tokens_per_second: tokens as f64 / whole,
        stages: Stages {
            text_and_rules: rules,
            tokens: (reading - rules).max(0.0),
            encoder,
            fusion_and_words: (whole - reading - encoder).max(0.0),
        },
        machine,
        peak_memory_mib: machine::peak_memory_mib(),
        first_verdict_ms: machine::first_verdict(passes).map(|seconds| seconds * 1e3),
    })
}

/// Layers that a window is read through on average.
fn layers(logits: &[Vec<Logits>]) -> Option<f64> {
    let read: Vec<usize> = logits.iter().flatten().map(|window| window.layers).collect();
    (!read.is_empty()).then(|| read.iter().sum::<usize>() as f64 / read.len() as f64)
}

/// Median seconds of `work` over some passes.
fn median(passes: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..passes)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[passes / 2]
}

impl Share {
    fn of(config: &Config, logits: &[Vec<Logits>], seconds: f64, peak: Peak) -> Self {
        let hidden = config.hidden as f64;
        let (mut dense, mut attention) = (0.0, 0.0);
        for window in logits.iter().flatten() {
            let (tokens, layers) = (window.shares.len() as f64, window.layers as f64);
            dense += 2.0 * tokens * hidden * (4.0 * hidden + 2.0 * config.ffn as f64) * layers;
            attention += 4.0 * tokens * tokens * hidden * layers;
        }
        Self {
            peak_int8: peak.int8 / 1e9,
            peak_f32: peak.float / 1e9,
            of_int8: (dense / peak.int8 + attention / peak.float) / seconds,
            of_f32: (dense + attention) / peak.float / seconds,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, threads, passes, posts, tokens, .. } = self;
        writeln!(f, "engine {engine}, {threads} threads, median of {passes} passes over {posts} posts")?;
        writeln!(
            f,
            "{:.1} tokens a post, {:.1} % of the posts not clear",
            *tokens as f64 / *posts as f64,
            self.flagged * 100.0
        )?;
        if let Some(layers) = self.layers {
            writeln!(f, "{layers:.2} layers a post")?;
        }
        writeln!(f, "\n{:<22} {:>10.0} posts/s", "text to verdict", self.posts_per_second)?;
        writeln!(f, "{:<22} {:>10.0} tokens/s", "", self.tokens_per_second)?;
        let Stages { text_and_rules, tokens, encoder, fusion_and_words } = self.stages;
        let whole = *posts as f64 / self.posts_per_second;
        let stages = [
            ("text and rules", text_and_rules),
            ("tokens", tokens),
            ("encoder", encoder),
            ("fusion and words", fusion_and_words),
        ];
        for (name, seconds) in stages {
            let per_post = seconds * 1e6 / *posts as f64;
            writeln!(f, "  {name:<20} {per_post:>10.1} us a post {:>5.1} %", seconds / whole * 100.0)?;
        }
        if let Some(Share { peak_int8, peak_f32, of_int8, of_f32 }) = self.machine {
            writeln!(
                f,
                "\n{:<22} {peak_int8:>10.0} 10^9 op/s; the encoder is at {:.0} % of it",
                "peak in int8",
                of_int8 * 100.0
            )?;
            writeln!(f, "{:<22} {peak_f32:>10.0} 10^9 op/s; it would be at {:.0} %", "peak in f32", of_f32 * 100.0)?;
        }
        if let Some(memory) = self.peak_memory_mib {
            writeln!(f, "{:<22} {memory:>10.0} MiB", "peak memory")?;
        }
        if let Some(ms) = self.first_verdict_ms {
            writeln!(f, "{:<22} {ms:>10.0} ms from process start", "first verdict")?;
        }
        Ok(())
    }
}
