//! Integration tests, in one binary so that candle links once.

mod rules;
