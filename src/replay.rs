//! What the last run found, for a run into which goes the very same: program, settings, manifests, names and texts of
//! files. It says again what was found then, and neither links nor evaluates.
//!
//! A text counts by its hash, never by its time. As soon as a single thing is another one all is done anew: what one
//! change means for other files is for linking to say.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Key, Kind, Parts};
use crate::config::layer::Layer;
use crate::config::{Config, find::Stack, relative_path};
use crate::diagnostic::{Diagnostic, Notice, NoticeKind};
use crate::evaluate::suppress::Unused;
use crate::model::OwnTables;
use crate::scope::Scope;
use crate::source::SourceFile;
use crate::{extract, facts};

/// Changes with everything that the program is made of.
const PROGRAM: &str = env!("PROGRAM_VERSION");

/// What a run found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// The findings that are reported, with their fixes.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be done.
    pub notices: Vec<Notice>,
    /// Suppressions that suppress nothing.
    pub unused: Vec<Unused>,
    /// Number of files that were analysed.
    pub analysed: usize,
    /// Their size in bytes.
    pub analysed_bytes: u64,
    /// Number of files that were not read.
    pub unread: usize,
}

/// A run as it is kept. Files are numbered as discovery found them, those in dialects after the others.
#[derive(Debug, Serialize, Deserialize)]
struct Run<F> {
    /// The files of the program, in the order that findings count them in.
    files: Vec<u32>,
    /// The texts that were read.
    texts: Vec<(u32, Key)>,
    found: F,
}

/// The place of a run among those that are kept.
pub struct Replay {
    cache: Cache,
    /// Of all that is known before a text is read.
    key: Key,
}

impl Replay {
    /// The place of the run with this scope; `None` if nothing is kept of it: other texts than those of the disk, and other
    /// states of the project, are there for once.
    pub fn of(scope: &Scope, own_tables: &OwnTables) -> Option<Replay> {
        let config = &scope.config;
        let folder = config.cache.as_deref()?;
        if !config.texts.is_empty() || config.since.is_some() || config.changed_files || config.staged {
            return None;
        }
        Some(Replay { cache: Cache::open(folder, facts::VERSION, Kind::Runs), key: key(scope, own_tables) })
    }

    /// The files and findings of that run, if no text that it read has changed since.
    pub fn recall(&self, scope: &Scope) -> Option<(Vec<SourceFile>, Found)> {
        let Run::<Found> { files, texts, found } = self.cache.get(self.key)?;
        let all: Vec<&SourceFile> = discovered(scope).collect();
        let of = |number: &u32| all.get(*number as usize).copied();
        let texts: Vec<(&SourceFile, Key)> =
            texts.iter().map(|(number, text)| Some((of(number)?, *text))).collect::<Option<_>>()?;
        let files = files.iter().map(|number| of(number).cloned()).collect::<Option<_>>()?;
        extract::are_same(texts).then_some((files, found))
    }

    /// Keeps what a run found in these files, having read these texts.
    pub fn keep(self, scope: &Scope, files: &[SourceFile], texts: &[(PathBuf, Key)], found: &Found) -> io::Result<()> {
        // What could not be kept before can be the next time.
        if found.notices.iter().any(|notice| notice.kind == NoticeKind::Cache) {
            return Ok(());
        }
        let numbers: FxHashMap<&Path, u32> =
            discovered(scope).zip(0..).map(|(file, number)| (file.location.as_path(), number)).collect();
        let number = |location: &Path| numbers.get(location).copied();
        let files: Option<Vec<u32>> = files.iter().map(|file| number(&file.location)).collect();
        let texts: Option<Vec<(u32, Key)>> =
            texts.iter().map(|(location, text)| Some((number(location)?, *text))).collect();
        if let (Some(files), Some(texts)) = (files, texts) {
            self.cache.put(self.key, &Run { files, texts, found });
        }
        self.cache.save()
    }
}

fn discovered(scope: &Scope) -> impl Iterator<Item = &SourceFile> {
    scope.project.files.iter().chain(&scope.project.in_dialects)
}

/// The key of all that goes into a run but the texts of source files.
fn key(scope: &Scope, own_tables: &OwnTables) -> Key {
    let project = &scope.project;
    let mut parts = Parts::default();
    parts.add(PROGRAM.as_bytes());
    let settings = wherever(&scope.config);
    parts.add(format!("{settings:?} {own_tables:?} {:?} {:?}", project.notices, project.above).as_bytes());
    for manifest in project.manifests.iter().chain(&project.requirement_files) {
        parts.add(manifest.path.as_bytes());
        parts.add(manifest.text.as_bytes());
    }
    let mut layers = Layers { root: &scope.config.root, numbers: FxHashMap::default() };
    for (file, (_, stack)) in discovered(scope).zip(&scope.stacks) {
        let numbers = layers.numbers(stack, &mut parts);
        let SourceFile { path, location: _, language, dialect, size: _, text: _ } = file;
        parts.add(path.as_bytes());
        parts.add(format!("{language} {dialect:?} {numbers:?}").as_bytes());
    }
    parts.key()
}

/// The settings wherever the project lies, whatever the number of threads and the place of the cache.
fn wherever(config: &Config) -> Config {
    let relative = |path: &PathBuf| PathBuf::from(relative_path(&config.root, path));
    let all_relative = |paths: &Vec<PathBuf>| paths.iter().map(relative).collect::<Vec<_>>();
    Config {
        root: PathBuf::new(),
        paths: all_relative(&config.paths),
        report_in: config.report_in.as_ref().map(all_relative),
        report_not_in: all_relative(&config.report_not_in),
        config_file: config.config_file.as_ref().map(relative),
        baseline: config.baseline.as_ref().map(relative),
        jobs: None,
        cache: None,
        progress: None,
        ..config.clone()
    }
}

/// The layers of settings that were met, each a part once.
struct Layers<'s> {
    root: &'s Path,
    numbers: FxHashMap<*const Layer, usize>,
}

impl Layers<'_> {
    fn numbers(&mut self, stack: &Stack, parts: &mut Parts) -> Vec<usize> {
        let mut number = |layer: &Arc<Layer>| {
            let next = self.numbers.len();
            *self.numbers.entry(Arc::as_ptr(layer)).or_insert_with(|| {
                let folder = PathBuf::from(relative_path(self.root, &layer.folder));
                parts.add(format!("{:?}", Layer { folder, ..Layer::clone(layer) }).as_bytes());
                next
            })
        };
        stack.layers.iter().map(&mut number).collect()
    }
}
