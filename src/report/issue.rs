//! What a report has to tell of a post, one thing at a time: each finding, a level that
//! no finding accounts for, and that it could not be judged. So no post whose verdict
//! stops it is silent in a format that lists findings.

use super::plain::{QUOTE, one_line};
use super::record::{Clause, Found, Judged};
use super::{Record, record};
use crate::rules::{Dimension, Level};

/// The rule of an issue that says a post could not be judged.
pub(super) const UNSCREENED: &str = "crossbench/unscreened";

/// One thing to tell of a post.
pub(super) struct Issue<'r> {
    /// Id of the rule, or one of our own.
    pub rule: &'r str,
    /// How serious it is; never `clear`.
    pub level: Level,
    /// The finding, where it is one.
    pub finding: Option<&'r Found>,
    /// What it is, without the words of the post: `may read as heated words`.
    says: String,
}

impl<'r> Issue<'r> {
    /// The issues of `record`: findings by place, those that may stay among them, then levels
    /// without words, then what could not be judged.
    pub fn of(record: &'r Record) -> Vec<Self> {
        let findings = record.findings.iter().filter(|finding| finding.level > Level::Clear).map(Self::finding);
        let levels = Dimension::ALL.into_iter().filter_map(|d| Self::level(record, d));
        findings.chain(levels).chain(record.unscreened.as_deref().map(Self::unscreened)).collect()
    }

    fn finding(finding: &'r Found) -> Self {
        Self { rule: &finding.rule, level: finding.level, finding: Some(finding), says: finding.message.clone() }
    }

    /// A dimension's level, where no finding that counts is as high.
    fn level(record: &'r Record, d: Dimension) -> Option<Self> {
        let judged = record.judged(d);
        let accounts = |f: &Found| f.counts() && f.dimension == d && f.level >= judged.level;
        if matches!(judged.level, Level::Clear | Level::Unscreened) || record.findings.iter().any(accounts) {
            return None;
        }
        let rule = match d {
            Dimension::Controversy => "model/controversy",
            Dimension::Misleading => "model/misleading",
        };
        Some(Self { rule, level: judged.level, finding: None, says: scored(record, d, judged) })
    }

    fn unscreened(why: &str) -> Self {
        let says = format!("was not screened by the model: {}", one_line(why, QUOTE));
        Self { rule: UNSCREENED, level: Level::Unscreened, finding: None, says }
    }

    /// Whether it may stay, as somebody said with a reason.
    pub fn suppressed(&self) -> Option<&'r record::Allowed> {
        self.finding.and_then(|finding| finding.suppressed.as_ref())
    }

    /// What it is, without words of the post and without what says how sure that is.
    pub fn summary(&self) -> &str {
        let certain = self.says.strip_prefix("may read as ").or_else(|| self.says.strip_prefix("reads as "));
        certain.unwrap_or(&self.says)
    }

    /// What it is, as a sentence with the words of the post, if they are known.
    pub fn sentence(&self) -> String {
        match self.finding {
            Some(Found { quote: Some(quote), .. }) => format!("“{}” {}.", one_line(quote, QUOTE), self.says),
            Some(_) => format!("This {}.", self.says),
            None => format!("The post {}.", self.says),
        }
    }

    /// [`sentence`](Self::sentence), then what to do.
    pub fn advised(&self) -> String {
        let mut out = self.sentence();
        if let Some(finding) = self.finding {
            out.push(' ');
            out.push_str(&finding.advice);
            if let Some(wording) = &finding.wording {
                out.push_str(" Safer wording: “");
                out.push_str(wording);
                out.push_str("”.");
            }
        }
        out
    }
}

fn scored(record: &Record, d: Dimension, judged: &Judged) -> String {
    let reasons = record.reasons.iter().filter(|reason| reason.dimension == d);
    let names: Vec<&str> = reasons.map(|reason| reason.name.as_str()).collect();
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let risk = judged.risk.map(|risk| format!(" (risk {:.0}%)", 100.0 * risk)).unwrap_or_default();
    format!("is at {} on {d}{risk}{names}", judged.level)
}

impl Record {
    /// What is said on one dimension.
    pub(super) fn judged(&self, d: Dimension) -> &Judged {
        match d {
            Dimension::Controversy => &self.controversy,
            Dimension::Misleading => &self.misleading,
        }
    }
}

impl Clause {
    /// `Document, clause`.
    pub(super) fn words(&self) -> String {
        format!("{}, {}", self.document, self.clause)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Finding, Sample, finding};
    use super::*;

    fn told(sample: &Sample) -> Vec<(String, Level, String)> {
        let record = sample.clone().record();
        Issue::of(&record).iter().map(|issue| (issue.rule.to_owned(), issue.level, issue.sentence())).collect()
    }

    #[test]
    fn a_level_without_words_is_told() {
        let told = told(&Sample::new("a", "Words.").judged(Level::Hold, 0.93));
        let expected = "The post is at hold on controversy (risk 93%): contested policy sold.".to_owned();
        assert_eq!(told, [("model/controversy".to_owned(), Level::Hold, expected)]);
    }

    #[test]
    fn a_finding_accounts_for_its_level_unless_it_may_stay() {
        let post = Sample::new("a", "An utter shambles.").judged(Level::Review, 0.7);
        let told_of = |found| told(&post.clone().finds(found)).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>();
        assert_eq!(told_of(finding("polemic/a", Level::Review, "shambles")), ["polemic/a"]);
        assert_eq!(told_of(finding("polemic/a", Level::Note, "shambles")), ["polemic/a", "model/controversy"]);
        let suppressed = finding("polemic/a", Level::Review, "shambles").suppressed("quoted from Hansard");
        assert_eq!(told_of(suppressed), ["polemic/a", "model/controversy"]);
    }

    #[test]
    fn a_post_that_is_clear_has_no_issue_and_one_that_could_not_be_judged_has() {
        assert!(told(&Sample::new("a", "Bins go out on Friday.")).is_empty());
        let told = told(&Sample::new("a", "Bonjour à tous.").unscreened("not English"));
        let expected = "The post was not screened by the model: not English.".to_owned();
        assert_eq!(told, [(UNSCREENED.to_owned(), Level::Unscreened, expected)]);
    }

    #[test]
    fn without_text_there_is_no_quote() {
        let record = Sample::new("a", "An utter shambles.").finds(finding("polemic/a", Level::Review, "shambles"));
        let record = record.without_text().record();
        let issue = &Issue::of(&record)[0];
        assert_eq!(issue.advised(), "This may read as heated words. Say what happened. Safer wording: “delay”.");
        assert_eq!(issue.summary(), "heated words");
    }
}
