//! Settings of a run, and the error for a setting that is wrong.
//!
//! `layer.rs` is what one configuration says, `reader.rs` reads it, `find.rs` tells which holds for a file. Knows no rule:
//! names of rules are checked by who knows them.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::progress::Progress;
use crate::source::Replacement;
use layer::{Level, Located};

pub mod find;
pub mod layer;
pub mod reader;

/// Files above this many bytes are left out unless the user says otherwise.
pub const DEFAULT_MAX_FILE_SIZE: u64 = 1024 * 1024;

/// The file of known findings, unless settings give another.
pub const BASELINE_NAME: &str = "laggard-baseline.json";

/// What to analyse, with which rules: what the command line says. What it leaves open (`None`), configuration files may
/// say.
#[derive(Clone, Debug)]
pub struct Config {
    /// Paths in the output are relative to this folder. Absolute.
    pub root: PathBuf,
    /// Files and folders to analyse. Absolute.
    pub paths: Vec<PathBuf>,
    /// If given, only findings in these files and folders are reported. Absolute.
    pub report_in: Option<Vec<PathBuf>>,
    /// But not in these, unless a path of `report_in` lies deeper. Absolute.
    pub report_not_in: Vec<PathBuf>,
    /// Rules, families, topics and sets to use instead of those that configuration chooses; empty: those.
    pub select: Vec<String>,
    /// Rules, families, topics and sets to use too.
    pub extend_select: Vec<String>,
    /// Rules, families, topics and sets to leave out.
    pub ignore: Vec<String>,
    /// How findings of rules count; later ones are stronger.
    pub levels: Vec<(String, Level)>,
    /// Use nothing but the command line.
    pub isolated: bool,
    /// The configuration for all files, instead of those that are found. Absolute.
    pub config_file: Option<PathBuf>,
    /// `KEY=VALUE`, stronger than configuration files.
    pub config_values: Vec<String>,
    /// Exclude files that `paths` names too.
    pub force_exclude: bool,
    /// Number of threads; `None` means one per core.
    pub jobs: Option<usize>,
    /// Where facts are kept for the next run. Absolute; `None`: nowhere.
    pub cache: Option<PathBuf>,
    /// Larger files are left out, with a notice.
    pub max_file_size: Option<u64>,
    /// Report findings in tests, examples, benchmarks and migrations too.
    pub include_side_code: Option<bool>,
    /// Findings of this severity and above make the run fail.
    pub fail_on: Option<Severity>,
    /// The file of known findings. Absolute.
    pub baseline: Option<PathBuf>,
    /// Report known findings too.
    pub no_baseline: bool,
    /// Is told how far the run is.
    pub progress: Option<Arc<Progress>>,
    /// Files that hold something else than the disk says.
    pub texts: Vec<Replacement>,
    /// If given, only findings are reported that were not there then.
    pub since: Option<Since>,
    /// Report only in files that differ from `since`, or else from the last commit.
    pub changed_files: bool,
    /// Analyse what the next commit would hold, and report in the files that it would change, or with `since` what is new.
    pub staged: bool,
}

/// An earlier state of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// A revision, as git names them.
    Revision(String),
    /// Where the present branch and a revision parted.
    MergeBase(String),
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
            report_in: None,
            report_not_in: Vec::new(),
            select: Vec::new(),
            extend_select: Vec::new(),
            ignore: Vec::new(),
            levels: Vec::new(),
            isolated: false,
            config_file: None,
            config_values: Vec::new(),
            force_exclude: false,
            jobs: None,
            cache: None,
            max_file_size: None,
            include_side_code: None,
            fail_on: None,
            baseline: None,
            no_baseline: false,
            progress: None,
            texts: Vec::new(),
            since: None,
            changed_files: false,
            staged: false,
        }
    }

    /// What the command line says of rules, as choices, weaker ones first.
    pub fn choices(&self) -> Vec<layer::Choice> {
        let given = |names: &[String]| names.iter().cloned().map(Located::given).collect::<Vec<_>>();
        let lists = layer::Choice {
            select: Some(given(&self.select)).filter(|names| !names.is_empty()),
            extend_select: given(&self.extend_select),
            ignore: given(&self.ignore),
            rules: Vec::new(),
        };
        let levels = self.levels.iter().map(|(name, level)| layer::Choice {
            rules: vec![layer::RuleSetting {
                name: Located::given(name.clone()),
                level: Some(*level),
                confidence: None,
            }],
            ..layer::Choice::default()
        });
        std::iter::once(lists).chain(levels).collect()
    }

    /// With what the configuration of the project root says of the run where the command line is silent.
    pub fn with_run_settings(&self, root: &find::Stack) -> Config {
        let value = |size: Option<(u64, &layer::Layer, u32)>| size.map(|(size, ..)| size);
        let configured = root.run(|run| &run.baseline).map(|(file, layer, _)| layer.folder.join(file));
        let usual = Some(self.root.join(BASELINE_NAME)).filter(|path| !self.isolated && path.is_file());
        Config {
            max_file_size: self.max_file_size.or(value(root.run(|run| &run.max_file_size))),
            include_side_code: self.include_side_code.or(root.run(|run| &run.include_tests).map(|(value, ..)| value)),
            fail_on: self.fail_on.or(root.run(|run| &run.fail_on).map(|(value, ..)| value)),
            baseline: self.baseline.clone().or(configured).or(usual),
            ..self.clone()
        }
    }

    /// Are findings in this file reported?
    pub fn reports(&self, file: &Path) -> bool {
        let depth = |paths: &[PathBuf]| {
            let above = paths.iter().filter(|path| file.starts_with(path));
            above.map(|path| path.components().count()).max().unwrap_or(0)
        };
        self.report_in.as_ref().is_none_or(|paths| depth(paths) > depth(&self.report_not_in))
    }

    /// The limit that holds.
    pub fn max_file_size(&self) -> u64 {
        self.max_file_size.unwrap_or(DEFAULT_MAX_FILE_SIZE)
    }
}

/// A number of bytes: `65536`, `64K`, `2M`. Positions in a file are 32 bits wide.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number: u64 = number.parse().map_err(|_| "write a number of bytes, or one with K, M or G".to_string())?;
    let size = number.saturating_mul(unit);
    if size > u64::from(u32::MAX) { Err("the limit must be below 4G".to_string()) } else { Ok(size) }
}

/// `path` seen from the folder `root`, with `/`; one `..` for each folder that has to be left.
pub fn relative_path(root: &Path, path: &Path) -> String {
    let mut ancestors = root.ancestors().enumerate();
    let below = ancestors.find_map(|(up, ancestor)| Some((up, path.strip_prefix(ancestor).ok()?)));
    let (up, down) = below.unwrap_or((root.components().count(), path));
    let mut relative = String::with_capacity(3 * up + down.as_os_str().len());
    let down = down.components().map(|component| component.as_os_str().to_string_lossy());
    for part in std::iter::repeat_n("..".into(), up).chain(down) {
        relative.push_str(if relative.is_empty() { "" } else { "/" });
        relative.push_str(&part);
    }
    if relative.is_empty() { ".".to_string() } else { relative }
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
pub fn normal(path: &Path) -> PathBuf {
    if path.components().any(|component| component == Component::ParentDir)
        && let Ok(path) = path.canonicalize()
    {
        return path;
    }
    path.components().collect()
}

/// The path that a list of paths has as bytes.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

/// The path that a list of paths has as bytes.
#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).as_ref())
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
    fn sizes() {
        assert_eq!(parse_size("12"), Ok(12));
        assert_eq!(parse_size("64K"), Ok(65536));
        assert_eq!(parse_size("1M"), Ok(DEFAULT_MAX_FILE_SIZE));
        assert_eq!(parse_size("2m"), Ok(2 << 20));
        assert!(parse_size("4G").is_err());
        assert!(parse_size("M").is_err());
        assert!(parse_size("").is_err());
        assert!(parse_size("99999999999999G").is_err());
    }

    #[test]
    fn paths_are_relative_to_the_root() {
        let relative = |path: &str| relative_path(Path::new("/home/project"), Path::new(path));
        assert_eq!(relative("/home/project"), ".");
        assert_eq!(relative("/home/project/src/a.py"), "src/a.py");
        assert_eq!(relative("/home/projects/a.py"), "../projects/a.py");
        assert_eq!(relative("/home"), "..");
        assert_eq!(relative("/other/a.py"), "../../other/a.py");
    }

    #[test]
    fn a_name_with_a_slip_finds_its_neighbour() {
        let known = ["n-plus-one-query", "sleep-in-async"];
        assert_eq!(nearest_name("n-plus-one-qery", known), Some("n-plus-one-query"));
        assert_eq!(nearest_name("zebra", known), None);
    }
}
