//! Java: tree-sitter for the grammar, which recovers from errors itself, and how names work.
//!
//! Knows the language and its built-in names, and nothing of libraries.

mod expressions;
mod generated;
mod grammar;
mod lower;
mod names;
mod newer;
mod requirements;
mod scope;
mod settings;
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
pub struct Java;

static PROFILE: Profile = Profile {
    name: "java",
    extensions: &["java"],
    interpreters: &["java"],
    requirement_files: requirements::FILES,
    modules_span_files: true,
    has_overloads: true,
    fields_hide_methods: true,
    implicit_modules: &["java.lang"],
    prelude: names::PRELUDE,
    literal_types: &names::LITERAL_TYPES,
    constructor_member: Some(names::CONSTRUCTOR),
    copy_members: &["clone"],
    length_member: Some("size"),
    function_members: Some(&[
        "and",
        "andThen",
        "compose",
        "equals",
        "hashCode",
        "negate",
        "or",
        "reversed",
        "thenComparing",
    ]),
    ..Profile::PLAIN
};

impl Language for Java {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn requirements(&self, files: &[Manifest]) -> Vec<Requirement> {
        requirements::requirements(files)
    }

    fn parse(&self, text: &str) -> Parsed {
        let parsed = lowering::parse(&PARSER, text, lower::file);
        if parsed.errors.is_empty() {
            return parsed;
        }
        let again = newer::without_newer_syntax(text).map(|text| lowering::parse(&PARSER, &text, lower::file));
        match again.filter(|again| lost(again) < lost(&parsed)) {
            Some(again) => again,
            None => parsed,
        }
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        lowering::comments(&PARSER, text, is_comment)
    }

    fn modules(&self, paths: &[&str], _manifests: &[Manifest]) -> Vec<String> {
        paths.iter().map(|path| names::package(path)).collect()
    }

    fn is_package(&self, _path: &str) -> bool {
        true
    }

    fn absolute(&self, _module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names.join(".")
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

    fn is_migration(&self, path: &str) -> bool {
        names::is_migration(path)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }
}

/// How much of a text was left out.
fn lost(parsed: &Parsed) -> u32 {
    parsed.errors.iter().map(|error| error.span.end - error.span.start).sum()
}

thread_local! {
    static PARSER: KeptParser = lowering::parser(&GRAMMAR.language);
}

fn is_comment(node: tree_sitter::Node) -> bool {
    matches!(GRAMMAR.kinds.get(node.kind_id()), Some(Kind::LineComment | Kind::BlockComment))
}
