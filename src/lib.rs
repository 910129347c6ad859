//! x
#![allow(missing_docs)]
pub mod actors;
pub mod archive;
mod carriers;
pub mod cli;
pub mod error;
pub mod eval;
mod files;
pub mod fusion;
pub mod guidance;
pub mod model;
pub mod post;
pub mod report;
pub mod rules;
pub mod screener;
pub mod span;
pub mod terms;
pub mod text;
pub mod verdict;
pub mod wire;
pub use error::{Error, Result};
pub use files::{Entry, Sources};
