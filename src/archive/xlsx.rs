//! Not yet read.

use super::ahead::Ahead;
use super::input::Input;
use super::members::Members;
use super::{Posts, Reading, feed_fault};
use crate::error::Result;

/// Why a file with this beginning is one, if it is.
pub(super) fn claims(_ahead: &Ahead<'_>) -> Option<String> {
    None
}

/// Why an archive with these members is one, if it is.
pub(super) fn claims_members(_members: &Members) -> Option<String> {
    None
}

/// The posts of `input`.
pub(super) fn open(input: Input, _reading: &Reading) -> Result<Posts> {
    Err(feed_fault(input.name(), "not read yet"))
}
