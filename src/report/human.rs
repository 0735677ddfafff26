//! Findings for people: code with labels in every file that the finding goes through, and help.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic as Rendered, Label as RenderedLabel, LabelStyle};
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use codespan_reporting::term::{self, Config};

use super::excerpt::{Excerpt, Excerpts};
use super::finding::{Finding, Report, fix_note, lines_by_hand};
use super::sources::{self, Sources};
use super::{concise, printable};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::FileId;

/// How many places like the finding's are labelled; the others are only counted.
const MOST_ALIKE: usize = 3;

pub fn write(report: &Report, out: &mut dyn Write, color: bool) -> io::Result<()> {
    report.findings.iter().try_for_each(|finding| match render(finding.diagnostic, &report.sources, color) {
        Some(text) => out.write_all(&text),
        None => write_without_code(finding, &report.sources, out),
    })
}

/// `None` if the code cannot be shown.
fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> Option<Vec<u8>> {
    sources.text(diagnostic.primary.file)?;
    let (excerpts, labels) = excerpts(&labels(diagnostic), sources);
    let rendered = Rendered::new(severity(diagnostic.severity))
        .with_code(&diagnostic.rule)
        .with_message(printable(&diagnostic.message))
        .with_labels(labels)
        .with_notes(help(diagnostic, sources));
    let mut text = Vec::new();
    let config = Config::default();
    let written = if color {
        term::emit_to_write_style(&mut Ansi::new(&mut text), &config, &excerpts, &rendered)
    } else {
        term::emit_to_write_style(&mut NoColor::new(&mut text), &config, &excerpts, &rendered)
    };
    written.ok()?;
    if diagnostic.severity == Severity::Info {
        rename_note(&mut text);
    }
    if !color {
        trim_line_ends(&mut text);
    }
    Some(text)
}

/// The renderer fills up lines between labels with blanks, which nobody sees and editors take away.
fn trim_line_ends(text: &mut Vec<u8>) {
    let trimmed: Vec<&[u8]> = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).collect();
    *text = trimmed.join(&b'\n');
}

fn write_without_code(finding: &Finding, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", concise::line(finding))?;
    help(finding.diagnostic, sources).iter().try_for_each(|help| writeln!(out, "  = {help}"))?;
    writeln!(out)
}

fn help(diagnostic: &Diagnostic, sources: &Sources) -> Vec<String> {
    let lines: Vec<String> = diagnostic.help.lines().map(printable).collect();
    let help = (!lines.is_empty()).then(|| format!("help: {}", lines.join("\n")));
    let fix = fix_note(diagnostic).map(|note| {
        let shown = lines_by_hand(diagnostic, sources);
        let shown: String = shown.iter().map(|line| format!("\n  {}", printable(line))).collect();
        format!("fix: {}{shown}", printable(&note))
    });
    help.into_iter().chain(fix).collect()
}

/// The primary label first: its file is shown first. A place that is labelled already is not labelled again. The steps of
/// a way are numbered: they are shown by line.
fn labels(diagnostic: &Diagnostic) -> Vec<(LabelStyle, &Label, String)> {
    let mut labels = vec![(LabelStyle::Primary, &diagnostic.primary, printable(&diagnostic.primary.message))];
    let plain = |label| (None, label);
    let is_one_step = diagnostic.trace.len() < 2;
    let steps = diagnostic.trace.iter().enumerate().map(|(step, label)| ((!is_one_step).then_some(step + 1), label));
    let alike = diagnostic.also.iter().take(MOST_ALIKE).map(plain);
    for (step, label) in diagnostic.secondary.iter().map(plain).chain(steps).chain(alike) {
        let message = match step {
            Some(step) => printable(&format!("{step}: {}", label.message)),
            None => printable(&label.message),
        };
        let same = |other: &&mut (_, &Label, String)| (other.1.file, other.1.span) == (label.file, label.span);
        match labels.iter_mut().find(same) {
            Some((_, _, own)) if own.is_empty() => *own = message,
            Some(_) => {}
            None => labels.push((LabelStyle::Secondary, label, message)),
        }
    }
    labels
}

/// One excerpt per file, and the labels in them. Labels in files that cannot be read any more are left out.
fn excerpts(labels: &[(LabelStyle, &Label, String)], sources: &Sources) -> (Excerpts, Vec<RenderedLabel<usize>>) {
    let mut files: Vec<FileId> = Vec::new();
    for (_, label, _) in labels {
        if !files.contains(&label.file) {
            files.push(label.file);
        }
    }
    let mut excerpts = Vec::new();
    let mut rendered = Vec::new();
    for file in files {
        let path = sources.path(file);
        let Some(text) = sources.text(file) else { continue };
        let in_file = || labels.iter().filter(|(_, label, _)| label.file == file);
        let spans: Vec<_> = in_file().map(|(_, label, _)| sources::clamped(label, &text.text)).collect();
        let (excerpt, ranges) = Excerpt::new(path, text, &spans);
        rendered.extend(in_file().zip(ranges).map(|((style, _, message), range)| {
            RenderedLabel::new(*style, excerpts.len(), range).with_message(message)
        }));
        excerpts.push(excerpt);
    }
    (Excerpts(excerpts), rendered)
}

fn severity(severity: Severity) -> codespan_reporting::diagnostic::Severity {
    match severity {
        Severity::Info => codespan_reporting::diagnostic::Severity::Note,
        Severity::Warning => codespan_reporting::diagnostic::Severity::Warning,
        Severity::Error => codespan_reporting::diagnostic::Severity::Error,
    }
}

/// codespan has no severity that it calls `info`, as everything else here does.
fn rename_note(text: &mut [u8]) {
    if let Some(at) = text.windows(5).position(|word| word == b"note[") {
        text[at..at + 4].copy_from_slice(b"info");
    }
}
