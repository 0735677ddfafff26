//! Where facts are kept from run to run, and `laggard clean`.

use std::path::{Path, PathBuf};

use super::output;
use crate::cache::{self, FOLDER_NAME};
use crate::config::{Config, normal};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Keep what is known of files in this folder, so that the next run is faster [default: .laggard_cache in the root of
    /// the project].
    #[arg(help_heading = "Files and work", long, value_name = "FOLDER", env = "LAGGARD_CACHE_DIR", hide_env = true)]
    cache_dir: Option<PathBuf>,

    /// Neither read nor write what is known of files.
    #[arg(help_heading = "Files and work", long, env = "LAGGARD_NO_CACHE", hide_env = true)]
    no_cache: bool,
}

impl Arguments {
    /// The folder, for a project with this root; `None` if there is to be none.
    pub fn folder(&self, current: &Path, root: &Path) -> Option<PathBuf> {
        (!self.no_cache).then(|| folder(self.cache_dir.as_deref(), current, root))
    }
}

fn folder(named: Option<&Path>, current: &Path, root: &Path) -> PathBuf {
    named.map_or_else(|| root.join(FOLDER_NAME), |folder| normal(&current.join(folder)))
}

#[derive(Debug, clap::Args)]
pub struct Clean {
    /// The folder, if it is not .laggard_cache in the root of the project.
    #[arg(long, value_name = "FOLDER", env = "LAGGARD_CACHE_DIR", hide_env = true)]
    cache_dir: Option<PathBuf>,
}

/// Removes what is kept.
pub fn clean(arguments: &Clean) -> anyhow::Result<u8> {
    let current = super::current_folder()?;
    let folder = folder(arguments.cache_dir.as_deref(), &current, &Config::new(&current, &[]).root);
    let was_there = cache::remove(&folder)?;
    let said = if was_there { "removed" } else { "there is no" };
    output::print(output::Color::Never, |out, _| writeln!(out, "{said} {}", folder.display()))?;
    Ok(super::SUCCESS)
}
