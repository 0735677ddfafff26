//! Local names while a function is walked: what each stands for now, and how branches come together.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Extractor;
use crate::facts::{BindingId, CAPTURED, Depend, Origin, OriginId, ScopeId};
use crate::syntax::{Name, NodeId, NodeKind, Tree};

/// What a local name stands for at this point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Local {
    pub origin: OriginId,
    pub depend: Depend,
    /// The scope in which it was assigned.
    pub scope: ScopeId,
    /// The binding whose reads are recorded.
    pub binding: Option<BindingId>,
}

/// The names of a function, with a log that lets a branch be undone.
#[derive(Debug, Default)]
pub(super) struct Locals {
    values: FxHashMap<Name, Local>,
    log: Vec<(Name, Option<Local>)>,
    /// All that names have come to stand for, one after the other: functions that are defined on the way see a part.
    history: Vec<(Name, Option<Local>)>,
    outer: Option<Outer>,
}

/// The names of the function around, as they were when a function was defined in it.
#[derive(Debug)]
pub(super) struct Outer {
    past: Rc<Past>,
    /// How much of the history had happened.
    length: u32,
}

/// What the names of a function stood for while it was walked, with the length of the history then; shared by all functions
/// in it, so that its cost does not grow with their number.
#[derive(Debug)]
pub(super) struct Past {
    changes: FxHashMap<Name, Vec<(u32, Option<Local>)>>,
    /// Functions and classes that are there at its end: whoever is called later sees them.
    definitions: FxHashMap<Name, Local>,
    /// The names of the module are its own matter.
    module: ScopeId,
    outer: Option<Outer>,
}

impl Outer {
    pub fn new(past: &Rc<Past>, length: u32) -> Outer {
        Outer { past: Rc::clone(past), length }
    }

    /// A local as a nested function sees it: reads there are not recorded, and what it comes from is the matter of the
    /// function around.
    fn get(&self, name: Name) -> Option<Local> {
        let past = &self.past;
        let changes = past.changes.get(&name).map_or(&[][..], Vec::as_slice);
        let latest = changes[..changes.partition_point(|(at, _)| *at < self.length)].last();
        let own = latest.and_then(|(_, local)| *local).or_else(|| past.definitions.get(&name).copied());
        let Some(local) = own.filter(|local| local.scope != past.module) else { return past.outer.as_ref()?.get(name) };
        let parameters = if local.depend.is_none() { 0 } else { CAPTURED };
        Some(Local { binding: None, depend: Depend { parameters, ..Depend::default() }, ..local })
    }
}

/// Names, and in how many places they are assigned.
pub(super) type Assignments = FxHashMap<Name, u32>;

/// What a branch changed: names and their values at its end.
pub(super) type Changes = FxHashMap<Name, Option<Local>>;

/// How many sources of a value are kept apart.
const MOST_SOURCES: usize = 8;

impl Locals {
    /// The names of a function in another one.
    pub fn within(outer: Option<Outer>) -> Locals {
        Locals { outer, ..Locals::default() }
    }

    pub fn get(&self, name: Name) -> Option<Local> {
        self.values.get(&name).copied().or_else(|| self.outer.as_ref()?.get(name))
    }

    pub fn set(&mut self, name: Name, local: Option<Local>) {
        let before = self.put(name, local);
        self.log.push((name, before));
    }

    fn put(&mut self, name: Name, local: Option<Local>) -> Option<Local> {
        self.history.push((name, local));
        match local {
            Some(local) => self.values.insert(name, local),
            None => self.values.remove(&name),
        }
    }

    /// How many changes there were so far.
    pub fn length(&self) -> u32 {
        self.history.len() as u32
    }

    /// What functions see that are defined in this one, of which `is_definition` tells the functions and classes.
    pub fn past(&mut self, module: ScopeId, is_definition: impl Fn(&Local) -> bool) -> Rc<Past> {
        let mut changes: FxHashMap<Name, Vec<(u32, Option<Local>)>> = FxHashMap::default();
        for (at, (name, local)) in std::mem::take(&mut self.history).into_iter().enumerate() {
            changes.entry(name).or_default().push((at as u32, local));
        }
        let definitions = self.values.iter().filter(|(_, local)| is_definition(local));
        let definitions = definitions.map(|(name, local)| (*name, *local)).collect();
        Rc::new(Past { changes, definitions, module, outer: self.outer.take() })
    }

    pub fn mark(&self) -> usize {
        self.log.len()
    }

    /// Undoes all changes since the mark and gives them.
    pub fn undo(&mut self, mark: usize) -> Changes {
        let mut changes = Changes::default();
        while self.log.len() > mark {
            let Some((name, before)) = self.log.pop() else { break };
            changes.entry(name).or_insert_with(|| self.values.get(&name).copied());
            self.put(name, before);
        }
        changes
    }
}

/// How control leaves a block at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leaves {
    /// It goes on behind the block.
    No,
    /// It goes on with the next turn.
    Turn,
    /// It leaves the loop.
    Loop,
    /// It leaves all code up to a handler.
    Code,
    /// It leaves the function.
    Function,
}

/// How control always leaves a statement.
pub(super) fn leaves(tree: &Tree, node: NodeId) -> Leaves {
    match tree.kind(node) {
        NodeKind::Return(_) => Leaves::Function,
        NodeKind::Raise(_) => Leaves::Code,
        NodeKind::Break => Leaves::Loop,
        NodeKind::Continue => Leaves::Turn,
        NodeKind::Block(list) => {
            // Only the last statements can be reached with a verdict; what follows a `return` is dead.
            tree.nodes_of(list).iter().map(|node| leaves(tree, *node)).find(|leaves| *leaves != Leaves::No)
        }
        .unwrap_or(Leaves::No),
        NodeKind::If { then, otherwise: Some(otherwise), .. } => leaves(tree, then).min(leaves(tree, otherwise)),
        NodeKind::With { body, .. } => leaves(tree, body),
        _ => Leaves::No,
    }
}

/// The names that are assigned somewhere below a node, and in how many places, nested functions left out.
pub(super) fn assignments(tree: &Tree, node: NodeId) -> Assignments {
    let mut found = Assignments::default();
    let mut names = |name| *found.entry(name).or_insert(0) += 1;
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        match tree.kind(node) {
            NodeKind::Let { target, .. } | NodeKind::Assign { target, .. } => target_names(tree, target, &mut names),
            NodeKind::LetCondition { pattern, .. } | NodeKind::Arm { pattern, .. } => {
                target_names(tree, pattern, &mut names);
            }
            NodeKind::WithItem { target: Some(target), .. } => target_names(tree, target, &mut names),
            NodeKind::Loop(id) => {
                if let Some(target) = tree.loops[id.0 as usize].target {
                    target_names(tree, target, &mut names);
                }
            }
            NodeKind::Function(_) | NodeKind::Class(_) => continue,
            _ => {}
        }
        tree.for_each_child(node, &mut |child| pending.push(child));
    }
    found
}

/// Tells the names that a target or pattern binds.
pub(super) fn target_names(tree: &Tree, target: NodeId, names: &mut dyn FnMut(Name)) {
    match tree.kind(target) {
        NodeKind::Name(name) => names(name),
        NodeKind::Collection { elements, .. } | NodeKind::Other(elements) => {
            tree.nodes_of(elements).iter().for_each(|element| target_names(tree, *element, names));
        }
        NodeKind::Call { arguments, .. } => {
            tree.nodes_of(arguments).iter().for_each(|argument| target_names(tree, *argument, names));
        }
        NodeKind::Keyword { value, .. } | NodeKind::Pair { value, .. } => target_names(tree, value, names),
        NodeKind::Spread(inner) | NodeKind::Unary { operand: inner, .. } | NodeKind::Cast { value: inner, .. } => {
            target_names(tree, inner, names);
        }
        _ => {}
    }
}

impl Extractor<'_> {
    /// Brings branches together. Each is the changes that it made, or `None` when control does not come out of it.
    pub(super) fn merge(&mut self, branches: Vec<Option<Changes>>) {
        let mut names: Vec<Name> = branches.iter().flatten().flat_map(|changes| changes.keys().copied()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let base = self.locals.get(name);
            let mut values: Vec<Local> = Vec::new();
            for branch in branches.iter().flatten() {
                let value = branch.get(&name).copied().unwrap_or(base);
                values.extend(value.filter(|value| !values.contains(value)));
            }
            let joined = self.join_locals(&values);
            self.locals.set(name, joined);
        }
    }

    /// How many loops and closures stand around both this scope and the present one.
    pub(super) fn shared_depth(&self, scope: ScopeId) -> u8 {
        // A scope has a greater number than those around it.
        let (mut here, mut there) = (self.scope, scope);
        while here != there {
            let inner = if here > there { &mut here } else { &mut there };
            match self.facts.scope(*inner).parent {
                Some(parent) => *inner = parent,
                None => return 0,
            }
        }
        self.facts.scope(here).depth
    }

    fn join_locals(&mut self, values: &[Local]) -> Option<Local> {
        let first = *values.first()?;
        if values.len() == 1 {
            return Some(first);
        }
        let depend = values.iter().fold(Depend::default(), |depend, local| depend.or(local.depend));
        // It is the same value, of which something else was made on the way.
        if values.iter().all(|local| Local { depend: first.depend, ..*local } == first) {
            return Some(Local { depend, ..first });
        }
        let origins: Vec<OriginId> = values.iter().map(|local| local.origin).collect();
        for binding in values.iter().filter_map(|local| local.binding) {
            self.facts.bindings[binding.index()].is_shared = true;
        }
        // The join counts as assigned where the outermost of its values was.
        let scope = values.iter().map(|local| local.scope).min_by_key(|scope| self.facts.scope(*scope).depth);
        let origin = self.join(&origins);
        Some(Local { origin, depend, scope: scope.unwrap_or(first.scope), binding: first.binding })
    }

    /// One of several values.
    pub(super) fn join(&mut self, origins: &[OriginId]) -> OriginId {
        let mut members: Vec<OriginId> = Vec::new();
        for origin in origins {
            match self.facts.origin(*origin) {
                Origin::Join(start, end) => members.extend_from_slice(self.facts.origin_list(start, end)),
                _ => members.push(*origin),
            }
        }
        members.sort_unstable();
        members.dedup();
        if let [only] = members[..] {
            return only;
        }
        // Lists must not grow with every join: of very many sources the first, of which a builder makes the others, the
        // last, and that there are more.
        if members.len() > MOST_SOURCES {
            members = [self.origin(Origin::Unknown), members[0], members[members.len() - 1]].to_vec();
            members.sort_unstable();
            members.dedup();
        }
        let (start, end) = self.origin_range(&members);
        self.origin(Origin::Join(start, end))
    }
}
