//! Elements of user interfaces (JSX): what stands in braces is read, and an element with a capital calls a component. Images and
//! elements that handle events are calls of `<img>` and `<input:search>`; other elements of the page do nothing to speak of.

use oxc_ast::ast;

use super::lower::{Lowering, Nodes, span};
use crate::syntax::{NodeId, NodeKind};

impl Lowering<'_> {
    pub fn element(&mut self, element: &ast::JSXElement) -> NodeId {
        let at = span(element.span);
        let opening = &element.opening_element;
        let component = self.component(&opening.name).or_else(|| self.page_element(opening));
        let mut parts = Nodes::new();
        for attribute in &opening.attributes {
            parts.extend(self.attribute(attribute, component.is_some()));
        }
        parts.extend(self.children(&element.children));
        match component {
            Some(callee) => self.call_node(callee, &parts, None, at),
            None => self.tree.other(&parts, at),
        }
    }

    /// An image, or an element that handles events: its name, and its type where it has one. What is spread over it may be
    /// anything.
    fn page_element(&mut self, opening: &ast::JSXOpeningElement) -> Option<NodeId> {
        let ast::JSXElementName::Identifier(name) = &opening.name else { return None };
        let is_spread =
            |attribute: &ast::JSXAttributeItem| matches!(attribute, ast::JSXAttributeItem::SpreadAttribute(_));
        if opening.attributes.iter().any(is_spread) {
            return None;
        }
        let of_name = |name: &str| opening.attributes.iter().find(|own| attribute_name(own) == Some(name));
        let handles = |own: &ast::JSXAttributeItem| attribute_name(own).is_some_and(is_handler);
        if name.name != "img" && !opening.attributes.iter().any(handles) {
            return None;
        }
        let text = match of_name("type").map(attribute_text) {
            Some(kind) => format!("<{}:{}>", name.name, kind.unwrap_or("?")),
            None => format!("<{}>", name.name),
        };
        Some(self.name_node(&text, span(name.span)))
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

fn attribute_name<'a>(attribute: &'a ast::JSXAttributeItem) -> Option<&'a str> {
    match attribute {
        ast::JSXAttributeItem::Attribute(attribute) => match &attribute.name {
            ast::JSXAttributeName::Identifier(name) => Some(name.name.as_str()),
            ast::JSXAttributeName::NamespacedName(_) => None,
        },
        ast::JSXAttributeItem::SpreadAttribute(_) => None,
    }
}

/// What an attribute says, where it is written out.
fn attribute_text<'a>(attribute: &'a ast::JSXAttributeItem) -> Option<&'a str> {
    match attribute {
        ast::JSXAttributeItem::Attribute(attribute) => match &attribute.value {
            Some(ast::JSXAttributeValue::StringLiteral(text)) => Some(text.value.as_str()),
            _ => None,
        },
        ast::JSXAttributeItem::SpreadAttribute(_) => None,
    }
}

/// `onChange`, `onClick`.
fn is_handler(name: &str) -> bool {
    name.strip_prefix("on").is_some_and(|event| event.starts_with(char::is_uppercase))
}
