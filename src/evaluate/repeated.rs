//! Calls that ask again what was asked before: the same callee, given the same, earlier in the same function, with nothing
//! in between that might have changed the answer.
//!
//! Two values are the same where the code that makes them is, piece by piece, and the names in it were not assigned in
//! between. Of a piece that facts do not tell (an index, a text that is put together) nothing is claimed. A call of which
//! nobody knows what it does might change anything.

use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::summarize::{effects_where_it_stands, witness_chain};
use crate::model::table::Laziness;
use crate::program::{Cases, FunctionRef, Program};
use crate::source::{FileId, Span};
use crate::syntax::Name;

use super::matching::{Candidate, calls_of, leaf_row};

/// Values are compared to this depth.
const DEEPEST: usize = 24;

/// What a question costs that is answered from memory, not far away.
const NEAR: &str = "1lan";

/// Stands in a text where a value is put in.
const HOLE: &str = "{}";

/// What may change what a question is answered with, or waits until somebody has.
const CHANGES: EffectSet = EffectSet::of(&[
    Effect::DbWrite,
    Effect::DbCommit,
    Effect::Sleep,
    Effect::Locks,
    Effect::WaitsForEvent,
    Effect::Subprocess,
]);

/// The earlier call that asked the same. Of several that ask it again the first is told.
pub(super) fn asked_before(program: &Program, candidate: &Candidate) -> Option<CallId> {
    let file = candidate.file;
    if candidate.site(program).kind != CallKind::Call || !asks_whenever_it_runs(program, candidate) {
        return None;
    }
    // What is kept under a key is written by calls like those that read it.
    let is_near = leaf_row(program, candidate).is_some_and(|row| row.cost == NEAR);
    let earlier = earlier(program, file, candidate.call, is_near)?;
    self::earlier(program, file, earlier, is_near).is_none().then_some(earlier)
}

/// The last call before this one that asked the same, if that is not known to have changed since; with `is_alone` only where
/// nothing else was asked in between.
fn earlier(program: &Program, file: FileId, call: CallId, is_alone: bool) -> Option<CallId> {
    let facts = &program.file(file).facts;
    let later = whole(program, file, call);
    let region = facts.function(facts.scope(later.scope).function).region;
    let mut before = (region.calls.0..call.0).rev().map(CallId);
    let earlier = before.find(|other| {
        let earlier = whole(program, file, *other);
        earlier.span.end <= later.span.start
            && earlier.name == later.name
            && program.resolved(file, *other).targets == program.resolved(file, call).targets
            && has_run(facts, earlier.scope, later.scope)
            && Same { facts, depth: 0 }.calls(earlier, later)
    })?;
    let between = Between { program, file, earlier: whole(program, file, earlier), later, region };
    (between.is_unchanged() && !((is_alone || later.used == Use::Tested) && between.asks_others())).then_some(earlier)
}

/// All of a query: of a call that only begins one, the last of those that add to it.
fn whole<'p>(program: &'p Program, file: FileId, call: CallId) -> &'p CallSite {
    program.file(file).facts.call(program.additions(file, call).last().unwrap_or(call))
}

/// Does a query go out each time, other than one that writes?
fn asks_whenever_it_runs(program: &Program, candidate: &Candidate) -> bool {
    let reached = &candidate.effect.reached;
    let remembers = |call: &(FileId, CallId)| {
        let mut functions = program.resolved(call.0, call.1).functions();
        functions.any(|function| {
            let summary = &program.summaries[function.0 as usize];
            summary.memoizes || summary.memoizes_for_now
        })
    };
    let in_all_cases = |function: FunctionRef| {
        let entry = program.summaries[function.0 as usize].get(reached.effect);
        entry.is_some_and(|entry| entry.cases == Cases::All)
    };
    !reached.writes
        && reached.via.is_none_or(in_all_cases)
        // What keeps rows answers a second time itself.
        && leaf_row(program, candidate).is_none_or(|row| row.laziness != Laziness::Conditional)
        && !effects(program, candidate.file, candidate.call).meets(CHANGES)
        && !witness_chain(program, candidate.file, reached).iter().any(remembers)
}

fn effects(program: &Program, file: FileId, call: CallId) -> EffectSet {
    let effects = effects_where_it_stands(program, file, call);
    effects
        .iter()
        .fold(program.resolved(file, call).effects, |all, effect| all.union(EffectSet::of(&[effect.reached.effect])))
}

/// Has code of the one scope run, and in the same turn of all loops, when code of the other does?
fn has_run(facts: &FileFacts, earlier: ScopeId, later: ScopeId) -> bool {
    facts.scope(earlier).depth == facts.scope(later).depth && facts.is_within(later, earlier)
}

/// What stands between two calls that ask the same.
struct Between<'p, 'm> {
    program: &'p Program<'m>,
    file: FileId,
    earlier: &'p CallSite,
    later: &'p CallSite,
    /// Of their function.
    region: Region,
}

impl<'p> Between<'p, '_> {
    fn has(&self, span: Span) -> bool {
        self.earlier.span.end <= span.start && span.end <= self.later.span.start
    }

    fn calls(&self) -> impl Iterator<Item = (CallId, &'p CallSite)> {
        let facts = &self.program.file(self.file).facts;
        calls_of(self.region).map(|call| (call, facts.call(call))).filter(|(_, site)| self.has(site.span))
    }

    /// Is the answer known to be the same still?
    fn is_unchanged(&self) -> bool {
        let facts = &self.program.file(self.file).facts;
        let writes = &facts.writes[self.region.writes.0 as usize..self.region.writes.1 as usize];
        // A variable that is given a value once has none before.
        let is_first = |write: &Write| {
            write.kind == WriteKind::Assign
                && write.is_local
                && writes.iter().filter(|other| other.place == write.place).count() == 1
        };
        !writes.iter().any(|write| self.has(write.span) && !is_first(write))
            && !self.calls().any(|(call, site)| self.may_change(call, site) || self.is_on_argument(site))
    }

    /// Might a call change what a question is answered with?
    fn may_change(&self, call: CallId, site: &CallSite) -> bool {
        let resolved = self.program.resolved(self.file, call);
        let is_unknown = resolved.targets.is_empty() && resolved.effects.is_empty();
        match site.kind {
            CallKind::Enter | CallKind::Leave => true,
            CallKind::Call if is_unknown => !makes_value(&self.program.file(self.file).facts, site),
            _ => effects(self.program, self.file, call).meets(CHANGES),
        }
    }

    /// Is it a call on what the question is given, as on an object that holds conditions?
    fn is_on_argument(&self, site: &CallSite) -> bool {
        let facts = &self.program.file(self.file).facts;
        let mut given = facts.arguments_of(self.later).iter().filter_map(|argument| argument.place);
        site.kind == CallKind::Call && site.receiver_place.is_some_and(|receiver| given.any(|place| place == receiver))
    }

    /// Does something else ask others in the meantime? Who looks at a state again after that wants to know whether it has
    /// changed.
    fn asks_others(&self) -> bool {
        let asks = EffectSet::of(&[Effect::Network, Effect::DbQuery]);
        self.calls().any(|(call, _)| effects(self.program, self.file, call).meets(asks))
    }
}

/// Is the callee a name with a capital letter, called on nothing? That is a class or a variant, which makes a value.
fn makes_value(facts: &FileFacts, site: &CallSite) -> bool {
    let name = match facts.origin(site.callee) {
        Origin::Global(_, name) => Some(name),
        Origin::Import(import) => Some(facts.imports[import.index()].binding),
        Origin::Class(_) => return true,
        _ => None,
    };
    site.name.is_none() && name.is_some_and(|name| facts.text(name).starts_with(char::is_uppercase))
}

/// Compares what values are made of.
struct Same<'f> {
    facts: &'f FileFacts,
    depth: usize,
}

impl Same<'_> {
    fn deeper(&self) -> Self {
        Same { facts: self.facts, depth: self.depth + 1 }
    }

    fn calls(&self, left: &CallSite, right: &CallSite) -> bool {
        let arguments = (self.facts.arguments_of(left), self.facts.arguments_of(right));
        left.kind == right.kind
            && left.name == right.name
            && left.type_arguments == right.type_arguments
            && arguments.0.len() == arguments.1.len()
            && self.deeper().places(left.receiver_place, right.receiver_place, left.callee, right.callee)
            && arguments.0.iter().zip(arguments.1).all(|(left, right)| self.arguments(left, right))
    }

    fn arguments(&self, left: &Argument, right: &Argument) -> bool {
        let are_same = match (self.facts.comparison(left), self.facts.comparison(right)) {
            (Some(left), Some(right)) => {
                left.operator == right.operator
                    && self.deeper().values(left.left, right.left)
                    && self.deeper().values(left.right, right.right)
            }
            _ => self.deeper().places(left.place, right.place, left.origin, right.origin),
        };
        left.keyword == right.keyword && left.is_spread == right.is_spread && are_same
    }

    /// Values of one variable are the same, whatever it holds; otherwise what they are made of tells.
    fn places(&self, left: Option<Name>, right: Option<Name>, own: OriginId, other: OriginId) -> bool {
        left.is_some() && left == right && own == other || self.values(own, other)
    }

    fn values(&self, left: OriginId, right: OriginId) -> bool {
        if self.depth > DEEPEST {
            return false;
        }
        if left == right && self.facts.origin(left) != Origin::Unknown {
            return true;
        }
        let all = |left: &[OriginId], right: &[OriginId]| {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| self.deeper().values(*left, *right))
        };
        match (self.facts.origin(left), self.facts.origin(right)) {
            (Origin::Call(left), Origin::Call(right)) => {
                left == right || self.calls(self.facts.call(left), self.facts.call(right))
            }
            (Origin::Await(left), Origin::Await(right))
            | (Origin::Element(left), Origin::Element(right))
            | (Origin::Propagated(left), Origin::Propagated(right))
            | (Origin::Borrowed(left), Origin::Borrowed(right))
            | (Origin::Ascribed(_, left), Origin::Ascribed(_, right)) => self.deeper().values(left, right),
            (Origin::Member(left, own), Origin::Member(right, other)) => {
                own == other && self.deeper().values(left, right)
            }
            (Origin::Part(left, own), Origin::Part(right, other)) => own == other && self.deeper().values(left, right),
            (Origin::Generic(left, own), Origin::Generic(right, other)) => {
                own == other && self.deeper().values(left, right)
            }
            (Origin::Tuple(a, b), Origin::Tuple(c, d)) | (Origin::Join(a, b), Origin::Join(c, d)) => {
                all(self.facts.origin_list(a, b), self.facts.origin_list(c, d))
            }
            (Origin::Collection(own, _, Some(count)), Origin::Collection(other, _, Some(other_count))) => {
                own == other && count == other_count && self.displays(left, right, count as usize)
            }
            (Origin::String(Some(left)), Origin::String(Some(right))) => {
                let text = &self.facts.strings[left.0 as usize];
                // What fills a text that is put together, its value does not say.
                *text == self.facts.strings[right.0 as usize] && !text.contains(HOLE)
            }
            (
                own @ (Origin::Global(..)
                | Origin::Import(_)
                | Origin::Function(_)
                | Origin::Class(_)
                | Origin::Parameter(..)
                | Origin::ClosureParameter(..)
                | Origin::Integer(Some(_))
                | Origin::Bool(Some(_))
                | Origin::Null),
                other,
            ) => own == other,
            _ => false,
        }
    }

    /// Do displays hold the same under the same keys?
    fn displays(&self, left: OriginId, right: OriginId, count: usize) -> bool {
        let (left, right) = (self.facts.entries_of(left), self.facts.entries_of(right));
        let text = |entry: &Entry| entry.key.map(|key| &self.facts.strings[key.0 as usize]);
        left.len() == count
            && right.len() == count
            && left.iter().zip(right).all(|(left, right)| {
                left.key.is_some() && text(left) == text(right) && self.deeper().values(left.value, right.value)
            })
    }
}
