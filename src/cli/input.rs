//! What the arguments name to be analysed: paths, lists of paths, and a text on stdin.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::config::{SetupError, normal, path_of};
use crate::source::Replacement;

/// Stands for stdin.
const STDIN: &str = "-";

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Files and folders; the current folder if there are none. A file that is named is analysed even if an
    /// ignore file lists it. `-` is the text on stdin; `@FILE` takes arguments from a file, one per line.
    paths: Vec<PathBuf>,

    /// Take more PATHS from this file, or from stdin if it is `-`: one per line, or separated by NUL.
    #[arg(help_heading = "Files and work", long, value_name = "FILE")]
    files_from: Option<PathBuf>,

    /// With `-` among PATHS: the file that the text on stdin is to be taken for; it need not exist.
    #[arg(help_heading = "Files and work", long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,
}

/// What is named.
#[derive(Debug, Default)]
pub struct Input {
    /// Absolute. `None`: nothing was named, so it is the current folder.
    pub paths: Option<Vec<PathBuf>>,
    /// The text on stdin.
    pub texts: Vec<Replacement>,
}

impl Arguments {
    /// Do they name anything, be it an empty list?
    pub fn names_paths(&self) -> bool {
        !self.paths.is_empty() || self.files_from.is_some()
    }

    /// Reads lists and stdin.
    pub fn read(&self, current: &Path) -> anyhow::Result<Input> {
        let has_stdin = self.paths.iter().any(|path| path == Path::new(STDIN));
        let lists_stdin = self.files_from.as_deref() == Some(Path::new(STDIN));
        let wrong = |message: &str, advice: &str| Err(SetupError::new(message, advice).into());
        let name = match (&self.stdin_filename, has_stdin) {
            (None, true) => return wrong("`-` has no name", "say with `--stdin-filename FILE` what it is"),
            (Some(_), false) => return wrong("`--stdin-filename` names what `-` is", "add `-`"),
            (name, _) => name,
        };
        if has_stdin && lists_stdin {
            return wrong("stdin cannot be both a text and a list", "take the list from a file");
        }
        let mut input = Input::default();
        if let Some(name) = name {
            let location = normal(&current.join(name));
            input.texts.push(Replacement { location, bytes: Some(read(Path::new(STDIN))?) });
        }
        if self.names_paths() {
            let listed = self.files_from.as_deref().map(listed).transpose()?.unwrap_or_default();
            let named = self.paths.iter().filter(|path| **path != Path::new(STDIN)).chain(&listed);
            let paths = named.map(|path| normal(&current.join(path)));
            input.paths = Some(paths.chain(input.texts.iter().map(|text| text.location.clone())).collect());
        }
        Ok(input)
    }
}

/// The paths in a list. One that holds NUL is separated by it, so that paths may hold newlines.
fn listed(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let bytes = read(list)?;
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let paths = bytes.split(|byte| *byte == separator).map(|path| match separator {
        0 => path,
        _ => path.strip_suffix(b"\r").unwrap_or(path),
    });
    Ok(paths.filter(|path| !path.is_empty()).map(path_of).collect())
}

fn read(from: &Path) -> anyhow::Result<Vec<u8>> {
    if from != Path::new(STDIN) {
        return fs::read(from).with_context(|| format!("the list `{}` cannot be read", from.display()));
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).context("stdin cannot be read")?;
    Ok(bytes)
}
