//! `laggard rules`: lists the rules.

use std::io::{self, Write};

use serde::Serialize;

use super::output::{self, Color};
use crate::rule::{self, RuleInfo};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How to write the list.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    output_format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table.
    #[default]
    Text,
    /// One JSON array.
    Json,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let rules = rule::all_infos();
    output::print(Color::Never, |out, _| match arguments.output_format {
        Format::Text => write_table(&rules, out),
        Format::Json => write_json(&rules, out),
    })?;
    Ok(super::SUCCESS)
}

fn write_table(rules: &[RuleInfo], out: &mut dyn Write) -> io::Result<()> {
    let header = ["name", "family", "set", "languages", "summary"].map(String::from);
    let row = |rule: &RuleInfo| {
        [rule.name.clone(), rule.family.clone(), rule.set.clone(), rule.languages.join(", "), rule.summary.clone()]
    };
    let rows: Vec<[String; 5]> = std::iter::once(header).chain(rules.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 4] = std::array::from_fn(width);
    for [name, family, set, languages, summary] in &rows {
        let [a, b, c, d] = widths;
        writeln!(out, "{name:a$}  {family:b$}  {set:c$}  {languages:d$}  {summary}")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    family: &'a str,
    set: &'a str,
    level: &'a str,
    languages: &'a [String],
    summary: &'a str,
}

fn write_json(rules: &[RuleInfo], out: &mut dyn Write) -> io::Result<()> {
    let records: Vec<Record> = rules
        .iter()
        .map(|rule| Record {
            name: &rule.name,
            family: &rule.family,
            set: &rule.set,
            level: &rule.level,
            languages: &rule.languages,
            summary: &rule.summary,
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &records)?;
    writeln!(out)
}
