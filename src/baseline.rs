//! Known findings: those that a file lists are not reported, so that only new ones are. No line numbers: an entry is the
//! rule, the path, the function, and a hash of the code line; of equal ones it holds how many there are.
//!
//! Does not know where findings come from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::config::{SetupError, relative_path};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{self, FileId, SourceFile};

/// The version of the form.
const VERSION: u32 = 1;

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// From the folder of the baseline, with `/`.
    pub path: String,
    /// The rule's name.
    pub rule: String,
    /// Qualified name of the function; empty at module level.
    pub function: String,
    /// Hash of the line, whatever its white space.
    pub code: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    findings: Vec<Entry>,
}

/// Known findings, and how many of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By key.
    pub counts: BTreeMap<Key, usize>,
}

/// What a baseline makes of findings.
#[derive(Debug, Default)]
pub struct Applied {
    /// Findings that are not known.
    pub new: Vec<Diagnostic>,
    /// How many are.
    pub known: usize,
    /// Entries that are found less often than they say, and how often less.
    pub stale: BTreeMap<Key, usize>,
}

impl Baseline {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Baseline, SetupError> {
        let shown = path.file_name().unwrap_or_default().to_string_lossy();
        let advice = "`laggard baseline create` writes one";
        let text = fs::read_to_string(path)
            .map_err(|error| SetupError::new(format!("the baseline `{shown}` cannot be read: {error}"), advice))?;
        let form: Form = serde_json::from_str(&text)
            .map_err(|error| SetupError::new(format!("the baseline `{shown}` is not understood: {error}"), advice))?;
        if form.version != VERSION {
            let message = format!("the baseline `{shown}` has version {}, not {VERSION}", form.version);
            return Err(SetupError::new(message, advice));
        }
        Ok(Baseline { counts: form.findings.into_iter().map(|entry| (entry.key, entry.count)).collect() })
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let entry = |(key, count): (&Key, &usize)| Entry { key: key.clone(), count: *count };
        let form = Form { version: VERSION, findings: self.counts.iter().map(entry).collect() };
        format!("{}\n", serde_json::to_string_pretty(&form).expect("texts and numbers are JSON"))
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Does it hold none?
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Everything that was found.
    pub fn of(found: &[Diagnostic], files: &[SourceFile], folder: &Path) -> Baseline {
        let mut keys = Keys::new(files, folder);
        let mut counts = BTreeMap::new();
        for diagnostic in found {
            *counts.entry(keys.of(diagnostic)).or_default() += 1;
        }
        Baseline { counts }
    }

    /// Takes known findings out. Of more than are known of a kind, the last are new.
    pub fn apply(&self, found: Vec<Diagnostic>, files: &[SourceFile], folder: &Path) -> Applied {
        let mut keys = Keys::new(files, folder);
        let mut left = self.counts.clone();
        let mut applied = Applied::default();
        for diagnostic in found {
            match left.get_mut(&keys.of(&diagnostic)).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    applied.known += 1;
                }
                None => applied.new.push(diagnostic),
            }
        }
        left.retain(|_, count| *count > 0);
        applied.stale = left;
        applied
    }

    /// Without what is stale.
    pub fn pruned(&self, stale: &BTreeMap<Key, usize>) -> Baseline {
        let left = |(key, count): (&Key, &usize)| (key.clone(), count - stale.get(key).unwrap_or(&0).min(count));
        Baseline { counts: self.counts.iter().map(left).filter(|(_, count)| *count > 0).collect() }
    }
}

/// Makes keys; reads each file once.
struct Keys<'a> {
    files: &'a [SourceFile],
    folder: &'a Path,
    texts: FxHashMap<FileId, Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    fn new(files: &'a [SourceFile], folder: &'a Path) -> Keys<'a> {
        Keys { files, folder, texts: FxHashMap::default() }
    }

    fn of(&mut self, diagnostic: &Diagnostic) -> Key {
        let file = &self.files[diagnostic.primary.file.0 as usize];
        Key {
            path: relative_path(self.folder, &file.location),
            rule: diagnostic.rule.clone(),
            function: diagnostic.function.clone(),
            code: self.code(&diagnostic.primary),
        }
    }

    /// A file that cannot be read any more has empty lines.
    fn code(&mut self, label: &Label) -> String {
        let file = &self.files[label.file.0 as usize];
        let text = self.texts.entry(label.file).or_insert_with(|| file.text().unwrap_or_default());
        let words: Vec<&str> = source::line_at(text, label.span.start).split_whitespace().collect();
        blake3::hash(words.join(" ").as_bytes()).to_hex()[..16].to_string()
    }
}
