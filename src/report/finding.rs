//! What all formats render from: findings with their places as lines and columns.

use super::sources::{Position, Sources};
use crate::diagnostic::{Confidence, Diagnostic, Edit, Grade, Label, Severity};
use crate::outcome::Outcome;
use crate::rule::RuleInfo;

/// A run, ready to be written.
pub struct Report<'a> {
    /// Sorted by path and place.
    pub findings: Vec<Finding<'a>>,
    /// The rest of the run.
    pub outcome: &'a Outcome,
    /// All rules, for what there is to say of one beside its finding.
    pub rules: &'a [RuleInfo],
    /// The texts of files that findings speak of.
    pub sources: Sources<'a>,
}

/// A finding with its places.
pub struct Finding<'a> {
    /// What it says.
    pub diagnostic: &'a Diagnostic,
    /// Where it is.
    pub place: Place<'a>,
    /// Places that explain it.
    pub secondary: Vec<Place<'a>>,
    /// The path to the cause, without the finding's own place.
    pub trace: Vec<Place<'a>>,
    /// Places that the same change would mend.
    pub also: Vec<Place<'a>>,
    /// What its fix changes.
    pub changes: Vec<Change<'a>>,
}

/// An edit of a fix with its position.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// The edit.
    pub edit: &'a Edit,
    /// `None` if the file cannot be read any more.
    pub position: Option<Position>,
}

/// A label with its path and position.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The label.
    pub label: &'a Label,
    /// Relative to the project root.
    pub path: &'a str,
    /// `None` if the file cannot be read any more.
    pub position: Option<Position>,
}

impl<'a> Report<'a> {
    /// The report of a run.
    pub fn new(outcome: &'a Outcome, rules: &'a [RuleInfo]) -> Report<'a> {
        let sources = Sources::of(&outcome.files, &outcome.diagnostics);
        let findings = sorted(&outcome.diagnostics).into_iter().map(|diagnostic| Finding::new(diagnostic, &sources));
        Report { findings: findings.collect(), outcome, rules, sources }
    }

    /// The findings that matter most first: by severity, then by rank.
    pub fn worst_first(&self) -> Vec<&Finding<'a>> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by(|left, right| {
            let (left, right) = (left.diagnostic, right.diagnostic);
            right.severity.cmp(&left.severity).then(right.rank.total_cmp(&left.rank))
        });
        findings
    }

    /// The findings by file, in the order of paths.
    pub fn by_file(&self) -> impl Iterator<Item = (&'a str, &[Finding<'a>])> {
        let files = self.findings.chunk_by(|left, right| left.place.path == right.place.path);
        files.map(|findings| (findings[0].place.path, findings))
    }

    /// What is known of a rule.
    pub fn rule(&self, name: &str) -> Option<&'a RuleInfo> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The rules that have findings, in the order of their names.
    pub fn rules_found(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.outcome.diagnostics.iter().map(|diagnostic| diagnostic.rule.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl<'a> Finding<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &Sources<'a>) -> Finding<'a> {
        let places = |labels: &'a [Label]| labels.iter().map(|label| Place::new(label, sources)).collect();
        Finding {
            diagnostic,
            place: Place::new(&diagnostic.primary, sources),
            secondary: places(&diagnostic.secondary),
            trace: places(&diagnostic.trace),
            also: places(&diagnostic.also),
            changes: changes(diagnostic, sources),
        }
    }

    /// Its place, then the path to the cause.
    pub fn path_to_cause(&self) -> impl Iterator<Item = &Place<'a>> {
        std::iter::once(&self.place).chain(&self.trace)
    }

    /// What it says, how it was reached and what to do about it, one line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.diagnostic.message.clone()];
        lines.extend(self.trace.iter().map(|step| format!("{}: {}", step.shown(), step.label.message)));
        if !self.diagnostic.help.is_empty() {
            lines.push(format!("help: {}", self.diagnostic.help));
        }
        lines
    }
}

fn changes<'a>(diagnostic: &'a Diagnostic, sources: &Sources<'a>) -> Vec<Change<'a>> {
    let Some(fix) = &diagnostic.fix else { return Vec::new() };
    let position = |edit: &Edit| sources.position_of(fix.file, edit.span);
    fix.edits.iter().map(|edit| Change { edit, position: position(edit) }).collect()
}

/// The lines that a fix gives which is to be done by hand, without their indentation.
pub fn lines_by_hand(diagnostic: &Diagnostic, sources: &Sources) -> Vec<String> {
    let by_hand = diagnostic.fix.as_ref().filter(|fix| fix.grade == Grade::Display);
    let Some((fix, text)) = by_hand.and_then(|fix| Some((fix, &sources.text(fix.file)?.text))) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for edit in &fix.edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        // The file may have changed since.
        let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return Vec::new() };
        let head = before.rsplit('\n').next().unwrap_or("");
        let tail = if edit.text.ends_with('\n') { "" } else { after.split('\n').next().unwrap_or("") };
        let whole = format!("{head}{}{tail}", edit.text);
        lines.extend(whole.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()));
    }
    lines
}

/// What is said of a fix: how far it may be trusted, and how it is applied.
pub fn fix_note(diagnostic: &Diagnostic) -> Option<String> {
    let fix = diagnostic.fix.as_ref()?;
    Some(match fix.grade {
        Grade::Safe => "`--fix` applies it".to_owned(),
        Grade::Unsafe => format!("`--fix --unsafe-fixes` applies it: {}", fix.reason),
        Grade::Display => format!("to be done by hand: {}", fix.reason),
    })
}

impl<'a> Place<'a> {
    fn new(label: &'a Label, sources: &Sources<'a>) -> Place<'a> {
        Place { label, path: sources.path(label.file), position: sources.position(label) }
    }

    /// Its first line; 1 if it is not known, for formats that cannot do without.
    pub fn line(&self) -> u32 {
        self.position.map_or(1, |position| position.line)
    }

    /// `path:line:column`, as much as is known.
    pub fn shown(&self) -> String {
        match self.position {
            Some(position) => format!("{}:{}:{}", self.path, position.line, position.column),
            None => self.path.to_string(),
        }
    }
}

/// The severity as it is written everywhere.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The confidence as it is written everywhere.
pub fn confidence_name(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// File ids are in the order of paths.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|left, right| {
        let key = |diagnostic: &Diagnostic| (diagnostic.primary.file, diagnostic.primary.span);
        key(left).cmp(&key(right)).then_with(|| (&left.rule, &left.message).cmp(&(&right.rule, &right.message)))
    });
    sorted
}
