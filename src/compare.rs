//! Which findings of two runs are the same one. A finding is new if none of the older run is left that could be it: not
//! one in its place, not one of the same code that has moved, not one of the same call on a line that was edited.
//!
//! Findings are counted, not only looked up: a second one like an old one is new. Knows nothing of where the older run
//! comes from, nor of settings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::diagnostic::Diagnostic;
use crate::source::{self, FileId, SourceFile};

/// A run, as far as it is compared.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was found.
    pub found: &'a [Diagnostic],
    /// The files that it was found in.
    pub files: &'a [SourceFile],
}

/// What a comparison tells.
#[derive(Debug, Default)]
pub struct Compared {
    /// For each present finding: is it new?
    pub is_new: Vec<bool>,
    /// How many older findings are gone.
    pub gone: usize,
}

/// Compares the present run with an older one. `moved` has files that go by another path now.
pub fn compare(present: Run, older: Run, moved: &BTreeMap<PathBuf, PathBuf>) -> Compared {
    let nothing_moved = BTreeMap::new();
    let (present, older) = (aspects(present, &nothing_moved), aspects(older, moved));
    let mut known = vec![false; present.len()];
    let mut gone = vec![true; older.len()];
    for part in [Part::Place, Part::Code, Part::Call] {
        let mut left: FxHashMap<Vec<&str>, Vec<usize>> = FxHashMap::default();
        // The last is taken first.
        for (at, aspects) in older.iter().enumerate().rev().filter(|(at, _)| gone[*at]) {
            left.entry(aspects.of(part)).or_default().push(at);
        }
        for (at, aspects) in present.iter().enumerate() {
            if !known[at]
                && let Some(taken) = left.get_mut(&aspects.of(part)).and_then(Vec::pop)
            {
                known[at] = true;
                gone[taken] = false;
            }
        }
    }
    Compared {
        is_new: known.into_iter().map(|known| !known).collect(),
        gone: gone.into_iter().filter(|gone| *gone).count(),
    }
}

/// By what findings of two runs are the same, the strongest first.
#[derive(Clone, Copy)]
enum Part {
    /// The same line in the same function of the same file.
    Place,
    /// The same line that says the same, wherever it is now.
    Code,
    /// The same call in the same function of the same file, though its line was edited.
    Call,
}

/// What a finding is known by.
struct Aspects<'a> {
    rule: &'a str,
    path: String,
    function: &'a str,
    line: String,
    message: &'a str,
    cause: &'a str,
}

impl Aspects<'_> {
    fn of(&self, part: Part) -> Vec<&str> {
        match part {
            Part::Place => vec![self.rule, &self.path, self.function, &self.line],
            Part::Code => vec![self.rule, &self.line, self.message],
            Part::Call => vec![self.rule, &self.path, self.function, self.cause],
        }
    }
}

fn aspects<'a>(run: Run<'a>, moved: &BTreeMap<PathBuf, PathBuf>) -> Vec<Aspects<'a>> {
    let mut texts: FxHashMap<FileId, Cow<str>> = FxHashMap::default();
    let mut all = Vec::with_capacity(run.found.len());
    for diagnostic in run.found {
        let file = &run.files[diagnostic.primary.file.0 as usize];
        let text = texts.entry(diagnostic.primary.file).or_insert_with(|| file.text().unwrap_or_default());
        let words: Vec<&str> = source::line_at(text, diagnostic.primary.span.start).split_whitespace().collect();
        let location: &Path = moved.get(&file.location).unwrap_or(&file.location);
        all.push(Aspects {
            rule: &diagnostic.rule,
            path: location.to_string_lossy().into_owned(),
            function: own_name(&diagnostic.function),
            line: words.join(" "),
            message: &diagnostic.message,
            cause: &diagnostic.cause,
        });
    }
    all
}

/// The last name of a qualified one: those before it change with the path.
fn own_name(qualified: &str) -> &str {
    qualified.rsplit(|one: char| !one.is_alphanumeric() && one != '_').next().unwrap_or(qualified)
}

#[cfg(test)]
mod tests;
