//! Sees to it that edits change what they are meant to, and nothing else.

use std::collections::BTreeMap;

use super::code::{Code, Node};
use crate::diagnostic::Edit;
use crate::source::Span;
use crate::syntax::NodeKind;

/// The text after the edits, which are sorted and do not overlap.
pub fn spliced(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        result.push_str(&text[at..edit.span.start as usize]);
        result.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    result.push_str(&text[at..]);
    result
}

/// Do the edits overlap, or stand in one place?
pub fn overlap(one: &Edit, other: &Edit) -> bool {
    if one.introduces.is_some() && other.introduces.is_some() && one.span.is_empty() && other.span.is_empty() {
        return false;
    }
    // What ends where the other starts has nothing to do with it, unless one of them is an insertion.
    match one.span.is_empty() || other.span.is_empty() {
        true => one.span.start <= other.span.end && other.span.start <= one.span.end,
        false => one.span.start < other.span.end && other.span.start < one.span.end,
    }
}

/// Where each edit stands in the new text.
pub fn places(edits: &[Edit]) -> Vec<Span> {
    let mut shift = 0i64;
    let mut places = Vec::with_capacity(edits.len());
    for edit in edits {
        let start = (i64::from(edit.span.start) + shift) as usize;
        places.push(Span::new(start, start + edit.text.len()));
        shift += edit.text.len() as i64 - edit.span.len() as i64;
    }
    places
}

/// Is all that lies outside of the edits what it was?
pub fn leaves_the_rest(before: &Code, after: &Code, edits: &[Edit]) -> bool {
    if after.errors > before.errors {
        return false;
    }
    let old: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    let new = places(edits);
    let moved = |span: Span| {
        let shift: i64 = old
            .iter()
            .zip(&new)
            .filter(|(old, _)| old.end <= span.start)
            .map(|(old, new)| new.len() as i64 - old.len() as i64)
            .sum();
        let to = |at: u32| (i64::from(at) + shift) as u32;
        Span { start: to(span.start), end: to(span.end) }
    };
    // What an edit touches may be part of something else afterwards.
    let apart = |span: Span, edits: &[Span]| edits.iter().all(|edit| edit.end < span.start || span.end < edit.start);
    // Where a block starts and ends is told by its statements.
    let counts = |code: &Code, node: &Node| !node.span.is_empty() && !matches!(code.kind(node), NodeKind::Block(_));
    let kept = before.nodes.iter().filter(|node| counts(before, node) && apart(node.span, &old));
    let mut kept: Vec<Span> = kept.map(|node| moved(node.span)).collect();
    let found = after.nodes.iter().filter(|node| counts(after, node) && apart(node.span, &new));
    let mut found: Vec<Span> = found.map(|node| node.span).collect();
    kept.sort_unstable();
    found.sort_unstable();
    kept == found && around(before, &old) == around(after, &new)
}

/// How many nodes of each sort stand around edits without being in them.
fn around(code: &Code, edits: &[Span]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let is_around = |node: &&Node| {
        let holds = edits.iter().any(|edit| {
            node.span.contains(*edit) && node.span != *edit && node.span.start < edit.start && edit.end < node.span.end
        });
        holds && node.is_statement
    };
    for node in code.nodes.iter().filter(is_around) {
        *counts.entry(format!("{:?}", code.sort_of(node))).or_default() += 1;
    }
    counts
}

/// Does an edit touch a comment?
pub fn touches_comment(code: &Code, edits: &[Edit]) -> bool {
    let touches = |comment: &Span, edit: &Edit| edit.span.start <= comment.end && comment.start <= edit.span.end;
    code.comments().iter().any(|comment| edits.iter().any(|edit| touches(comment, edit)))
}

/// The comments that are in the old text and not in the new one.
pub fn lost_comments(before: &Code, after: &Code) -> Vec<Span> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in after.comments() {
        *left.entry(comment.of(after.text)).or_default() += 1;
    }
    let mut lost = Vec::new();
    for comment in before.comments() {
        match left.get_mut(comment.of(before.text)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => lost.push(*comment),
        }
    }
    lost
}
