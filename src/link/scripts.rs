//! Scripts: files that people run by hand, once or seldom. Their paths tell, or their names do where they run by themselves
//! and no other file imports them.

use rustc_hash::FxHashSet;

use crate::facts::*;
use crate::lang;
use crate::program::{Program, ProgramFile};

/// Notes which files are scripts.
pub(super) fn find_scripts(program: &mut Program) {
    let is_script = |file: &ProgramFile| lang::all()[file.source.language].is_script(&file.source.path);
    let may_be_one = |file: &ProgramFile| lang::all()[file.source.language].names_script(&file.source.path);
    let is_asked = program.files.iter().any(|file| may_be_one(file) && !is_script(file));
    let imported = if is_asked { imported_modules(&program.files) } else { FxHashSet::default() };
    for file in &mut program.files {
        let stands_alone = || !imported.contains(&(file.source.language, file.module.clone())) && runs_by_itself(file);
        file.is_script = is_script(file) || may_be_one(file) && stands_alone();
    }
}

/// The modules that files of the program import, in whole or a part of them.
fn imported_modules(files: &[ProgramFile]) -> FxHashSet<(usize, String)> {
    let mut modules = FxHashSet::default();
    for file in files {
        let language = lang::all()[file.source.language];
        let is_package = language.is_package(&file.source.path);
        for import in &file.facts.imports {
            let names: Vec<&str> = import.path.iter().map(|name| file.facts.text(*name)).collect();
            let path = language.absolute(&file.module, is_package, import.level, &names);
            let path = language.renamed(&path, &file.renames).unwrap_or(path);
            let ends = path.match_indices(language.profile().separator).map(|(end, _)| end).chain([path.len()]);
            modules.extend(ends.map(|end| (file.source.language, path[..end].to_owned())));
        }
    }
    modules
}

/// Does the code of a module run one of its own functions: `main()`, `main().catch(…)`?
fn runs_by_itself(file: &ProgramFile) -> bool {
    let facts = &file.facts;
    let is_run = |site: &CallSite| {
        facts.scope(site.scope).function == FunctionId(0) && site.kind == CallKind::Call && site.name.is_none()
    };
    facts.calls.iter().any(|site| is_run(site) && is_own_function(facts, site.callee))
}

fn is_own_function(facts: &FileFacts, origin: OriginId) -> bool {
    match facts.origin(origin) {
        Origin::Function(_) | Origin::Closure(_) => true,
        Origin::Ascribed(_, inner) => is_own_function(facts, inner),
        Origin::Global(module, name) => {
            let mut definitions = facts.modules[module.index()].definitions.iter();
            definitions.any(|(own, origin)| *own == name && matches!(facts.origin(*origin), Origin::Function(_)))
        }
        _ => false,
    }
}
