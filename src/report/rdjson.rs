//! reviewdog's diagnostic format. Its columns count bytes.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::finding::{Finding, Place, Report};
use crate::diagnostic::Severity;

pub fn write_document(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics: Vec<Value> = report.findings.iter().map(diagnostic).collect();
    let result = json!({"source": {"name": super::TOOL}, "diagnostics": diagnostics});
    serde_json::to_writer_pretty(&mut *out, &result)?;
    writeln!(out)
}

pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let mut line = diagnostic(finding);
        line["source"] = json!({"name": super::TOOL});
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

fn diagnostic(finding: &Finding) -> Value {
    let related: Vec<Value> = finding
        .secondary
        .iter()
        .chain(&finding.trace)
        .map(|place| json!({"message": place.label.message, "location": location(place)}))
        .collect();
    json!({
        "message": finding.lines().join("\n"),
        "location": location(&finding.place),
        "severity": severity(finding.diagnostic.severity),
        "code": {"value": finding.diagnostic.rule},
        "related_locations": related,
    })
}

fn location(place: &Place) -> Value {
    let mut location = json!({"path": place.path});
    if let Some(position) = place.position {
        location["range"] = json!({
            "start": {"line": position.line, "column": position.byte_column},
            "end": {"line": position.end_line, "column": position.end_byte_column},
        });
    }
    location
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "INFO",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    }
}
