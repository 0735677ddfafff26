//! Statements. A loop with three clauses that counts is a loop over a range; `go` is a call of `go` with a closure.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use crate::lang::grammar::Parts;
use crate::lang::lowering::{all_in_field, in_field, operator_of, span_of};
use crate::source::Span;
use crate::syntax::{CollectionKind, FunctionNode, LoopKind, LoopNode, Name, NodeId, NodeKind, Operator, SyntaxError};

/// The variable of a loop that counts up, where it starts, where it ends, and its steps.
type Counting<'t> = (Node<'t>, Node<'t>, Node<'t>, Option<Node<'t>>);

/// What a switch compares.
#[derive(Clone, Copy)]
enum Subject<'t> {
    Place(Node<'t>),
    Variable(Name, Span),
}

impl<'t> Lowering<'t> {
    /// The statements of a block, a case or a list of statements.
    pub(super) fn statements(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        for statement in self.named(node).collect::<Vec<_>>() {
            self.statement(statement, nodes);
        }
    }

    pub(super) fn block(&mut self, node: Node<'t>) -> NodeId {
        let mut nodes = Vec::new();
        self.statements(node, &mut nodes);
        self.tree.block(&nodes, span_of(node))
    }

    pub(super) fn statement(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        self.deeper(node, |lowering| lowering.statement_here(node, nodes));
    }

    fn statement_here(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let kind = self.kind(node);
        if node.has_error() && is_simple(kind) {
            let message = "syntax error".to_owned();
            self.errors.push(SyntaxError { span: span_of(node), message });
            return;
        }
        let lowered = match kind {
            Kind::StatementList => return self.statements(node, nodes),
            Kind::VarDeclaration | Kind::ConstDeclaration => return self.variables(node, nodes),
            Kind::TypeDeclaration => return self.type_declarations(node, nodes),
            Kind::ShortVarDeclaration => self.short_declaration(node),
            Kind::AssignmentStatement => return self.assignment(node, nodes),
            Kind::IncStatement => self.step(node, Operator::Add),
            Kind::DecStatement => self.step(node, Operator::Subtract),
            Kind::ExpressionStatement => self.only_expression(node),
            Kind::ReturnStatement => Some(self.return_statement(node)),
            Kind::GoStatement => self.go_statement(node),
            Kind::DeferStatement => self.only_expression(node),
            Kind::IfStatement => Some(self.if_statement(node)),
            Kind::ForStatement => Some(self.for_statement(node)),
            Kind::ExpressionSwitchStatement => Some(self.switch(node)),
            Kind::TypeSwitchStatement => Some(self.type_switch(node)),
            Kind::SelectStatement => Some(self.select(node)),
            Kind::SendStatement => self.send(node),
            Kind::ReceiveStatement => self.receive_statement(node),
            Kind::LabeledStatement => {
                let inner = self.named(node).filter(|inner| inner.kind() != "label_name").last();
                return inner.map_or((), |inner| self.statement(inner, nodes));
            }
            Kind::Block => Some(self.block(node)),
            Kind::BreakStatement => self.break_statement(node),
            Kind::ContinueStatement => Some(self.continue_with_label(node, |kind| matches!(kind, Kind::ForStatement))),
            _ if is_expression(kind) => Some(self.expression(node)),
            _ => None,
        };
        nodes.extend(lowered);
    }

    fn only_expression(&mut self, node: Node<'t>) -> Option<NodeId> {
        let inner = self.named(node).next()?;
        Some(self.expression(inner))
    }

    /// `break` in a switch leaves the switch: what comes after it there is not reached, and nothing else.
    fn break_statement(&mut self, node: Node<'t>) -> Option<NodeId> {
        let has_label = self.named(node).next().is_some();
        (has_label || !self.state.in_switch).then(|| self.add(NodeKind::Break, span_of(node)))
    }

    // Assignments

    /// The targets of an assignment of several values.
    pub(super) fn target_tuple(&mut self, targets: &[Node<'t>]) -> NodeId {
        let nodes: Vec<NodeId> = targets.iter().map(|target| self.target(*target)).collect();
        let span = targets.first().map_or(Span::default(), |first| span_of(*first));
        let span = targets.last().map_or(span, |last| span.to(span_of(*last)));
        let elements = self.list(&nodes);
        self.add(NodeKind::Collection { kind: CollectionKind::Tuple, elements }, span)
    }

    fn target(&mut self, node: Node<'t>) -> NodeId {
        match self.kind(node) {
            Kind::Identifier => self.name_node(node),
            _ => self.expression(node),
        }
    }

    fn sides(&mut self, node: Node<'t>) -> Option<(Vec<Node<'t>>, Vec<Node<'t>>, Parts<'t, Field>)> {
        let parts = self.parts(node);
        let left = self.named(in_field(&parts, Field::Left)?).collect();
        let right = in_field(&parts, Field::Right)?;
        let right = match self.kind(right) {
            Kind::ExpressionList => self.named(right).collect(),
            _ => vec![right],
        };
        Some((left, right, parts))
    }

    /// `a := x`, `a, err := f()`, `a, b := x, y`.
    fn short_declaration(&mut self, node: Node<'t>) -> Option<NodeId> {
        let (left, right, _) = self.sides(node)?;
        let span = span_of(node);
        match (&left[..], &right[..]) {
            ([name], [value]) => Some(self.named_literal(*name, *value, span).unwrap_or_else(|| {
                let lowered = self.expression(*value);
                self.binding(*name, None, Some(lowered), Some(*value), span)
            })),
            (_, [value]) => {
                let target = self.target_tuple(&left);
                let value = Some(self.several(left.len(), *value));
                Some(self.add(NodeKind::Let { target, declared: None, value }, span))
            }
            _ => {
                let target = self.target_tuple(&left);
                let value = Some(self.value_tuple(&right));
                Some(self.add(NodeKind::Let { target, declared: None, value }, span))
            }
        }
    }

    fn value_tuple(&mut self, values: &[Node<'t>]) -> NodeId {
        let nodes: Vec<NodeId> = values.iter().map(|value| self.expression(*value)).collect();
        let span = values.first().map_or(Span::default(), |first| span_of(*first));
        let span = values.last().map_or(span, |last| span.to(span_of(*last)));
        let elements = self.list(&nodes);
        self.add(NodeKind::Collection { kind: CollectionKind::Tuple, elements }, span)
    }

    /// What gives several values at once. `row, ok := rows[key]` asks as well whether the key is there.
    fn several(&mut self, count: usize, value: Node<'t>) -> NodeId {
        let parts = self.parts(value);
        let is_plain = |kind: Kind| matches!(kind, Kind::Identifier | Kind::SelectorExpression);
        match (in_field(&parts, Field::Operand), in_field(&parts, Field::Index)) {
            (Some(container), Some(key))
                if count == 2
                    && self.kind(value) == Kind::IndexExpression
                    && is_plain(self.kind(container))
                    && is_plain(self.kind(key)) =>
            {
                let element = self.expression(value);
                let (container, needle) = (self.expression(container), self.expression(key));
                let is_there = self.add(NodeKind::Membership { needle, container }, span_of(value));
                let elements = self.list(&[element, is_there]);
                self.add(NodeKind::Collection { kind: CollectionKind::Tuple, elements }, span_of(value))
            }
            _ => self.expression(value),
        }
    }

    fn assignment(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let Some((left, right, parts)) = self.sides(node) else { return };
        let operator = in_field(&parts, Field::Operator).map_or("=", |operator| self.text_of(operator));
        let operator = operator.strip_suffix('=').filter(|operator| !operator.is_empty()).map(operator_of);
        let span = span_of(node);
        if let ([target], [value], None) = (&left[..], &right[..], operator)
            && let Some(call) = self.append_to_itself(*target, *value)
        {
            nodes.push(call);
            return;
        }
        if let ([name], [value], None) = (&left[..], &right[..], operator)
            && let Some(function) = self.named_literal(*name, *value, span)
        {
            nodes.push(function);
            return;
        }
        let lowered = match (&left[..], &right[..]) {
            ([target], [value]) => {
                let target = self.target(*target);
                let value = self.expression(*value);
                NodeKind::Assign { target, operator, value }
            }
            (_, [value]) => {
                let target = self.target_tuple(&left);
                let value = self.several(left.len(), *value);
                NodeKind::Assign { target, operator: None, value }
            }
            _ => {
                let target = self.target_tuple(&left);
                let value = self.value_tuple(&right);
                NodeKind::Assign { target, operator: None, value }
            }
        };
        nodes.push(self.add(lowered, span));
    }

    /// `xs = append(xs, x)` adds to `xs`: it is called on it.
    fn append_to_itself(&mut self, target: Node<'t>, value: Node<'t>) -> Option<NodeId> {
        if self.kind(value) != Kind::CallExpression || !self.text_of(value).starts_with("append(") {
            return None;
        }
        if !matches!(self.kind(target), Kind::Identifier | Kind::SelectorExpression) {
            return None;
        }
        let parts = self.parts(value);
        let arguments: Vec<Node> = self.named(in_field(&parts, Field::Arguments)?).collect();
        let (first, rest) = arguments.split_first()?;
        if rest.is_empty() || self.text_of(*first) != self.text_of(target) {
            return None;
        }
        let object = self.expression(target);
        let function = span_of(in_field(&parts, Field::Function)?);
        let is_spread = rest.iter().any(|argument| self.kind(*argument) == Kind::VariadicArgument);
        let name = self.intern(if is_spread { "append..." } else { "append" });
        let callee = self.add(NodeKind::Member { object, name }, function);
        let arguments: Vec<NodeId> = rest.iter().map(|argument| self.argument(*argument)).collect();
        Some(self.tree.call(callee, &arguments, None, span_of(value)))
    }

    /// `i++`
    fn step(&mut self, node: Node<'t>, operator: Operator) -> Option<NodeId> {
        let inner = self.named(node).next()?;
        let target = self.target(inner);
        let one = self.add(NodeKind::Integer(Some(1)), span_of(node));
        Some(self.add(NodeKind::Assign { target, operator: Some(operator), value: one }, span_of(node)))
    }

    // Leaving

    /// `return`; where it says that something failed it is how the language raises.
    fn return_statement(&mut self, node: Node<'t>) -> NodeId {
        let values: Vec<Node> = match self.named(node).next() {
            Some(list) => self.named(list).collect(),
            None => Vec::new(),
        };
        let fails = self.state.after_failure || self.state.in_branch && self.is_failure(&values);
        let value = match values[..] {
            [] => None,
            [only] => Some(self.expression(only)),
            _ => Some(self.value_tuple(&values)),
        };
        let kind = if fails { NodeKind::Raise(value) } else { NodeKind::Return(value) };
        self.add(kind, span_of(node))
    }

    /// Do these results end with an error that is there?
    fn is_failure(&mut self, values: &[Node<'t>]) -> bool {
        let Some(last) = values.last().filter(|_| self.state.gives_error && values.len() == self.state.result_count)
        else {
            return false;
        };
        match self.kind(*last) {
            Kind::Nil => false,
            Kind::Identifier | Kind::SelectorExpression => true,
            // `return save(x)` passes on what it gives, an error or none.
            Kind::CallExpression => {
                let function = self.text_of(*last).split('(').next().unwrap_or("");
                values.len() > 1 || function.starts_with("errors.") || function.ends_with("Errorf")
            }
            _ => true,
        }
    }

    fn go_statement(&mut self, node: Node<'t>) -> Option<NodeId> {
        let call = self.named(node).next()?;
        let body = self.started(call);
        Some(self.keyword_call("go", node, body))
    }

    /// A call that runs elsewhere, as the body of a closure. What a function literal is given are variables of it.
    fn started(&mut self, call: Node<'t>) -> NodeId {
        match self.literal_call(call) {
            Some(body) => body,
            None => {
                let inner = self.expression(call);
                self.tree.block(&[inner], span_of(call))
            }
        }
    }

    /// `func(x T) { … }(y)`: the body, in which `x` is `y`.
    pub(super) fn literal_call(&mut self, call: Node<'t>) -> Option<NodeId> {
        if self.kind(call) != Kind::CallExpression {
            return None;
        }
        let parts = self.parts(call);
        let literal = in_field(&parts, Field::Function).filter(|own| self.kind(*own) == Kind::FuncLiteral)?;
        let arguments = in_field(&parts, Field::Arguments)?;
        let arguments: Vec<Node> = self.named(arguments).collect();
        let literal = self.parts(literal);
        let signature = self.signature(&literal);
        let mut nodes = Vec::new();
        for (parameter, argument) in signature.parameters.iter().zip(&arguments) {
            let value = Some(self.expression(*argument));
            let (target, declared) = (parameter.target, parameter.declared);
            nodes.push(self.add(NodeKind::Let { target, declared, value }, span_of(*argument)));
        }
        let body = self.body(in_field(&literal, Field::Body)?, &signature);
        nodes.push(body);
        Some(self.tree.block(&nodes, span_of(call)))
    }

    /// A call of what a keyword does, with a closure.
    pub(super) fn keyword_call(&mut self, keyword: &str, node: Node<'t>, body: NodeId) -> NodeId {
        let span = span_of(node);
        let closure = self.tree.function(FunctionNode::plain(None, span, Vec::new(), body));
        let closure = self.add(NodeKind::Closure(closure), span);
        let name = self.intern(keyword);
        let start = span.start as usize;
        let callee = self.add(NodeKind::Name(name), Span::new(start, start + keyword.len()));
        self.tree.call(callee, &[closure], None, span)
    }

    // Choices

    fn in_branch_of<R>(&mut self, is_failure: bool, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = (self.state.in_branch, self.state.after_failure);
        self.state.in_branch = true;
        self.state.after_failure |= is_failure;
        let result = work(self);
        (self.state.in_branch, self.state.after_failure) = outer;
        result
    }

    fn if_statement(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let mut nodes = Vec::new();
        if let Some(initializer) = in_field(&parts, Field::Initializer) {
            self.statement(initializer, &mut nodes);
        }
        let span = span_of(node);
        let test = in_field(&parts, Field::Condition);
        let is_failure = test.is_some_and(|test| self.tests_failure(test));
        let condition = match test {
            Some(test) => self.expression(test),
            None => self.add(NodeKind::Wildcard, span),
        };
        let then = self.in_branch_of(is_failure, |lowering| match in_field(&parts, Field::Consequence) {
            Some(block) => lowering.block(block),
            None => lowering.tree.block(&[], span),
        });
        let otherwise = in_field(&parts, Field::Alternative).map(|alternative| {
            let mut nodes = Vec::new();
            self.in_branch_of(false, |lowering| lowering.statement(alternative, &mut nodes));
            match nodes[..] {
                [only] => only,
                _ => self.tree.block(&nodes, span_of(alternative)),
            }
        });
        let choice = self.add(NodeKind::If { condition, then, otherwise }, span);
        self.behind(nodes, choice, span)
    }

    /// A statement behind those that make names for it.
    fn behind(&mut self, mut before: Vec<NodeId>, node: NodeId, span: Span) -> NodeId {
        if before.is_empty() {
            return node;
        }
        before.push(node);
        self.tree.block(&before, span)
    }

    /// `err != nil`
    fn tests_failure(&mut self, node: Node<'t>) -> bool {
        if self.kind(node) != Kind::BinaryExpression {
            return false;
        }
        let parts = self.parts(node);
        let operator = in_field(&parts, Field::Operator).map_or("", |operator| self.text_of(operator));
        let (Some(left), Some(right)) = (in_field(&parts, Field::Left), in_field(&parts, Field::Right)) else {
            return false;
        };
        match operator {
            "!=" => self.kind(right) == Kind::Nil && names_error(self.text_of(left)),
            "&&" | "||" => self.tests_failure(left) || operator == "&&" && self.tests_failure(right),
            _ => false,
        }
    }

    /// A switch is a chain of choices, the first that holds. What it compares is computed once.
    fn switch(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let mut nodes = Vec::new();
        if let Some(initializer) = in_field(&parts, Field::Initializer) {
            self.statement(initializer, &mut nodes);
        }
        let value = in_field(&parts, Field::Value);
        let subject = value.map(|value| self.subject(value, &mut nodes));
        let mut cases = Vec::new();
        let mut otherwise = None;
        for (_, case) in parts {
            match self.kind(case) {
                Kind::ExpressionCase => cases.push(case),
                Kind::DefaultCase => otherwise = Some(self.case_body(case, Vec::new(), false)),
                _ => {}
            }
        }
        let mut lowered = Vec::with_capacity(cases.len());
        for case in cases {
            let parts = self.parts(case);
            let tests: Vec<Node> = match in_field(&parts, Field::Value) {
                Some(list) => self.named(list).collect(),
                None => Vec::new(),
            };
            let is_failure = tests.iter().any(|test| self.tests_failure(*test));
            let condition = self.case_condition(subject, &tests, span_of(case));
            lowered.push((condition, self.case_body(case, Vec::new(), is_failure)));
        }
        for (condition, then) in lowered.into_iter().rev() {
            let span = self.tree.span(then);
            otherwise = Some(self.add(NodeKind::If { condition, then, otherwise }, span));
        }
        nodes.extend(otherwise);
        self.tree.block(&nodes, span)
    }

    /// What the cases of a switch are compared with: a place, or a variable for a value that is computed.
    fn subject(&mut self, value: Node<'t>, nodes: &mut Vec<NodeId>) -> Subject<'t> {
        if matches!(self.kind(value), Kind::Identifier | Kind::SelectorExpression) {
            return Subject::Place(value);
        }
        let name = self.intern("switch");
        let target = self.add(NodeKind::Name(name), span_of(value));
        let computed = Some(self.expression(value));
        nodes.push(self.add(NodeKind::Let { target, declared: None, value: computed }, span_of(value)));
        Subject::Variable(name, span_of(value))
    }

    fn case_condition(&mut self, subject: Option<Subject<'t>>, tests: &[Node<'t>], span: Span) -> NodeId {
        let lowered: Vec<NodeId> = tests.iter().map(|test| self.expression(*test)).collect();
        let subject = match subject {
            Some(Subject::Place(place)) => self.expression(place),
            Some(Subject::Variable(name, span)) => self.add(NodeKind::Name(name), span),
            None => {
                return match lowered[..] {
                    [only] => only,
                    _ => self.tree.other(&lowered, span),
                };
            }
        };
        if let [right] = lowered[..] {
            return self.add(NodeKind::Binary { operator: Operator::Equal, left: subject, right }, span);
        }
        let elements = self.list(&lowered);
        let container = self.add(NodeKind::Collection { kind: CollectionKind::List, elements }, span);
        self.add(NodeKind::Membership { needle: subject, container }, span)
    }

    fn choice(&mut self, subject: NodeId, arms: &[NodeId], span: Span) -> NodeId {
        let arms = self.list(arms);
        self.add(NodeKind::Match { subject, arms }, span)
    }

    /// One case: `before` stands before its statements.
    fn arm(&mut self, case: Node<'t>, before: Vec<NodeId>) -> NodeId {
        let body = self.case_body(case, before, false);
        let span = span_of(case);
        let pattern = self.add(NodeKind::Wildcard, Span { end: span.start, ..span });
        self.add(NodeKind::Arm { pattern, guard: None, body }, span)
    }

    fn case_body(&mut self, case: Node<'t>, before: Vec<NodeId>, is_failure: bool) -> NodeId {
        let mut nodes = before;
        let outer = std::mem::replace(&mut self.state.in_switch, true);
        self.in_branch_of(is_failure, |lowering| {
            for statements in lowering.named(case).collect::<Vec<_>>() {
                if lowering.kind(statements) == Kind::StatementList {
                    lowering.statements(statements, &mut nodes);
                }
            }
        });
        self.state.in_switch = outer;
        self.tree.block(&nodes, span_of(case))
    }

    /// `switch v := x.(type) { … }`: in each case `v` is of the type of the case.
    fn type_switch(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let mut nodes = Vec::new();
        if let Some(initializer) = in_field(&parts, Field::Initializer) {
            self.statement(initializer, &mut nodes);
        }
        let value = in_field(&parts, Field::Value);
        let subject = match value {
            Some(value) => self.expression(value),
            None => self.add(NodeKind::Wildcard, span),
        };
        let alias = match in_field(&parts, Field::Alias) {
            Some(list) => self.named(list).next(),
            None => None,
        };
        let mut arms = Vec::new();
        for (_, case) in parts {
            if !matches!(self.kind(case), Kind::TypeCase | Kind::DefaultCase) {
                continue;
            }
            let own = self.parts(case);
            let types: Vec<Node> = all_in_field(&own, Field::Type).collect();
            let mut before = Vec::new();
            if let (Some(alias), Some(value)) = (alias, value) {
                let declared = match types[..] {
                    [only] => Some(self.type_expr(only)),
                    _ => None,
                };
                let target = self.name_node(alias);
                let value = Some(self.expression(value));
                before.push(self.add(NodeKind::Let { target, declared, value }, span_of(alias)));
            }
            arms.push(self.arm(case, before));
        }
        let choice = self.choice(subject, &arms, span);
        self.behind(nodes, choice, span)
    }

    fn select(&mut self, node: Node<'t>) -> NodeId {
        let span = span_of(node);
        let mut arms = Vec::new();
        for (_, case) in self.parts(node) {
            let before = match self.kind(case) {
                Kind::CommunicationCase => {
                    let parts = self.parts(case);
                    let mut nodes = Vec::new();
                    if let Some(communication) = in_field(&parts, Field::Communication) {
                        self.statement(communication, &mut nodes);
                    }
                    nodes
                }
                Kind::DefaultCase => Vec::new(),
                _ => continue,
            };
            arms.push(self.arm(case, before));
        }
        let subject = self.add(NodeKind::Wildcard, Span { end: span.start, ..span });
        self.choice(subject, &arms, span)
    }

    /// `c <- x`
    fn send(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let channel = self.expression(in_field(&parts, Field::Channel)?);
        let value = self.expression(in_field(&parts, Field::Value)?);
        let name = self.intern("send");
        let callee = self.add(NodeKind::Member { object: channel, name }, span_of(node));
        Some(self.tree.call(callee, &[value], None, span_of(node)))
    }

    /// What a case of `select` receives.
    fn receive_statement(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let value = self.expression(in_field(&parts, Field::Right)?);
        let Some(left) = in_field(&parts, Field::Left) else { return Some(value) };
        let left: Vec<Node> = self.named(left).collect();
        let target = self.target_tuple(&left);
        let declares = parts.iter().any(|(_, part)| part.kind() == ":=");
        let kind = match declares {
            true => NodeKind::Let { target, declared: None, value: Some(value) },
            false => NodeKind::Assign { target, operator: None, value },
        };
        Some(self.add(kind, span_of(node)))
    }

    // Loops

    fn for_statement(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let Some(body) = in_field(&parts, Field::Body) else { return self.tree.other(&[], span_of(node)) };
        let head = parts.iter().map(|(_, part)| *part).find(|part| part.is_named() && *part != body);
        let span = span_of(node);
        let end = head.map_or(node.start_byte() + "for".len(), |head| head.end_byte());
        let header = Span::new(node.start_byte(), end);
        let Some(head) = head else {
            let body = self.loop_body(body);
            return self.tree.add_loop(LoopNode::turning(None, body, header), span);
        };
        match self.kind(head) {
            Kind::RangeClause => self.range_loop(head, body, header, span),
            Kind::ForClause => self.clause_loop(head, body, header, span),
            _ => {
                let condition = Some(self.expression(head));
                let body = self.loop_body(body);
                self.tree.add_loop(LoopNode::turning(condition, body, header), span)
            }
        }
    }

    fn loop_body(&mut self, body: Node<'t>) -> NodeId {
        let outer = std::mem::replace(&mut self.state.in_switch, false);
        let body = self.block(body);
        self.state.in_switch = outer;
        body
    }

    /// `for i, x := range xs`: each turn takes the next index and element apart.
    fn range_loop(&mut self, head: Node<'t>, body: Node<'t>, header: Span, span: Span) -> NodeId {
        let parts = self.parts(head);
        let right = in_field(&parts, Field::Right);
        let iterable = right.map(|right| match self.kind(right) {
            // `range 10`
            Kind::IntLiteral => {
                let end = Some(self.expression(right));
                self.add(NodeKind::Range { start: None, end, step: None }, span_of(right))
            }
            _ => self.expression(right),
        });
        let left: Vec<Node> = match in_field(&parts, Field::Left) {
            Some(left) => self.named(left).collect(),
            None => Vec::new(),
        };
        let target = (!left.is_empty()).then(|| self.target_tuple(&left));
        let body = self.loop_body(body);
        // What gives two values has a length, but for functions that do; those are made by calls.
        let is_sized = left.len() == 2 && right.is_some_and(|right| self.kind(right) != Kind::CallExpression);
        let turning = LoopNode::turning(None, body, header);
        self.tree.add_loop(LoopNode { kind: LoopKind::For, target, iterable, is_sized, ..turning }, span)
    }

    /// `for i := 0; i < n; i++`, or any other three clauses.
    fn clause_loop(&mut self, head: Node<'t>, body: Node<'t>, header: Span, span: Span) -> NodeId {
        let parts = self.parts(head);
        if let Some((target, start, end, step)) = self.counted(&parts) {
            let range = span_of(start).to(span_of(end));
            let target = self.name_node(target);
            let (start, end) = (Some(self.expression(start)), Some(self.expression(end)));
            let step = step.map(|step| self.expression(step));
            let iterable = self.add(NodeKind::Range { start, end, step }, range);
            let body = self.loop_body(body);
            return self.tree.add_loop(LoopNode::through(iterable, target, body, header), span);
        }
        let mut nodes = Vec::new();
        if let Some(initializer) = in_field(&parts, Field::Initializer) {
            self.statement(initializer, &mut nodes);
        }
        let condition = in_field(&parts, Field::Condition).map(|condition| self.expression(condition));
        let own_body = self.loop_body(body);
        let mut turn = vec![own_body];
        if let Some(update) = in_field(&parts, Field::Update) {
            self.statement(update, &mut turn);
        }
        let turn = self.tree.block(&turn, span_of(body));
        let turns = self.tree.add_loop(LoopNode::turning(condition, turn, header), span);
        self.behind(nodes, turns, span)
    }

    /// What `i++` or `i += n` counts, and `n`.
    fn step_of(&mut self, update: Node<'t>) -> Option<(Node<'t>, Option<Node<'t>>)> {
        match self.kind(update) {
            Kind::IncStatement => Some((self.named(update).next()?, None)),
            Kind::AssignmentStatement => {
                let (left, right, parts) = self.sides(update)?;
                let operator = in_field(&parts, Field::Operator)?;
                match (&left[..], &right[..], self.text_of(operator)) {
                    ([counter], [step], "+=") => Some((*counter, Some(*step))),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The variable of a loop that counts up, where it starts, where it ends, and its steps, if they are not of one.
    fn counted(&mut self, parts: &Parts<'t, Field>) -> Option<Counting<'t>> {
        let initializer = in_field(parts, Field::Initializer)?;
        if self.kind(initializer) != Kind::ShortVarDeclaration {
            return None;
        }
        let (left, right, _) = self.sides(initializer)?;
        let ([name], [start]) = (&left[..], &right[..]) else { return None };
        let condition = in_field(parts, Field::Condition).filter(|test| self.kind(*test) == Kind::BinaryExpression)?;
        let test = self.parts(condition);
        let operator = self.text_of(in_field(&test, Field::Operator)?);
        let is_compared = self.text_of(in_field(&test, Field::Left)?) == self.text_of(*name);
        let (counter, step) = self.step_of(in_field(parts, Field::Update)?)?;
        let steps = self.text_of(counter) == self.text_of(*name);
        let end = in_field(&test, Field::Right)?;
        (matches!(operator, "<" | "<=") && is_compared && steps).then_some((*name, *start, end, step))
    }
}

/// Statements without blocks: one with an error in it is left out as a whole.
fn is_simple(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ShortVarDeclaration
            | Kind::AssignmentStatement
            | Kind::ExpressionStatement
            | Kind::ReturnStatement
            | Kind::IncStatement
            | Kind::DecStatement
            | Kind::SendStatement
    )
}

fn is_expression(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::BinaryExpression
            | Kind::CallExpression
            | Kind::SelectorExpression
            | Kind::UnaryExpression
            | Kind::IndexExpression
            | Kind::ParenthesizedExpression
    )
}

/// Is it by convention the name of an error?
fn names_error(text: &str) -> bool {
    let name = text.rsplit('.').next().unwrap_or(text);
    name.starts_with("err") || name.ends_with("Err") || name.ends_with("Error")
}
