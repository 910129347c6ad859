//! Integration tests, in one binary so that candle links once.

mod archive_documents;
mod archive_social;
mod archive_x;
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
mod resume;
mod rules;
mod runs;
mod scan;
mod schema;
mod suggest;
mod suppress;
