//! One line per finding: `path:line:column: warning[rule] message`.

use std::io::{self, Write};

use super::sources::Sources;
use super::{printable, severity_name};
use crate::diagnostic::Diagnostic;

pub fn write(diagnostics: &[&Diagnostic], sources: &mut Sources, out: &mut dyn Write) -> io::Result<()> {
    diagnostics.iter().try_for_each(|diagnostic| writeln!(out, "{}", line(diagnostic, sources)))
}

/// The line of a finding, without a line break. Has no position if the file cannot be read any more.
pub fn line(diagnostic: &Diagnostic, sources: &mut Sources) -> String {
    let position = sources.position(&diagnostic.primary);
    let place = position.map(|position| format!(":{}:{}", position.line, position.column)).unwrap_or_default();
    let path = printable(sources.path(diagnostic.primary.file));
    let severity = severity_name(diagnostic.severity);
    format!("{path}{place}: {severity}[{}] {}", diagnostic.rule, printable(&diagnostic.message))
}
