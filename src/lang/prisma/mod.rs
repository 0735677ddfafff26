//! Schemas of Prisma: models, lowered to classes whose fields are made by calls.
//!
//! A field of a model that holds a value is a call of `prisma_schema.column`, and what `@@index` and its like list stands
//! in fields of these names, which no field of a model can have. What those calls and fields mean is said in the model
//! tables. Views, composite types, and what a field holds beyond "one of a few values" are left out.

use super::{Dialect, Parsed};

mod lower;
mod tokens;

#[cfg(test)]
mod tests;

/// The dialect.
pub struct Prisma;

impl Dialect for Prisma {
    fn name(&self) -> &'static str {
        "prisma"
    }

    fn file_name<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.ends_with(".prisma").then_some(path)
    }

    fn is_read_always(&self) -> bool {
        true
    }

    fn parse(&self, text: &str) -> Parsed {
        Parsed { tree: lower::lower(text), errors: Vec::new() }
    }
}
