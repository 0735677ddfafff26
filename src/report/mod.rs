//! From an outcome to text: one file per format, and the summary for people.
//!
//! Does not know where the text goes. Sources are read again for it: the run does not hold them.

use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Severity};
use crate::outcome::Outcome;

mod concise;
mod excerpt;
mod human;
mod json;
mod sources;
pub mod summary;

use sources::Sources;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Code, labels and help, for people.
    #[default]
    Full,
    /// One line per finding.
    Concise,
    /// One JSON array.
    Json,
    /// One JSON object per line.
    Jsonl,
}

/// Writes the findings, sorted by path and position. Colour is used by formats for people only.
pub fn write(format: Format, outcome: &Outcome, out: &mut dyn Write, color: bool) -> io::Result<()> {
    let mut sources = Sources::new(&outcome.files);
    let diagnostics = sorted(&outcome.diagnostics);
    match format {
        Format::Full => human::write(&diagnostics, &mut sources, out, color),
        Format::Concise => concise::write(&diagnostics, &mut sources, out),
        Format::Json => json::write_array(&diagnostics, &mut sources, out),
        Format::Jsonl => json::write_lines(&diagnostics, &mut sources, out),
    }
}

/// File ids are in the order of paths.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|left, right| {
        let key = |diagnostic: &Diagnostic| (diagnostic.primary.file, diagnostic.primary.span);
        key(left).cmp(&key(right)).then_with(|| (&left.rule, &left.message).cmp(&(&right.rule, &right.message)))
    });
    sorted
}

/// The severity as it is written everywhere.
fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
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
