//! SQL: each statement of a file is a call with its text, as if a program sent it.
//!
//! So what holds for statements in strings holds for files, and nobody else has to know that there are any. What
//! statements mean is not said here: [`crate::sql`] reads them, wherever they stand.

mod names;

use super::{Language, Manifest, Parsed, Profile};
use crate::source::Span;
use crate::sql;
use crate::syntax::{Certainty, NodeKind, SyntaxError, Tree};

/// The language.
pub struct Sql;

static PROFILE: Profile = Profile {
    name: "sql",
    extensions: &["sql"],
    comment_starts: &["--", "/*"],
    implicit_modules: &["sql"],
    ..Profile::PLAIN
};

impl Language for Sql {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn parse(&self, text: &str) -> Parsed {
        parse(text)
    }

    fn comments(&self, text: &str) -> Vec<Span> {
        sql::comments(text).into_iter().map(|range| Span::new(range.start, range.end)).collect()
    }

    fn modules(&self, paths: &[&str], _manifests: &[Manifest]) -> Vec<String> {
        paths.iter().map(|path| names::module(path)).collect()
    }

    fn is_package(&self, _path: &str) -> bool {
        false
    }

    fn absolute(&self, _module: &str, _is_package: bool, _level: u32, names: &[&str]) -> String {
        names.join(".")
    }

    fn is_migration(&self, path: &str) -> bool {
        names::is_migration(path)
    }

    fn takes_migration_back(&self, path: &str) -> bool {
        names::takes_migration_back(path)
    }

    fn holds_schema(&self, path: &str) -> bool {
        names::is_run_by_hand(path)
    }

    fn is_side_code(&self, path: &str) -> bool {
        names::is_side_code(path)
    }
}

/// Comments behind which a file takes back what it does before them.
const DOWN: &[&str] = &["-- +goose Down", "-- +migrate Down", "-- migrate:down", "--- !Downs", "-- +micrate Down"];

fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let end = DOWN.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    let mut statements = Vec::new();
    for range in sql::statements(&text[..end]) {
        let statement = &text[range.clone()];
        let span = Span::new(range.start, range.end);
        match sql::is_understood(statement) {
            true => statements.extend(lower(&mut parsed.tree, statement, span)),
            false => {
                let message = "no dialect of SQL has this statement; it is left out".to_owned();
                parsed.errors.push(SyntaxError { span, message });
                // What it is about is not wholly known from here on.
                statements.extend(lower(&mut parsed.tree, statement, span));
            }
        }
    }
    let whole = Span::new(0, text.len());
    let list = parsed.tree.list(&statements);
    parsed.tree.root = Some(parsed.tree.add(NodeKind::Block(list), whole));
    parsed
}

/// A call that is named like the first word of the statement. `None` for data, and what has no facts.
fn lower(tree: &mut Tree, statement: &str, span: Span) -> Option<crate::syntax::NodeId> {
    if !sql::may_have_facts(statement) {
        return None;
    }
    let statement = statement.trim_start_matches('(').trim_start();
    let length = statement.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = Span::new(span.start as usize, span.start as usize + length);
    let name = tree.names.intern(&statement[..length].to_ascii_uppercase());
    let callee = tree.add(NodeKind::Name(name), word);
    let value = tree.string(statement);
    let holes = tree.list(&[]);
    let string = tree.add(NodeKind::String { value: Some(value), holes }, span);
    let arguments = tree.list(&[string]);
    let call = NodeKind::Call { callee, arguments, type_arguments: None, certainty: Certainty::Certain };
    Some(tree.add(call, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Vec<String> {
        let parsed = parse(text);
        let Some(NodeKind::Block(list)) = parsed.tree.root.map(|root| parsed.tree.kind(root)) else {
            return Vec::new();
        };
        parsed.tree.nodes_of(list).iter().map(|node| parsed.tree.span(*node).of(text).to_owned()).collect()
    }

    #[test]
    fn statements_are_calls() {
        let text = "-- first\nSELECT a FROM t;\n/* second */ DELETE FROM t WHERE a = 1";
        assert_eq!(calls(text), ["SELECT a FROM t", "DELETE FROM t WHERE a = 1"]);
    }

    #[test]
    fn data_is_skipped() {
        let text =
            "INSERT INTO t VALUES (1);\nCOPY t (a) FROM stdin;\nit's; SELECT\n\\.\n\\connect x\nSELECT a FROM t;";
        assert_eq!(calls(text), ["SELECT a FROM t"]);
    }

    #[test]
    fn what_is_taken_back_did_not_happen() {
        assert_eq!(
            calls("-- +goose Up\nCREATE TABLE t (a int);\n-- +goose Down\nDROP TABLE t;"),
            ["CREATE TABLE t (a int)"]
        );
    }

    #[test]
    fn a_broken_statement_is_named() {
        let parsed = parse("SELECT a FROM t;\nSELECT a FROM t WHERE (;\n");
        assert_eq!(parsed.errors.len(), 1);
        assert_eq!(parsed.errors[0].span.start, 17);
    }
}
