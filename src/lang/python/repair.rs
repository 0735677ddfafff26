//! Broken Python: finds the least that must be blanked out for the exact parser to accept the rest.
//!
//! Knows lines, indentation and the words that start blocks; what is right only the parser says.

use ruff_python_ast::{ExceptHandler, ModModule, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use super::{lower::span, parser};
use crate::lang::recover::{self, Grammar};
use crate::source::Span;
use crate::syntax::SyntaxError;

/// How many bytes may be parsed again to repair one file.
const BUDGET: usize = 8 * 1024 * 1024;

const FILLER: &str = "pass";

/// How many bytes tree-sitter may see; on a large file that is no Python it takes seconds.
const LARGEST_FOR_TREE: usize = 256 * 1024;

/// What may be blanked out.
const UNITS: &[&str] = &[
    "assert_statement",
    "class_definition",
    "decorated_definition",
    "delete_statement",
    "exec_statement",
    "expression_statement",
    "for_statement",
    "function_definition",
    "future_import_statement",
    "global_statement",
    "if_statement",
    "import_from_statement",
    "import_statement",
    "match_statement",
    "nonlocal_statement",
    "print_statement",
    "raise_statement",
    "return_statement",
    "try_statement",
    "type_alias_statement",
    "while_statement",
    "with_statement",
];

fn grammar() -> Grammar {
    Grammar { language: tree_sitter_python::LANGUAGE.into(), units: UNITS, filler: FILLER }
}

/// A text that the parser accepts, with spans as in the original, and what is blank in it.
pub type Repaired = (String, Vec<SyntaxError>);

/// The text without what is broken, if the rest can be saved. Of several ways the one that keeps most tokens is
/// taken: a string that was left open can swallow functions without a complaint.
pub fn repair(text: &str) -> Option<Repaired> {
    let (text, markers) = blank_conflict_markers(text);
    let by_steps = [Choice::Smallest, Choice::Cleanest].map(|choice| step_by_step(&text, choice));
    let (text, mut lost) = best_of(by_steps).or_else(|| line_by_line(&text)).or_else(|| by_tree(&text))?;
    lost.extend(markers);
    recover::merge(&mut lost);
    Some((text, lost))
}

/// The statements that tree-sitter finds broken; it sees some breaks more narrowly than lines and indentation do.
fn by_tree(text: &str) -> Option<Repaired> {
    if text.len() > LARGEST_FOR_TREE {
        return None;
    }
    recover::blank_broken_units(text, &grammar()).filter(|(text, _)| tokens_kept(text).is_some())
}

/// The first of those that keep most tokens.
fn best_of(candidates: [Option<Repaired>; 2]) -> Option<Repaired> {
    let accepted = candidates.into_iter().flatten();
    let scored = accepted.filter_map(|candidate| Some((tokens_kept(&candidate.0)?, candidate)));
    scored.rev().max_by_key(|(kept, _)| *kept).map(|(_, candidate)| candidate)
}

/// How many tokens a text has, if the parser accepts it.
fn tokens_kept(text: &str) -> Option<usize> {
    let count = |parsed: &Parsed<ModModule>| parsed.has_valid_syntax().then(|| parsed.tokens().len());
    parser::with_module(text, count).ok().flatten()
}

/// What the parser objects to.
struct Problems {
    /// Where they are; cascades included.
    places: Vec<usize>,
    first: Option<Problem>,
}

struct Problem {
    at: usize,
    message: String,
    /// The innermost statement that starts at or before it.
    statement: Option<Span>,
}

/// The problems of a text; `None` when it nests too deeply to tell.
fn problems(text: &str) -> Option<Problems> {
    let look = |parsed: &Parsed<ModModule>| {
        let first = parsed.errors().iter().min_by_key(|error| error.location.start()).map(|error| {
            let at = error.location.start().to_usize();
            Problem { at, message: error.error.to_string(), statement: innermost_statement(parsed.syntax(), at) }
        });
        Problems { places: parsed.errors().iter().map(|error| error.location.start().to_usize()).collect(), first }
    };
    parser::with_module(text, look).ok()
}

fn innermost_statement(module: &ModModule, at: usize) -> Option<Span> {
    let mut found = None;
    let mut bodies: Vec<&[Stmt]> = vec![&module.body];
    loop {
        let starts_before = |statement: &&Stmt| statement.start().to_usize() <= at;
        let latest = bodies.iter().filter_map(|body| body.iter().rfind(starts_before));
        let Some(statement) = latest.max_by_key(|statement| statement.start()) else { return found };
        found = Some(span(statement.range()));
        bodies = bodies_of(statement);
    }
}

fn bodies_of(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::FunctionDef(inner) => vec![&inner.body],
        Stmt::ClassDef(inner) => vec![&inner.body],
        Stmt::For(inner) => vec![&inner.body, &inner.orelse],
        Stmt::While(inner) => vec![&inner.body, &inner.orelse],
        Stmt::With(inner) => vec![&inner.body],
        Stmt::If(inner) => {
            let clauses = inner.elif_else_clauses.iter().map(|clause| clause.body.as_slice());
            std::iter::once(inner.body.as_slice()).chain(clauses).collect()
        }
        Stmt::Match(inner) => inner.cases.iter().map(|case| case.body.as_slice()).collect(),
        Stmt::Try(inner) => {
            let handlers = inner.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler.body.as_slice());
            handlers.chain([inner.body.as_slice(), &inner.orelse, &inner.finalbody]).collect()
        }
        _ => Vec::new(),
    }
}

/// Both sides of a merge conflict are kept: often both parse.
fn blank_conflict_markers(text: &str) -> (String, Vec<SyntaxError>) {
    let mut blanked = text.to_string();
    let mut lost = Vec::new();
    if !text.contains("\n>>>>>>>") {
        return (blanked, lost);
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_marker = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| {
            line.strip_prefix(marker).is_some_and(|rest| rest.trim().is_empty() || rest.starts_with(' '))
        });
        if is_marker {
            let span = Span::new(start, start + line.trim_end().len());
            blanked = recover::blank(&blanked, [span], "");
            lost.push(SyntaxError { span, message: "merge conflict marker".to_string() });
        }
        start += line.len();
    }
    (blanked, lost)
}

/// Blanks every line with a problem at once: what a file in Python 2 needs, where problems are many and small.
fn line_by_line(text: &str) -> Option<Repaired> {
    let mut text = text.to_string();
    let mut lost: Vec<SyntaxError> = Vec::new();
    for _ in 0..4 {
        let problems = problems(&text)?;
        let Some(first) = problems.first else {
            recover::merge(&mut lost);
            return Some((text, lost));
        };
        let lines = Lines::new(&text);
        let mut units: Vec<Span> = problems.places.iter().map(|at| lines.line_span(lines.line_at(*at))).collect();
        units.dedup();
        text = recover::blank(&text, units.iter().copied(), FILLER);
        lost.extend(units.into_iter().map(|span| SyntaxError { span, message: first.message.clone() }));
    }
    None
}

/// Which unit to blank for a problem.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// The smallest one that takes it away.
    Smallest,
    /// One that takes all problems away, if there is one.
    Cleanest,
}

/// Blanks a unit for the first problem, and goes on with the next one.
fn step_by_step(text: &str, choice: Choice) -> Option<Repaired> {
    let mut text = text.to_string();
    let mut lost: Vec<SyntaxError> = Vec::new();
    let mut left = BUDGET;
    let mut problems = problems(&text)?;
    while let Some(first) = &problems.first {
        let lines = Lines::new(&text);
        let mut accepted = None;
        for unit in lines.units_around(first) {
            let code = unit.of(&text).trim();
            if code.is_empty() || code == FILLER {
                continue;
            }
            left = left.checked_sub(text.len())?;
            let blanked = recover::blank(&text, [unit], FILLER);
            let Some(after) = self::problems(&blanked) else { continue };
            let is_clean = after.first.is_none();
            if is_clean || (accepted.is_none() && is_better(&problems, &after, unit, &lines)) {
                accepted = Some((unit, blanked, after));
            }
            if is_clean || (choice == Choice::Smallest && accepted.is_some()) {
                break;
            }
        }
        let (unit, blanked, after) = accepted?;
        lost.push(SyntaxError { span: unit, message: first.message.clone() });
        text = blanked;
        problems = after;
    }
    recover::merge(&mut lost);
    Some((text, lost))
}

/// Has blanking a unit taken a problem away, or moved the first one beyond the statement that it stood in?
fn is_better(before: &Problems, after: &Problems, unit: Span, lines: &Lines) -> bool {
    let (Some(old), Some(new)) = (&before.first, &after.first) else { return after.first.is_none() };
    let beyond = (unit.end as usize).max(old.at);
    let outermost = lines.block(lines.outermost(lines.line_at(old.at))).end as usize;
    (after.places.len() < before.places.len() && new.at > beyond) || new.at > beyond.max(outermost)
}

/// A line that is not blank and no comment.
struct Line {
    /// Its first character that is no space.
    start: usize,
    /// One past its last character.
    end: usize,
    /// How far it is indented.
    indent: usize,
    /// Its first word, or nothing.
    starts: Starts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Starts {
    Decorator,
    Definition,
    /// `if`, `for`, `try` and the like.
    Compound,
    /// `else`, `except` and the like: belongs to what stands before.
    Clause,
    /// A closing bracket.
    Closing,
    Simple,
}

struct Lines {
    lines: Vec<Line>,
}

impl Lines {
    fn new(text: &str) -> Lines {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim();
            if !code.is_empty() && !code.starts_with('#') {
                let space = &line[..line.len() - line.trim_start().len()];
                let indent =
                    space.bytes().fold(0, |width, byte| if byte == b'\t' { width / 8 * 8 + 8 } else { width + 1 });
                let end = start + line.trim_end().len();
                lines.push(Line { start: start + space.len(), end, indent, starts: starts(code) });
            }
            start += line.len();
        }
        Lines { lines }
    }

    /// The last line that starts at or before a byte.
    fn line_at(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.start <= at).saturating_sub(1)
    }

    /// A single line.
    fn line_span(&self, line: usize) -> Span {
        self.lines.get(line).map_or(Span::default(), |line| Span::new(line.start, line.end))
    }

    /// Units the loss of which may take a problem away, the smallest first.
    fn units_around(&self, problem: &Problem) -> Vec<Span> {
        let mut units = Vec::new();
        let line = self.line_at(problem.at);
        self.add_units(line, &mut units);
        // The parser often finds at the start of a line what is wrong with the one before.
        if line > 0 && self.lines.get(line).is_some_and(|line| problem.at <= line.start) {
            self.add_units(line - 1, &mut units);
        }
        if let Some(statement) = problem.statement {
            self.add_statement(statement, &mut units);
        }
        units.sort_by_key(|unit| (unit.len(), unit.start));
        units.dedup();
        units
    }

    fn add_statement(&self, statement: Span, units: &mut Vec<Span>) {
        let first = self.line_at(statement.start as usize);
        let last = self.line_at((statement.end as usize).saturating_sub(1));
        if let (Some(first), Some(last)) = (self.lines.get(first), self.lines.get(last)) {
            units.push(Span::new(first.start, last.end.max(first.end)));
        }
        self.add_units(first, units);
    }

    /// The line or its block, every definition around it, and the definitions before those: a string that is
    /// left open ends where the next one starts.
    fn add_units(&self, line: usize, units: &mut Vec<Span>) {
        if self.lines.is_empty() {
            return;
        }
        units.push(self.block(line));
        let mut at = line;
        while let Some(outer) = self.outer(at) {
            at = outer;
            if self.lines[at].starts == Starts::Definition || self.outer(at).is_none() {
                units.push(self.block(at));
                units.extend(self.definition_before(at).map(|before| self.block(before)));
            }
        }
    }

    /// The nearest definition before that is indented as much.
    fn definition_before(&self, line: usize) -> Option<usize> {
        let indent = self.lines[line].indent;
        let is_definition = |other: &Line| other.starts == Starts::Definition && other.indent == indent;
        self.lines[..line].iter().rposition(is_definition)
    }

    /// The nearest line before that is indented less, or, for a clause, that it belongs to.
    fn outer(&self, line: usize) -> Option<usize> {
        let own = &self.lines[line];
        let belongs = matches!(own.starts, Starts::Clause | Starts::Closing);
        let is_outer = |other: &Line| {
            other.indent < own.indent
                || (belongs && other.indent == own.indent && !matches!(other.starts, Starts::Clause | Starts::Closing))
        };
        self.lines[..line].iter().rposition(is_outer)
    }

    fn outermost(&self, line: usize) -> usize {
        let mut at = line;
        while let Some(outer) = self.lines.get(at).and_then(|_| self.outer(at)) {
            at = outer;
        }
        at
    }

    /// From a line, decorators included, to before the next one that is indented no more. A simple line is its
    /// own block.
    fn block(&self, line: usize) -> Span {
        let Some(header) = self.lines.get(line) else { return Span::default() };
        let mut last = line;
        if header.starts != Starts::Simple && header.starts != Starts::Closing {
            for (at, other) in self.lines.iter().enumerate().skip(line + 1) {
                let is_decorated = self.lines[at - 1].starts == Starts::Decorator;
                let continues = other.indent == header.indent
                    && match other.starts {
                        Starts::Clause => header.starts != Starts::Clause,
                        Starts::Closing => true,
                        _ => is_decorated,
                    };
                if other.indent <= header.indent && !continues {
                    break;
                }
                last = at;
            }
        }
        let mut first = line;
        while first > 0
            && header.starts == Starts::Definition
            && self.lines[first - 1].starts == Starts::Decorator
            && self.lines[first - 1].indent == header.indent
        {
            first -= 1;
        }
        Span::new(self.lines[first].start, self.lines[last].end)
    }
}

fn starts(code: &str) -> Starts {
    if code.starts_with('@') {
        return Starts::Decorator;
    }
    if code.starts_with([')', ']', '}']) {
        return Starts::Closing;
    }
    let word = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or("");
    match word {
        "def" | "class" => Starts::Definition,
        "async" if code.contains("def") => Starts::Definition,
        "async" | "if" | "for" | "while" | "with" | "try" => Starts::Compound,
        "match" if code.ends_with(':') => Starts::Compound,
        "else" | "elif" | "except" | "finally" => Starts::Clause,
        _ => Starts::Simple,
    }
}
