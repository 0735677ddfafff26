//! Small projects of several files, run as a user would run them.
//!
//! Each folder of `fixtures/projects` holds an `expected.txt`: commands after `$ `, each followed by what it prints on
//! stdout, then on stderr, then its exit code. `BLESS=1 cargo test --test projects` rewrites them.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{laggard, run};

const EXPECTED: &str = "expected.txt";
const COMMAND: &str = "$ laggard ";

#[test]
fn every_project_prints_what_is_expected() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    for project in common::fixture_projects() {
        let file = project.join(EXPECTED);
        let expected = fs::read_to_string(&file).unwrap_or_default();
        let actual = transcript(&project, &expected);
        if bless {
            fs::write(&file, &actual).unwrap();
        } else if actual != expected {
            failures.push(format!("{}:\n{}", file.display(), first_difference(&expected, &actual)));
        }
    }
    assert!(failures.is_empty(), "`BLESS=1` accepts this:\n\n{}", failures.join("\n"));
}

/// Runs the commands of a transcript on a copy of the project, so that nothing above it matters.
fn transcript(project: &Path, expected: &str) -> String {
    let copy = common::copy_of(project);
    fs::remove_file(copy.path().join(EXPECTED)).ok();
    let mut commands: Vec<&str> = expected.lines().filter_map(|line| line.strip_prefix(COMMAND)).collect();
    if commands.is_empty() {
        commands.push("check");
    }
    let runs = commands.into_iter().map(|command| {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let run = run(laggard(copy.path(), &arguments));
        format!("{COMMAND}{command}\n{}{}exit code {}\n", run.stdout, run.stderr, run.code)
    });
    runs.collect::<Vec<_>>().join("\n")
}

/// The first line that differs, with what follows.
fn first_difference(expected: &str, actual: &str) -> String {
    let same = expected.lines().zip(actual.lines()).take_while(|(left, right)| left == right).count();
    let from = |text: &str| text.lines().skip(same).take(12).collect::<Vec<_>>().join("\n");
    format!("line {}, expected:\n{}\n\nbut it is:\n{}\n", same + 1, from(expected), from(actual))
}

/// The example on the first page is what the program prints.
#[test]
fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let shown = readme.split("```\n").nth(1).expect("a first example");
    let real = fs::read_to_string(root.join("fixtures/projects/query-three-files-away").join(EXPECTED)).unwrap();
    assert!(real.contains(shown.trim_end()), "README.md is behind `fixtures/projects/query-three-files-away`");
}

#[test]
fn projects_exist() {
    let projects: Vec<PathBuf> = common::fixture_projects();
    assert!(projects.len() > 5, "{projects:?}");
}
