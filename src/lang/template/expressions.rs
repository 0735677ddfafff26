//! Expressions in tags. Whatever is not understood is left out, and never more than the tag.

use super::tokens::{Token, TokenKind};
use crate::source::Span;
use crate::syntax::{CollectionKind, Name, NodeId, NodeKind, Operator, PathNode, Tree, UnaryOperator};

/// How deep brackets may nest.
const DEEPEST: usize = 48;

/// The names that a template binds itself, and those that it takes from outside.
#[derive(Default)]
pub struct Names {
    /// Bound where the present tag stands, innermost last.
    pub bound: Vec<Name>,
    /// Taken from outside, in the order of their first use.
    pub free: Vec<Name>,
}

impl Names {
    fn uses(&mut self, name: Name) {
        if !self.bound.contains(&name) && !self.free.contains(&name) {
            self.free.push(name);
        }
    }
}

/// Reads the tokens of one tag.
pub struct Expressions<'a, 't> {
    pub tree: &'a mut Tree,
    pub names: &'a mut Names,
    pub tokens: &'a [Token<'t>],
    pub at: usize,
    depth: usize,
}

impl<'a, 't> Expressions<'a, 't> {
    /// From the token at `at` on.
    pub fn new(tree: &'a mut Tree, names: &'a mut Names, tokens: &'a [Token<'t>], at: usize) -> Self {
        Expressions { tree, names, tokens, at, depth: 0 }
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    /// Is everything read?
    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn is_mark(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::Mark && token.text == mark)
    }

    /// Is this word next?
    pub fn is_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::Name && token.text == word)
    }

    /// Takes a mark, if it is next.
    pub fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += found as usize;
        found
    }

    /// Takes a word, if it is next.
    pub fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += found as usize;
        found
    }

    /// Takes a name.
    pub fn take_name(&mut self) -> Option<(Name, Span)> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Name)?;
        self.at += 1;
        Some((self.tree.names.intern(token.text), token.span))
    }

    /// The name before `=`, if a named argument is next.
    pub fn take_keyword(&mut self) -> Option<Name> {
        let [name, equals] = self.tokens.get(self.at..self.at + 2)? else { return None };
        let is_keyword = name.kind == TokenKind::Name && equals.text == "=" && equals.kind == TokenKind::Mark;
        is_keyword.then(|| {
            self.at += 2;
            self.tree.names.intern(name.text)
        })
    }

    fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        self.tree.add(kind, span)
    }

    fn nothing(&mut self) -> NodeId {
        let list = self.tree.list(&[]);
        let span = self.tokens.last().map(|token| token.span).unwrap_or_default();
        self.add(NodeKind::Other(list), span)
    }

    /// A whole expression: operators and all.
    pub fn expression(&mut self) -> NodeId {
        if self.depth >= DEEPEST {
            self.at = self.tokens.len();
            return self.nothing();
        }
        self.depth += 1;
        let value = self.either();
        // `a if b else c`.
        let value = match self.take_word("if") {
            true => {
                let condition = self.either();
                let otherwise = self.take_word("else").then(|| self.expression());
                let span = self.tree.span(value).to(self.tree.span(otherwise.unwrap_or(condition)));
                self.add(NodeKind::If { condition, then: value, otherwise }, span)
            }
            false => value,
        };
        self.depth -= 1;
        value
    }

    fn binary(&mut self, operator: Operator, left: NodeId, right: NodeId) -> NodeId {
        let span = self.tree.span(left).to(self.tree.span(right));
        self.add(NodeKind::Binary { operator, left, right }, span)
    }

    /// Alternatives. The `if` of a loop or of a conditional value ends it.
    pub fn either(&mut self) -> NodeId {
        let mut left = self.both();
        while self.take_word("or") {
            let right = self.both();
            left = self.binary(Operator::Or, left, right);
        }
        left
    }

    fn both(&mut self) -> NodeId {
        let mut left = self.negated();
        while self.take_word("and") {
            let right = self.negated();
            left = self.binary(Operator::And, left, right);
        }
        left
    }

    fn negated(&mut self) -> NodeId {
        let Some(token) = self.peek().filter(|_| self.is_word("not")) else { return self.comparison() };
        let mut negations = 0;
        while self.take_word("not") {
            negations += 1;
        }
        let operand = self.comparison();
        let span = token.span.to(self.tree.span(operand));
        match negations % 2 {
            0 => operand,
            _ => self.add(NodeKind::Unary { operator: UnaryOperator::Not, operand }, span),
        }
    }

    fn comparison(&mut self) -> NodeId {
        let mut left = self.sum();
        while let Some(token) = self.peek() {
            let operator = match (token.kind, token.text) {
                (TokenKind::Mark, "==") => Operator::Equal,
                (TokenKind::Mark, "!=") => Operator::NotEqual,
                (TokenKind::Mark, "<" | ">" | "<=" | ">=") => Operator::Compare,
                (TokenKind::Name, "in") => {
                    self.at += 1;
                    left = self.membership(left);
                    continue;
                }
                (TokenKind::Name, "not") => {
                    self.at += 1;
                    if !self.take_word("in") {
                        break;
                    }
                    left = self.membership(left);
                    continue;
                }
                (TokenKind::Name, "is") => {
                    self.at += 1;
                    left = self.test(left);
                    continue;
                }
                _ => break,
            };
            self.at += 1;
            let right = self.sum();
            left = self.binary(operator, left, right);
        }
        left
    }

    fn membership(&mut self, needle: NodeId) -> NodeId {
        let container = self.sum();
        let span = self.tree.span(needle).to(self.tree.span(container));
        self.add(NodeKind::Membership { needle, container }, span)
    }

    /// `is None`, `is not defined`, `is divisibleby 3`.
    fn test(&mut self, value: NodeId) -> NodeId {
        self.take_word("not");
        let is_constant = ["none", "None", "true", "True", "false", "False"].iter().any(|word| self.is_word(word));
        let is_name = self.peek().is_some_and(|token| token.kind == TokenKind::Name);
        if is_name && !is_constant {
            self.at += 1;
            let span = self.tree.span(value);
            let list = self.tree.list(&[value]);
            return self.add(NodeKind::Other(list), span);
        }
        let right = self.sum();
        self.binary(Operator::Equal, value, right)
    }

    fn sum(&mut self) -> NodeId {
        let mut left = self.operand();
        while let Some(token) = self.peek() {
            // Around a minus that is no operator, as in the names of arguments of Django's tags, there is no space.
            let is_operator = token.kind == TokenKind::Mark
                && ["+", "-", "~", "*", "/", "//", "%", "**"].contains(&token.text)
                && token.is_apart;
            if !is_operator {
                break;
            }
            self.at += 1;
            let right = self.operand();
            left = self.binary(Operator::Other, left, right);
        }
        left
    }

    /// A value with its look-ups, calls and filters.
    pub fn operand(&mut self) -> NodeId {
        if self.depth >= DEEPEST {
            self.at = self.tokens.len();
            return self.nothing();
        }
        self.depth += 1;
        let mut value = self.primary();
        loop {
            let apart = self.peek().is_some_and(|token| token.is_apart);
            if !apart && self.take_mark(".") {
                value = self.look_up(value);
            } else if !apart && self.is_mark("[") {
                self.at += 1;
                value = self.index(value);
            } else if !apart && self.is_mark("(") {
                self.at += 1;
                value = self.called(value, Vec::new());
            } else if self.take_mark("|") {
                value = self.filtered(value);
            } else {
                break;
            }
        }
        self.depth -= 1;
        value
    }

    fn primary(&mut self) -> NodeId {
        let Some(token) = self.peek() else { return self.nothing() };
        self.at += 1;
        match (token.kind, token.text) {
            (TokenKind::Number, text) => match text.contains('.') {
                true => self.add(NodeKind::Float, token.span),
                false => self.add(NodeKind::Integer(text.parse().ok()), token.span),
            },
            (TokenKind::Text, text) => self.text(text, token.span),
            (TokenKind::Name, "True" | "true") => self.add(NodeKind::Bool(true), token.span),
            (TokenKind::Name, "False" | "false") => self.add(NodeKind::Bool(false), token.span),
            (TokenKind::Name, "None" | "none") => self.add(NodeKind::Null, token.span),
            // `_("text")`.
            (TokenKind::Name, "_") if self.is_mark("(") => {
                self.at += 1;
                let value = self.expression();
                self.take_mark(")");
                value
            }
            (TokenKind::Name, text) => {
                let name = self.tree.names.intern(text);
                self.names.uses(name);
                self.add(NodeKind::Name(name), token.span)
            }
            (TokenKind::Mark, "(") => self.display(CollectionKind::Tuple, ")", token.span),
            (TokenKind::Mark, "[") => self.display(CollectionKind::List, "]", token.span),
            (TokenKind::Mark, "{") => self.map(token.span),
            (TokenKind::Mark, "-" | "+") => {
                let operand = self.operand();
                let span = token.span.to(self.tree.span(operand));
                self.add(NodeKind::Unary { operator: UnaryOperator::Negate, operand }, span)
            }
            _ => self.nothing(),
        }
    }

    fn text(&mut self, text: &str, span: Span) -> NodeId {
        let value = Some(self.tree.string(text));
        let holes = self.tree.list(&[]);
        self.add(NodeKind::String { value, holes }, span)
    }

    /// Expressions up to a closing mark; commas may stand between them.
    fn until(&mut self, close: &str) -> Vec<NodeId> {
        let mut values = Vec::new();
        while !self.is_done() && !self.take_mark(close) {
            let before = self.at;
            match self.take_keyword() {
                Some(name) => {
                    let value = self.expression();
                    let span = self.tree.span(value);
                    values.push(self.add(NodeKind::Keyword { name, value }, span));
                }
                None => values.push(self.expression()),
            }
            self.take_mark(",");
            self.at += (self.at == before) as usize;
        }
        values
    }

    fn end(&self) -> Span {
        self.tokens.get(self.at.saturating_sub(1)).map(|token| token.span).unwrap_or_default()
    }

    fn display(&mut self, kind: CollectionKind, close: &str, start: Span) -> NodeId {
        let values = self.until(close);
        if let (CollectionKind::Tuple, [only]) = (kind, &values[..]) {
            return *only;
        }
        let span = start.to(self.end());
        let elements = self.tree.list(&values);
        self.add(NodeKind::Collection { kind, elements }, span)
    }

    fn map(&mut self, start: Span) -> NodeId {
        let mut values = Vec::new();
        while !self.is_done() && !self.take_mark("}") {
            let before = self.at;
            let key = self.expression();
            if self.take_mark(":") {
                let value = self.expression();
                let span = self.tree.span(key).to(self.tree.span(value));
                values.push(self.add(NodeKind::Pair { key, value }, span));
            }
            self.take_mark(",");
            self.at += (self.at == before) as usize;
        }
        let span = start.to(self.end());
        let elements = self.tree.list(&values);
        self.add(NodeKind::Collection { kind: CollectionKind::Map, elements }, span)
    }

    fn look_up(&mut self, object: NodeId) -> NodeId {
        let Some(token) = self.peek() else { return object };
        let span = self.tree.span(object).to(token.span);
        match token.kind {
            TokenKind::Name => {
                self.at += 1;
                let name = self.tree.names.intern(token.text);
                self.add(NodeKind::Member { object, name }, span)
            }
            TokenKind::Number => {
                self.at += 1;
                let index = self.add(NodeKind::Integer(token.text.parse().ok()), token.span);
                self.add(NodeKind::Index { object, index }, span)
            }
            _ => object,
        }
    }

    fn index(&mut self, object: NodeId) -> NodeId {
        let start = (!self.is_mark(":")).then(|| self.expression());
        let index = match self.take_mark(":") {
            true => {
                let end = (!self.is_mark("]")).then(|| self.expression());
                let span = self.end();
                self.add(NodeKind::Range { start, end, step: None }, span)
            }
            false => start.unwrap_or_else(|| self.nothing()),
        };
        self.take_mark("]");
        let span = self.tree.span(object).to(self.end());
        self.add(NodeKind::Index { object, index }, span)
    }

    /// The arguments of a call, after its bracket.
    fn called(&mut self, callee: NodeId, mut arguments: Vec<NodeId>) -> NodeId {
        arguments.extend(self.until(")"));
        let span = self.tree.span(callee).to(self.end());
        self.call(callee, &arguments, span)
    }

    /// A filter or a tag by its name, whatever else has this name in the template.
    pub fn function(&mut self, name: &str, span: Span) -> NodeId {
        let names = vec![self.tree.names.intern(name)];
        let path = self.tree.path(PathNode { names, type_arguments: Vec::new(), arguments_at: 0 });
        self.add(NodeKind::Path(path), span)
    }

    /// A call.
    pub fn call(&mut self, callee: NodeId, arguments: &[NodeId], span: Span) -> NodeId {
        self.tree.call(callee, arguments, None, span)
    }

    /// `value|filter`, `value|filter:argument`, `value|filter(arguments)`.
    fn filtered(&mut self, value: NodeId) -> NodeId {
        let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Name) else { return value };
        self.at += 1;
        let whole = self.tree.span(value).to(token.span);
        let apart = self.peek().is_some_and(|token| token.is_apart);
        let argument = if self.take_mark(":") { Some(self.primary_with_look_ups()) } else { None };
        if let ("slice", Some(argument)) = (token.text, argument) {
            return self.sliced(value, argument);
        }
        let callee = self.function(token.text, token.span);
        let mut arguments = vec![value];
        arguments.extend(argument);
        if argument.is_none() && !apart && self.take_mark("(") {
            arguments.extend(self.until(")"));
        }
        let span = whole.to(self.end());
        self.call(callee, &arguments, span)
    }

    /// The argument of a filter: filters that follow are not its own.
    fn primary_with_look_ups(&mut self) -> NodeId {
        let mut value = self.primary();
        while self.take_mark(".") {
            value = self.look_up(value);
        }
        value
    }

    /// `rows|slice:":3"`.
    fn sliced(&mut self, object: NodeId, argument: NodeId) -> NodeId {
        let span = self.tree.span(object).to(self.tree.span(argument));
        let text = match self.tree.kind(argument) {
            NodeKind::String { value: Some(value), .. } => self.tree.strings[value.0 as usize].to_string(),
            _ => String::new(),
        };
        let at = self.tree.span(argument);
        let mut parts = text.split(':').map(|part| part.trim().parse::<i64>().ok());
        let mut part = |own: &mut Self| {
            let number = parts.next().flatten()?;
            Some(own.add(NodeKind::Integer(Some(number)), at))
        };
        let (first, second) = (part(self), part(self));
        // `"3"` is `":3"`.
        let (start, end) = if text.contains(':') { (first, second) } else { (None, first) };
        let index = self.add(NodeKind::Range { start, end, step: None }, at);
        self.add(NodeKind::Index { object, index }, span)
    }
}
