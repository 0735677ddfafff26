//! `check --remove-unused`: takes out suppressions that suppress nothing, of rules that ran, and overrides that no file
//! matches.
//!
//! What is left is parsed before it is written: where it would not be what it was, the file stays as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use toml_edit::{ArrayOfTables, DocumentMut, Item};

use super::output;
use crate::Analysis;
use crate::config::{SetupError, reader};
use crate::diagnostic::{Notice, NoticeKind};
use crate::evaluate::suppress::{self, Unused};
use crate::fix::saving;
use crate::lang;
use crate::source::{FileId, SourceFile, Span};

/// Removes what the analysis found to be of no use.
pub fn run(analysis: &Analysis) -> anyhow::Result<()> {
    let (mut removed, mut left) = (0, 0);
    let mut by_file: BTreeMap<FileId, BTreeMap<Span, Vec<&str>>> = BTreeMap::new();
    for Unused { file, comment, rule } in &analysis.unused {
        by_file.entry(*file).or_default().entry(*comment).or_default().push(rule);
    }
    for (file, comments) in by_file {
        let file = &analysis.files[file.0 as usize];
        let count: usize = comments.values().map(Vec::len).sum();
        match remove_comments(file, &comments, analysis)? {
            true => removed += count,
            false => left += count,
        }
    }
    let overrides = remove_overrides(analysis)?;
    output::tell(|out| {
        writeln!(out, "Suppressions taken out: {removed}, left: {left}. Overrides taken out: {overrides}.")
    });
    Ok(())
}

/// A part of a project does not show what is of no use.
pub fn refuse_parts(paths: &[impl AsRef<Path>], is_other_text: bool) -> Result<(), SetupError> {
    let message = match paths.iter().any(|path| !path.as_ref().is_dir()) {
        true => "what a file alone has no use for may be of use to the project",
        false if is_other_text => "only what is on the disk can be changed",
        false => return Ok(()),
    };
    Err(SetupError::new(message, "let `--remove-unused` work on the whole project"))
}

/// Rewrites a file. `false`: it is left as it is.
fn remove_comments(
    file: &SourceFile,
    comments: &BTreeMap<Span, Vec<&str>>,
    analysis: &Analysis,
) -> anyhow::Result<bool> {
    // What could not be parsed may have had the findings.
    let is_whole = !analysis.notices.iter().any(|notice| notice.path == file.path && notice.kind.is_incomplete());
    // How a dialect delimits comments is for it to know.
    if !is_whole || file.dialect.is_some() || !analysis.config.reports(&file.location) {
        return Ok(false);
    }
    let text = fs::read_to_string(&file.location).with_context(|| format!("`{}` cannot be read", file.path))?;
    let mut new = text.clone();
    for (span, rules) in comments.iter().rev() {
        let comment = span.of(&text);
        replace(&mut new, *span, &suppress::without(comment, rules));
    }
    let language = lang::all()[file.language];
    let parsed = |text: &str| language.parse(&text.replacen('\u{feff}', "   ", 1));
    if !parsed(&new).errors.is_empty() || parsed(&new).tree.len() != parsed(&text).tree.len() {
        return Ok(false);
    }
    saving::save(&file.location, &text, &new).with_context(|| format!("`{}` is left as it is", file.path))?;
    Ok(true)
}

/// Puts `left` in the place of a comment; nothing takes the blanks before it along, and an empty line.
fn replace(text: &mut String, span: Span, left: &str) {
    let (mut start, mut end) = (span.start as usize, span.end as usize);
    if left.is_empty() {
        start = text[..start].trim_end_matches([' ', '\t']).len();
        let begins_line = text[..start].is_empty() || text[..start].ends_with('\n');
        let line_break = ["\r\n", "\n"].into_iter().find(|line_break| text[end..].starts_with(line_break));
        if begins_line && let Some(line_break) = line_break {
            end += line_break.len();
        }
    }
    text.replace_range(start..end, left);
}

/// Takes overrides out of the configurations that the notices name; says how many.
fn remove_overrides(analysis: &Analysis) -> anyhow::Result<usize> {
    let mut by_file: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for Notice { path, line, kind, .. } in &analysis.notices {
        if *kind == NoticeKind::Setting && *line > 0 {
            by_file.entry(path).or_default().push(*line);
        }
    }
    let mut removed = 0;
    for (name, lines) in by_file {
        let path = analysis.config.root.join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("`{name}` cannot be read"))?;
        let Some((new, count)) = without_overrides(&path, name, &text, &lines)? else { continue };
        saving::save(&path, &text, &new).with_context(|| format!("`{name}` is left as it is"))?;
        removed += count;
    }
    Ok(removed)
}

/// The configuration without the overrides that start on these lines, and how many those were; `None` if they are not
/// tables of their own.
fn without_overrides(path: &Path, name: &str, text: &str, lines: &[u32]) -> anyhow::Result<Option<(String, usize)>> {
    let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = path.parent().unwrap_or(path);
    let Some(layer) = reader::read_file(name, file_name, text, folder)? else { return Ok(None) };
    let idle = |at: &usize| layer.overrides.get(*at).is_some_and(|one| lines.contains(&one.line));
    let mut document: DocumentMut = text.parse().with_context(|| format!("`{name}` is not understood"))?;
    let Some(tables) = overrides_of(&mut document, file_name) else { return Ok(None) };
    let before = tables.len();
    for at in (0..before).rev().filter(idle) {
        tables.remove(at);
    }
    let count = before - tables.len();
    Ok(Some((document.to_string(), count)))
}

/// The tables `[[overrides]]`, below the table for laggard if the file is a manifest.
fn overrides_of<'d>(document: &'d mut DocumentMut, file_name: &str) -> Option<&'d mut ArrayOfTables> {
    let has_overrides = |path: &&&[&str]| {
        let table = path.iter().try_fold(document.as_item(), |item, key| item.get(key));
        table.is_some_and(|table| table.get("overrides").is_some())
    };
    let tables: &[&[&str]] = match reader::tables_of(file_name) {
        [] => &[&[]],
        tables => tables,
    };
    let path = *tables.iter().find(has_overrides)?;
    let table: &mut Item = path.iter().try_fold(document.as_item_mut(), |item, key| item.get_mut(key))?;
    table.get_mut("overrides")?.as_array_of_tables_mut()
}
