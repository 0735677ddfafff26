//! Known findings, through the binary: the file that lists them, and the comments that are written for them.

mod common;

use std::fs;
use std::path::Path;

use common::{Run, SLOW, laggard, project, run, write};

const NAME: &str = "laggard-baseline.json";

fn laggard_in(folder: &Path, arguments: &[&str]) -> Run {
    run(laggard(folder, arguments))
}

fn lines(folder: &Path) -> Vec<String> {
    let run = laggard_in(folder, &["check", "--output-format", "concise"]);
    assert!(run.code < 2, "{run:?}");
    run.stdout.lines().map(|line| line.split(' ').next().unwrap().to_string()).collect()
}

fn with_second_query() -> String {
    format!("{SLOW}        order.again = session.get(Customer, order.other_id)\n")
}

#[test]
fn only_new_findings_are_reported() {
    let folder = project(&[("a.py", SLOW), ("b.py", SLOW)]);
    let created = laggard_in(folder.path(), &["baseline", "create"]);
    assert_eq!((created.code, created.stdout.as_str()), (0, ""), "{created:?}");
    assert!(created.stderr.contains("laggard-baseline.json: known findings: 2."), "{created:?}");
    let clean = laggard_in(folder.path(), &["check"]);
    assert_eq!(clean.code, 0);
    assert!(clean.stderr.contains("2 known findings left out"), "{clean:?}");
    assert_eq!(laggard_in(folder.path(), &["check", "--no-baseline"]).code, 1);
    assert_eq!(laggard_in(folder.path(), &["check", "--isolated"]).code, 1);

    // Moved lines and other white space are nothing new; another query in the same loop is, and so is another file.
    write(&folder, "a.py", format!("import os\n\n\n{}", SLOW.replace("    ", "  ")).as_bytes());
    assert_eq!(lines(folder.path()), [""; 0]);
    write(&folder, "a.py", with_second_query().as_bytes());
    write(&folder, "c.py", SLOW.as_bytes());
    assert_eq!(lines(folder.path()), ["a.py:7:23:", "c.py:6:26:"]);
    let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
    assert!(!text.contains(folder.path().to_str().unwrap()) && !text.contains("line"), "{text}");
}

#[test]
fn a_second_of_the_same_kind_is_new() {
    let folder = project(&[("a.py", SLOW)]);
    laggard_in(folder.path(), &["baseline", "create"]);
    let again: String = SLOW.lines().skip(4).map(|line| format!("{line}\n")).collect();
    write(&folder, "a.py", format!("{SLOW}{again}").as_bytes());
    assert_eq!(lines(folder.path()).len(), 1);
}

#[test]
fn create_refuses_update_rewrites_prune_only_takes_out() {
    let folder = project(&[("a.py", SLOW), ("b.py", SLOW)]);
    assert_eq!(laggard_in(folder.path(), &["baseline", "create"]).code, 0);
    let again = laggard_in(folder.path(), &["baseline", "create"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("is there already"), "{again:?}");
    assert_eq!(laggard_in(folder.path(), &["baseline", "check"]).code, 0);

    // One mended, one new.
    write(&folder, "a.py", b"x = 1\n");
    write(&folder, "c.py", SLOW.as_bytes());
    let stale = laggard_in(folder.path(), &["baseline", "check"]);
    assert_eq!((stale.code, stale.stdout.as_str()), (1, "a.py: query-in-loop in show\n"), "{stale:?}");
    let pruned = laggard_in(folder.path(), &["baseline", "prune"]);
    assert_eq!(pruned.code, 0);
    assert!(pruned.stderr.contains("taken out: 1, known findings left: 1"), "{pruned:?}");
    assert_eq!(lines(folder.path()), ["c.py:6:26:"], "pruning adds nothing");
    assert_eq!(laggard_in(folder.path(), &["baseline", "check"]).code, 0);
    assert_eq!(laggard_in(folder.path(), &["baseline", "update"]).code, 0);
    assert_eq!(lines(folder.path()), [""; 0]);
}

#[test]
fn what_was_not_looked_at_stays() {
    let folder = project(&[("a.py", SLOW), ("b.py", SLOW), ("gone.py", SLOW)]);
    laggard_in(folder.path(), &["baseline", "create"]);
    write(&folder, "a.py", b"x = 1\n");
    write(&folder, "b.py", b"x = 1\n");
    fs::remove_file(folder.path().join("gone.py")).unwrap();
    let pruned = laggard_in(folder.path(), &["baseline", "prune", "--project", ".", "a.py"]);
    assert!(pruned.stderr.contains("taken out: 2, known findings left: 1"), "{pruned:?}");
}

#[test]
fn settings_name_the_file() {
    let folder = project(&[("a.py", SLOW), ("laggard.toml", "baseline = \"ci/known.json\"\n"), ("sub/b.py", SLOW)]);
    assert_eq!(laggard_in(folder.path(), &["check"]).code, 2, "a file that is named is there");
    assert_eq!(laggard_in(folder.path(), &["baseline", "create"]).code, 0);
    assert!(folder.path().join("ci/known.json").is_file());
    assert_eq!(laggard_in(folder.path(), &["check"]).code, 0);
    assert_eq!(laggard_in(&folder.path().join("sub"), &["check"]).code, 0, "paths are those of the baseline");
    let other = ["check", "--baseline", "other.json"];
    assert_eq!(laggard_in(folder.path(), &other).code, 2);
    write(&folder, "other.json", b"{\"version\": 1, \"findings\": []}");
    assert_eq!(laggard_in(folder.path(), &other).code, 1);
    for broken in ["", "[]", "{\"version\": 9, \"findings\": []}"] {
        write(&folder, "other.json", broken.as_bytes());
        assert_eq!(laggard_in(folder.path(), &other).code, 2, "{broken}");
    }
}

#[test]
fn comments_are_written_where_they_are_comments() {
    let sql = "import sqlite3\n\n\ndef show(db: sqlite3.Connection, names):\n    for name in names:\n        db.execute(\"\"\"\n            \
               SELECT a FROM b WHERE c = ?\n        \"\"\", (name,)).fetchone()\n";
    let rust = "pub fn f(names: &[String]) -> usize {\r\n    let mut found = 0;\r\n    for name in names {\r\n        let pattern = \
                regex::Regex::new(\"a+\").unwrap();\r\n        found += pattern.find_iter(name).count();\r\n    }\r\n    found\r\n}\r\n";
    let folder = project(&[("a.py", SLOW), ("sql.py", sql), ("lib.rs", rust), ("clean.py", "x = 1\n")]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let written = laggard_in(folder.path(), &["check", "--add-ignore=known, issue 12"]);
    assert_eq!(written.code, 0, "{written:?}");
    assert!(read("a.py").contains("order.customer_id)  # laggard: ignore[query-in-loop] known, issue 12\n"));
    assert!(read("lib.rs").contains(".unwrap();  // laggard: ignore[regex-compiled-in-loop] known, issue 12\r\n"));
    // A comment behind the opening quotes would be part of the statement.
    assert_eq!(read("sql.py"), sql);
    assert!(written.stderr.contains("note: sql.py:6: "), "{written:?}");
    assert!(written.stderr.contains("Suppressions added: 2, places left as they are: 1."), "{written:?}");
    assert_eq!(lines(folder.path()).len(), 1);
    // A line that has one already gets the name.
    let other = SLOW.replace("order.customer_id)", "order.customer_id)  # laggard: ignore[write-in-loop] why");
    write(&folder, "a.py", other.as_bytes());
    assert_eq!(laggard_in(folder.path(), &["check", "--add-ignore", "a.py"]).code, 0);
    assert!(read("a.py").contains("# laggard: ignore[query-in-loop, write-in-loop] why\n"), "{}", read("a.py"));
}

#[test]
fn what_is_of_no_use_is_taken_out() {
    let used =
        SLOW.replace("customer_id)", "customer_id)  # laggard: ignore[query-in-loop, regex-compiled-in-loop] few");
    let unused = "# laggard: ignore-file[query-in-loop] once\r\n\r\nx = 1  # laggard: ignore[query-in-loop]\r\n\r\n\
                  y = 2  # noqa: X1  # laggard: ignore[query-in-loop] why\r\nz = 3  # laggard: ignore[no-such-rule]\r\n";
    let broken = "# laggard: ignore[query-in-loop]\nx = 1\n\n\ndef f(:\n";
    let rust = "pub fn f() -> u32 {\n    /* laggard: ignore[sync-io-in-loop] */\n    1 // laggard: ignore[sync-io-in-loop]\n}\n";
    let settings = "# Settings.\nignore = [\"sql\"]\n\n# Gone.\n[[overrides]]\npaths = [\"gone/**\"]\nignore = [\"io\"]\n\n\
                    # Here.\n[[overrides]]\npaths = [\"used.py\"]\nignore = [\"async\"]\n\n[[overrides]]\npaths = [\"x.py\"]\n\n\
                    [overrides.rules]\nquery-in-loop = \"error\"\n\n# Paths.\n[paths]\ntests = [\"qa\"]\n";
    let package = "[project]\nname = \"p\"\n\n[[tool.laggard.overrides]]\npaths = [\"old.py\"]\nignore = [\"io\"]\n\n[tool.other]\na = 1\n";
    let folder = project(&[
        ("used.py", &used),
        ("unused.py", unused),
        ("broken.py", broken),
        ("lib.rs", rust),
        ("laggard.toml", settings),
        ("part/pyproject.toml", package),
        ("part/a.py", "x = 1\n"),
    ]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for part in [&["unused.py"] as &[&str], &["--staged"]] {
        let refused = laggard_in(folder.path(), &[&["check", "--remove-unused"], part].concat());
        assert!(refused.code == 2 && read("unused.py") == unused, "{refused:?}");
    }
    let removed = laggard_in(folder.path(), &["check", "--remove-unused"]);
    assert_eq!((removed.code, removed.stdout.as_str()), (0, ""), "{removed:?}");
    assert!(removed.stderr.contains("Suppressions taken out: 4, left: 1. Overrides taken out: 3."), "{removed:?}");
    assert!(read("used.py").contains("customer_id)  # laggard: ignore[query-in-loop] few\n"), "{}", read("used.py"));
    let expected = "\r\nx = 1\r\n\r\ny = 2  # noqa: X1\r\nz = 3  # laggard: ignore[no-such-rule]\r\n";
    assert_eq!(read("unused.py"), expected, "a name that does not exist may be a slip");
    assert_eq!(read("broken.py"), broken, "what cannot be parsed may have had the finding");
    assert_eq!(read("lib.rs"), rust, "the rule is not in the default set: it did not run");
    let settings = "# Settings.\nignore = [\"sql\"]\n\n# Here.\n[[overrides]]\npaths = [\"used.py\"]\nignore = [\"async\"]\n\n\
                    # Paths.\n[paths]\ntests = [\"qa\"]\n";
    assert_eq!(read("laggard.toml"), settings);
    assert_eq!(read("part/pyproject.toml"), "[project]\nname = \"p\"\n\n[tool.other]\na = 1\n");

    let all = laggard_in(folder.path(), &["check", "--remove-unused", "--extend-select", "sync-io-in-loop"]);
    assert_eq!((all.code, read("lib.rs").as_str()), (0, "pub fn f() -> u32 {\n    1\n}\n"), "{all:?}");
    let again = laggard_in(folder.path(), &["check", "--remove-unused"]);
    assert!(again.stderr.contains("Suppressions taken out: 0, left: 1. Overrides taken out: 0."), "{again:?}");
}
