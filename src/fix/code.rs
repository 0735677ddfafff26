//! A text with its tree, for fixes: which nodes there are, what stands around them, which statements and comments.
//!
//! Knows bytes and neutral nodes, and nothing of what they mean.

use std::cell::OnceCell;
use std::mem::{Discriminant, discriminant};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::language_of;
use crate::lang::Language;
use crate::source::{SourceFile, Span};
use crate::syntax::{NodeId, NodeKind, Tree};

/// A text with its tree.
pub struct Code<'t> {
    pub text: &'t str,
    pub language: &'static dyn Language,
    /// All nodes, outer ones before what is in them.
    pub nodes: Vec<Node>,
    /// The nodes that start at a byte, outer ones first.
    starts: FxHashMap<u32, SmallVec<[u32; 2]>>,
    /// All comments, once somebody asks for them.
    comments: OnceCell<Vec<Span>>,
    /// How many places could not be parsed.
    pub errors: usize,
    /// The names that get a value, where they do.
    bound: Vec<Span>,
    tree: Tree,
}

/// A node of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub span: Span,
    id: NodeId,
    /// Is it one of the statements of a block?
    pub is_statement: bool,
}

impl<'t> Code<'t> {
    /// A text of a file of the run; `None` if it is in a dialect.
    pub fn new(text: &'t str, source: &SourceFile) -> Option<Code<'t>> {
        Some(Code::parsed(text, language_of(source)?))
    }

    /// A text in a language.
    pub fn parsed(text: &'t str, language: &'static dyn Language) -> Code<'t> {
        let parsed = language.parse(text);
        let mut code = Code {
            text,
            language,
            nodes: Vec::with_capacity(parsed.tree.len()),
            starts: FxHashMap::default(),
            comments: OnceCell::new(),
            errors: parsed.errors.len(),
            bound: Vec::new(),
            tree: parsed.tree,
        };
        code.collect();
        code
    }

    fn collect(&mut self) {
        let Some(root) = self.tree.root else { return };
        let mut pending = vec![(root, false, false)];
        while let Some((id, is_statement, is_expression)) = pending.pop() {
            let span = self.tree.span(id);
            self.starts.entry(span.start).or_default().push(self.nodes.len() as u32);
            self.nodes.push(Node { span, id, is_statement });
            for target in targets(&self.tree, id) {
                names_in(&self.tree, target, &mut self.bound);
            }
            let is_block = matches!(self.tree.kind(id), NodeKind::Block(_)) && !is_expression;
            let is_closure = matches!(self.tree.kind(id), NodeKind::Closure(_));
            let holds_expression = |child: NodeId| match self.tree.block_scoped {
                // The body of a closure or of an arm may be an expression, which is lowered to a block.
                true => child != root && !self.tree.span(child).of(self.text).starts_with('{'),
                false => is_closure,
            };
            self.tree.for_each_child(id, &mut |child| pending.push((child, is_block, holds_expression(child))));
        }
    }

    /// All comments.
    pub fn comments(&self) -> &[Span] {
        self.comments.get_or_init(|| self.language.comments(self.text))
    }

    /// Was all of it parsed?
    pub fn is_whole(&self) -> bool {
        self.errors == 0
    }

    /// What a node is.
    pub fn kind(&self, node: &Node) -> NodeKind {
        self.tree.kind(node.id)
    }

    /// What a node is, without its parts.
    pub fn sort_of(&self, node: &Node) -> Discriminant<NodeKind> {
        discriminant(&self.kind(node))
    }

    /// The nodes that start at a byte.
    pub fn nodes_at(&self, start: u32) -> impl Iterator<Item = &Node> {
        self.starts.get(&start).into_iter().flatten().map(|at| &self.nodes[*at as usize])
    }

    /// Is there a node of just these bytes, or is it one in brackets?
    pub fn is_node(&self, span: Span) -> bool {
        let innermost = std::iter::successors(Some(span), |span| self.without_brackets(*span)).last().unwrap_or(span);
        if self.nodes_at(innermost.start).any(|node| node.span == innermost && self.declares(node)) {
            return false;
        }
        let mut span = span;
        loop {
            if self.nodes_at(span.start).any(|node| node.span == span) {
                return true;
            }
            match self.without_brackets(span) {
                Some(inner) => span = inner,
                None => return false,
            }
        }
    }

    /// Is it a declaration? It may be parsed in the place of an expression, and is none.
    fn declares(&self, node: &Node) -> bool {
        matches!(self.kind(node), NodeKind::LetCondition { .. } | NodeKind::Let { .. })
    }

    /// What stands in the brackets, if a pair of them is all around.
    fn without_brackets(&self, span: Span) -> Option<Span> {
        let text = span.of(self.text);
        if !text.starts_with('(') || self.closing(span.start)? + 1 != span.end {
            return None;
        }
        let inner = &text[1..text.len() - 1];
        let start = span.start as usize + 1 + inner.len() - inner.trim_start().len();
        Some(Span::new(start, start + inner.trim().len()))
    }

    /// The bracket that closes the one at this byte.
    pub fn closing(&self, open: u32) -> Option<u32> {
        let mut depth = 0;
        let mut at = open;
        while (at as usize) < self.text.len() {
            if let Some(end) = self.passive_until(at) {
                at = end;
                continue;
            }
            match self.text.as_bytes()[at as usize] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// The end of the comment or literal text that starts at a byte.
    pub fn passive_until(&self, at: u32) -> Option<u32> {
        if let Some(comment) = self.comment_at(at) {
            return Some(comment.end);
        }
        let is_text = |node: &&Node| {
            matches!(self.kind(node), NodeKind::String { .. } | NodeKind::Bytes | NodeKind::Character)
                && node.span.end > at
        };
        self.nodes_at(at).find(is_text).map(|node| node.span.end)
    }

    /// The comment that starts at a byte.
    pub fn comment_at(&self, at: u32) -> Option<Span> {
        // Finding all comments may cost as much as parsing.
        let rest = self.text.as_bytes().get(at as usize..)?;
        if !self.language.profile().comment_starts.iter().any(|start| rest.starts_with(start.as_bytes())) {
            return None;
        }
        let found = self.comments().binary_search_by_key(&at, |comment| comment.start).ok()?;
        Some(self.comments()[found])
    }

    /// The nodes that hold a span, the smallest first.
    pub fn around(&self, span: Span) -> Vec<&Node> {
        let mut around: Vec<(usize, &Node)> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.span.contains(span) && !node.span.is_empty())
            .collect();
        // Of nodes with the same bytes the inner ones come later.
        around.sort_by_key(|(at, node)| (node.span.len(), std::cmp::Reverse(*at)));
        around.into_iter().map(|(_, node)| node).collect()
    }

    /// The innermost statement around a span.
    pub fn statement(&self, span: Span) -> Option<&Node> {
        self.around(span).into_iter().find(|node| node.is_statement)
    }

    /// The innermost named function around a span, behind its decorators.
    pub fn function_around(&self, span: Span) -> Option<Span> {
        let around = self.around(span);
        let (node, function) = around.into_iter().find_map(|node| match self.kind(node) {
            NodeKind::Function(function) => Some((node, function)),
            _ => None,
        })?;
        let last = self.tree.functions[function.0 as usize]
            .decorators
            .iter()
            .map(|decorator| self.tree.span(*decorator).end)
            .max();
        let mut at = last.map_or(node.span.start, |end| end.max(node.span.start));
        while let Some(next) = self.text.get(at as usize..node.span.end as usize)?.chars().next() {
            match self.comment_at(at) {
                Some(comment) => at = comment.end,
                None if next.is_whitespace() || next == ']' => at += next.len_utf8() as u32,
                None => break,
            }
        }
        Some(Span { start: at, end: node.span.end })
    }

    /// The first literal text in a span.
    pub fn literal_in(&self, span: Span) -> Option<Span> {
        let is_text = |node: &&Node| matches!(self.kind(node), NodeKind::String { .. }) && span.contains(node.span);
        self.nodes.iter().filter(is_text).map(|node| node.span).min_by_key(|literal| literal.start)
    }

    /// The innermost statement around a span that is the first on its line, and the blanks before it.
    pub fn line_of_statement(&self, span: Span) -> Option<(&Node, &'t str)> {
        let statement = self.statement(span)?;
        let start = statement.span.start as usize;
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.text[line..start];
        before.trim().is_empty().then_some((statement, before))
    }

    /// The names that get a value in a span.
    pub fn names_bound_in(&self, span: Span) -> impl Iterator<Item = &'t str> {
        self.bound.iter().filter(move |name| span.contains(**name)).map(|name| name.of(self.text))
    }

    /// The names that are read in a span.
    pub fn names_in(&self, span: Span) -> impl Iterator<Item = &'t str> {
        let is_name = move |node: &&Node| span.contains(node.span) && matches!(self.kind(node), NodeKind::Name(_));
        self.nodes.iter().filter(is_name).map(|node| node.span.of(self.text))
    }

    /// Does a word stand in a span, other than as a member, in a comment or in a text that nothing is put into?
    pub fn has_word(&self, span: Span, word: &str) -> bool {
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
        let text = span.of(self.text);
        text.match_indices(word).any(|(at, _)| {
            let is_whole = !text[..at].ends_with(is_letter)
                && !text[..at].ends_with('.')
                && !text[at + word.len()..].starts_with(is_letter);
            let start = span.start as usize + at;
            is_whole && !self.is_passive(Span::new(start, start + word.len()))
        })
    }

    /// Does a span lie in a comment, or in a text that nothing is put into?
    fn is_passive(&self, span: Span) -> bool {
        let is_plain_text = |node: &Node| match self.kind(node) {
            NodeKind::String { holes, .. } => holes.is_empty(),
            kind => matches!(kind, NodeKind::Bytes),
        };
        self.comments().iter().any(|comment| comment.contains(span))
            || self.nodes.iter().any(|node| node.span.contains(span) && is_plain_text(node))
    }

    /// Does a span lie in a text that something is put into?
    pub fn is_in_text(&self, span: Span) -> bool {
        let is_text = |node: &&Node| matches!(self.kind(node), NodeKind::String { .. });
        self.nodes.iter().filter(is_text).any(|node| node.span.contains(span) && node.span != span)
    }
}

/// What a node gives values to.
fn targets(tree: &Tree, id: NodeId) -> Vec<NodeId> {
    match tree.kind(id) {
        NodeKind::Let { target, .. } | NodeKind::Assign { target, .. } => vec![target],
        NodeKind::LetCondition { pattern, .. } | NodeKind::Arm { pattern, .. } => vec![pattern],
        NodeKind::WithItem { target, .. } => target.into_iter().collect(),
        NodeKind::Loop(node) => tree.loops[node.0 as usize].target.into_iter().collect(),
        NodeKind::Function(function) | NodeKind::Closure(function) => {
            tree.functions[function.0 as usize].parameters.iter().map(|parameter| parameter.target).collect()
        }
        _ => Vec::new(),
    }
}

/// The names in a target: those of a pattern, but not that of an object whose attribute or element it is.
fn names_in(tree: &Tree, target: NodeId, names: &mut Vec<Span>) {
    match tree.kind(target) {
        NodeKind::Member { .. } | NodeKind::Index { .. } => {}
        NodeKind::Name(_) => names.push(tree.span(target)),
        _ => {
            let mut parts = Vec::new();
            tree.for_each_child(target, &mut |child| parts.push(child));
            parts.into_iter().for_each(|part| names_in(tree, part, names));
        }
    }
}
