//! The pages for users name what the program has, and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum;
use laggard::config::reader;
use laggard::report::Format;
use laggard::rule::selection::{SETS, TOPICS};
use laggard::rule::{self, RuleInfo};

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_format_is_on_the_page_of_output() {
    let page = page("docs/output.md");
    let table = page.split("| --- |").nth(1).unwrap();
    let named: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
    for format in Format::value_variants() {
        let value = format.to_possible_value().unwrap();
        assert!(named.contains(&value.get_name()), "docs/output.md does not name `{}`", value.get_name());
    }
}

#[test]
fn every_setting_is_on_the_page_of_configuration() {
    let page = page("docs/configuration.md");
    let classes = reader::CLASSES.iter().map(|(name, _)| *name);
    let topics = TOPICS.keys().map(String::as_str);
    let keys = reader::KEYS.iter().chain(reader::OVERRIDE_KEYS).chain(reader::RULE_KEYS).chain(SETS).copied();
    for name in keys.chain(classes).chain(topics) {
        assert!(page.contains(name), "docs/configuration.md does not name `{name}`");
    }
}

/// What stands in fences of TOML can be read.
#[test]
fn examples_of_settings_are_right() {
    let page = page("docs/configuration.md");
    let examples: Vec<&str> = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 4);
    for example in examples {
        // Two ways to say one thing are two examples.
        let (first, second) =
            example.split_once("\nextend").map_or((example, None), |(first, rest)| (first, Some(rest)));
        for text in [first.to_string()].into_iter().chain(second.map(|rest| format!("extend{rest}"))) {
            let read = reader::read_file("laggard.toml", "laggard.toml", &text, Path::new("/p"));
            assert!(read.is_ok(), "{text}: {read:?}");
        }
    }
}

/// The pages in `docs`, as paths from the package.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<String> =
        names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")).collect();
    pages.sort();
    pages
}

#[test]
fn links_between_pages_lead_somewhere() {
    for name in pages().iter().map(String::as_str).chain(["README.md"]) {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in page(name).split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(link);
            assert!(link.contains("://") || path.exists(), "{name}: {link}");
        }
    }
}

#[test]
fn every_page_is_in_the_index() {
    let index = page("docs/README.md");
    for name in pages().iter().filter_map(|name| name.strip_prefix("docs/")).filter(|name| *name != "README.md") {
        assert!(index.contains(&format!("]({name})")), "docs/README.md does not name {name}");
    }
}

/// `docs/rules.md` is made from the rules. `BLESS=1` writes it.
#[test]
fn the_index_of_rules_is_complete() {
    let mut text = String::from(
        "# Rules\n\nMade from the rules by `BLESS=1 cargo test --test docs`. `laggard explain RULE` prints a page.\n",
    );
    let rules = rule::all_infos();
    let families: BTreeSet<&str> = rules.iter().map(|rule| rule.family.as_str()).collect();
    for family in families {
        write!(text, "\n## {family}\n\n| rule | finds | languages | set |\n| --- | --- | --- | --- |\n").unwrap();
        for rule in rules.iter().filter(|rule| rule.family == family) {
            let RuleInfo { name, summary, set, .. } = rule;
            let languages = rule.languages.join(", ");
            writeln!(text, "| [`{name}`](../rules/{family}/{name}.md) | {summary} | {languages} | {set} |").unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap_or_default() == text, "docs/rules.md is not what the rules say");
}

/// The pages speak of every flag of `check`.
#[test]
fn every_flag_is_on_a_page() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_laggard")).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let flags = |text: &str| -> BTreeSet<String> {
        let starts = text
            .match_indices("--")
            .filter(|(at, _)| !text[..*at].ends_with(|one: char| one.is_alphanumeric() || one == '-'));
        let names = starts.map(|(at, _)| {
            let rest = &text[at + 2..];
            rest[..rest.find(|one: char| !one.is_ascii_lowercase() && one != '-').unwrap_or(rest.len())].to_owned()
        });
        names.filter(|name| name.starts_with(|one: char| one.is_ascii_lowercase())).collect()
    };
    let all: String = pages().iter().map(|name| page(name)).chain([page("README.md")]).collect();
    let spoken = flags(&all);
    for flag in flags(&run(&["check", "--help"])).iter().filter(|flag| !["help", "version"].contains(&flag.as_str())) {
        let short = ["allow", "warn", "deny"].contains(&flag.as_str());
        assert!(short || spoken.contains(flag), "no page speaks of `--{flag}`");
    }
}
