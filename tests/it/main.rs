//! Integration tests, in one binary so that candle links once.

mod check;
mod config;
mod corpus;
mod drafts;
mod eval;
mod impartial;
mod model;
mod occasion;
mod outputs;
mod record;
mod rules;
mod scan;
mod schema;
mod suggest;
mod suppress;
