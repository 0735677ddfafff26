//! Resolvers of fields: functions that a framework calls once per object which a request asked for
//! (`@ResolveField() customer(@Parent() order)`). They show the objects of a list one by one, where another function of the
//! same library gives a list of such objects, not only to administrators; which other objects a list may hold is not known,
//! and of those nothing is said.

use rustc_hash::FxHashMap;

use super::resolve::{Resolver, function_ref};
use crate::effect::Effect;
use crate::facts::*;
use crate::model::table::Row;
use crate::program::{FunctionRef, ProgramFile, ResolvedCalls, ShownRows, Standing};
use crate::source::{FileId, Span};
use crate::types::{Symbol, TypeId};

/// How many types a list may be wrapped in: `Promise<Result<List<Order>>>`.
const DEEPEST: usize = 3;

/// A function that a library calls, as a decorator says.
struct Decorated<'m> {
    file: FileId,
    function: FunctionId,
    /// Where the decorator stands.
    span: Span,
    library: &'m str,
    row: &'m Row,
}

/// The functions that show an object of a list in each call.
pub(super) fn shown_objects<'m>(
    files: &[ProgramFile],
    standings: &[Standing],
    resolved: &ResolvedCalls<'m>,
    resolver: &mut Resolver<'m>,
    own: &[FileId],
) -> FxHashMap<FunctionRef, ShownRows> {
    let decorated: Vec<Decorated> = own.iter().flat_map(|file| decorated(files, resolved, resolver, *file)).collect();
    if decorated.iter().all(|own| own.row.shows_object.is_none()) {
        return FxHashMap::default();
    }
    let mut lists = FxHashMap::default();
    let is_seldom = |function: &Decorated| {
        let reference = function_ref(files, function.file, function.function);
        matches!(standings[reference.0 as usize], Standing::Seldom | Standing::Action)
    };
    for function in decorated.iter().filter(|function| !is_seldom(function)) {
        for class in listed_by(files, resolver, function) {
            lists.entry((function.library, class)).or_insert((function.file, function.span));
        }
    }
    let shown = |function: &Decorated| {
        let place = u16::from(function.row.shows_object?);
        let class = resolver.parameter_class(files, function.file, function.function, place)?;
        let made = *lists.get(&(function.library, class))?;
        let reference = function_ref(files, function.file, function.function);
        let renderer = class_around(files, function);
        let loader = function.row.alternative.to_string();
        Some((reference, ShownRows { made, renderer, row: place, loader }))
    };
    decorated.iter().filter_map(shown).collect()
}

/// The functions of a file that decorators give to a library to be called.
fn decorated<'m>(
    files: &[ProgramFile],
    resolved: &ResolvedCalls<'m>,
    resolver: &mut Resolver<'m>,
    file: FileId,
) -> Vec<Decorated<'m>> {
    let entry = &files[file.0 as usize];
    let facts = &entry.facts;
    if entry.is_side_code {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, function) in facts.functions.iter().enumerate() {
        for decorator in &function.decorators {
            let row = super::decorator_row(resolved.of_file(file), files, file, *decorator, resolver);
            let Some(row) = row.filter(|row| row.effects.has(Effect::EntryPoint)) else { continue };
            let span = match facts.origin(*decorator) {
                Origin::Call(call) => facts.call(call).span,
                _ => function.span,
            };
            let library = row.path.rsplit_once(['.', ':']).map_or("", |(library, _)| library);
            found.push(Decorated { file, function: FunctionId(number as u32), span, library, row });
        }
    }
    found
}

/// The classes of the program of which a function gives several objects.
fn listed_by(files: &[ProgramFile], resolver: &mut Resolver, function: &Decorated) -> Vec<Symbol> {
    let given = resolver.return_values(files, function.file, function.function);
    let mut pending: Vec<(TypeId, usize)> = given.instance().map(|id| (id, 0)).into_iter().collect();
    let mut classes = Vec::new();
    while let Some((id, depth)) = pending.pop() {
        if let Some(element) = resolver.element(files, id).filter(|element| resolver.is_own_class(*element)) {
            classes.push(resolver.type_symbol(element));
        }
        if depth < DEEPEST {
            pending.extend(resolver.arguments_of_type(id).iter().map(|part| (*part, depth + 1)));
        }
    }
    classes
}

/// The name of the class that a function stands in, or its own.
fn class_around(files: &[ProgramFile], function: &Decorated) -> String {
    let facts = &files[function.file.0 as usize].facts;
    let own = facts.function(function.function);
    facts.text(own.class.map_or(own.name, |class| facts.class(class).name)).to_owned()
}
