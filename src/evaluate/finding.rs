//! Findings in words: message, labels, the path to the cause, fingerprint.

use rustc_hash::FxHashMap;

use super::matching::{Candidate, iterated_argument, leaf_row};
use super::words::{self, LoopWords, Subject, Words, call_text};
use super::{advice, asked, causes, rank};
use crate::diagnostic::{Confidence, Diagnostic, Label};
use crate::effect::Effect;
use crate::facts::*;
use crate::link::summarize::witness_chain;
use crate::program::{LoopFrame, LoopSource, Program, RelationRead};
use crate::rule::message::Field;
use crate::rule::{Place, Rule};
use crate::source::{FileId, Span};
use crate::sql::Flaw;

/// Paths of more calls than these lead to a cause that is far away.
const FAR: usize = 3;

/// From this many other causes on, nobody counts them.
const MANY_OTHERS: usize = 10;

/// Sizes that nobody knows, one after the other.
const UNKNOWN_SIZES: [&str; 3] = ["n", "m", "k"];

/// The finding for a call site.
pub fn of_call(program: &mut Program, rule: &Rule, candidate: &Candidate) -> Diagnostic {
    let wasted = match rule.conditions.waste {
        Some(_) => super::waste::wasted(program, candidate.file, candidate.call),
        None => None,
    };
    let loops = loops_of(program, candidate);
    let choices = advice::instead(program, candidate, &rule.message);
    let program = &*program;
    let facts = &program.file(candidate.file).facts;
    let site = candidate.site(program);
    let reached = candidate.effect.reached;
    let whole = witness_chain(program, candidate.file, &reached);
    let chain = told_of(program, whole.clone());
    let row = leaf_row(program, candidate);
    let leaf = chain.last().copied().unwrap_or((candidate.file, candidate.call));
    let subject = Subject { effect: Some(reached.effect), leaf, row };
    let mut words = words::of_call(program, candidate.file, candidate.call, subject);
    words.remedy = wasted.map(|wasted| wasted.remedy).unwrap_or_default();
    let mut secondary = tell_loops(program, candidate, &loops, &mut words);
    if let Some(row) = row {
        let asked = asked::of_path(program, candidate, &whole, row);
        let own = advice::of_row(row, reached.effect == Effect::DbWrite, causes::is_new(program, &chain), &asked);
        words.alternative = advice::alternatives(program, candidate.file, &own);
    }
    if row.is_none() {
        words.alternative = asked::one_statement(program, &whole).unwrap_or_default();
    }
    words.takes_list = asked::takes_list(program, candidate, &whole).unwrap_or_default();
    if chain.len() > FAR {
        words.callee_far = words.callee.clone();
    }
    let is_reached = chain.len() > 1;
    if is_reached {
        // What does the same as the library call is no form of the function that makes it.
        words.asynchronous_below = std::mem::take(&mut words.asynchronous);
    }
    words.others = match causes::others_below(program, &reached) {
        Some(1) => "one more below it".into(),
        Some(more) if more < MANY_OTHERS => format!("{more} more below it"),
        Some(_) => "many more below it".into(),
        None => String::new(),
    };
    if rule.conditions.asked_before.is_some()
        && let Some(earlier) = super::repeated::asked_before(program, candidate)
    {
        let span = first_line(facts, facts.call(earlier).name_span);
        secondary.push(Label { file: candidate.file, span, message: "asks for it first".into() });
    }
    let instead = words.first_filled(&choices);
    let template = if is_reached { &rule.message.text } else { &rule.message.direct };
    let template = instead.and_then(|instead| instead.text.as_ref()).unwrap_or(template);
    let trace = trace_of(program, &chain, &words.fill(&rule.message.cause));
    let message = words.fill(template);
    let place = if site.kind == CallKind::Call && site.name.is_none() { site.name_span } else { site.span };
    let place = if is_reached || site.kind == CallKind::Attribute { site.name_span } else { place };
    // What a call goes through is what it evaluates.
    let iterated = iterated_argument(program, candidate.file, candidate.call, reached.effect);
    let place = iterated.filter(|_| !is_reached).map_or(place, |argument| argument.span);
    let label = words.fill(instead.and_then(|instead| instead.label.as_ref()).unwrap_or(&rule.message.label));
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
        Some(LoopSource::Shown(_)) => Span::default(),
        // What keeps an event loop waiting is handed away as a whole; anything else is mended where it stands.
        None if rule.conditions.asynchronous.is_some() => facts.function(function).span,
        None => Span::default(),
    };
    // What templates fill in each other's loops is mended where it is written.
    let within = match chain.last() {
        Some((cause, call))
            if is_in_dialect(program, candidate.file) && is_in_dialect(program, *cause) && is_reached =>
        {
            (*cause, program.file(*cause).facts.call(*call).span)
        }
        _ => (candidate.file, within),
    };
    Diagnostic {
        rank: rank::rank(program, rule, candidate),
        confidence: candidate.effect.reached.confidence,
        primary,
        help: words.fill(instead.map_or(&rule.message.help, |instead| &instead.help)),
        secondary,
        trace,
        within,
        ..bare(program, rule, candidate.file, function, &words, message)
    }
}

/// The loops that a finding is about, innermost first, as messages speak of them: the one that it was found for, and those
/// of data around the call, as each of its turns is done in each of theirs. A loop that only looks for one adds nothing.
fn loops_of(program: &mut Program, candidate: &Candidate) -> Vec<LoopWords> {
    let Some(frame) = candidate.frame else { return Vec::new() };
    let mut frames: Vec<LoopFrame> = program.context(candidate.file, candidate.call).loops.to_vec();
    let facts = &program.file(candidate.file).facts;
    let scopes = || facts.scopes_from(candidate.site(program).scope);
    let adds = |other: &LoopFrame| !scopes().any(|(_, scope)| scope.chosen.element & other.bit != 0);
    let site = candidate.site(program);
    let given = facts.arguments_of(site).iter().fold(site.receiver_depend, |all, argument| all.or(argument.depend));
    let sought = scopes().fold(0, |bits, (_, scope)| bits | scope.sought);
    // A loop that looks for what belongs to an element further out, which the call is given, has one turn for that.
    let is_search = |other: &LoopFrame| sought & other.bit != 0 && given.element & !sought & (other.bit - 1) != 0;
    frames.retain(|other| {
        other.source == frame.source || other.class == LoopClass::Data && frame.class == other.class && adds(other)
    });
    if frames.len() > 1 {
        frames.retain(|other| !is_search(other));
    }
    if let LoopSource::Call(_) | LoopSource::Shown(_) = frame.source {
        frames.insert(0, frame);
    }
    frames.iter().map(|frame| loop_words(program, candidate.file, frame)).collect()
}

/// The words for a loop. A variable of one letter is told by the class of its values.
fn loop_words(program: &mut Program, file: FileId, frame: &LoopFrame) -> LoopWords {
    let mut words = words::of_loop(program, file, frame);
    if let Some(name) = words::telling_name(program, file, frame) {
        words.variable = name;
    } else if words.variable.chars().count() == 1
        && let Some(class) = words::class_gone_through(program, file, frame)
    {
        words.variable = class;
    }
    words
}

/// Puts loops into words; gives their labels.
fn tell_loops(program: &Program, candidate: &Candidate, loops: &[LoopWords], words: &mut Words) -> Vec<Label> {
    let Some(innermost) = loops.first() else { return Vec::new() };
    words.variable = innermost.variable.clone();
    words.loop_loader = innermost.loader.clone();
    let mut unknown = UNKNOWN_SIZES.iter().copied();
    let sizes = loops.iter().rev().map(|own| match own.iterable.as_str() {
        "n" => unknown.next().unwrap_or("n"),
        size => size,
    });
    words.iterable = sizes.collect::<Vec<&str>>().join(" × ");
    let place = (candidate.file, candidate.site(program).span);
    let others = loops.iter().filter(|own| (own.file, own.span) != place);
    let label = |own: &LoopWords| Label {
        file: own.file,
        span: first_line(&program.file(own.file).facts, own.span),
        message: match &own.shown_by {
            Some(renderer) => format!("`{renderer}` shows these, one by one"),
            None => format!("runs once per {}", own.variable),
        },
    };
    others.map(label).collect()
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
    let mut words = words_of_own_call(program, file, call);
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

/// The finding for a statement in SQL that a call is given as an argument.
pub fn of_sql(program: &Program, rule: &Rule, file: FileId, sent: Sent, flaw: &Flaw) -> Diagnostic {
    let facts = &program.file(file).facts;
    let site = facts.call(sent.call);
    let words = Words {
        table: flaw.table.to_string(),
        column: flaw.column.to_string(),
        code: flaw.code.to_string(),
        ..words_of_own_call(program, file, sent.call)
    };
    let message = words.fill(&rule.message.text);
    let function = facts.scope(site.scope).function;
    Diagnostic {
        rank: rule.weight * rank::context(program, file, function),
        confidence: program.resolved(file, sent.call).confidence,
        primary: Label { file, span: first_line(facts, sent.span), message: words.fill(&rule.message.label) },
        ..bare(program, rule, file, function, &words, message)
    }
}

/// Where a table is asked for something.
#[derive(Clone, Copy, Debug)]
pub struct QuerySite {
    /// The file.
    pub file: FileId,
    /// The call that asks.
    pub call: CallId,
    /// The statement, or what of the call asks.
    pub span: Span,
}

/// The finding for a table that lacks something for what is asked of it at these places, the first of which it is placed
/// at.
pub fn of_table(program: &Program, rule: &Rule, sites: &[QuerySite], words: TableWords) -> Option<Diagnostic> {
    let first = *sites.first()?;
    let facts = &program.file(first.file).facts;
    let function = facts.scope(facts.call(first.call).scope).function;
    let TableWords { table, column, index, place } = words;
    let words = Words { table, column, table_index: index, ..Words::default() };
    let message = words.fill(&rule.message.text);
    let label = |site: &QuerySite, message: &str| {
        let facts = &program.file(site.file).facts;
        Label { file: site.file, span: first_line(facts, site.span), message: message.to_owned() }
    };
    let defined = place.map(|(file, span)| {
        let facts = &program.file(file).facts;
        Label { file, span: first_line(facts, span), message: words.fill(&rule.message.cause) }
    });
    let mut found = Diagnostic {
        rank: rule.weight * rank::context(program, first.file, function),
        primary: label(&first, &words.fill(&rule.message.label)),
        secondary: defined.into_iter().collect(),
        also: sites[1..].iter().map(|site| label(site, "")).collect(),
        ..bare(program, rule, first.file, function, &words, message)
    };
    // It is the same wherever it is asked for.
    found.fingerprint = [rule.name.as_str(), &words.table, &words.column].join("\0");
    Some(found)
}

/// What a finding about a table speaks of.
#[derive(Clone, Debug)]
pub struct TableWords {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// What would be written to give it the index.
    pub index: String,
    /// Where the table is defined.
    pub place: Option<(FileId, Span)>,
}

/// The finding for a relation that is read once per row.
pub fn of_relation(program: &Program, rule: &Rule, read: &RelationRead) -> Diagnostic {
    let facts = &program.file(read.file).facts;
    let site = facts.call(read.call);
    let LoopWords { span, variable, iterable, .. } = match read.frame.source {
        LoopSource::Call(call) => {
            LoopWords { variable: "row".into(), ..LoopWords::unknown(read.file, facts.call(call).span) }
        }
        _ => words::of_loop(program, read.file, &read.frame),
    };
    let span = first_line(facts, span);
    let leaf = (read.file, read.call);
    let mut words = words::of_call(program, read.file, read.call, Subject { effect: None, leaf, row: None });
    words.callee = read.reader.clone().unwrap_or_else(|| call_text(facts, site));
    words.relation = read.relation.clone();
    words.loader = read.loader.clone();
    words.relation_key = read.key.clone();
    words.relation_others = match read.others {
        0 => String::new(),
        1 => "one more".into(),
        more => format!("{more} more"),
    };
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
        proposals: super::propose::for_relation(program, rule, read),
        within: (read.file, within),
        ..bare(program, rule, read.file, facts.scope(site.scope).function, &words, message)
    }
}

/// The words for a call that a finding is about by itself.
fn words_of_own_call(program: &Program, file: FileId, call: CallId) -> Words {
    let row = program.resolved(file, call).row();
    words::of_call(program, file, call, Subject { effect: None, leaf: (file, call), row })
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
        help: words.fill(
            words
                .first_filled(&advice::instead_anywhere(program, file, &rule.message))
                .map_or(&rule.message.help, |instead| &instead.help),
        ),
        primary: Label { file, span: Span::default(), message: String::new() },
        secondary: Vec::new(),
        trace: Vec::new(),
        within: (file, Span::default()),
        also: Vec::new(),
        about: value_told(rule, words),
        callee: words.callee.clone(),
        kin: Vec::new(),
        function: qualified,
        function_span: facts.function(function).span,
        cause: words.api.clone(),
        fingerprint: identity,
        proposals: Vec::new(),
        fix: None,
    }
}

/// The value that a rule speaks of, if it is about a value.
fn value_told(rule: &Rule, words: &Words) -> String {
    let text = &rule.message.text;
    match (text.names(Field::Receiver), text.names(Field::Result)) {
        (true, _) => words.receiver.clone(),
        (_, true) => words.result.clone(),
        _ => String::new(),
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

/// Where a value was made by a call.
fn making_span(facts: &FileFacts, origin: OriginId) -> Option<Span> {
    match facts.origin(origin) {
        Origin::Call(call) => Some(facts.call(call).span),
        Origin::Ascribed(_, inner) => making_span(facts, inner),
        _ => None,
    }
}

/// The part of a chain of calls that is worth telling: what generated code does by itself, its callers speak of by its name.
fn told_of(program: &Program, mut chain: Vec<(FileId, CallId)>) -> Vec<(FileId, CallId)> {
    let is_generated = |(file, _): &(FileId, CallId)| program.file(*file).facts.is_generated;
    if let Some(first) = chain.iter().skip(1).position(is_generated) {
        chain.truncate(first + 1);
    }
    chain
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
    // The same cause reached from the same function twice is one finding; those of a loop are counted when they are
    // grouped.
    let mut causes: rustc_hash::FxHashSet<(String, FileId, String, FileId, Span)> = Default::default();
    found.retain(|diagnostic| match diagnostic.trace.last() {
        Some(cause) if diagnostic.within.1.is_empty() => causes.insert((
            diagnostic.rule.clone(),
            diagnostic.primary.file,
            diagnostic.function.clone(),
            cause.file,
            cause.span,
        )),
        _ => true,
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
