//! `crossbench model`: what the model is and where it draws its lines.

use std::io::Write;

use crate::cli::args::ModelArgs;
use crate::cli::{Outcome, folder};
use crate::rules::Dimension;
use crate::screener::Screener;

/// Runs the command.
///
/// # Errors
/// If the model cannot be loaded.
pub fn run(args: &ModelArgs) -> anyhow::Result<Outcome> {
    let folder = folder(args.model.as_deref())?;
    folder.check()?;
    let screener = Screener::rules_only()?.with_model(&folder)?;
    let manifest = &folder.manifest;
    let calibration = screener.calibration().expect("the model was just loaded");
    let mut out = anstream::stdout().lock();
    writeln!(out, "{} version {}: {}", manifest.name, manifest.version, manifest.description)?;
    writeln!(out, "SHA-256      {}", folder.sha256)?;
    writeln!(out, "base         {} ({})", manifest.base, manifest.licence)?;
    writeln!(
        out,
        "reads        up to {} tokens at once; longer drafts in passages of up to {}",
        manifest.window, manifest.passage
    )?;
    writeln!(out, "calibrated   on {}", calibration.fitted_on)?;
    writeln!(out, "\nbalanced point")?;
    for d in Dimension::ALL {
        let point = calibration.balanced.of(d);
        writeln!(out, "  {:<12} review from risk {:.2}, hold from hold {:.2}", d.name(), point.review, point.hold)?;
    }
    writeln!(
        out,
        "\nA reason is named from a probability of {:.2}. Every file matches its hash.",
        calibration.reason_threshold
    )?;
    Ok(Outcome::Clean)
}
