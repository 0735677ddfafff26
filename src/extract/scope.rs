//! Local names while a function is walked: what each stands for now, and how branches come together.

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
#[derive(Clone, Debug, Default)]
pub(super) struct Locals {
    values: FxHashMap<Name, Local>,
    log: Vec<(Name, Option<Local>)>,
}

/// Names, and in how many places they are assigned.
pub(super) type Assignments = FxHashMap<Name, u32>;

/// What a branch changed: names and their values at its end.
pub(super) type Changes = FxHashMap<Name, Option<Local>>;

/// How many sources of a value are kept apart.
const MOST_SOURCES: usize = 8;

impl Locals {
    pub fn get(&self, name: Name) -> Option<Local> {
        self.values.get(&name).copied()
    }

    pub fn set(&mut self, name: Name, local: Option<Local>) {
        let before = match local {
            Some(local) => self.values.insert(name, local),
            None => self.values.remove(&name),
        };
        self.log.push((name, before));
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
            match before {
                Some(local) => self.values.insert(name, local),
                None => self.values.remove(&name),
            };
        }
        changes
    }

    /// All locals as a nested function sees them, but for names of the module: reads there are not recorded, and what they
    /// come from is the matter of the function around it.
    pub fn captured(&self, module: ScopeId) -> Locals {
        let seen_within = |local: &Local| {
            let parameters = if local.depend.is_none() { 0 } else { CAPTURED };
            Local { binding: None, depend: Depend { parameters, ..Depend::default() }, ..*local }
        };
        let own = self.values.iter().filter(|(_, local)| local.scope != module);
        let values = own.map(|(name, local)| (*name, seen_within(local))).collect();
        Locals { values, log: Vec::new() }
    }

    /// All locals.
    pub fn all(&self) -> impl Iterator<Item = (Name, Local)> + '_ {
        self.values.iter().map(|(name, local)| (*name, *local))
    }

    /// The bindings of all locals.
    pub fn bindings(&self) -> impl Iterator<Item = BindingId> + '_ {
        self.values.values().filter_map(|local| local.binding)
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
