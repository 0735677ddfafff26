//! Macro calls, lowered: a call whose name ends in `!`, with what its body evaluates as arguments.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Expr, Ident, Macro};

use crate::source::Span;
use crate::syntax::{Certainty, CollectionKind, FunctionNode, Name, NodeId, NodeKind};

use super::expressions::path_span;
use super::format_string::{captured_names, placeholders, plain_text};
use super::lower::{Lowering, Tail, join};
use super::macro_body::{Argument, Body, Branch, Json, Key, Kind, Static, kind, never_returns, parse, string_literal};
use super::positions::at;

impl Lowering {
    /// A macro call where an expression or pattern stands.
    pub(super) fn macro_expression(&mut self, call: &Macro) -> NodeId {
        let mut nodes = Vec::new();
        self.macro_call(call, false, &mut nodes);
        match nodes[..] {
            [node] => node,
            _ => self.tree.block(&nodes, macro_span(call)),
        }
    }

    /// A macro call where a statement stands: it may bind names.
    pub(super) fn macro_statement(&mut self, call: &Macro, nodes: &mut Vec<NodeId>) {
        self.macro_call(call, false, nodes);
    }

    /// A macro call where an item stands: it may define functions and types.
    pub(super) fn macro_item(&mut self, is_definition: bool, call: &Macro, nodes: &mut Vec<NodeId>) {
        if !is_definition {
            self.macro_call(call, true, nodes);
        }
    }

    fn macro_call(&mut self, call: &Macro, expects_items: bool, nodes: &mut Vec<NodeId>) {
        let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let kind = kind(&name);
        let stack = self.stack;
        // A body of unknown meaning may run zero or many times.
        let outside = self.certainty;
        let inside = if kind == Kind::Unknown { Certainty::Macro } else { outside };
        stacker::maybe_grow(stack, stack, || {
            let body = parse(kind, call.tokens.clone(), expects_items);

            self.certainty = inside;
            if matches!(body, Body::Nothing) {
                self.opaque_names(call.tokens.clone());
            }
            match body {
                Body::Items(items) => {
                    items.iter().for_each(|item| self.item(item, nodes));
                }
                Body::Statics(statics) => {
                    for definition in &statics {
                        nodes.push(self.static_definition(call, definition));
                    }
                }
                Body::Tables(tables) => {
                    for table in &tables {
                        nodes.push(self.table_module(call, table));
                    }
                }
                Body::Statements(statements) if kind == Kind::Configuration || expects_items => {
                    nodes.extend(self.statements(&statements, Tail::Value));
                }
                body => {
                    let arguments = self.body_arguments(kind, &body, call);
                    self.certainty = outside;
                    nodes.push(self.macro_result(kind, &name, call, &body, &arguments));
                }
            }
            self.certainty = outside;
        });
    }

    /// Keeps the names in tokens that mean nothing to us.
    fn opaque_names(&mut self, tokens: TokenStream) {
        let mut pending = vec![tokens];
        while let Some(tokens) = pending.pop() {
            for token in tokens {
                match token {
                    TokenTree::Group(group) => pending.push(group.stream()),
                    TokenTree::Ident(ident) => {
                        let name = self.name(&ident);
                        self.tree.opaque_names.push((name, at(ident.span()).start));
                    }
                    _ => {}
                }
            }
        }
    }

    /// What the body of a macro gives as arguments, in the order of evaluation.
    fn body_arguments(&mut self, kind: Kind, body: &Body, call: &Macro) -> Vec<NodeId> {
        match body {
            Body::Arguments(arguments) => self.macro_arguments(kind, arguments),
            Body::Repeat(element, length) => {
                let element = self.expression(element);
                let length = self.expression(length);
                let span = self.extent(length);
                let name = self.intern("len");
                vec![element, self.add(NodeKind::Keyword { name, value: length }, span)]
            }
            Body::Matches(subject, arm, rest) => {
                let subject = self.expression(subject);
                let arm = self.arm(arm);
                let arms = self.list(&[arm]);
                let span = join(self.extent(subject), self.tree.span(arm));
                let mut arguments = vec![self.add(NodeKind::Match { subject, arms }, span)];
                arguments.extend(self.macro_arguments(Kind::Format(0), rest));
                arguments
            }
            Body::Json(value) => vec![self.json(value)],
            Body::Statements(statements) => {
                let span = delimited(call);
                let statements = self.statements(statements, Tail::Value);
                let block = self.tree.block(&statements, span);
                let is_stream = kind == Kind::Stream;
                vec![if is_stream { self.add(NodeKind::AsyncBlock(block), span) } else { block }]
            }
            _ => Vec::new(),
        }
    }

    fn macro_result(&mut self, kind: Kind, name: &str, call: &Macro, body: &Body, arguments: &[NodeId]) -> NodeId {
        let span = macro_span(call);
        let callee = self.macro_path(call);
        let node = self.call(callee, arguments, None, span);
        if let Body::Select(branches) = body {
            let mut parts = vec![node];
            for branch in branches {
                self.branch(branch, &mut parts);
            }
            return self.tree.other(&parts, span);
        }
        if kind == Kind::Join {
            return self.add(NodeKind::Await(node), span);
        }
        if never_returns(name) {
            return self.add(NodeKind::Raise(Some(node)), span);
        }
        node
    }

    /// The name of a macro, with the `!`.
    fn macro_path(&mut self, call: &Macro) -> NodeId {
        let mut names = Vec::with_capacity(call.path.segments.len());
        for (index, segment) in call.path.segments.iter().enumerate() {
            let is_last = index + 1 == call.path.segments.len();
            names.push(match is_last {
                true => self.intern(&format!("{}!", segment.ident)),
                false => self.name(&segment.ident),
            });
        }
        let span = join(path_span(None, &call.path), at(call.bang_token.span));
        self.names_node(names, Vec::new(), 0, span)
    }

    // Arguments

    fn macro_arguments(&mut self, kind: Kind, arguments: &[Argument]) -> Vec<NodeId> {
        let format = match kind {
            Kind::Format(first) => format_argument(arguments, first),
            _ => None,
        };
        let lowered = arguments.iter().enumerate().map(|(index, argument)| match string_literal(&argument.value) {
            Some(literal) if format == Some(index) => self.format_string(literal, arguments),
            _ => self.macro_argument(argument),
        });
        lowered.collect()
    }

    fn macro_argument(&mut self, argument: &Argument) -> NodeId {
        let mut value = self.expression(&argument.value);
        if let Some(pair) = &argument.pair {
            let (key, pair) = (value, self.expression(pair));
            let span = join(self.extent(key), self.extent(pair));
            value = self.add(NodeKind::Pair { key, value: pair }, span);
        }
        let Some(Key { text, span }) = &argument.key else { return value };
        let name = self.intern(text);
        let span = join(at(*span), self.extent(value));
        self.add(NodeKind::Keyword { name, value }, span)
    }

    /// A format string: names in its placeholders that no argument gives are captured, and become its holes.
    fn format_string(&mut self, literal: &syn::LitStr, arguments: &[Argument]) -> NodeId {
        let span = at(literal.span());
        let written = literal.token().to_string();
        let is_raw = written.starts_with('r');
        let mut holes = Vec::new();
        for placeholder in placeholders(&written, !is_raw) {
            for name in captured_names(&written[placeholder.clone()]) {
                let range = placeholder.start + name.start..placeholder.start + name.end;
                let text = &written[range.clone()];
                let is_argument = |argument: &Argument| argument.key.as_ref().is_some_and(|key| key.text == text);
                if arguments.iter().any(is_argument) {
                    continue;
                }
                let start = span.start as usize;
                let name = self.intern(text);
                holes.push(self.add(NodeKind::Name(name), Span::new(start + range.start, start + range.end)));
            }
        }
        let holes = self.list(&holes);
        let value = Some(self.tree.string(&plain_text(&literal.value())));
        self.add(NodeKind::String { value, holes }, span)
    }

    fn json(&mut self, value: &Json) -> NodeId {
        match value {
            Json::Null(span) => self.add(NodeKind::Null, at(*span)),
            Json::Expression(value) => self.expression(value),
            Json::List(elements, span) => {
                let elements: Vec<NodeId> = elements.iter().map(|element| self.json(element)).collect();
                self.collection(CollectionKind::List, &elements, at(*span))
            }
            Json::Map(entries, span) => {
                let entries = entries.iter().map(|(key, value)| {
                    let (key, value) = (self.json(key), self.json(value));
                    let span = join(self.extent(key), self.extent(value));
                    self.add(NodeKind::Pair { key, value }, span)
                });
                let entries: Vec<NodeId> = entries.collect();
                self.collection(CollectionKind::Map, &entries, at(*span))
            }
        }
    }

    /// A branch of `select!`: what it binds, its guard, what it runs.
    fn branch(&mut self, branch: &Branch, parts: &mut Vec<NodeId>) {
        if let Some((pattern, future)) = &branch.bound {
            let mut value = self.expression(future);
            let span = self.extent(value);
            if branch.awaits {
                value = self.add(NodeKind::Await(value), span);
            }
            let (target, declared) = self.typed_pattern(pattern);
            let span = join(self.extent(target), span);
            parts.push(self.add(NodeKind::Let { target, declared, value: Some(value) }, span));
        }
        if let Some(guard) = &branch.guard {
            parts.push(self.expression(guard));
        }
        parts.push(self.expression(&branch.body));
    }

    /// `table! { posts (id) { … } }`: a module `posts` with the table as `table`, and as `posts` in its module `dsl`. What
    /// the macro gives is the table.
    fn table_module(&mut self, call: &Macro, name: &Ident) -> NodeId {
        let span = at(name.span());
        let own = self.name(name);
        let (table, dsl) = (self.intern("table"), self.intern("dsl"));
        let inner = self.table_as(call, own, span);
        let inner = self.module_of(dsl, &[inner], span);
        let table = self.table_as(call, table, span);
        self.module_of(own, &[table, inner], span)
    }

    fn table_as(&mut self, call: &Macro, name: Name, span: Span) -> NodeId {
        let target = self.add(NodeKind::Name(name), span);
        let callee = self.macro_path(call);
        let value = self.call(callee, &[], None, span);
        self.add(NodeKind::Let { target, declared: None, value: Some(value) }, span)
    }

    fn module_of(&mut self, name: Name, nodes: &[NodeId], span: Span) -> NodeId {
        let body = self.tree.block(nodes, span);
        let decorators = self.list(&[]);
        self.add(NodeKind::InlineModule { name, decorators, body }, span)
    }

    /// `static ref X: T = value;`: a binding whose value is computed once, by a closure given to the macro.
    fn static_definition(&mut self, call: &Macro, definition: &Static) -> NodeId {
        let target = self.name_node(&definition.ident);
        let declared = Some(self.type_expr(&definition.declared));
        let value = self.once(call, &definition.value);
        let span = join(self.tree.span(target), self.tree.span(value));
        self.add(NodeKind::Let { target, declared, value: Some(value) }, span)
    }

    fn once(&mut self, call: &Macro, value: &Expr) -> NodeId {
        let value = self.expression(value);
        let span = self.extent(value);
        let body = self.result(value);
        let closure = self.tree.function(FunctionNode::plain(None, span, Vec::new(), body));
        let closure = self.add(NodeKind::Closure(closure), span);
        let callee = self.macro_path(call);
        self.call(callee, &[closure], None, span)
    }
}

/// Which argument is the format string: the first string without a key, from a given place on.
fn format_argument(arguments: &[Argument], first: usize) -> Option<usize> {
    let is_format = |argument: &Argument| argument.key.is_none() && string_literal(&argument.value).is_some();
    (first..arguments.len()).find(|index| is_format(&arguments[*index]))
}

fn macro_span(call: &Macro) -> Span {
    join(path_span(None, &call.path), at(call.delimiter.span().close()))
}

fn delimited(call: &Macro) -> Span {
    at(call.delimiter.span().join())
}
