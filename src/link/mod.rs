//! Linking: from the facts of all files to the program.
//!
//! Names across files (`resolve.rs`), types (`infer.rs`), ownership (`ownership.rs`), relations between classes
//! (`relations.rs`), what of them is loaded with rows (`loading.rs`) or read one by one (`relation_reads.rs`),
//! objects that resolvers of fields show one by one (`field_resolvers.rs`), circumstances (`context.rs`), also of closures that functions of the program run (`closures.rs`), how functions come
//! to run (`standing.rs`), effects of functions (`summarize.rs`), tasks (`tasks.rs`), tables (`schema.rs`), of classes
//! (`tables.rs`) and made by calls (`made_tables.rs`), and what is looked up in them by the names of attributes
//! (`conditions.rs`) and of methods (`finders.rs`). No input or output. Files that were not read have no facts.
//!
//! The same facts and models give the same program, whatever the threads. Three kinds of work are shared among them: what
//! is read off one file each, put together in the order of files; summaries of functions that do not lead to each other;
//! and answers about calls that are the same whoever asks (`ahead.rs`). All else is done in the order of files and calls.

mod ahead;
mod batching;
mod closures;
mod conditions;
pub mod context;
mod declarations;
mod field_resolvers;
mod finders;
pub mod infer;
mod lineage;
mod loading;
mod made_tables;
pub mod memoization;
pub mod ownership;
mod relation_reads;
pub mod relations;
mod renderers;
pub mod resolve;
mod schema;
mod scripts;
mod standing;
mod structural;
pub mod summarize;
mod tables;
pub mod tasks;
mod templates;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::effect::Effect;
use crate::facts::*;
use crate::lang;
use crate::model::lookup::Models;
use crate::model::table::{Laziness, Row};
use crate::program::{FileCalls, Program, ProgramFile, Resolved, ResolvedCalls, Standing};
use crate::source::FileId;
use resolve::{Resolver, Value};

/// Links the files, which are sorted by path. `models` holds one entry for each language of `lang::all()`.
pub fn program(files: Vec<ProgramFile>, models: &[Models]) -> Program<'_> {
    let functions = files
        .iter()
        .enumerate()
        .flat_map(|(file, entry)| {
            (0..entry.facts.functions.len() as u32).map(move |function| (FileId(file as u32), FunctionId(function)))
        })
        .collect::<Vec<_>>();
    let mut program = Program {
        resolved: ResolvedCalls::default(),
        contexts: vec![Vec::new(); files.len()],
        callbacks: vec![Vec::new(); files.len()],
        summaries: vec![Default::default(); functions.len()],
        entry_points: vec![false; functions.len()],
        background: vec![false; functions.len()],
        threads_for_plain: vec![""; functions.len()],
        standings: vec![Standing::Unsaid; functions.len()],
        at_start: vec![false; functions.len()],
        in_transaction: vec![false; functions.len()],
        payload: vec![false; functions.len()],
        shown_rows: Default::default(),
        while_typing: vec![false; functions.len()],
        repeated: vec![false; functions.len()],
        tests: vec![false; functions.len()],
        first_tasks: Vec::new(),
        runs_alone: vec![false; functions.len()],
        lone_languages: Vec::new(),
        resolvers: Vec::new(),
        relation_reads: Vec::new(),
        schema: Default::default(),
        lookups: Vec::new(),
        requirements: Vec::new(),
        functions,
        files,
    };
    let unknown = program.resolved.answers.number(Resolved::default());
    program.resolved.numbers = program.files.iter().map(|file| vec![unknown; file.facts.calls.len()]).collect();
    for (index, language) in lang::all().iter().enumerate() {
        let used = program.files.iter().any(|file| file.source.language == index);
        program.resolvers.push(used.then(|| {
            let mut resolver = Resolver::new(*language, index, &models[index], &program.files);
            link_language(&mut program.resolved, &program.files, index, &mut resolver);
            resolver
        }));
    }
    let mut has_own_loop = vec![false; program.functions.len()];
    mark_tests_and_memory(&mut program);
    for file in (0..program.files.len() as u32).map(FileId) {
        link_file(&mut program, file, &mut has_own_loop);
    }
    closures::enter_handed_on(&mut program);
    mark_test_helpers(&mut program);
    scripts::find_scripts(&mut program);
    standing::find_standings(&mut program);
    tasks::find_lone_functions(&mut program, &has_own_loop);
    summarize::summarize(&mut program);
    read_relations(&mut program);
    schema::define(&mut program);
    program
}

/// Does any of these files import a library that fills templates, so that they are part of the program?
pub fn fills_templates(files: &[ProgramFile], models: &[Models]) -> bool {
    files.iter().any(|file| {
        let facts = &file.facts;
        let libraries = models[file.source.language].template_libraries();
        !libraries.is_empty()
            && facts.imports.iter().any(|import| {
                import.level == 0 && import.path.first().is_some_and(|first| libraries.contains(&facts.text(*first)))
            })
    })
}

/// Resolves all call sites of a language: once to learn what functions are called with, then once more those that
/// depend on it.
fn link_language<'m>(
    resolved: &mut ResolvedCalls<'m>,
    files: &[ProgramFile],
    language: usize,
    resolver: &mut Resolver<'m>,
) {
    let own: Vec<FileId> =
        (0..files.len() as u32).map(FileId).filter(|file| files[file.0 as usize].source.language == language).collect();
    let kind = |(file, call): &(FileId, CallId)| files[file.0 as usize].facts.call(*call).kind;
    let calls_of = |file: &FileId| {
        let file = *file;
        (0..files[file.0 as usize].facts.calls.len() as u32).map(move |call| (file, CallId(call)))
    };
    // What functions are called with is learnt from calls alone.
    let calls: Vec<(FileId, CallId)> =
        own.iter().flat_map(calls_of).filter(|site| kind(site) == CallKind::Call).collect();
    ahead::resolve_ahead(resolver, files, &calls);
    for (file, call) in calls {
        let answer = resolver.resolved(files, file, call, &mut resolved.answers);
        resolved.numbers[file.0 as usize][call.index()] = answer;
        resolver.note_arguments(files, file, call, resolved.answers.get(answer));
    }
    resolver.note_registrations(files, &own, resolved);
    resolver.note_templates(files, &own, resolved);
    resolver.use_callers();
    // Answering one of them may settle others: which are open is asked before the first.
    let is_open = |site: &(FileId, CallId)| {
        let (file, call) = *site;
        kind(site) != CallKind::Call
            || !resolver.is_settled(file, call)
            || resolved.get(file, call).row().is_some_and(|row| !row.calls_member.is_empty())
    };
    let open: Vec<(FileId, CallId)> = own.iter().flat_map(calls_of).filter(is_open).collect();
    ahead::resolve_ahead(resolver, files, &open);
    for (file, call) in open {
        let answer = resolver.resolved(files, file, call, &mut resolved.answers);
        resolved.numbers[file.0 as usize][call.index()] = answer;
    }
    resolver.add_templates(resolved);
}

/// Words in names of functions that belong to tests.
const TEST_WORDS: &[&str] = &["test", "tests", "testing"];

/// Helpers of tests count as tests: their names say so, and nobody but tests calls them.
fn mark_test_helpers(program: &mut Program) {
    let is_named = |number: &usize| {
        let name = name_of(program, *number);
        !program.tests[*number] && name.split('_').any(|word| TEST_WORDS.contains(&word))
    };
    let named = (0..program.functions.len()).filter(is_named);
    let mut callers: FxHashMap<usize, Vec<usize>> = named.map(|helper| (helper, Vec::new())).collect();
    for (number, entry) in program.files.iter().enumerate() {
        let file = FileId(number as u32);
        for call in (0..entry.facts.calls.len() as u32).map(CallId) {
            for callee in program.resolved(file, call).functions() {
                if let Some(callers) = callers.get_mut(&(callee.0 as usize)) {
                    let caller = program.function_ref(file, entry.facts.scope(entry.facts.call(call).scope).function);
                    callers.push(caller.0 as usize);
                }
            }
        }
    }
    // Whom nobody calls that was read, tests call that were not.
    let are_tests_unread = program.files.iter().any(|file| !file.is_read);
    callers.retain(|helper, callers| !callers.is_empty() || are_tests_unread && !is_named_elsewhere(program, *helper));
    // One helper calls the next.
    for _ in 0..4 {
        for (helper, callers) in &callers {
            program.tests[*helper] |= callers.iter().all(|caller| program.tests[*caller]);
        }
    }
}

fn name_of<'p>(program: &'p Program, function: usize) -> &'p str {
    let (file, id) = program.functions[function];
    let facts = &program.file(file).facts;
    facts.text(facts.function(id).name)
}

/// Does something stand for a function, or does another file use its name?
fn is_named_elsewhere(program: &Program, function: usize) -> bool {
    let (file, _) = program.functions[function];
    let name = name_of(program, function);
    let uses =
        |(number, user): (usize, &ProgramFile)| number != file.0 as usize && user.facts.names.find(name).is_some();
    program.entry_points[function] || program.files.iter().enumerate().any(uses)
}

fn read_relations(program: &mut Program) {
    for (index, resolver) in program.resolvers.iter_mut().enumerate() {
        let Some(resolver) = resolver else { continue };
        let own: Vec<FileId> = (0..program.files.len() as u32)
            .map(FileId)
            .filter(|file| program.files[file.0 as usize].source.language == index)
            .collect();
        let (files, resolved, contexts) = (&program.files, &program.resolved, &program.contexts);
        let (reads, shown) = relation_reads::relation_reads(files, resolved, contexts, resolver, &own);
        program.relation_reads.extend(reads);
        program.shown_rows.extend(shown);
        program.shown_rows.extend(field_resolvers::shown_objects(files, &program.standings, resolved, resolver, &own));
    }
    program.relation_reads.sort_by_key(|read| read.file);
}

/// Marks functions that belong to tests, and those that remember their results.
fn mark_tests_and_memory(program: &mut Program) {
    let of_file = |(number, entry): (usize, &ProgramFile)| {
        let mut tests: Vec<bool> = Vec::new();
        let mark = |(id, function): (usize, &Function)| {
            let is_around = function.parent.is_some_and(|parent| tests.get(parent.index()) == Some(&true));
            let is_test = is_around || entry.is_side_code || is_marked_test(entry, function);
            tests.push(is_test);
            (is_test, memoization::memoizes(program, FileId(number as u32), FunctionId(id as u32)))
        };
        entry.facts.functions.iter().enumerate().map(mark).collect::<Vec<_>>()
    };
    let marks: Vec<(bool, bool)> = program.files.par_iter().enumerate().flat_map_iter(of_file).collect();
    for (reference, (is_test, memoizes)) in marks.into_iter().enumerate() {
        program.tests[reference] = is_test;
        program.summaries[reference].memoizes = memoizes;
    }
}

/// Does a decorator say that a function, or the module that it stands in, belongs to tests?
fn is_marked_test(entry: &ProgramFile, function: &Function) -> bool {
    let facts = &entry.facts;
    let language = lang::all()[entry.source.language];
    function.decorators.iter().any(|decorator| language.marks_test(&decorator_text(facts, *decorator)))
        || module_is_test(facts, function.module, language)
}

fn link_file(program: &mut Program, file: FileId, has_own_loop: &mut [bool]) {
    let number = file.0 as usize;
    let language = program.files[number].source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return };
    let files = &program.files;
    let resolved = program.resolved.of_file(file);
    program.contexts[number] = context::contexts(files, file, &program.resolved, &FxHashMap::default(), resolver);
    program.callbacks[number] = context::callbacks(files, file, resolved, resolver);
    note_transactions(files, file, resolved, resolver, &mut program.in_transaction);
    let facts = &files[number].facts;
    for (id, function) in facts.functions.iter().enumerate() {
        let reference = (files[number].first_function + id as u32) as usize;
        for decorator in &function.decorators {
            let effects = decorator_effects(resolved, files, file, *decorator, resolver);
            if let Origin::Call(call) = facts.origin(*decorator)
                && let Some(row) = resolved[call.index()].row().filter(|row| !row.threads_for_plain.is_empty())
            {
                program.threads_for_plain[reference] = row.threads_for_plain.as_ref();
            }
            program.entry_points[reference] |= effects.has(Effect::EntryPoint);
            program.background[reference] |= effects.has(Effect::Background);
            if effects.has(Effect::Command) {
                program.standings[reference] = Standing::Served;
            }
            if effects.has(Effect::Seldom) {
                program.standings[reference] = Standing::Seldom;
            }
            if effects.has(Effect::Action) {
                program.standings[reference] = Standing::Action;
            }
            program.at_start[reference] |= effects.has(Effect::AtStart);
            program.in_transaction[reference] |= effects.has(Effect::DbCommit);
            let forgets = decorator_forgets(resolved, files, file, *decorator, resolver);
            program.summaries[reference].memoizes |= effects.has(Effect::Memoizes) && !forgets;
            program.summaries[reference].memoizes_for_now |= effects.has(Effect::Memoizes) && forgets;
            has_own_loop[reference] |= effects.has(Effect::RunsEventLoop);
        }
    }
}

/// Methods of a class whose decorator puts each of them into a transaction.
fn note_transactions<'m>(
    files: &[ProgramFile],
    file: FileId,
    resolved: FileCalls<'_, 'm>,
    resolver: &mut Resolver<'m>,
    in_transaction: &mut [bool],
) {
    let entry = &files[file.0 as usize];
    for class in &entry.facts.classes {
        let opens = class
            .decorators
            .iter()
            .any(|decorator| decorator_effects(resolved, files, file, *decorator, resolver).has(Effect::DbCommit));
        for (_, method) in class.methods.iter().filter(|_| opens) {
            in_transaction[(entry.first_function + method.0) as usize] = true;
        }
    }
}

fn module_is_test(facts: &FileFacts, module: ModuleId, language: &dyn lang::Language) -> bool {
    let path = &facts.modules[module.index()].path;
    // The module or one around it.
    facts.modules.iter().any(|outer| {
        path.starts_with(&outer.path)
            && outer.decorators.iter().any(|decorator| language.marks_test(&decorator_text(facts, *decorator)))
    })
}

/// What a decorator does to the function, as far as the models know it.
fn decorator_effects<'m>(
    resolved: FileCalls<'_, 'm>,
    files: &[ProgramFile],
    file: FileId,
    decorator: OriginId,
    resolver: &mut Resolver<'m>,
) -> crate::effect::EffectSet {
    let facts = &files[file.0 as usize].facts;
    match facts.origin(decorator) {
        Origin::Call(call) => resolved[call.index()].effects,
        _ => match resolver.infer(files, file, decorator).list[..] {
            [Value::Item(symbol)] => resolver.row_effects(symbol),
            // `@app.task` on a value: a bound method that is not called.
            _ => resolver.bound_effects(files, file, decorator),
        },
    }
}

/// What the models know of a decorator.
fn decorator_row<'m>(
    resolved: FileCalls<'_, 'm>,
    files: &[ProgramFile],
    file: FileId,
    decorator: OriginId,
    resolver: &mut Resolver<'m>,
) -> Option<&'m Row> {
    match files[file.0 as usize].facts.origin(decorator) {
        Origin::Call(call) => resolved[call.index()].row(),
        _ => match resolver.infer(files, file, decorator).list[..] {
            [Value::Item(symbol)] => resolver.row_of(symbol),
            _ => None,
        },
    }
}

/// Does a decorator that remembers results forget them soon: does the function run whenever no cache answers?
fn decorator_forgets<'m>(
    resolved: FileCalls<'_, 'm>,
    files: &[ProgramFile],
    file: FileId,
    decorator: OriginId,
    resolver: &mut Resolver<'m>,
) -> bool {
    let row = decorator_row(resolved, files, file, decorator, resolver);
    row.is_some_and(|row| row.laziness == Laziness::Conditional)
}

/// A decorator as it is written: `tokio::test`, `cfg(test)`.
pub fn decorator_text(facts: &FileFacts, origin: OriginId) -> String {
    match facts.origin(origin) {
        Origin::Global(_, name) => facts.text(name).to_owned(),
        Origin::Member(inner, name) => format!("{}.{}", decorator_text(facts, inner), facts.text(name)),
        Origin::Import(import) => {
            let path = &facts.imports[import.index()].path;
            path.last().map(|name| facts.text(*name).to_owned()).unwrap_or_default()
        }
        Origin::Call(call) => {
            let site = facts.call(call);
            let mut text = decorator_text(facts, site.callee);
            if let Some(name) = site.name {
                text = format!("{text}.{}", facts.text(name));
            }
            let arguments: Vec<String> =
                facts.arguments_of(site).iter().map(|argument| decorator_text(facts, argument.origin)).collect();
            format!("{text}({})", arguments.join(", "))
        }
        _ => String::new(),
    }
}
