//! Compiles the Rust examples that come in pairs: what a rule reports, and what its advice, or its fixes, make of that.
//!
//! All pairs go into one crate, each example in a module and a file of its own, which `cargo check` reads once, without
//! a network. Pairs that need more than the standard library are left out.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use laggard::rule::builtin::PAGES;
use laggard::rule::page::{self, Example, ExampleKind};

/// So many pairs there are at least.
const FEWEST: usize = 40;
/// Crates that every installation has.
const OWN_CRATES: &[&str] = &["std", "core", "alloc", "self", "super"];
/// Libraries that examples name without an import.
const FOREIGN_PATHS: &[&str] = &["tokio::", "serde_json::", "reqwest::"];

#[test]
fn what_the_advice_makes_of_bad_examples_compiles() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("advice");
    let source = folder.join("src");
    let _ = fs::remove_dir_all(&source);
    fs::create_dir_all(&source).expect("a folder for the crate");
    let mut root = String::from("#![allow(warnings)]\n");
    let mut pairs = 0;
    let mut modules = std::collections::BTreeSet::new();
    for (_, rule, text) in PAGES {
        let page = page::parse(text).expect("tests/rules.rs reads all pages");
        let applied = page.applications().filter_map(|(bad, made)| Some((bad, made?)));
        let applied = applied.filter(|(_, made)| made.kind == ExampleKind::Applied);
        for (bad, fixed) in page.pairs().chain(applied).filter(|(bad, fixed)| stands_alone(bad) && stands_alone(fixed))
        {
            pairs += 1;
            for example in [bad, fixed] {
                let module = module_name(rule, example);
                // What has both a fixed and an applied form stands in the crate once.
                if !modules.insert(module.clone()) {
                    continue;
                }
                writeln!(root, "mod {module};").expect("a text takes all");
                fs::write(source.join(module + ".rs"), placed(example)).expect("an example can be written");
            }
        }
    }
    fs::write(source.join("lib.rs"), root).expect("the crate can be written");
    fs::write(folder.join("Cargo.toml"), MANIFEST).expect("the crate can be written");
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--target-dir"])
        .arg(folder.join("target"))
        .current_dir(&folder)
        .output()
        .expect("cargo runs");
    println!("{pairs} pairs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(pairs >= FEWEST, "{pairs} pairs");
}

/// The edition of the examples, in a workspace of its own.
const MANIFEST: &str = "[package]\nname = \"advice\"\nedition = \"2024\"\n\n[workspace]\n";

/// Is it one Rust file that needs no library?
fn stands_alone(example: &Example) -> bool {
    let [("", text)] = example.files[..] else { return false };
    let imported = text.lines().filter_map(|line| line.trim_start().trim_start_matches("pub ").strip_prefix("use "));
    let first = |path: &str| path.split([':', ';', ' ']).next().unwrap_or_default().to_owned();
    let names_another = FOREIGN_PATHS.iter().any(|path| text.contains(path));
    example.language == "rust" && !names_another && imported.map(first).all(|name| OWN_CRATES.contains(&&*name))
}

/// Names the page and the line, so that an error of the compiler does, too.
fn module_name(rule: &str, example: &Example) -> String {
    let kind = match example.kind {
        ExampleKind::Fixed => "fixed",
        ExampleKind::Applied => "applied",
        _ => "bad",
    };
    format!("{}_{}_{kind}", rule.replace('-', "_"), example.line)
}

/// The text, on the lines that it has in its page.
fn placed(example: &Example) -> String {
    "\n".repeat(example.line) + example.files[0].1
}
