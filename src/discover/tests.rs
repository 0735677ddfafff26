//! Discovery with a language made up for the purpose.

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::lang::{Parsed, Profile};

/// Claims `*.fake`, scripts of `fake`, and the manifest `fake.toml`.
struct Fake;

static FAKE: Profile = Profile {
    name: "fake",
    extensions: &["fake"],
    interpreters: &["fake"],
    manifests: &["fake.toml"],
    ..Profile::PLAIN
};

impl Language for Fake {
    fn profile(&self) -> &'static Profile {
        &FAKE
    }
    fn parse(&self, _: &str) -> Parsed {
        Parsed::default()
    }
    fn modules(&self, paths: &[&str], _: &[Manifest]) -> Vec<String> {
        paths.iter().map(|path| path.to_string()).collect()
    }
    fn is_package(&self, _: &str) -> bool {
        false
    }
    fn absolute(&self, module: &str, _: bool, _: u32, _: &[&str]) -> String {
        module.to_string()
    }
    fn is_side_code(&self, _: &str) -> bool {
        false
    }
}

/// A folder with these files; a name that ends in `/` is a folder.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn discover(current: &Path, paths: &[&str]) -> Project {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    source_files(&Config::new(current, &paths), &[&Fake]).unwrap()
}

fn paths(discovered: &Project) -> Vec<&str> {
    discovered.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn files_are_found_by_extension_and_by_interpreter() {
    let folder = project(&[
        ("b.fake", ""),
        ("a/c.FAKE", ""),
        ("d.txt", "#!/usr/bin/fake"),
        ("script", "#!/usr/bin/env -S fake3.12 -u\ncode"),
        ("plain", "#!/bin/sh\n"),
        ("empty", ""),
    ]);
    assert_eq!(paths(&discover(folder.path(), &[])), ["a/c.FAKE", "b.fake", "script"]);
}

#[test]
fn ignored_hidden_and_foreign_folders_are_not_walked() {
    let folder = project(&[
        (".gitignore", "ignored/\n"),
        (".laggardignore", "own.fake\n"),
        ("ignored/a.fake", ""),
        ("own.fake", ""),
        (".hidden/a.fake", ""),
        ("node_modules/a.fake", ""),
        ("Cargo.toml", ""),
        ("target/a.fake", ""),
        ("cache/CACHEDIR.TAG", ""),
        ("cache/a.fake", ""),
        ("my-environment/pyvenv.cfg", ""),
        ("my-environment/a.fake", ""),
        ("pyproject.toml", ""),
        ("build/lib/a.fake", ""),
        ("vendor/modules.txt", ""),
        ("vendor/a.fake", ""),
        ("old/vendor/github.com/a/a.fake", ""),
        ("package/build/kept.fake", ""),
        ("package/target/kept.fake", ""),
        ("package/vendor/kept.fake", ""),
    ]);
    let kept = ["package/build/kept.fake", "package/target/kept.fake", "package/vendor/kept.fake"];
    assert_eq!(paths(&discover(folder.path(), &[])), kept);
}

#[test]
fn what_is_named_is_taken() {
    let folder = project(&[(".gitignore", "*.fake\n"), ("a.fake", ""), ("node_modules/b.fake", "")]);
    fs::write(folder.path().join("node_modules/.gitignore"), "!*.fake").unwrap();
    assert_eq!(paths(&discover(folder.path(), &["a.fake", "node_modules"])), ["a.fake", "node_modules/b.fake"]);
}

#[test]
fn the_order_of_paths_does_not_matter_and_nothing_comes_twice() {
    let folder = project(&[("a/one.fake", ""), ("b/two.fake", "")]);
    let forward = discover(folder.path(), &["a", "b", ".", "a/one.fake", "./a/../a/one.fake"]);
    let backward = discover(folder.path(), &["b", "a"]);
    assert_eq!(paths(&forward), ["a/one.fake", "b/two.fake"]);
    assert_eq!(paths(&forward), paths(&backward));
}

#[test]
fn manifests_come_from_the_walk_and_from_above() {
    let folder = project(&[("fake.toml", "top"), ("p/fake.toml", "package"), ("p/src/a.fake", ""), ("q/b.fake", "")]);
    let manifests = |discovered: Project| -> Vec<(String, String)> {
        discovered.manifests.into_iter().map(|manifest| (manifest.path, manifest.text)).collect()
    };
    let expected = [("fake.toml".to_string(), "top".to_string()), ("p/fake.toml".to_string(), "package".to_string())];
    assert_eq!(manifests(discover(folder.path(), &[])), expected);
    assert_eq!(manifests(discover(folder.path(), &["p/src/a.fake"])), expected);
    let below = discover(&folder.path().join("p/src"), &[]);
    assert_eq!(below.from_outermost("a.fake"), "p/src/a.fake");
    assert_eq!(below.from_outermost("../fake.toml"), "p/fake.toml");
    assert_eq!(below.from_outermost("../../fake.toml"), "fake.toml");
    let below = manifests(below);
    assert_eq!(below, [("../../fake.toml".into(), "top".into()), ("../fake.toml".into(), "package".into())]);
}

#[test]
fn manifests_above_the_repository_are_not_ours() {
    let folder =
        project(&[("fake.toml", "top"), ("p/.git/HEAD", ""), ("p/fake.toml", "package"), ("p/src/a.fake", "")]);
    for (current, path) in [("p", "."), ("p/src", "."), ("p/src", "a.fake")] {
        let discovered = discover(&folder.path().join(current), &[path]);
        let texts: Vec<&str> = discovered.manifests.iter().map(|manifest| manifest.text.as_str()).collect();
        assert_eq!(texts, ["package"]);
    }
    let whole = discover(folder.path(), &["p"]);
    assert_eq!(whole.from_outermost("p/src/a.fake"), "p/src/a.fake");
}

#[test]
fn a_large_file_is_a_notice() {
    let folder = project(&[("large.fake", "12345"), ("small.fake", "1234")]);
    let mut config = Config::new(folder.path(), &[]);
    config.max_file_size = Some(4);
    let discovered = source_files(&config, &[&Fake]).unwrap();
    assert_eq!(paths(&discovered), ["small.fake"]);
    assert_eq!(discovered.notices.len(), 1);
    assert_eq!((discovered.notices[0].kind, &*discovered.notices[0].path), (NoticeKind::TooLarge, "large.fake"));
}

#[test]
fn a_missing_path_stops_the_run() {
    let folder = project(&[]);
    let config = Config::new(folder.path(), &["nowhere/x.fake".into()]);
    let error = source_files(&config, &[&Fake]).unwrap_err();
    assert!(error.message.contains("nowhere/x.fake`"), "{error}");
}

#[cfg(unix)]
#[test]
fn symbolic_links_do_not_loop() {
    let folder = project(&[("a/one.fake", "")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("nowhere.fake", folder.path().join("broken.fake")).unwrap();
    let discovered = discover(folder.path(), &[]);
    assert_eq!(paths(&discovered), ["a/one.fake"]);
    assert_eq!(discovered.notices, []);
}
