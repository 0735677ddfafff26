use proptest::prelude::*;

use super::*;
use crate::lang::tests::{assert_broken_but_for, comments_of};
use crate::syntax::{ClassKind, FunctionFlavor, LoopKind, NodeId, NodeKind, Operator, ParameterKind, Tree, TypeForm};

/// The tree of a text that is in order.
fn whole(text: &str) -> Tree {
    let parsed = Zig.parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.tree
}

/// The body of a function.
fn body(statements: &str) -> Tree {
    whole(&format!("const std = @import(\"std\");\n\nfn f(xs: []u32, it: *It) !void {{\n{statements}\n}}\n"))
}

fn kinds(tree: &Tree, is_wanted: impl Fn(NodeKind) -> bool) -> usize {
    (0..tree.len() as u32).filter(|id| is_wanted(tree.kind(NodeId(*id)))).count()
}

fn loops(statements: &str) -> Vec<(LoopKind, bool, bool)> {
    let tree = body(statements);
    tree.loops.iter().map(|own| (own.kind, own.target.is_some(), own.iterable.is_some())).collect()
}

fn members(tree: &Tree) -> Vec<String> {
    let name = |id: u32| match tree.kind(NodeId(id)) {
        NodeKind::Member { name, .. } => Some(tree.names.text(name).to_owned()),
        _ => None,
    };
    (0..tree.len() as u32).filter_map(name).collect()
}

#[test]
fn each_kind_of_loop() {
    assert_eq!(loops("for (xs) |x| use(x);"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for (xs, 0..) |*x, i| { use(x, i); }"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for (0..10) |i| use(i);"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("for (xs, ys) |x, y| { use(x, y); } else { none(); }"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("while (it.next()) |x| use(x);"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("while (i < 10) : (i += 1) { use(i); }"), [(LoopKind::While, false, false)]);
    assert_eq!(loops("while (true) {}"), [(LoopKind::Infinite, false, false)]);
    assert_eq!(loops("outer: while (true) { for (xs) |_| { continue :outer; } }").len(), 2);
    assert_eq!(loops("const n = for (xs) |x| { if (x == 1) break x; } else 0;"), [(LoopKind::For, true, true)]);
    assert_eq!(loops("const n = while (it.next()) |x| { if (x == 1) break x; } else 0;").len(), 1);
}

#[test]
fn what_runs_when_the_program_is_compiled_is_no_loop() {
    assert_eq!(loops("inline for (xs) |x| use(x);"), []);
    assert_eq!(loops("inline while (i < 3) : (i += 1) use(i);"), []);
    assert_eq!(loops("comptime { for (xs) |x| use(x); }"), []);
    assert_eq!(loops("const n = comptime blk: { for (xs) |x| use(x); break :blk 1; };"), []);
    assert_eq!(loops("@setEvalBranchQuota(1000);\nfor (xs) |x| use(x);"), []);
    assert!(whole("const n = blk: { for (xs) |x| use(x); break :blk 1; };\ncomptime { f(); }\n").loops.is_empty());
}

#[test]
fn breaks_of_blocks_leave_no_loop() {
    let breaks = |statements: &str| kinds(&body(statements), |kind| kind == NodeKind::Break);
    assert_eq!(breaks("const n = blk: { break :blk 1; };"), 0);
    assert_eq!(breaks("for (xs) |_| { blk: { break :blk; } }"), 0);
    assert_eq!(breaks("for (xs) |_| { inline for (ys) |_| { break; } }"), 0);
    assert_eq!(breaks("inline for (ys) |_| { for (xs) |_| break; }"), 1);
    assert_eq!(breaks("out: for (xs) |_| { break :out; }"), 1);
}

#[test]
fn a_continue_to_a_loop_further_out_leaves_its_own() {
    let breaks = |statements: &str| kinds(&body(statements), |kind| kind == NodeKind::Break);
    let turns = |statements: &str| kinds(&body(statements), |kind| kind == NodeKind::Continue);
    let further_out = "out: for (xs) |x| { for (ys) |y| { if (x == y) continue :out; } }";
    assert_eq!((breaks(further_out), turns(further_out)), (1, 0));
    let in_a_value = "out: while (true) { const n = for (ys) |y| { if (y) continue :out; } else 0; }";
    assert_eq!((breaks(in_a_value), turns(in_a_value)), (1, 0));
    let own = "out: for (xs) |x| { in: for (ys) |y| { if (x == y) continue :in; } continue :out; }";
    assert_eq!((breaks(own), turns(own)), (0, 2));
    let of_a_switch = "for (xs) |x| { s: switch (x) { 1 => continue :s 2, else => {} } }";
    assert_eq!((breaks(of_a_switch), turns(of_a_switch)), (0, 1));
}

#[test]
fn errors_are_how_the_language_raises() {
    let raises = |statements: &str| kinds(&body(statements), |kind| matches!(kind, NodeKind::Raise(_)));
    assert_eq!(raises("return error.Empty;"), 1);
    assert_eq!(raises("const n = g() catch |err| return err;"), 1);
    assert_eq!(raises("const n = g() catch |err| { log(err); return err; };"), 1);
    assert_eq!(raises("const n = g() orelse return;"), 1);
    assert_eq!(raises("if (g()) |n| { return n; } else |err| { return err; }"), 1);
    assert_eq!(raises("@panic(\"never\");"), 1);
    assert_eq!(raises("return g();"), 0);
    assert_eq!(kinds(&body("try g();"), |kind| matches!(kind, NodeKind::Propagate(_))), 1);
}

#[test]
fn files_with_fields_are_classes() {
    let tree = whole(
        "const std = @import(\"std\");\nconst Users = @This();\n\npub const User = struct { id: u32 };\n\nall: []User,\n\
         \npub fn init() Users {\n    return helper();\n}\n\nfn helper() Users {}\n\npub fn count(self: *const Users) usize {}\n",
    );
    let names: Vec<&str> = tree.classes.iter().map(|class| tree.names.text(class.name)).collect();
    assert_eq!(names, ["User", "@This"]);
    let flavors: Vec<FunctionFlavor> = tree.functions.iter().map(|function| function.flavor).collect();
    assert_eq!(flavors, [FunctionFlavor::Static, FunctionFlavor::Static, FunctionFlavor::Plain]);
    assert_eq!(tree.functions[2].parameters[0].kind, ParameterKind::Receiver);
    // A name of the struct is a member of it.
    assert_eq!(members(&tree), ["helper"]);
}

#[test]
fn containers_functions_and_variables() {
    let tree = whole(
        "const Shape = union(enum) {\n    circle: f32,\n    point,\n\n    const Self = @This();\n    const Inner = struct { x: u8 = 1 };\n\
         \n    fn area(self: Self) f32 {\n        const T = struct { y: u8 };\n        return switch (self) {\n            .circle => |r| r * 2,\n            .point, .other => 0,\n            else => unreachable,\n        };\n    }\n};\n\
         pub fn List(comptime T: type) type {\n    const Max = 3;\n    return struct {\n        items: []T,\n        fn first(self: @This()) T {}\n    };\n}\n\
         const Color = enum { red, green };\nconst Failure = error{ A, B };\nextern fn puts(s: [*:0]const u8) c_int;\n",
    );
    let classes: Vec<(&str, ClassKind)> =
        tree.classes.iter().map(|class| (tree.names.text(class.name), class.kind)).collect();
    let class = ClassKind::Class;
    let expected = [
        ("Inner", class),
        ("T", class),
        ("Shape", class),
        ("List", class),
        ("Color", ClassKind::Enum),
        ("Failure", ClassKind::Enum),
    ];
    assert_eq!(classes, expected);
    assert_eq!(tree.classes[3].type_parameters.len(), 1);
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Arm { .. })), 3);
    assert!(tree.functions[2].body.is_none());
}

#[test]
fn imports_and_aliases() {
    let tree = whole(
        "const std = @import(\"std\");\nconst mem = std.mem;\nconst Allocator = mem.Allocator;\nconst User = @import(\"../users.zig\").User;\n\
         usingnamespace @import(\"all.zig\");\nfn f() void { @import(\"late.zig\").run(); }\n",
    );
    let paths: Vec<String> = tree
        .imports
        .iter()
        .map(|import| import.path.iter().map(|name| tree.names.text(*name)).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(paths, ["std", "std mem", "std.mem Allocator", "../users.zig User", "all.zig", "late.zig"]);
    assert!(tree.imports[4].is_star);
}

#[test]
fn types_that_calls_give() {
    let forms = |text: &str| {
        let tree = whole(&format!("const x: {text} = undefined;\n"));
        let last = tree.types.last().expect("a type");
        let names: Vec<&str> = last.names.iter().map(|name| tree.names.text(*name)).collect();
        (last.form, names.join("."), last.arguments.len())
    };
    assert_eq!(forms("std.ArrayList(u32)"), (TypeForm::Named, "std.ArrayList".into(), 1));
    assert_eq!(forms("*std.ArrayList(u32)"), (TypeForm::Named, "std.ArrayList".into(), 1));
    assert_eq!(forms("?*const std.AutoHashMap(u32, u8)"), (TypeForm::Named, "std.AutoHashMap".into(), 2));
    assert_eq!(forms("[]std.ArrayList(u32)"), (TypeForm::Slice, String::new(), 1));
    assert_eq!(forms("[]const u8"), (TypeForm::Named, "[]u8".into(), 0));
    assert_eq!(forms("[4]u32"), (TypeForm::Array, String::new(), 1));
    assert_eq!(forms("anyerror!User"), (TypeForm::Named, "User".into(), 0));
    assert_eq!(forms("@TypeOf(1)").0, TypeForm::Unknown);
}

#[test]
fn searches_are_called_on_what_is_searched() {
    assert_eq!(members(&body("_ = std.mem.indexOfScalar(u32, xs, 1);")), ["indexOfScalar"]);
    assert_eq!(members(&body("_ = std.mem.indexOfScalar(u8, xs, 1);")), ["mem", "indexOfScalar"]);
    assert_eq!(members(&body("std.mem.sort(u32, xs, {}, less);")), ["sort"]);
    let list = "var list = std.ArrayList(u32).init(gpa);\n";
    assert_eq!(members(&body(&format!("{list}use(list.items);"))), ["init"]);
    assert_eq!(members(&body("use(it.items);")), ["items"]);
}

#[test]
fn operators() {
    let adds = |statements: &str| {
        let is_sum = |kind| {
            matches!(
                kind,
                NodeKind::Binary { operator: Operator::Add, .. }
                    | NodeKind::Assign { operator: Some(Operator::Add), .. }
            )
        };
        kinds(&body(statements), is_sum)
    };
    assert_eq!(adds("n = n + 1; n += 1; n +%= 1;"), 3);
    // Joined when the program is compiled.
    assert_eq!(adds("const t = a ++ b;"), 0);
    assert_eq!(adds("t = try std.mem.concat(gpa, u8, &.{ t, b });"), 1);
    assert_eq!(adds("t = try std.mem.concat(gpa, u8, &.{ a, b });"), 0);
    assert_eq!(adds("t = std.fmt.allocPrint(gpa, \"{s}{d}\", .{ t, n }) catch unreachable;"), 1);
}

#[test]
fn negations_are_no_types() {
    let negations = |statements: &str| {
        let is_not = |kind| matches!(kind, NodeKind::Unary { operator: crate::syntax::UnaryOperator::Not, .. });
        let tree = body(statements);
        (kinds(&tree, is_not), kinds(&tree, |kind| matches!(kind, NodeKind::Call { .. })))
    };
    assert_eq!(negations("if (!a) use(1);"), (1, 1));
    assert_eq!(negations("if (!a.b) use(1);"), (1, 1));
    assert_eq!(negations("if (!a.has(x)) use(1);"), (1, 2));
    assert_eq!(negations("if (!has(!x, y[0])) use(1);"), (2, 2));
    assert_eq!(negations("if (!std.mem.eql(u8, a, b)) use(1);"), (1, 1));
}

#[test]
fn assertions_are_left_out() {
    assert_eq!(
        kinds(&body("assert(map.contains(k));\nstd.debug.assert(f());"), |kind| matches!(kind, NodeKind::Call { .. })),
        0
    );
}

#[test]
fn deferred_statements_run_last() {
    let tree = body("const a = g();\ndefer a.stop();\ndefer a.deinit();\nuse(a);");
    let names = members(&tree);
    assert_eq!(names, ["stop"]);
    let text_of_last = tree.functions[0].body.map(|body| match tree.kind(body) {
        NodeKind::Block(list) => {
            tree.nodes_of(list).last().map(|last| matches!(tree.kind(*last), NodeKind::Call { .. }))
        }
        _ => None,
    });
    assert_eq!(text_of_last, Some(Some(true)));
}

#[test]
fn tests_are_marked_and_threads_are_calls() {
    let tree = whole(
        "test \"adds\" { try expect(true); }\ntest { use(1); }\nfn f() !void { const t = try std.Thread.spawn(.{}, run, .{1}); t.join(); }\n",
    );
    assert_eq!(tree.functions.iter().filter(|function| !function.decorators.is_empty()).count(), 2);
    assert!(Zig.marks_test(TEST_MARK) && !Zig.marks_test("inline"));
    assert_eq!(kinds(&tree, |kind| matches!(kind, NodeKind::Call { .. })), 4);
}

/// How tests are marked.
const TEST_MARK: &str = "test";

#[test]
fn comments_and_suppressions() {
    let text = "// laggard: ignore[x]\nconst a = \"// no\";\n/// Documented.\nconst b = 1;\n";
    assert_eq!(comments_of(&Zig, text), ["// laggard: ignore[x]", "/// Documented."]);
}

#[test]
fn broken_code_costs_what_is_broken() {
    assert_broken_but_for(
        &Zig,
        "fn a() void { one(); }\n\nconst x = = 1;\n\nfn c() void { three(); }\n",
        &["one", "three"],
    );
    assert!(!Zig.parse("fn bad( void {\n    for (\n}\n").errors.is_empty());
}

#[test]
fn deep_nesting_is_left_out_and_named() {
    for (open, close) in
        [("(", ")"), (".{", "}"), ("f(", ")"), ("-", ""), ("x + ", "x"), ("try ", ""), ("x orelse ", "x")]
    {
        let text =
            format!("fn a() void {{ v = {}1{}; }}\n\nfn f() void {{}}\n", open.repeat(20_000), close.repeat(20_000));
        assert!(Zig.parse(&text).tree.names.find("f").is_some(), "{open}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed(text in ".{0,200}") {
        Zig.parse(&text);
    }

    #[test]
    fn any_tokens_are_parsed(tokens in prop::collection::vec(prop::sample::select(vec![
        "fn", "f", "(", ")", "{", "}", "const", "x", "=", ";", "for", "while", "|", "if", "else", "catch", "orelse", "return",
        "struct", "switch", "=>", ".", ",", "[", "]", "*", "?", "!", ":", "try", "defer", "comptime", "inline", "break", "u8",
        "@import", "\"std\"", "test", "..", "1", "&", "@This()", "std.ArrayList(u8)", ".items",
    ]), 0..60)) {
        Zig.parse(&tokens.join(" "));
    }
}
