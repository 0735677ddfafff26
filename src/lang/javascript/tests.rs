//! What constructs mean, and that no text ends the process. What extraction makes of them is in `tests/facts.rs`.

use proptest::prelude::*;

use super::*;
use crate::syntax::{ClassKind, FunctionFlavor, LoopKind, NodeId, NodeKind, Tree, TypeExprId, TypeForm};

fn parsed(text: &str) -> Tree {
    let parsed = JavaScript.parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.tree
}

/// The nodes of a tree, in the order in which they were made.
fn nodes(tree: &Tree) -> impl Iterator<Item = NodeId> {
    (0..tree.len() as u32).map(NodeId)
}

fn count(tree: &Tree, is_meant: impl Fn(&NodeKind) -> bool) -> usize {
    nodes(tree).filter(|node| is_meant(&tree.kind(*node))).count()
}

/// A type as text.
fn shown(tree: &Tree, id: TypeExprId) -> String {
    let of = &tree.types[id.0 as usize];
    let names: Vec<&str> = of.names.iter().map(|name| tree.names.text(*name)).collect();
    let arguments: Vec<String> = of.arguments.iter().map(|id| shown(tree, *id)).collect();
    let head = match of.form {
        TypeForm::Named => names.join("."),
        TypeForm::Unknown => "?".to_owned(),
        form if names.is_empty() => format!("{form:?}"),
        form => format!("{form:?} {}", names.join(".")),
    };
    if arguments.is_empty() { head } else { format!("{head}<{}>", arguments.join(", ")) }
}

/// The declared type of `x` in `let x: …`.
fn declared(written: &str) -> String {
    let tree = parsed(&format!("let x: {written};"));
    let declared = nodes(&tree).find_map(|node| match tree.kind(node) {
        NodeKind::Let { declared, .. } => declared,
        _ => None,
    });
    shown(&tree, declared.expect("it is declared"))
}

#[test]
fn types() {
    for (written, meant) in [
        ("string", "String"),
        ("User | null | undefined", "User"),
        ("Array<User>", "Array<User>"),
        ("readonly User[]", "Array<User>"),
        ("Promise<User[]>", "Promise<Array<User>>"),
        ("Partial<Omit<User, 'id'>>", "User"),
        ("Record<string, User>", "Object<String, User>"),
        ("[A, B]", "Tuple<A, B>"),
        ("'a' | 'b'", "String"),
        ("A | B", "Union<A, B>"),
        ("ns.Inner<T>", "ns.Inner<T>"),
        ("(id: string) => Promise<User>", "Callable<String, Promise<User>>"),
        ("typeof a.b", "OfValue a.b"),
        ("InstanceType<typeof A>", "A"),
        ("ReturnType<typeof f> | null", "ResultOf f"),
        ("Awaited<ReturnType<typeof f>>", "AwaitedResultOf f"),
        ("Awaited<Promise<User>>", "User"),
        ("Parameters<Parameters<typeof db.transaction>[0]>[0]", "GivenBy db.transaction"),
        ("Parameters<Parameters<Database['transaction']>[0]>[0]", "GivenBy transaction<Database>"),
        ("Parameters<typeof f>[1]", "?"),
        ("ReturnType<F>", "ReturnType<F>"),
        ("{ [K in keyof T]: T[K] }", "?"),
    ] {
        assert_eq!(declared(written), meant, "{written}");
    }
}

#[test]
fn an_asynchronous_function_declares_what_awaiting_it_gives() {
    let tree = parsed("async function f(): Promise<User> {} function g(): Promise<User> {}");
    let results: Vec<String> = tree.functions.iter().map(|own| shown(&tree, own.returns.unwrap())).collect();
    assert_eq!(results, ["User", "Promise<User>"]);
}

#[test]
fn loops() {
    for (text, kind) in [
        ("for (const x of xs) f(x);", LoopKind::For),
        ("for (const key in all) f(key);", LoopKind::For),
        ("for (let i = 0; i < xs.length; i++) f(xs[i]);", LoopKind::For),
        ("for (let i = xs.length - 1; i >= 0; i--) f(xs[i]);", LoopKind::For),
        ("for (let i = 0, n = xs.length; i < n; i++) f(xs[i]);", LoopKind::While),
        ("for (;;) f();", LoopKind::Infinite),
        ("while (more()) f();", LoopKind::While),
        ("while (true) f();", LoopKind::Infinite),
        ("do { f(); } while (more());", LoopKind::While),
    ] {
        assert_eq!(parsed(text).loops[0].kind, kind, "{text}");
    }
    assert!(parsed("async () => { for await (const x of xs) f(x); }").loops[0].is_async);
    let counted = parsed("for (let i = 0; i < xs.length; i++) f(xs[i]);");
    assert!(matches!(counted.kind(counted.loops[0].iterable.unwrap()), NodeKind::Range { .. }));
}

#[test]
fn a_break_in_a_case_leaves_no_loop() {
    let breaks = |text: &str| count(&parsed(text), |kind| *kind == NodeKind::Break);
    assert_eq!(breaks("for (const x of xs) { switch (x) { case 1: f(); break; default: break; } }"), 0);
    assert_eq!(breaks("a: for (const x of xs) { for (const y of ys) { switch (y) { case 1: continue a; } } }"), 1);
    assert_eq!(breaks("a: for (const x of xs) { b: while (g()) { if (x) { continue b; } } continue a; }"), 0);
    assert_eq!(breaks("a: for (const x of xs.map((y) => { for (;;) { continue; } })) { continue a; }"), 0);
    assert_eq!(breaks("for (const x of xs) { switch (x) { case 1: for (;;) break; } break; }"), 2);
    assert_eq!(breaks("outer: for (const x of xs) { switch (x) { case 1: break outer; } }"), 1);
}

#[test]
fn a_module_that_goes_forward_and_back_is_a_migration() {
    for text in [
        "export default { up: async (pool) => {}, down: async () => {} };",
        "const change = { async up(db) {}, down: () => {} };\nexport default change;",
        "const change: Change = { up: async () => {}, down: async () => {} };\nexport default change satisfies Change;",
        "async function up() {}\nasync function down() {}\nexport default { up, down };",
        "module.exports = { up: (queryInterface) => {}, down: (queryInterface) => {} };",
        "exports.up = function (knex) {};\nexports.down = function (knex) {};",
        "export async function up() {}\nexport async function down() {}",
        "export const up = async (db) => {};\nexport const down = async (db) => {};",
        "async function forward(db) {}\nasync function back(db) {}\nexport { forward as up, back as down };",
    ] {
        assert!(parsed(text).is_migration, "{text}");
    }
    for text in [
        "export default { up() {}, down() {} };",
        "async function up(db) {}\nasync function down(db) {}",
        "export default { up: async (db) => {} };",
        "export const up = 1, down = 2;",
        "export const keys = { up: async (x) => {}, down: async (x) => {} };",
        "export async function update(db) {}\nexport async function shutdown(db) {}",
    ] {
        assert!(!parsed(text).is_migration, "{text}");
    }
}

#[test]
fn names_make_functions_and_classes() {
    let tree = parsed(
        "const load = async () => 1; const api = { async get() {}, list: () => [], inner: { x() {} }, limit: 3 };
         class A extends B { #x = 1; run = () => 2; get y() { return 1; } static z() {} constructor(private db: Db) {} }",
    );
    let functions: Vec<(&str, FunctionFlavor)> =
        tree.functions.iter().map(|own| (tree.names.text(own.name.unwrap()), own.flavor)).collect();
    assert_eq!(
        functions,
        [
            ("load", FunctionFlavor::Plain),
            ("get", FunctionFlavor::ClassMethod),
            ("list", FunctionFlavor::ClassMethod),
            ("x", FunctionFlavor::ClassMethod),
            ("run", FunctionFlavor::Plain),
            ("y", FunctionFlavor::Property),
            ("z", FunctionFlavor::ClassMethod),
            ("constructor", FunctionFlavor::Plain),
        ]
    );
    let classes: Vec<&str> = tree.classes.iter().map(|own| tree.names.text(own.name)).collect();
    assert_eq!(classes, ["inner", "api", "A"]);
}

#[test]
fn interfaces_are_classes_without_bodies() {
    let tree = parsed("interface A extends B { x: number; f(): void } type C = { y: string }; enum D { E = 1 }");
    let kinds: Vec<ClassKind> = tree.classes.iter().map(|own| own.kind).collect();
    assert_eq!(kinds, [ClassKind::Interface, ClassKind::Interface, ClassKind::Enum]);
    assert!(tree.functions.iter().all(|own| own.body.is_none()));
}

/// The imports of a text: path and binding.
fn imports(text: &str) -> Vec<(String, String)> {
    let tree = parsed(text);
    let shown = |import: &crate::syntax::ImportNode| {
        let path: Vec<&str> = import.path.iter().map(|name| tree.names.text(*name)).collect();
        let binding = if import.is_star { "*" } else { tree.names.text(import.binding) };
        (path.join(" "), binding.to_owned())
    };
    tree.imports.iter().map(shown).collect()
}

#[test]
fn both_kinds_of_modules_import() {
    let one = |path: &str, binding: &str| vec![(path.to_owned(), binding.to_owned())];
    assert_eq!(imports("import a from './m'"), one("./m default", "a"));
    assert_eq!(imports("import * as a from 'm'"), one("m", "a"));
    assert_eq!(imports("import { a as b } from 'm'"), one("m a", "b"));
    assert_eq!(imports("import type { A } from 'm'"), one("m A", "A"));
    assert_eq!(imports("export { a as b } from 'm'"), one("m a", "b"));
    assert_eq!(imports("export * from 'm'"), one("m", "*"));
    assert_eq!(imports("export * as all from 'm'"), one("m", "all"));
    assert_eq!(imports("const a = require('m')"), one("m", "a"));
    assert_eq!(imports("const { a: b } = require('m')"), one("m a", "b"));
    assert_eq!(imports("const a = require('m').b"), one("m b", "a"));
    assert_eq!(imports("async () => { const { a } = await import('m'); }"), one("m a", "a"));
    assert_eq!(imports("import a = require('m')"), one("m", "a"));
    assert_eq!(imports("f(require('m'))"), one("m", "require(m)"));
}

#[test]
fn elements_call_components() {
    let tree = parsed("const x = <ul>{xs.map((x) => <Row key={x} {...rest} onClick={() => go(x)} />)}</ul>;");
    let callees: Vec<String> = nodes(&tree)
        .filter_map(|node| match tree.kind(node) {
            NodeKind::Call { callee, .. } => match tree.kind(callee) {
                NodeKind::Name(name) | NodeKind::Member { name, .. } => Some(tree.names.text(name).to_owned()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(callees, ["go", "Row", "map"]);
}

#[test]
fn casts_of_the_older_notation() {
    let tree = parsed("const x = <User>load(); const f = <T>(x: T) => x;");
    assert_eq!(count(&tree, |kind| matches!(kind, NodeKind::Cast { .. })), 1);
}

#[test]
fn components_have_scripts() {
    let text =
        "<template>\n  <p>{{ x }}</p>\n</template>\n\n<script setup lang=\"ts\">\nconst x = load();\n</script>\n";
    let tree = parsed(text);
    let call = nodes(&tree).find(|node| matches!(tree.kind(*node), NodeKind::Call { .. })).unwrap();
    assert_eq!(tree.span(call).of(text), "load()");
    assert_eq!(parsed("<p>no script</p>").len(), 1);
}

#[test]
fn members_have_their_names_at_their_end() {
    let text = "a?.b!.c[0]?.#d";
    let class = format!("class A {{ #d = 1; f(a) {{ return {text}; }} }}");
    let tree = parsed(&class);
    for node in nodes(&tree) {
        if let NodeKind::Member { name, .. } = tree.kind(node) {
            assert!(tree.span(node).of(&class).ends_with(tree.names.text(name)));
        }
    }
}

#[test]
fn what_is_broken_is_named() {
    let parsed = JavaScript.parse("const a = 1;\nfunction f( {\n");
    assert!(!parsed.errors.is_empty() && parsed.tree.root.is_some());
}

#[test]
fn comments_for_laggard() {
    let text = "// laggard: ignore[x]\nf(); /* laggard */ // other\n";
    let comments: Vec<&str> =
        crate::lang::parse(&JavaScript, text).tree.comments.iter().map(|comment| comment.of(text)).collect();
    assert_eq!(comments, ["// laggard: ignore[x]", "/* laggard */"]);
    assert_eq!(JavaScript.comments(text).len(), 3);
}

/// Parses where the stack is small, as on a thread.
fn parse_on_small_stack(text: String) -> Parsed {
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || JavaScript.parse(&text)).unwrap();
    thread.join().unwrap()
}

#[test]
fn deep_nesting_does_not_end_the_process() {
    for n in [300, 5_000, 50_000] {
        let both = |open: &str, close: &str| format!("{}1{}", open.repeat(n), close.repeat(n));
        for text in [
            both("(", ")"),
            both("[", "]"),
            both("f(", ")"),
            both("{", "}"),
            both("x = {a: ", "}"),
            both("`${", "}`"),
            both("() => {", "}"),
            both("<a>", "</a>"),
            both("if (x) {", "}"),
            both("class A { f() {", "}}"),
            "(".repeat(n),
            "[".repeat(n),
            "{".repeat(n),
            "<a>".repeat(n),
            "`${".repeat(n),
            "-".repeat(n) + "1",
            "!".repeat(n) + "1",
            "await ".repeat(n) + "1",
            "new ".repeat(n) + "x",
            "typeof ".repeat(n) + "x",
            "x => ".repeat(n) + "1",
            "x = ".repeat(n) + "1",
            "x ? 1 : ".repeat(n) + "1",
            "1 + ".repeat(n) + "1",
            "2 ** ".repeat(n) + "1",
            "if (x) ; else ".repeat(n) + "y",
            "for (;;) ".repeat(n) + "y",
            "a: ".repeat(n) + "y",
            "x".to_owned() + &".a".repeat(n),
            "x".to_owned() + &"()".repeat(n),
            "x".to_owned() + &"?.[0]".repeat(n),
            format!("let x: {}T{}", "A<".repeat(n), ">".repeat(n)),
            "let x: ".to_owned() + &"A | ".repeat(n) + "B",
            "let x: ".to_owned() + &"A extends B ? C : ".repeat(n) + "D",
            "let x: T".to_owned() + &"[]".repeat(n),
        ] {
            parse_on_small_stack(text);
        }
    }
}

const VALID: &str = "import a, { b as c } from './m';\nexport default class A<T> extends B implements C {\n  #x: number = 1;\n  constructor(private readonly db: Db) { super(); }\n  async *f({ a, b: [c, ...d] }: P = {}, ...rest: string[]): Promise<void> {\n    for await (const x of xs) { yield* `a${x}b`; }\n    switch (a) { case 1: break; default: return; }\n    try { x?.y!.z[0]++; } catch ({ message }) { throw e; } finally { }\n  }\n}\nconst f = async <T,>(x: T) => <A b={c} {...d}>{e}<></></A>;\nmodule.exports = { f, g() {} };\n";

proptest! {
    #[test]
    fn never_panics_on_any_text(text in "\\PC{0,200}") {
        JavaScript.parse(&text);
    }

    #[test]
    fn never_panics_on_what_looks_like_code(parts in proptest::collection::vec(
        prop::sample::select(vec!["function ", "class ", "f", "(", ")", "{", "}", "[", "]", "<", ">", "</", "/>", "=>", "=", ";", ",", ":", "?", ".", "?.", "...", "\n", "'", "\"", "`", "${", "/", "//", "/*", "*/", "async ", "await ", "for ", " of ", " in ", "const ", "import ", "export ", "from ", "require('x')", "module.exports", "default ", "type ", "interface ", "enum ", "as ", "@", "#", "é", "\u{feff}", "\0", "new ", "yield ", "case ", "switch ", "<script>", "</script>"]), 0..60)) {
        JavaScript.parse(&parts.concat());
    }

    #[test]
    fn never_panics_on_mutated_code(edits in proptest::collection::vec((0..VALID.len(), 0..12usize, "[\\[\\](){}:'\"`$<>/fx= \n,.@*]{0,3}"), 1..6)) {
        let mut text = VALID.to_owned();
        for (at, length, with) in edits {
            let start = at.min(text.len());
            let end = (start + length).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, &with);
            }
        }
        let parsed = JavaScript.parse(&text);
        for error in &parsed.errors {
            prop_assert!(error.span.end as usize <= text.len() && error.span.start <= error.span.end);
        }
    }
}
