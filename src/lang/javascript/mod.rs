//! JavaScript and TypeScript, in files of their own and in the script blocks of components: oxc for the grammar.
//!
//! One language: types are read where they are written. It knows the language and its built-in names, and nothing of
//! libraries.

mod elements;
mod expressions;
mod functions;
mod imports;
mod lower;
mod manifests;
mod migrations;
mod modules;
mod names;
mod notation;
mod patterns;
mod requirements;
mod stack;
mod types;

#[cfg(test)]
mod tests;

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::{Language, Manifest, Parsed, Profile};
use crate::source::Span;
use crate::syntax::SyntaxError;
use crate::version::Requirement;

/// The language.
pub struct JavaScript;

static PROFILE: Profile = Profile {
    name: "javascript",
    other_names: &["typescript"],
    extensions: names::EXTENSIONS,
    interpreters: &["node", "nodejs", "deno", "bun", "tsx", "ts-node", "zx"],
    manifests: manifests::FILES,
    requirement_files: requirements::FILES,
    whole_module: Some(imports::WHOLE),
    implicit_modules: &["globalThis"],
    prelude: names::PRELUDE,
    literal_types: &names::LITERAL_TYPES,
    future_type: Some("Promise"),
    entries_are_members: true,
    futures_run_at_once: true,
    constructor_member: Some("constructor"),
    length_member: Some("length"),
    dialects: &[&super::prisma::Prisma],
    ..Profile::PLAIN
};

impl Language for JavaScript {
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
        let text = notation::script(text);
        with_program(&text, |program, _| comments(program)).unwrap_or_default()
    }

    fn modules(&self, paths: &[&str], _manifests: &[Manifest]) -> Vec<String> {
        paths.iter().map(|path| modules::module(path)).collect()
    }

    fn renames(&self, paths: &[&str], manifests: &[Manifest]) -> Vec<[String; 3]> {
        manifests::renames(paths, manifests)
    }

    fn packages_of<'m>(&self, module: &'m str) -> Vec<&'m str> {
        modules::folders_of(module)
    }

    fn renamed(&self, path: &str, renames: &[(String, String)]) -> Option<String> {
        modules::renamed(path, renames)
    }

    fn is_package(&self, path: &str) -> bool {
        modules::is_index(path)
    }

    fn absolute(&self, module: &str, is_package: bool, _level: u32, names: &[&str]) -> String {
        modules::absolute(module, is_package, names)
    }

    fn loop_text(&self, iterable: &str) -> String {
        format!("for (… of {iterable})")
    }

    fn context_text(&self, context: &str) -> String {
        format!("using {context}")
    }

    fn names_a_type(&self, name: &str) -> bool {
        names::names_a_type(name)
    }

    fn is_run_by_hand(&self, path: &str) -> bool {
        names::is_run_by_hand(path)
    }

    fn names_script(&self, path: &str) -> bool {
        names::names_script(path)
    }

    fn is_migration(&self, path: &str) -> bool {
        names::is_migration(path)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }
}

fn parse(text: &str) -> Parsed {
    let script = notation::script(text);
    let lowered = with_program(&script, |program, errors| {
        let (tree, too_deep) = lower::lower(program, &script);
        Parsed { tree, errors: errors.iter().cloned().chain(too_deep).collect() }
    });
    lowered.unwrap_or_else(|| Parsed::refused(text, "nesting is too deep to be parsed"))
}

fn comments(program: &Program) -> Vec<Span> {
    program.comments.iter().map(|comment| lower::span(comment.span)).collect()
}

/// Does something with the tree of a text and its errors; `None` when it nests too deeply. What may be a cast of the older
/// notation (`<T>x`) or an element is an element, unless that is an error.
fn with_program<R>(text: &str, work: impl FnOnce(&Program, &[SyntaxError]) -> R) -> Option<R> {
    stack::with_room(text, || {
        let allocator = Allocator::default();
        let with_elements = parsed_as(&allocator, text, SourceType::tsx());
        if with_elements.1.is_empty() {
            return work(&with_elements.0, &[]);
        }
        let without = parsed_as(&allocator, text, SourceType::ts());
        let (program, errors) = match without.1.is_empty() || is_better(&without, &with_elements) {
            true => without,
            false => with_elements,
        };
        work(&program, &errors)
    })
}

type Attempt<'a> = (Program<'a>, Vec<SyntaxError>);

/// Does the first attempt hold more of the text?
fn is_better(first: &Attempt, second: &Attempt) -> bool {
    first.0.body.len() > second.0.body.len()
}

fn parsed_as<'a>(allocator: &'a Allocator, text: &'a str, kind: SourceType) -> Attempt<'a> {
    let options =
        ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(allocator, text, kind.with_unambiguous(true)).with_options(options).parse();
    let errors = parsed.diagnostics.errors().map(|error| {
        let at = error.labels.first().map_or(0, |label| label.offset());
        let length = error.labels.first().map_or(0, |label| label.len());
        SyntaxError { span: Span { start: at, end: at + length }, message: error.message.to_string() }
    });
    let errors = errors.collect();
    (parsed.program, errors)
}
