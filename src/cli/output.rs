//! Where output goes: findings and pages to stdout, everything about the run to stderr.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use clap::ValueEnum;

use crate::report::Format;

/// The file that a step of GitHub Actions may add its summary to.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// What cargo was told.
    pub fn of_cargo() -> Color {
        match std::env::var("CARGO_TERM_COLOR").as_deref() {
            Ok("always") => Color::Always,
            Ok("never") => Color::Never,
            _ => Color::Auto,
        }
    }

    fn on_stdout(self) -> bool {
        match self {
            Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        }
    }
}

/// A file to write a report to: `FORMAT=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub format: Format,
    pub path: PathBuf,
}

impl Target {
    pub fn parse(text: &str) -> Result<Target, String> {
        let (format, path) = text.split_once('=').ok_or("write FORMAT=PATH, such as `sarif=laggard.sarif`")?;
        if path.is_empty() {
            return Err("the path is missing".to_string());
        }
        let format = Format::from_str(format, false).map_err(|_| {
            let formats = Format::value_variants().iter().filter_map(Format::to_possible_value);
            let names: Vec<String> = formats.map(|format| format.get_name().to_string()).collect();
            format!("there is no format `{format}`; there are {}", names.join(", "))
        })?;
        Ok(Target { format, path: path.into() })
    }
}

/// Writes a file, and the folders above it.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let written = || {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        write_all(File::create(path)?, write)
    };
    written().with_context(|| format!("`{}` cannot be written", path.display()))
}

/// Adds to the summary of the step of GitHub Actions that this runs in, if it does.
pub fn append_step_summary(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty()) else { return Ok(()) };
    let written = || write_all(File::options().append(true).create(true).open(&path)?, write);
    written().with_context(|| format!("the file of {STEP_SUMMARY} cannot be written"))
}

/// Writes to stdout; `write` is told whether to use colour. A reader that has seen enough (`| head`) is no error.
pub fn print(color: Color, write: impl FnOnce(&mut dyn Write, bool) -> io::Result<()>) -> anyhow::Result<()> {
    let stdout = io::stdout().lock();
    let color = color.on_stdout();
    let result = if color {
        write_all(AutoStream::always(stdout), |out| write(out, true))
    } else {
        write_all(stdout, |out| write(out, false))
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the output cannot be written"),
    }
}

fn write_all(stream: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, stream);
    write(&mut out)?;
    out.flush()
}

/// Writes to stderr. A closed stderr changes nothing about the run.
pub fn tell(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let _ = write(&mut BufWriter::new(io::stderr().lock()));
}
