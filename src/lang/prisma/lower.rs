//! Models, lowered to classes.

use rustc_hash::FxHashMap;

use super::tokens::{Token, TokenKind, tokens};
use crate::source::Span;
use crate::syntax::{ClassKind, ClassNode, CollectionKind, ImportNode, NodeId, NodeKind, Tree};

/// The neutral tree of a schema.
pub fn lower(text: &str) -> Tree {
    let (tokens, comments) = tokens(text);
    let blocks = blocks(text, &tokens);
    let reference = keyword_of_references(text, &blocks);
    let kinds = blocks.iter().map(|block| (block.name.of(text), block.kind.of(text))).collect();
    let mut lowering = Lowering { tree: Tree::default(), text, kinds, reference };
    let mut root: Vec<NodeId> = ["model", "column", "relation"].iter().map(|name| lowering.import(name)).collect();
    for block in blocks.iter().filter(|block| block.is("model", text)) {
        root.push(lowering.model(block));
    }
    let mut tree = lowering.tree;
    let whole = Span::new(0, text.len());
    tree.root = Some(tree.block(&root, whole));
    tree.comments = comments.into_iter().filter(|span| span.of(text).contains("laggard")).collect();
    tree
}

/// `model Order { … }`.
struct Block<'t> {
    /// The word before its name.
    kind: Span,
    name: Span,
    /// All of it.
    span: Span,
    /// What stands between the braces, line by line. What stands in brackets is on one line.
    lines: Vec<&'t [Token]>,
}

impl Block<'_> {
    fn is(&self, kind: &str, text: &str) -> bool {
        self.kind.of(text) == kind
    }
}

/// The blocks of a schema.
fn blocks<'t>(text: &str, tokens: &'t [Token]) -> Vec<Block<'t>> {
    let is_open = |token: &Token| token.kind == TokenKind::Sign(b'{');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = tokens[at..].iter().position(is_open).map(|length| at + length) {
        let (lines, end) = lines(&tokens[open + 1..]);
        let close = open + 1 + end;
        if let [.., kind, name] = &tokens[at..open]
            && kind.kind == TokenKind::Word
            && name.kind == TokenKind::Word
        {
            let end = tokens.get(close).map_or(text.len() as u32, |token| token.span.end);
            let span = Span { start: kind.span.start, end };
            found.push(Block { kind: kind.span, name: name.span, span, lines });
        }
        at = (close + 1).min(tokens.len());
    }
    found
}

/// The lines up to a closing brace, and where that is.
fn lines(tokens: &[Token]) -> (Vec<&[Token]>, usize) {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::Sign(b'(' | b'[' | b'{') => depth += 1,
            TokenKind::Sign(b'}') if depth == 0 => break,
            TokenKind::Sign(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            TokenKind::LineEnd if depth == 0 => {
                found.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    found.push(&tokens[start..at]);
    found.retain(|line| !line.is_empty());
    (found, at)
}

/// What a schema says of whether its database gives a reference an index, as a keyword of columns. MySQL does, unless Prisma keeps
/// references itself. A schema in several files may say it in another one: then nobody knows here.
fn keyword_of_references(text: &str, blocks: &[Block]) -> Option<&'static str> {
    let Some(source) = blocks.iter().find(|block| block.is("datasource", text)) else { return Some("refers") };
    let setting = |name: &str| {
        let line = source.lines.iter().find(|line| line[0].span.of(text) == name)?;
        Some(line.last()?.span.of(text).trim_matches('"'))
    };
    let is_indexed = setting("provider") == Some("mysql") && setting("relationMode") != Some("prisma");
    is_indexed.then_some("references")
}

/// An attribute of a field or of a model, and what it is given.
struct Attribute<'t> {
    name: Span,
    /// The tokens in its brackets.
    given: &'t [Token],
}

/// The attributes of a line. Those in the brackets of another are that one's matter.
fn attributes<'t>(text: &str, line: &'t [Token]) -> Vec<Attribute<'t>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if !first.span.of(text).starts_with('@') {
            continue;
        }
        let mut given: &[Token] = &[];
        if rest.first().is_some_and(|token| token.kind == TokenKind::Sign(b'(')) {
            let end = closing(rest);
            (given, rest) = (&rest[1..end], &rest[end..]);
        }
        found.push(Attribute { name: first.span, given });
    }
    found
}

/// Where the bracket that the first token opens is closed.
fn closing(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Sign(b'(' | b'[') => depth += 1,
            TokenKind::Sign(b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at.max(1);
        }
    }
    tokens.len()
}

/// The fields that a list names: `[a, b(sort: Desc)]`, the first of its kind.
fn listed(given: &[Token]) -> Vec<Span> {
    let Some(open) = given.iter().position(|token| token.kind == TokenKind::Sign(b'[')) else { return Vec::new() };
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    for token in &given[open..] {
        match token.kind {
            TokenKind::Sign(b'[' | b'(') => depth += 1,
            TokenKind::Sign(b')') => depth = depth.saturating_sub(1),
            TokenKind::Sign(b']') => break,
            TokenKind::Word if depth == 1 => found.push(token.span),
            _ => {}
        }
    }
    found
}

/// Attributes of models that give columns an index.
const INDEXES: &[&str] = &["@@id", "@@unique", "@@index"];

struct Lowering<'t> {
    tree: Tree,
    text: &'t str,
    /// The words before the names of blocks, by these.
    kinds: FxHashMap<&'t str, &'t str>,
    /// What a column says that refers to another model.
    reference: Option<&'static str>,
}

impl<'t> Lowering<'t> {
    fn import(&mut self, name: &str) -> NodeId {
        let (library, binding) = (self.tree.names.intern("prisma_schema"), self.tree.names.intern(name));
        let path = vec![library, binding];
        let import = self.tree.import(ImportNode { path, level: 0, binding, binds_root: false, is_star: false });
        self.tree.add(NodeKind::Import(import), Span::default())
    }

    fn model(&mut self, block: &Block<'t>) -> NodeId {
        let mut fields = Vec::new();
        let mut indexes = Vec::new();
        let references: Vec<&str> = block.lines.iter().flat_map(|line| self.references(line)).collect();
        for line in &block.lines {
            let first = line[0].span.of(self.text);
            if INDEXES.contains(&first) {
                let given = attributes(self.text, line).first().map_or(&[][..], |own| own.given);
                indexes.push(self.names(&listed(given), line[0].span));
            } else if first == "@@map" {
                let name = line.iter().find(|token| token.kind == TokenKind::Text);
                fields.extend(name.map(|name| self.option(first, name.span)));
            } else if !first.starts_with('@') {
                fields.extend(self.column(line, &references).or_else(|| self.relation(line)));
            }
        }
        if !indexes.is_empty() {
            let indexes = self.list(&indexes, block.name);
            fields.push(self.field("@@index", block.name, indexes));
        }
        let body = self.tree.block(&fields, block.span);
        let base = self.name("model", block.kind);
        let name = self.tree.names.intern(block.name.of(self.text));
        let class = self.tree.class(ClassNode {
            name,
            name_span: block.name,
            kind: ClassKind::Class,
            bases: vec![base],
            extended: None,
            type_parameters: Vec::new(),
            decorators: Vec::new(),
            field_decorators: Vec::new(),
            body,
        });
        self.tree.add(NodeKind::Class(class), block.span)
    }

    /// The fields of a model that hold the key of another, as a relation says: `@relation(fields: [user_id], …)`.
    fn references(&self, line: &[Token]) -> Vec<&'t str> {
        let fields = self.fields(self.given_to_relation(line));
        fields.into_iter().map(|span| span.of(self.text)).collect()
    }

    fn given_to_relation<'l>(&self, line: &'l [Token]) -> &'l [Token] {
        let own = attributes(self.text, line);
        let relation = own.iter().find(|own| own.name.of(self.text) == "@relation");
        relation.map_or(&[], |own| own.given)
    }

    fn fields(&self, given: &[Token]) -> Vec<Span> {
        let is_fields = |token: &Token| token.span.of(self.text) == "fields";
        let at = given.iter().position(is_fields);
        at.map_or(Vec::new(), |at| listed(&given[at..]))
    }

    /// `@relation("author", …)` or `@relation(name: "author", …)`; other texts name other things.
    fn name_of_relation<'l>(&self, given: &'l [Token]) -> Option<&'l Token> {
        let is_text = |token: &&Token| token.kind == TokenKind::Text;
        let at = given.iter().position(|token| token.span.of(self.text) == "name");
        given.first().filter(is_text).or_else(|| given.get(at? + 2).filter(is_text))
    }

    /// A field that stands for rows of another model.
    fn relation(&mut self, line: &[Token]) -> Option<NodeId> {
        let [name, target, ..] = line else { return None };
        self.kinds.get(target.span.of(self.text)).filter(|kind| **kind == "model")?;
        let relation = self.given_to_relation(line);
        let mut given = vec![self.string(target.span)];
        if let Some(named) = self.name_of_relation(relation) {
            let value = self.string(named.span);
            given.push(self.argument("name", value, named.span));
        }
        let fields = self.fields(relation);
        if !fields.is_empty() {
            let value = self.names(&fields, name.span);
            given.push(self.argument("fields", value, name.span));
        }
        let callee = self.name("relation", name.span);
        let call = self.tree.call(callee, &given, None, name.span.to(line[line.len() - 1].span));
        Some(self.field(name.span.of(self.text), name.span, call))
    }

    /// A field that holds a value: a column.
    fn column(&mut self, line: &[Token], references: &[&str]) -> Option<NodeId> {
        let [name, kind, ..] = line else { return None };
        let (text, kind) = (self.text, kind.span.of(self.text));
        let block = self.kinds.get(kind);
        let is_choice = block.is_some_and(|block| *block == "enum");
        if block.is_some() && !is_choice || name.kind != TokenKind::Word {
            return None;
        }
        let own = attributes(text, line);
        let has = |attribute: &str| own.iter().any(|own| own.name.of(text) == attribute);
        let says = [
            ("id", has("@id")),
            ("unique", has("@unique")),
            ("few", is_choice || kind == "Boolean"),
            (self.reference.unwrap_or_default(), self.reference.is_some() && references.contains(&name.span.of(text))),
        ];
        let says = says.into_iter().filter(|(_, holds)| *holds);
        let mut given: Vec<NodeId> = says.map(|(word, _)| self.keyword(word, name.span)).collect();
        let map = own.iter().find(|own| own.name.of(text) == "@map");
        if let Some(column) = map.and_then(|own| own.given.iter().find(|token| token.kind == TokenKind::Text)) {
            let value = self.string(column.span);
            given.push(self.argument("map", value, column.span));
        }
        let span = name.span.to(line[line.len() - 1].span);
        let callee = self.name("column", name.span);
        let column = self.tree.call(callee, &given, None, span);
        Some(self.field(name.span.of(text), name.span, column))
    }

    /// An argument that says yes.
    fn keyword(&mut self, word: &str, span: Span) -> NodeId {
        let value = self.tree.add(NodeKind::Bool(true), span);
        self.argument(word, value, span)
    }

    fn argument(&mut self, word: &str, value: NodeId, span: Span) -> NodeId {
        let name = self.tree.names.intern(word);
        self.tree.add(NodeKind::Keyword { name, value }, span)
    }

    fn option(&mut self, name: &str, value: Span) -> NodeId {
        let text = self.string(value);
        self.field(name, value, text)
    }

    fn field(&mut self, name: &str, span: Span, value: NodeId) -> NodeId {
        let target = self.name(name, span);
        self.tree.add(NodeKind::Assign { target, operator: None, value }, span)
    }

    fn name(&mut self, name: &str, span: Span) -> NodeId {
        let name = self.tree.names.intern(name);
        self.tree.add(NodeKind::Name(name), span)
    }

    fn names(&mut self, fields: &[Span], span: Span) -> NodeId {
        let fields: Vec<NodeId> = fields.iter().map(|field| self.string(*field)).collect();
        self.list(&fields, span)
    }

    fn list(&mut self, members: &[NodeId], span: Span) -> NodeId {
        let elements = self.tree.list(members);
        self.tree.add(NodeKind::Collection { kind: CollectionKind::List, elements }, span)
    }

    /// A text, without its quotes where it has some.
    fn string(&mut self, span: Span) -> NodeId {
        let value = self.tree.string(span.of(self.text).trim_matches('"'));
        let holes = self.tree.list(&[]);
        self.tree.add(NodeKind::String { value: Some(value), holes }, span)
    }
}
