//! laggard finds the code that makes programs slow.

pub mod diagnostic;
pub mod effect;
pub mod extract;
pub mod facts;
pub mod lang;
pub mod link;
pub mod model;
pub mod program;
pub mod source;
pub mod syntax;
pub mod types;
