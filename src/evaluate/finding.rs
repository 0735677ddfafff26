//! Findings in words: message, labels, the path to the cause, fingerprint.

use rustc_hash::FxHashMap;

use super::matching::{Candidate, iterated_argument, leaf_row};
use super::{advice, rank};
use crate::diagnostic::{Confidence, Diagnostic, Label};
use crate::effect::Effect;
use crate::facts::*;
use crate::link::summarize::witness_chain;
use crate::model::table::Row;
use crate::program::{LoopFrame, LoopSource, Program, RelationRead};
use crate::rule::message::{Field, Template};
use crate::rule::{Place, Rule};
use crate::source::{FileId, Span};

/// What a message may speak of, for one finding.
#[derive(Default)]
struct Words {
    callee: String,
    receiver: String,
    variable: String,
    iterable: String,
    function: String,
    api: String,
    alternative: String,
    asynchronous: String,
    cost: String,
    argument: String,
    result: String,
    awaited: String,
    remedy: String,
    relation: String,
    loader: String,
}

impl Words {
    fn fill(&self, template: &Template) -> String {
        template.render(&|field| {
            match field {
                Field::Callee => &self.callee,
                Field::Receiver => &self.receiver,
                Field::LoopVariable => &self.variable,
                Field::LoopIterable => &self.iterable,
                Field::Function => &self.function,
                Field::WitnessApi => &self.api,
                Field::WitnessAlternative => &self.alternative,
                Field::WitnessAsynchronous => &self.asynchronous,
                Field::WitnessCost => &self.cost,
                Field::Argument => &self.argument,
                Field::Result => &self.result,
                Field::Awaited => &self.awaited,
                Field::Remedy => &self.remedy,
                Field::Relation => &self.relation,
                Field::Loader => &self.loader,
            }
            .clone()
        })
    }
}

/// The finding for a call site.
pub fn of_call(program: &mut Program, rule: &Rule, candidate: &Candidate) -> Diagnostic {
    let wasted = match rule.conditions.waste {
        Some(_) => super::waste::wasted(program, candidate.file, candidate.call),
        None => None,
    };
    let program = &*program;
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let chain = witness_chain(program, candidate.file, &candidate.effect.reached);
    let row = leaf_row(program, candidate);
    let mut words = words_of_call(program, candidate.file, candidate.call, row);
    words.remedy = wasted.map(|wasted| wasted.remedy).unwrap_or_default();
    let mut secondary = Vec::new();
    if let Some(frame) = candidate.frame {
        let (span, variable, iterable) = describe_loop(program, candidate.file, &frame);
        words.variable = variable;
        words.iterable = iterable;
        let message = format!("runs once per {}", words.variable);
        if span != site.span {
            secondary.push(Label { file: candidate.file, span, message });
        }
    }
    let reached = chain.len() > 1;
    if let Some(row) =
        row.filter(|row| candidate.effect.reached.effect == Effect::DbWrite && !row.alternative_for_writes.is_empty())
    {
        words.alternative = advice::alternatives(program, candidate.file, &row.alternative_for_writes);
    }
    if reached {
        // What does the same as the library call is no form of the function that makes it.
        words.asynchronous.clear();
    }
    let iterated =
        iterated_argument(program, candidate.file, candidate.call, candidate.effect.reached.effect).is_some();
    let template = if reached || iterated { &rule.message.text } else { &rule.message.direct };
    let trace = trace_of(program, &chain, &words.fill(&rule.message.cause));
    let message = words.fill(template);
    let place = if site.kind == CallKind::Call && site.name.is_none() { site.name_span } else { site.span };
    let place = if reached || site.kind == CallKind::Attribute { site.name_span } else { place };
    let label = words.fill(&rule.message.label);
    let mut primary = Label { file: candidate.file, span: first_line(facts, place), message: label };
    if rule.message.place == Place::Receiver
        && let Some(span) = making_span(facts, site.callee)
    {
        secondary.push(std::mem::replace(
            &mut primary,
            Label { file: candidate.file, span: first_line(facts, span), message: words.fill(&rule.message.cause) },
        ));
    }
    let function = facts.scope(site.scope).function;
    let within = match candidate.frame.map(|frame| frame.source) {
        Some(LoopSource::Loop(id)) => facts.loop_of(id).span,
        Some(LoopSource::Closure(id)) => facts.closure(id).span,
        Some(LoopSource::Call(call)) => facts.call(call).span,
        // What keeps an event loop waiting is handed away as a whole; anything else is mended where it stands.
        None if rule.conditions.asynchronous.is_some() => facts.function(function).span,
        None => Span::default(),
    };
    // What templates fill in each other's loops is mended where it is written.
    let within = match chain.last() {
        Some((cause, call)) if is_in_dialect(program, candidate.file) && is_in_dialect(program, *cause) && reached => {
            (*cause, program.file(*cause).facts.call(*call).span)
        }
        _ => (candidate.file, within),
    };
    Diagnostic {
        rank: rank::rank(program, rule, candidate),
        confidence: candidate.effect.reached.confidence,
        primary,
        secondary,
        trace,
        within,
        ..bare(program, rule, candidate.file, function, &words, message)
    }
}

fn is_in_dialect(program: &Program, file: FileId) -> bool {
    program.file(file).source.dialect.is_some()
}

/// The finding for a held value.
pub fn of_hold(
    program: &Program,
    rule: &Rule,
    file: FileId,
    number: usize,
    call: CallId,
    awaited: usize,
) -> Diagnostic {
    let facts = &program.file(file).facts;
    let hold = facts.holds[number];
    let mut words = words_of_call(program, file, call, program.resolved(file, call).row());
    words.result = hold.name.map(|name| facts.text(name).to_owned()).unwrap_or_else(|| words.receiver.clone());
    words.awaited = match facts.origin(facts.awaits[awaited].origin) {
        Origin::Call(call) => call_text(facts, facts.call(call)),
        _ => "the awaited code".into(),
    };
    let message = words.fill(&rule.message.text);
    let function = facts.scope(hold.scope).function;
    let span = first_line(facts, facts.awaits[awaited].span);
    Diagnostic {
        rank: rule.weight * rank::context(program, file, function),
        confidence: program.resolved(file, call).confidence,
        primary: Label { file, span: first_line(facts, hold.span), message: words.fill(&rule.message.label) },
        secondary: vec![Label { file, span, message: words.fill(&rule.message.cause) }],
        ..bare(program, rule, file, function, &words, message)
    }
}

/// The finding for a decorated function.
pub fn of_function(program: &Program, rule: &Rule, file: FileId, function: FunctionId) -> Diagnostic {
    let facts = &program.file(file).facts;
    let words = Words { function: program.qualified(file, function), ..Words::default() };
    let message = words.fill(&rule.message.text);
    let span = facts.function(function).name_span;
    Diagnostic {
        rank: rule.weight * rank::context(program, file, function),
        confidence: Confidence::High,
        primary: Label { file, span, message: words.fill(&rule.message.label) },
        ..bare(program, rule, file, function, &words, message)
    }
}

/// The finding for a SQL statement.
pub fn of_sql(program: &Program, rule: &Rule, file: FileId, call: CallId) -> Diagnostic {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let words = words_of_call(program, file, call, program.resolved(file, call).row());
    let message = words.fill(&rule.message.text);
    let function = facts.scope(site.scope).function;
    let span = facts.arguments_of(site).first().map_or(site.span, |argument| argument.span);
    Diagnostic {
        rank: rule.weight * rank::context(program, file, function),
        confidence: program.resolved(file, call).confidence,
        primary: Label { file, span: first_line(facts, span), message: words.fill(&rule.message.label) },
        ..bare(program, rule, file, function, &words, message)
    }
}

/// The finding for a relation that is read once per row.
pub fn of_relation(program: &Program, rule: &Rule, read: &RelationRead) -> Diagnostic {
    let facts = &program.file(read.file).facts;
    let site = facts.call(read.call);
    let (span, variable, iterable) = describe_loop(program, read.file, &read.frame);
    let mut words = words_of_call(program, read.file, read.call, None);
    words.callee = read.reader.clone().unwrap_or_else(|| call_text(facts, site));
    words.relation = read.relation.clone();
    words.loader = read.loader.clone();
    let (made_file, made) = read.made;
    let mut secondary = Vec::new();
    if span != site.span {
        secondary.push(Label { file: read.file, span, message: format!("runs once per {variable}") });
    }
    words.variable = variable;
    words.iterable = iterable;
    if !made.is_empty() && (made_file, made.start) != (read.file, site.span.start) {
        let span = first_line(&program.file(made_file).facts, made);
        secondary.push(Label { file: made_file, span, message: words.fill(&rule.message.cause) });
    }
    // Reads of the rows of one query are one finding.
    let within = match (made_file == read.file && !made.is_empty(), read.frame.source) {
        (true, _) => made,
        (false, LoopSource::Loop(id)) => facts.loop_of(id).span,
        (false, _) => span_of_function(facts, site),
    };
    let reached = read.chain.len() > 1 || read.reader.is_some();
    let message = words.fill(if reached { &rule.message.text } else { &rule.message.direct });
    let is_named = site.kind == CallKind::Attribute || reached && read.reader.is_none();
    let place = if is_named { site.name_span } else { site.span };
    Diagnostic {
        rank: rule.weight * 10.0 * rank::context(program, read.file, facts.scope(site.scope).function),
        confidence: read.confidence,
        primary: Label { file: read.file, span: first_line(facts, place), message: words.fill(&rule.message.label) },
        secondary,
        trace: trace_of(program, &read.chain, &format!("`{}` is read here", read.relation)),
        within: (read.file, within),
        ..bare(program, rule, read.file, facts.scope(site.scope).function, &words, message)
    }
}

fn span_of_function(facts: &FileFacts, site: &CallSite) -> Span {
    facts.function(facts.scope(site.scope).function).span
}

fn bare(
    program: &Program,
    rule: &Rule,
    file: FileId,
    function: FunctionId,
    words: &Words,
    message: String,
) -> Diagnostic {
    let facts = &program.file(file).facts;
    let qualified = match facts.function(function).name_span.is_empty() {
        true => String::new(),
        false => program.qualified(file, function),
    };
    // What identifies a finding has no positions in it; `finish` tells twins apart.
    let identity =
        [&rule.name, &program.file(file).source.path, &qualified, &words.api, &words.callee, &words.receiver]
            .join_all();
    Diagnostic {
        rule: rule.name.clone(),
        family: rule.family.clone(),
        severity: rule.severity,
        set: rule.set,
        confidence: Confidence::High,
        rank: 0.0,
        message,
        help: words.fill(advice::help(program, file, &rule.message)),
        primary: Label { file, span: Span::default(), message: String::new() },
        secondary: Vec::new(),
        trace: Vec::new(),
        within: (file, Span::default()),
        also: Vec::new(),
        function: qualified,
        fingerprint: identity,
    }
}

trait JoinAll {
    fn join_all(&self) -> String;
}

impl JoinAll for [&String; 6] {
    fn join_all(&self) -> String {
        self.map(String::as_str).join("\0")
    }
}

fn words_of_call(program: &Program, file: FileId, call: CallId, row: Option<&Row>) -> Words {
    let facts = &program.file(file).facts;
    let site = facts.call(call);
    let own_row = program.resolved(file, call).row();
    let separator = crate::lang::all()[program.file(file).source.language].separator();
    let place = |place: Option<crate::syntax::Name>| place.map(|place| facts.text(place).to_owned());
    let argument = facts.arguments_of(site).first();
    Words {
        callee: match (site.receiver_place, site.name, own_row) {
            // A chain of calls has no name of its own: the library's name says more than its last word.
            (None, Some(_), Some(row)) => short_path(&row.path, separator),
            _ => call_text(facts, site),
        },
        receiver: place(super::matching::root_receiver(program, file, call).0).unwrap_or_else(|| "the value".into()),
        function: program.qualified(file, facts.scope(site.scope).function),
        api: row.map(|row| short_path(&row.path, separator)).unwrap_or_default(),
        alternative: row.map(|row| advice::alternatives(program, file, &row.alternative)).unwrap_or_default(),
        asynchronous: row.map(|row| advice::alternatives(program, file, &row.asynchronous)).unwrap_or_default(),
        cost: row.map(|row| row.cost.to_string()).unwrap_or_default(),
        argument: argument.and_then(|argument| place(argument.place)).unwrap_or_else(|| "the value".into()),
        result: place(site.result_place).unwrap_or_else(|| "the result".into()),
        ..Words::default()
    }
}

fn call_text(facts: &FileFacts, site: &CallSite) -> String {
    match (site.text, facts.origin(site.callee)) {
        (Some(text), _) => facts.text(text).to_owned(),
        // A loop over a call goes by the name of that call.
        (None, Origin::Call(inner)) if site.kind == CallKind::Iterate => call_text(facts, facts.call(inner)),
        (None, _) => "the call".into(),
    }
}

/// The last two names of a path: `sqlalchemy.orm.Session.get` is `Session.get`.
fn short_path(path: &str, separator: &str) -> String {
    let names: Vec<&str> = path.split(separator).collect();
    let skip = if names.len() > 2 && names[0] == "builtins" { names.len() - 1 } else { names.len().saturating_sub(2) };
    names[skip..].join(separator)
}

/// Where a value was made by a call.
fn making_span(facts: &FileFacts, origin: OriginId) -> Option<Span> {
    match facts.origin(origin) {
        Origin::Call(call) => Some(facts.call(call).span),
        Origin::Ascribed(_, inner) => making_span(facts, inner),
        _ => None,
    }
}

/// Where a loop is announced, what it binds, and what it goes through.
fn describe_loop(program: &Program, file: FileId, frame: &LoopFrame) -> (Span, String, String) {
    let facts = &program.file(file).facts;
    let name = |name: Option<crate::syntax::Name>, otherwise: &str| match name.map(|name| facts.text(name)) {
        Some(text) if text != "_" && !text.is_empty() => text.to_owned(),
        _ => otherwise.to_owned(),
    };
    match frame.source {
        LoopSource::Loop(id) => {
            let own = facts.loop_of(id);
            let iterable = own.iterable.and_then(|iterable| origin_text(facts, iterable));
            let iterable = own.iterable_place.map(|place| facts.text(place).to_owned()).or(iterable);
            let turn = if own.iterable.is_some() { "item" } else { "turn" };
            (first_line(facts, own.target_span), name(own.target, turn), iterable.unwrap_or_else(|| "n".into()))
        }
        LoopSource::Closure(id) => {
            let closure = facts.closure(id);
            let span = Span { start: closure.span.start, end: closure.span.start + 1 };
            (span, name(closure.target, "item"), "n".into())
        }
        LoopSource::Call(call) => (facts.call(call).span, "item".into(), "n".into()),
    }
}

/// A short name for what a loop goes through.
fn origin_text(facts: &FileFacts, origin: OriginId) -> Option<String> {
    match facts.origin(origin) {
        Origin::Call(call) => {
            let site = facts.call(call);
            match site.receiver_place {
                Some(place) => Some(facts.text(place).to_owned()),
                None => facts
                    .arguments_of(site)
                    .first()
                    .and_then(|argument| argument.place)
                    .map(|place| facts.text(place).to_owned()),
            }
        }
        Origin::Borrowed(inner) => origin_text(facts, inner),
        _ => None,
    }
}

/// The steps from a call site to the cause, its own place left out.
fn trace_of(program: &Program, chain: &[(FileId, CallId)], cause: &str) -> Vec<Label> {
    let mut trace = Vec::new();
    for (step, (file, call)) in chain.iter().enumerate().skip(1) {
        let facts = &program.file(*file).facts;
        let site = facts.call(*call);
        let message = match step + 1 == chain.len() {
            true => cause.to_owned(),
            false => {
                let function = program.qualified(*file, facts.scope(site.scope).function);
                match function.is_empty() {
                    true => format!("through `{}`", call_text(facts, site)),
                    false => format!("`{function}` calls `{}`", call_text(facts, site)),
                }
            }
        };
        let span =
            if site.name.is_some() || step + 1 != chain.len() { callee_span(facts, site) } else { site.name_span };
        trace.push(Label { file: *file, span: first_line(facts, span), message });
    }
    trace
}

/// The callee with its receiver, without its arguments.
fn callee_span(facts: &FileFacts, site: &CallSite) -> Span {
    let whole = Span { start: site.span.start, end: site.name_span.end.max(site.span.start) };
    match facts.line(whole.start) == facts.line(whole.end) {
        true => whole,
        false => site.name_span,
    }
}

/// A span cut at the end of its first line: labels of many lines hide what they point at.
fn first_line(facts: &FileFacts, span: Span) -> Span {
    let line = facts.line(span.start) as usize;
    match facts.line_starts.get(line) {
        Some(next) if *next < span.end => Span { start: span.start, end: next.saturating_sub(1).max(span.start) },
        _ => span,
    }
}

/// Puts findings in order, leaves out repetitions, and gives each its fingerprint.
pub fn finish(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by(|left, right| {
        let key = |diagnostic: &Diagnostic| (diagnostic.primary.file, diagnostic.primary.span, diagnostic.rule.clone());
        key(left).cmp(&key(right))
    });
    found.dedup_by(|next, kept| {
        next.rule == kept.rule && next.primary.file == kept.primary.file && next.primary.span == kept.primary.span
    });
    // The same cause reached from the same function twice is one finding.
    let mut causes: rustc_hash::FxHashSet<(String, FileId, String, FileId, Span)> = Default::default();
    found.retain(|diagnostic| match diagnostic.trace.last() {
        Some(cause) => causes.insert((
            diagnostic.rule.clone(),
            diagnostic.primary.file,
            diagnostic.function.clone(),
            cause.file,
            cause.span,
        )),
        None => true,
    });
    let mut twins: FxHashMap<String, u32> = FxHashMap::default();
    for diagnostic in &mut found {
        let number = twins.entry(diagnostic.fingerprint.clone()).or_default();
        let identity = format!("{}\0{number}", diagnostic.fingerprint);
        *number += 1;
        diagnostic.fingerprint = blake3::hash(identity.as_bytes()).to_hex()[..32].to_owned();
    }
    found
}
