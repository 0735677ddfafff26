//! From paths to source files and manifests. Decides what is analysed; reads no source text.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::config::{Config, SetupError, relative_path};
use crate::diagnostic::{Notice, NoticeKind};
use crate::lang::{Language, Manifest};
use crate::project::Project;
use crate::source::{self, SourceFile};

mod replaced;
pub use replaced::{may_be_read, with_replacements};

/// A manifest above this size is not one.
const MAX_MANIFEST_SIZE: u64 = 1024 * 1024;
/// Lock files are long.
const MAX_REQUIREMENTS_SIZE: u64 = 16 * 1024 * 1024;
/// As much of a file as a `#!` line may fill.
const SHEBANG_BYTES: usize = 128;
/// Folders that never hold code of the project.
const FOREIGN_FOLDERS: &[&str] = &["node_modules", "site-packages", "__pycache__"];
/// A folder that holds one of these is a cache or a virtual environment.
const FOREIGN_FOLDER_MARKS: &[&str] = &["CACHEDIR.TAG", "pyvenv.cfg"];

/// Finds the files of `config.paths` that one of `languages` claims. A path that does not exist is an error;
/// whatever happens below a path is a notice.
pub fn source_files(config: &Config, languages: &[&dyn Language]) -> Result<Project, SetupError> {
    let discovery = Discovery { config, languages };
    let mut found = Vec::new();
    let mut folders = BTreeSet::new();
    let mut folders_of_files = BTreeSet::new();
    // What is not on the disk cannot be walked.
    for path in config.paths.iter().filter(|path| !config.texts.iter().any(|text| text.location == **path)) {
        let metadata = fs::metadata(path).map_err(|error| bad_path(path, &error))?;
        if metadata.is_dir() {
            folders.insert(path.as_path());
        } else {
            folders_of_files.extend(path.parent());
            // A file that is named is wanted, whatever the ignore files say.
            found.extend(discovery.claim(path, metadata.is_file().then_some(metadata.len())));
        }
    }
    found.extend(discovery.walk(&folders));
    folders_of_files.extend(config.texts.iter().filter_map(|text| text.location.parent()));
    found.extend(discovery.manifests_above(folders.union(&folders_of_files)));
    Ok(collect(found, &config.root))
}

/// One thing that discovery came across.
enum Found {
    Source(SourceFile),
    InDialect(SourceFile),
    Manifest(Manifest),
    Requirements(Manifest),
    Notice(Notice),
}

/// The same file may be found by several paths; the order of paths must not matter.
fn collect(found: Vec<Found>, root: &Path) -> Project {
    let mut discovered = Project::default();
    for found in found {
        match found {
            Found::Source(file) => discovered.files.push(file),
            Found::InDialect(file) => discovered.in_dialects.push(file),
            Found::Manifest(manifest) => discovered.manifests.push(manifest),
            Found::Requirements(file) => discovered.requirement_files.push(file),
            Found::Notice(notice) => discovered.notices.push(notice),
        }
    }
    discovered.files.sort_by(|left, right| left.path.cmp(&right.path));
    discovered.files.dedup_by(|left, right| left.path == right.path);
    discovered.in_dialects.sort_by(|left, right| left.path.cmp(&right.path));
    discovered.in_dialects.dedup_by(|left, right| left.path == right.path);
    discovered.manifests.sort_by(|left, right| left.path.cmp(&right.path));
    discovered.manifests.dedup_by(|left, right| left.path == right.path);
    discovered.requirement_files.sort_by(|left, right| left.path.cmp(&right.path));
    discovered.requirement_files.dedup_by(|left, right| left.path == right.path);
    discovered.notices.sort();
    discovered.notices.dedup();
    discovered.above = folders_above(root, &discovered.manifests);
    discovered
}

struct Discovery<'a> {
    config: &'a Config,
    languages: &'a [&'a dyn Language],
}

impl Discovery<'_> {
    fn walk(&self, folders: &BTreeSet<&Path>) -> Vec<Found> {
        if folders.is_empty() {
            return Vec::new();
        }
        let mut builder = WalkBuilder::empty();
        for folder in folders {
            builder.add(folder);
        }
        builder
            .require_git(false)
            // The user's own ignore list would make the output depend on the machine.
            .git_global(false)
            .add_custom_ignore_filename(".laggardignore")
            .filter_entry(|entry| entry.depth() == 0 || !is_foreign(entry))
            .threads(self.config.jobs.unwrap_or(0));

        let (sender, receiver) = mpsc::channel();
        builder.build_parallel().run(|| {
            let sender = sender.clone();
            Box::new(move |entry| {
                for found in self.visit(entry) {
                    // The receiver lives until the walk is over.
                    let _ = sender.send(found);
                }
                WalkState::Continue
            })
        });
        drop(sender);
        receiver.into_iter().collect()
    }

    fn visit(&self, entry: Result<DirEntry, ignore::Error>) -> Vec<Found> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return vec![Found::Notice(self.walk_notice(&error))],
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return Vec::new();
        }
        let path = entry.path();
        let mut found = Vec::new();
        if self.is_manifest(path) {
            found.extend(self.manifest(path));
        }
        if self.names_requirements(path) {
            found.extend(self.requirement_file(path));
        }
        let size = || entry.metadata().ok().map(|metadata| metadata.len());
        if self.language(path).is_some() {
            found.extend(self.claim(path, size()));
        } else {
            found.extend(self.claim_for_dialect(path, size()));
        }
        found
    }

    /// The file as a source file, if a language claims it. `size` is `None` when it is not a readable file.
    fn claim(&self, path: &Path, size: Option<u64>) -> Option<Found> {
        self.claim_as(self.language(path)?, path, size)
    }

    fn claim_as(&self, language: usize, path: &Path, size: Option<u64>) -> Option<Found> {
        let Some(size) = size else {
            return Some(self.notice(path, NoticeKind::Unreadable, "is not a readable file".to_string()));
        };
        let limit = self.config.max_file_size();
        if size > limit {
            let message = format!("has {size} bytes, more than the limit of {limit} (`--max-file-size`)");
            return Some(self.notice(path, NoticeKind::TooLarge, message));
        }
        let location = path.to_path_buf();
        let path = self.relative(path);
        Some(Found::Source(SourceFile { path, location, language, dialect: None, size, text: None }))
    }

    /// The file as one in a dialect. Too large ones are passed over: they may not be meant to be read.
    fn claim_for_dialect(&self, path: &Path, size: Option<u64>) -> Option<Found> {
        let relative = self.relative(path);
        let (language, dialect) = self.dialect(&relative)?;
        let (dialect, size, location) = (Some(dialect), size?, path.to_path_buf());
        let file = SourceFile { path: relative, location, language, dialect, size, text: None };
        (size <= self.config.max_file_size()).then_some(Found::InDialect(file))
    }

    /// The language and the dialect of a file by its path from the project root.
    fn dialect(&self, relative: &str) -> Option<(usize, usize)> {
        self.languages.iter().enumerate().find_map(|(language, own)| {
            let dialect = own.profile().dialects.iter().position(|dialect| dialect.file_name(relative).is_some())?;
            Some((language, dialect))
        })
    }

    /// The language of a file by its extension or, where it has none, by its `#!` line.
    fn language(&self, path: &Path) -> Option<usize> {
        match path.extension() {
            Some(extension) => self.language_of_extension(extension.to_str()?),
            None => self.language_of_start(&start_of(path)?),
        }
    }

    fn language_of_extension(&self, extension: &str) -> Option<usize> {
        self.languages.iter().position(|language| {
            language.profile().extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))
        })
    }

    /// The language that the `#!` line of a text names.
    fn language_of_start(&self, start: &[u8]) -> Option<usize> {
        let interpreter = interpreter(start)?;
        self.languages.iter().position(|language| language.profile().interpreters.contains(&&*interpreter))
    }

    /// Manifests in these folders and above them, not further than the repository: a part of a package is
    /// understood like the whole.
    fn manifests_above<'p>(&self, folders: impl Iterator<Item = &'p &'p Path>) -> Vec<Found> {
        let mut above = BTreeSet::new();
        for folder in folders {
            for folder in folder.ancestors() {
                if !above.insert(folder) || folder.join(".git").exists() {
                    break;
                }
            }
        }
        let names: BTreeSet<&str> =
            self.languages.iter().flat_map(|language| language.profile().manifests).copied().collect();
        let candidates = above.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
        let manifests = candidates.filter(|path| path.is_file()).filter_map(|path| self.manifest(&path));
        // No folder above is read: what is written with a `*` is looked for under its plain name.
        let files = self.languages.iter().flat_map(|language| language.profile().requirement_files);
        let names: BTreeSet<String> = files.map(|name| name.replace('*', "")).collect();
        let candidates = above.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
        let files = candidates.filter(|path| path.is_file()).filter_map(|path| self.requirement_file(&path));
        manifests.chain(files).collect()
    }

    fn names_requirements(&self, path: &Path) -> bool {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| self.languages.iter().any(|language| language.profile().names_requirements(name)))
    }

    /// A file of versions; one that cannot be read says nothing.
    fn requirement_file(&self, path: &Path) -> Option<Found> {
        let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.len() <= MAX_REQUIREMENTS_SIZE);
        let text = is_small.then(|| source::read(path).ok()).flatten()?;
        Some(Found::Requirements(Manifest { path: self.relative(path), text }))
    }

    fn is_manifest(&self, path: &Path) -> bool {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| self.languages.iter().any(|language| language.profile().manifests.contains(&name)))
    }

    fn manifest(&self, path: &Path) -> Option<Found> {
        if fs::metadata(path).is_ok_and(|metadata| metadata.len() > MAX_MANIFEST_SIZE) {
            return None;
        }
        match source::read(path) {
            Ok(text) => Some(Found::Manifest(Manifest { path: self.relative(path), text })),
            Err(source::ReadError::NotUtf8(_)) => None,
            Err(error) => Some(self.notice(path, NoticeKind::Unreadable, error.to_string())),
        }
    }

    fn notice(&self, path: &Path, kind: NoticeKind, message: String) -> Found {
        Found::Notice(Notice { path: self.relative(path), line: 0, kind, message })
    }

    fn walk_notice(&self, error: &ignore::Error) -> Notice {
        let path = error_path(error).map(|path| self.relative(path)).unwrap_or_default();
        let message = match error.io_error() {
            Some(error) => format!("cannot be read: {error}"),
            None => error.to_string(),
        };
        Notice { path, line: 0, kind: NoticeKind::Unreadable, message }
    }

    fn relative(&self, path: &Path) -> String {
        relative_path(&self.config.root, path)
    }
}

/// The last folders of `root`: as many as the outermost manifest is above it.
fn folders_above(root: &Path, manifests: &[Manifest]) -> Vec<String> {
    let up = |manifest: &Manifest| manifest.path.split('/').take_while(|part| *part == "..").count();
    let up = manifests.iter().map(up).max().unwrap_or(0);
    let names: Vec<String> = root.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names[names.len().saturating_sub(up)..].to_vec()
}

/// Does the folder hold dependencies or build output instead of the project's code?
fn is_foreign(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir()) && is_foreign_folder(entry.path())
}

fn is_foreign_folder(path: &Path) -> bool {
    let holds = |name: &str| path.join(name).exists();
    let beside = |name: &str| path.with_file_name(name).exists();
    let by_name = match path.file_name().and_then(|name| name.to_str()) {
        Some("target") => beside("Cargo.toml"),
        Some("dist") => beside("package.json"),
        // What `go mod vendor` writes, and what older tools left; applications also sell through a package of this name.
        Some("vendor") => holds("modules.txt") || holds("github.com"),
        // setuptools; a package or a folder of build scripts may have this name too.
        Some("build") => holds("lib") && (beside("setup.py") || beside("pyproject.toml")),
        Some(name) => FOREIGN_FOLDERS.contains(&name),
        None => false,
    };
    by_name || FOREIGN_FOLDER_MARKS.iter().any(|mark| holds(mark))
}

/// As much of a file as a `#!` line may fill.
fn start_of(path: &Path) -> Option<Vec<u8>> {
    let mut start = Vec::with_capacity(SHEBANG_BYTES);
    File::open(path).ok()?.take(SHEBANG_BYTES as u64).read_to_end(&mut start).ok()?;
    Some(start)
}

/// The interpreter that the `#!` line names, without its version: `python` for `/usr/bin/env python3.12`.
fn interpreter(start: &[u8]) -> Option<String> {
    let start = &start[..start.len().min(SHEBANG_BYTES)];
    let line = String::from_utf8_lossy(start.strip_prefix(b"#!")?);
    let mut words = line.lines().next()?.split_whitespace();
    let file_name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_string();
    let mut program = file_name(words.next()?);
    if program == "env" {
        program = file_name(words.find(|word| !word.starts_with('-') && !word.contains('='))?);
    }
    let name = program.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
    Some(name.to_string())
}

fn bad_path(path: &Path, error: &std::io::Error) -> SetupError {
    // In full: a path that is not there was often looked for in the wrong folder.
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => SetupError::new(format!("there is no file or folder `{shown}`"), ""),
        _ => SetupError::new(format!("`{shown}` cannot be read: {error}"), ""),
    }
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(error_path),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
