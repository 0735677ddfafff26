//! The cache makes runs faster and changes nothing that they say.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use common::{Run, fixture_projects, laggard, project, run, write};
use tempfile::TempDir;

/// What is looked at: all rules, and all that a run says.
const ALL: &[&str] = &["check", "--select", "all", "--include-tests", "--verbose", "--output-format", "jsonl"];

fn checked(folder: &Path, more: &[&str]) -> Run {
    run(laggard(folder, &[ALL, more].concat()))
}

/// A run with the cache says what one without it says: with what is known of the last run, with what is known of texts
/// alone, and once more.
fn assert_as_cold(folder: &Path, what: &str) -> Run {
    let cold = checked(folder, &["--no-cache"]);
    let with_runs = checked(folder, &[]);
    kept(folder, "runs").iter().for_each(|path| fs::remove_file(path).unwrap());
    for warm in [&with_runs, &checked(folder, &[]), &checked(folder, &[])] {
        assert_eq!((&warm.stdout, &warm.stderr, warm.code), (&cold.stdout, &cold.stderr, cold.code), "{what}");
    }
    with_runs
}

/// Files of the cache with what is known of texts (`facts`), or what runs found (`runs`).
fn kept(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder.join(".laggard_cache")).sort_by_file_name().into_iter();
    let files = files.filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    files.filter(|path| path.extension().is_some_and(|own| own == kind)).collect()
}

/// Does a run say what another found, instead of looking?
fn is_recalled(folder: &Path, more: &[&str]) -> bool {
    let stages = checked(folder, &[&["--timings"], more].concat()).stderr;
    assert!(stages.contains(" recall\n"), "{stages}");
    !stages.contains(" link\n")
}

const CALLER: &str =
    "from lib import load\n\n\ndef show(session, ids):\n    return [load(session, id) for id in ids]\n";
const CALLEE: &str = "def load(session, id):\n    return id\n";
const SLOW_CALLEE: &str = "\
from sqlalchemy.orm import Session


def load(session: Session, id):
    return session.get(Customer, id)
";

fn two_files() -> TempDir {
    project(&[("app.py", CALLER), ("lib.py", CALLEE), ("pyproject.toml", "[project]\nname = 'app'\n")])
}

#[test]
fn fixture_projects_say_the_same_with_it() {
    for project in fixture_projects() {
        let copy = common::copy_of(&project);
        let name = project.display().to_string();
        checked(copy.path(), &[]);
        assert_as_cold(copy.path(), &name);
    }
}

#[test]
fn what_changes_elsewhere_counts() {
    let folder = two_files();
    let path = folder.path();
    let finds = |what: &str| assert_as_cold(path, what).stdout.matches("query-in-loop").count();
    checked(path, &[]);
    assert!(!kept(path, "facts").is_empty() && !kept(path, "runs").is_empty(), "facts and findings are kept");
    assert_eq!(finds("nothing changed"), 0);
    write(&folder, "lib.py", SLOW_CALLEE.as_bytes());
    assert!(finds("a callee changed") > 0);
    write(&folder, "laggard.toml", b"exclude = [\"lib.py\"]\n");
    assert_eq!(finds("the settings changed"), 0);
    write(&folder, "laggard.toml", b"");
    write(&folder, "lib.py", CALLEE.as_bytes());
    assert_eq!(finds("it is as it was"), 0);
    write(&folder, "lib.py", b"from store import fetch\n\n\ndef load(session, id):\n    return fetch(id)\n");
    assert_eq!(finds("a library of which nothing is known"), 0);
    let row = r#"calls."store.fetch" = { kind = "function", effects = ["db-query", "network"], source = "our own" }"#;
    write(&folder, "models/python/store.toml", row.as_bytes());
    assert!(finds("a model came") > 0);
    fs::remove_file(path.join("lib.py")).unwrap();
    assert_eq!(finds("a file is gone"), 0);
}

#[test]
fn only_a_run_without_any_change_is_recalled() {
    let folder = two_files();
    let path = folder.path();
    write(&folder, "lib.py", SLOW_CALLEE.as_bytes());
    write(&folder, "tests/test_app.py", b"def test_nothing():\n    pass\n");
    checked(path, &[]);
    assert!(is_recalled(path, &[]) && is_recalled(path, &["--jobs", "1"]), "nothing has changed");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    fs::File::options().write(true).open(path.join("lib.py")).unwrap().set_modified(later).unwrap();
    assert!(is_recalled(path, &[]), "a time is no change");
    for arguments in [&["--ignore", "db"][..], &["--max-file-size", "1K"], &["--config", "exclude=['x']"], &["app.py"]]
    {
        assert!(!is_recalled(path, arguments), "{arguments:?}");
        assert!(is_recalled(path, arguments) && is_recalled(path, &[]), "{arguments:?}: each has its own");
    }
    let changes: [(&str, &str); 7] = [
        ("app.py", "import lib\n"),
        ("new.py", ""),
        ("pyproject.toml", "[project]\nname = 'app'\nrequires-python = '>=3.9'\n"),
        ("laggard.toml", "ignore = ['db']\n"),
        ("laggard.toml", "[[overrides]]\npaths = ['app.py']\nignore = ['db']\n"),
        (".gitignore", "lib.py\n"),
        ("models/python/store.toml", ""),
    ];
    for (file, text) in changes {
        write(&folder, file, text.as_bytes());
        assert!(!is_recalled(path, &[]), "{file} has changed");
        assert_as_cold(path, file);
        assert!(is_recalled(path, &[]), "{file} is as it was");
    }
}

#[test]
fn facts_of_another_version_are_not_used() {
    let folder = two_files();
    checked(folder.path(), &[]);
    let versions = || {
        let entries = fs::read_dir(folder.path().join(".laggard_cache")).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let own = versions();
    assert_eq!(own.len(), 1);
    fs::rename(&own[0], own[0].with_file_name("0.0.0-other")).unwrap();
    write(&folder, "lib.py", SLOW_CALLEE.as_bytes());
    assert_as_cold(folder.path(), "another version was here");
    assert_eq!(versions().len(), 2, "each has its own");
}

/// What becomes of the bytes of a file.
type Damage = fn(&[u8]) -> Vec<u8>;

#[test]
fn what_is_torn_or_foreign_is_replaced() {
    let folder = two_files();
    checked(folder.path(), &[]);
    let files = [kept(folder.path(), "facts"), kept(folder.path(), "runs")].concat();
    let whole: Vec<(PathBuf, Vec<u8>)> =
        files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    let damages: [(&str, Damage); 4] = [
        ("cut", |bytes| bytes[..bytes.len() / 2].to_vec()),
        ("empty", |_| Vec::new()),
        ("foreign", |_| b"nothing that we know".to_vec()),
        ("changed", |bytes| bytes.iter().enumerate().map(|(at, byte)| if at > 80 { !byte } else { *byte }).collect()),
    ];
    for (name, damage) in damages {
        for (path, bytes) in &whole {
            fs::write(path, damage(bytes)).unwrap();
        }
        let run = assert_as_cold(folder.path(), name);
        assert!(run.code == 0, "{run:?}");
        for (path, bytes) in &whole {
            assert_eq!(&fs::read(path).unwrap(), bytes, "{name}: it is whole again");
        }
    }
}

#[test]
fn several_runs_may_use_it_at_once() {
    let folder = two_files();
    for file in 0..60 {
        write(&folder, &format!("more/m{file}.py"), common::SLOW.replace("show", &format!("show{file}")).as_bytes());
    }
    let cold = checked(folder.path(), &["--no-cache"]);
    thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(|| checked(folder.path(), &[]))).collect();
        for run in runs {
            let run = run.join().unwrap();
            assert_eq!((run.stdout, run.stderr), (cold.stdout.clone(), cold.stderr.clone()));
        }
    });
    assert_as_cold(folder.path(), "afterwards");
    let left = walkdir::WalkDir::new(folder.path().join(".laggard_cache")).into_iter().filter_map(Result::ok);
    let left = left.filter(|entry| entry.file_type().is_file()).map(|entry| entry.file_name().to_owned());
    let is_whole = |name: &std::ffi::OsString| {
        let extension = Path::new(name).extension().unwrap_or_default();
        name == "CACHEDIR.TAG" || name == ".gitignore" || extension == "facts" || extension == "runs"
    };
    let half: Vec<_> = left.filter(|name| !is_whole(name)).collect();
    assert!(half.is_empty(), "nothing half written: {half:?}");
}

#[test]
fn it_may_stand_anywhere_and_be_moved() {
    let folder = two_files();
    let elsewhere = tempfile::tempdir().unwrap();
    let cache = elsewhere.path().join("cache");
    let run = checked(folder.path(), &["--cache-dir", cache.to_str().unwrap()]);
    assert!(cache.join("CACHEDIR.TAG").exists() && !folder.path().join(".laggard_cache").exists(), "{run:?}");
    // Another checkout of the same files finds everything there: nothing is written.
    let copy = common::copy_of(folder.path());
    let before = modified(&cache);
    let again = checked(copy.path(), &["--cache-dir", cache.to_str().unwrap()]);
    assert_eq!((again.stdout, modified(&cache)), (run.stdout, before));
}

fn modified(folder: &Path) -> Vec<std::time::SystemTime> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.map(|entry| entry.metadata().unwrap().modified().unwrap()).collect()
}

#[test]
fn where_nothing_can_be_kept_the_run_goes_on() {
    let folder = two_files();
    write(&folder, "file", b"");
    let run = checked(folder.path(), &["--cache-dir", "file/below"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("file/below: cannot be written"), "{run:?}");
    let other = two_files();
    assert_eq!(checked(other.path(), &["--no-cache"]).code, 0);
    assert!(!other.path().join(".laggard_cache").exists());
}

#[test]
fn clean_removes_it_and_nothing_else() {
    let folder = two_files();
    checked(folder.path(), &[]);
    let cleaned = run(laggard(folder.path(), &["clean"]));
    assert!(cleaned.code == 0 && cleaned.stdout.starts_with("removed "), "{cleaned:?}");
    assert!(!folder.path().join(".laggard_cache").exists());
    let again = run(laggard(folder.path(), &["clean"]));
    assert!(again.code == 0 && again.stdout.starts_with("there is no "), "{again:?}");
    let refused = run(laggard(folder.path(), &["clean", "--cache-dir", "."]));
    assert!(refused.code == 2 && folder.path().join("app.py").exists(), "{refused:?}");
}
