//! The rules that found something, as a log describes them. What is known of a rule is
//! what its findings say of it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{level, message};
use crate::report::issue::{Issue, UNSCREENED};
use crate::report::markdown;
use crate::report::record::{Clause, Found};
use crate::rules::Level;

/// Rules, in the order they were first met.
#[derive(Default)]
pub(super) struct Rules {
    known: Vec<Rule>,
    places: HashMap<String, usize>,
}

struct Rule {
    id: String,
    summary: String,
    level: Level,
    found: Option<Found>,
}

impl Rules {
    /// The number of the rule of `issue`.
    pub fn of(&mut self, issue: &Issue<'_>) -> usize {
        if let Some(&at) = self.places.get(issue.rule) {
            self.known[at].level = self.known[at].level.max(issue.level);
            return at;
        }
        let found = issue.finding.cloned().map(|found| Found { quote: None, ..found });
        let summary = match (issue.rule, &found) {
            (UNSCREENED, _) => "Not screened by the model",
            (_, None) => "A level of the model without words",
            (_, Some(_)) => issue.summary(),
        };
        let at = self.known.len();
        self.known.push(Rule { id: issue.rule.to_owned(), summary: summary.to_owned(), level: issue.level, found });
        self.places.insert(issue.rule.to_owned(), at);
        at
    }

    /// Id of the rule with the number `at`.
    pub fn id(&self, at: usize) -> &str {
        &self.known[at].id
    }

    /// All of them.
    pub fn descriptors(&self) -> Vec<Value> {
        self.known.iter().map(Rule::descriptor).collect()
    }
}

impl Rule {
    fn descriptor(&self) -> Value {
        let mut described = json!({
            "id": self.id,
            "shortDescription": {"text": message(&self.summary)},
            "defaultConfiguration": {"level": level(self.level)},
        });
        let Some(found) = &self.found else {
            described["fullDescription"] = described["shortDescription"].clone();
            described["help"] = json!({"text": "Read the post: no rule says which words it is about."});
            return described;
        };
        described["fullDescription"] = json!({"text": message(&found.why)});
        described["help"] = help(found);
        if let Some(url) = found.cites.iter().find_map(|cite| cite.url.as_deref().filter(|url| is_web(url))) {
            described["helpUri"] = json!(url);
        }
        described["properties"] = json!({"tags": [found.dimension.name()]});
        described
    }
}

/// Advice, question and clauses, as text and as Markdown.
fn help(found: &Found) -> Value {
    let mut text = vec![found.advice.clone()];
    let mut marked = vec![markdown::escaped(&found.advice)];
    if let Some(question) = &found.question {
        text.push(format!("Ask: {question}"));
        marked.push(format!("Ask: {}", markdown::escaped(question)));
    }
    let sources: Vec<String> = found.cites.iter().map(Clause::words).collect();
    text.extend(sources.iter().map(|words| format!("Source: {words}")));
    let listed: Vec<String> = found.cites.iter().map(|cite| format!("- {}", markdown::linked(cite))).collect();
    marked.extend((!listed.is_empty()).then(|| listed.join("\n")));
    json!({"text": message(&text.join("\n")), "markdown": marked.join("\n\n")})
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
