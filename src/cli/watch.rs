//! `check --watch`: analyses whenever a file changes that matters, each time all anew.
//!
//! Watches the folders that hold what was analysed and those above them, one by one: dependencies and build output,
//! which are most of a work tree, are not watched.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::Context;
use notify::{Event, RecursiveMode, Watcher};

use super::output;
use crate::Outcome;
use crate::config::Config;
use crate::config::find::FILE_NAMES;
use crate::{discover, lang};

/// Changes that follow each other faster are one.
const QUIET: Duration = Duration::from_millis(100);
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

/// Analyses until the user ends it. `outputs` are written by the analysis itself.
pub fn run(
    config: &Config,
    outputs: &[PathBuf],
    mut analyse: impl FnMut() -> anyhow::Result<Outcome>,
) -> anyhow::Result<u8> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender).context("changes of files cannot be watched")?;
    let mut watched = BTreeSet::new();
    // What is wrong at the start ends it; what goes wrong later may be mended.
    let mut outcome = Some(analyse()?);
    loop {
        if let Some(outcome) = &outcome {
            for folder in folders(config, outcome) {
                // One that has gone meanwhile is noticed from above.
                if !watched.contains(&folder) && watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok() {
                    watched.insert(folder);
                }
            }
        }
        output::tell(|out| writeln!(out, "Watching {} folders; Ctrl-C ends it.", watched.len()));
        if !wait(&changes, |path| matters(path, config, outputs)) {
            return Ok(super::SUCCESS);
        }
        watched.retain(|folder| folder.is_dir());
        if io::stdout().is_terminal() {
            let _ = write!(io::stdout(), "{CLEAR}");
        }
        outcome = match analyse() {
            Ok(outcome) => Some(outcome),
            Err(error) => {
                output::tell(|out| writeln!(out, "error: {error:#}"));
                None
            }
        };
    }
}

/// The folders of all files, and those between them and what is analysed.
fn folders(config: &Config, outcome: &Outcome) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for file in &outcome.files {
        for folder in file.location.ancestors().skip(1) {
            let goes_on = config.paths.iter().any(|path| folder.starts_with(path) && folder != path);
            if !folders.insert(folder.to_path_buf()) || !goes_on {
                break;
            }
        }
    }
    folders.extend(config.paths.iter().filter(|path| path.is_dir()).cloned());
    folders
}

/// Waits for changes that matter, until there are no more. `false`: nothing will come any more.
fn wait(changes: &Receiver<notify::Result<Event>>, matters: impl Fn(&Path) -> bool) -> bool {
    loop {
        let Ok(change) = changes.recv() else { return false };
        // An error may hide a change.
        let is_meant = |event: &Event| !event.kind.is_access() && event.paths.iter().any(|path| matters(path));
        if change.as_ref().map_or(true, is_meant) {
            while changes.recv_timeout(QUIET).is_ok() {}
            return true;
        }
    }
}

/// Can a change of this file or folder change what is found?
fn matters(path: &Path, config: &Config, outputs: &[PathBuf]) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let is_setting = FILE_NAMES.contains(&name) || Some(path) == config.config_file.as_deref();
    let is_hidden = name.starts_with('.') && !is_setting;
    !outputs.iter().any(|output| output == path)
        && !is_hidden
        && (is_setting || path.is_dir() || discover::may_be_read(path, config, lang::all()))
}
