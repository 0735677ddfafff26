//! Rank: how much a finding is likely to matter. Only the order means something.
//!
//! Cost class × 10^degree × confidence × context, as in the design's section on ranking. Profiles will join here.

use super::matching::Candidate;
use crate::diagnostic::Confidence;
use crate::program::Program;
use crate::rule::Rule;

/// The weight of a finding.
pub fn rank(program: &Program, rule: &Rule, candidate: &Candidate) -> f64 {
    let facts = &program.file(candidate.file).facts;
    let function = facts.scope(candidate.site(program).scope).function;
    let reference = program.function_ref(candidate.file, function);
    let degree = f64::from(candidate.effect.reached.degree);
    let confidence = match candidate.effect.reached.confidence {
        Confidence::High => 1.0,
        Confidence::Medium => 0.7,
        Confidence::Low => 0.4,
    };
    let context = if program.entry_points[reference.0 as usize] { 2.0 } else { 1.0 };
    // Of several causes that are mended at once the costliest speaks.
    let cause = 1.0 + f64::from(candidate.effect.reached.weight) / 10.0;
    rule.weight * 10f64.powf(degree) * confidence * context * cause
}
