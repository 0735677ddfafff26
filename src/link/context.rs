//! Circumstances: which loops, closures and async blocks a scope runs in, once models had their say.
//!
//! A closure that a call runs once per element is a loop; one that is handed to another thread runs elsewhere; one
//! of which nobody knows when it runs counts for nothing.

use rustc_hash::{FxHashMap, FxHashSet};

use super::closures::Run;
use super::infer::repeats_argument;
use super::resolve::{GivenArgument, Resolver, Value};
use super::{batching, memoization};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::model::table::{Color, Laziness, RowKind};
use crate::program::{Callback, Context, FileCalls, LoopFrame, LoopSource, ProgramFile, ResolvedCalls};
use crate::source::FileId;
use crate::syntax::{LoopKind, Name};

/// Waiting for more work, rather than working through what is there.
const AWAITS_WORK: &str = "wait";

/// The circumstances of every scope of a file. `runs` tells of closures that are handed to functions of the program.
pub(super) fn contexts<'m>(
    files: &[ProgramFile],
    file: FileId,
    resolved: &ResolvedCalls<'m>,
    runs: &FxHashMap<ClosureId, Run>,
    resolver: &mut Resolver<'m>,
) -> Vec<Context> {
    let facts = &files[file.0 as usize].facts;
    let classes: Vec<LoopClass> =
        (0..facts.loops.len()).map(|id| loop_class(files, file, LoopId(id as u32), resolved, resolver)).collect();
    let gone_through: Vec<Option<LoopClass>> = (0..facts.closures.len())
        .map(|id| class_gone_through(files, file, ClosureId(id as u32), resolved, resolver))
        .collect();
    let resolved = resolved.of_file(file);
    let filling = memoization::branches_that_fill(facts, resolved);
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
            ScopeKind::Closure(id) => {
                enter_closure(facts, id, scope, resolved, runs, gone_through[id.index()], &mut context);
            }
            ScopeKind::Async(given_to) => {
                context.is_async = true;
                let spawns = EffectSet::of(&[Effect::SpawnsTask, Effect::RunsConcurrently]);
                let effects = given_to.map(|(call, _)| resolved[call.index()].effects).unwrap_or_default();
                context.is_concurrent |= effects.meets(spawns);
                // Only the start of the task happens in the loop; what it does there is side by side.
                let is_left = given_to.is_some_and(|(call, _)| facts.call(call).used == Use::Discarded);
                context.is_detached |= is_left && effects.has(Effect::SpawnsTask);
            }
            ScopeKind::OneTurn(ended) => {
                for _ in 0..ended {
                    let is_statement = |frame: &LoopFrame| matches!(frame.source, LoopSource::Loop(_));
                    let Some(at) = context.loops.iter().position(is_statement) else { break };
                    context.loops.remove(at);
                }
            }
            ScopeKind::Handler => context.is_handler = true,
            ScopeKind::Branch => {
                enter_branch(facts, ScopeId(contexts.len() as u32), &filling, resolved, &mut context);
            }
            ScopeKind::Attempt | ScopeKind::Guarded | ScopeKind::Chosen => {}
        }
        contexts.push(context);
    }
    contexts
}

/// What is done with many elements at once is not done for each, nor what is done once per key.
fn enter_branch(
    facts: &FileFacts,
    id: ScopeId,
    filling: &FxHashSet<(ScopeId, LoopSource)>,
    resolved: FileCalls,
    context: &mut Context,
) {
    for frame in &mut context.loops {
        if frame.class == LoopClass::Data && filling.contains(&(id, frame.source)) {
            frame.class = LoopClass::Bounded;
        }
    }
    let Some(frame) = context.loops.first_mut() else { return };
    if let LoopSource::Loop(around) = frame.source
        && frame.class == LoopClass::Data
        && batching::empties_what_is_full(facts, id, facts.loop_of(around), resolved)
    {
        frame.class = LoopClass::Chunked;
    }
}

fn enter_closure(
    facts: &FileFacts,
    id: ClosureId,
    scope: &Scope,
    resolved: FileCalls,
    runs: &FxHashMap<ClosureId, Run>,
    gone_through: Option<LoopClass>,
    context: &mut Context,
) {
    let closure = facts.closure(id);
    let row = closure.given_to.and_then(|(call, _)| resolved[call.index()].row());
    let concurrent = EffectSet::of(&[Effect::RunsConcurrently, Effect::SpawnsTask, Effect::SpawnsThread]);
    match (row, closure.given_to) {
        (Some(row), Some((_, at))) if repeats_argument(facts, row, at, closure.keyword) => {
            let class = match row.effects.has(Effect::Retries) {
                true => LoopClass::Retry,
                false => gone_through.unwrap_or(LoopClass::Data),
            };
            context.loops.insert(0, LoopFrame { source: LoopSource::Closure(id), bit: scope.bit(), class });
            // What an asynchronous callable gives is not waited for by a call that gives nothing to await.
            let is_left = closure.is_async && row.color == Color::Sync;
            context.is_concurrent |= is_left || row.effects.meets(concurrent);
            if row.effects.has(Effect::Offloads) {
                context.is_offloaded = true;
                context.is_async = false;
            }
        }
        (Some(row), _) if row.effects.has(Effect::Offloads) => {
            context.is_offloaded = true;
            context.is_async = false;
            context.is_concurrent |= row.effects.meets(concurrent);
            let starts = row.effects.has(Effect::SpawnsTask) && !row.effects.has(Effect::RunsConcurrently);
            let call = closure.given_to.map(|(call, _)| facts.call(call));
            let is_left = call.is_some_and(|call| call.used == Use::Discarded);
            context.is_detached |= starts && is_left && !waits_for_others(facts, scope.function, id, resolved);
        }
        (Some(row), _) if row.effects.has(Effect::Memoizes) || row.laziness == Laziness::Lazy => defer(context),
        (Some(row), _) if row.effects.has(Effect::SpawnsTask) => defer(context),
        (Some(row), _) if row.color == Color::Sync || !row.gives.is_empty() => {}
        _ => match runs.get(&id) {
            Some(Run::Here) => {}
            Some(Run::PerTurn(class)) => {
                let is_page = closure.target.is_some_and(|name| facts.text(name).eq_ignore_ascii_case("page"));
                let class = if is_page { LoopClass::Paging } else { *class };
                context.loops.insert(0, LoopFrame { source: LoopSource::Closure(id), bit: scope.bit(), class });
            }
            Some(Run::Elsewhere) => {
                context.is_offloaded = true;
                context.is_async = false;
            }
            None if is_waited_for(facts, closure, resolved) => {}
            None => defer(context),
        },
    }
    if closure.is_async {
        context.is_async = true;
    }
}

/// Is an asynchronous closure given to a call of which nothing is known, and the call waited for, here or by who gets it: `await span("load", async
/// () => …)`? Then it has most likely run.
fn is_waited_for(facts: &FileFacts, closure: &Closure, resolved: FileCalls) -> bool {
    closure.is_async
        && closure.given_to.is_some_and(|(call, _)| {
            let known = &resolved[call.index()];
            let site = facts.call(call);
            let is_awaited = site.awaited || site.used == Use::Returned;
            is_awaited && known.targets.is_empty() && known.effects.is_empty()
        })
}

/// Blocks for something else than other code of the program.
const WORKS: EffectSet = EffectSet::of(&[
    Effect::Network,
    Effect::FileIo,
    Effect::Subprocess,
    Effect::Sleep,
    Effect::DbQuery,
    Effect::DbWrite,
    Effect::DbCommit,
    Effect::Locks,
]);

/// Does a function wait for other code, outside of a closure: for tasks that it has started, for what they send?
fn waits_for_others(facts: &FileFacts, function: FunctionId, closure: ClosureId, resolved: FileCalls) -> bool {
    let inside = facts.closure(closure).region.calls;
    let all = facts.function(function).region.calls;
    (all.0..all.1).filter(|call| !(inside.0..inside.1).contains(call)).any(|call| {
        let effects = resolved[call as usize].effects;
        effects.has(Effect::WaitsForEvent) || effects.has(Effect::Blocking) && !effects.meets(WORKS)
    })
}

/// The class of the loop that a call is which runs a closure once per element of its receiver, where that tells.
fn class_gone_through<'m>(
    files: &[ProgramFile],
    file: FileId,
    id: ClosureId,
    resolved: &ResolvedCalls<'m>,
    resolver: &mut Resolver<'m>,
) -> Option<LoopClass> {
    let facts = &files[file.0 as usize].facts;
    let (call, at) = facts.closure(id).given_to?;
    let row = resolved.get(file, call).row().filter(|row| row.kind == RowKind::Method)?;
    if !repeats_argument(facts, row, at, facts.closure(id).keyword) {
        return None;
    }
    let class = iterable_class(files, file, facts.call(call).callee, resolved, resolver, 0)?;
    matches!(class, LoopClass::Chunked | LoopClass::Bounded).then_some(class)
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
    resolved: &ResolvedCalls<'m>,
    resolver: &mut Resolver<'m>,
) -> LoopClass {
    let facts = &files[file.0 as usize].facts;
    let own = facts.loop_of(id);
    // What the names of variables say of a long loop that waits for events is not said of the loop.
    let is_named = matches!(own.class, LoopClass::Paging | LoopClass::Chunked) && own.kind == LoopKind::Infinite;
    if is_named && batching::waits_for_event(files, file, own.region.calls, resolved) {
        return LoopClass::Worker;
    }
    if own.class != LoopClass::Data {
        return own.class;
    }
    if let Some(class) = own.iterable.and_then(|iterable| iterable_class(files, file, iterable, resolved, resolver, 0))
    {
        return class;
    }
    let own_calls = resolved.of_file(file);
    if waits_for_each(facts, own, own_calls) {
        return LoopClass::Worker;
    }
    if matches!(own.kind, LoopKind::While | LoopKind::Infinite) {
        let calls = own.region.calls.0..own.region.calls.1;
        let effects = calls.clone().fold(EffectSet::EMPTY, |all, call| all.union(own_calls[call as usize].effects));
        if effects.has(Effect::Batches) || batching::takes_parts(facts, own, own_calls) {
            return LoopClass::Chunked;
        }
        if effects.has(Effect::Paginates) || batching::goes_on_from_its_end(facts, own, own_calls) {
            return LoopClass::Paging;
        }
        let waits = calls.map(|call| &own_calls[call as usize]).any(|call| {
            call.effects.has(Effect::Sleep)
                || call.row().is_some_and(|row| row.cost == AWAITS_WORK && !row.effects.has(Effect::Subprocess))
        });
        if waits || batching::waits_for_event(files, file, own.region.calls, resolved) {
            return LoopClass::Worker;
        }
    }
    LoopClass::Data
}

/// Does going through the iterable wait for each element to come?
fn waits_for_each(facts: &FileFacts, own: &Loop, calls: FileCalls) -> bool {
    // Going through it is the operation that stands right before the body.
    let Some(iteration) = own.region.calls.0.checked_sub(1).filter(|_| own.iterable.is_some()) else { return false };
    facts.call(CallId(iteration)).kind == CallKind::Iterate
        && calls[iteration as usize].effects.has(Effect::WaitsForEvent)
}

/// Does the module itself define a name, once, and write its elements out?
fn is_written_out_once(facts: &FileFacts, module: ModuleId, name: Name) -> bool {
    let mut own = facts.modules[module.index()].definitions.iter().filter(|(known, _)| *known == name);
    let (Some((_, origin)), None) = (own.next(), own.next()) else { return false };
    let value = match facts.origin(*origin) {
        Origin::Ascribed(_, value) => value,
        _ => *origin,
    };
    matches!(facts.origin(value), Origin::Collection(_, _, Some(length)) if length > 0)
}

/// How deep the values that make up an iterable are followed.
const DEEPEST: usize = 8;

/// The class of a loop that goes through a value, where the value tells.
fn iterable_class<'m>(
    files: &[ProgramFile],
    file: FileId,
    iterable: OriginId,
    resolved: &ResolvedCalls<'m>,
    resolver: &mut Resolver<'m>,
    depth: usize,
) -> Option<LoopClass> {
    if depth > DEEPEST {
        return None;
    }
    let facts = &files[file.0 as usize].facts;
    let own = resolved.of_file(file);
    match facts.origin(iterable) {
        Origin::Collection(_, _, Some(length)) if length > 0 => return Some(LoopClass::Bounded),
        Origin::Tuple(..) => return Some(LoopClass::Bounded),
        Origin::Slice(_, Some(length)) if length <= FEW => return Some(LoopClass::Bounded),
        // `[first, *few]`, `[x for x in few]`.
        Origin::Collection(_, Some(element), None) => {
            let members = match facts.origin(element) {
                Origin::Join(start, end) => facts.origin_list(start, end).to_vec(),
                _ => vec![element],
            };
            let mut sources = members.into_iter().filter_map(|member| match facts.origin(member) {
                Origin::Element(source) => Some(source),
                _ => None,
            });
            let is_bounded = |resolver: &mut Resolver<'m>, source| {
                iterable_class(files, file, source, resolved, resolver, depth + 1) == Some(LoopClass::Bounded)
            };
            if sources.next().is_some_and(|source| is_bounded(resolver, source))
                && sources.all(|source| is_bounded(resolver, source))
            {
                return Some(LoopClass::Bounded);
            }
        }
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => {
            if let Some(class) = iterable_class(files, file, inner, resolved, resolver, depth + 1) {
                return Some(class);
            }
        }
        // Written out on every way.
        Origin::Join(start, end) => {
            let mut members = facts.origin_list(start, end).to_vec().into_iter();
            if members.all(|member| is_written_out(files, file, member, resolved, depth + 1)) {
                return Some(LoopClass::Bounded);
            }
        }
        Origin::Parameter(function, place) => {
            let reference = super::resolve::function_ref(files, file, function);
            let given = resolver.given_to(reference, place).to_vec();
            if is_given_few(files, &given, resolved, depth + 1) {
                return Some(LoopClass::Bounded);
            }
        }
        Origin::Global(module, name) if is_written_out_once(facts, module, name) => return Some(LoopClass::Bounded),
        // As long as somebody wrote it.
        Origin::Global(_, name) if is_constant_name(facts.text(name)) => return Some(LoopClass::Bounded),
        Origin::Import(import) if is_constant_name(facts.text(facts.imports[import.index()].binding)) => {
            return Some(LoopClass::Bounded);
        }
        Origin::Member(owner, name) if is_few_by_class(files, file, (owner, name), resolved, resolver, depth) => {
            return Some(LoopClass::Bounded);
        }
        // What a closure makes that stands for the iterable.
        Origin::Closure(id) => {
            if let [returned] = facts.closure(id).returns[..] {
                return iterable_class(files, file, returned, resolved, resolver, depth + 1);
            }
        }
        Origin::Call(call) => {
            let site = facts.call(call);
            let arguments = facts.arguments_of(site);
            if let Some(row) = own[call.index()].row() {
                if row.effects.has(Effect::Paginates) {
                    return Some(LoopClass::Paging);
                }
                if row.effects.has(Effect::Batches) {
                    return Some(LoopClass::Chunked);
                }
                if row.effects.has(Effect::WaitsForEvent) {
                    return Some(LoopClass::Worker);
                }
                if row.effects.has(Effect::Few) {
                    return Some(LoopClass::Bounded);
                }
                // `enumerate(few)`, `few.items()`: as many as what they go through; `query(Order)` goes through a table.
                let is_asked_of_class = arguments.is_empty()
                    && matches!(resolver.infer(files, file, site.callee).list[..], [Value::Item(_)]);
                let goes_through = row.laziness == Laziness::Lazy && row.repeats.is_none() && !is_asked_of_class;
                // `rows.gather(windowFixed(500))`
                let puts_together = |argument: &Argument| match facts.origin(argument.origin) {
                    Origin::Call(given) => own[given.index()].effects.has(Effect::Batches),
                    _ => false,
                };
                if goes_through && row.kind == RowKind::Method && arguments.iter().any(puts_together) {
                    return Some(LoopClass::Chunked);
                }
                if goes_through && !row.returns.contains("arg0.model") {
                    // What is given by keyword, or to a method, says how, not of what.
                    let is_function = matches!(row.kind, RowKind::Function | RowKind::Constructor);
                    let first = arguments.first().filter(|argument| is_function && argument.keyword.is_none());
                    let source = first.map_or(site.callee, |argument| argument.origin);
                    if let Some(class) = iterable_class(files, file, source, resolved, resolver, depth + 1) {
                        return Some(class);
                    }
                }
            }
            // `sorted(few)`, `list(few)`
            let copies = EffectSet::of(&[Effect::Copies, Effect::Sorts, Effect::Materializes]);
            let is_copy = own[call.index()].row().is_some_and(|row| {
                // `Object.values(few)` goes through what it is given, and makes something as long.
                let lists = row.effects.has(Effect::LinearScan) && row.effects.has(Effect::Allocates);
                let is_function = matches!(row.kind, RowKind::Function | RowKind::Constructor);
                row.effects.meets(copies) && site.name.is_none() || lists && is_function
            });
            let source = arguments.first().map(|argument| argument.origin).filter(|_| is_copy);
            if let Some(source) = source
                && iterable_class(files, file, source, resolved, resolver, depth + 1) == Some(LoopClass::Bounded)
            {
                return Some(LoopClass::Bounded);
            }
            let range = resolver.language_literals().range;
            let is_range = own[call.index()].callee.is_some_and(|callee| resolver.text(callee) == range);
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
            if is_written_out(files, file, iterable, resolved, depth + 1) {
                return Some(LoopClass::Bounded);
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

/// Is an attribute written out in the body of its class and nowhere else, or do the models know that it holds few?
fn is_few_by_class<'m>(
    files: &[ProgramFile],
    file: FileId,
    (owner, name): (OriginId, Name),
    resolved: &ResolvedCalls<'m>,
    resolver: &mut Resolver<'m>,
    depth: usize,
) -> bool {
    let class = match resolver.infer(files, file, owner).list[..] {
        [Value::Instance(id)] => resolver.types.get(id).name,
        [Value::Item(symbol)] => symbol,
        _ => return false,
    };
    let member = resolver.name_symbol(files, file, name);
    if let Some((file, value)) = resolver.only_field(files, class, member) {
        let is_in_body = |class: &Class| class.fields.iter().any(|field| field.origin == value && field.in_body);
        return files[file.0 as usize].facts.classes.iter().any(is_in_body)
            && is_written_out(files, file, value, resolved, depth + 1);
    }
    let lineage = resolver.lineage(files, class);
    let row = lineage.iter().find_map(|part| resolver.member_row(*part, member));
    row.is_some_and(|row| row.kind == RowKind::Attribute && row.effects.has(Effect::Few))
}

/// Is a value a display of elements that somebody wrote down, or a view of one, whatever the way to it?
fn is_written_out(
    files: &[ProgramFile],
    file: FileId,
    origin: OriginId,
    resolved: &ResolvedCalls,
    depth: usize,
) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let facts = &files[file.0 as usize].facts;
    match facts.origin(origin) {
        Origin::Collection(_, _, Some(length)) => length > 0,
        // The first few of something are as few.
        Origin::Slice(_, Some(length)) => length <= FEW,
        Origin::Tuple(..) => true,
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => is_written_out(files, file, inner, resolved, depth + 1),
        Origin::Call(call) => {
            let resolved_call = resolved.get(file, call);
            let functions: Vec<_> = resolved_call.functions().collect();
            if let Some(row) = resolved_call.row() {
                let site = facts.call(call);
                // `[…].iter()`, `few().into_iter().filter_map(…)`: no more than there were.
                return row.laziness == Laziness::Lazy
                    && site.name.is_some()
                    && !row.effects.has(Effect::DbQuery)
                    && (site.arguments.0 == site.arguments.1 || row.repeats.is_some())
                    && is_written_out(files, file, site.callee, resolved, depth + 1);
            }
            let [function] = functions[..] else { return false };
            let (callee_file, callee) = super::resolve::locate(files, function);
            let callee_facts = &files[callee_file.0 as usize].facts;
            let callee = callee_facts.function(callee);
            let gives = !callee.returns.is_empty() && callee.yields.is_empty();
            gives
                && callee
                    .returns
                    .clone()
                    .into_iter()
                    .all(|returned| is_written_out(files, callee_file, returned, resolved, depth + 1))
        }
        _ => false,
    }
}

/// Call sites beyond these are not remembered.
const REMEMBERED_CALLERS: usize = 16;

/// Do the call sites give a parameter only what somebody wrote down? A map that one of them writes down has the same
/// keys elsewhere.
fn is_given_few(files: &[ProgramFile], given: &[GivenArgument], resolved: &ResolvedCalls, depth: usize) -> bool {
    let (mut records, mut others, mut counted) = (0, 0, 0);
    for GivenArgument { file, call, origin } in given.iter().copied() {
        // Tests give little of anything.
        if is_test_code(files, file, call) {
            continue;
        }
        counted += 1;
        if !is_written_out(files, file, origin, resolved, depth) {
            others += 1;
        } else if is_map(&files[file.0 as usize].facts, origin) {
            records += 1;
        }
    }
    records > 0 || others == 0 && counted > 0 && given.len() < REMEMBERED_CALLERS
}

fn is_test_code(files: &[ProgramFile], file: FileId, call: CallId) -> bool {
    let entry = &files[file.0 as usize];
    let facts = &entry.facts;
    let function = facts.function(facts.scope(facts.call(call).scope).function);
    entry.is_side_code || super::module_is_test(facts, function.module, crate::lang::all()[entry.source.language])
}

fn is_map(facts: &FileFacts, origin: OriginId) -> bool {
    matches!(facts.origin(origin), Origin::Collection(crate::syntax::CollectionKind::Map, ..))
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
                    called_by: None,
                    repeats: repeats_argument(facts, row, place as u16, argument.keyword),
                    is_offloaded: row.effects.has(Effect::Offloads),
                });
            }
        }
    }
    callbacks
}
