//! `laggard check [PATHS]`: analyses files and folders.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::output::{self, Color};
use crate::Outcome;
use crate::config::{Config, SetupError};
use crate::diagnostic::Severity;
use crate::report::summary::{self, Details};
use crate::report::{self, Format};
use crate::rule;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files and folders; the current folder if there are none. A file that is named is analysed even if an
    /// ignore file lists it.
    paths: Vec<PathBuf>,

    /// Analyse the folder of this Cargo.toml.
    #[arg(help_heading = "Files and work", long, value_name = "FILE", conflicts_with = "paths")]
    manifest_path: Option<PathBuf>,

    /// Rules, families or sets (default, likely, pedantic, all) to use.
    #[arg(help_heading = "Rules", long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,

    /// Rules, families or sets to leave out.
    #[arg(help_heading = "Rules", long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Use nothing but the command line: no configuration files.
    #[arg(help_heading = "Rules", long)]
    isolated: bool,

    /// Report findings in tests, examples, benchmarks and migrations too.
    #[arg(help_heading = "Rules", long)]
    include_tests: bool,

    /// Leave out files larger than this; bytes, or with K, M or G.
    #[arg(help_heading = "Files and work", long, value_name = "SIZE", value_parser = parse_size, default_value = "1M")]
    max_file_size: u64,

    /// How to write findings to stdout.
    #[arg(help_heading = "Output", long, value_enum, value_name = "FORMAT", default_value_t)]
    output_format: Format,

    /// Write findings to a file too, in any of the formats; may be given several times.
    #[arg(help_heading = "Output", long, value_name = "FORMAT=PATH", value_parser = output::Target::parse)]
    output: Vec<output::Target>,

    /// Write how many findings each rule has, instead of the findings.
    #[arg(help_heading = "Output", long)]
    statistics: bool,

    /// Exit with 1 if there is a finding of this severity or above.
    #[arg(help_heading = "Exit code", long, value_enum, value_name = "SEVERITY", default_value = "warning")]
    fail_on: FailOn,

    /// Exit with 0 even if there are findings.
    #[arg(help_heading = "Exit code", long)]
    exit_zero: bool,

    /// Number of threads; one per core if not given.
    #[arg(help_heading = "Files and work", short, long, value_name = "NUMBER")]
    jobs: Option<NonZeroUsize>,

    /// Show how long each stage took.
    #[arg(help_heading = "Output", long)]
    timings: bool,

    /// Show everything that was left out or not in order, one by one.
    #[arg(help_heading = "Output", short, long)]
    verbose: bool,

    /// Write nothing about the run to stderr; errors excepted.
    #[arg(help_heading = "Output", short, long, conflicts_with_all = ["verbose", "timings"])]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Info,
    Warning,
    Error,
}

impl Arguments {
    /// With neither path nor manifest: the current package.
    pub fn default_to_package(&mut self) -> anyhow::Result<()> {
        if self.paths.is_empty() && self.manifest_path.is_none() {
            self.paths.push(super::package_folder()?);
        }
        Ok(())
    }

    fn config(&self) -> anyhow::Result<Config> {
        let manifest_folder = self.manifest_folder()?;
        let paths = manifest_folder.as_slice();
        let paths = if paths.is_empty() { &self.paths } else { paths };
        Ok(Config {
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            isolated: self.isolated,
            jobs: self.jobs.map(NonZeroUsize::get),
            max_file_size: self.max_file_size,
            include_side_code: self.include_tests,
            fail_on: match self.fail_on {
                FailOn::Info => Severity::Info,
                FailOn::Warning => Severity::Warning,
                FailOn::Error => Severity::Error,
            },
            ..Config::new(&super::current_folder()?, paths)
        })
    }

    fn manifest_folder(&self) -> anyhow::Result<Option<PathBuf>> {
        let Some(manifest) = &self.manifest_path else { return Ok(None) };
        if !manifest.is_file() {
            return Err(SetupError::new(format!("there is no file `{}`", manifest.display()), "").into());
        }
        Ok(Some(super::current_folder()?.join(manifest).with_file_name("")))
    }
}

pub fn run(arguments: &Arguments, color: Color) -> anyhow::Result<u8> {
    let config = arguments.config()?;
    let outcome = crate::check(&config)?;
    write(arguments, &outcome, color)?;
    if !arguments.quiet {
        output::tell(|out| {
            if arguments.timings {
                summary::write_timings(&outcome, out)?;
            }
            if outcome.files.is_empty() {
                writeln!(out, "warning: there are no source files to analyse")?;
            }
            summary::write(&outcome, arguments.details(), out)
        });
    }
    Ok(if fails(&outcome, &config) && !arguments.exit_zero { super::FINDINGS } else { super::SUCCESS })
}

/// Writes the findings to stdout and to the files that were asked for.
fn write(arguments: &Arguments, outcome: &Outcome, color: Color) -> anyhow::Result<()> {
    let rules = rule::all_infos();
    for target in &arguments.output {
        output::write_file(&target.path, |out| report::write(target.format, outcome, &rules, out, false))?;
    }
    let format = arguments.output_format;
    if format == Format::Github {
        output::append_step_summary(|out| report::write_github_step_summary(outcome, &rules, out))?;
    }
    output::print(color, |out, color| match arguments.statistics {
        true => report::write_statistics(format, outcome, &rules, out),
        false => report::write(format, outcome, &rules, out, color),
    })
}

fn fails(outcome: &Outcome, config: &Config) -> bool {
    outcome.diagnostics.iter().any(|diagnostic| diagnostic.severity >= config.fail_on)
}

impl Arguments {
    fn details(&self) -> Details {
        match self.output_format {
            _ if self.verbose => Details::All,
            Format::Full => Details::Some,
            _ => Details::Counts,
        }
    }
}

/// A number of bytes: `65536`, `64K`, `2M`. Positions in a file are 32 bits wide.
fn parse_size(text: &str) -> Result<u64, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("12"), Ok(12));
        assert_eq!(parse_size("64K"), Ok(65536));
        assert_eq!(parse_size("1M"), Ok(crate::config::DEFAULT_MAX_FILE_SIZE));
        assert_eq!(parse_size("2m"), Ok(2 << 20));
        assert!(parse_size("4G").is_err());
        assert!(parse_size("M").is_err());
        assert!(parse_size("").is_err());
        assert!(parse_size("99999999999999G").is_err());
    }
}
