//! Reads a draft before a government body publishes it and says whether it can go
//! out, on political impartiality and misleading claims.
//!
//! ```
//! use crossbench::post::Post;
//! use crossbench::screener::Screener;
//!
//! let screener = Screener::built_in()?;
//! let verdict = screener.screen(&Post::new("1", "The library opens at 9am on Monday."))?;
//! assert_eq!(verdict.level().name(), "clear");
//! # Ok::<(), crossbench::Error>(())
//! ```
//!
//! The way through the house: [`post::Post`] → [`text::Text`] → ([`rules::Catalogue`] ‖
//! [`model::Scorer`]) → [`fusion`] → [`verdict::Verdict`] → [`wire`] or [`report`].
//! [`screener::Screener`] alone knows the order.

pub mod actors;
#[expect(dead_code, reason = "build.rs writes what is read here")]
mod ahead;
pub mod archive;
mod built;
pub mod calendar;
mod carriers;
pub mod cli;
pub mod config;
mod date;
pub mod error;
pub mod eval;
mod files;
pub mod fusion;
pub mod guidance;
pub mod model;
pub mod post;
pub mod report;
pub mod rules;
pub mod scan;
pub mod screener;
pub mod span;
pub mod suggest;
pub mod suppress;
pub mod terms;
pub mod text;
pub mod verdict;
pub mod wire;

pub use error::{Error, Result};
pub use files::{Entry, Sources};
