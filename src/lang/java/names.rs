//! Java's names: which package a file belongs to, by its folders, and what is there without an import.
//!
//! Knows paths and conventions, and nothing of what stands in a file.

use crate::lang::{LiteralTypes, folder_of};
use crate::syntax::Operator;

/// The name under which a class has its constructors: no method can be called so.
pub(super) const CONSTRUCTOR: &str = "new";

/// What making an array of a size is a call of.
pub(super) const ARRAY_OF_SIZE: &str = "new[]";

/// Types of literals.
pub(super) const LITERAL_TYPES: LiteralTypes = LiteralTypes {
    string: "java.lang.String",
    bytes: "",
    integer: "int",
    float: "double",
    character: "char",
    boolean: "boolean",
    null: "null",
    list: "array",
    tuple: "tuple",
    set: "java.util.Set",
    map: "java.util.Map",
    generator: "java.util.stream.Stream",
    range: "range",
};

/// What the language itself names, in order.
pub(super) const PRELUDE: &[(&str, &str)] = &[
    ("boolean", "boolean"),
    ("byte", "byte"),
    ("char", "char"),
    ("double", "double"),
    ("float", "float"),
    ("int", "int"),
    ("long", "long"),
    (ARRAY_OF_SIZE, "array.new"),
    ("short", "short"),
];

/// Folders that begin a package when no folder of sources is above them.
const DOMAINS: &[&str] = &[
    "com", "org", "net", "io", "edu", "gov", "java", "javax", "jakarta", "de", "dev", "app", "me", "fr", "cn", "ru",
    "eu",
];

/// Folders of what is no part of the program.
const SIDE_FOLDERS: &[&str] = &[
    "androidTest",
    "benchmark",
    "benchmarks",
    "build",
    "examples",
    "example",
    "generated",
    "generated-sources",
    "integration-test",
    "integration-tests",
    "integrationTest",
    "it",
    "jmh",
    "sample",
    "samples",
    "target",
    "test",
    "testFixtures",
    "testing",
    "tests",
    "testutil",
];

/// Ends of names of classes that test others.
const TEST_ENDS: &[&str] = &["Test", "Tests", "TestCase", "IT", "ITCase", "Spec", "Benchmark"];

/// Operators as model tables write them.
pub(super) fn operator_member(operator: Operator, assigns: bool) -> Option<&'static str> {
    match (operator, assigns) {
        (Operator::Add, false) => Some("+"),
        (Operator::Add, true) => Some("+="),
        _ => None,
    }
}

/// The package of a file: its folders below the one that holds the sources.
pub(super) fn package(path: &str) -> String {
    let folder = folder_of(path).0.trim_end_matches('/');
    let folders: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let start = after_sources(&folders).or_else(|| folders.iter().position(|part| DOMAINS.contains(part))).unwrap_or(0);
    match folders[start..] {
        [] => "main".to_owned(),
        ref package => package.join("."),
    }
}

/// Where the packages begin below `src/main/java`, or below `src`.
fn after_sources(folders: &[&str]) -> Option<usize> {
    let src = folders.iter().position(|part| *part == "src")?;
    let below = &folders[src + 1..];
    let set = below.iter().take(2).position(|part| matches!(*part, "java" | "kotlin" | "groovy"));
    match set {
        Some(set) => Some(src + 1 + set + 1),
        None if below.first().is_some_and(|first| *first == "main" || *first == "test") => Some(src + 2),
        None => Some(src + 1),
    }
}

/// Tests, examples, what programs write, and what changes the tables of a database once.
pub(super) fn is_side_code(path: &str) -> bool {
    let (folder, file) = folder_of(path);
    let name = file.strip_suffix(".java").unwrap_or(file);
    // A package may be called as such a folder is.
    let above = folder.find("src/main/").map_or(folder, |at| &folder[..at]);
    TEST_ENDS.iter().any(|end| name.ends_with(end))
        || above.split('/').any(|part| SIDE_FOLDERS.contains(&part) || is_named_for_support(part))
        || is_migration(path)
}

/// A module with support for tests, or that moves data once: `order-tests`, `test-database`, `v2-migrator`.
fn is_named_for_support(folder: &str) -> bool {
    folder.split('-').any(|word| matches!(word, "test" | "tests" | "testing" | "testsupport" | "migrator"))
        && folder.contains('-')
}

/// Changes to the tables of a database: `db/migration/V1__orders.java`.
pub(super) fn is_migration(path: &str) -> bool {
    let (folder, file) = folder_of(path);
    let is_numbered = file.starts_with(['V', 'R', 'U']) && file.contains("__");
    is_numbered || folder.ends_with("db/migration/") || folder.ends_with("db/migrations/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::lang::java::Java;

    fn in_prelude(name: &str) -> Option<&'static str> {
        Java.profile().in_prelude(name)
    }

    #[test]
    fn the_prelude_is_sorted() {
        assert!(PRELUDE.is_sorted_by_key(|(name, _)| *name));
        assert_eq!((in_prelude("int"), in_prelude("String")), (Some("int"), None));
    }

    #[test]
    fn packages_are_folders_below_the_sources() {
        for (path, expected) in [
            ("src/main/java/com/acme/shop/Orders.java", "com.acme.shop"),
            ("shop/api/src/test/java/com/acme/OrdersTest.java", "com.acme"),
            ("src/com/acme/Orders.java", "com.acme"),
            ("core/src/main/com/acme/Orders.java", "com.acme"),
            ("modules/core/org/acme/Orders.java", "org.acme"),
            ("shop/Orders.java", "shop"),
            ("Orders.java", "main"),
            ("src/Orders.java", "main"),
        ] {
            assert_eq!(package(path), expected, "{path}");
        }
    }

    #[test]
    fn conventions() {
        for side in [
            "src/test/java/a/X.java",
            "a/OrdersTest.java",
            "a/OrdersIT.java",
            "target/x/A.java",
            "db/V1__orders.java",
            "support/test-database/src/main/java/a/Database.java",
        ] {
            assert!(is_side_code(side), "{side}");
        }
        for own in ["src/main/java/a/Orders.java", "src/main/java/a/test/Orders.java", "a/Contest.java"] {
            assert!(!is_side_code(own), "{own}");
        }
    }
}
