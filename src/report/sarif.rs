//! SARIF 2.1.0, for code scanning services and editors.
//!
//! URIs are relative to `%SRCROOT%`, every result has a location, and the path to the cause is a code flow; its steps
//! stand in the message too, since many viewers show nothing else.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::finding::{Change, Finding, Place, Report, confidence_name, fix_note};
use crate::diagnostic::{Diagnostic, Grade, Notice, NoticeKind, Severity};
use crate::rule::RuleInfo;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What relative URIs are relative to.
const ROOT: &str = "%SRCROOT%";
/// The name and version of the fingerprint.
const FINGERPRINT: &str = "laggard/v1";
/// What is taken of a rule's page; the whole would outweigh the results.
const MAX_HELP: usize = 2000;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = report.rules_found();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &rules)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": super::TOOL,
                "version": super::VERSION,
                "semanticVersion": super::VERSION,
                "rules": rules.iter().map(|name| rule(name, report)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that laggard ran in."}}},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": report.outcome.notices.iter().map(notification).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(name: &str, report: &Report) -> Value {
    let Some(rule) = report.rule(name) else { return json!({"id": name}) };
    let diagnostics = report.findings.iter().map(|finding| finding.diagnostic);
    let severity = diagnostics.filter(|diagnostic| diagnostic.rule == name).map(|diagnostic| diagnostic.severity).max();
    let help = help(rule);
    json!({
        "id": name,
        "name": name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": severity.map_or("warning", level)},
        "properties": {
            "tags": ["performance", rule.family],
            "precision": if rule.set == "default" { "very-high" } else { "medium" },
        },
    })
}

/// The prose of the rule's page before its examples, cut at a paragraph.
fn help(rule: &RuleInfo) -> String {
    let prose = rule.prose();
    let paragraphs = prose.split("\n\n").scan(0, |length, paragraph| {
        *length += paragraph.len() + 2;
        (*length <= MAX_HELP).then_some(paragraph)
    });
    let text = paragraphs.collect::<Vec<_>>().join("\n\n");
    if text.is_empty() { rule.summary.clone() } else { text }
}

fn result(finding: &Finding, rules: &[&str]) -> Value {
    let diagnostic = finding.diagnostic;
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "level": level(diagnostic.severity),
        "message": {"text": finding.lines().join("\n")},
        "locations": [location(&finding.place, Some(&diagnostic.function))],
        "partialFingerprints": {FINGERPRINT: diagnostic.fingerprint},
        "properties": properties(diagnostic),
    });
    if let Ok(index) = rules.binary_search(&diagnostic.rule.as_str()) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.trace.is_empty() {
        let steps: Vec<Value> =
            finding.path_to_cause().map(|place| json!({"location": described_location(place)})).collect();
        result["codeFlows"] = json!([{"threadFlows": [{"locations": steps}]}]);
    }
    if let Some(fixes) = fixes(finding) {
        result["fixes"] = fixes;
    }
    let related = finding.secondary.iter().chain(&finding.also);
    let related: Vec<Value> = related.map(described_location).collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

/// What mends a finding; what is only to be shown is left out, for viewers offer to apply it.
fn fixes(finding: &Finding) -> Option<Value> {
    let fix = finding.diagnostic.fix.as_ref().filter(|fix| fix.grade != Grade::Display)?;
    let replacement = |change: &Change| {
        let position = change.position?;
        let edit = change.edit;
        Some(json!({
            "deletedRegion": {
                "startLine": position.line,
                "startColumn": position.column,
                "endLine": position.end_line,
                "endColumn": position.end_column,
                "byteOffset": edit.span.start,
                "byteLength": edit.span.len(),
            },
            "insertedContent": {"text": edit.text},
        }))
    };
    let replacements: Vec<Value> = finding.changes.iter().map(replacement).collect::<Option<_>>()?;
    Some(json!([{
        "description": {"text": fix_note(finding.diagnostic)},
        "artifactChanges": [{"artifactLocation": artifact(finding.place.path), "replacements": replacements}],
        "properties": {"grade": fix.grade, "reason": fix.reason},
    }]))
}

fn properties(diagnostic: &Diagnostic) -> Value {
    json!({"confidence": confidence_name(diagnostic.confidence), "family": diagnostic.family})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn location(place: &Place, function: Option<&String>) -> Value {
    let mut location = json!({"physicalLocation": {"artifactLocation": artifact(place.path)}});
    if let Some(position) = place.position {
        location["physicalLocation"]["region"] = json!({
            "startLine": position.line,
            "startColumn": position.column,
            "endLine": position.end_line,
            "endColumn": position.end_column,
            "byteOffset": position.start,
            "byteLength": position.end - position.start,
        });
    }
    if let Some(function) = function.filter(|function| !function.is_empty()) {
        location["logicalLocations"] = json!([{"fullyQualifiedName": function, "kind": "function"}]);
    }
    location
}

fn described_location(place: &Place) -> Value {
    let mut location = location(place, None);
    if !place.label.message.is_empty() {
        location["message"] = json!({"text": place.label.message});
    }
    location
}

fn artifact(path: &str) -> Value {
    json!({"uri": uri(path), "uriBaseId": ROOT})
}

/// The path as a relative URI reference: what is not allowed there is written in percents, byte by byte.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn notification(notice: &Notice) -> Value {
    let level = match notice.kind {
        NoticeKind::Crash => "error",
        NoticeKind::Generated | NoticeKind::TooLarge => "note",
        _ => "warning",
    };
    let mut notification = json!({"level": level, "message": {"text": notice.message}});
    if !notice.path.is_empty() {
        let mut location = json!({"artifactLocation": artifact(&notice.path)});
        if notice.line > 0 {
            location["region"] = json!({"startLine": notice.line});
        }
        notification["locations"] = json!([{"physicalLocation": location}]);
    }
    notification
}
