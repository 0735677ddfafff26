//! Rows: what is known of the class of rows that a call writes, beyond what the library does with it.
//!
//! Finds a class by the type of the last receiver on the way. Where that is not known, neither is anything else.

use super::matching::{Candidate, leaf};
use crate::effect::Effect;
use crate::facts::*;
use crate::link::resolve::Value;
use crate::program::{LoopSource, Program};
use crate::source::FileId;
use crate::types::Symbol;

/// Does the class of the rows, or one of the program that it inherits from, have one of these methods?
pub(super) fn have_methods(program: &mut Program, candidate: &Candidate, wanted: &[String]) -> bool {
    let Some(class) = class_of_rows(program, candidate) else { return false };
    let language = program.file(candidate.file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    let lineage = resolver.lineage(&program.files, class);
    let own = lineage.iter().filter_map(|class| resolver.class_named(*class));
    let methods: Vec<&str> = own
        .flat_map(|(file, class)| {
            let facts = &program.files[file.0 as usize].facts;
            facts.class(class).methods.iter().map(|(name, _)| facts.text(*name))
        })
        .collect();
    wanted.iter().any(|wanted| methods.contains(&wanted.as_str()))
}

/// Does the class of the rows, or one of the program that it inherits from, have a method with one of these decorators?
pub(super) fn have_decorated(program: &mut Program, candidate: &Candidate, wanted: &[String]) -> bool {
    let Some(class) = class_of_rows(program, candidate) else { return false };
    let language = program.file(candidate.file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    let wanted: Vec<Symbol> = wanted.iter().map(|path| resolver.symbol(path)).collect();
    let lineage = resolver.lineage(&program.files, class);
    let own: Vec<(FileId, ClassId)> = lineage.iter().filter_map(|class| resolver.class_named(*class)).collect();
    own.into_iter().any(|(file, class)| {
        let facts = &program.files[file.0 as usize].facts;
        let methods = facts.class(class).methods.iter();
        let decorators = methods.flat_map(|(_, function)| facts.function(*function).decorators.iter());
        decorators.into_iter().any(|decorator| {
            // `@AfterCreate`, `@AfterCreate({ … })`
            let named = match facts.origin(*decorator) {
                Origin::Call(call) => facts.call(call).callee,
                _ => *decorator,
            };
            match resolver.infer(&program.files, file, named).list[..] {
                [Value::Item(symbol)] => wanted.contains(&symbol),
                _ => false,
            }
        })
    })
}

/// Does the program hand one of these to a call that names the class of the rows, or no class?
pub(super) fn are_told_to(program: &mut Program, candidate: &Candidate, wanted: &[String]) -> bool {
    let Some(class) = class_of_rows(program, candidate) else { return false };
    let language = program.file(candidate.file).source.language;
    let Some(resolver) = program.resolvers[language].as_mut() else { return false };
    let separator = crate::lang::all()[language].profile().separator;
    let wanted: Vec<(Symbol, &str)> =
        wanted.iter().map(|path| (resolver.symbol(path), path.rsplit(separator).next().unwrap_or_default())).collect();
    let lineage = resolver.lineage(&program.files, class);
    for number in 0..program.files.len() {
        let (file, facts) = (FileId(number as u32), &program.files[number].facts);
        if program.files[number].source.language != language || !wanted.iter().any(|(_, last)| imports(facts, last)) {
            continue;
        }
        for site in &facts.calls {
            let arguments = facts.arguments_of(site);
            let handed = arguments.iter().map(|argument| argument.origin).chain(site.name.map(|_| site.callee));
            let handed: Vec<OriginId> = handed.flat_map(|origin| facts.members_of(origin)).collect();
            let item = |origin| match resolver.infer(&program.files, file, origin).list[..] {
                [Value::Item(symbol)] => Some(symbol),
                _ => None,
            };
            let items: Vec<Symbol> = handed.into_iter().filter_map(item).collect();
            let names_it = items.iter().any(|item| wanted.iter().any(|(symbol, _)| symbol == item));
            let is_for_all = !arguments.iter().any(|argument| argument.keyword.is_some());
            if names_it && (is_for_all || items.iter().any(|item| lineage.contains(item))) {
                return true;
            }
        }
    }
    false
}

/// Does a file import something of this name?
fn imports(facts: &FileFacts, name: &str) -> bool {
    facts.imports.iter().any(|import| import.path.iter().any(|part| facts.text(*part) == name))
}

/// The class of the program whose rows the library call at the end of the path writes: of what it is called on, or what is
/// called on itself (`Order.create()`).
fn class_of_rows(program: &mut Program, candidate: &Candidate) -> Option<Symbol> {
    let (file, call) = leaf(program, candidate.file, &candidate.effect.reached)?;
    let receiver = program.resolved(file, call).receiver;
    let callee = program.file(file).facts.call(call).callee;
    let language = program.file(file).source.language;
    let resolver = program.resolvers[language].as_mut()?;
    let Some(receiver) = receiver else {
        return match resolver.infer(&program.files, file, callee).list[..] {
            [Value::Item(symbol)] => resolver.class_named(symbol).map(|_| symbol),
            _ => None,
        };
    };
    let of_it = resolver.arguments_of_type(receiver).iter().copied().chain([receiver]);
    of_it.into_iter().find(|class| resolver.is_own_class(*class)).map(|class| resolver.type_symbol(class))
}

/// Does the function of a call ask before it whether a row that it is given has something at hand: `hasattr(order, "total")`,
/// `"lines" in order.loaded`?
pub(super) fn asked_what_it_has(program: &Program, file: FileId, call: CallId, row: u16) -> bool {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let function = facts.scope(site.scope).function;
    let is_row = |origin: OriginId| facts.origin(origin) == Origin::Parameter(function, row);
    let is_of_row = |origin: OriginId| matches!(facts.origin(origin), Origin::Member(inner, _) if is_row(inner));
    let (start, end) = facts.function(function).region.calls;
    let mut before = (start..end).map(CallId).filter(|other| facts.call(*other).span.end <= site.span.start);
    before.any(|other| {
        let asked = facts.call(other);
        let first = facts.arguments_of(asked).first();
        match asked.kind {
            CallKind::Membership => is_of_row(asked.callee),
            CallKind::Call => {
                let looks_up = program.resolved(file, other).effects.has(Effect::LooksUp);
                looks_up && first.is_some_and(|first| is_row(first.origin))
            }
            _ => false,
        }
    })
}

/// Does every turn assign values to the row that do not depend on the turn, and do nothing else with it?
pub(super) fn get_same_values(program: &Program, candidate: &Candidate) -> bool {
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let (Some(row), Some(LoopSource::Loop(id))) = (site.receiver_place, candidate.frame.map(|frame| frame.source))
    else {
        return false;
    };
    let own = facts.loop_of(id);
    if own.target != Some(row) || site.arguments.0 != site.arguments.1 {
        return false;
    }
    let member = format!("{}.", facts.text(row));
    let writes = &facts.writes[own.region.writes.0 as usize..own.region.writes.1 as usize];
    let mut of_row = writes.iter().filter(|write| facts.text(write.place).starts_with(&member)).peekable();
    let is_constant = |write: &Write| {
        matches!(
            facts.origin(write.value),
            Origin::Bool(_) | Origin::Null | Origin::Integer(Some(_)) | Origin::String(Some(_))
        ) && write.kind == WriteKind::Assign
    };
    let mut others = (own.region.calls.0..own.region.calls.1).map(|call| facts.call(CallId(call)));
    let is_used = |other: &CallSite| {
        other.span != site.span && other.kind != CallKind::Attribute && {
            other.receiver_place == Some(row)
                || facts.arguments_of(other).iter().any(|argument| argument.place == Some(row))
        }
    };
    of_row.peek().is_some() && of_row.all(is_constant) && !others.any(is_used)
}
