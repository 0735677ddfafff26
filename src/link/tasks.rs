//! Which asynchronous functions are the only task of their event loop: nobody waits while they block.
//!
//! That is said only of what is seen whole: an event loop is started for one call, and from there each function is
//! awaited where it is called. A function that nobody calls, one that is handed on as a value, one that runs beside
//! others or starts tasks itself may share its loop. It does not know what libraries start by themselves.

use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::program::{FunctionRef, Program};
use crate::source::FileId;
use crate::syntax::FunctionFlavor;

/// Makes several tasks of one.
const MULTIPLIES: EffectSet =
    EffectSet(1 << Effect::RunsConcurrently as u8 | 1 << Effect::SpawnsTask as u8 | 1 << Effect::SpawnsThread as u8);

/// Arguments are seldom so many that a call around them begins further ahead.
const OUTERMOST: u32 = 24;

/// How a call site runs the asynchronous function that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// An event loop is started for it alone.
    Alone,
    /// This function awaits it on the spot.
    Awaited(FunctionRef),
    /// Perhaps beside others.
    Beside,
}

/// Fills in which functions run alone. `has_own_loop` tells which are started with a loop of their own by a decorator.
pub(super) fn find_lone_functions(program: &mut Program, has_own_loop: &[bool]) {
    let starts = starts_by_function(program);
    let mut awaited_by: Vec<Vec<usize>> = vec![Vec::new(); starts.len()];
    // How many of the awaits of a function are not known to be in lone ones.
    let mut open_starts = vec![0usize; starts.len()];
    let mut ready = Vec::new();
    let is_uncalled = |function: FunctionRef| {
        let number = function.0 as usize;
        starts[number].is_empty() && !has_own_loop[number] && !program.entry_points[number]
    };
    for (number, starts) in starts.iter().enumerate() {
        for start in starts {
            match start {
                Start::Alone => {}
                Start::Beside => open_starts[number] += 1,
                // Nothing is known of what nobody calls; the other call sites decide.
                Start::Awaited(caller) if caller.0 as usize == number || is_uncalled(*caller) => {}
                Start::Awaited(caller) => {
                    open_starts[number] += 1;
                    awaited_by[caller.0 as usize].push(number);
                }
            }
        }
        let is_started = has_own_loop[number] || starts.contains(&Start::Alone);
        if is_started && open_starts[number] == 0 {
            ready.push(number);
        }
    }
    let mut alone = vec![false; starts.len()];
    while let Some(number) = ready.pop() {
        // Beside a task that it starts, a function and all that it awaits are not alone.
        if program.entry_points[number] || starts_tasks(program, FunctionRef(number as u32)) {
            continue;
        }
        alone[number] = true;
        for callee in &awaited_by[number] {
            open_starts[*callee] -= 1;
            if open_starts[*callee] == 0 {
                ready.push(*callee);
            }
        }
    }
    program.runs_alone = alone;
}

/// Does a function start tasks that go on beside it?
fn starts_tasks(program: &Program, function: FunctionRef) -> bool {
    let (file, id) = program.function(function);
    let region = program.file(file).facts.function(id).region;
    (region.calls.0..region.calls.1).any(|call| {
        let effects = program.resolved(file, CallId(call)).effects;
        effects.has(Effect::SpawnsTask) && !effects.has(Effect::Offloads)
    })
}

/// How the call sites of each asynchronous function run it; those of tests do not count.
fn starts_by_function(program: &Program) -> Vec<Vec<Start>> {
    let mut starts = vec![Vec::new(); program.functions.len()];
    for (number, entry) in program.files.iter().enumerate() {
        let file = FileId(number as u32);
        for call in (0..entry.facts.calls.len() as u32).map(CallId) {
            for callee in program.resolved(file, call).functions() {
                let caller = program.function_ref(file, entry.facts.scope(entry.facts.call(call).scope).function);
                if is_async(program, callee) && !program.tests[caller.0 as usize] {
                    starts[callee.0 as usize].push(start_of(program, file, call));
                }
            }
        }
        for callback in &program.callbacks[number] {
            starts[callback.function.0 as usize].push(Start::Beside);
        }
    }
    starts
}

fn is_async(program: &Program, function: FunctionRef) -> bool {
    let (file, id) = program.function(function);
    let function = program.file(file).facts.function(id);
    function.is_async && function.flavor != FunctionFlavor::CachedProperty
}

fn start_of(program: &Program, file: FileId, call: CallId) -> Start {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let mut is_awaited = site.awaited;
    // `block_on(Box::pin(f()))`, `timeout(limit, f()).await`.
    for outer in (call.0.saturating_sub(OUTERMOST)..call.0).rev().map(CallId) {
        let outer_site = facts.call(outer);
        if !outer_site.span.contains(site.span) {
            continue;
        }
        let effects = program.resolved(file, outer).effects;
        if effects.has(Effect::RunsEventLoop) {
            return Start::Alone;
        }
        if effects.meets(MULTIPLIES) {
            return Start::Beside;
        }
        is_awaited |= outer_site.awaited;
    }
    match task_of_scope(program, file, site.scope) {
        Some(start) => start,
        None if is_awaited => Start::Awaited(program.function_ref(file, facts.scope(site.scope).function)),
        None => Start::Beside,
    }
}

/// How the blocks around a scope are run, if they are no plain part of their function.
fn task_of_scope(program: &Program, file: FileId, scope: ScopeId) -> Option<Start> {
    let facts = &program.file(file).facts;
    for (id, scope) in facts.scopes_from(scope) {
        match scope.kind {
            ScopeKind::Async(given_to) => {
                let effects = given_to.map(|(call, _)| program.resolved(file, call).effects).unwrap_or_default();
                return Some(if effects.has(Effect::RunsEventLoop) { Start::Alone } else { Start::Beside });
            }
            ScopeKind::Closure(_) => {
                let context = &program.contexts[file.0 as usize][id.index()];
                if context.is_concurrent || context.is_deferred || context.is_offloaded {
                    return Some(Start::Beside);
                }
            }
            _ => {}
        }
    }
    None
}

/// Is a call site in code that runs as the only task of its event loop?
pub fn runs_alone(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let scope = facts.call(call).scope;
    if program.context(file, call).is_concurrent {
        return false;
    }
    match task_of_scope(program, file, scope) {
        Some(start) => start == Start::Alone,
        None => program.runs_alone[program.function_ref(file, facts.scope(scope).function).0 as usize],
    }
}
