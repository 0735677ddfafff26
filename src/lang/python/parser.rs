//! The exact parser, called so that no text can bring the process down.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::{Parsed, parse_unchecked_source};

use super::stack;

/// The parser cannot be used on a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would run out of stack.
    TooDeep,
    /// It has a defect that this text meets.
    Panicked,
}

/// Parses a module and looks at the result. The result is dropped here, where the stack has room for that.
pub fn with_module<R>(text: &str, look: impl FnOnce(&Parsed<ModModule>) -> R) -> Result<R, Refusal> {
    let text = with_byte_order_mark(text);
    let parse = || {
        let parsed = parse_unchecked_source(&text, PySourceType::Python);
        look(&parsed)
    };
    match stack::with_room(&text, || catch_unwind(AssertUnwindSafe(parse))) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(_)) => Err(Refusal::Panicked),
        Err(stack::TooDeep) => Err(Refusal::TooDeep),
    }
}

/// Reading replaces a byte-order mark by three spaces, which would be indentation here.
fn with_byte_order_mark(text: &str) -> Cow<'_, str> {
    match text.strip_prefix("   ") {
        Some(rest) if !rest.starts_with([' ', '\t', '\n', '\r', '\x0c']) => Cow::Owned(format!("\u{feff}{rest}")),
        _ => Cow::Borrowed(text),
    }
}
