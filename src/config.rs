//! Settings of a run, and the error for a setting that is wrong.
//!
//! Knows nothing of rules or files. Settings come from the command line; a configuration file would be read here.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::diagnostic::Severity;

/// Files above this many bytes are left out unless the user says otherwise.
pub const DEFAULT_MAX_FILE_SIZE: u64 = 1024 * 1024;

/// What to analyse, with which rules.
#[derive(Clone, Debug)]
pub struct Config {
    /// Paths in the output are relative to this folder. Absolute.
    pub root: PathBuf,
    /// Files and folders to analyse. Absolute.
    pub paths: Vec<PathBuf>,
    /// Rules, families and sets to use; empty means the set `default`.
    pub select: Vec<String>,
    /// Rules, families and sets to leave out.
    pub ignore: Vec<String>,
    /// Use nothing but the command line.
    pub isolated: bool,
    /// Number of threads; `None` means one per core.
    pub jobs: Option<usize>,
    /// Larger files are left out, with a notice.
    pub max_file_size: u64,
    /// Report findings in tests, examples, benchmarks and migrations too.
    pub include_side_code: bool,
    /// Findings of this severity and above make the run fail.
    pub fail_on: Severity,
}

impl Config {
    /// The default settings for some paths, seen from the folder `current` (absolute). No paths: that folder.
    pub fn new(current: &Path, paths: &[PathBuf]) -> Config {
        let paths = match paths {
            [] => vec![normal(current)],
            paths => paths.iter().map(|path| normal(&current.join(path))).collect(),
        };
        Config {
            root: project_root(&normal(current), &paths),
            paths,
            select: Vec::new(),
            ignore: Vec::new(),
            isolated: false,
            jobs: None,
            max_file_size: DEFAULT_MAX_FILE_SIZE,
            include_side_code: false,
            fail_on: Severity::Warning,
        }
    }
}

/// A wrong setting, rule or path: the run stops before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError {
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub advice: String,
}

impl SetupError {
    /// An error with its advice.
    pub fn new(message: impl Into<String>, advice: impl Into<String>) -> SetupError {
        SetupError { message: message.into(), advice: advice.into() }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        if !self.advice.is_empty() {
            write!(formatter, "\n  help: {}", self.advice)?;
        }
        Ok(())
    }
}

impl std::error::Error for SetupError {}

/// The known name that `name` was most likely meant to be.
pub fn nearest_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

/// The folder that paths in the output are relative to: the current folder when all paths lie in it, else
/// the deepest folder that holds them all.
fn project_root(current: &Path, paths: &[PathBuf]) -> PathBuf {
    if paths.iter().all(|path| path.starts_with(current)) {
        return current.to_path_buf();
    }
    let folder = |path: &PathBuf| if path.is_dir() { path.clone() } else { parent(path) };
    let mut root = paths.first().map_or_else(|| current.to_path_buf(), folder);
    while !paths.iter().all(|path| path.starts_with(&root)) {
        root = parent(&root);
    }
    root
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_path_buf()
}

/// The path without `.` and `..`. Only the file system knows where `..` leads after a symbolic link.
fn normal(path: &Path) -> PathBuf {
    if path.components().any(|component| component == Component::ParentDir)
        && let Ok(path) = path.canonicalize()
    {
        return path;
    }
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(current: &str, paths: &[&str]) -> PathBuf {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        Config::new(Path::new(current), &paths).root
    }

    #[test]
    fn paths_below_the_current_folder_are_relative_to_it() {
        assert_eq!(root("/a/b", &[]), Path::new("/a/b"));
        assert_eq!(root("/a/b", &[".", "c/d.py", "/a/b/e"]), Path::new("/a/b"));
    }

    #[test]
    fn paths_elsewhere_are_relative_to_what_they_share() {
        assert_eq!(root("/a/b", &["/x/y/one.py", "/x/y/z/two.py"]), Path::new("/x/y"));
        assert_eq!(root("/a/b", &["/x", "/y"]), Path::new("/"));
    }

    #[test]
    fn a_name_with_a_slip_finds_its_neighbour() {
        let known = ["n-plus-one-query", "sleep-in-async"];
        assert_eq!(nearest_name("n-plus-one-qery", known), Some("n-plus-one-query"));
        assert_eq!(nearest_name("zebra", known), None);
    }
}
