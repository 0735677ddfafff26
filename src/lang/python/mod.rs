//! Python: the exact parser first, repair where it refuses, and how names work.
//!
//! Knows the language and its built-in names, and nothing of libraries.

use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Parsed as RuffParsed;
use ruff_text_size::Ranged;

use super::{Importing, Language, Manifest, Parsed, Profile};
use crate::source::Span;
use crate::syntax::{Operator, SyntaxError};
use crate::version::Requirement;

mod imports;
mod lower;
mod names;
mod parser;
mod repair;
mod requirements;
mod stack;

/// The language.
pub struct Python;

static PROFILE: Profile = Profile {
    name: "python",
    extensions: &["py", "pyw"],
    interpreters: &["python", "pypy"],
    manifests: names::MANIFESTS,
    comment_starts: &["#"],
    requirement_files: requirements::FILES,
    implicit_modules: &["builtins"],
    bases_are_in_line: true,
    literal_types: &names::LITERAL_TYPES,
    constructor_member: Some("__init__"),
    grows_local_texts_in_place: true,
    length_member: Some("__len__"),
    dialects: &[&super::template::Template],
    ..Profile::PLAIN
};

impl Language for Python {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn requirements(&self, files: &[Manifest]) -> Vec<Requirement> {
        requirements::requirements(files)
    }

    fn parse(&self, text: &str) -> Parsed {
        let attempt = parser::with_module(text, |parsed| match parsed.has_valid_syntax() {
            true => Ok(lower(parsed, text)),
            false => Err(errors_of(parsed)),
        });
        match attempt {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(errors)) => parse_repaired(text).unwrap_or_else(|| Parsed::nothing(text, errors)),
            Err(refusal) => Parsed::refused(text, reason(&refusal)),
        }
    }

    fn modules(&self, paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
        names::modules(paths, manifests)
    }

    fn is_package(&self, path: &str) -> bool {
        names::is_package(path)
    }

    fn absolute(&self, module: &str, is_package: bool, level: u32, names: &[&str]) -> String {
        names::absolute(module, is_package, level, names)
    }

    fn operator_member(&self, operator: Operator, assigns: bool) -> Option<&'static str> {
        names::operator_member(operator, assigns)
    }

    fn names_a_type(&self, name: &str) -> bool {
        names::names_a_type(name)
    }

    fn is_run_by_hand(&self, path: &str) -> bool {
        names::is_run_by_hand(path)
    }

    fn is_script(&self, path: &str) -> bool {
        names::is_script(path)
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        let comments = |parsed: &RuffParsed<ModModule>| {
            let tokens = parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
            tokens.map(|token| lower::span(token.range())).collect()
        };
        parser::with_module(text, comments).unwrap_or_default()
    }

    fn import(&self, text: &str, import: &str, at: u32) -> Importing {
        imports::import(text, import, at)
    }

    fn is_migration(&self, path: &str) -> bool {
        names::is_migration(path)
    }

    fn marks_test(&self, decorator: &str) -> bool {
        names::marks_test(decorator)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }
}

/// A valid module.
fn lower(parsed: &RuffParsed<ModModule>, text: &str) -> Parsed {
    let (tree, errors) = lower::lower(parsed.syntax(), text);
    Parsed { tree, errors }
}

/// What is left when the broken parts are taken out.
fn parse_repaired(text: &str) -> Option<Parsed> {
    let (blanked, lost) = repair::repair(text)?;
    let mut parsed = parser::with_module(&blanked, |parsed| lower(parsed, &blanked)).ok()?;
    parsed.errors.splice(0..0, lost);
    Some(parsed)
}

fn errors_of(parsed: &RuffParsed<ModModule>) -> Vec<SyntaxError> {
    let error = |error: &ruff_python_parser::ParseError| SyntaxError {
        span: lower::span(error.location),
        message: error.error.to_string(),
    };
    parsed.errors().iter().map(error).collect()
}

fn reason(refusal: &parser::Refusal) -> &'static str {
    match refusal {
        parser::Refusal::TooDeep => "nesting is too deep to be parsed",
        parser::Refusal::Panicked => "the parser failed on this file",
    }
}

#[cfg(test)]
mod tests;
