//! Patterns and targets: what a declaration, a parameter or an assignment binds.
//!
//! `{ a, b: c }` takes attributes out of a value: it is a pattern with fields that names no type. Values that stand in
//! for missing ones are left out.

use oxc_ast::ast;
use oxc_span::GetSpan;

use super::lower::{Lowering, Nodes, span};
use crate::source::Span;
use crate::syntax::{CollectionKind, NodeId, NodeKind};

impl Lowering<'_> {
    pub fn binding(&mut self, pattern: &ast::BindingPattern) -> NodeId {
        let at = span(pattern.span());
        if let ast::BindingPattern::BindingIdentifier(name) = pattern {
            return self.name_node(&name.name, at);
        }
        match self.nested(at, |lowering| lowering.compound_binding(pattern, at)) {
            Some(node) => node,
            None => self.nothing(at),
        }
    }

    fn compound_binding(&mut self, pattern: &ast::BindingPattern, at: Span) -> NodeId {
        match pattern {
            ast::BindingPattern::BindingIdentifier(name) => self.name_node(&name.name, at),
            ast::BindingPattern::AssignmentPattern(with_default) => self.binding(&with_default.left),
            ast::BindingPattern::ObjectPattern(object) => {
                let mut fields = Nodes::new();
                for property in &object.properties {
                    let value = self.binding(&property.value);
                    fields.push(self.field_pattern(&property.key, property.computed, value, span(property.span)));
                }
                if let Some(rest) = &object.rest {
                    fields.push(self.rest(rest));
                }
                self.fields_pattern(&fields, at)
            }
            ast::BindingPattern::ArrayPattern(array) => {
                let mut parts = Nodes::new();
                for element in &array.elements {
                    parts.push(match element {
                        Some(element) => self.binding(element),
                        None => self.add(NodeKind::Wildcard, at),
                    });
                }
                if let Some(rest) = &array.rest {
                    parts.push(self.rest(rest));
                }
                self.parts_pattern(&parts, at)
            }
        }
    }

    fn rest(&mut self, rest: &ast::BindingRestElement) -> NodeId {
        let inner = self.binding(&rest.argument);
        self.add(NodeKind::Spread(inner), span(rest.span))
    }

    /// `name: value` in a pattern; of a computed name nothing is known.
    fn field_pattern(&mut self, key: &ast::PropertyKey, computed: bool, value: NodeId, at: Span) -> NodeId {
        match key.static_name() {
            Some(name) if !computed => {
                let name = self.name(&name);
                self.add(NodeKind::Keyword { name, value }, at)
            }
            _ => value,
        }
    }

    fn fields_pattern(&mut self, fields: &[NodeId], at: Span) -> NodeId {
        let callee = self.add(NodeKind::Wildcard, at);
        self.call_node(callee, fields, None, at)
    }

    fn parts_pattern(&mut self, parts: &[NodeId], at: Span) -> NodeId {
        let elements = self.tree.list(parts);
        self.add(NodeKind::Collection { kind: CollectionKind::List, elements }, at)
    }

    // Assignments

    pub fn target(&mut self, target: &ast::AssignmentTarget) -> NodeId {
        let at = span(target.span());
        match target {
            ast::AssignmentTarget::ArrayAssignmentTarget(array) => {
                match self.nested(at, |lowering| lowering.array_target(array, at)) {
                    Some(node) => node,
                    None => self.nothing(at),
                }
            }
            ast::AssignmentTarget::ObjectAssignmentTarget(object) => {
                match self.nested(at, |lowering| lowering.object_target(object, at)) {
                    Some(node) => node,
                    None => self.nothing(at),
                }
            }
            _ => match target.as_simple_assignment_target() {
                Some(target) => self.simple_target(target),
                None => self.nothing(at),
            },
        }
    }

    pub fn simple_target(&mut self, target: &ast::SimpleAssignmentTarget) -> NodeId {
        match target {
            ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
                self.name_node(&name.name, span(name.span))
            }
            ast::SimpleAssignmentTarget::TSAsExpression(inner) => self.expression(&inner.expression),
            ast::SimpleAssignmentTarget::TSSatisfiesExpression(inner) => self.expression(&inner.expression),
            ast::SimpleAssignmentTarget::TSNonNullExpression(inner) => self.expression(&inner.expression),
            ast::SimpleAssignmentTarget::TSTypeAssertion(inner) => self.expression(&inner.expression),
            ast::SimpleAssignmentTarget::ComputedMemberExpression(member) => {
                let object = self.expression(&member.object);
                let index = self.expression(&member.expression);
                self.add(NodeKind::Index { object, index }, span(member.span))
            }
            ast::SimpleAssignmentTarget::StaticMemberExpression(member) => {
                let object = self.expression(&member.object);
                self.member(object, span(member.property.span))
            }
            ast::SimpleAssignmentTarget::PrivateFieldExpression(member) => {
                let object = self.expression(&member.object);
                self.member(object, span(member.field.span))
            }
        }
    }

    fn array_target(&mut self, array: &ast::ArrayAssignmentTarget, at: Span) -> NodeId {
        let mut parts = Nodes::new();
        for element in &array.elements {
            parts.push(match element {
                Some(element) => self.target_with_default(element),
                None => self.add(NodeKind::Wildcard, at),
            });
        }
        if let Some(rest) = &array.rest {
            parts.push(self.rest_target(rest));
        }
        self.parts_pattern(&parts, at)
    }

    fn object_target(&mut self, object: &ast::ObjectAssignmentTarget, at: Span) -> NodeId {
        let mut fields = Nodes::new();
        for property in &object.properties {
            fields.push(match property {
                ast::AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                    let value = self.name_node(&property.binding.name, span(property.binding.span));
                    let name = self.name(&property.binding.name);
                    self.add(NodeKind::Keyword { name, value }, span(property.span))
                }
                ast::AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                    let value = self.target_with_default(&property.binding);
                    self.field_pattern(&property.name, property.computed, value, span(property.span))
                }
            });
        }
        if let Some(rest) = &object.rest {
            fields.push(self.rest_target(rest));
        }
        self.fields_pattern(&fields, at)
    }

    fn target_with_default(&mut self, target: &ast::AssignmentTargetMaybeDefault) -> NodeId {
        match target {
            ast::AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(inner) => self.target(&inner.binding),
            _ => match target.as_assignment_target() {
                Some(inner) => self.target(inner),
                None => self.nothing(span(target.span())),
            },
        }
    }

    fn rest_target(&mut self, rest: &ast::AssignmentTargetRest) -> NodeId {
        let inner = self.target(&rest.target);
        self.add(NodeKind::Spread(inner), span(rest.span))
    }
}
