//! Impartiality, measured: every party, politician, country and side that a file names
//! is put in the place of each other, and the scores must not move.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use rayon::prelude::*;
use serde::Serialize;

use super::labelled::Labelled;
use super::measures::rounded;
use super::table::{Table, figure};
use crate::actors::{ALIKE, names_office};
use crate::error::Result;
use crate::post::Post;
use crate::rules::{Dimension, Level};
use crate::screener::{Read, Screener};
use crate::span::Span;
use crate::terms::{Hits, Term, TermHit, TermList};
use crate::text::{Kind, Text};
use crate::verdict::Verdict;

/// Sayings and titles that hold the name of a country without naming it: `Get Britain
/// Working` said of another country is another text, and so is `work in France` said of
/// Britain where that makes a slogan.
const SAYINGS: [&str; 6] = [
    "slogans",
    "campaign-slogans",
    "opinion-cries",
    "programme-names",
    "programme-hashtags",
    "party-campaign-programmes",
];
/// Words of abuse, which no name takes the place of.
const NICKNAMES: &str = "nicknames";
/// Groups named in the report for the largest change of score.
const WORST: usize = 5;

/// What swapping does. A group is one post and one list: the post as it is, and with
/// each term of the list in the place of those it names.
#[derive(Debug, Serialize)]
pub struct SwapReport {
    /// All groups together.
    pub all: Change,
    /// Each list.
    pub lists: Vec<Change>,
    /// What the posts that name a party get when each party stands in them.
    pub parties: Vec<PartyRow>,
    /// The groups whose score moves most.
    pub worst: Vec<Moved>,
}

/// How far scores move.
#[derive(Debug, Serialize)]
pub struct Change {
    /// The list, or `all`.
    pub list: String,
    /// Posts that name one of its terms.
    pub groups: usize,
    /// Texts made by swapping.
    pub swaps: usize,
    /// Texts not tried: a name without a handle where a handle stands, or a country that
    /// would make a saying of the words around it.
    pub left_out: usize,
    /// Groups in which no level moves.
    pub same_level: usize,
    /// The 95th percentile of the groups' largest change of `risk` or `hold`.
    pub p95: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

/// One party in the place of every party named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartyRow {
    /// The party.
    pub party: String,
    /// Posts it was put into.
    pub posts: usize,
    /// Mean `risk` of controversy and of misleading.
    pub risk: [f64; 2],
    /// Share of the posts flagged on each.
    pub flagged: [f64; 2],
}

/// A group whose score moves.
#[derive(Debug, Serialize)]
pub struct Moved {
    /// The post.
    pub id: String,
    /// The list.
    pub list: &'static str,
    /// The term that moves it most.
    pub term: String,
    /// Its largest change.
    pub change: f64,
    /// Whether a level changes.
    pub level: bool,
}

/// One group, measured.
struct Group {
    id: String,
    list: usize,
    swaps: usize,
    left_out: usize,
    term: String,
    change: f64,
    level: bool,
    /// For parties: the scores under each name.
    by_party: Vec<(String, Scores)>,
}

/// `risk`, `hold` and level on both dimensions.
#[derive(Clone, Copy)]
struct Scores([(f64, f64, Level); 2]);

impl SwapReport {
    /// Swaps the names in `posts`.
    ///
    /// # Errors
    /// [`crate::Error::Encoder`].
    pub fn new(screener: &Screener, posts: &[Labelled]) -> Result<Self> {
        let lists: Vec<&TermList> = ALIKE
            .iter()
            .map(|name| screener.catalogue().lists().iter().find(|list| list.id == *name).expect("actors need it"))
            .collect();
        let mut groups = Vec::new();
        for (number, list) in lists.iter().enumerate() {
            let measured: Vec<Option<Group>> =
                posts.par_iter().map(|post| group(screener, &post.post, number, list)).collect::<Result<_>>()?;
            groups.extend(measured.into_iter().flatten());
        }
        Ok(Self::of(&groups))
    }

    fn of(groups: &[Group]) -> Self {
        let lists = ALIKE.iter().enumerate().map(|(number, name)| {
            let own: Vec<&Group> = groups.iter().filter(|group| group.list == number).collect();
            Change::new(name, &own)
        });
        let mut worst: Vec<&Group> = groups.iter().filter(|group| group.change > 0.0 || group.level).collect();
        worst.sort_by(|a, b| b.level.cmp(&a.level).then(b.change.total_cmp(&a.change)).then(a.id.cmp(&b.id)));
        let moved = |group: &&Group| Moved {
            id: group.id.clone(),
            list: ALIKE[group.list],
            term: group.term.clone(),
            change: rounded(group.change),
            level: group.level,
        };
        Self {
            all: Change::new("all", &groups.iter().collect::<Vec<_>>()),
            lists: lists.collect(),
            parties: parties(groups),
            worst: worst.iter().take(WORST).map(moved).collect(),
        }
    }
}

impl Change {
    fn new(list: &str, groups: &[&Group]) -> Self {
        let mut changes: Vec<f64> = groups.iter().map(|group| group.change).collect();
        changes.sort_by(f64::total_cmp);
        let at = (changes.len() * 95).div_ceil(100);
        Self {
            list: list.to_owned(),
            groups: groups.len(),
            swaps: groups.iter().map(|group| group.swaps).sum(),
            left_out: groups.iter().map(|group| group.left_out).sum(),
            same_level: groups.iter().filter(|group| !group.level).count(),
            p95: at.checked_sub(1).map(|at| rounded(changes[at])),
            max: changes.last().copied().map(rounded),
        }
    }
}

/// The post with each term of `list` in the place of those it names; `None` if it
/// names none, or cannot be judged.
fn group(screener: &Screener, post: &Post, number: usize, list: &TermList) -> Result<Option<Group>> {
    let places = places(screener, &post.text, number);
    let before = screener.read(&post.text, None);
    if places.is_empty() || before.unscreened().is_some() {
        return Ok(None);
    }
    let original = scores(&screener.screen(post)?);
    let mut group = Group {
        id: post.id.clone(),
        list: number,
        swaps: 0,
        left_out: 0,
        term: String::new(),
        change: 0.0,
        level: false,
        by_party: Vec::new(),
    };
    let mut known = HashMap::from([(Seen::new(&before), original)]);
    let said = sayings(screener, &Text::new(&post.text)).len();
    for swap in swaps(&post.text, &places, list) {
        let Some((name, party, text)) = swap else {
            group.left_out += 1;
            continue;
        };
        if is_place(number) && sayings(screener, &Text::new(&text)).len() > said {
            group.left_out += 1;
            continue;
        }
        let seen = Seen::new(&screener.read(&text, None));
        let scores = if let Some(scores) = known.get(&seen) {
            *scores
        } else {
            let scores = self::scores(&screener.screen(&Post::new(post.id.clone(), text))?);
            known.insert(seen, scores);
            scores
        };
        let (change, level) = original.change(&scores);
        group.swaps += 1;
        if (level, change) > (group.level, group.change) {
            group.term.clone_from(&name);
        }
        group.change = group.change.max(change);
        group.level |= level;
        if let Some(party) = party.filter(|_| ALIKE[number] == "parties") {
            group.by_party.push((party, scores));
        }
    }
    Ok(Some(group))
}

/// A stretch of a draft that names a term.
struct Place {
    span: Span,
    kind: Kind,
    term: usize,
}

fn places(screener: &Screener, draft: &str, number: usize) -> Vec<Place> {
    let text = Text::new(draft);
    let hits = screener.catalogue().scan(&text);
    let mut found = screener.catalogue().actors().alike(number, &text, &hits);
    let fixed = if is_place(number) { sayings(screener, &text) } else { of_lists(screener, &hits, &[NICKNAMES]) };
    found.retain(|hit| !fixed.iter().any(|saying| saying.first <= hit.first && hit.end <= saying.end));
    let place = |hit: TermHit| Place {
        span: text.origin_of_tokens(hit.first, hit.end),
        kind: text.tokens()[hit.first].kind,
        term: hit.term,
    };
    found.into_iter().map(place).collect()
}

/// Whether list `number` of [`ALIKE`] holds countries or what is called after them.
fn is_place(number: usize) -> bool {
    matches!(ALIKE[number], "countries" | "nationalities")
}

/// Where [`SAYINGS`] stand.
fn sayings(screener: &Screener, text: &Text) -> Vec<TermHit> {
    of_lists(screener, &screener.catalogue().scan(text), &SAYINGS)
}

fn of_lists(screener: &Screener, hits: &Hits, names: &[&str]) -> Vec<TermHit> {
    let lists = screener.catalogue().lists();
    hits.terms().iter().filter(|hit| names.contains(&lists[hit.list].id.as_str())).copied().collect()
}

/// Name, party and text of every swap; `None` for one that cannot be written. Sides are
/// swapped within their question, other terms for every other of the list.
fn swaps(draft: &str, places: &[Place], list: &TermList) -> Vec<Option<(String, Option<String>, String)>> {
    if list.terms.iter().any(|term| term.neutral.is_some()) {
        let widest = places.iter().map(|place| list.terms[place.term].spellings().count()).max().unwrap_or(0);
        return (0..widest)
            .map(|turn| {
                let text = replaced(draft, places, |place| {
                    let sides: Vec<&str> = list.terms[place.term].spellings().collect();
                    sides[turn % sides.len()].to_owned()
                });
                Some((format!("side {}", turn + 1), None, text))
            })
            .collect();
    }
    let by_handle = places.iter().any(|place| place.kind == Kind::Handle);
    let swap = |term: &Term| {
        if by_handle && handle(term).is_none() {
            return None;
        }
        let text = replaced(draft, places, |place| written(term, place.kind));
        Some((term.text.clone(), term.party.clone(), text))
    };
    let chief = |term: &&Term| if list.id == "parties" { is_chief_name(term) } else { !names_office(&term.text) };
    list.terms.iter().filter(chief).map(swap).collect()
}

/// Whether a term is a name and not a short form or nickname of a party, which rules may
/// well stop at.
fn is_chief_name(term: &Term) -> bool {
    term.party.as_ref().is_none_or(|party| term.spellings().any(|spelling| spelling == party))
}

/// `draft` with other words at `places`.
fn replaced(draft: &str, places: &[Place], by: impl Fn(&Place) -> String) -> String {
    let mut out = String::with_capacity(draft.len() + 32);
    let mut copied = 0;
    for place in places {
        out.push_str(&draft[copied..place.span.start]);
        let old = place.span.of(draft);
        let new = by(place);
        if old.starts_with('#') && !new.starts_with('#') {
            out.push('#');
        }
        out.push_str(&new);
        out.extend(["'s", "’s"].into_iter().find(|tail| old.ends_with(tail) && !new.ends_with(tail)));
        copied = place.span.end;
    }
    out.push_str(&draft[copied..]);
    out
}

/// The term as it stands in running text, in a hashtag, or as a handle where it has one.
fn written(term: &Term, kind: Kind) -> String {
    match kind {
        Kind::HashtagPart => term.text.split_whitespace().map(capitalised).collect(),
        Kind::Handle => handle(term).unwrap_or(&term.text).to_owned(),
        _ => term.text.clone(),
    }
}

/// The letters and digits of a word, the first in upper case.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars().filter(|c| c.is_alphanumeric());
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn handle(term: &Term) -> Option<&str> {
    term.spellings().find(|spelling| spelling.starts_with('@'))
}

/// What encoder and rules see of a draft: drafts that agree in it get the same scores.
#[derive(PartialEq, Eq, Hash)]
struct Seen {
    windows: Vec<Vec<u32>>,
    rules: Vec<(String, Level)>,
}

impl Seen {
    fn new(read: &Read) -> Self {
        Self {
            windows: read.windows().iter().map(|window| window.ids.clone()).collect(),
            rules: read.findings().iter().map(|finding| (finding.rule.id.clone(), finding.level)).collect(),
        }
    }
}

fn scores(verdict: &Verdict) -> Scores {
    Scores(Dimension::ALL.map(|d| {
        let judgement = verdict.judgements.of(d);
        (judgement.risk.unwrap_or(0.0), judgement.hold.unwrap_or(0.0), judgement.level)
    }))
}

impl Scores {
    /// The largest change of a probability, and whether a level changes.
    fn change(&self, other: &Self) -> (f64, bool) {
        let pairs = || self.0.iter().zip(&other.0);
        let moved = pairs().flat_map(|(a, b)| [(a.0 - b.0).abs(), (a.1 - b.1).abs()]).fold(0.0, f64::max);
        (moved, pairs().any(|(a, b)| a.2 != b.2))
    }
}

/// A row for every party; the scores of its several names are averaged. Posts that some
/// names were left out of are not in it, so that every row is of the same posts.
fn parties(groups: &[Group]) -> Vec<PartyRow> {
    let groups: Vec<&Group> = groups.iter().filter(|group| group.left_out == 0).collect();
    let mut by_party: BTreeMap<&str, Vec<&Scores>> = BTreeMap::new();
    for (party, scores) in groups.iter().flat_map(|group| &group.by_party) {
        by_party.entry(party).or_default().push(scores);
    }
    let posts = groups.iter().filter(|group| !group.by_party.is_empty()).count();
    let row = |(party, scores): (&str, Vec<&Scores>)| {
        let mean =
            |of: &dyn Fn(&Scores) -> f64| rounded(scores.iter().map(|s| of(s)).sum::<f64>() / scores.len() as f64);
        PartyRow {
            party: party.to_owned(),
            posts,
            risk: [mean(&|s| s.0[0].0), mean(&|s| s.0[1].0)],
            flagged: [0, 1].map(|d| mean(&|s: &Scores| f64::from(u8::from(s.0[d].2 >= Level::Review)))),
        }
    };
    by_party.into_iter().map(row).collect()
}

impl fmt::Display for SwapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table =
            Table::new(["swapped", "posts", "swaps", "left out", "same level", "share", "change p95", "change max"]);
        for change in self.lists.iter().chain([&self.all]) {
            let Change { list, groups, swaps, left_out, same_level, p95, max } = change;
            let share = super::metrics::ratio(*same_level, *groups);
            let counts = [groups, swaps, left_out, same_level].map(ToString::to_string);
            table.line(list.as_str(), counts.into_iter().chain([share, *p95, *max].map(figure)));
        }
        write!(f, "{table}")?;
        for moved in &self.worst {
            let Moved { id, list, term, change, level } = moved;
            let level = if *level { ", another level" } else { "" };
            writeln!(f, "moved most: post {id}, {list}, by \"{term}\": {change:.3}{level}")?;
        }
        write!(f, "\n{}", self.party_table())
    }
}

impl SwapReport {
    /// The parties side by side; those that read exactly alike share a line.
    pub(super) fn party_table(&self) -> Table {
        let mut alike: Vec<(PartyRow, usize)> = Vec::new();
        for row in &self.parties {
            match alike.iter_mut().find(|(first, _)| (first.risk, first.flagged) == (row.risk, row.flagged)) {
                Some((_, others)) => *others += 1,
                None => alike.push((row.clone(), 0)),
            }
        }
        let mut table =
            Table::new(["party in the place of all", "posts", "c:risk", "c:flagged", "m:risk", "m:flagged"]);
        for (PartyRow { party, posts, risk, flagged }, others) in alike {
            let name = if others == 0 { party } else { format!("{party} and {others} others") };
            let figures = [risk[0], flagged[0], risk[1], flagged[1]].map(|value| figure(Some(value)));
            table.line(name, std::iter::once(posts.to_string()).chain(figures));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(id: &str, text: &str) -> Labelled {
        let labels = crate::fusion::Each { controversy: Some(0), misleading: Some(0) };
        Labelled { post: Post::new(id, text), source: None, labels, reasons: None }
    }

    #[test]
    fn no_name_moves_a_score_and_every_list_is_tried() {
        let screener = Screener::built_in().unwrap().scores_alone();
        let posts = [
            labelled("a", "Labour's record on schools is a disgrace. #Labour"),
            labelled("b", "Our trade deal with Japan helps Japanese and British firms."),
            labelled("c", "Landlords must now give two months' notice."),
            labelled("d", "Offices close at five."),
        ];
        let report = SwapReport::new(&screener, &posts).unwrap();
        let groups: Vec<usize> = report.lists.iter().map(|list| list.groups).collect();
        assert_eq!(groups, [1, 0, 1, 1, 1]);
        assert!(report.all.swaps > 300, "{}", report.all.swaps);
        assert_eq!(report.all.same_level, report.all.groups, "{report}");
        assert!(report.all.max.unwrap() < 0.02, "{report}");
        assert!(report.parties.len() > 20 && report.parties.iter().all(|row| row.posts == 1));
    }

    #[test]
    fn rules_find_the_same_for_every_party() {
        let screener = Screener::rules_only().unwrap();
        let parties = screener.catalogue().lists().iter().find(|list| list.id == "parties").unwrap();
        let found = |text: &str| -> Vec<(String, Level)> {
            let read = screener.read(text, None);
            let found = read.findings().iter().map(|finding| (finding.rule.id.clone(), finding.level));
            // tags that a party is known to use are a list, and stop no more than any such tag
            let found = found.filter(|(rule, _)| rule != "party/hashtag");
            // where a name begins, the order of place may turn; what is found may not
            found.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
        };
        for (before, after) in [
            ("We met the ", " today to talk about buses."),
            ("The plan by the ", " is a disgrace."),
            ("A ", " government would cut taxes."),
            ("Vote ", " on Thursday."),
            ("Read the ", " manifesto."),
            ("Survey on jobs: 30% say the ", " has failed on schools."),
            ("#Vote", ""),
        ] {
            let written = |term: &Term| match before {
                "#Vote" => self::written(term, Kind::HashtagPart),
                _ => term.text.clone(),
            };
            let expected =
                found(&format!("{before}Labour Party{after}").replace("VoteLabour Party", "VoteLabourParty"));
            assert!(!expected.is_empty(), "{before}");
            for term in parties.terms.iter().filter(|term| is_chief_name(term)) {
                assert_eq!(found(&format!("{before}{}{after}", written(term))), expected, "{before}{}", term.text);
            }
        }
    }

    #[test]
    fn a_swap_keeps_hashtags_and_possessives() {
        let screener = Screener::rules_only().unwrap();
        let draft = "Labour's plan: #Labour";
        let places = places(&screener, draft, 0);
        assert_eq!(replaced(draft, &places, |_| "the SNP".to_owned()), "the SNP's plan: #the SNP");
    }
}
