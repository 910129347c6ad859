//! The settings that variables of the environment make. An empty one is not set.

use std::ffi::OsString;

use super::{ModelChoice, Origin, Set, Settings, choices, pick};
use crate::error::{Error, Result};

const ACCOUNT: &str = "CROSSBENCH_ACCOUNT";
const POINT: &str = "CROSSBENCH_POINT";
const MODEL: &str = "CROSSBENCH_MODEL";
const FAIL_ON: &str = "CROSSBENCH_FAIL_ON";

/// Every variable that is read.
pub const VARIABLES: [&str; 4] = [ACCOUNT, POINT, MODEL, FAIL_ON];

/// The settings of the environment that `get` reads.
///
/// # Errors
/// [`Error::Variable`] naming the first one with a bad value.
pub(super) fn layer(get: impl Fn(&'static str) -> Option<OsString>) -> Result<Settings> {
    let get = |name| get(name).filter(|value| !value.is_empty());
    Ok(Settings {
        account: choice(ACCOUNT, get(ACCOUNT))?,
        point: choice(POINT, get(POINT))?,
        model: get(MODEL).map(|path| Set { value: ModelChoice::Folder(path.into()), origin: Origin::Variable(MODEL) }),
        fail_on: choice(FAIL_ON, get(FAIL_ON))?,
        ..Settings::default()
    })
}

fn choice<T: clap::ValueEnum + Clone>(name: &'static str, value: Option<OsString>) -> Result<Option<Set<T>>> {
    let Some(value) = value else { return Ok(None) };
    let word = value.to_string_lossy();
    let value = pick(word.trim(), &choices()).map_err(|problem| Error::Variable { name, problem })?;
    Ok(Some(Set { value, origin: Origin::Variable(name) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fusion::Point;

    #[test]
    fn empty_is_not_set_and_a_bad_value_is_named() {
        let of = |point: &'static str| layer(move |name| (name == POINT).then(|| point.into()));
        assert_eq!(of("").unwrap().point, None);
        assert_eq!(of("strict").unwrap().point.unwrap().value, Point::Strict);
        let fault = of("Strickt").unwrap_err().to_string();
        assert_eq!(
            fault,
            "CROSSBENCH_POINT: `Strickt` is none of `cautious`, `balanced`, `strict`; did you mean `strict`?"
        );
    }
}
