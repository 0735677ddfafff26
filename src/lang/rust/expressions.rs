//! Expressions, literals and paths.

use syn::{BinOp, Expr, Lit, PathArguments, UnOp};

use crate::source::Span;
use crate::syntax::{
    CollectionKind, FunctionFlavor, FunctionNode, LoopKind, LoopNode, NodeId, NodeKind, Operator, ParameterKind,
    ParameterNode, TypeExprId, UnaryOperator,
};

use super::lower::{Lowering, Tail, from_to, join};
use super::positions::at;

impl Lowering {
    pub(super) fn expression(&mut self, expression: &Expr) -> NodeId {
        self.deeper(|lowering| lowering.expression_here(expression))
    }

    fn expressions<'e>(&mut self, expressions: impl Iterator<Item = &'e Expr>) -> Vec<NodeId> {
        expressions.map(|expression| self.expression(expression)).collect()
    }

    /// One short arm for each kind: this is the deepest recursion, so that its frame has to be small.
    fn expression_here(&mut self, expression: &Expr) -> NodeId {
        match expression {
            Expr::Array(array) => self.array(array),
            Expr::Assign(assign) => self.assignment(&assign.left, None, &assign.right),
            Expr::Async(block) => self.async_block(block),
            Expr::Await(awaited) => self.awaited(awaited),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Block(block) => self.block(&block.block, Tail::Value),
            Expr::Break(leave) => self.leave(leave),
            Expr::Call(call) => self.function_call(call),
            Expr::Cast(cast) => self.cast(cast),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Const(block) => self.keyword_block(at(block.const_token.span), &block.block),
            Expr::Continue(next) => self.next_turn(next),
            Expr::Field(field) => self.field(field),
            Expr::ForLoop(turn) => self.for_loop(turn),
            Expr::Group(group) => self.expression(&group.expr),
            Expr::If(choice) => self.choice(choice),
            Expr::Index(index) => self.index(index),
            Expr::Infer(wild) => self.add(NodeKind::Wildcard, at(wild.underscore_token.span)),
            Expr::Let(condition) => self.let_condition(condition),
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Loop(turn) => self.infinite_loop(turn),
            Expr::Macro(call) => self.macro_expression(&call.mac),
            Expr::Match(choice) => self.match_expression(choice),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Paren(inner) => self.parentheses(inner),
            Expr::Path(path) => self.path(path.qself.as_ref(), &path.path),
            Expr::Range(range) => self.range(range),
            Expr::RawAddr(address) => self.unary(UnaryOperator::Borrow, at(address.and_token.span), &address.expr),
            Expr::Reference(borrow) => {
                let operator = match borrow.mutability {
                    Some(_) => UnaryOperator::BorrowMutably,
                    None => UnaryOperator::Borrow,
                };
                self.unary(operator, at(borrow.and_token.span), &borrow.expr)
            }
            Expr::Repeat(repeat) => self.repeat(repeat),
            Expr::Return(result) => self.return_expression(result),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Try(attempt) => self.propagate(attempt),
            Expr::TryBlock(block) => self.keyword_block(at(block.try_token.span), &block.block),
            Expr::Tuple(tuple) => self.tuple(tuple),
            Expr::Unary(unary) => self.unary_expression(unary),
            Expr::Unsafe(block) => self.keyword_block(at(block.unsafe_token.span), &block.block),
            Expr::While(turn) => self.while_loop(turn),
            Expr::Yield(result) => self.yield_expression(result),
            _ => self.tree.other(&[], Span::default()),
        }
    }

    // Operators

    fn parentheses(&mut self, inner: &syn::ExprParen) -> NodeId {
        let node = self.expression(&inner.expr);
        self.set_extent(node, at(inner.paren_token.span.join()));
        node
    }

    fn unary(&mut self, operator: UnaryOperator, start: Span, operand: &Expr) -> NodeId {
        let operand = self.expression(operand);
        let span = join(start, self.extent(operand));
        self.add(NodeKind::Unary { operator, operand }, span)
    }

    fn unary_expression(&mut self, unary: &syn::ExprUnary) -> NodeId {
        let (operator, start) = match &unary.op {
            UnOp::Deref(token) => (UnaryOperator::Dereference, at(token.span)),
            UnOp::Not(token) => (UnaryOperator::Not, at(token.span)),
            UnOp::Neg(token) => (UnaryOperator::Negate, at(token.span)),
            _ => return self.expression(&unary.expr),
        };
        self.unary(operator, start, &unary.expr)
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> NodeId {
        let (operator, assigns) = operator(&binary.op);
        if assigns {
            return self.assignment(&binary.left, Some(operator), &binary.right);
        }
        let left = self.expression(&binary.left);
        let right = self.expression(&binary.right);
        let span = join(self.extent(left), self.extent(right));
        self.add(NodeKind::Binary { operator, left, right }, span)
    }

    fn assignment(&mut self, target: &Expr, operator: Option<Operator>, value: &Expr) -> NodeId {
        let target = self.expression(target);
        let value = self.expression(value);
        let span = join(self.extent(target), self.extent(value));
        self.add(NodeKind::Assign { target, operator, value }, span)
    }

    fn cast(&mut self, cast: &syn::ExprCast) -> NodeId {
        let value = self.expression(&cast.expr);
        let target = self.type_expr(&cast.ty);
        let span = join(self.extent(value), type_end(&cast.ty).unwrap_or_else(|| at(cast.as_token.span)));
        self.add(NodeKind::Cast { value, target }, span)
    }

    pub(super) fn range(&mut self, range: &syn::ExprRange) -> NodeId {
        let start = range.start.as_ref().map(|start| self.expression(start));
        let end = range.end.as_ref().map(|end| self.expression(end));
        let mut span = match &range.limits {
            syn::RangeLimits::HalfOpen(dots) => from_to(dots.spans[0], dots.spans[1]),
            syn::RangeLimits::Closed(dots) => from_to(dots.spans[0], dots.spans[2]),
        };
        for limit in [start, end].into_iter().flatten() {
            span = join(span, self.extent(limit));
        }
        self.add(NodeKind::Range { start, end, step: None }, span)
    }

    fn propagate(&mut self, attempt: &syn::ExprTry) -> NodeId {
        let value = self.expression(&attempt.expr);
        let span = join(self.extent(value), at(attempt.question_token.span));
        self.add(NodeKind::Propagate(value), span)
    }

    // Calls and places

    pub(super) fn call(
        &mut self,
        callee: NodeId,
        arguments: &[NodeId],
        type_arguments: Option<TypeExprId>,
        span: Span,
    ) -> NodeId {
        let arguments = self.list(arguments);
        let certainty = self.certainty;
        self.add(NodeKind::Call { callee, arguments, type_arguments, certainty }, span)
    }

    fn function_call(&mut self, call: &syn::ExprCall) -> NodeId {
        let callee = self.expression(&call.func);
        let arguments = self.expressions(call.args.iter());
        let span = join(self.extent(callee), at(call.paren_token.span.close()));
        self.call(callee, &arguments, None, span)
    }

    fn method_call(&mut self, call: &syn::ExprMethodCall) -> NodeId {
        let object = self.expression(&call.receiver);
        let name = self.name(&call.method);
        let span = join(self.extent(object), at(call.method.span()));
        let callee = self.add(NodeKind::Member { object, name }, span);
        let types = call.turbofish.as_ref().map(|types| self.type_arguments(types)).unwrap_or_default();
        let arguments = self.expressions(call.args.iter());
        let span = join(span, at(call.paren_token.span.close()));
        self.call(callee, &arguments, types.first().copied(), span)
    }

    fn field(&mut self, field: &syn::ExprField) -> NodeId {
        let object = self.expression(&field.base);
        let (name, name_span) = self.member(&field.member);
        let span = join(self.extent(object), name_span);
        self.add(NodeKind::Member { object, name }, span)
    }

    fn index(&mut self, index: &syn::ExprIndex) -> NodeId {
        let object = self.expression(&index.expr);
        let subscript = self.expression(&index.index);
        let span = join(self.extent(object), at(index.bracket_token.span.close()));
        self.add(NodeKind::Index { object, index: subscript }, span)
    }

    fn struct_literal(&mut self, literal: &syn::ExprStruct) -> NodeId {
        let callee = self.path(literal.qself.as_ref(), &literal.path);
        let mut fields = Vec::with_capacity(literal.fields.len() + 1);
        for field in &literal.fields {
            let value = self.expression(&field.expr);
            let (name, name_span) = self.member(&field.member);
            let span = join(name_span, self.extent(value));
            fields.push(self.add(NodeKind::Keyword { name, value }, span));
        }
        if let Some(rest) = &literal.rest {
            let rest = self.expression(rest);
            let span = self.extent(rest);
            fields.push(self.add(NodeKind::Spread(rest), span));
        }
        let span = join(self.tree.span(callee), at(literal.brace_token.span.close()));
        self.call(callee, &fields, None, span)
    }

    /// A path in expression or pattern position.
    pub(super) fn path(&mut self, qualified: Option<&syn::QSelf>, path: &syn::Path) -> NodeId {
        let span = path_span(qualified, path);
        let Some(names) = self.path_names(qualified, path) else { return self.tree.other(&[], span) };
        // The segments of the trait in `<T as Trait>::f` are not among the names.
        let first = qualified.map_or(0, |qualified| qualified.position);
        let mut type_arguments = Vec::new();
        let mut arguments_at = 0;
        for (index, segment) in path.segments.iter().enumerate().skip(first) {
            if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
                let types = self.type_arguments(arguments);
                if !types.is_empty() {
                    type_arguments = types;
                    arguments_at = (names.len() + index).saturating_sub(path.segments.len());
                }
            }
        }
        self.names_node(names, type_arguments, arguments_at, span)
    }

    // Control flow

    fn keyword_block(&mut self, keyword: Span, block: &syn::Block) -> NodeId {
        let span = keyword.to(at(block.brace_token.span.close()));
        self.block_with_span(block, Tail::Value, span)
    }

    fn async_block(&mut self, block: &syn::ExprAsync) -> NodeId {
        let body = self.block(&block.block, Tail::Value);
        let span = join(at(block.async_token.span), self.tree.span(body));
        self.add(NodeKind::AsyncBlock(body), span)
    }

    fn awaited(&mut self, awaited: &syn::ExprAwait) -> NodeId {
        let value = self.expression(&awaited.base);
        let span = join(self.extent(value), at(awaited.await_token.span));
        self.add(NodeKind::Await(value), span)
    }

    fn leave(&mut self, leave: &syn::ExprBreak) -> NodeId {
        let keyword = at(leave.break_token.span);
        let Some(value) = &leave.expr else { return self.add(NodeKind::Break, keyword) };
        let value = self.expression(value);
        let leave = self.add(NodeKind::Break, keyword);
        let span = join(keyword, self.extent(value));
        self.tree.block(&[value, leave], span)
    }

    fn return_expression(&mut self, result: &syn::ExprReturn) -> NodeId {
        let keyword = at(result.return_token.span);
        let value = result.expr.as_ref().map(|value| self.expression(value));
        let span = value.map_or(keyword, |value| join(keyword, self.extent(value)));
        // `return Err(…)` is how the language raises.
        match result.expr.as_deref() {
            Some(Expr::Call(call)) if is_path_to(&call.func, "Err") => self.add(NodeKind::Raise(value), span),
            _ => self.add(NodeKind::Return(value), span),
        }
    }

    fn yield_expression(&mut self, result: &syn::ExprYield) -> NodeId {
        let keyword = at(result.yield_token.span);
        let value = result.expr.as_ref().map(|value| self.expression(value));
        let span = value.map_or(keyword, |value| join(keyword, self.extent(value)));
        self.add(NodeKind::Yield(value), span)
    }

    fn choice(&mut self, choice: &syn::ExprIf) -> NodeId {
        let condition = self.expression(&choice.cond);
        let then = self.block(&choice.then_branch, Tail::Value);
        let otherwise = choice.else_branch.as_ref().map(|(_, branch)| self.expression(branch));
        let end = self.tree.span(otherwise.unwrap_or(then));
        let span = join(at(choice.if_token.span), end);
        self.add(NodeKind::If { condition, then, otherwise }, span)
    }

    fn let_condition(&mut self, condition: &syn::ExprLet) -> NodeId {
        let value = self.expression(&condition.expr);
        let pattern = self.pattern(&condition.pat);
        let span = join(at(condition.let_token.span), self.extent(value));
        self.add(NodeKind::LetCondition { pattern, value }, span)
    }

    fn match_expression(&mut self, choice: &syn::ExprMatch) -> NodeId {
        let subject = self.expression(&choice.expr);
        let arms: Vec<NodeId> = choice.arms.iter().map(|arm| self.arm(arm)).collect();
        let arms = self.list(&arms);
        let span = from_to(choice.match_token.span, choice.brace_token.span.close());
        self.add(NodeKind::Match { subject, arms }, span)
    }

    pub(super) fn arm(&mut self, arm: &syn::Arm) -> NodeId {
        let (pattern, guard) = match &arm.pat {
            syn::Pat::Guard(guarded) => (&*guarded.pat, Some(&guarded.guard)),
            pattern => (pattern, None),
        };
        let pattern = self.pattern(pattern);
        let guard = guard.map(|guard| self.expression(guard));
        let body = self.expression(&arm.body);
        let span = join(self.extent(pattern), self.extent(body));
        self.add(NodeKind::Arm { pattern, guard, body }, span)
    }

    fn for_loop(&mut self, turn: &syn::ExprForLoop) -> NodeId {
        let iterable = self.expression(&turn.expr);
        let target = self.pattern(&turn.pat);
        let header = join(at(turn.for_token.span), self.extent(iterable));
        let body = self.turn(turn.label.as_ref(), &turn.body);
        self.turns(LoopKind::For, Some(target), Some(iterable), None, body, header)
    }

    fn while_loop(&mut self, turn: &syn::ExprWhile) -> NodeId {
        let condition = self.expression(&turn.cond);
        let header = join(at(turn.while_token.span), self.extent(condition));
        let body = self.turn(turn.label.as_ref(), &turn.body);
        self.turns(LoopKind::While, None, None, Some(condition), body, header)
    }

    fn infinite_loop(&mut self, turn: &syn::ExprLoop) -> NodeId {
        let body = self.turn(turn.label.as_ref(), &turn.body);
        self.turns(LoopKind::Infinite, None, None, None, body, at(turn.loop_token.span))
    }

    /// The body of a loop.
    fn turn(&mut self, label: Option<&syn::Label>, body: &syn::Block) -> NodeId {
        let label = label.map(|label| label.name.ident.to_string());
        let outer = std::mem::replace(&mut self.loop_label, label);
        let body = self.block(body, Tail::Value);
        self.loop_label = outer;
        body
    }

    /// `continue`. With the label of a loop further out it leaves its own.
    fn next_turn(&mut self, next: &syn::ExprContinue) -> NodeId {
        let leaves_own = next.label.as_ref().is_some_and(|label| {
            let own = self.loop_label.as_ref();
            own.is_none_or(|own| label.ident != own)
        });
        self.add(if leaves_own { NodeKind::Break } else { NodeKind::Continue }, at(next.continue_token.span))
    }

    fn turns(
        &mut self,
        kind: LoopKind,
        target: Option<NodeId>,
        iterable: Option<NodeId>,
        condition: Option<NodeId>,
        body: NodeId,
        header: Span,
    ) -> NodeId {
        let span = join(header, self.tree.span(body));
        let turning = LoopNode::turning(condition, body, header);
        self.tree.add_loop(LoopNode { kind, target, iterable, ..turning }, span)
    }

    fn closure(&mut self, closure: &syn::ExprClosure) -> NodeId {
        let parameters: Vec<ParameterNode> = closure.inputs.iter().map(|input| self.closure_parameter(input)).collect();
        let returns = self.return_type(&closure.output);
        let body = match &*closure.body {
            Expr::Block(block) => self.block(&block.block, Tail::Result),
            value => {
                let value = self.expression(value);
                self.result(value)
            }
        };
        let span = join(closure_start(closure), self.extent(body));
        let id = self.tree.function(FunctionNode {
            name: None,
            name_span: span,
            parameters,
            returns,
            is_async: closure.asyncness.is_some(),
            flavor: FunctionFlavor::Plain,
            decorators: Vec::new(),
            type_parameters: Vec::new(),
            body: Some(body),
        });
        self.add(NodeKind::Closure(id), span)
    }

    fn closure_parameter(&mut self, input: &syn::Pat) -> ParameterNode {
        let (target, declared) = self.typed_pattern(input);
        ParameterNode { target, declared, default: None, kind: ParameterKind::Ordinary }
    }

    // Displays and literals

    fn array(&mut self, array: &syn::ExprArray) -> NodeId {
        let elements = self.expressions(array.elems.iter());
        self.collection(CollectionKind::List, &elements, at(array.bracket_token.span.join()))
    }

    fn repeat(&mut self, repeat: &syn::ExprRepeat) -> NodeId {
        let element = self.expression(&repeat.expr);
        self.collection(CollectionKind::List, &[element], at(repeat.bracket_token.span.join()))
    }

    fn tuple(&mut self, tuple: &syn::ExprTuple) -> NodeId {
        let span = at(tuple.paren_token.span.join());
        if tuple.elems.is_empty() {
            return self.add(NodeKind::Null, span);
        }
        let elements = self.expressions(tuple.elems.iter());
        self.collection(CollectionKind::Tuple, &elements, span)
    }

    pub(super) fn literal(&mut self, literal: &Lit) -> NodeId {
        let span = at(literal.span());
        let kind = match literal {
            Lit::Str(string) => {
                let value = Some(self.tree.string(&string.value()));
                let holes = self.list(&[]);
                NodeKind::String { value, holes }
            }
            Lit::ByteStr(_) | Lit::CStr(_) => NodeKind::Bytes,
            Lit::Byte(byte) => NodeKind::Integer(Some(i64::from(byte.value()))),
            Lit::Char(_) => NodeKind::Character,
            Lit::Int(integer) => NodeKind::Integer(integer.base10_parse().ok()),
            Lit::Float(_) => NodeKind::Float,
            Lit::Bool(value) => NodeKind::Bool(value.value),
            _ => NodeKind::Other(self.list(&[])),
        };
        self.add(kind, span)
    }
}

/// The neutral operator, and whether it assigns.
fn operator(operator: &BinOp) -> (Operator, bool) {
    match operator {
        BinOp::Add(_) => (Operator::Add, false),
        BinOp::Sub(_) => (Operator::Subtract, false),
        BinOp::Mul(_) => (Operator::Multiply, false),
        BinOp::Div(_) => (Operator::Divide, false),
        BinOp::Rem(_) => (Operator::Modulo, false),
        BinOp::And(_) => (Operator::And, false),
        BinOp::Or(_) => (Operator::Or, false),
        BinOp::BitAnd(_) => (Operator::BitAnd, false),
        BinOp::BitOr(_) => (Operator::BitOr, false),
        BinOp::Eq(_) => (Operator::Equal, false),
        BinOp::Ne(_) => (Operator::NotEqual, false),
        BinOp::Lt(_) | BinOp::Le(_) | BinOp::Ge(_) | BinOp::Gt(_) => (Operator::Compare, false),
        BinOp::AddAssign(_) => (Operator::Add, true),
        BinOp::SubAssign(_) => (Operator::Subtract, true),
        BinOp::MulAssign(_) => (Operator::Multiply, true),
        BinOp::DivAssign(_) => (Operator::Divide, true),
        BinOp::RemAssign(_) => (Operator::Modulo, true),
        BinOp::BitAndAssign(_) => (Operator::BitAnd, true),
        BinOp::BitOrAssign(_) => (Operator::BitOr, true),
        BinOp::BitXorAssign(_) | BinOp::ShlAssign(_) | BinOp::ShrAssign(_) => (Operator::Other, true),
        _ => (Operator::Other, false),
    }
}

/// The first token of a closure.
fn closure_start(closure: &syn::ExprClosure) -> Span {
    let mut start = at(closure.inputs_begin.span);
    if let Some(token) = &closure.capture {
        start = start.to(at(token.span));
    }
    if let Some(token) = &closure.asyncness {
        start = start.to(at(token.span));
    }
    start
}

/// The bytes of a path, type arguments included.
pub(super) fn path_span(qualified: Option<&syn::QSelf>, path: &syn::Path) -> Span {
    let Some(last) = path.segments.last() else { return Span::default() };
    // Most paths are one name.
    if path.segments.len() == 1 && last.arguments.is_none() && qualified.is_none() && path.leading_colon.is_none() {
        return at(last.ident.span());
    }
    let end = match &last.arguments {
        PathArguments::None => at(last.ident.span()),
        PathArguments::AngleBracketed(arguments) => from_to(last.ident.span(), arguments.gt_token.span),
        PathArguments::Parenthesized(signature) => from_to(last.ident.span(), signature.paren_token.span.close()),
    };
    let start = match (qualified, &path.leading_colon, path.segments.first()) {
        (Some(qualified), _, _) => at(qualified.lt_token.span),
        (None, Some(colons), _) => at(colons.spans[0]),
        (None, None, Some(first)) => at(first.ident.span()),
        (None, None, None) => end,
    };
    join(start, end)
}

/// Where the type of a cast ends.
fn type_end(ty: &syn::Type) -> Option<Span> {
    let mut ty = ty;
    loop {
        ty = match ty {
            syn::Type::Reference(reference) => &reference.elem,
            syn::Type::Ptr(pointer) => &pointer.elem,
            syn::Type::Group(inner) => &inner.elem,
            syn::Type::Path(path) => return Some(path_span(path.qself.as_ref(), &path.path)),
            syn::Type::Infer(wild) => return Some(at(wild.underscore_token.span)),
            syn::Type::Paren(inner) => return Some(at(inner.paren_token.span.close())),
            syn::Type::Tuple(tuple) => return Some(at(tuple.paren_token.span.close())),
            syn::Type::Slice(slice) => return Some(at(slice.bracket_token.span.close())),
            syn::Type::Array(array) => return Some(at(array.bracket_token.span.close())),
            syn::Type::FnPtr(function) => return Some(at(function.paren_token.span.close())),
            _ => return None,
        };
    }
}

/// Is the expression a path that ends in this name?
fn is_path_to(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}
