//! What a call is given, looked into: the variables that its receiver and its arguments are put together of.
//!
//! Displays and inner calls are seen through, as every read of a local variable is known with its place in the text. What
//! is no variable, and what reads are not recorded of (variables that several ways give), is not seen.

use super::matching::{Candidate, calls_of, region_of, runs_within};
use super::volume::element_source;
use crate::effect::Effect;
use crate::facts::*;
use crate::link::resolve::Value;
use crate::link::summarize::own_effects;
use crate::program::{LoopFrame, LoopSource, Program};
use crate::source::{FileId, Span};
use crate::syntax::{CollectionKind, LoopKind, Name};

/// Deeper chains of values are not followed.
const DEEPEST: usize = 16;

/// Local variables that are read in a piece of code.
fn reads_in(facts: &FileFacts, span: Span) -> impl Iterator<Item = (&Binding, &UseSite)> {
    facts
        .bindings
        .iter()
        .filter(move |binding| !span.contains(binding.span))
        .flat_map(|binding| binding.uses.iter().map(move |site| (binding, site)))
        .filter(move |(_, site)| span.contains(site.span))
}

/// Is `place` an attribute of `owner`, however deep, or `owner` itself?
fn is_or_is_part_of(facts: &FileFacts, place: Name, owner: Name) -> bool {
    place == owner || facts.text(place).strip_prefix(facts.text(owner)).is_some_and(|rest| rest.starts_with('.'))
}

// ---- chains -----------------------------------------------------------------------------------------------------

/// Is an argument, or what is put into one, set in the turn to a part of what the call gives, or puts into another argument?
pub(super) fn is_chained(program: &Program, candidate: &Candidate) -> bool {
    let Some((frame, region)) = candidate.frame.zip(region_of(program, candidate)) else { return false };
    let facts = &program.file(candidate.file).facts;
    // A loop without elements takes its work from calls.
    let is_endless = match frame.source {
        LoopSource::Loop(id) => matches!(facts.loop_of(id).kind, LoopKind::While | LoopKind::Infinite),
        _ => false,
    };
    let arguments = facts.arguments_of(candidate.site(program));
    let is_carried = |given: &&Argument| given.depend.carried & frame.bit != 0;
    let may_be = |given: &&Argument| is_carried(given) || is_endless && given.depend.volatile & frame.bit != 0;
    let carried: Vec<&Argument> = arguments.iter().filter(may_be).collect();
    let is_borrowed = |given: &&Argument| matches!(facts.origin(given.origin), Origin::Borrowed(_));
    let others: Vec<&Argument> =
        arguments.iter().filter(|given| !is_carried(given) && (is_borrowed(given) || !may_be(given))).collect();
    let read = carried.iter().flat_map(|given| reads_in(facts, given.span).map(|(_, site)| site.place));
    let asked: Vec<Name> = carried.iter().filter_map(|given| given.place).chain(read).collect();
    let mut writes = facts.writes[region.writes.0 as usize..region.writes.1 as usize].iter();
    writes.any(|write| {
        // What it is set to is not what the call puts there.
        let is_filled = |origin: OriginId| {
            others.iter().filter(|other| other.place != Some(write.place)).any(|other| {
                match facts.origin(other.origin) {
                    Origin::Borrowed(inner) => inner == origin,
                    _ => other.origin == origin,
                }
            })
        };
        let is_given = |origin| facts.origin(origin) == Origin::Call(candidate.call) || is_filled(origin);
        asked.iter().any(|place| is_or_is_part_of(facts, *place, write.place))
            && comes_of(facts, write.value, &is_given, 0)
    })
}

/// Is a value such a one or a part of it, on one of several ways perhaps?
fn comes_of(facts: &FileFacts, origin: OriginId, is_given: &dyn Fn(OriginId) -> bool, depth: usize) -> bool {
    if is_given(origin) {
        return true;
    }
    if depth > DEEPEST {
        return false;
    }
    match facts.origin(origin) {
        Origin::Join(start, end) => {
            facts.origin_list(start, end).iter().any(|member| comes_of(facts, *member, is_given, depth + 1))
        }
        _ => facts.source_of(origin).is_some_and(|source| comes_of(facts, source, is_given, depth + 1)),
    }
}

// ---- references -------------------------------------------------------------------------------------------------

/// Does a later write of the loop refer to the row that this one gives? Then it cannot wait for the end of the loop.
pub(super) fn row_is_referred_to(program: &Program, candidate: &Candidate) -> bool {
    let Some(region) = region_of(program, candidate) else { return false };
    let facts = &program.file(candidate.file).facts;
    // What is written on again goes with the write that gave it.
    let first = calls_of(region).find(|call| {
        own_effects(program, candidate.file, *call).has(Effect::DbWrite)
            && leads_to_call(facts, candidate.site(program).callee, *call) == Some(Reach::Itself)
    });
    let written = first.unwrap_or(candidate.call);
    let given = |origin: OriginId| leads_to_call(facts, origin, written) == Some(Reach::Itself);
    let around: Vec<ScopeId> = facts.scopes_from(facts.call(written).scope).map(|(id, _)| id).collect();
    // `other.row = row`
    let writes = &facts.writes[region.writes.0 as usize..region.writes.1 as usize];
    let is_attribute = |write: &Write| write.kind == WriteKind::Assign && facts.text(write.place).contains('.');
    if writes.iter().any(|write| is_attribute(write) && given(write.value)) {
        return true;
    }
    calls_of(region).filter(|call| *call > written).any(|call| {
        let site = facts.call(call);
        let on_relation = || leads_to_call(facts, site.callee, written) == Some(Reach::Member);
        let as_argument = || {
            let mut arguments = facts.arguments_of(site).iter();
            arguments.any(|argument| {
                // What some turns write only leaves the rows of the others free.
                let is_in_each = || runs_within(facts, call, &around);
                given(argument.origin) || has_key_of_row(facts, argument, written) && is_in_each()
            })
        };
        own_effects(program, candidate.file, call).has(Effect::DbWrite) && (on_relation() || as_argument())
    })
}

/// Does a display that is given hold the key of the row that a call gives: `{ order: { id: row.id } }`?
fn has_key_of_row(facts: &FileFacts, given: &Argument, call: CallId) -> bool {
    matches!(facts.origin(given.origin), Origin::Collection(..) | Origin::Tuple(..))
        && reads_in(facts, given.span).any(|(binding, site)| {
            leads_to_call(facts, binding.origin, call).is_some()
                && facts.text(site.place).rsplit('.').next().is_some_and(names_key)
        })
}

/// Is it what keys of rows are called: `id`, `pk`, `orderId`, `order_id`?
fn names_key(name: &str) -> bool {
    matches!(name, "id" | "_id" | "pk" | "uuid" | "ID")
        || ["Id", "ID", "_id", "_pk"].iter().any(|end| name.ends_with(end))
}

/// How a value leads to the result of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// It is the result, or a part of it by position.
    Itself,
    /// It is read of it by name.
    Member,
}

/// Is a value the result of a call, or something of it?
fn leads_to_call(facts: &FileFacts, mut origin: OriginId, call: CallId) -> Option<Reach> {
    let mut reach = Reach::Itself;
    for _ in 0..8 {
        match facts.origin(origin) {
            Origin::Call(own) => return (own == call).then_some(reach),
            Origin::Member(inner, _) => {
                reach = Reach::Member;
                origin = inner;
            }
            Origin::Part(inner, _)
            | Origin::Item(inner)
            | Origin::Propagated(inner)
            | Origin::Await(inner)
            | Origin::Borrowed(inner)
            | Origin::Ascribed(_, inner) => origin = inner,
            _ => return None,
        }
    }
    None
}

// ---- many at once -----------------------------------------------------------------------------------------------

/// Is all that the call is given of the loop a list that the turn is, or a list made of all its elements: a page, a chunk, a
/// level? Then it asks for all of them at once already.
pub(super) fn asks_for_many(program: &mut Program, candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let span = candidate.site(program).span;
    let read: Vec<(Binding, UseSite)> = reads_in(facts, span)
        .filter(|(binding, _)| is_of_turn(facts, binding, &frame) && differs(facts, binding, &frame))
        .map(|(binding, site)| (binding.clone(), *site))
        .collect();
    let is_one = |site: &UseSite| matches!(site.place_kind, Use::Indexed | Use::FirstOrLast);
    !read.is_empty()
        && read.iter().all(|(binding, site)| !is_one(site) && is_list_of_turn(program, file, binding, &frame))
}

/// The scope of a loop, or of a closure that is one.
fn scope_of(facts: &FileFacts, frame: &LoopFrame) -> Option<ScopeId> {
    match frame.source {
        LoopSource::Loop(id) => Some(facts.loop_of(id).scope),
        LoopSource::Closure(id) => Some(facts.closure(id).scope),
        LoopSource::Call(_) | LoopSource::Shown(_) => None,
    }
}

/// Is a variable bound in the loop, or set there for the next turn?
fn is_of_turn(facts: &FileFacts, binding: &Binding, frame: &LoopFrame) -> bool {
    let Some(own) = scope_of(facts, frame) else { return false };
    let is_inside = |scope| facts.is_within(scope, own);
    let is_set = |write: &Write| write.place == binding.name && write.is_local && is_inside(write.scope);
    is_inside(binding.scope) || facts.writes.iter().any(is_set)
}

/// May a variable of the turn be another in each turn? What is written down is not, nor what a call makes of nothing that
/// is; what a library hands to a closure, as a transaction, is as good as what it was asked with.
fn differs(facts: &FileFacts, binding: &Binding, frame: &LoopFrame) -> bool {
    let varies = |depend: Depend| (depend.element | depend.carried) & frame.bit != 0;
    let asked = |call: CallId| {
        let site = facts.call(call);
        varies(site.receiver_depend) || facts.arguments_of(site).iter().any(|argument| varies(argument.depend))
    };
    let around = match facts.scope(binding.scope).kind {
        ScopeKind::Closure(id) if frame.source != LoopSource::Closure(id) => facts.closure(id).given_to,
        _ => None,
    };
    match facts.origin(binding.origin) {
        Origin::String(Some(_)) | Origin::Integer(Some(_)) | Origin::Bool(Some(_)) | Origin::Null => false,
        _ if binding.source.is_empty() && around.is_some() => {
            around.is_some_and(|(call, _)| varies(facts.call(call).receiver_depend))
        }
        Origin::Call(call) => asked(call),
        _ => true,
    }
}

/// Is a variable a list that the turn goes on with as a whole, or a list made of one?
fn is_list_of_turn(program: &mut Program, file: FileId, binding: &Binding, frame: &LoopFrame) -> bool {
    if is_turn(&program.file(file).facts, binding, frame) {
        return is_list(program, file, binding);
    }
    let facts = &program.file(file).facts;
    let Some(source) = gone_through(facts, binding.origin, 0) else { return false };
    let turn = facts.bindings.iter().find(|other| other.origin == source && is_turn(facts, other, frame)).cloned();
    turn.is_some_and(|turn| is_list(program, file, &turn) && gives_list(program, file, binding.origin))
}

/// Is a variable what a turn is about: the only one that a loop binds, or what a loop without elements has made for itself?
fn is_turn(facts: &FileFacts, binding: &Binding, frame: &LoopFrame) -> bool {
    let is_whole = !matches!(
        facts.origin(binding.origin),
        Origin::Part(..) | Origin::Member(..) | Origin::Item(_) | Origin::Payload(..)
    );
    match frame.source {
        LoopSource::Loop(id) => {
            let own = facts.loop_of(id);
            match own.kind {
                LoopKind::While | LoopKind::Infinite => is_whole,
                _ => is_whole && own.target_span == binding.span,
            }
        }
        LoopSource::Closure(id) => {
            let own = facts.closure(id);
            is_whole && binding.scope == own.scope && binding.source.is_empty() && own.target == Some(binding.name)
        }
        LoopSource::Call(_) | LoopSource::Shown(_) => false,
    }
}

/// What a value goes through as a whole: the receiver of `rows.map(…)`, the argument of `list(rows)`, what a comprehension
/// takes its elements from.
fn gone_through(facts: &FileFacts, origin: OriginId, depth: usize) -> Option<OriginId> {
    if depth > DEEPEST {
        return None;
    }
    match facts.origin(origin) {
        Origin::Collection(_, Some(element), None) => element_source(facts, element, 0),
        Origin::Ascribed(_, inner) | Origin::Borrowed(inner) => gone_through(facts, inner, depth + 1),
        Origin::Call(call) => {
            let site = facts.call(call);
            let source = match (site.name, facts.arguments_of(site)) {
                (Some(_), _) => site.callee,
                (None, [only]) => only.origin,
                _ => return None,
            };
            Some(gone_through(facts, source, depth + 1).unwrap_or(source))
        }
        _ => None,
    }
}

/// Is a variable a list, as its type says or as it is gone through?
fn is_list(program: &mut Program, file: FileId, binding: &Binding) -> bool {
    if gives_list(program, file, binding.origin) {
        return true;
    }
    let facts = &program.file(file).facts;
    // `[row.id for row in rows]`
    if facts.loops.iter().any(|own| own.iterable == Some(binding.origin)) {
        return true;
    }
    // `rows.map((row) => …)`
    let members: Vec<Name> = binding
        .uses
        .iter()
        .filter(|site| site.kind == Use::Receiver)
        .flat_map(|site| {
            facts
                .calls
                .iter()
                .filter(move |call| call.span.start == site.span.start && call.receiver_place == Some(binding.name))
        })
        .filter_map(|call| call.name)
        .collect();
    let language = program.file(file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    members.into_iter().any(|name| resolver.repeats_in_list(&program.files, file, name))
}

/// Does a value have the type of lists, or is it written as one?
fn gives_list(program: &mut Program, file: FileId, origin: OriginId) -> bool {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Collection(kind, ..) => return kind != CollectionKind::Map,
        Origin::Slice(..) => return true,
        Origin::Call(call) => {
            let name = facts.call(call).name;
            let language = program.file(file).source.language;
            if let (Some(name), Some(resolver)) = (name, program.resolvers[language].as_mut())
                && resolver.repeats_in_list(&program.files, file, name)
            {
                return true;
            }
        }
        _ => {}
    }
    let language = program.file(file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    let literals = resolver.language_literals();
    match resolver.infer(&program.files, file, origin).list[..] {
        [Value::Instance(id)] => {
            let name = resolver.type_name(id);
            !name.is_empty() && (name == literals.list || name == literals.set)
        }
        _ => false,
    }
}
