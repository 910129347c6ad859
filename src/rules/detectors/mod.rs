//! Detectors: what a list of words cannot say. Each is named by the rule files
//! that use it and lives in a file of its own.

mod bare_change;
mod bare_money;
mod bare_record;
mod bare_statistic;
mod cues;

use cues::Cues;

use crate::terms::{Hits, LexiconBuilder};
use crate::text::Text;

/// Finds token ranges in a text, with the words it looks for compiled in.
pub struct Detector {
    cues: Cues,
    find: fn(&Cues, &Text, &Hits) -> Vec<(usize, usize)>,
}

impl Detector {
    /// Where it fires, as token ranges.
    pub fn find(&self, text: &Text, hits: &Hits) -> Vec<(usize, usize)> {
        (self.find)(&self.cues, text, hits)
    }
}

/// The detector called `name`, its words added to `lexicon`.
pub fn named(name: &str, lexicon: &mut LexiconBuilder) -> Option<Detector> {
    let find = match name {
        "unsourced-statistic" => bare_statistic::find,
        "money-without-period" => bare_money::find,
        "change-without-baseline" => bare_change::find,
        "record-without-series" => bare_record::find,
        _ => return None,
    };
    Some(Detector { cues: Cues::compile(lexicon), find })
}
