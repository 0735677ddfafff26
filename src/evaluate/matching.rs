//! Matching: the conditions of `rule/condition.rs`, checked against facts.

use super::{calls, causes, counted, flow, given, handlers, rows, values, waterfall};
use crate::diagnostic::{Diagnostic, Set};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::memoization::fills_member;
use crate::link::resolve::{Value, argument_at, matched_arguments};
use crate::link::summarize::{
    CallEffect, EVERY_TURN, compiled_argument, effects_of_call, handed_over, is_reached_conditionally, own_effects,
    witness_chain,
};
use crate::model::table::{Color, Laziness, Row};
use crate::program::{Context, FunctionRef, LoopFrame, LoopSource, Program, Reached, RelationRead, Standing, Target};
use crate::rule::Rule;
use crate::rule::condition::{Conditions, Part, RelationReading};
use crate::source::FileId;
use crate::syntax::{LoopKind, ParameterKind, TypeForm};
use crate::version::{Requirements, Version};

/// A call site that a rule may report.
pub struct Candidate<'r> {
    /// Its file.
    pub file: FileId,
    /// The call site.
    pub call: CallId,
    /// What brings it up.
    pub effect: CallEffect,
    /// The loop that counts, if the rule asks for one.
    pub frame: Option<LoopFrame>,
    /// The rule.
    pub rule: &'r Rule,
}

impl<'r> Candidate<'r> {
    /// The candidate, unless the rule asks for a loop and there is none that counts.
    pub fn new(program: &Program, rule: &'r Rule, file: FileId, call: CallId, effect: CallEffect) -> Option<Self> {
        let frame = match &rule.conditions.inside {
            None => None,
            Some(classes) => {
                // What a callee does many times over is reported in the callee; a failure is no turn of a loop.
                if effect.callee_degree > 0 || program.context(file, call).is_handler {
                    return None;
                }
                let depends = rule.conditions.depends_on_loop.as_deref();
                let mut frames = frames_of(program, file, call, &effect);
                let frame = frames.find(|frame| {
                    classes.iter().any(|class| class.0 == frame.class)
                        && depends.is_none_or(|parts| depends_on(program, file, call, &effect, parts, frame))
                });
                Some(frame?)
            }
        };
        Some(Candidate { file, call, effect, frame, rule })
    }

    /// The same call, with another of the loops around it.
    pub fn within(&self, frame: LoopFrame) -> Candidate<'r> {
        Candidate { frame: Some(frame), ..*self }
    }

    /// The call site.
    pub fn site<'p>(&self, program: &'p Program) -> &'p CallSite {
        program.file(self.file).facts.call(self.call)
    }
}

/// The loops around a call site, innermost first; a call that repeats a named function is one itself.
fn frames_of<'p>(
    program: &'p Program,
    file: FileId,
    call: CallId,
    effect: &CallEffect,
) -> impl Iterator<Item = LoopFrame> + 'p {
    let own =
        effect.repeats.then_some(LoopFrame { source: LoopSource::Call(call), bit: EVERY_TURN, class: LoopClass::Data });
    own.into_iter().chain(program.context(file, call).loops.iter().copied()).chain(shown_frame(program, file, call))
}

/// The turns in which what shows rows calls the function around a call site.
fn shown_frame(program: &Program, file: FileId, call: CallId) -> Option<LoopFrame> {
    let facts = &program.file(file).facts;
    let function = program.function_ref(file, facts.scope(facts.call(call).scope).function);
    let shown = program.shown_rows.get(&function)?;
    let counts = !program.context(file, call).is_deferred && !rows::asked_what_it_has(program, file, call, shown.row);
    counts.then_some(LoopFrame { source: LoopSource::Shown(function), bit: EVERY_TURN, class: LoopClass::Shown })
}

fn depends_on(
    program: &Program,
    file: FileId,
    call: CallId,
    effect: &CallEffect,
    parts: &[Part],
    frame: &LoopFrame,
) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let mut depend = Depend::default();
    if effect.reached.via.is_some() {
        depend = effect.depend;
    } else {
        if parts.contains(&Part::Receiver) {
            depend = depend.or(site.receiver_depend);
            // A row that the turn makes is filled by the turn.
            if effect.reached.effect == Effect::DbWrite && is_made_in(facts, site.callee, frame) {
                return true;
            }
        }
        depend = depend.or(program.added_depend(file, call));
        depend = depend.or(handed_over(program, file, call));
        // The query is sent once; going through the rows costs as much every time.
        let is_search = effect.reached.effect == Effect::Searches;
        let is_cached = !is_search && asks_what_is_kept(program, file, call);
        let iterated = iterated_argument(program, file, call, effect.reached.effect);
        if let Some(argument) = iterated {
            depend = depend.or(argument.depend);
        } else if parts.contains(&Part::Arguments) && !is_cached {
            for argument in sought(program, file, call) {
                depend = depend.or(argument.depend);
            }
        }
    }
    let mut bits = depend.element | depend.carried;
    // A loop without elements takes its work from calls.
    if let LoopSource::Loop(id) = frame.source
        && matches!(facts.loop_of(id).kind, LoopKind::While | LoopKind::Infinite)
    {
        bits |= depend.volatile;
    }
    if let LoopSource::Shown(function) = frame.source {
        return program.shown_rows.get(&function).is_some_and(|shown| depend.parameters & 1 << shown.row != 0);
    }
    bits & frame.bit != 0
}

/// What a call is given. A search that is given nothing takes the first of what those before it choose:
/// `orders.stream().filter(…).findFirst()`.
fn sought<'p>(program: &'p Program, file: FileId, call: CallId) -> &'p [Argument] {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let own = facts.arguments_of(site);
    if !own.is_empty() || !own_effects(program, file, call).has(Effect::Searches) {
        return own;
    }
    let mut before = facts.origin(site.callee);
    while let Origin::Call(inner) = before {
        let Some(row) = program.resolved(file, inner).row().filter(|row| row.laziness == Laziness::Lazy) else { break };
        if row.repeats.is_some() {
            return facts.arguments_of(facts.call(inner));
        }
        before = facts.origin(facts.call(inner).callee);
    }
    own
}

/// Does every turn of a loop make the value by a call?
fn is_made_in(facts: &FileFacts, origin: OriginId, frame: &LoopFrame) -> bool {
    match (facts.origin(origin), frame.source) {
        (Origin::Call(call), LoopSource::Loop(id)) => {
            let region = facts.loop_of(id).region;
            // Rows are made by their class; what a method or function gives may be a part of something else.
            (region.calls.0..region.calls.1).contains(&call.0) && facts.call(call).name.is_none()
        }
        (Origin::Ascribed(_, inner), _) => is_made_in(facts, inner, frame),
        _ => false,
    }
}

/// The argument that brings an effect because the call goes through it.
pub fn iterated_argument<'p>(program: &'p Program, file: FileId, call: CallId, effect: Effect) -> Option<&'p Argument> {
    let resolved = program.resolved(file, call);
    let row = resolved.row().filter(|row| !row.effects.has(effect))?;
    resolved.iterates.filter(|iterated| iterated.effects.has(effect))?;
    argument_at(&program.file(file).facts, call, row.iterates.as_ref()?)
}

/// Is it an operation on a value that keeps the rows it got, so that asking it again costs nothing?
fn asks_what_is_kept(program: &Program, file: FileId, call: CallId) -> bool {
    let kind = program.file(file).facts.call(call).kind;
    matches!(kind, CallKind::Membership | CallKind::Iterate | CallKind::Search | CallKind::Test)
        && program.resolved(file, call).row().is_some_and(|row| row.laziness == Laziness::Conditional)
}

/// Does what is gone through keep what it got, so that only the first time costs? It has a name, and so lives on.
fn is_kept(program: &Program, candidate: &Candidate) -> bool {
    let resolved = program.resolved(candidate.file, candidate.call);
    let site = candidate.site(program);
    match iterated_argument(program, candidate.file, candidate.call, candidate.effect.reached.effect) {
        Some(argument) => {
            argument.place.is_some() && resolved.iterates.is_some_and(|row| row.laziness == Laziness::Conditional)
        }
        None => site.receiver_place.is_some() && asks_what_is_kept(program, candidate.file, candidate.call),
    }
}

/// With `all`: do all given conditions hold? Without: does one?
pub fn holds(program: &mut Program, candidate: &Candidate, conditions: &Conditions, all: bool) -> bool {
    macro_rules! check {
        ($field:ident, |$wanted:ident| $test:expr) => {
            if let Some($wanted) = &conditions.$field
                && ($test) != all
            {
                return !all;
            }
        };
    }
    let file = candidate.file;
    let call = candidate.call;
    let site = *candidate.site(program);
    let context = program.context(file, call).clone();
    let own = own_effects(program, file, call);
    let function = program.file(file).facts.scope(site.scope).function;
    check!(does, |wanted| own.intersection(words(wanted)) == words(wanted));
    check!(does_any, |wanted| own.meets(words(wanted)));
    check!(leaf_does_any, |wanted| leaf_effects(program, candidate).meets(words(wanted)));
    check!(near, |wanted| candidate.effect.reached.steps <= *wanted);
    check!(takes_closure, |wanted| {
        let facts = &program.file(file).facts;
        sought(program, file, call).iter().any(|argument| is_closure(facts, argument.origin)) == *wanted
    });
    check!(equates, |wanted| {
        let facts = &program.file(file).facts;
        let equates = |argument: &Argument| match facts.origin(argument.origin) {
            Origin::Closure(closure) => facts.closure(closure).equates,
            _ => false,
        };
        sought(program, file, call).iter().any(equates) == *wanted
    });
    check!(only_read, |wanted| is_only_read(program, candidate) == *wanted);
    check!(written_call, |wanted| (site.kind == CallKind::Call) == *wanted);
    check!(sends_element, |wanted| sends_element(program, candidate) == *wanted);
    check!(inside, |wanted| candidate.frame.is_some_and(|frame| wanted.iter().any(|class| class.0 == frame.class)));
    check!(asynchronous, |wanted| (context.is_async && !context.is_offloaded && !candidate.effect.is_offloaded)
        == *wanted);
    check!(awaited, |wanted| site.awaited == *wanted);
    check!(reached, |wanted| candidate.effect.reached.via.is_some() == *wanted);
    check!(reached_conditionally, |wanted| {
        is_reached_conditionally(program, file, &candidate.effect.reached) == *wanted
    });
    check!(accumulates, |wanted| accumulates(program, candidate) == *wanted);
    check!(local_result, |wanted| {
        let language = crate::lang::all()[program.file(file).source.language];
        (site.result_is_local && language.profile().grows_local_texts_in_place) == *wanted
    });
    check!(used, |wanted| wanted.iter().any(|used| used.0 == site.used));
    check!(arguments, |wanted| (site.arguments.1 - site.arguments.0) as usize >= *wanted);
    check!(first_argument, |wanted| first_argument(program, candidate) == Some(*wanted));
    check!(concurrent, |wanted| is_concurrent(program, candidate) == *wanted);
    check!(sent_together, |wanted| is_sent_together(program, candidate) == *wanted);
    check!(waits_alone, |wanted| waits_alone(program, candidate) == *wanted);
    check!(one_file, |wanted| concerns_one_file(program, candidate) == *wanted);
    check!(isolated, |wanted| is_isolated(program, candidate) == *wanted);
    check!(row_is_referred_to, |wanted| given::row_is_referred_to(program, candidate) == *wanted);
    check!(asks_for_many, |wanted| given::asks_for_many(program, candidate) == *wanted);
    // Many statements per turn are much beside whatever it is.
    check!(loop_also, |wanted| {
        loop_also_reaches(program, candidate, words(wanted)) && !causes::are_many(program, &candidate.effect.reached)
    });
    check!(exits_early, |wanted| exits_early(program, candidate) == *wanted);
    check!(module_level, |wanted| (function == FunctionId(0)) == *wanted);
    check!(entry_point, |wanted| {
        let reference = program.function_ref(file, function);
        (program.entry_points[reference.0 as usize] || handlers::is_in_handed_closure(program, file, call)) == *wanted
    });
    check!(while_typing, |wanted| handlers::runs_while_typing(program, file, call) == *wanted);
    check!(made_here, |wanted| handlers::is_made_here(program, file, call, wanted));
    check!(called_in_loop, |wanted| program.repeated[program.function_ref(file, function).0 as usize] == *wanted);
    check!(at_start, |wanted| program.at_start[program.function_ref(file, function).0 as usize] == *wanted);
    check!(queued, |wanted| {
        let is_open = program.in_transaction[program.function_ref(file, function).0 as usize];
        let waits = leaf_row(program, candidate).is_some_and(|row| row.laziness == Laziness::Transaction);
        (is_open && waits) == *wanted
    });
    check!(action, |wanted| {
        let reference = program.function_ref(file, function);
        (program.standings[reference.0 as usize] == Standing::Action) == *wanted
    });
    check!(by_hand, |wanted| program.file(file).is_script == *wanted);
    check!(background, |wanted| program.background[program.function_ref(file, function).0 as usize] == *wanted);
    check!(outside_loops, |wanted| context.loops.iter().any(LoopFrame::goes_through_data) != *wanted);
    check!(chosen, |wanted| {
        let chain = witness_chain(program, file, &candidate.effect.reached);
        candidate.frame.is_some_and(|frame| flow::is_for_chosen(program, &frame, &chain)) == *wanted
    });
    check!(kept_in_member, |wanted| {
        let chain = witness_chain(program, file, &candidate.effect.reached);
        let fills = |(file, call): &(FileId, CallId)| fills_member(&program.file(*file).facts, *call);
        chain.iter().skip(1).any(fills) == *wanted
    });
    check!(payload, |wanted| super::volume::goes_through_payload(program, candidate) == *wanted);
    check!(cost, |wanted| leaf_row(program, candidate).is_some_and(|row| wanted.iter().any(|cost| *cost == row.cost)));
    check!(receiver_from_outside, |wanted| {
        let (_, _, depend) = root_receiver(program, file, call);
        let bit = candidate.frame.map_or(0, |frame| frame.bit);
        ((depend.element | depend.carried | depend.volatile) & bit == 0 && made_outside(program, candidate)) == *wanted
    });
    check!(depends_on_loop, |wanted| candidate.frame.is_some_and(|frame| depends_on(
        program,
        file,
        call,
        &candidate.effect,
        wanted,
        &frame
    )));
    check!(carried, |wanted| is_carried(program, candidate) == *wanted);
    check!(only_carried, |wanted| is_only_carried(candidate) == *wanted);
    check!(chained, |wanted| given::is_chained(program, candidate) == *wanted);
    check!(invariant, |wanted| is_invariant(program, candidate, wanted));
    check!(small_receiver, |wanted| {
        let (place, origin, _) = root_receiver(program, file, call);
        is_small(program, file, origin, place) == *wanted
    });
    check!(holds_data, |wanted| {
        let (place, origin, _) = root_receiver(program, file, call);
        // One of several types that it may have is enough: the others hold the same.
        let reads_data = own.meets(super::volume::READS)
            || rows_of(program, file, call).any(|row| row.effects.meets(super::volume::READS))
            || super::volume::holds_data(program, file, function, origin, place, candidate.frame);
        reads_data == *wanted
    });
    check!(on_text, |wanted| is_on_text(program, file, call) == *wanted);
    check!(cheap_clone, |wanted| is_cheap_to_clone(program, candidate) == *wanted);
    check!(known_receiver, |wanted| program.resolved(file, call).receiver.is_some() == *wanted);
    check!(argument_does, |wanted| argument_does(program, candidate, words(wanted)));
    check!(grown_in_loop, |wanted| is_changed(program, candidate, Change::Grown) == *wanted);
    check!(mutated_in_loop, |wanted| is_changed(program, candidate, Change::Any) == *wanted);
    check!(paced, |wanted| is_paced(program, candidate) == *wanted);
    check!(loop_reaches, |wanted| loop_reaches(program, candidate, words(wanted)));
    check!(iterated_once, |wanted| is_iterated_once(program, candidate) == *wanted);
    check!(fills_fresh_container, |wanted| fills_fresh_container(program, candidate) == *wanted);
    check!(fresh, |wanted| is_fresh(program, candidate) == *wanted);
    check!(left_alone, |wanted| is_left_alone(program, candidate) == *wanted);
    check!(known_when_made, |wanted| is_known_when_made(program, candidate) == *wanted);
    check!(waste, |wanted| super::waste::wasted(program, file, call)
        .is_some_and(|wasted| wanted.iter().any(|kind| kind.0 == wasted.kind)));
    check!(escapes, |wanted| escapes(program, candidate) == *wanted);
    check!(loaded_to_count, |wanted| counted::is_loaded_to_count(program, candidate) == *wanted);
    check!(asked_for_any, |wanted| counted::is_asked_for_any(program, candidate) == *wanted);
    check!(at_hand, |wanted| values::is_at_hand(program, candidate) == *wanted);
    check!(gives, |wanted| values::gives(program, candidate, wanted));
    check!(offloaded, |wanted| is_offloaded(program, candidate) == *wanted);
    check!(first_answer, |wanted| calls::is_first_answer(program, candidate) == *wanted);
    check!(calls, |wanted| calls::is_one_of(program, file, call, wanted));
    check!(goes_through, |wanted| calls::goes_through(program, candidate, wanted));
    check!(goes_through_parts, |wanted| calls::goes_through_parts(program, candidate, wanted));
    let is_in = |languages: &[String]| {
        let own = crate::lang::all()[program.file(file).source.language].profile().name;
        languages.iter().any(|language| language == own)
    };
    check!(language, |wanted| is_in(wanted));
    check!(per, |wanted| is_per(program, candidate, wanted));
    check!(for_some, |wanted| is_in(wanted) && flow::is_for_some(program, candidate));
    check!(of_unknown_length, |wanted| is_in(wanted) && !super::input::goes_through_read(program, candidate));
    check!(named, |wanted| calls::is_named(program, candidate, wanted));
    check!(fixed_argument, |wanted| calls::has_fixed_argument(program, candidate) == *wanted);
    check!(independent, |wanted| calls::is_independent(program, candidate) == *wanted);
    check!(migration, |wanted| super::is_migration(program.file(file)) == *wanted);
    check!(made_alongside, |wanted| calls::is_made_alongside(program, candidate, wanted));
    check!(left_open, |wanted| calls::is_left_open(program, candidate) == *wanted);
    check!(returned, |wanted| calls::is_returned_by_all(program, candidate) == *wanted);
    check!(whole_table, |wanted| values::is_whole_table(program, candidate) == *wanted);
    check!(only_ends_read, |wanted| values::only_ends_are_read(program, candidate) == *wanted);
    check!(container_from_outside, |wanted| values::is_container_from_outside(program, candidate) == *wanted);
    check!(of_type, |wanted| values::is_of_type(program, candidate, wanted));
    check!(elements_of_type, |wanted| values::elements_are_of_type(program, candidate, wanted));
    check!(called_only, |wanted| values::is_called_only(program, candidate, wanted));
    check!(may_await, |wanted| flow::may_await(program, candidate) == *wanted);
    check!(leaf_calls, |wanted| {
        let last = leaf(program, file, &candidate.effect.reached);
        last.is_some_and(|(file, call)| calls::is_one_of(program, file, call, wanted))
    });
    check!(also_reaches, |wanted| {
        let all = effects_of_call(program, file, call);
        all.iter().any(|also| words(wanted).has(also.reached.effect))
    });
    check!(many_below, |wanted| causes::are_many(program, &candidate.effect.reached) == *wanted);
    check!(given_awaited, |wanted| calls::is_given_awaited(program, candidate) == *wanted);
    check!(compares_each, |wanted| (site.kind == CallKind::Search) == *wanted);
    check!(rows_have, |wanted| rows::have_methods(program, candidate, wanted));
    check!(rows_have_decorated, |wanted| rows::have_decorated(program, candidate, wanted));
    check!(rows_are_told_to, |wanted| rows::are_told_to(program, candidate, wanted));
    check!(sets_same_values, |wanted| rows::get_same_values(program, candidate) == *wanted);
    check!(needless_async, |wanted| flow::is_needlessly_async(program, candidate) == *wanted);
    check!(goes_through_asynchronously, |wanted| flow::is_gone_through_asynchronously(program, candidate) == *wanted);
    check!(asked_before, |wanted| super::repeated::asked_before(program, candidate).is_some() == *wanted);
    check!(looked_up_again, |wanted| values::is_looked_up_again(program, candidate) == *wanted);
    check!(fans_out, |wanted| flow::fans_out(program, candidate, words(wanted)));
    check!(limited, |wanted| flow::is_limited(program, candidate) == *wanted);
    check!(scans_invariant, |wanted| flow::scans_invariant(program, candidate) == *wanted);
    check!(follows_independent, |wanted| flow::follows_independent(program, candidate, words(wanted)));
    check!(third_in_a_row, |wanted| waterfall::is_third_in_a_row(program, candidate, wanted));
    check!(unlimited, |_wanted| false);
    // Of statements only.
    check!(known_table, |_wanted| false);
    check!(new_table, |_wanted| false);
    check!(for_postgresql, |_wanted| false);
    check!(small_table, |_wanted| false);
    check!(indexed, |_wanted| false);
    check!(served, |_wanted| false);
    check!(special_index, |_wanted| false);
    all
}

/// Does a turn have one of these, by the name that it is given?
fn is_per(program: &Program, candidate: &Candidate, names: &[String]) -> bool {
    candidate.frame.is_some_and(|frame| {
        let variable = super::words::of_loop(program, candidate.file, &frame).variable.to_ascii_lowercase();
        names.contains(&variable)
    })
}

fn words(words: &[crate::rule::condition::Word<Effect>]) -> EffectSet {
    words.iter().fold(EffectSet::EMPTY, |set, word| set.union(EffectSet::of(&[word.0])))
}

/// The library call at the end of the path.
pub fn leaf_row<'m>(program: &Program<'m>, candidate: &Candidate) -> Option<&'m Row> {
    let (file, call) = leaf(program, candidate.file, &candidate.effect.reached)?;
    program.resolved(file, call).row_with(candidate.effect.reached.effect)
}

/// What the library call at the end of the path does.
fn leaf_effects(program: &Program, candidate: &Candidate) -> EffectSet {
    let cause = leaf(program, candidate.file, &candidate.effect.reached);
    cause.map_or(EffectSet::EMPTY, |(file, call)| {
        let added = program.additions(file, call).map(|call| own_effects(program, file, call));
        added.fold(own_effects(program, file, call), EffectSet::union)
    })
}

/// The call at the end of the path that an effect comes by.
pub(super) fn leaf(program: &Program, file: FileId, reached: &Reached) -> Option<(FileId, CallId)> {
    witness_chain(program, file, reached).last().copied()
}

fn first_argument(program: &Program, candidate: &Candidate) -> Option<i64> {
    let facts = &program.file(candidate.file).facts;
    if let Some(place) = program.resolved(candidate.file, candidate.call).row().and_then(|row| row.works_at) {
        return Some(i64::from(place));
    }
    let first = facts.arguments_of(candidate.site(program)).first()?;
    match facts.origin(first.origin) {
        // A variable that starts with the number may hold another one by now.
        Origin::Integer(value) if first.place.is_none() => value,
        _ => None,
    }
}

/// Is the result assigned to a named place that is among its operands, and that a turn finds as the last one left it?
fn accumulates(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let bit = candidate.frame.map_or(0, |frame| frame.bit);
    let place = site.result_place;
    if hands_on(program, candidate) {
        return true;
    }
    // What a turn declares is new in each.
    let is_carried = |depend: Depend| depend.carried & bit != 0;
    let mut arguments = facts.arguments_of(site).iter();
    if site.result_is_local
        && bit != 0
        && !is_carried(site.receiver_depend)
        && !arguments.any(|argument| is_carried(argument.depend))
    {
        return false;
    }
    let is_new = |operand: Option<crate::syntax::Name>, depend: Depend| operand == place && depend.element & bit != 0;
    site.accumulates
        && place.is_some()
        && !is_new(site.receiver_place, site.receiver_depend)
        && !facts.arguments_of(site).iter().any(|argument| is_new(argument.place, argument.depend))
}

/// Is the result only looked at, and dropped?
fn is_only_read(program: &mut Program, candidate: &Candidate) -> bool {
    if candidate.site(program).used == Use::Argument {
        return super::borrowing::is_lent_argument(program, candidate.file, candidate.call);
    }
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    match site.used {
        Use::Borrowed | Use::Compared | Use::Ordered => true,
        Use::Receiver => {
            // Outer calls come first. Text is read by all its methods but those that turn it into something else.
            let outer = (0..candidate.call.0)
                .rev()
                .map(CallId)
                .take(4)
                .find(|outer| facts.origin(facts.call(*outer).callee) == Origin::Call(candidate.call));
            outer.is_some_and(|outer| {
                let resolved = program.resolved(candidate.file, outer);
                let name = facts.call(outer).name.map_or("", |name| facts.text(name));
                is_on_text(program, candidate.file, outer) && resolved.row().is_some() && !name.starts_with("into")
            })
        }
        _ => false,
    }
}

/// Parts of names of variables that hold a statement.
const STATEMENT_WORDS: &[&str] = &["sql", "stmt", "statement", "query", "ddl", "command"];

/// What methods that make a statement begin with.
const STATEMENT_VERBS: &[&str] = &["select", "insert", "update", "delete", "create", "drop", "alter", "truncate"];

/// Is the statement that is sent what the loop goes through, so that there is nothing to put together?
fn sends_element(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let Some(first) = facts.arguments_of(site).first() else { return false };
    if first.keyword.is_none() && concerns_another_table(program, candidate, first.origin) {
        return true;
    }
    let is_element = matches!(facts.origin(first.origin), Origin::Element(_) | Origin::Part(..));
    let named = first.place.is_some_and(|place| {
        let text = facts.text(place).to_ascii_lowercase();
        STATEMENT_WORDS.iter().any(|word| text.contains(word))
    });
    is_element && named
}

/// Is what a statement is about (`select(table)`, `table.delete()`) another thing in every turn of the loop? Then one
/// statement cannot do for all turns.
fn concerns_another_table(program: &Program, candidate: &Candidate, statement: OriginId) -> bool {
    let (file, facts) = (candidate.file, &program.file(candidate.file).facts);
    let Some(frame) = candidate.frame else { return false };
    if candidate.effect.reached.via.is_some() || !own_effects(program, file, candidate.call).has(Effect::DbQuery) {
        return false;
    }
    let Origin::Call(mut call) = facts.origin(statement) else { return false };
    // `select(table).where(…)` begins with the call that names the table.
    while let Origin::Call(inner) = facts.origin(facts.call(call).callee) {
        call = inner;
    }
    let resolved = program.resolved(file, call);
    let site = facts.call(call);
    let builds = match resolved.row() {
        Some(row) => row.laziness == Laziness::Lazy,
        // `table.delete()`, whatever the table is; `order.customer_id()` is nothing to send.
        None => site.name.is_none_or(|name| STATEMENT_VERBS.iter().any(|verb| facts.text(name).starts_with(verb))),
    };
    if resolved.functions().next().is_some() || !builds {
        return false;
    }
    let named = match facts.arguments_of(site).first() {
        Some(first) if first.keyword.is_none() && !matches!(facts.origin(first.origin), Origin::String(_)) => {
            first.depend.or(site.receiver_depend)
        }
        Some(_) => Depend::default(),
        None => site.receiver_depend,
    };
    named.element & frame.bit != 0
}

/// Does it run side by side with its kin, all of which the library sends together?
fn is_sent_together(program: &Program, candidate: &Candidate) -> bool {
    let is_alone = |program| causes::others_below(program, &candidate.effect.reached).is_none();
    leaf_row(program, candidate).is_some_and(|row| row.together)
        && is_concurrent(program, candidate)
        && is_alone(program)
        || is_part_of_message(program, candidate)
        || is_gathered(program, candidate)
}

/// Is it called on what a call made that sends together what is called on it, or on something of that?
fn is_gathered(program: &Program, candidate: &Candidate) -> bool {
    is_of_gatherer(program, candidate.file, candidate.site(program).callee, 8)
}

/// Is a value what such a call gave, or what was asked of that? A parameter is, where all call sites give it such a value.
fn is_of_gatherer(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Call(call) => {
            program.resolved(file, call).row().is_some_and(|row| row.together)
                || facts.call(call).name.is_some() && is_of_gatherer(program, file, facts.call(call).callee, depth)
        }
        Origin::Ascribed(_, inner) | Origin::Entered(inner) => is_of_gatherer(program, file, inner, depth),
        Origin::Parameter(function, place) => {
            let Some(resolver) = &program.resolvers[program.file(file).source.language] else { return false };
            let given = resolver.given_to(program.function_ref(file, function), place);
            !given.is_empty() && given.iter().all(|given| is_of_gatherer(program, given.file, given.origin, depth))
        }
        _ => false,
    }
}

/// Does a closure make the parts of what one call then sends: `$transaction(rows.map((row) => db.create(row)))`?
fn is_part_of_message(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let Some(LoopSource::Closure(id)) = candidate.frame.map(|frame| frame.source) else { return false };
    let Some((making, _)) = facts.closure(id).given_to.filter(|_| site.used == Use::Returned) else { return false };
    let function = facts.function(facts.scope(site.scope).function);
    let takes_parts = |call: CallId| {
        let mut given = facts.arguments_of(facts.call(call)).iter();
        given.any(|argument| comes_of_call(facts, argument.origin, making, 0))
    };
    calls_of(function.region)
        .any(|call| program.resolved(candidate.file, call).effects.has(Effect::Batches) && takes_parts(call))
}

/// Is a value what a call gives, a part of that, or a display that holds its elements: `[first, ...made]`?
fn comes_of_call(facts: &FileFacts, origin: OriginId, call: CallId, depth: usize) -> bool {
    let next = |origin: OriginId| depth < 8 && comes_of_call(facts, origin, call, depth + 1);
    match facts.origin(origin) {
        Origin::Call(own) => own == call || facts.call(own).name.is_some() && next(facts.call(own).callee),
        Origin::Collection(_, Some(inner), _)
        | Origin::Element(inner)
        | Origin::Ascribed(_, inner)
        | Origin::Await(inner)
        | Origin::Borrowed(inner) => next(inner),
        Origin::Join(start, end) => facts.origin_list(start, end).iter().any(|member| next(*member)),
        _ => false,
    }
}

/// The circumstances under which the loop that counts runs as a whole.
fn around_loop<'p>(program: &'p Program, candidate: &Candidate) -> Option<&'p Context> {
    let facts = &program.file(candidate.file).facts;
    let scope = match candidate.frame?.source {
        LoopSource::Loop(id) => facts.loop_of(id).scope,
        LoopSource::Closure(id) => facts.scope(facts.closure(id).scope).parent?,
        LoopSource::Call(_) | LoopSource::Shown(_) => return None,
    };
    Some(&program.contexts[candidate.file.0 as usize][scope.index()])
}

/// Do the turns run on other threads or processes? Those of a loop on another thread run there, one after the other.
fn is_offloaded(program: &Program, candidate: &Candidate) -> bool {
    let is_elsewhere = around_loop(program, candidate).is_some_and(|around| around.is_offloaded);
    let context = program.context(candidate.file, candidate.call);
    // What is awaited on the spot is waited for, on whatever thread it runs.
    let is_awaited = candidate.site(program).awaited;
    context.is_offloaded && !is_elsewhere || candidate.effect.is_offloaded_below && !is_awaited
}

/// Do the turns run side by side? Those of a loop in a task do not.
fn is_concurrent(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let concurrent = EffectSet::of(&[Effect::RunsConcurrently, Effect::SpawnsTask, Effect::SpawnsThread]);
    let row_effects = program.resolved(candidate.file, candidate.call).effects;
    let is_in_task = around_loop(program, candidate).is_some_and(|around| around.is_concurrent);
    let context = program.context(candidate.file, candidate.call);
    if context.is_concurrent && !is_in_task || row_effects.meets(concurrent) {
        return true;
    }
    // What shows objects starts all of them before it waits.
    if let Some(LoopSource::Shown(shown)) = candidate.frame.map(|frame| frame.source) {
        let (file, function) = program.function(shown);
        let gives_awaitable = leaf_row(program, candidate).is_some_and(|row| row.color == Color::Async);
        return gives_awaitable || program.file(file).facts.function(function).is_async;
    }
    // An asynchronous callee that is not awaited on the spot is only built here.
    let builds = !site.awaited
        && candidate.effect.reached.via.is_some_and(|via| {
            let (file, function) = program.function(via);
            program.file(file).facts.function(function).is_async
        });
    // It stands among the arguments of a call that starts tasks, on every turn.
    let is_on_every_turn = |outer: &CallSite| match candidate.frame.map(|frame| frame.source) {
        Some(LoopSource::Loop(id)) => facts.loop_of(id).span.contains(outer.span),
        _ => true,
    };
    let given = facts.calls.iter().enumerate().take(candidate.call.index()).rev().take(8).any(|(number, outer)| {
        outer.span.contains(site.span)
            && is_on_every_turn(outer)
            && program.resolved.of_file(candidate.file)[number].effects.meets(concurrent)
    });
    builds || given
}

fn exits_early(program: &Program, candidate: &Candidate) -> bool {
    match candidate.frame.map(|frame| frame.source) {
        Some(LoopSource::Loop(id)) => program.file(candidate.file).facts.loop_of(id).exits_early,
        _ => false,
    }
}

/// The calls, writes and awaits of the loop that counts.
pub(super) fn region_of(program: &Program, candidate: &Candidate) -> Option<Region> {
    let facts = &program.file(candidate.file).facts;
    region_of_source(facts, candidate.frame?.source)
}

fn region_of_source(facts: &FileFacts, source: LoopSource) -> Option<Region> {
    match source {
        LoopSource::Loop(id) => Some(facts.loop_of(id).region),
        LoopSource::Closure(id) => Some(facts.closure(id).region),
        LoopSource::Call(_) | LoopSource::Shown(_) => None,
    }
}

pub(super) fn calls_of(region: Region) -> impl Iterator<Item = CallId> {
    (region.calls.0..region.calls.1).map(CallId)
}

/// Is the receiver made anew in the loop's body?
fn made_outside(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let (place, _, _) = root_receiver(program, candidate.file, candidate.call);
    let (Some(place), Some(region)) = (place, region_of(program, candidate)) else { return false };
    !facts.writes[region.writes.0 as usize..region.writes.1 as usize]
        .iter()
        .any(|write| write.kind == WriteKind::Assign && write.place == place)
}

/// What a loop may do to a container.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Add elements.
    Grown,
    /// Anything.
    Any,
}

/// Does the loop change the receiver?
fn is_changed(program: &Program, candidate: &Candidate, change: Change) -> bool {
    match root_receiver(program, candidate.file, candidate.call) {
        (Some(place), _, _) => is_place_changed(program, candidate, place, change),
        _ => false,
    }
}

/// Does the loop change what is at a place?
pub(super) fn is_place_changed(
    program: &Program,
    candidate: &Candidate,
    place: crate::syntax::Name,
    change: Change,
) -> bool {
    let Some(region) = region_of(program, candidate) else { return false };
    let facts = &program.file(candidate.file).facts;
    let place_text = facts.text(place);
    let writes = &facts.writes[region.writes.0 as usize..region.writes.1 as usize];
    let written = writes.iter().any(|write| match (change, write.kind) {
        (Change::Grown, WriteKind::Update(_) | WriteKind::Element) => write.place == place,
        (Change::Grown, _) => false,
        (Change::Any, _) => write.place == place || is_part_of(place_text, facts.text(write.place)),
    });
    written
        || calls_of(region).any(|call| {
            let other = facts.call(call);
            let resolved = program.resolved(candidate.file, call);
            let effects = resolved.effects;
            let on_receiver = other.receiver_place == Some(place) && call != candidate.call;
            match change {
                Change::Grown => on_receiver && effects.has(Effect::Grows),
                Change::Any => {
                    let changing = EffectSet::of(&[Effect::Grows, Effect::Shrinks, Effect::Mutates, Effect::Shifts]);
                    let unknown = resolved.row().is_none() && other.kind == CallKind::Call;
                    let given = facts.arguments_of(other).iter().any(|argument| {
                        argument.place == Some(place) && !matches!(facts.origin(argument.origin), Origin::Borrowed(_))
                    });
                    (on_receiver && (effects.meets(changing) || unknown)) || (given && unknown)
                }
            }
        })
}

/// Does the call copy its receiver, or write it as text: is what it gives all that the receiver holds?
fn copies(program: &Program, candidate: &Candidate) -> bool {
    let effects = program.resolved(candidate.file, candidate.call).effects;
    effects.meets(EffectSet::of(&[Effect::Copies, Effect::DeepCopies, Effect::Formats]))
}

/// Does the loop change a part of the receiver, or hand the receiver or its owner to code that may?
fn is_content_changed(program: &Program, candidate: &Candidate) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let place = candidate.site(program).receiver_place;
    let (Some(place), Some(region)) = (place, region_of(program, candidate)) else { return false };
    let place = facts.text(place);
    let is_or_owns = |owner: crate::syntax::Name| facts.text(owner) == place || is_part_of(place, facts.text(owner));
    let written = facts.writes[region.writes.0 as usize..region.writes.1 as usize]
        .iter()
        .any(|write| is_part_of(facts.text(write.place), place));
    let lent = |origin: OriginId| match facts.origin(origin) {
        Origin::Parameter(function, at) => {
            let declared =
                facts.function(function).parameters.get(at as usize).and_then(|parameter| parameter.declared);
            declared.is_some_and(|declared| facts.types[declared.0 as usize].form == TypeForm::MutableReference)
        }
        _ => false,
    };
    written
        || calls_of(region).filter(|call| *call != candidate.call).any(|call| {
            let other = facts.call(call);
            let changes = other.receiver_place.is_some_and(|receiver| {
                let mut functions = program.resolved(file, call).functions().peekable();
                match functions.peek().is_some() {
                    true => is_or_owns(receiver) && functions.any(|function| borrows_to_change(program, function)),
                    false => facts.text(receiver) == place && !super::waste::only_looks(program, file, call),
                }
            });
            let arguments = facts.arguments_of(other).iter();
            changes
                || arguments
                    .filter(|argument| argument.place.is_some_and(is_or_owns))
                    .any(|argument| lent(argument.origin))
        })
}

/// Does a method take its receiver to change it?
fn borrows_to_change(program: &Program, function: FunctionRef) -> bool {
    let (file, function) = program.function(function);
    let facts = &program.file(file).facts;
    let declared = facts.function(function).parameters.first().and_then(|parameter| parameter.declared);
    declared.is_some_and(|declared| facts.types[declared.0 as usize].form == TypeForm::MutableReference)
}

/// Is `place` an attribute of `owner`, however deep?
fn is_part_of(place: &str, owner: &str) -> bool {
    place.strip_prefix(owner).is_some_and(|rest| rest.starts_with('.'))
}

fn is_invariant(program: &Program, candidate: &Candidate, parts: &[Part]) -> bool {
    let Some(frame) = candidate.frame else { return false };
    if is_kept(program, candidate) {
        return false;
    }
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    // What comes from a loop inside this one is another thing in every turn too.
    let bits = !(frame.bit - 1);
    let is_same = |depend: Depend, origin: OriginId| {
        (depend.element | depend.carried) & bits == 0
            && (depend.volatile & bits == 0 || is_stable(program, candidate.file, origin, 0))
    };
    // What a callee does depends on what feeds it, and on nothing else of the call.
    if candidate.effect.reached.via.is_some() {
        let reached = candidate.effect.depend;
        return (reached.element | reached.carried | reached.volatile) & bits == 0 && !feeds_change(program, candidate);
    }
    let added = program.added_depend(candidate.file, candidate.call);
    let added = added.or(handed_over(program, candidate.file, candidate.call));
    if (added.element | added.carried | added.volatile) & bits != 0 {
        return false;
    }
    if let Some(compiled) = compiled_argument(program, candidate.file, candidate.call, candidate.effect.reached.effect)
    {
        return is_same(compiled.depend, compiled.origin) && !reads_what_changes(program, candidate, compiled);
    }
    let region = region_of(program, candidate);
    let is_written = |place: Option<crate::syntax::Name>| {
        let (Some(place), Some(region)) = (place, region) else { return false };
        facts.writes[region.writes.0 as usize..region.writes.1 as usize]
            .iter()
            .any(|write| write.place == place || is_part_of(facts.text(place), facts.text(write.place)))
    };
    parts.iter().all(|part| match part {
        Part::Receiver => {
            is_same(site.receiver_depend, site.callee)
                && !is_written(site.receiver_place)
                && !is_changed(program, candidate, Change::Any)
                && (!copies(program, candidate) || !is_content_changed(program, candidate))
        }
        Part::Arguments => facts.arguments_of(site).iter().all(|argument| {
            is_same(argument.depend, argument.origin)
                && !is_written(argument.place)
                && !reads_what_changes(program, candidate, argument)
                && !is_closure(facts, argument.origin)
                && !argument.place.is_some_and(|place| is_place_changed(program, candidate, place, Change::Any))
        }),
    })
}

/// Is an argument put together of variables that the loop changes: `rows[last[0]]`?
fn reads_what_changes(program: &Program, candidate: &Candidate, argument: &Argument) -> bool {
    let facts = &program.file(candidate.file).facts;
    let uses = facts.bindings.iter().flat_map(|binding| binding.uses.iter());
    argument.place.is_none()
        && uses
            .filter(|at| argument.span.contains(at.span))
            .any(|at| is_place_changed(program, candidate, at.place, Change::Any))
}

/// Does the loop change something that the cause in a callee depends on?
fn feeds_change(program: &Program, candidate: &Candidate) -> bool {
    let Some(via) = candidate.effect.reached.via else { return false };
    let summary = &program.summaries[via.0 as usize];
    let effect = candidate.effect.reached.effect;
    let is_meant = |entry: &&Reached| entry.effect == effect && entry.degree == candidate.effect.callee_degree;
    let Some(entry) = summary.effects.iter().find(is_meant).or_else(|| summary.get(effect)) else { return false };
    let (callee_file, callee) = program.function(via);
    let callee_facts = &program.file(callee_file).facts;
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let feeds = |parameter: u16| entry.parameters & parameter_bit(parameter) != 0;
    let receives =
        callee_facts.function(callee).parameters.first().is_some_and(|first| first.kind == ParameterKind::Receiver);
    let changes_receiver = receives && feeds(0) && site.name.is_some() && is_changed(program, candidate, Change::Any);
    changes_receiver
        || matched_arguments(facts, site, callee_facts, callee).into_iter().any(|(argument, parameter)| {
            let argument = &facts.arguments_of(site)[argument];
            let is_text = match facts.origin(argument.origin) {
                Origin::String(_) => true,
                Origin::Parameter(function, place) => is_declared_text(program, candidate.file, function, place),
                _ => false,
            };
            feeds(parameter)
                && !is_text
                && argument.place.is_some_and(|place| is_place_changed(program, candidate, place, Change::Any))
        })
}

/// Is a parameter declared as text? Nothing that it is given to can change that.
fn is_declared_text(program: &Program, file: FileId, function: FunctionId, place: u16) -> bool {
    let facts = &program.file(file).facts;
    let Some(resolver) = &program.resolvers[program.file(file).source.language] else { return false };
    let text = resolver.language_literals().string;
    let names_text = |id: &crate::syntax::TypeExprId| {
        let names = &facts.types[id.0 as usize].names;
        names.last().is_some_and(|last| text.ends_with(facts.text(*last)))
    };
    let declared = facts.function(function).parameters.get(place as usize).and_then(|parameter| parameter.declared);
    declared.is_some_and(|id| names_text(&id) || facts.types[id.0 as usize].arguments.iter().any(names_text))
}

/// Is a value made by calls that give the same whenever they get the same?
fn is_stable(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    if depth > 16 {
        return false;
    }
    let stable = |origin| is_stable(program, file, origin, depth + 1);
    match facts.origin(origin) {
        Origin::Call(call) => {
            let site = facts.call(call);
            let changing = EffectSet::of(&[
                Effect::Network,
                Effect::FileIo,
                Effect::Subprocess,
                Effect::ConsoleIo,
                Effect::DbQuery,
                Effect::DbFetch,
                Effect::Blocking,
                Effect::Waits,
                Effect::Grows,
                Effect::Shrinks,
                Effect::Mutates,
            ]);
            let lazy = program.resolved(file, call).row().is_some_and(|row| row.laziness == Laziness::Lazy);
            let effects = program.resolved(file, call).effects;
            // A function of nothing (`now()`, `random()`) may give anything.
            let of_something = site.name.is_some() || site.arguments.0 < site.arguments.1;
            let known = !effects.is_empty() && (lazy || !effects.meets(changing));
            known
                && of_something
                && (site.name.is_none() || stable(site.callee))
                && facts.arguments_of(site).iter().all(|argument| stable(argument.origin))
        }
        Origin::Await(inner)
        | Origin::Propagated(inner)
        | Origin::Borrowed(inner)
        | Origin::Member(inner, _)
        | Origin::Item(inner)
        | Origin::Slice(inner, _) => stable(inner),
        Origin::Operation(..) | Origin::Join(..) | Origin::Unknown | Origin::Closure(_) => false,
        _ => true,
    }
}

/// Where a receiver comes from, views of it (`iter`, `keys`) taken off: its place, its origin and what it depends on.
/// A function has the argument that it goes through for a receiver.
pub fn root_receiver(program: &Program, file: FileId, call: CallId) -> (Option<crate::syntax::Name>, OriginId, Depend) {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let iterates = program.resolved(file, call).row().and_then(|row| row.iterates.as_ref());
    let gone_through = iterates.filter(|_| site.name.is_none()).and_then(|place| argument_at(facts, call, place));
    let mut root = match gone_through {
        Some(argument) => (argument.place, argument.origin, argument.depend),
        None => (site.receiver_place, site.callee, site.receiver_depend),
    };
    while root.0.is_none()
        && let Origin::Call(call) = facts.origin(root.1)
    {
        let inner = facts.call(call);
        let is_bare = inner.arguments.0 == inner.arguments.1;
        let is_view = inner.name.is_some()
            && program.resolved(file, call).row().is_some_and(|row| {
                // `filter(…)` shows some of the same.
                row.laziness == Laziness::Lazy && (is_bare || row.repeats.is_some())
            });
        if !is_view {
            break;
        }
        root = (inner.receiver_place, inner.callee, inner.receiver_depend);
    }
    root
}

pub(super) fn is_closure(facts: &FileFacts, origin: OriginId) -> bool {
    matches!(facts.origin(origin), Origin::Closure(_))
}

/// Does a turn use what an earlier turn made?
fn is_carried(program: &Program, candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let arguments = facts.arguments_of(site).iter().fold(Depend::default(), |all, argument| all.or(argument.depend));
    (arguments.carried | site.receiver_depend.carried) & frame.bit != 0 || hands_on(program, candidate)
}

/// Does all that it is given of the loop come from the turn before?
fn is_only_carried(candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let depend = candidate.effect.depend;
    depend.carried & frame.bit != 0 && (depend.element | depend.volatile) & frame.bit == 0
}

/// Does a closure copy what its last call gave, to give it on: `reduce((all, one) => [...all, one])`?
fn hands_on(program: &Program, candidate: &Candidate) -> bool {
    let Some(LoopSource::Closure(id)) = candidate.frame.map(|frame| frame.source) else { return false };
    let closure = program.file(candidate.file).facts.closure(id);
    let row = closure.given_to.and_then(|(call, _)| program.resolved(candidate.file, call).row());
    let site = candidate.site(program);
    row.is_some_and(|row| row.carries == Some(0))
        && closure.target.is_some()
        && site.receiver_place == closure.target
        && (site.used == Use::Returned || site.kind == CallKind::Spread)
}

/// Is a receiver known to have few elements?
pub(super) fn is_small(program: &Program, file: FileId, origin: OriginId, place: Option<crate::syntax::Name>) -> bool {
    let facts = &program.file(file).facts;
    if let Some(place) = place
        && facts.text(place).rsplit('.').next().is_some_and(crate::facts::is_constant_name)
    {
        return true;
    }
    small_origin(facts, origin, 0)
        || small_default(program, file, origin)
        || small_property(program, file, origin, place)
}

/// Is it a parameter that no call of the program gives, so that it is its default, a few elements?
fn small_default(program: &Program, file: FileId, origin: OriginId) -> bool {
    let facts = &program.file(file).facts;
    let Origin::Parameter(function, place) = facts.origin(origin) else { return false };
    let parameters = &facts.function(function).parameters;
    let default = parameters.get(place as usize).and_then(|parameter| parameter.default);
    let Some(resolver) = &program.resolvers[program.file(file).source.language] else { return false };
    let reference = program.function_ref(file, function);
    let is_given = |place: usize| !resolver.given_to(reference, place as u16).is_empty();
    default.is_some_and(|default| small_origin(facts, default, 0))
        && !is_given(place as usize)
        && (0..parameters.len()).any(is_given)
}

/// Is the receiver read from a property that returns a short display?
fn small_property(program: &Program, file: FileId, origin: OriginId, place: Option<crate::syntax::Name>) -> bool {
    let facts = &program.file(file).facts;
    let Origin::Member(owner, name) = facts.origin(origin) else { return false };
    let mut reads = facts.calls.iter().enumerate().filter(|(_, site)| {
        site.kind == CallKind::Attribute && site.callee == owner && site.name == Some(name) && site.text == place
    });
    reads.next().is_some_and(|(number, _)| {
        let mut functions = program.resolved(file, CallId(number as u32)).functions().peekable();
        functions.peek().is_some()
            && functions.all(|function| {
                let (file, id) = program.function(function);
                let facts = &program.file(file).facts;
                let returns = &facts.function(id).returns;
                !returns.is_empty() && returns.iter().all(|origin| super::volume::is_short_display(facts, *origin))
            })
    })
}

fn small_origin(facts: &FileFacts, origin: OriginId, depth: usize) -> bool {
    if depth > 8 {
        return false;
    }
    match facts.origin(origin) {
        Origin::Collection(_, _, Some(length)) => length <= crate::facts::FEW && length > 0,
        Origin::Tuple(start, end) => end - start <= crate::facts::FEW,
        Origin::Slice(_, Some(length)) => length <= crate::facts::FEW,
        Origin::String(_) | Origin::Range => true,
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => small_origin(facts, inner, depth + 1),
        Origin::Join(start, end) => {
            facts.origin_list(start, end).iter().all(|member| small_origin(facts, *member, depth + 1))
        }
        Origin::Global(module, name) => {
            let definitions = &facts.modules[module.index()].definitions;
            let mut own = definitions.iter().filter(|(own, _)| *own == name).peekable();
            own.peek().is_some() && own.all(|(_, origin)| small_origin(facts, *origin, depth + 1))
        }
        // `[…].iter()`.
        Origin::Call(call) => {
            let site = facts.call(call);
            site.name.is_some() && site.arguments.0 == site.arguments.1 && small_origin(facts, site.callee, depth + 1)
        }
        _ => false,
    }
}

/// Is the receiver of a call text?
pub(super) fn is_on_text(program: &Program, file: FileId, call: CallId) -> bool {
    let language = program.file(file).source.language;
    match (program.resolved(file, call).receiver, &program.resolvers[language]) {
        (Some(receiver), Some(resolver)) => resolver.is_text(receiver),
        // A function that gives text works on text.
        (None, Some(resolver)) if program.file(file).facts.call(call).name.is_none() => {
            let row = program.resolved(file, call).row();
            row.is_some_and(|row| row.returns == resolver.language_literals().string)
        }
        _ => false,
    }
}

fn is_cheap_to_clone(program: &mut Program, candidate: &Candidate) -> bool {
    let Some(receiver) = program.resolved(candidate.file, candidate.call).receiver else { return false };
    let language = program.file(candidate.file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    !resolver.may_be_costly_to_copy(&program.files, receiver)
}

/// The library calls that a call may be.
fn rows_of<'p>(program: &'p Program, file: FileId, call: CallId) -> impl Iterator<Item = &'p Row> {
    program.resolved(file, call).targets.iter().filter_map(|target| match target {
        Target::Row(row) => Some(*row),
        Target::Function(_) => None,
    })
}

fn argument_does(program: &Program, candidate: &Candidate, wanted: EffectSet) -> bool {
    let facts = &program.file(candidate.file).facts;
    facts.arguments_of(candidate.site(program)).iter().any(|argument| {
        let mut origin = argument.origin;
        while let Origin::Borrowed(inner) = facts.origin(origin) {
            origin = inner;
        }
        match facts.origin(origin) {
            // Only a call that is written in the argument itself: a variable may be used elsewhere too.
            Origin::Call(call) => {
                argument.span.contains(facts.call(call).span)
                    && own_effects(program, candidate.file, call).meets(wanted)
            }
            _ => false,
        }
    })
}

/// Does the loop wait on purpose?
fn is_paced(program: &Program, candidate: &Candidate) -> bool {
    let pacing = EffectSet::of(&[Effect::Sleep, Effect::LimitsConcurrency]);
    loop_reaches(program, candidate, pacing)
}

fn loop_reaches(program: &Program, candidate: &Candidate, wanted: EffectSet) -> bool {
    let Some(region) = region_of(program, candidate) else { return false };
    calls_of(region).any(|call| {
        program.resolved(candidate.file, call).effects.meets(wanted)
            || effects_of_call(program, candidate.file, call).iter().any(|effect| wanted.has(effect.reached.effect))
    })
}

/// Is it the only task of its event loop, and short of what it would be on a network?
fn waits_alone(program: &Program, candidate: &Candidate) -> bool {
    let (file, call) = (candidate.file, candidate.call);
    if crate::link::tasks::runs_before_tasks(program, file, call)
        || crate::link::tasks::runs_at_start(program, file, call)
    {
        return true;
    }
    // A pause that is written right there has a form that is awaited.
    let is_own_pause = |row: &Row| row.effects.has(Effect::Sleep) && candidate.effect.reached.via.is_none();
    leaf_row(program, candidate).is_some_and(|row| !row.effects.has(Effect::Network) && !is_own_pause(row))
        && crate::link::tasks::runs_alone(program, candidate.file, candidate.call)
}

/// What the models write for a call that reads or writes a single file.
const ONE_FILE: &str = "1file";

/// Does it read or write a single file, once?
fn concerns_one_file(program: &Program, candidate: &Candidate) -> bool {
    candidate.effect.reached.degree == 0
        && leaf_row(program, candidate).is_some_and(|row| row.cost == ONE_FILE && !row.effects.has(Effect::Network))
}

/// Is a failure handled within the turn, in the loop or on the way to the cause, so that the loop goes on?
fn is_isolated(program: &Program, candidate: &Candidate) -> bool {
    witness_chain(program, candidate.file, &candidate.effect.reached).into_iter().any(|(file, call)| {
        let facts = &program.file(file).facts;
        facts
            .scopes_from(facts.call(call).scope)
            .take_while(|(_, scope)| !matches!(scope.kind, ScopeKind::Loop(_) | ScopeKind::Closure(_)))
            .any(|(_, scope)| scope.kind == ScopeKind::Attempt)
    })
}

/// Speaking to a database.
const DATABASE: EffectSet = EffectSet::of(&[
    Effect::DbQuery,
    Effect::DbWrite,
    Effect::DbCommit,
    Effect::DbConnect,
    Effect::DbFetch,
    Effect::LazyLoad,
]);

/// Does every turn of the loop do something else as well, other than speaking to a database?
fn loop_also_reaches(program: &Program, candidate: &Candidate, wanted: EffectSet) -> bool {
    let region = region_of(program, candidate);
    region.is_some_and(|region| region_also_reaches(program, candidate.file, candidate.call, region, wanted))
}

fn region_also_reaches(program: &Program, file: FileId, own: CallId, region: Region, wanted: EffectSet) -> bool {
    let facts = &program.file(file).facts;
    // What it decides of is its own matter.
    let decides = facts.call(own).used == Use::Tested;
    let around: Vec<ScopeId> = facts.scopes_from(facts.call(own).scope).map(|(id, _)| id).collect();
    calls_of(region).filter(|call| decides || runs_within(facts, *call, &around)).any(|call| {
        effects_of_call(program, file, call).iter().any(|effect| {
            // A single system call is nothing beside a query, and files that some turns touch are little.
            let is_short = effect.reached.effect == Effect::FileIo
                && (effect.reached.weight == 0 || is_reached_conditionally(program, file, &effect.reached));
            wanted.has(effect.reached.effect) && !is_short && {
                leaf(program, file, &effect.reached).is_none_or(|(file, cause)| {
                    let resolved = program.resolved(file, cause);
                    // A cache nearby is no further away than a database.
                    let is_near = resolved.row_with(effect.reached.effect).is_some_and(|row| row.cost == NEARBY);
                    !resolved.effects.meets(DATABASE) && !is_near
                })
            }
        })
    })
}

/// The cost of a round trip to a server nearby, as model tables write it.
const NEARBY: &str = "1lan";

/// Does a call site run whenever code in the innermost of these scopes does: is it in no branch but these?
pub(super) fn runs_within(facts: &FileFacts, call: CallId, around: &[ScopeId]) -> bool {
    facts
        .scopes_from(facts.call(call).scope)
        .take_while(|(id, _)| !around.contains(id))
        .all(|(_, scope)| !matches!(scope.kind, ScopeKind::Branch | ScopeKind::Handler | ScopeKind::OneTurn(_)))
}

/// Is the result gone through once, and used for nothing else?
fn is_iterated_once(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    if is_rebuilt(facts, candidate.call) {
        return false;
    }
    match site.used {
        Use::Iterated => true,
        Use::Bound => {
            let Some(binding) = binding_of_call(facts, candidate.call) else { return false };
            match binding.uses[..] {
                // In a deeper loop it would be gone through once per turn.
                [only] => {
                    only.kind == Use::Iterated
                        && !binding.is_shared
                        && facts.scope(only.scope).depth <= facts.scope(binding.scope).depth
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Is the result gone through to make a container of as many elements? Then nothing is won by taking it in pieces.
fn is_rebuilt(facts: &FileFacts, call: CallId) -> bool {
    facts.origins.iter().any(|origin| match origin {
        Origin::Collection(_, Some(element), None) => super::volume::element_source(facts, *element, 0)
            .is_some_and(|source| facts.origin(source) == Origin::Call(call)),
        _ => false,
    })
}

/// The local variable that holds the result of a call, unwrapped or awaited.
pub(super) fn binding_of_call(facts: &FileFacts, call: CallId) -> Option<&Binding> {
    facts.binding_of(call)
}

/// Does the result outlive the function?
fn escapes(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    match site.used {
        Use::Returned | Use::Stored | Use::Argument => true,
        Use::Bound => match binding_of_call(facts, candidate.call) {
            Some(binding) => {
                binding.is_shared
                    || binding.uses.iter().any(|site| matches!(site.kind, Use::Returned | Use::Stored | Use::Argument))
            }
            None => true,
        },
        _ => false,
    }
}

/// One unconditional addition per turn to a container that was made empty before a loop of known length.
fn fills_fresh_container(program: &mut Program, candidate: &Candidate) -> bool {
    let file = candidate.file;
    let Some(LoopFrame { source: LoopSource::Loop(id), .. }) = candidate.frame else { return false };
    let facts = &program.file(file).facts;
    let site = *candidate.site(program);
    let own_loop = facts.loop_of(id);
    let (Some(place), Some(iterable)) = (site.receiver_place, own_loop.iterable) else { return false };
    let is_direct = site.scope == own_loop.scope && !own_loop.exits_early;
    let calls: Vec<CallId> = calls_of(own_loop.region).collect();
    let additions = calls
        .iter()
        .filter(|call| {
            facts.call(**call).receiver_place == Some(place)
                && program.resolved(file, **call).effects.has(Effect::Grows)
        })
        .count();
    // A closure of which nobody knows when it runs may fill it more than once.
    if program.context(file, candidate.call).is_deferred && !is_made_in_closure(facts, site.callee, site.scope) {
        return false;
    }
    if !is_direct || additions != 1 || !is_made_empty(program, file, site.callee, own_loop.span.start) {
        return false;
    }
    own_loop.is_sized || has_known_length(program, file, iterable)
}

/// Is the variable with this value declared in the innermost closure around a scope?
fn is_made_in_closure(facts: &FileFacts, origin: OriginId, scope: ScopeId) -> bool {
    let closure = facts.scopes_from(scope).find(|(_, scope)| matches!(scope.kind, ScopeKind::Closure(_)));
    let binding = facts.bindings.iter().find(|binding| binding.origin == origin);
    let (Some((closure, _)), Some(binding)) = (closure, binding) else { return false };
    facts.is_within(binding.scope, closure)
}

/// Was the container made by a call without arguments, shortly before?
fn is_made_empty(program: &Program, file: FileId, origin: OriginId, before: u32) -> bool {
    let facts = &program.file(file).facts;
    let binding = facts.bindings.iter().find(|binding| binding.origin == origin && binding.span.end <= before);
    let Some(binding) = binding else { return false };
    // Anything that happens to it between its making and the loop may have given it room.
    let early = binding.uses.iter().any(|site| site.span.start < before);
    let mut made = origin;
    while let Origin::Ascribed(_, inner) = facts.origin(made) {
        made = inner;
    }
    let is_none = |argument: &Argument| facts.origin(argument.origin) == Origin::Integer(Some(0));
    let declared = match facts.origin(made) {
        Origin::Call(call) => facts.arguments_of(facts.call(call)).iter().all(is_none),
        // Declared without a value, where that is an empty one.
        Origin::Declared(..) => binding.source.is_empty(),
        Origin::Collection(_, None, Some(0)) => true,
        _ => false,
    };
    declared && !early
}

/// Is the receiver a local variable that was made empty on the same level as the loop, and is it not used before the loop?
fn is_fresh(program: &Program, candidate: &Candidate) -> bool {
    let Some(LoopFrame { source: LoopSource::Loop(id), .. }) = candidate.frame else { return false };
    let facts = &program.file(candidate.file).facts;
    let Some(binding) = super::propose::receiving_variable(facts, candidate.call) else { return false };
    let turns = |scope: ScopeId| facts.scope(scope).depth;
    let own = facts.loop_of(id);
    turns(binding.scope) + 1 == turns(own.scope)
        && is_made_empty(program, candidate.file, binding.origin, own.span.start)
}

/// Is the receiver the same in every turn of a loop, which changes nothing in it?
pub(super) fn stays_the_same(program: &Program, candidate: &Candidate, frame: &LoopFrame) -> bool {
    let (_, _, depend) = root_receiver(program, candidate.file, candidate.call);
    (depend.element | depend.carried | depend.volatile) & frame.bit == 0
        && !is_changed(program, candidate, Change::Any)
        && is_left_alone(program, candidate)
}

/// Does the loop call nothing on the owners of the receiver that may change it?
fn is_left_alone(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let (place, _, _) = root_receiver(program, candidate.file, candidate.call);
    let (Some(place), Some(region)) = (place, region_of(program, candidate)) else { return false };
    let owns = |owner: crate::syntax::Name| is_part_of(facts.text(place), facts.text(owner));
    !calls_of(region).any(|call| {
        let site = facts.call(call);
        let looks = || {
            let resolved = program.resolved(candidate.file, call);
            resolved.functions().next().is_none() && super::waste::only_looks(program, candidate.file, call)
        };
        site.kind == CallKind::Call && site.receiver_place.is_some_and(owns) && !looks()
    })
}

/// Is what the loop goes through there already where the receiver is made, and does nothing change it in between?
fn is_known_when_made(program: &Program, candidate: &Candidate) -> bool {
    let Some(LoopFrame { source: LoopSource::Loop(id), .. }) = candidate.frame else { return false };
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let own = facts.loop_of(id);
    let Some(binding) = super::propose::receiving_variable(facts, candidate.call) else { return false };
    let Some(place) = own.iterable.and_then(|iterable| place_gone_through(facts, own, iterable)) else { return false };
    let place = facts.text(place);
    let touches = |other: crate::syntax::Name| {
        let other = facts.text(other);
        other == place || is_part_of(place, other) || is_part_of(other, place)
    };
    let is_between = |span: crate::source::Span| span.start >= binding.span.end && span.end <= own.header.start;
    let written = facts.writes.iter().any(|write| is_between(write.span) && touches(write.place));
    let changed = facts.calls.iter().enumerate().any(|(number, site)| {
        let call = CallId(number as u32);
        is_between(site.span)
            && site.kind == CallKind::Call
            && site.receiver_place.is_some_and(touches)
            && !super::waste::only_looks(program, file, call)
    });
    !written && !changed
}

/// The place that a loop goes through, views of it (`iter`, `keys`) taken off.
fn place_gone_through(facts: &FileFacts, own: &Loop, iterable: OriginId) -> Option<crate::syntax::Name> {
    let mut origin = iterable;
    let mut place = own.iterable_place;
    while place.is_none() {
        match facts.origin(origin) {
            Origin::Borrowed(inner) => origin = inner,
            Origin::Call(call) => {
                let site = facts.call(call);
                // What a function gives is made anew.
                site.name?;
                (place, origin) = (site.receiver_place, site.callee);
            }
            _ => return None,
        }
    }
    place
}

/// Does iterating take a number of turns that is known beforehand?
fn has_known_length(program: &mut Program, file: FileId, origin: OriginId) -> bool {
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return false };
    resolver.has_known_length(&program.files, file, origin, 0)
}

/// A rule about held values.
pub fn check_hold(
    program: &mut Program,
    rule: &Rule,
    file: FileId,
    number: usize,
    include_tests: bool,
) -> Option<Diagnostic> {
    let subject = rule.subject.hold.as_ref()?;
    let facts = &program.file(file).facts;
    let hold = facts.holds[number];
    let function = facts.scope(hold.scope).function;
    let reference = program.function_ref(file, function);
    if program.tests[reference.0 as usize] && !include_tests {
        return None;
    }
    let wanted = subject.effect.set();
    let call = match hold.name {
        Some(_) => taking_call(program, file, hold.origin, wanted)?,
        None => entering_call(program, file, &hold, wanted)?,
    };
    let row = program.resolved(file, call).row()?;
    let is_async = hold.is_async || row.color == Color::Async || facts.call(call).awaited;
    if subject.asynchronous.is_some_and(|wanted| wanted != is_async) {
        return None;
    }
    if hold.name.is_some() && !still_holds(program, file, hold.origin, call) {
        return None;
    }
    let over = words(&subject.over);
    let facts = &program.file(file).facts;
    if !over.is_empty() && is_filled_meanwhile(facts, &hold) {
        return None;
    }
    let awaited = (hold.region.awaits.0..hold.region.awaits.1).find(|at| {
        let site = facts.awaits[*at as usize];
        let same_task =
            facts.scope(site.scope).function == function && !is_in_other_task(facts, hold.scope, site.scope);
        same_task && (over.is_empty() || awaited_reaches(program, file, site.origin, over))
    })?;
    let mut found = super::finding::of_hold(program, rule, file, number, call, awaited as usize);
    let taken = program.file(file).facts.call(call).span;
    found.proposals = super::propose::for_place(program, rule, file, taken);
    Some(found)
}

/// Is what the lock guards replaced as a whole while it is held? Then the others wait for that very value.
fn is_filled_meanwhile(facts: &FileFacts, hold: &Hold) -> bool {
    let writes = &facts.writes[hold.region.writes.0 as usize..hold.region.writes.1 as usize];
    hold.name.is_some_and(|name| writes.iter().any(|write| write.place == name && write.kind == WriteKind::Assign))
}

/// Is there an async block or closure between the two scopes?
fn is_in_other_task(facts: &FileFacts, outer: ScopeId, inner: ScopeId) -> bool {
    facts
        .scopes_from(inner)
        .take_while(|(id, _)| *id != outer)
        .any(|(_, scope)| matches!(scope.kind, ScopeKind::Async(_) | ScopeKind::Closure(_)))
}

/// The call that takes what a `with` statement holds: its entry, or the call in its head.
fn entering_call(program: &Program, file: FileId, hold: &Hold, effects: EffectSet) -> Option<CallId> {
    let facts = &program.file(file).facts;
    let entry = (0..hold.region.calls.0).rev().map(CallId).take(16).find(|call| {
        let site = facts.call(*call);
        site.kind == CallKind::Enter && site.span == hold.span && program.resolved(file, *call).effects.meets(effects)
    });
    entry.or_else(|| taking_call(program, file, hold.origin, effects))
}

/// The call with one of the effects that an origin leads to, through unwrapping.
fn taking_call(program: &Program, file: FileId, origin: OriginId, effects: EffectSet) -> Option<CallId> {
    let facts = &program.file(file).facts;
    let mut origin = origin;
    for _ in 0..8 {
        match facts.origin(origin) {
            Origin::Call(call) => {
                if program.resolved(file, call).effects.meets(effects) {
                    return Some(call);
                }
                origin = facts.call(call).callee;
            }
            Origin::Propagated(inner) | Origin::Await(inner) | Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => {
                origin = inner
            }
            _ => break,
        }
    }
    None
}

/// Is the held value still what the call gave, and not something taken out of it?
fn still_holds(program: &mut Program, file: FileId, origin: OriginId, call: CallId) -> bool {
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return false };
    let given = resolver.call(&program.files, file, call).results().instance();
    let held = resolver.infer(&program.files, file, origin).instance();
    match (given, held) {
        (Some(given), Some(held)) => given == held || resolver.first_argument(given) == Some(held),
        _ => false,
    }
}

fn awaited_reaches(program: &Program, file: FileId, origin: OriginId, over: EffectSet) -> bool {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Call(call) => effects_of_call(program, file, call).iter().any(|effect| over.has(effect.reached.effect)),
        Origin::Propagated(inner) | Origin::Await(inner) => awaited_reaches(program, file, inner, over),
        _ => false,
    }
}

/// A rule about decorated functions.
pub fn check_function(program: &mut Program, rule: &Rule, file: FileId, function: FunctionId) -> Option<Diagnostic> {
    let subject = rule.subject.function.as_ref()?;
    let wanted = subject.decorator.set();
    let decorators = program.file(file).facts.function(function).decorators.clone();
    for decorator in decorators {
        let facts = &program.file(file).facts;
        let (effects, call) = match facts.origin(decorator) {
            Origin::Call(call) => (program.resolved(file, call).effects, Some(call)),
            _ => {
                let language = program.file(file).source.language;
                let resolver = program.resolvers[language].as_mut()?;
                match resolver.infer(&program.files, file, decorator).list[..] {
                    [Value::Item(symbol)] => (resolver.row_effects(symbol), None),
                    _ => (EffectSet::EMPTY, None),
                }
            }
        };
        if !effects.meets(wanted) {
            continue;
        }
        let facts = &program.file(file).facts;
        let has_parameters = !facts.function(function).parameters.is_empty();
        let unlimited = has_parameters && is_unlimited(program, file, decorator, call);
        if rule.conditions.unlimited.is_none_or(|wanted| wanted == unlimited) {
            let mut found = super::finding::of_function(program, rule, file, function);
            found.proposals = super::propose::for_place(program, rule, file, found.primary.span);
            return Some(found);
        }
    }
    None
}

/// Does a remembering decorator set no limit? `cache` has none, `lru_cache` has one unless it is `None`.
fn is_unlimited(program: &mut Program, file: FileId, decorator: OriginId, call: Option<CallId>) -> bool {
    let facts = &program.file(file).facts;
    match call {
        Some(call) => facts.arguments_of(facts.call(call)).iter().any(|argument| {
            let named = argument.keyword.is_none_or(|keyword| facts.text(keyword) == "maxsize");
            named && facts.origin(argument.origin) == Origin::Null
        }),
        None => {
            let language = program.file(file).source.language;
            let Some(resolver) = program.resolvers[language].as_mut() else { return false };
            match resolver.infer(&program.files, file, decorator).list[..] {
                [Value::Item(symbol)] => resolver.row_cost(symbol) == "O(calls)",
                _ => false,
            }
        }
    }
}

/// Does a setting of the project load what is read in batches?
fn is_batched(program: &Program, read: &RelationRead) -> bool {
    let source = &program.file(read.file).source;
    let is_set = |(requirements, setting): (&Requirements, &String)| {
        requirements.version(&source.path, setting).is_some_and(|value| value > Version::default())
    };
    let requirements = program.requirements.get(source.language);
    read.batched_by.iter().any(|setting| requirements.is_some_and(|requirements| is_set((requirements, setting))))
}

/// A rule about relations that are read.
pub fn check_relation(program: &Program, rule: &Rule, read: &RelationRead) -> Option<Diagnostic> {
    let RelationReading::PerRow = rule.subject.relation.as_ref()?.read;
    let classes = rule.conditions.inside.as_ref();
    let is_inside = classes.is_none_or(|classes| classes.iter().any(|class| class.0 == read.frame.class));
    let region = region_of_source(&program.file(read.file).facts, read.frame.source);
    let also = rule.exceptions.loop_also.as_ref();
    if also
        .zip(region)
        .is_some_and(|(also, region)| region_also_reaches(program, read.file, read.call, region, words(also)))
    {
        return None;
    }
    if !is_inside || read.confidence < rule.least_confidence || is_batched(program, read) {
        return None;
    }
    let mut found = super::finding::of_relation(program, rule, read);
    let is_for_chosen =
        || rule.only_likely.chosen == Some(true) && flow::is_for_chosen(program, &read.frame, &read.chain);
    let is_by_hand = rule.only_likely.by_hand == Some(true) && program.file(read.file).is_script;
    // That it is loaded at once looks like what was asked for.
    if is_by_hand || read.is_loaded_apart || is_for_chosen() {
        found.set = Set::Likely;
    }
    Some(found)
}
