//! What is kept of a post that the page shows: no more than a card can say, whatever the
//! post holds, so that the memory of a report has a bound.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::escape::clip;
use super::marks::{self, Piece};
use crate::post::{Audience, Kind};
use crate::report::record::{Clause, Found, Judged, Period, Reason, Record, Words};
use crate::rules::{Dimension, Level, Lowered};

/// Most findings of one rule that are marked in one post.
const SPANS: usize = 50;
/// Most quotes and wordings of one rule, notes and periods in one post.
const FEW: usize = 5;
/// Most rules of one post.
const RULES: usize = 40;
/// Most characters of an id, a name, a place.
pub(super) const NAME: usize = 300;
/// Most characters of a sentence of a rule, of an address.
pub(super) const SENTENCE: usize = 2_000;
/// Most characters of the beginning of a passage.
const BEGINNING: usize = 48;

/// A post, as its card has it.
pub(super) struct Card {
    pub id: String,
    pub level: Level,
    /// Controversy and misleading, in this order.
    pub judged: [Judged; 2],
    pub day: Option<Date>,
    /// The time as written, where no day can be read from it.
    pub written: Option<String>,
    /// Number of the account.
    pub account: usize,
    pub place: Option<String>,
    pub url: Option<String>,
    pub kind: Kind,
    pub audience: Audience,
    pub lang: Option<String>,
    pub notes: Vec<String>,
    /// `None` where the scan leaves the words out.
    pub pieces: Option<Vec<Piece>>,
    /// Length of the text in bytes.
    pub length: usize,
    /// The part of a long text that decided.
    pub passage: Option<Passage>,
    /// Markers that do nothing: line and problem.
    pub notices: Vec<(usize, String)>,
    pub unscreened: Option<String>,
    pub reasons: Vec<Reason>,
    /// What counts, the gravest first.
    pub groups: Vec<Group>,
    /// What may stay: rule and reason.
    pub allowed: Vec<Stay>,
    pub periods: Vec<Period>,
    /// Later posts with the same words.
    pub again: Again,
}

/// The passage of a long text that decided.
pub(super) struct Passage {
    pub start: usize,
    pub end: usize,
    /// The line it begins on, from 1.
    pub line: usize,
    /// Its first words, unless the scan leaves them out.
    pub beginning: Option<String>,
}

/// Later posts with the same words as a post.
#[derive(Default)]
pub(super) struct Again {
    pub count: u64,
    /// Id and day of the first of them.
    pub first: Vec<(String, Option<Date>)>,
    pub accounts: BTreeSet<usize>,
    /// Year and month.
    pub months: BTreeSet<(i16, i8)>,
}

/// Findings of one rule at one level in one post.
pub(super) struct Group {
    pub rule: String,
    pub dimension: Dimension,
    pub level: Level,
    pub message: String,
    pub lowered: Option<Lowered>,
    pub why: String,
    pub advice: String,
    pub question: Option<String>,
    pub wordings: Vec<String>,
    pub cites: Vec<Clause>,
    pub quotes: Vec<String>,
    pub spans: Vec<(usize, usize)>,
    pub count: usize,
}

/// A finding that may stay.
pub(super) struct Stay {
    pub rule: String,
    pub level: Level,
    pub quote: Option<String>,
    pub reason: String,
    pub approver: Option<String>,
    pub place: String,
}

impl Card {
    /// What is kept of `record`, which is on `day` and of the account with the number `account`.
    pub(super) fn of(record: &Record, day: Option<Date>, account: usize) -> Self {
        let mut groups = groups(&record.findings);
        groups.sort_by_key(|group| std::cmp::Reverse(group.level));
        groups.truncate(RULES);
        let post = record.post.as_ref();
        let text = post.and_then(|post| post.text.as_deref());
        let passage = record.passage.as_ref().map(|words| Passage::of(words, text));
        let deciding = passage.as_ref().map(|passage| (passage.start, passage.end));
        let spans: Vec<(usize, usize)> =
            deciding.into_iter().chain(groups.iter().flat_map(|group| group.spans.iter().copied())).collect();
        let name = |text: &String| clip(text, NAME);
        Self {
            id: clip(&record.id, NAME),
            level: record.verdict,
            judged: [record.controversy.clone(), record.misleading.clone()],
            day,
            written: post.and_then(|post| post.time.as_ref()).filter(|_| day.is_none()).map(name),
            account,
            place: post.map(|post| clip(&post.place.to_string(), NAME)),
            url: post.and_then(|post| address(post.url.as_deref())),
            kind: post.map(|post| post.kind).unwrap_or_default(),
            audience: post.map(|post| post.audience).unwrap_or_default(),
            lang: post.and_then(|post| post.lang.clone()).filter(|lang| is_language(lang)),
            notes: post.map(|post| post.notes.iter().take(FEW).map(name).collect()).unwrap_or_default(),
            pieces: text.map(|text| marks::pieces(text, &spans)),
            length: text.map_or(0, str::len),
            passage,
            notices: record.notices.iter().take(FEW).map(|it| (it.span.line, clip(&it.problem, NAME))).collect(),
            unscreened: record.unscreened.as_ref().map(name),
            reasons: record.reasons.iter().take(RULES).cloned().collect(),
            groups,
            allowed: record.findings.iter().filter_map(Stay::of).take(RULES).collect(),
            periods: record.periods.iter().take(FEW).cloned().collect(),
            again: Again::default(),
        }
    }
}

impl Passage {
    /// The passage at `words` of `text`.
    fn of(words: &Words, text: Option<&str>) -> Self {
        let (start, end) = (words.start, words.end);
        let beginning = text.and_then(|text| text.get(start..end)).map(|passage| clip(passage.trim(), BEGINNING));
        Self { start, end, line: words.line, beginning }
    }
}

impl Again {
    /// Counts `record`, which has the same words.
    pub(super) fn add(&mut self, record: &Record, day: Option<Date>, account: usize) {
        self.count += 1;
        if self.first.len() < FEW {
            self.first.push((clip(&record.id, NAME), day));
        }
        if self.accounts.len() < SPANS {
            self.accounts.insert(account);
        }
        if let Some(day) = day.filter(|_| self.months.len() < SPANS * 4) {
            self.months.insert((day.year(), day.month()));
        }
    }
}

impl Stay {
    /// What is kept of `found`, if it may stay.
    pub(super) fn of(found: &Found) -> Option<Self> {
        let allowed = found.suppressed.as_ref()?;
        Some(Self {
            rule: clip(&found.rule, NAME),
            level: found.level,
            quote: found.quote.as_ref().map(|quote| clip(quote, NAME)),
            reason: clip(&allowed.reason, NAME),
            approver: allowed.approver.as_ref().map(|approver| clip(approver, NAME)),
            place: clip(&allowed.place, NAME),
        })
    }
}

/// `url`, if following it is safe: `http` or `https`, and no blanks or control characters.
pub(super) fn address(url: Option<&str>) -> Option<String> {
    let url = url?;
    let scheme = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let safe = (scheme("https://") || scheme("http://"))
        && url.len() <= SENTENCE
        && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    safe.then(|| url.to_owned())
}

fn is_language(lang: &str) -> bool {
    (2..=35).contains(&lang.len())
        && lang.starts_with(|c: char| c.is_ascii_alphabetic())
        && lang.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn groups(findings: &[Found]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for found in findings.iter().filter(|found| found.counts()) {
        let same =
            |group: &Group| group.rule == found.rule && group.level == found.level && group.lowered == found.lowered;
        let at = match groups.iter().position(same) {
            Some(at) => at,
            None if groups.len() < RULES * 4 => {
                groups.push(Group::of(found));
                groups.len() - 1
            }
            None => continue,
        };
        groups[at].add(found);
    }
    groups
}

impl Group {
    fn of(found: &Found) -> Self {
        let sentence = |text: &String| clip(text, SENTENCE);
        Self {
            rule: clip(&found.rule, NAME),
            dimension: found.dimension,
            level: found.level,
            message: sentence(&found.message),
            lowered: found.lowered,
            why: sentence(&found.why),
            advice: sentence(&found.advice),
            question: found.question.as_ref().map(sentence),
            wordings: Vec::new(),
            cites: clauses(&found.cites),
            quotes: Vec::new(),
            spans: Vec::new(),
            count: 0,
        }
    }

    fn add(&mut self, found: &Found) {
        self.count += 1;
        if self.spans.len() < SPANS {
            self.spans.push((found.span.start, found.span.end));
        }
        for (from, to) in [(&found.quote, &mut self.quotes), (&found.wording, &mut self.wordings)] {
            if let Some(words) = from.as_ref().map(|words| clip(words, NAME))
                && to.len() < FEW
                && !to.contains(&words)
            {
                to.push(words);
            }
        }
    }
}

/// The clauses a rule rests on, with addresses that are safe to follow.
pub(super) fn clauses(cites: &[Clause]) -> Vec<Clause> {
    let kept = |cite: &Clause| Clause {
        document: clip(&cite.document, NAME),
        clause: clip(&cite.clause, NAME),
        basis: cite.basis,
        url: address(cite.url.as_deref()),
    };
    cites.iter().take(FEW).map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "https://a b", "https://a\nb", "file:///etc", "", "ht"] {
            assert_eq!(address(Some(bad)), None, "{bad}");
        }
        assert_eq!(address(Some("HTTPS://example.org/1")).as_deref(), Some("HTTPS://example.org/1"));
    }

    #[test]
    fn a_language_is_a_tag() {
        assert!(is_language("cy") && is_language("zh-Hant"));
        assert!(!is_language("\"><script>") && !is_language("") && !is_language("e"));
    }
}
