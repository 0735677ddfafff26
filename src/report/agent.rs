//! One line per finding with all that is needed to act on it: for tools that read text, and pay for every word.
//!
//! `path:line:column severity rule: message | path to the cause | help`.

use std::io::{self, Write};

use super::finding::{Finding, Report, severity_name};
use super::printable;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.findings.iter().try_for_each(|finding| writeln!(out, "{}", line(finding)))
}

fn line(finding: &Finding) -> String {
    let severity = severity_name(finding.diagnostic.severity);
    let lines: Vec<String> = finding.lines().iter().map(|line| one_line(line)).collect();
    format!("{} {severity} {}: {}", printable(&finding.place.shown()), finding.diagnostic.rule, lines.join(" | "))
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    printable(&words.join(" "))
}
