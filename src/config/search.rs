//! Which settings file is used: the one named, or the nearest upwards.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Name of the settings file.
pub const FILE: &str = "crossbench.toml";

/// Which settings file is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    /// The `crossbench.toml` of the current folder or the nearest above it, if there is one.
    #[default]
    Nearest,
    /// This file.
    File(PathBuf),
    /// None.
    None,
}

impl Source {
    /// The file, if there is one.
    ///
    /// # Errors
    /// [`Error::Io`] where the current folder is not known.
    pub(super) fn locate(&self) -> Result<Option<PathBuf>> {
        match self {
            Self::None => Ok(None),
            Self::File(path) => Ok(Some(path.clone())),
            Self::Nearest => {
                let folder = std::env::current_dir().map_err(|fault| Error::io(".", fault))?;
                Ok(nearest(&folder))
            }
        }
    }
}

/// The settings file nearest to `folder`, as seen from there: `../crossbench.toml`.
fn nearest(folder: &Path) -> Option<PathBuf> {
    let mut seen = PathBuf::new();
    for above in folder.ancestors() {
        let file = above.join(FILE);
        // a link that leads nowhere is there, and an error when it is read
        if file.symlink_metadata().is_ok() && !file.is_dir() {
            return Some(seen.join(FILE));
        }
        seen.push("..");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_upwards_and_no_folder_of_that_name() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        std::fs::create_dir_all(below.join(FILE)).unwrap();
        std::fs::write(root.path().join(FILE), "").unwrap();
        assert_eq!(nearest(&below), Some(PathBuf::from("../../crossbench.toml")));
        std::fs::write(root.path().join("a").join(FILE), "").unwrap();
        assert_eq!(nearest(&below), Some(PathBuf::from("../crossbench.toml")));
    }
}
