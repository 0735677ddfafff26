//! Files, classes, fields and methods, lowered to the neutral tree. Statements, expressions and types are in the modules
//! beside it; all of them are one [`Lowering`].
//!
//! `this` and the names of classes that the code leaves out are written out: `load()` is `this.load()`.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::grammar::{Field, GRAMMAR, Kind};
use super::names::CONSTRUCTOR;
use super::scope::{ClassAround, Member, Scope};
use crate::lang::Parsed;
use crate::lang::grammar::Parts;
use crate::lang::lowering::{self, all_in_field, in_field, span_of};
use crate::source::Span;
use crate::syntax::{
    ClassKind, ClassNode, FunctionFlavor, FunctionNode, ImportNode, Name, NodeId, NodeKind, ParameterKind,
    ParameterNode, Tree, TypeExprId, TypeForm,
};

/// What is known of the place that is lowered.
#[derive(Default)]
pub(super) struct State<'t> {
    pub(super) scope: Scope<'t>,
    /// The innermost statement that `break` leaves is a switch, not a loop.
    pub(super) in_switch: bool,
    /// Classes that the code names with their packages, by the names that they have here.
    pub(super) qualified: FxHashSet<Name>,
    /// Their imports.
    pub(super) imports: Vec<NodeId>,
}

/// The tree of a file under construction.
pub(super) type Lowering<'t> = lowering::Lowering<'t, Kind, Field, State<'t>>;

/// Type parameters with their bounds.
type TypeParameters = Vec<(Name, Option<TypeExprId>)>;

/// What stands before a declaration.
#[derive(Default)]
pub(super) struct Modifiers {
    is_static: bool,
    is_abstract: bool,
    decorators: Vec<NodeId>,
}

/// A class that is declared.
struct Declared<'t> {
    name: Node<'t>,
    kind: ClassKind,
    bases: Vec<NodeId>,
    type_parameters: TypeParameters,
    decorators: Vec<NodeId>,
}

/// Lowers a file.
pub(super) fn file(text: &str, root: Node) -> Parsed {
    let mut tree = Tree::for_text(text.len());
    tree.block_scoped = true;
    let mut lowering = Lowering::new(text, tree, root, &GRAMMAR, State::default());
    let mut nodes = Vec::new();
    for (_, node) in lowering.parts(root) {
        lowering.declaration(node, &mut nodes);
    }
    let mut statements = std::mem::take(&mut lowering.state.imports);
    statements.extend(nodes);
    lowering.finish(&statements)
}

impl<'t> Lowering<'t> {
    fn declaration(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        match self.kind(node) {
            Kind::ImportDeclaration => nodes.extend(self.import(node)),
            Kind::PackageDeclaration | Kind::ModuleDeclaration => {}
            _ => self.statement(node, nodes),
        }
    }

    fn import(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts: Vec<Node> = self.named(node).collect();
        let text = self.text_of(*parts.first()?);
        let is_star = parts.iter().any(|part| self.kind(*part) == Kind::Asterisk);
        let is_static = self.text_of(node).trim_start_matches("import").trim_start().starts_with("static ");
        let names: Vec<&str> = text.split('.').map(str::trim).collect();
        let last = *names.last()?;
        match is_star {
            true => self.state.scope.imports_all_members |= is_static,
            false => _ = self.state.scope.imported.insert(last),
        }
        let path = names.iter().map(|name| self.intern(name)).collect();
        let binding = self.intern(last);
        let import = ImportNode { path, level: 0, binding, binds_root: false, is_star };
        let import = self.tree.import(import);
        Some(self.add(NodeKind::Import(import), span_of(node)))
    }

    // Modifiers

    pub(super) fn modifiers(&mut self, parts: &Parts<'t, Field>) -> Modifiers {
        let mut modifiers = Modifiers::default();
        let Some((_, node)) = parts.iter().find(|(_, part)| self.kind(*part) == Kind::Modifiers) else {
            return modifiers;
        };
        for (_, part) in self.parts(*node) {
            match (self.kind(part), part.kind()) {
                (Kind::MarkerAnnotation | Kind::Annotation, _) => modifiers.decorators.extend(self.annotation(part)),
                (_, "static") => modifiers.is_static = true,
                (_, "abstract") => modifiers.is_abstract = true,
                _ => {}
            }
        }
        modifiers
    }

    /// An annotation: its class, or a call of it.
    fn annotation(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let class = self.class_value(name);
        let Some(list) = in_field(&parts, Field::Arguments) else { return Some(class) };
        let mut arguments = Vec::new();
        for argument in self.named(list).collect::<Vec<_>>() {
            arguments.extend(self.annotation_argument(argument));
        }
        Some(self.tree.call(class, &arguments, None, span_of(node)))
    }

    fn annotation_argument(&mut self, node: Node<'t>) -> Option<NodeId> {
        self.deeper(node, |lowering| match lowering.kind(node) {
            Kind::ElementValuePair => {
                let parts = lowering.parts(node);
                let value = lowering.annotation_argument(in_field(&parts, Field::Value)?)?;
                let name = lowering.name(in_field(&parts, Field::Key)?);
                Some(lowering.add(NodeKind::Keyword { name, value }, span_of(node)))
            }
            Kind::ElementValueArrayInitializer => {
                let inner: Vec<Node> = lowering.named(node).collect();
                let inner: Vec<NodeId> =
                    inner.into_iter().filter_map(|part| lowering.annotation_argument(part)).collect();
                Some(lowering.list_display(&inner, span_of(node)))
            }
            Kind::Annotation | Kind::MarkerAnnotation => lowering.annotation(node),
            _ => Some(lowering.expression(node)),
        })
        .flatten()
    }

    // Classes

    /// A class, interface, enumeration, record or annotation type that is declared.
    pub(super) fn class_declaration(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let body = in_field(&parts, Field::Body);
        let modifiers = self.modifiers(&parts);
        let annotations = self.decorator_names(&modifiers.decorators);
        if self.is_generated(&annotations) {
            return None;
        }
        let kind = match self.kind(node) {
            Kind::InterfaceDeclaration | Kind::AnnotationTypeDeclaration => ClassKind::Interface,
            Kind::EnumDeclaration => ClassKind::Enum,
            _ if modifiers.is_abstract => ClassKind::Interface,
            _ => ClassKind::Class,
        };
        let type_parameters = self.type_parameters(in_field(&parts, Field::TypeParameters));
        let base_nodes = self.base_nodes(&parts);
        let bases: Vec<NodeId> = base_nodes.iter().map(|base| self.base(*base)).collect();
        let mut around = self.class_around(self.text_of(name), body);
        around.inherits = !bases.is_empty();
        around.extends = in_field(&parts, Field::Superclass).is_some();
        let components = in_field(&parts, Field::Parameters);
        let component_parts: Vec<Node> = components.map(|list| self.named(list).collect()).unwrap_or_default();
        for component in &component_parts {
            if let Some(name) = in_field(&self.parts(*component), Field::Name) {
                around.fields.insert(self.text_of(name), Member::default());
            }
        }
        let declared = Declared { name, kind, bases, type_parameters, decorators: modifiers.decorators };
        Some(self.in_class(around, |lowering| {
            let mut members = Vec::new();
            for component in component_parts {
                lowering.component(component, &mut members);
            }
            lowering.members(body, &mut members);
            lowering.written_by_annotations(&annotations, body, &mut members);
            lowering.class(declared, &members, span_of(node))
        }))
    }

    /// The last names of annotations.
    pub(super) fn decorator_names(&self, decorators: &[NodeId]) -> Vec<Name> {
        let name_of = |node: &NodeId| {
            let mut node = *node;
            loop {
                match self.tree.kind(node) {
                    NodeKind::Call { callee, .. } => node = callee,
                    NodeKind::Name(name) | NodeKind::Member { name, .. } => return Some(name),
                    _ => return None,
                }
            }
        };
        decorators.iter().filter_map(name_of).collect()
    }

    /// What a class extends and implements.
    fn base_nodes(&mut self, parts: &Parts<'t, Field>) -> Vec<Node<'t>> {
        let mut bases = Vec::new();
        for (_, part) in parts {
            match self.kind(*part) {
                Kind::Superclass => bases.extend(self.named(*part)),
                Kind::SuperInterfaces | Kind::ExtendsInterfaces => {
                    for list in self.named(*part) {
                        bases.extend(self.named(list));
                    }
                }
                _ => {}
            }
        }
        bases
    }

    /// What a class declares, before its members are lowered.
    pub(super) fn class_around(&mut self, name: &str, body: Option<Node<'t>>) -> ClassAround<'t> {
        let mut path = self.state.scope.classes.last().map(|outer| outer.path.clone()).unwrap_or_default();
        path.push(name.to_owned());
        let mut around = ClassAround { path, ..ClassAround::default() };
        if let Some(body) = body {
            self.note_members(body, &mut around);
        }
        around
    }

    fn note_members(&mut self, body: Node<'t>, around: &mut ClassAround<'t>) {
        for member in self.named(body).collect::<Vec<_>>() {
            let kind = self.kind(member);
            if kind == Kind::EnumBodyDeclarations {
                self.note_members(member, around);
                continue;
            }
            let parts = self.parts(member);
            let modifiers = parts.iter().find(|(_, part)| self.kind(*part) == Kind::Modifiers);
            let is_static = modifiers.is_some_and(|(_, node)| {
                let mut cursor = node.walk();
                node.children(&mut cursor).any(|word| word.kind() == "static")
            });
            match kind {
                Kind::FieldDeclaration | Kind::ConstantDeclaration => {
                    let is_static = is_static || kind == Kind::ConstantDeclaration;
                    for declarator in all_in_field(&parts, Field::Declarator) {
                        if let Some(name) = in_field(&self.parts(declarator), Field::Name) {
                            around.fields.insert(self.text_of(name), Member { is_static });
                        }
                    }
                }
                Kind::EnumConstant => {
                    around.fields.extend(name_in(self, &parts).map(|name| (name, Member { is_static: true })));
                }
                Kind::MethodDeclaration => {
                    around.methods.extend(name_in(self, &parts).map(|name| (name, Member { is_static })));
                }
                Kind::ClassDeclaration
                | Kind::InterfaceDeclaration
                | Kind::EnumDeclaration
                | Kind::RecordDeclaration
                | Kind::AnnotationTypeDeclaration => around.classes.extend(name_in(self, &parts)),
                _ => {}
            }
        }
    }

    /// Works inside of a class.
    pub(super) fn in_class<R>(&mut self, around: ClassAround<'t>, work: impl FnOnce(&mut Self) -> R) -> R {
        self.state.scope.classes.push(around);
        let result = work(self);
        self.state.scope.classes.pop();
        result
    }

    fn class(&mut self, declared: Declared<'t>, members: &[NodeId], span: Span) -> NodeId {
        let body = self.tree.block(members, span);
        let around = self.state.scope.classes.last_mut();
        let field_decorators = around.map(|around| std::mem::take(&mut around.field_decorators)).unwrap_or_default();
        let class = ClassNode {
            name: self.name(declared.name),
            name_span: span_of(declared.name),
            kind: declared.kind,
            bases: declared.bases,
            extended: None,
            type_parameters: declared.type_parameters,
            decorators: declared.decorators,
            field_decorators,
            body,
        };
        let class = self.tree.class(class);
        self.add(NodeKind::Class(class), span)
    }

    /// A class without a name: of what it extends, with these members.
    pub(super) fn anonymous_class(&mut self, base: Node<'t>, body: Node<'t>, span: Span) -> NodeId {
        let name = format!("class@{}", span.start);
        let base_value = self.base(base);
        let mut around = self.class_around(&name, Some(body));
        // It stands in code, not in the class around that.
        around.path = vec![name.clone()];
        around.inherits = true;
        around.extends = true;
        let members = self.in_class(around, |lowering| {
            let mut members = Vec::new();
            lowering.members(Some(body), &mut members);
            members
        });
        let body = self.tree.block(&members, span);
        let class = ClassNode {
            name: self.intern(&name),
            name_span: span_of(base),
            kind: ClassKind::Class,
            bases: vec![base_value],
            extended: None,
            type_parameters: Vec::new(),
            decorators: Vec::new(),
            field_decorators: Vec::new(),
            body,
        };
        let class = self.tree.class(class);
        let definition = self.add(NodeKind::Class(class), span);
        let name = self.intern(&name);
        let callee = self.add(NodeKind::Name(name), span_of(base));
        let made = self.tree.call(callee, &[], None, span);
        self.tree.block(&[definition, made], span)
    }

    fn members(&mut self, body: Option<Node<'t>>, members: &mut Vec<NodeId>) {
        let Some(body) = body else { return };
        for member in self.named(body).collect::<Vec<_>>() {
            self.deeper(member, |lowering| lowering.member(member, members));
        }
    }

    fn member(&mut self, node: Node<'t>, members: &mut Vec<NodeId>) {
        match self.kind(node) {
            Kind::FieldDeclaration | Kind::ConstantDeclaration => self.fields(node, members),
            Kind::MethodDeclaration | Kind::AnnotationTypeElementDeclaration => members.extend(self.method(node)),
            Kind::ConstructorDeclaration => members.extend(self.constructor(node)),
            Kind::CompactConstructorDeclaration => members.extend(self.compact_constructor(node)),
            Kind::EnumConstant => members.extend(self.enum_constant(node)),
            Kind::EnumBodyDeclarations => self.members(Some(node), members),
            Kind::StaticInitializer => {
                for block in self.named(node).collect::<Vec<_>>() {
                    let block = self.in_static(true, |lowering| lowering.block(block));
                    members.push(block);
                }
            }
            Kind::Block => members.push(self.block(node)),
            _ => members.extend(self.class_declaration(node)),
        }
    }

    /// Works where there is an object of the innermost class, or none.
    pub(super) fn in_static<R>(&mut self, is_static: bool, work: impl FnOnce(&mut Self) -> R) -> R {
        let here = self.state.scope.classes.last_mut().map(|class| &mut class.is_static_here);
        let outer = here.map(|here| std::mem::replace(here, is_static));
        let result = work(self);
        if let (Some(outer), Some(class)) = (outer, self.state.scope.classes.last_mut()) {
            class.is_static_here = outer;
        }
        result
    }

    /// Fields: variables of the class body.
    fn fields(&mut self, node: Node<'t>, members: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let modifiers = self.modifiers(&parts);
        let Some(declared) = in_field(&parts, Field::Type) else { return };
        let is_static = modifiers.is_static || self.kind(node) == Kind::ConstantDeclaration;
        for declarator in all_in_field(&parts, Field::Declarator).collect::<Vec<_>>() {
            self.note_decorators(declarator, &modifiers.decorators);
            let field = self.in_static(is_static, |lowering| lowering.variable(declared, declarator, span_of(node)));
            members.extend(field);
        }
    }

    fn note_decorators(&mut self, declarator: Node<'t>, decorators: &[NodeId]) {
        let Some(name) = in_field(&self.parts(declarator), Field::Name).filter(|_| !decorators.is_empty()) else {
            return;
        };
        let name = self.name(name);
        if let Some(around) = self.state.scope.classes.last_mut() {
            around.field_decorators.extend(decorators.iter().map(|decorator| (name, *decorator)));
        }
    }

    /// A component of a record: a field, and the method that gives it.
    fn component(&mut self, node: Node<'t>, members: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let (Some(name), Some(declared)) = (in_field(&parts, Field::Name), in_field(&parts, Field::Type)) else {
            return;
        };
        let target = self.name(name);
        let own = self.type_expr(declared);
        let target = self.add(NodeKind::Name(target), span_of(name));
        members.push(self.add(NodeKind::Let { target, declared: Some(own), value: None }, span_of(node)));
        let is_written =
            self.state.scope.classes.last().is_some_and(|class| class.methods.contains_key(self.text_of(name)));
        if !is_written {
            let method = self.text_of(name).to_owned();
            members.push(self.accessor(&method, name, declared));
        }
    }

    /// A method that gives a field.
    pub(super) fn accessor(&mut self, method: &str, field: Node<'t>, declared: Node<'t>) -> NodeId {
        let span = span_of(field);
        let receiver = self.receiver(span);
        let this = self.this(span);
        let name = self.name(field);
        let value = self.add(NodeKind::Member { object: this, name }, span);
        let given = self.add(NodeKind::Return(Some(value)), span);
        let body = self.tree.block(&[given], span);
        let name = Some(self.intern(method));
        let returns = Some(self.type_expr(declared));
        let function = FunctionNode { returns, ..FunctionNode::plain(name, span, vec![receiver], body) };
        let function = self.tree.function(function);
        self.add(NodeKind::Function(function), span)
    }

    /// A constant of an enumeration: a field that holds an object of it.
    fn enum_constant(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let path = self.state.scope.classes.last()?.path.clone();
        let class = self.path_value(&path, span_of(name));
        let arguments = in_field(&parts, Field::Arguments);
        let arguments = arguments.map(|list| self.arguments(list)).unwrap_or_default();
        let value = Some(self.tree.call(class, &arguments, None, span_of(node)));
        let declared = Some(self.named_type(&path));
        let target = self.name(name);
        let target = self.add(NodeKind::Name(target), span_of(name));
        Some(self.add(NodeKind::Let { target, declared, value }, span_of(node)))
    }

    // Methods

    fn method(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let modifiers = self.modifiers(&parts);
        let name = in_field(&parts, Field::Name)?;
        let type_parameters = self.type_parameters(in_field(&parts, Field::TypeParameters));
        let dimensions = self.dimensions(in_field(&parts, Field::Dimensions));
        let returns = in_field(&parts, Field::Type).map(|declared| self.type_expr(declared));
        let returns = returns.map(|declared| self.array_of(declared, dimensions));
        let text = self.text_of(name).to_owned();
        self.function((&text, name), &parts, modifiers, type_parameters, returns, span_of(node))
    }

    fn constructor(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let mut modifiers = self.modifiers(&parts);
        modifiers.is_static = false;
        let name = in_field(&parts, Field::Name)?;
        let type_parameters = self.type_parameters(in_field(&parts, Field::TypeParameters));
        self.function((CONSTRUCTOR, name), &parts, modifiers, type_parameters, None, span_of(node))
    }

    /// `record Order(…) { Order { … } }`
    fn compact_constructor(&mut self, node: Node<'t>) -> Option<NodeId> {
        self.constructor(node)
    }

    fn function(
        &mut self,
        (text, name): (&str, Node<'t>),
        parts: &Parts<'t, Field>,
        modifiers: Modifiers,
        type_parameters: TypeParameters,
        returns: Option<TypeExprId>,
        span: Span,
    ) -> Option<NodeId> {
        let mark = self.state.scope.mark();
        let mut parameters = Vec::new();
        if !modifiers.is_static {
            parameters.push(self.receiver(span_of(name)));
        }
        if let Some(list) = in_field(parts, Field::Parameters) {
            self.parameters(list, &mut parameters);
        }
        let body = in_field(parts, Field::Body);
        let mut decorators = modifiers.decorators;
        // What a declaration does is said by its annotations alone, and those of its parameters are among them.
        if body.is_none() {
            decorators.extend(self.parameter_annotations(in_field(parts, Field::Parameters)));
        }
        let body = self.in_static(modifiers.is_static, |lowering| body.map(|body| lowering.function_body(body)));
        self.state.scope.end(mark);
        let function = FunctionNode {
            name: Some(self.intern(text)),
            name_span: span_of(name),
            parameters,
            returns,
            is_async: false,
            flavor: if modifiers.is_static { FunctionFlavor::Static } else { FunctionFlavor::Plain },
            decorators,
            type_parameters,
            body,
        };
        let function = self.tree.function(function);
        Some(self.add(NodeKind::Function(function), span))
    }

    fn parameter_annotations(&mut self, list: Option<Node<'t>>) -> Vec<NodeId> {
        let Some(list) = list else { return Vec::new() };
        let parameters: Vec<Node> = self.named(list).collect();
        let of_one = |parameter| {
            let parts = self.parts(parameter);
            self.modifiers(&parts).decorators
        };
        parameters.into_iter().flat_map(of_one).collect()
    }

    /// The body of a method or lambda.
    pub(super) fn function_body(&mut self, body: Node<'t>) -> NodeId {
        let outer = std::mem::replace(&mut self.state.in_switch, false);
        let body = self.block(body);
        self.state.in_switch = outer;
        body
    }

    fn receiver(&mut self, span: Span) -> ParameterNode {
        let target = self.this(Span { end: span.start, ..span });
        ParameterNode { target, declared: None, default: None, kind: ParameterKind::Receiver }
    }

    pub(super) fn this(&mut self, span: Span) -> NodeId {
        let this = self.intern("this");
        self.add(NodeKind::Name(this), span)
    }

    pub(super) fn parameters(&mut self, list: Node<'t>, parameters: &mut Vec<ParameterNode>) {
        for node in self.named(list).collect::<Vec<_>>() {
            let parts = self.parts(node);
            match self.kind(node) {
                Kind::FormalParameter => {
                    let (Some(name), Some(declared)) = (in_field(&parts, Field::Name), in_field(&parts, Field::Type))
                    else {
                        continue;
                    };
                    let dimensions = self.dimensions(in_field(&parts, Field::Dimensions));
                    let declared = self.declared_type(declared);
                    let declared = declared.map(|declared| self.array_of(declared, dimensions));
                    parameters.push(self.parameter(name, declared, ParameterKind::Ordinary));
                }
                Kind::SpreadParameter => parameters.extend(self.spread_parameter(node)),
                // Of a lambda.
                Kind::Identifier => parameters.push(self.parameter(node, None, ParameterKind::Ordinary)),
                _ => {}
            }
        }
    }

    pub(super) fn parameter(
        &mut self,
        name: Node<'t>,
        declared: Option<TypeExprId>,
        kind: ParameterKind,
    ) -> ParameterNode {
        let target = self.declare(name);
        ParameterNode { target, declared, default: None, kind }
    }

    /// `String... names`: what is given for it is many arguments, no single one is its value.
    fn spread_parameter(&mut self, node: Node<'t>) -> Option<ParameterNode> {
        let inner: Vec<Node> = self.named(node).collect();
        let declarator = *inner.iter().find(|part| self.kind(**part) == Kind::VariableDeclarator)?;
        let declared = inner.into_iter().find(|part| {
            !matches!(
                self.kind(*part),
                Kind::VariableDeclarator | Kind::Modifiers | Kind::Annotation | Kind::MarkerAnnotation
            )
        })?;
        let name = in_field(&self.parts(declarator), Field::Name)?;
        let element = self.type_expr(declared);
        let array = self.tree.type_expr(TypeForm::Array, Vec::new(), vec![element]);
        Some(self.parameter(name, Some(array), ParameterKind::Named))
    }

    fn type_parameters(&mut self, list: Option<Node<'t>>) -> TypeParameters {
        let Some(list) = list else { return Vec::new() };
        let mut parameters = Vec::new();
        for parameter in self.named(list).collect::<Vec<_>>() {
            let inner: Vec<Node> = self.named(parameter).collect();
            let Some(name) = inner.iter().find(|part| self.kind(**part) == Kind::TypeIdentifier) else { continue };
            let bound = inner.iter().find(|part| self.kind(**part) == Kind::TypeBound);
            let bound = bound.and_then(|bound| self.named(*bound).next()).map(|bound| self.type_expr(bound));
            parameters.push((self.name(*name), bound));
        }
        parameters
    }

    // Names

    /// A name that is declared here.
    pub(super) fn declare(&mut self, name: Node<'t>) -> NodeId {
        let text = self.text_of(name);
        if text == "_" {
            return self.wildcard(span_of(name));
        }
        self.state.scope.declare(text);
        let name_of = self.intern(text);
        self.add(NodeKind::Name(name_of), span_of(name))
    }
}

fn name_in<'t>(lowering: &Lowering<'t>, parts: &Parts<'t, Field>) -> Option<&'t str> {
    in_field(parts, Field::Name).map(|name| lowering.text_of(name))
}
