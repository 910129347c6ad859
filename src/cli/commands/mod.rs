//! One file a verb.

pub mod calendar;
pub mod check;
pub mod config;
pub mod diff;
pub mod encode;
pub mod eval;
pub mod explain;
pub mod fit;
pub mod init;
pub mod inspect;
pub mod model;
pub mod rules;
pub mod scan;
pub mod watch;
