//! One finding per place to change: what a rule says of several calls of one loop, or of one asynchronous function
//! that blocks, is mended at once, so it is said once.
//!
//! Runs after suppression, so that a comment at one of the places leaves the others reported. The findings of one
//! family at one and the same place are one as well: the worst speaks.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, Span};

/// The findings, those of a rule in one loop or function joined under the worst of them, and those of a
/// function that say the same or have the same cause. Their order is kept.
pub fn grouped(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    // A loop in a loop is mended by itself.
    let heads = joined(worst_of_each_place(found), is_nested, |diagnostic| {
        let (file, span) = diagnostic.within;
        let about = diagnostic.about.clone();
        (!span.is_empty()).then(|| (diagnostic.rule.clone(), diagnostic.set, file, span, about))
    });
    let heads = joined(heads, is_nested, |diagnostic| {
        let is_told = !diagnostic.within.1.is_empty() && !diagnostic.function.is_empty();
        let place = (diagnostic.primary.file, diagnostic.function_span, diagnostic.message.clone());
        is_told.then(|| (diagnostic.rule.clone(), diagnostic.set, place))
    });
    // Loops in loops, too, are mended at once where they have one cause.
    let mut heads = joined(
        heads,
        |_, _| false,
        |diagnostic| {
            let cause = diagnostic.trace.last().filter(|_| !diagnostic.function.is_empty())?;
            let is_told = !diagnostic.within.1.is_empty();
            let place = (diagnostic.primary.file, diagnostic.function.clone(), cause.file, cause.span);
            is_told.then(|| (diagnostic.rule.clone(), diagnostic.set, place))
        },
    );
    for head in &mut heads {
        match head.also.len() {
            0 => {}
            1 if names_other(head) => head.message.push_str(&format!(" (and `{}`)", head.kin[0])),
            1 => head.message.push_str(" (and one more like it)"),
            more => head.message.push_str(&format!(" (and {more} more like it)")),
        }
        head.also.sort_by_key(|label| (label.file, label.span));
    }
    heads.sort_by_key(|head| (head.primary.file, head.primary.span));
    heads
}

/// Longer names say less than a number.
const LONGEST_NAME: usize = 40;

/// Is there one other call, with a short name of its own?
fn names_other(head: &Diagnostic) -> bool {
    let is_short = |name: &str| !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    matches!(&head.kin[..], [other] if is_short(other) && *other != head.callee)
}

/// The findings, those with the same key joined under the worst of them; those without one, and those that stand apart
/// from the one that they would join, stay alone.
fn joined<Key: Eq + std::hash::Hash>(
    found: Vec<Diagnostic>,
    is_apart: impl Fn(&Diagnostic, &Diagnostic) -> bool,
    key: impl Fn(&Diagnostic) -> Option<Key>,
) -> Vec<Diagnostic> {
    let mut groups: FxHashMap<Key, usize> = FxHashMap::default();
    let mut heads: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        let Some(key) = key(&diagnostic) else {
            heads.push(diagnostic);
            continue;
        };
        match groups.get(&key) {
            Some(at) if is_apart(&heads[*at], &diagnostic) => heads.push(diagnostic),
            Some(at) => join(&mut heads[*at], diagnostic),
            None => {
                groups.insert(key, heads.len());
                heads.push(diagnostic);
            }
        }
    }
    heads
}

/// Does one of the two stand in a loop around that of the other?
fn is_nested(left: &Diagnostic, right: &Diagnostic) -> bool {
    is_around(left, right) || is_around(right, left)
}

fn is_around(outer: &Diagnostic, inner: &Diagnostic) -> bool {
    outer.within.0 == inner.within.0 && outer.within != inner.within && outer.within.1.contains(inner.within.1)
}

fn worst_of_each_place(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut worst: FxHashMap<(String, FileId, Span), usize> = FxHashMap::default();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        let key = (diagnostic.family.clone(), diagnostic.primary.file, diagnostic.primary.span);
        match worst.get(&key) {
            // What is surer is not hidden by what may be worse.
            Some(at) => {
                let known = &mut kept[*at];
                if diagnostic.set < known.set || diagnostic.set == known.set && diagnostic.rank > known.rank {
                    *known = diagnostic;
                }
            }
            None => {
                worst.insert(key, kept.len());
                kept.push(diagnostic);
            }
        }
    }
    kept
}

/// Joins a finding to the one that speaks for it; the worse of the two speaks.
fn join(head: &mut Diagnostic, mut other: Diagnostic) {
    if other.rank > head.rank {
        std::mem::swap(head, &mut other);
    }
    let is_elsewhere = other.within != head.within;
    let message = if is_elsewhere { "also here, in another loop" } else { "also here" };
    head.kin.push(std::mem::take(&mut other.callee));
    head.kin.append(&mut other.kin);
    other.also.push(Label { message: message.into(), ..other.primary });
    let also = other.also.into_iter();
    head.also.extend(also.map(|label| if is_elsewhere { Label { message: message.into(), ..label } } else { label }));
}
