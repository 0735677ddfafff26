//! What a run found, and how long it took.

use std::time::Instant;

use crate::diagnostic::{Diagnostic, Notice, Severity};
use crate::source::SourceFile;

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
    /// Number of files that were not read: nothing is reported in them, and nothing imports them.
    pub unread: usize,
    /// Findings of this severity and above make the run fail.
    pub fail_on: Severity,
    /// How many findings were left out because the baseline has them.
    pub known: usize,
    /// What the comparison with an earlier revision said, if there was one.
    pub comparison: Option<Comparison>,
}

/// What the comparison with an earlier revision said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How many findings were left out because they were there then.
    pub known: usize,
    /// How many findings of then are gone.
    pub gone: usize,
}

impl Outcome {
    /// How many findings make the run fail.
    pub fn failures(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity >= self.fail_on).count()
    }
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
