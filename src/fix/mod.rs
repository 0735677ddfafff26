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

use crate::diagnostic::{Diagnostic, Edit, Fix, Proposal};
use crate::lang;
use crate::rule::Rule;
use crate::rule::fix::Recipe;
use crate::source::{FileId, SourceFile};

pub use applying::{Analysed, Applied, Changed, Dropped, compatible, converge};
pub use checking::spliced;

use building::{Plan, Verdict};
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
        find_in(&code, file, found, rules);
    });
}

/// Gives the findings of one file their fixes. Those that do not touch each other are checked together: that parses all
/// of the text.
fn find_in(code: &Code, file: FileId, mut found: Vec<&mut Diagnostic>, rules: &[Rule]) {
    let proposals: Vec<Vec<Proposal>> = found.iter_mut().map(|own| std::mem::take(&mut own.proposals)).collect();
    let mut searches: Vec<Search> =
        found.iter().zip(&proposals).map(|(own, proposals)| Search::new(own, proposals, rules)).collect();
    loop {
        searches.iter_mut().for_each(|search| search.find_plan(code));
        let mut together = apart(&mut searches);
        if together.is_empty() {
            break;
        }
        let mut plans: Vec<&mut Plan> = together.iter_mut().filter_map(|search| search.plan.as_mut()).collect();
        let verdicts = Plan::check(code, &mut plans);
        for (search, verdict) in together.into_iter().zip(verdicts) {
            search.take(verdict, code, file);
        }
    }
    let fixes: Vec<Option<Fix>> = searches.into_iter().map(|search| search.fix).collect();
    for ((diagnostic, fix), proposals) in found.into_iter().zip(fixes).zip(proposals) {
        diagnostic.fix = fix;
        diagnostic.proposals = proposals;
    }
}

/// A finding that looks for its fix.
struct Search<'r> {
    recipes: &'r [Recipe],
    /// The proposals that were not tried yet.
    left: std::slice::Iter<'r, Proposal>,
    /// What is to be checked.
    plan: Option<Plan<'r>>,
    fix: Option<Fix>,
}

impl<'r> Search<'r> {
    fn new(found: &Diagnostic, proposals: &'r [Proposal], rules: &'r [Rule]) -> Search<'r> {
        let recipes = rules.iter().find(|rule| rule.name == found.rule).map_or(&[][..], |rule| &rule.fixes);
        Search { recipes, left: proposals.iter(), plan: None, fix: None }
    }

    /// Finds the next plan, unless there is one, or a fix.
    fn find_plan(&mut self, code: &Code) {
        if self.fix.is_none() && self.plan.is_none() {
            let recipes = self.recipes;
            self.plan = self.left.find_map(|proposal| Plan::new(code, recipes.get(proposal.recipe)?, proposal));
        }
    }

    fn take(&mut self, verdict: Verdict, code: &Code, file: FileId) {
        match verdict {
            Verdict::Changed => {}
            Verdict::Fails => self.plan = None,
            Verdict::Holds => self.fix = self.plan.take().and_then(|plan| plan.fix(code, file)),
        }
    }
}

/// Those of the searches with a plan that do not touch each other.
fn apart<'s, 'r>(searches: &'s mut [Search<'r>]) -> Vec<&'s mut Search<'r>> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut apart = Vec::new();
    for search in searches {
        let Some(plan) = &search.plan else { continue };
        if !plan.edits().any(|own| edits.iter().any(|other| checking::overlap(&own, other))) {
            edits.extend(plan.edits());
            apart.push(search);
        }
    }
    apart
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
