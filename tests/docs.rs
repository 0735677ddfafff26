//! The pages for users name what the program has, and nothing else.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use laggard::config::reader;
use laggard::report::Format;
use laggard::rule::selection::{SETS, TOPICS};

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

#[test]
fn links_between_pages_lead_somewhere() {
    for (name, folder) in
        [("README.md", ""), ("docs/configuration.md", "docs/"), ("docs/output.md", "docs/"), ("docs/ci.md", "docs/")]
    {
        for link in page(name).split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{folder}{link}"));
            assert!(link.contains("://") || path.exists(), "{name}: {link}");
        }
    }
}
