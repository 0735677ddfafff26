//! laggard finds the code that makes programs slow.

use std::time::Instant;

use crate::config::{Config, SetupError};
use crate::diagnostic::{Diagnostic, Notice};
use crate::source::SourceFile;

pub mod cli;
pub mod config;

// Nouns.
pub mod diagnostic;
pub mod effect;
pub mod generated;
pub mod model;
pub mod rule;
pub mod source;
pub mod syntax;

// Verbs, in the order of the pipeline.
pub mod discover;
pub mod evaluate;
pub mod lang;
pub mod report;

/// What a run found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Every file of the run; a `FileId` is an index into it.
    pub files: Vec<SourceFile>,
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
    /// What the run could not do.
    pub notices: Vec<Notice>,
    /// Where the time went.
    pub timings: Timings,
    /// Number of files that were analysed.
    pub analysed: usize,
    /// Their size.
    pub analysed_bytes: u64,
}

/// Seconds per stage of the pipeline, by the clock.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    /// Stages in the order in which they ran.
    pub stages: Vec<(&'static str, f64)>,
}

impl Timings {
    /// Runs a stage and notes how long it took.
    pub fn measure<T>(&mut self, stage: &'static str, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = run();
        self.stages.push((stage, start.elapsed().as_secs_f64()));
        result
    }
}

/// Analyses what `config` names.
pub fn check(config: &Config) -> Result<Outcome, SetupError> {
    let infos = rule::all_infos();
    let _rules = rule::selection::select(&infos, &config.select, &config.ignore)?;
    let mut timings = Timings::default();
    let discovered = timings.measure("discover", || discover::source_files(config, lang::all()))?;
    // Parsing, extraction, linking and evaluation go here.
    Ok(Outcome {
        analysed: discovered.files.len(),
        analysed_bytes: discovered.files.iter().map(|file| file.size).sum(),
        files: discovered.files,
        diagnostics: Vec::new(),
        notices: discovered.notices,
        timings,
    })
}
