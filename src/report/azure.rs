//! Logging commands of Azure Pipelines.

use std::io::{self, Write};

use super::finding::{Finding, Report};
use crate::diagnostic::Severity;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.findings.iter().try_for_each(|finding| writeln!(out, "{}", command(finding)))
}

/// Azure knows errors and warnings only.
fn command(finding: &Finding) -> String {
    let kind = if finding.diagnostic.severity == Severity::Error { "error" } else { "warning" };
    let mut properties = format!("type={kind};sourcepath={};", property(finding.place.path));
    if let Some(position) = finding.place.position {
        properties.push_str(&format!("linenumber={};columnnumber={};", position.line, position.column));
    }
    properties.push_str(&format!("code={};", property(&finding.diagnostic.rule)));
    format!("##vso[task.logissue {properties}]{}", data(&finding.lines().join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
