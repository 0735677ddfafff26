//! GitLab's code quality report: an array of issues, each with a fingerprint that survives moved lines.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::finding::{Finding, Report};
use crate::diagnostic::Severity;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Value> = report.findings.iter().map(issue).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issue(finding: &Finding) -> Value {
    let diagnostic = finding.diagnostic;
    let end = finding.place.position.map_or(1, |position| position.end_line);
    json!({
        "type": "issue",
        "categories": ["Performance"],
        "check_name": diagnostic.rule,
        "description": diagnostic.message,
        "content": {"body": finding.lines().join("\n\n")},
        "fingerprint": diagnostic.fingerprint,
        "severity": severity(diagnostic.severity),
        "location": {"path": finding.place.path, "lines": {"begin": finding.place.line(), "end": end}},
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "minor",
        Severity::Error => "major",
    }
}
