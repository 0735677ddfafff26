//! Service messages of TeamCity: a type per rule, an inspection per finding.

use std::io::{self, Write};

use super::finding::{Finding, Report};
use crate::diagnostic::Severity;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for name in report.rules_found() {
        let rule = report.rule(name);
        let summary = rule.map_or(name, |rule| &rule.summary);
        let family = rule.map_or(super::TOOL, |rule| &rule.family);
        let values = [("id", name), ("name", name), ("category", family), ("description", summary)];
        write_message("inspectionType", &values, out)?;
    }
    report.findings.iter().try_for_each(|finding| write_finding(finding, out))
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let severity = match finding.diagnostic.severity {
        Severity::Info => "INFO",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    };
    let (message, line) = (finding.lines().join("\n"), finding.place.line().to_string());
    let values = [
        ("typeId", finding.diagnostic.rule.as_str()),
        ("message", &message),
        ("file", finding.place.path),
        ("line", &line),
        ("SEVERITY", severity),
    ];
    write_message("inspection", &values, out)
}

fn write_message(name: &str, values: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
    let values: Vec<String> = values.iter().map(|(key, value)| format!("{key}='{}'", escaped(value))).collect();
    writeln!(out, "##teamcity[{name} {}]", values.join(" "))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\'' | '|' | '[' | ']' => escaped.extend(['|', character]),
            '\n' => escaped.push_str("|n"),
            '\r' => escaped.push_str("|r"),
            character if character.is_ascii() => escaped.push(character),
            character => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    escaped.push_str(&format!("|0x{unit:04X}"));
                }
            }
        }
    }
    escaped
}
