//! The output depends on the text of the files alone: not on the number of threads, nor on the order of the paths.

mod common;

use std::path::{Path, PathBuf};

use common::{fixture_projects, laggard, run};

/// What a run of all rules says on stdout and stderr.
fn said(folder: &Path, format: &str, jobs: &str, paths: &[String]) -> (String, String) {
    let mut arguments =
        vec!["check", "--select", "all", "--include-tests", "--verbose", "--fail-on", "info", "--no-cache"];
    arguments.extend(["--output-format", format, "--jobs", jobs, "--"]);
    arguments.extend(paths.iter().map(String::as_str));
    let run = run(laggard(folder, &arguments));
    assert!(run.code == 0 || run.code == 1, "{run:?}");
    (run.stdout, run.stderr)
}

/// What a folder holds, by name.
fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "expected.txt")
        .collect();
    names.sort();
    names
}

/// Asserts that threads and order make no difference for these paths of a folder.
fn assert_stable(folder: &Path, paths: &[String]) {
    let mut turned: Vec<String> = paths.iter().rev().cloned().collect();
    // Named twice, and in yet another order.
    turned.rotate_left(paths.len() / 3);
    let twice: Vec<String> = turned.iter().chain(paths).cloned().collect();
    for format in ["full", "jsonl"] {
        let expected = said(folder, format, "1", paths);
        for (jobs, paths) in [("2", paths), ("1", &turned), ("2", &turned), ("2", &twice)] {
            let actual = said(folder, format, jobs, paths);
            assert!(actual == expected, "{}: {format}, --jobs {jobs}, {paths:?}", folder.display());
        }
    }
}

#[test]
fn fixture_projects_give_the_same_for_any_threads_and_order() {
    for project in fixture_projects() {
        let copy = common::copy_of(&project);
        let paths = entries(copy.path());
        assert_stable(copy.path(), &paths);
        let whole = said(copy.path(), "jsonl", "2", &[".".to_owned()]);
        assert!(whole == said(copy.path(), "jsonl", "1", &paths), "{}: as a whole", project.display());
    }
}

#[test]
fn the_source_of_laggard_gives_the_same_for_any_threads_and_order() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let paths: Vec<String> = entries(&root.join("src")).into_iter().map(|name| format!("src/{name}")).collect();
    assert!(said(&root, "full", "2", &paths).1.contains(" files."));
    assert_stable(&root, &paths);
}
