//! JSON: one document with the findings and the notices, or one finding per line.
//!
//! The form has a version and a schema, `docs/schema/report-1.json`. New keys may come within a version; none goes.

use std::io::{self, Write};

use serde::Serialize;

use super::finding::{Change, Finding, Place, Report};
use crate::diagnostic::{Confidence, Fix, Grade, Notice, NoticeKind, Severity};

/// The version of the form.
const SCHEMA_VERSION: u32 = 1;

pub fn write_document(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::new(report))?;
    writeln!(out)
}

pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, &Record::new(finding))?;
        writeln!(out)?;
    }
    Ok(())
}

/// What a run of laggard found.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document<'a> {
    /// The version of this form.
    schema_version: u32,
    tool: Tool,
    summary: Summary,
    /// Sorted by path and place.
    findings: Vec<Record<'a>>,
    /// What the run could not do, and comments that have no effect.
    notices: Vec<NoticeRecord<'a>>,
}

/// The program.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// How much was looked at.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    analysed_files: usize,
    analysed_bytes: u64,
    findings: usize,
}

/// A finding. Lines and columns count from 1, columns in characters; the end is exclusive. Positions are null if the
/// file could not be read any more.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Record<'a> {
    /// Relative to the project root, with `/`.
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    /// The rule's name.
    rule: &'a str,
    /// The rule's family.
    family: &'a str,
    severity: Severity,
    confidence: Confidence,
    /// A fact, with names from the code.
    message: &'a str,
    /// What to do; may be empty.
    help: &'a str,
    /// Qualified name of the function that it is in; empty at module level.
    function: &'a str,
    /// Places that explain it: the loop, the lock.
    labels: Vec<Step<'a>>,
    /// The path from the finding to its cause, step by step.
    trace: Vec<Step<'a>>,
    /// Other places that the same change would mend.
    also: Vec<Step<'a>>,
    /// What identifies the finding across edits. Hexadecimal.
    fingerprint: &'a str,
    /// What mends it; null if there is nothing that is sure to.
    fix: Option<FixRecord<'a>>,
}

/// What mends a finding: edits of its file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixRecord<'a> {
    /// `safe`: the program behaves as before. `unsafe`: it may not. `display`: shown, and never applied.
    grade: Grade,
    /// What may change; empty for a safe fix.
    reason: &'a str,
    /// In the order of their places; they do not overlap.
    edits: Vec<EditRecord<'a>>,
}

/// Bytes of the file, counted from 0, and the text that takes their place.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditRecord<'a> {
    start: u32,
    end: u32,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    text: &'a str,
}

/// A place with a few words.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Step<'a> {
    /// Relative to the project root, with `/`.
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
}

/// Something that the run could not do; never a finding.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NoticeRecord<'a> {
    /// Relative to the project root; empty when it is about the run.
    path: &'a str,
    line: Option<u32>,
    kind: NoticeKind,
    message: &'a str,
}

impl<'a> Document<'a> {
    fn new(report: &Report<'a>) -> Document<'a> {
        let outcome = report.outcome;
        let mut notices: Vec<&Notice> = outcome.notices.iter().collect();
        notices.sort();
        Document {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: super::TOOL, version: super::VERSION },
            summary: Summary {
                analysed_files: outcome.analysed,
                analysed_bytes: outcome.analysed_bytes,
                findings: report.findings.len(),
            },
            findings: report.findings.iter().map(Record::new).collect(),
            notices: notices.into_iter().map(NoticeRecord::new).collect(),
        }
    }
}

impl<'a> Record<'a> {
    fn new(finding: &Finding<'a>) -> Record<'a> {
        let position = finding.place.position;
        let diagnostic = finding.diagnostic;
        Record {
            path: finding.place.path,
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
            labels: finding.secondary.iter().map(Step::new).collect(),
            trace: finding.trace.iter().map(Step::new).collect(),
            also: finding.also.iter().map(Step::new).collect(),
            fingerprint: &diagnostic.fingerprint,
            fix: diagnostic.fix.as_ref().map(|fix| FixRecord::new(fix, &finding.changes)),
        }
    }
}

impl<'a> FixRecord<'a> {
    fn new(fix: &'a Fix, changes: &[Change<'a>]) -> FixRecord<'a> {
        FixRecord { grade: fix.grade, reason: &fix.reason, edits: changes.iter().map(EditRecord::new).collect() }
    }
}

impl<'a> EditRecord<'a> {
    fn new(change: &Change<'a>) -> EditRecord<'a> {
        let position = change.position;
        EditRecord {
            start: change.edit.span.start,
            end: change.edit.span.end,
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            end_line: position.map(|position| position.end_line),
            end_column: position.map(|position| position.end_column),
            text: &change.edit.text,
        }
    }
}

impl<'a> Step<'a> {
    fn new(place: &Place<'a>) -> Step<'a> {
        Step {
            path: place.path,
            line: place.position.map(|position| position.line),
            column: place.position.map(|position| position.column),
            message: &place.label.message,
        }
    }
}

impl<'a> NoticeRecord<'a> {
    fn new(notice: &'a Notice) -> NoticeRecord<'a> {
        let line = Some(notice.line).filter(|line| *line > 0);
        NoticeRecord { path: &notice.path, line, kind: notice.kind, message: &notice.message }
    }
}

#[cfg(test)]
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    serde_json::to_value(generator.into_root_schema_for::<Document>()).expect("a schema is JSON")
}
