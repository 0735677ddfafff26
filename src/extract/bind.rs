//! Targets and patterns: which names they bind, and to what.

use super::scope::Local;
use super::{Extractor, OpenHold};
use crate::facts::*;
use crate::source::Span;
use crate::syntax::{Name, NodeId, NodeKind, UnaryOperator};

impl Extractor<'_> {
    /// Binds a target or pattern to a value. `declares` is true for a new name, false for an assignment.
    pub(super) fn bind(&mut self, target: NodeId, origin: OriginId, depend: Depend, declares: bool) {
        let span = self.tree.span(target);
        match self.tree.kind(target) {
            NodeKind::Name(name) => self.bind_name(name, span, origin, depend, declares),
            NodeKind::Collection { elements, .. } => {
                for (place, element) in self.tree.nodes_of(elements).iter().enumerate() {
                    let part = self.part_of(origin, *element, place);
                    self.bind(*element, part, depend, declares);
                }
            }
            NodeKind::Call { callee, arguments, .. } => {
                // A pattern that names a type: its parts are the payload.
                let callee = self.value(callee, Use::Other).origin;
                for (place, argument) in self.tree.nodes_of(arguments).iter().enumerate() {
                    let (inner, payload) = match self.tree.kind(*argument) {
                        NodeKind::Keyword { name, value } => (value, Origin::Member(origin, name)),
                        _ => (*argument, Origin::Payload(origin, callee, place.min(u16::MAX as usize) as u16)),
                    };
                    let payload = self.origin(payload);
                    self.bind(inner, payload, depend, declares);
                }
            }
            NodeKind::Keyword { value, .. } | NodeKind::Pair { value, .. } => {
                let item = self.origin(Origin::Item(origin));
                self.bind(value, item, depend, declares);
            }
            NodeKind::Spread(inner) => {
                let slice = self.origin(Origin::Slice(origin, None));
                self.bind(inner, slice, depend, declares);
            }
            NodeKind::Unary { operator: UnaryOperator::Borrow | UnaryOperator::BorrowMutably, operand } => {
                let origin = self.origin(Origin::Borrowed(origin));
                self.bind(operand, origin, depend, declares);
            }
            NodeKind::Cast { value, target } => {
                let declared = self.declared(target);
                let origin = self.origin(Origin::Ascribed(declared, origin));
                self.bind(value, origin, depend, declares);
            }
            NodeKind::Other(parts) => {
                for part in self.tree.nodes_of(parts) {
                    self.bind(*part, origin, depend, declares);
                }
            }
            NodeKind::Member { object, name } => {
                self.put_into(object, depend);
                let object_value = self.value(object, Use::Other);
                if let Some(object_place) = object_value.place {
                    if Some(object_place) == self.receiver
                        && let Some(class) = self.facts.function(self.function).class
                    {
                        let declared = declares
                            && matches!(self.facts.origin(origin), Origin::Declared(..) | Origin::Ascribed(..));
                        self.field(class, name, origin, declared, false);
                    }
                    let place = self.member_place(object_place, name);
                    self.write(place, span, WriteKind::Assign, origin, false);
                }
            }
            NodeKind::Index { object, index } => {
                self.put_into(object, depend);
                let object_value = self.value(object, Use::Other);
                self.value(index, Use::Indexed);
                if let Some(place) = object_value.place {
                    let is_local = self.is_local_place(object);
                    if let (true, NodeKind::String { value: Some(key), .. }) = (is_local, self.tree.kind(index)) {
                        self.facts.entries.push(Entry {
                            holder: object_value.origin,
                            key: Some(key),
                            value: origin,
                            depend,
                        });
                    }
                    self.write(place, span, WriteKind::Element, origin, is_local);
                }
            }
            NodeKind::Unary { operator: UnaryOperator::Dereference, operand } => {
                let value = self.value(operand, Use::Other);
                if let Some(place) = value.place {
                    let is_local = self.is_local_place(operand);
                    self.write(place, span, WriteKind::Assign, origin, is_local);
                }
            }
            // Literals and ranges in patterns bind nothing, and are not evaluated at a cost.
            _ => {}
        }
    }

    fn part_of(&mut self, origin: OriginId, element: NodeId, place: usize) -> OriginId {
        if let NodeKind::Spread(_) = self.tree.kind(element) {
            return origin;
        }
        if let Origin::Tuple(start, end) = self.facts.origin(origin)
            && let Some(part) = self.facts.origin_list(start, end).get(place)
        {
            return *part;
        }
        self.origin(Origin::Part(origin, place.min(u16::MAX as usize) as u16))
    }

    fn bind_name(&mut self, name: Name, span: Span, origin: OriginId, depend: Depend, declares: bool) {
        let at_module_level = self.in_module_body() && self.class.is_none();
        if at_module_level {
            self.define(name, origin);
        }
        if self.outer_names.contains(&name) {
            self.define(name, origin);
            self.write(name, span, WriteKind::Assign, origin, false);
            return;
        }
        let local = !self.in_module_body();
        if local && !declares && self.locals.get(name).is_none() && self.is_declared_outside(name) {
            self.write(name, span, WriteKind::Assign, origin, false);
            return;
        }
        let binding = BindingId(self.facts.bindings.len() as u32);
        let scope = self.scope;
        let source = self.source;
        let uses = Vec::new();
        let is_shared = at_module_level;
        let is_declaration = declares;
        self.facts.bindings.push(Binding { name, span, scope, origin, source, uses, is_declaration, is_shared });
        if !declares || self.in_loop() {
            self.write(name, span, WriteKind::Assign, origin, true);
        }
        self.end_hold_of(name);
        self.locals.set(name, Some(Local { origin, depend, scope, binding: Some(binding) }));
    }

    /// Block-scoped languages declare their locals; an undeclared name that is assigned is a global of theirs.
    fn is_declared_outside(&self, name: Name) -> bool {
        self.tree.block_scoped && self.locals.get(name).is_none()
    }

    /// A name of the present module.
    pub(super) fn define(&mut self, name: Name, origin: OriginId) {
        self.facts.modules[self.module.index()].definitions.push((name, origin));
    }

    /// Records an assignment.
    pub(super) fn write(&mut self, place: Name, span: Span, kind: WriteKind, value: OriginId, is_local: bool) {
        let scope = self.scope;
        self.facts.writes.push(Write { place, span, scope, kind, value, is_local });
    }

    /// The place `object.name`.
    pub(super) fn member_place(&mut self, object: Name, name: Name) -> Name {
        if let Some(place) = self.places.get(&(object, name)) {
            return *place;
        }
        let text = format!("{}.{}", self.facts.names.text(object), self.facts.names.text(name));
        let place = self.facts.names.intern(&text);
        self.places.insert((object, name), place);
        place
    }

    /// Is this a plain name of a local variable?
    pub(super) fn is_local_place(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Name(name) => {
                !self.in_module_body()
                    && self.locals.get(name).is_some_and(|local| {
                        let binding = local.binding.map(|binding| &self.facts.bindings[binding.index()]);
                        binding.is_some()
                    })
            }
            _ => false,
        }
    }

    /// A value is bound to a name and may be held until its block ends.
    pub(super) fn open_hold(&mut self, name: Name, origin: OriginId, span: Span, block: usize) {
        let start = self.position();
        let region = Region { calls: (start.0, 0), writes: (start.1, 0), awaits: (start.2, 0) };
        let hold = Hold { origin, span, name: Some(name), is_async: false, scope: self.scope, region };
        self.open_holds.push(OpenHold { hold, block });
    }

    /// Ends all holds of blocks deeper than `block`.
    pub(super) fn end_holds(&mut self, block: usize) {
        while self.open_holds.last().is_some_and(|open| open.block >= block) {
            let Some(open) = self.open_holds.pop() else { break };
            self.close_hold(open.hold);
        }
    }

    /// The name is moved, dropped or bound anew.
    pub(super) fn end_hold_of(&mut self, name: Name) {
        if let Some(at) = self.open_holds.iter().rposition(|open| open.hold.name == Some(name)) {
            let open = self.open_holds.remove(at);
            self.close_hold(open.hold);
        }
    }

    /// Keeps a hold when something is awaited meanwhile.
    pub(super) fn close_hold(&mut self, mut hold: Hold) {
        let end = self.position();
        hold.region.calls.1 = end.0;
        hold.region.writes.1 = end.1;
        hold.region.awaits.1 = end.2;
        if hold.region.awaits.0 < hold.region.awaits.1 {
            self.facts.holds.push(hold);
        }
    }
}
