//! Elements of user interfaces (JSX): what stands in braces is read, and an element with a capital calls a component.

use oxc_ast::ast;

use super::lower::{Lowering, Nodes, span};
use crate::syntax::{NodeId, NodeKind};

impl Lowering<'_> {
    pub fn element(&mut self, element: &ast::JSXElement) -> NodeId {
        let at = span(element.span);
        let component = self.component(&element.opening_element.name);
        let mut parts = Nodes::new();
        for attribute in &element.opening_element.attributes {
            parts.extend(self.attribute(attribute, component.is_some()));
        }
        parts.extend(self.children(&element.children));
        match component {
            Some(callee) => self.call_node(callee, &parts, None, at),
            None => self.tree.other(&parts, at),
        }
    }

    /// The component that an element names, if it names one.
    fn component(&mut self, name: &ast::JSXElementName) -> Option<NodeId> {
        match name {
            ast::JSXElementName::IdentifierReference(name) => Some(self.name_node(&name.name, span(name.span))),
            ast::JSXElementName::MemberExpression(member) => self.component_member(member),
            _ => None,
        }
    }

    fn component_member(&mut self, member: &ast::JSXMemberExpression) -> Option<NodeId> {
        let object = match &member.object {
            ast::JSXMemberExpressionObject::IdentifierReference(name) => self.name_node(&name.name, span(name.span)),
            ast::JSXMemberExpressionObject::ThisExpression(this) => {
                let name = self.this;
                self.add(NodeKind::Name(name), span(this.span))
            }
            ast::JSXMemberExpressionObject::MemberExpression(inner) => {
                self.nested(span(inner.span), |lowering| lowering.component_member(inner)).flatten()?
            }
        };
        Some(self.member(object, span(member.property.span)))
    }

    fn attribute(&mut self, attribute: &ast::JSXAttributeItem, of_component: bool) -> Option<NodeId> {
        match attribute {
            ast::JSXAttributeItem::SpreadAttribute(spread) => {
                let inner = self.expression(&spread.argument);
                Some(self.add(NodeKind::Spread(inner), span(spread.span)))
            }
            ast::JSXAttributeItem::Attribute(attribute) => {
                let value = self.attribute_value(attribute.value.as_ref()?)?;
                match &attribute.name {
                    ast::JSXAttributeName::Identifier(name) if of_component => {
                        let name = self.name(&name.name);
                        Some(self.add(NodeKind::Keyword { name, value }, span(attribute.span)))
                    }
                    _ => Some(value),
                }
            }
        }
    }

    fn attribute_value(&mut self, value: &ast::JSXAttributeValue) -> Option<NodeId> {
        match value {
            ast::JSXAttributeValue::StringLiteral(text) => Some(self.text_node(&text.value, span(text.span))),
            ast::JSXAttributeValue::ExpressionContainer(inner) => self.contained(inner),
            ast::JSXAttributeValue::Element(element) => self.inner_element(element),
            ast::JSXAttributeValue::Fragment(fragment) => {
                let children = self.children(&fragment.children);
                Some(self.tree.other(&children, span(fragment.span)))
            }
        }
    }

    fn contained(&mut self, container: &ast::JSXExpressionContainer) -> Option<NodeId> {
        container.expression.as_expression().map(|inner| self.expression(inner))
    }

    fn inner_element(&mut self, element: &ast::JSXElement) -> Option<NodeId> {
        self.nested(span(element.span), |lowering| lowering.element(element))
    }

    pub fn children(&mut self, children: &[ast::JSXChild]) -> Nodes {
        let mut nodes = Nodes::new();
        for child in children {
            nodes.extend(match child {
                ast::JSXChild::Text(_) => None,
                ast::JSXChild::Element(element) => self.inner_element(element),
                ast::JSXChild::ExpressionContainer(inner) => self.contained(inner),
                ast::JSXChild::Spread(spread) => Some(self.expression(&spread.expression)),
                ast::JSXChild::Fragment(fragment) => {
                    let at = span(fragment.span);
                    self.nested(at, |lowering| {
                        let inner = lowering.children(&fragment.children);
                        lowering.tree.other(&inner, at)
                    })
                }
            });
        }
        nodes
    }
}
