//! What a run did, in words: how many findings, in how many files, and what was left out and why.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::finding::severity_name;
use super::printable;
use crate::diagnostic::{Notice, NoticeKind, Severity};
use crate::outcome::{Comparison, Outcome};

/// So many notices are shown one by one, unless all are asked for.
const SHOWN_NOTICES: usize = 10;

/// How many notices are shown one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Details {
    /// None: only how many there are of each kind.
    Counts,
    /// The first few.
    Some,
    /// All.
    All,
}

/// Writes the summary.
pub fn write(outcome: &Outcome, details: Details, out: &mut dyn Write) -> io::Result<()> {
    write_notices(outcome, details, out)?;
    if outcome.diagnostics.len() > 1 {
        for (rule, count) in count(outcome.diagnostics.iter().map(|diagnostic| &diagnostic.rule)) {
            writeln!(out, "{count:6}  {rule}")?;
        }
    }
    if outcome.known > 0 {
        writeln!(out, "{} left out: the baseline has them.", plural(outcome.known, "known finding"))?;
    }
    if let Some(Comparison { known, gone }) = outcome.comparison {
        writeln!(out, "{} left out: the earlier revision has them; {gone} others are gone.", plural(known, "finding"))?;
    }
    writeln!(out, "{}", findings(outcome))
}

/// Writes how long each stage took.
pub fn write_timings(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for (stage, seconds) in &outcome.timings.stages {
        writeln!(out, "{seconds:9.3} s  {stage}")?;
    }
    let total: f64 = outcome.timings.stages.iter().map(|(_, seconds)| seconds).sum();
    let megabytes = outcome.analysed_bytes as f64 / 1e6;
    writeln!(out, "{total:9.3} s  all: {}, {megabytes:.1} MB", plural(outcome.analysed, "file"))
}

/// `3 findings (1 error, 2 warnings) in 12 files`.
pub fn findings(outcome: &Outcome) -> String {
    let files = plural(outcome.analysed, "file");
    if outcome.diagnostics.is_empty() {
        return format!("No findings in {files}.");
    }
    let of = |severity| outcome.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let severities: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter(|severity| of(*severity) > 0)
        .map(|severity| match severity {
            Severity::Info => format!("{} info", of(severity)),
            _ => plural(of(severity), severity_name(severity)),
        })
        .collect();
    format!("{} ({}) in {files}.", plural(outcome.diagnostics.len(), "finding"), severities.join(", "))
}

fn write_notices(outcome: &Outcome, details: Details, out: &mut dyn Write) -> io::Result<()> {
    let mut notices: Vec<&Notice> = outcome.notices.iter().collect();
    notices.sort();
    let shown = match details {
        Details::Counts => 0,
        Details::Some => SHOWN_NOTICES,
        Details::All => notices.len(),
    };
    for notice in notices.iter().take(shown) {
        writeln!(out, "{}", notice_line(notice))?;
    }
    if shown > 0 && notices.len() > shown {
        writeln!(out, "… and {} more (`--verbose` shows all)", notices.len() - shown)?;
    }
    let mut counts = count(notices.iter().map(|notice| notice.kind));
    let suppressions = counts.remove(&NoticeKind::Suppression).unwrap_or(0);
    let settings = counts.remove(&NoticeKind::Setting).unwrap_or(0);
    let caches = counts.remove(&NoticeKind::Cache).unwrap_or(0);
    let mut left_out: Vec<String> = counts.into_iter().map(|(kind, count)| counted(kind, count)).collect();
    if outcome.unread > 0 {
        left_out.push(format!("{} of tests and the like (`--include-tests`)", plural(outcome.unread, "file")));
    }
    if !left_out.is_empty() {
        writeln!(out, "Left out: {}.", left_out.join(", "))?;
    }
    if suppressions > 0 {
        writeln!(out, "{} without effect or not well-formed.", plural(suppressions, "suppression"))?;
    }
    if settings > 0 {
        writeln!(out, "{} without effect.", plural(settings, "setting"))?;
    }
    if caches > 0 {
        writeln!(out, "The cache could not be written.")?;
    }
    Ok(())
}

/// All notices, one line each, sorted.
pub fn notice_lines(notices: &[Notice]) -> Vec<String> {
    let mut notices: Vec<&Notice> = notices.iter().collect();
    notices.sort();
    notices.into_iter().map(notice_line).collect()
}

/// `app/views.py:3: message`, with as much of the place as is known.
fn notice_line(notice: &Notice) -> String {
    let message = printable(&notice.message);
    match (notice.path.as_str(), notice.line) {
        ("", _) => format!("note: {message}"),
        (path, 0) => format!("note: {}: {message}", printable(path)),
        (path, line) => format!("note: {}:{line}: {message}", printable(path)),
    }
}

fn counted(kind: NoticeKind, count: usize) -> String {
    match kind {
        NoticeKind::SyntaxError => format!("{} with syntax errors", plural(count, "place")),
        NoticeKind::Unreadable => format!("{count} unreadable"),
        NoticeKind::NotUtf8 => format!("{} not UTF-8", plural(count, "file")),
        NoticeKind::TooLarge => format!("{} too large", plural(count, "file")),
        NoticeKind::Generated => format!("{} generated or minified", plural(count, "file")),
        NoticeKind::TooDeep => format!("{} nested too deeply", plural(count, "place")),
        NoticeKind::Crash => format!("{} on which laggard itself failed (please report it)", plural(count, "file")),
        NoticeKind::Suppression => plural(count, "suppression"),
        NoticeKind::Setting => plural(count, "setting"),
        NoticeKind::Cache => plural(count, "cache"),
    }
}

fn count<T: Ord>(items: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
