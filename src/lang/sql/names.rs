//! What paths of SQL files say: which are migrations, which take them back, which belong to tests or bring data.
//!
//! Knows conventions of paths, and nothing of what stands in a file.

use crate::lang::{folder_of, migrations};

/// A file is a module of its own.
pub(super) fn module(path: &str) -> String {
    path.strip_suffix(".sql").unwrap_or(path).replace('/', ".")
}

fn parts(path: &str) -> impl Iterator<Item = String> + '_ {
    folder_of(path).0.split('/').map(str::to_lowercase)
}

/// The words of a name of a file, without its ending.
fn words(path: &str) -> Vec<String> {
    let file = folder_of(path).1.to_lowercase();
    file.trim_end_matches(".sql").split(['_', '-', '.', ' ']).map(str::to_owned).collect()
}

/// Folders of tests and of what others wrote.
const TESTS: &[&str] = &[
    "test",
    "tests",
    "testdata",
    "fixtures",
    "fixture",
    "spec",
    "specs",
    "examples",
    "example",
    "e2e",
    "vendor",
    "node_modules",
    "third_party",
    "benchmarks",
    "benchmark",
    "testing",
];

/// Folders of what developers run.
const BY_HAND: &[&str] = &["dev", "hack", "scripts", "tools"];

fn is_test(path: &str) -> bool {
    parts(path).any(|part| TESTS.contains(&part.as_str()))
        || words(path).iter().any(|word| ["test", "tests", "fixture", "fixtures"].contains(&word.as_str()))
}

/// Is a file run by developers: to make the tables, to begin with?
pub(super) fn is_run_by_hand(path: &str) -> bool {
    parts(path).any(|part| BY_HAND.contains(&part.as_str())) && !is_test(path)
}

/// Tests, data to begin with, and what changes the tables of a database once.
pub(super) fn is_side_code(path: &str) -> bool {
    let is_data = |word: &String| ["seed", "seeds", "dump", "backup", "sample", "demo"].contains(&word.as_str());
    is_test(path)
        || is_run_by_hand(path)
        || words(path).iter().any(is_data)
        || parts(path).any(|part| is_data(&part))
        || is_migration(path)
}

/// Changes to the tables of a database.
pub(super) fn is_migration(path: &str) -> bool {
    let is_migration = |part: String| part.contains("migration") || migrations::may_hold_migrations(&part);
    // `V1__orders.sql`
    let is_versioned = {
        let file = folder_of(path).1;
        file.strip_prefix(['V', 'R', 'U'])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '_') && rest.contains("__"))
    };
    !is_test(path)
        && !is_run_by_hand(path)
        && (parts(path).any(is_migration) || is_versioned || words(path).iter().any(|word| word == "migration"))
}

/// `down.sql`, `0001_orders.down.sql`.
pub(super) fn takes_migration_back(path: &str) -> bool {
    let back = ["down", "rollback", "revert", "undo", "downgrade", "drop"];
    let words = words(path);
    let is_back = |word: Option<&String>| word.is_some_and(|word| back.contains(&word.as_str()));
    // `0001_drop_orders.sql` goes forward.
    is_back(words.last()) && words.last().is_none_or(|word| word != "drop" || words.len() == 1)
        || parts(path).any(|part| back.contains(&part.as_str()))
        || folder_of(path).1.starts_with("U") && is_migration(path) && folder_of(path).1.contains("__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_files_are_for() {
        assert!(is_migration("migrations/2020-01-01_orders/up.sql"));
        assert!(is_migration("db/V1__orders.sql"));
        assert!(is_migration("schemas/alterations/1.sql") && is_migration("db/upgrades/1.sql"));
        assert!(!is_migration("db/queries.sql"));
        assert!(!is_migration("tests/migrations/1.sql"));
        assert!(is_side_code("db/seeds.sql"));
        assert!(!is_side_code("db/schema.sql"));
        assert!(is_side_code("scripts/sql/shop.sql") && is_run_by_hand("scripts/sql/shop.sql"));
        assert!(takes_migration_back("migrations/2020-01-01_orders/down.sql"));
        assert!(takes_migration_back("migrations/0001_orders.down.sql"));
        assert!(!takes_migration_back("migrations/0002_drop_orders.up.sql"));
        assert!(!takes_migration_back("migrations/0002_break_down_orders.sql"));
    }
}
