//! Suppressions: comments that say that a finding is known. Parses them and applies them.
//!
//! Does not know where comments are nor which lines one covers: extraction says so.

use serde::{Deserialize, Serialize};

use crate::config::nearest_name;
use crate::diagnostic::{Diagnostic, Notice, NoticeKind};
use crate::program::Program;
use crate::source::{self, FileId, Span};

/// What introduces a comment that is meant for laggard.
const PREFIX: &str = "laggard:";

/// What a suppression comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The rules that it names; never empty.
    pub rules: Vec<String>,
    /// `ignore-file`: it covers the whole file.
    pub whole_file: bool,
    /// Why; may be empty.
    pub reason: String,
}

/// A suppression with its place and what it covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The comment.
    pub span: Span,
    /// First and last line that it covers, counted from 1; `(1, u32::MAX)` for the whole file.
    pub lines: (u32, u32),
    /// The rules that it names.
    pub rules: Vec<String>,
    /// The comment stands alone on its line.
    pub own_line: bool,
}

/// The suppressions of one file.
#[derive(Clone, Copy, Debug)]
pub struct FileSuppressions<'a> {
    /// The file.
    pub file: FileId,
    /// Its path relative to the project root, for notices.
    pub path: &'a str,
    /// Where its lines start.
    pub line_starts: &'a [u32],
    /// Its suppressions.
    pub suppressions: &'a [Suppression],
}

/// A rule of a suppression that suppresses nothing, though it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unused {
    /// The file of the comment.
    pub file: FileId,
    /// The comment.
    pub comment: Span,
    /// The rule.
    pub rule: String,
}

/// What suppressions make of findings.
#[derive(Debug, Default)]
pub struct Suppressed {
    /// Findings that no comment suppresses.
    pub kept: Vec<Diagnostic>,
    /// About comments that are wrong or of no use.
    pub notices: Vec<Notice>,
    /// Those of no use.
    pub unused: Vec<Unused>,
}

/// Reads the text of a comment, with or without its leader. `None`: it is not for laggard. An error says what
/// is wrong with it.
pub fn parse(comment: &str) -> Option<Result<Parsed, String>> {
    let text = pragma(comment)?;
    let verb_length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
    let (verb, rest) = text.split_at(verb_length);
    let whole_file = match verb {
        "ignore" => false,
        "ignore-file" => true,
        // Something in brackets was meant as a suppression; anything else is prose.
        _ if rest.trim_start().starts_with('[') => {
            return Some(Err(format!("unknown word `{verb}`; write `{PREFIX} ignore[rule]`")));
        }
        _ => return None,
    };
    Some(parse_rules(verb, rest).map(|(rules, reason)| Parsed { rules, whole_file, reason }))
}

/// What follows `laggard:`, which starts the comment or stands after a leader of its own (`# noqa  # laggard: …`).
fn pragma(comment: &str) -> Option<&str> {
    let comment = comment.trim();
    let comment = comment.strip_suffix("*/").or_else(|| comment.strip_suffix("-->")).unwrap_or(comment).trim_end();
    comment.match_indices(PREFIX).find(|(at, _)| starts_comment(&comment[..*at])).map(|(at, prefix)| {
        let text = &comment[at + prefix.len()..];
        text.trim_start()
    })
}

/// Is there nothing before, or nothing but a comment leader since the last blank?
fn starts_comment(before: &str) -> bool {
    let before = before.trim_end();
    let leader = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let is_leader = !leader.is_empty() && leader.chars().all(|c| matches!(c, '#' | '/' | '*' | '!' | '-' | ';' | '<'));
    before.is_empty() || is_leader
}

fn parse_rules(verb: &str, text: &str) -> Result<(Vec<String>, String), String> {
    let Some(list) = text.trim_start().strip_prefix('[') else {
        return Err(format!("names no rule; write `{PREFIX} {verb}[rule]`"));
    };
    let Some((list, reason)) = list.split_once(']') else {
        return Err(format!("has no closing bracket; write `{PREFIX} {verb}[rule]`"));
    };
    let rules: Vec<String> = list.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(String::from).collect();
    if rules.is_empty() {
        return Err(format!("names no rule; write `{PREFIX} {verb}[rule]`"));
    }
    Ok((rules, reason.trim().to_string()))
}

/// Takes out what comments suppress. `ran` tells whether a rule ran on a file.
pub fn suppressed(program: &Program, found: Vec<Diagnostic>, ran: impl Fn(FileId, &str) -> bool) -> Suppressed {
    let mut notices = Vec::new();
    let mut by_file: Vec<(FileId, Vec<Suppression>)> = Vec::new();
    for (number, file) in program.files.iter().enumerate() {
        let mut own = Vec::new();
        for comment in &file.facts.suppressions {
            match parse(&comment.text) {
                None => {}
                Some(Ok(parsed)) => own.push(Suppression {
                    span: comment.span,
                    lines: if parsed.whole_file { (1, u32::MAX) } else { comment.lines },
                    rules: parsed.rules,
                    own_line: comment.own_line,
                }),
                Some(Err(message)) => notices.push(Notice {
                    path: file.source.path.clone(),
                    line: file.facts.line(comment.span.start),
                    kind: NoticeKind::Suppression,
                    message: format!("this suppression {message}"),
                }),
            }
        }
        if !own.is_empty() {
            by_file.push((FileId(number as u32), own));
        }
    }
    let files: Vec<FileSuppressions> = by_file
        .iter()
        .map(|(id, suppressions)| FileSuppressions {
            file: *id,
            path: &program.file(*id).source.path,
            line_starts: &program.file(*id).facts.line_starts,
            suppressions,
        })
        .collect();
    let infos = crate::rule::all_infos();
    let known: Vec<&str> = infos.iter().map(|info| info.name.as_str()).collect();
    let mut suppressed = apply(found, &files, &known, ran);
    notices.append(&mut suppressed.notices);
    Suppressed { notices, ..suppressed }
}

/// Takes out the diagnostics that are suppressed. The notices name suppressions of rules that do not exist
/// (`known` lists those that do) and suppressions that suppress nothing, of rules that ran.
pub fn apply(
    diagnostics: Vec<Diagnostic>,
    files: &[FileSuppressions],
    known: &[&str],
    ran: impl Fn(FileId, &str) -> bool,
) -> Suppressed {
    // Which rules of which suppressions were of use.
    let mut used: Vec<Vec<Vec<bool>>> = files
        .iter()
        .map(|file| file.suppressions.iter().map(|suppression| vec![false; suppression.rules.len()]).collect())
        .collect();
    let mut places: Vec<(FileId, usize)> = files.iter().enumerate().map(|(at, file)| (file.file, at)).collect();
    places.sort_unstable();

    let kept = diagnostics
        .into_iter()
        .filter(|diagnostic| {
            let file = places.binary_search_by_key(&diagnostic.primary.file, |(file, _)| *file);
            !file.is_ok_and(|place| suppresses(&files[places[place].1], diagnostic, &mut used[places[place].1]))
        })
        .collect();

    let (mut notices, mut unused) = (Vec::new(), Vec::new());
    for (file, used) in files.iter().zip(&used) {
        for (suppression, used) in file.suppressions.iter().zip(used) {
            let line = source::line_of(file.line_starts, suppression.span.start);
            for (rule, _) in suppression.rules.iter().zip(used).filter(|(_, used)| !**used) {
                let ran = |rule: &str| ran(file.file, rule);
                let Some(message) = idle_message(rule, known, ran) else { continue };
                let path = file.path.to_string();
                notices.push(Notice { path, line, kind: NoticeKind::Suppression, message });
                if known.contains(&rule.as_str()) {
                    unused.push(Unused { file: file.file, comment: suppression.span, rule: rule.clone() });
                }
            }
        }
    }
    Suppressed { kept, notices, unused }
}

/// The comment without these rules; empty if it says nothing else.
pub fn without(comment: &str, unused: &[&str]) -> String {
    let Some(Ok(parsed)) = parse(comment) else { return comment.to_owned() };
    let Some(at) =
        comment.match_indices(PREFIX).map(|(at, _)| at).find(|at| starts_comment(comment[..*at].trim_start()))
    else {
        return comment.to_owned();
    };
    let left: Vec<&str> = parsed.rules.iter().map(String::as_str).filter(|rule| !unused.contains(rule)).collect();
    if !left.is_empty() {
        let Some((open, close)) = comment[at..].find('[').zip(comment[at..].find(']')) else {
            return comment.to_owned();
        };
        return format!("{}{}{}", &comment[..=at + open], left.join(", "), &comment[at + close..]);
    }
    let is_leader = |one: char| matches!(one, '#' | '/' | '*' | '!' | '-' | ';' | '<') || one.is_whitespace();
    let before = comment[..at].trim_end_matches(is_leader);
    let closing = ["*/", "-->"].into_iter().find(|closing| comment.trim_end().ends_with(closing));
    match (before.is_empty(), closing) {
        (true, _) => String::new(),
        (false, None) => before.to_owned(),
        (false, Some(closing)) => format!("{before} {closing}"),
    }
}

/// Marks every suppression that covers the diagnostic: two for the same place are both of use.
fn suppresses(file: &FileSuppressions, diagnostic: &Diagnostic, used: &mut [Vec<bool>]) -> bool {
    let line = source::line_of(file.line_starts, diagnostic.primary.span.start);
    let mut suppressed = false;
    for (suppression, used) in file.suppressions.iter().zip(used) {
        if !(suppression.lines.0..=suppression.lines.1).contains(&line) {
            continue;
        }
        for (_, used) in suppression.rules.iter().zip(used).filter(|(rule, _)| **rule == diagnostic.rule) {
            *used = true;
            suppressed = true;
        }
    }
    suppressed
}

fn idle_message(rule: &str, known: &[&str], ran: impl Fn(&str) -> bool) -> Option<String> {
    if !known.contains(&rule) {
        let advice = nearest_name(rule, known.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
        return Some(format!("there is no rule `{rule}`{}", advice.unwrap_or_default()));
    }
    ran(rule).then(|| format!("unused suppression: `{rule}` finds nothing here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Confidence, Label, Set, Severity};

    fn rules(comment: &str) -> Vec<String> {
        parse(comment).expect("is for laggard").expect("is well-formed").rules
    }

    #[test]
    fn every_comment_leader() {
        for comment in [
            "# laggard: ignore[a, b] reason",
            "// laggard: ignore[a,b]",
            "/// laggard:ignore [a, b]",
            "-- laggard: ignore[ a , b ]: reason",
            "/* laggard: ignore[a, b] */",
            "laggard: ignore[a, b]",
            "# noqa: X1  # laggard: ignore[a, b]",
            "<!-- laggard: ignore[a, b] -->",
        ] {
            assert_eq!(rules(comment), ["a", "b"], "{comment}");
        }
    }

    #[test]
    fn reason_and_scope() {
        let parsed = parse("/* laggard: ignore-file[a] two rows at most */").unwrap().unwrap();
        assert!(parsed.whole_file);
        assert_eq!(parsed.reason, "two rows at most");
    }

    #[test]
    fn other_comments_are_not_for_us() {
        for comment in [
            "# a comment",
            "# laggard: a linter that finds slow code",
            "# see laggard: ignore[a]",
            "// write `# laggard: ignore[a]`",
            "",
            "#",
        ] {
            assert_eq!(parse(comment), None, "{comment}");
        }
    }

    #[test]
    fn blanket_and_broken_suppressions_are_refused() {
        for comment in [
            "# laggard: ignore",
            "# laggard: ignore everything",
            "# laggard: ignore[]",
            "# laggard: ignore-file",
            "# laggard: ignore[a",
            "# laggard: ingore[a]",
        ] {
            assert!(matches!(parse(comment), Some(Err(_))), "{comment}");
        }
    }

    fn diagnostic(rule: &str, file: u32, start: usize) -> Diagnostic {
        Diagnostic {
            rule: rule.into(),
            family: String::new(),
            severity: Severity::Warning,
            confidence: Confidence::High,
            set: Set::Default,
            rank: 0.0,
            message: String::new(),
            help: String::new(),
            primary: Label { file: FileId(file), span: Span::new(start, start + 1), message: String::new() },
            secondary: vec![],
            trace: vec![],
            within: (FileId(0), Span::default()),
            about: String::new(),
            callee: String::new(),
            kin: Vec::new(),
            also: vec![],
            function: String::new(),
            function_span: Span::default(),
            cause: String::new(),
            fingerprint: String::new(),
            proposals: Vec::new(),
            fix: None,
        }
    }

    fn suppression(lines: (u32, u32), rules: &[&str]) -> Suppression {
        let rules = rules.iter().map(|rule| rule.to_string()).collect();
        Suppression { span: Span::new(0, 1), lines, rules, own_line: true }
    }

    #[test]
    fn a_diagnostic_is_suppressed_by_line_and_rule() {
        let suppressions = [suppression((2, 3), &["a"])];
        let file = FileSuppressions {
            file: FileId(1),
            path: "x.py",
            line_starts: &[0, 10, 20, 30],
            suppressions: &suppressions,
        };
        let diagnostics = vec![
            diagnostic("a", 1, 5),
            diagnostic("a", 1, 10),
            diagnostic("b", 1, 15),
            diagnostic("a", 1, 29),
            diagnostic("a", 1, 30),
            diagnostic("a", 0, 10),
        ];
        let Suppressed { kept, notices, .. } = apply(diagnostics, &[file], &["a", "b"], |_, _| true);
        let kept: Vec<_> =
            kept.iter().map(|kept| (kept.rule.as_str(), kept.primary.file.0, kept.primary.span.start)).collect();
        assert_eq!(kept, [("a", 1, 5), ("b", 1, 15), ("a", 1, 30), ("a", 0, 10)]);
        assert_eq!(notices, []);
    }

    #[test]
    fn unused_and_unknown_rules_are_noted() {
        let suppressions = [suppression((1, u32::MAX), &["used", "idle", "not-run", "idel"])];
        let file = FileSuppressions { file: FileId(0), path: "x.py", line_starts: &[0], suppressions: &suppressions };
        let known = ["used", "idle", "not-run"];
        let Suppressed { kept, notices, unused } =
            apply(vec![diagnostic("used", 0, 0)], &[file], &known, |_, rule| rule != "not-run");
        assert!(unused.iter().all(|unused| known.contains(&unused.rule.as_str()) && unused.rule != "not-run"));
        assert!(kept.is_empty());
        let messages: Vec<_> = notices.iter().map(|notice| notice.message.as_str()).collect();
        let expected =
            ["unused suppression: `idle` finds nothing here", "there is no rule `idel`; did you mean `idle`?"];
        assert_eq!(messages, expected);
        assert_eq!((notices[0].path.as_str(), notices[0].line), ("x.py", 1));
    }

    #[test]
    fn rules_are_taken_out_of_comments() {
        for (comment, left) in [
            ("# laggard: ignore[a, b] why", "# laggard: ignore[b] why"),
            ("# laggard:ignore-file[ b,a ]", "# laggard:ignore-file[b]"),
            ("# laggard: ignore[a] why", ""),
            ("/* laggard: ignore[a] */", ""),
            ("# noqa: X1  # laggard: ignore[a] why", "# noqa: X1"),
            ("/* lint:off # laggard: ignore[a] */", "/* lint:off */"),
            ("# see laggard: ignore[a]", "# see laggard: ignore[a]"),
            ("# laggard: ignore[b]", "# laggard: ignore[b]"),
        ] {
            assert_eq!(without(comment, &["a"]), left, "{comment}");
        }
    }
}
