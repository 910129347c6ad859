//! What a summary needs of a run: counts, and the worst posts as they will be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{escaped, linked, target};
use crate::report::issue::Issue;
use crate::report::plain::{QUOTE, one_line, plural};
use crate::report::record::{Clause, Source};
use crate::report::summary::grouped;
use crate::report::worst::{Rank, Worst, rank};
use crate::report::{Record, Run};
use crate::rules::Level;

/// Posts shown.
const POSTS: usize = 20;
/// Issues shown of a post.
const ISSUES: usize = 8;
/// Rules shown.
const RULES: usize = 10;

const LEVELS: [Level; 5] = [Level::Hold, Level::Review, Level::Unscreened, Level::Note, Level::Clear];
const STRING: &str = "writing to a String cannot fail";

/// A run, as far as it has come.
pub(in crate::report) struct Digest {
    /// For each level, posts as a whole, on controversy and on misleading.
    levels: BTreeMap<Level, [u64; 3]>,
    rules: BTreeMap<String, Rule>,
    unscreened: BTreeMap<String, u64>,
    suppressed: u64,
    repeated: u64,
    worst: Worst<Rank, String>,
}

/// A rule that found something.
struct Rule {
    level: Level,
    summary: String,
    clause: Option<Clause>,
    posts: u64,
}

impl Default for Digest {
    fn default() -> Self {
        Self {
            levels: BTreeMap::new(),
            rules: BTreeMap::new(),
            unscreened: BTreeMap::new(),
            suppressed: 0,
            repeated: 0,
            worst: Worst::new(POSTS),
        }
    }
}

impl Digest {
    /// Counts `record`. One whose words an earlier post had is counted and not shown again.
    pub fn add(&mut self, record: &Record) {
        let levels = [record.verdict, record.controversy.level, record.misleading.level];
        for (column, level) in levels.into_iter().enumerate() {
            self.levels.entry(level).or_default()[column] += 1;
        }
        let issues = Issue::of(record);
        self.suppressed += issues.iter().filter(|issue| issue.suppressed().is_some()).count() as u64;
        let issues: Vec<Issue<'_>> = issues.into_iter().filter(|issue| issue.suppressed().is_none()).collect();
        let mut seen = BTreeSet::new();
        for issue in issues.iter().filter(|issue| issue.finding.is_some() && seen.insert(issue.rule)) {
            self.rule(issue);
        }
        if let Some(why) = &record.unscreened {
            let why = why.split_once(';').map_or(why.as_str(), |(why, _)| why);
            *self.unscreened.entry(one_line(why, QUOTE)).or_default() += 1;
        }
        if record.verdict < Level::Review {
            return;
        }
        if record.post.as_ref().is_some_and(|post| post.same_as.is_some()) {
            self.repeated += 1;
        } else {
            self.worst.offer(rank(record), || shown(record, &issues));
        }
    }

    fn rule(&mut self, issue: &Issue<'_>) {
        if let Some(rule) = self.rules.get_mut(issue.rule) {
            rule.posts += 1;
            rule.level = rule.level.max(issue.level);
            return;
        }
        let clause = issue.finding.and_then(|finding| finding.cites.first().cloned());
        let rule = Rule { level: issue.level, summary: issue.summary().to_owned(), clause, posts: 1 };
        self.rules.insert(issue.rule.to_owned(), rule);
    }

    /// The summary.
    pub fn page(self, run: &Run) -> String {
        let mut out = String::new();
        self.write(&mut out, run).expect(STRING);
        out
    }

    fn write(self, out: &mut String, run: &Run) -> std::fmt::Result {
        let posts: u64 = self.levels.values().map(|counts| counts[0]).sum();
        writeln!(out, "## crossbench: {}\n", verdicts(&self.levels, posts))?;
        self.write_levels(out)?;
        self.write_rules(out)?;
        if !self.unscreened.is_empty() {
            writeln!(out, "### Not screened by the model\n")?;
            for (why, count) in &self.unscreened {
                writeln!(out, "- {}: {}", plural(*count, "post"), escaped(why))?;
            }
            writeln!(out)?;
        }
        let (left_out, repeated, suppressed) = (self.worst.left_out(), self.repeated, self.suppressed);
        let worst: Vec<String> = self.worst.by_rank().collect();
        if !worst.is_empty() {
            writeln!(out, "### Worst posts\n")?;
            for (at, post) in worst.iter().enumerate() {
                writeln!(out, "{}. {post}", at + 1)?;
            }
            writeln!(out)?;
        }
        let notes = [
            (left_out, "more post to review or hold", "more posts to review or hold"),
            (
                repeated,
                "post with the words of one before it, counted but not listed",
                "posts with the words of one before them, counted but not listed",
            ),
            (suppressed, "finding let stay with a reason", "findings let stay with a reason"),
        ];
        for (count, one, many) in notes.into_iter().filter(|(count, ..)| *count > 0) {
            writeln!(out, "{} {}.\n", grouped(count), if count == 1 { one } else { many })?;
        }
        write_run(out, run)
    }

    fn write_levels(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "| | posts | controversy | misleading |\n| --- | ---: | ---: | ---: |")?;
        for level in LEVELS {
            let [posts, controversy, misleading] = self.levels.get(&level).copied().unwrap_or_default().map(grouped);
            writeln!(out, "| {level} | {posts} | {controversy} | {misleading} |")?;
        }
        writeln!(out)
    }

    fn write_rules(&self, out: &mut String) -> std::fmt::Result {
        if self.rules.is_empty() {
            return Ok(());
        }
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(_, rule)| std::cmp::Reverse((rule.level >= Level::Review, rule.posts))); // stable
        let more = if rules.len() > RULES { format!(" ({RULES} of {})", rules.len()) } else { String::new() };
        writeln!(out, "### Rules that found most{more}\n")?;
        writeln!(out, "| posts | level | rule | what | clause |\n| ---: | --- | --- | --- | --- |")?;
        for (id, rule) in rules.into_iter().take(RULES) {
            let clause = rule.clause.as_ref().map(linked).unwrap_or_default();
            let (posts, what) = (grouped(rule.posts), escaped(&rule.summary));
            writeln!(out, "| {posts} | {} | {} | {what} | {clause} |", rule.level, escaped(id))?;
        }
        writeln!(out)
    }
}

/// `2 of 19 posts must not go out, …`.
fn verdicts(levels: &BTreeMap<Level, [u64; 3]>, posts: u64) -> String {
    let at = |level| levels.get(&level).map_or(0, |counts| counts[0]);
    match (at(Level::Hold), at(Level::Review), at(Level::Unscreened)) {
        _ if posts == 0 => "no posts".to_owned(),
        (0, 0, 0) => format!("{}, none to review or hold", plural(posts, "post")),
        (hold, review, unscreened) => {
            let counts = [(hold, "to hold"), (review, "to review"), (unscreened, "unscreened")];
            let told = counts.iter().filter(|(count, _)| *count > 0);
            let told: Vec<String> = told.map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
            format!("{}, {}", plural(posts, "post"), told.join(", "))
        }
    }
}

/// A post as an entry of a list, its issues below it.
fn shown(record: &Record, issues: &[Issue<'_>]) -> String {
    let mut out = format!("**{}** {}", record.verdict, escaped(&one_line(&record.id, QUOTE)));
    if let Some(post) = &record.post {
        out.push_str(&about(post));
    }
    let mut issues: Vec<&Issue<'_>> = issues.iter().collect();
    issues.sort_by_key(|issue| std::cmp::Reverse(issue.level)); // stable: by place
    for issue in issues.iter().take(ISSUES) {
        let said = escaped(&one_line(&issue.advised(), 4 * QUOTE));
        let clause = issue.finding.and_then(|finding| finding.cites.first()).map(|cite| format!(" ({})", linked(cite)));
        write!(out, "\n    - {} {}: {said}{}", issue.level, escaped(issue.rule), clause.unwrap_or_default())
            .expect(STRING);
    }
    if issues.len() > ISSUES {
        write!(out, "\n    - and {} more", issues.len() - ISSUES).expect(STRING);
    }
    out
}

/// When, from whom and where.
fn about(post: &Source) -> String {
    let mut place = post.place.to_string();
    if post.place.file == "-" {
        place.replace_range(..1, "standard input");
    }
    let parts = [post.time.as_deref(), post.author.as_deref(), Some(&*place)];
    let mut out = String::new();
    for part in parts.into_iter().flatten() {
        write!(out, ", {}", escaped(&one_line(part, QUOTE))).expect(STRING);
    }
    if let Some(url) = post.url.as_deref().and_then(target) {
        write!(out, ", [post]({url})").expect(STRING);
    }
    out
}

fn write_run(out: &mut String, run: &Run) -> std::fmt::Result {
    for input in &run.inputs {
        if let Some(fault) = &input.fault {
            let fault = escaped(&one_line(fault, QUOTE));
            writeln!(out, "Not read, or not to its end: {}: {fault}.\n", escaped(&one_line(&input.path, QUOTE)))?;
        }
    }
    for (why, count) in run.counts.skipped.iter().filter(|(_, count)| **count > 0) {
        writeln!(out, "{} without a verdict: {}.\n", plural(*count, "record"), escaped(why))?;
    }
    let model =
        run.model.as_ref().map_or_else(|| "no model".to_owned(), |model| format!("model {}", escaped(&model.name)));
    writeln!(out, "crossbench {}, {}, {model}.", run.version, plural(run.rules.count as u64, "rule"))
}

#[cfg(test)]
mod tests {
    use super::super::Markdown;
    use super::*;
    use crate::report::samples::{Finding, Sample, every_kind, finding, run, text};
    use serde_json::json;

    fn page(samples: Vec<Sample>) -> String {
        text(Markdown::new, samples, &run())
    }

    #[test]
    fn counts_rules_and_worst_posts_are_told() {
        let found = |level, quote| finding("polemic/heated-words", level, quote);
        let page = page(vec![
            Sample::new("a", "Bins go out."),
            Sample::new("b", "A farce.").finds(found(Level::Review, "farce")),
            Sample::new("c", "A shambles.")
                .finds(found(Level::Hold, "shambles"))
                .with("url", json!("https://e.example/1")),
            Sample::new("d", "A farce.").finds(found(Level::Review, "farce")).with("same_as", json!("b")),
            Sample::new("e", "A farce.").finds(found(Level::Hold, "farce").suppressed("a title")),
        ]);
        assert!(page.starts_with("## crossbench: 5 posts, 1 to hold, 2 to review\n"), "{page}");
        assert!(page.contains("| review | 2 | 2 | 0 |\n"), "{page}");
        let rule =
            "| 3 | hold | polemic/heated-words | heated words | [Propriety, test 2](https://e.example/p?a=%28b%29) |";
        assert!(page.contains(rule), "{page}");
        let (c, b) =
            (page.find("1. **hold** c, feed.txt:1, [post](https://e.example/1)"), page.find("2. **review** b, "));
        assert!(c.is_some() && c < b, "{page}");
        assert!(page.contains("    - hold polemic/heated-words: “shambles” reads as heated words. Say what"), "{page}");
        assert!(!page.contains("3. ") && page.contains("1 post with the words of one before it"), "{page}");
        assert!(page.contains("1 finding let stay with a reason."), "{page}");
        assert!(page.contains("2 records without a verdict: too long."), "{page}");
    }

    #[test]
    fn no_word_of_a_post_is_markup() {
        let page = page(every_kind());
        for markup in [
            "<script>",
            "<b>",
            "@someone",
            " #12",
            "r#3",
            "GH-4",
            "https://github.com",
            "](javascript",
            "\u{202e}",
            "\u{0}",
        ] {
            assert!(!page.contains(markup), "{markup:?} in {page}");
        }
        assert!(page.lines().all(|line| !line.starts_with("::")));
        let tables = page.lines().filter(|line| line.starts_with("| ") && line.contains("polemic"));
        assert!(tables.clone().count() > 0);
        for row in tables {
            assert_eq!(row.matches('|').count() - row.matches("\\|").count(), 6, "{row}");
        }
    }

    #[test]
    fn no_more_than_the_worst_are_shown() {
        let post = |at: usize| Sample::new(&format!("p{at}"), "Words.").judged(Level::Review, at as f64 / 100.0);
        let page = page((0..50).map(post).collect());
        assert!(page.contains("1. **review** p49,") && page.contains("20. **review** p30,"), "{page}");
        assert!(!page.contains("21. ") && page.contains("30 more posts to review or hold.\n"), "{page}");
    }

    #[test]
    fn without_text_no_word_is_left() {
        let hidden =
            Sample::new("a", "A secret shambles.").finds(finding("polemic/a", Level::Hold, "shambles")).without_text();
        let page = page(vec![hidden]);
        assert!(page.contains("This reads as heated words.") && !page.contains("shambles"), "{page}");
        assert!(self::page(vec![]).starts_with("## crossbench: no posts\n"));
    }
}
