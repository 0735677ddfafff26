//! Patterns: expressions in target position.

use syn::Pat;

use crate::source::Span;
use crate::syntax::{CollectionKind, Name, NodeId, NodeKind, TypeExprId, UnaryOperator};

use super::lower::{Lowering, join};
use super::positions::at;

impl Lowering {
    /// A pattern and the type declared for it (`x: T`).
    pub(super) fn typed_pattern(&mut self, pattern: &Pat) -> (NodeId, Option<TypeExprId>) {
        match pattern {
            Pat::Type(typed) => {
                let target = self.pattern(&typed.pat);
                (target, Some(self.type_expr(&typed.ty)))
            }
            _ => (self.pattern(pattern), None),
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pat) -> NodeId {
        self.deeper(|lowering| lowering.pattern_here(pattern))
    }

    fn pattern_here(&mut self, pattern: &Pat) -> NodeId {
        match pattern {
            Pat::Ident(ident) => self.ident_pattern(ident),
            Pat::Reference(reference) => self.pattern(&reference.pat),
            Pat::Paren(inner) => self.pattern(&inner.pat),
            Pat::Type(typed) => self.pattern(&typed.pat),
            Pat::Tuple(tuple) => {
                let parts = self.patterns(tuple.elems.iter());
                self.collection(CollectionKind::Tuple, &parts, at(tuple.paren_token.span.join()))
            }
            Pat::Slice(slice) => {
                let parts = self.patterns(slice.elems.iter());
                self.collection(CollectionKind::List, &parts, at(slice.bracket_token.span.join()))
            }
            Pat::TupleStruct(call) => {
                let callee = self.path(call.qself.as_ref(), &call.path);
                let parts = self.patterns(call.elems.iter());
                let span = join(self.tree.span(callee), at(call.paren_token.span.close()));
                self.call(callee, &parts, None, span)
            }
            Pat::Struct(call) => self.struct_pattern(call),
            Pat::Or(alternatives) => {
                let parts = self.patterns(alternatives.cases.iter());
                let span = self.span_of_all(&parts);
                self.tree.other(&parts, span)
            }
            Pat::Guard(guarded) => {
                let pattern = self.pattern(&guarded.pat);
                let guard = self.expression(&guarded.guard);
                let span = join(self.extent(pattern), self.extent(guard));
                self.tree.other(&[pattern, guard], span)
            }
            Pat::Path(path) => self.path(path.qself.as_ref(), &path.path),
            Pat::Lit(literal) => self.literal(&literal.lit),
            Pat::Range(range) => self.range(range),
            Pat::Macro(call) => self.macro_expression(&call.mac),
            Pat::Wild(wild) => self.add(NodeKind::Wildcard, at(wild.underscore_token.span)),
            Pat::Rest(rest) => {
                let [first, last] = rest.dot2_token.spans;
                self.add(NodeKind::Wildcard, at(first).to(at(last)))
            }
            _ => self.add(NodeKind::Wildcard, Span::default()),
        }
    }

    fn patterns<'p>(&mut self, patterns: impl Iterator<Item = &'p Pat>) -> Vec<NodeId> {
        patterns.map(|pattern| self.pattern(pattern)).collect()
    }

    fn ident_pattern(&mut self, pattern: &syn::PatIdent) -> NodeId {
        let mut name = self.name_node(&pattern.ident);
        if pattern.by_ref.is_some() {
            let span = self.tree.span(name);
            name = self.add(NodeKind::Unary { operator: UnaryOperator::Borrow, operand: name }, span);
        }
        let Some((_, inner)) = &pattern.subpat else { return name };
        let inner = self.pattern(inner);
        let span = join(self.tree.span(name), self.extent(inner));
        self.tree.other(&[name, inner], span)
    }

    fn struct_pattern(&mut self, pattern: &syn::PatStruct) -> NodeId {
        let callee = self.path(pattern.qself.as_ref(), &pattern.path);
        let fields = pattern.fields.iter().map(|field| {
            let value = self.pattern(&field.pat);
            let (name, name_span) = self.member(&field.member);
            let span = join(name_span, self.extent(value));
            self.add(NodeKind::Keyword { name, value }, span)
        });
        let fields: Vec<NodeId> = fields.collect();
        let span = join(self.tree.span(callee), at(pattern.brace_token.span.close()));
        self.call(callee, &fields, None, span)
    }

    /// The name of a field, `0` for the first of a tuple, and where it stands.
    pub(super) fn member(&mut self, member: &syn::Member) -> (Name, Span) {
        match member {
            syn::Member::Named(ident) => (self.name(ident), at(ident.span())),
            syn::Member::Unnamed(index) => (self.intern(&index.index.to_string()), at(index.span)),
        }
    }

    pub(super) fn collection(&mut self, kind: CollectionKind, elements: &[NodeId], span: Span) -> NodeId {
        let elements = self.list(elements);
        self.add(NodeKind::Collection { kind, elements }, span)
    }

    pub(super) fn span_of_all(&self, nodes: &[NodeId]) -> Span {
        nodes.iter().map(|node| self.extent(*node)).reduce(join).unwrap_or_default()
    }
}
