//! Who held which office on a day, as `crossbench calendar` prints it.

use std::io::Write;

use jiff::civil::Date;
use serde_json::json;

use crate::report::human::day;
use crate::terms::{Tenure, TermList, When};

/// Prints who held the offices that `lists` date on `date`, and how well the dates are known.
///
/// # Errors
/// If `out` cannot be written.
pub fn table(out: &mut impl Write, date: Date, lists: &[TermList]) -> std::io::Result<()> {
    for list in lists {
        let held: Vec<&Tenure> = list.in_office(date).collect();
        let Some(offices) = list.offices.as_ref().filter(|_| !held.is_empty()) else { continue };
        let known = if date > offices.to.last { format!(", as last known in {}", offices.to) } else { String::new() };
        writeln!(out, "\nIn office on {}{known}:", day(date))?;
        let wide = |text: &dyn Fn(&Tenure) -> String| held.iter().map(|t| text(t).chars().count()).max().unwrap_or(0);
        let (office, name) = (wide(&|tenure| tenure.office.clone()), wide(&named));
        let mut before = "";
        for tenure in held {
            let shown = if tenure.office == before { "" } else { &tenure.office };
            writeln!(out, "  {shown:<office$}  {:<name$}  {}", named(tenure), time(tenure, date))?;
            before = &tenure.office;
        }
        if let Some(caution) = &offices.caution {
            writeln!(out, "  dates   {caution}")?;
        }
    }
    Ok(())
}

/// The same as JSON. `certain` is false within a month or year of which the day is not known,
/// and after the last day for which anybody looked.
pub fn objects(date: Date, lists: &[TermList]) -> Vec<serde_json::Value> {
    let object = |tenure: &Tenure, list: &TermList| {
        let known = list.offices.as_ref().is_some_and(|offices| date <= offices.to.last);
        json!({
            "office": tenure.office,
            "name": tenure.name,
            "from": tenure.from.iso(),
            "to": tenure.to.map(When::iso),
            "acting": tenure.acting,
            "certain": tenure.covers_surely(date) && (known || tenure.to.is_some()),
        })
    };
    lists.iter().flat_map(|list| list.in_office(date).map(move |tenure| object(tenure, list))).collect()
}

fn named(tenure: &Tenure) -> String {
    format!("{}{}", tenure.name, if tenure.acting { " (acting)" } else { "" })
}

/// Since when, and until when where it ends on `date` or may have.
fn time(tenure: &Tenure, date: Date) -> String {
    let about =
        |when: When| if when.first == when.last { "this day".to_owned() } else { format!("{when} (day not known)") };
    let from = tenure.from;
    let since = if from.last >= date { format!("from {}", about(from)) } else { format!("since {from}") };
    let until = tenure.to.filter(|to| to.first <= date).map(|to| format!(", until {}", about(to)));
    since + &until.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::files::Entry;

    const LIST: &str = "summary = 's'\nchecked = '2026-11-22'\nsource = 's'
[offices]\nfrom = '1997'\nto = '2026-02'\ncaution = 'from memory'\nnames = ['Mayor', 'Speaker']
[[term]]\ntext = 'Ann'\nheld = [{ office = 'Mayor', from = '2004-05-10', to = '2008-09' }]
[[term]]\ntext = 'Séan'\nheld = [{ office = 'Mayor', from = '2008-09', acting = true }, { office = 'Speaker', from = '2008-09-12' }]
";

    fn lists() -> [TermList; 1] {
        [TermList::parse(&Entry::new("people.toml", "people.toml", Cow::Borrowed(LIST))).unwrap()]
    }

    fn said(date: &str) -> String {
        let mut out = Vec::new();
        table(&mut out, date.parse().unwrap(), &lists()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_known_and_what_is_not() {
        assert_eq!(
            said("2006-01-02"),
            "\nIn office on 2 January 2006:\n  Mayor  Ann  since 10 May 2004\n  dates   from memory\n"
        );
        assert_eq!(
            said("2008-09-12"),
            "\nIn office on 12 September 2008:
  Mayor    Ann            since 10 May 2004, until September 2008 (day not known)
           Séan (acting)  from September 2008 (day not known)
  Speaker  Séan           from this day
  dates   from memory\n"
        );
        let last = said("2026-03-01");
        assert!(last.starts_with("\nIn office on 1 March 2026, as last known in February 2026:\n"), "{last}");
        assert!(last.contains("  Mayor    Séan (acting)  since September 2008\n"), "{last}");
        assert_eq!((said("2003-01-01"), said("1990-01-01")), (String::new(), String::new()));
    }

    #[test]
    fn json_says_what_is_certain() {
        let certain = |date: &str| {
            let objects = objects(date.parse().unwrap(), &lists());
            objects.iter().map(|object| object["certain"].as_bool().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(certain("2006-01-02"), [true]);
        assert_eq!(certain("2008-09-12"), [false, false, true]);
        assert_eq!(certain("2026-02-28"), [true, true]);
        assert_eq!(certain("2026-03-01"), [false, false]);
        let objects = objects("2008-10-01".parse().unwrap(), &lists());
        let mayor = json!({
            "office": "Mayor", "name": "Séan", "from": "2008-09", "to": null, "acting": true, "certain": true,
        });
        assert_eq!(objects[0], mayor);
    }
}
