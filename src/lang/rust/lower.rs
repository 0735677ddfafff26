//! Items and statements of syn, lowered to the neutral tree. Expressions, patterns, types and macros are in the
//! modules beside it; all of them are one [`Lowering`].

use std::fmt::Write;

use proc_macro2::Ident;
use rustc_hash::FxHashMap;
use syn::punctuated::Punctuated;
use syn::{Expr, Item, Stmt, Token};

use super::positions::at;
use crate::source::Span;
use crate::syntax::{
    Certainty, ClassKind, ClassNode, FunctionFlavor, FunctionNode, ImportNode, List, Name, NodeId, NodeKind,
    ParameterKind, ParameterNode, PathNode, Tree, TypeExprId, TypeForm,
};

/// Free stack below which lowering moves to a new one.
const RED_ZONE: usize = 256 * 1024;
/// Size of that new one.
const STACK_STEP: usize = 4 * 1024 * 1024;

/// Lowers a file. `stack` is what parsing its deepest part may need.
pub(super) fn file(file: &syn::File, length: usize, stack: usize) -> Tree {
    let mut lowering = Lowering::new(length, stack);
    let items = lowering.items(&file.items);
    let mut tree = lowering.tree;
    let statements = tree.list(&items);
    tree.root = Some(tree.add(NodeKind::Block(statements), Span::new(0, length)));
    tree
}

/// The tree under construction.
pub(super) struct Lowering {
    pub(super) tree: Tree,
    /// `Macro` inside the body of an unknown macro.
    pub(super) certainty: Certainty,
    /// Stack that parsing a macro body may need.
    pub(super) stack: usize,
    /// Spans of nodes in parentheses, parentheses included.
    parenthesized: FxHashMap<NodeId, Span>,
    /// The name that was met last: its room serves the next one.
    text: String,
    /// The label of the innermost loop.
    pub(super) loop_label: Option<String>,
}

/// What the value of the last statement of a block is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// The value of the block.
    Value,
    /// The result of the function or closure.
    Result,
}

/// Where a function stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Member,
}

/// The span from the first of two tokens to the second.
pub(super) fn from_to(first: proc_macro2::Span, last: proc_macro2::Span) -> Span {
    at(first).to(at(last))
}

/// A span that has no bytes in it must not pull another one to the start of the file.
pub(super) fn join(first: Span, last: Span) -> Span {
    match (first.is_empty(), last.is_empty()) {
        (true, _) => last,
        (_, true) => first,
        _ => first.to(last),
    }
}

impl Lowering {
    fn new(length: usize, stack: usize) -> Lowering {
        let mut tree = Tree::for_text(length);
        tree.block_scoped = true;
        tree.optional = Some((tree.names.intern("Some"), tree.names.intern("None")));
        Lowering {
            tree,
            certainty: Certainty::Certain,
            stack,
            parenthesized: FxHashMap::default(),
            text: String::new(),
            loop_label: None,
        }
    }

    /// Recursion goes through here, so that its depth is bounded by memory, not by the stack.
    pub(super) fn deeper<R>(&mut self, work: impl FnOnce(&mut Lowering) -> R) -> R {
        stacker::maybe_grow(RED_ZONE, STACK_STEP, || work(self))
    }

    pub(super) fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        self.tree.add(kind, span)
    }

    pub(super) fn list(&mut self, nodes: &[NodeId]) -> List {
        self.tree.list(nodes)
    }

    /// The span of a node with the parentheses around it.
    pub(super) fn extent(&self, node: NodeId) -> Span {
        self.parenthesized.get(&node).copied().unwrap_or_else(|| self.tree.span(node))
    }

    pub(super) fn set_extent(&mut self, node: NodeId, span: Span) {
        self.parenthesized.insert(node, span);
    }

    /// The name of an identifier, without the `r#` of raw ones.
    pub(super) fn name(&mut self, ident: &Ident) -> Name {
        self.text.clear();
        write!(self.text, "{ident}").expect("a text takes whatever is written");
        self.tree.names.intern(self.text.strip_prefix("r#").unwrap_or(&self.text))
    }

    pub(super) fn intern(&mut self, text: &str) -> Name {
        self.tree.names.intern(text)
    }

    pub(super) fn name_node(&mut self, ident: &Ident) -> NodeId {
        let name = self.name(ident);
        self.add(NodeKind::Name(name), at(ident.span()))
    }

    /// A `Name` for one name without type arguments, a `Path` for all else.
    pub(super) fn names_node(
        &mut self,
        names: Vec<Name>,
        type_arguments: Vec<TypeExprId>,
        arguments_at: usize,
        span: Span,
    ) -> NodeId {
        if let ([name], true) = (&names[..], type_arguments.is_empty()) {
            return self.add(NodeKind::Name(*name), span);
        }
        let path = self.tree.path(PathNode { names, type_arguments, arguments_at });
        self.add(NodeKind::Path(path), span)
    }

    // Statements

    pub(super) fn block(&mut self, block: &syn::Block, tail: Tail) -> NodeId {
        let span = at(block.brace_token.span.join());
        self.block_with_span(block, tail, span)
    }

    pub(super) fn block_with_span(&mut self, block: &syn::Block, tail: Tail, span: Span) -> NodeId {
        let statements = self.deeper(|lowering| lowering.statements(&block.stmts, tail));
        self.tree.block(&statements, span)
    }

    pub(super) fn statements(&mut self, statements: &[Stmt], tail: Tail) -> Vec<NodeId> {
        let mut nodes = Vec::with_capacity(statements.len());
        for (index, statement) in statements.iter().enumerate() {
            let is_tail = tail == Tail::Result && index + 1 == statements.len();
            self.statement(statement, is_tail, &mut nodes);
        }
        nodes
    }

    fn statement(&mut self, statement: &Stmt, is_tail: bool, nodes: &mut Vec<NodeId>) {
        match statement {
            Stmt::Local(local) => self.local(local, nodes),
            Stmt::Item(item) => self.item(item, nodes),
            Stmt::Expr(Expr::Verbatim(tokens), _) if tokens.is_empty() => {}
            Stmt::Expr(expression, semicolon) => {
                let node = self.expression(expression);
                nodes.push(if is_tail && semicolon.is_none() { self.result(node) } else { node });
            }
            Stmt::Macro(statement) => {
                let first = nodes.len();
                self.macro_statement(&statement.mac, nodes);
                if is_tail && statement.semi_token.is_none() && nodes.len() == first + 1 {
                    nodes[first] = self.result(nodes[first]);
                }
            }
        }
    }

    /// Wraps the value of a body in `Return`, unless it is a statement that has none.
    pub(super) fn result(&mut self, node: NodeId) -> NodeId {
        let has_value = match self.tree.kind(node) {
            NodeKind::Return(_)
            | NodeKind::Raise(_)
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::Loop(_)
            | NodeKind::Assign { .. }
            | NodeKind::Let { .. }
            | NodeKind::Function(_)
            | NodeKind::Class(_)
            | NodeKind::If { otherwise: None, .. } => false,
            NodeKind::Block(statements) => !statements.is_empty(),
            _ => true,
        };
        if !has_value {
            return node;
        }
        let span = self.extent(node);
        self.add(NodeKind::Return(Some(node)), span)
    }

    fn local(&mut self, local: &syn::Local, nodes: &mut Vec<NodeId>) {
        let (target, declared) = self.typed_pattern(&local.pat);
        let value = local.init.as_ref().map(|init| self.expression(&init.expr));
        let span = from_to(local.let_token.span, local.semi_token.span);
        nodes.push(self.add(NodeKind::Let { target, declared, value }, span));
        if let Some((keyword, alternative)) = local.init.as_ref().and_then(|init| init.diverge.as_ref()) {
            // The names stay bound after the statement, so that the test is a branch of its own.
            let then = self.expression(alternative);
            let span = join(at(keyword.span), self.extent(then));
            let condition = self.add(NodeKind::Wildcard, at(keyword.span));
            nodes.push(self.add(NodeKind::If { condition, then, otherwise: None }, span));
        }
    }

    // Items

    fn items(&mut self, items: &[Item]) -> Vec<NodeId> {
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            self.item(item, &mut nodes);
        }
        nodes
    }

    pub(super) fn item(&mut self, item: &Item, nodes: &mut Vec<NodeId>) {
        self.deeper(|lowering| lowering.item_here(item, nodes));
    }

    fn item_here(&mut self, item: &Item, nodes: &mut Vec<NodeId>) {
        let node = match item {
            Item::Fn(function) => self.item_function(function),
            Item::Struct(item) => self.structure(item),
            Item::Union(item) => self.union(item),
            Item::Enum(item) => self.enumeration(item),
            Item::Trait(item) => self.interface(item),
            Item::Impl(item) if item.modifiers.polarity.is_some() => return,
            Item::Impl(item) => self.extension(item),
            Item::Type(item) => {
                let span = from_to(item.type_token.span, item.semi_token.span);
                self.type_alias(&item.ident, &item.ty, span)
            }
            Item::Const(item) => {
                let span = from_to(item.const_token.span, item.semi_token.span);
                self.binding(&item.ident, &item.ty, Some(&item.expr), span)
            }
            Item::Static(item) => {
                let span = from_to(item.static_token.span, item.semi_token.span);
                self.binding(&item.ident, &item.ty, Some(&item.expr), span)
            }
            Item::Mod(module) => match self.inline_module(module) {
                Some(node) => node,
                None => return,
            },
            Item::Use(item) => return self.use_tree(&item.tree, &mut Vec::new(), nodes),
            Item::ExternCrate(item) => self.extern_crate(item),
            Item::ForeignMod(block) => return self.foreign_items(block, nodes),
            Item::Macro(item) => return self.macro_item(item.ident.is_some(), &item.mac, nodes),
            _ => return,
        };
        nodes.push(node);
    }

    fn inline_module(&mut self, module: &syn::ItemMod) -> Option<NodeId> {
        let (brace, items) = module.content.as_ref()?;
        let decorators = self.attributes(&module.attrs);
        let decorators = self.list(&decorators);
        let items = self.items(items);
        let body = self.tree.block(&items, at(brace.span.join()));
        let name = self.name(&module.ident);
        let span = from_to(module.mod_token.span, brace.span.close());
        Some(self.add(NodeKind::InlineModule { name, decorators, body }, span))
    }

    fn binding(&mut self, ident: &Ident, declared: &syn::Type, value: Option<&Expr>, span: Span) -> NodeId {
        let target = self.name_node(ident);
        let declared = Some(self.type_expr(declared));
        let value = value.map(|value| self.expression(value));
        self.add(NodeKind::Let { target, declared, value }, span)
    }

    fn type_alias(&mut self, ident: &Ident, value: &syn::Type, span: Span) -> NodeId {
        let name = self.name(ident);
        let value = self.type_expr(value);
        self.add(NodeKind::TypeAlias { name, value }, span)
    }

    fn foreign_items(&mut self, block: &syn::ItemForeignMod, nodes: &mut Vec<NodeId>) {
        for item in &block.items {
            match item {
                syn::ForeignItem::Fn(function) => {
                    let end = at(function.semi_token.span);
                    nodes.push(self.function(&function.sig, &function.attrs, None, Place::Free, end));
                }
                syn::ForeignItem::Static(item) => {
                    let span = from_to(item.static_token.span, item.semi_token.span);
                    nodes.push(self.binding(&item.ident, &item.ty, None, span));
                }
                _ => {}
            }
        }
    }

    // Functions

    fn item_function(&mut self, function: &syn::ItemFn) -> NodeId {
        let end = with_visibility(&function.vis, at(function.block.brace_token.span.close()));
        self.function(&function.sig, &function.attrs, Some(&function.block), Place::Free, end)
    }

    fn function(
        &mut self,
        signature: &syn::Signature,
        attributes: &[syn::Attribute],
        body: Option<&syn::Block>,
        place: Place,
        end: Span,
    ) -> NodeId {
        let parameters: Vec<ParameterNode> = signature.inputs.iter().map(|input| self.parameter(input)).collect();
        let is_static = place == Place::Member && signature.receiver().is_none();
        let function = FunctionNode {
            name: Some(self.name(&signature.ident)),
            name_span: at(signature.ident.span()),
            parameters,
            returns: self.return_type(&signature.output),
            is_async: signature.asyncness.is_some(),
            flavor: if is_static { FunctionFlavor::Static } else { FunctionFlavor::Plain },
            decorators: self.attributes(attributes),
            type_parameters: self.type_parameters(&signature.generics),
            body: body.map(|body| self.block(body, Tail::Result)),
        };
        let id = self.tree.function(function);
        self.add(NodeKind::Function(id), signature_start(signature).to(end))
    }

    fn parameter(&mut self, input: &syn::FnArg) -> ParameterNode {
        let (target, declared, kind) = match input {
            syn::FnArg::Receiver(receiver) => {
                let name = self.intern("self");
                let target = self.add(NodeKind::Name(name), at(receiver.self_token.span));
                let declared = match &receiver.kind {
                    syn::ReceiverKind::Typed(_, declared) => Some(self.type_expr(declared)),
                    syn::ReceiverKind::Reference(_, _, mutable) => {
                        let own = self.intern("Self");
                        let own = self.tree.type_expr(TypeForm::Named, vec![own], Vec::new());
                        let form = match mutable {
                            Some(_) => TypeForm::MutableReference,
                            None => TypeForm::Reference,
                        };
                        Some(self.tree.type_expr(form, Vec::new(), vec![own]))
                    }
                    _ => None,
                };
                (target, declared, ParameterKind::Receiver)
            }
            syn::FnArg::Typed(typed) => {
                let declared = self.type_expr(&typed.ty);
                (self.pattern(&typed.pat), Some(declared), ParameterKind::Ordinary)
            }
        };
        ParameterNode { target, declared, default: None, kind }
    }

    // Classes

    fn structure(&mut self, item: &syn::ItemStruct) -> NodeId {
        let fields = self.fields(&item.fields);
        let end = fields_end(&item.fields).unwrap_or_else(|| at(item.ident.span()));
        let head = ClassHead {
            ident: &item.ident,
            kind: ClassKind::Class,
            generics: Some(&item.generics),
            attributes: &item.attrs,
        };
        self.class(head, Vec::new(), &fields, at(item.struct_token.span).to(end))
    }

    fn union(&mut self, item: &syn::ItemUnion) -> NodeId {
        let fields = self.named_fields(&item.fields);
        let head = ClassHead {
            ident: &item.ident,
            kind: ClassKind::Class,
            generics: Some(&item.generics),
            attributes: &item.attrs,
        };
        self.class(head, Vec::new(), &fields, from_to(item.union_token.span, item.fields.brace_token.span.close()))
    }

    fn enumeration(&mut self, item: &syn::ItemEnum) -> NodeId {
        let variants: Vec<NodeId> = item.variants.iter().map(|variant| self.variant(variant)).collect();
        let head = ClassHead {
            ident: &item.ident,
            kind: ClassKind::Enum,
            generics: Some(&item.generics),
            attributes: &item.attrs,
        };
        self.class(head, Vec::new(), &variants, from_to(item.enum_token.span, item.brace_token.span.close()))
    }

    fn variant(&mut self, variant: &syn::Variant) -> NodeId {
        let fields = self.fields(&variant.fields);
        let start = at(variant.ident.span());
        let end = fields_end(&variant.fields).unwrap_or(start);
        let head =
            ClassHead { ident: &variant.ident, kind: ClassKind::Variant, generics: None, attributes: &variant.attrs };
        self.class(head, Vec::new(), &fields, start.to(end))
    }

    fn interface(&mut self, item: &syn::ItemTrait) -> NodeId {
        let bases = item.supertraits.iter().filter_map(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => Some(self.path(None, &bound.path)),
            _ => None,
        });
        let bases = bases.collect();
        let mut members = Vec::with_capacity(item.items.len());
        for member in &item.items {
            self.trait_item(member, &mut members);
        }
        let head = ClassHead {
            ident: &item.ident,
            kind: ClassKind::Interface,
            generics: Some(&item.generics),
            attributes: &item.attrs,
        };
        self.class(head, bases, &members, from_to(item.trait_token.span, item.brace_token.span.close()))
    }

    fn trait_item(&mut self, member: &syn::TraitItem, members: &mut Vec<NodeId>) {
        let node = match member {
            syn::TraitItem::Fn(function) => {
                let end = match (&function.default, function.semi_token) {
                    (Some(body), _) => at(body.brace_token.span.close()),
                    (None, Some(semicolon)) => at(semicolon.span),
                    (None, None) => at(function.sig.paren_token.span.close()),
                };
                self.function(&function.sig, &function.attrs, function.default.as_ref(), Place::Member, end)
            }
            syn::TraitItem::Const(item) => {
                let value = item.default.as_ref().map(|(_, value)| value);
                let span = from_to(item.const_token.span, item.semi_token.span);
                self.binding(&item.ident, &item.ty, value, span)
            }
            syn::TraitItem::Type(item) => match &item.default {
                Some((_, value)) => {
                    let span = from_to(item.type_token.span, item.semi_token.span);
                    self.type_alias(&item.ident, value, span)
                }
                None => return,
            },
            syn::TraitItem::Macro(item) => return self.macro_item(false, &item.mac, members),
            _ => return,
        };
        members.push(node);
    }

    fn extension(&mut self, item: &syn::ItemImpl) -> NodeId {
        let bases = item.trait_.iter().map(|(path, _)| self.path(None, path)).collect();
        let (name, name_span) = self.extended_name(&item.self_ty);
        let mut members = Vec::with_capacity(item.items.len());
        for member in &item.items {
            self.impl_item(member, &mut members);
        }
        let class = ClassNode {
            name,
            name_span: if name_span.is_empty() { at(item.impl_token.span) } else { name_span },
            kind: ClassKind::Extension,
            bases,
            extended: Some(self.type_expr(&item.self_ty)),
            type_parameters: self.type_parameters(&item.generics),
            decorators: self.attributes(&item.attrs),
            field_decorators: Vec::new(),
            body: self.tree.block(&members, at(item.brace_token.span.join())),
        };
        let id = self.tree.class(class);
        self.add(NodeKind::Class(id), from_to(item.impl_token.span, item.brace_token.span.close()))
    }

    fn impl_item(&mut self, member: &syn::ImplItem, members: &mut Vec<NodeId>) {
        let node = match member {
            syn::ImplItem::Fn(function) => {
                let end = with_visibility(&function.vis, at(function.block.brace_token.span.close()));
                self.function(&function.sig, &function.attrs, Some(&function.block), Place::Member, end)
            }
            syn::ImplItem::Const(item) => {
                let span = from_to(item.const_token.span, item.semi_token.span);
                self.binding(&item.ident, &item.ty, Some(&item.expr), span)
            }
            syn::ImplItem::Type(item) => {
                let span = from_to(item.type_token.span, item.semi_token.span);
                self.type_alias(&item.ident, &item.ty, span)
            }
            syn::ImplItem::Macro(item) => return self.macro_item(false, &item.mac, members),
            _ => return,
        };
        members.push(node);
    }

    fn class(&mut self, head: ClassHead, bases: Vec<NodeId>, members: &[NodeId], span: Span) -> NodeId {
        let class = ClassNode {
            name: self.name(head.ident),
            name_span: at(head.ident.span()),
            kind: head.kind,
            bases,
            extended: None,
            type_parameters: head.generics.map(|generics| self.type_parameters(generics)).unwrap_or_default(),
            decorators: self.attributes(head.attributes),
            field_decorators: Vec::new(),
            body: self.tree.block(members, span),
        };
        let id = self.tree.class(class);
        self.add(NodeKind::Class(id), span)
    }

    fn fields(&mut self, fields: &syn::Fields) -> Vec<NodeId> {
        match fields {
            syn::Fields::Named(fields) => self.named_fields(fields),
            syn::Fields::Unnamed(fields) => self.unnamed_fields(fields),
            syn::Fields::Unit => Vec::new(),
        }
    }

    fn named_fields(&mut self, fields: &syn::FieldsNamed) -> Vec<NodeId> {
        let fields = fields.named.iter().filter_map(|field| {
            let ident = field.ident.as_ref()?;
            Some(self.binding(ident, &field.ty, None, at(ident.span())))
        });
        fields.collect()
    }

    fn unnamed_fields(&mut self, fields: &syn::FieldsUnnamed) -> Vec<NodeId> {
        let fields = fields.unnamed.iter().enumerate().map(|(index, field)| {
            let name = self.intern(&index.to_string());
            let span = at(fields.paren_token.span.open());
            let target = self.add(NodeKind::Name(name), span);
            let declared = Some(self.type_expr(&field.ty));
            self.add(NodeKind::Let { target, declared, value: None }, span)
        });
        fields.collect()
    }

    // Imports

    fn use_tree(&mut self, tree: &syn::UseTree, path: &mut Vec<Name>, nodes: &mut Vec<NodeId>) {
        let mut tree = tree;
        let outer = path.len();
        // A long path is a deep tree; only groups recurse, and those are brackets.
        while let syn::UseTree::Path(step) = tree {
            path.push(self.name(&step.ident));
            tree = &step.tree;
        }
        match tree {
            syn::UseTree::Name(name) => self.use_name(&name.ident, &name.ident, path, nodes),
            syn::UseTree::Rename(rename) => self.use_name(&rename.ident, &rename.rename, path, nodes),
            syn::UseTree::Glob(glob) => {
                let binding = self.intern("*");
                let span = at(glob.star_token.span);
                nodes.push(self.import(path.clone(), binding, true, span));
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.deeper(|lowering| lowering.use_tree(tree, path, nodes));
                }
            }
            syn::UseTree::Path(_) => {}
        }
        path.truncate(outer);
    }

    fn use_name(&mut self, ident: &Ident, alias: &Ident, path: &[Name], nodes: &mut Vec<NodeId>) {
        let mut full = path.to_vec();
        let mut binding = self.name(alias);
        // `use a::b::{self}` brings `b` into scope.
        if *ident == "self" && !path.is_empty() {
            if ident == alias {
                binding = path[path.len() - 1];
            }
        } else {
            full.push(self.name(ident));
        }
        let span = from_to(ident.span(), alias.span());
        nodes.push(self.import(full, binding, false, span));
    }

    fn extern_crate(&mut self, item: &syn::ItemExternCrate) -> NodeId {
        let alias = item.rename.as_ref().map_or(&item.ident, |(_, alias)| alias);
        let path = if item.ident == "self" { self.intern("crate") } else { self.name(&item.ident) };
        let binding = self.name(alias);
        self.import(vec![path], binding, false, from_to(item.ident.span(), alias.span()))
    }

    fn import(&mut self, path: Vec<Name>, binding: Name, is_star: bool, span: Span) -> NodeId {
        let id = self.tree.import(ImportNode { path, level: 0, binding, binds_root: false, is_star });
        self.add(NodeKind::Import(id), span)
    }

    // Attributes

    /// Attributes as expressions, without documentation.
    pub(super) fn attributes(&mut self, attributes: &[syn::Attribute]) -> Vec<NodeId> {
        let attributes = attributes.iter().filter(|attribute| !attribute.meta.path().is_ident("doc"));
        attributes.map(|attribute| self.meta(&attribute.meta)).collect()
    }

    fn meta(&mut self, meta: &syn::Meta) -> NodeId {
        self.deeper(|lowering| match meta {
            syn::Meta::Path(path) => lowering.path(None, path),
            syn::Meta::List(list) => lowering.meta_list(list),
            syn::Meta::NameValue(pair) => {
                let value = lowering.expression(&pair.value);
                let path = lowering.path(None, &pair.path);
                let span = join(lowering.tree.span(path), lowering.extent(value));
                let name = match pair.path.segments.last() {
                    Some(segment) => lowering.name(&segment.ident),
                    None => lowering.intern(""),
                };
                lowering.add(NodeKind::Keyword { name, value }, span)
            }
        })
    }

    fn meta_list(&mut self, list: &syn::MetaList) -> NodeId {
        let stack = self.stack;
        stacker::maybe_grow(stack, stack, || {
            let callee = self.path(None, &list.path);
            let parsed = list.parse_args_with(Punctuated::<MetaArgument, Token![,]>::parse_terminated);
            let arguments: Vec<NodeId> = match &parsed {
                Ok(arguments) => arguments.iter().map(|argument| self.meta_argument(argument)).collect(),
                Err(_) => Vec::new(),
            };
            let arguments = self.list(&arguments);
            let span = join(self.tree.span(callee), at(list.delimiter.span().close()));
            let certainty = Certainty::Certain;
            self.add(NodeKind::Call { callee, arguments, type_arguments: None, certainty }, span)
        })
    }

    fn meta_argument(&mut self, argument: &MetaArgument) -> NodeId {
        match argument {
            MetaArgument::Meta(meta) => self.meta(meta),
            MetaArgument::Expression(expression) => self.expression(expression),
        }
    }
}

/// What structs, enums, variants and traits have in common.
struct ClassHead<'a> {
    ident: &'a Ident,
    kind: ClassKind,
    generics: Option<&'a syn::Generics>,
    attributes: &'a [syn::Attribute],
}

/// An argument of an attribute: another attribute, or any expression.
enum MetaArgument {
    Meta(syn::Meta),
    Expression(Expr),
}

impl syn::parse::Parse for MetaArgument {
    fn parse(input: syn::parse::ParseStream) -> syn::Result<MetaArgument> {
        use syn::parse::discouraged::Speculative;
        let ahead = input.fork();
        if let Ok(meta) = ahead.parse::<syn::Meta>()
            && (ahead.is_empty() || ahead.peek(Token![,]))
        {
            input.advance_to(&ahead);
            return Ok(MetaArgument::Meta(meta));
        }
        input.parse().map(MetaArgument::Expression)
    }
}

/// The span from a visibility, if one is written, to the end of the item.
fn with_visibility(visibility: &syn::Visibility, end: Span) -> Span {
    match visibility {
        syn::Visibility::Public(token) => at(token.span).to(end),
        syn::Visibility::Restricted(restricted) => at(restricted.pub_token.span).to(end),
        syn::Visibility::Inherited => end,
    }
}

/// The first token of a signature.
fn signature_start(signature: &syn::Signature) -> Span {
    let mut start = at(signature.fn_token.span);
    if let Some(abi) = &signature.abi {
        start = start.to(at(abi.extern_token.span));
    }
    match &signature.safety {
        syn::Safety::Safe(token) => start = start.to(at(token.span)),
        syn::Safety::Unsafe(token) => start = start.to(at(token.span)),
        syn::Safety::Default => {}
    }
    if let Some(token) = &signature.asyncness {
        start = start.to(at(token.span));
    }
    if let Some(token) = &signature.constness {
        start = start.to(at(token.span));
    }
    start
}

/// Where the fields of a struct or variant end.
fn fields_end(fields: &syn::Fields) -> Option<Span> {
    match fields {
        syn::Fields::Named(fields) => Some(at(fields.brace_token.span.close())),
        syn::Fields::Unnamed(fields) => Some(at(fields.paren_token.span.close())),
        syn::Fields::Unit => None,
    }
}
