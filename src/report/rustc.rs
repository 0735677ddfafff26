//! Diagnostics as rustc writes them with `--error-format=json`, one per line: editors that show the compiler's messages
//! show these.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::concise;
use super::finding::{Finding, Place, Report};
use super::sources::Sources;
use crate::diagnostic::Severity;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, &diagnostic(finding, &report.sources))?;
        writeln!(out)?;
    }
    Ok(())
}

fn diagnostic(finding: &Finding, sources: &Sources) -> Value {
    let level = match finding.diagnostic.severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let own = span(&finding.place, true, sources);
    let secondary = finding.secondary.iter().filter_map(|place| span(place, false, sources));
    let steps = finding
        .trace
        .iter()
        .filter_map(|place| Some(child("note", &place.label.message, vec![span(place, true, sources)?])));
    let help = (!finding.diagnostic.help.is_empty()).then(|| child("help", &finding.diagnostic.help, Vec::new()));
    json!({
        "$message_type": "diagnostic",
        "message": finding.diagnostic.message,
        "code": {"code": format!("{}::{}", super::TOOL, finding.diagnostic.rule), "explanation": null},
        "level": level,
        "spans": own.into_iter().chain(secondary).collect::<Vec<_>>(),
        "children": steps.chain(help).collect::<Vec<_>>(),
        "rendered": format!("{}\n", concise::line(finding)),
    })
}

fn child(level: &str, message: &str, spans: Vec<Value>) -> Value {
    json!({"message": message, "code": null, "level": level, "spans": spans, "children": [], "rendered": null})
}

fn span(place: &Place, is_primary: bool, sources: &Sources) -> Option<Value> {
    let position = place.position?;
    let text = sources.text(place.label.file)?;
    let first = text.text.lines().nth(position.line as usize - 1).unwrap_or("");
    let end = if position.end_line == position.line { position.end_column } else { first.chars().count() as u32 + 1 };
    Some(json!({
        "file_name": place.path,
        "byte_start": position.start,
        "byte_end": position.end,
        "line_start": position.line,
        "line_end": position.end_line,
        "column_start": position.column,
        "column_end": position.end_column,
        "is_primary": is_primary,
        "text": [{"text": first, "highlight_start": position.column, "highlight_end": end}],
        "label": place.label.message,
        "suggested_replacement": null,
        "suggestion_applicability": null,
        "expansion": null,
    }))
}
