//! What becomes of a value: conditions that look at its type, where it was made, and how it is read.
//!
//! Values are followed within one function. A value that is joined with another, captured, stored or given away is no
//! longer known, and nothing is claimed of it.

use super::matching::{Candidate, binding_of_call, calls_of, is_small, region_of};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::summarize::{own_effects, witness_chain};
use crate::model::table::{Laziness, Row};
use crate::program::Program;
use crate::source::FileId;
use crate::syntax::{CollectionKind, Name};

/// What a call works on: its receiver, or else its first argument.
#[derive(Clone, Copy)]
pub(super) struct Container {
    pub(super) origin: OriginId,
    pub(super) place: Option<Name>,
    pub(super) depend: Depend,
}

pub(super) fn container(facts: &FileFacts, site: &CallSite) -> Option<Container> {
    let has_receiver = site.name.is_some() || !matches!(site.kind, CallKind::Call | CallKind::Construct);
    if has_receiver && site.text.is_some() {
        let (origin, place, depend) = (site.callee, site.receiver_place, site.receiver_depend);
        return Some(Container { origin, place, depend });
    }
    let first = facts.arguments_of(site).first()?;
    Some(Container { origin: first.origin, place: first.place, depend: first.depend })
}

/// The value itself, without what is written around it.
pub(super) fn bare(facts: &FileFacts, mut origin: OriginId) -> OriginId {
    while let Origin::Borrowed(inner) | Origin::Await(inner) | Origin::Propagated(inner) | Origin::Ascribed(_, inner) =
        facts.origin(origin)
    {
        origin = inner;
    }
    origin
}

/// The only binding of a value that has this name.
pub(super) fn binding_of(facts: &FileFacts, origin: OriginId, name: Name) -> Option<&Binding> {
    facts.bindings.iter().find(|binding| binding.origin == origin && binding.name == name)
}

// ---- types ------------------------------------------------------------------------------------------------------

/// Is the receiver, or else the first argument, of one of these types?
pub(super) fn is_of_type(program: &mut Program, candidate: &Candidate, types: &[String]) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let arguments = facts.arguments_of(candidate.site(program));
    let first = arguments.first().map(|argument| argument.origin);
    let receiver = program.resolved(file, candidate.call).receiver;
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return false };
    let found = receiver.or_else(|| resolver.infer(&program.files, file, first?).instance());
    found.is_some_and(|found| types.iter().any(|name| name == resolver.type_name(found)))
}

/// Are the elements of the receiver and the first argument of one of these types, each of one?
pub(super) fn elements_are_of_type(program: &mut Program, candidate: &Candidate, types: &[String]) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let needle = facts.arguments_of(candidate.site(program)).first().map(|argument| argument.origin);
    let receiver = program.resolved(file, candidate.call).receiver;
    let language = program.file(file).source.language;
    let (Some(needle), Some(receiver), Some(resolver)) = (needle, receiver, &mut program.resolvers[language]) else {
        return false;
    };
    let element = resolver.first_argument(receiver);
    let needle = resolver.infer(&program.files, file, needle).instance();
    let is_one = |id| types.iter().any(|name| name == resolver.type_name(id));
    element.is_some_and(is_one) && needle.is_some_and(is_one)
}

/// Is the receiver a local variable that is otherwise only tested and called by these members?
pub(super) fn is_called_only(program: &mut Program, candidate: &Candidate, members: &[String]) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let Some(place) = site.receiver_place else { return false };
    let function = facts.scope(site.scope).function;
    let mut own = facts
        .bindings
        .iter()
        .filter(|binding| binding.name == place && facts.scope(binding.scope).function == function);
    let (Some(binding), None) = (own.next(), own.next()) else { return false };
    let is_allowed = |used: &UseSite| match used.place_kind {
        Use::Tested => used.place == place,
        Use::Receiver => facts.calls.iter().any(|call| {
            let is_it = call.span.start == used.span.start && call.receiver_place == Some(used.place);
            let is_listed = || call.name.is_some_and(|name| members.iter().any(|member| member == facts.text(name)));
            is_it && (call.span == site.span || is_listed())
        }),
        _ => false,
    };
    !binding.is_shared && binding.uses.iter().all(is_allowed)
}

/// Is the result of one of these types?
pub(super) fn gives(program: &mut Program, candidate: &Candidate, types: &[String]) -> bool {
    let language = program.file(candidate.file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return false };
    let result = resolver.call(&program.files, candidate.file, candidate.call).results().instance();
    result.is_some_and(|result| types.iter().any(|name| name == resolver.type_name(result)))
}

// ---- at hand ---------------------------------------------------------------------------------------------------

/// Does the call ask for a row by its key, after rows of that class were loaded? What keeps rows then answers itself.
pub(super) fn is_at_hand(program: &mut Program, candidate: &Candidate) -> bool {
    let file = candidate.file;
    let Some(region) = region_of(program, candidate) else { return false };
    let function = program.file(file).facts.scope(candidate.site(program).scope).function;
    let before = program.file(file).facts.function(function).region.calls.0..region.calls.0;
    let gives_row = |row: &Row| row.laziness == Laziness::Conditional && row.returns.ends_with(".model");
    let keeps = program.resolved(file, candidate.call).row().is_some_and(gives_row);
    let reads = EffectSet::of(&[Effect::DbQuery, Effect::DbFetch]);
    let loads: Vec<CallId> =
        before.map(CallId).filter(|call| keeps && program.resolved(file, *call).effects.meets(reads)).collect();
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return false };
    let Some(wanted) = resolver.call(&program.files, file, candidate.call).results().instance() else { return false };
    loads.into_iter().any(|call| {
        let rows = resolver.call(&program.files, file, call).results().instance();
        rows.is_some_and(|rows| rows != wanted && resolver.mentions(rows, wanted))
    })
}

// ---- whole tables -----------------------------------------------------------------------------------------------

/// Calls that a query is put together of, at the most.
const LONGEST_QUERY: usize = 24;

/// Does the call load the rows of a query that has neither a condition nor a limit?
pub(super) fn is_whole_table(program: &Program, candidate: &Candidate) -> bool {
    let chain = witness_chain(program, candidate.file, &candidate.effect.reached);
    let (file, call) = chain.last().copied().unwrap_or((candidate.file, candidate.call));
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    if asks_for_all(program, file, call) {
        return true;
    }
    let query = match (site.kind, site.name, facts.arguments_of(site)) {
        // `list(query)`
        (CallKind::Call, None, [only]) => only.origin,
        _ => site.callee,
    };
    is_whole(program, file, query, LONGEST_QUERY)
}

/// Is a call a query of its own that says nothing of which rows it wants: `findMany({ orderBy: … })`?
fn asks_for_all(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let row = program.resolved(file, call).row();
    let Some(narrowing) = row.and_then(|row| row.all_rows_unless.as_ref()) else { return false };
    let site = facts.call(call);
    match facts.arguments_of(site) {
        [] => true,
        [only] => {
            let display = bare(facts, only.origin);
            let entries = facts.entries_of(display);
            let is_known = |entry: &Entry| {
                entry.key.is_some_and(|key| !narrowing.iter().any(|own| **own == *facts.strings[key.0 as usize]))
            };
            match facts.origin(display) {
                Origin::Collection(CollectionKind::Map, _, Some(0)) => true,
                Origin::Collection(CollectionKind::Map, ..) => !entries.is_empty() && entries.iter().all(is_known),
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_whole(program: &Program, file: FileId, origin: OriginId, calls: usize) -> bool {
    let facts = &program.file(file).facts;
    let Origin::Call(call) = facts.origin(bare(facts, origin)) else { return false };
    let resolved = program.resolved(file, call);
    let Some(row) = resolved.row().filter(|_| calls > 0) else { return false };
    if resolved.effects.has(Effect::Narrows) {
        return false;
    }
    let site = facts.call(call);
    let sends = EffectSet::of(&[Effect::DbQuery, Effect::DbFetch]);
    // `execute(select(User))`: the statement is the argument.
    if resolved.effects.meets(sends) {
        return facts.arguments_of(site).first().is_some_and(|first| is_whole(program, file, first.origin, calls - 1));
    }
    let starts_query = row.returns != "Self" && !matches!(facts.origin(bare(facts, site.callee)), Origin::Join(..));
    row.laziness == Laziness::Lazy
        && match facts.origin(bare(facts, site.callee)) {
            Origin::Call(_) if site.name.is_some() => is_whole(program, file, site.callee, calls - 1),
            // A query that is given, or is one of several, may have its limit already.
            _ => starts_query,
        }
}

// ---- sorted for an end ------------------------------------------------------------------------------------------

/// Is nothing read of a sorted sequence but its ends?
pub(super) fn only_ends_are_read(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let Some(sorted) = container(facts, site) else { return false };
    if is_small(program, candidate.file, sorted.origin, sorted.place) {
        return false;
    }
    if own_effects(program, candidate.file, candidate.call).has(Effect::Mutates) {
        return sorted.place.is_some_and(|place| only_ends_are_read_after(program, candidate, sorted.origin, place));
    }
    match site.used {
        Use::FirstOrLast => true,
        Use::Receiver => takes_end(program, candidate.file, Some(candidate.call), None),
        Use::Bound => binding_of_call(facts, candidate.call)
            .is_some_and(|binding| are_ends(program, candidate.file, binding, binding.uses.iter())),
        _ => false,
    }
}

/// The same for a local variable that is sorted in place.
fn only_ends_are_read_after(program: &Program, candidate: &Candidate, origin: OriginId, place: Name) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let Some(binding) = binding_of(facts, origin, place) else { return false };
    // A parameter or a field keeps its order for others.
    let is_own = matches!(facts.origin(bare(facts, origin)), Origin::Call(_) | Origin::Collection(..));
    let turns = |scope: ScopeId| facts.scope(scope).depth;
    let later = binding.uses.iter().filter(|at| at.span.start >= site.span.end);
    is_own && turns(site.scope) == turns(binding.scope) && are_ends(program, candidate.file, binding, later)
}

fn are_ends<'f>(
    program: &Program,
    file: FileId,
    binding: &Binding,
    uses: impl Iterator<Item = &'f UseSite> + Clone,
) -> bool {
    !binding.is_shared
        && uses.clone().next().is_some()
        && uses.clone().all(|at| match at.kind {
            Use::FirstOrLast => true,
            Use::Receiver => takes_end(program, file, None, Some(at)),
            _ => false,
        })
}

/// Is a value, the result of a call or a variable that is read, only asked for its first or last element?
fn takes_end(program: &Program, file: FileId, made_by: Option<CallId>, read: Option<&UseSite>) -> bool {
    let facts = &program.file(file).facts;
    facts.calls.iter().enumerate().any(|(number, outer)| {
        let call = CallId(number as u32);
        let is_asked = match (made_by, read) {
            (Some(made_by), _) => facts.origin(outer.callee) == Origin::Call(made_by),
            (_, Some(at)) => outer.span.start == at.span.start && outer.scope == at.scope && outer.name.is_some(),
            _ => false,
        };
        is_asked && outer.arguments.0 == outer.arguments.1 && program.resolved(file, call).effects.has(Effect::TakesEnd)
    })
}

// ---- containers of loops ----------------------------------------------------------------------------------------

/// Is what the call works on there before the loop, and still the same container?
pub(super) fn is_container_from_outside(program: &Program, candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let facts = &program.file(candidate.file).facts;
    let Some(container) = container(facts, candidate.site(program)) else { return false };
    let (Some(place), Some(region)) = (container.place, region_of(program, candidate)) else { return false };
    let writes = &facts.writes[region.writes.0 as usize..region.writes.1 as usize];
    let is_made_inside =
        |write: &Write| write.place == place && matches!(write.kind, WriteKind::Assign | WriteKind::Exposed);
    let is_emptied = |call: CallId| {
        let resolved = program.resolved(candidate.file, call);
        facts.call(call).receiver_place == Some(place)
            && resolved.effects.has(Effect::Shrinks)
            && !resolved.effects.has(Effect::Shifts)
            && resolved.row().is_some_and(|row| row.cost != "O(1)")
    };
    let depend = container.depend;
    (depend.element | depend.carried | depend.volatile) & frame.bit == 0
        && !writes.iter().any(is_made_inside)
        && !calls_of(region).any(is_emptied)
}

// ---- looked up twice --------------------------------------------------------------------------------------------

/// How many lines further the second look-up may be.
const NEAR_LINES: u32 = 12;

/// Does the branch after a question for a key look up or add the same key?
pub(super) fn is_looked_up_again(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let (Some(map), [key]) = (site.receiver_place, facts.arguments_of(site)) else { return false };
    let asks = program.resolved(candidate.file, candidate.call).row().is_some_and(|row| row.returns.ends_with("bool"));
    let Some(key) = key.place.filter(|_| asks && site.used == Use::Tested) else { return false };
    let last_line = facts.line(site.span.end) + NEAR_LINES;
    let later = (candidate.call.0 + 1..facts.calls.len() as u32).map(CallId);
    let mut nearby = later.take_while(|call| facts.line(facts.call(*call).span.start) <= last_line);
    let again = nearby.find(|call| {
        let other = facts.call(*call);
        let resolved = program.resolved(candidate.file, *call);
        // Who asks the same once more gets nothing that could be kept.
        let asks = resolved.row().is_some_and(|row| row.returns.ends_with("bool"));
        let again = resolved.effects.has(Effect::Grows) || resolved.effects.has(Effect::LooksUp) && !asks;
        again
            && other.receiver_place == Some(map)
            && is_in_branch_of(facts, site.scope, other.scope)
            // A key that is cloned to be added is cheaper to ask for first.
            && facts.arguments_of(other).first().is_some_and(|first| first.place == Some(key))
    });
    again.is_some_and(|again| !is_touched_between(facts, candidate.call, map, again))
}

/// Does a scope belong to a branch that opens in the outer one, with no loop or closure between?
fn is_in_branch_of(facts: &FileFacts, outer: ScopeId, inner: ScopeId) -> bool {
    inner != outer && facts.scope(outer).depth == facts.scope(inner).depth && facts.is_within(inner, outer)
}

/// Does anything between the two look-ups use the map, so that it cannot stay borrowed?
fn is_touched_between(facts: &FileFacts, first: CallId, map: Name, again: CallId) -> bool {
    let span = facts.call(again).span;
    let given = |call: CallId| {
        let site = facts.call(call);
        let is_map = |argument: &Argument| argument.place == Some(map);
        site.receiver_place == Some(map) || facts.arguments_of(site).iter().any(is_map)
    };
    let exposes = |write: &Write| {
        write.place == map && write.span.start > facts.call(first).span.end && write.span.end < span.start
    };
    calls_of(Region { calls: (first.0 + 1, again.0), ..Region::default() }).any(given)
        || facts.writes.iter().any(exposes)
}
