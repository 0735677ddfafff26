//! Types as written. Classes are named from the outermost on; what stands with its whole package is an import.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use super::scope::{Meaning, names_a_type};
use crate::lang::lowering::{in_field, span_of};
use crate::source::Span;
use crate::syntax::{ImportNode, NodeId, NodeKind, PathNode, TypeExprId, TypeForm};

impl<'t> Lowering<'t> {
    pub(super) fn type_expr(&mut self, node: Node<'t>) -> TypeExprId {
        self.deeper(node, |lowering| lowering.type_here(node)).unwrap_or_else(|| self.unknown_type())
    }

    fn type_here(&mut self, node: Node<'t>) -> TypeExprId {
        match self.kind(node) {
            Kind::TypeIdentifier | Kind::ScopedTypeIdentifier if self.text_of(node) != "var" => {
                let names = self.class_path(self.text_of(node));
                self.named_type(&names)
            }
            Kind::IntegralType | Kind::FloatingPointType | Kind::BooleanType => {
                let text = self.text_of(node);
                self.named_type(&[text])
            }
            Kind::GenericType => self.generic_type(node),
            Kind::ArrayType => {
                let parts = self.parts(node);
                match in_field(&parts, Field::Element) {
                    Some(element) => {
                        let dimensions = self.dimensions(in_field(&parts, Field::Dimensions));
                        let element = self.type_expr(element);
                        self.array_of(element, dimensions)
                    }
                    None => self.unknown_type(),
                }
            }
            Kind::AnnotatedType => {
                let own = self.named(node).last();
                own.map(|own| self.type_expr(own)).unwrap_or_else(|| self.unknown_type())
            }
            // `? extends T` gives values of `T`.
            Kind::Wildcard if self.text_of(node).contains("extends") => {
                let bound = self.named(node).last();
                bound.map(|bound| self.type_expr(bound)).unwrap_or_else(|| self.unknown_type())
            }
            Kind::VoidType => self.tree.type_expr(TypeForm::Tuple, Vec::new(), Vec::new()),
            _ => self.unknown_type(),
        }
    }

    /// How many dimensions `[][]` has.
    pub(super) fn dimensions(&self, node: Option<Node<'t>>) -> usize {
        node.map_or(0, |node| self.text_of(node).matches('[').count())
    }

    pub(super) fn array_of(&mut self, element: TypeExprId, dimensions: usize) -> TypeExprId {
        (0..dimensions.min(8)).fold(element, |inner, _| self.tree.type_expr(TypeForm::Array, Vec::new(), vec![inner]))
    }

    pub(super) fn unknown_type(&mut self) -> TypeExprId {
        self.tree.type_expr(TypeForm::Unknown, Vec::new(), Vec::new())
    }

    pub(super) fn named_type(&mut self, names: &[impl AsRef<str>]) -> TypeExprId {
        let names = names.iter().map(|name| self.intern(name.as_ref())).collect();
        self.tree.type_expr(TypeForm::Named, names, Vec::new())
    }

    fn generic_type(&mut self, node: Node<'t>) -> TypeExprId {
        let inner: Vec<Node> = self.named(node).collect();
        let Some(named) = inner.first() else { return self.unknown_type() };
        let id = self.type_expr(*named);
        let arguments = self.type_arguments(node);
        self.tree.types[id.0 as usize].arguments = arguments;
        id
    }

    /// The arguments of a generic type: none of `<>`.
    pub(super) fn type_arguments(&mut self, node: Node<'t>) -> Vec<TypeExprId> {
        let inner: Vec<Node> = self.named(node).collect();
        let Some(list) = inner.into_iter().find(|part| self.kind(*part) == Kind::TypeArguments) else {
            return Vec::new();
        };
        let arguments: Vec<Node> = self.named(list).collect();
        arguments.into_iter().map(|argument| self.type_expr(argument)).collect()
    }

    /// The names that lead to a class, as written: from the outermost class of the file on, or what is imported.
    pub(super) fn class_path(&mut self, text: &str) -> Vec<String> {
        let plain = without_arguments(text);
        let names: Vec<&str> = plain.split('.').map(str::trim).filter(|name| !name.is_empty()).collect();
        let Some((first, rest)) = names.split_first() else { return vec![plain] };
        if let Some(at) = self.package_length(&names) {
            let imported = self.import_qualified(&names[..=at]);
            return std::iter::once(imported).chain(names[at + 1..].iter().map(|name| (*name).to_owned())).collect();
        }
        let mut path = match self.state.scope.class(first) {
            Meaning::Nested(path) => path,
            _ => Vec::new(),
        };
        path.push((*first).to_owned());
        path.extend(rest.iter().map(|name| (*name).to_owned()));
        path
    }

    /// How many of the names are a package, when they begin with one: `java.util` of `java.util.List`.
    pub(super) fn package_length(&self, names: &[&str]) -> Option<usize> {
        let at = names.iter().position(|name| names_a_type(name)).filter(|at| *at > 0)?;
        let is_package =
            |name: &&str| name.chars().all(|letter| letter.is_lowercase() || letter.is_ascii_digit() || letter == '_');
        names[..at].iter().all(is_package).then_some(at)
    }

    /// Imports a class that the code names with its package; the name that it has in this file.
    pub(super) fn import_qualified(&mut self, names: &[&str]) -> String {
        let name = names.join(".");
        let binding = self.intern(&name);
        if self.state.qualified.insert(binding) {
            let path = names.iter().map(|name| self.intern(name)).collect();
            let import = ImportNode { path, level: 0, binding, binds_root: false, is_star: false };
            let import = self.tree.import(import);
            let import = self.add(NodeKind::Import(import), Span::default());
            self.state.imports.push(import);
        }
        name
    }

    /// A class where a value is meant: what is constructed or extended.
    pub(super) fn class_value(&mut self, node: Node<'t>) -> NodeId {
        let path = self.class_path(self.text_of(node));
        self.path_value(&path, span_of(node))
    }

    /// A class with its type arguments, as what another extends.
    pub(super) fn base(&mut self, node: Node<'t>) -> NodeId {
        if self.kind(node) != Kind::GenericType {
            return self.class_value(node);
        }
        let path = self.class_path(self.text_of(node));
        let names: Vec<_> = path.iter().map(|name| self.intern(name)).collect();
        let type_arguments = self.type_arguments(node);
        let arguments_at = names.len().saturating_sub(1);
        let path = self.tree.path(PathNode { names, type_arguments, arguments_at });
        self.add(NodeKind::Path(path), span_of(node))
    }

    /// The members that lead to a class.
    pub(super) fn path_value(&mut self, path: &[String], span: Span) -> NodeId {
        let Some((first, rest)) = path.split_first() else { return self.wildcard(span) };
        let first = self.intern(first);
        let mut value = self.add(NodeKind::Name(first), span);
        for name in rest {
            let name = self.intern(name);
            value = self.add(NodeKind::Member { object: value, name }, span);
        }
        value
    }
}

/// `Map<String, List<Order>>.Entry` without what stands in angle brackets, and without annotations.
pub(super) fn without_arguments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 && !letter.is_whitespace() => plain.push(letter),
            _ => {}
        }
    }
    plain
}
