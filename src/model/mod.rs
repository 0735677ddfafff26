//! Models: what library calls cost, as data. `table.rs` is the form, `lookup.rs` answers questions.

pub mod lookup;
pub mod table;
