//! The way of a post through the house: text → rules ‖ model → fusion → verdict.
//! Nobody else knows the order of the stages, and posts are shared out to threads
//! here alone.

use std::sync::Arc;

use rayon::prelude::*;

use crate::carriers::{self, Trial};
use crate::error::{Error, Result};
use crate::fusion::{Calibration, Each, Evidence, Judged, Use};
use crate::model::{BUDGET, Folder, Logits, Scorer, Window, plan};
use crate::post::Post;
use crate::rules::{Account, CODES, Catalogue, Dimension, Finding, Level, dimension};
use crate::text::{Language, Text, language};
use crate::verdict::{Detail, Judgement, ReasonGiven, Verdict};

/// Screens posts. Load it once; it is shared between threads.
pub struct Screener {
    catalogue: Catalogue,
    model: Option<Model>,
    account: Option<Account>,
    words: Words,
}

/// For which scores the words that carried them are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// None: the model's findings are left out.
    Never,
    /// Those whose level no rule accounts for.
    Needed,
    /// All, on both dimensions.
    Always,
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
    logits: &'r Logits,
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
        Ok(Self { catalogue: Catalogue::built_in()?, model: None, account: None, words: Words::Needed })
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

    /// Also says what every word of every post adds, which takes a pass a word.
    #[must_use]
    pub fn explaining(self, explain: bool) -> Self {
        Self { words: if explain { Words::Always } else { Words::Needed }, ..self }
    }

    /// Leaves out the findings of the model, which take a pass a word: scores alone.
    #[must_use]
    pub fn scores_alone(self) -> Self {
        Self { words: Words::Never, ..self }
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
        self.try_screen(posts).map_or_else(
            |problem| posts.iter().map(|_| Err(Error::Encoder { problem: problem.clone() })).collect(),
            |verdicts| verdicts.into_iter().map(Ok).collect(),
        )
    }

    fn try_screen(&self, posts: &[Post]) -> Result<Vec<Verdict>, String> {
        let reads: Vec<Read> = posts.par_iter().map(|post| self.read(&post.text)).collect();
        let Some(model) = &self.model else {
            return Ok(posts.iter().zip(&reads).map(|(post, read)| unmodelled_verdict(post, read)).collect());
        };
        let windows: Vec<&[Window]> = reads.iter().map(Read::windows).collect();
        let logits = model.score(&windows)?;
        let mut judged: Vec<(Verdict, Vec<Ask>)> = posts
            .par_iter()
            .zip(&reads)
            .zip(&logits)
            .map(|((post, read), logits)| self.judge(model, unmodelled_verdict(post, read), read, logits))
            .collect();
        self.point(model, &reads, &logits, &mut judged)?;
        Ok(judged.into_iter().map(|(verdict, _)| verdict).collect())
    }

    /// Finds the words that carried the scores asked about, and completes the verdicts.
    fn point(
        &self,
        model: &Model,
        reads: &[Read],
        logits: &[Vec<Logits>],
        judged: &mut [(Verdict, Vec<Ask>)],
    ) -> Result<(), String> {
        let asks = judged.iter().enumerate().flat_map(|(post, (_, asks))| asks.iter().map(move |ask| (post, *ask)));
        let asks: Vec<(usize, Ask)> = asks.collect();
        let trials: Vec<Trial> = asks
            .par_iter()
            .map(|(post, ask)| {
                let read = &reads[*post];
                let together = if ask.reason.is_some() { carriers::PHRASE } else { carriers::WORD };
                carriers::trial(&model.scorer, &read.text, &read.windows[ask.window], together)
            })
            .collect();
        let hidden: Vec<Vec<Window>> = trials.iter().map(Trial::windows).collect();
        let without = model.score(&hidden.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        for (((post, ask), trial), without) in asks.into_iter().zip(&trials).zip(&without) {
            let at = flag_output(ask.dimension);
            let shares = trial.shares(logits[post][ask.window][at], without.iter().map(|logits| logits[at]));
            let verdict = &mut judged[post].0;
            if let Some(reason) = ask.reason {
                let rule = self.catalogue.reasons().rule(reason, verdict.level_of(ask.dimension));
                let spans = carriers::spans(&shares, reads[post].windows[ask.window].span());
                let finding = |span| Finding { rule: Arc::clone(rule), span, neutral: None };
                verdict.findings.extend(spans.into_iter().map(finding));
                verdict.findings.sort_by(|a, b| (a.span, &a.rule.id).cmp(&(b.span, &b.rule.id)));
            }
            let detail = verdict.detail.as_mut().filter(|_| ask.reason.is_none());
            if let Some(detail) = detail {
                match ask.dimension {
                    Dimension::Controversy => detail.words.controversy = shares,
                    Dimension::Misleading => detail.words.misleading = shares,
                }
            }
        }
        Ok(())
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

    /// Completes a verdict with what the model says, and lists what is still to be
    /// asked: which words carried a score that no rule accounts for.
    fn judge(&self, model: &Model, blank: Verdict, read: &Read, logits: &[Logits]) -> (Verdict, Vec<Ask>) {
        if logits.is_empty() {
            return (blank, Vec::new());
        }
        let scored: Vec<Scored<'_>> = read
            .windows
            .iter()
            .zip(logits)
            .map(|(window, logits)| {
                let evidence = evidence(read, window, logits);
                let judged = Each::make(|d| model.calibration.judge(d, evidence.of(d), Use::Fused));
                Scored { window, logits, evidence, judged }
            })
            .collect();
        let worst = Each::make(|d| worst(&scored, d));
        let judgements = Each::make(|d| Judgement {
            level: scored[*worst.of(d)].judged.of(d).level.max(blank.level_of(d)),
            risk: Some(scored.iter().map(|s| s.judged.of(d).risk).fold(0.0, f64::max)),
            hold: Some(scored.iter().map(|s| s.judged.of(d).hold).fold(0.0, f64::max)),
        });
        let mut reasons = Vec::new();
        let mut asks = Vec::new();
        for d in Dimension::ALL {
            let window = *worst.of(d);
            let named = if scored[window].judged.of(d).level >= Level::Review {
                model.likeliest(scored[window].logits, d)
            } else {
                Vec::new()
            };
            let level = judgements.of(d).level;
            let explained = read.findings.iter().any(|f| f.rule.dimension == d && f.rule.level >= level);
            let reason = named.first().filter(|_| !explained).map(|reason| reason.code);
            let ask = |reason| Ask { dimension: d, window, reason };
            asks.extend(reason.filter(|_| self.words != Words::Never).map(|code| ask(Some(code))));
            asks.extend((self.words == Words::Always).then(|| ask(None)));
            reasons.extend(named);
        }
        let decided = Dimension::ALL.into_iter().max_by_key(|&d| (judgements.of(d).level, std::cmp::Reverse(d)));
        let passage = decided.filter(|_| scored.len() > 1).map(|d| scored[*worst.of(d)].window.span());
        let detail = Some(model.detail(&scored, &worst));
        (Verdict { judgements, reasons, passage, detail, ..blank }, asks)
    }
}

/// A question left after fusion: which words of a window carried a dimension's score.
#[derive(Clone, Copy)]
struct Ask {
    dimension: Dimension,
    /// Number of the window.
    window: usize,
    /// The reason whose phrases become a finding; `None` if every word is asked about.
    reason: Option<char>,
}

impl Model {
    /// The logits of every window of every post, on every core.
    fn score(&self, posts: &[&[Window]]) -> Result<Vec<Vec<Logits>>, String> {
        let windows: Vec<&Window> = posts.iter().copied().flatten().collect();
        let lengths: Vec<usize> = windows.iter().map(|window| window.ids.len()).collect();
        let groups = plan(&lengths, BUDGET);
        let scored: Vec<Vec<Logits>> = groups
            .par_iter()
            .map(|group| self.scorer.score(&group.iter().map(|&at| windows[at]).collect::<Vec<_>>()))
            .collect::<Result<_>>()
            .map_err(|fault| fault.to_string())?;
        let mut slots: Vec<Option<Logits>> = windows.iter().map(|_| None).collect();
        for (at, logits) in groups.iter().flatten().zip(scored.into_iter().flatten()) {
            slots[*at] = Some(logits);
        }
        let mut logits = slots.into_iter().map(|slot| slot.expect("every window is in one group"));
        Ok(posts.iter().map(|windows| logits.by_ref().take(windows.len()).collect()).collect())
    }

    /// Every reason with its calibrated probability, in the order of the codes.
    fn reasons<'a>(&'a self, logits: &'a Logits) -> impl Iterator<Item = ReasonGiven> + 'a {
        CODES.iter().zip(&logits[ORDINALS..]).map(|(&code, &logit)| ReasonGiven {
            code,
            dimension: dimension(code).expect("it is one of the codes"),
            probability: self.calibration.reasons[&code].probability(&[f64::from(logit)]),
        })
    }

    /// The reasons of a dimension above the threshold, likeliest first; one to three.
    fn likeliest(&self, logits: &Logits, d: Dimension) -> Vec<ReasonGiven> {
        let mut reasons: Vec<ReasonGiven> = self.reasons(logits).filter(|reason| reason.dimension == d).collect();
        reasons.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.code.cmp(&b.code)));
        let above = reasons.iter().filter(|r| r.probability >= self.calibration.reason_threshold).count();
        reasons.truncate(above.clamp(1, 3));
        reasons
    }

    fn detail(&self, scored: &[Scored<'_>], worst: &Each<usize>) -> Detail {
        let apart = Each::make(|d| {
            [Use::Model, Use::Rules].map(|using| {
                let judged = self.calibration.judge(d, scored[*worst.of(d)].evidence.of(d), using);
                (judged.risk, judged.hold)
            })
        });
        let reasons = Dimension::ALL
            .into_iter()
            .flat_map(|d| self.reasons(scored[*worst.of(d)].logits).filter(move |reason| reason.dimension == d))
            .collect();
        let logits = Each::make(|d| f64::from(scored[*worst.of(d)].logits[flag_output(d)]));
        Detail { apart, reasons, words: Each::make(|_| Vec::new()), logits }
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

/// What the rules alone say of a post.
fn unmodelled_verdict(post: &Post, read: &Read) -> Verdict {
    Verdict {
        id: post.id.clone(),
        text: Arc::from(post.text.as_str()),
        judgements: Each::make(|dimension| unmodelled(read, dimension)),
        reasons: Vec::new(),
        findings: read.findings.clone(),
        passage: None,
        unscreened: read.unscreened.clone(),
        detail: None,
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
fn evidence(read: &Read, window: &Window, logits: &Logits) -> Each<Evidence> {
    let span = window.span();
    let whole = read.windows.len() == 1;
    Each::make(|d| {
        let at = flag_output(d);
        let mut evidence =
            Evidence { logits: Some([f64::from(logits[at]), f64::from(logits[at + 1])]), ..Evidence::default() };
        let inside = |f: &&Finding| f.rule.dimension == d && (whole || f.span.overlaps(span));
        read.findings.iter().filter(inside).for_each(|finding| evidence.add(finding.rule.level));
        evidence
    })
}

/// Number of the window with the highest level, then hold, then risk; the first of equals.
fn worst(scored: &[Scored<'_>], d: Dimension) -> usize {
    let rank = |&a: &usize, &b: &usize| {
        let (x, y) = (scored[a].judged.of(d), scored[b].judged.of(d));
        x.level.cmp(&y.level).then(x.hold.total_cmp(&y.hold)).then(x.risk.total_cmp(&y.risk)).then(b.cmp(&a))
    };
    (0..scored.len()).max_by(rank).expect("a text that is judged has a window")
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
