//! The command line: exit codes, formats, and which stream gets what.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use common::{Run, SLOW, cargo_laggard, laggard, project, run, write};

/// Every row: arguments and the exit code, in a folder with one clean file.
#[test]
fn exit_codes() {
    let folder = project(&[
        ("clean.py", "x = 1\n"),
        ("empty/README.md", ""),
        ("broken/a.py", "def (:\n"),
        ("wrong/laggard.toml", "selct = []\n"),
        ("wrong/a.py", "x = 1\n"),
        ("unknown/laggard.toml", "select = [\"no-such-rule\"]\n"),
        ("unknown/a.py", "x = 1\n"),
    ]);
    let table: &[(&[&str], i32)] = &[
        // Clean.
        (&["check", "clean.py"], 0),
        (&["check", "clean.py", "clean.py", "./clean.py"], 0),
        (&["check", "clean.py", "--exit-zero"], 0),
        (&["check", "clean.py", "--fail-on", "info", "--isolated", "--jobs", "1", "--color", "never"], 0),
        (&["check", "clean.py", "--select", "all", "--ignore", "pedantic,likely"], 0),
        (&["check", ".", "--isolated"], 0),
        (&["--isolated"], 2),
        (&["rules"], 0),
        (&["rules", "--output-format", "json"], 0),
        (&["init", "--stdout"], 0),
        (&["--help"], 0),
        (&["check", "--help"], 0),
        (&["--version"], 0),
        // A syntax error in a file.
        (&["check", "broken"], 0),
        (&["check", "broken", "--strict"], 2),
        (&["check", "clean.py", "--strict"], 0),
        // A missing path.
        (&["check", "nowhere"], 2),
        (&["check", "clean.py", "nowhere.py"], 2),
        (&["check", "--exit-zero", "nowhere"], 2),
        (&["check", "--project", "nowhere"], 2),
        // Bad or missing configuration.
        (&["check", "wrong"], 2),
        (&["check", "wrong", "--exit-zero"], 2),
        (&["check", "wrong", "--isolated"], 0),
        (&["check", "clean.py", "--config", "nowhere.toml"], 2),
        (&["check", "clean.py", "--config", "wrong/laggard.toml"], 2),
        (&["check", "clean.py", "--baseline", "nowhere.json"], 2),
        // Unknown names of rules.
        (&["check", "unknown"], 2),
        (&["check", "--isolated", "--select", "no-such-rule"], 2),
        (&["check", "--isolated", "--ignore", "no-such-rule"], 2),
        (&["check", "--isolated", "--extend-select", "no-such-rule"], 2),
        (&["check", "--isolated", "-A", "no-such-rule"], 2),
        (&["check", "--isolated", "-W", "no-such-rule"], 2),
        (&["check", "--isolated", "-D", "no-such-rule"], 2),
        (&["explain", "no-such-rule"], 2),
        (&["explain"], 2),
        // Unknown flags, values and commands.
        (&[], 2),
        (&["chek"], 2),
        (&["check", "--no-such-flag"], 2),
        (&["check", "--output-format", "xml"], 2),
        (&["check", "--output", "xml=x"], 2),
        (&["check", "--fail-on", "never"], 2),
        (&["check", "--max-findings", "-1"], 2),
        (&["check", "--jobs", "0"], 2),
        (&["check", "--max-file-size", "much"], 2),
        (&["check", "--why"], 2),
        // An empty folder.
        (&["check", "empty"], 0),
        (&["check", "empty/README.md"], 0),
        (&["check", "empty", "--error-on-empty"], 2),
    ];
    for (arguments, code) in table {
        let run = run(laggard(folder.path(), arguments));
        assert_eq!(run.code, *code, "{arguments:?}: {run:?}");
        let shows_findings = arguments.contains(&"--strict");
        assert!(*code == 0 || shows_findings || run.stdout.is_empty(), "{arguments:?}: errors go to stderr: {run:?}");
        assert!(*code == 0 || !run.stderr.is_empty(), "{arguments:?}: an error says something");
    }
}

#[test]
fn exit_codes_of_findings() {
    let folder = project(&[("slow.py", SLOW)]);
    let table: &[(&[&str], i32)] = &[
        (&["check"], 1),
        (&["check", "slow.py", "--quiet"], 1),
        (&["check", "--exit-zero"], 0),
        (&["check", "--fail-on", "error"], 0),
        (&["check", "--fail-on", "info"], 1),
        (&["check", "--ignore", "default"], 0),
        (&["check", "--max-findings", "1"], 0),
        (&["check", "--max-findings", "0"], 1),
        (&["check", "-W", "query-in-loop"], 1),
        (&["check", "-D", "query-in-loop", "--fail-on", "error"], 1),
        (&["check", "-A", "query-in-loop"], 0),
        (&["check", "--strict"], 1),
        (&["check", "--statistics"], 1),
        (&["check", "--output-format", "sarif"], 1),
        (&["check", "nowhere", "slow.py"], 2),
    ];
    for (arguments, code) in table {
        let run = run(laggard(folder.path(), arguments));
        assert_eq!(run.code, *code, "{arguments:?}: {run:?}");
    }
}

#[test]
fn an_empty_folder_is_a_warning() {
    let folder = project(&[]);
    let loud = run(laggard(folder.path(), &["check"]));
    assert_eq!((loud.code, loud.stdout.as_str()), (0, ""));
    assert!(loud.stderr.starts_with("warning: there are no source files to analyse\n"), "{loud:?}");
    let quiet = run(laggard(folder.path(), &["check", "--quiet"]));
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
}

#[test]
fn errors_name_what_is_wrong_and_what_to_do() {
    let folder = project(&[]);
    let missing = run(laggard(folder.path(), &["check", "nowhere/at/all.py"]));
    assert!(missing.stderr.contains("error: there is no file or folder `"), "{missing:?}");
    assert!(missing.stderr.contains("nowhere/at/all.py`"), "{missing:?}");
    let rule = run(laggard(folder.path(), &["check", "--select", "pedantc"]));
    assert!(rule.stderr.contains("there is no rule, family or set `pedantc`"), "{rule:?}");
    assert!(rule.stderr.contains("did you mean `pedantic`?"), "{rule:?}");
    let quiet = run(laggard(folder.path(), &["check", "--quiet", "nowhere"]));
    assert!(quiet.stderr.contains("error: "), "errors are never quiet: {quiet:?}");
}

#[test]
fn machine_formats_are_alone_on_stdout() {
    let folder = project(&[("slow.py", SLOW), ("broken.py", "def (:\n"), ("binary.py", "\u{0}")]);
    write(&folder, "latin.py", b"name = '\xe9'\n");
    for arguments in [&["check"] as &[&str], &["check", "--verbose", "--timings"]] {
        let with = |format| run(laggard(folder.path(), &[arguments, &["--output-format", format]].concat()));
        let document: serde_json::Value = serde_json::from_str(&with("json").stdout).expect("valid JSON");
        let lines: Vec<serde_json::Value> =
            with("jsonl").stdout.lines().map(|line| serde_json::from_str(line).expect("valid JSON")).collect();
        assert_eq!(document["findings"], serde_json::Value::from(lines));
        assert!(with("json").stderr.contains(" in "), "the summary is on stderr");
    }
    let rules = run(laggard(folder.path(), &["rules", "--output-format", "json"]));
    assert!(serde_json::from_str::<Vec<serde_json::Value>>(&rules.stdout).is_ok(), "{rules:?}");
}

#[test]
fn timings_name_the_stages() {
    let folder = project(&[]);
    let run = run(laggard(folder.path(), &["check", "--timings"]));
    assert!(run.stderr.contains(" s  discover\n"), "{run:?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn colour_follows_flag_and_environment() {
    let folder = project(&[("slow.py", SLOW)]);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = laggard(folder.path(), &[&["check"], arguments].concat());
        command.envs(variables.iter().copied());
        let run = run(command);
        assert!(!run.stdout.is_empty());
        run.stdout.contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "stdout is no terminal");
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]), "a flag is stronger than the environment");
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--color", "always", "--output-format", "json"], &[]));
}

#[test]
fn paths_are_relative_and_the_order_of_arguments_does_not_matter() {
    let folder = project(&[("b/slow.py", SLOW), ("a/slow.py", SLOW), ("a/broken.py", "def (:\n")]);
    let absolute = folder.path().to_str().unwrap().to_string();
    let said = |paths: &[&str]| {
        let run = run(laggard(folder.path(), &[&["check", "--output-format", "concise", "--verbose"], paths].concat()));
        assert!(!run.stdout.contains(&absolute), "{run:?}");
        assert!(!run.stderr.contains(&absolute), "{run:?}");
        (run.stdout, run.stderr)
    };
    let expected = said(&["."]);
    assert_eq!(said(&["a", "b"]), expected);
    assert_eq!(said(&["b", "a", "a/slow.py"]), expected);
    assert_eq!(said(&["--jobs", "1", "."]), expected);
    let from_below = run(laggard(&folder.path().join("a"), &["check", "--output-format", "concise", "../b"]));
    assert!(!from_below.stdout.contains(&absolute), "{from_below:?}");
    assert!(expected.0.starts_with("a/slow.py:6:"), "{expected:?}");
    assert!(from_below.stdout.starts_with("slow.py:6:"), "{from_below:?}");
}

#[test]
fn files_are_counted_once() {
    let folder = project(&[("a.py", "x = 1\n"), ("b.py", "x = 1\n"), (".hidden.py", "x = 1\n")]);
    let run = run(laggard(folder.path(), &["check", ".", "a.py", "./b.py"]));
    assert!(run.stderr.ends_with("No findings in 2 files.\n"), "{run:?}");
}

#[test]
fn explain_suggests_and_prints_pages() {
    let folder = project(&[]);
    let rules = run(laggard(folder.path(), &["rules", "--output-format", "json"]));
    let rules: Vec<serde_json::Value> = serde_json::from_str(&rules.stdout).unwrap();
    for rule in rules {
        let name = rule["name"].as_str().unwrap();
        let page = run(laggard(folder.path(), &["explain", name]));
        assert_eq!(page.code, 0, "{name}: {page:?}");
        assert!(page.stdout.contains("# "), "{name}: {page:?}");
        let slip = run(laggard(folder.path(), &["explain", &format!("{name}x")]));
        assert_eq!(slip.code, 2);
        assert!(slip.stderr.contains("did you mean"), "{slip:?}");
    }
}

#[test]
fn cargo_laggard_checks_the_current_package() {
    let manifest = "[package]\nname = \"p\"\nversion = \"0.1.0\"\n";
    let folder = project(&[("p/Cargo.toml", manifest), ("p/src/lib.rs", "pub fn f() {}\n"), ("other/x.py", "x = 1\n")]);
    let below = folder.path().join("p/src");
    let same = |left: Run, right: Run| assert_eq!((left.code, left.stderr), (right.code, right.stderr));
    let plain = || run(laggard(&folder.path().join("p"), &["check"]));
    assert_eq!(plain().code, 0);
    same(run(cargo_laggard(&below, &[])), plain());
    same(run(cargo_laggard(&below, &["check"])), plain());
    same(run(cargo_laggard(folder.path(), &["--manifest-path", "p/Cargo.toml"])), plain());
    assert_eq!(run(cargo_laggard(&below, &["--output-format", "jsonl"])).stdout, "");
    assert_eq!(run(cargo_laggard(&below, &["rules"])).code, 0);
    assert_eq!(run(cargo_laggard(&below, &["--no-such-flag"])).code, 2);
    let outside = run(cargo_laggard(folder.path(), &[]));
    assert_eq!(outside.code, 2);
    assert!(outside.stderr.contains("could not find `Cargo.toml`"), "{outside:?}");
    assert_eq!(run(cargo_laggard(folder.path(), &["--manifest-path", "Cargo.toml"])).code, 2);
    assert_eq!(run(cargo_laggard(folder.path(), &["other"])).code, 0, "a path needs no package");
    assert!(run(cargo_laggard(&below, &["--help"])).stdout.contains("cargo laggard"));
}

const SLOW_RUST: &str = "pub fn f(names: &[String]) -> usize {\n    let mut found = 0;\n    for name in names {\n        \
                         let pattern = regex::Regex::new(\"a+\").unwrap();\n        if pattern.is_match(name) {\n            \
                         found += 1;\n        }\n    }\n    found\n}\n";

#[test]
fn cargo_laggard_reports_the_packages_that_are_named() {
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    let folder = project(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"a/inner\", \"b\"]\n"),
        ("a/Cargo.toml", &manifest("a")),
        ("a/src/lib.rs", SLOW_RUST),
        ("a/inner/Cargo.toml", &manifest("inner")),
        ("a/inner/src/lib.rs", SLOW_RUST),
        ("b/Cargo.toml", &manifest("b")),
        ("b/src/lib.rs", SLOW_RUST),
    ]);
    let found = |below: &str, arguments: &[&str]| {
        let arguments = [&["--message-format", "short", "--quiet"], arguments].concat();
        let run = run(cargo_laggard(&folder.path().join(below), &arguments));
        assert!(run.code == 1, "{arguments:?}: {run:?}");
        let path = |line: &str| line.split(':').next().unwrap().to_string();
        run.stdout.lines().map(path).collect::<Vec<_>>()
    };
    let (a, inner, b) = ("a/src/lib.rs", "a/inner/src/lib.rs", "b/src/lib.rs");
    assert_eq!(found("", &[]), [inner, a, b], "a virtual workspace: all members");
    assert_eq!(found("b", &[]), [b], "the package of the folder");
    assert_eq!(found("", &["-p", "a"]), [a], "not the package within");
    assert_eq!(found("b/src", &["-p", "inner", "--package", "b"]), [inner, b]);
    assert_eq!(found("a", &["--workspace"]), [inner, a, b]);
    assert_eq!(found("", &["--workspace", "--exclude", "a"]), [inner, b]);
    assert_eq!(found("", &["-p", "b", "--all-features", "--all-targets", "--locked"]), [b]);
    let unknown = run(cargo_laggard(folder.path(), &["-p", "iner"]));
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `inner`?"), "{unknown:?}");

    let json = run(cargo_laggard(folder.path(), &["-p", "b", "--message-format", "json"]));
    for line in json.stdout.lines() {
        let diagnostic: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&diagnostic["$message_type"], &diagnostic["level"]), (&"diagnostic".into(), &"warning".into()));
        assert_eq!(diagnostic["spans"][0]["file_name"], b);
        assert_eq!(diagnostic["spans"][0]["line_start"], 4);
    }
}

/// A reader that stops early is no error.
#[test]
fn a_closed_pipe_is_quiet() {
    let loops = "    for order in orders:\n        order.customer = session.get(Customer, order.customer_id)\n";
    // More than a pipe holds.
    let folder = project(&[("slow.py", &format!("{SLOW}{}", loops.repeat(2000)))]);
    let mut command = laggard(folder.path(), &["check", "slow.py"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{stderr}");
    assert!(!stderr.contains("error") && !stderr.contains("panic"), "{stderr}");
}

/// A full disk is an error, not a clean run.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let folder = project(&[]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = laggard(folder.path(), &["check", "--output-format", "json"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the output cannot be written"));
}

fn with_stdin(folder: &std::path::Path, arguments: &[&str], text: &[u8]) -> Run {
    let concise: &[&str] = &["--output-format", "concise"];
    let format = if arguments.contains(&"--output-format") { &[] } else { concise };
    let mut command = laggard(folder, &[&["check", "--quiet"], format, arguments].concat());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("laggard runs");
    // Arguments may be refused before stdin is read.
    let _ = child.stdin.take().unwrap().write_all(text);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// `path:line` of each line.
fn places(run: &Run) -> Vec<String> {
    assert!(run.code < 2, "{run:?}");
    run.stdout.lines().map(|line| line.split(':').take(2).collect::<Vec<_>>().join(":")).collect()
}

#[test]
fn stdin_stands_for_a_file() {
    let caller = "from load import load\n\n\ndef show(session, orders):\n    for order in orders:\n        load(session, order)\n";
    let costly = "from sqlalchemy.orm import Session\n\n\ndef load(session: Session, key):\n    return session.get(Customer, key)\n";
    let folder = project(&[("load.py", "def load(session, key):\n    pass\n"), ("caller.py", caller), ("slow.py", "")]);
    let with = |arguments: &[&str], text: &str| with_stdin(folder.path(), arguments, text.as_bytes());
    let run = with(&["-", "--stdin-filename", "slow.py"], SLOW);
    assert_eq!(places(&run), ["slow.py:6"], "instead of what the disk has");
    assert_eq!(places(&with(&["-", "--stdin-filename", "new/slow.py"], SLOW)), ["new/slow.py:6"], "it need not exist");
    assert_eq!(places(&with(&["-", "--stdin-filename", "slow.txt"], SLOW)), [""; 0], "no language claims it");
    assert_eq!(places(&with(&["-", "--stdin-filename", "tool"], &format!("#!/usr/bin/python3\n{SLOW}"))), ["tool:7"]);
    let beside = &["-", "caller.py", "--stdin-filename", "load.py"];
    assert_eq!(places(&with(beside, costly)), ["caller.py:6"], "it is part of the program");
    let of_project = &["--project", ".", "caller.py", "-", "--stdin-filename", "load.py"];
    assert_eq!(places(&with(of_project, costly)), ["caller.py:6"]);
    let of_caller = &["--project", ".", "-", "--stdin-filename", "caller.py"];
    assert_eq!(places(&with(of_caller, caller)), [""; 0], "load.py on the disk is cheap");
    write(&folder, "load.py", costly.as_bytes());
    assert_eq!(places(&with(of_caller, &format!("\n{caller}"))), ["caller.py:7"]);

    for format in ["full", "html"] {
        let run = with(&["-", "--stdin-filename", "slow.py", "--output-format", format], SLOW);
        assert!(run.code == 1 && run.stdout.contains("session.get(Customer, order.customer_id)"), "{format}: {run:?}");
    }
    for wrong in [
        &["-"] as &[&str],
        &["slow.py", "--stdin-filename", "x.py"],
        &["-", "--stdin-filename", "x.py", "--files-from", "-"],
    ] {
        let run = with(wrong, SLOW);
        assert!(run.code == 2 && run.stderr.contains("help: "), "{wrong:?}: {run:?}");
    }
    let latin = with_stdin(folder.path(), &["-", "--stdin-filename", "slow.py", "--strict"], b"x = '\xe9'\n");
    assert_eq!(latin.code, 2, "{latin:?}");
}

#[test]
fn lists_of_files() {
    let folder =
        project(&[("a.py", SLOW), ("b.py", SLOW), ("c\nd.py", SLOW), ("list", "a.py\r\n\nb.py\n"), ("none", "")]);
    let with = |arguments: &[&str], text: &str| with_stdin(folder.path(), arguments, text.as_bytes());
    assert_eq!(places(&with(&["--files-from", "list"], "")), ["a.py:6", "b.py:6"]);
    assert_eq!(places(&with(&["--files-from", "-"], "b.py\n")), ["b.py:6"]);
    assert_eq!(places(&with(&["a.py", "--files-from", "-"], "b.py\n")), ["a.py:6", "b.py:6"]);
    assert_eq!(places(&with(&["--files-from", "-"], "b.py\0c\nd.py\0")), ["b.py:6", "c?d.py:6"]);
    assert_eq!(places(&with(&["--files-from", "none"], "")), [""; 0], "an empty list is not the current folder");
    assert_eq!(places(&with(&["--project", ".", "--files-from", "none"], "")), [""; 0]);
    assert_eq!(places(&with(&["--project", ".", "--files-from", "list"], "")), ["a.py:6", "b.py:6"]);
    assert_eq!(with(&["--files-from", "nowhere"], "").code, 2);
    assert_eq!(with(&["--files-from", "-"], "nowhere.py\n").code, 2);
    // More than a command line may hold.
    let many: String = (0..20_000).map(|number| format!("a.py\n./{}b.py\n", "./".repeat(number % 100))).collect();
    assert_eq!(places(&with(&["--files-from", "-"], &many)), ["a.py:6", "b.py:6"]);
}

#[test]
fn arguments_from_a_file() {
    let folder =
        project(&[("a.py", SLOW), ("b c.py", SLOW), ("arguments", "check\nb c.py\n--output-format\nconcise\n")]);
    let ran = run(laggard(folder.path(), &["@arguments"]));
    assert_eq!(places(&ran), ["b c.py:6"]);
    let more = run(laggard(folder.path(), &["@arguments", "a.py", "--quiet"]));
    assert_eq!(places(&more), ["a.py:6", "b c.py:6"]);
    let missing = run(laggard(folder.path(), &["check", "@nowhere"]));
    assert!(missing.code == 2 && missing.stderr.contains("error: the arguments cannot be read: "), "{missing:?}");
    assert_eq!(run(cargo_laggard(folder.path(), &["@nowhere"])).code, 2);
}

#[test]
fn info_says_what_is_used() {
    let folder = project(&[("laggard.toml", "ignore = [\"sql\"]\n"), ("models/python/own.toml", "")]);
    let info = run(laggard(folder.path(), &["info"]));
    assert_eq!(info.code, 0, "{info:?}");
    let settings = "settings:   laggard.toml\nown models: 0 go, 0 java, 0 javascript, 1 python, 0 rust, 0 sql, 0 zig\n";
    assert!(info.stdout.contains(settings) && info.stdout.contains(env!("CARGO_PKG_VERSION")), "{info:?}");
    assert_eq!(run(cargo_laggard(folder.path(), &["info"])).stdout.replace("cargo-laggard", "laggard"), info.stdout);
}

/// Every shell's script, and the pages of the manual, know every command and flag.
#[test]
fn completions_and_manual_pages() {
    let folder = project(&[]);
    let help = run(laggard(folder.path(), &["check", "--help"])).stdout;
    let flags: Vec<&str> = help
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--"))
        .map(|word| word.trim_end_matches(|one: char| !one.is_ascii_alphanumeric()))
        .filter(|word| word.chars().all(|one| one.is_ascii_alphanumeric() || one == '-'))
        .collect();
    assert!(flags.len() > 30);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(laggard(folder.path(), &["completions", shell]));
        assert_eq!(script.code, 0, "{script:?}");
        assert!(flags.iter().all(|flag| script.stdout.contains(flag)), "{shell}: {flags:?}");
    }
    assert_eq!(run(laggard(folder.path(), &["completions", "command.com"])).code, 2);
    let page = run(laggard(folder.path(), &["man"]));
    assert!(page.code == 0 && page.stdout.contains(".SH SUBCOMMANDS"), "{page:?}");
    assert_eq!(run(laggard(folder.path(), &["man", "--folder", "pages"])).code, 0);
    let check = std::fs::read_to_string(folder.path().join("pages/laggard-check.1")).unwrap();
    assert!(flags.iter().all(|flag| check.contains(&flag.replace('-', "\\-"))));
    assert!(folder.path().join("pages/laggard-baseline-create.1").exists());
    assert_eq!(run(laggard(folder.path(), &["man", "--folder", "/dev/null/x"])).code, 2);
}

#[test]
fn watching_reports_again_when_something_changes() {
    let folder = project(&[("part/a.py", "x = 1\n")]);
    let mut command =
        laggard(folder.path(), &["check", "--watch", "--output-format", "concise", "--output", "html=a.html"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut findings = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut wait_until = |end: &str| while !said.next().unwrap().unwrap().starts_with(end) {};
    wait_until("Watching ");
    write(&folder, "part/a.py", SLOW.as_bytes());
    assert!(findings.next().unwrap().unwrap().starts_with("part/a.py:6:"));
    wait_until("Watching ");
    write(&folder, "laggard.toml", b"no-such-setting = 1\n");
    wait_until("error: ");
    wait_until("Watching ");
    write(&folder, "laggard.toml", b"ignore = [\"all\"]\n");
    wait_until("No findings in 1 file.");
    wait_until("Watching ");
    write(&folder, "laggard.toml", b"");
    assert!(findings.next().unwrap().unwrap().starts_with("part/a.py:6:"));
    wait_until("Watching ");
    write(&folder, "new/folder/b.py", SLOW.as_bytes());
    assert!(findings.next().unwrap().unwrap().starts_with("new/folder/b.py:6:"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(run(laggard(folder.path(), &["check", "--watch", "nowhere"])).code, 2);
}

/// Where the number of findings does not tell why the run fails or not, the last line does.
#[test]
fn the_last_line_says_why() {
    let folder = project(&[("slow.py", SLOW), ("other.py", SLOW)]);
    let last = |arguments: &[&str]| {
        let run = run(laggard(folder.path(), &[&["check"], arguments].concat()));
        run.stderr.lines().last().unwrap_or("").to_owned()
    };
    let all = "2 findings (2 warnings) in 2 files.";
    assert_eq!(last(&[]), all);
    assert_eq!(last(&["--fail-on", "error"]), "Exit code 0: no finding is severe enough (`--fail-on`).");
    assert_eq!(last(&["--exit-zero"]), "Exit code 0: `--exit-zero`.");
    assert_eq!(last(&["--max-findings", "2"]), "Exit code 0: no more than 2 are accepted (`--max-findings`).");
    assert_eq!(last(&["--max-findings", "1"]), all);
    write(&folder, "laggard.toml", b"[[overrides]]\npaths = [\"other.py\"]\nrules.query-in-loop = \"info\"\n");
    assert_eq!(last(&[]), "Exit code 1: 1 of them are severe enough (`--fail-on`).");
    assert_eq!(last(&["--quiet"]), "");
}
