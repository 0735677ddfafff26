//! Closures that are handed to functions of the program: when, where and how often those run them.
//!
//! A function that calls its parameter, itself or by handing it on, runs what it is given there and then. Where the
//! ways differ, or the parameter is stored or given away, nothing is known.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::context;
use super::infer::repeats_argument;
use super::memoization::keeps_what_it_builds;
use super::resolve::{Value, function_ref, locate, matched_arguments};
use crate::effect::Effect;
use crate::facts::*;
use crate::lang::Profile;
use crate::model::table::Row;
use crate::program::{Callback, Context, FunctionRef, LoopFrame, LoopSource, Program};
use crate::source::FileId;
use crate::syntax::{LoopKind, Name, TypeExpr, TypeExprId, TypeForm};

/// A closure may be handed through this many functions.
const LONGEST_CHAIN: usize = 4;

/// Names of types whose last argument is what awaiting gives.
const FUTURES: &[&str] = &["Awaitable", "Coroutine", "Deferred", "Future", "Promise"];

/// How a function runs what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// Before it returns, perhaps once.
    Here,
    /// Before it returns, once per turn of a loop of this class.
    PerTurn(LoopClass),
    /// On another thread.
    Elsewhere,
}

/// Enters the closures and functions that are handed to functions of the program, whose circumstances are known by now.
pub(super) fn enter_handed_on(program: &mut Program) {
    let mut known: Vec<FxHashMap<ClosureId, Run>> = vec![FxHashMap::default(); program.files.len()];
    // What is handed on inside a closure is known once that closure is.
    for _ in 0..LONGEST_CHAIN {
        let found = |file| (file, runs_of_closures(program, file));
        let files = (0..program.files.len() as u32).into_par_iter().map(FileId);
        let changed: Vec<_> = files.map(found).filter(|(file, runs)| *runs != known[file.0 as usize]).collect();
        if changed.is_empty() {
            break;
        }
        for (file, runs) in changed {
            let language = program.file(file).source.language;
            let Some(resolver) = &mut program.resolvers[language] else { continue };
            program.contexts[file.0 as usize] =
                context::contexts(&program.files, file, &program.resolved, &runs, resolver);
            known[file.0 as usize] = runs;
        }
    }
    for file in (0..program.files.len() as u32).map(FileId) {
        let found = functions_handed_on(program, file);
        program.callbacks[file.0 as usize].extend(found);
    }
}

/// How the closures of a file are run that are handed to functions of the program.
fn runs_of_closures(program: &Program, file: FileId) -> FxHashMap<ClosureId, Run> {
    let facts = &program.file(file).facts;
    let handed = facts.closures.iter().enumerate().filter_map(|(number, closure)| {
        let (call, argument) = closure.given_to?;
        Some((ClosureId(number as u32), run_of_argument(program, file, call, argument as usize, 0)?))
    });
    handed.collect()
}

/// Functions of the program that are handed by name to others, which run them.
fn functions_handed_on(program: &mut Program, file: FileId) -> Vec<Callback> {
    let mut found = Vec::new();
    for call in (0..program.file(file).facts.calls.len() as u32).map(CallId) {
        let facts = &program.file(file).facts;
        let named: SmallVec<[(usize, OriginId); 2]> = match program.resolved(file, call).functions().next() {
            Some(_) => {
                let arguments = facts.arguments_of(facts.call(call)).iter().enumerate();
                let is_name = |origin| {
                    matches!(
                        facts.origin(origin),
                        Origin::Function(_) | Origin::Global(..) | Origin::Import(_) | Origin::Member(..)
                    )
                };
                arguments.filter(|(_, own)| is_name(own.origin)).map(|(at, own)| (at, own.origin)).collect()
            }
            None => continue,
        };
        for (at, origin) in named {
            let language = program.file(file).source.language;
            let Some(resolver) = &mut program.resolvers[language] else { continue };
            if let [Value::Function(callee_file, callee)] = resolver.infer(&program.files, file, origin).list[..]
                && let Some(run) = run_of_argument(program, file, call, at, 0)
            {
                found.push(Callback {
                    call,
                    argument: at as u16,
                    function: function_ref(&program.files, callee_file, callee),
                    called_by: call_of_argument(program, file, call, at),
                    repeats: run == Run::PerTurn(LoopClass::Data),
                    is_offloaded: run == Run::Elsewhere,
                });
            }
        }
    }
    found
}

/// How the functions that a call site leads to run one of its arguments; `None` where that is not known of all.
fn run_of_argument(program: &Program, file: FileId, call: CallId, argument: usize, depth: usize) -> Option<Run> {
    let resolved = program.resolved(file, call);
    if resolved.row().is_some() || depth > LONGEST_CHAIN {
        return None;
    }
    let of_function = |function: FunctionRef| {
        let (callee_file, callee, place) = parameter_given(program, file, call, argument, function)?;
        run_of_parameter(program, callee_file, callee, place, depth)
            .or_else(|| gives_result_of(program, callee_file, callee, place).then_some(Run::Elsewhere))
    };
    agreed(resolved.functions().map(of_function))
}

/// Does a function that does not call its parameter itself give what that gives, as their types say: `run(work: Callable[...,
/// R]) -> R`? It cannot make an `R` otherwise, so whatever it hands the parameter to has called it, on whatever thread.
fn gives_result_of(program: &Program, file: FileId, function: FunctionId, place: u16) -> bool {
    let facts = &program.file(file).facts;
    let own = facts.function(function);
    let profile = profile_of(program, file);
    let calls_it = |call: CallId| {
        let site = facts.call(call);
        facts.scope(site.scope).function == function && calls_parameter(facts, profile, site, function, place)
    };
    if (own.region.calls.0..own.region.calls.1).map(CallId).any(calls_it) {
        return false;
    }
    let result = own.declared.and_then(|declared| awaited_name(facts, declared));
    let Some(result) = result.filter(|name| is_type_variable(facts, own, *name)) else { return false };
    let callable = own.parameters.get(place as usize).and_then(|parameter| parameter.declared);
    let gives = callable.and_then(|callable| facts.types[callable.0 as usize].arguments.last());
    gives.is_some_and(|gives| awaited_name(facts, *gives) == Some(result))
}

/// The name of a type without arguments, or of what a future of it gives.
pub(super) fn awaited_name(facts: &FileFacts, id: TypeExprId) -> Option<Name> {
    let mut own = &facts.types[id.0 as usize];
    let is_future = |own: &TypeExpr| own.names.last().is_some_and(|name| FUTURES.contains(&facts.text(*name)));
    if is_future(own) {
        own = &facts.types[own.arguments.last()?.0 as usize];
    }
    match (own.form, &own.names[..], &own.arguments[..]) {
        // Of a type parameter nothing is known but its name.
        (TypeForm::Named | TypeForm::Unknown, [name], []) => Some(*name),
        _ => None,
    }
}

/// Does a name stand for any type: a type parameter of the function, or a name that the module makes by a call?
pub(super) fn is_type_variable(facts: &FileFacts, function: &Function, name: Name) -> bool {
    let definitions = || facts.modules[function.module.index()].definitions.iter();
    let is_made = || definitions().any(|(own, made)| *own == name && matches!(facts.origin(*made), Origin::Call(_)));
    function.type_parameters.iter().any(|(own, _)| *own == name) || is_made()
}

/// The call by which the only function that a call site leads to runs one of its arguments, if there is only one.
fn call_of_argument(program: &Program, file: FileId, call: CallId, argument: usize) -> Option<(FileId, CallId)> {
    let mut functions = program.resolved(file, call).functions();
    let (Some(function), None) = (functions.next(), functions.next()) else { return None };
    let (callee_file, callee, place) = parameter_given(program, file, call, argument, function)?;
    let facts = &program.file(callee_file).facts;
    let region = facts.function(callee).region;
    let profile = profile_of(program, callee_file);
    let calls_it = |call: &CallId| calls_parameter(facts, profile, facts.call(*call), callee, place);
    let mut calls = (region.calls.0..region.calls.1).map(CallId).filter(calls_it);
    let only = calls.next()?;
    calls.next().is_none().then_some((callee_file, only))
}

/// The parameter of a function that an argument of a call site is given to.
fn parameter_given(
    program: &Program,
    file: FileId,
    call: CallId,
    argument: usize,
    function: FunctionRef,
) -> Option<(FileId, FunctionId, u16)> {
    let (callee_file, callee) = locate(&program.files, function);
    let (facts, callee_facts) = (&program.file(file).facts, &program.file(callee_file).facts);
    let pairs = matched_arguments(facts, facts.call(call), callee_facts, callee);
    let (_, place) = pairs.into_iter().find(|(own, _)| *own == argument)?;
    Some((callee_file, callee, place))
}

fn profile_of(program: &Program, file: FileId) -> &'static Profile {
    crate::lang::all()[program.file(file).source.language].profile()
}

/// Does a call site call a parameter of its function, which is one itself?
fn calls_parameter(facts: &FileFacts, profile: &Profile, site: &CallSite, function: FunctionId, place: u16) -> bool {
    let is_of_function = match (site.name, profile.function_members) {
        (None, _) => true,
        (Some(name), Some(others)) => !others.contains(&facts.text(name)),
        (Some(_), None) => false,
    };
    site.kind == CallKind::Call && is_of_function && is_parameter(facts, site.callee, function, place)
}

/// How a function runs one of its parameters.
fn run_of_parameter(program: &Program, file: FileId, function: FunctionId, place: u16, depth: usize) -> Option<Run> {
    let facts = &program.file(file).facts;
    let profile = profile_of(program, file);
    let is_parameter = |origin| is_parameter(facts, origin, function, place);
    let region = facts.function(function).region;
    let uses = (region.calls.0..region.calls.1).map(CallId).filter_map(|call| {
        let site = facts.call(call);
        let context = &program.contexts[file.0 as usize][site.scope.index()];
        if calls_parameter(facts, profile, site, function, place) {
            // What it makes is kept for the next time, when it does not run; whoever asks a cache first runs it once per
            // key, if at all.
            if keeps_what_it_builds(program, file, call) || site.name.is_some() && has_branches(facts, function) {
                return Some(None);
            }
            return Some(run_in(&without_retries(program, file, call, context), None));
        }
        let at = facts.arguments_of(site).iter().position(|own| is_parameter(own.origin))?;
        let run = match program.resolved(file, call).row() {
            Some(row) => run_of_row(facts, row, site, at),
            None => run_of_argument(program, file, call, at, depth + 1),
        };
        Some(run.and_then(|run| run_in(context, Some(run))))
    });
    agreed(uses)
}

/// Does a function go more than one way?
fn has_branches(facts: &FileFacts, function: FunctionId) -> bool {
    facts.scopes.iter().any(|scope| scope.function == function && scope.kind == ScopeKind::Branch)
}

/// Does a value come from a parameter of a function as it is?
pub(super) fn is_parameter(facts: &FileFacts, origin: OriginId, function: FunctionId, place: u16) -> bool {
    match facts.origin(origin) {
        Origin::Parameter(own, at) => own == function && at == place,
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => is_parameter(facts, inner, function, place),
        _ => false,
    }
}

/// What circumstances make of a run in them.
fn run_in(context: &Context, inner: Option<Run>) -> Option<Run> {
    if context.is_deferred {
        return None;
    }
    Some(match inner {
        Some(Run::Elsewhere) => Run::Elsewhere,
        _ if context.is_offloaded => Run::Elsewhere,
        _ => match (class_around(context), inner) {
            (Some(class), Some(Run::PerTurn(own))) if own != LoopClass::Data => Run::PerTurn(class),
            (_, Some(Run::PerTurn(own))) => Run::PerTurn(own),
            (Some(class), _) => Run::PerTurn(class),
            (None, Some(inner)) => inner,
            (None, None) => Run::Here,
        },
    })
}

/// The class of the loops around a call that go on for as long as there is something to do; one over data says more than
/// one that takes many at once.
fn class_around(context: &Context) -> Option<LoopClass> {
    let mut classes = context.loops.iter().filter(|frame| frame.goes_on()).map(|frame| frame.class);
    let innermost = classes.next()?;
    Some(if classes.any(|class| class == LoopClass::Data) { LoopClass::Data } else { innermost })
}

/// The circumstances of a call without the loop around it that does the same again until it succeeds, or as often as it
/// ends: what is called with the same on every turn, by a loop that goes through nothing, is no matter of elements. Nor is a
/// loop that ends with the first answer, which its function returns.
fn without_retries(program: &Program, file: FileId, call: CallId, context: &Context) -> Context {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let is_copy = |origin| match facts.origin(origin) {
        Origin::Call(call) => {
            let copied = facts.call(call);
            program.resolved(file, call).effects.has(Effect::Copies) && copied.receiver_depend.carried == 0
        }
        _ => false,
    };
    let is_same = |bit: u32| {
        let differs = |argument: &Argument| {
            let depend = argument.depend;
            (depend.element | depend.carried) & bit != 0 || depend.volatile & bit != 0 && !is_copy(argument.origin)
        };
        !facts.arguments_of(site).iter().any(differs)
    };
    let tries_again = |frame: &LoopFrame| match frame.source {
        LoopSource::Loop(id) => {
            let own = facts.loop_of(id);
            own.kind == LoopKind::Infinite && is_same(frame.bit) || own.exits_early && facts.is_result(call)
        }
        _ => false,
    };
    let mut context = context.clone();
    context.loops.retain(|frame| !tries_again(frame));
    context
}

fn run_of_row(facts: &FileFacts, row: &Row, site: &CallSite, at: usize) -> Option<Run> {
    let argument = &facts.arguments_of(site)[at];
    if repeats_argument(facts, row, at as u16, argument.keyword) {
        return Some(Run::PerTurn(LoopClass::Data));
    }
    // Nothing tells that any other row runs it at all.
    row.effects.has(Effect::Offloads).then_some(Run::Elsewhere)
}

/// The one answer that all give; `None` if one does not know, or there is none.
fn agreed(mut answers: impl Iterator<Item = Option<Run>>) -> Option<Run> {
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}
