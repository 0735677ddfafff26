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

use super::{Language, LiteralTypes, Manifest, Parsed};
use crate::source::Span;
use crate::syntax::{NodeKind, Operator, SyntaxError, Tree};
use crate::version::Requirement;

use grammar::GRAMMAR;

/// The language.
pub struct Go;

impl Language for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn interpreters(&self) -> &'static [&'static str] {
        &[]
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["go.mod"]
    }

    fn requirement_files(&self) -> &'static [&'static str] {
        &["go.mod"]
    }

    fn requirements(&self, files: &[Manifest]) -> Vec<Requirement> {
        requirements::requirements(files)
    }

    fn parse(&self, text: &str) -> Parsed {
        parse(text)
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        with_tree(text, |root| comments(root, |_| true)).unwrap_or_default()
    }

    fn separator(&self) -> &'static str {
        "."
    }

    fn modules(&self, paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
        names::modules(paths, manifests)
    }

    fn modules_span_files(&self) -> bool {
        true
    }

    fn is_package(&self, _path: &str) -> bool {
        true
    }

    fn absolute(&self, _module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names::absolute(names)
    }

    fn implicit_modules(&self) -> &'static [&'static str] {
        &["builtin"]
    }

    fn prelude(&self, name: &str) -> Option<&'static str> {
        names::prelude(name)
    }

    fn literal_types(&self) -> &'static LiteralTypes {
        &names::LITERAL_TYPES
    }

    fn operator_member(&self, operator: Operator, assigns: bool) -> Option<&'static str> {
        names::operator_member(operator, assigns)
    }

    fn loop_text(&self, iterable: &str) -> String {
        format!("for … range {iterable}")
    }

    fn is_constructor_name(&self, _name: &str) -> bool {
        false
    }

    fn names_a_type(&self, _name: &str) -> bool {
        false
    }

    fn constructor_member(&self) -> Option<&'static str> {
        None
    }

    fn results_are_parts(&self) -> bool {
        true
    }

    fn interfaces_are_structural(&self) -> bool {
        true
    }

    fn dereferenced_type(&self) -> Option<&'static str> {
        Some(names::UNDERLYING)
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
        if text.contains("laggard") {
            parsed.tree.comments = comments(root, |span| span.of(text).contains("laggard"));
        }
        parsed.errors.sort_by_key(|error| (error.span.start, std::cmp::Reverse(error.span.end)));
        parsed.errors.dedup_by(|inner, outer| outer.span.contains(inner.span));
        parsed
    });
    parsed.unwrap_or_else(|| nothing(text))
}

/// A tree without statements.
fn nothing(text: &str) -> Parsed {
    let mut tree = Tree::default();
    let statements = tree.list(&[]);
    tree.root = Some(tree.add(NodeKind::Block(statements), Span::new(0, text.len())));
    let message = "the parser failed on this file".to_owned();
    Parsed { tree, errors: vec![SyntaxError { span: Span::new(0, text.len()), message }] }
}

/// The comments that are wanted, in order.
fn comments(root: tree_sitter::Node, is_wanted: impl Fn(Span) -> bool) -> Vec<Span> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_extra() && GRAMMAR.kinds.get(node.kind_id()) == Some(grammar::Kind::Comment) {
            found.extend(Some(lower::span_of(node)).filter(|span| is_wanted(*span)));
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
