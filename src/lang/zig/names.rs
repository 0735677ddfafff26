//! Zig's names: which module a file is, where an import leads, what the language itself names.
//!
//! Knows paths and conventions, and nothing of what stands in a file.

use rustc_hash::FxHashSet;

use crate::lang::{LiteralTypes, folder_of};
use crate::syntax::Operator;

/// The name of a file as a struct.
pub(super) const WHOLE: &str = "@This";

/// The mark of a test, and its name.
pub(super) const TEST: &str = "test";

/// The type of bytes in a row: text, in most cases.
pub(super) const TEXT_TYPE: &str = "[]u8";

/// Types of literals.
pub(super) const LITERAL_TYPES: LiteralTypes = LiteralTypes {
    string: "builtin.text",
    bytes: "",
    integer: "comptime_int",
    float: "comptime_float",
    character: "u8",
    boolean: "bool",
    null: "",
    list: "builtin.slice",
    tuple: "builtin.tuple",
    set: "",
    map: "",
    generator: "",
    range: "builtin.range",
};

/// What the language itself names, in order.
pub(super) const PRELUDE: &[(&str, &str)] = &[
    ("@memcpy", "builtin.memcpy"),
    ("@memset", "builtin.memset"),
    (TEXT_TYPE, "builtin.text"),
    ("anyerror", "anyerror"),
    ("bool", "bool"),
    ("f32", "f32"),
    ("f64", "f64"),
    ("i16", "i16"),
    ("i32", "i32"),
    ("i64", "i64"),
    ("i8", "i8"),
    ("isize", "isize"),
    ("u128", "u128"),
    ("u16", "u16"),
    ("u21", "u21"),
    ("u32", "u32"),
    ("u64", "u64"),
    ("u8", "u8"),
    ("usize", "usize"),
];

/// What the names of types of lists have in them.
const LIST: &str = "ArrayList";

/// The names that a text declares as lists: variables, fields, parameters.
pub(super) fn declared_lists(text: &str) -> FxHashSet<&str> {
    let lines = text.lines().filter(|line| line.contains(LIST));
    lines.flat_map(|line| line.match_indices(LIST).filter_map(|(at, _)| declared_before(&line[..at]))).collect()
}

/// The name of which the type, or the first value, comes next.
fn declared_before(text: &str) -> Option<&str> {
    let is_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '*' | '?');
    let head = text.trim_end_matches(is_path).trim_end();
    let head = head.strip_suffix("const").unwrap_or(head).trim_end().trim_end_matches(['*', '?']).trim_end();
    let head = match head.strip_suffix('=').or(head.strip_suffix("= try")) {
        Some(head) if !head.contains(':') => head,
        Some(_) => return None,
        None => head.strip_suffix(':')?,
    };
    let head = head.trim_end();
    let start = head.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_').map_or(0, |at| at + 1);
    (!head[start..].is_empty()).then_some(&head[start..])
}

/// Functions of the standard library that work on the sequence which stands behind its element type: packages, and the
/// functions.
const CALLED_ON: &[(&str, &[&str])] = &[
    (
        "std.mem",
        &[
            "containsAtLeast",
            "count",
            "find",
            "findAny",
            "findLast",
            "findPos",
            "findScalar",
            "indexOf",
            "indexOfAny",
            "indexOfMax",
            "indexOfMin",
            "indexOfNone",
            "indexOfPos",
            "indexOfScalar",
            "indexOfScalarPos",
            "lastIndexOf",
            "lastIndexOfScalar",
            "max",
            "min",
            "reverse",
            "rotate",
            "sort",
            "sortUnstable",
        ],
    ),
    ("std.sort", &["binarySearch", "block", "heap", "insertion", "isSorted", "pdq"]),
];

/// The member of a sequence that a function is, where it works on one.
pub(super) fn called_on(path: &str) -> Option<&'static str> {
    let (package, function) = path.rsplit_once('.')?;
    let (_, functions) = CALLED_ON.iter().find(|(own, _)| *own == package)?;
    functions.iter().copied().find(|own| *own == function)
}

/// Does this function compare two sequences that stand behind their element type?
pub(super) fn compares(path: &str) -> bool {
    path == "std.mem.eql"
}

/// Does this function put texts together in a new one?
pub(super) fn joins_texts(path: &str) -> bool {
    matches!(
        path,
        "std.mem.concat"
            | "std.mem.concatWithSentinel"
            | "std.mem.join"
            | "std.mem.joinZ"
            | "std.fmt.allocPrint"
            | "std.fmt.allocPrintZ"
            | "std.fmt.allocPrintSentinel"
    )
}

/// Methods of containers, and how many arguments they have beside the allocator that those without one of their own take
/// first.
const TAKE_ALLOCATOR: &[(&str, usize)] = &[
    ("append", 1),
    ("appendNTimes", 2),
    ("appendSlice", 1),
    ("clearAndFree", 0),
    ("clone", 0),
    ("deinit", 0),
    ("ensureTotalCapacity", 1),
    ("ensureTotalCapacityPrecise", 1),
    ("ensureUnusedCapacity", 1),
    ("fetchPut", 2),
    ("getOrPut", 1),
    ("getOrPutValue", 2),
    ("insert", 2),
    ("insertSlice", 2),
    ("put", 2),
    ("putNoClobber", 2),
    ("replaceRange", 3),
    ("resize", 1),
    ("toOwnedSlice", 0),
];

/// Is the first of so many arguments the allocator of a container?
pub(super) fn allocator_first(member: &str, count: usize) -> bool {
    TAKE_ALLOCATOR.iter().any(|(own, others)| *own == member && others + 1 == count)
}

/// Is it by convention an allocator?
pub(super) fn names_allocator(text: &str) -> bool {
    let text = text.strip_suffix("()").unwrap_or(text);
    let last = text.rsplit('.').next().unwrap_or(text).to_ascii_lowercase();
    last.ends_with("allocator") || last.ends_with("alloc") || last.ends_with("gpa") || last.ends_with("arena")
}

/// Operators as model tables write them.
pub(super) fn operator_member(operator: Operator, assigns: bool) -> Option<&'static str> {
    (operator == Operator::Add && assigns).then_some("+=")
}

/// The module that a file is: its path.
pub(super) fn module(path: &str) -> String {
    path.strip_suffix(".zig").unwrap_or(path).to_owned()
}

/// Where an import leads: to a file beside the module, or to a package.
pub(super) fn absolute(module: &str, names: &[&str]) -> String {
    let Some((first, rest)) = names.split_first() else { return String::new() };
    let mut path = match first.strip_suffix(".zig") {
        Some(file) => beside(folder_of(module).0, file),
        None => (*first).to_owned(),
    };
    for name in rest {
        path.push('.');
        path.push_str(name);
    }
    path
}

/// A relative path seen from a folder.
fn beside(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Tests, examples, build scripts, code of others, and what the compiler keeps.
pub(super) fn is_side_code(path: &str) -> bool {
    let (folder, file) = folder_of(path);
    let is_side = |part| {
        matches!(
            part,
            ".zig-cache"
                | "bench"
                | "benchmark"
                | "benchmarks"
                | "deps"
                | "example"
                | "examples"
                | "fuzz"
                | "test"
                | "testing"
                | "tests"
                | "third_party"
                | "vendor"
                | "zig-cache"
                | "zig-out"
                | "zig-pkg"
        )
    };
    let stem = file.strip_suffix(".zig").unwrap_or(file);
    stem == "build"
        || stem == "test"
        || stem == "tests"
        || ["_test", "_tests", ".test"].iter().any(|end| stem.ends_with(end))
        || ["bench_", "test_", "fuzz_"].iter().any(|start| stem.starts_with(start))
        || folder.split('/').any(is_side)
}

/// Scripts and tools.
pub(super) fn is_run_by_hand(path: &str) -> bool {
    folder_of(path).0.split('/').any(|part| matches!(part, "build" | "scripts" | "script" | "tools"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::lang::zig::Zig;

    #[test]
    fn the_prelude_is_sorted() {
        assert!(PRELUDE.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(Zig.profile().in_prelude("u8"), Some("u8"));
    }

    #[test]
    fn imports_of_files_are_relative() {
        assert_eq!(absolute("src/shop/orders", &["../users.zig", "User"]), "src/users.User");
        assert_eq!(absolute("src/main", &["shop/orders.zig"]), "src/shop/orders");
        assert_eq!(absolute("main", &["./a.zig"]), "a");
        assert_eq!(absolute("src/main", &["std", "mem"]), "std.mem");
        assert_eq!(absolute("main", &["../../up.zig"]), "up");
        assert_eq!(absolute("main", &[]), "");
    }

    #[test]
    fn conventions() {
        for side in ["build.zig", "src/tests/a.zig", "test/x.zig", "src/foo_test.zig", "zig-cache/o/a.zig"] {
            assert!(is_side_code(side), "{side}");
        }
        for own in ["src/main.zig", "src/builder.zig", "src/contest.zig", "src/build/Config.zig"] {
            assert!(!is_side_code(own), "{own}");
        }
        assert!(is_run_by_hand("tools/gen.zig") && !is_run_by_hand("src/main.zig"));
    }

    #[test]
    fn lists_are_told_by_their_declarations() {
        let named = |text: &str| {
            let mut names: Vec<&str> = declared_lists(text).into_iter().collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(named("    seen: std.ArrayListUnmanaged(u32) = .{},\n"), "seen");
        assert_eq!(
            named("var out = std.ArrayList(u8).init(gpa);\nconst all = try std.ArrayList(u8).initCapacity(a, 1);"),
            "all out"
        );
        assert_eq!(named("fn f(xs: *std.ArrayList(u8), ys: *const ArrayList(u8)) void {"), "xs ys");
        assert_eq!(named("var x: std.ArrayList(u8) = std.ArrayList(u8).init(a);"), "x");
        assert_eq!(named("return std.ArrayList(u8).init(a); // ArrayList"), "");
    }

    #[test]
    fn allocators_are_told_by_their_names_and_places() {
        for name in ["gpa", "allocator", "self.allocator", "arena.allocator()", "alloc", "temp_alloc"] {
            assert!(names_allocator(name), "{name}");
        }
        assert!(!names_allocator("x") && !names_allocator("self.items"));
        assert!(allocator_first("append", 2) && !allocator_first("append", 1) && !allocator_first("get", 1));
        assert_eq!(called_on("std.mem.indexOfScalar"), Some("indexOfScalar"));
        assert_eq!((called_on("std.mem.eql"), called_on("mem.count")), (None, None));
    }
}
