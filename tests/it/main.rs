//! Integration tests, in one binary so that candle links once.

mod archive_documents;
mod check;
mod config;
mod corpus;
mod drafts;
mod eval;
mod impartial;
mod model;
mod occasion;
mod record;
mod rules;
mod scan;
mod schema;
mod suggest;
mod suppress;
