//! How many findings each rule has, as a table or as JSON. The dearest cost first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::finding::Report;

/// A row of the table.
#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    family: &'a str,
    cost: &'static str,
    findings: usize,
    /// Places that findings speak for, their own included.
    places: usize,
    files: usize,
}

pub fn write_table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(report);
    let width = rows.iter().map(|row| row.rule.len()).max().unwrap_or(0).max("rule".len());
    if !rows.is_empty() {
        writeln!(out, "findings  places  files  {:width$}  cost", "rule")?;
    }
    for Row { rule, cost, findings, places, files, .. } in rows {
        writeln!(out, "{findings:8}  {places:6}  {files:5}  {rule:width$}  {cost}")?;
    }
    Ok(())
}

pub fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &rows(report))?;
    writeln!(out)
}

fn rows<'a>(report: &Report<'a>) -> Vec<Row<'a>> {
    let mut by_rule: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for finding in &report.findings {
        by_rule.entry(&finding.diagnostic.rule).or_default().push(finding);
    }
    let weight = |rule: &str| report.rule(rule).map_or(0.0, |rule| rule.weight);
    let mut rows: Vec<Row> = by_rule
        .into_iter()
        .map(|(rule, findings)| {
            let mut files: Vec<&str> = findings.iter().map(|finding| finding.place.path).collect();
            files.dedup();
            Row {
                rule,
                family: &findings[0].diagnostic.family,
                cost: cost(weight(rule)),
                findings: findings.len(),
                places: findings.iter().map(|finding| 1 + finding.also.len()).sum(),
                files: files.len(),
            }
        })
        .collect();
    rows.sort_by(|left, right| {
        weight(right.rule).total_cmp(&weight(left.rule)).then(right.findings.cmp(&left.findings))
    });
    rows
}

/// The cost class of a rule's weight, in words.
pub fn cost(weight: f64) -> &'static str {
    match weight {
        weight if weight >= 100.0 => "queries, requests",
        weight if weight >= 30.0 => "files, blocking",
        weight if weight >= 10.0 => "set-up meant to be reused",
        weight if weight >= 5.0 => "linear work",
        _ => "copies, allocation",
    }
}
