//! `check --add-ignore[=REASON]`: writes a suppression at the end of each line that has a finding.
//!
//! What is written is read again: where it is no comment (within a text of several lines, after a line that goes on) the
//! line stays as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::output;
use crate::diagnostic::Diagnostic;
use crate::fix::saving;
use crate::lang::{self, Language};
use crate::source::{self, FileId, SourceFile};

/// What a suppression looks like that is there already.
const PRESENT: &str = "laggard: ignore[";

/// Rules by line, counted from 0.
type Wanted = BTreeMap<usize, BTreeSet<String>>;

/// Writes suppressions for these findings.
pub fn run(found: &[Diagnostic], files: &[SourceFile], reason: &str) -> anyhow::Result<()> {
    let mut by_file: BTreeMap<FileId, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in found {
        by_file.entry(diagnostic.primary.file).or_default().push(diagnostic);
    }
    let (mut added, mut left) = (0, Vec::new());
    for (file, found) in by_file {
        let file = &files[file.0 as usize];
        let text = fs::read_to_string(&file.location).with_context(|| format!("`{}` cannot be read", file.path))?;
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_string).collect();
        for (line, rules) in wanted(&text, &found) {
            match suppressed(&lines, line, &rules, reason, lang::all()[file.language]) {
                Some(new) => {
                    lines[line] = new;
                    added += 1;
                }
                None => left.push(format!("{}:{}", file.path, line + 1)),
            }
        }
        write(&file.location, &file.path, &text, &lines.concat())?;
    }
    output::tell(|out| {
        left.iter()
            .try_for_each(|place| writeln!(out, "note: {place}: a comment at the end of this line would be none"))?;
        writeln!(out, "Suppressions added: {added}, places left as they are: {}.", left.len())
    });
    Ok(())
}

fn wanted(text: &str, found: &[&Diagnostic]) -> Wanted {
    let starts = source::line_starts(text);
    let mut wanted = Wanted::new();
    for diagnostic in found {
        let line = source::line_of(&starts, diagnostic.primary.span.start) as usize - 1;
        wanted.entry(line).or_default().insert(diagnostic.rule.clone());
    }
    wanted
}

/// The line with its suppression; `None` if that would not be a comment.
fn suppressed(
    lines: &[String],
    at: usize,
    rules: &BTreeSet<String>,
    reason: &str,
    language: &dyn Language,
) -> Option<String> {
    let line = &lines[at];
    let rules = rules.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let code = line.trim_end();
    let ending = &line[line.trim_end_matches(['\n', '\r']).len()..];
    let (new, comment) = match line.find(PRESENT) {
        Some(present) => {
            let list = present + PRESENT.len();
            (format!("{}{rules}, {}", &line[..list], &line[list..]), present)
        }
        None => {
            let comment = format!("  {} {PRESENT}{rules}] {reason}", language.profile().comment_starts[0]);
            (format!("{code}{}{ending}", comment.trim_end()), code.len() + 2)
        }
    };
    let before: usize = lines[..at].iter().map(String::len).sum();
    let text = format!("{}{new}{}", lines[..at].concat(), lines[at + 1..].concat());
    let text = text.replacen('\u{feff}', "   ", 1);
    let parsed = lang::parse(language, &text);
    let (start, end) = ((before + comment) as u32, (before + new.trim_end().len()) as u32);
    let is_comment = parsed.tree.comments.iter().any(|span| span.start <= start && end <= span.end);
    let was = language.parse(&lines.concat().replacen('\u{feff}', "   ", 1)).errors.len();
    (is_comment && parsed.errors.len() <= was).then_some(new)
}

fn write(location: &Path, shown: &str, before: &str, after: &str) -> anyhow::Result<()> {
    if before != after {
        saving::save(location, before, after).with_context(|| format!("`{shown}` is left as it is"))?;
    }
    Ok(())
}
