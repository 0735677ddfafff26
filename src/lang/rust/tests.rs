//! Tests of the Rust front end, on a compact written form of the tree.

use proptest::prelude::*;

use super::{Rust, parse};
use crate::lang::Language;
use crate::syntax::{
    Certainty, ClassKind, FunctionFlavor, FunctionNode, LoopKind, NodeId, NodeKind, Operator, ParameterKind, Tree,
    TypeExprId, TypeForm, UnaryOperator,
};

/// Writes a tree as S-expressions.
struct Dump<'t> {
    tree: &'t Tree,
    out: String,
}

fn dump(text: &str) -> String {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    dump_tree(&parsed.tree)
}

fn dump_tree(tree: &Tree) -> String {
    let mut dump = Dump { tree, out: String::new() };
    let NodeKind::Block(statements) = tree.kind(tree.root.unwrap()) else { panic!("the root is a block") };
    dump.nodes(tree.nodes_of(statements));
    dump.out
}

/// The body of `fn f() { … }`, without the function.
fn body(text: &str) -> String {
    let dumped = dump(&format!("fn f() {{{text}}}"));
    let dumped = dumped.strip_prefix("(fn f (params) {").unwrap_or_else(|| panic!("{dumped}"));
    dumped.strip_suffix("})").unwrap().to_owned()
}

/// A single expression.
fn expression(text: &str) -> String {
    body(&format!("{text};"))
}

impl Dump<'_> {
    fn push(&mut self, text: &str) {
        if text != ")" && text != "}" && !self.out.is_empty() && !self.out.ends_with(['(', '{', '@']) {
            self.out.push(' ');
        }
        self.out.push_str(text);
    }

    fn name(&self, name: crate::syntax::Name) -> String {
        self.tree.names.text(name).to_owned()
    }

    fn names(&self, names: &[crate::syntax::Name]) -> String {
        names.iter().map(|name| self.name(*name)).collect::<Vec<_>>().join("::")
    }

    fn nodes(&mut self, nodes: &[NodeId]) {
        for node in nodes {
            self.node(*node);
        }
    }

    fn form(&mut self, head: &str, nodes: &[NodeId]) {
        self.push(&format!("({head}"));
        self.nodes(nodes);
        self.push(")");
    }

    fn optional(&mut self, node: Option<NodeId>) {
        match node {
            Some(node) => self.node(node),
            None => self.push("-"),
        }
    }

    fn type_text(&self, id: TypeExprId) -> String {
        let ty = &self.tree.types[id.0 as usize];
        let arguments: Vec<String> = ty.arguments.iter().map(|id| self.type_text(*id)).collect();
        let arguments = arguments.join(",");
        let names = self.names(&ty.names);
        match ty.form {
            TypeForm::Named if arguments.is_empty() => names,
            TypeForm::Named => format!("{names}<{arguments}>"),
            TypeForm::Reference | TypeForm::MutableReference => format!("&{arguments}"),
            TypeForm::Union => format!("|{arguments}|"),
            TypeForm::Tuple => format!("tuple<{arguments}>"),
            TypeForm::Slice => format!("[{arguments}]"),
            TypeForm::Array => format!("[{arguments};]"),
            TypeForm::Trait if arguments.is_empty() => format!("dyn:{names}"),
            TypeForm::Trait => format!("dyn:{names}<{arguments}>"),
            TypeForm::Callable => format!("fn<{arguments}>"),
            TypeForm::Unknown => "?".to_owned(),
            form => format!("{form:?}"),
        }
    }

    fn type_parameters(&mut self, parameters: &[(crate::syntax::Name, Option<TypeExprId>)]) {
        if parameters.is_empty() {
            return;
        }
        let parameters: Vec<String> = parameters
            .iter()
            .map(|(name, bound)| match bound {
                Some(bound) => format!("{}={}", self.name(*name), self.type_text(*bound)),
                None => self.name(*name),
            })
            .collect();
        self.push(&format!("<{}>", parameters.join(" ")));
    }

    fn function(&mut self, function: &FunctionNode) {
        for decorator in &function.decorators {
            self.push("@");
            self.node(*decorator);
        }
        self.type_parameters(&function.type_parameters);
        if function.flavor == FunctionFlavor::Static {
            self.push("static");
        }
        if function.is_async {
            self.push("async");
        }
        self.push("(params");
        for parameter in &function.parameters {
            if parameter.kind == ParameterKind::Receiver {
                self.push("receiver");
            }
            self.node(parameter.target);
            if let Some(declared) = parameter.declared {
                self.push(&format!(":{}", self.type_text(declared)));
            }
        }
        self.push(")");
        if let Some(returns) = function.returns {
            self.push(&format!("->{}", self.type_text(returns)));
        }
        if let Some(body) = function.body {
            self.node(body);
        }
    }

    fn node(&mut self, id: NodeId) {
        match self.tree.kind(id) {
            NodeKind::Block(list) => {
                self.push("{");
                self.nodes(self.tree.nodes_of(list));
                self.push("}");
            }
            NodeKind::Function(function) => {
                let function = &self.tree.functions[function.0 as usize];
                let name = self.name(function.name.unwrap());
                self.push(&format!("(fn {name}"));
                self.function(function);
                self.push(")");
            }
            NodeKind::Closure(function) => {
                self.push("(closure");
                self.function(&self.tree.functions[function.0 as usize]);
                self.push(")");
            }
            NodeKind::Class(class) => {
                let class = &self.tree.classes[class.0 as usize];
                let kind = match class.kind {
                    ClassKind::Class => "class",
                    ClassKind::Enum => "enum",
                    ClassKind::Variant => "variant",
                    ClassKind::Interface => "trait",
                    ClassKind::Extension => "impl",
                };
                self.push(&format!("({kind} {}", self.name(class.name)));
                for decorator in &class.decorators {
                    self.push("@");
                    self.node(*decorator);
                }
                self.type_parameters(&class.type_parameters);
                if let Some(extended) = class.extended {
                    self.push(&format!("of:{}", self.type_text(extended)));
                }
                if !class.bases.is_empty() {
                    self.form("bases", &class.bases);
                }
                self.node(class.body);
                self.push(")");
            }
            NodeKind::InlineModule { name, decorators, body } => {
                self.push(&format!("(mod {}", self.name(name)));
                for decorator in self.tree.nodes_of(decorators) {
                    self.push("@");
                    self.node(*decorator);
                }
                self.node(body);
                self.push(")");
            }
            NodeKind::Import(import) => {
                let import = &self.tree.imports[import.0 as usize];
                let star = if import.is_star { "::*" } else { "" };
                self.push(&format!("(use {}{star} {})", self.names(&import.path), self.name(import.binding)));
            }
            NodeKind::Let { target, declared, value } => {
                self.push("(let");
                self.node(target);
                if let Some(declared) = declared {
                    self.push(&format!(":{}", self.type_text(declared)));
                }
                if let Some(value) = value {
                    self.node(value);
                }
                self.push(")");
            }
            NodeKind::Assign { target, operator, value } => {
                let operator = operator.map_or(String::new(), |operator| format!("{operator:?}").to_lowercase());
                self.form(&format!("{operator}="), &[target, value]);
            }
            NodeKind::TypeAlias { name, value } => {
                self.push(&format!("(type {} {})", self.name(name), self.type_text(value)));
            }
            NodeKind::Loop(turn) => {
                let turn = &self.tree.loops[turn.0 as usize];
                self.push(match turn.kind {
                    LoopKind::For => "(for",
                    LoopKind::While => "(while",
                    LoopKind::Infinite => "(loop",
                    LoopKind::Comprehension => "(comprehension",
                });
                for part in [turn.target, turn.iterable, turn.condition].into_iter().flatten() {
                    self.node(part);
                }
                self.node(turn.body);
                self.push(")");
            }
            NodeKind::If { condition, then, otherwise } => {
                self.push("(if");
                self.node(condition);
                self.node(then);
                if let Some(otherwise) = otherwise {
                    self.node(otherwise);
                }
                self.push(")");
            }
            NodeKind::Match { subject, arms } => {
                self.push("(match");
                self.node(subject);
                self.nodes(self.tree.nodes_of(arms));
                self.push(")");
            }
            NodeKind::Arm { pattern, guard, body } => {
                self.push("(arm");
                self.node(pattern);
                if let Some(guard) = guard {
                    self.form("guard", &[guard]);
                }
                self.node(body);
                self.push(")");
            }
            NodeKind::LetCondition { pattern, value } => self.form("is", &[pattern, value]),
            NodeKind::Return(None) => self.push("(return)"),
            NodeKind::Return(Some(value)) => self.form("return", &[value]),
            NodeKind::Raise(value) => self.form("raise", &Vec::from_iter(value)),
            NodeKind::Break => self.push("break"),
            NodeKind::Continue => self.push("continue"),
            NodeKind::Await(value) => self.form("await", &[value]),
            NodeKind::Yield(value) => self.form("yield", &Vec::from_iter(value)),
            NodeKind::Call { callee, arguments, type_arguments, certainty } => {
                self.push(if certainty == Certainty::Macro { "(call?" } else { "(call" });
                self.node(callee);
                if let Some(types) = type_arguments {
                    self.push(&format!("<{}>", self.type_text(types)));
                }
                self.nodes(self.tree.nodes_of(arguments));
                self.push(")");
            }
            NodeKind::Keyword { name, value } => self.form(&format!("{}:", self.name(name)), &[value]),
            NodeKind::Spread(value) => self.form("..", &[value]),
            NodeKind::Member { object, name } => self.form(&format!(".{}", self.name(name)), &[object]),
            NodeKind::Index { object, index } => self.form("index", &[object, index]),
            NodeKind::Range { start, end, .. } => {
                self.push("(range");
                self.optional(start);
                self.optional(end);
                self.push(")");
            }
            NodeKind::Name(name) => self.push(&self.name(name)),
            NodeKind::Path(path) => {
                let path = &self.tree.paths[path.0 as usize];
                let mut text = self.names(&path.names);
                if !path.type_arguments.is_empty() {
                    let types: Vec<String> = path.type_arguments.iter().map(|id| self.type_text(*id)).collect();
                    text = format!("{text}<{}>@{}", types.join(","), path.arguments_at);
                }
                self.push(&text);
            }
            NodeKind::String { value, holes } => {
                let text = value.map_or("?", |value| &self.tree.strings[value.0 as usize]);
                self.push(&format!("{text:?}"));
                if !holes.is_empty() {
                    self.form("holes", self.tree.nodes_of(holes));
                }
            }
            NodeKind::Bytes => self.push("bytes"),
            NodeKind::Integer(value) => self.push(&value.map_or("big".to_owned(), |value| value.to_string())),
            NodeKind::Float => self.push("float"),
            NodeKind::Character => self.push("char"),
            NodeKind::Bool(value) => self.push(&value.to_string()),
            NodeKind::Null => self.push("null"),
            NodeKind::Collection { kind, elements } => {
                self.form(&format!("{kind:?}").to_lowercase(), self.tree.nodes_of(elements));
            }
            NodeKind::Pair { key, value } => self.form("pair", &[key, value]),
            NodeKind::Binary { operator, left, right } => {
                self.form(&operator_text(operator), &[left, right]);
            }
            NodeKind::Unary { operator, operand } => {
                let operator = match operator {
                    UnaryOperator::Not => "!",
                    UnaryOperator::Negate => "-",
                    UnaryOperator::Borrow => "&",
                    UnaryOperator::BorrowMutably => "&mut",
                    UnaryOperator::Dereference => "*",
                };
                self.form(operator, &[operand]);
            }
            NodeKind::AsyncBlock(body) => self.form("async", &[body]),
            NodeKind::Propagate(value) => self.form("?", &[value]),
            NodeKind::Cast { value, target } => {
                self.push("(as");
                self.node(value);
                self.push(&self.type_text(target));
                self.push(")");
            }
            NodeKind::Wildcard => self.push("_"),
            NodeKind::Other(list) => self.form("other", self.tree.nodes_of(list)),
            kind => panic!("Rust has no {kind:?}"),
        }
    }
}

fn operator_text(operator: Operator) -> String {
    format!("{operator:?}").to_lowercase()
}

// Items

#[test]
fn functions() {
    assert_eq!(
        dump("pub async fn f<T: Clone>(a: &T, (b, c): (u8, u8)) -> Vec<T> { a }"),
        "(fn f <T=dyn:Clone> async (params a :&T (tuple b c) :tuple<u8,u8>) ->Vec<T> {(return a)})"
    );
}

#[test]
fn attributes_are_decorators() {
    assert_eq!(
        dump("/// doc\n#[tokio::main] #[get(\"/x\")] #[cfg(all(test, feature = \"y\"))] #[path = \"z\"] fn f() {}"),
        "(fn f @tokio::main @(call get \"/x\") @(call cfg (call all test (feature: \"y\"))) @(path: \"z\") (params) {})"
    );
    assert_eq!(dump("#[derive(Clone, Copy)] struct S;"), "(class S @(call derive Clone Copy) {})");
    assert_eq!(dump("#[a(!@#)] struct S;"), "(class S @(call a) {})");
}

#[test]
fn bounds_of_type_parameters() {
    assert_eq!(
        dump(
            "fn f<'a, A: ?Sized + 'a, B, F, const N: usize>() where B: Send + Iterator<Item = A>, F: FnMut(A) -> B {}"
        ),
        "(fn f <A B=dyn:Iterator<A> F=fn<A,B>> (params) {})"
    );
}

#[test]
fn structs_enums_traits() {
    assert_eq!(
        dump("struct P<T> { x: T, r#type: u8 } struct Q(u8, String); union U { a: u8 }"),
        "(class P <T> {(let x :T) (let type :u8)}) (class Q {(let 0 :u8) (let 1 :String)}) (class U {(let a :u8)})"
    );
    assert_eq!(
        dump("enum E { A, B(u8), C { x: i64 } = 3 }"),
        "(enum E {(variant A {}) (variant B {(let 0 :u8)}) (variant C {(let x :i64)})})"
    );
    assert_eq!(
        dump("trait T: a::B + 'static { const N: u8 = 1; type X; type Y = u8; fn f(&self); fn g() -> u8 { 1 } }"),
        "(trait T (bases a::B) {(let N :u8 1) (type Y u8) (fn f (params receiver self :&Self)) (fn g static (params) ->u8 {(return 1)})})"
    );
}

#[test]
fn impls_extend() {
    assert_eq!(
        dump("impl<T> a::S<T> { fn new() -> Self { S } pub fn m(self: Arc<Self>) {} }"),
        "(impl S <T> of:a::S<T> {(fn new static (params) ->Self {(return S)}) (fn m (params receiver self :Arc<Self>) {})})"
    );
    assert_eq!(
        dump("impl Iterator for &mut [u8] { type Item = u8; }"),
        "(impl slice of:&[u8] (bases Iterator) {(type Item u8)})"
    );
    assert_eq!(dump("impl !Send for S {}"), "");
    assert_eq!(
        dump("impl X for dyn Y {} impl X for (A, B) {}"),
        "(impl Y of:dyn:Y (bases X) {}) (impl tuple of:tuple<A,B> (bases X) {})"
    );
}

#[test]
fn modules_and_statics() {
    assert_eq!(
        dump("#[cfg(test)] mod tests { use super::*; const A: u8 = 1; } mod file; static B: &str = \"\"; type A = B;"),
        "(mod tests @(call cfg test) {(use super::* *) (let A :u8 1)}) (let B :&str \"\") (type A B)"
    );
    assert_eq!(
        dump("extern \"C\" { fn c(x: u8) -> u8; static S: u8; } unsafe extern \"C\" { safe fn d(); }"),
        "(fn c (params x :u8) ->u8) (let S :u8) (fn d (params))"
    );
}

#[test]
fn imports_are_flat() {
    assert_eq!(
        dump("use ::a::b::{self, c, d as e, f::{g, h::*}, i as _};"),
        "(use a::b b) (use a::b::c c) (use a::b::d e) (use a::b::f::g g) (use a::b::f::h::* *) (use a::b::i _)"
    );
    assert_eq!(
        dump(
            "use x; use crate::y; use super::super::z; use {p, q}; use r::{self as s}; extern crate t as u; extern crate self as v;"
        ),
        "(use x x) (use crate::y y) (use super::super::z z) (use p p) (use q q) (use r s) (use t u) (use crate v)"
    );
    assert_eq!(body("use a::b; b();"), "(use a::b b) (call b)");
}

// Statements and expressions

#[test]
fn the_tail_is_returned() {
    assert_eq!(body("a(); b"), "(call a) (return b)");
    assert_eq!(body("if a { b } else { c }"), "(return (if a {b} {c}))");
    assert_eq!(body("if a { b; }"), "(if a {b})");
    assert_eq!(body("for a in b {}"), "(for a b {})");
    assert_eq!(body("return a"), "(return a)");
    assert_eq!(body("a = 1"), "(= a 1)");
    assert_eq!(body("panic!()"), "(raise (call panic!))");
    assert_eq!(body("vec![1]"), "(return (call vec! 1))");
    assert_eq!(body("vec![1];"), "(call vec! 1)");
    assert_eq!(body("{ a }"), "(return {a})");
}

#[test]
fn bindings() {
    assert_eq!(
        body("let x: Vec<_> = y; let (ref a, mut b); let &c = d;"),
        "(let x :Vec<?> y) (let (tuple (& a) b)) (let c d)"
    );
    assert_eq!(body("let Some(x) = y else { return; };"), "(let (call Some x) y) (if _ {(return)})");
    assert_eq!(body("a += 1; b <<= 2; (c, _) = d; *e = f;"), "(add= a 1) (other= b 2) (= (tuple c _) d) (= (* e) f)");
}

#[test]
fn calls_and_paths() {
    assert_eq!(expression("x.foo::<Vec<_>>(a)?.await"), "(await (? (call (.foo x) <Vec<?>> a)))");
    assert_eq!(expression("a::b::c(Vec::<T>::new(), f::<u8>())"), "(call a::b::c (call Vec::new<T>@0) (call f<u8>@0))");
    assert_eq!(expression("<T as Into<String>>::into(x)"), "(call T::into x)");
    assert_eq!(expression("<a::T>::f::<u8>()"), "(call a::T::f<u8>@2)");
    assert_eq!(expression("<[u8]>::len(x)"), "(call (other) x)");
    assert_eq!(expression("a.0.1[b]"), "(index (.1 (.0 a)) b)");
    assert_eq!(expression("S { a: 1, b, ..c }"), "(call S (a: 1) (b: b) (.. c))");
    assert_eq!(expression("x.r#type()"), "(call (.type x))");
}

#[test]
fn operators() {
    assert_eq!(expression("!a && b || -c == *d"), "(or (and (! a) b) (equal (- c) (* d)))");
    assert_eq!(expression("(a + b) * &mut c % d as u64"), "(modulo (multiply (add a b) (&mut c)) (as d u64))");
    assert_eq!(expression("a..b; ..=c; d..; .."), "(range a b) (range - c) (range d -) (range - -)");
    assert_eq!(expression("a < b; a ^ b; &raw const x"), "(compare a b) (other a b) (& x)");
}

#[test]
fn control_flow() {
    assert_eq!(
        expression("if let Some(x) = y && z { 1 } else if w { 2 } else { 3 }"),
        "(if (and (is (call Some x) y) z) {1} (if w {2} {3}))"
    );
    assert_eq!(
        expression("while let Some(x) = it.next() { continue; }"),
        "(while (is (call Some x) (call (.next it))) {continue})"
    );
    assert_eq!(expression("'a: loop { break 'a 5; }"), "(loop {{5 break}})");
    assert_eq!(expression("'a: loop { loop { continue 'a; } }"), "(loop {(loop {break})})");
    assert_eq!(
        expression("'a: loop { 'b: loop { continue 'b; } continue 'a; }"),
        "(loop {(loop {continue}) continue})"
    );
    assert_eq!(
        expression("match x { 1 | 2 => a, n @ 3..=4 if n > 3 => b, P { q, r: 0, .. } => {}, [h, ..] => c, _ => d() }"),
        "(match x (arm (other 1 2) a) (arm (other n (range 3 4)) (guard (compare n 3)) b) (arm (call P (q: q) (r: 0)) {}) (arm (list h _) c) (arm _ (call d)))"
    );
    assert_eq!(
        expression("unsafe { a() }; const { 1 }; async move { b().await }"),
        "{(call a)} {1} (async {(await (call b))})"
    );
}

#[test]
fn closures() {
    assert_eq!(
        expression("move |x: u8, (a, b)| -> u8 { x }"),
        "(closure (params x :u8 (tuple a b)) ->u8 {(return x)})"
    );
    assert_eq!(expression("|x| x + 1"), "(closure (params x) (return (add x 1)))");
    assert_eq!(expression("async || y"), "(closure async (params) (return y))");
    assert_eq!(expression("|| z = 1"), "(closure (params) (= z 1))");
}

#[test]
fn literals() {
    assert_eq!(
        expression(
            "(); (1, 2.0); [b'a', 0xff_u8]; [0; 9]; 'x'; \"s\"; b\"t\"; c\"u\"; r#\"v\"#; true; 99999999999999999999"
        ),
        "null (tuple 1 float) (list 97 255) (list 0) char \"s\" bytes bytes \"v\" true big"
    );
}

#[test]
fn types() {
    assert_eq!(
        dump(
            "fn f(a: &'a mut [T], b: Box<dyn Send + Fn(A) -> B>, c: impl Future<Output = T> + Send, d: [u8; 4], e: fn(A), g: !, h: <T as X>::Y, i: BoxFuture<'a, T>, j: *const T, k: crate::A, l: dyn ?Sized) {}"
        ),
        "(fn f (params a :&[T] b :Box<fn<A,B>> c :dyn:Future<T> d :[u8;] e :fn<A,tuple<>> g :? h :T::Y i :BoxFuture<T> j :&T k :crate::A l :?) {})"
    );
}

// Macros

#[test]
fn format_macros() {
    assert_eq!(
        expression("format!(\"{a} {} {b:?} {c}\", d, c = 1)"),
        "(call format! \"{} {} {} {}\" (holes a b) d (c: 1))"
    );
    assert_eq!(expression("write!(out, \"{x}\")?"), "(? (call write! out \"{}\" (holes x)))");
    assert_eq!(expression("println!()"), "(call println!)");
    assert_eq!(expression("std::println!(\"{{}}\",)"), "(call std::println! \"{}\")");
    assert_eq!(expression("assert!(a == b, \"{c}\")"), "(call assert! (equal a b) \"{}\" (holes c))");
    assert_eq!(expression("assert_eq!(a, \"{b}\", r\"{c}\")"), "(call assert_eq! a \"{b}\" \"{}\" (holes c))");
}

#[test]
fn raising_macros() {
    assert_eq!(expression("bail!(\"{x}\")"), "(raise (call bail! \"{}\" (holes x)))");
    assert_eq!(expression("todo!()"), "(raise (call todo!))");
    assert_eq!(
        expression("x.unwrap_or_else(|| unreachable!(\"y\"))"),
        "(call (.unwrap_or_else x) (closure (params) (raise (call unreachable! \"y\"))))"
    );
    assert_eq!(expression("ensure!(a, \"b\"); anyhow!(e)"), "(call ensure! a \"b\") (call anyhow! e)");
}

#[test]
fn logging_macros() {
    assert_eq!(
        expression("tracing::info!(target: \"t\", user.id = %u.id, ?err, n = f(), \"m {x}\", y)"),
        "(call tracing::info! (target: \"t\") (user.id: (.id u)) err (n: (call f)) \"m {}\" (holes x) y)"
    );
    assert_eq!(expression("log::warn!(a:? = b, c:serde = d; \"m\")"), "(call log::warn! (a: b) (c: d) \"m\")");
    assert_eq!(expression("info_span!(\"s\", id)"), "(call info_span! \"s\" id)");
    assert_eq!(
        expression("event!(Level::INFO, \"type\" = 1, r#type = 2)"),
        "(call event! Level::INFO (type: 1) (type: 2))"
    );
}

#[test]
fn collection_macros() {
    assert_eq!(expression("vec![a, b]; vec![0; n]; vec![]"), "(call vec! a b) (call vec! 0 (len: n)) (call vec!)");
    assert_eq!(
        expression("json!({\"a\": [x.y(), null, {\"b\": 1}], k: true,})"),
        "(call json! (map (pair \"a\" (list (call (.y x)) null (map (pair \"b\" 1)))) (pair k true)))"
    );
    assert_eq!(expression("hashmap!{\"a\" => f()}"), "(call hashmap! (pair \"a\" (call? f)))");
}

#[test]
fn matches_macro() {
    assert_eq!(
        expression("matches!(f(x), Some(y) | Ok(y) if y > 1)"),
        "(call matches! (match (call f x) (arm (other (call Some y) (call Ok y)) (guard (compare y 1)) true)))"
    );
    assert_eq!(
        expression("assert_matches!(a, B { .. }, \"{c}\")"),
        "(call assert_matches! (match a (arm (call B) true)) \"{}\" (holes c))"
    );
}

#[test]
fn select_macro() {
    assert_eq!(
        expression(
            "tokio::select! { biased; Some(x) = rx.recv(), if ok => { f(x) } _ = sleep(d) => g(), else => break }"
        ),
        "(other (call tokio::select!) (let (call Some x) (await (call (.recv rx)))) ok {(call f x)} (let _ (await (call sleep d))) (call g) break)"
    );
    assert_eq!(
        expression("select! { recv(r) -> m => h(m), default => {}, complete => break }"),
        "(other (call select!) (let m (call recv r)) (call h m) {} break)"
    );
    assert_eq!(expression("select! { default(t) => {} }"), "(other (call select!) (let _ (call default t)) {})");
}

#[test]
fn join_macros() {
    assert_eq!(expression("tokio::join!(a(), b())"), "(await (call tokio::join! (call a) (call b)))");
    assert_eq!(expression("try_join!(a)?"), "(? (await (call try_join! a)))");
}

#[test]
fn statics_run_once() {
    let expected = "(let X :Regex (call lazy_static! (closure (params) (return (call Regex::new \"a\")))))";
    assert_eq!(dump("lazy_static! { #[doc = \"d\"] pub static ref X: Regex = Regex::new(\"a\"); }"), expected);
    assert_eq!(body("lazy_static! { static ref X: Regex = Regex::new(\"a\"); }"), expected);
    assert_eq!(
        dump("thread_local! { static A: u8 = const { 1 }; pub static B: u8 = f() }"),
        "(let A :u8 (call thread_local! (closure (params) (return {1})))) (let B :u8 (call thread_local! (closure (params) (return (call f)))))"
    );
}

#[test]
fn other_known_macros() {
    assert_eq!(
        dump("cfg_if! { if #[cfg(unix)] { fn a() { x() } } else if #[cfg(windows)] { use b; } else { fn c() {} } }"),
        "(fn a (params) {(return (call x))}) (use b b) (fn c (params) {})"
    );
    assert_eq!(expression("stream! { for x in y { yield x; } }"), "(call stream! (async {(for x y {(yield x)})}))");
    assert_eq!(expression("sqlx::query!(\"select {x}\", id)"), "(call sqlx::query! \"select {x}\" id)");
    assert_eq!(expression("quote! { f() }"), "(call quote!)");
    assert_eq!(dump("macro_rules! m { ($x:expr) => { f($x) }; }"), "");
}

#[test]
fn unknown_macros_are_uncertain() {
    assert_eq!(expression("my!(f(), x = g())"), "(call my! (call? f) (x: (call? g)))");
    assert_eq!(expression("my! { let x = f(); x }"), "(call my! {(let x (call? f)) x})");
    assert_eq!(expression("my! { f(), g(); }; arr![f(); 4]"), "(call my!) (call arr! {(call? f) 4})");
    assert_eq!(expression("my!(a => ; % b)"), "(call my!)");
    assert_eq!(
        expression("with_settings!({ a => f() }, { g(); h() })"),
        "(call with_settings! (pair a (call? f)) {(call? g) (call? h)})"
    );
    assert_eq!(
        expression("my!({\"a\": {\"b\": null}, \"c\": f()})"),
        "(call my! (map (pair \"a\" (map (pair \"b\" null))) (pair \"c\" (call? f))))"
    );
    assert_eq!(expression("assert_snapshot!(f(), @\"x\")"), "(call assert_snapshot! (call? f) \"x\")");
    assert_eq!(
        dump("pin_project! { struct S { #[pin] x: T } } cfg_rt! { fn f() { g() } }"),
        "(class S {(let x :T)}) (fn f (params) {(return (call? g))})"
    );
    assert_eq!(expression("my!(dbg!(f())); g()"), "(call my! (call? dbg! (call? f))) (call g)");
}

// Spans and comments

/// The text of the first node of which the predicate holds.
fn text_of(text: &str, is_wanted: impl Fn(NodeKind, &Tree) -> bool) -> &str {
    let tree = parse(text).tree;
    let wanted = (0..tree.len() as u32).map(NodeId).find(|id| is_wanted(tree.kind(*id), &tree));
    tree.span(wanted.expect("a node of this kind")).of(text)
}

#[test]
fn spans_hold_after_other_alphabets() {
    let text = "// žluťoučký 🐎\nfn f() { let ň = \"日本\"; (a.b)(\"č\", format!(\"é{x}\")).c; }";
    assert_eq!(
        text_of(text, |kind, tree| matches!(kind, NodeKind::Member { name, .. } if tree.names.text(name) == "c")),
        "(a.b)(\"č\", format!(\"é{x}\")).c"
    );
    assert_eq!(
        text_of(
            text,
            |kind, tree| matches!(kind, NodeKind::Name(name) if tree.names.texts().nth(name.0 as usize) == Some("x"))
        ),
        "x"
    );
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Let { .. })), "let ň = \"日本\";");
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Function(_))), &text[text.find("fn").unwrap()..]);
}

#[test]
fn spans_of_compound_nodes() {
    let text =
        "fn f() { for (a, b) in c.iter() { d } x as &T; p::<U>::q(); tokio::select! { _ = z => y } matches!(m, N) }";
    let tree = parse(text).tree;
    assert_eq!(tree.loops[0].header.of(text), "for (a, b) in c.iter()");
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Cast { .. })), "x as &T");
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Path(_))), "p::<U>::q");
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Other(_))), "tokio::select! { _ = z => y }");
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Match { .. })), "m, N");
}

#[test]
fn every_child_lies_within_its_file() {
    let text = include_str!("macros.rs");
    let tree = parse(text).tree;
    for id in (0..tree.len() as u32).map(NodeId) {
        let span = tree.span(id);
        assert!(span.start <= span.end && span.end as usize <= text.len());
        assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize));
    }
}

#[test]
fn comments_that_matter_are_kept() {
    let text = "// laggard: ignore\nlet_!(\"// laggard\", 'a', r#\"/* laggard */\"#);\n/* a /* laggard */ b */ // other\nfn f<'laggard>() {}";
    let comments = crate::lang::parse(&Rust, text).tree.comments;
    let texts: Vec<&str> = comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(texts, ["// laggard: ignore", "/* a /* laggard */ b */"]);
}

// What syn refuses

#[test]
fn headers_are_blanked() {
    assert_eq!(dump("#!/usr/bin/env cargo\nfn f() {}"), "(fn f (params) {})");
    assert_eq!(dump("#!/usr/bin/env cargo\n---\n[dependencies]\n---\nfn f() {}"), "(fn f (params) {})");
    assert_eq!(dump("---cargo\n[dependencies]\n---\nfn f() {}"), "(fn f (params) {})");
    assert_eq!(dump("\u{feff}#!/bin/x\nfn f() {}"), "(fn f (params) {})");
    assert_eq!(dump("#![allow(x)]\nfn f() {}"), "(fn f (params) {})");
    let text = "\u{feff}fn f() {}";
    assert_eq!(text_of(text, |kind, _| matches!(kind, NodeKind::Function(_))), "fn f() {}");
}

/// What is left of a broken text, and the text of what was lost.
fn recovered(text: &str) -> (String, Vec<&str>) {
    let parsed = parse(text);
    (dump_tree(&parsed.tree), parsed.errors.iter().map(|error| error.span.of(text)).collect())
}

#[test]
fn a_broken_statement_costs_itself() {
    let (tree, lost) = recovered("fn a() {}\nfn b() {\n    let x = 1;\n    let y = ;\n    g();\n}\nfn c() {}\n");
    assert_eq!(tree, "(fn a (params) {}) (fn b (params) {(let x 1) (call g)}) (fn c (params) {})");
    assert_eq!(lost, ["let y = ;"]);
}

#[test]
fn a_broken_item_costs_itself() {
    let (tree, lost) = recovered("/// a\nfn a() {}\n/// b\nfn b(x y) { z() }\nfn c() {}\nstruct { d }\n");
    assert_eq!(tree, "(fn a (params) {}) (fn c (params) {})");
    assert_eq!(lost, ["fn b(x y) { z() }", "struct { d }"]);
}

#[test]
fn a_broken_method_costs_itself() {
    let (tree, lost) = recovered(
        "impl S {\n    fn a() {}\n    pub fn b(x y) {}\n    const N: u8 = { 1 };\n}\nmod m { trait T { fn x(); fn y() -> ; } }\nuse a::{b};\n",
    );
    assert_eq!(
        tree,
        "(impl S of:S {(fn a static (params) {}) (let N :u8 {1})}) (mod m {(trait T {(fn x static (params))})}) (use a::b b)"
    );
    assert_eq!(lost, ["pub fn b(x y) {}", "fn y() -> ;"]);
}

#[test]
fn missing_and_extra_brackets() {
    let (tree, lost) = recovered("fn a() {\n    if x {\n}\n\nfn b() {}\n\n#[test]\npub fn c() {}\n");
    assert_eq!(tree, "(fn b (params) {}) (fn c @test (params) {})");
    assert_eq!(lost, ["fn a() {\n    if x {\n}"]);
    let (tree, lost) = recovered("fn a() {}\n}\nfn b() {}\n");
    assert_eq!(tree, "(fn a (params) {}) (fn b (params) {})");
    assert_eq!(lost, ["}"]);
    let (tree, _) = recovered("impl S {\n    fn a() {\n        if x {\n    }\n    fn b() {}\n}\nfn c() {}\n");
    assert_eq!(tree, "(impl S of:S {(fn b static (params) {})}) (fn c (params) {})");
}

#[test]
fn an_unclosed_string_costs_its_function() {
    let (tree, lost) = recovered("fn a() {}\nfn b() { f(\"x); }\n/// c\n#[test]\nfn c() { g(\"y\") }\n");
    assert_eq!(tree, "(fn a (params) {}) (fn c @test (params) {(return (call g \"y\"))})");
    assert_eq!(lost, ["fn b() { f(\"x); }\n/// c"]);
}

#[test]
fn what_is_no_rust_gives_an_empty_tree() {
    let (tree, lost) = recovered("hello world, this is no Rust\n");
    assert_eq!((tree.as_str(), lost.len()), ("", 1));
    assert_eq!(parse("/// documentation of nothing").errors.len(), 1);
    assert_eq!(parse("").errors.len(), 0);
    assert_eq!(parse("// nothing\n").errors.len(), 0);
}

// Depth

/// Texts that nest as deeply as given, in every way that syn recurses.
fn deep(depth: usize) -> Vec<(&'static str, String)> {
    let repeat = |text: &str| text.repeat(depth);
    let inside =
        |before: &str, core: &str, after: &str| format!("fn f() {{ x = {}{core}{}; }}", repeat(before), repeat(after));
    vec![
        ("parentheses", inside("(", "a", ")")),
        ("brackets", inside("[", "a", "]")),
        ("blocks", inside("{", "a", "}")),
        ("calls", inside("f(", "a", ")")),
        ("closures in calls", inside("f(|x| ", "a", ")")),
        ("macros", inside("m!(", "a", ")")),
        ("vec", inside("vec![", "a", "]")),
        ("json", inside("json!({\"a\": [", "1", "]})")),
        ("ifs", inside("if a {", "b", "}")),
        ("matches", inside("match a { _ =>", "b", "}")),
        ("references", inside("&", "a", "")),
        ("spaced references", inside("& ", "a", "")),
        ("mutable references", inside("&mut ", "a", "")),
        ("nots", inside("!", "a", "")),
        ("minuses", inside("-", "a", "")),
        ("dereferences", inside("*", "a", "")),
        ("sums", inside("1+", "1", "")),
        ("ands", inside("a && ", "a", "")),
        ("assignments", inside("a = ", "a", "")),
        ("methods", inside("", "a", ".b()")),
        ("fields", inside("", "a", ".b")),
        ("indexes", inside("", "a", "[0]")),
        ("applications", inside("", "a", "()")),
        ("propagations", inside("", "a", "?")),
        ("awaits", inside("", "a", ".await")),
        ("casts", inside("", "a", " as u8")),
        ("closures", inside("|a| ", "a", "")),
        ("closures with commas", inside("|a, b| ", "a", "")),
        ("moves", inside("move || ", "a", "")),
        ("returns", inside("return ", "a", "")),
        ("breaks", inside("break ", "a", "")),
        ("else ifs", inside("if a {} else ", "{}", "")),
        ("ifs in conditions", inside("if ", "a", " {}")),
        ("matches in subjects", inside("match ", "a", " {}")),
        ("ranges", inside(".. ", "a", "")),
        ("sums in macros", inside("", &format!("m!({}1)", repeat("1+")), "")),
        ("references in vec", inside("", &format!("vec![{}1]", repeat("&")), "")),
        ("methods in json", inside("", &format!("json!({{\"a\": a{}}})", repeat(".b()")), "")),
        ("in attributes", format!("#[a({}b)] fn f() {{}}", repeat("!"))),
        ("nested attributes", format!("#[a{}{}] fn f() {{}}", repeat("(a"), repeat(")"))),
        ("generics", format!("type X = {}u8{};", repeat("A<"), repeat(">"))),
        ("generics with commas", format!("type X = {}u8{};", repeat("A<u8, "), repeat(">"))),
        ("turbofish", inside("", &format!("a::<{}u8{}>()", repeat("A<u8, "), repeat(">")), "")),
        ("reference types", format!("type X = {}u8;", repeat("&"))),
        ("pointer types", format!("type X = {}u8;", repeat("*const "))),
        ("function types", format!("type X = {}u8;", repeat("fn() -> "))),
        ("trait types", format!("type X = {}u8{};", repeat("Box<dyn Fn() -> "), repeat(">"))),
        ("qualified types", format!("type X = {}A{};", repeat("<"), repeat(">::B"))),
        ("tuple types", format!("type X = {}u8{};", repeat("("), repeat(",)"))),
        ("reference patterns", format!("fn f({}a: u8) {{}}", repeat("&"))),
        ("bound patterns", format!("fn f() {{ let {}a = b; }}", repeat("a @ "))),
        ("tuple patterns", format!("fn f() {{ let {}a{} = b; }}", repeat("("), repeat(",)"))),
        ("modules", format!("{}{}", repeat("mod a {"), repeat("}"))),
        ("functions", format!("{}{}", repeat("fn a() {"), repeat("}"))),
        ("imports", format!("use {}b;", repeat("a::"))),
        ("groups of imports", format!("use {}b{};", repeat("a::{"), repeat("}"))),
        ("open", repeat("(")),
        ("open modules", repeat("mod a {")),
        ("closed", repeat("}")),
        ("comments", repeat("/*")),
    ]
}

/// Parses on a thread with a stack of 2 MiB, as a worker of rayon has.
fn parse_in_worker(texts: Vec<(&'static str, String)>) {
    let work = move || {
        for (name, text) in texts {
            let started = std::time::Instant::now();
            let parsed = parse(&text);
            assert!(parsed.tree.root.is_some(), "{name}");
            if std::env::var("LAGGARD_TIMES").is_ok() {
                let error = parsed.errors.first().map(|error| error.message.clone());
                eprintln!("{name}: {:?} {} nodes, {error:?}", started.elapsed(), parsed.tree.len());
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn shallow_nesting_is_parsed() {
    for (name, text) in
        deep(20).into_iter().filter(|(name, _)| !matches!(*name, "open" | "open modules" | "closed" | "comments"))
    {
        assert_eq!(parse(&text).errors, [], "{name}: {text}");
    }
}

#[test]
fn allowed_nesting_never_overflows() {
    parse_in_worker(deep(120));
    parse_in_worker(deep(250));
}

#[test]
fn deep_nesting_never_overflows() {
    parse_in_worker(deep(3_000));
    parse_in_worker(deep(10_000));
    parse_in_worker(deep(31_900));
}

#[test]
fn absurd_nesting_never_overflows() {
    parse_in_worker(deep(100_000));
}

#[test]
fn refusals_are_named() {
    let text = format!("fn a() {{}}\nfn b() {{ {}1{} }}\n", "(".repeat(1000), ")".repeat(1000));
    let parsed = parse(&text);
    assert!(parsed.errors[0].message.starts_with("nesting"), "{:?}", parsed.errors[0].message);
    assert_eq!(dump_tree(&parsed.tree), "(fn a (params) {})");
}

// Properties

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parse_never_panics(text in "\\PC*") {
        parse(&text);
    }

    #[test]
    fn parse_never_panics_on_tokens(words in prop::collection::vec(prop::sample::select(TOKENS), 0..60)) {
        let text = words.join(" ");
        let parsed = parse(&text);
        prop_assert!(parsed.tree.root.is_some());
        parse(&words.concat());
    }

    #[test]
    fn parse_never_panics_on_mutants(at in 0usize..4000, length in 0usize..40, word in prop::sample::select(TOKENS)) {
        let mut text = SAMPLE.to_owned();
        let start = floor(&text, at % text.len());
        let end = floor(&text, (start + length).min(text.len()));
        text.replace_range(start..end, word);
        let parsed = parse(&text);
        for error in parsed.errors {
            prop_assert!(error.span.end as usize <= text.len());
        }
    }

    #[test]
    fn the_lexer_agrees_with_the_compiler(words in prop::collection::vec(prop::sample::select(TOKENS), 0..40)) {
        let text = words.join(" ");
        if let Ok(stream) = text.parse::<proc_macro2::TokenStream>() {
            let lexed = super::lexer::lex(&text);
            // Documentation is an attribute to the compiler.
            prop_assume!(lexed.comments.is_empty());
            prop_assert_eq!(super::lexer::nesting(&text, &lexed.tokens).brackets, depth(stream));
            prop_assert!(!lexed.unterminated);
        }
    }
}

fn depth(stream: proc_macro2::TokenStream) -> usize {
    let groups = stream.into_iter().filter_map(|tree| match tree {
        proc_macro2::TokenTree::Group(group) => Some(1 + depth(group.stream())),
        _ => None,
    });
    groups.max().unwrap_or(0)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

const SAMPLE: &str = include_str!("macro_body.rs");

const TOKENS: &[&str] = &[
    "fn",
    "f",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "let",
    "=",
    ";",
    ",",
    "\"s\"",
    "'a'",
    "'a",
    "r#\"x\"#",
    "b'\\''",
    "struct",
    "impl",
    "for",
    "in",
    "if",
    "else",
    "match",
    "=>",
    "|",
    "||",
    "&",
    "&&",
    "::",
    ":",
    "!",
    "?",
    ".",
    "..",
    "1",
    "1.0",
    "0x",
    "1e",
    "async",
    "await",
    "mod",
    "use",
    "trait",
    "pub",
    "const",
    "static",
    "self",
    "Self",
    "crate",
    "super",
    "#",
    "#!",
    "@",
    "->",
    "//",
    "/*",
    "*/",
    "\n",
    "///",
    "//!",
    "/** x */",
    "_",
    "mut",
    "ref",
    "where",
    "dyn",
    "unsafe",
    "extern",
    "vec![",
    "format!(\"{x:?}\"",
    "json!({",
    "select!{",
    "matches!(",
    "macro_rules!",
    "é",
    "日",
    "\u{feff}",
    "r#fn",
    "'\\u{1}'",
    "\"\\",
    "\"",
    "\\",
    "\u{0}",
    "lazy_static!{",
    "static ref",
    "c\"x\"",
    "b\"\\xff\"",
    "'",
    "r#",
    "1_u8",
    "99999999999999999999",
    "yield",
    "loop",
    "while",
    "{x$}",
    "\"{a:b$}\"",
    "\"{{}\"",
    "union",
    "type",
    "enum",
    "default",
    "macro",
    "try",
    "move",
    "box",
    "$x",
    "~",
    "`",
];

// Names

#[test]
fn the_language_is_wired() {
    assert_eq!(Rust.profile().name, "rust");
    assert_eq!(Rust.absolute("a::b", false, 0, &["crate", "c"]), "a::c");
    assert_eq!(Rust.profile().in_prelude("String"), Some("std::string::String"));
    assert_eq!(Rust.profile().literal_types.string, "std::str");
}

// Real code

/// Parses all Rust files below the folders in `LAGGARD_CORPUS` (separated by `:`), and says how it went.
#[test]
#[ignore = "needs a corpus: LAGGARD_CORPUS=folder:folder cargo test corpus -- --ignored --nocapture"]
fn corpus() {
    let folders = std::env::var("LAGGARD_CORPUS").unwrap_or_default();
    for folder in folders.split(':').filter(|folder| !folder.is_empty()) {
        let (mut files, mut bytes, mut nodes) = (0, 0, 0);
        super::macro_body::counts::reset();
        let started = std::time::Instant::now();
        for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            if entry.path().extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let Ok(text) = crate::source::read(entry.path()) else { continue };
            let parsed = parse(&text);
            files += 1;
            bytes += text.len();
            nodes += parsed.tree.len();
            for error in parsed.errors {
                eprintln!("{}: {} {:?}", entry.path().display(), error.message, error.span);
            }
            for node in (0..parsed.tree.len() as u32).map(NodeId) {
                let span = parsed.tree.span(node);
                assert!(span.end as usize <= text.len() && text.is_char_boundary(span.start as usize));
            }
        }
        eprintln!("{folder}: {files} files, {bytes} bytes, {nodes} nodes in {:?}", started.elapsed());
        eprintln!("{}", super::macro_body::counts::report());
    }
}
