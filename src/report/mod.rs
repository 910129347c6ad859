//! Reporters: one file a format.
pub mod human;
pub mod jsonl;
pub mod manual;
pub mod summary;
