//! Facts: what extraction keeps of one file, in flat tables.
//!
//! They depend on the file's text alone. What a model or another file decides (the type of a call's result,
//! whether a closure runs once per element) stays symbolic as an [`Origin`] and is decided when linking.
//! Tables that are ranges of each other (the calls of a loop, of a closure, of a held guard) are in the order of
//! the source, so a [`Region`] is three pairs of indices.

use serde::{Deserialize, Serialize};

use crate::source::Span;
use crate::sql::{self, Statement};
use crate::syntax::{
    ClassKind, CollectionKind, FunctionFlavor, LoopKind, Name, Names, Operator, ParameterKind, StringId, SyntaxError,
    TypeExpr, TypeExprId,
};

macro_rules! fact_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index into its table.
            pub fn index(self) -> usize { self.0 as usize }
        }
    )*};
}

fact_id! {
    /// Index into `FileFacts::origins`.
    OriginId,
    /// Index into `FileFacts::scopes`.
    ScopeId,
    /// Index into `FileFacts::modules`; 0 is the file itself.
    ModuleId,
    /// Index into `FileFacts::functions`; 0 is the code at module level.
    FunctionId,
    /// Index into `FileFacts::classes`.
    ClassId,
    /// Index into `FileFacts::imports`.
    ImportId,
    /// Index into `FileFacts::loops`.
    LoopId,
    /// Index into `FileFacts::closures`.
    ClosureId,
    /// Index into `FileFacts::calls`.
    CallId,
    /// Index into `FileFacts::bindings`.
    BindingId,
}

/// Facts of other versions may be others, of the same text.
pub const VERSION: &str = env!("FACTS_VERSION");

/// All facts of one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// The names that all other tables use.
    pub names: Names,
    /// Byte offset of each line.
    pub line_starts: Vec<u32>,
    /// Types as written.
    pub types: Vec<TypeExpr>,
    /// Values of strings.
    pub strings: Vec<Box<str>>,
    /// What is known of those strings that are statements in SQL, in the order of the strings.
    pub statements: Vec<(StringId, Statement)>,
    /// Where values come from.
    pub origins: Vec<Origin>,
    /// Members of joins and collections.
    pub origin_lists: Vec<OriginId>,
    /// Functions, loops, closures and async blocks, as a tree.
    pub scopes: Vec<Scope>,
    /// The file, and the modules written inside it.
    pub modules: Vec<Module>,
    /// Functions and methods, named closures included.
    pub functions: Vec<Function>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Imports.
    pub imports: Vec<Import>,
    /// Loops.
    pub loops: Vec<Loop>,
    /// Anonymous functions, where they stand.
    pub closures: Vec<Closure>,
    /// Call sites and operations.
    pub calls: Vec<CallSite>,
    /// Arguments of all call sites.
    pub arguments: Vec<Argument>,
    /// Comparisons of an attribute that are arguments: some calls take them apart.
    pub comparisons: Vec<Comparison>,
    /// Assignments.
    pub writes: Vec<Write>,
    /// Places where an asynchronous function may be suspended.
    pub awaits: Vec<AwaitSite>,
    /// Local variables that are assigned once or more.
    pub bindings: Vec<Binding>,
    /// Values held over a region that suspends or calls.
    pub holds: Vec<Hold>,
    /// What displays hold under keys that are texts, and displays in class bodies under none; sorted by the holder.
    pub entries: Vec<Entry>,
    /// Inline suppressions.
    pub suppressions: Vec<SuppressionComment>,
    /// What could not be parsed.
    pub errors: Vec<SyntaxError>,
    /// Reading an attribute calls it, when it can be called.
    pub reads_call: bool,
    /// Calls give several results, the first of which is what they are called for.
    pub several_results: bool,
    /// Its text says that it is a change to the tables of a database.
    pub is_migration: bool,
    /// A program wrote it, as its text says.
    pub is_generated: bool,
    /// The name that stands for the absence of a value, where that is a name.
    pub absent: Option<Name>,
}

/// Where a value comes from, as far as the text of the file tells.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Origin {
    /// Nothing is known.
    Unknown,
    /// A name of a module: imported, defined there, or built in.
    Global(ModuleId, Name),
    /// What an import brings.
    Import(ImportId),
    /// A function of this file.
    Function(FunctionId),
    /// A class of this file.
    Class(ClassId),
    /// An anonymous function of this file.
    Closure(ClosureId),
    /// A parameter: its function and its place.
    Parameter(FunctionId, u16),
    /// A parameter of an anonymous function.
    ClosureParameter(ClosureId, u16),
    /// The result of a call site.
    Call(CallId),
    /// The awaited value.
    Await(OriginId),
    /// An attribute or a path segment.
    Member(OriginId, Name),
    /// What iterating gives.
    Element(OriginId),
    /// What indexing gives.
    Item(OriginId),
    /// A slice.
    Slice(OriginId, Option<u32>),
    /// Part of a tuple or of a pattern, by position.
    Part(OriginId, u16),
    /// The payload of a pattern that names a type: of an origin, the type named, the position.
    Payload(OriginId, OriginId, u16),
    /// What entering a context gives.
    Entered(OriginId),
    /// What is left after an early return on failure.
    Propagated(OriginId),
    /// A value of a declared type, seen from a module.
    Declared(ModuleId, TypeExprId),
    /// A value that is declared to be of a type: the declaration, and the value.
    Ascribed(OriginId, OriginId),
    /// A static path with type arguments: the path, and the type.
    Generic(OriginId, TypeExprId),
    /// A string.
    String(Option<StringId>),
    /// A byte string.
    Bytes,
    /// An integer.
    Integer(Option<i64>),
    /// A floating-point number.
    Float,
    /// A character.
    Character,
    /// A truth value, and which when it is written down.
    Bool(Option<bool>),
    /// Nothing.
    Null,
    /// A range.
    Range,
    /// A display or comprehension: an element, and how many when that is certain.
    Collection(CollectionKind, Option<OriginId>, Option<u32>),
    /// A tuple: a range of `origin_lists`.
    Tuple(u32, u32),
    /// What a generator expression yields.
    Generator(OriginId),
    /// The result of an operator.
    Operation(Operator, OriginId),
    /// A borrowed value.
    Borrowed(OriginId),
    /// One of several: a range of `origin_lists`.
    Join(u32, u32),
}

/// The first bit of a set of parameters that speaks of a member of a parameter; parameters from there on have none.
pub const FIRST_MEMBER: u32 = 24;

/// The bits of a set of parameters that speak of parameters themselves.
pub const WHOLE_PARAMETERS: u32 = (1 << FIRST_MEMBER) - 1;

/// A member of a parameter that a condition of the function asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedMember {
    /// The place of the parameter.
    pub parameter: u16,
    /// The member.
    pub name: Name,
    /// How it is asked for.
    pub asked: AskedFor,
}

/// How a condition asks for a member of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskedFor {
    /// As it is, `if (options.all)`: a missing one is as good as a false one.
    Itself,
    /// After it was taken out of the parameter, perhaps with a default that nobody knows: `({ all = true }) => …`.
    TakenOut,
    /// Whether it is anything but false: `if (options.all !== false)`.
    NotFalse,
}

/// Code that runs under one set of circumstances.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Scope {
    /// What it stands in; `None` for a function.
    pub parent: Option<ScopeId>,
    /// What it is.
    pub kind: ScopeKind,
    /// The function that it belongs to.
    pub function: FunctionId,
    /// The parameters without which it runs only, as bits: `if x is None:`, `if not x:`. The bits from [`FIRST_MEMBER`] on
    /// speak of members of parameters, as `Function::members` has them.
    pub without: u32,
    /// The parameters with which it runs only, as bits: `if x:`, `if x is not None:`; and members of them, as above.
    pub needs: u32,
    /// The loops of whose elements, and the parameters, only those get here that equal a constant, and of elements those that
    /// equal what is the same in all turns: `if x.kind == 1:`, `if x.owner == owner:`.
    pub chosen: Depend,
    /// The loops, as bits, of whose elements only those get here that equal something of an element of a loop further out:
    /// `if row.owner == owner.id:`.
    pub sought: u32,
    /// The loops and closures, as bits, on whose element it depends whether this runs: `if x.changed:`. What a name holds that
    /// is asked for being there, as errors are, says nothing of the element.
    pub tested: u32,
    /// How many loops and closures there are from the function to here, this one included. Bit `depth - 1` of a
    /// [`Depend`] speaks of it; deeper ones than 32 share the last bit.
    pub depth: u8,
    /// The scopes from this one to before the one of this number stand in it, those of other functions excepted.
    pub end: u32,
}

/// Kinds of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeKind {
    /// The body of a function.
    Function,
    /// The body of a loop.
    Loop(LoopId),
    /// The body of an anonymous function.
    Closure(ClosureId),
    /// An `async` block; it may be given to a call.
    Async(Option<(CallId, u16)>),
    /// A block of a loop's body that runs in one turn at the most: it always leaves this number of loops, the innermost
    /// first, or makes what they lack and keep.
    OneTurn(u8),
    /// A block that runs after a failure only.
    Handler,
    /// A branch of a condition.
    Branch,
    /// What comes behind a condition that leaves others out.
    Chosen,
    /// Code whose failure is handled, so that what comes after goes on.
    Attempt,
    /// Code whose failure is handled by leaving what is around it.
    Guarded,
}

/// What a value depends on, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Depend {
    /// Loops and closures whose element it comes from.
    pub element: u32,
    /// Loops in which it is carried from one turn to the next.
    pub carried: u32,
    /// Loops in which it is the result of a call, and so may differ from turn to turn.
    pub volatile: u32,
    /// Parameters that it comes from; the receiver is one.
    pub parameters: u32,
}

/// The bit of the parameters of a [`Depend`] that stands for what a function uses of the function that it is defined in.
pub const CAPTURED: u32 = 1 << 31;

/// The bit of a parameter at this place; those far behind share one.
pub fn parameter_bit(place: u16) -> u32 {
    1 << place.min(30)
}

impl Depend {
    /// Does it come from anything at all?
    pub fn is_none(self) -> bool {
        self == Depend::default()
    }

    /// Both together.
    pub fn or(self, other: Depend) -> Depend {
        Depend {
            element: self.element | other.element,
            carried: self.carried | other.carried,
            volatile: self.volatile | other.volatile,
            parameters: self.parameters | other.parameters,
        }
    }
}

/// A module: the file, or one written inside it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Module {
    /// Names from the file's module down to it; empty for the file.
    pub path: Vec<Name>,
    /// The names that it defines; a name may have several origins.
    pub definitions: Vec<(Name, OriginId)>,
    /// Star imports.
    pub stars: Vec<ImportId>,
    /// Attributes of an inline module.
    pub decorators: Vec<OriginId>,
}

/// A function or method.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its name; empty for module-level code.
    pub name: Name,
    /// The name, or the start of the module.
    pub name_span: Span,
    /// All of it.
    pub span: Span,
    /// Its module.
    pub module: ModuleId,
    /// Its class, for a method.
    pub class: Option<ClassId>,
    /// The function that it is defined in.
    pub parent: Option<FunctionId>,
    /// Its scope.
    pub scope: ScopeId,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Members of parameters that its conditions ask for, in the order of their bits.
    pub members: Vec<TestedMember>,
    /// Declared result.
    pub declared: Option<TypeExprId>,
    /// What it returns.
    pub returns: Vec<OriginId>,
    /// What it yields; not empty for a generator.
    pub yields: Vec<OriginId>,
    /// Asynchronous?
    pub is_async: bool,
    /// How it is called.
    pub flavor: FunctionFlavor,
    /// Decorators or attributes.
    pub decorators: Vec<OriginId>,
    /// Type parameters, and the first bound of each.
    pub type_parameters: Vec<(Name, Option<TypeExprId>)>,
    /// What stands in it.
    pub region: Region,
    /// Is it more than a declaration?
    pub has_body: bool,
    /// Where the first condition ends that may leave it, other than after a failure: what comes behind runs in some cases
    /// only.
    pub may_end_at: Option<u32>,
    /// Does it give a value of the very class that it is called on, whichever inherits it? It says so (`-> Self`), or gives
    /// back the receiver.
    pub gives_own_class: bool,
}

impl Function {
    /// Does a call only make something that is to be awaited?
    pub fn gives_future(&self) -> bool {
        self.is_async && self.yields.is_empty()
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name, when it is a plain one.
    pub name: Option<Name>,
    /// Its declared type.
    pub declared: Option<TypeExprId>,
    /// Its default value.
    pub default: Option<OriginId>,
    /// Its kind.
    pub kind: ParameterKind,
}

/// A class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: Name,
    /// The name.
    pub name_span: Span,
    /// What it is.
    pub kind: ClassKind,
    /// Its module.
    pub module: ModuleId,
    /// The class that it is written in.
    pub parent: Option<ClassId>,
    /// The function that it is written in.
    pub function: Option<FunctionId>,
    /// Base classes, supertraits, implemented traits.
    pub bases: Vec<OriginId>,
    /// The type that an extension extends.
    pub extended: Option<TypeExprId>,
    /// Type parameters with their bounds.
    pub type_parameters: Vec<(Name, Option<TypeExprId>)>,
    /// Fields, in the class body and by assignment in methods.
    pub fields: Vec<Field>,
    /// Methods.
    pub methods: Vec<(Name, FunctionId)>,
    /// Decorators, attributes, derives.
    pub decorators: Vec<OriginId>,
    /// Decorators of its fields, each with the name of the field.
    pub field_decorators: Vec<(Name, OriginId)>,
}

/// A field of a class.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its declared type, or the value assigned to it.
    pub origin: OriginId,
    /// Is the origin a declaration?
    pub declared: bool,
    /// Is it written in the class body?
    pub in_body: bool,
}

/// An import of one name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Import {
    /// The path as written.
    pub path: Vec<Name>,
    /// Levels of a relative path.
    pub level: u32,
    /// The local name.
    pub binding: Name,
    /// The binding stands for the first name of the path only.
    pub binds_root: bool,
    /// The module that it is written in.
    pub module: ModuleId,
}

/// A range of calls, writes and awaits.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Region {
    /// First call and one past the last.
    pub calls: (u32, u32),
    /// First write and one past the last.
    pub writes: (u32, u32),
    /// First await and one past the last.
    pub awaits: (u32, u32),
}

/// A display of at most this many elements does not make a loop worth a finding.
pub const FEW: u32 = 8;

/// `ALL_CAPS` of at least two letters: by convention a constant of the module.
pub fn is_constant_name(text: &str) -> bool {
    text.len() > 1
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Words that stand for many items at once.
pub const CHUNK_WORDS: &[&str] = &["chunk", "batch", "partition"];

/// Does a name end with a word for many items at once, as `order_batch` and `idPartition` do?
pub fn names_chunk(name: &str) -> bool {
    let starts_word = |(at, byte): &(usize, u8)| *byte == b'_' || byte.is_ascii_uppercase() && *at > 0;
    let bytes = name.bytes().enumerate();
    let start = bytes.rev().find(starts_word).map_or(0, |(at, byte)| at + usize::from(byte == b'_'));
    let last = name[start..].to_ascii_lowercase();
    CHUNK_WORDS.iter().any(|word| last.strip_prefix(word).is_some_and(|end| matches!(end, "" | "s" | "es")))
}

/// How often a loop runs, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LoopClass {
    /// Once per element of data of unknown size.
    Data,
    /// A few times, known beforehand.
    Bounded,
    /// Until it succeeds.
    Retry,
    /// Once per page.
    Paging,
    /// Once per chunk.
    Chunked,
    /// For as long as the program runs.
    Worker,
    /// Once per row of what a library shows, in a function that it calls for each.
    Shown,
}

impl LoopClass {
    /// The word in rule pages.
    pub fn word(self) -> &'static str {
        match self {
            LoopClass::Data => "data",
            LoopClass::Bounded => "bounded",
            LoopClass::Retry => "retry",
            LoopClass::Paging => "paging",
            LoopClass::Chunked => "chunked",
            LoopClass::Worker => "worker",
            LoopClass::Shown => "shown",
        }
    }
}

/// A loop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Loop {
    /// Its kind.
    pub kind: LoopKind,
    /// Its class as far as the text tells.
    pub class: LoopClass,
    /// Its scope.
    pub scope: ScopeId,
    /// From the keyword to the end of the header.
    pub header: Span,
    /// All of it.
    pub span: Span,
    /// The first name that each turn binds.
    pub target: Option<Name>,
    /// Where its turns are announced: the target, or the header.
    pub target_span: Span,
    /// What it goes through.
    pub iterable: Option<OriginId>,
    /// The text of the iterable, as a place (`self.items`), when it is one.
    pub iterable_place: Option<Name>,
    /// `async for`.
    pub is_async: bool,
    /// Does the way it is written tell that what it goes through has a length?
    pub is_sized: bool,
    /// Can it be left before the end?
    pub exits_early: bool,
    /// What stands in its body.
    pub region: Region,
}

/// An anonymous function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Closure {
    /// All of it.
    pub span: Span,
    /// Its scope.
    pub scope: ScopeId,
    /// The call that it is given to, and as which argument (the receiver is left out).
    pub given_to: Option<(CallId, u16)>,
    /// The keyword that it is given by.
    pub keyword: Option<Name>,
    /// The first name that it binds.
    pub target: Option<Name>,
    /// What it returns.
    pub returns: Vec<OriginId>,
    /// Asynchronous?
    pub is_async: bool,
    /// Does it ask whether a part of what it is given equals something else?
    pub equates: bool,
    /// What stands in it.
    pub region: Region,
}

/// What a call site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallKind {
    /// `f(x)`, `x.m(y)`.
    Call,
    /// `T { a: x }`.
    Construct,
    /// `x in xs`, `a + b`: a member with a pseudo-name is called on the receiver.
    Operator(Operator),
    /// `a += b`.
    Update(Operator),
    /// `x in xs`.
    Membership,
    /// `[*xs, y]`, `{**xs, …}`: the receiver is copied.
    Spread,
    /// An attribute is read.
    Attribute,
    /// A context is entered: `with x:`.
    Enter,
    /// A context is left: the end of `with x:`. It has the span of the call that entered it.
    Leave,
    /// A loop goes through the receiver.
    Iterate,
    /// A loop inside a loop goes through the receiver for the elements that equal the argument.
    Search,
    /// The receiver is tested for truth.
    Test,
    /// The receiver is put into a text.
    Format,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Use {
    /// Nothing.
    Discarded,
    /// Bound to a name.
    Bound,
    /// Stored in an attribute, an element, a collection.
    Stored,
    /// Iterated by a loop.
    Iterated,
    /// Returned or yielded.
    Returned,
    /// An argument by value.
    Argument,
    /// An argument by reference, or dereferenced.
    Borrowed,
    /// Borrowed so that it can be changed.
    Exposed,
    /// The receiver of a call or attribute.
    Receiver,
    /// Tested for truth.
    Tested,
    /// An operand of a test for equality or membership.
    Compared,
    /// An operand of a comparison that asks which is larger.
    Ordered,
    /// Formatted into a string.
    Formatted,
    /// Indexed or sliced.
    Indexed,
    /// Indexed at its first or last position.
    FirstOrLast,
    /// Anything else.
    Other,
}

/// A call, or an operation that is as good as one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CallSite {
    /// What it is.
    pub kind: CallKind,
    /// All of it.
    pub span: Span,
    /// The callee's last name, or all of it.
    pub name_span: Span,
    /// The callee: a function, or the receiver when `name` is set.
    pub callee: OriginId,
    /// The member that is called on the callee.
    pub name: Option<Name>,
    /// The callee as a place: `session.get`, `self.items.append`.
    pub text: Option<Name>,
    /// The receiver as a place.
    pub receiver_place: Option<Name>,
    /// What the receiver depends on.
    pub receiver_depend: Depend,
    /// Range of `FileFacts::arguments`.
    pub arguments: (u32, u32),
    /// Its scope.
    pub scope: ScopeId,
    /// What becomes of the result.
    pub used: Use,
    /// Awaited on the spot.
    pub awaited: bool,
    /// The call of a member of its result that it stands in: `where` of `select().where()`.
    pub continued_by: Option<CallId>,
    /// The place that the result is assigned to.
    pub result_place: Option<Name>,
    /// The result is assigned to a place that is among its operands.
    pub accumulates: bool,
    /// Is the assigned place a local variable?
    pub result_is_local: bool,
    /// Type arguments of the call.
    pub type_arguments: Option<TypeExprId>,
    /// Is it certain that it is evaluated as it stands?
    pub certain: bool,
}

/// An argument.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Argument {
    /// The keyword, if any.
    pub keyword: Option<Name>,
    /// Where its value comes from.
    pub origin: OriginId,
    /// What it depends on.
    pub depend: Depend,
    /// The argument as a place.
    pub place: Option<Name>,
    /// Its bytes.
    pub span: Span,
    /// `*xs`.
    pub is_spread: bool,
}

/// A comparison that is given to a call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The argument.
    pub span: Span,
    /// Equal, or larger or smaller.
    pub operator: Operator,
    /// What is compared.
    pub left: OriginId,
    /// With what.
    pub right: OriginId,
}

/// A statement in SQL that is given to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The call.
    pub call: CallId,
    /// The argument.
    pub span: Span,
    /// The text.
    pub string: StringId,
}

/// How a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteKind {
    /// `x = …`.
    Assign,
    /// `x op= …`.
    Update(Operator),
    /// `x[i] = …`; the place is `x`.
    Element,
    /// `del x`, `del x[i]`.
    Delete,
    /// `&mut x`, or the like.
    Exposed,
}

/// An assignment to a place.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Write {
    /// The place: `x`, `self.total`.
    pub place: Name,
    /// The target.
    pub span: Span,
    /// Its scope.
    pub scope: ScopeId,
    /// How.
    pub kind: WriteKind,
    /// The value.
    pub value: OriginId,
    /// Is the place a local variable of the function?
    pub is_local: bool,
}

/// A place where the function may be suspended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct AwaitSite {
    /// All of it.
    pub span: Span,
    /// Its scope.
    pub scope: ScopeId,
    /// What is awaited.
    pub origin: OriginId,
}

/// A local variable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Binding {
    /// Its name.
    pub name: Name,
    /// Where it is bound.
    pub span: Span,
    /// Its scope.
    pub scope: ScopeId,
    /// Where its value comes from.
    pub origin: OriginId,
    /// The code that its value is computed by, or taken out of; empty for parameters.
    pub source: Span,
    /// How it is read, in order.
    pub uses: Vec<UseSite>,
    /// Is a new variable declared, not one assigned again?
    pub is_declaration: bool,
    /// It is joined with another value of the name, captured, or read where the reads cannot be told apart.
    pub is_shared: bool,
}

/// A read of a local variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseSite {
    /// How.
    pub kind: Use,
    /// Where.
    pub span: Span,
    /// Its scope.
    pub scope: ScopeId,
    /// Where the innermost statement around it starts.
    pub statement: u32,
    /// What is read: the variable, or a part of it (`x.names`).
    pub place: Name,
    /// How that is read.
    pub place_kind: Use,
}

/// A value held by a name or a `with` statement over a region.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// Where the value comes from.
    pub origin: OriginId,
    /// Where it is taken.
    pub span: Span,
    /// The name that holds it.
    pub name: Option<Name>,
    /// Is it taken asynchronously (`async with`)?
    pub is_async: bool,
    /// Its scope.
    pub scope: ScopeId,
    /// What runs meanwhile.
    pub region: Region,
}

/// What a map holds under a key, or a display holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The map or display.
    pub holder: OriginId,
    /// The key. `None`: of a map, all that the value holds; of another display, one of its elements.
    pub key: Option<StringId>,
    /// What it holds.
    pub value: OriginId,
    /// What that depends on.
    pub depend: Depend,
}

impl Entry {
    /// Is this its key?
    pub fn is_called(&self, facts: &FileFacts, key: &str) -> bool {
        self.key.is_some_and(|own| &*facts.strings[own.0 as usize] == key)
    }
}

/// A value that a call is given, or a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// Where it comes from.
    pub origin: OriginId,
    /// What it depends on.
    pub depend: Depend,
}

/// A comment that suppresses findings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuppressionComment {
    /// The comment.
    pub span: Span,
    /// Its text.
    pub text: Box<str>,
    /// Does it stand on a line of its own?
    pub own_line: bool,
    /// First and last line that it covers, counted from 1.
    pub lines: (u32, u32),
}

impl FileFacts {
    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }
    /// An origin.
    pub fn origin(&self, id: OriginId) -> Origin {
        self.origins[id.index()]
    }
    /// A call site.
    pub fn call(&self, id: CallId) -> &CallSite {
        &self.calls[id.index()]
    }
    /// The arguments of a call site.
    pub fn arguments_of(&self, call: &CallSite) -> &[Argument] {
        &self.arguments[call.arguments.0 as usize..call.arguments.1 as usize]
    }
    /// The comparison that an argument is, if it is one that is kept.
    pub fn comparison(&self, argument: &Argument) -> Option<&Comparison> {
        self.comparisons.iter().find(|comparison| comparison.span == argument.span)
    }

    /// The calls that go on with the result of a call, one with that of the other.
    pub fn continuations(&self, call: CallId) -> impl Iterator<Item = CallId> {
        std::iter::successors(self.call(call).continued_by, |id| self.call(*id).continued_by)
    }
    /// A scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }
    /// A function.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }
    /// A class.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.index()]
    }
    /// A loop.
    pub fn loop_of(&self, id: LoopId) -> &Loop {
        &self.loops[id.index()]
    }
    /// A closure.
    pub fn closure(&self, id: ClosureId) -> &Closure {
        &self.closures[id.index()]
    }
    /// The scopes from this one outwards, to its function.
    pub fn scopes_from(&self, scope: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
        std::iter::successors(Some(scope), |id| self.scope(*id).parent).map(|id| (id, self.scope(id)))
    }
    /// Is a scope this one, or does it stand in it?
    pub fn is_within(&self, scope: ScopeId, outer: ScopeId) -> bool {
        (outer.0..self.scope(outer).end).contains(&scope.0) && self.scope(scope).function == self.scope(outer).function
    }
    /// Gives back what the tables have set aside for more: the facts of all files are held at once.
    pub fn shrink(&mut self) {
        macro_rules! shrink {
            ($($table:ident),*) => { $(self.$table.shrink_to_fit();)* };
        }
        shrink!(
            line_starts,
            types,
            strings,
            statements,
            origins,
            origin_lists,
            scopes,
            modules,
            functions,
            classes,
            imports
        );
        shrink!(
            loops,
            closures,
            calls,
            arguments,
            comparisons,
            writes,
            awaits,
            bindings,
            holds,
            entries,
            suppressions,
            errors
        );
    }

    /// The members of a display, or else the value itself.
    pub fn members_of(&self, origin: OriginId) -> Vec<OriginId> {
        let list = |origin| match self.origin(origin) {
            Origin::Tuple(start, end) | Origin::Join(start, end) => self.origin_list(start, end).to_vec(),
            _ => vec![origin],
        };
        match (self.origin(origin), self.entries_of(origin)) {
            (Origin::Collection(_, Some(element), _), []) => list(element),
            (Origin::Collection(..), entries) => entries.iter().map(|entry| entry.value).collect(),
            _ => list(origin),
        }
    }

    /// The text of a string that an origin leads to: the literal, a constant of the module, `text("…")`.
    pub fn literal_text(&self, origin: OriginId) -> Option<&str> {
        Some(&self.strings[self.literal(origin)?.0 as usize])
    }

    /// The string that an origin leads to, as [`FileFacts::literal_text`] has it.
    pub fn literal(&self, origin: OriginId) -> Option<StringId> {
        self.literal_below(origin, 0)
    }

    fn literal_below(&self, origin: OriginId, depth: usize) -> Option<StringId> {
        if depth > 8 {
            return None;
        }
        match self.origin(origin) {
            Origin::String(Some(id)) => Some(id),
            Origin::Borrowed(inner) => self.literal_below(inner, depth + 1),
            Origin::Global(module, name) => {
                let definitions = &self.modules[module.index()].definitions;
                let mut own = definitions.iter().filter(|(own, _)| *own == name);
                match (own.next(), own.next()) {
                    (Some((_, origin)), None) => self.literal_below(*origin, depth + 1),
                    _ => None,
                }
            }
            Origin::Call(call) => {
                let first = self.arguments_of(self.call(call)).first()?;
                self.literal_below(first.origin, depth + 1)
            }
            _ => None,
        }
    }

    /// What a text begins with, which may be put together: the first piece of `"DROP TABLE " + name`, `"…%s" % name` or
    /// `"…{}".format(name)`; of several texts, of the first.
    pub fn leading_text(&self, origin: OriginId) -> Option<&str> {
        self.leading_text_below(origin, 0)
    }

    fn leading_text_below(&self, origin: OriginId, depth: usize) -> Option<&str> {
        if depth > 16 {
            return None;
        }
        let first = match self.origin(origin) {
            Origin::Operation(Operator::Add | Operator::Modulo, first) => Some(first),
            Origin::Join(start, end) => self.origin_list(start, end).first().copied(),
            // A method of a text makes another of it.
            Origin::Call(call) => self.call(call).name.map(|_| self.call(call).callee),
            _ => None,
        };
        first.and_then(|first| self.leading_text_below(first, depth + 1)).or_else(|| self.literal_text(origin))
    }

    /// The first words of the statement in SQL that a call is given and that is put together there.
    pub fn begun(&self, call: CallId) -> Option<&str> {
        let arguments = self.arguments_of(self.call(call)).iter().take(2);
        arguments.filter_map(|argument| self.leading_text(argument.origin)).find(|text| sql::verb(text).is_some())
    }

    /// What is known of a string that is a statement in SQL.
    pub fn statement(&self, string: StringId) -> Option<&Statement> {
        let at = self.statements.binary_search_by_key(&string, |(own, _)| *own).ok()?;
        Some(&self.statements[at].1)
    }

    /// The statement in SQL that a call sends: its own argument, or that of the call that its receiver was made by
    /// (`query("…").bind(x).execute(pool)`).
    pub fn sent(&self, call: CallId) -> Option<Sent> {
        let mut call = call;
        for _ in 0..8 {
            let site = self.call(call);
            let texts = self.arguments_of(site).iter().take(2);
            let mut texts = texts.filter_map(|argument| Some((argument.span, self.literal(argument.origin)?)));
            let is_statement = |(_, string): &(Span, StringId)| sql::verb(&self.strings[string.0 as usize]).is_some();
            if let Some((span, string)) = texts.find(is_statement) {
                return Some(Sent { call, span, string });
            }
            let mut origin = site.callee;
            while let Origin::Await(inner)
            | Origin::Propagated(inner)
            | Origin::Borrowed(inner)
            | Origin::Generic(inner, _) = self.origin(origin)
            {
                origin = inner;
            }
            match self.origin(origin) {
                Origin::Call(inner) => call = inner,
                _ => return None,
            }
        }
        None
    }

    /// The local variable that holds the result of a call, unwrapped or awaited, or one of its results.
    pub fn binding_of(&self, call: CallId) -> Option<&Binding> {
        self.bindings.iter().find(|binding| {
            let mut origin = binding.origin;
            loop {
                match self.origin(origin) {
                    Origin::Call(own) => return own == call,
                    Origin::Propagated(inner) | Origin::Await(inner) | Origin::Ascribed(_, inner) => origin = inner,
                    Origin::Part(inner, _) if self.several_results => origin = inner,
                    _ => return false,
                }
            }
        })
    }

    /// Is the result of a call what the function around it returns, at once or by way of a variable?
    pub fn is_result(&self, call: CallId) -> bool {
        match self.call(call).used {
            Use::Returned => true,
            Use::Bound => {
                self.binding_of(call).is_some_and(|binding| binding.uses.iter().any(|at| at.kind == Use::Returned))
            }
            _ => false,
        }
    }

    /// The statement in SQL that a call sends as another call has made it ready, beside its values: `query, values, err :=
    /// named(text, row)`.
    pub fn made_ready(&self, call: CallId) -> Option<StringId> {
        let making = |argument: &Argument| match self.origin(argument.origin) {
            Origin::Part(inner, 0) if self.several_results => match self.origin(inner) {
                Origin::Call(making) => Some(making),
                _ => None,
            },
            _ => None,
        };
        let arguments = self.arguments_of(self.call(call)).iter().take(2);
        let texts = arguments.filter_map(making).flat_map(|making| self.arguments_of(self.call(making)).iter().take(2));
        texts
            .filter_map(|argument| self.literal(argument.origin))
            .find(|string| sql::verb(&self.strings[string.0 as usize]).is_some())
    }

    /// What a value is a part, a view or a result of, when it is of one thing.
    pub fn source_of(&self, origin: OriginId) -> Option<OriginId> {
        match self.origin(origin) {
            Origin::Call(call) => self.call(call).name.map(|_| self.call(call).callee),
            Origin::Await(inner)
            | Origin::Member(inner, _)
            | Origin::Element(inner)
            | Origin::Item(inner)
            | Origin::Slice(inner, _)
            | Origin::Part(inner, _)
            | Origin::Payload(inner, _, _)
            | Origin::Propagated(inner)
            | Origin::Ascribed(_, inner)
            | Origin::Borrowed(inner) => Some(inner),
            _ => None,
        }
    }

    /// What a map or a display is known to hold.
    pub fn entries_of(&self, holder: OriginId) -> &[Entry] {
        let start = self.entries.partition_point(|entry| entry.holder < holder);
        let end = self.entries.partition_point(|entry| entry.holder <= holder);
        &self.entries[start..end]
    }

    /// What a call is given at a place: `0`, `0.where`, `set.0` of the member that goes on with it.
    pub fn given_at(&self, call: CallId, place: &str) -> Option<Given> {
        let (first, rest) = place.split_once('.').map_or((place, None), |(first, rest)| (first, Some(rest)));
        let Ok(position) = first.parse::<usize>() else {
            let goes_on = |call: &CallId| self.call(*call).name.is_some_and(|name| self.text(name) == first);
            return self.given_at(self.continuations(call).find(goes_on)?, rest?);
        };
        let argument = self.arguments_of(self.call(call)).get(position)?;
        let given = Given { origin: argument.origin, depend: argument.depend };
        let Some(key) = rest else { return Some(given) };
        let mut entries = self.entries_of(self.bare(given.origin)).iter();
        let entry = entries.rfind(|entry| entry.is_called(self, key))?;
        Some(Given { origin: entry.value, depend: entry.depend })
    }

    /// A value without what is said of its type, or the one that was entered.
    pub fn bare(&self, mut origin: OriginId) -> OriginId {
        while let Origin::Ascribed(_, inner) | Origin::Borrowed(inner) | Origin::Entered(inner) = self.origin(origin) {
            origin = inner;
        }
        origin
    }

    /// The members of a join or tuple.
    pub fn origin_list(&self, start: u32, end: u32) -> &[OriginId] {
        &self.origin_lists[start as usize..end as usize]
    }
    /// The 1-based line of a byte.
    pub fn line(&self, offset: u32) -> u32 {
        crate::source::line_of(&self.line_starts, offset)
    }
}

impl Depend {
    /// What it says of the outermost `depth` loops and closures.
    pub fn within(self, depth: u8) -> Depend {
        let bits = if depth >= 32 { u32::MAX } else { (1 << depth) - 1 };
        let Depend { element, carried, volatile, parameters } = self;
        Depend { element: element & bits, carried: carried & bits, volatile: volatile & bits, parameters }
    }
}

impl Scope {
    /// The bit of a [`Depend`] that speaks of this loop or closure.
    pub fn bit(&self) -> u32 {
        1 << (self.depth.clamp(1, 32) - 1)
    }
}
