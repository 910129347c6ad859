//! Every rule, compiled over one tree of words, and what they find in a post.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use sha2::Digest;

use super::compiled::{Compiled, Found, Search};
use super::detectors::{self, Aids};
use super::finding::{Finding, Occasion};
use super::house::{self, House};
use super::index::Candidates;
use super::matching::Matching;
use super::reasons::Reasons;
use super::rule::{Level, Rule};
use super::voice;
use crate::actors::Actors;
use crate::ahead::lists::Lists;
use crate::ahead::program::{Input, Program};
use crate::ahead::{ACCOUNTS, POLLS, bits, words};
use crate::built;
use crate::calendar::{Calendar, Poll};
use crate::error::{Error, Result};
use crate::files::{Entry, Sources};
use crate::guidance::Guidance;
use crate::suppress::fingerprint;
use crate::terms::{Hits, ListId, TermList};
use crate::text::Text;

/// The rules that are in force, ready to read posts.
pub struct Catalogue {
    rules: Vec<Compiled>,
    /// What the rules look for.
    program: Program,
    /// What the term lists hold.
    lists: Lists,
    /// Lists of who may be mocked.
    mocked: Vec<ListId>,
    /// Rules that the house turned off.
    off: Vec<Arc<Rule>>,
    house: House,
    files: Files,
    actors: Actors,
    sha256: Cow<'static, str>,
}

/// What files say beside the rules; those built in are read when somebody asks.
#[derive(Default)]
struct Files {
    guidance: OnceLock<Guidance>,
    reasons: OnceLock<Reasons>,
    calendar: OnceLock<Calendar>,
    lists: OnceLock<Vec<TermList>>,
}

/// A rule, the file it is from, and what it looks for where that is not in its file.
struct Source {
    rule: Rule,
    file: String,
    denied: Option<(Matching, Vec<String>)>,
}

impl Catalogue {
    /// The catalogue built into the binary, which `build.rs` compiled.
    ///
    /// # Errors
    /// [`Error::Data`]; a test sees to it that this never happens in a release.
    pub fn built_in() -> Result<Self> {
        let built::Catalogue { lists, program, rules, sha256, .. } = built::catalogue();
        let id = |number| Cow::Borrowed(rules.built_in(number).expect("it is built in"));
        Ok(Self {
            rules: (0..program.len()).map(|number| Compiled::unread(number, &program, id(number))).collect(),
            mocked: detectors::mocked(&lists),
            actors: Actors::new(&lists)?,
            off: Vec::new(),
            house: House::default(),
            files: Files::default(),
            program,
            lists,
            sha256,
        })
    }

    /// Compiles the rules of `sources`.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key of the first fault.
    pub fn new(sources: &Sources<'_>) -> Result<Self> {
        Self::with_house(sources, &House::default())
    }

    /// Compiles the rules of `sources` with what `house` changes in them.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key of the first fault.
    pub fn with_house(sources: &Sources<'_>, house: &House) -> Result<Self> {
        let Sources { rules, terms, guidance, reasons, calendar } = sources;
        let mut sha256 = sources.sha256();
        if !house.is_empty() {
            sha256.update(house.bytes());
        }
        let guidance = Guidance::parse(guidance)?;
        let reasons = Reasons::parse(reasons, &guidance)?;
        let calendar = Calendar::parse(calendar, &guidance)?;
        let (listed, compiled) = std::thread::scope(|scope| {
            let listed = scope.spawn(|| {
                let built_in = || (OnceLock::new(), built::catalogue().lists);
                if sources.has_built_in_lists() { Ok(built_in()) } else { read_lists(terms) }
            });
            let compiled = read_rules(rules, &guidance, house).and_then(|sources| {
                let names = terms.iter().map(|entry| entry.id.clone()).collect();
                Ok((compile(&sources, house, names)?, sources))
            });
            (listed.join().expect("reading a list does not panic"), compiled)
        });
        let ((term_lists, lists), (program, sources)) = (listed?, compiled?);
        let is_off = |id: &str| house.level_of(id).is_some_and(|set| set.level.is_none());
        let rules =
            sources.into_iter().enumerate().map(|(number, source)| Compiled::new(number, &program, source.rule));
        let (off, rules): (Vec<_>, Vec<_>) = rules.partition(|compiled| is_off(compiled.id()));
        Ok(Self {
            rules,
            mocked: detectors::mocked(&lists),
            actors: Actors::new(&lists)?,
            off: off.iter().map(|compiled| Arc::clone(compiled.rule())).collect(),
            house: house.clone(),
            files: Files {
                guidance: guidance.into(),
                reasons: reasons.into(),
                calendar: calendar.into(),
                lists: term_lists,
            },
            program,
            lists,
            sha256: Cow::Owned(hex(&sha256.finalize())),
        })
    }

    /// How many rules there are.
    pub fn size(&self) -> usize {
        self.rules.len()
    }

    /// Every rule, by id.
    pub fn rules(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter().map(Compiled::rule)
    }

    /// The rule called `id`.
    pub fn rule(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|compiled| compiled.id() == id).map(Compiled::rule)
    }

    /// The rules that the house turned off; they bind nobody.
    pub fn off(&self) -> &[Arc<Rule>] {
        &self.off
    }

    /// What the department changes in the rules.
    pub fn house(&self) -> &House {
        &self.house
    }

    /// The documents that rules cite.
    pub fn guidance(&self) -> &Guidance {
        self.files.guidance.get_or_init(|| Guidance::parse(&Entry::guidance()).expect(TESTED))
    }

    /// What to tell the writer where the model stopped.
    pub fn reasons(&self) -> &Reasons {
        self.files.reasons.get_or_init(|| Reasons::parse(&Entry::reasons(), self.guidance()).expect(TESTED))
    }

    /// Polls and the periods before them.
    pub fn calendar(&self) -> &Calendar {
        self.files.calendar.get_or_init(|| Calendar::parse(&Entry::calendar(), self.guidance()).expect(TESTED))
    }

    /// The dated term lists.
    pub fn lists(&self) -> &[TermList] {
        self.files.lists.get_or_init(|| {
            let list = |number| TermList::parse(&Entry::built_in_list(number)).expect(TESTED);
            (0..self.lists.lexicon.lists.len()).map(list).collect()
        })
    }

    /// Masks the names of parties and politicians.
    pub fn actors(&self) -> &Actors {
        &self.actors
    }

    /// SHA-256 of every rule, list and guidance file and of what the house changes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Everything the lists and rules know that stands in `text`, each name of an actor
    /// being one word: no rule can tell a party by the words in its name.
    pub fn scan(&self, text: &Text) -> Hits {
        let terms = self.lists.lexicon.scan(text);
        let names = self.actors.names(text, &terms);
        self.program.lexicon.scan(text).with_terms_of(terms).around_names(&names)
    }

    /// The polls in whose pre-election period `occasion` lies.
    pub fn polls(&self, occasion: Occasion) -> Vec<Arc<Poll>> {
        let date = occasion.date.into_iter();
        date.flat_map(|date| self.calendar().on(date, occasion.account)).map(Arc::clone).collect()
    }

    /// What the rules that bind on `occasion` find in `text`, by place, then by rule id.
    pub fn findings(&self, text: &Text, hits: &Hits, occasion: Occasion) -> Vec<Finding> {
        if text.tokens().is_empty() {
            return Vec::new();
        }
        let polls = self.polls(occasion);
        let mut findings: Vec<Finding> = Vec::new();
        let account = occasion.account.map_or(Ok(0), |account| bits(&ACCOUNTS, [account.name()])).expect(TESTED);
        let kind = |poll: &Poll| bits(&POLLS, [poll.kind.name()]).expect(TESTED);
        let search = Search {
            program: &self.program,
            aids: Aids { names: &self.lists.parties, mocked: &self.mocked },
            text,
            hits,
            candidates: &Candidates::new(&self.program, hits),
        };
        for compiled in self.rules.iter().filter(|compiled| search.candidates.has_rule(compiled.number)) {
            let accounts = compiled.accounts();
            if account != 0 && accounts != 0 && account & accounts == 0 {
                continue;
            }
            let kinds = compiled.when();
            let poll = polls.iter().find(|poll| kinds & kind(poll) != 0);
            if kinds == 0 || poll.is_some() {
                let found = compiled.find(search);
                findings.extend(found.into_iter().map(|found| self.finding(compiled, &found, text, hits, poll)));
            }
        }
        findings.sort_by(|a, b| (a.span, &a.rule.id).cmp(&(b.span, &b.rule.id)));
        findings
    }

    fn finding(
        &self,
        compiled: &Compiled,
        found: &Found,
        text: &Text,
        hits: &Hits,
        poll: Option<&Arc<Poll>>,
    ) -> Finding {
        let neutral = found.term.and_then(|(list, term)| self.lists.neutral(list, term)).map(str::to_owned);
        let rule = compiled.rule();
        let full = compiled.even_quoted() || rule.level == Level::Note;
        let lowered = if full { None } else { voice::lowered(text, hits, found.first, found.end) };
        let level = match (lowered, rule.level) {
            (Some(_), Level::Hold) => Level::Review,
            (Some(_), _) => Level::Note,
            (None, level) => level,
        };
        Finding {
            rule: Arc::clone(rule),
            level,
            lowered,
            poll: poll.cloned(),
            span: text.origin_of_tokens(found.first, found.end),
            neutral,
            fingerprint: fingerprint(&rule.id, text, found.first),
            suppressed: None,
        }
    }
}

/// Why what is built in can be read.
const TESTED: &str = "a test reads every built-in file";

/// The term lists in `entries`, and what they hold.
fn read_lists(entries: &[Entry<'_>]) -> Result<(OnceLock<Vec<TermList>>, Lists)> {
    let lists: Vec<TermList> = entries.iter().map(TermList::parse).collect::<Result<_>>()?;
    let named: Vec<_> = lists.iter().map(|list| (list.id.as_str(), list.terms.as_slice())).collect();
    let compiled = Lists::compile(&named);
    Ok((lists.into(), compiled))
}

/// The rules in `entries` and those that the denied words of `house` become, at the
/// levels that `house` sets.
fn read_rules(entries: &[Entry<'_>], guidance: &Guidance, house: &House) -> Result<Vec<Source>> {
    let read = |entry: &Entry<'_>| {
        let rule = Rule::parse(entry, guidance)?;
        let detector = rule.matching.as_ref().and_then(|matching| matching.detector.as_deref());
        if let Some(name) = detector.filter(|name| words::of(name).is_none()) {
            let hint = crate::error::did_you_mean(name, words::NAMES);
            return Err(Error::data(&entry.path, format!("match.detector: no detector `{name}`{hint}")));
        }
        Ok(Source { rule, file: entry.path.clone(), denied: None })
    };
    let mut sources: Vec<Source> = entries.iter().map(read).collect::<Result<_>>()?;
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    house.check(&ids)?;
    sources.extend(house.rules().into_iter().zip(&house.deny).map(|(rule, deny)| {
        let matching = Matching { even_quoted: true, ..Matching::default() };
        let plain = deny.words.iter().map(|words| house::plain(&words.value)).collect();
        Source { rule, file: house.place(deny.line), denied: Some((matching, plain)) }
    }));
    for (at, source) in sources.iter().enumerate() {
        if let Some(other) = sources[..at].iter().find(|other| other.rule.id == source.rule.id) {
            let problem = format!("the id `{}` is taken by {}", source.rule.id, other.file);
            return Err(Error::data(&source.file, problem));
        }
    }
    for source in &mut sources {
        if let Some(level) = house.level_of(&source.rule.id).and_then(|set| set.level) {
            source.rule.level = level;
        }
    }
    Ok(sources)
}

/// What `sources` look for; `lists` are the names of the term lists.
fn compile(sources: &[Source], house: &House, lists: Vec<String>) -> Result<Program> {
    let inputs: Vec<Input<'_>> = sources.iter().map(|source| source.input(house)).collect();
    Program::compile(&inputs, lists).map_err(|(number, problem)| Error::data(&sources[number].file, problem))
}

impl Source {
    fn input(&self, house: &House) -> Input<'_> {
        let rule = &self.rule;
        let words = house.allowed(&rule.id).flat_map(|allow| &allow.words);
        let (matching, plain) = match &self.denied {
            Some((matching, plain)) => (matching, plain.clone()),
            None => (rule.matching.as_ref().expect("a rule without is refused"), Vec::new()),
        };
        Input {
            matching,
            plain,
            allowed: words.map(|words| house::plain(&words.value)).collect(),
            accounts: bits(&ACCOUNTS, rule.accounts.iter().map(|account| account.name())).expect(TESTED),
            when: bits(&POLLS, rule.when.iter().map(|kind| kind.name())).expect(TESTED),
        }
    }
}

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
        out
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::calendar::PollKind;
    use crate::rules::Account;
    use crate::span::Span;

    #[test]
    fn what_is_built_in_is_what_its_files_compile_to() {
        let (built, compiled) = (Catalogue::built_in().unwrap(), Catalogue::new(&Sources::built_in()).unwrap());
        let (mut term_lists, lists) = read_lists(&Sources::built_in().terms).unwrap();
        assert!(built.program == compiled.program && built.lists == lists);
        assert_eq!((built.sha256(), built.size()), (compiled.sha256(), compiled.size()));
        for (ours, theirs) in built.rules().zip(compiled.rules()) {
            assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        }
        for (ours, theirs) in built.lists().iter().zip(term_lists.take().unwrap()) {
            assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        }
        assert_eq!(format!("{:?}", built.guidance()), format!("{:?}", compiled.guidance()));
        assert_eq!(format!("{:?}", built.calendar()), format!("{:?}", compiled.calendar()));
        assert_eq!(built.reasons().name('P'), compiled.reasons().name('P'));
    }

    /// What `catalogue` finds in `text`, as rule ids and places.
    fn found(catalogue: &Catalogue, text: &str) -> Vec<(String, Span, Level, Option<String>)> {
        let text = Text::new(text);
        let findings = catalogue.findings(&text, &catalogue.scan(&text), Occasion::default());
        findings.into_iter().map(|f| (f.rule.id.clone(), f.span, f.level, f.neutral)).collect()
    }

    /// The built-in catalogue and one compiled of the data folder, and every case of their
    /// rules, every alternative of their phrases and every term of their lists.
    static BOTH: LazyLock<(Catalogue, Catalogue, Vec<String>, Vec<String>)> = LazyLock::new(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let both = (Catalogue::built_in().unwrap(), Catalogue::new(&Sources::of_folder(&folder).unwrap()).unwrap());
        let (mut cases, mut words) = (Vec::new(), Vec::new());
        for rule in both.0.rules() {
            let (own, matching) = (rule.cases.as_ref().unwrap(), rule.matching.as_ref().unwrap());
            cases.extend(own.fires.iter().map(|case| crate::rules::marked(case).0));
            cases.extend(own.quiet.iter().map(|case| case.parts().0.to_owned()));
            let phrases = [&matching.phrases, &matching.with, &matching.unless, &matching.unless_post];
            let parts = phrases.into_iter().flatten().flat_map(|phrase| phrase.split(['|', '(', ')', '*', '{', '}']));
            words.extend(parts.filter(|part| !part.trim().is_empty()).map(|part| part.trim().to_owned()));
        }
        let terms = both.0.lists().iter().flat_map(|list| &list.terms);
        words.extend(terms.flat_map(|term| term.spellings().map(str::to_owned).collect::<Vec<_>>()));
        (both.0, both.1, cases, words)
    });

    #[test]
    fn a_folder_of_the_same_data_finds_the_same() {
        let (built, folder, cases, _) = &*BOTH;
        for case in cases {
            assert_eq!(found(built, case), found(folder, case), "{case}");
        }
    }

    proptest! {
        #[test]
        fn a_folder_finds_the_same_in_any_mix_of_words(
            picks in proptest::collection::vec((any::<proptest::sample::Index>(), 0..8_usize), 1..16)
        ) {
            let (built, folder, _, words) = &*BOTH;
            let between = [" ", " the ", ". ", ", ", " #", " 12% of ", " £3m ", " not "];
            let text: String = picks.iter().flat_map(|(pick, at)| [pick.get(words).as_str(), between[*at]]).collect();
            prop_assert_eq!(found(built, &text), found(folder, &text));
        }

        #[test]
        fn a_folder_finds_the_same_in_any_text(text in any::<String>()) {
            let (built, folder, ..) = &*BOTH;
            prop_assert_eq!(found(built, &text), found(folder, &text));
        }
    }

    #[test]
    fn every_account_and_poll_has_a_bit() {
        for account in <Account as clap::ValueEnum>::value_variants() {
            assert!(bits(&ACCOUNTS, [account.name()]).is_ok());
        }
        let kinds = [PollKind::General, PollKind::Devolved, PollKind::Local, PollKind::European, PollKind::Referendum];
        assert!(bits(&POLLS, kinds.map(PollKind::name)) == Ok(31));
    }
}
