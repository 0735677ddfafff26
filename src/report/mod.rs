//! From an outcome to text: one file per format, and the summary for people.
//!
//! All formats render from [`Report`]. Does not know where the text goes. Sources are read again for it: the run does not
//! hold them.

use std::io::{self, Write};

use crate::outcome::Outcome;
use crate::rule::RuleInfo;

mod agent;
mod azure;
mod checkstyle;
mod concise;
mod excerpt;
mod finding;
mod github;
mod gitlab;
mod grouped;
mod html;
mod human;
mod json;
mod junit;
mod rdjson;
mod rustc;
mod sarif;
mod sources;
mod statistics;
pub mod summary;
mod teamcity;
mod xml;

use finding::Report;

pub use github::write_step_summary as write_github_step_summary;

/// The name of the program, as reports give it.
const TOOL: &str = "laggard";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Code, labels and help, for people.
    #[default]
    Full,
    /// One line per finding.
    Concise,
    /// One line per finding, under the name of its file.
    Grouped,
    /// One line per finding with path and help, for language models and scripts.
    Agent,
    /// One JSON document (docs/schema/report-1.json).
    Json,
    /// One JSON object per line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab code quality.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// reviewdog's format, one document.
    Rdjson,
    /// reviewdog's format, one object per line.
    Rdjsonl,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// Service messages of TeamCity.
    Teamcity,
    /// Diagnostics as rustc writes them, one JSON object per line.
    Rustc,
    /// One HTML file that needs nothing else.
    Html,
}

/// Writes a run. Colour is used by formats for people only. `rules` are all there are, for what formats say of a rule.
pub fn write(
    format: Format,
    outcome: &Outcome,
    rules: &[RuleInfo],
    out: &mut dyn Write,
    color: bool,
) -> io::Result<()> {
    let report = Report::new(outcome, rules);
    match format {
        Format::Full => human::write(&report, out, color),
        Format::Concise => concise::write(&report, out),
        Format::Grouped => grouped::write(&report, out),
        Format::Agent => agent::write(&report, out),
        Format::Json => json::write_document(&report, out),
        Format::Jsonl => json::write_lines(&report, out),
        Format::Sarif => sarif::write(&report, out),
        Format::Github => github::write(&report, out),
        Format::Gitlab => gitlab::write(&report, out),
        Format::Junit => junit::write(&report, out),
        Format::Checkstyle => checkstyle::write(&report, out),
        Format::Rdjson => rdjson::write_document(&report, out),
        Format::Rdjsonl => rdjson::write_lines(&report, out),
        Format::Azure => azure::write(&report, out),
        Format::Teamcity => teamcity::write(&report, out),
        Format::Rustc => rustc::write(&report, out),
        Format::Html => html::write(&report, out),
    }
}

/// Writes how many findings each rule has instead of the findings: as JSON for formats that are JSON, else as a table.
pub fn write_statistics(format: Format, outcome: &Outcome, rules: &[RuleInfo], out: &mut dyn Write) -> io::Result<()> {
    let report = Report::new(outcome, rules);
    match format {
        Format::Json | Format::Jsonl => statistics::write_json(&report, out),
        _ => statistics::write_table(&report, out),
    }
}

/// The text with every character that could steer a terminal or reorder the line replaced, byte for byte.
fn printable(text: &str) -> String {
    let replace = |character: char| match character {
        '\t' => '\t',
        '\u{80}'..='\u{9f}' => '\u{b7}',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        character if character.is_control() => '?',
        character => character,
    };
    text.chars().map(replace).collect()
}

#[cfg(test)]
mod tests;
