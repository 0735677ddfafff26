//! Causes: what lies below a call that a finding is about, and how the last call on the way came by its receiver.
//!
//! Follows the call graph as far as summaries do. How often something below runs is not counted, only where it stands.

use rustc_hash::FxHashSet;

use crate::facts::*;
use crate::link::resolve::matched_arguments;
use crate::link::summarize::effects_of_call;
use crate::program::{FunctionRef, Program, Reached};
use crate::source::FileId;
use crate::syntax::ParameterKind;

/// Functions beyond this many are not looked at.
const MOST_FUNCTIONS: usize = 100;

/// From this many other causes on, no advice for one of them is advice for all.
const MANY: usize = 5;

/// Do many other library calls, below the callee, bring the same effect?
pub(super) fn are_many(program: &Program, reached: &Reached) -> bool {
    others_below(program, reached).is_some_and(|others| others >= MANY)
}

/// How many other calls of libraries or generated code, below the callee, bring the same effect? `None` where there are none, or where it is
/// the call's own.
pub(super) fn others_below(program: &Program, reached: &Reached) -> Option<usize> {
    let mut functions = vec![reached.via?];
    let mut seen: FxHashSet<FunctionRef> = functions.iter().copied().collect();
    let mut count = 0;
    while let Some(function) = functions.pop() {
        let (file, own) = program.function(function);
        let facts = &program.file(file).facts;
        let (start, end) = facts.function(own).region.calls;
        let own_calls = (start..end).map(CallId).filter(|call| facts.scope(facts.call(*call).scope).function == own);
        for effect in own_calls.flat_map(|call| effects_of_call(program, file, call)) {
            let is_same = effect.reached.effect == reached.effect && effect.reached.confidence >= reached.confidence;
            match effect.reached.via {
                _ if !is_same || effect.is_offloaded => {}
                None => count += 1,
                Some(next) if program.file(program.function(next).0).facts.is_generated => count += 1,
                Some(next) if seen.len() < MOST_FUNCTIONS && seen.insert(next) => functions.push(next),
                Some(_) => {}
            }
        }
    }
    (count > 1).then(|| count - 1)
}

/// Was the receiver of the last call of a path made by its class, rather than found? `None`: that is not known.
pub(super) fn is_new(program: &Program, path: &[(FileId, CallId)]) -> Option<bool> {
    let ((file, call), before) = path.split_last()?;
    let mut receiver = (*file, program.file(*file).facts.call(*call).callee);
    for (file, call) in before.iter().rev() {
        let Some(origin) = given(program, receiver, *file, *call) else { break };
        receiver = (*file, origin);
    }
    let class = program.resolved(*file, *call).receiver?;
    made_by_class(program, receiver.0, receiver.1, class)
}

/// What a call gives to the parameter that a value of its callee is.
fn given(program: &Program, (below, origin): (FileId, OriginId), file: FileId, call: CallId) -> Option<OriginId> {
    let (facts, callee_facts) = (&program.file(file).facts, &program.file(below).facts);
    let Origin::Parameter(function, place) = callee_facts.origin(origin) else { return None };
    let site = facts.call(call);
    let parameter = callee_facts.function(function).parameters.get(place as usize)?;
    if parameter.kind == ParameterKind::Receiver {
        return site.name.map(|_| site.callee);
    }
    let mut matched = matched_arguments(facts, site, callee_facts, function).into_iter();
    let (argument, _) = matched.find(|(_, parameter)| *parameter == place)?;
    Some(facts.arguments_of(site)[argument].origin)
}

fn made_by_class(program: &Program, file: FileId, origin: OriginId, class: crate::types::TypeId) -> Option<bool> {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Call(call) => {
            let language = program.file(file).source.language;
            let resolver = program.resolvers[language].as_ref()?;
            let callee = program.resolved(file, call).callee.map(|callee| resolver.text(callee));
            Some(callee == Some(resolver.type_name(class)))
        }
        Origin::Element(_) => Some(false),
        Origin::Ascribed(_, inner) | Origin::Borrowed(inner) | Origin::Await(inner) => {
            made_by_class(program, file, inner, class)
        }
        _ => None,
    }
}
