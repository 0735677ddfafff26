//! What calls have to do with each other: tasks that are started side by side, awaits that follow each other, callees
//! that go through a container of their caller.
//!
//! Where a callee is not known, it is taken to need whatever it could.

use rustc_hash::FxHashSet;

use super::matching::{
    Candidate, Change, binding_of_call, calls_of, is_closure, is_place_changed, is_small, region_of, root_receiver,
};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::resolve::matched_arguments;
use crate::link::summarize::{effects_of_call, is_reached_conditionally, witness_chain};
use crate::program::{FunctionRef, LoopFrame, LoopSource, Program};
use crate::source::FileId;
use crate::syntax::LoopKind;
use crate::syntax::ParameterKind;

// ---- tasks side by side -----------------------------------------------------------------------------------------

/// Does the call start one task per element of data, and do the tasks reach one of these effects?
pub(super) fn fans_out(program: &Program, candidate: &Candidate, wanted: EffectSet) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let is_chunked = |call| {
        let loops = &program.context(file, call).loops;
        loops.iter().any(|frame| frame.class == LoopClass::Chunked || is_called_chunk(facts, frame.source))
    };
    if is_chunked(candidate.call) {
        return false;
    }
    started(program, candidate).iter().filter(|call| !is_chunked(**call)).any(|call| {
        let in_data_loop = program.context(file, *call).loops.iter().any(|frame| frame.class == LoopClass::Data)
            || is_task(program, candidate);
        in_data_loop && reaches(program, file, *call, wanted)
    })
}

fn is_called_chunk(facts: &FileFacts, source: LoopSource) -> bool {
    let LoopSource::Loop(id) = source else { return false };
    facts.loop_of(id).iterable_place.is_some_and(|place| names_chunk(facts.text(place)))
}

/// Does the call start one task, in a loop over data?
fn is_task(program: &Program, candidate: &Candidate) -> bool {
    let spawns = program.resolved(candidate.file, candidate.call).effects.has(Effect::SpawnsTask);
    let loops = &program.context(candidate.file, candidate.call).loops;
    let facts = &program.file(candidate.file).facts;
    // Who counts starts as many as are wanted.
    let counts = |frame: &LoopFrame| match frame.source {
        LoopSource::Loop(id) => {
            facts.loop_of(id).iterable.is_some_and(|iterable| facts.origin(iterable) == Origin::Range)
        }
        _ => false,
    };
    // Who waits for more work starts a task for each piece of it as it comes.
    spawns
        && !loops.first().is_some_and(counts)
        && loops.first().is_some_and(|frame| frame.class == LoopClass::Data)
        && loops.iter().all(|frame| frame.class != LoopClass::Worker)
}

/// The calls that run in what a call starts.
fn started(program: &Program, candidate: &Candidate) -> Vec<CallId> {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let mut calls = Vec::new();
    if is_task(program, candidate) {
        for argument in facts.arguments_of(site) {
            if let Origin::Call(call) = facts.origin(argument.origin) {
                calls.push(call);
            }
        }
        let is_inside = |call: &CallId| {
            facts.scopes_from(facts.call(*call).scope).any(|(_, scope)| match scope.kind {
                ScopeKind::Async(Some((given_to, _))) => given_to == candidate.call,
                ScopeKind::Closure(id) => facts.closure(id).given_to.is_some_and(|(to, _)| to == candidate.call),
                _ => false,
            })
        };
        let later = (candidate.call.0 + 1..facts.calls.len() as u32).map(CallId);
        calls.extend(later.take_while(|call| site.span.contains(facts.call(*call).span)).filter(is_inside));
    } else {
        for argument in facts.arguments_of(site) {
            calls.extend(mapped_calls(program, candidate.file, argument.origin));
        }
        for argument in facts.arguments_of(site).iter().filter(|argument| argument.is_spread) {
            calls.extend(element_call(facts, argument.origin));
            calls.extend(argument.place.into_iter().flat_map(|place| added_calls(program, candidate, place)));
        }
    }
    calls
}

/// The calls in an asynchronous closure that makes the elements of a value: `items.map(async (item) => …)`.
fn mapped_calls(program: &Program, file: FileId, origin: OriginId) -> Vec<CallId> {
    let facts = &program.file(file).facts;
    let Origin::Call(maker) = facts.origin(origin) else { return Vec::new() };
    let makes = |closure: &&Closure| closure.given_to.is_some_and(|(call, _)| call == maker) && closure.is_async;
    facts.closures.iter().filter(makes).flat_map(|closure| calls_of(closure.region)).collect()
}

/// The call that makes the elements of a comprehension.
fn element_call(facts: &FileFacts, origin: OriginId) -> Option<CallId> {
    match facts.origin(origin) {
        Origin::Generator(element) | Origin::Collection(_, Some(element), None) => match facts.origin(element) {
            Origin::Call(call) => Some(call),
            _ => None,
        },
        _ => None,
    }
}

/// The calls whose results the function adds to a container one by one.
fn added_calls(program: &Program, candidate: &Candidate, place: crate::syntax::Name) -> Vec<CallId> {
    let facts = &program.file(candidate.file).facts;
    let function = facts.scope(candidate.site(program).scope).function;
    let earlier =
        calls_of(Region { calls: (facts.function(function).region.calls.0, candidate.call.0), ..Region::default() });
    let adds = |call: &CallId| {
        facts.call(*call).receiver_place == Some(place)
            && program.resolved(candidate.file, *call).effects.has(Effect::Grows)
    };
    let added = |call: CallId| match facts.origin(facts.arguments_of(facts.call(call)).first()?.origin) {
        Origin::Call(added) => Some(added),
        _ => None,
    };
    earlier.filter(adds).filter_map(added).collect()
}

/// What a call does when it is run at last, whether or not anybody awaits it here.
fn reaches(program: &Program, file: FileId, call: CallId, wanted: EffectSet) -> bool {
    let resolved = program.resolved(file, call);
    let mut functions = resolved.functions().peekable();
    let by_functions = functions.peek().is_some()
        && functions.all(|function| {
            let summary = &program.summaries[function.0 as usize];
            wanted.iter().any(|effect| summary.get(effect).is_some())
        });
    by_functions || resolved.effects.meets(wanted)
}

/// Parts of the names of what lets only so many in.
const LIMIT_WORDS: &[&str] = &["sem", "limit", "throttle", "slot", "permit"];

/// How many calls away a limit is looked for.
const LIMIT_DEPTH: usize = 3;

/// Is there a limit to how much of what a call starts runs at once?
pub(super) fn is_limited(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let function = facts.scope(candidate.site(program).scope).function;
    if holds_limit(program, candidate.file, facts.function(function).region) {
        return true;
    }
    let mut seen = FxHashSet::default();
    let mut front: Vec<FunctionRef> = started(program, candidate)
        .iter()
        .flat_map(|call| program.resolved(candidate.file, *call).functions())
        .collect();
    for _ in 0..LIMIT_DEPTH {
        let mut next = Vec::new();
        for function in front.into_iter().filter(|function| seen.insert(*function)) {
            let (file, id) = program.function(function);
            let region = program.file(file).facts.function(id).region;
            if holds_limit(program, file, region) {
                return true;
            }
            next.extend(calls_of(region).flat_map(|call| program.resolved(file, call).functions()));
        }
        front = next;
    }
    false
}

fn holds_limit(program: &Program, file: FileId, region: Region) -> bool {
    let facts = &program.file(file).facts;
    calls_of(region).any(|call| {
        let site = facts.call(call);
        let named = site.receiver_place.or(site.text).is_some_and(|place| {
            let text = facts.text(place).to_ascii_lowercase();
            LIMIT_WORDS.iter().any(|word| text.contains(word))
        });
        program.resolved(file, call).effects.has(Effect::LimitsConcurrency)
            || (named && matches!(site.kind, CallKind::Enter | CallKind::Call))
    })
}

// ---- callees that search ----------------------------------------------------------------------------------------

/// Does the callee search, from its start, a container that is the same on every turn?
pub(super) fn scans_invariant(program: &Program, candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let chain = witness_chain(program, candidate.file, &candidate.effect.reached);
    let (Some(via), [_, (callee_file, search)]) = (candidate.effect.reached.via, &chain[..]) else { return false };
    let callee_facts = &program.file(*callee_file).facts;
    let (place, container, _) = root_receiver(program, *callee_file, *search);
    let (_, callee) = program.function(via);
    let Some(parameter) = parameter_of(callee_facts, container, callee) else { return false };
    let search = callee_facts.call(*search);
    if is_small(program, *callee_file, container, place)
        || !compares(callee_facts, search)
        || place.is_none_or(|place| callee_changes(program, *callee_file, callee, place))
    {
        return false;
    }
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let is_receiver = callee_facts
        .function(callee)
        .parameters
        .get(parameter as usize)
        .is_some_and(|parameter| parameter.kind == ParameterKind::Receiver);
    let is_same = |depend: Depend| (depend.element | depend.carried | depend.volatile) & frame.bit == 0;
    if is_receiver {
        // Records that are looked for by a key; what a field only lists is mostly short.
        if callee_facts.arguments_of(search).iter().all(|argument| !is_closure(callee_facts, argument.origin)) {
            return false;
        }
        let grows = |place| is_place_changed(program, candidate, place, Change::Grown);
        return site.name.is_some()
            && is_same(site.receiver_depend)
            && !site.receiver_place.is_none_or(grows)
            && !changes_field(program, candidate, callee_facts, container);
    }
    let given = matched_arguments(facts, site, callee_facts, callee);
    let argument = given.into_iter().find(|(_, own)| *own == parameter).map(|(at, _)| facts.arguments_of(site)[at]);
    argument.is_some_and(|argument| {
        let changes = |place| is_place_changed(program, candidate, place, Change::Grown);
        let function = facts.scope(site.scope).function;
        let (origin, place) = (argument.origin, argument.place);
        is_same(argument.depend)
            && !place.is_none_or(changes)
            && super::volume::holds_data(program, candidate.file, function, origin, place, candidate.frame)
    })
}

/// Does a search compare elements with something, so that a map could answer it? A test of their own could not.
fn compares(facts: &FileFacts, search: &CallSite) -> bool {
    facts.arguments_of(search).iter().all(|argument| match facts.origin(argument.origin) {
        Origin::Closure(closure) => {
            let returns = &facts.closure(closure).returns;
            !returns.is_empty() && returns.iter().all(|origin| matches!(facts.origin(*origin), Origin::Bool(_)))
        }
        _ => true,
    })
}

/// Does a function change the container that it searches?
fn callee_changes(program: &Program, file: FileId, function: FunctionId, place: crate::syntax::Name) -> bool {
    let facts = &program.file(file).facts;
    let region = facts.function(function).region;
    let changes = EffectSet::of(&[Effect::Grows, Effect::Shrinks, Effect::Mutates, Effect::Shifts]);
    let changed = |call: CallId| {
        facts.call(call).receiver_place == Some(place) && program.resolved(file, call).effects.meets(changes)
    };
    let writes = &facts.writes[region.writes.0 as usize..region.writes.1 as usize];
    writes.iter().any(|write| write.place == place) || calls_of(region).any(changed)
}

/// The parameter that a value is, or is a field of.
fn parameter_of(facts: &FileFacts, origin: OriginId, function: FunctionId) -> Option<u16> {
    match facts.origin(origin) {
        Origin::Parameter(own, place) if own == function => Some(place),
        Origin::Member(inner, _) | Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => {
            parameter_of(facts, inner, function)
        }
        _ => None,
    }
}

/// Does the loop add to the field that the callee searches, by its last name?
fn changes_field(program: &Program, candidate: &Candidate, callee_facts: &FileFacts, container: OriginId) -> bool {
    let Origin::Member(_, field) = callee_facts.origin(container) else { return false };
    let field = callee_facts.text(field);
    let facts = &program.file(candidate.file).facts;
    let Some(region) = region_of(program, candidate) else { return true };
    let is_field = |place: crate::syntax::Name| facts.text(place).rsplit('.').next() == Some(field);
    let writes = &facts.writes[region.writes.0 as usize..region.writes.1 as usize];
    writes.iter().any(|write| is_field(write.place))
        || calls_of(region).any(|call| {
            facts.call(call).receiver_place.is_some_and(is_field)
                && program.resolved(candidate.file, call).effects.has(Effect::Grows)
        })
}

// ---- awaits in a row --------------------------------------------------------------------------------------------

/// Lines between two awaits that still follow each other.
const FOLLOWS_WITHIN: u32 = 3;

/// Does an awaited call with one of these effects stand right before this one, and does neither need the other?
pub(super) fn follows_independent(program: &Program, candidate: &Candidate, wanted: EffectSet) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let site = candidate.site(program);
    if !site.awaited || site.used == Use::Discarded {
        return false;
    }
    let before = facts.awaits.iter().filter(|at| at.span.end <= site.span.start && at.scope == site.scope);
    let Some(previous) = before.max_by_key(|at| at.span.end) else { return false };
    let Origin::Call(first) = facts.origin(previous.origin) else { return false };
    let first_site = facts.call(first);
    let Some(binding) = binding_of_call(facts, first) else { return false };
    let is_near = facts.line(site.span.start) <= facts.line(previous.span.end) + FOLLOWS_WITHIN;
    let is_read_before = binding.uses.iter().any(|at| at.span.start < site.span.end);
    // Anything else that happens between them may be what the second one waits for.
    let mut between = calls_of(Region { calls: (first.0 + 1, candidate.call.0), ..Region::default() });
    let is_alone = between.all(|call| first_site.span.contains(facts.call(call).span));
    let unsafe_side_by_side = EffectSet::of(&[Effect::DbQuery, Effect::DbWrite, Effect::DbCommit]);
    let does = |call: CallId, effects: EffectSet| {
        effects_of_call(program, file, call).iter().any(|effect| effects.has(effect.reached.effect))
    };
    is_near
        && !binding.is_shared
        && !binding.uses.is_empty()
        && !is_read_before
        && is_alone
        && does(first, wanted)
        && !does(first, unsafe_side_by_side)
        && !does(candidate.call, unsafe_side_by_side)
        && !in_loop_of_awaits(program, candidate)
}

/// In a loop, the rule about awaits in loops has the better advice.
fn in_loop_of_awaits(program: &Program, candidate: &Candidate) -> bool {
    let loops = &program.context(candidate.file, candidate.call).loops;
    loops.iter().any(|frame| matches!(frame.source, LoopSource::Closure(_)))
}

/// Does a call stand in an asynchronous function itself, where its result could be awaited? What a generator does is
/// awaited by nobody, so comprehensions are left out.
pub(super) fn may_await(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    for (_, scope) in facts.scopes_from(site.scope) {
        match scope.kind {
            ScopeKind::Closure(_) => return false,
            ScopeKind::Loop(id) if facts.loop_of(id).kind == LoopKind::Comprehension => return false,
            ScopeKind::Async(_) => return true,
            _ => {}
        }
    }
    facts.function(facts.scope(site.scope).function).is_async
}

/// Does a call stand in a branch of the loop that runs for some of its elements only, as a condition on them says, or do
/// the callees come to its effect in a branch?
pub(super) fn is_for_some(program: &Program, candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let facts = &program.file(candidate.file).facts;
    let is_asked_for = facts.scopes_from(candidate.site(program).scope).any(|(_, scope)| scope.tested & frame.bit != 0);
    is_asked_for || is_reached_conditionally(program, candidate.file, &candidate.effect.reached)
}

/// Does a chain of calls, the first of which stands in the loop, come to its end only for elements of the loop that
/// equal a constant, or what is the same in all turns?
pub(super) fn is_for_chosen(program: &Program, frame: &LoopFrame, chain: &[(FileId, CallId)]) -> bool {
    let LoopSource::Loop(_) = frame.source else { return false };
    let is_of_loop = |depend: Depend| depend.element & frame.bit != 0;
    let Some((first, rest)) = chain.split_first() else { return false };
    let chosen = |(file, call): (FileId, CallId)| {
        let facts = &program.file(file).facts;
        facts.scopes_from(facts.call(call).scope).fold(Depend::default(), |all, (_, scope)| all.or(scope.chosen))
    };
    if is_of_loop(chosen(*first)) {
        return true;
    }
    let mut given = given_parameters(program, *first, rest.first(), &is_of_loop);
    for (place, next) in rest.iter().zip(rest.iter().skip(1).map(Some).chain([None])) {
        if chosen(*place).parameters & given != 0 {
            return true;
        }
        given = given_parameters(program, *place, next, &|depend| depend.parameters & given != 0);
    }
    false
}

/// The parameters, as bits, by which a call hands on what comes of something to the function that the next one stands in.
pub(super) fn given_parameters(
    program: &Program,
    (file, call): (FileId, CallId),
    next: Option<&(FileId, CallId)>,
    comes_of_it: &dyn Fn(Depend) -> bool,
) -> u32 {
    let Some((callee_file, next)) = next else { return 0 };
    let (facts, callee_facts) = (&program.file(file).facts, &program.file(*callee_file).facts);
    let callee = callee_facts.scope(callee_facts.call(*next).scope).function;
    let site = facts.call(call);
    let mut bits = 0;
    if comes_of_it(site.receiver_depend) {
        bits |= 1;
    }
    for (argument, parameter) in matched_arguments(facts, site, callee_facts, callee) {
        if parameter < 32 && comes_of_it(facts.arguments_of(site)[argument].depend) {
            bits |= 1 << parameter;
        }
    }
    bits
}

/// Does a call stand in an asynchronous function that awaits nothing, and that nobody calls but a framework, which runs
/// plain functions on threads?
pub(super) fn is_needlessly_async(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let function = facts.scope(candidate.site(program).scope).function;
    let own = facts.function(function);
    let reference = program.function_ref(candidate.file, function);
    let awaits = own.region.awaits.0 != own.region.awaits.1;
    own.is_async && !awaits && !program.threads_for_plain[reference.0 as usize].is_empty() && {
        let mut files = (0..program.files.len() as u32).map(FileId);
        !files
            .any(|file| program.resolved.of_file(file).iter().any(|call| call.functions().any(|own| own == reference)))
    }
}

/// Does an asynchronous loop go through what a call makes?
pub(super) fn is_gone_through_asynchronously(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let made = Origin::Call(candidate.call);
    let is_of =
        |origin: OriginId| facts.origin(origin) == made || site.kind == CallKind::Iterate && origin == site.callee;
    facts.loops.iter().any(|own| own.is_async && own.iterable.is_some_and(is_of))
}
