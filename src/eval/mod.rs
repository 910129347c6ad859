//! Measures: how well rules, model and both together agree with labels.
