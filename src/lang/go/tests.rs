//! Lowering of each construct.
