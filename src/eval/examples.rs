//! What a fit is made from: labelled posts with the evidence of the rules and the
//! logits of a model that did not see them.

use super::held_out::{HeldOut, Logits};
use super::labelled::Labelled;
use crate::error::{Error, Result};
use crate::fusion::{Each, Evidence};
use crate::post::Post;
use crate::screener::{ORDINALS, Screener, flag_output};
use crate::verdict::Verdict;

/// Posts screened at once.
const CHUNK: usize = 1024;

/// One labelled post.
#[derive(Debug, Clone)]
pub struct Example {
    /// 0, 1 or 2.
    pub labels: Each<Option<u8>>,
    /// Held-out logits and the findings of the rules.
    pub evidence: Each<Evidence>,
    /// Held-out logits of the reasons, in the order of the codes.
    pub reason_logits: Vec<f64>,
    /// Held-out logits of the two flags at each exit.
    pub early: Vec<[f64; 2]>,
    /// Codes the readers gave, where the file has them.
    pub reasons: Option<Vec<char>>,
    /// Whether a public body wrote it, or its account.
    pub official: bool,
    /// Whether it was drawn at random: only such posts say how likely a label is.
    pub drawn: bool,
}

/// The examples of a labelled file, and how many posts gave none.
#[derive(Debug)]
pub struct Examples {
    /// In the order of the file.
    pub rows: Vec<Example>,
    /// The layers that the exits follow.
    pub exits: Vec<usize>,
    /// Posts that cannot be judged.
    pub unscreened: usize,
    /// Other posts without logits.
    pub missing: usize,
}

impl Examples {
    /// Brings `posts` and `logits` together; those whose id starts with `drawn` were
    /// drawn at random. The rules are those of `screener`; it needs no model.
    ///
    /// # Errors
    /// [`Error::Encoder`] of the screener, and [`Error::Feed`] where no drawn post is left.
    pub fn gather(screener: &Screener, posts: &[Labelled], logits: &HeldOut, drawn: &str) -> Result<Self> {
        let mut examples = Self { rows: Vec::new(), exits: logits.exits().to_vec(), unscreened: 0, missing: 0 };
        for chunk in posts.chunks(CHUNK) {
            let batch: Vec<Post> = chunk.iter().map(|labelled| labelled.post.clone()).collect();
            for (labelled, verdict) in chunk.iter().zip(screener.screen_batch(&batch)) {
                examples.add(labelled, &verdict?, logits, drawn);
            }
        }
        if examples.rows.iter().any(|row| row.drawn) {
            return Ok(examples);
        }
        Err(lacking(posts, format!("no post whose id starts with `{drawn}` has logits")))
    }

    /// Whether any of them, which are of `posts`, has reasons to fit on.
    ///
    /// # Errors
    /// [`Error::Feed`] where none has.
    pub fn check_reasons(&self, posts: &[Labelled]) -> Result<()> {
        let known = self.rows.iter().any(|row| row.reasons.is_some());
        known.then_some(()).ok_or_else(|| lacking(posts, "no post with logits has `reasons`".to_owned()))
    }

    fn add(&mut self, labelled: &Labelled, verdict: &Verdict, logits: &HeldOut, drawn: &str) {
        if verdict.unscreened.is_some() {
            self.unscreened += 1;
            return;
        }
        let id = &labelled.post.id;
        let Some(Logits { last: logits, early }) = logits.of(id) else {
            self.missing += 1;
            return;
        };
        self.rows.push(Example {
            labels: labelled.labels.clone(),
            evidence: evidence(verdict, logits),
            reason_logits: logits[ORDINALS..].to_vec(),
            early: early.clone(),
            reasons: labelled.reasons.clone(),
            official: labelled.is_official(),
            drawn: id.starts_with(drawn),
        });
    }
}

fn lacking(posts: &[Labelled], problem: String) -> Error {
    let file = posts.first().and_then(|labelled| labelled.post.place.as_ref()).map(|place| place.file.clone());
    Error::Feed { file: file.unwrap_or_default(), problem }
}

fn evidence(verdict: &Verdict, logits: &[f64]) -> Each<Evidence> {
    Each::make(|d| {
        let at = flag_output(d);
        let mut evidence = Evidence { logits: Some([logits[at], logits[at + 1]]), ..Evidence::default() };
        let findings = verdict.findings.iter().filter(|finding| finding.rule.dimension == d);
        findings.for_each(|finding| evidence.add(finding.level));
        evidence
    })
}
