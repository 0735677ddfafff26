//! Java: tree-sitter for the grammar, which recovers from errors itself, and how names work.
//!
//! Knows the language and its built-in names, and nothing of libraries.

mod expressions;
mod generated;
mod grammar;
mod lower;
mod names;
mod requirements;
mod scope;
mod statements;
mod types;

#[cfg(test)]
mod tests;

use super::lowering::{self, KeptParser};
use super::{Language, LiteralTypes, Manifest, Parsed};
use crate::source::Span;
use crate::syntax::Operator;
use crate::version::Requirement;

use grammar::{GRAMMAR, Kind};

/// The language.
pub struct Java;

impl Language for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn interpreters(&self) -> &'static [&'static str] {
        &["java"]
    }

    fn manifests(&self) -> &'static [&'static str] {
        &[]
    }

    fn requirement_files(&self) -> &'static [&'static str] {
        requirements::FILES
    }

    fn requirements(&self, files: &[Manifest]) -> Vec<Requirement> {
        requirements::requirements(files)
    }

    fn parse(&self, text: &str) -> Parsed {
        lowering::parse(&PARSER, text, lower::file, is_comment)
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        lowering::with_tree(&PARSER, text, |root| lowering::comments(root, is_comment)).unwrap_or_default()
    }

    fn separator(&self) -> &'static str {
        "."
    }

    fn modules(&self, paths: &[&str], _manifests: &[Manifest]) -> Vec<String> {
        paths.iter().map(|path| names::package(path)).collect()
    }

    fn modules_span_files(&self) -> bool {
        true
    }

    fn has_overloads(&self) -> bool {
        true
    }

    fn is_package(&self, _path: &str) -> bool {
        true
    }

    fn absolute(&self, _module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names.join(".")
    }

    fn implicit_modules(&self) -> &'static [&'static str] {
        &["java.lang"]
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
        format!("for (… : {iterable})")
    }

    fn context_text(&self, context: &str) -> String {
        format!("try ({context})")
    }

    fn is_constructor_name(&self, name: &str) -> bool {
        matches!(name, "of" | "valueOf" | "getInstance" | "newInstance")
    }

    fn names_a_type(&self, name: &str) -> bool {
        scope::names_a_type(name)
    }

    fn constructor_member(&self) -> Option<&'static str> {
        Some(names::CONSTRUCTOR)
    }

    fn copy_members(&self) -> &'static [&'static str] {
        &["clone"]
    }

    fn length_member(&self) -> Option<&'static str> {
        Some("size")
    }

    fn is_migration(&self, path: &str) -> bool {
        names::is_migration(path)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }
}

thread_local! {
    static PARSER: KeptParser = lowering::parser(&GRAMMAR.language);
}

fn is_comment(node: tree_sitter::Node) -> bool {
    matches!(GRAMMAR.kinds.get(node.kind_id()), Some(Kind::LineComment | Kind::BlockComment))
}
