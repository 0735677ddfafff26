//! `laggard completions SHELL` and `laggard man`: what shells and `man` want to know, made from the arguments themselves.

use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use super::output::{self, Color};

#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub struct Man {
    /// Write a page for each command into this folder, instead of the page of `laggard` to stdout.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub fn complete(arguments: &Completions) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "laggard", &mut script);
    output::print(Color::Never, |out, _| out.write_all(&script))?;
    Ok(super::SUCCESS)
}

pub fn man(arguments: &Man) -> anyhow::Result<u8> {
    let command = super::Arguments::command();
    match &arguments.folder {
        Some(folder) => {
            let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
            written.with_context(|| format!("pages cannot be written into `{}`", folder.display()))?;
        }
        None => output::print(Color::Never, |out, _| clap_mangen::Man::new(command).render(out))?,
    }
    Ok(super::SUCCESS)
}
