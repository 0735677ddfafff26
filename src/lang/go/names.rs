//! Go's names: which package a file belongs to, by folders and `go.mod`, and what is built in.
//!
//! Knows paths, manifests and conventions, and nothing of what stands in a file.

use crate::lang::{LiteralTypes, Manifest, folder_of};
use crate::syntax::Operator;

/// The member that names what a defined type is made of; no name of a program has a space.
pub(super) const UNDERLYING: &str = "underlying type";

/// Types of literals.
pub(super) const LITERAL_TYPES: LiteralTypes = LiteralTypes {
    string: "builtin.string",
    bytes: "",
    integer: "builtin.int",
    float: "builtin.float64",
    character: "builtin.rune",
    boolean: "builtin.bool",
    null: "builtin.nil",
    list: "builtin.slice",
    tuple: "builtin.tuple",
    set: "",
    map: "builtin.map",
    generator: "",
    range: "builtin.range",
};

/// What is built in, in the order of names. `go` and `func` are what starting a goroutine and calling a function literal
/// in its place are lowered to.
pub(super) const PRELUDE: &[(&str, &str)] = &[
    ("[]byte", "builtin.[]byte"),
    ("[]rune", "builtin.[]rune"),
    ("append", "builtin.append"),
    ("bool", "builtin.bool"),
    ("byte", "builtin.byte"),
    ("cap", "builtin.cap"),
    ("chan", "builtin.chan"),
    ("clear", "builtin.clear"),
    ("close", "builtin.close"),
    ("comparable", "builtin.comparable"),
    ("complex", "builtin.complex"),
    ("complex128", "builtin.complex128"),
    ("complex64", "builtin.complex64"),
    ("copy", "builtin.copy"),
    ("delete", "builtin.delete"),
    ("error", "builtin.error"),
    ("float32", "builtin.float32"),
    ("float64", "builtin.float64"),
    ("func", "builtin.func"),
    ("go", "builtin.go"),
    ("int", "builtin.int"),
    ("int16", "builtin.int16"),
    ("int32", "builtin.int32"),
    ("int64", "builtin.int64"),
    ("int8", "builtin.int8"),
    ("len", "builtin.len"),
    ("make", "builtin.make"),
    ("map", "builtin.map"),
    ("max", "builtin.max"),
    ("min", "builtin.min"),
    ("new", "builtin.new"),
    ("panic", "builtin.panic"),
    ("print", "builtin.print"),
    ("println", "builtin.println"),
    ("recover", "builtin.recover"),
    ("rune", "builtin.rune"),
    ("string", "builtin.string"),
    ("uint", "builtin.uint"),
    ("uint16", "builtin.uint16"),
    ("uint32", "builtin.uint32"),
    ("uint64", "builtin.uint64"),
    ("uint8", "builtin.uint8"),
    ("uintptr", "builtin.uintptr"),
];

/// Functions of the standard library that work on their first argument as methods do on their receiver: package paths, and
/// the functions (none: all).
const CALLED_ON_FIRST: &[(&str, &[&str])] = &[
    ("slices", &[]),
    ("golang.org/x/exp/slices", &[]),
    ("sort", &["Float64s", "Ints", "Slice", "SliceStable", "Strings"]),
];

/// Does this function of a package work on its first argument?
pub(super) fn is_called_on_first(package: &str, function: &str) -> bool {
    let mut known = CALLED_ON_FIRST.iter().filter(|(path, _)| *path == package);
    known.any(|(_, functions)| functions.is_empty() || functions.contains(&function))
}

/// Operators as model tables write them.
pub(super) fn operator_member(operator: Operator, assigns: bool) -> Option<&'static str> {
    match (operator, assigns) {
        (Operator::Add, false) => Some("+"),
        (Operator::Add, true) => Some("+="),
        _ => None,
    }
}

/// The names by which a package may be known to a file that imports it without saying one: the last part of its path,
/// without its version and what says that it is Go.
pub(super) fn package_names(path: &str) -> Vec<String> {
    let mut parts = path.rsplit('/');
    let mut last = parts.next().unwrap_or(path);
    if is_version(last)
        && let Some(before) = parts.next()
    {
        last = before;
    }
    if let Some((name, version)) = last.rsplit_once('.')
        && is_version(version)
    {
        last = name;
    }
    let is_plain =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if is_plain(last) {
        return vec![last.to_owned()];
    }
    let mut names = vec![last.replace(['-', '.'], ""), last.replace(['-', '.'], "_")];
    let words = last.split(['-', '.']).filter(|word| is_plain(word) && !matches!(*word, "go" | "golang"));
    names.extend(words.map(str::to_owned));
    names.dedup();
    names
}

/// `v2`
fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The package of each file: the path of the nearest module above it, and the folders from there.
pub(super) fn modules(paths: &[&str], manifests: &[Manifest]) -> Vec<String> {
    let mut roots: Vec<(&str, &str)> = manifests
        .iter()
        .filter_map(|manifest| Some((folder_of(&manifest.path).0, module_path(&manifest.text)?)))
        .collect();
    // The deepest first.
    roots.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
    paths.iter().map(|path| package(path, &roots)).collect()
}

fn package(path: &str, roots: &[(&str, &str)]) -> String {
    let folder = folder_of(path).0;
    let root = roots.iter().find(|(root, _)| folder.starts_with(root));
    let (module, inside) = root.map_or(("", folder), |(root, module)| (*module, &folder[root.len()..]));
    let inside = inside.trim_end_matches('/');
    match (module, inside) {
        ("", "") => "main".to_owned(),
        ("", inside) => inside.to_owned(),
        (module, "") => module.to_owned(),
        (module, inside) => format!("{module}/{inside}"),
    }
}

/// The path that a `go.mod` gives its module.
fn module_path(text: &str) -> Option<&str> {
    let line = text.lines().map(str::trim).find_map(|line| line.strip_prefix("module"))?;
    let path = line.trim().split("//").next()?.trim().trim_matches('"');
    (!path.is_empty() && line.starts_with([' ', '\t'])).then_some(path)
}

/// Where an import leads: imports are absolute.
pub(super) fn absolute(names: &[&str]) -> String {
    names.join(".")
}

/// Tests, examples, fixtures, code of others, and what changes the tables of a database once.
pub(super) fn is_side_code(path: &str) -> bool {
    let (folder, file) = folder_of(path);
    let is_side = |part| {
        matches!(
            part,
            "testdata"
                | "test"
                | "tests"
                | "e2e"
                | "examples"
                | "example"
                | "_examples"
                | "fake"
                | "fakes"
                | "fixtures"
                | "testutil"
                | "testutils"
                | "testing"
                | "vendor"
                | "third_party"
                | "hack"
        ) || part.starts_with("mock")
            || part.ends_with("mock")
            || part.ends_with("mocks")
            || part.ends_with("tests")
    };
    file.ends_with("_test.go")
        || file.ends_with("_mock.go")
        || file.starts_with("mock_")
        || file.ends_with("_fixtures.go")
        || folder.split('/').any(is_side)
        || is_migration(path)
}

/// Scripts and tools.
pub(super) fn is_run_by_hand(path: &str) -> bool {
    let folder = folder_of(path).0;
    folder.split('/').any(|part| matches!(part, "scripts" | "script" | "tools" | "magefiles")) || is_migration(path)
}

/// Changes to the tables of a database.
pub(super) fn is_migration(path: &str) -> bool {
    let (folder, file) = folder_of(path);
    let name = file.strip_suffix(".go").unwrap_or(file);
    let is_migration = |part| matches!(part, "migrations" | "migration");
    let is_tool = |part| matches!(part, "migrate" | "migrator" | "upgrade");
    // What moves somebody's data from one place to another may be called so, too; changes to tables are numbered.
    let is_numbered = name.trim_start_matches('v').starts_with(|letter: char| letter.is_ascii_digit())
        || name.split('_').any(|part| part.len() > 2 && part.bytes().all(|letter| letter.is_ascii_digit()));
    folder.split('/').any(|part| is_migration(part) || is_numbered && is_tool(part))
        || is_migration(name)
        || is_dated(name)
        || matches!(name, "migrate" | "migrator" | "upgrade")
}

/// Does a name begin with a day, as tools for migrations number their files: `20240229101500_add_orders`?
fn is_dated(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let number = |from: usize, to: usize| name[from..to].parse::<u32>().unwrap_or(0);
    digits >= 8
        && (1990..2100).contains(&number(0, 4))
        && (1..=12).contains(&number(4, 6))
        && (1..=31).contains(&number(6, 8))
        && name[digits..].starts_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::lang::go::Go;

    fn in_prelude(name: &str) -> Option<&'static str> {
        Go.profile().in_prelude(name)
    }

    fn named(paths: &[&str], manifests: &[(&str, &str)]) -> Vec<String> {
        modules(paths, &crate::lang::tests::manifests(manifests))
    }

    #[test]
    fn the_prelude_is_sorted() {
        assert!(PRELUDE.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(in_prelude("string"), Some("builtin.string"));
        assert_eq!(in_prelude("strings"), None);
    }

    #[test]
    fn packages_are_folders_below_the_nearest_module() {
        let manifests = [
            ("go.mod", "// A comment.\nmodule example.com/shop // more\n\ngo 1.22\n"),
            ("tools/go.mod", "module \"example.com/tools\"\n"),
            ("broken/go.mod", "modules\n"),
        ];
        let paths = ["main.go", "db/orders.go", "db/internal/sql.go", "tools/gen/gen.go", "broken/x.go"];
        assert_eq!(
            named(&paths, &manifests),
            [
                "example.com/shop",
                "example.com/shop/db",
                "example.com/shop/db/internal",
                "example.com/tools/gen",
                "example.com/shop/broken"
            ]
        );
        assert_eq!(named(&["main.go", "db/orders.go"], &[]), ["main", "db"]);
    }

    #[test]
    fn packages_are_known_by_the_last_part_of_their_path() {
        assert_eq!(package_names("database/sql"), ["sql"]);
        assert_eq!(package_names("github.com/jackc/pgx/v5"), ["pgx"]);
        assert_eq!(package_names("gopkg.in/yaml.v3"), ["yaml"]);
        assert!(package_names("github.com/redis/go-redis/v9").contains(&"redis".to_owned()));
        assert!(package_names("github.com/mattn/go-sqlite3").contains(&"sqlite3".to_owned()));
        assert_eq!(package_names(""), ["", ""][..1]);
    }

    #[test]
    fn conventions() {
        assert!(is_side_code("db/orders_test.go") && is_side_code("testdata/x.go") && !is_side_code("db/contest.go"));
        assert!(is_side_code("store/mockstore/store.go") && is_side_code("store/storetests/x.go"));
        assert!(
            is_migration("internal/migrations/001.go")
                && is_migration("db/migrate/0001_init.go")
                && is_migration("db/migrate/migrate_0039_webhooks.go")
                && is_migration("storage/deltas/20240229101500_add_orders.go")
                && !is_migration("reports/20241301_orders.go")
                && is_side_code("cmd/upgrade.go")
                && !is_migration("services/migrate/pullreq.go")
                && !is_migration("internal/models.go")
        );
        assert!(is_run_by_hand("scripts/load.go"));
    }
}
