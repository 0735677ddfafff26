//! Loops: what they bind and go through, and their class as far as their own text tells.
//!
//! Models may change the class later: a loop that sleeps is a worker, one over pages is paging.

use super::scope::{Leaves, assigned_names, leaves};
use super::{Extractor, OpenHold};
use crate::facts::*;
use crate::source::Span;
use crate::syntax::{LoopKind, LoopNodeId, Name, NodeId, NodeKind};

/// Parts of names that a loop hands from one page to the next. Seen in the paging loops of public client code.
const CURSOR_WORDS: &[&str] = &["cursor", "offset", "page", "token", "marker", "continuation", "next_url", "skip"];

/// Parts of names that count attempts.
const ATTEMPT_WORDS: &[&str] = &["attempt", "retry", "retries", "tries"];

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
        let once = leaves(self.tree, syntax.body) == Leaves::Loop && syntax.kind != LoopKind::Comprehension;
        let inner = once.then(|| self.enter(ScopeKind::LastTurn));
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
    }

    /// The names that a loop declares for its body, where the language has blocks.
    fn names_of_header(&self, node: LoopNodeId) -> rustc_hash::FxHashSet<Name> {
        let syntax = &self.tree.loops[node.0 as usize];
        let mut names = rustc_hash::FxHashSet::default();
        if self.tree.block_scoped
            && let Some(target) = syntax.target
        {
            super::scope::target_names(self.tree, target, &mut names);
        }
        if let Some(condition) = syntax.condition {
            names.extend(self.names_of_condition(condition));
        }
        names
    }

    fn assigned_in_loop(&self, node: LoopNodeId) -> rustc_hash::FxHashSet<Name> {
        let syntax = &self.tree.loops[node.0 as usize];
        let mut names = assigned_names(self.tree, syntax.body);
        for part in [syntax.condition, syntax.target].into_iter().flatten() {
            names.extend(assigned_names(self.tree, part));
        }
        if let Some(target) = syntax.target {
            super::scope::target_names(self.tree, target, &mut names);
        }
        names
    }

    /// The first name that a target binds.
    pub(super) fn first_name(&self, target: NodeId) -> Option<Name> {
        if let NodeKind::Name(name) = self.tree.kind(target) {
            return Some(name);
        }
        let mut found = None;
        self.tree.for_each_child(target, &mut |child| found = found.or_else(|| self.first_name(child)));
        found
    }

    fn loop_class(&self, node: LoopNodeId, assigned: &rustc_hash::FxHashSet<Name>) -> LoopClass {
        let syntax = &self.tree.loops[node.0 as usize];
        let named = |words: &[&str]| {
            assigned.iter().any(|name| {
                let text = self.facts.names.text(*name).to_ascii_lowercase();
                words.iter().any(|word| text.contains(word))
            })
        };
        let target_is = |words: &[&str]| {
            let target = syntax.target.and_then(|target| self.first_name(target));
            target.is_some_and(|name| {
                let text = self.facts.names.text(name).to_ascii_lowercase();
                words.iter().any(|word| text == *word || text == format!("{word}s"))
            })
        };
        match syntax.kind {
            LoopKind::For | LoopKind::Comprehension => {
                if syntax.iterable.is_some_and(|iterable| self.is_few(iterable)) {
                    LoopClass::Bounded
                } else if named(ATTEMPT_WORDS) && self.contains_try(syntax.body) {
                    LoopClass::Retry
                } else if target_is(CHUNK_WORDS) {
                    LoopClass::Chunked
                } else if target_is(&["page"]) {
                    LoopClass::Paging
                } else {
                    LoopClass::Data
                }
            }
            LoopKind::While | LoopKind::Infinite => {
                if self.contains_try(syntax.body) && (named(ATTEMPT_WORDS) || syntax.kind == LoopKind::Infinite) {
                    LoopClass::Retry
                } else if named(CHUNK_WORDS) {
                    LoopClass::Chunked
                } else if named(CURSOR_WORDS) {
                    LoopClass::Paging
                } else if syntax.kind == LoopKind::Infinite && !self.exits_early(syntax.body) {
                    LoopClass::Worker
                } else {
                    LoopClass::Data
                }
            }
        }
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
            NodeKind::Index { index, .. } => match self.tree.kind(index) {
                NodeKind::Range { end: Some(end), .. } => {
                    matches!(self.tree.kind(end), NodeKind::Integer(Some(end)) if (0..=FEW as i64).contains(&end))
                }
                _ => false,
            },
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
