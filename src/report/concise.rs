//! One line per finding: `path:line:column: warning[rule] message`.

use std::io::{self, Write};

use super::finding::{Finding, Report, severity_name};
use super::printable;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.findings.iter().try_for_each(|finding| writeln!(out, "{}", line(finding)))
}

/// The line of a finding, without a line break. Has no position if the file cannot be read any more.
pub fn line(finding: &Finding) -> String {
    let severity = severity_name(finding.diagnostic.severity);
    let message = printable(&finding.diagnostic.message);
    format!("{}: {severity}[{}] {message}", printable(&finding.place.shown()), finding.diagnostic.rule)
}
