//! The schema of a program: its tables with their columns and indexes, put together from definitions.
//!
//! Where several parts of a program define a table of the same name, it has what any of them gives it: nothing is said
//! to be missing that one of them has.

use rustc_hash::FxHashMap;

use super::{Column, ColumnKind, Database, Definition, Index, Lookup, Term, TermKind};

/// The tables of a program, by their names in lower case.
#[derive(Clone, Debug, Default)]
pub struct Schema<P> {
    tables: FxHashMap<Box<str>, Table<P>>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table<P> {
    /// Its name as a statement has to write it: quoted, and with its schema, where its definition has these.
    pub spelled: Box<str>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its indexes, those of keys and constraints too.
    pub indexes: Vec<Index>,
    /// Columns that refer to other tables.
    pub keys: Vec<Box<str>>,
    /// Columns that an index began with until a statement took that away.
    pub dropped: Vec<Box<str>>,
    /// The database that it is defined for, where its definition or one beside it says so.
    pub database: Option<Database>,
    /// Is anything about it unknown?
    pub is_unclear: bool,
    /// Where it is defined.
    pub place: P,
}

/// Parts of names of tables that hold a few rows.
const SMALL: &[&str] = &[
    "type",
    "types",
    "status",
    "statuses",
    "state",
    "states",
    "kind",
    "kinds",
    "role",
    "roles",
    "setting",
    "settings",
    "config",
    "configs",
    "configuration",
    "configurations",
    "category",
    "categories",
    "country",
    "countries",
    "currency",
    "currencies",
    "language",
    "languages",
    "locale",
    "locales",
    "permission",
    "permissions",
    "plan",
    "plans",
    "feature",
    "features",
    "flag",
    "flags",
    "migration",
    "migrations",
    "version",
    "versions",
    "option",
    "options",
    "meta",
    "metadata",
    "level",
    "levels",
    "unit",
    "units",
    "site",
    "sites",
    "environment",
    "environments",
    "license",
    "licenses",
    "provider",
    "providers",
    "integration",
    "integrations",
    "registry",
    "registries",
    "queue",
    "queues",
];

/// Names of columns that hold one of a few values, or parts of such names.
const FEW_VALUES: &[&str] = &[
    "type",
    "status",
    "state",
    "kind",
    "role",
    "level",
    "mode",
    "gender",
    "language",
    "lang",
    "locale",
    "currency",
    "enabled",
    "disabled",
    "active",
    "inactive",
    "deleted",
    "archived",
    "visible",
    "hidden",
    "public",
    "private",
    "published",
    "flag",
    "priority",
    "category",
    "deprecated",
    "verified",
    "confirmed",
    "locked",
    "closed",
    "open",
    "read",
    "unread",
    "processed",
    "done",
    "default",
    "primary",
    "admin",
    "color",
    "colour",
    "method",
    "provider",
    "visibility",
    "scope",
    "severity",
    "format",
    "platform",
    "region",
    "country",
    "stage",
    "phase",
    "direction",
];

/// How columns begin that say yes or no.
const YES_OR_NO: &[&str] =
    &["is_", "has_", "can_", "should_", "allow_", "allows_", "enable_", "use_", "was_", "needs_", "show_"];

/// Does a table hold a few rows, as its name says?
pub fn is_small(table: &str) -> bool {
    let last = table.rsplit('_').next().unwrap_or(table);
    SMALL.contains(&last)
}

/// Does a column hold one of a few values, as its name says?
pub fn has_few_values(column: &str) -> bool {
    let last = |name: &str| name.rsplit('_').next().unwrap_or(name).to_owned();
    let is_few = match column.strip_suffix("_id") {
        // What refers to one of a few rows.
        Some(named) => is_small(named),
        None => FEW_VALUES.contains(&last(column).as_str()),
    };
    is_few || YES_OR_NO.iter().any(|prefix| column.starts_with(prefix))
}

/// A name as it is spelled, in lower case with its words apart: `"createdAt"` is `created_at`.
fn with_words_apart(spelled: &str) -> String {
    let mut found = String::with_capacity(spelled.len() + 4);
    let mut is_inside = false;
    let name = spelled.rsplit('.').next().unwrap_or(spelled);
    for letter in name.chars().filter(|letter| !matches!(letter, '"' | '`' | '[' | ']')) {
        if letter.is_uppercase() && is_inside {
            found.push('_');
        }
        is_inside = letter.is_lowercase() || letter.is_numeric();
        found.extend(letter.to_lowercase());
    }
    found
}

impl<P: Clone> Schema<P> {
    /// Adds what was defined, in order, in one part of the program.
    pub fn apply<'d>(&mut self, definitions: impl Iterator<Item = (&'d Definition, P)>) {
        let mut own = Schema { tables: FxHashMap::default() };
        definitions.for_each(|(definition, place)| own.step(definition, place));
        let database = own.database();
        for (name, mut table) in own.tables {
            table.database = table.database.or(database);
            table.index_keys(table.database);
            self.merge(name, table);
        }
    }

    /// The only database that any of the tables is for.
    fn database(&self) -> Option<Database> {
        let mut known = self.tables.values().filter_map(|table| table.database);
        let first = known.next()?;
        known.all(|own| own == first).then_some(first)
    }

    /// Adds a table that a class stands for: whoever changes it changes the class.
    pub fn merge_class(&mut self, name: Box<str>, mut table: Table<P>) {
        table.index_keys(self.database_of(&name));
        let (spelled, place) = (table.spelled.clone(), table.place.clone());
        let columns = table.columns.clone();
        self.merge(name.clone(), table);
        if let Some(known) = self.tables.get_mut(&name) {
            (known.spelled, known.place) = (spelled, place);
            // The first of a name is how it is spelled.
            known.columns.splice(0..0, columns);
        }
    }

    /// Adds a table, or what another definition gives it.
    pub fn merge(&mut self, name: Box<str>, table: Table<P>) {
        match self.tables.entry(name) {
            std::collections::hash_map::Entry::Vacant(entry) => drop(entry.insert(table)),
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                // Several may stand for one table: whoever knows most of it is named.
                if known.columns.len() < table.columns.len() {
                    known.spelled = table.spelled;
                    known.place = table.place;
                }
                known.columns.extend(table.columns);
                known.indexes.extend(table.indexes);
                known.keys.extend(table.keys);
                known.dropped.extend(table.dropped);
                known.database = known.database.filter(|own| Some(*own) == table.database);
                known.is_unclear |= table.is_unclear;
            }
        }
    }

    fn step(&mut self, definition: &Definition, place: P) {
        match definition {
            Definition::Table { name, spelled, columns, indexes, keys, database } => {
                let (columns, indexes, keys) = (columns.clone(), indexes.clone(), keys.clone());
                let (spelled, database) = (spelled.clone(), *database);
                let table =
                    Table { spelled, columns, indexes, keys, dropped: Vec::new(), database, is_unclear: false, place };
                self.merge(name.clone(), table);
            }
            Definition::AddColumn { table, column, indexes } => {
                let table = self.table_for(table, place);
                table.columns.push(column.clone());
                table.indexes.extend(indexes.iter().cloned());
            }
            Definition::AddIndex { table, index } => self.table_for(table, place).indexes.push(index.clone()),
            Definition::AddKey { table, column } => self.table_for(table, place).keys.push(column.clone()),
            Definition::DropIndex { table, name } => {
                let is_meant = |own: &str| table.as_deref().is_none_or(|table| table == own);
                let tables = self.tables.iter_mut().filter(|(own, _)| is_meant(own));
                for (_, table) in tables {
                    let gone = table.indexes.extract_if(.., |index| index.name == *name);
                    table.dropped.extend(gone.filter_map(|index| index.leading));
                }
            }
            Definition::DropTable { name } => drop(self.tables.remove(name)),
            Definition::DropColumn { table, column } => {
                let Some(table) = self.tables.get_mut(table) else { return };
                table.columns.retain(|own| own.name != *column);
                table.indexes.retain(|index| index.leading.as_ref() != Some(column));
            }
            Definition::RenameTable { from, to, spelled } => {
                if let Some(mut table) = self.tables.remove(from) {
                    table.spelled = spelled.clone();
                    self.tables.insert(to.clone(), table);
                }
            }
            Definition::RenameColumn { table, from, to, spelled } => {
                let Some(table) = self.tables.get_mut(table) else { return };
                for own in table.columns.iter_mut().filter(|own| own.name == *from) {
                    (own.name, own.spelled) = (to.clone(), spelled.clone());
                }
                for index in &mut table.indexes {
                    let named = index.leading.iter_mut().chain(&mut index.mentions);
                    named.filter(|own| *own == from).for_each(|own| *own = to.clone());
                }
            }
            Definition::Unread { table } => self.table_for(table, place).is_unclear = true,
        }
    }

    fn table_for(&mut self, name: &str, place: P) -> &mut Table<P> {
        self.tables.entry(name.into()).or_insert_with(|| Table::at(name, place))
    }

    /// A table that is known in all its parts.
    pub fn table(&self, name: &str) -> Option<&Table<P>> {
        self.tables.get(name).filter(|table| !table.is_unclear && !table.columns.is_empty())
    }

    /// The only table that is known in all its parts and has such a name, with that.
    pub fn only_table(&self, is_named: impl Fn(&str) -> bool) -> Option<(&str, &Table<P>)> {
        let mut names = self.tables.keys().filter(|name| is_named(name));
        let name = names.next().filter(|_| names.next().is_none())?;
        Some((name, self.table(name)?))
    }

    /// Are there any tables?
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Does an index of a table that is known speak of a column in an expression or a condition, or is it made for
    /// more than order (texts in parts, distances)?
    pub fn has_special_index(&self, table: &str, column: &str) -> bool {
        let Some(table) = self.tables.get(table) else { return false };
        table.is_unclear
            || table.indexes.iter().any(|index| {
                let is_about = index.leading.as_deref() == Some(column);
                let is_special = !index.method.is_empty() && !index.method.starts_with("using btree");
                index.mentions.iter().any(|own| **own == *column) || is_about && is_special
            })
    }

    /// Does an index of a table begin with a column?
    pub fn is_indexed(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.is_indexed(column))
    }

    /// The database that a table is defined for.
    pub fn database_of(&self, table: &str) -> Option<Database> {
        self.tables.get(table)?.database
    }

    /// Does a statement find rows of a table by another column than this one, which an index begins with?
    pub fn serves_another(&self, lookups: &[Lookup], table: &str, column: &str) -> bool {
        let Some(known) = self.tables.get(table) else { return false };
        let own = lookups.iter().filter(|lookup| *lookup.table == *table);
        own.flat_map(|lookup| &lookup.terms).any(|term| {
            *term.column != *column
                && matches!(term.kind, TermKind::Equal | TermKind::Joined(_))
                && known.is_indexed(&term.column)
        })
    }

    /// The column that no index serves, of those by which a statement looks rows up; and whether rows are looked up by
    /// its value, and not by a range or an order. Of several it is one that is `asked` for elsewhere: one index serves both.
    pub fn unserved<'l>(
        &self,
        lookups: &'l [Lookup],
        lookup: &'l Lookup,
        asked: impl Fn(&str) -> bool,
    ) -> Option<(&'l str, bool)> {
        let table = self.table(&lookup.table).filter(|table| !is_small(&with_words_apart(&table.spelled)))?;
        if self.is_served(lookups, lookup, &mut Vec::new()) {
            return None;
        }
        // What is wanted may stand at the beginning of another order.
        if lookup.first_by.as_ref().is_some_and(|column| table.is_indexed(column)) {
            return None;
        }
        // Who took an index away did not want it.
        let was_dropped = |column: &str| table.dropped.iter().any(|own| **own == *column);
        let is_wanted = |term: &&Term| {
            table.has_many_values(&term.column) && !table.serves(&term.column) && !was_dropped(&term.column)
        };
        let is_by_value = |term: &&Term| match term.kind {
            TermKind::Equal => true,
            TermKind::Joined(other) => self.gives_few_rows(lookups.get(other as usize)),
            TermKind::Range | TermKind::Other => false,
        };
        let by_value = || lookup.terms.iter().filter(is_wanted).filter(is_by_value);
        if let Some(term) = by_value().find(|term| asked(&term.column)).or_else(|| by_value().next()) {
            return Some((&term.column, true));
        }
        let by_range = lookup.terms.iter().filter(is_wanted).find(|term| term.kind == TermKind::Range);
        if let Some(term) = by_range {
            return Some((&term.column, false));
        }
        let is_whole = lookup.terms.is_empty();
        let first_by = lookup.first_by.as_deref().filter(|column| is_whole && table.has_many_values(column))?;
        Some((first_by, false))
    }

    /// May an index find the rows that a statement looks up, directly or from those of another table that it joins?
    /// Where nothing is known of the other table, it may.
    fn is_served<'l>(&self, lookups: &'l [Lookup], lookup: &'l Lookup, seen: &mut Vec<&'l Lookup>) -> bool {
        // A table may be joined to itself: each time it is another lookup.
        if seen.iter().any(|own| std::ptr::eq(*own, lookup)) {
            return false;
        }
        let Some(table) = self.table(&lookup.table) else { return true };
        seen.push(lookup);
        let is_served = lookup.terms.iter().any(|term| match term.kind {
            TermKind::Joined(other) => {
                let other = lookups.get(other as usize);
                table.serves(&term.column) && other.is_none_or(|other| self.is_served(lookups, other, seen))
            }
            _ => table.serves(&term.column),
        });
        seen.pop();
        is_served
    }

    /// Does a statement find a few rows of a table by an index, so that what it joins to them is best found one by one?
    fn gives_few_rows(&self, lookup: Option<&Lookup>) -> bool {
        let Some(lookup) = lookup else { return false };
        let Some(table) = self.table(&lookup.table) else { return false };
        lookup.terms.iter().any(|term| {
            term.kind == TermKind::Equal && table.is_indexed(&term.column) && table.has_many_values(&term.column)
        })
    }
}

impl<P> Table<P> {
    /// A table of which nothing is known but its place.
    pub fn at(name: &str, place: P) -> Table<P> {
        let (columns, indexes, keys) = (Vec::new(), Vec::new(), Vec::new());
        Table {
            spelled: name.into(),
            columns,
            indexes,
            keys,
            dropped: Vec::new(),
            database: None,
            is_unclear: false,
            place,
        }
    }

    /// Adds the indexes that a database gives columns which refer to other tables. Where nobody knows which it is, it does.
    fn index_keys(&mut self, database: Option<Database>) {
        if !matches!(database, Some(Database::PostgreSql | Database::Sqlite)) {
            let index = |column| Index { leading: Some(column), ..Index::default() };
            self.indexes.extend(self.keys.iter().cloned().map(index));
        }
    }

    /// The name of a column as a statement has to write it.
    pub fn spelled<'t>(&'t self, column: &'t str) -> &'t str {
        self.columns.iter().find(|own| *own.name == *column).map_or(column, |own| &own.spelled)
    }

    fn is_indexed(&self, column: &str) -> bool {
        self.indexes.iter().any(|index| index.leading.as_deref() == Some(column))
    }

    /// May an index serve a condition on a column?
    fn serves(&self, column: &str) -> bool {
        self.is_indexed(column) || self.indexes.iter().any(|index| index.mentions.iter().any(|own| **own == *column))
    }

    /// Is it a column of the table in which many values may be told apart?
    fn has_many_values(&self, column: &str) -> bool {
        let mut own = self.columns.iter().filter(|own| *own.name == *column).peekable();
        let is_any = |own: &Column| own.kind == ColumnKind::Any && !has_few_values(&with_words_apart(&own.spelled));
        own.peek().is_some() && own.all(is_any) && !has_few_values(column)
    }
}
