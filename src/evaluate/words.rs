//! Words: what a message may speak of, as the code names it.
//!
//! Knows names and spans, and no text of the code: a long chain of calls is called by the library's name for it.

use super::advice;
use super::matching::{iterated_argument, root_receiver};
use crate::effect::Effect;
use crate::facts::*;
use crate::lang::Language;
use crate::link::resolve::{Value, matched_arguments};
use crate::model::table::{Row, RowKind, last_segment};
use crate::program::{FunctionRef, LoopFrame, LoopSource, Program};
use crate::rule::Instead;
use crate::rule::message::{Field, Template};
use crate::source::{FileId, Span};
use crate::syntax::{Name, ParameterKind};

/// So many names of a path are told, the last ones.
const LONGEST_PATH: usize = 3;

/// Names up to this length tell little of what goes by them.
const SHORTEST_NAME: usize = 2;

/// Longer chains of calls have no name.
const LONGEST_CHAIN: usize = 60;

/// What parameters are called that take a row of any kind.
const ANY_ROW: &[&str] = &["instance", "item", "model", "obj", "object", "parent", "record", "root", "row", "source"];

/// What a message may speak of, for one finding.
#[derive(Default)]
pub(super) struct Words {
    pub callee: String,
    pub callee_far: String,
    pub receiver: String,
    pub variable: String,
    pub iterable: String,
    pub loop_loader: String,
    pub function: String,
    /// The library call at the end of the path, by its library: what identifies a finding.
    pub api: String,
    /// The same, as the code has it.
    pub written_api: String,
    /// What the library call does, with its name.
    pub run: String,
    pub alternative: String,
    pub asynchronous: String,
    /// The same, of a library call that another function makes.
    pub asynchronous_below: String,
    pub cost: String,
    pub others: String,
    pub argument: String,
    pub result: String,
    pub awaited: String,
    pub remedy: String,
    pub relation: String,
    pub loader: String,
    pub relation_key: String,
    pub relation_others: String,
    pub framework: String,
    pub advice: String,
    pub takes_list: String,
    pub table: String,
    pub column: String,
    pub table_index: String,
    pub code: String,
}

impl Words {
    pub fn fill(&self, template: &Template) -> String {
        template.render(&|field| self.of(field))
    }

    /// The first of these that speaks of nothing unknown.
    pub fn first_filled<'r>(&self, choices: &[&'r Instead]) -> Option<&'r Instead> {
        choices.iter().copied().find(|instead| instead.help.is_filled(&|field| self.of(field)))
    }

    fn of(&self, field: Field) -> String {
        match field {
            Field::Callee => &self.callee,
            Field::CalleeFar => &self.callee_far,
            Field::Receiver => &self.receiver,
            Field::LoopVariable => &self.variable,
            Field::LoopIterable => &self.iterable,
            Field::Function => &self.function,
            Field::WitnessApi => &self.written_api,
            Field::WitnessRun => &self.run,
            Field::WitnessAlternative => &self.alternative,
            Field::WitnessAsynchronous => &self.asynchronous,
            Field::WitnessAsynchronousBelow => &self.asynchronous_below,
            Field::WitnessOthers => &self.others,
            Field::WitnessCost => &self.cost,
            Field::Argument => &self.argument,
            Field::Result => &self.result,
            Field::Awaited => &self.awaited,
            Field::Remedy => &self.remedy,
            Field::Relation => &self.relation,
            Field::LoopLoader => &self.loop_loader,
            Field::Loader => &self.loader,
            Field::RelationOthers => &self.relation_others,
            Field::RelationKey => &self.relation_key,
            Field::Framework => &self.framework,
            Field::WitnessAdvice => &self.advice,
            Field::WitnessTakesList => &self.takes_list,
            Field::Table => &self.table,
            Field::Column => &self.column,
            Field::TableIndex => &self.table_index,
            Field::Code => &self.code,
        }
        .clone()
    }
}

/// What a finding about a call speaks of.
#[derive(Clone, Copy)]
pub(super) struct Subject<'r> {
    /// The effect that it is about.
    pub effect: Option<Effect>,
    /// The call at the end of the path: of the library, or of generated code.
    pub leaf: (FileId, CallId),
    /// What is known of the library call.
    pub row: Option<&'r Row>,
}

/// The words for a call.
pub(super) fn of_call(program: &Program, file: FileId, call: CallId, subject: Subject) -> Words {
    let Subject { effect, leaf, row } = subject;
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let place = |place: Option<Name>| place.map(|place| facts.text(place).to_owned());
    let argument = facts.arguments_of(site).first();
    let is_own = program.resolved(leaf.0, leaf.1).functions().next().is_some();
    let api = match row {
        Some(row) if !is_own => api(program, leaf, row, effect),
        _ => call_text(&program.file(leaf.0).facts, program.file(leaf.0).facts.call(leaf.1)),
    };
    let written_api = row.and_then(|row| written_name(program, leaf, row)).unwrap_or_else(|| api.clone());
    let run = match row {
        Some(row) if row.kind == RowKind::Constructor => format!("makes a new `{}`", last_segment(&row.path)),
        _ => format!("runs `{written_api}`"),
    };
    Words {
        run,
        callee: callee(program, file, call, effect),
        receiver: place(root_receiver(program, file, call).0).unwrap_or_else(|| "the value".into()),
        function: program.qualified(file, facts.scope(site.scope).function),
        api,
        written_api,
        alternative: row.map(|row| advice::alternatives(program, file, &row.alternative)).unwrap_or_default(),
        asynchronous: row.map(|row| advice::alternatives(program, file, &row.asynchronous)).unwrap_or_default(),
        cost: row.map(|row| row.cost.to_string()).unwrap_or_default(),
        advice: row.map(|row| row.advice.to_string()).unwrap_or_default(),
        framework: program.threads_for_plain[program.function_ref(file, facts.scope(site.scope).function).0 as usize]
            .to_owned(),
        argument: argument.and_then(|argument| place(argument.place)).unwrap_or_else(|| "the value".into()),
        result: place(site.result_place).unwrap_or_else(|| "the result".into()),
        ..Words::default()
    }
}

/// What a call is called in a message.
fn callee(program: &Program, file: FileId, call: CallId, effect: Option<Effect>) -> String {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    if let Some(text) = operation_text(program, file, call, effect) {
        return text;
    }
    match (site.receiver_place, site.name, program.resolved(file, call).row()) {
        // The library's name says more than the last word of a long chain, and the last two say more than that.
        (None, Some(_), Some(row)) => chain_text(facts, site, 0)
            .or_else(|| written_name(program, (file, call), row))
            .unwrap_or_else(|| short_path(&row.path, language(program, file).profile().separator)),
        _ => call_text(facts, site),
    }
}

/// What the library call at the end of a path is called: by its library, or as the code has it where it is no call.
fn api(program: &Program, (file, call): (FileId, CallId), row: &Row, effect: Option<Effect>) -> String {
    let text = operation_text(program, file, call, effect);
    text.unwrap_or_else(|| {
        let separator = language(program, file).profile().separator;
        let path = short_path(&row.path, separator);
        // What an annotation of a method says is said of the method.
        if let Some(name) = decorated_method(program, file, call, row, separator) {
            return name;
        }
        // A row for all names with the same beginning is spoken of by the name that is called.
        match path.strip_suffix('*').and_then(|path| path.rsplit_once(separator)) {
            Some((owner, _)) => match program.file(file).facts.call(call).name {
                Some(name) => [owner, separator, program.file(file).facts.text(name)].concat(),
                None => path,
            },
            None => path,
        }
    })
}

/// A call of a method, as the code has it, where that does not name the type: `changes.findOne`, `db.select(…).limit`,
/// `….find(…).toArray`. `None` where the library's name says more: what it is called on has no name, or one of a letter,
/// or is the receiver of the function around it.
fn written_name(program: &Program, (file, call): (FileId, CallId), row: &Row) -> Option<String> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let separator = language(program, file).profile().separator;
    let owner = row.path.rsplit(separator).nth(1)?;
    let is_method = site.kind == CallKind::Call && row.kind == RowKind::Method;
    if !is_method
        || last_segment(&row.path) != facts.text(site.name?)
        || names_in_chain(facts, site).any(|name| name == owner)
    {
        return None;
    }
    let Some(text) = chain_text(facts, site, 0) else { return chain_end(facts, site) };
    let own = receiver_around(facts, site).and_then(|receiver| text.strip_prefix(receiver)?.strip_prefix('.'));
    let names: Vec<&str> = own.unwrap_or(&text).split('.').collect();
    let [.., receiver, _] = names[..] else { return None };
    match names.len() > LONGEST_PATH && text.contains('(') {
        true => chain_end(facts, site),
        false => {
            let told = names[names.len().saturating_sub(LONGEST_PATH)..].join(".");
            (receiver.chars().count() > 1).then_some(told)
        }
    }
}

/// The last two calls of a chain: `….find(…).toArray`.
fn chain_end(facts: &FileFacts, site: &CallSite) -> Option<String> {
    let Origin::Call(inner) = facts.origin(site.callee) else { return None };
    let inner = facts.call(inner);
    let before = facts.text(inner.name.filter(|_| inner.kind == CallKind::Call)?);
    let arguments = if inner.arguments.0 == inner.arguments.1 { "()" } else { "(…)" };
    Some(format!("….{before}{arguments}.{}", facts.text(site.name?)))
}

/// The last two calls of a chain without what is before them: `getOrders().find`.
fn last_of_chain(facts: &FileFacts, site: &CallSite) -> Option<String> {
    let (Origin::Call(inner), CallKind::Call) = (facts.origin(site.callee), site.kind) else { return None };
    let inner = facts.call(inner);
    inner.name.filter(|_| inner.kind == CallKind::Call)?;
    Some(format!("{}.{}", bare_call_text(facts, inner)?, facts.text(site.name?)))
}

/// All names that are written in a chain of calls, the last first.
fn names_in_chain<'f>(facts: &'f FileFacts, site: &'f CallSite) -> impl Iterator<Item = &'f str> {
    let before = |site: &&'f CallSite| match facts.origin(site.callee) {
        Origin::Call(inner) => Some(facts.call(inner)),
        _ => None,
    };
    let texts = std::iter::successors(Some(site), before).filter_map(|site| site.text.or(site.name));
    texts.flat_map(|text| facts.text(text).split(|letter: char| !letter.is_alphanumeric() && letter != '_'))
}

/// The name of the receiver of the method that a call stands in, however deep.
fn receiver_around<'f>(facts: &'f FileFacts, site: &CallSite) -> Option<&'f str> {
    let own = facts.scope(site.scope).function;
    let mut around = std::iter::successors(Some(own), |function| facts.function(*function).parent);
    around.find_map(|function| {
        let first = facts.function(function).parameters.first()?;
        first.name.filter(|_| first.kind == ParameterKind::Receiver).map(|name| facts.text(name))
    })
}

/// The method that a call names, as the code has it, where its row is that of an annotation of the method.
fn decorated_method(program: &Program, file: FileId, call: CallId, row: &Row, separator: &str) -> Option<String> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let name = facts.text(site.name?);
    let is_other = row.kind == RowKind::Function && last_segment(&row.path) != name;
    let is_written = site.kind == CallKind::Call && program.resolved(file, call).receiver.is_some();
    (is_other && is_written).then(|| short_path(site.text.map_or(name, |text| facts.text(text)), separator))
}

fn language(program: &Program, file: FileId) -> &'static dyn Language {
    crate::lang::all()[program.file(file).source.language]
}

/// How the code spells what is done without a call, or by one that only goes through its argument.
fn operation_text(program: &Program, file: FileId, call: CallId, effect: Option<Effect>) -> Option<String> {
    let facts = &program.file(file).facts;
    let (site, language) = (facts.call(call), language(program, file));
    let text = |place: Option<Name>, origin: OriginId| match place {
        Some(place) => Some((facts.text(place).to_owned(), true)),
        None => made_by(facts, origin).map(|text| (text, false)),
    };
    let argument = effect.and_then(|effect| iterated_argument(program, file, call, effect));
    match (site.kind, argument) {
        (CallKind::Leave, _) => text(site.receiver_place, site.callee).map(|(text, _)| language.context_text(&text)),
        (CallKind::Iterate, _) => text(site.receiver_place, site.callee).map(|told| gone_through(language, told)),
        (CallKind::Call, Some(argument)) => {
            text(argument.place, argument.origin).map(|told| gone_through(language, told))
        }
        _ => None,
    }
}

/// A call that is gone through is told by its name, a variable with the loop that goes through it.
fn gone_through(language: &dyn Language, (text, is_variable): (String, bool)) -> String {
    if is_variable { language.loop_text(&text) } else { text }
}

/// The name of the call that made a value.
fn made_by(facts: &FileFacts, origin: OriginId) -> Option<String> {
    match facts.origin(origin) {
        Origin::Call(inner) => {
            let site = facts.call(inner);
            chain_text(facts, site, 0).or_else(|| site.text.map(|text| facts.text(text).to_owned()))
        }
        Origin::Borrowed(inner) | Origin::Ascribed(_, inner) => made_by(facts, inner),
        _ => None,
    }
}

pub(super) fn call_text(facts: &FileFacts, site: &CallSite) -> String {
    if let Some(text) = chain_text(facts, site, 0).or_else(|| last_of_chain(facts, site)) {
        return text;
    }
    match (site.text, facts.origin(site.callee)) {
        (Some(text), _) => facts.text(text).to_owned(),
        // What goes through or searches what a call gives goes by the name of that call.
        (None, Origin::Call(inner)) if site.kind != CallKind::Call => call_text(facts, facts.call(inner)),
        (None, _) => "the call".into(),
    }
}

/// A chain of calls, without their arguments: `orders.filter(…).count`. `None` if it is long or not known.
fn chain_text(facts: &FileFacts, site: &CallSite, depth: usize) -> Option<String> {
    // What is called on a chain has the last name of it for a text.
    if let Some(text) = site.text.filter(|_| site.receiver_place.is_some() || site.name.is_none()) {
        return Some(facts.text(text).to_owned());
    }
    let (Some(name), Origin::Call(inner), true) = (site.name, facts.origin(site.callee), depth < 4) else {
        return None;
    };
    let inner = facts.call(inner);
    let own = chain_text(facts, inner, depth + 1).filter(|_| inner.kind == CallKind::Call)?;
    let arguments = if inner.arguments.0 == inner.arguments.1 { "()" } else { "(…)" };
    let text = format!("{own}{arguments}.{}", facts.text(name));
    (text.len() <= LONGEST_CHAIN).then_some(text)
}

/// The last two names of a path: `sqlalchemy.orm.Session.get` is `Session.get`; folders before them say nothing more.
fn short_path(path: &str, separator: &str) -> String {
    let names: Vec<&str> = path.split(separator).collect();
    let skip = if names.len() > 2 && names[0] == "builtins" { names.len() - 1 } else { names.len().saturating_sub(2) };
    let last = names[skip..].join(separator);
    last.rsplit('/').next().map_or(last.clone(), str::to_owned)
}

/// A loop, as messages speak of it.
pub(super) struct LoopWords {
    /// Where it stands.
    pub file: FileId,
    /// Where its turns are announced.
    pub span: Span,
    /// What a turn is about: the variable, or what it takes out of a container.
    pub variable: String,
    /// What it goes through.
    pub iterable: String,
    /// The class that shows what it goes through, where it has no other loop.
    pub shown_by: Option<String>,
    /// What that has to load something for all of them. May be empty.
    pub loader: String,
}

impl LoopWords {
    /// A loop of which only the place is known.
    pub fn unknown(file: FileId, span: Span) -> Self {
        LoopWords { file, span, variable: "item".into(), iterable: "n".into(), shown_by: None, loader: String::new() }
    }
}

/// The words for a loop.
pub(super) fn of_loop(program: &Program, file: FileId, frame: &LoopFrame) -> LoopWords {
    let facts = &program.file(file).facts;
    let name = |name: Option<Name>| name.map(|name| facts.text(name)).filter(|text| *text != "_" && !text.is_empty());
    match frame.source {
        LoopSource::Loop(id) => {
            let own = facts.loop_of(id);
            let iterable = own.iterable_place.map(|place| facts.text(place).to_owned());
            let iterable = iterable.or_else(|| match own.iterable {
                Some(iterable) => size_text(program, file, iterable),
                None => size_of_asked(program, file, own),
            });
            let taken = own.iterable.is_none().then(|| taken_each_turn(program, file, own)).flatten();
            let otherwise = if own.iterable.is_some() { "item" } else { "turn" };
            let variable = name(own.target).or_else(|| name(taken)).unwrap_or(otherwise);
            let variable = match &iterable {
                Some(iterable) if is_number(variable) && !iterable.contains('(') => format!("element of `{iterable}`"),
                _ => variable.to_owned(),
            };
            let iterable = iterable.unwrap_or_else(|| "n".into());
            LoopWords { variable, iterable, ..LoopWords::unknown(file, own.target_span) }
        }
        LoopSource::Closure(id) => {
            let closure = facts.closure(id);
            let span = Span { start: closure.span.start, end: closure.span.start + 1 };
            let variable = name(closure.target).unwrap_or("item").to_owned();
            let iterable = closure.given_to.and_then(|(call, _)| receiver_text(program, file, call));
            LoopWords { variable, iterable: iterable.unwrap_or_else(|| "n".into()), ..LoopWords::unknown(file, span) }
        }
        LoopSource::Call(call) => match loop_below(program, file, call) {
            Some((below, frame)) => of_loop(program, below, &frame),
            None => LoopWords::unknown(file, facts.call(call).span),
        },
        LoopSource::Shown(function) => {
            let Some(shown) = program.shown_rows.get(&function) else {
                return LoopWords::unknown(file, Span::default());
            };
            let (made_file, span) = shown.made;
            let shown_by = Some(shown.renderer.clone());
            let loader = shown.loader.clone();
            let variable = name_of_shown(program, function, shown.row).unwrap_or("row").to_owned();
            LoopWords { variable, shown_by, loader, ..LoopWords::unknown(made_file, span) }
        }
    }
}

/// What a function calls the row that it shows, where that says what it is.
fn name_of_shown<'p>(program: &'p Program, function: FunctionRef, row: u16) -> Option<&'p str> {
    let (file, function) = program.function(function);
    let facts = &program.file(file).facts;
    let parameter = facts.function(function).parameters.get(row as usize)?;
    let name = facts.text(parameter.name.filter(|_| parameter.kind != ParameterKind::Receiver)?);
    (!ANY_ROW.contains(&name)).then_some(name)
}

/// Is it by convention the name of a position?
fn is_number(variable: &str) -> bool {
    matches!(variable, "i" | "j" | "k" | "n" | "idx" | "index")
}

/// The loop in which the callee of a call runs what it is given.
fn loop_below(program: &Program, file: FileId, call: CallId) -> Option<(FileId, LoopFrame)> {
    program.resolved(file, call).functions().find_map(|function| {
        let (below, callee) = program.function(function);
        let facts = &program.file(below).facts;
        let (start, end) = facts.function(callee).region.calls;
        let runs_parameter = |call: &CallId| {
            let site = facts.call(*call);
            site.kind == CallKind::Call
                && site.name.is_none()
                && matches!(facts.origin(site.callee), Origin::Parameter(own, _) if own == callee)
        };
        let calls = (start..end).map(CallId).filter(runs_parameter);
        let frames = calls.filter_map(|call| program.context(below, call).loops.first().copied());
        let mut loops = frames.filter(|frame| matches!(frame.source, LoopSource::Loop(_)));
        loops.next().map(|frame| (below, frame))
    })
}

/// The name that tells most of what a loop goes through, if that is not the first: of one letter, or what a function
/// such as one that counts pairs with it.
pub(super) fn telling_name(program: &mut Program, file: FileId, frame: &LoopFrame) -> Option<String> {
    let LoopSource::Loop(id) = frame.source else { return None };
    let own = program.file(file).facts.loop_of(id).clone();
    let made = own.iterable.map(|iterable| program.file(file).facts.origin(iterable));
    let is_paired = matches!(made, Some(Origin::Call(call))
        if program.resolved(file, call).row().is_some_and(|row| row.kind == RowKind::Function));
    let language = program.file(file).source.language;
    let resolver = program.resolvers[language].as_mut()?;
    let facts = &program.files[file.0 as usize].facts;
    let is_target = |binding: &&Binding| binding.scope == own.scope && own.header.contains(binding.span);
    let names: Vec<&Binding> = facts.bindings.iter().filter(is_target).collect();
    let is_plain = |resolver: &mut crate::link::resolve::Resolver, binding: &Binding| {
        let values = resolver.infer(&program.files, file, binding.origin);
        matches!(values.list[..], [Value::Instance(class)] if !resolver.is_own_class(class))
    };
    let says_little = |resolver: &mut crate::link::resolve::Resolver, binding: &Binding| {
        facts.text(binding.name).chars().count() == 1 || is_paired && is_plain(resolver, binding)
    };
    let (first, others) = names.split_first()?;
    if !says_little(resolver, first) {
        return None;
    }
    let other = others.iter().find(|other| !says_little(resolver, other))?;
    Some(facts.text(other.name).to_owned())
}

/// The name of the class of the program whose instances a loop goes through, one by one.
pub(super) fn class_gone_through(program: &mut Program, file: FileId, frame: &LoopFrame) -> Option<String> {
    let LoopSource::Loop(id) = frame.source else { return None };
    let facts = &program.file(file).facts;
    let own = facts.loop_of(id);
    let is_target = |binding: &&Binding| Some(binding.name) == own.target && binding.scope == own.scope;
    let origin = facts.bindings.iter().find(is_target)?.origin;
    let index = program.file(file).source.language;
    let resolver = program.resolvers[index].as_mut()?;
    let [Value::Instance(class)] = resolver.infer(&program.files, file, origin).list[..] else { return None };
    let name = resolver.type_name(class).rsplit(crate::lang::all()[index].profile().separator).next()?;
    // A class that has no name of its own was given one by its place.
    (resolver.is_own_class(class) && !name.contains('@')).then(|| as_variable(name))
}

/// The name of a class as that of a variable: `Order` is `order`.
fn as_variable(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What a loop without an iterable takes out of a container on each turn, or asks for what its condition is asked of, or
/// else what it begins with.
fn taken_each_turn(program: &Program, file: FileId, own: &Loop) -> Option<Name> {
    let facts = &program.file(file).facts;
    let calls = || (own.region.calls.0..own.region.calls.1).map(CallId);
    let result = |call: CallId| facts.call(call).result_place.filter(|_| facts.call(call).result_is_local);
    let takes = |call: &CallId| program.resolved(file, *call).effects.has(Effect::Shrinks);
    let asked = asked_each_turn(facts, own);
    let is_of_it = |call: &CallId| asked.is_some_and(|asked| is_next_of(facts, asked, *call));
    // `rows.Scan(&id)`, `it.next()`
    let given = |call: CallId| {
        let arguments = facts.arguments_of(facts.call(call)).iter();
        let mut filled = arguments.filter(|given| matches!(facts.origin(given.origin), Origin::Borrowed(_)));
        filled.find_map(|given| given.place).or_else(|| Some(facts.binding_of(call)?.name)).or_else(|| result(call))
    };
    calls()
        .filter(takes)
        .find_map(result)
        .or_else(|| calls().filter(is_of_it).find_map(given))
        .or_else(|| result(calls().next()?))
}

/// The call of a member that the condition of a loop begins with: `rows.Next()`, `it.hasNext()`.
fn asked_each_turn(facts: &FileFacts, own: &Loop) -> Option<CallId> {
    // Conditions stand before the body in some languages, and in it in others.
    let first = own.region.calls.0.saturating_sub(2);
    let mut calls = (first..own.region.calls.1).map(CallId);
    calls.find(|call| {
        let site = facts.call(*call);
        let is_of_variable = site.receiver_place.is_some_and(|place| !facts.text(place).contains('.'));
        own.header.contains(site.span) && site.kind == CallKind::Call && is_of_variable
    })
}

/// Is a call one of another member of the same value, in the body of the loop?
fn is_next_of(facts: &FileFacts, asked: CallId, call: CallId) -> bool {
    let (asked, site) = (facts.call(asked), facts.call(call));
    site.receiver_place == asked.receiver_place && site.span.start > asked.span.end && site.name.is_some()
}

/// Is a value what a database answers?
fn is_asked_of_database(program: &Program, file: FileId, origin: OriginId) -> bool {
    match program.file(file).facts.origin(origin) {
        Origin::Call(call) => program.resolved(file, call).effects.has(Effect::DbQuery),
        Origin::Ascribed(_, inner) | Origin::Part(inner, _) => is_asked_of_database(program, file, inner),
        _ => false,
    }
}

/// What a loop goes through whose condition is asked of a value: that, or what it was made of where its name tells nothing.
fn size_of_asked(program: &Program, file: FileId, own: &Loop) -> Option<String> {
    let facts = &program.file(file).facts;
    let asked = asked_each_turn(facts, own)?;
    let calls = (own.region.calls.0..own.region.calls.1).map(CallId);
    calls.clone().find(|call| is_next_of(facts, asked, *call))?;
    let site = facts.call(asked);
    let name = facts.text(site.receiver_place?);
    let is_telling = name.len() > SHORTEST_NAME && !name.to_ascii_lowercase().contains("iter");
    // Those who ask a database do not tell what there is.
    match is_telling || is_asked_of_database(program, file, site.callee) {
        true => Some(name.to_owned()),
        false => size_text(program, file, site.callee),
    }
}

/// A short name for what a loop goes through: what it is a view of or is made of, or else the call that gives it.
fn size_text(program: &Program, file: FileId, origin: OriginId) -> Option<String> {
    let facts = &program.file(file).facts;
    match facts.origin(origin) {
        Origin::Borrowed(inner) | Origin::Await(inner) | Origin::Ascribed(_, inner) => size_text(program, file, inner),
        // `rows ?? []`
        Origin::Join(start, end) => {
            let is_empty = |origin: &&OriginId| {
                matches!(facts.origin(**origin), Origin::Collection(_, None, Some(0)) | Origin::Null)
            };
            let mut others = facts.origin_list(start, end).iter().filter(|origin| !is_empty(origin));
            let (Some(only), None) = (others.next(), others.next()) else { return None };
            size_text(program, file, *only).or_else(|| name_of_value(facts, *only))
        }
        Origin::Call(call) => {
            let site = facts.call(call);
            if let Some(place) = place_viewed(program, file, call) {
                return Some(facts.text(place).to_owned());
            }
            let is_of_chain = site.name.is_some() && matches!(facts.origin(site.callee), Origin::Call(_));
            match elements_from(program, file, call) {
                Some(argument) => match argument.place {
                    Some(place) => Some(facts.text(place).to_owned()),
                    None => size_text(program, file, argument.origin),
                },
                None if is_of_chain => size_text(program, file, site.callee),
                None if resolved_to_nothing_known(program, file, call) => Some(bare_call_text(facts, site)?),
                None => site.text.map(|text| facts.text(text).to_owned()),
            }
        }
        _ => None,
    }
}

/// The name of a parameter, or of the local variable that holds a value.
fn name_of_value(facts: &FileFacts, origin: OriginId) -> Option<String> {
    let name = match facts.origin(origin) {
        Origin::Parameter(function, place) => facts.function(function).parameters.get(usize::from(place))?.name?,
        Origin::Member(_, name) => name,
        _ => facts.bindings.iter().find(|binding| binding.origin == origin)?.name,
    };
    Some(facts.text(name).to_owned())
}

/// Is a call of a member none that a library is known for?
fn resolved_to_nothing_known(program: &Program, file: FileId, call: CallId) -> bool {
    program.resolved(file, call).row().is_none() && program.file(file).facts.call(call).name.is_some()
}

/// A call without its receiver: `findByOwner(…)`.
fn bare_call_text(facts: &FileFacts, site: &CallSite) -> Option<String> {
    let arguments = if site.arguments.0 == site.arguments.1 { "()" } else { "(…)" };
    Some([facts.text(site.name?), arguments].concat())
}

/// What the method goes through that is given a closure: `orders` of `orders.forEach(…)` and `orders.stream().map(…)`.
fn receiver_text(program: &Program, file: FileId, call: CallId) -> Option<String> {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    match (place_viewed(program, file, call), facts.origin(site.callee)) {
        (Some(place), _) => Some(facts.text(place).to_owned()),
        (None, Origin::Call(_) | Origin::Await(_)) if site.name.is_some() => size_text(program, file, site.callee),
        _ => None,
    }
}

/// The receiver that a call is a view of, as a place: `orders` of `orders.items()`. A method of the program may give
/// anything; a function of a module is no view of the module.
fn place_viewed(program: &Program, file: FileId, call: CallId) -> Option<Name> {
    let facts = &program.file(file).facts;
    let (site, resolved) = (facts.call(call), program.resolved(file, call));
    let place = site.receiver_place.filter(|_| site.name.is_some())?;
    let is_self = matches!(facts.origin(site.callee), Origin::Parameter(function, parameter)
        if facts.function(function).parameters[usize::from(parameter)].kind == ParameterKind::Receiver);
    // What the program's own code makes of arguments is no view of the receiver.
    let is_given =
        facts.arguments_of(site).iter().any(|given| !matches!(facts.origin(given.origin), Origin::Closure(_)));
    let is_view = match resolved.row() {
        Some(row) => matches!(row.kind, RowKind::Method | RowKind::Attribute),
        None => !is_self && !is_given && !matches!(facts.origin(site.callee), Origin::Import(_) | Origin::Global(..)),
    };
    is_view.then_some(place)
}

/// The argument whose elements a call gives: a library's function that only builds goes by its first, one of the program
/// by what it goes through itself.
fn elements_from(program: &Program, file: FileId, call: CallId) -> Option<Argument> {
    let facts = &program.file(file).facts;
    let (site, resolved) = (facts.call(call), program.resolved(file, call));
    let arguments = facts.arguments_of(site);
    if let Some(function) = resolved.functions().next() {
        let (callee_file, callee) = program.function(function);
        let callee_facts = &program.file(callee_file).facts;
        let mut matched = matched_arguments(facts, site, callee_facts, callee).into_iter();
        let (argument, _) = matched.find(|(_, parameter)| goes_through(callee_facts, callee, *parameter))?;
        return arguments.get(argument).copied();
    }
    let row = resolved.row().filter(|row| !row.effects.iter().any(Effect::travels) || row.iterates.is_some())?;
    let is_gone_through = |(position, _): &(usize, &Argument)| match (&row.iterates, &row.repeats) {
        (Some(iterated), _) => iterated.is_at(*position),
        (None, Some(run)) => !run.is_at(*position),
        (None, None) => row.kind != RowKind::Method,
    };
    arguments.iter().enumerate().find(is_gone_through).map(|(_, argument)| *argument)
}

/// Does a function go through one of its parameters?
fn goes_through(facts: &FileFacts, function: FunctionId, parameter: u16) -> bool {
    let is_it = |origin: OriginId| facts.origin(origin) == Origin::Parameter(function, parameter);
    let is_of_it = |origin: &OriginId| matches!(facts.origin(*origin), Origin::Element(inner) if is_it(inner));
    let (start, end) = facts.function(function).region.calls;
    let mut iterations = (start..end).map(|call| facts.call(CallId(call)));
    let mut loops = facts.loops.iter().filter(|own| facts.scope(own.scope).function == function);
    facts.function(function).yields.iter().any(is_of_it)
        || iterations.any(|site| site.kind == CallKind::Iterate && is_it(site.callee))
        || loops.any(|own| own.iterable.is_some_and(is_it))
}
