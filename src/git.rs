//! What git knows of the project: commits, the index, and which files differ between them. Knows nothing of findings.
//!
//! Asks the `git` program. Who has a repository has it too, it reads every kind of repository that there is (linked work
//! trees, partial and shallow clones, other hashes), and it costs neither build time nor a hundred crates. Some four
//! processes are started for a run, whatever the number of files. Nothing is written and nothing is fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::config::{SetupError, Since, path_of};
use crate::source::Replacement;

/// The last commit, as git names it.
const HEAD: &str = "HEAD";
/// Of names that look like one that is not there, so many are looked at.
const MOST_NAMES: usize = 1000;

/// A work tree.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its topmost folder.
    top: PathBuf,
}

/// A state that git has of all files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A commit or a tree, by its id.
    Commit(String),
    /// What the next commit would hold.
    Index,
}

/// What states are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// The files on the disk.
    Disk,
    /// What the next commit would hold.
    Index,
}

/// How an older state differs from the present one.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What files held. Absolute.
    pub replacements: Vec<Replacement>,
    /// Present files that were not there, or held something else. Absolute.
    pub changed: BTreeSet<PathBuf>,
    /// Files that were moved: from where, to where. Absolute.
    pub moved: BTreeMap<PathBuf, PathBuf>,
}

/// A file of a state.
#[derive(Debug)]
struct Entry {
    kind: Kind,
    object: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    /// Another repository within this one.
    Submodule,
    Other,
}

/// Paths from the topmost folder that differ between two states.
#[derive(Debug, Default)]
struct Paths {
    differing: BTreeSet<PathBuf>,
    moved: BTreeMap<PathBuf, PathBuf>,
}

impl Repository {
    /// The work tree that a folder (absolute) is in.
    pub fn around(folder: &Path) -> Result<Repository, SetupError> {
        let output = git(folder, &["rev-parse", "--show-prefix"], &[])?;
        if !output.status.success() {
            return Err(failure(&output, "name a folder of a repository"));
        }
        // Not what git says of the topmost folder: links on the way to it would have other names there.
        let prefix = path_of(output.stdout.trim_ascii_end());
        let top = folder.ancestors().nth(prefix.components().count()).unwrap_or(folder);
        Ok(Repository { top: top.to_path_buf() })
    }

    /// The state that is compared with.
    pub fn state(&self, since: &Since) -> Result<State, SetupError> {
        match since {
            Since::Revision(name) => self.commit(name).map(State::Commit),
            Since::MergeBase(name) => self.merge_base(name).map(State::Commit),
        }
    }

    /// The id of the last commit; before the first one, that of a tree without files.
    pub fn last_commit(&self) -> Result<String, SetupError> {
        match self.find(HEAD)? {
            Some(id) => Ok(id),
            None => Ok(text_of(&self.run(&["hash-object", "-t", "tree", "--stdin"], &[])?)),
        }
    }

    fn find(&self, name: &str) -> Result<Option<String>, SetupError> {
        let commit = format!("{name}^{{commit}}");
        let output = git(&self.top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], &[])?;
        Ok(output.status.success().then(|| text_of(&output.stdout)))
    }

    fn commit(&self, name: &str) -> Result<String, SetupError> {
        if name == HEAD {
            return self.last_commit();
        }
        if let Some(id) = self.find(name)? {
            return Ok(id);
        }
        if self.is_shallow()? {
            return Err(SetupError::new(
                format!("the revision `{name}` is not in this clone, which is shallow"),
                format!("fetch it (`git fetch --depth=1 origin {name}`), or clone with the history (`fetch-depth: 0`)"),
            ));
        }
        let advice = match self.similar(name)? {
            Some(other) => format!("did you mean `{other}`?"),
            None => "`git fetch` brings what others have; `git log --all --oneline` lists what is here".to_owned(),
        };
        Err(SetupError::new(format!("there is no revision `{name}` in this repository"), advice))
    }

    /// Where the last commit and another parted.
    fn merge_base(&self, name: &str) -> Result<String, SetupError> {
        let other = self.commit(name)?;
        let own = self.last_commit()?;
        let output = git(&self.top, &["merge-base", &own, &other], &[])?;
        if output.status.success() {
            return Ok(text_of(&output.stdout));
        }
        Err(match self.is_shallow()? {
            true => SetupError::new(
                format!("where this branch and `{name}` parted is not in this clone, which is shallow"),
                "fetch more of the history (`git fetch --unshallow`), or clone with all of it (`fetch-depth: 0`)",
            ),
            false => SetupError::new(format!("this branch and `{name}` share no history"), "compare with `--since`"),
        })
    }

    fn is_shallow(&self) -> Result<bool, SetupError> {
        Ok(text_of(&self.run(&["rev-parse", "--is-shallow-repository"], &[])?) == "true")
    }

    /// A branch or a tag whose name is much like this one.
    fn similar(&self, name: &str) -> Result<Option<String>, SetupError> {
        let count = format!("--count={MOST_NAMES}");
        let names = self.run(&["for-each-ref", "--format=%(refname:short)", &count], &[])?;
        let names = String::from_utf8_lossy(&names);
        let of_remote = names.lines().find(|other| other.rsplit_once('/').is_some_and(|(_, last)| last == name));
        Ok(of_remote.or(crate::config::nearest_name(name, names.lines())).map(str::to_owned))
    }

    /// How `older` differs from the present state. Only files that `may_be_read` accepts are read. `present` are the
    /// files of the analysis, so that those are found which git does not know.
    pub fn difference(
        &self,
        older: &State,
        newer: Present,
        present: &[PathBuf],
        may_be_read: impl Fn(&Path) -> bool,
    ) -> Result<Difference, SetupError> {
        let paths = self.differing(older, newer)?;
        let entries = self.entries(older)?;
        let submodules: Vec<&Path> =
            entries.iter().filter(|(_, entry)| entry.kind == Kind::Submodule).map(|(path, _)| path.as_path()).collect();
        let absolute = |path: &Path| self.top.join(path);
        let mut difference = Difference {
            moved: paths.moved.iter().map(|(from, to)| (absolute(from), absolute(to))).collect(),
            ..Difference::default()
        };
        let mut objects = Vec::new();
        for path in &paths.differing {
            difference.changed.insert(absolute(path));
            match entries.get(path) {
                Some(Entry { kind: Kind::File, object }) if may_be_read(&absolute(path)) => {
                    objects.push((absolute(path), object.as_str()));
                }
                Some(Entry { kind: Kind::Submodule, .. }) => {}
                _ => difference.replacements.push(Replacement { location: absolute(path), bytes: None }),
            }
        }
        for location in present {
            let Ok(path) = location.strip_prefix(&self.top) else { continue };
            let is_foreign = || submodules.iter().any(|submodule| path.starts_with(submodule));
            if !entries.contains_key(path) && !paths.differing.contains(path) && !is_foreign() {
                difference.changed.insert(location.clone());
                difference.replacements.push(Replacement { location: location.clone(), bytes: None });
            }
        }
        let contents = self.contents(&objects.iter().map(|(_, object)| *object).collect::<Vec<_>>())?;
        let replacements = objects.into_iter().zip(contents);
        difference
            .replacements
            .extend(replacements.map(|((location, _), bytes)| Replacement { location, bytes: Some(bytes) }));
        Ok(difference)
    }

    fn differing(&self, older: &State, newer: Present) -> Result<Paths, SetupError> {
        let options =
            ["diff", "--raw", "-z", "--find-renames", "--no-relative", "--no-ext-diff", "--ignore-submodules=dirty"];
        let mut arguments = options.to_vec();
        match (older, newer) {
            (State::Commit(id), Present::Disk) => arguments.push(id),
            (State::Commit(id), Present::Index) => arguments.extend(["--cached", id]),
            (State::Index, Present::Disk) => {}
            (State::Index, Present::Index) => return Ok(Paths::default()),
        }
        arguments.push("--");
        Ok(differing_paths(&self.run(&arguments, &[])?))
    }

    fn entries(&self, state: &State) -> Result<BTreeMap<PathBuf, Entry>, SetupError> {
        let listing = match state {
            State::Commit(id) => self.run(&["ls-tree", "-r", "-z", "--full-tree", id], &[])?,
            State::Index => self.run(&["ls-files", "--stage", "-z", "--full-name"], &[])?,
        };
        let lines = listing.split(|byte| *byte == 0).filter(|line| !line.is_empty());
        Ok(lines.filter_map(|line| entry(line, state)).collect())
    }

    /// The bytes of objects, in their order.
    fn contents(&self, objects: &[&str]) -> Result<Vec<Vec<u8>>, SetupError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let answer = self.run(&["cat-file", "--batch"], wanted.as_bytes())?;
        let mut rest = answer.as_slice();
        let missing = || {
            SetupError::new(
                "the clone does not have all files of the revision that is compared with",
                "`git diff REVISION` fetches them into a partial clone",
            )
        };
        objects.iter().map(|_| take_object(&mut rest).ok_or_else(missing)).collect()
    }

    /// What a command says that has to succeed.
    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, SetupError> {
        let output = git(&self.top, arguments, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failure(&output, "")) }
    }
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Output, SetupError> {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder);
    // Its words are read; it is to leave the index as it is, ask nobody and fetch nothing.
    command.envs([
        ("LC_ALL", "C"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = || -> io::Result<Output> {
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        // It answers while it still reads: both at once, or both wait.
        thread::scope(|scope| {
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        })
    };
    run().map_err(|error| {
        SetupError::new(format!("`git` cannot be run: {error}"), "install git; it is asked for revisions")
    })
}

/// What git says went wrong.
fn failure(output: &Output, advice: &str) -> SetupError {
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it gave no reason");
    let reason = first.split_once(": ").map_or(first, |(_, reason)| reason);
    SetupError::new(format!("git failed: {reason}"), advice)
}

/// Reads `:MODE MODE ID ID STATUS NUL PATH NUL`, with a second path for what was moved.
fn differing_paths(raw: &[u8]) -> Paths {
    let mut paths = Paths::default();
    let mut parts = raw.split(|byte| *byte == 0);
    while let (Some(about), Some(path)) = (parts.next().filter(|about| !about.is_empty()), parts.next()) {
        let path = path_of(path);
        let status = about.rsplit(|byte| *byte == b' ').next().and_then(|status| status.first());
        if status == Some(&b'R')
            && let Some(to) = parts.next()
        {
            paths.differing.insert(path_of(to));
            paths.moved.insert(path.clone(), path_of(to));
        }
        paths.differing.insert(path);
    }
    paths
}

/// Reads `MODE TYPE ID TAB PATH` of a commit, or `MODE ID STAGE TAB PATH` of the index.
fn entry(line: &[u8], state: &State) -> Option<(PathBuf, Entry)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let about = std::str::from_utf8(&line[..tab]).ok()?;
    let words: Vec<&str> = about.split(' ').collect();
    let object = match state {
        State::Commit(_) => words.get(2),
        State::Index => words.get(1),
    };
    let kind = match *words.first()? {
        "100644" | "100755" => Kind::File,
        "160000" => Kind::Submodule,
        _ => Kind::Other,
    };
    Some((path_of(&line[tab + 1..]), Entry { kind, object: (*object?).to_owned() }))
}

/// Reads `ID TYPE SIZE NEWLINE BYTES NEWLINE`.
fn take_object(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let about = std::str::from_utf8(&rest[..end]).ok()?;
    let size: usize = about.rsplit(' ').next()?.parse().ok()?;
    let bytes = rest.get(end + 1..end + 1 + size)?.to_vec();
    *rest = rest.get(end + 2 + size..)?;
    Some(bytes)
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_files_have_two_paths() {
        let raw =
            b":100644 100644 1 0 M\0a b.py\0:100644 100644 1 1 R100\0old.py\0new.py\0:100644 000000 1 0 D\0c\n.py\0";
        let paths = differing_paths(raw);
        let names = ["a b.py", "c\n.py", "new.py", "old.py"].map(PathBuf::from);
        assert_eq!(paths.differing.into_iter().collect::<Vec<_>>(), names);
        assert_eq!(paths.moved, BTreeMap::from([("old.py".into(), "new.py".into())]));
    }

    #[test]
    fn objects_may_hold_anything() {
        let mut rest = b"1 blob 3\na\nb\n2 blob 0\n\n3 missing\n".as_slice();
        assert_eq!(take_object(&mut rest).as_deref(), Some(b"a\nb".as_slice()));
        assert_eq!(take_object(&mut rest).as_deref(), Some(b"".as_slice()));
        assert_eq!(take_object(&mut rest), None);
    }
}
