//! Writing fixed files: nothing of the user's is ever lost.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{laggard, project, run};
use laggard::fix::saving::{SaveError, save};

const BAD: &str = "def known(names, wanted):\n    return any([name == wanted for name in names])\n";
const GOOD: &str = "def known(names, wanted):\n    return any(name == wanted for name in names)\n";
const FIX: &[&str] = &["check", "--isolated", "--no-cache", "--select", "needless-list", "--fix"];

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

fn long(text: &str) -> String {
    format!("{text}{}", "# a long file\n".repeat(2000))
}

/// What is in a folder, with nothing of laggard's left behind.
#[cfg(unix)]
fn assert_only_long_file_is_old(folder: &Path) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!((read("a.py"), read("b.py"), read("c.py")), (GOOD.to_owned(), long(BAD), GOOD.to_owned()));
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["a.py", "b.py", "c.py"]);
}

/// The system refuses to write more than some bytes to a file, as it does on a full disk: that file stays as it was, and
/// is named; the others are written.
#[cfg(unix)]
#[test]
fn what_cannot_be_written_whole_is_left_alone() {
    let folder = project(&[("a.py", BAD), ("b.py", &long(BAD)), ("c.py", BAD)]);
    let command = format!("trap '' XFSZ; ulimit -f 8; exec '{}' {}", env!("CARGO_BIN_EXE_laggard"), FIX.join(" "));
    let output = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`b.py` cannot be written"), "{said}");
    assert_only_long_file_is_old(folder.path());
}

/// A real disk that is full, where the system lets the test mount one. Where it does not, the test says so, and the one
/// above has to do.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_files_as_they_were() {
    const RUN: &str = r#"
        mount -t tmpfs -o size=44k tmpfs "$1" || exit 99
        cp "$2"/*.py "$1" && cd "$1" || exit 98
        "$3" check --isolated --no-cache --select needless-list --fix 2> "$2/said"
        echo $? > "$2/code"
        mkdir "$2/after" && cp -R . "$2/after"
    "#;
    let disk = tempfile::tempdir().unwrap();
    let folder = project(&[("a.py", BAD), ("b.py", &long(BAD)), ("c.py", BAD)]);
    let is_run = [&["--mount"][..], &["--map-root-user", "--mount"]].iter().any(|flags| {
        let mut command = Command::new("unshare");
        command.args(*flags).args(["sh", "-c", RUN, "sh"]).args([disk.path(), folder.path()]);
        command.arg(env!("CARGO_BIN_EXE_laggard")).output().is_ok_and(|output| output.status.success())
    });
    if !is_run {
        // Past the test harness, which hides what tests that pass have to say.
        let words = b"SKIPPED: no small file system can be mounted here\n";
        return std::io::Write::write_all(&mut std::io::stderr(), words).unwrap();
    }
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("code").trim(), "2", "{}", read("said"));
    assert!(read("said").contains("`b.py` cannot be written"), "{}", read("said"));
    assert_only_long_file_is_old(&folder.path().join("after"));
}

#[test]
fn a_file_that_is_gone_is_an_error() {
    assert!(matches!(save(Path::new("/nowhere/b.py"), BAD, GOOD), Err(SaveError::Io(_))));
}
