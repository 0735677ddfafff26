//! Standing: how functions come to run, and what loops lead to. Handlers of requests and tasks, and all that they lead
//! to, run often; what only the start of the program, scripts and pages for administrators lead to runs seldom.
//!
//! Decorators are noted where files are linked. Here classes whose methods a framework calls, functions that are handed
//! to one and the places of files are added; then the call graph is followed. Which those are is data.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::resolve::{Resolver, Value, argument_at, function_ref};
use super::tables::last_name;
use crate::effect::Effect;
use crate::facts::*;
use crate::lang;
use crate::model::table::{HandlerRow, Role, Row};
use crate::program::{Callback, FunctionRef, LoopFrame, LoopSource, Program, ProgramFile, ResolvedCalls, Standing};
use crate::source::FileId;
use crate::types::Symbol;

/// How many calls below a loop a function is still said to run in it.
const NEAR_BY: usize = 2;

/// Words in names of decorators that let only administrators in.
const ADMINISTRATORS: &[&str] = &["admin", "admins", "staff", "superuser", "superusers"];

/// Fills in the standing of all functions.
pub(super) fn find_standings(program: &mut Program) {
    let mut handlers = Handlers::default();
    let mut registers = vec![false; program.functions.len()];
    for file in (0..program.files.len() as u32).map(FileId) {
        note_methods(program, file, &mut handlers);
        note_registrations(program, file, &mut registers);
        note_place(program, file);
    }
    let edges = edges(program);
    note_mains(program, &edges, &registers);
    find_repeated(program, &edges);
    spread_service(program, &edges);
    spread_start(program, &edges);
    spread_transactions(program, &edges);
    spread_standing(program, &edges, &[Standing::Action]);
    spread_standing(program, &edges, &[Standing::Seldom, Standing::Action]);
}

/// What is known of the methods that a framework calls, for each class outside the program that something inherits from:
/// looked up once, as many classes have the same ones. Symbols are those of a language.
type Handlers<'m> = FxHashMap<(usize, Symbol), Vec<&'m HandlerRow>>;

/// Methods of classes that inherit from what a framework calls.
fn note_methods<'m>(program: &mut Program<'m>, file: FileId, handlers: &mut Handlers<'m>) {
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return };
    let facts = &program.files[file.0 as usize].facts;
    for (number, class) in facts.classes.iter().enumerate() {
        let Some(symbol) = resolver.class_symbol(file, ClassId(number as u32)) else { continue };
        let lineage = resolver.lineage(&program.files, symbol);
        for base in lineage.iter().filter(|base| resolver.definition(**base).is_none()) {
            let models = resolver.models;
            let rows = handlers
                .entry((language, *base))
                .or_insert_with(|| models.handlers(resolver.text(*base)).collect::<Vec<_>>());
            for (name, function) in class.methods.iter().filter(|_| !rows.is_empty()) {
                let starts = |row: &&HandlerRow| row.at_start.iter().any(|own| own == facts.text(*name));
                if rows.iter().any(starts) {
                    let reference = function_ref(&program.files, file, *function);
                    program.at_start[reference.0 as usize] = true;
                }
                let Some(role) = rows.iter().find_map(|row| row.role_of(facts.text(*name))) else { continue };
                let reference = function_ref(&program.files, file, *function).0 as usize;
                match role {
                    Role::EntryPoint => program.entry_points[reference] = true,
                    Role::Background => {
                        program.entry_points[reference] = true;
                        program.background[reference] = true;
                    }
                    // A decorator may have said that it is an action.
                    Role::Seldom if program.standings[reference] == Standing::Action => {}
                    Role::Seldom => program.standings[reference] = Standing::Seldom,
                    Role::Payload => program.payload[reference] = true,
                    Role::Test => program.tests[reference] = true,
                }
            }
        }
        let rows: Vec<&HandlerRow> =
            lineage.iter().filter_map(|base| handlers.get(&(language, *base))).flatten().copied().collect();
        for (file, function) in actions(resolver, &program.files, file, class, &rows) {
            program.standings[function_ref(&program.files, file, function).0 as usize] = Standing::Action;
        }
    }
}

/// The functions of a class, or listed by it, that are actions which an administrator takes on rows picked by hand.
fn actions(
    resolver: &mut Resolver,
    files: &[ProgramFile],
    file: FileId,
    class: &Class,
    rows: &[&HandlerRow],
) -> Vec<(FileId, FunctionId)> {
    if rows.is_empty() {
        return Vec::new();
    }
    let facts = &files[file.0 as usize].facts;
    let is_field = |field: &&Field| rows.iter().any(|row| row.actions_in == facts.text(field.name));
    let listed = class.fields.iter().filter(is_field).flat_map(|field| facts.members_of(field.origin));
    let listed: Vec<OriginId> = listed.collect();
    let names = listed.iter().filter_map(|origin| facts.literal_text(*origin));
    let names: Vec<&str> =
        names.chain(rows.iter().flat_map(|row| row.actions.iter().map(|name| name.as_ref()))).collect();
    let own = class.methods.iter().filter(|(name, _)| names.contains(&facts.text(*name)));
    let mut found: Vec<_> = own.map(|(_, function)| (file, *function)).collect();
    for origin in listed {
        if let [Value::Function(file, function)] = resolver.infer(files, file, origin).list[..] {
            found.push((file, function));
        }
    }
    found
}

/// Functions that are handed to a framework; and which functions hand others to one, or to what serves.
fn note_registrations(program: &mut Program, file: FileId, registers: &mut [bool]) {
    let language = program.file(file).source.language;
    let Some(resolver) = &mut program.resolvers[language] else { return };
    let facts = &program.files[file.0 as usize].facts;
    for call in (0..facts.calls.len() as u32).map(CallId) {
        let found = registration(&program.resolved, facts, file, call);
        if found.is_some() || program.resolved.get(file, call).effects.has(Effect::EntryPoint) {
            let function = facts.scope(facts.call(call).scope).function;
            registers[function_ref(&program.files, file, function).0 as usize] = true;
        }
        for place in program.resolved.get(file, call).row().iter().flat_map(|row| row.typing.iter()) {
            let Some(argument) = argument_at(facts, call, place) else { continue };
            if let [Value::Function(file, function)] = resolver.infer(&program.files, file, argument.origin).list[..] {
                program.while_typing[function_ref(&program.files, file, function).0 as usize] = true;
            }
        }
        let Some((row, handed)) = found else { continue };
        for origin in handed.into_iter().flat_map(|origin| facts.members_of(origin)) {
            if let [Value::Function(file, function)] = resolver.infer(&program.files, file, origin).list[..] {
                let reference = function_ref(&program.files, file, function).0 as usize;
                match row.effects.has(Effect::AtStart) {
                    true => program.at_start[reference] = true,
                    false => program.entry_points[reference] = true,
                }
                if !row.threads_for_plain.is_empty() {
                    program.threads_for_plain[reference] = row.threads_for_plain.as_ref();
                }
            }
        }
    }
}

/// What a call hands to a framework, and the row that says so: arguments, or what is given to a decorator that is
/// applied by hand.
fn registration<'m>(
    resolved: &ResolvedCalls<'m>,
    facts: &FileFacts,
    file: FileId,
    call: CallId,
) -> Option<(&'m Row, Vec<OriginId>)> {
    let site = facts.call(call);
    if let Some(row) = resolved.get(file, call).row() {
        let handed = row.entry.iter().filter_map(|place| argument_at(facts, call, place));
        let handed: Vec<OriginId> = handed.map(|argument| argument.origin).collect();
        return (!handed.is_empty()).then_some((row, handed));
    }
    let (Origin::Call(decorator), None, [given]) = (facts.origin(site.callee), site.name, facts.arguments_of(site))
    else {
        return None;
    };
    let row = resolved.get(file, decorator).row().filter(|row| row.effects.has(Effect::EntryPoint))?;
    Some((row, vec![given.origin]))
}

/// Does a function let in administrators only, as the name of a decorator of it says?
fn is_for_administrators(facts: &FileFacts, function: &Function) -> bool {
    let names = |decorator: &OriginId| {
        let name = last_name(facts, *decorator, 0).unwrap_or_default().to_ascii_lowercase();
        name.split('_').any(|word| ADMINISTRATORS.contains(&word))
    };
    function.decorators.iter().any(names)
}

/// Does a path say that it is for administrators: a folder, or the start of a file's name of several parts, as routes have
/// (`routes/admin.users.ts`)? A file of this name alone may be anything that a framework shows them.
fn is_place_of_administrators(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    folders.split('/').any(|folder| ADMINISTRATORS.contains(&folder))
        || parts.count() > 1 && ADMINISTRATORS.contains(&first)
}

/// Code in places of what people run by hand, code of modules, tests, pages for administrators.
fn note_place(program: &mut Program, file: FileId) {
    let entry = &program.files[file.0 as usize];
    let is_by_hand = entry.is_script || lang::all()[entry.source.language].is_run_by_hand(&entry.source.path);
    let is_admins = is_place_of_administrators(&entry.source.path);
    for number in 0..entry.facts.functions.len() {
        let reference = entry.first_function as usize + number;
        let is_test = program.tests[reference];
        if is_by_hand || is_test {
            program.standings[reference] = Standing::Seldom;
        } else if is_admins || is_for_administrators(&entry.facts, &entry.facts.functions[number]) {
            program.standings[reference] = Standing::Action;
        }
    }
}

/// The functions that programs start with, where they lead to what handles requests or tasks: of others nothing is known, they
/// may do all their work there.
fn note_mains(program: &mut Program, edges: &[(FunctionRef, FunctionRef)], registers: &[bool]) {
    let is_main = |function: &FunctionRef| {
        let (file, id) = program.function(*function);
        let entry = program.file(file);
        let own = entry.facts.function(id);
        let main = lang::all()[entry.source.language].profile().main_function;
        let is_plain = own.class.is_none() && own.parent.is_none_or(|parent| parent == FunctionId(0));
        is_plain && !entry.is_side_code && main == Some(entry.facts.text(own.name))
    };
    let serves = |function: FunctionRef| {
        reached_from(edges, function, program.functions.len())
            .any(|reached| program.entry_points[reached.0 as usize] || registers[reached.0 as usize])
    };
    let functions = (0..program.functions.len() as u32).map(FunctionRef);
    let mains: Vec<FunctionRef> = functions.filter(is_main).filter(|main| serves(*main)).collect();
    mains.into_iter().for_each(|main| program.at_start[main.0 as usize] = true);
}

/// A function and all that it leads to, each once.
fn reached_from(
    edges: &[(FunctionRef, FunctionRef)],
    first: FunctionRef,
    functions: usize,
) -> impl Iterator<Item = FunctionRef> {
    let mut is_known = vec![false; functions];
    is_known[first.0 as usize] = true;
    let mut pending = vec![first];
    std::iter::from_fn(move || {
        let function = pending.pop()?;
        let new = callees(edges, function).filter(|to| !std::mem::replace(&mut is_known[to.0 as usize], true));
        pending.extend(new);
        Some(function)
    })
}

/// Pairs of a function and one that it calls or hands on, sorted.
fn edges(program: &Program) -> Vec<(FunctionRef, FunctionRef)> {
    let of_file = |(number, file): (usize, &ProgramFile)| {
        let caller = |call: CallId| {
            let function = file.facts.scope(file.facts.call(call).scope).function;
            FunctionRef(file.first_function + function.0)
        };
        let mut edges = Vec::new();
        for (call, resolved) in program.resolved.of_file(FileId(number as u32)).iter().enumerate() {
            let from = caller(CallId(call as u32));
            edges.extend(resolved.functions().map(|to| (from, to)));
        }
        let callbacks = &program.callbacks[number];
        edges.extend(callbacks.iter().map(|callback| (caller(callback.call), callback.function)));
        edges.sort_unstable();
        edges.dedup();
        edges
    };
    // Files are in the order of their functions, and so are their edges.
    program.files.par_iter().enumerate().flat_map_iter(of_file).collect()
}

/// What a function calls or hands on; `edges` are sorted.
fn callees(edges: &[(FunctionRef, FunctionRef)], function: FunctionRef) -> impl Iterator<Item = FunctionRef> {
    let first = edges.partition_point(|(from, _)| *from < function);
    edges[first..].iter().take_while(move |(from, _)| *from == function).map(|(_, to)| *to)
}

/// What loops over data call, themselves or in a function near by. Loops of tests count for nothing. Further down nearly
/// everything is reached from some loop, and says nothing of how often.
fn find_repeated(program: &mut Program, edges: &[(FunctionRef, FunctionRef)]) {
    let mut pending = Vec::new();
    for (number, file) in program.files.iter().enumerate().filter(|(_, file)| !file.is_side_code) {
        let is_tested = |call: CallId| {
            let caller = file.first_function + file.facts.scope(file.facts.call(call).scope).function.0;
            program.tests[caller as usize]
        };
        let is_in_loop = |call: CallId| {
            let context = &program.contexts[number][file.facts.call(call).scope.index()];
            context.loops.iter().any(LoopFrame::goes_through_data)
        };
        let resolved = program.resolved.of_file(FileId(number as u32)).iter().enumerate();
        let called = resolved.map(|(call, resolved)| (CallId(call as u32), resolved));
        let called = called.filter(|(call, _)| is_in_loop(*call) && !is_tested(*call));
        pending.extend(called.flat_map(|(_, resolved)| resolved.functions()));
        let callbacks = program.callbacks[number].iter();
        let repeats = |callback: &&Callback| callback.repeats || is_in_loop(callback.call);
        let repeated = callbacks.filter(repeats).filter(|callback| !is_tested(callback.call));
        pending.extend(repeated.map(|callback| callback.function));
    }
    for _ in 0..NEAR_BY {
        pending.retain(|function| !std::mem::replace(&mut program.repeated[function.0 as usize], true));
        pending = pending.iter().flat_map(|function| callees(edges, *function)).collect();
    }
}

fn spread_service(program: &mut Program, edges: &[(FunctionRef, FunctionRef)]) {
    let is_root = |number: &u32| {
        let number = *number as usize;
        match program.standings[number] {
            Standing::Served => true,
            Standing::Unsaid => program.entry_points[number] && !program.tests[number],
            Standing::Seldom | Standing::Action => false,
        }
    };
    let mut pending: Vec<FunctionRef> = (0..program.functions.len() as u32).filter(is_root).map(FunctionRef).collect();
    let mut is_done = vec![false; program.functions.len()];
    while let Some(function) = pending.pop() {
        if std::mem::replace(&mut is_done[function.0 as usize], true) {
            continue;
        }
        program.standings[function.0 as usize] = Standing::Served;
        pending.extend(callees(edges, function));
    }
}

/// What only functions call that run when the program starts or ends, runs then, unless it may go on beside them. Tests
/// and the code of modules say nothing: they run once too.
fn spread_start(program: &mut Program, edges: &[(FunctionRef, FunctionRef)]) {
    let is_side = |caller: FunctionRef| program.tests[caller.0 as usize] || program.function(caller).1 == FunctionId(0);
    let edges: Vec<_> = edges.iter().copied().filter(|(from, _)| !is_side(*from)).collect();
    let goes_on = handed_on(program);
    let is_rare = |standing: Standing| matches!(standing, Standing::Unsaid | Standing::Seldom);
    let may_join = |number: usize| is_rare(program.standings[number]) && !goes_on[number];
    program.at_start = reached_only_from(&edges, &program.at_start, may_join);
    for (standing, is_at_start) in program.standings.iter_mut().zip(&program.at_start) {
        if *is_at_start && *standing == Standing::Unsaid {
            *standing = Standing::Seldom;
        }
    }
}

/// What only functions call that have a transaction open runs in theirs. Tests say nothing.
fn spread_transactions(program: &mut Program, edges: &[(FunctionRef, FunctionRef)]) {
    let tests = &program.tests;
    let edges: Vec<_> = edges.iter().copied().filter(|(from, _)| !tests[from.0 as usize]).collect();
    program.in_transaction = reached_only_from(&edges, &program.in_transaction, |number| !tests[number]);
}

/// Which functions are handed to something that runs them, are called by closures that may be kept or for as long as the
/// program runs, or give an awaitable that is not awaited on the spot.
fn handed_on(program: &Program) -> Vec<bool> {
    let is_async = |function: &FunctionRef| {
        let (file, function) = program.function(*function);
        program.file(file).facts.function(function).is_async
    };
    let by_file = |(number, file): (usize, &ProgramFile)| {
        let mut found: Vec<FunctionRef> = program.callbacks[number].iter().map(|callback| callback.function).collect();
        let id = FileId(number as u32);
        for (call, resolved) in program.resolved.of_file(id).iter().enumerate() {
            if resolved.functions().next().is_none() {
                continue;
            }
            let call = CallId(call as u32);
            if runs_in_kept_closure(program, id, call) || runs_on_and_on(program, id, call) {
                found.extend(resolved.functions());
            } else if !file.facts.call(call).awaited {
                found.extend(resolved.functions().filter(is_async));
            }
        }
        found
    };
    let found: Vec<FunctionRef> = program.files.par_iter().enumerate().flat_map_iter(by_file).collect();
    let mut handed_on = vec![false; program.functions.len()];
    found.into_iter().for_each(|function| handed_on[function.0 as usize] = true);
    handed_on
}

/// Does a call stand in a closure that may be kept and run later: in one that does not run once per element here?
fn runs_in_kept_closure(program: &Program, file: FileId, call: CallId) -> bool {
    let facts = &program.file(file).facts;
    let loops = &program.context(file, call).loops;
    facts.scopes_from(facts.call(call).scope).any(|(_, scope)| match scope.kind {
        ScopeKind::Closure(id) => !loops.iter().any(|frame| frame.source == LoopSource::Closure(id)),
        _ => false,
    })
}

/// Does a call stand in a loop that goes on for as long as the program runs?
fn runs_on_and_on(program: &Program, file: FileId, call: CallId) -> bool {
    program.context(file, call).loops.iter().any(|frame| frame.class == LoopClass::Worker)
}

/// What only functions of these standings call has the first of them.
fn spread_standing(program: &mut Program, edges: &[(FunctionRef, FunctionRef)], known: &[Standing]) {
    let standings = &program.standings;
    let has_one: Vec<bool> = standings.iter().map(|standing| known.contains(standing)).collect();
    let reached = reached_only_from(edges, &has_one, |number| standings[number] == Standing::Unsaid);
    for (standing, is_reached) in program.standings.iter_mut().zip(reached) {
        if is_reached && *standing == Standing::Unsaid {
            *standing = known[0];
        }
    }
}

/// Which functions are among these, or are called by such alone, however far down, and may join them.
fn reached_only_from(
    edges: &[(FunctionRef, FunctionRef)],
    first: &[bool],
    may_join: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let mut others = vec![0u32; first.len()];
    for (_, to) in edges {
        others[to.0 as usize] += 1;
    }
    let mut reached = first.to_vec();
    let mut pending: Vec<FunctionRef> =
        (0..first.len() as u32).filter(|number| first[*number as usize]).map(FunctionRef).collect();
    while let Some(function) = pending.pop() {
        for to in callees(edges, function) {
            let number = to.0 as usize;
            others[number] -= 1;
            if others[number] == 0 && !reached[number] && may_join(number) {
                reached[number] = true;
                pending.push(to);
            }
        }
    }
    reached
}
