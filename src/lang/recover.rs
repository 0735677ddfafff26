//! Recovery: when an exact parser refuses a file, tree-sitter finds the smallest broken statements or items.
//! They are blanked out, byte for byte, so that spans hold, and the rest is parsed again.
//!
//! Knows no language: what may be blanked is in the [`Grammar`].

use tree_sitter::{Node, Parser};

use super::SyntaxError;
use crate::source::Span;

/// What recovery needs to know of a grammar.
pub struct Grammar {
    /// The tree-sitter grammar.
    pub language: tree_sitter::Language,
    /// Node kinds that may be blanked out as a whole: statements and items, not expressions.
    pub units: &'static [&'static str],
    /// What a blanked unit is replaced by, so that an enclosing block stays valid (`pass`); may be empty.
    pub filler: &'static str,
}

impl Grammar {
    fn is_unit(&self, node: Node) -> bool {
        self.units.contains(&node.kind())
    }
}

/// The text with its broken units replaced by the filler and spaces (line breaks stay), and what was lost.
/// `None` when nothing smaller than the file is broken.
pub fn blank_broken_units(text: &str, grammar: &Grammar) -> Option<(String, Vec<SyntaxError>)> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language).ok()?;
    let tree = parser.parse(text, None)?;
    let mut lost = broken_units(tree.root_node(), grammar);
    lost.retain(|unit| !unit.span.of(text).trim().is_empty());
    merge(&mut lost);
    if lost.is_empty() {
        return None;
    }
    let mut blanked = text.to_string();
    for unit in &lost {
        blanked = blank(&blanked, unit.span, grammar.filler);
    }
    Some((blanked, lost))
}

/// The text with a span replaced by the filler and spaces. Line breaks stay, and so does the length; the filler
/// is left out when it does not fit into the span's first line.
pub fn blank(text: &str, span: Span, filler: &str) -> String {
    let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
    let (Some(before), Some(lost), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return text.to_string();
    };
    let indent = lost.len() - lost.trim_start().len();
    let room = lost[indent..].find(['\n', '\r']).unwrap_or(lost.len() - indent);
    let fits = filler.len() <= room;
    let mut blanked = String::with_capacity(text.len());
    blanked.push_str(before);
    for (at, byte) in lost.bytes().enumerate() {
        let kept = matches!(byte, b'\n' | b'\r');
        let filling = if fits { at.checked_sub(indent).and_then(|at| filler.as_bytes().get(at)) } else { None };
        blanked.push(if kept { byte as char } else { filling.map_or(' ', |byte| *byte as char) });
    }
    blanked.push_str(after);
    blanked
}

/// Sorts lost units and drops those that lie in others.
pub fn merge(lost: &mut Vec<SyntaxError>) {
    lost.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
    let mut covered = 0;
    lost.retain(|unit| {
        let is_new = unit.span.end > covered;
        covered = covered.max(unit.span.end);
        is_new
    });
}

/// Walks to all errors without recursion: broken text can nest deeply.
fn broken_units(root: Node, grammar: &Grammar) -> Vec<SyntaxError> {
    let mut lost = Vec::new();
    let mut cursor = root.walk();
    // Every node on the way, with the smallest unit around it.
    let mut pending: Vec<(Node, Option<Node>)> = vec![(root, None)];
    while let Some((node, unit)) = pending.pop() {
        if !node.has_error() && !node.is_missing() {
            continue;
        }
        if node.is_missing() {
            let broken = unit.unwrap_or(node);
            lost.push(SyntaxError { span: span_of(broken), message: format!("missing `{}`", node.kind()) });
        } else if node.is_error() {
            match unit.filter(|_| !stands_among_units(node, grammar)) {
                Some(broken) => {
                    lost.push(SyntaxError { span: span_of(broken), message: "syntax error".to_string() });
                }
                None => loose_parts(node, grammar, &mut lost),
            }
        }
        let inner = if grammar.is_unit(node) && !ends_a_unit(node, unit) { Some(node) } else { unit };
        pending.extend(node.children(&mut cursor).map(|child| (child, inner)));
    }
    lost
}

fn span_of(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// A decorated function is lost with its decorators: what ends the enclosing unit is no unit of its own.
fn ends_a_unit(node: Node, unit: Option<Node>) -> bool {
    node.parent() == unit && unit.is_some_and(|unit| unit.end_byte() == node.end_byte())
}

/// Does an error stand where a statement or item could, so that its neighbours survive it?
fn stands_among_units(error: Node, grammar: &Grammar) -> bool {
    let Some(parent) = error.parent() else { return true };
    let mut cursor = parent.walk();
    parent.children(&mut cursor).any(|sibling| grammar.is_unit(sibling)) && !grammar.is_unit(parent)
}

/// What of an error is not a complete unit: those survive, too.
fn loose_parts(error: Node, grammar: &Grammar, lost: &mut Vec<SyntaxError>) {
    let mut cursor = error.walk();
    let mut start = error.start_byte();
    let mut push = |start: usize, end: usize| {
        if start < end {
            lost.push(SyntaxError { span: Span::new(start, end), message: "syntax error".to_string() });
        }
    };
    for child in error.children(&mut cursor) {
        if grammar.is_unit(child) && !child.has_error() {
            push(start, child.start_byte());
            start = child.end_byte();
        }
    }
    push(start, error.end_byte());
}
