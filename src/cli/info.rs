//! `laggard info`: which program this is and what it uses, for a report of a problem.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::Command;

use super::output::{self, Color};
use crate::config::Config;
use crate::config::find::Settings;
use crate::{lang, model, rule};

#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub fn run(_: &Arguments) -> anyhow::Result<u8> {
    let config = Config::new(&super::current_folder()?, &[]);
    let stack = Settings::new(&config)?.root()?;
    let layers: Vec<&str> = stack.layers.iter().map(|layer| layer.name.as_str()).collect();
    let mut own_models = Vec::new();
    for language in lang::all().iter().map(|language| language.profile().name) {
        own_models.push(format!("{} {language}", model::own_tables(&config, language)?.len()));
    }
    let program = std::env::current_exe().map_or_else(|error| error.to_string(), |path| path.display().to_string());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let rows = [
        ("laggard", env!("CARGO_PKG_VERSION").to_owned()),
        ("program", program),
        ("platform", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
        ("threads", threads.to_string()),
        ("git", git()),
        ("folder", config.root.display().to_string()),
        ("settings", if layers.is_empty() { "none".to_owned() } else { layers.join(", ") }),
        ("own models", own_models.join(", ")),
        ("rules", rules()),
        ("languages", languages()),
    ];
    output::print(Color::Never, |out, _| rows.iter().try_for_each(|row| write_row(row, out)))?;
    Ok(super::SUCCESS)
}

fn write_row((name, value): &(&str, String), out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:12}{value}", format!("{name}:"))
}

fn git() -> String {
    let Ok(output) = Command::new("git").arg("--version").output() else { return "none".to_owned() };
    String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("git version ").to_owned()
}

/// How many rules each set has.
fn rules() -> String {
    let mut sets: BTreeMap<String, usize> = BTreeMap::new();
    for rule in rule::all_infos() {
        *sets.entry(rule.set).or_default() += 1;
    }
    let counts: Vec<String> = sets.iter().map(|(set, count)| format!("{count} {set}")).collect();
    counts.join(", ")
}

fn languages() -> String {
    let extensions = |language: &&dyn lang::Language| {
        format!("{} ({})", language.profile().name, language.profile().extensions.join(", "))
    };
    lang::all().iter().map(extensions).collect::<Vec<_>>().join(", ")
}
