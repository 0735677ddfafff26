//! From the spans of syn to bytes.
//!
//! proc-macro2 counts characters and keeps what it needs to tell bytes in a table of the thread. Its answer in bytes
//! goes through a map that grows with every question; its answer in lines and columns does not, and on a line of
//! nothing but ASCII a column is a byte. So the lines of the text at hand are kept beside that table, per thread too.

use std::cell::RefCell;

use crate::source::Span;

thread_local! {
    static LINES: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// A line of the text that is being lowered.
#[derive(Clone, Copy)]
struct Line {
    /// Its first byte.
    start: u32,
    is_ascii: bool,
}

/// Makes the lines of a text known, before its spans are asked for. It is the only text that the thread has parsed
/// since its spans were last forgotten.
pub(super) fn enter(text: &str) {
    LINES.with_borrow_mut(|lines| {
        lines.clear();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.push(Line { start, is_ascii: line.is_ascii() });
            start += line.len() as u32;
        }
        // The end of a text that ends with a line break is on a line of its own.
        lines.push(Line { start, is_ascii: true });
    });
}

/// The bytes of a token.
pub(super) fn at(span: proc_macro2::Span) -> Span {
    let (first, last) = (span.start(), span.end());
    LINES.with_borrow(|lines| {
        let offset = |position: proc_macro2::LineColumn| {
            let line = lines.get(position.line.checked_sub(1)?)?;
            line.is_ascii.then(|| line.start as usize + position.column)
        };
        match (offset(first), offset(last)) {
            (Some(start), Some(end)) => Span::new(start, end),
            _ => {
                let range = span.byte_range();
                Span::new(range.start, range.end)
            }
        }
    })
}
