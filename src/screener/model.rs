//! The model's part of a verdict: logits of windows, and what calibration makes of them.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::read::Read;
use crate::error::Result;
use crate::fusion::{Calibration, Each, Evidence, Judged, Use};
use crate::model::{BUDGET, Depth, Logits, Scorer, Window, plan};
use crate::rules::{CODES, Dimension, Finding, Level, dimension};
use crate::verdict::{Detail, ReasonGiven};

/// Ordinal outputs of the head, before the reasons.
pub const ORDINALS: usize = 4;

/// The output for P(label ≥ 1) of a dimension; the one for label = 2 follows it.
pub fn flag_output(dimension: Dimension) -> usize {
    match dimension {
        Dimension::Controversy => 0,
        Dimension::Misleading => 2,
    }
}

/// A scorer and its calibration.
pub(super) struct Model {
    pub(super) scorer: Scorer,
    pub(super) calibration: Calibration,
}

/// One window after the encoder.
pub(super) struct Scored<'r> {
    pub(super) window: &'r Window,
    pub(super) logits: &'r Logits,
    pub(super) evidence: Each<Evidence>,
    pub(super) judged: Each<Judged>,
}

/// A window to be scored, and how far it is to be read.
pub(super) type Job<'w> = (&'w Window, Depth);

impl Model {
    /// The logits of every window of every post, on every core.
    pub(super) fn score(&self, posts: &[Vec<Job<'_>>]) -> Result<Vec<Vec<Logits>>, String> {
        let (jobs, places) = distinct(posts.iter().flatten().copied());
        let lengths: Vec<usize> = jobs.iter().map(|(window, _)| window.ids.len()).collect();
        let groups = plan(&lengths, BUDGET);
        let gates = &self.calibration.early.gates;
        let scored: Vec<Vec<Logits>> = groups
            .par_iter()
            .map(|group| self.scorer.score(&group.iter().map(|&at| jobs[at]).collect::<Vec<_>>(), gates))
            .collect::<Result<_>>()
            .map_err(|fault| fault.to_string())?;
        let mut slots: Vec<Option<Logits>> = vec![None; jobs.len()];
        for (at, logits) in groups.iter().flatten().zip(scored.into_iter().flatten()) {
            slots[*at] = Some(logits);
        }
        let mut logits = places.into_iter().map(|at| slots[at].clone().expect("every job is in a group"));
        Ok(posts.iter().map(|windows| logits.by_ref().take(windows.len()).collect()).collect())
    }

    /// Whether the greatest risk says little, and no rule decides.
    pub(super) fn is_unsure(&self, scored: &[Scored<'_>], d: Dimension) -> bool {
        let risk = scored.iter().map(|s| s.judged.of(d).risk).fold(0.0, f64::max);
        let ruled = scored.iter().any(|s| s.evidence.of(d).rule_level() >= Level::Review);
        !ruled && self.calibration.unsure.of(d).holds(risk)
    }

    /// Every reason with its calibrated probability, in the order of the codes.
    pub(super) fn reasons<'a>(&'a self, logits: &'a Logits) -> impl Iterator<Item = ReasonGiven> + 'a {
        CODES.iter().zip(&logits.values[ORDINALS..]).map(|(&code, &logit)| ReasonGiven {
            code,
            dimension: dimension(code).expect("it is one of the codes"),
            probability: self.calibration.reasons[&code].probability(&[f64::from(logit)]),
        })
    }

    /// The reasons of a dimension above the threshold, likeliest first; one to three.
    pub(super) fn likeliest(&self, logits: &Logits, d: Dimension) -> Vec<ReasonGiven> {
        let mut reasons: Vec<ReasonGiven> = self.reasons(logits).filter(|reason| reason.dimension == d).collect();
        reasons.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.code.cmp(&b.code)));
        let above = reasons.iter().filter(|r| r.probability >= self.calibration.reason_threshold).count();
        reasons.truncate(above.clamp(1, 3));
        reasons
    }

    pub(super) fn detail(&self, scored: &[Scored<'_>], worst: &Each<usize>) -> Detail {
        let apart = Each::make(|d| {
            [Use::Model, Use::Rules].map(|using| {
                let judged = self.calibration.judge(d, scored[*worst.of(d)].evidence.of(d), using);
                (judged.risk, judged.hold)
            })
        });
        let reasons = Dimension::ALL
            .into_iter()
            .flat_map(|d| self.reasons(scored[*worst.of(d)].logits).filter(move |reason| reason.dimension == d))
            .collect();
        let logits = Each::make(|d| f64::from(scored[*worst.of(d)].logits[flag_output(d)]));
        Detail { apart, reasons, words: Each::make(|_| Vec::new()), logits }
    }
}

/// The jobs that differ, and for each job its place among them. Posts are repeated in
/// archives, and both dimensions of a post ask about the same hidden words; the logits
/// depend on the ids and the depth alone.
fn distinct<'w>(jobs: impl Iterator<Item = Job<'w>>) -> (Vec<Job<'w>>, Vec<usize>) {
    let mut first: FxHashMap<(&[u32], Depth), usize> = FxHashMap::default();
    let mut out = Vec::new();
    let places = jobs
        .map(|(window, depth)| {
            *first.entry((&window.ids, depth)).or_insert_with(|| {
                out.push((window, depth));
                out.len() - 1
            })
        })
        .collect();
    (out, places)
}

/// The evidence of one window: its logits, and the findings inside it.
pub(super) fn evidence(read: &Read, window: &Window, logits: &Logits) -> Each<Evidence> {
    let span = window.span();
    let whole = read.windows.len() == 1;
    Each::make(|d| {
        let at = flag_output(d);
        let mut evidence =
            Evidence { logits: Some([f64::from(logits[at]), f64::from(logits[at + 1])]), ..Evidence::default() };
        let inside = |f: &&Finding| f.counts() && f.rule.dimension == d && (whole || f.span.overlaps(span));
        read.findings.iter().filter(inside).for_each(|finding| evidence.add(finding.level));
        evidence
    })
}

/// Number of the window with the highest level, then hold, then risk; the first of equals.
pub(super) fn worst(scored: &[Scored<'_>], d: Dimension) -> usize {
    let rank = |&a: &usize, &b: &usize| {
        let (x, y) = (scored[a].judged.of(d), scored[b].judged.of(d));
        x.level.cmp(&y.level).then(x.hold.total_cmp(&y.hold)).then(x.risk.total_cmp(&y.risk)).then(b.cmp(&a))
    };
    (0..scored.len()).max_by(rank).expect("a text that is judged has a window")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    #[test]
    fn equal_windows_are_encoded_once() {
        let window = |ids: &[u32]| Window { ids: ids.to_vec(), origins: vec![Span::new(0, 0); ids.len()] };
        let windows = [window(&[1, 2]), window(&[1, 3]), window(&[1, 2]), window(&[1])];
        let jobs: Vec<Job<'_>> = windows.iter().map(|window| (window, Depth::Early)).collect();
        let (found, places) = distinct(jobs.iter().copied().chain([(&windows[0], Depth::Whole)]));
        assert_eq!(places, [0, 1, 0, 2, 3]);
        assert_eq!(found, [jobs[0], jobs[1], jobs[3], (&windows[0], Depth::Whole)]);
    }
}
