use proptest::prelude::*;

use super::*;
use crate::lang::tests::{assert_broken_but_for, comments_of};
use crate::syntax::{ClassKind, FunctionFlavor, LoopKind, NodeId, NodeKind, Tree};

fn parsed(text: &str) -> Parsed {
    Java.parse(text)
}

/// The tree of a text that is in order.
fn whole(text: &str) -> Tree {
    let parsed = parsed(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.tree
}

/// The body of a method of a class with a few members.
fn body(statements: &str) -> Tree {
    whole(&format!(
        "package x;\nimport static y.Other.helper;\nclass Own extends Base {{\n  List<Order> orders;\n  static int LIMIT = 1;\n  \
         class Inner {{}}\n  void own() {{}}\n  static void stat() {{}}\n  void f(List<Order> xs, int n) {{\n{statements}\n  }}\n}}\n"
    ))
}

fn nodes(tree: &Tree) -> impl Iterator<Item = NodeKind> {
    (0..tree.len() as u32).map(|id| tree.kind(NodeId(id)))
}

fn kinds(tree: &Tree, is_wanted: impl Fn(NodeKind) -> bool) -> usize {
    nodes(tree).filter(|kind| is_wanted(*kind)).count()
}

fn loops(statements: &str) -> Vec<(LoopKind, bool, bool)> {
    let tree = body(statements);
    tree.loops.iter().map(|own| (own.kind, own.target.is_some(), own.iterable.is_some())).collect()
}

/// A chain of names and members as text.
fn chain(tree: &Tree, node: NodeId) -> String {
    match tree.kind(node) {
        NodeKind::Name(name) => tree.names.text(name).to_owned(),
        NodeKind::Member { object, name } => format!("{}.{}", chain(tree, object), tree.names.text(name)),
        NodeKind::Cast { value, target } => {
            let names = tree.types[target.0 as usize].names.iter();
            let names: Vec<&str> = names.map(|name| tree.names.text(*name)).collect();
            format!("({}){}", names.join("."), chain(tree, value))
        }
        NodeKind::Call { callee, .. } => format!("{}()", chain(tree, callee)),
        _ => "…".to_owned(),
    }
}

/// What is called, in the order of the tree.
fn callees(tree: &Tree) -> Vec<String> {
    let callee = |kind| match kind {
        NodeKind::Call { callee, .. } => Some(chain(tree, callee)),
        _ => None,
    };
    nodes(tree).filter_map(callee).collect()
}

#[test]
fn each_kind_of_loop() {
    assert_eq!(loops("for (Order o : xs) { use(o); }"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for (int i = 0; i < xs.size(); i++) {}"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for (int i = 0; i < n; i += 2) {}"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for (int i = n; i > 0; i--) {}"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("for (;;) {}"), [(LoopKind::Infinite, false, false)]);
    assert_eq!(loops("while (it.hasNext()) { it.next(); }"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("do { n--; } while (n > 0);"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("while (true) {}"), [(LoopKind::Infinite, false, false)]);
    assert_eq!(loops("outer:\nfor (;;) { for (;;) { break outer; } }").len(), 2);
    assert_eq!(loops("xs.stream().map(o -> o.id()).toList();"), []);
}

#[test]
fn breaks_of_a_switch_leave_no_loop() {
    let breaks = |statements: &str| kinds(&body(statements), |kind| kind == NodeKind::Break);
    assert_eq!(breaks("for (;;) { switch (n) { case 1: break; default: } }"), 0);
    assert_eq!(breaks("for (;;) { switch (n) { case 1: for (;;) { break; } } }"), 1);
    assert_eq!(breaks("for (;;) { if (n > 1) { break; } }"), 1);
}

#[test]
fn what_is_left_out_is_written_out() {
    assert_eq!(callees(&body("own();")), ["this.own"]);
    assert_eq!(callees(&body("stat();")), ["Own.stat"]);
    assert_eq!(callees(&body("helper();")), ["helper"]);
    assert_eq!(callees(&body("inherited();")), ["this.inherited"]);
    assert_eq!(callees(&body("super.own();")), ["super.own"]);
    assert_eq!(callees(&body("orders.size();")), ["this.orders.size"]);
    assert_eq!(callees(&body("LIMIT.size();")), ["Own.LIMIT.size"]);
    assert_eq!(callees(&body("List<Order> orders = xs; orders.size();")), ["orders.size"]);
    assert_eq!(callees(&body("{ int orders = 1; } orders.size();")), ["this.orders.size"]);
    assert_eq!(callees(&body("new Inner();")), ["Own.Inner"]);
    assert_eq!(callees(&body("java.util.List.of(n);")), ["java.util.List.of"]);
}

#[test]
fn classes_without_names_are_closures_when_they_have_one_method() {
    let tree = body("run(new Runnable() { public void run() { own(); } });");
    assert_eq!((kinds(&tree, |kind| matches!(kind, NodeKind::Closure(_))), tree.classes.len()), (1, 2));
    let tree = body("run(new Visitor() { int n; public void visit() { own(); } });");
    assert_eq!(tree.classes.len(), 3);
    assert!(callees(&tree).contains(&"(Own)this.own".to_owned()), "{:?}", callees(&tree));
}

#[test]
fn references_to_methods_are_closures() {
    assert_eq!(callees(&body("xs.forEach(this::use);")), ["this.use", "xs.forEach"]);
    assert_eq!(callees(&body("xs.map(Order::id);"))[0], "Order.id");
    assert_eq!(callees(&body("xs.map(Order::new);"))[0], "Order");
    assert_eq!(callees(&body("xs.map(super::use);"))[0], "super.use");
}

#[test]
fn classes_of_all_kinds() {
    let tree = whole(
        "@Entity class A<T extends B> extends C<D> implements E, F { A() {} static void s() {} }\ninterface I extends J {}\n\
         enum K { ONE, TWO { void x() {} }; int n; }\nrecord R(int id, String name) { R { check(id); } }\nabstract class M {}\n@interface N {}\n",
    );
    let classes: Vec<(&str, ClassKind, usize)> =
        tree.classes.iter().map(|class| (tree.names.text(class.name), class.kind, class.bases.len())).collect();
    assert_eq!(
        classes,
        [
            ("A", ClassKind::Class, 3),
            ("I", ClassKind::Interface, 1),
            ("K", ClassKind::Enum, 0),
            ("R", ClassKind::Class, 0),
            ("M", ClassKind::Interface, 0),
            ("N", ClassKind::Interface, 0),
        ]
    );
    let functions: Vec<(&str, FunctionFlavor, usize)> = tree
        .functions
        .iter()
        .map(|own| (own.name.map_or("", |name| tree.names.text(name)), own.flavor, own.parameters.len()))
        .collect();
    assert_eq!(
        functions,
        [
            ("new", FunctionFlavor::Plain, 1),
            ("s", FunctionFlavor::Static, 0),
            ("id", FunctionFlavor::Plain, 1),
            ("name", FunctionFlavor::Plain, 1),
            ("new", FunctionFlavor::Plain, 1),
        ]
    );
}

#[test]
fn annotations_write_methods() {
    let names = |text: &str| {
        let tree = whole(text);
        tree.functions.iter().filter_map(|own| Some(tree.names.text(own.name?).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(names("@Data class A { String name; boolean isPaid; static int n; }"), ["getName", "isPaid"]);
    assert_eq!(names("class A { @Getter String name; int n; }"), ["getName"]);
    assert_eq!(names("@Getter class A { String name; String getName() { return \"\"; } }"), ["getName"]);
    assert_eq!(names("@Generated(\"x\") class A { void f() {} }"), [""; 0]);
}

#[test]
fn contexts_choices_and_values() {
    let tree = body("try (Reader r = open(n); s) { r.read(); } catch (IOException e) { own(); } finally { stat(); }");
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::WithItem { .. })), 2);
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Try { .. })), 1);
    let tree =
        body("var x = switch (n) { case 1, 2 -> own(); case 3 -> { yield stat(); } default -> throw new E(); };");
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Arm { .. })), 3);
    let tree = body("if (x instanceof Order o && o.id() > 1) { o.pay(); }");
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::LetCondition { .. })), 1);
    assert_eq!(callees(&tree), ["o.id", "o.pay"]);
    let tree = body(
        "int[] a = new int[n]; String[] b = {\"x\"}; a[0] += 1; a[n]++; var c = (String) x; int d = n > 1 ? 2 : 3;",
    );
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Assign { operator: Some(_), .. })), 2);
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Collection { .. })), 1);
}

#[test]
fn strings_have_their_values() {
    let tree = body("String a = \"say \\\"x\\\"\\n\"; String b = \"\"\"\n  SELECT 1\n  \"\"\";");
    let values: Vec<&str> = tree.strings.iter().map(|text| &**text).collect();
    assert_eq!(values, ["say \"x\"\n", "\n  SELECT 1\n  "]);
}

#[test]
fn a_broken_statement_costs_that_statement() {
    let text = "class A {\n  void a() { one(); }\n  void b() {\n    int x = (1 + ;\n    two();\n  }\n  void c() { three(); }\n}\n";
    assert_broken_but_for(&Java, text, &["one", "three"]);
}

#[test]
fn comments_are_found() {
    let text = "package x; // one\n\n/* two */\nclass A {\n  // laggard: ignore[x] why\n}\n";
    assert_eq!(comments_of(&Java, text), ["// one", "/* two */", "// laggard: ignore[x] why"]);
}

#[test]
fn deep_nesting_is_left_out_and_named() {
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("-", ""),
        ("x + ", "x"),
        ("x ? 1 : ", ""),
        ("() -> ", ""),
        ("new A() {{ f(", "); }}"),
    ] {
        let (open, close) = (open.repeat(20_000), close.repeat(20_000));
        let text = format!("class A {{ Object v = {open}1{close}; void after() {{}} }}\n");
        assert!(parsed(&text).tree.root.is_some());
    }
    for (open, close) in [("{", "}"), ("if (x) {", "}"), ("class A {", "}"), ("for (;;) ", ";")] {
        let text = format!("class A {{ void f() {{ {}{} }} }}\n", open.repeat(20_000), close.repeat(20_000));
        assert!(parsed(&text).tree.root.is_some());
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-zA-Z{}()\\[\\];:=<>+&*.,@\"'/ \n-]{0,300}") {
        prop_assert!(parsed(&text).tree.root.is_some());
    }

    #[test]
    fn no_piece_of_code_makes_it_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "class", "A", "x", "(", ")", "{", "}", "for", "while", "do", ":", "=", "if", "else", "switch", "case", "->", "::", "new",
            "try", "catch", "finally", "return", "interface", "enum", "record", "@A", "[]", "<", ">", "[", "]", ",", ".", ";", "1",
            "\"s\"", "import", "static", "package", "super", "this", "instanceof", "?", "+", "+=", "++", "extends", "yield", "var",
            "default", "break", "throw", "int", "synchronized", "...", "*", "_",
        ]), 0..80)
    ) {
        let text = words.join(" ");
        prop_assert!(parsed(&text).tree.root.is_some());
    }
}
