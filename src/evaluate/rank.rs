//! Rank: how much a finding is likely to matter. Only the order means something.
//!
//! Cost class × 10^degree × confidence × context, as in the design's section on ranking. Profiles will join here.

use super::matching::Candidate;
use crate::diagnostic::Confidence;
use crate::facts::FunctionId;
use crate::program::{Program, Standing};
use crate::rule::Rule;
use crate::source::FileId;

/// What runs for every request, event or task counts twice.
const OFTEN: f64 = 2.0;

/// What runs seldom: when the program starts, by hand, for an administrator.
const SELDOM: f64 = 0.3;

/// The weight of a finding.
pub fn rank(program: &Program, rule: &Rule, candidate: &Candidate) -> f64 {
    let facts = &program.file(candidate.file).facts;
    let function = facts.scope(candidate.site(program).scope).function;
    let degree = f64::from(candidate.effect.reached.degree);
    let confidence = match candidate.effect.reached.confidence {
        Confidence::High => 1.0,
        Confidence::Medium => 0.7,
        Confidence::Low => 0.4,
    };
    // Of several causes that are mended at once the costliest speaks.
    let cause = 1.0 + f64::from(candidate.effect.reached.weight) / 10.0;
    rule.weight * 10f64.powf(degree) * confidence * context(program, candidate.file, function) * cause
}

/// How much more or less what a function does matters, by how it comes to run.
pub fn context(program: &Program, file: FileId, function: FunctionId) -> f64 {
    let reference = program.function_ref(file, function);
    match program.standings[reference.0 as usize] {
        Standing::Served => OFTEN,
        Standing::Seldom | Standing::Action => SELDOM,
        // The code of a module itself runs when it is loaded.
        Standing::Unsaid if function == FunctionId(0) => SELDOM,
        Standing::Unsaid => 1.0,
    }
}
