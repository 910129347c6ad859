//! Puts a calibration into a model folder: writes `calibration.json` and its hash
//! and size into the manifest, whose other bytes stay as they are.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::fusion::Calibration;
use crate::model::Manifest;
use crate::rules::hex;

const NAME: &str = "calibration.json";

/// Writes `calibration` into the model folder at `path`.
///
/// # Errors
/// [`Error::Io`], and [`Error::Model`] where the manifest has no hash to replace;
/// then nothing is written.
pub fn install(calibration: &Calibration, path: &Path) -> Result<()> {
    let place = path.join("manifest.toml");
    let manifest = std::fs::read_to_string(&place).map_err(|source| Error::io(&place, source))?;
    let json = serde_json::to_string_pretty(calibration).expect("a calibration is plain data") + "\n";
    let hash = hex(&Sha256::digest(json.as_bytes()));
    let edited = set(&manifest, "files", &format!("\"{hash}\""));
    let edited = set(&edited, "sizes", &json.len().to_string());
    let fault =
        |problem: String| Error::Model { model: path.display().to_string(), file: "manifest.toml".to_owned(), problem };
    let read: Manifest = toml::from_str(&edited).map_err(|e| fault(e.message().to_owned()))?;
    if read.files.get(NAME) != Some(&hash) {
        return Err(fault(format!("`[files]` has no line for `{NAME}`")));
    }
    let write = |file: &Path, text: &str| std::fs::write(file, text).map_err(|source| Error::io(file, source));
    write(&path.join(NAME), &json)?;
    write(&place, &edited)
}

/// The calibration of the model folder at `path`.
///
/// # Errors
/// [`Error::Io`], and [`Error::Model`] where it is none.
pub fn installed(path: &Path) -> Result<Calibration> {
    let place = path.join(NAME);
    let json = std::fs::read(&place).map_err(|source| Error::io(&place, source))?;
    serde_json::from_slice(&json).map_err(|fault| Error::Model {
        model: path.display().to_string(),
        file: NAME.to_owned(),
        problem: fault.to_string(),
    })
}

/// `manifest` with `value` for the calibration in `table`, if it has a line for it.
fn set(manifest: &str, table: &str, value: &str) -> String {
    let header = format!("[{table}]");
    let mut inside = false;
    let lines = manifest.split_inclusive('\n').map(|line| {
        if line.trim_start().starts_with('[') {
            inside = line.trim().starts_with(&header);
        }
        match inside.then(|| old_value(line)).flatten() {
            Some(old) => [&line[..old.start], value, &line[old.end..]].concat(),
            None => line.to_owned(),
        }
    });
    lines.collect()
}

/// Where on `line` the value of the calibration stands, if it is its line.
fn old_value(line: &str) -> Option<std::ops::Range<usize>> {
    let (key, rest) = line.split_once('=')?;
    if key.trim().trim_matches(['"', '\'']) != NAME {
        return None;
    }
    let start = line.len() - rest.trim_start().len();
    let quote = line[start..].chars().next().filter(|first| matches!(first, '"' | '\''));
    let length = match quote {
        Some(quote) => line[start + 1..].find(quote)? + 2,
        None => line[start..].find(|c: char| c.is_whitespace() || c == '#').unwrap_or(line.len() - start),
    };
    Some(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "# kept\nname = \"x\"\n\n[training]\n\"calibration.json\" = \"not this\"\n\n\
        [files]\n\"a.json\" = \"11\"\n  \"calibration.json\"  =  \"22\" # why\r\n[sizes]\n\"calibration.json\" = 7\n";

    #[test]
    fn only_the_two_values_change() {
        let edited = set(&set(MANIFEST, "files", "\"abc\""), "sizes", "1234");
        let expected = MANIFEST.replace("\"22\"", "\"abc\"").replace("= 7\n", "= 1234\n");
        assert_eq!(edited, expected);
    }

    #[test]
    fn a_manifest_without_sizes_stays_without() {
        let short = "[files]\n'calibration.json' = '22'";
        assert_eq!(set(short, "files", "\"abc\""), "[files]\n'calibration.json' = \"abc\"");
        assert_eq!(set(short, "sizes", "1"), short);
    }
}
