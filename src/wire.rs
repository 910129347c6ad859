//! The wire shape `crossbench/verdict/1`: one object a post, the same for every
//! door. `docs/verdict.schema.json` describes it.

use jiff::civil::Date;
use serde::Serialize;

use crate::calendar::Poll;
use crate::guidance::Guidance;
use crate::post::{Audience, Kind, Place, Post};
use crate::rules::{Basis, Catalogue, Dimension, Finding, Level, Lowered};
use crate::screener::Screener;
use crate::suggest::suggestion;
use crate::suppress::Notice;
use crate::verdict::{Judgement, Verdict};

/// Name and version of the shape.
pub const SCHEMA: &str = "crossbench/verdict/1";

/// Decimals kept of a probability: more would promise what the model cannot hold.
const DECIMALS: f64 = 10_000.0;

/// Turns verdicts into wire objects.
pub struct Wire<'s> {
    catalogue: &'s Catalogue,
    model: Option<ModelName<'s>>,
    quotes: bool,
    explain: bool,
    suggest: bool,
}

/// One verdict on the wire.
#[derive(Serialize)]
pub struct WireVerdict<'v> {
    #[serde(flatten)]
    head: WireHead<'v>,
    #[serde(flatten)]
    tail: WireTail<'v>,
}

/// What belongs to the post alone.
#[derive(Serialize)]
struct WireHead<'v> {
    schema: &'static str,
    id: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<WirePost<'v>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Date>,
}

/// What two posts with the same words in the same periods share.
#[derive(Serialize)]
struct WireTail<'v> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    periods: Vec<WirePoll<'v>>,
    verdict: Level,
    controversy: WireJudgement,
    misleading: WireJudgement,
    reasons: Vec<WireReason<'v>>,
    findings: Vec<WireFinding<'v>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<WireNotice<'v>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passage: Option<WireSpan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unscreened: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<WireDetail<'v>>,
    model: Option<ModelName<'v>>,
    rules: RulesName<'v>,
}

#[derive(Serialize)]
struct WirePost<'v> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'v str>,
    kind: Kind,
    audience: Audience,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'v str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'v [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    same_as: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'v Place>,
}

#[derive(Serialize, Clone, Copy)]
struct ModelName<'s> {
    name: &'s str,
    sha256: &'s str,
}

#[derive(Serialize)]
struct RulesName<'s> {
    sha256: &'s str,
    count: usize,
}

#[derive(Serialize)]
struct WireJudgement {
    level: Level,
    risk: Option<f64>,
    hold: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unsure: bool,
}

#[derive(Serialize)]
struct WireReason<'v> {
    code: char,
    name: &'v str,
    dimension: Dimension,
    probability: f64,
}

#[derive(Serialize)]
struct WireFinding<'v> {
    rule: &'v str,
    dimension: Dimension,
    level: Level,
    span: WireSpan,
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'v str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lowered: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<WirePoll<'v>>,
    why: &'v str,
    advice: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wording: Option<&'v str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'v str>,
    cites: Vec<WireCite<'v>>,
    fingerprint: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<WireSuppressed<'v>>,
}

#[derive(Serialize)]
struct WireSuppressed<'v> {
    reason: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    approver: Option<&'v str>,
    place: &'v str,
}

#[derive(Serialize)]
struct WireNotice<'v> {
    span: WireSpan,
    problem: &'v str,
}

#[derive(Serialize)]
struct WirePoll<'v> {
    id: &'v str,
    name: &'v str,
    from: Date,
    day: Date,
}

#[derive(Serialize)]
struct WireSpan {
    start: usize,
    end: usize,
    utf16: [usize; 2],
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct WireCite<'v> {
    document: &'v str,
    clause: &'v str,
    basis: Basis,
    url: Option<&'v str>,
}

#[derive(Serialize)]
struct WireDetail<'v> {
    controversy: WireApart,
    misleading: WireApart,
    reasons: Vec<WireReason<'v>>,
}

#[derive(Serialize)]
struct WireApart {
    model: [f64; 2],
    rules: [f64; 2],
    logit: f64,
    words: Vec<WireWord>,
}

#[derive(Serialize)]
struct WireWord {
    start: usize,
    end: usize,
    share: f64,
}

impl<'s> Wire<'s> {
    /// For the verdicts of `screener`; quotes are shown and details are not.
    pub fn new(screener: &'s Screener) -> Self {
        let model = screener.scorer().map(|s| ModelName { name: &s.manifest().name, sha256: s.sha256() });
        Self { catalogue: screener.catalogue(), model, quotes: true, explain: false, suggest: false }
    }

    /// Without the words of the draft.
    #[must_use]
    pub fn without_text(self, without: bool) -> Self {
        Self { quotes: !without, ..self }
    }

    /// With every score, reason and the share of every word.
    #[must_use]
    pub fn explained(self, explain: bool) -> Self {
        Self { explain, ..self }
    }

    /// With the draft as the findings' safer wordings make it.
    #[must_use]
    pub fn suggesting(self, suggest: bool) -> Self {
        Self { suggest, ..self }
    }

    /// The line of a post in a feed up to what [`Wire::tail`] makes, as JSON without its last
    /// bracket. `same_as` is the id of the first post with the same words, where this is
    /// not the first.
    pub fn head(&self, post: &Post, date: Option<Date>, same_as: Option<&str>) -> String {
        let shown = WirePost {
            text: self.quotes.then_some(post.text.as_str()),
            time: post.time.as_deref(),
            author: post.author.as_deref(),
            url: post.url.as_deref(),
            kind: post.kind,
            audience: post.audience,
            lang: post.lang.as_deref(),
            notes: &post.notes,
            same_as,
            place: post.place.as_ref(),
        };
        let mut head = json(&WireHead { schema: SCHEMA, id: &post.id, post: Some(shown), date });
        head.pop();
        head
    }

    /// The rest of the line: all that a post with the same words would be told, as JSON with a
    /// comma for its first bracket.
    pub fn tail(&self, verdict: &Verdict, post: &Post) -> String {
        let mut tail = self.tail_of(verdict);
        for (finding, of) in tail.findings.iter_mut().zip(&verdict.findings) {
            finding.original = post.original.is_some().then(|| post.original_span(of.span)).map(|s| [s.start, s.end]);
        }
        let mut tail = json(&tail);
        tail.replace_range(..1, ",");
        tail
    }

    /// The wire object of `verdict`.
    pub fn of<'v>(&'v self, verdict: &'v Verdict) -> WireVerdict<'v> {
        let head = WireHead { schema: SCHEMA, id: &verdict.id, post: None, date: verdict.date };
        WireVerdict { head, tail: self.tail_of(verdict) }
    }

    fn tail_of<'v>(&'v self, verdict: &'v Verdict) -> WireTail<'v> {
        WireTail {
            periods: verdict.polls.iter().map(|poll| wire_poll(poll)).collect(),
            verdict: verdict.level(),
            controversy: judgement(&verdict.judgements.controversy),
            misleading: judgement(&verdict.judgements.misleading),
            reasons: self.reasons(&verdict.reasons),
            findings: verdict.findings.iter().map(|finding| self.finding(finding, verdict)).collect(),
            notices: verdict.notices.iter().map(|notice| wire_notice(notice, &verdict.text)).collect(),
            passage: verdict.passage.map(|span| wire_span(span, &verdict.text)),
            unscreened: verdict.unscreened.as_deref(),
            suggestion: self.suggest.then(|| suggestion(verdict)).flatten().map(|suggestion| suggestion.text),
            explain: verdict.detail.as_ref().filter(|_| self.explain).map(|detail| WireDetail {
                controversy: apart(detail, Dimension::Controversy),
                misleading: apart(detail, Dimension::Misleading),
                reasons: self.reasons(&detail.reasons),
            }),
            model: self.model,
            rules: RulesName { sha256: self.catalogue.sha256(), count: self.catalogue.size() },
        }
    }

    fn reasons<'v>(&'v self, reasons: &[crate::verdict::ReasonGiven]) -> Vec<WireReason<'v>> {
        let wire = |reason: &crate::verdict::ReasonGiven| WireReason {
            code: reason.code,
            name: self.catalogue.reasons().name(reason.code),
            dimension: reason.dimension,
            probability: rounded(reason.probability),
        };
        reasons.iter().map(wire).collect()
    }

    fn finding<'v>(&'v self, finding: &'v Finding, verdict: &'v Verdict) -> WireFinding<'v> {
        let rule = &finding.rule;
        let quote = finding.span.of(&verdict.text);
        WireFinding {
            rule: &rule.id,
            dimension: rule.dimension,
            level: finding.level,
            span: wire_span(finding.span, &verdict.text),
            original: None,
            quote: self.quotes.then_some(quote),
            message: finding.reading(),
            lowered: finding.lowered.map(Lowered::name),
            poll: finding.poll.as_deref().map(wire_poll),
            why: &rule.why,
            advice: &rule.advice,
            wording: finding.wording(),
            question: rule.question.as_deref(),
            cites: cites(rule, self.catalogue.guidance()),
            fingerprint: &finding.fingerprint,
            suppressed: finding.suppressed.as_ref().map(|suppressed| WireSuppressed {
                reason: if self.quotes { &suppressed.reason } else { "…" },
                approver: suppressed.approver.as_deref(),
                place: &suppressed.place,
            }),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it holds strings, numbers and lists alone")
}

fn judgement(judgement: &Judgement) -> WireJudgement {
    WireJudgement {
        level: judgement.level,
        risk: judgement.risk.map(rounded),
        hold: judgement.hold.map(rounded),
        unsure: judgement.unsure,
    }
}

fn wire_notice<'v>(notice: &'v Notice, text: &str) -> WireNotice<'v> {
    WireNotice { span: wire_span(notice.span, text), problem: &notice.problem }
}

fn wire_poll(poll: &Poll) -> WirePoll<'_> {
    WirePoll { id: &poll.id, name: &poll.name, from: poll.from, day: poll.day }
}

fn wire_span(span: crate::span::Span, text: &str) -> WireSpan {
    let (line, column) = span.line_column(text);
    WireSpan { start: span.start, end: span.end, utf16: span.to_utf16(text), line, column }
}

fn cites<'v>(rule: &'v crate::rules::Rule, guidance: &'v Guidance) -> Vec<WireCite<'v>> {
    let wire = |cite: &'v crate::rules::Cite| WireCite {
        document: guidance.document(&cite.document).map_or(&cite.document, |document| &document.title),
        clause: &cite.clause,
        basis: cite.basis,
        url: guidance.document(&cite.document).and_then(|document| document.url.as_deref()),
    };
    rule.cites.iter().map(wire).collect()
}

fn apart(detail: &crate::verdict::Detail, d: Dimension) -> WireApart {
    let [model, rules] = detail.apart.of(d).map(|(risk, hold)| [rounded(risk), rounded(hold)]);
    let logit = rounded(*detail.logits.of(d));
    let word = |&(span, share): &(crate::span::Span, f64)| WireWord {
        start: span.start,
        end: span.end,
        share: rounded(share),
    };
    WireApart { model, rules, logit, words: detail.words.of(d).iter().map(word).collect() }
}

fn rounded(value: f64) -> f64 {
    (value * DECIMALS).round() / DECIMALS
}
