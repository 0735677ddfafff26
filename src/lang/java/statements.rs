//! Statements. A `for` with three clauses that counts is a loop over a range; a statement that takes resources is a context.

use tree_sitter::Node;

use super::grammar::{Field, Kind};
use super::lower::Lowering;
use crate::lang::grammar::Parts;
use crate::lang::lowering::{all_in_field, in_field, span_of};
use crate::source::Span;
use crate::syntax::{LoopNode, NodeId, NodeKind, TypeExprId};

/// The variable of a loop that counts up, where it starts, where it ends, and its steps, if they are not of one.
type Counting<'t> = (Node<'t>, Node<'t>, Node<'t>, Option<Node<'t>>);

impl<'t> Lowering<'t> {
    pub(super) fn block(&mut self, node: Node<'t>) -> NodeId {
        let mut nodes = Vec::new();
        self.scoped(|lowering| lowering.statements(node, &mut nodes));
        self.tree.block(&nodes, span_of(node))
    }

    /// What is declared meanwhile is not declared behind it.
    pub(super) fn scoped<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let mark = self.state.scope.mark();
        let result = work(self);
        self.state.scope.end(mark);
        result
    }

    fn statements(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        for statement in self.named(node).collect::<Vec<_>>() {
            self.statement(statement, nodes);
        }
    }

    pub(super) fn statement(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        self.deeper(node, |lowering| lowering.statement_here(node, nodes));
    }

    fn statement_here(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let kind = self.kind(node);
        if node.has_error() && is_simple(kind) {
            return self.error(node, "syntax error".to_owned());
        }
        let span = span_of(node);
        let lowered = match kind {
            Kind::LocalVariableDeclaration => return self.variables(node, nodes),
            Kind::ExpressionStatement => self.only_expression(node),
            Kind::ReturnStatement => {
                let value = self.only_expression(node);
                Some(self.add(NodeKind::Return(value), span))
            }
            Kind::ThrowStatement => {
                let value = self.only_expression(node);
                Some(self.add(NodeKind::Raise(value), span))
            }
            // Its value is that of the block around it.
            Kind::YieldStatement => self.only_expression(node),
            Kind::IfStatement => self.if_statement(node),
            Kind::ForStatement => Some(self.scoped(|lowering| lowering.for_statement(node))),
            Kind::EnhancedForStatement => self.scoped(|lowering| lowering.enhanced_for(node)),
            Kind::WhileStatement | Kind::DoStatement => self.while_statement(node),
            Kind::SwitchExpression => Some(self.switch(node)),
            Kind::TryStatement | Kind::TryWithResourcesStatement => Some(self.try_statement(node)),
            Kind::SynchronizedStatement => self.synchronized(node),
            Kind::LabeledStatement => {
                let inner = self.named(node).nth(1);
                return inner.map_or((), |inner| self.statement(inner, nodes));
            }
            Kind::Block | Kind::ConstructorBody => Some(self.block(node)),
            Kind::BreakStatement => self.break_statement(node),
            Kind::ContinueStatement => {
                let is_loop = |kind| {
                    use Kind::{DoStatement, EnhancedForStatement, ForStatement, WhileStatement};
                    matches!(kind, DoStatement | EnhancedForStatement | ForStatement | WhileStatement)
                };
                Some(self.continue_with_label(node, is_loop))
            }
            Kind::ExplicitConstructorInvocation => Some(self.explicit_constructor(node)),
            Kind::ClassDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::RecordDeclaration
            | Kind::AnnotationTypeDeclaration => self.class_declaration(node),
            // A test that does not run where others wait.
            Kind::AssertStatement => None,
            Kind::MethodDeclaration => None,
            _ => self.is_expression(node).then(|| self.expression(node)),
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

    // Variables

    fn variables(&mut self, node: Node<'t>, nodes: &mut Vec<NodeId>) {
        let parts = self.parts(node);
        let Some(declared) = in_field(&parts, Field::Type) else { return };
        for declarator in all_in_field(&parts, Field::Declarator).collect::<Vec<_>>() {
            let variable = self.local(declared, declarator, span_of(node));
            nodes.extend(variable);
        }
    }

    fn local(&mut self, declared: Node<'t>, declarator: Node<'t>, span: Span) -> Option<NodeId> {
        let variable = self.variable(declared, declarator, span)?;
        let name = in_field(&self.parts(declarator), Field::Name)?;
        let text = self.text_of(name);
        self.state.scope.declare(text);
        Some(variable)
    }

    /// A variable or field with its value.
    pub(super) fn variable(&mut self, declared: Node<'t>, declarator: Node<'t>, span: Span) -> Option<NodeId> {
        let parts = self.parts(declarator);
        let name = in_field(&parts, Field::Name)?;
        let value = in_field(&parts, Field::Value);
        let dimensions = self.dimensions(in_field(&parts, Field::Dimensions));
        let own = value.and_then(|value| self.made_type(declared, value)).or_else(|| self.declared_type(declared));
        let own = own.map(|own| self.array_of(own, dimensions));
        let value = value.map(|value| self.expression(value));
        let bound = self.name(name);
        let kind = if self.text_of(name) == "_" { NodeKind::Wildcard } else { NodeKind::Name(bound) };
        let target = self.add(kind, span_of(name));
        Some(self.add(NodeKind::Let { target, declared: own, value }, span))
    }

    /// A type, unless it is left to the value.
    pub(super) fn declared_type(&mut self, node: Node<'t>) -> Option<TypeExprId> {
        (self.text_of(node) != "var").then(|| self.type_expr(node))
    }

    /// `List<Order> orders = new ArrayList<>()`: the class that is made, with what is said of its elements.
    fn made_type(&mut self, declared: Node<'t>, value: Node<'t>) -> Option<TypeExprId> {
        if self.kind(value) != Kind::ObjectCreationExpression || self.kind(declared) != Kind::GenericType {
            return None;
        }
        let made = in_field(&self.parts(value), Field::Type).filter(|made| self.kind(*made) == Kind::GenericType)?;
        let id = self.type_expr(made);
        if self.tree.types[id.0 as usize].arguments.is_empty() {
            let arguments = self.type_arguments(declared);
            self.tree.types[id.0 as usize].arguments = arguments;
        }
        Some(id)
    }

    /// A name that is declared with a type, where no statement declares it.
    pub(super) fn typed_target(&mut self, name: Node<'t>, declared: Option<TypeExprId>) -> NodeId {
        let value = self.declare(name);
        match declared {
            Some(target) => self.add(NodeKind::Cast { value, target }, span_of(name)),
            None => value,
        }
    }

    // Choices

    fn if_statement(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let condition = self.expression(in_field(&parts, Field::Condition)?);
        let then = in_field(&parts, Field::Consequence)?;
        let then = self.branch(then);
        let otherwise = in_field(&parts, Field::Alternative).map(|alternative| self.branch(alternative));
        Some(self.add(NodeKind::If { condition, then, otherwise }, span_of(node)))
    }

    /// A statement as a block.
    fn branch(&mut self, node: Node<'t>) -> NodeId {
        if self.kind(node) == Kind::Block {
            return self.block(node);
        }
        let mut nodes = Vec::new();
        self.scoped(|lowering| lowering.statement(node, &mut nodes));
        match nodes[..] {
            [only] if self.kind(node) == Kind::IfStatement => only,
            _ => self.tree.block(&nodes, span_of(node)),
        }
    }

    /// A switch, as a statement or as a value. Groups of statements end where the next begins: most do.
    pub(super) fn switch(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let subject = match in_field(&parts, Field::Condition) {
            Some(condition) => self.expression(condition),
            None => self.wildcard(span),
        };
        let body = in_field(&parts, Field::Body);
        let cases: Vec<Node> = body.map(|body| self.named(body).collect()).unwrap_or_default();
        let outer = std::mem::replace(&mut self.state.in_switch, true);
        let arms: Vec<NodeId> = cases.into_iter().map(|case| self.scoped(|lowering| lowering.case(case))).collect();
        self.state.in_switch = outer;
        let arms = self.list(&arms);
        self.add(NodeKind::Match { subject, arms }, span)
    }

    fn case(&mut self, node: Node<'t>) -> NodeId {
        let mut pattern = None;
        let mut guard = None;
        let mut nodes = Vec::new();
        for part in self.named(node).collect::<Vec<_>>() {
            if self.kind(part) == Kind::SwitchLabel {
                for label in self.named(part).collect::<Vec<_>>() {
                    match self.kind(label) {
                        Kind::Guard => guard = self.only_expression(label),
                        Kind::Pattern => pattern = self.named(label).next().map(|inner| self.pattern(inner)),
                        // Constants bind nothing.
                        _ => {}
                    }
                }
                continue;
            }
            self.statement(part, &mut nodes);
        }
        let span = span_of(node);
        let pattern = match pattern {
            Some(pattern) => pattern,
            None => self.wildcard(Span { end: span.start, ..span }),
        };
        let body = match nodes[..] {
            [only] => only,
            _ => self.tree.block(&nodes, span),
        };
        self.add(NodeKind::Arm { pattern, guard, body }, span)
    }

    /// A pattern that binds names: `Circle c`, `Point(int x, int y)`.
    pub(super) fn pattern(&mut self, node: Node<'t>) -> NodeId {
        self.deeper(node, |lowering| lowering.pattern_here(node)).unwrap_or_else(|| self.wildcard(span_of(node)))
    }

    fn pattern_here(&mut self, node: Node<'t>) -> NodeId {
        let inner: Vec<Node> = self.named(node).collect();
        match (self.kind(node), &inner[..]) {
            (Kind::TypePattern | Kind::RecordPatternComponent, [declared, name]) => {
                let declared = self.declared_type(*declared);
                self.typed_target(*name, declared)
            }
            (Kind::RecordPattern, [class, rest @ ..]) => {
                let callee = self.class_value(*class);
                let body = rest.iter().find(|part| self.kind(**part) == Kind::RecordPatternBody);
                let components: Vec<Node> = body.map(|body| self.named(*body).collect()).unwrap_or_default();
                let components: Vec<NodeId> = components.into_iter().map(|part| self.pattern(part)).collect();
                self.tree.call(callee, &components, None, span_of(node))
            }
            _ => self.wildcard(span_of(node)),
        }
    }

    // Failures and contexts

    /// `try`, with or without resources.
    fn try_statement(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let mark = self.state.scope.mark();
        let resources = in_field(&parts, Field::Resources).map(|list| self.resources(list)).unwrap_or_default();
        let body = match in_field(&parts, Field::Body) {
            Some(body) => self.block(body),
            None => self.tree.block(&[], span),
        };
        self.state.scope.end(mark);
        let body = match resources.is_empty() {
            true => body,
            false => {
                let items = self.list(&resources);
                self.add(NodeKind::With { items, body, is_async: false }, span)
            }
        };
        let mut handlers = Vec::new();
        let mut finally = None;
        for (_, part) in parts {
            match self.kind(part) {
                Kind::CatchClause => handlers.extend(self.scoped(|lowering| lowering.catch(part))),
                Kind::FinallyClause => finally = self.named(part).next().map(|block| self.block(block)),
                _ => {}
            }
        }
        if handlers.is_empty() && finally.is_none() {
            return body;
        }
        let handlers = self.list(&handlers);
        self.add(NodeKind::Try { body, handlers, otherwise: None, finally }, span)
    }

    fn resources(&mut self, list: Node<'t>) -> Vec<NodeId> {
        let mut items = Vec::new();
        for resource in self.named(list).collect::<Vec<_>>() {
            let parts = self.parts(resource);
            let item = match (in_field(&parts, Field::Name), in_field(&parts, Field::Value)) {
                (Some(name), Some(value)) => {
                    let context = self.expression(value);
                    let declared = in_field(&parts, Field::Type).and_then(|declared| self.declared_type(declared));
                    let target = Some(self.typed_target(name, declared));
                    NodeKind::WithItem { context, target }
                }
                // A variable that is there already.
                _ => match self.only_expression(resource) {
                    Some(context) => NodeKind::WithItem { context, target: None },
                    None => continue,
                },
            };
            items.push(self.add(item, span_of(resource)));
        }
        items
    }

    fn catch(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let body = in_field(&parts, Field::Body)?;
        let parameter = parts.iter().find(|(_, part)| self.kind(*part) == Kind::CatchFormalParameter);
        let mut nodes = Vec::new();
        if let Some((_, parameter)) = parameter
            && let Some(name) = in_field(&self.parts(*parameter), Field::Name)
        {
            let target = self.declare(name);
            nodes.push(self.add(NodeKind::Let { target, declared: None, value: None }, span_of(*parameter)));
        }
        self.statements(body, &mut nodes);
        Some(self.tree.block(&nodes, span_of(body)))
    }

    fn synchronized(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let body = in_field(&parts, Field::Body)?;
        let context = parts.iter().find(|(_, part)| self.kind(*part) == Kind::ParenthesizedExpression)?.1;
        let context = self.expression(context);
        let item = self.add(NodeKind::WithItem { context, target: None }, self.tree.span(context));
        let items = self.list(&[item]);
        let body = self.block(body);
        Some(self.add(NodeKind::With { items, body, is_async: false }, span_of(node)))
    }

    // Loops

    fn loop_body(&mut self, body: Node<'t>) -> NodeId {
        let outer = std::mem::replace(&mut self.state.in_switch, false);
        let body = self.branch(body);
        self.state.in_switch = outer;
        body
    }

    /// `for (Order order : orders)`
    fn enhanced_for(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let (name, value) = (in_field(&parts, Field::Name)?, in_field(&parts, Field::Value)?);
        let body = in_field(&parts, Field::Body)?;
        let iterable = self.expression(value);
        let declared = in_field(&parts, Field::Type).and_then(|declared| self.declared_type(declared));
        let target = self.typed_target(name, declared);
        let body = self.loop_body(body);
        let header = Span::new(node.start_byte(), value.end_byte());
        Some(self.tree.add_loop(LoopNode::through(iterable, target, body, header), span_of(node)))
    }

    /// `while` and `do`.
    fn while_statement(&mut self, node: Node<'t>) -> Option<NodeId> {
        let parts = self.parts(node);
        let (test, body) = (in_field(&parts, Field::Condition)?, in_field(&parts, Field::Body)?);
        let condition = self.expression(test);
        let is_endless = self.tree.kind(condition) == NodeKind::Bool(true);
        let body = self.loop_body(body);
        let end =
            if self.kind(node) == Kind::WhileStatement { test.end_byte() } else { node.start_byte() + "do".len() };
        let header = Span::new(node.start_byte(), end);
        let condition = (!is_endless).then_some(condition);
        Some(self.tree.add_loop(LoopNode::turning(condition, body, header), span_of(node)))
    }

    /// `for (int i = 0; i < n; i++)`, or any other three clauses.
    fn for_statement(&mut self, node: Node<'t>) -> NodeId {
        let parts = self.parts(node);
        let span = span_of(node);
        let Some(body) = in_field(&parts, Field::Body) else { return self.tree.other(&[], span) };
        let heads = [Field::Init, Field::Condition, Field::Update];
        let last =
            heads.iter().filter_map(|field| all_in_field(&parts, *field).last()).map(|part| part.end_byte()).max();
        let header = Span::new(node.start_byte(), last.unwrap_or(node.start_byte() + "for".len()));
        if let Some((name, start, end, step)) = self.counted(&parts) {
            let range = span_of(start).to(span_of(end));
            let (start, end) = (Some(self.expression(start)), Some(self.expression(end)));
            let step = step.map(|step| self.expression(step));
            let iterable = self.add(NodeKind::Range { start, end, step }, range);
            let target = self.declare(name);
            let body = self.loop_body(body);
            return self.tree.add_loop(LoopNode::through(iterable, target, body, header), span);
        }
        let mut nodes = Vec::new();
        for initializer in all_in_field(&parts, Field::Init).collect::<Vec<_>>() {
            self.statement(initializer, &mut nodes);
        }
        let condition = in_field(&parts, Field::Condition).map(|condition| self.expression(condition));
        let mut turn = vec![self.loop_body(body)];
        for update in all_in_field(&parts, Field::Update).collect::<Vec<_>>() {
            turn.push(self.expression(update));
        }
        let turn = self.tree.block(&turn, span_of(body));
        let turns = self.tree.add_loop(LoopNode::turning(condition, turn, header), span);
        nodes.push(turns);
        match nodes[..] {
            [only] => only,
            _ => self.tree.block(&nodes, span),
        }
    }

    /// What a loop counts, if it counts up.
    fn counted(&mut self, parts: &Parts<'t, Field>) -> Option<Counting<'t>> {
        let initializer = in_field(parts, Field::Init)?;
        if self.kind(initializer) != Kind::LocalVariableDeclaration || all_in_field(parts, Field::Update).count() != 1 {
            return None;
        }
        let own = self.parts(initializer);
        let mut declarators = all_in_field(&own, Field::Declarator);
        let (Some(declarator), None) = (declarators.next(), declarators.next()) else { return None };
        let declarator = self.parts(declarator);
        let (name, start) = (in_field(&declarator, Field::Name)?, in_field(&declarator, Field::Value)?);
        let condition = in_field(parts, Field::Condition).filter(|test| self.kind(*test) == Kind::BinaryExpression)?;
        let test = self.parts(condition);
        let operator = self.text_of(in_field(&test, Field::Operator)?);
        let is_compared = self.text_of(in_field(&test, Field::Left)?) == self.text_of(name);
        let (counter, step) = self.step_of(in_field(parts, Field::Update)?)?;
        let steps = self.text_of(counter) == self.text_of(name);
        let end = in_field(&test, Field::Right)?;
        (matches!(operator, "<" | "<=") && is_compared && steps).then_some((name, start, end, step))
    }

    /// What `i++` or `i += n` counts, and `n`.
    fn step_of(&mut self, update: Node<'t>) -> Option<(Node<'t>, Option<Node<'t>>)> {
        match self.kind(update) {
            Kind::UpdateExpression if self.text_of(update).contains("++") => Some((self.named(update).next()?, None)),
            Kind::AssignmentExpression => {
                let parts = self.parts(update);
                let (left, right) = (in_field(&parts, Field::Left)?, in_field(&parts, Field::Right)?);
                (self.text_of(in_field(&parts, Field::Operator)?) == "+=").then_some((left, Some(right)))
            }
            _ => None,
        }
    }
}

/// Statements without blocks: one with an error in it is left out as a whole.
fn is_simple(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LocalVariableDeclaration
            | Kind::ExpressionStatement
            | Kind::ReturnStatement
            | Kind::ThrowStatement
            | Kind::YieldStatement
    )
}
