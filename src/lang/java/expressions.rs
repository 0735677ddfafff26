//! Expressions. A method reference is a closure that calls it, and so is a class without a name that has one method.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use super::names::ARRAY_OF_SIZE;
use super::scope::Meaning;
use crate::lang::lowering::{all_in_field, in_field, integer, operator_of, span_of, without_escapes};
use crate::source::Span;
use crate::syntax::{
    CollectionKind, FunctionNode, NodeId, NodeKind, Operator, ParameterKind, ParameterNode, UnaryOperator,
};

impl<'t> Lowering<'t> {
    pub(super) fn expression(&mut self, node: Node<'t>) -> NodeId {
        self.deeper(node, |lowering| lowering.expression_here(node)).unwrap_or_else(|| self.wildcard(span_of(node)))
    }

    fn expression_here(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        let lowered = match self.kind(node) {
            Kind::Identifier => return self.identifier(node),
            Kind::This => return self.this(span),
            Kind::MethodInvocation => self.method_call(node),
            Kind::FieldAccess => self.field_access(node),
            Kind::ArrayAccess => self.array_access(node),
            Kind::ObjectCreationExpression => self.object_creation(node),
            Kind::ArrayCreationExpression => self.array_creation(node),
            Kind::ArrayInitializer => return self.array_initializer(node),
            Kind::LambdaExpression => self.lambda(node),
            Kind::MethodReference => self.method_reference(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::UnaryExpression => self.unary(node),
            Kind::UpdateExpression => self.update(node),
            Kind::AssignmentExpression => self.assignment(node),
            Kind::TernaryExpression => self.ternary(node),
            Kind::CastExpression => self.cast(node),
            Kind::InstanceofExpression => self.instance_test(node),
            Kind::SwitchExpression => return self.switch(node),
            Kind::ParenthesizedExpression => self.named(node).next().map(|inner| self.expression(inner)),
            Kind::ClassLiteral => self.named(node).next().map(|class| self.class_value(class)),
            Kind::StringLiteral => return self.string(node),
            Kind::CharacterLiteral => return self.add(NodeKind::Character, span),
            Kind::DecimalIntegerLiteral
            | Kind::HexIntegerLiteral
            | Kind::OctalIntegerLiteral
            | Kind::BinaryIntegerLiteral => {
                let value = integer(self.text_of(node).trim_end_matches(['l', 'L']));
                return self.add(NodeKind::Integer(value), span);
            }
            Kind::DecimalFloatingPointLiteral | Kind::HexFloatingPointLiteral => {
                return self.add(NodeKind::Float, span);
            }
            Kind::True => return self.add(NodeKind::Bool(true), span),
            Kind::False => return self.add(NodeKind::Bool(false), span),
            Kind::NullLiteral => return self.add(NodeKind::Null, span),
            _ => None,
        };
        lowered.unwrap_or_else(|| self.tree.other(&[], span))
    }

    pub(super) fn is_expression(&self, node: Node<'t>) -> bool {
        matches!(
            self.kind(node),
            Kind::Identifier
                | Kind::MethodInvocation
                | Kind::FieldAccess
                | Kind::ArrayAccess
                | Kind::ObjectCreationExpression
                | Kind::BinaryExpression
                | Kind::UnaryExpression
                | Kind::UpdateExpression
                | Kind::AssignmentExpression
                | Kind::TernaryExpression
                | Kind::CastExpression
                | Kind::ParenthesizedExpression
                | Kind::LambdaExpression
        )
    }

    // Names

    /// A bare name: a local, a field of a class around it, a class.
    fn identifier(&mut self, node: Node<'t>) -> NodeId {
        let text = self.text_of(node);
        let span = span_of(node);
        let name = self.intern(text);
        match self.state.scope.value(text) {
            Meaning::Name => self.add(NodeKind::Name(name), span),
            Meaning::Nested(path) => self.member_of_class(&path, text, span),
            meaning => {
                let object = self.owner(meaning, span);
                self.add(NodeKind::Member { object, name }, span)
            }
        }
    }

    /// The object or class that a member belongs to which is named alone.
    fn owner(&mut self, meaning: Meaning, span: Span) -> NodeId {
        let place = Span { end: span.start, ..span };
        match meaning {
            Meaning::Name | Meaning::Own => self.this(place),
            Meaning::Nested(path) | Meaning::Static(path) => self.path_value(&path, place),
            Meaning::Outer(path) => self.outer_object(&path, place),
        }
    }

    fn member_of_class(&mut self, path: &[String], name: &str, span: Span) -> NodeId {
        let object = self.path_value(path, Span { end: span.start, ..span });
        let name = self.intern(name);
        self.add(NodeKind::Member { object, name }, span)
    }

    /// `Outer.this`
    fn outer_object(&mut self, path: &[String], span: Span) -> NodeId {
        let value = self.this(span);
        let target = self.named_type(path);
        self.add(NodeKind::Cast { value, target }, span)
    }

    fn field_access(&mut self, node: Node<'t>) -> Option<NodeId> {
        let span = span_of(node);
        if let Some(class) = self.qualified_class(node) {
            return Some(class);
        }
        let parts = self.parts(node);
        let (object, field) = (in_field(&parts, Field::Object)?, in_field(&parts, Field::Member)?);
        if self.kind(field) == Kind::This {
            let path = self.class_path(self.text_of(object));
            return Some(self.outer_object(&path, span));
        }
        let object =
            if self.kind(object) == Kind::Super { self.this(span_of(object)) } else { self.expression(object) };
        let name = self.name(field);
        Some(self.add(NodeKind::Member { object, name }, span))
    }

    /// A class that is named with its package.
    fn qualified_class(&mut self, node: Node<'t>) -> Option<NodeId> {
        let text = self.text_of(node);
        let first = text.split('.').next()?.trim();
        let is_plain =
            text.len() < 200 && text.chars().all(|letter| letter.is_alphanumeric() || "._ \n\t\r".contains(letter));
        if !is_plain || !first.starts_with(char::is_lowercase) || self.state.scope.knows(first) {
            return None;
        }
        let names: Vec<&str> = text.split('.').map(str::trim).collect();
        let at = self.package_length(&names)?;
        // What follows the class is a member of it, and lowered as such.
        (at + 1 == names.len()).then(|| {
            let name = self.import_qualified(&names);
            let name = self.intern(&name);
            self.add(NodeKind::Name(name), span_of(node))
        })
    }

    // Calls

    pub(super) fn arguments(&mut self, list: Node<'t>) -> Vec<NodeId> {
        let arguments: Vec<Node> = self.named(list).collect();
        arguments.into_iter().map(|argument| self.expression(argument)).collect()
    }

    fn method_call(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let name = in_field(&parts, Field::Name)?;
        let list = in_field(&parts, Field::Arguments)?;
        let object = in_field(&parts, Field::Object);
        if let Some((left, right)) = self.compared(object, name, list) {
            return Some(self.equality(left, right, span_of(node)));
        }
        let callee_span = Span::new(object.unwrap_or(name).start_byte(), name.end_byte());
        let callee = match object {
            Some(object) => {
                let object = self.receiver_of(object, &parts);
                let name = self.name(name);
                self.add(NodeKind::Member { object, name }, callee_span)
            }
            None => self.bare_method(name),
        };
        let arguments = self.arguments(list);
        Some(self.tree.call(callee, &arguments, None, span_of(node)))
    }

    /// What `a.equals(b)` and `Objects.equals(a, b)` compare: elsewhere that is an operator.
    fn compared(&mut self, object: Option<Node<'t>>, name: Node<'t>, list: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
        let object = object.filter(|object| self.kind(*object) != Kind::Super)?;
        if !matches!(self.text_of(name), "equals" | "equalsIgnoreCase") {
            return None;
        }
        match (self.text_of(object), &self.named(list).collect::<Vec<_>>()[..]) {
            ("Objects", [left, right]) => Some((*left, *right)),
            (_, [right]) => Some((object, *right)),
            _ => None,
        }
    }

    fn equality(&mut self, left: Node<'t>, right: Node<'t>, span: Span) -> NodeId {
        let (left, right) = (self.expression(left), self.expression(right));
        self.add(NodeKind::Binary { operator: Operator::Equal, left, right }, span)
    }

    /// What a method is called on; `super` is the class that is extended, and `Type.super` that type.
    fn receiver_of(&mut self, object: Node<'t>, parts: &crate::lang::grammar::Parts<'t, Field>) -> NodeId {
        let span = span_of(object);
        if self.kind(object) == Kind::Super {
            let extends = self.state.scope.classes.last().is_some_and(|class| class.extends);
            if !extends {
                return self.wildcard(span);
            }
            let superclass = self.intern("super");
            return self.add(NodeKind::Name(superclass), span);
        }
        if parts.iter().any(|(field, part)| *field != Some(Field::Object) && self.kind(*part) == Kind::Super) {
            return self.class_value(object);
        }
        self.expression(object)
    }

    fn bare_method(&mut self, name: Node<'t>) -> NodeId {
        let text = self.text_of(name);
        let span = span_of(name);
        let meaning = self.state.scope.method(text);
        let name = self.intern(text);
        match meaning {
            Meaning::Name => self.add(NodeKind::Name(name), span),
            meaning => {
                let object = self.owner(meaning, span);
                self.add(NodeKind::Member { object, name }, span)
            }
        }
    }

    /// `this(…)` and `super(…)`: what they are given is computed.
    pub(super) fn explicit_constructor(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let arguments = in_field(&parts, Field::Arguments).map(|list| self.arguments(list)).unwrap_or_default();
        self.tree.other(&arguments, span_of(node))
    }

    // Objects

    fn object_creation(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let class = in_field(&parts, Field::Type)?;
        let span = span_of(node);
        let body = parts.iter().map(|(_, part)| *part).find(|part| self.kind(*part) == Kind::ClassBody);
        if let Some(body) = body {
            return Some(match self.only_method(body) {
                Some(method) => self.method_as_closure(method, span)?,
                None => self.anonymous_class(class, body, span),
            });
        }
        let callee = self.class_value(class);
        let arguments = in_field(&parts, Field::Arguments).map(|list| self.arguments(list)).unwrap_or_default();
        let made = (self.kind(class) == Kind::GenericType).then(|| self.type_expr(class));
        let made = made.filter(|made| !self.tree.types[made.0 as usize].arguments.is_empty());
        Some(self.tree.call(callee, &arguments, made, span))
    }

    /// The method of a class without a name that has nothing else.
    fn only_method(&mut self, body: Node<'t>) -> Option<Node<'t>> {
        let members: Vec<Node> = self.named(body).collect();
        match members[..] {
            [only] if self.kind(only) == Kind::MethodDeclaration => Some(only),
            _ => None,
        }
    }

    fn method_as_closure(&mut self, method: Node<'t>, span: Span) -> Option<NodeId> {
        let parts = self.parts(method);
        let body = in_field(&parts, Field::Body)?;
        let list = in_field(&parts, Field::Parameters);
        Some(self.closure(list, span, |lowering| lowering.function_body(body)))
    }

    fn closure(&mut self, parameters: Option<Node<'t>>, span: Span, body: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        let mark = self.state.scope.mark();
        let mut own = Vec::new();
        if let Some(list) = parameters {
            match self.kind(list) {
                Kind::Identifier => own.push(self.parameter(list, None, ParameterKind::Ordinary)),
                _ => self.parameters(list, &mut own),
            }
        }
        let body = body(self);
        self.state.scope.end(mark);
        self.closure_of(own, body, span)
    }

    fn closure_of(&mut self, parameters: Vec<ParameterNode>, body: NodeId, span: Span) -> NodeId {
        let function = self.tree.function(FunctionNode::plain(None, span, parameters, body));
        self.add(NodeKind::Closure(function), span)
    }

    fn lambda(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let body = in_field(&parts, Field::Body)?;
        Some(self.closure(in_field(&parts, Field::Parameters), span_of(node), |lowering| {
            if lowering.kind(body) == Kind::Block {
                return lowering.function_body(body);
            }
            let value = lowering.expression(body);
            lowering.add(NodeKind::Return(Some(value)), span_of(body))
        }))
    }

    /// `this::load`, `Order::getId`, `ArrayList::new`: a closure that calls it with what it is given.
    fn method_reference(&mut self, node: Node<'t>) -> Option<NodeId> {
        let mut cursor = node.walk();
        let object = node.named_child(0)?;
        let method = node.children(&mut cursor).last()?;
        let span = span_of(node);
        let makes = method.kind() == "new";
        let callee = match (makes, self.kind(object)) {
            (true, Kind::ArrayType) => return Some(self.tree.other(&[], span)),
            (true, _) => self.class_value(object),
            (false, Kind::GenericType | Kind::TypeIdentifier | Kind::ScopedTypeIdentifier) => {
                let object = self.class_value(object);
                let name = self.name(method);
                self.add(NodeKind::Member { object, name }, span)
            }
            (false, _) => {
                let object = self.receiver_of(object, &Default::default());
                let name = self.name(method);
                self.add(NodeKind::Member { object, name }, span)
            }
        };
        // No name of a program has a space.
        let given = self.intern("given element");
        let place = Span { start: span.end, ..span };
        let target = self.add(NodeKind::Name(given), place);
        let argument = self.add(NodeKind::Name(given), place);
        let called = match self.tree.kind(callee) {
            NodeKind::Member { object, name } if self.tree.names.text(name) == "equals" => {
                self.add(NodeKind::Binary { operator: Operator::Equal, left: object, right: argument }, span)
            }
            _ => self.tree.call(callee, &[argument], None, span),
        };
        let body = self.add(NodeKind::Return(Some(called)), span);
        let parameter = ParameterNode { target, declared: None, default: None, kind: ParameterKind::Ordinary };
        Some(self.closure_of(vec![parameter], body, span))
    }

    // Arrays

    /// `new int[n]`, `new String[] { … }`
    fn array_creation(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        if let Some(value) = in_field(&parts, Field::Value) {
            return Some(self.array_initializer(value));
        }
        let span = span_of(node);
        let element = self.type_expr(in_field(&parts, Field::Type)?);
        let mut dimensions = 0;
        let mut arguments = Vec::new();
        for part in all_in_field(&parts, Field::Dimensions).collect::<Vec<_>>() {
            match self.kind(part) {
                Kind::DimensionsExpr => {
                    dimensions += 1;
                    let size = self.named(part).last();
                    arguments.extend(size.map(|size| self.expression(size)));
                }
                _ => dimensions += self.dimensions(Some(part)),
            }
        }
        let made = self.array_of(element, dimensions);
        let name = self.intern(ARRAY_OF_SIZE);
        let callee = self.add(NodeKind::Name(name), Span { end: span.start, ..span });
        Some(self.tree.call(callee, &arguments, Some(made), span))
    }

    fn array_initializer(&mut self, node: Node<'t>) -> NodeId {
        let elements: Vec<Node> = self.named(node).collect();
        let elements: Vec<NodeId> = elements.into_iter().map(|element| self.expression(element)).collect();
        self.list_display(&elements, span_of(node))
    }

    pub(super) fn list_display(&mut self, elements: &[NodeId], span: Span) -> NodeId {
        let elements = self.list(elements);
        self.add(NodeKind::Collection { kind: CollectionKind::List, elements }, span)
    }

    fn array_access(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let object = self.expression(in_field(&parts, Field::Array)?);
        let index = self.expression(in_field(&parts, Field::Index)?);
        Some(self.add(NodeKind::Index { object, index }, span_of(node)))
    }

    // Operators

    /// Long sums nest to the left: they are lowered from the innermost on.
    fn binary(&mut self, node: Node<'t>) -> Option<NodeId> {
        let mut chain = Vec::new();
        let mut inner = node;
        while self.kind(inner) == Kind::BinaryExpression {
            let parts = self.parts(inner);
            let (Some(left), Some(right)) = (in_field(&parts, Field::Left), in_field(&parts, Field::Right)) else {
                return None;
            };
            let operator = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
            chain.push((operator_of(operator), right, span_of(inner)));
            inner = left;
        }
        let mut value = self.expression(inner);
        while let Some((operator, right, span)) = chain.pop() {
            let right = self.expression(right);
            value = self.add(NodeKind::Binary { operator, left: value, right }, span);
        }
        Some(value)
    }

    fn unary(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let operator = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
        let operator = if operator == "!" { UnaryOperator::Not } else { UnaryOperator::Negate };
        let operand = self.expression(in_field(&parts, Field::Operand)?);
        Some(self.add(NodeKind::Unary { operator, operand }, span_of(node)))
    }

    /// `i++`
    fn update(&mut self, node: Node<'t>) -> Option<NodeId> {
        let inner = self.named(node).next()?;
        let target = self.expression(inner);
        let operator = if self.text_of(node).contains("++") { Operator::Add } else { Operator::Subtract };
        let value = self.add(NodeKind::Integer(Some(1)), span_of(node));
        Some(self.add(NodeKind::Assign { target, operator: Some(operator), value }, span_of(node)))
    }

    fn assignment(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let operator = in_field(&parts, Field::Operator).map_or("=", |operator| self.text_of(operator));
        let operator = operator.strip_suffix('=').filter(|operator| !operator.is_empty()).map(operator_of);
        let target = self.expression(in_field(&parts, Field::Left)?);
        let value = self.expression(in_field(&parts, Field::Right)?);
        Some(self.add(NodeKind::Assign { target, operator, value }, span_of(node)))
    }

    fn ternary(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let condition = self.expression(in_field(&parts, Field::Condition)?);
        let then = self.expression(in_field(&parts, Field::Consequence)?);
        let otherwise = Some(self.expression(in_field(&parts, Field::Alternative)?));
        Some(self.add(NodeKind::If { condition, then, otherwise }, span_of(node)))
    }

    fn cast(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let target = self.type_expr(in_field(&parts, Field::Type)?);
        let value = self.expression(in_field(&parts, Field::Value)?);
        Some(self.add(NodeKind::Cast { value, target }, span_of(node)))
    }

    /// `x instanceof Order order`
    fn instance_test(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let span = span_of(node);
        let value = self.expression(in_field(&parts, Field::Left)?);
        let pattern = match (in_field(&parts, Field::Pattern), in_field(&parts, Field::Name)) {
            (Some(pattern), _) => self.pattern(pattern),
            (None, Some(name)) => {
                let declared = in_field(&parts, Field::Right).map(|declared| self.type_expr(declared));
                self.typed_target(name, declared)
            }
            _ => return Some(self.tree.other(&[value], span)),
        };
        Some(self.add(NodeKind::LetCondition { pattern, value }, span))
    }

    // Literals

    fn string(&mut self, node: Node<'t>) -> NodeId {
        let text = self.text_of(node);
        let text = match text.strip_prefix("\"\"\"") {
            Some(block) => block.strip_suffix("\"\"\"").unwrap_or(block),
            None => text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text),
        };
        match text.contains('\\') {
            true => self.string_of(&without_escapes(text), span_of(node)),
            false => self.string_of(text, span_of(node)),
        }
    }
}
