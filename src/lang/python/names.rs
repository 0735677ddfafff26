//! Python's names: which module a file is, where an import leads, what is built in.
//!
//! Knows paths and conventions, and nothing of what stands in a file except that manifests exist.

use rustc_hash::FxHashSet;

use crate::lang::{LiteralTypes, Manifest};
use crate::syntax::Operator;

/// Files that stand at the root of a project.
pub const MANIFESTS: &[&str] = &["pyproject.toml", "setup.cfg", "setup.py"];

/// Types of literals.
pub const LITERAL_TYPES: LiteralTypes = LiteralTypes {
    string: "builtins.str",
    bytes: "builtins.bytes",
    integer: "builtins.int",
    float: "builtins.float",
    character: "builtins.str",
    boolean: "builtins.bool",
    null: "builtins.None",
    list: "builtins.list",
    tuple: "builtins.tuple",
    set: "builtins.set",
    map: "builtins.dict",
    generator: "builtins.generator",
    range: "builtins.range",
};

/// Folders by the name of which an import path never goes.
const SOURCE_FOLDERS: &[&str] = &["src", "lib"];

const SIDE_FOLDERS: &[&str] = &[
    "tests",
    "test",
    "testing",
    "pytest",
    "migrations",
    "alembic",
    "fixtures",
    "examples",
    "benchmarks",
    "benches",
    "docs",
    "seeds",
    "seeders",
];

const SIDE_FILES: &[&str] = &["conftest.py", "setup.py", "noxfile.py", "tests.py", "seed.py", "seeds.py"];

/// Folders of what people run by hand: scripts, and commands for administrators.
const HAND_FOLDERS: &[&str] = &["scripts", "_scripts", "script", "bin", "tools", "devtools", COMMAND_FOLDER];

/// The folder of commands for administrators, which a clock often runs.
const COMMAND_FOLDER: &str = "management";

/// Files of that kind.
const HAND_FILES: &[&str] = &["manage.py", "fabfile.py"];

/// Folders of changes to the tables of a database.
const MIGRATION_FOLDERS: &[&str] = &["migrations", "alembic"];

/// The folder of a path; empty at the top.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Is this file the package of its folder?
pub fn is_package(path: &str) -> bool {
    matches!(file_name(path), "__init__.py" | "__init__.pyw")
}

/// The module name of each file.
pub fn modules(paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
    let packages: FxHashSet<&str> = paths.iter().filter(|path| is_package(path)).map(|path| folder(path)).collect();
    let mut roots: FxHashSet<&str> = manifests.iter().map(|manifest| folder(&manifest.path)).collect();
    roots.extend(packages.iter().map(|package| package_root(package, &packages)));
    paths.iter().map(|path| module(path, &packages, &roots)).collect()
}

/// The folder that holds the outermost package around a package.
fn package_root<'a>(package: &'a str, packages: &FxHashSet<&str>) -> &'a str {
    let mut at = package;
    while !at.is_empty() && packages.contains(at) {
        at = folder(at);
    }
    at
}

fn module(path: &str, packages: &FxHashSet<&str>, roots: &FxHashSet<&str>) -> String {
    let own = folder(path);
    let root = if packages.contains(own) { package_root(own, packages) } else { namespace_root(own, roots) };
    let inside = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
    let stem = inside.rsplit_once('.').map_or(inside, |(stem, _)| stem);
    let stem = match stem.strip_suffix("__init__") {
        Some(package) if package.ends_with('/') => package.trim_end_matches('/'),
        _ => stem,
    };
    stem.replace('/', ".")
}

/// The nearest folder, from this one up, at which import paths seem to start.
fn namespace_root<'a>(own: &'a str, roots: &FxHashSet<&str>) -> &'a str {
    let mut at = own;
    while !at.is_empty() && !roots.contains(at) && !SOURCE_FOLDERS.contains(&file_name(at)) {
        at = folder(at);
    }
    at
}

/// Where an import leads, seen from a module.
pub fn absolute(module: &str, is_package: bool, level: u32, names: &[&str]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    if level > 0 {
        parts.extend(module.split('.').filter(|part| !part.is_empty()));
        let up = level as usize - usize::from(is_package);
        parts.truncate(parts.len().saturating_sub(up));
    }
    parts.extend(names);
    parts.join(".")
}

/// The method behind an operator.
pub fn operator_member(operator: Operator, assigns: bool) -> Option<&'static str> {
    Some(match (operator, assigns) {
        (Operator::Add, false) => "__add__",
        (Operator::Add, true) => "__iadd__",
        (Operator::Subtract, false) => "__sub__",
        (Operator::Subtract, true) => "__isub__",
        (Operator::Multiply, false) => "__mul__",
        (Operator::Multiply, true) => "__imul__",
        (Operator::BitOr, false) => "__or__",
        (Operator::BitOr, true) => "__ior__",
        (Operator::BitAnd, false) => "__and__",
        (Operator::BitAnd, true) => "__iand__",
        (Operator::Modulo, false) => "__mod__",
        (Operator::Modulo, true) => "__imod__",
        _ => return None,
    })
}

/// `Capitalised`, but not a CONSTANT; a single capital is a type.
pub fn names_a_type(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    let mut letters = name.chars();
    letters.next().is_some_and(char::is_uppercase) && (name.chars().count() == 1 || letters.any(char::is_lowercase))
}

/// Is this path something that production does not run?
pub fn is_side_code(path: &str) -> bool {
    let name = file_name(path);
    folder(path).split('/').any(|part| SIDE_FOLDERS.contains(&part))
        || SIDE_FILES.contains(&name)
        || (name.starts_with("test_") && name.ends_with(".py"))
        || name.ends_with("_test.py")
}

/// Is this path something that people run by hand?
pub fn is_run_by_hand(path: &str) -> bool {
    folder(path).split('/').any(|part| HAND_FOLDERS.contains(&part)) || HAND_FILES.contains(&file_name(path))
}

/// Is this path something that people run by hand, and nothing else does?
pub fn is_script(path: &str) -> bool {
    is_run_by_hand(path) && !folder(path).split('/').any(|part| part == COMMAND_FOLDER)
}

/// Is this path a change to the tables of a database?
pub fn is_migration(path: &str) -> bool {
    folder(path).split('/').any(|part| MIGRATION_FOLDERS.contains(&part))
}

/// Does a decorator, as it is written, mark code of tests?
pub fn marks_test(decorator: &str) -> bool {
    // `pytest.fixture`, `pytest_asyncio.fixture(scope="module")`, `fixture` imported by name.
    let path = decorator.split('(').next().unwrap_or(decorator);
    path == "fixture" || path.starts_with("pytest.") || path.starts_with("pytest") && path.ends_with(".fixture")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(paths: &[&str], manifests: &[&str]) -> Vec<String> {
        let manifests: Vec<Manifest> =
            manifests.iter().map(|path| Manifest { path: path.to_string(), text: String::new() }).collect();
        modules(paths, &manifests)
    }

    #[test]
    fn packages_start_at_the_outermost_init() {
        let paths = ["src/app/__init__.py", "src/app/db.py", "src/app/web/__init__.py", "src/app/web/views.py"];
        assert_eq!(named(&paths, &[]), ["app", "app.db", "app.web", "app.web.views"]);
        assert_eq!(named(&["app/__init__.py", "app/__main__.py"], &[]), ["app", "app.__main__"]);
    }

    #[test]
    fn files_without_packages_start_at_what_looks_like_a_root() {
        assert_eq!(named(&["manage.py", "tools/report.py"], &[]), ["manage", "tools.report"]);
        assert_eq!(named(&["src/google/cloud.py"], &[]), ["google.cloud"]);
        assert_eq!(named(&["libs/a/pkg/x.py"], &["libs/a/pyproject.toml"]), ["pkg.x"]);
        assert_eq!(named(&["site/app/__init__.py", "site/manage.py"], &[]), ["app", "manage"]);
        assert_eq!(named(&["__init__.py", "db.py"], &[]), ["__init__", "db"]);
    }

    #[test]
    fn relative_imports_start_in_the_package() {
        assert_eq!(absolute("app.web.views", false, 0, &["json"]), "json");
        assert_eq!(absolute("app.web.views", false, 1, &["forms", "F"]), "app.web.forms.F");
        assert_eq!(absolute("app.web", true, 1, &["forms"]), "app.web.forms");
        assert_eq!(absolute("app.web.views", false, 2, &["db"]), "app.db");
        assert_eq!(absolute("app.web", true, 2, &["db"]), "app.db");
        assert_eq!(absolute("app", false, 9, &["db"]), "db");
    }

    #[test]
    fn conventions() {
        assert!(names_a_type("Session") && names_a_type("T") && names_a_type("_Base") && names_a_type("HTTPError"));
        assert!(!names_a_type("MAX_SIZE") && !names_a_type("session") && !names_a_type("") && !names_a_type("_"));
        assert!(is_side_code("app/tests/helpers.py") && is_side_code("test_x.py") && is_side_code("a/b/c_test.py"));
        assert!(is_side_code("app/migrations/0001_initial.py") && is_side_code("setup.py"));
        assert!(is_run_by_hand("app/management/commands/load.py") && !is_run_by_hand("app/manager.py"));
        assert!(is_migration("alembic/versions/a1.py") && !is_migration("app/models.py"));
        assert!(!is_side_code("app/factories.py") && !is_side_code("app/contest.py") && !is_side_code("scripts/x.py"));
    }
}
