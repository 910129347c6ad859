//! Who held which office when, from the dates that a list gives its terms. Facts for a
//! reader: no rule and no score depends on them.

use jiff::civil::Date;
use serde::Deserialize;

use super::term::{Held, Term};
use super::when::When;
use crate::error::did_you_mean;

/// The offices whose holders a list dates, and what is known of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offices {
    /// The holders from then on are dated.
    pub from: When,
    /// Up to here the holders are known: who has no end held the office then.
    pub to: When,
    /// How the dates were got, where a reader should know.
    pub caution: Option<String>,
    /// The offices, in the order in which they are shown.
    pub names: Vec<String>,
    /// Those that several people may hold at once; every other has one holder.
    #[serde(default)]
    pub shared: Vec<String>,
}

/// Somebody's time in an office.
#[derive(Debug, Clone)]
pub struct Tenure {
    /// The office, one of [`Offices::names`].
    pub office: String,
    /// The usual spelling of the term.
    pub name: String,
    /// First day.
    pub from: When,
    /// Last day; none where the office was still held at [`Offices::to`].
    pub to: Option<When>,
    /// Whether it was held until somebody was chosen.
    pub acting: bool,
}

impl Tenure {
    /// Every time in an office that `terms` have, by office, then by first day.
    ///
    /// # Errors
    /// The term and what is wrong with its dates, or two that were in one office at once.
    pub(super) fn all(offices: Option<&Offices>, terms: &[Term]) -> Result<Vec<Self>, String> {
        let held = || terms.iter().flat_map(|term| term.held.iter().map(move |held| (term, held)));
        let Some(offices) = offices else {
            return held().next().map_or(Ok(Vec::new()), |(term, _)| Err(fault(term, "the list has no `[offices]`")));
        };
        if let Some(name) = offices.shared.iter().find(|name| offices.place(name).is_none()) {
            return Err(format!("offices.shared: {}", offices.missing(name)));
        }
        let read = |(term, held)| Self::read(term, held, offices).map_err(|problem| fault(term, &problem));
        let mut all = held().map(read).collect::<Result<Vec<_>, _>>()?;
        all.sort_by_cached_key(|tenure| (offices.place(&tenure.office), tenure.from.first));
        for (at, tenure) in all.iter().enumerate() {
            let single = !offices.shared.contains(&tenure.office);
            if let Some(other) = all[..at].iter().find(|other| single && tenure.is_with(other)) {
                let Self { office, name, .. } = tenure;
                return Err(format!("term `{name}`: held: `{office}` was `{}`'s at the same time", other.name));
            }
        }
        Ok(all)
    }

    fn read(term: &Term, held: &Held, offices: &Offices) -> Result<Self, String> {
        if held.office.trim().is_empty() {
            return Err("`office` is empty".to_owned());
        }
        if offices.place(&held.office).is_none() {
            return Err(offices.missing(&held.office));
        }
        let when = |key: &str, written: &str| written.parse::<When>().map_err(|problem| format!("{key}: {problem}"));
        let from = when("from", &held.from)?;
        let to = held.to.as_deref().map(|to| when("to", to)).transpose()?;
        if to.is_some_and(|to| to.last < from.first) {
            return Err(format!("`{}` ends before it begins", held.office));
        }
        if to.unwrap_or(from).first > offices.to.last {
            return Err(format!("`{}` has a day after `offices.to`", held.office));
        }
        Ok(Self { office: held.office.clone(), name: term.text.clone(), from, to, acting: held.acting })
    }

    /// Whether the office was held on `date`, or may have been: first and last day, or the
    /// whole month or year where no more is known, included.
    pub fn covers(&self, date: Date) -> bool {
        self.from.first <= date && self.to.is_none_or(|to| date <= to.last)
    }

    /// Whether it was held on `date` whatever the days are that are not known.
    pub fn covers_surely(&self, date: Date) -> bool {
        self.from.last <= date && self.to.is_none_or(|to| date <= to.first)
    }

    /// Whether both held the same office for longer than the day of a handover, as far as
    /// the days are known.
    fn is_with(&self, other: &Self) -> bool {
        let end = |tenure: &Self| tenure.to.map_or(Date::MAX, |to| to.first);
        self.office == other.office && self.from.last.max(other.from.last) < end(self).min(end(other))
    }
}

impl Offices {
    fn place(&self, office: &str) -> Option<usize> {
        self.names.iter().position(|name| name == office)
    }

    fn missing(&self, office: &str) -> String {
        format!("no office `{office}` in `offices.names`{}", did_you_mean(office, &self.names))
    }
}

fn fault(term: &Term, problem: &str) -> String {
    format!("term `{}`: held: {problem}", term.text)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use jiff::civil::date;

    use super::*;
    use crate::files::{Entry, Sources};
    use crate::terms::TermList;

    const OFFICES: &str =
        "[offices]\nfrom = '1997'\nto = '2026-02'\nnames = ['Mayor', 'Speaker']\nshared = ['Speaker']\n";

    /// What a list with these `offices` says, or what is wrong with it; each of `held` is what
    /// one term has.
    fn list(offices: &str, held: &[&str]) -> Result<TermList, String> {
        let term = |(at, held): (usize, &&str)| format!("[[term]]\ntext = 'N{at}'\nheld = [{held}]\n");
        let terms: String = held.iter().enumerate().map(term).collect();
        let text = format!("summary = 's'\nchecked = '2026-11-22'\nsource = 's'\n{offices}{terms}");
        TermList::parse(&Entry::new("people.toml", "people.toml", Cow::Owned(text))).map_err(|fault| fault.to_string())
    }

    fn fault_of(held: &[&str]) -> String {
        list(OFFICES, held).unwrap_err()
    }

    #[test]
    fn what_cannot_be_names_file_and_term() {
        for (held, problem) in [
            ("{ office = ' ', from = '2001' }", "`office` is empty"),
            ("{ office = 'Mayr', from = '2001' }", "no office `Mayr` in `offices.names`; did you mean `Mayor`?"),
            ("{ office = 'Mayor', from = '2001-02-29' }", "from: `2001-02-29` is no day (YYYY-MM-DD), month or year"),
            (
                "{ office = 'Mayor', from = '2001', to = 'May 2002' }",
                "to: `May 2002` is no day (YYYY-MM-DD), month or year",
            ),
            ("{ office = 'Mayor', from = '2002-05', to = '2002-04-30' }", "`Mayor` ends before it begins"),
            ("{ office = 'Mayor', from = '2026-03-01' }", "`Mayor` has a day after `offices.to`"),
            ("{ office = 'Mayor', from = '2001', to = '2026-03' }", "`Mayor` has a day after `offices.to`"),
        ] {
            assert_eq!(fault_of(&["", held]), format!("people.toml: term `N1`: held: {problem}"));
        }
    }

    #[test]
    fn a_broken_form_names_file_and_line() {
        for (held, problem) in [
            ("{ office = 'Mayor', from = '2001', until = '2002' }", "unknown field `until`"),
            ("{ office = 'Mayor' }", "missing field `from`"),
            ("{ from = '2001' }", "missing field `office`"),
            ("{ office = 'Mayor', from = 2001 }", "invalid type: integer `2001`"),
        ] {
            let said = fault_of(&[held]);
            assert!(said.starts_with("people.toml:11: ") && said.contains(problem), "`{problem}` is not in: {said}");
        }
        let broken = |from: &str, to: &str| list(&OFFICES.replace(from, to), &[""]).unwrap_err();
        assert!(broken("2026-02", "2026-20").contains("people.toml:6: `2026-20` is no day"));
        assert!(
            broken("shared = ['Speaker']", "shared = ['Speker']").contains(
                "people.toml: offices.shared: no office `Speker` in `offices.names`; did you mean `Speaker`?"
            )
        );
        assert!(broken("shared", "sharing").contains("unknown field `sharing`"));
        let said = list("", &["{ office = 'Mayor', from = '2001' }"]).unwrap_err();
        assert_eq!(said, "people.toml: term `N0`: held: the list has no `[offices]`");
    }

    #[test]
    fn one_holder_at_a_time_and_a_day_to_hand_over() {
        let mayor = |from: &str, to: &str| format!("{{ office = 'Mayor', from = '{from}', to = '{to}' }}");
        let open = "{ office = 'Mayor', from = '2004-05-10' }";
        let long = mayor("2000-05-04", "2004-05-10");
        for (other, clash) in [
            (open, false),
            (&mayor("2004-05-10", "2004-05-10"), false),
            (&mayor("2004-05", "2008"), false),
            (&mayor("2004", "2008"), false),
            (&mayor("2004-05-09", "2008"), true),
            (&mayor("2003", "2008"), true),
            (&mayor("2001", "2001-06-02"), false),
            (&mayor("2001", "2002-06"), true),
            (&long, true),
        ] {
            let said = list(OFFICES, &[&long, other]);
            assert_eq!(said.is_err(), clash, "{other}: {said:?}");
        }
        let said = fault_of(&[open, "{ office = 'Mayor', from = '2020' }"]);
        assert_eq!(said, "people.toml: term `N1`: held: `Mayor` was `N0`'s at the same time");
        let speaker = "{ office = 'Speaker', from = '2001' }";
        assert!(list(OFFICES, &[speaker, speaker]).is_ok());
    }

    /// `office: name` of those in `offices` on a day, from the built-in list.
    fn on(day: Date, offices: &[&str]) -> Vec<String> {
        let sources = Sources::built_in();
        let entry = sources.terms.iter().find(|entry| entry.id == "politicians").unwrap();
        // The TOML, not what `build.rs` made of it: the file itself must pass.
        let politicians = TermList::parse(&Entry::new("politicians.toml", "politicians.toml", entry.text.clone()));
        let politicians = politicians.unwrap();
        let known = &politicians.offices.as_ref().unwrap().names;
        assert!(offices.iter().all(|office| known.iter().any(|name| name == office)));
        let held = politicians.in_office(day).filter(|tenure| offices.contains(&tenure.office.as_str()));
        held.map(|tenure| format!("{}: {}", tenure.office, tenure.name)).collect()
    }

    const LONDON: [&str; 5] =
        ["Prime Minister", "Deputy Prime Minister", "Chancellor of the Exchequer", "Home Secretary", "Mayor of London"];

    #[test]
    fn the_holders_of_a_day() {
        assert_eq!(
            on(date(2009, 3, 1), &LONDON),
            [
                "Prime Minister: Gordon Brown",
                "Chancellor of the Exchequer: Alistair Darling",
                "Home Secretary: Jacqui Smith",
                "Mayor of London: Boris Johnson",
            ]
        );
        let nations = [
            "Leader of the Opposition",
            "First Minister of Scotland",
            "First Minister of Wales",
            "First Minister of Northern Ireland",
            "deputy First Minister of Northern Ireland",
        ];
        assert_eq!(
            on(date(2009, 3, 1), &nations).iter().map(|held| held.split(": ").nth(1).unwrap()).collect::<Vec<_>>(),
            ["David Cameron", "Alex Salmond", "Rhodri Morgan", "Peter Robinson MLA", "Martin McGuinness"]
        );
    }

    #[test]
    fn a_handover_shows_both_and_the_day_after_one() {
        let both = ["Prime Minister: Boris Johnson", "Prime Minister: Liz Truss"];
        assert_eq!(on(date(2022, 9, 6), &["Prime Minister"]), both);
        assert_eq!(on(date(2022, 9, 5), &["Prime Minister"]), both[..1]);
        assert_eq!(on(date(2022, 9, 7), &["Prime Minister"]), both[1..]);
        let both = ["Prime Minister: Rishi Sunak", "Prime Minister: Keir Starmer"];
        assert_eq!(on(date(2024, 7, 5), &["Prime Minister"]), both);
        assert_eq!(on(date(2024, 7, 6), &["Leader of the Opposition"]), ["Leader of the Opposition: Rishi Sunak"]);
        let shared = ["Leader of the Greens (England and Wales)"];
        assert_eq!(on(date(2024, 7, 6), &shared).len(), 2);
        assert!(on(date(1996, 12, 31), &LONDON).is_empty());
    }

    #[test]
    fn every_office_has_had_a_holder_and_the_central_ones_never_lacked_one() {
        let sources = Sources::built_in();
        let entry = sources.terms.iter().find(|entry| entry.id == "politicians").unwrap();
        let list = TermList::parse(entry).unwrap();
        let Offices { names, to, .. } = list.offices.as_ref().unwrap();
        for name in names {
            assert!(list.tenures.iter().any(|tenure| tenure.office == *name), "{name}");
        }
        let central =
            ["Prime Minister", "Chancellor of the Exchequer", "Home Secretary", "President of the United States"];
        let mut day = date(1997, 5, 2);
        while day <= to.last {
            let held: Vec<&str> = list.in_office(day).map(|tenure| tenure.office.as_str()).collect();
            assert!(central.iter().all(|office| held.contains(office)), "{day}: {held:?}");
            day = day.tomorrow().unwrap();
        }
    }
}
