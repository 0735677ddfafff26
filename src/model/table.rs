//! Model tables: what library calls do and cost, as TOML files, as rows, and sorted for look-up.
//!
//! One file per library, `rules/models/<language>/<library>.toml`. The build script compiles the built-in
//! files into static tables with the code of this very module; at run time it reads a project's own `models/`
//! folder. It knows the form of the tables and the vocabulary, and no library.
//!
//! ```toml
//! [calls]
//! "queue.Queue.get" = { kind = "method", effects = ["blocking", "locks"], cost = "wait", asynchronous = "asyncio.Queue", source = "cpython docs" }
//! "builtins.map" = { kind = "function", effects = ["pure"], lazy = "lazy", repeats = 0, source = "cpython docs" }
//! "builtins.sum" = { kind = "function", effects = ["linear-scan"], iterates = 0, source = "cpython docs" }
//! "itertools.groupby" = { kind = "function", effects = ["pure"], lazy = "lazy", repeats = [1, "key"], source = "cpython docs" }
//!
//! [types."builtins.list"]
//! element = "T"                         # what iterating over it gives
//! supertypes = ["collections.abc.Sequence"]
//!
//! [aliases]
//! "_queue.SimpleQueue" = "queue.SimpleQueue"
//!
//! [factories]
//! "a.make_client" = "a.Client"
//!
//! [relations."a.orm.Reference"]         # a call in a class body that relates the class to another
//! target = [0, "to"]
//! kind = "one"
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::hash::HashIndex;
use crate::effect::{Effect, EffectSet};
use crate::version::Gate;

/// A text that is either compiled in or read from a project's file.
pub type Text = Cow<'static, str>;

/// A sorted sequence, compiled in or built from a project's files.
pub type Sorted<T> = Cow<'static, [T]>;

/// What one call, attribute or macro does and costs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    /// Qualified name (grammar: `rules/models/README.md`).
    #[serde(skip)]
    pub path: Text,
    /// What it is.
    pub kind: RowKind,
    /// What it does; never empty.
    #[serde(deserialize_with = "effects")]
    pub effects: EffectSet,
    /// Does it give an awaitable?
    #[serde(default)]
    pub color: Color,
    /// When does it do that?
    #[serde(default, rename = "lazy")]
    pub laziness: Laziness,
    /// The type of its value, of the awaited value when it is asynchronous: a type with placeholders
    /// (`Self`, `T`, `U` for the receiver and its type arguments, `self.model` and kin); empty when unknown.
    #[serde(default)]
    pub returns: Text,
    /// What to use instead of many calls, or of this one; `;` separates choices. May be empty.
    #[serde(default)]
    pub alternative: Text,
    /// What to use instead of many calls that change rows, where that is something else. May be empty.
    #[serde(default)]
    pub alternative_for_writes: Text,
    /// What to use instead of many calls on values that were just made by their class, beside or in place of the
    /// alternative. May be empty.
    #[serde(default)]
    pub alternative_for_new: Text,
    /// What to use instead of many calls that all write the same values. May be empty.
    #[serde(default)]
    pub alternative_for_same: Text,
    /// What to use instead of many calls whose conditions differ in several columns. May be empty.
    #[serde(default)]
    pub alternative_for_several: Text,
    /// What of it is the condition on rows, one value for each column: a position, a key of the display there (`0.where`), a member that goes on with it (`set.0`). May be empty.
    #[serde(default)]
    pub condition: Text,
    /// What of it is written to the rows: a position, a key of the display there (`0.where`), a member that goes on with it (`set.0`). May be empty.
    #[serde(default)]
    pub sets: Text,
    /// What to do instead of many calls, as a sentence, where that is more than another call. May be empty.
    #[serde(default)]
    pub advice: Text,
    /// The framework that calls a function which this decorates or is handed, and runs plain ones on threads. May be empty.
    #[serde(default)]
    pub threads_for_plain: Text,
    /// What does the same and gives an awaitable; `;` separates choices. May be empty.
    #[serde(default)]
    pub asynchronous: Text,
    /// Cost of one call (`O(n)`, `1q`, `1rt`, `1sys`, `wait`). May be empty.
    #[serde(default)]
    pub cost: Text,
    /// When it does not hold. May be empty.
    #[serde(default)]
    pub notes: Text,
    /// Where the fact comes from.
    pub source: Text,
    /// The argument that is a callable which runs once per element.
    pub repeats: Option<Argument>,
    /// The types of what it gives to its callable, as a tuple: `(T, U)`. Empty when these are the elements, or nothing is known.
    #[serde(default)]
    pub gives: Text,
    /// The parameter of its callable that holds what the call of it before gave.
    pub carries: Option<u8>,
    /// As a decorator: the function is called once per object that a request asks for, and this parameter takes the object; 0
    /// is the receiver.
    pub shows_object: Option<u8>,
    /// Those that run side by side are sent together.
    #[serde(default)]
    pub together: bool,
    /// Where nothing is known of the receiver, and a function is written out for an argument, the name stands for this row.
    #[serde(default)]
    pub by_name: bool,
    /// What it gives holds a lock or a borrow for as long as it lives.
    #[serde(default)]
    pub guards: bool,
    /// Every iterator has it, whatever it goes through.
    #[serde(default)]
    pub any_iterator: bool,
    /// The position in its receiver that it works at, where no argument says so.
    pub works_at: Option<u8>,
    /// It loads relations ahead: the position of the first argument that names one.
    pub loads: Option<u8>,
    /// The rows that it gives bring the relations with them that its statement, or the name and the decorators of its
    /// declaration, speak of.
    #[serde(default)]
    pub loads_mentioned: bool,
    /// The argument that it goes through from start to end: what iterating over that does, the call does too.
    pub iterates: Option<Argument>,
    /// The argument that it compiles: what else it is given does not make that another thing.
    pub compiles: Option<Argument>,
    /// What does the same on an iterator, where the receiver was collected for this call only. May be empty.
    #[serde(default)]
    pub piecewise: Text,
    /// The member of its arguments that it calls. May be empty.
    #[serde(default)]
    pub calls_member: Text,
    /// Arguments that are callables, or displays of such, which a framework runs from then on: once per request, event or
    /// task, or, where the effects say so, at the start and at the end.
    #[serde(default, deserialize_with = "arguments")]
    pub entry: Sorted<Argument>,
    /// Arguments that are callables which run for each letter that somebody types.
    #[serde(default, deserialize_with = "arguments")]
    pub typing: Sorted<Argument>,
    /// It does so only at the end of a block in which one of these members of its receiver was called, and nothing awaited.
    #[serde(default)]
    pub after: Sorted<Text>,
    /// It finds rows by attributes that its keywords name.
    #[serde(default)]
    pub finds: bool,
    /// Keywords that it takes for something else.
    #[serde(default)]
    pub takes: Sorted<Text>,
    /// The argument that is the statement which it sends, or makes ready.
    pub sends: Option<Argument>,
    /// It asks for all rows, unless its argument has one of these keys. `None`: which rows it asks for is not known.
    pub all_rows_unless: Option<Sorted<Text>>,
    /// What it gives has to be given back: methods, of that or of the receiver, which do so.
    #[serde(default)]
    pub closed_by: Sorted<Text>,
}

/// Kinds of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A free or static function.
    Function,
    /// Called on a value.
    Method,
    /// Makes a value of the type that the path names.
    Constructor,
    /// Read, not called.
    Attribute,
    /// A macro; its path ends in `!`.
    Macro,
}

/// Whether a call runs now or gives something to await.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// Runs to completion in the caller.
    #[default]
    Sync,
    /// Gives an awaitable.
    Async,
    /// Depends on the receiver.
    Either,
}

/// Whether a call does its work at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Laziness {
    /// Not a question.
    #[default]
    Unsaid,
    /// Only builds; nothing runs yet.
    Lazy,
    /// Runs now.
    Eager,
    /// Runs unless a cache, a prefetch or an identity map answers.
    Conditional,
    /// Runs now, unless a transaction is open: then it is only put down, and done when that ends.
    Transaction,
    /// It builds what is sent when it is awaited, or what goes on with it (`select().where()`).
    Awaited,
}

/// An argument of a call, as a table names it: `0`, `"key"` or, where callers may write both, `[1, "key"]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a position, a keyword or `[position, keyword]`")]
pub enum Argument {
    /// Counted from 0, the receiver left out.
    Position(u8),
    /// Only by keyword.
    Keyword(Text),
    /// By position or by keyword.
    Either(u8, Text),
}

impl Argument {
    /// Is it the argument at this position?
    pub fn is_at(&self, position: usize) -> bool {
        matches!(self, Argument::Position(own) | Argument::Either(own, _) if usize::from(*own) == position)
    }

    /// Is it the argument with this keyword?
    pub fn is_named(&self, keyword: &str) -> bool {
        matches!(self, Argument::Keyword(own) | Argument::Either(_, own) if own == keyword)
    }
}

/// From which version of a language or library on, or up to which, advice may speak of a name: `python 3.9`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AdviceRow {
    /// The first version that has it. May be empty.
    #[serde(default, deserialize_with = "version")]
    pub since: Text,
    /// The first version that does not have it, or has something better. May be empty.
    #[serde(default, deserialize_with = "version")]
    pub until: Text,
}

/// What is known of a type beside its calls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TypeRow {
    /// What iterating over a value of it gives: a type with placeholders, as in [`Row::returns`].
    #[serde(default)]
    pub element: Text,
    /// Types whose members it has, nearest first.
    #[serde(default)]
    pub supertypes: Sorted<Text>,
    /// What it dereferences to; `T` is its type argument.
    #[serde(default)]
    pub derefs: Text,
    /// Copying it costs nothing (reference counts, plain numbers).
    #[serde(default)]
    pub cheap_clone: bool,
    /// Its member names are everybody's: they never tell that an unknown receiver is of this type.
    #[serde(default)]
    pub common: bool,
    /// As an attribute of a class it gives rows of that class: the class is its type argument.
    #[serde(default)]
    pub of_class: bool,
    /// The method that makes what its other methods start from.
    #[serde(default)]
    pub rows_from: Text,
}

/// What a call in a class body says of how the class relates to another.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RelationRow {
    /// The argument that names the other class.
    pub target: Option<Argument>,
    /// How many of the other class there are for one of this.
    pub kind: RelationKind,
    /// The keyword that names the attribute of the other class which leads back. May be empty.
    #[serde(default)]
    pub reverse: Text,
    /// What that attribute is called otherwise; `{model}` stands for the class in lower case. Empty: there is none.
    #[serde(default)]
    pub reverse_default: Text,
    /// How many of this class there are for one of the other.
    #[serde(default)]
    pub reverse_kind: RelationKind,
    /// The keyword that names an attribute of the other class, declared there, which leads back. May be empty.
    #[serde(default)]
    pub inverse: Text,
    /// The type of a relation to many when it is read; `T` is the other class.
    #[serde(default)]
    pub many: Text,
    /// What separates the steps of a path through relations.
    pub separator: Text,
    /// How a relation to one is loaded ahead: `{path}` is the whole path, or `{model}` and `{name}` one step of it.
    pub load_one: Text,
    /// How a relation to many is loaded ahead.
    pub load_many: Text,
    /// The field of a class written in a class body, as `Class.field`, that makes it abstract. May be empty.
    #[serde(default)]
    pub abstract_by: Text,
    /// The column of the row itself that holds the key of the one at the other end: `{name}` is the attribute. May be empty.
    #[serde(default)]
    pub key: Text,
    /// The attributes of the other class that are this key.
    #[serde(default)]
    pub key_members: Sorted<Text>,
    /// The keyword that says when the relation is loaded. May be empty.
    #[serde(default)]
    pub when: Text,
    /// The value of that keyword that means: when it is read. Another value means that it need not be loaded ahead.
    #[serde(default)]
    pub when_read: Text,
    /// What says that it is loaded at once holds for rows at the other end of a relation only: a query sends one more
    /// statement for each of its own rows.
    #[serde(default)]
    pub loaded_below: bool,
    /// Is it loaded at once where nothing says when?
    #[serde(default)]
    pub loaded_unless_said: bool,
    /// Decorators of the attribute, or of the other class, that load it in a way of their own: in batches, from a cache.
    #[serde(default)]
    pub loaded_by: Sorted<Text>,
    /// Settings of the project, by their last names, that load relations in batches where they are above zero.
    #[serde(default)]
    pub batched_by: Sorted<Text>,
    /// The decorator of the attribute that is the key of a row. May be empty.
    #[serde(default)]
    pub key_by: Text,
    /// Methods of what it gives that need not know it.
    #[serde(default)]
    pub unread: Sorted<Text>,
    /// The keyword that says that there may be none at the other end. May be empty.
    #[serde(default)]
    pub optional_by: Text,
}

/// A class whose instances are rows of a table, one table for each class that inherits from it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TableRow {
    /// The class in the body of such a class that the following fields stand in. Empty: they stand in the body itself.
    #[serde(default)]
    pub options: Text,
    /// The field that names the table.
    #[serde(default)]
    pub name: Text,
    /// What the table is called otherwise: `{package}` is the package of its module, `{model}` the class. Empty:
    /// a class without a name has no table.
    #[serde(default)]
    pub name_default: Text,
    /// The field that says that a class has no table of its own. May be empty.
    #[serde(default)]
    pub abstract_by: Text,
    /// The fields whose displays hold calls that make indexes.
    #[serde(default)]
    pub indexes: Sorted<Text>,
    /// The fields whose displays hold names of columns that have an index together.
    #[serde(default)]
    pub column_sets: Sorted<Text>,
    /// The column that is the key where no other is. May be empty.
    #[serde(default)]
    pub key: Text,
    /// The name by which the key is asked for, whatever it is called. May be empty.
    #[serde(default)]
    pub key_alias: Text,
    /// What gives a column an index, where the declaration of the column does not say so itself.
    #[serde(default)]
    pub index: Text,
    /// What stands at the end of a path through relations and says that a column equals a value, or one of several.
    #[serde(default)]
    pub equal: Sorted<Text>,
    /// What says so of a range.
    #[serde(default)]
    pub ranges: Sorted<Text>,
    /// The type whose instances stand for tables: programs get them by the name of the class, in any case. What their methods are
    /// given at the `condition` of its row is a display of columns. May be empty.
    #[serde(default)]
    pub asked_by: Text,
    /// Keys in such a display under which further conditions stand, all of which have to hold.
    #[serde(default)]
    pub all_of: Sorted<Text>,
    /// Where those methods are given a display of references whose rows are loaded too; in such a display its own keys, without
    /// the position, say so of the rows that are loaded.
    #[serde(default)]
    pub loads: Sorted<Text>,
    /// The key in such a display under which the condition on the rows that are loaded stands. May be empty.
    #[serde(default)]
    pub loads_where: Text,
}

/// A call in a class body that ties the class to another one, whose rows may be loaded with its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReferenceRow {
    /// The argument that names the other class.
    pub target: Option<Argument>,
    /// The keyword whose display names the fields that hold the other's key. Where it is not given, the other class holds the key
    /// of this one.
    #[serde(default)]
    pub columns: Text,
    /// The keyword that names the tie, where there are several between two classes. May be empty.
    #[serde(default)]
    pub name: Text,
}

/// A call in a class body that gives the table of the class a column.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ColumnRow {
    /// Every such column has an index.
    #[serde(default)]
    pub indexed: bool,
    /// Keywords that give the column an index when they say yes.
    #[serde(default)]
    pub indexed_by: Sorted<Text>,
    /// The keyword that makes the column the key. May be empty.
    #[serde(default)]
    pub key_by: Text,
    /// The keyword, or the first text among the arguments (`0`), that names the column.
    pub named_by: Option<Argument>,
    /// The keyword that says that the column refers to another table, so that some databases give it an index. May be empty.
    #[serde(default)]
    pub refers_by: Text,
    /// What the name of the column has behind that of the attribute.
    #[serde(default)]
    pub suffix: Text,
    /// Such a column holds one of a few values.
    #[serde(default)]
    pub few: bool,
    /// The keyword that lists the values. May be empty.
    #[serde(default)]
    pub few_by: Text,
    /// The last names of types, given as arguments, that have few values.
    #[serde(default)]
    pub few_types: Sorted<Text>,
    /// The last names of what is given as an argument and refers to another table, which may bring an index.
    #[serde(default)]
    pub key_types: Sorted<Text>,
}

/// A call whose value is a table: `pgTable("orders", { … })`. Its first argument is the table's name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MadeTableRow {
    /// The argument whose display holds a column under each attribute: a call that is given the column's name, where that is
    /// another, and the members that go on with it.
    pub columns: Option<Argument>,
    /// Those of these members that give the column an index.
    #[serde(default)]
    pub indexed_by: Sorted<Text>,
    /// Those that make it refer to another table, so that some databases give it an index.
    #[serde(default)]
    pub key_by: Sorted<Text>,
    /// The database does.
    #[serde(default)]
    pub keys_are_indexed: bool,
    /// Calls that make columns with few values, by their last names.
    #[serde(default)]
    pub few: Sorted<Text>,
    /// The key in what such a call is given that lists the values. May be empty.
    #[serde(default)]
    pub few_by: Text,
    /// Calls within the call that make an index of the columns which they are given, by their last names.
    #[serde(default)]
    pub index_by: Sorted<Text>,
    /// Members of a column that say no more than its order in an index.
    #[serde(default)]
    pub orders: Sorted<Text>,
    /// What gives a column an index, for advice: `{column}` is the attribute.
    #[serde(default)]
    pub index: Text,
}

/// A class whose methods a library writes by their names: `findByEmailAndStateIn`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FinderRow {
    /// The word behind which the conditions stand.
    pub by: Text,
    /// The word between conditions that all have to hold.
    pub and: Text,
    /// The word between conditions one of which has to hold.
    pub or: Text,
    /// The word behind which an order stands.
    pub order: Text,
    /// Words behind a column that say that it equals a value, or one of several.
    #[serde(default)]
    pub equal: Sorted<Text>,
    /// Words that say that it lies on one side of a value.
    #[serde(default)]
    pub ranges: Sorted<Text>,
    /// Words that say that it lies between two.
    #[serde(default)]
    pub ranges_of_two: Sorted<Text>,
    /// Words that compare it with a value otherwise.
    #[serde(default)]
    pub others: Sorted<Text>,
    /// Words that take no value.
    #[serde(default)]
    pub without_value: Sorted<Text>,
    /// Annotations that name the table of a class, by their last names.
    #[serde(default)]
    pub tables_by: Sorted<Text>,
    /// Annotations that say no more than that a class has a table, by their last names. Statements may speak of such classes and
    /// their attributes in place of tables and columns.
    #[serde(default)]
    pub entities_by: Sorted<Text>,
    /// The keyword by which the former name the table.
    #[serde(default)]
    pub table_name: Text,
    /// What names of classes have behind those of their tables.
    #[serde(default)]
    pub suffixes: Sorted<Text>,
}

/// How a call that is a condition compares the column that it is given first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonKind {
    /// With a value, or with several.
    Equal,
    /// With the ends of a range.
    Range,
    /// In a way that no index helps.
    Other,
    /// It compares nothing: all conditions that it is given have to hold.
    All,
}

/// A call that gives a table an index.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IndexRow {
    /// The keyword whose display names the columns. Empty: they are arguments themselves.
    #[serde(default)]
    pub columns: Text,
    /// How many arguments come before the columns.
    #[serde(default)]
    pub skipped: u8,
    /// The argument that names the table, where the call stands in a migration.
    pub table: Option<Argument>,
}

/// A class whose instances turn rows into something else, one row at a time.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RendererRow {
    /// Methods that take the row as their argument.
    #[serde(default)]
    pub row_methods: Sorted<Text>,
    /// The field of a class written in the class body, as `Class.field`, that names the class of the rows.
    #[serde(default)]
    pub model: Text,
    /// The keyword of a field that says which attributes it shows, separated by dots. Empty: there are no such fields.
    #[serde(default)]
    pub source: Text,
    /// The position of that argument, where it may be given without its keyword.
    #[serde(default)]
    pub source_at: Option<u8>,
    /// What separates the attributes, beside dots. May be empty.
    #[serde(default)]
    pub source_separator: Text,
    /// The constructor of a field that is shown by a method.
    #[serde(default)]
    pub method_field: Text,
    /// The keyword of such a field that names the method.
    #[serde(default)]
    pub method_name: Text,
    /// What the name of the method starts with otherwise; the name of the field follows.
    #[serde(default)]
    pub method_prefix: Text,
    /// The parameter that such a method takes the row by, where it takes parameters by name.
    #[serde(default)]
    pub method_row: Text,
    /// Is the row what such a method is called on? Then each method with the prefix shows something of it.
    #[serde(default)]
    pub is_row: bool,
    /// The keyword that says that many rows are given. Empty: many are given always.
    #[serde(default)]
    pub many: Text,
    /// Constructors of fields of other classes that show many of it: the rows are what the method with the prefix and the
    /// name of the field returns.
    #[serde(default)]
    pub list_fields: Sorted<Text>,
    /// The field, as `Class.field` or `field`, that names attributes of the rows which are shown. May be empty.
    #[serde(default)]
    pub fields: Text,
    /// What stands there for all attributes.
    #[serde(default)]
    pub every_field: Text,
    /// The field that tells how many relations deep related rows are shown whole. May be empty.
    #[serde(default)]
    pub depth: Text,
    /// Is a related row that is named shown as a text, and not as its key?
    #[serde(default)]
    pub shows_related: bool,
    /// May the names be those of methods that take the row?
    #[serde(default)]
    pub shows_methods: bool,
    /// Constructors of fields that show the keys of related rows.
    #[serde(default)]
    pub key_fields: Sorted<Text>,
    /// Constructors of fields that show something of related rows.
    #[serde(default)]
    pub related_fields: Sorted<Text>,
    /// Constructors of fields that show related rows as texts.
    #[serde(default)]
    pub text_fields: Sorted<Text>,
}

/// A class that shows rows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ViewRow {
    /// The field that holds the rows.
    #[serde(default)]
    pub rows: Text,
    /// The field that names their class, where nothing holds them.
    #[serde(default)]
    pub model: Text,
    /// The method that gives the rows.
    #[serde(default)]
    pub rows_from: Text,
    /// The field that holds the class which renders them. Empty: the class renders them itself.
    #[serde(default)]
    pub renderer: Text,
    /// The method that makes an object of that class, given the rows. A decorator of the method which calls it may name
    /// another class for it, by the name of the field. May be empty.
    #[serde(default)]
    pub rendered_by: Text,
    /// The calls and decorators that tie the class to that of its rows.
    #[serde(default)]
    pub registered_by: Sorted<Text>,
    /// The field that names relations which are loaded with the rows; or `true`, for all that lead to one for certain.
    /// May be empty.
    #[serde(default)]
    pub loads: Text,
    /// Are all of these loaded when a relation to one is shown, and the field says nothing?
    #[serde(default)]
    pub loads_shown: bool,
    /// The field that names the template which shows the rows. Empty: no template does.
    #[serde(default)]
    pub template: Text,
    /// The name of that template otherwise: `{app}` is a part of the path of the class, `{model}` the class in lower case.
    #[serde(default)]
    pub template_default: Text,
    /// The names by which the template is given the rows.
    #[serde(default)]
    pub context_rows: Sorted<Text>,
    /// The names by which it is given one of the rows.
    #[serde(default)]
    pub context_row: Sorted<Text>,
    /// The field that gives the rows, or the one row, another name.
    #[serde(default)]
    pub context_name: Text,
    /// The method, and the field, that hold what else it is given.
    #[serde(default)]
    pub context_from: Sorted<Text>,
}

/// A call that fills a template.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemplateRow {
    /// The argument that names the template.
    pub template: Option<Argument>,
    /// The argument that holds what it is given, under the names that it knows it by.
    pub context: Option<Argument>,
    /// It is given the keyword arguments.
    #[serde(default)]
    pub takes_keywords: bool,
    /// In a template: it is given all that the template around it was given, too.
    #[serde(default)]
    pub inherits: bool,
}

/// A class whose methods a framework calls.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HandlerRow {
    /// These methods of what inherits from the class; a `*` at the end stands for any rest.
    pub methods: Sorted<Text>,
    /// How they come to run.
    pub role: Role,
    /// Methods that it calls when the program starts or ends, while nobody is served.
    #[serde(default)]
    pub at_start: Sorted<Text>,
    /// Methods that are actions which an administrator takes on rows picked by hand.
    #[serde(default)]
    pub actions: Sorted<Text>,
    /// The field of the class that lists more such actions, as methods or by their names. May be empty.
    #[serde(default)]
    pub actions_in: Text,
}

impl HandlerRow {
    /// How a method comes to run, if it is one of these.
    pub fn role_of(&self, method: &str) -> Option<Role> {
        let fits = |wanted: &Text| match wanted.strip_suffix('*') {
            Some(prefix) => method.starts_with(prefix),
            None => method == wanted,
        };
        self.methods.iter().any(fits).then_some(self.role)
    }
}

/// How a function comes to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Once per request, event or task.
    EntryPoint,
    /// The same, in the background.
    Background,
    /// Seldom: when the program starts, by hand, for an administrator.
    Seldom,
    /// For one request, of which it is given a part: its last parameter.
    Payload,
    /// In tests.
    Test,
}

/// How many there are at the other end of a relation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationKind {
    /// One, or none.
    #[default]
    One,
    /// Any number.
    Many,
    /// As the declared type of the attribute says: a collection is many.
    Declared,
}

/// A model file as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModelFile {
    /// Rows by path. (Their own `path` is empty until they enter a [`Table`].)
    #[serde(default)]
    pub calls: BTreeMap<String, Row>,
    /// Types by qualified name.
    #[serde(default)]
    pub types: BTreeMap<String, TypeRow>,
    /// Other names of the same thing, as path or path prefix.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Functions that make a value of a type.
    #[serde(default)]
    pub factories: BTreeMap<String, String>,
    /// Calls in class bodies that relate classes, by path.
    #[serde(default)]
    pub relations: BTreeMap<String, RelationRow>,
    /// Classes whose instances are rows of tables.
    #[serde(default)]
    pub tables: BTreeMap<String, TableRow>,
    /// Calls in class bodies that make columns, by path.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnRow>,
    /// Calls that make indexes, by path.
    #[serde(default)]
    pub indexes: BTreeMap<String, IndexRow>,
    /// How calls in class bodies tie classes together, by path.
    #[serde(default)]
    pub references: BTreeMap<String, ReferenceRow>,
    /// Calls whose values are tables, by path.
    #[serde(default)]
    pub made_tables: BTreeMap<String, MadeTableRow>,
    /// Classes whose methods are written by their names, by path.
    #[serde(default)]
    pub finders: BTreeMap<String, FinderRow>,
    /// Calls that are conditions on columns, by path.
    #[serde(default)]
    pub comparisons: BTreeMap<String, ComparisonKind>,
    /// Classes that turn rows into something else.
    #[serde(default)]
    pub renderers: BTreeMap<String, RendererRow>,
    /// Classes that show rows.
    #[serde(default)]
    pub views: BTreeMap<String, ViewRow>,
    /// Calls that fill templates.
    #[serde(default)]
    pub templates: BTreeMap<String, TemplateRow>,
    /// Names that advice may only speak of from or up to a version.
    #[serde(default)]
    pub advice: BTreeMap<String, AdviceRow>,
    /// Classes whose methods a framework calls.
    #[serde(default)]
    pub handlers: BTreeMap<String, HandlerRow>,
}

impl ModelFile {
    /// Reads a model file.
    pub fn parse(text: &str) -> Result<ModelFile, FormError> {
        toml::from_str(text).map_err(|error| FormError::new(text, &error))
    }
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    let text = String::deserialize(deserializer)?;
    Gate::parse(&text, "").map_err(D::Error::custom)?;
    Ok(text.into())
}

/// One argument, or a list of them.
fn arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sorted<Argument>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a position, a keyword, `[position, keyword]`, or a list of such")]
    enum OneOrMany {
        One(Argument),
        Many(Vec<Argument>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(argument) => vec![argument].into(),
        OneOrMany::Many(arguments) => arguments.into(),
    })
}

fn effects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EffectSet, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    let mut set = EffectSet::EMPTY;
    for word in &words {
        let effect = Effect::parse(word).ok_or_else(|| D::Error::custom(format!("`{word}` is not an effect")))?;
        set = set.union(EffectSet::of(&[effect]));
    }
    if set.is_empty() {
        return Err(D::Error::custom("no effects; a call that does nothing of note is `pure`"));
    }
    if set.has(Effect::Pure) && set != EffectSet::of(&[Effect::Pure]) {
        return Err(D::Error::custom("`pure` stands alone"));
    }
    Ok(set)
}

/// What is wrong with a model file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    /// Line, counted from 1.
    pub line: usize,
    /// What stands before the `=` of that line: the row.
    pub row: String,
    /// What is wrong with it.
    pub message: String,
}

impl FormError {
    fn new(text: &str, error: &toml::de::Error) -> FormError {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let row = text.lines().nth(line - 1).unwrap_or("").split(" =").next().unwrap_or("");
        FormError { line, row: row.trim().to_owned(), message: error.message().to_owned() }
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)?;
        if self.row.is_empty() { Ok(()) } else { write!(out, " (at `{}`)", self.row) }
    }
}

impl std::error::Error for FormError {}

/// The models of one language: every part sorted by its first text, bytewise, with an index of these texts.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Rows without wildcards.
    pub rows: Sorted<Row>,
    /// Rows whose path has a `*`.
    pub patterns: Sorted<Row>,
    /// Types by name.
    pub types: Sorted<(Text, TypeRow)>,
    /// Other names.
    pub aliases: Sorted<(Text, Text)>,
    /// Functions that make a value of a type.
    pub factories: Sorted<(Text, Text)>,
    /// Calls in class bodies that relate classes.
    pub relations: Sorted<(Text, RelationRow)>,
    /// Classes whose instances are rows of tables.
    pub tables: Sorted<(Text, TableRow)>,
    /// Calls in class bodies that make columns.
    pub columns: Sorted<(Text, ColumnRow)>,
    /// Calls that make indexes of tables.
    pub table_indexes: Sorted<(Text, IndexRow)>,
    /// How calls in class bodies tie classes together, sorted by path.
    pub references: Sorted<(Text, ReferenceRow)>,
    /// Calls whose values are tables, sorted by path.
    pub made_tables: Sorted<(Text, MadeTableRow)>,
    /// Classes whose methods are written by their names, sorted by path.
    pub finders: Sorted<(Text, FinderRow)>,
    /// Calls that are conditions on columns, sorted by path.
    pub comparisons: Sorted<(Text, ComparisonKind)>,
    /// Classes that turn rows into something else.
    pub renderers: Sorted<(Text, RendererRow)>,
    /// Classes that show rows.
    pub views: Sorted<(Text, ViewRow)>,
    /// Calls that fill templates.
    pub templates: Sorted<(Text, TemplateRow)>,
    /// Names that advice may only speak of from or up to a version.
    pub advice: Sorted<(Text, AdviceRow)>,
    /// Classes whose methods a framework calls.
    pub handlers: Sorted<(Text, HandlerRow)>,
    /// Names that stand for types: those with an entry, a constructor or members, and those that some row returns.
    pub type_names: Sorted<Text>,
    /// Positions in [`Table::rows`] of methods and attributes, sorted by [`last_segment`], then by path.
    pub members: Sorted<u32>,
    /// Where each part has a name.
    pub indexes: Indexes,
}

/// The indexes of the parts of a [`Table`].
#[derive(Clone, Debug, Default)]
pub struct Indexes {
    /// Of [`Table::rows`].
    pub rows: HashIndex,
    /// Of [`Table::types`].
    pub types: HashIndex,
    /// Of [`Table::aliases`].
    pub aliases: HashIndex,
    /// Of [`Table::factories`].
    pub factories: HashIndex,
    /// Of [`Table::type_names`].
    pub type_names: HashIndex,
}

impl Indexes {
    /// Indexes of nothing.
    pub const EMPTY: Indexes = Indexes {
        rows: HashIndex::EMPTY,
        types: HashIndex::EMPTY,
        aliases: HashIndex::EMPTY,
        factories: HashIndex::EMPTY,
        type_names: HashIndex::EMPTY,
    };

    fn of(table: &Table) -> Indexes {
        Indexes {
            rows: HashIndex::new(table.rows.iter().map(|row| row.path.as_ref())),
            types: HashIndex::new(table.types.iter().map(|(name, _)| name.as_ref())),
            aliases: HashIndex::new(table.aliases.iter().map(|(name, _)| name.as_ref())),
            factories: HashIndex::new(table.factories.iter().map(|(name, _)| name.as_ref())),
            type_names: HashIndex::new(table.type_names.iter().map(|name| name.as_ref())),
        }
    }
}

impl Table {
    /// A table that knows nothing.
    pub const EMPTY: Table = Table {
        rows: Cow::Borrowed(&[]),
        patterns: Cow::Borrowed(&[]),
        types: Cow::Borrowed(&[]),
        aliases: Cow::Borrowed(&[]),
        factories: Cow::Borrowed(&[]),
        relations: Cow::Borrowed(&[]),
        tables: Cow::Borrowed(&[]),
        columns: Cow::Borrowed(&[]),
        table_indexes: Cow::Borrowed(&[]),
        references: Cow::Borrowed(&[]),
        made_tables: Cow::Borrowed(&[]),
        finders: Cow::Borrowed(&[]),
        comparisons: Cow::Borrowed(&[]),
        renderers: Cow::Borrowed(&[]),
        views: Cow::Borrowed(&[]),
        templates: Cow::Borrowed(&[]),
        advice: Cow::Borrowed(&[]),
        handlers: Cow::Borrowed(&[]),
        type_names: Cow::Borrowed(&[]),
        members: Cow::Borrowed(&[]),
        indexes: Indexes::EMPTY,
    };

    /// This table and the files, which override it, the later the stronger.
    pub fn extended(&self, files: impl IntoIterator<Item = ModelFile>) -> Table {
        let mut rows: BTreeMap<Text, Row> =
            self.rows.iter().chain(self.patterns.iter()).map(|row| (row.path.clone(), row.clone())).collect();
        let mut types: BTreeMap<Text, TypeRow> = self.types.iter().cloned().collect();
        let mut aliases: BTreeMap<Text, Text> = self.aliases.iter().cloned().collect();
        let mut factories: BTreeMap<Text, Text> = self.factories.iter().cloned().collect();
        let mut relations: BTreeMap<Text, RelationRow> = self.relations.iter().cloned().collect();
        let mut tables: BTreeMap<Text, TableRow> = self.tables.iter().cloned().collect();
        let mut columns: BTreeMap<Text, ColumnRow> = self.columns.iter().cloned().collect();
        let mut table_indexes: BTreeMap<Text, IndexRow> = self.table_indexes.iter().cloned().collect();
        let mut references: BTreeMap<Text, ReferenceRow> = self.references.iter().cloned().collect();
        let mut made_tables: BTreeMap<Text, MadeTableRow> = self.made_tables.iter().cloned().collect();
        let mut finders: BTreeMap<Text, FinderRow> = self.finders.iter().cloned().collect();
        let mut comparisons: BTreeMap<Text, ComparisonKind> = self.comparisons.iter().cloned().collect();
        let mut renderers: BTreeMap<Text, RendererRow> = self.renderers.iter().cloned().collect();
        let mut views: BTreeMap<Text, ViewRow> = self.views.iter().cloned().collect();
        let mut templates: BTreeMap<Text, TemplateRow> = self.templates.iter().cloned().collect();
        let mut advice: BTreeMap<Text, AdviceRow> = self.advice.iter().cloned().collect();
        let mut handlers: BTreeMap<Text, HandlerRow> = self.handlers.iter().cloned().collect();
        for file in files {
            rows.extend(file.calls.into_iter().map(|(path, row)| {
                let path = Text::Owned(path);
                (path.clone(), Row { path, ..row })
            }));
            types.extend(file.types.into_iter().map(|(name, row)| (name.into(), row)));
            aliases.extend(file.aliases.into_iter().map(|(from, to)| (from.into(), to.into())));
            factories.extend(file.factories.into_iter().map(|(from, to)| (from.into(), to.into())));
            relations.extend(file.relations.into_iter().map(|(path, row)| (path.into(), row)));
            tables.extend(file.tables.into_iter().map(|(path, row)| (path.into(), row)));
            columns.extend(file.columns.into_iter().map(|(path, row)| (path.into(), row)));
            table_indexes.extend(file.indexes.into_iter().map(|(path, row)| (path.into(), row)));
            references.extend(file.references.into_iter().map(|(path, row)| (path.into(), row)));
            made_tables.extend(file.made_tables.into_iter().map(|(path, row)| (path.into(), row)));
            finders.extend(file.finders.into_iter().map(|(path, row)| (path.into(), row)));
            comparisons.extend(file.comparisons.into_iter().map(|(path, row)| (path.into(), row)));
            renderers.extend(file.renderers.into_iter().map(|(path, row)| (path.into(), row)));
            views.extend(file.views.into_iter().map(|(path, row)| (path.into(), row)));
            templates.extend(file.templates.into_iter().map(|(path, row)| (path.into(), row)));
            advice.extend(file.advice.into_iter().map(|(name, row)| (name.into(), row)));
            handlers.extend(file.handlers.into_iter().map(|(path, row)| (path.into(), row)));
        }
        let (patterns, rows): (Vec<Row>, Vec<Row>) = rows.into_values().partition(|row| row.path.contains('*'));
        let mut table = Table {
            type_names: names_of_types(&rows, &patterns, types.keys()),
            members: members(&rows),
            rows: rows.into(),
            patterns: patterns.into(),
            types: types.into_iter().collect(),
            aliases: aliases.into_iter().collect(),
            factories: factories.into_iter().collect(),
            relations: relations.into_iter().collect(),
            tables: tables.into_iter().collect(),
            columns: columns.into_iter().collect(),
            table_indexes: table_indexes.into_iter().collect(),
            references: references.into_iter().collect(),
            made_tables: made_tables.into_iter().collect(),
            finders: finders.into_iter().collect(),
            comparisons: comparisons.into_iter().collect(),
            renderers: renderers.into_iter().collect(),
            views: views.into_iter().collect(),
            templates: templates.into_iter().collect(),
            advice: advice.into_iter().collect(),
            handlers: handlers.into_iter().collect(),
            indexes: Indexes::EMPTY,
        };
        table.indexes = Indexes::of(&table);
        table
    }
}

fn names_of_types<'a>(rows: &'a [Row], patterns: &'a [Row], types: impl Iterator<Item = &'a Text>) -> Sorted<Text> {
    let returned = rows.iter().chain(patterns).flat_map(|row| type_names(&row.returns));
    let own = rows.iter().filter_map(|row| match row.kind {
        RowKind::Constructor => Some(row.path.as_ref()),
        RowKind::Method => {
            row.path.strip_suffix(last_segment(&row.path)).map(|owner| owner.trim_end_matches(['.', ':']))
        }
        _ => None,
    });
    let names: BTreeSet<&str> = returned.chain(own).chain(types.map(|name| name.as_ref())).collect();
    names.into_iter().map(|name| Text::Owned(name.to_owned())).collect()
}

fn members(rows: &[Row]) -> Sorted<u32> {
    let mut members: Vec<u32> = (0..).zip(rows).filter(|(_, row)| row.is_member()).map(|(index, _)| index).collect();
    members.sort_by_key(|index| (last_segment(&rows[*index as usize].path), *index));
    members.into()
}

impl Row {
    /// Is it reached through a value?
    pub fn is_member(&self) -> bool {
        matches!(self.kind, RowKind::Method | RowKind::Attribute)
    }
}

/// The qualified names in a type text (`std::result::Result<T, a::Error>`: the first and the last).
/// Placeholders are left out.
pub fn type_names(text: &str) -> impl Iterator<Item = &str> {
    text.split(['<', '>', '(', ')', ',', ' ']).filter(|name| {
        let is_placeholder = name.ends_with(".model") || name.ends_with(".text");
        !is_placeholder && (name.contains('.') || name.contains("::"))
    })
}

/// What stands after the last separator of a path; a path that has `::` has no other separator.
pub fn last_segment(path: &str) -> &str {
    path.rfind(['.', ':']).map_or(path, |at| &path[at + 1..])
}
