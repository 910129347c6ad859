//! `crossbench.toml` and everything else that sets how drafts are screened. The layers
//! are built-in → file → environment → flags; each value knows where it is from. What a
//! department changes in the rules is a [`House`]; here it is only read.

mod dump;
mod environment;
mod fail_on;
mod file;
mod page;
mod search;

use std::fmt;
use std::path::{Path, PathBuf};

pub use environment::VARIABLES;
pub use fail_on::FailOn;
pub use search::{FILE, Source};

use crate::error::{Error, Result};
use crate::files::Sources;
use crate::fusion::Point;
use crate::model::Folder;
use crate::rules::{Account, Catalogue, House};

/// A `crossbench.toml` with every key, explained and commented out.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The settings of one layer, or those in force; what is `None` or empty is not set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// From whose account posts go out.
    pub account: Option<Set<Account>>,
    /// How readily posts are stopped.
    pub point: Option<Set<Point>>,
    /// Which model is asked.
    pub model: Option<Set<ModelChoice>>,
    /// From which level `check` fails.
    pub fail_on: Option<Set<FailOn>>,
    /// Folders of a department's own rules.
    pub rules: Vec<Set<PathBuf>>,
    /// The file of suppressions.
    pub suppressions: Option<Set<PathBuf>>,
    /// What the department changes in the rules.
    pub house: House,
}

/// A value and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Where it is from.
    pub origin: Origin,
}

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    BuiltIn,
    /// A settings file.
    File {
        /// The file, as errors name it.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Variable(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

/// Which model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelChoice {
    /// None: the rules alone.
    None,
    /// The one inside the binary.
    BuiltIn,
    /// The one in this folder.
    Folder(PathBuf),
}

impl<T> Set<T> {
    /// `value`, as the flag called `name` sets it.
    pub fn by_flag(value: T, name: &'static str) -> Self {
        Self { value, origin: Origin::Flag(name) }
    }

    fn built_in(value: T) -> Self {
        Self { value, origin: Origin::BuiltIn }
    }
}

impl Settings {
    /// What holds where nobody sets anything.
    pub fn built_in() -> Self {
        Self {
            point: Some(Set::built_in(Point::default())),
            model: Some(Set::built_in(ModelChoice::BuiltIn)),
            fail_on: Some(Set::built_in(FailOn::default())),
            ..Self::default()
        }
    }

    /// The settings in force where `flags` were typed and `source` says which file is used.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Data`] or [`Error::Variable`] naming file and line, or the variable.
    pub fn in_force(source: &Source, flags: Self) -> Result<Self> {
        let file = source.locate()?.map_or_else(|| Ok(Self::default()), |path| file::read(&path))?;
        let environment = environment::layer(std::env::var_os)?;
        Ok(flags.over(environment).over(file).over(Self::built_in()))
    }

    /// These settings, and `below` where they set nothing.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            account: self.account.or(below.account),
            point: self.point.or(below.point),
            model: self.model.or(below.model),
            fail_on: self.fail_on.or(below.fail_on),
            rules: if self.rules.is_empty() { below.rules } else { self.rules },
            suppressions: self.suppressions.or(below.suppressions),
            house: if self.house.is_empty() { below.house } else { self.house },
        }
    }

    /// The rules of `sources`, or those built in, and of the own folders, as the department
    /// changes them.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Data`] naming file, line and key of the first fault.
    pub fn catalogue(&self, sources: Option<Sources<'static>>) -> Result<Catalogue> {
        if sources.is_none() && self.rules.is_empty() && self.house.is_empty() {
            return Catalogue::built_in();
        }
        let mut sources = sources.unwrap_or_else(Sources::built_in);
        for folder in &self.rules {
            sources.add_rules(&folder.value)?;
        }
        Catalogue::with_house(&sources, &self.house)
    }

    /// The folder of the model that is asked, if one is.
    ///
    /// # Errors
    /// [`Error::Data`] or [`Error::Variable`] where a file or variable names no folder,
    /// [`Error::Model`] or [`Error::Io`] where the folder is broken.
    pub fn model_folder(&self) -> Result<Option<Folder>> {
        let Some(Set { value, origin }) = &self.model else { return Folder::built_in().map(Some) };
        let path = match value {
            ModelChoice::None => return Ok(None),
            ModelChoice::BuiltIn => return Folder::built_in().map(Some),
            ModelChoice::Folder(path) => path,
        };
        if path.is_dir() {
            return Folder::read(path).map(Some);
        }
        match origin.missing("model", format!("no folder `{}`", path.display())) {
            Some(fault) => Err(fault),
            None => Folder::read(path).map(Some), // which says what is wrong with the flag's
        }
    }

    /// The file of suppressions, if there is one.
    ///
    /// # Errors
    /// [`Error::Data`] where a settings file names one that is not there.
    pub fn suppressions_file(&self) -> Result<Option<&Path>> {
        let Some(Set { value, origin }) = &self.suppressions else { return Ok(None) };
        let fault = || origin.missing("suppressions", format!("no file `{}`", value.display()));
        match fault().filter(|_| !value.is_file()) {
            Some(fault) => Err(fault),
            None => Ok(Some(value)),
        }
    }
}

impl Origin {
    /// The fault of a path behind `key` that leads nowhere; `None` where it was not set in
    /// a file or variable.
    fn missing(&self, key: &str, problem: String) -> Option<Error> {
        match self {
            Self::File { file, line } => {
                Some(Error::Data { file: file.clone(), line: Some(*line), problem: format!("{key}: {problem}") })
            }
            Self::Variable(name) => Some(Error::Variable { name, problem }),
            Self::BuiltIn | Self::Flag(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// The one of `choices` that is called `word`.
///
/// # Errors
/// A sentence for the user, with what there is and what is near.
fn pick<T: Clone, S: AsRef<str>>(word: &str, choices: &[(S, T)]) -> Result<T, String> {
    if let Some((_, value)) = choices.iter().find(|(name, _)| name.as_ref() == word) {
        return Ok(value.clone());
    }
    let names = || choices.iter().map(|(name, _)| name.as_ref());
    let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    let hint = crate::error::did_you_mean(&word.to_lowercase(), names());
    Err(format!("`{word}` is none of {}{hint}", all.join(", ")))
}

/// The values of `T` and what they are called on the command line.
fn choices<T: clap::ValueEnum + Clone>() -> Vec<(String, T)> {
    let name = |value: &T| value.to_possible_value().map(|possible| possible.get_name().to_owned());
    T::value_variants().iter().filter_map(|value| Some((name(value)?, value.clone()))).collect()
}

/// `path` as a person would write it, seen from `folder`.
fn beside(folder: &Path, path: &str) -> PathBuf {
    folder.join(path).components().collect()
}
