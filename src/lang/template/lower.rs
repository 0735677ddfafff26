//! Tags, lowered: a template is a function whose parameters are the names that it does not bind itself.

use super::expressions::{Expressions, Names};
use super::tokens::{Piece, Token, TokenKind, first_word, pieces, tokens};
use crate::source::Span;
use crate::syntax::{
    FunctionNode, ImportNode, LoopKind, LoopNode, Name, NodeId, NodeKind, ParameterKind, ParameterNode, Tree,
};

/// How deep tags may nest; what is deeper is read as if it stood beside.
const DEEPEST: usize = 100;

/// The names of the calls that tags are, below `template_language` in the model tables.
const TAGS: &[&str] = &["include", "include_only", "extends"];

/// Tags whose words name no values.
const WORDS_ONLY: &[&str] = &[
    "load",
    "csrf_token",
    "get_current_language",
    "spaceless",
    "autoescape",
    "block",
    "filter",
    "debug",
    "lorem",
    "import",
];

/// The neutral tree of a template.
pub fn lower(text: &str) -> Tree {
    let pieces = pieces(text);
    let mut lowering =
        Lowering { tree: Tree::default(), text, names: Names::default(), pieces: &pieces, at: 0, depth: 0 };
    let imports = lowering.imports();
    let mut statements = Vec::new();
    while !lowering.is_done() {
        lowering.statements(&[], &mut statements);
        // The end of something that was never begun.
        lowering.at += 1;
    }
    let whole = Span::new(0, text.len());
    let body = lowering.tree.block(&statements, whole);
    let function = lowering.function(None, whole, body, whole);
    let mut root = imports;
    root.push(function);
    let mut tree = lowering.tree;
    let list = tree.list(&root);
    tree.root = Some(tree.add(NodeKind::Block(list), whole));
    tree.comments = comments(text, &pieces);
    tree.attributes_run_code = true;
    tree.texts_run_code = true;
    tree.reads_call = true;
    tree
}

fn comments(text: &str, pieces: &[Piece]) -> Vec<Span> {
    let spans = pieces.iter().filter_map(|piece| match piece {
        Piece::Comment(span) => Some(*span),
        _ => None,
    });
    spans.filter(|span| span.of(text).contains("laggard")).collect()
}

struct Lowering<'a> {
    tree: Tree,
    text: &'a str,
    names: Names,
    pieces: &'a [Piece],
    at: usize,
    depth: usize,
}

impl<'a> Lowering<'a> {
    /// The calls that tags are, and the filters.
    fn imports(&mut self) -> Vec<NodeId> {
        let templates = self.tree.names.intern("template_language");
        let mut imports = Vec::new();
        for tag in TAGS {
            let (path, binding) = (vec![templates, self.tree.names.intern(tag)], self.tree.names.intern(&named(tag)));
            imports.push(ImportNode { path, level: 0, binding, binds_root: false, is_star: false });
        }
        let filters = self.tree.names.intern("filters");
        let path = vec![templates, filters];
        imports.push(ImportNode { path, level: 0, binding: filters, binds_root: false, is_star: true });
        imports
            .into_iter()
            .map(|import| {
                let import = self.tree.import(import);
                self.tree.add(NodeKind::Import(import), Span::default())
            })
            .collect()
    }

    fn is_done(&self) -> bool {
        self.at >= self.pieces.len()
    }

    /// A function of the names that were used and not bound; they become known.
    fn function(&mut self, name: Option<(Name, Span)>, span: Span, body: NodeId, whole: Span) -> NodeId {
        let free = std::mem::take(&mut self.names.free);
        let parameter = |lowering: &mut Self, name: Name| ParameterNode {
            target: lowering.tree.add(NodeKind::Name(name), Span { start: span.start, end: span.start }),
            declared: None,
            default: None,
            kind: ParameterKind::Named,
        };
        let parameters = free.iter().map(|name| parameter(self, *name)).collect();
        let own = self.tree.names.intern("");
        let (name, name_span) = name.unwrap_or((own, Span::default()));
        let function = self.tree.function(FunctionNode::plain(Some(name), name_span, parameters, body));
        self.tree.add(NodeKind::Function(function), whole)
    }

    /// Statements up to one of these tags, which is left where it is.
    fn statements(&mut self, ends: &[&str], statements: &mut Vec<NodeId>) {
        while let Some(piece) = self.pieces.get(self.at).copied() {
            match piece {
                Piece::Comment(_) => self.at += 1,
                Piece::Output(inner, whole) => {
                    self.at += 1;
                    statements.extend(self.output(inner, whole));
                }
                Piece::Tag(inner, whole) => {
                    let word = first_word(inner.of(self.text));
                    if ends.contains(&word) || (self.depth > 0 && word.starts_with("end") && ends.is_empty()) {
                        return;
                    }
                    self.at += 1;
                    self.tag(word, inner, whole, statements);
                }
            }
        }
    }

    /// What stands between a tag and one of these, as a block.
    fn body(&mut self, ends: &[&str]) -> NodeId {
        let start = self.position();
        let mut statements = Vec::new();
        if self.depth < DEEPEST {
            self.depth += 1;
            self.statements(ends, &mut statements);
            self.depth -= 1;
        }
        let end = self.position();
        self.tree.block(&statements, Span { start, end })
    }

    /// Where the present piece starts.
    fn position(&self) -> u32 {
        match self.pieces.get(self.at) {
            Some(Piece::Output(_, whole) | Piece::Tag(_, whole) | Piece::Comment(whole)) => whole.start,
            None => self.text.len() as u32,
        }
    }

    /// The tag at the present place: its first word, and what stands in it.
    fn present(&self) -> Option<(&'a str, Span)> {
        match self.pieces.get(self.at) {
            Some(Piece::Tag(inner, _)) => Some((first_word(inner.of(self.text)), *inner)),
            _ => None,
        }
    }

    /// Passes an end tag, if it is the one at the present place.
    fn end(&mut self, ends: &[&str]) {
        if self.present().is_some_and(|(word, _)| ends.contains(&word)) {
            self.at += 1;
        }
    }

    fn tokens(&self, inner: Span) -> Vec<Token<'a>> {
        tokens(self.text, inner)
    }

    fn expressions<'b>(&'b mut self, tokens: &'b [Token<'a>], at: usize) -> Expressions<'b, 'a> {
        Expressions::new(&mut self.tree, &mut self.names, tokens, at)
    }

    fn output(&mut self, inner: Span, whole: Span) -> Option<NodeId> {
        let tokens = self.tokens(inner);
        if tokens.is_empty() {
            return None;
        }
        let value = self.expressions(&tokens, 0).expression();
        Some(self.put_out(&[value], whole))
    }

    /// Values that become part of the text.
    fn put_out(&mut self, values: &[NodeId], whole: Span) -> NodeId {
        let holes = self.tree.list(values);
        self.tree.add(NodeKind::String { value: None, holes }, whole)
    }

    fn tag(&mut self, word: &str, inner: Span, whole: Span, statements: &mut Vec<NodeId>) {
        let tokens = self.tokens(inner);
        match word {
            "for" => statements.push(self.loop_tag(&tokens, whole)),
            "if" | "ifequal" | "ifnotequal" | "ifchanged" => statements.push(self.condition(&tokens, word, whole)),
            "with" => self.with_tag(&tokens, statements),
            "set" => self.set_tag(&tokens, whole, statements),
            "blocktrans" | "blocktranslate" => self.bindings(&tokens, 1, statements),
            "include" | "extends" => statements.extend(self.template_call(word, &tokens, whole)),
            "regroup" => self.regroup(&tokens, whole, statements),
            "macro" => statements.extend(self.macro_tag(&tokens, whole)),
            "elif" | "else" | "empty" | "from" => {}
            _ if word.starts_with("end") || word.is_empty() || WORDS_ONLY.contains(&word) => {}
            _ => statements.extend(self.other_tag(&tokens, whole)),
        }
    }

    /// `{% for a, b in rows %} … {% empty %} … {% endfor %}`.
    fn loop_tag(&mut self, tokens: &[Token<'a>], whole: Span) -> NodeId {
        let bound = self.names.bound.len();
        let mut targets = Vec::new();
        let mut at = 1;
        while let Some(token) = tokens.get(at).filter(|token| !(token.kind == TokenKind::Name && token.text == "in")) {
            if token.kind == TokenKind::Name {
                let name = self.tree.names.intern(token.text);
                targets.push((name, self.tree.add(NodeKind::Name(name), token.span)));
            }
            at += 1;
        }
        let mut reading = self.expressions(tokens, at + 1);
        let iterable = reading.either();
        reading.take_word("reversed");
        let filter_at = reading.at;
        self.names.bound.extend(targets.iter().map(|(name, _)| *name));
        for own in ["forloop", "loop"] {
            self.names.bound.push(self.tree.names.intern(own));
        }
        let condition = match tokens.get(filter_at).is_some_and(|token| token.text == "if") {
            true => Some(self.expressions(tokens, filter_at + 1).either()),
            false => None,
        };
        let nodes: Vec<NodeId> = targets.iter().map(|(_, node)| *node).collect();
        let target = match nodes[..] {
            [] => None,
            [only] => Some(only),
            [first, ..] => {
                let span = self.tree.span(first).to(self.tree.span(nodes[nodes.len() - 1]));
                let elements = self.tree.list(&nodes);
                let kind = crate::syntax::CollectionKind::Tuple;
                Some(self.tree.add(NodeKind::Collection { kind, elements }, span))
            }
        };
        let body = self.body(&["empty", "else", "endfor"]);
        self.names.bound.truncate(bound);
        let otherwise = match self.present() {
            Some(("empty" | "else", _)) => {
                self.at += 1;
                Some(self.body(&["endfor"]))
            }
            _ => None,
        };
        self.end(&["endfor"]);
        let span = Span { start: whole.start, end: self.position().max(whole.end) };
        let turning = LoopNode::turning(condition, body, whole);
        let node = LoopNode { kind: LoopKind::For, target, iterable: Some(iterable), ..turning };
        let node = self.tree.add_loop(node, span);
        match otherwise {
            Some(otherwise) => self.tree.block(&[node, otherwise], span),
            None => node,
        }
    }

    /// `{% if a %} … {% elif b %} … {% else %} … {% endif %}`, and its kin.
    fn condition(&mut self, tokens: &[Token<'a>], word: &str, whole: Span) -> NodeId {
        let ends: &[&str] = match word {
            "ifequal" => &["else", "endifequal"],
            "ifnotequal" => &["else", "endifnotequal"],
            "ifchanged" => &["else", "endifchanged"],
            _ => &["elif", "else", "endif"],
        };
        let condition = match word {
            "if" | "elif" => self.expressions(tokens, 1).expression(),
            _ => self.all_values(tokens, 1, whole),
        };
        let then = self.body(ends);
        let otherwise = match self.present() {
            Some(("elif", inner)) => {
                self.at += 1;
                let tokens = self.tokens(inner);
                Some(self.condition(&tokens, "elif", inner))
            }
            Some(("else", _)) => {
                self.at += 1;
                let body = self.body(&ends[ends.len() - 1..]);
                self.end(&ends[ends.len() - 1..]);
                Some(body)
            }
            _ => {
                self.end(&ends[ends.len() - 1..]);
                None
            }
        };
        let span = Span { start: whole.start, end: self.position().max(whole.end) };
        self.tree.add(NodeKind::If { condition, then, otherwise }, span)
    }

    /// `name=value` and `value as name`, from a token on; gives the statements that bind them.
    fn bindings(&mut self, tokens: &[Token<'a>], at: usize, statements: &mut Vec<NodeId>) {
        let mut reading = self.expressions(tokens, at);
        let mut pairs = Vec::new();
        while !reading.is_done() {
            let before = reading.at;
            if let Some(name) = reading.take_keyword() {
                pairs.push((name, reading.expression()));
            } else {
                let value = reading.operand();
                if reading.take_word("as")
                    && let Some((name, _)) = reading.take_name()
                {
                    pairs.push((name, value));
                }
            }
            while reading.take_mark(",") {}
            reading.at += (reading.at == before) as usize;
        }
        for (name, value) in pairs {
            let span = self.tree.span(value);
            let target = self.tree.add(NodeKind::Name(name), span);
            statements.push(self.tree.add(NodeKind::Assign { target, operator: None, value }, span));
            self.names.bound.push(name);
        }
    }

    fn with_tag(&mut self, tokens: &[Token<'a>], statements: &mut Vec<NodeId>) {
        let bound = self.names.bound.len();
        self.bindings(tokens, 1, statements);
        let body = self.body(&["endwith"]);
        self.end(&["endwith"]);
        statements.push(body);
        self.names.bound.truncate(bound);
    }

    /// `{% set name = value %}`; without a value, up to `{% endset %}`.
    fn set_tag(&mut self, tokens: &[Token<'a>], whole: Span, statements: &mut Vec<NodeId>) {
        let mut reading = self.expressions(tokens, 1);
        let Some((name, span)) = reading.take_name() else { return };
        let value = match reading.take_mark("=") {
            true => reading.expression(),
            false => {
                let body = self.body(&["endset"]);
                self.end(&["endset"]);
                statements.push(body);
                self.put_out(&[], whole)
            }
        };
        let target = self.tree.add(NodeKind::Name(name), span);
        statements.push(self.tree.add(NodeKind::Assign { target, operator: None, value }, whole));
        self.names.bound.push(name);
    }

    /// `{% include "name" with a=b only %}`, `{% extends "name" %}`: what is bound here is given by name, and the rest is
    /// the other template's to ask for.
    fn template_call(&mut self, word: &str, tokens: &[Token<'a>], whole: Span) -> Option<NodeId> {
        let bound = self.names.bound.clone();
        let mut reading = self.expressions(tokens, 1);
        let template = reading.operand();
        let mut arguments = vec![template];
        let mut given = Vec::new();
        let mut is_only = false;
        while !reading.is_done() {
            let before = reading.at;
            if let Some(name) = reading.take_keyword() {
                let value = reading.expression();
                given.push(name);
                let span = reading.tree.span(value);
                arguments.push(reading.tree.add(NodeKind::Keyword { name, value }, span));
            } else if reading.take_word("only") {
                is_only = true;
            }
            reading.at += (reading.at == before) as usize;
        }
        if !is_only {
            for name in bound.into_iter().rev() {
                if !given.contains(&name) {
                    given.push(name);
                    let value = self.tree.add(NodeKind::Name(name), whole);
                    arguments.push(self.tree.add(NodeKind::Keyword { name, value }, whole));
                }
            }
        }
        let callee = match (word, is_only) {
            ("include", true) => "include_only",
            _ => word,
        };
        let span = tokens.first().map_or(whole, |token| token.span);
        let mut reading = self.expressions(tokens, tokens.len());
        let callee = reading.function(&named(callee), span);
        Some(reading.call(callee, &arguments, whole))
    }

    /// `{% regroup rows by field as groups %}` goes through the rows.
    fn regroup(&mut self, tokens: &[Token<'a>], whole: Span, statements: &mut Vec<NodeId>) {
        let mut reading = self.expressions(tokens, 1);
        let iterable = reading.operand();
        let Some(field) = reading.take_word("by").then(|| tokens.get(reading.at)).flatten() else { return };
        let path: Vec<Token> = tokens[reading.at..]
            .iter()
            .take_while(|token| !token.is_apart || token.span == field.span)
            .copied()
            .collect();
        let (target_name, groups) = (self.tree.names.intern("item"), tokens.last().copied());
        let row = self.tree.add(NodeKind::Name(target_name), field.span);
        let mut read = row;
        for part in path.iter().filter(|part| part.kind == TokenKind::Name) {
            let name = self.tree.names.intern(part.text);
            read = self.tree.add(NodeKind::Member { object: read, name }, field.span.to(part.span));
        }
        let body = self.tree.block(&[read], field.span);
        let target = self.tree.add(NodeKind::Name(target_name), field.span);
        statements.push(self.tree.add_loop(LoopNode::through(iterable, target, body, whole), whole));
        if let Some(groups) = groups.filter(|groups| groups.kind == TokenKind::Name) {
            let name = self.tree.names.intern(groups.text);
            let target = self.tree.add(NodeKind::Name(name), groups.span);
            let value = self.tree.add(NodeKind::Wildcard, groups.span);
            statements.push(self.tree.add(NodeKind::Assign { target, operator: None, value }, whole));
            self.names.bound.push(name);
        }
    }

    /// `{% macro name(a, b=1) %} … {% endmacro %}`.
    fn macro_tag(&mut self, tokens: &[Token<'a>], whole: Span) -> Option<NodeId> {
        let mut reading = self.expressions(tokens, 1);
        let (name, span) = reading.take_name()?;
        let mut parameters = Vec::new();
        while let Some(token) = tokens.get(reading.at) {
            reading.at += 1;
            let follows_comma = tokens[reading.at - 2].kind == TokenKind::Mark;
            if token.kind == TokenKind::Name && follows_comma && tokens[reading.at - 2].text != "=" {
                parameters.push((reading.tree.names.intern(token.text), token.span));
            }
        }
        let outer_bound = std::mem::take(&mut self.names.bound);
        let outer_free = std::mem::take(&mut self.names.free);
        self.names.bound.extend(parameters.iter().map(|(name, _)| *name));
        let body = self.body(&["endmacro"]);
        self.end(&["endmacro"]);
        self.names.bound = outer_bound;
        self.names.free = outer_free;
        let parameters = parameters
            .into_iter()
            .map(|(name, span)| ParameterNode {
                target: self.tree.add(NodeKind::Name(name), span),
                declared: None,
                default: None,
                kind: ParameterKind::Ordinary,
            })
            .collect();
        self.names.bound.push(name);
        let function = self.tree.function(FunctionNode::plain(Some(name), span, parameters, body));
        let end = self.position().max(whole.end);
        Some(self.tree.add(NodeKind::Function(function), Span { start: whole.start, end }))
    }

    /// A tag of which nothing is known: its values are read, and what it binds is unknown.
    fn other_tag(&mut self, tokens: &[Token<'a>], whole: Span) -> Option<NodeId> {
        let mut reading = self.expressions(tokens, 1);
        let mut values = Vec::new();
        let mut bound = None;
        while !reading.is_done() {
            let before = reading.at;
            if reading.take_word("as") {
                bound = reading.take_name();
                continue;
            }
            reading.take_keyword();
            values.push(reading.operand());
            while reading.take_mark(",") {}
            reading.at += (reading.at == before) as usize;
        }
        let list = self.tree.list(&values);
        let value = self.tree.add(NodeKind::Other(list), whole);
        let Some((name, span)) = bound else { return (!values.is_empty()).then_some(value) };
        self.names.bound.push(name);
        let target = self.tree.add(NodeKind::Name(name), span);
        Some(self.tree.add(NodeKind::Assign { target, operator: None, value }, whole))
    }

    fn all_values(&mut self, tokens: &[Token<'a>], at: usize, whole: Span) -> NodeId {
        let mut reading = self.expressions(tokens, at);
        let mut values = Vec::new();
        while !reading.is_done() {
            let before = reading.at;
            values.push(reading.operand());
            reading.at += (reading.at == before) as usize;
        }
        let list = self.tree.list(&values);
        self.tree.add(NodeKind::Other(list), whole)
    }
}

/// The name of a tag among the names of a template, which cannot be one of its own.
fn named(tag: &str) -> String {
    format!("{{% {} %}}", tag.replace('_', " … "))
}
