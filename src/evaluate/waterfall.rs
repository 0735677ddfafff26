//! Awaits in a row: calls that are awaited one after the other, while none needs what another gives.
//!
//! It knows the calls of one block. What stands between them must not be a statement that is there for what it does, and
//! where a caller hands over the client that is asked, as a transaction, nobody knows whether it can answer side by side.

use super::matching::{Candidate, leaf};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::resolve::Value;
use crate::link::summarize::effects_of_call;
use crate::program::{Program, Reached};
use crate::source::{FileId, Span};
use crate::syntax::ParameterKind;

/// How many lines apart two awaits may be that are in a row.
const FARTHEST: u32 = 6;

/// How many in a row are worth a word.
const LEAST: usize = 3;

/// What must stay where it is.
const CHANGES: EffectSet = EffectSet::of(&[Effect::DbWrite, Effect::DbCommit, Effect::Locks, Effect::Sleep]);

/// Is it the third in a row that is awaited and asks what one of these libraries can answer side by side?
pub(super) fn is_third_in_a_row(program: &mut Program, candidate: &Candidate, pools: &[String]) -> bool {
    let (file, call) = (candidate.file, candidate.call);
    let facts = &program.file(file).facts;
    let Some(own) = facts.awaits.iter().find(|at| facts.origin(at.origin) == Origin::Call(call)).copied() else {
        return false;
    };
    if !program.context(file, call).loops.is_empty() || is_in_transaction(program, candidate) {
        return false;
    }
    if !asks_one_of(program, file, call, pools) {
        return false;
    }
    let before = in_a_row_before(program, file, own);
    before.into_iter().filter(|call| asks_one_of(program, file, *call, pools)).count() + 1 == LEAST
}

/// The calls that are awaited in a row before an await, the last first.
fn in_a_row_before(program: &Program, file: FileId, own: AwaitSite) -> Vec<CallId> {
    let facts = &program.file(file).facts;
    let mut found = Vec::new();
    let mut next = own;
    loop {
        let earlier = facts.awaits.iter().filter(|at| at.scope == own.scope && at.span.end <= next.span.start);
        let Some(previous) = earlier.max_by_key(|at| at.span.end).copied() else { return found };
        let between = Span { start: previous.span.end, end: next.span.start };
        let Origin::Call(call) = facts.origin(previous.origin) else { return found };
        let is_near = facts.line(between.end) <= facts.line(between.start) + FARTHEST;
        let is_kept_for_later = is_kept_for_later(facts, previous.span, own.span.end);
        if !is_near || !is_kept_for_later || does_something(program, file, between) || changes(program, file, call) {
            return found;
        }
        found.push(call);
        next = previous;
    }
}

/// Is what an await gives bound to variables, which nothing reads before this place?
fn is_kept_for_later(facts: &FileFacts, awaited: Span, until: u32) -> bool {
    let mut bound = facts.bindings.iter().filter(|binding| binding.source.contains(awaited)).peekable();
    let is_read = |at: &UseSite| awaited.end <= at.span.start && at.span.start < until;
    bound.peek().is_some() && bound.all(|binding| !binding.uses.iter().any(is_read))
}

/// Does code have a statement that is there for what it does?
fn does_something(program: &Program, file: FileId, span: Span) -> bool {
    let facts = &program.file(file).facts;
    let mut calls = facts.calls.iter().enumerate().filter(|(_, site)| span.contains(site.span));
    calls.any(|(number, site)| site.used == Use::Discarded || changes(program, file, CallId(number as u32)))
}

fn changes(program: &Program, file: FileId, call: CallId) -> bool {
    effects_of_call(program, file, call).iter().any(|found| {
        CHANGES.has(found.reached.effect) || found.reached.effect == Effect::DbQuery && found.reached.writes
    })
}

fn is_in_transaction(program: &Program, candidate: &Candidate) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let scope = candidate.site(program).scope;
    let opens = |call: CallId| program.resolved(file, call).effects.has(Effect::DbCommit);
    let is_around = |scope: &Scope| match scope.kind {
        ScopeKind::Closure(id) => facts.closure(id).given_to.is_some_and(|(call, _)| opens(call)),
        _ => false,
    };
    program.in_transaction[program.function_ref(file, facts.scope(scope).function).0 as usize]
        || facts.scopes_from(scope).any(|(_, scope)| is_around(scope))
}

/// Does a call come to a query of one of these libraries, by a client that no caller hands over?
fn asks_one_of(program: &mut Program, file: FileId, call: CallId, pools: &[String]) -> bool {
    let is_query = |reached: &Reached| reached.effect == Effect::DbQuery && !reached.writes;
    let queries: Vec<Reached> =
        effects_of_call(program, file, call).iter().map(|found| found.reached).filter(is_query).collect();
    queries.into_iter().any(|reached| {
        let Some((file, call)) = leaf(program, file, &reached) else { return false };
        let is_one = program
            .resolved(file, call)
            .row()
            .is_some_and(|row| pools.iter().any(|pool| row.path.starts_with(pool.as_str())));
        is_one && !is_handed_over(program, file, program.file(file).facts.call(call).callee)
    })
}

/// Does a value come from a parameter that is a client itself, rather than something that holds one?
fn is_handed_over(program: &mut Program, file: FileId, origin: OriginId) -> bool {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Member(inner, _) | Origin::Await(inner) | Origin::Ascribed(_, inner) | Origin::Borrowed(inner) => {
            is_handed_over(program, file, inner)
        }
        Origin::Call(call) => is_handed_over(program, file, facts.call(call).callee),
        Origin::Parameter(function, place) => {
            let parameter = facts.function(function).parameters.get(place as usize);
            let is_receiver = parameter.is_some_and(|parameter| parameter.kind == ParameterKind::Receiver);
            !is_receiver && is_of_library(program, file, origin)
        }
        Origin::ClosureParameter(..) => is_of_library(program, file, origin),
        _ => false,
    }
}

/// Is a value of a type that a library defines?
fn is_of_library(program: &mut Program, file: FileId, origin: OriginId) -> bool {
    let language = program.file(file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return true };
    match resolver.infer(&program.files, file, origin).list[..] {
        [] => false,
        ref values => values.iter().any(|value| match value {
            Value::Instance(id) => !resolver.is_own_class(*id),
            _ => true,
        }),
    }
}
