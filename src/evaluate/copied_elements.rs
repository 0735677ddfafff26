//! Elements that are copied before one of them is chosen: `orders.iter().cloned().find(…)`.
//!
//! It knows what is copied where an adapter copies, and where a closure gives a copy of its parameter or of a field of it.
//! What a closure makes otherwise is left alone.

use super::waste::{Wasted, receiving_call};
use crate::facts::*;
use crate::lang::Profile;
use crate::program::Program;
use crate::rule::condition::Waste;
use crate::source::FileId;
use crate::types::TypeId;

/// Does a call copy elements most of which the next call leaves behind?
pub(super) fn copied_before_choice(program: &mut Program, file: FileId, call: CallId) -> Option<Wasted> {
    let language = program.file(file).source.language;
    let profile = crate::lang::all()[language].profile();
    let name = member(program, file, call)?;
    let (adapter, copied) = match profile.copying_adapter == Some(name) {
        true => (call, element_of(program, file, call)?),
        false if profile.copy_members.contains(&name) => copy_of_element(program, file, call)?,
        false => return None,
    };
    let chosen = choice(program, file, adapter, profile)?;
    let resolver = program.resolvers[language].as_mut()?;
    let is_costly = resolver.is_costly_to_copy(&program.files, copied);
    is_costly.then(|| Wasted::with_remedy(Waste::BeforeChoice, format!("copy after `{chosen}`, what is left")))
}

fn member<'p>(program: &'p Program, file: FileId, call: CallId) -> Option<&'p str> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    (site.kind == CallKind::Call && site.arguments.0 == site.arguments.1).then_some(())?;
    site.name.map(|name| facts.text(name))
}

/// The type of the elements that an adapter copies.
fn element_of(program: &mut Program, file: FileId, call: CallId) -> Option<TypeId> {
    let receiver = program.resolved(file, call).receiver?;
    let resolver = program.resolvers[program.file(file).source.language].as_ref()?;
    resolver.arguments_of_type(receiver).first().copied()
}

/// Of a copy that a closure gives of its parameter, or of a field of it: the call that runs the closure for each element,
/// and the type of what is copied.
fn copy_of_element(program: &Program, file: FileId, call: CallId) -> Option<(CallId, TypeId)> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let closure = facts.scopes_from(site.scope).find_map(|(_, scope)| match scope.kind {
        ScopeKind::Closure(id) => Some(id),
        _ => None,
    })?;
    let own = facts.closure(closure);
    let [returned] = own.returns[..] else { return None };
    let is_given = facts.origin(returned) == Origin::Call(call) && is_part_of(facts, site.callee, closure);
    let (adapter, _) = own.given_to.filter(|_| is_given)?;
    Some((adapter, program.resolved(file, call).receiver?))
}

/// Is a value the parameter of a closure, or a field of it?
fn is_part_of(facts: &FileFacts, origin: OriginId, closure: ClosureId) -> bool {
    match facts.origin(origin) {
        Origin::ClosureParameter(own, _) => own == closure,
        Origin::Member(inner, _) | Origin::Part(inner, _) | Origin::Borrowed(inner) => {
            is_part_of(facts, inner, closure)
        }
        _ => false,
    }
}

/// The name of the call that leaves elements of an adapter behind, and stands right behind it.
fn choice(program: &Program, file: FileId, adapter: CallId, profile: &Profile) -> Option<String> {
    let facts = &program.file(file).facts;
    let outer = receiving_call(facts, Origin::Call(adapter), adapter.0)?;
    let name = facts.text(facts.call(outer).name?);
    let is_choice = profile.choosing_members.contains(&name)
        && program.resolved(file, outer).row().is_some_and(|row| row.any_iterator);
    is_choice.then(|| name.to_owned())
}
