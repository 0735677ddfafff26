//! Model look-up: a qualified name → what it does and costs.
//!
//! The built-in tables and their indexes are static: using them costs nothing at start, and a look-up is a hash and a
//! comparison, without allocation. A project's own model files are laid over them. It knows no library and no language;
//! what separates the parts of a name is told to it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use smallvec::SmallVec;
use thiserror::Error;
use walkdir::WalkDir;

use super::table::{
    AdviceRow, ColumnRow, ComparisonKind, FinderRow, FormError, HandlerRow, IndexRow, MadeTableRow, ModelFile,
    ReferenceRow, RelationRow, RendererRow, Row, Table, TableRow, TemplateRow, Text, TypeRow, ViewRow, last_segment,
};
use crate::qualified::split_last;

mod built_in {
    //! The tables as the build script wrote them.
    use std::borrow::Cow::Borrowed;

    use crate::effect::EffectSet;
    use crate::model::hash::HashIndex;
    #[allow(unused_imports)] // which of them occur depends on the tables
    use crate::model::table::{
        AdviceRow, Argument, Color, ColumnRow, ComparisonKind, FinderRow, HandlerRow, IndexRow, Indexes, Laziness,
        MadeTableRow, ReferenceRow, RelationKind, RelationRow, RendererRow, Role, Row, RowKind, Table, TableRow,
        TemplateRow, TypeRow, ViewRow,
    };

    include!(concat!(env!("OUT_DIR"), "/models.rs"));

    pub fn table(language: &str) -> &'static Table {
        BUILT_IN.iter().find(|(name, _)| *name == language).map_or(&Table::EMPTY, |(_, table)| table)
    }
}

/// The type entry that says what every type has.
const EVERY_TYPE: &str = "*";

/// How often an alias may lead to another alias.
const LONGEST_ALIAS_CHAIN: usize = 16;

/// The models of one language.
#[derive(Clone, Debug)]
pub struct Models {
    table: Cow<'static, Table>,
    separator: &'static str,
}

impl Models {
    /// The tables that come with the program. A language without tables has none.
    pub fn built_in(language: &str, separator: &'static str) -> Models {
        Models { table: Cow::Borrowed(built_in::table(language)), separator }
    }

    /// These models with a project's own files laid over them: what a file says replaces what is there under the
    /// same path; the later file wins.
    pub fn with_overlay(&self, files: impl IntoIterator<Item = ModelFile>) -> Models {
        Models { table: Cow::Owned(self.table.extended(files)), separator: self.separator }
    }

    /// Names that advice may only speak of from or up to a version.
    pub fn advice(&self) -> &[(Text, AdviceRow)] {
        &self.table.advice
    }

    /// What separates the parts of a name.
    pub fn separator(&self) -> &'static str {
        self.separator
    }

    /// All rows without wildcards, sorted by path.
    pub fn rows(&self) -> &[Row] {
        &self.table.rows
    }

    /// The name under which the tables know this path: aliases applied, the longest prefix first, until nothing
    /// changes.
    pub fn canonical<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let mut current = Cow::Borrowed(path);
        for _ in 0..LONGEST_ALIAS_CHAIN {
            match self.rewrite(&current) {
                Some(next) if next != current => current = Cow::Owned(next),
                _ => break,
            }
        }
        current
    }

    fn rewrite(&self, path: &str) -> Option<String> {
        let mut prefix = path;
        loop {
            if let Some(target) = self.alias([prefix, ""]).or_else(|| self.alias_of_end(prefix)) {
                return Some(format!("{target}{}", &path[prefix.len()..]));
            }
            prefix = split_last(prefix, self.separator)?.0;
        }
    }

    fn alias(&self, parts: [&str; 2]) -> Option<&str> {
        let aliases = &self.table.aliases;
        let found = self.table.indexes.aliases.find(parts, |at| &aliases[at].0)?;
        Some(&aliases[found].1)
    }

    /// The alias of a path by its last folders: `*/generated/client` is what a tool writes somewhere in a project.
    fn alias_of_end(&self, path: &str) -> Option<&str> {
        path.match_indices('/').find_map(|(at, _)| self.alias(["*", &path[at..]]))
    }

    /// The row of a path: exact, else with wildcards, and of several the one that says most.
    pub fn row(&self, path: &str) -> Option<&Row> {
        self.row_of_parts([path, "", ""])
    }

    fn row_of_parts(&self, parts: [&str; 3]) -> Option<&Row> {
        let rows = &self.table.rows;
        if let Some(found) = self.table.indexes.rows.find(parts, |at| &rows[at].path) {
            return Some(&rows[found]);
        }
        if self.table.patterns.is_empty() {
            return None;
        }
        let path = match parts {
            [path, "", ""] => Cow::Borrowed(path),
            _ => Cow::Owned(parts.concat()),
        };
        let fitting = self.table.patterns.iter().filter(|row| matches_pattern(&row.path, &path, self.separator));
        fitting.max_by_key(|row| row.path.len())
    }

    /// The rows that an argument selects, each with what it has to be: `path(…)`.
    pub fn variants<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a Row, &'a str)> {
        let rows = &self.table.rows;
        let first = rows.partition_point(|row| row.path.as_ref() <= path);
        let selector = move |row: &'a Row| row.path.strip_prefix(path)?.strip_prefix('(')?.strip_suffix(')');
        rows[first..].iter().map_while(move |row| Some((row, selector(row)?)))
    }

    /// The row of a member of a type: its own, else that of the nearest type that it inherits from or dereferences
    /// to, else one that every type has; and how many steps away that is. Where it dereferences to its type argument,
    /// the caller goes on with that ([`Models::derefs`]).
    pub fn member(&self, type_path: &str, member: &str) -> Option<(&Row, usize)> {
        if let Some(row) = self.row_of_parts([type_path, self.separator, member]) {
            return Some((row, 0));
        }
        let mut steps = self.lineage(type_path).skip(1);
        steps.find_map(|(name, hops)| Some((self.row_of_parts([name, self.separator, member])?, hops)))
    }

    /// What the tables say of a type.
    pub fn type_row(&self, path: &str) -> Option<&TypeRow> {
        let types = &self.table.types;
        self.table.indexes.types.find([path], |at| &types[at].0).map(|found| &types[found].1)
    }

    /// The types that a type inherits from, nearest first.
    pub fn supertypes(&self, path: &str) -> &[Text] {
        self.type_row(path).map_or(&[], |row| &row.supertypes)
    }

    /// Is `path` the same type as `ancestor`, or does it inherit from it?
    pub fn is_subtype(&self, path: &str, ancestor: &str) -> bool {
        Lineage::new(self, path, false).any(|(name, _)| name == ancestor)
    }

    /// What a value of the type dereferences to, with placeholders (`T`: its type argument).
    pub fn derefs(&self, path: &str) -> Option<&str> {
        self.type_row(path).map(|row| row.derefs.as_ref()).filter(|target| !target.is_empty())
    }

    /// What iterating over a value of the type gives, with placeholders for its type arguments; inherited like a
    /// member.
    pub fn element(&self, path: &str) -> Option<&str> {
        let mut types = self.lineage(path).filter_map(|(name, _)| self.type_row(name));
        types.find(|row| !row.element.is_empty()).map(|row| row.element.as_ref())
    }

    /// Does copying a value of the type cost nothing?
    pub fn is_cheap_to_clone(&self, path: &str) -> bool {
        self.type_row(path).is_some_and(|row| row.cheap_clone)
    }

    /// Do the tables know this path as a type? (It has an entry, a constructor or methods, or some row returns it.)
    pub fn is_type(&self, path: &str) -> bool {
        let names = &self.table.type_names;
        self.table.indexes.type_names.find([path], |at| &names[at]).is_some()
    }

    /// The type of what calling this function gives, if the tables call it a factory.
    pub fn factory(&self, path: &str) -> Option<&str> {
        let factories = &self.table.factories;
        let found = self.table.indexes.factories.find([path], |at| &factories[at].0)?;
        Some(&factories[found].1)
    }

    /// What a call in a class body says of how the class relates to another.
    pub fn relation(&self, path: &str) -> Option<&RelationRow> {
        let relations = &self.table.relations;
        let found = relations.binary_search_by(|(name, _)| name.as_ref().cmp(path)).ok()?;
        Some(&relations[found].1)
    }

    /// How the instances of a class are rows of a table.
    pub fn table(&self, path: &str) -> Option<&TableRow> {
        self.table.tables.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// How the instances of a class are rows of a table that the class itself names in its body, by one of these fields.
    pub fn table_marked(&self, has_field: impl Fn(&str) -> bool) -> Option<&TableRow> {
        let mut rows = self.table.tables.iter().map(|(_, row)| row);
        rows.find(|row| row.options.is_empty() && row.name_default.is_empty() && has_field(&row.name))
    }

    /// Do the tables know of classes whose instances are rows?
    pub fn knows_tables(&self) -> bool {
        !self.table.tables.is_empty()
    }

    /// How a call makes a column.
    pub fn column(&self, path: &str) -> Option<&ColumnRow> {
        let columns = &self.table.columns;
        let found = columns.binary_search_by(|(name, _)| name.as_ref().cmp(path)).ok()?;
        Some(&columns[found].1)
    }

    /// The paths of calls that make indexes in migrations.
    pub fn indexes_in_migrations(&self) -> impl Iterator<Item = &str> {
        let rows = self.table.table_indexes.iter().filter(|(_, row)| row.table.is_some());
        rows.map(|(path, _)| path.as_ref())
    }

    /// How a call in a class body ties the class to another.
    pub fn reference(&self, path: &str) -> Option<&ReferenceRow> {
        self.table.references.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// Do the tables know of calls whose values are tables?
    pub fn knows_made_tables(&self) -> bool {
        !self.table.made_tables.is_empty()
    }

    /// How a call makes a table.
    pub fn made_table(&self, path: &str) -> Option<&MadeTableRow> {
        self.table.made_tables.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// Is this the last name of calls that make tables?
    pub fn makes_tables(&self, last: &str) -> bool {
        self.table.made_tables.iter().any(|(name, _)| last_segment(name) == last)
    }

    /// Do the tables know of classes whose methods are written by their names?
    pub fn knows_finders(&self) -> bool {
        !self.table.finders.is_empty()
    }

    /// How the names of such methods of a class are made.
    pub fn finder(&self, path: &str) -> Option<&FinderRow> {
        self.table.finders.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// How the methods are written that look up instances of a class with an annotation of this last name.
    pub fn finder_of_entity(&self, annotation: &str) -> Option<&FinderRow> {
        let mut rows = self.table.finders.iter().map(|(_, row)| row);
        rows.find(|row| row.tables_by.iter().chain(&*row.entities_by).any(|own| own == annotation))
    }

    /// What condition a call is.
    pub fn comparison(&self, path: &str) -> Option<ComparisonKind> {
        let rows = &self.table.comparisons;
        let found = rows.binary_search_by(|(name, _)| name.as_ref().cmp(path)).ok()?;
        Some(rows[found].1)
    }

    /// How a call makes an index.
    pub fn table_index(&self, path: &str) -> Option<&IndexRow> {
        self.table.table_indexes.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// How the instances of a class render rows.
    pub fn renderer(&self, path: &str) -> Option<&RendererRow> {
        self.table.renderers.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// Where a class says which rows it shows.
    pub fn view(&self, path: &str) -> Option<&ViewRow> {
        self.table.views.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// How a call fills a template.
    pub fn template(&self, path: &str) -> Option<&TemplateRow> {
        self.table.templates.iter().find(|(name, _)| name == path).map(|(_, row)| row)
    }

    /// The libraries whose calls or classes fill templates.
    pub fn template_libraries(&self) -> Vec<&str> {
        let views = self.table.views.iter().filter(|(_, row)| !row.template.is_empty()).map(|(name, _)| name);
        let calls = self.table.templates.iter().map(|(name, _)| name);
        let mut libraries: Vec<&str> =
            calls.chain(views).filter_map(|name| name.split(self.separator).next()).collect();
        libraries.sort_unstable();
        libraries.dedup();
        libraries
    }

    /// Do the tables know of fields that show many rows of a renderer?
    pub fn knows_list_fields(&self) -> bool {
        self.table.renderers.iter().any(|(_, row)| !row.list_fields.is_empty())
    }

    /// Is it the name of a method by which a class that shows rows makes what renders them?
    pub fn makes_renderers(&self, method: &str) -> bool {
        self.table.views.iter().any(|(_, row)| !method.is_empty() && row.rendered_by == method)
    }

    /// Do the tables know of calls that tie a class to that of the rows which it shows?
    pub fn knows_registrations(&self) -> bool {
        self.table.views.iter().any(|(_, row)| !row.registered_by.is_empty())
    }

    /// Does a call tie a class to that of the rows which it shows?
    pub fn is_registration(&self, path: &str) -> bool {
        self.table.views.iter().any(|(_, row)| row.registered_by.iter().any(|own| own == path))
    }

    /// What is known of the methods that a framework calls of what inherits from a class.
    pub fn handlers(&self, class: &str) -> impl Iterator<Item = &HandlerRow> {
        let rows = self.table.handlers.iter();
        rows.filter(move |(name, _)| self.is_subtype(class, name)).map(|(_, row)| row)
    }

    /// Does it declare a relation, or is it a decorator that says something of one?
    pub fn speaks_of_relations(&self, path: &str) -> bool {
        let relations = &self.table.relations;
        relations.iter().any(|(name, row)| {
            name == path || row.key_by == path || row.loaded_by.iter().any(|decorator| decorator == path)
        })
    }

    /// What separates the steps of paths through relations.
    pub fn relation_separators(&self) -> Vec<&str> {
        let mut separators: Vec<&str> = self.table.relations.iter().map(|(_, row)| row.separator.as_ref()).collect();
        separators.sort_unstable();
        separators.dedup();
        separators
    }

    /// Do the tables know of any relation?
    pub fn knows_relations(&self) -> bool {
        !self.table.relations.is_empty()
    }

    /// As an attribute of a class, does a value of the type give rows of that class?
    pub fn is_of_class(&self, path: &str) -> bool {
        self.lineage(path).any(|(name, _)| self.type_row(name).is_some_and(|row| row.of_class))
    }

    /// The method that makes what the other methods of a type start from.
    pub fn rows_from(&self, path: &str) -> Option<&str> {
        let mut types = self.lineage(path).filter_map(|(name, _)| self.type_row(name));
        types.find(|row| !row.rows_from.is_empty()).map(|row| row.rows_from.as_ref())
    }

    /// All methods and attributes with this name, whatever their type, sorted by path.
    pub fn members(&self, member: &str) -> impl Iterator<Item = &Row> {
        let (rows, members) = (&self.table.rows, &self.table.members);
        let row = move |index: &u32| &rows[*index as usize];
        let first = members.partition_point(|index| last_segment(&row(index).path) < member);
        members[first..].iter().map(row).take_while(move |row| last_segment(&row.path) == member)
    }

    /// The row that a member name stands for when the receiver is unknown: the name is of several words
    /// (`prefetch_related`), none of its rows is of a type with everybody's names, and all rows are of one library or
    /// say the same. Of those whose library is at hand it is the row that claims least; take its effects with medium
    /// confidence, not its type.
    pub fn unique_member(&self, member: &str, is_at_hand: impl Fn(&str) -> bool) -> Option<&Row> {
        if !is_telling(member) {
            return None;
        }
        let at_hand = self.members(member).filter(|row| is_at_hand(self.library(row)));
        let least = at_hand.min_by_key(|row| row.effects.iter().count())?;
        let agrees = |row: &Row| {
            row.color == least.color
                && row.effects.intersection(least.effects) == least.effects
                && (row.effects == least.effects || self.library(row) == self.library(least))
        };
        let is_common = |row: &Row| self.type_row(self.type_of(row)).is_some_and(|row| row.common);
        self.members(member).all(|row| agrees(row) && !is_common(row)).then_some(least)
    }

    /// The row that a member name stands for where a function is written out for it, and nothing else is known.
    pub fn member_by_name(&self, member: &str) -> Option<&Row> {
        self.members(member).find(|row| row.by_name)
    }

    /// Everything before the last separator of a member's path.
    fn type_of<'r>(&self, row: &'r Row) -> &'r str {
        split_last(&row.path, self.separator).map_or("", |(type_path, _)| type_path)
    }

    /// The library of a row: the first part of its path.
    pub fn library<'r>(&self, row: &'r Row) -> &'r str {
        row.path.split(self.separator).next().unwrap_or("")
    }

    /// A type and all types whose members it has, with their distance, nearest first.
    pub fn lineage<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, usize)> {
        Lineage::new(self, path, true)
    }
}

/// A type and all types whose members it has, with their distance: breadth first over supertypes, then over what those
/// dereference to, then over what every type has, unless it dereferences to its type argument, whose members come
/// before those. Each comes once.
struct Lineage<'a> {
    models: &'a Models,
    found: SmallVec<[(&'a str, usize); 8]>,
    /// How many of `found` were given.
    given: usize,
    /// Of how many of `found` the deref targets were added.
    dereferenced: usize,
    follows_derefs: bool,
    is_last_step: bool,
}

impl<'a> Lineage<'a> {
    fn new(models: &'a Models, path: &'a str, follows_derefs: bool) -> Lineage<'a> {
        let found = SmallVec::from_iter([(path, 0)]);
        Lineage { models, found, given: 0, dereferenced: 0, follows_derefs, is_last_step: !follows_derefs }
    }

    fn add(&mut self, name: &'a str, hops: usize) {
        let path = without_arguments(name);
        if !self.found.iter().any(|(known, _)| *known == path) {
            self.found.push((path, hops));
        }
    }

    fn add_supertypes(&mut self, path: &str, hops: usize) {
        let models = self.models;
        for supertype in models.supertypes(path) {
            self.add(supertype, hops);
        }
    }

    /// Adds more types when all were given.
    fn widen(&mut self) {
        while self.follows_derefs && self.given == self.found.len() && self.dereferenced < self.found.len() {
            let (path, hops) = self.found[self.dereferenced];
            self.dereferenced += 1;
            let models = self.models;
            match models.derefs(path) {
                Some(target) if target.contains(models.separator) => self.add(target, hops + 1),
                Some(_placeholder) => self.is_last_step = true,
                None => {}
            }
        }
        if self.given == self.found.len() && !self.is_last_step {
            self.is_last_step = true;
            let hops = self.found.last().map_or(0, |(_, hops)| hops + 1);
            self.add_supertypes(EVERY_TYPE, hops);
        }
    }
}

impl<'a> Iterator for Lineage<'a> {
    type Item = (&'a str, usize);

    fn next(&mut self) -> Option<(&'a str, usize)> {
        self.widen();
        let (path, hops) = *self.found.get(self.given)?;
        self.given += 1;
        self.add_supertypes(path, hops + 1);
        Some((path, hops))
    }
}

/// `std::slice<T>` → `std::slice`.
fn without_arguments(name: &str) -> &str {
    name.split('<').next().unwrap_or(name)
}

/// Does a path with wildcards stand for this path? `*` is any one segment, a `*` at the end of a segment any rest.
fn matches_pattern(pattern: &str, path: &str, separator: &str) -> bool {
    // What has other letters before the first `*` or after the last one is told without being taken apart.
    let star = |at: Option<usize>| at.unwrap_or(pattern.len());
    let start = &pattern[..star(memchr::memchr(b'*', pattern.as_bytes()))];
    let end = &pattern[star(memchr::memrchr(b'*', pattern.as_bytes()).map(|at| at + 1))..];
    if !path.starts_with(start) || !path.ends_with(end) {
        return false;
    }
    let mut segments = path.split(separator);
    let fits = pattern.split(separator).all(|wanted| {
        segments.next().is_some_and(|segment| match wanted.strip_suffix('*') {
            Some(prefix) => segment.starts_with(prefix),
            None => segment == wanted,
        })
    });
    fits && segments.next().is_none()
}

/// Is it a name of several words? Single words are too common to tell a library by.
fn is_telling(member: &str) -> bool {
    let is_camel = member.chars().skip(1).any(char::is_uppercase) && member.chars().any(char::is_lowercase);
    let is_snake = !member.starts_with('_') && member.trim_end_matches('_').contains('_');
    is_camel || is_snake
}

/// A model file of a project that cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is not a model file.
    #[error("{}: {error}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        error: FormError,
    },
}

/// Reads a project's folder of model files, sorted by path: `<language>/<library>.toml`, or `<library>.toml` for all
/// languages (`None`). No folder, no files.
pub fn read_folder(folder: &Path) -> Result<Vec<(Option<String>, ModelFile)>, FolderError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| FolderError::Read {
            path: error.path().unwrap_or(folder).to_owned(),
            error: error.into(),
        })?;
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(path).map_err(|error| FolderError::Read { path: path.to_owned(), error })?;
        let file = ModelFile::parse(&text).map_err(|error| FolderError::Form { path: path.to_owned(), error })?;
        files.push((language_of(folder, path), file));
    }
    Ok(files)
}

/// The first folder below the model folder.
fn language_of(folder: &Path, file: &Path) -> Option<String> {
    let relative = file.strip_prefix(folder).ok()?;
    let mut parts = relative.components();
    let first = parts.next()?;
    parts.next().map(|_| first.as_os_str().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_segment_or_the_rest_of_one() {
        assert!(matches_pattern("a.*.find", "a.user.find", "."));
        assert!(!matches_pattern("a.*.find", "a.user.x.find", "."));
        assert!(!matches_pattern("a.*.find", "a.find", "."));
        assert!(matches_pattern("a.findBy*", "a.findByName", "."));
        assert!(!matches_pattern("a.findBy*", "a.findName", "."));
    }

    #[test]
    fn names_of_one_word_tell_nothing() {
        assert!(is_telling("select_related"));
        assert!(is_telling("findUnique"));
        assert!(!is_telling("save"));
        assert!(!is_telling("__len__"));
        assert!(!is_telling("pass_"));
    }
}
