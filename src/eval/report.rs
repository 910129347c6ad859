//! What `eval` says of a labelled file: rules, model and both side by side, then
//! each source, then reasons. Shown as tables or as one JSON object.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::labelled::{Labelled, LabelledFile};
use super::measures::{Measures, Rated, Sides, confusion, rounded};
use super::metrics::ratio;
use super::table::{Table, figure};
use crate::error::Result;
use crate::fusion::{Each, Evidence, Judged, Use};
use crate::post::Post;
use crate::rules::Dimension;
use crate::screener::Screener;
use crate::verdict::Verdict;

/// Posts screened at once: enough to keep every core busy.
const CHUNK: usize = 1024;

/// Sources written by public bodies, or from their accounts.
const OFFICIAL: [&str; 11] = [
    "govuk_blog",
    "petition_reply",
    "petition_reply_summary",
    "pm_tweet",
    "pm_speech",
    "police_tweet",
    "covid_statement",
    "covid_page",
    "govuk_page",
    "govuk_publication",
    "crisis_gov_tweet",
];

/// Every measure of one labelled file.
#[derive(Debug, Serialize)]
pub struct Report {
    model: String,
    model_sha256: String,
    rules_sha256: String,
    posts: usize,
    unscreened: usize,
    unread: usize,
    dimensions: Each<Section>,
    sources: Vec<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    official_voice: Option<Source>,
}

/// One dimension.
#[derive(Debug, Serialize)]
struct Section {
    /// Judged posts by label.
    labels: [usize; 3],
    unscreened: usize,
    #[serde(flatten)]
    measures: Sides<Measures>,
    reasons: Named,
}

/// How often a reason that was named is one that the readers gave.
#[derive(Debug, Serialize)]
struct Named {
    /// Judged posts of label 1 or 2 with a reason of the dimension.
    posts: usize,
    matched: usize,
    share: Option<f64>,
}

/// The fused judgements of one source, or of several.
#[derive(Debug, Serialize)]
struct Source {
    #[serde(rename = "source")]
    name: String,
    posts: usize,
    unscreened: usize,
    #[serde(flatten)]
    dimensions: Each<SourceMeasures>,
}

#[derive(Debug, Serialize)]
struct SourceMeasures {
    n: usize,
    auc_flag: Option<f64>,
    macro_f1: Option<f64>,
    false_alarms: Option<f64>,
}

/// A labelled post after screening.
struct Screened<'l> {
    labelled: &'l Labelled,
    /// `None` where the dimension has no label or the post could not be judged.
    rated: Each<Option<Sides<Rated>>>,
    /// Codes that were named.
    named: Vec<char>,
    unscreened: bool,
}

impl Report {
    /// Screens every post of `file` and measures the verdicts.
    ///
    /// # Errors
    /// [`crate::Error::Encoder`].
    ///
    /// # Panics
    /// If `screener` has no model.
    pub fn new(screener: &Screener, file: &LabelledFile) -> Result<Self> {
        let mut all = Vec::with_capacity(file.posts.len());
        for chunk in file.posts.chunks(CHUNK) {
            let posts: Vec<Post> = chunk.iter().map(|labelled| labelled.post.clone()).collect();
            for (labelled, verdict) in chunk.iter().zip(screener.screen_batch(&posts)) {
                all.push(Screened::new(screener, labelled, &verdict?));
            }
        }
        let scorer = screener.scorer().expect("a file is measured with a model");
        Ok(Self {
            model: scorer.manifest().name.clone(),
            model_sha256: scorer.sha256().to_owned(),
            rules_sha256: screener.catalogue().sha256().to_owned(),
            posts: all.len(),
            unscreened: all.iter().filter(|s| s.unscreened).count(),
            unread: file.faults.len(),
            dimensions: Each::make(|d| Section::new(&all, d)),
            sources: sources(&all),
            official_voice: official(&all),
        })
    }
}

impl<'l> Screened<'l> {
    fn new(screener: &Screener, labelled: &'l Labelled, verdict: &Verdict) -> Self {
        let rated = Each::make(|d| {
            let label = (*labelled.labels.of(d))?;
            let judged = sides(screener, verdict, d)?;
            Some(Sides::make(|using| Rated::new(label, *judged.of(using))))
        });
        let named = verdict.reasons.iter().map(|reason| reason.code).collect();
        Self { labelled, rated, named, unscreened: verdict.unscreened.is_some() }
    }
}

/// What each side says of a post on dimension `d`; `None` if it could not be judged.
fn sides(screener: &Screener, verdict: &Verdict, d: Dimension) -> Option<Sides<Judged>> {
    let calibration = screener.calibration()?;
    let [model, rules] = *verdict.detail.as_ref()?.apart.of(d);
    let mut found = Evidence::default();
    let by_rule = verdict.findings.iter().filter(|f| f.rule.dimension == d && !f.rule.id.starts_with("model/"));
    by_rule.for_each(|finding| found.add(finding.rule.level));
    let judgement = verdict.judgements.of(d);
    let fused = (judgement.risk?, judgement.hold?);
    Some(Sides::make(|using| {
        let ((risk, hold), level) = match using {
            Use::Rules => (rules, found.rule_level()),
            Use::Model => (model, calibration.balanced_model.of(d).level(model.0, model.1)),
            Use::Fused => (fused, judgement.level),
        };
        Judged { risk, hold, level }
    }))
}

/// What one side says of the judged posts on dimension `d`.
fn rated(screened: &[&Screened<'_>], d: Dimension, using: Use) -> Vec<Rated> {
    screened.iter().filter_map(|s| Some(*s.rated.of(d).as_ref()?.of(using))).collect()
}

impl Section {
    fn new(screened: &[Screened<'_>], d: Dimension) -> Self {
        let all: Vec<&Screened<'_>> = screened.iter().collect();
        let fused = confusion(&rated(&all, d, Use::Fused));
        Self {
            labels: [0, 1, 2].map(|label| fused.of_label(label)),
            unscreened: screened.iter().filter(|s| s.unscreened && s.labelled.labels.of(d).is_some()).count(),
            measures: Sides::make(|using| Measures::new(&rated(&all, d, using))),
            reasons: Named::new(screened, d),
        }
    }
}

impl Named {
    fn new(screened: &[Screened<'_>], d: Dimension) -> Self {
        let stopped = screened.iter().filter(|s| s.rated.of(d).is_some_and(|rated| rated.fused.label >= 1));
        let given = stopped.filter_map(|s| Some((s, s.labelled.reasons_of(d).filter(|codes| !codes.is_empty())?)));
        let hits: Vec<bool> = given.map(|(s, codes)| codes.iter().any(|code| s.named.contains(code))).collect();
        let matched = hits.iter().filter(|hit| **hit).count();
        Self { posts: hits.len(), matched, share: ratio(matched, hits.len()).map(rounded) }
    }
}

fn sources(screened: &[Screened<'_>]) -> Vec<Source> {
    let mut groups: BTreeMap<&str, Vec<&Screened<'_>>> = BTreeMap::new();
    for post in screened {
        if let Some(source) = &post.labelled.source {
            groups.entry(source).or_default().push(post);
        }
    }
    groups.into_iter().map(|(source, posts)| Source::new(source, &posts)).collect()
}

fn official(screened: &[Screened<'_>]) -> Option<Source> {
    let of_body = |s: &&Screened<'_>| s.labelled.source.as_deref().is_some_and(|source| OFFICIAL.contains(&source));
    let posts: Vec<&Screened<'_>> = screened.iter().filter(of_body).collect();
    (!posts.is_empty()).then(|| Source::new("official voice", &posts))
}

impl Source {
    fn new(name: &str, posts: &[&Screened<'_>]) -> Self {
        Self {
            name: name.to_owned(),
            posts: posts.len(),
            unscreened: posts.iter().filter(|s| s.unscreened).count(),
            dimensions: Each::make(|d| SourceMeasures::new(&rated(posts, d, Use::Fused))),
        }
    }
}

impl SourceMeasures {
    fn new(rated: &[Rated]) -> Self {
        let all = Measures::new(rated);
        let macro_f1 = all.macro_f1.filter(|_| all.auc_flag.is_some()); // one class makes no F1 worth reading
        Self { n: rated.len(), auc_flag: all.auc_flag, macro_f1, false_alarms: all.false_alarms }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { posts, unscreened, unread, model, model_sha256, .. } = self;
        let identity = model_sha256.get(..12).unwrap_or(model_sha256);
        writeln!(
            f,
            "{posts} posts, {unscreened} of them unscreened; {unread} lines unread. Model {model} ({identity})."
        )?;
        for d in Dimension::ALL {
            section(f, d, self.dimensions.of(d))?;
        }
        if self.sources.is_empty() { Ok(()) } else { write!(f, "\n{}", self.source_table()) }
    }
}

fn section(f: &mut fmt::Formatter<'_>, d: Dimension, section: &Section) -> fmt::Result {
    let [clear, review, hold] = section.labels;
    let n = clear + review + hold;
    writeln!(f, "\n{d}: {n} posts ({clear} clear, {review} review, {hold} hold), {} unscreened", section.unscreened)?;
    let mut table = Table::new(["", "rules", "model", "fused"]);
    for (name, value) in Measures::LINES {
        let Sides { rules, model, fused } = &section.measures;
        table.line(name, [rules, model, fused].map(|measures| figure(value(measures))));
    }
    let Named { posts, matched, share } = &section.reasons;
    write!(f, "{table}")?;
    match posts {
        0 => Ok(()),
        posts => writeln!(f, "a named reason is one of the readers': {matched} of {posts} ({})", figure(*share)),
    }
}

impl Report {
    /// Both dimensions of each source, fused.
    fn source_table(&self) -> Table {
        let of_dimension = ["n", "AUC", "F1", "false"];
        let names = Dimension::ALL.iter().flat_map(|d| of_dimension.map(|name| format!("{}:{name}", &d.name()[..1])));
        let header = ["source (fused)", "posts", "unscr."].map(str::to_owned);
        let mut table = Table::new(header.into_iter().chain(names));
        for source in self.sources.iter().chain(&self.official_voice) {
            let counts = [source.posts.to_string(), source.unscreened.to_string()];
            let figures = Dimension::ALL.into_iter().flat_map(|d| {
                let m = source.dimensions.of(d);
                [m.n.to_string(), figure(m.auc_flag), figure(m.macro_f1), figure(m.false_alarms)]
            });
            table.line(&source.name, counts.into_iter().chain(figures));
        }
        table
    }
}
