//! Extraction: from a neutral tree to the facts of its file. Written once for all languages.
//!
//! One walk in the order of the source. While it walks a function it knows what each local name stands for
//! (`scope.rs`), what every value comes from and depends on (`value.rs`), the calls and operations
//! (`calls.rs`), the loops and their class (`loops.rs`), what assignments and patterns bind (`bind.rs`). It
//! resolves nothing across files and asks no model.

mod bind;
mod calls;
mod comments;
mod files;
mod loops;
pub use files::{Before, Extracted, KnownFacts, Wanted, all, are_same, with_dialects};
mod scope;
mod statement;
mod value;

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::*;
use crate::lang::Parsed;
use crate::source::Span;
use crate::sql;
use crate::syntax::{
    ClassKind, ClassNodeId, FunctionFlavor, FunctionNodeId, Name, NodeId, NodeKind, ParameterKind, StringId, Tree,
    TypeExprId, TypeForm,
};
use scope::{Leaves, Local, Locals, Outer};

/// The facts of a parsed file.
pub fn facts(text: &str, parsed: Parsed) -> FileFacts {
    let mut tree = parsed.tree;
    let mut names = std::mem::take(&mut tree.names);
    let known =
        KnownNames { empty: names.intern(""), self_type: names.intern("Self"), superclass: names.intern("super") };
    let facts = FileFacts {
        names,
        line_starts: crate::source::line_starts(text),
        types: std::mem::take(&mut tree.types),
        strings: std::mem::take(&mut tree.strings),
        errors: parsed.errors,
        reads_call: tree.reads_call,
        several_results: tree.several_results,
        is_migration: tree.is_migration,
        is_generated: false,
        absent: tree.optional.map(|(_, absent)| absent),
        // As measured on two repositories; what is too much is given back in the end.
        origins: Vec::with_capacity(tree.len() * 3 / 5),
        calls: Vec::with_capacity(tree.len() / 5),
        arguments: Vec::with_capacity(tree.len() / 6),
        ..FileFacts::default()
    };
    let mut extractor = Extractor {
        tree: &tree,
        known,
        facts,
        locals: Locals::default(),
        names_by_place: None,
        places: FxHashMap::default(),
        scope: ScopeId(0),
        function: FunctionId(0),
        module: ModuleId(0),
        class: None,
        self_class: None,
        returns_to: Vec::new(),
        loop_names: Vec::new(),
        open_holds: Vec::new(),
        outer_names: FxHashSet::default(),
        receiver: None,
        type_parameters: Vec::new(),
        captured: Depend::default(),
        pending: VecDeque::new(),
        statement: 0,
        source: Span::default(),
        comparisons: Vec::new(),
        compared: None,
        packages: FxHashSet::default(),
    };
    extractor.file(Span::new(0, text.len()));
    extractor.ends_of_scopes();
    extractor.opaque_uses();
    extractor.comments(text);
    extractor.statements();
    extractor.facts.entries.sort_by_key(|entry| entry.holder);
    extractor.facts.names.freeze();
    extractor.facts.shrink();
    extractor.facts
}

/// Names that extraction asks for.
struct KnownNames {
    empty: Name,
    self_type: Name,
    superclass: Name,
}

/// A function whose body is walked once the function around it is done, so that regions do not overlap.
struct PendingFunction {
    node: FunctionNodeId,
    id: FunctionId,
    /// Its own name, where it is one of the function around.
    own: Option<(Name, Local)>,
    /// How many changes the names of the function around had seen when it was defined, where it sees them.
    sees: Option<u32>,
    outer: Option<Outer>,
    self_class: Option<ClassId>,
    module: ModuleId,
    type_parameters: Vec<(Name, Option<TypeExprId>)>,
}

/// Where `return` puts its value.
#[derive(Clone, Copy)]
enum ReturnsTo {
    Function(FunctionId),
    Closure(ClosureId),
    Nothing,
}

/// A hold that has not ended.
struct OpenHold {
    hold: Hold,
    /// Start of the region; its ends are filled in when the hold ends.
    block: usize,
}

struct Extractor<'t> {
    tree: &'t Tree,
    known: KnownNames,
    facts: FileFacts,
    locals: Locals,
    /// The names that the text mentions, in its order; asked for where a function is defined in another.
    names_by_place: Option<Box<[(u32, Name)]>>,
    places: FxHashMap<(Name, Name), Name>,
    scope: ScopeId,
    function: FunctionId,
    module: ModuleId,
    /// The class whose body is walked.
    class: Option<ClassId>,
    /// The class that `Self` means.
    self_class: Option<ClassId>,
    returns_to: Vec<ReturnsTo>,
    /// For each loop or closure around this point: its scope, and the names assigned in it.
    loop_names: Vec<(ScopeId, scope::Assignments)>,
    open_holds: Vec<OpenHold>,
    /// Names that the function assigns to and that are the module's.
    outer_names: FxHashSet<Name>,
    /// The name of the receiver of the method that is walked.
    receiver: Option<Name>,
    type_parameters: Vec<(Name, Option<TypeExprId>)>,
    /// What the names read in the present closure depend on.
    captured: Depend,
    pending: VecDeque<PendingFunction>,
    /// Where the innermost statement around this point starts.
    statement: u32,
    /// The code that the names which are bound now take their value from.
    source: Span,
    /// Tests for equality in the loops around this point: where, and the two sides.
    comparisons: Vec<(Span, value::Value, value::Value)>,
    /// The comparison that was walked last.
    compared: Option<Comparison>,
    /// Imported names that are packages.
    packages: FxHashSet<Name>,
}

impl Extractor<'_> {
    /// The whole file: module-level code first, then every function in the order of its definition.
    fn file(&mut self, span: Span) {
        self.facts.modules.push(Module::default());
        let scope = self.push_function_scope(FunctionId(0));
        self.facts.functions.push(Function {
            name: self.known.empty,
            name_span: Span::new(0, 0),
            span,
            module: ModuleId(0),
            class: None,
            parent: None,
            scope,
            parameters: Vec::new(),
            declared: None,
            returns: Vec::new(),
            yields: Vec::new(),
            members: Vec::new(),
            is_async: false,
            flavor: FunctionFlavor::Plain,
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            region: Region::default(),
            has_body: true,
            may_end_at: None,
            gives_own_class: false,
        });
        self.scope = scope;
        self.returns_to.push(ReturnsTo::Function(FunctionId(0)));
        if let Some(root) = self.tree.root {
            self.statement(root);
        }
        self.facts.functions[0].region = self.region_from((0, 0, 0));
        self.show_names(0);
        while let Some(function) = self.pending.pop_front() {
            self.function_body(function);
        }
    }

    /// Reads the strings that are statements in SQL.
    fn statements(&mut self) {
        let strings = self.facts.strings.iter().enumerate();
        let read = strings.filter_map(|(at, text)| Some((StringId(at as u32), sql::read(text)?)));
        self.facts.statements = read.collect();
    }

    /// Adds an origin.
    fn origin(&mut self, origin: Origin) -> OriginId {
        // Unknown is by far the most frequent; it is the first one.
        if origin == Origin::Unknown && !self.facts.origins.is_empty() && self.facts.origins[0] == Origin::Unknown {
            return OriginId(0);
        }
        if self.facts.origins.is_empty() {
            self.facts.origins.push(Origin::Unknown);
            if origin == Origin::Unknown {
                return OriginId(0);
            }
        }
        self.facts.origins.push(origin);
        OriginId(self.facts.origins.len() as u32 - 1)
    }

    /// Adds a list of origins.
    fn origin_range(&mut self, members: &[OriginId]) -> (u32, u32) {
        let start = self.facts.origin_lists.len() as u32;
        self.facts.origin_lists.extend_from_slice(members);
        (start, self.facts.origin_lists.len() as u32)
    }

    /// Where the tables stand now.
    fn position(&self) -> (u32, u32, u32) {
        (self.facts.calls.len() as u32, self.facts.writes.len() as u32, self.facts.awaits.len() as u32)
    }

    /// The region from an earlier position to here.
    fn region_from(&self, start: (u32, u32, u32)) -> Region {
        let end = self.position();
        Region { calls: (start.0, end.0), writes: (start.1, end.1), awaits: (start.2, end.2) }
    }

    fn push_function_scope(&mut self, function: FunctionId) -> ScopeId {
        self.facts.scopes.push(Scope {
            parent: None,
            kind: ScopeKind::Function,
            function,
            without: 0,
            needs: 0,
            chosen: Depend::default(),
            sought: 0,
            tested: 0,
            depth: 0,
            end: 0,
        });
        ScopeId(self.facts.scopes.len() as u32 - 1)
    }

    /// Enters a scope below the present one; give the result to `leave`.
    fn enter(&mut self, kind: ScopeKind) -> ScopeId {
        let deepens = matches!(kind, ScopeKind::Loop(_) | ScopeKind::Closure(_));
        let depth = self.facts.scope(self.scope).depth.saturating_add(deepens as u8);
        self.facts.scopes.push(Scope {
            parent: Some(self.scope),
            kind,
            function: self.function,
            without: 0,
            needs: 0,
            chosen: Depend::default(),
            sought: 0,
            tested: 0,
            depth,
            end: 0,
        });
        let outer = self.scope;
        self.scope = ScopeId(self.facts.scopes.len() as u32 - 1);
        outer
    }

    fn leave(&mut self, outer: ScopeId) {
        self.scope = outer;
    }

    /// Notes where each scope ends: a scope comes before all that stand in it.
    fn ends_of_scopes(&mut self) {
        for id in (0..self.facts.scopes.len()).rev() {
            let scope = &mut self.facts.scopes[id];
            scope.end = scope.end.max(id as u32 + 1);
            let (parent, end) = (scope.parent, scope.end);
            if let Some(parent) = parent {
                let parent = &mut self.facts.scopes[parent.index()];
                parent.end = parent.end.max(end);
            }
        }
    }

    /// Bits of all loops and closures around this point.
    fn all_loop_bits(&self) -> u32 {
        match self.facts.scope(self.scope).depth {
            0 => 0,
            depth => u32::MAX >> (32 - depth.min(32) as u32),
        }
    }

    /// Is there a loop or closure around this point?
    fn in_loop(&self) -> bool {
        self.facts.scope(self.scope).depth > 0
    }

    /// The number of loops around the present place that control leaves in this way.
    fn loops_left(&self, leaves: Leaves) -> u8 {
        let most = match leaves {
            Leaves::No | Leaves::Turn => 0,
            Leaves::Loop => 1,
            Leaves::Code | Leaves::Function => usize::from(u8::MAX),
        };
        let around = self.facts.scopes_from(self.scope).map(|(_, scope)| scope.kind).take_while(|kind| match kind {
            ScopeKind::Function | ScopeKind::Closure(_) | ScopeKind::Async(_) => false,
            // What is raised here goes on behind this.
            ScopeKind::Attempt => leaves != Leaves::Code,
            _ => true,
        });
        around.filter(|kind| matches!(kind, ScopeKind::Loop(_))).take(most).count() as u8
    }

    /// Is this code of the module itself, of no function and of no closure?
    fn in_module_body(&self) -> bool {
        self.function == FunctionId(0) && !self.returns_to.iter().any(|to| matches!(to, ReturnsTo::Closure(_)))
    }

    /// A function definition: its facts now, its body later.
    fn function_definition(&mut self, node: FunctionNodeId, span: Span) -> OriginId {
        let function = &self.tree.functions[node.0 as usize];
        let id = FunctionId(self.facts.functions.len() as u32);
        let name = function.name.unwrap_or(self.known.empty);
        let decorators = function.decorators.iter().map(|node| self.detached(*node)).collect();
        let type_parameters = self.with_type_parameters(&function.type_parameters);
        let parameters = function
            .parameters
            .iter()
            .map(|parameter| Parameter {
                name: match self.tree.kind(parameter.target) {
                    NodeKind::Name(name) => Some(name),
                    _ => None,
                },
                declared: parameter.declared.map(|declared| self.own_type(declared, &type_parameters)),
                default: parameter.default.map(|node| self.value(node, Use::Other).origin),
                kind: parameter.kind,
            })
            .collect();
        let gives_own_class = function.returns.is_some_and(|declared| self.is_self_type(declared));
        let declared = function.returns.map(|declared| self.own_type(declared, &type_parameters));
        let scope = self.push_function_scope(id);
        let parent = (self.function != FunctionId(0)).then_some(self.function);
        self.facts.functions.push(Function {
            name,
            name_span: function.name_span,
            span,
            module: self.module,
            class: self.class,
            parent,
            scope,
            parameters,
            declared,
            returns: Vec::new(),
            yields: Vec::new(),
            members: Vec::new(),
            is_async: function.is_async,
            flavor: function.flavor,
            decorators,
            type_parameters: function.type_parameters.clone(),
            region: Region::default(),
            has_body: function.body.is_some(),
            may_end_at: None,
            gives_own_class,
        });
        // Whoever names the attribute asks for what reads it.
        let is_named = function.flavor != FunctionFlavor::Setter;
        if let (Some(class), Some(name)) = (self.class, function.name.filter(|_| is_named)) {
            self.facts.classes[class.index()].methods.push((name, id));
        }
        let origin = self.origin(Origin::Function(id));
        let mut own = None;
        let mut sees = None;
        if !self.in_module_body() {
            self.share_bindings(span);
            sees = Some(self.locals.length());
            if self.class.is_none() {
                let local = Local { origin, depend: Depend::default(), scope: self.scope, binding: None };
                own = function.name.map(|name| (name, local));
            }
        }
        self.pending.push_back(PendingFunction {
            node,
            id,
            own,
            sees,
            outer: None,
            self_class: self.self_class,
            module: self.module,
            type_parameters,
        });
        origin
    }

    /// A function that is defined here may read and write what it mentions of what is seen here.
    fn share_bindings(&mut self, function: Span) {
        let names = self.names_by_place.take().unwrap_or_else(|| self.tree.names_by_place());
        let first = names.partition_point(|(start, _)| *start < function.start);
        for (_, name) in names[first..].iter().take_while(|(start, _)| *start < function.end) {
            if let Some(binding) = self.locals.get(*name).and_then(|local| local.binding) {
                self.facts.bindings[binding.index()].is_shared = true;
            }
        }
        self.names_by_place = Some(names);
    }

    /// Functions that were defined in the code that was walked last, and are pending from `first` on, see its names.
    fn show_names(&mut self, first: usize) {
        if self.pending.range(first..).all(|inner| inner.sees.is_none()) {
            return;
        }
        let is_definition =
            |local: &Local| matches!(self.facts.origin(local.origin), Origin::Function(_) | Origin::Class(_));
        let past = self.locals.past(self.facts.functions[0].scope, is_definition);
        for inner in self.pending.range_mut(first..) {
            inner.outer = inner.sees.map(|length| Outer::new(&past, length));
        }
    }

    fn function_body(&mut self, pending: PendingFunction) {
        let node = &self.tree.functions[pending.node.0 as usize];
        let first = self.pending.len();
        self.locals = Locals::within(pending.outer);
        if let Some((name, local)) = pending.own {
            self.locals.set(name, Some(local));
        }
        self.outer_names.clear();
        self.function = pending.id;
        self.module = pending.module;
        // Functions defined in a body are no methods, but `Self` still means the class.
        self.class = None;
        self.self_class = pending.self_class;
        self.type_parameters = pending.type_parameters;
        self.scope = self.facts.function(pending.id).scope;
        self.loop_names.clear();
        self.open_holds.clear();
        self.returns_to = vec![ReturnsTo::Function(pending.id)];
        self.receiver = None;
        self.source = Span::default();
        let start = self.position();
        for (place, parameter) in node.parameters.iter().enumerate() {
            let origin = self.origin(Origin::Parameter(pending.id, place.min(u16::MAX as usize) as u16));
            let depend = Depend { parameters: parameter_bit(place as u16), ..Depend::default() };
            if parameter.kind == ParameterKind::Receiver
                && let NodeKind::Name(name) = self.tree.kind(parameter.target)
            {
                self.receiver = Some(name);
            }
            self.bind(parameter.target, origin, depend, true);
        }
        if let Some(body) = node.body {
            self.statement(body);
        }
        self.end_holds(0);
        self.show_names(first);
        let region = self.region_from(start);
        let function = &mut self.facts.functions[pending.id.index()];
        function.region = region;
        let is_receiver = |origin: &OriginId| self.facts.origins[origin.index()] == Origin::Parameter(pending.id, 0);
        function.gives_own_class |=
            self.receiver.is_some() && !function.returns.is_empty() && function.returns.iter().all(is_receiver);
    }

    /// What stands in a macro body that could not be read may be used there, nobody knows how.
    fn opaque_uses(&mut self) {
        for (name, offset) in &self.tree.opaque_names {
            for binding in self.facts.bindings.iter_mut().filter(|binding| binding.name == *name) {
                let function = self.facts.scopes[binding.scope.index()].function;
                let span = self.facts.functions[function.index()].span;
                binding.is_shared |= span.start <= *offset && *offset < span.end;
            }
        }
    }

    /// A class definition: fields and methods.
    fn class_definition(&mut self, node: ClassNodeId) -> OriginId {
        let class = &self.tree.classes[node.0 as usize];
        let bases = class.bases.iter().map(|base| self.detached(*base)).collect();
        let decorators = class.decorators.iter().map(|node| self.detached(*node)).collect();
        let field_decorators =
            class.field_decorators.iter().map(|(field, decorator)| (*field, self.detached(*decorator))).collect();
        let id = ClassId(self.facts.classes.len() as u32);
        let extended = class.extended.map(|extended| self.bounded_type(extended, &class.type_parameters));
        self.facts.classes.push(Class {
            name: class.name,
            name_span: class.name_span,
            kind: class.kind,
            module: self.module,
            parent: self.class,
            function: (self.function != FunctionId(0)).then_some(self.function),
            bases,
            extended,
            type_parameters: class.type_parameters.clone(),
            fields: Vec::new(),
            methods: Vec::new(),
            decorators,
            field_decorators,
        });
        let outer_class = self.class.replace(id);
        let outer_self = self.self_class.replace(id);
        let outer_parameters = std::mem::replace(&mut self.type_parameters, class.type_parameters.clone());
        // Names of the class body are not names of the functions in it.
        let mark = self.locals.mark();
        self.class_body(class.body, id);
        self.locals.undo(mark);
        self.type_parameters = outer_parameters;
        self.class = outer_class;
        self.self_class = outer_self;
        self.origin(Origin::Class(id))
    }

    fn class_body(&mut self, body: NodeId, class: ClassId) {
        let NodeKind::Block(list) = self.tree.kind(body) else { return };
        for node in self.tree.nodes_of(list) {
            match self.tree.kind(*node) {
                NodeKind::Let { target, declared, value } => {
                    let value = value.map(|value| self.value(value, Use::Stored));
                    if let NodeKind::Name(name) = self.tree.kind(target) {
                        let declared_origin = declared.map(|declared| self.declared(declared));
                        let origin = declared_origin.or(value.map(|value| value.origin));
                        let origin = origin.unwrap_or_else(|| self.origin(Origin::Unknown));
                        self.field(class, name, origin, declared.is_some(), true);
                        if let Some(value) = value.filter(|_| declared.is_some()) {
                            self.field(class, name, value.origin, false, true);
                        }
                    }
                }
                NodeKind::Assign { target, operator: None, value } => {
                    let value = self.value(value, Use::Stored);
                    if let NodeKind::Name(name) = self.tree.kind(target) {
                        self.field(class, name, value.origin, false, true);
                        let scope = self.scope;
                        let local = Local { origin: value.origin, depend: value.depend, scope, binding: None };
                        self.locals.set(name, Some(local));
                    }
                }
                NodeKind::Class(inner) => {
                    let name = self.tree.classes[inner.0 as usize].name;
                    let origin = self.class_definition(inner);
                    self.field(class, name, origin, false, true);
                }
                NodeKind::Function(function) => {
                    self.function_definition(function, self.tree.span(*node));
                }
                NodeKind::TypeAlias { name, value } => {
                    let origin = self.declared(value);
                    self.field(class, name, origin, true, true);
                    self.statement(*node);
                }
                _ => self.statement(*node),
            }
        }
    }

    fn field(&mut self, class: ClassId, name: Name, origin: OriginId, declared: bool, in_body: bool) {
        let fields = &mut self.facts.classes[class.index()].fields;
        // A class of thousands of assigned fields is generated; look-ups must stay short.
        if fields.len() < 512 {
            fields.push(Field { name, origin, declared, in_body });
        }
    }

    /// A decorator or base: an expression of the module, not of the function around it.
    fn detached(&mut self, node: NodeId) -> OriginId {
        self.value(node, Use::Other).origin
    }

    /// A value of a declared type.
    fn declared(&mut self, declared: TypeExprId) -> OriginId {
        let parameters = self.type_parameters.clone();
        let declared = self.own_type(declared, &parameters);
        self.origin(Origin::Declared(self.module, declared))
    }

    fn with_type_parameters(&self, own: &[(Name, Option<TypeExprId>)]) -> Vec<(Name, Option<TypeExprId>)> {
        own.iter().chain(&self.type_parameters).copied().collect()
    }

    /// Is it written as the class that is called, whichever that is?
    fn is_self_type(&self, declared: TypeExprId) -> bool {
        let expr = &self.facts.types[declared.0 as usize];
        match expr.form {
            TypeForm::Named => expr.names[..] == [self.known.self_type],
            TypeForm::Reference | TypeForm::MutableReference => {
                expr.arguments.first().is_some_and(|inner| self.is_self_type(*inner))
            }
            _ => false,
        }
    }

    /// A type as a module-level reader understands it: `Self` is written out, a type parameter is its bound.
    fn own_type(&mut self, declared: TypeExprId, parameters: &[(Name, Option<TypeExprId>)]) -> TypeExprId {
        self.bounded_type(declared, parameters);
        if let Some(class) = self.self_class {
            self.write_out_self(declared, class, 0);
        }
        declared
    }

    fn bounded_type(&mut self, declared: TypeExprId, parameters: &[(Name, Option<TypeExprId>)]) -> TypeExprId {
        let mut pending = vec![declared];
        while let Some(id) = pending.pop() {
            let expr = &self.facts.types[id.0 as usize];
            if expr.form == TypeForm::Named
                && let [name] = expr.names[..]
                && let Some((_, bound)) = parameters.iter().find(|(parameter, _)| *parameter == name)
            {
                let bound = bound.and_then(|bound| self.facts.types.get(bound.0 as usize)).cloned();
                let expr = &mut self.facts.types[id.0 as usize];
                match bound {
                    // A bound that speaks of the parameter itself is kept as it is, one step deep.
                    Some(bound) => (expr.form, expr.names, expr.arguments) = (TypeForm::Trait, bound.names, Vec::new()),
                    None => expr.form = TypeForm::Unknown,
                }
                continue;
            }
            pending.extend(expr.arguments.iter().filter(|argument| argument.0 != id.0));
            if pending.len() > 256 {
                break;
            }
        }
        declared
    }

    fn write_out_self(&mut self, declared: TypeExprId, class: ClassId, depth: usize) {
        let expr = &self.facts.types[declared.0 as usize];
        if let [own, rest @ ..] = &expr.names[..]
            && *own == self.known.self_type
            && !rest.is_empty()
        {
            // `Self::Item`: a member of what `Self` stands for.
            let class = self.facts.class(class);
            let owner = match class.extended {
                Some(extended) => self.facts.types[extended.0 as usize].names.clone(),
                None => vec![class.name],
            };
            let names = owner.into_iter().chain(rest.iter().copied()).collect();
            self.facts.types[declared.0 as usize].names = names;
            return;
        }
        if expr.names[..] == [self.known.self_type] && expr.form == TypeForm::Named {
            let class = self.facts.class(class);
            let (form, names, arguments) = match class.extended {
                Some(extended) => {
                    let extended = &self.facts.types[extended.0 as usize];
                    (extended.form, extended.names.clone(), extended.arguments.clone())
                }
                None if class.kind == ClassKind::Interface => (TypeForm::Trait, vec![class.name], Vec::new()),
                None => (TypeForm::Named, vec![class.name], Vec::new()),
            };
            let expr = &mut self.facts.types[declared.0 as usize];
            (expr.form, expr.names, expr.arguments) = (form, names, arguments);
            return;
        }
        if depth < 16 {
            for argument in expr.arguments.clone() {
                self.write_out_self(argument, class, depth + 1);
            }
        }
    }
}
