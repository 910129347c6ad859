//! The report a person reads: verdict, the draft with its words underlined, and
//! for each finding what, why, the clause and what to write instead.

use std::fmt::Write;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::calendar::Poll;
use crate::guidance::Guidance;
use crate::rules::{Basis, Catalogue, Dimension, Finding, Level, Rule};
use crate::span::Span;
use crate::suggest::{questions, suggestion};
use crate::verdict::Verdict;

/// Rows of a draft shown whole; of a longer one, only those with marks.
const WHOLE: usize = 24;
/// Words listed by `--explain` for each dimension.
const WORDS: usize = 8;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes verdicts for people, `width` columns wide.
pub struct Human<'c> {
    catalogue: &'c Catalogue,
    width: usize,
    show_text: bool,
    explain: bool,
    suggest: bool,
}

impl<'c> Human<'c> {
    /// For the findings of `catalogue`.
    pub fn new(catalogue: &'c Catalogue, width: usize) -> Self {
        Self { catalogue, width: width.clamp(40, 110), show_text: true, explain: false, suggest: false }
    }

    /// Without the words of the draft.
    #[must_use]
    pub fn without_text(self, without: bool) -> Self {
        Self { show_text: !without, ..self }
    }

    /// With every score, reason and word.
    #[must_use]
    pub fn explained(self, explain: bool) -> Self {
        Self { explain, ..self }
    }

    /// With the draft as the findings' safer wordings make it, and the questions left.
    #[must_use]
    pub fn suggesting(self, suggest: bool) -> Self {
        Self { suggest, ..self }
    }

    /// The report on one post, styled; a stream that shows no colour strips it.
    pub fn report(&self, verdict: &Verdict) -> String {
        let mut out = String::new();
        let level = verdict.level();
        let style = style(level);
        line(&mut out, &format!("{style}{}{style:#}  {}", level.name().to_uppercase(), meaning(level)));
        if let Some(problem) = &verdict.unscreened {
            self.wrapped(&mut out, "", &format!("Not screened by the model: {problem}."));
        }
        if let (Some(date), false) = (verdict.date, verdict.polls.is_empty()) {
            let before = |poll: &Arc<Poll>| format!("the {} of {}", poll.name, day(poll.day));
            let polls: Vec<String> = verdict.polls.iter().map(before).collect();
            let said = format!("{} is in the pre-election period of {}.", day(date), polls.join(" and "));
            self.wrapped(&mut out, "", &said);
        }
        line(&mut out, "");
        for d in Dimension::ALL {
            line(&mut out, &self.judgement(verdict, d));
        }
        if let Some(doubt) = doubt(verdict) {
            self.wrapped(&mut out, "  ", &doubt);
        }
        if self.show_text && !verdict.text.trim().is_empty() {
            line(&mut out, "");
            self.draft(&mut out, verdict);
        }
        for group in groups(&verdict.findings) {
            line(&mut out, "");
            self.finding(&mut out, &group, verdict);
        }
        self.suppressions(&mut out, verdict);
        if self.suggest {
            self.suggestion(&mut out, verdict);
        }
        if self.explain {
            self.explanation(&mut out, verdict);
        }
        out
    }

    fn judgement(&self, verdict: &Verdict, d: Dimension) -> String {
        let judgement = verdict.judgements.of(d);
        let style = style(judgement.level);
        let mut row = format!("  {:<12} {style}{:<10}{style:#}", d.name(), judgement.level.name());
        match (judgement.risk, judgement.hold) {
            (Some(risk), Some(hold)) => write!(row, " risk {}  hold {}", percent(risk), percent(hold)).expect(STRING),
            _ => row.push_str(" rules only: no probability"),
        }
        if let Some(reason) = self.reason(verdict, d) {
            write!(row, "  {DIM}{reason}{DIM:#}").expect(STRING);
        }
        row
    }

    /// The main reason in a few words: the gravest rule's or, where none stopped, the model's.
    fn reason<'v>(&'v self, verdict: &'v Verdict, d: Dimension) -> Option<&'v str> {
        let stopped =
            verdict.findings.iter().filter(|f| f.counts() && f.rule.dimension == d && f.level >= Level::Review);
        let gravest = stopped.max_by_key(|finding| finding.level).map(|finding| finding.rule.summary.as_str());
        let named = || verdict.reasons.iter().find(|reason| reason.dimension == d);
        gravest.or_else(|| named().map(|reason| self.catalogue.reasons().name(reason.code)))
    }

    /// The draft, wrapped, with marks below the words that findings stop at.
    fn draft(&self, out: &mut String, verdict: &Verdict) {
        let rows = rows(&verdict.text, self.width - 4);
        let marked =
            |row: &Span| verdict.findings.iter().any(|finding| finding.counts() && finding.span.overlaps(*row));
        let whole = rows.len() <= WHOLE;
        if let Some(passage) = verdict.passage {
            let (line_at, _) = passage.line_column(&verdict.text);
            let first: String = passage.of(&verdict.text).chars().take(48).collect();
            let note =
                format!("The draft was read in passages; the one from line {line_at} decided: \"{}…\"", first.trim());
            self.wrapped(out, "  ", &note.replace(['\n', '\r'], " "));
            line(out, "");
        }
        let mut skipped = false;
        for row in &rows {
            if !whole && !marked(row) {
                if !skipped {
                    line(out, &format!("    {DIM}…{DIM:#}"));
                }
                skipped = true;
                continue;
            }
            skipped = false;
            line(out, &format!("    {}", visible(row.of(&verdict.text))));
            if let Some(marks) = marks(*row, verdict) {
                line(out, &format!("    {marks}"));
            }
        }
    }

    fn finding(&self, out: &mut String, group: &[&Finding], verdict: &Verdict) {
        let (rule, level) = (&group[0].rule, group[0].level);
        let style = style(level);
        line(
            out,
            &format!("  {style}{:<7}{style:#}{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", level.name(), rule.id, rule.dimension),
        );
        let quotes: Vec<String> = group.iter().map(|f| format!("\"{}\"", visible(f.span.of(&verdict.text)))).collect();
        let quote = if self.show_text { quotes.join(", ") } else { "…".to_owned() };
        let plural = if group.len() > 1 { group[0].reading().replacen("reads", "read", 1) } else { group[0].reading() };
        self.field(out, "what", &format!("{quote} {plural}"));
        if let Some(poll) = &group[0].poll {
            self.field(
                out,
                "when",
                &format!("before the {} of {}, in the period from {}", poll.name, day(poll.day), day(poll.from)),
            );
        }
        if let Some(lowered) = group[0].lowered {
            self.field(out, "level", lowered.reason());
        }
        self.field(out, "why", &rule.why);
        for (words, url) in cites(rule, self.catalogue.guidance()) {
            self.field(out, "source", &words);
            if let Some(url) = url {
                line(out, &format!("                {DIM}{url}{DIM:#}"));
            }
        }
        self.field(out, "mend", &rule.advice);
        if self.explain {
            self.field(out, "key", &group[0].fingerprint);
        }
        if let Some(question) = &rule.question {
            self.field(out, "ask", question);
        }
        let mut wordings: Vec<&str> = group.iter().filter_map(|finding| finding.wording()).collect();
        wordings.dedup();
        for wording in wordings {
            self.field(out, "safer", wording);
        }
    }

    /// The draft with safer wordings, as a difference, and what is left to ask.
    fn suggestion(&self, out: &mut String, verdict: &Verdict) {
        const MINUS: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
        const PLUS: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
        line(out, "");
        line(out, &format!("  {BOLD}suggestion{BOLD:#}"));
        let questions = questions(verdict);
        if let Some(suggestion) = suggestion(verdict) {
            let diff = similar::TextDiff::from_lines(&*verdict.text, &*suggestion.text);
            for change in diff.iter_all_changes() {
                let (sign, style) = match change.tag() {
                    similar::ChangeTag::Delete => ('-', MINUS),
                    similar::ChangeTag::Insert => ('+', PLUS),
                    similar::ChangeTag::Equal => (' ', Style::new()),
                };
                for row in rows(change.value().trim_end(), self.width - 6) {
                    line(out, &format!("  {style}{sign} {}{style:#}", visible(row.of(change.value()))));
                }
            }
        } else if questions.is_empty() {
            let none = if verdict.level() >= Level::Review {
                "no wording is known: see `mend` above"
            } else {
                "nothing to mend"
            };
            line(out, &format!("  {none}"));
        }
        for question in questions {
            self.wrapped(out, "  ? ", question);
        }
    }

    /// What was let stay, by whom and why; and markers that do nothing.
    fn suppressions(&self, out: &mut String, verdict: &Verdict) {
        let ignored = verdict.findings.iter().filter_map(|finding| Some((finding, finding.suppressed.as_ref()?)));
        let mut lines: Vec<String> = ignored
            .map(|(finding, suppressed)| {
                let by = suppressed.approver.as_deref().map(|approver| format!(", {approver}")).unwrap_or_default();
                let reason = if self.show_text { &*suppressed.reason } else { "…" };
                format!("{DIM}ignored{DIM:#} {}: {reason} ({}{by})", finding.rule.id, suppressed.place)
            })
            .collect();
        lines.dedup();
        lines.extend(verdict.notices.iter().map(|notice| {
            let (at, _) = notice.span.line_column(&verdict.text);
            format!("{BOLD}marker{BOLD:#}  on line {at}: {}", notice.problem)
        }));
        if !lines.is_empty() {
            line(out, "");
        }
        for text in lines {
            line(out, &format!("  {text}"));
        }
    }

    fn explanation(&self, out: &mut String, verdict: &Verdict) {
        let Some(detail) = &verdict.detail else { return };
        line(out, "");
        line(out, &format!("  {BOLD}scores{BOLD:#}           model alone        rules alone        together"));
        for d in Dimension::ALL {
            let [model, rules] = detail.apart.of(d);
            let judgement = verdict.judgements.of(d);
            let pair = |risk: f64, hold: f64| format!("{} / {}", percent(risk), percent(hold));
            let both = pair(judgement.risk.unwrap_or(0.0), judgement.hold.unwrap_or(0.0));
            line(
                out,
                &format!("  {:<16} {:<18} {:<18} {both}", d.name(), pair(model.0, model.1), pair(rules.0, rules.1)),
            );
        }
        line(out, &format!("  {DIM}risk / hold{DIM:#}"));
        line(out, "");
        line(out, &format!("  {BOLD}reasons{BOLD:#}"));
        let mut reasons = detail.reasons.clone();
        reasons.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        for reason in reasons {
            let name = self.catalogue.reasons().name(reason.code);
            line(out, &format!("  {}  {}  {name}", percent(reason.probability), reason.code));
        }
        for d in Dimension::ALL {
            line(out, "");
            let logit = detail.logits.of(d);
            line(
                out,
                &format!(
                    "  {BOLD}what each word adds to {d}{BOLD:#}  {DIM}(logit {logit:+.2}; loss when the word is left out){DIM:#}"
                ),
            );
            let mut words = detail.words.of(d).clone();
            words.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
            for (span, share) in words.into_iter().take(WORDS) {
                let word = if self.show_text {
                    visible(span.of(&verdict.text))
                } else {
                    format!("bytes {}..{}", span.start, span.end)
                };
                line(out, &format!("  {share:+.3}  {word}"));
            }
        }
    }

    fn field(&self, out: &mut String, name: &str, text: &str) {
        self.wrapped(out, &format!("         {DIM}{name:<7}{DIM:#}"), text);
    }

    /// Writes `text` after `lead`, wrapped, the rows after the first indented as far.
    fn wrapped(&self, out: &mut String, lead: &str, text: &str) {
        let indent = anstream::adapter::strip_str(lead).to_string().width();
        for (at, row) in rows(text, self.width.saturating_sub(indent).max(20)).iter().enumerate() {
            let start = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            line(out, &format!("{start}{}", visible(row.of(text))));
        }
    }
}

const STRING: &str = "writing to a String cannot fail";

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn meaning(level: Level) -> &'static str {
    match level {
        Level::Clear => "It can go out as it is.",
        Level::Note => "It can go out; the notes are for the writer.",
        Level::Unscreened => "It could not be judged: somebody has to read it.",
        Level::Review => "A second pair of eyes should see it before it goes out.",
        Level::Hold => "It must not go out as it stands.",
    }
}

/// What is said where the model does not know.
fn doubt(verdict: &Verdict) -> Option<String> {
    let unsure = Dimension::ALL.into_iter().filter(|&d| verdict.judgements.of(d).unsure);
    let names: Vec<&str> = unsure.map(Dimension::name).collect();
    let on = names.join(" and ");
    (!names.is_empty()).then(|| {
        format!("The model does not know on {on}: readers flag about half of the posts that score like this. Judge for yourself.")
    })
}

/// The colour of a level.
pub fn style(level: Level) -> Style {
    let colour = match level {
        Level::Clear => AnsiColor::Green,
        Level::Note => AnsiColor::Cyan,
        Level::Unscreened => AnsiColor::Magenta,
        Level::Review => AnsiColor::Yellow,
        Level::Hold => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

fn percent(value: f64) -> String {
    match value * 100.0 {
        p if p < 1.0 => " <1%".to_owned(),
        p if p > 99.0 => ">99%".to_owned(),
        p => format!("{p:>3.0}%"),
    }
}

/// Findings of one rule together, the gravest first.
fn groups(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.counts()) {
        let same = |group: &&mut Vec<&Finding>| group[0].rule.id == finding.rule.id && group[0].level == finding.level;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group[0].level));
    groups
}

/// The clauses of a rule, in words, and where they can be read.
pub fn cites<'g>(rule: &Rule, guidance: &'g Guidance) -> Vec<(String, Option<&'g str>)> {
    let words = |cite: &crate::rules::Cite| {
        let document = guidance.document(&cite.document)?;
        let basis = match cite.basis {
            Basis::Stated => "",
            Basis::Precedent => " (precedent)",
            Basis::Reading => " (our reading)",
        };
        let caution = document.seen.caution().map(|c| format!(" [{c}]")).unwrap_or_default();
        Some((format!("{}, {}{basis}{caution}", document.title, cite.clause), document.url.as_deref()))
    };
    rule.cites.iter().filter_map(words).collect()
}

/// A day as people write it: `4 July 2024`.
pub fn day(date: jiff::civil::Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// A row as a terminal may show it: control characters and invisible ones out.
fn visible(text: &str) -> String {
    text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Rows of at most `width` columns, as spans of `text`, broken at spaces.
fn rows(text: &str, width: usize) -> Vec<Span> {
    let mut rows = Vec::new();
    let mut start = 0;
    let mut used = 0;
    let mut space = None;
    for (at, c) in text.char_indices() {
        if c == '\n' {
            rows.push(Span::new(start, at));
            (start, used, space) = (at + 1, 0, None);
            continue;
        }
        used += c.width().unwrap_or(0);
        if c == ' ' {
            space = Some(at);
        }
        if used > width {
            let cut = space.map_or(at, |space| space + 1);
            if cut > start {
                rows.push(Span::new(start, cut));
                used = text[cut..at + c.len_utf8()].width();
                (start, space) = (cut, None);
            }
        }
    }
    rows.push(Span::new(start, text.len()));
    rows
}

/// The line of marks below a row, if it has any.
fn marks(row: Span, verdict: &Verdict) -> Option<String> {
    let text = &verdict.text;
    let level_at = |at: usize| {
        let here = verdict.findings.iter().filter(|f| f.counts() && f.span.start <= at && at < f.span.end);
        here.map(|finding| finding.level).max()
    };
    let mut marks = String::new();
    let mut any = false;
    for (at, c) in row.of(text).trim_end().char_indices() {
        let level = level_at(row.start + at);
        any |= level.is_some();
        let mark = match level {
            Some(Level::Hold) => '^',
            Some(Level::Review) => '~',
            Some(_) => '-',
            None => ' ',
        };
        let cell = mark.to_string().repeat(c.width().unwrap_or(0));
        match level {
            Some(level) => write!(marks, "{0}{cell}{0:#}", style(level)).expect(STRING),
            None => marks.push_str(&cell),
        }
    }
    any.then(|| marks.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lose_nothing_and_fit() {
        let text = "A line of words that is long enough to be wrapped\nand a second 😀 one, with averyveryverylongwordthatfitsnowhere";
        for width in [10, 20, 40] {
            let rows = rows(text, width);
            let joined: String = rows.iter().map(|row| row.of(text)).collect();
            assert_eq!(joined, text.replace('\n', ""));
            assert!(rows.iter().all(|row| row.of(text).trim_end().width() <= width));
        }
    }
}
