//! Loops: what they bind and go through, and their class as far as their own text tells.
//!
//! Models may change the class later: a loop that sleeps is a worker, one over pages is paging.

use super::scope::{Assignments, Leaves, assignments, leaves};
use super::value::Value;
use super::{Extractor, OpenHold};
use crate::facts::*;
use crate::source::Span;
use crate::syntax::{CollectionKind, LoopKind, LoopNode, LoopNodeId, Name, NodeId, NodeKind, Operator, UnaryOperator};

/// Parts of names that a loop hands from one page to the next. Seen in the paging loops of public client code.
const CURSOR_WORDS: &[&str] = &["cursor", "offset", "page", "token", "marker", "continuation", "next_url", "skip"];

/// Names of what gives the number of elements.
const LENGTH_WORDS: &[&str] = &["len", "length", "size", "count"];

/// Parts of names of how many rows a statement found or changed.
const COUNT_WORDS: &[&str] = &["count", "affected", "deleted", "removed", "processed"];

/// A limit that is written down as a number up to this one keeps a loop short.
const A_FEW_DOZEN: i64 = 64;

/// Smaller steps go through pairs, or backwards.
const SMALLEST_CHUNK: i64 = 10;

/// Parts of names that count attempts.
const ATTEMPT_WORDS: &[&str] = &["attempt", "retry", "retries", "tries"];

/// Words in names of how many elements a chunk has.
const SIZE_WORDS: &[&str] = &["size", "limit", "count", "max"];

impl Extractor<'_> {
    /// A loop statement.
    pub(super) fn loop_statement(&mut self, node: LoopNodeId, span: Span) {
        self.loop_with(node, span, &mut |extractor, body| extractor.statement(body));
    }

    /// A loop whose body is walked by `walk`.
    pub(super) fn loop_with(&mut self, node: LoopNodeId, span: Span, walk: &mut dyn FnMut(&mut Self, NodeId)) {
        let syntax = &self.tree.loops[node.0 as usize];
        let iterable = syntax.iterable.map(|iterable| self.value(iterable, Use::Iterated));
        if let (Some(iterable), Some(node)) = (iterable, syntax.iterable) {
            if syntax.is_async {
                self.await_site(syntax.header, iterable.origin);
            }
            self.operation(super::calls::Operation {
                kind: CallKind::Iterate,
                span: self.tree.span(node),
                receiver: iterable,
                argument: None,
                used: Use::Iterated,
                result: None,
                accumulates: false,
            });
        }
        let id = LoopId(self.facts.loops.len() as u32);
        let target = syntax.target.and_then(|target| self.first_name(target));
        self.facts.loops.push(Loop {
            kind: syntax.kind,
            class: LoopClass::Data,
            scope: self.scope,
            header: syntax.header,
            span,
            target,
            target_span: syntax.target.map_or(syntax.header, |target| self.tree.span(target)),
            iterable: iterable.map(|iterable| iterable.origin),
            iterable_place: iterable.and_then(|iterable| iterable.place),
            is_async: syntax.is_async,
            is_sized: syntax.is_sized,
            exits_early: self.exits_early(syntax.body),
            region: Region::default(),
        });
        let mark = self.locals.mark();
        let holds: Vec<OpenHold> = std::mem::take(&mut self.open_holds);
        let outer = self.enter(ScopeKind::Loop(id));
        let scope = self.scope;
        self.facts.loops[id.index()].scope = scope;
        let assigned = self.assigned_in_loop(node);
        self.facts.loops[id.index()].class = self.loop_class(node, &assigned);
        self.loop_names.push((scope, assigned));
        let start = self.position();
        let compared = self.comparisons.len();
        if let (Some(target), Some(iterable)) = (syntax.target, iterable) {
            let origin = self.origin(Origin::Element(iterable.origin));
            let bit = self.facts.scope(scope).bit();
            let mut depend = iterable.depend;
            depend.element |= bit;
            self.source = syntax.iterable.map(|iterable| self.tree.span(iterable)).unwrap_or_default();
            self.bind(target, origin, depend, true);
        }
        if let Some(condition) = syntax.condition {
            self.condition(condition);
        }
        // A body that always leaves runs once at the most.
        let ended = match syntax.kind {
            LoopKind::Comprehension => 0,
            _ => self.loops_left(leaves(self.tree, syntax.body)),
        };
        let inner = (ended > 0).then(|| self.enter(ScopeKind::OneTurn(ended)));
        walk(self, syntax.body);
        if let Some(inner) = inner {
            self.leave(inner);
        }
        self.facts.loops[id.index()].region = self.region_from(start);
        self.loop_names.pop();
        self.leave(outer);
        self.end_holds(0);
        self.open_holds = holds;
        let mut changes = self.locals.undo(mark);
        for name in self.names_of_header(node) {
            changes.remove(&name);
        }
        self.merge(vec![Some(changes), Some(Default::default())]);
        let comparisons = self.comparisons.split_off(compared);
        if let (Some(iterable), Some(node), Some(condition)) = (iterable, syntax.iterable, self.filter_of(syntax)) {
            self.search(iterable, self.tree.span(node), condition, &comparisons, scope);
        }
    }

    /// The condition without which a turn of the loop does nothing.
    fn filter_of(&self, syntax: &LoopNode) -> Option<NodeId> {
        if syntax.condition.is_some() {
            return syntax.condition;
        }
        let mut body = syntax.body;
        while let NodeKind::Block(list) = self.tree.kind(body) {
            match self.tree.nodes_of(list) {
                [only] => body = *only,
                _ => return None,
            }
        }
        match self.tree.kind(body) {
            NodeKind::If { condition, otherwise: None, .. } => Some(condition),
            _ => None,
        }
    }

    /// A loop in a loop that works on the elements only that equal something of the outer loop.
    fn search(
        &mut self,
        sequence: Value,
        span: Span,
        condition: NodeId,
        comparisons: &[(Span, Value, Value)],
        scope: ScopeId,
    ) {
        let bit = self.facts.scope(scope).bit();
        let is_of_element = |value: &Value| value.depend.element & bit != 0;
        let conjuncts = self.conjuncts(condition);
        let sought = comparisons.iter().find_map(|(at, left, right)| {
            let sought = match (is_of_element(left), is_of_element(right)) {
                (true, false) => right,
                (false, true) => left,
                _ => return None,
            };
            (conjuncts.contains(at) && sought.depend.element | sought.depend.carried != 0).then_some(*sought)
        });
        if let Some(sought) = sought {
            self.operation(super::calls::Operation {
                kind: CallKind::Search,
                span,
                receiver: sequence,
                argument: Some((sought, span)),
                used: Use::Other,
                result: None,
                accumulates: false,
            });
        }
    }

    /// The places of the conditions that must all hold.
    fn conjuncts(&self, condition: NodeId) -> Vec<Span> {
        match self.tree.kind(condition) {
            NodeKind::Binary { operator: Operator::And, left, right } => {
                let mut conjuncts = self.conjuncts(left);
                conjuncts.extend(self.conjuncts(right));
                conjuncts
            }
            _ => vec![self.tree.span(condition)],
        }
    }

    /// The names that a loop declares for its body, where the language has blocks.
    fn names_of_header(&self, node: LoopNodeId) -> rustc_hash::FxHashSet<Name> {
        let syntax = &self.tree.loops[node.0 as usize];
        let mut names = rustc_hash::FxHashSet::default();
        if self.tree.block_scoped
            && let Some(target) = syntax.target
        {
            super::scope::target_names(self.tree, target, &mut |name| _ = names.insert(name));
        }
        if let Some(condition) = syntax.condition {
            names.extend(self.names_of_condition(condition));
        }
        names
    }

    fn assigned_in_loop(&self, node: LoopNodeId) -> Assignments {
        let syntax = &self.tree.loops[node.0 as usize];
        let mut found = assignments(self.tree, syntax.body);
        let mut add = |name, places: u32| *found.entry(name).or_insert(0) += places;
        for part in [syntax.condition, syntax.target].into_iter().flatten() {
            assignments(self.tree, part).into_iter().for_each(|(name, places)| add(name, places));
        }
        if let Some(target) = syntax.target {
            super::scope::target_names(self.tree, target, &mut |name| add(name, 1));
        }
        found
    }

    /// The first name that a target binds.
    pub(super) fn first_name(&self, target: NodeId) -> Option<Name> {
        match self.tree.kind(target) {
            NodeKind::Name(name) => return Some(name),
            // `{ a, b }`: what is taken out of an element is not the element.
            NodeKind::Call { callee, .. } if matches!(self.tree.kind(callee), NodeKind::Wildcard) => return None,
            _ => {}
        }
        let mut found = None;
        self.tree.for_each_child(target, &mut |child| found = found.or_else(|| self.first_name(child)));
        found
    }

    fn loop_class(&self, node: LoopNodeId, assigned: &Assignments) -> LoopClass {
        let syntax = &self.tree.loops[node.0 as usize];
        let named = |words: &[&str]| {
            assigned.keys().any(|name| {
                let text = self.facts.names.text(*name).to_ascii_lowercase();
                words.iter().any(|word| text.contains(word))
            })
        };
        let target = syntax.target.and_then(|target| self.first_name(target));
        let target = target.map(|target| self.facts.names.text(target)).unwrap_or_default();
        let is_page = ["page", "pages"].iter().any(|word| target.eq_ignore_ascii_case(word));
        match syntax.kind {
            LoopKind::For | LoopKind::Comprehension => {
                if syntax.iterable.is_some_and(|iterable| self.is_few(iterable)) || self.stops_at_length(syntax.body) {
                    LoopClass::Bounded
                } else if (named(ATTEMPT_WORDS)
                    || syntax.iterable.is_some_and(|range| self.counts(range, ATTEMPT_WORDS)))
                    && self.may_fail(syntax.body)
                    || syntax.iterable.is_some_and(|range| matches!(self.tree.kind(range), NodeKind::Range { .. }))
                        && self.ends_with_success(syntax.body)
                {
                    LoopClass::Retry
                } else if names_chunk(target)
                    || syntax.iterable.is_some_and(|range| self.takes_steps(range) || self.gives_chunks(range))
                {
                    LoopClass::Chunked
                } else if is_page && self.goes_through_pages(node)
                    || syntax.iterable.is_some_and(|range| self.counts(range, &["pages"]))
                {
                    LoopClass::Paging
                } else {
                    LoopClass::Data
                }
            }
            LoopKind::While | LoopKind::Infinite => {
                if syntax.condition.is_some_and(|condition| self.trims(condition, syntax.body)) {
                    LoopClass::Bounded
                } else if self.contains_try(syntax.body) && syntax.kind == LoopKind::Infinite
                    || self.may_fail(syntax.body) && named(ATTEMPT_WORDS)
                    || self.ends_with_success(syntax.body)
                {
                    LoopClass::Retry
                } else if named(CHUNK_WORDS) {
                    LoopClass::Chunked
                } else if named(CURSOR_WORDS)
                    || self.ends_with_last_page(syntax.body)
                    || syntax
                        .condition
                        .is_some_and(|condition| self.goes_on_after_page(condition, syntax.body, assigned))
                {
                    LoopClass::Paging
                } else if syntax.kind == LoopKind::Infinite && !self.exits_early(syntax.body) {
                    LoopClass::Worker
                } else {
                    LoopClass::Data
                }
            }
        }
    }

    /// Are the elements of a loop parts of what is gone through, not rows that are called so: does somebody hand them out,
    /// or is each gone through?
    fn goes_through_pages(&self, node: LoopNodeId) -> bool {
        let syntax = &self.tree.loops[node.0 as usize];
        let is_handed_out =
            syntax.iterable.is_some_and(|iterable| matches!(self.tree.kind(iterable), NodeKind::Call { .. }));
        let Some(target) = syntax.target.and_then(|target| self.first_name(target)) else { return false };
        let mut pending = vec![syntax.body];
        let mut is_gone_through = false;
        while let Some(node) = pending.pop() {
            if let NodeKind::Loop(inner) = self.tree.kind(node) {
                let iterable = self.tree.loops[inner.0 as usize].iterable;
                is_gone_through |= iterable.is_some_and(|iterable| self.starts_at(iterable, target));
            }
            self.tree.for_each_child(node, &mut |child| pending.push(child));
        }
        syntax.is_async || is_handed_out || is_gone_through
    }

    /// Is it a variable, or a member, an element or a method's result of it?
    fn starts_at(&self, node: NodeId, name: Name) -> bool {
        match self.tree.kind(node) {
            NodeKind::Name(own) => own == name,
            NodeKind::Member { object, .. } | NodeKind::Index { object, .. } => self.starts_at(object, name),
            NodeKind::Call { callee, .. } => self.starts_at(callee, name),
            _ => false,
        }
    }

    /// Is it a range up to a number with such a name?
    fn counts(&self, iterable: NodeId, words: &[&str]) -> bool {
        let NodeKind::Range { end: Some(end), .. } = self.tree.kind(iterable) else { return false };
        match self.tree.kind(end) {
            NodeKind::Name(name) | NodeKind::Member { name, .. } => {
                let text = self.facts.names.text(name).to_ascii_lowercase();
                words.iter().any(|word| text.contains(word))
            }
            _ => false,
        }
    }

    /// Is it a range in steps: of so many at once?
    fn takes_steps(&self, iterable: NodeId) -> bool {
        let NodeKind::Range { step: Some(step), .. } = self.tree.kind(iterable) else { return false };
        match self.tree.kind(step) {
            NodeKind::Integer(Some(step)) => step >= SMALLEST_CHUNK,
            NodeKind::Unary { .. } => false,
            _ => true,
        }
    }

    /// Is it a call that names chunks and is given their size: `batch_iter(rows, 100)`?
    fn gives_chunks(&self, iterable: NodeId) -> bool {
        let NodeKind::Call { callee, arguments, .. } = self.tree.kind(iterable) else { return false };
        let has_word = |node: NodeId, words: &[&str]| match self.tree.kind(node) {
            NodeKind::Name(name) | NodeKind::Member { name, .. } => {
                let text = self.facts.names.text(name).to_ascii_lowercase();
                words.iter().any(|word| text.contains(word))
            }
            _ => false,
        };
        let is_size = |given: &NodeId| match self.tree.kind(*given) {
            NodeKind::Integer(_) => true,
            NodeKind::Keyword { value, .. } => {
                matches!(self.tree.kind(value), NodeKind::Integer(_)) || has_word(value, SIZE_WORDS)
            }
            _ => has_word(*given, SIZE_WORDS),
        };
        has_word(callee, CHUNK_WORDS) && self.tree.nodes_of(arguments).iter().any(is_size)
    }

    /// Can a turn fail, and the loop go on?
    fn may_fail(&self, body: NodeId) -> bool {
        // Where a failure is a result, nothing else tells.
        self.tree.several_results || self.contains_try(body)
    }

    /// Does the first turn that does not fail end the loop: `if err == nil { return row }`? Or whatever is no failure of
    /// one kind: `if !errors.Is(err, Conflict) { return err }`?
    fn ends_with_success(&self, body: NodeId) -> bool {
        self.tree.several_results
            && self.ways_out(body).into_iter().any(|condition| {
                let failure = match self.tree.kind(condition) {
                    NodeKind::Binary { operator: Operator::Equal, left, right } => {
                        Some(left).filter(|_| self.tree.kind(right) == NodeKind::Null)
                    }
                    NodeKind::Unary { operator: UnaryOperator::Not, operand } => match self.tree.kind(operand) {
                        NodeKind::Call { arguments, .. } => self.tree.nodes_of(arguments).first().copied(),
                        _ => None,
                    },
                    _ => None,
                };
                let Some(NodeKind::Name(failure)) = failure.map(|node| self.tree.kind(node)) else { return false };
                self.gives(body, failure, true)
            })
    }

    /// Does a turn end the loop when what it asked for is empty, or not full: `if len(rows) < limit { break }`, `if deleted
    /// == 0 { break }`?
    fn ends_with_last_page(&self, body: NodeId) -> bool {
        self.ways_out(body).into_iter().any(|condition| {
            let length = match self.tree.kind(condition) {
                NodeKind::Binary { operator: Operator::Equal | Operator::Compare, left, .. } => left,
                // `if (!rows.length) break`
                NodeKind::Unary { operator: UnaryOperator::Not, operand } => operand,
                _ => return false,
            };
            let counted = || match self.tree.kind(length) {
                NodeKind::Name(name) if self.is_count(name) => Some(name),
                _ => None,
            };
            self.measured(length).or_else(counted).is_some_and(|rows| self.gives(body, rows, false))
        })
    }

    /// Does a loop go on only while what a turn asked for was full, or not empty: `while (rows.length >= limit)`? What is made
    /// of what the turn has at hand was not asked for.
    fn goes_on_after_page(&self, condition: NodeId, body: NodeId, assigned: &Assignments) -> bool {
        if let NodeKind::Binary { operator: Operator::And, left, right } = self.tree.kind(condition) {
            return self.goes_on_after_page(left, body, assigned) || self.goes_on_after_page(right, body, assigned);
        }
        let length = match self.tree.kind(condition) {
            NodeKind::Binary { operator: Operator::Equal | Operator::Compare, left, .. } => left,
            _ => condition,
        };
        let is_at_hand = |call: NodeId| {
            let NodeKind::Call { callee, .. } = self.tree.kind(call) else { return true };
            assigned.keys().any(|name| self.starts_at(callee, *name))
        };
        let Some(rows) = self.measured(length) else { return false };
        self.call_giving(body, rows, false).is_some_and(|call| !is_at_hand(call))
    }

    /// Is it named like a number of rows?
    fn is_count(&self, name: Name) -> bool {
        let text = self.facts.names.text(name).to_ascii_lowercase();
        text == "n" || COUNT_WORDS.iter().any(|word| text.contains(word))
    }

    /// The conditions under which statements of a body end the loop.
    fn ways_out(&self, body: NodeId) -> Vec<NodeId> {
        match self.tree.kind(body) {
            NodeKind::Block(list) => {
                self.tree.nodes_of(list).iter().flat_map(|statement| self.ways_out(*statement)).collect()
            }
            NodeKind::If { condition, then, otherwise } => {
                let rest = otherwise.map(|otherwise| self.ways_out(otherwise)).unwrap_or_default();
                let own = (leaves(self.tree, then) >= Leaves::Loop).then_some(condition);
                own.into_iter().chain(rest).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Does a call that stands in a body give the value of a variable, as the last of its results if need be?
    fn gives(&self, body: NodeId, name: Name, last: bool) -> bool {
        self.call_giving(body, name, last).is_some()
    }

    /// The call of a body that gives the value of a variable, as the last of its results if need be.
    fn call_giving(&self, body: NodeId, name: Name, last: bool) -> Option<NodeId> {
        let is_target = |target: NodeId| match self.tree.kind(target) {
            NodeKind::Collection { kind: CollectionKind::Tuple, elements } => {
                let elements = self.tree.nodes_of(elements);
                let mut names = elements.iter().map(|element| self.tree.kind(*element) == NodeKind::Name(name));
                if last { names.next_back() == Some(true) } else { names.any(|is_it| is_it) }
            }
            kind => kind == NodeKind::Name(name),
        };
        let call = |value: NodeId| {
            let inner = match self.tree.kind(value) {
                NodeKind::Await(inner) | NodeKind::Propagate(inner) => inner,
                _ => value,
            };
            matches!(self.tree.kind(inner), NodeKind::Call { .. }).then_some(inner)
        };
        match self.tree.kind(body) {
            NodeKind::Block(list) => {
                self.tree.nodes_of(list).iter().find_map(|statement| self.call_giving(*statement, name, last))
            }
            NodeKind::Let { target, value: Some(value), .. } | NodeKind::Assign { target, operator: None, value } => {
                is_target(target).then(|| call(value)).flatten()
            }
            _ => None,
        }
    }

    /// The variable whose length this is.
    fn measured(&self, length: NodeId) -> Option<Name> {
        let is_length = |name: Name| LENGTH_WORDS.contains(&self.facts.names.text(name));
        let measured = match self.tree.kind(length) {
            NodeKind::Call { callee, arguments, .. } => match (self.tree.kind(callee), self.tree.nodes_of(arguments)) {
                (NodeKind::Name(name), [only]) if is_length(name) => *only,
                (NodeKind::Member { object, name, .. }, []) if is_length(name) => object,
                _ => return None,
            },
            NodeKind::Member { object, name } if is_length(name) => object,
            _ => return None,
        };
        match self.tree.kind(measured) {
            NodeKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Does a turn end the loop when something has a few elements: `if len(found) == 10: break`?
    fn stops_at_length(&self, body: NodeId) -> bool {
        let NodeKind::Block(list) = self.tree.kind(body) else { return false };
        self.tree.nodes_of(list).iter().any(|statement| match self.tree.kind(*statement) {
            NodeKind::If { condition, then, otherwise: None } => {
                leaves(self.tree, then) >= Leaves::Loop && self.compared_length(condition).is_some()
            }
            _ => false,
        })
    }

    /// Does a loop only take elements off what got longer than a few: `while len(recent) > 20: recent.pop(0)`?
    fn trims(&self, condition: NodeId, body: NodeId) -> bool {
        let NodeKind::Block(list) = self.tree.kind(body) else { return false };
        let [statement] = self.tree.nodes_of(list) else { return false };
        let NodeKind::Call { callee, .. } = self.tree.kind(*statement) else { return false };
        let NodeKind::Member { object, .. } = self.tree.kind(callee) else { return false };
        match (self.compared_length(condition), self.tree.kind(object)) {
            (Some((measured, length)), NodeKind::Name(name)) => length > 1 && measured == name,
            _ => false,
        }
    }

    /// The variable whose length a condition compares with a small number, and the number.
    fn compared_length(&self, condition: NodeId) -> Option<(Name, i64)> {
        let NodeKind::Binary { operator: Operator::Equal | Operator::Compare, left, right } = self.tree.kind(condition)
        else {
            return None;
        };
        let NodeKind::Integer(Some(length)) = self.tree.kind(right) else { return None };
        let name = self.measured(left)?;
        (1..=A_FEW_DOZEN).contains(&length).then_some((name, length))
    }

    /// Does a value have few elements, or is it named like a constant?
    fn is_few(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            // However long, a display is as long as somebody wrote it.
            NodeKind::Collection { elements, .. } => !self
                .tree
                .nodes_of(elements)
                .iter()
                .any(|element| matches!(self.tree.kind(*element), NodeKind::Spread(_))),
            NodeKind::Range { start, end, .. } => {
                let number = |node: Option<NodeId>| match node.map(|node| self.tree.kind(node)) {
                    Some(NodeKind::Integer(value)) => value,
                    None => Some(0),
                    _ => None,
                };
                match (number(start), end.and_then(|end| number(Some(end)))) {
                    (Some(start), Some(end)) => end.saturating_sub(start) <= FEW as i64 * 2,
                    _ => false,
                }
            }
            NodeKind::Name(name) | NodeKind::Member { name, .. } => is_constant_name(self.facts.names.text(name)),
            NodeKind::Path(path) => {
                let last = self.tree.paths[path.0 as usize].names.last();
                last.is_some_and(|name| is_constant_name(self.facts.names.text(*name)))
            }
            NodeKind::Unary { operand, .. } => self.is_few(operand),
            // `items[:3]`.
            NodeKind::Index { index, .. } => self.slice_length(index).is_some_and(|length| length <= FEW),
            // `CONSTANT.items()`, `CONSTANT.iter()`.
            NodeKind::Call { callee, arguments, .. } if arguments.is_empty() => match self.tree.kind(callee) {
                NodeKind::Member { object, .. } => self.is_few(object),
                _ => false,
            },
            _ => false,
        }
    }

    /// Is there a way out of the loop before its end? Loops inside it keep their own `break`.
    fn exits_early(&self, body: NodeId) -> bool {
        let mut pending = vec![(body, false)];
        while let Some((node, nested)) = pending.pop() {
            match self.tree.kind(node) {
                NodeKind::Return(_) => return true,
                NodeKind::Break if !nested => return true,
                NodeKind::Function(_) | NodeKind::Class(_) | NodeKind::Closure(_) => continue,
                NodeKind::Loop(_) => self.tree.for_each_child(node, &mut |child| pending.push((child, true))),
                _ => self.tree.for_each_child(node, &mut |child| pending.push((child, nested))),
            }
        }
        false
    }

    fn contains_try(&self, body: NodeId) -> bool {
        let mut pending = vec![body];
        while let Some(node) = pending.pop() {
            match self.tree.kind(node) {
                NodeKind::Try { .. } => return true,
                NodeKind::Function(_) | NodeKind::Class(_) | NodeKind::Closure(_) | NodeKind::Loop(_) => {}
                _ => self.tree.for_each_child(node, &mut |child| pending.push(child)),
            }
        }
        false
    }
}
