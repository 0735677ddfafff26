use proptest::prelude::*;

use super::*;
use crate::lang::tests::{assert_broken_but_for, comments_of};
use crate::syntax::{ClassKind, LoopKind, NodeKind, Tree};

fn parsed(text: &str) -> Parsed {
    Go.parse(text)
}

/// The tree of a text that is in order.
fn whole(text: &str) -> Tree {
    let parsed = parsed(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.tree
}

/// The body of a function.
fn body(statements: &str) -> Tree {
    whole(&format!(
        "package x\n\nfunc f(xs []int, m map[string]int, c chan int, err error) (int, error) {{\n{statements}\n}}\n"
    ))
}

fn kinds(tree: &Tree, is_wanted: impl Fn(NodeKind) -> bool) -> usize {
    (0..tree.len() as u32).filter(|id| is_wanted(tree.kind(crate::syntax::NodeId(*id)))).count()
}

fn loops(statements: &str) -> Vec<(LoopKind, bool, bool)> {
    let tree = body(statements);
    tree.loops.iter().map(|own| (own.kind, own.target.is_some(), own.iterable.is_some())).collect()
}

#[test]
fn each_kind_of_loop() {
    assert_eq!(loops("for i, x := range xs { use(i, x) }"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for range c {}"), [(LoopKind::For, false, true)]);
    assert_eq!(loops("for i := range 10 {}"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for i := 0; i < len(xs); i++ {}"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for i := 10; i > 0; i-- {}"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("for i := 0; ; i += 2 {}"), [(LoopKind::Infinite, false, false)]);
    assert_eq!(loops("for len(xs) > 0 { xs = xs[1:] }"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("for {}"), [(LoopKind::Infinite, false, false)]);
    assert_eq!(loops("outer:\nfor {\nfor {\nbreak outer\n}\n}").len(), 2);
}

#[test]
fn breaks_of_a_switch_leave_no_loop() {
    let breaks = |statements: &str| kinds(&body(statements), |kind| kind == NodeKind::Break);
    assert_eq!(breaks("for { switch { case true: break } }"), 0);
    assert_eq!(breaks("for { select { case <-c: break\ndefault: } }"), 0);
    assert_eq!(breaks("for { switch { case true: for { break } } }"), 1);
    assert_eq!(breaks("for { if true { break } }"), 1);
}

#[test]
fn returning_an_error_is_how_the_language_raises() {
    let raises = |statements: &str| kinds(&body(statements), |kind| matches!(kind, NodeKind::Raise(_)));
    assert_eq!(raises("if err != nil { return 0, err }\nreturn 1, nil"), 1);
    assert_eq!(raises("if len(xs) == 0 { return 0, errors.New(\"none\") }\nreturn 1, nil"), 1);
    assert_eq!(raises("if len(xs) == 0 { return 1, nil }\nreturn 1, err"), 0);
    assert_eq!(raises("switch { case err != nil: return 0, err }\nreturn load()"), 1);
    assert_eq!(raises("g := func() { if err != nil { return } }\ng()\nreturn 1, nil"), 1);
}

#[test]
fn appending_to_itself_is_called_on_the_slice() {
    let members = |statements: &str| {
        let tree = body(statements);
        let name = |id: u32| match tree.kind(crate::syntax::NodeId(id)) {
            NodeKind::Member { name, .. } => Some(tree.names.text(name).to_owned()),
            _ => None,
        };
        (0..tree.len() as u32).filter_map(name).collect::<Vec<_>>()
    };
    assert_eq!(members("xs = append(xs, 1)"), ["append"]);
    assert_eq!(members("xs = append(xs, ys...)"), ["append..."]);
    assert_eq!(members("ys := append(xs, 1)"), [""; 0]);
    assert_eq!(members("s.xs = append(s.xs, 1)"), ["xs", "append"]);
}

#[test]
fn functions_of_slices_are_called_on_them() {
    let text = "package x\n\nimport \"slices\"\n\nfunc f(xs []int) bool { return slices.Contains(xs, 1) }\n";
    let tree = whole(text);
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Member { .. })), 1);
    assert!(tree.names.find("Contains").is_some() && tree.names.find("slices").is_some());
}

#[test]
fn types_of_the_program() {
    let tree = whole(
        "package x\n\ntype A struct {\n\t*B\n\tpkg.C[int]\n\tx, y int\n}\n\ntype I interface {\n\tJ\n\tGet(int) string\n}\n\ntype L []A\n\ntype N = L\n\nfunc (l *L) Len() int { return len(*l) }\n\nfunc (g G[T]) Get() T { return g.x }\n",
    );
    let classes: Vec<(&str, ClassKind, usize)> =
        tree.classes.iter().map(|class| (tree.names.text(class.name), class.kind, class.bases.len())).collect();
    assert_eq!(
        classes,
        [
            ("A", ClassKind::Class, 2),
            ("I", ClassKind::Interface, 1),
            ("L", ClassKind::Class, 0),
            ("L", ClassKind::Extension, 0),
            ("L", ClassKind::Extension, 0),
            ("G", ClassKind::Extension, 0),
        ]
    );
}

#[test]
fn strings_have_their_values() {
    let tree = whole("package x\n\nvar a, b = \"say \\\"x\\\"\\n\", `raw \\n`\n");
    let values: Vec<&str> = tree.strings.iter().map(|text| &**text).collect();
    assert_eq!(values, ["say \"x\"\n", "raw \\n"]);
}

#[test]
fn a_broken_statement_costs_that_statement() {
    let text = "package x\n\nfunc a() { one() }\n\nfunc b() {\n\tx := (1 +\n\ttwo()\n}\n\nfunc c() { three() }\n";
    assert_broken_but_for(&Go, text, &["one", "three"]);
}

#[test]
fn new_is_given_a_type_or_a_value() {
    let text =
        "package x\n\nfunc a() {\n\tp := new(one(1))\n\tq := new([]int)\n\treturn two(p, q, new(1 + three()))\n}\n";
    let tree = whole(text);
    assert!(["one", "two", "three"].iter().all(|name| tree.names.find(name).is_some()));
}

#[test]
fn comments_are_found() {
    let text = "package x // one\n\n/* two */\nfunc f() {\n\t// laggard: ignore[x] why\n}\n";
    assert_eq!(comments_of(&Go, text), ["// one", "/* two */", "// laggard: ignore[x] why"]);
}

#[test]
fn deep_nesting_is_left_out_and_named() {
    for (open, close) in [("(", ")"), ("[]int{", "}"), ("f(", ")"), ("-", ""), ("x + ", "x")] {
        let text = format!("package x\n\nvar v = {}1{}\n\nfunc f() {{}}\n", open.repeat(20_000), close.repeat(20_000));
        let parsed = parsed(&text);
        assert!(parsed.tree.names.find("f").is_some(), "{open}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z{}()\\[\\];:=<+&*.,\"`'/ \n]{0,300}") {
        let parsed = parsed(&text);
        prop_assert!(parsed.tree.root.is_some());
    }

    #[test]
    fn no_piece_of_code_makes_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "func", "f", "(", ")", "{", "}", "for", "range", ":=", "=", "x", "if", "switch", "case", ":", "select", "<-", "go",
            "defer", "return", "type", "struct", "interface", "[]", "map", "[", "]", "chan", ",", ".", "\n", "append", "1", "\"s\"",
            "import", "package", "err", "!=", "nil", "...", "make", "new", "&", "*", "var", "const", "default", "break",
        ]), 0..80)
    ) {
        let text = words.join(" ");
        prop_assert!(parsed(&text).tree.root.is_some());
    }
}
