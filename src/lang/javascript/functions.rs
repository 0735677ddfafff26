//! Functions, classes and what is as good as one: objects of functions, interfaces, enumerations.
//!
//! A function that is given a name where it is declared (`const load = async () => …`) is a function of that name, and
//! an object that holds functions (`const api = { async get() {} }`) is a class of which there is one value: itself.

use oxc_ast::ast;
use oxc_span::GetSpan;

use super::lower::{Enclosing, Lowering, Nodes, span};
use crate::source::Span;
use crate::syntax::{
    ClassKind, ClassNode, FunctionFlavor, FunctionNode, FunctionNodeId, Name, NodeId, NodeKind, ParameterKind,
    ParameterNode, TypeExprId,
};

/// A name, and where it stands.
pub(super) type Place<'p> = (&'p str, Span);

/// What is said before a body.
struct Signature<'s, 'a> {
    parameters: &'s ast::FormalParameters<'a>,
    type_parameters: Option<&'s ast::TSTypeParameterDeclaration<'a>>,
    returns: Option<&'s ast::TSTypeAnnotation<'a>>,
    is_async: bool,
}

impl<'s, 'a> Signature<'s, 'a> {
    fn of_function(function: &'s ast::Function<'a>) -> Self {
        Signature {
            parameters: &function.params,
            type_parameters: function.type_parameters.as_deref(),
            returns: function.return_type.as_deref(),
            is_async: function.r#async,
        }
    }

    fn of_arrow(arrow: &'s ast::ArrowFunctionExpression<'a>) -> Self {
        Signature {
            parameters: &arrow.params,
            type_parameters: arrow.type_parameters.as_deref(),
            returns: arrow.return_type.as_deref(),
            is_async: arrow.r#async,
        }
    }
}

/// How a function comes to its receiver.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// It has none of its own.
    None,
    /// The object that it is called on.
    Object,
    /// The object that it is called on, and reading it calls it.
    ObjectRead,
    /// The class, or the one value of it.
    Class,
    /// The class, or the one value of it, and reading it calls it.
    ClassRead,
}

/// Functions.
impl Lowering<'_> {
    fn function_node(
        &mut self,
        name: Option<Place>,
        receiver: Receiver,
        signature: &Signature,
        decorators: Vec<NodeId>,
        body: impl FnOnce(&mut Self) -> Option<NodeId>,
        at: Span,
    ) -> FunctionNodeId {
        let outer = std::mem::replace(&mut self.enclosing, Enclosing::Nothing);
        let outer_function = std::mem::replace(&mut self.in_function, true);
        let type_parameters = self.type_parameters(signature.type_parameters);
        let mut parameters = Vec::new();
        if receiver != Receiver::None {
            let place = name.map_or(at, |(_, place)| place);
            let this = self.this;
            let target = self.add(NodeKind::Name(this), place);
            parameters.push(ParameterNode { target, declared: None, default: None, kind: ParameterKind::Receiver });
        }
        self.parameters(signature.parameters, &mut parameters);
        let returns = self.result_type(signature.returns, signature.is_async);
        let body = body(self);
        self.in_function = outer_function;
        self.enclosing = outer;
        let flavor = match receiver {
            Receiver::None | Receiver::Object => FunctionFlavor::Plain,
            Receiver::ObjectRead => FunctionFlavor::Property,
            Receiver::Class => FunctionFlavor::ClassMethod,
            Receiver::ClassRead => FunctionFlavor::ClassProperty,
        };
        let interned = name.map(|(name, _)| self.name(name));
        self.tree.function(FunctionNode {
            name: interned,
            name_span: name.map_or(at, |(_, place)| place),
            parameters,
            returns,
            is_async: signature.is_async,
            flavor,
            decorators,
            type_parameters,
            body,
        })
    }

    fn parameters(&mut self, parameters: &ast::FormalParameters, out: &mut Vec<ParameterNode>) {
        for parameter in &parameters.items {
            let target = self.binding(&parameter.pattern);
            let declared = self.annotation(parameter.type_annotation.as_deref());
            let default = self.optional(parameter.initializer.as_deref());
            out.push(ParameterNode { target, declared, default, kind: ParameterKind::Ordinary });
        }
        if let Some(rest) = &parameters.rest {
            let target = self.binding(&rest.rest.argument);
            // What is declared is the type of all of them together.
            out.push(ParameterNode { target, declared: None, default: None, kind: ParameterKind::Variadic });
        }
    }

    fn function_body(&mut self, body: Option<&ast::FunctionBody>) -> Option<NodeId> {
        body.map(|body| self.block(&body.statements, span(body.span)))
    }

    fn arrow_body(&mut self, body: &ast::ArrowFunctionBody) -> Option<NodeId> {
        if let ast::ArrowFunctionBody::FunctionBody(body) = body {
            return self.function_body(Some(body));
        }
        let value = body.as_expression()?;
        let at = span(value.span());
        let value = self.expression(value);
        Some(self.add(NodeKind::Return(Some(value)), at))
    }

    fn named_function(&mut self, name: Place, receiver: Receiver, function: &ast::Function, at: Span) -> NodeId {
        let signature = Signature::of_function(function);
        let body = |lowering: &mut Self| lowering.function_body(function.body.as_deref());
        let id = self.function_node(Some(name), receiver, &signature, Vec::new(), body, at);
        self.add(NodeKind::Function(id), at)
    }

    fn named_arrow(
        &mut self,
        name: Place,
        receiver: Receiver,
        arrow: &ast::ArrowFunctionExpression,
        at: Span,
    ) -> NodeId {
        let signature = Signature::of_arrow(arrow);
        let body = |lowering: &mut Self| lowering.arrow_body(&arrow.body);
        let id = self.function_node(Some(name), receiver, &signature, Vec::new(), body, at);
        self.add(NodeKind::Function(id), at)
    }

    pub fn arrow(&mut self, arrow: &ast::ArrowFunctionExpression) -> NodeId {
        let at = span(arrow.span);
        let signature = Signature::of_arrow(arrow);
        let body = |lowering: &mut Self| lowering.arrow_body(&arrow.body);
        let id = self.function_node(None, Receiver::None, &signature, Vec::new(), body, at);
        self.add(NodeKind::Closure(id), at)
    }

    pub fn function_expression(&mut self, function: &ast::Function) -> NodeId {
        let at = span(function.span);
        if function.generator {
            // What it yields is its own: it is defined, and then named.
            let name = format!("function@{}", at.start);
            let definition = self.named_function((&name, at), Receiver::None, function, at);
            let value = self.name_node(&name, at);
            return self.tree.block(&[definition, value], at);
        }
        let signature = Signature::of_function(function);
        let body = |lowering: &mut Self| lowering.function_body(function.body.as_deref());
        let id = self.function_node(None, Receiver::None, &signature, Vec::new(), body, at);
        self.add(NodeKind::Closure(id), at)
    }

    /// `const find = cache(async (id) => …)` in a module defines a function that another one dresses up, as a decorator
    /// does. Only asynchronous ones are taken for that: a plain one may as well make the value, as does what a part of
    /// an object is given (`routes.api.use(async () => …)`).
    pub fn wrapped_function(&mut self, name: Place, value: &ast::Expression, at: Span) -> Option<NodeId> {
        let ast::Expression::CallExpression(call) = plain(value) else { return None };
        let [ast::Argument::ArrowFunctionExpression(arrow)] = &call.arguments[..] else { return None };
        let is_named = match &call.callee {
            ast::Expression::Identifier(_) => true,
            ast::Expression::StaticMemberExpression(member) => {
                matches!(&member.object, ast::Expression::Identifier(_))
            }
            _ => false,
        };
        if self.in_function || !arrow.r#async || !is_named {
            return None;
        }
        let wrapper = self.expression(&call.callee);
        let signature = Signature::of_arrow(arrow);
        let body = |lowering: &mut Self| lowering.arrow_body(&arrow.body);
        let id = self.function_node(Some(name), Receiver::None, &signature, vec![wrapper], body, at);
        Some(self.add(NodeKind::Function(id), at))
    }

    /// The definition of a function, class or object of functions under a name; `None` for any other value.
    pub fn named_value(&mut self, name: Place, value: &ast::Expression, at: Span) -> Option<NodeId> {
        match plain(value) {
            ast::Expression::ArrowFunctionExpression(arrow) => Some(self.named_arrow(name, Receiver::None, arrow, at)),
            ast::Expression::FunctionExpression(function) => {
                Some(self.named_function(name, Receiver::None, function, at))
            }
            ast::Expression::ClassExpression(class) => Some(self.class(name, class)),
            ast::Expression::ObjectExpression(object) if holds_functions(object, !self.in_function) => {
                Some(self.object_of_functions(name, object, at))
            }
            _ => None,
        }
    }
}

/// The expression without brackets and without what only says its type.
fn plain<'e, 'a>(value: &'e ast::Expression<'a>) -> &'e ast::Expression<'a> {
    match value {
        ast::Expression::ParenthesizedExpression(inner) => plain(&inner.expression),
        ast::Expression::TSAsExpression(inner) => plain(&inner.expression),
        ast::Expression::TSSatisfiesExpression(inner) => plain(&inner.expression),
        _ => value,
    }
}

/// Does an object hold functions, itself or in an object in it? With `by_name` what is listed by its name alone may be one.
fn holds_functions(object: &ast::ObjectExpression, by_name: bool) -> bool {
    object.properties.iter().any(|property| match property {
        ast::ObjectPropertyKind::SpreadProperty(_) => false,
        ast::ObjectPropertyKind::ObjectProperty(property) => match plain(&property.value) {
            _ if property.shorthand => by_name,
            ast::Expression::ArrowFunctionExpression(_) | ast::Expression::FunctionExpression(_) => true,
            ast::Expression::ObjectExpression(inner) => holds_functions(inner, by_name),
            _ => false,
        },
    })
}

/// Classes and what is as good as one.
impl Lowering<'_> {
    fn class_node(&mut self, name: Place, kind: ClassKind, bases: Vec<NodeId>, members: &[NodeId], at: Span) -> NodeId {
        let body = self.tree.block(members, at);
        let interned = self.name(name.0);
        let id = self.tree.class(ClassNode {
            name: interned,
            name_span: name.1,
            kind,
            bases,
            extended: None,
            type_parameters: Vec::new(),
            decorators: Vec::new(),
            field_decorators: Vec::new(),
            body,
        });
        self.add(NodeKind::Class(id), at)
    }

    pub fn class_expression(&mut self, class: &ast::Class) -> NodeId {
        let at = span(class.span);
        let name = match &class.id {
            Some(id) => id.name.to_string(),
            None => format!("class@{}", at.start),
        };
        let definition = self.class((&name, at), class);
        let value = self.name_node(&name, at);
        self.tree.block(&[definition, value], at)
    }

    pub fn class(&mut self, name: Place, class: &ast::Class) -> NodeId {
        let at = span(class.span);
        let decorators = class.decorators.iter().map(|decorator| self.expression(&decorator.expression)).collect();
        let type_parameters = self.type_parameters(class.type_parameters.as_deref());
        let mut bases = Vec::new();
        if let Some(heritage) = &class.heritage {
            bases.push(self.expression(&heritage.expression));
        }
        for implemented in &class.implements {
            bases.extend(self.type_name(&implemented.expression));
        }
        let mut members = Nodes::new();
        for element in &class.body.body {
            self.class_element(element, &mut members);
        }
        let field_decorators = self.field_decorators(class);
        let node = self.class_node(name, ClassKind::Class, bases, &members, at);
        if let NodeKind::Class(id) = self.tree.kind(node) {
            let class = &mut self.tree.classes[id.0 as usize];
            (class.decorators, class.type_parameters) = (decorators, type_parameters);
            class.field_decorators = field_decorators;
        }
        node
    }

    /// `@Column() name: string;`
    fn field_decorators(&mut self, class: &ast::Class) -> Vec<(Name, NodeId)> {
        let mut found = Vec::new();
        for element in &class.body.body {
            let ast::ClassElement::PropertyDefinition(property) = element else { continue };
            let Some((name, _)) = self.key_name(&property.key).filter(|_| !property.decorators.is_empty()) else {
                continue;
            };
            let name = self.name(&name);
            let decorators = property.decorators.iter();
            found.extend(decorators.map(|decorator| (name, self.expression(&decorator.expression))));
        }
        found
    }

    /// The name of a type, as a value.
    fn type_name(&mut self, written: &ast::TSTypeName) -> Option<NodeId> {
        match written {
            ast::TSTypeName::IdentifierReference(name) => Some(self.name_node(&name.name, span(name.span))),
            ast::TSTypeName::QualifiedName(qualified) => {
                let at = span(qualified.span);
                let object = self.nested(at, |lowering| lowering.type_name(&qualified.left)).flatten()?;
                Some(self.member(object, span(qualified.right.span)))
            }
            ast::TSTypeName::ThisExpression(_) => None,
        }
    }

    fn class_element(&mut self, element: &ast::ClassElement, out: &mut Nodes) {
        match element {
            ast::ClassElement::StaticBlock(block) => self.statements(&block.body, out),
            ast::ClassElement::MethodDefinition(method) => self.method(method, out),
            ast::ClassElement::PropertyDefinition(property) => {
                let declared = property.type_annotation.as_deref();
                let receiver = if property.r#static { Receiver::Class } else { Receiver::Object };
                let value = property.value.as_ref();
                out.extend(self.attribute_of_class(&property.key, declared, value, receiver, span(property.span)));
            }
            ast::ClassElement::AccessorProperty(property) => {
                let declared = property.type_annotation.as_deref();
                let value = property.value.as_ref();
                out.extend(self.attribute_of_class(
                    &property.key,
                    declared,
                    value,
                    Receiver::Object,
                    span(property.span),
                ));
            }
            ast::ClassElement::TSIndexSignature(_) => {}
        }
    }

    /// An attribute; one that holds a function from the start is a method.
    fn attribute_of_class(
        &mut self,
        key: &ast::PropertyKey,
        declared: Option<&ast::TSTypeAnnotation>,
        value: Option<&ast::Expression>,
        receiver: Receiver,
        at: Span,
    ) -> Option<NodeId> {
        let (name, place) = self.key_name(key)?;
        match value.map(plain) {
            Some(ast::Expression::ArrowFunctionExpression(arrow)) => {
                return Some(self.named_arrow((&name, place), receiver, arrow, at));
            }
            Some(ast::Expression::FunctionExpression(function)) => {
                return Some(self.named_function((&name, place), receiver, function, at));
            }
            _ => {}
        }
        let value = value.map(|value| self.expression(value));
        let declared = self.annotation(declared);
        Some(self.field(&name, place, declared, value, at))
    }

    fn field(
        &mut self,
        name: &str,
        place: Span,
        declared: Option<TypeExprId>,
        value: Option<NodeId>,
        at: Span,
    ) -> NodeId {
        let target = self.name_node(name, place);
        self.add(NodeKind::Let { target, declared, value }, at)
    }

    /// The name of a member, as it is written where it is used: with `#` when it is private.
    fn key_name(&mut self, key: &ast::PropertyKey) -> Option<(String, Span)> {
        let place = span(key.span());
        if let ast::PropertyKey::PrivateIdentifier(_) = key {
            return Some((place.of(self.text).to_owned(), place));
        }
        key.static_name().map(|name| (name.into_owned(), place))
    }

    fn method(&mut self, method: &ast::MethodDefinition, out: &mut Nodes) {
        let is_abstract = method.r#type == ast::MethodDefinitionType::TSAbstractMethodDefinition;
        let Some((name, place)) = self.key_name(&method.key) else { return };
        // Without a body it only says how a later one may be called.
        if method.value.body.is_none() && !is_abstract {
            return;
        }
        let at = span(method.span);
        let (name, receiver) = match method.kind {
            ast::MethodDefinitionKind::Constructor => {
                self.parameter_properties(&method.value.params, out);
                (name, Receiver::Object)
            }
            ast::MethodDefinitionKind::Get if method.r#static => (name, Receiver::ClassRead),
            ast::MethodDefinitionKind::Get => (name, Receiver::ObjectRead),
            ast::MethodDefinitionKind::Set => (format!("set {name}"), Receiver::Object),
            ast::MethodDefinitionKind::Method if method.r#static => (name, Receiver::Class),
            ast::MethodDefinitionKind::Method => (name, Receiver::Object),
        };
        let decorators = method.decorators.iter().map(|decorator| self.expression(&decorator.expression)).collect();
        let signature = Signature::of_function(&method.value);
        let body = |lowering: &mut Self| lowering.function_body(method.value.body.as_deref());
        let id = self.function_node(Some((&name, place)), receiver, &signature, decorators, body, at);
        out.push(self.add(NodeKind::Function(id), at));
    }

    /// `constructor(private readonly users: Users)` declares an attribute.
    fn parameter_properties(&mut self, parameters: &ast::FormalParameters, out: &mut Nodes) {
        for parameter in &parameters.items {
            let is_property = parameter.accessibility.is_some() || parameter.readonly || parameter.r#override;
            let Some(name) = parameter.pattern.get_identifier_name().filter(|_| is_property) else { continue };
            let declared = self.annotation(parameter.type_annotation.as_deref());
            out.push(self.field(&name, span(parameter.pattern.span()), declared, None, span(parameter.span)));
        }
    }

    /// An object as the class of which it is the one value.
    pub fn object_of_functions(&mut self, name: Place, object: &ast::ObjectExpression, at: Span) -> NodeId {
        let mut members = Nodes::new();
        for property in &object.properties {
            match property {
                ast::ObjectPropertyKind::SpreadProperty(spread) => {
                    let inner = self.expression(&spread.argument);
                    members.push(self.tree.other(&[inner], span(spread.span)));
                }
                ast::ObjectPropertyKind::ObjectProperty(property) => {
                    members.extend(self.member_of_object(property));
                }
            }
        }
        self.class_node(name, ClassKind::Class, Vec::new(), &members, at)
    }

    fn member_of_object(&mut self, property: &ast::ObjectProperty) -> Option<NodeId> {
        let at = span(property.span);
        let Some((name, place)) = self.key_name(&property.key).filter(|_| !property.computed) else {
            let value = self.expression(&property.value);
            return Some(self.tree.other(&[value], at));
        };
        let place = (name.as_str(), place);
        Some(match plain(&property.value) {
            ast::Expression::ArrowFunctionExpression(arrow) => self.named_arrow(place, Receiver::Class, arrow, at),
            ast::Expression::FunctionExpression(function) => {
                let receiver = match property.kind {
                    ast::PropertyKind::Init => Receiver::Class,
                    ast::PropertyKind::Get => Receiver::ClassRead,
                    ast::PropertyKind::Set => return None,
                };
                self.named_function(place, receiver, function, at)
            }
            ast::Expression::ObjectExpression(inner) if holds_functions(inner, true) => self
                .nested(at, |lowering| lowering.object_of_functions(place, inner, at))
                .unwrap_or_else(|| self.nothing(at)),
            value => {
                let value = self.expression(value);
                let target = self.name_node(place.0, place.1);
                self.add(NodeKind::Assign { target, operator: None, value }, at)
            }
        })
    }

    pub fn interface(&mut self, interface: &ast::TSInterfaceDeclaration) -> NodeId {
        let mut bases = Vec::new();
        for base in &interface.extends {
            bases.extend(self.type_name(&base.type_name));
        }
        let name = (interface.id.name.as_str(), span(interface.id.span));
        let type_parameters = self.type_parameters(interface.type_parameters.as_deref());
        let node = self.members(name, bases, &interface.body.body, span(interface.span));
        if let NodeKind::Class(id) = self.tree.kind(node) {
            self.tree.classes[id.0 as usize].type_parameters = type_parameters;
        }
        node
    }

    /// `type T = …`; one that lists members is an interface.
    pub fn type_alias(&mut self, alias: &ast::TSTypeAliasDeclaration) -> NodeId {
        let at = span(alias.span);
        let name = (alias.id.name.as_str(), span(alias.id.span));
        match &alias.type_annotation {
            ast::TSType::TSTypeLiteral(literal) => self.members(name, Vec::new(), &literal.members, at),
            ast::TSType::TSIntersectionType(all) => {
                self.merged(name, all, |base| bound_of(alias, base).unwrap_or(base), at)
            }
            written => {
                let value = self.type_expr(written);
                let name = self.name(name.0);
                self.add(NodeKind::TypeAlias { name, value }, at)
            }
        }
    }

    /// What is all of these types, of which `base` says what each is: an interface.
    pub fn merged<'r, 'a>(
        &mut self,
        name: Place,
        all: &'r ast::TSIntersectionType<'a>,
        base: impl Fn(&'r ast::TSTypeReference<'a>) -> &'r ast::TSTypeReference<'a>,
        at: Span,
    ) -> NodeId {
        let mut bases = Vec::new();
        let mut members: Option<&[ast::TSSignature]> = None;
        for part in &all.types {
            match part {
                ast::TSType::TSTypeLiteral(literal) => members = members.or(Some(&literal.members)),
                ast::TSType::TSTypeReference(reference) => bases.extend(self.type_name(&base(reference).type_name)),
                _ => {}
            }
        }
        self.members(name, bases, members.unwrap_or_default(), at)
    }

    /// An interface that lists its members.
    pub fn members(&mut self, name: Place, bases: Vec<NodeId>, signatures: &[ast::TSSignature], at: Span) -> NodeId {
        let mut members = Nodes::new();
        for signature in signatures {
            members.extend(self.signature(signature));
        }
        self.class_node(name, ClassKind::Interface, bases, &members, at)
    }

    fn signature(&mut self, signature: &ast::TSSignature) -> Option<NodeId> {
        match signature {
            ast::TSSignature::TSPropertySignature(property) => {
                let (name, place) = self.key_name(&property.key)?;
                let at = span(property.span);
                if let Some(annotation) = &property.type_annotation
                    && let ast::TSType::TSFunctionType(function) = &annotation.type_annotation
                {
                    let signature = Signature {
                        parameters: &function.params,
                        type_parameters: function.type_parameters.as_deref(),
                        returns: Some(&function.return_type),
                        is_async: false,
                    };
                    let place = (name.as_str(), place);
                    let id = self.function_node(Some(place), Receiver::Object, &signature, Vec::new(), |_| None, at);
                    return Some(self.add(NodeKind::Function(id), at));
                }
                let declared = self.annotation(property.type_annotation.as_deref());
                Some(self.field(&name, place, declared, None, at))
            }
            ast::TSSignature::TSMethodSignature(method) => {
                let (name, place) = self.key_name(&method.key)?;
                let at = span(method.span);
                let receiver = match method.kind {
                    ast::TSMethodSignatureKind::Method => Receiver::Object,
                    ast::TSMethodSignatureKind::Get => Receiver::ObjectRead,
                    ast::TSMethodSignatureKind::Set => return None,
                };
                let signature = Signature {
                    parameters: &method.params,
                    type_parameters: method.type_parameters.as_deref(),
                    returns: method.return_type.as_deref(),
                    is_async: false,
                };
                let place = (name.as_str(), place);
                let id = self.function_node(Some(place), receiver, &signature, Vec::new(), |_| None, at);
                Some(self.add(NodeKind::Function(id), at))
            }
            _ => None,
        }
    }

    pub fn enumeration(&mut self, declaration: &ast::TSEnumDeclaration) -> NodeId {
        let mut members = Nodes::new();
        for member in &declaration.body.members {
            let at = span(member.span);
            let name = match &member.id {
                ast::TSEnumMemberName::Identifier(name) => (name.name.as_str(), span(name.span)),
                ast::TSEnumMemberName::String(name) => (name.value.as_str(), span(name.span)),
                _ => continue,
            };
            let value = match &member.initializer {
                Some(value) => self.expression(value),
                None => self.add(NodeKind::Integer(None), at),
            };
            let target = self.name_node(name.0, name.1);
            members.push(self.add(NodeKind::Assign { target, operator: None, value }, at));
        }
        let name = (declaration.id.name.as_str(), span(declaration.id.span));
        self.class_node(name, ClassKind::Enum, Vec::new(), &members, span(declaration.span))
    }

    /// A declaration: no, one or several nodes.
    pub fn declaration(&mut self, declaration: &ast::Declaration, out: &mut Nodes) {
        let node = match declaration {
            ast::Declaration::VariableDeclaration(inner) => return self.variables(inner, out),
            ast::Declaration::FunctionDeclaration(function) => {
                let Some(id) = &function.id else { return };
                if function.body.is_none() && !function.declare {
                    return;
                }
                let name = (id.name.as_str(), span(id.span));
                self.named_function(name, Receiver::None, function, span(function.span))
            }
            ast::Declaration::ClassDeclaration(class) => {
                let Some(id) = &class.id else { return };
                self.class((id.name.as_str(), span(id.span)), class)
            }
            ast::Declaration::TSTypeAliasDeclaration(alias) => self.type_alias(alias),
            ast::Declaration::TSInterfaceDeclaration(interface) => self.interface(interface),
            ast::Declaration::TSEnumDeclaration(declaration) => self.enumeration(declaration),
            ast::Declaration::TSNamespaceDeclaration(namespace) => self.namespace(namespace),
            ast::Declaration::TSImportEqualsDeclaration(import) => return self.import_equals(import, out),
            // What is declared of other modules and of all of them is theirs.
            ast::Declaration::TSExternalModuleDeclaration(_) | ast::Declaration::TSGlobalDeclaration(_) => return,
        };
        out.push(node);
    }

    fn namespace(&mut self, namespace: &ast::TSNamespaceDeclaration) -> NodeId {
        let at = span(namespace.span);
        let body = match &namespace.body {
            ast::TSNamespaceDeclarationBody::TSModuleBlock(block) => self.block(&block.body, span(block.span)),
            ast::TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let inner = self.nested(at, |lowering| lowering.namespace(inner));
                let inner = inner.unwrap_or_else(|| self.nothing(at));
                self.tree.block(&[inner], at)
            }
        };
        let decorators = self.tree.list(&[]);
        let name = self.name(&namespace.id.name);
        self.add(NodeKind::InlineModule { name, decorators, body }, at)
    }

    /// A function, class or interface that is the default of its module.
    pub fn default_export(&mut self, declaration: &ast::ExportDefaultDeclarationKind, at: Span, out: &mut Nodes) {
        let place = Span { start: at.start, end: at.start };
        let default = |name: Option<&ast::BindingIdentifier>| match name {
            Some(id) => (id.name.to_string(), span(id.span)),
            None => (DEFAULT.to_owned(), place),
        };
        let name = match declaration {
            ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                if function.body.is_none() {
                    return;
                }
                let (name, place) = default(function.id.as_ref());
                out.push(self.named_function((&name, place), Receiver::None, function, span(function.span)));
                name
            }
            ast::ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let (name, place) = default(class.id.as_ref());
                out.push(self.class((&name, place), class));
                name
            }
            ast::ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                out.push(self.interface(interface));
                interface.id.name.to_string()
            }
            _ => {
                if let Some(value) = declaration.as_expression() {
                    out.push(self.exported_value(DEFAULT, value, at));
                }
                return;
            }
        };
        if name != DEFAULT {
            let value = self.name_node(&name, place);
            out.push(self.exported(DEFAULT, value, at));
        }
    }
}

/// The name of what a module exports without a name.
pub(super) const DEFAULT: &str = "default";

/// What a type parameter of an alias extends, if that is what is written.
fn bound_of<'w, 'a>(
    alias: &'w ast::TSTypeAliasDeclaration<'a>,
    written: &ast::TSTypeReference<'a>,
) -> Option<&'w ast::TSTypeReference<'a>> {
    let ast::TSTypeName::IdentifierReference(name) = &written.type_name else { return None };
    let mut parameters = alias.type_parameters.as_ref()?.params.iter();
    match &parameters.find(|parameter| parameter.name.name == name.name)?.constraint {
        Some(ast::TSType::TSTypeReference(bound)) => Some(bound),
        _ => None,
    }
}
