//! How much a value holds: a few elements that somebody wrote down, or as many as there are data.
//!
//! Only what can be followed inside a function is told: what is read from outside the program, and what is made of all
//! elements of that. A parameter or an attribute may hold anything; in well-kept code most hold a handful.

use super::matching::{Candidate, is_on_text};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::model::table::Laziness;
use crate::program::{FunctionRef, LoopFrame, LoopSource, Program};
use crate::source::FileId;
use crate::syntax::{Name, ParameterKind};

/// Brings data in from outside the program.
pub(super) const READS: EffectSet =
    EffectSet::of(&[Effect::DbQuery, Effect::DbFetch, Effect::FileIo, Effect::Network, Effect::Paginates]);

/// Makes a sequence of all elements of another one.
const COPIES: EffectSet = EffectSet::of(&[Effect::Materializes, Effect::Copies, Effect::Sorts]);

/// Deeper chains are not followed.
const DEEPEST: usize = 8;

/// Does a value grow with the data? In a loop over what the function was given, that is so of what else it was given:
/// its work grows with the product of two of its inputs.
pub(super) fn holds_data(
    program: &Program,
    file: FileId,
    function: FunctionId,
    origin: OriginId,
    place: Option<Name>,
    frame: Option<LoopFrame>,
) -> bool {
    let facts = &program.file(file).facts;
    let goes_through_input = || match frame.map(|frame| frame.source) {
        Some(LoopSource::Loop(id)) => {
            facts.loop_of(id).iterable.is_some_and(|iterable| is_input(program, file, iterable, 0))
        }
        Some(LoopSource::Closure(id)) => facts.closure(id).given_to.is_some_and(|(call, _)| {
            !is_on_text(program, file, call) && is_input(program, file, facts.call(call).callee, 0)
        }),
        _ => false,
    };
    is_made_of_data(program, file, origin, 0)
        || place.is_some_and(|place| is_filled(program, file, function, place))
        || is_input(program, file, origin, 0) && is_given_data(program, file, origin) && goes_through_input()
}

/// Is what call sites give to a parameter made of data? Where nobody calls the function, that is left open.
fn is_given_data(program: &Program, file: FileId, origin: OriginId) -> bool {
    let language = program.file(file).source.language;
    let (Origin::Parameter(function, place), Some(resolver)) =
        (program.file(file).facts.origin(origin), &program.resolvers[language])
    else {
        return true;
    };
    let given = resolver.given_to(program.function_ref(file, function), place);
    given.is_empty() || given.iter().any(|given| is_made_of_data(program, given.file, given.origin, 0))
}

/// Is it a parameter, or a view of one? The receiver of a method is none: what it holds is another matter.
fn is_input(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Parameter(function, place) => {
            let parameter = facts.function(function).parameters.get(place as usize);
            parameter.is_some_and(|parameter| parameter.kind == ParameterKind::Ordinary)
        }
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => {
            depth < DEEPEST && is_input(program, file, inner, depth + 1)
        }
        // `rows.iter()`, `enumerate(rows)`, `list(rows)`: as many as there are.
        Origin::Call(call) if depth < DEEPEST => {
            let resolved = program.resolved(file, call);
            let is_view = resolved.row().is_some_and(|row| row.laziness == Laziness::Lazy || row.effects.meets(COPIES));
            let site = facts.call(call);
            let source = match (site.name, facts.arguments_of(site)) {
                (Some(_), []) => Some(site.callee),
                (None, [only]) => Some(only.origin),
                _ => None,
            };
            is_view && source.is_some_and(|source| is_input(program, file, source, depth + 1))
        }
        _ => false,
    }
}

fn is_made_of_data(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    if depth > DEEPEST {
        return false;
    }
    let next = |origin| is_made_of_data(program, file, origin, depth + 1);
    match facts.origin(origin) {
        Origin::Collection(_, Some(element), None) => {
            element_source(facts, element, 0).is_some_and(|source| may_be_many(program, file, source, depth + 1))
        }
        Origin::Call(call) => {
            let effects = program.resolved(file, call).effects;
            let mut functions = program.resolved(file, call).functions();
            let gives_data = |function: FunctionRef| {
                let (file, function) = program.function(function);
                let returns = &program.file(file).facts.function(function).returns;
                returns.iter().any(|origin| is_made_of_data(program, file, *origin, depth + 1))
            };
            if effects.meets(READS) || functions.any(gives_data) {
                return true;
            }
            // `list(rows)`, where going through the rows reads them.
            let reads = program.resolved(file, call).iterates.is_some_and(|row| row.effects.meets(READS));
            let source = source_of(facts, facts.call(call));
            reads || effects.meets(COPIES) && source.is_some_and(|source| may_be_many(program, file, source, depth + 1))
        }
        Origin::Borrowed(inner)
        | Origin::Propagated(inner)
        | Origin::Await(inner)
        | Origin::Ascribed(_, inner)
        | Origin::Slice(inner, _) => next(inner),
        Origin::Join(start, end) => facts.origin_list(start, end).to_vec().into_iter().any(next),
        _ => false,
    }
}

/// Is it data from outside, or a view of such data?
fn may_be_many(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    if depth > DEEPEST {
        return false;
    }
    match facts.origin(origin) {
        Origin::Element(inner) | Origin::Item(inner) | Origin::Part(inner, _) => {
            may_be_many(program, file, inner, depth + 1)
        }
        Origin::Collection(_, Some(_), None) => is_made_of_data(program, file, origin, depth + 1),
        Origin::Call(call) => {
            let resolved = program.resolved(file, call);
            let source = source_of(facts, facts.call(call));
            let is_view =
                resolved.effects.meets(COPIES) || resolved.row().is_some_and(|row| row.laziness == Laziness::Lazy);
            // What text is taken apart into is short, as texts are, unless it was read.
            resolved.effects.meets(READS)
                || is_view
                    && source.is_some_and(|source| match is_on_text(program, file, call) {
                        true => is_read(program, file, source, depth + 1),
                        false => may_be_many(program, file, source, depth + 1),
                    })
        }
        Origin::Borrowed(inner)
        | Origin::Propagated(inner)
        | Origin::Await(inner)
        | Origin::Ascribed(_, inner)
        | Origin::Entered(inner) => may_be_many(program, file, inner, depth + 1),
        Origin::Join(start, end) => {
            facts.origin_list(start, end).iter().any(|member| may_be_many(program, file, *member, depth + 1))
        }
        _ => false,
    }
}

/// Does a value come from outside the program, perhaps unwrapped?
pub(super) fn is_read(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    if depth > DEEPEST {
        return false;
    }
    match facts.origin(origin) {
        Origin::Call(call) => {
            let effects = program.resolved(file, call).effects;
            effects.meets(READS) || is_read(program, file, facts.call(call).callee, depth + 1)
        }
        Origin::Propagated(inner) | Origin::Borrowed(inner) | Origin::Await(inner) | Origin::Ascribed(_, inner) => {
            is_read(program, file, inner, depth + 1)
        }
        _ => false,
    }
}

/// What a call works on: its receiver, or else its first argument.
fn source_of(facts: &FileFacts, site: &CallSite) -> Option<OriginId> {
    match site.name {
        Some(_) => Some(site.callee),
        None => facts.arguments_of(site).first().map(|argument| argument.origin),
    }
}

/// What the elements of a comprehension are taken from.
pub(super) fn element_source(facts: &FileFacts, origin: OriginId, depth: usize) -> Option<OriginId> {
    if depth > DEEPEST {
        return None;
    }
    let next = |origin| element_source(facts, origin, depth + 1);
    match facts.origin(origin) {
        Origin::Element(source) => Some(source),
        Origin::Member(inner, _)
        | Origin::Item(inner)
        | Origin::Part(inner, _)
        | Origin::Borrowed(inner)
        | Origin::Await(inner)
        | Origin::Operation(_, inner) => next(inner),
        Origin::Call(call) => {
            let site = facts.call(call);
            let arguments = facts.arguments_of(site).iter().map(|argument| argument.origin);
            arguments.chain(site.name.map(|_| site.callee)).find_map(next)
        }
        Origin::Tuple(start, end) | Origin::Join(start, end) => {
            facts.origin_list(start, end).iter().find_map(|member| next(*member))
        }
        _ => None,
    }
}

/// Is a local container filled by a loop over what may be many?
fn is_filled(program: &Program, file: FileId, function: FunctionId, place: Name) -> bool {
    let facts = &program.file(file).facts;
    let region = facts.function(function).region;
    let is_local = facts.bindings.iter().any(|binding| {
        let is_made_empty = is_empty(facts, binding.origin) || is_declared_only(facts, binding);
        binding.name == place && facts.scope(binding.scope).function == function && is_made_empty
    });
    // `db.Find(&rows)`: the call puts there what it reads.
    let takes_rows = |call: CallId| {
        let is_it = |argument: &Argument| {
            argument.place == Some(place) && matches!(facts.origin(argument.origin), Origin::Borrowed(_))
        };
        program.resolved(file, call).effects.meets(READS) && facts.arguments_of(facts.call(call)).iter().any(is_it)
    };
    is_local
        && (region.calls.0..region.calls.1).map(CallId).any(|call| {
            let site = facts.call(call);
            let fills = site.receiver_place == Some(place) && program.resolved(file, call).effects.has(Effect::Grows);
            fills && goes_through_many(program, file, site.scope) || takes_rows(call)
        })
}

/// Is a variable declared without a value, and so empty?
fn is_declared_only(facts: &FileFacts, binding: &Binding) -> bool {
    binding.source.is_empty() && matches!(facts.origin(binding.origin), Origin::Declared(..))
}

fn is_empty(facts: &FileFacts, origin: OriginId) -> bool {
    match facts.origin(origin) {
        Origin::Collection(_, None, Some(0)) => true,
        Origin::Call(call) => {
            let is_none = |argument: &Argument| facts.origin(argument.origin) == Origin::Integer(Some(0));
            facts.arguments_of(facts.call(call)).iter().all(is_none)
        }
        Origin::Ascribed(_, inner) => is_empty(facts, inner),
        Origin::Join(start, end) => facts.origin_list(start, end).iter().any(|member| is_empty(facts, *member)),
        _ => false,
    }
}

fn goes_through_many(program: &Program, file: FileId, scope: ScopeId) -> bool {
    let facts = &program.file(file).facts;
    facts.scopes_from(scope).any(|(_, scope)| match scope.kind {
        ScopeKind::Loop(id) => {
            let own = facts.loop_of(id);
            own.class == LoopClass::Data && own.iterable.is_some_and(|iterable| may_be_many(program, file, iterable, 0))
        }
        _ => false,
    })
}

/// Is it a display of a few elements?
pub(super) fn is_short_display(facts: &FileFacts, origin: OriginId) -> bool {
    match facts.origin(origin) {
        Origin::Collection(_, _, Some(length)) => length <= FEW,
        Origin::Tuple(start, end) => end - start <= FEW,
        _ => false,
    }
}

/// Does the loop go through a part of what one request brought, and no loop over data lead there?
pub(super) fn goes_through_payload(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let Some(LoopSource::Loop(id)) = candidate.frame.map(|frame| frame.source) else { return false };
    let function = program.function_ref(candidate.file, facts.scope(facts.loop_of(id).scope).function);
    let iterable = facts.loop_of(id).iterable;
    !program.repeated[function.0 as usize]
        && iterable.is_some_and(|iterable| is_payload(program, candidate.file, iterable, DEEPEST))
}

/// Is a value a part of what one request brought? Attributes are none: they lead on to other rows.
fn is_payload(program: &Program, file: FileId, origin: OriginId, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    let Some(depth) = depth.checked_sub(1) else { return false };
    match facts.origin(origin) {
        Origin::Parameter(function, place) => {
            let reference = program.function_ref(file, function);
            let is_plain = |parameter: &Parameter| parameter.kind == ParameterKind::Ordinary;
            let last = facts.function(function).parameters.iter().rposition(is_plain);
            if program.payload[reference.0 as usize] {
                return last == Some(place as usize);
            }
            let language = program.file(file).source.language;
            let Some(resolver) = &program.resolvers[language] else { return false };
            let given = resolver.given_to(reference, place);
            !given.is_empty() && given.iter().all(|given| is_payload(program, given.file, given.origin, depth))
        }
        Origin::Join(start, end) => {
            let members = facts.origin_list(start, end).iter();
            let mut members = members.filter(|member| facts.origin(**member) != Origin::Null).peekable();
            members.peek().is_some() && members.all(|member| is_payload(program, file, *member, depth))
        }
        Origin::Call(call) => {
            let site = facts.call(call);
            let own_name = facts.function(facts.scope(site.scope).function).name;
            let last = facts.arguments_of(site).last();
            let resolved = program.resolved(file, call);
            let is_view = resolved.row().is_some_and(|row| !row.effects.meets(READS));
            // What the same method of a base class makes of it.
            match last.filter(|_| site.name == Some(own_name)) {
                Some(last) => is_payload(program, file, last.origin, depth),
                None if site.name.is_some() => {
                    (is_view || resolved.targets.is_empty()) && is_payload(program, file, site.callee, depth)
                }
                None => is_view && last.is_some_and(|last| is_payload(program, file, last.origin, depth)),
            }
        }
        Origin::Element(inner)
        | Origin::Item(inner)
        | Origin::Part(inner, _)
        | Origin::Ascribed(_, inner)
        | Origin::Collection(_, Some(inner), _) => is_payload(program, file, inner, depth),
        _ => false,
    }
}
