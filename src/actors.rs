//! Makes a text blind to who: names of parties and politicians, their handles and
//! hashtags become neutral tokens before the encoder reads it, every country reads as
//! one country, and the sides of contested questions read alike, so that a score cannot
//! depend on which side is praised or attacked.
//!
//! The names come from `data/terms/parties.toml`, `politicians.toml`, `countries.toml`
//! and `nationalities.toml`; a person unknown to them is masked where a title or `MP`
//! gives the office away. Sides (`sides.toml`) and ordinary words that politics also
//! uses (`homonyms.toml`) are told in the neutral words that the list gives.

use crate::ahead::lists::{Lists, TOLD};
use crate::ahead::pack::{Map, Numbers, Strings};
use crate::error::{Error, Result};
use crate::span::Span;
use crate::terms::{Hits, ListId, TermHit};
use crate::text::{Aligned, Kind, Text, Token, key};

/// What a party's name becomes.
pub const PARTY: &str = "[PARTY]";
/// What a politician's name becomes.
pub const POLITICIAN: &str = "[POLITICIAN]";
/// What single-word names become, in the order of their lists.
const MASKS: [&str; 2] = [PARTY, POLITICIAN];
/// What the name of every country becomes: a text about another country is judged as
/// if it were about one's own.
const COUNTRY: &str = "Britain";
/// What the adjective and the people of every country become.
const NATIONALITY: &str = "British";

/// The lists whose terms are replaced, and by what; `None`: by the neutral wording of
/// each term.
const REPLACED: [(&str, Option<&str>); 6] = [
    ("parties", Some(PARTY)),
    ("politicians", Some(POLITICIAN)),
    ("countries", Some(COUNTRY)),
    ("nationalities", Some(NATIONALITY)),
    (TOLD[0], None),
    (TOLD[1], None),
];

/// The first lists of those replaced: each reads alike in itself, so a swap of one of its
/// terms for another must not move a score.
pub const ALIKE: [&str; 5] = ["parties", "politicians", "countries", "nationalities", "sides"];
/// How many of them hold names.
const NAMES: usize = 4;

/// Offices that stand before a name.
const TITLES: &[&str] = &[
    "sen",
    "senator",
    "rep",
    "congressman",
    "congresswoman",
    "cllr",
    "councillor",
    "gov",
    "governor",
    "president",
    "premier",
    "minister",
];
/// Forms of address that belong to the name after them.
const ADDRESSES: &[&str] = &["sir", "dame", "mr", "mrs", "ms", "miss", "lord", "lady", "baroness", "dr"];
/// Offices that stand after a name.
const SEATS: &[&str] = &["mp", "msp", "mep"];
/// What may be called after the person who leads it.
const WORK: &[&str] = &["administration", "government", "presidency"];
/// Words that campaigns glue to a name in a hashtag.
const GLUE: &[&str] = &[
    "vote",
    "votes",
    "voted",
    "out",
    "for",
    "win",
    "wins",
    "won",
    "gain",
    "surge",
    "cuts",
    "conf",
    "team",
    "with",
    "im",
    "never",
    "lies",
    "lie",
    "party",
    "doorstep",
    "must",
    "go",
    "now",
    "fail",
    "fails",
    "first",
    "back",
    "stop",
    "dump",
    "ditch",
    "not",
    "my",
    "the",
    "in",
    "is",
    "are",
    "resign",
    "liar",
    "liars",
    "scum",
    "train",
    "rally",
    "youth",
    "students",
    "women",
    "women",
    "lgbt",
    "leadership",
    "2015",
    "2016",
    "2017",
    "2019",
    "2020",
    "2024",
    "mp",
    "mps",
    "gov",
    "government",
    "budget",
];

/// Finds the names to be masked.
pub struct Actors {
    replaced: Vec<Replaced>,
    /// Single-word names, for hashtags written without capitals.
    names: Map,
    /// Which of [`MASKS`] each of them becomes.
    masks: Numbers,
}

/// A list whose terms are replaced.
struct Replaced {
    list: ListId,
    /// What takes the place of each term.
    by: By,
    /// Words that belong to a name they stand before.
    absorbs: &'static [&'static str],
}

/// What takes the place of the terms of a list.
enum By {
    /// One mask for all.
    Mask(&'static str),
    /// Words for each, by its number in the list.
    Each(Strings),
}

/// A stretch of tokens that becomes one mask.
#[derive(Clone, Copy)]
struct Name<'a> {
    first: usize,
    end: usize,
    mask: &'a str,
}

impl Actors {
    /// Takes what it needs out of `lists`.
    ///
    /// # Errors
    /// [`Error::Data`] if a list is missing.
    pub(crate) fn new(lists: &Lists) -> Result<Self> {
        let replaced = REPLACED.iter().map(|&(name, mask)| {
            let list = lists.lexicon.list(name);
            let list =
                list.ok_or_else(|| Error::data(format!("terms/{name}.toml"), "this list is needed and missing"))?;
            let told = || lists.told[usize::from(name == TOLD[1])].clone();
            let by = mask.map_or_else(|| By::Each(told()), By::Mask);
            let absorbs: &[&str] = match mask {
                Some(PARTY | COUNTRY) => &["the"],
                Some(POLITICIAN) => ADDRESSES,
                _ => &[],
            };
            Ok(Replaced { list, by, absorbs })
        });
        let replaced = replaced.collect::<Result<_>>()?;
        Ok(Self { replaced, names: lists.names.clone(), masks: lists.masks.clone() })
    }

    /// Where terms of one of the lists that read [`ALIKE`] stand, as [`Actors::names`] says.
    /// `number` counts in [`ALIKE`].
    pub fn alike(&self, number: usize, text: &Text, hits: &Hits) -> Vec<TermHit> {
        self.standing(text, hits).into_iter().filter(|(list, _)| *list == number).map(|(_, hit)| hit).collect()
    }

    /// Where names of parties, politicians, countries and their people stand, in order: the
    /// longest first, none overlapping, none inside a longer expression of another list,
    /// each without the office that its list may name with it.
    pub fn names(&self, text: &Text, hits: &Hits) -> Vec<TermHit> {
        self.standing(text, hits).into_iter().filter(|(list, _)| *list < NAMES).map(|(_, hit)| hit).collect()
    }

    /// Every term that is replaced, and the number of its list in [`REPLACED`].
    fn standing(&self, text: &Text, hits: &Hits) -> Vec<(usize, TermHit)> {
        let mut found: Vec<(usize, TermHit)> = (self.replaced.iter().enumerate())
            .flat_map(|(number, replaced)| replaced.hits(text, hits).map(move |hit| (number, hit)))
            .collect();
        found.sort_by_key(|(number, hit)| (hit.first, usize::MAX - hit.end, *number));
        let mut end = 0;
        found.retain(|(_, hit)| {
            let free = hit.first >= end;
            if free {
                end = hit.end;
            }
            free
        });
        found
    }

    /// The text as the encoder may see it, aligned with the original.
    pub fn mask(&self, text: &Text, hits: &Hits) -> Aligned {
        let names = self.masks(text, hits);
        let source = text.aligned();
        let mut out = Aligned::with_capacity(text.as_str().len());
        let mut names = names.into_iter().peekable();
        let mut copied = 0;
        let mut at = 0;
        while at < text.tokens().len() {
            let token = &text.tokens()[at];
            let name = names.next_if(|name| name.first == at);
            let end = name.map_or(at + 1, |name| name.end);
            let span = token.span.join(text.tokens()[end - 1].span);
            out.push_from(source, Span::new(copied, span.start));
            copied = span.end;
            self.write(&mut out, source, token, span, name);
            at = end;
        }
        out.push_from(source, Span::new(copied, source.as_str().len()));
        out
    }

    /// Writes the token at `span`, or the mask that takes its place.
    fn write(&self, out: &mut Aligned, source: &Aligned, token: &Token, span: Span, name: Option<Name<'_>>) {
        let origin = source.origin(span);
        if let Some(name) = name {
            let possessive = source.as_str()[span.start..span.end].ends_with("'s");
            let tail = if possessive { "'s" } else { "" };
            out.push(&format!(" {}{tail} ", name.mask), origin);
            return;
        }
        match token.kind {
            Kind::Address => out.push("http", origin),
            Kind::Handle => out.push("@user", origin),
            Kind::HashtagPart => {
                if let Some((before, mask, after)) = self.glued(&token.key) {
                    out.push(&format!(" # {before} {mask} {after} "), origin);
                } else {
                    out.push(" ", origin);
                    out.push_from(source, span);
                    out.push(" ", origin);
                }
            }
            Kind::Word | Kind::Number | Kind::Sign => out.push_from(source, span),
        }
    }

    /// What is masked, in order, none overlapping.
    fn masks<'a>(&'a self, text: &Text, hits: &Hits) -> Vec<Name<'a>> {
        let standing = self.standing(text, hits);
        let known = |at: usize| standing.iter().any(|(_, hit)| (hit.first..hit.end).contains(&at));
        let mut found: Vec<Name<'a>> = Vec::new();
        for (number, hit) in &standing {
            let replaced = &self.replaced[*number];
            let first = hit.first - usize::from(replaced.absorbs_word_before(text, hit.first));
            let mask = match &replaced.by {
                By::Mask(mask) => *mask,
                By::Each(words) => words.get(hit.term),
            };
            found.push(Name { first, end: hit.end, mask });
        }
        found.extend(by_office(text, known));
        found.sort_by_key(|name| (name.first, usize::MAX - name.end));
        let mut kept: Vec<Name<'a>> = Vec::with_capacity(found.len());
        for name in found {
            match kept.last_mut() {
                Some(last) if name.first < last.end => last.end = last.end.max(name.end),
                _ => kept.push(name),
            }
        }
        kept
    }

    /// `labourout` as (`""`, mask, `out`), where one side is a name and the other glue.
    fn glued(&self, tag: &str) -> Option<(String, &'static str, String)> {
        if !tag.is_ascii() {
            return None;
        }
        (2..tag.len().saturating_sub(1)).find_map(|cut| {
            let (left, right) = tag.split_at(cut);
            if let Some(mask) = self.mask_of(left).filter(|_| GLUE.contains(&right)) {
                return Some((String::new(), mask, right.to_owned()));
            }
            let mask = self.mask_of(right).filter(|_| GLUE.contains(&left))?;
            Some((left.to_owned(), mask, String::new()))
        })
    }

    /// What the single-word `name` becomes.
    fn mask_of(&self, name: &str) -> Option<&'static str> {
        self.names.get(name).map(|number| MASKS[self.masks[number] as usize])
    }
}

impl Replaced {
    /// Where its terms stand, offices around them and the article before them left out.
    fn hits<'h>(&self, text: &'h Text, hits: &'h Hits) -> impl Iterator<Item = TermHit> {
        let person = matches!(self.by, By::Mask(POLITICIAN));
        let named = hits.of_list(self.list).iter().filter(|hit| !is_pronoun(text, hit.first));
        named.map(move |hit| {
            let article = hit.end > hit.first + 1 && text.tokens()[hit.first].key == "the";
            let hit = TermHit { first: hit.first + usize::from(article), ..*hit };
            if person { without_office(text, hit) } else { hit }
        })
    }

    /// Whether the token before `first` belongs to the name that starts there.
    fn absorbs_word_before(&self, text: &Text, first: usize) -> bool {
        let Some(before) = first.checked_sub(1).map(|at| &text.tokens()[at]) else { return false };
        before.sentence == text.tokens()[first].sentence
            && self.absorbs.contains(&before.key.as_str())
            && (before.capital || before.key == "the")
    }
}

/// A person's name without the office before and after it: some lists name people with
/// theirs, and it must not matter which do.
fn without_office(text: &Text, hit: TermHit) -> TermHit {
    let key = |at: usize| text.tokens()[at].key.as_str();
    let before = |at: &usize| matches!(key(*at), "prime" | "mayor") || TITLES.contains(&key(*at));
    let after = |at: &usize| SEATS.contains(&key(*at)) || WORK.contains(&key(*at));
    let first = (hit.first..hit.end - 1).find(|at| !before(at)).unwrap_or(hit.end - 1);
    let end = (first + 1..hit.end).rev().find(|at| !after(at)).map_or(first + 1, |last| last + 1);
    TermHit { first, end, ..hit }
}

/// Whether a term names a person with the office before or after the name.
pub fn names_office(term: &str) -> bool {
    let mut words = term.split(' ').map(key);
    let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
    first == "mayor" || TITLES.contains(&&*first) || SEATS.contains(&&*last) || WORK.contains(&&*last)
}

/// Whether the token is the word `us` and not the country: the country is written in
/// capitals, among words that are not.
fn is_pronoun(text: &Text, at: usize) -> bool {
    let token = &text.tokens()[at];
    let written = &text.as_str()[token.span.start..token.span.end];
    token.key == "us" && (written.chars().any(char::is_lowercase) || !text.as_str().chars().any(char::is_lowercase))
}

/// Names that only their office gives away: `Cllr Jo Bloggs`, `Jo Bloggs MP`; none where the
/// word next to the office is `known` as a name already.
fn by_office(text: &Text, known: impl Fn(usize) -> bool) -> Vec<Name<'static>> {
    let tokens = text.tokens();
    if !text.as_str().chars().any(char::is_lowercase) {
        return Vec::new(); // all capitals: nothing tells a name from a word
    }
    let is_name = |at: usize, sentence: u32| {
        tokens.get(at).is_some_and(|t| {
            let word = &text.as_str()[t.span.start..t.span.end];
            t.kind == Kind::Word
                && t.capital
                && t.sentence == sentence
                && t.key.len() > 1
                && word.chars().any(char::is_lowercase)
        })
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if TITLES.contains(&token.key.as_str()) && token.capital && !known(at + 1) {
            let len = (1..=2).take_while(|n| is_name(at + n, token.sentence)).count();
            if len > 0 {
                found.push(Name { first: at + 1, end: at + 1 + len, mask: POLITICIAN });
            }
        }
        if SEATS.contains(&token.key.as_str()) && token.capital && at >= 2 && !known(at - 1) {
            let pair = is_name(at - 1, token.sentence) && is_name(at - 2, token.sentence);
            if pair {
                found.push(Name { first: at - 2, end: at, mask: POLITICIAN });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str) -> String {
        let lists = crate::built::lists();
        let actors = Actors::new(&lists).unwrap();
        let lexicon = &lists.lexicon;
        let read = Text::new(text);
        let masked = actors.mask(&read, &lexicon.scan(&read));
        masked.as_str().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_side_reads_the_same() {
        let of = |party: &str, person: &str| mask(&format!("{party} has failed, says {person}. Vote {party}!"));
        let expected = "[PARTY] has failed, says [POLITICIAN] . Vote [PARTY] !";
        for (party, person) in [
            ("Labour", "Sir Keir Starmer"),
            ("The Conservative Party", "Kemi Badenoch"),
            ("Reform UK", "Nigel Farage"),
            ("The SNP", "Nicola Sturgeon"),
        ] {
            assert_eq!(of(party, person), expected, "{party}");
        }
    }

    #[test]
    fn offices_and_articles_are_no_part_of_a_name() {
        for (text, expected) in [
            ("The Obama administration met us.", "The [POLITICIAN] administration met us."),
            ("The Donald Dewar administration met us.", "The [POLITICIAN] administration met us."),
            ("President Xi met us.", "President [POLITICIAN] met us."),
            ("Right Honourable Blair MP met us.", "Right Honourable [POLITICIAN] MP met us."),
            ("The Conservative Party of Canada met us.", "[PARTY] met us."),
        ] {
            assert_eq!(mask(text), expected);
        }
    }

    #[test]
    fn homonyms_stay() {
        for text in [
            "Hard labour and a reform of the planning system.",
            "The alliance of charities has a green lane and a conservative taste.",
        ] {
            assert_eq!(mask(text), text);
        }
        assert_eq!(mask("Labour market, labour ward, party wall."), "jobs market , maternity ward , shared wall .");
        assert_eq!(mask("A liberal dose of grit"), "A generous dose of grit");
    }

    #[test]
    fn every_country_and_every_side_reads_the_same() {
        let trade = |country: &str, people: &str| mask(&format!("Our deal with {country}: {people} firms, join us!"));
        let expected = "Our deal with Britain : British firms, join us!";
        for (country, people) in [("Japan", "Japanese"), ("the US", "American")] {
            assert_eq!(trade(country, people), expected, "{country}");
        }
        assert_eq!(mask("JOIN US TODAY"), "JOIN US TODAY");
        assert_eq!(mask("Cook the turkey with us"), "Cook the turkey with us");
        assert_eq!(mask("Leave voters and pro-independence landlords"), mask("Remain voters and pro-union tenants"));
        assert_eq!(mask("Offices leave at five"), "Offices leave at five");
    }

    #[test]
    fn tags_handles_and_offices() {
        assert_eq!(mask("#VoteLabour #labourout"), "#Vote [PARTY] # [PARTY] out");
        assert_eq!(mask("@UKLabour and @somebody at www.example.gov.uk/x"), "[PARTY] and @user at http");
        assert_eq!(mask("Prime Minister Cameron"), mask("Prime Minister Boris Johnson"));
        assert_eq!(mask("Ask Cllr Jo Bloggs or Jo Bloggs MP"), "Ask Cllr [POLITICIAN] or [POLITICIAN] MP");
    }
}
