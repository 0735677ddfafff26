//! Go: tree-sitter for the grammar, which recovers from errors itself, and how names work.
//!
//! Knows the language and its built-in names, and nothing of libraries.

mod expressions;
mod grammar;
mod lower;
mod names;
mod requirements;
mod statements;
mod types;

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use tree_sitter::Parser;

use super::{Language, Manifest, Parsed, Profile};
use crate::source::Span;
use crate::syntax::Operator;
use crate::version::Requirement;

use grammar::GRAMMAR;

/// The language.
pub struct Go;

static PROFILE: Profile = Profile {
    name: "go",
    extensions: &["go"],
    manifests: &["go.mod"],
    requirement_files: &["go.mod"],
    modules_span_files: true,
    interfaces_are_structural: true,
    results_are_parts: true,
    implicit_modules: &["builtin"],
    literal_types: &names::LITERAL_TYPES,
    dereferenced_type: Some(names::UNDERLYING),
    ..Profile::PLAIN
};

impl Language for Go {
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
        with_tree(text, comments).unwrap_or_default()
    }

    fn modules(&self, paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
        names::modules(paths, manifests)
    }

    fn is_package(&self, _path: &str) -> bool {
        true
    }

    fn absolute(&self, _module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names::absolute(names)
    }

    fn prelude(&self, name: &str) -> Option<&'static str> {
        names::prelude(name)
    }

    fn operator_member(&self, operator: Operator, assigns: bool) -> Option<&'static str> {
        names::operator_member(operator, assigns)
    }

    fn loop_text(&self, iterable: &str) -> String {
        format!("for … range {iterable}")
    }

    fn is_run_by_hand(&self, path: &str) -> bool {
        names::is_run_by_hand(path)
    }

    fn is_migration(&self, path: &str) -> bool {
        names::is_migration(path)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }
}

thread_local! {
    /// Making one costs more than parsing a small file.
    static PARSER: RefCell<Option<Parser>> = RefCell::new(parser());
}

fn parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&GRAMMAR.language).ok()?;
    Some(parser)
}

/// Works on the tree of a text; `None` when there is none.
fn with_tree<R>(text: &str, work: impl FnOnce(tree_sitter::Node) -> R) -> Option<R> {
    let tree = PARSER.with_borrow_mut(|parser| parser.as_mut()?.parse(text, None))?;
    Some(work(tree.root_node()))
}

fn parse(text: &str) -> Parsed {
    let parsed = with_tree(text, |root| {
        let mut parsed = lower::file(text, root);
        parsed.errors.sort_by_key(|error| (error.span.start, std::cmp::Reverse(error.span.end)));
        parsed.errors.dedup_by(|inner, outer| outer.span.contains(inner.span));
        parsed
    });
    parsed.unwrap_or_else(|| Parsed::refused(text, "the parser failed on this file"))
}

fn comments(root: tree_sitter::Node) -> Vec<Span> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_extra() && GRAMMAR.kinds.get(node.kind_id()) == Some(grammar::Kind::Comment) {
            found.push(lower::span_of(node));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
