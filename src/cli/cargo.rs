//! `cargo laggard`: which packages are meant, as cargo says. Nothing is built, and the network is not needed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;

use super::check;
use crate::config::{Config, SetupError, nearest_name};
use crate::report::Format;

/// What `cargo laggard check` takes beside the arguments of `laggard check`.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Report findings of these packages only; the workspace is analysed as a whole. Default: the package of the
    /// current folder, or all members in a virtual workspace.
    #[arg(help_heading = "Packages", short, long, value_name = "SPEC")]
    package: Vec<String>,

    /// Report findings of all members of the workspace.
    #[arg(help_heading = "Packages", long, alias = "all")]
    workspace: bool,

    /// With --workspace: not of these.
    #[arg(help_heading = "Packages", long, value_name = "SPEC", requires = "workspace")]
    exclude: Vec<String>,

    /// The Cargo.toml to start from.
    #[arg(help_heading = "Packages", long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,

    /// How to write findings, in the words of cargo.
    #[arg(help_heading = "Output", long, value_enum, value_name = "FORMAT", conflicts_with = "output_format")]
    message_format: Option<MessageFormat>,

    #[command(flatten)]
    accepted: Accepted,

    #[command(flatten)]
    pub check: check::Arguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum MessageFormat {
    /// Code, labels and help.
    Human,
    /// One line per finding.
    Short,
    /// Diagnostics as rustc writes them, one JSON object per line: what editors read.
    Json,
}

/// Flags of cargo that change nothing here: all code is analysed, whatever is switched on, and nothing is fetched.
#[derive(Debug, clap::Args)]
struct Accepted {
    #[arg(long, hide = true)]
    all_targets: bool,
    #[arg(long, hide = true)]
    all_features: bool,
    #[arg(long, hide = true)]
    no_default_features: bool,
    #[arg(short = 'F', long, hide = true, value_name = "FEATURES")]
    features: Vec<String>,
    #[arg(long, hide = true)]
    offline: bool,
    #[arg(long, hide = true)]
    locked: bool,
    #[arg(long, hide = true)]
    frozen: bool,
}

impl Arguments {
    /// The arguments of `laggard check` that say the same.
    pub fn into_check(mut self) -> anyhow::Result<check::Arguments> {
        if let Some(format) = self.message_format {
            self.check.output_format = match format {
                MessageFormat::Human => Format::Full,
                MessageFormat::Short => Format::Concise,
                MessageFormat::Json => Format::Rustc,
            };
        }
        if self.check.names_paths() && self.package.is_empty() && !self.workspace && self.manifest_path.is_none() {
            return Ok(self.check);
        }
        let metadata = Metadata::read(self.manifest_path.as_deref())?;
        let chosen = self.chosen(&metadata)?;
        let folders = |wanted: bool| {
            let packages = metadata.members().filter(|package| chosen.contains(&package.id) == wanted);
            packages.map(Package::folder).collect::<Vec<_>>()
        };
        self.check.packages = Some(Packages {
            workspace: metadata.workspace_root.clone(),
            report_in: folders(true),
            report_not_in: folders(false),
        });
        Ok(self.check)
    }

    /// The packages that are meant, by id.
    fn chosen(&self, metadata: &Metadata) -> Result<BTreeSet<String>, SetupError> {
        let find = |spec: &String| {
            let name = spec.split('@').next().unwrap_or(spec);
            let unknown = || {
                let names: Vec<&str> = metadata.members().map(|package| package.name.as_str()).collect();
                let advice = match nearest_name(name, names.iter().copied()) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("members are {}", names.join(", ")),
                };
                SetupError::new(format!("there is no package `{spec}` in this workspace"), advice)
            };
            metadata
                .members()
                .find(|package| package.name == name)
                .map(|package| package.id.clone())
                .ok_or_else(unknown)
        };
        let excluded: BTreeSet<String> = self.exclude.iter().map(find).collect::<Result<_, _>>()?;
        if self.workspace {
            return Ok(metadata.workspace_members.iter().filter(|id| !excluded.contains(*id)).cloned().collect());
        }
        if !self.package.is_empty() {
            return self.package.iter().map(find).collect();
        }
        Ok(metadata.workspace_default_members.iter().cloned().collect())
    }
}

/// Where the packages are whose findings are reported.
#[derive(Clone, Debug)]
pub struct Packages {
    workspace: PathBuf,
    report_in: Vec<PathBuf>,
    report_not_in: Vec<PathBuf>,
}

impl Packages {
    /// The settings to analyse the workspace and to report these packages.
    pub fn config(&self, current: &Path) -> Config {
        let config = Config::new(current, std::slice::from_ref(&self.workspace));
        Config { report_in: Some(self.report_in.clone()), report_not_in: self.report_not_in.clone(), ..config }
    }
}

/// What `cargo metadata` says, as far as it is of use here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_default_members: Vec<String>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    id: String,
    manifest_path: PathBuf,
}

impl Metadata {
    fn read(manifest: Option<&Path>) -> anyhow::Result<Metadata> {
        if let Some(manifest) = manifest.filter(|manifest| !manifest.is_file()) {
            return Err(SetupError::new(format!("there is no file `{}`", manifest.display()), "").into());
        }
        let cargo = std::env::var_os("CARGO").unwrap_or(OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        if let Some(manifest) = manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        let output = command.output().context("`cargo metadata` cannot be run")?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            let message = message.trim().trim_start_matches("error: ").to_string();
            return Err(SetupError::new(message, "name a path, or use `--manifest-path`").into());
        }
        serde_json::from_slice(&output.stdout).context("the answer of `cargo metadata` is not understood")
    }

    fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    fn folder(&self) -> PathBuf {
        self.manifest_path.with_file_name("")
    }
}
