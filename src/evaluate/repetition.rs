//! How often a place runs, as far as anyone can tell: in a loop, or once.
//!
//! Loops of callers near by count, but not those that wait for events; what is called by a way that the call graph does
//! not know seems to run once.

use crate::facts::CallId;
use crate::program::Program;
use crate::source::FileId;

/// Is no loop known that the call runs in, in its function or in what leads to that?
pub(super) fn is_once(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let function = facts.scope(facts.call(call).scope).function;
    let mut loops = program.context(file, call).loops.iter();
    !loops.any(|frame| frame.goes_through_data()) && !program.repeated[program.function_ref(file, function).0 as usize]
}
