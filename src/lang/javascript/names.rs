//! Built-in names and conventions. Knows paths and words, and nothing of what stands in a file.

use crate::lang::{LiteralTypes, migrations};

/// File extensions.
pub(super) const EXTENSIONS: &[&str] = &["ts", "tsx", "js", "jsx", "mts", "cts", "mjs", "cjs", "vue", "svelte"];

/// Types of literals.
pub(super) const LITERAL_TYPES: LiteralTypes = LiteralTypes {
    string: "String",
    bytes: "Uint8Array",
    integer: "Number",
    float: "Number",
    character: "String",
    boolean: "Boolean",
    null: "null",
    list: "Array",
    tuple: "tuple",
    set: "Set",
    map: "Object",
    generator: "Generator",
    range: "range",
};

/// What is there without an import: all names stand for themselves.
pub(super) const PRELUDE: &[(&str, &str)] = &{
    let mut names = [("", ""); GLOBALS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = (GLOBALS[at], GLOBALS[at]);
        at += 1;
    }
    names
};

/// In their order.
const GLOBALS: &[&str] = &[
    "<img>",
    "<input:search>",
    "<input:text>",
    "<input>",
    "<textarea>",
    "AbortController",
    "AbortSignal",
    "Array",
    "ArrayBuffer",
    "AsyncGenerator",
    "AsyncIterable",
    "AsyncIterableIterator",
    "Atomics",
    "BigInt",
    "Blob",
    "Boolean",
    "Buffer",
    "Date",
    "Document",
    "Element",
    "Error",
    "File",
    "Float32Array",
    "Float64Array",
    "FormData",
    "Function",
    "Generator",
    "HTMLElement",
    "Headers",
    "Int32Array",
    "Intl",
    "Iterable",
    "IterableIterator",
    "JSON",
    "Map",
    "Math",
    "Node",
    "Number",
    "Object",
    "Promise",
    "Reflect",
    "RegExp",
    "Request",
    "Response",
    "Set",
    "String",
    "Symbol",
    "TextDecoder",
    "TextEncoder",
    "URL",
    "URLSearchParams",
    "Uint8Array",
    "WeakMap",
    "WeakSet",
    "XMLHttpRequest",
    "clearInterval",
    "clearTimeout",
    "console",
    "crypto",
    "decodeURIComponent",
    "document",
    "encodeURIComponent",
    "eval",
    "fetch",
    "getComputedStyle",
    "globalThis",
    "isNaN",
    "localStorage",
    "parseFloat",
    "parseInt",
    "performance",
    "process",
    "queueMicrotask",
    "require",
    "sessionStorage",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "structuredClone",
    "window",
];

/// `Capitalised`, and not a CONSTANT; a single capital is a type.
pub(super) fn names_a_type(name: &str) -> bool {
    let name = name.trim_start_matches(['_', '$']);
    let mut letters = name.chars();
    letters.next().is_some_and(char::is_uppercase) && (name.chars().count() == 1 || letters.any(char::is_lowercase))
}

const SIDE_FOLDERS: &[&str] = &[
    "__fixtures__",
    "__mocks__",
    "__tests__",
    "bench",
    "benchmark",
    "benchmarks",
    "cypress",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixtures",
    "mocks",
    "playwright",
    "seed",
    "seeders",
    "seeds",
    "spec",
    "stories",
    "test",
    "test-utils",
    "testing",
    "tests",
];

/// The last part but one of the name of a file that is no part of the program.
const SIDE_KINDS: &[&str] = &[
    "bench",
    "clienttest",
    "config",
    "cy",
    "e2e",
    "e2e-ee",
    "e2e-spec",
    "fixture",
    "int-spec",
    "mock",
    "servertest",
    "spec",
    "stories",
    "story",
    "test",
    "unittest",
];

const SIDE_FILES: &[&str] = &["gruntfile", "gulpfile", "jest.setup", "seed", "seeds", "setuptests"];

/// The first word in names of what fills a database for developers: `seed-orders`.
const SEEDS: &[&str] = &["seed", "seeds"];

/// Folders of what people run by hand.
const HAND_FOLDERS: &[&str] = &["bin", "scripts", "script"];

/// Words in the paths of what is run once, and of other things too.
const SCRIPT_WORDS: &[&str] =
    &["backfill", "backfills", "migrate", "migration", "migrations", "tasks", "tools", "upgrade", "upgrades"];

/// Folders of migrations, or of what runs them.
const MIGRATION_FOLDERS: &[&str] = &["data-migration", "migration"];

/// So many digits at the start of a folder are the time at which a migration was written.
const STAMP_LENGTH: usize = 12;

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn has_folder(path: &str, folders: &[&str]) -> bool {
    // `__e2e__`
    let is_one = |part: &str| {
        let plain = part.trim_matches('_');
        folders.contains(&part) || plain.len() < part.len() && folders.contains(&plain)
    };
    split(path).0.split('/').any(is_one)
}

/// Is this path something that production does not run?
pub(super) fn is_side_code(path: &str) -> bool {
    let stem = super::modules::without_extension(split(path).1).to_ascii_lowercase();
    let kind = stem.rsplit_once('.').map_or("", |(_, kind)| kind);
    has_folder(path, SIDE_FOLDERS)
        || is_below_migrations(path)
        || is_numbered_change(path)
        || is_stamped_migration(path)
        || SIDE_KINDS.contains(&kind)
        || SIDE_FILES.contains(&stem.as_str())
        || stem.split_once('-').is_some_and(|(first, _)| SEEDS.contains(&first))
}

/// Is this path something that people run by hand?
pub(super) fn is_run_by_hand(path: &str) -> bool {
    has_folder(path, HAND_FOLDERS)
}

/// Is this path named like something that is run once?
pub(super) fn names_script(path: &str) -> bool {
    let words = super::modules::without_extension(path).split(|letter: char| !letter.is_ascii_alphanumeric());
    words.into_iter().any(|word| SCRIPT_WORDS.contains(&word))
}

/// Is it in a folder that holds migrations, and nothing else?
fn is_below_migrations(path: &str) -> bool {
    split(path).0.split('/').any(migrations::is_of_migrations)
}

/// Does it have a number in a folder that may hold migrations: `upgrades/1.2.0-users.ts`?
fn is_numbered_change(path: &str) -> bool {
    let (folder, file) = split(path);
    file.starts_with(|letter: char| letter.is_ascii_digit()) && folder.split('/').any(migrations::may_hold_migrations)
}

/// Is it in a folder of its own below those of migrations, that starts with a time?
fn is_stamped_migration(path: &str) -> bool {
    let is_stamped = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count() >= STAMP_LENGTH;
    split(path).0.split('/').any(is_stamped) && is_migration(path)
}

/// Is this path a change to the tables of a database?
pub(super) fn is_migration(path: &str) -> bool {
    has_folder(path, MIGRATION_FOLDERS) || is_below_migrations(path) || is_numbered_change(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::lang::javascript::JavaScript;

    fn in_prelude(name: &str) -> Option<&'static str> {
        JavaScript.profile().in_prelude(name)
    }

    #[test]
    fn globals_are_sorted() {
        assert!(GLOBALS.is_sorted());
        assert_eq!(in_prelude("JSON"), Some("JSON"));
        assert_eq!(in_prelude("prisma"), None);
    }

    #[test]
    fn conventions() {
        assert!(names_a_type("PrismaClient") && names_a_type("T") && names_a_type("$Enums"));
        assert!(!names_a_type("MAX_SIZE") && !names_a_type("fetch") && !names_a_type("_"));
        assert!(is_side_code("src/users/users.service.spec.ts") && is_side_code("a/__tests__/b.js"));
        assert!(is_side_code("src/__e2e__/api.ts") && is_side_code("src/api.servertest.ts"));
        assert!(is_side_code("prisma/seed.ts") && is_side_code("vite.config.ts") && is_side_code("a.test.mjs"));
        assert!(!is_side_code("src/config.ts") && !is_side_code("src/users/users.service.ts"));
        assert!(is_run_by_hand("scripts/import.ts") && !is_run_by_hand("src/scripts.ts"));
        assert!(!is_run_by_hand("server/queues/tasks/Cleanup.ts") && !is_run_by_hand("server/tools/search.ts"));
        assert!(names_script("db/upgrade.js") && names_script("src/backfill-users.ts"));
        assert!(!names_script("src/users/migrated.ts"));
        assert!(is_migration("src/migrations/1-users.ts") && !is_migration("src/migrate.ts"));
        for path in ["db/data-migrations/users.ts", "schemas/alterations/1.7.0-users.ts", "db/upgrades/1.2-users.js"] {
            assert!(is_migration(path) && is_side_code(path), "{path}");
        }
        assert!(!is_migration("src/upgrades/users.ts") && !is_migration("src/predefinedMigrations/users.ts"));
        assert!(
            is_side_code("db/migration/20240101120000_users/migration.ts") && !is_side_code("src/migration/run.ts")
        );
    }
}
