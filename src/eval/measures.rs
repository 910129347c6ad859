//! Labels beside judgements on one dimension, and every measure taken of them.

use serde::Serialize;

use super::metrics::{Confusion, auc, calibration_error, false_share_at_nine_tenths};
use crate::fusion::{Judged, Use};
use crate::rules::Level;

/// A label and the judgement beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rated {
    /// What careful readers said: 0, 1 or 2.
    pub label: u8,
    /// P(label ≥ 1).
    pub risk: f64,
    /// P(label = 2).
    pub hold: f64,
    /// The level as a label: 0, 1 or 2.
    pub level: u8,
}

impl Rated {
    /// `judged` beside `label`.
    pub fn new(label: u8, judged: Judged) -> Self {
        Self { label, risk: judged.risk, hold: judged.hold, level: as_label(judged.level) }
    }

    pub(super) fn flag(&self) -> (f64, bool) {
        (self.risk, self.label >= 1)
    }

    pub(super) fn stop(&self) -> (f64, bool) {
        (self.hold, self.label == 2)
    }
}

/// The label that a level stands for: nobody needs to look at a note before it goes out.
pub(super) fn as_label(level: Level) -> u8 {
    match level {
        Level::Clear | Level::Note | Level::Unscreened => 0,
        Level::Review => 1,
        Level::Hold => 2,
    }
}

/// One value for each way to judge.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Sides<T> {
    /// The rules alone.
    pub rules: T,
    /// The model alone.
    pub model: T,
    /// Both together.
    pub fused: T,
}

impl<T> Sides<T> {
    /// Makes a value for each.
    pub fn make(mut of: impl FnMut(Use) -> T) -> Self {
        Self { rules: of(Use::Rules), model: of(Use::Model), fused: of(Use::Fused) }
    }

    /// The value for `using`.
    pub fn of(&self, using: Use) -> &T {
        match using {
            Use::Rules => &self.rules,
            Use::Model => &self.model,
            Use::Fused => &self.fused,
        }
    }
}

/// How well judgements on one dimension agree with labels; `None` where the posts
/// do not say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    /// Area under the ROC curve of `risk` for label ≥ 1.
    pub auc_flag: Option<f64>,
    /// Area under the ROC curve of `hold` for label 2.
    pub auc_hold: Option<f64>,
    /// Mean F1 of the three labels.
    pub macro_f1: Option<f64>,
    /// Share of label 0 that is reviewed or held.
    pub false_alarms: Option<f64>,
    /// Share of label 2 that is reviewed or held.
    pub hold_flagged: Option<f64>,
    /// Share of label 2 that is held.
    pub hold_held: Option<f64>,
    /// Expected calibration error of `risk`.
    pub ece_risk: Option<f64>,
    /// Expected calibration error of `hold`.
    pub ece_hold: Option<f64>,
    /// Share of label 0 that is flagged where `risk` flags nine tenths of the others.
    pub false_alarms_at_90: Option<f64>,
}

/// Name and value of one measure.
type Line = (&'static str, fn(&Measures) -> Option<f64>);

impl Measures {
    /// Every measure, in the order of tables.
    pub const LINES: [Line; 9] = [
        ("AUC of risk, label 1 or 2", |m| m.auc_flag),
        ("AUC of hold, label 2", |m| m.auc_hold),
        ("macro-F1 of the three levels", |m| m.macro_f1),
        ("label 0 flagged", |m| m.false_alarms),
        ("label 2 flagged", |m| m.hold_flagged),
        ("label 2 held", |m| m.hold_held),
        ("calibration error of risk", |m| m.ece_risk),
        ("calibration error of hold", |m| m.ece_hold),
        ("label 0 flagged at 90 % of others", |m| m.false_alarms_at_90),
    ];

    /// Measures `rated`.
    pub fn new(rated: &[Rated]) -> Self {
        let confusion = confusion(rated);
        let flags: Vec<(f64, bool)> = rated.iter().map(Rated::flag).collect();
        let stops: Vec<(f64, bool)> = rated.iter().map(Rated::stop).collect();
        Self {
            auc_flag: auc(&flags).map(rounded),
            auc_hold: auc(&stops).map(rounded),
            macro_f1: confusion.macro_f1().map(rounded),
            false_alarms: confusion.share_from(0, 1).map(rounded),
            hold_flagged: confusion.share_from(2, 1).map(rounded),
            hold_held: confusion.share_from(2, 2).map(rounded),
            ece_risk: calibration_error(&flags).map(rounded),
            ece_hold: calibration_error(&stops).map(rounded),
            false_alarms_at_90: false_share_at_nine_tenths(&flags).map(rounded),
        }
    }
}

/// Labels against levels.
pub(super) fn confusion(rated: &[Rated]) -> Confusion {
    let mut confusion = Confusion::default();
    for Rated { label, level, .. } in rated {
        confusion.add(*label, *level, 1);
    }
    confusion
}

/// Six decimals, and no negative zero: what is written is the same on every machine.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_taken_of_the_right_numbers() {
        let rated = |label, risk, hold, level| Rated { label, risk, hold, level };
        let posts = [rated(0, 0.1, 0.0, 0), rated(0, 0.6, 0.1, 1), rated(1, 0.7, 0.2, 1), rated(2, 0.5, 0.4, 1)];
        let found = Measures::new(&posts);
        assert_eq!(found.auc_flag, Some(0.75));
        assert_eq!(found.auc_hold, Some(1.0));
        assert_eq!((found.false_alarms, found.hold_flagged, found.hold_held), (Some(0.5), Some(1.0), Some(0.0)));
        assert_eq!(found.false_alarms_at_90, Some(0.5));
    }

    #[test]
    fn a_negative_zero_is_written_as_zero() {
        assert!(rounded(-1e-9).is_sign_positive());
        assert_eq!(rounded(0.123_456_789).to_string(), "0.123457");
    }
}
