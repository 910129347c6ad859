//! Makes a text blind to who: names of parties and politicians, their handles and
//! hashtags become neutral tokens before the encoder reads it, so that a score
//! cannot depend on which side is praised or attacked.
//!
//! The names come from `data/terms/parties.toml` and `politicians.toml`; a person
//! unknown to them is masked where a title or `MP` gives the office away. Ordinary
//! words that politics also uses (`homonyms.toml`) are told in other words.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::span::Span;
use crate::terms::{Hits, LexiconBuilder, ListId, TermList};
use crate::text::{Aligned, Kind, Text, Token, key};

/// What a party's name becomes.
pub const PARTY: &str = "[PARTY]";
/// What a politician's name becomes.
pub const POLITICIAN: &str = "[POLITICIAN]";

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
    parties: ListId,
    politicians: ListId,
    homonyms: ListId,
    /// Other words for each homonym, by its number in the list.
    plainly: Vec<String>,
    /// Single-word names, for hashtags written without capitals.
    names: HashMap<String, &'static str>,
}

/// A stretch of tokens that becomes one mask.
#[derive(Clone, Copy)]
struct Name<'a> {
    first: usize,
    end: usize,
    mask: &'a str,
}

impl Actors {
    /// Takes the three lists out of `lists`, whose terms `builder` already holds.
    ///
    /// # Errors
    /// [`Error::Data`] if one of them is missing.
    pub fn new(builder: &LexiconBuilder, lists: &[TermList]) -> Result<Self> {
        let id = |name: &str| {
            builder
                .list(name)
                .ok_or_else(|| Error::data(format!("terms/{name}.toml"), "this list is needed and missing"))
        };
        let mut names = HashMap::new();
        for (list, mask) in [("parties", PARTY), ("politicians", POLITICIAN)] {
            let terms = lists.iter().filter(|l| l.id == list).flat_map(|l| &l.terms);
            let single = terms
                .flat_map(crate::terms::Term::spellings)
                .filter(|s| s.len() > 3 && !s.contains([' ', '-', '@', '#']));
            names.extend(single.map(|name| (key(name), mask)));
        }
        let homonyms = lists.iter().filter(|l| l.id == "homonyms").flat_map(|l| &l.terms);
        let plainly = homonyms.map(|term| term.neutral.clone().unwrap_or_else(|| term.text.clone())).collect();
        let (parties, politicians, homonyms) = (id("parties")?, id("politicians")?, id("homonyms")?);
        Ok(Self { parties, politicians, homonyms, plainly, names })
    }

    /// The text as the encoder may see it, aligned with the original.
    pub fn mask(&self, text: &Text, hits: &Hits) -> Aligned {
        let names = self.names(text, hits);
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

    /// Longest names first, none overlapping, in order.
    fn names<'a>(&'a self, text: &Text, hits: &Hits) -> Vec<Name<'a>> {
        let listed = |list: ListId, mask: &'static str| {
            hits.of_list(list).iter().map(move |hit| Name { first: hit.first, end: hit.end, mask })
        };
        let mut found: Vec<Name<'a>> =
            listed(self.parties, PARTY).chain(listed(self.politicians, POLITICIAN)).collect();
        for name in &mut found {
            let before = name.first.checked_sub(1).map(|at| &text.tokens()[at]);
            if name.mask == POLITICIAN && before.is_some_and(|t| ADDRESSES.contains(&t.key.as_str()) && t.capital) {
                name.first -= 1;
            }
        }
        found.extend(by_office(text));
        found.extend(hits.of_list(self.homonyms).iter().map(|hit| Name {
            first: hit.first,
            end: hit.end,
            mask: &self.plainly[hit.term],
        }));
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
            if let Some(mask) = self.names.get(left).filter(|_| GLUE.contains(&right)) {
                return Some((String::new(), *mask, right.to_owned()));
            }
            let mask = self.names.get(right).filter(|_| GLUE.contains(&left))?;
            Some((left.to_owned(), *mask, String::new()))
        })
    }
}

/// Names that only their office gives away: `Cllr Jo Bloggs`, `Jo Bloggs MP`.
fn by_office(text: &Text) -> Vec<Name<'static>> {
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
        if TITLES.contains(&token.key.as_str()) && token.capital {
            let len = (1..=2).take_while(|n| is_name(at + n, token.sentence)).count();
            if len > 0 {
                found.push(Name { first: at + 1, end: at + 1 + len, mask: POLITICIAN });
            }
        }
        if SEATS.contains(&token.key.as_str()) && token.capital && at >= 2 {
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
    use crate::files;

    fn mask(text: &str) -> String {
        let lists: Vec<TermList> =
            files::Sources::built_in().terms.iter().map(|entry| TermList::parse(entry).unwrap()).collect();
        let mut builder = LexiconBuilder::default();
        for list in &lists {
            builder.add_list(list);
        }
        let actors = Actors::new(&builder, &lists).unwrap();
        let lexicon = builder.build();
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
            ("The Conservative Party".trim_start_matches("The "), "Kemi Badenoch"),
            ("Reform UK", "Nigel Farage"),
            ("the SNP".trim_start_matches("the "), "Nicola Sturgeon"),
        ] {
            assert_eq!(of(party, person), expected, "{party}");
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
    fn tags_handles_and_offices() {
        assert_eq!(mask("#VoteLabour #labourout"), "#Vote [PARTY] # [PARTY] out");
        assert_eq!(mask("@UKLabour and @somebody at www.example.gov.uk/x"), "[PARTY] and @user at http");
        assert_eq!(mask("Ask Cllr Jo Bloggs or Jo Bloggs MP"), "Ask Cllr [POLITICIAN] or [POLITICIAN] MP");
    }
}
