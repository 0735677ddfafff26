//! Types as written. Pointers are looked through; what a type is made of where it has no name says nothing.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use crate::lang::lowering::{all_in_field, in_field, span_of};
use crate::syntax::{NodeId, NodeKind, TypeExprId, TypeForm};

impl<'t> Lowering<'t> {
    pub(super) fn type_expr(&mut self, node: Node<'t>) -> TypeExprId {
        self.deeper(node, |lowering| lowering.type_here(node)).unwrap_or_else(|| self.unknown_type())
    }

    fn type_here(&mut self, node: Node<'t>) -> TypeExprId {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier if self.text_of(node) == "any" => self.unknown_type(),
            Kind::TypeIdentifier | Kind::Identifier => self.named_type(&[node]),
            Kind::QualifiedType | Kind::SelectorExpression => {
                let names: Vec<Node> = self.named(node).collect();
                self.named_type(&names)
            }
            Kind::PointerType => {
                let inner = self.inner(node);
                self.wrapped_type(TypeForm::Reference, inner)
            }
            Kind::ParenthesizedType | Kind::ParenthesizedExpression | Kind::TypeElem | Kind::UnaryExpression => {
                let inner: Vec<Node> = self.named(node).collect();
                match inner[..] {
                    [only] => self.type_expr(only),
                    _ => self.unknown_type(),
                }
            }
            Kind::SliceType => self.element_type(TypeForm::Slice, node),
            Kind::ArrayType | Kind::ImplicitLengthArrayType => self.element_type(TypeForm::Array, node),
            Kind::MapType => self.keyword_type("map", node, &[Field::Key, Field::Value]),
            Kind::ChannelType => self.keyword_type("chan", node, &[Field::Value]),
            Kind::FunctionType => self.function_type(node),
            Kind::GenericType => self.generic_type(node),
            _ => self.unknown_type(),
        }
    }

    fn inner(&self, node: Node<'t>) -> Option<Node<'t>> {
        node.named_child(0)
    }

    pub(super) fn unknown_type(&mut self) -> TypeExprId {
        self.tree.type_expr(TypeForm::Unknown, Vec::new(), Vec::new())
    }

    pub(super) fn named_type(&mut self, names: &[Node<'t>]) -> TypeExprId {
        let names = names.iter().map(|name| self.name(*name)).collect();
        self.tree.type_expr(TypeForm::Named, names, Vec::new())
    }

    fn wrapped_type(&mut self, form: TypeForm, inner: Option<Node<'t>>) -> TypeExprId {
        let Some(inner) = inner else { return self.unknown_type() };
        let inner = self.type_expr(inner);
        self.tree.type_expr(form, Vec::new(), vec![inner])
    }

    fn element_type(&mut self, form: TypeForm, node: Node<'t>) -> TypeExprId {
        let parts = self.parts(node);
        self.wrapped_type(form, in_field(&parts, Field::Element))
    }

    /// A type that the language makes: `map[K]V`, `chan T`.
    fn keyword_type(&mut self, keyword: &str, node: Node<'t>, fields: &[Field]) -> TypeExprId {
        let parts = self.parts(node);
        let mut arguments = Vec::new();
        for field in fields {
            arguments.push(match in_field(&parts, *field) {
                Some(argument) => self.type_expr(argument),
                None => self.unknown_type(),
            });
        }
        let name = self.intern(keyword);
        self.tree.type_expr(TypeForm::Named, vec![name], arguments)
    }

    fn function_type(&mut self, node: Node<'t>) -> TypeExprId {
        let parts = self.parts(node);
        let signature = self.signature(&parts);
        let mut types: Vec<TypeExprId> =
            signature.parameters.iter().filter_map(|parameter| parameter.declared).collect();
        types.push(match signature.returns {
            Some(result) => result,
            None => self.tree.type_expr(TypeForm::Tuple, Vec::new(), Vec::new()),
        });
        self.tree.type_expr(TypeForm::Callable, Vec::new(), types)
    }

    fn generic_type(&mut self, node: Node<'t>) -> TypeExprId {
        let parts = self.parts(node);
        let Some(named) = in_field(&parts, Field::Type) else { return self.unknown_type() };
        let id = self.type_expr(named);
        let arguments = in_field(&parts, Field::TypeArguments).map(|list| self.type_arguments(list));
        self.tree.types[id.0 as usize].arguments = arguments.unwrap_or_default();
        id
    }

    pub(super) fn type_arguments(&mut self, list: Node<'t>) -> Vec<TypeExprId> {
        let arguments: Vec<Node> = self.named(list).collect();
        arguments.into_iter().map(|argument| self.type_expr(argument)).collect()
    }

    /// What bounds a type parameter, if that tells what it can do.
    pub(super) fn bound(&mut self, node: Node<'t>) -> Option<TypeExprId> {
        let types: Vec<Node> = self.named(node).collect();
        let [only] = types[..] else { return None };
        let id = self.type_expr(only);
        let expr = &mut self.tree.types[id.0 as usize];
        match expr.form {
            TypeForm::Named => expr.form = TypeForm::Trait,
            _ => return None,
        }
        Some(id)
    }

    /// A named type where a value is meant: what a struct embeds, what a literal makes.
    pub(super) fn type_as_expression(&mut self, node: Node<'t>) -> Option<NodeId> {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => Some(self.name_node(node)),
            Kind::QualifiedType => {
                let parts = self.parts(node);
                let object = self.name_node(in_field(&parts, Field::Package)?);
                let name = self.name(in_field(&parts, Field::Name)?);
                Some(self.add(NodeKind::Member { object, name }, span_of(node)))
            }
            Kind::GenericType => {
                let parts = self.parts(node);
                self.type_as_expression(in_field(&parts, Field::Type)?)
            }
            Kind::PointerType => self.type_as_expression(self.inner(node)?),
            _ => None,
        }
    }

    /// The name of an embedded type, by which it is a field.
    pub(super) fn last_identifier(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        match self.kind(node) {
            Kind::TypeIdentifier => Some(node),
            Kind::QualifiedType => {
                let parts = self.parts(node);
                all_in_field(&parts, Field::Name).next()
            }
            Kind::GenericType => {
                let parts = self.parts(node);
                self.last_identifier(in_field(&parts, Field::Type)?)
            }
            _ => None,
        }
    }

    /// The type of a display of elements, by what stands before its braces.
    pub(super) fn display_type(&mut self, node: Node<'t>) -> Option<TypeExprId> {
        if self.kind(node) != Kind::CompositeLiteral {
            return None;
        }
        let parts = self.parts(node);
        let own = in_field(&parts, Field::Type)?;
        let is_display =
            matches!(self.kind(own), Kind::SliceType | Kind::ArrayType | Kind::ImplicitLengthArrayType | Kind::MapType);
        is_display.then(|| self.type_expr(own))
    }
}
