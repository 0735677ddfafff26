//! Functions that keep their results: the second call, or the second with the same key, costs nothing.
//!
//! Told by their shape: what is returned is a place that outlives the call, or an element of one, and on some way
//! through the function it is stored there. Which key it is kept under is not looked at.

use crate::facts::*;

/// Does a function return a place that it fills on some way, or elements of one?
pub(super) fn keeps_results(facts: &FileFacts, id: FunctionId) -> bool {
    let function = facts.function(id);
    let (first, last) = function.region.writes;
    let stores = facts.writes[first as usize..last as usize].iter().filter(|write| {
        let is_on_some_way = facts.scope(write.scope).kind != ScopeKind::Function || function.returns.len() > 1;
        matches!(write.kind, WriteKind::Element | WriteKind::Assign) && !write.is_local && is_on_some_way
    });
    stores.into_iter().any(|store| {
        let place = facts.text(store.place);
        function.returns.iter().any(|origin| match store.kind {
            WriteKind::Element => is_element_of(facts, *origin, place, 0),
            _ => is_conditional(facts, store) && place_of(facts, *origin).is_some_and(|text| text == place),
        })
    })
}

/// Does a write stand in a branch? What is assigned anyway is not remembered.
fn is_conditional(facts: &FileFacts, write: &Write) -> bool {
    facts.scopes_from(write.scope).any(|(_, scope)| matches!(scope.kind, ScopeKind::Branch | ScopeKind::Attempt))
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
        Origin::Borrowed(inner) | Origin::Propagated(inner) | Origin::Ascribed(_, inner) | Origin::Await(inner) => {
            is_element_of(facts, inner, place, depth + 1)
        }
        Origin::Join(start, end) => {
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
