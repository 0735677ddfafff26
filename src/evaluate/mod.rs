//! From the program and the rules to diagnostics.

pub mod suppress;
