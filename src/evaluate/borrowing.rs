//! Borrowing: copies that are given a name, or given away at once, although nobody does more than look at them.
//!
//! The original has to stay where it is for as long as the copy is looked at: it belongs to a variable or a parameter
//! that nothing moves, changes or lends out for changes meanwhile. Closures and tasks that keep the copy need it.

use super::waste::{
    PlaceUse, Wasted, binding_of, binding_read_at, is_harmless, is_written, only_looks, overlap,
    references_of_receiver, uses_in,
};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::link::resolve::matched_arguments;
use crate::program::Program;
use crate::rule::condition::Waste;
use crate::source::{FileId, Span};
use crate::syntax::Name;
use crate::types::{TypeId, TypeText};

// ---- a copy with a name ---------------------------------------------------------------------------------------------

/// A copy that is bound to a variable which is only looked at, of an original that stays as it is meanwhile.
pub fn copied_to_be_read(program: &mut Program, file: FileId, call: CallId) -> Option<Wasted> {
    let site = *program.file(file).facts.call(call);
    let binding = program.file(file).facts.bindings[binding_of(&program.file(file).facts, call)?.index()].clone();
    if binding.is_shared || binding.uses.is_empty() || is_assigned_again(program, file, &binding) {
        return None;
    }
    // What is declared before it is assigned may outlive the original.
    if !binding.is_declaration {
        return None;
    }
    let receiver = program.resolved(file, call).receiver?;
    let language = program.file(file).source.language;
    let resolver = program.resolvers[language].as_mut()?;
    let result = resolver.call(&program.files, file, call).results().instance()?;
    let same_type = result == receiver;
    let is_text = resolver.is_text(receiver) && resolver.is_text(result);
    if !is_text && (!same_type || !resolver.is_costly_to_copy(&program.files, receiver)) {
        return None;
    }
    let original = original_of(program, file, call)?;
    if site.receiver_place.is_none() && !is_text {
        return None;
    }
    let id = BindingId(program.file(file).facts.bindings.iter().position(|other| other.span == binding.span)? as u32);
    let is_looked_at = binding.uses.iter().all(|used| {
        let place = PlaceUse { root_place: used.place, binding: id, site: *used };
        stays_inside(&program.file(file).facts, used.scope, binding.scope) && is_harmless(program, file, &place)
    });
    if !is_looked_at || !binding.uses.iter().all(|used| takes_original(program, file, used, same_type)) {
        return None;
    }
    if !same_type && !binding.uses.iter().all(|used| has_member_used(program, file, used, receiver)) {
        return None;
    }
    if !stays_as_it_is(program, file, call, original) || !lives_on(program, file, site.span.start, original) {
        return None;
    }
    let remedy = match site.receiver_place {
        Some(place) => {
            let text = program.file(file).facts.text(place).to_owned();
            match references_of_receiver(program, file, call) {
                Some(0) => format!("borrow it: `&{text}`"),
                Some(_) => format!("take `{text}` as it is"),
                None => format!("take a reference to `{text}`"),
            }
        }
        None => {
            let facts = &program.file(file).facts;
            let member = site.name.map_or("", |name| facts.text(name));
            format!("leave out `.{member}()`: the text that is there can be borrowed")
        }
    };
    Some(Wasted::with_remedy(Waste::ReadLater, remedy))
}

fn is_assigned_again(program: &Program, file: FileId, binding: &Binding) -> bool {
    let facts = &program.file(file).facts;
    let function = facts.scope(binding.scope).function;
    facts.writes.iter().any(|write| {
        let declares = facts.bindings.iter().any(|other| other.span == write.span && other.is_declaration);
        !declares
            && write.span.start > binding.span.end
            && facts.scope(write.scope).function == function
            && overlap(facts, write.place, binding.name)
    })
}

/// The place that a copy is made of, directly or by calls that only lend parts of it.
fn original_of(program: &Program, file: FileId, call: CallId) -> Option<Name> {
    let facts = &program.file(file).facts;
    let lends = EffectSet::of(&[Effect::Pure, Effect::LinearScan, Effect::TakesEnd, Effect::LooksUp, Effect::CpuLight]);
    let mut site = facts.call(call);
    for _ in 0..8 {
        if let Some(place) = site.receiver_place {
            return Some(place);
        }
        let mut origin = site.callee;
        while let Origin::Propagated(inner) = facts.origin(origin) {
            origin = inner;
        }
        let Origin::Call(inner) = facts.origin(origin) else { return None };
        let resolved = program.resolved(file, inner);
        site = facts.call(inner);
        site.name?;
        let lent = match resolved.row() {
            // What guards a value is not only a reference to it.
            Some(row) => row.effects.without(lends).is_empty() && !row.guards,
            None => site.arguments.0 == site.arguments.1 && gives_reference(program, file, inner),
        };
        if !lent {
            return None;
        }
    }
    None
}

/// Do all functions of the program that a call may run give a reference?
fn gives_reference(program: &Program, file: FileId, call: CallId) -> bool {
    let mut functions = program.resolved(file, call).functions().peekable();
    functions.peek().is_some()
        && functions.all(|function| {
            let (file, function) = program.function(function);
            let facts = &program.file(file).facts;
            facts
                .function(function)
                .declared
                .is_some_and(|declared| facts.types[declared.0 as usize].form == crate::syntax::TypeForm::Reference)
        })
}

/// Is there no closure and no task between two scopes?
fn stays_inside(facts: &FileFacts, inner: ScopeId, outer: ScopeId) -> bool {
    for (id, scope) in facts.scopes_from(inner) {
        if id == outer {
            return true;
        }
        if matches!(scope.kind, ScopeKind::Closure(_) | ScopeKind::Async(_) | ScopeKind::Function) {
            return false;
        }
    }
    false
}

/// Could the original be used where the copy is?
fn takes_original(program: &mut Program, file: FileId, used: &UseSite, same_type: bool) -> bool {
    if used.place_kind != Use::Borrowed {
        return true;
    }
    let facts = &program.files[file.0 as usize].facts;
    let outer = facts.calls.iter().rposition(|outer| {
        outer.kind == CallKind::Call
            && outer.span.contains(used.span)
            && facts.arguments_of(outer).iter().any(|argument| argument.span.contains(used.span))
    });
    let Some(outer) = outer.map(|outer| CallId(outer as u32)) else { return false };
    let Some(argument) =
        facts.arguments_of(facts.call(outer)).iter().position(|argument| argument.span.contains(used.span))
    else {
        return false;
    };
    if same_type {
        return true;
    }
    let resolved = program.resolved(file, outer);
    let language = program.file(file).source.language;
    if resolved.row().is_some() {
        // A search through a sequence compares with values of its own type.
        let Some(resolver) = program.resolvers[language].as_ref() else { return false };
        return !resolved.receiver.is_some_and(|receiver| resolver.is_sequence(receiver));
    }
    let functions: Vec<_> = resolved.functions().collect();
    !functions.is_empty()
        && functions.into_iter().all(|function| {
            let (callee_file, callee) = program.function(function);
            let facts = &program.file(file).facts;
            let callee_facts = &program.file(callee_file).facts;
            let pairs = matched_arguments(facts, facts.call(outer), callee_facts, callee);
            let Some((_, place)) = pairs.into_iter().find(|(own, _)| *own == argument) else { return false };
            takes_any_text(program, callee_file, callee, place as usize)
        })
}

/// Does the original have the member that is called on the copy, if one is?
fn has_member_used(program: &Program, file: FileId, used: &UseSite, original: TypeId) -> bool {
    let facts = &program.file(file).facts;
    if used.place_kind != Use::Receiver {
        return true;
    }
    let call = facts.calls.iter().find(|call| {
        call.kind == CallKind::Call && call.span.start == used.span.start && call.receiver_place == Some(used.place)
    });
    let member = call.and_then(|call| call.name).map(|name| facts.text(name));
    let resolver = program.resolvers[program.file(file).source.language].as_ref();
    member.zip(resolver).is_some_and(|(member, resolver)| resolver.has_member(original, member))
}

/// Is a parameter declared as borrowed text of any kind?
fn takes_any_text(program: &mut Program, file: FileId, function: FunctionId, place: usize) -> bool {
    let language = program.files[file.0 as usize].source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    if !resolver.takes_borrowed(&program.files, file, function, place) {
        return false;
    }
    let facts = &program.files[file.0 as usize].facts;
    let own = facts.function(function);
    let Some(declared) = own.parameters.get(place).and_then(|parameter| parameter.declared) else { return false };
    let Some(id) = resolver.type_values(&program.files, file, own.module, declared).instance() else { return false };
    resolver.type_name(id) == resolver.language_literals().string
}

/// Is a value given by itself to functions of the program that take what is borrowed as well?
pub fn is_lent_argument(program: &mut Program, file: FileId, call: CallId) -> bool {
    let facts = &program.files[file.0 as usize].facts;
    let given = (call.0.saturating_sub(24)..call.0).rev().map(CallId).find_map(|outer| {
        let arguments = facts.arguments_of(facts.call(outer));
        let place = arguments.iter().position(|argument| facts.origin(argument.origin) == Origin::Call(call))?;
        Some((outer, place))
    });
    let Some((outer, argument)) = given else { return false };
    let functions: Vec<_> = program.resolved(file, outer).functions().collect();
    let language = program.files[file.0 as usize].source.language;
    !functions.is_empty()
        && functions.into_iter().all(|function| {
            let (callee_file, callee) = program.function(function);
            let facts = &program.file(file).facts;
            let callee_facts = &program.file(callee_file).facts;
            let pairs = matched_arguments(facts, facts.call(outer), callee_facts, callee);
            let Some((_, place)) = pairs.into_iter().find(|(own, _)| *own == argument) else { return false };
            let Some(resolver) = program.resolvers[language].as_mut() else { return false };
            resolver.takes_borrowed(&program.files, callee_file, callee, place as usize)
        })
}

/// Does nothing move, change or lend out the original from the copy on, for as long as the copy may live?
fn stays_as_it_is(program: &Program, file: FileId, call: CallId, original: Name) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let after = Span { start: site.span.end, end: end_of_turn(facts, site.scope) };
    let others = uses_in(program, file, after, |_| true);
    !others.iter().any(|other| overlap(facts, other.root_place, original) && !is_harmless(program, file, other))
        && !is_written(facts, after, original)
}

/// Where the innermost loop, closure or function around a scope ends.
fn end_of_turn(facts: &FileFacts, scope: ScopeId) -> u32 {
    for (_, scope) in facts.scopes_from(scope) {
        match scope.kind {
            ScopeKind::Loop(id) => return facts.loop_of(id).span.end,
            ScopeKind::Closure(id) => return facts.closure(id).span.end,
            ScopeKind::Function => return facts.function(scope.function).span.end,
            _ => {}
        }
    }
    u32::MAX
}

/// Does the original belong to a variable of its own, or to a parameter?
fn lives_on(program: &mut Program, file: FileId, start: u32, original: Name) -> bool {
    let facts = &program.files[file.0 as usize].facts;
    let Some((binding, _)) = binding_read_at(facts, start, Some(original)) else { return false };
    let origin = facts.bindings[binding.index()].origin;
    if matches!(facts.origin(origin), Origin::Parameter(..)) || is_part_of_shared(facts, origin) {
        return true;
    }
    let language = program.files[file.0 as usize].source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    resolver.is_owned(&program.files, file, origin)
}

/// Is it an element or a part of what the caller lends, and nobody can change meanwhile?
fn is_part_of_shared(facts: &FileFacts, origin: OriginId) -> bool {
    let mut origin = origin;
    for _ in 0..8 {
        origin = match facts.origin(origin) {
            Origin::Element(inner) | Origin::Part(inner, _) | Origin::Item(inner) | Origin::Member(inner, _) => inner,
            Origin::Borrowed(inner) => inner,
            Origin::Parameter(function, place) => {
                let parameter = facts.function(function).parameters.get(place as usize);
                let declared = parameter.and_then(|parameter| parameter.declared);
                let form = declared.map(|declared| facts.types[declared.0 as usize].form);
                return form == Some(crate::syntax::TypeForm::Reference);
            }
            _ => return false,
        }
    }
    false
}

// ---- a copy that is given to closures -------------------------------------------------------------------------------

/// `name.clone().map(|name| name.len())`: what to write where the closures only look at what they are given.
pub fn lent_remedy(program: &Program, file: FileId, outer: CallId, receiver: TypeId, text: &str) -> Option<String> {
    let facts = &program.file(file).facts;
    let language = program.file(file).source.language;
    let lends = crate::lang::all()[language].profile().lending_member?;
    let resolver = program.resolvers[language].as_ref()?;
    if !resolver.has_member(receiver, lends) {
        return None;
    }
    let row = program.resolved(file, outer).row()?;
    // What gives back something of the receiver needs it as its own.
    if row.repeats.is_some() || row.returns.is_empty() || mentions_receiver(&TypeText::parse(&row.returns)) {
        return None;
    }
    let site = facts.call(outer);
    let last = facts.arguments_of(site).last()?;
    let is_given_payload =
        matches!(facts.origin(last.origin), Origin::Closure(id) if facts.closure(id).target.is_some());
    let mut closures = facts.closures.iter().enumerate().filter(|(_, closure)| match closure.given_to {
        Some((given, _)) => given == outer,
        None => false,
    });
    let only_look = closures.all(|(number, closure)| {
        closure.target.is_none() || parameter_is_looked_at(program, file, ClosureId(number as u32))
    });
    let member = site.name.map(|name| facts.text(name))?;
    (is_given_payload && only_look).then(|| format!("borrow it: `{text}.{lends}().{member}(…)`"))
}

/// Does a call only look at what it is called on, and give something that does not live on it: a number, a text?
pub fn gives_value_of_its_own(program: &mut Program, file: FileId, outer: CallId, receiver: TypeId) -> bool {
    if !only_looks(program, file, outer) {
        return false;
    }
    let is_own_function = program.resolved(file, outer).functions().next().is_some();
    let makes = EffectSet::of(&[Effect::Allocates, Effect::Formats]);
    let makes_new = program.resolved(file, outer).effects.meets(makes);
    let profile = crate::lang::all()[program.file(file).source.language].profile();
    let language = program.file(file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    // What holds one value is used up by what is asked of it: `option.map(…)`.
    let is_container = profile.length_member.is_some_and(|length| resolver.has_member(receiver, length));
    if !is_own_function && !is_container && !resolver.is_text(receiver) {
        return false;
    }
    let result = resolver.call(&program.files, file, outer).results().instance();
    resolver.makes_plain_value(&program.files, file, outer)
        || makes_new && result.is_some_and(|result| resolver.is_text(result))
}

fn mentions_receiver(text: &TypeText) -> bool {
    matches!(text.name, "T" | "U" | "Self" | "item") || text.arguments.iter().any(mentions_receiver)
}

fn parameter_is_looked_at(program: &Program, file: FileId, closure: ClosureId) -> bool {
    let facts = &program.file(file).facts;
    let parameter = Origin::ClosureParameter(closure, 0);
    let Some(number) = facts.bindings.iter().position(|binding| facts.origin(binding.origin) == parameter) else {
        return false;
    };
    let binding = &facts.bindings[number];
    !binding.is_shared
        && binding.uses.iter().all(|used| {
            let place = PlaceUse { root_place: used.place, binding: BindingId(number as u32), site: *used };
            is_harmless(program, file, &place)
        })
}
