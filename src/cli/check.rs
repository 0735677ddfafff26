//! `laggard check [PATHS]`: analyses files and folders.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::cache;
use super::cargo::Packages;
use super::levels::Levels;
use super::output::{self, Color};
use super::{add_ignore, fixes, input, progress, remove_unused, settings, watch};
use crate::Outcome;
use crate::config::{Config, SetupError, Since, normal, parse_size};
use crate::diagnostic::Severity;
use crate::report::summary::{self, Details};
use crate::report::{self, Format};
use crate::rule;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    input: input::Arguments,

    /// Analyse this folder; PATHS then only choose which findings are reported.
    #[arg(help_heading = "Files and work", long, value_name = "FOLDER")]
    project: Option<PathBuf>,

    /// The file of known findings, which are not reported [default: laggard-baseline.json, if there is one].
    #[arg(help_heading = "Rules", long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Report known findings too.
    #[arg(help_heading = "Rules", long, conflicts_with = "baseline")]
    no_baseline: bool,

    /// Report only findings that were not there at this revision. Both states are analysed as a whole, so a finding that
    /// a change elsewhere brought is new, and one that has moved is not.
    #[arg(help_heading = "Changes", long, value_name = "REVISION")]
    since: Option<String>,

    /// As --since, with the commit at which this branch left that revision.
    #[arg(help_heading = "Changes", long, value_name = "REVISION", conflicts_with = "since")]
    merge_base: Option<String>,

    /// Report only in files that differ from that revision, or else from the last commit.
    #[arg(help_heading = "Changes", long)]
    changed_files: bool,

    /// Analyse what is staged instead of what is on the disk, and report in the files that the commit would change; with
    /// --since or --merge-base what is new, wherever it is.
    #[arg(help_heading = "Changes", long, conflicts_with = "stdin_filename")]
    staged: bool,

    /// Exclude files that are named too.
    #[arg(help_heading = "Files and work", long)]
    force_exclude: bool,

    /// Rules, families, topics or sets (default, likely, pedantic, all) to use instead of those of the configuration.
    #[arg(help_heading = "Rules", long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,

    /// Rules, families, topics or sets to use too.
    #[arg(help_heading = "Rules", long, value_name = "RULES", value_delimiter = ',')]
    extend_select: Vec<String>,

    /// Rules, families, topics or sets to leave out.
    #[arg(help_heading = "Rules", long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,

    #[command(flatten)]
    levels: Levels,

    /// Use this configuration for all files, or set one value of it; may be given several times.
    #[arg(help_heading = "Rules", long, value_name = "FILE|KEY=VALUE")]
    config: Vec<String>,

    /// Use nothing but the command line: no configuration files.
    #[arg(help_heading = "Rules", long)]
    isolated: bool,

    /// Report findings in tests, examples, benchmarks and migrations too.
    #[arg(help_heading = "Rules", long)]
    include_tests: bool,

    /// Leave out files larger than this; bytes, or with K, M or G [default: 1M].
    #[arg(help_heading = "Files and work", long, value_name = "SIZE", value_parser = parse_size)]
    max_file_size: Option<u64>,

    /// How to write findings to stdout.
    #[arg(help_heading = "Output", long, value_enum, value_name = "FORMAT", default_value_t)]
    pub output_format: Format,

    /// Write findings to a file too, in any of the formats; may be given several times.
    #[arg(help_heading = "Output", long, value_name = "FORMAT=PATH", value_parser = output::Target::parse)]
    output: Vec<output::Target>,

    /// Write how many findings each rule has, instead of the findings.
    #[arg(help_heading = "Output", long)]
    statistics: bool,

    /// Write what holds for a file, and where that stands, instead of analysing.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    show_settings: Option<PathBuf>,

    /// Write which files would be analysed, instead of analysing.
    #[arg(help_heading = "Output", long)]
    show_files: bool,

    /// With --show-files: as what each is seen, and what is left out for which reason.
    #[arg(help_heading = "Output", long, requires = "show_files")]
    why: bool,

    /// Analyse again whenever a file changes, until it is ended.
    #[arg(help_heading = "Output", long, conflicts_with_all = ["add_ignore", "remove_unused", "stdin_filename", "statistics"])]
    watch: bool,

    /// Write a suppression comment at each finding, with this reason, instead of reporting.
    #[arg(help_heading = "Output", long, value_name = "REASON", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    add_ignore: Option<String>,

    /// Take out suppression comments that suppress nothing, of rules that ran, and overrides that no file matches, instead
    /// of reporting.
    #[arg(help_heading = "Output", long, conflicts_with = "add_ignore")]
    remove_unused: bool,

    /// Apply safe fixes, and report what is left.
    #[arg(help_heading = "Fixes", long)]
    fix: bool,

    /// Take fixes, too, after which the program may behave otherwise; with --fix, --fix-only or --diff.
    #[arg(help_heading = "Fixes", long)]
    unsafe_fixes: bool,

    /// Apply fixes and report nothing.
    #[arg(help_heading = "Fixes", long, conflicts_with_all = ["fix", "diff"])]
    fix_only: bool,

    /// Write what fixes would change to stdout, as a diff, and change nothing; exit with 1 if that is anything.
    #[arg(help_heading = "Fixes", long)]
    diff: bool,

    /// Exit with 1 if there is a finding of this severity or above [default: warning].
    #[arg(help_heading = "Exit code", long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    /// Exit with 1 only if there are more such findings than this.
    #[arg(help_heading = "Exit code", long, value_name = "NUMBER", default_value_t = 0)]
    max_findings: usize,

    /// Exit with 2 if a file, or a part of one, could not be analysed.
    #[arg(help_heading = "Exit code", long)]
    strict: bool,

    /// Exit with 2 if there is nothing to analyse.
    #[arg(help_heading = "Exit code", long)]
    error_on_empty: bool,

    /// Exit with 0 even if there are findings.
    #[arg(help_heading = "Exit code", long)]
    exit_zero: bool,

    /// Number of threads; one per core if not given.
    #[arg(help_heading = "Files and work", short, long, value_name = "NUMBER")]
    jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    cache: cache::Arguments,

    /// Show how long each stage took.
    #[arg(help_heading = "Output", long)]
    timings: bool,

    /// Show everything that was left out or not in order, one by one.
    #[arg(help_heading = "Output", short, long)]
    verbose: bool,

    /// Write nothing about the run to stderr; errors excepted.
    #[arg(help_heading = "Output", short, long, conflicts_with_all = ["verbose", "timings"])]
    quiet: bool,

    /// The packages that cargo is about.
    #[arg(skip)]
    pub packages: Option<Packages>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Info,
    Warning,
    Error,
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            FailOn::Info => Severity::Info,
            FailOn::Warning => Severity::Warning,
            FailOn::Error => Severity::Error,
        }
    }
}

impl Arguments {
    /// Do they name files or folders?
    pub fn names_paths(&self) -> bool {
        self.input.names_paths() || self.project.is_some()
    }

    /// What they say, for the library.
    pub fn config(&self) -> anyhow::Result<Config> {
        let current = super::current_folder()?;
        let input = self.input.read(&current)?;
        let mut config = match (&self.project, &self.packages) {
            (None, Some(packages)) => packages.config(&current),
            (None, None) => match input.paths {
                None => Config::new(&current, &[]),
                Some(paths) if paths.is_empty() => Config { paths, ..Config::new(&current, &[]) },
                Some(paths) => Config::new(&current, &paths),
            },
            (Some(project), _) => {
                // The report is about what is named, the analysis about all.
                let named = input.paths.iter().flatten();
                let is_text = |path: &Path| input.texts.iter().any(|text| text.location == path);
                named.filter(|path| !is_text(path)).try_for_each(|path| exists(path))?;
                Config { report_in: input.paths, ..Config::new(&current, std::slice::from_ref(project)) }
            }
        };
        config.texts = input.texts;
        for value in &self.config {
            match value.contains('=') {
                true => config.config_values.push(value.clone()),
                false => config.config_file = Some(normal(&current.join(value))),
            }
        }
        Ok(Config {
            select: self.select.clone(),
            extend_select: self.extend_select.clone(),
            ignore: self.ignore.clone(),
            levels: self.levels.0.clone(),
            isolated: self.isolated,
            force_exclude: self.force_exclude,
            jobs: self.jobs.map(NonZeroUsize::get),
            cache: self.cache.folder(&current, &config.root),
            max_file_size: self.max_file_size,
            include_side_code: self.include_tests.then_some(true),
            fail_on: self.fail_on.map(FailOn::severity),
            baseline: self.baseline.as_ref().map(|path| normal(&current.join(path))),
            no_baseline: self.no_baseline,
            since: self.since(),
            changed_files: self.changed_files,
            staged: self.staged,
            ..config
        })
    }

    fn since(&self) -> Option<Since> {
        let merge_base = self.merge_base.clone().map(Since::MergeBase);
        self.since.clone().map(Since::Revision).or(merge_base)
    }

    fn details(&self) -> Details {
        match self.output_format {
            _ if self.verbose => Details::All,
            Format::Full => Details::Some,
            _ => Details::Counts,
        }
    }
}

fn exists(path: &Path) -> anyhow::Result<()> {
    match path.exists() {
        true => Ok(()),
        false => Err(SetupError::new(format!("there is no file or folder `{}`", path.display()), "").into()),
    }
}

pub fn run(arguments: &Arguments, color: Color) -> anyhow::Result<u8> {
    let config = arguments.config()?;
    if let Some(file) = &arguments.show_settings {
        let file = normal(&super::current_folder()?.join(file));
        return show(|out| settings::write_settings(&config, &file, out));
    }
    if arguments.show_files {
        return show(|out| settings::write_files(&config, arguments.why, out));
    }
    if let Some(reason) = &arguments.add_ignore {
        let analysis = crate::analyse(&config)?.without_known()?;
        add_ignore::run(&analysis.found, &analysis.files, reason)?;
        return Ok(super::SUCCESS);
    }
    if arguments.remove_unused {
        remove_unused::refuse_parts(&config.paths, config.staged || !config.texts.is_empty())?;
        remove_unused::run(&crate::analyse(&config)?)?;
        return Ok(super::SUCCESS);
    }
    if arguments.unsafe_fixes && !(arguments.fix || arguments.fix_only || arguments.diff) {
        let message = "`--unsafe-fixes` says which fixes to take, and none are asked for";
        return Err(SetupError::new(message, "add `--fix`, `--fix-only` or `--diff`").into());
    }
    let is_elsewhere = config.staged || !config.texts.is_empty();
    if is_elsewhere && (arguments.fix || arguments.fix_only || arguments.diff) {
        let message = "fixes are for files on the disk, and other texts are analysed";
        return Err(SetupError::new(message, "leave out `--staged` and `-`").into());
    }
    if arguments.diff {
        let changes = fixes::show(&config, arguments.unsafe_fixes, arguments.quiet)?;
        return Ok(if changes && !arguments.exit_zero { super::FINDINGS } else { super::SUCCESS });
    }
    if arguments.fix_only {
        fixes::apply(&config, arguments.unsafe_fixes, arguments.quiet)?;
        return Ok(super::SUCCESS);
    }
    if arguments.watch {
        let current = super::current_folder()?;
        let outputs: Vec<PathBuf> = arguments.output.iter().map(|target| normal(&current.join(&target.path))).collect();
        return watch::run(&config, &outputs, || analyse_and_write(arguments, &config, color));
    }
    let outcome = analyse_and_write(arguments, &config, color)?;
    let code = exit_code(arguments, &outcome)?;
    if let Some(reason) = reason(arguments, &outcome, code).filter(|_| !arguments.quiet) {
        output::tell(|out| writeln!(out, "Exit code {code}: {reason}."));
    }
    Ok(code)
}

/// Why the exit code is what it is, where the number of findings does not tell.
fn reason(arguments: &Arguments, outcome: &Outcome, code: u8) -> Option<String> {
    let failures = outcome.failures();
    if failures == outcome.diagnostics.len() && (failures == 0 || code == super::FINDINGS) {
        return None;
    }
    Some(match (failures, code) {
        (0, _) => "no finding is severe enough (`--fail-on`)".to_owned(),
        (_, super::FINDINGS) => format!("{failures} of them are severe enough (`--fail-on`)"),
        _ if arguments.exit_zero => "`--exit-zero`".to_owned(),
        _ => format!("no more than {} are accepted (`--max-findings`)", arguments.max_findings),
    })
}

/// Findings to stdout and to files, all else to stderr.
fn analyse_and_write(arguments: &Arguments, config: &Config, color: Color) -> anyhow::Result<Outcome> {
    let outcome = match arguments.fix {
        true => fixes::apply(config, arguments.unsafe_fixes, arguments.quiet)?,
        false => progress::shown(arguments.quiet, |progress| crate::check(&Config { progress, ..config.clone() }))?,
    };
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
    Ok(outcome)
}

/// Writes something else than findings.
fn show(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<u8> {
    let mut text = Vec::new();
    write(&mut text)?;
    output::print(Color::Never, |out, _| out.write_all(&text))?;
    Ok(super::SUCCESS)
}

fn exit_code(arguments: &Arguments, outcome: &Outcome) -> anyhow::Result<u8> {
    if arguments.error_on_empty && outcome.files.is_empty() {
        return Err(SetupError::new("there are no source files to analyse", "leave out `--error-on-empty`").into());
    }
    let incomplete = outcome.notices.iter().filter(|notice| notice.kind.is_incomplete()).count();
    if arguments.strict && incomplete > 0 {
        let message = format!("the analysis is incomplete: {incomplete} places or files could not be analysed");
        return Err(SetupError::new(message, "`--verbose` names them; leave out `--strict` to accept that").into());
    }
    let fails = outcome.failures() > arguments.max_findings;
    Ok(if fails && !arguments.exit_zero { super::FINDINGS } else { super::SUCCESS })
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
