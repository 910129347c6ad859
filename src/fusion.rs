//! Scores and findings → probabilities and levels. Pure: no texts, no files. Every
//! weight and threshold comes from `calibration.json`, fitted on held-out folds.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Gate;
use crate::rules::{CODES, Dimension, Level};

/// Evidence on one dimension of one window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// The model's logits for label ≥ 1 and label = 2.
    pub logits: Option<[f64; 2]>,
    /// How many findings of level note, review and hold the rules have.
    pub findings: [usize; 3],
}

impl Evidence {
    /// Counts a finding of `level`.
    pub fn add(&mut self, level: Level) {
        match level {
            Level::Note => self.findings[0] += 1,
            Level::Review => self.findings[1] += 1,
            Level::Hold => self.findings[2] += 1,
            Level::Clear | Level::Unscreened => {}
        }
    }

    /// The highest level among the findings.
    pub fn rule_level(&self) -> Level {
        let [note, review, hold] = self.findings.map(|n| n > 0);
        match (hold, review, note) {
            (true, _, _) => Level::Hold,
            (_, true, _) => Level::Review,
            (_, _, true) => Level::Note,
            _ => Level::Clear,
        }
    }

    /// The inputs of the fused fit: two logits, then whether each level was found.
    pub fn features(&self) -> Vec<f64> {
        let [flag, hold] = self.logits.unwrap_or_default();
        let found = self.findings.map(|n| f64::from(u8::from(n > 0)));
        [flag, hold].into_iter().chain(found).collect()
    }
}

/// A logistic regression: probability = σ(bias + weights · features).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// Added to the sum.
    pub bias: f64,
    /// One for each feature.
    pub weights: Vec<f64>,
}

impl Logistic {
    /// The probability for `features`.
    pub fn probability(&self, features: &[f64]) -> f64 {
        let sum: f64 = self.weights.iter().zip(features).map(|(w, f)| w * f).sum();
        1.0 / (1.0 + (-(self.bias + sum)).exp())
    }
}

/// How evidence becomes probabilities on one dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// P(label ≥ 1).
    pub flag: Logistic,
    /// P(label = 2).
    pub hold: Logistic,
}

/// One value for each dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each<T> {
    /// Political impartiality.
    pub controversy: T,
    /// How a claim is made.
    pub misleading: T,
}

impl<T> Each<T> {
    /// The value of `dimension`.
    pub fn of(&self, dimension: Dimension) -> &T {
        match dimension {
            Dimension::Controversy => &self.controversy,
            Dimension::Misleading => &self.misleading,
        }
    }

    /// The value of `dimension`, to be changed.
    pub fn of_mut(&mut self, dimension: Dimension) -> &mut T {
        match dimension {
            Dimension::Controversy => &mut self.controversy,
            Dimension::Misleading => &mut self.misleading,
        }
    }

    /// Makes a value for each dimension.
    pub fn make(mut of: impl FnMut(Dimension) -> T) -> Self {
        Self { controversy: of(Dimension::Controversy), misleading: of(Dimension::Misleading) }
    }
}

/// From which probability a post is reviewed or held.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// `risk` from which it needs a second pair of eyes.
    pub review: f64,
    /// `hold` from which it must not go out.
    pub hold: f64,
}

/// How readily posts are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Point {
    /// Stops less: a needless stop weighs double
    Cautious,
    /// Stops as a careful reader would
    #[default]
    Balanced,
    /// Stops more: a needless stop weighs half
    Strict,
}

impl Point {
    /// From the quietest to the loudest.
    pub const ALL: [Self; 3] = [Self::Cautious, Self::Balanced, Self::Strict];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cautious => "cautious",
            Self::Balanced => "balanced",
            Self::Strict => "strict",
        }
    }
}

/// What each mistake costs, in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// One level too high; twice that for a clear post that is held.
    pub needless: f64,
    /// A post for review goes out.
    pub missed: f64,
    /// A post that must not go out goes out.
    pub escaped: f64,
    /// A post that must not go out is only reviewed.
    pub softened: f64,
}

/// An operating point: the costs it was chosen for, and the thresholds that cost least.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What mistakes cost.
    pub costs: Costs,
    /// The greatest share of the clear held-out posts in an official voice that is flagged on
    /// one dimension, with 95 % confidence; `None` where nothing was asked or could be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_alarms: Option<f64>,
    /// Political impartiality.
    pub controversy: Thresholds,
    /// How a claim is made.
    pub misleading: Thresholds,
}

impl Setting {
    /// The thresholds of `dimension`.
    pub fn of(&self, dimension: Dimension) -> Thresholds {
        match dimension {
            Dimension::Controversy => self.controversy,
            Dimension::Misleading => self.misleading,
        }
    }
}

/// A range of `risk` in which readers flag about half of the posts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Least `risk`.
    pub from: f64,
    /// Greatest `risk`.
    pub to: f64,
    /// Held-out posts in it.
    pub posts: usize,
    /// Share of them that readers flagged.
    pub flagged: f64,
}

impl Band {
    /// Whether `risk` lies in it.
    pub fn holds(&self, risk: f64) -> bool {
        (self.from..=self.to).contains(&risk)
    }
}

/// Where posts that are surely clear leave the encoder, and how sure that is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Early {
    /// In the order of the layers.
    pub gates: Vec<Gate>,
    /// Share of the posts drawn at random that leaves at each gate.
    pub left: Vec<f64>,
    /// Held-out posts without a finding that the whole encoder stops at the strict point.
    pub stops: usize,
    /// Those of them that leave, by the gates set on the other half of the posts.
    pub missed: usize,
    /// Upper end of the 95 % interval of the share missed.
    pub at_most: f64,
}

/// `calibration.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// What it was fitted on.
    pub fitted_on: String,
    /// Posts it was fitted on.
    pub rows: usize,
    /// Features: flag logit, hold logit, any note, any review, any hold.
    pub fused: Each<Fit>,
    /// The same from the logits alone.
    pub model: Each<Fit>,
    /// The same from the findings alone.
    pub rules: Each<Fit>,
    /// Thresholds on the fused probabilities, for each operating point.
    pub points: BTreeMap<Point, Setting>,
    /// Thresholds on the probabilities of the logits alone, at the balanced point.
    pub balanced_model: Each<Thresholds>,
    /// Where `risk` says little.
    pub unsure: Each<Band>,
    /// For each reason code, how its logit becomes a probability.
    pub reasons: BTreeMap<char, Logistic>,
    /// Probability from which a reason is named.
    pub reason_threshold: f64,
    /// Where posts that are surely clear leave the encoder.
    #[serde(default)]
    pub early: Early,
    /// The operating point in force.
    #[serde(skip)]
    pub point: Point,
}

/// Which evidence is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Rules and model together.
    Fused,
    /// The model alone.
    Model,
    /// The rules alone.
    Rules,
}

/// What the evidence comes to on one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// P(label ≥ 1).
    pub risk: f64,
    /// P(label = 2), never above `risk`.
    pub hold: f64,
    /// The level they and the rules give.
    pub level: Level,
}

impl fmt::Display for Early {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { gates, left, stops, missed, at_most } = self;
        for (gate, left) in gates.iter().zip(left) {
            writeln!(
                f,
                "after layer {}, {:.0} % of posts leave: no rule stops them, and both flags are below {:.2}",
                gate.after,
                left * 100.0,
                gate.below
            )?;
        }
        if !gates.is_empty() {
            writeln!(
                f,
                "of {stops} held-out posts that all layers stop at the strict point, {missed} would leave by gates \
                 set on other posts; with 95 % confidence at most {:.2} %",
                at_most * 100.0
            )?;
        }
        Ok(())
    }
}

impl Calibration {
    /// Checks that every fit has the number of weights its features need, and that every
    /// operating point is there.
    ///
    /// # Errors
    /// What is missing.
    pub fn check(&self) -> Result<(), String> {
        for (name, fits, features) in [("fused", &self.fused, 5), ("model", &self.model, 2), ("rules", &self.rules, 3)]
        {
            for fit in [&fits.controversy, &fits.misleading] {
                if fit.flag.weights.len() != features || fit.hold.weights.len() != features {
                    return Err(format!("`{name}` needs {features} weights"));
                }
            }
        }
        if let Some(point) = Point::ALL.iter().find(|point| !self.points.contains_key(point)) {
            return Err(format!("`points` needs `{}`", point.name()));
        }
        match CODES.iter().find(|code| self.reasons.get(code).is_none_or(|fit| fit.weights.len() != 1)) {
            Some(code) => Err(format!("`reasons` needs one weight for `{code}`")),
            None => Ok(()),
        }
    }

    /// Judges the evidence on `dimension`.
    pub fn judge(&self, dimension: Dimension, evidence: &Evidence, using: Use) -> Judged {
        let features = evidence.features();
        let (fit, features) = match using {
            Use::Fused => (self.fused.of(dimension), &features[..]),
            Use::Model => (self.model.of(dimension), &features[..2]),
            Use::Rules => (self.rules.of(dimension), &features[2..]),
        };
        let risk = fit.flag.probability(features);
        let hold = fit.hold.probability(features).min(risk);
        let level = match using {
            Use::Rules => evidence.rule_level(),
            Use::Model => self.balanced_model.of(dimension).level(risk, hold),
            Use::Fused => self.points[&self.point].of(dimension).level(risk, hold).max(evidence.rule_level()),
        };
        Judged { risk, hold, level }
    }
}

impl Thresholds {
    /// The level of a pair of probabilities.
    pub fn level(self, risk: f64, hold: f64) -> Level {
        if hold >= self.hold {
            Level::Hold
        } else if risk >= self.review {
            Level::Review
        } else {
            Level::Clear
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration() -> Calibration {
        let fit = |n: usize| Fit {
            flag: Logistic { bias: -1.0, weights: vec![1.0; n] },
            hold: Logistic { bias: -2.0, weights: vec![1.0; n] },
        };
        let thresholds = Thresholds { review: 0.5, hold: 0.5 };
        let costs = Costs { needless: 1.0, missed: 1.0, escaped: 1.0, softened: 1.0 };
        Calibration {
            fitted_on: "nothing".to_owned(),
            rows: 0,
            fused: Each::make(|_| fit(5)),
            model: Each::make(|_| fit(2)),
            rules: Each::make(|_| fit(3)),
            points: Point::ALL
                .map(|point| {
                    (point, Setting { costs, most_alarms: None, controversy: thresholds, misleading: thresholds })
                })
                .into(),
            unsure: Each::make(|_| Band { from: 0.4, to: 0.6, posts: 0, flagged: 0.5 }),
            point: Point::Balanced,
            balanced_model: Each::make(|_| thresholds),
            reasons: BTreeMap::new(),
            reason_threshold: 0.5,
            early: Early::default(),
        }
    }

    #[test]
    fn a_rule_raises_a_level_on_its_own_and_never_lowers_one() {
        let calibration = calibration();
        let mut evidence = Evidence { logits: Some([-9.0, -9.0]), findings: [0; 3] };
        let judge = |evidence: &Evidence| calibration.judge(Dimension::Controversy, evidence, Use::Fused).level;
        assert_eq!(judge(&evidence), Level::Clear);
        for level in [Level::Note, Level::Review, Level::Hold] {
            evidence.add(level);
            assert_eq!(judge(&evidence), level);
        }
        let sure = Evidence { logits: Some([9.0, 9.0]), findings: [1, 0, 0] };
        assert_eq!(judge(&sure), Level::Hold);
    }

    #[test]
    fn hold_is_never_likelier_than_risk() {
        let evidence = Evidence { logits: Some([-3.0, 8.0]), findings: [0; 3] };
        let judged = calibration().judge(Dimension::Misleading, &evidence, Use::Fused);
        assert!(judged.hold <= judged.risk);
    }
}
