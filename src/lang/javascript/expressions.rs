//! Expressions: operators, members, calls, displays, templates.
//!
//! Knows what an expression means in the language, and nothing of libraries.

use oxc_ast::ast;
use oxc_span::GetSpan;

use super::lower::{Lowering, Nodes, assigning_operator, binary_operator, span};
use crate::source::Span;
use crate::syntax::{Certainty, CollectionKind, List, NodeId, NodeKind, Operator, TypeExprId, UnaryOperator};

impl Lowering<'_> {
    pub fn expression(&mut self, expression: &ast::Expression) -> NodeId {
        // Names are half of all expressions and nest nothing.
        if let ast::Expression::Identifier(name) = expression {
            return self.identifier(&name.name, span(name.span));
        }
        let at = span(expression.span());
        match self.nested(at, |lowering| lowering.compound(expression)) {
            Some(node) => node,
            None => self.nothing(at),
        }
    }

    pub fn optional(&mut self, expression: Option<&ast::Expression>) -> Option<NodeId> {
        expression.map(|expression| self.expression(expression))
    }

    fn identifier(&mut self, name: &str, at: Span) -> NodeId {
        match name {
            "undefined" => self.add(NodeKind::Null, at),
            _ => self.name_node(name, at),
        }
    }

    fn compound(&mut self, expression: &ast::Expression) -> NodeId {
        let at = span(expression.span());
        match expression {
            ast::Expression::Identifier(name) => self.identifier(&name.name, at),
            ast::Expression::BooleanLiteral(literal) => self.add(NodeKind::Bool(literal.value), at),
            ast::Expression::NullLiteral(_) => self.add(NodeKind::Null, at),
            ast::Expression::NumericLiteral(literal) => self.number(literal.value, at),
            ast::Expression::BigIntLiteral(_) => self.add(NodeKind::Integer(None), at),
            ast::Expression::RegExpLiteral(literal) => self.pattern_literal(literal, at),
            ast::Expression::StringLiteral(literal) => self.text_node(&literal.value, at),
            ast::Expression::TemplateLiteral(template) => self.template(template),
            ast::Expression::TaggedTemplateExpression(tagged) => {
                let callee = self.expression(&tagged.tag);
                let text = self.template(&tagged.quasi);
                let types = self.first_type_argument(tagged.type_arguments.as_deref());
                self.call_node(callee, &[text], types, at)
            }
            ast::Expression::Super(_) => self.name_node("super", at),
            ast::Expression::ThisExpression(_) => self.add(NodeKind::Name(self.this), at),
            ast::Expression::ArrayExpression(array) => self.array(array),
            ast::Expression::ObjectExpression(object) => self.object(object),
            ast::Expression::ArrowFunctionExpression(arrow) => self.arrow(arrow),
            ast::Expression::FunctionExpression(function) => self.function_expression(function),
            ast::Expression::ClassExpression(class) => self.class_expression(class),
            ast::Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            ast::Expression::AwaitExpression(awaited) => self.awaited(awaited),
            ast::Expression::BinaryExpression(binary) => self.binary(binary),
            ast::Expression::LogicalExpression(logical) => self.logical(logical),
            ast::Expression::CallExpression(call) => self.call(call),
            ast::Expression::NewExpression(new) => self.construct(new),
            ast::Expression::ChainExpression(chain) => self.chain(&chain.expression),
            ast::Expression::ConditionalExpression(choice) => {
                let condition = self.expression(&choice.test);
                let then = self.expression(&choice.consequent);
                let otherwise = Some(self.expression(&choice.alternate));
                self.add(NodeKind::If { condition, then, otherwise }, at)
            }
            ast::Expression::ImportExpression(import) => self.dynamic_import(&import.source, at),
            ast::Expression::ParenthesizedExpression(inner) => self.expression(&inner.expression),
            ast::Expression::SequenceExpression(sequence) => {
                let parts: Nodes = sequence.expressions.iter().map(|part| self.expression(part)).collect();
                self.tree.block(&parts, at)
            }
            ast::Expression::UnaryExpression(unary) => self.unary(unary),
            ast::Expression::UpdateExpression(update) => self.update(update),
            ast::Expression::YieldExpression(result) => {
                let value = self.optional(result.argument.as_ref());
                let value = match value {
                    Some(all) if result.delegate => Some(self.add(NodeKind::Element(all), self.tree.span(all))),
                    value => value,
                };
                self.add(NodeKind::Yield(value), at)
            }
            ast::Expression::PrivateInExpression(test) => {
                let object = self.expression(&test.right);
                self.tree.other(&[object], at)
            }
            ast::Expression::JSXElement(element) => self.element(element),
            ast::Expression::JSXFragment(fragment) => {
                let children = self.children(&fragment.children);
                self.tree.other(&children, at)
            }
            ast::Expression::TSAsExpression(cast) => self.cast(&cast.expression, &cast.type_annotation, at),
            ast::Expression::TSTypeAssertion(cast) => self.cast(&cast.expression, &cast.type_annotation, at),
            ast::Expression::TSSatisfiesExpression(inner) => self.expression(&inner.expression),
            ast::Expression::TSNonNullExpression(inner) => self.expression(&inner.expression),
            ast::Expression::TSInstantiationExpression(inner) => self.expression(&inner.expression),
            ast::Expression::ComputedMemberExpression(member) => self.computed(member),
            ast::Expression::StaticMemberExpression(member) => {
                let object = self.expression(&member.object);
                self.member(object, span(member.property.span))
            }
            ast::Expression::PrivateFieldExpression(member) => {
                let object = self.expression(&member.object);
                self.member(object, span(member.field.span))
            }
            ast::Expression::ImportMeta(_) | ast::Expression::NewTarget(_) => self.nothing(at),
            ast::Expression::V8IntrinsicExpression(_) => self.nothing(at),
        }
    }

    // Literals

    fn number(&mut self, value: f64, at: Span) -> NodeId {
        let is_whole = value.fract() == 0.0 && value.abs() < 9e15;
        self.add(if is_whole { NodeKind::Integer(Some(value as i64)) } else { NodeKind::Float }, at)
    }

    pub fn text_node(&mut self, value: &str, at: Span) -> NodeId {
        let value = Some(self.tree.string(value));
        self.add(NodeKind::String { value, holes: List::default() }, at)
    }

    /// `/a+/g`: compiled once, wherever it stands.
    fn pattern_literal(&mut self, literal: &ast::RegExpLiteral, at: Span) -> NodeId {
        let value = self.text_node(&literal.regex.pattern.text, at);
        let target = self.named_type("RegExp", Vec::new());
        self.add(NodeKind::Cast { value, target }, at)
    }

    pub fn template(&mut self, template: &ast::TemplateLiteral) -> NodeId {
        let mut text = String::new();
        for (place, quasi) in template.quasis.iter().enumerate() {
            if place > 0 {
                text.push_str("{}");
            }
            text.push_str(quasi.value.cooked.as_deref().unwrap_or(&quasi.value.raw));
        }
        let holes: Nodes = template.expressions.iter().map(|hole| self.expression(hole)).collect();
        let value = Some(self.tree.string(&text));
        let holes = self.tree.list(&holes);
        self.add(NodeKind::String { value, holes }, span(template.span))
    }

    fn array(&mut self, array: &ast::ArrayExpression) -> NodeId {
        let mut elements = Nodes::new();
        for element in &array.elements {
            match element {
                ast::ArrayExpressionElement::SpreadElement(spread) => elements.push(self.spread(spread)),
                ast::ArrayExpressionElement::Elision(_) => {}
                _ => elements.extend(element.as_expression().map(|element| self.expression(element))),
            }
        }
        let elements = self.tree.list(&elements);
        self.add(NodeKind::Collection { kind: CollectionKind::List, elements }, span(array.span))
    }

    fn spread(&mut self, spread: &ast::SpreadElement) -> NodeId {
        let inner = self.expression(&spread.argument);
        self.add(NodeKind::Spread(inner), span(spread.span))
    }

    pub fn object(&mut self, object: &ast::ObjectExpression) -> NodeId {
        let mut entries = Nodes::new();
        for property in &object.properties {
            entries.push(match property {
                ast::ObjectPropertyKind::SpreadProperty(spread) => self.spread(spread),
                ast::ObjectPropertyKind::ObjectProperty(property) => {
                    let key = self.key(&property.key, property.computed);
                    let value = self.expression(&property.value);
                    self.add(NodeKind::Pair { key, value }, span(property.span))
                }
            });
        }
        let elements = self.tree.list(&entries);
        self.add(NodeKind::Collection { kind: CollectionKind::Map, elements }, span(object.span))
    }

    /// The key of an entry: a text, unless it is computed.
    fn key(&mut self, key: &ast::PropertyKey, computed: bool) -> NodeId {
        let at = span(key.span());
        match key.static_name() {
            Some(name) if !computed => self.text_node(&name, at),
            _ => match key.as_expression() {
                Some(key) => self.expression(key),
                None => self.nothing(at),
            },
        }
    }

    // Operators

    fn binary(&mut self, binary: &ast::BinaryExpression) -> NodeId {
        let at = span(binary.span);
        let left = self.expression(&binary.left);
        let right = self.expression(&binary.right);
        let kind = match binary.operator {
            ast::BinaryOperator::In => NodeKind::Membership { needle: left, container: right },
            operator => NodeKind::Binary { operator: binary_operator(operator), left, right },
        };
        self.add(kind, at)
    }

    fn logical(&mut self, logical: &ast::LogicalExpression) -> NodeId {
        let operator = match logical.operator {
            ast::LogicalOperator::And => Operator::And,
            ast::LogicalOperator::Or | ast::LogicalOperator::Coalesce => Operator::Or,
        };
        let left = self.expression(&logical.left);
        let right = self.expression(&logical.right);
        self.add(NodeKind::Binary { operator, left, right }, span(logical.span))
    }

    fn unary(&mut self, unary: &ast::UnaryExpression) -> NodeId {
        let at = span(unary.span);
        let operand = self.expression(&unary.argument);
        let operator = match unary.operator {
            ast::UnaryOperator::LogicalNot => UnaryOperator::Not,
            ast::UnaryOperator::UnaryNegation | ast::UnaryOperator::BitwiseNot => UnaryOperator::Negate,
            ast::UnaryOperator::Delete => {
                let places = self.tree.list(&[operand]);
                return self.add(NodeKind::Delete(places), at);
            }
            _ => return self.tree.other(&[operand], at),
        };
        self.add(NodeKind::Unary { operator, operand }, at)
    }

    /// `i++`.
    fn update(&mut self, update: &ast::UpdateExpression) -> NodeId {
        let at = span(update.span);
        let target = self.simple_target(&update.argument);
        let value = self.add(NodeKind::Integer(Some(1)), at);
        let operator = match update.operator {
            ast::UpdateOperator::Increment => Operator::Add,
            ast::UpdateOperator::Decrement => Operator::Subtract,
        };
        self.add(NodeKind::Assign { target, operator: Some(operator), value }, at)
    }

    fn assignment(&mut self, assignment: &ast::AssignmentExpression) -> NodeId {
        let value = self.expression(&assignment.right);
        let target = self.target(&assignment.left);
        let operator = assigning_operator(assignment.operator);
        self.add(NodeKind::Assign { target, operator, value }, span(assignment.span))
    }

    fn awaited(&mut self, awaited: &ast::AwaitExpression) -> NodeId {
        let at = span(awaited.span);
        let argument = awaited.argument.without_parentheses();
        // A module that is loaded when it is needed is that module.
        if let ast::Expression::ImportExpression(import) = argument {
            return self.dynamic_import(&import.source, at);
        }
        let value = self.expression(argument);
        self.add(NodeKind::Await(value), at)
    }

    fn cast(&mut self, value: &ast::Expression, target: &ast::TSType, at: Span) -> NodeId {
        let value = self.expression(value);
        let target = self.type_expr(target);
        // `as any` and `as const` say nothing of the value.
        match self.tree.types[target.0 as usize].form {
            crate::syntax::TypeForm::Unknown => value,
            _ => self.add(NodeKind::Cast { value, target }, at),
        }
    }

    // Members and calls

    /// `object.name`, with the name as it is written: where it starts is found by its length.
    pub fn member(&mut self, object: NodeId, name: Span) -> NodeId {
        let interned = self.tree.names.intern(name.of(self.text));
        let at = self.tree.span(object).to(name);
        self.add(NodeKind::Member { object, name: interned }, at)
    }

    fn computed(&mut self, member: &ast::ComputedMemberExpression) -> NodeId {
        let object = self.expression(&member.object);
        let index = self.expression(&member.expression);
        self.add(NodeKind::Index { object, index }, span(member.span))
    }

    pub fn chain(&mut self, chain: &ast::ChainElement) -> NodeId {
        match chain {
            ast::ChainElement::CallExpression(call) => self.call(call),
            ast::ChainElement::TSNonNullExpression(inner) => self.expression(&inner.expression),
            ast::ChainElement::ComputedMemberExpression(member) => self.computed(member),
            ast::ChainElement::StaticMemberExpression(member) => {
                let object = self.expression(&member.object);
                self.member(object, span(member.property.span))
            }
            ast::ChainElement::PrivateFieldExpression(member) => {
                let object = self.expression(&member.object);
                self.member(object, span(member.field.span))
            }
        }
    }

    pub fn call_node(
        &mut self,
        callee: NodeId,
        arguments: &[NodeId],
        type_arguments: Option<TypeExprId>,
        at: Span,
    ) -> NodeId {
        let arguments = self.tree.list(arguments);
        self.add(NodeKind::Call { callee, arguments, type_arguments, certainty: Certainty::Certain }, at)
    }

    fn arguments(&mut self, arguments: &[ast::Argument]) -> Nodes {
        let mut nodes = Nodes::new();
        for argument in arguments {
            match argument {
                ast::Argument::SpreadElement(spread) => nodes.push(self.spread(spread)),
                _ => nodes.extend(argument.as_expression().map(|argument| self.expression(argument))),
            }
        }
        nodes
    }

    fn call(&mut self, call: &ast::CallExpression) -> NodeId {
        let at = span(call.span);
        if let Some(module) = call.common_js_require() {
            return self.module_value(&module.value, at);
        }
        // A function that is called where it stands runs there.
        let callee = self.expression(&call.callee);
        let types = self.first_type_argument(call.type_arguments.as_deref());
        let arguments = self.arguments(&call.arguments);
        self.call_node(callee, &arguments, types, at)
    }

    fn construct(&mut self, new: &ast::NewExpression) -> NodeId {
        let at = span(new.span);
        let callee = self.expression(&new.callee);
        let arguments = self.arguments(&new.arguments);
        let call = self.call_node(callee, &arguments, None, at);
        match (&new.callee, &new.type_arguments) {
            (ast::Expression::Identifier(name), Some(types)) => {
                let types = types.params.iter().map(|argument| self.type_expr(argument)).collect();
                let target = self.named_type(&name.name, types);
                self.add(NodeKind::Cast { value: call, target }, at)
            }
            _ => call,
        }
    }

    pub fn first_type_argument(&mut self, types: Option<&ast::TSTypeParameterInstantiation>) -> Option<TypeExprId> {
        types?.params.first().map(|argument| self.type_expr(argument))
    }
}
