//! What the library call at the end of a path asks for and writes: the column by which its rows differ from turn to turn,
//! whether all turns write the same, and whether a call on the way takes many keys and is given one.
//!
//! Reads displays, statements and names of methods. Of what is put together elsewhere nothing is known.

use super::flow::given_parameters;
use super::matching::Candidate;
use crate::facts::*;
use crate::model::table::Row;
use crate::program::{LoopFrame, Program};
use crate::source::FileId;
use crate::sql::{self, TermKind};
use crate::syntax::{CollectionKind, ParameterKind};

/// What advice for a library call has to go by.
#[derive(Default)]
pub(super) struct Asked {
    /// By what the rows of the turns differ.
    pub key: Key,
    /// Does every turn write the same values?
    pub sets_same: bool,
}

/// By what the rows of the turns differ.
#[derive(Default)]
pub(super) enum Key {
    /// Nobody knows.
    #[default]
    Unknown,
    /// By one column.
    One(String),
    /// By several.
    Several,
}

/// What the call at the end of a path, with its row, asks for and writes.
pub(super) fn of_path(program: &Program, candidate: &Candidate, path: &[(FileId, CallId)], row: &Row) -> Asked {
    let Some(((file, call), varying)) = path.last().copied().zip(along(program, candidate, path).pop()) else {
        return Asked::default();
    };
    let facts = &program.file(file).facts;
    let given = |place: &str| facts.given_at(call, place).filter(|_| !place.is_empty());
    let condition = given(&row.condition);
    let key = match condition {
        Some(condition) => key_of_display(facts, condition, varying),
        None => path
            .iter()
            .rev()
            .find_map(|(file, call)| key_of_statement(&program.file(*file).facts, *call))
            .or_else(|| match row.path.ends_with('*') {
                true => key_of_name(program, file, call, row),
                false => key_of_functions(program, candidate, path),
            })
            .map_or(Key::Unknown, Key::One),
    };
    Asked { key, sets_same: given(&row.sets).is_some_and(|given| !varying.has(given.depend)) }
}

/// The first call on a path below its first that hands on one key as a list, where the statement at its end asks for all
/// keys of a list.
pub(super) fn takes_list(program: &Program, candidate: &Candidate, path: &[(FileId, CallId)]) -> Option<String> {
    let (leaf, leaf_call) = path.last()?;
    let facts = &program.file(*leaf).facts;
    let asks_for_list =
        facts.sent(*leaf_call).is_some_and(|sent| sql::takes_list(&facts.strings[sent.string.0 as usize]));
    if !asks_for_list {
        return None;
    }
    let steps = path.iter().zip(along(program, candidate, path)).take(path.len() - 1);
    steps.into_iter().find_map(|((file, call), varying)| {
        let facts = &program.file(*file).facts;
        let site = facts.call(*call);
        let hands_one = |argument: &Argument| {
            let is_list = matches!(facts.origin(argument.origin), Origin::Collection(kind, Some(_), Some(1)) if kind != CollectionKind::Map);
            is_list && varying.has(argument.depend)
        };
        let is_it = facts.arguments_of(site).iter().any(hands_one);
        is_it.then(|| site.name.map(|name| facts.text(name).to_owned())).flatten()
    })
}

// ---- what differs -----------------------------------------------------------------------------------------------

/// What of a function differs from turn to turn of the loop that a finding is about, as bits.
#[derive(Clone, Copy)]
struct Varying {
    loops: u32,
    parameters: u32,
}

impl Varying {
    fn has(self, depend: Depend) -> bool {
        (depend.element | depend.carried | depend.volatile) & self.loops != 0
            || depend.parameters & WHOLE_PARAMETERS & self.parameters != 0
    }

    fn has_parameter(self, place: usize) -> bool {
        self.parameters & parameter_bit(place as u16) != 0
    }
}

/// What differs at each call of a path.
fn along(program: &Program, candidate: &Candidate, path: &[(FileId, CallId)]) -> Vec<Varying> {
    let around = &program.context(candidate.file, candidate.call).loops;
    let around = around.iter().filter(|other| other.class == LoopClass::Data);
    let loops = candidate.frame.iter().chain(around).fold(0, |bits, frame: &LoopFrame| bits | frame.bit);
    let mut varying = Varying { loops, parameters: 0 };
    let mut found = vec![varying];
    for (above, below) in path.iter().zip(path.iter().skip(1)) {
        // Loops of callees have turns of their own.
        varying = Varying { loops: u32::MAX, parameters: parameters_given(program, *above, *below, varying) };
        found.push(varying);
    }
    found
}

/// The parameters of the function in which a call stands to which the call before it on the way gives what differs; all of
/// them where it is not known what it gives to which.
fn parameters_given(
    program: &Program,
    (file, call): (FileId, CallId),
    (below, next): (FileId, CallId),
    varying: Varying,
) -> u32 {
    let (facts, callee_facts) = (&program.file(file).facts, &program.file(below).facts);
    let reference = program.function_ref(below, callee_facts.scope(callee_facts.call(next).scope).function);
    let is_callee = program.resolved(file, call).functions().any(|function| function == reference);
    if !is_callee || facts.arguments_of(facts.call(call)).iter().any(|argument| argument.is_spread) {
        return u32::MAX;
    }
    given_parameters(program, (file, call), Some(&(below, next)), &|depend| varying.has(depend))
}

// ---- what is asked for ------------------------------------------------------------------------------------------

/// The keys of a display under which values stand that differ from turn to turn.
fn key_of_display(facts: &FileFacts, display: Given, varying: Varying) -> Key {
    let differing = facts.entries_of(facts.bare(display.origin)).iter().filter(|entry| varying.has(entry.depend));
    let mut keys = Vec::new();
    for entry in differing {
        let is_plain = !matches!(facts.origin(facts.bare(entry.value)), Origin::Collection(..));
        match entry.key.filter(|_| is_plain) {
            Some(key) => keys.push(facts.strings[key.0 as usize].to_string()),
            // What is spread into it, and conditions of another form.
            None => return Key::Unknown,
        }
    }
    match (keys.pop(), keys.is_empty()) {
        (Some(key), true) => Key::One(key),
        (Some(_), false) => Key::Several,
        (None, _) => Key::Unknown,
    }
}

/// So many functions above a library call are asked by what they look something up.
const NEAREST: usize = 4;

/// What the nearest function on the way to a call looks something up by, as its name says: the parameter `handle` of
/// `findByHandle`, where it differs from turn to turn.
fn key_of_functions(program: &Program, candidate: &Candidate, path: &[(FileId, CallId)]) -> Option<String> {
    let below = path.iter().zip(along(program, candidate, path)).skip(1);
    let steps: Vec<_> = below.collect();
    steps.into_iter().rev().take(NEAREST).find_map(|((file, call), varying)| {
        let facts = &program.file(*file).facts;
        let function = facts.function(facts.scope(facts.call(*call).scope).function);
        let name = in_one_word(facts.text(function.name));
        let differing = function.parameters.iter().enumerate().filter(|(place, _)| varying.has_parameter(*place));
        let mut names = differing.filter_map(|(_, parameter)| Some(facts.text(parameter.name?)));
        let is_named = |parameter: &&str| name.ends_with(&["by", &in_one_word(parameter)].concat());
        names.find(is_named).map(str::to_owned)
    })
}

/// A name without what separates its words: `findByHandle` and `find_by_handle` are the same.
fn in_one_word(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
}

/// One statement for all turns, in place of that which an unknown call at the end of a path sends to read rows.
pub(super) fn one_statement(program: &Program, path: &[(FileId, CallId)]) -> Option<String> {
    let (file, call) = path.last()?;
    let facts = &program.file(*file).facts;
    let sent = facts.sent(*call)?;
    let is_read = sql::verb(&facts.strings[sent.string.0 as usize]) == Some(sql::Verb::Read);
    let key = key_of_statement(facts, *call).filter(|_| is_read)?;
    Some(format!("a query with `{key} IN (…)`"))
}

/// The only column that the statement which a call sends compares with a value, as it is written there.
fn key_of_statement(facts: &FileFacts, call: CallId) -> Option<String> {
    // `PreparedStatement statement = connection.prepareStatement("…")`
    let prepared = || match facts.origin(facts.bare(facts.call(call).callee)) {
        Origin::Call(prepared) => facts.sent(prepared),
        _ => None,
    };
    let string = facts.sent(call).or_else(prepared)?.string;
    let [lookup] = &facts.statement(string)?.lookups[..] else { return None };
    let [term] = &lookup.terms[..] else { return None };
    let text = &facts.strings[string.0 as usize];
    (term.kind == TermKind::Equal).then(|| sql::as_written(text, &term.column))
}

/// What the name of a method has behind the beginning that its row is for, where it is declared to take that alone:
/// `findByHandle(String handle)`.
fn key_of_name(program: &Program, file: FileId, call: CallId, row: &Row) -> Option<String> {
    let separator = crate::lang::all()[program.file(file).source.language].profile().separator;
    let prefix = row.path.strip_suffix('*')?.rsplit(separator).next()?;
    let name = program.file(file).facts.text(program.file(file).facts.call(call).name?);
    let key = name.strip_prefix(prefix)?;
    let resolver = program.resolvers[program.file(file).source.language].as_ref()?;
    let class = resolver.type_symbol(program.resolved(file, call).receiver?);
    let (declared, class) = resolver.class_named(class)?;
    let facts = &program.file(declared).facts;
    let (_, method) = facts.class(class).methods.iter().find(|(own, _)| facts.text(*own) == name)?;
    let mut taken = facts.function(*method).parameters.iter().filter(|own| own.kind != ParameterKind::Receiver);
    let (only, None) = (taken.next()?.name?, taken.next()) else { return None };
    facts.text(only).eq_ignore_ascii_case(key).then(|| key.to_owned())
}
