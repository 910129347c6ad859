//! The settings in force as TOML that could be read again, and where each is from.

use std::fmt::Write;
use std::path::Path;

use toml::Value;

use super::{FailOn, ModelChoice, Origin, Set, Settings};
use crate::fusion::Point;
use crate::rules::Account;
use crate::rules::house::{Allow, At, Deny, House};

const STRING: &str = "writing to a String cannot fail";
/// Columns before the origin, where the line is not longer.
const COLUMN: usize = 40;

impl Settings {
    /// Every setting, one a line; `origins` adds where each is from.
    pub fn dump(&self, origins: bool) -> String {
        let mut out = Dump { text: String::new(), origins };
        out.named("account", self.account.as_ref(), Account::name, "every rule binds");
        out.named("point", self.point.as_ref(), Point::name, "");
        out.model(self.model.as_ref());
        out.named("fail-on", self.fail_on.as_ref(), FailOn::name, "");
        out.rules(&self.rules);
        match &self.suppressions {
            Some(Set { value, origin }) => out.set("suppressions", &quoted(&shown(value)), origin),
            None => out.unset("suppressions", "none"),
        }
        out.house(&self.house);
        out.text
    }
}

struct Dump {
    text: String,
    origins: bool,
}

impl Dump {
    fn named<T: Copy>(&mut self, key: &str, set: Option<&Set<T>>, name: impl Fn(T) -> &'static str, none: &str) {
        match set {
            Some(Set { value, origin }) => self.set(key, &quoted(name(*value)), origin),
            None => self.unset(key, none),
        }
    }

    fn model(&mut self, set: Option<&Set<ModelChoice>>) {
        match set {
            Some(Set { value: ModelChoice::Folder(path), origin }) => self.set("model", &quoted(&shown(path)), origin),
            Some(Set { value: ModelChoice::None, origin }) => self.line("# model: none, rules only", origin),
            _ => self.unset("model", "the one inside the program"),
        }
    }

    fn rules(&mut self, folders: &[Set<std::path::PathBuf>]) {
        if folders.is_empty() {
            return self.unset("rules", "no folder of own rules");
        }
        self.text.push_str("rules = [\n");
        for Set { value, origin } in folders {
            self.line(&format!("    {},", quoted(&shown(value))), origin);
        }
        self.text.push_str("]\n");
    }

    fn house(&mut self, house: &House) {
        let origin = |line: usize| Origin::File { file: house.file.clone(), line };
        if !house.levels.is_empty() {
            self.text.push_str("\n[levels]\n");
        }
        for set in &house.levels {
            let level = set.level.map_or("off", |level| level.name());
            self.set(&quoted(&set.rule.value), &quoted(level), &origin(set.rule.line));
        }
        for Allow { words, rules, because, line } in &house.allow {
            self.text.push('\n');
            self.line("[[allow]]", &origin(*line));
            self.plain("words", &list(words));
            self.plain("rules", &list(rules));
            self.plain("because", &quoted(because));
        }
        for Deny { words, level, dimension, because, advice, question, line } in &house.deny {
            self.text.push('\n');
            self.line("[[deny]]", &origin(*line));
            self.plain("words", &list(words));
            self.plain("level", &quoted(level.name()));
            self.plain("dimension", &quoted(dimension.name()));
            self.plain("because", &quoted(because));
            for (key, text) in [("advice", advice), ("question", question)] {
                if let Some(text) = text {
                    self.plain(key, &quoted(text));
                }
            }
        }
    }

    fn set(&mut self, key: &str, value: &str, origin: &Origin) {
        self.line(&format!("{key} = {value}"), origin);
    }

    fn unset(&mut self, key: &str, meaning: &str) {
        self.line(&format!("# {key}: {meaning}"), &Origin::BuiltIn);
    }

    fn plain(&mut self, key: &str, value: &str) {
        writeln!(self.text, "{key} = {value}").expect(STRING);
    }

    fn line(&mut self, line: &str, origin: &Origin) {
        if self.origins {
            writeln!(self.text, "{line:<COLUMN$}  # {origin}").expect(STRING);
        } else {
            writeln!(self.text, "{line}").expect(STRING);
        }
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn list(texts: &[At<String>]) -> String {
    format!("[{}]", texts.iter().map(|at| quoted(&at.value)).collect::<Vec<_>>().join(", "))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
