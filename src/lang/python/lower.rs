//! Python's grammar: one pass over the exact parser's tree into the neutral tree.
//!
//! Knows what a construct means in Python, and nothing of modules, libraries or other files.

use ruff_python_ast::{self as ast, ExceptHandler, Expr, ModModule, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange};
use smallvec::SmallVec;

use super::stack;
use crate::source::Span;
use crate::syntax::SyntaxError;
use crate::syntax::{
    Certainty, ClassKind, ClassNode, CollectionKind, ComprehensionKind, FunctionFlavor, FunctionNode, ImportNode, List,
    LoopKind, LoopNode, Name, NodeId, NodeKind, Operator, ParameterKind, ParameterNode, Tree, TypeExprId, TypeForm,
    UnaryOperator,
};

/// How deep constructs may nest in the neutral tree. Deeper ones are left out and named, so that whoever walks
/// the tree can do so by recursion. (Python itself allows 100 levels of blocks and 200 of brackets.)
const MAX_DEPTH: u32 = 1000;

type Nodes = SmallVec<[NodeId; 8]>;

/// The neutral tree of a module that the parser accepted, and what was nested too deeply to be in it.
pub fn lower(module: &ModModule, text: &str) -> (Tree, Vec<SyntaxError>) {
    let mut lowering = Lowering {
        tree: Tree::for_text(text.len()),
        text,
        depth: 0,
        in_class: false,
        typing_modules: SmallVec::new(),
        typing_cast: None,
        errors: Vec::new(),
    };
    let root = lowering.block(&module.body, span(module.range));
    lowering.tree.root = Some(root);
    lowering.tree.attributes_run_code = true;
    lowering.tree.texts_run_code = true;
    (lowering.tree, lowering.errors)
}

/// The neutral form of the parser's ranges.
pub fn span(range: TextRange) -> Span {
    Span::new(range.start().to_usize(), range.end().to_usize())
}

struct Lowering<'a> {
    tree: Tree,
    text: &'a str,
    /// How many constructs enclose the current one.
    depth: u32,
    /// Directly in the body of a class, where a function is a method.
    in_class: bool,
    /// Local names of the module `typing`.
    typing_modules: SmallVec<[Name; 2]>,
    /// The local name of `typing.cast`.
    typing_cast: Option<Name>,
    errors: Vec<SyntaxError>,
}

/// Statements.
impl Lowering<'_> {
    fn block(&mut self, body: &[Stmt], fallback: Span) -> NodeId {
        let mut nodes = Nodes::new();
        self.statements(body, &mut nodes);
        let span = match (body.first(), body.last()) {
            (Some(first), Some(last)) => span(first.range()).to(span(last.range())),
            _ => fallback,
        };
        self.tree.block(&nodes, span)
    }

    fn optional_block(&mut self, body: &[Stmt]) -> Option<NodeId> {
        (!body.is_empty()).then(|| self.block(body, Span::default()))
    }

    fn statements(&mut self, body: &[Stmt], out: &mut Nodes) {
        for statement in body {
            if !self.enter(statement.range()) {
                return;
            }
            stack::grow_if_low(self.depth, || self.statement(statement, out));
            self.depth -= 1;
        }
    }

    /// Counts one more level; false, and an error, when it is one too many.
    fn enter(&mut self, range: TextRange) -> bool {
        if self.depth >= MAX_DEPTH {
            self.too_deep(range);
            return false;
        }
        self.depth += 1;
        true
    }

    fn too_deep(&mut self, range: TextRange) {
        let message = format!("nesting of more than {MAX_DEPTH} levels");
        self.errors.push(SyntaxError { span: span(range), message });
    }

    /// Lowers a statement to no, one or several nodes.
    fn statement(&mut self, statement: &Stmt, out: &mut Nodes) {
        let at = span(statement.range());
        let kind = match statement {
            // It says how the function that follows may be called: nothing of it ever runs.
            Stmt::FunctionDef(function) if is_overload(function) => return,
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Return(inner) => NodeKind::Return(self.optional(inner.value.as_deref())),
            Stmt::Delete(inner) => NodeKind::Delete(self.expressions(&inner.targets)),
            Stmt::TypeAlias(inner) => match &*inner.name {
                Expr::Name(name) => {
                    let name = self.tree.names.intern(&name.id);
                    NodeKind::TypeAlias { name, value: self.type_expr(&inner.value) }
                }
                _ => return,
            },
            Stmt::Assign(inner) => {
                let assigned = match alias_of(inner) {
                    Some((name, value)) => self.type_alias(name, value, inner, out),
                    None => self.assignment(inner),
                };
                return out.push(assigned);
            }
            Stmt::AugAssign(inner) => NodeKind::Assign {
                target: self.expression(&inner.target),
                operator: Some(operator(inner.op)),
                value: self.expression(&inner.value),
            },
            Stmt::AnnAssign(inner) => self.annotated_assignment(inner),
            Stmt::For(inner) => {
                let target = self.expression(&inner.target);
                let iterable = self.expression(&inner.iter);
                let body = self.block(&inner.body, at);
                let header = Span { start: at.start, end: span(inner.iter.range()).end };
                let through = LoopNode::through(iterable, target, body, header);
                let node = LoopNode { is_async: inner.is_async, ..through };
                return out.push(self.loop_with_else(node, &inner.orelse, at));
            }
            Stmt::While(inner) => {
                let infinite = is_always_true(&inner.test);
                let condition = if infinite { None } else { Some(self.expression(&inner.test)) };
                let body = self.block(&inner.body, at);
                let header = Span { start: at.start, end: span(inner.test.range()).end };
                let node = LoopNode::turning(condition, body, header);
                return out.push(self.loop_with_else(node, &inner.orelse, at));
            }
            Stmt::If(inner) => return out.push(self.if_statement(inner)),
            Stmt::With(inner) => {
                let items: Nodes = inner.items.iter().map(|item| self.with_item(item)).collect();
                let items = self.tree.list(&items);
                NodeKind::With { items, body: self.block(&inner.body, at), is_async: inner.is_async }
            }
            Stmt::Match(inner) => self.match_statement(inner),
            Stmt::Raise(inner) => {
                // A cause that is more than a name may do something: it stands before.
                if let Some(cause) = inner.cause.as_deref()
                    && !matches!(cause, Expr::Name(_) | Expr::NoneLiteral(_))
                {
                    out.push(self.expression(cause));
                }
                NodeKind::Raise(self.optional(inner.exc.as_deref()))
            }
            Stmt::Try(inner) => self.try_statement(inner),
            Stmt::Assert(inner) => {
                let mut parts = Nodes::new();
                parts.push(self.expression(&inner.test));
                parts.extend(self.optional(inner.msg.as_deref()));
                NodeKind::Other(self.tree.list(&parts))
            }
            Stmt::Import(inner) => return inner.names.iter().for_each(|alias| out.push(self.import(alias))),
            Stmt::ImportFrom(inner) => {
                return inner.names.iter().for_each(|alias| out.push(self.import_from(inner, alias)));
            }
            Stmt::Expr(inner) => return out.push(self.expression(&inner.value)),
            Stmt::Break(_) => NodeKind::Break,
            Stmt::Continue(_) => NodeKind::Continue,
            Stmt::Global(inner) => {
                let names: Nodes = inner.names.iter().map(|name| self.name_node(name)).collect();
                NodeKind::Outer(self.tree.list(&names))
            }
            Stmt::Nonlocal(_) | Stmt::IpyEscapeCommand(_) => NodeKind::Other(List::default()),
            Stmt::Pass(_) => return,
        };
        out.push(self.tree.add(kind, at));
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) -> NodeKind {
        let is_method = self.in_class;
        let decorators = self.decorators(&function.decorator_list);
        let flavor = if is_method { method_flavor(function) } else { FunctionFlavor::Plain };
        let type_parameters = self.type_parameters(function.type_params.as_deref());
        let has_receiver = is_method && flavor != FunctionFlavor::Static;
        let parameters = self.parameters(&function.parameters, has_receiver);
        let returns = function.returns.as_deref().map(|annotation| self.type_expr(annotation));
        self.in_class = false;
        let body = self.block(&function.body, span(function.range));
        self.in_class = is_method;
        let name = self.tree.names.intern(&function.name.id);
        NodeKind::Function(self.tree.function(FunctionNode {
            name: Some(name),
            name_span: span(function.name.range),
            parameters,
            returns,
            is_async: function.is_async,
            flavor,
            decorators,
            type_parameters,
            body: Some(body),
        }))
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) -> Vec<NodeId> {
        decorators.iter().map(|decorator| self.expression(&decorator.expression)).collect()
    }

    fn parameters(&mut self, parameters: &ast::Parameters, has_receiver: bool) -> Vec<ParameterNode> {
        let mut nodes = Vec::with_capacity(parameters.len());
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            let is_receiver = has_receiver && nodes.is_empty();
            let kind = if is_receiver { ParameterKind::Receiver } else { ParameterKind::Ordinary };
            nodes.push(self.parameter(&parameter.parameter, parameter.default(), kind));
        }
        if let Some(variadic) = &parameters.vararg {
            nodes.push(self.parameter(variadic, None, ParameterKind::Variadic));
        }
        for parameter in &parameters.kwonlyargs {
            nodes.push(self.parameter(&parameter.parameter, parameter.default(), ParameterKind::Ordinary));
        }
        if let Some(keywords) = &parameters.kwarg {
            nodes.push(self.parameter(keywords, None, ParameterKind::Keywords));
        }
        nodes
    }

    fn parameter(&mut self, parameter: &ast::Parameter, default: Option<&Expr>, kind: ParameterKind) -> ParameterNode {
        ParameterNode {
            target: self.name_node(&parameter.name),
            declared: parameter.annotation().map(|annotation| self.type_expr(annotation)),
            default: self.optional(default),
            kind,
        }
    }

    fn type_parameters(&mut self, parameters: Option<&ast::TypeParams>) -> Vec<(Name, Option<TypeExprId>)> {
        let Some(parameters) = parameters else { return Vec::new() };
        let lower = |parameter: &ast::TypeParam| {
            let (name, bound) = match parameter {
                ast::TypeParam::TypeVar(variable) => (&variable.name, variable.bound.as_deref()),
                ast::TypeParam::TypeVarTuple(variable) => (&variable.name, None),
                ast::TypeParam::ParamSpec(variable) => (&variable.name, None),
            };
            let bound = bound.map(|bound| self.alternatives(bound));
            (self.tree.names.intern(&name.id), bound)
        };
        parameters.iter().map(lower).collect()
    }

    fn class(&mut self, class: &ast::StmtClassDef) -> NodeKind {
        let decorators = self.decorators(&class.decorator_list);
        let type_parameters = self.type_parameters(class.type_params.as_deref());
        let mut bases = Vec::new();
        if let Some(arguments) = &class.arguments {
            bases.extend(arguments.args.iter().map(|base| self.expression(base)));
        }
        let was_in_class = std::mem::replace(&mut self.in_class, true);
        let body = self.block(&class.body, span(class.range));
        self.in_class = was_in_class;
        let name = self.tree.names.intern(&class.name.id);
        NodeKind::Class(self.tree.class(ClassNode {
            name,
            name_span: span(class.name.range),
            kind: ClassKind::Class,
            bases,
            extended: None,
            type_parameters,
            decorators,
            field_decorators: Vec::new(),
            body,
        }))
    }

    /// `a = b = value` becomes `a = (b = value)`, so that the value stands in the tree once.
    fn assignment(&mut self, assignment: &ast::StmtAssign) -> NodeId {
        let allowed = (MAX_DEPTH - self.depth) as usize + 1;
        if assignment.targets.len() > allowed {
            self.too_deep(assignment.range);
        }
        let targets: Nodes = assignment.targets.iter().take(allowed).map(|target| self.expression(target)).collect();
        let value = self.expression(&assignment.value);
        let assign = |value: NodeId, target: &NodeId| {
            let at = self.tree.span(*target).to(span(assignment.range));
            self.tree.add(NodeKind::Assign { target: *target, operator: None, value }, at)
        };
        targets.iter().rev().fold(value, assign)
    }

    /// `Key = NewType("Key", int)`, `Db = Annotated[Session, Depends(db)]`: a name for a type, and what the code that makes
    /// it calls.
    fn type_alias(&mut self, name: &str, value: &Expr, assignment: &ast::StmtAssign, out: &mut Nodes) -> NodeId {
        out.push(self.expression(&assignment.value));
        let (name, value) = (self.tree.names.intern(name), self.type_expr(value));
        self.tree.add(NodeKind::TypeAlias { name, value }, span(assignment.range))
    }

    fn annotated_assignment(&mut self, assignment: &ast::StmtAnnAssign) -> NodeKind {
        if let (Expr::Name(name), Some(value)) = (&*assignment.target, &assignment.value)
            && last_name(&assignment.annotation) == Some("TypeAlias")
        {
            let name = self.tree.names.intern(&name.id);
            return NodeKind::TypeAlias { name, value: self.type_expr(value) };
        }
        NodeKind::Let {
            target: self.expression(&assignment.target),
            declared: Some(self.type_expr(&assignment.annotation)),
            value: self.optional(assignment.value.as_deref()),
        }
    }

    fn loop_with_else(&mut self, node: LoopNode, otherwise: &[Stmt], at: Span) -> NodeId {
        let node = self.tree.add_loop(node, at);
        match self.optional_block(otherwise) {
            Some(otherwise) => self.tree.block(&[node, otherwise], at),
            None => node,
        }
    }

    fn if_statement(&mut self, statement: &ast::StmtIf) -> NodeId {
        let end = span(statement.range).end;
        let mut branches: SmallVec<[(NodeId, NodeId, u32); 4]> = SmallVec::new();
        let condition = self.expression(&statement.test);
        let then = self.block(&statement.body, span(statement.range));
        branches.push((condition, then, span(statement.range).start));
        let mut otherwise = None;
        let depth = self.depth;
        for clause in &statement.elif_else_clauses {
            // Each `elif` nests one deeper in the neutral tree.
            if !self.enter(clause.range) {
                break;
            }
            match &clause.test {
                Some(test) => {
                    let condition = self.expression(test);
                    let then = self.block(&clause.body, span(clause.range));
                    branches.push((condition, then, span(clause.range).start));
                }
                None => otherwise = Some(self.block(&clause.body, span(clause.range))),
            }
        }
        self.depth = depth;
        for (condition, then, start) in branches.into_iter().rev() {
            let kind = NodeKind::If { condition, then, otherwise };
            otherwise = Some(self.tree.add(kind, Span { start, end }));
        }
        otherwise.unwrap_or(condition)
    }

    fn with_item(&mut self, item: &ast::WithItem) -> NodeId {
        let context = self.expression(&item.context_expr);
        let target = self.optional(item.optional_vars.as_deref());
        self.tree.add(NodeKind::WithItem { context, target }, span(item.range))
    }

    fn try_statement(&mut self, statement: &ast::StmtTry) -> NodeKind {
        let body = self.block(&statement.body, span(statement.range));
        let handlers: Nodes = statement.handlers.iter().map(|handler| self.handler(handler)).collect();
        let handlers = self.tree.list(&handlers);
        let otherwise = self.optional_block(&statement.orelse);
        let finally = self.optional_block(&statement.finalbody);
        NodeKind::Try { body, handlers, otherwise, finally }
    }

    /// A block that starts with what is caught: `except T as e` declares `e` of type `T`, `except T` a wildcard.
    fn handler(&mut self, handler: &ExceptHandler) -> NodeId {
        let ExceptHandler::ExceptHandler(handler) = handler;
        let mut nodes = Nodes::new();
        if let Some(caught) = &handler.type_ {
            let at = span(caught.range());
            let declared = Some(self.alternatives(caught));
            let target = match &handler.name {
                Some(name) => self.name_node(name),
                None => self.tree.add(NodeKind::Wildcard, at),
            };
            nodes.push(self.tree.add(NodeKind::Let { target, declared, value: None }, at));
        }
        self.statements(&handler.body, &mut nodes);
        self.tree.block(&nodes, span(handler.range))
    }

    fn match_statement(&mut self, statement: &ast::StmtMatch) -> NodeKind {
        let subject = self.expression(&statement.subject);
        let mut arms = Nodes::new();
        for case in &statement.cases {
            let pattern = self.pattern(&case.pattern);
            let guard = self.optional(case.guard.as_deref());
            let body = self.block(&case.body, span(case.range));
            arms.push(self.tree.add(NodeKind::Arm { pattern, guard, body }, span(case.range)));
        }
        NodeKind::Match { subject, arms: self.tree.list(&arms) }
    }

    fn dotted(&mut self, path: &str) -> Vec<Name> {
        path.split('.').map(|name| self.tree.names.intern(name)).collect()
    }

    fn import(&mut self, alias: &ast::Alias) -> NodeId {
        let path = self.dotted(&alias.name.id);
        let (binding, binds_root) = match &alias.asname {
            Some(name) => (self.tree.names.intern(&name.id), false),
            None => (path[0], path.len() > 1),
        };
        if matches!(alias.name.id.as_str(), "typing" | "typing_extensions") {
            self.typing_modules.push(binding);
        }
        let import = self.tree.import(ImportNode { path, level: 0, binding, binds_root, is_star: false });
        self.tree.add(NodeKind::Import(import), span(alias.range))
    }

    fn import_from(&mut self, statement: &ast::StmtImportFrom, alias: &ast::Alias) -> NodeId {
        let module = statement.module.as_ref().map_or("", |module| module.id.as_str());
        let mut path = if module.is_empty() { Vec::new() } else { self.dotted(module) };
        let name = self.tree.names.intern(&alias.name.id);
        let is_star = &alias.name.id == "*";
        if !is_star {
            path.push(name);
        }
        let binding = match &alias.asname {
            Some(name) => self.tree.names.intern(&name.id),
            None => name,
        };
        if &alias.name.id == "cast" && matches!(module, "typing" | "typing_extensions") {
            self.typing_cast = Some(binding);
        }
        let node = ImportNode { path, level: statement.level, binding, binds_root: false, is_star };
        let import = self.tree.import(node);
        self.tree.add(NodeKind::Import(import), span(alias.range))
    }
}

/// Expressions and patterns.
impl Lowering<'_> {
    fn optional(&mut self, expression: Option<&Expr>) -> Option<NodeId> {
        expression.map(|expression| self.expression(expression))
    }

    fn expressions(&mut self, expressions: &[Expr]) -> List {
        let nodes: Nodes = expressions.iter().map(|expression| self.expression(expression)).collect();
        self.tree.list(&nodes)
    }

    fn nothing(&mut self, range: TextRange) -> NodeId {
        self.tree.add(NodeKind::Other(List::default()), span(range))
    }

    fn name_node(&mut self, name: &ast::Identifier) -> NodeId {
        let interned = self.tree.names.intern(&name.id);
        self.tree.add(NodeKind::Name(interned), span(name.range))
    }

    fn expression(&mut self, expression: &Expr) -> NodeId {
        // Names are half of all expressions and nest nothing.
        if let Expr::Name(name) = expression {
            let interned = self.tree.names.intern(&name.id);
            return self.tree.add(NodeKind::Name(interned), span(name.range));
        }
        if !self.enter(expression.range()) {
            return self.nothing(expression.range());
        }
        let node = stack::grow_if_low(self.depth, || self.compound_expression(expression));
        self.depth -= 1;
        node
    }

    fn compound_expression(&mut self, expression: &Expr) -> NodeId {
        let kind = match expression {
            Expr::BoolOp(inner) => {
                let operator = match inner.op {
                    ast::BoolOp::And => Operator::And,
                    ast::BoolOp::Or => Operator::Or,
                };
                let parts: Nodes = inner.values.iter().map(|value| self.expression(value)).collect();
                return self.chain(operator, &parts);
            }
            Expr::Named(inner) => NodeKind::Assign {
                target: self.expression(&inner.target),
                operator: None,
                value: self.expression(&inner.value),
            },
            Expr::BinOp(inner) => NodeKind::Binary {
                operator: operator(inner.op),
                left: self.expression(&inner.left),
                right: self.expression(&inner.right),
            },
            Expr::UnaryOp(inner) => {
                let operand = self.expression(&inner.operand);
                let operator = match inner.op {
                    ast::UnaryOp::Not => UnaryOperator::Not,
                    ast::UnaryOp::USub | ast::UnaryOp::Invert => UnaryOperator::Negate,
                    ast::UnaryOp::UAdd => return operand,
                };
                NodeKind::Unary { operator, operand }
            }
            Expr::Lambda(inner) => self.lambda(inner),
            Expr::If(inner) => NodeKind::If {
                condition: self.expression(&inner.test),
                then: self.expression(&inner.body),
                otherwise: Some(self.expression(&inner.orelse)),
            },
            Expr::Dict(inner) => {
                let elements: Nodes = inner.items.iter().map(|item| self.dict_item(item)).collect();
                NodeKind::Collection { kind: CollectionKind::Map, elements: self.tree.list(&elements) }
            }
            Expr::Set(inner) => self.collection(CollectionKind::Set, &inner.elts),
            Expr::List(inner) => self.collection(CollectionKind::List, &inner.elts),
            Expr::Tuple(inner) => self.collection(CollectionKind::Tuple, &inner.elts),
            Expr::ListComp(inner) => self.comprehension(ComprehensionKind::List, &inner.generators, &inner.elt, None),
            Expr::SetComp(inner) => self.comprehension(ComprehensionKind::Set, &inner.generators, &inner.elt, None),
            Expr::DictComp(inner) => {
                self.comprehension(ComprehensionKind::Map, &inner.generators, &inner.key, Some(&inner.value))
            }
            Expr::Generator(inner) => {
                self.comprehension(ComprehensionKind::Generator, &inner.generators, &inner.elt, None)
            }
            Expr::Await(inner) => NodeKind::Await(self.expression(&inner.value)),
            Expr::Yield(inner) => NodeKind::Yield(self.optional(inner.value.as_deref())),
            Expr::YieldFrom(inner) => {
                let source = self.expression(&inner.value);
                NodeKind::Yield(Some(self.tree.add(NodeKind::Element(source), span(inner.value.range()))))
            }
            Expr::Compare(inner) => return self.comparison(inner),
            Expr::Call(inner) => self.call(inner),
            Expr::FString(inner) => self.interpolated(inner.value.iter().map(|part| match part {
                ast::FStringPart::Literal(literal) => StringPart::Literal(&literal.value),
                ast::FStringPart::FString(string) => StringPart::Elements(&string.elements),
            })),
            Expr::TString(inner) => {
                self.interpolated(inner.value.iter().map(|part| StringPart::Elements(&part.elements)))
            }
            Expr::StringLiteral(inner) => {
                let value = Some(self.tree.string(inner.value.to_str()));
                NodeKind::String { value, holes: List::default() }
            }
            Expr::BytesLiteral(_) => NodeKind::Bytes,
            Expr::NumberLiteral(inner) => match &inner.value {
                ast::Number::Int(value) => NodeKind::Integer(value.as_i64()),
                ast::Number::Float(_) | ast::Number::Complex { .. } => NodeKind::Float,
            },
            Expr::BooleanLiteral(inner) => NodeKind::Bool(inner.value),
            Expr::NoneLiteral(_) => NodeKind::Null,
            Expr::Attribute(inner) => {
                let object = self.expression(&inner.value);
                NodeKind::Member { object, name: self.member_name(&inner.attr) }
            }
            Expr::Subscript(inner) => {
                NodeKind::Index { object: self.expression(&inner.value), index: self.expression(&inner.slice) }
            }
            Expr::Starred(inner) => NodeKind::Spread(self.expression(&inner.value)),
            Expr::Name(inner) => NodeKind::Name(self.tree.names.intern(&inner.id)),
            Expr::Slice(inner) => NodeKind::Range {
                start: self.optional(inner.lower.as_deref()),
                end: self.optional(inner.upper.as_deref()),
                step: self.optional(inner.step.as_deref()),
            },
            Expr::EllipsisLiteral(_) | Expr::IpyEscapeCommand(_) => NodeKind::Other(List::default()),
        };
        self.tree.add(kind, span(expression.range()))
    }

    /// The name of a member, as long as it is in the text: the parser normalises Unicode, and where a member's
    /// name starts is found by its length.
    fn member_name(&mut self, name: &ast::Identifier) -> Name {
        let at = span(name.range);
        let text = if name.id.len() == at.len() { name.id.as_str() } else { at.of(self.text) };
        self.tree.names.intern(text)
    }

    /// Joins operands by an associative operator. The tree is balanced, so that a long chain nests little.
    fn chain(&mut self, operator: Operator, parts: &[NodeId]) -> NodeId {
        match parts {
            [] => self.nothing(TextRange::default()),
            [only] => *only,
            _ => {
                let (left, right) = parts.split_at(parts.len().div_ceil(2));
                let left = self.chain(operator, left);
                let right = self.chain(operator, right);
                let at = self.tree.span(left).to(self.tree.span(right));
                self.tree.add(NodeKind::Binary { operator, left, right }, at)
            }
        }
    }

    fn comparison(&mut self, comparison: &ast::ExprCompare) -> NodeId {
        let mut parts = Nodes::new();
        let mut left = self.expression(&comparison.left);
        for (operator, expression) in comparison.ops.iter().zip(&comparison.comparators) {
            let right = self.expression(expression);
            let at = self.tree.span(left).to(self.tree.span(right));
            parts.push(self.single_comparison(*operator, left, right, at));
            left = self.repeated(right);
        }
        self.chain(Operator::And, &parts)
    }

    /// The middle operand of `a < b < c`, which stands in both comparisons but is evaluated once.
    fn repeated(&mut self, operand: NodeId) -> NodeId {
        let kind = match self.tree.kind(operand) {
            NodeKind::Name(name) => NodeKind::Name(name),
            NodeKind::Integer(value) => NodeKind::Integer(value),
            _ => NodeKind::Other(List::default()),
        };
        self.tree.add(kind, self.tree.span(operand))
    }

    fn single_comparison(&mut self, operator: ast::CmpOp, left: NodeId, right: NodeId, at: Span) -> NodeId {
        let operator = match operator {
            ast::CmpOp::In => return self.tree.add(NodeKind::Membership { needle: left, container: right }, at),
            ast::CmpOp::NotIn => {
                let operand = self.tree.add(NodeKind::Membership { needle: left, container: right }, at);
                return self.tree.add(NodeKind::Unary { operator: UnaryOperator::Not, operand }, at);
            }
            ast::CmpOp::Eq | ast::CmpOp::Is => Operator::Equal,
            ast::CmpOp::NotEq | ast::CmpOp::IsNot => Operator::NotEqual,
            ast::CmpOp::Lt | ast::CmpOp::LtE | ast::CmpOp::Gt | ast::CmpOp::GtE => Operator::Compare,
        };
        self.tree.add(NodeKind::Binary { operator, left, right }, at)
    }

    fn lambda(&mut self, lambda: &ast::ExprLambda) -> NodeKind {
        let parameters = match &lambda.parameters {
            Some(parameters) => self.parameters(parameters, false),
            None => Vec::new(),
        };
        let value = self.expression(&lambda.body);
        let body = self.tree.add(NodeKind::Return(Some(value)), span(lambda.body.range()));
        NodeKind::Closure(self.tree.function(FunctionNode::plain(None, span(lambda.range), parameters, body)))
    }

    fn collection(&mut self, kind: CollectionKind, elements: &[Expr]) -> NodeKind {
        NodeKind::Collection { kind, elements: self.expressions(elements) }
    }

    fn pair(&mut self, key: &Expr, value: &Expr) -> NodeId {
        let at = span(key.range()).to(span(value.range()));
        let kind = NodeKind::Pair { key: self.expression(key), value: self.expression(value) };
        self.tree.add(kind, at)
    }

    fn dict_item(&mut self, item: &ast::DictItem) -> NodeId {
        if let Some(key) = &item.key {
            return self.pair(key, &item.value);
        }
        let spread = self.expression(&item.value);
        self.tree.add(NodeKind::Spread(spread), span(item.value.range()))
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        clauses: &[ast::Comprehension],
        element: &Expr,
        value: Option<&Expr>,
    ) -> NodeKind {
        NodeKind::Comprehension { kind, body: self.clauses(clauses, element, value) }
    }

    fn clauses(&mut self, clauses: &[ast::Comprehension], element: &Expr, value: Option<&Expr>) -> NodeId {
        let Some((clause, rest)) = clauses.split_first() else {
            let inner = match value {
                Some(value) => self.pair(element, value),
                None => self.expression(element),
            };
            return self.tree.add(NodeKind::Element(inner), self.tree.span(inner));
        };
        if !self.enter(clause.range) {
            return self.nothing(clause.range);
        }
        let target = self.expression(&clause.target);
        let iterable = self.expression(&clause.iter);
        let filters: Nodes = clause.ifs.iter().map(|filter| self.expression(filter)).collect();
        let condition = (!filters.is_empty()).then(|| self.chain(Operator::And, &filters));
        let body = stack::grow_if_low(self.depth, || self.clauses(rest, element, value));
        self.depth -= 1;
        let at = span(clause.range);
        let through = LoopNode::through(iterable, target, body, at);
        let kind = LoopKind::Comprehension;
        self.tree.add_loop(LoopNode { kind, condition, is_async: clause.is_async, ..through }, at)
    }

    fn call(&mut self, call: &ast::ExprCall) -> NodeKind {
        if let [target, value] = &*call.arguments.args
            && call.arguments.keywords.is_empty()
            && self.is_typing_cast(&call.func)
        {
            return NodeKind::Cast { target: self.type_expr(target), value: self.expression(value) };
        }
        let callee = self.expression(&call.func);
        let mut arguments: Nodes = call.arguments.args.iter().map(|argument| self.expression(argument)).collect();
        for keyword in &call.arguments.keywords {
            let value = self.expression(&keyword.value);
            let kind = match &keyword.arg {
                Some(name) => NodeKind::Keyword { name: self.tree.names.intern(&name.id), value },
                None => NodeKind::Spread(value),
            };
            arguments.push(self.tree.add(kind, span(keyword.range)));
        }
        let arguments = self.tree.list(&arguments);
        NodeKind::Call { callee, arguments, type_arguments: None, certainty: Certainty::Certain }
    }

    fn is_typing_cast(&self, callee: &Expr) -> bool {
        let known = |name: &ast::name::Name| self.tree.names.find(name);
        match callee {
            Expr::Name(name) => self.typing_cast.is_some() && known(&name.id) == self.typing_cast,
            Expr::Attribute(attribute) if &attribute.attr.id == "cast" => match &*attribute.value {
                Expr::Name(module) => known(&module.id).is_some_and(|module| self.typing_modules.contains(&module)),
                _ => false,
            },
            _ => false,
        }
    }

    fn interpolated<'s>(&mut self, parts: impl Iterator<Item = StringPart<'s>>) -> NodeKind {
        let mut text = String::new();
        let mut holes = Nodes::new();
        for part in parts {
            match part {
                StringPart::Literal(literal) => text.push_str(literal),
                StringPart::Elements(elements) => {
                    for element in elements {
                        self.string_element(element, &mut text, &mut holes);
                    }
                }
            }
        }
        let value = Some(self.tree.string(&text));
        NodeKind::String { value, holes: self.tree.list(&holes) }
    }

    fn string_element(&mut self, element: &ast::InterpolatedStringElement, text: &mut String, holes: &mut Nodes) {
        let element = match element {
            ast::InterpolatedStringElement::Literal(literal) => return text.push_str(&literal.value),
            ast::InterpolatedStringElement::Interpolation(element) => element,
        };
        if let Some(debug) = &element.debug_text {
            text.push_str(&debug.leading);
            text.push_str(at_of(self.text, element.expression.range()));
            text.push_str(&debug.trailing);
        }
        text.push_str("{}");
        let hole = self.expression(&element.expression);
        let mut parts = Nodes::from_slice(&[hole]);
        if let Some(format) = &element.format_spec {
            // What is interpolated into the format belongs to the same hole.
            let mut unused = String::new();
            if self.enter(element.range) {
                for part in &format.elements {
                    stack::grow_if_low(self.depth, || self.string_element(part, &mut unused, &mut parts));
                }
                self.depth -= 1;
            }
        }
        if parts.len() > 1 {
            let list = self.tree.list(&parts);
            holes.push(self.tree.add(NodeKind::Other(list), span(element.range)));
        } else {
            holes.push(hole);
        }
    }

    fn pattern(&mut self, pattern: &Pattern) -> NodeId {
        if !self.enter(pattern.range()) {
            return self.nothing(pattern.range());
        }
        let node = stack::grow_if_low(self.depth, || self.compound_pattern(pattern));
        self.depth -= 1;
        node
    }

    fn compound_pattern(&mut self, pattern: &Pattern) -> NodeId {
        let kind = match pattern {
            Pattern::MatchValue(inner) => return self.expression(&inner.value),
            Pattern::MatchSingleton(inner) => match inner.value {
                ast::Singleton::None => NodeKind::Null,
                ast::Singleton::True => NodeKind::Bool(true),
                ast::Singleton::False => NodeKind::Bool(false),
            },
            Pattern::MatchSequence(inner) => {
                NodeKind::Collection { kind: CollectionKind::List, elements: self.patterns(&inner.patterns) }
            }
            Pattern::MatchMapping(inner) => {
                let mut entries = Nodes::new();
                for (key, value) in inner.keys.iter().zip(&inner.patterns) {
                    let at = span(key.range()).to(span(value.range()));
                    let kind = NodeKind::Pair { key: self.expression(key), value: self.pattern(value) };
                    entries.push(self.tree.add(kind, at));
                }
                if let Some(rest) = &inner.rest {
                    let name = self.name_node(rest);
                    entries.push(self.tree.add(NodeKind::Spread(name), span(rest.range)));
                }
                NodeKind::Collection { kind: CollectionKind::Map, elements: self.tree.list(&entries) }
            }
            Pattern::MatchClass(inner) => {
                let callee = self.expression(&inner.cls);
                let mut arguments: Nodes =
                    inner.arguments.patterns.iter().map(|pattern| self.pattern(pattern)).collect();
                for keyword in &inner.arguments.keywords {
                    let value = self.pattern(&keyword.pattern);
                    let name = self.tree.names.intern(&keyword.attr.id);
                    arguments.push(self.tree.add(NodeKind::Keyword { name, value }, span(keyword.range)));
                }
                let arguments = self.tree.list(&arguments);
                NodeKind::Call { callee, arguments, type_arguments: None, certainty: Certainty::Certain }
            }
            Pattern::MatchStar(inner) => NodeKind::Spread(match &inner.name {
                Some(name) => self.name_node(name),
                None => self.tree.add(NodeKind::Wildcard, span(inner.range)),
            }),
            Pattern::MatchAs(inner) => match (&inner.pattern, &inner.name) {
                (None, None) => NodeKind::Wildcard,
                (None, Some(name)) => NodeKind::Name(self.tree.names.intern(&name.id)),
                (Some(pattern), name) => {
                    let mut parts = Nodes::from_slice(&[self.pattern(pattern)]);
                    parts.extend(name.as_ref().map(|name| self.name_node(name)));
                    NodeKind::Other(self.tree.list(&parts))
                }
            },
            Pattern::MatchOr(inner) => NodeKind::Other(self.patterns(&inner.patterns)),
        };
        self.tree.add(kind, span(pattern.range()))
    }

    fn patterns(&mut self, patterns: &[Pattern]) -> List {
        let nodes: Nodes = patterns.iter().map(|pattern| self.pattern(pattern)).collect();
        self.tree.list(&nodes)
    }
}

/// Type annotations.
impl Lowering<'_> {
    fn unknown_type(&mut self) -> TypeExprId {
        self.tree.type_expr(TypeForm::Unknown, Vec::new(), Vec::new())
    }

    fn named_type(&mut self, name: &str, arguments: Vec<TypeExprId>) -> TypeExprId {
        let name = self.tree.names.intern(name);
        self.tree.type_expr(TypeForm::Named, vec![name], arguments)
    }

    fn type_expr(&mut self, annotation: &Expr) -> TypeExprId {
        if !self.enter(annotation.range()) {
            return self.unknown_type();
        }
        let id = stack::grow_if_low(self.depth, || self.type_form(annotation));
        self.depth -= 1;
        id
    }

    fn type_form(&mut self, annotation: &Expr) -> TypeExprId {
        match annotation {
            Expr::Name(_) | Expr::Attribute(_) => match self.type_path(annotation) {
                Some(names) => self.tree.type_expr(TypeForm::Named, names, Vec::new()),
                None => self.unknown_type(),
            },
            Expr::NoneLiteral(_) => self.named_type("None", Vec::new()),
            Expr::StringLiteral(inner) => self.quoted_type(inner.value.to_str()),
            Expr::Subscript(inner) => self.generic_type(inner),
            Expr::BinOp(inner) if inner.op == ast::Operator::BitOr => {
                let mut parts: SmallVec<[&Expr; 4]> = SmallVec::from_slice(&[&*inner.right]);
                let mut left = &*inner.left;
                while let Expr::BinOp(inner) = left
                    && inner.op == ast::Operator::BitOr
                {
                    parts.push(&inner.right);
                    left = &inner.left;
                }
                parts.push(left);
                self.union_type(parts.into_iter().rev())
            }
            Expr::Starred(inner) => self.type_expr(&inner.value),
            _ => self.unknown_type(),
        }
    }

    fn type_path(&mut self, annotation: &Expr) -> Option<Vec<Name>> {
        let mut names = Vec::new();
        let mut part = annotation;
        while let Expr::Attribute(attribute) = part {
            names.push(self.tree.names.intern(&attribute.attr.id));
            part = &attribute.value;
        }
        let Expr::Name(root) = part else { return None };
        names.push(self.tree.names.intern(&root.id));
        names.reverse();
        Some(names)
    }

    /// An annotation in quotes.
    fn quoted_type(&mut self, text: &str) -> TypeExprId {
        let lowered = stack::with_room(text, || {
            let parsed = ruff_python_parser::parse_expression(text.trim()).ok()?;
            // Offsets of the quoted text mean nothing in the file, and types have none.
            Some(self.type_expr(parsed.expr()))
        });
        match lowered {
            Ok(Some(id)) => id,
            _ => self.unknown_type(),
        }
    }

    /// A union without its `None`: what is left may be a single type.
    fn union_type<'e>(&mut self, parts: impl Iterator<Item = &'e Expr>) -> TypeExprId {
        let mut alternatives: Vec<TypeExprId> = Vec::new();
        for part in parts.filter(|part| !part.is_none_literal_expr()) {
            let id = self.type_expr(part);
            match &self.tree.types[id.0 as usize] {
                inner if inner.form == TypeForm::Union => alternatives.extend(inner.arguments.clone()),
                _ => alternatives.push(id),
            }
        }
        match *alternatives {
            [] => self.named_type("None", Vec::new()),
            [only] => only,
            _ => self.tree.type_expr(TypeForm::Union, Vec::new(), alternatives),
        }
    }

    /// A type, or a tuple that lists alternatives: `except (A, B)`, `T: (A, B)`.
    fn alternatives(&mut self, expression: &Expr) -> TypeExprId {
        match expression {
            Expr::Tuple(tuple) => self.union_type(tuple.elts.iter()),
            _ => self.type_expr(expression),
        }
    }

    fn generic_type(&mut self, subscript: &ast::ExprSubscript) -> TypeExprId {
        let arguments = match &*subscript.slice {
            Expr::Tuple(tuple) => tuple.elts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let Some(name) = last_name(&subscript.value) else { return self.unknown_type() };
        match (name, arguments) {
            ("Optional" | "Union", _) => self.union_type(arguments.iter()),
            (
                "Annotated" | "Final" | "ClassVar" | "Required" | "NotRequired" | "ReadOnly" | "InitVar" | "Awaitable",
                [first, ..],
            ) => self.type_expr(first),
            ("Coroutine", [_, _, result]) => self.type_expr(result),
            ("Callable", [parameters, result]) => {
                let mut types = match parameters {
                    Expr::List(list) => list.elts.iter().map(|parameter| self.type_expr(parameter)).collect(),
                    _ => Vec::new(),
                };
                types.push(self.type_expr(result));
                self.tree.type_expr(TypeForm::Callable, Vec::new(), types)
            }
            ("Literal", [first, ..]) => self.literal_type(first),
            ("tuple" | "Tuple", [element, Expr::EllipsisLiteral(_)]) => {
                let element = self.type_expr(element);
                self.named_type("tuple", vec![element])
            }
            ("tuple" | "Tuple", parts) => {
                let parts = parts.iter().map(|part| self.type_expr(part)).collect();
                self.tree.type_expr(TypeForm::Tuple, Vec::new(), parts)
            }
            ("type" | "Type", [of]) => {
                let of = self.type_expr(of);
                self.named_type("type", vec![of])
            }
            _ => match self.type_path(&subscript.value) {
                Some(names) => {
                    let arguments = arguments.iter().map(|argument| self.type_expr(argument)).collect();
                    self.tree.type_expr(TypeForm::Named, names, arguments)
                }
                None => self.unknown_type(),
            },
        }
    }

    /// The type of a `Literal[…]`, by its first value.
    fn literal_type(&mut self, value: &Expr) -> TypeExprId {
        match value {
            Expr::StringLiteral(_) => self.named_type("str", Vec::new()),
            Expr::BytesLiteral(_) => self.named_type("bytes", Vec::new()),
            Expr::NumberLiteral(_) => self.named_type("int", Vec::new()),
            Expr::BooleanLiteral(_) => self.named_type("bool", Vec::new()),
            _ => self.unknown_type(),
        }
    }
}

/// A part of an f-string or t-string, or of strings that stand side by side.
enum StringPart<'a> {
    Literal(&'a str),
    Elements(&'a ast::InterpolatedStringElements),
}

fn at_of(text: &str, range: TextRange) -> &str {
    span(range).of(text)
}

/// The last name of a dotted path.
/// What makes types of types by `[…]`, and is nothing else.
const GENERIC_TYPES: &[&str] = &[
    "Annotated",
    "Optional",
    "Union",
    "dict",
    "frozenset",
    "list",
    "set",
    "tuple",
    "type",
    "Dict",
    "List",
    "Set",
    "Tuple",
];

/// The name that an assignment gives to a type, and the type.
fn alias_of(assignment: &ast::StmtAssign) -> Option<(&str, &Expr)> {
    let [Expr::Name(name)] = &assignment.targets[..] else { return None };
    let value = match &*assignment.value {
        value @ Expr::Subscript(generic) => {
            // A variable of such a name is asked for an element.
            let is_element = matches!(
                &*generic.slice,
                Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Slice(_) | Expr::UnaryOp(_)
            );
            let is_generic = !is_element && GENERIC_TYPES.contains(&last_name(&generic.value)?);
            is_generic.then_some(value)?
        }
        Expr::Call(call) if last_name(&call.func) == Some("NewType") => match &*call.arguments.args {
            [_, value] => value,
            _ => return None,
        },
        _ => return None,
    };
    Some((&name.id, value))
}

fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => Some(&attribute.attr.id),
        _ => None,
    }
}

fn is_always_true(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(literal) => {
            matches!(&literal.value, ast::Number::Int(value) if value.as_i64().is_some_and(|value| value != 0))
        }
        _ => false,
    }
}

fn is_overload(function: &ast::StmtFunctionDef) -> bool {
    function.decorator_list.iter().any(|decorator| last_name(&decorator.expression) == Some("overload"))
}

fn method_flavor(function: &ast::StmtFunctionDef) -> FunctionFlavor {
    for decorator in &function.decorator_list {
        match last_name(&decorator.expression) {
            Some("staticmethod") => return FunctionFlavor::Static,
            Some("classmethod") => return FunctionFlavor::ClassMethod,
            Some("property" | "abstractproperty") => return FunctionFlavor::Property,
            Some("cached_property") => return FunctionFlavor::CachedProperty,
            Some("setter" | "deleter") => return FunctionFlavor::Setter,
            _ => {}
        }
    }
    match function.name.id.as_str() {
        // These take the class without being told to.
        "__new__" | "__init_subclass__" | "__class_getitem__" => FunctionFlavor::ClassMethod,
        _ => FunctionFlavor::Plain,
    }
}

fn operator(operator: ast::Operator) -> Operator {
    match operator {
        ast::Operator::Add => Operator::Add,
        ast::Operator::Sub => Operator::Subtract,
        ast::Operator::Mult => Operator::Multiply,
        ast::Operator::Div | ast::Operator::FloorDiv => Operator::Divide,
        ast::Operator::Mod => Operator::Modulo,
        ast::Operator::BitOr => Operator::BitOr,
        ast::Operator::BitAnd => Operator::BitAnd,
        _ => Operator::Other,
    }
}
