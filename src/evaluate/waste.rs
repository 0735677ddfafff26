//! Waste: copies and collections that nobody needs, and what to write instead.
//!
//! A copy is wasted when the original is not used again, or when the copy is only looked at. A collection is wasted
//! when its elements are gone through once, at once, by code that could take them from the iterator. What cannot be
//! shown from the uses of the variables involved is not claimed: captured variables, code in macros that could not be
//! read, calls of which nobody knows what they change.

use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::resolve::matched_arguments;
use crate::link::summarize::effects_of_call;
use crate::model::table::Laziness;
use crate::program::{FunctionRef, Program};
use crate::rule::condition::Waste;
use crate::source::{FileId, Span};
use crate::syntax::{CollectionKind, LoopKind, Name, TypeForm};

/// A value that need not be made.
#[derive(Clone, Debug)]
pub struct Wasted {
    /// Why.
    pub kind: Waste,
    /// What to write instead, in words.
    pub remedy: String,
    /// The code to write instead of it, or of a borrow of it; empty when there is more to change.
    pub replacement: String,
}

impl Wasted {
    /// A value for which more than itself has to change.
    pub(super) fn with_remedy(kind: Waste, remedy: String) -> Wasted {
        Wasted { kind, remedy, replacement: String::new() }
    }
}

/// Is what a call makes wasted?
pub fn wasted(program: &mut Program, file: FileId, call: CallId) -> Option<Wasted> {
    let site = *program.file(file).facts.call(call);
    if site.kind != CallKind::Call || !site.certain {
        return None;
    }
    let effects = program.resolved(file, call).effects;
    if let Some(wasted) = super::copied_elements::copied_before_choice(program, file, call) {
        return Some(wasted);
    }
    if site.name.is_none() && site.arguments.1 - site.arguments.0 == 1 {
        return listed_argument(program, file, call).or_else(|| copied_for_call(program, file, call));
    }
    if site.name.is_none() || site.arguments.0 != site.arguments.1 {
        return None;
    }
    if effects.has(Effect::Materializes) && !effects.has(Effect::RunsConcurrently) {
        return wasted_collection(program, file, call);
    }
    if effects.has(Effect::Copies) || effects.has(Effect::Formats) {
        return wasted_copy(program, file, call);
    }
    None
}

// ---- copies ---------------------------------------------------------------------------------------------------------

fn wasted_copy(program: &mut Program, file: FileId, call: CallId) -> Option<Wasted> {
    let site = *program.file(file).facts.call(call);
    let member = site.name.map(|name| program.file(file).facts.text(name))?;
    let language = program.file(file).source.language;
    if !crate::lang::all()[language].profile().copy_members.contains(&member) {
        return None;
    }
    if site.used == Use::Bound
        && let Some(wasted) = super::borrowing::copied_to_be_read(program, file, call)
    {
        return Some(wasted);
    }
    let place = site.receiver_place?;
    let receiver = program.resolved(file, call).receiver?;
    let text = program.file(file).facts.text(place).to_owned();
    let resolver = program.resolvers[language].as_mut()?;
    let result = resolver.call(&program.files, file, call).results().instance();
    let is_text = resolver.is_text(receiver);
    let same_type = result == Some(receiver);
    let text_to_text = is_text && result.is_some_and(|result| resolver.is_text(result));
    let formats = program.resolved(file, call).effects.has(Effect::Formats) && !text_to_text;
    let resolver = program.resolvers[language].as_mut()?;
    let is_costly = formats || text_to_text || resolver.is_costly_to_copy(&program.files, receiver);
    if !is_costly && !resolver.may_be_costly_to_copy(&program.files, receiver) {
        return None;
    }
    if same_type && is_last_use(program, file, call) {
        let kind = if is_costly { Waste::LastUse } else { Waste::LastUseOfAny };
        let facts = &program.file(file).facts;
        let binding = binding_read_at(facts, site.span.start, site.receiver_place).map(|(binding, _)| binding);
        return Some(match binding.and_then(|binding| borrowed_where_made(facts, binding)) {
            Some(_) => Wasted::with_remedy(kind, format!("bind `{text}` without the `&`, and move it")),
            None => Wasted { kind, remedy: format!("move it: `{text}`"), replacement: text },
        });
    }
    if !is_costly {
        return None;
    }
    if !(same_type || text_to_text || formats) {
        return None;
    }
    let kind = if formats { Waste::FormattedToRead } else { Waste::OnlyRead };
    match site.used {
        // Of two texts that are compared with each other, the first speaks for both.
        Use::Compared | Use::Ordered if formats && is_second_of_two(program, file, call) => None,
        // Texts of all types are equal to each other, but ordered only with their own.
        Use::Ordered if text_to_text && !same_type => None,
        Use::Compared | Use::Ordered => Some(match references_of_receiver(program, file, call) {
            Some(references) => {
                let kept = if same_type { references } else { references.saturating_sub(1) };
                let replacement = format!("{}{text}", "*".repeat(kept as usize));
                Wasted { kind, remedy: format!("compare `{replacement}` itself"), replacement }
            }
            None => {
                let remedy = format!("compare `{text}` itself, dereferenced if it is a reference");
                Wasted::with_remedy(kind, remedy)
            }
        }),
        Use::Receiver if formats => {
            let facts = &program.file(file).facts;
            let outer = receiving_call(facts, Origin::Call(call), call.0)?;
            let name = facts.text(facts.call(outer).name?);
            if crate::lang::all()[language].profile().length_member == Some(name) {
                return Some(Wasted::with_remedy(kind, format!("ask `{text}` for its length")));
            }
            let compares = crate::lang::all()[language].profile().comparing_members.contains(&name);
            (compares && is_given_the_same(facts, outer, &site))
                .then(|| Wasted::with_remedy(kind, format!("compare `{text}` itself")))
        }
        Use::Receiver if same_type || text_to_text => {
            let outer = receiving_call(&program.file(file).facts, Origin::Call(call), call.0)?;
            if is_disturbed(program, file, call, place) {
                return None;
            }
            if super::borrowing::gives_value_of_its_own(program, file, outer, receiver) {
                let remedy = format!("ask `{text}` itself");
                return Some(Wasted { kind, remedy, replacement: text });
            }
            super::borrowing::lent_remedy(program, file, outer, receiver, &text)
                .filter(|_| same_type)
                .map(|remedy| Wasted::with_remedy(kind, remedy))
        }
        Use::Borrowed => {
            let outer = argument_of(program, file, call)?;
            if is_disturbed(program, file, call, place) {
                return None;
            }
            let (remedy, replacement) = borrowed_remedy(program, file, call, outer, &text, same_type)?;
            Some(Wasted { kind, remedy, replacement })
        }
        _ => None,
    }
}

/// Is the only argument of a call made in the same way as its receiver: `a.to_string().cmp(&b.to_string())`?
fn is_given_the_same(facts: &FileFacts, outer: CallId, site: &CallSite) -> bool {
    let [argument] = facts.arguments_of(facts.call(outer)) else { return false };
    let origin = match facts.origin(argument.origin) {
        Origin::Borrowed(inner) => facts.origin(inner),
        origin => origin,
    };
    matches!(origin, Origin::Call(other) if facts.call(other).name == site.name)
}

/// Is it compared with the result of the same kind of call?
fn is_second_of_two(program: &mut Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let first = (call.0.saturating_sub(4)..call.0).map(CallId).find(|first| {
        let first = facts.call(*first);
        matches!(first.used, Use::Compared | Use::Ordered)
            && first.name == site.name
            && first.scope == site.scope
            && first.span.end < site.span.start
            && site.span.start - first.span.end <= 8
    });
    first.is_some_and(|first| wasted(program, file, first).is_some())
}

/// The call that a value is an argument of, by reference.
fn argument_of(program: &Program, file: FileId, call: CallId) -> Option<CallId> {
    let facts = &program.file(file).facts;
    (call.0.saturating_sub(24)..call.0).rev().map(CallId).find(|outer| {
        facts.arguments_of(facts.call(*outer)).iter().any(|argument| match facts.origin(argument.origin) {
            Origin::Borrowed(inner) => facts.origin(inner) == Origin::Call(call),
            _ => false,
        })
    })
}

/// What to hand over instead of a borrowed copy, in words and as code; `None` where the callee may want exactly the type
/// of the copy. The code is empty where more has to change.
fn borrowed_remedy(
    program: &mut Program,
    file: FileId,
    call: CallId,
    outer: CallId,
    text: &str,
    same_type: bool,
) -> Option<(String, String)> {
    let references = references_of_receiver(program, file, call);
    if same_type {
        return Some(match references {
            Some(0) => (format!("borrow it: `&{text}`"), format!("&{text}")),
            Some(1) => (format!("hand over `{text}` as it is"), text.to_owned()),
            Some(more) => {
                let code = format!("{}{text}", "*".repeat(more as usize - 1));
                (format!("hand over `{code}`"), code)
            }
            None => (format!("hand over a reference to `{text}`"), String::new()),
        });
    }
    let as_it_is = || {
        let code = if references == Some(1) { text.to_owned() } else { String::new() };
        (format!("hand over `{text}` as it is"), code)
    };
    let facts = &program.file(file).facts;
    let resolved = program.resolved(file, outer);
    let row = resolved.row();
    let Some(row) = row else {
        return takes_what_is_copied(program, file, call, outer).then(as_it_is);
    };
    // A search through a sequence compares with values of its own type.
    let language = program.file(file).source.language;
    let resolver = program.resolvers[language].as_ref()?;
    let in_sequence = resolved.receiver.is_some_and(|receiver| resolver.is_sequence(receiver));
    if in_sequence {
        let receiver = facts.call(outer).receiver_place.map(|place| facts.text(place).to_owned())?;
        let scans = row.effects.has(Effect::Searches);
        let remedy = format!("compare without it: `{receiver}.iter().any(|item| item == {text})`");
        return scans.then_some((remedy, String::new()));
    }
    Some(as_it_is())
}

/// Does a function of the project that gets a copy by reference want no more than a reference to what is copied?
fn takes_what_is_copied(program: &mut Program, file: FileId, call: CallId, outer: CallId) -> bool {
    let facts = &program.files[file.0 as usize].facts;
    let site = facts.call(outer);
    let is_copy = |argument: &Argument| match facts.origin(argument.origin) {
        Origin::Borrowed(inner) => facts.origin(inner) == Origin::Call(call),
        _ => false,
    };
    let at = facts.arguments_of(site).iter().position(is_copy);
    let functions: Vec<FunctionRef> = program.resolved(file, outer).functions().collect();
    let (Some(at), [function]) = (at, &functions[..]) else { return false };
    let (home, function) = program.function(*function);
    let declared = &program.files[home.0 as usize].facts;
    let pairs = matched_arguments(facts, site, declared, function);
    let Some((_, place)) = pairs.into_iter().find(|(argument, _)| *argument == at) else { return false };
    let parameter = declared.function(function).parameters[place as usize].declared;
    let copied = program.resolved(file, call).receiver;
    let language = program.files[file.0 as usize].source.language;
    let (Some(parameter), Some(copied), Some(resolver)) = (parameter, copied, program.resolvers[language].as_mut())
    else {
        return false;
    };
    let is_reference = declared.types[parameter.0 as usize].form == TypeForm::Reference;
    let module = declared.function(function).module;
    is_reference && resolver.type_values(&program.files, home, module, parameter).instance() == Some(copied)
}

/// How many references stand before the receiver of a call, when that is certain.
pub(super) fn references_of_receiver(program: &mut Program, file: FileId, call: CallId) -> Option<u32> {
    let facts = &program.files[file.0 as usize].facts;
    let site = facts.call(call);
    let is_attribute = site.receiver_place.is_some_and(|place| facts.text(place).contains('.'));
    let origin = site.callee;
    let resolver = program.resolvers[program.files[file.0 as usize].source.language].as_mut()?;
    match is_attribute {
        true => resolver.references_of_attribute(&program.files, file, origin),
        false => resolver.references(&program.files, file, origin),
    }
}

/// Does code around the copy, in the same expression, use the original in a way that the copy makes possible?
fn is_disturbed(program: &Program, file: FileId, call: CallId, place: Name) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let around = (call.0.saturating_sub(32)..call.0)
        .map(CallId)
        .filter(|outer| facts.call(*outer).span.contains(site.span) && facts.call(*outer).span != site.span);
    around.into_iter().any(|outer| {
        let span = facts.call(outer).span;
        let others = uses_in(program, file, span, |span| !site.span.contains(span));
        others.iter().any(|other| overlap(facts, other.root_place, place) && !is_harmless(program, file, other))
            || is_written(facts, span, place)
    })
}

/// Is the receiver of a copying call a local variable of its own, and is this the last that is done with it?
fn is_last_use(program: &mut Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let site = *facts.call(call);
    if matches!(
        site.used,
        Use::Borrowed | Use::Exposed | Use::Compared | Use::Ordered | Use::Receiver | Use::Discarded | Use::Formatted
    ) || program.context(file, call).is_handler
    {
        return false;
    }
    let Some((binding, at)) = binding_read_at(facts, site.span.start, site.receiver_place) else { return false };
    let variable = binding;
    let binding = &facts.bindings[variable.index()];
    let read = binding.uses[at];
    let is_whole = read.place == binding.name && at + 1 == binding.uses.len() && !binding.is_shared;
    if !is_whole || !runs_at_most_once(facts, read.scope, binding.scope) {
        return false;
    }
    let beside: Vec<UseSite> =
        binding.uses[..at].iter().filter(|earlier| earlier.statement == read.statement).copied().collect();
    let written_later = facts.writes.iter().any(|write| {
        write.span.start > site.span.end
            && facts.scope(write.scope).function == facts.scope(site.scope).function
            && is_part_or_same(facts.text(write.place), facts.text(binding.name))
            && write.place != binding.name
    });
    let (origin, home) = (binding.origin, binding.scope);
    // What the same statement has read before may still be borrowed, unless it was a number or the like.
    if beside.into_iter().any(|earlier| !gives_plain_value(program, file, earlier, home)) {
        return false;
    }
    if written_later || is_borrowed_later(program, file, call, read) {
        return false;
    }
    let facts = &program.file(file).facts;
    // `let x = &mut T::new()`: nobody else has what is borrowed there.
    let origin = borrowed_where_made(facts, variable).unwrap_or(origin);
    let language = program.file(file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    resolver.is_owned(&program.files, file, origin)
}

/// What a variable borrows, when that is made in the same statement and has no other name.
fn borrowed_where_made(facts: &FileFacts, binding: BindingId) -> Option<OriginId> {
    let binding = &facts.bindings[binding.index()];
    let value = match facts.origin(binding.origin) {
        Origin::Ascribed(_, value) => value,
        _ => binding.origin,
    };
    let Origin::Borrowed(inner) = facts.origin(value) else { return None };
    let Origin::Call(made) = facts.origin(inner) else { return None };
    let made = facts.call(made).span;
    // `&mut` and nothing else stands before it.
    let is_there = binding.source.contains(made) && binding.source.end == made.end;
    (is_there && made.start - binding.source.start <= "&mut ".len() as u32).then_some(inner)
}

/// Is the variable read for something that borrows from nothing: a number, a truth value?
/// `home` is the scope of the variable.
fn gives_plain_value(program: &mut Program, file: FileId, site: UseSite, home: ScopeId) -> bool {
    let facts = &program.files[file.0 as usize].facts;
    let call = facts.calls.iter().position(|call| {
        call.span.start == site.span.start && call.receiver_place == Some(site.place) && call.kind == CallKind::Call
    });
    let Some(call) = call.map(|call| CallId(call as u32)) else { return false };
    // A closure keeps what it reads.
    let is_kept = facts
        .scopes_from(site.scope)
        .take_while(|(id, _)| *id != home)
        .any(|(_, scope)| matches!(scope.kind, ScopeKind::Closure(_) | ScopeKind::Async(_)));
    let language = program.files[file.0 as usize].source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    !is_kept && resolver.makes_plain_value(&program.files, file, call)
}

/// Is there nothing but branches between two scopes?
fn runs_at_most_once(facts: &FileFacts, inner: ScopeId, outer: ScopeId) -> bool {
    for (id, scope) in facts.scopes_from(inner) {
        if id == outer {
            return true;
        }
        if !matches!(
            scope.kind,
            ScopeKind::Branch | ScopeKind::Guarded | ScopeKind::Attempt | ScopeKind::OneTurn(_) | ScopeKind::Handler
        ) {
            return false;
        }
    }
    false
}

/// Is something that may borrow from the variable used after this read?
fn is_borrowed_later(program: &mut Program, file: FileId, call: CallId, read: UseSite) -> bool {
    let facts = &program.file(file).facts;
    let Some((binding, at)) = binding_read_at(facts, read.span.start, Some(read.place)) else { return true };
    let home = facts.bindings[binding.index()].scope;
    let mut borrowed: Vec<UseSite> = facts.bindings[binding.index()].uses[..at].to_vec();
    borrowed.retain(|site| !gives_plain_value(program, file, *site, home));
    let facts = &program.file(file).facts;
    let own = facts.scope(read.scope).function;
    let end = facts.call(call).span.start;
    let mut suspects: Vec<BindingId> = Vec::new();
    let mut next = 0;
    while next < borrowed.len() {
        let early = borrowed[next];
        next += 1;
        for (number, other) in facts.bindings.iter().enumerate() {
            let id = BindingId(number as u32);
            let in_function = facts.scope(other.scope).function == own;
            if !in_function || id == binding || suspects.contains(&id) {
                continue;
            }
            let from_it = other.source.contains(early.span) && !other.source.is_empty()
                || is_parameter_of_closure_given(facts, other, early.span);
            let keeps_it = other.uses.iter().any(|site| {
                site.statement == early.statement && matches!(site.place_kind, Use::Receiver | Use::Exposed)
            });
            if from_it || keeps_it {
                suspects.push(id);
                borrowed.extend(other.uses.iter().filter(|site| site.span.start < end));
            }
        }
        if suspects.len() > 16 || borrowed.len() > 128 {
            return true;
        }
    }
    let language = program.file(file).source.language;
    suspects.into_iter().any(|id| {
        let other = &program.files[file.0 as usize].facts.bindings[id.index()];
        let (origin, is_used) = (other.origin, other.is_shared || other.uses.iter().any(|site| site.span.start > end));
        let Some(resolver) = program.resolvers[language].as_mut() else { return true };
        is_used && !resolver.holds_no_borrow(&program.files, file, origin)
    })
}

/// Does a closure get its parameter from a chain of calls in which this stands?
fn is_parameter_of_closure_given(facts: &FileFacts, binding: &Binding, read: Span) -> bool {
    let ScopeKind::Closure(closure) = facts.scope(binding.scope).kind else { return false };
    let closure = facts.closure(closure);
    let chain = closure.given_to.map(|(call, _)| facts.call(call).span);
    chain.is_some_and(|chain| chain.contains(read)) && !closure.span.contains(read)
}

/// The variable that is read at a place of the text, and which of its reads that is.
pub(super) fn binding_read_at(facts: &FileFacts, start: u32, place: Option<Name>) -> Option<(BindingId, usize)> {
    let place = place?;
    facts.bindings.iter().enumerate().find_map(|(number, binding)| {
        let at = binding.uses.iter().position(|site| site.span.start == start && site.place == place)?;
        Some((BindingId(number as u32), at))
    })
}

// ---- collections ----------------------------------------------------------------------------------------------------

/// How the elements of a collection are gone through.
struct Consumption {
    kind: Waste,
    /// The code that runs while they are.
    span: Span,
    remedy: String,
    /// Does it stop before the end?
    stops: bool,
}

fn wasted_collection(program: &mut Program, file: FileId, call: CallId) -> Option<Wasted> {
    if !is_plain_chain(program, file, call) {
        return None;
    }
    let kept = kept_last(program, file, call);
    if let Some(remedy) = kept {
        return Some(Wasted::with_remedy(Waste::KeptLast, remedy));
    }
    let language = program.file(file).source.language;
    let site = *program.file(file).facts.call(call);
    let binding = binding_of(&program.file(file).facts, call);
    let resolver = program.resolvers[language].as_mut()?;
    let result = match binding {
        Some(id) => {
            let origin = program.files[file.0 as usize].facts.bindings[id.index()].origin;
            resolver.infer(&program.files, file, origin).instance()
        }
        None => resolver.call(&program.files, file, call).results().instance(),
    };
    let is_sequence = result.is_some_and(|result| resolver.is_sequence(result));
    let consumption = match binding {
        Some(id) => consumption_of_binding(program, file, call, id)?,
        None => consumption_at_once(program, file, call)?,
    };
    // Where the elements are handed on, other collections than sequences change them: they sort, or drop twins.
    if !is_sequence {
        return None;
    }
    let mut chain = uses_in(program, file, site.span, |_| true);
    let facts = &program.file(file).facts;
    if consumption.stops && changes_something(program, file, site.span) {
        return None;
    }
    let others = uses_in(program, file, consumption.span, |span| !site.span.contains(span));
    // What closures of the chain bind for themselves is nobody else's.
    chain.retain(|used| !site.span.contains(facts.bindings[used.binding.index()].span));
    lend(program, file, &mut chain);
    let facts = &program.file(file).facts;
    // The work of the chain takes turns with that of the loop from now on: all of it has to be known.
    let interleaves = consumption.kind != Waste::Streamed;
    if interleaves && calls_somebody_unknown(program, file, site.span) {
        return None;
    }
    let disturbed = chain.iter().any(|one| {
        others.iter().any(|other| {
            overlap(facts, one.root_place, other.root_place)
                && !(is_harmless(program, file, one) && is_harmless(program, file, other))
        }) || is_written_outside(facts, consumption.span, site.span, one.root_place)
    });
    if disturbed || (interleaves && changes_something(program, file, site.span)) {
        return None;
    }
    Some(Wasted::with_remedy(consumption.kind, consumption.remedy))
}

/// Adds what the variables borrow from: who goes through a part of something goes through that.
fn lend(program: &mut Program, file: FileId, chain: &mut Vec<PlaceUse>) {
    const MOST: usize = 64;
    let mut next = 0;
    while next < chain.len() && chain.len() < MOST {
        let binding = &program.files[file.0 as usize].facts.bindings[chain[next].binding.index()];
        next += 1;
        let (source, origin) = (binding.source, binding.origin);
        if source.is_empty() {
            continue;
        }
        let language = program.file(file).source.language;
        let Some(resolver) = program.resolvers[language].as_mut() else { return };
        if resolver.is_owned(&program.files, file, origin) || resolver.holds_no_borrow(&program.files, file, origin) {
            continue;
        }
        let lenders = uses_in(program, file, source, |_| true);
        let is_new = |lender: &PlaceUse| !chain.iter().any(|own| own.site == lender.site);
        let lenders: Vec<PlaceUse> = lenders.into_iter().filter(is_new).collect();
        chain.extend(lenders);
    }
}

/// Does the chain of calls before the collection start at a variable, and do nothing but go through it?
fn is_plain_chain(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let mut site = facts.call(call);
    let allowed = EffectSet::of(&[
        Effect::Pure,
        Effect::Allocates,
        Effect::LinearScan,
        Effect::CpuLight,
        Effect::LooksUp,
        Effect::TakesEnd,
    ]);
    for _ in 0..16 {
        if site.receiver_place.is_some() {
            return true;
        }
        match facts.origin(site.callee) {
            Origin::Call(inner) => {
                let resolved = program.resolved(file, inner);
                if !resolved.effects.without(allowed).is_empty() || !facts.call(inner).certain {
                    return false;
                }
                if facts.call(inner).name.is_none() {
                    // `once(x)`, `a.zip(b)` as a path: nothing is known of what it holds.
                    return false;
                }
                site = facts.call(inner);
            }
            Origin::Range => return true,
            _ => return false,
        }
    }
    false
}

/// The calls that a chain is made of, the last first.
fn chain_of(facts: &FileFacts, call: CallId) -> impl Iterator<Item = CallId> + '_ {
    std::iter::successors(Some(call), |last| match facts.origin(facts.call(*last).callee) {
        Origin::Call(inner) => Some(inner),
        _ => None,
    })
    .take(16)
}

/// The variable that a result is bound to, whole.
pub(super) fn binding_of(facts: &FileFacts, call: CallId) -> Option<BindingId> {
    let site = facts.call(call);
    let found = facts.bindings.iter().position(|binding| {
        let origin = match facts.origin(binding.origin) {
            Origin::Ascribed(_, inner) => facts.origin(inner),
            origin => origin,
        };
        origin == Origin::Call(call) && binding.source.start == site.span.start
    })?;
    Some(BindingId(found as u32))
}

/// What goes through a collection where it is made.
fn consumption_at_once(program: &Program, file: FileId, call: CallId) -> Option<Consumption> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    match site.used {
        Use::Iterated => consuming_loop(facts, Origin::Call(call), Waste::Looped),
        Use::Receiver => consuming_method(program, file, call, receiving_call(facts, Origin::Call(call), call.0)?),
        // Of a collection without a name the first: `[…][0]`.
        Use::FirstOrLast => {
            let remedy = "take the first as it comes: `.next()`".into();
            Some(Consumption { kind: Waste::Streamed, span: site.span, remedy, stops: true })
        }
        Use::Argument => {
            let outer = call_given(facts, call.0, |argument| facts.origin(argument.origin) == Origin::Call(call))?;
            consuming_argument(program, file, outer)
        }
        _ => None,
    }
}

/// What goes through a collection that is bound to a variable, when that is all that is done with it.
fn consumption_of_binding(program: &Program, file: FileId, call: CallId, id: BindingId) -> Option<Consumption> {
    let facts = &program.file(file).facts;
    let binding = &facts.bindings[id.index()];
    let [only] = binding.uses[..] else { return None };
    if binding.is_shared || only.place != binding.name || only.scope != binding.scope {
        // A loop's header stands in the scope around the loop.
        return None;
    }
    // What a chain borrows from a guard would be gone with the guard at the end of the statement.
    if chain_of(facts, call).any(|inner| program.resolved(file, inner).row().is_some_and(|row| row.guards)) {
        return None;
    }
    let start = facts.call(call).span.end;
    let mut found = match only.kind {
        Use::Iterated => consuming_loop_at(facts, only.span, Waste::Later),
        Use::Argument => {
            let outer = facts
                .calls
                .iter()
                .position(|outer| facts.arguments_of(outer).iter().any(|argument| argument.span == only.span))?;
            consuming_argument(program, file, CallId(outer as u32))
        }
        Use::Receiver => {
            let is_asked = |site: &CallSite| {
                site.kind == CallKind::Call
                    && site.span.start == only.span.start
                    && site.receiver_place == Some(binding.name)
                    && site.callee == binding.origin
            };
            let outer = CallId(facts.calls.iter().rposition(is_asked)? as u32);
            // What only borrows the elements may need them for longer than the iterator gives them.
            let is_lazy = program.resolved(file, outer).row()?.laziness == Laziness::Lazy;
            let takes_them = facts.call(outer).name.is_some_and(|name| facts.text(name).starts_with("into"));
            (takes_them || !is_lazy).then(|| consuming_method(program, file, call, outer)).flatten()
        }
        _ => None,
    }?;
    // Of an iterator the same cannot always be asked.
    let is_asked = only.kind == Use::Receiver && found.kind == Waste::Streamed;
    found.kind = if is_asked { Waste::AskedLater } else { Waste::Later };
    found.span = Span { start, end: found.span.end };
    Some(found)
}

fn consuming_loop(facts: &FileFacts, origin: Origin, kind: Waste) -> Option<Consumption> {
    let own = facts.loops.iter().find(|own| own.iterable.is_some_and(|iterable| facts.origin(iterable) == origin))?;
    (!own.is_async).then(|| loop_consumption(own, kind))
}

fn consuming_loop_at(facts: &FileFacts, iterable: Span, kind: Waste) -> Option<Consumption> {
    let own = facts.loops.iter().find(|own| own.header.contains(iterable) && own.header.end == iterable.end)?;
    (!own.is_async).then(|| loop_consumption(own, kind))
}

fn loop_consumption(own: &Loop, kind: Waste) -> Consumption {
    Consumption { kind, span: own.span, remedy: "let the loop go through the iterator itself".into(), stops: false }
}

/// A method that iterators have too, called on the collection.
fn consuming_method(program: &Program, file: FileId, inner: CallId, outer: CallId) -> Option<Consumption> {
    let facts = &program.file(file).facts;
    let row = program.resolved(file, outer).row()?;
    if row.piecewise.is_empty() {
        return None;
    }
    let site = facts.call(outer);
    let is_lazy = row.laziness == Laziness::Lazy;
    if !is_lazy {
        // All of the elements, or the first few of them: what runs is what ran before.
        let stops = row.piecewise.contains("is_none") || row.piecewise.starts_with("any") || row.piecewise == "next()";
        let remedy = format!("leave the collection out: `.{}`", row.piecewise);
        return Some(Consumption { kind: Waste::Streamed, span: site.span, remedy, stops });
    }
    let named = |call: CallId| facts.call(call).name.map_or("", |name| facts.text(name));
    let remedy = format!("leave out `.{}()` and `.{}()`: go on with {}", named(inner), named(outer), row.piecewise);
    // An iterator again: it must be used up here, by adaptors that every iterator has.
    let mut last = outer;
    for _ in 0..16 {
        let site = facts.call(last);
        match site.used {
            Use::Receiver => {
                let next = receiving_call(facts, Origin::Call(last), last.0)?;
                let row = program.resolved(file, next).row()?;
                if !row.any_iterator {
                    return None;
                }
                last = next;
                if row.laziness != Laziness::Lazy {
                    return Some(Consumption {
                        kind: Waste::Restarted,
                        span: facts.call(last).span,
                        remedy,
                        stops: false,
                    });
                }
            }
            Use::Iterated => {
                let mut found = consuming_loop(facts, Origin::Call(last), Waste::Looped)?;
                found.remedy = remedy;
                return Some(found);
            }
            _ => return None,
        }
    }
    None
}

/// The call whose receiver is this value. Outer calls come first.
pub(super) fn receiving_call(facts: &FileFacts, origin: Origin, before: u32) -> Option<CallId> {
    (before.saturating_sub(16)..before).rev().map(CallId).find(|outer| {
        let outer = facts.call(*outer);
        outer.kind == CallKind::Call && outer.name.is_some() && facts.origin(outer.callee) == origin
    })
}

fn call_given(facts: &FileFacts, before: u32, is_it: impl Fn(&Argument) -> bool) -> Option<CallId> {
    (before.saturating_sub(24)..before)
        .rev()
        .map(CallId)
        .find(|outer| facts.arguments_of(facts.call(*outer)).iter().any(&is_it))
}

fn consuming_argument(program: &Program, file: FileId, outer: CallId) -> Option<Consumption> {
    let facts = &program.file(file).facts;
    let site = facts.call(outer);
    let row = program.resolved(file, outer).row()?;
    let iterated = row.iterates.as_ref()?;
    // One argument, and it is the one.
    let is_only = site.arguments.1 - site.arguments.0 == 1 && iterated.is_at(0);
    let callee = site.text.map_or("it".into(), |text| facts.text(text).to_owned());
    is_only.then(|| Consumption {
        kind: Waste::Streamed,
        span: site.span,
        remedy: format!("hand the iterator itself to `{callee}`"),
        stops: false,
    })
}

/// Is the last element all that is taken from the collection?
fn kept_last(program: &Program, file: FileId, call: CallId) -> Option<String> {
    let facts = &program.file(file).facts;
    let takes_last = |outer: CallId| {
        program.resolved(file, outer).row().is_some_and(|row| row.piecewise == "last()") && {
            let site = facts.call(outer);
            site.arguments.0 == site.arguments.1
        }
    };
    let read_once = |binding: &Binding| {
        let [only] = binding.uses[..] else { return false };
        let is_whole = only.place == binding.name && only.kind == Use::Receiver && !binding.is_shared;
        let outer = facts
            .calls
            .iter()
            .position(|outer| outer.span.start == only.span.start && outer.receiver_place == Some(binding.name));
        is_whole && outer.is_some_and(|outer| takes_last(CallId(outer as u32)))
    };
    let remedy = "keep the last one only: `try_fold(None, |_, item| item.map(Some))`".to_owned();
    // `let mut all = ….collect::<Result<Vec<_>, _>>()?; all.pop()`
    let bound = facts.bindings.iter().find(|binding| {
        let origin = match facts.origin(binding.origin) {
            Origin::Ascribed(_, inner) => facts.origin(inner),
            origin => origin,
        };
        matches!(origin, Origin::Propagated(inner) if facts.origin(inner) == Origin::Call(call))
    });
    if let Some(binding) = bound {
        return read_once(binding).then_some(remedy);
    }
    // `….collect::<Result<Vec<_>, _>>().map(|mut all| all.pop())`
    let outer = receiving_call(facts, Origin::Call(call), call.0)?;
    let closure = facts.closures.iter().position(|closure| closure.given_to == Some((outer, 0)))?;
    let parameter = Origin::ClosureParameter(ClosureId(closure as u32), 0);
    let binding = facts.bindings.iter().find(|binding| facts.origin(binding.origin) == parameter)?;
    read_once(binding).then_some(remedy)
}

/// The list that a comprehension builds as the only argument of a function that could take the elements one by one.
fn listed_argument(program: &Program, file: FileId, call: CallId) -> Option<Wasted> {
    let facts = &program.file(file).facts;
    let row = program.resolved(file, call).row()?;
    row.iterates.as_ref().filter(|iterated| iterated.is_at(0) && !row.piecewise.is_empty())?;
    let [argument] = facts.arguments_of(facts.call(call)) else { return None };
    let Origin::Collection(CollectionKind::List, Some(_), None) = facts.origin(argument.origin) else { return None };
    let comprehends = facts.loops.iter().any(|own| {
        own.kind == LoopKind::Comprehension && argument.span.contains(own.span) && argument.keyword.is_none()
    });
    // What stops at the first hit leaves out what comes after it.
    let awaits = facts.awaits.iter().any(|site| argument.span.contains(site.span));
    let is_known =
        !calls_somebody_unknown(program, file, argument.span) && !changes_something(program, file, argument.span);
    let kind = Waste::Listed;
    (comprehends && !awaits && is_known && !argument.is_spread)
        .then(|| Wasted::with_remedy(kind, row.piecewise.to_string()))
}

/// A copy of an iterable that is made only for the call around it.
fn copied_for_call(program: &Program, file: FileId, call: CallId) -> Option<Wasted> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    if !program.resolved(file, call).effects.has(Effect::Materializes) || site.used != Use::Argument {
        return None;
    }
    let outer = call_given(facts, call.0, |argument| facts.origin(argument.origin) == Origin::Call(call))?;
    let consumption = consuming_argument(program, file, outer)?;
    let [argument] = facts.arguments_of(site) else { return None };
    let receiver = facts.call(outer).receiver_place;
    let is_itself = receiver.zip(argument.place).is_some_and(|(receiver, place)| overlap(facts, receiver, place));
    // Code that runs while the elements are made may look at what they are added to.
    let is_simple = receiver.is_none() || argument.place.is_some();
    (is_simple && !is_itself && !argument.is_spread && argument.keyword.is_none())
        .then(|| Wasted::with_remedy(consumption.kind, consumption.remedy))
}

// ---- what code does with places -------------------------------------------------------------------------------------

/// A place that is used, and how.
#[derive(Clone, Copy)]
pub(super) struct PlaceUse {
    pub(super) root_place: Name,
    pub(super) binding: BindingId,
    pub(super) site: UseSite,
}

/// The uses of variables in a span, as far as they are wanted. Variables with too many uses to tell count as used.
pub(super) fn uses_in(program: &Program, file: FileId, span: Span, wanted: impl Fn(Span) -> bool) -> Vec<PlaceUse> {
    let facts = &program.file(file).facts;
    let mut found = Vec::new();
    for (number, binding) in facts.bindings.iter().enumerate() {
        for site in &binding.uses {
            if span.contains(site.span) && wanted(site.span) {
                found.push(PlaceUse { root_place: site.place, binding: BindingId(number as u32), site: *site });
            }
        }
    }
    found
}

/// Are two places the same, or one a part of the other?
pub(super) fn overlap(facts: &FileFacts, one: Name, other: Name) -> bool {
    let (one, other) = (facts.text(one), facts.text(other));
    is_part_or_same(one, other) || is_part_or_same(other, one)
}

fn is_part_or_same(place: &str, owner: &str) -> bool {
    place.strip_prefix(owner).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

pub(super) fn is_written(facts: &FileFacts, span: Span, place: Name) -> bool {
    facts.writes.iter().any(|write| span.contains(write.span) && overlap(facts, write.place, place))
}

pub(super) fn is_written_outside(facts: &FileFacts, span: Span, but: Span, place: Name) -> bool {
    facts
        .writes
        .iter()
        .any(|write| span.contains(write.span) && !but.contains(write.span) && overlap(facts, write.place, place))
}

/// Does the code in a span write to a place, or do something that is seen outside the program?
fn changes_something(program: &Program, file: FileId, span: Span) -> bool {
    let facts = &program.file(file).facts;
    let seen = EffectSet::of(&[
        Effect::Blocking,
        Effect::Network,
        Effect::FileIo,
        Effect::Subprocess,
        Effect::ConsoleIo,
        Effect::DbQuery,
        Effect::DbWrite,
        Effect::Grows,
        Effect::Shrinks,
        Effect::Mutates,
        Effect::Locks,
        Effect::Logs,
        // One by one, what was to run side by side waits for its neighbour.
        Effect::SpawnsThread,
        Effect::SpawnsTask,
        Effect::Offloads,
        Effect::RunsConcurrently,
    ]);
    let reaches = |call: CallId| {
        program.resolved(file, call).effects.meets(seen)
            || effects_of_call(program, file, call).iter().any(|effect| seen.has(effect.reached.effect))
    };
    facts.writes.iter().any(|write| span.contains(write.span) && write.kind != WriteKind::Assign)
        || facts
            .calls
            .iter()
            .enumerate()
            .any(|(number, site)| span.contains(site.span) && reaches(CallId(number as u32)))
}

/// Is a method called in a span of which nothing is known?
fn calls_somebody_unknown(program: &Program, file: FileId, span: Span) -> bool {
    let facts = &program.file(file).facts;
    facts.calls.iter().enumerate().any(|(number, site)| {
        let resolved = program.resolved(file, CallId(number as u32));
        // Without classes of values a bare name may be anything; otherwise it makes a value mostly.
        let is_call = site.kind == CallKind::Call && (site.name.is_some() || !is_capitalised(facts, site));
        is_call && span.contains(site.span) && resolved.targets.is_empty()
    })
}

fn is_capitalised(facts: &FileFacts, site: &CallSite) -> bool {
    let text = site.text.map_or("", |text| facts.text(text));
    text.rsplit(':').next().is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// Does a use only look at its place, whoever else looks at it meanwhile?
pub(super) fn is_harmless(program: &Program, file: FileId, used: &PlaceUse) -> bool {
    let facts = &program.file(file).facts;
    let site = used.site;
    match site.place_kind {
        Use::Borrowed | Use::Formatted | Use::Compared | Use::Ordered | Use::Indexed | Use::Tested => true,
        Use::Receiver => {
            let call = facts
                .calls
                .iter()
                .position(|call| call.span.start == site.span.start && call.receiver_place == Some(site.place));
            call.is_some_and(|call| only_looks(program, file, CallId(call as u32)))
        }
        Use::Argument => {
            is_shared_reference(facts, used.binding) && site.place == facts.bindings[used.binding.index()].name
        }
        _ => false,
    }
}

/// Does a call leave its receiver as it is, and where it is?
pub(super) fn only_looks(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let changing = EffectSet::of(&[Effect::Grows, Effect::Shrinks, Effect::Mutates, Effect::Shifts, Effect::Locks]);
    let resolved = program.resolved(file, call);
    let name = facts.call(call).name.map_or("", |name| facts.text(name));
    let language = program.file(file).source.language;
    let mut functions = resolved.functions().peekable();
    if functions.peek().is_some() {
        let Some(resolver) = program.resolvers[language].as_ref() else { return false };
        return functions.all(|function| {
            let (file, function) = program.function(function);
            resolver.borrows_to_read(&program.files, file, function, 0)
        });
    }
    // What turns a value into something else takes it away; what ends in `mut` lends it out for changes.
    let takes = name.starts_with("into") || name.ends_with("mut") || name == "entry" || name == "drain";
    resolved.row().is_some() && !resolved.effects.meets(changing) && !takes
}

/// Is the variable a parameter that is a reference which cannot be written through?
fn is_shared_reference(facts: &FileFacts, binding: BindingId) -> bool {
    match facts.origin(facts.bindings[binding.index()].origin) {
        Origin::Parameter(function, place) => {
            let parameter = facts.function(function).parameters.get(place as usize);
            let declared = parameter.and_then(|parameter| parameter.declared);
            declared.is_some_and(|declared| facts.types[declared.0 as usize].form == TypeForm::Reference)
        }
        _ => false,
    }
}
