//! Lowering a tree of tree-sitter to the neutral tree: what is the same for every grammar.
//!
//! Knows no language: a language names its grammar, and what it keeps of the place that is lowered.

use std::cell::RefCell;
use std::thread::LocalKey;

use smallvec::SmallVec;
use tree_sitter::{Language, Node, Parser, TreeCursor};

use super::Parsed;
use super::grammar::{Numbers, Parts};
use crate::source::Span;
use crate::syntax::{List, Name, NodeId, NodeKind, Operator, SyntaxError, Tree};

/// Deeper nesting than this is left out of the tree.
const DEEPEST: usize = 3_000;
/// Free stack below which lowering moves to a new one.
const RED_ZONE: usize = 128 * 1024;
/// Size of that new one.
const STACK_STEP: usize = 4 * 1024 * 1024;

/// A grammar of tree-sitter, and what its numbers mean.
pub struct Grammar<K, F> {
    /// The grammar.
    pub language: Language,
    /// Its kinds of nodes.
    pub kinds: Numbers<K>,
    /// Its fields.
    pub fields: Numbers<F>,
    /// What nodes are that nobody asks for.
    pub other: K,
}

impl<K: Copy, F: Copy> Grammar<K, F> {
    /// A grammar by the names of its kinds and fields that lowering asks for; all others mean the same.
    pub fn new(language: Language, (kinds, other): (&[(&str, K)], K), (fields, none): (&[(&str, F)], F)) -> Self {
        let kinds = Numbers::of_kinds(&language, kinds, other);
        let fields = Numbers::of_fields(&language, fields, none);
        Grammar { language, kinds, fields, other }
    }
}

/// Declares an enumeration and the names that its values have in a grammar.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $list:ident: $($variant:ident = $text:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name {
            $($variant,)*
            Other,
        }

        const $list: &[(&str, $name)] = &[$(($text, $name::$variant)),*];
    };
}

pub(super) use names;

/// A parser that a thread keeps: making one costs more than parsing a small file.
pub type KeptParser = RefCell<Option<Parser>>;

/// A parser for a grammar.
pub fn parser(language: &Language) -> KeptParser {
    let mut parser = Parser::new();
    RefCell::new(parser.set_language(language).is_ok().then_some(parser))
}

/// Works on the tree of a text; `None` when there is none.
fn with_tree<R>(parser: &'static LocalKey<KeptParser>, text: &str, work: impl FnOnce(Node) -> R) -> Option<R> {
    let tree = parser.with_borrow_mut(|parser| parser.as_mut()?.parse(text, None))?;
    Some(work(tree.root_node()))
}

/// Parses a file; `lower` makes the neutral tree.
pub fn parse(parser: &'static LocalKey<KeptParser>, text: &str, lower: impl FnOnce(&str, Node) -> Parsed) -> Parsed {
    let parsed = with_tree(parser, text, |root| {
        let mut parsed = lower(text, root);
        // What is broken may be nothing that lowering comes to.
        if root.has_error() && parsed.errors.is_empty() {
            parsed.errors.push(SyntaxError { span: span_of(root), message: "syntax error".to_owned() });
        }
        parsed.errors.sort_by_key(|error| (error.span.start, std::cmp::Reverse(error.span.end)));
        parsed.errors.dedup_by(|inner, outer| outer.span.contains(inner.span));
        parsed
    });
    parsed.unwrap_or_else(|| Parsed::refused(text, "the parser failed on this file"))
}

/// The comments of a text, in order. They are what may stand anywhere.
pub fn comments(parser: &'static LocalKey<KeptParser>, text: &str, is_comment: impl Fn(Node) -> bool) -> Vec<Span> {
    with_tree(parser, text, |root| comments_below(root, is_comment)).unwrap_or_default()
}

fn comments_below(root: Node, is_comment: impl Fn(Node) -> bool) -> Vec<Span> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_extra() && is_comment(node) {
            found.push(span_of(node));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

/// Where a node stands.
pub fn span_of(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// The first child in a field.
pub fn in_field<'t, F: PartialEq>(parts: &Parts<'t, F>, field: F) -> Option<Node<'t>> {
    parts.iter().find(|(own, _)| own.as_ref() == Some(&field)).map(|(_, node)| *node)
}

/// All named children in a field.
pub fn all_in_field<'p, 't, F: Copy + PartialEq>(
    parts: &'p Parts<'t, F>,
    field: F,
) -> impl Iterator<Item = Node<'t>> + use<'p, 't, F> {
    parts.iter().filter(move |(own, node)| *own == Some(field) && node.is_named()).map(|(_, node)| *node)
}

/// The tree under construction; `state` is what the language keeps of the place that is lowered.
pub struct Lowering<'t, K: 'static, F: 'static, S> {
    /// The text of the file.
    pub text: &'t str,
    /// The neutral tree so far.
    pub tree: Tree,
    /// What had to be left out.
    pub errors: Vec<SyntaxError>,
    /// What the language knows of this place.
    pub state: S,
    grammar: &'static Grammar<K, F>,
    cursor: TreeCursor<'t>,
    depth: usize,
}

impl<'t, K: Copy, F: Copy, S> Lowering<'t, K, F, S> {
    /// For the tree of a text.
    pub fn new(text: &'t str, tree: Tree, root: Node<'t>, grammar: &'static Grammar<K, F>, state: S) -> Self {
        Lowering { text, tree, errors: Vec::new(), state, grammar, cursor: root.walk(), depth: 0 }
    }

    /// Ends a file with its statements.
    pub fn finish(mut self, statements: &[NodeId]) -> Parsed {
        let span = Span::new(0, self.text.len());
        self.tree.root = Some(self.tree.block(statements, span));
        Parsed { tree: self.tree, errors: self.errors }
    }

    /// The children of a node; errors among them are noted and left out, comments left out.
    pub fn parts(&mut self, node: Node<'t>) -> Parts<'t, F> {
        let fields = &self.grammar.fields;
        let mut parts = Parts::new();
        self.each_part(node, |cursor, part| {
            parts.push((cursor.field_id().and_then(|number| fields.get(number.get())), part));
        });
        parts
    }

    /// Goes through the children of a node in one pass of a cursor that is kept.
    fn each_part(&mut self, node: Node<'t>, mut take: impl FnMut(&TreeCursor<'t>, Node<'t>)) {
        let has_error = node.has_error();
        self.cursor.reset(node);
        let mut goes_on = self.cursor.goto_first_child();
        while goes_on {
            let part = self.cursor.node();
            if has_error && part.is_error() {
                self.error(part, "syntax error".to_owned());
            } else if has_error && part.is_missing() {
                self.error(node, format!("missing `{}`", part.kind()));
            } else if !part.is_extra() {
                take(&self.cursor, part);
            }
            goes_on = self.cursor.goto_next_sibling();
        }
    }

    /// Notes that something is left out.
    pub fn error(&mut self, node: Node, message: String) {
        self.errors.push(SyntaxError { span: span_of(node), message });
    }

    /// The named children of a node.
    pub fn named(&mut self, node: Node<'t>) -> impl Iterator<Item = Node<'t>> + use<'t, K, F, S> {
        let mut named: SmallVec<[Node<'t>; 8]> = SmallVec::new();
        // In which field they stand is not asked: that takes as long as to go to them.
        self.each_part(node, |_, part| named.extend(part.is_named().then_some(part)));
        named.into_iter()
    }

    /// What a node is.
    pub fn kind(&self, node: Node) -> K {
        self.grammar.kinds.get(node.kind_id()).unwrap_or(self.grammar.other)
    }

    /// Recursion goes through here, so that its depth is bounded by memory, not by the stack. `None` when it is too deep.
    pub fn deeper<R>(&mut self, node: Node<'t>, work: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= DEEPEST {
            self.error(node, "nesting is too deep".to_owned());
            return None;
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, STACK_STEP, || work(self));
        self.depth -= 1;
        Some(result)
    }

    /// The text of a node.
    pub fn text_of(&self, node: Node) -> &'t str {
        &self.text[node.start_byte()..node.end_byte()]
    }

    /// Adds a node.
    pub fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        self.tree.add(kind, span)
    }

    /// Adds a list of nodes.
    pub fn list(&mut self, nodes: &[NodeId]) -> List {
        self.tree.list(nodes)
    }

    /// What means nothing.
    pub fn wildcard(&mut self, span: Span) -> NodeId {
        self.add(NodeKind::Wildcard, span)
    }

    /// The name that a node is.
    pub fn name(&mut self, node: Node) -> Name {
        let text = self.text_of(node);
        self.tree.names.intern(text)
    }

    /// A name.
    pub fn intern(&mut self, text: &str) -> Name {
        self.tree.names.intern(text)
    }

    /// `continue`. With the label of a loop further out it leaves its own.
    pub fn continue_with_label(&mut self, node: Node<'t>, is_loop: impl Fn(K) -> bool) -> NodeId {
        let label = self.named(node).next();
        let leaves_own = label.is_some_and(|label| {
            // The way up is long, and labels are rare.
            let mut around = std::iter::successors(node.parent(), Node::parent);
            let own = around.find(|outer| is_loop(self.kind(*outer)));
            let own_label = own.and_then(|own| own.parent()?.named_child(0));
            own_label.is_none_or(|own| self.text_of(own) != self.text_of(label))
        });
        self.add(if leaves_own { NodeKind::Break } else { NodeKind::Continue }, span_of(node))
    }

    /// A string without holes.
    pub fn string_of(&mut self, text: &str, span: Span) -> NodeId {
        let value = Some(self.tree.string(text));
        let holes = self.list(&[]);
        self.add(NodeKind::String { value, holes }, span)
    }
}

/// A string as written without what escapes: what SQL in it means does not hang on the rest.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(escaped) => plain.push(escaped),
                None => {}
            },
            _ => plain.push(letter),
        }
    }
    plain
}

/// The value of an integer as written; `None` when it does not fit.
pub fn integer(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|letter| *letter != '_').collect();
    let lower = plain.to_ascii_lowercase();
    match lower.get(..2) {
        Some("0x") => i64::from_str_radix(&lower[2..], 16).ok(),
        Some("0b") => i64::from_str_radix(&lower[2..], 2).ok(),
        Some("0o") => i64::from_str_radix(&lower[2..], 8).ok(),
        _ => lower.parse().ok(),
    }
}

/// An operator as most languages write it.
pub fn operator_of(text: &str) -> Operator {
    match text {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "%" => Operator::Modulo,
        "|" => Operator::BitOr,
        "&" => Operator::BitAnd,
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" | "<=" | ">" | ">=" => Operator::Compare,
        "&&" => Operator::And,
        "||" => Operator::Or,
        _ => Operator::Other,
    }
}
