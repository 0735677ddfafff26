//! Where output goes: findings and pages to stdout, everything about the run to stderr.

use std::io::{self, BufWriter, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

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
    fn on_stdout(self) -> bool {
        match self {
            Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        }
    }
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
