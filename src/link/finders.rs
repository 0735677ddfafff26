//! Methods that a library writes by their names (`findByEmailAndState(email, state)`) or by statements that speak of classes
//! (`SELECT o FROM Order o WHERE o.customerId = ?1`), and what they look up in the tables that other statements define.
//!
//! Which classes have such methods and how their names are made is data (`[finders]`). The class of the rows is the first type
//! argument; its table is the one that it is named after, or that its annotation names. A name is taken for a column's whatever
//! parts its words apart. What a mapping elsewhere says is not known: where a name fits none, or several, nothing is said.

use super::resolve::Resolver;
use super::tables::{is_written_down, last_name};
use crate::facts::*;
use crate::model::table::{FinderRow, Text, last_segment};
use crate::program::{ClassLookup, ProgramFile, ResolvedCalls, TableOrigin};
use crate::source::FileId;
use crate::sql::schema::{Schema, Table};
use crate::sql::{Lookup, Statement, Term, TermKind};
use rustc_hash::FxHashMap;

impl<'m> Resolver<'m> {
    /// What the calls of some files look up by methods that are written by their names.
    pub(super) fn finder_lookups(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        schema: &Schema<TableOrigin>,
        own: &[FileId],
    ) -> Vec<ClassLookup> {
        let mut found = Vec::new();
        if schema.is_empty() || !self.models.knows_finders() {
            return found;
        }
        let entities = self.entities(files, schema, own);
        for file in own.iter().copied().filter(|file| !files[file.0 as usize].is_side_code) {
            let facts = &files[file.0 as usize].facts;
            for call in (0..facts.calls.len() as u32).map(CallId) {
                let lookup = self.finder_lookup(files, resolved, schema, file, call);
                found.extend(lookup.map(|lookup| ClassLookup { file, call, lookups: vec![lookup] }));
                for statement in statements(facts, call) {
                    let lookups: Option<Vec<Lookup>> =
                        statement.lookups.iter().map(|lookup| translated(schema, &entities, lookup)).collect();
                    found.extend(lookups.filter(|own| !own.is_empty()).map(|lookups| ClassLookup {
                        file,
                        call,
                        lookups,
                    }));
                }
            }
        }
        found
    }

    /// The tables of the classes that annotations make entities, by the names of these in lower case.
    fn entities(&mut self, files: &[ProgramFile], schema: &Schema<TableOrigin>, own: &[FileId]) -> Entities {
        let mut found = Entities::default();
        for file in own.iter().copied().filter(|file| !files[file.0 as usize].is_side_code) {
            let facts = &files[file.0 as usize].facts;
            for class in (0..facts.classes.len() as u32).map(ClassId) {
                let decorators = &facts.class(class).decorators;
                let names = || decorators.iter().filter_map(|own| last_name(facts, *own, 0));
                let Some(finder) = names().find_map(|name| self.models.finder_of_entity(name)) else { continue };
                let Some(symbol) = self.class_symbol(file, class) else { continue };
                let table = self.table_of_entity(files, schema, finder, symbol).map(|(name, _)| Box::<str>::from(name));
                let known = found.entry(facts.text(facts.class(class).name).to_lowercase());
                // Of two of one name nobody knows which is meant.
                known.and_modify(|known| *known = None).or_insert(table);
            }
        }
        found
    }

    fn finder_lookup(
        &mut self,
        files: &[ProgramFile],
        resolved: &ResolvedCalls<'m>,
        schema: &Schema<TableOrigin>,
        file: FileId,
        call: CallId,
    ) -> Option<Lookup> {
        let row = resolved.get(file, call).row().filter(|row| row.path.ends_with('*'))?;
        let owner = row.path.strip_suffix(last_segment(&row.path))?.strip_suffix(self.language.profile().separator)?;
        let finder = self.models.finder(owner)?;
        let facts = &files[file.0 as usize].facts;
        let name = facts.text(facts.call(call).name?);
        let (_, conditions) = split_at_word(name, &finder.by)?;
        let entity = self.argument_of(files, resolved.get(file, call).receiver?, 0)?;
        let (table_name, table) = self.table_of_entity(files, schema, finder, self.type_symbol(entity))?;
        let mut lookup = Lookup { table: table_name.into(), ..Lookup::default() };
        let mut given = facts.arguments_of(facts.call(call)).iter();
        for (column, kind, taken) in terms(finder, table, conditions)? {
            let constant = given.by_ref().take(taken).any(|argument| is_written_down(facts.origin(argument.origin)));
            let kind = if constant { TermKind::Other } else { kind };
            lookup.terms.push(Term { column: column.into(), kind });
        }
        (!lookup.terms.is_empty()).then_some(lookup)
    }

    /// The table that holds the instances of a class.
    fn table_of_entity<'s>(
        &mut self,
        files: &[ProgramFile],
        schema: &'s Schema<TableOrigin>,
        finder: &FinderRow,
        entity: crate::types::Symbol,
    ) -> Option<(&'s str, &'s Table<TableOrigin>)> {
        let (file, class) = self.class_named(entity)?;
        let facts = &files[file.0 as usize].facts;
        let named = facts.class(class).decorators.iter().find_map(|decorator| {
            let Origin::Call(call) = facts.origin(*decorator) else { return None };
            let is_it =
                last_name(facts, *decorator, 0).is_some_and(|name| finder.tables_by.iter().any(|own| own == name));
            let mut given = facts.arguments_of(facts.call(call)).iter().filter(|_| is_it);
            let name =
                given.find(|argument| argument.keyword.is_none_or(|own| facts.text(own) == &*finder.table_name))?;
            facts.literal_text(name.origin)
        });
        let class = facts.text(facts.class(class).name);
        let short = finder.suffixes.iter().find_map(|suffix| class.strip_suffix(suffix.as_ref()));
        let names = named.into_iter().chain([class]).chain(short);
        names.map(in_one_word).find_map(|name| schema.only_table(|own| in_one_word(own) == name))
    }
}

/// The tables of entities, by the names of their classes in lower case.
type Entities = FxHashMap<String, Option<Box<str>>>;

/// The statements that a call is given.
fn statements(facts: &FileFacts, call: CallId) -> impl Iterator<Item = &Statement> {
    let arguments = facts.arguments_of(facts.call(call)).iter().filter(|_| !facts.statements.is_empty());
    arguments.filter_map(|argument| facts.statement(facts.literal(argument.origin)?))
}

/// What a statement that speaks of classes and their attributes looks up in their tables.
fn translated(schema: &Schema<TableOrigin>, entities: &Entities, lookup: &Lookup) -> Option<Lookup> {
    let name = entities.get(&*lookup.table)?.as_ref()?;
    let table = schema.table(name)?;
    let mut own = lookup.clone();
    own.table = name.clone();
    for term in &mut own.terms {
        term.column = column(table, &term.column)?.into();
    }
    if let Some(first) = &mut own.first_by {
        *first = column(table, first)?.into();
    }
    Some(own)
}

/// The columns that the part of a name behind `By` speaks of, how each is compared, and how many arguments that takes. `None`
/// where a part of it is not understood.
fn terms<'t>(
    finder: &FinderRow,
    table: &'t Table<TableOrigin>,
    conditions: &str,
) -> Option<Vec<(&'t str, TermKind, usize)>> {
    let conditions = split_at_word(conditions, &finder.order).map_or(conditions, |(before, _)| before);
    if split_at_word(conditions, &finder.or).is_some() {
        return None;
    }
    let mut found = Vec::new();
    let mut rest = Some(conditions);
    while let Some(part) = rest {
        let (first, after) =
            split_at_word(part, &finder.and).map_or((part, None), |(first, after)| (first, Some(after)));
        found.push(term(finder, table, first)?);
        rest = after;
    }
    Some(found)
}

fn term<'t>(finder: &FinderRow, table: &'t Table<TableOrigin>, part: &str) -> Option<(&'t str, TermKind, usize)> {
    if let Some(column) = column(table, part) {
        return Some((column, TermKind::Equal, 1));
    }
    let ending = |words: &[Text]| words.iter().find_map(|word| column(table, part.strip_suffix(word.as_ref())?));
    let equal = ending(&finder.equal).map(|column| (column, TermKind::Equal, 1));
    let range = || ending(&finder.ranges).map(|column| (column, TermKind::Range, 1));
    let two_ends = || ending(&finder.ranges_of_two).map(|column| (column, TermKind::Range, 2));
    let other = || ending(&finder.others).map(|column| (column, TermKind::Other, 1));
    let plain = || ending(&finder.without_value).map(|column| (column, TermKind::Other, 0));
    equal.or_else(range).or_else(two_ends).or_else(other).or_else(plain)
}

/// The column of a table that an attribute is named after.
fn column<'t>(table: &'t Table<TableOrigin>, attribute: &str) -> Option<&'t str> {
    let name = in_one_word(attribute);
    let mut columns = table.columns.iter().map(|column| &*column.name).filter(|column| in_one_word(column) == name);
    let first = columns.next()?;
    columns.all(|other| other == first).then_some(first)
}

/// A name without what parts its words: `order_lines` and `OrderLines` are the same.
fn in_one_word(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands before and behind the first such word of a name in which words begin with capitals.
fn split_at_word<'n>(name: &'n str, word: &str) -> Option<(&'n str, &'n str)> {
    let is_word =
        |at: &usize| name[at + word.len()..].starts_with(|letter: char| letter.is_uppercase() || letter == '_');
    let at = name.match_indices(word).map(|(at, _)| at).find(|at| !word.is_empty() && *at > 0 && is_word(at))?;
    Some((&name[..at], &name[at + word.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_where_words_begin() {
        assert_eq!(split_at_word("findByEmail", "By"), Some(("find", "Email")));
        assert_eq!(split_at_word("findFirst10ByEmail", "By"), Some(("findFirst10", "Email")));
        assert_eq!(split_at_word("StateAndAndroidId", "And"), Some(("State", "AndroidId")));
        assert_eq!(split_at_word("OrganizationId", "Or"), None);
        assert_eq!(split_at_word("Email", "OrderBy"), None);
        assert_eq!(in_one_word("`Order_Lines`"), "orderlines");
    }
}
