//! `check --fix`, `--fix-only`, `--diff`: applies fixes, or shows what they would change.

use std::io::{self, Write};

use anyhow::bail;
use similar::TextDiff;

use super::output::{self, Color};
use crate::Outcome;
use crate::config::Config;
use crate::fix::{self, Applied, Changed};

/// How many lines of a diff surround what changes.
const CONTEXT: usize = 3;

/// Applies fixes and writes the files that they change. What is left to report is given back.
pub fn apply(config: &Config, take_unsafe: bool, is_quiet: bool) -> anyhow::Result<Outcome> {
    let (applied, outcome) = crate::fix(config, take_unsafe)?;
    let mut left = Vec::new();
    for file in &applied.changed {
        if let Err(error) = fix::saving::save(&file.location, &file.before, &file.after) {
            left.push(format!("`{}` {error}", file.path));
        }
    }
    if !is_quiet {
        output::tell(|out| tell(&applied, out));
    }
    match left.is_empty() {
        true => Ok(outcome),
        false => bail!("files that are left as they were: {}", left.join(", ")),
    }
}

/// Writes what fixes would change as a unified diff. Would they change anything?
pub fn show(config: &Config, take_unsafe: bool, is_quiet: bool) -> anyhow::Result<bool> {
    let (applied, _) = crate::fix(config, take_unsafe)?;
    output::print(Color::Never, |out, _| applied.changed.iter().try_for_each(|file| write_diff(file, out)))?;
    if !is_quiet {
        output::tell(|out| tell(&applied, out));
    }
    Ok(!applied.changed.is_empty())
}

fn write_diff(file: &Changed, out: &mut dyn Write) -> io::Result<()> {
    let diff = TextDiff::from_lines(&*file.before, &*file.after);
    let (old, new) = (format!("a/{}", file.path), format!("b/{}", file.path));
    write!(out, "{}", diff.unified_diff().context_radius(CONTEXT).header(&old, &new))
}

/// What became of the fixes.
fn tell(applied: &Applied, out: &mut dyn Write) -> io::Result<()> {
    for dropped in &applied.dropped {
        writeln!(out, "note: {}: a fix of `{}` is left out: {}", dropped.path, dropped.rule, dropped.reason)?;
    }
    if applied.is_unfinished {
        writeln!(out, "note: there are more fixes; run it again")?;
    }
    let count: usize = applied.applied.values().sum();
    for (rule, count) in applied.applied.iter().filter(|_| count > 1) {
        writeln!(out, "{count:6}  {rule}")?;
    }
    let mut parts = vec![format!("Fixes: {count} in {} files", applied.changed.len())];
    let mut add = |number: usize, what: &str| {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    };
    add(applied.dropped.len(), "left out");
    add(applied.demoted, "with comments moved");
    add(applied.held_back, "unsafe ones (`--unsafe-fixes`)");
    writeln!(out, "{}.", parts.join(", "))
}
