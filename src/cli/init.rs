//! `laggard init`: writes a configuration to start from.

use std::fs;

use super::output::{self, Color};
use crate::config::SetupError;
use crate::config::find::FILE_NAMES;
use crate::config::reader;

const NAME: &str = "laggard.toml";
const START: &str = include_str!("init.toml");

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Write to stdout instead.
    #[arg(long)]
    stdout: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    if arguments.stdout {
        output::print(Color::Never, |out, _| out.write_all(START.as_bytes()))?;
        return Ok(super::SUCCESS);
    }
    let folder = super::current_folder()?;
    for name in FILE_NAMES {
        let Ok(text) = fs::read_to_string(folder.join(name)) else { continue };
        if !matches!(reader::read_file(name, name, &text, &folder), Ok(None)) {
            let advice = "`laggard init --stdout` shows what a new one would hold";
            return Err(SetupError::new(format!("`{name}` configures laggard already"), advice).into());
        }
    }
    output::write_file(&folder.join(NAME), |out| out.write_all(START.as_bytes()))?;
    output::tell(|out| {
        writeln!(out, "Wrote {NAME}. `laggard check --show-settings FILE` shows what holds for a file.")
    });
    Ok(super::SUCCESS)
}
