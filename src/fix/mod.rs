//! Fixes: from what the facts allow to edits of a text, to texts that are checked, to files.
//!
//! `code.rs` is a text with its tree, `matching.rs` finds patterns in it, `building.rs` writes the edits of one fix,
//! `checking.rs` sees to it that nothing else changes, `applying.rs` applies fixes until there are none left and drops
//! those that do not mend, `saving.rs` writes files. Knows no rule and no language.

mod applying;
mod building;
mod checking;
mod code;
mod matching;
pub mod saving;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Fix};
use crate::lang;
use crate::rule::Rule;
use crate::source::{FileId, SourceFile};

pub use applying::{Analysed, Applied, Changed, Dropped, compatible, converge};
pub use checking::spliced;

use code::Code;

/// Gives each finding its fix: of those that the facts allow the first that its text fits.
pub fn find(found: &mut [Diagnostic], files: &[SourceFile], rules: &[Rule]) {
    let mut by_file: BTreeMap<FileId, Vec<&mut Diagnostic>> = BTreeMap::new();
    for diagnostic in found.iter_mut().filter(|diagnostic| !diagnostic.proposals.is_empty()) {
        by_file.entry(diagnostic.primary.file).or_default().push(diagnostic);
    }
    by_file.into_par_iter().for_each(|(file, found)| {
        let source = &files[file.0 as usize];
        let Ok(text) = source.text() else { return };
        // Where a part could not be parsed, nobody knows what it uses.
        let Some(code) = Code::new(&text, source).filter(|code| code.is_whole()) else { return };
        for diagnostic in found {
            let recipes = rules.iter().find(|rule| rule.name == diagnostic.rule).map_or(&[][..], |rule| &rule.fixes);
            let mut fixes = diagnostic.proposals.iter().filter_map(|proposal| {
                let recipe = recipes.get(proposal.recipe)?;
                building::fix(&code, recipe, proposal, file)
            });
            diagnostic.fix = fixes.next();
        }
    });
}

/// The number of fixes of findings, by whether they may be applied without being asked twice.
pub fn counts<'f>(fixes: impl Iterator<Item = &'f Fix>) -> (usize, usize) {
    use crate::diagnostic::Grade;
    fixes.fold((0, 0), |(safe, not), fix| match fix.grade {
        Grade::Safe => (safe + 1, not),
        Grade::Unsafe => (safe, not + 1),
        Grade::Display => (safe, not),
    })
}

/// The language of a file of the run; files in dialects have none that fixes are written in.
fn language_of(source: &SourceFile) -> Option<&'static dyn lang::Language> {
    source.dialect.is_none().then(|| lang::all()[source.language])
}
