//! The neutral syntax tree: one set of node kinds for every language, in an arena.
//!
//! A language's `lower.rs` builds it; extraction reads it. Nodes carry byte spans, ids are `u32`, names are
//! interned per file. The tree says what the code *means* where the grammars differ (a comprehension is a
//! loop, `x in y` is a membership test, `impl T {}` is an extension of the class `T`), and nothing about
//! types, libraries or other files.

use serde::{Deserialize, Serialize};

use crate::interner::Interner;
use crate::source::Span;

/// An interned name of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(pub u32);

/// The names of one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Names {
    texts: Interner,
}

impl Names {
    /// The name for a text, made if it is new.
    pub fn intern(&mut self, text: &str) -> Name {
        Name(self.texts.intern(text))
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.texts.text(name.0)
    }

    /// The name for a text, if the file has it.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.texts.find(text).map(Name)
    }

    /// All texts, in the order of their names.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.texts.len() as u32).map(|number| self.texts.text(number))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// True when nothing was interned.
    pub fn is_empty(&self) -> bool {
        self.texts.len() == 0
    }

    /// Drops the look-up table; `intern` and `find` must not be used afterwards.
    pub fn freeze(&mut self) {
        self.texts.freeze();
    }
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A list of nodes: a range of `Tree::lists`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    start: u32,
    len: u32,
}

impl List {
    /// How many nodes the list has.
    pub fn len(self) -> usize {
        self.len as usize
    }
    /// True for the empty list.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

macro_rules! table_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
    )*};
}

table_id! {
    /// Index into `Tree::functions`.
    FunctionNodeId,
    /// Index into `Tree::classes`.
    ClassNodeId,
    /// Index into `Tree::imports`.
    ImportNodeId,
    /// Index into `Tree::loops`.
    LoopNodeId,
    /// Index into `Tree::paths`.
    PathNodeId,
    /// Index into `Tree::strings`.
    StringId,
    /// Index into a table of `TypeExpr`.
    TypeExprId,
}

/// A node: what it is, and where.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The bytes that it covers.
    pub span: Span,
}

/// What a node is. Statements first, then expressions; patterns are expressions in target position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NodeKind {
    /// Statements in order. Its value, where the language has one, is the last statement when that is an
    /// expression; lowering wraps it in `Return` at the end of a function or closure body.
    Block(List),
    /// A named function or method. Closures are `Closure`.
    Function(FunctionNodeId),
    /// A class, struct, enum, trait or an extension of one.
    Class(ClassNodeId),
    /// A module written inside the file (`mod m { … }`); `decorators` are its attributes.
    InlineModule { name: Name, decorators: List, body: NodeId },
    /// One name brought into scope (an import of three names is three nodes).
    Import(ImportNodeId),
    /// A new binding, with its declared type. Fields of a class are the `Let`s of its body.
    Let { target: NodeId, declared: Option<TypeExprId>, value: Option<NodeId> },
    /// `target = value`, or `target op= value`.
    Assign { target: NodeId, operator: Option<Operator>, value: NodeId },
    /// `type Name = …`.
    TypeAlias { name: Name, value: TypeExprId },
    /// Names or places that are deleted.
    Delete(List),
    /// Names that are the module's here, though the function assigns to them.
    Outer(List),
    /// Any loop statement, and every `for` clause of a comprehension.
    Loop(LoopNodeId),
    /// `if`, and the conditional expression.
    If { condition: NodeId, then: NodeId, otherwise: Option<NodeId> },
    /// `match` / `switch`; the list holds `Arm`s.
    Match { subject: NodeId, arms: List },
    /// One arm: names in `pattern` are bound from the subject.
    Arm { pattern: NodeId, guard: Option<NodeId>, body: NodeId },
    /// `if let` / `while let` / `let … else` conditions: binds `pattern` from `value` and tests it.
    LetCondition { pattern: NodeId, value: NodeId },
    /// `try`; handlers and the rest are blocks.
    Try { body: NodeId, handlers: List, otherwise: Option<NodeId>, finally: Option<NodeId> },
    /// `with` / `using`; items are `WithItem`s.
    With { items: List, body: NodeId, is_async: bool },
    /// One context, and the name that it is bound to.
    WithItem { context: NodeId, target: Option<NodeId> },
    /// `return`, and the tail value of a function or closure body.
    Return(Option<NodeId>),
    /// `raise` / `throw` / a macro that never returns.
    Raise(Option<NodeId>),
    /// `break`; with a label the loop is not looked up: it counts for the innermost one.
    Break,
    /// `continue`.
    Continue,
    /// `await x`, `x.await`.
    Await(NodeId),
    /// `yield x`; `yield from x` yields an `Element` of x.
    Yield(Option<NodeId>),
    /// A call. Arguments are expressions, `Keyword`s or `Spread`s. Macro calls have a callee name that ends in
    /// `!`; a struct literal `T { a: x }` is a call of `T` with keywords.
    Call { callee: NodeId, arguments: List, type_arguments: Option<TypeExprId>, certainty: Certainty },
    /// `name=value` among arguments, or a field of a struct literal or pattern.
    Keyword { name: Name, value: NodeId },
    /// `*xs`, `**xs`, `..rest` among arguments or elements.
    Spread(NodeId),
    /// `object.name`; `name_span` is the node's span end minus the length of the name.
    Member { object: NodeId, name: Name },
    /// `object[index]`.
    Index { object: NodeId, index: NodeId },
    /// `a:b:c` inside an index, or a range `a..b` anywhere.
    Range { start: Option<NodeId>, end: Option<NodeId>, step: Option<NodeId> },
    /// A single name.
    Name(Name),
    /// A static path of two or more names (`std::fs::read`), or one with type arguments.
    Path(PathNodeId),
    /// A string; `holes` are the expressions interpolated into it. The text of a hole is `{}`.
    String { value: Option<StringId>, holes: List },
    /// A byte string.
    Bytes,
    /// An integer; `None` when it does not fit.
    Integer(Option<i64>),
    /// A floating-point number.
    Float,
    /// A character.
    Character,
    /// `true` or `false`.
    Bool(bool),
    /// `None`, `null`, `()`.
    Null,
    /// A list, tuple, set, map or array display; map entries are `Pair`s.
    Collection { kind: CollectionKind, elements: List },
    /// `key: value`.
    Pair { key: NodeId, value: NodeId },
    /// `left op right`; comparisons of more than two operands are chained with `And`.
    Binary { operator: Operator, left: NodeId, right: NodeId },
    /// `!x`, `-x`, `&x`, `*x`.
    Unary { operator: UnaryOperator, operand: NodeId },
    /// `needle in container`.
    Membership { needle: NodeId, container: NodeId },
    /// A closure, lambda or nested anonymous function.
    Closure(FunctionNodeId),
    /// `async { … }`.
    AsyncBlock(NodeId),
    /// A comprehension: one or more nested loops, the innermost body of which is one `Element`.
    Comprehension { kind: ComprehensionKind, body: NodeId },
    /// What a comprehension produces in each turn.
    Element(NodeId),
    /// `x?`: the value of `x`, or an early return.
    Propagate(NodeId),
    /// `x as T`, `cast(T, x)`; as a target, a name of which the type is declared.
    Cast { value: NodeId, target: TypeExprId },
    /// `_`, or anything that binds and means nothing.
    Wildcard,
    /// Something else; its parts in the order of evaluation.
    Other(List),
}

/// How sure lowering is that a call is evaluated as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Ordinary code, or a macro whose meaning is known.
    Certain,
    /// Inside the body of an unknown macro: may run zero or many times.
    Macro,
}

/// Operators that matter to somebody; all others are `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, `//`
    Divide,
    /// `%`
    Modulo,
    /// `|`
    BitOr,
    /// `&`
    BitAnd,
    /// `==`, `is`
    Equal,
    /// `!=`, `is not`
    NotEqual,
    /// `<`, `<=`, `>`, `>=`
    Compare,
    /// `and`, `&&`
    And,
    /// `or`, `||`, `??`
    Or,
    /// any other
    Other,
}

/// Operators of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `not x`, `!x`
    Not,
    /// `-x`, `~x`
    Negate,
    /// `&x`
    Borrow,
    /// `&mut x`
    BorrowMutably,
    /// `*x`
    Dereference,
}

/// Displays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CollectionKind {
    /// `[a, b]`
    List,
    /// `(a, b)`
    Tuple,
    /// `{a, b}`
    Set,
    /// `{a: b}`
    Map,
}

/// What a comprehension builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ComprehensionKind {
    /// A list.
    List,
    /// A set.
    Set,
    /// A map; the element is a `Pair`.
    Map,
    /// Nothing until it is iterated.
    Generator,
}

/// A function, method or closure.
#[derive(Clone, Debug)]
pub struct FunctionNode {
    /// `None` for closures.
    pub name: Option<Name>,
    /// Where the name stands (or the whole closure).
    pub name_span: Span,
    /// Parameters in order, the receiver (`self`) included.
    pub parameters: Vec<ParameterNode>,
    /// The declared result, without the future that `async` adds.
    pub returns: Option<TypeExprId>,
    /// `async def`, `async fn`, `async |x|`.
    pub is_async: bool,
    /// How it is called.
    pub flavor: FunctionFlavor,
    /// Decorators or attributes, as expressions.
    pub decorators: Vec<NodeId>,
    /// Names of type parameters with their bounds (`T: Clone` gives `Clone`).
    pub type_parameters: Vec<(Name, Option<TypeExprId>)>,
    /// `None` for a declaration without a body.
    pub body: Option<NodeId>,
}

impl FunctionNode {
    /// A function or, without a name, a closure that says nothing else of itself.
    pub fn plain(name: Option<Name>, name_span: Span, parameters: Vec<ParameterNode>, body: NodeId) -> FunctionNode {
        FunctionNode {
            name,
            name_span,
            parameters,
            returns: None,
            is_async: false,
            flavor: FunctionFlavor::Plain,
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            body: Some(body),
        }
    }
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FunctionFlavor {
    /// A free function, a closure, or a method with a receiver.
    Plain,
    /// A member of a class that takes no receiver.
    Static,
    /// Its first parameter is the class.
    ClassMethod,
    /// Called by reading an attribute.
    Property,
    /// Like `Property`, computed once per object.
    CachedProperty,
    /// Called by reading an attribute of the class, which is its first parameter.
    ClassProperty,
    /// Called by setting or deleting an attribute, never by its name.
    Setter,
}

impl FunctionFlavor {
    /// Is it called by reading an attribute?
    pub fn is_property(self) -> bool {
        matches!(self, FunctionFlavor::Property | FunctionFlavor::CachedProperty | FunctionFlavor::ClassProperty)
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct ParameterNode {
    /// A `Name` or a pattern.
    pub target: NodeId,
    /// The declared type.
    pub declared: Option<TypeExprId>,
    /// The default value.
    pub default: Option<NodeId>,
    /// `self`, `*args` and so on.
    pub kind: ParameterKind,
}

/// Kinds of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParameterKind {
    /// By position or by name.
    Ordinary,
    /// `self`, `&self`, or the first parameter of a method.
    Receiver,
    /// `*args`.
    Variadic,
    /// `**kwargs`.
    Keywords,
    /// By name only.
    Named,
}

/// A class, struct, enum, trait, or an extension of one.
#[derive(Clone, Debug)]
pub struct ClassNode {
    /// Its name; for an extension, the last name of the extended type.
    pub name: Name,
    /// Where the name stands.
    pub name_span: Span,
    /// What it is.
    pub kind: ClassKind,
    /// Base classes, supertraits, or the trait that an extension implements: expressions.
    pub bases: Vec<NodeId>,
    /// The type that an extension extends.
    pub extended: Option<TypeExprId>,
    /// Names of type parameters with their bounds.
    pub type_parameters: Vec<(Name, Option<TypeExprId>)>,
    /// Decorators or attributes.
    pub decorators: Vec<NodeId>,
    /// Decorators of its fields, each with the name of the field.
    pub field_decorators: Vec<(Name, NodeId)>,
    /// A `Block`: fields are `Let` (declared) or `Assign` nodes, methods are `Function`s, enum variants are
    /// `Class` nodes of kind `Variant`, other statements as they stand.
    pub body: NodeId,
}

/// Kinds of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClassKind {
    /// A class or struct.
    Class,
    /// An enumeration.
    Enum,
    /// A variant of an enumeration; its fields are its payload (`0`, `1`, … when they have no names).
    Variant,
    /// A trait, interface or protocol.
    Interface,
    /// Methods added to a type that stands elsewhere (`impl T`, `impl Trait for T`).
    Extension,
}

/// A name brought into scope.
#[derive(Clone, Debug)]
pub struct ImportNode {
    /// The path as written, without leading dots. `import a.b` has `[a, b]`; `from . import c` has `[c]`.
    pub path: Vec<Name>,
    /// How many levels up a relative path starts: 0 absolute, 1 the same package, 2 its parent.
    pub level: u32,
    /// The local name. `import a.b` without alias binds `a`, and has `binds_root`.
    pub binding: Name,
    /// `import a.b`: `binding` stands for the first name of the path only.
    pub binds_root: bool,
    /// `from m import *`, `use m::*`: all names of `path`.
    pub is_star: bool,
}

/// A loop.
#[derive(Clone, Debug)]
pub struct LoopNode {
    /// Its kind.
    pub kind: LoopKind,
    /// What each turn binds.
    pub target: Option<NodeId>,
    /// What a `for` goes through.
    pub iterable: Option<NodeId>,
    /// The condition of a `while`, or the filters of a comprehension clause.
    pub condition: Option<NodeId>,
    /// The body.
    pub body: NodeId,
    /// `async for`.
    pub is_async: bool,
    /// Does the way it is written tell that what it goes through has a length?
    pub is_sized: bool,
    /// From the keyword to the end of the header.
    pub header: Span,
}

impl LoopNode {
    /// A loop that goes through something.
    pub fn through(iterable: NodeId, target: NodeId, body: NodeId, header: Span) -> LoopNode {
        let (target, iterable) = (Some(target), Some(iterable));
        LoopNode { kind: LoopKind::For, target, iterable, ..LoopNode::turning(None, body, header) }
    }

    /// A loop that goes on while a condition holds, or for ever.
    pub fn turning(condition: Option<NodeId>, body: NodeId, header: Span) -> LoopNode {
        let kind = if condition.is_some() { LoopKind::While } else { LoopKind::Infinite };
        LoopNode { kind, target: None, iterable: None, condition, body, is_async: false, is_sized: false, header }
    }
}

/// Kinds of loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LoopKind {
    /// `for x in xs`.
    For,
    /// `while condition`, `while let`.
    While,
    /// `while True`, `loop`.
    Infinite,
    /// A clause of a comprehension.
    Comprehension,
}

/// A static path.
#[derive(Clone, Debug)]
pub struct PathNode {
    /// Its names; a leading `::` is dropped, `crate`, `self`, `super` and `Self` stay.
    pub names: Vec<Name>,
    /// Type arguments of the segment that has them (`Vec::<T>::new`), and which segment that is.
    pub type_arguments: Vec<TypeExprId>,
    /// Index of the segment with the type arguments.
    pub arguments_at: usize,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeExpr {
    /// Its form.
    pub form: TypeForm,
    /// The path of a named type.
    pub names: Vec<Name>,
    /// Type arguments, alternatives of a union, parts of a tuple, or what a reference points to.
    pub arguments: Vec<TypeExprId>,
}

/// Forms of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TypeForm {
    /// `a.b.C[X, Y]`.
    Named,
    /// `&T`.
    Reference,
    /// `&mut T`.
    MutableReference,
    /// `A | B`, `Union[A, B]`; `Optional[T]` and `T | None` are lowered to `T`.
    Union,
    /// `(A, B)`, `tuple[A, B]`.
    Tuple,
    /// `[T]`.
    Slice,
    /// `[T; N]`.
    Array,
    /// `impl Trait`, `dyn Trait`: the names are those of the first trait.
    Trait,
    /// A function type: the last argument is its result, those before are what it is given.
    Callable,
    /// The type of what the names lead to: `typeof a.b`.
    OfValue,
    /// What calling that gives: `ReturnType<typeof a.b>`.
    ResultOf,
    /// What calling that gives in the end: `Awaited<ReturnType<typeof a.b>>`.
    AwaitedResultOf,
    /// What a method gives to the callable that it is handed. It is the last name, a member of what the names before it
    /// lead to, or of the argument: `Parameters<Parameters<typeof db.transaction>[0]>[0]`.
    GivenBy,
    /// The type of a member of the argument; its name is the only one: `Context["db"]`.
    MemberOf,
    /// Anything else.
    Unknown,
}

/// The tree of one file.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    lists: Vec<NodeId>,
    /// Names of the file.
    pub names: Names,
    /// Functions and closures.
    pub functions: Vec<FunctionNode>,
    /// Classes.
    pub classes: Vec<ClassNode>,
    /// Imports.
    pub imports: Vec<ImportNode>,
    /// Loops.
    pub loops: Vec<LoopNode>,
    /// Static paths.
    pub paths: Vec<PathNode>,
    /// Types as written.
    pub types: Vec<TypeExpr>,
    /// Values of strings.
    pub strings: Vec<Box<str>>,
    /// Comments that contain the word `laggard`, leader included; others need not be recorded.
    pub comments: Vec<Span>,
    /// Names in the bodies of macros that could not be lowered, and where they stand: something is done with them.
    pub opaque_names: Vec<(Name, u32)>,
    /// The statements of the file.
    pub root: Option<NodeId>,
    /// Does a `Let` end with its block? Otherwise all names live until their function ends.
    pub block_scoped: bool,
    /// The constructor of a value that may be there or not, and the name that stands for its absence; none where absence
    /// is a literal.
    pub optional: Option<(Name, Name)>,
    /// Can reading an attribute run code?
    pub attributes_run_code: bool,
    /// Can putting a value into a text run code?
    pub texts_run_code: bool,
    /// Does reading an attribute call it, when it can be called?
    pub reads_call: bool,
    /// Are imported names packages, which are no values?
    pub imports_are_packages: bool,
    /// Do calls give several results, the first of which is what they are called for?
    pub several_results: bool,
    /// Is it a change to the tables of a database, whatever its path says?
    pub is_migration: bool,
}

/// About how many bytes of a text there are to a node, at the least (on two repositories 13 and 18): so much is set
/// aside, so that tables seldom move while they grow.
const BYTES_PER_NODE: usize = 12;

/// About how many bytes of a text there are to a new name.
const BYTES_PER_NAME: usize = 64;

impl Tree {
    /// An empty tree with room for the nodes of a text of this many bytes.
    pub fn for_text(length: usize) -> Tree {
        let nodes = length / BYTES_PER_NODE;
        let mut names = Names::default();
        names.texts.reserve(length / BYTES_PER_NAME);
        Tree { nodes: Vec::with_capacity(nodes), lists: Vec::with_capacity(nodes / 2), names, ..Tree::default() }
    }

    /// Adds a node.
    pub fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { kind, span });
        id
    }

    /// Adds a list of nodes.
    pub fn list(&mut self, nodes: &[NodeId]) -> List {
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(nodes);
        List { start, len: nodes.len() as u32 }
    }

    /// The nodes of a list.
    pub fn nodes_of(&self, list: List) -> &[NodeId] {
        &self.lists[list.start as usize..(list.start + list.len) as usize]
    }

    /// The node with this id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// What the node with this id is.
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.nodes[id.0 as usize].kind
    }

    /// Where the node with this id stands.
    pub fn span(&self, id: NodeId) -> Span {
        self.nodes[id.0 as usize].span
    }

    /// All names that stand for values, with the bytes where they start, in the order of the text.
    pub fn names_by_place(&self) -> Box<[(u32, Name)]> {
        let name = |node: &Node| match node.kind {
            NodeKind::Name(name) => Some((node.span.start, name)),
            _ => None,
        };
        let mut names: Box<[(u32, Name)]> = self.nodes.iter().filter_map(name).collect();
        names.sort_unstable_by_key(|(start, _)| *start);
        names
    }

    /// Calls `visit` with every child of a node, in the order of evaluation. Parts of functions and classes count
    /// as children too: decorators, defaults, bodies.
    pub fn for_each_child(&self, id: NodeId, visit: &mut dyn FnMut(NodeId)) {
        use NodeKind::*;
        let mut list = |list: List| self.nodes_of(list).iter().copied().for_each(&mut *visit);
        match self.kind(id) {
            Block(nodes) | Delete(nodes) | Outer(nodes) | Other(nodes) => list(nodes),
            String { holes, .. } => list(holes),
            Collection { elements, .. } => list(elements),
            InlineModule { decorators, body, .. } => {
                list(decorators);
                visit(body);
            }
            Function(function) | Closure(function) => {
                let function = &self.functions[function.0 as usize];
                function.decorators.iter().copied().for_each(&mut *visit);
                for parameter in &function.parameters {
                    visit(parameter.target);
                    parameter.default.into_iter().for_each(&mut *visit);
                }
                function.body.into_iter().for_each(visit);
            }
            Class(class) => {
                let class = &self.classes[class.0 as usize];
                class.decorators.iter().chain(&class.bases).copied().for_each(&mut *visit);
                class.field_decorators.iter().for_each(|(_, decorator)| visit(*decorator));
                visit(class.body);
            }
            Loop(node) => {
                let node = &self.loops[node.0 as usize];
                [node.iterable, node.target, node.condition, Some(node.body)].into_iter().flatten().for_each(visit);
            }
            Let { target, value, .. } => {
                value.into_iter().for_each(&mut *visit);
                visit(target);
            }
            Assign { target, value, .. } => {
                visit(value);
                visit(target);
            }
            LetCondition { pattern, value } => {
                visit(value);
                visit(pattern);
            }
            If { condition, then, otherwise } => {
                [Some(condition), Some(then), otherwise].into_iter().flatten().for_each(visit);
            }
            Match { subject, arms } => {
                visit(subject);
                self.nodes_of(arms).iter().copied().for_each(visit);
            }
            Arm { pattern, guard, body } => {
                [Some(pattern), guard, Some(body)].into_iter().flatten().for_each(visit);
            }
            Try { body, handlers, otherwise, finally } => {
                visit(body);
                self.nodes_of(handlers).iter().copied().for_each(&mut *visit);
                [otherwise, finally].into_iter().flatten().for_each(visit);
            }
            With { items, body, .. } => {
                self.nodes_of(items).iter().copied().for_each(&mut *visit);
                visit(body);
            }
            WithItem { context, target } => [Some(context), target].into_iter().flatten().for_each(visit),
            Return(value) | Raise(value) | Yield(value) => value.into_iter().for_each(visit),
            Call { callee, arguments, .. } => {
                visit(callee);
                self.nodes_of(arguments).iter().copied().for_each(visit);
            }
            Index { object, index } => {
                visit(object);
                visit(index);
            }
            Range { start, end, step } => [start, end, step].into_iter().flatten().for_each(visit),
            Pair { key, value } => {
                visit(key);
                visit(value);
            }
            Binary { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Membership { needle, container } => {
                visit(needle);
                visit(container);
            }
            Await(node)
            | Spread(node)
            | AsyncBlock(node)
            | Element(node)
            | Propagate(node)
            | Keyword { value: node, .. }
            | Member { object: node, .. }
            | Unary { operand: node, .. }
            | Comprehension { body: node, .. }
            | Cast { value: node, .. } => visit(node),
            Import(_)
            | TypeAlias { .. }
            | Break
            | Continue
            | Name(_)
            | Path(_)
            | Bytes
            | Integer(_)
            | Float
            | Character
            | Bool(_)
            | Null
            | Wildcard => {}
        }
    }

    /// How many nodes the tree has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True for a tree without nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds a string value.
    pub fn string(&mut self, text: &str) -> StringId {
        self.strings.push(text.into());
        StringId(self.strings.len() as u32 - 1)
    }

    /// Adds a type.
    pub fn type_expr(&mut self, form: TypeForm, names: Vec<Name>, arguments: Vec<TypeExprId>) -> TypeExprId {
        self.types.push(TypeExpr { form, names, arguments });
        TypeExprId(self.types.len() as u32 - 1)
    }

    /// Adds a function or closure.
    pub fn function(&mut self, function: FunctionNode) -> FunctionNodeId {
        self.functions.push(function);
        FunctionNodeId(self.functions.len() as u32 - 1)
    }

    /// Adds a class.
    pub fn class(&mut self, class: ClassNode) -> ClassNodeId {
        self.classes.push(class);
        ClassNodeId(self.classes.len() as u32 - 1)
    }

    /// Adds an import.
    pub fn import(&mut self, import: ImportNode) -> ImportNodeId {
        self.imports.push(import);
        ImportNodeId(self.imports.len() as u32 - 1)
    }

    /// Adds a loop.
    pub fn add_loop(&mut self, node: LoopNode, span: Span) -> NodeId {
        self.loops.push(node);
        self.add(NodeKind::Loop(LoopNodeId(self.loops.len() as u32 - 1)), span)
    }

    /// Adds statements in a row.
    pub fn block(&mut self, statements: &[NodeId], span: Span) -> NodeId {
        let statements = self.list(statements);
        self.add(NodeKind::Block(statements), span)
    }

    /// Adds something that matters only for its parts.
    pub fn other(&mut self, parts: &[NodeId], span: Span) -> NodeId {
        let parts = self.list(parts);
        self.add(NodeKind::Other(parts), span)
    }

    /// Adds a call that is certainly one.
    pub fn call(
        &mut self,
        callee: NodeId,
        arguments: &[NodeId],
        type_arguments: Option<TypeExprId>,
        span: Span,
    ) -> NodeId {
        let arguments = self.list(arguments);
        self.add(NodeKind::Call { callee, arguments, type_arguments, certainty: Certainty::Certain }, span)
    }

    /// Adds a static path.
    pub fn path(&mut self, path: PathNode) -> PathNodeId {
        self.paths.push(path);
        PathNodeId(self.paths.len() as u32 - 1)
    }
}

/// A place that could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntaxError {
    /// The statement or item that is lost.
    pub span: Span,
    /// What the parser said.
    pub message: String,
}
