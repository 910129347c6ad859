//! The level from which a command fails.

use clap::ValueEnum;

use crate::rules::Level;

/// The level from which the exit code is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FailOn {
    /// Any finding
    Note,
    /// What needs a second pair of eyes
    #[default]
    Review,
    /// What must not go out
    Hold,
    /// Nothing
    Never,
}

impl FailOn {
    /// The word used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Review => "review",
            Self::Hold => "hold",
            Self::Never => "never",
        }
    }

    /// Whether a post of `level` fails.
    pub fn fails(self, level: Level) -> bool {
        match self {
            Self::Note => level >= Level::Note,
            Self::Review => level >= Level::Review,
            Self::Hold => level >= Level::Hold,
            Self::Never => false,
        }
    }
}
