use proptest::prelude::*;

use super::*;
use crate::syntax::{LoopKind, NodeId, NodeKind, ParameterKind, Tree, TypeExprId, TypeForm};

/// A tree as an S-expression.
struct Dump<'a> {
    tree: &'a Tree,
    out: String,
}

impl Dump<'_> {
    fn of(tree: &Tree) -> String {
        let mut dump = Dump { tree, out: String::new() };
        if let Some(root) = tree.root
            && let NodeKind::Block(statements) = tree.kind(root)
        {
            dump.each(tree.nodes_of(statements));
        }
        dump.out.trim().to_string()
    }

    fn each(&mut self, nodes: &[NodeId]) {
        for node in nodes {
            self.out.push(' ');
            self.node(*node);
        }
    }

    fn some(&mut self, label: &str, node: Option<NodeId>) {
        if let Some(node) = node {
            self.out.push_str(label);
            self.node(node);
        }
    }

    fn form(&mut self, head: &str, nodes: &[NodeId]) {
        self.out.push('(');
        self.out.push_str(head);
        self.each(nodes);
        self.out.push(')');
    }

    fn text(&self, name: crate::syntax::Name) -> String {
        self.tree.names.text(name).to_string()
    }

    fn kind_of(&self, id: TypeExprId) -> String {
        let of = &self.tree.types[id.0 as usize];
        let names: Vec<&str> = of.names.iter().map(|name| self.tree.names.text(*name)).collect();
        let arguments: Vec<String> = of.arguments.iter().map(|id| self.kind_of(*id)).collect();
        let head = match of.form {
            TypeForm::Named => names.join("."),
            TypeForm::Unknown => "?".to_string(),
            form => format!("{form:?}"),
        };
        if arguments.is_empty() { head } else { format!("{head}[{}]", arguments.join(",")) }
    }

    fn function(&mut self, id: crate::syntax::FunctionNodeId) {
        let function = self.tree.functions[id.0 as usize].clone();
        let name = function.name.map_or(String::new(), |name| self.text(name));
        let mut head = format!("{}fn {name}", if function.is_async { "async " } else { "" });
        if function.flavor != crate::syntax::FunctionFlavor::Plain {
            head.push_str(&format!(" {:?}", function.flavor));
        }
        self.out.push_str(&format!("({head}"));
        for decorator in function.decorators {
            self.some(" @", Some(decorator));
        }
        for (name, bound) in function.type_parameters {
            let bound = bound.map_or(String::new(), |bound| self.kind_of(bound));
            self.out.push_str(&format!(" <{}:{bound}>", self.text(name)));
        }
        for parameter in function.parameters {
            let prefix = match parameter.kind {
                ParameterKind::Ordinary => " ",
                ParameterKind::Receiver => " !",
                ParameterKind::Variadic => " *",
                ParameterKind::Keywords => " **",
                ParameterKind::Named => " *,",
            };
            self.some(prefix, Some(parameter.target));
            if let Some(declared) = parameter.declared {
                self.out.push_str(&format!(":{}", self.kind_of(declared)));
            }
            self.some("=", parameter.default);
        }
        if let Some(returns) = function.returns {
            self.out.push_str(&format!(" ->{}", self.kind_of(returns)));
        }
        self.some(" ", function.body);
        self.out.push(')');
    }

    fn node(&mut self, id: NodeId) {
        stack::grow_if_low(0, || self.kind(id));
    }

    fn kind(&mut self, id: NodeId) {
        let tree = self.tree;
        match tree.kind(id) {
            NodeKind::Block(list) => self.form("block", tree.nodes_of(list)),
            NodeKind::Function(function) | NodeKind::Closure(function) => self.function(function),
            NodeKind::Class(class) => {
                let class = &tree.classes[class.0 as usize];
                let mut nodes = class.decorators.clone();
                nodes.extend(&class.bases);
                nodes.push(class.body);
                self.form(&format!("class {}", self.text(class.name)), &nodes);
            }
            NodeKind::Import(import) => {
                let import = &tree.imports[import.0 as usize];
                let path: Vec<String> = import.path.iter().map(|name| self.text(*name)).collect();
                let flags = if import.binds_root { " root" } else { "" };
                let dots = ".".repeat(import.level as usize);
                self.out.push_str(&format!("(import {dots}{} {}{flags})", path.join("."), self.text(import.binding)));
            }
            NodeKind::Let { target, declared, value } => {
                let declared = declared.map_or(String::new(), |declared| self.kind_of(declared));
                let mut nodes = vec![target];
                nodes.extend(value);
                self.form(&format!("let:{declared}"), &nodes);
            }
            NodeKind::Assign { target, operator, value } => {
                let operator = operator.map_or(String::new(), |operator| format!("{operator:?}"));
                self.form(&format!("={operator}"), &[target, value]);
            }
            NodeKind::TypeAlias { name, value } => {
                self.out.push_str(&format!("(type {} {})", self.text(name), self.kind_of(value)));
            }
            NodeKind::Delete(list) => self.form("del", tree.nodes_of(list)),
            NodeKind::Outer(list) => self.form("global", tree.nodes_of(list)),
            NodeKind::Loop(id) => {
                let node = tree.loops[id.0 as usize].clone();
                let kind = match node.kind {
                    LoopKind::For => "for",
                    LoopKind::While => "while",
                    LoopKind::Infinite => "loop",
                    LoopKind::Comprehension => "each",
                };
                self.out.push_str(&format!("({}{kind}", if node.is_async { "async " } else { "" }));
                self.some(" ", node.target);
                self.some(" ", node.iterable);
                self.some(" if ", node.condition);
                self.some(" ", Some(node.body));
                self.out.push(')');
            }
            NodeKind::If { condition, then, otherwise } => {
                let mut nodes = vec![condition, then];
                nodes.extend(otherwise);
                self.form("if", &nodes);
            }
            NodeKind::Match { subject, arms } => {
                let mut nodes = vec![subject];
                nodes.extend(tree.nodes_of(arms));
                self.form("match", &nodes);
            }
            NodeKind::Arm { pattern, guard, body } => {
                self.out.push_str("(arm ");
                self.node(pattern);
                self.some(" if ", guard);
                self.some(" ", Some(body));
                self.out.push(')');
            }
            NodeKind::Try { body, handlers, otherwise, finally } => {
                self.out.push_str("(try ");
                self.node(body);
                self.each(tree.nodes_of(handlers));
                self.some(" else ", otherwise);
                self.some(" finally ", finally);
                self.out.push(')');
            }
            NodeKind::With { items, body, is_async } => {
                let mut nodes = tree.nodes_of(items).to_vec();
                nodes.push(body);
                self.form(if is_async { "async with" } else { "with" }, &nodes);
            }
            NodeKind::WithItem { context, target } => {
                self.node(context);
                self.some(" as ", target);
            }
            NodeKind::Return(value) => self.form("return", value.as_slice()),
            NodeKind::Raise(value) => self.form("raise", value.as_slice()),
            NodeKind::Break => self.out.push_str("break"),
            NodeKind::Continue => self.out.push_str("continue"),
            NodeKind::Await(value) => self.form("await", &[value]),
            NodeKind::Yield(value) => self.form("yield", value.as_slice()),
            NodeKind::Call { callee, arguments, .. } => {
                let mut nodes = vec![callee];
                nodes.extend(tree.nodes_of(arguments));
                self.form("call", &nodes);
            }
            NodeKind::Keyword { name, value } => {
                self.out.push_str(&format!("{}:", self.text(name)));
                self.node(value);
            }
            NodeKind::Spread(value) => self.some("*", Some(value)),
            NodeKind::Member { object, name } => {
                self.node(object);
                self.out.push_str(&format!(".{}", self.text(name)));
            }
            NodeKind::Index { object, index } => self.form("index", &[object, index]),
            NodeKind::Range { start, end, step } => {
                let nodes: Vec<NodeId> = [start, end, step].into_iter().flatten().collect();
                self.form("range", &nodes);
            }
            NodeKind::Name(name) => self.out.push_str(&self.text(name)),
            NodeKind::String { value, holes } => {
                let text = value.map_or("", |value| &tree.strings[value.0 as usize]);
                self.out.push_str(&format!("{text:?}"));
                if !holes.is_empty() {
                    self.form("holes", tree.nodes_of(holes));
                }
            }
            NodeKind::Bytes => self.out.push_str("bytes"),
            NodeKind::Integer(value) => self.out.push_str(&value.map_or("big".to_string(), |value| value.to_string())),
            NodeKind::Float => self.out.push_str("float"),
            NodeKind::Bool(value) => self.out.push_str(&value.to_string()),
            NodeKind::Null => self.out.push_str("null"),
            NodeKind::Collection { kind, elements } => self.form(&format!("{kind:?}"), tree.nodes_of(elements)),
            NodeKind::Pair { key, value } => self.form("pair", &[key, value]),
            NodeKind::Binary { operator, left, right } => self.form(&format!("{operator:?}"), &[left, right]),
            NodeKind::Unary { operator, operand } => self.form(&format!("{operator:?}"), &[operand]),
            NodeKind::Membership { needle, container } => self.form("in", &[needle, container]),
            NodeKind::Comprehension { kind, body } => self.form(&format!("{kind:?}-of"), &[body]),
            NodeKind::Element(value) => self.form("element", &[value]),
            NodeKind::Cast { value, target } => {
                let target = self.kind_of(target);
                self.form(&format!("cast:{target}"), &[value]);
            }
            NodeKind::Wildcard => self.out.push('_'),
            NodeKind::Other(list) => self.form("other", tree.nodes_of(list)),
            kind => panic!("Python has no {kind:?}"),
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let parsed = Python.parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    assert_eq!(Dump::of(&parsed.tree), expected, "{text}");
}

/// The type that an annotation is lowered to.
#[track_caller]
fn check_type(annotation: &str, expected: &str) {
    check(&format!("x: {annotation}"), &format!("(let:{expected} x)"));
}

#[test]
fn functions() {
    check(
        "def f(a, /, b: int = 1, *c, d=2, **e) -> str:\n  return a",
        "(fn f a b:int=1 *c d=2 **e ->str (block (return a)))",
    );
    check("async def f[T: Base](): pass", "(async fn f <T:Base> (block))");
    check("f = lambda x, *y: x + 1", "(= f (fn  x *y (return (Add x 1))))");
    check("@app.get('/')\ndef f(): ...", "(fn f @(call app.get \"/\") (block (other)))");
}

#[test]
fn methods() {
    check(
        "class A(B, metaclass=M):\n  x: int = 1\n  y = 2\n  def f(self, z): pass",
        "(class A B (block (let:int x 1) (= y 2) (fn f !self z (block))))",
    );
    check("class A:\n  @staticmethod\n  def f(a): pass", "(class A (block (fn f Static @staticmethod a (block))))");
    check(
        "class A:\n  @classmethod\n  def f(cls): pass",
        "(class A (block (fn f ClassMethod @classmethod !cls (block))))",
    );
    check("class A:\n  @property\n  def f(self): pass", "(class A (block (fn f Property @property !self (block))))");
    check("class A:\n  @f.setter\n  def f(self, v): pass", "(class A (block (fn f Setter @f.setter !self v (block))))");
    check(
        "class A:\n  @functools.cached_property\n  def f(self):\n    def g(x): pass",
        "(class A (block (fn f CachedProperty @functools.cached_property !self (block (fn g x (block))))))",
    );
    check("class A:\n  if X:\n    def f(self): pass", "(class A (block (if X (block (fn f !self (block))))))");
    check("class A:\n  def f(*args): pass", "(class A (block (fn f *args (block))))");
}

#[test]
fn annotations() {
    check_type("a.b.C[X, Y]", "a.b.C[X,Y]");
    check_type("Optional[T]", "T");
    check_type("typing.Optional['T']", "T");
    check_type("T | None", "T");
    check_type("None | T", "T");
    check_type("Union[T, None]", "T");
    check_type("A | B | None | C", "Union[A,B,C]");
    check_type("Union[A, Optional[B | C]]", "Union[A,B,C]");
    check_type("None", "None");
    check_type("tuple[A, B]", "Tuple[A,B]");
    check_type("Tuple[A, ...]", "tuple[A]");
    check_type("Annotated[T, Depends(x)]", "T");
    check_type("Final[list[T]]", "list[T]");
    check_type("ClassVar[dict[str, T]]", "dict[str,T]");
    check_type("Coroutine[Any, Any, T]", "T");
    check_type("Awaitable[T]", "T");
    check_type("Callable[[A, B], R]", "Callable[A,B,R]");
    check_type("Callable[..., R]", "Callable[R]");
    check_type("type[T]", "type[T]");
    check_type("'list[T]'", "list[T]");
    check_type("'not a type ('", "?");
    check_type("f()", "?");
    check_type("Literal['a', 'b']", "str");
    check("X: TypeAlias = A | None", "(type X A)");
    check("type X[T] = list[T]", "(type X list[T])");
    check("Key = NewType('Key', int)", "(call NewType \"Key\" int) (type Key int)");
    check(
        "Db = Annotated[Session, Depends(db)]",
        "(index Annotated (Tuple Session (call Depends db))) (type Db Session)",
    );
    check("Rows = list[Row]", "(index list Row) (type Rows list[Row])");
    check("first = list[0]", "(= first (index list 0))");
}

#[test]
fn loops() {
    check("for a, b in xs: f(a)", "(for (Tuple a b) xs (block (call f a)))");
    check("for a in xs: pass\nelse: f()", "(block (for a xs (block)) (block (call f)))");
    check("while x: break", "(while if x (block break))");
    check("while True: continue", "(loop (block continue))");
    check("while 1: pass", "(loop (block))");
    check("while 0: pass", "(while if 0 (block))");
    check("async def f():\n  async for x in y: pass", "(async fn f (block (async for x y (block))))");
}

#[test]
fn comprehensions() {
    check("[x for x in xs]", "(List-of (each x xs (element x)))");
    check("{f(x) for x in xs if x if y}", "(Set-of (each x xs if (And x y) (element (call f x))))");
    check("{k: v for k, v in xs}", "(Map-of (each (Tuple k v) xs (element (pair k v))))");
    check("g(y for x in xs for y in x if y)", "(call g (Generator-of (each x xs (each y x if y (element y)))))");
}

#[test]
fn operators() {
    check("x in y", "(in x y)");
    check("x not in y", "(Not (in x y))");
    check("a < b < c() != d", "(And (And (Compare a b) (Compare b (call c))) (NotEqual (other) d))");
    check("a and b and c or d", "(Or (And (And a b) c) d)");
    check("a is not None", "(NotEqual a null)");
    check("a // b % c | d & e", "(BitOr (Modulo (Divide a b) c) (BitAnd d e))");
    check("-a; not b; +c; ~d", "(Negate a) (Not b) c (Negate d)");
    check("a if b else c", "(if b a c)");
    check("(n := f())", "(= n (call f))");
}

#[test]
fn literals() {
    check("'a' \"b\"", "\"ab\"");
    check("f'a{x}b{y!r:>{w}}' 'c'", "\"a{}b{}c\"(holes x (other y w))");
    check("f'{x=}'", "\"x={}\"(holes x)");
    check("t'{x}'", "\"{}\"(holes x)");
    check("b'x'; 1; 99999999999999999999; 1.5; 2j; True; None; ...", "bytes 1 big float float true null (other)");
    check("[1, *a]; (1,); {1}; {1: 2, **b}", "(List 1 *a) (Tuple 1) (Set 1) (Map (pair 1 2) *b)");
}

#[test]
fn places_and_calls() {
    check("a.b[1:2, ::3](x, *y, k=1, **z)", "(call (index a.b (Tuple (range 1 2) (range 3))) x *y k:1 *z)");
    check("a = b = f()", "(= a (= b (call f)))");
    check("a += 1; a.b |= c", "(=Add a 1) (=BitOr a.b c)");
    check("del a, b[0]", "(del a (index b 0))");
    check("from typing import cast\ncast(T, x)", "(import typing.cast cast) (cast:T x)");
    check("import typing as t\nt.cast('T', x)", "(import typing t) (cast:T x)");
    check("from sqlalchemy import cast\ncast(x, T)", "(import sqlalchemy.cast cast) (call cast x T)");
}

#[test]
fn statements() {
    check("if a: b\nelif c: d\nelse: e", "(if a (block b) (if c (block d) (block e)))");
    check("with a as b, c(): d", "(with a as b (call c) (block d))");
    check(
        "try: a\nexcept E as e: b\nexcept (F, G): c\nexcept: d\nelse: f\nfinally: g",
        "(try (block a) (block (let:E e) b) (block (let:Union[F,G] _) c) (block d) else (block f) finally (block g))",
    );
    check("raise E from e", "(raise E)");
    check("raise E() from f()", "(call f) (raise (call E))");
    check("assert a, b", "(other a b)");
    check(
        "def f():\n  global x\n  yield\n  yield 1\n  yield from x",
        "(fn f (block (global x) (yield) (yield 1) (yield (element x))))",
    );
    check("async def f(): await g()", "(async fn f (block (await (call g))))");
}

#[test]
fn patterns() {
    check(
        "match x:\n  case [a, *rest] if a: pass\n  case {'k': v, **r}: pass\n  case P(b, c=d): pass\n  case C.D | 1: pass\n  case E() as e: pass\n  case None: pass\n  case _: pass",
        "(match x (arm (List a *rest) if a (block)) (arm (Map (pair \"k\" v) *r) (block)) (arm (call P b c:d) (block)) \
         (arm (other C.D 1) (block)) (arm (other (call E) e) (block)) (arm null (block)) (arm _ (block)))",
    );
}

#[test]
fn imports() {
    check("import a, b.c, d.e as f", "(import a a) (import b.c b root) (import d.e f)");
    check("from a.b import c, d as e", "(import a.b.c c) (import a.b.d e)");
    check("from . import c", "(import .c c)");
    check("from ..a import *", "(import ..a *)");
}

#[test]
fn spans() {
    let text = "x = a.b.name(1)\n";
    let tree = Python.parse(text).tree;
    let texts: Vec<&str> = (0..tree.len() as u32).map(|id| tree.span(NodeId(id)).of(text)).collect();
    for expected in ["a.b.name(1)", "a.b.name", "a.b", "x = a.b.name(1)"] {
        assert!(texts.contains(&expected), "{expected}: {texts:?}");
    }
    let text = "for x in f(\n  y):\n  pass";
    let tree = Python.parse(text).tree;
    assert_eq!(tree.loops[0].header.of(text), "for x in f(\n  y)");
}

#[test]
fn comments_for_laggard_are_kept() {
    let text = "x = 1  # laggard: allow\n# other\ny = '# laggard'\n";
    let tree = crate::lang::parse(&Python, text).tree;
    let comments: Vec<&str> = tree.comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["# laggard: allow"]);
}

#[test]
fn a_byte_order_mark_is_no_indentation() {
    check("   import os\n", "(import os os)");
}

/// Five functions, the third with another body.
fn five_with(broken: &str) -> String {
    let whole = |name: &str| {
        format!("def {name}(x):\n    \"\"\"Say {name}.\"\"\"\n    for y in x:\n        print(y)\n    return [x]\n\n\n")
    };
    ["first", "second"].map(whole).concat() + broken + "\n\n" + &["fourth", "fifth"].map(whole).concat()
}

fn function_names(tree: &Tree) -> Vec<&str> {
    tree.functions.iter().filter_map(|function| function.name).map(|name| tree.names.text(name)).collect()
}

#[test]
fn a_broken_function_costs_itself_only() {
    let breakages = [
        "def third(x):\n    y = foo(1, 2\n    return y\n",
        "def third(x):\n    y = foo(1, 2))\n    return y\n",
        "def third(x)\n    y = foo(1, 2)\n    return y\n",
        "def third(x:\n    return x\n",
        "def third(:\n    return x\n",
        "def third(x):\n    y = 'abc\n    return y\n",
        "def third(x):\n    y = [1, 2,\n    return y\n",
        "def third(x):\n    y = {'a': [1, (2,\n    for z in y:\n        pass\n",
        "def third(x):\n    y = 1\n      z = 2\n    return y\n",
        "def third(x):\n        y = 1\n    return y\n",
        "def third(x):\nreturn x\n",
        "def third(x):\n",
        "def third(x):\n    if x\n        return 1\n    else:\n        return 2\n",
        "def third(x):\n    if x:\n        return 1\n    else\n        return 2\n",
        "def third(x):\n    try:\n        y = 1\n    return y\n",
        "def third(x):\n    print x\n    exec 'x'\n    raise E, 'x'\n",
        "def third(x):\n    return x +\n",
        "def third(x):\n    y = = 2\n",
        "def third(x):\n    class = 2\n",
        "<<<<<<< HEAD\ndef third(x):\n    return x\n=======\ndef third(y):\n    return y\n>>>>>>> other\n",
        "def third(x):\n<<<<<<< HEAD\n    y = foo(\n=======\n    y = bar(\n>>>>>>> other\n        1)\n",
        "@decorate\ndef third(x:\n    return x\n",
        "@decorate(\ndef third(x):\n    return x\n",
        "def third(x):\n    y = \"\"\"abc\n    return y\n",
        "def third(x):\n    f\"{x\n    return 1\n",
        "def third(x):\n    x = $5 ? 3\n    return 1\n",
        "x = foo(1,\n",
        "class Third:\n    def a(self): return 1\n    def b(self: return 2\n    def c(self): return 3\n",
    ];
    for breakage in breakages {
        let text = five_with(breakage);
        let parsed = Python.parse(&text);
        let names = function_names(&parsed.tree);
        for name in ["first", "second", "fourth", "fifth"] {
            assert!(names.contains(&name), "{breakage}\nkept {names:?}, errors {:#?}", parsed.errors);
        }
        assert!(!parsed.errors.is_empty(), "{breakage}");
        let (start, end) = (text.find(breakage).unwrap() as u32, text.find("def fourth").unwrap() as u32);
        for error in &parsed.errors {
            assert!(error.span.start >= start && error.span.end <= end, "{breakage}\n{error:?}");
        }
    }
}

#[test]
fn only_the_broken_statement_is_lost() {
    let lost = |text: &str| -> Vec<String> {
        Python.parse(text).errors.iter().map(|error| error.span.of(text).to_string()).collect()
    };
    assert_eq!(lost("def f():\n    a = 1\n    print b\n    return a\n"), ["print b"]);
    assert_eq!(lost("def f():\n    a = foo(1\n    return a\n"), ["a = foo(1"]);
    assert_eq!(lost("class A:\n    def f(self):\n        x = = 1\n    def g(self): pass\n"), ["x = = 1"]);
    assert_eq!(lost("def f(:\n    return 1\n\nx = 1\n"), ["def f(:\n    return 1"]);
    let prints = "def f():\n    print 'hello'\n".repeat(300);
    assert_eq!(lost(&prints).len(), 300);
}

/// Parses on the small stack of a worker thread.
fn parse_on_small_stack(text: String) -> Parsed {
    let worker = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    worker.spawn(move || Python.parse(&text)).unwrap().join().unwrap()
}

/// Texts that nest `n` deep.
fn deep(n: usize) -> Vec<String> {
    let repeated = [
        "(",
        "[",
        "{",
        "f(",
        "{1:",
        "-",
        "not ",
        "lambda: ",
        "lambda x, y=",
        "x if y else ",
        "await ",
        "2 ** ",
        "f'{",
        "if x: ",
        "x[",
        "match x:\n case [",
        "def f(a=",
        "x: list[",
        "(yield ",
        "(x := ",
        "[x for x in ",
        "f(**",
        "f(x=",
        "{**",
        "x[a:",
        "x or y and not z in (",
        "a or b and not c < d | e ^ f & g << h + i * -j ** (",
        "lambda: (yield ",
        "{x: y for x in (",
        "t'{x:{",
        "f\"{",
        "f\"\"\"{(",
        "class A(",
        "@(",
        "with (",
        "print((",
        "a, (",
    ];
    let mut texts: Vec<String> = repeated.iter().map(|part| part.repeat(n)).collect();
    texts.extend([
        "(".repeat(n) + &")".repeat(n),
        "[".repeat(n) + &"]".repeat(n),
        "f(".repeat(n) + &")".repeat(n),
        "-".repeat(n) + "1",
        "not ".repeat(n) + "x",
        "lambda: ".repeat(n) + "x",
        "x if y else ".repeat(n) + "z",
        "2 ** ".repeat(n) + "2",
        "match x:\n case ".to_string() + &"[".repeat(n) + &"]".repeat(n) + ": pass",
        "match x:\n case ".to_string() + &"A(x=".repeat(n) + &")".repeat(n) + ": pass",
        "match x:\n case ".to_string() + &"{1: ".repeat(n) + "x" + &"}".repeat(n) + ": pass",
        "[x for x in ".repeat(n) + "y" + &"]".repeat(n),
        "f(x=".repeat(n) + "y" + &")".repeat(n),
        "x".to_string() + &".a".repeat(n),
        "1".to_string() + &" + 1".repeat(n),
        "x".to_string() + &"()".repeat(n),
        "x".to_string() + &"[0]".repeat(n),
        "x: ".to_string() + &"list[".repeat(n) + &"]".repeat(n),
        "x: ".to_string() + &"a | ".repeat(n) + "b",
        "x: '".to_string() + &"(".repeat(n) + "'",
        "if x: pass\n".to_string() + &"elif x: pass\n".repeat(n),
        "x = ".repeat(n) + "1",
        "x = 'a'".to_string() + &" + 'a'".repeat(n) + "\n(",
    ]);
    let blocks = n.min(500);
    for header in ["if x:", "class A:", "def f():", "try:"] {
        texts.push(
            (0..blocks).map(|depth| " ".repeat(depth) + header + "\n").collect::<String>() + &" ".repeat(blocks) + "y",
        );
    }
    texts
}

#[test]
fn deep_nesting_does_not_end_the_process() {
    for n in [300, 15_000, 100_000] {
        for text in deep(n) {
            parse_on_small_stack(text);
        }
    }
}

#[test]
fn deep_nesting_is_named() {
    for text in ["(".repeat(100_000), "-".repeat(50_000) + "1", "x".to_string() + &".a".repeat(50_000)] {
        let parsed = parse_on_small_stack(text);
        assert!(parsed.errors[0].message.starts_with("nesting"), "{:?}", parsed.errors);
        assert!(parsed.tree.root.is_some());
    }
}

#[test]
fn long_is_not_deep() {
    let n = 50_000;
    let accepted = [
        "[".to_string() + &"(1, -2.5, {'a': [x]}),\n".repeat(n) + "]",
        "x and ".repeat(n) + "x",
        "x < ".repeat(n / 10) + "x",
        "'a' ".repeat(n),
        "f(not a, lambda: b, c if d else e)\n".repeat(n),
    ];
    for text in accepted {
        let head: String = text.chars().take(20).collect();
        assert_eq!(parse_on_small_stack(text).errors, [], "{head}");
    }
}

const VALID: &str = "import os\nfrom a import (b, c)\n\n@dec(1)\nclass A(B):\n    x: int = 1\n\n    async def f(self, *a, **k) -> 'str | None':\n        async with a as b:\n            return [x for x in y if x in z]\n\ndef g(x):\n    try:\n        return f'{x:>{3}} {y}' + \"s\"\n    except (E, F) as e:\n        raise G from e\n    while True:\n        x += 1\n    match x:\n        case {'a': [1, *_]}:\n            pass\n    return lambda: (yield)\n";

proptest! {
    #[test]
    fn never_panics_on_any_text(text in "\\PC{0,200}") {
        Python.parse(&text);
    }

    #[test]
    fn never_panics_on_what_looks_like_python(parts in proptest::collection::vec(
        prop::sample::select(vec!["def ", "class ", "f", "(", ")", ":", "\n", "    ", "'", "\"\"\"", "f'{", "}", "[", "]", "=", ",", "if ", "else", "lambda ", "*", "\\\n", "#", "é", "\t", "\r\n", "match ", "case ", "@", "import ", "from ", ".", "for ", " in ", "try", "except", "<<<<<<< x\n", "return ", "print x", "\u{feff}", "\0"]), 0..80)) {
        Python.parse(&parts.concat());
    }

    #[test]
    fn never_panics_on_mutated_python(edits in proptest::collection::vec((0..VALID.len(), 0..12usize, "[\\[\\](){}:'\"fx= \n\t,.@*]{0,3}"), 1..6)) {
        let mut text = VALID.to_string();
        for (at, length, with) in edits {
            let start = at.min(text.len());
            let end = (start + length).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, &with);
            }
        }
        let parsed = Python.parse(&text);
        for error in &parsed.errors {
            prop_assert!(error.span.end as usize <= text.len() && error.span.start <= error.span.end);
        }
    }
}

/// `LAGGARD_CORPUS=<folder> cargo test -- --ignored --nocapture corpus`
#[test]
#[ignore = "needs a folder of Python code"]
fn corpus() {
    let folder = std::env::var("LAGGARD_CORPUS").unwrap();
    let (mut files, mut bytes, mut parsing, mut whole) = (0, 0, std::time::Duration::ZERO, std::time::Duration::ZERO);
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        let Ok(text) = crate::source::read(entry.path()) else { continue };
        files += 1;
        bytes += text.len();
        let start = std::time::Instant::now();
        let _ = parser::with_module(&text, |parsed| parsed.has_valid_syntax());
        parsing += start.elapsed();
        let start = std::time::Instant::now();
        let parsed = Python.parse(&text);
        whole += start.elapsed();
        if start.elapsed().as_millis() > 500 {
            println!("{}: {:?}", entry.path().display(), start.elapsed());
        }
        for error in &parsed.errors {
            println!("{}: {:?} {}", entry.path().display(), error.span, error.message);
        }
        Dump::of(&parsed.tree);
    }
    println!("{files} files, {bytes} bytes, parser {parsing:?}, with lowering {whole:?}");
}
