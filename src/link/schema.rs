//! The tables of the program: what its statements define, part by part, and what its classes stand for (`tables.rs`).
//!
//! Definitions are put in the order of the names of their files, numbers by their value. It knows which files are
//! migrations, tests, and migrations taken back by what their language says of their paths.

use std::collections::BTreeMap;

use crate::facts::*;
use crate::lang;
use crate::program::{Program, ProgramFile, TableOrigin};
use crate::source::{FileId, Span};
use crate::sql::Definition;
use crate::syntax::StringId;

/// A definition, and where it stands.
type Placed<'f> = (&'f Definition, TableOrigin);

/// Puts the tables of the program together.
pub(super) fn define(program: &mut Program) {
    let mut parts: BTreeMap<&str, Vec<(Vec<Piece>, FileId)>> = BTreeMap::new();
    for (number, file) in program.files.iter().enumerate() {
        if defines(file) {
            let place = (order(&file.source.path), FileId(number as u32));
            parts.entry(part_of(&file.source.path)).or_default().push(place);
        }
    }
    let mut schema = std::mem::take(&mut program.schema);
    for files in parts.values_mut() {
        files.sort();
        let definitions = files.iter().flat_map(|(_, file)| definitions(&program.files[file.0 as usize].facts, *file));
        schema.apply(definitions);
    }
    for (index, resolver) in program.resolvers.iter_mut().enumerate() {
        let Some(resolver) = resolver else { continue };
        let files = &program.files;
        let own = files_of(files, index);
        let mut tables = resolver.class_tables(files, &own);
        let mut made = resolver.made_tables(files, &own);
        for (name, table) in std::mem::take(&mut tables.list).into_iter().chain(std::mem::take(&mut made.list)) {
            match table.place.class.is_empty() {
                true => schema.merge(name, table),
                false => schema.merge_class(name, table),
            }
        }
        program.lookups.extend(resolver.class_lookups(files, &program.resolved, &tables, &own));
        program.lookups.extend(resolver.made_lookups(files, &program.resolved, &made, &own));
    }
    for (index, resolver) in program.resolvers.iter_mut().enumerate() {
        let Some(resolver) = resolver else { continue };
        let own = files_of(&program.files, index);
        program.lookups.extend(resolver.finder_lookups(&program.files, &program.resolved, &schema, &own));
    }
    program.lookups.sort_by_key(|lookup| (lookup.file, lookup.call));
    program.schema = schema;
}

/// The files of a language.
fn files_of(files: &[ProgramFile], language: usize) -> Vec<FileId> {
    let all = (0..files.len() as u32).map(FileId);
    all.filter(|file| files[file.0 as usize].source.language == language).collect()
}

/// Does a file say what the tables of the program are?
fn defines(file: &ProgramFile) -> bool {
    let language = lang::all()[file.source.language];
    let path = &file.source.path;
    let is_meant = !file.is_side_code || file.is_migration || language.holds_schema(path);
    is_meant
        && !language.takes_migration_back(path)
        && file.facts.statements.iter().any(|(_, statement)| !statement.definitions.is_empty())
}

/// The definitions of a file, in order.
fn definitions(facts: &FileFacts, file: FileId) -> Vec<Placed<'_>> {
    let spans = spans(facts);
    let statements = facts.statements.iter().flat_map(|(string, statement)| {
        let place = spans.iter().find(|(own, _)| own == string).map(|(_, span)| (file, *span));
        statement
            .definitions
            .iter()
            .map(move |definition| (definition, TableOrigin { place, ..TableOrigin::default() }))
    });
    statements.collect()
}

/// Where the strings stand that are given to calls.
fn spans(facts: &FileFacts) -> Vec<(StringId, Span)> {
    let strings = facts.arguments.iter().filter_map(|argument| match facts.origin(argument.origin) {
        Origin::String(Some(string)) => Some((string, argument.span)),
        _ => None,
    });
    strings.collect()
}

/// The part of the program that the definitions of a file belong to: its folder, or, where each migration has a folder,
/// the one around it.
fn part_of(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (around, own) = folder.rsplit_once('/').unwrap_or(("", folder));
    match own.starts_with(|c: char| c.is_ascii_digit()) {
        true => around,
        false => folder,
    }
}

/// A piece of a path: numbers come in the order of their values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Number(u128),
    Text(String),
}

fn order(path: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(match piece.parse() {
            Ok(number) => Piece::Number(number),
            Err(_) => Piece::Text(piece.to_owned()),
        });
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_come_in_the_order_of_their_numbers() {
        assert!(order("m/2_b.sql") < order("m/10_a.sql"));
        assert_eq!(part_of("m/2020-01-01_orders/up.sql"), "m");
        assert_eq!(part_of("m/1_orders.sql"), "m");
    }
}
