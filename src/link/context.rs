//! Circumstances: which loops, closures and async blocks a scope runs in, once models had their say.
//!
//! A closure that a call runs once per element is a loop; one that is handed to another thread runs elsewhere; one
//! of which nobody knows when it runs counts for nothing.

use super::infer::repeats_argument;
use super::resolve::{Resolver, Value};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::model::table::{Color, Laziness};
use crate::program::{Callback, Context, FileCalls, LoopFrame, LoopSource, ProgramFile};
use crate::source::FileId;
use crate::syntax::LoopKind;

/// Waiting for more work, rather than working through what is there.
const AWAITS_WORK: &str = "wait";

/// The circumstances of every scope of a file.
pub(super) fn contexts<'m>(
    files: &[ProgramFile],
    file: FileId,
    resolved: FileCalls<'_, 'm>,
    resolver: &mut Resolver<'m>,
) -> Vec<Context> {
    let facts = &files[file.0 as usize].facts;
    let classes: Vec<LoopClass> =
        (0..facts.loops.len()).map(|id| loop_class(files, file, LoopId(id as u32), resolved, resolver)).collect();
    let mut contexts: Vec<Context> = Vec::with_capacity(facts.scopes.len());
    for scope in &facts.scopes {
        let mut context = match scope.parent {
            Some(parent) => contexts[parent.index()].clone(),
            None => Context::default(),
        };
        match scope.kind {
            ScopeKind::Function => context.is_async = facts.function(scope.function).is_async,
            ScopeKind::Loop(id) => context
                .loops
                .insert(0, LoopFrame { source: LoopSource::Loop(id), bit: scope.bit(), class: classes[id.index()] }),
            ScopeKind::Closure(id) => enter_closure(facts, id, scope, resolved, &mut context),
            ScopeKind::Async(given_to) => {
                context.is_async = true;
                let spawns = EffectSet::of(&[Effect::SpawnsTask, Effect::RunsConcurrently]);
                context.is_concurrent |= given_to.is_some_and(|(call, _)| resolved[call.index()].effects.meets(spawns));
                // Only the start of the task happens in the loop; what it does there is side by side.
            }
            ScopeKind::LastTurn => {
                if let Some(at) = context.loops.iter().position(|frame| matches!(frame.source, LoopSource::Loop(_))) {
                    context.loops.remove(at);
                }
            }
            ScopeKind::Handler => context.is_handler = true,
            ScopeKind::Branch => {}
        }
        contexts.push(context);
    }
    contexts
}

fn enter_closure(facts: &FileFacts, id: ClosureId, scope: &Scope, resolved: FileCalls, context: &mut Context) {
    let closure = facts.closure(id);
    let row = closure.given_to.and_then(|(call, _)| resolved[call.index()].row());
    let concurrent = EffectSet::of(&[Effect::RunsConcurrently, Effect::SpawnsTask, Effect::SpawnsThread]);
    match (row, closure.given_to) {
        (Some(row), Some((_, at))) if repeats_argument(facts, row, at, closure.keyword) => {
            let class = match row.effects.has(Effect::Retries) {
                true => LoopClass::Retry,
                false => LoopClass::Data,
            };
            context.loops.insert(0, LoopFrame { source: LoopSource::Closure(id), bit: scope.bit(), class });
            context.is_concurrent |= row.effects.meets(concurrent);
            if row.effects.has(Effect::Offloads) {
                context.is_offloaded = true;
                context.is_async = false;
            }
        }
        (Some(row), _) if row.effects.has(Effect::Offloads) => {
            context.is_offloaded = true;
            context.is_async = false;
            context.is_concurrent |= row.effects.meets(concurrent);
        }
        (Some(row), _) if row.effects.has(Effect::Memoizes) || row.laziness == Laziness::Lazy => defer(context),
        (Some(row), _) if row.color == Color::Sync => {}
        _ => defer(context),
    }
    if closure.is_async {
        context.is_async = true;
    }
}

fn defer(context: &mut Context) {
    context.loops.clear();
    context.is_deferred = true;
    context.is_async = false;
}

/// The class of a loop, models considered.
fn loop_class<'m>(
    files: &[ProgramFile],
    file: FileId,
    id: LoopId,
    resolved: FileCalls<'_, 'm>,
    resolver: &mut Resolver<'m>,
) -> LoopClass {
    let facts = &files[file.0 as usize].facts;
    let own = facts.loop_of(id);
    if own.class != LoopClass::Data {
        return own.class;
    }
    if let Some(class) = own.iterable.and_then(|iterable| iterable_class(files, file, iterable, resolved, resolver)) {
        return class;
    }
    if matches!(own.kind, LoopKind::While | LoopKind::Infinite) {
        let calls = own.region.calls.0..own.region.calls.1;
        let effects = calls.clone().fold(EffectSet::EMPTY, |all, call| all.union(resolved[call as usize].effects));
        if effects.has(Effect::Batches) {
            return LoopClass::Chunked;
        }
        if effects.has(Effect::Paginates) {
            return LoopClass::Paging;
        }
        let waits = calls.map(|call| &resolved[call as usize]).any(|call| {
            call.effects.has(Effect::Sleep)
                || call.row().is_some_and(|row| row.cost == AWAITS_WORK && !row.effects.has(Effect::Subprocess))
        });
        if waits {
            return LoopClass::Worker;
        }
    }
    LoopClass::Data
}

fn iterable_class<'m>(
    files: &[ProgramFile],
    file: FileId,
    iterable: OriginId,
    resolved: FileCalls<'_, 'm>,
    resolver: &mut Resolver<'m>,
) -> Option<LoopClass> {
    let facts = &files[file.0 as usize].facts;
    match facts.origin(iterable) {
        Origin::Collection(_, _, Some(length)) if length > 0 => return Some(LoopClass::Bounded),
        Origin::Tuple(..) => return Some(LoopClass::Bounded),
        Origin::Borrowed(inner) => return iterable_class(files, file, inner, resolved, resolver),
        Origin::Call(call) => {
            let site = facts.call(call);
            let arguments = facts.arguments_of(site);
            if let Some(row) = resolved[call.index()].row() {
                if row.effects.has(Effect::Paginates) {
                    return Some(LoopClass::Paging);
                }
                if row.effects.has(Effect::Batches) {
                    return Some(LoopClass::Chunked);
                }
                // `enumerate(few)`, `few.items()`: as many as what they go through; `query(Order)` goes through a table.
                if row.laziness == Laziness::Lazy && row.repeats.is_none() && !row.returns.contains("arg0.model") {
                    let source = arguments.first().map(|argument| argument.origin).unwrap_or(site.callee);
                    if let Some(class) = iterable_class(files, file, source, resolved, resolver) {
                        return Some(class);
                    }
                }
            }
            let range = resolver.language_literals().range;
            let is_range = resolved[call.index()].callee.is_some_and(|callee| resolver.text(callee) == range);
            if is_range {
                let number = |argument: &Argument| match facts.origin(argument.origin) {
                    Origin::Integer(value) => value,
                    _ => None,
                };
                if arguments.len() == 3 {
                    return Some(LoopClass::Chunked);
                }
                if let [.., last] = arguments
                    && arguments.iter().all(|argument| number(argument).is_some())
                    && number(last).is_some_and(|last| last <= 2 * FEW as i64)
                {
                    return Some(LoopClass::Bounded);
                }
            }
        }
        _ => {}
    }
    // A class that is iterated is an enumeration.
    match resolver.infer(files, file, iterable).list[..] {
        [Value::Item(_)] => Some(LoopClass::Bounded),
        _ => None,
    }
}

/// Functions of the program that are handed to calls which run them.
pub(super) fn callbacks<'m>(
    files: &[ProgramFile],
    file: FileId,
    resolved: FileCalls<'_, 'm>,
    resolver: &mut Resolver<'m>,
) -> Vec<Callback> {
    let facts = &files[file.0 as usize].facts;
    let mut callbacks = Vec::new();
    for (number, site) in facts.calls.iter().enumerate() {
        let Some(row) = resolved[number].row() else { continue };
        let runs = row.effects.has(Effect::Offloads) || row.repeats.is_some();
        if !runs {
            continue;
        }
        for (place, argument) in facts.arguments_of(site).iter().enumerate() {
            if let [Value::Function(callee_file, callee)] = resolver.infer(files, file, argument.origin).list[..] {
                callbacks.push(Callback {
                    call: CallId(number as u32),
                    argument: place as u16,
                    function: super::resolve::function_ref(files, callee_file, callee),
                    repeats: repeats_argument(facts, row, place as u16, argument.keyword),
                    is_offloaded: row.effects.has(Effect::Offloads),
                });
            }
        }
    }
    callbacks
}
