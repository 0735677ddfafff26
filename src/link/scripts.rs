//! Scripts: files that people run by hand, once or seldom. Their paths tell, or their names do where they run by themselves
//! and no other file imports them.

use crate::facts::*;
use crate::lang;
use crate::program::{Program, ProgramFile};

/// Notes which files are scripts.
pub(super) fn find_scripts(program: &mut Program) {
    let is_script = |file: &ProgramFile| lang::all()[file.source.language].is_script(&file.source.path);
    let may_be_one = |file: &ProgramFile| lang::all()[file.source.language].names_script(&file.source.path);
    for file in &mut program.files {
        let stands_alone = || !file.is_imported && runs_by_itself(file);
        file.is_script = is_script(file) || may_be_one(file) && stands_alone();
    }
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
