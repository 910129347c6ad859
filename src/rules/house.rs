//! What a department changes in the catalogue: the levels of rules, words that rules do
//! not stop at, and words that always need a look. Plain data, checked against the rules
//! that it names; [`crate::config`] reads it from a file.

use std::collections::HashMap;

use serde::Serialize;

use super::matching::Matching;
use super::rule::{Dimension, Level, Rule};
use crate::error::{Error, Result, did_you_mean};
use crate::text::Text;

/// Family of the rules that denied words become.
const FAMILY: &str = "house";
/// Words of a denied phrase that its rule's id keeps.
const WORDS_IN_ID: usize = 4;
/// What is asked of the writer where a denied word comes without advice.
const ADVICE: &str = "Say it in other words, or have a colleague read it first.";

/// A department's own levels and words.
#[derive(Debug, Clone, Default, Serialize)]
pub struct House {
    /// The file it is from, as errors name it.
    #[serde(skip)]
    pub file: String,
    /// Rules whose level is another one here.
    pub levels: Vec<LevelOf>,
    /// Words that some rules do not stop at.
    pub allow: Vec<Allow>,
    /// Words that always need a look.
    pub deny: Vec<Deny>,
}

/// A value and the line it stands in, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line.
    #[serde(skip)]
    pub line: usize,
}

/// The level that a rule has in this department.
#[derive(Debug, Clone, Serialize)]
pub struct LevelOf {
    /// Id of the rule.
    pub rule: At<String>,
    /// `note`, `review` or `hold`; `None` = the rule is off.
    pub level: Option<Level>,
}

/// Words that some rules do not stop at.
#[derive(Debug, Clone, Serialize)]
pub struct Allow {
    /// The words; each entry may be several words.
    pub words: Vec<At<String>>,
    /// Ids of the rules.
    pub rules: Vec<At<String>>,
    /// Why they are harmless.
    pub because: String,
    /// Line of the entry.
    #[serde(skip)]
    pub line: usize,
}

/// Words that always need a look.
#[derive(Debug, Clone, Serialize)]
pub struct Deny {
    /// The words; each entry may be several words.
    pub words: Vec<At<String>>,
    /// How serious they are: `note`, `review` or `hold`.
    pub level: Level,
    /// On which dimension.
    pub dimension: Dimension,
    /// Why the department avoids them.
    pub because: String,
    /// What to write instead.
    pub advice: Option<String>,
    /// What to ask the writer.
    pub question: Option<String>,
    /// Line of the entry.
    #[serde(skip)]
    pub line: usize,
}

impl House {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.allow.is_empty() && self.deny.is_empty()
    }

    /// `FILE:LINE`.
    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.file)
    }

    /// The level set for the rule called `id`, if one is.
    pub fn level_of(&self, id: &str) -> Option<&LevelOf> {
        self.levels.iter().find(|set| set.rule.value == id)
    }

    /// What is allowed to the rule called `id`.
    pub fn allowed<'h>(&'h self, id: &'h str) -> impl Iterator<Item = &'h Allow> {
        self.allow.iter().filter(move |allow| allow.rules.iter().any(|rule| rule.value == id))
    }

    /// The rules that denied words become, one an entry, in order.
    pub fn rules(&self) -> Vec<Rule> {
        let mut uses: HashMap<String, usize> = HashMap::new();
        self.deny
            .iter()
            .map(|deny| {
                let first = deny.words.first().map(|words| slug(&words.value)).unwrap_or_default();
                let uses = uses.entry(first.clone()).or_default();
                *uses += 1;
                let number = if *uses > 1 { format!("-{uses}") } else { String::new() };
                deny.as_rule(format!("{FAMILY}/{first}{number}"))
            })
            .collect()
    }

    /// What it holds, as bytes that do not depend on file or line.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain data becomes JSON")
    }

    /// Checks it against itself and against the ids of the rules there are.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, line and key of the first fault.
    pub fn check(&self, ids: &[&str]) -> Result<()> {
        self.check_levels(ids)?;
        let denied = self.check_deny()?;
        self.check_allow(ids, &denied)
    }

    fn check_levels(&self, ids: &[&str]) -> Result<()> {
        for (at, LevelOf { rule, level }) in self.levels.iter().enumerate() {
            let id = rule.value.as_str();
            if !ids.contains(&id) {
                let own = if self.rules().iter().any(|rule| rule.id == id) {
                    "; the level of denied words stands in their `[[deny]]`".to_owned()
                } else {
                    did_you_mean(id, ids)
                };
                return Err(self.fault(rule.line, format!("levels: no rule `{id}`{own}")));
            }
            if let Some(other) = self.levels[..at].iter().find(|other| other.rule.value == id) {
                return Err(self.fault(rule.line, format!("levels: `{id}` is set in line {} already", other.rule.line)));
            }
            if level.is_some_and(|level| !is_of_rules(level)) {
                return Err(self.fault(rule.line, format!("levels.{id}: must be `note`, `review`, `hold` or `off`")));
            }
        }
        Ok(())
    }

    /// Checks the denied words and lists them, as drafts are compared with them, with their lines.
    fn check_deny(&self) -> Result<HashMap<String, usize>> {
        let mut denied = HashMap::new();
        for deny in &self.deny {
            if deny.words.is_empty() {
                return Err(self.fault(deny.line, "deny.words: it is empty".to_owned()));
            }
            if !is_of_rules(deny.level) {
                return Err(self.fault(deny.line, "deny.level: must be `note`, `review` or `hold`".to_owned()));
            }
            for At { value, line } in &deny.words {
                let key = self.key("deny", value, *line)?;
                if let Some(earlier) = denied.insert(key, *line) {
                    return Err(self.fault(*line, format!("deny.words: `{value}` is denied in line {earlier} already")));
                }
            }
        }
        Ok(denied)
    }

    fn check_allow(&self, ids: &[&str], denied: &HashMap<String, usize>) -> Result<()> {
        let own: Vec<String> = self.rules().into_iter().map(|rule| rule.id).collect();
        for allow in &self.allow {
            for (key, list) in [("words", &allow.words), ("rules", &allow.rules)] {
                if list.is_empty() {
                    return Err(self.fault(allow.line, format!("allow.{key}: it is empty")));
                }
            }
            for At { value, line } in &allow.words {
                if let Some(other) = denied.get(&self.key("allow", value, *line)?) {
                    let problem = format!("allow.words: `{value}` is denied in line {other}; leave one of them out");
                    return Err(self.fault(*line, problem));
                }
            }
            for At { value: id, line } in &allow.rules {
                let known = || ids.iter().copied().chain(own.iter().map(String::as_str));
                if !known().any(|known| known == id) {
                    let problem = format!("allow.rules: no rule `{id}`{}", did_you_mean(id, known()));
                    return Err(self.fault(*line, problem));
                }
                if let Some(off) = self.level_of(id).filter(|set| set.level.is_none()) {
                    let problem = format!(
                        "allow.rules: `{id}` is off in line {}, so nothing is left to allow; leave one of them out",
                        off.rule.line
                    );
                    return Err(self.fault(*line, problem));
                }
            }
        }
        Ok(())
    }

    /// `words` as drafts are compared with them.
    fn key(&self, table: &str, words: &str, line: usize) -> Result<String> {
        key(words).map_err(|problem| self.fault(line, format!("{table}.words: `{words}` {problem}")))
    }

    fn fault(&self, line: usize, problem: String) -> Error {
        Error::Data { file: self.file.clone(), line: Some(line), problem }
    }
}

impl Deny {
    fn as_rule(&self, id: String) -> Rule {
        Rule {
            id,
            summary: "wording this department avoids".to_owned(),
            dimension: self.dimension,
            level: self.level,
            reason: match self.dimension {
                Dimension::Controversy => 'S',
                Dimension::Misleading => 'k',
            },
            accounts: Vec::new(),
            cites: Vec::new(),
            reads: "wording this department avoids".to_owned(),
            why: self.because.clone(),
            advice: self.advice.clone().unwrap_or_else(|| ADVICE.to_owned()),
            rewrite: None,
            question: self.question.clone(),
            when: Vec::new(),
            matching: Some(Matching {
                phrases: self.words.iter().map(|words| words.value.clone()).collect(),
                even_quoted: true,
                ..Matching::default()
            }),
            cases: None,
        }
    }
}

fn is_of_rules(level: Level) -> bool {
    matches!(level, Level::Note | Level::Review | Level::Hold)
}

/// `words` as the lexicon takes them: normalised like a draft, and with a `#` in front
/// only where the tag is all there is.
pub(super) fn plain(words: &str) -> String {
    let text = Text::new(words.trim());
    let more = text.hashtags().first().is_some_and(|tag| tag.end < text.tokens().len());
    if more { text.as_str().trim_start_matches('#').to_owned() } else { text.as_str().to_owned() }
}

/// `words` as drafts are compared with them, or why they can never be found.
fn key(words: &str) -> Result<String, &'static str> {
    let text = Text::new(&plain(words));
    let (Some(first), Some(last)) = (text.tokens().first(), text.tokens().last()) else {
        return Err("holds no word");
    };
    if first.sentence != last.sentence {
        return Err("holds the end of a sentence, so it can never be found: make it two");
    }
    if let ([tag], true) = (text.hashtags(), text.as_str().starts_with('#')) {
        return Ok(tag.key.clone());
    }
    Ok(text.tokens().iter().map(|token| token.key.as_str()).collect::<Vec<_>>().join(" "))
}

/// The first of `words` in lower case, with dashes: what an id may hold.
fn slug(words: &str) -> String {
    let lower = key(words).unwrap_or_default().replace('\'', "");
    let parts = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let slug = parts.take(WORDS_IN_ID).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "sign".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_as_drafts_are() {
        assert_eq!(key("Deep-Dive"), key("deep dive"));
        assert_eq!(key("don\u{2019}t"), key("Don't"));
        assert_ne!(key("#synergy"), key("synergy"));
        assert_eq!(key("#Change please"), key("change please"));
        assert!(key("Stop it. Go on").is_err() && key(" …").is_err());
    }

    #[test]
    fn ids_are_short_and_differ() {
        let deny = |words: &str| Deny {
            words: vec![At { value: words.to_owned(), line: 1 }],
            level: Level::Review,
            dimension: Dimension::Controversy,
            because: "b".to_owned(),
            advice: None,
            question: None,
            line: 1,
        };
        let deny = ["Deep Dive", "#deepdive", "deep/dive", "one two three four five", "£"].map(deny).to_vec();
        let house = House { deny, ..House::default() };
        let ids: Vec<String> = house.rules().into_iter().map(|rule| rule.id).collect();
        assert_eq!(
            ids,
            ["house/deep-dive", "house/deepdive", "house/deep-dive-2", "house/one-two-three-four", "house/sign"]
        );
    }
}
