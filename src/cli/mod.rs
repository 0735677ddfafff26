//! The command line: arguments, exit codes, and which stream gets what. One file per subcommand.
//!
//! Exit codes: 0 nothing to report, 1 findings, 2 the run could not be done as asked.

use std::any::Any;
use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

mod add_ignore;
mod baseline;
mod cache;
mod cargo;
mod check;
mod explain;
mod fixes;
mod info;
mod init;
mod input;
mod levels;
mod output;
mod progress;
mod remove_unused;
mod rules;
mod settings;
mod shell;
mod watch;

const SUCCESS: u8 = 0;
const FINDINGS: u8 = 1;
const FAILURE: u8 = 2;

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above `--fail-on`
  1  findings
  2  wrong argument, path, rule or configuration, or an internal error";

/// Finds the code that makes programs slow.
#[derive(Debug, Parser)]
#[command(name = "laggard", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are honoured.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: output::Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Analyse files and folders.
    Check(Box<check::Arguments>),
    /// Keep the file of known findings.
    Baseline(baseline::Arguments),
    /// Remove what is kept from run to run.
    Clean(cache::Clean),
    /// Print the page of a rule.
    Explain(explain::Arguments),
    /// Write a configuration to start from.
    Init(init::Arguments),
    /// List the rules.
    Rules(rules::Arguments),
    /// Say which program this is and what it uses, for a report of a problem.
    Info(info::Arguments),
    /// Write a script that completes arguments, for a shell.
    Completions(shell::Completions),
    /// Write the manual page.
    Man(shell::Man),
}

/// Finds the code that makes programs slow.
#[derive(Debug, Parser)]
#[command(name = "cargo laggard", bin_name = "cargo laggard", version, after_help = EXIT_CODES)]
struct CargoArguments {
    #[command(subcommand)]
    command: CargoCommand,

    /// When to use colour; CARGO_TERM_COLOR, NO_COLOR and CLICOLOR_FORCE are honoured.
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    color: Option<output::Color>,
}

#[derive(Debug, Subcommand)]
enum CargoCommand {
    /// Analyse packages; what `cargo laggard` does without a subcommand.
    Check(Box<cargo::Arguments>),
    /// Keep the file of known findings.
    Baseline(baseline::Arguments),
    /// Remove what is kept from run to run.
    Clean(cache::Clean),
    /// Print the page of a rule.
    Explain(explain::Arguments),
    /// Write a configuration to start from.
    Init(init::Arguments),
    /// List the rules.
    Rules(rules::Arguments),
    /// Say which program this is and what it uses, for a report of a problem.
    Info(info::Arguments),
}

/// Runs `laggard` with these arguments; the first is the name of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match with_argument_files(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return fail(&error),
    };
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => execute(arguments.command, arguments.color),
        Err(error) => refuse(&error),
    }
}

/// Runs `cargo laggard`: cargo passes the name of the subcommand on, and no subcommand of ours means `check`.
pub fn run_for_cargo(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match with_argument_files(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return fail(&error),
    };
    let arguments = match CargoArguments::try_parse_from(cargo_arguments(arguments.into_iter().skip(1).collect())) {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let color = arguments.color.unwrap_or_else(output::Color::of_cargo);
    let command = match arguments.command {
        CargoCommand::Check(check) => match check.into_check() {
            Ok(check) => Command::Check(Box::new(check)),
            Err(error) => return fail(&error),
        },
        CargoCommand::Baseline(baseline) => Command::Baseline(baseline),
        CargoCommand::Clean(clean) => Command::Clean(clean),
        CargoCommand::Explain(explain) => Command::Explain(explain),
        CargoCommand::Init(init) => Command::Init(init),
        CargoCommand::Rules(rules) => Command::Rules(rules),
        CargoCommand::Info(info) => Command::Info(info),
    };
    execute(command, color)
}

/// The arguments, with those of `FILE` in the place of `@FILE`, one per line.
fn with_argument_files(arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<Vec<OsString>> {
    argfile::expand_args_from(arguments.into_iter(), argfile::parse_fromfile, argfile::PREFIX)
        .context("the arguments cannot be read")
}

fn cargo_arguments(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.first().is_some_and(|first| first == "laggard") {
        arguments.remove(0);
    }
    let known =
        ["baseline", "check", "clean", "explain", "info", "init", "rules", "help", "--help", "-h", "--version", "-V"];
    if !arguments.first().is_some_and(|first| known.iter().any(|known| first == known)) {
        arguments.insert(0, "check".into());
    }
    arguments.insert(0, "cargo laggard".into());
    arguments
}

fn execute(command: Command, color: output::Color) -> ExitCode {
    let command = || match command {
        Command::Check(arguments) => check::run(&arguments, color),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Clean(arguments) => cache::clean(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Info(arguments) => info::run(&arguments),
        Command::Completions(arguments) => shell::complete(&arguments),
        Command::Man(arguments) => shell::man(&arguments),
    };
    // A bug is no finding: the exit code of a panic would not tell them apart from other failures of a build.
    match panic::catch_unwind(AssertUnwindSafe(command)) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(error)) => fail(&error),
        Err(cause) => fail(&anyhow::anyhow!("laggard failed: {}; this is a bug in laggard", panic_message(&*cause))),
    }
}

fn panic_message(cause: &(dyn Any + Send)) -> &str {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Help and version go to stdout and are a success; everything else is a wrong argument.
fn refuse(error: &clap::Error) -> ExitCode {
    // There is nobody to tell that the stream is closed.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { FAILURE } else { SUCCESS })
}

fn fail(error: &anyhow::Error) -> ExitCode {
    output::tell(|out| writeln!(out, "error: {error:#}"));
    ExitCode::from(FAILURE)
}

fn current_folder() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current folder cannot be found")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
        CargoArguments::command().debug_assert();
    }

    #[test]
    fn cargo_means_check() {
        let rewritten = |arguments: &[&str]| {
            let arguments = cargo_arguments(arguments.iter().map(OsString::from).collect());
            arguments[1..].iter().map(|argument| argument.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(rewritten(&["laggard"]), "check");
        assert_eq!(rewritten(&["laggard", "--quiet", "src"]), "check --quiet src");
        assert_eq!(rewritten(&["laggard", "rules"]), "rules");
        assert_eq!(rewritten(&["explain", "x"]), "explain x");
    }
}
