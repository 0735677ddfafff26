//! Loops that are no walk over single elements: each turn takes many at once, a page, or what happens next.
//!
//! Told by what a turn does with its own values, not by names. How many a turn takes is not looked at, only that it
//! takes a part that may be large.

use super::resolve::locate;
use crate::effect::Effect;
use crate::facts::*;
use crate::program::{FileCalls, FunctionRef, ProgramFile, ResolvedCalls};
use crate::source::FileId;
use crate::syntax::Name;

/// How deep the values of a turn are followed.
const DEEPEST: usize = 16;

/// How many functions below a loop one that waits is looked for.
const CALLEES: usize = 2;

/// Does a turn take a part of what is left: `ids.drain(..n)`, `ids[:500]`?
pub(super) fn takes_parts(facts: &FileFacts, own: &Loop, resolved: FileCalls) -> bool {
    let turn = Turn { facts, own, resolved };
    let drains = turn.calls().any(|call| {
        let site = facts.call(call);
        let has_range =
            facts.arguments_of(site).iter().any(|argument| matches!(facts.origin(argument.origin), Origin::Range));
        has_range && resolved[call.index()].effects.has(Effect::Shrinks) && !turn.makes(site.callee, 0)
    });
    let is_part = |origin| match facts.origin(origin) {
        Origin::Slice(whole, Some(length)) => length > 1 && !turn.makes(whole, 0),
        _ => false,
    };
    drains || turn.writes().any(|write| is_part(write.value))
}

/// Does a turn begin where the last one ended: is what it asks for told by the end of what it asked for before?
pub(super) fn goes_on_from_its_end(facts: &FileFacts, own: &Loop, resolved: FileCalls) -> bool {
    let turn = Turn { facts, own, resolved };
    turn.writes().any(|write| {
        let asked = turn.asked_for_end_of(write);
        asked.is_some_and(|call| turn.is_carried(call))
    })
}

/// Does a turn wait for something to happen, itself or in a function near by?
pub(super) fn waits_for_event(
    files: &[ProgramFile],
    file: FileId,
    calls: (u32, u32),
    resolved: &ResolvedCalls,
) -> bool {
    waits_within(files, file, calls, resolved, 0)
}

fn waits_within(
    files: &[ProgramFile],
    file: FileId,
    calls: (u32, u32),
    resolved: &ResolvedCalls,
    depth: usize,
) -> bool {
    let waits = |function: FunctionRef| {
        let (file, id) = locate(files, function);
        let region = files[file.0 as usize].facts.function(id).region;
        waits_within(files, file, region.calls, resolved, depth + 1)
    };
    (calls.0..calls.1)
        .map(|call| resolved.get(file, CallId(call)))
        .any(|call| call.effects.has(Effect::WaitsForEvent) || depth < CALLEES && call.functions().any(waits))
}

/// Is a scope a branch that handles what has gathered, once it is enough: `if len(rows) >= 500: save(rows); rows = []`?
/// What gathers there is counted and grown by the loop around it, and emptied in the branch.
pub(super) fn empties_what_is_full(facts: &FileFacts, id: ScopeId, around: &Loop, resolved: FileCalls) -> bool {
    let turn = Turn { facts, own: around, resolved };
    let is_inside = |scope: ScopeId| facts.is_within(scope, id);
    let written =
        turn.writes().filter(|write| is_inside(write.scope) && turn.is_emptied(write)).map(|write| write.place);
    let cleared = turn.calls().filter_map(|call| {
        let site = facts.call(call);
        let clears = resolved[call.index()].effects.has(Effect::Shrinks) && facts.arguments_of(site).is_empty();
        site.receiver_place.filter(|_| clears && is_inside(site.scope))
    });
    written.chain(cleared).any(|place| turn.is_counted(place) && turn.is_grown(place, &is_inside))
}

/// What stands in a loop.
struct Turn<'a, 'm> {
    facts: &'a FileFacts,
    own: &'a Loop,
    resolved: FileCalls<'a, 'm>,
}

impl<'a> Turn<'a, '_> {
    fn calls(&self) -> impl Iterator<Item = CallId> + 'a {
        (self.own.region.calls.0..self.own.region.calls.1).map(CallId)
    }

    fn writes(&self) -> impl Iterator<Item = &'a Write> + 'a {
        let (first, last) = self.own.region.writes;
        self.facts.writes[first as usize..last as usize].iter()
    }

    fn has(&self, call: CallId) -> bool {
        (self.own.region.calls.0..self.own.region.calls.1).contains(&call.0)
    }

    /// Does a value come out of a call of the turn?
    fn makes(&self, origin: OriginId, depth: usize) -> bool {
        match self.facts.origin(origin) {
            Origin::Call(call) if self.has(call) => true,
            _ if depth > DEEPEST => true,
            _ => self.facts.source_of(origin).is_some_and(|source| self.makes(source, depth + 1)),
        }
    }

    /// The call of the turn whose first or last element a write keeps a part of.
    fn asked_for_end_of(&self, write: &Write) -> Option<CallId> {
        let mut takes_end = self.reads_end(write);
        let mut origin = write.value;
        for _ in 0..DEEPEST {
            if let Origin::Call(call) = self.facts.origin(origin)
                && self.has(call)
            {
                let effects = self.resolved[call.index()].effects;
                if takes_end && !effects.has(Effect::TakesEnd) {
                    return Some(call);
                }
                takes_end |= effects.has(Effect::TakesEnd);
            }
            origin = self.facts.source_of(origin)?;
        }
        None
    }

    /// Does the statement of a write index something at its first or last position?
    fn reads_end(&self, write: &Write) -> bool {
        let start = write.span.start;
        self.facts.bindings.iter().flat_map(|binding| &binding.uses).any(|site| {
            site.statement == start && (site.kind == Use::FirstOrLast || site.place_kind == Use::FirstOrLast)
        })
    }

    /// Does a call get what an earlier turn left?
    fn is_carried(&self, call: CallId) -> bool {
        let bit = self.facts.scope(self.own.scope).bit();
        let site = self.facts.call(call);
        let arguments = self.facts.arguments_of(site).iter().map(|argument| argument.depend);
        arguments.fold(site.receiver_depend, Depend::or).carried & bit != 0
    }

    fn is_emptied(&self, write: &Write) -> bool {
        match write.kind {
            // `mem::take(&mut rows)`
            WriteKind::Exposed => true,
            WriteKind::Assign => match self.facts.origin(write.value) {
                Origin::Collection(_, _, length) => length == Some(0),
                // `Vec::new()`
                Origin::Call(call) => {
                    let site = self.facts.call(call);
                    site.name.is_none() && site.receiver_place.is_none()
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Is the number of elements of a place compared with something?
    fn is_counted(&self, place: Name) -> bool {
        self.calls().any(|call| {
            let site = self.facts.call(call);
            let is_of_place = site.receiver_place == Some(place)
                || self.facts.arguments_of(site).iter().any(|argument| argument.place == Some(place));
            let is_compared = matches!(site.used, Use::Ordered | Use::Compared);
            is_of_place && is_compared && self.resolved[call.index()].effects.has(Effect::Counts)
        })
    }

    fn is_grown(&self, place: Name, is_inside: &dyn Fn(ScopeId) -> bool) -> bool {
        self.calls().any(|call| {
            let site = self.facts.call(call);
            let grows = self.resolved[call.index()].effects.has(Effect::Grows);
            grows && site.receiver_place == Some(place) && !is_inside(site.scope)
        })
    }
}
