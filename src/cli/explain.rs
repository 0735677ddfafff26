//! `laggard explain RULE`: prints the page of a rule.

use super::output::{self, Color};
use crate::rule::{self, selection};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The rule's name.
    rule: String,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let rules = rule::all_infos();
    let rule = selection::find(&rules, &arguments.rule)?;
    output::print(Color::Never, |out, _| writeln!(out, "{}", rule.page.trim_end()))?;
    Ok(super::SUCCESS)
}
