//! Summaries: which effects a function has, how often, on what they depend, and the call that brings each.
//!
//! Bottom up over the strongly connected components of the call graph. Degrees only grow and are capped, calls
//! within a component do not raise them, so every component comes to rest. What depends on no other is worked out side by
//! side: the order of files and functions decides ties, never the order of threads.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rayon::prelude::*;
use smallvec::SmallVec;

use super::memoization::{is_done_once, is_for_the_first, keeps_what_it_builds};
use super::resolve::{argument_at, given_alone, matched_arguments};
use crate::diagnostic::Confidence;
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::model::table::{Color, Laziness, RowKind};
use crate::program::{Callback, Cases, Context, FunctionRef, LoopSource, Program, Reached, Summary, Target};
use crate::source::{FileId, Span};
use crate::syntax::{CollectionKind, ParameterKind};

/// Degrees above this are all the same.
pub const HIGHEST_DEGREE: u8 = 3;

/// Fills in the summaries of all functions.
pub(super) fn summarize(program: &mut Program) {
    let calls_of = calls_by_function(program);
    let graph = call_graph(program, &calls_of);
    let mut component_of = vec![0u32; program.functions.len()];
    let components = kosaraju_scc(&graph);
    for (number, component) in components.iter().enumerate() {
        for node in component {
            component_of[node.index()] = number as u32;
        }
    }
    let summary = |program: &Program, function: FunctionRef| {
        summary_of(program, function, &calls_of[function.0 as usize], &component_of)
    };
    for level in levels(&graph, &components, &component_of) {
        let (alone, recursive): (Vec<_>, Vec<_>) = level.into_iter().partition(|number| {
            let component = &components[*number];
            component.len() == 1 && !graph.contains_edge(component[0], component[0])
        });
        let alone: Vec<FunctionRef> = alone.iter().flat_map(|number| functions(&components[*number])).collect();
        let found: Vec<Summary> =
            alone.par_iter().with_min_len(FEWEST).map(|function| summary(program, *function)).collect();
        for (function, found) in alone.into_iter().zip(found) {
            program.summaries[function.0 as usize] = found;
        }
        for number in recursive {
            let mut members: Vec<FunctionRef> = functions(&components[number]).collect();
            members.sort_unstable();
            settle(program, &members, summary);
        }
    }
}

/// Fewer functions than this are not worth another thread.
const FEWEST: usize = 32;

fn functions(component: &[NodeIndex]) -> impl Iterator<Item = FunctionRef> {
    component.iter().map(|node| FunctionRef(node.index() as u32))
}

/// The components by how far they are from the bottom: none leads to another one of its level or above, so the
/// summaries of a level do not depend on each other.
fn levels(graph: &DiGraph<(), (), u32>, components: &[Vec<NodeIndex>], component_of: &[u32]) -> Vec<Vec<usize>> {
    let mut level_of = vec![0; components.len()];
    let mut levels: Vec<Vec<usize>> = Vec::new();
    // Callees come before their callers.
    for (number, component) in components.iter().enumerate() {
        let callees = component.iter().flat_map(|node| graph.neighbors(*node));
        let below = callees.map(|callee| component_of[callee.index()] as usize).filter(|callee| *callee != number);
        let level = below.map(|callee| level_of[callee] + 1).max().unwrap_or(0);
        level_of[number] = level;
        if level == levels.len() {
            levels.push(Vec::new());
        }
        levels[level].push(number);
    }
    levels
}

/// Fills in the summaries of functions that lead to each other.
fn settle(program: &mut Program, members: &[FunctionRef], summary: impl Fn(&Program, FunctionRef) -> Summary) {
    // Twice the members is enough for every effect to go once around; the cap is for safety only.
    for _ in 0..members.len().clamp(1, 16) * 2 {
        let mut changed = false;
        for member in members {
            let summary = summary(program, *member);
            changed |= summary != program.summaries[member.0 as usize];
            program.summaries[member.0 as usize] = summary;
        }
        if !changed {
            break;
        }
    }
}

fn calls_by_function(program: &Program) -> Vec<Vec<CallId>> {
    let mut calls = vec![Vec::new(); program.functions.len()];
    for file in &program.files {
        for (number, site) in file.facts.calls.iter().enumerate() {
            let function = file.first_function + file.facts.scope(site.scope).function.0;
            calls[function as usize].push(CallId(number as u32));
        }
    }
    calls
}

fn call_graph(program: &Program, calls_of: &[Vec<CallId>]) -> DiGraph<(), (), u32> {
    let mut edges: Vec<(u32, u32)> = Vec::new();
    for (number, (file, _)) in program.functions.iter().enumerate() {
        for call in &calls_of[number] {
            edges.extend(program.resolved(*file, *call).functions().map(|callee| (number as u32, callee.0)));
        }
    }
    for (number, callbacks) in program.callbacks.iter().enumerate() {
        let file = &program.files[number];
        for callback in callbacks {
            let from = file.facts.scope(file.facts.call(callback.call).scope).function;
            edges.push((file.first_function + from.0, callback.function.0));
        }
    }
    edges.sort_unstable();
    edges.dedup();
    let mut graph = DiGraph::with_capacity(program.functions.len(), edges.len());
    for _ in &program.functions {
        graph.add_node(());
    }
    for (from, to) in edges {
        graph.add_edge(NodeIndex::new(from as usize), NodeIndex::new(to as usize), ());
    }
    graph
}

fn summary_of(program: &Program, function: FunctionRef, calls: &[CallId], component_of: &[u32]) -> Summary {
    let (file, _) = program.function(function);
    let known = &program.summaries[function.0 as usize];
    let (memoizes, memoizes_for_now) = (known.memoizes, known.memoizes_for_now);
    let mut summary = Summary { effects: Vec::new(), memoizes, memoizes_for_now };
    let is_known = |call: &&CallId| {
        let resolved = program.resolved(file, **call);
        !resolved.targets.is_empty() || !resolved.effects.is_empty()
    };
    for call in calls.iter().filter(is_known) {
        for reached in reached_by_call(program, file, *call) {
            let recursive =
                reached.via.is_some_and(|via| component_of[via.0 as usize] == component_of[function.0 as usize]);
            let mut reached = reached;
            if recursive {
                let own = program.summaries[reached.via.map_or(0, |via| via.0) as usize].clone();
                reached.degree = own.get(reached.effect).map_or(0, |own| own.degree);
            }
            add(&mut summary, reached);
        }
    }
    summary.effects.sort_by_key(|reached| {
        let is_once = reached.degree == 0;
        (reached.effect, is_once, reached.parameters == 0, reached.without, reached.needs, reached.writes)
    });
    summary
}

/// Keeps the worse entry; per effect one that depends on parameters and one that does not, one that comes once and one
/// that comes in a loop, one for each set of parameters without which, or with which, it comes about only, and one for
/// queries that write as well.
fn add(summary: &mut Summary, reached: Reached) {
    let same_kind = |known: &&mut Reached| {
        known.effect == reached.effect
            && (known.parameters == 0) == (reached.parameters == 0)
            // What comes once is what a loop of a caller repeats; what comes in a loop of its own is told there.
            && (holds_thread(reached.effect) || (known.degree == 0) == (reached.degree == 0))
            && (known.without, known.needs, known.writes) == (reached.without, reached.needs, reached.writes)
    };
    match summary.effects.iter_mut().find(same_kind) {
        Some(known) => {
            let parameters = known.parameters | reached.parameters;
            // What is sure is not hidden by what may be worse; one long wait is worse than many short ones.
            let key = |reached: &Reached| {
                (
                    reached.confidence,
                    if holds_thread(reached.effect) { reached.weight } else { 0 },
                    reached.degree,
                    reached.weight,
                    std::cmp::Reverse(reached.cases),
                    std::cmp::Reverse(reached.steps),
                    std::cmp::Reverse(reached.witness),
                )
            };
            if key(&reached) > key(known) {
                *known = reached;
            }
            known.parameters = parameters;
        }
        None => summary.effects.push(reached),
    }
}

/// How many times more often than its function a call site runs, as a degree.
pub fn degree_of(context: &Context) -> u8 {
    let mut degree = 0;
    let mut chunked = false;
    for frame in &context.loops {
        match frame.class {
            LoopClass::Data => degree += 1,
            LoopClass::Chunked if !chunked => {
                chunked = true;
                degree += 1;
            }
            _ => {}
        }
    }
    degree.min(HIGHEST_DEGREE)
}

/// An effect that a call site brings, with what it depends on there.
#[derive(Clone, Copy, Debug)]
pub struct CallEffect {
    /// The effect as its function has it.
    pub reached: Reached,
    /// What the cause depends on, as the call site sees it.
    pub depend: Depend,
    /// How often per run of the call site.
    pub callee_degree: u8,
    /// Does the call site run a named function once per element?
    pub repeats: bool,
    /// Does it run on another thread or process?
    pub is_offloaded: bool,
    /// Is it the callee that hands it to one?
    pub is_offloaded_below: bool,
}

/// The effects that a call site brings to the code around it: none where nobody knows when it runs.
pub fn effects_of_call(program: &Program, file: FileId, call: CallId) -> SmallVec<[CallEffect; 4]> {
    match program.context(file, call).is_deferred {
        true => SmallVec::new(),
        false => effects_where_it_stands(program, file, call),
    }
}

/// The effects that a call site brings when it runs, its own and those of its callees. Those that code elsewhere (on
/// another thread, in another task) has are among them, but for what blocks there.
pub fn effects_where_it_stands(program: &Program, file: FileId, call: CallId) -> SmallVec<[CallEffect; 4]> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let mut found = SmallVec::new();
    let resolved = program.resolved(file, call);
    if resolved.targets.is_empty() && resolved.effects.is_empty() {
        return found;
    }
    let mut effects = own_effects(program, file, call);
    let callees = certain_callees(program, file, call);
    if effects.is_empty()
        && callees.iter().all(|callee| program.summaries[callee.function.0 as usize].effects.is_empty())
    {
        return found;
    }
    let context = program.context(file, call);
    let degree = degree_of(context);
    let confidence = if site.certain { resolved.confidence } else { resolved.confidence.min(Confidence::Medium) };
    let over = parameters_gone_through(facts, context);
    let (own_without, own_needs) = parameter_conditions(facts, site.scope);
    let builds = is_only_built(program, file, call);
    let cases = cases_of(facts, site);
    if builds {
        effects = effects.intersection(EffectSet::of(&[Effect::SpawnsTask, Effect::RunsConcurrently]));
    }
    if !effects.is_empty() {
        let depend =
            facts.arguments_of(site).iter().fold(site.receiver_depend, |depend, argument| depend.or(argument.depend));
        let depend = depend.or(program.added_depend(file, call));
        let depend = depend.or(handed_over(program, file, call));
        let all_given = depend;
        for effect in effects.iter() {
            let compiled = compiled_argument(program, file, call, effect);
            let depend = compiled.map_or(all_given, |argument| argument.depend);
            let parameters = depend.parameters;
            let weight = resolved.row_with(effect).map_or(0, |row| weight_of(&row.cost));
            let reached = Reached {
                effect,
                degree,
                over,
                parameters,
                without: own_without,
                needs: own_needs,
                confidence,
                witness: call,
                via: None,
                cases,
                writes: effect == Effect::DbQuery && effects.has(Effect::DbWrite),
                steps: 0,
                weight,
            };
            found.push(CallEffect {
                reached,
                depend,
                callee_degree: 0,
                repeats: false,
                is_offloaded: context.is_offloaded,
                is_offloaded_below: false,
            });
        }
    }
    for callee in callees {
        let (callee_file, callee_id) = program.function(callee.function);
        let callee_facts = &program.file(callee_file).facts;
        let summary = &program.summaries[callee.function.0 as usize];
        if builds {
            continue;
        }
        // What is remembered is done once per key: seldom, but as long as ever.
        let parameters = &callee_facts.function(callee_id).parameters;
        let is_done_once = parameters.iter().all(|parameter| parameter.kind == ParameterKind::Receiver);
        let is_async = callee_facts.function(callee_id).is_async;
        let is_offloaded = callee.is_offloaded || context.is_offloaded;
        let gives_arguments = callee.called_by == Some((file, call));
        for entry in &summary.effects {
            // What blocks in an asynchronous function is its own matter, and reported there.
            let open = match gives_arguments {
                true => still_open(facts, site, callee_facts, callee_id, entry),
                false => stays_open(program, callee.called_by, callee_facts, callee_id, entry).then_some((0, 0)),
            };
            let Some((without, needs)) = open else { continue };
            let (without, needs) = (without | own_without, needs | own_needs);
            let blocks = matches!(entry.effect, Effect::Blocking | Effect::Sleep);
            if is_async && holds_thread(entry.effect) || summary.memoizes && (is_done_once || !blocks) {
                continue;
            }
            let mut depend = Depend::default();
            if callee.repeats {
                depend.element = EVERY_TURN;
            } else if gives_arguments {
                for_each_feeding(facts, site, callee_facts, callee_id, entry.parameters, |fed| depend = depend.or(fed));
            } else if let Some(argument) = callee.argument {
                depend = given_with(facts, site, argument, entry.parameters);
            }
            // What is remembered for now is done for each key that is new: where none changes, once.
            let is_fed = depend.element | depend.carried | depend.volatile != 0;
            let may_be_new = if context.loops.is_empty() { depend.parameters != 0 } else { is_fed };
            if summary.memoizes_for_now && !may_be_new {
                continue;
            }
            let elements = match entry.over {
                0 => Elements::Unknown,
                parameters if gives_arguments => elements_given(program, file, call, callee.function, parameters),
                _ => Elements::Unknown,
            };
            let callee_degree = if elements == Elements::Few { 0 } else { entry.degree };
            let over = match (degree + callee.repeats as u8, callee_degree, elements) {
                (0, 1, Elements::OfParameters(parameters)) => parameters,
                (1, 0, _) if !callee.repeats => over,
                _ => 0,
            };
            // Far away and under a condition: it may be one that seldom holds.
            let is_distant_case =
                blocks && entry.steps > 0 && entry.weight < 3 && is_conditional(program, entry, callee_file);
            let is_far = blocks && entry.steps >= FARTHEST;
            let confidence = if is_distant_case || is_far { confidence.min(Confidence::Medium) } else { confidence };
            let reached = Reached {
                effect: entry.effect,
                degree: (degree + callee.repeats as u8 + callee_degree).min(HIGHEST_DEGREE),
                over,
                parameters: depend.parameters,
                without,
                needs,
                confidence: confidence.min(entry.confidence),
                witness: call,
                via: Some(callee.function),
                cases: cases.max(entry.cases),
                writes: entry.writes,
                steps: entry.steps.saturating_add(1),
                weight: entry.weight,
            };
            found.push(CallEffect {
                reached,
                depend,
                callee_degree,
                repeats: callee.repeats,
                is_offloaded,
                is_offloaded_below: callee.is_offloaded,
            });
        }
    }
    found
}

/// What feeds a function that a call site hands over, and of which nobody knows what whoever calls it gives: what it uses of
/// the function around it, and what is handed over beside it.
fn given_with(facts: &FileFacts, site: &CallSite, handed: u16, wanted: u32) -> Depend {
    let arguments = facts.arguments_of(site).iter().enumerate();
    let feeds = |(at, _): &(usize, &Argument)| match *at == handed as usize {
        true => wanted & CAPTURED != 0,
        false => wanted & !CAPTURED != 0,
    };
    arguments.filter(feeds).fold(Depend::default(), |all, (_, argument)| all.or(argument.depend))
}

/// The elements that a call site gives to what its callee goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Elements {
    /// A handful, written down.
    Few,
    /// Those of parameters of the function around it, as bits.
    OfParameters(u32),
    /// As many as there are, or nobody knows.
    Unknown,
}

/// What a call site gives to one of these parameters of a callee.
fn elements_given(program: &Program, file: FileId, call: CallId, callee: FunctionRef, parameters: u32) -> Elements {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let (callee_file, callee_id) = program.function(callee);
    let matched = matched_arguments(facts, site, &program.file(callee_file).facts, callee_id);
    let mut given = matched.into_iter().filter(|(_, parameter)| parameters & (1 << (*parameter).min(31)) != 0);
    let (Some((argument, _)), None) = (given.next(), given.next()) else { return Elements::Unknown };
    let origin = facts.arguments_of(site)[argument].origin;
    if is_written_down(program, file, origin) {
        return Elements::Few;
    }
    match parameter_behind(facts, origin) {
        0 => Elements::Unknown,
        own => Elements::OfParameters(own),
    }
}

/// Does a value have a handful of elements that stand there: `[row]`, `once(row)`?
fn is_written_down(program: &Program, file: FileId, origin: OriginId) -> bool {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Collection(_, _, Some(length)) => (1..=FEW).contains(&length),
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => is_written_down(program, file, inner),
        Origin::Call(call) => {
            let site = facts.call(call);
            let row = program.resolved(file, call).row();
            let is_view = site.name.is_some()
                && site.arguments.0 == site.arguments.1
                && row.is_some_and(|row| row.laziness == Laziness::Lazy && row.repeats.is_none());
            row.is_some_and(|row| row.effects.has(Effect::Few))
                || is_view && is_written_down(program, file, site.callee)
        }
        _ => false,
    }
}

/// The parameter that the only loop around a call site goes through, as a bit.
fn parameters_gone_through(facts: &FileFacts, context: &Context) -> u32 {
    let mut loops = context.loops.iter().filter(|frame| matches!(frame.class, LoopClass::Data | LoopClass::Chunked));
    match (loops.next().map(|frame| frame.source), loops.next()) {
        (Some(LoopSource::Loop(id)), None) => {
            facts.loop_of(id).iterable.map_or(0, |iterable| parameter_behind(facts, iterable))
        }
        _ => 0,
    }
}

/// The parameter that a value is, or is a view of (`rows.iter()`), as a bit; 0 for none.
fn parameter_behind(facts: &FileFacts, origin: OriginId) -> u32 {
    match facts.origin(origin) {
        Origin::Parameter(_, place) if place < 31 => 1 << place,
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => parameter_behind(facts, inner),
        Origin::Call(call) => {
            let site = facts.call(call);
            let is_view = site.name.is_some() && site.arguments.0 == site.arguments.1;
            if is_view { parameter_behind(facts, site.callee) } else { 0 }
        }
        _ => 0,
    }
}

/// The argument of a call that is all that it compiles.
pub fn compiled_argument<'p>(program: &'p Program, file: FileId, call: CallId, effect: Effect) -> Option<&'p Argument> {
    if !matches!(effect, Effect::Compiles | Effect::CompilesRegex) {
        return None;
    }
    let place = program.resolved(file, call).row()?.compiles.as_ref()?;
    argument_at(&program.file(file).facts, call, place)
}

/// What the function gave to the receiver of a call beforehand, and the call sends: a commit writes what was added, a
/// statement asks for what was set.
pub fn handed_over(program: &Program, file: FileId, call: CallId) -> Depend {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let Some(receiver) = site.receiver_place else { return Depend::default() };
    let effects = program.resolved(file, call).effects;
    let takes_all = effects.has(Effect::DbCommit);
    if !takes_all && !effects.has(Effect::DbQuery) {
        return Depend::default();
    }
    let region = facts.function(facts.scope(site.scope).function).region;
    let before = (region.calls.0..call.0).map(CallId);
    let given = before.filter(|other| {
        facts.call(*other).receiver_place == Some(receiver)
            && (takes_all || program.resolved(file, *other).effects.has(Effect::Mutates))
    });
    given
        .flat_map(|other| facts.arguments_of(facts.call(other)))
        .fold(Depend::default(), |all, argument| all.or(argument.depend))
}

/// Over this many calls something on the way is seldom as it looks.
const FARTHEST: u16 = 8;

/// Does the call that brings an effect stand in a branch of its function?
fn is_conditional(program: &Program, entry: &Reached, file: FileId) -> bool {
    let facts = &program.file(file).facts;
    let scope = facts.call(entry.witness).scope;
    facts.scopes_from(scope).any(|(_, scope)| {
        matches!(scope.kind, ScopeKind::Branch | ScopeKind::Guarded | ScopeKind::Attempt | ScopeKind::Handler)
    })
}

/// In which cases a call runs.
fn cases_of(facts: &FileFacts, site: &CallSite) -> Cases {
    let function = facts.function(facts.scope(site.scope).function);
    let is_in_branch = facts.scopes_from(site.scope).any(|(_, scope)| match scope.kind {
        // What parameters decide, the call site decides.
        ScopeKind::Branch => (scope.without | scope.needs) & WHOLE_PARAMETERS == 0,
        ScopeKind::Handler => true,
        _ => false,
    });
    match function.may_end_at {
        _ if is_in_branch => Cases::Branch,
        Some(end) if end <= site.span.start => Cases::Left,
        _ => Cases::All,
    }
}

/// The parameters without which, and with which, code of a scope runs only, as bits.
fn parameter_conditions(facts: &FileFacts, scope: ScopeId) -> (u32, u32) {
    facts.scopes_from(scope).fold((0, 0), |(without, needs), (_, scope)| (without | scope.without, needs | scope.needs))
}

/// Is a value as good as a parameter that is left out, or is it given?
fn presence(facts: &FileFacts, origin: OriginId) -> Presence {
    match facts.origin(origin) {
        Origin::Null | Origin::Bool(Some(false)) => Presence::Absent,
        Origin::Global(_, name) if facts.absent == Some(name) => Presence::Absent,
        Origin::Parameter(..) | Origin::Bool(None) | Origin::Unknown | Origin::Join(..) => Presence::Open,
        Origin::Bool(Some(true)) => Presence::Given,
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => presence(facts, inner),
        _ => Presence::Other,
    }
}

/// Whether a parameter has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// It is nothing, or false.
    Absent,
    /// It is true.
    Given,
    /// It has a value, which may be false nevertheless.
    Other,
    /// It may be either.
    Open,
}

/// What an effect that comes about with or without certain parameters of a callee is bound to at a call site: the
/// parameters of the caller that are handed on. `None` when the call site rules the effect out.
fn still_open(
    facts: &FileFacts,
    site: &CallSite,
    callee_facts: &FileFacts,
    callee: FunctionId,
    entry: &Reached,
) -> Option<(u32, u32)> {
    let (mut without, mut needs) = (0, 0);
    if entry.without | entry.needs == 0 {
        return Some((0, 0));
    }
    if members_rule_out(facts, site, callee_facts, callee, entry) {
        return None;
    }
    let asked = (entry.without | entry.needs) & WHOLE_PARAMETERS;
    let mut given = 0u32;
    for (argument, parameter) in matched_arguments(facts, site, callee_facts, callee) {
        let bit = parameter_bit(parameter);
        if asked & bit == 0 {
            continue;
        }
        given |= bit;
        let origin = facts.arguments_of(site)[argument].origin;
        let presence = presence(facts, origin);
        if let Origin::Parameter(function, place) = facts.origin(origin)
            && function == facts.scope(site.scope).function
            && u32::from(place) < FIRST_MEMBER
        {
            without |= if entry.without & bit != 0 { 1 << place } else { 0 };
            needs |= if entry.needs & bit != 0 { 1 << place } else { 0 };
        } else if entry.without & bit != 0 && presence != Presence::Absent
            || entry.needs & bit != 0 && presence == Presence::Absent
        {
            return None;
        }
    }
    // What is left out has its default, unless something is spread.
    let is_spread = facts.arguments_of(site).iter().any(|argument| argument.is_spread);
    for (place, parameter) in callee_facts.function(callee).parameters.iter().enumerate().take(31) {
        let bit = 1 << place;
        if asked & !given & bit == 0 || is_spread {
            continue;
        }
        match parameter.default.map(|default| presence(callee_facts, default)) {
            Some(Presence::Absent) if entry.needs & bit != 0 => return None,
            Some(Presence::Given) if entry.without & bit != 0 => return None,
            _ => {}
        }
    }
    Some((without, needs))
}

/// Does what a call site writes down for members of parameters rule an effect out: a literal that has them, or does not?
fn members_rule_out(
    facts: &FileFacts,
    site: &CallSite,
    callee_facts: &FileFacts,
    callee: FunctionId,
    entry: &Reached,
) -> bool {
    let function = callee_facts.function(callee);
    let bits = function.members.iter().zip(FIRST_MEMBER..31);
    bits.into_iter().any(|(member, bit)| {
        let bit = 1 << bit;
        let is_asked = (entry.without | entry.needs) & bit != 0;
        is_asked
            && match member_presence(facts, site, callee_facts, callee, member) {
                Presence::Given => entry.without & bit != 0,
                Presence::Absent => entry.needs & bit != 0,
                Presence::Other | Presence::Open => false,
            }
    })
}

/// Whether a call site gives a member of a parameter, and what, as far as it is written down there.
fn member_presence(
    facts: &FileFacts,
    site: &CallSite,
    callee_facts: &FileFacts,
    callee: FunctionId,
    member: &TestedMember,
) -> Presence {
    let missing = match member.asked {
        AskedFor::Itself => Presence::Absent,
        AskedFor::NotFalse => Presence::Given,
        AskedFor::TakenOut => Presence::Open,
    };
    let name = callee_facts.text(member.name);
    let matched = matched_arguments(facts, site, callee_facts, callee);
    let given = matched.into_iter().find(|(_, parameter)| *parameter == member.parameter);
    let (facts, origin) = match given {
        Some((argument, _)) => (facts, facts.arguments_of(site)[argument].origin),
        None => {
            let parameter = callee_facts.function(callee).parameters.get(member.parameter as usize);
            let is_spread = facts.arguments_of(site).iter().any(|argument| argument.is_spread);
            match parameter {
                Some(parameter) if !is_spread && parameter.kind == ParameterKind::Ordinary => match parameter.default {
                    Some(default) => (callee_facts, default),
                    None => return missing,
                },
                _ => return Presence::Open,
            }
        }
    };
    if let Presence::Absent = presence(facts, origin) {
        return missing;
    }
    let Origin::Collection(CollectionKind::Map, _, Some(length)) = facts.origin(origin) else { return Presence::Open };
    let entries = facts.entries_of(origin);
    let is_it = |entry: &&Entry| entry.key.is_some_and(|key| *facts.strings[key.0 as usize] == *name);
    match entries.iter().find(is_it).map(|entry| facts.origin(entry.value)) {
        Some(Origin::Bool(Some(false))) => Presence::Absent,
        Some(Origin::Bool(Some(true))) => Presence::Given,
        Some(Origin::Null) => {
            if member.asked == AskedFor::NotFalse {
                Presence::Given
            } else {
                Presence::Absent
            }
        }
        Some(_) => Presence::Open,
        // Keys that are no texts may be any.
        None if entries.len() == length as usize => missing,
        None => Presence::Open,
    }
}

/// Does an effect certainly come about in a function that another one runs for the code that hands it over? If it is
/// bound to parameters, the call that gives it its arguments has to tell.
fn stays_open(
    program: &Program,
    called_by: Option<(FileId, CallId)>,
    callee_facts: &FileFacts,
    callee: FunctionId,
    entry: &Reached,
) -> bool {
    if (entry.without | entry.needs) & WHOLE_PARAMETERS == 0 {
        return true;
    }
    called_by.is_some_and(|(file, call)| {
        let facts = &program.file(file).facts;
        still_open(facts, facts.call(call), callee_facts, callee, entry) == Some((0, 0))
    })
}

/// How much a call costs, from how the models write it: one system call is least, a round trip or an unbounded wait
/// most.
fn weight_of(cost: &str) -> u8 {
    match cost {
        "1sys" => 0,
        "" | "O(1)" | "O(k)" | "1file" => 1,
        "wait" | "1q" | "nq" | "1rt" => 3,
        _ => 2,
    }
}

/// What makes something that can be kept.
const BUILDS: EffectSet = EffectSet::of(&[Effect::ConstructsClient, Effect::CompilesRegex, Effect::Compiles]);

/// The bit of a `Depend` that speaks of a call which runs a named function once per element.
pub const EVERY_TURN: u32 = 1 << 31;

/// The effects that a call site brings into its function.
fn reached_by_call(program: &Program, file: FileId, call: CallId) -> SmallVec<[Reached; 4]> {
    let scope = program.file(file).facts.call(call).scope;
    // What nobody waits for costs no caller time.
    if program.context(file, call).is_detached {
        return SmallVec::new();
    }
    let elsewhere = is_elsewhere(program, file, scope);
    effects_of_call(program, file, call)
        .into_iter()
        .filter(|found| found.reached.effect.travels())
        // What is built once and kept is not built per call.
        .filter(|found| {
            let is_kept = || match found.reached.via {
                None => is_kept(program, file, call),
                Some(_) => is_done_once(&program.file(file).facts, call),
            };
            !(BUILDS.has(found.reached.effect) && (is_kept() || is_for_the_first(program, file, call)))
        })
        .filter(|found| !holds_thread(found.reached.effect) || !(elsewhere || found.is_offloaded))
        .map(|found| found.reached)
        .collect()
}

/// Does what a call builds outlive its function?
fn is_kept(program: &Program, file: FileId, call: CallId) -> bool {
    program.file(file).facts.call(call).used == Use::Stored || keeps_what_it_builds(program, file, call)
}

/// Is it the matter of the thread that it happens on?
fn holds_thread(effect: Effect) -> bool {
    matches!(effect, Effect::Blocking | Effect::Sleep | Effect::CpuHeavy)
}

/// Does an asynchronous call only make something to be awaited, that nobody awaits here?
fn is_only_built(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    if is_part_of_statement(program, file, call) {
        return true;
    }
    if site.kind != CallKind::Call || site.awaited || matches!(site.used, Use::Returned | Use::Receiver) {
        return false;
    }
    let resolved = program.resolved(file, call);
    let run_at_once = crate::lang::all()[program.file(file).source.language].profile().futures_run_at_once;
    let is_async = resolved.targets.iter().any(|target| match target {
        // What a library makes may wait even there, until it knows the whole of it.
        Target::Row(row) => row.color == Color::Async && (!run_at_once || row.laziness == Laziness::Awaited),
        Target::Function(function) => {
            let (file, id) = program.function(*function);
            let function = program.file(file).facts.function(id);
            !run_at_once && function.gives_future()
        }
    });
    // `gather(f())`, `wait_for(f(), 5)`: what it is given to awaits it.
    is_async && !(site.used == Use::Argument && enclosing_awaits(program, file, call))
}

/// Is what a call builds, to be sent when it is awaited, a part of another statement that is built: a subquery, a value of
/// an update? It stands among the arguments of a call that builds, or its variable is given to such calls only.
fn is_part_of_statement(program: &Program, file: FileId, call: CallId) -> bool {
    if program.resolved(file, call).row().is_none_or(|row| row.laziness != Laziness::Awaited) {
        return false;
    }
    let facts = &program.file(file).facts;
    let last = facts.continuations(call).last().unwrap_or(call);
    let built = facts.call(last);
    if built.awaited {
        return false;
    }
    let is_given = |span: Span, scope: ScopeId, before: CallId| {
        // Outer calls come before inner ones; their arguments are seldom many.
        (before.0.saturating_sub(OUTER_CALLS)..before.0).rev().map(CallId).any(|outer| {
            let site = facts.call(outer);
            let builds = program.resolved(file, outer).row().is_some_and(|row| {
                matches!(row.laziness, Laziness::Lazy | Laziness::Awaited) && row.kind == RowKind::Method
            });
            let is_argument = || facts.arguments_of(site).iter().any(|argument| argument.span.contains(span));
            let mut between = facts.scopes_from(scope).take_while(|(id, _)| *id != site.scope);
            builds && is_argument() && !between.any(|(_, scope)| matches!(scope.kind, ScopeKind::Closure(_)))
        })
    };
    match built.used {
        Use::Argument | Use::Stored | Use::Other => is_given(built.span, built.scope, call),
        Use::Bound => facts.binding_of(last).is_some_and(|binding| {
            let before = |used: &UseSite| {
                let last = facts.calls.iter().rposition(|site| site.span.start <= used.span.start);
                CallId(last.map_or(0, |last| last as u32 + 1))
            };
            !binding.is_shared
                && !binding.uses.is_empty()
                && binding.uses.iter().all(|used| {
                    matches!(used.kind, Use::Argument | Use::Stored) && is_given(used.span, used.scope, before(used))
                })
        }),
        _ => false,
    }
}

/// How many calls before a call, or a value, those that take it are looked for.
const OUTER_CALLS: u32 = 64;

/// Is the call an argument of one that awaits what it is given?
fn enclosing_awaits(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let awaits = EffectSet::of(&[Effect::RunsConcurrently, Effect::Waits, Effect::RunsEventLoop]);
    // Outer calls come before inner ones; arguments are seldom many.
    (call.0.saturating_sub(12)..call.0)
        .rev()
        .map(CallId)
        .any(|outer| facts.call(outer).span.contains(site.span) && program.resolved(file, outer).effects.meets(awaits))
}

/// A function that a call site runs.
struct Callee {
    function: FunctionRef,
    /// The call that gives it its arguments.
    called_by: Option<(FileId, CallId)>,
    /// The argument of the call site that it is handed over as.
    argument: Option<u16>,
    /// Once per element of what the call goes through.
    repeats: bool,
    is_offloaded: bool,
}

/// The functions that a call site certainly runs.
fn certain_callees(program: &Program, file: FileId, call: CallId) -> SmallVec<[Callee; 2]> {
    let mut callees = SmallVec::new();
    let resolved = program.resolved(file, call);
    // One of several: only what all of them do is certain, so the one with the fewest effects speaks for them.
    let least = resolved.functions().min_by_key(|function| program.summaries[function.0 as usize].effects.len());
    if let Some(function) = least {
        let called_by = Some((file, call));
        callees.push(Callee { function, called_by, argument: None, repeats: false, is_offloaded: false });
    }
    let callbacks = &program.callbacks[file.0 as usize];
    let first = callbacks.partition_point(|callback| callback.call < call);
    for callback in callbacks[first..].iter().take_while(|callback| callback.call == call) {
        let Callback { function, called_by, argument, repeats, is_offloaded, .. } = *callback;
        callees.push(Callee { function, called_by, argument: Some(argument), repeats, is_offloaded });
    }
    callees
}

/// What a call site itself does now: lazy calls do nothing yet but what whoever takes their result makes them do, and a lock that is taken is no wait worth a word.
pub fn own_effects(program: &Program, file: FileId, call: CallId) -> EffectSet {
    let resolved = program.resolved(file, call);
    let Some(row) = resolved.row() else {
        // Of which nobody knows what it does, the text that it is given may tell.
        let is_row = |target: &Target| matches!(target, Target::Row(_));
        let asks = |function: FunctionRef| program.summaries[function.0 as usize].get(Effect::DbQuery).is_some();
        let is_told = resolved.targets.iter().any(is_row) || resolved.functions().any(asks);
        return if is_told { EffectSet::EMPTY } else { resolved.effects };
    };
    let mut effects = resolved.effects;
    if row.laziness == Laziness::Lazy {
        effects = effects.intersection(EffectSet::of(&[Effect::Allocates, Effect::Formats, Effect::Searches]));
    }
    if let Some(iterated) = resolved.iterates
        && row.laziness != Laziness::Lazy
    {
        effects = effects.union(iterated.effects);
    }
    if effects.has(Effect::Locks) {
        effects = effects.without(EffectSet::of(&[Effect::Blocking]));
    }
    effects
}

/// Does a scope run on another thread, or on the event loop while its function does not?
fn is_elsewhere(program: &Program, file: FileId, scope: ScopeId) -> bool {
    let context = &program.contexts[file.0 as usize][scope.index()];
    let facts = &program.file(file).facts;
    let function = facts.function(facts.scope(scope).function);
    context.is_offloaded || (context.is_async && !function.is_async)
}

/// Calls `visit` with what feeds each of the wanted parameters of a callee.
pub fn for_each_feeding(
    facts: &FileFacts,
    site: &CallSite,
    callee_facts: &FileFacts,
    callee: FunctionId,
    wanted: u32,
    mut visit: impl FnMut(Depend),
) {
    let parameters = &callee_facts.function(callee).parameters;
    let receives = parameters.first().is_some_and(|first| first.kind == ParameterKind::Receiver);
    if receives && site.name.is_some() && wanted & 1 != 0 || site.name.is_none() && wanted & CAPTURED != 0 {
        visit(site.receiver_depend);
    }
    let mut fed = 0u32;
    for (argument, parameter) in matched_arguments(facts, site, callee_facts, callee) {
        if wanted & parameter_bit(parameter) != 0 {
            fed |= parameter_bit(parameter);
            visit(facts.arguments_of(site)[argument].depend);
        }
    }
    // One alone, where many may be given, is like any other.
    if let Some((argument, parameter)) = given_alone(facts, site, callee_facts, callee)
        && wanted & parameter_bit(parameter) != 0
    {
        visit(facts.arguments_of(site)[argument].depend);
    }
    // Spread arguments may feed any parameter.
    for argument in facts.arguments_of(site).iter().filter(|argument| argument.is_spread) {
        if wanted & !fed != 0 {
            visit(argument.depend);
        }
    }
}

/// Does a callee on the way to the cause of an effect come to it under a condition only?
pub fn is_reached_conditionally(program: &Program, file: FileId, reached: &Reached) -> bool {
    witness_chain(program, file, reached).into_iter().skip(1).any(|(file, call)| {
        let facts = &program.file(file).facts;
        let mut scopes = facts.scopes_from(facts.call(call).scope);
        scopes.any(|(_, scope)| matches!(scope.kind, ScopeKind::Branch | ScopeKind::Guarded | ScopeKind::Handler))
    })
}

/// The chain of call sites from a call site to the cause of an effect; the call site itself comes first.
pub fn witness_chain(program: &Program, file: FileId, reached: &Reached) -> Vec<(FileId, CallId)> {
    let mut chain = vec![(file, reached.witness)];
    let mut via = reached.via;
    let mut below = *reached;
    while let Some(function) = via {
        let (file, _) = program.function(function);
        let summary = &program.summaries[function.0 as usize];
        let candidates = summary.effects.iter().filter(|entry| entry.effect == reached.effect);
        // The way that the call site was told of, rather than one that it rules out.
        let is_told = |entry: &Reached| {
            entry.weight == below.weight && entry.writes == below.writes && entry.steps.saturating_add(1) == below.steps
        };
        let is_open = |entry: &Reached| entry.without | entry.needs == 0;
        let Some(entry) = candidates.max_by_key(|entry| {
            let surest = std::cmp::Reverse(entry.cases);
            (is_told(entry), is_open(entry), entry.weight, surest, std::cmp::Reverse(entry.steps))
        }) else {
            break;
        };
        chain.push((file, entry.witness));
        via = entry.via;
        below = *entry;
        if chain.len() > 64 {
            break;
        }
    }
    chain
}
