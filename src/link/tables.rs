//! Tables that classes stand for, and what programs look up in them by attributes.
//!
//! What makes a class a table, a field a column and a call an index is data (`[tables]`, `[columns]`, `[indexes]` of the
//! model tables). It knows no library. A look-up counts only where all of its conditions are in sight.

use rustc_hash::FxHashMap;

use super::resolve::{Definition, Resolver, Value, argument_at};
use crate::effect::Effect;
use crate::facts::*;
use crate::model::table::{Argument as ArgumentPlace, ColumnRow, RowKind, TableRow, Text, last_segment};
use crate::program::{ClassLookup, ProgramFile, ResolvedCalls, TableOrigin};
use crate::source::FileId;
use crate::sql::schema::Table;
use crate::sql::{Column, ColumnKind, Index, Lookup, Term, TermKind};
use crate::syntax::Operator;
use crate::types::Symbol;

/// The tables that classes stand for.
#[derive(Default)]
pub(super) struct ClassTables<'m> {
    /// By the class.
    pub(super) classes: FxHashMap<Symbol, ClassTable<'m>>,
    /// Those that programs get by the names of their classes, by these in lower case; `None` where several have the name.
    pub(super) by_name: FxHashMap<Box<str>, Option<Symbol>>,
    /// Their names and what they hold, in the order of the classes.
    pub list: Vec<(Box<str>, Table<TableOrigin>)>,
}

/// The table of a class.
pub(super) struct ClassTable<'m> {
    pub(super) name: Box<str>,
    pub(super) row: &'m TableRow,
    /// The columns by the attributes that stand for them.
    pub(super) columns: FxHashMap<Box<str>, Box<str>>,
    /// The attributes that tie it to other tables.
    pub(super) references: Vec<Reference>,
    key: Box<str>,
}

/// What ties a table to another one.
pub(super) struct Reference {
    pub(super) attribute: Box<str>,
    /// The other class, in lower case.
    pub(super) target: Box<str>,
    /// What tells it from other ties of the two. May be empty.
    pub(super) name: Box<str>,
    /// The column that holds the other's key. `None`: the other table has one.
    pub(super) column: Option<Box<str>>,
}

/// A class of the program.
type Place = (FileId, ClassId);

impl<'m> Resolver<'m> {
    /// The tables that the classes of some files stand for.
    pub(super) fn class_tables(&mut self, files: &[ProgramFile], own: &[FileId]) -> ClassTables<'m> {
        let mut tables = ClassTables::default();
        if !self.models.knows_tables() {
            return tables;
        }
        for file in own.iter().filter(|file| !files[file.0 as usize].is_side_code) {
            for number in 0..files[file.0 as usize].facts.classes.len() as u32 {
                let place = (*file, ClassId(number));
                if let Some(class) = self.class_symbol(place.0, place.1) {
                    self.add_table(files, place, class, &mut tables);
                }
            }
        }
        self.add_migrated(files, own, &mut tables);
        tables
    }

    /// Adds the indexes that calls in migrations make. Where such a call does not say of which table, nobody knows: a column of that
    /// name has an index in all of them.
    fn add_migrated(&mut self, files: &[ProgramFile], own: &[FileId], tables: &mut ClassTables<'m>) {
        let models = self.models;
        let paths: Vec<&str> = models.indexes_in_migrations().collect();
        let names: Vec<&str> = paths.iter().map(|path| last_segment(path)).collect();
        let mut anywhere: Vec<Box<str>> = Vec::new();
        for file in own.iter().copied() {
            let facts = &files[file.0 as usize].facts;
            if names.is_empty() || !files[file.0 as usize].is_migration {
                continue;
            }
            for call in (0..facts.calls.len() as u32).map(CallId) {
                let name = facts.call(call).name.map(|name| facts.text(name));
                if !name.is_some_and(|name| names.contains(&name)) {
                    continue;
                }
                let mut mentions = Vec::new();
                mentioned(facts, call, &mut mentions, 0);
                let mentions: Vec<Box<str>> = mentions.iter().map(|name| name.to_lowercase().into()).collect();
                let row = self.paths_of_callee(files, file, call).iter().find_map(|path| models.table_index(path));
                let table = row.and_then(|row| argument_at(facts, call, row.table.as_ref()?));
                match table.and_then(|table| facts.literal_text(table.origin)) {
                    Some(table) => {
                        let mut found = Table::at(table, TableOrigin::default());
                        found.indexes.push(Index { mentions, ..Index::default() });
                        tables.list.push((table.to_lowercase().into(), found));
                    }
                    None => anywhere.extend(mentions),
                }
            }
        }
        if !anywhere.is_empty() {
            for (_, table) in &mut tables.list {
                table.indexes.push(Index { mentions: anywhere.clone(), ..Index::default() });
            }
        }
    }

    fn add_table(&mut self, files: &[ProgramFile], place: Place, class: Symbol, tables: &mut ClassTables<'m>) {
        let lineage = self.lineage(files, class);
        let facts = &files[place.0.0 as usize].facts;
        let models = self.models;
        let by_base = lineage.iter().skip(1).find_map(|part| models.table(self.symbols.text(*part)));
        let Some(row) = by_base.or_else(|| models.table_marked(|field| own_field(facts, place.1, field).is_some()))
        else {
            return;
        };
        if is_abstract(files, place, row) {
            return;
        }
        let Some(spelled) = self.table_name(files, place, class, row) else { return };
        let name: Box<str> = spelled.to_lowercase().into();
        let parts = self.parts_of_table(files, place, &lineage, row);
        let mut found = Table::at(
            &spelled,
            TableOrigin {
                place: Some((place.0, facts.class(place.1).name_span)),
                class: self.last_name(class).to_owned(),
                index: row.index.to_string(),
            },
        );
        let mut own = ClassTable {
            name: name.clone(),
            row,
            columns: FxHashMap::default(),
            references: Vec::new(),
            key: "".into(),
        };
        for part in &parts {
            self.add_columns(files, *part, &mut own, &mut found);
        }
        if own.key.is_empty() && !row.key.is_empty() {
            own.key = row.key.as_ref().into();
            add_key(&mut found, &own.key);
            own.columns.insert(own.key.clone(), own.key.clone());
        }
        for part in &parts {
            self.add_references(files, *part, &mut own);
        }
        for part in &parts {
            self.add_indexes(files, *part, &own, &mut found);
        }
        if !row.asked_by.is_empty() {
            let known = tables.by_name.entry(self.last_name(class).to_lowercase().into());
            known.and_modify(|known| *known = None).or_insert(Some(class));
        }
        tables.list.push((name, found));
        tables.classes.insert(class, own);
    }

    /// A class and those that it inherits columns from: not those that a class with a table of its own has them from.
    fn parts_of_table(
        &mut self,
        files: &[ProgramFile],
        place: Place,
        lineage: &[Symbol],
        row: &TableRow,
    ) -> Vec<Place> {
        let mut parts = vec![place];
        let mut elsewhere: Vec<Symbol> = Vec::new();
        for part in lineage.iter().skip(1) {
            let Some(Definition::Class(file, class)) = self.definition(*part) else { continue };
            let inherits = self.lineage(files, *part).len() > 1;
            match is_abstract(files, (file, class), row) || !inherits {
                true => parts.push((file, class)),
                false => elsewhere.extend(self.lineage(files, *part).iter()),
            }
        }
        let is_own = |part: &Place| {
            let symbol = self.class_symbol(part.0, part.1);
            symbol.is_none_or(|symbol| !elsewhere.contains(&symbol))
        };
        parts.retain(is_own);
        parts
    }

    fn table_name(&self, files: &[ProgramFile], place: Place, class: Symbol, row: &TableRow) -> Option<String> {
        if let Some(origin) = option(files, place, row, &row.name) {
            return files[place.0.0 as usize].facts.literal_text(origin).map(str::to_owned);
        }
        let module = &files[place.0.0 as usize].module;
        let parts: Vec<&str> = module.split(self.language.profile().separator).collect();
        // `shop.models`, `shop.models.orders`: the package is what the module of such classes lies in.
        let at = parts.iter().position(|part| *part == "models").unwrap_or(parts.len().saturating_sub(1));
        let package = at.checked_sub(1).map_or("", |at| parts[at]);
        let name = row.name_default.replace("{package}", package).replace("{model}", self.last_name(class));
        (!name.is_empty()).then_some(name)
    }

    fn add_columns(
        &mut self,
        files: &[ProgramFile],
        (file, class): Place,
        own: &mut ClassTable,
        found: &mut Table<TableOrigin>,
    ) {
        let facts = &files[file.0 as usize].facts;
        for field in facts.class(class).fields.iter().filter(|field| field.in_body && !field.declared) {
            let Origin::Call(call) = facts.origin(field.origin) else { continue };
            let Some(row) = self.column_row(files, file, call) else { continue };
            let attribute = facts.text(field.name);
            if own.columns.contains_key(attribute) {
                continue;
            }
            let named = row.named_by.as_ref().and_then(|place| argument_at(facts, call, place));
            let named = named.and_then(|argument| match facts.origin(argument.origin) {
                Origin::String(Some(text)) => Some(&*facts.strings[text.0 as usize]),
                _ => None,
            });
            // Advice is for the class, and speaks of attributes.
            let spelled = named.map_or_else(|| [attribute, row.suffix.as_ref()].concat(), |_| attribute.to_owned());
            let name: Box<str> = named.unwrap_or(&spelled).to_lowercase().into();
            let is_few = row.few || says(facts, call, &row.few_by) || names_type(facts, call, &row.few_types);
            let kind = if is_few { ColumnKind::Few } else { ColumnKind::Any };
            found.columns.push(Column { name: name.clone(), spelled: spelled.into(), kind });
            let is_key = says(facts, call, &row.key_by);
            let is_indexed = row.indexed || is_key || row.indexed_by.iter().any(|word| says(facts, call, word));
            if is_indexed || names_type(facts, call, &row.key_types) && says_nothing(facts, call, row) {
                found.indexes.push(Index { leading: Some(name.clone()), ..Index::default() });
            }
            if says(facts, call, &row.refers_by) {
                found.keys.push(name.clone());
            }
            if is_key {
                own.key = name.clone();
            }
            own.columns.insert(attribute.into(), name.clone());
            own.columns.insert(name.clone(), name);
        }
    }

    fn add_references(&mut self, files: &[ProgramFile], (file, class): Place, own: &mut ClassTable) {
        if own.row.loads.is_empty() {
            return;
        }
        let (facts, models) = (&files[file.0 as usize].facts, self.models);
        for field in facts.class(class).fields.iter().filter(|field| field.in_body && !field.declared) {
            let Origin::Call(call) = facts.origin(field.origin) else { continue };
            let row = self.paths_of_callee(files, file, call).iter().find_map(|path| models.reference(path));
            let Some(row) = row else { continue };
            let given = |place: &ArgumentPlace| Some(argument_at(facts, call, place)?.origin);
            let named = |place: &ArgumentPlace| facts.literal_text(given(place)?);
            let Some(target) = row.target.as_ref().and_then(named) else { continue };
            let columns = given(&ArgumentPlace::Keyword(row.columns.clone()));
            let first = columns.and_then(|columns| facts.literal_text(*facts.members_of(columns).first()?));
            own.references.push(Reference {
                attribute: facts.text(field.name).into(),
                target: target.to_lowercase().into(),
                name: named(&ArgumentPlace::Keyword(row.name.clone())).unwrap_or_default().into(),
                column: first.and_then(|attribute| own.columns.get(attribute).cloned()),
            });
        }
    }

    /// The row of a constructor, or of what it inherits from.
    fn column_row(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> Option<&'m ColumnRow> {
        let models = self.models;
        self.paths_of_callee(files, file, call).iter().find_map(|path| models.column(path))
    }

    /// What a call makes, by its name and those of what it inherits from.
    pub(super) fn paths_of_callee(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> Vec<String> {
        let facts = &files[file.0 as usize].facts;
        let site = *facts.call(call);
        let owners = self.infer(files, file, site.callee);
        let Some(name) = site.name else {
            let [Value::Item(symbol)] = owners.list[..] else { return Vec::new() };
            return self.lineage(files, symbol).iter().map(|part| self.symbols.text(*part).to_owned()).collect();
        };
        if let [Value::Instance(id)] = owners.list[..] {
            return vec![[self.type_name(id), self.language.profile().separator, facts.text(name)].concat()];
        }
        let member = self.name_symbol(files, file, name);
        let [Value::Item(symbol)] = self.members(files, owners, member).list[..] else { return Vec::new() };
        self.lineage(files, symbol).iter().map(|part| self.symbols.text(*part).to_owned()).collect()
    }

    fn add_indexes(&mut self, files: &[ProgramFile], place: Place, own: &ClassTable, found: &mut Table<TableOrigin>) {
        let facts = &files[place.0.0 as usize].facts;
        let column = |name: &str| -> Box<str> {
            let name = name.trim_start_matches('-');
            own.columns.get(name).cloned().unwrap_or_else(|| name.to_lowercase().into())
        };
        let row = own.row;
        // What a method puts together, nobody knows.
        let methods = &facts.class(place.1).methods;
        found.is_unclear |= row.indexes.iter().any(|field| methods.iter().any(|(name, _)| facts.text(*name) == field));
        for origin in row.indexes.iter().filter_map(|field| option(files, place, row, field)) {
            for member in facts.members_of(origin) {
                let Origin::Call(call) = facts.origin(member) else {
                    found.is_unclear |= !matches!(facts.origin(member), Origin::Collection(..));
                    continue;
                };
                let models = self.models;
                let index = self.paths_of_callee(files, place.0, call).iter().find_map(|path| models.table_index(path));
                let given: Vec<OriginId> = match index {
                    Some(index) if !index.columns.is_empty() => {
                        let place = ArgumentPlace::Keyword(index.columns.clone());
                        let columns = argument_at(facts, call, &place).map(|argument| argument.origin);
                        columns.map(|columns| facts.members_of(columns)).unwrap_or_default()
                    }
                    Some(index) => {
                        let arguments = facts.arguments_of(facts.call(call)).iter();
                        let plain = arguments.filter(|argument| argument.keyword.is_none());
                        plain.skip(usize::from(index.skipped)).map(|argument| argument.origin).collect()
                    }
                    None => Vec::new(),
                };
                let leading = given.first().and_then(|first| column_name(facts, *first)).map(|name| column(&name));
                let mut mentions = Vec::new();
                if leading.is_none() || given.len() != names_of(facts, &given) {
                    mentioned(facts, call, &mut mentions, 0);
                } else {
                    let site = facts.call(call);
                    let conditions = facts.arguments_of(site).iter().filter(|argument| argument.keyword.is_some());
                    for argument in conditions {
                        if let Origin::Call(inner) = facts.origin(argument.origin) {
                            mentioned(facts, inner, &mut mentions, 0);
                        }
                    }
                }
                let mentions = mentions.iter().map(|name| column(name.split("__").next().unwrap_or(name))).collect();
                found.indexes.push(Index { leading, mentions, ..Index::default() });
            }
        }
        for origin in row.column_sets.iter().filter_map(|field| option(files, place, row, field)) {
            let sets = facts.members_of(origin);
            let is_one = sets.first().is_some_and(|first| facts.literal_text(*first).is_some());
            let sets = if is_one { vec![origin] } else { sets };
            for set in sets {
                let first = facts.members_of(set).first().copied();
                let leading = first.and_then(|first| facts.literal_text(first)).map(column);
                found.indexes.extend(leading.map(|leading| Index { leading: Some(leading), ..Index::default() }));
            }
        }
    }

    /// What the calls of some files look up in tables of classes.
    pub(super) fn class_lookups(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        tables: &ClassTables<'m>,
        own: &[FileId],
    ) -> Vec<ClassLookup> {
        let mut found = Vec::new();
        if tables.classes.is_empty() {
            return found;
        }
        for file in own.iter().copied().filter(|file| !files[file.0 as usize].is_side_code) {
            for call in (0..files[file.0 as usize].facts.calls.len() as u32).map(CallId) {
                let Some(row) = resolved.get(file, call).row() else { continue };
                let lookups = match row.finds {
                    true => self.lookups_of(files, resolved, tables, file, call),
                    false => {
                        let own = self.lookups_by_name(files, resolved, tables, file, call);
                        found.extend(own.into_iter().map(|own| ClassLookup { file, call, lookups: vec![own] }));
                        None
                    }
                };
                found.extend(lookups.map(|lookups| ClassLookup { file, call, lookups }));
            }
        }
        found
    }

    /// What a call looks up, together with the calls that it goes on with. `None` where conditions are out of sight, or
    /// where another call goes on.
    fn lookups_of(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        tables: &ClassTables<'m>,
        file: FileId,
        call: CallId,
    ) -> Option<Vec<Lookup>> {
        let facts = &files[file.0 as usize].facts;
        if !is_last(facts, resolved, file, call) {
            return None;
        }
        let row = resolved.get(file, call).row()?;
        let mut finding = vec![call];
        let class = match row.kind {
            RowKind::Function => {
                let first = facts.arguments_of(facts.call(call)).first()?;
                let [Value::Item(class)] = self.infer(files, file, first.origin).list[..] else { return None };
                class
            }
            _ => self.rows_of_chain(files, resolved, file, call, &mut finding)?,
        };
        let mut lookups = vec![Lookup { table: tables.classes.get(&class)?.name.clone(), ..Lookup::default() }];
        for call in finding {
            let row = resolved.get(file, call).row()?;
            let skipped = usize::from(row.kind == RowKind::Function);
            for argument in &facts.arguments_of(facts.call(call))[skipped..] {
                match argument.keyword.map(|keyword| facts.text(keyword)) {
                    _ if argument.is_spread => return None,
                    Some(keyword) if row.takes.iter().any(|own| own == keyword) => {}
                    Some(keyword) => {
                        let value = facts.origin(argument.origin);
                        self.add_term(files, tables, class, (keyword, value), &mut lookups)?;
                    }
                    None => {
                        let compared = facts.comparison(argument)?;
                        lookups[0].terms.push(self.term_of(files, tables, class, file, compared)?);
                    }
                }
            }
        }
        Some(lookups)
    }

    /// The class whose rows a chain of calls begins with, all of them. Calls that find rows are added to `finding`.
    fn rows_of_chain(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        file: FileId,
        call: CallId,
        finding: &mut Vec<CallId>,
    ) -> Option<Symbol> {
        let facts = &files[file.0 as usize].facts;
        let mut at = call;
        while let Origin::Call(inner) = facts.origin(facts.call(at).callee) {
            let row = resolved.get(file, inner).row()?;
            match row.finds {
                true => finding.push(inner),
                false if row.effects.has(Effect::Narrows) => return None,
                false => {}
            }
            at = inner;
        }
        // `query(Order)`, `select(Order)`.
        let makes_rows = resolved.get(file, at).row().filter(|row| row.returns.contains("arg0.model"));
        if makes_rows.is_some() {
            let [only] = facts.arguments_of(facts.call(at)) else { return None };
            let [Value::Item(class)] = self.infer(files, file, only.origin).list[..] else { return None };
            return Some(class);
        }
        let Origin::Member(owner, _) = facts.origin(facts.call(at).callee) else { return None };
        let [Value::Item(class)] = self.infer(files, file, owner).list[..] else { return None };
        let receiver = resolved.get(file, at).receiver?;
        // A manager of the program's own may leave rows out.
        let manager = self.type_symbol(receiver);
        (self.rows_maker(files, manager).is_none()).then_some(class)
    }

    /// What a comparison of a column of a class asks for: `Order.number == number`.
    fn term_of(
        &mut self,
        files: &[ProgramFile],
        tables: &ClassTables<'m>,
        class: Symbol,
        file: FileId,
        compared: &Comparison,
    ) -> Option<Term> {
        let facts = &files[file.0 as usize].facts;
        let Origin::Member(owner, name) = facts.origin(compared.left) else { return None };
        let [Value::Item(of)] = self.infer(files, file, owner).list[..] else { return None };
        let column = tables.classes.get(&class)?.columns.get(facts.text(name)).filter(|_| of == class)?.clone();
        let value = facts.origin(compared.right);
        // A column of another table is a join.
        let is_column = match value {
            Origin::Member(other, _) => matches!(self.infer(files, file, other).list[..], [Value::Item(_)]),
            _ => false,
        };
        let kind = match compared.operator {
            _ if is_column || is_written_down(value) => TermKind::Other,
            Operator::Equal => TermKind::Equal,
            _ => TermKind::Range,
        };
        Some(Term { column, kind })
    }

    /// Adds what one keyword asks for: a path through relations to a column, and how it is compared.
    fn add_term(
        &mut self,
        files: &[ProgramFile],
        tables: &ClassTables<'m>,
        class: Symbol,
        (keyword, value): (&str, Origin),
        lookups: &mut Vec<Lookup>,
    ) -> Option<()> {
        let separators = self.models.relation_separators();
        let separator = separators.iter().copied().find(|separator| keyword.contains(separator)).unwrap_or("__");
        let mut at = 0;
        let mut class = class;
        let mut parts = keyword.split(separator).peekable();
        while let Some(part) = parts.next() {
            let (owner, table) = self.table_with(files, tables, class, part);
            if owner != class {
                // A part of the row that a parent's table has.
                return join_unknown(lookups, at);
            }
            let table = table?;
            let relation = self.symbols.find(part).and_then(|member| self.relation(files, class, member));
            let column = match part == table.row.key_alias {
                true => Some(&table.key).filter(|key| !key.is_empty()),
                false => table.columns.get(part),
            };
            let next = parts.peek().copied();
            let operation = next.filter(|_| parts.clone().count() == 1);
            let is_operation =
                |word: &str| table.row.equal.iter().chain(table.row.ranges.iter()).any(|own| own == word);
            match (relation, column) {
                (Some(relation), column) if next.is_some_and(|next| !is_operation(next)) => {
                    let target = relation.target?;
                    let Some(other) = tables.classes.get(&target) else { return join_unknown(lookups, at) };
                    // Only what the column itself leads to, one to one.
                    let Some(column) =
                        column.filter(|_| relation.is_forward && !relation.is_many && !other.key.is_empty())
                    else {
                        return join_unknown(lookups, at);
                    };
                    // The same way leads to the same row.
                    let known = lookups[at].terms.iter().find_map(|term| match term.kind {
                        TermKind::Joined(known) if term.column == *column => Some(known as usize),
                        _ => None,
                    });
                    if let Some(known) = known {
                        (at, class) = (known, target);
                        continue;
                    }
                    let new = lookups.len();
                    lookups[at].terms.push(Term { column: column.clone(), kind: TermKind::Joined(new as u32) });
                    let back = Term { column: other.key.clone(), kind: TermKind::Joined(at as u32) };
                    lookups.push(Lookup { table: other.name.clone(), terms: vec![back], ..Lookup::default() });
                    (at, class) = (new, target);
                }
                (_, Some(column)) => {
                    let equals = |word: &str| table.row.equal.iter().any(|own| own == word);
                    let ranges = |word: &str| table.row.ranges.iter().any(|own| own == word);
                    let is_plain = !is_written_down(value);
                    let kind = match (next, operation) {
                        (None, _) if is_plain => TermKind::Equal,
                        (_, Some(word)) if equals(word) && is_plain => TermKind::Equal,
                        (_, Some(word)) if ranges(word) && is_plain => TermKind::Range,
                        _ => TermKind::Other,
                    };
                    lookups[at].terms.push(Term { column: column.clone(), kind });
                    return Some(());
                }
                (Some(_), None) => return join_unknown(lookups, at),
                // What is computed, or no column that is known.
                (None, None) => return None,
            }
        }
        Some(())
    }

    /// The class that an attribute is a column or relation of, and its table: the class itself, or one that it inherits
    /// from.
    fn table_with<'t>(
        &mut self,
        files: &[ProgramFile],
        tables: &'t ClassTables<'m>,
        class: Symbol,
        attribute: &str,
    ) -> (Symbol, Option<&'t ClassTable<'m>>) {
        let lineage = self.lineage(files, class);
        let has = |part: &&Symbol| tables.classes.get(part).is_some_and(|table| table.columns.contains_key(attribute));
        let owner = lineage.iter().find(has).copied().unwrap_or(class);
        (owner, tables.classes.get(&owner))
    }
}

/// Does code write the value down? Then it is one of a few, as far as one can tell.
pub(super) fn is_written_down(value: Origin) -> bool {
    matches!(value, Origin::Null | Origin::Bool(_) | Origin::String(_) | Origin::Integer(_) | Origin::Float)
}

/// A condition on rows of which nothing is known.
fn join_unknown(lookups: &mut Vec<Lookup>, at: usize) -> Option<()> {
    let new = lookups.len() as u32;
    let key = Term { column: "".into(), kind: TermKind::Joined(new) };
    lookups[at].terms.push(key);
    lookups.push(Lookup::default());
    None
}

/// Does nothing narrow down further what a call gives, before somebody takes the rows?
fn is_last(facts: &FileFacts, resolved: &ResolvedCalls, file: FileId, call: CallId) -> bool {
    let mut last = call;
    for next in facts.continuations(call) {
        let Some(row) = resolved.get(file, next).row() else { return false };
        if row.finds || row.effects.has(Effect::Narrows) && !row.effects.has(Effect::DbQuery) {
            return false;
        }
        last = next;
        if row.effects.has(Effect::DbQuery) || row.effects.has(Effect::DbWrite) {
            return true;
        }
    }
    if resolved.get(file, last).effects.has(Effect::DbQuery) {
        return true;
    }
    match facts.call(last).used {
        Use::Iterated | Use::Tested | Use::FirstOrLast => true,
        Use::Bound => !is_handed_on(facts, resolved, file, last),
        // `session.scalars(select(Order)…)`.
        Use::Argument => takers(facts, last).any(|taker| resolved.get(file, taker).effects.has(Effect::DbQuery)),
        _ => false,
    }
}

/// The calls that are given what a call gives.
fn takers(facts: &FileFacts, call: CallId) -> impl Iterator<Item = CallId> {
    let calls = (0..facts.calls.len() as u32).map(CallId);
    calls.filter(move |other| {
        facts.arguments_of(facts.call(*other)).iter().any(|argument| leads_to(facts, argument.origin, call, 0))
    })
}

/// May what a call gives be narrowed down by way of the variable that it is bound to?
fn is_handed_on(facts: &FileFacts, resolved: &ResolvedCalls, file: FileId, call: CallId) -> bool {
    let is_it = |origin: OriginId| leads_to(facts, origin, call, 0);
    let is_narrowed = (0..facts.calls.len() as u32).map(CallId).any(|other| {
        let site = facts.call(other);
        let narrows = || {
            resolved
                .get(file, other)
                .row()
                .is_none_or(|row| row.finds || row.effects.has(Effect::Narrows) && !row.effects.has(Effect::DbQuery))
        };
        let is_sent = || resolved.get(file, other).effects.has(Effect::DbQuery);
        let is_given = || facts.arguments_of(site).iter().any(|argument| is_it(argument.origin)) && !is_sent();
        site.name.is_some() && is_it(site.callee) && narrows() || is_given()
    });
    let is_returned = facts.functions.iter().any(|function| function.returns.iter().any(|origin| is_it(*origin)));
    is_narrowed || is_returned
}

fn leads_to(facts: &FileFacts, origin: OriginId, call: CallId, depth: usize) -> bool {
    match facts.origin(origin) {
        Origin::Call(own) => own == call,
        Origin::Join(start, end) if depth < 4 => {
            facts.origin_list(start, end).iter().any(|origin| leads_to(facts, *origin, call, depth + 1))
        }
        _ => false,
    }
}

fn add_key(table: &mut Table<TableOrigin>, key: &str) {
    table.columns.push(Column { name: key.into(), spelled: key.into(), kind: ColumnKind::Any });
    table.indexes.push(Index { leading: Some(key.into()), ..Index::default() });
}

/// The value of a field in the body of a class.
fn own_field(facts: &FileFacts, class: ClassId, name: &str) -> Option<OriginId> {
    let fields = facts.class(class).fields.iter();
    fields
        .filter(|field| field.in_body && !field.declared && facts.text(field.name) == name)
        .map(|field| field.origin)
        .next()
}

/// The value of a field where a class has its options.
fn option(files: &[ProgramFile], (file, class): Place, row: &TableRow, name: &Text) -> Option<OriginId> {
    let facts = &files[file.0 as usize].facts;
    if name.is_empty() {
        return None;
    }
    if row.options.is_empty() {
        return own_field(facts, class, name);
    }
    let inner = (0..facts.classes.len() as u32).map(ClassId).find(|inner| {
        let inner = facts.class(*inner);
        inner.parent == Some(class) && facts.text(inner.name) == row.options
    })?;
    own_field(facts, inner, name)
}

/// Has a class no table of its own?
fn is_abstract(files: &[ProgramFile], place: Place, row: &TableRow) -> bool {
    let facts = &files[place.0.0 as usize].facts;
    let says_so = option(files, place, row, &row.abstract_by);
    let is_nameless = row.name_default.is_empty() && option(files, place, row, &row.name).is_none();
    is_nameless || says_so.is_some_and(|origin| facts.origin(origin) != Origin::Bool(Some(false)))
}

/// Is a keyword given, and not a plain no?
fn says(facts: &FileFacts, call: CallId, keyword: &Text) -> bool {
    if keyword.is_empty() {
        return false;
    }
    let argument = argument_at(facts, call, &ArgumentPlace::Keyword(keyword.clone()));
    argument.is_some_and(|argument| !matches!(facts.origin(argument.origin), Origin::Bool(Some(false)) | Origin::Null))
}

/// Is there no word about an index, neither yes nor no?
fn says_nothing(facts: &FileFacts, call: CallId, row: &ColumnRow) -> bool {
    let place = |keyword: &Text| ArgumentPlace::Keyword(keyword.clone());
    row.indexed_by.iter().all(|keyword| argument_at(facts, call, &place(keyword)).is_none())
}

/// Is one of these types, by its last name, among the arguments?
fn names_type(facts: &FileFacts, call: CallId, names: &[Text]) -> bool {
    let arguments = facts.arguments_of(facts.call(call)).iter().filter(|argument| argument.keyword.is_none());
    !names.is_empty()
        && arguments
            .filter_map(|argument| last_name(facts, argument.origin, 0))
            .any(|name| names.iter().any(|own| own == name))
}

/// The last name of what an origin leads to, called or not.
pub(super) fn last_name(facts: &FileFacts, origin: OriginId, depth: usize) -> Option<&str> {
    match facts.origin(origin) {
        Origin::Function(function) => Some(facts.text(facts.function(function).name)),
        Origin::Member(_, name) | Origin::Global(_, name) => Some(facts.text(name)),
        Origin::Import(import) => facts.imports[import.index()].path.last().map(|name| facts.text(*name)),
        Origin::Call(call) if depth < 4 => match facts.call(call).name {
            Some(name) => Some(facts.text(name)),
            None => last_name(facts, facts.call(call).callee, depth + 1),
        },
        _ => None,
    }
}

/// The column that an argument names: by a text, or as an attribute.
fn column_name(facts: &FileFacts, origin: OriginId) -> Option<String> {
    match facts.origin(origin) {
        Origin::String(Some(text)) => Some(facts.strings[text.0 as usize].to_string()),
        Origin::Member(_, name) => Some(facts.text(name).to_owned()),
        _ => None,
    }
}

/// How many of these name a column.
fn names_of(facts: &FileFacts, given: &[OriginId]) -> usize {
    given.iter().filter(|origin| column_name(facts, **origin).is_some()).count()
}

/// All names that a call and what it is given speak of.
fn mentioned(facts: &FileFacts, call: CallId, found: &mut Vec<String>, depth: usize) {
    for argument in facts.arguments_of(facts.call(call)) {
        found.extend(argument.keyword.map(|keyword| facts.text(keyword).to_owned()));
        for origin in facts.members_of(argument.origin) {
            found.extend(column_name(facts, origin));
            if let Origin::Call(inner) = facts.origin(origin)
                && depth < 4
            {
                mentioned(facts, inner, found, depth + 1);
            }
        }
    }
}
