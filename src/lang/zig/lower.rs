//! Files, containers, functions and variables, lowered to the neutral tree. Statements, expressions and types are in the
//! modules beside it; all of them are one [`Lowering`].
//!
//! A file is a struct: one with fields is lowered to a class, which is what an import of it gives.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::grammar::{Field, GRAMMAR, Kind};
use super::names::{TEST, WHOLE, declared_lists};
use crate::lang::Parsed;
use crate::lang::grammar::Part;
use crate::lang::lowering::{self, in_field, span_of};
use crate::source::Span;
use crate::syntax::{
    ClassKind, ClassNode, FunctionFlavor, FunctionNode, ImportNode, Name, NodeId, NodeKind, ParameterKind,
    ParameterNode, Tree, TypeExprId,
};

/// Lowers a file.
pub(super) fn file(text: &str, root: Node) -> Parsed {
    let mut tree = Tree::for_text(text.len());
    tree.block_scoped = true;
    tree.imports_are_packages = true;
    let mut lowering = Lowering::new(text, tree, root, &GRAMMAR, State::default());
    lowering.state.lists = declared_lists(text);
    let nodes = lowering.file(root);
    lowering.finish(&nodes)
}

/// A container around the place that is lowered.
#[derive(Debug, Default)]
pub(super) struct Container<'t> {
    /// The names that lead to it from the file; none for a file that is only a namespace.
    pub(super) path: Vec<&'t str>,
    /// What it declares and code in it may name: no two names in scope are the same.
    pub(super) members: FxHashSet<&'t str>,
    /// Names that it gives itself: `const Self = @This();`
    pub(super) own_names: FxHashSet<&'t str>,
}

/// What is known of the place that is lowered.
#[derive(Default)]
pub(super) struct State<'t> {
    /// The containers around it, the file first.
    pub(super) containers: Vec<Container<'t>>,
    /// Where names of the file lead that stand for something imported: `mem` for `std.mem`.
    pub(super) paths: FxHashMap<&'t str, String>,
    /// Types that a function gives a name.
    pub(super) local_types: FxHashMap<&'t str, Node<'t>>,
    /// Imports that stand in the middle of something.
    pub(super) inner_imports: Vec<NodeId>,
    imported: FxHashSet<&'t str>,
    /// Names that the file declares as lists.
    pub(super) lists: FxHashSet<&'t str>,
    /// What runs when something of the present statement fails or is not there.
    pub(super) handlers: Vec<NodeId>,
    /// Labels of the blocks, not the loops, around this place.
    pub(super) block_labels: Vec<&'t str>,
    /// Where the negation begins that is lowered.
    pub(super) negated_at: Option<usize>,
    /// In what runs when something failed.
    pub(super) after_failure: bool,
    /// The innermost loop is unrolled when the program is compiled: none is left.
    pub(super) in_unrolled: bool,
}

/// The tree of a file under construction.
pub(super) type Lowering<'t> = lowering::Lowering<'t, Kind, Field, State<'t>>;

/// Where a variable is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a file.
    File,
    /// In a container.
    Container,
    /// In a function.
    Function,
}

/// A variable as written.
struct Variable<'t> {
    name: Node<'t>,
    declared: Option<Node<'t>>,
    value: Option<Node<'t>>,
    span: Span,
}

impl<'t> Lowering<'t> {
    /// What may be an operand: named nodes, and the literals that are keywords.
    pub(super) fn operands(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        self.parts(node).into_iter().map(|(_, part)| part).filter(|part| is_operand(*part)).collect()
    }

    fn file(&mut self, root: Node<'t>) -> Vec<NodeId> {
        let members: Vec<Node> = self.named(root).collect();
        let is_struct = members.iter().any(|member| self.kind(*member) == Kind::ContainerField);
        let own_names = self.own_names(&members);
        let functions = match is_struct {
            true => self.declared_functions(&members),
            false => FxHashSet::default(),
        };
        let path = if is_struct { vec![WHOLE] } else { Vec::new() };
        self.state.containers.push(Container { path, members: functions, own_names });
        let (mut nodes, mut body) = (Vec::new(), Vec::new());
        for member in members {
            match self.kind(member) {
                Kind::ContainerField | Kind::FunctionDeclaration if is_struct => {
                    self.member(member, Place::Container, &mut body);
                }
                _ => {
                    self.member(member, Place::File, &mut nodes);
                    if is_struct {
                        body.extend(self.seen_from_outside(member));
                    }
                }
            }
        }
        self.state.containers.pop();
        if is_struct {
            let name = self.intern(WHOLE);
            let head = Span::new(root.start_byte(), root.start_byte());
            nodes.push(self.class(name, head, ClassKind::Class, Vec::new(), &body, span_of(root)));
        }
        let mut imports = std::mem::take(&mut self.state.inner_imports);
        imports.append(&mut nodes);
        imports
    }

    /// What a file that is a struct declares beside its functions is reached through the struct, too.
    fn seen_from_outside(&mut self, member: Node<'t>) -> Option<NodeId> {
        let variable = self.variable_parts(member).filter(|_| self.text_of(member).starts_with("pub"))?;
        let target = self.name_node(variable.name);
        let value = Some(self.name_node(variable.name));
        Some(self.add(NodeKind::Let { target, declared: None, value }, variable.span))
    }

    /// Names of the functions of a container.
    fn declared_functions(&mut self, members: &[Node<'t>]) -> FxHashSet<&'t str> {
        let functions = members.iter().filter(|member| self.kind(**member) == Kind::FunctionDeclaration);
        functions.filter_map(|member| member.child_by_field_name("name")).map(|name| self.text_of(name)).collect()
    }

    fn own_names(&mut self, members: &[Node<'t>]) -> FxHashSet<&'t str> {
        let mut names = FxHashSet::default();
        for member in members {
            if let Some(Variable { name, value: Some(value), .. }) = self.variable_parts(*member)
                && self.is_this(value)
            {
                names.insert(self.text_of(name));
            }
        }
        names
    }

    /// `@This()`
    pub(super) fn is_this(&self, node: Node) -> bool {
        self.kind(node) == Kind::BuiltinFunction && self.text_of(node).starts_with("@This(")
    }

    /// A name; `_` binds nothing.
    pub(super) fn name_node(&mut self, node: Node<'t>) -> NodeId {
        let kind = match self.text_of(node) {
            "_" => NodeKind::Wildcard,
            text => NodeKind::Name(self.tree.names.intern(text)),
        };
        self.add(kind, span_of(node))
    }

    /// A member of a container.
    fn member(&mut self, node: Node<'t>, place: Place, nodes: &mut Vec<NodeId>) {
        self.deeper(node, |lowering| match lowering.kind(node) {
            Kind::VariableDeclaration => lowering.variable(node, place, nodes),
            Kind::FunctionDeclaration => nodes.extend(lowering.function_declaration(node)),
            Kind::ContainerField => nodes.extend(lowering.field(node)),
            Kind::TestDeclaration => nodes.extend(lowering.test(node)),
            Kind::UsingNamespaceDeclaration => nodes.extend(lowering.using_namespace(node)),
            // What else stands there runs when the program is compiled.
            _ => {}
        });
    }

    // Variables

    /// The parts of a variable declaration of one name.
    fn variable_parts(&mut self, node: Node<'t>) -> Option<Variable<'t>> {
        if self.kind(node) != Kind::VariableDeclaration {
            return None;
        }
        let parts = self.parts(node);
        let keyword = parts.iter().position(|(_, part)| matches!(part.kind(), "const" | "var"))?;
        let name = parts.get(keyword + 1).map(|(_, part)| *part)?;
        let equals = parts.iter().position(|(_, part)| part.kind() == "=");
        let before = &parts[..equals.unwrap_or(parts.len())];
        if self.kind(name) != Kind::Identifier || before.iter().any(|(_, part)| part.kind() == ",") {
            return None;
        }
        let value = equals.and_then(|at| parts.get(at + 1)).map(|(_, part)| *part);
        Some(Variable { name, declared: in_field(&parts, Field::Type), value, span: span_of(node) })
    }

    /// `const x: T = value;`
    pub(super) fn variable(&mut self, node: Node<'t>, place: Place, nodes: &mut Vec<NodeId>) {
        let Some(variable) = self.variable_parts(node) else { return };
        let Some(value) = variable.value else {
            let lowered = self.plain_variable(&variable, place);
            return nodes.push(lowered);
        };
        let lowered = match self.kind(value) {
            Kind::StructDeclaration
            | Kind::UnionDeclaration
            | Kind::EnumDeclaration
            | Kind::OpaqueDeclaration
            | Kind::ErrorSetDeclaration => Some(self.container(variable.name, value, Vec::new(), variable.span)),
            Kind::BuiltinFunction if self.is_this(value) => None,
            _ if place == Place::File && self.imported_path(value).is_some() => self.import(&variable, value),
            _ if self.is_type(value) => self.type_alias(&variable, value, place),
            _ => Some(self.plain_variable(&variable, place)),
        };
        nodes.extend(lowered);
    }

    /// What a name of the file stands for is imported, or part of what is.
    fn import(&mut self, variable: &Variable<'t>, value: Node<'t>) -> Option<NodeId> {
        let path = self.imported_path(value)?;
        let binding = self.text_of(variable.name);
        self.state.paths.insert(binding, path.join("."));
        let names = path.iter().map(|name| self.intern(name)).collect();
        let binding = self.intern(binding);
        Some(self.import_node(names, binding, false, variable.span))
    }

    fn import_node(&mut self, path: Vec<Name>, binding: Name, is_star: bool, span: Span) -> NodeId {
        let import = self.tree.import(ImportNode { path, level: 0, binding, binds_root: false, is_star });
        self.add(NodeKind::Import(import), span)
    }

    /// The path that `@import("std").mem` or `mem.Allocator` leads to, the file first.
    pub(super) fn imported_path(&mut self, node: Node<'t>) -> Option<Vec<String>> {
        let mut members = Vec::new();
        let mut at = node;
        loop {
            match self.kind(at) {
                Kind::FieldExpression => {
                    let parts = self.parts(at);
                    members.push(self.text_of(in_field(&parts, Field::Member)?).to_owned());
                    at = in_field(&parts, Field::Object)?;
                }
                // `!std.mem.eql(…)`: a negation, which the grammar takes for a type.
                Kind::ErrorUnionType => at = self.named(at).last()?,
                _ => break,
            }
        }
        let mut path = match self.kind(at) {
            Kind::BuiltinFunction => vec![self.import_argument(at)?.to_owned()],
            Kind::Identifier => vec![self.state.paths.get(self.text_of(at))?.clone()],
            _ => return None,
        };
        path.extend(members.into_iter().rev());
        Some(path)
    }

    /// What `@import` imports.
    fn import_argument(&mut self, node: Node<'t>) -> Option<&'t str> {
        let text = self.text_of(node).strip_prefix("@import(")?;
        let text = text.strip_suffix(')')?.trim().strip_prefix('"')?.strip_suffix('"')?;
        (!text.is_empty()).then_some(text)
    }

    /// The name that an import in the middle of something goes by.
    pub(super) fn inner_import(&mut self, node: Node<'t>) -> Option<&'t str> {
        let argument = self.import_argument(node)?;
        let text = self.text_of(node);
        if self.state.imported.insert(text) {
            let (path, binding) = (self.intern(argument), self.intern(text));
            let import = self.import_node(vec![path], binding, false, span_of(node));
            self.state.inner_imports.push(import);
        }
        Some(text)
    }

    fn using_namespace(&mut self, node: Node<'t>) -> Option<NodeId> {
        let value = self.named(node).next()?;
        let path = self.imported_path(value)?;
        let names = path.iter().map(|name| self.intern(name)).collect();
        let binding = self.intern("*");
        Some(self.import_node(names, binding, true, span_of(node)))
    }

    fn type_alias(&mut self, variable: &Variable<'t>, value: Node<'t>, place: Place) -> Option<NodeId> {
        if place == Place::Function {
            self.state.local_types.insert(self.text_of(variable.name), value);
            return None;
        }
        let name = self.name(variable.name);
        let value = self.type_expr(value);
        Some(self.add(NodeKind::TypeAlias { name, value }, variable.span))
    }

    /// A variable that holds a value. What a file or a container starts with is computed when the program is compiled.
    fn plain_variable(&mut self, variable: &Variable<'t>, place: Place) -> NodeId {
        let declared = variable.declared.map(|declared| self.type_expr(declared));
        let runs = place == Place::Function;
        let value = variable.value.filter(|value| runs || self.is_plain(*value));
        let value = value.and_then(|value| self.initial_value(variable.declared, value));
        let target = self.name_node(variable.name);
        self.add(NodeKind::Let { target, declared, value }, variable.span)
    }

    /// The first value of a variable; `.empty` and `.{}` are of the type that the variable declares.
    fn initial_value(&mut self, declared: Option<Node<'t>>, value: Node<'t>) -> Option<NodeId> {
        match declared {
            _ if value.kind() == "undefined" => None,
            Some(declared) if self.is_empty_literal(value) && self.is_type_call(declared) => {
                Some(self.made_empty(declared, span_of(value)))
            }
            _ => Some(self.expression(value)),
        }
    }

    /// `.empty` or `.{}`
    fn is_empty_literal(&self, node: Node) -> bool {
        let text: String = self.text_of(node).split_whitespace().collect();
        matches!(text.as_str(), ".empty" | ".{}")
    }

    /// An empty value of a type that a call gives.
    pub(super) fn made_empty(&mut self, made: Node<'t>, span: Span) -> NodeId {
        let object = self.type_value(made, span);
        let name = self.intern("empty");
        let callee = self.add(NodeKind::Member { object, name }, span);
        self.tree.call(callee, &[], None, span)
    }

    /// Is it a value of which nothing has to be computed to know what it is?
    fn is_plain(&self, node: Node) -> bool {
        matches!(
            self.kind(node),
            Kind::Identifier
                | Kind::FieldExpression
                | Kind::Integer
                | Kind::Float
                | Kind::String
                | Kind::MultilineString
                | Kind::Boolean
                | Kind::StructInitializer
                | Kind::AnonymousStructInitializer
                | Kind::BuiltinFunction
        )
    }

    // Containers

    /// `const Name = struct { … };`
    fn container(
        &mut self,
        name: Node<'t>,
        node: Node<'t>,
        type_parameters: Vec<(Name, Option<TypeExprId>)>,
        span: Span,
    ) -> NodeId {
        let lowered = self.deeper(node, |lowering| {
            let kind = match lowering.kind(node) {
                Kind::EnumDeclaration | Kind::ErrorSetDeclaration => ClassKind::Enum,
                _ => ClassKind::Class,
            };
            let body = lowering.container_body(lowering.text_of(name), node, &[]);
            let own_name = lowering.name(name);
            lowering.class(own_name, span_of(name), kind, type_parameters, &body, span)
        });
        lowered.unwrap_or_else(|| self.wildcard(span))
    }

    /// The members of a container, and what the function that returns it declares before.
    fn container_body(&mut self, name: &'t str, node: Node<'t>, before: &[Node<'t>]) -> Vec<NodeId> {
        let members: Vec<Node> = self.named(node).collect();
        let members: Vec<Node> = before.iter().copied().chain(members).collect();
        let own_names = self.own_names(&members);
        let mut declared = self.declared_functions(&members);
        for member in &members {
            if let Some(variable) = self.variable_parts(*member) {
                declared.insert(self.text_of(variable.name));
            }
        }
        let mut path = self.state.containers.last().map(|around| around.path.clone()).unwrap_or_default();
        // A container of a file that is a struct stands beside the struct.
        if path == [WHOLE] {
            path.clear();
        }
        path.push(name);
        self.state.containers.push(Container { path, members: declared, own_names });
        let mut body = Vec::new();
        for member in members {
            self.member(member, Place::Container, &mut body);
        }
        self.state.containers.pop();
        body
    }

    fn class(
        &mut self,
        name: Name,
        name_span: Span,
        kind: ClassKind,
        type_parameters: Vec<(Name, Option<TypeExprId>)>,
        members: &[NodeId],
        span: Span,
    ) -> NodeId {
        let body = self.tree.block(members, span);
        let (bases, decorators) = (Vec::new(), Vec::new());
        let class = self.tree.class(ClassNode {
            name,
            name_span,
            kind,
            bases,
            extended: None,
            type_parameters,
            decorators,
            field_decorators: Vec::new(),
            body,
        });
        self.add(NodeKind::Class(class), span)
    }

    /// A field, or a name of an enumeration.
    fn field(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        if self.kind(name) != Kind::Identifier {
            return None;
        }
        let declared_at = in_field(&parts, Field::Type);
        let declared = declared_at.map(|declared| self.type_expr(declared));
        let value = parts.iter().position(|(_, part)| part.kind() == "=").and_then(|at| parts.get(at + 1));
        let value = value.filter(|(_, value)| self.is_plain(*value)).map(|(_, value)| *value);
        let value = value.and_then(|value| self.initial_value(declared_at, value));
        let target = self.name_node(name);
        Some(self.add(NodeKind::Let { target, declared, value }, span_of(node)))
    }

    // Functions

    fn function_declaration(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let body = in_field(&parts, Field::Body);
        let result = in_field(&parts, Field::Type);
        let list = parts.iter().find(|(_, part)| self.kind(*part) == Kind::Parameters).map(|(_, part)| *part)?;
        // What gives a type runs when the program is compiled.
        if result.is_some_and(|result| self.text_of(result) == "type") {
            return self.generic_container(name, list, body?, span_of(node));
        }
        let (parameters, type_parameters) = self.parameters(list);
        let has_receiver = parameters.first().is_some_and(|first| first.kind == ParameterKind::Receiver);
        let is_member = self.state.containers.last().is_some_and(|container| !container.path.is_empty());
        let returns = result.filter(|result| self.text_of(*result) != "void").map(|result| self.type_expr(result));
        let body = body.map(|body| self.function_body(body));
        let function = FunctionNode {
            name: Some(self.name(name)),
            name_span: span_of(name),
            parameters,
            returns,
            is_async: false,
            flavor: if is_member && !has_receiver { FunctionFlavor::Static } else { FunctionFlavor::Plain },
            decorators: Vec::new(),
            type_parameters,
            body,
        };
        let function = self.tree.function(function);
        Some(self.add(NodeKind::Function(function), span_of(node)))
    }

    pub(super) fn function_body(&mut self, body: Node<'t>) -> NodeId {
        let outer_types = std::mem::take(&mut self.state.local_types);
        let outer_labels = std::mem::take(&mut self.state.block_labels);
        let outer_handlers = std::mem::take(&mut self.state.handlers);
        let outer = (self.state.after_failure, self.state.in_unrolled);
        (self.state.after_failure, self.state.in_unrolled) = (false, false);
        // A body that sets how long it may take to compile is run by the compiler.
        let block = match self.text_of(body).contains("@setEvalBranchQuota") {
            true => self.tree.block(&[], span_of(body)),
            false => self.block(body),
        };
        (self.state.after_failure, self.state.in_unrolled) = outer;
        self.state.handlers = outer_handlers;
        self.state.block_labels = outer_labels;
        self.state.local_types = outer_types;
        block
    }

    /// Parameters, and those of them that are types.
    fn parameters(&mut self, list: Node<'t>) -> (Vec<ParameterNode>, Vec<(Name, Option<TypeExprId>)>) {
        let (mut parameters, mut types) = (Vec::new(), Vec::new());
        for (place, node) in self.named(list).enumerate().collect::<Vec<_>>() {
            let parts = self.parts(node);
            let declared = in_field(&parts, Field::Type);
            let name = in_field(&parts, Field::Name);
            if let (Some(name), Some("type")) = (name, declared.map(|declared| self.text_of(declared))) {
                let name = self.name(name);
                types.push((name, None));
            }
            let is_receiver = place == 0 && self.is_receiver(name, declared);
            let target = match name {
                Some(name) => self.name_node(name),
                None => self.wildcard(span_of(node)),
            };
            let declared = declared.filter(|_| !is_receiver).map(|declared| self.type_expr(declared));
            let kind = if is_receiver { ParameterKind::Receiver } else { ParameterKind::Ordinary };
            parameters.push(ParameterNode { target, declared, default: None, kind });
        }
        (parameters, types)
    }

    /// Is the first parameter what the function is called on?
    fn is_receiver(&self, name: Option<Node>, declared: Option<Node>) -> bool {
        let Some(container) = self.state.containers.last().filter(|container| !container.path.is_empty()) else {
            return false;
        };
        let Some(declared) = declared else { return false };
        let text = self.text_of(declared).trim_start_matches(['*', '?']);
        let text = text.trim_start_matches("const ").trim();
        let is_own = text == "@This()" || container.own_names.contains(text) || container.path.last() == Some(&text);
        let is_self = name.is_some_and(|name| self.text_of(name) == "self");
        is_own || is_self && text == "anytype"
    }

    /// `fn List(comptime T: type) type { return struct { … }; }` is a class with type parameters.
    fn generic_container(&mut self, name: Node<'t>, list: Node<'t>, body: Node<'t>, span: Span) -> Option<NodeId> {
        let (_, type_parameters) = self.parameters(list);
        let statements: Vec<Node> = self.named(body).collect();
        let (last, before) = statements.split_last()?;
        let returned = self.returned_container(*last)?;
        let before: Vec<Node> =
            before.iter().copied().filter(|own| self.kind(*own) == Kind::VariableDeclaration).collect();
        let body = self.deeper(returned, |lowering| {
            let text = lowering.text_of(name);
            lowering.container_body(text, returned, &before)
        })?;
        let own_name = self.name(name);
        Some(self.class(own_name, span_of(name), ClassKind::Class, type_parameters, &body, span))
    }

    /// The container that a statement returns.
    fn returned_container(&mut self, statement: Node<'t>) -> Option<Node<'t>> {
        let expression = self.named(statement).next().filter(|own| self.kind(*own) == Kind::ReturnExpression)?;
        let value = self.named(expression).next()?;
        matches!(self.kind(value), Kind::StructDeclaration | Kind::UnionDeclaration | Kind::EnumDeclaration)
            .then_some(value)
    }

    /// `test "…" { … }`
    fn test(&mut self, node: Node<'t>) -> Option<NodeId> {
        let body = self.named(node).find(|part| part.kind() == "block")?;
        let mark = self.intern(TEST);
        let span = Span::new(node.start_byte(), body.start_byte());
        let decorator = self.add(NodeKind::Name(mark), span);
        let body = self.function_body(body);
        let function = FunctionNode {
            decorators: vec![decorator],
            flavor: FunctionFlavor::Static,
            ..FunctionNode::plain(Some(mark), span, Vec::new(), body)
        };
        let function = self.tree.function(function);
        Some(self.add(NodeKind::Function(function), span_of(node)))
    }

    /// The path that leads to the container around.
    pub(super) fn this_path(&self) -> Vec<&'t str> {
        self.state.containers.last().map(|container| container.path.clone()).unwrap_or_default()
    }

    /// The path of a name, where a container around declares it.
    pub(super) fn declared_path(&self, name: &'t str) -> Option<Vec<&'t str>> {
        for container in self.state.containers.iter().rev() {
            if container.own_names.contains(name) && !container.path.is_empty() {
                return Some(container.path.clone());
            }
            if container.members.contains(name) && !container.path.is_empty() {
                let own = container.path.iter().copied();
                return Some(own.chain([name]).collect());
            }
        }
        None
    }
}

/// May this part of an expression be an operand?
pub(super) fn is_operand(part: Node) -> bool {
    part.is_named() || matches!(part.kind(), "null" | "undefined" | "unreachable")
}

/// The first part with a token.
pub(super) fn position_of(parts: &[Part<Field>], token: &str) -> Option<usize> {
    parts.iter().position(|(_, part)| part.kind() == token)
}
