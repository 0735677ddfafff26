//! Handlers: closures and functions that something else calls later, once per request or for each letter that is typed.
//!
//! Which arguments are handlers is data. Knows those that are written out where they are handed over, and functions that are
//! handed over by their names; of what another call makes of them (a debounced handler) it says nothing.

use crate::effect::Effect;
use crate::facts::*;
use crate::link::resolve::argument_at;
use crate::model::table::Argument as Place;
use crate::program::Program;
use crate::source::FileId;
use crate::syntax::Name;

/// Does a call stand in a closure that is handed to a framework, which runs it from then on?
pub(super) fn is_in_handed_closure(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let span = facts.call(call).span;
    let mut around = facts.closures.iter().filter(|closure| closure.span.contains(span));
    around.any(|closure| {
        closure.given_to.is_some_and(|(outer, _)| {
            let row = program.resolved(file, outer).row().filter(|row| !row.effects.has(Effect::AtStart));
            row.is_some_and(|row| is_given(facts, outer, &row.entry, closure))
        })
    })
}

/// Does it run for each letter that somebody types, in the handler itself and not in a closure that this hands on?
pub(super) fn runs_while_typing(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let span = facts.call(call).span;
    let function = facts.scope(facts.call(call).scope).function;
    let own = facts.function(function).span;
    let around = facts.closures.iter().filter(|closure| closure.span.contains(span) && own.contains(closure.span));
    match around.min_by_key(|closure| closure.span.end - closure.span.start) {
        Some(closure) => closure.given_to.is_some_and(|(outer, _)| {
            program.resolved(file, outer).row().is_some_and(|row| is_given(facts, outer, &row.typing, closure))
        }),
        None => program.while_typing[program.function_ref(file, function).0 as usize],
    }
}

/// Is a closure an argument of a call, at one of these places?
fn is_given(facts: &FileFacts, call: CallId, places: &[Place], closure: &Closure) -> bool {
    places.iter().filter_map(|place| argument_at(facts, call, place)).any(|argument| {
        let handed = facts.origin(facts.bare(argument.origin));
        matches!(handed, Origin::Closure(own) if facts.closure(own).span == closure.span)
    })
}

/// Is one of the arguments with these names a display or a closure that is made anew whenever the function runs?
pub(super) fn is_made_here(program: &Program, file: FileId, call: CallId, names: &[String]) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let is_named = |argument: &&Argument| {
        argument.keyword.is_some_and(|keyword| names.iter().any(|name| name == facts.text(keyword)))
    };
    let is_new = |argument: &Argument| match facts.origin(facts.bare(argument.origin)) {
        Origin::Collection(..) | Origin::Closure(_) => argument.place.is_none_or(|place| is_local(facts, site, place)),
        _ => false,
    };
    facts.arguments_of(site).iter().filter(is_named).any(is_new)
}

/// Does the function around a call bind a name?
fn is_local(facts: &FileFacts, site: &CallSite, place: Name) -> bool {
    let function = facts.scope(site.scope).function;
    let is_own = |binding: &Binding| binding.name == place && facts.scope(binding.scope).function == function;
    function != FunctionId(0) && facts.bindings.iter().any(is_own)
}
