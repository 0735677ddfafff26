//! Findings under the name of their file.

use std::io::{self, Write};

use super::finding::{Finding, Report, severity_name};
use super::printable;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (path, findings) in report.by_file() {
        writeln!(out, "{}:", printable(path))?;
        let places: Vec<String> = findings.iter().map(place).collect();
        let width = places.iter().map(String::len).max().unwrap_or(0);
        for (finding, place) in findings.iter().zip(&places) {
            let severity = severity_name(finding.diagnostic.severity);
            let message = printable(&finding.diagnostic.message);
            writeln!(out, "  {place:>width$}  {severity}[{}] {message}", finding.diagnostic.rule)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn place(finding: &Finding) -> String {
    finding.place.position.map_or("-".to_string(), |position| format!("{}:{}", position.line, position.column))
}
