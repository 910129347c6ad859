//! A fit and how good it is: on the posts it was made from, and on each half with
//! the fit made from the other.

use std::fmt;

use super::examples::{Example, Examples};
use super::exits::early;
use super::fit::{fit, halves, rate};
use super::measures::{Measures, Rated, Sides};
use super::reasons::{Tally, tally};
use super::table::{Table, figure};
use crate::fusion::{Calibration, Each, Fit, Logistic, Thresholds};
use crate::rules::{CODES, Dimension};

/// A calibration beside its measures.
#[derive(Debug)]
pub struct FitReport {
    /// What was fitted.
    pub calibration: Calibration,
    /// On the posts it was fitted on.
    within: Each<Sides<Measures>>,
    /// On each half, with the fit of the other half.
    across: Each<Sides<Measures>>,
    /// F1 of named reasons, within and across.
    reasons: [f64; 2],
}

impl FitReport {
    /// Fits on `examples`; `fitted_on` says in words what they are.
    pub fn new(examples: &Examples, fitted_on: &str) -> Self {
        let all: Vec<&Example> = examples.rows.iter().collect();
        let mut calibration = fit(&all, &examples.exits, fitted_on);
        let [first, second] = halves(&examples.rows);
        let crossed = [(fit(&first, &examples.exits, ""), &second), (fit(&second, &examples.exits, ""), &first)];
        calibration.early = early(calibration.early.gates, &all, &crossed);
        let across = |d| {
            let rated: Vec<Sides<Rated>> = crossed.iter().flat_map(|(other, half)| rate(other, half, d)).collect();
            measures(&rated)
        };
        let named = |calibration: &Calibration, rows: &[&Example]| {
            tally(rows, &calibration.reasons, calibration.reason_threshold)
        };
        let reasons_across = crossed.iter().map(|(other, half)| named(other, half)).fold(Tally::default(), Tally::and);
        Self {
            within: Each::make(|d| measures(&rate(&calibration, &all, d))),
            across: Each::make(across),
            reasons: [named(&calibration, &all).f1(), reasons_across.f1()],
            calibration,
        }
    }
}

fn measures(rated: &[Sides<Rated>]) -> Sides<Measures> {
    Sides::make(|using| Measures::new(&rated.iter().map(|sides| *sides.of(using)).collect::<Vec<_>>()))
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calibration = &self.calibration;
        writeln!(f, "{}\n", calibration.fitted_on)?;
        writeln!(f, "{}\n{}\n{}", weights(calibration), thresholds(calibration), reasons(calibration))?;
        write!(f, "{}", calibration.early)?;
        let [within, across] = self.reasons;
        let threshold = calibration.reason_threshold;
        writeln!(f, "reasons are named from {threshold:.3}: micro-F1 {within:.3}, cross-fitted {across:.3}")?;
        for d in Dimension::ALL {
            writeln!(f, "\n{d}, {} posts; × is each half with the fit of the other", calibration.rows)?;
            let mut table = Table::new(["", "rules", "model", "fused", "rules×", "model×", "fused×"]);
            for (name, value) in Measures::LINES {
                let sides = [self.within.of(d), self.across.of(d)];
                let cells = sides.into_iter().flat_map(|sides| [sides.rules, sides.model, sides.fused]);
                table.line(name, cells.map(|measures| figure(value(&measures))));
            }
            write!(f, "{table}")?;
        }
        Ok(())
    }
}

/// Every regression on risk and hold, a feature a column.
fn weights(calibration: &Calibration) -> Table {
    let mut table = Table::new(["weights", "bias", "flag logit", "hold logit", "note", "review", "hold"]);
    let sides = [("fused", &calibration.fused, 0), ("model", &calibration.model, 0), ("rules", &calibration.rules, 2)];
    for d in Dimension::ALL {
        for (side, fits, absent) in sides {
            let Fit { flag, hold } = fits.of(d);
            for (of, Logistic { bias, weights }) in [("flag", flag), ("hold", hold)] {
                let before = std::iter::repeat_n(None, absent);
                let given = before.chain(weights.iter().map(|weight| Some(*weight)));
                let cells = std::iter::once(Some(*bias)).chain(given).chain(std::iter::repeat(None)).take(6);
                table.line(format!("{d} {of}, {side}"), cells.map(figure));
            }
        }
    }
    table
}

fn thresholds(calibration: &Calibration) -> Table {
    let mut table = Table::new(["thresholds", "review", "hold", "most alarms"]);
    for d in Dimension::ALL {
        for (point, setting) in &calibration.points {
            let Thresholds { review, hold } = setting.of(d);
            table.line(format!("{d}, {}", point.name()), [Some(review), Some(hold), setting.most_alarms].map(figure));
        }
        let Thresholds { review, hold } = *calibration.balanced_model.of(d);
        table.line(format!("{d}, model alone"), [Some(review), Some(hold), None].map(figure));
    }
    table
}

fn reasons(calibration: &Calibration) -> Table {
    let mut table = Table::new(std::iter::once("reasons".to_owned()).chain(CODES.map(String::from)));
    let fits: Vec<&Logistic> = CODES.iter().map(|code| &calibration.reasons[code]).collect();
    table.line("bias", fits.iter().map(|fit| format!("{:.2}", fit.bias)));
    table.line("weight", fits.iter().map(|fit| format!("{:.2}", fit.weights[0])));
    table
}
