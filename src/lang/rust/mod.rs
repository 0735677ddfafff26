//! Rust: syn for the grammar, a small lexer for what syn leaves out.

mod expressions;
mod format_string;
mod imports;
mod lexer;
mod lower;
mod macro_body;
mod macros;
mod names;
mod patterns;
mod positions;
mod recover;
mod requirements;
mod types;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::lang::{Importing, Language, Manifest, Parsed, Profile};
use crate::source::Span;
use crate::syntax::{Operator, SyntaxError, Tree};
use crate::version::Requirement;

use lexer::{Nesting, lex, nesting};

/// The Rust language.
pub struct Rust;

static PROFILE: Profile = Profile {
    name: "rust",
    extensions: &["rs"],
    interpreters: &["cargo", "rust-script"],
    manifests: &["Cargo.toml"],
    requirement_files: requirements::FILES,
    separator: "::",
    imports_bring_methods: true,
    fields_hide_methods: true,
    prelude: names::PRELUDE,
    literal_types: &names::LITERAL_TYPES,
    copy_members: &["clone", "to_owned", "to_string", "to_vec"],
    copying_adapter: Some("cloned"),
    choosing_members: &[
        "all",
        "any",
        "count",
        "filter",
        "find",
        "last",
        "max",
        "max_by",
        "max_by_key",
        "min",
        "min_by",
        "min_by_key",
        "position",
        "skip_while",
    ],
    length_member: Some("len"),
    comparing_members: &["cmp", "partial_cmp", "eq", "ne"],
    lending_member: Some("as_ref"),
    lending_bounds: &["std::convert::AsRef", "std::borrow::Borrow", "std::fmt::Display", "std::fmt::Debug"],
    dereferenced_type: Some("Target"),
    element_type: Some("Item"),
    main_function: Some("main"),
    ..Profile::PLAIN
};

impl Language for Rust {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn requirements(&self, files: &[Manifest]) -> Vec<Requirement> {
        requirements::requirements(files)
    }

    fn parse(&self, text: &str) -> Parsed {
        parse(text)
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        lex(&blank_header(text)).comments
    }

    fn import(&self, text: &str, import: &str, at: u32) -> Importing {
        imports::import(text, import, at)
    }

    fn modules(&self, paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
        names::modules(paths, manifests)
    }

    fn renames(&self, _paths: &[&str], manifests: &[Manifest]) -> Vec<[String; 3]> {
        names::renames(manifests)
    }

    fn is_side_module(&self, module: &str) -> bool {
        names::is_side_module(module)
    }

    fn is_package(&self, path: &str) -> bool {
        names::is_package(path)
    }

    fn absolute(&self, module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names::absolute(module, names)
    }

    fn operator_member(&self, operator: Operator, assigns: bool) -> Option<&'static str> {
        names::operator_member(operator, assigns)
    }

    fn is_constructor_name(&self, name: &str) -> bool {
        names::is_constructor_name(name)
    }

    fn names_a_type(&self, name: &str) -> bool {
        names::names_a_type(name)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }

    fn payload(&self, constructor: &str) -> Option<usize> {
        match constructor {
            "Some" | "Ok" => Some(0),
            "Err" => Some(1),
            _ => None,
        }
    }

    fn marks_test(&self, decorator: &str) -> bool {
        let name = decorator.rsplit(['.', ':']).next().unwrap_or(decorator);
        name == "test"
            || name.starts_with("test(")
            || name == "bench"
            || name.starts_with("rstest")
            || name.starts_with("test_case(")
            || (decorator.starts_with("cfg(") && decorator.contains("test") && !decorator.contains("not("))
    }
}

/// More open brackets than this are refused; rustc itself stops at 128 in macros.
const MAXIMAL_BRACKETS: usize = 256;

/// Longer chains than this are refused: they would need hundreds of mebibytes of stack.
const MAXIMAL_CHAIN: usize = 32_000;

/// What one open bracket costs syn at most: a block in an expression in a statement. Twice what is needed.
const STACK_PER_BRACKET: usize = 32 * 1024;

/// What one link of a chain costs at most while parsing and dropping: `return return …`. Twice what is needed.
const STACK_PER_LINK: usize = 8 * 1024;

/// What everything else needs.
const STACK_BASE: usize = 512 * 1024;

/// Why a text of this nesting is refused, if it is.
fn refusal(nesting: Nesting) -> Option<String> {
    if nesting.brackets > MAXIMAL_BRACKETS {
        return Some(format!("nesting is too deep: {} open brackets", nesting.brackets));
    }
    if nesting.chain > MAXIMAL_CHAIN {
        return Some(format!("nesting is too deep: an expression of up to {} parts", nesting.chain));
    }
    None
}

/// Stack that parsing and dropping a text of this nesting may need.
fn stack_for(nesting: Nesting) -> usize {
    STACK_BASE + nesting.brackets * STACK_PER_BRACKET + nesting.chain * STACK_PER_LINK
}

/// Runs `work` where `stack` bytes are free, and forgets the spans that it made.
fn with_stack<R>(stack: usize, work: impl FnOnce() -> R) -> R {
    let result = stacker::maybe_grow(stack, stack, work);
    // Spans live in a table of the thread that only grows; no syn value is alive any more.
    proc_macro2::extra::invalidate_current_thread_spans();
    result
}

fn parse(text: &str) -> Parsed {
    let source = blank_header(text);
    match parse_whole(&source) {
        Ok(tree) => Parsed { tree, errors: Vec::new() },
        Err(_) => parse_what_is_left(&source),
    }
}

/// The tree of a text without errors.
fn parse_whole(source: &str) -> Result<Tree, String> {
    let nesting = nesting(source, &lex(source).tokens);
    if let Some(refusal) = refusal(nesting) {
        return Err(refusal);
    }
    let stack = stack_for(nesting);
    // Twice, so that macro bodies, which are parsed while lowering, seldom need a stack of their own.
    with_stack(stack * 2, || {
        let file = syn::parse_str::<syn::File>(source).map_err(message)?;
        positions::enter(source);
        Ok(lower::file(&file, source.len(), stack))
    })
}

/// What syn says, in words for people who do not know it.
fn message(error: syn::Error) -> String {
    match error.to_string() {
        lexical if lexical.contains("token stream") => "a bracket or quote without its counterpart".to_owned(),
        message => message,
    }
}

/// The tree of a text with errors: what is broken is blanked out and the rest parsed again.
fn parse_what_is_left(source: &str) -> Parsed {
    let (rest, mut errors) = recover::blank_broken_items(source);
    match parse_whole(&rest) {
        Ok(tree) => Parsed { tree, errors },
        Err(message) => {
            errors.push(SyntaxError { span: Span::new(0, source.len()), message });
            Parsed::nothing(source, errors)
        }
    }
}

/// The text with what stands before Rust begins replaced by spaces: byte-order mark, `#!` line, and the
/// frontmatter of cargo scripts between lines of dashes.
fn blank_header(text: &str) -> Cow<'_, str> {
    let end = header_end(text);
    if end == 0 {
        return Cow::Borrowed(text);
    }
    let (header, rest) = text.split_at(end);
    Cow::Owned(recover::blanked(header) + rest)
}

fn header_end(text: &str) -> usize {
    let mark = '\u{feff}'.len_utf8();
    let mut end = if text.starts_with('\u{feff}') { mark } else { 0 };
    let line = text[end..].trim_start_matches(' ');
    if line.starts_with("#!") && !line[2..].trim_start().starts_with('[') {
        end = line_end(text, end);
    }
    let rest = &text[end..];
    let body = rest.trim_start();
    let dashes = body.bytes().take_while(|byte| *byte == b'-').count();
    if dashes < 3 {
        return end;
    }
    let fence = &body[..dashes];
    let mut at = line_end(text, text.len() - body.len());
    while at < text.len() {
        let next = line_end(text, at);
        if text[at..next].starts_with(fence) {
            return next;
        }
        at = next;
    }
    end
}

/// One past the line break that ends the line of a byte.
fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at + 1)
}
