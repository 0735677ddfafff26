//! Statements, choices and loops. What runs when a value is an error or not there (`catch`, `orelse`) is a choice behind the
//! statement; a loop that is unrolled when the program is compiled is no loop.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::{Lowering, Place, is_operand, position_of};
use crate::lang::grammar::Parts;
use crate::lang::lowering::{in_field, operator_of, span_of};
use crate::source::Span;
use crate::syntax::{LoopNode, NodeId, NodeKind};

/// What a `for` goes through beside its first sequence.
enum Companion<'t> {
    Sequence(Node<'t>),
    Count,
}

impl<'t> Lowering<'t> {
    /// A block; what is deferred runs at its end, the last first, if it does more than give back what was taken.
    pub(super) fn block(&mut self, node: Node<'t>) -> NodeId {
        let (mut nodes, mut deferred) = (Vec::new(), Vec::new());
        for statement in self.named(node).collect::<Vec<_>>() {
            match self.kind(statement) {
                Kind::DeferStatement if is_clean_up(self.text_of(statement)) => {}
                Kind::DeferStatement => {
                    let mut own = Vec::new();
                    self.statement(statement, &mut own);
                    deferred.push(own);
                }
                _ => self.statement(statement, &mut nodes),
            }
        }
        nodes.extend(deferred.into_iter().rev().flatten());
        self.tree.block(&nodes, span_of(node))
    }

    pub(super) fn statement(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let outer = std::mem::take(&mut self.state.handlers);
        self.deeper(node, |lowering| lowering.statement_here(node, nodes));
        let handlers = std::mem::replace(&mut self.state.handlers, outer);
        for handler in handlers {
            let span = self.tree.span(handler);
            let condition = self.wildcard(Span { end: span.start, ..span });
            nodes.push(self.add(NodeKind::If { condition, then: handler, otherwise: None }, span));
        }
    }

    fn statement_here(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let lowered = match self.kind(node) {
            Kind::VariableDeclaration => return self.declaration_or_assignment(node, nodes),
            Kind::ExpressionStatement
            | Kind::DeferStatement
            | Kind::NosuspendStatement
            | Kind::SuspendStatement
            | Kind::LabeledStatement => return self.inner_statements(node, nodes),
            // Runs only where something failed.
            Kind::ErrdeferStatement => None,
            Kind::ComptimeStatement => None,
            Kind::ReturnExpression => Some(self.return_statement(node)),
            Kind::BreakExpression => self.break_statement(node, nodes),
            Kind::ContinueExpression => self.continue_statement(node),
            Kind::AssignmentExpression => self.assignment_expression(node),
            Kind::Comment => None,
            _ => Some(self.expression(node)),
        };
        nodes.extend(lowered);
    }

    /// What stands in a statement, with its label.
    fn inner_statements(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let parts: Vec<Node> = self.named(node).collect();
        let label = parts.iter().find(|part| self.kind(**part) == Kind::BlockLabel).map(|label| self.label_of(*label));
        for part in parts {
            match (self.kind(part), label) {
                (Kind::BlockLabel, _) => {}
                (Kind::Block, Some(label)) => nodes.push(self.labeled_block(label, part)),
                _ => self.statement(part, nodes),
            }
        }
    }

    fn label_of(&self, node: Node) -> &'t str {
        self.text_of(node).trim_end_matches(':').trim()
    }

    /// A block that may be left early: what leaves it leaves no loop.
    pub(super) fn labeled_block(&mut self, label: &'t str, node: Node<'t>) -> NodeId {
        self.state.block_labels.push(label);
        let block = self.block(node);
        self.state.block_labels.pop();
        block
    }

    /// A block as an expression or a body.
    pub(super) fn block_expression(&mut self, node: Node<'t>) -> NodeId {
        let parts: Vec<Node> = self.named(node).collect();
        let label = parts.iter().find(|part| self.kind(**part) == Kind::BlockLabel).map(|label| self.label_of(*label));
        match (parts.iter().find(|part| self.kind(**part) == Kind::Block), label) {
            (Some(block), Some(label)) => self.labeled_block(label, *block),
            (Some(block), None) => self.block(*block),
            (None, _) => self.tree.block(&[], span_of(node)),
        }
    }

    // Assignments

    fn declaration_or_assignment(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let declares = parts.iter().any(|(_, part)| matches!(part.kind(), "const" | "var"));
        let takes_apart = position_of(&parts, ",").is_some();
        match (declares, takes_apart) {
            (true, false) => self.variable(node, Place::Function, nodes),
            (_, true) => nodes.extend(self.taking_apart(&parts, declares, span_of(node))),
            (false, false) => nodes.extend(self.assignment(&parts, span_of(node))),
        }
    }

    /// `const a, const b = f();`
    fn taking_apart(&mut self, parts: &Parts<'t, Field>, declares: bool, span: Span) -> Option<NodeId> {
        let equals = position_of(parts, "=")?;
        let value = self.expression(parts.get(equals + 1)?.1);
        let mut targets = Vec::new();
        for (field, part) in &parts[..equals] {
            if is_operand(*part) && *field != Some(Field::Type) {
                targets.push(self.target(*part));
            }
        }
        let elements = self.list(&targets);
        let kind = crate::syntax::CollectionKind::Tuple;
        let target = self.add(NodeKind::Collection { kind, elements }, span);
        Some(match declares {
            true => self.add(NodeKind::Let { target, declared: None, value: Some(value) }, span),
            false => self.add(NodeKind::Assign { target, operator: None, value }, span),
        })
    }

    fn target(&mut self, node: Node<'t>) -> NodeId {
        match self.kind(node) {
            Kind::Identifier => self.name_node(node),
            _ => self.expression(node),
        }
    }

    fn assignment_expression(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        self.assignment(&parts, span_of(node))
    }

    /// `target = value`, `target += value`.
    fn assignment(&mut self, parts: &Parts<'t, Field>, span: Span) -> Option<NodeId> {
        let at = parts.iter().position(|(_, part)| !part.is_named() && part.kind().ends_with('='))?;
        let (left, right) = (parts.get(at.checked_sub(1)?)?.1, parts.get(at + 1)?.1);
        let operator = parts[at].1.kind().strip_suffix('=').filter(|operator| !operator.is_empty());
        // `+%=` and `+|=` add as well.
        let operator = operator.map(|operator| operator_of(operator.trim_end_matches(['%', '|'])));
        if operator.is_none()
            && let Some(grown) = self.grown_text(left, right, span)
        {
            return Some(grown);
        }
        let value = self.expression(right);
        if self.text_of(left) == "_" {
            return Some(value);
        }
        let target = self.target(left);
        Some(self.add(NodeKind::Assign { target, operator, value }, span))
    }

    // Leaving

    /// `return`; one that gives an error is how the language raises.
    pub(super) fn return_statement(&mut self, node: Node<'t>) -> NodeId {
        let value = self.operands(node).first().copied();
        let fails = self.state.after_failure || value.is_some_and(|value| self.kind(value) == Kind::ErrorType);
        let value = value.map(|value| self.expression(value));
        let kind = if fails { NodeKind::Raise(value) } else { NodeKind::Return(value) };
        self.add(kind, span_of(node))
    }

    /// `break`; one that leaves a block is only the value of the block.
    pub(super) fn break_statement(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) -> Option<NodeId> {
        let parts = self.operands(node);
        let label = parts.iter().find(|part| self.kind(**part) == Kind::BreakLabel);
        let label = label.map(|label| self.text_of(*label).trim_start_matches(':').trim());
        let value = parts.iter().find(|part| self.kind(**part) != Kind::BreakLabel);
        if let Some(value) = value {
            let value = self.expression(*value);
            nodes.push(value);
        }
        let leaves_loop = match label {
            Some(label) => !self.state.block_labels.contains(&label),
            None => !self.state.in_unrolled,
        };
        leaves_loop.then(|| self.add(NodeKind::Break, span_of(node)))
    }

    /// `continue`. With the label of a loop further out it leaves its own; with that of a `switch` it stays in it.
    pub(super) fn continue_statement(&mut self, node: Node<'t>) -> Option<NodeId> {
        let label = self.named(node).find(|part| self.kind(*part) == Kind::BreakLabel);
        let leaves_own = label.is_some_and(|label| {
            let label = self.text_of(label).trim_start_matches(':').trim();
            let around = std::iter::successors(node.parent(), Node::parent);
            let mut loops = around.filter(|outer| is_loop(self.kind(*outer)));
            let is_meant = |outer: Node<'t>| self.loop_label(outer) == Some(label);
            !loops.next().is_some_and(is_meant) && loops.any(is_meant)
        });
        let kind = if leaves_own { NodeKind::Break } else { NodeKind::Continue };
        (!self.state.in_unrolled).then(|| self.add(kind, span_of(node)))
    }

    /// The label of a loop: its own where it is an expression, else that of the statement around it.
    fn loop_label(&self, node: Node<'t>) -> Option<&'t str> {
        let around = node.parent().filter(|around| self.kind(*around) == Kind::LabeledStatement);
        let holders = [Some(node), around].into_iter().flatten();
        let mut first = holders.filter_map(|holder| holder.named_child(0));
        first.find(|part| self.kind(*part) == Kind::BlockLabel).map(|label| self.label_of(label))
    }

    /// What runs when something failed, or is not there.
    pub(super) fn handler(&mut self, payload: Option<Node<'t>>, node: Node<'t>) -> NodeId {
        let outer = std::mem::replace(&mut self.state.after_failure, true);
        let mut nodes = self.payload_variables(payload);
        self.statement(node, &mut nodes);
        self.state.after_failure = outer;
        self.tree.block(&nodes, span_of(node))
    }

    // Choices

    /// The names between bars.
    pub(super) fn payload_names(&mut self, payload: Option<Node<'t>>) -> Vec<Node<'t>> {
        match payload {
            Some(payload) => self.named(payload).collect(),
            None => Vec::new(),
        }
    }

    /// Variables of which nothing is known.
    fn payload_variables(&mut self, payload: Option<Node<'t>>) -> Vec<NodeId> {
        let mut variables = Vec::new();
        for name in self.payload_names(payload) {
            let target = self.name_node(name);
            let variable = NodeKind::Let { target, declared: None, value: None };
            variables.push(self.add(variable, span_of(name)));
        }
        variables
    }

    /// The first payload behind a token.
    pub(super) fn payload_after(&self, parts: &Parts<'t, Field>, token: &str) -> Option<Node<'t>> {
        let at = position_of(parts, token)?;
        let next = parts.get(at + 1).map(|(_, part)| *part)?;
        (self.kind(next) == Kind::Payload).then_some(next)
    }

    /// A condition; with a payload it binds what is there.
    fn condition(&mut self, condition: Node<'t>, payload: Option<Node<'t>>) -> NodeId {
        let value = self.expression(condition);
        match self.payload_names(payload).first() {
            Some(name) => {
                let pattern = self.name_node(*name);
                self.add(NodeKind::LetCondition { pattern, value }, span_of(condition))
            }
            None => value,
        }
    }

    /// `if`, as a statement or an expression.
    pub(super) fn choice(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let Some(test) = in_field(&parts, Field::Condition) else { return self.tree.other(&[], span) };
        let payload = self.payload_after(&parts, ")");
        let condition = self.condition(test, payload);
        let after = position_of(&parts, ")").unwrap_or(0);
        let operands: Vec<Node> =
            parts[after..].iter().map(|(_, part)| *part).filter(|part| is_operand(*part)).collect();
        let mut bodies =
            operands.into_iter().filter(|part| !matches!(self.kind(*part), Kind::Payload | Kind::ElseClause));
        let (then, inline_else) = (bodies.next(), bodies.next());
        let then = match then {
            Some(then) => self.branch(then),
            None => self.tree.block(&[], span),
        };
        let clause = parts.iter().map(|(_, part)| *part).find(|part| self.kind(*part) == Kind::ElseClause);
        let otherwise = match (clause, inline_else) {
            (Some(clause), _) => {
                let own = self.parts(clause);
                let payload = self.payload_after(&own, "else");
                in_field(&own, Field::Alternative).map(|alternative| self.alternative(payload, alternative))
            }
            (None, Some(alternative)) => {
                let payload = self.payload_after(&parts, "else");
                Some(self.alternative(payload, alternative))
            }
            (None, None) => None,
        };
        self.add(NodeKind::If { condition, then, otherwise }, span)
    }

    /// `else |err|` runs when something failed.
    fn alternative(&mut self, payload: Option<Node<'t>>, node: Node<'t>) -> NodeId {
        match payload {
            Some(_) => self.handler(payload, node),
            None => self.branch(node),
        }
    }

    /// A part of a choice: a block, or what gives its value.
    fn branch(&mut self, node: Node<'t>) -> NodeId {
        let mut nodes = Vec::new();
        self.statement(node, &mut nodes);
        match nodes[..] {
            [only] => only,
            _ => self.tree.block(&nodes, span_of(node)),
        }
    }

    pub(super) fn switch(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let subject = parts
            .iter()
            .map(|(_, part)| *part)
            .find(|part| is_operand(*part) && !matches!(self.kind(*part), Kind::BlockLabel | Kind::SwitchCase));
        let Some(subject) = subject else { return self.tree.other(&[], span) };
        let lowered = self.expression(subject);
        let mut arms = Vec::new();
        for (_, case) in parts {
            if self.kind(case) == Kind::SwitchCase {
                arms.push(self.arm(subject, case));
            }
        }
        let arms = self.list(&arms);
        self.add(NodeKind::Match { subject: lowered, arms }, span)
    }

    /// One case. What it takes out of a union is the member of that name.
    fn arm(&mut self, subject: Node<'t>, case: Node<'t>) -> NodeId {
        let parts = self.parts(case);
        let span = span_of(case);
        let arrow = position_of(&parts, "=>").unwrap_or(0);
        let patterns: Vec<Node> = parts[..arrow].iter().map(|(_, part)| *part).filter(|part| part.is_named()).collect();
        let payload = self.payload_after(&parts, "=>");
        let mut nodes = Vec::new();
        for (place, name) in self.payload_names(payload).into_iter().enumerate() {
            let value = match patterns[..] {
                [pattern] if place == 0 => self.variant_of(subject, pattern),
                _ => None,
            };
            let target = self.name_node(name);
            nodes.push(self.add(NodeKind::Let { target, declared: None, value }, span_of(name)));
        }
        if let Some((_, body)) = parts.iter().rev().find(|(_, part)| is_operand(*part)) {
            self.statement(*body, &mut nodes);
        }
        let body = match nodes[..] {
            [only] => only,
            _ => self.tree.block(&nodes, span),
        };
        let pattern = self.wildcard(Span { end: span.start, ..span });
        self.add(NodeKind::Arm { pattern, guard: None, body }, span)
    }

    /// The member of a union that a pattern names: `.name`.
    fn variant_of(&mut self, subject: Node<'t>, pattern: Node<'t>) -> Option<NodeId> {
        if self.kind(pattern) != Kind::FieldExpression
            || !matches!(self.kind(subject), Kind::Identifier | Kind::FieldExpression | Kind::DereferenceExpression)
        {
            return None;
        }
        let parts = self.parts(pattern);
        if in_field(&parts, Field::Object).is_some() {
            return None;
        }
        let name = self.name(in_field(&parts, Field::Member)?);
        let object = self.expression(subject);
        Some(self.add(NodeKind::Member { object, name }, span_of(pattern)))
    }

    // Loops

    /// `while`, as a statement or an expression. What is done between turns is the end of each.
    pub(super) fn while_loop(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let (Some(test), Some(close)) = (in_field(&parts, Field::Condition), position_of(&parts, ")")) else {
            return self.tree.other(&[], span);
        };
        let header = Span::new(node.start_byte(), parts[close].1.end_byte());
        if position_of(&parts, "inline").is_some() {
            return self.unrolled(&parts, close, Vec::new(), span);
        }
        let payload = self.payload_after(&parts, ")");
        let condition = match self.text_of(test) {
            "true" => None,
            _ => Some(self.condition(test, payload)),
        };
        let step =
            position_of(&parts, ":").filter(|at| *at > close).and_then(|at| parts.get(at + 2)).map(|(_, step)| *step);
        let mut turn = Vec::new();
        let outer = std::mem::replace(&mut self.state.in_unrolled, false);
        if let Some(body) = self.loop_body(&parts, close) {
            self.statement(body, &mut turn);
        }
        self.state.in_unrolled = outer;
        if let Some(step) = step {
            self.statement(step, &mut turn);
        }
        let body = self.tree.block(&turn, span);
        let turns = self.tree.add_loop(LoopNode::turning(condition, body, header), span);
        self.with_else(turns, &parts, span)
    }

    /// The body of a loop: the field, or the first operand behind the head that is neither payload nor step.
    fn loop_body(&self, parts: &Parts<'t, Field>, close: usize) -> Option<Node<'t>> {
        if let Some(body) = in_field(parts, Field::Body) {
            return Some(body);
        }
        let mut depth = 0;
        for (_, part) in &parts[close + 1..] {
            match part.kind() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ if depth == 0 && is_operand(*part) && self.kind(*part) != Kind::Payload => return Some(*part),
                _ => {}
            }
        }
        None
    }

    /// `else` of a loop runs when it ends by itself.
    fn with_else(&mut self, turns: NodeId, parts: &Parts<'t, Field>, span: Span) -> NodeId {
        let clause = parts.iter().map(|(_, part)| *part).find(|part| self.kind(*part) == Kind::ElseClause);
        let inline = position_of(parts, "else").and_then(|at| {
            parts[at + 1..]
                .iter()
                .map(|(_, part)| *part)
                .find(|part| is_operand(*part) && self.kind(*part) != Kind::Payload)
        });
        let alternative = match clause {
            Some(clause) => {
                let own = self.parts(clause);
                in_field(&own, Field::Alternative)
            }
            None => inline,
        };
        let Some(alternative) = alternative else { return turns };
        let mut nodes = vec![turns];
        self.statement(alternative, &mut nodes);
        self.tree.block(&nodes, span)
    }

    /// `for (xs, ys, 0..) |x, y, i|`: a loop over the first sequence; in each turn the others are at the same place.
    pub(super) fn for_loop(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let (Some(open), Some(close)) = (position_of(&parts, "("), position_of(&parts, ")")) else {
            return self.tree.other(&[], span);
        };
        let inputs = self.inputs(&parts[open + 1..close]);
        let payload = self.payload_after(&parts, ")");
        let names = self.payload_names(payload);
        if position_of(&parts, "inline").is_some() {
            return self.unrolled(&parts, close, names, span);
        }
        let header = Span::new(node.start_byte(), parts[close].1.end_byte());
        let main = inputs.iter().position(|(_, end)| matches!(end, Bound::None)).unwrap_or(0);
        let Some((first, bound)) = inputs.get(main) else { return self.tree.other(&[], span) };
        let iterable = self.input(*first, *bound);
        let target = match names.get(main) {
            Some(name) => self.name_node(*name),
            None => self.wildcard(span),
        };
        let mut turn = Vec::new();
        for (place, (name, (input, bound))) in names.iter().zip(&inputs).enumerate() {
            if place != main {
                let companion = match bound {
                    Bound::None => Companion::Sequence(*input),
                    _ => Companion::Count,
                };
                turn.push(self.companion(*name, companion));
            }
        }
        let outer = std::mem::replace(&mut self.state.in_unrolled, false);
        if let Some(body) = self.loop_body(&parts, close) {
            self.statement(body, &mut turn);
        }
        self.state.in_unrolled = outer;
        let body = self.tree.block(&turn, span);
        let turns = self.tree.add_loop(LoopNode::through(iterable, target, body, header), span);
        self.with_else(turns, &parts, span)
    }

    /// What a loop goes through, with the ends of ranges.
    fn inputs(&mut self, parts: &[crate::lang::grammar::Part<'t, Field>]) -> Vec<(Node<'t>, Bound<'t>)> {
        let mut inputs = Vec::new();
        for group in parts.split(|(_, part)| part.kind() == ",") {
            let operands: Vec<Node> = group.iter().map(|(_, part)| *part).filter(|part| is_operand(*part)).collect();
            let is_range = group.iter().any(|(_, part)| part.kind() == "..");
            match operands[..] {
                [start, end] => inputs.push((start, Bound::Closed(end))),
                [start] if is_range => inputs.push((start, Bound::Open)),
                [range] if self.kind(range) == Kind::RangeExpression => {
                    let own = self.parts(range);
                    let Some(start) = in_field(&own, Field::Left) else { continue };
                    let bound = in_field(&own, Field::Right).map_or(Bound::Open, Bound::Closed);
                    inputs.push((start, bound));
                }
                [only] => inputs.push((only, Bound::None)),
                _ => {}
            }
        }
        inputs
    }

    fn input(&mut self, first: Node<'t>, bound: Bound<'t>) -> NodeId {
        let start = self.expression(first);
        let (end, last) = match bound {
            Bound::None => return start,
            Bound::Open => (None, first),
            Bound::Closed(end) => (Some(self.expression(end)), end),
        };
        let span = span_of(first).to(span_of(last));
        self.add(NodeKind::Range { start: Some(start), end, step: None }, span)
    }

    /// A variable of each turn: an element of another sequence, or a number.
    fn companion(&mut self, name: Node<'t>, companion: Companion<'t>) -> NodeId {
        let span = span_of(name);
        let target = self.name_node(name);
        let value = match companion {
            Companion::Sequence(sequence) => {
                let object = self.expression(sequence);
                let index = self.wildcard(span);
                Some(self.add(NodeKind::Index { object, index }, span))
            }
            Companion::Count => None,
        };
        self.add(NodeKind::Let { target, declared: None, value }, span)
    }

    /// The body of a loop that the compiler unrolls, once.
    fn unrolled(&mut self, parts: &Parts<'t, Field>, close: usize, names: Vec<Node<'t>>, span: Span) -> NodeId {
        let mut nodes = Vec::new();
        for name in names {
            let target = self.name_node(name);
            nodes.push(self.add(NodeKind::Let { target, declared: None, value: None }, span_of(name)));
        }
        let outer = std::mem::replace(&mut self.state.in_unrolled, true);
        if let Some(body) = self.loop_body(parts, close) {
            self.statement(body, &mut nodes);
        }
        self.state.in_unrolled = outer;
        self.tree.block(&nodes, span)
    }
}

/// Does a deferred statement only give back what was taken? That costs nothing to speak of.
fn is_clean_up(text: &str) -> bool {
    let is_plain = !text.contains('{');
    is_plain && [".deinit(", ".free(", ".destroy(", ".close("].iter().any(|method| text.contains(method))
}

/// Where a range ends.
#[derive(Clone, Copy)]
enum Bound<'t> {
    /// It is no range.
    None,
    /// Nowhere: it counts along.
    Open,
    Closed(Node<'t>),
}

fn is_loop(kind: Kind) -> bool {
    matches!(kind, Kind::ForExpression | Kind::ForStatement | Kind::WhileExpression | Kind::WhileStatement)
}
