//! Expressions. A literal of a struct is a call of it, a conversion to a named type is a call, too; receiving is a call of
//! `receive` on the channel.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use super::names::is_called_on_first;
use crate::lang::lowering::{in_field, integer, operator_of, span_of, without_escapes};
use crate::source::Span;
use crate::syntax::{CollectionKind, FunctionFlavor, FunctionNode, NodeId, NodeKind, TypeExprId, UnaryOperator};

impl<'t> Lowering<'t> {
    pub(super) fn expression(&mut self, node: Node<'t>) -> NodeId {
        self.deeper(node, |lowering| lowering.expression_here(node))
            .unwrap_or_else(|| self.add(NodeKind::Wildcard, span_of(node)))
    }

    fn expression_here(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        match self.kind(node) {
            Kind::Identifier => self.name_node(node),
            Kind::SelectorExpression => self.selector(node),
            Kind::CallExpression => self.call_expression(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::UnaryExpression => self.unary(node),
            Kind::IndexExpression => self.index(node),
            Kind::SliceExpression => self.slice(node),
            Kind::CompositeLiteral => self.composite(node),
            Kind::FuncLiteral => self.function_literal(node),
            Kind::TypeAssertionExpression => self.assertion(node),
            Kind::TypeConversionExpression => self.conversion(node),
            Kind::InterpretedStringLiteral => self.string(node),
            Kind::RawStringLiteral => {
                let text = self.text_of(node);
                self.string_of(text.trim_matches('`'), span)
            }
            Kind::IntLiteral => {
                let value = integer(self.text_of(node));
                self.add(NodeKind::Integer(value), span)
            }
            Kind::FloatLiteral | Kind::ImaginaryLiteral => self.add(NodeKind::Float, span),
            Kind::RuneLiteral => self.add(NodeKind::Character, span),
            Kind::Nil => self.add(NodeKind::Null, span),
            Kind::True => self.add(NodeKind::Bool(true), span),
            Kind::False => self.add(NodeKind::Bool(false), span),
            Kind::TypeInstantiationExpression => self.first_child(node),
            Kind::ParenthesizedExpression | Kind::LiteralElement => self.first_child(node),
            _ => self.tree.other(&[], span),
        }
    }

    fn first_child(&mut self, node: Node<'t>) -> NodeId {
        match self.named(node).next() {
            Some(inner) => self.expression(inner),
            None => self.tree.other(&[], span_of(node)),
        }
    }

    // Literals

    fn string(&mut self, node: Node<'t>) -> NodeId {
        let text = self.text_of(node);
        let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        match text.contains('\\') {
            true => {
                let plain = without_escapes(text);
                self.string_of(&plain, span_of(node))
            }
            false => self.string_of(text, span_of(node)),
        }
    }

    fn composite(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(own), Some(body)) = (in_field(&parts, Field::Type), in_field(&parts, Field::Body)) else {
            return self.tree.other(&[], span_of(node));
        };
        self.literal_of(own, body, span_of(node))
    }

    /// A literal of a type.
    fn literal_of(&mut self, own: Node<'t>, body: Node<'t>, span: Span) -> NodeId {
        let kind = self.kind(own);
        match kind {
            Kind::SliceType | Kind::ArrayType | Kind::ImplicitLengthArrayType | Kind::MapType => {
                let parts = self.parts(own);
                let element = match kind {
                    Kind::MapType => in_field(&parts, Field::Value),
                    _ => in_field(&parts, Field::Element),
                };
                self.display(own, kind == Kind::MapType, element, body, span)
            }
            Kind::PointerType => match self.named(own).next() {
                Some(inner) => self.literal_of(inner, body, span),
                None => self.tree.other(&[], span),
            },
            _ => self.struct_literal(own, body, span),
        }
    }

    /// Elements in braces. Without any it is made to be filled.
    fn display(
        &mut self,
        own: Node<'t>,
        is_map: bool,
        element: Option<Node<'t>>,
        body: Node<'t>,
        span: Span,
    ) -> NodeId {
        let inner: Vec<Node> = self.named(body).collect();
        if inner.is_empty() {
            let made = self.type_expr(own);
            return self.make(&[], made, span);
        }
        let mut elements = Vec::with_capacity(inner.len());
        for part in inner {
            if self.kind(part) != Kind::KeyedElement {
                elements.push(self.element(part, element));
                continue;
            }
            let parts = self.parts(part);
            let (Some(key), Some(value)) = (in_field(&parts, Field::Key), in_field(&parts, Field::Value)) else {
                continue;
            };
            let value = self.element(value, element);
            if !is_map {
                elements.push(value);
                continue;
            }
            let key = self.element(key, None);
            elements.push(self.add(NodeKind::Pair { key, value }, span_of(part)));
        }
        let elements = self.list(&elements);
        let kind = if is_map { CollectionKind::Map } else { CollectionKind::List };
        self.add(NodeKind::Collection { kind, elements }, span)
    }

    /// An element of a literal; one in braces is of the type that the literal says.
    fn element(&mut self, node: Node<'t>, declared: Option<Node<'t>>) -> NodeId {
        let inner = match self.kind(node) {
            Kind::LiteralElement => self.named(node).next().unwrap_or(node),
            _ => node,
        };
        if self.kind(inner) != Kind::LiteralValue {
            return self.expression(inner);
        }
        let lowered = self.deeper(node, |lowering| match declared {
            Some(declared) => lowering.literal_of(declared, inner, span_of(inner)),
            None => {
                let parts: Vec<Node> = lowering.named(inner).collect();
                let parts: Vec<NodeId> = parts.into_iter().map(|part| lowering.element(part, None)).collect();
                lowering.tree.other(&parts, span_of(inner))
            }
        });
        lowered.unwrap_or_else(|| self.add(NodeKind::Wildcard, span_of(node)))
    }

    fn struct_literal(&mut self, own: Node<'t>, body: Node<'t>, span: Span) -> NodeId {
        let callee = self.type_as_expression(own);
        let mut arguments = Vec::new();
        for part in self.named(body).collect::<Vec<_>>() {
            if self.kind(part) != Kind::KeyedElement {
                arguments.push(self.element(part, None));
                continue;
            }
            let parts = self.parts(part);
            let (Some(key), Some(value)) = (in_field(&parts, Field::Key), in_field(&parts, Field::Value)) else {
                continue;
            };
            let value = self.element(value, None);
            let is_name = self.text_of(key).chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            arguments.push(match is_name {
                true => {
                    let name = self.name(key);
                    self.add(NodeKind::Keyword { name, value }, span_of(part))
                }
                false => value,
            });
        }
        match callee {
            Some(callee) => self.tree.call(callee, &arguments, None, span),
            None => self.tree.other(&arguments, span),
        }
    }

    fn function_literal(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let signature = self.signature(&parts);
        let body = in_field(&parts, Field::Body).map(|body| self.body(body, &signature));
        let function = self.tree.function(FunctionNode {
            name: None,
            name_span: span_of(node),
            parameters: signature.parameters,
            returns: signature.returns,
            is_async: false,
            flavor: FunctionFlavor::Plain,
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            body,
        });
        self.add(NodeKind::Closure(function), span_of(node))
    }

    // Operators

    fn binary(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(left), Some(right)) = (in_field(&parts, Field::Left), in_field(&parts, Field::Right)) else {
            return self.tree.other(&[], span_of(node));
        };
        let operator = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
        let operator = operator_of(operator);
        let (left, right) = (self.expression(left), self.expression(right));
        self.add(NodeKind::Binary { operator, left, right }, span_of(node))
    }

    fn unary(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let Some(inner) = in_field(&parts, Field::Operand) else { return self.tree.other(&[], span_of(node)) };
        let span = span_of(node);
        let text = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
        let operand = self.expression(inner);
        let operator = match text {
            "!" => UnaryOperator::Not,
            "*" => UnaryOperator::Dereference,
            // Whoever has the address may write there. A new value has nobody else.
            "&" => match self.tree.kind(operand) {
                NodeKind::Name(_) | NodeKind::Member { .. } => UnaryOperator::BorrowMutably,
                _ => return operand,
            },
            "<-" => {
                let name = self.intern("receive");
                let callee = self.add(NodeKind::Member { object: operand, name }, span);
                return self.tree.call(callee, &[], None, span);
            }
            _ => UnaryOperator::Negate,
        };
        self.add(NodeKind::Unary { operator, operand }, span)
    }

    fn selector(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(object), Some(name)) = (in_field(&parts, Field::Operand), in_field(&parts, Field::Member)) else {
            return self.tree.other(&[], span_of(node));
        };
        let object = self.expression(object);
        let name = self.name(name);
        self.add(NodeKind::Member { object, name }, span_of(node))
    }

    fn index(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(object), Some(index)) = (in_field(&parts, Field::Operand), in_field(&parts, Field::Index)) else {
            return self.tree.other(&[], span_of(node));
        };
        let (object, index) = (self.expression(object), self.expression(index));
        self.add(NodeKind::Index { object, index }, span_of(node))
    }

    fn slice(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let Some(object) = in_field(&parts, Field::Operand) else { return self.tree.other(&[], span_of(node)) };
        let object = self.expression(object);
        let start = in_field(&parts, Field::Start).map(|start| self.expression(start));
        let end = in_field(&parts, Field::End).map(|end| self.expression(end));
        let index = self.add(NodeKind::Range { start, end, step: None }, span_of(node));
        self.add(NodeKind::Index { object, index }, span_of(node))
    }

    fn assertion(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(value), Some(target)) = (in_field(&parts, Field::Operand), in_field(&parts, Field::Type)) else {
            return self.tree.other(&[], span_of(node));
        };
        let value = self.expression(value);
        let target = self.type_expr(target);
        self.add(NodeKind::Cast { value, target }, span_of(node))
    }

    /// `[]byte(text)` is a call of `[]byte`; any other type is only looked at in another way.
    fn conversion(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(value), Some(target)) = (in_field(&parts, Field::Operand), in_field(&parts, Field::Type)) else {
            return self.tree.other(&[], span_of(node));
        };
        let value = self.expression(value);
        let text = self.text_of(target);
        if matches!(text, "[]byte" | "[]rune") {
            let name = self.intern(text);
            let callee = self.add(NodeKind::Name(name), span_of(target));
            let made = self.type_expr(target);
            return self.tree.call(callee, &[value], Some(made), span_of(node));
        }
        let target = self.type_expr(target);
        self.add(NodeKind::Cast { value, target }, span_of(node))
    }

    // Calls

    /// A call of `make`.
    fn make(&mut self, arguments: &[NodeId], made: TypeExprId, span: Span) -> NodeId {
        let name = self.intern("make");
        let callee = self.add(NodeKind::Name(name), span);
        self.tree.call(callee, arguments, Some(made), span)
    }

    pub(super) fn argument(&mut self, node: Node<'t>) -> NodeId {
        if self.kind(node) != Kind::VariadicArgument {
            return self.expression(node);
        }
        let inner = self.first_child(node);
        self.add(NodeKind::Spread(inner), span_of(node))
    }

    fn call_expression(&mut self, node: Node<'t>) -> NodeId {
        if let Some(body) = self.literal_call(node) {
            return self.keyword_call("func", node, body);
        }
        let parts = self.parts(node);
        let (Some(function), Some(list)) = (in_field(&parts, Field::Function), in_field(&parts, Field::Arguments))
        else {
            return self.tree.other(&[], span_of(node));
        };
        let span = span_of(node);
        let arguments: Vec<Node> = self.named(list).collect();
        // The first argument of these is a type.
        if let (Kind::Identifier, "make" | "new", Some((made, rest))) =
            (self.kind(function), self.text_of(function), arguments.split_first())
            && !is_value(self.kind(*made))
        {
            let callee = self.name_node(function);
            let made = self.type_expr(*made);
            let rest: Vec<NodeId> = rest.iter().map(|argument| self.expression(*argument)).collect();
            return self.tree.call(callee, &rest, Some(made), span);
        }
        if let Some(call) = self.call_on_first(function, &arguments, span) {
            return call;
        }
        let callee = self.expression(function);
        let type_arguments = in_field(&parts, Field::TypeArguments)
            .map(|list| self.type_arguments(list))
            .and_then(|arguments| arguments.first().copied());
        let arguments: Vec<NodeId> = arguments.into_iter().map(|argument| self.argument(argument)).collect();
        self.tree.call(callee, &arguments, type_arguments, span)
    }
}

/// Is it a value for certain, and no type?
fn is_value(kind: Kind) -> bool {
    matches!(kind, Kind::CallExpression | Kind::BinaryExpression | Kind::UnaryExpression)
}

impl<'t> Lowering<'t> {
    /// `slices.Contains(xs, x)` asks `xs`: it is called on it.
    fn call_on_first(&mut self, function: Node<'t>, arguments: &[Node<'t>], span: Span) -> Option<NodeId> {
        let (first, rest) = arguments.split_first()?;
        if self.kind(function) != Kind::SelectorExpression {
            return None;
        }
        let (package, name) = self.text_of(function).split_once('.')?;
        let path = self.state.packages.get(package)?;
        if !is_called_on_first(path, name) || self.kind(*first) == Kind::VariadicArgument {
            return None;
        }
        let object = self.expression(*first);
        let name = self.intern(name);
        let callee = self.add(NodeKind::Member { object, name }, span_of(function));
        let rest: Vec<NodeId> = rest.iter().map(|argument| self.argument(*argument)).collect();
        Some(self.tree.call(callee, &rest, None, span))
    }
}
