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
use crate::syntax::{Operator, SyntaxError};
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
    main_function: Some("main"),
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
        let parsed = lowering::parse(&PARSER, text, lower::file);
        let Some(renamed) = without_new(text, &parsed.errors) else { return parsed };
        let again = lowering::parse(&PARSER, &renamed, |_, root| lower::file(text, root));
        if again.errors.len() < parsed.errors.len() { again } else { parsed }
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

/// A text in which broken places do not call `new`, but a function with a name as long: the grammar takes what it is given
/// for a type, and since Go 1.26 it may be any value. `None` where that is not what broke.
fn without_new(text: &str, errors: &[SyntaxError]) -> Option<String> {
    let is_broken = |at: usize| errors.iter().any(|error| error.span.contains(Span::new(at, at + 4)));
    // What can only be a type is told as one.
    let is_type = |at: usize| {
        ["[", "map[", "*", "struct", "chan ", "func(", "interface"]
            .iter()
            .any(|start| text[at + 4..].starts_with(start))
    };
    let is_name = |at: usize| !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || "_.".contains(letter));
    let places: Vec<usize> = text
        .match_indices("new(")
        .map(|(at, _)| at)
        .filter(|at| is_broken(*at) && is_name(*at) && !is_type(*at))
        .collect();
    let mut renamed = text.to_owned();
    for at in &places {
        renamed.replace_range(*at..at + 3, "New");
    }
    (!places.is_empty()).then_some(renamed)
}

fn is_comment(node: tree_sitter::Node) -> bool {
    GRAMMAR.kinds.get(node.kind_id()) == Some(Kind::Comment)
}
