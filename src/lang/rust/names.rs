//! How Rust's names work: modules from paths and manifests, `crate`/`self`/`super`, the prelude, conventions.
//!
//! The first segment of a qualified name is the crate. A library's is its name; every other root of a package
//! (a binary beside a library, an integration test, an example) has a segment of its own, `name#what`, so that
//! `crate::` can be resolved from the name of a module alone.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::lang::{LiteralTypes, Manifest};
use crate::syntax::Operator;

/// Types of literals.
pub(super) const LITERAL_TYPES: LiteralTypes = LiteralTypes {
    string: "std::str",
    bytes: "std::array",
    integer: "i32",
    float: "f64",
    character: "char",
    boolean: "bool",
    null: "()",
    list: "std::slice",
    tuple: "tuple",
    set: "",
    map: "",
    generator: "",
    range: "std::ops::Range",
};

/// The crate name of files that no manifest, `lib.rs` or `main.rs` claims.
const NAMELESS_CRATE: &str = "project";

/// Crates that belong to the language.
const STANDARD_CRATES: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

// Modules

/// A package: a directory with a manifest that names it.
struct Package {
    /// Its directory, empty or with a `/` at the end.
    directory: String,
    /// The name of its library crate.
    name: String,
    /// Root files, relative to the directory, and the first segment of their modules.
    roots: BTreeMap<String, String>,
    /// The directory that the modules of the main root stand in, with a `/` at the end.
    source: String,
}

/// The module of each path.
pub(super) fn modules(paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
    let known: BTreeSet<&str> = paths.iter().copied().collect();
    let mut packages: Vec<Package> = manifests.par_iter().filter_map(|manifest| package(manifest, &known)).collect();
    packages.extend(packages_without_manifest(paths, &packages));
    // The nearest directory first.
    packages.sort_by_key(|package| std::cmp::Reverse(package.directory.len()));
    paths.iter().map(|path| module(path, &packages)).collect()
}

fn module(path: &str, packages: &[Package]) -> String {
    let package = packages.iter().find(|package| path.starts_with(&package.directory));
    match package {
        Some(package) => module_in(package, &path[package.directory.len()..]),
        None => join_segments(NAMELESS_CRATE, path),
    }
}

fn module_in(package: &Package, path: &str) -> String {
    if let Some(root) = package.roots.get(path) {
        return root.clone();
    }
    // `src/bin/x/…`, `tests/common/…`: modules of a root of their own.
    for (folder, prefix) in
        [("src/bin/", ""), ("tests/", "tests_"), ("examples/", "examples_"), ("benches/", "benches_")]
    {
        let Some(rest) = path.strip_prefix(folder) else { continue };
        let (first, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let root = format!("{}#{prefix}{}", package.name, segment(first));
        return if rest == "main.rs" { root } else { join_segments(&root, rest) };
    }
    match path.strip_prefix(&package.source) {
        Some(rest) => join_segments(&package.name, rest),
        None => match path.split_once('/') {
            Some((folder, rest)) => join_segments(&format!("{}#{}", package.name, segment(folder)), rest),
            None => format!("{}#{}", package.name, segment(path)),
        },
    }
}

/// `a/b.rs` and `a/b/mod.rs` below a root are `root::a::b`.
fn join_segments(root: &str, path: &str) -> String {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let mut module = root.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != "mod") {
        module.push_str("::");
        module.push_str(&part.replace('-', "_"));
    }
    module
}

/// Dependencies that go by another name than their library's own: `parser = { package = "my-parser", … }`.
pub(super) fn renames(manifests: &[Manifest]) -> Vec<[String; 3]> {
    let own = manifests.par_iter().filter(|manifest| manifest.path.ends_with("Cargo.toml"));
    let tables: Vec<toml::Table> = own.filter_map(|manifest| manifest.text.parse().ok()).collect();
    let crates: BTreeMap<&str, String> = tables.iter().filter_map(library_of).collect();
    // Of several workspaces the first has its way.
    let shared: BTreeMap<&str, &str> = tables.iter().rev().flat_map(shared_renames).collect();
    let mut renames = Vec::new();
    for table in &tables {
        let Some((_, own)) = library_of(table) else { continue };
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, dependency) in table.get(kind).and_then(|kind| kind.as_table()).into_iter().flatten() {
                let is_shared = dependency.get("workspace").and_then(|shared| shared.as_bool()) == Some(true);
                let written = dependency.get("package").and_then(|package| package.as_str());
                let written = written.or_else(|| if is_shared { shared.get(name.as_str()).copied() } else { None });
                if let Some(written) = written {
                    let library = crates.get(written).cloned().unwrap_or_else(|| written.replace('-', "_"));
                    renames.push([own.clone(), name.replace('-', "_"), library]);
                }
            }
        }
    }
    renames
}

/// Dependencies that a workspace has for its packages under another name than their own: both names.
fn shared_renames(table: &toml::Table) -> impl Iterator<Item = (&str, &str)> {
    let dependencies = table.get("workspace").and_then(|workspace| workspace.get("dependencies")?.as_table());
    let renamed = |(name, dependency)| Some((String::as_str(name), toml::Value::get(dependency, "package")?.as_str()?));
    dependencies.into_iter().flatten().filter_map(renamed)
}

/// The name of the package of a manifest, and that of its library.
fn library_of(table: &toml::Table) -> Option<(&str, String)> {
    let written = table.get("package")?.get("name")?.as_str()?;
    let library = table.get("lib").and_then(|library| library.get("name")?.as_str());
    Some((written, library.unwrap_or(written).replace('-', "_")))
}

fn segment(file: &str) -> String {
    file.strip_suffix(".rs").unwrap_or(file).replace('-', "_")
}

/// The package of a manifest, or `None` for one that only makes a workspace.
fn package(manifest: &Manifest, known: &BTreeSet<&str>) -> Option<Package> {
    let directory = manifest.path.strip_suffix("Cargo.toml")?.to_owned();
    let table: toml::Table = manifest.text.parse().ok()?;
    let written = table.get("package")?.get("name")?.as_str()?;
    let library = table.get("lib");
    let text_in = |value: Option<&toml::Value>, key: &str| Some(value?.get(key)?.as_str()?.to_owned());
    let mut name = text_in(library, "name").unwrap_or_else(|| written.to_owned()).replace('-', "_");
    if STANDARD_CRATES.contains(&name.as_str()) {
        // A stand-in for tests: nobody else means it by this name.
        name.push_str("#own");
    }
    let library = text_in(library, "path").unwrap_or_else(|| "src/lib.rs".to_owned());
    let exists = |path: &str| known.contains(format!("{directory}{path}").as_str());

    let mut roots = BTreeMap::new();
    let mut main = exists(&library).then_some(library);
    if exists("src/main.rs") {
        main.get_or_insert_with(|| "src/main.rs".to_owned());
        roots.insert("src/main.rs".to_owned(), format!("{name}#main"));
    }
    for (kind, prefix) in [("bin", ""), ("test", "tests_"), ("example", "examples_"), ("bench", "benches_")] {
        let targets = table.get(kind).and_then(|targets| targets.as_array()).into_iter().flatten();
        for target in targets {
            let (Some(target), Some(path)) = (text_in(Some(target), "name"), text_in(Some(target), "path")) else {
                continue;
            };
            if kind == "bin" && exists(&path) {
                main.get_or_insert_with(|| path.clone());
            }
            roots.entry(path).or_insert_with(|| format!("{name}#{prefix}{}", segment(&target)));
        }
    }
    let build = table.get("package")?.get("build").and_then(|path| path.as_str()).unwrap_or("build.rs");
    roots.insert(build.to_owned(), format!("{name}#build"));
    let main = main.unwrap_or_else(|| "src/lib.rs".to_owned());
    let source = main.rfind('/').map_or(String::new(), |at| main[..=at].to_owned());
    roots.insert(main, name.clone());
    Some(Package { directory, name, roots, source })
}

/// Directories with a `lib.rs` or `main.rs` outside of all packages.
fn packages_without_manifest(paths: &[&str], packages: &[Package]) -> Vec<Package> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in paths {
        let (directory, file) = path.rfind('/').map_or(("", *path), |at| path.split_at(at + 1));
        let is_root = matches!(file, "lib.rs" | "main.rs");
        if is_root && !packages.iter().any(|package| path.starts_with(&package.directory)) {
            found.entry(directory.to_owned()).or_default().insert(file);
        }
    }
    let packages = found.into_iter().map(|(directory, files)| {
        let name = directory_name(&directory);
        let mut roots = BTreeMap::new();
        if files.contains("main.rs") {
            roots.insert("main.rs".to_owned(), format!("{name}#main"));
        }
        let main = if files.contains("lib.rs") { "lib.rs" } else { "main.rs" };
        roots.insert(main.to_owned(), name.clone());
        Package { directory, name, roots, source: String::new() }
    });
    packages.collect()
}

/// The name of a directory; that of its parent for `src/`.
fn directory_name(directory: &str) -> String {
    let mut parts = directory.trim_end_matches('/').rsplit('/').filter(|part| *part != "src" && !part.is_empty());
    parts.next().map_or_else(|| NAMELESS_CRATE.to_owned(), segment)
}

/// Do the children of this file's module stand beside it?
pub(super) fn is_package(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("mod.rs" | "lib.rs" | "main.rs"))
}

/// Where a path as written leads, seen from a module.
pub(super) fn absolute(module: &str, names: &[&str]) -> String {
    let mut parts: Vec<&str>;
    let mut rest = names;
    match names.first() {
        Some(&"crate") => {
            parts = module.split("::").take(1).collect();
            rest = &rest[1..];
        }
        Some(&"self" | &"super") => {
            parts = module.split("::").collect();
            while let Some((first @ (&"self" | &"super"), after)) = rest.split_first() {
                if *first == "super" && parts.len() > 1 {
                    parts.pop();
                }
                rest = after;
            }
        }
        Some(&"core" | &"alloc") => {
            parts = vec!["std"];
            rest = &rest[1..];
        }
        _ => parts = Vec::new(),
    }
    parts.extend(rest);
    parts.join("::")
}

// Built-in names

/// In the order of their names.
pub(super) const PRELUDE: &[(&str, &str)] = &[
    ("AsMut", "std::convert::AsMut"),
    ("AsRef", "std::convert::AsRef"),
    ("AsyncFn", "std::ops::AsyncFn"),
    ("AsyncFnMut", "std::ops::AsyncFnMut"),
    ("AsyncFnOnce", "std::ops::AsyncFnOnce"),
    ("Box", "std::boxed::Box"),
    ("Clone", "std::clone::Clone"),
    ("Copy", "std::marker::Copy"),
    ("Debug", "std::fmt::Debug"),
    ("Default", "std::default::Default"),
    ("DoubleEndedIterator", "std::iter::DoubleEndedIterator"),
    ("Drop", "std::ops::Drop"),
    ("Eq", "std::cmp::Eq"),
    ("Err", "std::result::Result::Err"),
    ("ExactSizeIterator", "std::iter::ExactSizeIterator"),
    ("Extend", "std::iter::Extend"),
    ("Fn", "std::ops::Fn"),
    ("FnMut", "std::ops::FnMut"),
    ("FnOnce", "std::ops::FnOnce"),
    ("From", "std::convert::From"),
    ("FromIterator", "std::iter::FromIterator"),
    ("Future", "std::future::Future"),
    ("Hash", "std::hash::Hash"),
    ("Into", "std::convert::Into"),
    ("IntoFuture", "std::future::IntoFuture"),
    ("IntoIterator", "std::iter::IntoIterator"),
    ("Iterator", "std::iter::Iterator"),
    ("None", "std::option::Option::None"),
    ("Ok", "std::result::Result::Ok"),
    ("Option", "std::option::Option"),
    ("Ord", "std::cmp::Ord"),
    ("PartialEq", "std::cmp::PartialEq"),
    ("PartialOrd", "std::cmp::PartialOrd"),
    ("Result", "std::result::Result"),
    ("Send", "std::marker::Send"),
    ("Sized", "std::marker::Sized"),
    ("Some", "std::option::Option::Some"),
    ("String", "std::string::String"),
    ("Sync", "std::marker::Sync"),
    ("ToOwned", "std::borrow::ToOwned"),
    ("ToString", "std::string::ToString"),
    ("TryFrom", "std::convert::TryFrom"),
    ("TryInto", "std::convert::TryInto"),
    ("Unpin", "std::marker::Unpin"),
    ("Vec", "std::vec::Vec"),
    ("align_of", "std::mem::align_of"),
    ("align_of_val", "std::mem::align_of_val"),
    ("assert!", "std::assert!"),
    ("assert_eq!", "std::assert_eq!"),
    ("assert_ne!", "std::assert_ne!"),
    ("bool", "bool"),
    ("cfg!", "std::cfg!"),
    ("char", "char"),
    ("column!", "std::column!"),
    ("compile_error!", "std::compile_error!"),
    ("concat!", "std::concat!"),
    ("dbg!", "std::dbg!"),
    ("debug_assert!", "std::debug_assert!"),
    ("debug_assert_eq!", "std::debug_assert_eq!"),
    ("debug_assert_ne!", "std::debug_assert_ne!"),
    ("drop", "std::mem::drop"),
    ("env!", "std::env!"),
    ("eprint!", "std::eprint!"),
    ("eprintln!", "std::eprintln!"),
    ("f32", "f32"),
    ("f64", "f64"),
    ("file!", "std::file!"),
    ("format!", "std::format!"),
    ("format_args!", "std::format_args!"),
    ("i128", "i128"),
    ("i16", "i16"),
    ("i32", "i32"),
    ("i64", "i64"),
    ("i8", "i8"),
    ("include!", "std::include!"),
    ("include_bytes!", "std::include_bytes!"),
    ("include_str!", "std::include_str!"),
    ("isize", "isize"),
    ("line!", "std::line!"),
    ("matches!", "std::matches!"),
    ("module_path!", "std::module_path!"),
    ("option_env!", "std::option_env!"),
    ("panic!", "std::panic!"),
    ("print!", "std::print!"),
    ("println!", "std::println!"),
    ("size_of", "std::mem::size_of"),
    ("size_of_val", "std::mem::size_of_val"),
    ("str", "std::str"),
    ("stringify!", "std::stringify!"),
    ("thread_local!", "std::thread_local!"),
    ("todo!", "std::todo!"),
    ("u128", "u128"),
    ("u16", "u16"),
    ("u32", "u32"),
    ("u64", "u64"),
    ("u8", "u8"),
    ("unimplemented!", "std::unimplemented!"),
    ("unreachable!", "std::unreachable!"),
    ("usize", "usize"),
    ("vec!", "std::vec!"),
    ("write!", "std::write!"),
    ("writeln!", "std::writeln!"),
];

/// Operators as model tables write them.
pub(super) fn operator_member(operator: Operator, assigns: bool) -> Option<&'static str> {
    let (plain, assigning) = match operator {
        Operator::Add => ("+", "+="),
        Operator::Subtract => ("-", "-="),
        Operator::Multiply => ("*", "*="),
        Operator::Divide => ("/", "/="),
        Operator::Modulo => ("%", "%="),
        Operator::BitOr => ("|", "|="),
        Operator::BitAnd => ("&", "&="),
        _ => return None,
    };
    Some(if assigns { assigning } else { plain })
}

// Conventions

/// Names that by convention give a new value of their type.
pub(super) fn is_constructor_name(name: &str) -> bool {
    matches!(name, "new" | "default" | "from") || name.starts_with("with_") || name.starts_with("from_")
}

/// `UpperCamelCase`, and not `SCREAMING_CASE`.
pub(super) fn names_a_type(name: &str) -> bool {
    let is_single = name.len() == 1;
    name.starts_with(|first: char| first.is_uppercase())
        && (is_single || name.contains(|letter: char| letter.is_lowercase()))
        && !name.contains('_')
        && !name.ends_with('!')
}

/// Tests, benchmarks, examples, fuzz targets and build scripts.
pub(super) fn is_side_code(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or("");
    parts.any(|folder| matches!(folder, "tests" | "benches" | "examples" | "fuzz" | "fuzz_targets"))
        || matches!(file, "build.rs" | "tests.rs" | "test.rs")
        || file.ends_with("_test.rs")
        || file.ends_with("_tests.rs")
        || file.starts_with("test_")
}

/// Is the root of a module a test, benchmark, example or build script of its package?
pub(super) fn is_side_module(module: &str) -> bool {
    let root = module.split("::").next().unwrap_or(module);
    root.split_once('#').is_some_and(|(_, root)| {
        root == "build" || ["tests_", "examples_", "benches_"].iter().any(|kind| root.starts_with(kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::lang::rust::Rust;

    fn in_prelude(name: &str) -> Option<&'static str> {
        Rust.profile().in_prelude(name)
    }

    fn modules_of(paths: &[&str], manifests: &[(&str, &str)]) -> Vec<String> {
        modules(paths, &crate::lang::tests::manifests(manifests))
    }

    #[test]
    fn the_prelude_is_sorted() {
        assert!(PRELUDE.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(in_prelude("Vec"), Some("std::vec::Vec"));
        assert_eq!(in_prelude("println!"), Some("std::println!"));
        assert_eq!(in_prelude("nothing"), None);
    }

    #[test]
    fn a_library_with_binaries_and_tests() {
        let paths = [
            "Cargo.toml.rs",
            "src/lib.rs",
            "src/main.rs",
            "src/net/mod.rs",
            "src/net/http-client.rs",
            "src/bin/tool.rs",
            "src/bin/big/main.rs",
            "src/bin/big/part.rs",
            "tests/api.rs",
            "tests/common/mod.rs",
            "benches/speed.rs",
            "build.rs",
            "scripts/x.rs",
        ];
        assert_eq!(
            modules_of(&paths, &[("Cargo.toml", "[package]\nname = \"my-app\"")])[1..],
            [
                "my_app",
                "my_app#main",
                "my_app::net",
                "my_app::net::http_client",
                "my_app#tool",
                "my_app#big",
                "my_app#big::part",
                "my_app#tests_api",
                "my_app#tests_common",
                "my_app#benches_speed",
                "my_app#build",
                "my_app#scripts::x",
            ]
        );
    }

    #[test]
    fn a_binary_alone_is_the_crate() {
        let paths = ["a/src/main.rs", "a/src/db.rs", "b/lib.rs", "b/x.rs"];
        let manifests = [
            ("a/Cargo.toml", "[package]\nname = \"a\""),
            ("b/Cargo.toml", "[package]\nname = \"bee\"\n[lib]\nname = \"b_core\"\npath = \"lib.rs\""),
            ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]"),
        ];
        assert_eq!(modules_of(&paths, &manifests), ["a", "a::db", "b_core", "b_core::x"]);
    }

    #[test]
    fn binaries_with_paths_are_roots() {
        let manifest = "[package]\nname = \"x\"\n[[bin]]\nname = \"cli\"\npath = \"src/cli.rs\"\n[[bin]]\nname = \"other\"\npath = \"src/other.rs\"";
        let paths = ["src/cli.rs", "src/other.rs", "src/shared.rs"];
        assert_eq!(modules_of(&paths, &[("Cargo.toml", manifest)]), ["x", "x#other", "x::shared"]);
    }

    #[test]
    fn without_a_manifest_the_directory_is_the_crate() {
        assert_eq!(modules_of(&["app/src/main.rs", "app/src/a/b.rs"], &[]), ["app", "app::a::b"]);
        assert_eq!(modules_of(&["main.rs", "db.rs"], &[]), ["project", "project::db"]);
        assert_eq!(modules_of(&["x.rs"], &[]), ["project::x"]);
    }

    #[test]
    fn paths_become_absolute() {
        assert_eq!(absolute("a#main::b::c", &["crate", "x"]), "a#main::x");
        assert_eq!(absolute("a::b", &["self", "x"]), "a::b::x");
        assert_eq!(absolute("a::b::c", &["super", "super", "x", "y"]), "a::x::y");
        assert_eq!(absolute("a", &["super", "x"]), "a::x");
        assert_eq!(absolute("a", &["core", "fmt"]), "std::fmt");
        assert_eq!(absolute("a", &["serde", "Serialize"]), "serde::Serialize");
        assert_eq!(absolute("a::b", &["self"]), "a::b");
        assert_eq!(absolute("a", &[]), "");
    }

    #[test]
    fn conventions() {
        assert!(
            is_constructor_name("from_utf8") && is_constructor_name("with_capacity") && !is_constructor_name("open")
        );
        assert!(names_a_type("HttpClient") && names_a_type("T") && !names_a_type("MAX_SIZE") && !names_a_type("read"));
        assert!(is_side_code("a/tests/x.rs") && is_side_code("build.rs") && is_side_code("src/db_test.rs"));
        assert!(!is_side_code("src/attest.rs"));
    }
}
