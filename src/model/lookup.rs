//! Model look-up.
