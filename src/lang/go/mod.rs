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

use super::lowering::{self, KeptParser};
use super::{Language, Manifest, Parsed, Profile};
use crate::source::Span;
use crate::syntax::Operator;
use crate::version::Requirement;

use grammar::{GRAMMAR, Kind};

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
    prelude: names::PRELUDE,
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
        lowering::parse(&PARSER, text, lower::file)
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        lowering::comments(&PARSER, text, is_comment)
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
    static PARSER: KeptParser = lowering::parser(&GRAMMAR.language);
}

fn is_comment(node: tree_sitter::Node) -> bool {
    GRAMMAR.kinds.get(node.kind_id()) == Some(Kind::Comment)
}
