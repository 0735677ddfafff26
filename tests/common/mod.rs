//! Runs the binaries in folders made for the purpose.

#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with these files.
pub fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(&folder, name, text.as_bytes());
    }
    folder
}

/// Writes a file and the folders above it.
pub fn write(folder: &TempDir, name: &str, bytes: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// `laggard` in a folder, with an environment that says nothing about colour.
pub fn laggard(folder: &Path, arguments: &[&str]) -> Command {
    command(env!("CARGO_BIN_EXE_laggard"), folder, arguments)
}

/// `cargo laggard`, as cargo would call it.
pub fn cargo_laggard(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command(env!("CARGO_BIN_EXE_cargo-laggard"), folder, &["laggard"]);
    command.args(arguments);
    command
}

fn command(program: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "LAGGARD_CACHE_DIR", "LAGGARD_NO_CACHE"] {
        command.env_remove(variable);
    }
    command
}

/// What a run said, and its exit code.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(mut command: Command) -> Run {
    let Output { status, stdout, stderr } = command.output().unwrap();
    Run {
        code: status.code().expect("laggard is never killed by a signal"),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// The folders of `fixtures/projects`.
pub fn fixture_projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects");
    let mut projects: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    projects.sort();
    projects
}

/// A copy of a folder.
pub fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let to = copy.path().join(entry.path().strip_prefix(folder).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
    copy
}

/// Python code with a finding for a rule of the default set, on its line 6: a database query per turn.
pub const SLOW: &str = "\
from sqlalchemy.orm import Session


def show(session: Session, orders):
    for order in orders:
        order.customer = session.get(Customer, order.customer_id)
";
