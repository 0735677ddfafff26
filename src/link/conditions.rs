//! What programs look up in tables that they get by the names of their classes: `client.order.findMany({ where: … })`.
//!
//! What is such a table, where the condition stands and which keys in it compare how is data (`[tables]`, `condition`). Only
//! conditions that are written where they are given are read: one that a variable holds may become another. Where any
//! part of a condition is not known, nothing is.

use super::resolve::Resolver;
use super::tables::{ClassTable, ClassTables, Reference, is_written_down};
use crate::facts::*;
use crate::model::table::Text;
use crate::program::{ProgramFile, ResolvedCalls};
use crate::source::FileId;
use crate::sql::{Lookup, Term, TermKind};
use crate::syntax::CollectionKind;

/// Deeper conditions are not read.
const DEEPEST: usize = 4;

impl<'m> Resolver<'m> {
    /// What a call looks up in a table that it names, and in those whose rows are loaded with that one's: each by itself.
    pub(super) fn lookups_by_name(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        tables: &ClassTables<'m>,
        file: FileId,
        call: CallId,
    ) -> Vec<Lookup> {
        let facts = &files[file.0 as usize].facts;
        let Some(table) = self.table_asked(files, resolved, tables, file, call) else { return Vec::new() };
        let condition = resolved.get(file, call).row().and_then(|row| facts.given_at(call, &row.condition));
        let mut found: Vec<Lookup> =
            condition.and_then(|given| lookup(facts, table, given.origin)).into_iter().collect();
        for place in table.row.loads.iter() {
            if let Some(given) = facts.given_at(call, place) {
                add_loads(facts, tables, table, given.origin, &mut found, 0);
            }
        }
        found
    }

    /// The table that a call names by where it gets what it is a method of.
    fn table_asked<'t>(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        tables: &'t ClassTables<'m>,
        file: FileId,
        call: CallId,
    ) -> Option<&'t ClassTable<'m>> {
        let facts = &files[file.0 as usize].facts;
        resolved.get(file, call).row().filter(|row| !row.condition.is_empty() && !tables.by_name.is_empty())?;
        let Origin::Member(_, name) = facts.origin(facts.bare(facts.call(call).callee)) else { return None };
        let table = tables.named(&facts.text(name).to_lowercase())?;
        let receiver = self.type_symbol(resolved.get(file, call).receiver?);
        let lineage = self.lineage(files, receiver);
        let asks =
            |part: &str| *part == *table.row.asked_by || self.models.supertypes(part).contains(&table.row.asked_by);
        lineage.iter().any(|part| asks(self.symbols.text(*part))).then_some(table)
    }
}

impl<'m> ClassTables<'m> {
    /// The table that programs get by this name, in lower case.
    fn named(&self, name: &str) -> Option<&ClassTable<'m>> {
        self.classes.get(&(*self.by_name.get(name)?)?)
    }
}

/// What a display of columns asks for in a table.
fn lookup(facts: &FileFacts, table: &ClassTable, display: OriginId) -> Option<Lookup> {
    let mut lookup = Lookup { table: table.name.clone(), ..Lookup::default() };
    add_terms(facts, table, display, &mut lookup.terms, 0)?;
    (!lookup.terms.is_empty()).then_some(lookup)
}

/// Adds look-ups of the rows that are loaded with those of a table, by the columns that hold its key.
fn add_loads(
    facts: &FileFacts,
    tables: &ClassTables,
    table: &ClassTable,
    display: OriginId,
    found: &mut Vec<Lookup>,
    depth: usize,
) {
    for entry in facts.entries_of(facts.bare(display)).iter().filter(|_| depth < DEEPEST) {
        let Some(key) = entry.key.map(|key| &*facts.strings[key.0 as usize]) else { continue };
        let value = facts.bare(entry.value);
        let reference = table.references.iter().find(|own| *own.attribute == *key);
        let Some(reference) = reference.filter(|_| !matches!(facts.origin(value), Origin::Bool(Some(false)))) else {
            continue;
        };
        let Some(other) = tables.named(&reference.target) else { continue };
        let below = |key: &str| facts.entries_of(value).iter().find(|own| own.is_called(facts, key));
        if let Some(column) = column_back(tables, table, reference, other) {
            let mut lookup = Lookup { table: other.name.clone(), ..Lookup::default() };
            lookup.terms.push(Term { column, kind: TermKind::Equal });
            let condition = below(&table.row.loads_where).map(|entry| entry.value);
            let is_known = condition.is_none_or(|own| add_terms(facts, other, own, &mut lookup.terms, 0).is_some());
            found.extend(is_known.then_some(lookup));
        }
        for key in table.row.loads.iter().filter_map(|place| place.rsplit('.').next()) {
            if let Some(entry) = below(key) {
                add_loads(facts, tables, other, entry.value, found, depth + 1);
            }
        }
    }
}

/// The column of another table that holds the key of this one, where that is what ties them.
fn column_back(
    tables: &ClassTables,
    table: &ClassTable,
    reference: &Reference,
    other: &ClassTable,
) -> Option<Box<str>> {
    let is_back = |own: &&Reference| {
        own.column.is_some()
            && own.name == reference.name
            && tables.named(&own.target).is_some_and(|back| back.name == table.name)
    };
    let mut back = other.references.iter().filter(is_back);
    let only = back.next().filter(|_| back.next().is_none() && reference.column.is_none())?;
    only.column.clone()
}

/// Adds what a display of columns asks for.
fn add_terms(
    facts: &FileFacts,
    table: &ClassTable,
    display: OriginId,
    terms: &mut Vec<Term>,
    depth: usize,
) -> Option<()> {
    for (key, value) in entries(facts, display).filter(|_| depth < DEEPEST)? {
        match table.columns.get(key) {
            Some(column) => terms.push(Term { column: column.clone(), kind: kind_of(facts, table, value) }),
            None if table.row.all_of.iter().any(|own| own == key) => match facts.origin(value) {
                Origin::Collection(CollectionKind::Map, ..) => add_terms(facts, table, value, terms, depth + 1)?,
                Origin::Collection(_, Some(_), Some(length)) => {
                    let members = facts.members_of(value);
                    // Of long lists not all members are known.
                    if members.len() != length as usize {
                        return None;
                    }
                    for member in members {
                        add_terms(facts, table, member, terms, depth + 1)?;
                    }
                }
                _ => return None,
            },
            // Conditions on other tables, one of several, and what no column is called.
            None => return None,
        }
    }
    Some(())
}

/// The keys of a display that is written where it is used, with their values; `None` where not all of them are known.
fn entries(facts: &FileFacts, display: OriginId) -> Option<Vec<(&str, OriginId)>> {
    let display = facts.bare(display);
    let Origin::Collection(CollectionKind::Map, _, Some(length)) = facts.origin(display) else { return None };
    let entries = facts.entries_of(display);
    if entries.len() != length as usize || facts.bindings.iter().any(|binding| facts.bare(binding.origin) == display) {
        return None;
    }
    let pair = |entry: &Entry| Some((&*facts.strings[entry.key?.0 as usize], facts.bare(entry.value)));
    entries.iter().map(pair).collect()
}

/// How a column is compared with a value, or with what a display of operators holds.
fn kind_of(facts: &FileFacts, table: &ClassTable, value: OriginId) -> TermKind {
    if !matches!(facts.origin(value), Origin::Collection(CollectionKind::Map, ..)) {
        return if is_given(facts, value) { TermKind::Equal } else { TermKind::Other };
    }
    let Some(operators) = entries(facts, value) else { return TermKind::Other };
    let (equal, ranges) = (&table.row.equal, &table.row.ranges);
    let is_one_of = |words: &[Text], key: &str| words.iter().any(|word| word == key);
    // What lies inside of a document, and what is compared whatever its case, is not found by an index on the column.
    if operators.iter().any(|(key, _)| !is_one_of(equal, key) && !is_one_of(ranges, key)) {
        return TermKind::Other;
    }
    let has = |words: &[Text]| operators.iter().any(|(key, value)| is_one_of(words, key) && is_given(facts, *value));
    match () {
        () if has(equal) => TermKind::Equal,
        () if has(ranges) => TermKind::Range,
        () => TermKind::Other,
    }
}

/// Does a value come from elsewhere, so that it may be one of many?
fn is_given(facts: &FileFacts, value: OriginId) -> bool {
    match facts.origin(value) {
        Origin::Collection(..) => !facts.members_of(value).iter().all(|member| is_written_down(facts.origin(*member))),
        value => !is_written_down(value),
    }
}
