//! x
#![allow(missing_docs)]
pub mod actors;
pub mod archive;
pub mod error;
pub mod files;
pub mod guidance;
pub mod model;
pub mod post;
pub mod reasons;
pub mod rules;
pub mod span;
pub mod terms;
pub mod text;
pub use error::{Error, Result};
