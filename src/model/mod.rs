//! The encoder.

pub mod tokenise;
