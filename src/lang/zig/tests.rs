use super::*;
use crate::syntax::Tree;

/// The tree of a text that is in order.
fn whole(text: &str) -> Tree {
    let parsed = Zig.parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.tree
}

#[test]
fn parses() {
    assert!(whole("const x = 1;\n").len() > 1);
}
