//! Comparisons of findings made by hand.

use super::*;
use crate::diagnostic::{Confidence, Label, Set, Severity};
use crate::source::Span;

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.to_owned(),
        location: Path::new("/p").join(path),
        language: 0,
        dialect: None,
        size: text.len() as u64,
        text: Some(text.into()),
    }
}

/// A finding of a rule on the first line with `code`.
fn finding(files: &[SourceFile], file: usize, rule: &str, function: &str, code: &str, cause: &str) -> Diagnostic {
    let at = files[file].text().unwrap().find(code).unwrap();
    let file = FileId(file as u32);
    Diagnostic {
        rule: rule.to_owned(),
        family: String::new(),
        set: Set::Default,
        severity: Severity::Warning,
        confidence: Confidence::High,
        rank: 1.0,
        message: format!("says {cause}"),
        help: String::new(),
        primary: Label { file, span: Span::new(at, at + code.len()), message: String::new() },
        secondary: Vec::new(),
        trace: Vec::new(),
        within: (file, Span::default()),
        about: String::new(),
        callee: String::new(),
        kin: Vec::new(),
        also: Vec::new(),
        proposals: Vec::new(),
        fix: None,
        function: function.to_owned(),
        function_span: Span::default(),
        cause: cause.to_owned(),
        fingerprint: String::new(),
    }
}

fn compared(
    (present, now): (&[SourceFile], &[Diagnostic]),
    (older, then): (&[SourceFile], &[Diagnostic]),
    moved: &[(&str, &str)],
) -> (Vec<bool>, usize) {
    let moved = moved.iter().map(|(from, to)| (Path::new("/p").join(from), Path::new("/p").join(to))).collect();
    let Compared { is_new, gone } =
        compare(Run { found: now, files: present }, Run { found: then, files: older }, &moved);
    (is_new, gone)
}

#[test]
fn a_moved_line_is_known_and_a_second_one_is_new() {
    let older = [file("a.py", "one()\n")];
    let present = [file("a.py", "# more\n    one()\none()\n")];
    let then = [finding(&older, 0, "r", "a.f", "one()", "x")];
    let now = [finding(&present, 0, "r", "a.f", "    one()", "x"), finding(&present, 0, "r", "a.f", "one()\n", "x")];
    assert_eq!(compared((&present, &now), (&older, &then), &[]), (vec![false, true], 0));
    assert_eq!(compared((&older, &then), (&present, &now), &[]), (vec![false], 1));
}

#[test]
fn code_may_move_to_another_file() {
    let older = [file("a.py", "one()\n")];
    let present = [file("b.py", "one()\n"), file("c.py", "one()\n")];
    let then = [finding(&older, 0, "r", "a.f", "one()", "x")];
    let now = [finding(&present, 0, "r", "b.g", "one()", "x"), finding(&present, 1, "r", "c.f", "one()", "x")];
    assert_eq!(compared((&present, &now), (&older, &then), &[]).0, [false, true], "a copy is new");
    let other = [finding(&present, 0, "r", "b.g", "one()", "y")];
    assert_eq!(compared((&present, &other), (&older, &then), &[]).0, [true], "the line says something else now");
    let other_rule = [finding(&present, 0, "s", "b.g", "one()", "x")];
    assert_eq!(compared((&present, &other_rule), (&older, &then), &[]), (vec![true], 1));
}

#[test]
fn an_edited_line_is_known_while_its_function_calls_the_same() {
    let older = [file("a.py", "one(1)\n")];
    let present = [file("b.py", "one(2)\n")];
    let then = [finding(&older, 0, "r", "a.f", "one(1)", "x")];
    let now = [finding(&present, 0, "r", "b.f", "one(2)", "x")];
    assert_eq!(compared((&present, &now), (&older, &then), &[("a.py", "b.py")]).0, [false]);
    assert_eq!(compared((&present, &now), (&older, &then), &[]).0, [true], "git did not say that it moved");
    let other = [finding(&present, 0, "r", "b.g", "one(2)", "x")];
    assert_eq!(compared((&present, &other), (&older, &then), &[("a.py", "b.py")]).0, [true]);
}
