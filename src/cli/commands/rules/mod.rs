//! `crossbench rules`: the catalogue, one line a rule.

mod stale;
mod stats;
mod test;

use std::io::Write;

use serde_json::json;

use crate::cli::args::{Rules, RulesAction};
use crate::cli::{Outcome, settings};
use crate::files::Sources;
use crate::report::human::style;
use crate::report::plain::plural;
use crate::rules::Rule;

/// Runs the command.
///
/// # Errors
/// If no rule has such an id.
pub fn run(args: &Rules) -> anyhow::Result<Outcome> {
    if let Some(RulesAction::Test { folder, family }) = &args.action {
        return test::run(folder, family.as_deref().unwrap_or_default());
    }
    let sources = args.data.as_deref().map(Sources::of_folder).transpose()?;
    let catalogue = settings::unflagged(&args.source)?.catalogue(sources)?;
    if args.stale {
        return stale::run(&catalogue, crate::date::today());
    }
    if let Some(labelled) = &args.stats {
        return stats::run(args, &catalogue, labelled);
    }
    let family = args.family.as_deref().unwrap_or_default();
    let rules: Vec<_> = catalogue.rules().filter(|rule| rule.id.starts_with(family)).collect();
    let off: Vec<_> = catalogue.off().iter().filter(|rule| rule.id.starts_with(family)).collect();
    if rules.is_empty() && off.is_empty() {
        let hint = crate::error::did_you_mean(family, catalogue.rules().map(|rule| &rule.id));
        anyhow::bail!("no rule's id starts with `{family}`{hint}");
    }
    let mut out = anstream::stdout().lock();
    if args.json {
        let objects: Vec<_> = rules.iter().map(|rule| object(rule)).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&objects)?)?;
        return Ok(Outcome::Clean);
    }
    let width = rules.iter().chain(&off).map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in &rules {
        let style = style(rule.level);
        writeln!(
            out,
            "{:<width$}  {style}{:<6}{style:#}  {:<11}  {}",
            rule.id, rule.level, rule.dimension, rule.summary
        )?;
    }
    for rule in &off {
        writeln!(out, "{:<width$}  off     {:<11}  {}", rule.id, rule.dimension, rule.summary)?;
    }
    let lists = catalogue.lists();
    let terms: usize = lists.iter().map(|list| list.terms.len()).sum();
    writeln!(
        out,
        "\n{}{}; {} in {}. `crossbench explain RULE` prints one whole.",
        plural(rules.len() as u64, "rule"),
        if off.is_empty() { String::new() } else { format!(" and {} off", off.len()) },
        plural(terms as u64, "term"),
        plural(lists.len() as u64, "dated list")
    )?;
    Ok(Outcome::Clean)
}

fn object(rule: &Rule) -> serde_json::Value {
    json!({
        "id": rule.id,
        "summary": rule.summary,
        "dimension": rule.dimension,
        "level": rule.level,
        "reason": rule.reason,
        "accounts": rule.accounts,
        "cites": rule.cites.iter().map(|c| json!({"document": c.document, "clause": c.clause, "basis": c.basis})).collect::<Vec<_>>(),
        "why": rule.why,
        "advice": rule.advice,
    })
}
