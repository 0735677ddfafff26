//! Reports of findings made by hand.

use std::fs;

use tempfile::TempDir;

use super::summary::Details;
use super::*;
use crate::diagnostic::{Confidence, Diagnostic, Label, Notice, NoticeKind, Set, Severity};
use crate::rule;
use crate::source::{FileId, SourceFile, Span};

const VIEWS: &str = "\
from app.db import load_customer


def show(session, orders):
    rows = []
    for order in orders:
        rows.append(load_customer(session, order.customer_id))
    return rows
";
const DB: &str = "\
def load_customer(session, customer_id):
    return session.get(Customer, customer_id)
";

/// A project on disk; it lives as long as this.
struct Project {
    folder: TempDir,
    files: Vec<SourceFile>,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Project {
        let folder = tempfile::tempdir().unwrap();
        let mut found = Vec::new();
        for (path, text) in files {
            let location = folder.path().join(path);
            fs::create_dir_all(location.parent().unwrap()).unwrap();
            fs::write(&location, text).unwrap();
            found.push(SourceFile {
                path: path.to_string(),
                location,
                language: 0,
                dialect: None,
                size: text.len() as u64,
                text: None,
            });
        }
        Project { folder, files: found }
    }

    /// The first place of `text` in a file.
    fn label(&self, file: u32, text: &str, message: &str) -> Label {
        let source = fs::read_to_string(&self.files[file as usize].location).unwrap();
        let start = source.find(text).unwrap();
        Label { file: FileId(file), span: Span::new(start, start + text.len()), message: message.to_string() }
    }

    fn report(&self, format: Format, diagnostics: Vec<Diagnostic>) -> String {
        self.colored_report(format, diagnostics, false)
    }

    fn colored_report(&self, format: Format, diagnostics: Vec<Diagnostic>, color: bool) -> String {
        let outcome =
            Outcome { files: self.files.clone(), diagnostics, analysed: self.files.len(), ..Outcome::default() };
        let mut out = Vec::new();
        write(format, &outcome, &rule::all_infos(), &mut out, color).unwrap();
        String::from_utf8(out).unwrap()
    }
}

fn diagnostic(primary: Label) -> Diagnostic {
    Diagnostic {
        rule: "n-plus-one-query".to_string(),
        family: "n-plus-one".to_string(),
        severity: Severity::Warning,
        confidence: Confidence::High,
        set: Set::Default,
        rank: 1.0,
        message: "one query per order: `load_customer` runs `Session.get`".to_string(),
        help: "load them at once: `select(Customer).where(Customer.id.in_(ids))`".to_string(),
        primary,
        secondary: vec![],
        trace: vec![],
        within: (FileId(0), Span::default()),
        about: String::new(),
        callee: String::new(),
        kin: Vec::new(),
        also: vec![],
        function: "app.views.show".to_string(),
        function_span: Span::default(),
        cause: String::new(),
        fingerprint: "00ff".to_string(),
        proposals: Vec::new(),
        fix: None,
    }
}

fn shop() -> (Project, Diagnostic) {
    let project = Project::new(&[("app/db.py", DB), ("app/views.py", VIEWS)]);
    let mut diagnostic = diagnostic(project.label(1, "load_customer(session, order", "O(orders) database queries"));
    diagnostic.primary.span.end -= "(session, order".len() as u32;
    diagnostic.secondary = vec![project.label(1, "order in", "runs once per order")];
    diagnostic.secondary[0].span.end -= " in".len() as u32;
    diagnostic.trace = vec![project.label(0, "session.get", "the query")];
    (project, diagnostic)
}

#[test]
fn full_shows_the_path_through_the_files() {
    let (project, diagnostic) = shop();
    let expected = "\
warning[n-plus-one-query]: one query per order: `load_customer` runs `Session.get`
  ┌─ app/views.py:7:21
  │
6 │     for order in orders:
  │         ----- runs once per order
7 │         rows.append(load_customer(session, order.customer_id))
  │                     ^^^^^^^^^^^^^ O(orders) database queries
  │
  ┌─ app/db.py:2:12
  │
2 │     return session.get(Customer, customer_id)
  │            ----------- the query
  │
  = help: load them at once: `select(Customer).where(Customer.id.in_(ids))`

";
    assert_eq!(project.report(Format::Full, vec![diagnostic]), expected);
}

#[test]
fn concise_is_one_line_each_sorted_by_place() {
    let (project, first) = shop();
    let mut second = diagnostic(project.label(0, "return", ""));
    second.severity = Severity::Error;
    second.message = "two\nlines".to_string();
    let expected = "\
app/db.py:2:5: error[n-plus-one-query] two?lines
app/views.py:7:21: warning[n-plus-one-query] one query per order: `load_customer` runs `Session.get`
";
    assert_eq!(project.report(Format::Concise, vec![first, second]), expected);
}

#[test]
fn json_and_jsonl_hold_the_same_objects() {
    let (project, diagnostic) = shop();
    let document = project.report(Format::Json, vec![diagnostic.clone(), diagnostic.clone()]);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let lines = project.report(Format::Jsonl, vec![diagnostic.clone(), diagnostic]);
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(document["findings"], serde_json::Value::from(lines));
    assert_eq!((&document["schema_version"], &document["tool"]["name"]), (&1.into(), &"laggard".into()));
    assert_eq!(document["summary"]["findings"], 2);
    let expected = serde_json::json!({
        "path": "app/views.py", "line": 7, "column": 21, "end_line": 7, "end_column": 34,
        "rule": "n-plus-one-query", "family": "n-plus-one", "severity": "warning", "confidence": "high",
        "message": "one query per order: `load_customer` runs `Session.get`",
        "help": "load them at once: `select(Customer).where(Customer.id.in_(ids))`",
        "function": "app.views.show",
        "labels": [{"path": "app/views.py", "line": 6, "column": 9, "message": "runs once per order"}],
        "trace": [{"path": "app/db.py", "line": 2, "column": 12, "message": "the query"}],
        "also": [],
        "fingerprint": "00ff",
        "fix": null,
    });
    assert_eq!(document["findings"][0], expected);
    assert_eq!(project.report(Format::Jsonl, vec![]), "");
}

/// `BLESS=1 cargo test schema_is_shipped` rewrites it.
#[test]
fn the_json_schema_is_shipped() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/report-1.json");
    let schema = format!("{}\n", serde_json::to_string_pretty(&json::schema()).unwrap());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), schema);
}

#[test]
fn grouped_names_each_file_once() {
    let (project, first) = shop();
    let mut second = first.clone();
    second.primary = project.label(1, "return rows", "");
    let expected = "\
app/views.py:
  7:21  warning[n-plus-one-query] one query per order: `load_customer` runs `Session.get`
   8:5  warning[n-plus-one-query] one query per order: `load_customer` runs `Session.get`

";
    assert_eq!(project.report(Format::Grouped, vec![first, second]), expected);
}

#[test]
fn agent_says_all_in_one_line() {
    let (project, diagnostic) = shop();
    let expected = "app/views.py:7:21 warning n-plus-one-query: one query per order: `load_customer` runs \
                    `Session.get` | app/db.py:2:12: the query | help: load them at once: \
                    `select(Customer).where(Customer.id.in_(ids))`\n";
    assert_eq!(project.report(Format::Agent, vec![diagnostic]), expected);
}

#[test]
fn a_file_that_is_gone_costs_the_code_only() {
    let (project, diagnostic) = shop();
    fs::remove_file(project.folder.path().join("app/db.py")).unwrap();
    let report = project.report(Format::Full, vec![diagnostic.clone()]);
    assert!(report.contains("app/views.py:7:21") && !report.contains("app/db.py"), "{report}");

    fs::remove_file(project.folder.path().join("app/views.py")).unwrap();
    let report = project.report(Format::Full, vec![diagnostic.clone()]);
    assert!(report.starts_with("app/views.py: warning[n-plus-one-query] one query"), "{report}");
    let json: serde_json::Value = serde_json::from_str(&project.report(Format::Json, vec![diagnostic])).unwrap();
    assert_eq!(json["findings"][0]["line"], serde_json::Value::Null);
}

#[test]
fn a_file_that_has_shrunk_is_no_crash() {
    let (project, diagnostic) = shop();
    fs::write(project.folder.path().join("app/views.py"), "č").unwrap();
    for format in [Format::Full, Format::Concise, Format::Json] {
        assert!(project.report(format, vec![diagnostic.clone()]).contains("app/views.py"));
    }
    fs::write(project.folder.path().join("app/views.py"), "").unwrap();
    assert!(project.report(Format::Full, vec![diagnostic]).contains("app/views.py"));
}

#[test]
fn long_lines_are_cut_around_their_labels() {
    let text = format!("{}first(x);{}second(y);{}\nlast", "a=1;".repeat(500), "b=2;".repeat(500), "č;".repeat(500));
    let project = Project::new(&[("min.js", &text)]);
    let mut finding = diagnostic(project.label(0, "second(y)", "here"));
    finding.secondary = vec![project.label(0, "first(x)", "there"), project.label(0, "last", "end")];
    let report = project.report(Format::Full, vec![finding]);
    assert!(report.len() < 1500, "{report}");
    assert!(report.contains("min.js:1:4010"), "{report}");
    assert!(report.contains("…") && report.contains("first(x);b=2") && report.contains("second(y);č"), "{report}");
    let lines: Vec<&str> = report.lines().collect();
    let code = lines.iter().position(|line| line.contains("second(y)")).unwrap();
    let column = |line: &str, what: &str| line.split(what).next().unwrap().chars().count();
    assert_eq!(column(lines[code], "second(y)"), column(lines[code + 1], "^"), "{report}");
}

#[test]
fn tabs_and_wide_characters_are_aligned() {
    let project = Project::new(&[("a.py", "\tname = \"日本\"; slow()\n")]);
    let report = project.report(Format::Full, vec![diagnostic(project.label(0, "slow()", "here"))]);
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[3], "1 │     name = \"日本\"; slow()");
    assert_eq!(lines[4], "  │                    ^^^^^^ here");
    assert!(report.contains("a.py:1:15"));
}

#[test]
fn a_label_over_several_lines_is_shown_on_its_first() {
    let project = Project::new(&[("a.py", "call(\r\n    1,\r\n)\r\n")]);
    let report = project.report(Format::Full, vec![diagnostic(project.label(0, "call(\r\n    1,\r\n)", "here"))]);
    assert!(report.contains("1 │ call(\n  │ ^^^^^ here\n"), "{report}");
}

#[test]
fn one_place_has_one_label() {
    let (project, mut diagnostic) = shop();
    diagnostic.trace.insert(0, Label { message: "again".to_string(), ..diagnostic.primary.clone() });
    assert!(!project.report(Format::Full, vec![diagnostic]).contains("again"));
}

#[test]
fn code_cannot_steer_the_terminal() {
    let project = Project::new(&[("a.py", "x = '\u{1b}[2J\u{202e}\u{85}'; slow()\n")]);
    let mut finding = diagnostic(project.label(0, "slow()", "\u{1b}[0m"));
    finding.message = "\u{1b}]0;title\u{7}".to_string();
    for format in [Format::Full, Format::Concise, Format::Json] {
        let report = project.report(format, vec![finding.clone()]);
        assert!(!report.contains('\u{1b}') && !report.contains('\u{7}'), "{report}");
    }
}

#[test]
fn colour_is_used_when_asked_for() {
    let (project, mut diagnostic) = shop();
    assert!(project.colored_report(Format::Full, vec![diagnostic.clone()], true).contains("\u{1b}["));
    assert!(!project.colored_report(Format::Json, vec![diagnostic.clone()], true).contains("\u{1b}["));
    diagnostic.severity = Severity::Info;
    assert!(project.colored_report(Format::Full, vec![diagnostic.clone()], true).contains("info["));
    assert!(project.report(Format::Full, vec![diagnostic]).starts_with("info["));
}

fn summary(outcome: &Outcome, details: Details) -> String {
    let mut out = Vec::new();
    summary::write(outcome, details, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_summary_counts_in_words() {
    let (project, first) = shop();
    let mut second = first.clone();
    second.rule = "sleep-in-async".to_string();
    second.severity = Severity::Error;
    let one =
        Outcome { files: project.files.clone(), analysed: 2, diagnostics: vec![first.clone()], ..Outcome::default() };
    assert_eq!(summary(&one, Details::Some), "1 finding (1 warning) in 2 files.\n");
    let more = Outcome { diagnostics: vec![first.clone(), second, first], analysed: 1, ..Outcome::default() };
    let expected = "     2  n-plus-one-query\n     1  sleep-in-async\n3 findings (1 error, 2 warnings) in 1 file.\n";
    assert_eq!(summary(&more, Details::Some), expected);
}

#[test]
fn the_summary_says_what_was_left_out() {
    let notice = |path: &str, line, kind| Notice { path: path.into(), line, kind, message: "why".into() };
    let mut notices = vec![notice("b.py", 3, NoticeKind::SyntaxError), notice("a.py", 0, NoticeKind::TooLarge)];
    let mut outcome = Outcome { notices: notices.clone(), ..Outcome::default() };
    let counts = "Left out: 1 place with syntax errors, 1 file too large.\n";
    let end = format!("{counts}No findings in 0 files.\n");
    assert_eq!(summary(&outcome, Details::Counts), end);
    assert_eq!(summary(&outcome, Details::Some), format!("note: a.py: why\nnote: b.py:3: why\n{end}"));

    notices.push(notice("s.py", 1, NoticeKind::Suppression));
    outcome.notices = notices.clone();
    assert!(summary(&outcome, Details::Counts).contains("1 suppression without effect or not well-formed.\n"));

    notices.extend((0..20).map(|at| notice(&format!("c{at}.py"), 0, NoticeKind::NotUtf8)));
    outcome.notices = notices;
    assert!(summary(&outcome, Details::Some).contains("… and 13 more"));
    assert!(summary(&outcome, Details::All).contains("note: c19.py: why"));
}
