//! Which asynchronous functions are the only task of their event loop: nobody waits while they block.
//!
//! That is said of what an event loop is started for, and of what is awaited from there on, unless something shows that
//! there may be other tasks: a function is run beside others, handles requests, or starts tasks itself, or is awaited
//! by one that does. Where a program starts its event loops itself and never makes a second task, all asynchronous
//! functions are like that. It does not know what libraries start by themselves.

use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::program::{FunctionRef, Program};
use crate::source::FileId;

/// Makes several tasks of one.
const MULTIPLIES: EffectSet = EffectSet::of(&[Effect::RunsConcurrently, Effect::SpawnsTask, Effect::SpawnsThread]);

/// Arguments are seldom so many that a call around them begins further ahead.
const OUTERMOST: u32 = 24;

/// How a call site runs the asynchronous function that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// An event loop is started for it alone.
    Alone,
    /// This function awaits it on the spot, by this call.
    Awaited(FunctionRef, CallId),
    /// Beside others.
    Beside,
    /// Something that it is handed to runs it.
    HandedOn,
    /// Whoever takes what the call gives awaits it, maybe together with others.
    Built,
    /// Nobody knows.
    Unknown,
}

/// Fills in which functions run alone. `has_own_loop` tells which are started with a loop of their own by a decorator.
pub(super) fn find_lone_functions(program: &mut Program, has_own_loop: &[bool]) {
    let starts = starts_by_function(program);
    let mut awaited_by: Vec<Vec<usize>> = vec![Vec::new(); starts.len()];
    for (number, starts) in starts.iter().enumerate() {
        for start in starts {
            if let Start::Awaited(caller, _) = start {
                awaited_by[caller.0 as usize].push(number);
            }
        }
    }
    let own_tasks: Vec<Option<u32>> =
        (0..starts.len()).map(|number| first_task(program, FunctionRef(number as u32))).collect();
    let has_loop = |number: &usize| has_own_loop[*number] || starts[*number].contains(&Start::Alone);
    let lone_languages = languages_of_lone_tasks(program, (0..starts.len()).filter(has_loop));
    let is_lone = |number: usize| {
        let (file, _) = program.function(FunctionRef(number as u32));
        lone_languages.contains(&program.file(file).source.language)
    };
    let is_started = |number: &usize| is_lone(*number) || has_loop(number);
    let comes_in_company = |number: &usize| {
        let in_company = if is_lone(*number) { Start::Built } else { Start::HandedOn };
        let starts = &starts[*number];
        program.entry_points[*number] || starts.contains(&Start::Beside) || starts.contains(&in_company)
    };
    let started = reached_from((0..starts.len()).filter(is_started), &awaited_by);
    // What a function starts itself is there from then on only.
    let is_joined = |number: &usize| {
        starts[*number].iter().any(|start| match start {
            Start::Awaited(caller, call) => is_after(program, *caller, *call, own_tasks[caller.0 as usize]),
            _ => false,
        })
    };
    let joins = |number: &usize| comes_in_company(number) || is_joined(number);
    let joined = reached_from((0..starts.len()).filter(joins), &awaited_by);
    let first_tasks = (0..starts.len()).map(|number| match started[number] && !joined[number] {
        true => own_tasks[number].unwrap_or(u32::MAX),
        false => 0,
    });
    let first_tasks = first_tasks.collect();
    let runs_alone = (0..starts.len()).map(|number| started[number] && !joined[number] && own_tasks[number].is_none());
    let runs_alone = runs_alone.collect();
    program.first_tasks = first_tasks;
    program.runs_alone = runs_alone;
    program.lone_languages = lone_languages;
}

/// The languages in which the program starts event loops, for these functions, and nothing anywhere makes a second task or
/// handles requests.
fn languages_of_lone_tasks(program: &Program, with_loop: impl Iterator<Item = usize>) -> Vec<usize> {
    let language_of = |number: usize| program.file(program.function(FunctionRef(number as u32)).0).source.language;
    let mut languages: Vec<usize> = with_loop.map(language_of).collect();
    languages.sort_unstable();
    languages.dedup();
    let is_handler = |number: &usize| {
        let function = FunctionRef(*number as u32);
        let is_side_code = program.tests[*number] || program.file(program.function(function).0).is_side_code;
        program.entry_points[*number] && is_async(program, function) && !is_side_code
    };
    let with_handlers: Vec<usize> = (0..program.functions.len()).filter(is_handler).map(language_of).collect();
    languages.retain(|language| {
        let files = program.files.iter().enumerate().filter(|(_, file)| file.source.language == *language);
        !with_handlers.contains(language) && !files.into_iter().any(|(number, _)| makes_tasks(program, number))
    });
    languages
}

/// Does a file, its tests left aside, start tasks that go on beside others?
fn makes_tasks(program: &Program, number: usize) -> bool {
    let entry = &program.files[number];
    program.resolved.of_file(FileId(number as u32)).iter().enumerate().any(|(call, resolved)| {
        let scope = entry.facts.call(CallId(call as u32)).scope;
        let function = entry.first_function + entry.facts.scope(scope).function.0;
        starts_task(resolved.effects) && !entry.is_side_code && !program.tests[function as usize]
    })
}

/// May a call run when the task is there that its function starts by another one?
fn is_after(program: &Program, function: FunctionRef, call: CallId, task: Option<u32>) -> bool {
    let (file, _) = program.function(function);
    task.is_some_and(|task| call.0 > task || !program.context(file, call).loops.is_empty())
}

/// Which functions are these, or are awaited by them, however far down.
fn reached_from(roots: impl Iterator<Item = usize>, awaited_by: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; awaited_by.len()];
    let mut open: Vec<usize> = roots.collect();
    while let Some(number) = open.pop() {
        if !std::mem::replace(&mut reached[number], true) {
            open.extend(&awaited_by[number]);
        }
    }
    reached
}

/// The first call of a function that starts a task that goes on beside it.
fn first_task(program: &Program, function: FunctionRef) -> Option<u32> {
    let (file, id) = program.function(function);
    let region = program.file(file).facts.function(id).region;
    (region.calls.0..region.calls.1).find(|call| starts_task(program.resolved(file, CallId(*call)).effects))
}

/// Does a call start a task that goes on beside its function, on the same loop?
fn starts_task(effects: EffectSet) -> bool {
    effects.has(Effect::SpawnsTask) && !effects.has(Effect::Offloads)
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
            let effects = program.resolved(file, callback.call).effects;
            let is_beside = callback.repeats || effects.meets(MULTIPLIES);
            let start = if is_beside { Start::Beside } else { Start::HandedOn };
            starts[callback.function.0 as usize].push(start);
        }
    }
    starts
}

fn is_async(program: &Program, function: FunctionRef) -> bool {
    let (file, id) = program.function(function);
    program.file(file).facts.function(id).is_async
}

fn start_of(program: &Program, file: FileId, call: CallId) -> Start {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let mut is_awaited = site.awaited;
    // `block_on(Box::pin(f()))`, `timeout(limit, f()).await`, `f().block_on()`: calls around an argument come before it,
    // those around a receiver after it.
    let after = call.0 + 1..(call.0 + OUTERMOST).min(facts.calls.len() as u32);
    let before = (call.0.saturating_sub(OUTERMOST)..call.0).rev();
    for outer in before.chain(after).map(CallId) {
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
        None if is_awaited => Start::Awaited(program.function_ref(file, facts.scope(site.scope).function), call),
        None => Start::Built,
    }
}

/// How the blocks around a scope are run, if they are no plain part of their function.
fn task_of_scope(program: &Program, file: FileId, scope: ScopeId) -> Option<Start> {
    let facts = &program.file(file).facts;
    for (id, scope) in facts.scopes_from(scope) {
        match scope.kind {
            ScopeKind::Async(given_to) => {
                let effects = given_to.map(|(call, _)| program.resolved(file, call).effects).unwrap_or_default();
                return Some(match () {
                    () if effects.has(Effect::RunsEventLoop) => Start::Alone,
                    () if effects.meets(MULTIPLIES) => Start::Beside,
                    () => Start::Unknown,
                });
            }
            ScopeKind::Closure(_) => {
                let context = &program.contexts[file.0 as usize][id.index()];
                if context.is_concurrent {
                    return Some(Start::Beside);
                }
                if context.is_deferred || context.is_offloaded {
                    return Some(Start::Unknown);
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
    let runs_alone = || program.runs_alone[program.function_ref(file, facts.scope(scope).function).0 as usize];
    match task_of_scope(program, file, scope) {
        Some(Start::Alone) => true,
        // Where there is never a second task, it is the one of the function around it.
        Some(Start::Unknown) if program.lone_languages.contains(&program.file(file).source.language) => runs_alone(),
        Some(_) => false,
        None => runs_alone(),
    }
}

/// Is a call site in code that runs when the program starts or ends, before that starts a task beside it?
pub fn runs_at_start(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let scope = facts.call(call).scope;
    let function = program.function_ref(file, facts.scope(scope).function);
    program.at_start[function.0 as usize]
        && !program.context(file, call).is_concurrent
        && task_of_scope(program, file, scope).is_none()
        && first_task(program, function).is_none_or(|task| call.0 < task)
}

/// Is a call site in code that runs once, before the first task is started beside it?
pub fn runs_before_tasks(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let scope = facts.call(call).scope;
    let function = program.function_ref(file, facts.scope(scope).function);
    let context = program.context(file, call);
    let is_plain = !context.is_concurrent && context.loops.is_empty() && task_of_scope(program, file, scope).is_none();
    let starts_some = program.first_tasks[function.0 as usize] != u32::MAX;
    is_plain && starts_some && call.0 < program.first_tasks[function.0 as usize]
}
