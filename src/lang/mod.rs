//! The languages: each turns text into the neutral tree and says how its names work.
//!
//! A language is a folder with `lower.rs` (its grammar) and `names.rs` (its modules, its built-in names).
//! Adding one is adding a folder and a line in [`all`]. Nothing above this module knows a grammar.

use crate::source::Span;
use crate::syntax::{Operator, SyntaxError, Tree};
use crate::version::{Requirement, Version};

pub mod go;
pub mod grammar;
pub mod java;
pub mod javascript;
pub mod lowering;
mod migrations;
pub mod prisma;
pub mod python;
pub mod recover;
pub mod rust;
pub mod sql;
pub mod template;
pub mod zig;

/// What parsing a file gave: always a tree, and what had to be left out of it.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The tree of all that could be parsed.
    pub tree: Tree,
    /// Places that are missing from the tree.
    pub errors: Vec<SyntaxError>,
}

impl Parsed {
    /// A tree without statements, for a text of which nothing could be parsed.
    fn nothing(text: &str, errors: Vec<SyntaxError>) -> Parsed {
        let mut tree = Tree::default();
        let whole = Span::new(0, text.len());
        tree.root = Some(tree.block(&[], whole));
        Parsed { tree, errors }
    }

    /// Nothing, for one reason.
    fn refused(text: &str, message: &str) -> Parsed {
        let span = Span::new(0, text.len());
        Parsed::nothing(text, vec![SyntaxError { span, message: message.to_owned() }])
    }
}

/// A file that names a package or its parts (`Cargo.toml`), read by discovery.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Path relative to the project root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The folder of a path, empty or with a `/` at the end, and the name of the file.
fn folder_of(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

/// The packages of a lock file in TOML: tables `[[package]]` with `name` and `version`, read line by line, for such
/// files are long.
fn locked_packages(folder: &str, text: &str) -> Vec<Requirement> {
    let mut found = Vec::new();
    let mut name = None;
    for line in text.lines() {
        let value = |key: &str| {
            line.strip_prefix(key)?.trim_start().strip_prefix('=').map(|value| value.trim().trim_matches('"'))
        };
        if line.starts_with('[') {
            name = None;
        } else if let Some(own) = value("name") {
            name = Some(own);
        } else if let (Some(own), Some(version)) = (name, value("version").and_then(Version::parse)) {
            found.push(Requirement::new(folder, own, version, true));
            name = None;
        }
    }
    found
}

/// Whether a text has an import, and where it belongs if not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Importing {
    /// It is there.
    Present,
    /// The name that it brings stands for something else.
    Taken,
    /// It is missing: the byte at which it belongs, and the text to insert there.
    Missing(u32, String),
}

/// Qualified names of the types that literals have.
#[derive(Clone, Copy, Debug)]
pub struct LiteralTypes {
    /// `"…"`
    pub string: &'static str,
    /// `b"…"`
    pub bytes: &'static str,
    /// `1`
    pub integer: &'static str,
    /// `1.0`
    pub float: &'static str,
    /// `'a'`
    pub character: &'static str,
    /// `true`
    pub boolean: &'static str,
    /// `None`
    pub null: &'static str,
    /// `[a]`
    pub list: &'static str,
    /// `(a, b)`
    pub tuple: &'static str,
    /// `{a}`
    pub set: &'static str,
    /// `{a: b}`
    pub map: &'static str,
    /// A generator expression.
    pub generator: &'static str,
    /// `a..b`
    pub range: &'static str,
}

impl LiteralTypes {
    /// A language without literals.
    pub const NONE: LiteralTypes = LiteralTypes {
        string: "",
        bytes: "",
        integer: "",
        float: "",
        character: "",
        boolean: "",
        null: "",
        list: "",
        tuple: "",
        set: "",
        map: "",
        generator: "",
        range: "",
    };
}

/// What is fixed about a language.
pub struct Profile {
    /// Its name in rule pages, model folders and messages, in lower case.
    pub name: &'static str,
    /// Other names that pages may call it by in their examples.
    pub other_names: &'static [&'static str],
    /// File extensions, without the dot.
    pub extensions: &'static [&'static str],
    /// Interpreters that a `#!` line may name (`python` also stands for `python3.12`).
    pub interpreters: &'static [&'static str],
    /// File names of manifests that [`Language::modules`] wants to see.
    pub manifests: &'static [&'static str],
    /// What comments start with; the first of them end with their line.
    pub comment_starts: &'static [&'static str],
    /// File names of what [`Language::requirements`] wants to see; `*` stands for any text.
    pub requirement_files: &'static [&'static str],
    /// What stands between the parts of a qualified name.
    pub separator: &'static str,
    /// The name of what a module is as a whole, where it may be a value of its own.
    pub whole_module: Option<&'static str>,
    /// Do the files of one module share its names, as those of a package do?
    pub modules_span_files: bool,
    /// Does a type implement every interface whose methods it has, without saying so?
    pub interfaces_are_structural: bool,
    /// Is a method that the first base of a class lacks looked for in the next, also by `super` in the first?
    pub bases_are_in_line: bool,
    /// May methods of a class share a name, so that what they are given tells which one is called?
    pub has_overloads: bool,
    /// May a field and a method of a class share a name, so that what is read without being called is the field?
    pub fields_hide_methods: bool,
    /// Where a function is called by the method of its interface (`work.run()`): methods that functions have besides.
    /// `None` where it is called by itself.
    pub function_members: Option<&'static [&'static str]>,
    /// May what is taken apart be one value that comes with others which nothing is known of: the first result of a call
    /// that also gives an error?
    pub results_are_parts: bool,
    /// Modules whose names are in scope without an import, in the order of look-up; e.g. `builtins`.
    pub implicit_modules: &'static [&'static str],
    /// Single names that are in scope without an import, sorted, with the qualified names that they stand for (`Vec` is
    /// `std::vec::Vec`).
    pub prelude: &'static [(&'static str, &'static str)],
    /// Do the types that a file imports bring methods for values of other types, as traits do?
    pub imports_bring_methods: bool,
    /// Types of literals.
    pub literal_types: &'static LiteralTypes,
    /// The type of what calling an asynchronous function gives, where that is a value like others before it is awaited.
    pub future_type: Option<&'static str>,
    /// Are the entries of a map its members (`{ a: 1 }.a`)?
    pub entries_are_members: bool,
    /// Does a call of an asynchronous function run it at once, whether or not somebody awaits what it gives?
    pub futures_run_at_once: bool,
    /// The function of a program that runs first, and leads to all that it does.
    pub main_function: Option<&'static str>,
    /// The name under which calling a class finds its constructor, if methods have one (`__init__`).
    pub constructor_member: Option<&'static str>,
    /// The members that give an equal value of one's own, the one that every type may have first.
    pub copy_members: &'static [&'static str],
    /// The member that makes an iterator which gives copies of what another gives.
    pub copying_adapter: Option<&'static str>,
    /// Members of iterators that look at each element and leave most of them, or all, behind.
    pub choosing_members: &'static [&'static str],
    /// Does adding to a text that only a local variable holds make it longer in place?
    pub grows_local_texts_in_place: bool,
    /// The member that tells how many elements a container has.
    pub length_member: Option<&'static str>,
    /// Members that compare their receiver with their argument.
    pub comparing_members: &'static [&'static str],
    /// The member of a value that holds another which gives a value that borrows the one held (`as_ref`).
    pub lending_member: Option<&'static str>,
    /// Bounds of a parameter that take what is borrowed as well as what is given away, as qualified names.
    pub lending_bounds: &'static [&'static str],
    /// The type that a class of the program names as what its values dereference to (`Target`).
    pub dereferenced_type: Option<&'static str>,
    /// The type that a class of the program names as what going through its values gives (`Item`).
    pub element_type: Option<&'static str>,
    /// Notations whose files may belong to its programs.
    pub dialects: &'static [&'static dyn Dialect],
}

impl Profile {
    /// A language that has nothing out of the ordinary, and no name.
    pub const PLAIN: Profile = Profile {
        name: "",
        other_names: &[],
        extensions: &[],
        interpreters: &[],
        manifests: &[],
        comment_starts: &["//", "/*"],
        requirement_files: &[],
        separator: ".",
        whole_module: None,
        modules_span_files: false,
        interfaces_are_structural: false,
        bases_are_in_line: false,
        has_overloads: false,
        fields_hide_methods: false,
        function_members: None,
        results_are_parts: false,
        implicit_modules: &[],
        prelude: &[],
        imports_bring_methods: false,
        literal_types: &LiteralTypes::NONE,
        future_type: None,
        entries_are_members: false,
        futures_run_at_once: false,
        main_function: None,
        constructor_member: None,
        copy_members: &[],
        copying_adapter: None,
        choosing_members: &[],
        grows_local_texts_in_place: false,
        length_member: None,
        comparing_members: &[],
        lending_member: None,
        lending_bounds: &[],
        dereferenced_type: None,
        element_type: None,
        dialects: &[],
    };

    /// Does a file of this name say which versions a project works with?
    pub fn names_requirements(&self, name: &str) -> bool {
        let matches = |pattern: &&&str| match pattern.split_once('*') {
            Some((start, end)) => name.starts_with(start) && name.ends_with(end),
            None => name == **pattern,
        };
        // Most begin with another letter.
        let may_match =
            |pattern: &&&str| pattern.bytes().next().is_none_or(|own| own == b'*' || name.bytes().next() == Some(own));
        self.requirement_files.iter().filter(may_match).any(|pattern| matches(&pattern))
    }

    /// The qualified name of what is in scope without an import.
    pub fn in_prelude(&self, name: &str) -> Option<&'static str> {
        let found = self.prelude.binary_search_by_key(&name, |(short, _)| short).ok()?;
        Some(self.prelude[found].1)
    }

    /// Is this one of its names?
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.other_names.contains(&name)
    }
}

/// A programming language.
pub trait Language: Sync {
    /// What is fixed about it.
    fn profile(&self) -> &'static Profile;

    /// The versions of the language and of libraries that these files require.
    fn requirements(&self, _files: &[Manifest]) -> Vec<Requirement> {
        Vec::new()
    }

    /// Parses a file. Never fails: what is broken is left out and named. Comments are asked for apart: [`parse`].
    fn parse(&self, text: &str) -> Parsed;

    /// All comments of a text, in order.
    fn comments(&self, _text: &str) -> Vec<Span> {
        Vec::new()
    }

    /// Where an import, as the language writes it, belongs so that it holds at a byte of a text. A language that cannot tell
    /// has no fixes that import.
    fn import(&self, _text: &str, _import: &str, _at: u32) -> Importing {
        Importing::Taken
    }

    /// The qualified module name of each file (`app.views`, `my_crate::net::client`), in the order of `paths`
    /// (relative, with `/`). Files that share a name are allowed: the first wins.
    fn modules(&self, paths: &[&str], manifests: &[Manifest]) -> Vec<String>;

    /// Names that a package has for packages of the program, other than their own: the package, as
    /// [`Language::packages_of`] has it, the name, and what it stands for. `paths` are those of [`Language::modules`].
    fn renames(&self, _paths: &[&str], _manifests: &[Manifest]) -> Vec<[String; 3]> {
        Vec::new()
    }

    /// The packages that a module may be of, by its name, the nearest first: of those with renames the first is meant.
    fn packages_of<'m>(&self, module: &'m str) -> Vec<&'m str> {
        module.split([':', '#', '.']).take(1).collect()
    }

    /// A path by the name that its package has itself, where these are the names that others are called by.
    fn renamed(&self, path: &str, renames: &[(String, String)]) -> Option<String> {
        // Most packages have no other names.
        if renames.is_empty() {
            return None;
        }
        let first = path.split(self.profile().separator).next().unwrap_or(path);
        let (name, own) = renames.iter().find(|(name, _)| name == first)?;
        Some([own, &path[name.len()..]].concat())
    }

    /// Does a manifest declare the root of this module a test, example, benchmark or build script?
    fn is_side_module(&self, _module: &str) -> bool {
        false
    }

    /// Is this file's module a package, so that a relative import starts inside it (`__init__.py`, `mod.rs`)?
    fn is_package(&self, path: &str) -> bool;

    /// Where an import or path as written leads, seen from a module: an absolute qualified name.
    /// `level` is that of the import; `names` are as written. Rust's `crate`, `self` and `super` end here.
    fn absolute(&self, module: &str, is_package: bool, level: u32, names: &[&str]) -> String;

    /// The member that an operator calls (`__add__`, and for `op=` `__iadd__`), as model tables write it.
    fn operator_member(&self, _operator: Operator, _assigns: bool) -> Option<&'static str> {
        None
    }

    /// How code spells that it goes through something, for messages.
    fn loop_text(&self, iterable: &str) -> String {
        format!("for … in {iterable}")
    }

    /// How code spells that it works in a context, for messages.
    fn context_text(&self, context: &str) -> String {
        format!("with {context}")
    }

    /// Which type argument of its type a pattern with this constructor takes apart (`Ok` the first, `Err` the
    /// second).
    fn payload(&self, _constructor: &str) -> Option<usize> {
        None
    }

    /// Is a static member of a type with this name its constructor, by convention (`new`, `from`)?
    fn is_constructor_name(&self, _name: &str) -> bool {
        false
    }

    /// Is an external name that nothing is known of a class, by convention (`Capitalised`)?
    fn names_a_type(&self, _name: &str) -> bool {
        false
    }

    /// Does a decorator or attribute, as written (`tokio::test`, `cfg(test)`), mark test code?
    fn marks_test(&self, _decorator: &str) -> bool {
        false
    }

    /// Is this path (relative, with `/`) something that people run by hand, and seldom: a script, a command for
    /// administrators?
    fn is_run_by_hand(&self, _path: &str) -> bool {
        false
    }

    /// Is this path a script: run by hand and by nothing else, as commands that a clock runs too are not?
    fn is_script(&self, path: &str) -> bool {
        self.is_run_by_hand(path)
    }

    /// Is this path named like something that is run once: a script if it runs by itself and nothing imports it?
    fn names_script(&self, _path: &str) -> bool {
        false
    }

    /// Is this path a migration: code that changes the tables of a database once, while others use them?
    fn is_migration(&self, _path: &str) -> bool {
        false
    }

    /// Does this path take a migration back, so that nothing in it has happened?
    fn takes_migration_back(&self, _path: &str) -> bool {
        false
    }

    /// May a file of side code say what the tables of the program are, by its path?
    fn holds_schema(&self, _path: &str) -> bool {
        false
    }

    /// Is this path (relative, with `/`) a test, fixture, example, benchmark, migration or build script?
    fn is_side_code(&self, path: &str) -> bool;
}

/// Parses a file, and finds the comments that speak to laggard.
pub fn parse(language: &dyn Language, text: &str) -> Parsed {
    let mut parsed = language.parse(text);
    // Few files have one, and comments may cost as much as parsing.
    if text.contains(ADDRESSED) {
        let comments = language.comments(text).into_iter();
        parsed.tree.comments = comments.filter(|comment| comment.of(text).contains(ADDRESSED)).collect();
    }
    parsed
}

/// What comments that speak to laggard have in them.
const ADDRESSED: &str = "laggard";

/// A notation whose files belong to the programs of a language: templates. What its names mean is the language's matter.
pub trait Dialect: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The name by which programs speak of the file at this path (relative, with `/`), if it is one.
    fn file_name<'p>(&self, path: &'p str) -> Option<&'p str>;

    /// Are its files a part of any program, and not of those alone that import a library which works on them?
    fn is_read_always(&self) -> bool {
        false
    }

    /// Parses a file. Never fails.
    fn parse(&self, text: &str) -> Parsed;
}

/// All languages, in the order of their names.
pub fn all() -> &'static [&'static dyn Language] {
    &[&go::Go, &java::Java, &javascript::JavaScript, &python::Python, &rust::Rust, &sql::Sql, &zig::Zig]
}

/// Is this the name of a language, or of a dialect of one?
pub fn is_known(name: &str) -> bool {
    find(name).is_some() || all().iter().any(|own| own.profile().dialects.iter().any(|dialect| dialect.name() == name))
}

/// The language with this name, or another name that it goes by, by its place in [`all`].
pub fn find(name: &str) -> Option<usize> {
    all().iter().position(|language| language.profile().is_called(name))
}

#[cfg(test)]
mod tests;
