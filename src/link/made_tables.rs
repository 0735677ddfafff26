//! Tables that are made by calls (`const orders = pgTable("orders", { … })`), and what conditions look up in them.
//!
//! Which calls make tables, columns, indexes and conditions is data (`[made-tables]`, `[comparisons]`, `condition`). A table is
//! told by its name, which the type of the value carries. Of a condition all parts have to be known, and of one table.

use rustc_hash::FxHashMap;

use super::infer::NAMED;
use super::resolve::{Resolver, Value, argument_at};
use super::tables::is_written_down;
use crate::facts::*;
use crate::model::table::{ComparisonKind, MadeTableRow, Text};
use crate::program::{ClassLookup, ProgramFile, ResolvedCalls, TableOrigin};
use crate::source::FileId;
use crate::sql::schema::Table;
use crate::sql::{Column, ColumnKind, Index, Lookup, Term, TermKind};

/// Deeper conditions are not read.
const DEEPEST: usize = 4;

/// The columns of tables that calls make, by the name of the table and then by the attributes that stand for them.
#[derive(Default)]
pub(super) struct MadeTables {
    columns: FxHashMap<Box<str>, FxHashMap<Box<str>, Box<str>>>,
    /// Their names and what they hold.
    pub list: Vec<(Box<str>, Table<TableOrigin>)>,
}

impl<'m> Resolver<'m> {
    /// The tables that calls of some files make.
    pub(super) fn made_tables(&mut self, files: &[ProgramFile], own: &[FileId]) -> MadeTables {
        let mut tables = MadeTables::default();
        if !self.models.knows_made_tables() {
            return tables;
        }
        for file in own.iter().copied().filter(|file| !files[file.0 as usize].is_side_code) {
            let facts = &files[file.0 as usize].facts;
            for call in (0..facts.calls.len() as u32).map(CallId) {
                let name = super::tables::last_name(facts, facts.call(call).callee, 0);
                let name = facts.call(call).name.map(|name| facts.text(name)).or(name);
                if name.is_some_and(|name| self.models.makes_tables(name)) {
                    self.add_made_table(files, file, call, &mut tables);
                }
            }
        }
        tables
    }

    fn add_made_table(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        call: CallId,
        tables: &mut MadeTables,
    ) -> Option<()> {
        let facts = &files[file.0 as usize].facts;
        let models = self.models;
        let row = self.paths_of_callee(files, file, call).iter().find_map(|path| models.made_table(path))?;
        let name = facts.literal_text(facts.arguments_of(facts.call(call)).first()?.origin)?;
        let display = argument_at(facts, call, row.columns.as_ref()?)?.origin;
        let variable = facts.call(call).result_place.map_or(name, |place| facts.text(place));
        let place = Some((file, facts.call(call).name_span));
        let origin = TableOrigin { place, class: variable.to_owned(), index: row.index.to_string() };
        let mut table = Table::at(name, origin);
        let mut columns = FxHashMap::default();
        for entry in facts.entries_of(facts.bare(display)) {
            let Some(attribute) = entry.key.map(|key| &*facts.strings[key.0 as usize]) else { continue };
            if let Some(column) = self.made_column(files, file, row, (attribute, entry.value), &mut table) {
                columns.insert(attribute.into(), column);
            }
        }
        add_indexes(facts, row, call, &columns, &mut table);
        let name: Box<str> = name.to_lowercase().into();
        tables.columns.entry(name.clone()).or_default().extend(columns);
        tables.list.push((name, table));
        Some(())
    }

    /// Adds the column that an attribute stands for: `text("email").notNull().unique()`.
    fn made_column(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        row: &MadeTableRow,
        (attribute, value): (&str, OriginId),
        table: &mut Table<TableOrigin>,
    ) -> Option<Box<str>> {
        let facts = &files[file.0 as usize].facts;
        let mut at = facts.bare(value);
        let (mut is_indexed, mut is_key) = (false, false);
        let base = loop {
            let Origin::Call(call) = facts.origin(at) else { return None };
            let site = facts.call(call);
            let member = site.name.map(|name| facts.text(name));
            let is_one_of = |words: &[Text]| member.is_some_and(|member| words.iter().any(|word| word == member));
            is_indexed |= is_one_of(&row.indexed_by);
            is_key |= is_one_of(&row.key_by);
            match facts.origin(facts.bare(site.callee)) {
                Origin::Call(_) if site.name.is_some() => at = facts.bare(site.callee),
                _ => break call,
            }
        };
        let given = facts.arguments_of(facts.call(base));
        let named = given.first().and_then(|first| facts.literal_text(first.origin));
        let name: Box<str> = named.unwrap_or(attribute).to_lowercase().into();
        let site = facts.call(base);
        let maker = site.name.map(|name| facts.text(name)).or_else(|| super::tables::last_name(facts, site.callee, 0));
        let lists_values = given.iter().any(|argument| {
            let mut entries = facts.entries_of(facts.bare(argument.origin)).iter();
            !row.few_by.is_empty() && entries.any(|entry| entry.is_called(facts, &row.few_by))
        });
        // What makes it was made itself: an enumeration.
        let is_made =
            site.name.is_none() && matches!(self.infer(files, file, site.callee).list[..], [Value::Instance(_)]);
        let is_few = is_made || lists_values || maker.is_some_and(|maker| row.few.iter().any(|few| few == maker));
        let kind = if is_few { ColumnKind::Few } else { ColumnKind::Any };
        table.columns.push(Column { name: name.clone(), spelled: attribute.into(), kind });
        if is_indexed || is_key && row.keys_are_indexed {
            table.indexes.push(Index { leading: Some(name.clone()), ..Index::default() });
        }
        Some(name)
    }

    /// What conditions of the calls of some files look up in tables that calls make.
    pub(super) fn made_lookups(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        tables: &MadeTables,
        own: &[FileId],
    ) -> Vec<ClassLookup> {
        let mut found = Vec::new();
        if tables.columns.is_empty() {
            return found;
        }
        for file in own.iter().copied().filter(|file| !files[file.0 as usize].is_side_code) {
            for call in (0..files[file.0 as usize].facts.calls.len() as u32).map(CallId) {
                let lookup = self.made_lookup(files, resolved, tables, file, call);
                found.extend(lookup.map(|lookup| ClassLookup { file, call, lookups: vec![lookup] }));
            }
        }
        found
    }

    fn made_lookup(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        tables: &MadeTables,
        file: FileId,
        call: CallId,
    ) -> Option<Lookup> {
        let facts = &files[file.0 as usize].facts;
        let row = resolved.get(file, call).row().filter(|row| !row.condition.is_empty())?;
        let condition = facts.given_at(call, &row.condition)?;
        let mut lookup = Lookup::default();
        self.add_conditions(files, tables, file, condition.origin, &mut lookup, 0)?;
        let main = self.table_of_chain(files, file, call);
        (!lookup.terms.is_empty() && main.is_none_or(|main| main == lookup.table)).then_some(lookup)
    }

    /// The table that the first of the calls which a call goes on with is given: `from(orders)`, `update(orders)`.
    fn table_of_chain(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> Option<Box<str>> {
        let facts = &files[file.0 as usize].facts;
        let mut at = call;
        let mut main = None;
        while let Origin::Call(inner) = facts.origin(facts.bare(facts.call(at).callee)) {
            let first = facts.arguments_of(facts.call(inner)).first().map(|argument| argument.origin);
            main = first.and_then(|first| self.name_of_table(files, file, first)).or(main);
            at = inner;
        }
        main
    }

    /// The name of the table that a value is.
    fn name_of_table(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<Box<str>> {
        let id = self.infer(files, file, origin).instance()?;
        let [argument] = self.types.get(id).arguments[..] else { return None };
        let name = self.type_name(argument);
        name.strip_prefix(NAMED).map(|name| name.to_lowercase().into())
    }

    /// The column that a value is, and its table.
    fn column_of(
        &mut self,
        files: &[ProgramFile],
        tables: &MadeTables,
        file: FileId,
        origin: OriginId,
    ) -> Option<(Box<str>, Box<str>)> {
        let facts = &files[file.0 as usize].facts;
        let Origin::Member(owner, attribute) = facts.origin(facts.bare(origin)) else { return None };
        let table = self.name_of_table(files, file, owner)?;
        let column = tables.columns.get(&table)?.get(facts.text(attribute))?.clone();
        Some((table, column))
    }

    /// Adds what a condition asks for. `None` where a part of it is not known, or is about another table.
    fn add_conditions(
        &mut self,
        files: &[ProgramFile],
        tables: &MadeTables,
        file: FileId,
        condition: OriginId,
        lookup: &mut Lookup,
        depth: usize,
    ) -> Option<()> {
        let facts = &files[file.0 as usize].facts;
        let Origin::Call(call) = facts.origin(facts.bare(condition)) else { return None };
        let models = self.models;
        let kind = self.paths_of_callee(files, file, call).iter().find_map(|path| models.comparison(path))?;
        let given = facts.arguments_of(facts.call(call));
        if kind == ComparisonKind::All {
            for argument in given.iter().filter(|_| depth < DEEPEST) {
                if argument.is_spread {
                    return None;
                }
                self.add_conditions(files, tables, file, argument.origin, lookup, depth + 1)?;
            }
            return Some(());
        }
        let (table, column) = self.column_of(files, tables, file, given.first()?.origin)?;
        if !lookup.table.is_empty() && lookup.table != table {
            return None;
        }
        lookup.table = table;
        let is_from_elsewhere = given.get(1).is_some_and(|value| {
            let value = facts.bare(value.origin);
            let is_constant = match facts.origin(value) {
                Origin::Collection(..) => {
                    facts.members_of(value).iter().all(|member| is_written_down(facts.origin(*member)))
                }
                value => is_written_down(value),
            };
            // A column of another table is a join.
            !is_constant && self.column_of(files, tables, file, value).is_none()
        });
        let kind = match kind {
            ComparisonKind::Equal if is_from_elsewhere => TermKind::Equal,
            ComparisonKind::Range if is_from_elsewhere => TermKind::Range,
            _ => TermKind::Other,
        };
        lookup.terms.push(Term { column, kind });
        Some(())
    }
}

/// Adds the indexes that calls within the call of a table make of its columns.
fn add_indexes(
    facts: &FileFacts,
    row: &MadeTableRow,
    call: CallId,
    columns: &FxHashMap<Box<str>, Box<str>>,
    table: &mut Table<TableOrigin>,
) {
    let whole = facts.call(call).span;
    for site in facts.calls.iter().filter(|site| whole.contains(site.span) && site.span != whole) {
        let name = site.name.map(|name| facts.text(name)).or_else(|| super::tables::last_name(facts, site.callee, 0));
        if !name.is_some_and(|name| row.index_by.iter().any(|own| own == name)) {
            continue;
        }
        // `.using("btree", table.email)`, `primaryKey({ columns: [table.a, table.b] })`
        let given = facts.arguments_of(site).iter().flat_map(|argument| facts.members_of(facts.bare(argument.origin)));
        let given: Vec<OriginId> = given.flat_map(|origin| facts.members_of(origin)).collect();
        let mut attributes = given.iter().map(|origin| attribute(facts, row, *origin));
        let is_text = |origin: &&OriginId| matches!(facts.origin(**origin), Origin::String(_));
        let texts = given.iter().take_while(is_text).count();
        match attributes.nth(texts).flatten().and_then(|attribute| columns.get(attribute)) {
            Some(column) => table.indexes.push(Index { leading: Some(column.clone()), ..Index::default() }),
            // An index of an expression, of which nobody knows which conditions it serves.
            None => table.is_unclear |= !given.is_empty(),
        }
    }
}

/// The attribute that a part of an index names: `table.email`, `table.email.desc()`.
fn attribute<'f>(facts: &'f FileFacts, row: &MadeTableRow, origin: OriginId) -> Option<&'f str> {
    match facts.origin(facts.bare(origin)) {
        Origin::Member(_, name) => Some(facts.text(name)),
        Origin::Call(call) => {
            let site = facts.call(call);
            let member = site.name.map(|name| facts.text(name))?;
            row.orders.iter().any(|own| own == member).then_some(())?;
            attribute(facts, row, site.callee)
        }
        _ => None,
    }
}
