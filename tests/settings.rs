//! Configuration files and the choice of rules, through the binary.

mod common;

use std::path::Path;

use common::{Run, SLOW, laggard, project, run, write};
use laggard::config::reader;
use serde_json::Value;

fn check(folder: &Path, arguments: &[&str]) -> Run {
    run(laggard(folder, &[&["check", "--output-format", "concise", "--quiet"], arguments].concat()))
}

/// The findings in the files of a folder: `path severity`.
fn found(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let run = check(folder, arguments);
    assert!(run.code < 2, "{run:?}");
    let short = |line: &str| {
        let (path, rest) = line.split_once(':').unwrap();
        format!("{path} {}", rest.split(' ').nth(1).unwrap().split('[').next().unwrap())
    };
    run.stdout.lines().map(short).collect()
}

const OFF: &str = "ignore = [\"query-in-loop\"]\n";

#[test]
fn each_kind_of_file_is_read() {
    for (name, text) in [
        ("laggard.toml", OFF.to_string()),
        (".laggard.toml", OFF.to_string()),
        ("pyproject.toml", format!("[project]\nname = \"x\"\n[tool.laggard]\n{OFF}")),
        ("Cargo.toml", format!("[package.metadata.laggard]\n{OFF}")),
        ("Cargo.toml", format!("[workspace.metadata.laggard]\n{OFF}")),
    ] {
        let folder = project(&[("a.py", SLOW), (name, &text)]);
        assert_eq!(found(folder.path(), &[]), [""; 0], "{name}");
        assert_eq!(found(folder.path(), &["--isolated"]), ["a.py warning"], "{name}");
    }
    let silent = project(&[("a.py", SLOW), ("pyproject.toml", "[tool.other]\nignore = 1\n"), ("Cargo.toml", "")]);
    assert_eq!(found(silent.path(), &[]), ["a.py warning"]);
    let first = project(&[("a.py", SLOW), ("laggard.toml", ""), (".laggard.toml", OFF)]);
    assert_eq!(found(first.path(), &[]), ["a.py warning"], "the first of a folder is used");
}

#[test]
fn the_nearest_to_each_file_holds_alone() {
    let folder = project(&[
        ("laggard.toml", OFF),
        ("a.py", SLOW),
        ("sub/laggard.toml", "[rules]\nquery-in-loop = \"error\"\n"),
        ("sub/deep/b.py", SLOW),
    ]);
    assert_eq!(found(folder.path(), &[]), ["sub/deep/b.py error"]);
    assert_eq!(found(&folder.path().join("sub"), &[]), ["deep/b.py error"], "from wherever it is run");
    assert_eq!(found(&folder.path().join("sub/deep"), &[]), ["b.py error"]);
    write(&folder, "sub/deep/.git/HEAD", b"");
    assert_eq!(found(folder.path(), &[]), ["sub/deep/b.py warning"], "a repository of its own is not touched");
}

#[test]
fn extend_builds_on_another_file() {
    let folder = project(&[
        ("base/strict.toml", "[rules]\nquery-in-loop = \"error\"\n"),
        ("laggard.toml", "extend = \"base/strict.toml\"\n"),
        ("a.py", SLOW),
        ("member/Cargo.toml", "[package.metadata.laggard]\nextend = \"workspace\"\n"),
        ("member/b.py", SLOW),
        ("other/Cargo.toml", "[package]\n"),
        ("other/c.py", SLOW),
    ]);
    assert_eq!(found(folder.path(), &[]), ["a.py error", "member/b.py error", "other/c.py error"]);
    write(&folder, "base/strict.toml", b"extend = \"../laggard.toml\"\n");
    let circle = check(folder.path(), &[]);
    assert_eq!(circle.code, 2);
    assert!(circle.stderr.contains("extends itself"), "{circle:?}");
    write(&folder, "laggard.toml", b"\nextend = \"nowhere.toml\"\n");
    let missing = check(folder.path(), &[]);
    assert!(missing.stderr.contains("laggard.toml:2: there is no file `nowhere.toml`"), "{missing:?}");
}

#[test]
fn overrides_are_for_some_files() {
    let text = "[[overrides]]\npaths = [\"scripts/**\", \"*_gen.py\"]\nignore = [\"n-plus-one\"]\n\
                [[overrides]]\npaths = [\"core\"]\nrules.query-in-loop = \"deny\"\n";
    let folder = project(&[
        ("laggard.toml", text),
        ("core/a.py", SLOW),
        ("scripts/b.py", SLOW),
        ("x_gen.py", SLOW),
        ("z.py", SLOW),
    ]);
    assert_eq!(found(folder.path(), &[]), ["core/a.py error", "z.py warning"]);
}

#[test]
fn overrides_that_match_nothing_are_named() {
    let text = "[[overrides]]\npaths = [\"a.py\"]\n\n[[overrides]]\npaths = [\"gone/**\"]\nignore = [\"async\"]\n";
    let folder = project(&[("laggard.toml", text), ("a.py", "x = 1\n"), ("b.py", "x = 1\n")]);
    let said = |arguments: &[&str]| run(laggard(folder.path(), &[&["check"], arguments].concat())).stderr;
    assert!(said(&[]).contains("note: laggard.toml:4: unused override: no file matches its `paths`\n"));
    assert!(said(&[]).contains("1 setting without effect.\n"));
    assert!(!said(&["b.py"]).contains("unused override"), "a part of the project says nothing of that");
}

#[test]
fn classes_of_paths() {
    let text = "[paths]\ntests = [\"qa\"]\nproduction = [\"tests/runner\"]\ndependencies = [\"vendor\"]\n";
    let views = "from vendor.db import load\n\ndef show(session, orders):\n    for order in orders:\n        load(session, order.customer_id)\n";
    let db = format!("{SLOW}\n\ndef load(session: Session, key):\n    return session.get(Customer, key)\n");
    let folder = project(&[
        ("laggard.toml", text),
        ("qa/a.py", SLOW),
        ("tests/runner/b.py", SLOW),
        ("tests/c.py", SLOW),
        ("vendor/db.py", &db),
        ("views.py", views),
    ]);
    assert_eq!(found(folder.path(), &[]), ["tests/runner/b.py warning", "views.py warning"]);
    let all = ["qa/a.py warning", "tests/c.py warning", "tests/runner/b.py warning", "views.py warning"];
    assert_eq!(found(folder.path(), &["--include-tests"]), all);
}

#[test]
fn excluded_files_are_not_analysed_unless_named() {
    let folder = project(&[("laggard.toml", "exclude = [\"old\"]\n"), ("old/a.py", SLOW), ("b.py", SLOW)]);
    assert_eq!(found(folder.path(), &[]), ["b.py warning"]);
    assert_eq!(found(folder.path(), &["old/a.py"]), ["old/a.py warning"]);
    assert_eq!(found(folder.path(), &["old/a.py", "--force-exclude"]), [""; 0]);
    // The name of a folder above the project is no reason.
    let within = project(&[("old/p/laggard.toml", "exclude = [\"old\"]\n"), ("old/p/b.py", SLOW)]);
    assert_eq!(found(&within.path().join("old/p"), &[]), ["b.py warning"]);
}

#[test]
fn settings_of_the_run_come_from_the_project_root() {
    let folder = project(&[("a.py", SLOW), ("laggard.toml", "fail-on = \"error\"\n")]);
    assert_eq!(check(folder.path(), &[]).code, 0);
    assert_eq!(check(folder.path(), &["--fail-on", "warning"]).code, 1, "the command line is stronger");
    write(&folder, "laggard.toml", b"max-file-size = 20\n");
    assert_eq!(found(folder.path(), &[]), [""; 0]);
    assert_eq!(found(folder.path(), &["--max-file-size", "1M"]), ["a.py warning"]);
    write(&folder, "tests/b.py", SLOW.as_bytes());
    write(&folder, "laggard.toml", b"include-tests = true\n");
    assert_eq!(found(folder.path(), &[]), ["a.py warning", "tests/b.py warning"]);
}

#[test]
fn config_names_a_file_or_a_value() {
    let folder = project(&[("a.py", SLOW), ("laggard.toml", OFF), ("ci/strict.toml", "rules.db = \"error\"\n")]);
    assert_eq!(found(folder.path(), &["--config", "ci/strict.toml"]), ["a.py error"]);
    assert_eq!(found(folder.path(), &["--config", "rules.query-in-loop=error"]), ["a.py error"]);
    assert_eq!(found(folder.path(), &["--config", "rules.db='off'", "--isolated"]), [""; 0]);
    for wrong in ["nowhere.toml", "rules.db=fatal", "slect=[\"db\"]", "ignore=[\"dbb\"]", "a.py"] {
        assert_eq!(check(folder.path(), &["--config", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn names_choose_rules_in_layers() {
    let folder = project(&[("a.py", SLOW)]);
    let table: &[(&[&str], &[&str])] = &[
        (&["--select", "n-plus-one"], &["a.py warning"]),
        (&["--select", "db"], &["a.py warning"]),
        (&["--select", "async"], &[]),
        (&["--select", "async", "--extend-select", "query-in-loop"], &["a.py warning"]),
        (&["--ignore", "db"], &[]),
        (&["--ignore", "db", "--select", "query-in-loop"], &["a.py warning"]),
        (&["-A", "query-in-loop"], &[]),
        (&["-D", "query-in-loop"], &["a.py error"]),
        (&["-A", "all", "-W", "n-plus-one"], &["a.py warning"]),
        (&["-D", "all", "-A", "n-plus-one"], &[]),
        (&["-A", "db", "-D", "db"], &["a.py error"]),
        (&["-D", "db", "-A", "db"], &[]),
        (&["--deny", "async,n-plus-one"], &["a.py error"]),
    ];
    for (arguments, expected) in table {
        let only = |line: &String| line.starts_with("a.py");
        let lines: Vec<String> = found(folder.path(), arguments).into_iter().filter(only).collect();
        assert_eq!(lines, *expected, "{arguments:?}");
    }
    write(&folder, "laggard.toml", OFF.as_bytes());
    assert_eq!(found(folder.path(), &["--select", "n-plus-one"]), ["a.py warning"], "stronger than a file");
    write(&folder, "laggard.toml", b"[rules]\nquery-in-loop = { confidence = \"high\", level = \"info\" }\n");
    assert_eq!(found(folder.path(), &[]), ["a.py info"]);
}

#[test]
fn what_is_wrong_is_named_with_file_line_and_advice() {
    let folder =
        project(&[("a.py", SLOW), ("sub/laggard.toml", "select = [\"default\"]\nignroe = []\n"), ("sub/b.py", "")]);
    let machine = folder.path().to_str().unwrap();
    let wrong = check(folder.path(), &[]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(wrong.stderr.contains("sub/laggard.toml:2: unknown key `ignroe`"), "{wrong:?}");
    assert!(wrong.stderr.contains("did you mean `ignore`?"), "{wrong:?}");
    write(&folder, "sub/laggard.toml", b"ignore = [\n  \"query-in-lop\",\n]\n");
    let wrong = check(folder.path(), &[]);
    assert!(wrong.stderr.contains("sub/laggard.toml:2: there is no rule, family or set `query-in-lop`"), "{wrong:?}");
    assert!(wrong.stderr.contains("did you mean `query-in-loop`?") && !wrong.stderr.contains(machine), "{wrong:?}");
    for flag in ["--select", "--ignore", "--extend-select", "-A", "-W", "-D"] {
        let wrong = check(folder.path(), &["--isolated", flag, "n-plus-on"]);
        assert_eq!(wrong.code, 2, "{flag}");
        assert!(wrong.stderr.contains("did you mean `n-plus-one`?"), "{flag}: {wrong:?}");
    }
}

#[test]
fn suppressions_of_rules_that_do_not_run_on_the_file_are_not_idle() {
    let idle = "x = 1  # laggard: ignore[query-in-loop]\n";
    let folder = project(&[("a.py", idle), ("scripts/b.py", idle)]);
    write(&folder, "laggard.toml", b"[[overrides]]\npaths = [\"scripts\"]\nignore = [\"query-in-loop\"]\n");
    let said = run(laggard(folder.path(), &["check", "--verbose"])).stderr;
    assert!(said.contains("a.py:1: unused suppression") && !said.contains("scripts/b.py"), "{said}");
}

#[test]
fn show_settings_names_the_origin_of_each_value() {
    let folder = project(&[
        ("base.toml", "fail-on = \"error\"\n"),
        (
            "laggard.toml",
            "extend = \"base.toml\"\nexclude = [\"old\"]\n\n[[overrides]]\npaths = [\"a.py\"]\nignore = [\"sql\"]\n",
        ),
        ("a.py", SLOW),
    ]);
    let shown =
        run(laggard(folder.path(), &["check", "--show-settings", "a.py", "-D", "async", "--max-file-size", "2M"]));
    assert_eq!(shown.code, 0, "{shown:?}");
    for line in [
        "  base.toml\n  laggard.toml\n",
        "fail-on = \"error\"  (base.toml:1)",
        "include-tests = false  (default)",
        "max-file-size = 2097152  (command line)",
        "override  (laggard.toml:4)",
        "select-star = off  (laggard.toml:6)",
        "blocking-call-in-async = error  (command line)",
        "query-in-loop = warning  (default)",
    ] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    assert!(!shown.stdout.contains(folder.path().to_str().unwrap()));
    assert_eq!(run(laggard(folder.path(), &["check", "--show-settings", "nowhere.py"])).code, 2);
}

#[test]
fn show_files_says_why() {
    let folder = project(&[
        ("laggard.toml", "exclude = [\"old\"]\n"),
        ("a.py", "x = 1\n"),
        ("old/b.py", "x = 1\n"),
        ("tests/c.py", "x = 1\n"),
        ("big.py", &"x = 1\n".repeat(100)),
    ]);
    let arguments = ["check", "--show-files", "--max-file-size", "500"];
    assert_eq!(run(laggard(folder.path(), &arguments)).stdout, "a.py\ntests/c.py\n");
    let why = run(laggard(folder.path(), &[&arguments as &[&str], &["--why"]].concat())).stdout;
    for line in [
        "a.py: python, production, laggard.toml\n",
        "tests/c.py: python, tests, laggard.toml\n",
        "old/b.py: left out, excluded by \"old\" (laggard.toml:1)\n",
        "big.py: left out, has 600 bytes",
    ] {
        assert!(why.contains(line), "{line}: {why}");
    }
}

#[test]
fn init_writes_what_can_be_read() {
    let folder = project(&[("a.py", SLOW)]);
    assert_eq!(run(laggard(folder.path(), &["init"])).code, 0);
    assert_eq!(found(folder.path(), &[]), ["a.py warning"]);
    let again = run(laggard(folder.path(), &["init"]));
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("`laggard.toml` configures laggard already"), "{again:?}");
    // All that is commented out is right too.
    let text = std::fs::read_to_string(folder.path().join("laggard.toml")).unwrap();
    let setting = |line: &str| line.starts_with("# [") || line.starts_with("# ") && line.contains(" = ");
    let live: String = text.lines().filter(|line| setting(line)).map(|line| format!("{}\n", &line[2..])).collect();
    assert!(live.contains("[[overrides]]") && live.contains("select = "), "{live}");
    write(&folder, "laggard.toml", live.as_bytes());
    assert_eq!(found(folder.path(), &[]), ["a.py error"]);
    assert_valid(&live, true);
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/laggard.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_valid(text: &str, expected: bool) {
    let value: Value = toml::from_str(text).unwrap();
    assert_eq!(jsonschema::is_valid(&schema(), &value), expected, "schema: {text}");
    let read = reader::read_file("laggard.toml", "laggard.toml", text, Path::new("/p"));
    assert_eq!(read.is_ok(), expected, "reader: {text}: {read:?}");
}

#[test]
fn the_schema_and_the_reader_agree() {
    let keys = |value: &Value| {
        let mut keys: Vec<String> = value["properties"].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |keys: &[&str]| {
        let mut keys: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
        keys.sort();
        keys
    };
    let schema = schema();
    assert_eq!(keys(&schema), sorted(reader::KEYS));
    assert_eq!(keys(&schema["properties"]["overrides"]["items"]), sorted(reader::OVERRIDE_KEYS));
    assert_eq!(keys(&schema["$defs"]["rules"]["additionalProperties"]["oneOf"][1]), sorted(reader::RULE_KEYS));
    let classes: Vec<&str> = reader::CLASSES.iter().map(|(name, _)| *name).collect();
    assert_eq!(keys(&schema["properties"]["paths"]), sorted(&classes));
    for (text, valid) in [
        ("", true),
        ("select = [\"all\"]\nrules = { a = \"deny\", b = { level = \"info\", confidence = \"low\" } }", true),
        ("max-file-size = 10", true),
        ("max-file-size = \"2M\"", true),
        ("max-file-size = \"x\"", false),
        ("max-file-size = true", false),
        ("fail-on = \"never\"", false),
        ("select = \"all\"", false),
        ("rules = { a = \"fatal\" }", false),
        ("rules = { a = { levle = \"info\" } }", false),
        ("overrides = [{ paths = [\"a\"], ignore = [\"b\"] }]", true),
        ("overrides = [{ ignore = [\"b\"] }]", false),
        ("overrides = [{ paths = [\"a\"], exclude = [] }]", false),
        ("paths = { tests = [\"a\"] }", true),
        ("paths = { testing = [\"a\"] }", false),
        ("unknown = 1", false),
    ] {
        assert_valid(text, valid);
    }
}

#[test]
fn named_paths_filter_the_report_of_a_project() {
    let views = "from db import load\n\ndef show(session, orders):\n    for order in orders:\n        load(session, order.customer_id)\n";
    let db = "from sqlalchemy.orm import Session\n\ndef load(session: Session, key):\n    return session.get(Customer, key)\n";
    let folder = project(&[("views.py", views), ("db.py", db), ("other.py", SLOW)]);
    assert_eq!(found(folder.path(), &["views.py"]), [""; 0], "a file alone hides what it calls");
    assert_eq!(found(folder.path(), &["--project", ".", "views.py"]), ["views.py warning"]);
    assert_eq!(found(folder.path(), &["--project", "."]), ["other.py warning", "views.py warning"]);
    assert_eq!(check(folder.path(), &["--project", ".", "nowhere.py"]).code, 2);
}
