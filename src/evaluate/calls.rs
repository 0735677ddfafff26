//! What is called, with what, and what the function does with what it gets: conditions that look at one call.

use super::matching::{Candidate, binding_of_call};
use crate::facts::*;
use crate::link::resolve::argument_at;
use crate::link::summarize::witness_chain;
use crate::program::{LoopSource, Program};
use crate::source::FileId;

/// Views and copies of a sequence that a loop may be written over.
const LONGEST_CHAIN: usize = 4;

/// Is it a call of one of these paths?
pub(super) fn is_one_of(program: &Program, file: FileId, call: CallId, paths: &[String]) -> bool {
    program.resolved(file, call).row().is_some_and(|row| paths.iter().any(|path| *path == row.path))
}

/// Does the loop go through what one of these gives?
pub(super) fn goes_through(program: &Program, candidate: &Candidate, paths: &[String]) -> bool {
    let facts = &program.file(candidate.file).facts;
    let Some(LoopSource::Loop(id)) = candidate.frame.map(|frame| frame.source) else { return false };
    let mut iterable = facts.loop_of(id).iterable;
    for _ in 0..LONGEST_CHAIN {
        let Some(Origin::Call(call)) = iterable.map(|origin| facts.origin(origin)) else { return false };
        if is_one_of(program, candidate.file, call, paths) {
            return true;
        }
        // `sorted(names)`, `enumerate(names)`
        iterable = facts.arguments_of(facts.call(call)).first().map(|first| first.origin);
    }
    false
}

/// Does the loop go through what one of these splits a text into? A text of many lines, or one that was read from
/// outside the program, is as long as there are data.
pub(super) fn goes_through_parts(program: &Program, candidate: &Candidate, paths: &[String]) -> bool {
    let facts = &program.file(candidate.file).facts;
    let Some(LoopSource::Loop(id)) = candidate.frame.map(|frame| frame.source) else { return false };
    let mut iterable = facts.loop_of(id).iterable;
    for _ in 0..LONGEST_CHAIN {
        let Some(Origin::Call(call)) = iterable.map(|origin| facts.origin(origin)) else { return false };
        let site = facts.call(call);
        let separator = facts.arguments_of(site).first().and_then(|first| facts.literal_text(first.origin));
        // Whatever is split at a text is one.
        let is_named =
            site.name.is_some_and(|name| paths.iter().any(|path| path.ends_with(&format!(".{}", facts.text(name)))));
        let is_known =
            program.resolved(candidate.file, call).row().is_none() || is_one_of(program, candidate.file, call, paths);
        if is_named && is_known {
            return separator.is_some_and(|text| !text.contains('\n'))
                && !super::volume::is_read(program, candidate.file, site.callee, 0);
        }
        // `filter(None, parts)`, `set(parts)`
        let row = program.resolved(candidate.file, call).row();
        let through = row.and_then(|row| row.iterates.as_ref()).and_then(|place| argument_at(facts, call, place));
        iterable = through.or(facts.arguments_of(site).first()).map(|argument| argument.origin);
    }
    false
}

/// Does the receiver or the first argument have one of these words in its name or text?
pub(super) fn is_named(program: &Program, candidate: &Candidate, words: &[String]) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let first = facts.arguments_of(site).first();
    // `cache.values().set(…)`: what that was asked of.
    let asked = match facts.origin(site.callee) {
        Origin::Call(inner) if site.name.is_some() => facts.call(inner).receiver_place,
        _ => None,
    };
    let places = [site.receiver_place, asked, first.and_then(|first| first.place)];
    let names = places.into_iter().flatten().map(|place| facts.text(place));
    let text = first.and_then(|first| facts.literal_text(first.origin));
    names.chain(text).any(|name| {
        let name = name.to_ascii_lowercase();
        words.iter().any(|word| name.contains(word.as_str()))
    })
}

/// Is the first argument the same whenever the function runs?
pub(super) fn has_fixed_argument(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let first = facts.arguments_of(candidate.site(program)).first();
    first.is_some_and(|first| is_of_nothing(first.depend))
}

/// Does it depend on nothing that its function is given? Of a callee that is known only where it is given nothing.
pub(super) fn is_independent(program: &Program, candidate: &Candidate) -> bool {
    let site = candidate.site(program);
    let is_given_nothing = site.arguments.0 == site.arguments.1 && is_of_nothing(site.receiver_depend);
    is_of_nothing(candidate.effect.depend) && (candidate.effect.reached.via.is_none() || is_given_nothing)
}

fn is_of_nothing(depend: Depend) -> bool {
    depend.element | depend.carried | depend.volatile | depend.parameters == 0
}

/// Does a call of one of these share a text with this one, so that both are about the same thing?
pub(super) fn is_made_alongside(program: &Program, candidate: &Candidate, paths: &[String]) -> bool {
    let facts = &program.file(candidate.file).facts;
    let texts = |call: CallId| {
        let arguments = facts.arguments_of(facts.call(call)).iter();
        arguments.filter_map(|argument| facts.literal_text(argument.origin)).map(str::to_ascii_lowercase)
    };
    let own: Vec<String> = texts(candidate.call).collect();
    (0..facts.calls.len() as u32)
        .map(CallId)
        .any(|call| is_one_of(program, candidate.file, call, paths) && texts(call).any(|text| own.contains(&text)))
}

/// Does the function keep what it has to give back for itself, and never give it back?
pub(super) fn is_left_open(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let Some(row) = program.resolved(candidate.file, candidate.call).row() else { return false };
    if row.closed_by.is_empty() {
        return false;
    }
    // What it makes may keep it alive where it is returned.
    let gives_back = |at: &UseSite| {
        facts.calls.iter().any(|call| {
            let closes = call.name.is_some_and(|name| row.closed_by.iter().any(|known| known == facts.text(name)));
            call.span.start == at.span.start
                && call.receiver_place.is_some()
                && (closes || call.used == Use::Returned && !call.awaited)
        })
    };
    let site = candidate.site(program);
    match site.used {
        Use::Discarded => true,
        Use::Bound => binding_of_call(facts, candidate.call).is_some_and(|binding| {
            let is_looked_at = |at: &UseSite| matches!(at.kind, Use::Receiver | Use::Tested | Use::Compared);
            // A closure may outlive the function, and give it back later.
            let is_captured = |at: &UseSite| is_in_closure(facts, at.scope) && !is_in_closure(facts, binding.scope);
            !binding.is_shared && binding.uses.iter().all(|at| is_looked_at(at) && !gives_back(at) && !is_captured(at))
        }),
        _ => false,
    }
}

fn is_in_closure(facts: &FileFacts, scope: ScopeId) -> bool {
    facts.scopes_from(scope).any(|(_, scope)| matches!(scope.kind, ScopeKind::Closure(_)))
}

/// Is the loop a search that ends with the first answer, which the function returns, or that the answer ends?
pub(super) fn is_first_answer(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    if goes_on_until_answered(program, candidate) {
        return true;
    }
    let exits_early = match candidate.frame.map(|frame| frame.source) {
        Some(LoopSource::Loop(id)) => facts.loop_of(id).exits_early,
        _ => false,
    };
    // What a generator yields is no end.
    let function = facts.scope(candidate.site(program).scope).function;
    exits_early && facts.function(function).yields.is_empty() && is_returned(program, candidate)
}

/// Does the answer only say whether a loop over no collection goes on: `while (await isTaken(name)) name = next(name)`?
/// What the next turn asks for is then not made of the answer, and most answers are the last.
fn goes_on_until_answered(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let Some(LoopSource::Loop(id)) = candidate.frame.map(|frame| frame.source) else { return false };
    let around = facts.loop_of(id);
    if around.iterable.is_some() {
        return false;
    }
    let site = candidate.site(program);
    let is_test = |used: Use| matches!(used, Use::Tested | Use::Compared);
    if is_test(site.used) {
        return around.exits_early || around.header.contains(site.span);
    }
    let binding = if site.used == Use::Bound { binding_of_call(facts, candidate.call) } else { None };
    binding.is_some_and(|binding| {
        let ends = |at: &UseSite| around.exits_early || around.header.contains(at.span);
        !binding.is_shared && binding.uses.iter().all(|at| is_test(at.kind)) && binding.uses.iter().any(ends)
    })
}

/// Is its result what the function returns, at once or by way of a variable?
pub(super) fn is_returned(program: &Program, candidate: &Candidate) -> bool {
    program.file(candidate.file).facts.is_result(candidate.call)
}

/// Do all functions on the way return what the last call of it gives?
pub(super) fn is_returned_by_all(program: &Program, candidate: &Candidate) -> bool {
    let chain = witness_chain(program, candidate.file, &candidate.effect.reached);
    chain.into_iter().all(|(file, call)| program.file(file).facts.is_result(call))
}

/// Is one of the things that a call is given to wait for awaited before the next is begun: `[await a(), await b()]`, or
/// an `await` in a comprehension?
pub fn is_given_awaited(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let all = facts.call(candidate.call).span;
    // What was awaited before is a value like any other.
    let is_awaited_here = |awaited: OriginId| {
        facts.awaits.iter().any(|site| site.origin == awaited && site.span != all && all.contains(site.span))
    };
    let is_awaited = |origin: &OriginId| match facts.origin(*origin) {
        Origin::Await(inner) => matches!(facts.origin(inner), Origin::Call(_)) && is_awaited_here(inner),
        _ => false,
    };
    let arguments = facts.arguments_of(facts.call(candidate.call));
    let is_collection = |origin: &OriginId| matches!(facts.origin(*origin), Origin::Collection(_, Some(_), _));
    let given = || arguments.iter().map(|argument| argument.origin);
    // A comprehension has one element, which stands for all.
    let (begun, stands_for_all) = match given().find(is_collection) {
        Some(origin) => (facts.members_of(origin), matches!(facts.origin(origin), Origin::Collection(_, _, None))),
        None => (given().collect(), false),
    };
    // What comes last holds nothing up.
    let last = if stands_for_all { begun.len() } else { begun.len().saturating_sub(1) };
    begun[..last].iter().any(is_awaited)
}
