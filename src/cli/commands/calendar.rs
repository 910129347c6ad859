//! `crossbench calendar`: which pre-election periods a day falls into, and why, and who
//! held which office.

mod offices;

use std::io::Write;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::json;

use crate::calendar::{Nation, Poll, Start};
use crate::cli::Outcome;
use crate::cli::args::CalendarArgs;
use crate::report::human::day;
use crate::rules::Catalogue;

/// Runs the command.
///
/// # Errors
/// If standard output cannot be written.
pub fn run(args: &CalendarArgs) -> anyhow::Result<Outcome> {
    let catalogue = Catalogue::built_in()?;
    let date = args.date.unwrap_or_else(crate::date::today);
    let all = || catalogue.calendar().polls().collect();
    let polls: Vec<&Arc<Poll>> = if args.all { all() } else { catalogue.calendar().on(date, args.account).collect() };
    let mut out = anstream::stdout().lock();
    if args.json {
        let periods: Vec<_> = polls.iter().map(|poll| object(poll, &catalogue)).collect();
        let offices = || offices::objects(date, catalogue.lists());
        let all =
            if args.all { json!(periods) } else { json!({"date": date, "periods": periods, "offices": offices()}) };
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(Outcome::Clean);
    }
    if args.all {
        table(&mut out, &polls)?;
        return Ok(Outcome::Clean);
    }
    if polls.is_empty() {
        nothing(&mut out, date, &catalogue, args)?;
    }
    for (at, poll) in polls.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        whole(&mut out, date, poll, &catalogue, args)?;
    }
    offices::table(&mut out, date, catalogue.lists())?;
    Ok(Outcome::Clean)
}

fn whole(
    out: &mut impl Write,
    date: Date,
    poll: &Poll,
    catalogue: &Catalogue,
    args: &CalendarArgs,
) -> anyhow::Result<()> {
    let first = poll.first_day(args.account);
    writeln!(out, "{} is in the period before the {} of {}.", day(date), poll.name, day(poll.day))?;
    writeln!(out, "  where   {}", nations(poll))?;
    writeln!(out, "  from    {} ({})", day(first), how(poll, first))?;
    writeln!(out, "  to      {}, polling day", day(poll.day))?;
    if let Some(document) = catalogue.guidance().document(&poll.document) {
        writeln!(out, "  source  {}, {}", document.title, poll.clause)?;
        if let Some(asks) = document.clauses.get(&poll.clause) {
            writeln!(out, "          {asks}")?;
        }
        if let Some(url) = &document.url {
            writeln!(out, "          {url}")?;
        }
    }
    if let Some(caution) = poll.seen.caution() {
        writeln!(out, "  dates   {caution}")?;
    }
    for rule in catalogue.rules().filter(|rule| rule.when.contains(&poll.kind) && rule.binds(args.account)) {
        writeln!(out, "  rule    {:<6}  {}: {}", rule.level, rule.id, rule.summary)?;
    }
    Ok(())
}

/// How the first day is known, in words.
fn how(poll: &Poll, first: Date) -> &'static str {
    if first != poll.from {
        return "about the notice of election: check with the returning officer";
    }
    match poll.start {
        Start::Stated => "as official guidance stated",
        Start::Counted => "28 days that end with the poll",
        Start::Usual => "the usual length: check the guidance for this poll",
    }
}

fn nations(poll: &Poll) -> String {
    if poll.nations.len() == 4 {
        return "the United Kingdom".to_owned();
    }
    poll.nations.iter().map(Nation::to_string).collect::<Vec<_>>().join(", ")
}

fn nothing(out: &mut impl Write, date: Date, catalogue: &Catalogue, args: &CalendarArgs) -> anyhow::Result<()> {
    writeln!(out, "{} is in no pre-election period that the calendar knows.", day(date))?;
    let polls = || catalogue.calendar().polls();
    if let Some(last) = polls().filter(|poll| poll.day < date).max_by_key(|poll| poll.day) {
        writeln!(out, "  last    ended on {}: {}, {}", day(last.day), last.name, nations(last))?;
    }
    if let Some(next) = polls().find(|poll| poll.first_day(args.account) > date) {
        writeln!(out, "  next    begins on {}: {}, {}", day(next.first_day(args.account)), next.name, nations(next))?;
    }
    writeln!(
        out,
        "  By-elections and local referendums are not listed. Checked on {}.",
        day(catalogue.calendar().checked)
    )?;
    Ok(())
}

fn table(out: &mut impl Write, polls: &[&Arc<Poll>]) -> anyhow::Result<()> {
    writeln!(out, "{:<10}  {:<10}  {:<10}  {:<28}  poll", "from", "day", "kind", "where")?;
    for poll in polls {
        writeln!(out, "{}  {}  {:<10}  {:<28}  {}", poll.from, poll.day, poll.kind.name(), nations(poll), poll.name)?;
    }
    Ok(())
}

fn object(poll: &Poll, catalogue: &Catalogue) -> serde_json::Value {
    json!({
        "id": poll.id,
        "name": poll.name,
        "kind": poll.kind,
        "nations": poll.nations,
        "from": poll.from,
        "councils": poll.councils,
        "day": poll.day,
        "start": poll.start,
        "document": catalogue.guidance().document(&poll.document).map(|document| &document.title),
        "clause": poll.clause,
        "seen": poll.seen.caution().unwrap_or("read"),
    })
}
