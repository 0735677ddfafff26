//! One JSON object per finding; all in one array, or one per line. Keys are stable.

use std::io::{self, Write};

use serde::Serialize;

use super::sources::Sources;
use crate::diagnostic::{Confidence, Diagnostic, Label, Severity};

pub fn write_array<'a>(
    diagnostics: &[&'a Diagnostic],
    sources: &mut Sources<'a>,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &Record::new(diagnostic, sources))?;
    }
    out.write_all(if diagnostics.is_empty() { b"]\n" } else { b"\n]\n" })
}

pub fn write_lines<'a>(
    diagnostics: &[&'a Diagnostic],
    sources: &mut Sources<'a>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for diagnostic in diagnostics {
        serde_json::to_writer(&mut *out, &Record::new(diagnostic, sources))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A finding. Positions are null if the file cannot be read any more.
#[derive(Serialize)]
struct Record<'a> {
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    rule: &'a str,
    family: &'a str,
    severity: Severity,
    confidence: Confidence,
    message: &'a str,
    help: &'a str,
    function: &'a str,
    trace: Vec<Step<'a>>,
    /// Other places that the same change would mend.
    also: Vec<Step<'a>>,
    fingerprint: &'a str,
}

/// One step of the path from the finding to its cause.
#[derive(Serialize)]
struct Step<'a> {
    path: &'a str,
    line: Option<u32>,
    message: &'a str,
}

impl<'a> Record<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &mut Sources<'a>) -> Record<'a> {
        let position = sources.position(&diagnostic.primary);
        let position = position.as_ref();
        Record {
            path: sources.path(diagnostic.primary.file),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            end_line: position.map(|position| position.end_line),
            end_column: position.map(|position| position.end_column),
            rule: &diagnostic.rule,
            family: &diagnostic.family,
            severity: diagnostic.severity,
            confidence: diagnostic.confidence,
            message: &diagnostic.message,
            help: &diagnostic.help,
            function: &diagnostic.function,
            trace: diagnostic.trace.iter().map(|label| Step::new(label, sources)).collect(),
            also: diagnostic.also.iter().map(|label| Step::new(label, sources)).collect(),
            fingerprint: &diagnostic.fingerprint,
        }
    }
}

impl<'a> Step<'a> {
    fn new(label: &'a Label, sources: &mut Sources<'a>) -> Step<'a> {
        let line = sources.position(label).map(|position| position.line);
        Step { path: sources.path(label.file), line, message: &label.message }
    }
}
