//! Where what a loop goes through comes from: is it known to be read from outside the program, and so as long as there
//! are data?
//!
//! Followed are the values of a function, what calls give that read, and what call sites hand to parameters. What a
//! request carries, and the parts of one row, may be many or few: of these nothing is known.

use std::cell::Cell;

use super::matching::{Candidate, calls_of, root_receiver};
use super::volume::{READS, element_source};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::resolve::GivenArgument;
use crate::program::{FunctionRef, LoopFrame, LoopSource, Program};
use crate::source::FileId;
use crate::syntax::Name;

/// Longer ways of a value are not followed.
const DEEPEST: usize = 8;

/// Of more values than these nothing is known: a function may be called from everywhere.
const MOST_VALUES: usize = 256;

/// What a function reads that gives what comes from elsewhere. The files that come with a program are few and short.
const ANSWERS: EffectSet = READS.without(EffectSet::of(&[Effect::FileIo]));

/// Gives what may be long: what was read, and what a text holds that was handed in.
const GIVES_DATA: EffectSet = READS.union(EffectSet::of(&[Effect::Parses]));

/// Asks a database, of which one row may be all that is given.
const ASKS_DATABASE: EffectSet = EffectSet::of(&[Effect::DbQuery, Effect::DbFetch]);

/// Does the loop of a finding, or one around it, go through what was read?
pub(super) fn goes_through_read(program: &Program, candidate: &Candidate) -> bool {
    let Some(frame) = candidate.frame else { return false };
    let around = &program.context(candidate.file, candidate.call).loops;
    let around = around.iter().filter(|other| other.class == LoopClass::Data);
    let search = Search { program, left: Cell::new(MOST_VALUES) };
    std::iter::once(&frame).chain(around).any(|frame| search.frame(candidate.file, frame))
}

/// A search for the places where values are read.
struct Search<'p, 'm> {
    program: &'p Program<'m>,
    /// How many values may still be looked at.
    left: Cell<usize>,
}

impl<'p> Search<'p, '_> {
    fn facts(&self, file: FileId) -> &'p FileFacts {
        &self.program.file(file).facts
    }

    fn frame(&self, file: FileId, frame: &LoopFrame) -> bool {
        let facts = self.facts(file);
        match frame.source {
            LoopSource::Loop(id) => self.goes_through_read(file, facts.loop_of(id), DEEPEST),
            LoopSource::Closure(id) => {
                facts.closure(id).given_to.is_some_and(|(call, _)| self.works_on_read(file, call, DEEPEST))
            }
            LoopSource::Call(call) => self.works_on_read(file, call, DEEPEST),
            LoopSource::Shown(_) => true,
        }
    }

    fn goes_through_read(&self, file: FileId, own: &Loop, depth: usize) -> bool {
        let function = self.facts(file).scope(own.scope).function;
        match own.iterable {
            Some(iterable) => self.is_read(file, function, (iterable, own.iterable_place), depth),
            None => self.goes_on_with_read(file, own, depth),
        }
    }

    /// Is the condition of a loop asked of what was read: `rows.Next()`, `results.next()`?
    fn goes_on_with_read(&self, file: FileId, own: &Loop, depth: usize) -> bool {
        let facts = self.facts(file);
        let mut calls = (own.region.calls.0..own.region.calls.1).map(CallId);
        calls.any(|call| {
            let site = facts.call(call);
            own.header.contains(site.span) && site.name.is_some() && self.works_on_read(file, call, depth)
        })
    }

    /// Is what a call works on read: its receiver, or an argument?
    fn works_on_read(&self, file: FileId, call: CallId, depth: usize) -> bool {
        let facts = self.facts(file);
        let site = facts.call(call);
        let function = facts.scope(site.scope).function;
        let receiver = site.name.map(|_| (site.callee, site.receiver_place));
        let arguments = facts.arguments_of(site).iter().map(|argument| (argument.origin, argument.place));
        receiver.into_iter().chain(arguments).any(|value| self.is_read(file, function, value, depth))
    }

    /// Is a value of a function read, or what the container is filled with that it is kept in?
    fn is_read(
        &self,
        file: FileId,
        function: FunctionId,
        (origin, place): (OriginId, Option<Name>),
        depth: usize,
    ) -> bool {
        self.is_made_of_read(file, origin, depth)
            || place.is_some_and(|place| self.is_filled(file, function, place, depth))
    }

    fn is_made_of_read(&self, file: FileId, origin: OriginId, depth: usize) -> bool {
        let (Some(depth), Some(left)) = (depth.checked_sub(1), self.left.get().checked_sub(1)) else { return false };
        self.left.set(left);
        let facts = self.facts(file);
        let next = |origin| self.is_made_of_read(file, origin, depth);
        match facts.origin(origin) {
            Origin::Call(call) => self.is_read_by(file, call, depth),
            Origin::Parameter(function, place) => self.is_given_read(file, function, place, depth),
            Origin::Collection(_, Some(element), None) => element_source(facts, element, 0).is_some_and(next),
            Origin::Member(inner, _) => self.is_answer(file, inner, depth),
            Origin::Borrowed(inner)
            | Origin::Propagated(inner)
            | Origin::Await(inner)
            | Origin::Ascribed(_, inner)
            | Origin::Entered(inner)
            | Origin::Part(inner, _)
            | Origin::Slice(inner, None) => next(inner),
            Origin::Join(start, end) => facts.origin_list(start, end).iter().any(|member| next(*member)),
            _ => false,
        }
    }

    /// Does a call read what it gives, itself or below it, or make it of what was read?
    fn is_read_by(&self, file: FileId, call: CallId, depth: usize) -> bool {
        let resolved = self.program.resolved(file, call);
        let reads = |function: FunctionRef| {
            let summary = &self.program.summaries[function.0 as usize];
            !summary.memoizes && summary.effects.iter().any(|reached| ANSWERS.has(reached.effect))
        };
        resolved.effects.meets(GIVES_DATA)
            || resolved.functions().any(reads)
            || resolved.iterates.is_some_and(|row| row.effects.meets(GIVES_DATA))
            || resolved.row().is_some() && self.works_on_read(file, call, depth)
    }

    /// Is it what a service answered, whose parts are what was asked for? The parts of one row are few.
    fn is_answer(&self, file: FileId, origin: OriginId, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match self.facts(file).origin(origin) {
            Origin::Call(call) => {
                let effects = self.program.resolved(file, call).effects;
                effects.meets(GIVES_DATA) && !effects.meets(ASKS_DATABASE)
            }
            Origin::Borrowed(inner)
            | Origin::Propagated(inner)
            | Origin::Await(inner)
            | Origin::Ascribed(_, inner)
            | Origin::Member(inner, _)
            | Origin::Part(inner, _) => self.is_answer(file, inner, depth),
            _ => false,
        }
    }

    /// Do all call sites give to a parameter what was read? What a function gives to itself, and tests to it, says nothing.
    fn is_given_read(&self, file: FileId, function: FunctionId, place: u16, depth: usize) -> bool {
        let program = self.program;
        let Some(resolver) = &program.resolvers[program.file(file).source.language] else { return false };
        let own = program.function_ref(file, function);
        let caller = |given: &GivenArgument| {
            let facts = self.facts(given.file);
            program.function_ref(given.file, facts.scope(facts.call(given.call).scope).function)
        };
        let is_telling = |given: &&GivenArgument| {
            let caller = caller(given);
            caller != own && !program.tests[caller.0 as usize]
        };
        let mut given = resolver.given_to(own, place).iter().filter(is_telling).peekable();
        given.peek().is_some()
            && given.all(|given| {
                let facts = self.facts(given.file);
                let site = facts.call(given.call);
                let argument = facts.arguments_of(site).iter().find(|argument| argument.origin == given.origin);
                let place = argument.and_then(|argument| argument.place);
                self.is_read(given.file, facts.scope(site.scope).function, (given.origin, place), depth)
            })
    }

    /// Is a container filled with what was read: by the call that reads, or by a loop over such data?
    fn is_filled(&self, file: FileId, function: FunctionId, place: Name, depth: usize) -> bool {
        let (Some(depth), Some(left)) = (depth.checked_sub(1), self.left.get().checked_sub(1)) else { return false };
        self.left.set(left);
        let facts = self.facts(file);
        calls_of(facts.function(function).region).any(|call| {
            let site = facts.call(call);
            let effects = self.program.resolved(file, call).effects;
            let takes = |argument: &Argument| {
                argument.place == Some(place) && matches!(facts.origin(argument.origin), Origin::Borrowed(_))
            };
            let is_grown = || effects.has(Effect::Grows) && root_receiver(self.program, file, call).0 == Some(place);
            effects.meets(READS) && facts.arguments_of(site).iter().any(takes)
                || is_grown() && self.stands_in_loop_over_read(file, site.scope, depth)
        })
    }

    fn stands_in_loop_over_read(&self, file: FileId, scope: ScopeId, depth: usize) -> bool {
        let facts = self.facts(file);
        facts.scopes_from(scope).any(|(_, scope)| match scope.kind {
            ScopeKind::Loop(id) => self.goes_through_read(file, facts.loop_of(id), depth),
            _ => false,
        })
    }
}
