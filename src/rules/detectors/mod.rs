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

use cues::Cues;
use event::Event;

use crate::terms::{Hits, LexiconBuilder, TermList};
use crate::text::Text;

/// Lists of who may be mocked.
const MOCKED: &[&str] = &["parties", "politicians", "nicknames", "offices"];

/// Token ranges in a text.
type Found = Vec<(usize, usize)>;

/// Finds token ranges in a text, with the words it looks for compiled in.
pub struct Detector(Box<Find>);

type Find = dyn Fn(&Text, &Hits) -> Found + Send + Sync;

impl Detector {
    /// Where it fires, as token ranges.
    pub fn find(&self, text: &Text, hits: &Hits) -> Found {
        (self.0)(text, hits)
    }

    fn new(find: impl Fn(&Text, &Hits) -> Found + Send + Sync + 'static) -> Self {
        Self(Box::new(find))
    }

    /// One that looks for figures.
    fn of_figures(lexicon: &mut LexiconBuilder, find: fn(&Cues, &Text, &Hits) -> Found) -> Self {
        let cues = Cues::compile(lexicon);
        Self::new(move |text, hits| find(&cues, text, hits))
    }
}

/// Every detector, by name.
pub const NAMES: [&str; 11] = [
    "campaign-hashtag",
    "cash-or-real-terms",
    "change-without-baseline",
    "event-in-working-hours",
    "event-without-sign-off",
    "mockery",
    "money-without-period",
    "percentage-of-what",
    "record-without-series",
    "shouted-rebuttal",
    "unsourced-statistic",
];

/// The detector called `name`, its words added to `lexicon`, which knows `lists`.
pub fn named(name: &str, lexicon: &mut LexiconBuilder, lists: &[TermList]) -> Option<Detector> {
    Some(match name {
        "campaign-hashtag" => {
            let names = campaign_hashtag::Names::new(lists);
            Detector::new(move |text, _| campaign_hashtag::find(&names, text))
        }
        "cash-or-real-terms" => Detector::of_figures(lexicon, cash_terms::find),
        "change-without-baseline" => Detector::of_figures(lexicon, bare_change::find),
        "event-in-working-hours" => {
            let event = Event::compile(lexicon);
            Detector::new(move |text, hits| event.in_working_hours(text, hits))
        }
        "event-without-sign-off" => {
            let event = Event::compile(lexicon);
            Detector::new(move |text, hits| event.without_sign_off(text, hits))
        }
        "mockery" => {
            let lists: Vec<_> = MOCKED.iter().filter_map(|list| lexicon.list(list)).collect();
            Detector::new(move |text, hits| mockery::find(&lists, text, hits))
        }
        "money-without-period" => Detector::of_figures(lexicon, bare_money::find),
        "percentage-of-what" => Detector::of_figures(lexicon, percentage_of_what::find),
        "record-without-series" => Detector::of_figures(lexicon, bare_record::find),
        "shouted-rebuttal" => Detector::new(|text, _| shouted_rebuttal::find(text)),
        "unsourced-statistic" => Detector::of_figures(lexicon, bare_statistic::find),
        _ => return None,
    })
}
