//! Proposes fixes: those of a rule whose conditions hold of a finding, with the places and words that they may use.
//!
//! Whether the text is what a fix is for is the matter of `fix`.

use super::matching::{Candidate, holds, stays_the_same};
use super::{advice, waste};
use crate::diagnostic::Proposal;
use crate::facts::{Binding, CallId, FileFacts, Function, UseSite};
use crate::program::{LoopFrame, LoopSource, Program, RelationRead};
use crate::rule::Rule;
use crate::rule::fix::Recipe;
use crate::source::{FileId, Span};
use crate::syntax::FunctionFlavor;

/// The fixes that the facts of a finding allow.
pub fn for_call(program: &mut Program, rule: &Rule, candidate: &Candidate) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for (number, recipe) in rule.fixes.iter().enumerate() {
        let is_wanted = is_for(program, recipe, candidate.file)
            && holds(program, candidate, &recipe.conditions, true)
            && !holds(program, candidate, &recipe.exceptions, false);
        if is_wanted {
            proposals.push(number);
        }
    }
    if proposals.is_empty() {
        return Vec::new();
    }
    let words = words_of_call(program, candidate);
    let outermost = outermost(program, candidate);
    let facts = &program.file(candidate.file).facts;
    let proposal = Proposal {
        recipe: 0,
        call: candidate.site(program).span,
        around: candidate.frame.map(|frame| span_of_loop(facts, &frame)),
        outermost: outermost.map(|frame| span_of_loop(facts, &frame)),
        made: made_at(facts, candidate.call),
        uses: other_uses(facts, candidate.call),
        words,
    };
    proposals.into_iter().map(|recipe| Proposal { recipe, ..proposal.clone() }).collect()
}

/// The fixes for a relation that is read once per row. They change what makes the rows, so that has to be in the same
/// file.
pub fn for_relation(program: &Program, rule: &Rule, read: &RelationRead) -> Vec<Proposal> {
    let (made_file, made) = read.made;
    if made_file != read.file || made.is_empty() {
        return Vec::new();
    }
    let facts = &program.file(read.file).facts;
    // What a class method makes is made for all classes that inherit it, of which some may have no such relation.
    let is_inherited = |function: &Function| {
        function.flavor == FunctionFlavor::ClassMethod
            && function.span.contains(made)
            && !function.span.contains(facts.call(read.call).span)
    };
    if facts.functions.iter().any(is_inherited) {
        return Vec::new();
    }
    // Several loaders are written one behind the other.
    let words = match read.key.is_empty() {
        true => ("loader", read.loader.replace("`, `", ".")),
        false if read.chain.len() > 1 => return Vec::new(),
        false => ("key", read.key.clone()),
    };
    let knows = |recipe: &Recipe| recipe.words().all(|word| word == words.0);
    let wanted = rule.fixes.iter().enumerate();
    let wanted = wanted.filter(|(_, recipe)| is_for(program, recipe, read.file) && knows(recipe));
    wanted
        .map(|(recipe, _)| Proposal {
            recipe,
            call: facts.call(read.call).span,
            around: Some(span_of_loop(facts, &read.frame)),
            outermost: None,
            made: Some(made),
            uses: Vec::new(),
            words: vec![(words.0.to_owned(), words.1.clone())],
        })
        .collect()
}

/// The fixes of a finding that is no call in a loop: a lock that is held, a function, a statement in SQL. All that is
/// known of it is where it stands.
pub fn for_place(program: &Program, rule: &Rule, file: FileId, place: Span) -> Vec<Proposal> {
    let wanted = rule.fixes.iter().enumerate();
    let wanted = wanted.filter(|(_, recipe)| is_for(program, recipe, file));
    let proposal = |recipe| Proposal {
        recipe,
        call: place,
        around: None,
        outermost: None,
        made: None,
        uses: Vec::new(),
        words: Vec::new(),
    };
    wanted.map(|(recipe, _)| proposal(recipe)).collect()
}

fn is_for(program: &Program, recipe: &Recipe, file: FileId) -> bool {
    let source = &program.file(file).source;
    let language = crate::lang::all()[source.language].profile().name;
    source.dialect.is_none()
        && recipe.is_for(language)
        && recipe.gate.as_ref().is_none_or(|gate| advice::holds(program, file, gate))
}

fn words_of_call(program: &mut Program, candidate: &Candidate) -> Vec<(String, String)> {
    let mut words = Vec::new();
    if let Some(wasted) = waste::wasted(program, candidate.file, candidate.call)
        && !wasted.replacement.is_empty()
    {
        words.push(("replacement".to_owned(), wasted.replacement));
    }
    words
}

/// The outermost loop around the one that counts in which the receiver stays the same.
fn outermost(program: &Program, candidate: &Candidate) -> Option<LoopFrame> {
    let own = candidate.frame?;
    let loops = &program.context(candidate.file, candidate.call).loops;
    let at = loops.iter().position(|frame| frame.source == own.source)?;
    let is_wider = |frame: &&LoopFrame| stays_the_same(program, &candidate.within(**frame), frame);
    loops[at + 1..].iter().take_while(is_wider).last().copied().or(Some(own))
}

fn span_of_loop(facts: &FileFacts, frame: &LoopFrame) -> Span {
    match frame.source {
        LoopSource::Loop(id) => facts.loop_of(id).span,
        LoopSource::Closure(id) => facts.closure(id).span,
        LoopSource::Call(call) => facts.call(call).span,
        LoopSource::Shown(_) => Span::default(),
    }
}

/// The code that makes the value of the variable that a call works on.
fn made_at(facts: &FileFacts, call: CallId) -> Option<Span> {
    let source = receiving_variable(facts, call)?.source;
    (!source.is_empty()).then_some(source)
}

/// Where the variable that a call works on is used, besides that call.
fn other_uses(facts: &FileFacts, call: CallId) -> Vec<Span> {
    let site = facts.call(call);
    let uses = receiving_variable(facts, call).into_iter().flat_map(|binding| &binding.uses);
    uses.map(|used| used.span).filter(|span| !site.span.contains(*span)).collect()
}

/// The variable that a call works on: its receiver, or else its first argument.
pub(super) fn receiving_variable(facts: &FileFacts, call: CallId) -> Option<&Binding> {
    let site = facts.call(call);
    let place = site.receiver_place.or_else(|| facts.arguments_of(site).first()?.place)?;
    let is_read = |used: &UseSite| site.span.contains(used.span) && used.place == place;
    facts.bindings.iter().find(|binding| binding.name == place && binding.uses.iter().any(is_read))
}
