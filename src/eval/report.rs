//! What `eval` says of a labelled file: rules, model and both side by side, then
//! each source, then reasons. Shown as tables or as one JSON object.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::labelled::{Labelled, LabelledFile};
use super::measures::{Measures, Rated, Sides, as_label, confusion, rounded};
use super::metrics::ratio;
use super::table::{Table, figure};
use crate::error::Result;
use crate::fusion::{Calibration, Each, Evidence, Judged, Point, Use};
use crate::post::Post;
use crate::rules::{CODES, Dimension, Level, dimension};
use crate::screener::Screener;
use crate::verdict::Verdict;

/// Posts screened at once: enough to keep every core busy.
const CHUNK: usize = 1024;

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
    /// The same on the sources written by public bodies, where the file has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    official_voice: Option<Each<Section>>,
    sources: Vec<Source>,
    reasons: Vec<ReasonRow>,
    points: Vec<PointRow>,
    /// For each dimension: predicted `risk` and `hold` with what readers said, for the plot.
    #[serde(skip)]
    pub(super) predictions: Each<[Vec<(f64, bool)>; 2]>,
}

/// How posts that readers flagged for one reason fare.
#[derive(Debug, Serialize)]
struct ReasonRow {
    code: char,
    /// Posts to which readers gave it.
    posts: usize,
    /// Of these, flagged on its dimension.
    flagged: usize,
    /// Of these, with the reason named.
    named: usize,
}

/// What one operating point does on one dimension.
#[derive(Debug, Serialize)]
struct PointRow {
    point: Point,
    dimension: Dimension,
    /// On all posts: label 0 flagged, label 2 flagged, label 2 held, macro-F1.
    all: [Option<f64>; 4],
    /// The same on the official voice.
    official_voice: [Option<f64>; 4],
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
    /// The level that the rules give whatever the operating point.
    floor: Each<Level>,
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
        let calibration = screener.calibration().expect("a model has a calibration");
        let whole: Vec<&Screened<'_>> = all.iter().collect();
        let official: Vec<&Screened<'_>> = all.iter().filter(|screened| screened.labelled.is_official()).collect();
        let fused = |d| rated(&whole, d, Use::Fused);
        Ok(Self {
            model: scorer.manifest().name.clone(),
            model_sha256: scorer.sha256().to_owned(),
            rules_sha256: screener.catalogue().sha256().to_owned(),
            posts: all.len(),
            unscreened: all.iter().filter(|s| s.unscreened).count(),
            unread: file.faults.len(),
            dimensions: Each::make(|d| Section::new(&whole, d)),
            official_voice: (!official.is_empty()).then(|| Each::make(|d| Section::new(&official, d))),
            sources: sources(&all),
            reasons: CODES.iter().map(|code| ReasonRow::new(&all, *code)).collect(),
            points: Point::ALL
                .into_iter()
                .flat_map(|point| Dimension::ALL.map(|d| PointRow::new(calibration, point, d, &whole, &official)))
                .collect(),
            predictions: Each::make(|d| {
                let fused = fused(d);
                [fused.iter().map(Rated::flag).collect(), fused.iter().map(Rated::stop).collect()]
            }),
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
        let floor = Each::make(|d| by_rule(verdict, d).rule_level());
        let named = verdict.reasons.iter().map(|reason| reason.code).collect();
        Self { labelled, rated, floor, named, unscreened: verdict.unscreened.is_some() }
    }
}

/// What the rules found on dimension `d`, without the words the model points at.
fn by_rule(verdict: &Verdict, d: Dimension) -> Evidence {
    let mut found = Evidence::default();
    let by_rule =
        verdict.findings.iter().filter(|f| f.counts() && f.rule.dimension == d && !f.rule.id.starts_with("model/"));
    by_rule.for_each(|finding| found.add(finding.level));
    found
}

impl ReasonRow {
    fn new(screened: &[Screened<'_>], code: char) -> Self {
        let d = dimension(code).expect("it is one of the codes");
        let given: Vec<(&Screened<'_>, Rated)> = screened
            .iter()
            .filter(|s| s.labelled.reasons.as_ref().is_some_and(|codes| codes.contains(&code)))
            .filter_map(|s| Some((s, s.rated.of(d).as_ref()?.fused)))
            .filter(|(_, rated)| rated.label >= 1)
            .collect();
        Self {
            code,
            posts: given.len(),
            flagged: given.iter().filter(|(_, rated)| rated.level >= 1).count(),
            named: given.iter().filter(|(s, _)| s.named.contains(&code)).count(),
        }
    }
}

impl PointRow {
    fn new(
        calibration: &Calibration,
        point: Point,
        d: Dimension,
        all: &[&Screened<'_>],
        official: &[&Screened<'_>],
    ) -> Self {
        let of = |screened: &[&Screened<'_>]| {
            let thresholds = calibration.points[&point].of(d);
            let rated = screened.iter().filter_map(|s| {
                let fused = s.rated.of(d).as_ref()?.fused;
                let level = thresholds.level(fused.risk, fused.hold).max(*s.floor.of(d));
                Some(Rated { level: as_label(level), ..fused })
            });
            let confusion = confusion(&rated.collect::<Vec<_>>());
            let shares = [confusion.share_from(0, 1), confusion.share_from(2, 1), confusion.share_from(2, 2)];
            let [needless, flagged, held] = shares.map(|share| share.map(rounded));
            [needless, flagged, held, confusion.macro_f1().map(rounded)]
        };
        Self { point, dimension: d, all: of(all), official_voice: of(official) }
    }
}

/// What each side says of a post on dimension `d`; `None` if it could not be judged.
fn sides(screener: &Screener, verdict: &Verdict, d: Dimension) -> Option<Sides<Judged>> {
    let calibration = screener.calibration()?;
    let [model, rules] = *verdict.detail.as_ref()?.apart.of(d);
    let found = by_rule(verdict, d);
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
    fn new(screened: &[&Screened<'_>], d: Dimension) -> Self {
        let fused = confusion(&rated(screened, d, Use::Fused));
        Self {
            labels: [0, 1, 2].map(|label| fused.of_label(label)),
            unscreened: screened.iter().filter(|s| s.unscreened && s.labelled.labels.of(d).is_some()).count(),
            measures: Sides::make(|using| Measures::new(&rated(screened, d, using))),
            reasons: Named::new(screened, d),
        }
    }
}

impl Named {
    fn new(screened: &[&Screened<'_>], d: Dimension) -> Self {
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
            write!(f, "\n{}", self.section(d))?;
        }
        for d in Dimension::ALL {
            write!(
                f,
                "{}",
                self.official_section(d).map(|text| format!("\nofficial voice, {text}")).unwrap_or_default()
            )?;
        }
        write!(f, "\n{}\n{}", self.point_table(), self.reason_table())?;
        if self.sources.is_empty() { Ok(()) } else { write!(f, "\n{}", self.source_table()) }
    }
}

impl Section {
    /// Its tables, under its name.
    fn text(&self, d: Dimension) -> String {
        let [clear, review, hold] = self.labels;
        let n = clear + review + hold;
        let mut table = Table::new(["", "rules", "model", "fused"]);
        for (name, value) in Measures::LINES {
            let Sides { rules, model, fused } = &self.measures;
            table.line(name, [rules, model, fused].map(|measures| figure(value(measures))));
        }
        let Named { posts, matched, share } = &self.reasons;
        let named = match posts {
            0 => String::new(),
            posts => format!("a named reason is one of the readers': {matched} of {posts} ({})\n", figure(*share)),
        };
        let unscreened = self.unscreened;
        format!("{d}: {n} posts ({clear} clear, {review} review, {hold} hold), {unscreened} unscreened\n{table}{named}")
    }
}

impl Report {
    /// The measures of one dimension.
    pub(super) fn section(&self, d: Dimension) -> String {
        self.dimensions.of(d).text(d)
    }

    /// The same on the official voice, where the file has some.
    pub(super) fn official_section(&self, d: Dimension) -> Option<String> {
        Some(self.official_voice.as_ref()?.of(d).text(d))
    }

    /// What each operating point does.
    pub(super) fn point_table(&self) -> Table {
        let shares = ["0 flagged", "2 flagged", "2 held", "macro-F1"];
        let names = shares.into_iter().map(str::to_owned).chain(shares.map(|share| format!("off. {share}")));
        let mut table = Table::new(std::iter::once("operating point".to_owned()).chain(names));
        for row in &self.points {
            let name = format!("{}, {}", row.point.name(), row.dimension);
            table.line(name, row.all.into_iter().chain(row.official_voice).map(figure));
        }
        table
    }

    /// How each reason fares.
    pub(super) fn reason_table(&self) -> Table {
        let mut table = Table::new(["reason (fused)", "posts", "flagged", "named"]);
        for ReasonRow { code, posts, flagged, named } in &self.reasons {
            table.line(code.to_string(), [posts, flagged, named].map(ToString::to_string));
        }
        table
    }

    /// Both dimensions of each source, fused.
    pub(super) fn source_table(&self) -> Table {
        let of_dimension = ["n", "AUC", "F1", "false"];
        let names = Dimension::ALL.iter().flat_map(|d| of_dimension.map(|name| format!("{}:{name}", &d.name()[..1])));
        let header = ["source (fused)", "posts", "unscr."].map(str::to_owned);
        let mut table = Table::new(header.into_iter().chain(names));
        for source in &self.sources {
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
