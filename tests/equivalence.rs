//! Safe fixes leave the behaviour of programs as it is: examples run before and after, with the same inputs.
//!
//! `fixtures/equivalence/<rule>.py` has the inputs. Needs Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use laggard::config::Config;
use laggard::diagnostic::Grade;
use laggard::rule::builtin::{self, PAGES};
use laggard::rule::page;

/// The language that examples are run in.
const LANGUAGE: &str = "python";

#[test]
fn safe_fixes_change_no_results() {
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for rule in builtin::rules() {
        let is_safe = |fix: &&laggard::rule::fix::Recipe| fix.grade == Grade::Safe && fix.is_for(LANGUAGE);
        if !rule.languages.iter().any(|language| language == LANGUAGE) || rule.fixes.iter().find(is_safe).is_none() {
            continue;
        }
        let driver = drivers().join(format!("{}.py", rule.name));
        assert!(driver.exists(), "{}: a safe fix needs `{}`", rule.name, driver.display());
        let before = compared;
        let (_, _, text) = PAGES.iter().find(|(_, name, _)| *name == rule.name).expect("its page");
        let page = page::parse(text).expect("tests/rules.rs reads all pages");
        let bad =
            page.applications().map(|(bad, _)| bad).filter(|bad| bad.language == LANGUAGE && bad.files.len() == 1);
        for (number, bad) in bad.enumerate() {
            let folder = folder.path().join(&rule.name).join(number.to_string());
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join("example.py");
            fs::write(&path, bad.files[0].1).unwrap();
            let mut config = Config::new(&folder, &[]);
            (config.select, config.isolated) = (vec![rule.name.clone()], true);
            let (applied, _) = laggard::fix(&config, false).expect("the settings are right");
            if let [changed] = &applied.changed[..] {
                let after = folder.join("after.py");
                fs::write(&after, &*changed.after).unwrap();
                compare(&driver, &path, &after);
                compared += 1;
            }
        }
        assert!(compared > before, "{}: an example shows its safe fix", rule.name);
    }
    println!("{compared} examples compared");
    assert!(compared >= 4, "{compared} examples compared");
}

fn drivers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/equivalence")
}

fn compare(driver: &Path, before: &Path, after: &Path) {
    let output = Command::new("python3")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(drivers().join("run.py"))
        .args([driver, before, after])
        .output()
        .expect("Python is there");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", before.display());
}
