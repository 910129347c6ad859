//! What was typed as a layer of settings, and what the settings in force ask for.

use jiff::civil::Date;

use crate::cli::args::{ConfigSource, FailOn, Running, Screening};
use crate::config::{ModelChoice, Set, Settings, Source};
use crate::error::Result;
use crate::screener::Screener;
use crate::suppress::SuppressionFile;

/// The settings in force for a command that screens.
pub fn settings(options: &Screening, fail_on: Option<FailOn>) -> Result<Settings> {
    let model = if options.rules_only {
        Some(Set::by_flag(ModelChoice::None, "--rules-only"))
    } else {
        options.model.clone().map(|path| Set::by_flag(ModelChoice::Folder(path), "--model"))
    };
    let flags = Settings {
        account: options.account.map(|account| Set::by_flag(account, "--account")),
        point: options.point.map(|point| Set::by_flag(point, "--point")),
        model,
        suppressions: options.suppressions.clone().map(|path| Set::by_flag(path, "--suppressions")),
        fail_on: fail_on.map(|fail_on| Set::by_flag(fail_on, "--fail-on")),
        ..Settings::default()
    };
    Settings::in_force(&source(&options.source), flags)
}

/// The settings in force for a command that only reads rules.
pub fn unflagged(options: &ConfigSource) -> Result<Settings> {
    Settings::in_force(&source(options), Settings::default())
}

/// The screener that `settings` ask for, for drafts that go out on `date` or today;
/// its model is run as `running` says.
pub fn screener(settings: &Settings, date: Option<Date>, running: Running) -> Result<Screener> {
    let catalogue = settings.catalogue(None)?;
    let account = settings.account.as_ref().map(|set| set.value);
    let suppressions = settings.suppressions_file()?.map(|path| SuppressionFile::read(path, &catalogue)).transpose()?;
    let screener = Screener::of(catalogue)
        .for_account(account)
        .on(Some(date.unwrap_or_else(crate::date::today)))
        .suppressing(suppressions.unwrap_or_default());
    let Some(folder) = settings.model_folder()? else { return Ok(screener) };
    let point = settings.point.as_ref().map(|set| set.value).unwrap_or_default();
    Ok(screener.with_engine(&folder, running.engine)?.thorough(running.thorough).at(point))
}

fn source(options: &ConfigSource) -> Source {
    match &options.config {
        Some(path) => Source::File(path.clone()),
        None if options.no_config => Source::None,
        None => Source::Nearest,
    }
}
