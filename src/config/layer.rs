//! What one place says: a configuration file, `--config KEY=VALUE` or the command line. Knows no other place, and no rule.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::diagnostic::{Confidence, Severity};

/// A value and its line in the file; 0 if it stands in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// 1-based line.
    pub line: u32,
}

impl<T> Located<T> {
    /// A value of the command line.
    pub fn given(value: T) -> Located<T> {
        Located { value, line: 0 }
    }
}

/// How findings of a rule count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule does not run.
    Off,
    /// Shown, does not fail the run.
    Info,
    /// The default.
    Warning,
    /// Above warnings.
    Error,
}

impl Level {
    /// The words for levels; the first of each is the one that is written.
    pub const WORDS: &'static [(&'static str, Level)] = &[
        ("off", Level::Off),
        ("info", Level::Info),
        ("warning", Level::Warning),
        ("error", Level::Error),
        ("allow", Level::Off),
        ("warn", Level::Warning),
        ("deny", Level::Error),
    ];

    /// The severity of findings; `None` if there are to be none.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Info => Some(Severity::Info),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

/// Settings of a rule, a family, a topic or a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// Whose settings they are.
    pub name: Located<String>,
    /// How findings count. Any level but `off` switches the rule on.
    pub level: Option<Level>,
    /// Less sure findings are not reported.
    pub confidence: Option<Confidence>,
}

/// Which rules run, and how they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// These and no others; `None` leaves what weaker layers chose.
    pub select: Option<Vec<Located<String>>>,
    /// These too.
    pub extend_select: Vec<Located<String>>,
    /// Not these.
    pub ignore: Vec<Located<String>>,
    /// How they count; in a table the narrower name is stronger.
    pub rules: Vec<RuleSetting>,
}

impl Choice {
    /// All names that it mentions.
    pub fn names(&self) -> impl Iterator<Item = &Located<String>> {
        let listed = self.select.iter().flatten().chain(&self.extend_select).chain(&self.ignore);
        listed.chain(self.rules.iter().map(|rule| &rule.name))
    }
}

/// A choice for some paths.
#[derive(Clone, Debug)]
pub struct Override {
    /// The paths.
    pub paths: Patterns,
    /// Where it starts.
    pub line: u32,
    /// What it says.
    pub choice: Choice,
}

/// What a file is to the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The program itself, whatever its path looks like.
    Production,
    /// Tests, examples, benchmarks, migrations: findings on request.
    Tests,
    /// Somebody else's code: analysed, never reported.
    Dependencies,
}

/// Settings that hold for a run as a whole. They are read from the configuration of the project root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSettings {
    /// Findings of this severity and above make the run fail.
    pub fail_on: Option<Located<Severity>>,
    /// Report findings in tests too.
    pub include_tests: Option<Located<bool>>,
    /// Larger files are left out.
    pub max_file_size: Option<Located<u64>>,
    /// The file of known findings.
    pub baseline: Option<Located<String>>,
}

/// One layer of settings.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Its file, relative to the project root, or what else it is.
    pub name: String,
    /// What its patterns are relative to.
    pub folder: PathBuf,
    /// The file that it builds on.
    pub extend: Option<Located<String>>,
    /// For all files.
    pub choice: Choice,
    /// For some files; later ones are stronger.
    pub overrides: Vec<Override>,
    /// Files that are not analysed.
    pub exclude: Patterns,
    /// What files are.
    pub classes: Vec<(Class, Patterns)>,
    /// For the run.
    pub run: RunSettings,
}

impl Layer {
    /// `laggard.toml:3`, or its name alone.
    pub fn place(&self, line: u32) -> String {
        if line == 0 { self.name.clone() } else { format!("{}:{line}", self.name) }
    }

    /// What a file is, if this layer says so.
    pub fn class_of(&self, file: &Path) -> Option<Class> {
        let of = |(class, patterns): &(Class, Patterns)| patterns.matching(&self.folder, file).map(|_| *class);
        self.classes.iter().find_map(of)
    }

    /// The choices for a file, weaker ones first.
    pub fn choices_for<'l>(&'l self, file: &Path) -> Vec<&'l Choice> {
        let overrides = self.overrides.iter().filter(|one| one.paths.matching(&self.folder, file).is_some());
        std::iter::once(&self.choice).chain(overrides.map(|one| &one.choice)).collect()
    }
}

/// Patterns of paths below a folder, as in ignore files: one without `/` matches at any depth, one that matches a
/// folder matches all in it.
#[derive(Clone, Default)]
pub struct Patterns {
    /// As they were written.
    pub patterns: Vec<Located<String>>,
    set: GlobSet,
}

impl Patterns {
    /// Compiles patterns; the error names the wrong one.
    pub fn new(patterns: Vec<Located<String>>) -> Result<Patterns, (u32, String)> {
        let mut set = GlobSetBuilder::new();
        for pattern in &patterns {
            let text = pattern.value.trim_start_matches("./").trim_end_matches('/');
            let anchored =
                if text.contains('/') { text.trim_start_matches('/').to_string() } else { format!("**/{text}") };
            // Alternatives, so that one pattern is one glob: the index of a match is that of the pattern.
            let glob = GlobBuilder::new(&format!("{{{anchored},{anchored}/**}}")).literal_separator(true).build();
            set.add(glob.map_err(|error| (pattern.line, format!("`{}`: {}", pattern.value, error.kind())))?);
        }
        let set = set.build().map_err(|error| (0, error.to_string()))?;
        Ok(Patterns { patterns, set })
    }

    /// The pattern that matches a path below the folder; nothing above the folder counts.
    pub fn matching(&self, folder: &Path, path: &Path) -> Option<&Located<String>> {
        if self.set.is_empty() {
            return None;
        }
        let below = path.strip_prefix(folder).ok()?;
        self.set.matches(below).first().and_then(|at| self.patterns.get(*at))
    }
}

/// As they were written. What they were compiled to changes with each use, and with the thread that uses it.
impl std::fmt::Debug for Patterns {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.patterns.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let patterns = Patterns::new(vec![Located::given(pattern.to_string())]).unwrap();
        patterns.matching(Path::new("/p"), Path::new(path)).is_some()
    }

    #[test]
    fn patterns_are_those_of_ignore_files() {
        assert!(matches("vendor", "/p/vendor/a.py") && matches("vendor/", "/p/a/vendor/b/c.py"));
        assert!(matches("*_pb2.py", "/p/a/x_pb2.py") && !matches("*_pb2.py", "/p/a/x.py"));
        assert!(
            matches("a/*.py", "/p/a/x.py") && !matches("a/*.py", "/p/b/a/x.py") && !matches("a/*.py", "/p/a/b/x.py")
        );
        assert!(matches("a/**", "/p/a/b/x.py") && matches("./a", "/p/a/x.py") && matches("/a", "/p/a/x.py"));
        assert!(matches("{a,b}", "/p/b/x.py"));
    }

    /// What is kept of a run is found by how its settings are printed.
    #[test]
    fn use_does_not_show() {
        let patterns = Patterns::new(vec![Located::given("a/*b*.py".to_string())]).unwrap();
        let unused = format!("{patterns:?}");
        assert!(patterns.matching(Path::new("/p"), Path::new("/p/a/abc.py")).is_some());
        assert_eq!(format!("{patterns:?}"), unused);
    }

    #[test]
    fn what_is_above_the_folder_does_not_count() {
        assert!(!matches("p", "/p/a.py") && !matches("build", "/build/p/a.py"));
    }
}
