//! Expressions. A literal of a struct is a call of it; what a function of the standard library does with its first sequence
//! is called on that, and one that compares is a comparison; an allocator that a container is handed is its last argument.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::{Lowering, is_operand, position_of};
use super::names::{allocator_first, called_on, compares, joins_texts, names_allocator};
use crate::lang::lowering::{in_field, integer, operator_of, span_of, without_escapes};
use crate::source::Span;
use crate::syntax::{CollectionKind, NodeId, NodeKind, Operator, UnaryOperator};

impl<'t> Lowering<'t> {
    pub(super) fn expression(&mut self, node: Node<'t>) -> NodeId {
        let lowered = self.deeper(node, |lowering| match lowering.opens_negation(node) {
            true => lowering.negated(node),
            false => lowering.expression_here(node),
        });
        lowered.unwrap_or_else(|| self.wildcard(span_of(node)))
    }

    /// The grammar takes `!` for a part of the first name behind it, as in a type (`!T`): does a negation begin here?
    fn opens_negation(&self, node: Node) -> bool {
        let kind = self.kind(node);
        let may_hold_it = matches!(
            kind,
            Kind::CallExpression
                | Kind::FieldExpression
                | Kind::IndexExpression
                | Kind::DereferenceExpression
                | Kind::NullCoercionExpression
                | Kind::ErrorUnionType
        );
        may_hold_it && self.text_of(node).starts_with('!') && self.state.negated_at != Some(node.start_byte())
    }

    fn negated(&mut self, node: Node<'t>) -> NodeId {
        let outer = self.state.negated_at.replace(node.start_byte());
        let operand = self.expression_here(node);
        self.state.negated_at = outer;
        self.add(NodeKind::Unary { operator: UnaryOperator::Not, operand }, span_of(node))
    }

    fn expression_here(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        match self.kind(node) {
            Kind::Identifier => self.identifier(node),
            Kind::FieldExpression => self.member_expression(node),
            Kind::CallExpression => self.call_expression(node),
            Kind::BinaryExpression => self.binary(node),
            Kind::UnaryExpression => self.unary(node),
            Kind::IndexExpression => self.index(node),
            Kind::BuiltinFunction => self.builtin(node),
            Kind::TryExpression => {
                let inner = self.only_operand(node);
                self.add(NodeKind::Propagate(inner), span)
            }
            Kind::CatchExpression => self.catch(node),
            Kind::AwaitExpression => {
                let inner = self.only_operand(node);
                self.add(NodeKind::Await(inner), span)
            }
            Kind::DereferenceExpression => {
                let operand = self.only_operand(node);
                self.add(NodeKind::Unary { operator: UnaryOperator::Dereference, operand }, span)
            }
            Kind::ErrorUnionType => match self.named(node).last() {
                Some(inner) => self.expression(inner),
                None => self.wildcard(span),
            },
            Kind::NullCoercionExpression | Kind::ParenthesizedExpression | Kind::NosuspendExpression => {
                self.only_operand(node)
            }
            // Computed when the program is compiled.
            Kind::ComptimeExpression => self.wildcard(span),
            Kind::StructInitializer => self.struct_literal(node),
            Kind::AnonymousStructInitializer => self.anonymous_literal(node),
            Kind::IfExpression | Kind::IfStatement => self.choice(node),
            Kind::SwitchExpression => self.switch(node),
            Kind::ForExpression | Kind::ForStatement => self.for_loop(node),
            Kind::WhileExpression | Kind::WhileStatement => self.while_loop(node),
            Kind::Block => self.block(node),
            Kind::BlockExpression | Kind::LabeledTypeExpression | Kind::LabeledStatement => self.block_expression(node),
            Kind::ReturnExpression => self.return_statement(node),
            Kind::BreakExpression => {
                let mut nodes = Vec::new();
                let leaves = self.break_statement(node, &mut nodes);
                nodes.extend(leaves);
                self.tree.block(&nodes, span)
            }
            Kind::ContinueExpression => {
                let leaves = self.continue_statement(node);
                leaves.unwrap_or_else(|| self.wildcard(span))
            }
            Kind::AssignmentExpression => {
                let mut nodes = Vec::new();
                self.statement(node, &mut nodes);
                self.tree.block(&nodes, span)
            }
            Kind::String => self.string(node),
            Kind::MultilineString => self.multiline_string(node),
            Kind::Integer => {
                let value = integer(self.text_of(node));
                self.add(NodeKind::Integer(value), span)
            }
            Kind::Float => self.add(NodeKind::Float, span),
            Kind::Character => self.add(NodeKind::Character, span),
            Kind::Boolean => self.add(NodeKind::Bool(self.text_of(node) == "true"), span),
            _ if node.kind() == "null" => self.add(NodeKind::Null, span),
            _ => self.wildcard(span),
        }
    }

    fn only_operand(&mut self, node: Node<'t>) -> NodeId {
        match self.operands(node).first() {
            Some(inner) => self.expression(*inner),
            None => self.wildcard(span_of(node)),
        }
    }

    // Names

    /// A name; one that a container around declares is a member of that.
    fn identifier(&mut self, node: Node<'t>) -> NodeId {
        let text = self.text_of(node);
        if let Some(meant) =
            self.state.local_types.get(text).copied().filter(|meant| meant.end_byte() <= node.start_byte())
        {
            return self.type_value(meant, span_of(node));
        }
        match self.declared_path(text) {
            Some(path) => self.path_value(&path, span_of(node)),
            None => self.name_node(node),
        }
    }

    fn path_value(&mut self, path: &[&str], span: Span) -> NodeId {
        let Some((first, rest)) = path.split_first() else { return self.wildcard(span) };
        let name = self.intern(first);
        let mut object = self.add(NodeKind::Name(name), span);
        for name in rest {
            let name = self.intern(name);
            object = self.add(NodeKind::Member { object, name }, span);
        }
        object
    }

    /// `object.name`; `.name` is a value of the type that is wanted there.
    fn member_expression(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(object), Some(name)) = (in_field(&parts, Field::Object), in_field(&parts, Field::Member)) else {
            return self.wildcard(span_of(node));
        };
        // The elements of a list are looked at, and the list is grown: one place for both.
        if self.text_of(name) == "items" && self.is_list(object) {
            return self.expression(object);
        }
        let object = match self.is_type_call(object) && self.kind(object) == Kind::CallExpression {
            true => self.type_value(object, span_of(object)),
            false => self.expression(object),
        };
        let name = self.name(name);
        self.add(NodeKind::Member { object, name }, span_of(node))
    }

    /// Is it a variable or field that the file declares as a list?
    fn is_list(&self, node: Node) -> bool {
        let text = self.text_of(node);
        let last = text.rsplit('.').next().unwrap_or(text);
        matches!(self.kind(node), Kind::Identifier | Kind::FieldExpression) && self.state.lists.contains(last)
    }

    fn builtin(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        if self.is_this(node) {
            let path = self.this_path();
            return self.path_value(&path, span);
        }
        let parts: Vec<Node> = self.named(node).collect();
        let Some(name) = parts.first().map(|name| self.text_of(*name)) else { return self.wildcard(span) };
        if name == "@import" {
            return match self.inner_import(node) {
                Some(binding) => self.path_value(&[binding], span),
                None => self.wildcard(span),
            };
        }
        let arguments = match parts.get(1) {
            Some(list) => self.operands(*list),
            None => Vec::new(),
        };
        match (name, &arguments[..]) {
            ("@as", [target, value]) => {
                let value = self.expression(*value);
                let target = self.type_expr(*target);
                self.add(NodeKind::Cast { value, target }, span)
            }
            ("@constCast" | "@alignCast" | "@volatileCast", [value]) => self.expression(*value),
            ("@panic", _) => self.add(NodeKind::Raise(None), span),
            ("@memcpy" | "@memset", _) => {
                let arguments: Vec<NodeId> = arguments.iter().map(|argument| self.expression(*argument)).collect();
                let callee = self.path_value(&[name], span_of(parts[0]));
                self.tree.call(callee, &arguments, None, span)
            }
            _ => {
                let arguments: Vec<NodeId> = arguments.iter().map(|argument| self.expression(*argument)).collect();
                self.tree.other(&arguments, span)
            }
        }
    }

    // Literals

    fn string(&mut self, node: Node<'t>) -> NodeId {
        let text = self.text_of(node).trim_matches('"');
        match text.contains('\\') {
            true => self.string_of(&without_escapes(text), span_of(node)),
            false => self.string_of(text, span_of(node)),
        }
    }

    fn multiline_string(&mut self, node: Node<'t>) -> NodeId {
        let lines: Vec<&str> =
            self.text_of(node).lines().map(|line| line.trim_start().trim_start_matches("\\\\")).collect();
        self.string_of(&lines.join("\n"), span_of(node))
    }

    /// `T{ … }`
    fn struct_literal(&mut self, node: Node<'t>) -> NodeId {
        let parts: Vec<Node> = self.named(node).collect();
        let span = span_of(node);
        let [own, list] = parts[..] else { return self.tree.other(&[], span) };
        if self.kind(own) == Kind::ArrayType {
            let elements = self.elements(list);
            let elements = self.list(&elements);
            return self.add(NodeKind::Collection { kind: CollectionKind::List, elements }, span);
        }
        let arguments = self.elements(list);
        if self.is_type_call(own) {
            return match arguments[..] {
                [] => self.made_empty(own, span),
                _ => self.literal_parts(&arguments, own, span),
            };
        }
        let callee = self.expression(own);
        self.tree.call(callee, &arguments, None, span)
    }

    /// A literal of a type that a call gives: the type is known, and the parts are evaluated.
    fn literal_parts(&mut self, arguments: &[NodeId], own: Node<'t>, span: Span) -> NodeId {
        let value = self.tree.other(arguments, span);
        let target = self.type_expr(own);
        self.add(NodeKind::Cast { value, target }, span)
    }

    /// `.{ … }`: elements in a row, or the fields of what is wanted there.
    fn anonymous_literal(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        let Some(list) = self.named(node).next() else { return self.wildcard(span) };
        let has_fields = self.named(list).any(|part| part.kind() == "field_initializer");
        let elements = self.elements(list);
        if has_fields || elements.is_empty() {
            return self.tree.other(&elements, span);
        }
        let elements = self.list(&elements);
        self.add(NodeKind::Collection { kind: CollectionKind::List, elements }, span)
    }

    fn elements(&mut self, list: Node<'t>) -> Vec<NodeId> {
        let mut elements = Vec::new();
        for part in self.operands(list) {
            if self.kind(part) != Kind::FieldInitializer {
                elements.push(self.expression(part));
                continue;
            }
            let own = self.operands(part);
            if let [name, .., value] = own[..] {
                let name = self.name(name);
                let value = self.expression(value);
                elements.push(self.add(NodeKind::Keyword { name, value }, span_of(part)));
            }
        }
        elements
    }

    // Operators

    fn binary(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(left), Some(right)) = (in_field(&parts, Field::Left), in_field(&parts, Field::Right)) else {
            return self.tree.other(&[], span_of(node));
        };
        let operator = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
        if operator == "orelse" {
            return self.otherwise(left, None, right, span_of(node));
        }
        let operator = match operator {
            "and" => Operator::And,
            "or" => Operator::Or,
            // Sequences are joined when the program is compiled.
            "++" | "**" => Operator::Other,
            operator => operator_of(operator.trim_end_matches(['%', '|'])),
        };
        let (left, right) = (self.expression(left), self.expression(right));
        self.add(NodeKind::Binary { operator, left, right }, span_of(node))
    }

    fn catch(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let payload = self.payload_after(&parts, "catch");
        let operands: Vec<Node> = self.operands(node);
        let (Some(left), Some(right)) = (operands.first(), operands.last()) else {
            return self.tree.other(&[], span_of(node));
        };
        self.otherwise(*left, payload, *right, span_of(node))
    }

    /// `value catch other`, `value orelse other`: the value, and what runs or stands in when there is none.
    fn otherwise(&mut self, left: Node<'t>, payload: Option<Node<'t>>, right: Node<'t>, span: Span) -> NodeId {
        let value = self.expression(left);
        match self.kind(right) {
            Kind::Block
            | Kind::BlockExpression
            | Kind::LabeledTypeExpression
            | Kind::ReturnExpression
            | Kind::BreakExpression
            | Kind::ContinueExpression
            | Kind::SwitchExpression
            | Kind::IfExpression => {
                let handler = self.handler(payload, right);
                self.state.handlers.push(handler);
                value
            }
            _ if matches!(right.kind(), "unreachable" | "undefined" | "null") => value,
            _ if payload.is_some() => {
                let handler = self.handler(payload, right);
                self.state.handlers.push(handler);
                value
            }
            _ => {
                let right = self.expression(right);
                self.add(NodeKind::Binary { operator: Operator::Or, left: value, right }, span)
            }
        }
    }

    fn unary(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let Some(inner) = in_field(&parts, Field::Argument) else { return self.tree.other(&[], span_of(node)) };
        let operator = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
        let operand = self.expression(inner);
        let operator = match operator {
            "!" => UnaryOperator::Not,
            // Whoever has the address may write there. A new value has nobody else.
            "&" => match self.tree.kind(operand) {
                NodeKind::Name(_) | NodeKind::Member { .. } => UnaryOperator::BorrowMutably,
                _ => return operand,
            },
            _ => UnaryOperator::Negate,
        };
        self.add(NodeKind::Unary { operator, operand }, span_of(node))
    }

    /// `xs[i]`, `xs[a..b]`
    fn index(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let (Some(object), Some(index)) = (in_field(&parts, Field::Object), in_field(&parts, Field::Index)) else {
            return self.tree.other(&[], span_of(node));
        };
        let object = self.expression(object);
        let index = match self.kind(index) {
            Kind::RangeExpression => {
                let own = self.parts(index);
                let start = in_field(&own, Field::Left).map(|start| self.expression(start));
                let end = in_field(&own, Field::Right).map(|end| self.expression(end));
                self.add(NodeKind::Range { start, end, step: None }, span_of(index))
            }
            _ => self.expression(index),
        };
        self.add(NodeKind::Index { object, index }, span_of(node))
    }

    // Calls

    fn call_expression(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        if self.is_type_call(node) {
            return self.type_value(node, span);
        }
        let parts = self.parts(node);
        let Some(function) = in_field(&parts, Field::Function) else { return self.tree.other(&[], span) };
        if is_assertion(self.text_of(function)) {
            return self.wildcard(span);
        }
        let open = position_of(&parts, "(").unwrap_or(0);
        let arguments: Vec<Node> =
            parts[open..].iter().map(|(_, part)| *part).filter(|part| is_operand(*part)).collect();
        if let Some(call) = self.call_on_sequence(function, &arguments, span) {
            return call;
        }
        let member = function.child_by_field_name("member").map_or("", |member| self.text_of(member));
        let callee = self.expression(function);
        // A container that was just made is empty, whatever allocates for it.
        if let ("init", [only]) = (member, &arguments[..])
            && names_allocator(self.text_of(*only))
            && function.child_by_field_name("object").is_some_and(|made| self.is_type_call(made))
        {
            return self.tree.call(callee, &[], None, span);
        }
        let mut lowered: Vec<NodeId> = arguments.iter().map(|argument| self.expression(*argument)).collect();
        if let [first, ..] = arguments[..]
            && allocator_first(member, arguments.len())
            && names_allocator(self.text_of(first))
        {
            let value = lowered.remove(0);
            let name = self.intern("allocator");
            lowered.push(self.add(NodeKind::Keyword { name, value }, span_of(first)));
        }
        self.tree.call(callee, &lowered, None, span)
    }

    /// The path of what is called, where it is imported: `std.mem.indexOfScalar`.
    fn called_path(&mut self, function: Node<'t>) -> Option<String> {
        let path = self.imported_path(function)?;
        Some(path.join("."))
    }

    /// `std.mem.indexOfScalar(T, xs, x)` asks `xs`: it is called on it. Bytes in a row are text, where that is no search.
    fn call_on_sequence(&mut self, function: Node<'t>, arguments: &[Node<'t>], span: Span) -> Option<NodeId> {
        let path = self.called_path(function)?;
        let (element, sequence, rest) = match arguments {
            [element, sequence, rest @ ..] => (*element, *sequence, rest),
            _ => return None,
        };
        if let (true, [other]) = (compares(&path), rest) {
            let (left, right) = (self.expression(sequence), self.expression(*other));
            return Some(self.add(NodeKind::Binary { operator: Operator::Equal, left, right }, span));
        }
        let member = called_on(&path)?;
        if self.text_of(element) == "u8" {
            return None;
        }
        let object = self.expression(sequence);
        let name = self.intern(member);
        let callee = self.add(NodeKind::Member { object, name }, span_of(function));
        let rest: Vec<NodeId> = rest.iter().map(|argument| self.expression(*argument)).collect();
        Some(self.tree.call(callee, &rest, None, span))
    }

    /// `text = try std.mem.concat(allocator, u8, &.{ text, more })` makes a text longer by copying it.
    pub(super) fn grown_text(&mut self, target: Node<'t>, value: Node<'t>, span: Span) -> Option<NodeId> {
        let mut at = value;
        while matches!(self.kind(at), Kind::TryExpression | Kind::CatchExpression | Kind::ParenthesizedExpression) {
            at = self.operands(at).first().copied()?;
        }
        if self.kind(at) != Kind::CallExpression {
            return None;
        }
        let parts = self.parts(at);
        let path = self.called_path(in_field(&parts, Field::Function)?)?;
        if !joins_texts(&path) {
            return None;
        }
        let mut list = self.operands(at).last().copied()?;
        while let Kind::UnaryExpression = self.kind(list) {
            list = self.operands(list).first().copied()?;
        }
        let list = self.named(list).find(|part| part.kind() == "initializer_list")?;
        let pieces = self.operands(list);
        let own = self.text_of(target);
        let others: Vec<Node> = pieces.iter().copied().filter(|piece| self.text_of(*piece) != own).collect();
        if others.len() == pieces.len() || others.is_empty() {
            return None;
        }
        let others: Vec<NodeId> = others.into_iter().map(|other| self.expression(other)).collect();
        let value = self.tree.other(&others, span_of(value));
        let target = self.expression(target);
        Some(self.add(NodeKind::Assign { target, operator: Some(Operator::Add), value }, span))
    }
}

/// Is it what tests a condition that always holds? A build for speed leaves that out.
fn is_assertion(function: &str) -> bool {
    function == "assert" || function.ends_with(".assert")
}
