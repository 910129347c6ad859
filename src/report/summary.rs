//! What a scan found, in numbers: posts by level, the rules that found most, what
//! was left out and why. It holds counts and never the words of a draft.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::Record;
use super::plain::{plural, reasoned};
use super::run::Counts;
use crate::error::Error;
use crate::rules::{CODES, Catalogue, Level};

const LEVELS: [Level; 5] = [Level::Clear, Level::Note, Level::Unscreened, Level::Review, Level::Hold];
/// Most rules, and most reasons of the model, that are listed.
const LISTED: usize = 10;
/// What the ids of the model's reasons begin with.
const MODEL: &str = "model/";

/// Counts of a scan.
#[derive(Default)]
pub struct Summary {
    read: u64,
    screened: u64,
    /// For each of [`LEVELS`]: posts, and posts by dimension.
    levels: [[u64; 3]; 5],
    /// Posts by rule, each with its highest level.
    rules: BTreeMap<String, (Level, u64)>,
    /// Records that could not be read or judged.
    skipped: BTreeMap<&'static str, u64>,
    /// Records that were not to be judged.
    left_out: BTreeMap<&'static str, u64>,
    repeated: u64,
    known: u64,
    notes: BTreeMap<String, u64>,
    unscreened: BTreeMap<String, u64>,
    /// Posts that could not be judged and that a rule stops all the same.
    stopped_unjudged: u64,
    failed_feeds: usize,
    suppressed: u64,
    undated: u64,
}

impl Summary {
    /// A record came in; [`Summary::screened`] or [`Summary::skipped`] says what became of it.
    pub fn read(&mut self) {
        self.read += 1;
    }

    /// A record came out as a verdict.
    pub fn screened(&mut self, record: &Record) {
        self.screened += 1;
        let levels = [record.verdict, record.controversy.level, record.misleading.level];
        for (column, level) in levels.into_iter().enumerate() {
            let row = LEVELS.iter().position(|known| *known == level).expect("every level is a row");
            self.levels[row][column] += 1;
        }
        let mut found: BTreeMap<&str, Level> = BTreeMap::new();
        for finding in record.findings.iter().filter(|finding| finding.counts()) {
            let level = found.entry(&finding.rule).or_insert(finding.level);
            *level = finding.level.max(*level);
        }
        for (id, level) in found {
            let rule = self.rules.entry(id.to_owned()).or_insert((level, 0));
            *rule = (rule.0.max(level), rule.1 + 1);
        }
        self.suppressed += record.findings.iter().filter(|finding| !finding.counts()).count() as u64;
        if let Some(why) = &record.unscreened {
            let why = why.split_once(';').map_or(why.as_str(), |(why, _)| why);
            *self.unscreened.entry(why.to_owned()).or_default() += 1;
            self.stopped_unjudged += u64::from(record.verdict > Level::Unscreened);
        }
        let Some(post) = &record.post else { return };
        self.repeated += u64::from(post.same_as.is_some());
        for note in &post.notes {
            let note = note.split_once(':').map_or(note.as_str(), |(note, _)| note);
            *self.notes.entry(note.to_owned()).or_default() += 1;
        }
    }

    /// The last verdict is one that an earlier run gave too.
    pub fn known(&mut self) {
        self.known += 1;
    }

    /// A record was left out, as was asked or is usual.
    pub fn left_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    /// All counts, for the manifest of the run.
    pub fn counts(&self) -> Counts {
        let named = |counts: &BTreeMap<&'static str, u64>| {
            counts.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect::<Vec<_>>()
        };
        let levels = LEVELS.iter().zip(&self.levels).map(|(level, counts)| (level.name().to_owned(), counts[0]));
        Counts {
            read: self.read,
            screened: self.screened,
            repeated: self.repeated,
            skipped: named(&self.skipped).into_iter().chain(named(&self.left_out)).collect(),
            levels: levels.collect(),
            notes: self.notes.clone(),
        }
    }

    /// A post has a time that cannot be read as a day.
    pub fn undated(&mut self) {
        self.undated += 1;
    }

    /// How many posts have a time that cannot be read as a day.
    pub fn undated_posts(&self) -> u64 {
        self.undated
    }

    /// A record was left out because of `fault`.
    pub fn skipped(&mut self, fault: &Error) {
        *self.skipped.entry(class(fault)).or_default() += 1;
    }

    /// A feed could not be opened, or not be read to its end.
    pub fn feed_failed(&mut self) {
        self.failed_feeds += 1;
    }

    /// How many records came in.
    pub fn records(&self) -> u64 {
        self.read
    }

    /// How many posts have a verdict.
    pub fn posts(&self) -> u64 {
        self.screened
    }

    /// How many feeds could not be opened, or not be read to their end.
    pub fn failed_feeds(&self) -> usize {
        self.failed_feeds
    }

    /// Whether every record of every feed has a verdict.
    pub fn is_complete(&self) -> bool {
        self.failed_feeds == 0 && self.skipped.is_empty()
    }

    /// The tables, as plain text. Fails loudly if a record is not accounted for.
    pub fn tables(&self, catalogue: &Catalogue, elapsed: Duration) -> String {
        let skipped: u64 = self.skipped.values().chain(self.left_out.values()).sum();
        assert_eq!(self.read, self.screened + skipped, "records read are records screened and records skipped");
        let mut out = String::new();
        self.write(&mut out, catalogue, skipped, elapsed).expect("writing to a String cannot fail");
        out
    }

    fn write(&self, out: &mut String, catalogue: &Catalogue, skipped: u64, elapsed: Duration) -> std::fmt::Result {
        if self.screened > 0 {
            self.write_levels(out)?;
        }
        self.write_rules(out, catalogue)?;
        self.write_unscreened(out)?;
        if self.suppressed > 0 {
            writeln!(out, "{} suppressed with a reason\n", plural(self.suppressed, "finding"))?;
        }
        if !self.notes.is_empty() {
            writeln!(out, "{:>11}  what their source says of them", "posts")?;
            for (note, count) in by_count(&self.notes) {
                writeln!(out, "{:>11}  {note}", grouped(count))?;
            }
            writeln!(out)?;
        }
        let [read, screened, left_out] = [self.read, self.screened, skipped].map(grouped);
        let all: BTreeMap<&str, u64> = self.skipped.iter().chain(&self.left_out).map(|(why, n)| (*why, *n)).collect();
        let reasons: Vec<String> = by_count(&all).into_iter().map(|(why, count)| reasoned(count, why)).collect();
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
        writeln!(out, "{read} read = {screened} screened + {left_out} skipped{reasons}")?;
        if self.repeated > 0 {
            let have = if self.repeated == 1 { "has" } else { "have" };
            writeln!(out, "{} of the screened {have} the words of an earlier post", grouped(self.repeated))?;
        }
        if self.known > 0 {
            let are = |count: u64| if count == 1 { "is" } else { "are" };
            let new = self.screened - self.known;
            writeln!(
                out,
                "{} of the screened {} as in the baseline and not reported, {} {} new",
                grouped(self.known),
                are(self.known),
                grouped(new),
                are(new)
            )?;
        }
        match self.failed_feeds {
            0 => {}
            1 => writeln!(out, "1 feed could not be read, or not to its end")?,
            feeds => writeln!(out, "{feeds} feeds could not be read, or not to their end")?,
        }
        let rate = self.screened as f64 / elapsed.as_secs_f64().max(1e-3);
        writeln!(out, "{} posts a second, {} in all", rate_shown(rate), time_shown(elapsed))
    }

    fn write_levels(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{:<10}  {:>12}  {:>12}  {:>12}", "", "post", "controversy", "misleading")?;
        for (level, counts) in LEVELS.iter().zip(&self.levels) {
            let [post, controversy, misleading] = counts.map(grouped);
            writeln!(out, "{level:<10}  {post:>12}  {controversy:>12}  {misleading:>12}")?;
        }
        writeln!(out)
    }

    fn write_rules(&self, out: &mut String, catalogue: &Catalogue) -> std::fmt::Result {
        let mut rules: Vec<(&str, Level, u64)> =
            self.rules.iter().map(|(id, (level, posts))| (id.as_str(), *level, *posts)).collect();
        rules.sort_by_key(|(_, _, posts)| std::cmp::Reverse(*posts)); // stable: equals stay in the order of their ids
        let (model, mut rules): (Vec<_>, Vec<_>) = rules.into_iter().partition(|(id, ..)| id.starts_with(MODEL));
        let summary = |id: &str| summary_of(catalogue, id);
        let known = rules.len();
        rules.truncate(LISTED);
        if !rules.is_empty() {
            let width = rules.iter().map(|(id, ..)| id.len()).max().unwrap_or_default();
            let more = if known > LISTED { format!(" ({LISTED} of {known})") } else { String::new() };
            writeln!(out, "{:>11}  rules that found most{more}", "posts")?;
            for (id, level, posts) in rules {
                writeln!(out, "{:>11}  {level:<6}  {id:<width$}  {}", grouped(posts), summary(id))?;
            }
            writeln!(out)?;
        }
        if !model.is_empty() {
            writeln!(out, "{:>11}  reasons of the model where no rule stopped the post", "posts")?;
            for (id, _, posts) in model.into_iter().take(LISTED) {
                writeln!(out, "{:>11}  {id}  {}", grouped(posts), summary(id))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn write_unscreened(&self, out: &mut String) -> std::fmt::Result {
        if self.unscreened.is_empty() {
            return Ok(());
        }
        let stopped = match self.stopped_unjudged {
            0 => String::new(),
            count => format!(" (a rule stops {} of them all the same)", grouped(count)),
        };
        writeln!(out, "{:>11}  unscreened because{stopped}", "posts")?;
        for (why, count) in by_count(&self.unscreened) {
            writeln!(out, "{:>11}  {why}", grouped(count))?;
        }
        writeln!(out)
    }
}

/// What the rule called `id` is about; nothing if the catalogue has none.
fn summary_of(catalogue: &Catalogue, id: &str) -> String {
    if let Some(code) = id.strip_prefix(MODEL).and_then(|code| code.chars().next()).filter(|code| CODES.contains(code))
    {
        return catalogue.reasons().rule(code, Level::Review).summary.clone();
    }
    catalogue.rule(id).map(|rule| rule.summary.clone()).unwrap_or_default()
}

/// Which kind of fault a record has: few and stable, where messages are many.
fn class(fault: &Error) -> &'static str {
    let (field, problem) = match fault {
        Error::Record { field, problem, .. } => (field, problem.as_str()),
        Error::Encoder { .. } => return "encoder failed",
        _ => return "other",
    };
    let starts = |beginning: &str| problem.starts_with(beginning);
    match () {
        () if starts("longer than") => "too long",
        () if starts("not UTF-8") => "not UTF-8",
        () if problem.contains("JSON") || starts("a line of blanks") => "not JSON",
        () if problem.contains("could both be the text") => "two texts",
        () if starts("cells in the row") => "cells do not fit the header",
        () if problem.contains("quote") => "broken quotes",
        () if field.is_some() => "no text",
        () => "other",
    }
}

fn by_count<K: Ord + Clone>(counts: &BTreeMap<K, u64>) -> Vec<(K, u64)> {
    let mut counts: Vec<(K, u64)> = counts.iter().map(|(key, count)| (key.clone(), *count)).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A rate with the digits that matter.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is a small positive number")]
pub fn rate_shown(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { grouped(rate.round() as u64) }
}

/// A time with the units that matter.
pub fn time_shown(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Format, Reading, from_reader};
    use crate::post::Post;
    use crate::screener::Screener;

    fn classes(feed: &[u8], format: Format) -> String {
        let reading = Reading { format: Some(format), ..Reading::default() };
        let feed = from_reader("feed", Box::new(std::io::Cursor::new(feed.to_vec())), &reading).unwrap();
        let classes: Vec<_> = feed.map(|record| record.as_ref().map_or_else(class, |_| "read")).collect();
        classes.join(", ")
    }

    #[test]
    fn every_fault_of_a_record_has_its_class() {
        let long = "x".repeat((1 << 20) + 1);
        let feed = [
            b"{\"text\": \"Bins go out on Friday.\"}\n{\"text\": \"caf\xe9\"}\n{\"text\": \"cut\nnot json\n  \n[1]\n",
            &b"{\"id\": 1}\n{\"text\": \" \"}\n{\"text\": 5}\n{\"message\": \"a\", \"caption\": \"b\"}\n"[..],
            long.as_bytes(),
        ]
        .concat();
        let expected = "read, not UTF-8, not JSON, not JSON, not JSON, not JSON, no text, no text, no text, two texts, \
            too long";
        assert_eq!(classes(&feed, Format::Jsonl), expected);
        let feed = b"id,text\n1,a,b\n2,\n3,caf\xe9\n4,\"a \"b\" c\"\n5,\"open\n";
        let expected = "cells do not fit the header, read, not UTF-8, broken quotes, broken quotes";
        assert_eq!(classes(feed, Format::Csv), expected);
    }

    #[test]
    fn a_rule_that_finds_twice_in_a_post_counts_it_once() {
        let screener = Screener::rules_only().unwrap();
        let post = Post::new("a", "Shame on them. Utter nonsense, and shame on the rest. Shame on all.");
        let wire = crate::wire::Wire::new(&screener);
        let verdict = screener.screen(&post).unwrap();
        let line = wire.head(&post, None, None) + &wire.tail(&verdict, &post);
        let verdict: Record = serde_json::from_str(&line).unwrap();
        assert!(verdict.findings.len() > 1);
        let mut summary = Summary::default();
        for _ in 0..1200 {
            summary.read();
            summary.screened(&verdict);
        }
        summary.read();
        summary.skipped(&Error::Encoder { problem: "shape".into() });
        summary.read();
        summary.left_out("replies");
        let tables = summary.tables(screener.catalogue(), Duration::from_secs(65));
        assert!(tables.contains("      1,200  review  polemic/heated-words  heated words\n"), "{tables}");
        assert!(tables.contains("\n1,202 read = 1,200 screened + 2 skipped (1 encoder failed, 1 reply)\n"), "{tables}");
        assert!(tables.ends_with("18 posts a second, 1 min 05 s in all\n"), "{tables}");
        assert!(!tables.contains("nonsense") && !tables.contains("feed"), "{tables}");
    }

    #[test]
    #[should_panic(expected = "records read are records screened and records skipped")]
    fn a_record_that_vanishes_is_noticed() {
        let mut summary = Summary::default();
        summary.read();
        summary.tables(&Catalogue::built_in().unwrap(), Duration::ZERO);
    }

    #[test]
    fn numbers_are_shown_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.25, 9.94, 1234.5].map(rate_shown), ["0.2", "9.9", "1,235"]);
        assert_eq!([3, 61, 3725].map(|s| time_shown(Duration::from_secs(s))), ["3.0 s", "1 min 01 s", "1 h 02 min"]);
    }
}
