//! Recovery: when an exact parser refuses a file, tree-sitter finds the smallest broken statements or items.
//! They are blanked out, byte for byte, so that spans hold, and the rest is parsed again.
//!
//! Knows no language: what may be blanked is in the [`Grammar`].

use tree_sitter::{Node, Parser};

use crate::source::Span;
use crate::syntax::SyntaxError;

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
    Some((blank(text, lost.iter().map(|unit| unit.span), grammar.filler), lost))
}

/// The text with spans replaced by the filler and spaces. Line breaks stay, and so does the length; the filler is
/// left out where it does not fit into a span's first line.
pub fn blank(text: &str, spans: impl IntoIterator<Item = Span>, filler: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        let lost = span.of(text);
        if lost.is_empty() {
            continue;
        }
        let start = span.start as usize + lost.len() - lost.trim_start().len();
        for byte in bytes.iter_mut().skip(span.start as usize).take(lost.len()) {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        let first_line = lost.trim_start().split(['\n', '\r']).next().unwrap_or("");
        if filler.len() <= first_line.len() {
            bytes[start..start + filler.len()].copy_from_slice(filler.as_bytes());
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanking_keeps_lengths_and_lines() {
        let text = "a\n  čx = (\r\n 1\nb";
        let blanked = blank(text, [Span::new(4, text.len() - 2)], "pass");
        assert_eq!(blanked, "a\n  pass   \r\n  \nb");
        assert_eq!(blank("xy z", [Span::new(0, 2)], "pass"), "   z");
        assert_eq!(blank("x", [Span::new(0, 9), Span::new(7, 9)], ""), "x");
    }

    fn rust() -> Grammar {
        Grammar {
            language: tree_sitter_rust::LANGUAGE.into(),
            units: &["function_item", "struct_item", "impl_item", "let_declaration", "expression_statement"],
            filler: "",
        }
    }

    #[test]
    fn the_smallest_broken_unit_is_blanked() {
        let text = "fn a() { let x = 1; }\nfn b() { let y = foo(1; }\nfn c() {}\n";
        let (blanked, lost) = blank_broken_units(text, &rust()).unwrap();
        assert_eq!(blanked.len(), text.len());
        assert!(blanked.contains("fn a() { let x = 1; }") && blanked.contains("fn c() {}"), "{blanked}");
        assert!(!blanked.contains("foo(1;"), "{blanked}");
        assert!(!lost.is_empty());
    }

    #[test]
    fn whole_units_survive_an_error_around_them() {
        let text = "fn a() {}\n%% $$ ) fn b() {}\nfn c() {}\n";
        let (blanked, _) = blank_broken_units(text, &rust()).unwrap();
        assert!(blanked.contains("fn a() {}") && blanked.contains("fn c() {}"), "{blanked}");
        assert!(!blanked.contains("%%"), "{blanked}");
    }

    #[test]
    fn what_is_whole_stays() {
        assert_eq!(blank_broken_units("fn a() {}\n", &rust()), None);
    }
}
