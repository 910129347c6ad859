//! The way of a post through the house: text → rules ‖ model → fusion → verdict.
//! Nobody else knows the order of the stages, and rayon lives here alone.

use std::sync::Arc;

use rayon::prelude::*;

use crate::carriers;
use crate::error::{Error, Result};
use crate::fusion::{Calibration, Each, Evidence, Judged, Use};
use crate::model::{BUDGET, Folder, Output, Scorer, Window, plan};
use crate::post::Post;
use crate::rules::{Account, CODES, Catalogue, Dimension, Finding, Level, dimension};
use crate::text::{Language, Text, language};
use crate::verdict::{Detail, Judgement, ReasonGiven, Verdict};

/// Screens posts. Load it once; it is shared between threads.
pub struct Screener {
    catalogue: Catalogue,
    model: Option<Model>,
    account: Option<Account>,
}

struct Model {
    scorer: Scorer,
    calibration: Calibration,
}

/// A post after everything that needs no model.
pub struct Read {
    /// The draft.
    text: Text,
    /// What the rules found.
    findings: Vec<Finding>,
    /// What the encoder will read; empty if the text is not English.
    windows: Vec<Window>,
    /// Why it cannot be judged.
    unscreened: Option<String>,
}

/// One window after the encoder.
struct Scored<'r> {
    window: &'r Window,
    output: &'r Output,
    evidence: Each<Evidence>,
    judged: Each<Judged>,
}

impl Screener {
    /// The built-in rules and the built-in model.
    ///
    /// # Errors
    /// If the built-in data is broken; a test sees to it that it is not.
    pub fn built_in() -> Result<Self> {
        Self::rules_only()?.with_model(&Folder::built_in()?)
    }

    /// The built-in rules without a model: `risk` and `hold` stay unknown.
    ///
    /// # Errors
    /// As [`Screener::built_in`].
    pub fn rules_only() -> Result<Self> {
        Ok(Self { catalogue: Catalogue::built_in()?, model: None, account: None })
    }

    /// The same rules with the model in `folder`.
    ///
    /// # Errors
    /// [`Error::Model`] naming the file at fault.
    pub fn with_model(self, folder: &Folder) -> Result<Self> {
        let scorer = Scorer::load(folder)?;
        let calibration: Calibration = serde_json::from_slice(folder.file("calibration.json"))
            .map_err(|fault| folder.fault("calibration.json", fault.to_string()))?;
        calibration.check().map_err(|problem| folder.fault("calibration.json", problem))?;
        Ok(Self { model: Some(Model { scorer, calibration }), ..self })
    }

    /// Only the rules that bind `account`.
    #[must_use]
    pub fn for_account(self, account: Option<Account>) -> Self {
        Self { account, ..self }
    }

    /// The rules.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The model, if one is loaded.
    pub fn scorer(&self) -> Option<&Scorer> {
        self.model.as_ref().map(|model| &model.scorer)
    }

    /// How evidence becomes levels, if a model is loaded.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.model.as_ref().map(|model| &model.calibration)
    }

    /// Screens one post.
    ///
    /// # Errors
    /// [`Error::Encoder`].
    pub fn screen(&self, post: &Post) -> Result<Verdict> {
        self.screen_batch(std::slice::from_ref(post)).pop().expect("one verdict a post")
    }

    /// Screens posts, on every core; verdicts come in the order of the posts. A
    /// post's verdict does not depend on the batch, its order or the threads.
    pub fn screen_batch(&self, posts: &[Post]) -> Vec<Result<Verdict>> {
        let reads: Vec<Read> = posts.par_iter().map(|post| self.read(&post.text)).collect();
        let outputs = match self.score(&reads) {
            Ok(outputs) => outputs,
            Err(problem) => return posts.iter().map(|_| Err(Error::Encoder { problem: problem.clone() })).collect(),
        };
        posts
            .par_iter()
            .zip(&reads)
            .zip(&outputs)
            .map(|((post, read), outputs)| Ok(self.verdict(post, read, outputs)))
            .collect()
    }

    /// Evidence for each dimension of each post, worst window first: what fits and
    /// evaluations are made from. Empty for a post that cannot be judged.
    ///
    /// # Errors
    /// [`Error::Encoder`].
    pub fn evidence(&self, posts: &[Post]) -> Result<Vec<Vec<(Each<Evidence>, Vec<f32>)>>> {
        let reads: Vec<Read> = posts.par_iter().map(|post| self.read(&post.text)).collect();
        let outputs = self.score(&reads).map_err(|problem| Error::Encoder { problem })?;
        Ok(reads
            .iter()
            .zip(&outputs)
            .map(|(read, outputs)| {
                let windows = read.windows.iter().zip(outputs);
                windows.map(|(window, output)| (evidence(read, window, Some(output)), output.logits.clone())).collect()
            })
            .collect())
    }

    /// Everything before the encoder.
    pub fn read(&self, draft: &str) -> Read {
        let text = Text::new(draft);
        let hits = self.catalogue.scan(&text);
        let findings = self.catalogue.findings(&text, &hits, self.account);
        let unscreened = unscreened(&text);
        let windows = match &self.model {
            Some(model) if unscreened.is_none() => {
                let masked = self.catalogue.actors().mask(&text, &hits);
                model.scorer.windows(&masked, &text.sentence_starts())
            }
            _ => Vec::new(),
        };
        Read { text, findings, windows, unscreened }
    }

    /// The encoder's output for every window of every post.
    fn score(&self, reads: &[Read]) -> Result<Vec<Vec<Output>>, String> {
        let Some(model) = &self.model else { return Ok(reads.iter().map(|_| Vec::new()).collect()) };
        let windows: Vec<&Window> = reads.iter().flat_map(|read| &read.windows).collect();
        let lengths: Vec<usize> = windows.iter().map(|window| window.ids.len()).collect();
        let groups = plan(&lengths, BUDGET);
        let scored: Vec<Vec<Output>> = groups
            .par_iter()
            .map(|group| model.scorer.score(&group.iter().map(|&at| windows[at]).collect::<Vec<_>>()))
            .collect::<Result<_>>()
            .map_err(|fault| fault.to_string())?;
        let mut slots: Vec<Option<Output>> = windows.iter().map(|_| None).collect();
        for (at, output) in groups.iter().flatten().zip(scored.into_iter().flatten()) {
            slots[*at] = Some(output);
        }
        let mut outputs = slots.into_iter().map(|slot| slot.expect("every window is in one group"));
        Ok(reads.iter().map(|read| outputs.by_ref().take(read.windows.len()).collect()).collect())
    }

    fn verdict(&self, post: &Post, read: &Read, outputs: &[Output]) -> Verdict {
        let blank = Verdict {
            id: post.id.clone(),
            text: Arc::from(post.text.as_str()),
            judgements: Each::make(|dimension| unmodelled(read, dimension)),
            reasons: Vec::new(),
            findings: read.findings.clone(),
            passage: None,
            unscreened: read.unscreened.clone(),
            detail: None,
        };
        match &self.model {
            Some(model) if !outputs.is_empty() => self.modelled(model, blank, read, outputs),
            _ => blank,
        }
    }

    /// Completes a verdict with what the model says.
    fn modelled(&self, model: &Model, blank: Verdict, read: &Read, outputs: &[Output]) -> Verdict {
        let scored: Vec<Scored<'_>> = read
            .windows
            .iter()
            .zip(outputs)
            .map(|(window, output)| {
                let evidence = evidence(read, window, Some(output));
                let judged = Each::make(|d| model.calibration.judge(d, evidence.of(d), Use::Fused));
                Scored { window, output, evidence, judged }
            })
            .collect();
        let worst = Each::make(|d| worst(&scored, d));
        let judgements = Each::make(|d| {
            let judged = worst.of(d).judged.of(d);
            Judgement {
                level: judged.level.max(unmodelled(read, d).level),
                risk: Some(scored.iter().map(|s| s.judged.of(d).risk).fold(0.0, f64::max)),
                hold: Some(scored.iter().map(|s| s.judged.of(d).hold).fold(0.0, f64::max)),
            }
        });
        let mut reasons = Vec::new();
        let mut findings = blank.findings;
        for d in Dimension::ALL {
            let worst = worst.of(d);
            let named = model.reasons(worst.output).filter(|reason| reason.dimension == d).collect();
            let flagged = worst.judged.of(d).level >= Level::Review;
            let named = if flagged { self.likeliest(model, named) } else { Vec::new() };
            let silent = !findings.iter().any(|f| f.rule.dimension == d && f.rule.level >= Level::Review);
            if let Some(reason) = named.first().filter(|_| silent) {
                let level = judgements.of(d).level;
                let rule = self.catalogue.reasons().rule(reason.code, level);
                let spans = carriers::spans(&read.text, worst.window, worst.output, flag_output(d));
                findings.extend(spans.into_iter().map(|span| Finding { rule: Arc::clone(rule), span, neutral: None }));
            }
            reasons.extend(named);
        }
        findings.sort_by(|a, b| (a.span, &a.rule.id).cmp(&(b.span, &b.rule.id)));
        let decided = Dimension::ALL.into_iter().max_by_key(|&d| (judgements.of(d).level, std::cmp::Reverse(d)));
        let passage = decided.filter(|_| scored.len() > 1).map(|d| worst.of(d).window.span());
        let detail = Some(model.detail(&read.text, &worst));
        Verdict { judgements, reasons, findings, passage, detail, ..blank }
    }

    /// The reasons above the threshold, likeliest first; at least one.
    fn likeliest(&self, model: &Model, mut reasons: Vec<ReasonGiven>) -> Vec<ReasonGiven> {
        reasons.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.code.cmp(&b.code)));
        let above = reasons.iter().filter(|r| r.probability >= model.calibration.reason_threshold).count();
        reasons.truncate(above.clamp(1, 3));
        reasons
    }
}

impl Model {
    /// Every reason with its calibrated probability, in the order of the codes.
    fn reasons<'a>(&'a self, output: &'a Output) -> impl Iterator<Item = ReasonGiven> + 'a {
        CODES.iter().zip(&output.logits[ORDINALS..]).map(|(&code, &logit)| ReasonGiven {
            code,
            dimension: dimension(code).expect("it is one of the codes"),
            probability: self.calibration.reasons[&code].probability(&[f64::from(logit)]),
        })
    }

    fn detail(&self, text: &Text, worst: &Each<&Scored<'_>>) -> Detail {
        let apart = Each::make(|d| {
            [Use::Model, Use::Rules].map(|using| {
                let judged = self.calibration.judge(d, worst.of(d).evidence.of(d), using);
                (judged.risk, judged.hold)
            })
        });
        let reasons = Dimension::ALL
            .into_iter()
            .flat_map(|d| self.reasons(worst.of(d).output).filter(move |reason| reason.dimension == d))
            .collect();
        let words = Each::make(|d| {
            let scored = worst.of(d);
            carriers::words(text, scored.window, scored.output, flag_output(d))
        });
        let logits = Each::make(|d| {
            let output = worst.of(d).output;
            let at = flag_output(d);
            let shares: f32 = output.contributions.iter().skip(at).step_by(output.logits.len()).sum();
            [f64::from(output.logits[at]), f64::from(output.logits[at] - shares)]
        });
        Detail { apart, reasons, words, logits }
    }
}

/// Ordinal outputs of the head, before the reasons.
pub const ORDINALS: usize = 4;

/// The output for P(label ≥ 1) of a dimension; the one for label = 2 follows it.
pub fn flag_output(dimension: Dimension) -> usize {
    match dimension {
        Dimension::Controversy => 0,
        Dimension::Misleading => 2,
    }
}

/// Why a text cannot be judged, if it cannot.
fn unscreened(text: &Text) -> Option<String> {
    if text.tokens().is_empty() {
        return Some("there are no words in it".to_owned());
    }
    match language(text.as_str(), text.tokens()) {
        Language::English => None,
        Language::Other(name) => Some(format!("it reads as {name}; only English can be judged")),
    }
}

/// The level without the model: the rules', or `unscreened`.
fn unmodelled(read: &Read, dimension: Dimension) -> Judgement {
    let mut evidence = Evidence::default();
    let findings = read.findings.iter().filter(|f| f.rule.dimension == dimension);
    findings.for_each(|finding| evidence.add(finding.rule.level));
    let floor = if read.unscreened.is_some() { Level::Unscreened } else { Level::Clear };
    Judgement { level: evidence.rule_level().max(floor), risk: None, hold: None }
}

/// The evidence of one window: its logits, and the findings inside it.
fn evidence(read: &Read, window: &Window, output: Option<&Output>) -> Each<Evidence> {
    let span = window.span();
    let whole = read.windows.len() == 1;
    Each::make(|d| {
        let at = flag_output(d);
        let mut evidence = Evidence {
            logits: output.map(|o| [f64::from(o.logits[at]), f64::from(o.logits[at + 1])]),
            ..Evidence::default()
        };
        let inside = |f: &&Finding| f.rule.dimension == d && (whole || f.span.overlaps(span));
        read.findings.iter().filter(inside).for_each(|finding| evidence.add(finding.rule.level));
        evidence
    })
}

/// The window with the highest level, then hold, then risk; the first of equals.
fn worst<'s, 'r>(scored: &'s [Scored<'r>], d: Dimension) -> &'s Scored<'r> {
    scored
        .iter()
        .rev()
        .max_by(|a, b| {
            let (a, b) = (a.judged.of(d), b.judged.of(d));
            a.level.cmp(&b.level).then(a.hold.total_cmp(&b.hold)).then(a.risk.total_cmp(&b.risk))
        })
        .expect("a text that is judged has a window")
}

impl Read {
    /// The windows as the encoder reads them.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Why it cannot be judged, if it cannot.
    pub fn unscreened(&self) -> Option<&str> {
        self.unscreened.as_deref()
    }

    /// What the rules found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
