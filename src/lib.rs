//! x
#![allow(missing_docs)]
pub mod actors;
pub mod archive;
mod carriers;
pub mod error;
mod files;
pub mod fusion;
pub mod guidance;
pub mod model;
pub mod post;
pub mod rules;
pub mod screener;
pub mod span;
pub mod terms;
pub mod text;
pub mod verdict;
pub use error::{Error, Result};
pub use files::{Entry,Sources};
