//! The way of a post through the house: text → rules ‖ model → fusion → verdict.
//! Nobody else knows the order of the stages, and posts are shared out to threads
//! here alone.

mod model;
mod read;
mod suppression;

use std::cell::LazyCell;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::carriers::{self, Trial};
use crate::date;
use crate::error::{Error, Result};
use crate::fusion::{Calibration, Each, Point, Use};
use crate::model::{Depth, Engine, Folder, Logits, Scorer};
use crate::post::Post;
use crate::rules::{Account, Catalogue, Dimension, Finding, Level, Occasion};
use crate::suppress::{Marker, Suppressed, SuppressionFile, markers};
use crate::text::Text;
use crate::verdict::{Judgement, Verdict};

use model::{Job, Model, Scored, evidence, worst};
use read::{nameless, unmodelled_verdict, unscreened};

pub use model::{ORDINALS, flag_output};
pub use read::Read;

/// Screens posts. Load it once; it is shared between threads.
pub struct Screener {
    catalogue: Catalogue,
    model: Option<Model>,
    occasion: Occasion,
    suppressions: SuppressionFile,
    today: Date,
    words: Words,
    depth: Depth,
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
        Ok(Self::of(Catalogue::built_in()?))
    }

    /// The rules of `catalogue` without a model.
    pub fn of(catalogue: Catalogue) -> Self {
        Self {
            catalogue,
            model: None,
            occasion: Occasion::default(),
            suppressions: SuppressionFile::default(),
            today: date::today(),
            words: Words::Needed,
            depth: Depth::Early,
        }
    }

    /// The same rules with the model in `folder`.
    ///
    /// # Errors
    /// [`Error::Model`] naming the file at fault.
    pub fn with_model(self, folder: &Folder) -> Result<Self> {
        self.with_engine(folder, Engine::default())
    }

    /// The same rules with the model in `folder`, run by `engine`.
    ///
    /// # Errors
    /// [`Error::Model`] naming the file at fault.
    pub fn with_engine(self, folder: &Folder, engine: Engine) -> Result<Self> {
        let scorer = Scorer::load_for(folder, engine)?;
        let calibration: Calibration = serde_json::from_slice(folder.file("calibration.json"))
            .map_err(|fault| folder.fault("calibration.json", fault.to_string()))?;
        calibration.check().map_err(|problem| folder.fault("calibration.json", problem))?;
        Ok(Self { model: Some(Model { scorer, calibration }), ..self })
    }

    /// Only the rules that bind `account`.
    #[must_use]
    pub fn for_account(self, account: Option<Account>) -> Self {
        Self { occasion: Occasion { account, ..self.occasion }, ..self }
    }

    /// Posts that carry no date of their own go out on `date`; without one, rules for
    /// pre-election periods do not bind them.
    #[must_use]
    pub fn on(self, date: Option<Date>) -> Self {
        Self { occasion: Occasion { date, ..self.occasion }, ..self }
    }

    /// Findings that may stay.
    #[must_use]
    pub fn suppressing(self, suppressions: SuppressionFile) -> Self {
        Self { suppressions, ..self }
    }

    /// What is to be told of the suppression file when everything has been screened.
    pub fn suppression_notices(&self) -> Vec<String> {
        self.suppressions.notices(self.today)
    }

    /// Stops posts as readily as `point` says; without a model nothing changes.
    #[must_use]
    pub fn at(mut self, point: Point) -> Self {
        if let Some(model) = &mut self.model {
            model.calibration.point = point;
        }
        self
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

    /// Reads every post through every layer, also those that are surely clear after a few.
    #[must_use]
    pub fn thorough(self, thorough: bool) -> Self {
        Self { depth: if thorough { Depth::Whole } else { Depth::Early }, ..self }
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
        let reads: Vec<Read> = posts.par_iter().map(|post| self.read_post(post)).collect();
        let Some(model) = &self.model else {
            let verdicts = posts.iter().zip(&reads).map(|(post, read)| unmodelled_verdict(post, read));
            return Ok(verdicts.zip(&reads).map(|(verdict, read)| self.noticing(verdict, read)).collect());
        };
        let logits = model.score(&self.jobs(&reads))?;
        let mut judged: Vec<(Verdict, Vec<Ask>)> = posts
            .par_iter()
            .zip(&reads)
            .zip(&logits)
            .map(|((post, read), logits)| self.judge(model, unmodelled_verdict(post, read), read, logits))
            .collect();
        self.point(model, &reads, &logits, &mut judged)?;
        Ok(judged.into_iter().zip(&reads).map(|((verdict, _), read)| self.noticing(verdict, read)).collect())
    }

    /// The windows of each post, and how far they are read. What a rule stops at is weighed
    /// with what the whole encoder says, so such a post is read through every layer.
    fn jobs<'r>(&self, reads: &'r [Read]) -> Vec<Vec<Job<'r>>> {
        let depth = |read: &Read| if read.findings.iter().any(Finding::counts) { Depth::Whole } else { self.depth };
        reads.iter().map(|read| read.windows.iter().map(|window| (window, depth(read))).collect()).collect()
    }

    /// The verdict with what is wrong with the markers in its draft.
    fn noticing(&self, verdict: Verdict, read: &Read) -> Verdict {
        let notices = suppression::notices(&verdict, &read.markers, &self.catalogue);
        Verdict { notices, ..verdict }
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
                let window = &read.windows[ask.window];
                if ask.reason.is_none() {
                    return carriers::trial(&read.text, window);
                }
                let shares = &logits[*post][ask.window].earliest().shares;
                carriers::short_trial(&read.text, window, |token| shares[token][ask.dimension as usize])
            })
            .collect();
        // Where every word is asked about, the head that gave the score; for a finding's words the first
        // one, which costs less.
        let asked = |post: usize, ask: Ask| {
            let found = &logits[post][ask.window];
            if ask.reason.is_none() { found } else { found.earliest() }
        };
        let depth = |(post, ask): &(usize, Ask)| Depth::To(asked(*post, *ask).layers);
        let jobs: Vec<Vec<Job<'_>>> = asks
            .iter()
            .zip(&trials)
            .map(|(asked, trial)| trial.windows().map(|window| (window, depth(asked))).collect())
            .collect();
        let without = model.score(&jobs)?;
        for (((post, ask), trial), without) in asks.into_iter().zip(&trials).zip(&without) {
            let at = flag_output(ask.dimension);
            let shares = trial.shares(asked(post, ask)[at], without.iter().map(|logits| logits[at]));
            let verdict = &mut judged[post].0;
            if let Some(reason) = ask.reason {
                let rule = self.catalogue.reasons().rule(reason, verdict.level_of(ask.dimension));
                let spans = carriers::spans(&shares, reads[post].windows[ask.window].span());
                let read = &reads[post];
                let draft = Arc::clone(&verdict.text);
                verdict.findings.extend(spans.into_iter().map(|span| {
                    let mut finding = suppression::of_model(rule, span, &read.text);
                    finding.suppressed = self.suppressed(&finding, &read.markers, &draft);
                    finding
                }));
                suppression::settle(verdict, ask.dimension);
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

    /// The logits of every window of what was read, on every core; none without a model.
    ///
    /// # Errors
    /// [`Error::Encoder`].
    pub fn encode(&self, reads: &[Read]) -> Result<Vec<Vec<Logits>>> {
        let scored = self.model.as_ref().map(|model| model.score(&self.jobs(reads))).transpose();
        scored.map(Option::unwrap_or_default).map_err(|problem| Error::Encoder { problem })
    }

    /// Why `finding` may stay, if it may.
    fn suppressed(&self, finding: &Finding, markers: &[Marker], draft: &str) -> Option<Suppressed> {
        let in_text = suppression::in_text(finding, markers, draft, &self.catalogue);
        in_text.or_else(|| self.suppressions.find(&finding.rule.id, &finding.fingerprint, self.today).cloned())
    }

    /// The pre-election periods that `post` goes out in, by their polls' ids.
    pub fn periods(&self, post: &Post) -> String {
        let date = post.date().or(self.occasion.date);
        let polls = self.catalogue.polls(Occasion { date, ..self.occasion });
        polls.iter().map(|poll| poll.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The day that `post` is judged on.
    pub fn day(&self, post: &Post) -> Option<Date> {
        post.date().or(self.occasion.date)
    }

    /// Marks the suppression of a finding as used, for verdicts that were reached earlier.
    pub fn suppressed_earlier(&self, rule: &str, fingerprint: &str) {
        let _ = self.suppressions.find(rule, fingerprint, self.today);
    }

    fn read_post(&self, post: &Post) -> Read {
        // X guesses the language of short posts, and often wrongly; what people declare is believed.
        let code = post.lang.as_deref().filter(|code| post.platform != Some("x") || code.starts_with("cy"));
        self.read_declared(&post.text, post.date(), code)
    }

    /// Everything before the encoder, of a draft that goes out on `date`, where that is known.
    pub fn read(&self, draft: &str, date: Option<Date>) -> Read {
        self.read_declared(draft, date, None)
    }

    fn read_declared(&self, draft: &str, date: Option<Date>, lang: Option<&str>) -> Read {
        let (judged, markers) = markers(draft);
        let text = Text::new(&judged);
        let hits = self.catalogue.scan(&text);
        let date = date.or(self.occasion.date);
        let occasion = Occasion { date, ..self.occasion };
        let mut findings = self.catalogue.findings(&text, &hits, occasion);
        for finding in &mut findings {
            finding.suppressed = self.suppressed(finding, &markers, draft);
        }
        let polls = self.catalogue.polls(occasion);
        let masked = LazyCell::new(|| self.catalogue.actors().mask(&text, &hits));
        let unscreened = unscreened(&text, lang, || nameless(&masked));
        let windows = match &self.model {
            Some(model) if unscreened.is_none() => model.scorer.windows(&masked, &text.sentence_starts()),
            _ => Vec::new(),
        };
        drop(masked);
        Read { text, date, polls, findings, markers, windows, unscreened }
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
            unsure: model.is_unsure(&scored, d),
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
            let explained = read.findings.iter().any(|f| f.counts() && f.rule.dimension == d && f.level >= level);
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
