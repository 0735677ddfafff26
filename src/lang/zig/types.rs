//! Types as written. Pointers, optionals and errors are looked through: what a value may be beside that says nothing of
//! what is done with it. A type that a call gives (`std.ArrayList(u8)`) has arguments.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use super::names::TEXT_TYPE;
use crate::lang::lowering::in_field;
use crate::source::Span;
use crate::syntax::{NodeId, NodeKind, TypeExprId, TypeForm};

impl<'t> Lowering<'t> {
    pub(super) fn type_expr(&mut self, node: Node<'t>) -> TypeExprId {
        self.deeper(node, |lowering| lowering.type_here(node)).unwrap_or_else(|| self.unknown_type())
    }

    fn type_here(&mut self, node: Node<'t>) -> TypeExprId {
        match self.kind(node) {
            Kind::BuiltinType => match self.text_of(node) {
                "anytype" | "type" | "void" | "noreturn" => self.unknown_type(),
                text => self.named_type(&[text], Vec::new()),
            },
            Kind::Identifier | Kind::FieldExpression | Kind::BuiltinFunction => match self.local_type(node) {
                Some(meant) => self.type_expr(meant),
                None => self.path_type(node, Vec::new()),
            },
            Kind::CallExpression => self.call_type(node),
            Kind::NullableType
            | Kind::PointerType
            | Kind::ParenthesizedExpression
            | Kind::ComptimeTypeExpression
            | Kind::ComptimeExpression => self.last_type(node),
            Kind::ErrorUnionType => {
                let parts = self.parts(node);
                match in_field(&parts, Field::Ok) {
                    Some(ok) => self.type_expr(ok),
                    None => self.unknown_type(),
                }
            }
            Kind::SliceType => self.sequence_type(TypeForm::Slice, node),
            Kind::ArrayType => self.sequence_type(TypeForm::Array, node),
            _ => self.unknown_type(),
        }
    }

    pub(super) fn unknown_type(&mut self) -> TypeExprId {
        self.tree.type_expr(TypeForm::Unknown, Vec::new(), Vec::new())
    }

    pub(super) fn named_type(&mut self, names: &[&str], arguments: Vec<TypeExprId>) -> TypeExprId {
        let names = names.iter().map(|name| self.intern(name)).collect();
        self.tree.type_expr(TypeForm::Named, names, arguments)
    }

    /// What a name that a function gives to a type stands for; not itself.
    fn local_type(&self, node: Node<'t>) -> Option<Node<'t>> {
        if self.kind(node) != Kind::Identifier {
            return None;
        }
        self.state.local_types.get(self.text_of(node)).copied().filter(|meant| meant.end_byte() <= node.start_byte())
    }

    fn path_type(&mut self, node: Node<'t>, arguments: Vec<TypeExprId>) -> TypeExprId {
        let Some((names, form)) = self.type_path(node) else { return self.unknown_type() };
        let named = self.named_type(&names, arguments);
        match form {
            Some(form) => self.tree.type_expr(form, Vec::new(), vec![named]),
            None => named,
        }
    }

    /// The names that lead to a type. The grammar takes what stands before the type (`*std.ArrayList`, `[]const a.B`) for a
    /// part of the first name: whether that makes it a sequence is told, too.
    fn type_path(&mut self, node: Node<'t>) -> Option<(Vec<&'t str>, Option<TypeForm>)> {
        let (mut members, mut form) = (Vec::new(), None);
        let mut at = node;
        loop {
            match self.kind(at) {
                Kind::FieldExpression => {
                    let parts = self.parts(at);
                    members.push(self.text_of(in_field(&parts, Field::Member)?));
                    at = in_field(&parts, Field::Object)?;
                    continue;
                }
                Kind::SliceType => form = Some(TypeForm::Slice),
                Kind::ArrayType => form = Some(TypeForm::Array),
                Kind::PointerType | Kind::NullableType | Kind::ErrorUnionType => {}
                _ => break,
            }
            at = self.named(at).last()?;
        }
        let mut path = match self.kind(at) {
            Kind::Identifier => {
                let text = self.text_of(at);
                self.declared_path(text).unwrap_or_else(|| vec![text])
            }
            Kind::BuiltinFunction if self.is_this(at) => self.this_path(),
            Kind::BuiltinFunction => vec![self.inner_import(at)?],
            _ => return None,
        };
        path.extend(members.into_iter().rev());
        (!path.is_empty()).then_some((path, form))
    }

    /// The type behind what stands before it.
    fn last_type(&mut self, node: Node<'t>) -> TypeExprId {
        let is_many = self.kind(node) == Kind::PointerType && self.text_of(node).starts_with('[');
        match self.named(node).last() {
            // Bytes behind a pointer have no end: what adds to it goes on.
            Some(inner) if is_many && self.text_of(inner) == "u8" => self.unknown_type(),
            Some(inner) if is_many => self.sequence_of(TypeForm::Slice, inner),
            Some(inner) => self.type_expr(inner),
            None => self.unknown_type(),
        }
    }

    fn sequence_type(&mut self, form: TypeForm, node: Node<'t>) -> TypeExprId {
        match self.named(node).last() {
            Some(element) => self.sequence_of(form, element),
            None => self.unknown_type(),
        }
    }

    /// Bytes in a row are text.
    fn sequence_of(&mut self, form: TypeForm, element: Node<'t>) -> TypeExprId {
        if self.text_of(element) == "u8" {
            return self.named_type(&[TEXT_TYPE], Vec::new());
        }
        let element = self.type_expr(element);
        self.tree.type_expr(form, Vec::new(), vec![element])
    }

    /// `std.ArrayList(u8)`
    fn call_type(&mut self, node: Node<'t>) -> TypeExprId {
        let parts = self.parts(node);
        let Some(function) = in_field(&parts, Field::Function).filter(|function| self.names_a_type(*function)) else {
            return self.unknown_type();
        };
        let arguments: Vec<Node> = self.operands(node).into_iter().filter(|argument| *argument != function).collect();
        let arguments = arguments.into_iter().map(|argument| self.type_expr(argument)).collect();
        self.path_type(function, arguments)
    }

    /// Types, and functions that give types, begin with a capital letter.
    fn names_a_type(&self, node: Node) -> bool {
        let text = self.text_of(node);
        let is_path = !matches!(self.kind(node), Kind::CallExpression | Kind::BuiltinFunction);
        let last = text.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or(text);
        is_path && last.starts_with(|letter: char| letter.is_ascii_uppercase())
    }

    /// A call that gives a type.
    pub(super) fn is_type_call(&mut self, node: Node<'t>) -> bool {
        let at = self.local_type(node).unwrap_or(node);
        if self.kind(at) != Kind::CallExpression {
            return false;
        }
        let parts = self.parts(at);
        in_field(&parts, Field::Function).is_some_and(|function| self.names_a_type(function))
    }

    /// Is this value a type that is worth a name?
    pub(super) fn is_type(&mut self, node: Node<'t>) -> bool {
        match self.kind(node) {
            Kind::SliceType
            | Kind::ArrayType
            | Kind::PointerType
            | Kind::NullableType
            | Kind::ErrorUnionType
            | Kind::BuiltinType => true,
            Kind::CallExpression => self.is_type_call(node),
            Kind::Identifier | Kind::FieldExpression => self.names_a_type(node),
            _ => false,
        }
    }

    /// A type where a value may stand: what is made of it, or asked of it, comes next.
    pub(super) fn type_value(&mut self, node: Node<'t>, span: Span) -> NodeId {
        let target = self.type_expr(node);
        let value = self.wildcard(span);
        self.add(NodeKind::Cast { value, target }, span)
    }
}
