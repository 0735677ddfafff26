//! `laggard baseline create|update|prune|check`: keeps the file of known findings.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{check, output};
use crate::baseline::{Applied, Baseline, Key};
use crate::config::{BASELINE_NAME, Config, SetupError, relative_path};
use crate::{Analysis, analyse};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write all findings of today to a new baseline.
    Create(Box<check::Arguments>),
    /// Write all findings of today to the baseline, whatever it held.
    Update(Box<check::Arguments>),
    /// Take out of the baseline what is not found any more; nothing is added.
    Prune(Box<check::Arguments>),
    /// Exit with 1 if there is something to prune, so that the number of known findings only goes down.
    Check(Box<check::Arguments>),
}

/// What the commands work on.
struct Work {
    path: PathBuf,
    /// The folder of the baseline: paths in it are relative to this.
    folder: PathBuf,
    analysis: Analysis,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let (Action::Create(check) | Action::Update(check) | Action::Prune(check) | Action::Check(check)) =
        &arguments.action;
    let work = Work::new(check)?;
    match &arguments.action {
        Action::Create(_) if work.path.exists() => {
            let shown = relative_path(&work.analysis.config.root, &work.path);
            let advice = "`laggard baseline update` writes it anew, `laggard baseline prune` makes it smaller";
            Err(SetupError::new(format!("the baseline `{shown}` is there already"), advice).into())
        }
        Action::Create(_) | Action::Update(_) => work.update(),
        Action::Prune(_) => work.prune(),
        Action::Check(_) => work.check(),
    }
}

impl Work {
    fn new(arguments: &check::Arguments) -> anyhow::Result<Work> {
        let mut config: Config = arguments.config()?;
        if config.since.is_some() || config.changed_files || config.staged {
            let advice = "leave out `--since`, `--merge-base`, `--changed-files` and `--staged`";
            return Err(SetupError::new("a baseline is of all findings", advice).into());
        }
        // Named or not, it need not be there yet.
        let named = config.baseline.take();
        config.no_baseline = true;
        let analysis = analyse(&config)?;
        let path = named.or_else(|| analysis.config.baseline.clone());
        let path = path.unwrap_or_else(|| analysis.config.root.join(BASELINE_NAME));
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok(Work { path, folder, analysis })
    }

    fn update(&self) -> anyhow::Result<u8> {
        let today = Baseline::of(&self.analysis.found, &self.analysis.files, &self.folder);
        let mut all = today.clone();
        if self.path.exists() {
            // What was not looked at stays as it is.
            let (before, stale) = self.before()?;
            all.counts.extend(before.pruned(&stale).counts.into_iter().filter(|(key, _)| !self.looked_at(key)));
        }
        self.write(&all)?;
        self.tell(format!("known findings: {}", all.len()))
    }

    fn prune(&self) -> anyhow::Result<u8> {
        let (before, stale) = self.before()?;
        let after = before.pruned(&stale);
        self.write(&after)?;
        self.tell(format!("taken out: {}, known findings left: {}", before.len() - after.len(), after.len()))
    }

    fn check(&self) -> anyhow::Result<u8> {
        let (_, stale) = self.before()?;
        output::print(output::Color::Never, |out, _| {
            stale.iter().try_for_each(|(key, count)| write_stale(key, *count, out))
        })?;
        if stale.is_empty() {
            return Ok(super::SUCCESS);
        }
        self.tell(format!(
            "no longer found: {}; `laggard baseline prune` takes them out",
            stale.values().sum::<usize>()
        ))?;
        Ok(super::FINDINGS)
    }

    /// The baseline as it is, and what of it is not found any more.
    fn before(&self) -> anyhow::Result<(Baseline, BTreeMap<Key, usize>)> {
        let before = Baseline::read(&self.path)?;
        let Analysis { found, files, .. } = &self.analysis;
        let Applied { mut stale, .. } = before.apply(found.clone(), files, &self.folder);
        stale.retain(|key, _| self.looked_at(key));
        Ok((before, stale))
    }

    /// Was the file of an entry looked at, or is it gone?
    fn looked_at(&self, key: &Key) -> bool {
        let location = self.folder.join(&key.path);
        let Analysis { files, config, .. } = &self.analysis;
        let analysed = files.iter().any(|file| file.location == location) && config.reports(&location);
        analysed || !location.exists()
    }

    fn write(&self, baseline: &Baseline) -> anyhow::Result<()> {
        output::write_file(&self.path, |out| out.write_all(baseline.text().as_bytes()))
    }

    fn tell(&self, message: String) -> anyhow::Result<u8> {
        let shown = relative_path(&self.analysis.config.root, &self.path);
        output::tell(|out| writeln!(out, "{shown}: {message}."));
        Ok(super::SUCCESS)
    }
}

fn write_stale(key: &Key, count: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let Key { path, rule, function, .. } = key;
    let within = if function.is_empty() { String::new() } else { format!(" in {function}") };
    let times = if count == 1 { String::new() } else { format!(" ({count} times)") };
    writeln!(out, "{path}: {rule}{within}{times}")
}
