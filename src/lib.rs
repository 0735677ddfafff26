//! laggard finds the code that makes programs slow.
//!
//! [`check`] is the whole tool in one function: discover → parse → extract → link → evaluate → report. Each stage
//! is a module, listed below in the order in which to read them.

use crate::config::{Config, SetupError};

pub mod cli;
pub mod config;

// Nouns.
pub mod diagnostic;
pub mod effect;
pub mod facts;
pub mod generated;
pub mod interner;
pub mod lang;
pub mod model;
pub mod outcome;
pub mod program;
pub mod project;
pub mod rule;
pub mod source;
pub mod sql;
pub mod syntax;
pub mod types;
pub mod version;

// Verbs, in the order of the pipeline.
pub mod discover;
pub mod evaluate;
pub mod extract;
pub mod link;
pub mod report;

pub use outcome::{Outcome, Timings};

/// Room for the parsers of a thread, in bytes. The memory is only used by files that nest deeply.
const THREAD_STACK: usize = 64 * 1024 * 1024;

/// Analyses what `config` names. Wrong settings stop here, and only here; whatever is wrong with a file is a notice.
pub fn check(config: &Config) -> Result<Outcome, SetupError> {
    let mut pool = rayon::ThreadPoolBuilder::new().stack_size(THREAD_STACK);
    if let Some(jobs) = config.jobs {
        pool = pool.num_threads(jobs);
    }
    match pool.build() {
        // All stages on the same threads: memory that one has freed is at hand for the next.
        Ok(pool) => pool.install(|| check_here(config)),
        // No threads to be had: one will do.
        Err(_) => check_here(config),
    }
}

fn check_here(config: &Config) -> Result<Outcome, SetupError> {
    let rules = rule::RuleSet::select(&config.select, &config.ignore)?;
    let mut timings = Timings::default();
    let discovered = timings.measure("discover", || discover::source_files(config, lang::all()))?;
    let models = model::for_project(config)?;
    let requirements = discovered.requirements();
    let extracted = timings.measure("parse + extract", || extract::all(&discovered, config));
    let mut notices = discovered.notices;
    notices.extend(extracted.notices);
    let (analysed, analysed_bytes) = (extracted.analysed, extracted.analysed_bytes);
    let mut program = timings.measure("link", || link::program(extracted.files, &models, requirements));
    let options = evaluate::Options { include_side_code: config.include_side_code };
    let found = timings.measure("evaluate", || evaluate::diagnostics(&mut program, &rules, options));
    let (diagnostics, unused) = evaluate::suppress::suppressed(&program, found, &rules);
    let diagnostics = evaluate::group::grouped(diagnostics);
    notices.extend(unused);
    let files = program.files.into_iter().map(|file| file.source).collect();
    Ok(Outcome { files, diagnostics, notices, timings, analysed, analysed_bytes })
}
