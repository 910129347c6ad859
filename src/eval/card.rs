//! The model card: what the model is, every figure measured on a labelled file, and the
//! notes that people wrote (`notes.md` of the model folder).

use std::fmt::Write;
use std::path::Path;

use super::faithful::Faithfulness;
use super::labelled::LabelledFile;
use super::plot::{Curve, svg};
use super::report::Report;
use super::swap::SwapReport;
use crate::error::{Error, Result};
use crate::model::Folder;
use crate::post::Post;
use crate::rules::Dimension;
use crate::screener::Screener;

/// The picture beside the card.
const PICTURE: &str = "calibration.svg";
/// What people wrote.
const NOTES: &str = "notes.md";

/// A model card and its picture.
pub struct Card {
    text: String,
    picture: String,
}

impl Card {
    /// Measures the model in `folder` on `file`. `screener` is one with that model.
    ///
    /// # Errors
    /// [`Error::Encoder`], and [`Error::Io`] where `place` has no notes.
    pub fn new(screener: &Screener, folder: &Folder, file: &LabelledFile, place: &Path) -> Result<Self> {
        let notes = place.join(NOTES);
        let notes = std::fs::read_to_string(&notes).map_err(|source| Error::io(notes, source))?;
        let posts: Vec<Post> = file.posts.iter().map(|labelled| labelled.post.clone()).collect();
        let report = Report::new(screener, file)?;
        let swaps = SwapReport::new(screener, &file.posts)?;
        let pointing = Screener::rules_only()?.with_model(folder)?;
        let faithful = Faithfulness::new(&pointing, &posts)?;
        let curves = Dimension::ALL.into_iter().flat_map(|d| {
            let of = |name: &str, scored: &[(f64, bool)]| Curve::new(format!("{d}, {name}"), scored);
            let [risk, hold] = report.predictions.of(d);
            [of("risk", risk), of("hold", hold)]
        });
        let picture = svg(&curves.collect::<Vec<_>>());
        Ok(Self { text: text(screener, folder, &report, &swaps, faithful, &notes), picture })
    }

    /// Writes card and picture into the folder `place`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, place: &Path) -> Result<()> {
        for (name, text) in [("MODEL_CARD.md", &self.text), (PICTURE, &self.picture)] {
            let file = place.join(name);
            std::fs::write(&file, text).map_err(|source| Error::io(file, source))?;
        }
        Ok(())
    }
}

/// The line of a card that says what it was measured with: a card without this line is stale.
pub fn measured_with(screener: &Screener) -> String {
    let model = screener.scorer().map_or("none", |scorer| scorer.sha256());
    format!("Measured with model `{model}` and rules `{}`.", screener.catalogue().sha256())
}

fn text(
    screener: &Screener,
    folder: &Folder,
    report: &Report,
    swaps: &SwapReport,
    faithful: Faithfulness,
    notes: &str,
) -> String {
    let manifest = &folder.manifest;
    let calibration = screener.calibration().expect("a card is made with a model");
    let weights = folder.file("weights.safetensors").len() as f64 / 1e6;
    let config = screener.scorer().expect("a card is made with a model").config();
    let mut out = format!(
        "# Model card: {}\n\n{}. Version {}.\n\nMade by `crossbench eval FILE.jsonl --card DIR` from the notes in \
         `{NOTES}` and the figures measured; do not edit by hand.\n{}\n\n",
        manifest.name,
        manifest.description,
        manifest.version,
        measured_with(screener)
    );
    let rows = [
        ("base", format!("{} ({})", manifest.base, manifest.licence)),
        ("encoder", format!("{} layers of {}, {} words", config.layers, config.hidden, config.vocab)),
        (
            "reads",
            format!("{} word pieces at once; longer drafts in passages of up to {}", manifest.window, manifest.passage),
        ),
        ("weights", format!("{weights:.1} MB")),
        ("calibrated", calibration.fitted_on.clone()),
    ];
    out.push_str("| | |\n| --- | --- |\n");
    for (name, value) in rows {
        writeln!(out, "| {name} | {value} |").expect(STRING);
    }
    write!(out, "\n{}\n", notes.trim_end()).expect(STRING);
    out.push_str(
        "\n## How well it judges\n\n`rules` are the built-in rules alone, `fused` is what `crossbench check` says.\n\n",
    );
    for d in Dimension::ALL {
        block(&mut out, &report.section(d));
    }
    if let [Some(controversy), Some(misleading)] = Dimension::ALL.map(|d| report.official_section(d)) {
        out.push_str("### Official voice\n\nPosts and pages of public bodies alone.\n\n");
        block(&mut out, &controversy);
        block(&mut out, &misleading);
    }
    out.push_str(
        "### Operating points\n\nShares of posts by the readers' label, fused; `off.`: on the official voice.\n\n",
    );
    block(&mut out, &report.point_table().to_string());
    out.push_str(
        "### By reason\n\nPosts to which readers gave a reason; flagged on its dimension; with that reason named.\n\n",
    );
    block(&mut out, &report.reason_table().to_string());
    out.push_str("### By source\n\n");
    block(&mut out, &report.source_table().to_string());
    write!(out, "### Calibration\n\n![Predicted probability against the share readers gave]({PICTURE})\n\n")
        .expect(STRING);
    out.push_str("### Words\n\n");
    block(&mut out, &faithful.to_string());
    out.push_str(
        "## Impartiality\n\nEvery name in the file put in the place of each other of its list. A group is one post and one list.\n\n",
    );
    block(&mut out, &swaps.to_string());
    out.truncate(out.trim_end().len());
    out + "\n"
}

const STRING: &str = "writing to a String cannot fail";

fn block(out: &mut String, text: &str) {
    write!(out, "```text\n{}\n```\n\n", text.trim_end()).expect(STRING);
}
