//! Findings that somebody has decided to live with, and why: markers in the draft
//! ([`markers`]) and a file beside it ([`SuppressionFile`]). A suppressed finding stays in the
//! verdict, marked, and no longer counts. What suppresses nothing, or may not, is told.

mod file;
mod marker;

use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use file::SuppressionFile;
pub use marker::{Marker, markers};

use crate::rules::{CODES, Catalogue, hex};
use crate::span::Span;
use crate::text::Text;

/// Hexadecimal digits of a fingerprint.
const DIGITS: usize = 16;

/// Who decided that a finding may stay, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Why it may stay.
    pub reason: Arc<str>,
    /// Who approved it; `None` for a marker in the draft.
    pub approver: Option<Arc<str>>,
    /// Where it is written: `line 3` of the draft, or `suppressions.toml:12`.
    pub place: Arc<str>,
}

/// Something to be told about a marker in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The marker.
    pub span: Span,
    /// What is wrong with it.
    pub problem: String,
}

/// What names a finding from one run to the next: its rule and the words of its sentence,
/// however they are spaced, cased or decorated; 16 hexadecimal digits.
pub fn fingerprint(rule: &str, text: &Text, token: usize) -> String {
    let mut sha256 = Sha256::new();
    sha256.update(rule);
    if let Some(token) = text.tokens().get(token) {
        for word in &text.tokens()[text.sentence(token.sentence)] {
            sha256.update([0]);
            sha256.update(&word.key);
        }
    }
    hex(&sha256.finalize())[..DIGITS].to_owned()
}

/// Whether `id` names a rule of `catalogue` or a reason of the model.
pub fn is_known(id: &str, catalogue: &Catalogue) -> bool {
    let code = |id: &str| id.strip_prefix("model/").and_then(|code| code.parse::<char>().ok());
    let is_off = catalogue.off().iter().any(|rule| rule.id == id);
    is_off || catalogue.rule(id).is_some() || code(id).is_some_and(|code| CODES.contains(&code))
}
