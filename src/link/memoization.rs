//! Functions that keep their results: the second call, or the second with the same key, costs nothing.
//!
//! Told by their shape: what is returned is a place that outlives the call, or an element of one, and on some way
//! through the function it is stored there; or it looks there first under a key that it is given, and makes what it does not
//! find. Which key it is kept under is not looked at. What a function builds may be
//! kept for the next call without being what it returns. A loop, too, may keep what it made for one key.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::model::table::{Laziness, RowKind};
use crate::program::{FileCalls, FunctionRef, LoopSource, Program, Target};
use crate::source::FileId;
use crate::syntax::{FunctionFlavor, Name, ParameterKind};

/// Does a function keep its results, as far as its shape tells?
pub(super) fn memoizes(program: &Program, file: FileId, id: FunctionId) -> bool {
    let facts = &program.file(file).facts;
    facts.function(id).flavor == FunctionFlavor::CachedProperty
        || keeps_results(facts, id)
        || puts_results(facts, program.resolved.of_file(file), id)
        || looks_first(program, file, id)
        || ends_for_what_is_there(program, file, id)
}

/// Does a function return a place that it fills on some way, or elements of one?
fn keeps_results(facts: &FileFacts, id: FunctionId) -> bool {
    let function = facts.function(id);
    let (first, last) = function.region.writes;
    let stores = facts.writes[first as usize..last as usize].iter().filter(|write| {
        let is_on_some_way = facts.scope(write.scope).kind != ScopeKind::Function || function.returns.len() > 1;
        // A container that it is given is there the next time, too.
        let is_given = || function.parameters.iter().any(|parameter| parameter.name == Some(write.place));
        let outlives = !write.is_local || write.kind == WriteKind::Element && is_given();
        let is_alternative =
            || function.returns.iter().any(|origin| is_one_of(facts, *origin, facts.text(write.place)));
        matches!(write.kind, WriteKind::Element | WriteKind::Assign) && outlives && (is_on_some_way || is_alternative())
    });
    stores.into_iter().any(|store| {
        let place = facts.text(store.place);
        function.returns.iter().any(|origin| match store.kind {
            WriteKind::Element => is_element_of(facts, *origin, place, 0),
            _ => {
                let is_place = || place_of(facts, *origin).is_some_and(|text| text == place);
                is_conditional(facts, store) && is_place() || is_one_of(facts, *origin, place)
            }
        })
    })
}

/// Does a function return elements of a container that outlives the call, and put what it lacks into it by a call that
/// takes a key?
fn puts_results(facts: &FileFacts, resolved: FileCalls, id: FunctionId) -> bool {
    let function = facts.function(id);
    let (first, last) = function.region.calls;
    let puts = (first..last).map(CallId).filter(|call| {
        let is_keyed = facts.arguments_of(facts.call(*call)).len() > 1;
        is_keyed && resolved[call.index()].effects.has(Effect::Grows)
    });
    puts.filter_map(|call| place_of(facts, facts.call(call).callee))
        .any(|place| function.returns.iter().any(|origin| is_element_of(facts, *origin, &place, 0)))
}

/// Does a function end at once for what is there already: `if (session.contains(row)) return row;`?
fn ends_for_what_is_there(program: &Program, file: FileId, id: FunctionId) -> bool {
    let facts = &program.file(file).facts;
    let function = facts.function(id);
    let Some(end) = function.may_end_at else { return false };
    let (first, last) = function.region.calls;
    (first..last).map(CallId).any(|call| {
        let site = facts.call(call);
        let is_asked_first = site.used == Use::Tested && site.span.end <= end;
        is_asked_first && program.resolved(file, call).effects.has(Effect::Memoizes)
    })
}

/// Does a function look first what is known under a key that it is given, and make only what is not:
/// `row = self.known.get(key); if row is None: row = self.load(key)`? Who puts it there may be far away.
fn looks_first(program: &Program, file: FileId, id: FunctionId) -> bool {
    let function = LooksUp { program, file, id, callees: CALLEES };
    let facts = function.facts();
    let given = function.alternatives();
    given.len() > 1 && {
        let (known, made): (Vec<OriginId>, Vec<OriginId>) =
            given.into_iter().partition(|origin| function.look_up(*origin, 0).is_some());
        // What stands in a branch of its own says nothing of the others.
        let is_tried_first = |look_up: ScopeId, made: ScopeId| facts.is_within(made, look_up);
        known.iter().filter_map(|origin| function.look_up(*origin, 0)).any(|look_up| {
            made.iter().any(|origin| match facts.origin(*origin) {
                Origin::Call(call) => is_tried_first(facts.call(look_up).scope, facts.call(call).scope),
                _ => false,
            })
        })
    }
}

/// A function of which is asked what it looks up under what it is given.
struct LooksUp<'p, 'm> {
    program: &'p Program<'m>,
    file: FileId,
    id: FunctionId,
    /// So far calls are followed.
    callees: usize,
}

impl<'p> LooksUp<'p, '_> {
    fn facts(&self) -> &'p FileFacts {
        &self.program.file(self.file).facts
    }

    fn function(&self) -> &'p Function {
        self.facts().function(self.id)
    }

    /// The values that it may give, one by one; of those that it gives side by side the first.
    fn alternatives(&self) -> Vec<OriginId> {
        let mut found = Vec::new();
        self.function().returns.iter().for_each(|origin| add_alternatives(self.facts(), *origin, 0, &mut found));
        found
    }

    /// Is all that it gives looked up?
    fn only_looks_up(&self) -> bool {
        let mut given = self.alternatives();
        given.retain(|origin| self.facts().origin(*origin) != Origin::Null);
        !given.is_empty() && given.iter().all(|origin| self.look_up(*origin, 0).is_some())
    }

    /// The call that looked up a value, or what it is a part of.
    fn look_up(&self, origin: OriginId, depth: usize) -> Option<CallId> {
        if depth > DEEPEST {
            return None;
        }
        match self.facts().origin(origin) {
            Origin::Call(call) if self.is_look_up(call) => Some(call),
            Origin::Call(call) if !self.is_at_hand(call) => None,
            Origin::Join(start, end) => {
                self.facts().origin_list(start, end).iter().find_map(|member| self.look_up(*member, depth + 1))
            }
            _ => self.look_up(self.facts().source_of(origin)?, depth + 1),
        }
    }

    /// Does a call do nothing itself that takes long?
    fn is_at_hand(&self, call: CallId) -> bool {
        let resolved = self.program.resolved(self.file, call);
        !resolved.effects.meets(TAKES_LONG) && resolved.row().is_none_or(|row| row.laziness != Laziness::Lazy)
    }

    /// Does a call ask something that outlives the function for what is there under a key that the function is given?
    fn is_look_up(&self, call: CallId) -> bool {
        let facts = self.facts();
        let site = facts.call(call);
        let receivers = self.function().parameters.iter().zip(0..);
        let receivers = receivers.filter(|(own, _)| own.kind == ParameterKind::Receiver);
        let receivers = receivers.fold(0, |bits, (_, place)| bits | parameter_bit(place));
        let is_given = |argument: &Argument| argument.depend.parameters & !receivers != 0;
        facts.arguments_of(site).iter().any(is_given)
            && self.is_at_hand(call)
            && site.name.and_then(|_| place_of(facts, site.callee)).is_some_and(|place| {
                let resolved = self.program.resolved(self.file, call);
                match resolved.targets.is_empty() {
                    true => resolved.effects.is_empty() && place.to_ascii_lowercase().contains(KNOWN_AT_HAND),
                    false => self.give_what_is_held(&resolved.targets),
                }
            })
    }

    /// Do those that a call may call give what their receiver holds? Of several with bodies one does, and none of the
    /// others does itself what takes long.
    fn give_what_is_held(&self, targets: &[Target]) -> bool {
        let gives = |target: &Target| match target {
            Target::Row(row) => row.kind == RowKind::Method && row.returns.split(BETWEEN_TYPES).any(is_held),
            Target::Function(function) => {
                let callee = self.callee(*function);
                callee.callees > 0 && callee.only_looks_up()
            }
        };
        let is_quick = |target: &Target| match target {
            Target::Row(_) => false,
            Target::Function(function) => {
                let callee = self.callee(*function);
                let (first, last) = callee.function().region.calls;
                (first..last).all(|call| callee.is_at_hand(CallId(call)))
            }
        };
        targets.iter().any(gives) && targets.iter().all(|target| gives(target) || is_quick(target))
    }

    fn callee(&self, function: FunctionRef) -> Self {
        let (file, id) = self.program.function(function);
        LooksUp { program: self.program, file, id, callees: self.callees.saturating_sub(1) }
    }
}

fn add_alternatives(facts: &FileFacts, origin: OriginId, depth: usize, found: &mut Vec<OriginId>) {
    if depth > DEEPEST {
        return;
    }
    match facts.origin(origin) {
        Origin::Join(start, end) => {
            let members = facts.origin_list(start, end);
            members.iter().for_each(|member| add_alternatives(facts, *member, depth + 1, found));
        }
        Origin::Tuple(start, end) if start < end => {
            add_alternatives(facts, facts.origin_list(start, end)[0], depth + 1, found);
        }
        Origin::Await(inner)
        | Origin::Propagated(inner)
        | Origin::Ascribed(_, inner)
        | Origin::Borrowed(inner)
        | Origin::Part(inner, _) => add_alternatives(facts, inner, depth + 1, found),
        _ => found.push(origin),
    }
}

/// What holds things to ask for again is called so.
const KNOWN_AT_HAND: &str = "cache";

/// So far calls are followed to see that they only look something up.
const CALLEES: usize = 3;

/// Is a type that a row names what its receiver was made for?
fn is_held(name: &str) -> bool {
    name == "T" || name == "U"
}

/// What stands around the names in the type that a row names.
const BETWEEN_TYPES: [char; 6] = ['<', '>', '(', ')', ',', ' '];

/// Leaves the program.
const TAKES_LONG: EffectSet = EffectSet::of(&[
    Effect::DbQuery,
    Effect::DbWrite,
    Effect::Network,
    Effect::FileIo,
    Effect::Subprocess,
    Effect::Blocking,
]);

/// How deep values are followed.
const DEEPEST: usize = 12;

/// The branches of loops that make what a container of the code around the loop does not have yet, and put it there:
/// `if key not in known: known[key] = load(key)`. They run once per key, not on every turn.
pub(super) fn branches_that_fill(facts: &FileFacts, resolved: FileCalls) -> FxHashSet<(ScopeId, LoopSource)> {
    let mut asked: FxHashMap<(LoopSource, Name), Vec<ScopeId>> = FxHashMap::default();
    let mut found = FxHashSet::default();
    let additions = keyed_additions(facts, resolved);
    let indexed = if additions.is_empty() { FxHashMap::default() } else { where_indexed(facts) };
    // Where many stand in the same branch, as in the arms of a long choice, it is looked at once.
    let mut seen = FxHashSet::default();
    for (scope, place) in additions {
        let mut branches = Vec::new();
        for (id, scope) in facts.scopes_from(scope) {
            // Whether a closure runs once per element is known elsewhere.
            let around = match scope.kind {
                ScopeKind::Branch => {
                    branches.extend(seen.insert((id, place)).then_some(id));
                    continue;
                }
                ScopeKind::Loop(around) => LoopSource::Loop(around),
                ScopeKind::Closure(around) => LoopSource::Closure(around),
                _ => continue,
            };
            let asked = asked.entry((around, place)).or_insert_with(|| {
                let indexed = indexed.get(&place).map_or(&[][..], |scopes| scopes);
                let body = match around {
                    LoopSource::Closure(id) => (facts.closure(id).region, facts.closure(id).scope),
                    LoopSource::Loop(id) => (facts.loop_of(id).region, facts.loop_of(id).scope),
                    LoopSource::Call(_) | LoopSource::Shown(_) => return Vec::new(),
                };
                where_asked(facts, body, (place, indexed), resolved)
            });
            let decides = |branch: &&ScopeId| asked.iter().any(|scope| !facts.is_within(*scope, **branch));
            found.extend(branches.iter().filter(decides).map(|branch| (*branch, around)));
        }
    }
    found
}

/// Where something is put into a container under a key, and which container.
fn keyed_additions(facts: &FileFacts, resolved: FileCalls) -> Vec<(ScopeId, Name)> {
    let elements = facts.writes.iter().filter(|write| write.kind == WriteKind::Element);
    let added = facts.calls.iter().zip(resolved.iter()).filter_map(|(site, resolved)| {
        // What is given with a key: a list that grows says nothing of keys.
        let is_keyed = facts.arguments_of(site).len() > 1;
        let is_put = resolved.effects.has(Effect::Grows) && !resolved.effects.has(Effect::Shifts);
        Some((site.scope, site.receiver_place.filter(|_| is_keyed && is_put)?))
    });
    elements.map(|write| (write.scope, write.place)).chain(added).collect()
}

/// Where elements of local variables are read or written.
fn where_indexed(facts: &FileFacts) -> FxHashMap<Name, Vec<ScopeId>> {
    let mut found: FxHashMap<Name, Vec<ScopeId>> = FxHashMap::default();
    for binding in &facts.bindings {
        let mut indexed = binding.uses.iter().filter(|own| own.kind == Use::Indexed).map(|own| own.scope).peekable();
        if indexed.peek().is_some() {
            found.entry(binding.name).or_default().extend(indexed);
        }
    }
    found
}

/// Where the body of a loop, its region and scope, asks a container for something; nowhere, if the container is made there.
/// The container is given as its place, and where that is indexed.
fn where_asked(
    facts: &FileFacts,
    (region, body): (Region, ScopeId),
    (place, indexed): (Name, &[ScopeId]),
    resolved: FileCalls,
) -> Vec<ScopeId> {
    let mut writes = facts.writes[region.writes.0 as usize..region.writes.1 as usize].iter();
    if writes.any(|write| write.place == place && write.kind == WriteKind::Assign) {
        return Vec::new();
    }
    let changes = EffectSet::of(&[Effect::Grows, Effect::Shrinks, Effect::Mutates]);
    let asks = |call: &CallId| {
        let site = facts.call(*call);
        let is_receiver = site.receiver_place == Some(place);
        match site.kind {
            CallKind::Membership => {
                is_receiver || facts.arguments_of(site).iter().any(|argument| argument.place == Some(place))
            }
            CallKind::Call => is_receiver && !resolved[call.index()].effects.meets(changes),
            _ => false,
        }
    };
    let calls = (region.calls.0..region.calls.1).map(CallId);
    let indexed = indexed.iter().copied().filter(|scope| facts.is_within(*scope, body));
    calls.filter(asks).map(|call| facts.call(call).scope).chain(indexed).collect()
}

/// Is what a call builds kept where its function may find it the next time: in a field, a global, behind a lock?
pub(super) fn keeps_what_it_builds(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let function = facts.function(facts.scope(facts.call(call).scope).function);
    let leaves_early = function.returns.len() > 1;
    let is_on_some_way = |scope: ScopeId| {
        leaves_early
            || facts.scopes_from(scope).any(|(_, scope)| matches!(scope.kind, ScopeKind::Branch | ScopeKind::Guarded))
    };
    let (first, last) = function.region.writes;
    let is_written = facts.writes[first as usize..last as usize].iter().any(|write| {
        matches!(write.kind, WriteKind::Assign | WriteKind::Element)
            && is_on_some_way(write.scope)
            && (!write.is_local || is_guard(program, file, function, write.place))
            && holds(facts, write.value, call, 0)
    });
    let (first, last) = function.region.calls;
    is_written
        || is_done_once(facts, call)
        || (first..last).map(CallId).any(|other| {
            let site = facts.call(other);
            program.resolved(file, other).effects.has(Effect::Grows)
                && is_on_some_way(site.scope)
                && outlives(program, file, site.callee)
                && facts.arguments_of(site).iter().any(|argument| holds(facts, argument.origin, call, 0))
        })
}

/// Is what a call builds built once? It stands in a branch that also notes something where the function finds it the next
/// time, most likely that it was done: `if (!ready) { client = new Client(); ready = true; }`. Or its function gives at once
/// what it has, and makes it otherwise: `if (own) return own; … own = …; return own`.
pub(super) fn is_done_once(facts: &FileFacts, call: CallId) -> bool {
    let site = facts.call(call);
    let function = facts.function(facts.scope(site.scope).function);
    let (first, last) = function.region.writes;
    let notes = facts.writes[first as usize..last as usize].iter();
    let mut notes = notes.filter(|write| write.kind == WriteKind::Assign && !write.is_local).peekable();
    if notes.peek().is_none() {
        return false;
    }
    let branches = || facts.scopes_from(site.scope).filter(|(_, scope)| scope.kind == ScopeKind::Branch);
    let gives = |place: &str| function.returns.iter().any(|origin| place_of(facts, *origin).as_deref() == Some(place));
    notes.any(|write| {
        branches().any(|(branch, _)| facts.is_within(write.scope, branch))
            || function.returns.len() > 1 && gives(facts.text(write.place))
    })
}

/// Does only the first caller get to a call: `if (started.compareAndSet(false, true)) { … }`?
pub(super) fn is_for_the_first(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let branches = || facts.scopes_from(site.scope).filter(|(_, scope)| scope.kind == ScopeKind::Branch);
    let (first, last) = facts.function(facts.scope(site.scope).function).region.calls;
    (first..last).map(CallId).any(|asked| {
        let test = facts.call(asked);
        test.used == Use::Tested
            && test.span.end <= site.span.start
            && program.resolved(file, asked).effects.has(Effect::Memoizes)
            && branches().any(|(_, branch)| branch.parent == Some(test.scope))
    })
}

/// Is what a call gives kept in a member of something, and asked for only if that is not there yet:
/// `if row.owner is None: row.owner = load(row.owner_id)`?
pub fn fills_member(facts: &FileFacts, call: CallId) -> bool {
    let site = facts.call(call);
    let function = facts.function(facts.scope(site.scope).function);
    let is_tested = |place: Name| {
        facts.bindings.iter().flat_map(|binding| &binding.uses).any(|own| {
            own.place == place
                && matches!(own.place_kind, Use::Tested | Use::Compared)
                && function.span.contains(own.span)
                && own.span.start < site.span.start
        })
    };
    let (first, last) = function.region.writes;
    facts.writes[first as usize..last as usize].iter().any(|write| {
        write.kind == WriteKind::Assign
            && facts.text(write.place).contains('.')
            && holds(facts, write.value, call, 0)
            && is_tested(write.place)
    })
}

/// Is a value what a call gave, or made with it: `Some(value)`, `(key, value)`?
fn holds(facts: &FileFacts, origin: OriginId, call: CallId, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let next = |origin: OriginId| holds(facts, origin, call, depth + 1);
    match facts.origin(origin) {
        Origin::Call(other) if other == call => true,
        Origin::Call(other) => {
            let site = facts.call(other);
            site.name.is_some() && next(site.callee)
                || facts.arguments_of(site).iter().any(|argument| next(argument.origin))
        }
        Origin::Tuple(start, end) | Origin::Join(start, end) => {
            facts.origin_list(start, end).iter().any(|member| next(*member))
        }
        _ => facts.source_of(origin).is_some_and(next),
    }
}

/// Is a local variable the guard of a lock on something that outlives the call?
fn is_guard(program: &Program, file: FileId, function: &Function, place: Name) -> bool {
    let facts = &program.file(file).facts;
    let is_here = |binding: &&Binding| {
        binding.name == place && facts.function(facts.scope(binding.scope).function).span == function.span
    };
    facts.bindings.iter().filter(is_here).any(|binding| outlives(program, file, binding.origin))
}

/// Does a value outlive the call of its function: a global, a parameter, what a lock guards, or a part of these?
fn outlives(program: &Program, file: FileId, origin: OriginId) -> bool {
    let facts = &program.file(file).facts;
    let mut origin = origin;
    for _ in 0..DEEPEST {
        match facts.origin(origin) {
            Origin::Global(..) | Origin::Parameter(..) | Origin::Import(_) => return true,
            Origin::Call(call) if program.resolved(file, call).effects.has(Effect::Locks) => return true,
            _ => {}
        }
        match facts.source_of(origin) {
            Some(source) => origin = source,
            None => return false,
        }
    }
    false
}

/// Does a write stand in a branch? What is assigned anyway is not remembered.
fn is_conditional(facts: &FileFacts, write: &Write) -> bool {
    facts
        .scopes_from(write.scope)
        .any(|(_, scope)| matches!(scope.kind, ScopeKind::Branch | ScopeKind::Guarded | ScopeKind::Attempt))
}

/// Is a value one of several, of which one stands at a place: `self.client or make()`?
fn is_one_of(facts: &FileFacts, origin: OriginId, place: &str) -> bool {
    let Origin::Join(start, end) = facts.origin(origin) else { return false };
    facts.origin_list(start, end).iter().any(|member| place_of(facts, *member).is_some_and(|text| text == place))
}

/// Does an origin lead to an element of a place?
fn is_element_of(facts: &FileFacts, origin: OriginId, place: &str, depth: usize) -> bool {
    if depth > 8 {
        return false;
    }
    match facts.origin(origin) {
        Origin::Item(inner) => place_of(facts, inner).is_some_and(|text| text == place),
        // `self.known.get(key)`
        Origin::Call(call) => {
            let site = facts.call(call);
            site.receiver_place.is_some_and(|receiver| facts.text(receiver) == place)
        }
        // `value, found := known[key]`
        Origin::Part(inner, 0)
        | Origin::Borrowed(inner)
        | Origin::Propagated(inner)
        | Origin::Ascribed(_, inner)
        | Origin::Await(inner) => is_element_of(facts, inner, place, depth + 1),
        // `return value, nil`
        Origin::Join(start, end) | Origin::Tuple(start, end) => {
            facts.origin_list(start, end).iter().any(|member| is_element_of(facts, *member, place, depth + 1))
        }
        _ => false,
    }
}

/// How a value that outlives a call is written: `self.known`, `KNOWN`.
fn place_of(facts: &FileFacts, origin: OriginId) -> Option<String> {
    match facts.origin(origin) {
        Origin::Global(_, name) => Some(facts.text(name).to_owned()),
        Origin::Parameter(function, place) => {
            let parameter = facts.function(function).parameters.get(place as usize)?;
            parameter.name.map(|name| facts.text(name).to_owned())
        }
        Origin::Member(owner, name) => Some(format!("{}.{}", place_of(facts, owner)?, facts.text(name))),
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => place_of(facts, inner),
        _ => None,
    }
}
