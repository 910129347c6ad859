//! Held-out logits and findings → the calibration: what turns evidence into
//! probabilities, and where the levels begin. Pure.

use super::examples::Example;
use super::exits;
use super::logistic;
use super::measures::{Rated, Sides, as_label, rounded};
use super::reasons;
use super::thresholds::{Rating, cheapest, costs, most_alarms};
use crate::fusion::{Band, Calibration, Each, Early, Fit, Logistic, Point, Setting, Thresholds, Use};
use crate::rules::{Dimension, Level};

/// Features that come from the logits; those after them come from findings.
const LOGITS: usize = 2;

/// Thresholds before there are any.
const OUT_OF_REACH: Thresholds = Thresholds { review: 1.0, hold: 1.0 };

/// Risks at which the model does not know: about as many posts are clear as are not.
const UNSURE: [f64; 2] = [0.35, 0.65];

/// Fits a calibration on `examples`: probabilities and thresholds on those that were
/// drawn at random, reasons and gates after the layers `exits` on all. `fitted_on` says
/// in words what they are.
pub fn fit(examples: &[&Example], exits: &[usize], fitted_on: &str) -> Calibration {
    let drawn: Vec<&Example> = examples.iter().copied().filter(|example| example.drawn).collect();
    let fits = |using| Each::make(|d| fit_of(&drawn, d, using));
    let reasons = reasons::fit(examples);
    let reason_threshold = reasons::threshold(examples, &reasons);
    let mut calibration = Calibration {
        fitted_on: fitted_on.to_owned(),
        rows: drawn.len(),
        fused: fits(Use::Fused),
        model: fits(Use::Model),
        rules: fits(Use::Rules),
        points: Point::ALL.map(|point| (point, unset(point))).into(),
        balanced_model: Each::make(|_| OUT_OF_REACH),
        unsure: Each::make(|_| Band { from: UNSURE[0], to: UNSURE[1], posts: 0, flagged: 0.0 }),
        reasons,
        reason_threshold,
        early: Early::default(),
        point: Point::Balanced,
    };
    let settings = Point::ALL.map(|point| (point, setting(&calibration, &drawn, point, Use::Fused)));
    let Setting { controversy, misleading, .. } = setting(&calibration, &drawn, Point::Balanced, Use::Model);
    let model = Each { controversy, misleading };
    calibration.unsure = Each::make(|d| band(&calibration, &drawn, d));
    calibration.points = settings.into();
    calibration.balanced_model = model;
    calibration.early.gates = exits::gates(&calibration, examples, exits);
    calibration
}

/// How often readers flag the drawn posts whose `risk` is neither low nor high.
fn band(calibration: &Calibration, examples: &[&Example], d: Dimension) -> Band {
    let [from, to] = UNSURE;
    let inside = rate(calibration, examples, d).into_iter().map(|sides| sides.fused);
    let inside: Vec<Rated> = inside.filter(|rated| (from..=to).contains(&rated.risk)).collect();
    let flagged = inside.iter().filter(|rated| rated.label >= 1).count();
    let share = super::metrics::ratio(flagged, inside.len()).unwrap_or_default();
    Band { from, to, posts: inside.len(), flagged: rounded(share) }
}

/// What `calibration` makes of the drawn `examples` on dimension `d`.
pub(super) fn rate(calibration: &Calibration, examples: &[&Example], d: Dimension) -> Vec<Sides<Rated>> {
    let drawn = examples.iter().filter(|example| example.drawn);
    drawn
        .filter_map(|example| {
            let label = (*example.labels.of(d))?;
            let judged = |using| calibration.judge(d, example.evidence.of(d), using);
            Some(Sides::make(|using| Rated::new(label, judged(using))))
        })
        .collect()
}

/// The two halves of `examples`, drawn and other posts dealt out evenly.
pub(super) fn halves(examples: &[Example]) -> [Vec<&Example>; 2] {
    let (drawn, others): (Vec<&Example>, Vec<&Example>) = examples.iter().partition(|example| example.drawn);
    let dealt: Vec<&Example> = drawn.into_iter().chain(others).collect();
    [0, 1].map(|first| dealt.iter().copied().skip(first).step_by(2).collect())
}

/// Both regressions of one dimension from the evidence that `using` names.
fn fit_of(examples: &[&Example], d: Dimension, using: Use) -> Fit {
    let labelled: Vec<(u8, Vec<f64>)> = examples
        .iter()
        .filter_map(|example| Some(((*example.labels.of(d))?, example.evidence.of(d).features())))
        .map(|(label, features)| (label, part(&features, using).to_vec()))
        .collect();
    let free = if using == Use::Rules { 0 } else { LOGITS };
    let features: Vec<Vec<f64>> = labelled.iter().map(|(_, features)| features.clone()).collect();
    let from = |least: u8| {
        let labels: Vec<bool> = labelled.iter().map(|(label, _)| *label >= least).collect();
        let Logistic { bias, weights } = logistic::fit(&features, &labels, free);
        Logistic { bias: rounded(bias), weights: weights.into_iter().map(rounded).collect() }
    };
    Fit { flag: from(1), hold: from(2) }
}

fn part(features: &[f64], using: Use) -> &[f64] {
    match using {
        Use::Fused => features,
        Use::Model => &features[..LOGITS],
        Use::Rules => &features[LOGITS..],
    }
}

/// A setting that stops nothing, until there is one.
fn unset(point: Point) -> Setting {
    Setting { costs: costs(point), most_alarms: None, controversy: OUT_OF_REACH, misleading: OUT_OF_REACH }
}

/// The thresholds of `point`, quiet enough on both dimensions or, where that cannot be shown on
/// one of them, with no limit on either.
fn setting(calibration: &Calibration, examples: &[&Example], point: Point, using: Use) -> Setting {
    let ratings = Each::make(|d| ratings(calibration, examples, d, using));
    let costs = costs(point);
    let limited = |most_alarms| {
        let of = |d| cheapest(ratings.of(d), costs, most_alarms);
        let (controversy, misleading) = (of(Dimension::Controversy)?, of(Dimension::Misleading)?);
        Some(Setting { costs, most_alarms, controversy, misleading })
    };
    limited(most_alarms(point)).or_else(|| limited(None)).expect("without a limit every pair of thresholds counts")
}

fn ratings(calibration: &Calibration, examples: &[&Example], d: Dimension, using: Use) -> Vec<Rating> {
    let rating = |example: &&Example| {
        let evidence = example.evidence.of(d);
        let judged = calibration.judge(d, evidence, using);
        let floor = if using == Use::Fused { evidence.rule_level() } else { Level::Clear };
        let label = (*example.labels.of(d))?;
        Some(Rating { label, risk: judged.risk, hold: judged.hold, floor: as_label(floor), official: example.official })
    };
    examples.iter().filter_map(rating).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fusion::Evidence;
    use crate::rules::CODES;

    /// Posts whose label is plain from their logits; a rule fires on some of the stops.
    fn examples() -> Vec<Example> {
        (0..90_u8)
            .map(|at| {
                let label = at % 3;
                let shift = f64::from(at / 3) / 30.0;
                let logits = Some([f64::from(label) * 4.0 - 2.0 + shift, f64::from(label) * 4.0 - 6.0 + shift]);
                let findings = [usize::from(at % 5 == 0), 0, usize::from(label == 2 && at % 2 == 0)];
                let mut reason_logits = vec![-4.0; CODES.len()];
                reason_logits[0] = f64::from(label) * 3.0 - 3.0;
                Example {
                    labels: Each::make(|_| Some(label)),
                    evidence: Each::make(|_| Evidence { logits, findings }),
                    reason_logits,
                    reasons: Some(if label == 2 { vec!['P'] } else { Vec::new() }),
                    early: vec![[f64::from(label) * 2.0 - 3.0 + shift, -9.0]],
                    official: false,
                    drawn: at < 60,
                }
            })
            .collect()
    }

    #[test]
    fn a_fit_is_whole_and_judges_its_own_posts_right() {
        let examples = examples();
        let all: Vec<&Example> = examples.iter().collect();
        let calibration = fit(&all, &[2], "toys");
        calibration.check().unwrap();
        assert_eq!((calibration.rows, calibration.fitted_on.as_str()), (60, "toys"));
        for rated in rate(&calibration, &all, Dimension::Misleading) {
            assert_eq!((rated.fused.level, rated.model.level), (rated.fused.label, rated.fused.label));
        }
        for fits in [&calibration.fused, &calibration.rules] {
            for fit in [&fits.controversy.flag, &fits.controversy.hold] {
                assert!(fit.weights.iter().rev().take(3).all(|weight| *weight >= 0.0), "{fit:?}");
            }
        }
        assert!(calibration.reasons[&'P'].probability(&[3.0]) > 0.9);
        let [gate] = calibration.early.gates[..] else { panic!("one gate an exit") };
        let least = |label: u8| {
            let own = examples.iter().filter(|e| *e.labels.of(Dimension::Controversy) == Some(label));
            own.map(|e| e.early[0][0]).fold(f64::INFINITY, f64::min)
        };
        assert!(least(0) < gate.below && gate.below <= least(1) + 0.2, "{gate:?}");
    }

    #[test]
    fn halves_share_out_the_drawn_posts() {
        let examples = examples();
        let [a, b] = halves(&examples);
        let drawn = |half: &[&Example]| half.iter().filter(|example| example.drawn).count();
        assert_eq!((a.len(), b.len(), drawn(&a), drawn(&b)), (45, 45, 30, 30));
    }
}
