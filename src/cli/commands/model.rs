//! `crossbench model`: what the model is and where it draws its lines.

use std::io::Write;

use crate::cli::args::ModelArgs;
use crate::cli::{Outcome, folder};
use crate::fusion::{Band, Costs, Point};
use crate::rules::Dimension;
use crate::screener::Screener;

/// Runs the command.
///
/// # Errors
/// If the model cannot be loaded.
pub fn run(args: &ModelArgs) -> anyhow::Result<Outcome> {
    let folder = folder(args.model.as_deref())?;
    let mut out = anstream::stdout().lock();
    if args.card {
        write!(out, "{}", folder.card)?;
        return Ok(Outcome::Clean);
    }
    folder.check()?;
    let screener = Screener::rules_only()?.with_model(&folder)?;
    let manifest = &folder.manifest;
    let calibration = screener.calibration().expect("the model was just loaded");
    writeln!(out, "{} version {}: {}", manifest.name, manifest.version, manifest.description)?;
    writeln!(out, "SHA-256      {}", folder.sha256)?;
    writeln!(out, "base         {} ({})", manifest.base, manifest.licence)?;
    writeln!(
        out,
        "reads        up to {} tokens at once; longer drafts in passages of up to {}",
        manifest.window, manifest.passage
    )?;
    writeln!(out, "calibrated   on {}", calibration.fitted_on)?;
    for point in Point::ALL {
        let setting = &calibration.points[&point];
        let Costs { needless, missed, escaped, softened } = setting.costs;
        writeln!(out, "\n--point {}", point.name())?;
        writeln!(
            out,
            "  costs: a level too high {needless}, a review missed {missed}, a hold that goes out {escaped}, \
             a hold only reviewed {softened}"
        )?;
        if let Some(most) = setting.most_alarms {
            writeln!(
                out,
                "  of the clear held-out posts in an official voice at most {:.0} % are flagged on either, with 95 % confidence",
                most * 100.0
            )?;
        }
        for d in Dimension::ALL {
            let of = setting.of(d);
            writeln!(out, "  {:<12} review from risk {:.2}, hold from hold {:.2}", d.name(), of.review, of.hold)?;
        }
    }
    writeln!(out, "\nwhere the model does not know")?;
    for d in Dimension::ALL {
        let Band { from, to, posts, flagged } = calibration.unsure.of(d);
        writeln!(
            out,
            "  {:<12} risk from {from:.2} to {to:.2}: readers flagged {:.0} % of {posts} held-out posts",
            d.name(),
            flagged * 100.0
        )?;
    }
    if !calibration.early.gates.is_empty() {
        write!(
            out,
            "\nwhere posts that are surely clear leave the encoder (not with --thorough)\n{}",
            calibration.early
        )?;
    }
    writeln!(
        out,
        "\nA reason is named from a probability of {:.2}. Every file matches its hash.",
        calibration.reason_threshold
    )?;
    Ok(Outcome::Clean)
}
