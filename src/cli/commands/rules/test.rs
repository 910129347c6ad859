//! `crossbench rules test`: the cases that rules carry, run.

use std::io::Write;
use std::path::Path;

use crate::cli::Outcome;
use crate::files::Sources;
use crate::report::plain::plural;
use crate::rules::{Catalogue, faults};

/// Runs the command.
///
/// # Errors
/// If a file in the folder breaks its format.
pub fn run(folder: &Path, family: &str) -> anyhow::Result<Outcome> {
    let is_whole = folder.join("guidance.toml").is_file();
    let (sources, tested) = if is_whole {
        (Sources::of_folder(folder)?, None)
    } else {
        let mut sources = Sources::built_in();
        let own = sources.rules.len();
        sources.add_rules(folder)?;
        let ids: Vec<String> = sources.rules[own..].iter().map(|entry| entry.id.clone()).collect();
        (sources, Some(ids))
    };
    let catalogue = Catalogue::new(&sources)?;
    let chosen = |id: &str| id.starts_with(family) && tested.as_ref().is_none_or(|ids| ids.iter().any(|own| own == id));
    let (mut rules, mut cases, mut broken) = (0, 0, 0);
    let mut out = anstream::stdout().lock();
    for rule in catalogue.rules().filter(|rule| chosen(&rule.id)) {
        rules += 1;
        cases += rule.cases.as_ref().map_or(0, |cases| (cases.fires.len() + cases.quiet.len()) as u64);
        for fault in faults(&catalogue, rule) {
            broken += 1;
            writeln!(out, "{fault}")?;
        }
    }
    anyhow::ensure!(rules > 0, "no rule's id starts with `{family}`");
    let [rules, cases, faults] = [(rules, "rule"), (cases, "case"), (broken, "fault")].map(|(n, noun)| plural(n, noun));
    writeln!(out, "{rules}, {cases}, {faults}")?;
    Ok(if broken == 0 { Outcome::Clean } else { Outcome::Failed })
}
