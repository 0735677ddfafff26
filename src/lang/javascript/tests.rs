//! What constructs mean.
