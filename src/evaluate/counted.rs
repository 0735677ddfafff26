//! Rows that are loaded to be counted: what becomes of the result of a query, in its function and in those that it is
//! returned to.
//!
//! It does not know how many rows there are. A query that may have a limit, by its words, is left alone.

use super::matching::{Candidate, binding_of_call};
use super::values::{Container, bare, binding_of, container};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::resolve::{argument_at, locate};
use crate::model::table::Laziness;
use crate::program::{Program, Target};
use crate::source::FileId;

/// How many functions deep a result is followed to the query.
const DEEPEST: usize = 3;

/// Words in the names of methods, and keys of their settings, that say how many rows come, or put them together.
const BOUNDS: &[&str] = &[
    "distinct", "first", "group", "limit", "max", "offset", "page", "pageable", "paged", "paginate", "range", "skip",
    "take", "top",
];

const READS: EffectSet = EffectSet::of(&[Effect::DbQuery, Effect::DbFetch]);
const WRITES: EffectSet = EffectSet::of(&[Effect::DbWrite, Effect::DbCommit]);

/// Is what the call counts or tests loaded from a database for nothing else?
pub(super) fn is_loaded_to_count(program: &mut Program, candidate: &Candidate) -> bool {
    let file = candidate.file;
    let facts = &program.file(file).facts;
    let site = *candidate.site(program);
    let Some(counted) = counted(facts, &site).filter(|_| counts_here(program, file, candidate.call)) else {
        return false;
    };
    // A single row can be tested too.
    let may_be_one = site.kind == CallKind::Test;
    if !is_loaded(program, file, counted.origin, may_be_one, DEEPEST) {
        return false;
    }
    match counted.place {
        None => true,
        Some(name) => binding_of(&program.file(file).facts, counted.origin, name)
            .is_some_and(|binding| is_only_counted(program, file, binding, &site)),
    }
}

/// The value that a call counts or tests.
fn counted(facts: &FileFacts, site: &CallSite) -> Option<Container> {
    let receiver = Container { origin: site.callee, place: site.receiver_place, depend: site.receiver_depend };
    match site.kind {
        CallKind::Test => Some(receiver),
        CallKind::Attribute => Some(receiver),
        CallKind::Call if site.name.is_some() && facts.arguments_of(site).is_empty() => Some(receiver),
        CallKind::Call if site.name.is_none() => match facts.arguments_of(site) {
            [only] if !only.is_spread => container(facts, site),
            _ => None,
        },
        _ => None,
    }
}

/// Does a call count what the program has, rather than ask a database how many there are?
fn counts_here(program: &Program, file: FileId, call: CallId) -> bool {
    let effects = program.resolved(file, call).effects;
    let asks = effects.meets(READS.union(EffectSet::of(&[Effect::LazyLoad])));
    effects.has(Effect::Counts) && (effects.has(Effect::Materializes) || !asks)
}

/// Does a call ask a database how many there are, and is the answer only looked at to see whether it is none?
pub(super) fn is_asked_for_any(program: &Program, candidate: &Candidate) -> bool {
    let (file, call) = (candidate.file, candidate.call);
    let facts = &program.file(file).facts;
    let site = candidate.site(program);
    if !program.resolved(file, call).effects.has(Effect::Counts) || counts_here(program, file, call) {
        return false;
    }
    let is_tested = |at: &UseSite| at.kind == Use::Tested;
    // `query.Count(&number)`
    let filled = facts.arguments_of(site).iter().find_map(|argument| match facts.origin(argument.origin) {
        Origin::Borrowed(inner) => binding_of(facts, inner, argument.place?),
        _ => None,
    });
    let mut variable = filled;
    if variable.is_none() && site.used == Use::Bound {
        variable = binding_of_call(facts, call);
    }
    match variable {
        Some(binding) => {
            let mut others = binding.uses.iter().filter(|at| !site.span.contains(at.span)).peekable();
            !binding.is_shared && others.peek().is_some() && others.all(is_tested)
        }
        None => site.used == Use::Tested,
    }
}

/// Does making the value load rows?
fn is_loaded(program: &mut Program, file: FileId, origin: OriginId, may_be_one: bool, depth: usize) -> bool {
    let facts = &program.file(file).facts;
    let Origin::Call(call) = facts.origin(bare(facts, origin)) else { return false };
    if is_bounded(facts, call) || sends_unknown_text(program, file, call) {
        return false;
    }
    let resolved = program.resolved(file, call);
    let Some(row) = resolved.row() else { return is_loaded_below(program, file, call, may_be_one, depth) };
    if resolved.effects.meets(READS) && !resolved.effects.meets(WRITES) {
        return !may_be_one || resolved.effects.has(Effect::Materializes);
    }
    // A query that is built here, and not one that may have been loaded before.
    if row.laziness != Laziness::Lazy {
        return false;
    }
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return false };
    let made = resolver.infer(&program.files, file, origin).instance();
    let length = made.and_then(|id| resolver.length_row(id));
    length.is_some_and(|row| row.effects.has(Effect::Materializes) && row.effects.has(Effect::DbQuery))
}

/// Does a function of the program do nothing but load what it returns?
fn is_loaded_below(program: &mut Program, file: FileId, call: CallId, may_be_one: bool, depth: usize) -> bool {
    let [Target::Function(function)] = program.resolved(file, call).targets[..] else { return false };
    let (file, function) = locate(&program.files, function);
    let facts = &program.file(file).facts;
    let returns = facts.function(function).returns.clone();
    let mut queries = returns.iter().filter(|origin| facts.origin(bare(facts, **origin)) != Origin::Null);
    let (Some(query), None) = (queries.next().copied(), queries.next()) else { return false };
    depth > 0 && is_loaded(program, file, query, may_be_one, depth - 1)
}

/// Do the words of a query, or what it is given, say how many rows there may be?
fn is_bounded(facts: &FileFacts, call: CallId) -> bool {
    let mut next = Some(call);
    while let Some(call) = next {
        let site = facts.call(call);
        let called = site.name.or(site.text);
        let is_given = |argument: &Argument| {
            let mut keys = facts.entries_of(argument.origin).iter().filter_map(|entry| entry.key);
            argument.keyword.is_some_and(|keyword| bounds(facts.text(keyword)))
                || argument.place.is_some_and(|place| bounds(facts.text(place)))
                || keys.any(|key| bounds(&facts.strings[key.0 as usize]))
                || facts.literal_text(argument.origin).is_some_and(|text| text.to_ascii_lowercase().contains("limit"))
        };
        if called.is_some_and(|name| bounds(facts.text(name))) || facts.arguments_of(site).iter().any(is_given) {
            return true;
        }
        next = match facts.origin(bare(facts, site.callee)) {
            // `query.setMaxResults(1);` before the call.
            _ if site.receiver_place.is_some() => return is_bounded_before(facts, site),
            Origin::Call(before) => Some(before),
            _ => None,
        };
    }
    false
}

/// Does a query, or what it is asked of, send a text that is put together elsewhere, and may have a limit?
fn sends_unknown_text(program: &mut Program, file: FileId, call: CallId) -> bool {
    let language = program.file(file).source.language;
    let mut next = Some(call);
    while let Some(call) = next {
        let facts = &program.file(file).facts;
        let site = facts.call(call);
        let sent = program.resolved(file, call).row().and_then(|row| row.sends.as_ref());
        let sent = sent.and_then(|place| argument_at(facts, call, place)).map(|argument| argument.origin);
        next = match facts.origin(bare(facts, site.callee)) {
            Origin::Call(before) => Some(before),
            _ => None,
        };
        let Some(unknown) = sent.filter(|origin| facts.literal_text(*origin).is_none()) else { continue };
        let Some(resolver) = &mut program.resolvers[language] else { return false };
        let given = resolver.infer(&program.files, file, unknown).instance();
        if given.is_some_and(|given| resolver.is_text(given)) {
            return true;
        }
    }
    false
}

/// Is the variable that a query is kept in told how many rows it may give?
fn is_bounded_before(facts: &FileFacts, query: &CallSite) -> bool {
    let own =
        facts.calls.iter().filter(|site| site.callee == query.callee && site.receiver_place == query.receiver_place);
    own.filter_map(|site| site.name).any(|name| bounds(facts.text(name)))
}

/// Does a name have a word that bounds how many there are?
fn bounds(name: &str) -> bool {
    let mut word = String::new();
    let mut is_found = false;
    for letter in name.chars().chain(['_']) {
        if letter.is_ascii_lowercase() {
            word.push(letter);
            continue;
        }
        is_found |= BOUNDS.contains(&word.as_str());
        word.clear();
        if letter.is_ascii_uppercase() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    is_found
}

/// Is a variable counted, tested, asked for something else, and nothing more? The first such use speaks for all.
fn is_only_counted(program: &Program, file: FileId, binding: &Binding, site: &CallSite) -> bool {
    let facts = &program.file(file).facts;
    let counts = |at: &UseSite| match at.kind {
        Use::Tested => true,
        Use::Argument => calls_around(facts, at).any(|call| {
            let is_given = |argument: &Argument| argument.span == at.span;
            counts_here(program, file, call) && facts.arguments_of(facts.call(call)).iter().any(is_given)
        }),
        Use::Receiver => calls_around(facts, at)
            .any(|call| facts.call(call).callee == binding.origin && is_counted(program, file, call)),
        _ => false,
    };
    // Another query, which the loaded rows do not answer.
    let is_built = match facts.origin(bare(facts, binding.origin)) {
        Origin::Call(call) => program.resolved(file, call).row().is_some_and(|row| row.laziness == Laziness::Lazy),
        _ => false,
    };
    let is_another_query = |at: &UseSite| {
        let sends = EffectSet::of(&[Effect::DbQuery, Effect::DbWrite]);
        at.kind == Use::Receiver
            && calls_around(facts, at).any(|call| {
                let resolved = program.resolved(file, call);
                facts.call(call).callee == binding.origin
                    && (resolved.effects.meets(sends)
                        || resolved.row().is_some_and(|row| is_built && row.laziness == Laziness::Lazy))
            })
    };
    let first = binding.uses.iter().find(|at| counts(at));
    !binding.is_shared
        && first.is_some_and(|first| site.span.contains(first.span))
        && binding.uses.iter().all(|at| counts(at) || is_another_query(at))
}

/// Does a call count its receiver, or choose of it what is counted then?
fn is_counted(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let resolved = program.resolved(file, call);
    if counts_here(program, file, call) {
        return true;
    }
    let chooses = resolved.row().is_some_and(|row| row.repeats.is_some() && !row.effects.meets(READS.union(WRITES)));
    chooses
        && match facts.call(call).used {
            Use::Receiver => {
                let consumer =
                    facts.calls.iter().position(|site| facts.origin(bare(facts, site.callee)) == Origin::Call(call));
                consumer.is_some_and(|at| is_counted(program, file, CallId(at as u32)))
            }
            Use::Bound => binding_of_call(facts, call).is_some_and(|binding| {
                let is_count = |at: &UseSite| {
                    at.kind == Use::Receiver
                        && calls_around(facts, at)
                            .any(|next| facts.call(next).callee == binding.origin && counts_here(program, file, next))
                };
                !binding.is_shared && !binding.uses.is_empty() && binding.uses.iter().all(is_count)
            }),
            _ => false,
        }
}

/// The calls that are written around a read of a variable.
fn calls_around<'f>(facts: &'f FileFacts, at: &UseSite) -> impl Iterator<Item = CallId> + 'f {
    let span = at.span;
    let scope = at.scope;
    (0..facts.calls.len() as u32)
        .map(CallId)
        .filter(move |call| facts.call(*call).scope == scope && facts.call(*call).span.contains(span))
}
