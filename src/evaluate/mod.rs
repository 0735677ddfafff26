//! Evaluation: rules held against the program.
//!
//! `index.rs` finds the few rules that a fact can concern, `matching.rs` checks their conditions, with `values.rs` for
//! what becomes of a value, `waste.rs` for values that need not be made (`borrowing.rs`: because they could be
//! borrowed), `flow.rs` for what calls have to do with each other, `given.rs` for what they are given, looked into, and
//! `calls.rs` for what is called, with what; `finding.rs` says it, with `words.rs` for what things are called and
//! `causes.rs` for what is below a call, `advice.rs` leaves out what the project may not be advised, `propose.rs` says how
//! it may be mended, `rank.rs` orders, `volume.rs` tells what grows with the data, `input.rs` what is known to be read,
//! `rows.rs` what is known of the class of rows that is written, `repeated.rs` what was asked before, `handlers.rs` what runs
//! later, for a request or a letter that is typed, `statements.rs` what is wrong with statements in SQL and with the tables that
//! they ask, `suppress.rs` leaves out what comments ask for, `group.rs` joins what is mended at once.
//! No input or output, and no rule by name.

mod advice;
mod asked;
mod borrowing;
mod calls;
mod causes;
mod copied_elements;
mod counted;
pub mod finding;
mod flow;
mod given;
pub mod group;
pub mod handlers;
mod index;
mod input;
pub mod matching;
mod propose;
pub mod rank;
mod repeated;
mod rows;
mod statements;
pub mod suppress;
mod values;
mod volume;
pub mod waste;
mod waterfall;
mod words;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Set};
use crate::facts::{CallId, FunctionId};
use crate::link::summarize::effects_where_it_stands;
use crate::program::{FunctionRef, Program, ProgramFile};
use crate::rule::{Rule, RuleSet};
use crate::source::FileId;
use index::Index;
use matching::{Candidate, holds};

/// What evaluation is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Report in tests, examples, benchmarks and migrations too.
    pub include_side_code: bool,
}

/// May something be reported in this file?
pub fn reports_in(file: &ProgramFile, options: Options) -> bool {
    !file.facts.is_generated && (options.include_side_code || !file.is_side_code || is_migration(file))
}

/// All findings, sorted by path and place, before suppression.
pub fn diagnostics(program: &mut Program, rules: &RuleSet, options: Options) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut wanted = statements::Unserved::default();
    let mut indexes: FxHashMap<&str, Index> = FxHashMap::default();
    for file in (0..program.files.len() as u32).map(FileId) {
        let source = &program.file(file).source;
        let language = crate::lang::all()[source.language];
        let language = match source.dialect {
            Some(dialect) => language.profile().dialects[dialect].name(),
            None => language.profile().name,
        };
        let index = &*indexes.entry(language).or_insert_with(|| Index::new(rules, language));
        if index.is_empty() {
            continue;
        }
        if !reports_in(program.file(file), options) {
            continue;
        }
        if program.file(file).is_side_code && !options.include_side_code {
            evaluate_migration(program, index, file, &mut found);
            continue;
        }
        for call in (0..program.file(file).facts.calls.len() as u32).map(CallId) {
            if options.include_side_code || !is_test(program, file, call) {
                evaluate_call(program, index, file, call, &mut found);
            }
        }
        if !index.tables.is_empty() {
            wanted.note(program, &index.tables, file, options.include_side_code);
        }
        for hold in 0..program.file(file).facts.holds.len() {
            for rule in &index.holds {
                found.extend(matching::check_hold(program, rule, file, hold, options.include_side_code));
            }
        }
        let first = program.relation_reads.partition_point(|read| read.file < file);
        for read in program.relation_reads[first..].iter().take_while(|read| read.file == file) {
            if options.include_side_code || !is_test(program, file, read.call) {
                found.extend(index.relations.iter().filter_map(|rule| matching::check_relation(program, rule, read)));
            }
        }
        for function in (0..program.file(file).facts.functions.len() as u32).map(FunctionId) {
            for rule in &index.functions {
                let reference = program.function_ref(file, function);
                if options.include_side_code || !program.tests[reference.0 as usize] {
                    found.extend(matching::check_function(program, rule, file, function));
                }
            }
        }
    }
    found.extend(wanted.findings(program));
    finding::finish(found)
}

/// Is it a change to the tables of a database?
fn is_migration(file: &ProgramFile) -> bool {
    file.is_migration
}

/// Holds those rules against a migration that ask for one.
fn evaluate_migration(program: &mut Program, index: &Index, file: FileId, found: &mut Vec<Diagnostic>) {
    let about_statements: Vec<&Rule> =
        index.sql.iter().copied().filter(|rule| rule.conditions.migration == Some(true)).collect();
    for call in (0..program.file(file).facts.calls.len() as u32).map(CallId) {
        if !about_statements.is_empty() {
            statements::check(program, &about_statements, file, call, found);
        }
        for effect in effects_where_it_stands(program, file, call) {
            let rules = index.calls_with(1 << effect.reached.effect as u8);
            for rule in rules.filter(|rule| rule.conditions.migration == Some(true)) {
                if index::wants(rule, &effect) {
                    found.extend(evaluate_rule(program, rule, file, call, effect));
                }
            }
        }
    }
}

fn is_test(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let function = facts.scope(facts.call(call).scope).function;
    let FunctionRef(reference) = program.function_ref(file, function);
    program.tests[reference as usize]
}

fn evaluate_call(program: &mut Program, index: &Index, file: FileId, call: CallId, found: &mut Vec<Diagnostic>) {
    if !index.sql.is_empty() {
        statements::check(program, &index.sql, file, call, found);
    }
    let effects = effects_where_it_stands(program, file, call);
    // Most calls have none.
    if effects.is_empty() {
        return;
    }
    let mut bits = 0u64;
    for effect in &effects {
        bits |= 1 << effect.reached.effect as u8;
    }
    for rule in index.calls_with(bits) {
        let mut candidates: Vec<_> = effects
            .iter()
            .filter(|effect| index::wants(rule, effect))
            .map(|effect| (effect.reached.via, *effect))
            .collect();
        // Own effects first, then the shortest way.
        candidates.sort_by_key(|(via, effect)| {
            let reached = &effect.reached;
            (via.is_some(), std::cmp::Reverse(reached.weight), reached.cases, reached.steps)
        });
        for (_, effect) in candidates {
            if let Some(diagnostic) = evaluate_rule(program, rule, file, call, effect) {
                found.push(diagnostic);
                break;
            }
        }
    }
}

fn evaluate_rule(
    program: &mut Program,
    rule: &Rule,
    file: FileId,
    call: CallId,
    effect: crate::link::summarize::CallEffect,
) -> Option<Diagnostic> {
    let candidate = Candidate::new(program, rule, file, call, effect)?;
    if effect.reached.confidence < rule.least_confidence {
        return None;
    }
    if !holds(program, &candidate, &rule.conditions, true) || holds(program, &candidate, &rule.exceptions, false) {
        return None;
    }
    let mut found = finding::of_call(program, rule, &candidate);
    if holds(program, &candidate, &rule.only_likely, false) {
        found.set = Set::Likely;
    }
    found.proposals = propose::for_call(program, rule, &candidate);
    Some(found)
}
