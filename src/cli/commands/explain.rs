//! `crossbench explain`: one rule, whole; its file is its manual page.

use std::io::Write;

use crate::cli::args::Explain;
use crate::cli::{Outcome, settings};
use crate::guidance::Guidance;
use crate::report::human::{cites, style};
use crate::rules::{CODES, Catalogue, House, Level, Matching, Rule};

/// Phrases of one kind that are printed; the file has the rest.
const SHOWN: usize = 12;

/// Runs the command.
///
/// # Errors
/// If there is no such rule.
pub fn run(args: &Explain) -> anyhow::Result<Outcome> {
    let catalogue = settings::unflagged(&args.source)?.catalogue(None)?;
    let rule = find(&catalogue, &args.rule)?;
    let mut out = anstream::stdout().lock();
    let style = style(rule.level);
    writeln!(out, "{}  {style}{}{style:#}  {}  reason {}", rule.id, rule.level, rule.dimension, rule.reason)?;
    writeln!(out, "{}\n", rule.summary)?;
    house(&mut out, rule, catalogue.house())?;
    writeln!(out, "Why     {}", rule.why)?;
    writeln!(out, "Advice  {}", rule.advice)?;
    if let Some(rewrite) = &rule.rewrite {
        writeln!(out, "Safer   {rewrite}")?;
    }
    let accounts: Vec<String> = rule
        .accounts
        .iter()
        .map(|account| serde_json::to_value(account).map(|v| v.as_str().unwrap_or_default().to_owned()))
        .collect::<Result<_, _>>()?;
    writeln!(out, "Binds   {}", if accounts.is_empty() { "every account".to_owned() } else { accounts.join(", ") })?;
    if !rule.when.is_empty() {
        let kinds: Vec<&str> = rule.when.iter().map(|kind| kind.name()).collect();
        writeln!(out, "When    in the period before a poll: {}", kinds.join(", "))?;
    }
    if let Some(question) = &rule.question {
        writeln!(out, "Ask     {question}")?;
    }
    if !rule.cites.is_empty() {
        writeln!(out, "\nSources")?;
    }
    sources(&mut out, rule, catalogue.guidance())?;
    if let Some(matching) = &rule.matching {
        writeln!(out, "\nWhat makes it fire")?;
        matches(&mut out, matching, &catalogue)?;
    } else {
        writeln!(out, "\nGiven by the model, where no rule fired.")?;
    }
    if let Some(cases) = &rule.cases {
        writeln!(out, "\nFires on")?;
        for case in &cases.fires {
            writeln!(out, "  {case}")?;
        }
        writeln!(out, "\nStays silent on")?;
        for case in &cases.quiet {
            writeln!(out, "  {}", case.parts().0)?;
        }
    }
    Ok(Outcome::Clean)
}

fn find<'c>(catalogue: &'c Catalogue, id: &str) -> anyhow::Result<&'c Rule> {
    if let Some(rule) = catalogue.rule(id).or_else(|| catalogue.off().iter().find(|rule| rule.id == id)) {
        return Ok(rule);
    }
    let code = id.strip_prefix("model/").and_then(|code| code.parse::<char>().ok()).filter(|code| CODES.contains(code));
    if let Some(code) = code {
        return Ok(catalogue.reasons().rule(code, Level::Review));
    }
    let hint = crate::error::did_you_mean(id, catalogue.rules().map(|rule| &rule.id));
    anyhow::bail!("no rule `{id}`{hint} (`crossbench rules` lists them)")
}

/// What the department changes in the rule.
fn house(out: &mut impl Write, rule: &Rule, house: &House) -> anyhow::Result<()> {
    if let Some(set) = house.level_of(&rule.id) {
        let level = set.level.map_or("off", Level::name);
        writeln!(out, "Level   {level}, set in {}", house.place(set.rule.line))?;
    }
    for allow in house.allowed(&rule.id) {
        let words: Vec<String> = allow.words.iter().map(|words| format!("“{}”", words.value)).collect();
        writeln!(out, "Allowed {}: {}, in {}", words.join(", "), allow.because, house.place(allow.line))?;
    }
    let own = house.rules().iter().position(|own| own.id == rule.id);
    if let Some(deny) = own.and_then(|own| house.deny.get(own)) {
        writeln!(out, "From    {}", house.place(deny.line))?;
    }
    Ok(())
}

fn sources(out: &mut impl Write, rule: &Rule, guidance: &Guidance) -> anyhow::Result<()> {
    for (cite, (words, url)) in rule.cites.iter().zip(cites(rule, guidance)) {
        writeln!(out, "  {words}")?;
        if let Some(url) = url {
            writeln!(out, "    {url}")?;
        }
        if let Some(asks) = guidance.document(&cite.document).and_then(|d| d.clauses.get(&cite.clause)) {
            writeln!(out, "    {asks}")?;
        }
    }
    Ok(())
}

fn matches(out: &mut impl Write, matching: &Matching, catalogue: &Catalogue) -> anyhow::Result<()> {
    if let Some(detector) = &matching.detector {
        writeln!(out, "  detector  {detector}")?;
    }
    for name in &matching.terms {
        if let Some(list) = catalogue.lists().iter().find(|list| list.id == *name) {
            writeln!(
                out,
                "  any of {} terms in `{name}`: {} (checked {})",
                list.terms.len(),
                list.summary,
                list.checked
            )?;
        }
    }
    let parts = [
        ("phrase", &matching.phrases),
        ("with, in the same sentence", &matching.with),
        ("unless, in the same sentence", &matching.unless),
        ("unless, anywhere", &matching.unless_post),
    ];
    for (name, phrases) in parts {
        for phrase in phrases.iter().take(SHOWN) {
            writeln!(out, "  {name}: {phrase}")?;
        }
        if phrases.len() > SHOWN {
            writeln!(out, "  {name}: … and {} more", phrases.len() - SHOWN)?;
        }
    }
    Ok(())
}
