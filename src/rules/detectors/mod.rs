//! Detectors: what a list of words cannot say. Each is named by the rule files
//! that use it and lives in a file of its own.

mod bare_change;
mod bare_money;
mod bare_record;
mod bare_statistic;
mod campaign_hashtag;
mod cash_terms;
mod cues;
mod event;
mod mockery;
mod percentage_of_what;
mod shouted_rebuttal;

use std::ops::Range;

use cues::Cues;
use event::Event;

use super::phrase::Phrases;
use crate::ahead::lexicon::Lexicon;
use crate::ahead::lists::Lists;
use crate::ahead::pack::Map;
use crate::ahead::words;
use crate::terms::{Hits, ListId};
use crate::text::Text;

/// Lists of who may be mocked.
const MOCKED: [&str; 4] = ["parties", "politicians", "nicknames", "offices"];

/// Token ranges in a text.
type Found = Vec<(usize, usize)>;

/// Finds token ranges in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detector {
    /// Its number in [`words::NAMES`].
    number: usize,
    /// Its groups of phrases.
    groups: Vec<Range<usize>>,
}

/// What a detector may look at beside the text.
pub struct Sight<'c> {
    /// The phrases of the catalogue.
    pub phrases: Phrases<'c>,
    groups: &'c [Range<usize>],
    names: &'c Map,
    mocked: &'c [ListId],
}

/// What detectors need of the lists.
#[derive(Clone, Copy)]
pub struct Aids<'c> {
    /// Names of parties, run together in lower case.
    pub names: &'c Map,
    /// Lists of who may be mocked.
    pub mocked: &'c [ListId],
}

impl Detector {
    /// The detector with this number in [`words::NAMES`], whose phrases stand at `groups`.
    pub fn new(number: usize, groups: Vec<Range<usize>>) -> Self {
        Self { number, groups }
    }

    /// Where it fires, as token ranges.
    pub fn find(&self, phrases: Phrases<'_>, aids: Aids<'_>, text: &Text, hits: &Hits) -> Found {
        let sight = Sight { phrases, groups: &self.groups, names: aids.names, mocked: aids.mocked };
        match words::NAMES[self.number] {
            "campaign-hashtag" => campaign_hashtag::find(sight.names, text),
            "cash-or-real-terms" => cash_terms::find(&Cues::new(&sight), text, hits),
            "change-without-baseline" => bare_change::find(&Cues::new(&sight), text, hits),
            "event-in-working-hours" => Event::new(&sight).in_working_hours(text, hits),
            "event-without-sign-off" => Event::new(&sight).without_sign_off(text, hits),
            "mockery" => mockery::find(sight.mocked, text, hits),
            "money-without-period" => bare_money::find(&Cues::new(&sight), text, hits),
            "percentage-of-what" => percentage_of_what::find(&Cues::new(&sight), text, hits),
            "record-without-series" => bare_record::find(&Cues::new(&sight), text, hits),
            "shouted-rebuttal" => shouted_rebuttal::find(text),
            _ => bare_statistic::find(&Cues::new(&sight), text, hits),
        }
    }
}

impl Sight<'_> {
    /// The groups of phrases, if there are `N`.
    fn groups<const N: usize>(&self) -> [Range<usize>; N] {
        std::array::from_fn(|at| self.groups[at].clone())
    }
}

/// The lists of who may be mocked.
pub fn mocked(lists: &Lists) -> Vec<ListId> {
    let lexicon: &Lexicon = &lists.lexicon;
    MOCKED.iter().filter_map(|name| lexicon.list(name)).collect()
}
