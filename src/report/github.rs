//! Workflow commands of GitHub Actions, and the table for the summary of a step.
//!
//! GitHub keeps ten annotations of each level per step and drops the rest without a word, so the findings that matter
//! most are written, and a notice says how many are left.

use std::io::{self, Write};

use super::finding::{Finding, Report, severity_name};
use super::summary;
use crate::diagnostic::Severity;
use crate::outcome::Outcome;
use crate::rule::RuleInfo;

/// Annotations of one level that GitHub keeps.
const LIMIT: usize = 10;
/// Rows of the table.
const MAX_ROWS: usize = 50;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.worst_first();
    let mut left = 0;
    for (severity, limit) in [(Severity::Error, LIMIT), (Severity::Warning, LIMIT), (Severity::Info, LIMIT - 1)] {
        let of_level = || findings.iter().filter(|finding| finding.diagnostic.severity == severity);
        of_level().take(limit).try_for_each(|finding| writeln!(out, "{}", command(finding)))?;
        left += of_level().count().saturating_sub(limit);
    }
    if left > 0 {
        let (all, tool) = (findings.len(), super::TOOL);
        let text = format!(
            "{left} of {all} findings are not annotated: GitHub shows {LIMIT} of each level. \
             The log of this step or another output format has all of them."
        );
        writeln!(out, "::notice title={tool}::{}", data(&text))?;
    }
    Ok(())
}

fn command(finding: &Finding) -> String {
    let name = match finding.diagnostic.severity {
        Severity::Info => "notice",
        severity => severity_name(severity),
    };
    let mut properties = vec![format!("file={}", property(finding.place.path))];
    if let Some(position) = finding.place.position {
        properties.push(format!("line={},endLine={}", position.line, position.end_line));
        // GitHub takes columns within one line only.
        if position.line == position.end_line {
            properties.push(format!("col={},endColumn={}", position.column, position.end_column));
        }
    }
    properties.push(format!("title={}", property(&format!("{}[{}]", super::TOOL, finding.diagnostic.rule))));
    format!("::{name} {}::{}", properties.join(","), data(&finding.lines().join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A table in Markdown for the summary of a step, the findings that matter most first.
pub fn write_step_summary(outcome: &Outcome, rules: &[RuleInfo], out: &mut dyn Write) -> io::Result<()> {
    let report = Report::new(outcome, rules);
    writeln!(out, "### {}\n\n{}\n", super::TOOL, summary::findings(report.outcome))?;
    let findings = report.worst_first();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "| | place | rule | finding |\n| --- | --- | --- | --- |")?;
    for finding in findings.iter().take(MAX_ROWS) {
        let severity = severity_name(finding.diagnostic.severity);
        let place = format!("{}:{}", finding.place.path, finding.place.line());
        let rule = &finding.diagnostic.rule;
        writeln!(out, "| {severity} | {} | {rule} | {} |", cell(&place), cell(&finding.diagnostic.message))?;
    }
    if findings.len() > MAX_ROWS {
        writeln!(out, "\n… and {} more.", findings.len() - MAX_ROWS)?;
    }
    writeln!(out)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace(['\r', '\n'], " ")
}
