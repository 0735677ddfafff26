//! Writing fixed files: nothing of the user's is ever lost.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{laggard, project, run};
use laggard::fix::saving::{SaveError, save};

const BAD: &str = "def known(names, wanted):\n    return any([name == wanted for name in names])\n";
const GOOD: &str = "def known(names, wanted):\n    return any(name == wanted for name in names)\n";
const FIX: &[&str] = &["check", "--isolated", "--select", "needless-list", "--fix"];

#[test]
fn line_endings_marks_and_ends_of_files_stay() {
    let variants = [
        BAD.replace('\n', "\r\n"),
        format!("\u{feff}{BAD}"),
        BAD.trim_end().to_owned(),
        format!("\u{feff}# \u{e4}\r\n{}", BAD.replace('\n', "\r\n").trim_end()),
    ];
    for before in variants {
        let folder = project(&[("a.py", &before)]);
        assert_eq!(run(laggard(folder.path(), FIX)).code, 0, "{before:?}");
        let after = fs::read_to_string(folder.path().join("a.py")).unwrap();
        assert_eq!(after, before.replace("any([", "any(").replace("names])", "names)"), "{before:?}");
    }
}

#[test]
fn a_diff_changes_nothing() {
    let folder = project(&[("a.py", BAD)]);
    let shown = run(laggard(folder.path(), &["check", "--isolated", "--select", "needless-list", "--diff"]));
    assert_eq!(shown.code, 1);
    assert!(shown.stdout.contains("--- a/a.py\n+++ b/a.py\n"), "{}", shown.stdout);
    assert_eq!(fs::read_to_string(folder.path().join("a.py")).unwrap(), BAD);
    assert_eq!(run(laggard(folder.path(), FIX)).code, 0);
    let shown = run(laggard(folder.path(), &["check", "--isolated", "--select", "needless-list", "--diff"]));
    assert_eq!((shown.code, shown.stdout.as_str()), (0, ""));
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let text = "def lowest(prices: list):\n    return sorted(prices)[0]\n";
    let folder = project(&[("a.py", text)]);
    let base = ["check", "--isolated", "--select", "sort-for-extreme"];
    assert_eq!(run(laggard(folder.path(), &[&base[..], &["--unsafe-fixes"]].concat())).code, 2);
    assert_eq!(run(laggard(folder.path(), &[&base[..], &["--fix"]].concat())).code, 1);
    assert_eq!(fs::read_to_string(folder.path().join("a.py")).unwrap(), text);
    assert_eq!(run(laggard(folder.path(), &[&base[..], &["--fix-only", "--unsafe-fixes"]].concat())).code, 0);
    assert!(fs::read_to_string(folder.path().join("a.py")).unwrap().contains("min(prices)"));
}

#[test]
fn what_changed_meanwhile_is_left_alone() {
    let folder = project(&[("a.py", "x = 2\n")]);
    let path = folder.path().join("a.py");
    assert!(matches!(save(&path, "x = 1\n", "x = 3\n"), Err(SaveError::Changed)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "x = 2\n");
    save(&path, "x = 2\n", "x = 3\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "x = 3\n");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay_and_read_only_files_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = project(&[("real.py", BAD), ("locked.py", BAD)]);
    let (real, locked) = (folder.path().join("real.py"), folder.path().join("locked.py"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o750)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let result = run(laggard(folder.path(), FIX));
    assert_eq!(result.code, 2);
    assert!(result.stderr.contains("`locked.py` is read-only"), "{}", result.stderr);
    assert_eq!(fs::read_to_string(&locked).unwrap(), BAD);
    assert_eq!(fs::read_to_string(&real).unwrap(), GOOD);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o750);
    save(&link, GOOD, BAD).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), BAD);
}

/// The system lets the process write no more than some bytes to a file, and kills it where it goes on. What it has not
/// finished then is as it was.
#[cfg(unix)]
#[test]
fn a_process_that_is_killed_while_it_writes_leaves_files_old_or_new() {
    let long = |text: &str| format!("{text}{}", "# a long file\n".repeat(2000));
    let folder = project(&[("a.py", BAD), ("b.py", &long(BAD)), ("c.py", BAD)]);
    let command = format!("ulimit -f 8; exec '{}' {}", env!("CARGO_BIN_EXE_laggard"), FIX.join(" "));
    let status = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).status().unwrap();
    assert!(!status.success(), "the limit is met");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("a.py"), GOOD);
    assert_eq!(read("b.py"), long(BAD));
    assert!([BAD, GOOD].contains(&read("c.py").as_str()));
    // And the next run does the rest.
    assert_eq!(run(laggard(folder.path(), FIX)).code, 0);
    assert_eq!((read("b.py"), read("c.py")), (long(GOOD), GOOD.to_owned()));
}

#[test]
fn a_file_that_is_gone_is_an_error() {
    assert!(matches!(save(Path::new("/nowhere/b.py"), BAD, GOOD), Err(SaveError::Io(_))));
}
