//! One file a verb.

pub mod calendar;
pub mod check;
pub mod encode;
pub mod eval;
pub mod explain;
pub mod fit;
pub mod model;
pub mod rules;
pub mod scan;
