//! x
#![allow(missing_docs)]
pub mod actors;
pub mod error;
pub mod files;
pub mod model;
pub mod post;
pub mod span;
pub mod terms;
pub mod text;
pub use error::{Error, Result};
