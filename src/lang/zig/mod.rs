//! Zig: tree-sitter for the grammar, which recovers from errors itself, and how names work.
//!
//! Knows the language, its built-in names and which functions of its standard library work on a sequence; nothing of what
//! anything costs.

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
pub struct Zig;

static PROFILE: Profile = Profile {
    name: "zig",
    extensions: &["zig"],
    comment_starts: &["//"],
    requirement_files: requirements::FILES,
    whole_module: Some(names::WHOLE),
    prelude: names::PRELUDE,
    literal_types: &names::LITERAL_TYPES,
    main_function: Some("main"),
    ..Profile::PLAIN
};

impl Language for Zig {
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

    fn modules(&self, paths: &[&str], _manifests: &[Manifest]) -> Vec<String> {
        paths.iter().map(|path| names::module(path)).collect()
    }

    fn is_package(&self, _path: &str) -> bool {
        false
    }

    fn absolute(&self, module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names::absolute(module, names)
    }

    fn operator_member(&self, operator: Operator, assigns: bool) -> Option<&'static str> {
        names::operator_member(operator, assigns)
    }

    fn loop_text(&self, iterable: &str) -> String {
        format!("for ({iterable})")
    }

    fn is_constructor_name(&self, name: &str) -> bool {
        matches!(name, "init" | "create")
    }

    fn marks_test(&self, decorator: &str) -> bool {
        decorator == names::TEST
    }

    fn is_run_by_hand(&self, path: &str) -> bool {
        names::is_run_by_hand(path)
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
