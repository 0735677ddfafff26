//! Versions: of languages and libraries, what a project must run with, and from when on an advice holds.
//!
//! Knows numbers and names, and no file format.

use std::fmt;

/// A version, as far as advice depends on it: major, minor, patch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u32; 3]);

impl Version {
    /// The numbers at the start of a text: `3.11`, `v1.80.0-beta`, `4.2rc1`; `None` if there is none.
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = [0; 3];
        let text = text.trim().trim_start_matches('v');
        for (place, piece) in text.split('.').take(3).enumerate() {
            let digits = piece.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(piece.len());
            match piece[..digits].parse() {
                Ok(number) => parts[place] = number,
                Err(_) if place == 0 => return None,
                Err(_) => break,
            }
            if digits < piece.len() {
                break;
            }
        }
        Some(Version(parts))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version([major, minor, patch]) = self;
        write!(out, "{major}.{minor}.{patch}")
    }
}

/// A version that part of a project works with: the lowest that it supports, or the one that is locked. Settings that are
/// numbers are among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The folder that it is for, relative to the project root: empty, or with a `/` at the end.
    pub folder: String,
    /// The language, library or setting, in lower case.
    pub name: String,
    /// The version.
    pub version: Version,
    /// Does a lock file say so?
    pub is_locked: bool,
}

impl Requirement {
    /// A requirement of what is in a folder, as [`Requirement::folder`] has it.
    pub fn new(folder: &str, name: &str, version: Version, is_locked: bool) -> Requirement {
        Requirement { folder: folder.to_owned(), name: name.to_lowercase(), version, is_locked }
    }
}

/// What the parts of a project work with.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    list: Vec<Requirement>,
}

impl Requirements {
    /// Puts the nearest first; of several from one folder the locked one, then the lowest.
    pub fn new(mut list: Vec<Requirement>) -> Requirements {
        list.sort_by_cached_key(|own| (!own.is_locked, std::cmp::Reverse(depth(&own.folder)), own.version));
        Requirements { list }
    }

    /// The version of a language or library that the file at `path` works with, as far as anybody says.
    pub fn version(&self, path: &str, name: &str) -> Option<Version> {
        let of_file = |own: &&Requirement| own.name == name && holds(&own.folder, path);
        self.list.iter().find(of_file).map(|own| own.version)
    }
}

/// How deep a folder lies; those above the root count down.
fn depth(folder: &str) -> i64 {
    let parts = folder.split('/').filter(|part| !part.is_empty());
    parts.map(|part| if part == ".." { -1 } else { 1 }).sum()
}

/// Does a folder hold a file? Folders above the root hold all files.
fn holds(folder: &str, path: &str) -> bool {
    folder.split('/').all(|part| part.is_empty() || part == "..") || path.starts_with(folder)
}

/// From which version on, and up to which, an advice holds: `since = "python 3.9"`, `until = "rust 1.80"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// It holds from this version of a language or library on.
    pub since: Option<(String, Version)>,
    /// It holds before this version.
    pub until: Option<(String, Version)>,
}

impl Gate {
    /// Reads both ends; empty ones are open.
    pub fn parse(since: &str, until: &str) -> Result<Gate, String> {
        Ok(Gate { since: end(since)?, until: end(until)? })
    }

    /// Does the advice hold for a file? What nobody requires is the newest.
    pub fn holds(&self, requirements: &Requirements, path: &str) -> bool {
        let version = |end: &(String, Version)| requirements.version(path, &end.0);
        let has_it = self.since.as_ref().is_none_or(|since| version(since).is_none_or(|own| own >= since.1));
        has_it && self.until.as_ref().is_none_or(|until| version(until).is_some_and(|own| own < until.1))
    }
}

fn end(text: &str) -> Result<Option<(String, Version)>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let parts = text.split_once(' ').and_then(|(name, version)| Some((name.to_owned(), Version::parse(version)?)));
    let is_form = parts.filter(|(name, _)| *name == name.to_lowercase());
    is_form
        .map(Some)
        .ok_or_else(|| format!("`{text}` is not a name in lower case and a version, with a space between them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(folder: &str, version: &str, is_locked: bool) -> Requirement {
        let version = Version::parse(version).unwrap();
        Requirement { folder: folder.into(), name: "x".into(), version, is_locked }
    }

    #[test]
    fn versions_are_read_as_far_as_they_are_numbers() {
        for (text, parts) in
            [("3", [3, 0, 0]), ("1.80", [1, 80, 0]), ("v4.2rc1", [4, 2, 0]), ("1.2.3-beta.4", [1, 2, 3])]
        {
            assert_eq!(Version::parse(text), Some(Version(parts)), "{text}");
        }
        assert_eq!(Version::parse("stable"), None);
        assert_eq!(Version::parse(""), None);
        assert!(Version::parse("3.9") < Version::parse("3.10"));
    }

    #[test]
    fn the_nearest_folder_speaks_and_locks_speak_first() {
        let list = vec![
            requirement("../", "1.0", false),
            requirement("", "2.0", false),
            requirement("a/", "3.0", false),
            requirement("a/", "2.5", false),
        ];
        let requirements = Requirements::new(list.clone());
        let version = |path: &str| requirements.version(path, "x").unwrap().to_string();
        assert_eq!((version("a/b.py").as_str(), version("b.py").as_str()), ("2.5.0", "2.0.0"));
        assert_eq!(requirements.version("b.py", "y"), None);
        let locked = Requirements::new([list, vec![requirement("", "9.0", true)]].concat());
        assert_eq!(locked.version("a/b.py", "x").unwrap().to_string(), "9.0.0");
        let above = Requirements::new(vec![requirement("../../", "1.0", false), requirement("../", "2.0", false)]);
        assert_eq!(above.version("b.py", "x").unwrap().to_string(), "2.0.0");
    }

    #[test]
    fn what_nobody_requires_is_the_newest() {
        let since = Gate::parse("x 2.0", "").unwrap();
        let until = Gate::parse("", "x 2.0").unwrap();
        let none = Requirements::default();
        assert!(since.holds(&none, "a") && !until.holds(&none, "a"));
        let old = Requirements::new(vec![requirement("", "1.9", false)]);
        assert!(!since.holds(&old, "a") && until.holds(&old, "a"));
        assert!(Gate::parse("x", "").is_err() && Gate::parse("X 1", "").is_err() && Gate::parse("x y", "").is_err());
    }
}
