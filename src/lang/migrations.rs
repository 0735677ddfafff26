//! How folders of migrations are called: changes to the tables of a database, whatever language they are written in.
//!
//! Knows names of folders, and nothing of what stands in the files.

/// What the names of folders end with that hold migrations, and nothing else.
const OF_MIGRATIONS: &[&str] = &["alterations", "migrations"];

/// Folders that may hold migrations, or what runs them, or something else that is brought up to date.
const OF_CHANGES: &[&str] = &[
    "changelog",
    "data-migration",
    "delta",
    "deltas",
    "migrate",
    "migration",
    "migrator",
    "patches",
    "updates",
    "upgrade",
    "upgrades",
];

/// Is this the name of a folder that holds migrations, and nothing else: `migrations`, `data-migrations`, `alterations`?
pub(super) fn is_of_migrations(folder: &str) -> bool {
    let last = folder.rsplit(['-', '_', '.']).next().unwrap_or(folder);
    OF_MIGRATIONS.iter().any(|name| last.eq_ignore_ascii_case(name))
}

/// Is this the name of a folder that may hold migrations? What the files in it are called has to tell.
pub(super) fn may_hold_migrations(folder: &str) -> bool {
    is_of_migrations(folder) || OF_CHANGES.iter().any(|name| folder.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        for folder in ["migrations", "data-migrations", "data_migrations", "Migrations", "alterations"] {
            assert!(is_of_migrations(folder), "{folder}");
        }
        for folder in ["migration", "upgrades", "Deltas"] {
            assert!(may_hold_migrations(folder) && !is_of_migrations(folder), "{folder}");
        }
        assert!(!may_hold_migrations("migrations-runner") && !may_hold_migrations("immigrations"));
    }
}
