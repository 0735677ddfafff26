//! Statements: what runs in which order, and how branches change what names stand for.

use super::scope::{Changes, Leaves, Local, assignments, leaves};
use super::value::Value;
use super::{Extractor, ReturnsTo};
use crate::facts::*;
use crate::source::Span;
use crate::syntax::{ImportNodeId, List, Name, NodeId, NodeKind, Operator, ParameterKind, TypeExprId, UnaryOperator};

/// What is known under a condition of the parameters of the function, as bits, and of what comes of them and of loops.
#[derive(Clone, Copy, Default)]
pub(super) struct GivenParameters {
    needs: u32,
    without: u32,
    choice: Choice,
    /// Loops and closures on whose element the condition depends, as bits.
    tested: u32,
}

/// Of what only some are left.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Choice {
    /// Those that equal a constant, or what is the same in all turns.
    chosen: Depend,
    /// The loops whose elements equal something of an element of a loop further out, as bits.
    sought: u32,
}

impl Choice {
    fn of(chosen: Depend) -> Choice {
        Choice { chosen, sought: 0 }
    }

    fn or(self, other: Choice) -> Choice {
        Choice { chosen: self.chosen.or(other.chosen), sought: self.sought | other.sought }
    }
}

impl GivenParameters {
    fn and(self, other: GivenParameters) -> GivenParameters {
        GivenParameters {
            needs: self.needs | other.needs,
            without: self.without | other.without,
            choice: self.choice.or(other.choice),
            tested: self.tested | other.tested,
        }
    }

    fn write_to(self, scope: &mut Scope) {
        scope.needs = self.needs;
        scope.without = self.without;
        scope.chosen = self.choice.chosen;
        scope.sought = self.choice.sought;
        scope.tested = self.tested;
    }
}

/// Is a method named like one that gives a field: `getState`?
fn is_getter_name(name: &str) -> bool {
    name.strip_prefix("get").is_some_and(|field| field.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// Is it by convention the name of an error?
fn is_error_name(name: &str) -> bool {
    name.starts_with("err") || name.ends_with("Err")
}

impl Extractor<'_> {
    /// Walks a statement, or an expression that stands alone.
    pub(super) fn statement(&mut self, node: NodeId) {
        let outer = std::mem::replace(&mut self.statement, self.tree.span(node).start);
        stacker::maybe_grow(96 * 1024, 2 * 1024 * 1024, || self.statement_here(node));
        self.statement = outer;
    }

    fn statement_here(&mut self, node: NodeId) {
        let span = self.tree.span(node);
        match self.tree.kind(node) {
            NodeKind::Block(list) => self.block(list),
            NodeKind::Function(function) => {
                let origin = self.function_definition(function, span);
                if let Some(name) = self.tree.functions[function.0 as usize].name {
                    let depend = self.captured_by(function);
                    self.bind_definition(name, origin, depend);
                }
            }
            NodeKind::Class(class) => {
                let origin = self.class_definition(class);
                if !matches!(self.tree.classes[class.0 as usize].kind, crate::syntax::ClassKind::Extension) {
                    self.bind_definition(self.tree.classes[class.0 as usize].name, origin, Depend::default());
                }
            }
            NodeKind::InlineModule { name, decorators, body } => {
                let decorators = self.tree.nodes_of(decorators).to_vec();
                let decorators = decorators.into_iter().map(|node| self.detached(node)).collect();
                self.inline_module(name, decorators, body);
            }
            NodeKind::Import(import) => self.import(import),
            NodeKind::Let { target, declared, value } => self.let_statement(target, declared, value),
            NodeKind::Assign { target, operator, value } => {
                self.assign(target, operator, value);
            }
            NodeKind::TypeAlias { name, value } => {
                let origin = self.declared(value);
                self.bind_definition(name, origin, Depend::default());
            }
            NodeKind::Outer(list) => {
                let tree = self.tree;
                let names = tree.nodes_of(list).iter().filter_map(|node| match tree.kind(*node) {
                    NodeKind::Name(name) => Some(name),
                    _ => None,
                });
                self.outer_names.extend(names);
            }
            NodeKind::Delete(list) => {
                for target in self.tree.nodes_of(list) {
                    self.delete(*target);
                }
            }
            NodeKind::Loop(id) => self.loop_statement(id, span),
            NodeKind::If { condition, then, otherwise } => {
                self.choice(condition, then, otherwise, &mut |extractor, block| extractor.statement(block));
            }
            NodeKind::Match { subject, arms } => {
                self.match_statement(subject, arms, Use::Discarded);
            }
            NodeKind::Try { body, handlers, otherwise, finally } => {
                self.try_statement(body, handlers, otherwise, finally);
            }
            NodeKind::With { items, body, is_async } => self.with_statement(items, body, is_async),
            NodeKind::Return(value) => {
                if let Some(value) = value {
                    let origin = self.value(value, Use::Returned).origin;
                    self.returned(origin);
                }
            }
            NodeKind::Raise(value) => {
                if let Some(value) = value {
                    // What a failure costs is not what the code costs.
                    let outer = self.enter(ScopeKind::Handler);
                    self.value(value, Use::Other);
                    self.leave(outer);
                }
            }
            NodeKind::Element(value) => {
                self.value(value, Use::Stored);
            }
            NodeKind::Break | NodeKind::Continue => {}
            _ => {
                self.value(node, Use::Discarded);
            }
        }
    }

    fn returned(&mut self, origin: OriginId) {
        let returns = match self.returns_to.last() {
            Some(ReturnsTo::Function(function)) => &mut self.facts.functions[function.index()].returns,
            Some(ReturnsTo::Closure(closure)) => &mut self.facts.closures[closure.index()].returns,
            _ => return,
        };
        if returns.len() < 32 {
            returns.push(origin);
        }
    }

    pub(super) fn block(&mut self, list: List) {
        let block = self.open_holds.len();
        let nodes = self.tree.nodes_of(list);
        let mut shadowed = Vec::new();
        let mut outer_scopes = Vec::new();
        for node in nodes {
            self.note_shadowed(*node, &mut shadowed);
            let behind = self.parameters_behind(*node);
            self.statement(*node);
            self.note_early_end(*node);
            let choice = self.choice_behind(*node);
            if behind.needs | behind.without != 0 {
                outer_scopes.push(self.enter(ScopeKind::Branch));
            } else if choice != Choice::default() {
                outer_scopes.push(self.enter(ScopeKind::Chosen));
            } else {
                continue;
            }
            GivenParameters { choice, ..behind }.write_to(&mut self.facts.scopes[self.scope.index()]);
        }
        while let Some(outer) = outer_scopes.pop() {
            self.leave(outer);
        }
        if self.tree.block_scoped {
            self.end_holds(block);
        }
        self.end_shadows(shadowed);
    }

    /// Notes that what is behind a statement runs in some cases only: `if x.is_known(): return`.
    fn note_early_end(&mut self, node: NodeId) {
        let (NodeKind::If { condition, then, otherwise: None }, Some(ReturnsTo::Function(function))) =
            (self.tree.kind(node), self.returns_to.last())
        else {
            return;
        };
        if leaves(self.tree, then) == Leaves::Function && !self.is_failure(condition) {
            let end = self.tree.span(node).end;
            self.facts.functions[function.index()].may_end_at.get_or_insert(end);
        }
    }

    /// What is known of the parameters behind a statement: `if x is None: return`.
    fn parameters_behind(&mut self, node: NodeId) -> GivenParameters {
        match self.tree.kind(node) {
            NodeKind::If { condition, then, otherwise: None } if leaves(self.tree, then) != Leaves::No => {
                self.parameter_test(condition).1
            }
            _ => GivenParameters::default(),
        }
    }

    /// Of what only some get behind a statement: `if x.kind != 1: continue`.
    fn choice_behind(&self, node: NodeId) -> Choice {
        match self.tree.kind(node) {
            NodeKind::Block(list) => {
                let nodes = self.tree.nodes_of(list).iter();
                nodes.fold(Choice::default(), |choice, node| choice.or(self.choice_behind(*node)))
            }
            NodeKind::If { condition, then, otherwise } => {
                let (holds, fails) = self.choice_test(condition);
                let leaves_otherwise = otherwise.is_some_and(|block| leaves(self.tree, block) != Leaves::No);
                match (leaves(self.tree, then) != Leaves::No, leaves_otherwise) {
                    (true, false) => fails.or(otherwise.map_or(Choice::default(), |block| self.choice_behind(block))),
                    (false, true) => holds.or(self.choice_behind(then)),
                    _ => Choice::default(),
                }
            }
            _ => Choice::default(),
        }
    }

    /// Of what only some are left where a condition holds, and where it does not: those that equal a constant.
    fn choice_test(&self, condition: NodeId) -> (Choice, Choice) {
        let nothing = Choice::default();
        match self.tree.kind(condition) {
            NodeKind::Unary { operator: UnaryOperator::Not, operand } => {
                let (holds, fails) = self.choice_test(operand);
                (fails, holds)
            }
            NodeKind::Binary { operator: Operator::Equal, left, right } => (self.equal(left, right), nothing),
            NodeKind::Binary { operator: Operator::NotEqual, left, right } => (nothing, self.equal(left, right)),
            // What a container holds that is not written out may be all there is.
            NodeKind::Membership { needle, container } => (Choice::of(self.compared(needle, container)), nothing),
            NodeKind::Binary { operator: Operator::And, left, right } => {
                (self.choice_test(left).0.or(self.choice_test(right).0), nothing)
            }
            NodeKind::Binary { operator: Operator::Or, left, right } => {
                (nothing, self.choice_test(left).1.or(self.choice_test(right).1))
            }
            _ => (nothing, nothing),
        }
    }

    /// What a value depends on that is compared with a constant.
    fn compared(&self, left: NodeId, right: NodeId) -> Depend {
        match (self.is_constant(left), self.is_constant(right)) {
            (false, true) => self.depend_of_place(left),
            (true, false) => self.depend_of_place(right),
            _ => Depend::default(),
        }
    }

    /// What a value depends on that is equal to a constant, to what is the same in all turns, or to an element further out.
    fn equal(&self, left: NodeId, right: NodeId) -> Choice {
        if self.is_constant(left) || self.is_constant(right) {
            return Choice::of(self.compared(left, right));
        }
        let (own, other) = (self.depend_of_place(left).element, self.depend_of_place(right).element);
        let of_element = |element| Choice::of(Depend { element, ..Depend::default() });
        // An element of a loop further out is the same in all turns of the inner one.
        match (own & !other, other & !own) {
            (own, 0) if self.is_fixed_place(right) => of_element(own),
            (0, other) if self.is_fixed_place(left) => of_element(other),
            // The bits of loops further in are higher.
            (own, other) if own != 0 && other != 0 => Choice { sought: own.max(other), ..Choice::default() },
            _ => Choice::default(),
        }
    }

    /// Is it a name, or an attribute of one, that no loop around gives another value?
    fn is_fixed_place(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Name(name) => !self.loop_names.iter().any(|(_, assigned)| assigned.contains_key(&name)),
            NodeKind::Member { object, .. } => self.is_fixed_place(object),
            _ => false,
        }
    }

    /// Is it a literal, a display of such, or a name that is by convention one's?
    fn is_constant(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::String { holes, .. } => self.tree.nodes_of(holes).is_empty(),
            NodeKind::Integer(_) | NodeKind::Character => true,
            NodeKind::Collection { elements, .. } => {
                self.tree.nodes_of(elements).iter().all(|element| self.is_constant(*element))
            }
            NodeKind::Name(name) | NodeKind::Member { name, .. } => is_constant_name(self.facts.text(name)),
            _ => false,
        }
    }

    /// What a name, or an attribute of one, depends on.
    fn depend_of_place(&self, node: NodeId) -> Depend {
        match self.tree.kind(node) {
            NodeKind::Name(name) => self.locals.get(name).map_or(Depend::default(), |local| Depend {
                carried: 0,
                volatile: 0,
                ..local.depend
            }),
            NodeKind::Member { object, .. } => self.depend_of_place(object),
            // `order.getState()`: an attribute, where the language has methods for that.
            NodeKind::Call { callee, arguments, .. } if arguments.is_empty() => match self.tree.kind(callee) {
                NodeKind::Member { object, name } if is_getter_name(self.facts.text(name)) => {
                    self.depend_of_place(object)
                }
                _ => Depend::default(),
            },
            _ => Depend::default(),
        }
    }

    /// Notes what the names stood for that a statement declares for the block around it.
    pub(super) fn note_shadowed(&self, node: NodeId, shadowed: &mut Vec<(Name, Option<Local>)>) {
        if self.tree.block_scoped
            && let NodeKind::Let { target, .. } = self.tree.kind(node)
        {
            let mut names = rustc_hash::FxHashSet::default();
            super::scope::target_names(self.tree, target, &mut |name| _ = names.insert(name));
            shadowed.extend(names.into_iter().map(|name| (name, self.locals.get(name))));
        }
    }

    /// A condition and its branches. Names that a pattern in the condition binds end with the first branch, where the
    /// language has blocks.
    pub(super) fn choice(
        &mut self,
        condition: NodeId,
        then: NodeId,
        otherwise: Option<NodeId>,
        walk: &mut dyn FnMut(&mut Self, NodeId),
    ) {
        let names = self.names_of_condition(condition);
        let shadowed: Vec<_> = names.into_iter().map(|name| (name, self.locals.get(name))).collect();
        // A pattern of the condition may give the name of a parameter to what it takes out of it.
        let (mut holds, mut fails) = self.parameter_test(condition);
        (holds.choice, fails.choice) = self.choice_test(condition);
        let (absent, present) = self.names_without_value(condition);
        holds.tested = self.condition(condition);
        fails.tested = holds.tested;
        let scope = self.facts.scopes.len();
        let kind = match self.is_failure(condition) {
            true => ScopeKind::Handler,
            false => self.kind_of_branch(absent, then),
        };
        let mut first = self.branch(then, kind, &mut *walk);
        holds.write_to(&mut self.facts.scopes[scope]);
        for (name, _) in &shadowed {
            if let Some(first) = &mut first {
                first.remove(name);
            }
        }
        self.end_shadows(shadowed);
        let scope = self.facts.scopes.len();
        let second = match otherwise {
            Some(block) => {
                let changes = self.branch(block, self.kind_of_branch(present, block), &mut *walk);
                fails.write_to(&mut self.facts.scopes[scope]);
                changes
            }
            None => Some(Changes::default()),
        };
        self.merge(vec![first, second]);
    }

    /// The local variable that has no value where a condition holds, and the one that has none where it does not.
    fn names_without_value(&self, condition: NodeId) -> (Option<Name>, Option<Name>) {
        match self.tree.kind(condition) {
            NodeKind::Name(name) => (None, self.is_null(name).then_some(name)),
            NodeKind::Unary { operator: UnaryOperator::Not, operand } => {
                let (holds, fails) = self.names_without_value(operand);
                (fails, holds)
            }
            NodeKind::Binary { operator, left, right } => {
                let compared = match (self.tree.kind(left), self.tree.kind(right)) {
                    (NodeKind::Name(name), NodeKind::Null) | (NodeKind::Null, NodeKind::Name(name)) => Some(name),
                    _ => None,
                };
                match operator {
                    Operator::Equal => (compared, None),
                    Operator::NotEqual => (None, compared),
                    Operator::And => {
                        let (left, right) = (self.names_without_value(left).0, self.names_without_value(right).0);
                        (left.or(right), None)
                    }
                    _ => (None, None),
                }
            }
            _ => (None, None),
        }
    }

    /// Is a variable null up to here? One that is false or empty may be asked for the truth of something.
    fn is_null(&self, name: Name) -> bool {
        let origin = self.locals.get(name).map(|local| self.facts.origin(local.origin));
        match origin {
            Some(Origin::Null) => true,
            Some(Origin::Ascribed(_, value)) => self.facts.origin(value) == Origin::Null,
            _ => false,
        }
    }

    /// What a branch is where a variable has no value: if it gives it one, and no other place of the loops around it does,
    /// it runs in one turn of them.
    fn kind_of_branch(&self, absent: Option<Name>, block: NodeId) -> ScopeKind {
        let Some(name) = absent.filter(|_| !self.loop_names.is_empty()) else { return ScopeKind::Branch };
        let Some(own) = assignments(self.tree, block).get(&name).copied() else {
            return ScopeKind::Branch;
        };
        let is_loop = |scope: ScopeId| matches!(self.facts.scope(scope).kind, ScopeKind::Loop(_));
        let loops =
            self.loop_names.iter().rev().take_while(|(scope, names)| is_loop(*scope) && names.get(&name) == Some(&own));
        match loops.count().min(usize::from(u8::MAX)) as u8 {
            0 => ScopeKind::Branch,
            ended => ScopeKind::OneTurn(ended),
        }
    }

    /// The names that patterns in a condition declare for the block after it, where the language has blocks.
    pub(super) fn names_of_condition(&self, condition: NodeId) -> rustc_hash::FxHashSet<Name> {
        let mut names = rustc_hash::FxHashSet::default();
        let mut pending = if self.tree.block_scoped { vec![condition] } else { Vec::new() };
        while let Some(node) = pending.pop() {
            match self.tree.kind(node) {
                NodeKind::LetCondition { pattern, .. } => {
                    super::scope::target_names(self.tree, pattern, &mut |name| _ = names.insert(name));
                }
                NodeKind::Binary { operator: Operator::And, left, right } => pending.extend([left, right]),
                _ => {}
            }
        }
        names
    }

    /// Names declared in a block end with it; what they hid is seen again. Module-level names stay.
    pub(super) fn end_shadows(&mut self, shadowed: Vec<(Name, Option<Local>)>) {
        if self.scope != self.facts.functions[0].scope {
            for (name, local) in shadowed.into_iter().rev() {
                self.locals.set(name, local);
            }
        }
    }

    fn bind_definition(&mut self, name: Name, origin: OriginId, depend: Depend) {
        if self.in_module_body() && self.class.is_none() {
            self.define(name, origin);
        }
        let scope = self.scope;
        self.locals.set(name, Some(Local { origin, depend, scope, binding: None }));
    }

    /// What the locals come from that a function uses of the one that it is defined in.
    fn captured_by(&self, function: crate::syntax::FunctionNodeId) -> Depend {
        let mut depend = Depend::default();
        if self.in_module_body() {
            return depend;
        }
        let mut pending: Vec<NodeId> = self.tree.functions[function.0 as usize].body.into_iter().collect();
        while let Some(node) = pending.pop() {
            if let NodeKind::Name(name) = self.tree.kind(node)
                && let Some(local) = self.locals.get(name)
            {
                depend = depend.or(local.depend.within(self.shared_depth(local.scope)));
            }
            self.tree.for_each_child(node, &mut |child| pending.push(child));
        }
        depend
    }

    fn inline_module(&mut self, name: Name, decorators: Vec<OriginId>, body: NodeId) {
        let mut path = self.facts.modules[self.module.index()].path.clone();
        path.push(name);
        let inner = ModuleId(self.facts.modules.len() as u32);
        self.facts.modules.push(Module { path, definitions: Vec::new(), stars: Vec::new(), decorators });
        let outer_locals = std::mem::take(&mut self.locals);
        let outer = std::mem::replace(&mut self.module, inner);
        self.statement(body);
        self.module = outer;
        self.locals = outer_locals;
    }

    fn import(&mut self, node: ImportNodeId) {
        let import = &self.tree.imports[node.0 as usize];
        let id = ImportId(self.facts.imports.len() as u32);
        self.facts.imports.push(Import {
            path: import.path.clone(),
            level: import.level,
            binding: import.binding,
            binds_root: import.binds_root,
            module: self.module,
        });
        if import.is_star {
            self.facts.modules[self.module.index()].stars.push(id);
            return;
        }
        if self.tree.imports_are_packages {
            self.packages.insert(import.binding);
        }
        let origin = self.origin(Origin::Import(id));
        self.bind_definition(import.binding, origin, Depend::default());
    }

    fn let_statement(&mut self, target: NodeId, declared: Option<TypeExprId>, value: Option<NodeId>) {
        let span = self.tree.span(target);
        let name = match self.tree.kind(target) {
            NodeKind::Name(name) => Some(name),
            _ => None,
        };
        // A block-scoped declaration makes a new variable: it never adds to an old one of the same name.
        let value_here = value.map(|value| match name {
            Some(name) if !self.tree.block_scoped => self.value_for(value, name, true),
            _ => self.value(value, Use::Bound),
        });
        let declared = declared.map(|declared| self.declared(declared));
        let depend = value_here.map(|value| value.depend).unwrap_or_default();
        let origin = match (declared, value_here) {
            // `let xs: Vec<_> = iter.collect()`: the declaration is the type, the value what it costs.
            (Some(declared), Some(value)) => self.origin(Origin::Ascribed(declared, value.origin)),
            (Some(declared), None) => declared,
            (None, Some(value)) => value.origin,
            (None, None) => self.origin(Origin::Unknown),
        };
        self.source = value.map(|value| self.tree.span(value)).unwrap_or_default();
        self.bind(target, origin, depend, true);
        if let (Some(name), Some(value), true) = (name, value, self.tree.block_scoped)
            && self.is_call_chain(value)
        {
            let block = self.open_holds.len();
            let origin = value_here.map_or(origin, |value| value.origin);
            self.open_hold(name, origin, span, block);
        }
    }

    /// Is the value the result of a call, perhaps unwrapped or awaited?
    fn is_call_chain(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Call { .. } => true,
            NodeKind::Await(inner) | NodeKind::Propagate(inner) => self.is_call_chain(inner),
            _ => false,
        }
    }

    /// An assignment, as a statement or an expression; gives the origin and dependence of the value.
    pub(super) fn assign(&mut self, target: NodeId, operator: Option<Operator>, value: NodeId) -> super::value::Value {
        if let Some(operator) = operator {
            return self.update(target, operator, value);
        }
        let (place, is_local) = self.target_place(target);
        let source = self.tree.span(value);
        let value = match place {
            Some(place) => self.value_for(value, place, is_local),
            None if matches!(self.tree.kind(target), NodeKind::Index { .. }) => self.value(value, Use::Stored),
            None => self.value(value, Use::Bound),
        };
        self.source = source;
        self.bind(target, value.origin, value.depend, false);
        value
    }

    /// The place that a target writes, and whether it is a local variable.
    fn target_place(&mut self, target: NodeId) -> (Option<Name>, bool) {
        match self.tree.kind(target) {
            NodeKind::Name(name) => (Some(name), !self.in_module_body() && !self.is_outer_name(name)),
            NodeKind::Member { .. } => (self.place_of(target), false),
            _ => (None, false),
        }
    }

    fn is_outer_name(&self, name: Name) -> bool {
        self.tree.block_scoped && self.locals.get(name).is_none()
    }

    fn update(&mut self, target: NodeId, operator: Operator, value: NodeId) -> super::value::Value {
        let span = self.tree.span(target);
        let (place, is_local) = self.target_place(target);
        let left = self.value(target, Use::Other);
        let right = self.value(value, Use::Other);
        let origin = self.origin(Origin::Operation(operator, left.origin));
        if self.in_loop() && operator == Operator::Add {
            self.operation(super::calls::Operation {
                kind: CallKind::Update(operator),
                span: self.tree.span(target).to(self.tree.span(value)),
                receiver: left,
                argument: Some((right, self.tree.span(value))),
                used: Use::Bound,
                result: place.map(|place| (place, is_local)),
                // What a turn begins anew does not grow from turn to turn.
                accumulates: !is_local || left.depend.carried != 0,
            });
        }
        if let Some(place) = place {
            self.write(place, span, WriteKind::Update(operator), right.origin, is_local);
        } else if let NodeKind::Index { object, .. } = self.tree.kind(target)
            && let Some(place) = self.place_of(object)
        {
            let is_local = self.is_local_place(object);
            self.write(place, span, WriteKind::Element, right.origin, is_local);
        }
        let depend = left.depend.or(right.depend);
        if let NodeKind::Name(name) = self.tree.kind(target)
            && let Some(local) = self.locals.get(name)
        {
            let scope = self.scope;
            self.locals.set(name, Some(Local { origin, depend, scope, ..local }));
        }
        super::value::Value { origin, depend, place: None }
    }

    fn delete(&mut self, target: NodeId) {
        let span = self.tree.span(target);
        let object = match self.tree.kind(target) {
            NodeKind::Index { object, index } => {
                self.value(index, Use::Indexed);
                object
            }
            _ => target,
        };
        let value = self.value(object, Use::Other);
        if let Some(place) = value.place {
            let is_local = self.is_local_place(object);
            self.write(place, span, WriteKind::Delete, value.origin, is_local);
        }
    }

    /// A condition: its value, and the names that a pattern in it binds. Gives the loops and closures, as bits, on whose element
    /// it depends. Whether a name holds anything, or a pattern fits, does not count: so errors are told, and what was not found.
    pub(super) fn condition(&mut self, node: NodeId) -> u32 {
        match self.tree.kind(node) {
            NodeKind::LetCondition { pattern, value } => {
                let source = self.tree.span(value);
                let value = self.value(value, Use::Tested);
                self.source = source;
                self.bind(pattern, value.origin, value.depend, true);
                0
            }
            NodeKind::Binary { operator: Operator::And, left, right } => self.condition(left) | self.condition(right),
            _ => {
                let is_presence = self.is_presence(node);
                let value = self.tested(node);
                if is_presence { 0 } else { value.depend.element }
            }
        }
    }

    /// Does a condition hold after a failure only, where errors are values: `err != nil`?
    fn is_failure(&self, condition: NodeId) -> bool {
        let is_error = |name: Name| is_error_name(self.facts.text(name));
        match self.tree.kind(condition) {
            _ if !self.tree.several_results => false,
            NodeKind::Binary { operator: Operator::NotEqual, left, right } => {
                matches!((self.tree.kind(left), self.tree.kind(right)), (NodeKind::Name(name), NodeKind::Null) if is_error(name))
            }
            NodeKind::Binary { operator: Operator::And, left, right } => {
                self.is_failure(left) || self.is_failure(right)
            }
            _ => false,
        }
    }

    /// Does a condition only compare names with null?
    fn is_presence(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Binary { operator: Operator::Equal | Operator::NotEqual, left, right } => {
                let pair = (self.tree.kind(left), self.tree.kind(right));
                matches!(pair, (NodeKind::Name(_), NodeKind::Null) | (NodeKind::Null, NodeKind::Name(_)))
            }
            NodeKind::Binary { operator: Operator::And | Operator::Or, left, right } => {
                self.is_presence(left) && self.is_presence(right)
            }
            _ => false,
        }
    }

    /// A value that is tested for truth, which may run code of its type.
    pub(super) fn tested(&mut self, node: NodeId) -> super::value::Value {
        let value = self.value(node, Use::Tested);
        let is_value = matches!(self.tree.kind(node), NodeKind::Name(_) | NodeKind::Call { .. } | NodeKind::Await(_));
        if is_value && self.tree.attributes_run_code {
            self.operation(super::calls::Operation {
                kind: CallKind::Test,
                span: self.tree.span(node),
                receiver: value,
                argument: None,
                used: Use::Tested,
                result: None,
                accumulates: false,
            });
        }
        value
    }

    /// What a condition says of the function's parameters where it holds, and where it does not.
    pub(super) fn parameter_test(&mut self, condition: NodeId) -> (GivenParameters, GivenParameters) {
        let nothing = GivenParameters::default();
        let test = |bit| (GivenParameters { needs: bit, ..nothing }, GivenParameters { without: bit, ..nothing });
        let swapped = |(holds, fails)| (fails, holds);
        match self.tree.kind(condition) {
            NodeKind::Name(_) | NodeKind::Member { .. } => test(self.tested_bit(condition)),
            NodeKind::LetCondition { pattern, value } if self.takes_what_is_there(pattern) => {
                test(self.parameter_bit(value))
            }
            NodeKind::Unary { operator: UnaryOperator::Not, operand } => swapped(self.parameter_test(operand)),
            NodeKind::Binary { operator: operator @ (Operator::Equal | Operator::NotEqual), left, right } => {
                let (is_given, bit) = match self.tree.kind(right) {
                    NodeKind::Null => (false, self.tested_bit(left)),
                    NodeKind::Bool(true) => (true, self.member_bit(left, AskedFor::Itself)),
                    NodeKind::Bool(false) => (false, self.member_bit(left, AskedFor::NotFalse)),
                    _ => return (nothing, nothing),
                };
                if is_given == (operator == Operator::Equal) { test(bit) } else { swapped(test(bit)) }
            }
            NodeKind::Binary { operator: Operator::And, left, right } => {
                (self.parameter_test(left).0.and(self.parameter_test(right).0), nothing)
            }
            NodeKind::Binary { operator: Operator::Or, left, right } => {
                (nothing, self.parameter_test(left).1.and(self.parameter_test(right).1))
            }
            _ => (nothing, nothing),
        }
    }

    /// The bit of the parameter, or of the member of one, that is tested for truth; 0 for none.
    fn tested_bit(&mut self, node: NodeId) -> u32 {
        match self.parameter_bit(node) {
            0 => self.member_bit(node, AskedFor::Itself),
            bit => bit,
        }
    }

    /// The bit of a member of a parameter; 0 for none. Those beyond the last bit do not count.
    fn member_bit(&mut self, node: NodeId, asked: AskedFor) -> u32 {
        let Some((parameter, name, is_taken_out)) = self.member_of_parameter(node) else { return 0 };
        // No call site writes down what its receiver holds.
        let parameters = &self.facts.function(self.function).parameters;
        if parameters.get(parameter as usize).is_none_or(|own| own.kind != ParameterKind::Ordinary) {
            return 0;
        }
        let asked = match asked {
            AskedFor::Itself if is_taken_out => AskedFor::TakenOut,
            // What the default is, nobody knows; false it may be.
            AskedFor::NotFalse if is_taken_out => return 0,
            _ => asked,
        };
        let member = TestedMember { parameter, name, asked };
        let members = &mut self.facts.functions[self.function.index()].members;
        let at = members.iter().position(|own| *own == member).unwrap_or_else(|| {
            members.push(member);
            members.len() - 1
        });
        let bit = FIRST_MEMBER + at as u32;
        if bit < 31 { 1 << bit } else { 0 }
    }

    /// The member of a parameter that a node reads, or a name still stands for; with `true` if it was taken out before.
    fn member_of_parameter(&self, node: NodeId) -> Option<(u16, Name, bool)> {
        match self.tree.kind(node) {
            NodeKind::Member { object, name } => Some((self.parameter_of(object)?, name, false)),
            NodeKind::Name(name) => match self.facts.origin(self.locals.get(name)?.origin) {
                Origin::Member(object, member) => match self.facts.origin(object) {
                    Origin::Parameter(function, place) if function == self.function => Some((place, member, true)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Is it the pattern of a value that may be absent, and is not: `Some(x)`?
    fn takes_what_is_there(&self, pattern: NodeId) -> bool {
        let NodeKind::Call { callee, .. } = self.tree.kind(pattern) else { return false };
        matches!((self.tree.kind(callee), self.tree.optional), (NodeKind::Name(name), Some((there, _))) if name == there)
    }

    /// The bit of the parameter that a name still stands for; 0 for none. Those beyond the last bit do not count.
    fn parameter_bit(&self, node: NodeId) -> u32 {
        self.parameter_of(node).filter(|place| u32::from(*place) < FIRST_MEMBER).map_or(0, |place| 1 << place)
    }

    /// The parameter of the function that a name still stands for.
    fn parameter_of(&self, node: NodeId) -> Option<u16> {
        let NodeKind::Name(name) = self.tree.kind(node) else { return None };
        match self.facts.origin(self.locals.get(name)?.origin) {
            Origin::Parameter(function, place) if function == self.function => Some(place),
            _ => None,
        }
    }

    /// Walks a branch and undoes it: its changes, or `None` when control does not come out of it.
    pub(super) fn branch(
        &mut self,
        block: NodeId,
        kind: ScopeKind,
        walk: impl FnOnce(&mut Self, NodeId),
    ) -> Option<Changes> {
        let mark = self.locals.mark();
        let left = leaves(self.tree, block);
        let outer = self.enter(match (kind, self.loops_left(left)) {
            (ScopeKind::Branch, ended @ 1..) => ScopeKind::OneTurn(ended),
            _ => kind,
        });
        walk(self, block);
        self.leave(outer);
        let changes = self.locals.undo(mark);
        (left == Leaves::No).then_some(changes)
    }

    /// `match`, as a statement or an expression whose arms are used as `used` says.
    /// A choice between arms; its value is that of one of them, chosen by the subject.
    pub(super) fn match_statement(&mut self, subject: NodeId, arms: List, used: Use) -> Value {
        let source = self.tree.span(subject);
        let subject = self.value(subject, Use::Tested);
        let mut values = Vec::new();
        let mut depend = subject.depend;
        let mut changes = Vec::new();
        for arm in self.tree.nodes_of(arms) {
            let NodeKind::Arm { pattern, guard, body } = self.tree.kind(*arm) else { continue };
            let mark = self.locals.mark();
            self.source = source;
            self.bind(pattern, subject.origin, subject.depend, true);
            if let Some(guard) = guard {
                self.condition(guard);
            }
            let inner = self.branch(body, ScopeKind::Branch, |extractor, body| {
                if used == Use::Discarded {
                    return extractor.statement(body);
                }
                let value = extractor.value(body, used);
                if leaves(extractor.tree, body) == Leaves::No {
                    values.push(value.origin);
                    depend = depend.or(value.depend);
                }
            });
            let bound = self.locals.undo(mark);
            // Names of the pattern end with the arm, unless the language has no block scopes.
            changes.push(inner.map(|mut inner| {
                if !self.tree.block_scoped {
                    bound.into_iter().for_each(|(name, local)| {
                        inner.entry(name).or_insert(local);
                    });
                }
                inner
            }));
        }
        self.merge(changes);
        let origin = if values.is_empty() { self.origin(Origin::Unknown) } else { self.join(&values) };
        Value { origin, depend, place: None }
    }

    fn try_statement(&mut self, body: NodeId, handlers: List, otherwise: Option<NodeId>, finally: Option<NodeId>) {
        let before = self.locals.mark();
        let goes_on = self.tree.nodes_of(handlers).iter().any(|handler| leaves(self.tree, *handler) < Leaves::Loop);
        let outer = self.enter(if goes_on { ScopeKind::Attempt } else { ScopeKind::Guarded });
        self.statement(body);
        if let Some(otherwise) = otherwise {
            self.statement(otherwise);
        }
        self.leave(outer);
        let body_changes = self.locals.undo(before);
        let completes = leaves(self.tree, body) == Leaves::No;
        let mut changes = vec![completes.then_some(body_changes)];
        for handler in self.tree.nodes_of(handlers) {
            changes.push(self.branch(*handler, ScopeKind::Handler, |extractor, block| extractor.statement(block)));
        }
        self.merge(changes);
        if let Some(finally) = finally {
            self.statement(finally);
        }
    }

    fn with_statement(&mut self, items: List, body: NodeId, is_async: bool) {
        let mut entered = Vec::new();
        for item in self.tree.nodes_of(items) {
            let NodeKind::WithItem { context, target } = self.tree.kind(*item) else { continue };
            let span = self.tree.span(context);
            let value = self.value(context, Use::Other);
            let origin = self.origin(Origin::Entered(value.origin));
            if is_async {
                self.await_site(span, value.origin);
            }
            self.context_operation(CallKind::Enter, value, span, is_async);
            if let Some(target) = target {
                self.source = span;
                self.bind(target, origin, value.depend, true);
            }
            entered.push((value, span));
        }
        let start = self.position();
        self.statement(body);
        for (value, span) in &entered {
            let (origin, span) = (value.origin, *span);
            let region = self.region_from(start);
            if region.awaits.0 < region.awaits.1 {
                let scope = self.scope;
                self.facts.holds.push(Hold { origin, span, name: None, is_async, scope, region });
            }
        }
        for (value, span) in entered.into_iter().rev() {
            self.context_operation(CallKind::Leave, value, span, is_async);
        }
    }

    /// A context is entered or left.
    fn context_operation(&mut self, kind: CallKind, context: super::value::Value, span: Span, is_async: bool) {
        self.operation(super::calls::Operation {
            kind,
            span,
            receiver: context,
            argument: None,
            used: Use::Other,
            result: None,
            accumulates: false,
        });
        if let Some(call) = self.facts.calls.last_mut() {
            call.awaited = is_async;
        }
    }

    /// A place where the function may be suspended.
    pub(super) fn await_site(&mut self, span: Span, origin: OriginId) {
        let scope = self.scope;
        self.facts.awaits.push(AwaitSite { span, scope, origin });
    }
}
