//! The grammar of JavaScript and TypeScript: one pass over the exact parser's tree into the neutral tree.
//!
//! This file has the statements. It knows what a construct means in the language, and nothing of modules, libraries or
//! other files. Expressions, functions and classes, imports, patterns, types and elements have files of their own.

use oxc_ast::ast;
use oxc_span::GetSpan;
use smallvec::SmallVec;

use super::{migrations, stack};
use crate::source::Span;
use crate::syntax::{List, LoopNode, Name, NodeId, NodeKind, Operator, SyntaxError, Tree};

/// How deep constructs may nest in the neutral tree. Deeper ones are left out and named, so that whoever walks the tree
/// can do so by recursion.
const MAX_DEPTH: u32 = 1000;

pub(super) type Nodes = SmallVec<[NodeId; 8]>;

/// The neutral tree of a program that the parser accepted, and what was nested too deeply to be in it.
pub(super) fn lower(program: &ast::Program, text: &str) -> (Tree, Vec<SyntaxError>) {
    let mut tree = Tree::for_text(text.len());
    tree.block_scoped = true;
    tree.attributes_run_code = true;
    tree.is_migration = migrations::is_migration(program);
    let this = tree.names.intern("this");
    let mut lowering = Lowering {
        tree,
        text,
        depth: 0,
        this,
        enclosing: Enclosing::Nothing,
        in_function: false,
        labels: Vec::new(),
        innermost: None,
        nameless: Vec::new(),
        errors: Vec::new(),
    };
    let mut body = Nodes::new();
    lowering.statements(&program.body, &mut body);
    body.extend(std::mem::take(&mut lowering.nameless));
    let root = lowering.tree.block(&body, span(program.span));
    lowering.tree.root = Some(root);
    (lowering.tree, lowering.errors)
}

/// The neutral form of the parser's spans.
pub(super) fn span(span: oxc_span::Span) -> Span {
    Span { start: span.start, end: span.end }
}

/// What a `break` without a label leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Enclosing {
    Nothing,
    Loop,
    Switch,
}

pub(super) struct Lowering<'t> {
    pub tree: Tree,
    pub text: &'t str,
    /// How many constructs enclose the current one.
    depth: u32,
    /// The name of the receiver.
    pub this: Name,
    pub enclosing: Enclosing,
    /// In a function, however deep.
    pub in_function: bool,
    /// The labels around this place, with the bodies of their loops.
    labels: Vec<(String, Span)>,
    /// The body of the innermost loop.
    innermost: Option<Span>,
    /// Interfaces without a name of their own, which the module defines.
    pub nameless: Vec<NodeId>,
    errors: Vec<SyntaxError>,
}

/// Nesting, and what all parts build with.
impl Lowering<'_> {
    /// Runs one step of the recursion; `None`, and an error, when it is one too many.
    pub fn nested<R>(&mut self, at: Span, step: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= MAX_DEPTH {
            self.errors
                .push(SyntaxError { span: at, message: format!("nesting is too deep: more than {MAX_DEPTH} levels") });
            return None;
        }
        self.depth += 1;
        let result = stack::grow_if_low(self.depth, || step(self));
        self.depth -= 1;
        Some(result)
    }

    pub fn add(&mut self, kind: NodeKind, at: Span) -> NodeId {
        self.tree.add(kind, at)
    }

    pub fn nothing(&mut self, at: Span) -> NodeId {
        self.add(NodeKind::Other(List::default()), at)
    }

    /// Something of which only its parts matter.
    pub fn name(&mut self, text: &str) -> Name {
        self.tree.names.intern(text)
    }

    pub fn name_node(&mut self, text: &str, at: Span) -> NodeId {
        let name = self.name(text);
        self.add(NodeKind::Name(name), at)
    }
}

/// Statements.
impl Lowering<'_> {
    pub fn block(&mut self, body: &[ast::Statement], at: Span) -> NodeId {
        let mut nodes = Nodes::new();
        self.statements(body, &mut nodes);
        self.tree.block(&nodes, at)
    }

    /// Statements in the order in which their names are known: functions can be called before they are written.
    pub fn statements(&mut self, body: &[ast::Statement], out: &mut Nodes) {
        let is_function = |statement: &&ast::Statement| matches!(statement, ast::Statement::FunctionDeclaration(_));
        for statement in body.iter().filter(is_function).chain(body.iter().filter(|own| !is_function(own))) {
            let done = self.nested(span(statement.span()), |lowering| lowering.statement(statement, out));
            if done.is_none() {
                return;
            }
        }
    }

    /// The body of a loop or branch, which may be a single statement.
    fn body(&mut self, statement: &ast::Statement) -> NodeId {
        let at = span(statement.span());
        match statement {
            ast::Statement::BlockStatement(block) => self.block(&block.body, at),
            _ => self.block(std::slice::from_ref(statement), at),
        }
    }

    /// Lowers a statement to no, one or several nodes.
    fn statement(&mut self, statement: &ast::Statement, out: &mut Nodes) {
        let at = span(statement.span());
        let node = match statement {
            ast::Statement::ExpressionStatement(inner) => return self.expression_statement(&inner.expression, at, out),
            ast::Statement::BlockStatement(inner) => self.block(&inner.body, at),
            ast::Statement::IfStatement(inner) => self.choice(inner),
            ast::Statement::ForOfStatement(inner) => self.for_of(inner),
            ast::Statement::ForInStatement(inner) => self.for_in(inner),
            ast::Statement::ForStatement(inner) => self.counted(inner),
            ast::Statement::WhileStatement(inner) => self.repetition(&inner.test, &inner.body, at),
            ast::Statement::DoWhileStatement(inner) => self.repetition(&inner.test, &inner.body, at),
            ast::Statement::ReturnStatement(inner) => {
                let value = inner.argument.as_ref().map(|value| self.expression(value));
                self.add(NodeKind::Return(value), at)
            }
            ast::Statement::ThrowStatement(inner) => {
                let value = self.expression(&inner.argument);
                self.add(NodeKind::Raise(Some(value)), at)
            }
            ast::Statement::BreakStatement(inner) => {
                // One that ends a `case` leaves no loop.
                if inner.label.is_none() && self.enclosing == Enclosing::Switch {
                    return;
                }
                self.add(NodeKind::Break, at)
            }
            ast::Statement::ContinueStatement(inner) => {
                let leaves_own = inner.label.as_ref().is_some_and(|label| self.is_of_outer_loop(&label.name));
                self.add(if leaves_own { NodeKind::Break } else { NodeKind::Continue }, at)
            }
            ast::Statement::TryStatement(inner) => self.attempt(inner),
            ast::Statement::SwitchStatement(inner) => self.switch(inner),
            ast::Statement::LabeledStatement(inner) => return self.labeled(inner, out),
            ast::Statement::WithStatement(inner) => {
                let object = self.expression(&inner.object);
                let body = self.body(&inner.body);
                self.tree.other(&[object, body], at)
            }
            ast::Statement::DebuggerStatement(_) | ast::Statement::EmptyStatement(_) => return,
            _ => return self.declaration_statement(statement, out),
        };
        out.push(node);
    }

    fn declaration_statement(&mut self, statement: &ast::Statement, out: &mut Nodes) {
        if let Some(declaration) = statement.as_declaration() {
            self.declaration(declaration, out);
        } else if let Some(declaration) = statement.as_module_declaration() {
            self.module_declaration(declaration, out);
        }
    }

    fn choice(&mut self, choice: &ast::IfStatement) -> NodeId {
        let condition = self.expression(&choice.test);
        let then = self.body(&choice.consequent);
        let otherwise = choice.alternate.as_ref().map(|otherwise| match otherwise {
            // Each `else if` nests one deeper in the neutral tree.
            ast::Statement::IfStatement(inner) => {
                let at = span(inner.span);
                self.nested(at, |lowering| lowering.choice(inner)).unwrap_or_else(|| self.nothing(at))
            }
            _ => self.body(otherwise),
        });
        self.add(NodeKind::If { condition, then, otherwise }, span(choice.span))
    }

    fn labeled(&mut self, labeled: &ast::LabeledStatement, out: &mut Nodes) {
        let label = loop_body(&labeled.body).map(|body| (labeled.label.name.to_string(), span(body.span())));
        let labels = self.labels.len();
        self.labels.extend(label);
        self.statements(std::slice::from_ref(&labeled.body), out);
        self.labels.truncate(labels);
    }

    /// Is this the label of a loop around the innermost one? A `continue` to that leaves the innermost.
    fn is_of_outer_loop(&self, label: &str) -> bool {
        let mut labels = self.labels.iter().rev();
        labels.find(|(own, _)| own == label).is_some_and(|(_, body)| Some(*body) != self.innermost)
    }

    /// The body of a loop, where `break` leaves that loop.
    fn turn(&mut self, body: &ast::Statement) -> NodeId {
        let outer = std::mem::replace(&mut self.enclosing, Enclosing::Loop);
        let outer_loop = self.innermost.replace(span(body.span()));
        let body = self.body(body);
        self.innermost = outer_loop;
        self.enclosing = outer;
        body
    }

    fn for_of(&mut self, turn: &ast::ForOfStatement) -> NodeId {
        let at = span(turn.span);
        let iterable = self.expression(&turn.right);
        let target = self.loop_target(&turn.left);
        let header = Span { start: at.start, end: turn.right.span().end };
        let body = self.turn(&turn.body);
        let through = LoopNode::through(iterable, target, body, header);
        self.tree.add_loop(LoopNode { is_async: turn.r#await, ..through }, at)
    }

    /// `for (const key in object)` goes through the keys, as iterating over a map does.
    fn for_in(&mut self, turn: &ast::ForInStatement) -> NodeId {
        let at = span(turn.span);
        let iterable = self.expression(&turn.right);
        let target = self.loop_target(&turn.left);
        let header = Span { start: at.start, end: turn.right.span().end };
        let body = self.turn(&turn.body);
        self.tree.add_loop(LoopNode::through(iterable, target, body, header), at)
    }

    fn loop_target(&mut self, left: &ast::ForStatementLeft) -> NodeId {
        let at = span(left.span());
        match left {
            ast::ForStatementLeft::VariableDeclaration(declaration) => match declaration.declarations.first() {
                Some(declarator) => self.binding(&declarator.id),
                None => self.nothing(at),
            },
            _ => match left.as_assignment_target() {
                Some(target) => self.target(target),
                None => self.nothing(at),
            },
        }
    }

    /// `for (let i = 0; i < n; i++)` goes through a range; anything else is a `while` with something before it.
    fn counted(&mut self, turn: &ast::ForStatement) -> NodeId {
        let at = span(turn.span);
        let header_end = turn.body.span().start.max(at.start);
        let header = Span { start: at.start, end: header_end };
        if let Some(range) = self.counted_range(turn) {
            let (target, iterable) = range;
            let body = self.turn(&turn.body);
            return self.tree.add_loop(LoopNode::through(iterable, target, body, header), at);
        }
        let mut nodes = Nodes::new();
        match &turn.init {
            Some(ast::ForStatementInit::VariableDeclaration(declaration)) => {
                self.variables(declaration, &mut nodes);
            }
            Some(init) => nodes.extend(init.as_expression().map(|init| self.expression(init))),
            None => {}
        }
        let condition = turn.test.as_ref().map(|test| self.expression(test));
        let body = self.turn(&turn.body);
        let body = match &turn.update {
            Some(update) => {
                let update = self.expression(update);
                let at = self.tree.span(body);
                self.tree.block(&[body, update], at)
            }
            None => body,
        };
        nodes.push(self.tree.add_loop(LoopNode::turning(condition, body, header), at));
        self.tree.block(&nodes, at)
    }

    /// The counter of a loop, and the range that it goes through.
    fn counted_range(&mut self, turn: &ast::ForStatement) -> Option<(NodeId, NodeId)> {
        let Some(ast::ForStatementInit::VariableDeclaration(declaration)) = &turn.init else { return None };
        // `let i = 0, length = xs.length` declares more than the counter.
        let (first, more) = declaration.declarations.split_first()?;
        let name = first.id.get_identifier_name()?;
        let start = first.init.as_ref()?;
        let Some(ast::Expression::BinaryExpression(test)) = &turn.test else { return None };
        let (counts, step) = match &turn.update {
            Some(ast::Expression::UpdateExpression(update)) => {
                (update.argument.get_identifier_name() == Some(&name), None)
            }
            Some(ast::Expression::AssignmentExpression(update)) => {
                let adds = update.operator == ast::AssignmentOperator::Addition;
                let is_one = matches!(&update.right, ast::Expression::NumericLiteral(step) if step.value == 1.0);
                let is_own = update.left.get_identifier_name() == Some(&name);
                (adds && is_own, Some(&update.right).filter(|_| !is_one))
            }
            _ => (false, None),
        };
        let is_counter = matches!(&test.left, ast::Expression::Identifier(left) if left.name == name);
        use ast::BinaryOperator::*;
        let rises = match test.operator {
            LessThan | LessEqualThan | Inequality | StrictInequality => true,
            GreaterThan | GreaterEqualThan => false,
            _ => return None,
        };
        if !counts || !is_counter || !more.is_empty() {
            return None;
        }
        let (start, end) = if rises { (start, &test.right) } else { (&test.right, start) };
        let (start, end) = (self.expression(start), self.expression(end));
        let step = step.map(|step| self.expression(step));
        let target = self.name_node(&name, span(first.id.span()));
        let at = self.tree.span(start).to(self.tree.span(end));
        let range = self.add(NodeKind::Range { start: Some(start), end: Some(end), step }, at);
        Some((target, range))
    }

    fn repetition(&mut self, test: &ast::Expression, body: &ast::Statement, at: Span) -> NodeId {
        let is_infinite = is_always_true(test);
        let condition = if is_infinite { None } else { Some(self.expression(test)) };
        let body_start = body.span().start;
        let header = match test.span().start < body_start {
            true => Span { start: at.start, end: test.span().end },
            false => Span { start: at.start, end: body_start },
        };
        let body = self.turn(body);
        self.tree.add_loop(LoopNode::turning(condition, body, header), at)
    }

    fn attempt(&mut self, attempt: &ast::TryStatement) -> NodeId {
        let body = self.block(&attempt.block.body, span(attempt.block.span));
        let mut handlers = Nodes::new();
        if let Some(handler) = &attempt.handler {
            handlers.push(self.handler(handler));
        }
        let handlers = self.tree.list(&handlers);
        let finally = attempt.finalizer.as_ref().map(|block| self.block(&block.body, span(block.span)));
        self.add(NodeKind::Try { body, handlers, otherwise: None, finally }, span(attempt.span))
    }

    /// A block that starts with what is caught.
    fn handler(&mut self, handler: &ast::CatchClause) -> NodeId {
        let mut nodes = Nodes::new();
        if let Some(parameter) = &handler.param {
            let target = self.binding(&parameter.pattern);
            let declared = self.annotation(parameter.type_annotation.as_deref());
            nodes.push(self.add(NodeKind::Let { target, declared, value: None }, span(parameter.span)));
        }
        self.statements(&handler.body.body, &mut nodes);
        self.tree.block(&nodes, span(handler.span))
    }

    fn switch(&mut self, switch: &ast::SwitchStatement) -> NodeId {
        let subject = self.expression(&switch.discriminant);
        let outer = self.enclosing;
        let mut arms = Nodes::new();
        for case in &switch.cases {
            let at = span(case.span);
            let pattern = self.case_pattern(case.test.as_ref(), at);
            self.enclosing = Enclosing::Switch;
            let body = self.block(&case.consequent, at);
            arms.push(self.add(NodeKind::Arm { pattern, guard: None, body }, at));
        }
        self.enclosing = outer;
        let arms = self.tree.list(&arms);
        self.add(NodeKind::Match { subject, arms }, span(switch.span))
    }

    /// What a `case` compares with: a literal, or anything else, which binds nothing.
    fn case_pattern(&mut self, test: Option<&ast::Expression>, at: Span) -> NodeId {
        match test {
            Some(test) if test.is_literal() => self.expression(test),
            Some(test) => self.add(NodeKind::Wildcard, span(test.span())),
            None => self.add(NodeKind::Wildcard, at),
        }
    }

    /// Names that are declared: `const a = 1, { b } = c`.
    pub fn variables(&mut self, declaration: &ast::VariableDeclaration, out: &mut Nodes) {
        for declarator in &declaration.declarations {
            self.variable(declarator, out);
        }
    }

    fn variable(&mut self, declarator: &ast::VariableDeclarator, out: &mut Nodes) {
        let at = span(declarator.span);
        if let Some(init) = &declarator.init {
            if self.required(&declarator.id, init, at, out) {
                return;
            }
            if let ast::BindingPattern::BindingIdentifier(name) = &declarator.id {
                let place = (name.name.as_str(), span(name.span));
                if let Some(definition) = self.wrapped_function(place, init, at) {
                    out.push(definition);
                    return;
                }
                if let Some(definition) = self.named_value(place, init, at) {
                    out.push(definition);
                    return;
                }
            }
        }
        let value = declarator.init.as_ref().map(|init| self.expression(init));
        let target = self.binding(&declarator.id);
        let declared = self.annotation(declarator.type_annotation.as_deref());
        out.push(self.add(NodeKind::Let { target, declared, value }, at));
    }

    fn expression_statement(&mut self, expression: &ast::Expression, at: Span, out: &mut Nodes) {
        if let ast::Expression::AssignmentExpression(assignment) = expression
            && self.exported_assignment(assignment, at, out)
        {
            return;
        }
        let node = self.expression(expression);
        out.push(node);
    }
}

fn is_always_true(test: &ast::Expression) -> bool {
    match test {
        ast::Expression::BooleanLiteral(literal) => literal.value,
        ast::Expression::NumericLiteral(literal) => literal.value != 0.0,
        _ => false,
    }
}

/// The neutral operator of `a op b`.
pub(super) fn binary_operator(operator: ast::BinaryOperator) -> Operator {
    use ast::BinaryOperator::*;
    match operator {
        Addition => Operator::Add,
        Subtraction => Operator::Subtract,
        Multiplication => Operator::Multiply,
        Division => Operator::Divide,
        Remainder => Operator::Modulo,
        BitwiseOR => Operator::BitOr,
        BitwiseAnd => Operator::BitAnd,
        Equality | StrictEquality => Operator::Equal,
        Inequality | StrictInequality => Operator::NotEqual,
        LessThan | LessEqualThan | GreaterThan | GreaterEqualThan => Operator::Compare,
        _ => Operator::Other,
    }
}

/// The neutral operator of `a op= b`; `None` for `=`.
pub(super) fn assigning_operator(operator: ast::AssignmentOperator) -> Option<Operator> {
    use ast::AssignmentOperator::*;
    Some(match operator {
        Assign => return None,
        Addition => Operator::Add,
        Subtraction => Operator::Subtract,
        Multiplication => Operator::Multiply,
        Division => Operator::Divide,
        Remainder => Operator::Modulo,
        BitwiseOR => Operator::BitOr,
        BitwiseAnd => Operator::BitAnd,
        LogicalOr | LogicalNullish => Operator::Or,
        LogicalAnd => Operator::And,
        _ => Operator::Other,
    })
}

/// The body of the loop that a label stands before.
fn loop_body<'s, 'a>(statement: &'s ast::Statement<'a>) -> Option<&'s ast::Statement<'a>> {
    match statement {
        ast::Statement::DoWhileStatement(turn) => Some(&turn.body),
        ast::Statement::ForInStatement(turn) => Some(&turn.body),
        ast::Statement::ForOfStatement(turn) => Some(&turn.body),
        ast::Statement::ForStatement(turn) => Some(&turn.body),
        ast::Statement::WhileStatement(turn) => Some(&turn.body),
        ast::Statement::LabeledStatement(inner) => loop_body(&inner.body),
        _ => None,
    }
}
