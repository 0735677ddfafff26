//! Files, declarations, functions and types of the program, lowered to the neutral tree. Statements, expressions and types
//! are in the modules beside it; all of them are one [`Lowering`].

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::grammar::{Field, GRAMMAR, Kind};
use super::names::UNDERLYING;
use crate::lang::Parsed;
use crate::lang::grammar::Parts;
use crate::lang::lowering::{self, all_in_field, in_field, span_of};
use crate::source::Span;
use crate::syntax::{
    ClassKind, ClassNode, FunctionFlavor, FunctionNode, ImportNode, Name, NodeId, NodeKind, ParameterKind,
    ParameterNode, Tree, TypeExprId, TypeForm,
};

/// Lowers a file.
pub(super) fn file(text: &str, root: Node) -> Parsed {
    let mut tree = Tree::for_text(text.len());
    tree.block_scoped = true;
    tree.several_results = true;
    tree.imports_are_packages = true;
    let mut lowering = Lowering::new(text, tree, root, &GRAMMAR, State::default());
    let mut nodes = Vec::new();
    for (_, node) in lowering.parts(root) {
        lowering.declaration(node, &mut nodes);
    }
    lowering.finish(&nodes)
}

/// What is known of the place that is lowered.
#[derive(Default)]
pub(super) struct State<'t> {
    /// How many results the function has, and whether the last is an error.
    pub(super) result_count: usize,
    pub(super) gives_error: bool,
    /// Inside of a branch of the function.
    pub(super) in_branch: bool,
    /// Inside of a branch for a failure: `if err != nil`.
    pub(super) after_failure: bool,
    /// The packages that the file imports: what each is called, and its path.
    pub(super) packages: FxHashMap<&'t str, &'t str>,
    /// The innermost statement that `break` leaves is a switch, not a loop.
    pub(super) in_switch: bool,
}

/// The tree of a file under construction.
pub(super) type Lowering<'t> = lowering::Lowering<'t, Kind, Field, State<'t>>;

/// Type parameters with their bounds.
pub(super) type TypeParameters = Vec<(Name, Option<TypeExprId>)>;

/// What a function says before its body.
pub(super) struct Signature {
    pub(super) parameters: Vec<ParameterNode>,
    pub(super) returns: Option<TypeExprId>,
    /// Results with names, as statements of the body.
    pub(super) named_results: Vec<NodeId>,
    result_count: usize,
    gives_error: bool,
}

impl<'t> Lowering<'t> {
    /// A name; the blank identifier binds nothing.
    pub(super) fn name_node(&mut self, node: Node) -> NodeId {
        let kind = match self.text_of(node) {
            "_" => NodeKind::Wildcard,
            text => NodeKind::Name(self.tree.names.intern(text)),
        };
        self.add(kind, span_of(node))
    }

    // Declarations

    /// A declaration of a file.
    fn declaration(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        match self.kind(node) {
            Kind::ImportDeclaration => self.imports(node, nodes),
            Kind::FunctionDeclaration => nodes.extend(self.function_declaration(node)),
            Kind::MethodDeclaration => nodes.extend(self.method_declaration(node)),
            _ => self.statement(node, nodes),
        }
    }

    /// `import`, one at a time or in brackets.
    fn imports(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        for part in self.named(node) {
            match self.kind(part) {
                Kind::ImportSpecList => self.imports(part, nodes),
                Kind::ImportSpec => self.import(part, nodes),
                _ => {}
            }
        }
    }

    fn import(&mut self, node: Node<'t>, imports: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let Some(path) = in_field(&parts, Field::Path) else { return };
        let path = self.text_of(path).trim_matches(['"', '`']);
        let alias = in_field(&parts, Field::Name);
        let bindings = match alias {
            Some(alias) if self.kind(alias) == Kind::BlankIdentifier || self.text_of(alias) == "_" => return,
            Some(alias) => vec![self.text_of(alias).to_owned()],
            None => super::names::package_names(path),
        };
        let last = path.rsplit('/').next().unwrap_or(path);
        self.state.packages.insert(alias.map_or(last, |alias| self.text_of(alias)), path);
        let is_star = alias.is_some_and(|alias| self.kind(alias) == Kind::Dot);
        let path = self.intern(path);
        for binding in bindings {
            let binding = self.intern(&binding);
            let import = ImportNode { path: vec![path], level: 0, binding, binds_root: false, is_star };
            let import = self.tree.import(import);
            imports.push(self.add(NodeKind::Import(import), span_of(node)));
        }
    }

    /// `var` and `const`, one at a time or in brackets.
    pub(super) fn variables(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        for part in self.named(node) {
            match self.kind(part) {
                Kind::VarSpecList => self.variables(part, nodes),
                Kind::VarSpec | Kind::ConstSpec => self.variable(part, nodes),
                _ => {}
            }
        }
    }

    fn variable(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let names: Vec<Node> = all_in_field(&parts, Field::Name).collect();
        let declared = in_field(&parts, Field::Type);
        let values: Vec<Node> = match in_field(&parts, Field::Value) {
            Some(list) => self.named(list).collect(),
            None => Vec::new(),
        };
        if names.len() > 1 && values.len() == 1 {
            let target = self.target_tuple(&names);
            let value = Some(self.expression(values[0]));
            nodes.push(self.add(NodeKind::Let { target, declared: None, value }, span_of(node)));
            return;
        }
        for (at, name) in names.iter().enumerate() {
            if let Some(function) = values.get(at).and_then(|value| self.named_literal(*name, *value, span_of(node))) {
                nodes.push(function);
                continue;
            }
            let declared = declared.map(|declared| self.type_expr(declared));
            let value = values.get(at).map(|value| self.expression(*value));
            nodes.push(self.binding(*name, declared, value, values.get(at).copied(), span_of(node)));
        }
    }

    /// A variable with its value; the type of a display is that of the variable.
    pub(super) fn binding(
        &mut self,
        name: Node<'t>,
        declared: Option<TypeExprId>,
        value: Option<NodeId>,
        source: Option<Node<'t>>,
        span: Span,
    ) -> NodeId {
        let target = self.name_node(name);
        let declared = declared.or_else(|| source.and_then(|source| self.display_type(source)));
        self.add(NodeKind::Let { target, declared, value }, span)
    }

    // Functions

    /// `find := func(id string) *Order { … }`: a function literal that gets a name is a function of that name.
    pub(super) fn named_literal(&mut self, name: Node<'t>, value: Node<'t>, span: Span) -> Option<NodeId> {
        let is_named = self.kind(name) == Kind::Identifier && self.text_of(name) != "_";
        if !is_named || self.kind(value) != Kind::FuncLiteral {
            return None;
        }
        let parts = self.parts(value);
        let signature = self.signature(&parts);
        let body = in_field(&parts, Field::Body);
        Some(self.function(name, signature, TypeParameters::default(), body, FunctionFlavor::Plain, span))
    }

    fn function_declaration(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let signature = self.signature(&parts);
        let type_parameters = self.type_parameters(in_field(&parts, Field::TypeParameters));
        let body = in_field(&parts, Field::Body);
        Some(self.function(name, signature, type_parameters, body, FunctionFlavor::Plain, span_of(node)))
    }

    /// A method, as an extension of the type of its receiver.
    fn method_declaration(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let receiver = in_field(&parts, Field::Receiver)?;
        let (receiver, extended, type_parameters) = self.receiver(receiver)?;
        let mut signature = self.signature(&parts);
        signature.parameters.insert(0, receiver);
        let body = in_field(&parts, Field::Body);
        let method = self.function(name, signature, Vec::new(), body, FunctionFlavor::Plain, span_of(node));
        Some(self.extension(extended, type_parameters, method, span_of(node)))
    }

    /// Something added to a type.
    fn extension(&mut self, extended: Node<'t>, type_parameters: TypeParameters, member: NodeId, span: Span) -> NodeId {
        let name = self.name(extended);
        let own_type = self.tree.type_expr(TypeForm::Named, vec![name], Vec::new());
        let body = self.tree.block(&[member], span);
        let class = self.tree.class(ClassNode {
            name,
            name_span: span_of(extended),
            kind: ClassKind::Extension,
            bases: Vec::new(),
            extended: Some(own_type),
            type_parameters,
            decorators: Vec::new(),
            field_decorators: Vec::new(),
            body,
        });
        self.add(NodeKind::Class(class), span)
    }

    /// The receiver of a method: the parameter, the name of its type, and the type's parameters.
    fn receiver(&mut self, list: Node<'t>) -> Option<(ParameterNode, Node<'t>, TypeParameters)> {
        let declaration = self.named(list).next()?;
        let parts = self.parts(declaration);
        let mut named = in_field(&parts, Field::Type)?;
        let mut type_parameters = Vec::new();
        loop {
            match self.kind(named) {
                Kind::PointerType | Kind::ParenthesizedType => named = self.named(named).next()?,
                Kind::GenericType => {
                    let parts = self.parts(named);
                    if let Some(arguments) = in_field(&parts, Field::TypeArguments) {
                        for argument in self.named(arguments).collect::<Vec<_>>() {
                            let name = self.name(argument);
                            type_parameters.push((name, None));
                        }
                    }
                    named = in_field(&parts, Field::Type)?;
                }
                Kind::TypeIdentifier => break,
                _ => return None,
            }
        }
        let target = match in_field(&parts, Field::Name) {
            Some(name) => self.name_node(name),
            None => self.add(NodeKind::Wildcard, span_of(declaration)),
        };
        let declared = Some(self.named_type(&[named]));
        Some((ParameterNode { target, declared, default: None, kind: ParameterKind::Receiver }, named, type_parameters))
    }

    /// Parameters and results.
    pub(super) fn signature(&mut self, parts: &Parts<'t, Field>) -> Signature {
        let parameters = in_field(parts, Field::Parameters).map(|list| self.parameters(list)).unwrap_or_default();
        let mut signature =
            Signature { parameters, returns: None, named_results: Vec::new(), result_count: 0, gives_error: false };
        let Some(result) = in_field(parts, Field::Result) else { return signature };
        if self.kind(result) != Kind::ParameterList {
            signature.result_count = 1;
            signature.gives_error = self.text_of(result) == "error";
            signature.returns = Some(self.type_expr(result));
            return signature;
        }
        let mut types = Vec::new();
        for declaration in self.named(result).collect::<Vec<_>>() {
            let parts = self.parts(declaration);
            let Some(declared) = in_field(&parts, Field::Type) else { continue };
            signature.gives_error = self.text_of(declared) == "error";
            let names: Vec<Node> = all_in_field(&parts, Field::Name).collect();
            for name in &names {
                let own = self.type_expr(declared);
                let target = self.name_node(*name);
                let result = NodeKind::Let { target, declared: Some(own), value: None };
                signature.named_results.push(self.add(result, span_of(*name)));
            }
            for _ in 0..names.len().max(1) {
                types.push(self.type_expr(declared));
            }
        }
        signature.result_count = types.len();
        signature.returns = match types[..] {
            [] => None,
            [only] => Some(only),
            _ => Some(self.tree.type_expr(TypeForm::Tuple, Vec::new(), types)),
        };
        signature
    }

    fn parameters(&mut self, list: Node<'t>) -> Vec<ParameterNode> {
        let mut parameters = Vec::new();
        for declaration in self.named(list).collect::<Vec<_>>() {
            let parts = self.parts(declaration);
            let Some(declared) = in_field(&parts, Field::Type) else { continue };
            let is_variadic = self.kind(declaration) == Kind::VariadicParameterDeclaration;
            let names: Vec<Node> = all_in_field(&parts, Field::Name).collect();
            for at in 0..names.len().max(1) {
                let target = match names.get(at) {
                    Some(name) => self.name_node(*name),
                    None => self.add(NodeKind::Wildcard, span_of(declared)),
                };
                let own = self.type_expr(declared);
                let own = match is_variadic {
                    true => self.tree.type_expr(TypeForm::Slice, Vec::new(), vec![own]),
                    false => own,
                };
                // What is given for it is many arguments: no single one is its value.
                let kind = if is_variadic { ParameterKind::Named } else { ParameterKind::Ordinary };
                parameters.push(ParameterNode { target, declared: Some(own), default: None, kind });
            }
        }
        parameters
    }

    pub(super) fn type_parameters(&mut self, list: Option<Node<'t>>) -> TypeParameters {
        let Some(list) = list else { return Vec::new() };
        let mut parameters = Vec::new();
        for declaration in self.named(list).collect::<Vec<_>>() {
            let parts = self.parts(declaration);
            let bound = in_field(&parts, Field::Type).and_then(|bound| self.bound(bound));
            for name in all_in_field(&parts, Field::Name).collect::<Vec<_>>() {
                let name = self.name(name);
                parameters.push((name, bound));
            }
        }
        parameters
    }

    fn function(
        &mut self,
        name: Node<'t>,
        signature: Signature,
        type_parameters: TypeParameters,
        body: Option<Node<'t>>,
        flavor: FunctionFlavor,
        span: Span,
    ) -> NodeId {
        let body = body.map(|body| self.body(body, &signature));
        let function = FunctionNode {
            name: Some(self.name(name)),
            name_span: span_of(name),
            parameters: signature.parameters,
            returns: signature.returns,
            is_async: false,
            flavor,
            decorators: Vec::new(),
            type_parameters,
            body,
        };
        let id = self.tree.function(function);
        self.add(NodeKind::Function(id), span)
    }

    /// The body of a function or function literal; results with names are variables of it.
    pub(super) fn body(&mut self, body: Node<'t>, signature: &Signature) -> NodeId {
        let mut nodes = signature.named_results.clone();
        let outer = (
            self.state.result_count,
            self.state.gives_error,
            self.state.in_branch,
            self.state.after_failure,
            self.state.in_switch,
        );
        (self.state.result_count, self.state.gives_error) = (signature.result_count, signature.gives_error);
        (self.state.in_branch, self.state.after_failure, self.state.in_switch) = (false, false, false);
        self.statements(body, &mut nodes);
        (
            self.state.result_count,
            self.state.gives_error,
            self.state.in_branch,
            self.state.after_failure,
            self.state.in_switch,
        ) = outer;
        self.tree.block(&nodes, span_of(body))
    }

    // Types of the program

    /// `type`, one at a time or in brackets.
    pub(super) fn type_declarations(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        for declaration in self.named(node).collect::<Vec<_>>() {
            let parts = self.parts(declaration);
            let (Some(name), Some(meant)) = (in_field(&parts, Field::Name), in_field(&parts, Field::Type)) else {
                continue;
            };
            let span = span_of(declaration);
            if self.kind(declaration) == Kind::TypeAlias {
                let value = self.type_expr(meant);
                let name = self.name(name);
                nodes.push(self.add(NodeKind::TypeAlias { name, value }, span));
                continue;
            }
            let type_parameters = self.type_parameters(in_field(&parts, Field::TypeParameters));
            match self.kind(meant) {
                Kind::StructType => nodes.push(self.structure(name, meant, type_parameters, span)),
                Kind::InterfaceType => nodes.push(self.interface(name, meant, type_parameters, span)),
                _ => self.defined_type(name, meant, type_parameters, span, nodes),
            }
        }
    }

    /// A type that is made of another: a class of its own, whose values dereference to the other.
    fn defined_type(
        &mut self,
        name: Node<'t>,
        meant: Node<'t>,
        type_parameters: TypeParameters,
        span: Span,
        nodes: &mut Vec<NodeId>,
    ) {
        let class = self.class(name, ClassKind::Class, Vec::new(), type_parameters.clone(), &[], span);
        nodes.push(class);
        let value = self.type_expr(meant);
        let alias = self.intern(UNDERLYING);
        let alias = self.add(NodeKind::TypeAlias { name: alias, value }, span);
        nodes.push(self.extension(name, type_parameters, alias, span));
    }

    fn class(
        &mut self,
        name: Node<'t>,
        kind: ClassKind,
        bases: Vec<NodeId>,
        type_parameters: TypeParameters,
        members: &[NodeId],
        span: Span,
    ) -> NodeId {
        let body = self.tree.block(members, span);
        let class = ClassNode {
            name: self.name(name),
            name_span: span_of(name),
            kind,
            bases,
            extended: None,
            type_parameters,
            decorators: Vec::new(),
            field_decorators: Vec::new(),
            body,
        };
        let class = self.tree.class(class);
        self.add(NodeKind::Class(class), span)
    }

    fn structure(&mut self, name: Node<'t>, meant: Node<'t>, type_parameters: TypeParameters, span: Span) -> NodeId {
        let (mut fields, mut bases) = (Vec::new(), Vec::new());
        let lists: Vec<Node> = self.named(meant).collect();
        for list in lists {
            for field in self.named(list).collect::<Vec<_>>() {
                self.field(field, &mut fields, &mut bases);
            }
        }
        self.class(name, ClassKind::Class, bases, type_parameters, &fields, span)
    }

    /// Fields of one type. One without a name is an embedded type, whose members the struct has, too.
    fn field(&mut self, node: Node<'t>, fields: &mut Vec<NodeId>, bases: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let Some(declared) = in_field(&parts, Field::Type) else { return };
        let mut names: Vec<Node> = all_in_field(&parts, Field::Name).collect();
        if names.is_empty() {
            bases.extend(self.type_as_expression(declared));
            names.extend(self.last_identifier(declared));
        }
        for name in names {
            let own = self.type_expr(declared);
            let target = self.name_node(name);
            let field = NodeKind::Let { target, declared: Some(own), value: None };
            fields.push(self.add(field, span_of(node)));
        }
    }

    fn interface(&mut self, name: Node<'t>, meant: Node<'t>, type_parameters: TypeParameters, span: Span) -> NodeId {
        let (mut methods, mut bases) = (Vec::new(), Vec::new());
        for element in self.named(meant).collect::<Vec<_>>() {
            if self.kind(element) == Kind::MethodElem {
                methods.extend(self.interface_method(element));
            } else {
                let types: Vec<Node> = self.named(element).collect();
                // A choice of types bounds type parameters; it is embedded by nobody.
                if let [only] = types[..] {
                    bases.extend(self.type_as_expression(only));
                }
            }
        }
        self.class(name, ClassKind::Interface, bases, type_parameters, &methods, span)
    }

    fn interface_method(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let mut signature = self.signature(&parts);
        let target = self.add(NodeKind::Wildcard, span_of(name));
        let receiver = ParameterNode { target, declared: None, default: None, kind: ParameterKind::Receiver };
        signature.parameters.insert(0, receiver);
        Some(self.function(name, signature, Vec::new(), None, FunctionFlavor::Plain, span_of(node)))
    }
}
