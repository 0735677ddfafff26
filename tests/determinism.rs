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

/// A module of a program whose questions lead back to themselves, across files: bases, star imports, results and
/// arguments go in a circle of `count` modules.
fn circular_module(at: usize, count: usize) -> String {
    let (next, last) = ((at + 1) % count, (at + count - 1) % count);
    format!(
        "import re
from sqlalchemy.orm import Session
from m{next} import *
from m{last} import make_{last}, load_{last} as other

class Kind{at}(Kind{next}):
    def rows(self, session):
        return self.rows(session) if session else make_{last}(session, 'x+')

def make_{at}(value, pattern):
    for item in kind_{next}(value, value):
        re.compile(pattern).match(item)
        other(value, make_{last}(item, pattern))
    return make_{last}(value, pattern)

def load_{at}(session, ids):
    for key in ids:
        session.get(Kind{at}, key)
        load_{next}(session, [key])
    return other(session, Kind{at}().rows(session))

def kind_{at}(value, other_value):
    return kind_{next}(other_value, value) if value else other_value

def start_{at}(session: Session, ids):
    for key in ids:
        other(session, load_{at}(session, make_{next}(ids, 'x+')))
"
    )
}

/// Asserts that threads and order make no difference for these paths of a folder.
fn assert_stable(folder: &Path, paths: &[String]) {
    let mut turned: Vec<String> = paths.iter().rev().cloned().collect();
    // Named twice, and in yet another order.
    turned.rotate_left(paths.len() / 3);
    let twice: Vec<String> = turned.iter().chain(paths).cloned().collect();
    for format in ["full", "jsonl"] {
        let expected = said(folder, format, "1", paths);
        for (jobs, paths) in [("2", paths), ("8", paths), ("1", &turned), ("2", &turned), ("2", &twice)] {
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

#[test]
fn what_leads_back_to_itself_gives_the_same_for_any_threads_and_order() {
    // So many calls that they are resolved on several threads.
    let count = 120;
    let names: Vec<String> = (0..count).map(|at| format!("m{at}.py")).collect();
    let texts: Vec<String> = (0..count).map(|at| circular_module(at, count)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let project = common::project(&files);
    assert!(said(project.path(), "jsonl", "8", &names).0.lines().count() >= count, "it finds what it looks for");
    assert_stable(project.path(), &names);
}
