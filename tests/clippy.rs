//! Holds `docs/clippy.md` against `fixtures/clippy`: what laggard says of the examples for lints of clippy.
//!
//! Each file of the fixture is named after a lint. It says which group that is in and what laggard has to do with it,
//! and marks the lines that the lint speaks of with `//~` (`//~ clippy`, `//~ laggard` where the two differ). laggard
//! must be silent on all other lines. `BLESS=1 cargo test --test clippy` runs clippy too, and writes the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use laggard::config::Config;

const TABLE: &str = "docs/clippy.md";
const START: &str = "<!-- generated: table -->\n";
const END: &str = "<!-- end -->\n";
const HEAD: &str = "| lint | clippy | laggard | what laggard does |\n| --- | --- | --- | --- |\n";

/// Lines found in a file, each with the rules or lints that found it.
type Found = BTreeMap<u32, BTreeSet<String>>;

/// A file of the fixture.
struct Example {
    lint: String,
    group: String,
    note: String,
    /// Lines that clippy is to find, and those that laggard is to find.
    marked: [BTreeSet<u32>; 2],
}

#[test]
fn the_table_says_what_laggard_finds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixture = root.join("fixtures/clippy");
    let examples = examples(&fixture);
    let mut laggard = found_by_laggard(&fixture);
    let page = fs::read_to_string(root.join(TABLE)).expect("the page is there");
    let bless = env::var_os("BLESS").is_some();
    let clippy = bless.then(|| found_by_clippy(&fixture, &examples));
    let mut failures = Vec::new();
    let mut rows: BTreeMap<bool, String> = BTreeMap::new();
    for example in &examples {
        let found = laggard.remove(&example.lint).unwrap_or_default();
        for (line, rules) in found.iter().filter(|(line, _)| !example.marked[1].contains(line)) {
            failures.push(format!("{}.rs:{line}: {rules:?} without a mark", example.lint));
        }
        let by_clippy = match &clippy {
            Some(clippy) => count(clippy.get(&example.lint), &example.marked[0]),
            None => cell(&page, &example.lint).unwrap_or_default(),
        };
        let by_laggard = count(Some(&found), &example.marked[1]);
        let row = rows.entry(example.group != "perf").or_default();
        let group = if example.group == "perf" { String::new() } else { format!(" ({})", example.group) };
        let (lint, does) = (&example.lint, does(example, &found, &mut failures));
        writeln!(row, "| `{lint}`{group} | {by_clippy} | {by_laggard} | {does} |").expect("a text takes all");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let part = |others: bool| rows.get(&others).map_or("", |rows| rows);
    let table = format!(
        "{START}\n## Its group `perf`\n\n{HEAD}{}\n## Other lints that speak of speed\n\n{HEAD}{}\n{END}",
        part(false),
        part(true)
    );
    let (before, rest) = page.split_once(START).expect("a place for the table");
    let (_, after) = rest.split_once(END).expect("an end of the table");
    let new = format!("{before}{table}{after}");
    if bless {
        fs::write(root.join(TABLE), &new).expect("the page can be written");
    }
    assert!(bless || new == page, "{TABLE} is behind: `BLESS=1 cargo test --test clippy`");
}

fn examples(fixture: &Path) -> Vec<Example> {
    let files = fs::read_dir(fixture.join("src")).expect("a fixture").map(|entry| entry.expect("a file").path());
    let mut files: Vec<PathBuf> = files.filter(|path| !path.ends_with("lib.rs")).collect();
    files.sort();
    files.iter().map(|path| example(path)).collect()
}

fn example(path: &Path) -> Example {
    let text = fs::read_to_string(path).expect("a text");
    let mut header = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let group = header.next().and_then(|line| line.strip_prefix("Group: ")).expect("the first line names the group");
    let note = header.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let marked = |other: &str| {
        let lines =
            (1..).zip(text.lines()).filter_map(|(number, line)| Some((number, line.split_once("//~")?.1.trim())));
        lines.filter(|(_, mark)| mark.is_empty() || *mark != other).map(|(number, _)| number).collect()
    };
    let marked = [marked("laggard"), marked("clippy")];
    let lint = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Example { lint, group: group.to_owned(), note, marked }
}

fn found_by_laggard(fixture: &Path) -> BTreeMap<String, Found> {
    let mut config = Config::new(fixture, &[fixture.join("src")]);
    config.select = ["default", "likely", "pedantic"].map(str::to_owned).to_vec();
    config.isolated = true;
    let outcome = laggard::check(&config).expect("the settings are right");
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for diagnostic in &outcome.diagnostics {
        for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.also) {
            let file = &outcome.files[label.file.0 as usize];
            let text = fs::read_to_string(&file.location).expect("just read");
            let line = text[..label.span.start as usize].matches('\n').count() as u32 + 1;
            let lint = Path::new(&file.path).file_stem().expect("a name").to_string_lossy().into_owned();
            found.entry(lint).or_default().entry(line).or_default().insert(diagnostic.rule.to_string());
        }
    }
    found
}

/// Runs clippy with all lints of the fixture, and no others.
fn found_by_clippy(fixture: &Path, examples: &[Example]) -> BTreeMap<String, Found> {
    // What has been checked already is not reported again.
    let target = tempfile::tempdir().expect("a folder for the build");
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--quiet", "--message-format=json", "--target-dir"])
        .arg(target.path())
        .args(["--", "-A", "clippy::all"])
        .args(examples.iter().map(|example| format!("-Wclippy::{}", example.lint)))
        .current_dir(fixture)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("one object per line");
        let message = &message["message"];
        let Some(lint) = message["code"]["code"].as_str().and_then(|code| code.strip_prefix("clippy::")) else {
            continue;
        };
        for span in message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true) {
            let (file, line) = (span["file_name"].as_str().unwrap_or(""), span["line_start"].as_u64().unwrap_or(0));
            // A lint is measured on its own file.
            if file == format!("src/{lint}.rs") {
                found.entry(lint.to_owned()).or_default().entry(line as u32).or_default().insert(lint.to_owned());
            }
        }
    }
    found
}

/// `1 of 2`
fn count(found: Option<&Found>, marked: &BTreeSet<u32>) -> String {
    let hits = found.map_or(0, |found| found.keys().filter(|line| marked.contains(line)).count());
    format!("{hits} of {}", marked.len())
}

/// What the page says of clippy.
fn cell(page: &str, lint: &str) -> Option<String> {
    let row = page.lines().find(|line| line.starts_with(&format!("| `{lint}`")))?;
    row.split('|').nth(2).map(|cell| cell.trim().to_owned())
}

fn does(example: &Example, found: &Found, failures: &mut Vec<String>) -> String {
    let rules: BTreeSet<&String> = found.values().flatten().collect();
    let rules = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
    let is_left = example.note.starts_with("Left to ");
    if is_left != found.is_empty() {
        failures.push(format!("{}.rs: the note says something else than what is found", example.lint));
    }
    let verdict = match found.len() {
        0 => return example.note.clone(),
        all if all == example.marked[1].len() => "Finds it too",
        _ => "Finds a part",
    };
    format!("{verdict} ({rules}). {}", example.note)
}
