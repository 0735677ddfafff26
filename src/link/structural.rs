//! Interfaces that types implement by having their methods, without saying so.
//!
//! Only methods of the program count, by their names and how many parameters they have. Types of tests stand in for others,
//! so they count only where there are no others.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::resolve::Resolver;
use crate::program::ProgramFile;
use crate::source::FileId;
use crate::syntax::ClassKind;
use crate::types::Symbol;

/// A method as an interface asks for it: its name, and how many parameters it has.
type Method = (Symbol, usize);

/// What is known of a type.
#[derive(Default)]
struct Known {
    methods: FxHashSet<Method>,
    is_interface: bool,
    is_side_code: bool,
}

impl Resolver<'_> {
    /// Finds for every interface of the program the types of the program that have its methods.
    pub(super) fn define_structural_implementors(&mut self, files: &[ProgramFile], own: &[FileId]) {
        let declared = self.declared_methods(files, own);
        let mut names: Vec<Symbol> = declared.keys().copied().collect();
        names.sort_unstable();
        let all: Vec<(Symbol, FxHashSet<Method>)> = names
            .into_iter()
            .map(|name| (name, self.methods_with_embedded(files, name, &declared)))
            .filter(|(_, methods)| !methods.is_empty())
            .collect();
        let mut having: FxHashMap<Method, Vec<usize>> = FxHashMap::default();
        for (at, (name, methods)) in all.iter().enumerate() {
            if !declared[name].is_interface {
                methods.iter().for_each(|method| having.entry(*method).or_default().push(at));
            }
        }
        for (interface, wanted) in all.iter().filter(|(name, _)| declared[name].is_interface) {
            // The method that the fewest have.
            let fewest = wanted.iter().map(|method| having.get(method).map_or(&[][..], Vec::as_slice));
            let Some(fewest) = fewest.min_by_key(|types| types.len()) else { continue };
            let implementors = fewest.iter().map(|at| &all[*at]);
            let implementors: Vec<Symbol> =
                implementors.filter(|(_, methods)| wanted.is_subset(methods)).map(|(name, _)| *name).collect();
            let is_real = |name: &Symbol| !declared[name].is_side_code;
            let has_real = implementors.iter().any(is_real);
            let known = Arc::make_mut(&mut self.implementors).entry(*interface).or_default();
            known.extend(implementors.into_iter().filter(|name| !has_real || is_real(name)));
            known.sort_unstable();
            known.dedup();
        }
    }

    /// The methods that are written for each type of the program.
    fn declared_methods(&self, files: &[ProgramFile], own: &[FileId]) -> FxHashMap<Symbol, Known> {
        let mut declared: FxHashMap<Symbol, Known> = FxHashMap::default();
        for file in own {
            let source = &files[file.0 as usize];
            for (number, class) in source.facts.classes.iter().enumerate() {
                let Some(symbol) = self.class_symbol(*file, crate::facts::ClassId(number as u32)) else { continue };
                let known = declared.entry(symbol).or_default();
                known.is_interface |= class.kind == ClassKind::Interface;
                known.is_side_code |=
                    class.kind != ClassKind::Extension && self.language.is_side_code(&source.source.path);
                for (name, function) in &class.methods {
                    let parameters = source.facts.function(*function).parameters.len();
                    if let Some(name) = self.symbols.find(source.facts.text(*name)) {
                        known.methods.insert((name, parameters));
                    }
                }
            }
        }
        declared
    }

    /// The methods of a type and of what it embeds.
    fn methods_with_embedded(
        &mut self,
        files: &[ProgramFile],
        name: Symbol,
        declared: &FxHashMap<Symbol, Known>,
    ) -> FxHashSet<Method> {
        let lineage = self.lineage(files, name);
        let parts = lineage.iter().filter_map(|part| declared.get(part));
        parts.flat_map(|known| known.methods.iter().copied()).collect()
    }
}
